//! Weights in safetensors files: `0.weight`, `0.bias`, `fc1.weight`, ...
//!
//! The format has no activations, so they come from a small JSON text next to the weights:
//!
//! ```json
//! { "activations": ["relu", "leaky-relu:1/10", "identity"], "layers": ["fc1", "fc2", "out"] }
//! ```
//!
//! `layers` is needed only if the names do not sort into the right order. If the last activation is
//! missing, it is `identity`. Files of [`write()`] need no such text: the network is in the metadata, as
//! our JSON, and the weights are checked against it.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::floats::{Precision, Rounding, bfloat, half, rational};
use super::foreign::{ForeignError, Imported, dense_size, nearest_floats, put_dense_row};
use super::json;
use crate::network::{Activation, FloatMatrixBuilder, Layer, Network, VectorBuilder};
use crate::numbers::{Float64, Rational, literal};
use crate::words::count;

/// The key of the exact network among the metadata.
const KEY: &str = "steeple_network";

/// The form of the text next to the weights.
pub const EXPECTED: &str =
    "expected {\"activations\": [\"relu\", ..., \"identity\"]}, one for each layer";

fn error(message: impl Into<String>) -> ForeignError {
    ForeignError::new(message)
}

/// Returns the network that the weights describe, with the text next to them if there is one.
///
/// - Exactness: exact.
/// - Errors: [`ForeignError`], by the name of the tensor.
pub fn read(bytes: &[u8], beside: Option<&str>) -> Result<Imported, ForeignError> {
    let damaged = |problem| {
        error(format!("this is not a whole safetensors file: {problem}"))
            .hint("the file is truncated or damaged")
    };
    let file = SafeTensors::deserialize(bytes).map_err(damaged)?;
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
    if let Some(text) = metadata.metadata().as_ref().and_then(|map| map.get(KEY)) {
        return exact(bytes, text, &file);
    }
    let Some(beside) = beside else {
        return Err(error(
            "a safetensors file has no activations, and there is no JSON file with them",
        )
        .hint(format!(
            "add a JSON file of the same name next to it: {EXPECTED}"
        )));
    };
    let description = Description::read(beside)?;
    let mut names: Vec<String> = Vec::new();
    for name in file.names() {
        if let Some(layer) = name.strip_suffix(".weight") {
            names.push(layer.to_owned());
        } else {
            let bias = name.strip_suffix(".bias");
            let has_weight =
                bias.is_some_and(|layer| file.tensor(&format!("{layer}.weight")).is_ok());
            if !has_weight {
                return Err(
                    error("only dense layers are supported: NAME.weight and NAME.bias")
                        .at(|| format!("tensor `{name}`")),
                );
            }
        }
    }
    names.sort_by_key(|name| pieces(name));
    if let Some(wanted) = description.layers {
        let mut sorted = wanted.clone();
        sorted.sort_by_key(|name| pieces(name));
        if sorted != names {
            return Err(error(format!(
                "`layers` in the JSON file names {}, but the weights are {}",
                wanted.join(", "),
                names.join(", ")
            )));
        }
        names = wanted;
    }
    let mut activations = description.activations;
    if activations.len() + 1 == names.len() {
        activations.push(Activation::Identity);
    }
    if activations.len() != names.len() {
        return Err(error(format!(
            "expected {}, found {}; the layers are {}",
            count(names.len(), "activation"),
            activations.len(),
            names.join(", ")
        ))
        .hint(EXPECTED));
    }
    let mut layers: Vec<Layer> = Vec::new();
    for (name, activation) in names.iter().zip(activations) {
        let layer = layer(&file, name, activation)?;
        if let Some(before) = layers.last()
            && before.units() != layer.inputs()
        {
            return Err(error(format!(
                "it expects {}, but the layer before gives {}",
                count(layer.inputs(), "input"),
                before.units()
            ))
            .at(|| format!("tensor `{name}.weight`"))
            .hint("layers are sorted by their names; set `layers` in the JSON file to change the order"));
        }
        layers.push(layer);
    }
    if layers.is_empty() {
        return Err(error("this file has no weights"));
    }
    Ok(Imported {
        layers,
        exact: None,
        names: None,
        notes: vec![format!("the order of the layers is {}", names.join(", "))],
        computes: Ok(None),
    })
}

/// Compares names by the numbers in them: `2` before `10`.
fn pieces(name: &str) -> Vec<(u64, String)> {
    name.split('.')
        .map(|piece| {
            let text = piece.trim_end_matches(|c: char| c.is_ascii_digit());
            (piece[text.len()..].parse().unwrap_or(0), text.to_owned())
        })
        .map(|(number, text)| {
            if text.is_empty() {
                (number, text)
            } else {
                (0, format!("{text}{number:020}"))
            }
        })
        .collect()
}

fn exact(bytes: &[u8], text: &str, file: &SafeTensors<'_>) -> Result<Imported, ForeignError> {
    let place = || format!("metadata `{KEY}`");
    let network = json::read(text).map_err(|e| error(e.to_string()).at(place))?;
    let is_double = file.iter().any(|(_, tensor)| tensor.dtype() == Dtype::F64);
    let precision = if is_double {
        Precision::Double
    } else {
        Precision::Single
    };
    let (again, _) = write(&network, precision).map_err(|error| error.at(place))?;
    if again != bytes {
        return Err(error(
            "the exact weights in this entry differ from the tensors, which were changed later",
        )
        .at(place)
        .hint("remove this entry to use the tensors"));
    }
    let stored = network.layers().iter().enumerate();
    let stored =
        stored.map(|(k, exact)| layer(file, &format!("layers.{k}"), exact.activation().clone()));
    Ok(Imported {
        layers: stored.collect::<Result<_, _>>()?,
        exact: Some(network.layers().to_vec()),
        names: Some((network.inputs().to_vec(), network.outputs().to_vec())),
        notes: Vec::new(),
        computes: Ok(None),
    })
}

/// The text next to the weights.
struct Description {
    activations: Vec<Activation>,
    layers: Option<Vec<String>>,
}

impl Description {
    fn read(text: &str) -> Result<Self, ForeignError> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Beside {
            activations: Vec<String>,
            layers: Option<Vec<String>>,
        }
        let place = || "the JSON file next to it".to_owned();
        let beside: Beside = serde_json::from_str(text)
            .map_err(|problem| error(problem.to_string()).at(place).hint(EXPECTED))?;
        let activations = beside.activations.iter().map(|name| {
            activation(name).ok_or_else(|| {
                error(format!("unknown activation `{name}`")).at(place).hint(
                    "expected one of identity, heaviside, sigmoid, tanh, relu, hard-tanh, softplus, softplus:THRESHOLD, softsign, elu:ALPHA, silu, gelu, gelu:DIVISOR, leaky-relu:SLOPE, maxout:RANK",
                )
            })
        });
        Ok(Self {
            activations: activations.collect::<Result<_, _>>()?,
            layers: beside.layers,
        })
    }
}

fn activation(name: &str) -> Option<Activation> {
    match name.split_once(':') {
        Some(("leaky-relu", slope)) => literal::parse(slope).ok().map(Activation::LeakyRelu),
        Some(("elu", alpha)) => literal::parse(alpha).ok().map(Activation::Elu),
        Some(("softplus", threshold)) => {
            let threshold = literal::parse(threshold).ok()?;
            Some(Activation::Softplus(Some(threshold)))
        }
        Some(("gelu", divisor)) => {
            let divisor = literal::parse(divisor).ok()?;
            Some(Activation::Gelu(Some(divisor)))
        }
        Some(("maxout", rank)) => rank.parse().ok().map(Activation::Maxout),
        Some(_) => None,
        None => Activation::from_name(name),
    }
}

fn layer(
    file: &SafeTensors<'_>,
    name: &str,
    activation: Activation,
) -> Result<Layer, ForeignError> {
    let weight = format!("{name}.weight");
    let place = || format!("tensor `{weight}`");
    let tensor = file
        .tensor(&weight)
        .map_err(|e| error(e.to_string()).at(place))?;
    let [rows, columns] = *tensor.shape() else {
        return Err(error(format!(
            "expected the shape of a matrix, found {:?}",
            tensor.shape()
        ))
        .at(place));
    };
    let failed = |problem: &dyn std::fmt::Display| error(problem.to_string()).at(place);
    let weights = floats(&tensor).map_err(|error| error.at(place))?;
    let mut builder = FloatMatrixBuilder::new(columns);
    for row in weights.chunks(columns.max(1)) {
        // All of them are finite.
        let float = |value: &f64| Float64::from_bits(value.to_bits()).unwrap_or(Float64::ZERO);
        let row: Vec<_> = row.iter().map(float).enumerate().collect();
        builder.push_row(&row).map_err(|e| failed(&e))?;
    }
    let matrix = builder.finish().map_err(|e| failed(&e))?;
    let mut bias = VectorBuilder::default();
    let values = match file.tensor(&format!("{name}.bias")) {
        Ok(tensor) => {
            let place = || format!("tensor `{name}.bias`");
            if tensor.shape() != [rows] {
                return Err(
                    error(format!("{} need as many bias terms", count(rows, "unit"))).at(place),
                );
            }
            floats(&tensor).map_err(|error| error.at(place))?
        }
        Err(_) => vec![0.0; matrix.rows()],
    };
    for value in values {
        let number = bias.number(rational(value));
        bias.push(number.ok_or_else(|| error("there are too many numbers"))?);
    }
    Layer::with_bias(matrix, bias.finish(), activation).map_err(|e| failed(&e))
}

fn floats(tensor: &TensorView<'_>) -> Result<Vec<f64>, ForeignError> {
    let bytes = tensor.data();
    let list: Vec<f64> = match tensor.dtype() {
        Dtype::F32 => {
            let each = bytes.as_chunks().0.iter();
            each.map(|b| f64::from(f32::from_le_bytes(*b))).collect()
        }
        Dtype::F64 => {
            let each = bytes.as_chunks().0.iter();
            each.map(|b| f64::from_le_bytes(*b)).collect()
        }
        Dtype::F16 => {
            let each = bytes.as_chunks().0.iter();
            each.map(|b| half(u16::from_le_bytes(*b))).collect()
        }
        Dtype::BF16 => {
            let each = bytes.as_chunks().0.iter();
            each.map(|b| bfloat(u16::from_le_bytes(*b))).collect()
        }
        other => {
            return Err(
                error(format!("numbers of type {other:?} are not supported"))
                    .hint("expected F16, BF16, F32 or F64"),
            );
        }
    };
    match list.iter().position(|value| !value.is_finite()) {
        Some(k) => {
            Err(error(format!("number {k} is {}", list[k])).hint("weights must be finite numbers"))
        }
        None => Ok(list),
    }
}

/// Returns a network as the bytes of a safetensors file, with the rounding of its numbers.
///
/// - Names: `layers.0.weight`, `layers.0.bias`, ... as the module of [`super::python`] has them.
/// - Errors: weights beyond the largest float; dense weights beyond 1 GiB.
pub fn write(network: &Network, precision: Precision) -> Result<(Vec<u8>, Rounding), ForeignError> {
    let mut rounding = Rounding::default();
    let mut tensors = Vec::new();
    let size = dense_size(network);
    if size > 1 << 27 {
        return Err(error(format!(
            "{size} weights, including zeros, are too many for this format"
        )));
    }
    for (k, layer) in network.layers().iter().enumerate() {
        let mut floats = |pool: &[Rational]| nearest_floats(k, pool, precision, &mut rounding);
        let (weights, terms) = (
            floats(layer.weights().pool())?,
            floats(layer.bias().pool())?,
        );
        let (mut rows, mut bias) = (Vec::new(), Vec::new());
        for row in 0..layer.rows() {
            put_dense_row(layer, row, &weights, precision, &mut rows);
        }
        layer
            .bias()
            .indices()
            .for_each(|place| precision.put(terms[place], &mut bias));
        let shape = vec![layer.rows(), layer.inputs()];
        tensors.push((format!("layers.{k}.weight"), shape, rows));
        tensors.push((format!("layers.{k}.bias"), vec![layer.rows()], bias));
    }
    let dtype = match precision {
        Precision::Single => Dtype::F32,
        Precision::Double => Dtype::F64,
    };
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            let view = TensorView::new(dtype, shape.clone(), bytes);
            view.map(|view| (name.as_str(), view))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|problem| error(problem.to_string()))?;
    let mut text = Vec::new();
    json::write(network, &mut text).map_err(|problem| error(problem.to_string()))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let metadata = HashMap::from([(KEY.to_owned(), text)]);
    let bytes = serialize(views, Some(metadata)).map_err(|problem| error(problem.to_string()))?;
    Ok((bytes, rounding))
}
