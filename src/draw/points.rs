//! Points of the data, over a picture of the plane: inside dots, outside crosses, values dots, and rings
//! around those that stand out.

use super::canvas::{Canvas, Paint, PathData};
use super::page::Swatch;
use super::palette::{INK, NETWORK, PAPER, WITNESS};
use super::plane::Plane;
use std::fmt::Write;

/// The most points that are drawn; of more, every n-th.
const MOST: usize = 2000;

/// How a point is marked: two colours, and two shapes that grey print keeps apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A label: inside the region.
    Inside,
    /// A label: outside of the region.
    Outside,
    /// A value.
    Value,
    /// Around a point where the network is wrong, or farthest from the value.
    Ring,
}

/// A point of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DataPoint {
    /// First coordinate.
    pub x: f64,
    /// Second coordinate.
    pub y: f64,
    /// How it is marked.
    pub mark: Mark,
    /// Has it a ring around it?
    pub stands_out: bool,
}

/// The points of the data; of many, some are drawn, and the legend says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataPoints {
    /// All points, in the order of the data.
    pub points: Vec<DataPoint>,
    /// Those that stand out are called this: `decided wrongly`, `largest residual`.
    pub ring_name: String,
}

impl DataPoints {
    /// Is there nothing to draw?
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The points that are drawn, if at most so many are.
    pub(super) fn shown(&self, most: usize) -> impl Iterator<Item = &DataPoint> {
        let every = self.points.len().div_ceil(most.clamp(1, MOST)).max(1);
        self.points.iter().step_by(every)
    }

    /// Draws the points over a plot; small and translucent where they are many.
    pub(super) fn draw(&self, canvas: &mut Canvas, plane: &Plane, most: usize) {
        let area = (plane.right() - plane.left()) * (plane.bottom() - plane.top());
        let size = size(area, self.shown(most).count());
        let at = |p: &DataPoint| plane.at(p.x, p.y);
        let inside = |(x, y): (f64, f64)| {
            x >= plane.left() && x <= plane.right() && y >= plane.top() && y <= plane.bottom()
        };
        let places = self.shown(most).map(|p| (at(p), p.mark, p.stands_out));
        draw_marks(canvas, places.filter(|(place, ..)| inside(*place)), size);
    }

    /// The lines of the legend: what is there, and how many.
    pub(super) fn legend(&self, most: usize) -> Vec<(Swatch, String)> {
        let count = |mark| self.points.iter().filter(|p| p.mark == mark).count();
        let mut items = Vec::new();
        for (mark, name) in [
            (Mark::Inside, "labelled inside"),
            (Mark::Outside, "labelled outside"),
            (Mark::Value, "points"),
        ] {
            let found = count(mark);
            if found > 0 {
                items.push((Swatch::Point(mark), format!("{found} {name}")));
            }
        }
        let rings = self.points.iter().filter(|p| p.stands_out).count();
        if rings > 0 {
            let name = match rings {
                1 => self.ring_name.clone(),
                _ => format!("{rings} {}", self.ring_name),
            };
            items.push((Swatch::Point(Mark::Ring), name));
        }
        let drawn = self.shown(most).count();
        if drawn < self.points.len()
            && let Some((_, name)) = items.last_mut()
        {
            let _ = write!(name, " ({drawn} of {} points drawn)", self.points.len());
        }
        items
    }
}

/// The size of a dot, so that many points leave the picture readable.
pub(super) fn size(area: f64, count: usize) -> f64 {
    let spacing = (area / count.max(1) as f64).sqrt();
    (0.26 * spacing).clamp(1.6, 7.0)
}

/// Draws marks at places in pixels: dots and crosses, then rings.
pub(super) fn draw_marks(
    canvas: &mut Canvas,
    places: impl Iterator<Item = ((f64, f64), Mark, bool)>,
    size: f64,
) {
    let (mut inside, mut outside, mut values, mut rings) = (
        PathData::default(),
        PathData::default(),
        PathData::default(),
        PathData::default(),
    );
    for ((x, y), mark, stands_out) in places {
        match mark {
            Mark::Inside => inside.dot(x, y),
            Mark::Outside => outside.cross(x, y, size * 0.55),
            Mark::Value | Mark::Ring => values.dot(x, y),
        }
        if stands_out {
            rings.circle(x, y, size * 0.5 + 2.6);
        }
    }
    let thin = (size * 0.34).clamp(0.7, 1.5);
    // A light ground, so that a mark is seen on dark colours as well.
    canvas.path(
        rings.clone(),
        Paint::fill(PAPER).edge(PAPER, 2.6).opacity(0.8),
    );
    canvas.path(outside, Paint::stroke(INK, thin).opacity(0.75));
    canvas.dots(inside, NETWORK, size, 0.8);
    canvas.dots(values, INK, size, 0.55);
    canvas.path(rings, Paint::stroke(WITNESS, 1.2));
}

/// Draws the swatch of a mark.
pub(super) fn draw_swatch(canvas: &mut Canvas, at: (f64, f64), mark: Mark) {
    let place = [(at, mark, mark == Mark::Ring)];
    let size = if mark == Mark::Ring { 3.0 } else { 6.0 };
    draw_marks(canvas, place.into_iter(), size);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Rect;

    fn points(count: u32) -> DataPoints {
        let point = |k: u32| DataPoint {
            x: f64::from(k) / f64::from(count),
            y: f64::from(k % 7) / 7.0,
            mark: if k.is_multiple_of(2) {
                Mark::Inside
            } else {
                Mark::Outside
            },
            stands_out: k.is_multiple_of(10),
        };
        DataPoints {
            points: (0..count).map(point).collect(),
            ring_name: "decided wrongly".into(),
        }
    }

    fn drawn(points: &DataPoints) -> String {
        let mut canvas = Canvas::default();
        let plane = Plane::map(Rect::new(0.0, 1.0, 0.0, 1.0), 0.0, 20.0);
        points.draw(&mut canvas, &plane, MOST);
        let nodes = canvas.into_nodes().into_iter();
        nodes.map(|node| node.to_string()).collect()
    }

    #[test]
    fn a_thousand_points_are_a_small_picture() {
        let text = drawn(&points(1000));
        assert!(text.len() < 60_000, "{}", text.len());
        assert_eq!(text.matches('M').count(), 500 + 2 * 500 + 2 * 100);
    }

    #[test]
    fn of_many_points_some_are_drawn_and_the_legend_says_so() {
        let many = points(50_000);
        assert_eq!(many.shown(MOST).count(), 2000);
        let legend = many.legend(MOST);
        assert_eq!(legend[0].1, "25000 labelled inside");
        assert!(matches!(legend[2].0, Swatch::Point(Mark::Ring)));
        assert_eq!(
            legend[2].1,
            "5000 decided wrongly (2000 of 50000 points drawn)"
        );
        assert!(
            points(3)
                .legend(MOST)
                .iter()
                .all(|(_, text)| !text.contains("drawn"))
        );
    }

    #[test]
    fn points_beside_the_plot_are_left_out() {
        let mut few = points(2);
        let count = |points: &DataPoints| drawn(points).matches('M').count();
        let all = count(&few);
        few.points[1].x = 3.0;
        assert_eq!(count(&few), all - 2);
    }
}
