//! From a spec and network files to one certified table.
//!
//! Every network of a comparison is asked the same questions as any other network: the prover
//! proposes, the checker decides, and only what it accepted stands in the table.

mod baselines;
mod constant;
mod describe;

use std::ops::ControlFlow;
use std::path::Path;

use baselines::{baselines, beside_polygons, is_inside};
use describe::describe;

use super::build::{BuildRequest, build_sized};
use super::measure::default_threshold;
use super::points::{DataError, TrainingData, training_data};
use super::rounded::Beside;
use super::smallest;
use super::spec::{NetworkSpec, Spec};
use super::train::{TrainedRow, train_rows};
use super::verify::{Verification, VerifyRequest, WorkflowError, verify};
use crate::builders::shape::circle::read_disk;
use crate::builders::{BuilderName, Fit, Parameters, Units};
use crate::certificate::{FloatFormat, Norm, Question, Semantics};
use crate::expr::{Domain, Target};
use crate::floats::{Arithmetic, NotFloat, Told, to_floats};
use crate::formats::foreign::Weights;
use crate::network::{Activation, Network, digest};
use crate::numbers::Rational;
use crate::prover::{Limits, Progress};
use crate::report::comparison::{Comparison, Enclosure, Origin, Row, Start};
use crate::training;
use crate::words::count;

/// Boxes that one question may take where nothing else limits it. A number of boxes, unlike a
/// time, gives the same figures on every machine.
pub const BOXES: u64 = 400_000;

/// What to compare.
#[derive(Debug)]
pub struct CompareRequest<'a> {
    /// Target, claim, what to build and what to train.
    pub spec: &'a Spec,
    /// The spec's folder, to which the path of a data file is relative.
    pub folder: &'a Path,
    /// Further networks.
    pub imported: Vec<Imported>,
    /// The arithmetic that all claims are about.
    pub semantics: Semantics,
    /// When to stop a search; without a limit on boxes, [`BOXES`].
    pub limits: Limits,
    /// How many threads; all by default. The result does not depend on it.
    pub threads: crate::jobs::Threads<'a>,
}

/// A network from elsewhere, with target and box in the order of its inputs.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What it is called in the table.
    pub name: String,
    /// The network.
    pub network: Network,
    /// Which weights of its file it has.
    pub weights: Weights,
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
    /// The points that the networks were trained on.
    pub samples: Option<training::Samples>,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// There are no points to train on.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The network of the spec cannot be built.
    #[error(transparent)]
    Build(WorkflowError),
    /// The area of floats.
    #[error(transparent)]
    Norm(Box<NotFloat>),
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

/// A network before its row of the table is complete.
struct Candidate {
    row: Row,
    network: Option<Network>,
    /// Target and domain, if their inputs are in another order than in the spec.
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

    /// Rounds the weights, where claims are about floats. Returns whether that changed any.
    fn round(&mut self, semantics: &Semantics) -> bool {
        let (Some(floats), Some(network)) = (semantics.floats(), &self.network) else {
            return false;
        };
        match to_floats(network, floats.format) {
            Ok((_, rounded)) if rounded.changed == 0 => false,
            Ok((network, _)) => {
                self.network = Some(network);
                true
            }
            Err(error) => {
                self.row.failed = Some(error.to_string());
                self.network = None;
                false
            }
        }
    }
}

/// Builds and trains the networks of the spec, adds the imported ones, and proves bounds on the error of
/// each.
///
/// - Errors: [`CompareError`] if there is no table at all. A failed training is a row of the table.
pub fn compare(
    request: &CompareRequest<'_>,
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Compared, CompareError> {
    let spec = request.spec;
    refuse_area_of_points(request)?;
    let data = match &spec.compare {
        Some(compare) => Some(training_data(spec, compare, request.folder)?),
        None => None,
    };
    let (samples, about_data) = match data {
        Some(TrainingData { samples, notes }) => (Some(samples), notes),
        None => (None, Vec::new()),
    };
    // First, so that a mistake in its keys costs no training.
    let built: Option<Candidate> = match &spec.network {
        Some(network) => Some(built(request, network, progress)?),
        None => None,
    };
    let mut trained = Vec::new();
    if let (Some(compare), Some(samples)) = (&spec.compare, &samples) {
        // The other half of the time is for the proofs.
        let limits = request.limits.shared(2);
        let rows = train_rows(compare, samples, &limits, &|row, at| {
            progress(Stage::Training(row, at));
        });
        trained.extend(rows.into_iter().map(candidate));
        if let Some(tolerance) = &compare.tolerance {
            for activation in &compare.activations {
                trained.push(smallest_of(request, activation, tolerance, progress));
            }
        }
    }
    let imported = request.imported.iter().map(|given| Candidate {
        order: Some((given.target.clone(), given.domain.clone())),
        ..Candidate::new(
            Row {
                weights: given.weights,
                ..Row::new(given.name.clone(), Origin::Imported)
            },
            Some(given.network.clone()),
        )
    });
    let others: Vec<Candidate> = trained.into_iter().chain(imported).collect();
    if built.is_none() && others.is_empty() {
        return Err(CompareError::Nothing);
    }
    let disk = read_disk(&spec.target).filter(|disk| is_inside(disk, spec));
    let polygons = match &disk {
        Some(_) => baselines(spec, built.as_ref(), &others),
        None => Vec::new(),
    };
    // What people came for is proved first, and what takes longest last.
    let candidates = others.into_iter().chain([baseline(spec)]);
    let candidates: Vec<Candidate> = candidates.chain(built).chain(polygons).collect();

    let mut rows = Vec::new();
    let mut members = Vec::new();
    let mut arithmetic = Told::before(request.semantics.clone());
    let mut beside = Told::before(Arithmetic::float32().into());
    let all = candidates.len();
    let mut rounded = 0_usize;
    for (place, mut candidate) in candidates.into_iter().enumerate() {
        rounded += usize::from(candidate.round(&request.semantics));
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
                    (&candidate.row.name, all - place),
                    (network, candidate.row.weights, target, domain),
                    progress,
                )?
            }
            None => Vec::new(),
        };
        for (norm, answer) in &answers {
            let found = figure(*norm, answer, &spec.domain);
            if found.is_none() {
                candidate.row.not_searched.push(norm.name());
            }
            match norm {
                Norm::Sup => candidate.row.sup = found,
                Norm::L1 => candidate.row.l1 = found,
                Norm::Area => candidate.row.area = found,
                Norm::L2 => {}
            }
        }
        if let (Some(network), Some((_, exact))) = (
            &candidate.network,
            answers.iter().find(|(norm, _)| *norm == Norm::Sup),
        ) {
            candidate.row.beside = in_float32(request, network, exact, progress);
        }
        told_of(&mut arithmetic, candidate.network.as_ref());
        told_of(&mut beside, candidate.network.as_ref());
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
    let mut notes: Vec<String> = about_data.iter().map(|note| sentence(note)).collect();
    notes.extend(stopped(&members, &spec.domain));
    if rounded > 0 {
        notes.push(format!(
            "The claims are about networks whose weights are {} numbers, so the weights of {} were rounded.",
            arithmetic.name(),
            count(rounded, "network")
        ));
    }
    Ok(Compared {
        comparison: Comparison {
            target: spec.target.text().to_vec(),
            domain: names
                .map(|(name, (low, high))| (name.clone(), low.clone(), high.clone()))
                .collect(),
            threshold: threshold(spec),
            beside,
            arithmetic,
            is_disk: disk.is_some(),
            data: samples.as_ref().map(|samples| data_text(spec, samples)),
            gap: spec.claim.gap.clone(),
            rows,
            notes,
            steps: Vec::new(),
        },
        members,
        samples,
    })
}

/// Says that searches stopped early, among those that found something.
fn stopped(members: &[Option<Member>], domain: &Domain) -> Option<String> {
    let answers = members.iter().flatten().flat_map(|member| &member.answers);
    let mut searched = answers.filter(|(norm, answer)| figure(*norm, answer, domain).is_some());
    let note =
        "Some searches stopped at a limit. Their bounds hold, but they are wider than asked for.";
    searched
        .any(|(_, answer)| answer.search.stopped_by.is_some())
        .then(|| note.into())
}

/// A note as a sentence.
fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// Regions are compared by area, which a set of floats does not have.
fn refuse_area_of_points(request: &CompareRequest<'_>) -> Result<(), CompareError> {
    match of_points(&request.semantics).filter(|_| request.spec.target.is_region()) {
        Some(format) => {
            let norm = Norm::Area;
            let error = NotFloat::Integral { norm, format };
            Err(CompareError::Norm(Box::new(error)))
        }
        None => Ok(()),
    }
}

/// The format, where claims are about inputs that are floats.
fn of_points(semantics: &Semantics) -> Option<FloatFormat> {
    let floats = semantics.floats().filter(|floats| !floats.rounded_inputs)?;
    Some(floats.format)
}

/// The error of a network for the table; `None` if the search stopped before it found a bound.
fn figure(norm: Norm, answer: &Verification, domain: &Domain) -> Option<Enclosure> {
    let claim = answer.verified.claim();
    let found = Enclosure {
        lower: claim.error_lower(),
        upper: claim.error_upper(),
    };
    let is_all = match &found.upper {
        None => true,
        Some(upper) => norm == Norm::Area && *upper >= domain.volume(),
    };
    let search = &answer.search;
    let says_nothing = found.lower.is_zero() && (is_all || search.boxes <= 1);
    (search.stopped_by.is_none() || !says_nothing).then_some(found)
}

/// For regions: a point is inside if the network is at least this.
fn threshold(spec: &Spec) -> Option<Rational> {
    let given = spec.claim.threshold.clone();
    spec.target
        .is_region()
        .then(|| given.unwrap_or_else(default_threshold))
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
    format!("{} {from}", count(samples.count(), "point"))
}

/// The best constant answer.
fn baseline(spec: &Spec) -> Candidate {
    let threshold = threshold(spec);
    let network = constant::constant(
        &spec.target,
        &spec.domain,
        spec.claim.norm,
        threshold.as_ref(),
    );
    let mut row = Row::new(constant::NAME.into(), Origin::Built);
    row.constant = Some(constant::words(&network, threshold.as_ref()));
    Candidate::new(row, Some(network))
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
        semantics: request.semantics.clone(),
        limits: request.limits.clone(),
        threads: request.threads,
        portable: false,
    };
    let built = build_sized(&build, &mut |at| {
        progress(Stage::Proving(&name, at));
        ControlFlow::Continue(())
    })
    .map_err(CompareError::Build)?;
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

/// Trains the smallest network of this activation that keeps a tolerance in the norm sup.
fn smallest_of(
    request: &CompareRequest<'_>,
    activation: &Activation,
    tolerance: &Rational,
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Candidate {
    let spec = request.spec;
    let name = format!("smallest {}", activation.name());
    let parameters = Parameters {
        units: Units::from_name(activation.name()),
        ..Parameters::default()
    };
    let wanted = BuildRequest {
        builder: BuilderName::Smallest,
        parameters: &parameters,
        target: &spec.target,
        domain: &spec.domain,
        norm: Norm::Sup,
        threshold: None,
        tolerance: Some(tolerance),
        gap: spec.claim.gap.clone(),
        semantics: request.semantics.clone(),
        // The other half of the time is for the proofs.
        limits: request.limits.shared(2),
        threads: request.threads,
        portable: false,
    };
    let found = smallest::choose_trained(&wanted, &mut |at| {
        progress(Stage::Proving(&name, at));
        ControlFlow::Continue(())
    });
    let mut row = Row::new(name.clone(), Origin::Trained);
    match found {
        Ok(chosen) => Candidate::new(row, Some(chosen.built.network)),
        Err(error) => {
            row.failed = Some(error.to_string());
            Candidate::new(row, None)
        }
    }
}

/// Returns the candidate that training made, or the reason why there is none.
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

/// Adds the activations of a network to those that a comparison tells about.
fn told_of(arithmetic: &mut Told, network: Option<&Network>) {
    let Some(network) = network else { return };
    let own = Told::new(&arithmetic.semantics, network);
    for name in own.inexact {
        if !arithmetic.inexact.contains(&name) {
            arithmetic.inexact.push(name);
        }
    }
    arithmetic.covers.retain(|name| own.covers.contains(name));
}

/// Bounds on the sup error in float32 arithmetic of a network whose weights are rounded to float32, where all
/// other bounds are in real arithmetic; `None` where a short search finds none.
fn in_float32(
    request: &CompareRequest<'_>,
    network: &Network,
    exact: &Verification,
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Option<Enclosure> {
    if request.semantics != Semantics::Real {
        return None;
    }
    let wanted = Beside {
        semantics: Arithmetic::float32().into(),
        tolerance: None,
        gap: request.spec.claim.gap.clone(),
        limits: request.limits.shared(2),
        threads: request.threads,
    };
    let (stored, _) = to_floats(network, FloatFormat::Float32).ok()?;
    let found = wanted.of(&stored, exact, &mut |at| {
        progress(Stage::Proving("in float32", at));
        ControlFlow::Continue(())
    })?;
    Some(Enclosure {
        lower: found.lower,
        upper: found.upper,
    })
}

/// Proves bounds on the errors of a network; `left` networks still share the time.
fn answers(
    request: &CompareRequest<'_>,
    (name, left): (&str, usize),
    (network, weights, target, domain): (&Network, Weights, &Target, &Domain),
    progress: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Vec<(Norm, Verification)>, CompareError> {
    let spec = request.spec;
    // Integrals are over real inputs.
    let norms: &[Norm] = if spec.target.is_region() {
        &[Norm::Area]
    } else if of_points(&request.semantics).is_some() {
        &[Norm::Sup]
    } else {
        &[Norm::Sup, Norm::L1]
    };
    let mut limits = request.limits.clone();
    limits.boxes = limits.boxes.or(Some(BOXES));
    let answer = |(done, norm): (usize, Norm)| {
        // A fair share of the time for each question.
        let limits = limits.shared(left * norms.len() - done);
        let question = Question {
            network: digest(network),
            target: target.clone(),
            domain: domain.clone(),
            norm,
            threshold: threshold(spec).filter(|_| norm == Norm::Area),
            semantics: request.semantics.clone(),
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
                weights,
                portable: false,
            },
            None,
            &mut |at| {
                progress(Stage::Proving(name, at));
                ControlFlow::Continue(())
            },
        );
        verification.map(|found| (norm, found))
    };
    let found: Result<Vec<_>, WorkflowError> =
        norms.iter().copied().enumerate().map(answer).collect();
    found.map_err(|error| CompareError::Question {
        name: name.into(),
        error,
    })
}
