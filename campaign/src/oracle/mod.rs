//! The truth about claims, found without the kernel's bounds.
//!
//! Networks and formulas are evaluated in the simplest way over float intervals with slopes
//! ([`Jet`](crate::jet::Jet)), on boxes; the box with the worst bound is cut. That gives an
//! [`Enclosure`] of the error for any question; if the truth is known by theory it is used instead.
//! At single points, multiprecision intervals of 200 bits or fractions decide.
//!
//! A claim inside the enclosure of the truth is [`Verdict::Unknown`]. The width of the enclosure
//! depends on the budget.

mod error;
mod integral;
mod pieces;
mod property;
mod supremum;

pub use error::{Enclosure, Judge, enclose};
pub use property::judge_property;

/// The oracle's verdict on a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not hold, with the reason.
    False(String),
    /// The oracle's budget did not decide.
    Unknown,
}

impl Verdict {
    /// Returns the word in tables and index files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False(_) => "false",
            Self::Unknown => "unknown",
        }
    }

    /// Combines two verdicts: both must hold, and a false one is the answer.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False(reason), _) | (_, Self::False(reason)) => Self::False(reason),
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }
}
