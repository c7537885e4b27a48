//! The page about linear regions of shallow and deep networks, in Markdown.

#![allow(clippy::cast_precision_loss, reason = "ratios of counts, for reading")]

use std::fmt::Write;

use steeple::numbers::Natural;
use steeple::report::document::{table_row, table_rule};

/// Networks with the same number of hidden units, distributed over more and more layers.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthTable {
    /// Hidden units of every network.
    pub units: usize,
    /// The networks, shallow first.
    pub rows: Vec<DepthRow>,
}

/// Networks of one shape.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthRow {
    /// Units of each hidden layer.
    pub widths: Vec<usize>,
    /// Weights and bias terms.
    pub parameters: usize,
    /// An upper bound for this shape: Serra et al. 2018; with one layer, Zaslavsky 1975.
    pub most: Option<Natural>,
    /// Some network of this shape has at least as many: Montufar et al. 2014.
    pub possible: Option<Natural>,
    /// The region count of the network of the builder `fold`.
    pub folded: usize,
    /// The region counts of random starts: the smallest, the rounded mean, the largest.
    pub random: [usize; 3],
    /// The estimate of Hanin and Rolnick 2019 for random networks.
    pub expected: Option<Natural>,
    /// The region count of the best trained network.
    pub trained: usize,
    /// Its root mean square error on the points, an estimate.
    pub fit: f64,
}

/// The heads of the columns.
pub const HEADS: [&str; 9] = [
    "hidden layers",
    "parameters",
    "at most",
    "possible, at least",
    "`fold`",
    "random: smallest, mean, largest",
    "estimate",
    "trained",
    "its rms error",
];

impl DepthTable {
    /// The lines of the table, as they stand in the page.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let natural = |value: &Option<Natural>| {
                value.as_ref().map_or("–".to_string(), ToString::to_string)
            };
            let widths: Vec<String> = row.widths.iter().map(ToString::to_string).collect();
            let [least, mean, most] = row.random;
            let cells = [
                widths.join(", "),
                row.parameters.to_string(),
                natural(&row.most),
                natural(&row.possible),
                row.folded.to_string(),
                format!("{least}, {mean}, {most}"),
                natural(&row.expected),
                row.trained.to_string(),
                format!("{:.4}", row.fit),
            ];
            // Strings take any text, so writing to one cannot fail.
            let _ = writeln!(out, "{}", table_row(&cells));
        }
        out
    }

    /// The table with its head.
    pub fn markdown(&self) -> String {
        format!(
            "### {} hidden units\n\n{}\n{}\n{}",
            self.units,
            table_row(HEADS),
            table_rule(HEADS.len()),
            self.lines()
        )
    }

    /// The row with the most regions by folding, and the one with a single layer.
    fn deepest_and_shallow(&self) -> Option<(&DepthRow, &DepthRow)> {
        let deepest = self.rows.iter().max_by_key(|row| row.folded)?;
        Some((deepest, self.rows.iter().find(|row| row.widths.len() == 1)?))
    }
}

/// A network of two or three units that separates a disk from the rest of the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct BendingRow {
    /// Hidden units.
    pub units: usize,
    /// Certified bounds on the misclassified area, as figures.
    pub wrong: String,
    /// The file of the picture.
    pub picture: String,
}

/// The contents of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthPage {
    /// The tables.
    pub tables: Vec<DepthTable>,
    /// The training points, in words.
    pub target: String,
    /// The domain, in words.
    pub domain: String,
    /// Random starts of each shape.
    pub starts: usize,
    /// The names of pictures, with their captions.
    pub pictures: Vec<(String, String)>,
    /// The rows of the section about bending.
    pub bending: Vec<BendingRow>,
    /// The region of that section.
    pub region: String,
}

impl DepthPage {
    /// Returns the page.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        // Strings take any text, so writing to one cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "# What depth does to linear regions\n")?;
        writeln!(
            out,
            "A relu network is piecewise linear: it cuts the space of its inputs into polygons, and is one\n\
             affine map on each of them. How many polygons can a given number of units make? How many does a\n\
             network have that was built for this purpose, drawn at random, or trained? Every count on this page\n\
             is exact, on {}. `cargo run --release --example depth` writes the page, and a test repeats\n\
             some of the counts.\n",
            self.domain
        )?;
        writeln!(out, "## The same units in more and more layers\n")?;
        writeln!(
            out,
            "- `at most`: no network of this shape has more (Serra, Tjandraatmadja and Ramalingam 2018; for\n  \
             one layer Zaslavsky 1975).\n\
             - `possible, at least`: *some* network of this shape has as many (Montúfar, Pascanu, Cho and Bengio\n  \
             2014). This is about the best weights, not about a particular network.\n\
             - `fold`: the region count of the network that the builder `fold` makes.\n\
             - `random`: {} random starts of training: the smallest count, the mean, the largest.\n\
             - `estimate`: what Hanin and Rolnick 2019 expect of random networks, from the number of units alone.\n\
             - `trained`: the count of the best of a few starts, trained on {}.\n",
            self.starts, self.target
        )?;
        for table in &self.tables {
            writeln!(out, "{}", table.markdown())?;
        }
        writeln!(out, "## What the tables say\n")?;
        let (by_units, others) = self.findings();
        if !by_units.is_empty() {
            let repeats =
                "Each folding layer repeats the pattern of the next layers in every fold:";
            writeln!(out, "{repeats}\n")?;
            for line in by_units {
                writeln!(out, "- {line}")?;
            }
            writeln!(out)?;
        }
        for line in others {
            writeln!(out, "{line}\n")?;
        }
        for (name, text) in &self.pictures {
            let shown = text
                .rsplit_once(": ")
                .map_or(text.as_str(), |(shown, _)| shown);
            writeln!(out, "![Surface. {shown}]({name})\n\n{text}\n")?;
        }
        writeln!(out, "## Bending\n")?;
        writeln!(
            out,
            "A disk, `{}`, cannot be cut out of the plane by one line. A hidden layer maps the\n\
             plane into the space of its units, where the output cuts once, with a line or a plane. Two units map\n\
             the plane to a plane: the disk stays surrounded unless the image is folded over it, and folding mixes\n\
             the classes. Three units lift the plane into space: the middle of the image can be pushed out, and a\n\
             plane cuts it off.\n",
            self.region
        )?;
        for row in &self.bending {
            writeln!(
                out,
                "With {} units the best network found is wrong on {} of the area, certified.\n\n\
                 ![The plane, bent by {} units]({})\n",
                row.units, row.wrong, row.units, row.picture
            )?;
        }
        Ok(())
    }

    /// Sentences that the figures support: one for each number of units, and others about all tables.
    fn findings(&self) -> (Vec<String>, Vec<String>) {
        let mut by_units = Vec::new();
        for table in &self.tables {
            let Some((deepest, shallow)) = table.deepest_and_shallow() else {
                continue;
            };
            if deepest.folded > shallow.folded {
                by_units.push(format!(
                    "{} units: {} regions in one layer, {} in {} layers.",
                    table.units,
                    shallow.folded,
                    deepest.folded,
                    deepest.widths.len()
                ));
            }
        }
        let mut lines = Vec::new();
        let all = || self.tables.iter().flat_map(|table| &table.rows);
        let deep = || all().filter(|row| row.widths.len() > 1);
        if deep().next().is_some() && deep().all(|row| row.random[2] < row.folded) {
            let ratio = |row: &DepthRow| row.folded as f64 / row.random[1].max(1) as f64;
            let ratios: Vec<f64> = deep().map(ratio).collect();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            lines.push(format!(
                "Random deep networks have far fewer: on average, the folded networks have {least:.1} to {most:.0} times\n\
                 as many regions as random ones of the same shape. Depth makes many regions possible; it does not\n\
                 produce them by itself."
            ));
        }
        if deep().next().is_some() && deep().all(|row| row.trained < row.folded) {
            let ratio = |row: &DepthRow| row.trained as f64 / row.random[1].max(1) as f64;
            let ratios: Vec<f64> = deep().map(ratio).collect();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            lines.push(format!(
                "Training does not produce them either: no trained network has as many regions as the folded network\n\
                 of its shape; it has {least:.1} to {most:.1} times as many as random starts have on average."
            ));
        }
        (by_units, lines)
    }
}
