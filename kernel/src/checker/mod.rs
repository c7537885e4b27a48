//! Accepts or rejects a certificate.
//!
//! [`check()`] walks the partition of a certificate from the root and keeps the network reduced to
//! what is undecided in each cell. It recomputes the bound of every leaf, takes the maximum or the
//! sum, and compares exactly with the claim. [`check_core()`] does this for certificates of the
//! core, using the core only; [`check_property()`] does it for properties, and
//! `size` for lower bounds of the size of networks.

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
#[cfg(feature = "sizes")]
pub mod size;
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
