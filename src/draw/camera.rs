//! Perspective: from a box in space to pixels.

use nalgebra::{Matrix3, Point3, Vector3};

/// A camera that looks at the middle of a box.
#[derive(Clone, Debug)]
pub(crate) struct Camera {
    /// Where the camera stands.
    pub eye: Point3<f64>,
    /// Rows: right, up, forward.
    turn: Matrix3<f64>,
    scale: f64,
    shift: (f64, f64),
    /// Lowest pixel of the box.
    pub bottom: f64,
}

impl Camera {
    /// Looks at `[-half, half]` from the side `toward`, and fits the box into
    /// `left, top, wide, high` pixels, horizontally centred and at the top.
    pub fn new(toward: [f64; 3], half: Vector3<f64>, place: (f64, f64, f64, f64)) -> Self {
        let toward = sane(toward);
        let eye = Point3::from(toward * (half.norm() * 4.5));
        let forward = -toward;
        let right = forward.cross(&Vector3::z()).normalize();
        let up = right.cross(&forward);
        let turn = Matrix3::from_rows(&[right.transpose(), up.transpose(), forward.transpose()]);
        let mut camera = Camera {
            eye,
            turn,
            scale: 1.0,
            shift: (0.0, 0.0),
            bottom: 0.0,
        };
        let mut lo = (f64::INFINITY, f64::INFINITY);
        let mut hi = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for corner in 0..8u8 {
            let side = |bit: u8, h: f64| if corner & bit == 0 { -h } else { h };
            let p = camera.at(&Point3::new(
                side(1, half.x),
                side(2, half.y),
                side(4, half.z),
            ));
            lo = (lo.0.min(p.0), lo.1.min(p.1));
            hi = (hi.0.max(p.0), hi.1.max(p.1));
        }
        let (left, top, wide, high) = place;
        camera.scale = (wide / (hi.0 - lo.0)).min(high / (hi.1 - lo.1));
        camera.shift = (
            left + (wide - (hi.0 + lo.0) * camera.scale) / 2.0,
            top - lo.1 * camera.scale,
        );
        camera.bottom = top + (hi.1 - lo.1) * camera.scale;
        camera
    }

    pub fn at(&self, p: &Point3<f64>) -> (f64, f64) {
        let q = self.turn * (p - self.eye);
        let depth = q.z.max(1e-6);
        (
            self.shift.0 + self.scale * q.x / depth,
            self.shift.1 - self.scale * q.y / depth,
        )
    }

    /// Where light comes from: over the left shoulder of the viewer.
    pub fn light(&self) -> Vector3<f64> {
        let (right, up, forward) = (self.turn.row(0), self.turn.row(1), self.turn.row(2));
        (right * -0.55 + up * 0.75 - forward * 0.45)
            .transpose()
            .normalize()
    }
}

/// A unit vector that looks down, but not straight down; the default view if `toward` is not
/// usable.
fn sane(toward: [f64; 3]) -> Vector3<f64> {
    let usual = Vector3::new(-0.48, -0.72, 0.52);
    let v = Vector3::from(toward);
    let largest = v.amax();
    if !(v.iter().all(|c| c.is_finite()) && largest > 1e-100) {
        return usual.normalize();
    }
    let v = v / largest;
    let flat = (v.x * v.x + v.y * v.y).sqrt();
    if flat < 1e-3 {
        return usual.normalize();
    }
    Vector3::new(v.x, v.y, v.z.clamp(0.15 * flat, 3.0 * flat)).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_fills_its_place() {
        let half = Vector3::new(0.5, 0.5, 0.3);
        for toward in [[0.0; 3], [1.0, 2.0, 1.0], [-3.0, 1.0, 99.0], [f64::NAN; 3]] {
            let camera = Camera::new(toward, half, (10.0, 20.0, 300.0, 200.0));
            let all: Vec<_> = (0..8)
                .map(|i| {
                    let s = |b: i32| if i & b == 0 { -0.5 } else { 0.5 };
                    camera.at(&Point3::new(s(1), s(2), 0.6 * s(4)))
                })
                .collect();
            let wide = all.iter().map(|p| p.0).fold(f64::MIN, f64::max)
                - all.iter().map(|p| p.0).fold(f64::MAX, f64::min);
            let high = all.iter().map(|p| p.1).fold(f64::MIN, f64::max)
                - all.iter().map(|p| p.1).fold(f64::MAX, f64::min);
            assert!((wide - 300.0).abs() < 1e-6 || (high - 200.0).abs() < 1e-6);
            assert!(wide < 300.01 && high < 200.01);
        }
    }

    #[test]
    fn near_things_are_larger_and_up_is_up() {
        let camera = Camera::new(
            [0.0, -1.0, 0.5],
            Vector3::new(0.5, 0.5, 0.5),
            (0.0, 0.0, 100.0, 100.0),
        );
        let length = |y: f64| {
            let a = camera.at(&Point3::new(-0.5, y, 0.0));
            let b = camera.at(&Point3::new(0.5, y, 0.0));
            b.0 - a.0
        };
        assert!(length(-0.5) > length(0.5) * 1.05);
        let top = camera.at(&Point3::new(0.0, 0.0, 0.5));
        assert!(top.1 < camera.at(&Point3::new(0.0, 0.0, -0.5)).1);
    }
}
