//! What a proof looks like on disk.
//!
//! A [`Certificate`] holds a [`Claim`], a witness for its lower end, and a [`Partition`] of the
//! domain whose leaves say how the upper end can be recomputed. It is data: nothing in it is
//! believed. [`text`] reads and writes it. [`property`] is the same for properties; [`header`] is what
//! all kinds of claims begin with.

pub mod claim;
pub mod header;
pub mod partition;
#[cfg(feature = "properties")]
pub mod property;
pub mod text;

pub use claim::{Claim, Norm, Question};
pub use header::{Layer, Weights};
pub use partition::{
    MAX_INPUTS, MAX_LINE_BITS, MAX_LINES, MAX_PLACE_BITS, Method, Node, Nodes, Partition, TreeError,
};
#[cfg(feature = "properties")]
pub use property::{Evidence, PropertyCertificate};
pub use text::ReadError;

use crate::numbers::Rational;

/// A place where the error is large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// One number for each input.
    pub point: Vec<Rational>,
    /// Half the side of the box around the point on which the error is at least the lower bound:
    /// zero where nothing jumps; positive for an essential supremum, which a single point cannot
    /// bound.
    pub radius: Rational,
}

/// How ranges are computed on the way down the tree, where units become constants or are decided.
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

/// A proof that may be wrong: what is claimed, and hints for checking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What is said to hold.
    pub claim: Claim,
    /// Which weights of its file the network has: for readers, since the digest says which network it is.
    pub weights: Weights,
    /// The lowest layer of the kernel that accepts it.
    pub layer: Layer,
    /// Where the error is at least the lower bound of a `sup` claim.
    pub witness: Option<Witness>,
    /// On the way down, units whose range has a radius of at most this become constants.
    pub constant_radius: Rational,
    /// How ranges are computed on the way down.
    pub ranges: Ranges,
    /// The cuts and the leaves.
    pub partition: Partition,
}
