//! The error over a rectangle, as a map of colours.

use super::axes::{Bound, Scale, decimal, range, ticks};
use super::cells;
use super::page::{Canvas, Face, Page, Paint, SMALL, Swatch, WITNESS_NAME};
use super::palette::{self, HATCH, INK};
use super::plane::{Plane, Rect};
use super::points::DataPoints;

/// Colours in the map; more could not be distinguished, and equal neighbours share a path.
const LEVELS: usize = 48;

/// A cell and the error in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorCell {
    /// Where.
    pub rect: Rect,
    /// Lower end of the enclosure, or the sampled value.
    pub lo: f64,
    /// Upper end of the enclosure, or the sampled value.
    pub hi: f64,
}

/// A heat map of `|N - f|`, or of `N - f` when `signed`.
///
/// A certified cell is coloured by the end farther from zero, so a colour is never too mild.
#[derive(Clone, Debug, Default)]
pub struct ErrorPicture {
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
    /// The cells, in any order.
    pub cells: Vec<ErrorCell>,
    /// Are the cells enclosures (`true`) or samples (`false`)?
    pub certified: bool,
    /// Is the sign of the error shown?
    pub signed: bool,
    /// Certified upper bound over the whole domain, marked beside the colours.
    pub error_upper: Option<Bound>,
    /// Where the error is large.
    pub witness: Option<(f64, f64)>,
    /// The points of the data.
    pub points: DataPoints,
}

impl ErrorPicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let scale = self.scale();
        let mut legend = self.legend();
        legend.extend(self.points.legend(usize::MAX));
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let domain = self.domain.or_hull(self.cells.iter().map(|c| c.rect));
        let plane = Plane::map(domain, page.top, 120.0);
        self.draw_map(&mut page.canvas, &plane, scale);
        self.draw_points(&mut page.canvas, &plane, usize::MAX);
        let name = |s: &str, default: &str| if s.is_empty() { default } else { s }.to_owned();
        let (x, y) = (name(&self.x_label, "x"), name(&self.y_label, "y"));
        plane.draw_axes(&mut page.canvas, Some(&x), &y);
        if let Some(at) = self.witness {
            plane.draw_witness(&mut page.canvas, at);
        }
        self.draw_bar(&mut page.canvas, &plane, scale);
        page.finish(plane.bottom() + Plane::BELOW)
    }

    fn drawable(&self) -> impl Iterator<Item = &ErrorCell> {
        let is_drawable = |c: &&ErrorCell| c.rect.is_drawable() && !c.lo.is_nan() && !c.hi.is_nan();
        self.cells.iter().filter(is_drawable)
    }

    /// Returns the ends of the range of colours.
    pub(super) fn scale(&self) -> (f64, f64) {
        let values = range(self.drawable().map(shown).chain([0.0]));
        let size = values.0.abs().max(values.1.abs());
        (if self.signed { -size } else { 0.0 }, size)
    }

    /// Draws the cells without axes, with a given range of colours.
    pub(super) fn draw_map(&self, canvas: &mut Canvas, plane: &Plane, scale: (f64, f64)) {
        let mut inner = Canvas::default();
        let cells = self.drawable();
        let cells = cells.map(|cell| (cell.rect, level(shown(cell), scale)));
        cells::paint(&mut inner, plane, cells, |level| {
            if level > LEVELS {
                HATCH.to_owned()
            } else {
                self.colour(level)
            }
        });
        let mut crisp = Canvas::default();
        crisp.crisp(inner);
        plane.add_clipped(canvas, crisp);
    }

    /// Draws at most so many points of the data.
    pub(super) fn draw_points(&self, canvas: &mut Canvas, plane: &Plane, most: usize) {
        let mut inner = Canvas::default();
        self.points.draw(&mut inner, plane, most);
        plane.add_clipped(canvas, inner);
    }

    pub(super) fn legend(&self) -> Vec<(Swatch, String)> {
        let unbounded = self.drawable().any(|c| shown(c).is_infinite());
        let name = if self.signed { "N − f" } else { "|N − f|" };
        let text = if self.certified {
            format!("certified bound of {name} on each cell")
        } else {
            format!("{name} at sample points (estimate)")
        };
        let ramp = (0..=6).map(|i| self.colour(LEVELS * i / 6)).collect();
        let mut items = vec![(Swatch::Ramp(ramp), text)];
        if unbounded {
            items.push((Swatch::Fill(HATCH.into()), "no finite bound".to_owned()));
        }
        if self.witness.is_some() {
            items.push((Swatch::Witness, WITNESS_NAME.to_owned()));
        }
        items
    }

    fn colour(&self, level: usize) -> String {
        let t = level as f64 / LEVELS as f64;
        if self.signed {
            palette::diverging(2.0 * t - 1.0).hex()
        } else {
            palette::sequential(t).hex()
        }
    }

    /// The bar of colours beside a plot, with ticks; returns its scale.
    pub(super) fn draw_colours(
        &self,
        canvas: &mut Canvas,
        plane: &Plane,
        range: (f64, f64),
    ) -> Scale {
        let (left, right) = (plane.right() + 24.0, plane.right() + 44.0);
        let scale = Scale::new(range, plane.bottom(), plane.top());
        let high = (plane.bottom() - plane.top()) / (LEVELS + 1) as f64;
        let mut bar = Canvas::default();
        for level in 0..=LEVELS {
            let y = plane.bottom() - level as f64 * high;
            let colour = self.colour(level);
            bar.rect(left, y - high, right, y, Paint::fill(&colour));
        }
        canvas.crisp(bar);
        let paint = Paint::stroke(INK, 1.0);
        canvas.rect(left, plane.top(), right, plane.bottom(), paint);
        let ticks = ticks(scale.lo, scale.hi, 6);
        for (value, label) in &ticks.marks {
            let y = scale.at(*value);
            canvas.line((right, y), (right + 5.0, y), paint);
            let at = (right + 9.0, y + 4.5);
            canvas.text(at, label, Face::TICK.anchored("start"));
        }
        let at = (right + 9.0, plane.bottom() + 20.0);
        canvas.text(at, &ticks.label(""), Face::TICK);
        scale
    }

    fn draw_bar(&self, canvas: &mut Canvas, plane: &Plane, range: (f64, f64)) {
        let scale = self.draw_colours(canvas, plane, range);
        let left = plane.right() + 24.0;
        let right = left + 20.0;
        if let Some(bound) = self.error_upper.as_ref().filter(|b| b.value.is_finite()) {
            let y = scale.at(bound.value);
            if y >= plane.top() - 0.5 {
                canvas.line((left - 5.0, y), (right, y), Paint::stroke(INK, 2.0));
            }
            let face = Face {
                size: SMALL,
                ..Face::TICK.anchored("end")
            };
            let text = format!("certified: ≤ {}", bound.text);
            canvas.text((plane.right() + 110.0, plane.bottom() + 40.0), &text, face);
        } else if !self.cells.is_empty() {
            let text = format!("largest: {}", decimal(range.1, 4));
            let face = Face::TICK.anchored("end");
            canvas.text((plane.right() + 110.0, plane.bottom() + 40.0), &text, face);
        }
    }
}

/// The end farther from zero.
fn shown(cell: &ErrorCell) -> f64 {
    if cell.lo.abs() > cell.hi.abs() {
        cell.lo
    } else {
        cell.hi
    }
}

/// Returns a colour that is never milder than the value; one past the last for an unbounded cell.
fn level(value: f64, (lo, hi): (f64, f64)) -> usize {
    if value.is_infinite() {
        return LEVELS + 1;
    }
    let t = (value.clamp(lo, hi) - lo) / (hi - lo) * LEVELS as f64;
    let t = if lo < 0.0 && value < 0.0 {
        t.floor()
    } else {
        t.ceil()
    };
    (t as usize).min(LEVELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_never_too_mild() {
        assert_eq!(level(1e-12, (0.0, 1.0)), 1);
        assert_eq!(level(1.0, (0.0, 1.0)), LEVELS);
        assert_eq!(level(-1e-12, (-1.0, 1.0)), LEVELS / 2 - 1);
        assert_eq!(level(f64::INFINITY, (0.0, 1.0)), LEVELS + 1);
        let cell = ErrorCell {
            rect: Rect::default(),
            lo: -3.0,
            hi: 2.0,
        };
        assert!(shown(&cell) < 0.0);
    }
}
