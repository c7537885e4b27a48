//! Steeple builds neural networks by formula, proves how far they are from a target, and draws
//! what it proved.

pub mod draw;
pub mod numbers;
