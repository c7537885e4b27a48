//! Level 4: networks in files; properties in VNN-LIB files.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

pub mod floats;
pub mod foreign;
pub mod gzip;
pub mod json;
pub mod kind;
pub mod onnx;
pub mod python;
pub mod safetensors;
mod source;
pub mod vnnlib;

/// Where and why a file is not what it should be.
///
/// Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct FormatError {
    /// What is wrong there.
    pub message: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// How to put it right, where that is known.
    pub hint: Option<String>,
}
