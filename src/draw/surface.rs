//! Surfaces `z = N(x, y)` in perspective, as solid blocks.

use super::axes::range;
use super::page::{Canvas, Face, MARGIN, Page, Paint, Shape, Swatch, WIDTH, WITNESS_NAME};
use super::palette::{PAPER, WITNESS};
use super::pins::Pins;
use super::scene::Scene;

/// Values over a grid.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// The name; written above if there are several.
    pub name: String,
    /// Grid lines, not decreasing. Two close (or equal) ones make a wall.
    pub xs: Vec<f64>,
    /// Grid lines, not decreasing.
    pub ys: Vec<f64>,
    /// `z[row][column]` at `(xs[column], ys[row])`; cells at a non-finite value are left out.
    pub z: Vec<Vec<f64>>,
}

/// A point where network and target are far apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceWitness {
    /// First input.
    pub x: f64,
    /// Second input.
    pub y: f64,
    /// The network there.
    pub network: f64,
    /// The target there.
    pub target: f64,
}

/// One surface, or several side by side on one vertical scale.
#[derive(Clone, Debug, Default)]
pub struct SurfacePicture {
    /// Heading.
    pub title: String,
    /// The claim the picture shows.
    pub caption: String,
    /// Name of the first input; `x` when empty.
    pub x_label: String,
    /// Name of the second input; `y` when empty.
    pub y_label: String,
    /// Name of the value; `z` when empty.
    pub z_label: String,
    /// The surfaces, the network's first; a grid of some 200 × 200 makes a file of a few MB.
    pub surfaces: Vec<Surface>,
    /// Marked in the first surface, in front of everything.
    pub witness: Option<SurfaceWitness>,
    /// The direction towards the viewer; the usual one when zero.
    pub toward: [f64; 3],
    /// Points of the data, on the first surface.
    pub points: Pins,
}

impl SurfacePicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut legend = Vec::new();
        if self.witness.is_some() {
            legend.push((
                Swatch::Witness,
                format!("{WITNESS_NAME}: from target to network"),
            ));
        }
        legend.extend(self.points.legend());
        let mut page = Page::new(&self.title, &self.caption, &legend);
        let names = [
            (&self.x_label, "x"),
            (&self.y_label, "y"),
            (&self.z_label, "z"),
        ]
        .map(|(s, default)| if s.is_empty() { default } else { s.as_str() });
        let empty = [Surface::default()];
        let surfaces = if self.surfaces.is_empty() {
            &empty[..]
        } else {
            &self.surfaces
        };
        let values = surfaces
            .iter()
            .flat_map(|s| s.z.iter().flatten().copied())
            .chain(self.witness.iter().flat_map(|w| [w.network, w.target]))
            .chain(self.points.pins.iter().map(|pin| pin.z));
        let (mut lo, hi) = range(values);
        if lo > 0.0 && lo < 0.4 * hi {
            lo = 0.0;
        }
        let columns = surfaces.len().min(2);
        let wide = (WIDTH - 2.0 * MARGIN) / columns as f64;
        let high = if columns == 1 { 470.0 } else { 320.0 };
        let (mut top, mut bottom) = (page.top, page.top);
        for (i, surface) in surfaces.iter().enumerate() {
            let column = i % columns;
            if i > 0 && column == 0 {
                top = bottom + 16.0;
            }
            let left = MARGIN + column as f64 * wide;
            if surfaces.len() > 1 {
                let face = Face {
                    shape: Shape::Bold,
                    ..Face::TICK
                };
                let at = (left + wide / 2.0, top + 12.0);
                page.canvas.text(at, &surface.name, face);
            }
            let place = if columns == 1 {
                (left + 56.0, top + 24.0, wide - 96.0, high)
            } else {
                (left + 46.0, top + 44.0, wide - 72.0, high)
            };
            let scene = Scene::new((&surface.xs, &surface.ys), (lo, hi), self.toward, place);
            bottom = bottom.max(scene.camera.bottom + 46.0);
            scene.draw_box(&mut page.canvas);
            scene.draw_surface(&mut page.canvas, surface);
            scene.draw_axes(&mut page.canvas, names);
            if i == 0 {
                self.points.draw(&mut page.canvas, &scene, surface);
            }
            if let (0, Some(w)) = (i, self.witness) {
                draw_witness(&scene, &mut page.canvas, w);
            }
        }
        page.finish(bottom)
    }
}

fn draw_witness(scene: &Scene, canvas: &mut Canvas, w: SurfaceWitness) {
    if ![w.x, w.y, w.network, w.target]
        .iter()
        .all(|v| v.is_finite())
    {
        return;
    }
    let at = |z: f64| scene.camera.at(&scene.place([w.x, w.y, z]));
    let (floor, network, target) = (at(scene.lo[2]), at(w.network), at(w.target));
    canvas.line(floor, network, Paint::stroke(WITNESS, 1.0).dashed("2 3"));
    canvas.line(target, network, Paint::stroke(PAPER, 4.0));
    canvas.line(target, network, Paint::stroke(WITNESS, 2.0));
    canvas.circle(target, 3.5, Paint::fill(PAPER).edge(WITNESS, 1.6));
    canvas.witness(network);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(n: usize, f: impl Fn(f64, f64) -> f64) -> Surface {
        let lines: Vec<f64> = (0..n).map(|i| i as f64 / (n - 1) as f64).collect();
        Surface {
            name: String::new(),
            z: lines
                .iter()
                .map(|&y| lines.iter().map(|&x| f(x, y)).collect())
                .collect(),
            xs: lines.clone(),
            ys: lines,
        }
    }

    fn facets(surface: Surface, toward: [f64; 3]) -> usize {
        let picture = SurfacePicture {
            surfaces: vec![surface],
            toward,
            ..SurfacePicture::default()
        };
        picture.render().matches("stroke-width=\".85\"").count()
    }

    #[test]
    fn facets_turned_away_are_left_out() {
        let view = [0.0, -1.0, 0.4];
        assert_eq!(facets(flat(11, |_, _| 1.0), view), 100);
        // Rises steeply towards the viewer: nothing of the slope is visible.
        assert_eq!(facets(flat(11, |_, y| 1.0 - y), [0.0, -1.0, 0.2]), 0);
        assert_eq!(facets(flat(11, |_, y| y), view), 100);
    }

    #[test]
    fn holes_and_bad_grids_do_not_stop_the_picture() {
        let mut s = flat(5, |x, y| x * y);
        s.z[2][2] = f64::NAN;
        assert_eq!(facets(s.clone(), [0.0; 3]), 12);
        s.z.pop();
        assert_eq!(facets(s, [0.0; 3]), 0);
    }
}
