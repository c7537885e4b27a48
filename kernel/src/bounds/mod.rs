//! What one method says about one cell.
//!
//! The search for certificates and the checker ask the same functions ([`Leaves`]), so what the one
//! finds the other finds again.

/// Does something with the smallest arithmetic that has room for a number of inputs, and with that for
/// second derivatives, which stops at four.
macro_rules! over_inputs {
    ($inputs:expr, $size:ident, $second:ident => $done:expr) => {
        match $inputs {
            0 | 1 => {
                const $size: usize = 1;
                const $second: usize = 1;
                $done
            }
            2 => {
                const $size: usize = 2;
                const $second: usize = 2;
                $done
            }
            3 => {
                const $size: usize = 3;
                const $second: usize = 3;
                $done
            }
            4 => {
                const $size: usize = 4;
                const $second: usize = 4;
                $done
            }
            5..=10 => {
                const $size: usize = 10;
                const $second: usize = 4;
                $done
            }
            _ => {
                const $size: usize = $crate::certificate::MAX_INPUTS;
                const $second: usize = 4;
                $done
            }
        }
    };
}

mod area;
mod bend;
pub mod cell;
pub mod exact;
mod graph;
mod half_plane;
mod half_space;
mod integral;
pub mod leaf;
mod natural;
pub mod piece;
mod plain;
pub mod polynomial;
mod prepared;
pub mod property;
pub mod quadratic;
mod smooth;
mod windows;
pub mod witness;

pub use cell::Cell;
pub use exact::{ExactCells, ExactError, Undecided};
pub use leaf::{Leaves, OnCell, Reduction, on_domain};
pub use natural::Bound;
pub use plain::PlainLeaves;
pub use prepared::inputs_over;
pub use property::{PropertyLeaves, PropertyWitness, ViolationFailure, violation};
pub use witness::{WitnessFailure, WitnessValues, evaluate_witness};
