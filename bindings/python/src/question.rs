//! Targets and domains, as text.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use steeple::expr::check_ends;
use steeple::expr::friendly::{read_target, sides as friendly};
use steeple::numbers::literal::{decimal_down, decimal_up};
use steeple::workflow::spec;
use steeple::{Domain, Target};

use crate::errors::{Failure, apart, of_spec};
use crate::number::fraction;
use crate::verify::number;

/// Reads a formula for each output, in these inputs. Also returns how it was read, where that is not obvious.
pub fn target(texts: &[String], inputs: &[String]) -> Result<(Target, Vec<String>), Failure> {
    read_target(texts, inputs).map_err(|error| {
        let text = texts.get(error.formula).map_or("", String::as_str);
        let message = format!("{} in the target `{text}`", error.message);
        Failure::new("TargetError", message)
            .hint(error.hint.clone())
            .within(text, &error.span)
            .at("formula", error.formula)
    })
}

fn read_domain(text: &str, inputs: &[String]) -> Result<(Domain, Vec<String>), Failure> {
    friendly::read(text, inputs)
        .map_err(|error| Failure::new("DomainError", &error.message).hint(error.hint))
}

/// Reads a box with a side for each of these inputs. Also returns how it was read.
pub fn domain(text: &str, inputs: &[String]) -> Result<(Domain, Vec<String>), Failure> {
    let (domain, notes) = read_domain(text, inputs)?;
    let domain = domain
        .in_order(inputs)
        .map_err(|error| Failure::new("DomainError", error))?;
    check_ends(&domain).map_err(|error| Failure::new("DomainError", error))?;
    Ok((domain, notes))
}

/// Returns the names of the sides of a domain, in order; empty where it gives none.
#[pyfunction]
pub fn domain_names(domain: &str) -> Vec<String> {
    friendly::names(domain)
}

/// A side of a domain: name, low, high.
type Side<'py> = (String, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// Returns the sides of a domain; those without names are sides of `inputs`.
#[pyfunction]
pub fn sides<'py>(py: Python<'py>, domain: &str, inputs: Vec<String>) -> PyResult<Vec<Side<'py>>> {
    let (domain, _) = read_domain(domain, &inputs)?;
    let sides = domain.names().iter().zip(domain.sides());
    sides
        .map(|(name, (low, high))| Ok((name.clone(), fraction(py, low)?, fraction(py, high)?)))
        .collect()
}

/// Returns the inputs of a spec, in order.
#[pyfunction]
pub fn spec_inputs(spec: &str) -> PyResult<Vec<String>> {
    let read = spec::read(spec).map_err(|error| of_spec(&error, spec))?;
    Ok(read.target.inputs().to_vec())
}

/// Returns formulas as the certificate has them.
#[pyfunction]
pub fn canonical_target(target: Vec<String>, inputs: Vec<String>) -> PyResult<Vec<String>> {
    let (target, _) = self::target(&target, &inputs)?;
    Ok(target.text().to_vec())
}

/// Returns a number in few digits, for people: a short fraction, else a decimal, rounded upwards or downwards.
#[pyfunction]
pub fn few(value: Bound<'_, PyAny>, up: bool) -> PyResult<String> {
    /// Enough for the eye.
    const DIGITS: usize = 6;
    let exact = number("number", Some(&value))?.unwrap_or_default();
    Ok(if exact.bits() <= 40 {
        exact.to_string()
    } else if up {
        decimal_up(&exact, DIGITS)
    } else {
        decimal_down(&exact, DIGITS)
    })
}

/// Returns an SVG document as the bytes of a PNG file.
#[pyfunction]
pub fn png<'py>(py: Python<'py>, svg: &str) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = apart(py, || steeple::draw::png(svg))?;
    let bytes = bytes.map_err(|error| Failure::new("PictureError", error))?;
    Ok(PyBytes::new(py, &bytes))
}
