//! Tables of linear regions of shallow and deep networks, in Markdown.

#![allow(clippy::cast_precision_loss, reason = "ratios of counts, for reading")]

use std::fmt::Write;

use steeple::numbers::Natural;
use steeple::report::document::{table_row, table_rule};

/// Networks with one number of hidden units, shared among more and more layers.
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
    /// No network of this shape has more: Serra et al. 2018; with one layer, Zaslavsky 1975.
    pub most: Option<Natural>,
    /// Some network of this shape has at least as many: Montufar et al. 2014.
    pub possible: Option<Natural>,
    /// What the `fold` builder's network has, counted.
    pub folded: usize,
    /// What random starts have, counted: the least, the mean rounded, the most.
    pub random: [usize; 3],
    /// What the estimate of Hanin and Rolnick 2019 says of random networks.
    pub expected: Option<Natural>,
    /// What the best trained network has, counted.
    pub trained: usize,
    /// The root of its mean square error on the points, as an estimate.
    pub fit: f64,
}

/// The heads of the columns.
pub const HEADS: [&str; 9] = [
    "hidden layers",
    "parameters",
    "at most",
    "possible, at least",
    "`fold`",
    "random: least, mean, most",
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

    /// The row whose fold has the most regions, and the one with a single layer.
    fn deepest_and_shallow(&self) -> Option<(&DepthRow, &DepthRow)> {
        let deepest = self.rows.iter().max_by_key(|row| row.folded)?;
        Some((deepest, self.rows.iter().find(|row| row.widths.len() == 1)?))
    }
}

/// What two or three units make of a disk inside another class.
#[derive(Clone, Debug, PartialEq)]
pub struct BendingRow {
    /// Hidden units.
    pub units: usize,
    /// The certified share of the domain that is misclassified, as figures.
    pub wrong: String,
    /// The file of the picture.
    pub picture: String,
}

/// What the page is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct DepthPage {
    /// The tables.
    pub tables: Vec<DepthTable>,
    /// What the trained networks are trained on.
    pub target: String,
    /// The domain, in words.
    pub domain: String,
    /// Random starts of each shape.
    pub starts: usize,
    /// Names of pictures, with what they show.
    pub pictures: Vec<(String, String)>,
    /// The disk that is bent.
    pub bending: Vec<BendingRow>,
    /// The region of the bending section.
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
            "A network of rectifiers (relu) is piecewise linear: it cuts its inputs into polygons, and on \
             each it is one affine map. How many of them can a given number of units make, how many does \
             a network have that was built for it, that was drawn at random, or that was trained? \
             Every count here is exact, on {}; the page is written by \
             `cargo run --release --example depth`, and a test counts a part of it again.\n",
            self.domain
        )?;
        writeln!(out, "## The same units in more and more layers\n")?;
        writeln!(
            out,
            "- `at most`: no network of this shape has more (Serra, Tjandraatmadja and Ramalingam 2018; \
             for one layer Zaslavsky 1975).\n\
             - `possible, at least`: *some* network of this shape has as many (Montúfar, Pascanu, Cho and \
             Bengio 2014). This speaks of the best weights, not of a network at hand.\n\
             - `fold`: the network that Steeple's builder of this name makes, counted.\n\
             - `random`: {} random starts of training, counted: the least, the mean, the most.\n\
             - `estimate`: what Hanin and Rolnick 2019 expect of random networks, from the number of units \
             alone.\n\
             - `trained`: the best of a few starts, trained on {}, counted.\n",
            self.starts, self.target
        )?;
        for table in &self.tables {
            writeln!(out, "{}", table.markdown())?;
        }
        writeln!(out, "## What the tables say\n")?;
        for line in self.findings() {
            writeln!(out, "- {line}")?;
        }
        writeln!(out)?;
        for (name, text) in &self.pictures {
            writeln!(out, "![{text}]({name})\n\n{text}\n")?;
        }
        writeln!(out, "## Bending\n")?;
        writeln!(
            out,
            "A disk inside its surroundings, `{}`, cannot be cut out by one line. A hidden layer pushes \
             the plane into the space of its units, and there the output has to cut with one line, or \
             with one plane. Two units map the plane to a plane: the disk stays surrounded, unless the \
             sheet is folded over it, and folding mixes the classes. Three units lift the sheet into \
             space: its middle can be pushed out, and a plane cuts it off.\n",
            self.region
        )?;
        for row in &self.bending {
            writeln!(
                out,
                "With {} units the best network found is wrong on {} of the area, certified.\n\n\
                 ![the plane, bent by {} units]({})\n",
                row.units, row.wrong, row.units, row.picture
            )?;
        }
        Ok(())
    }

    /// Sentences, each true of the figures.
    fn findings(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in &self.tables {
            let Some((deepest, shallow)) = table.deepest_and_shallow() else {
                continue;
            };
            if deepest.folded > shallow.folded {
                lines.push(format!(
                    "{} units: {} regions in one layer, {} in {} layers. Each folding layer copies what \
                     the next ones do into every fold.",
                    table.units,
                    shallow.folded,
                    deepest.folded,
                    deepest.widths.len()
                ));
            }
        }
        let all = || self.tables.iter().flat_map(|table| &table.rows);
        let deep = || all().filter(|row| row.widths.len() > 1);
        if deep().next().is_some() && deep().all(|row| row.random[2] < row.folded) {
            let ratio = |row: &DepthRow| row.folded as f64 / row.random[1].max(1) as f64;
            let ratios: Vec<f64> = deep().map(ratio).collect();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            lines.push(format!(
                "Random deep networks stay behind: the folded ones have {least:.1} to {most:.0} times as \
                 many regions as random ones of the same shape on average. Depth allows many regions, \
                 it does not make them."
            ));
        }
        if deep().next().is_some() && deep().all(|row| row.trained < row.folded) {
            let ratio = |row: &DepthRow| row.trained as f64 / row.random[1].max(1) as f64;
            let ratios: Vec<f64> = deep().map(ratio).collect();
            let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let most = ratios.iter().copied().fold(0.0, f64::max);
            lines.push(format!(
                "Nor does training: no trained network has as many regions as the folded one of its \
                 shape; it has {least:.1} to {most:.1} times as many as random starts on average."
            ));
        }
        lines
    }
}
