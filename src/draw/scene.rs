//! The box that contains a surface, in perspective: floor, far walls and axes.

use super::axes::{Ticks, ticks, widened};
use super::camera::Camera;
use super::page::{Canvas, Face, Paint, PathData};
use super::palette::{BOX_EDGE, BOX_SIDES, GRID, INK};
use nalgebra::{Point3, Vector3};

/// Height of the box when the longer horizontal side is 1.
const HEIGHT: f64 = 0.62;
/// One box in perspective: the cube `[-half, half]` stands for the ranges of x, y and z.
pub(crate) struct Scene {
    pub camera: Camera,
    pub half: Vector3<f64>,
    pub lo: [f64; 3],
    pub hi: [f64; 3],
}

/// The sides of the box that face away from the viewer, as signs.
#[derive(Clone, Copy)]
pub(crate) struct Sides {
    pub far_x: f64,
    pub far_y: f64,
}

impl Scene {
    pub fn new(
        (xs, ys): (&[f64], &[f64]),
        z: (f64, f64),
        toward: [f64; 3],
        place: (f64, f64, f64, f64),
    ) -> Self {
        let ends = |v: &[f64]| match (v.first(), v.last()) {
            (Some(&a), Some(&b)) => widened(a, b),
            _ => (0.0, 1.0),
        };
        let (x, y) = (ends(xs), ends(ys));
        let ratio = (y.1 - y.0) / (x.1 - x.0);
        let (wide, deep) = if ratio > 1.0 {
            ((1.0 / ratio).max(0.45), 1.0)
        } else {
            (1.0, ratio.max(0.45))
        };
        let half = Vector3::new(wide, deep, HEIGHT) / 2.0;
        Scene {
            camera: Camera::new(toward, half, place),
            half,
            lo: [x.0, y.0, z.0],
            hi: [x.1, y.1, z.1],
        }
    }

    /// Returns the place of a point in the box; values beyond the ranges are moved to its faces.
    pub fn place(&self, p: [f64; 3]) -> Point3<f64> {
        let one = |i: usize| {
            let t = (p[i].clamp(-1e300, 1e300) - self.lo[i]) / (self.hi[i] - self.lo[i]);
            (2.0 * t.clamp(0.0, 1.0) - 1.0) * self.half[i]
        };
        Point3::new(one(0), one(1), one(2))
    }

    fn corner(&self, x: f64, y: f64, z: f64) -> Point3<f64> {
        Point3::new(x * self.half.x, y * self.half.y, z * self.half.z)
    }

    pub fn sides(&self) -> Sides {
        let far = |eye: f64| if eye > 0.0 { -1.0 } else { 1.0 };
        Sides {
            far_x: far(self.camera.eye.x),
            far_y: far(self.camera.eye.y),
        }
    }

    /// Ticks of an axis, fewer where it is short on the page.
    fn ticks(&self, axis: usize) -> Ticks {
        let Sides { far_x, far_y } = self.sides();
        let mut ends = [-1.0, 1.0].map(|_| self.corner(-far_x, -far_y, -1.0));
        ends[0][axis] = -self.half[axis];
        ends[1][axis] = self.half[axis];
        let [a, b] = ends.map(|p| self.camera.at(&p));
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).sqrt();
        let want = (length / if axis == 2 { 36.0 } else { 58.0 }).clamp(2.0, 6.0);
        ticks(self.lo[axis], self.hi[axis], want as u32)
    }

    /// Position in the box, -half to half, of a value on an axis.
    pub fn along(&self, axis: usize, value: f64) -> f64 {
        let mut p = self.lo;
        p[axis] = value;
        self.place(p)[axis]
    }

    /// Floor and far walls with lines at the ticks.
    pub fn draw_box(&self, canvas: &mut Canvas) {
        let Sides { far_x, far_y } = self.sides();
        let face = |corners: [(f64, f64, f64); 4]| {
            corners.map(|(x, y, z)| self.camera.at(&self.corner(x, y, z)))
        };
        let walls = [
            face([
                (-1., -1., -1.),
                (1., -1., -1.),
                (1., 1., -1.),
                (-1., 1., -1.),
            ]),
            face([
                (far_x, -1., -1.),
                (far_x, 1., -1.),
                (far_x, 1., 1.),
                (far_x, -1., 1.),
            ]),
            face([
                (-1., far_y, -1.),
                (1., far_y, -1.),
                (1., far_y, 1.),
                (-1., far_y, 1.),
            ]),
        ];
        for (wall, fill) in walls.iter().zip(BOX_SIDES) {
            canvas.polygon(wall, Paint::fill(fill).edge(BOX_EDGE, 0.8));
        }
        let mut lines = PathData::default();
        let mut add = |axis: usize, ends: [(f64, f64, f64); 3]| {
            for (value, _) in self.ticks(axis).marks {
                let points = ends.map(|(x, y, z)| {
                    let mut p = self.corner(x, y, z);
                    p[axis] = self.along(axis, value);
                    self.camera.at(&p)
                });
                lines.open(&points);
            }
        };
        add(0, [(0., -far_y, -1.), (0., far_y, -1.), (0., far_y, 1.)]);
        add(1, [(-far_x, 0., -1.), (far_x, 0., -1.), (far_x, 0., 1.)]);
        add(
            2,
            [(-far_x, far_y, 0.), (far_x, far_y, 0.), (far_x, -far_y, 0.)],
        );
        canvas.path(lines, Paint::stroke(GRID, 0.8));
    }

    /// Ticks and names: x and y along the near edges of the floor, z up the leftmost edge.
    pub fn draw_axes(&self, canvas: &mut Canvas, names: [&str; 3]) {
        let Sides { far_x, far_y } = self.sides();
        let paint = Paint::stroke(INK, 1.0);
        for axis in 0..2 {
            let (base, out) = if axis == 0 {
                (
                    self.corner(0.0, -far_y, -1.0),
                    Vector3::new(0.0, -far_y, 0.0),
                )
            } else {
                (
                    self.corner(-far_x, 0.0, -1.0),
                    Vector3::new(-far_x, 0.0, 0.0),
                )
            };
            let on = |v: f64| {
                let mut p = base;
                p[axis] = v;
                p
            };
            let ends = [-1.0, 1.0].map(|s| self.camera.at(&on(s * self.half[axis])));
            canvas.line(ends[0], ends[1], paint);
            let ticks = self.ticks(axis);
            let mut longest = 0.0_f64;
            for (value, label) in &ticks.marks {
                let p = on(self.along(axis, *value));
                let from = self.camera.at(&p);
                let way = unit(from, self.camera.at(&(p + out * 0.1)));
                canvas.line(from, (from.0 + 6.0 * way.0, from.1 + 6.0 * way.1), paint);
                let at = (from.0 + 14.0 * way.0, from.1 + 15.0 * way.1 + 5.0);
                canvas.text(at, label, Face::TICK.anchored(anchor(way.0)));
                longest = longest.max(label.chars().count() as f64);
            }
            let middle = on(0.0);
            let from = self.camera.at(&middle);
            let way = unit(from, self.camera.at(&(middle + out * 0.1)));
            let away = 34.0 + 7.0 * longest * way.0.abs();
            let at = (from.0 + away * way.0, from.1 + away * way.1 + 6.0);
            let face = Face::LABEL.anchored(anchor(way.0));
            canvas.text(at, &ticks.label(names[axis]), face);
        }
        let edge = [(-far_x, far_y), (far_x, -far_y)]
            .map(|(x, y)| [-1.0, 1.0].map(|z| self.camera.at(&self.corner(x, y, z))));
        let ends = if edge[0][0].0 < edge[1][0].0 {
            edge[0]
        } else {
            edge[1]
        };
        canvas.line(ends[0], ends[1], paint);
        let ticks = self.ticks(2);
        for (value, label) in &ticks.marks {
            let t = (self.along(2, *value) / self.half.z).midpoint(1.0);
            let (x, y) = (
                ends[0].0 + t * (ends[1].0 - ends[0].0),
                ends[0].1 + t * (ends[1].1 - ends[0].1),
            );
            canvas.line((x - 6.0, y), (x, y), paint);
            // The lowest label makes room for the label of the floor's corner.
            let rise = if ends[0].1 - y < 10.0 { 8.0 } else { 0.0 };
            let at = (x - 10.0, y + 4.5 - rise);
            canvas.text(at, label, Face::TICK.anchored("end"));
        }
        let at = (ends[1].0 - 30.0, ends[1].1 - 14.0);
        let face = Face::LABEL.anchored("start").boxed();
        canvas.text(at, &ticks.label(names[2]), face);
    }

    pub fn brightness(&self, normal: &Vector3<f64>) -> f64 {
        normal.dot(&self.camera.light()).max(0.0)
    }
}

fn unit(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt().max(1e-9);
    (dx / length, dy / length)
}

fn anchor(x: f64) -> &'static str {
    match x {
        x if x < -0.35 => "end",
        x if x > 0.35 => "start",
        _ => "middle",
    }
}
