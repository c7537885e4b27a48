//! One input: target, network, certified band, and below them the error.

use super::axes::{Bound, padded, range};
use super::page::{Canvas, MARGIN, Page, Paint, PathData, Swatch, WIDTH, WITNESS_NAME};
use super::palette::{BAND, INK, NETWORK, SOFT, TARGET};
use super::plane::Plane;
use super::points::DataPoints;

/// A point where the error is known to be large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveWitness {
    /// The input.
    pub x: f64,
    /// The target there.
    pub target: f64,
    /// The network there.
    pub network: f64,
}

/// A function of one variable, its network, and their difference.
///
/// Curves are polylines; several of them if a curve jumps.
#[derive(Clone, Debug, Default)]
pub struct CurvePicture {
    /// Heading.
    pub title: String,
    /// The claim the picture shows.
    pub caption: String,
    /// Name of the input; `x` when empty.
    pub x_label: String,
    /// Points of the target.
    pub target: Vec<Vec<(f64, f64)>>,
    /// Points of the network.
    pub network: Vec<Vec<(f64, f64)>>,
    /// Points of network minus target; no lower panel when empty.
    pub error: Vec<Vec<(f64, f64)>>,
    /// Certified upper bound of `|N - f|`, rounded up: the half width of the band.
    pub error_upper: Option<Bound>,
    /// Where the error is large, marked in both panels.
    pub witness: Option<CurveWitness>,
    /// The points of the data, in the upper panel.
    pub points: DataPoints,
    /// Values and errors that are in view besides those of the curves: pictures in a row then share their axes.
    pub in_view: [Vec<f64>; 2],
}

impl CurvePicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let band = self.error_upper.as_ref().filter(|b| b.value.is_finite());
        let mut page = Page::new(&self.title, &self.caption, &self.legend(band));
        let points = || self.target.iter().chain(&self.network).flatten();
        let half = band.map_or(0.0, |b| b.value);
        let xs = range(
            points()
                .chain(self.error.iter().flatten())
                .filter(|p| p.1.is_finite())
                .map(|p| p.0),
        );
        let targets = self.target.iter().flatten().map(|p| p.1);
        let ys = range(
            points()
                .map(|p| p.1)
                .chain(self.points.points.iter().map(|p| p.y))
                .chain(targets.clone().map(|y| y - half))
                .chain(targets.map(|y| y + half))
                .chain(self.in_view[0].iter().copied()),
        );
        let below = !self.error.iter().all(Vec::is_empty);
        let wide = WIDTH - Plane::LEFT - MARGIN;
        let high = if below { 300.0 } else { 400.0 };
        let upper = Plane::new(xs, padded(ys, 0.04), Plane::LEFT, page.top, (wide, high));
        self.draw_curves(&mut page.canvas, &upper, half);
        let values = if self.target.is_empty() {
            "N"
        } else {
            "f and N"
        };
        let name = if self.x_label.is_empty() {
            "x"
        } else {
            &self.x_label
        };
        upper.draw_axes(&mut page.canvas, (!below).then_some(name), values);
        let mut bottom = upper.bottom();
        if below {
            let levels = [half, -half, 0.0];
            let es = range(
                self.error
                    .iter()
                    .flatten()
                    .map(|p| p.1)
                    .chain(levels)
                    .chain(self.in_view[1].iter().copied()),
            );
            let top = bottom + 26.0;
            let lower = Plane::new(xs, padded(es, 0.14), Plane::LEFT, top, (wide, 170.0));
            self.draw_error(&mut page.canvas, &lower, band);
            lower.draw_axes(&mut page.canvas, Some(name), "N − f");
            bottom = lower.bottom();
        }
        page.finish(bottom + Plane::BELOW)
    }

    fn legend(&self, band: Option<&Bound>) -> Vec<(Swatch, String)> {
        let mut items = Vec::new();
        if !self.target.is_empty() {
            items.push((Swatch::Line(TARGET.into(), 4.0, ""), "target f".to_owned()));
        }
        items.push((
            Swatch::Line(NETWORK.into(), 1.6, ""),
            "network N".to_owned(),
        ));
        if let Some(band) = band {
            items.push((
                Swatch::Fill(BAND.into()),
                format!("certified: |N − f| ≤ {}", band.text),
            ));
        }
        if self.witness.is_some() {
            items.push((Swatch::Witness, WITNESS_NAME.to_owned()));
        }
        items.extend(self.points.legend(usize::MAX));
        items
    }

    fn draw_curves(&self, canvas: &mut Canvas, plane: &Plane, half: f64) {
        let mut inner = Canvas::default();
        if half > 0.0 {
            for run in self.target.iter().flat_map(|line| finite_runs(line)) {
                let mut edge: Vec<_> = run.iter().map(|p| plane.at(p.0, p.1 + half)).collect();
                edge.extend(run.iter().rev().map(|p| plane.at(p.0, p.1 - half)));
                inner.polygon(&edge, Paint::fill(BAND).edge(BAND, 0.5));
            }
        }
        plane.draw_grid(&mut inner);
        stroke(&mut inner, plane, &self.target, Paint::stroke(TARGET, 4.0));
        self.points.draw(&mut inner, plane, usize::MAX);
        jumps(&mut inner, plane, &self.network);
        stroke(
            &mut inner,
            plane,
            &self.network,
            Paint::stroke(NETWORK, 1.6),
        );
        plane.add_clipped(canvas, inner);
        if let Some(w) = self.witness {
            plane.draw_witness(canvas, (w.x, w.network));
        }
    }

    fn draw_error(&self, canvas: &mut Canvas, plane: &Plane, band: Option<&Bound>) {
        let mut inner = Canvas::default();
        if let Some(band) = band {
            let (y0, y1) = (plane.y.at(band.value), plane.y.at(-band.value));
            inner.rect(plane.left(), y0, plane.right(), y1, Paint::fill(BAND));
        }
        plane.draw_grid(&mut inner);
        let zero = plane.y.at(0.0);
        let paint = Paint::stroke(INK, 0.8);
        inner.line((plane.left(), zero), (plane.right(), zero), paint);
        jumps(&mut inner, plane, &self.error);
        stroke(&mut inner, plane, &self.error, Paint::stroke(NETWORK, 1.4));
        plane.add_clipped(canvas, inner);
        if let Some(band) = band {
            plane.draw_level(canvas, band.value, &format!("+{}", band.text), true);
            plane.draw_level(canvas, -band.value, &format!("−{}", band.text), false);
        }
        if let Some(w) = self.witness {
            plane.draw_witness(canvas, (w.x, w.network - w.target));
        }
    }
}

fn finite_runs(line: &[(f64, f64)]) -> impl Iterator<Item = &[(f64, f64)]> {
    line.split(|p| !p.0.is_finite() || !p.1.is_finite())
        .filter(|run| !run.is_empty())
}

fn stroke(canvas: &mut Canvas, plane: &Plane, lines: &[Vec<(f64, f64)>], paint: Paint) {
    let mut data = PathData::default();
    for run in lines.iter().flat_map(|line| plane.runs(line)) {
        data.open(&run);
    }
    canvas.path(data, paint);
}

/// Dotted vertical lines where one polyline ends and the next begins above or below it.
fn jumps(canvas: &mut Canvas, plane: &Plane, lines: &[Vec<(f64, f64)>]) {
    let mut data = PathData::default();
    let runs: Vec<_> = lines.iter().flat_map(|line| plane.runs(line)).collect();
    for pair in runs.windows(2) {
        if let (Some(&a), Some(&b)) = (pair[0].last(), pair[1].first())
            && (a.0 - b.0).abs() < 1.0
        {
            data.open(&[a, b]);
        }
    }
    canvas.path(data, Paint::stroke(SOFT, 0.9).dashed("1.5 2"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jumps_are_dotted_not_drawn_through() {
        let picture = CurvePicture {
            network: vec![vec![(0.0, 0.0), (0.5, 0.0)], vec![(0.5, 1.0), (1.0, 1.0)]],
            ..CurvePicture::default()
        };
        let text = picture.render();
        assert_eq!(text.matches("stroke-dasharray=\"1.5 2\"").count(), 1);
        let curve = text
            .lines()
            .find(|l| l.contains("<path") && l.contains(NETWORK) && l.matches('M').count() == 2);
        assert!(curve.is_some(), "two subpaths: {text}");
    }

    #[test]
    fn band_and_levels_show_the_bound() {
        let mut picture = CurvePicture {
            target: vec![vec![(0.0, 0.0), (1.0, 1.0)]],
            error: vec![vec![(0.0, 0.1), (1.0, -0.1)]],
            ..CurvePicture::default()
        };
        assert!(!picture.render().contains(BAND));
        picture.error_upper = Some(Bound::new(0.125));
        let text = picture.render();
        assert!(text.contains("+0.125") && text.contains("−0.125") && text.contains(BAND));
    }
}
