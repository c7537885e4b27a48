//! How one hidden layer makes a surface: its ridge functions side by side, and their sum.
//!
//! A ridge function changes along one direction only, so its graph is a sheet that is bent along parallel
//! lines. Each sheet is painted in strips between these lines, from far to near, which is exact: the lines
//! are parallel, so a strip can hide only strips behind it.

use super::axes::{decimal, range};
use super::page::{Canvas, Face, MARGIN, Page, Paint, Shape, WIDTH};
use super::palette::OVER_FILLS;
use super::scene::Scene;
use super::surface::Surface;
use nalgebra::{Point3, Vector3};

/// A function of `t = direction · (x, y)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ridge {
    /// What stands above the panel.
    pub name: String,
    /// The direction in which the function changes.
    pub direction: [f64; 2],
    /// Places `t` in ascending order, and the value to the left and to the right of each; where these
    /// differ the function jumps.
    pub profile: Vec<(f64, f64, f64)>,
}

/// The ridge functions of a network in two inputs, and the network.
#[derive(Clone, Debug, Default)]
pub struct RidgesPicture {
    /// Heading.
    pub title: String,
    /// A caption.
    pub caption: String,
    /// Names of the inputs and of the output.
    pub labels: [String; 3],
    /// The ends of both inputs.
    pub domain: [(f64, f64); 2],
    /// The ridge functions; all panels have one scale.
    pub ridges: Vec<Ridge>,
    /// The sum of all ridge functions.
    pub sum: Surface,
}

impl RidgesPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &[]);
        let columns = self.ridges.len().clamp(2, 4);
        let wide = (WIDTH - 2.0 * MARGIN) / columns as f64;
        let heights = range(self.ridges.iter().flat_map(|ridge| {
            let values = ridge.profile.iter();
            values.flat_map(|&(_, left, right)| [left, right])
        }));
        let (mut top, mut bottom) = (page.top, page.top);
        for (i, ridge) in self.ridges.iter().enumerate() {
            if i > 0 && i % columns == 0 {
                top = bottom + 14.0;
            }
            let left = MARGIN + (i % columns) as f64 * wide;
            let middle = left + wide / 2.0;
            page.canvas.text(
                (middle, top + 12.0),
                &ridge.name,
                Face {
                    shape: Shape::Bold,
                    ..Face::TICK
                },
            );
            let place = (left + 8.0, top + 24.0, wide - 16.0, wide * 0.72);
            let (x, y) = (self.domain[0], self.domain[1]);
            let scene = Scene::new((&[x.0, x.1], &[y.0, y.1]), heights, [0.0; 3], place);
            scene.draw_box(&mut page.canvas);
            Sheet::new(&scene, ridge).paint(&mut page.canvas);
            bottom = bottom.max(scene.camera.bottom + 8.0);
        }
        let (low, high) = heights;
        if !self.ridges.is_empty() {
            bottom += 16.0;
            let scale = format!(
                "each panel: height {} to {}",
                decimal(low, 3),
                decimal(high, 3)
            );
            page.canvas.text((WIDTH / 2.0, bottom), &scale, Face::TICK);
        }
        top = bottom + 30.0;
        let name = format!("their sum: {}", self.labels[2]);
        page.canvas.text(
            (WIDTH / 2.0, top),
            &name,
            Face {
                shape: Shape::Bold,
                ..Face::TICK
            },
        );
        let values = range(self.sum.heights());
        let place = (
            MARGIN + 120.0,
            top + 22.0,
            WIDTH - 2.0 * MARGIN - 240.0,
            340.0,
        );
        let scene = Scene::new((&self.sum.xs, &self.sum.ys), values, [0.0; 3], place);
        scene.draw_box(&mut page.canvas);
        match &self.sum.facets {
            Some(facets) => {
                facets.draw(&scene, &mut page.canvas, self.domain, None);
            }
            None => scene.draw_surface(&mut page.canvas, &self.sum),
        }
        scene.draw_axes(&mut page.canvas, self.labels.each_ref().map(String::as_str));
        page.finish(scene.camera.bottom + 46.0)
    }
}

/// A ridge function in a box.
struct Sheet<'a> {
    scene: &'a Scene,
    /// The direction in the box: `t = at_middle + along · (x, y)` for a point of the box.
    along: [f64; 2],
    at_middle: f64,
    /// Places, and the heights in the box to the left and to the right.
    profile: Vec<(f64, f64, f64)>,
}

impl<'a> Sheet<'a> {
    fn new(scene: &'a Scene, ridge: &Ridge) -> Self {
        let half = [scene.half.x, scene.half.y];
        let side = |axis: usize| scene.hi[axis] - scene.lo[axis];
        let middle = |axis: usize| scene.lo[axis].midpoint(scene.hi[axis]);
        let along = [0, 1].map(|axis| ridge.direction[axis] * side(axis) / (2.0 * half[axis]));
        let profile = ridge.profile.iter();
        let is_finite = |p: &&(f64, f64, f64)| [p.0, p.1, p.2].iter().all(|v| v.is_finite());
        Sheet {
            along,
            at_middle: ridge.direction[0] * middle(0) + ridge.direction[1] * middle(1),
            profile: profile
                .filter(is_finite)
                .map(|&(t, left, right)| (t, scene.along(2, left), scene.along(2, right)))
                .collect(),
            scene,
        }
    }

    fn place(&self, x: f64, y: f64) -> f64 {
        self.at_middle + self.along[0] * x + self.along[1] * y
    }

    /// The strips and walls, far ones first, and then the near sides of the block.
    fn paint(&self, canvas: &mut Canvas) {
        let eye = self.scene.camera.eye;
        let here = self.place(eye.x, eye.y);
        let strips = self
            .profile
            .windows(2)
            .map(|pair| pair[0].0.midpoint(pair[1].0));
        let mut order: Vec<(f64, usize)> = strips
            .enumerate()
            .map(|(i, middle)| ((middle - here).abs(), i))
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, i) in order {
            let (a, b) = (self.profile[i], self.profile[i + 1]);
            // The wall on the far side of a strip is behind it, the one on its near side comes next.
            let (far, near) = if a.0.midpoint(b.0) < here {
                (a, b)
            } else {
                (b, a)
            };
            if far == self.profile[0] || Some(&far) == self.profile.last() {
                self.paint_wall(canvas, far);
            }
            self.paint_strip(canvas, a, b);
            self.paint_wall(canvas, near);
        }
        self.paint_sides(canvas);
    }

    fn paint_strip(
        &self,
        canvas: &mut Canvas,
        (from, _, low): (f64, f64, f64),
        (to, high, _): (f64, f64, f64),
    ) {
        let slope = if to > from {
            (high - low) / (to - from)
        } else {
            return;
        };
        let outline = self.between(from, to);
        if outline.len() < 3 {
            return;
        }
        let corners: Vec<Point3<f64>> = outline
            .iter()
            .map(|&(x, y)| Point3::new(x, y, low + slope * (self.place(x, y) - from)))
            .collect();
        let normal = Vector3::new(-slope * self.along[0], -slope * self.along[1], 1.0);
        self.scene
            .draw_facet(canvas, &corners, Some(normal.normalize()));
    }

    /// Where the function jumps.
    fn paint_wall(&self, canvas: &mut Canvas, (t, left, right): (f64, f64, f64)) {
        let half = self.scene.half;
        if (left - right).abs() < half.z * 1e-3 {
            return;
        }
        let Some([p, q]) = self.line_at(t) else {
            return;
        };
        let edge = |z: f64| [p, q].map(|(x, y)| Point3::new(x, y, z));
        let ([a, b], [d, c]) = (edge(left), edge(right));
        let facing = Vector3::new(self.along[0], self.along[1], 0.0).normalize();
        // The face of the higher side looks towards the lower side.
        let facing = if left > right { facing } else { -facing };
        if facing.dot(&(self.scene.camera.eye - a)) > 0.0 {
            self.scene.draw_facet(canvas, &[a, b, c, d], Some(facing));
        }
        for [a, b] in [[a, b], [d, c]] {
            let ends = [self.scene.camera.at(&a), self.scene.camera.at(&b)];
            canvas.polyline(&ends, Paint::stroke(OVER_FILLS, 0.6));
        }
    }

    /// The ends of the line across the floor at a place.
    fn line_at(&self, t: f64) -> Option<[(f64, f64); 2]> {
        let half = self.scene.half;
        // A strip far thinner than a pixel; an empty one could vanish by rounding.
        let thin = 1e-9 * (self.along[0].abs() * half.x + self.along[1].abs() * half.y);
        let strip = self.between(t - thin, t + thin);
        let from = *strip.first()?;
        let away = |p: &(f64, f64)| (p.0 - from.0).powi(2) + (p.1 - from.1).powi(2);
        let to = strip
            .into_iter()
            .max_by(|p, q| away(p).total_cmp(&away(q)))?;
        (away(&to) > 0.0).then_some([from, to])
    }

    /// The part of the floor with places in a range.
    fn between(&self, from: f64, to: f64) -> Vec<(f64, f64)> {
        let (x, y) = (self.scene.half.x, self.scene.half.y);
        let floor = vec![(-x, -y), (x, -y), (x, y), (-x, y)];
        let floor = above(&floor, |p| self.place(p.0, p.1) - from);
        above(&floor, |p| to - self.place(p.0, p.1))
    }

    /// The near side walls of the block under the sheet.
    fn paint_sides(&self, canvas: &mut Canvas) {
        let sides = self.scene.sides();
        let half = self.scene.half;
        let (x, y) = (-sides.far_x * half.x, -sides.far_y * half.y);
        let edges = [
            (
                (x, -half.y),
                (x, half.y),
                Vector3::new(-sides.far_x, 0.0, 0.0),
            ),
            (
                (-half.x, y),
                (half.x, y),
                Vector3::new(0.0, -sides.far_y, 0.0),
            ),
        ];
        for (p, q, normal) in edges {
            let (from, to) = (self.place(p.0, p.1), self.place(q.0, q.1));
            let mut line: Vec<(f64, f64)> = Vec::new();
            for &(t, left, right) in &self.profile {
                let at = (t - from) / (to - from);
                if (0.0..=1.0).contains(&at) {
                    let (one, other) = if to > from {
                        (left, right)
                    } else {
                        (right, left)
                    };
                    line.extend([(at, one), (at, other)]);
                }
            }
            line.extend([(0.0, self.height(from)), (1.0, self.height(to))]);
            // Stable: both heights of a jump stay in their order.
            line.sort_by(|a, b| a.0.total_cmp(&b.0));
            let on_edge = |(at, z): (f64, f64)| {
                Point3::new(p.0 + at * (q.0 - p.0), p.1 + at * (q.1 - p.1), z)
            };
            let top: Vec<Point3<f64>> = line.into_iter().map(on_edge).collect();
            self.scene.draw_side(canvas, &top, &normal);
        }
    }

    /// The height at a place, between the places of the profile.
    fn height(&self, t: f64) -> f64 {
        let next = self.profile.partition_point(|p| p.0 <= t);
        match (
            next.checked_sub(1).map(|i| self.profile[i]),
            self.profile.get(next),
        ) {
            (Some((a, _, low)), Some(&(b, high, _))) => low + (high - low) * (t - a) / (b - a),
            (Some((_, _, only)), None) => only,
            (None, Some(&(_, only, _))) => only,
            (None, None) => -self.scene.half.z,
        }
    }
}

/// The part of a polygon where a height is not negative.
fn above(polygon: &[(f64, f64)], height: impl Fn((f64, f64)) -> f64) -> Vec<(f64, f64)> {
    let mut part = Vec::new();
    for (i, &p) in polygon.iter().enumerate() {
        let q = polygon[(i + 1) % polygon.len()];
        let (here, there) = (height(p), height(q));
        if here >= 0.0 {
            part.push(p);
        }
        if (here > 0.0 && there < 0.0) || (here < 0.0 && there > 0.0) {
            let t = here / (here - there);
            part.push((p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1)));
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(profile: Vec<(f64, f64, f64)>, direction: [f64; 2]) -> RidgesPicture {
        let ends = vec![-1.0, 1.0];
        RidgesPicture {
            domain: [(-1.0, 1.0); 2],
            ridges: vec![Ridge {
                name: "one".into(),
                direction,
                profile,
            }],
            sum: Surface {
                name: String::new(),
                value: String::new(),
                xs: ends.clone(),
                ys: ends,
                z: vec![vec![0.0, 1.0]; 2],
                facets: None,
            },
            ..RidgesPicture::default()
        }
    }

    #[test]
    fn a_sheet_is_cut_into_strips() {
        let flat = vec![(-2.0, 0.0, 0.0), (0.0, 0.0, 0.0), (2.0, 0.0, 0.0)];
        let bent = vec![(-2.0, 0.0, 0.0), (0.0, 0.0, 1.0), (2.0, 1.0, 1.0)];
        let count = |profile| {
            let text = picture(profile, [1.0, 1.0]).render();
            assert!(!text.contains("NaN"));
            text.matches("<path").count()
        };
        // A jump adds its wall and two edges, or only the edges where the wall faces away.
        assert!((2..=3).contains(&(count(bent) - count(flat.clone()))));
        assert_eq!(
            count(flat),
            count(vec![(-2.0, 0.0, 0.0), (1.0, 0.0, 0.0), (2.0, 0.0, 0.0)])
        );
    }

    #[test]
    fn heights_lie_between_the_places() {
        let scene = Scene::new(
            (&[-1.0, 1.0], &[-1.0, 1.0]),
            (0.0, 1.0),
            [0.0; 3],
            (0.0, 0.0, 9.0, 9.0),
        );
        let jump = picture(
            vec![(-2.0, 0.0, 0.0), (0.0, 0.0, 1.0), (2.0, 1.0, 1.0)],
            [1.0, 0.0],
        );
        let sheet = Sheet::new(&scene, &jump.ridges[0]);
        assert!((sheet.height(-0.5) + scene.half.z).abs() < 1e-12);
        assert!((sheet.height(0.5) - scene.half.z).abs() < 1e-12);
        assert!((sheet.place(scene.half.x, 0.0) - 1.0).abs() < 1e-12);
        assert_eq!(sheet.between(-9.0, 9.0).len(), 4);
        assert!(sheet.between(5.0, 9.0).is_empty());
        // At any place, whatever its rounding.
        for k in -9..=9 {
            let [p, q] = sheet.line_at(f64::from(k) / 9.1).expect("a line");
            assert!((p.1 - q.1).abs() > 1.9 * scene.half.y);
        }
        assert!(sheet.line_at(1.5).is_none());
    }

    #[test]
    fn odd_ridges_are_drawn_all_the_same() {
        for profile in [vec![], vec![(0.0, f64::NAN, 1.0)], vec![(0.0, 1.0, 1.0)]] {
            for direction in [[0.0, 0.0], [1.0, 0.0], [f64::NAN, 1.0]] {
                let text = picture(profile.clone(), direction).render();
                assert!(!text.contains("NaN"));
            }
        }
        assert!(!RidgesPicture::default().render().contains("NaN"));
    }
}
