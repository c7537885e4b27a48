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
        let every = self.pins.len().div_ceil(MOST).max(1);
        let pins: Vec<&SurfacePoint> = (self.pins.iter().step_by(every))
            .filter(|pin| in_box(place(pin)) && !is_hidden(scene, surface, place(pin)))
            .collect();
        let at = |pin: &SurfacePoint, z: f64| {
            scene.camera.at(&scene.place([pin.point.x, pin.point.y, z]))
        };
        let is_few = self.pins.len() <= FEW;
        if is_few {
            let mut stems = PathData::default();
            for pin in &pins {
                let ground = height(surface, pin.point.x, pin.point.y).unwrap_or(scene.lo[2]);
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
fn is_hidden(scene: &Scene, surface: &Surface, from: [f64; 3]) -> bool {
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
            let t = (at[i] / scene.half[i] + 1.0) / 2.0;
            scene.lo[i] + t * (scene.hi[i] - scene.lo[i])
        };
        if height(surface, data(0), data(1)).is_some_and(|z| z > data(2) + touch) {
            return true;
        }
    }
    false
}

/// The height of a surface between its grid lines.
fn height(surface: &Surface, x: f64, y: f64) -> Option<f64> {
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
    if surface.xs.len() < 2 || surface.ys.len() < 2 {
        return None;
    }
    let ((i, s), (j, t)) = (cell(&surface.xs, x)?, cell(&surface.ys, y)?);
    let value = |row: usize, column: usize| surface.z.get(row)?.get(column).copied();
    let (a, b) = (value(j, i)?, value(j, i + 1)?);
    let (c, d) = (value(j + 1, i)?, value(j + 1, i + 1)?);
    let found = (a * (1.0 - s) + b * s) * (1.0 - t) + (c * (1.0 - s) + d * s) * t;
    found.is_finite().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valley() -> Surface {
        let lines: Vec<f64> = (0..21).map(|i| f64::from(i) / 10.0 - 1.0).collect();
        Surface {
            name: String::new(),
            z: lines
                .iter()
                .map(|y| lines.iter().map(|_| y * y).collect())
                .collect(),
            xs: lines.clone(),
            ys: lines,
        }
    }

    #[test]
    fn heights_lie_between_the_grid_lines() {
        let found = height(&valley(), 0.33, 0.05).expect("in the grid");
        assert!((found - 0.005).abs() < 1e-9, "{found}");
        assert_eq!(height(&Surface::default(), 0.0, 0.0), None);
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
        // The viewer stands at negative y, and looks down a little.
        assert!(is_hidden(&scene, &surface, [0.0, -0.5, 0.25]));
        assert!(!is_hidden(&scene, &surface, [0.0, 0.9, 0.81]));
        assert!(!is_hidden(&scene, &surface, [0.0, -1.0, 1.0]));
    }
}
