//! Fits of small networks that make the largest error small.
//!
//! [`Fit::descend`] lowers the sum of a power of the errors by damped Gauss-Newton steps (Levenberg 1944,
//! Marquardt 1963). Power 2 is the mean square; higher powers weigh the largest errors most, and their
//! minimum tends to the best fit in the supremum norm (Pólya 1913; Lawson 1961 with weights instead).
//! [`Fit::start`] draws a first layer whose transitions lie in the domain, and solves the last layer by least
//! squares.
//!
//! Floats are estimates, and the same on every machine: sums have a fixed order, and the elementary functions
//! are those of `libm`. That is also why the linear systems are solved here, and not by a library whose
//! rounding depends on the processor.

mod descent;
mod pass;
mod points;
mod start;
mod system;
#[cfg(test)]
mod tests;

pub use descent::{Fit, Fitted};
pub use points::FitPoints;
