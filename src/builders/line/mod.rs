//! One variable.

pub mod interpolant;
pub mod staircase;
