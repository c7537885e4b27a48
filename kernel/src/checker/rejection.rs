//! One variant for each way a certificate can fail.

use crate::certificate::{Layer, MAX_INPUTS, Method, TreeError};
use crate::numbers::{Failure, Rational};

/// Why a certificate was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The certificate is for another network.
    #[error("the certificate is for network {claimed}, found network {found}")]
    OtherNetwork {
        /// The digest in the certificate.
        claimed: String,
        /// The digest of the network.
        found: String,
    },
    /// The inputs of the target are not those of the network.
    #[error("the target has the inputs {target}, the network has {network}")]
    OtherInputs {
        /// The names in the target.
        target: String,
        /// The names in the network.
        network: String,
    },
    /// The target has a different number of outputs than the network.
    #[error("the target has {target} outputs, the network has {network}")]
    OtherOutputs {
        /// Formulas in the target.
        target: usize,
        /// Outputs of the network.
        network: usize,
    },
    /// The domain's inputs are not the target's.
    #[error("the domain must name the target's inputs in the same order")]
    OtherDomain,
    /// An end of the domain is a number of too many bits.
    #[error("an end of the domain is a number of more than {0} bits")]
    LongDomain(usize),
    /// More inputs than a certificate supports.
    #[error("at most {MAX_INPUTS} inputs are supported, found {0}")]
    TooManyInputs(usize),
    /// The norm and the kind of target do not fit together.
    #[error(
        "norm `area` needs a region, one output and a threshold; other norms have no threshold"
    )]
    NormDoesNotFit,
    /// The certificate names a layer above the allowed ones.
    #[error(
        "the certificate needs layer `{named}` of the kernel; only layers up to `{most}` are allowed"
    )]
    BeyondLayer {
        /// The layer in the certificate.
        named: Layer,
        /// The highest allowed layer.
        most: Layer,
    },
    /// The claim needs a higher layer than the certificate names.
    #[error("the certificate names layer `{named}`, its claim needs `{needed}`")]
    OtherLayer {
        /// The layer in the certificate.
        named: Layer,
        /// The lowest layer in which the claim can be stated.
        needed: Layer,
    },
    /// The constant radius or the kept rounding is negative.
    #[error("a radius of {0} is negative")]
    NegativeRadius(Rational),
    /// The text of the tree is not valid.
    #[error("{0}")]
    Tree(TreeError),
    /// The text of the tree continues after its last leaf.
    #[error("unexpected characters after the last leaf of the tree, from character {0} on")]
    TreeTooLong(usize),
    /// A cut across an input that does not exist, or outside its cell.
    #[error("the cut before character {position} of the tree does not cut its cell")]
    BadCut {
        /// The position in the text of the tree.
        position: usize,
    },
    /// The tree is deeper than the limit.
    #[error("the tree is deeper than {0} cuts")]
    TooDeep(usize),
    /// The networks of waiting cells would take too much memory.
    #[error("the tree keeps large networks open in too many cells at once")]
    TooLarge,
    /// The method of a leaf gives no bound there.
    #[error("leaf {leaf} ({method}) gives no bound: {reason}")]
    NoBound {
        /// The leaf, counted from one.
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
    /// The witness is not a point of the domain.
    #[error("the witness is not a point of the domain, or its radius is negative")]
    BadWitness,
    /// A witness of one point proves nothing about an essential supremum.
    #[error("the network or the target can jump, so the witness needs a positive radius")]
    WitnessNeedsRadius,
    /// A witness in float arithmetic is a float.
    #[error("in float arithmetic the witness must be a float, with radius 0")]
    WitnessNotAFloat,
    /// The network cannot be claimed to run in this float arithmetic.
    #[error("no claim in float arithmetic: {0}")]
    NoFloats(String),
    /// A leaf does not exclude the condition of a property.
    #[error("leaf {leaf} does not exclude the condition")]
    NotExcluded {
        /// The leaf, counted from one.
        leaf: usize,
    },
    /// The condition of a property does not certainly hold at the witness.
    #[error("the condition does not certainly hold at the witness")]
    NotUnsafe,
    /// The check was stopped before it was finished.
    #[error("the check was stopped before it was finished")]
    Stopped,
    /// The certificate is for another claim than the requested one.
    #[error("the certificate claims something else: {0}")]
    OtherClaim(String),
}

impl Rejection {
    /// Returns the rejection of a leaf, counted from one, whose method fails.
    pub(super) fn no_bound(leaf: usize, method: Method, failure: Failure) -> Self {
        Self::NoBound {
            leaf,
            method: char::from(method.letter()),
            reason: failure.to_string(),
        }
    }

    /// Returns a fixed word for scripts.
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
            Self::WitnessNotAFloat => "witness-not-a-float",
            Self::NoFloats(_) => "no-floats",
            Self::NotExcluded { .. } => "not-excluded",
            Self::NotUnsafe => "not-unsafe",
            Self::Stopped => "stopped",
            Self::OtherClaim(_) => "other-claim",
        }
    }
}
