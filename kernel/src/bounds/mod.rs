//! Bounds of one method on one cell.
//!
//! The search and the checker call the same functions ([`Leaves`]), so the checker finds the bounds
//! of the search again.

/// Does something with the smallest arithmetic that has room for the number of inputs, and with the
/// one for second derivatives, which supports at most six.
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
            5 | 6 => {
                const $size: usize = 6;
                const $second: usize = 6;
                $done
            }
            7..=10 => {
                const $size: usize = 10;
                const $second: usize = 6;
                $done
            }
            _ => {
                const $size: usize = $crate::certificate::MAX_INPUTS;
                const $second: usize = 6;
                $done
            }
        }
    };
}

#[cfg(feature = "fast")]
mod area;
pub mod cell;
pub mod exact;
#[cfg(feature = "fast")]
mod graph;
mod half_plane;
#[cfg(feature = "fast")]
mod half_space;
#[cfg(feature = "integrals")]
mod integral;
#[cfg(feature = "fast")]
pub mod leaf;
mod natural;
pub mod piece;
mod plain;
pub mod polynomial;
mod prepared;
#[cfg(feature = "properties")]
pub mod property;
pub mod quadratic;
#[cfg(feature = "fast")]
mod smooth;
#[cfg(feature = "fast")]
mod taylor_model;
#[cfg(feature = "fast")]
mod transition_layers;
pub mod witness;

pub use cell::Cell;
pub use exact::{ExactCells, ExactError, Undecided};
#[cfg(feature = "fast")]
pub use leaf::{Leaves, OnCell, Reduction, on_domain};
pub use natural::Bound;
pub use plain::PlainLeaves;
pub use prepared::inputs_over;
#[cfg(feature = "properties")]
pub use property::{PropertyLeaves, PropertyWitness, ViolationFailure, violation};
pub use witness::{WitnessFailure, WitnessValues, evaluate_witness};
