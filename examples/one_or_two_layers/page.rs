//! Tables that put builders side by side at equal certified error, in Markdown.

use std::fmt::Write;

use steeple::numbers::Rational;
use steeple::report::document::table_row;
use steeple::report::{SizeReport, down, up};

/// A target, a norm, and what every builder needs for each tolerance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayersTable {
    /// The formula.
    pub target: String,
    /// The domain in words.
    pub domain: String,
    /// `sup` or `l1`.
    pub norm: String,
    /// The rows, by falling tolerance, and by builder in one order.
    pub rows: Vec<LayersRow>,
}

/// What one builder needs for one tolerance.
#[derive(Clone, Debug, PartialEq)]
pub struct LayersRow {
    /// The error wanted.
    pub tolerance: Rational,
    /// The builder, in words.
    pub name: String,
    /// Its parameters, in words.
    pub setup: String,
    /// The network, where one was found.
    pub size: Option<SizeReport>,
    /// Where the size is from.
    pub source: Source,
}

/// Where a size is from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Built, proved and checked; the ends of the error.
    Proved(Rational, Rational),
    /// A bound by theorem; nothing was built. The bound and its page.
    Theorem(Rational, String),
    /// None was found, for this reason.
    NotFound(String),
}

impl LayersRow {
    fn cells(&self, is_winner: bool) -> Vec<String> {
        let bold = |text: &str| {
            if is_winner {
                format!("**{text}**")
            } else {
                text.to_owned()
            }
        };
        let about = if self.is_proved() { "" } else { "at most " };
        let number = |pick: fn(&SizeReport) -> usize| {
            let size = self.size.as_ref().map(pick);
            size.map_or("–".to_owned(), |n| format!("{about}{n}"))
        };
        let layers = self.size.as_ref().map(|size| size.hidden_layers);
        vec![
            self.tolerance.to_string(),
            bold(&self.name),
            self.setup.clone(),
            layers.map_or("–".to_owned(), |n| n.to_string()),
            bold(&number(|size| size.units)),
            number(|size| size.nonzero_parameters),
            match &self.source {
                Source::Proved(lower, upper) if lower == upper => format!("exactly {lower}"),
                Source::Proved(lower, upper) => format!("{} to {}", down(lower), up(upper)),
                Source::Theorem(upper, page) => {
                    format!("at most {}, *by theorem {page}; not built*", up(upper))
                }
                Source::NotFound(reason) => reason.clone(),
            },
        ]
    }

    fn is_proved(&self) -> bool {
        matches!(self.source, Source::Proved(..))
    }
}

impl LayersTable {
    /// The tolerances, as they come.
    fn tolerances(&self) -> Vec<&Rational> {
        let mut tolerances: Vec<&Rational> = self.rows.iter().map(|row| &row.tolerance).collect();
        tolerances.dedup();
        tolerances
    }

    /// The rows of one tolerance with the fewest hidden units, of those proved.
    fn winners(&self, tolerance: &Rational) -> Vec<&LayersRow> {
        let rows = || {
            let rows = self.rows.iter().filter(|row| row.is_proved());
            rows.filter(|row| row.tolerance == *tolerance)
        };
        let units = |row: &LayersRow| row.size.as_ref().map_or(usize::MAX, |size| size.units);
        let fewest = rows().map(units).min();
        rows().filter(|row| Some(units(row)) == fewest).collect()
    }

    /// Returns the lines of one tolerance, the winner bold.
    pub fn lines(&self, tolerance: &Rational) -> String {
        let winners = self.winners(tolerance);
        let rows = self.rows.iter().filter(|row| row.tolerance == *tolerance);
        let lines = rows.map(|row| {
            let is_winner = winners.iter().any(|winner| std::ptr::eq(*winner, row));
            table_row(row.cells(is_winner)) + "\n"
        });
        lines.collect()
    }

    /// Returns the table in Markdown, with its heading and the winners.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "### {} in the {} norm, on {}\n",
            self.target, self.norm, self.domain
        );
        out += "| error at most | builder | chosen | hidden layers | hidden units | parameters not 0 | error |\n";
        out += "|---|---|---|---|---|---|---|\n";
        for tolerance in self.tolerances() {
            out += &self.lines(tolerance);
        }
        out += "\nFewest hidden units among what was proved: ";
        let winners = self.tolerances().into_iter().map(|tolerance| {
            let names = self.winners(tolerance).into_iter();
            let names: Vec<String> = names.map(|row| row.name.clone()).collect();
            format!("{tolerance}: {}", names.join(" and "))
        });
        let _ = writeln!(out, "{}.", winners.collect::<Vec<_>>().join("; "));
        out
    }
}

/// Returns the page: what is compared, the tables, and what they say.
pub fn page(tables: &[LayersTable]) -> String {
    let mut out = String::from(INTRODUCTION);
    for norm in ["sup", "l1"] {
        let tables = tables.iter().filter(|table| table.norm == norm);
        let tables: Vec<String> = tables.map(LayersTable::markdown).collect();
        let heading = match norm {
            "sup" => SUP,
            _ => L1,
        };
        if !tables.is_empty() {
            let _ = write!(out, "\n{heading}\n{}", tables.join("\n"));
        }
    }
    out + CONCLUSION
}

const INTRODUCTION: &str = "\
# One hidden layer or two?

This page is written by `cargo run --release --example one_or_two_layers`; do not edit it by hand.

Five ways to make a network for the same function, at **equal certified error**. For every tolerance each
builder gets the smallest size with which the prover found a proof (sizes above 16 in steps of about a quarter, within a
limit of boxes looked at), the network is built, the error is proved, and the checker accepts the certificate. The winner,
in bold, has the fewest hidden units.

- *towers that overlap*: two layers of steep sigmoids. A tower is a box; `M` grids of towers, shifted, divide the dip where
  boxes meet by `M` ([T26](../proofs/theorems/T26-overlap.md)).
- *towers of steps*: one grid with Heaviside units instead: no dips, but a network that jumps, so its error is an
  essential supremum ([T23](../proofs/theorems/T23-towers.md)).
- *quadrants*: two layers of steep sigmoids; corner steps add up to stairs without dips
  ([T24](../proofs/theorems/T24-quadrants.md)).
- *ridge*: **one** hidden layer of rectified units: a sum of functions of one direction each
  ([T36](../proofs/theorems/T36-ridge.md)).
- *sawtooth*: many narrow layers of rectified units: squares by folding, products by squares
  ([T30](../proofs/theorems/T30-sawtooth.md)).

`ridge` and `sawtooth` know polynomials only. For another function they get a polynomial near it (from its values at
Chebyshev points, of the degree that the table names); what is proved is the distance of the network to the *function*,
so the polynomial's own error is in it.

Where no network was proved, or towers have their size by theorem, it is the limit that says so, not the builder: more boxes,
or more memory, prove more.
";

const SUP: &str = "\
## The largest error anywhere
";

const L1: &str = "\
## The error on average

The l1 error is the integral of |N - f| over the domain, an area of 4, so the mean error is a quarter of it. Narrow
dips weigh next to nothing here, so plain towers (one grid, no overlap) come in.
";

const CONCLUSION: &str = "
## What the tables say

**Why does one hidden layer do?** A ridge network adds up functions of one direction each, and every polynomial is such
a sum, exactly, with a handful of directions: `x² + y²` needs two, and a polynomial of degree `k` in two variables needs
at most `k + 1` for its highest terms. Each function of one direction is a broken line, and broken lines come in one layer. So the
second layer is a way of building (cut out a box, then give it a height), not a need. What the second layer of towers costs can be
read off: boxes fill an area, so their number grows like the square of the number of cells, and like its cube where families have
to overlap.

**What does depth buy?** Halving the error takes a broken line `√2` times as many pieces, as its error is
quadratic in their length. A folded square gets four times as good with every layer, and a layer is a few units. So the
units of `sawtooth` grow with the logarithm of 1/error, and from some tolerance on it must win. For `x²` that comes early. For a
polynomial with many products, depth pays for every product first, and comes later.

**Smooth, or made of steps?** Stairs are as good as their steps are low: to halve the error, halve the steps. That
holds for towers and quadrants whatever the steepness, so the units double in each direction. Broken lines bend with the
function; they need fewer pieces the smoother it is. Steep is not the point: a staircase of *gentle* sigmoids is nearly smooth and does better
than steps (`steep_stairs_are_not_better` in `tests/builders.rs` proves it), only the formulas here do not use that.

**Where a function is a sum** of a function of x and one of y, as `x² + y²` is, corner steps drop out of `quadrants` and
two staircases are left; that is why it needs so few units there.

What the tables do not say: that these are the smallest networks. They are the smallest of their kind, by these formulas, that were proved within
the limit; training or another formula may find smaller ones.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_units_that_were_proved_win() {
        let row = |name: &str, units, source| LayersRow {
            tolerance: Rational::ratio(1, 4),
            name: name.into(),
            setup: "cells = 3".into(),
            size: Some(SizeReport {
                hidden_layers: 1,
                units,
                ..SizeReport::default()
            }),
            source,
        };
        let proved = || Source::Proved(Rational::ratio(1, 9), Rational::ratio(1, 9));
        let table = LayersTable {
            norm: "sup".into(),
            rows: vec![
                row("a", 3, Source::Theorem(Rational::ONE, "T26".into())),
                row("b", 7, proved()),
                row("c", 9, proved()),
            ],
            ..LayersTable::default()
        };
        let lines = table.lines(&Rational::ratio(1, 4));
        assert!(
            lines.contains("| **b** | cells = 3 | 1 | **7** |"),
            "{lines}"
        );
        assert!(
            lines.contains("| a | cells = 3 | 1 | at most 3 |"),
            "{lines}"
        );
        assert!(lines.contains("exactly 1/9"), "{lines}");
        assert!(table.markdown().contains("proved: 1/4: b."));
    }
}
