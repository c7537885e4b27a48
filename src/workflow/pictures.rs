//! Turns networks, questions and proofs into the plain numbers that pictures need.
//!
//! What a picture claims (inside, outside, error at most) is computed with enclosures on cells.
//! Curves and surfaces are samples, and their legends say so.

pub mod compared;
mod contour;
pub mod convergence;
pub mod diagram;
mod field_sampling;
pub mod frames;
mod partition;
mod points;
mod refine;
pub mod ridges;
pub mod steepness;
pub mod surface;
mod surfaces;
mod tiled_network;
mod tiling;
pub mod titles;
pub mod warp;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use self::contour::contours;
use self::field_sampling::FieldSamples;
use self::partition::partition;
use crate::bounds::Cell;
use crate::bounds::{OnCell, WitnessValues, on_domain};
use crate::certificate::{Certificate, Claim, Norm, Question, Semantics, Witness};
use crate::checker::Rejection;
use crate::draw::{
    Bound, Class, ClassCell, CurvePicture, CurveWitness, HalfPlane, HalfplanesPicture, Rect,
};
use crate::expr::evaluate::{Constants, Scratch};
use crate::expr::{Domain, Tape, Target, parse_target, typeset_target};
use crate::network::{Layer, Network, Reduced, Reducer, digest, estimate_outputs};
use crate::numbers::estimate::{Estimate, estimate_dyadic, estimate_rational};
use crate::numbers::{
    Direction, Dyadic, Function, Interval, LinearForm, Rational, Relation, Scalar, Truth, literal,
};
use crate::training::{Judged, Samples};

/// Linear forms are no better than ranges on a cell with more unstable units than this.
const DENSE: usize = 64;
/// A network of more units is reduced once for all pictures, because reducing it to every cell takes seconds.
const LARGE: usize = 1 << 14;

/// Decisions are certified on `2^9` by `2^9` cells, each about a pixel wide.
const DECISION_DEPTH: u32 = 9;
/// Edges of regions are sampled along so many lines in each direction, and in a draft.
const EDGE_LINES: u32 = 192;
const DRAFT_LINES: u32 = 48;
/// The caption of a picture of a network alone.
const NO_TARGET: &str = "Sampled. There is no target, so nothing is proved here.";

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PictureKind {
    /// Target, network and certified band over one input.
    Curve,
    /// z = N(x, y) in perspective, beside the target.
    Surface,
    /// Heat map of the certified error over two inputs; for decisions, the cells where they are wrong.
    Error,
    /// Decision, region and the lines of the hidden units in the plane.
    Halfplanes,
    /// The proof's partition.
    Partition,
}

impl PictureKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Curve,
        Self::Surface,
        Self::Error,
        Self::Halfplanes,
        Self::Partition,
    ];

    /// The name on the command line, and of the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curve => "curve",
            Self::Surface => "surface",
            Self::Error => "error",
            Self::Halfplanes => "halfplanes",
            Self::Partition => "partition",
        }
    }

    /// Finds a kind by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kinds that fit a question.
    pub fn for_question(question: &Question) -> Vec<Self> {
        match (question.target.inputs().len(), question.norm) {
            (1, _) => vec![Self::Curve, Self::Partition],
            (2, Norm::Area) => vec![Self::Halfplanes, Self::Surface, Self::Partition],
            (2, Norm::Sup | Norm::L1 | Norm::L2) => {
                vec![Self::Surface, Self::Error, Self::Partition]
            }
            _ => Vec::new(),
        }
    }
}

/// The network and the question that a picture shows.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The network.
    pub network: &'a Network,
    /// The question about it.
    pub question: &'a Question,
    /// The claim that the checker accepted, if any.
    pub claim: Option<&'a Claim>,
    /// The certificate it accepted.
    pub certificate: Option<&'a Certificate>,
    /// The values at the witness.
    pub values: Option<&'a WitnessValues>,
    /// The network reduced to the domain, if it is known already.
    pub on_domain: Option<&'a Arc<OnCell>>,
    /// The points that the network was trained on, or is compared with.
    pub points: Option<&'a Samples>,
}

impl<'a> Subject<'a> {
    /// A network and a question about which nothing was proved.
    pub fn alone(network: &'a Network, question: &'a Question) -> Self {
        Self {
            network,
            question,
            claim: None,
            certificate: None,
            values: None,
            on_domain: None,
            points: None,
        }
    }
}

/// Why a picture cannot be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The kind needs another number of inputs.
    #[error("picture `{kind}` needs a network of {expected}, found {found}")]
    Inputs {
        /// The kind.
        kind: &'static str,
        /// The inputs it needs.
        expected: &'static str,
        /// The inputs of the network.
        found: usize,
    },
    /// The kind shows a certificate, and there is none.
    #[error("picture `partition` shows a certificate; hint: add --certificate FILE")]
    NoCertificate,
    /// The certificate does not hold.
    #[error("the certificate does not hold, so it is not drawn: {0}")]
    Rejected(Rejection),
    /// The kind shows a region, and the target is a number.
    #[error("picture `halfplanes` needs a region as the target, such as x^2 + y^2 <= 1")]
    NoRegion,
    /// The kind shows the units of one hidden layer, and their sum.
    #[error("picture `ridges` needs a network with one hidden layer, whose output is a sum: {0}")]
    NotOneLayer(String),
    /// The network has no value.
    #[error("the network cannot be evaluated on the domain")]
    NoValue,
}

/// Draws one picture; returns SVG.
///
/// - Errors: [`PictureError`] if the kind does not fit the subject.
pub fn draw(kind: PictureKind, subject: &Subject<'_>) -> Result<String, PictureError> {
    let scene = OnceLock::new();
    prepare(&[kind], subject, &scene);
    draw_with(kind, subject, &scene)
}

/// Draws half-planes on a coarse grid of `2^depth` by `2^depth` cells, for a picture that follows a slider; returns SVG.
///
/// - Errors: [`PictureError`] if the subject has no region in two inputs.
pub fn draft(subject: &Subject<'_>, depth: u32) -> Result<String, PictureError> {
    let question = subject.question;
    let found = question.target.inputs().len();
    if found != 2 {
        return Err(PictureError::Inputs {
            kind: PictureKind::Halfplanes.name(),
            expected: "two inputs",
            found,
        });
    }
    if !question.target.is_region() {
        return Err(PictureError::NoRegion);
    }
    let mut scene = Scene::new(subject)?;
    scene.edge_lines = DRAFT_LINES;
    Ok(scene.halfplanes_on(depth.min(DECISION_DEPTH)).render())
}

/// Draws several pictures of one subject, on several threads; returns name and SVG of each.
///
/// - Errors: [`PictureError`] if a kind does not fit the subject.
pub fn draw_all(
    kinds: &[PictureKind],
    subject: &Subject<'_>,
) -> Result<Vec<(String, String)>, PictureError> {
    let scene = OnceLock::new();
    let with_partition = kinds.contains(&PictureKind::Partition);
    let draw = |kind: &PictureKind| draw_with(*kind, subject, &scene);
    // The partition needs no samples.
    let (partition, ()) = rayon::join(
        || with_partition.then(|| draw(&PictureKind::Partition)),
        || prepare(kinds, subject, &scene),
    );
    let drawn = kinds.par_iter().map(|kind| {
        let svg = match &partition {
            Some(partition) if *kind == PictureKind::Partition => partition.clone()?,
            _ => draw(kind)?,
        };
        Ok((kind.name().to_string(), svg))
    });
    drawn.collect()
}

/// Draws the curve or the surface of a network alone; returns SVG.
///
/// - `threshold`: the level at which the network decides, if it does.
/// - Errors: [`PictureError`] for another number of inputs, and a network without a value.
pub fn draw_network(
    kind: PictureKind,
    network: &Network,
    domain: &Domain,
    threshold: Option<&Rational>,
) -> Result<String, PictureError> {
    let wanted = match kind {
        PictureKind::Curve => (1, "one input"),
        _ => (2, "two inputs"),
    };
    if domain.dimension() != wanted.0 {
        return Err(PictureError::Inputs {
            kind: kind.name(),
            expected: wanted.1,
            found: domain.dimension(),
        });
    }
    // A question has a target; this one is not drawn.
    let zeros = vec!["0"; network.outputs().len()];
    let target = parse_target(&zeros, Some(domain.names())).map_err(|_| PictureError::NoValue)?;
    let question = Question {
        network: digest(network),
        target,
        domain: domain.clone(),
        norm: if threshold.is_some() {
            Norm::Area
        } else {
            Norm::Sup
        },
        threshold: threshold.cloned(),
        semantics: Semantics::Real,
    };
    let subject = Subject::alone(network, &question);
    let mut scene = Scene::new(&subject)?;
    scene.has_target = false;
    Ok(match kind {
        PictureKind::Curve => {
            let curve = scene.curve();
            CurvePicture {
                title: "The network".into(),
                caption: NO_TARGET.into(),
                target: Vec::new(),
                error: Vec::new(),
                ..curve
            }
            .render()
        }
        _ => scene.surface().render(),
    })
}

/// Samples a large network before any picture is drawn.
fn prepare<'a>(
    kinds: &[PictureKind],
    subject: &'a Subject<'a>,
    scene: &OnceLock<Result<Scene<'a>, PictureError>>,
) {
    let is_sampled = |kind| matches!(kind, &PictureKind::Surface | &PictureKind::Error);
    let layers = subject.network.layers().iter();
    let units: usize = layers.map(Layer::units).sum();
    if units > LARGE && subject.question.target.inputs().len() == 2 && kinds.iter().any(is_sampled)
    {
        let scene = scene.get_or_init(|| Scene::new(subject));
        if let Ok(scene) = scene {
            let axes = scene.surface_axes();
            let samples = scene.sample_field(&axes);
            scene.samples.get_or_init(|| samples);
        }
    }
}

fn draw_with<'a>(
    kind: PictureKind,
    subject: &'a Subject<'a>,
    scene: &OnceLock<Result<Scene<'a>, PictureError>>,
) -> Result<String, PictureError> {
    let inputs = subject.question.target.inputs().len();
    let wants = |allowed: &[usize], expected| {
        if allowed.contains(&inputs) {
            Ok(())
        } else {
            Err(PictureError::Inputs {
                kind: kind.name(),
                expected,
                found: inputs,
            })
        }
    };
    let scene = || {
        let scene = scene.get_or_init(|| Scene::new(subject));
        scene.as_ref().map_err(Clone::clone)
    };
    match kind {
        PictureKind::Curve => {
            wants(&[1], "one input")?;
            Ok(scene()?.curve().render())
        }
        PictureKind::Surface => {
            wants(&[2], "two inputs")?;
            Ok(scene()?.surface().render())
        }
        PictureKind::Error => {
            wants(&[2], "two inputs")?;
            Ok(if is_of_decision(subject) {
                scene()?.wrong_decisions().render()
            } else {
                scene()?.error().render()
            })
        }
        PictureKind::Halfplanes => {
            wants(&[2], "two inputs")?;
            if !subject.question.target.is_region() {
                return Err(PictureError::NoRegion);
            }
            Ok(scene()?.halfplanes().render())
        }
        PictureKind::Partition => {
            wants(&[1, 2], "one or two inputs")?;
            let certificate = subject.certificate.ok_or(PictureError::NoCertificate)?;
            partition(subject, certificate)
                .ok_or(PictureError::NoCertificate)
                .map(|picture| picture.render())
        }
    }
}

/// Is the error a misclassified area? For a region, `|N - f|` is drawn only if a claim is about it: a
/// network can decide correctly without being near 0 and 1.
fn is_of_decision(subject: &Subject<'_>) -> bool {
    let question = subject.question;
    let is_open = subject.claim.is_none() && question.norm == Norm::Sup;
    question.target.is_region() && (question.norm == Norm::Area || is_open)
}

/// The caption: the claim, if there is one.
fn caption(subject: &Subject<'_>) -> String {
    let question = subject.question;
    let target = described(&question.target);
    let Some(claim) = subject.claim else {
        return format!("{target} No bound was proved.");
    };
    let error = convergence::norm_words(question.norm);
    let (low, high) = (claim.error_lower(), claim.error_upper());
    let lower = literal::decimal_down(&low, 6);
    match &high {
        Some(upper) if *upper == low => {
            format!("{target} Proved: {error} = {upper} (exact).")
        }
        Some(upper) => format!(
            "{target} Proved: {lower} ≤ {error} ≤ {}.",
            literal::decimal_up(upper, 6)
        ),
        None => format!("{target} Proved: {error} ≥ {lower}."),
    }
}

/// The target in a caption: a function, or a region.
fn described(target: &Target) -> String {
    let text = typeset_target(target);
    if target.is_region() {
        format!("Region: {text}.")
    } else {
        format!("f = {text}.")
    }
}

fn rect(cell: &Cell) -> Rect {
    let ends = |axis: usize| {
        cell.intervals().get(axis).map_or((0.0, 1.0), |side| {
            (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()))
        })
    };
    let ((x0, x1), (y0, y1)) = (ends(0), ends(1));
    Rect::new(x0, x1, y0, y1)
}

/// A subject, prepared for many evaluations.
struct Scene<'a> {
    subject: &'a Subject<'a>,
    root: Arc<OnCell>,
    whole: Cell,
    tape: Tape,
    constants: Constants<Estimate>,
    /// The samples of a large network, taken once for all pictures.
    samples: OnceLock<FieldSamples>,
    /// What the network says at the points of the data.
    judged: OnceLock<Option<Judged>>,
    /// Whether the question has a target; else only the network is drawn.
    has_target: bool,
    /// Lines of the grid on which edges are sampled, at most.
    edge_lines: u32,
}

impl<'a> Scene<'a> {
    fn new(subject: &'a Subject<'a>) -> Result<Self, PictureError> {
        let tape = Tape::new(&subject.question.target.indicator());
        Ok(Self {
            root: match subject.on_domain {
                Some(root) => Arc::clone(root),
                None => on_domain(subject.network, subject.question)
                    .map(Arc::new)
                    .map_err(|_| PictureError::NoValue)?,
            },
            samples: OnceLock::new(),
            judged: OnceLock::new(),
            has_target: true,
            edge_lines: EDGE_LINES,
            whole: Cell::root(&subject.question.domain),
            constants: tape.constants(&()),
            tape,
            subject,
        })
    }

    fn title(&self) -> String {
        let Subject {
            network, question, ..
        } = self.subject;
        titles::against(network, question, self.upper().as_ref())
    }

    fn label(&self, axis: usize) -> String {
        self.subject.question.target.inputs()[axis].clone()
    }

    fn upper(&self) -> Option<Bound> {
        let upper = self.subject.claim?.stated_upper.as_ref()?;
        if self.subject.question.norm != Norm::Sup {
            return None;
        }
        let value = estimate_dyadic(Dyadic::from_rational(upper, Direction::Up));
        Some(Bound {
            // One more step up, since the conversion to a float may have rounded down.
            value: value * (1.0 + f64::EPSILON),
            text: if upper.bits() <= 24 {
                upper.to_string()
            } else {
                literal::decimal_up(upper, 4)
            },
        })
    }

    fn witness(&self) -> Option<(&'a Witness, f64, f64)> {
        let witness = self.subject.certificate?.witness.as_ref()?;
        let values = self.subject.values?;
        let middle = |ends: &(Rational, Rational)| estimate_rational(&ends.0.midpoint(&ends.1));
        // The worst output.
        let pairs = values.network.iter().zip(&values.target);
        let (network, target) = pairs
            .map(|(network, target)| (middle(network), middle(target)))
            .max_by(|a, b| (a.0 - a.1).abs().total_cmp(&(b.0 - b.1).abs()))?;
        Some((witness, network, target))
    }

    /// Places to sample along an input: evenly spread, and dense around the steps and kinks of the first
    /// layer if these are few.
    fn places(&self, axis: usize, even: u32, most_steps: usize) -> Vec<f64> {
        let side = &self.whole.intervals()[axis];
        let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
        let mut places: Vec<f64> = (0..=even)
            .map(|i| low + (high - low) * f64::from(i) / f64::from(even))
            .collect();
        let mut steps = Vec::new();
        for k in 0..self.root.units() {
            let unit = self.root.unit(k);
            let [(variable, weight)] = unit.sum.terms else {
                continue;
            };
            if *variable as usize != axis {
                continue;
            }
            let weight = estimate_dyadic(*weight);
            let at = -estimate_dyadic(unit.sum.bias) / weight;
            let reach = match unit.function {
                Function::Sigmoid => 1.0 / weight.abs(),
                Function::Tanh => 0.5 / weight.abs(),
                Function::Softplus
                | Function::Softsign
                | Function::Elu
                | Function::Silu
                | Function::Gelu => 1.0 / weight.abs(),
                // A jump: two places so close that they print as one.
                _ => (high - low) * 1e-7,
            };
            steps.push((at, reach));
        }
        let is_curve = self.whole.sides().len() == 1;
        let count = steps.len();
        if count <= most_steps {
            if count > 18 && !is_curve {
                // The steps give enough lines; even ones would fall anywhere between them.
                places = vec![low, high];
            }
            for (at, reach) in steps {
                let offsets: &[f64] = if reach < (high - low) * 1e-6 {
                    &[1.0]
                } else if count <= 6 || is_curve {
                    &[0.7, 1.5, 2.5, 4.0, 6.0, 10.0]
                } else if count <= 18 {
                    &[1.0, 3.0, 7.0]
                } else {
                    &[4.0]
                };
                for offset in offsets {
                    places.push(at - offset * reach);
                    places.push(at + offset * reach);
                }
            }
        }
        places.retain(|x| *x >= low && *x <= high);
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
    }

    /// Outputs of the network on a grid; the network is reduced to ever smaller parts of the grid.
    fn network_on_grid(&self, axes: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let counts: Vec<usize> = axes.iter().map(Vec::len).collect();
        let mut values = vec![Vec::new(); counts.iter().product()];
        let ranges: Vec<(usize, usize)> = counts.iter().map(|n| (0, *n)).collect();
        fill(&self.root, axes, &ranges, &mut values, &mut Vec::new());
        values
    }

    fn target_at(&self, point: &[f64], scratch: &mut Scratch<Estimate>) -> Vec<f64> {
        let inputs: Vec<Estimate> = point.iter().map(|x| Estimate(*x)).collect();
        let results = self.tape.evaluate(&self.constants, &inputs, scratch);
        (0..self.tape.outputs())
            .map(|k| results.value(k).map_or(f64::NAN, |value| value.0))
            .collect()
    }

    fn curve(&self) -> CurvePicture {
        let xs = self.places(0, 800, 400);
        let network = self.network_on_grid(std::slice::from_ref(&xs));
        let mut scratch = Scratch::default();
        let targets: Vec<Vec<f64>> = xs
            .iter()
            .map(|x| self.target_at(&[*x], &mut scratch))
            .collect();
        let outputs = self.tape.outputs();
        let line = |value: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<(f64, f64)>> {
            (0..outputs)
                .map(|k| {
                    xs.iter()
                        .enumerate()
                        .map(|(i, x)| (*x, value(i, k)))
                        .collect()
                })
                .collect()
        };
        CurvePicture {
            title: self.title(),
            caption: caption(self.subject),
            x_label: self.label(0),
            in_view: Default::default(),
            target: line(&|i, k| targets[i][k]),
            network: line(&|i, k| network[i][k]),
            error: line(&|i, k| network[i][k] - targets[i][k]),
            points: self.points_on_curve(),
            error_upper: self.upper(),
            witness: self
                .witness()
                .map(|(witness, network, target)| CurveWitness {
                    x: estimate_rational(&witness.point[0]),
                    target,
                    network,
                }),
        }
    }

    /// Visits the cells of a regular grid of `2^depth` by `2^depth`, each with the network on it.
    fn on_cells(&self, depth: u32, visit: &mut dyn FnMut(&Cell, &Reduced) -> bool) {
        let mut open = vec![(self.whole.clone(), Arc::clone(&self.root), 0)];
        let fold = Dyadic::power_of_two(-30);
        let mut reducer = Reducer::<Interval>::default();
        while let Some((cell, around, level)) = open.pop() {
            let here = reducer
                .reduce(&around, cell.intervals(), None, fold)
                .map_or(around, |reduced| Arc::new(reduced.into()));
            let is_last = level == 2 * depth;
            if visit(&cell, &here) || is_last {
                continue;
            }
            let axis = usize::from(level % 2 == 1);
            if let Some((lower, upper)) = cell.cut(axis, None) {
                open.push((upper, Arc::clone(&here), level + 1));
                open.push((lower, here, level + 1));
            }
        }
    }

    /// The cells where the decision is wrong, with bounds on their area in the caption.
    fn wrong_decisions(&self) -> HalfplanesPicture {
        let mut wrong = Interval::ZERO;
        let mut open = Interval::ZERO;
        let cells = self.decided_cells(DECISION_DEPTH, &mut |cell, target, decision| {
            let area = cell.volume();
            if target == Truth::Unknown || decision == Truth::Unknown {
                open = open.plus(&area);
            } else if target != decision {
                wrong = wrong.plus(&area);
            }
        });
        let question = self.subject.question;
        let half = Rational::ratio(1, 2);
        let threshold = question.threshold.as_ref().unwrap_or(&half);
        let rounded = |value: Dyadic, direction| value.rational_bound(direction);
        let ends = rounded(wrong.inf(), Direction::Down)
            .zip(rounded(wrong.plus(&open).sup(), Direction::Up));
        let by_cells = match &ends {
            Some((low, high)) => format!(
                "Network and target are bounded on every cell. Together, the cells show that the \
                 misclassified area is between {} and {}.",
                literal::decimal_down(low, 4),
                literal::decimal_up(high, 4)
            ),
            None => String::new(),
        };
        // A certificate knows it better than the cells.
        let claim = self
            .subject
            .claim
            .filter(|claim| claim.question.norm == Norm::Area);
        let claimed = claim.and_then(|claim| Some((claim.error_lower(), claim.error_upper()?)));
        let area = claimed.or(ends).map_or(String::new(), |(low, high)| {
            let (low, high) = (
                literal::decimal_down(&low, 3),
                literal::decimal_up(&high, 3),
            );
            if low == high {
                format!(": an area of {low}")
            } else {
                format!(": an area of {low} to {high}")
            }
        });
        let about = match self.subject.claim {
            Some(_) => caption(self.subject),
            None => format!("{} No certificate was given.", described(&question.target)),
        };
        HalfplanesPicture {
            title: format!("Where the decision N ≥ {threshold} is wrong{area}"),
            caption: format!("{about}\n{by_cells}"),
            x_label: self.label(0),
            y_label: self.label(1),
            domain: rect(&self.whole),
            cells,
            points: self.points_in_plane(),
            decision: self.edge_of_decision(),
            boundary: self.edge_of_target(),
            ..HalfplanesPicture::default()
        }
    }

    /// Where the network begins to decide for the region: sampled.
    fn edge_of_decision(&self) -> Vec<Vec<(f64, f64)>> {
        let (xs, ys) = self.contour_grid();
        let threshold = self.threshold();
        let heights = self.heights_on_grid(&xs, &ys);
        let is_inside = |row: &Vec<f64>| row.iter().map(|z| *z >= threshold).collect();
        let grid: Vec<Vec<bool>> = heights.iter().map(is_inside).collect();
        let mut memory = Vec::new();
        contours((&xs, &ys), &grid, &mut |(x, y)| {
            estimate_outputs(&self.root, &[x, y], &mut memory)[0] >= threshold
        })
    }

    /// The edge of the region: sampled.
    fn edge_of_target(&self) -> Vec<Vec<(f64, f64)>> {
        let (xs, ys) = self.contour_grid();
        let mut scratch = Scratch::default();
        let mut is_inside = |(x, y): (f64, f64)| self.target_at(&[x, y], &mut scratch)[0] >= 0.5;
        let row = |y: &f64| xs.iter().map(|x| is_inside((*x, *y))).collect();
        let grid: Vec<Vec<bool>> = ys.iter().map(row).collect();
        contours((&xs, &ys), &grid, &mut is_inside)
    }

    fn contour_grid(&self) -> (Vec<f64>, Vec<f64>) {
        let lines = if self.root.units() > LARGE / 8 {
            EDGE_LINES / 2
        } else {
            EDGE_LINES
        };
        let lines = lines.min(self.edge_lines);
        (self.places(0, lines, 0), self.places(1, lines, 0))
    }

    /// Cells on which target and decision are certain, or which are too small to halve. `note` gets the
    /// truth of both.
    fn decided_cells(
        &self,
        depth: u32,
        note: &mut dyn FnMut(&Cell, Truth, Truth),
    ) -> Vec<ClassCell> {
        let region = Tape::new(&self.subject.question.target);
        let constants = region.constants::<Interval>(&());
        let mut scratch = Scratch::default();
        let threshold = self
            .subject
            .question
            .threshold
            .as_ref()
            .map_or(Interval::point(Dyadic::HALF), Interval::from_rational);
        let class = |truth: Truth| match truth {
            Truth::True => Class::Inside,
            Truth::False => Class::Outside,
            Truth::Unknown => Class::Unknown,
        };
        let mut cells = Vec::new();
        let smallest = self
            .whole
            .volume()
            .sup()
            .scale(-i64::from(2 * depth), Direction::Up);
        self.on_cells(depth, &mut |cell, network| {
            let target = region
                .evaluate(&constants, cell.intervals(), &mut scratch)
                .truth()
                .unwrap_or(Truth::Unknown);
            let is_inside = |value: Interval| value.compare(Relation::GreaterOrEqual, &threshold);
            let mut decision = network
                .enclose::<Interval>(cell.intervals())
                .map_or(Truth::Unknown, |values| is_inside(values[0]));
            // Linear forms see cancellation between units; smooth units decide by small differences.
            if decision == Truth::Unknown && network.units() <= DENSE {
                let input = |i| LinearForm::<2>::variable(i, &cell.intervals()[i]);
                let inputs: Vec<LinearForm<2>> = (0..2).map(input).collect();
                decision = network
                    .enclose(&inputs)
                    .map_or(Truth::Unknown, |values| is_inside(values[0].range()));
            }
            let is_decided = target != Truth::Unknown && decision != Truth::Unknown;
            if is_decided || cell.volume().inf() <= smallest {
                note(cell, target, decision);
                cells.push(ClassCell {
                    rect: rect(cell),
                    target: class(target),
                    network: class(decision),
                });
                return true;
            }
            false
        });
        cells
    }

    fn halfplanes(&self) -> HalfplanesPicture {
        self.halfplanes_on(DECISION_DEPTH)
    }

    /// The decision on a grid of `2^depth` by `2^depth` cells.
    fn halfplanes_on(&self, depth: u32) -> HalfplanesPicture {
        let cells = self.decided_cells(depth, &mut |_, _, _| {});
        let mut lines = Vec::new();
        for k in 0..self.root.units() {
            let sum = self.root.unit(k).sum;
            let mut line = HalfPlane {
                c: estimate_dyadic(sum.bias),
                a: 0.0,
                b: 0.0,
            };
            let is_first = sum.terms.iter().all(|(variable, _)| *variable < 2);
            for (variable, weight) in sum.terms {
                match variable {
                    0 => line.a = estimate_dyadic(*weight),
                    _ => line.b = estimate_dyadic(*weight),
                }
            }
            if is_first && lines.len() < 64 {
                lines.push(line);
            }
        }
        HalfplanesPicture {
            title: titles::lines(self.subject.network, self.subject.question),
            caption: caption(self.subject),
            x_label: self.label(0),
            y_label: self.label(1),
            domain: rect(&self.whole),
            cells,
            lines,
            polygon: Vec::new(),
            decision: self.edge_of_decision(),
            boundary: self.edge_of_target(),
            points: self.points_in_plane(),
            is_alone: false,
        }
    }
}

/// Fills in the outputs on a part of a grid, with the network reduced to that part.
fn fill(
    network: &Reduced,
    axes: &[Vec<f64>],
    ranges: &[(usize, usize)],
    values: &mut [Vec<f64>],
    memory: &mut Vec<f64>,
) {
    let points: usize = ranges.iter().map(|(from, to)| to - from).product();
    if points == 0 {
        return;
    }
    if points <= 8 || network.units() <= 8 {
        let mut at: Vec<usize> = ranges.iter().map(|(from, _)| *from).collect();
        loop {
            let point: Vec<f64> = at.iter().zip(axes).map(|(i, axis)| axis[*i]).collect();
            let index = at
                .iter()
                .zip(axes)
                .fold(0, |sum, (i, axis)| sum * axis.len() + i);
            values[index] = estimate_outputs(network, &point, memory);
            // Count up, the last input fastest.
            let mut k = at.len();
            loop {
                let Some(previous) = k.checked_sub(1) else {
                    return;
                };
                k = previous;
                at[k] += 1;
                if at[k] < ranges[k].1 {
                    break;
                }
                at[k] = ranges[k].0;
            }
        }
    }
    let longest = (0..ranges.len()).fold(0, |best, i| {
        let length = |k: usize| ranges[k].1 - ranges[k].0;
        if length(i) > length(best) { i } else { best }
    });
    let (from, to) = ranges[longest];
    let middle = usize::midpoint(from, to);
    for part in [(from, middle), (middle, to)] {
        let mut ranges = ranges.to_vec();
        ranges[longest] = part;
        if part.0 == part.1 {
            continue;
        }
        let sides: Option<Vec<Interval>> = ranges
            .iter()
            .zip(axes)
            .map(|((from, to), axis)| {
                let exact = crate::numbers::estimate::exact_dyadic;
                Interval::new(exact(axis[*from])?, exact(axis[to - 1])?)
            })
            .collect();
        let fold = Dyadic::power_of_two(-40);
        let reduced = sides.and_then(|sides| network.reduce::<Interval>(&sides, None, fold).ok());
        fill(
            reduced.as_ref().unwrap_or(network),
            axes,
            &ranges,
            values,
            memory,
        );
    }
}
