//! Damages certificates, and tests whether a checker accepts a false claim.
//!
//! Bottom up: [`span`] and [`jet`] are the arithmetic of the oracle, [`evaluate`] its formulas and
//! networks, [`oracle`] its judgement. [`document`] is a certificate as text with parts, [`damage`]
//! changes one, [`bases`] are the certificates that are changed. [`trial`] runs the checkers;
//! [`campaign`] runs many trials, [`differential`] random ones for several checkers.

#![expect(
    clippy::float_cmp,
    reason = "the ends of an interval are compared as they are"
)]

pub mod bases;
pub mod campaign;
pub mod damage;
pub mod differential;
pub mod document;
pub mod evaluate;
pub mod generate;
pub mod jet;
pub mod oracle;
pub mod random;
pub mod span;
pub mod trial;
