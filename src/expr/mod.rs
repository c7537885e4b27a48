//! Symbolic target functions: the kernel's formulas, and what builders want to know of them.
//!
//! [`defined`] shows that a target has a value everywhere on its domain; [`sizes`] refuses what is
//! too long for that. [`derivative()`] differentiates trees, with the rewrites of [`simplify()`];
//! bounds on slopes, which builders choose their sizes by, come from [`modulus`]. What people type in
//! another grammar than the kernel's is read by [`friendly`].

pub use steeple_kernel::expr::*;

pub mod defined;
pub mod derivative;
pub mod friendly;
pub mod modulus;
pub mod simplify;
pub mod sizes;
#[cfg(test)]
mod tests;

pub use defined::{NotDefined, check_defined};
pub use derivative::{NotDifferentiable, derivative};
pub use modulus::{derivative_range_upper, lipschitz_upper};
pub use simplify::{is_total, simplify};
pub use sizes::{MAX_END_BITS, TooLong, check_ends, check_exponents};
