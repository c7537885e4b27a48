//! Cuts a question into parts.

use std::ops::Range;

use super::file::sha256;
use super::tree::{self, Pruned};
use super::{Goal, Number, Part, State};
use crate::bounds::Cell;
use crate::certificate::{Certificate, Method, Norm, text};
use crate::network::Layer;
use crate::numbers::Rational;
use crate::prover::{self, Limits, Progress, Request, StoppedBy, Watch, unwatched};
use crate::workflow::verify::{VerifyRequest, WorkflowError, check_fit, of_floats};

/// A network of at most this many units is searched a little first. Then the parts know about how large the
/// error is.
const SMALL: usize = 10_000;
/// The boxes of that search.
const FIRST_LOOK: u64 = 2000;

/// Cuts the domain of a question into parts of about the same work; the same parts for every number of
/// threads. There are fewer than `parts` of them where no more cells can be cut.
///
/// - Errors: [`WorkflowError`] if the search cannot begin.
pub fn split(
    request: &VerifyRequest<'_>,
    parts: usize,
    progress: &mut Watch<'_>,
) -> Result<Vec<Part>, WorkflowError> {
    check_fit(request)?;
    let asked = |limits: Limits, resume| Request {
        network: request.network,
        on_domain: None,
        question: &request.question,
        tolerance: request.tolerance.as_ref(),
        gap: &request.gap,
        limits,
        resume,
        threads: request.threads,
        weights: request.weights,
        portable: request.portable,
        within: None,
    };
    let units: usize = request.network.layers().iter().map(Layer::units).sum();
    let first = (units <= SMALL)
        .then(|| {
            let limits = Limits {
                boxes: Some(FIRST_LOOK),
                ..request.limits.clone()
            };
            prover::prove(&asked(limits, None), &mut |_: &Progress| progress(&NOTHING))
        })
        .transpose()
        .map_err(of_floats)?;
    let first = first.map(|outcome| outcome.certificate);
    let limits = request.limits.clone();
    let divided = prover::divide(&asked(limits, first.as_ref()), parts, &mut unwatched);
    let (outcome, unknown) = divided.map_err(of_floats)?;
    if let Some(reason @ (StoppedBy::Interrupt | StoppedBy::Time)) = outcome.stopped_by {
        return Err(WorkflowError::Stopped(reason));
    }
    let goal = match &request.tolerance {
        Some(tolerance) => Goal::Tolerance(tolerance.clone()),
        None => Goal::Gap(request.gap.clone()),
    };
    let parts = parts_of(&outcome.certificate, &goal, &unknown, None, parts);
    parts.ok_or(WorkflowError::Stopped(StoppedBy::Resolution))
}

/// Cuts a part that was begun into at most so many parts of its own, with all that is known by now; `None` if
/// nothing is open. They take the place of the part in a merge.
pub fn split_further(part: &Part, parts: usize) -> Option<Vec<Part>> {
    let is_open = |methods: Vec<Method>| methods.contains(&Method::Open);
    let own = tree::leaves(part)?;
    let methods = tree::leaf_methods(&part.certificate.partition)?;
    if !is_open(methods.get(own)?.to_vec()) {
        return None;
    }
    parts_of(
        &part.certificate,
        &part.goal,
        &part.unknown,
        Some(part),
        parts,
    )
}

/// What is known while a split begins: nothing.
const NOTHING: Progress = Progress {
    boxes: 0,
    open: 0,
    enclosure: None,
};

/// Makes parts of the leaves of a partition, or of the leaves of a part. Each has as many open leaves as the
/// others, or one more or less. A leaf that is decided belongs to the part before it, the first ones to the
/// first part.
fn parts_of(
    whole: &Certificate,
    goal: &Goal,
    unknown: &Rational,
    above: Option<&Part>,
    parts: usize,
) -> Option<Vec<Part>> {
    let methods = tree::leaf_methods(&whole.partition)?;
    let all = match above {
        None => 0..methods.len(),
        Some(part) => tree::leaves(part)?,
    };
    let open: Vec<usize> = all
        .clone()
        .filter(|at| methods[*at] == Method::Open)
        .collect();
    let of = open.len().min(parts).max(1);
    let mut starts: Vec<usize> = (0..of)
        .filter_map(|part| open.get(part * open.len() / of).copied())
        .collect();
    match starts.first_mut() {
        Some(first) => *first = all.start,
        None => starts.push(all.start),
    }
    let ends = starts.iter().skip(1).copied().chain([all.end]);
    let ranges: Vec<Range<usize>> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(a, b)| a..b)
        .collect();
    let cells = tree::leaf_cells(&whole.partition, Cell::root(&whole.claim.question.domain))?;
    let volume = |range: &Range<usize>| {
        let volumes = cells[range.clone()].iter().map(|cell| {
            let sides = cell.sides().iter().map(|(low, high)| high - low);
            sides.fold(Rational::ONE, |volume, side| volume * side)
        });
        volumes.fold(Rational::ZERO, |sum, volume| sum + volume)
    };
    let is_sup = whole.claim.question.norm == Norm::Sup;
    let of_all = volume(&all);
    let split = above.map_or_else(
        || digest_of(whole, goal, unknown),
        |part| part.split.clone(),
    );
    let make = |(at, range): (usize, Range<usize>)| {
        let Pruned {
            tree,
            own,
            partition,
        } = tree::pruned(&whole.partition, &range)?;
        let mut number = above.map_or_else(Vec::new, |part| part.number.0.clone());
        number.push((at + 1, ranges.len()));
        let unknown = match volume(&range).checked_div(&of_all) {
            Some(fraction) if !is_sup => (unknown * &fraction).round_to_bits(BITS),
            _ => Rational::ZERO,
        };
        let mut certificate = whole.clone();
        certificate.partition = partition;
        certificate.claim.stated_upper = None;
        if !is_sup {
            certificate.claim.stated_lower = Rational::ZERO;
        }
        Some(Part {
            split: split.clone(),
            number: Number(number),
            goal: goal.clone(),
            unknown,
            tree,
            own,
            state: State::Waiting,
            bounds: Vec::new(),
            certificate,
        })
    };
    ranges.iter().cloned().enumerate().map(make).collect()
}

/// Bits of an allowance: it only says when a search may stop.
const BITS: u32 = 40;

/// Returns the digest of a question and of how it is split.
fn digest_of(whole: &Certificate, goal: &Goal, unknown: &Rational) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut bytes = format!("{version} {goal:?} {unknown} ").into_bytes();
    // A vector takes any bytes, so writing to one cannot fail.
    let _ = text::write(whole, &mut bytes);
    sha256(&bytes)
}
