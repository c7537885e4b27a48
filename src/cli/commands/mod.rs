//! One file for each command.

pub mod build;
pub mod catalogue;
pub mod check;
pub mod compare;
pub mod convert;
pub mod draw;
pub mod eval;
pub mod property;
pub mod regions;
pub mod schema;
pub mod shell;
pub mod train;
pub mod verify;

use crate::workflow::Verdict;

/// The exit code of a verdict.
fn code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Proved | Verdict::Enclosed => 0,
        Verdict::Refuted => 1,
        Verdict::Undecided => 3,
    }
}

/// A JSON object as text.
fn pretty(value: &serde_json::Value) -> String {
    // A value made of text and numbers can always be written.
    serde_json::to_string_pretty(value).unwrap_or_default()
}
