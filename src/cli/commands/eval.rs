//! `steeple eval`.

use serde_json::{Map, json};

mod points;

use super::pretty;
use crate::certificate::Semantics;
use crate::cli::arguments::{Eval, Format};
use crate::cli::{Output, Refusal, inputs, note};
use crate::floats;
use crate::network::Network;
use crate::numbers::Rational;
use crate::numbers::literal::{decimal_down, decimal_up};
use crate::workflow::evaluate::{Outputs, evaluate};

/// Evaluates a network at a point, or at many.
pub fn run(arguments: &Eval, format: Format) -> Result<Output, Refusal> {
    let digits = usize::from(arguments.digits);
    if let Some(path) = &arguments.points {
        inputs::one_from_standard_input([&arguments.network, path])?;
        return points::run(arguments, path, digits).map(Output::yes);
    }
    let at = arguments.at.as_deref().unwrap_or_default();
    let names = inputs::Names::Flag(at);
    let loaded = inputs::read_network(&arguments.network, names, arguments.weights)?;
    let semantics = semantics(arguments, &loaded.network)?;
    loaded.fits(&arguments.network, &semantics)?;
    let network = loaded.network;
    let point = point(at, &network)?;
    let (values, is_exact) = match &semantics {
        Semantics::Real => match evaluate(&network, &point, digits).map_err(Refusal::new)? {
            Outputs::Exact(values) => (values.iter().map(twice).collect(), true),
            Outputs::Enclosed(ends) => (written(&ends, digits), false),
        },
        Semantics::Float(floats) => {
            let points = points::Enclosures::new(&network, floats, std::slice::from_ref(&point))?;
            (points.at(&point, digits)?, false)
        }
    };
    let named = network.outputs().iter().zip(&values);
    let text = match format {
        Format::Json => {
            let mut outputs = Map::new();
            for (name, (low, high)) in named {
                outputs.insert(name.clone(), json!([low, high]));
            }
            pretty(&json!({ "outputs": outputs, "exact": is_exact }))
        }
        Format::Text => {
            let lines: Vec<String> = named
                .map(|(name, (low, high))| {
                    if is_exact {
                        format!("{name} = {low} (exact)")
                    } else {
                        format!("{low} <= {name} <= {high}")
                    }
                })
                .collect();
            lines.join("\n")
        }
    };
    Ok(Output::yes(text))
}

fn twice(value: &Rational) -> (String, String) {
    (value.to_string(), value.to_string())
}

/// Both ends, rounded outwards.
fn written(ends: &[(Rational, Rational)], digits: usize) -> Vec<(String, String)> {
    ends.iter()
        .map(|(low, high)| (decimal_down(low, digits), decimal_up(high, digits)))
        .collect()
}

/// The arithmetic that is asked for.
fn semantics(arguments: &Eval, network: &Network) -> Result<Semantics, Refusal> {
    let none = floats::Arithmetic::default();
    inputs::semantics(&arguments.arithmetic, &none, Some(network))
}

/// Reads `x=1/3,y=0.2`.
fn point(text: &str, network: &Network) -> Result<Vec<Rational>, Refusal> {
    let mut named = Vec::new();
    if !text.contains('=') {
        return in_order(text, network);
    }
    for part in text.split(',') {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            Refusal::new(format_args!("--at: `{}` is not a value", part.trim())).hint(&format!(
                "write --at \"{}=0\"",
                network.inputs().join("=0,")
            ))
        })?;
        let name = name.trim();
        if !network.inputs().iter().any(|input| input == name) {
            return Err(Refusal::new(format_args!(
                "--at: the network has no input `{name}`, its inputs are {}",
                network.inputs().join(", ")
            )));
        }
        if named.iter().any(|(other, _)| *other == name) {
            return Err(Refusal::new(format_args!("--at gives `{name}` twice")));
        }
        named.push((name, inputs::number("at", value)?));
    }
    network
        .inputs()
        .iter()
        .map(|input| {
            named
                .iter()
                .find(|(name, _)| name == input)
                .map(|(_, value)| value.clone())
                .ok_or_else(|| Refusal::new(format_args!("--at gives no value for `{input}`")))
        })
        .collect()
}

/// Reads `1/3, 0.2` or `(1/3, 0.2)`: a value for each input, in order.
fn in_order(text: &str, network: &Network) -> Result<Vec<Rational>, Refusal> {
    let inner = text.trim();
    let inner = inner
        .strip_prefix(['(', '['])
        .and_then(|inner| inner.strip_suffix([')', ']']))
        .unwrap_or(inner);
    let values: Vec<&str> = inner.split([',', ';']).collect();
    let names = network.inputs();
    if values.len() != names.len() {
        return Err(Refusal::new(format_args!(
            "--at: `{}` is not a value of each input",
            text.trim()
        ))
        .hint(&format!("write --at \"{}=0\"", names.join("=0,"))));
    }
    let point: Result<Vec<Rational>, Refusal> = values
        .iter()
        .map(|value| inputs::number("at", value))
        .collect();
    let point = point?;
    let read: Vec<String> = names
        .iter()
        .zip(&point)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    note(&format!("read `{}` as `{}`", text.trim(), read.join(",")));
    Ok(point)
}
