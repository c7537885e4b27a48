//! Numbers.
//!
//! [`Rational`] is exact. [`Dyadic`] is exact until it is rounded, in a requested direction; two of
//! them make an [`Interval`]. [`LinearForm`], [`Gradient`] and [`Hessian`] enclose values that
//! depend on the inputs of a box. All are [`Scalar`]s, so one formula can be evaluated in each of
//! them.

#[cfg(feature = "fast")]
pub mod composed;
pub mod dyadic;
pub mod elementary;
pub mod enclosure;
// Floats, and intervals of any precision, for the tests only.
#[cfg(feature = "smooth")]
mod constants;
#[cfg(test)]
#[path = "../../../src/numbers/estimate.rs"]
pub mod estimate;
#[cfg(feature = "fast")]
pub mod float;
#[cfg(feature = "smooth")]
pub mod gradient;
#[cfg(feature = "smooth")]
pub mod hessian;
pub mod interval;
pub mod linear_form;
pub mod literal;
#[cfg(test)]
#[path = "../../../src/numbers/precise/mod.rs"]
pub mod precise;
pub mod rational;
pub mod scalar;
#[cfg(feature = "smooth")]
pub mod second_derivative;
pub mod slope;
#[cfg(feature = "smooth")]
mod valley;

#[cfg(feature = "fast")]
pub use composed::Composed;
pub use dyadic::{Direction, Dyadic};
pub use enclosure::Enclosure;
#[cfg(feature = "fast")]
pub use float::Float64;
#[cfg(feature = "smooth")]
pub use gradient::Gradient;
#[cfg(feature = "smooth")]
pub use hessian::Hessian;
pub use interval::Interval;
pub use linear_form::LinearForm;
pub use rational::{Integer, Natural, Rational};
pub use scalar::{Failure, Function, Relation, Scalar, Truth};
