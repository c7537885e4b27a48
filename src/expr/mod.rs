//! Symbolic target functions: the kernel's formulas, and what builders need to know about them.
//!
//! [`defined`] proves that a target has a value everywhere on its domain; [`sizes`] refuses numbers
//! that are too long for that. [`derivative()`] differentiates trees, with the rewrites of
//! [`simplify()`]; [`modulus`] bounds slopes, from which builders choose their sizes. [`friendly`] reads what
//! people type in other grammars than the kernel's, and [`typeset`](typeset()) writes formulas for readers.

pub use steeple_kernel::expr::*;

pub mod defined;
pub mod derivative;
pub mod friendly;
pub mod modulus;
pub mod simplify;
pub mod sizes;
#[cfg(test)]
mod tests;
pub mod typeset;

pub use defined::{NotDefined, check_defined};
pub use derivative::{NotDifferentiable, derivative};
pub use modulus::{derivative_range_upper, lipschitz_upper};
pub use simplify::{is_total, simplify};
pub use sizes::{MAX_END_BITS, TooLong, check_ends, check_exponents};
pub use typeset::{typeset, typeset_target};
