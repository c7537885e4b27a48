//! The program `steeple`.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::errors::apart;

/// Runs the program with these arguments, the first of which is its name. Returns the exit code.
#[pyfunction]
pub fn main(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
    apart(py, || steeple::cli::run(&arguments))
}
