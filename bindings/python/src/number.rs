//! Exact numbers of Python.

use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString};
use steeple::Rational;
use steeple::numbers::{Integer, loose};

/// Returns a `fractions.Fraction`.
pub fn fraction<'py>(py: Python<'py>, value: &Rational) -> PyResult<Bound<'py, PyAny>> {
    let class = py.import("fractions")?.getattr("Fraction")?;
    let numerator = integer(py, value.numerator())?;
    let denominator = integer(py, &Integer::from(value.denominator().clone()))?;
    class.call1((numerator, denominator))
}

/// Returns a lower and an upper bound.
pub fn fractions<'py>(
    py: Python<'py>,
    (lower, upper): (&Rational, Option<&Rational>),
) -> PyResult<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)> {
    let upper = upper.map(|upper| fraction(py, upper)).transpose()?;
    Ok((fraction(py, lower)?, upper))
}

fn integer<'py>(py: Python<'py>, value: &Integer) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(small) = i64::try_from(value) {
        return Ok(small.into_pyobject(py)?.into_any());
    }
    // Python limits the digits of a decimal number that it reads, and not those of other bases.
    let digits = value.in_radix(16).to_string();
    py.get_type::<PyInt>().call1((digits, 16))
}

/// Why an object is not an exact number.
pub enum NotExact {
    /// It is an infinity or a NaN.
    NotFinite,
    /// It is a text that is not a number, or another object.
    Other,
}

/// Reads an exact number: an int, a `Fraction`, a `Decimal`, a float (the number that it is), or text.
pub fn exact(found: &Bound<'_, PyAny>) -> Result<Rational, NotExact> {
    if let Ok(float) = found.cast_exact::<PyFloat>() {
        return of_float(float.value());
    }
    if let Ok(text) = found.cast::<PyString>() {
        let text = text.to_cow().map_err(|_| NotExact::Other)?;
        return loose::parse(text.trim()).map_err(|_| NotExact::Other);
    }
    match found.call_method0("as_integer_ratio") {
        Ok(ratio) => of_ratio(&ratio).ok_or(NotExact::Other),
        // Infinities and NaN have the method, and no ratio.
        Err(_) if found.hasattr("as_integer_ratio").unwrap_or(false) => Err(NotExact::NotFinite),
        Err(_) => of_index(found).ok_or(NotExact::Other),
    }
}

/// The number that a finite float is.
pub fn of_float(value: f64) -> Result<Rational, NotExact> {
    if value.is_finite() {
        Ok(steeple::formats::floats::rational(value))
    } else {
        Err(NotExact::NotFinite)
    }
}

fn of_ratio(ratio: &Bound<'_, PyAny>) -> Option<Rational> {
    let (numerator, denominator): (Bound<'_, PyAny>, Bound<'_, PyAny>) = ratio.extract().ok()?;
    Rational::new(of_int(&numerator)?, of_int(&denominator)?)
}

/// An integer of a kind that Python does not know, such as NumPy's.
fn of_index(found: &Bound<'_, PyAny>) -> Option<Rational> {
    let whole = found.call_method0("__index__").ok()?;
    Some(Rational::from(of_int(&whole)?))
}

fn of_int(found: &Bound<'_, PyAny>) -> Option<Integer> {
    if let Ok(small) = found.extract::<i64>() {
        return Some(Integer::from(small));
    }
    let text: String = found
        .call_method1("__format__", ("x",))
        .ok()?
        .extract()
        .ok()?;
    Integer::from_str_radix(&text, 16).ok()
}
