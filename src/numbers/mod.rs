//! Level 1: what a number is.

pub mod dyadic;
pub mod elementary;
pub mod enclosure;
pub mod gradient;
pub mod interval;
pub mod linear_form;
pub mod rational;
pub mod scalar;
pub mod slope;

pub use dyadic::{Direction, Dyadic};
pub use enclosure::Enclosure;
pub use gradient::Gradient;
pub use interval::Interval;
pub use linear_form::LinearForm;
pub use rational::{Integer, Natural, Rational};
pub use scalar::{Failure, Function, Relation, Scalar, Truth};
