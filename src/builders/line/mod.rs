//! One variable, or one direction.

pub mod band;
pub mod interpolant;
pub mod staircase;
pub mod step;
