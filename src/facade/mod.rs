//! The simplest uses: verify, build, check, open, regions, explain.
//!
//! They take and return bytes and text; no path is needed. Long operations report their progress, can be
//! stopped, and can use the caller's threads.

mod bound;
mod build;
mod check;
mod explain;
mod number;
mod regions;
mod verify;

pub use bound::{Bound, BoundError, CheckBoundError, bound, check_bound};
pub use build::{Build, BuildFailure, BuiltNetwork, build};
pub use check::{CheckError, Checked, check, check_network, check_network_on, check_on};
pub use explain::{Explain, Explained, explain};
pub use number::Number;
pub use regions::{CountError, Regions, decision_region, regions};
pub use verify::{Answer, Verify, VerifyError, verify};
