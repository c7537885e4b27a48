//! Exact plane geometry.

pub mod plane;
pub mod polygon;

pub use plane::{Affine, Corner, PlaneCell, Sides};
pub use polygon::{ConvexPolygon, HalfPlane, Point};
