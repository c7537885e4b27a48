//! A piecewise linear surface: every cell a flat facet, painted from far to near.
//!
//! Convex cells of the plane can always be ordered as seen from one place: across each side that
//! two cells share, the cell on the viewer's side of its line may hide the other, never the other
//! way round.

use std::collections::BinaryHeap;

use super::axes::range;
use super::facets::{crease, faces_viewer, newell};
use super::page::{Canvas, MARGIN, Page, WIDTH};
use super::scene::{Scene, Sides};
use nalgebra::{Point3, Vector3};

/// A side that two cells share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FacetSide {
    /// The cell to the left, going from the first end to the second.
    pub left: usize,
    /// The cell to the right.
    pub right: usize,
    /// The ends in the plane.
    pub ends: [(f64, f64); 2],
    /// Heights of the left facet at the two ends.
    pub left_heights: [f64; 2],
    /// Heights of the right facet at the two ends.
    pub right_heights: [f64; 2],
    /// Whether a line is drawn along it.
    pub is_crease: bool,
}

/// The graph of a piecewise linear function over a rectangle.
#[derive(Clone, Debug, Default)]
pub struct FacetsPicture {
    /// Heading.
    pub title: String,
    /// A caption about the counts.
    pub caption: String,
    /// Names of the two inputs and of the value.
    pub labels: [String; 3],
    /// The rectangle: ends of the first and the second input.
    pub domain: [(f64, f64); 2],
    /// The corners of each facet, counter-clockwise from above; its shadow is convex.
    pub facets: Vec<Vec<[f64; 3]>>,
    /// The sides that facets share.
    pub sides: Vec<FacetSide>,
    /// The direction towards the viewer; the usual one when zero.
    pub toward: [f64; 3],
}

impl FacetsPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &[]);
        let (lo, hi) = range(self.facets.iter().flatten().map(|p| p[2]));
        let place = (
            MARGIN + 56.0,
            page.top + 24.0,
            WIDTH - 2.0 * MARGIN - 96.0,
            470.0,
        );
        let [(x0, x1), (y0, y1)] = self.domain;
        let scene = Scene::new((&[x0, x1], &[y0, y1]), (lo, hi), self.toward, place);
        scene.draw_box(&mut page.canvas);
        self.draw_sides(&scene, &mut page.canvas, false);
        for facet in self.far_to_near(&scene) {
            self.paint(&scene, &mut page.canvas, facet);
        }
        self.draw_sides(&scene, &mut page.canvas, true);
        scene.draw_axes(&mut page.canvas, self.labels.each_ref().map(String::as_str));
        page.finish(scene.camera.bottom + 46.0)
    }

    /// Paints a facet, then its sides towards cells behind it: the walls up to them, and creases.
    fn paint(&self, scene: &Scene, canvas: &mut Canvas, (facet, sides): (usize, Vec<usize>)) {
        let place = |&p: &[f64; 3]| scene.place(p);
        let corners: Vec<Point3<f64>> = self.facets[facet].iter().map(place).collect();
        let up = newell(&corners);
        if up.is_some_and(|up| faces_viewer(scene, &corners[0], &up)) {
            scene.draw_facet(canvas, &corners, up);
        }
        for side in sides {
            let side = &self.sides[side];
            let end = |k: usize, z: f64| scene.place([side.ends[k].0, side.ends[k].1, z]);
            let (near, far) = if side.left == facet {
                (side.right_heights, side.left_heights)
            } else {
                (side.left_heights, side.right_heights)
            };
            let wall = [
                end(0, near[0]),
                end(1, near[1]),
                end(1, far[1]),
                end(0, far[0]),
            ];
            // A higher cell behind shows a wall; a lower one is hidden there.
            let is_wall = (0..2).any(|k| (wall[3 - k].z - wall[k].z).abs() > 1e-9);
            if is_wall && (0..2).all(|k| wall[3 - k].z >= wall[k].z - 1e-9) {
                let normal = newell(&wall);
                let seen = normal.map(|n| {
                    let is_turned = n.dot(&(scene.camera.eye - wall[0])) < 0.0;
                    if is_turned { -n } else { n }
                });
                scene.draw_facet(canvas, &wall, seen);
            }
            if side.is_crease {
                crease(scene, canvas, &[end(0, far[0]), end(1, far[1])]);
                if is_wall {
                    crease(scene, canvas, &[end(0, near[0]), end(1, near[1])]);
                }
            }
        }
    }

    /// The near side walls of the block, and its far upper edges.
    #[expect(
        clippy::float_cmp,
        reason = "corners on the edge have its very coordinate"
    )]
    fn draw_sides(&self, scene: &Scene, canvas: &mut Canvas, is_near: bool) {
        let Sides { far_x, far_y } = scene.sides();
        for axis in 0..2 {
            let far = [far_x, far_y][axis];
            let (lo, hi) = self.domain[axis];
            let line = if (far > 0.0) == is_near { lo } else { hi };
            let mut edges: Vec<[[f64; 3]; 2]> = Vec::new();
            for facet in &self.facets {
                let next = facet.iter().cycle().skip(1);
                let on = |p: &[f64; 3]| p[axis] == line;
                let pairs = facet.iter().zip(next).filter(|(p, q)| on(p) && on(q));
                edges.extend(pairs.map(|(p, q)| {
                    if p[1 - axis] < q[1 - axis] {
                        [*p, *q]
                    } else {
                        [*q, *p]
                    }
                }));
            }
            edges.sort_by(|p, q| p[0][1 - axis].total_cmp(&q[0][1 - axis]));
            let top: Vec<Point3<f64>> = edges.iter().flatten().map(|&p| scene.place(p)).collect();
            if is_near && top.len() > 1 {
                let mut normal = Vector3::zeros();
                normal[axis] = -far;
                scene.draw_side(canvas, &top, &normal);
            } else {
                crease(scene, canvas, &top);
            }
        }
    }

    /// Returns the facets in painting order, each with the sides on which it is farther away.
    fn far_to_near(&self, scene: &Scene) -> Vec<(usize, Vec<usize>)> {
        let count = self.facets.len();
        let mut waits = vec![0_usize; count];
        let mut farther: Vec<Vec<usize>> = vec![Vec::new(); count];
        let eye = (scene.camera.eye.x, scene.camera.eye.y);
        for (i, side) in self.sides.iter().enumerate() {
            if side.left.max(side.right) >= count {
                continue;
            }
            let [p, q] = side.ends.map(|(x, y)| scene.place([x, y, scene.lo[2]]));
            let turn = (q.x - p.x) * (eye.1 - p.y) - (q.y - p.y) * (eye.0 - p.x);
            let (far, near) = if turn > 0.0 {
                (side.right, side.left)
            } else {
                (side.left, side.right)
            };
            farther[far].push(i);
            waits[near] += 1;
        }
        let mut ready: BinaryHeap<std::cmp::Reverse<usize>> = (0..count)
            .filter(|&facet| waits[facet] == 0)
            .map(std::cmp::Reverse)
            .collect();
        let (mut order, mut next) = (Vec::with_capacity(count), 0);
        let mut is_done = vec![false; count];
        while order.len() < count {
            let facet = match ready.pop() {
                Some(std::cmp::Reverse(facet)) => facet,
                // Rounding made a cycle of sides: continue with any cell.
                None => next,
            };
            if is_done[facet] {
                next += usize::from(facet == next);
                continue;
            }
            is_done[facet] = true;
            for &side in &farther[facet] {
                let side = &self.sides[side];
                let near = if side.left == facet {
                    side.right
                } else {
                    side.left
                };
                waits[near] -= 1;
                if waits[near] == 0 {
                    ready.push(std::cmp::Reverse(near));
                }
            }
            order.push((facet, std::mem::take(&mut farther[facet])));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cells of the unit square, cut at x = 1/2.
    fn halves(left: f64, right: f64) -> FacetsPicture {
        let flat =
            |x0: f64, x1: f64, z: f64| vec![[x0, 0.0, z], [x1, 0.0, z], [x1, 1.0, z], [x0, 1.0, z]];
        FacetsPicture {
            domain: [(0.0, 1.0), (0.0, 1.0)],
            facets: vec![flat(0.0, 0.5, left), flat(0.5, 1.0, right)],
            sides: vec![FacetSide {
                left: 0,
                right: 1,
                ends: [(0.5, 0.0), (0.5, 1.0)],
                left_heights: [left; 2],
                right_heights: [right; 2],
                is_crease: true,
            }],
            ..FacetsPicture::default()
        }
    }

    fn order(picture: &FacetsPicture, toward: [f64; 3]) -> Vec<usize> {
        let place = (0.0, 0.0, 100.0, 100.0);
        let scene = Scene::new((&[0.0, 1.0], &[0.0, 1.0]), (0.0, 1.0), toward, place);
        let order = picture.far_to_near(&scene);
        order.into_iter().map(|(facet, _)| facet).collect()
    }

    #[test]
    fn the_near_facet_comes_last() {
        let picture = halves(0.0, 1.0);
        assert_eq!(order(&picture, [1.0, -0.3, 0.5]), [0, 1]);
        assert_eq!(order(&picture, [-1.0, -0.3, 0.5]), [1, 0]);
    }

    #[test]
    fn a_jump_shows_a_wall_only_from_below() {
        let walls = |toward| {
            let picture = FacetsPicture {
                toward,
                ..halves(0.0, 1.0)
            };
            picture.render().matches("stroke-width=\".85\"").count()
        };
        assert_eq!(walls([-1.0, -0.3, 0.5]), 3);
        assert_eq!(walls([1.0, -0.3, 0.5]), 2);
        assert!(!FacetsPicture::default().render().contains("NaN"));
    }
}
