//! The class `Network`.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use serde_json::{Value, json};
use steeple::certificate::Summation;
use steeple::floats::to_floats;
use steeple::formats::c;
use steeple::formats::floats::Precision;
use steeple::formats::foreign::ForeignError;
use steeple::formats::kind::Kind;
use steeple::formats::{self, Opened};
use steeple::network::digest::canonical_bytes;
use steeple::network::{LayerEstimate, digest, size};
use steeple::workflow::evaluate::{Outputs, evaluate};
use steeple::workflow::pictures::diagram::diagram;
use steeple::workflow::write_beside;
use steeple::{Activation, FloatFormat, Network as Exact, Rational, Weights};

use crate::errors::{Failure, apart};
use crate::layers;
use crate::number::{exact, fraction};

/// The most units and inputs of a network whose diagram is drawn.
const MOST_DRAWN: usize = 80;

/// A network with exact weights.
///
/// `Network(model, inputs=None)` takes what `verify` takes: the path or the bytes of a network file, a PyTorch module,
/// a Keras model, a scikit-learn MLP, or a list of `(weights, bias, activation)`.
///
/// - Exactness: exact. Each float of a model is the number that it is.
/// - Errors: `ModelError` with the layer.
///
/// >>> import numpy as np, steeple
/// >>> network = steeple.Network([(np.ones((2, 1)), [0, -0.5], "relu"), ([[0.5, 1]], None, None)], inputs=["x"])
/// >>> network
/// <steeple.Network (x) -> 2 relu -> 1 identity>
/// >>> network(np.array([[0.0], [0.75]]))
/// array([[0.   ],
///        [0.625]])
#[pyclass(frozen, module = "steeple._native")]
pub struct Network {
    opened: Arc<Opened>,
    /// Did its file name the inputs, or the caller?
    has_own_names: bool,
    /// Was it a model in memory, which no file stores?
    in_memory: bool,
    estimate: OnceLock<Vec<LayerEstimate>>,
}

impl Network {
    pub fn new(opened: Opened, has_own_names: bool) -> Self {
        Self::shared(Arc::new(opened), has_own_names)
    }

    /// A network of ours, with exact weights.
    pub fn exact(network: Exact) -> Self {
        Self::new(Opened::of(network, Weights::Exact, None), true)
    }

    pub fn shared(opened: Arc<Opened>, has_own_names: bool) -> Self {
        Self {
            opened,
            has_own_names,
            in_memory: false,
            estimate: OnceLock::new(),
        }
    }

    /// The same network, from a model in memory or not.
    fn like(self, in_memory: bool) -> Self {
        Self { in_memory, ..self }
    }

    pub fn is_in_memory(&self) -> bool {
        self.in_memory
    }

    pub fn opened(&self) -> &Arc<Opened> {
        &self.opened
    }

    pub fn network(&self) -> &Exact {
        &self.opened.network
    }
}

/// Reads `stored` or `exact`.
fn weights_of(name: &str) -> Result<Weights, Failure> {
    match name {
        "stored" => Ok(Weights::Stored),
        "exact" => Ok(Weights::Exact),
        _ => Err(Failure::new(
            "ModelError",
            format_args!("unknown weights `{name}`, expected stored or exact"),
        )),
    }
}

/// Reads `float32` or `float64`.
fn precision_of(name: &str) -> Result<Precision, Failure> {
    match name {
        "float32" => Ok(Precision::Single),
        "float64" => Ok(Precision::Double),
        _ => Err(Failure::new(
            "ModelError",
            format_args!("unknown precision `{name}`, expected float32 or float64"),
        )),
    }
}

/// The layers that a safetensors file has.
fn layers_in(bytes: &[u8]) -> usize {
    let length = bytes
        .first_chunk::<8>()
        .and_then(|head| usize::try_from(u64::from_le_bytes(*head)).ok())
        .and_then(|length| length.checked_add(8));
    let head = length.and_then(|end| bytes.get(8..end)).unwrap_or_default();
    let names: BTreeMap<String, Value> = serde_json::from_slice(head).unwrap_or_default();
    names
        .keys()
        .filter(|name| name.ends_with(".weight"))
        .count()
}

/// Opens bytes; `activation` is that of the hidden layers, for a file that has none.
fn open_bytes(
    bytes: &[u8],
    name: &str,
    activation: Option<&str>,
    weights: Weights,
    inputs: Option<&[String]>,
) -> Result<Opened, Failure> {
    let opened = match activation {
        Some(activation) if Kind::of(bytes, name) == Kind::Safetensors => {
            let hidden = layers_in(bytes).saturating_sub(1);
            let beside = json!({ "activations": vec![activation; hidden] }).to_string();
            let imported = formats::safetensors::read(bytes, Some(&beside))?;
            formats::named(imported, weights, inputs)?
        }
        _ => {
            let path = (!name.is_empty()).then(|| Path::new(name));
            match formats::read_bytes(bytes, path)? {
                formats::Read::Ours(network) => Opened::of(network, Weights::Exact, None),
                formats::Read::Foreign(imported) => formats::named(imported, weights, inputs)?,
            }
        }
    };
    Ok(opened)
}

/// What a network is made of again: canonical bytes, weights, whether it has its own names, and the floats in which its
/// file computes, or why it does not do so layer by layer; and whether it was in memory.
type Kept<'py> = (
    Bound<'py, PyBytes>,
    &'static str,
    bool,
    Option<&'static str>,
    Option<String>,
    bool,
);

/// A layer as floats: rows, columns, weights, bias, activation, its parameter.
type FloatLayer<'py> = (
    usize,
    usize,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    &'static str,
    Option<Bound<'py, PyAny>>,
);

/// A layer of fractions: weights, bias, activation, its parameter.
type ExactLayer<'py> = (
    Vec<Vec<Bound<'py, PyAny>>>,
    Vec<Bound<'py, PyAny>>,
    &'static str,
    Option<Bound<'py, PyAny>>,
);

fn parameter<'py>(py: Python<'py>, activation: &Activation) -> PyResult<Option<Bound<'py, PyAny>>> {
    let value = match activation {
        Activation::LeakyRelu(value) | Activation::Elu(value) => value.clone(),
        Activation::Softplus(Some(value)) | Activation::Gelu(Some(value)) => value.clone(),
        Activation::Maxout(rank) => Rational::from(i64::try_from(*rank).unwrap_or(i64::MAX)),
        _ => return Ok(None),
    };
    fraction(py, &value).map(Some)
}

/// Writes bytes to a file, if one is named.
fn written<'py>(
    py: Python<'py>,
    bytes: &[u8],
    path: Option<PathBuf>,
) -> PyResult<Bound<'py, PyBytes>> {
    if let Some(path) = path {
        write_beside(&path, |file: &mut dyn Write| file.write_all(bytes))?;
    }
    Ok(PyBytes::new(py, bytes))
}

#[pymethods]
impl Network {
    #[new]
    #[pyo3(signature = (model, inputs=None))]
    fn of_model(
        py: Python<'_>,
        model: &Bound<'_, PyAny>,
        inputs: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let read = py.import("steeple.models")?.getattr("as_network")?;
        let network = read.call1((model, inputs.clone()))?;
        let network = network.cast::<Self>()?.get();
        match inputs {
            Some(inputs) if network.network().inputs() != inputs => network.renamed(inputs),
            _ => {
                let opened = Arc::clone(&network.opened);
                Ok(Self::shared(opened, network.has_own_names).like(network.in_memory))
            }
        }
    }

    #[pyo3(signature = (*arguments, **named))]
    fn __call__(
        slf: &Bound<'_, Self>,
        arguments: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let py = slf.py();
        let all: Vec<Bound<'_, PyAny>> = [slf.as_any().clone()]
            .into_iter()
            .chain(arguments.iter())
            .collect();
        let call = py.import("steeple.networks")?.getattr("call")?;
        Ok(call.call(PyTuple::new(py, all)?, named)?.unbind())
    }

    /// Returns the network as a `torch.nn.Sequential` with the same weights, in float64 or `dtype`.
    ///
    /// - Errors: `ImportError` without PyTorch; `ModelError` for an activation that PyTorch lacks.
    #[pyo3(signature = (dtype=None))]
    fn to_torch(slf: &Bound<'_, Self>, dtype: Option<Bound<'_, PyAny>>) -> PyResult<Py<PyAny>> {
        let make = slf.py().import("steeple.networks")?.getattr("to_torch")?;
        Ok(make.call1((slf, dtype))?.unbind())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let make = slf.py().import("steeple.networks")?.getattr("to_html")?;
        make.call1((slf,))?.extract()
    }

    /// A network is its exact weights: a copy of it in another process reads them.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Kept<'py>)> {
        let py = slf.py();
        let make = py.get_type::<Self>().getattr("_of_canonical")?;
        let found = slf.get();
        let (floats, not_layered) = match &found.opened.computes {
            Ok(floats) => (floats.map(FloatFormat::name), None),
            Err(why) => (None, Some(why.message.clone())),
        };
        let bytes = found.to_canonical(py)?;
        Ok((
            make,
            (
                bytes,
                found.weights(),
                found.has_own_names,
                floats,
                not_layered,
                found.in_memory,
            ),
        ))
    }

    #[staticmethod]
    fn _of_canonical(
        py: Python<'_>,
        data: &[u8],
        weights: &str,
        has_own_names: bool,
        floats: Option<&str>,
        not_layered: Option<String>,
        in_memory: bool,
    ) -> PyResult<Self> {
        let weights = weights_of(weights)?;
        let mut opened = apart(py, || open_bytes(data, "", None, weights, None))??;
        opened.weights = weights;
        opened.computes = match not_layered {
            Some(why) => Err(ForeignError::new(why)),
            None => Ok(floats.and_then(FloatFormat::from_name)),
        };
        Ok(Self::new(opened, has_own_names).like(in_memory))
    }

    /// Returns the network in the bytes of a file of any format, told by its content.
    ///
    /// - `name` is for messages; `activation` is that of the hidden layers, for a safetensors file, which has none.
    /// - `inputs` names the inputs where the file does not. `weights="exact"` takes the exact weights that Steeple wrote
    ///   into its own ONNX files beside the floats.
    /// - Errors: `ModelError` with the place in the file.
    ///
    /// >>> import steeple
    /// >>> data = steeple.Network([([["1/3"]], [0], None)], inputs=["x"]).to_onnx()
    /// >>> steeple.Network.open(data).exact_layers()[0][0]
    /// [[Fraction(11184811, 33554432)]]
    /// >>> steeple.Network.open(data, weights="exact").exact_layers()[0][0]
    /// [[Fraction(1, 3)]]
    #[staticmethod]
    #[pyo3(signature = (data, name=None, activation=None, inputs=None, weights="stored"))]
    fn open(
        py: Python<'_>,
        data: &[u8],
        name: Option<&str>,
        activation: Option<&str>,
        inputs: Option<Vec<String>>,
        weights: &str,
    ) -> PyResult<Self> {
        let weights = weights_of(weights)?;
        let name = name.unwrap_or_default();
        let opened = apart(py, || {
            open_bytes(data, name, activation, weights, inputs.as_deref())
        })??;
        let has_own_names = !opened.is_named_by_caller || inputs.is_some();
        Ok(Self::new(opened, has_own_names))
    }

    /// Returns the network in a file, as `open` does; a safetensors file may have its activations in a file beside it.
    #[staticmethod]
    #[pyo3(signature = (path, inputs=None, weights="stored"))]
    fn open_path(
        py: Python<'_>,
        path: &str,
        inputs: Option<Vec<String>>,
        weights: &str,
    ) -> PyResult<Self> {
        let weights = weights_of(weights)?;
        let opened = apart(py, || {
            formats::open_with(path, weights, inputs.as_deref()).map_err(Failure::from)
        })??;
        let has_own_names = !opened.is_named_by_caller || inputs.is_some();
        Ok(Self::new(opened, has_own_names))
    }

    /// Returns the network of these layers, each of them `(weights, bias, activation)` or `(weights, bias, activation,
    /// parameter)`.
    ///
    /// - Shapes: weights (outputs, inputs), as in PyTorch; the kernels of Keras and scikit-learn are their transpose. A
    ///   bias that is None is 0.
    /// - Numbers are NumPy arrays, or lists of int, float, `Fraction`, `Decimal` and text. `leaky-relu`, `elu` and
    ///   `maxout` need their parameter; softplus takes a threshold, and gelu a divisor.
    /// - `not_layered` says why claims about floats are not about these layers, if they are not those of the model.
    /// - Exactness: exact.
    /// - Errors: `ModelError` with layer, row and column.
    ///
    /// >>> import steeple
    /// >>> steeple.Network.from_layers([([["1/3", 0.5]], [1], "tanh")]).inputs
    /// ['x1', 'x2']
    #[staticmethod]
    #[pyo3(signature = (layers, inputs=None, outputs=None, not_layered=None))]
    fn from_layers(
        layers: &Bound<'_, PyAny>,
        inputs: Option<Vec<String>>,
        outputs: Option<Vec<String>>,
        not_layered: Option<String>,
    ) -> PyResult<Self> {
        let has_own_names = inputs.is_some();
        let mut opened = layers::read(layers, inputs, outputs)?;
        if let Some(why) = not_layered {
            opened.computes = Err(ForeignError::new(why));
        }
        Ok(Self::new(opened, has_own_names).like(true))
    }

    /// The names of the inputs, in order.
    #[getter]
    fn inputs(&self) -> Vec<String> {
        self.network().inputs().to_vec()
    }

    /// The names of the outputs, in order.
    #[getter]
    fn outputs(&self) -> Vec<String> {
        self.network().outputs().to_vec()
    }

    /// Did the file, the model or the caller name the inputs? If not, they are numbered.
    #[getter]
    fn has_own_names(&self) -> bool {
        self.has_own_names
    }

    /// The number of hidden units.
    #[getter]
    fn units(&self) -> usize {
        size(self.network()).units
    }

    /// The number of weights and bias terms, zeros included.
    #[getter]
    fn parameters(&self) -> usize {
        size(self.network()).parameters
    }

    /// Units and activation of each layer, the output layer last.
    #[getter]
    fn shape(&self) -> Vec<(usize, &'static str)> {
        let layers = self.network().layers().iter();
        layers
            .map(|layer| (layer.units(), layer.activation().name()))
            .collect()
    }

    /// The digest that certificates name the network by.
    #[getter]
    fn digest(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || digest(self.network()))
    }

    /// `exact`, or `stored`: the floats of a file or a model.
    #[getter]
    fn weights(&self) -> &'static str {
        match self.opened.weights {
            Weights::Exact => "exact",
            Weights::Stored => "stored",
        }
    }

    /// What the reader of the file did, such as joining layers.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.opened.notes.clone()
    }

    /// Returns the network with other names for its inputs, in order.
    ///
    /// - Errors: `ModelError` for another number of names.
    fn renamed(&self, inputs: Vec<String>) -> PyResult<Self> {
        let network = self.network();
        let (expected, found) = (network.inputs().len(), inputs.len());
        if expected != found {
            let names = inputs.join(", ");
            let message =
                format!("the network has {expected} inputs, found {found} names: {names}");
            return Err(Failure::new("ModelError", message)
                .at("expected", expected)
                .at("found", found)
                .into());
        }
        let renamed = Exact::new(
            inputs,
            network.outputs().to_vec(),
            network.layers().to_vec(),
        )
        .map_err(|error| Failure::new("ModelError", error))?;
        let mut opened = Opened::clone(&self.opened);
        opened.network = renamed;
        Ok(Self::new(opened, true).like(self.in_memory))
    }

    /// Returns the outputs at points: float64 numbers as bytes, point after point. `network(points)` takes arrays.
    ///
    /// - Exactness: an estimate.
    fn evaluate<'py>(&self, py: Python<'py>, points: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let inputs = self.network().inputs().len();
        let values = apart(py, || {
            let layers = self
                .estimate
                .get_or_init(|| LayerEstimate::of(self.network()));
            let (numbers, _) = points.as_chunks::<8>();
            let numbers: Vec<f64> = numbers
                .iter()
                .map(|bytes| f64::from_le_bytes(*bytes))
                .collect();
            let mut found = Vec::new();
            for point in numbers.chunks_exact(inputs) {
                let first = point.to_vec();
                let values = layers
                    .iter()
                    .fold(first, |values, layer| layer.values(&values));
                found.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }
            found
        })?;
        Ok(PyBytes::new(py, &values))
    }

    /// Returns a lower and an upper bound of each output at a point, equal where the value is rational.
    ///
    /// - Exactness: exact, or known to `digits` digits.
    /// - Errors: `ModelError` for other inputs.
    ///
    /// >>> import steeple
    /// >>> steeple.Network([([[1]], ["1/3"], "relu")], inputs=["x"]).evaluate_exact({"x": "1/3"})
    /// [(Fraction(2, 3), Fraction(2, 3))]
    #[pyo3(signature = (point, digits=30))]
    fn evaluate_exact<'py>(
        &self,
        py: Python<'py>,
        point: HashMap<String, Bound<'py, PyAny>>,
        digits: usize,
    ) -> PyResult<Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        let names = self.network().inputs();
        if let Some(name) = point.keys().find(|name| !names.contains(name)) {
            let message = format!(
                "the network has no input `{name}`, its inputs are {}",
                names.join(", ")
            );
            return Err(Failure::new("ModelError", message).into());
        }
        let mut values = Vec::new();
        for name in names {
            let missing = || {
                Failure::new(
                    "ModelError",
                    format_args!("the point has no value for `{name}`"),
                )
            };
            let found = point.get(name).ok_or_else(missing)?;
            let odd = |_| {
                Failure::new(
                    "ModelError",
                    format_args!("{name}: expected a finite number"),
                )
            };
            values.push(exact(found).map_err(odd)?);
        }
        let found = apart(py, || {
            evaluate(self.network(), &values, digits.clamp(1, 1000))
        })?;
        let found = found.map_err(|error| Failure::new("ModelError", error))?;
        match found {
            Outputs::Exact(values) => values
                .iter()
                .map(|value| Ok((fraction(py, value)?, fraction(py, value)?)))
                .collect(),
            Outputs::Enclosed(ends) => ends
                .iter()
                .map(|(low, high)| Ok((fraction(py, low)?, fraction(py, high)?)))
                .collect(),
        }
    }

    /// Returns the network as our JSON, with exact weights; with a path, also writes it there.
    #[pyo3(signature = (path=None))]
    fn to_json<'py>(
        &self,
        py: Python<'py>,
        path: Option<PathBuf>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = apart(py, || formats::to_json(self.network()))?;
        written(py, &bytes, path)
    }

    /// Returns the network as canonical bytes, with exact weights: a `.network` file.
    fn to_canonical<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = apart(py, || {
            let mut bytes = Vec::new();
            canonical_bytes(self.network(), |piece| bytes.extend_from_slice(piece));
            bytes
        })?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Returns the network as an ONNX model; with a path, also writes it there.
    ///
    /// Weights are rounded to `precision`. The exact ones are in the metadata.
    ///
    /// - Errors: `ModelError` for a weight that is too large.
    #[pyo3(signature = (path=None, precision="float32"))]
    fn to_onnx<'py>(
        &self,
        py: Python<'py>,
        path: Option<PathBuf>,
        precision: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let precision = precision_of(precision)?;
        let written = apart(py, || {
            formats::onnx::write(self.network(), precision).map_err(Failure::from)
        })??;
        self::written(py, &written.bytes, path)
    }

    /// Returns the weights as a safetensors file, as `to_onnx` does.
    #[pyo3(signature = (path=None, precision="float32"))]
    fn to_safetensors<'py>(
        &self,
        py: Python<'py>,
        path: Option<PathBuf>,
        precision: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let precision = precision_of(precision)?;
        let (bytes, _) = apart(py, || {
            formats::safetensors::write(self.network(), precision).map_err(Failure::from)
        })??;
        written(py, &bytes, path)
    }

    /// Returns the source of a PyTorch module with the same weights, rounded to float64.
    fn to_python(&self, py: Python<'_>) -> PyResult<String> {
        let (text, _) = apart(py, || {
            formats::python::write(self.network()).map_err(Failure::from)
        })??;
        Ok(text)
    }

    /// Returns C code: the source, the header, and a table of points to test with. Weights are rounded to `precision`.
    ///
    /// - Errors: `ModelError`.
    #[pyo3(signature = (name="network", precision="float32", summation=None, pieces=false, header=None))]
    fn to_c(
        &self,
        py: Python<'_>,
        name: &str,
        precision: &str,
        summation: Option<&str>,
        pieces: bool,
        header: Option<String>,
    ) -> PyResult<(String, String, String)> {
        let format = match precision_of(precision)? {
            Precision::Single => FloatFormat::Float32,
            Precision::Double => FloatFormat::Float64,
        };
        let summation = match summation {
            Some(name) => Summation::from_name(name).ok_or_else(|| {
                Failure::new(
                    "ModelError",
                    format_args!("unknown summation `{name}`, expected any or emitted"),
                )
            })?,
            None if pieces => Summation::Emitted,
            None => Summation::default(),
        };
        let options = c::Options {
            header_file: header.unwrap_or_else(|| format!("{name}.h")),
            format,
            summation,
            pieces,
            ..c::Options::new(name.to_owned())
        };
        let failed = |error: c::CError| {
            let hint = error.hint();
            Failure::new("ModelError", error).hint(hint)
        };
        let written = apart(py, || {
            c::look_at_name(&options.name).map_err(failed)?;
            let (network, _) = to_floats(self.network(), format)
                .map_err(|error| Failure::new("ModelError", error))?;
            c::write(&network, &options).map_err(failed)
        })??;
        Ok((written.source, written.header, written.vectors))
    }

    /// Returns each layer as floats: rows, columns, weights and bias as bytes of float64 numbers, activation, parameter.
    fn layers<'py>(&self, py: Python<'py>) -> PyResult<Vec<FloatLayer<'py>>> {
        let near = |value: &Rational| Precision::Double.nearest(value);
        let mut found = Vec::new();
        for (before, layer) in self.network().layers().iter().enumerate() {
            let (rows, columns) = (layer.rows(), layer.inputs());
            let dense = apart(py, || {
                let mut weights = vec![0.0; rows * columns];
                for row in 0..rows {
                    for (column, weight) in layer.weights().row(row) {
                        weights[row * columns + column] = near(weight)?;
                    }
                }
                let bias = layer
                    .bias()
                    .iter()
                    .map(near)
                    .collect::<Option<Vec<f64>>>()?;
                Some((bytes_of(&weights), bytes_of(&bias)))
            })?;
            let Some((weights, bias)) = dense else {
                let message = format!("layer {}: a weight is too large for a float64", before + 1);
                return Err(Failure::new("ModelError", message)
                    .at("layer", before + 1)
                    .into());
            };
            found.push((
                rows,
                columns,
                PyBytes::new(py, &weights),
                PyBytes::new(py, &bias),
                layer.activation().name(),
                parameter(py, layer.activation())?,
            ));
        }
        Ok(found)
    }

    /// Returns each layer as fractions: weights row by row, bias, activation, parameter.
    fn exact_layers<'py>(&self, py: Python<'py>) -> PyResult<Vec<ExactLayer<'py>>> {
        let zero = fraction(py, &Rational::ZERO)?;
        let mut found = Vec::new();
        for layer in self.network().layers() {
            let mut weights = Vec::new();
            for row in 0..layer.rows() {
                let mut dense = vec![zero.clone(); layer.inputs()];
                for (column, weight) in layer.weights().row(row) {
                    dense[column] = fraction(py, weight)?;
                }
                weights.push(dense);
            }
            let bias: PyResult<Vec<_>> = layer
                .bias()
                .iter()
                .map(|value| fraction(py, value))
                .collect();
            let activation = layer.activation();
            found.push((
                weights,
                bias?,
                activation.name(),
                parameter(py, activation)?,
            ));
        }
        Ok(found)
    }

    /// Returns a drawing of the units as SVG; None if there are too many.
    fn diagram(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let network = self.network();
        let drawn: usize = network
            .layers()
            .iter()
            .map(steeple::network::Layer::units)
            .sum();
        if drawn + network.inputs().len() > MOST_DRAWN {
            return Ok(None);
        }
        apart(py, || Some(diagram(network).render()))
    }

    fn __repr__(&self) -> String {
        let network = self.network();
        let inputs = network.inputs().join(", ");
        let layers: Vec<String> = network
            .layers()
            .iter()
            .map(|layer| format!("{} {}", layer.units(), layer.activation().name()))
            .collect();
        format!("<steeple.Network ({inputs}) -> {}>", layers.join(" -> "))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.network() == other.network()
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        digest(self.network()).hash(&mut hasher);
        hasher.finish()
    }
}

fn bytes_of(values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}
