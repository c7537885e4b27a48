//! Level 2: symbolic target functions.
//!
//! A target begins as text. [`parse`] turns it into a [`tree`] and says where and why it cannot;
//! [`display`] writes trees back. The box it is looked at on is a [`domain`]. [`evaluate`]
//! flattens a tree into a tape and runs it over any kind of number, and [`defined`] uses that to
//! show that a target has a value everywhere on its domain; [`sizes`] refuses what is too long for that.
//! A [`property`] is a condition on inputs and outputs instead of a target. [`derivative()`]
//! differentiates trees, with the rewrites of [`simplify()`]; bounds on slopes, which builders choose
//! their sizes by, come from [`modulus`].

pub mod defined;
pub mod derivative;
pub mod display;
pub mod domain;
pub mod evaluate;
pub mod modulus;
pub mod parse;
mod place;
pub mod property;
pub mod simplify;
pub mod sizes;
#[cfg(test)]
mod tests;
mod token;
pub mod tree;

pub use defined::{NotDefined, check_defined};
pub use derivative::{NotDifferentiable, derivative};
pub use display::{function_name, relation_sign};
pub use domain::{Domain, DomainError, simplest_between};
pub use evaluate::{Constants, Results, Scratch, Tape, evaluate_exactly, exact_value};
pub use modulus::{derivative_range_upper, lipschitz_upper};
pub use parse::{ParseError, parse_expression, parse_target};
pub use place::Place;
pub use property::{Case, Property, PropertyError};
pub use simplify::{is_total, simplify};
pub use sizes::{MAX_END_BITS, TooLong, check_ends, check_exponents};
pub use tree::{Condition, Expr, Target, TargetBody, TargetError, check_names};
