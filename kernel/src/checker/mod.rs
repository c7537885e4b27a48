//! Accepts or rejects.
//!
//! [`check()`] walks the partition of a certificate from the root, keeps the network reduced to what
//! is alive in each cell, recomputes the bound of each leaf from scratch, takes the maximum or the
//! sum, and compares exactly. [`check_property()`] does the same for properties.

pub mod check;
mod planar;
pub mod property;
pub mod rejection;
mod total;
pub mod walk;

pub use check::{Verified, check, check_by, check_on_domain};
pub use property::{VerifiedProperty, check_property, check_property_until};
pub use rejection::Rejection;
pub use walk::{Runner, Stop};
