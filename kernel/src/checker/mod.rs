//! Accepts or rejects.
//!
//! [`check()`] walks the partition of a certificate from the root, keeps the network reduced to what
//! is undecided in each cell, recomputes the bound of each leaf from scratch, takes the maximum or the
//! sum, and compares exactly. [`check_core()`] does so for certificates of the core, with nothing but the
//! core; [`check_property()`] for properties.

pub mod check;
#[cfg(feature = "fast")]
pub mod fast;
#[cfg(feature = "fast")]
mod parts;
mod plain;
mod planar;
#[cfg(feature = "properties")]
pub mod property;
pub mod rejection;
mod total;
pub mod walk;

#[cfg(feature = "fast")]
pub use crate::jobs::Runner;
pub use check::{Verified, check_core};
#[cfg(feature = "fast")]
pub use fast::{check, check_by, check_on_domain};
#[cfg(feature = "properties")]
pub use property::{VerifiedProperty, check_property, check_property_by};
pub use rejection::Rejection;
pub use walk::Stop;
