//! Regions of the plane.

pub mod circle;
pub mod disk;
pub mod polygon;
