//! A solid block under facets over convex cells of the plane, painted from far to near.
//!
//! Convex cells of the plane can always be ordered as seen from one place: across each side that
//! two cells share, the cell on the viewer's side of its line may hide the other, never the other
//! way round. Where the heights of two cells differ along their side, there is a wall.

use std::collections::BinaryHeap;

use super::canvas::{Canvas, Paint, PathData};
use super::facets::{crease, faces_viewer, newell};
use super::palette::{MESH_LINE, NETWORK, OVER_FILLS};
use super::scene::{Scene, Sides};
use nalgebra::{Point3, Vector3};

/// Steps lower than this part of the box are rounding, or bends that two cells see differently.
const STEP: f64 = 0.0015;
/// The upward part of the normal of a facet that is flat rather than part of a cliff.
const FLAT: f64 = 0.4;
/// The cosines of the angles between neighbours at which lines begin: at bends, on the mesh, at cliffs.
const BENT: f64 = 0.999_9;
const SMOOTH: f64 = 0.999_8;
const CLIFF: f64 = 0.6;
/// Blocks of more cells have no lines at their steps: these would cover everything.
const FINE: usize = 2500;

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
    /// The line drawn along it.
    pub line: FacetLine,
}

/// A line along a side, drawn where the two facets do not lie in one plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FacetLine {
    /// No line, except at a high step.
    #[default]
    None,
    /// A thin line of the mesh over a curved surface.
    Mesh,
    /// A line at a step, and where a cliff begins.
    Rim,
    /// A line at a step, and at every bend.
    Crease,
}

/// Facets over convex cells that tile a rectangle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    /// The corners of each facet, counter-clockwise from above; its shadow is convex. Facets with a value
    /// that is not finite are left out.
    pub cells: Vec<Vec<[f64; 3]>>,
    /// The sides that facets share.
    pub sides: Vec<FacetSide>,
}

/// The ends of a part of a level line, in the plane.
pub(super) type LevelPart = [(f64, f64); 2];

impl Facets {
    /// Paints the block under the facets, and the line at a level on it; returns the shadow of that line.
    pub(super) fn draw(
        &self,
        scene: &Scene,
        canvas: &mut Canvas,
        domain: [(f64, f64); 2],
        level: Option<f64>,
    ) -> Vec<LevelPart> {
        // A little lower: many cells have their corners just on the level, and of two such cells on a slope
        // that is seen, the lower one is painted last.
        let level = level.map(|z| z - 1e-6 * (scene.hi[2] - scene.lo[2]));
        let mut ring = Vec::new();
        self.draw_rim(scene, canvas, domain, false);
        let normals: Vec<Option<Vector3<f64>>> =
            self.cells.iter().map(|cell| up(scene, cell)).collect();
        for (cell, sides) in self.far_to_near(scene) {
            let drawn =
                |side: &&FacetSide| normals[side.left].is_some() && normals[side.right].is_some();
            let sides: Vec<Behind> = sides
                .iter()
                .map(|side| &self.sides[*side])
                .filter(drawn)
                .map(|side| Behind::new(scene, side, cell))
                .collect();
            for side in &sides {
                side.paint_wall(scene, canvas, level, &mut ring);
            }
            if normals[cell].is_some() {
                self.paint_top(scene, canvas, (cell, normals[cell]), level, &mut ring);
            }
            let mut lines = Lines::default();
            for side in &sides {
                let ends = [side.side.left, side.side.right];
                let ends = ends.map(|cell| normals[cell].unwrap_or_default());
                side.add_lines(scene, &mut lines, ends, self.cells.len() > FINE);
            }
            canvas.path(lines.mesh, Paint::stroke(MESH_LINE, 0.4).opacity(0.55));
            canvas.path(lines.edges, Paint::stroke(OVER_FILLS, 0.7));
        }
        self.draw_rim(scene, canvas, domain, true);
        ring
    }

    fn paint_top(
        &self,
        scene: &Scene,
        canvas: &mut Canvas,
        (cell, up): (usize, Option<Vector3<f64>>),
        level: Option<f64>,
        ring: &mut Vec<LevelPart>,
    ) {
        let corners: Vec<Point3<f64>> = self.cells[cell].iter().map(|&p| scene.place(p)).collect();
        let is_seen = up.is_some_and(|up| faces_viewer(scene, &corners[0], &up));
        if is_seen {
            scene.draw_facet(canvas, &corners, up);
        }
        if let Some((level, [p, q])) =
            level.and_then(|z| Some((z, crossing(&self.cells[cell], z)?)))
        {
            ring.push([p, q]);
            if is_seen {
                draw_ring(scene, canvas, [p, q], level);
            }
        }
    }

    /// The near side walls of the block, or its far upper edges.
    #[expect(
        clippy::float_cmp,
        reason = "corners on the edge have its very coordinate"
    )]
    fn draw_rim(&self, scene: &Scene, canvas: &mut Canvas, domain: [(f64, f64); 2], is_near: bool) {
        let Sides { far_x, far_y } = scene.sides();
        for axis in 0..2 {
            let far = [far_x, far_y][axis];
            let (lo, hi) = domain[axis];
            let line = if (far > 0.0) == is_near { lo } else { hi };
            let mut edges: Vec<[[f64; 3]; 2]> = Vec::new();
            for cell in self.cells.iter().filter(|cell| is_finite(cell)) {
                let next = cell.iter().cycle().skip(1);
                let on = |p: &[f64; 3]| p[axis] == line;
                let pairs = cell.iter().zip(next).filter(|(p, q)| on(p) && on(q));
                edges.extend(pairs.map(|(p, q)| {
                    if p[1 - axis] < q[1 - axis] {
                        [*p, *q]
                    } else {
                        [*q, *p]
                    }
                }));
            }
            edges.sort_by(|p, q| p[0][1 - axis].total_cmp(&q[0][1 - axis]));
            let room = 1e-9 * (domain[1 - axis].1 - domain[1 - axis].0);
            let meet =
                |p: &[[f64; 3]; 2], q: &[[f64; 3]; 2]| q[0][1 - axis] - p[1][1 - axis] < room;
            for run in edges.chunk_by(meet) {
                let top: Vec<Point3<f64>> = run.iter().flatten().map(|&p| scene.place(p)).collect();
                if is_near {
                    let mut normal = Vector3::zeros();
                    normal[axis] = -far;
                    scene.draw_side(canvas, &top, &normal);
                } else {
                    crease(scene, canvas, &top);
                }
            }
        }
    }

    /// Returns the facets in painting order, each with the sides on which it is nearer.
    pub(super) fn far_to_near(&self, scene: &Scene) -> Vec<(usize, Vec<usize>)> {
        let count = self.cells.len();
        let mut waits = vec![0_usize; count];
        let mut farther: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut nearer: Vec<Vec<usize>> = vec![Vec::new(); count];
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
            nearer[near].push(i);
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
            order.push((facet, std::mem::take(&mut nearer[facet])));
        }
        order
    }
}

fn is_finite(cell: &[[f64; 3]]) -> bool {
    cell.iter().flatten().all(|v| v.is_finite())
}

/// The normal of a facet, if it has one.
fn up(scene: &Scene, cell: &[[f64; 3]]) -> Option<Vector3<f64>> {
    if !is_finite(cell) {
        return None;
    }
    let corners: Vec<Point3<f64>> = cell.iter().map(|&p| scene.place(p)).collect();
    newell(&corners)
}

/// The part of a facet's level line, in the plane.
fn crossing(cell: &[[f64; 3]], level: f64) -> Option<LevelPart> {
    let next = cell.iter().cycle().skip(1);
    let crosses = cell
        .iter()
        .zip(next)
        .filter(|(p, q)| (p[2] >= level) != (q[2] >= level));
    let mut places = crosses.map(|(p, q)| {
        let t = (level - p[2]) / (q[2] - p[2]);
        (p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]))
    });
    Some([places.next()?, places.next()?])
}

fn draw_ring(scene: &Scene, canvas: &mut Canvas, ends: LevelPart, level: f64) {
    let ends = ends.map(|(x, y)| scene.camera.at(&scene.place([x, y, level])));
    let [p, q] = longer(ends);
    canvas.line(p, q, Paint::stroke(NETWORK, 2.2));
}

/// The lines along the far sides of a facet.
#[derive(Default)]
struct Lines {
    edges: PathData,
    mesh: PathData,
}

/// A little more than half a pixel longer at both ends: the rim of the next facet covers as much.
fn longer([p, q]: [(f64, f64); 2]) -> [(f64, f64); 2] {
    let (dx, dy) = (q.0 - p.0, q.1 - p.1);
    let length = (dx * dx + dy * dy).sqrt().max(1e-9);
    let (x, y) = (0.6 * dx / length, 0.6 * dy / length);
    [(p.0 - x, p.1 - y), (q.0 + x, q.1 + y)]
}

/// A side of a facet towards one behind it.
struct Behind<'a> {
    side: &'a FacetSide,
    is_near_left: bool,
    /// Heights of the facet at the two ends.
    near: [f64; 2],
    /// Heights of the one behind it.
    far: [f64; 2],
    /// The difference in the box.
    rises: [f64; 2],
    /// The smallest difference that is a step.
    least: f64,
}

impl<'a> Behind<'a> {
    fn new(scene: &Scene, side: &'a FacetSide, cell: usize) -> Self {
        let is_near_left = side.left == cell;
        let (near, far) = if is_near_left {
            (side.left_heights, side.right_heights)
        } else {
            (side.right_heights, side.left_heights)
        };
        let high = |z: f64| scene.along(2, z);
        Self {
            side,
            is_near_left,
            near,
            far,
            rises: [0, 1].map(|k| high(far[k]) - high(near[k])),
            least: 2.0 * STEP * scene.half.z,
        }
    }

    fn end(&self, scene: &Scene, k: usize, z: f64) -> Point3<f64> {
        let (x, y) = self.side.ends[k];
        scene.place([x, y, z])
    }

    fn is_step(&self) -> bool {
        self.rises.iter().any(|rise| rise.abs() > self.least)
    }

    /// Paints the wall up to a higher facet behind.
    fn paint_wall(
        &self,
        scene: &Scene,
        canvas: &mut Canvas,
        level: Option<f64>,
        ring: &mut Vec<LevelPart>,
    ) {
        let (near, far, rises) = (self.near, self.far, self.rises);
        if !self.is_step() {
            return;
        }
        let level = level.filter(|z| (0..2).all(|k| (near[k] >= *z) != (far[k] >= *z)));
        if level.is_some() {
            ring.push(self.side.ends);
        }
        if rises.iter().all(|rise| *rise <= 0.0) {
            return;
        }
        // A wall that ends between the two places ends where the heights agree.
        let corner = |k: usize, z: [f64; 2]| {
            let (here, there) = (self.end(scene, k, z[k]), self.end(scene, 1 - k, z[1 - k]));
            let share = (-rises[k]).max(0.0) / (rises[1 - k] - rises[k]).abs().max(1e-300);
            here + (there - here) * share
        };
        let wall = [
            corner(0, near),
            corner(1, near),
            corner(1, far),
            corner(0, far),
        ];
        let normal = newell(&wall).map(|n| {
            let is_turned = n.dot(&(scene.camera.eye - wall[0])) < 0.0;
            if is_turned { -n } else { n }
        });
        scene.draw_facet(canvas, &wall, normal);
        if let Some(level) = level {
            draw_ring(scene, canvas, self.side.ends, level);
        }
    }

    /// Draws the edges of a wall where it meets flat facets, the edges of bends, and mesh lines.
    fn add_lines(
        &self,
        scene: &Scene,
        lines: &mut Lines,
        [left, right]: [Vector3<f64>; 2],
        is_fine: bool,
    ) {
        let is_step = self.is_step();
        let (near, far) = if self.is_near_left {
            (left, right)
        } else {
            (right, left)
        };
        let turn = left.dot(&right);
        let is_lined = matches!(self.side.line, FacetLine::Rim | FacetLine::Crease);
        let [top, foot] = [self.far, self.near]
            .map(|z| [0, 1].map(|k| scene.camera.at(&self.end(scene, k, z[k]))));
        if is_step {
            let is_sharp = self.rises.iter().all(|rise| rise.abs() > 12.0 * self.least);
            if is_fine || !(is_sharp || is_lined) {
                return;
            }
            // Behind a higher facet, only its own rim is seen.
            if far.z > FLAT && self.rises.iter().any(|rise| *rise > 0.0) {
                lines.edges.open(&longer(top));
            }
            if near.z > FLAT && self.rises.iter().all(|rise| rise.abs() > self.least) {
                lines.edges.open(&longer(foot));
            }
            return;
        }
        match self.side.line {
            FacetLine::Crease if turn < BENT => lines.edges.open(&longer(top)),
            FacetLine::Rim if turn < CLIFF && near.z.max(far.z) > FLAT => {
                lines.edges.open(&longer(top));
            }
            FacetLine::Mesh if turn < SMOOTH && near.z.min(far.z) > 0.2 => lines.mesh.open(&top),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::FacetsPicture;
    use super::*;

    /// Two cells of the unit square, cut at x = 1/2.
    fn halves(left: f64, right: f64) -> FacetsPicture {
        let flat =
            |x0: f64, x1: f64, z: f64| vec![[x0, 0.0, z], [x1, 0.0, z], [x1, 1.0, z], [x0, 1.0, z]];
        FacetsPicture {
            domain: [(0.0, 1.0), (0.0, 1.0)],
            facets: Facets {
                cells: vec![flat(0.0, 0.5, left), flat(0.5, 1.0, right)],
                sides: vec![FacetSide {
                    left: 0,
                    right: 1,
                    ends: [(0.5, 0.0), (0.5, 1.0)],
                    left_heights: [left; 2],
                    right_heights: [right; 2],
                    line: FacetLine::Crease,
                }],
            },
            ..FacetsPicture::default()
        }
    }

    fn order(picture: &FacetsPicture, toward: [f64; 3]) -> Vec<usize> {
        let place = (0.0, 0.0, 100.0, 100.0);
        let scene = Scene::new((&[0.0, 1.0], &[0.0, 1.0]), (0.0, 1.0), toward, place);
        let order = picture.facets.far_to_near(&scene);
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

    #[test]
    fn a_level_runs_along_a_wall_and_across_a_slope() {
        let (place, ends) = ((0.0, 0.0, 100.0, 100.0), [0.0, 1.0]);
        let toward = [-1.0, -0.3, 0.5];
        let scene = Scene::new((&ends, &ends), (0.0, 1.0), toward, place);
        let ring = |facets: &Facets| {
            let mut canvas = Canvas::default();
            let ring = facets.draw(&scene, &mut canvas, [(0.0, 1.0); 2], Some(0.5));
            let nodes = canvas.into_nodes();
            let drawn = nodes
                .iter()
                .filter(|node| node.to_string().contains(NETWORK));
            (ring, drawn.count())
        };
        let (wall, drawn) = ring(&halves(0.0, 1.0).facets);
        assert_eq!((wall, drawn), (vec![[(0.5, 0.0), (0.5, 1.0)]], 1));
        // From behind, the wall is hidden, but its shadow is known.
        let (wall, drawn) = ring(&halves(1.0, 0.0).facets);
        assert_eq!((wall.len(), drawn), (1, 0));
        let mut slope = halves(0.2, 0.2).facets;
        slope.cells[0][1][2] = 0.8;
        slope.cells[0][2][2] = 0.8;
        let (line, _) = ring(&slope);
        assert!(
            line.iter().flatten().all(|p| (p.0 - 0.25).abs() < 1e-5),
            "{line:?}"
        );
    }

    #[test]
    fn a_facet_without_a_value_is_left_out() {
        let whole = halves(0.0, 1.0);
        let mut part = whole.clone();
        part.facets.cells[1][0][2] = f64::NAN;
        let facets =
            |picture: &FacetsPicture| picture.render().matches("stroke-width=\".85\"").count();
        let seen = |picture: FacetsPicture| FacetsPicture {
            toward: [-1.0, -0.3, 0.5],
            ..picture
        };
        assert_eq!(facets(&seen(part.clone())), facets(&seen(whole)) - 2);
        assert!(!part.render().contains("NaN"));
    }
}
