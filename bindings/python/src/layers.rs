//! Networks from arrays and lists, exactly.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PySequence, PyString, PyTuple};
use steeple::formats::Opened;
use steeple::formats::floats::half;
use steeple::network::float_matrix::FloatMatrixBuilder;
use steeple::network::matrix::{MatrixBuilder, MatrixError};
use steeple::network::{Layer, numbered};
use steeple::numbers::Float64;
use steeple::{Activation, FloatFormat, Network, Rational, Weights};

use crate::errors::{Failure, apart};
use crate::number::{NotExact, exact};

/// What a layer is made of, before it is known to fit.
struct Part {
    weights: Numbers,
    bias: Option<Numbers>,
    activation: Activation,
}

/// Numbers of an array or of lists, with their shape.
struct Numbers {
    shape: Vec<usize>,
    values: Values,
}

enum Values {
    /// Finite floats, and the type of the array.
    Floats(Vec<f64>, Option<FloatFormat>),
    /// Exact numbers, and whether floats are among them.
    Exact(Vec<Rational>, bool),
}

/// Returns the network of these layers. Its floats are the numbers that they are.
pub fn read(
    layers: &Bound<'_, PyAny>,
    inputs: Option<Vec<String>>,
    outputs: Option<Vec<String>>,
) -> PyResult<Opened> {
    let mut parts = Vec::new();
    let all = layers.try_iter().map_err(|_| {
        Failure::new(
            "ModelError",
            "expected a list of (weights, bias, activation)",
        )
    })?;
    for (before, found) in all.enumerate() {
        parts.push(part(&found?, before + 1)?);
    }
    Ok(apart(layers.py(), || joined(parts, inputs, outputs))??)
}

fn part(found: &Bound<'_, PyAny>, layer: usize) -> Result<Part, Failure> {
    let wrong = |message: String| failed(layer, message);
    let items: Vec<Bound<'_, PyAny>> = found
        .cast::<PyTuple>()
        .map(|tuple| tuple.iter().collect())
        .or_else(|_| found.extract())
        .unwrap_or_default();
    let (weights, bias, activation, parameter) = match items.as_slice() {
        [weights, bias, activation] => (weights, bias, activation, None),
        [weights, bias, activation, parameter] => (weights, bias, activation, Some(parameter)),
        _ => {
            return Err(wrong("expected (weights, bias, activation)".into())
                .hint(Some("the activation may be followed by its parameter")));
        }
    };
    let parameter = parameter.filter(|parameter| !parameter.is_none());
    Ok(Part {
        weights: numbers(weights, layer, "weights", 2)?,
        bias: if bias.is_none() {
            None
        } else {
            Some(numbers(bias, layer, "bias", 1)?)
        },
        activation: activation_of(activation, parameter, layer)?,
    })
}

fn failed(layer: usize, message: impl std::fmt::Display) -> Failure {
    Failure::new("ModelError", format_args!("layer {layer}: {message}")).at("layer", layer)
}

/// Reads the name of an activation, and its parameter.
fn activation_of(
    found: &Bound<'_, PyAny>,
    parameter: Option<&Bound<'_, PyAny>>,
    layer: usize,
) -> Result<Activation, Failure> {
    let name: String = if found.is_none() {
        "identity".into()
    } else {
        found
            .extract()
            .map_err(|_| failed(layer, "expected the name of an activation"))?
    };
    let given = match parameter {
        Some(parameter) => Some(exact(parameter).map_err(|_| {
            failed(
                layer,
                format_args!("the parameter of {name} is not a finite number"),
            )
        })?),
        None => None,
    };
    let written = name.trim().to_ascii_lowercase().replace('_', "-");
    let activation = match (written.as_str(), given) {
        ("leaky-relu" | "leakyrelu", Some(slope)) => Activation::LeakyRelu(slope),
        ("elu", Some(alpha)) => Activation::Elu(alpha),
        ("softplus", threshold) => Activation::Softplus(threshold),
        ("gelu", divisor) => Activation::Gelu(divisor),
        ("maxout", Some(rank)) => match rank.to_i64().map(usize::try_from) {
            Some(Ok(rank)) if rank > 0 => Activation::Maxout(rank),
            _ => {
                let message =
                    format!("the rank of maxout is a whole number from 1 on, found {rank}");
                return Err(failed(layer, message));
            }
        },
        (name @ ("leaky-relu" | "leakyrelu" | "elu" | "maxout"), None) => {
            return Err(failed(layer, format_args!("{name} needs its parameter"))
                .hint(Some("give it after the activation: (W, b, \"elu\", 1)")));
        }
        ("linear" | "none", None) => Activation::Identity,
        ("logistic", None) => Activation::Sigmoid,
        ("step", None) => Activation::Heaviside,
        ("hardtanh", None) => Activation::HardTanh,
        ("swish", None) => Activation::Silu,
        (plain, None) => match Activation::from_name(plain) {
            Some(activation) => activation,
            None => return Err(unknown(&name, layer)),
        },
        (plain, Some(_)) => {
            return Err(match Activation::from_name(plain) {
                Some(_) => failed(layer, format_args!("{name} has no parameter")),
                None => unknown(&name, layer),
            });
        }
    };
    Ok(activation)
}

fn unknown(name: &str, layer: usize) -> Failure {
    failed(
        layer,
        format_args!(
            "unknown activation `{name}`, expected one of identity, heaviside, sigmoid, tanh, relu, leaky-relu, \
             hard-tanh, softplus, softsign, elu, silu, gelu, maxout"
        ),
    )
    .at("found", name.to_owned())
}

/// Reads an array, or lists of numbers.
fn numbers(
    found: &Bound<'_, PyAny>,
    layer: usize,
    what: &str,
    dimensions: usize,
) -> Result<Numbers, Failure> {
    let read =
        if found.hasattr("dtype").unwrap_or(false) && found.hasattr("tobytes").unwrap_or(false) {
            array(found, layer, what)?
        } else {
            lists(found, layer, what, dimensions)?
        };
    if read.shape.len() != dimensions {
        let shape: Vec<String> = read.shape.iter().map(ToString::to_string).collect();
        let message = format!(
            "expected {what} with {dimensions} {}, found the shape ({})",
            if dimensions == 1 {
                "dimension"
            } else {
                "dimensions"
            },
            shape.join(", ")
        );
        return Err(failed(layer, message)
            .at("expected", format!("{dimensions} dimensions"))
            .at("found", format!("({})", shape.join(", "))));
    }
    Ok(read)
}

/// Reads a NumPy array, or what has its attributes.
fn array(found: &Bound<'_, PyAny>, layer: usize, what: &str) -> Result<Numbers, Failure> {
    let odd = |_: PyErr| {
        failed(
            layer,
            format_args!("the array of the {what} cannot be read"),
        )
    };
    let name: String = found
        .getattr("dtype")
        .and_then(|dtype| dtype.getattr("str"))
        .and_then(|name| name.extract())
        .map_err(odd)?;
    let shape: Vec<usize> = found
        .getattr("shape")
        .and_then(|shape| shape.extract())
        .map_err(odd)?;
    if name.ends_with('O') {
        // Objects, such as fractions.
        let nested = found.call_method0("tolist").map_err(odd)?;
        return lists(&nested, layer, what, shape.len());
    }
    let bytes = found.call_method0("tobytes").map_err(odd)?;
    let bytes = bytes
        .cast::<PyBytes>()
        .map_err(|_| failed(layer, format_args!("the array of the {what} has no bytes")))?;
    let Some(values) = decoded(&name, bytes.as_bytes()) else {
        let dtype = found.getattr("dtype").and_then(|dtype| dtype.str());
        let dtype = dtype.map_or(name, |dtype| dtype.to_string());
        let message =
            format!("expected {what} that are floats or integers, found the type {dtype}");
        return Err(failed(layer, message).at("found", dtype));
    };
    if let Values::Floats(floats, _) = &values
        && let Some(place) = floats.iter().position(|value| !value.is_finite())
    {
        return Err(not_finite(layer, what, &shape, place, floats[place]));
    }
    Ok(Numbers { shape, values })
}

/// The numbers of so many bytes each.
fn each<const N: usize, T>(bytes: &[u8], is_big: bool, read: fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    let ordered = chunks.iter().map(|chunk| {
        let mut chunk = *chunk;
        if is_big {
            chunk.reverse();
        }
        read(chunk)
    });
    ordered.collect()
}

/// The numbers of an array of this type; None for other types.
fn decoded(name: &str, bytes: &[u8]) -> Option<Values> {
    let is_big = name.starts_with('>');
    let kind = name.trim_start_matches(['<', '>', '=', '|']);
    let whole =
        |numbers: Vec<i64>| Values::Exact(numbers.into_iter().map(Rational::from).collect(), false);
    Some(match kind {
        "f4" => Values::Floats(
            each(bytes, is_big, |b| f64::from(f32::from_le_bytes(b))),
            Some(FloatFormat::Float32),
        ),
        "f8" => Values::Floats(
            each(bytes, is_big, f64::from_le_bytes),
            Some(FloatFormat::Float64),
        ),
        "f2" => Values::Floats(each(bytes, is_big, |b| half(u16::from_le_bytes(b))), None),
        "i1" => whole(each(bytes, is_big, |b| i64::from(i8::from_le_bytes(b)))),
        "i2" => whole(each(bytes, is_big, |b| i64::from(i16::from_le_bytes(b)))),
        "i4" => whole(each(bytes, is_big, |b| i64::from(i32::from_le_bytes(b)))),
        "i8" => whole(each(bytes, is_big, i64::from_le_bytes)),
        "u1" => whole(each(bytes, is_big, |b| i64::from(u8::from_le_bytes(b)))),
        "u2" => whole(each(bytes, is_big, |b| i64::from(u16::from_le_bytes(b)))),
        "u4" => whole(each(bytes, is_big, |b| i64::from(u32::from_le_bytes(b)))),
        _ => return None,
    })
}

/// Reads lists of numbers in so many dimensions.
fn lists(
    found: &Bound<'_, PyAny>,
    layer: usize,
    what: &str,
    dimensions: usize,
) -> Result<Numbers, Failure> {
    let mut values = Vec::new();
    let mut has_floats = false;
    let row = |row: &Bound<'_, PyAny>,
               place: Option<usize>,
               values: &mut Vec<Rational>,
               has_floats: &mut bool| {
        let items = items(row).ok_or_else(|| {
            failed(
                layer,
                format_args!("expected {what} that are an array or lists of numbers"),
            )
        })?;
        for (column, item) in items.iter().enumerate() {
            *has_floats |= is_float(item);
            values.push(exact(item).map_err(|why| {
                let shown = item
                    .repr()
                    .map_or_else(|_| "an object".into(), |text| text.to_string());
                not_exact(layer, what, (place, column), &why, &shown)
            })?);
        }
        Ok::<usize, Failure>(items.len())
    };
    let shape = if dimensions == 1 {
        vec![row(found, None, &mut values, &mut has_floats)?]
    } else {
        let rows = items(found).ok_or_else(|| {
            failed(
                layer,
                format_args!("expected {what} that are an array or lists of numbers"),
            )
        })?;
        let mut columns = None;
        for (place, one) in rows.iter().enumerate() {
            let count = row(one, Some(place), &mut values, &mut has_floats)?;
            let expected = *columns.get_or_insert(count);
            if expected != count {
                let message = format!(
                    "row {} of the {what} has the length {count}, the first has {expected}",
                    place + 1
                );
                return Err(failed(layer, message)
                    .at("row", place + 1)
                    .at("expected", expected)
                    .at("found", count));
            }
        }
        vec![rows.len(), columns.unwrap_or(0)]
    };
    Ok(Numbers {
        shape,
        values: Values::Exact(values, has_floats),
    })
}

/// The items of a list, a tuple or an array; not the letters of a text.
fn items<'py>(found: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if found.is_instance_of::<PyString>() {
        return None;
    }
    if found.hasattr("tolist").ok()? {
        return found.call_method0("tolist").ok()?.extract().ok();
    }
    found.cast::<PySequence>().ok()?;
    found.try_iter().ok()?.collect::<PyResult<_>>().ok()
}

/// Is this a float, which is meant as a stored weight?
fn is_float(found: &Bound<'_, PyAny>) -> bool {
    found.is_instance_of::<pyo3::types::PyFloat>() || found.hasattr("dtype").unwrap_or(false)
}

fn not_finite(layer: usize, what: &str, shape: &[usize], place: usize, value: f64) -> Failure {
    let place = match shape {
        [_, columns] if *columns > 0 => (Some(place / columns), place % columns),
        _ => (None, place),
    };
    not_exact(layer, what, place, &NotExact::NotFinite, &value.to_string())
}

fn not_exact(
    layer: usize,
    what: &str,
    (row, column): (Option<usize>, usize),
    why: &NotExact,
    found: &str,
) -> Failure {
    let expected = match why {
        NotExact::NotFinite => "a finite number",
        NotExact::Other => "a number",
    };
    // A bias has rows alone.
    let (row, column) = match row {
        Some(row) => (row + 1, Some(column + 1)),
        None => (column + 1, None),
    };
    let column_text = column.map_or_else(String::new, |column| format!(", column {column}"));
    let message = format!(
        "layer {layer}, row {row}{column_text} of the {what}: expected {expected}, found {found}"
    );
    let failure = Failure::new("ModelError", message)
        .at("layer", layer)
        .at("row", row)
        .at("expected", expected)
        .at("found", found.to_owned());
    match column {
        Some(column) => failure.at("column", column),
        None => failure,
    }
}

fn joined(
    parts: Vec<Part>,
    inputs: Option<Vec<String>>,
    outputs: Option<Vec<String>>,
) -> Result<Opened, Failure> {
    let mut formats = Formats::default();
    let mut layers: Vec<Layer> = Vec::with_capacity(parts.len());
    for (before, part) in parts.into_iter().enumerate() {
        let place = before + 1;
        formats.take(&part.weights);
        if let Some(bias) = &part.bias {
            formats.take(bias);
        }
        layers.push(layer(part, place, layers.last().map(Layer::units))?);
    }
    let (Some(first), Some(last)) = (layers.first(), layers.last()) else {
        return Err(Failure::new(
            "ModelError",
            "a network needs at least one layer",
        ));
    };
    let (count, values) = (first.inputs(), last.units());
    if let Some(names) = &inputs
        && names.len() != count
    {
        let message = format!(
            "the network has {count} inputs, found {} names: {}",
            names.len(),
            names.join(", ")
        );
        return Err(Failure::new("ModelError", message)
            .hint(Some(
                "the rows of W have a number for each input: W has the shape (outputs, inputs)",
            ))
            .at("expected", count)
            .at("found", names.len()));
    }
    let inputs = inputs.unwrap_or_else(|| numbered("x", count));
    let outputs = outputs.unwrap_or_else(|| numbered("y", values));
    let network =
        Network::new(inputs, outputs, layers).map_err(|error| Failure::new("ModelError", error))?;
    let weights = if formats.has_floats {
        Weights::Stored
    } else {
        Weights::Exact
    };
    Ok(Opened::of(
        network,
        weights,
        formats.all.filter(|_| !formats.is_mixed),
    ))
}

/// The floats of all arrays, if they are of one type.
#[derive(Default)]
struct Formats {
    all: Option<FloatFormat>,
    is_mixed: bool,
    has_floats: bool,
}

impl Formats {
    fn take(&mut self, numbers: &Numbers) {
        match &numbers.values {
            Values::Exact(_, has_floats) => {
                self.has_floats |= has_floats;
                self.is_mixed |= has_floats;
            }
            Values::Floats(_, format) => {
                self.has_floats = true;
                match (self.all, format) {
                    (None, Some(format)) => self.all = Some(*format),
                    (Some(known), Some(format)) if known == *format => {}
                    _ => self.is_mixed = true,
                }
            }
        }
    }
}

fn layer(part: Part, place: usize, expected: Option<usize>) -> Result<Layer, Failure> {
    let [rows, columns] = part.weights.shape[..] else {
        return Err(failed(place, "weights have rows and columns"));
    };
    if let Some(expected) = expected.filter(|expected| *expected != columns) {
        let message = format!(
            "expected {expected} columns of weights, found {columns}: the layer below has {expected} units"
        );
        return Err(failed(place, message)
            .hint(Some("W has the shape (outputs, inputs), as in PyTorch; the kernels of Keras and scikit-learn are W.T"))
            .at("expected", expected)
            .at("found", columns));
    }
    let bias = match part.bias {
        Some(bias) => bias.values.exact(),
        None => vec![Rational::ZERO; rows],
    };
    if bias.len() != rows {
        let message = format!("expected {rows} bias terms, found {}", bias.len());
        return Err(failed(place, message)
            .at("expected", rows)
            .at("found", bias.len()));
    }
    let matrix = match part.weights.values {
        Values::Floats(floats, _) => of_floats(&floats, columns),
        Values::Exact(numbers, _) => of_numbers(numbers, columns),
    };
    let matrix = matrix.map_err(|error| failed(place, error))?;
    Layer::new(matrix, bias, part.activation).map_err(|error| failed(place, error))
}

impl Values {
    fn exact(self) -> Vec<Rational> {
        match self {
            Self::Exact(numbers, _) => numbers,
            Self::Floats(floats, _) => {
                let numbers = floats.into_iter().map(steeple::formats::floats::rational);
                numbers.collect()
            }
        }
    }
}

fn of_floats(
    floats: &[f64],
    columns: usize,
) -> Result<steeple::network::matrix::Matrix, MatrixError> {
    let mut builder = FloatMatrixBuilder::new(columns);
    for row in floats.chunks(columns.max(1)) {
        let floats = row.iter().map(|value| Float64::from_bits(value.to_bits()));
        // All of them are finite.
        let row: Vec<(usize, Float64)> = floats.flatten().enumerate().collect();
        builder.push_row(&row)?;
    }
    builder.finish()
}

fn of_numbers(
    numbers: Vec<Rational>,
    columns: usize,
) -> Result<steeple::network::matrix::Matrix, MatrixError> {
    let mut builder = MatrixBuilder::new(columns);
    let mut numbers = numbers.into_iter().peekable();
    while numbers.peek().is_some() {
        builder.push_dense_row(numbers.by_ref().take(columns.max(1)).collect())?;
    }
    Ok(builder.finish())
}
