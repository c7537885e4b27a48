//! Cells of a domain in one to four inputs: towers, and corner steps.

pub mod boxes;
pub mod mixed;
pub mod quadrants;
pub mod spacing;
pub mod tower;
pub mod towers;
