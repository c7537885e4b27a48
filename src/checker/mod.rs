//! Level 5: accepts or rejects.
//!
//! [`check()`] walks the partition of a certificate from the root, keeps the network reduced to what
//! is alive in each cell, recomputes the bound of each leaf from scratch, takes the maximum or the
//! sum, and compares exactly. [`check_property()`] does the same for properties. What finds a proof is elsewhere and is not relied on; everything
//! here and below is (see `proofs/TRUSTED.md`).

pub mod area;
mod bend;
pub mod check;
pub mod exact;
mod graph;
mod half_space;
mod integral;
pub mod leaf;
pub mod piece;
mod planar;
pub mod polynomial;
mod prepared;
pub mod property;
pub mod quadratic;
pub mod rejection;
mod total;
pub mod walk;
mod windows;
pub mod witness;

pub use check::{Verified, check, check_by, check_on_domain, on_domain};
pub use exact::{ExactCells, ExactError, Undecided};
pub use leaf::{Bound, Leaves, Reduction};
pub use planar::MAX_LINES;
pub use prepared::inputs_over;
pub use property::{
    PropertyLeaves, PropertyWitness, VerifiedProperty, check_property, check_property_until,
    violation,
};
pub use rejection::Rejection;
pub use walk::{Runner, Stop};
pub use witness::{WitnessFailure, WitnessValues, evaluate_witness};
