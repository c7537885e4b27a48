//! Networks as ONNX graphs; the exact weights travel as text beside the rounded ones.

use super::tensor::{DOUBLE, FLOAT};
use super::wire::Writer;
use crate::formats::floats::{Precision, Rounding};
use crate::formats::foreign::{ForeignError, dense_size, nearest_floats, put_dense_row};
use crate::formats::json;
use crate::network::{Activation, Layer, Network};

/// The version of the operators that is written.
const OPSET: u64 = 13;
/// The key of the exact network among the metadata.
pub const KEY: &str = "steeple_network";
/// The types of attributes, by their numbers in ONNX.
const FLOAT_ATTRIBUTE: u64 = 1;
const INTEGER_ATTRIBUTE: u64 = 2;
/// Protocol buffers end at 2 GiB.
const LARGEST: usize = 1 << 30;

/// A written network.
pub struct Written {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// How far its numbers are from the exact ones.
    pub rounding: Rounding,
    /// The floats that it stores.
    pub precision: Precision,
}

/// Returns a network as the bytes of an ONNX file.
///
/// - Exactness: weights are rounded to the nearest float; the network itself, as our JSON, is in
///   the metadata, and [`super::read()`] finds it there.
/// - Errors: weights beyond the largest float; dense weights beyond 1 GiB.
pub fn write(network: &Network, precision: Precision) -> Result<Written, ForeignError> {
    let mut rounding = Rounding::default();
    let graph = graph(network, precision, &mut rounding)?;
    let mut text = Vec::new();
    json::write(network, &mut text).map_err(|error| ForeignError::new(error.to_string()))?;
    let mut model = Writer::default();
    model.varint(1, 8);
    model.bytes(2, b"steeple");
    let mut opset = Writer::default();
    opset.bytes(1, b"");
    opset.varint(2, OPSET);
    model.message(8, opset);
    model.message(7, graph);
    let mut entry = Writer::default();
    entry.bytes(1, KEY.as_bytes());
    entry.bytes(2, &text);
    model.message(14, entry);
    let bytes = model.into_bytes();
    Ok(Written {
        bytes,
        rounding,
        precision,
    })
}

fn graph(
    network: &Network,
    precision: Precision,
    rounding: &mut Rounding,
) -> Result<Writer, ForeignError> {
    let size = dense_size(network);
    if size.saturating_mul(8) > LARGEST {
        return Err(ForeignError::new(format!(
            "{size} weights, zeros included, are too many for this format"
        )));
    }
    let mut parts = Parts {
        graph: Writer::default(),
        precision,
    };
    let layers = network.layers();
    let mut from = "x".to_owned();
    for (k, layer) in layers.iter().enumerate() {
        let to = if k + 1 == layers.len() {
            "y".to_owned()
        } else {
            format!("h{}", k + 1)
        };
        parts.layer(k, layer, &from, &to, rounding)?;
        from = to;
    }
    parts.graph.bytes(2, b"steeple");
    parts.value(11, "x", network.inputs().len());
    parts.value(12, "y", network.outputs().len());
    Ok(parts.graph)
}

/// Adds an attribute that holds an integer to a node.
fn integer_attribute(node: &mut Writer, name: &[u8], value: u64) {
    let mut attribute = Writer::default();
    attribute.bytes(1, name);
    attribute.varint(3, value);
    attribute.varint(20, INTEGER_ATTRIBUTE);
    node.message(5, attribute);
}

struct Parts {
    graph: Writer,
    precision: Precision,
}

impl Parts {
    fn element(&self) -> u64 {
        match self.precision {
            Precision::Single => FLOAT,
            Precision::Double => DOUBLE,
        }
    }

    fn layer(
        &mut self,
        k: usize,
        layer: &Layer,
        from: &str,
        to: &str,
        rounding: &mut Rounding,
    ) -> Result<(), ForeignError> {
        let name = |part: &str| format!("layers.{k}.{part}");
        let branches = self.sums(k, layer, from, to, rounding)?;
        let none = |_: &mut Writer| {};
        let sum = branches[0].as_str();
        match layer.activation() {
            Activation::Identity => {}
            Activation::Sigmoid => self.node("Sigmoid", &[sum], to, none),
            Activation::Tanh => self.node("Tanh", &[sum], to, none),
            Activation::Relu => self.node("Relu", &[sum], to, none),
            Activation::LeakyRelu(slope) => {
                let mut bytes = Vec::new();
                let slope =
                    nearest_floats(k, std::slice::from_ref(slope), self.precision, rounding)?;
                self.precision.put(slope[0], &mut bytes);
                self.tensor(&name("slope"), &[1], &bytes);
                let factor = name("slope");
                if self.precision == Precision::Single {
                    self.node("PRelu", &[sum, &factor], to, none);
                } else {
                    // onnxruntime has no PRelu in float64, so the larger of z and slope z.
                    let larger = if slope[0] <= 1.0 { "Max" } else { "Min" };
                    self.node("Mul", &[sum, &factor], &name("scaled"), none);
                    self.node(larger, &[sum, &name("scaled")], to, none);
                }
            }
            Activation::Softplus(_)
            | Activation::Softsign
            | Activation::Elu(_)
            | Activation::Silu
            | Activation::Gelu(_) => self.smooth(k, layer.activation(), sum, to, rounding)?,
            Activation::HardTanh => {
                for (bound, value) in [("low", -1.0), ("high", 1.0)] {
                    let mut bytes = Vec::new();
                    self.precision.put(value, &mut bytes);
                    self.tensor(&name(bound), &[], &bytes);
                }
                self.node("Clip", &[sum, &name("low"), &name("high")], to, none);
            }
            Activation::Heaviside => {
                let mut bytes = Vec::new();
                self.precision.put(0.0, &mut bytes);
                self.tensor(&name("zero"), &[], &bytes);
                self.node(
                    "GreaterOrEqual",
                    &[sum, &name("zero")],
                    &name("is_on"),
                    none,
                );
                let element = self.element();
                self.node("Cast", &[&name("is_on")], to, |node| {
                    integer_attribute(node, b"to", element);
                });
            }
            Activation::Maxout(_) => {
                let branches: Vec<_> = branches.iter().map(String::as_str).collect();
                self.node("Max", &branches, to, none);
            }
        }
        Ok(())
    }

    /// The sums of a layer, of all units for each row of a unit; and their names.
    fn sums(
        &mut self,
        k: usize,
        layer: &Layer,
        from: &str,
        to: &str,
        rounding: &mut Rounding,
    ) -> Result<Vec<String>, ForeignError> {
        let name = |part: &str| format!("layers.{k}.{part}");
        let weights: Vec<f64> =
            nearest_floats(k, layer.weights().pool(), self.precision, rounding)?;
        let bias: Vec<f64> = nearest_floats(k, layer.bias().pool(), self.precision, rounding)?;
        let rank = layer.activation().rows_per_unit();
        let bias_places: Vec<_> = layer.bias().indices().collect();
        let mut branches = Vec::new();
        for branch in 0..rank {
            let (mut rows, mut terms) = (Vec::new(), Vec::new());
            for row in (branch..layer.rows()).step_by(rank) {
                put_dense_row(layer, row, &weights, self.precision, &mut rows);
                self.precision.put(bias[bias_places[row]], &mut terms);
            }
            let suffix = if rank == 1 {
                String::new()
            } else {
                format!(".{branch}")
            };
            let (weight, bias) = (name("weight") + &suffix, name("bias") + &suffix);
            self.tensor(&weight, &[layer.units(), layer.inputs()], &rows);
            self.tensor(&bias, &[layer.units()], &terms);
            let sum = match layer.activation() {
                Activation::Identity => to.to_owned(),
                _ => name("sum") + &suffix,
            };
            self.node("Gemm", &[from, &weight, &bias], &sum, |node| {
                integer_attribute(node, b"transB", 1);
            });
            branches.push(sum);
        }
        Ok(branches)
    }

    /// A smooth unit, by its operator or in parts.
    fn smooth(
        &mut self,
        k: usize,
        activation: &Activation,
        sum: &str,
        to: &str,
        rounding: &mut Rounding,
    ) -> Result<(), ForeignError> {
        let name = |part: &str| format!("layers.{k}.{part}");
        let none = |_: &mut Writer| {};
        match activation {
            Activation::Softplus(None) => self.node("Softplus", &[sum], to, none),
            Activation::Softplus(Some(threshold)) => {
                let mut bytes = Vec::new();
                let threshold =
                    nearest_floats(k, std::slice::from_ref(threshold), self.precision, rounding)?;
                self.precision.put(threshold[0], &mut bytes);
                self.tensor(&name("threshold"), &[], &bytes);
                self.node("Softplus", &[sum], &name("soft"), none);
                self.node(
                    "Greater",
                    &[sum, &name("threshold")],
                    &name("is_above"),
                    none,
                );
                self.node("Where", &[&name("is_above"), sum, &name("soft")], to, none);
            }
            Activation::Softsign => self.node("Softsign", &[sum], to, none),
            Activation::Elu(alpha) => {
                let alpha = rounding.take(alpha, Precision::Single).ok_or_else(|| {
                    ForeignError::new(format!(
                        "layer {} has an alpha beyond the largest float32",
                        k + 1
                    ))
                })?;
                self.node("Elu", &[sum], to, |node| {
                    let mut attribute = Writer::default();
                    attribute.bytes(1, b"alpha");
                    attribute.float(2, alpha as f32);
                    attribute.varint(20, FLOAT_ATTRIBUTE);
                    node.message(5, attribute);
                });
            }
            Activation::Silu => {
                self.node("Sigmoid", &[sum], &name("share"), none);
                self.node("Mul", &[sum, &name("share")], to, none);
            }
            Activation::Gelu(divisor) => {
                // As PyTorch writes it: the operator Gelu is newer than the version written here.
                let divisor = match divisor {
                    Some(divisor) => {
                        nearest_floats(k, std::slice::from_ref(divisor), self.precision, rounding)?
                            [0]
                    }
                    None => std::f64::consts::SQRT_2,
                };
                for (part, value) in [("divisor", divisor), ("one", 1.0), ("half", 0.5)] {
                    let mut bytes = Vec::new();
                    self.precision.put(value, &mut bytes);
                    self.tensor(&name(part), &[], &bytes);
                }
                self.node("Div", &[sum, &name("divisor")], &name("scaled"), none);
                self.node("Erf", &[&name("scaled")], &name("erf"), none);
                self.node("Add", &[&name("erf"), &name("one")], &name("share"), none);
                self.node("Mul", &[sum, &name("share")], &name("twice"), none);
                self.node("Mul", &[&name("twice"), &name("half")], to, none);
            }
            _ => {}
        }
        Ok(())
    }

    fn node(&mut self, operator: &str, from: &[&str], to: &str, more: impl FnOnce(&mut Writer)) {
        let mut node = Writer::default();
        for name in from {
            node.bytes(1, name.as_bytes());
        }
        node.bytes(2, to.as_bytes());
        node.bytes(3, format!("{operator} {to}").as_bytes());
        node.bytes(4, operator.as_bytes());
        more(&mut node);
        self.graph.message(1, node);
    }

    fn tensor(&mut self, name: &str, dims: &[usize], raw: &[u8]) {
        let mut tensor = Writer::default();
        for dim in dims {
            tensor.varint(1, *dim as u64);
        }
        tensor.varint(2, self.element());
        tensor.bytes(8, name.as_bytes());
        tensor.bytes(9, raw);
        self.graph.message(5, tensor);
    }

    /// A batch of vectors.
    fn value(&mut self, number: u64, name: &str, size: usize) {
        let mut batch = Writer::default();
        batch.bytes(2, b"batch");
        let mut features = Writer::default();
        features.varint(1, size as u64);
        let mut shape = Writer::default();
        shape.message(1, batch);
        shape.message(1, features);
        let mut tensor = Writer::default();
        tensor.varint(1, self.element());
        tensor.message(2, shape);
        let mut kind = Writer::default();
        kind.message(1, tensor);
        let mut value = Writer::default();
        value.bytes(1, name.as_bytes());
        value.message(2, kind);
        self.graph.message(number, value);
    }
}
