//! What is true, found without the kernel's bounds.
//!
//! Networks and formulas are evaluated in the plainest way over float intervals with slopes
//! ([`Jet`](crate::jet::Jet)), on boxes that are cut where the error is known worst. That gives an
//! [`Enclosure`] of the error of any question; where the truth is known by theory it is given instead.
//! At single points multiprecision intervals of 200 bits or fractions decide.
//!
//! A claim inside the enclosure of the truth is [`Verdict::Unknown`]. How wide that is depends on the budget.

mod error;
mod integral;
mod pieces;
mod property;
mod supremum;

pub use error::{Enclosure, Judge, enclose};
pub use property::judge_property;

/// What the oracle says of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not, and why.
    False(String),
    /// The oracle's budget did not tell.
    Unknown,
}

impl Verdict {
    /// The word in tables and index files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False(_) => "false",
            Self::Unknown => "unknown",
        }
    }

    /// Both hold; one that does not is the answer.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False(reason), _) | (_, Self::False(reason)) => Self::False(reason),
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }
}
