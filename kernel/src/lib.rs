//! What a proof of Steeple relies on.
//!
//! A certificate is data, and nothing in it is believed: the [`checker`] recomputes every bound with
//! integer and rational arithmetic. It asks [`bounds`] what one method says of one cell, as the search
//! for certificates does, which is elsewhere and is not relied on.
//!
//! Bottom up: [`numbers`], then [`expr`] (formulas) and [`geometry`], [`network`], [`certificate`],
//! [`bounds`], [`checker`].
//!
//! No file here computes with floats, starts a thread, converts with `as` or may panic by `unwrap`.

#![cfg_attr(
    not(test),
    forbid(
        clippy::as_conversions,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::panic,
        clippy::unwrap_used
    )
)]

pub mod bounds;
pub mod certificate;
pub mod checker;
pub mod expr;
pub mod geometry;
pub mod network;
pub mod numbers;
