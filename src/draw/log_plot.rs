//! Plots with logarithmic axes: how errors decrease with size, and losses with steps.

use super::axes::{Scale, decimal, range};
use super::labels::spread;
use super::page::{
    Canvas, Face, MARGIN, Page, Paint, PathData, SMALL, Shape, Swatch, WIDTH, text_width,
};
use super::palette::{self, GRID, INK, PAPER, SOFT, THEORY};
use super::plane::Plane;

/// More names than this, or wider ones, stand in a legend above the plot.
const MOST_NAMES: usize = 22;
const WIDEST_NAME: f64 = 240.0;
/// The piece of a line before its name.
const SAMPLE: f64 = 22.0;

/// One line of a plot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// Positions, and the two values at each; equal values are a point.
    pub points: Vec<(f64, f64, f64)>,
    /// Whether the points are marked, with bars between their values.
    pub is_marked: bool,
    /// Whether it is a line by theory: thin and pale.
    pub is_theory: bool,
}

/// A plot with a logarithmic vertical axis.
#[derive(Clone, Debug, Default)]
pub struct LogPlot {
    /// Heading.
    pub title: String,
    /// A caption.
    pub caption: String,
    /// Name of the horizontal axis.
    pub x_label: String,
    /// Name of the vertical axis.
    pub y_label: String,
    /// Whether the horizontal axis is logarithmic too.
    pub is_x_log: bool,
    /// The lines. Values that are not positive are left out.
    pub series: Vec<Series>,
}

impl LogPlot {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let column = self.label_column();
        let legend: Vec<(Swatch, String)> = self
            .series
            .iter()
            .enumerate()
            .filter(|_| column.is_none())
            .map(|(i, series)| {
                let (colour, dash) = style(i, series);
                let width = if series.is_theory { 1.0 } else { 2.0 };
                (
                    Swatch::Line(colour.into(), width, dash),
                    series.name.clone(),
                )
            })
            .collect();
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let log_x = |x: f64| if self.is_x_log { libm::log10(x) } else { x };
        let all = || self.series.iter().flat_map(|series| &series.points);
        let x = range(all().map(|p| log_x(p.0)));
        let y = range(all().flat_map(|p| [libm::log10(p.1), libm::log10(p.2)]));
        let (room_x, room_y) = ((x.1 - x.0) * 0.03, (y.1 - y.0) * 0.05);
        let x = (x.0 - if self.is_x_log { room_x } else { 0.0 }, x.1 + room_x);
        let y = (y.0 - room_y, y.1 + room_y);
        let room = column.unwrap_or(0.0);
        let size = (WIDTH - Plane::LEFT - MARGIN - room, 380.0);
        let plane = Plane::new(x, y, Plane::LEFT, page.top, size);
        self.draw_frame(&mut page.canvas, &plane);
        let mut inner = Canvas::default();
        let mut ends = Vec::new();
        for (i, series) in self.series.iter().enumerate() {
            let (colour, dash) = style(i, series);
            let at = |x: f64, y: f64| (log_x(x), libm::log10(y));
            let middle: Vec<(f64, f64)> = series
                .points
                .iter()
                .map(|&(x, low, high)| {
                    let (p, q) = (at(x, low), at(x, high));
                    // An end that is not positive leaves only the other.
                    if p.1.is_finite() {
                        (p.0, p.1.midpoint(q.1))
                    } else {
                        q
                    }
                })
                .collect();
            let width = if series.is_theory { 1.0 } else { 2.0 };
            let runs = plane.runs(&middle);
            ends.extend(runs.last().and_then(|run| Some((i, *run.last()?))));
            for run in runs {
                inner.polyline(&run, Paint::stroke(colour, width).dashed(dash));
            }
            if !series.is_marked {
                continue;
            }
            for (&(x, low, high), &(_, y)) in series.points.iter().zip(&middle) {
                let (p, q) = (at(x, low), at(x, high));
                if !y.is_finite() || !p.0.is_finite() {
                    continue;
                }
                let low = if p.1.is_finite() {
                    p
                } else {
                    (p.0, plane.y.lo)
                };
                let (low, high) = (plane.at(low.0, low.1), plane.at(q.0, q.1));
                if low.1 - high.1 > 1.0 {
                    inner.line(low, high, Paint::stroke(colour, 1.2));
                }
                let paint = Paint::fill(PAPER).edge(colour, 1.8);
                inner.circle(plane.at(p.0, y), 3.4, paint);
            }
        }
        plane.add_clipped(&mut page.canvas, inner);
        if column.is_some() {
            self.draw_names(&mut page.canvas, &plane, &ends);
        }
        page.finish(plane.bottom() + Plane::BELOW)
    }

    /// The room that the names of the lines want beside the plot; `None` where they stand in a legend.
    fn label_column(&self) -> Option<f64> {
        let names = self.series.iter().map(|s| text_width(&s.name, SMALL));
        let widest = names.fold(0.0_f64, f64::max);
        let fits = self.series.len() <= MOST_NAMES && widest <= WIDEST_NAME;
        (fits && !self.series.is_empty()).then_some(widest + SAMPLE + 18.0)
    }

    /// The name of each line beside its end, with a piece of the line before it.
    fn draw_names(&self, canvas: &mut Canvas, plane: &Plane, ends: &[(usize, (f64, f64))]) {
        let ys: Vec<f64> = ends.iter().map(|(_, end)| end.1).collect();
        let spots = spread(&ys, 16.0, (plane.top() + 6.0, plane.bottom() - 4.0));
        let left = plane.right() + 10.0;
        for (&(i, (x, y)), spot) in ends.iter().zip(spots) {
            let series = &self.series[i];
            let (colour, dash) = style(i, series);
            let way = [(x, y), (plane.right().max(x), y), (left, spot)];
            canvas.polyline(&way, Paint::stroke(colour, 0.7).opacity(0.7));
            let width = if series.is_theory { 1.0 } else { 2.0 };
            let paint = Paint::stroke(colour, width).dashed(dash);
            canvas.line((left, spot), (left + SAMPLE, spot), paint);
            let at = (left + SAMPLE + 5.0, spot + 4.5);
            canvas.text(at, &series.name, Face::TICK.anchored("start"));
        }
    }

    /// Grid, frame, ticks and names.
    fn draw_frame(&self, canvas: &mut Canvas, plane: &Plane) {
        let mut lines = PathData::default();
        let vertical = log_ticks(&plane.y, 9);
        for &(value, _) in &vertical {
            let y = plane.y.at(value);
            lines.open(&[(plane.left(), y), (plane.right(), y)]);
        }
        let horizontal = self.is_x_log.then(|| log_ticks(&plane.x, 10));
        for &(value, _) in horizontal.iter().flatten() {
            let x = plane.x.at(value);
            lines.open(&[(x, plane.top()), (x, plane.bottom())]);
        }
        canvas.path(lines, Paint::stroke(GRID, 0.8));
        let paint = Paint::stroke(INK, 1.0);
        canvas.rect(
            plane.left(),
            plane.top(),
            plane.right(),
            plane.bottom(),
            paint,
        );
        let mut widest = 0;
        for (value, label) in &vertical {
            let (x, y) = (plane.left(), plane.y.at(*value));
            canvas.line((x - 5.0, y), (x, y), paint);
            canvas.text((x - 8.0, y + 4.5), label, Face::TICK.anchored("end"));
            widest = widest.max(label.chars().count());
        }
        let face = Face {
            turned: true,
            ..Face::LABEL
        };
        let left = (plane.left() - 22.0 - 8.0 * widest as f64).max(18.0);
        canvas.text(
            (left, plane.top().midpoint(plane.bottom())),
            &self.y_label,
            face,
        );
        match horizontal {
            None => plane.draw_x_axis(canvas, Some(&self.x_label)),
            Some(marks) => {
                for (value, label) in marks {
                    let (x, y) = (plane.x.at(value), plane.bottom());
                    canvas.line((x, y), (x, y + 5.0), paint);
                    canvas.text((x, y + 19.0), &label, Face::TICK);
                }
                let x = plane.left().midpoint(plane.right());
                let face = Face {
                    shape: Shape::Italic,
                    colour: SOFT,
                    ..Face::LABEL
                };
                canvas.text((x, plane.bottom() + 40.0), &self.x_label, face);
            }
        }
    }
}

fn style(number: usize, series: &Series) -> (&'static str, &'static str) {
    if series.is_theory {
        // Every second one is dotted: two lines by theory differ in grey as well.
        (
            THEORY,
            if number.is_multiple_of(2) {
                "2 3"
            } else {
                "4 3"
            },
        )
    } else {
        palette::series(number)
    }
}

/// Returns ticks for a scale of decimal logarithms: powers of ten, or every few of them; with fewer
/// than two, also their multiples by 2 and 5, or plain round numbers.
fn log_ticks(scale: &Scale, most: i32) -> Vec<(f64, String)> {
    let (first, last) = (scale.lo.ceil() as i32, scale.hi.floor() as i32);
    let step = ((last - first) / most + 1).max(1);
    let power = |e: i32| (f64::from(e), decimal(libm::exp10(f64::from(e)), 3));
    let decades = (first..=last).filter(|e| e.rem_euclid(step) == 0);
    if last - first >= 3 {
        return decades.map(power).collect();
    }
    let mut marks = Vec::new();
    for e in first - 1..=last {
        for digit in 1..10_i32 {
            let at = f64::from(e) + libm::log10(f64::from(digit));
            let is_wanted = last <= first || matches!(digit, 1 | 2 | 5);
            if is_wanted && (scale.lo..=scale.hi).contains(&at) {
                marks.push((at, decimal(f64::from(digit) * libm::exp10(f64::from(e)), 3)));
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_powers_of_ten_or_round_multiples() {
        let labels = |lo: f64, hi: f64| -> Vec<String> {
            let marks = log_ticks(&Scale::new((lo, hi), 0.0, 1.0), 9);
            marks.into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(-3.2, 1.1), ["0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!(labels(0.0, 1.1), ["1", "2", "5", "10"]);
        assert_eq!(labels(0.2, 0.65), ["2", "3", "4"]);
        assert!(labels(-300.0, 300.0).len() <= 11);
    }

    #[test]
    fn lines_are_named_at_their_ends() {
        let series = |k: u32| Series {
            name: format!("net {k}"),
            points: vec![(0.0, 1.0, 1.0), (9.0, 0.1, 0.1)],
            ..Series::default()
        };
        let plot = LogPlot {
            series: (0..10).map(series).collect(),
            ..LogPlot::default()
        };
        let text = plot.render();
        let mut places: Vec<f64> = text
            .lines()
            .filter(|line| line.contains(">net "))
            .filter_map(|line| line.split_once(" y=\"")?.1.split_once('"')?.0.parse().ok())
            .collect();
        places.sort_by(f64::total_cmp);
        assert_eq!(places.len(), 10);
        assert!(
            places.windows(2).all(|pair| pair[1] - pair[0] > 15.9),
            "{places:?}"
        );
        let long = LogPlot {
            series: vec![Series {
                name: "n".repeat(60),
                ..series(0)
            }],
            ..LogPlot::default()
        };
        assert!(long.label_column().is_none());
    }

    #[test]
    fn zeros_and_gaps_do_not_stop_the_plot() {
        let plot = LogPlot {
            is_x_log: true,
            series: vec![Series {
                name: "n".into(),
                points: vec![
                    (1.0, 0.0, 1.0),
                    (2.0, 0.0, 0.0),
                    (4.0, 0.2, 0.3),
                    (8.0, f64::NAN, 1.0),
                ],
                is_marked: true,
                is_theory: false,
            }],
            ..LogPlot::default()
        };
        let text = plot.render();
        assert!(!text.contains("NaN") && !text.contains("inf"));
        assert_eq!(text.matches("<circle").count(), 3);
        assert!(!LogPlot::default().render().contains("NaN"));
    }
}
