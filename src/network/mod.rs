//! The kernel's networks, estimated in floats ([`estimate`]), counted ([`size()`]), and made from dense
//! matrices ([`DenseLayers`]).

pub use steeple_kernel::network::*;

pub mod dense;
pub mod estimate;
pub mod size;

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
