//! Layers as tables and loops.

use std::fmt::Write as _;

use super::error::CError;
use super::functions::Functions;
use super::text::{constant, integer, of, table};
use crate::certificate::{FloatFormat, Summation};
use crate::network::{Activation, Layer, Network};
use crate::numbers::Rational;

/// Rows of at least this many terms are added up in four partial sums.
const LONG: usize = 32;
/// Rows of at most this many terms are written without a loop.
const SHORT: usize = 4;
/// Numbers in one source, at most.
const MOST: usize = 1 << 22;
/// Buffers beyond this many bytes are static, since a stack may not hold them.
const LARGE: usize = 1 << 16;
/// The longest number in a message.
const LONGEST: usize = 40;

/// The text of all layers and of the function that calls them, and what they take.
pub struct Layers {
    /// Tables and functions.
    pub text: String,
    /// Bytes of constants.
    pub flash_bytes: usize,
    /// Bytes of values between layers.
    pub ram_bytes: usize,
    /// Multiplications by weights and slopes for one call.
    pub multiplications: usize,
    /// Are the values between layers in static memory?
    pub is_static: bool,
}

/// How a matrix is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Storage {
    /// All entries, row after row.
    Dense,
    /// This many entries of each row, with their columns.
    Even(usize),
    /// The entries with their columns, and where each row begins.
    Sparse,
}

/// Returns a number as a constant of C.
///
/// - Errors: [`CError::NotFloat`] if it is neither 0 nor a normal float of the format; the place is layer, unit
///   and part.
pub fn float(
    value: &Rational,
    format: FloatFormat,
    place: impl FnOnce() -> (usize, usize, String),
) -> Result<String, CError> {
    if let Some(text) = constant(value, format).filter(|_| format.is_normal(value)) {
        return Ok(text);
    }
    let (layer, unit, what) = place();
    let mut value = value.to_string();
    if value.len() > LONGEST {
        value.truncate(LONGEST);
        value += "..";
    }
    Err(CError::NotFloat {
        layer,
        unit,
        what,
        value,
        format: format.name(),
    })
}

/// Returns the layers as C.
///
/// - Errors: weights that are no floats of the format; activations without a C form; too many weights.
pub fn layers(
    network: &Network,
    name: &str,
    format: FloatFormat,
    summation: Summation,
) -> Result<Layers, CError> {
    let mut writer = Writer {
        prefix: format!("{name}_"),
        format,
        // In float64 both are the same.
        is_wide: summation == Summation::Emitted && format == FloatFormat::Float32,
        functions: Functions::new(&format!("{name}_"), format),
        text: String::new(),
        flash_bytes: 0,
        multiplications: 0,
    };
    let found = network.layers().iter().fold(0usize, |sum, layer| {
        let (_, numbers) = storage(layer, format);
        sum.saturating_add(numbers).saturating_add(layer.rows())
    });
    if found > MOST {
        return Err(CError::TooLarge { found, most: MOST });
    }
    for (k, layer) in network.layers().iter().enumerate() {
        writer.layer(k + 1, layer)?;
    }
    let mut text = writer.functions.text();
    text += &writer.text;
    let (main, ram_bytes, is_static) = main(network, name, format);
    text += &main;
    Ok(Layers {
        text,
        flash_bytes: writer.flash_bytes + writer.functions.bytes,
        ram_bytes,
        multiplications: writer.multiplications,
        is_static,
    })
}

/// Returns the smallest storage of a layer, and how many weights that holds.
fn storage(layer: &Layer, format: FloatFormat) -> (Storage, usize) {
    let (weights, rows) = (layer.weights(), layer.rows());
    let (_, real, _) = of(format);
    let entries = weights.entries();
    let (_, column) = integer(layer.inputs());
    let (_, start) = integer(entries);
    let dense = rows.saturating_mul(layer.inputs());
    let lengths = (0..rows).map(|row| weights.row_indices(row).len());
    let (shortest, longest) = lengths.fold((usize::MAX, 0), |(low, high), length| {
        (low.min(length), high.max(length))
    });
    let with_columns = entries.saturating_mul(real + column);
    let mut best = (Storage::Dense, dense);
    let mut bytes = dense.saturating_mul(real);
    if shortest == longest && with_columns < bytes {
        best = (Storage::Even(longest), entries);
        bytes = with_columns;
    }
    if with_columns.saturating_add((rows + 1).saturating_mul(start)) < bytes {
        best = (Storage::Sparse, entries);
    }
    best
}

struct Writer {
    prefix: String,
    format: FloatFormat,
    /// Are sums of float32 numbers added up in float64?
    is_wide: bool,
    functions: Functions,
    text: String,
    flash_bytes: usize,
    multiplications: usize,
}

impl Writer {
    fn table(&mut self, kind: (&str, usize), name: &str, values: Vec<String>) {
        self.flash_bytes += kind.1 * values.len();
        table(&mut self.text, kind.0, name, values.into_iter());
    }

    fn layer(&mut self, number: usize, layer: &Layer) -> Result<(), CError> {
        let (storage, numbers) = storage(layer, self.format);
        self.tables(number, layer, storage)?;
        self.multiplications += numbers;
        let rank = layer.activation().rows_per_unit();
        if matches!(layer.activation(), Activation::LeakyRelu(_)) {
            self.multiplications += layer.units();
        }
        let (real, _, _) = of(self.format);
        let value = self.functions.call(number, layer, "s")?;
        let (row, rows) = if rank == 1 {
            ("i".to_owned(), "")
        } else {
            (format!("{rank} * i + j"), ", j")
        };
        let sum = self.sum(number, layer, storage, &row);
        let inner = if sum.contains("(k ") { ", k" } else { "" };
        let mut kept = self.kept(layer, storage);
        if storage == Storage::Even(0) {
            kept += "    (void)x;\n";
        }
        let out = &mut self.text;
        let _ = writeln!(
            out,
            "\nstatic void {}layer{number}(const {real} *x, {real} *y)\n{{\n    size_t i{rows}{inner};\n{kept}    \
             for (i = 0; i < {}; i++) {{",
            self.prefix,
            layer.units(),
        );
        if rank == 1 {
            for line in sum.lines() {
                let _ = writeln!(out, "        {line}");
            }
            let _ = writeln!(out, "        y[i] = {value};\n    }}\n}}\n");
        } else {
            let (_, _, letter) = of(self.format);
            let _ = writeln!(
                out,
                "        {real} largest = 0.0{letter};\n        for (j = 0; j < {rank}; j++) {{"
            );
            for line in sum.lines() {
                let _ = writeln!(out, "            {line}");
            }
            let _ = writeln!(
                out,
                "            if (j == 0 || s > largest) {{\n                largest = s;\n            }}\n        \
                 }}\n        y[i] = largest;\n    }}\n}}\n"
            );
        }
        Ok(())
    }

    /// Writes weights `w`, columns `c`, starts `p` and bias `b` of a layer.
    fn tables(&mut self, number: usize, layer: &Layer, storage: Storage) -> Result<(), CError> {
        let (real, real_bytes, letter) = of(self.format);
        let (weights, rank) = (layer.weights(), layer.activation().rows_per_unit());
        let mut pool = Vec::with_capacity(weights.pool().len());
        for (place, value) in weights.pool().iter().enumerate() {
            pool.push(float(value, self.format, || {
                let at = (0..layer.rows()).find_map(|row| {
                    let mut entries = weights.row_indices(row);
                    let found = entries.find(|(_, pooled)| *pooled == place);
                    found.map(|(column, _)| (row, column))
                });
                let (row, column) = at.unwrap_or_default();
                (
                    number,
                    row / rank + 1,
                    format!("weight of input {}", column + 1),
                )
            })?);
        }
        let mut bias = Vec::with_capacity(layer.rows());
        for (row, value) in layer.bias().iter().enumerate() {
            bias.push(float(value, self.format, || {
                (number, row / rank + 1, "bias".to_owned())
            })?);
        }
        let name = |letter: &str| format!("{}{letter}{number}", self.prefix);
        let (w, c, p, b) = (name("w"), name("c"), name("p"), name("b"));
        let mut values = Vec::new();
        let (mut columns, mut starts) = (Vec::new(), vec!["0".to_owned()]);
        for row in 0..layer.rows() {
            if storage == Storage::Dense {
                let begin = values.len();
                values.resize(begin + layer.inputs(), format!("0.0{letter}"));
                for (column, pooled) in weights.row_indices(row) {
                    values[begin + column].clone_from(&pool[pooled]);
                }
            } else {
                for (column, pooled) in weights.row_indices(row) {
                    values.push(pool[pooled].clone());
                    columns.push(column.to_string());
                }
                starts.push(columns.len().to_string());
            }
        }
        // A layer without weights has only its bias; C has no empty tables.
        if !values.is_empty() {
            self.table((real, real_bytes), &w, values);
        }
        if !columns.is_empty() {
            self.table(integer(layer.inputs()), &c, columns);
        }
        if storage == Storage::Sparse {
            self.table(integer(weights.entries()), &p, starts);
        }
        self.table((real, real_bytes), &b, bias);
        Ok(())
    }

    /// The inputs of a layer with few of them, as constants before its loop: x and y might overlap, for all that
    /// the compiler knows.
    fn kept(&self, layer: &Layer, storage: Storage) -> String {
        if !keeps_inputs(layer, storage) {
            return String::new();
        }
        let (real, _, _) = of(self.format);
        let (sum, cast) = if self.is_wide {
            ("double", "(double)")
        } else {
            (real, "")
        };
        let all: Vec<_> = (0..layer.inputs())
            .map(|k| format!("x{k} = {cast}x[{k}]"))
            .collect();
        format!("    const {sum} {};\n", all.join(", "))
    }

    /// The lines that compute the sum `s` of a row.
    fn sum(&self, number: usize, layer: &Layer, storage: Storage, row: &str) -> String {
        let (real, _, letter) = of(self.format);
        let name = |letter: &str| format!("{}{letter}{number}", self.prefix);
        let (w, c, p, b) = (name("w"), name("c"), name("p"), name("b"));
        let (sum, cast, zero) = if self.is_wide {
            ("double", "(double)", "0.0".to_owned())
        } else {
            (real, "", format!("0.0{letter}"))
        };
        let row = if row.contains(' ') {
            format!("({row})")
        } else {
            row.to_owned()
        };
        let term = |k: &str| {
            let column = match storage {
                Storage::Dense => k.to_owned(),
                Storage::Even(_) | Storage::Sparse => {
                    format!("{c}[{}]", at(storage, layer, &row, k))
                }
            };
            let place = at(storage, layer, &row, k);
            if keeps_inputs(layer, storage) {
                format!("{cast}{w}[{place}] * x{column}")
            } else {
                format!("{cast}{w}[{place}] * {cast}x[{column}]")
            }
        };
        let bias = format!(
            "{cast}{b}[{}]",
            row.trim_start_matches('(').trim_end_matches(')')
        );
        let length = match storage {
            Storage::Dense => layer.inputs(),
            Storage::Even(length) => length,
            Storage::Sparse => layer.weights().entries() / layer.rows(),
        };
        let back = |value: &str| {
            if self.is_wide {
                format!("{real} s = (float)({value});\n")
            } else {
                format!("{real} s = {value};\n")
            }
        };
        match storage {
            Storage::Even(0) => return format!("{real} s = {b}[{row}];\n"),
            Storage::Dense | Storage::Even(_) if length <= SHORT => {
                let mut all = bias;
                for k in 0..length {
                    let _ = write!(all, " + {}", term(&k.to_string()));
                }
                return back(&all);
            }
            _ => {}
        }
        let (begin, end) = match storage {
            Storage::Sparse => (format!("{p}[{row}]"), format!("{p}[{row} + 1]")),
            Storage::Dense | Storage::Even(_) => ("0".to_owned(), length.to_string()),
        };
        if length < LONG {
            return format!(
                "{sum} t = {bias};\nfor (k = {begin}; k < {end}; k++) {{\n    t += {};\n}}\n{}",
                term("k"),
                back("t")
            );
        }
        let mut out = format!("{sum} t0 = {bias}, t1 = {zero}, t2 = {zero}, t3 = {zero};\n");
        let _ = writeln!(out, "for (k = {begin}; k + 4 <= {end}; k += 4) {{");
        for part in 0..4 {
            let k = if part == 0 {
                "k".to_owned()
            } else {
                format!("k + {part}")
            };
            let _ = writeln!(out, "    t{part} += {};", term(&k));
        }
        let _ = writeln!(
            out,
            "}}\nfor (; k < {end}; k++) {{\n    t0 += {};\n}}",
            term("k")
        );
        out + &back("(t0 + t1) + (t2 + t3)")
    }
}

/// Are the inputs of a layer few, and read often?
fn keeps_inputs(layer: &Layer, storage: Storage) -> bool {
    storage == Storage::Dense && layer.inputs() <= SHORT && layer.rows() > 1
}

/// The place of entry `k` of a row in the tables.
fn at(storage: Storage, layer: &Layer, row: &str, k: &str) -> String {
    let wide = match storage {
        Storage::Dense => layer.inputs(),
        Storage::Even(length) => length,
        Storage::Sparse => return k.to_owned(),
    };
    if layer.rows() == 1 {
        k.to_owned()
    } else if wide == 1 && k == "0" {
        row.trim_start_matches('(').trim_end_matches(')').to_owned()
    } else {
        format!("{wide} * {row} + {k}")
    }
}

/// The function that calls the layers, the bytes of its buffers, and whether they are static.
fn main(network: &Network, name: &str, format: FloatFormat) -> (String, usize, bool) {
    let (real, real_bytes, _) = of(format);
    let layers = network.layers();
    let hidden = &layers[..layers.len() - 1];
    let widest = |odd: usize| {
        let of_one = hidden.iter().skip(odd).step_by(2).map(Layer::units);
        of_one.max().unwrap_or(0)
    };
    let (first, second) = (widest(0), widest(1));
    let ram = (first + second) * real_bytes;
    let kind = if ram > LARGE { "static " } else { "" };
    let mut out = format!("{}\n{{\n", prototype(network, name, format));
    for (letter, size) in [("a", first), ("b", second)] {
        if size > 0 {
            let _ = writeln!(out, "    {kind}{real} {letter}[{size}];");
        }
    }
    let mut from = "x";
    for k in 1..=layers.len() {
        let to = match k {
            _ if k == layers.len() => "y",
            _ if k % 2 == 1 => "a",
            _ => "b",
        };
        let _ = writeln!(out, "    {name}_layer{k}({from}, {to});");
        from = to;
    }
    (out + "}\n", ram, ram > LARGE)
}

/// The declaration of the function, without a semicolon.
pub fn prototype(network: &Network, name: &str, format: FloatFormat) -> String {
    let (real, _, _) = of(format);
    let (inputs, outputs) = (network.inputs().len(), network.outputs().len());
    format!("void {name}(const {real} x[{inputs}], {real} y[{outputs}])")
}
