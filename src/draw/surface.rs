//! Surfaces `z = N(x, y)` in perspective, as solid blocks.

use super::axes::range;
use super::chain::chain;
use super::page::{Canvas, Face, MARGIN, Page, Paint, Shape, Swatch, WIDTH, WITNESS_NAME};
use super::palette::{NETWORK, PAPER, WITNESS};
use super::pins::Pins;
use super::plane::Rect;
use super::scene::Scene;
use super::solid::Facets;

/// More surfaces than this stand in three columns.
const TWO_COLUMNS: usize = 4;

/// Values over a grid, or facets over cells.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// The name; written above if there are several.
    pub name: String,
    /// Name of the value; that of the picture when empty.
    pub value: String,
    /// Grid lines, not decreasing. Two close (or equal) ones make a wall.
    pub xs: Vec<f64>,
    /// Grid lines, not decreasing.
    pub ys: Vec<f64>,
    /// `z[row][column]` at `(xs[column], ys[row])`; cells at a non-finite value are left out.
    pub z: Vec<Vec<f64>>,
    /// Facets that are drawn instead of the grid, with walls where they jump; the grid then only gives the
    /// rectangle.
    pub facets: Option<Facets>,
}

impl Surface {
    /// Returns a surface of facets over a rectangle.
    pub fn of_facets(name: &str, domain: Rect, facets: Facets) -> Self {
        Self {
            name: name.to_owned(),
            value: String::new(),
            xs: vec![domain.x0, domain.x1],
            ys: vec![domain.y0, domain.y1],
            z: Vec::new(),
            facets: Some(facets),
        }
    }

    pub(super) fn heights(&self) -> Vec<f64> {
        match &self.facets {
            Some(facets) => facets.cells.iter().flatten().map(|p| p[2]).collect(),
            None => self.z.iter().flatten().copied().collect(),
        }
    }

    fn domain(&self) -> [(f64, f64); 2] {
        [&self.xs, &self.ys].map(|line| match (line.first(), line.last()) {
            (Some(a), Some(b)) => (*a, *b),
            _ => (0.0, 1.0),
        })
    }
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

/// One surface, or several side by side.
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
    /// Whether each surface has a vertical scale of its own; otherwise all have one.
    pub has_own_scales: bool,
    /// The height at which a network decides: drawn as a line on the surfaces, with its shadow on the floor.
    pub level: Option<f64>,
    /// A small part of the first surface around the witness, on a scale of its own.
    pub zoom: Option<Surface>,
    /// Marked in the first surface, in front of everything.
    pub witness: Option<SurfaceWitness>,
    /// The direction towards the viewer; the usual one when zero.
    pub toward: [f64; 3],
    /// Points of the data, on the first surface.
    pub points: Pins,
}

/// One surface on the page.
struct Panel<'a> {
    surface: &'a Surface,
    z: (f64, f64),
    is_marked: bool,
    is_zoom: bool,
}

impl SurfacePicture {
    /// Returns the picture as an SVG document.
    pub fn render(&self) -> String {
        let mut page = Page::new(&self.title, &self.caption, &self.legend());
        let empty = Surface::default();
        let panels = self.panels(&empty);
        let columns = if panels.len() > TWO_COLUMNS {
            3
        } else {
            panels.len().min(2)
        };
        let wide = (WIDTH - 2.0 * MARGIN) / columns as f64;
        let (left_room, right_room, high) = match columns {
            1 => (56.0, 40.0, 470.0),
            2 => (46.0, 26.0, 320.0),
            _ => (38.0, 18.0, 230.0),
        };
        let (mut top, mut bottom) = (page.top, page.top);
        for (i, panel) in panels.iter().enumerate() {
            let column = i % columns;
            if i > 0 && column == 0 {
                top = bottom + 16.0;
            }
            // A last row of one panel stands in the middle.
            let is_alone = column == 0 && i + 1 == panels.len();
            let shift = if is_alone {
                (WIDTH - 2.0 * MARGIN - wide) / 2.0
            } else {
                0.0
            };
            let left = MARGIN + column as f64 * wide + shift;
            let heading = if panels.len() > 1 { 20.0 } else { 0.0 };
            if panels.len() > 1 {
                let face = Face {
                    shape: Shape::Bold,
                    ..Face::TICK
                };
                let at = (left + wide / 2.0, top + 12.0);
                page.canvas.text(at, &panel.surface.name, face);
            }
            let place = (
                left + left_room,
                top + 24.0 + heading,
                wide - left_room - right_room,
                high,
            );
            bottom = bottom.max(self.draw_panel(&mut page.canvas, panel, place));
        }
        page.finish(bottom)
    }

    fn legend(&self) -> Vec<(Swatch, String)> {
        let mut legend = Vec::new();
        if self.level.is_some() {
            let line = Swatch::Line(NETWORK.into(), 2.2, "");
            legend.push((
                line,
                "level of the decision (dashed: its shadow on the floor)".to_owned(),
            ));
        }
        if self.witness.is_some() {
            legend.push((
                Swatch::Witness,
                format!("{WITNESS_NAME}: from target to network"),
            ));
        }
        legend.extend(self.points.legend());
        legend
    }

    /// The surfaces with their scales.
    fn panels<'a>(&'a self, empty: &'a Surface) -> Vec<Panel<'a>> {
        let surfaces = if self.surfaces.is_empty() {
            std::slice::from_ref(empty)
        } else {
            &self.surfaces
        };
        let marks = |is_marked: bool| {
            self.witness
                .filter(|_| is_marked)
                .into_iter()
                .flat_map(|w| [w.network, w.target])
        };
        let scale = |surfaces: &[&Surface], is_marked: bool| {
            let mut heights: Vec<f64> = surfaces.iter().flat_map(|s| s.heights()).collect();
            if is_marked {
                heights.extend(self.points.pins.iter().map(|pin| pin.z));
            }
            let (lo, hi) = range(heights.into_iter().chain(marks(is_marked)));
            if lo > 0.0 && lo < 0.4 * hi {
                (0.0, hi)
            } else {
                (lo, hi)
            }
        };
        let all: Vec<&Surface> = surfaces.iter().collect();
        let shared = scale(&all, true);
        let panel = |(i, surface): (usize, &'a Surface)| Panel {
            surface,
            z: if self.has_own_scales {
                scale(&[surface], i == 0)
            } else {
                shared
            },
            is_marked: i == 0,
            is_zoom: false,
        };
        let mut panels: Vec<Panel> = surfaces.iter().enumerate().map(panel).collect();
        panels.extend(self.zoom.iter().map(|surface| Panel {
            surface,
            z: {
                let (lo, hi) = range(surface.heights().into_iter().chain(marks(true)));
                if lo > 0.0 && lo < 0.4 * hi {
                    (0.0, hi)
                } else {
                    (lo, hi)
                }
            },
            is_marked: true,
            is_zoom: true,
        }));
        panels
    }

    /// Draws a surface into a place; returns its lower end.
    fn draw_panel(&self, canvas: &mut Canvas, panel: &Panel, place: (f64, f64, f64, f64)) -> f64 {
        let value = &panel.surface.value;
        let value = if value.is_empty() {
            &self.z_label
        } else {
            value
        };
        let names = [(&self.x_label, "x"), (&self.y_label, "y"), (value, "z")]
            .map(|(s, default)| if s.is_empty() { default } else { s.as_str() });
        let surface = panel.surface;
        let scene = Scene::new((&surface.xs, &surface.ys), panel.z, self.toward, place);
        scene.draw_box(canvas);
        let domain = surface.domain();
        match &surface.facets {
            Some(facets) => {
                let level = self.level.filter(|_| !panel.is_zoom);
                let ring = facets.draw(&scene, canvas, domain, level);
                let near = 1e-7 * (domain[0].1 - domain[0].0).max(domain[1].1 - domain[1].0);
                for line in chain(&ring, near.max(f64::MIN_POSITIVE)) {
                    let floor =
                        |(x, y): &(f64, f64)| scene.camera.at(&scene.place([*x, *y, scene.lo[2]]));
                    let line: Vec<_> = line.iter().map(floor).collect();
                    canvas.polyline(
                        &line,
                        Paint::stroke(NETWORK, 1.3).dashed("4 3").opacity(0.75),
                    );
                }
            }
            None => scene.draw_surface(canvas, surface),
        }
        scene.draw_axes(canvas, names);
        if panel.is_marked && !panel.is_zoom {
            self.points.draw(canvas, &scene, surface);
        }
        if let (true, Some(w)) = (panel.is_marked, self.witness) {
            draw_witness(&scene, canvas, w);
            if self.zoom.is_some() && !panel.is_zoom {
                let (x, y) = scene.camera.at(&scene.place([w.x, w.y, w.network]));
                let paint = Paint::stroke(WITNESS, 1.1).dashed("3 2");
                canvas.rect(x - 11.0, y - 11.0, x + 11.0, y + 11.0, paint);
            }
        }
        scene.camera.bottom + 46.0
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
            value: String::new(),
            z: lines
                .iter()
                .map(|&y| lines.iter().map(|&x| f(x, y)).collect())
                .collect(),
            xs: lines.clone(),
            ys: lines,
            facets: None,
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

    #[test]
    fn scales_are_shared_or_each_its_own() {
        let picture = SurfacePicture {
            surfaces: vec![flat(3, |x, _| x), flat(3, |x, _| 1000.0 * x)],
            ..SurfacePicture::default()
        };
        let scales = |picture: &SurfacePicture| -> Vec<(f64, f64)> {
            let empty = Surface::default();
            picture.panels(&empty).iter().map(|panel| panel.z).collect()
        };
        assert_eq!(scales(&picture), [(0.0, 1000.0); 2]);
        let picture = SurfacePicture {
            has_own_scales: true,
            zoom: Some(flat(3, |x, _| 7.0 + x)),
            ..picture
        };
        assert_eq!(scales(&picture), [(0.0, 1.0), (0.0, 1000.0), (7.0, 8.0)]);
    }
}
