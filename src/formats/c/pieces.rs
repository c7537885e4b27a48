//! A network in one input as a search over its affine pieces.

use std::fmt::Write as _;

use super::error::CError;
use super::layers::prototype;
use super::piecewise::{Curve, Piece, curves};
use super::text::{hexadecimal, of, table};
use crate::certificate::FloatFormat;
use crate::formats::floats::{Precision, rational};
use crate::network::Network;
use crate::numbers::Rational;

/// The text of the function, and what it takes.
pub struct Pieces {
    /// Tables and functions.
    pub text: String,
    /// Bytes of constants.
    pub flash_bytes: usize,
    /// The number of pieces of all outputs.
    pub count: usize,
    /// The first and the last knot that is a float, if there are any: the values of the code are within T40's
    /// bound on domains that contain them.
    pub knots: Option<(Rational, Rational)>,
}

/// One line of a table: `c + a (x - t)`.
struct Entry {
    t: f64,
    c: f64,
    a: f64,
}

/// Returns a network as its pieces. They are exact: a float lies on the same piece in the code as in the network.
///
/// - Exactness: `t` is a float, `c` and `a` are the float64 nearest to the value at `t` and to the slope.
/// - Errors: [`CError::Pieces`].
pub fn pieces(
    network: &Network,
    name: &str,
    format: FloatFormat,
    domain: Option<&(Rational, Rational)>,
) -> Result<Pieces, CError> {
    let (real, bytes, letter) = of(format);
    let curves = curves(network)?;
    let mut found = Pieces {
        text: String::new(),
        flash_bytes: 0,
        count: 0,
        knots: None,
    };
    let mut calls = String::new();
    let mut knots: Vec<f64> = Vec::new();
    let (narrow, wide) = match format {
        FloatFormat::Float32 => ("(float)", "(double)"),
        FloatFormat::Float64 => ("", ""),
    };
    for (k, curve) in curves.iter().enumerate() {
        let entries = entries(curve, format, domain).ok_or_else(|| CError::Pieces {
            reason: format!(
                "output {} has a slope or value beyond {}",
                k + 1,
                format.name()
            ),
        })?;
        let mut put = |kind, part, end, value: &dyn Fn(&Entry) -> f64| {
            let name = format!("{name}_{part}{}", k + 1);
            let values = entries.iter().map(|entry| hexadecimal(value(entry)) + end);
            table(&mut found.text, kind, &name, values);
        };
        put(real, "t", letter, &|entry| entry.t);
        put("double", "c", "", &|entry| entry.c);
        put("double", "a", "", &|entry| entry.a);
        found.flash_bytes += entries.len() * (bytes + 16);
        found.count += entries.len();
        knots.extend(entries.iter().map(|entry| entry.t));
        let _ = writeln!(
            calls,
            "    y[{k}] = {name}_piece(x[0], {name}_t{n}, {name}_c{n}, {name}_a{n}, {});",
            entries.len(),
            n = k + 1,
        );
    }
    let knots = knots.into_iter().map(rational);
    found.knots = knots.clone().min().zip(knots.max());
    let search = SEARCH
        .replace("{narrow}", narrow)
        .replace("{wide}", wide)
        .replace("{real}", real)
        .replace('$', &format!("{name}_"));
    let _ = writeln!(
        found.text,
        "{search}\n{}\n{{\n{calls}}}",
        prototype(network, name, format)
    );
    Ok(found)
}

/// The lines of an output; `None` if a number is too large. The first one goes on to the left, the last one to
/// the right.
fn entries(
    curve: &Curve,
    format: FloatFormat,
    domain: Option<&(Rational, Rational)>,
) -> Option<Vec<Entry>> {
    let pieces = curve.pieces();
    let begins =
        |piece: &Piece, at: &dyn Fn(&Rational) -> bool| piece.begin.as_ref().is_none_or(at);
    // The piece at the low end of the domain, and those that begin before its high end.
    let first = domain.map_or(0, |(low, _)| {
        let before = pieces
            .iter()
            .rposition(|piece| begins(piece, &|begin| begin <= low));
        before.unwrap_or(0)
    });
    let pieces: Vec<&Piece> = pieces[first..]
        .iter()
        .enumerate()
        .filter(|(k, piece)| {
            *k == 0 || domain.is_none_or(|(_, high)| begins(piece, &|begin| begin <= high))
        })
        .map(|(_, piece)| piece)
        .collect();
    let anchor = match (domain, pieces.get(1)) {
        (Some((low, _)), _) => low.clone(),
        (None, Some(second)) => second.begin.clone()?,
        (None, None) => Rational::ZERO,
    };
    let mut entries: Vec<Entry> = Vec::new();
    for (k, piece) in pieces.iter().enumerate() {
        let knot = if k == 0 {
            &anchor
        } else {
            piece.begin.as_ref()?
        };
        let t = at_least(knot, format)?;
        // Between two knots there may be no float; the first entry is not searched for.
        if entries.len() > 1 && entries.last().is_some_and(|last| last.t >= t) {
            entries.pop();
        }
        let float = |value: Rational| {
            let float = Precision::Double.nearest(&value)?;
            Some(if float.is_normal() { float } else { 0.0 })
        };
        entries.push(Entry {
            t,
            c: float(piece.at(&rational(t)))?,
            a: float(piece.slope.clone())?,
        });
    }
    Some(entries)
}

/// The smallest float that is 0 or normal and at least a number.
fn at_least(value: &Rational, format: FloatFormat) -> Option<f64> {
    let float = Precision::from(format).at_least(value)?;
    let (least, _) = format.exponents();
    let smallest = Rational::power_of_two(i32::try_from(least).ok()?);
    if rational(float).abs() >= smallest {
        Some(float)
    } else if value.is_positive() {
        Precision::from(format).nearest(&smallest)
    } else {
        Some(0.0)
    }
}

const SEARCH: &str = "
/* The value on the last piece that begins at or before x, or on the first one. */
static {real} $piece({real} x, const {real} *t, const double *c, const double *a, size_t n)
{
    size_t i = 0;
    while (n > 1) {
        size_t half = n / 2;
        i += x >= t[i + half] ? half : 0;
        n -= half;
    }
    return {narrow}(c[i] + a[i] * ({wide}x - {wide}t[i]));
}
";
