//! Surfaces `z = N(x, y)` in perspective, as solid blocks.
//!
//! Cells are painted from the far ones to the near ones. Over a grid in the plane this order is
//! exact: a cell can hide another only if it is nearer in both directions. The block has side
//! walls down to the floor, so no facet is ever seen from below, and those turned away are left
//! out.

use super::axes::{Ticks, range, ticks, widened};
use super::camera::Camera;
use super::page::{Canvas, Face, MARGIN, Page, Paint, PathData, Shape, Swatch, WIDTH};
use super::palette::{self, GRID, INK, PAPER, Rgb, SOFT, WITNESS};
use nalgebra::{Point3, Vector3};

/// Values over a grid.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// What it is; written above when there are several.
    pub name: String,
    /// Grid lines, not decreasing. Two close (or equal) ones make a wall.
    pub xs: Vec<f64>,
    /// Grid lines, not decreasing.
    pub ys: Vec<f64>,
    /// `z[row][column]` at `(xs[column], ys[row])`; cells at a non-finite value are left out.
    pub z: Vec<Vec<f64>>,
}

/// A point where network and target are far apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceWitness {
    /// First input.
    pub x: f64,
    /// Second input.
    pub y: f64,
    /// The network there.
    pub network: f64,
    /// The target there.
    pub target: f64,
}

/// One surface, or several side by side on one vertical scale.
#[derive(Clone, Debug, Default)]
pub struct SurfacePicture {
    /// Heading.
    pub title: String,
    /// The claim the picture shows.
    pub caption: String,
    /// Name of the first input; `x` when empty.
    pub x_label: String,
    /// Name of the second input; `y` when empty.
    pub y_label: String,
    /// Name of the value; `z` when empty.
    pub z_label: String,
    /// The surfaces, the network's first; a grid of some 200 × 200 makes a file of a few MB.
    pub surfaces: Vec<Surface>,
    /// Marked in the first surface, over everything that may stand before it.
    pub witness: Option<SurfaceWitness>,
    /// The direction towards the viewer; the usual one when zero.
    pub toward: [f64; 3],
}

/// Height of the box when the longer horizontal side is 1.
const HEIGHT: f64 = 0.62;
/// Colour of steep facets, whose height says little.
const WALL: Rgb = Rgb(0xc6, 0xcb, 0xd6);
const DARK: Rgb = Rgb(0x22, 0x2c, 0x44);
const PAPER_RGB: Rgb = Rgb(0xff, 0xff, 0xff);
/// A facet is rimmed with its own colour, or its neighbours would leave hairlines.
const SEAM: f64 = 0.85;
/// A crease is drawn beside cells thinner than this share of the box: at walls. Elsewhere it
/// would follow the grid in teeth along a rounded rim.
const THIN: f64 = 0.004;
/// Mesh lines across a smooth surface.
const MESH: f64 = 32.0;

impl SurfacePicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut legend = Vec::new();
        if self.witness.is_some() {
            legend.push((
                Swatch::Witness,
                "witness (line: from target to network)".to_owned(),
            ));
        }
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let empty = [Surface::default()];
        let surfaces = if self.surfaces.is_empty() {
            &empty[..]
        } else {
            &self.surfaces
        };
        let values = surfaces
            .iter()
            .flat_map(|s| s.z.iter().flatten().copied())
            .chain(self.witness.iter().flat_map(|w| [w.network, w.target]));
        let (mut lo, hi) = range(values);
        if lo > 0.0 && lo < 0.4 * hi {
            lo = 0.0;
        }
        let columns = surfaces.len().min(2);
        let wide = (WIDTH - 2.0 * MARGIN) / columns as f64;
        let high = if columns == 1 { 470.0 } else { 320.0 };
        let (mut top, mut bottom) = (page.top, page.top);
        for (i, surface) in surfaces.iter().enumerate() {
            let column = i % columns;
            if i > 0 && column == 0 {
                top = bottom + 16.0;
            }
            let left = MARGIN + column as f64 * wide;
            if surfaces.len() > 1 {
                let face = Face {
                    shape: Shape::Bold,
                    ..Face::TICK
                };
                let at = (left + wide / 2.0, top + 12.0);
                page.canvas.text(at, &surface.name, face);
            }
            let place = if columns == 1 {
                (left + 56.0, top + 24.0, wide - 96.0, high)
            } else {
                (left + 46.0, top + 44.0, wide - 72.0, high)
            };
            let scene = Scene::new(surface, (lo, hi), self.toward, place);
            bottom = bottom.max(scene.camera.bottom + 46.0);
            scene.draw_box(&mut page.canvas);
            scene.draw_surface(&mut page.canvas, surface);
            scene.draw_axes(&mut page.canvas, self);
            if let (0, Some(w)) = (i, self.witness) {
                scene.draw_witness(&mut page.canvas, w);
            }
        }
        page.finish(bottom)
    }
}

/// One box in perspective: the cube `[-half, half]` stands for the ranges of x, y and z.
struct Scene {
    camera: Camera,
    half: Vector3<f64>,
    lo: [f64; 3],
    hi: [f64; 3],
}

/// The sides of the box that face away from the viewer, as signs.
#[derive(Clone, Copy)]
struct Sides {
    far_x: f64,
    far_y: f64,
}

impl Scene {
    fn new(s: &Surface, z: (f64, f64), toward: [f64; 3], place: (f64, f64, f64, f64)) -> Self {
        let ends = |v: &[f64]| match (v.first(), v.last()) {
            (Some(&a), Some(&b)) => widened(a, b),
            _ => (0.0, 1.0),
        };
        let (x, y) = (ends(&s.xs), ends(&s.ys));
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

    /// The place of a point in the box; values beyond the ranges go to its faces.
    fn place(&self, p: [f64; 3]) -> Point3<f64> {
        let one = |i: usize| {
            let t = (p[i].clamp(-1e300, 1e300) - self.lo[i]) / (self.hi[i] - self.lo[i]);
            (2.0 * t.clamp(0.0, 1.0) - 1.0) * self.half[i]
        };
        Point3::new(one(0), one(1), one(2))
    }

    fn corner(&self, x: f64, y: f64, z: f64) -> Point3<f64> {
        Point3::new(x * self.half.x, y * self.half.y, z * self.half.z)
    }

    fn sides(&self) -> Sides {
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
    fn along(&self, axis: usize, value: f64) -> f64 {
        let mut p = self.lo;
        p[axis] = value;
        self.place(p)[axis]
    }

    /// Floor and far walls with lines at the ticks.
    fn draw_box(&self, canvas: &mut Canvas) {
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
        for (wall, fill) in walls.iter().zip(["#f1f1f4", "#f8f8fa", "#fbfbfc"]) {
            canvas.polygon(wall, Paint::fill(fill).edge("#b9b9c2", 0.8));
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
    fn draw_axes(&self, canvas: &mut Canvas, picture: &SurfacePicture) {
        let Sides { far_x, far_y } = self.sides();
        let names = [
            (&picture.x_label, "x"),
            (&picture.y_label, "y"),
            (&picture.z_label, "z"),
        ]
        .map(|(s, default)| if s.is_empty() { default } else { s.as_str() });
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
            // The lowest label makes room for that of the floor's corner.
            let rise = if ends[0].1 - y < 10.0 { 8.0 } else { 0.0 };
            let at = (x - 10.0, y + 4.5 - rise);
            canvas.text(at, label, Face::TICK.anchored("end"));
        }
        let at = (ends[1].0 - 30.0, ends[1].1 - 14.0);
        let face = Face::LABEL.anchored("start").haloed();
        canvas.text(at, &ticks.label(names[2]), face);
    }

    fn draw_surface(&self, canvas: &mut Canvas, s: &Surface) {
        let (nx, ny) = (s.xs.len(), s.ys.len());
        let ordered =
            |v: &[f64]| v.iter().all(|x| x.is_finite()) && v.windows(2).all(|w| w[0] <= w[1]);
        let fits = s.z.len() == ny && s.z.iter().all(|row| row.len() == nx);
        if nx < 2 || ny < 2 || !fits || !ordered(&s.xs) || !ordered(&s.ys) {
            return;
        }
        let grid = Grid::new(self, s);
        let columns = far_first(nx - 1, |i| {
            grid.x(i).midpoint(grid.x(i + 1)) < self.camera.eye.x
        });
        let rows = far_first(ny - 1, |j| {
            grid.y(j).midpoint(grid.y(j + 1)) < self.camera.eye.y
        });
        for &i in &columns {
            for &j in &rows {
                grid.paint_cell(canvas, i, j);
            }
        }
        self.draw_skirt(canvas, &grid);
    }

    /// The near side walls of the block.
    fn draw_skirt(&self, canvas: &mut Canvas, grid: &Grid) {
        let Sides { far_x, far_y } = self.sides();
        let (i, j) = (
            if far_x > 0.0 { 0 } else { grid.nx - 1 },
            if far_y > 0.0 { 0 } else { grid.ny - 1 },
        );
        let sides: [(Vec<_>, Vector3<f64>); 2] = [
            (
                (0..grid.ny).map(|j| grid.points[j][i]).collect(),
                Vector3::new(-far_x, 0.0, 0.0),
            ),
            (
                (0..grid.nx).map(|i| grid.points[j][i]).collect(),
                Vector3::new(0.0, -far_y, 0.0),
            ),
        ];
        for (edge, normal) in sides {
            let shade = self.brightness(&normal);
            let colour = WALL
                .mix(PAPER_RGB, 0.45)
                .mix(DARK, 0.3 * (1.0 - shade))
                .hex();
            for run in edge.split(Option::is_none).filter(|run| run.len() > 1) {
                let top: Vec<_> = run.iter().flatten().collect();
                let line: Vec<_> = top.iter().map(|p| self.camera.at(p)).collect();
                let mut outline = line.clone();
                for p in [top.last(), top.first()].into_iter().flatten() {
                    let foot = Point3::new(p.x, p.y, -self.half.z);
                    outline.push(self.camera.at(&foot));
                }
                canvas.polygon(&outline, Paint::fill(&colour).edge(SOFT, 0.6));
                canvas.polyline(&line, Paint::stroke(INK, 0.9));
            }
        }
    }

    fn brightness(&self, normal: &Vector3<f64>) -> f64 {
        normal.dot(&self.camera.light()).max(0.0)
    }

    fn draw_witness(&self, canvas: &mut Canvas, w: SurfaceWitness) {
        if ![w.x, w.y, w.network, w.target]
            .iter()
            .all(|v| v.is_finite())
        {
            return;
        }
        let at = |z: f64| self.camera.at(&self.place([w.x, w.y, z]));
        let (floor, network, target) = (at(self.lo[2]), at(w.network), at(w.target));
        canvas.line(floor, network, Paint::stroke(WITNESS, 1.0).dashed("2 3"));
        canvas.line(target, network, Paint::stroke(PAPER, 4.0));
        canvas.line(target, network, Paint::stroke(WITNESS, 2.0));
        canvas.circle(target, 3.5, Paint::fill(PAPER).edge(WITNESS, 1.6));
        canvas.witness(network);
    }
}

/// A surface in the box, with the normals of its cells.
struct Grid<'a> {
    scene: &'a Scene,
    nx: usize,
    ny: usize,
    /// `points[row][column]`.
    points: Vec<Vec<Option<Point3<f64>>>>,
    /// `normals[row][column]` of the cell to the upper right.
    normals: Vec<Vec<Option<Vector3<f64>>>>,
    mesh_x: Vec<bool>,
    mesh_y: Vec<bool>,
    lines: (Vec<f64>, Vec<f64>),
    /// Holes let the viewer see facets from below.
    has_holes: bool,
}

impl<'a> Grid<'a> {
    fn new(scene: &'a Scene, s: &Surface) -> Self {
        let points: Vec<Vec<_>> =
            s.z.iter()
                .zip(&s.ys)
                .map(|(row, &y)| {
                    row.iter()
                        .zip(&s.xs)
                        .map(|(&z, &x)| z.is_finite().then(|| scene.place([x, y, z])))
                        .collect()
                })
                .collect();
        let (nx, ny) = (s.xs.len(), s.ys.len());
        let normals = (0..ny - 1)
            .map(|j| {
                (0..nx - 1)
                    .map(|i| {
                        let q = quad(&points, i, j)?;
                        let n = (q[2] - q[0]).cross(&(q[3] - q[1]));
                        n.try_normalize(1e-12)
                    })
                    .collect()
            })
            .collect();
        let has_holes = points.iter().flatten().any(Option::is_none);
        let lines: (Vec<f64>, Vec<f64>) = (
            s.xs.iter().map(|&x| scene.along(0, x)).collect(),
            s.ys.iter().map(|&y| scene.along(1, y)).collect(),
        );
        Grid {
            scene,
            nx,
            ny,
            points,
            normals,
            mesh_x: mesh(&lines.0),
            mesh_y: mesh(&lines.1),
            lines,
            has_holes,
        }
    }

    fn x(&self, i: usize) -> f64 {
        self.lines.0[i]
    }

    fn y(&self, j: usize) -> f64 {
        self.lines.1[j]
    }

    fn paint_cell(&self, canvas: &mut Canvas, i: usize, j: usize) {
        let Some(q) = quad(&self.points, i, j) else {
            return;
        };
        // The diagonal joins the corners nearer in height, so a tower's corner is a flat triangle
        // and a steep one rather than two warped ones.
        let q = if (q[0].z - q[2].z).abs() <= (q[1].z - q[3].z).abs() {
            q
        } else {
            [q[1], q[2], q[3], q[0]]
        };
        let triangles = [[q[0], q[1], q[2]], [q[0], q[2], q[3]]];
        let seen = triangles.map(|t| self.faces_viewer(&t));
        match seen {
            [true, true] => self.facet(canvas, &q, self.normals[j][i]),
            [false, false] => {
                if self.has_holes && triangles.iter().any(|t| area(t) > 1e-12) {
                    self.facet(canvas, &q, None);
                }
                return;
            }
            _ => {
                for (t, seen) in triangles.iter().zip(seen) {
                    if seen {
                        self.facet(canvas, t, normal(t));
                    }
                }
            }
        }
        self.edges(canvas, i, j);
    }

    fn faces_viewer(&self, t: &[Point3<f64>; 3]) -> bool {
        normal(t).is_some_and(|n| n.dot(&(self.scene.camera.eye - t[0])) > 0.0)
    }

    fn facet(&self, canvas: &mut Canvas, corners: &[Point3<f64>], normal: Option<Vector3<f64>>) {
        let high = corners.iter().map(|p| p.z).sum::<f64>() / corners.len() as f64;
        let base = palette::height((high / self.scene.half.z).midpoint(1.0));
        let steep = normal.map_or(0.0, |n| (0.3 - n.z.abs()) / 0.2);
        let base = base.mix(WALL, steep);
        // From below, a facet is dark.
        let shade = normal.map_or(0.0, |n| self.scene.brightness(&n));
        let colour = shaded(base, shade).hex();
        let points: Vec<_> = corners.iter().map(|p| self.scene.camera.at(p)).collect();
        canvas.polygon(&points, Paint::fill(&colour).edge(&colour, SEAM));
    }

    /// The far edges of a cell, and the near ones at the end of the grid: each edge is drawn with
    /// the nearer of its cells, so that neither covers it.
    fn edges(&self, canvas: &mut Canvas, i: usize, j: usize) {
        let Sides { far_x, far_y } = self.scene.sides();
        let (mut creases, mut mesh) = (PathData::default(), PathData::default());
        let far_i = if far_x > 0.0 { i + 1 } else { i };
        let far_j = if far_y > 0.0 { j + 1 } else { j };
        for line in [i, i + 1] {
            let ends_grid = line == 0 || line == self.nx - 1;
            if line == far_i || ends_grid {
                let other = if line == i {
                    i.checked_sub(1)
                } else {
                    Some(i + 1)
                };
                let kind = self.kind((i, j), other.map(|o| (o, j)), self.mesh_x[line]);
                let ends = (self.points[j][line], self.points[j + 1][line]);
                self.add_edge(kind, ends, &mut creases, &mut mesh);
            }
        }
        for line in [j, j + 1] {
            let ends_grid = line == 0 || line == self.ny - 1;
            if line == far_j || ends_grid {
                let other = if line == j {
                    j.checked_sub(1)
                } else {
                    Some(j + 1)
                };
                let kind = self.kind((i, j), other.map(|o| (i, o)), self.mesh_y[line]);
                let ends = (self.points[line][i], self.points[line][i + 1]);
                self.add_edge(kind, ends, &mut creases, &mut mesh);
            }
        }
        canvas.path(mesh, Paint::stroke("#3d4756", 0.4).opacity(0.55));
        canvas.path(creases, Paint::stroke("#232b36", 0.7));
    }

    /// How the edge between two cells is drawn.
    fn kind(&self, (i, j): (usize, usize), other: Option<(usize, usize)>, mesh: bool) -> Edge {
        let gap = |lines: &[f64], k: usize| lines[k + 1] - lines[k] < THIN;
        let thin = match other {
            Some((k, l)) if l == j => [i, k]
                .iter()
                .any(|&c| c + 1 < self.nx && gap(&self.lines.0, c)),
            Some((_, l)) => [j, l]
                .iter()
                .any(|&c| c + 1 < self.ny && gap(&self.lines.1, c)),
            None => true,
        };
        let there = other.and_then(|(i, j)| self.normals.get(j)?.get(i).copied());
        match (self.normals[j][i], there) {
            (_, None) => Edge::Crease,
            (Some(a), Some(Some(b))) if thin && a.dot(&b) < 0.86 => Edge::Crease,
            (Some(a), Some(Some(b))) if a.dot(&b) > 0.999_999_9 => Edge::None,
            (Some(a), Some(Some(b))) if a.z.abs().min(b.z.abs()) < 0.2 => Edge::None,
            _ if mesh => Edge::Mesh,
            _ => Edge::None,
        }
    }

    fn add_edge(
        &self,
        kind: Edge,
        ends: (Option<Point3<f64>>, Option<Point3<f64>>),
        creases: &mut PathData,
        mesh: &mut PathData,
    ) {
        let data = match kind {
            Edge::None => return,
            Edge::Mesh => mesh,
            Edge::Crease => creases,
        };
        if let (Some(a), Some(b)) = ends {
            data.open(&[self.scene.camera.at(&a), self.scene.camera.at(&b)]);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Edge {
    None,
    Mesh,
    Crease,
}

/// Corners of a cell, counterclockwise from above; `None` beside a hole.
fn quad(points: &[Vec<Option<Point3<f64>>>], i: usize, j: usize) -> Option<[Point3<f64>; 4]> {
    Some([
        points[j][i]?,
        points[j][i + 1]?,
        points[j + 1][i + 1]?,
        points[j + 1][i]?,
    ])
}

fn normal(t: &[Point3<f64>; 3]) -> Option<Vector3<f64>> {
    (t[1] - t[0]).cross(&(t[2] - t[0])).try_normalize(1e-14)
}

fn area(t: &[Point3<f64>; 3]) -> f64 {
    (t[1] - t[0]).cross(&(t[2] - t[0])).norm() / 2.0
}

/// Ambient light, and light that falls; bright places tend to white.
fn shaded(base: Rgb, light: f64) -> Rgb {
    let lit = DARK.mix(base, 0.46 + 0.64 * light);
    lit.mix(PAPER_RGB, (light - 0.8) * 0.9)
}

/// Indices from far to near, when those before `split` lie below the viewer's coordinate.
fn far_first(count: usize, is_below: impl Fn(usize) -> bool) -> Vec<usize> {
    let split = (0..count).take_while(|&i| is_below(i)).count();
    (0..split).chain((split..count).rev()).collect()
}

/// Grid lines to draw on a smooth surface: about [`MESH`] across.
fn mesh(lines: &[f64]) -> Vec<bool> {
    let span = lines.last().unwrap_or(&0.0) - lines.first().unwrap_or(&0.0);
    let mut last = f64::NEG_INFINITY;
    lines
        .iter()
        .map(|&x| {
            let far = x - last >= span / MESH * 0.999;
            if far {
                last = x;
            }
            far
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(n: usize, f: impl Fn(f64, f64) -> f64) -> Surface {
        let lines: Vec<f64> = (0..n).map(|i| i as f64 / (n - 1) as f64).collect();
        Surface {
            name: String::new(),
            z: lines
                .iter()
                .map(|&y| lines.iter().map(|&x| f(x, y)).collect())
                .collect(),
            xs: lines.clone(),
            ys: lines,
        }
    }

    fn facets(surface: Surface, toward: [f64; 3]) -> usize {
        let picture = SurfacePicture {
            surfaces: vec![surface],
            toward,
            ..SurfacePicture::default()
        };
        picture.render().matches("stroke-width=\".85\"").count()
    }

    #[test]
    fn far_cells_come_first() {
        assert_eq!(far_first(4, |i| i < 3), [0, 1, 2, 3]);
        assert_eq!(far_first(4, |_| false), [3, 2, 1, 0]);
        assert_eq!(far_first(4, |_| true), [0, 1, 2, 3]);
        assert_eq!(far_first(4, |i| i < 2), [0, 1, 3, 2]);
    }

    #[test]
    fn facets_turned_away_are_left_out() {
        let view = [0.0, -1.0, 0.4];
        assert_eq!(facets(flat(11, |_, _| 1.0), view), 100);
        // Rises towards the viewer steeply: nothing of the slope is seen.
        assert_eq!(facets(flat(11, |_, y| 1.0 - y), [0.0, -1.0, 0.2]), 0);
        assert_eq!(facets(flat(11, |_, y| y), view), 100);
    }

    #[test]
    fn holes_and_bad_grids_do_not_stop_the_picture() {
        let mut s = flat(5, |x, y| x * y);
        s.z[2][2] = f64::NAN;
        assert_eq!(facets(s.clone(), [0.0; 3]), 12);
        s.z.pop();
        assert_eq!(facets(s, [0.0; 3]), 0);
    }

    #[test]
    fn mesh_lines_are_spread() {
        let lines: Vec<f64> = (0..=320).map(|i| f64::from(i) / 320.0).collect();
        assert_eq!(mesh(&lines).iter().filter(|m| **m).count(), 33);
    }
}
