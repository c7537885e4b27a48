//! The answer to a question about a network.

use std::fmt;

/// The answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The error is at most the tolerance.
    Proved,
    /// The error is more than the tolerance.
    Refuted,
    /// Neither is known, or the enclosure is wider than wanted.
    #[default]
    Undecided,
    /// No tolerance was given, and the error is enclosed as tightly as wanted.
    Enclosed,
}

impl Verdict {
    /// The word in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refuted => "refuted",
            Self::Undecided => "undecided",
            Self::Enclosed => "enclosed",
        }
    }

    /// The word of VNN-LIB for a property: can its conditions be satisfied?
    pub fn vnnlib(self) -> &'static str {
        match self {
            Self::Proved => "unsat",
            Self::Refuted => "sat",
            Self::Undecided | Self::Enclosed => "unknown",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
