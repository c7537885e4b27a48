//! Networks in files; properties in VNN-LIB files.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

pub mod floats;
pub mod foreign;
pub mod gzip;
pub mod kind;
pub mod onnx;
pub mod python;
pub mod safetensors;
pub mod vnnlib;

pub use steeple_kernel::network::json::{self, FormatError};
