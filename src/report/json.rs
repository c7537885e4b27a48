//! The objects that scripts rely on.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{DIGITS, Report};
use crate::floats::Told;
use crate::numbers::{Rational, literal};
use crate::prover::StoppedBy;

/// Times are for users: they go to standard output, not into files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// With the seconds.
    Shown,
    /// Without.
    LeftOut,
}

#[derive(Serialize)]
struct ErrorObject {
    lower: String,
    upper: Option<String>,
    lower_decimal: String,
    upper_decimal: Option<String>,
    exact: bool,
}

/// Returns the object `{"lower", "upper", ...}` of the enclosed error, with one of the same form
/// under `"squared"` for `l2`.
pub fn error(report: &Report) -> Value {
    let mut error = ends_of_error(&report.lower, report.upper.as_ref());
    if let (Some((lower, upper)), Some(error)) = (&report.squared, error.as_object_mut()) {
        error.insert("squared".into(), ends_of_error(lower, upper.as_ref()));
    }
    error
}

fn ends_of_error(lower: &Rational, upper: Option<&Rational>) -> Value {
    json!(ErrorObject {
        lower: lower.to_string(),
        upper: upper.map(ToString::to_string),
        lower_decimal: literal::decimal_down(lower, DIGITS),
        upper_decimal: upper.map(|upper| literal::decimal_up(upper, DIGITS)),
        exact: upper == Some(lower),
    })
}

/// Returns what a claim about floats assumes, with the first and the last float of each side; `None` for real
/// numbers.
pub fn arithmetic(told: &Told, domain: &[(String, Rational, Rational)]) -> Option<Value> {
    let floats = told.floats()?;
    let ends = told.ends(domain).into_iter();
    let points: Map<String, Value> = ends
        .map(|(name, first, last)| (name, json!([first.to_string(), last.to_string()])))
        .collect();
    Some(json!({
        "summation": floats.summation.name(),
        "activation_error": {
            "ulps": floats.activation.ulps.to_string(),
            "abs": floats.activation.abs.to_string(),
            "covers": told.covers,
            "matters": !told.inexact.is_empty(),
        },
        "inputs": if floats.rounded_inputs { "rounded" } else { "floats" },
        "points": (!points.is_empty()).then_some(points),
    }))
}

/// Returns the object of a claim.
pub fn claim(report: &Report) -> Value {
    let names: Vec<&String> = report.domain.iter().map(|(name, _, _)| name).collect();
    let mut domain = Map::new();
    for (name, low, high) in &report.domain {
        domain.insert(name.clone(), json!([low.to_string(), high.to_string()]));
    }
    let target = match report.target.as_slice() {
        [one] => json!(one),
        several => json!(several),
    };
    let mut object = json!({
        "norm": report.norm_name(),
        "target": target,
        "inputs": names,
        "domain": domain,
        "tolerance": report.tolerance.as_ref().map(ToString::to_string),
    });
    if let (Some(threshold), Some(object)) = (&report.threshold, object.as_object_mut()) {
        object.insert("threshold".into(), json!(threshold.to_string()));
    }
    if let Some(object) = object.as_object_mut() {
        object.insert("network".into(), json!(report.network));
        object.insert("semantics".into(), json!(report.arithmetic.name()));
        if let Some(arithmetic) = arithmetic(&report.arithmetic, &report.domain) {
            object.insert("arithmetic".into(), arithmetic);
        }
        object.insert("weights".into(), json!(report.weights.name()));
    }
    object
}

/// Returns the object of `verify`.
pub fn verify(report: &Report, times: Times) -> Value {
    let seconds = |value: f64| match times {
        Times::Shown => json!((value * 1e6).round() / 1e6),
        Times::LeftOut => Value::Null,
    };
    let ends = |pairs: &[(Rational, Rational)]| {
        let text = |(low, high): &(Rational, Rational)| json!([low.to_string(), high.to_string()]);
        match pairs {
            [one] => text(one),
            several => Value::Array(several.iter().map(text).collect()),
        }
    };
    let witness = report.witness.as_ref().map(|witness| {
        let mut point = Map::new();
        for (name, value) in &witness.point {
            point.insert(name.clone(), json!(value.to_string()));
        }
        json!({
            "point": point,
            "radius": witness.radius.to_string(),
            "network": ends(&witness.network),
            "target": ends(&witness.target),
        })
    });
    let a_priori = report.a_priori.as_ref().map(|bound| {
        let upper = &bound.upper;
        json!({ "upper": upper.to_string(), "upper_decimal": literal::decimal_up(upper, DIGITS), "theorem": bound.theorem })
    });
    let mut search = json!({
        "boxes": report.search.boxes,
        "leaves": report.search.leaves,
        "seconds": seconds(report.search.seconds),
        "stopped_by": report.search.stopped_by.map(StoppedBy::name),
    });
    let mut certificate = json!({
        "path": report.certificate.path,
        "bytes": report.certificate.bytes,
        "checked": !report.certificate.is_unchecked,
        "seconds": seconds(report.certificate.seconds),
    });
    if times == Times::LeftOut {
        for object in [&mut search, &mut certificate] {
            if let Some(object) = object.as_object_mut() {
                object.remove("seconds");
            }
        }
    }
    json!({
        "steeple": env!("CARGO_PKG_VERSION"),
        "verdict": report.verdict.name(),
        "claim": claim(report),
        "error": error(report),
        "witness": witness,
        "a_priori": a_priori,
        "search": search,
        "certificate": certificate,
    })
}

/// The networks that were compared, the chosen one first.
fn candidates(report: &Report) -> Value {
    let rows = report.candidates.iter().map(|candidate| {
        let error = candidate.error.as_ref();
        json!({
            "name": candidate.name,
            "hidden": candidate.hidden,
            "units": candidate.units,
            "at_least": candidate.at_least,
            "nonzero_parameters": candidate.nonzero_parameters,
            "largest_weight": candidate.largest_weight.to_string(),
            "error": error.map(|(lower, upper)| ends_of_error(lower, upper.as_ref())),
        })
    });
    rows.collect()
}

/// The files with rounded weights, and bounds on the error with them in float arithmetic.
fn rounded(report: &Report) -> Value {
    let files = report.rounded.iter().map(|file| {
        let error = file.error.as_ref();
        json!({
            "file": file.file,
            "weights": "stored",
            "floats": file.floats,
            "semantics": file.arithmetic.name(),
            "arithmetic": arithmetic(&file.arithmetic, &report.domain),
            "rounded": file.numbers,
            "largest_rounding": file.largest.to_string(),
            "verdict": error.map(|error| error.verdict.name()),
            "error": error.map(|error| ends_of_error(&error.lower, error.upper.as_ref())),
        })
    });
    files.collect()
}

/// Returns the object of `build`: the network, and `verify`'s object under `"verify"`.
pub fn build(report: &Report, times: Times) -> Value {
    json!({
        "steeple": env!("CARGO_PKG_VERSION"),
        "network": {
            "digest": report.network,
            "hidden_layers": report.size.hidden_layers,
            "units": report.size.units,
            "parameters": report.size.parameters,
            "nonzero_parameters": report.size.nonzero_parameters,
        },
        "notes": report.notes,
        "candidates": candidates(report),
        "rounded": rounded(report),
        "verify": verify(report, times),
    })
}
