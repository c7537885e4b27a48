//! Deep networks: squares and products by repeated folding, polynomials from them, and networks
//! with as many linear regions as the literature promises.
//!
//! [`polynomial`](super::polynomial) reads a polynomial out of a formula; [`circuit`] carries values from
//! layer to layer of relu units, [`plan`] is what [`sawtooth`] computes that way
//! from [`folding`] squares and products, with the [`ranges`] of all values. [`fold`] and
//! [`maxout_fold`] have no target: they are made to have many linear regions, and [`promise`] says how many.

pub mod circuit;
#[cfg(test)]
mod count;
pub mod fold;
pub mod folding;
pub mod maxout_fold;
pub mod plan;
pub mod promise;
pub mod ranges;
pub mod sawtooth;
