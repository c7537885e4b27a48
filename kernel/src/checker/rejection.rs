//! One variant for each way a certificate can fail.

use crate::certificate::{Layer, Method, TreeError};
use crate::numbers::{Failure, Rational};

/// Why a certificate was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It is about another network.
    #[error("the certificate is for network {claimed}, this one is {found}")]
    OtherNetwork {
        /// The digest in the certificate.
        claimed: String,
        /// The digest of the network.
        found: String,
    },
    /// The target has other inputs than the network.
    #[error("the target has the inputs {target}, the network has {network}")]
    OtherInputs {
        /// The names in the target.
        target: String,
        /// The names in the network.
        network: String,
    },
    /// The target has another number of outputs than the network.
    #[error("the target has {target} outputs, the network has {network}")]
    OtherOutputs {
        /// Formulas in the target.
        target: usize,
        /// Outputs of the network.
        network: usize,
    },
    /// The domain's inputs are not the target's.
    #[error("the domain is not one of the target's inputs, in their order")]
    OtherDomain,
    /// An end of the domain is too long a number.
    #[error("a side of the domain ends at a number of more than {0} bits")]
    LongDomain(usize),
    /// More inputs than a certificate can speak of.
    #[error("{0} inputs are more than a certificate can speak of")]
    TooManyInputs(usize),
    /// The norm and the kind of target do not fit.
    #[error("norm `area` needs a region, one output and a threshold, other norms no threshold")]
    NormDoesNotFit,
    /// It names a layer beyond those that are asked.
    #[error(
        "the certificate needs the layer `{named}` of the kernel, and only those up to `{most}` are asked"
    )]
    BeyondLayer {
        /// The layer in the certificate.
        named: Layer,
        /// The highest that is asked.
        most: Layer,
    },
    /// It needs a higher layer than it names.
    #[error("the certificate names the layer `{named}`, and its claim needs `{needed}`")]
    OtherLayer {
        /// The layer in the certificate.
        named: Layer,
        /// The lowest in which the claim can be stated.
        needed: Layer,
    },
    /// The constant radius is negative.
    #[error("the constant radius {0} is negative")]
    NegativeRadius(Rational),
    /// The tree is not one.
    #[error("{0}")]
    Tree(TreeError),
    /// The tree has something after its last leaf.
    #[error("the tree has characters after its last leaf, from character {0} on")]
    TreeTooLong(usize),
    /// A cut across an input that is not there, or outside its cell.
    #[error("the cut before character {position} of the tree does not cut its cell")]
    BadCut {
        /// Where in the tree.
        position: usize,
    },
    /// The tree is deeper than is ever useful.
    #[error("the tree is deeper than {0} cuts")]
    TooDeep(usize),
    /// The networks of the cells that wait for their turn would fill the memory.
    #[error("the tree keeps large networks open in too many cells at once")]
    TooLarge,
    /// A leaf's method does not apply there.
    #[error("leaf {leaf} ({method}) gives no bound: {reason}")]
    NoBound {
        /// Which leaf, counted from one.
        leaf: usize,
        /// The letter of its method.
        method: char,
        /// Why.
        reason: String,
    },
    /// The network cannot be evaluated on a cell.
    #[error("the network has no value on a cell: {0}")]
    NoValue(String),
    /// The recomputed upper bound is above the claimed one.
    #[error("the claimed upper bound {claimed} does not hold: the leaves give {found}")]
    UpperNotReached {
        /// In the certificate.
        claimed: String,
        /// Recomputed.
        found: String,
    },
    /// The recomputed lower bound is below the claimed one.
    #[error("the claimed lower bound {claimed} does not hold: {found}")]
    LowerNotReached {
        /// In the certificate.
        claimed: String,
        /// Recomputed.
        found: String,
    },
    /// The witness is no point of the domain.
    #[error("the witness is not a point of the domain, or its radius is negative")]
    BadWitness,
    /// A witness in one point says nothing of an essential supremum.
    #[error("the network or the target can jump, so the witness needs a positive radius")]
    WitnessNeedsRadius,
    /// A leaf does not exclude that the condition of a property holds.
    #[error("leaf {leaf} does not exclude that the condition holds there")]
    NotExcluded {
        /// Which leaf, counted from one.
        leaf: usize,
    },
    /// The condition of a property does not certainly hold at the witness.
    #[error("the condition does not certainly hold at the witness")]
    NotUnsafe,
    /// The check was given up before its end.
    #[error("the check was stopped before its end")]
    Stopped,
    /// The certificate is for something else than was asked.
    #[error("the certificate claims something else: {0}")]
    OtherClaim(String),
}

impl Rejection {
    /// A leaf, counted from one, whose method fails.
    pub(super) fn no_bound(leaf: usize, method: Method, failure: Failure) -> Self {
        Self::NoBound {
            leaf,
            method: char::from(method.letter()),
            reason: failure.to_string(),
        }
    }

    /// A word for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OtherNetwork { .. } => "other-network",
            Self::OtherInputs { .. } => "other-inputs",
            Self::OtherOutputs { .. } => "other-outputs",
            Self::OtherDomain => "other-domain",
            Self::LongDomain(_) => "long-domain",
            Self::TooManyInputs(_) => "too-many-inputs",
            Self::NormDoesNotFit => "norm-does-not-fit",
            Self::BeyondLayer { .. } => "beyond-layer",
            Self::OtherLayer { .. } => "other-layer",
            Self::NegativeRadius(_) => "negative-radius",
            Self::Tree(_) | Self::TreeTooLong(_) => "bad-tree",
            Self::BadCut { .. } => "bad-cut",
            Self::TooDeep(_) => "too-deep",
            Self::TooLarge => "too-large",
            Self::NoBound { .. } => "no-bound",
            Self::NoValue(_) => "no-value",
            Self::UpperNotReached { .. } => "upper-not-reached",
            Self::LowerNotReached { .. } => "lower-not-reached",
            Self::BadWitness => "bad-witness",
            Self::WitnessNeedsRadius => "witness-needs-radius",
            Self::NotExcluded { .. } => "not-excluded",
            Self::NotUnsafe => "not-unsafe",
            Self::Stopped => "stopped",
            Self::OtherClaim(_) => "other-claim",
        }
    }
}
