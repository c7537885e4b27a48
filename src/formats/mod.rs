//! Networks in files; properties in VNN-LIB files.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

pub mod c;
pub mod floats;
pub mod foreign;
pub mod gzip;
pub mod kind;
pub mod onnx;
mod open;
pub mod python;
pub mod reading;
pub mod safetensors;
pub mod vnnlib;

pub use open::{
    OpenError, Opened, Read, Source, companion_of, named, open, open_with, read_bytes, to_json,
    to_onnx,
};
pub use steeple_kernel::network::json::{self, FormatError};
