//! `steeple eval`.

use serde_json::{Map, json};

mod points;

use super::pretty;
use crate::certificate::Semantics;
use crate::cli::arguments::{Eval, Format};
use crate::cli::{Output, Refusal, inputs, note};
use crate::floats;
use crate::network::{Network, forward};
use crate::numbers::literal::{decimal_down, decimal_up};
use crate::numbers::{Failure, Precise, Rational, Scalar};

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
    let exact = match semantics {
        Semantics::Real => forward(&network, &(), &point).ok(),
        Semantics::Float(_) => None,
    };
    let is_exact = exact.is_some();
    let values = match (exact, &semantics) {
        (Some(values), _) => values
            .iter()
            .map(|value| (value.to_string(), value.to_string()))
            .collect(),
        (None, Semantics::Real) => enclosed(&network, &point, digits)?,
        (None, Semantics::Float(floats)) => {
            let points = points::Enclosures::new(&network, floats, std::slice::from_ref(&point))?;
            points.at(&point, digits)?
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

/// Encloses the outputs to the digits wanted, with more and more bits: up to a limit, since no
/// number of bits gives a digit of a value that is 0.
fn enclosed(
    network: &Network,
    point: &[Rational],
    digits: usize,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut bits = u32::try_from(digits * 4).unwrap_or(4000) + 64;
    let most_bits = bits * 8;
    loop {
        let inputs: Vec<Precise> = point
            .iter()
            .map(|value| Precise::constant(&bits, value))
            .collect();
        let values = forward(network, &bits, &inputs).map_err(|failure| {
            Refusal::new(match failure {
                Failure::Undefined | Failure::PossiblyUndefined => {
                    "the network has no value at this point"
                }
                Failure::Inexact => "the value at this point is out of range",
            })
        })?;
        let ends: Option<Vec<(Rational, Rational)>> = values
            .iter()
            .map(|value| Some((value.lower()?, value.upper()?)))
            .collect();
        let Some(ends) = ends else {
            return Err(Refusal::new("the value at this point is out of range"));
        };
        let is_sharp = ends.iter().all(|(low, high)| {
            let places = i32::try_from(digits).unwrap_or(i32::MAX);
            let unit = Rational::from(10).powi(-places).unwrap_or_default();
            high - low <= low.abs().max(high.abs()) * unit
        });
        if is_sharp || bits >= most_bits {
            return Ok(ends
                .iter()
                .map(|(low, high)| (decimal_down(low, digits), decimal_up(high, digits)))
                .collect());
        }
        bits *= 2;
    }
}
