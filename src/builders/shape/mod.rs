//! Regions of the plane.

pub mod circle;
pub mod disk;
pub mod ellipse;
pub mod from_target;
pub mod outline;
pub mod parts;
pub mod polygon;
pub mod polygons;
pub mod smooth;
