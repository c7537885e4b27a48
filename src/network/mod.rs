//! The kernel's networks, estimated in floats ([`estimate`]), measured ([`size()`]), and made from dense matrices
//! (`DenseLayers`, with the feature `nalgebra`).

pub use steeple_kernel::network::*;

#[cfg(feature = "nalgebra")]
pub mod dense;
pub mod estimate;
pub mod size;

#[cfg(feature = "nalgebra")]
pub use dense::{DenseError, DenseLayer, DenseLayers};
pub use estimate::{LayerEstimate, estimate_outputs};
pub use size::{Size, size};

/// Returns names for inputs or outputs: `x` for one, `x1`, `x2`, ... for several.
pub fn numbered(letter: &str, count: usize) -> Vec<String> {
    if count == 1 {
        return vec![letter.to_owned()];
    }
    (1..=count).map(|k| format!("{letter}{k}")).collect()
}
