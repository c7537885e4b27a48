//! A region of the plane and the half-planes that cut it out.

use super::cells;
use super::page::{Canvas, Face, MARGIN, Page, Paint, PathData, Swatch};
use super::palette::{
    AGREE_INSIDE, AGREE_OUTSIDE, FALSE_INSIDE, FALSE_OUTSIDE, HATCH, INK, NETWORK, PAPER, UNIT,
};
use super::plane::{Plane, Rect};
use super::points::DataPoints;

/// What is certified for all points of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// All of them are in the region.
    Inside,
    /// None of them is in the region.
    Outside,
    /// Neither is certified.
    Unknown,
}

/// A cell, with the certified class of the target and of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassCell {
    /// Where.
    pub rect: Rect,
    /// Is it in the target region?
    pub target: Class,
    /// Does the network decide for the region?
    pub network: Class,
}

/// A hidden unit: it is on where `a·x + b·y + c >= 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HalfPlane {
    /// Coefficient of the first input.
    pub a: f64,
    /// Coefficient of the second input.
    pub b: f64,
    /// Constant.
    pub c: f64,
}

impl HalfPlane {
    /// Does its edge meet a rectangle?
    fn meets(&self, rect: &Rect) -> bool {
        let corners = [rect.x0, rect.x1].map(|x| [rect.y0, rect.y1].map(|y| (x, y)));
        let mut sides = corners
            .iter()
            .flatten()
            .map(|(x, y)| self.a * x + self.b * y + self.c);
        sides.clone().any(|side| side <= 0.0) && sides.any(|side| side >= 0.0)
    }
}

/// Decision and target over a rectangle, with the hidden units' lines and the polygon they bound.
#[derive(Clone, Debug, Default)]
pub struct HalfplanesPicture {
    /// Heading.
    pub title: String,
    /// The claim the picture shows.
    pub caption: String,
    /// Name of the first input; `x` when empty.
    pub x_label: String,
    /// Name of the second input; `y` when empty.
    pub y_label: String,
    /// The domain; the hull of the cells when it is empty.
    pub domain: Rect,
    /// Classified cells, in any order.
    pub cells: Vec<ClassCell>,
    /// The first hidden layer, numbered from 1.
    pub lines: Vec<HalfPlane>,
    /// Corners of the decision polygon, in order; it is closed by the picture.
    pub polygon: Vec<(f64, f64)>,
    /// The sampled edge of the decision.
    pub decision: Vec<Vec<(f64, f64)>>,
    /// The sampled edge of the target.
    pub boundary: Vec<Vec<(f64, f64)>>,
    /// The points of the data.
    pub points: DataPoints,
    /// Is there no target, so that the cells show the network alone?
    pub is_alone: bool,
}

const FILLS: [(&str, &str); 5] = [
    (AGREE_OUTSIDE, "both outside"),
    (AGREE_INSIDE, "both inside"),
    (FALSE_INSIDE, "network in, target out"),
    (FALSE_OUTSIDE, "network out, target in"),
    (HATCH, "unknown"),
];

/// The names for a network alone, without a target.
const ALONE: [&str; 5] = ["network: outside", "network: inside", "", "", "unknown"];

fn kind(cell: &ClassCell) -> usize {
    match (cell.network, cell.target) {
        (Class::Outside, Class::Outside) => 0,
        (Class::Inside, Class::Inside) => 1,
        (Class::Inside, Class::Outside) => 2,
        (Class::Outside, Class::Inside) => 3,
        _ => 4,
    }
}

impl HalfplanesPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let domain = self.shown();
        let mut legend = self.legend();
        legend.extend(self.points.legend(usize::MAX));
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let plane = Plane::map(domain, page.top, MARGIN);

        let ends = self.draw_map(&mut page.canvas, &plane, usize::MAX);
        let name = |s: &str, default: &str| if s.is_empty() { default } else { s }.to_owned();
        let (x, y) = (name(&self.x_label, "x"), name(&self.y_label, "y"));
        plane.draw_axes(&mut page.canvas, Some(&x), &y);
        let mut placed: Vec<(f64, f64)> = Vec::new();
        for (i, ends) in ends.iter().enumerate() {
            if let Some((p, q)) = ends {
                let at = badge_place(*p, *q, &placed, &in_plane(&plane));
                draw_badge(&mut page.canvas, at, &(i + 1).to_string());
                placed.push(at);
            }
        }
        page.finish(plane.bottom() + Plane::BELOW)
    }

    /// What is in view.
    fn shown(&self) -> Rect {
        let corners = self.polygon.iter().map(|p| Rect::new(p.0, p.0, p.1, p.1));
        let cells = self.cells.iter().map(|c| c.rect);
        self.domain.or_hull(cells.chain(corners))
    }

    /// The cells, edges, lines and at most so many points, without axes; returns the ends of the units'
    /// lines in pixels.
    pub(super) fn draw_map(
        &self,
        canvas: &mut Canvas,
        plane: &Plane,
        most_points: usize,
    ) -> Vec<Option<Segment>> {
        let mut ground = Canvas::default();
        let drawable = self.cells.iter().filter(|cell| cell.rect.is_drawable());
        let kinds = drawable.map(|cell| (cell.rect, kind(cell)));
        cells::paint(&mut ground, plane, kinds, |kind| FILLS[kind].0.to_owned());
        let mut inner = Canvas::default();
        inner.crisp(ground);
        let box_px = in_plane(plane);
        let lines: Vec<HalfPlane> = self.lines.iter().map(|l| in_pixels(l, plane)).collect();
        let ends: Vec<_> = lines.iter().map(|line| cut(line, &box_px)).collect();
        for (ends, line) in ends.iter().zip(&lines) {
            if let Some((p, q)) = ends {
                draw_line(&mut inner, *p, *q, line);
            }
        }
        // Thinner on small maps.
        let thick = ((box_px.x1 - box_px.x0) / 400.0).clamp(0.55, 1.0);
        for run in self.decision.iter().flat_map(|line| plane.runs(line)) {
            inner.polyline(&run, Paint::stroke(NETWORK, 2.2 * thick));
        }
        for run in self.boundary.iter().flat_map(|line| plane.runs(line)) {
            inner.polyline(&run, Paint::stroke(PAPER, 2.2 * thick).opacity(0.7));
            inner.polyline(&run, Paint::stroke(INK, 1.5 * thick).dashed("5 3"));
        }
        for run in plane.runs(&self.polygon) {
            inner.polygon(&run, Paint::stroke(NETWORK, 2.8));
        }
        self.points.draw(&mut inner, plane, most_points);
        plane.add_clipped(canvas, inner);
        ends
    }

    pub(super) fn legend(&self) -> Vec<(Swatch, String)> {
        let mut seen = [false; 5];
        for cell in self.cells.iter().filter(|c| c.rect.is_drawable()) {
            seen[kind(cell)] = true;
        }
        let mut items: Vec<_> = (0..FILLS.len())
            .filter(|kind| seen[*kind])
            .map(|kind| {
                let (fill, name) = FILLS[kind];
                let name = if self.is_alone { ALONE[kind] } else { name };
                (Swatch::Fill(fill.to_owned()), name.to_owned())
            })
            .collect();
        if !self.boundary.is_empty() {
            let swatch = Swatch::Line(INK.into(), 1.5, "5 3");
            items.push((swatch, "edge of the target (sampled)".to_owned()));
        }
        if !self.decision.is_empty() {
            let swatch = Swatch::Line(NETWORK.into(), 2.2, "");
            items.push((swatch, "edge of the decision (sampled)".to_owned()));
        }
        if !self.polygon.is_empty() {
            let swatch = Swatch::Line(NETWORK.into(), 2.8, "");
            items.push((swatch, "edge of the decision".to_owned()));
        }
        let domain = self.shown();
        if self.lines.iter().any(|line| line.meets(&domain)) {
            let swatch = Swatch::Line(UNIT.into(), 1.6, "");
            items.push((
                swatch,
                "hidden unit (teeth: side where it is on)".to_owned(),
            ));
        }
        items
    }
}

/// The ends of a line.
pub(super) type Segment = ((f64, f64), (f64, f64));

/// A plot's box, in pixels.
fn in_plane(plane: &Plane) -> Rect {
    Rect::new(plane.left(), plane.right(), plane.top(), plane.bottom())
}

/// The same half-plane in pixel coordinates, scaled to a unit normal; zero when it has none.
fn in_pixels(line: &HalfPlane, plane: &Plane) -> HalfPlane {
    let (sx, sy) = (
        (plane.x.hi - plane.x.lo) / (plane.x.to - plane.x.from),
        (plane.y.hi - plane.y.lo) / (plane.y.to - plane.y.from),
    );
    // Dividing by the largest coefficient first keeps the squares finite.
    let size = line.a.abs().max(line.b.abs());
    let none = HalfPlane {
        a: 0.0,
        b: 0.0,
        c: 0.0,
    };
    if !(size.is_finite() && size > 0.0 && line.c.is_finite()) {
        return none;
    }
    let (a0, b0, c0) = (line.a / size, line.b / size, line.c / size);
    let (a, b) = (a0 * sx, b0 * sy);
    let c = c0 + a0 * (plane.x.lo - plane.x.from * sx) + b0 * (plane.y.lo - plane.y.from * sy);
    let large = a.abs().max(b.abs());
    let (a, b, c) = (a / large, b / large, c / large);
    let norm = (a * a + b * b).sqrt();
    if norm > 0.0 && norm.is_finite() && c.is_finite() {
        HalfPlane {
            a: a / norm,
            b: b / norm,
            c: c / norm,
        }
    } else {
        none
    }
}

/// The part of a line (unit normal, pixels) inside a box.
fn cut(line: &HalfPlane, r: &Rect) -> Option<Segment> {
    let HalfPlane { a, b, c } = *line;
    let mut ends: Vec<(f64, f64)> = Vec::new();
    if b.abs() > 1e-12 {
        for x in [r.x0, r.x1] {
            ends.push((x, -(a * x + c) / b));
        }
    }
    if a.abs() > 1e-12 {
        for y in [r.y0, r.y1] {
            ends.push((-(b * y + c) / a, y));
        }
    }
    ends.retain(|p| {
        p.0 >= r.x0 - 1e-6 && p.0 <= r.x1 + 1e-6 && p.1 >= r.y0 - 1e-6 && p.1 <= r.y1 + 1e-6
    });
    // Along the line, so that meeting a corner twice does not give a short piece.
    let along = |p: &(f64, f64)| a * p.1 - b * p.0;
    ends.sort_by(|p, q| along(p).total_cmp(&along(q)));
    let (first, last) = (*ends.first()?, *ends.last()?);
    (along(&last) - along(&first) > 1.0).then_some((first, last))
}

/// A line with teeth on its positive side.
fn draw_line(canvas: &mut Canvas, p: (f64, f64), q: (f64, f64), line: &HalfPlane) {
    let mut data = PathData::default();
    data.open(&[p, q]);
    let (dx, dy) = (q.0 - p.0, q.1 - p.1);
    let length = (dx * dx + dy * dy).sqrt();
    let count = (length / 18.0).floor().max(1.0) as u32;
    for i in 0..count {
        let t = (f64::from(i) + 0.5) / f64::from(count);
        let at = (p.0 + t * dx, p.1 + t * dy);
        data.open(&[at, (at.0 + 6.0 * line.a, at.1 + 6.0 * line.b)]);
    }
    canvas.path(data.clone(), Paint::stroke(PAPER, 3.2).opacity(0.6));
    canvas.path(data, Paint::stroke(UNIT, 1.5));
}

/// A place for a number near an end of the line, away from the others.
fn badge_place(p: (f64, f64), q: (f64, f64), placed: &[(f64, f64)], r: &Rect) -> (f64, f64) {
    let (dx, dy) = (q.0 - p.0, q.1 - p.1);
    let length = (dx * dx + dy * dy).sqrt();
    let mut best = (f64::NEG_INFINITY, p);
    for step in 0..12 {
        let t = ((16.0 + 14.0 * f64::from(step / 2)) / length).min(0.5);
        let t = if step % 2 == 0 { t } else { 1.0 - t };
        let at = (p.0 + t * dx, p.1 + t * dy);
        let near = placed
            .iter()
            .map(|o| (o.0 - at.0) * (o.0 - at.0) + (o.1 - at.1) * (o.1 - at.1))
            .fold(900.0, f64::min);
        let edge = (at.0 - r.x0)
            .min(r.x1 - at.0)
            .min(at.1 - r.y0)
            .min(r.y1 - at.1)
            .min(12.0);
        let score = near + 20.0 * edge - f64::from(step);
        if score > best.0 {
            best = (score, at);
        }
    }
    best.1
}

fn draw_badge(canvas: &mut Canvas, at: (f64, f64), text: &str) {
    let radius = 6.5 + 2.6 * text.len() as f64;
    canvas.circle(at, radius, Paint::fill(PAPER).edge(UNIT, 1.4));
    canvas.text((at.0, at.1 + 4.5), text, Face::TICK);
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Rect = Rect {
        x0: 0.0,
        x1: 100.0,
        y0: 0.0,
        y1: 50.0,
    };

    #[test]
    fn lines_are_cut_at_the_box() {
        let diagonal = HalfPlane {
            a: 0.6,
            b: -0.8,
            c: 0.0,
        };
        let (p, q) = cut(&diagonal, &BOX).expect("meets the box");
        let mut ends = [p, q];
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(ends[0].0.abs() < 1e-9 && (ends[1].1 - 50.0).abs() < 1e-9);
        let far = HalfPlane {
            c: 500.0,
            ..diagonal
        };
        assert_eq!(cut(&far, &BOX), None);
    }

    #[test]
    fn teeth_point_to_the_positive_side() {
        // y >= 1 in input coordinates: the teeth go up, where pixel y falls.
        let plane = Plane::map(Rect::new(0.0, 2.0, 0.0, 2.0), 0.0, 0.0);
        let line = HalfPlane {
            a: 0.0,
            b: 3.0,
            c: -3.0,
        };
        let px = in_pixels(&line, &plane);
        assert!(px.a.abs() < 1e-12 && px.b < -0.99);
        let on = |x: f64, y: f64| px.a * plane.x.at(x) + px.b * plane.y.at(y) + px.c;
        assert!(on(0.3, 1.0).abs() < 1e-6 && on(0.3, 1.5) > 1.0);
    }

    #[test]
    fn an_unknown_side_is_unknown() {
        let cell = |target, network| ClassCell {
            rect: BOX,
            target,
            network,
        };
        assert_eq!(kind(&cell(Class::Unknown, Class::Inside)), 4);
        assert_eq!(kind(&cell(Class::Outside, Class::Unknown)), 4);
        assert_eq!(kind(&cell(Class::Outside, Class::Inside)), 2);
        assert_eq!(kind(&cell(Class::Inside, Class::Outside)), 3);
    }

    #[test]
    fn edges_are_lines_with_names() {
        let picture = HalfplanesPicture {
            domain: BOX,
            decision: vec![vec![(0.0, 10.0), (50.0, 20.0), (100.0, 10.0)]],
            ..HalfplanesPicture::default()
        };
        let svg = picture.render();
        assert!(svg.contains("edge of the decision (sampled)"));
        assert!(!svg.contains("edge of the target"));
        assert_eq!(
            svg.matches(NETWORK).count(),
            2,
            "in the map and in the legend"
        );
    }
}
