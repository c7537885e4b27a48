//! An explanation as Markdown and HTML.

use super::Explanation;
use crate::report::document::{Document, Table};
use crate::report::markdown::network;
use crate::report::{exactly, up};

/// The table has at most this many units.
const MOST_UNITS: usize = 200;

impl Explanation {
    /// Returns the parts of the report, in order.
    pub fn document(&self) -> Document {
        let mut rows = vec![
            ("network", self.shape_text()),
            ("domain", self.domain_text()),
        ];
        let mut notes = Vec::new();
        rows.push(("size", network(&self.size)));
        rows.push(("digest", self.network.clone()));
        if let Some(stopped) = self.stopped_by {
            let why = format!(
                "{}: bounds are wider than they could be, or missing",
                stopped.name()
            );
            rows.push(("stopped by", why));
        }
        notes.extend(self.notes.iter().cloned());
        let mut tables = Vec::new();
        if !self.units.is_empty() {
            let (table, left) = self.unit_table(MOST_UNITS);
            tables.push(table);
            if left > 0 {
                notes.push(format!("{left} more units are in report.json."));
            }
        }
        if self.weights.len() > 1 {
            tables.push(self.weight_table());
        }
        Document {
            title: format!("What {} does", self.name),
            class: "counted".into(),
            headline: self.headline(),
            rows,
            sections: self.sections(),
            notes,
            tables,
            meaning: self.meaning(),
            ..Document::default()
        }
    }

    fn weight_table(&self) -> Table {
        let rows = self.weights.iter().enumerate().map(|(k, layer)| {
            let is_last = k + 1 == self.weights.len();
            let name = if is_last {
                "output".to_owned()
            } else {
                format!("hidden {}", k + 1)
            };
            vec![
                name,
                layer.weights.to_string(),
                layer.zeros.to_string(),
                layer.near_zeros.to_string(),
                if layer.largest.bits() <= 24 {
                    exactly(&layer.largest)
                } else {
                    up(&layer.largest)
                },
            ]
        });
        Table {
            title: "Weights of each layer",
            head: vec!["layer", "weights", "zero", "nearly zero", "largest"],
            rows: rows.collect(),
        }
    }
}
