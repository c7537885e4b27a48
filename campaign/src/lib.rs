//! Damages certificates, and asks whether a checker accepts a claim that is false.
//!
//! Bottom up: [`span`] and [`jet`] are the oracle's arithmetic, [`evaluate`] its formulas and networks,
//! [`oracle`] its judgement.
//! [`sheet`] is a certificate as text with parts, [`damage`] changes one, [`bases`] are those that are changed.
//! [`trial`] lets the checkers decide; [`campaign`] runs many trials, [`differential`] random ones for several
//! checkers.

#![expect(
    clippy::float_cmp,
    reason = "the ends of an interval are compared as they are"
)]

pub mod bases;
pub mod campaign;
pub mod damage;
pub mod differential;
pub mod evaluate;
pub mod generate;
pub mod jet;
pub mod oracle;
pub mod random;
pub mod sheet;
pub mod span;
pub mod trial;
