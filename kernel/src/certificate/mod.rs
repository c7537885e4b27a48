//! A proof as a file.
//!
//! A [`Certificate`] holds a [`Claim`], a witness for its lower bound, and a [`Partition`] of the
//! domain. The leaves of the partition say how to recompute the upper bound. A certificate is data:
//! nothing in it is trusted. [`text`] reads and writes it. [`property`] does the same for
//! properties, and `size` for bounds of size; [`header`] is the common beginning of all kinds of claims.

pub mod claim;
pub mod header;
pub mod partition;
#[cfg(feature = "properties")]
pub mod property;
pub mod semantics;
#[cfg(feature = "sizes")]
pub mod size;
pub mod text;

pub use claim::{Claim, Norm, Question};
pub use header::{Layer, Weights};
pub use partition::{
    MAX_INPUTS, MAX_LINE_BITS, MAX_LINES, MAX_PLACE_BITS, Method, Node, Nodes, Partition, TreeError,
};
#[cfg(feature = "properties")]
pub use property::{Evidence, PropertyCertificate};
pub use semantics::{ActivationError, FloatFormat, Floats, Semantics, Summation};
pub use text::ReadError;

use crate::numbers::Rational;

/// A point where the error is large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// One number for each input.
    pub point: Vec<Rational>,
    /// Half the side of the box around the point on which the error is at least the lower bound.
    /// Zero if nothing jumps; positive for an essential supremum, which a single point cannot
    /// bound.
    pub radius: Rational,
}

/// How ranges are computed on the way down the tree, to decide units or make them constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ranges {
    /// By intervals: cheap; sharp for one hidden layer and for saturated units.
    Natural,
    /// By linear forms: costlier; decides more units of deep networks.
    Linear,
}

impl Ranges {
    /// The name in certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Linear => "linear",
        }
    }

    /// Finds a kind by name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Natural, Self::Linear]
            .into_iter()
            .find(|ranges| ranges.name() == name)
    }
}

/// A proof that may be wrong: a claim, and hints for checking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The claim.
    pub claim: Claim,
    /// Which weights of its file the network has. For readers: the digest already names the
    /// network.
    pub weights: Weights,
    /// The lowest layer of the kernel that accepts it.
    pub layer: Layer,
    /// A point where the error reaches the lower bound of a `sup` claim.
    pub witness: Option<Witness>,
    /// Units whose range has a radius of at most this become constants on the way down.
    pub constant_radius: Rational,
    /// How ranges are computed on the way down.
    pub ranges: Ranges,
    /// Rounding errors of at most this are taken over on the way down; 0 in real arithmetic.
    pub kept_rounding: Rational,
    /// The cuts and the leaves.
    pub partition: Partition,
}
