//! Lower bounds of size in words and in JSON.

use serde_json::{Map, Value, json};

use super::{BENDING_UNITS, LowerBound, Obstacle};
use crate::certificate::size::Along;
use crate::checker::size::VerifiedSize;
use crate::expr::{Domain, Target};
use crate::numbers::Rational;
use crate::words::count;

/// The bound as a few lines of text.
pub fn bound_text(bound: &LowerBound) -> String {
    let near = near(bound.target(), bound.domain(), &bound.tolerance.to_string());
    let mut lines = Vec::new();
    match (bound.kinks(), bound.obstacle()) {
        (_, Some(Obstacle::Jump(jump))) => lines.push(format!(
            "no continuous function is {near}: the target jumps {jump}, and half of it is {}, so this \
             holds for networks of any size",
            jump.half()
        )),
        (_, Some(Obstacle::Curved)) => lines.push(format!(
            "no piecewise-linear function is {near}: the target is curved, so this holds for networks \
             of any size; hint: ask for a tolerance above 0"
        )),
        (Some(0) | None, None) => lines.push(format!(
            "no kink is forced {near}: no three values are further than that from a line, and an \
             affine function may be enough"
        )),
        (Some(kinks), None) => kink_lines(kinks, &near, &mut lines),
    }
    if let Some(jumps) = bound.jumps().filter(|jumps| *jumps > 0) {
        jump_lines(jumps, &near, &mut lines);
    }
    let found = bound.found.as_ref();
    if let Some(found) = found {
        let certificate = &found.certificate;
        let several = bound.domain.dimension() > 1 || bound.target.outputs_count() > 1;
        let mut parts = Vec::new();
        if let Some(kinks) = &certificate.kinks {
            parts.push(along("triple", kinks, several, bound));
        }
        if let Some(jumps) = &certificate.jumps {
            parts.push(along("pair", jumps, several, bound));
        }
        lines.push(format!("  checked by the kernel: {}", parts.join(" and ")));
    }
    lines.join("\n")
}

/// What an accepted certificate says, as a few lines of text.
pub fn found_text(verified: &VerifiedSize) -> String {
    let (target, domain) = (verified.target(), verified.domain());
    let near = near(target, domain, &verified.tolerance().to_string());
    let mut lines = Vec::new();
    if let Some(kinks) = verified.kinks() {
        kink_lines(kinks, &near, &mut lines);
    }
    if let Some(jumps) = verified.jumps() {
        jump_lines(jumps, &near, &mut lines);
    }
    lines.join("\n")
}

/// `within 1/1000 of sin(x) for x in [0, 1]`.
fn near(target: &Target, domain: &Domain, tolerance: &str) -> String {
    let sides = domain.names().iter().zip(domain.sides());
    let sides: Vec<String> = sides
        .map(|(name, (low, high))| format!("{name} in [{low}, {high}]"))
        .collect();
    let target = match target.text() {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    };
    format!("within {tolerance} of {target} for {}", sides.join(", "))
}

fn kink_lines(kinks: usize, near: &str, lines: &mut Vec<String>) {
    let at_least = count(kinks, "kink");
    lines.push(format!(
        "every continuous piecewise-linear function {near} has at least {at_least}"
    ));
    let [relu, _, _, tanh, maxout] = BENDING_UNITS;
    for (place, layers) in [("one hidden layer", Some(1)), ("any depth", None)] {
        let units = |unit: super::BendingUnit| unit.units(kinks, layers);
        lines.push(format!(
            "  {place}: at least {} of relu, leaky relu or abs; {} of hard tanh; {} of maxout of rank 3",
            count(units(relu), "unit"),
            units(tanh),
            units(maxout)
        ));
    }
}

fn jump_lines(jumps: usize, near: &str, lines: &mut Vec<String>) {
    lines.push(format!(
        "every step function {near} has at least {}",
        count(jumps, "jump")
    ));
    lines.push(format!(
        "  any depth: at least {} in the first layer of a heaviside network",
        count(jumps, "unit")
    ));
}

/// `38 triples along the line from (0, 0) to (1, 1)`.
fn along<const N: usize>(
    group: &str,
    along: &Along<N>,
    several: bool,
    bound: &LowerBound,
) -> String {
    let groups = count(along.places.len(), group);
    if !several {
        return groups;
    }
    let point = |point: &[Rational]| {
        let numbers: Vec<String> = point.iter().map(ToString::to_string).collect();
        numbers.join(", ")
    };
    let (from, to) = (point(&along.from), point(&along.to));
    let output = match bound.target.outputs_count() {
        1 => String::new(),
        _ => format!(" for output {}", along.output + 1),
    };
    format!("{groups} along the line from ({from}) to ({to}){output}")
}

/// The bound as JSON, without the certificate's file.
pub fn bound_json(bound: &LowerBound) -> Value {
    let mut object = numbers(bound.kinks(), bound.jumps());
    object.insert("tolerance".into(), bound.tolerance.to_string().into());
    let claim = claim(bound.target(), bound.domain());
    object.insert("claim".into(), claim);
    let obstacle = match bound.obstacle() {
        None => Value::Null,
        Some(Obstacle::Jump(jump)) => json!({
            "kind": "jump", "size": jump.size.to_string(), "exact": jump.is_exact,
            "error_at_least": jump.size.half().to_string(),
        }),
        Some(Obstacle::Curved) => json!({ "kind": "curved" }),
    };
    object.insert("obstacle".into(), obstacle);
    Value::Object(object)
}

/// What an accepted certificate says, as JSON.
pub fn claim_json(verified: &VerifiedSize) -> Value {
    let mut object = numbers(verified.kinks(), verified.jumps());
    let tolerance = verified.tolerance().to_string();
    object.insert("tolerance".into(), tolerance.into());
    let claim = claim(verified.target(), verified.domain());
    object.insert("claim".into(), claim);
    Value::Object(object)
}

fn claim(target: &Target, domain: &Domain) -> Value {
    let sides = domain.names().iter().zip(domain.sides());
    let sides: Map<String, Value> = sides
        .map(|(name, (low, high))| (name.clone(), json!([low.to_string(), high.to_string()])))
        .collect();
    let target = match target.text() {
        [one] => json!(one),
        several => json!(several),
    };
    json!({ "kind": "units-at-least", "norm": "sup", "target": target, "inputs": domain.names(), "domain": sides })
}

fn numbers(kinks: Option<usize>, jumps: Option<usize>) -> Map<String, Value> {
    let of = |layers| {
        kinks.map(|kinks| {
            let units = BENDING_UNITS.iter();
            let units = units.map(|unit| (unit.name.to_string(), json!(unit.units(kinks, layers))));
            units.collect::<Map<String, Value>>()
        })
    };
    Map::from_iter([
        ("kinks_at_least".to_string(), json!(kinks)),
        ("jumps_at_least".to_string(), json!(jumps)),
        ("units_at_least".to_string(), json!(of(Some(1)))),
        ("units_at_least_any_depth".to_string(), json!(of(None))),
        (
            "first_layer_at_least".to_string(),
            json!(jumps.map(|jumps| json!({ "heaviside": jumps }))),
        ),
    ])
}
