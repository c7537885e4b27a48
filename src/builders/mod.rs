//! Level 6: networks by formula.

pub mod parameters;

pub use parameters::{BuilderName, Fit, Parameters, Units};
