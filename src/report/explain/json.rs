//! An explanation for programs.

use serde_json::{Map, Value, json};

use super::{Bounds, Explanation, Steps, UnitReport};
use crate::numbers::Rational;
use crate::numbers::literal::{decimal_down, decimal_up};
use crate::report::DIGITS;

impl Explanation {
    /// Returns the object that `steeple explain` prints.
    pub fn json(&self) -> Value {
        let domain = self
            .domain
            .iter()
            .map(|(name, low, high)| (name.clone(), json!([low.to_string(), high.to_string()])));
        let layers = self
            .layers
            .iter()
            .map(|(units, activation)| json!({ "units": units, "activation": activation }));
        json!({
            "steeple": env!("CARGO_PKG_VERSION"),
            "name": self.name,
            "network": {
                "digest": self.network,
                "layers": layers.collect::<Vec<_>>(),
                "units": self.size.units,
                "parameters": self.size.parameters,
                "nonzero_parameters": self.size.nonzero_parameters,
            },
            "domain": Value::Object(domain.collect::<Map<_, _>>()),
            "headline": self.headline(),
            "affine": self.affine,
            "range": self.ranges.iter().map(|range| range.as_ref().map(ends)).collect::<Vec<_>>(),
            "error": self.error.as_ref().map(|report| json!({
                "target": report.target,
                "norm": report.norm.name(),
                "bounds": bounds(report.error.as_ref()),
            })),
            "steps": self.steps_json(),
            "flat": match &self.flat {
                None => Value::Null,
                Some(Ok(flat)) => json!({ "part": bounds(Some(&flat.part)), "meaning": flat.meaning }),
                Some(Err(why)) => json!({ "part": null, "reason": why }),
            },
            "units": self.units.iter().map(unit).collect::<Vec<_>>(),
            "shapes": self.shapes.iter().map(|shape| json!({
                "kind": shape.kind,
                "units": shape.units,
                "sentence": shape.sentence,
            })).collect::<Vec<_>>(),
            "weights": self.weights.iter().map(|layer| json!({
                "weights": layer.weights,
                "zero": layer.zeros,
                "nearly_zero": layer.near_zeros,
                "largest": layer.largest.to_string(),
            })).collect::<Vec<_>>(),
            "stopped_by": self.stopped_by.map(crate::prover::StoppedBy::name),
            "notes": self.notes,
        })
    }

    fn steps_json(&self) -> Value {
        match &self.steps {
            Steps::NoUnits => json!({ "kind": "no units" }),
            Steps::Already => json!({ "kind": "steps" }),
            Steps::Never(name) => json!({ "kind": "no steps", "activation": name }),
            Steps::Compared(report) => json!({
                "kind": "hardened",
                "replaced": report.replaced,
                "kept": report.kept,
                "largest": bounds(report.largest.as_ref()),
                "mean": bounds(report.mean.as_ref()),
                "tolerance": report.tolerance.to_string(),
                "same": bounds(report.same.as_ref()),
                "decisions": report.decisions.as_ref().map(|(threshold, differ)| json!({
                    "threshold": threshold.to_string(),
                    "differ": bounds(differ.as_ref()),
                })),
                "reason": report.reason,
            }),
        }
    }
}

fn unit(unit: &UnitReport) -> Value {
    json!({
        "layer": unit.layer,
        "unit": unit.unit,
        "activation": unit.activation,
        "line": unit.line,
        "line_rounded": unit.is_line_rounded,
        "meets_domain": unit.meets,
        "class": unit.class.name(),
        "transition": unit.transition.as_ref().map(|transition| json!({
            "width": ends(&transition.width),
            "part": ends(&transition.part),
        })),
        "range": unit.range.as_ref().map(ends),
        "constant": unit.constant.as_ref().map(Rational::to_string),
        "weight": unit.weight.as_ref().map(Rational::to_string),
        "change": bounds(unit.change.as_ref()),
        "error_without": bounds(unit.error.as_ref()),
    })
}

fn ends((low, high): &(Rational, Rational)) -> Value {
    json!([low.to_string(), high.to_string()])
}

fn bounds(found: Option<&Bounds>) -> Value {
    let Some(found) = found else {
        return Value::Null;
    };
    json!({
        "lower": found.lower.to_string(),
        "upper": found.upper.as_ref().map(Rational::to_string),
        "lower_decimal": decimal_down(&found.lower, DIGITS),
        "upper_decimal": found.upper.as_ref().map(|upper| decimal_up(upper, DIGITS)),
        "by": found.by.name(),
    })
}
