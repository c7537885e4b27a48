//! The common parts of the readers of foreign formats.

use std::path::Path;

use crate::certificate::FloatFormat;
pub use crate::certificate::Weights;

use super::floats::{Precision, Rounding};
use crate::network::{Layer, Network, NetworkError, numbered};
use crate::numbers::Rational;

/// Foreign formats, recognised by the ending of a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// `.onnx`
    Onnx,
    /// `.onnx.gz`
    OnnxGz,
    /// `.safetensors`
    Safetensors,
}

impl Foreign {
    /// Returns the format of a file; `None` for our own formats.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        [
            (".onnx", Self::Onnx),
            (".onnx.gz", Self::OnnxGz),
            (".safetensors", Self::Safetensors),
        ]
        .into_iter()
        .find_map(|(ending, kind)| name.ends_with(ending).then_some(kind))
    }
}

/// The reason why a file cannot be used, with the place and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignError {
    /// The message.
    pub message: String,
    /// Where: a node, a tensor, a byte.
    pub place: Option<String>,
    /// How to fix it, if that is known.
    pub hint: Option<String>,
}

impl ForeignError {
    /// An error without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            hint: None,
        }
    }

    /// Adds the place, unless the error has one already.
    #[must_use]
    pub fn at(mut self, place: impl FnOnce() -> String) -> Self {
        self.place.get_or_insert_with(place);
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for ForeignError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ForeignError {}

/// A network in a foreign format: layers, and names if we wrote the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The layers with the stored weights, which fit together.
    pub layers: Vec<Layer>,
    /// The layers with the exact weights, in a file that we wrote.
    pub exact: Option<Vec<Layer>>,
    /// Names of the inputs and of the outputs, in a file that we wrote.
    pub names: Option<(Vec<String>, Vec<String>)>,
    /// Decisions of the reader that the caller should know.
    pub notes: Vec<String>,
    /// The floats in which the file computes its layers, if it says; or why it does not compute layer by layer,
    /// so that its values in floats are not those of the layers.
    pub computes: Result<Option<FloatFormat>, ForeignError>,
}

impl Imported {
    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, Layer::inputs)
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, Layer::units)
    }

    /// Returns the weights for a request.
    ///
    /// - Errors: exact weights are requested, but the file only has stored ones.
    pub fn weights(&self, wanted: Weights) -> Result<Weights, ForeignError> {
        if wanted == Weights::Exact && self.exact.is_none() {
            return Err(
                ForeignError::new("this file holds no exact weights, only stored ones")
                    .hint("leave out --weights exact, or use the .json file of the network"),
            );
        }
        Ok(wanted)
    }

    /// Returns the network with the requested weights, or the stored ones if there are no others. It keeps its
    /// own names; otherwise the inputs get these names, or `x` (several: `x1`, `x2`, ...). Outputs without
    /// names are `y` (`y1`, `y2`, ...).
    ///
    /// - Errors: [`NetworkError`], for names that do not fit.
    pub fn into_network(
        self,
        weights: Weights,
        inputs: Option<Vec<String>>,
    ) -> Result<Network, NetworkError> {
        let (n, m) = (self.inputs(), self.outputs());
        let (inputs, outputs) = match (self.names, inputs) {
            (Some(names), _) => names,
            (None, Some(inputs)) => (inputs, numbered("y", m)),
            (None, None) => (numbered("x", n), numbered("y", m)),
        };
        let layers = match (weights, self.exact) {
            (Weights::Exact, Some(exact)) => exact,
            (_, _) => self.layers,
        };
        Network::new(inputs, outputs, layers)
    }
}

/// Returns the number of weights of a network, including zeros.
pub fn dense_size(network: &Network) -> usize {
    network.layers().iter().fold(0usize, |size, layer| {
        size.saturating_add(layer.rows().saturating_mul(layer.inputs()))
    })
}

/// Returns numbers of a layer, counted from 0, as the nearest floats.
///
/// - Errors: one is beyond the largest float.
pub fn nearest_floats(
    layer: usize,
    numbers: &[Rational],
    precision: Precision,
    rounding: &mut Rounding,
) -> Result<Vec<f64>, ForeignError> {
    let floats = numbers.iter().map(|value| rounding.take(value, precision));
    floats.collect::<Option<_>>().ok_or_else(|| {
        ForeignError::new(format!(
            "layer {} has a weight beyond the largest {}",
            layer + 1,
            precision.name()
        ))
        .hint("use --precision float64, which has a larger range")
    })
}

/// Adds the bytes of one row of weights, including zeros; `floats` are the floats of the pool.
pub fn put_dense_row(
    layer: &Layer,
    row: usize,
    floats: &[f64],
    precision: Precision,
    bytes: &mut Vec<u8>,
) {
    let mut dense = vec![0.0; layer.inputs()];
    for (column, place) in layer.weights().row_indices(row) {
        dense[column] = floats[place];
    }
    for value in dense {
        precision.put(value, bytes);
    }
}
