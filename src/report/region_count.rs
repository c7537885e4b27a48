//! Reports on networks without a target: their linear regions are counted.

use serde_json::{Value, json};

use super::SizeReport;
use super::document::{Document, Step};
use super::markdown::network;
use crate::numbers::{Integer, Rational};
use crate::regions::{MOST_INPUTS, RegionsError};
use crate::words::count;

/// The row of the bound by theorem for every network of the same architecture.
const MOST: &str = "upper bound for this architecture";

/// The report on a network that was built to have many linear regions.
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
    /// The exact numbers of linear regions and of activation regions; or why they were not counted.
    pub counted: Result<(usize, usize), NotCounted>,
    /// The number of regions that a theorem promises.
    pub promise: Option<PromiseReport>,
    /// An upper bound by theorem for every network of this architecture, with its source.
    pub most: Option<(String, String)>,
    /// The object that `steeple regions` prints, without times.
    pub object: Value,
    /// Notes: choices that were made, and anything unusual.
    pub notes: Vec<String>,
    /// The commands that do the same again.
    pub steps: Vec<Step>,
}

/// Why a build did not count regions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    /// The network has too many inputs.
    #[error("regions are counted for at most {MOST_INPUTS} inputs, found {0}")]
    Inputs(usize),
    /// A theorem promises more than a build counts.
    #[error(
        "a build counts at most {most} regions{}, and by theorem there are at least {promised}; \
         `steeple regions` counts any number, also on a smaller domain",
        .inputs.map_or(String::new(), |inputs| format!(" in {inputs} inputs"))
    )]
    TooMany {
        /// The largest number that a build counts.
        most: u32,
        /// The number of inputs, if there are more than two.
        inputs: Option<usize>,
        /// The promised number, a lower bound.
        promised: Integer,
    },
    /// The count failed.
    #[error(transparent)]
    Failed(#[from] RegionsError),
}

/// A number of regions by theorem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseReport {
    /// The number.
    pub count: String,
    /// The kind of regions.
    pub what: String,
    /// The page under `proofs/theorems`.
    pub theorem: String,
    /// The number as a formula.
    pub statement: String,
    /// Did the count reach the promise? `None` without a count.
    pub is_reached: Option<bool>,
}

impl RegionCountReport {
    /// Returns the result in one line.
    pub fn headline(&self) -> String {
        let place = self.domain_text();
        match (&self.counted, &self.promise) {
            (Ok((linear, activation)), _) => format!(
                "counted: {} and {} for {place}",
                count(*linear, "linear region"),
                count(*activation, "activation region")
            ),
            (Err(_), Some(promise)) => format!(
                "not counted: {} {} for {place} by theorem {}",
                promise.count, promise.what, promise.theorem
            ),
            (Err(_), None) => format!("not counted: the regions for {place}"),
        }
    }

    /// Returns the lines for the terminal: the result, the theorem, the notes and the size.
    pub fn text(&self) -> Vec<String> {
        let mut lines = vec![self.headline()];
        let facts = self.rows().into_iter();
        let told = ["not counted because", "by theorem", MOST];
        let facts = facts.filter(|(name, _)| told.contains(name));
        lines.extend(facts.map(|(name, value)| format!("  {name}: {value}")));
        lines.extend(self.notes.iter().map(|note| format!("  {note}")));
        lines.push(format!("  network: {}", network(&self.size)));
        lines
    }

    /// Returns the parts of the report, in order.
    pub fn document(&self) -> Document {
        Document {
            title: format!("Network of builder {}", self.builder),
            class: "counted".into(),
            headline: self.headline(),
            rows: self.rows(),
            sections: Vec::new(),
            notes: self.notes.clone(),
            tables: Vec::new(),
            meaning: self.meaning(),
            assumes: Vec::new(),
            steps: self.steps.clone(),
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
                rows.push(("linear regions", format!("{linear} (exact)")));
                rows.push(("activation regions", format!("{activation} (exact)")));
            }
            Err(reason) => rows.push(("not counted because", reason.to_string())),
        }
        if let Some(promise) = &self.promise {
            let reached = match promise.is_reached {
                Some(true) => ", reached",
                Some(false) => ", NOT reached: the theorem fails for this network",
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
            rows.push((MOST, format!("{bound} linear regions ({source})")));
        }
        rows.push(("network", network(&self.size)));
        rows.push(("digest", self.network.clone()));
        rows
    }

    fn meaning(&self) -> Vec<String> {
        let mut lines = vec![
            "This network has no target; it was built to have many linear regions.".to_owned(),
            "A linear region is a largest set with connected interior on which the network is one affine map. \
             On an activation region, every unit stays on one of its pieces."
                .to_owned(),
        ];
        if self.counted.is_ok() {
            lines.push(
                "The count is exact: it uses integers and no sampling. It has no certificate, so it is \
                 not called proved."
                    .to_owned(),
            );
            lines.push(
                "To count again, on any domain, run `steeple regions network.json`.".to_owned(),
            );
        }
        lines
    }
}
