//! Surfaces of a network and its target over two inputs.

use std::fmt::Write as _;

use super::refine::Refinement;
use super::tiled_network::TiledNetwork;
use super::tiling::{Point, Relief, Step, tile};
use super::{NO_TARGET, Scene, Subject, caption, rect};
use crate::certificate::Norm;
use crate::draw::{Facets, Rect, Surface, SurfacePicture, SurfaceWitness};
use crate::expr::evaluate::Scratch;
use crate::network::estimate_outputs;
use crate::numbers::estimate::estimate_rational;

/// The most lines of [`surface_samples`] along an input.
const MOST_LINES: usize = 48;
/// Networks of more units are sampled on a grid.
const MOST_UNITS: usize = 400;
/// Surfaces of more cells are sampled on a grid: a file of more than about 1 MB.
const MOST_CELLS: usize = 8_000;
/// The same for a network, whose cells may all have walls.
const MOST_STEPS: usize = 4_000;
/// A surface lower than this part of the picture would look flat.
const VISIBLE: f64 = 0.06;
/// What is smaller than this part of the domain cannot be seen in a surface.
const FEW_PIXELS: f64 = 0.012;
/// What is smaller than this part is no feature, but a jump or rounding.
const LEAST_ZOOM: f64 = 1e-7;

/// How a height is made from an output of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// The output itself.
    Plain,
    /// `σ(N − threshold)`, for a decision by an output far beyond 0 and 1.
    Squashed(f64),
}

impl Reading {
    /// The height of an output.
    pub(super) fn height(self, output: f64) -> f64 {
        match self {
            Self::Plain => output,
            Self::Squashed(threshold) => 1.0 / (1.0 + libm::exp(threshold - output)),
        }
    }
}

/// Heights of a network and its target on a coarse grid: estimates, for a surface that can be turned.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledSurface {
    /// Places along the first input, increasing.
    pub xs: Vec<f64>,
    /// Places along the second input, increasing.
    pub ys: Vec<f64>,
    /// `network[row][column]` at `(xs[column], ys[row])`.
    pub network: Vec<Vec<f64>>,
    /// The target at the same places; a region as 0 and 1.
    pub target: Vec<Vec<f64>>,
    /// Name of the height of the network, such as `σ(N − 1/2)` for a decision.
    pub z_label: String,
    /// The height at which the network decides, if it decides.
    pub level: Option<f64>,
}

/// Samples the surface of a network in two inputs, on a grid of `lines` by `lines` places (at most
/// 48); `None` for other networks.
pub fn surface_samples(subject: &Subject<'_>, lines: usize) -> Option<SampledSurface> {
    if subject.question.target.inputs().len() != 2 {
        return None;
    }
    let scene = Scene::new(subject).ok()?;
    let cells = u32::try_from(lines.clamp(2, MOST_LINES) - 1).ok()?;
    let (xs, ys) = (scene.places(0, cells, 0), scene.places(1, cells, 0));
    let outputs = scene.heights_on_grid(&xs, &ys);
    let reading = scene.reading(outputs.iter().flatten().copied());
    let network = outputs
        .iter()
        .map(|row| row.iter().map(|z| reading.height(*z)).collect());
    let mut scratch = Scratch::default();
    let target = ys.iter().map(|y| {
        let mut at = |x: &f64| scene.target_at(&[*x, *y], &mut scratch)[0];
        xs.iter().map(&mut at).collect()
    });
    Some(SampledSurface {
        network: network.collect(),
        target: target.collect(),
        z_label: scene.z_label(reading),
        level: scene.level(reading),
        xs,
        ys,
    })
}

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
    type State = bool;

    fn step(&mut self, cell: &[Point], is_cut: &mut bool) -> Step {
        self.refinement.step(self.f, cell, is_cut)
    }
}

/// Tiles the surface of a function.
fn tiled(name: &str, domain: [(f64, f64); 2], f: &mut Sampled<'_>) -> Option<Surface> {
    let facets = tile(f, false, MOST_CELLS)?;
    Some(Surface::of_facets(
        name,
        rectangle(domain),
        scaled(facets, domain),
    ))
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
    /// The threshold of a decision.
    pub(super) fn threshold(&self) -> f64 {
        let threshold = self.subject.question.threshold.as_ref();
        threshold.map_or(0.5, estimate_rational)
    }

    /// How to read the outputs of the network, of which these are samples.
    pub(super) fn reading(&self, outputs: impl Iterator<Item = f64>) -> Reading {
        let is_decision = self.subject.question.norm == Norm::Area;
        let is_far = |z: f64| z.is_finite() && !(-0.5..=1.5).contains(&z);
        if is_decision && outputs.into_iter().any(is_far) {
            Reading::Squashed(self.threshold())
        } else {
            Reading::Plain
        }
    }

    /// The name of the height.
    fn z_label(&self, reading: Reading) -> String {
        match reading {
            Reading::Plain => self.subject.network.outputs()[0].clone(),
            Reading::Squashed(_) => match &self.subject.question.threshold {
                Some(threshold) if threshold.is_zero() => "σ(N)".into(),
                Some(threshold) => format!("σ(N − {threshold})"),
                None => "σ(N − 1/2)".into(),
            },
        }
    }

    /// The height at which the network decides.
    fn level(&self, reading: Reading) -> Option<f64> {
        let is_decision = self.subject.question.norm == Norm::Area;
        is_decision.then(|| reading.height(self.threshold()))
    }

    /// The first output on a grid, `[row][column]`.
    pub(super) fn heights_on_grid(&self, xs: &[f64], ys: &[f64]) -> Vec<Vec<f64>> {
        let values = self.network_on_grid(&[xs.to_vec(), ys.to_vec()]);
        // The grid has x first; pictures have rows along y.
        let at = |j: usize| move |i: usize| i * ys.len() + j;
        (0..ys.len())
            .map(|j| (0..xs.len()).map(at(j)).map(|k| values[k][0]).collect())
            .collect()
    }

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
        let network = self.network_surface(
            "network",
            domain,
            sampled.reading,
            sampled.network,
            scale(0),
        );
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

    /// The surface of the network alone, and the height at which it decides.
    pub(super) fn network_alone(&self, name: &str) -> (Surface, Option<f64>) {
        let rectangle = rect(&self.whole);
        let domain = [(rectangle.x0, rectangle.x1), (rectangle.y0, rectangle.y1)];
        let sampled = self.sampled(domain);
        let (lo, hi) = range(&sampled.network);
        let reading = sampled.reading;
        let surface = self.network_surface(name, domain, reading, sampled.network, hi - lo);
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
        // How far the error stays above half, along an axis, as a part of the domain.
        let mut extent = |axis: usize| -> f64 {
            let (lo, hi) = domain[axis];
            let mut reach = |sign: f64| {
                let mut t = LEAST_ZOOM;
                while t < 1.0 {
                    let mut p = point;
                    p[axis] += sign * t * (hi - lo);
                    if !(lo..=hi).contains(&p[axis]) || error(p) < half {
                        break;
                    }
                    t *= 1.25;
                }
                t
            };
            reach(1.0).max(reach(-1.0))
        };
        let size = extent(0).min(extent(1));
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
        let name = format!("around the witness, {:.0} times larger", 1.0 / wide);
        Some(self.network_surface(&name, window, reading, samples, hi - lo))
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
        samples: Vec<Vec<f64>>,
        range: f64,
    ) -> Surface {
        if self.root.units() <= MOST_UNITS {
            let refinement = Refinement::new(samples, range);
            let mut network = TiledNetwork::new(&self.root, domain, reading, &refinement);
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
    use crate::certificate::{Question, Semantics};
    use crate::expr::{Domain, parse_target};
    use crate::network::{Activation, Layer, Matrix, Network, digest};
    use crate::numbers::Rational;

    /// `weight · heaviside(x + y)` for a region of the square from -1 to 1.
    fn half_plane(weight: i64, norm: Norm) -> (Network, Question) {
        let names = vec!["x".to_string(), "y".to_string()];
        let whole = |k: i64| Rational::from(k);
        let matrix = |row: Vec<Rational>| Matrix::from_dense(vec![row]).expect("a row");
        let hidden = Layer::new(
            matrix(vec![whole(1), whole(1)]),
            vec![whole(0)],
            Activation::Heaviside,
        );
        let output = Layer::new(
            matrix(vec![whole(weight)]),
            vec![whole(0)],
            Activation::Identity,
        );
        let layers = vec![hidden.expect("a layer"), output.expect("a layer")];
        let network = Network::new(names.clone(), vec!["z".into()], layers).expect("a network");
        let question = Question {
            network: digest(&network),
            target: parse_target(&["x + y >= 0"], Some(&names)).expect("a region"),
            domain: Domain::parse("x=-1..1, y=-1..1").expect("a box"),
            norm,
            threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
            semantics: Semantics::Real,
        };
        (network, question)
    }

    fn samples(weight: i64, norm: Norm) -> SampledSurface {
        let (network, question) = half_plane(weight, norm);
        let subject = Subject {
            network: &network,
            question: &question,
            claim: None,
            certificate: None,
            values: None,
            on_domain: None,
            points: None,
        };
        surface_samples(&subject, 100).expect("two inputs")
    }

    #[test]
    fn a_decision_far_beyond_0_and_1_is_squashed() {
        let plain = samples(1, Norm::Area);
        assert_eq!((plain.z_label.as_str(), plain.level), ("z", Some(0.5)));
        assert_eq!((plain.xs.len(), plain.network.len()), (48, 48));
        assert_eq!((plain.network[0][0], plain.target[47][47]), (0.0, 1.0));
        let squashed = samples(900, Norm::Area);
        assert_eq!(squashed.z_label, "σ(N − 1/2)");
        assert_eq!(squashed.level, Some(0.5));
        assert!((squashed.network[0][0] - 0.377_540_668_798_145_4).abs() < 1e-12);
        assert!(squashed.network[47][47] > 0.999_999);
        let number = samples(900, Norm::Sup);
        assert_eq!((number.network[47][47], number.level), (900.0, None));
    }
}
