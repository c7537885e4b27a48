//! Networks with exact weights.
//!
//! A [`Network`] is a list of [`Layer`]s, each a [`Matrix`] of rationals, a bias [`Vector`] and an
//! [`Activation`]. It is checked when constructed and read-only afterwards. [`json`] reads it from a
//! file, [`forward()`] evaluates it over any scalar, [`digest()`] names it.

pub mod activation;
pub mod canonical;
pub mod digest;
#[cfg(feature = "fast")]
pub mod float_matrix;
pub mod forward;
#[cfg(feature = "json")]
pub mod json;
pub mod layer;
pub mod local;
pub mod matrix;
pub mod model;
pub mod pieces;
mod pool;
#[cfg(feature = "fast")]
pub mod reduced;
#[cfg(feature = "fast")]
pub mod rounding;
pub mod vector;

pub use activation::Activation;
pub use digest::digest;
#[cfg(feature = "fast")]
pub use float_matrix::FloatMatrixBuilder;
pub use forward::forward;
pub use layer::{Layer, LayerError};
pub use local::Local;
pub use matrix::{Matrix, MatrixBuilder, MatrixError, Weight};
pub use model::{Network, NetworkError};
pub use pieces::{IntegerNetwork, Stage};
#[cfg(feature = "fast")]
pub use reduced::reducer::Reducer;
#[cfg(feature = "fast")]
pub use reduced::{Reduced, SumView, UnitView};
#[cfg(feature = "fast")]
pub use rounding::{FloatsError, Rounding};
pub use vector::{Number, Vector, VectorBuilder};
