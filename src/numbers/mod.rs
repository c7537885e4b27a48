//! What a number is: the kernel's exact and enclosing numbers, and those that nothing relies on.
//!
//! An [`Estimate`] is a float that promises nothing; [`Precise`] encloses with as many bits as are
//! asked for. An [`AffineMap`] is an exact affine function.

pub use steeple_kernel::numbers::*;

pub mod affine;
pub mod estimate;
pub mod loose;
pub mod precise;

pub use affine::AffineMap;
pub use estimate::Estimate;
pub use precise::Precise;
