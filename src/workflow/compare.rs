//! From a spec and network files to one certified table.
//!
//! Every network of a comparison is asked the same questions as any other network: the prover
//! proposes, the checker decides, and only what it accepted stands in the table.

use std::path::Path;

use super::build::{BuildRequest, build_sized};
use super::regions::{RegionsRequest, count_regions};
use super::spec::{NetworkSpec, Spec};
use super::train::{DataError, TrainedRow, train_rows, training_data};
use super::verify::{Verification, VerifyRequest, WorkflowError, verify};
use crate::builders::shape::circle::{Disk, read_disk};
use crate::builders::{self, BuilderName, Fit, Parameters, Units};
use crate::certificate::{Norm, Question};
use crate::expr::{Domain, Target};
use crate::network::{Activation, Layer, LayerEstimate, Network, digest, size};
use crate::numbers::Rational;
use crate::numbers::estimate::estimate_rational;
use crate::prover::{Limits, Progress};
use crate::report::comparison::{Comparison, Enclosure, Origin, Row, Start, UnitLine};
use crate::training;

/// Boxes that one question may take where nothing else limits it. A number of boxes, unlike a
/// time, gives the same figures on every machine.
pub const BOXES: u64 = 400_000;
/// Bytes that counting regions may take.
const REGIONS_MEMORY: u64 = 1 << 30;
/// Most sides of a polygon that is built to stand beside a network.
const MOST_SIDES: usize = 64;
/// Most units of which each line is listed.
const MOST_LINES: usize = 24;
/// A transition over at most this share of the domain's width is a step.
const STEP_SHARE: f64 = 0.05;

/// What to compare.
#[derive(Debug)]
pub struct CompareRequest<'a> {
    /// Target, claim, what to build and what to train.
    pub spec: &'a Spec,
    /// The spec's folder, to which the path of a data file is relative.
    pub folder: &'a Path,
    /// Further networks.
    pub imported: Vec<Imported>,
    /// When to stop a search; without a limit on boxes, [`BOXES`].
    pub limits: Limits,
    /// How many threads; all by default. The result does not depend on it.
    pub threads: Option<usize>,
}

/// A network from elsewhere, with target and box in the order of its inputs.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it is called in the table.
    pub name: String,
    /// The network.
    pub network: Network,
    /// The spec's target.
    pub target: Target,
    /// The spec's box.
    pub domain: Domain,
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    /// Training this row, from 0.
    Training(usize, training::Progress),
    /// Proving something of the network of this name.
    Proving(&'a str, &'a Progress),
}

/// One network, and what was proved of it.
#[derive(Debug)]
pub struct Member {
    /// The network.
    pub network: Network,
    /// The checked answers, by norm.
    pub answers: Vec<(Norm, Verification)>,
    /// The losses along the way of the best start.
    pub losses: Vec<f64>,
}

/// The table, and for each of its rows the network, where there is one.
#[derive(Debug)]
pub struct Compared {
    /// The table.
    pub comparison: Comparison,
    /// What stands behind it.
    pub members: Vec<Option<Member>>,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// There are no points to train on.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The network of the spec cannot be built.
    #[error("{0}")]
    Build(String),
    /// There is nothing to compare.
    #[error("there is no network to compare: the spec has neither [network] nor [compare]")]
    Nothing,
    /// A question has no answer.
    #[error("{name}: {error}")]
    Question {
        /// The network.
        name: String,
        /// Why.
        error: WorkflowError,
    },
}

/// A network on the way into the table.
struct Candidate {
    row: Row,
    network: Option<Network>,
    /// Target and box in another order than the spec's.
    order: Option<(Target, Domain)>,
    losses: Vec<f64>,
}

impl Candidate {
    fn new(row: Row, network: Option<Network>) -> Self {
        Self {
            row,
            network,
            order: None,
            losses: Vec::new(),
        }
    }
}

/// Builds and trains what the spec says, adds the networks given, and proves the error of each.
///
/// - Errors: [`CompareError`] where there is no table at all. A row that cannot be trained says so
///   in the table.
pub fn compare(
    request: &CompareRequest<'_>,
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Compared, CompareError> {
    let spec = request.spec;
    let samples = match &spec.compare {
        Some(compare) => Some(training_data(spec, compare, request.folder)?),
        None => None,
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    if let Some(network) = &spec.network {
        candidates.push(built(request, network, progress)?);
    }
    let mut trained = Vec::new();
    if let (Some(compare), Some(samples)) = (&spec.compare, &samples) {
        let rows = train_rows(compare, samples, &|row, at| {
            progress(Stage::Training(row, at));
        });
        trained.extend(rows.into_iter().map(candidate));
    }
    let imported = request.imported.iter().map(|given| Candidate {
        order: Some((given.target.clone(), given.domain.clone())),
        ..Candidate::new(
            Row::new(given.name.clone(), Origin::Imported),
            Some(given.network.clone()),
        )
    });
    let others: Vec<Candidate> = trained.into_iter().chain(imported).collect();
    if candidates.is_empty() && others.is_empty() {
        return Err(CompareError::Nothing);
    }
    let disk = read_disk(&spec.target).filter(|disk| is_inside(disk, spec));
    if disk.is_some() {
        candidates.extend(companions(spec, &candidates, &others));
    }
    candidates.extend(others);

    let mut rows = Vec::new();
    let mut members = Vec::new();
    for mut candidate in candidates {
        let answers = match &candidate.network {
            Some(network) => {
                let (target, domain) = match &candidate.order {
                    Some((target, domain)) => (target, domain),
                    None => (&spec.target, &spec.domain),
                };
                describe(
                    &mut candidate.row,
                    network,
                    domain,
                    threshold(spec).as_ref(),
                );
                answers(
                    request,
                    &candidate.row.name,
                    (network, target, domain),
                    progress,
                )?
            }
            None => Vec::new(),
        };
        for (norm, answer) in &answers {
            let claim = answer.verified.claim();
            let found = Some(Enclosure {
                lower: claim.error_lower(),
                upper: claim.error_upper(),
            });
            match norm {
                Norm::Sup => candidate.row.sup = found,
                Norm::L1 => candidate.row.l1 = found,
                Norm::Area => candidate.row.area = found,
                Norm::L2 => {}
            }
        }
        rows.push(candidate.row);
        members.push(candidate.network.map(|network| Member {
            network,
            answers,
            losses: candidate.losses,
        }));
    }
    if disk.is_some() {
        beside_polygons(&mut rows);
    }
    let names = spec.domain.names().iter().zip(spec.domain.sides());
    let stopped = members.iter().flatten().flat_map(|member| &member.answers);
    let mut notes = Vec::new();
    if stopped
        .clone()
        .any(|(_, answer)| answer.search.stopped_by.is_some())
    {
        notes.push(
            "Some searches stopped at a limit: those enclosures hold, but they are wider than asked."
                .to_string(),
        );
    }
    Ok(Compared {
        comparison: Comparison {
            target: spec.target.text().to_vec(),
            domain: names
                .map(|(name, (low, high))| (name.clone(), low.clone(), high.clone()))
                .collect(),
            threshold: threshold(spec),
            is_disk: disk.is_some(),
            data: samples.map(|samples| data_text(spec, &samples)),
            gap: spec.claim.gap.clone(),
            rows,
            notes,
        },
        members,
    })
}

/// Inside is where a network is at least this; for regions.
fn threshold(spec: &Spec) -> Option<Rational> {
    let given = spec.claim.threshold.clone();
    spec.target
        .is_region()
        .then(|| given.unwrap_or_else(|| Rational::ratio(1, 2)))
}

fn data_text(spec: &Spec, samples: &training::Samples) -> String {
    use super::spec::DataSpec;
    let from = match spec.compare.as_ref().map(|compare| &compare.data) {
        Some(DataSpec::File { path, .. }) => format!("of {path}"),
        Some(DataSpec::Random { noise, .. }) if *noise > 0.0 => {
            format!("at random in the domain, with noise {noise}")
        }
        _ => "at random in the domain".into(),
    };
    format!("{} points {from}", samples.count())
}

/// The network of the table `[network]`.
fn built(
    request: &CompareRequest<'_>,
    network: &NetworkSpec,
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Candidate, CompareError> {
    let spec = request.spec;
    let name = format!("built: {}", network.builder.name());
    let build = BuildRequest {
        builder: network.builder,
        parameters: &network.parameters,
        target: &spec.target,
        domain: &spec.domain,
        norm: spec.claim.norm,
        threshold: spec.claim.threshold.clone(),
        tolerance: spec.claim.tolerance.as_ref(),
        gap: spec.claim.gap.clone(),
        limits: request.limits,
        threads: request.threads,
    };
    let built = build_sized(&build, &mut |at| progress(Stage::Proving(&name, at)))
        .map_err(|error| CompareError::Build(error.to_string()))?;
    let mut row = Row::new(network.builder.name().into(), Origin::Built);
    let sides = network.parameters.sides;
    if let (BuilderName::Disk, Some(sides)) = (network.builder, sides) {
        row.name = format!("disk, {sides} sides");
    }
    if network.parameters.fit == Some(Fit::Smooth) {
        row.name = "smooth disk".into();
    }
    Ok(Candidate::new(row, Some(built.network)))
}

/// What came of training.
fn candidate(trained: TrainedRow) -> Candidate {
    let mut row = Row::new(trained.name, Origin::Trained);
    row.gradient_check = trained.gradient_check.map(|check| check.largest);
    match trained.training {
        Ok(training) => {
            row.starts = training
                .restarts
                .iter()
                .map(|restart| match &restart.outcome {
                    Ok(found) => Start {
                        seed: restart.seed,
                        loss: Some(found.loss),
                        fit: Some(found.fit),
                        steps: found.steps,
                    },
                    Err(diverged) => Start {
                        seed: restart.seed,
                        loss: None,
                        fit: None,
                        steps: diverged.step,
                    },
                })
                .collect();
            row.best_start = Some(training.best);
            let losses = training.found().losses.clone();
            Candidate {
                losses,
                ..Candidate::new(row, Some(training.network))
            }
        }
        Err(error) => {
            row.failed = Some(error.to_string());
            Candidate::new(row, None)
        }
    }
}

/// Whether a disk lies in the domain as a whole.
fn is_inside(disk: &Disk, spec: &Spec) -> bool {
    let [x, y] = spec.domain.sides() else {
        return false;
    };
    let fits = |centre: &Rational, (low, high): &(Rational, Rational)| {
        let (below, above) = (centre - low, high - centre);
        let room = |room: Rational| !room.is_negative() && &room * &room >= disk.radius_squared;
        room(below) && room(above)
    };
    fits(&disk.centre.0, x) && fits(&disk.centre.1, y)
}

/// For a disk: the best regular polygon for each number of units of a single layer, of steps,
/// and the disk of three smooth units.
fn companions(spec: &Spec, before: &[Candidate], others: &[Candidate]) -> Vec<Candidate> {
    let mut sides: Vec<usize> = others
        .iter()
        .filter_map(|candidate| candidate.network.as_ref())
        .filter_map(|network| match network.layers() {
            [hidden, _] => Some(hidden.units()),
            _ => None,
        })
        .filter(|units| (3..=MOST_SIDES).contains(units))
        .collect();
    sides.sort_unstable();
    sides.dedup();
    let polygon = |sides: usize| {
        let parameters = Parameters {
            sides: Some(sides),
            fit: Some(Fit::Balanced),
            units: Some(Units::Heaviside),
            hidden_layers: Some(1),
            ..Parameters::default()
        };
        (polygon_name(sides), parameters)
    };
    let smooth = Parameters {
        fit: Some(Fit::Smooth),
        ..Parameters::default()
    };
    let wanted = sides
        .into_iter()
        .map(polygon)
        .chain([("smooth disk".to_string(), smooth)]);
    let known: Vec<String> = before
        .iter()
        .filter_map(|candidate| candidate.network.as_ref().map(digest))
        .collect();
    wanted
        .filter_map(|(name, parameters)| {
            let (target, domain) = (&spec.target, &spec.domain);
            let built = builders::build(BuilderName::Disk, &parameters, target, domain, Norm::Area);
            let mut network = built.ok()?.network;
            if let (Some(sides), Some(threshold)) = (parameters.sides, threshold(spec)) {
                // One layer of steps counts the sides that a point is on the right side of: all
                // of them, or at most sides - 1.
                let middle = Rational::from(i64::try_from(sides).ok()?) - Rational::ratio(1, 2);
                network = raised(&network, &(threshold - middle))?;
            }
            let is_new = !known.contains(&digest(&network));
            let row = Row::new(name, Origin::Built);
            is_new.then(|| Candidate::new(row, Some(network)))
        })
        .collect()
}

/// The network with a constant added to its output.
fn raised(network: &Network, by: &Rational) -> Option<Network> {
    let (last, before) = network.layers().split_last()?;
    let bias = last.bias().iter().map(|bias| bias + by).collect();
    let last = Layer::new(last.weights().clone(), bias, last.activation().clone()).ok()?;
    let layers = before.iter().cloned().chain([last]).collect();
    Network::new(
        network.inputs().to_vec(),
        network.outputs().to_vec(),
        layers,
    )
    .ok()
}

fn polygon_name(sides: usize) -> String {
    format!("best polygon of {sides} sides")
}

/// Gives rows of one hidden layer the figure of the polygon with as many sides.
fn beside_polygons(rows: &mut [Row]) {
    let figures: Vec<(String, Option<Enclosure>)> = rows
        .iter()
        .map(|row| (row.name.clone(), row.area.clone()))
        .collect();
    for row in rows {
        if row.hidden.len() == 1 && row.origin != Origin::Built {
            let name = polygon_name(row.units);
            let figure = figures.iter().find(|(other, _)| *other == name);
            row.best_polygon = figure.and_then(|(_, area)| area.clone());
        }
    }
}

/// Proves what the table says of the errors of a network.
fn answers(
    request: &CompareRequest<'_>,
    name: &str,
    (network, target, domain): (&Network, &Target, &Domain),
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Vec<(Norm, Verification)>, CompareError> {
    let spec = request.spec;
    let norms: &[Norm] = if spec.target.is_region() {
        &[Norm::Area]
    } else {
        &[Norm::Sup, Norm::L1]
    };
    let mut limits = request.limits;
    limits.boxes = limits.boxes.or(Some(BOXES));
    let answer = |norm: Norm| {
        let question = Question {
            network: digest(network),
            target: target.clone(),
            domain: domain.clone(),
            norm,
            threshold: threshold(spec).filter(|_| norm == Norm::Area),
        };
        let verification = verify(
            &VerifyRequest {
                network,
                question,
                tolerance: None,
                gap: spec.claim.gap.clone(),
                limits,
                resume: None,
                threads: request.threads,
            },
            None,
            &mut |at| progress(Stage::Proving(name, at)),
        );
        verification.map(|found| (norm, found))
    };
    let found: Result<Vec<_>, WorkflowError> = norms.iter().map(|norm| answer(*norm)).collect();
    found.map_err(|error| CompareError::Question {
        name: name.into(),
        error,
    })
}

/// Fills in what is known of a network without a proof.
fn describe(row: &mut Row, network: &Network, domain: &Domain, threshold: Option<&Rational>) {
    let counts = size(network);
    let hidden = &network.layers()[..network.layers().len() - 1];
    row.hidden = hidden
        .iter()
        .map(|layer| (layer.units(), layer.activation().name().to_string()))
        .collect();
    row.units = counts.units;
    row.parameters = counts.parameters;
    row.zero_weight_share = estimate_rational(&counts.zero_weight_share);
    row.largest_weight = estimate_rational(&counts.largest_weight);
    if network.is_piecewise_linear() && domain.dimension() <= 2 {
        let counted = count_regions(&RegionsRequest {
            network,
            domain,
            threshold,
            memory: REGIONS_MEMORY,
        });
        if let Ok(answer) = counted {
            row.linear_regions = Some(answer.counts.linear_regions);
            let planar = domain.dimension() == 2;
            row.decision_sides = answer
                .decision
                .filter(|_| planar)
                .map(|d| d.sides - d.border_sides);
        }
    }
    if let Some(first) = hidden.first() {
        row.axis_ratios = axis_ratios(first);
        if domain.dimension() == 2 && first.units() <= MOST_LINES {
            row.lines = lines(network, domain);
        }
    }
}

/// For each unit the second largest weight over the largest; nothing with one input.
fn axis_ratios(layer: &Layer) -> Vec<f64> {
    if layer.inputs() < 2 || layer.activation().rows_per_unit() != 1 {
        return Vec::new();
    }
    let ratio = |row: usize| {
        let weights = layer.weights().row(row);
        let mut sizes: Vec<f64> = weights.map(|(_, w)| estimate_rational(w).abs()).collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        match sizes[..] {
            [largest, second, ..] if largest > 0.0 => second / largest,
            _ => 0.0,
        }
    };
    (0..layer.rows()).map(ratio).collect()
}

/// The lines across which units of the first layer change.
fn lines(network: &Network, domain: &Domain) -> Vec<UnitLine> {
    let [x, y] = domain.sides() else {
        return Vec::new();
    };
    let side =
        |(low, high): &(Rational, Rational)| (estimate_rational(low), estimate_rational(high));
    let (x, y) = (side(x), side(y));
    let width = (x.1 - x.0).min(y.1 - y.0);
    let layers = LayerEstimate::of(network);
    let layer = &layers[0];
    // From a tenth to nine tenths: twice the inverse at nine tenths, over the steepness.
    let span = match layer.activation {
        Activation::Sigmoid => Some(2.0 * libm::log(9.0)),
        Activation::Tanh => Some(libm::log(9.0)),
        Activation::Heaviside => Some(0.0),
        _ => None,
    };
    if layer.activation.rows_per_unit() != 1 {
        return Vec::new();
    }
    let line = |(bias, weights): &(f64, Vec<(usize, f64)>)| {
        let weight = |k: usize| {
            weights
                .iter()
                .find(|(column, _)| *column == k)
                .map_or(0.0, |w| w.1)
        };
        let (a, b) = (weight(0), weight(1));
        let steepness = libm::hypot(a, b);
        if !(steepness > 0.0 && steepness.is_finite()) {
            return None;
        }
        let sums =
            [(x.0, y.0), (x.0, y.1), (x.1, y.0), (x.1, y.1)].map(|(x, y)| a * x + b * y + bias);
        let transition = span.map(|span| span / steepness);
        Some(UnitLine {
            direction: (a / steepness, b / steepness),
            place: -bias / steepness,
            steepness,
            transition,
            is_step: transition.map(|t| t <= STEP_SHARE * width),
            meets: sums.iter().any(|s| *s >= 0.0) && sums.iter().any(|s| *s <= 0.0),
        })
    };
    layer.rows.iter().filter_map(line).collect()
}
