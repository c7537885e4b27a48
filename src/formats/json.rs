//! Our own network format: JSON whose numbers are exact.
//!
//! ```json
//! { "steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"],
//!   "layers": [ { "activation": "sigmoid", "weights": [["200", "0"], ["0", "-1/3"]], "bias": ["-100", "0.5"] },
//!               { "activation": "identity", "weights": {"rows": 1, "columns": 2, "entries": [[0, 1, "2^-3"]]}, "bias": ["0"] } ] }
//! ```
//!
//! Numbers are text as in [`crate::numbers::literal`], or JSON integers. Sparse entries may stand
//! in any order. `maxout` layers have a `rank`, `leaky-relu` layers a `slope`.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::io::{self, Write};

use serde_json::value::RawValue;

use super::FormatError;
use super::source::Source;
use crate::network::{
    Activation, Layer, Matrix, MatrixBuilder, MatrixError, Network, NetworkError,
};
use crate::numbers::{Rational, literal};

/// The version of the format that is read and written.
pub const VERSION: usize = 1;
/// Layers with at most this many weights, zeros included, are written as dense rows.
const SMALL_LAYER: usize = 4096;

/// Returns the network that a file's text describes; memory stays in proportion to the text.
///
/// - Exactness: exact.
/// - Errors: [`FormatError`] with line and column, for syntax, numbers, keys and shapes alike.
///
/// ```
/// use steeple::formats::json;
/// let text = r#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
///     {"activation": "relu", "weights": [[0.5]], "bias": [0]}]}"#;
/// let error = json::read(text).unwrap_err();
/// assert_eq!((error.line, error.column), (2, 41));
/// assert_eq!(error.hint.as_deref(), Some("write \"0.5\" in quotes, which is read exactly"));
/// ```
pub fn read(text: &str) -> Result<Network, FormatError> {
    let (source, file) = Source::new(text)?;
    let known = ["steeple_network", "inputs", "outputs", "layers"];
    let fields = source.fields(file, "a network file", known)?;
    let [version, inputs, outputs, layers] = fields.values;
    let missing = |key: &str| source.error(file, format!("missing key `{key}`"));
    // Before the keys are judged: another version may have others.
    let version = version.ok_or_else(|| missing(known[0]))?;
    let number = source.count(version, "the version of the format, 1")?;
    if number != VERSION {
        let message = format!("version {number} of the format is not known, version 1 is");
        return Err(source.error(version, message));
    }
    if let Some(error) = fields.wrong_key {
        return Err(error);
    }
    let inputs = inputs.ok_or_else(|| missing(known[1]))?;
    let outputs = outputs.ok_or_else(|| missing(known[2]))?;
    let layers = layers.ok_or_else(|| missing(known[3]))?;
    let mut places = Vec::new();
    let mut read_layers = Vec::new();
    let input_names = read_names(&source, inputs)?;
    let output_names = read_names(&source, outputs)?;
    source.items(layers, "a list of layers", |layer| {
        places.push(layer);
        read_layers.push(read_layer(&source, layer)?);
        Ok(())
    })?;
    Network::new(input_names, output_names, read_layers).map_err(|error| {
        let place = match &error {
            NetworkError::NoInputs => inputs,
            NetworkError::EmptyName { side, .. } | NetworkError::DuplicateName { side, .. } => {
                if *side == "inputs" {
                    inputs
                } else {
                    outputs
                }
            }
            NetworkError::NoLayers => layers,
            NetworkError::Inputs { .. } => places.first().copied().unwrap_or(layers),
            NetworkError::Layers { layer, .. } => places.get(layer - 1).copied().unwrap_or(layers),
            NetworkError::Outputs { .. } => places.last().copied().unwrap_or(layers),
        };
        source.error(place, error.to_string())
    })
}

/// Returns the network that a file's bytes describe; as [`read`], and refuses what is not UTF-8.
pub fn read_bytes(bytes: &[u8]) -> Result<Network, FormatError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return read(text),
        Err(error) => error,
    };
    let before = &bytes[..error.valid_up_to()];
    let line_start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |newline| newline + 1);
    Err(FormatError {
        message: "the file is not UTF-8 text".to_owned(),
        line: before.split(|&byte| byte == b'\n').count(),
        column: String::from_utf8_lossy(&before[line_start..])
            .chars()
            .count()
            + 1,
        hint: None,
    })
}

fn read_names<'t>(source: &Source<'t>, list: &'t RawValue) -> Result<Vec<String>, FormatError> {
    let mut names = Vec::new();
    source.items(list, "a list of names", |name| {
        names.push(source.text(name, "a name as text")?);
        Ok(())
    })?;
    Ok(names)
}

fn read_layer<'t>(source: &Source<'t>, layer: &'t RawValue) -> Result<Layer, FormatError> {
    let known = ["activation", "weights", "bias", "rank", "slope"];
    let fields = source.fields(layer, "a layer", known)?;
    if let Some(error) = fields.wrong_key {
        return Err(error);
    }
    let [activation, weights, bias, rank, slope] = fields.values;
    let missing = |key: &str| source.error(layer, format!("missing key `{key}`"));
    let activation = activation.ok_or_else(|| missing(known[0]))?;
    let name = source.text(activation, "the name of an activation")?;
    let activation = match (name.as_str(), rank, slope) {
        ("maxout", Some(rank), None) => Activation::Maxout(source.count(rank, "a rank")?),
        ("maxout", None, _) => return Err(missing("rank")),
        ("leaky-relu", None, Some(slope)) => Activation::LeakyRelu(source.number(slope)?),
        ("leaky-relu", _, None) => return Err(missing("slope")),
        (_, Some(rank), _) => {
            return Err(source.error(rank, format!("`rank` does not belong to `{name}`")));
        }
        (_, _, Some(slope)) => {
            return Err(source.error(slope, format!("`slope` does not belong to `{name}`")));
        }
        (_, None, None) => Activation::from_name(&name).ok_or_else(|| {
            let names = "identity, heaviside, sigmoid, tanh, relu, leaky-relu, hard-tanh, maxout";
            source.error(
                activation,
                format!("unknown activation `{name}`, expected one of {names}"),
            )
        })?,
    };
    let bias_list = bias.ok_or_else(|| missing(known[2]))?;
    let mut bias = Vec::new();
    source.items(bias_list, "a list of numbers", |value| {
        bias.push(source.number(value)?);
        Ok(())
    })?;
    let weights = weights.ok_or_else(|| missing(known[1]))?;
    let weights = if weights.get().starts_with('{') {
        read_sparse(source, weights, bias.len())?
    } else {
        read_dense(source, weights)?
    };
    Layer::new(weights, bias, activation).map_err(|error| source.error(layer, error.to_string()))
}

fn read_dense<'t>(source: &Source<'t>, rows: &'t RawValue) -> Result<Matrix, FormatError> {
    let mut builder = None;
    source.items(rows, "rows of weights, or sparse entries", |row| {
        let mut weights = Vec::new();
        source.items(row, "a row of weights", |weight| {
            weights.push(source.number(weight)?);
            Ok(())
        })?;
        builder
            .get_or_insert_with(|| MatrixBuilder::new(weights.len()))
            .push_dense_row(weights)
            .map_err(|error| source.error(row, error.to_string()))
    })?;
    Ok(builder.unwrap_or_else(|| MatrixBuilder::new(0)).finish())
}

/// Reads sparse entries; `bias` is the number of rows that the bias asks for. A file could claim
/// any number of rows without having them, but not any number of bias terms.
fn read_sparse<'t>(
    source: &Source<'t>,
    matrix: &'t RawValue,
    bias: usize,
) -> Result<Matrix, FormatError> {
    let known = ["rows", "columns", "entries"];
    let fields = source.fields(matrix, "sparse weights", known)?;
    if let Some(error) = fields.wrong_key {
        return Err(error);
    }
    let missing = |key: &str| source.error(matrix, format!("missing key `{key}`"));
    let [rows, columns, list] = fields.values;
    let rows_place = rows.ok_or_else(|| missing(known[0]))?;
    let rows = source.count(rows_place, "the number of rows")?;
    if rows != bias {
        let message = format!("{rows} rows of weights need {rows} bias terms, found {bias}");
        return Err(source.error(rows_place, message));
    }
    let columns = columns.ok_or_else(|| missing(known[1]))?;
    let columns = source.count(columns, "the number of columns")?;
    let list = list.ok_or_else(|| missing(known[2]))?;
    let mut entries = Vec::new();
    source.items(list, "a list of entries", |entry| {
        entries.push(read_entry(source, entry, rows)?);
        Ok(())
    })?;
    // Stable, so that of two equal places the second is refused.
    entries.sort_by_key(|&(row, column, _)| (row, column));
    let mut builder = MatrixBuilder::new(columns);
    let mut rest = entries.as_slice();
    for row in 0..rows {
        let length = rest.iter().take_while(|entry| entry.0 == row).count();
        let (entries, others) = rest.split_at(length);
        rest = others;
        let mut weights = Vec::with_capacity(length);
        for &(_, column, value) in entries {
            weights.push((column, source.number(value)?));
        }
        builder.push_row(weights).map_err(|error| {
            let at = |wanted| entries.iter().rev().find(|entry| entry.1 == wanted);
            let entry = match error {
                MatrixError::OutOfRange { column, .. } | MatrixError::Duplicate { column, .. } => {
                    at(column)
                }
                _ => None,
            };
            source.error(entry.map_or(list, |entry| entry.2), error.to_string())
        })?;
    }
    Ok(builder.finish())
}

/// Reads `[row, column, weight]`; the weight stays text, so that its place is known.
fn read_entry<'t>(
    source: &Source<'t>,
    entry: &'t RawValue,
    rows: usize,
) -> Result<(usize, usize, &'t RawValue), FormatError> {
    let what = "an entry [row, column, weight]";
    let mut items = [None; 3];
    let mut length = 0;
    source.items(entry, what, |item| {
        if let Some(slot) = items.get_mut(length) {
            *slot = Some(item);
        }
        length += 1;
        Ok(())
    })?;
    let ([Some(row), Some(column), Some(value)], 3) = (items, length) else {
        return Err(source.error(entry, format!("expected {what}, found {length} items")));
    };
    let row_number = source.count(row, "a row, counted from 0")?;
    if row_number >= rows {
        let message = format!("row {row_number} does not exist, there are {rows} rows");
        return Err(source.error(row, message));
    }
    let column = source.count(column, "a column, counted from 0")?;
    Ok((row_number, column, value))
}

/// Writes a network as [`read`] reads it, the same bytes for equal networks.
///
/// - Form: numbers as `"p"` or `"p/q"`; small layers and those with few zeros as dense rows.
/// - Errors: those of `out`; a number longer than [`literal::MAX_TEXT`], which could not be read
///   back.
pub fn write(network: &Network, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\n \"steeple_network\": {VERSION},\n \"inputs\": ")?;
    serde_json::to_writer(&mut *out, network.inputs())?;
    write!(out, ",\n \"outputs\": ")?;
    serde_json::to_writer(&mut *out, network.outputs())?;
    write!(out, ",\n \"layers\": [")?;
    for (i, layer) in network.layers().iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        write!(out, "{comma}\n  ")?;
        write_layer(layer, out)?;
    }
    writeln!(out, "\n ]\n}}")
}

fn write_layer(layer: &Layer, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"activation\": \"{}\"", layer.activation().name())?;
    match layer.activation() {
        Activation::Maxout(rank) => write!(out, ", \"rank\": {rank}")?,
        Activation::LeakyRelu(slope) => {
            write!(out, ", \"slope\": ")?;
            write_number(slope, out)?;
        }
        _ => {}
    }
    write!(out, ",\n   \"weights\": ")?;
    let weights = layer.weights();
    let size = weights.rows().saturating_mul(weights.columns());
    if size <= SMALL_LAYER || weights.entries() > size / 2 {
        write_dense(weights, out)?;
    } else {
        write_sparse(weights, out)?;
    }
    write!(out, ",\n   \"bias\": [")?;
    for (i, value) in layer.bias().iter().enumerate() {
        write!(out, "{}", if i == 0 { "" } else { ", " })?;
        write_number(value, out)?;
    }
    write!(out, "]}}")
}

fn write_dense(weights: &Matrix, out: &mut impl Write) -> io::Result<()> {
    for row in 0..weights.rows() {
        write!(out, "{}\n    [", if row == 0 { "[" } else { "," })?;
        let mut entries = weights.row(row).peekable();
        for column in 0..weights.columns() {
            write!(out, "{}", if column == 0 { "" } else { ", " })?;
            match entries.next_if(|entry| entry.0 == column) {
                Some((_, value)) => write_number(value, out)?,
                None => write!(out, "\"0\"")?,
            }
        }
        write!(out, "]")?;
    }
    write!(out, "]")
}

fn write_sparse(weights: &Matrix, out: &mut impl Write) -> io::Result<()> {
    let (rows, columns) = (weights.rows(), weights.columns());
    write!(
        out,
        "{{\"rows\": {rows}, \"columns\": {columns}, \"entries\": ["
    )?;
    let mut separator = "";
    for row in 0..rows {
        for (i, (column, value)) in weights.row(row).enumerate() {
            let space = if i == 0 { "\n    " } else { " " };
            write!(out, "{separator}{space}[{row}, {column}, ")?;
            write_number(value, out)?;
            write!(out, "]")?;
            separator = ",";
        }
    }
    write!(out, "]}}")
}

fn write_number(value: &Rational, out: &mut impl Write) -> io::Result<()> {
    let text = value.to_string();
    if text.len() > literal::MAX_TEXT {
        let message = "a number of the network is longer than 1 MiB";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    write!(out, "\"{text}\"")
}

#[cfg(test)]
mod tests;
