//! The plane, transformed layer by layer: a grid of inputs, pushed through each hidden layer.

use super::axes::range;
use super::chain::chain;
use super::page::{Canvas, Face, MARGIN, Page, Paint, Shape, Swatch, WIDTH};
use super::palette::{BENT, BENT_INSIDE, BENT_OUTSIDE, INK, NETWORK, PAPER, SOFT, THEORY, UNIT};
use super::plane::Plane;
use super::scene::Scene;
use nalgebra::Point3;

/// Fill of parts of the plane inside the region, and outside.
const INSIDE: &str = BENT_INSIDE;
const OUTSIDE: &str = BENT_OUTSIDE;
/// Fill of parts without a label.
const PLAIN: &str = BENT;

/// The same inputs seen in one layer.
#[derive(Clone, Debug, Default)]
pub struct WarpPanel {
    /// What the panel shows.
    pub name: String,
    /// Names of the coordinates: two, or three in perspective.
    pub axes: Vec<String>,
    /// Where the grid's points go, row after row; each has as many coordinates as axes.
    pub grid: Vec<Vec<f64>>,
    /// Where the places on the edge of the region go.
    pub edge: Vec<Vec<f64>>,
    /// Where the labelled points go.
    pub points: Vec<Vec<f64>>,
    /// The decision as a line or plane `a·p + c = 0`: coefficients, and then the constant.
    pub decision: Option<Vec<f64>>,
    /// Lines `a·p + c = 0` on which units of the next layer change.
    pub units: Vec<Vec<f64>>,
}

/// A cell of the grid through which the edge of the region runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitCell {
    /// The number of the cell.
    pub cell: usize,
    /// Its parts, and whether they are inside. A corner is a point of the grid, or, from its length on, a
    /// place on the edge.
    pub parts: Vec<(bool, Vec<usize>)>,
    /// The ends of the edge in the cell, as places on it.
    pub edges: Vec<[usize; 2]>,
}

/// A grid and labelled points of the plane in each layer of a network.
#[derive(Clone, Debug, Default)]
pub struct WarpPicture {
    /// Heading.
    pub title: String,
    /// A caption.
    pub caption: String,
    /// Points in one row of the grid.
    pub columns: usize,
    /// For each cell of the grid, row after row, whether it is inside.
    pub cells: Vec<Option<bool>>,
    /// The cells that are partly inside, by number.
    pub split: Vec<SplitCell>,
    /// For each labelled point, whether it is inside.
    pub labels: Vec<bool>,
    /// The input, and then each hidden layer.
    pub panels: Vec<WarpPanel>,
}

impl WarpPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &self.legend());
        let wide = (WIDTH - 2.0 * MARGIN) / 2.0;
        let (mut top, mut bottom) = (page.top, page.top);
        for (i, panel) in self.panels.iter().enumerate() {
            if i > 0 && i % 2 == 0 {
                top = bottom + 10.0;
            }
            let left = MARGIN + (i % 2) as f64 * wide;
            let face = Face {
                shape: Shape::Bold,
                ..Face::TICK
            };
            page.canvas
                .text((left + wide / 2.0, top + 12.0), &panel.name, face);
            let end = match panel.axes.len() {
                2 => self.flat(&mut page.canvas, panel, (left, top + 22.0, wide)),
                3 => self.space(&mut page.canvas, panel, (left, top + 22.0, wide)),
                _ => top,
            };
            bottom = bottom.max(end);
        }
        page.finish(bottom)
    }

    fn legend(&self) -> Vec<(Swatch, String)> {
        let mut items = Vec::new();
        if self.cells.contains(&Some(true)) || !self.split.is_empty() {
            items.push((Swatch::Fill(INSIDE.into()), "inside".to_owned()));
            items.push((Swatch::Fill(OUTSIDE.into()), "outside".to_owned()));
        }
        if self.panels.iter().any(shows_units) {
            let line = Swatch::Line(UNIT.into(), 1.4, "");
            items.push((line, "a unit of the next layer switches here".to_owned()));
        }
        if !self.split.is_empty() {
            let line = Swatch::Line(NETWORK.into(), 1.5, "");
            items.push((line, "edge of the inside (sampled)".to_owned()));
        }
        if self.panels.iter().any(|panel| panel.decision.is_some()) {
            let line = Swatch::Line(INK.into(), 2.0, "7 4");
            items.push((line, "the network decides here".to_owned()));
        }
        items
    }

    /// The parts of a cell that has several, as places in a panel; `None` if one of them is nowhere.
    fn parts<'a>(&self, panel: &'a WarpPanel, cell: usize) -> Option<Split<'a>> {
        let found = self.split.binary_search_by_key(&cell, |split| split.cell);
        let split = &self.split[found.ok()?];
        let place = |k: &usize| {
            let place = match k.checked_sub(panel.grid.len()) {
                Some(k) => panel.edge.get(k),
                None => panel.grid.get(*k),
            };
            place.filter(|p| p.iter().all(|v| v.is_finite()))
        };
        let part = |(is_inside, corners): &(bool, Vec<usize>)| {
            let corners: Option<Vec<_>> = corners.iter().map(place).collect();
            corners.map(|corners| (*is_inside, corners))
        };
        let edge = |ends: &[usize; 2]| {
            let [p, q] = ends.map(|k| panel.edge.get(k));
            Some([p?, q?])
        };
        Some(Split {
            parts: split.parts.iter().map(part).collect::<Option<_>>()?,
            edges: split.edges.iter().map(edge).collect::<Option<_>>()?,
        })
    }

    fn fill(&self, cell: usize) -> &'static str {
        match self.cells.get(cell).copied().flatten() {
            Some(true) => INSIDE,
            Some(false) => OUTSIDE,
            None => PLAIN,
        }
    }

    /// The corners of the grid's cells, as numbers of points, each with the cell's number.
    fn quads(&self, panel: &WarpPanel) -> Vec<(usize, [usize; 4])> {
        let columns = self.columns;
        if columns < 2 {
            return Vec::new();
        }
        let rows = panel.grid.len() / columns;
        let cell = |j: usize, i: usize| {
            let a = j * columns + i;
            (
                j * (columns - 1) + i,
                [a, a + 1, a + columns + 1, a + columns],
            )
        };
        let all = (1..rows).flat_map(|j| (1..columns).map(move |i| cell(j - 1, i - 1)));
        all.filter(|(_, corners)| {
            corners
                .iter()
                .all(|&k| panel.grid[k].iter().all(|v| v.is_finite()))
        })
        .collect()
    }

    fn flat(
        &self,
        canvas: &mut Canvas,
        panel: &WarpPanel,
        (left, top, wide): (f64, f64, f64),
    ) -> f64 {
        let (x, y) = frame(panel);
        let size = wide - 92.0;
        let ratio = ((y.1 - y.0) / (x.1 - x.0)).clamp(0.6, 1.0);
        let plane = Plane::new(x, y, left + 64.0, top, (size, size * ratio));
        let mut inner = Canvas::default();
        let mut edges: Vec<[(f64, f64); 2]> = Vec::new();
        for (cell, corners) in self.quads(panel) {
            let corners = corners.map(|k| plane.at(panel.grid[k][0], panel.grid[k][1]));
            let at = |p: &Vec<f64>| plane.at(p[0], p[1]);
            if let Some(split) = self.parts(panel, cell) {
                split.draw(&mut inner, &corners, at, 0.8);
                edges.extend(split.edges.iter().map(|ends| ends.map(at)));
            } else {
                let fill = self.fill(cell);
                inner.polygon(&corners, Paint::fill(fill).edge(SOFT, 0.35).opacity(0.8));
            }
        }
        for line in chain(&edges, 0.02) {
            inner.polyline(&line, Paint::stroke(NETWORK, 1.5));
        }
        for (point, is_inside) in panel.points.iter().zip(&self.labels) {
            dot(&mut inner, plane.at(point[0], point[1]), *is_inside);
        }
        for unit in &panel.units {
            if let Some(ends) = ends(unit, x, y) {
                let ends = ends.map(|(x, y)| plane.at(x, y));
                inner.line(ends[0], ends[1], Paint::stroke(PAPER, 3.0).opacity(0.7));
                inner.line(ends[0], ends[1], Paint::stroke(UNIT, 1.4));
            }
        }
        if let Some(ends) = panel.decision.as_ref().and_then(|line| ends(line, x, y)) {
            let ends = ends.map(|(x, y)| plane.at(x, y));
            inner.line(ends[0], ends[1], Paint::stroke(PAPER, 4.0).opacity(0.8));
            inner.line(ends[0], ends[1], Paint::stroke(INK, 2.0).dashed("7 4"));
        }
        plane.add_clipped(canvas, inner);
        plane.draw_axes(canvas, Some(&panel.axes[0]), &panel.axes[1]);
        plane.bottom() + Plane::BELOW
    }

    fn space(
        &self,
        canvas: &mut Canvas,
        panel: &WarpPanel,
        (left, top, wide): (f64, f64, f64),
    ) -> f64 {
        let along = |axis: usize| range(panel.grid.iter().chain(&panel.points).map(|p| p[axis]));
        let (x, y, z) = (along(0), along(1), along(2));
        let place = (left + 44.0, top + 14.0, wide - 72.0, 300.0);
        let scene = Scene::new((&[x.0, x.1], &[y.0, y.1]), z, [0.0; 3], place);
        scene.draw_box(canvas);
        let at = |p: &Vec<f64>| scene.place([p[0], p[1], p[2]]);
        let depth = |p: &Point3<f64>| (p - scene.camera.eye).norm_squared();
        // Far things first; a point is drawn with the part of the sheet that contains it.
        let mut things: Vec<(f64, Thing)> = Vec::new();
        for (cell, corners) in self.quads(panel) {
            let corners = corners.map(|k| at(&panel.grid[k]));
            let far = corners.iter().map(depth).sum::<f64>() / 4.0;
            things.push((far, Thing::Quad(cell, corners)));
        }
        for (point, is_inside) in panel.points.iter().zip(&self.labels) {
            if point.iter().all(|v| v.is_finite()) {
                let point = at(point);
                things.push((depth(&point) - 0.02, Thing::Dot(*is_inside, point)));
            }
        }
        things.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, thing) in &things {
            match thing {
                Thing::Quad(cell, corners) => {
                    let corners = corners.map(|p| scene.camera.at(&p));
                    let seen = |p: &Vec<f64>| scene.camera.at(&at(p));
                    if let Some(split) = self.parts(panel, *cell) {
                        split.draw(canvas, &corners, seen, 0.85);
                        for ends in &split.edges {
                            let [p, q] = ends.map(seen);
                            canvas.line(p, q, Paint::stroke(NETWORK, 1.5));
                        }
                    } else {
                        let fill = self.fill(*cell);
                        canvas.polygon(&corners, Paint::fill(fill).edge(SOFT, 0.35).opacity(0.85));
                    }
                }
                Thing::Dot(is_inside, point) => dot(canvas, scene.camera.at(point), *is_inside),
            }
        }
        if let Some(plane) = &panel.decision {
            let outline = cross_section(&scene, plane);
            let outline: Vec<_> = outline.iter().map(|p| scene.camera.at(p)).collect();
            canvas.polygon(&outline, Paint::fill(THEORY).opacity(0.25));
            canvas.polygon(&outline, Paint::stroke(INK, 1.6).dashed("7 4"));
        }
        scene.draw_axes(canvas, [&panel.axes[0], &panel.axes[1], &panel.axes[2]]);
        scene.camera.bottom + 46.0
    }
}

/// What is in view of a flat panel: a little more than the sheet and the points.
fn frame(panel: &WarpPanel) -> ((f64, f64), (f64, f64)) {
    let along = |axis: usize| {
        let (lo, hi) = range(panel.grid.iter().chain(&panel.points).map(|p| p[axis]));
        let room = (hi - lo) * 0.03;
        (lo - room, hi + room)
    };
    (along(0), along(1))
}

/// Is a line of a unit in view? In space there are none.
fn shows_units(panel: &WarpPanel) -> bool {
    if panel.axes.len() != 2 {
        return false;
    }
    let (x, y) = frame(panel);
    panel.units.iter().any(|unit| ends(unit, x, y).is_some())
}

/// The places of a cell's parts in a panel.
struct Split<'a> {
    parts: Vec<(bool, Vec<&'a Vec<f64>>)>,
    edges: Vec<[&'a Vec<f64>; 2]>,
}

impl Split<'_> {
    /// Paints the parts, and the sides of the cell.
    fn draw(
        &self,
        canvas: &mut Canvas,
        corners: &[(f64, f64)],
        at: impl Fn(&Vec<f64>) -> (f64, f64),
        opacity: f64,
    ) {
        for (is_inside, part) in &self.parts {
            let part: Vec<_> = part.iter().map(|p| at(p)).collect();
            let fill = if *is_inside { INSIDE } else { OUTSIDE };
            canvas.polygon(&part, Paint::fill(fill).opacity(opacity));
        }
        canvas.polygon(corners, Paint::stroke(SOFT, 0.35).opacity(opacity));
    }
}

/// A thing painted in space.
enum Thing {
    Quad(usize, [Point3<f64>; 4]),
    Dot(bool, Point3<f64>),
}

fn dot(canvas: &mut Canvas, at: (f64, f64), is_inside: bool) {
    if is_inside {
        canvas.circle(at, 2.1, Paint::fill(NETWORK));
    } else {
        canvas.circle(at, 1.9, Paint::fill(PAPER).edge(UNIT, 1.1));
    }
}

/// The part of the line `a x + b y + c = 0` in a rectangle.
fn ends(line: &[f64], x: (f64, f64), y: (f64, f64)) -> Option<[(f64, f64); 2]> {
    let &[a, b, c] = line else { return None };
    let mut found: Vec<(f64, f64)> = Vec::new();
    if b != 0.0 {
        found.extend([x.0, x.1].map(|x| (x, -(a * x + c) / b)));
    }
    if a != 0.0 {
        found.extend([y.0, y.1].map(|y| (-(b * y + c) / a, y)));
    }
    let (dx, dy) = ((x.1 - x.0) * 1e-9, (y.1 - y.0) * 1e-9);
    found.retain(|p| (x.0 - dx..=x.1 + dx).contains(&p.0) && (y.0 - dy..=y.1 + dy).contains(&p.1));
    let along = |p: &(f64, f64)| b * p.0 - a * p.1;
    found.sort_by(|p, q| along(p).total_cmp(&along(q)));
    Some([*found.first()?, *found.last()?]).filter(|[p, q]| p != q)
}

/// The polygon in which a plane, given in the panel's coordinates, cuts the scene's box.
fn cross_section(scene: &Scene, plane: &[f64]) -> Vec<Point3<f64>> {
    let &[a, b, c, d] = plane else {
        return Vec::new();
    };
    let corner = |k: usize| -> [f64; 3] {
        std::array::from_fn(|i| {
            if k >> i & 1 == 0 {
                scene.lo[i]
            } else {
                scene.hi[i]
            }
        })
    };
    let value = |p: [f64; 3]| a * p[0] + b * p[1] + c * p[2] + d;
    let mut found: Vec<Point3<f64>> = Vec::new();
    for k in 0..8_usize {
        for axis in 0..3 {
            if k >> axis & 1 == 1 {
                continue;
            }
            let (p, q) = (corner(k), corner(k | 1 << axis));
            let (v, w) = (value(p), value(q));
            if (v < 0.0) != (w < 0.0) {
                let t = v / (v - w);
                let mut at = p;
                at[axis] = p[axis] + t * (q[axis] - p[axis]);
                found.push(scene.place(at));
            }
        }
    }
    if found.len() < 3 {
        return Vec::new();
    }
    // In order around their middle: sorted by the halves of the turn, then by slope in it.
    let middle = found
        .iter()
        .fold(nalgebra::Vector3::zeros(), |sum, p| sum + p.coords)
        / found.len() as f64;
    let first = found[0].coords - middle;
    let normal = (1..found.len())
        .map(|k| first.cross(&(found[k].coords - middle)))
        .fold(
            nalgebra::Vector3::zeros(),
            |best: nalgebra::Vector3<f64>, n| {
                if n.norm_squared() > best.norm_squared() {
                    n
                } else {
                    best
                }
            },
        );
    let second = normal.cross(&first);
    let turn = |p: &Point3<f64>| {
        let v = p.coords - middle;
        let (u, w) = (
            v.dot(&first) / first.norm(),
            v.dot(&second) / second.norm().max(1e-300),
        );
        // Grows with the angle from 0 to 4.
        let r = u.abs() + w.abs();
        if w >= 0.0 { 1.0 - u / r } else { 3.0 + u / r }
    };
    found.sort_by(|p, q| turn(p).total_cmp(&turn(q)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_the_frame() {
        let square = ((0.0, 2.0), (0.0, 2.0));
        let [p, q] = ends(&[1.0, -1.0, 0.0], square.0, square.1).expect("the diagonal");
        assert_eq!((p, q), ((2.0, 2.0), (0.0, 0.0)));
        assert_eq!(ends(&[1.0, 0.0, 5.0], square.0, square.1), None);
    }

    #[test]
    fn a_plane_cuts_a_box_in_a_convex_polygon() {
        let place = (0.0, 0.0, 100.0, 100.0);
        let scene = Scene::new((&[0.0, 1.0], &[0.0, 1.0]), (0.0, 1.0), [0.0; 3], place);
        assert_eq!(cross_section(&scene, &[1.0, 1.0, 1.0, -1.5]).len(), 6);
        assert_eq!(cross_section(&scene, &[0.0, 0.0, 1.0, -0.5]).len(), 4);
        assert_eq!(cross_section(&scene, &[1.0, 0.0, 0.0, 5.0]).len(), 0);
        let corners = cross_section(&scene, &[1.0, 2.0, 1.0, -1.7]);
        let around = |k: usize| corners[k % corners.len()].coords;
        let turns: Vec<_> = (0..corners.len())
            .map(|k| (around(k + 1) - around(k)).cross(&(around(k + 2) - around(k + 1))))
            .collect();
        assert!(turns.iter().all(|turn| turn.dot(&turns[0]) > 0.0));
    }

    #[test]
    fn cells_between_points_that_are_not_numbers_are_left_out() {
        let point = |i: usize| vec![(i % 3) as f64, (i / 3) as f64];
        let mut grid: Vec<Vec<f64>> = (0..9).map(point).collect();
        grid[4][0] = f64::NAN;
        grid[0][1] = 0.5;
        let mut picture = WarpPicture {
            columns: 3,
            cells: vec![Some(true); 4],
            panels: vec![WarpPanel {
                axes: vec!["x".into(), "y".into()],
                grid,
                ..WarpPanel::default()
            }],
            ..WarpPicture::default()
        };
        assert!(picture.quads(&picture.panels[0]).is_empty());
        picture.panels[0].grid[4][0] = 1.0;
        assert_eq!(picture.quads(&picture.panels[0]).len(), 4);
        assert!(picture.render().contains(INSIDE));
    }
}
