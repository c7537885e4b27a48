//! What a number is: the kernel's exact and enclosing numbers, and those that nothing relies on.
//!
//! An [`Estimate`] is a float that promises nothing; [`Precise`] encloses with as many bits as are
//! asked for.

pub use steeple_kernel::numbers::*;

pub mod estimate;
pub mod loose;
pub mod precise;

pub use estimate::Estimate;
pub use precise::Precise;
