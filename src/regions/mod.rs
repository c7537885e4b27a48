//! Counts linear regions exactly.
//!
//! An *activation region* is a set of inputs of positive area on which every unit keeps to one of
//! its pieces; a *linear region* is a largest set with connected interior on which the network is
//! one affine map. [`Cells`] cuts a rectangle (or, with one input, an interval) into activation
//! regions, layer by layer; [`linear_regions`] joins them; [`activation_regions`] and
//! [`describe_linear_regions`] give polygons, areas and maps; [`decision()`] gives the region where
//! the network is at least a threshold. [`space`] does the counting in more inputs, by linear
//! programs, for small networks, and [`section`] restricts a network to a segment or a plane.
//! [`formula`] has the bounds of the literature.
//!
//! Reading order: `filter` (signs by floats), `layers` (cuts of units), `pattern`, `frame` (the
//! sums of a layer on a cell), `subdivision` (faces and their neighbours), `search`, `outputs`,
//! `merge`, `seam`, `outline`, `describe`, `decision`.
//!
//! No proof depends on this module. Counts are exact: they use integers, and floats only to prove a sign.
//! `proofs/theorems/T42-regions.md` explains why they are right.

#![allow(clippy::cast_possible_truncation)]

pub mod formula;
pub mod section;
pub mod space;

mod decision;
mod describe;
mod feasibility;
mod filter;
mod frame;
mod layers;
mod merge;
mod outline;
mod outputs;
mod pattern;
mod seam;
mod search;
mod subdivision;

pub use decision::{Decision, decision};
pub use describe::linear_regions as describe_linear_regions;
pub use describe::{
    ActivationRegion, LinearRegion, Neighbours, Ring, SharedSide, activation_regions, neighbours,
    shared_sides,
};
pub use feasibility::interior_point;
pub use formula::{Architecture, Bounds, Kind};
pub use layers::Layers;
pub use merge::{LinearRegions, linear_regions};
pub use search::Cells;
pub use section::{Section, restrict};
pub use subdivision::Subdivision;

use crate::network::Network;
use crate::numbers::Rational;

/// The most inputs for which regions are counted.
pub const MOST_INPUTS: usize = 6;

/// The reason why regions cannot be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegionsError {
    /// An activation is smooth.
    #[error("a network with smooth units (sigmoid, tanh, gelu, ...) has no linear regions")]
    Smooth,
    /// Too many inputs.
    #[error("regions are counted for at most {MOST_INPUTS} inputs, the network has {0}")]
    Inputs(usize),
    /// A decision needs one output.
    #[error("a decision needs a network with one output, found {0}")]
    Outputs(usize),
    /// Too many layers.
    #[error("regions are counted for at most {most} layers, the network has {layers}")]
    TooDeep {
        /// How many there are.
        layers: usize,
        /// How many there may be.
        most: usize,
    },
    /// The numbers would be too long.
    #[error("the products of weights through the layers are too long for exact numbers")]
    TooLong,
    /// The memory limit is reached.
    #[error("there are at least {counted} activation regions, more than the memory limit allows")]
    Memory {
        /// Activation regions found so far.
        counted: usize,
    },
}

/// The numbers of regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Activation regions.
    pub activation_regions: usize,
    /// Linear regions.
    pub linear_regions: usize,
}

/// Counts the regions of a network on a box of up to [`MOST_INPUTS`] inputs.
///
/// - Exactness: exact.
/// - Errors: [`RegionsError`].
///
/// ```
/// use steeple::formats::json;
/// use steeple::numbers::Rational;
/// use steeple::regions::count;
/// // |x| + |y|: four pieces.
/// let text = br#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["z"], "layers": [
///   {"activation": "relu", "weights": [[1, 0], [-1, 0], [0, 1], [0, -1]], "bias": [0, 0, 0, 0]},
///   {"activation": "identity", "weights": [[1, 1, 1, 1]], "bias": [0]}]}"#;
/// let network = json::read_bytes(text)?;
/// let side = (Rational::from(-1), Rational::from(1));
/// assert_eq!(count(&network, &[side.clone(), side], 1 << 20)?.linear_regions, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn count(
    network: &Network,
    sides: &[(Rational, Rational)],
    memory: u64,
) -> Result<Counts, RegionsError> {
    match sides.len() {
        1 | 2 => {
            let cells = Cells::new(Layers::new(network)?, sides, memory)?;
            Ok(Counts {
                activation_regions: cells.count(),
                linear_regions: linear_regions(&cells, network).count,
            })
        }
        3..=MOST_INPUTS => {
            let cells = space::cells(network, sides, Vec::new(), memory)?;
            Ok(Counts {
                activation_regions: cells.len(),
                linear_regions: space::linear_regions(network, &cells, sides),
            })
        }
        inputs => Err(RegionsError::Inputs(inputs)),
    }
}

/// Returns how many rows of the first layer are 0 on a line (or plane) through the inside of a box, and the
/// number of rows.
///
/// - Exactness: exact, in any number of inputs and for any activation.
pub fn lines_that_meet(network: &Network, sides: &[(Rational, Rational)]) -> (usize, usize) {
    let layer = &network.layers()[0];
    let meets = |&row: &usize| {
        let (mut low, mut high) = (layer.bias()[row].clone(), layer.bias()[row].clone());
        for (column, weight) in layer.weights().row(row) {
            let ends = [weight * &sides[column].0, weight * &sides[column].1];
            low = low + ends.iter().min().expect("two ends");
            high = high + ends.iter().max().expect("two ends");
        }
        low.is_negative() && high.is_positive()
    };
    ((0..layer.rows()).filter(meets).count(), layer.rows())
}
