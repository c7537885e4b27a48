//! Verdicts on properties, for users and for programs.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::json::{Times, arithmetic};
use super::{CertificateReport, SearchReport, Verdict};
use crate::expr::Property;
use crate::floats::Told;
use crate::formats::foreign::Weights;
use crate::numbers::Rational;
use crate::prover::StoppedBy;
use crate::words::count;

/// The result for one network and one property.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PropertyReport {
    /// The answer.
    pub verdict: Verdict,
    /// The file of the property.
    pub file: String,
    /// The property.
    pub property: Option<Property>,
    /// The names of the network's inputs, in order.
    pub inputs: Vec<String>,
    /// The names of the network's outputs, in order.
    pub outputs: Vec<String>,
    /// The digest of the network.
    pub network: String,
    /// Which weights the network has.
    pub weights: Weights,
    /// The arithmetic that evaluates it.
    pub arithmetic: Told,
    /// A point where it fails.
    pub witness: Option<PointReport>,
    /// The search.
    pub search: SearchReport,
    /// The number of boxes that are open at the end.
    pub open: usize,
    /// A point that stayed undecided in boxes of every size, and an estimate of the margin by which the
    /// condition is missed there, if floats can tell.
    pub stuck: Option<(Vec<f64>, Option<f64>)>,
    /// Why the assertions contradict each other for every network, if they do.
    pub vacuous: Option<String>,
    /// The certificate.
    pub certificate: CertificateReport,
}

/// A point at which a property fails.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointReport {
    /// In which box, counted from one.
    pub case: usize,
    /// The inputs.
    pub point: Vec<Rational>,
    /// Each output, enclosed.
    pub outputs: Vec<(Rational, Rational)>,
}

/// Returns the object of a property's claim.
pub fn claim(property: &Property, network: &str, weights: Weights, told: &Told) -> Value {
    let cases: Vec<Value> = (property.cases().iter())
        .map(|case| {
            let mut sides = Map::new();
            for (i, (low, high)) in case.sides().iter().enumerate() {
                sides.insert(format!("X_{i}"), json!([low.to_string(), high.to_string()]));
            }
            json!({ "box": sides, "unsafe": case.text() })
        })
        .collect();
    let mut claim = json!({
        "inputs": property.inputs(),
        "outputs": property.outputs(),
        "cases": cases,
        "network": network,
        "semantics": told.name(),
        "weights": weights.name(),
        "points": format!("every {}point of the closed boxes", told.before_inputs()),
    });
    if let Some(arithmetic) = arithmetic(told, &[]) {
        claim["arithmetic"] = arithmetic;
    }
    claim
}

/// Returns the object of `verify --property`.
pub fn json(report: &PropertyReport, times: Times) -> Value {
    let seconds = |value: f64| match times {
        Times::Shown => json!((value * 1e6).round() / 1e6),
        Times::LeftOut => Value::Null,
    };
    let witness = report.witness.as_ref().map(|witness| {
        let PointReport {
            case,
            point,
            outputs,
        } = witness;
        let mut inputs = Map::new();
        for (name, value) in report.inputs.iter().zip(point) {
            inputs.insert(name.clone(), json!(value.to_string()));
        }
        let mut values = Map::new();
        for (name, (low, high)) in report.outputs.iter().zip(outputs) {
            values.insert(name.clone(), json!([low.to_string(), high.to_string()]));
        }
        json!({ "case": case, "point": inputs, "network": values })
    });
    let is_decided = report.verdict != Verdict::Undecided;
    json!({
        "steeple": env!("CARGO_PKG_VERSION"),
        "verdict": report.verdict.name(),
        "vnnlib": report.verdict.vnnlib(),
        "vacuous": report.vacuous,
        "claim": report.property.as_ref().map(|property| claim(property, &report.network, report.weights, &report.arithmetic)),
        "witness": witness,
        "search": {
            "boxes": report.search.boxes,
            "leaves": report.search.leaves,
            "open": report.open,
            "seconds": seconds(report.search.seconds),
            "stopped_by": report.search.stopped_by.map(StoppedBy::name),
        },
        "certificate": (is_decided || report.certificate.is_unchecked).then(|| json!({
            "path": report.certificate.path,
            "bytes": report.certificate.bytes,
            "checked": !report.certificate.is_unchecked,
            "seconds": seconds(report.certificate.seconds),
        })),
    })
}

/// Returns the verdict, in a sentence that repeats its claim, and the evidence for it.
///
/// ```text
/// proved (unsat): nothing that p.vnnlib describes is possible, over the reals; 12 leaves, certificate checked
/// ```
pub fn text(report: &PropertyReport) -> String {
    let weights = report.weights.text();
    let arithmetic = report.arithmetic.clause();
    format!("{}\n  {arithmetic}, with {weights}", verdict(report))
}

fn verdict(report: &PropertyReport) -> String {
    let file = &report.file;
    match (report.verdict, &report.witness) {
        (Verdict::Proved, _) => format!(
            "proved (unsat): nothing that {file} describes is possible, {}; {}, certificate checked",
            match report.arithmetic.floats() {
                None => "over the reals".to_owned(),
                Some(_) => format!("at any {}point", report.arithmetic.before_inputs()),
            },
            count(report.search.leaves, "leaf")
        ),
        (Verdict::Refuted, Some(witness)) => {
            let PointReport {
                case,
                point,
                outputs,
            } = witness;
            let mut text = format!("refuted (sat): what {file} describes happens at");
            // Strings take any text, so writing to one cannot fail.
            for (i, value) in point.iter().enumerate() {
                let comma = if i == 0 { "" } else { "," };
                let _ = write!(text, "{comma} {}", named("X", i, &report.inputs, value));
            }
            for (j, (low, high)) in outputs.iter().enumerate() {
                let value = if low == high && low.bits() <= 128 {
                    format!("= {low}")
                } else {
                    format!("in [{}, {}]", super::down(low), super::up(high))
                };
                let name = label("Y", j, &report.outputs);
                let _ = write!(text, "\n  {name} {value}");
            }
            let cases = report.property.as_ref().map_or(0, |p| p.cases().len());
            if cases > 1 {
                let _ = write!(text, "\n  this is in box {case} of {cases}");
            }
            text
        }
        _ => {
            let stopped = match report.search.stopped_by {
                Some(reason) => format!(
                    "stopped by {} after {}",
                    reason.name(),
                    count(report.search.boxes, "box")
                ),
                None => count(report.search.boxes, "box"),
            };
            if report.certificate.is_unchecked {
                return format!(
                    "undecided (unknown): whether what {file} describes is possible; {stopped}, \
                     before the certificate was checked"
                );
            }
            let hint = match report.search.stopped_by {
                Some(StoppedBy::Resolution) => unresolved(report),
                _ => "raise the limit, or ask for a smaller box".to_string(),
            };
            format!(
                "undecided (unknown): whether what {file} describes is possible; {stopped}, {} \
                 still open\n  hint: {hint}",
                report.open
            )
        }
    }
}

/// Returns why cells stayed open although they were not cut further.
fn unresolved(report: &PropertyReport) -> String {
    match &report.stuck {
        Some((point, Some(_))) => {
            let each = point.iter().take(8).enumerate();
            let mut each: Vec<String> = each.map(|(i, x)| format!("X_{i} = {}", about(*x))).collect();
            if point.len() > each.len() {
                each.push("...".to_string());
            }
            format!(
                "near {} the condition is almost an equality, or the network jumps; such ties are decided \
                 for claims (--target), but not yet for properties",
                each.join(", ")
            )
        }
        Some((_, None)) => {
            "the network or the condition has numbers beyond the range of floats (about 1e308), and the \
             search needs floats"
                .to_string()
        }
        None => "the network cannot be evaluated there".to_string(),
    }
}

/// Returns a float with few digits.
fn about(x: f64) -> String {
    if x == 0.0 || (1e-4..1e9).contains(&x.abs()) {
        let text = format!("{x:.6}");
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        format!("{x:.6e}")
    }
}

/// Returns `X_0`, followed by the name in the network if that differs.
fn label(letter: &str, place: usize, names: &[String]) -> String {
    let own = format!("{letter}_{place}");
    match names.get(place) {
        Some(name) if *name != own => format!("{own} ({name})"),
        _ => own,
    }
}

fn named(letter: &str, place: usize, names: &[String], value: &Rational) -> String {
    format!("{} = {value}", label(letter, place, names))
}
