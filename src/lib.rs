//! Steeple builds neural networks by formula, proves how far they are from a target, and draws
//! what it proved.

pub mod builders;
pub mod certificate;
pub mod checker;
pub mod cli;
pub mod draw;
pub mod expr;
pub mod formats;
pub mod geometry;
pub mod network;
pub mod numbers;
pub mod prover;
pub mod report;
pub mod workflow;
