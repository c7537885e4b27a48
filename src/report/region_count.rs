//! Networks of which nothing is claimed: their linear regions are counted.

use serde_json::{Value, json};

use super::SizeReport;
use super::document::Document;
use super::markdown::network;
use crate::numbers::{Integer, Rational};
use crate::regions::{MOST_INPUTS, RegionsError};

/// What is said of a network that was built to have many linear regions.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionCountReport {
    /// The builder.
    pub builder: String,
    /// The inputs with their sides.
    pub domain: Vec<(String, Rational, Rational)>,
    /// The digest of the network.
    pub network: String,
    /// Its size.
    pub size: SizeReport,
    /// Linear regions and activation regions, counted exactly; or why they were not counted.
    pub counted: Result<(usize, usize), NotCounted>,
    /// What a theorem says.
    pub promise: Option<PromiseReport>,
    /// No network of this shape has more linear regions, by theorem: the bound and its source.
    pub most: Option<(String, String)>,
    /// The object that `steeple regions` prints, without times.
    pub object: Value,
    /// What was chosen and noticed.
    pub notes: Vec<String>,
}

/// Why regions were not counted as part of a build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    /// They are not counted in so many inputs.
    #[error("regions are counted in up to {MOST_INPUTS} inputs, there are {0}")]
    Inputs(usize),
    /// A theorem promises too many.
    #[error(
        "up to {most}{} are counted while building, and there are at least {promised} by theorem; \
         `steeple regions` counts any number, or on a smaller domain",
        .inputs.map_or(String::new(), |inputs| format!(" in {inputs} inputs"))
    )]
    TooMany {
        /// The most that are counted.
        most: u32,
        /// The number of inputs, where there are more than two.
        inputs: Option<usize>,
        /// How many there are at least.
        promised: Integer,
    },
    /// The count failed.
    #[error(transparent)]
    Failed(#[from] RegionsError),
}

/// A number of regions by theorem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseReport {
    /// How many.
    pub count: String,
    /// Of which regions.
    pub what: String,
    /// The page under `proofs/theorems`.
    pub theorem: String,
    /// The number as a formula.
    pub statement: String,
    /// Were as many counted, or more? Nothing where it was not counted.
    pub is_reached: Option<bool>,
}

impl RegionCountReport {
    /// What was found, in a line.
    pub fn headline(&self) -> String {
        let place = self.domain_text();
        match (&self.counted, &self.promise) {
            (Ok((linear, activation)), _) => format!(
                "counted: {linear} linear region{} and {activation} activation region{} for {place}",
                plural(*linear),
                plural(*activation)
            ),
            (Err(_), Some(promise)) => format!(
                "not counted: {} {} for {place} by theorem {}",
                promise.count, promise.what, promise.theorem
            ),
            (Err(_), None) => format!("not counted: the regions for {place}"),
        }
    }

    /// The lines on the terminal: what was found, what a theorem says, and the rest.
    pub fn text(&self) -> Vec<String> {
        let mut lines = vec![self.headline()];
        let facts = self.rows().into_iter();
        let told = ["not counted because", "by theorem", "no more by theorem"];
        let facts = facts.filter(|(name, _)| told.contains(name));
        lines.extend(facts.map(|(name, value)| format!("  {name}: {value}")));
        lines.extend(self.notes.iter().map(|note| format!("  {note}")));
        lines.push(format!("  network: {}", network(&self.size)));
        lines
    }

    /// Returns what the report says, in order.
    pub fn document(&self) -> Document {
        Document {
            title: format!("Network of builder {}", self.builder),
            class: "counted".into(),
            headline: self.headline(),
            rows: self.rows(),
            notes: self.notes.clone(),
            meaning: self.meaning(),
        }
    }

    /// Returns the object of `build`: the network, and that of `regions` under `"regions"`.
    pub fn json(&self) -> Value {
        let promise = self.promise.as_ref().map(|promise| {
            json!({
                "count": promise.count,
                "of": promise.what,
                "theorem": promise.theorem,
                "reached": promise.is_reached,
            })
        });
        json!({
            "steeple": env!("CARGO_PKG_VERSION"),
            "verdict": null,
            "network": {
                "digest": self.network,
                "hidden_layers": self.size.hidden_layers,
                "units": self.size.units,
                "parameters": self.size.parameters,
                "nonzero_parameters": self.size.nonzero_parameters,
            },
            "notes": self.notes,
            "regions": self.object,
            "not_counted": self.counted.as_ref().err().map(ToString::to_string),
            "promise": promise,
        })
    }

    fn domain_text(&self) -> String {
        let sides = self.domain.iter();
        let sides = sides.map(|(name, low, high)| format!("{name} in [{low}, {high}]"));
        sides.collect::<Vec<_>>().join(", ")
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("builder", self.builder.clone()),
            ("domain", self.domain_text()),
        ];
        match &self.counted {
            Ok((linear, activation)) => {
                rows.push(("linear regions", format!("{linear}, counted exactly")));
                rows.push((
                    "activation regions",
                    format!("{activation}, counted exactly"),
                ));
            }
            Err(reason) => rows.push(("not counted because", reason.to_string())),
        }
        if let Some(promise) = &self.promise {
            let reached = match promise.is_reached {
                Some(true) => ", reached",
                Some(false) => ", NOT reached: the theorem is wrong for this network",
                None => "",
            };
            rows.push((
                "by theorem",
                format!(
                    "at least {} {} ({}: {}){reached}",
                    promise.count, promise.what, promise.theorem, promise.statement
                ),
            ));
        }
        if let Some((bound, source)) = &self.most {
            let shape = "linear regions in any network of this shape";
            rows.push(("no more by theorem", format!("{bound} {shape} ({source})")));
        }
        rows.push(("network", network(&self.size)));
        rows.push(("digest", self.network.clone()));
        rows
    }

    fn meaning(&self) -> Vec<String> {
        let mut lines = vec![
            "Nothing is claimed about a target: this network was built to have many linear \
             regions, the largest sets with connected interior on which it is one affine map. An \
             activation region is where every unit keeps to one of its pieces."
                .to_owned(),
        ];
        if self.counted.is_ok() {
            lines.push(
                "The count is exact (integers, no sampling), but it has no certificate, so it is \
                 not called proved. `steeple regions network.json` counts again, on any domain."
                    .to_owned(),
            );
        }
        lines
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
