//! What is said to hold, for which network and which target.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::fmt;

use crate::expr::{Domain, Target};
use crate::numbers::Rational;

/// How the distance of a network from its target is measured over the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Norm {
    /// The least upper bound of `|N - f|`, of the worst output; where `N` or `f` jumps, the
    /// essential one (sets of measure zero do not count).
    Sup,
    /// The area (length, volume) on which the decision `N >= threshold` differs from a region.
    Area,
}

impl Norm {
    /// The name in specs, flags and certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sup => "sup",
            Self::Area => "area",
        }
    }

    /// Finds a norm by name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Sup, Self::Area]
            .into_iter()
            .find(|norm| norm.name() == name)
    }
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an error is asked about: everything of a claim but its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The digest of the network, `sha256:...`.
    pub network: String,
    /// The target; its inputs are in the order of the network's.
    pub target: Target,
    /// The box, its sides in the same order.
    pub domain: Domain,
    /// The measure of the error.
    pub norm: Norm,
    /// The network says "inside" where its output is at least this. Present for `area` alone.
    pub threshold: Option<Rational>,
}

impl Question {
    /// Do two questions ask the same? The spelling of the formulas does not matter.
    pub fn is_same(&self, other: &Self) -> bool {
        self.network == other.network
            && self.target.inputs() == other.target.inputs()
            && self.target.body() == other.target.body()
            && self.domain == other.domain
            && self.norm == other.norm
            && self.threshold == other.threshold
    }
}

/// A two-sided statement about an error: `lower <= error <= upper`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What the error is of.
    pub question: Question,
    /// The error is at least this.
    pub lower: Rational,
    /// The error is at most this; nothing where no bound is claimed.
    pub upper: Option<Rational>,
}
