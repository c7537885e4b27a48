//! Tables that compare builders at equal certified error, in Markdown.

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
    /// Any network of relu units with so many hidden layers needs at least so many units: certified.
    pub at_least: Option<usize>,
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
            self.at_least.map_or("–".to_owned(), |n| n.to_string()),
            number(|size| size.nonzero_parameters),
            match &self.source {
                Source::Proved(lower, upper) if lower == upper => format!("{lower} (exact)"),
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

    /// Returns the table in Markdown, with its heading and the networks with the fewest units.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "### {} in the {} norm, on {}\n",
            self.target, self.norm, self.domain
        );
        out += "| error at most | builder | chosen | hidden layers | hidden units | at least | parameters not 0 | error |\n";
        out += "|---|---|---|---|---|---|---|---|\n";
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

/// Returns the page: what is compared, the tables, and the conclusions.
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

Six ways to make a network for the same function, at **equal certified error**. For every tolerance
each builder gets the smallest size for which the prover found a proof (sizes above 16 grow in steps of
about a quarter; the number of boxes is limited). The network is built, the error is proved, and the
checker accepts the certificate. The row in bold has the fewest hidden units.

- *towers that overlap*: two layers of steep sigmoids. A tower is a box; `M` grids of towers, shifted,
  divide the dip where boxes meet by `M` ([T26](../proofs/theorems/T26-overlap.md)).
- *towers of steps*: one grid with Heaviside units instead: no dips, but the network jumps, so its error
  is an essential supremum ([T23](../proofs/theorems/T23-towers.md)).
- *quadrants*: two layers of steep sigmoids; corner steps (a corner step is on where all inputs are beyond
  their lines) add up to stairs without dips ([T24](../proofs/theorems/T24-quadrants.md)).
- *ridge*: **one** hidden layer of relu units: a sum of functions of one direction each
  ([T36](../proofs/theorems/T36-ridge.md)).
- *sawtooth*: many narrow layers of relu units: squares by folding, products by squares
  ([T30](../proofs/theorems/T30-sawtooth.md)).
- *smallest*: what `builder = \"smallest\"` finds: here a trained network, proved like the others. Only the
  norm sup has it.

The column *at least* is a certified lower bound: every network of relu units with so many hidden layers that
keeps the tolerance needs that many units ([T38](../proofs/theorems/T38-units-at-least.md)). It counts the kinks
along one line, so in two inputs networks need many more. Sigmoid and tanh units have no kinks, so nothing follows for them.

`ridge` and `sawtooth` are built from polynomials. Any other function is first approximated by a
polynomial (from its values at Chebyshev points, of the degree in the table). The proof is about the
distance between the network and the *function*, so it includes the polynomial's own error.

Where no network was proved, or the size of towers comes from a theorem, the limit was reached. More
boxes or more memory would prove more.
";

const SUP: &str = "\
## The largest error anywhere
";

const L1: &str = "\
## The error on average

The l1 error is the integral of |N - f| over the domain, an area of 4, so the mean error is a quarter of
it. Narrow dips hardly count here, so plain towers (one grid, no overlap) take part.
";

const CONCLUSION: &str = "
## What the tables say

**Why is one hidden layer enough?** A ridge network adds up functions of one direction each, and every
polynomial is such a sum, exactly, with a few directions: `x² + y²` needs two, and a polynomial of degree
`k` in two variables needs at most `k + 1` for its highest terms. Each function of one direction is
approximated by a broken line, and one layer is enough for a broken line. So the second layer belongs to
one construction (cut out a box, then give it a height); it is not necessary. The tables show what it
costs: the number of boxes grows like the square of the number of cells, and like its cube where grids
have to overlap.

**What does depth buy?** Halving the error takes `√2` times as many pieces of a broken line, because its
error is quadratic in their length. Every layer makes a folded square four times as accurate, and costs a
few units. So the units of `sawtooth` grow with the logarithm of 1/error, and from some tolerance on it
needs the fewest. For `x²` this happens early. A polynomial with many products first pays with depth for
every product, so there it happens later.

**Smooth, or made of steps?** The error of stairs is half the height of a step: to halve the error, halve
the steps. That holds for towers and quadrants at any steepness, so the number of steps doubles in each
direction. Broken lines follow the function; they need fewer pieces the smoother it is. Steepness does not
help: a staircase of *gentle* sigmoids is nearly smooth and has a smaller error than steep steps
(`steep_stairs_are_not_better` in `tests/builders.rs` proves it). Towers and quadrants do not use that;
`staircase` and `ridge` with steps do, unless a steepness is given (`examples/smooth_or_steps.toml`).

**Where a function is a sum** of a function of x and one of y, as `x² + y²` is, `quadrants` needs no corner
steps, and two staircases are left. That is why it needs so few units there.

**And without a formula?** Training finds networks of a few smooth units that no formula gives, and the prover
proves them: that is the row `smallest`. Their weights do not explain themselves. The formulas show *why* a
network can do it, and how many units it takes when the tolerance falls; training shows how few are enough.

The tables do not show the smallest possible networks. They show the smallest of each construction that
was proved within the limit; another formula may find smaller ones.
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
            at_least: (name == "b").then_some(5),
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
            lines.contains("| **b** | cells = 3 | 1 | **7** | 5 |"),
            "{lines}"
        );
        assert!(
            lines.contains("| a | cells = 3 | 1 | at most 3 | – |"),
            "{lines}"
        );
        assert!(lines.contains("1/9 (exact)"), "{lines}");
        assert!(table.markdown().contains("proved: 1/4: b."));
    }
}
