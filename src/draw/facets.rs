//! The facets of a surface, painted from far to near.
//!
//! Over a grid in the plane this order is exact: a cell can hide another only if it is nearer in
//! both directions. The block under the surface has side walls down to the floor, so no facet is
//! ever seen from below, and facets that face away are left out.

use super::page::{Canvas, Paint, PathData};
use super::palette::{self, INK, Rgb, SOFT};
use super::scene::{Scene, Sides};
use super::surface::Surface;
use nalgebra::{Point3, Vector3};

/// Colour of steep facets, whose height has little meaning.
const WALL: Rgb = Rgb(0xc6, 0xcb, 0xd6);
const DARK: Rgb = Rgb(0x22, 0x2c, 0x44);
const PAPER_RGB: Rgb = Rgb(0xff, 0xff, 0xff);
/// A facet has a rim of its own colour; otherwise neighbours would leave hairlines.
const SEAM: f64 = 0.85;
/// A crease is drawn beside cells thinner than this fraction of the box: at walls. Elsewhere it
/// would follow the grid in small steps along a rounded rim.
const THIN: f64 = 0.004;
/// Mesh lines across a smooth surface.
const MESH: f64 = 32.0;

impl Scene {
    /// Paints a surface whose grid matches its values; skips any other.
    pub fn draw_surface(&self, canvas: &mut Canvas, s: &Surface) {
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

    /// A flat polygon, coloured by its height and lit by its normal.
    pub fn draw_facet(
        &self,
        canvas: &mut Canvas,
        corners: &[Point3<f64>],
        normal: Option<Vector3<f64>>,
    ) {
        let high = corners.iter().map(|p| p.z).sum::<f64>() / corners.len() as f64;
        let base = palette::height((high / self.half.z).midpoint(1.0));
        let steep = normal.map_or(0.0, |n| (0.3 - n.z.abs()) / 0.2);
        let base = base.mix(WALL, steep);
        // From below, a facet is dark.
        let shade = normal.map_or(0.0, |n| self.brightness(&n));
        let colour = shaded(base, shade).hex();
        let points: Vec<_> = corners.iter().map(|p| self.camera.at(p)).collect();
        canvas.polygon(&points, Paint::fill(&colour).edge(&colour, SEAM));
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
            for run in edge.split(Option::is_none).filter(|run| run.len() > 1) {
                let top: Vec<_> = run.iter().flatten().copied().collect();
                self.draw_side(canvas, &top, &normal);
            }
        }
    }

    /// A side wall of the block, below a line along its upper edge.
    pub fn draw_side(&self, canvas: &mut Canvas, top: &[Point3<f64>], normal: &Vector3<f64>) {
        let shade = self.brightness(normal);
        let colour = WALL
            .mix(PAPER_RGB, 0.45)
            .mix(DARK, 0.3 * (1.0 - shade))
            .hex();
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
        // The diagonal joins the corners that are closer in height, so a tower's corner becomes a
        // flat and a steep triangle rather than two warped ones.
        let q = if (q[0].z - q[2].z).abs() <= (q[1].z - q[3].z).abs() {
            q
        } else {
            [q[1], q[2], q[3], q[0]]
        };
        let triangles = [[q[0], q[1], q[2]], [q[0], q[2], q[3]]];
        let seen = triangles.map(|t| self.faces_viewer(&t));
        match seen {
            [true, true] => self.scene.draw_facet(canvas, &q, self.normals[j][i]),
            [false, false] => {
                if self.has_holes && triangles.iter().any(|t| area(t) > 1e-12) {
                    self.scene.draw_facet(canvas, &q, None);
                }
                return;
            }
            _ => {
                for (t, seen) in triangles.iter().zip(seen) {
                    if seen {
                        self.scene.draw_facet(canvas, t, normal(t));
                    }
                }
            }
        }
        self.edges(canvas, i, j);
    }

    fn faces_viewer(&self, t: &[Point3<f64>; 3]) -> bool {
        normal(t).is_some_and(|n| faces_viewer(self.scene, &t[0], &n))
    }

    /// Draws the far edges of a cell, and the near ones at the end of the grid: each edge is drawn
    /// with the nearer of its cells, so that neither covers it.
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
        canvas.path(mesh, Paint::stroke(palette::MESH_LINE, 0.4).opacity(0.55));
        canvas.path(creases, Paint::stroke(palette::OVER_FILLS, 0.7));
    }

    /// Returns how the edge between two cells is drawn.
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

/// Whether a facet through a point is seen from the side of its normal.
pub(super) fn faces_viewer(scene: &Scene, point: &Point3<f64>, normal: &Vector3<f64>) -> bool {
    normal.dot(&(scene.camera.eye - point)) > 0.0
}

/// Returns the normal of a polygon, by Newell's sum; `None` if its area is 0.
pub(super) fn newell(corners: &[Point3<f64>]) -> Option<Vector3<f64>> {
    let next = corners.iter().cycle().skip(1);
    let sum = corners
        .iter()
        .zip(next)
        .fold(Vector3::zeros(), |sum, (p, q)| {
            sum + p.coords.cross(&q.coords)
        });
    sum.try_normalize(1e-14)
}

/// A line where facets meet at an angle.
pub(super) fn crease(scene: &Scene, canvas: &mut Canvas, points: &[Point3<f64>]) {
    let points: Vec<_> = points.iter().map(|p| scene.camera.at(p)).collect();
    canvas.polyline(&points, Paint::stroke(palette::OVER_FILLS, 0.7));
}

fn area(t: &[Point3<f64>; 3]) -> f64 {
    (t[1] - t[0]).cross(&(t[2] - t[0])).norm() / 2.0
}

/// Ambient light, and light that falls; bright places tend to white.
fn shaded(base: Rgb, light: f64) -> Rgb {
    let lit = DARK.mix(base, 0.46 + 0.64 * light);
    lit.mix(PAPER_RGB, (light - 0.8) * 0.9)
}

/// Returns indices from far to near; those before `split` are below the viewer's coordinate.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_cells_come_first() {
        assert_eq!(far_first(4, |i| i < 3), [0, 1, 2, 3]);
        assert_eq!(far_first(4, |_| false), [3, 2, 1, 0]);
        assert_eq!(far_first(4, |_| true), [0, 1, 2, 3]);
        assert_eq!(far_first(4, |i| i < 2), [0, 1, 3, 2]);
    }

    #[test]
    fn mesh_lines_are_spread() {
        let lines: Vec<f64> = (0..=320).map(|i| f64::from(i) / 320.0).collect();
        assert_eq!(mesh(&lines).iter().filter(|m| **m).count(), 33);
    }
}
