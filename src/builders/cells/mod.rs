//! Cells of a domain in one to four inputs: towers, and corner steps.

pub mod mixed;
pub mod quadrants;
pub mod tower;
pub mod towers;
