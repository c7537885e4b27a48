//! Level 2: symbolic target functions.
//!
//! A target begins as text. [`parse`] turns it into a [`tree`] and says where and why it cannot;
//! [`display`] writes trees back. [`evaluate`] flattens a tree into a tape and runs it over any
//! kind of number.

pub mod display;
pub mod evaluate;
pub mod parse;
mod token;
pub mod tree;

pub use evaluate::{Constants, Results, Scratch, Tape, evaluate_exactly};
pub use parse::{ParseError, parse_expression, parse_target};
pub use tree::{Condition, Expr, Target, TargetBody, TargetError};
