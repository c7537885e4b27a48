//! The outline of a region, found from its formula: a polygon with few sides and little misclassified area.
//!
//! All of this is a search in floats, in coordinates in which the domain is the unit square (areas keep their
//! ratios there, so nothing is lost). [`field`] decides points, [`trace`] follows the boundary, [`runs`]
//! cuts it at the edge of the domain, [`division`] says where sides meet, and [`descent`] moves the corners; [`found`]
//! puts this together. What comes out is rational corners; [`pieces`] makes half-planes of them, exactly.

pub mod descent;
pub mod division;
pub mod field;
pub mod found;
pub mod pieces;
pub mod runs;
pub mod trace;

/// A point of the unit square, or near it.
pub type Place = [f64; 2];

/// A count as a float.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

fn minus(a: Place, b: Place) -> Place {
    [a[0] - b[0], a[1] - b[1]]
}

fn cross(a: Place, b: Place) -> f64 {
    a[0] * b[1] - a[1] * b[0]
}

fn dot(a: Place, b: Place) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

fn length(a: Place) -> f64 {
    dot(a, a).sqrt()
}

fn between(a: Place, b: Place, t: f64) -> Place {
    [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}

/// The area between a line and a stretch of a curve whose distances from it are these at its ends.
fn area_between(d0: f64, d1: f64, along: f64) -> f64 {
    if d0 * d1 >= 0.0 {
        return (d0 + d1).abs() / 2.0 * along.abs();
    }
    let (d0, d1) = (d0.abs(), d1.abs());
    (d0 * d0 + d1 * d1) / (2.0 * (d0 + d1)) * along.abs()
}
