//! The object that scripts rely on.

use serde_json::{Value, json};

use super::{Comparison, Enclosure, Row, Start, UnitLine};
use crate::report::json::arithmetic;

/// Returns the object of `compare`; what does not apply is null.
pub fn render(comparison: &Comparison) -> Value {
    json!({
        "steeple": env!("CARGO_PKG_VERSION"),
        "target": comparison.target_text(),
        "domain": comparison
            .domain
            .iter()
            .map(|(name, low, high)| (name.clone(), json!([low.to_string(), high.to_string()])))
            .collect::<serde_json::Map<String, Value>>(),
        "threshold": comparison.threshold.as_ref().map(ToString::to_string),
        "semantics": comparison.arithmetic.name(),
        "arithmetic": arithmetic(&comparison.arithmetic, &comparison.domain),
        "rows": comparison.rows.iter().map(row).collect::<Vec<_>>(),
        "notes": comparison.notes,
    })
}

fn row(row: &Row) -> Value {
    let is_there = row.failed.is_none();
    json!({
        "name": row.name,
        "origin": row.origin.name(),
        "weights": row.weights.name(),
        "failed": row.failed,
        "constant": row.constant,
        "hidden_layers": is_there.then_some(row.hidden.len()),
        "units": is_there.then_some(row.units),
        "parameters": is_there.then_some(row.parameters),
        "zero_weight_share": is_there.then_some(row.zero_weight_share),
        "largest_weight": is_there.then_some(row.largest_weight),
        "error": {
            "sup": row.sup.as_ref().map(enclosure),
            "sup_in_float32": row.beside.as_ref().map(enclosure),
            "l1": row.l1.as_ref().map(enclosure),
            "area": row.area.as_ref().map(enclosure),
        },
        "not_searched": row.not_searched,
        "linear_regions": row.linear_regions,
        "decision_sides": row.decision_sides,
        "best_polygon_area": row.best_polygon.as_ref().and_then(Enclosure::at_most),
        "gradient_check": row.gradient_check,
        "restarts": row.starts.iter().map(start).collect::<Vec<_>>(),
        "best_restart": row.best_start,
        "hidden": row
            .hidden
            .iter()
            .map(|(units, activation)| json!({ "units": units, "activation": activation }))
            .collect::<Vec<_>>(),
        "lines": row.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn enclosure(found: &Enclosure) -> Value {
    json!({
        "lower": found.lower.to_string(),
        "upper": found.upper.as_ref().map(ToString::to_string),
        "figures": found.figures(),
    })
}

fn start(start: &Start) -> Value {
    json!({ "seed": start.seed, "loss": start.loss, "fit": start.fit, "steps": start.steps })
}

fn line(line: &UnitLine) -> Value {
    json!({
        "direction": [line.direction.0, line.direction.1],
        "place": line.place,
        "steepness": line.steepness,
        "transition": line.transition,
        "is_step": line.is_step,
        "meets_domain": line.meets,
    })
}
