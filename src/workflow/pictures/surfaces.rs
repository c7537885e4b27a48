//! Pictures of surfaces: network and target side by side, with a zoom on the witness.

use std::fmt::Write as _;

use super::refine::Refinement;
use super::surface::Reading;
use super::tiled_network::TiledNetwork;
use super::tiling::{Line, Point, Relief, Step, tile};
use super::{NO_TARGET, Scene, caption, rect};
use crate::draw::{Facets, Rect, Surface, SurfacePicture, SurfaceWitness};
use crate::expr::evaluate::Scratch;
use crate::network::estimate_outputs;
use crate::numbers::estimate::estimate_rational;

/// Networks of more units are sampled on a grid.
const MOST_UNITS: usize = 400;
/// Surfaces of more cells are sampled on a grid: a file of more than about 1 MB.
const MOST_CELLS: usize = 8_000;
/// The same for a network, whose cells may all have walls.
const MOST_STEPS: usize = 3_000;
/// A surface lower than this part of the picture would look flat.
const VISIBLE: f64 = 0.06;
/// What is smaller than this part of the domain cannot be seen in a surface.
const FEW_PIXELS: f64 = 0.012;
/// What is smaller than this part is no feature, but a jump or rounding.
const LEAST_ZOOM: f64 = 1e-7;

/// Heights of network and target on the mesh, `[row][column]`.
struct Sampling {
    reading: Reading,
    network: Vec<Vec<f64>>,
    target: Vec<Vec<f64>>,
}

/// A function that is known by its values only.
struct Sampled<'a> {
    f: &'a mut dyn FnMut(Point) -> f64,
    refinement: &'a Refinement,
}

impl Relief for Sampled<'_> {
    type State = Option<Line>;

    fn step(&mut self, cell: &[Point], cut: &mut Option<Line>) -> Step {
        self.refinement.step(self.f, cell, cut)
    }
}

/// Tiles the surface of a function.
fn tiled(name: &str, domain: [(f64, f64); 2], f: &mut Sampled<'_>) -> Option<Surface> {
    let facets = tile(f, None, MOST_CELLS)?;
    let surface = Surface::of_facets(name, rectangle(domain), scaled(facets, domain));
    Some(Surface {
        value: "f".into(),
        ..surface
    })
}

fn rectangle([(x0, x1), (y0, y1)]: [(f64, f64); 2]) -> Rect {
    Rect::new(x0, x1, y0, y1)
}

/// The point of the domain that a point of the unit square stands for; ends go to ends.
#[expect(clippy::float_cmp, reason = "the ends are exact")]
fn place(domain: [(f64, f64); 2], p: Point) -> Point {
    let along = |(lo, hi): (f64, f64), t: f64| if t == 1.0 { hi } else { lo + t * (hi - lo) };
    (along(domain[0], p.0), along(domain[1], p.1))
}

/// Facets over the unit square, moved to the domain.
fn scaled(mut facets: Facets, domain: [(f64, f64); 2]) -> Facets {
    for p in facets.cells.iter_mut().flatten() {
        (p[0], p[1]) = place(domain, (p[0], p[1]));
    }
    for p in facets.sides.iter_mut().flat_map(|side| &mut side.ends) {
        *p = place(domain, *p);
    }
    facets
}

/// The least and the largest sample.
fn range(samples: &[Vec<f64>]) -> (f64, f64) {
    let all = samples.iter().flatten().copied().filter(|z| z.is_finite());
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), z| {
        (lo.min(z), hi.max(z))
    })
}

/// Can both be seen on one scale?
fn are_comparable(n: (f64, f64), t: (f64, f64)) -> bool {
    let whole = n.1.max(t.1) - n.0.min(t.0);
    let is_visible = |(lo, hi): (f64, f64)| hi - lo <= 0.0 || hi - lo > VISIBLE * whole;
    is_visible(n) && is_visible(t)
}

impl Scene<'_> {
    pub(super) fn surface_axes(&self) -> [Vec<f64>; 2] {
        [self.places(0, 30, 40), self.places(1, 30, 40)]
    }

    pub(super) fn surface(&self) -> SurfacePicture {
        let rectangle = rect(&self.whole);
        let domain = [(rectangle.x0, rectangle.x1), (rectangle.y0, rectangle.y1)];
        let sampled = self.sampled(domain);
        let (n, t) = (range(&sampled.network), range(&sampled.target));
        let heights = [n.1 - n.0, t.1 - t.0];
        let largest = heights[0].max(heights[1]);
        let has_own_scales = self.has_target && !are_comparable(n, t);
        let scale = |k: usize| if has_own_scales { heights[k] } else { largest };
        let mut scratch = Scratch::default();
        let refinement = Refinement::new(sampled.network, scale(0));
        let network = self.network_surface("network", domain, sampled.reading, &refinement);
        let mut surfaces = vec![network];
        if self.has_target {
            let mut f = |p: Point| {
                let p = place(domain, p);
                self.target_at(&[p.0, p.1], &mut scratch)[0]
            };
            let refinement = Refinement::new(sampled.target, scale(1));
            surfaces.extend(tiled(
                "target",
                domain,
                &mut Sampled {
                    f: &mut f,
                    refinement: &refinement,
                },
            ));
        }
        SurfacePicture {
            title: if self.has_target {
                self.title()
            } else {
                "The network".into()
            },
            caption: self.surface_caption(sampled.reading, has_own_scales),
            x_label: self.label(0),
            y_label: self.label(1),
            z_label: self.z_label(sampled.reading),
            surfaces,
            has_own_scales,
            level: self.level(sampled.reading),
            zoom: if self.has_target {
                self.zoom(domain, sampled.reading)
            } else {
                None
            },
            witness: self.surface_witness(sampled.reading),
            toward: self.toward(),
            points: self.points_in_space(),
        }
    }

    /// A small surface of the network alone, and the height at which it decides.
    pub(super) fn network_alone(&self, name: &str) -> (Surface, Option<f64>) {
        let rectangle = rect(&self.whole);
        let domain = [(rectangle.x0, rectangle.x1), (rectangle.y0, rectangle.y1)];
        let sampled = self.sampled(domain);
        let (lo, hi) = range(&sampled.network);
        let reading = sampled.reading;
        let refinement = Refinement::new(sampled.network, hi - lo).coarse();
        let surface = self.network_surface(name, domain, reading, &refinement);
        let value = self.z_label(reading);
        (Surface { value, ..surface }, self.level(reading))
    }

    /// The surroundings of the witness, if the error falls to half within a few pixels of it.
    fn zoom(&self, domain: [(f64, f64); 2], reading: Reading) -> Option<Surface> {
        let (witness, ..) = self.witness()?;
        let point = [0, 1].map(|axis| estimate_rational(&witness.point[axis]));
        let (mut memory, mut scratch) = (Vec::new(), Scratch::default());
        let mut error = |p: [f64; 2]| {
            let network = estimate_outputs(&self.root, &p, &mut memory)[0];
            (network - self.target_at(&p, &mut scratch)[0]).abs()
        };
        let half = error(point) / 2.0;
        // How far the error stays above half, along an axis or a diagonal, as a part of the domain.
        let mut extent = |way: [f64; 2]| -> f64 {
            let mut reach = |sign: f64| {
                let mut t = LEAST_ZOOM;
                while t < 1.0 {
                    let p = [0, 1].map(|axis| {
                        let (lo, hi) = domain[axis];
                        point[axis] + sign * t * way[axis] * (hi - lo)
                    });
                    let is_inside = (0..2).all(|k| (domain[k].0..=domain[k].1).contains(&p[k]));
                    if !is_inside || error(p) < half {
                        break;
                    }
                    t *= 1.25;
                }
                t
            };
            reach(1.0).max(reach(-1.0))
        };
        let ways = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]];
        let size = ways.map(&mut extent).into_iter().fold(1.0, f64::min);
        if !(LEAST_ZOOM * 1.5..FEW_PIXELS).contains(&size) {
            return None;
        }
        let wide = 6.0 * size;
        let window = [0, 1].map(|axis| {
            let (lo, hi) = domain[axis];
            let room = wide * (hi - lo);
            let from = (point[axis] - room / 2.0).clamp(lo, hi - room);
            (from, from + room)
        });
        let places = Refinement::places();
        let along = |(lo, hi): (f64, f64)| {
            places
                .iter()
                .map(|t| lo + t * (hi - lo))
                .collect::<Vec<f64>>()
        };
        let outputs = self.heights_on_grid(&along(window[0]), &along(window[1]));
        let read = |row: &Vec<f64>| row.iter().map(|z| reading.height(*z)).collect();
        let samples: Vec<Vec<f64>> = outputs.iter().map(read).collect();
        let (lo, hi) = range(&samples);
        let name = format!(
            "around the largest error found, {:.0} times larger",
            1.0 / wide
        );
        let refinement = Refinement::new(samples, hi - lo).zoomed();
        Some(self.network_surface(&name, window, reading, &refinement))
    }

    /// Network and target on the mesh.
    fn sampled(&self, domain: [(f64, f64); 2]) -> Sampling {
        let places = Refinement::places();
        let along = |(lo, hi): (f64, f64)| {
            places
                .iter()
                .map(|t| lo + t * (hi - lo))
                .collect::<Vec<f64>>()
        };
        let (xs, ys) = (along(domain[0]), along(domain[1]));
        let outputs = self.heights_on_grid(&xs, &ys);
        let reading = self.reading(outputs.iter().flatten().copied());
        let network = outputs
            .iter()
            .map(|row| row.iter().map(|z| reading.height(*z)).collect());
        let mut scratch = Scratch::default();
        let target = ys.iter().map(|y| {
            let mut at = |x: &f64| self.target_at(&[*x, *y], &mut scratch)[0];
            xs.iter().map(&mut at).collect()
        });
        Sampling {
            reading,
            network: network.collect(),
            target: if self.has_target {
                target.collect()
            } else {
                Vec::new()
            },
        }
    }

    /// The surface of the network: facets cut where its units change, if these are few enough.
    fn network_surface(
        &self,
        name: &str,
        domain: [(f64, f64); 2],
        reading: Reading,
        refinement: &Refinement,
    ) -> Surface {
        if self.root.units() <= MOST_UNITS {
            let mut network = TiledNetwork::new(&self.root, domain, reading, refinement);
            let known = network.nothing_known();
            if let Some(facets) = tile(&mut network, known, MOST_STEPS) {
                return Surface::of_facets(name, rectangle(domain), scaled(facets, domain));
            }
        }
        let whole = rect(&self.whole);
        let is_whole = domain == [(whole.x0, whole.x1), (whole.y0, whole.y1)];
        let [xs, ys] = if is_whole {
            self.surface_axes()
        } else {
            domain.map(|(lo, hi)| {
                Refinement::places()
                    .iter()
                    .map(|t| lo + t * (hi - lo))
                    .collect()
            })
        };
        let z = match self.samples.get().filter(|_| is_whole) {
            Some(samples) => {
                let mut z = vec![vec![f64::NAN; xs.len()]; ys.len()];
                for (i, j, values) in &samples.points {
                    z[*j][*i] = values[0];
                }
                z
            }
            None => self.heights_on_grid(&xs, &ys),
        };
        let read = |row: Vec<f64>| row.into_iter().map(|z| reading.height(z)).collect();
        Surface {
            name: name.into(),
            value: String::new(),
            xs,
            ys,
            z: z.into_iter().map(read).collect(),
            facets: None,
        }
    }

    /// The caption, with what is unusual about the heights.
    fn surface_caption(&self, reading: Reading, has_own_scales: bool) -> String {
        let mut text = if self.has_target {
            caption(self.subject)
        } else {
            NO_TARGET.into()
        };
        if let Reading::Squashed(_) = reading {
            let _ = write!(
                text,
                "\nHeight: {}. Half way up, the network decides.",
                self.z_label(reading)
            );
        }
        if has_own_scales {
            text += "\nThe two heights differ so much that each panel has a scale of its own.";
        }
        text
    }

    fn surface_witness(&self, reading: Reading) -> Option<SurfaceWitness> {
        let (witness, network, target) = self.witness()?;
        Some(SurfaceWitness {
            x: estimate_rational(&witness.point[0]),
            y: estimate_rational(&witness.point[1]),
            network: reading.height(network),
            target,
        })
    }

    /// The direction to look from. A witness below its target is seen across the middle of the domain;
    /// otherwise the walls next to it would hide it.
    fn toward(&self) -> [f64; 3] {
        const USUAL: [f64; 3] = [-0.48, -0.72, 0.52];
        let Some((witness, network, target)) = self.witness() else {
            return USUAL;
        };
        if network >= target {
            return USUAL;
        }
        let away = |axis: usize| {
            let middle = estimate_rational(&self.whole.middle(axis));
            let size = USUAL[axis].abs();
            if estimate_rational(&witness.point[axis]) > middle {
                -size
            } else {
                size
            }
        };
        [away(0), away(1), 0.62]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_the_square_are_the_ends_of_the_domain() {
        let domain = [(0.1, 0.7), (-1.0, 1e9)];
        assert_eq!(place(domain, (0.0, 0.0)), (0.1, -1.0));
        assert_eq!(place(domain, (1.0, 1.0)), (0.7, 1e9));
    }

    #[test]
    fn heights_that_hide_each_other_have_scales_of_their_own() {
        assert!(are_comparable((0.0, 1.0), (0.0, 0.5)));
        assert!(!are_comparable((0.0, 1.0), (-5000.0, 5000.0)));
        // A constant is flat on every scale; far away from the other one, it would flatten that.
        assert!(are_comparable((0.0, 1.0), (0.5, 0.5)));
        assert!(!are_comparable((0.0, 1.0), (900.0, 900.0)));
    }
}
