//! A frame with two axes.

use super::axes::{Scale, Ticks, ticks};
use super::page::{Canvas, Face, Paint, WIDTH};
use super::palette::{GRID, INK, WITNESS};

/// A rectangle in input coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left end.
    pub x0: f64,
    /// Right end.
    pub x1: f64,
    /// Lower end.
    pub y0: f64,
    /// Upper end.
    pub y1: f64,
}

impl Rect {
    /// Returns `[x0, x1] × [y0, y1]`.
    pub fn new(x0: f64, x1: f64, y0: f64, y1: f64) -> Self {
        Rect { x0, x1, y0, y1 }
    }

    pub(crate) fn is_drawable(&self) -> bool {
        [self.x0, self.x1, self.y0, self.y1]
            .iter()
            .all(|v| v.is_finite())
            && self.x0 <= self.x1
            && self.y0 <= self.y1
    }

    /// The smallest rectangle around those that can be drawn; the unit square without any.
    pub(crate) fn hull(all: impl IntoIterator<Item = Rect>) -> Rect {
        all.into_iter()
            .filter(Rect::is_drawable)
            .reduce(|a, b| Rect {
                x0: a.x0.min(b.x0),
                x1: a.x1.max(b.x1),
                y0: a.y0.min(b.y0),
                y1: a.y1.max(b.y1),
            })
            .unwrap_or(Rect::new(0.0, 1.0, 0.0, 1.0))
    }

    /// This rectangle if it can be drawn and has an area, otherwise the hull of the others.
    pub(crate) fn or_hull(self, all: impl IntoIterator<Item = Rect>) -> Rect {
        if self.is_drawable() && self.x0 < self.x1 && self.y0 < self.y1 {
            self
        } else {
            Rect::hull(all)
        }
    }
}

/// Where a plot lies on the page, and what its axes mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane {
    pub x: Scale,
    pub y: Scale,
}

impl Plane {
    /// Room left of a plot for the labels of the y axis.
    pub const LEFT: f64 = 84.0;
    /// Room below a plot for the labels of the x axis.
    pub const BELOW: f64 = 50.0;

    /// A plot of the given pixel size.
    pub fn new(x: (f64, f64), y: (f64, f64), left: f64, top: f64, size: (f64, f64)) -> Self {
        Plane {
            x: Scale::new(x, left, left + size.0),
            y: Scale::new(y, top + size.1, top),
        }
    }

    /// A map with equal units on both axes, unless that would make it a thin strip; `right` is
    /// the room wanted beside it.
    pub fn map(rect: Rect, top: f64, right: f64) -> Self {
        let (wide, high) = (WIDTH - Self::LEFT - right, 480.0);
        let x = Scale::new((rect.x0, rect.x1), 0.0, 1.0);
        let y = Scale::new((rect.y0, rect.y1), 0.0, 1.0);
        let ratio = (y.hi - y.lo) / (x.hi - x.lo);
        let (w, h) = if !(0.25..=4.0).contains(&ratio) {
            (wide, high * 0.8)
        } else if wide * ratio <= high {
            (wide, wide * ratio)
        } else {
            (high / ratio, high)
        };
        let left = Self::LEFT + (wide - w) / 2.0;
        Self::new((rect.x0, rect.x1), (rect.y0, rect.y1), left, top, (w, h))
    }

    pub fn left(&self) -> f64 {
        self.x.from
    }
    pub fn right(&self) -> f64 {
        self.x.to
    }
    pub fn top(&self) -> f64 {
        self.y.to
    }
    pub fn bottom(&self) -> f64 {
        self.y.from
    }

    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    pub fn corners(&self, r: &Rect) -> (f64, f64, f64, f64) {
        (
            self.x.at(r.x0),
            self.y.at(r.y1),
            self.x.at(r.x1),
            self.y.at(r.y0),
        )
    }

    /// Runs of consecutive finite points, in pixels.
    pub fn runs(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        points
            .split(|p| !p.0.is_finite() || !p.1.is_finite())
            .filter(|run| !run.is_empty())
            .map(|run| run.iter().map(|&(x, y)| self.at(x, y)).collect())
            .collect()
    }

    pub fn add_clipped(&self, canvas: &mut Canvas, inner: Canvas) {
        canvas.clipped(inner, self.left(), self.top(), self.right(), self.bottom());
    }

    fn x_ticks(&self) -> Ticks {
        let room = (self.right() - self.left()) / 80.0;
        ticks(self.x.lo, self.x.hi, room.clamp(2.0, 9.0) as u32)
    }

    fn y_ticks(&self) -> Ticks {
        let room = (self.bottom() - self.top()) / 42.0;
        ticks(self.y.lo, self.y.hi, room.clamp(2.0, 9.0) as u32)
    }

    /// Pale lines at the ticks, to be drawn before the data.
    pub fn draw_grid(&self, canvas: &mut Canvas) {
        let paint = Paint::stroke(GRID, 0.8);
        for (x, _) in self.x_ticks().marks {
            let x = self.x.at(x);
            canvas.line((x, self.top()), (x, self.bottom()), paint);
        }
        for (y, _) in self.y_ticks().marks {
            let y = self.y.at(y);
            canvas.line((self.left(), y), (self.right(), y), paint);
        }
    }

    /// The frame, ticks and names of the axes; an `x_name` of `None` leaves out the x labels.
    pub fn draw_axes(&self, canvas: &mut Canvas, x_name: Option<&str>, y_name: &str) {
        let paint = Paint::stroke(INK, 1.0);
        canvas.rect(self.left(), self.top(), self.right(), self.bottom(), paint);
        self.draw_x_axis(canvas, x_name);
        let ticks = self.y_ticks();
        let mut longest = 0;
        for (value, label) in &ticks.marks {
            let (x, y) = (self.left(), self.y.at(*value));
            canvas.line((x - 5.0, y), (x, y), paint);
            canvas.text((x - 8.0, y + 4.5), label, Face::TICK.anchored("end"));
            longest = longest.max(label.chars().count());
        }
        let at = (
            (self.left() - 22.0 - longest as f64 * 8.0).max(18.0),
            self.top().midpoint(self.bottom()),
        );
        let face = Face {
            turned: true,
            ..Face::LABEL
        };
        canvas.text(at, &ticks.label(y_name), face);
    }

    /// Ticks below the plot, with labels and a name if there is one.
    pub fn draw_x_axis(&self, canvas: &mut Canvas, name: Option<&str>) {
        let ticks = self.x_ticks();
        for (value, label) in &ticks.marks {
            let (x, y) = (self.x.at(*value), self.bottom());
            canvas.line((x, y), (x, y + 5.0), Paint::stroke(INK, 1.0));
            if name.is_some() {
                canvas.text((x, y + 19.0), label, Face::TICK);
            }
        }
        if let Some(name) = name {
            let x = self.left().midpoint(self.right());
            canvas.text((x, self.bottom() + 40.0), &ticks.label(name), Face::LABEL);
        }
    }

    /// Marks a point of the plane, if it lies in it.
    pub fn draw_witness(&self, canvas: &mut Canvas, (x, y): (f64, f64)) {
        if x.is_finite() && y.is_finite() {
            canvas.witness(self.at(x, y));
        }
    }

    /// A level line across the plot with its value written above or below it.
    pub fn draw_level(&self, canvas: &mut Canvas, level: f64, text: &str, above: bool) {
        if !level.is_finite() {
            return;
        }
        let y = self.y.at(level);
        let paint = Paint::stroke(WITNESS, 1.2).dashed("7 4");
        canvas.line((self.left(), y), (self.right(), y), paint);
        let at = (self.right() - 6.0, if above { y - 6.0 } else { y + 16.0 });
        let face = Face::TICK.anchored("end").boxed().coloured(WITNESS);
        canvas.text(at, text, face);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_keep_the_shape() {
        let plane = Plane::map(Rect::new(-2.0, 2.0, -1.0, 1.0), 0.0, 20.0);
        let (w, h) = (plane.right() - plane.left(), plane.bottom() - plane.top());
        assert!((w - 2.0 * h).abs() < 1e-9 && plane.right() <= WIDTH);
        let strip = Plane::map(Rect::new(0.0, 1e9, 0.0, 1.0), 0.0, 20.0);
        assert!(strip.bottom() - strip.top() > 100.0);
    }

    #[test]
    fn bad_rectangles_are_left_out() {
        let bad = Rect::new(f64::NAN, 1.0, 0.0, 1.0);
        let good = Rect::new(2.0, 3.0, 4.0, 5.0);
        assert_eq!(bad.or_hull([bad, good]), good);
        assert_eq!(Rect::hull([bad]), Rect::new(0.0, 1.0, 0.0, 1.0));
        assert_eq!(
            Plane::map(good, 0.0, 0.0)
                .runs(&[(2.0, 4.0), (f64::NAN, 4.0), (3.0, 4.0)])
                .len(),
            2
        );
    }
}
