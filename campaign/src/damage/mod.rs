//! Changes to certificates: mistakes, forgeries, and random ones.

mod bytes;
mod claim;
mod question;
mod tree;

use steeple::network::Network;

use crate::bases::Base;
use crate::document::Document;
use crate::random::Choices;

/// A certificate before its check.
#[derive(Clone)]
pub struct Patient<'a> {
    /// The certificate.
    pub document: Document,
    /// Its network.
    pub network: &'a Network,
    /// The index among the networks of the base; 0 is the network of the base itself.
    pub which: usize,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $weight:literal, $entry:path;)*) => {
        /// A kind of damage.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the name in tables.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Returns how often it is drawn.
            fn weight(self) -> usize {
                match self { $(Self::$name => $weight,)* }
            }

            /// Changes a certificate; returns false if this kind does not apply to it.
            fn apply<'a>(self, base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> bool {
                match self { $(Self::$name => $entry(base, patient, choices).is_some(),)* }
            }
        }
    };
}

kinds! {
    /// Another letter for a leaf.
    Letter = "leaf: another letter", 6, tree::letter;
    /// A leaf without a bound.
    Open = "leaf: o", 2, tree::open;
    /// One leaf instead of a cut and everything below it.
    Collapse = "subtree: one leaf", 6, tree::collapse;
    /// One half instead of a cut.
    Drop = "subtree: dropped", 3, tree::drop_half;
    /// A subtree in place of another one.
    Copy = "subtree: copied", 5, tree::copy;
    /// The halves of a cut, exchanged.
    Mirror = "halves swapped", 4, tree::mirror;
    /// A cut across another input.
    Axis = "cut: another input", 3, tree::axis;
    /// A cut at another place.
    Place = "cut: moved", 6, tree::place;
    /// A line with other coefficients.
    Line = "line: moved", 6, tree::line;
    /// A leaf becomes a cut with two leaves.
    Refine = "leaf: cut", 5, tree::refine;
    /// The same letter for every leaf.
    Uniform = "all leaves: one letter", 3, tree::uniform;
    /// A larger lower end.
    LowerUp = "lower: up", 5, claim::lower_up;
    /// A smaller upper end.
    UpperDown = "upper: down", 5, claim::upper_down;
    /// The last bit of an end, changed.
    LastBit = "claim: last bit", 3, claim::last_bit;
    /// The ends exchanged, or with another sign.
    Swapped = "claim: swapped, negative", 1, claim::swapped;
    /// Wider ends, so that other damage may pass.
    Wider = "claim: wider", 2, claim::wider;
    /// The witness at another point.
    Witness = "witness: moved", 4, claim::witness;
    /// Another radius of the witness.
    Radius = "witness: radius", 3, claim::radius;
    /// The constant radius.
    Constant = "constant-radius", 5, claim::constant_radius;
    /// The other ranges.
    Ranges = "ranges", 3, claim::ranges;
    /// Another layer.
    Layer = "layer", 3, claim::layer;
    /// Other words for the weights.
    Weights = "weights", 1, claim::weights;
    /// Another kind of claim.
    Norm = "claim word", 3, claim::norm;
    /// A side of the domain, or of a case.
    Domain = "domain, boxes", 5, question::domain;
    /// The threshold.
    Threshold = "threshold", 4, question::threshold;
    /// A number in a formula.
    Number = "formula: a number", 4, question::number;
    /// A function or an operator in a formula.
    Function = "formula: a function", 4, question::function;
    /// Another network, with its digest.
    Network = "network, digest renewed", 6, question::network;
    /// A network under the digest of another one.
    Forged = "network, digest kept", 1, question::forged;
    /// Bytes.
    Bytes = "bytes", 14, in_the_text;
}

/// Bytes are damaged after the certificate has become text again.
#[expect(
    clippy::unnecessary_wraps,
    reason = "as all kinds, of which most do not always apply"
)]
fn in_the_text<'a>(_: &'a Base, _: &mut Patient<'a>, _: &mut Choices) -> Option<()> {
    Some(())
}

/// A damaged certificate.
pub struct Damaged<'a> {
    /// The kind, or the first of several.
    pub kind: Kind,
    /// Were there several kinds?
    pub is_combined: bool,
    /// The certificate's bytes.
    pub bytes: Vec<u8>,
    /// The network to check it with.
    pub network: &'a Network,
    /// The index among the networks of the base.
    pub which: usize,
}

/// Damages the certificate of a base, once or, one time in four, twice.
pub fn damage<'a>(base: &'a Base, choices: &mut Choices) -> Damaged<'a> {
    let mut patient = Patient {
        document: base.document.clone(),
        network: &base.networks[0],
        which: 0,
    };
    let kind = once(base, &mut patient, choices, false);
    let is_combined = choices.once_in(4);
    if is_combined && kind != Kind::Bytes {
        once(base, &mut patient, choices, true);
    }
    let mut bytes = patient.document.text().into_bytes();
    if kind == Kind::Bytes {
        bytes::damage(&mut bytes, choices);
    }
    Damaged {
        kind,
        is_combined,
        bytes,
        network: patient.network,
        which: patient.which,
    }
}

/// Draws kinds until one applies.
fn once<'a>(
    base: &'a Base,
    patient: &mut Patient<'a>,
    choices: &mut Choices,
    is_second: bool,
) -> Kind {
    let all: usize = Kind::ALL.iter().map(|kind| kind.weight()).sum();
    for _ in 0..100 {
        let mut left = choices.below(all);
        let drawn = Kind::ALL.iter().copied().find(|kind| {
            let is_here = left < kind.weight();
            left = left.saturating_sub(kind.weight());
            is_here
        });
        let drawn = drawn.unwrap_or(Kind::Bytes);
        if is_second && drawn == Kind::Bytes {
            continue;
        }
        if drawn.apply(base, patient, choices) {
            return drawn;
        }
    }
    Kind::Bytes
}
