//! What a proof of Steeple relies on.
//!
//! A certificate is data, and nothing in it is believed: the [`checker`] recomputes every bound with
//! integer and rational arithmetic. It asks [`bounds`] what one method says of one cell, as the search
//! for certificates does, which is elsewhere and is not relied on.
//!
//! Bottom up: [`numbers`], then [`expr`] (formulas) and [`geometry`], [`network`], [`certificate`],
//! [`bounds`], [`checker`].
//!
//! No file here computes with floats, starts a thread, converts with `as` or unwraps.
//!
//! # Layers
//!
//! Each is a feature, and contains those before it: the *core* (no feature), `integrals`, `smooth`, `fast`,
//! `properties`. A certificate names the lowest layer that accepts it
//! ([`Layer`](certificate::Layer)). `steeple-check` without default features is the core alone.

#![cfg_attr(
    not(test),
    forbid(clippy::as_conversions, clippy::float_arithmetic, clippy::unwrap_used)
)]
// Files of a lower layer hold a little that only a higher one asks for.
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
