//! Level 1: what a number is.

pub mod literal;
pub mod rational;
pub mod scalar;

pub use rational::{Integer, Natural, Rational};
pub use scalar::{Failure, Function, Relation, Scalar, Truth};
