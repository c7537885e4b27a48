//! Shapes and texts in painting order, with coordinates in hundredths of a pixel.

use super::palette::{INK, PAPER, WITNESS};
use std::fmt::Write;
use svg::node::Node;
use svg::node::element::Element;

/// Font sizes: of names and captions, and of ticks and legends.
pub(crate) const TEXT: f64 = 14.0;
pub(crate) const SMALL: f64 = 13.0;
/// Longest text drawn, in characters.
const LONGEST: usize = 1200;

/// How a shape is painted. An empty `fill` or `stroke` is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint<'a> {
    pub fill: &'a str,
    pub stroke: &'a str,
    pub width: f64,
    pub dash: &'a str,
    pub opacity: f64,
}

impl<'a> Paint<'a> {
    pub fn fill(fill: &'a str) -> Self {
        Paint {
            fill,
            stroke: "",
            width: 0.0,
            dash: "",
            opacity: 1.0,
        }
    }

    pub fn stroke(stroke: &'a str, width: f64) -> Self {
        Paint {
            fill: "",
            stroke,
            width,
            dash: "",
            opacity: 1.0,
        }
    }

    pub fn dashed(self, dash: &'a str) -> Self {
        Paint { dash, ..self }
    }

    pub fn opacity(self, opacity: f64) -> Self {
        Paint { opacity, ..self }
    }

    pub fn edge(self, stroke: &'a str, width: f64) -> Self {
        Paint {
            stroke,
            width,
            ..self
        }
    }

    fn assign(&self, node: &mut Element) {
        let none = |s: &str| if s.is_empty() { "none" } else { s }.to_owned();
        node.assign("fill", none(self.fill));
        if !self.stroke.is_empty() {
            node.assign("stroke", self.stroke);
            node.assign("stroke-width", px(self.width));
            node.assign("stroke-linejoin", "round");
        }
        if !self.dash.is_empty() {
            node.assign("stroke-dasharray", self.dash);
        }
        if self.opacity < 1.0 {
            node.assign("opacity", px(self.opacity));
        }
    }
}

/// The style of a font.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Plain,
    Bold,
    Italic,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Face<'a> {
    pub size: f64,
    pub anchor: &'a str,
    pub colour: &'a str,
    pub shape: Shape,
    /// On a box of paper, for text over a drawing.
    pub boxed: bool,
    /// Turned a quarter to the left.
    pub turned: bool,
}

impl Face<'static> {
    pub const TICK: Self = Face {
        size: SMALL,
        anchor: "middle",
        colour: INK,
        shape: Shape::Plain,
        boxed: false,
        turned: false,
    };
    pub const LABEL: Self = Face {
        size: TEXT,
        shape: Shape::Italic,
        ..Self::TICK
    };
}

impl<'a> Face<'a> {
    pub fn anchored(self, anchor: &'a str) -> Self {
        Face { anchor, ..self }
    }

    pub fn boxed(self) -> Self {
        Face {
            boxed: true,
            ..self
        }
    }

    pub fn coloured(self, colour: &'a str) -> Self {
        Face { colour, ..self }
    }
}

/// Path text in hundredths of a pixel, relative where that is shorter; rounding does not add up.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathData {
    text: String,
    at: (i64, i64),
    start: (i64, i64),
}

impl PathData {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn move_to(&mut self, x: f64, y: f64) {
        self.at = (hundredths(x), hundredths(y));
        self.start = self.at;
        self.text.push('M');
        self.pair(self.at.0, self.at.1);
    }

    pub fn line_to(&mut self, x: f64, y: f64) {
        let to = (hundredths(x), hundredths(y));
        let (dx, dy) = (to.0 - self.at.0, to.1 - self.at.1);
        match (dx, dy) {
            (0, 0) => return,
            (_, 0) => {
                self.text.push('h');
                self.text.push_str(&centi(dx));
            }
            (0, _) => {
                self.text.push('v');
                self.text.push_str(&centi(dy));
            }
            _ => {
                self.text.push('l');
                self.pair(dx, dy);
            }
        }
        self.at = to;
    }

    pub fn close(&mut self) {
        self.text.push('z');
        self.at = self.start;
    }

    pub fn polygon(&mut self, points: &[(f64, f64)]) {
        self.open(points);
        if !points.is_empty() {
            self.close();
        }
    }

    pub fn open(&mut self, points: &[(f64, f64)]) {
        for (i, &(x, y)) in points.iter().enumerate() {
            if i == 0 {
                self.move_to(x, y);
            } else {
                self.line_to(x, y);
            }
        }
    }

    pub fn rect(&mut self, x0: f64, y0: f64, x1: f64, y1: f64) {
        self.polygon(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]);
    }

    /// A place for [`Canvas::dots`].
    pub fn dot(&mut self, x: f64, y: f64) {
        self.move_to(x, y);
        self.text.push_str("h0");
    }

    /// A cross of this half width.
    pub fn cross(&mut self, x: f64, y: f64, half: f64) {
        self.open(&[(x - half, y - half), (x + half, y + half)]);
        self.open(&[(x - half, y + half), (x + half, y - half)]);
    }

    pub fn circle(&mut self, x: f64, y: f64, radius: f64) {
        self.move_to(x - radius, y);
        let (r, d) = (px(radius), px(2.0 * radius));
        let _ = write!(self.text, "a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z");
    }

    fn pair(&mut self, x: i64, y: i64) {
        let y = centi(y);
        let gap = if y.starts_with('-') { "" } else { " " };
        let _ = write!(self.text, "{}{gap}{y}", centi(x));
    }
}

/// Shapes in painting order.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    nodes: Vec<Element>,
}

impl Canvas {
    pub fn into_nodes(self) -> Vec<Element> {
        self.nodes
    }

    pub fn path(&mut self, data: PathData, paint: Paint) {
        if data.is_empty() {
            return;
        }
        let mut node = Element::new("path");
        paint.assign(&mut node);
        node.assign("d", data.text);
        self.nodes.push(node);
    }

    /// Round dots at the places of [`PathData::dot`].
    pub fn dots(&mut self, data: PathData, colour: &str, size: f64, opacity: f64) {
        if data.is_empty() {
            return;
        }
        self.path(data, Paint::stroke(colour, size).opacity(opacity));
        if let Some(node) = self.nodes.last_mut() {
            node.assign("stroke-linecap", "round");
        }
    }

    /// Like [`Canvas::path`], with the even-odd rule: what an even number of closed lines surrounds
    /// stays open.
    pub fn even_odd(&mut self, data: PathData, paint: Paint) {
        self.path(data, paint);
        if let Some(node) = self.nodes.last_mut() {
            node.assign("fill-rule", "evenodd");
        }
    }

    pub fn polygon(&mut self, points: &[(f64, f64)], paint: Paint) {
        let mut data = PathData::default();
        data.polygon(points);
        self.path(data, paint);
    }

    pub fn polyline(&mut self, points: &[(f64, f64)], paint: Paint) {
        let mut data = PathData::default();
        data.open(points);
        self.path(data, paint);
    }

    pub fn line(&mut self, a: (f64, f64), b: (f64, f64), paint: Paint) {
        self.polyline(&[a, b], paint);
    }

    pub fn rect(&mut self, x0: f64, y0: f64, x1: f64, y1: f64, paint: Paint) {
        self.polygon(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)], paint);
    }

    pub fn circle(&mut self, (x, y): (f64, f64), radius: f64, paint: Paint) {
        let mut node = Element::new("circle");
        for (name, value) in [("cx", x), ("cy", y), ("r", radius)] {
            node.assign(name, px(value));
        }
        paint.assign(&mut node);
        self.nodes.push(node);
    }

    /// A ring with a cross in it: the witness.
    pub fn witness(&mut self, (x, y): (f64, f64)) {
        self.circle((x, y), 6.0, Paint::stroke(PAPER, 4.5));
        self.circle((x, y), 6.0, Paint::stroke(WITNESS, 1.8));
        for (dx, dy) in [(3.6, 3.6), (3.6, -3.6)] {
            self.line(
                (x - dx, y - dy),
                (x + dx, y + dy),
                Paint::stroke(WITNESS, 1.4),
            );
        }
    }

    pub fn text(&mut self, (x, y): (f64, f64), content: &str, face: Face) {
        let content = clean(content);
        if content.is_empty() {
            return;
        }
        if face.boxed {
            let (x0, x1) = around((x, text_width(&content, face.size)), face.anchor);
            let (y0, y1) = (y - 0.86 * face.size, y + 0.3 * face.size);
            self.rect(x0 - 2.0, y0, x1 + 2.0, y1, Paint::fill(PAPER));
        }
        let mut node = Element::new("text");
        node.assign("x", px(x));
        node.assign("y", px(y));
        node.assign("font-size", px(face.size));
        node.assign("text-anchor", face.anchor);
        node.assign("fill", face.colour);
        match face.shape {
            Shape::Plain => {}
            Shape::Bold => node.assign("font-weight", "bold"),
            Shape::Italic => node.assign("font-style", "italic"),
        }
        if face.turned {
            node.assign("transform", format!("rotate(-90 {} {})", px(x), px(y)));
        }
        node.append(svg::node::Text::new(content));
        self.nodes.push(node);
    }

    /// Adds `inner`, clipped to a rectangle. A nested `svg` needs no identifier, which two pictures
    /// in one page could have in common.
    pub fn clipped(&mut self, inner: Canvas, x0: f64, y0: f64, x1: f64, y1: f64) {
        let (w, h) = (px((x1 - x0).abs()), px((y1 - y0).abs()));
        let (x, y) = (px(x0.min(x1)), px(y0.min(y1)));
        let mut node = Element::new("svg");
        node.assign("viewBox", format!("{x} {y} {w} {h}"));
        for (name, value) in [("x", x), ("y", y), ("width", w), ("height", h)] {
            node.assign(name, value);
        }
        for child in inner.nodes {
            node.append(child);
        }
        self.nodes.push(node);
    }

    /// Adds `inner` without smoothing, so that rectangles side by side show no seams.
    pub fn crisp(&mut self, inner: Canvas) {
        let mut node = Element::new("g");
        node.assign("shape-rendering", "crispEdges");
        for child in inner.nodes {
            node.append(child);
        }
        self.nodes.push(node);
    }
}

/// A generous estimate: fonts differ, and a line must not run off the page in any of them.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '|' | '.' | ',' | ':' | ';' | '\'' | ' ' | '(' | ')' => 0.36,
            'm' | 'w' | 'M' | 'W' | '−' | '+' | '=' | '≤' | '<' | '>' | '×' => 0.86,
            c if c.is_ascii_uppercase() => 0.7,
            c if (c as u32) > 0x2e80 => 1.0,
            _ => 0.6,
        })
        .sum::<f64>()
        * size
}

/// Returns one line without the characters that XML forbids.
pub(crate) fn clean(text: &str) -> String {
    clean_lines(text).replace('\n', " ").trim().to_owned()
}

pub(crate) fn clean_lines(text: &str) -> String {
    let mut out: String = text
        .chars()
        .map(|c| match c {
            '\n' => '\n',
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => ' ',
            c => c,
        })
        .take(LONGEST)
        .collect();
    if text.chars().count() > LONGEST {
        out.push('…');
    }
    out.trim().to_owned()
}

/// The ends of a text of a width at a place.
fn around((x, wide): (f64, f64), anchor: &str) -> (f64, f64) {
    match anchor {
        "start" => (x, x + wide),
        "end" => (x - wide, x),
        _ => (x - wide / 2.0, x + wide / 2.0),
    }
}

fn hundredths(v: f64) -> i64 {
    if v.is_finite() {
        (v.clamp(-1e6, 1e6) * 100.0 + 0.5).floor() as i64
    } else {
        0
    }
}

/// A pixel coordinate, rounded to hundredths.
pub(crate) fn px(v: f64) -> String {
    centi(hundredths(v))
}

fn centi(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    let (whole, part) = (n.unsigned_abs() / 100, n.unsigned_abs() % 100);
    match (whole, part) {
        (_, 0) => format!("{sign}{whole}"),
        (0, p) if p % 10 == 0 => format!("{sign}.{}", p / 10),
        (0, p) => format!("{sign}.{p:02}"),
        (w, p) if p % 10 == 0 => format!("{sign}{w}.{}", p / 10),
        (w, p) => format!("{sign}{w}.{p:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        let shown = [0.0, -0.001, 1.25, 0.5, -12.34, 1e300, f64::NAN].map(px);
        assert_eq!(shown, ["0", "0", "1.25", ".5", "-12.34", "1000000", "0"]);
    }

    #[test]
    fn a_label_stands_on_paper() {
        let mut canvas = Canvas::default();
        canvas.text((10.0, 20.0), "2.043", Face::TICK.boxed());
        let shown: Vec<String> = canvas
            .into_nodes()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(shown.len(), 2);
        assert!(
            shown[0].contains(PAPER) && shown[0].starts_with("<path"),
            "{shown:?}"
        );
        assert!(shown[1].starts_with("<text"));
        assert_eq!(around((10.0, 8.0), "end"), (2.0, 10.0));
    }

    #[test]
    fn paths_do_not_drift() {
        let mut data = PathData::default();
        data.open(&[(0.0, 0.0), (0.333, 0.0), (0.666, 0.0), (1.0, -1.0)]);
        assert_eq!(data.text, "M0 0h.33h.34l.33-1");
    }
}
