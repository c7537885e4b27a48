//! Our own network format: JSON whose numbers are exact.
//!
//! ```json
//! { "steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"],
//!   "layers": [ { "activation": "sigmoid", "weights": [["200", "0"], ["0", "-1/3"]], "bias": ["-100", "0.5"] },
//!               { "activation": "identity", "weights": {"rows": 1, "columns": 2, "entries": [[0, 1, "2^-3"]]}, "bias": ["0"] } ] }
//! ```
//!
//! Numbers are text as in [`crate::numbers::literal`], or JSON integers. Sparse entries may stand
//! in any order. `maxout` layers have a `rank`, `leaky-relu` layers a `slope`, `elu` layers an `alpha`;
//! `softplus` layers may have a `threshold` above which they are the identity, `gelu` layers a
//! `divisor` other than the square root of 2.

use std::collections::HashMap;
use std::io::{self, Write};

mod source;

use super::{
    Activation, Layer, Matrix, MatrixBuilder, MatrixError, Network, NetworkError, VectorBuilder,
    Weight,
};
use crate::numbers::{Rational, literal};
use source::{Source, Value};

/// The place and the reason of an error in a file.
///
/// Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct FormatError {
    /// The reason.
    pub message: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// How to correct it, if known.
    pub hint: Option<String>,
}

/// The version of the format that is read and written.
pub const VERSION: usize = 1;
/// The most texts of numbers that are remembered while a list is read.
const KNOWN_TEXTS: usize = 4096;
/// Bytes are written out in pieces of at least this size.
const FULL: usize = 1 << 16;
/// Layers of at most this many weights, zeros included, are written as dense rows.
const SMALL_LAYER: usize = 4096;

/// Returns the network that a file's text describes; memory stays in proportion to the text.
///
/// - Exactness: exact.
/// - Errors: [`FormatError`] with line and column, for syntax, numbers, keys and shapes alike.
///
/// ```
/// use steeple_kernel::network::json;
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
    // Before the keys are checked: another version may have other keys.
    let version = version.ok_or_else(|| missing(known[0]))?;
    let number = source.count(version, "the version of the format, 1")?;
    if number != VERSION {
        let message = format!("unknown version {number} of the format; expected 1");
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

/// Returns the network in these bytes, like [`read`]; refuses invalid UTF-8.
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

fn read_names<'t>(source: &Source<'t>, list: Value<'t>) -> Result<Vec<String>, FormatError> {
    let mut names = Vec::new();
    source.items(list, "a list of names", |name| {
        names.push(source.text(name, "a name as text")?);
        Ok(())
    })?;
    Ok(names)
}

fn read_layer<'t>(source: &Source<'t>, layer: Value<'t>) -> Result<Layer, FormatError> {
    let known = [
        "activation",
        "weights",
        "bias",
        "rank",
        "slope",
        "alpha",
        "threshold",
        "divisor",
    ];
    let fields = source.fields(layer, "a layer", known)?;
    if let Some(error) = fields.wrong_key {
        return Err(error);
    }
    let [activation, weights, bias, parameters @ ..] = fields.values;
    let missing = |key: &str| source.error(layer, format!("missing key `{key}`"));
    let activation = activation.ok_or_else(|| missing(known[0]))?;
    let name = source.text(activation, "the name of an activation")?;
    // The key of the activation's parameter, if it has one, and whether it is optional.
    let (own, is_optional) = match name.as_str() {
        "maxout" => ("rank", false),
        "leaky-relu" => ("slope", false),
        "elu" => ("alpha", false),
        "softplus" => ("threshold", true),
        "gelu" => ("divisor", true),
        _ => ("", true),
    };
    let mut parameter = None;
    for (key, value) in known[3..].iter().zip(parameters) {
        match value {
            Some(value) if *key != own => {
                return Err(source.error(value, format!("`{key}` does not belong to `{name}`")));
            }
            Some(value) => parameter = Some(value),
            None => {}
        }
    }
    let activation = match (name.as_str(), parameter) {
        (_, None) if !is_optional => return Err(missing(own)),
        ("maxout", Some(rank)) => Activation::Maxout(source.count(rank, "a rank")?),
        ("leaky-relu", Some(slope)) => Activation::LeakyRelu(source.number(slope)?),
        ("elu", Some(alpha)) => Activation::Elu(source.number(alpha)?),
        ("softplus", Some(threshold)) => Activation::Softplus(Some(source.number(threshold)?)),
        ("gelu", Some(divisor)) => Activation::Gelu(Some(source.number(divisor)?)),
        _ => Activation::from_name(&name).ok_or_else(|| {
            let names = "identity, heaviside, sigmoid, tanh, relu, leaky-relu, hard-tanh, maxout, softplus, \
                 softsign, elu, silu, gelu";
            source.error(
                activation,
                format!("unknown activation `{name}`; expected one of {names}"),
            )
        })?,
    };
    let bias_list = bias.ok_or_else(|| missing(known[2]))?;
    let mut bias = VectorBuilder::default();
    let mut texts = Known::default();
    source.items(bias_list, "a list of numbers", |value| {
        let number = texts.find(source, value, |number| bias.number(number))?;
        bias.push(number);
        Ok(())
    })?;
    let bias = bias.finish();
    let weights = weights.ok_or_else(|| missing(known[1]))?;
    let weights = if weights.text.starts_with('{') {
        read_sparse(source, weights, bias.len())?
    } else {
        read_dense(source, weights)?
    };
    Layer::with_bias(weights, bias, activation)
        .map_err(|error| source.error(layer, error.to_string()))
}

/// Values of the texts read so far: the same few texts fill a large layer.
struct Known<'t, T> {
    last: Option<(&'t str, T)>,
    /// The first [`KNOWN_TEXTS`] texts.
    by_text: HashMap<&'t str, T>,
}

impl<T> Default for Known<'_, T> {
    fn default() -> Self {
        Self {
            last: None,
            by_text: HashMap::new(),
        }
    }
}

impl<'t, T: Copy> Known<'t, T> {
    /// Returns the value of this text if it is known; else reads the text and converts it with
    /// `make`.
    fn find(
        &mut self,
        source: &Source<'t>,
        value: Value<'t>,
        make: impl FnOnce(Rational) -> Option<T>,
    ) -> Result<T, FormatError> {
        if let Some((text, made)) = self.last
            && text == value.text
        {
            return Ok(made);
        }
        let made = if let Some(&made) = self.by_text.get(value.text) {
            made
        } else {
            let number = source.number(value)?;
            let too_large = || source.error(value, MatrixError::TooLarge.to_string());
            let made = make(number).ok_or_else(too_large)?;
            if self.by_text.len() < KNOWN_TEXTS {
                self.by_text.insert(value.text, made);
            }
            made
        };
        self.last = Some((value.text, made));
        Ok(made)
    }
}

fn read_dense<'t>(source: &Source<'t>, rows: Value<'t>) -> Result<Matrix, FormatError> {
    let what = "a row of weights";
    let mut builder = None;
    let mut known = Known::default();
    source.items(rows, "rows of weights, or sparse entries", |row| {
        if builder.is_none() {
            let mut columns = 0;
            source.items(row, what, |_| {
                columns += 1;
                Ok(())
            })?;
            builder = Some(MatrixBuilder::new(columns));
        }
        let builder = builder.as_mut().expect("made for the first row");
        let mut weights = Vec::new();
        source.items(row, what, |weight| {
            let weight = known.find(source, weight, |number| builder.weight(number).ok())?;
            weights.push((weights.len(), weight));
            Ok(())
        })?;
        let pushed = builder.check_length(weights.len());
        pushed
            .and_then(|()| builder.push_known(&weights))
            .map_err(|error| source.error(row, error.to_string()))
    })?;
    Ok(builder.unwrap_or_else(|| MatrixBuilder::new(0)).finish())
}

/// Reads sparse entries; `bias` is the number of bias terms, that is, of rows. A file could claim
/// any number of rows without storing them, but it must store every bias term.
fn read_sparse<'t>(
    source: &Source<'t>,
    matrix: Value<'t>,
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
    let matrix = match read_sorted(source, list, rows, columns)? {
        Some(matrix) => matrix,
        None => read_unsorted(source, list, rows, columns)?,
    };
    Ok(matrix)
}

/// Reads the entries of a sparse matrix; `None` if a row comes after a later one.
fn read_sorted<'t>(
    source: &Source<'t>,
    list: Value<'t>,
    rows: usize,
    columns: usize,
) -> Result<Option<Matrix>, FormatError> {
    let mut builder = MatrixBuilder::new(columns);
    let mut known = Known::default();
    let mut open_row = Vec::new();
    let mut is_sorted = true;
    let push = |builder: &mut MatrixBuilder, row: &mut Vec<(usize, Weight)>| {
        let pushed = push_entries(source, list, rows, builder, row);
        row.clear();
        pushed
    };
    source.items(list, "a list of entries", |entry| {
        let (row, column, value) = read_entry(source, entry, rows)?;
        is_sorted &= row >= builder.rows();
        if is_sorted {
            while builder.rows() < row {
                push(&mut builder, &mut open_row)?;
            }
            let weight = known.find(source, value, |number| builder.weight(number).ok())?;
            open_row.push((column, weight));
        }
        Ok(())
    })?;
    while is_sorted && builder.rows() < rows {
        push(&mut builder, &mut open_row)?;
    }
    Ok(is_sorted.then(|| builder.finish()))
}

/// Reads the entries of a sparse matrix in any order.
fn read_unsorted<'t>(
    source: &Source<'t>,
    list: Value<'t>,
    rows: usize,
    columns: usize,
) -> Result<Matrix, FormatError> {
    let mut builder = MatrixBuilder::new(columns);
    let mut known = Known::default();
    let mut entries = Vec::new();
    source.items(list, "a list of entries", |entry| {
        let (row, column, value) = read_entry(source, entry, rows)?;
        let weight = known.find(source, value, |number| builder.weight(number).ok())?;
        entries.push((row, column, weight));
        Ok(())
    })?;
    entries.sort_by_key(|&(row, _, _)| row);
    let mut rest = entries.as_slice();
    for row in 0..rows {
        let length = rest.iter().take_while(|entry| entry.0 == row).count();
        let (entries, others) = rest.split_at(length);
        rest = others;
        let mut entries: Vec<_> = entries.iter().map(|&(_, column, w)| (column, w)).collect();
        push_entries(source, list, rows, &mut builder, &mut entries)?;
    }
    Ok(builder.finish())
}

/// Adds the next row, whose entries are in any order.
fn push_entries<'t>(
    source: &Source<'t>,
    list: Value<'t>,
    rows: usize,
    builder: &mut MatrixBuilder,
    row: &mut [(usize, Weight)],
) -> Result<(), FormatError> {
    if !row.is_sorted_by_key(|entry| entry.0) {
        row.sort_by_key(|entry| entry.0);
    }
    let Err(error) = builder.push_known(row) else {
        return Ok(());
    };
    let mut place = list;
    if let MatrixError::OutOfRange { row, column, .. } | MatrixError::Duplicate { row, column } =
        error
    {
        // Report the last such entry.
        source.items(list, "a list of entries", |entry| {
            let (r, c, weight) = read_entry(source, entry, rows)?;
            if (r, c) == (row, column) {
                place = weight;
            }
            Ok(())
        })?;
    }
    Err(source.error(place, error.to_string()))
}

/// Reads `[row, column, weight]`; the weight stays text, to keep its position.
fn read_entry<'t>(
    source: &Source<'t>,
    entry: Value<'t>,
    rows: usize,
) -> Result<(usize, usize, Value<'t>), FormatError> {
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

/// Writes a network in the form that [`read`] reads; equal networks give the same bytes.
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
        Activation::Elu(alpha) => {
            write!(out, ", \"alpha\": ")?;
            write_number(alpha, out)?;
        }
        Activation::Softplus(Some(threshold)) => {
            write!(out, ", \"threshold\": ")?;
            write_number(threshold, out)?;
        }
        Activation::Gelu(Some(divisor)) => {
            write!(out, ", \"divisor\": ")?;
            write_number(divisor, out)?;
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
    let texts = Texts::new(layer.bias().pool())?;
    let mut bytes = Vec::new();
    for (i, place) in layer.bias().indices().enumerate() {
        bytes.extend_from_slice(if i == 0 { b"" } else { b", " });
        bytes.extend_from_slice(texts.text(place));
        pass_on(&mut bytes, FULL, out)?;
    }
    bytes.extend_from_slice(b"]}");
    pass_on(&mut bytes, 0, out)
}

fn write_dense(weights: &Matrix, out: &mut impl Write) -> io::Result<()> {
    let texts = Texts::new(weights.pool())?;
    let mut bytes = Vec::new();
    for row in 0..weights.rows() {
        bytes.extend_from_slice(if row == 0 { b"[" } else { b"," });
        bytes.extend_from_slice(b"\n    [");
        let mut entries = weights.row_indices(row).peekable();
        for column in 0..weights.columns() {
            bytes.extend_from_slice(if column == 0 { b"" } else { b", " });
            let entry = entries.next_if(|entry| entry.0 == column);
            bytes.extend_from_slice(entry.map_or(b"\"0\"", |(_, place)| texts.text(place)));
        }
        bytes.extend_from_slice(b"]");
        pass_on(&mut bytes, FULL, out)?;
    }
    bytes.extend_from_slice(b"]");
    pass_on(&mut bytes, 0, out)
}

fn write_sparse(weights: &Matrix, out: &mut impl Write) -> io::Result<()> {
    let (rows, columns) = (weights.rows(), weights.columns());
    let texts = Texts::new(weights.pool())?;
    let mut bytes = Vec::new();
    write!(
        bytes,
        "{{\"rows\": {rows}, \"columns\": {columns}, \"entries\": ["
    )?;
    let mut separator = "";
    for row in 0..rows {
        for (i, (column, place)) in weights.row_indices(row).enumerate() {
            let space = if i == 0 { "\n    " } else { " " };
            write!(bytes, "{separator}{space}[{row}, {column}, ")?;
            bytes.extend_from_slice(texts.text(place));
            bytes.push(b']');
            separator = ",";
        }
        pass_on(&mut bytes, FULL, out)?;
    }
    bytes.extend_from_slice(b"]}");
    pass_on(&mut bytes, 0, out)
}

/// Writes the bytes to `out` if there are at least this many.
fn pass_on(bytes: &mut Vec<u8>, least: usize, out: &mut impl Write) -> io::Result<()> {
    if bytes.len() >= least {
        out.write_all(bytes)?;
        bytes.clear();
    }
    Ok(())
}

/// The texts of numbers: the same few numbers fill a large layer, so each text is made once.
struct Texts {
    bytes: Vec<u8>,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Texts {
    fn new(values: &[Rational]) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(values.len());
        for value in values {
            write_number(value, &mut bytes)?;
            ends.push(bytes.len());
        }
        Ok(Self { bytes, ends })
    }

    fn text(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[place]]
    }
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
