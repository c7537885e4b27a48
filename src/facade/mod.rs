//! The five simplest uses: verify, build, check, open, regions.
//!
//! Bytes and text go in and come out; no path is needed. What takes a while says how far it is and can be
//! stopped, and works on the caller's threads where he lends some.

mod build;
mod check;
mod number;
mod regions;
mod verify;

pub use build::{Build, BuildFailure, BuiltNetwork, build};
pub use check::{CheckError, Checked, check, check_on};
pub use number::Number;
pub use regions::{CountError, Regions, decision_region, regions};
pub use verify::{Answer, Verify, VerifyError, verify};
