//! Level 2: exact plane geometry.

pub mod polygon;

pub use polygon::{ConvexPolygon, HalfPlane, Point};
