//! What one method says about one cell.
//!
//! The search for certificates and the checker ask the same functions ([`Leaves`]), so what the one
//! finds the other finds again.

pub mod area;
mod bend;
pub mod cell;
pub mod exact;
mod graph;
mod half_space;
mod integral;
pub mod leaf;
pub mod piece;
pub mod polynomial;
mod prepared;
pub mod property;
pub mod quadratic;
mod windows;
pub mod witness;

pub use cell::Cell;
pub use exact::{ExactCells, ExactError, Undecided};
pub use leaf::{Bound, Leaves, Reduction, on_domain};
pub use prepared::inputs_over;
pub use property::{PropertyLeaves, PropertyWitness, ViolationFailure, violation};
pub use witness::{WitnessFailure, WitnessValues, evaluate_witness};
