//! Symbolic target functions.
//!
//! A target begins as text. [`parse`] turns it into a [`tree`], or reports an error with its place;
//! [`display`] writes trees back. A [`domain`] is the box on which a target is approximated.
//! [`evaluate`] flattens a tree into a tape and runs it in any arithmetic. A [`property`] is a
//! condition on inputs and outputs instead of a target.

pub mod display;
pub mod domain;
pub mod evaluate;
pub mod parse;
mod place;
#[cfg(feature = "properties")]
pub mod property;
mod token;
pub mod tree;

pub use display::{function_name, relation_sign};
pub use domain::{Domain, DomainError, simplest_between};
pub use evaluate::{Constants, Results, Scratch, Tape, evaluate_exactly, exact_value};
pub use parse::{ParseError, parse_expression, parse_target};
pub use place::Place;
#[cfg(feature = "properties")]
pub use property::{Case, Property, PropertyError};
pub use tree::{Condition, Expr, Target, TargetBody, TargetError, check_names};
