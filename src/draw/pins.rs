//! Points of the data in space, over a surface: heads at their values, and stems where they are few.

use super::page::{Canvas, Paint, PathData, Swatch};
use super::palette::SOFT;
use super::points::{DataPoint, DataPoints, draw_marks};
use super::scene::Scene;
use super::surface::Surface;
use nalgebra::Point3;

/// The most pins that are drawn, and the most that get a stem.
const MOST: usize = 1000;
const FEW: usize = 60;
/// A surface hides what lies behind it, but not what touches it: so far it may lie in front, as a share of the
/// height.
const TOUCH: f64 = 0.05;
/// Steps from a pin towards the viewer, until it leaves the box.
const STEPS: u32 = 48;

/// A point of the data in space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfacePoint {
    /// The point in the plane of the inputs.
    pub point: DataPoint,
    /// Its value, or its label 0 or 1.
    pub z: f64,
}

/// The points of the data over a surface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    /// All points, in the order of the data.
    pub pins: Vec<SurfacePoint>,
    /// Those that stand out are called this.
    pub ring_name: String,
}

impl Pins {
    /// The lines of the legend.
    pub(super) fn legend(&self) -> Vec<(Swatch, String)> {
        let points = self.pins.iter().map(|pin| pin.point).collect();
        let ring_name = self.ring_name.clone();
        DataPoints { points, ring_name }.legend(MOST)
    }

    /// Draws the pins over the surface that was drawn; those behind it are left out.
    pub(super) fn draw(&self, canvas: &mut Canvas, scene: &Scene, surface: &Surface) {
        let place = |pin: &SurfacePoint| [pin.point.x, pin.point.y, pin.z];
        let in_box = |p: [f64; 3]| (0..3).all(|i| scene.lo[i] <= p[i] && p[i] <= scene.hi[i]);
        if self.pins.is_empty() {
            return;
        }
        let heights = Heights::of(surface);
        let every = self.pins.len().div_ceil(MOST).max(1);
        let pins: Vec<&SurfacePoint> = (self.pins.iter().step_by(every))
            .filter(|pin| in_box(place(pin)) && !is_hidden(scene, &heights, place(pin)))
            .collect();
        let at = |pin: &SurfacePoint, z: f64| {
            scene.camera.at(&scene.place([pin.point.x, pin.point.y, z]))
        };
        let is_few = self.pins.len() <= FEW;
        if is_few {
            let mut stems = PathData::default();
            for pin in &pins {
                let ground = heights.at(pin.point.x, pin.point.y).unwrap_or(scene.lo[2]);
                stems.open(&[at(pin, ground), at(pin, pin.z)]);
            }
            canvas.path(stems, Paint::stroke(SOFT, 1.0));
        }
        let size = if is_few { 5.0 } else { 2.8 };
        let heads = (pins.iter()).map(|pin| (at(pin, pin.z), pin.point.mark, pin.point.stands_out));
        draw_marks(canvas, heads, size);
    }
}

/// Does the surface lie between a point and the viewer?
fn is_hidden(scene: &Scene, heights: &Heights, from: [f64; 3]) -> bool {
    let start = scene.place(from);
    let touch = TOUCH * (scene.hi[2] - scene.lo[2]);
    // The box has size 1, the viewer stands outside.
    let toward = (scene.camera.eye - start).normalize();
    for step in 1..=STEPS {
        let at: Point3<f64> = start + toward * (f64::from(step) / f64::from(STEPS) * 1.5);
        let inside = (0..3).all(|i| at[i].abs() <= scene.half[i]);
        if !inside {
            return false;
        }
        let data = |i: usize| {
            let t = (at[i] / scene.half[i]).midpoint(1.0);
            scene.lo[i] + t * (scene.hi[i] - scene.lo[i])
        };
        if heights
            .at(data(0), data(1))
            .is_some_and(|z| z > data(2) + touch)
        {
            return true;
        }
    }
    false
}

/// Grid lines in each direction of a surface that is given by facets.
const LINES: usize = 65;

/// The heights of a surface on a grid; NaN where there is none.
pub(super) struct Heights {
    xs: Vec<f64>,
    ys: Vec<f64>,
    z: Vec<Vec<f64>>,
}

impl Heights {
    pub fn of(surface: &Surface) -> Self {
        let Some(facets) = &surface.facets else {
            return Self {
                xs: surface.xs.clone(),
                ys: surface.ys.clone(),
                z: surface.z.clone(),
            };
        };
        let even = |lines: &[f64]| -> Vec<f64> {
            let (Some(low), Some(high)) = (lines.first(), lines.last()) else {
                return Vec::new();
            };
            let step = (high - low) / (LINES - 1) as f64;
            (0..LINES).map(|i| low + step * i as f64).collect()
        };
        let (xs, ys) = (even(&surface.xs), even(&surface.ys));
        let mut z = vec![vec![f64::NAN; xs.len()]; ys.len()];
        for cell in &facets.cells {
            let within = |lines: &[f64], axis: usize| {
                let ends = cell.iter().map(|p| p[axis]);
                let low = ends.clone().fold(f64::INFINITY, f64::min);
                let high = ends.fold(f64::NEG_INFINITY, f64::max);
                let first = lines.partition_point(|at| *at < low);
                first..lines.partition_point(|at| *at <= high).max(first)
            };
            for j in within(&ys, 1) {
                for i in within(&xs, 0) {
                    if let Some(found) = on_facet(cell, xs[i], ys[j]) {
                        z[j][i] = found;
                    }
                }
            }
        }
        Self { xs, ys, z }
    }

    /// The height between the grid lines.
    fn at(&self, x: f64, y: f64) -> Option<f64> {
        let cell = |lines: &[f64], at: f64| {
            let after = lines.partition_point(|line| *line <= at);
            let i = after.clamp(1, lines.len().checked_sub(1)?);
            let (low, high) = (lines[i - 1], lines[i]);
            let t = if high > low {
                (at - low) / (high - low)
            } else {
                0.0
            };
            Some((i - 1, t.clamp(0.0, 1.0)))
        };
        if self.xs.len() < 2 || self.ys.len() < 2 {
            return None;
        }
        let ((i, s), (j, t)) = (cell(&self.xs, x)?, cell(&self.ys, y)?);
        let value = |row: usize, column: usize| self.z.get(row)?.get(column).copied();
        let (a, b) = (value(j, i)?, value(j, i + 1)?);
        let (c, d) = (value(j + 1, i)?, value(j + 1, i + 1)?);
        let found = (a * (1.0 - s) + b * s) * (1.0 - t) + (c * (1.0 - s) + d * s) * t;
        found.is_finite().then_some(found)
    }
}

/// The height of a convex facet over a point of its shadow.
fn on_facet(cell: &[[f64; 3]], x: f64, y: f64) -> Option<f64> {
    let first = cell.first()?;
    cell.windows(2).skip(1).find_map(|pair| {
        let [u, v] = [0, 1].map(|k| [0, 1, 2].map(|axis| pair[k][axis] - first[axis]));
        let area = u[0] * v[1] - u[1] * v[0];
        let (dx, dy) = (x - first[0], y - first[1]);
        let (s, t) = (
            (dx * v[1] - dy * v[0]) / area,
            (u[0] * dy - u[1] * dx) / area,
        );
        let near = -1e-9;
        (s >= near && t >= near && s + t <= 1.0 - near).then(|| first[2] + s * u[2] + t * v[2])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Facets, Rect};

    fn valley() -> Surface {
        let lines: Vec<f64> = (0..21).map(|i| f64::from(i) / 10.0 - 1.0).collect();
        Surface {
            name: String::new(),
            value: String::new(),
            z: lines
                .iter()
                .map(|y| lines.iter().map(|_| y * y).collect())
                .collect(),
            xs: lines.clone(),
            ys: lines,
            facets: None,
        }
    }

    #[test]
    fn heights_lie_between_the_grid_lines() {
        let found = Heights::of(&valley()).at(0.33, 0.05).expect("in the grid");
        assert!((found - 0.005).abs() < 1e-9, "{found}");
        assert_eq!(Heights::of(&Surface::default()).at(0.0, 0.0), None);
    }

    #[test]
    fn facets_have_heights_too() {
        // Two triangles of the plane z = x + 2y over the unit square.
        let corner = |x: f64, y: f64| [x, y, x + 2.0 * y];
        let facets = Facets {
            cells: vec![
                vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0)],
                vec![corner(0.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0)],
            ],
            sides: Vec::new(),
        };
        let surface = Surface::of_facets("n", Rect::new(0.0, 1.0, 0.0, 1.0), facets);
        let heights = Heights::of(&surface);
        for (x, y) in [(0.0, 0.0), (0.3, 0.7), (0.99, 0.01), (1.0, 1.0)] {
            let found = heights.at(x, y).expect("in the square");
            assert!((found - x - 2.0 * y).abs() < 1e-9, "{x} {y}: {found}");
        }
    }

    #[test]
    fn the_near_side_of_a_valley_hides_its_floor() {
        let surface = valley();
        let scene = Scene::new(
            (&surface.xs, &surface.ys),
            (0.0, 1.0),
            [0.0, -1.0, 0.3],
            (0.0, 0.0, 300.0, 200.0),
        );
        let heights = Heights::of(&surface);
        // The viewer stands at negative y, and looks down a little.
        assert!(is_hidden(&scene, &heights, [0.0, -0.5, 0.25]));
        assert!(!is_hidden(&scene, &heights, [0.0, 0.9, 0.81]));
        assert!(!is_hidden(&scene, &heights, [0.0, -1.0, 1.0]));
    }
}
