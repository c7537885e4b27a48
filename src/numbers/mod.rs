//! Level 1: what a number is.

pub mod dyadic;
pub mod elementary;
pub mod interval;
pub mod precise;
pub mod rational;
pub mod scalar;

pub use dyadic::{Direction, Dyadic};
pub use interval::Interval;
pub use precise::Precise;
pub use rational::{Integer, Natural, Rational};
pub use scalar::{Failure, Function, Relation, Scalar, Truth};
