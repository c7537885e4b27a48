//! Networks with exact weights.
//!
//! A [`Network`] is a list of [`Layer`]s, each a [`Matrix`] of rationals, a bias [`Vector`] and an
//! [`Activation`]. It is checked when constructed and read-only afterwards. [`json`] reads it from a
//! file, [`forward()`] evaluates it over any scalar, [`digest()`] names it.

pub mod activation;
pub mod canonical;
pub mod digest;
pub mod forms;
pub mod forward;
pub mod json;
pub mod layer;
pub mod local;
pub mod matrix;
pub mod model;
pub mod pieces;
mod pool;
pub mod reduce;
pub mod specialise;
pub mod vector;

pub use activation::Activation;
pub use digest::digest;
pub use forward::forward;
pub use layer::{Layer, LayerError};
pub use local::Local;
pub use matrix::{FloatMatrixBuilder, Matrix, MatrixBuilder, MatrixError, Weight};
pub use model::{Network, NetworkError};
pub use pieces::{IntegerNetwork, Stage};
pub use reduce::Reducer;
pub use specialise::{Specialised, SumView, UnitView};
pub use vector::{Number, Vector, VectorBuilder};
