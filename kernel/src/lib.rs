//! The trusted part of Steeple: what its proofs rely on.
//!
//! A certificate is data, and nothing in it is trusted: the [`checker`] recomputes every bound with
//! integer and rational arithmetic. It uses [`bounds`], which gives the bound of one method on one
//! cell. The search for certificates, outside of this package, uses the same functions and is not
//! trusted.
//!
//! Bottom up: [`numbers`], then [`expr`] (formulas) and [`geometry`], [`network`], [`certificate`],
//! [`bounds`], [`checker`].
//!
//! No file of this package computes with floats, starts a thread, converts with `as`, or unwraps.
//!
//! # Layers
//!
//! Each layer is a feature and contains the ones before it: the *core* (no feature), `integrals`,
//! `smooth`, `fast`, `properties`, `sizes`. A certificate names the lowest layer that accepts it
//! ([`Layer`](certificate::Layer)). `steeple-check` without default features is the core alone.

#![cfg_attr(
    not(test),
    forbid(clippy::as_conversions, clippy::float_arithmetic, clippy::unwrap_used)
)]
// Files of a lower layer contain a few items that only a higher layer uses.
#![cfg_attr(not(feature = "properties"), allow(dead_code))]

pub mod bounds;
pub mod certificate;
pub mod checker;
pub mod expr;
pub mod geometry;
#[cfg(feature = "fast")]
pub mod jobs;
pub mod network;
pub mod numbers;
