//! The kernel's networks, estimated in floats ([`estimate`]) and measured ([`size()`]).

pub use steeple_kernel::network::*;

pub mod estimate;
pub mod size;

pub use estimate::{LayerEstimate, estimate_outputs};
pub use size::{Size, size};
