//! Numbers: the exact and enclosing numbers of the kernel, and others that no proof relies on.
//!
//! An [`Estimate`] is a float without a guarantee; [`Precise`] is a multiprecision interval; an [`AffineMap`] is an
//! exact affine function.

pub use steeple_kernel::numbers::*;

pub mod affine;
pub mod estimate;
pub mod loose;
pub mod precise;

pub use affine::AffineMap;
pub use estimate::Estimate;
pub use precise::Precise;
