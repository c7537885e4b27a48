//! How one hidden layer makes a curve: what each unit adds, and the sums so far, one on the other.

use super::axes::{padded, range};
use super::labels::spread;
use super::page::{Canvas, Face, MARGIN, Page, Paint, PathData, SMALL, Swatch, WIDTH, text_width};
use super::palette::{INK, NETWORK, SOFT, series};
use super::plane::Plane;

/// The room of the longest name beside a plot.
const NAMES: f64 = 200.0;
/// The piece of a line before its name.
const SAMPLE: f64 = 22.0;

/// What a unit adds to the output, or several units together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// What stands beside the curve.
    pub name: String,
    /// Its values.
    pub values: Vec<f64>,
}

/// The parts of a network in one input, one by one and added up.
#[derive(Clone, Debug, Default)]
pub struct StackPicture {
    /// Heading.
    pub title: String,
    /// A caption.
    pub caption: String,
    /// Name of the input.
    pub x_label: String,
    /// Name of the output.
    pub y_label: String,
    /// Places, in ascending order; each part has a value at each. A place that occurs twice is a jump.
    pub xs: Vec<f64>,
    /// What the output is without any unit.
    pub constant: f64,
    /// The parts, in the order in which they are added.
    pub parts: Vec<Part>,
}

impl StackPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let legend = [(
            Swatch::Line(NETWORK.into(), 2.4, ""),
            "the sum of all: the network".to_owned(),
        )];
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let ends = range(self.xs.iter().copied());
        let sums = self.sums();
        let names = self.parts.iter().map(|part| text_width(&part.name, SMALL));
        let room = names.fold(40.0_f64, f64::max).min(NAMES) + SAMPLE + 16.0;
        let wide = WIDTH - Plane::LEFT - MARGIN - room;
        let mut plot = |values: &[&[f64]], high: f64| {
            let heights = range(values.iter().flat_map(|line| line.iter().copied()));
            let top = page.top;
            page.top += high + 26.0;
            Plane::new(ends, padded(heights, 0.05), Plane::LEFT, top, (wide, high))
        };
        let parts: Vec<&[f64]> = self
            .parts
            .iter()
            .map(|part| part.values.as_slice())
            .collect();
        let upper = plot(&parts, 250.0);
        let all: Vec<&[f64]> = sums.iter().map(Vec::as_slice).collect();
        let lower = plot(&all, 290.0);
        self.draw_parts(&mut page.canvas, &upper);
        upper.draw_axes(&mut page.canvas, None, "one by one");
        self.draw_sums(&mut page.canvas, &lower, &sums);
        let name = if self.x_label.is_empty() {
            "x"
        } else {
            &self.x_label
        };
        lower.draw_axes(&mut page.canvas, Some(name), "added up");
        page.finish(lower.bottom() + Plane::BELOW)
    }

    /// The constant, and the sum after each part.
    fn sums(&self) -> Vec<Vec<f64>> {
        let mut sums = vec![vec![self.constant; self.xs.len()]];
        for part in &self.parts {
            let before = sums.last().map_or(&[][..], Vec::as_slice);
            let sum = before.iter().zip(&part.values);
            sums.push(sum.map(|(sum, value)| sum + value).collect());
        }
        sums
    }

    fn runs(&self, plane: &Plane, values: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let points = self.xs.iter().copied().zip(values.iter().copied());
        plane.runs(&points.collect::<Vec<_>>())
    }

    fn draw_parts(&self, canvas: &mut Canvas, plane: &Plane) {
        let mut inner = Canvas::default();
        plane.draw_grid(&mut inner);
        let zero = plane.y.at(0.0);
        let paint = Paint::stroke(INK, 0.8);
        inner.line((plane.left(), zero), (plane.right(), zero), paint);
        let mut ends = Vec::new();
        for (i, part) in self.parts.iter().enumerate() {
            let (colour, dash) = series(i);
            let runs = self.runs(plane, &part.values);
            ends.extend(runs.last().and_then(|run| Some((i, run.last()?.1))));
            for run in runs {
                inner.polyline(&run, Paint::stroke(colour, 1.8).dashed(dash));
            }
        }
        plane.add_clipped(canvas, inner);
        let ys: Vec<f64> = ends.iter().map(|(_, y)| *y).collect();
        let spots = spread(&ys, 16.0, (plane.top() + 6.0, plane.bottom() - 4.0));
        let left = plane.right() + 10.0;
        for ((i, y), spot) in ends.into_iter().zip(spots) {
            let (colour, dash) = series(i);
            let way = Paint::stroke(colour, 0.7).opacity(0.7);
            canvas.line((plane.right(), y), (left, spot), way);
            let paint = Paint::stroke(colour, 1.8).dashed(dash);
            canvas.line((left, spot), (left + SAMPLE, spot), paint);
            let at = (left + SAMPLE + 5.0, spot + 4.5);
            canvas.text(at, &self.parts[i].name, Face::TICK.anchored("start"));
        }
    }

    /// What each part adds, as an area between two sums.
    fn draw_sums(&self, canvas: &mut Canvas, plane: &Plane, sums: &[Vec<f64>]) {
        let mut inner = Canvas::default();
        for (i, pair) in sums.windows(2).enumerate() {
            let (before, after) = (self.runs(plane, &pair[0]), self.runs(plane, &pair[1]));
            for (low, high) in before.iter().zip(&after) {
                let outline: Vec<_> = low.iter().chain(high.iter().rev()).copied().collect();
                let (colour, _) = series(i);
                inner.polygon(&outline, Paint::fill(colour).opacity(0.16));
            }
        }
        plane.draw_grid(&mut inner);
        let Some((last, rest)) = sums.split_last() else {
            return;
        };
        let mut lines = PathData::default();
        for run in rest.iter().flat_map(|sum| self.runs(plane, sum)) {
            lines.open(&run);
        }
        inner.path(lines, Paint::stroke(SOFT, 0.8));
        for run in self.runs(plane, last) {
            inner.polyline(&run, Paint::stroke(NETWORK, 2.4));
        }
        plane.add_clipped(canvas, inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_added_in_order() {
        let part = |name: &str, values: [f64; 3]| Part {
            name: name.into(),
            values: values.to_vec(),
        };
        let picture = StackPicture {
            xs: vec![0.0, 0.5, 1.0],
            constant: 1.0,
            parts: vec![part("a", [0.0, 1.0, 1.0]), part("b", [0.0, 0.0, -3.0])],
            ..StackPicture::default()
        };
        assert_eq!(
            picture.sums(),
            [vec![1.0; 3], vec![1.0, 2.0, 2.0], vec![1.0, 2.0, -1.0]]
        );
        let text = picture.render();
        assert!(text.contains(">a</text>") && text.contains(">b</text>"));
        assert!(!StackPicture::default().render().contains("NaN"));
    }
}
