//! One variable, or one direction.
//!
//! Straight pieces: [`interpolant`] joins points of the graph; [`best`] finds the fewest kinks within a
//! distance ([`links`], in a corridor of [`samples`]), [`facing`] turns the units so that the kinks are enough,
//! [`short`] rounds, and [`fewest`] builds; [`hats`] is another arrangement of these pieces, for floats. Steps: [`step`], [`staircase`], [`band`].

pub mod band;
pub mod best;
pub mod facing;
pub mod fewest;
pub mod hats;
pub mod interpolant;
pub mod links;
pub mod samples;
pub mod short;
pub mod staircase;
pub mod step;
