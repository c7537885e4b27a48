//! The size of a network from the tolerance: by doubling, and then by halving the step.
//!
//! Each size that is tried is searched for a proof, within what is left of the command's time and
//! memory. The verdict comes later, from the checker; here a size is only chosen.

use std::fmt;
use std::time::Duration;

use super::build::BuildRequest;
use super::verify::{Found, WorkflowError, search};
use crate::builders::{self, BuildError, Built, Parameters, SizeKey, Sizes};
use crate::clock::Moment;
use crate::network::{Network, size};
use crate::numbers::Rational;
use crate::prover::memory::in_use;
use crate::prover::{Limits, StoppedBy, Watch};
use crate::report::up;

/// The largest size that is tried when the size is to be chosen.
const LARGEST_SIZE: usize = 1 << 16;
/// Boxes that one size may take before the next is tried.
const BOXES_FOR_A_SIZE: u64 = 4_000_000;
/// About how many bytes a weight that is not zero takes, in the network and while it is searched.
const BYTES_PER_WEIGHT: f64 = 200.0;
/// Grids of fewer cells along each side fit into any memory.
const SMALL: usize = 512;

/// A network of a size that was given or chosen.
pub(super) struct Chosen {
    /// What was built.
    pub built: Built,
    /// What the search found of it, where the size was chosen.
    pub found: Option<Found>,
    /// What ended the choice before a size was found that is enough. Then nothing is said of other
    /// sizes, whatever holds of this one.
    pub stopped_by: Option<StoppedBy>,
}

/// A network of one size, and what a search found of it.
struct Tried {
    size: usize,
    built: Built,
    found: Found,
}

/// What ended the choice.
enum Next {
    /// A network that seems to keep the tolerance.
    Enough(Tried),
    /// One that does not, as far as was found.
    TooSmall(Tried),
    /// One that was not searched to the end: no time, no memory, an interrupt, or the boxes given.
    Stopped(Tried, StoppedBy),
    /// No network of this size was built, as it would take too much time or memory.
    Unbuilt(StoppedBy),
}

/// What a network costs, to guess what the next one will.
#[derive(Clone, Copy)]
struct Cost {
    weights: u64,
    time: Duration,
}

/// The search for a size.
struct Choice<'a, 'p> {
    request: &'a BuildRequest<'a>,
    key: &'a SizeKey,
    parameters: &'a Parameters,
    tolerance: &'a Rational,
    /// What the networks cost that were tried, by size.
    costs: Vec<(usize, Cost)>,
    progress: &'p mut Watch<'p>,
}

/// Builds the network: of the size given, or of the smallest size that the prover finds to keep the
/// tolerance. Where a limit ends that first, the largest network that was tried.
pub(super) fn choose(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Chosen, WorkflowError> {
    let of_size_given = |parameters| {
        let built = request.build_with(parameters)?;
        Ok(Chosen {
            built,
            found: None,
            stopped_by: None,
        })
    };
    let Some(key) = &builders::entry(request.builder).size else {
        return of_size_given(request.parameters);
    };
    if key.is_given(request.parameters) {
        check_memory(request)?;
        return of_size_given(request.parameters);
    }
    let Some(tolerance) = request.tolerance else {
        return Err(WorkflowError::from(BuildError::MissingSize {
            builder: builders::entry(request.builder).name,
            key: key.name,
        }));
    };
    if let Some(reason) = builders::impossible(
        request.builder,
        request.parameters,
        request.target,
        request.domain,
        request.norm,
        tolerance,
    ) {
        return Err(WorkflowError::Impossible(Box::new(reason)));
    }
    let parameters = builders::prepare(
        request.builder,
        request.parameters,
        request.target,
        request.domain,
        request.norm,
        tolerance,
    )?;
    Choice {
        request,
        key,
        parameters: &parameters,
        tolerance,
        costs: Vec::new(),
        progress,
    }
    .run()
}

impl Choice<'_, '_> {
    fn run(mut self) -> Result<Chosen, WorkflowError> {
        let largest = self.key.largest.min(LARGEST_SIZE);
        let mut sizes = Sizes::new(self.key.smallest, largest).with_known(self.needed());
        let mut last: Option<Tried> = None;
        let mut least: Option<(Rational, usize)> = None;
        let mut best: Option<Tried> = None;
        let mut stopped_by = None;
        while let Some(size) = sizes.untried() {
            let mut limits = self.request.limits.clone();
            if let Some(best) = &best {
                // What was found of the best size is still to be checked.
                let check = Duration::from_secs_f64(best.found.seconds());
                limits.time = limits.time.map(|time| time.saturating_sub(check));
            }
            match (self.attempt(size, limits)?, best.is_some()) {
                (Next::Enough(tried), _) => {
                    sizes.tried(size, true);
                    (best, last) = (Some(tried), None);
                }
                (Next::TooSmall(_), true) => sizes.tried(size, false),
                (Next::TooSmall(tried), false) => {
                    sizes.tried(size, false);
                    if let Some(upper) = tried.found.upper()
                        && least.as_ref().is_none_or(|(best, _)| upper < *best)
                    {
                        least = Some((upper, size));
                    }
                    last = Some(tried);
                }
                (Next::Stopped(_, reason) | Next::Unbuilt(reason), true) => {
                    stopped_by = Some(reason);
                    break;
                }
                (Next::Stopped(tried, reason), false) => {
                    return Ok(self.stopped(sizes.too_small(), tried, reason));
                }
                (Next::Unbuilt(reason), false) => {
                    return match last {
                        Some(last) => Ok(self.unbuilt(size, last, reason)),
                        None => Err(WorkflowError::Stopped(reason)),
                    };
                }
            }
        }
        match best {
            Some(best) => Ok(self.chosen(best, sizes.too_small(), stopped_by)),
            None => Err(WorkflowError::NoSize(Box::new(
                self.no_size(largest, least),
            ))),
        }
    }

    /// The smallest size that was found to be enough.
    fn chosen(
        self,
        mut best: Tried,
        too_small: Option<usize>,
        stopped_by: Option<StoppedBy>,
    ) -> Chosen {
        let too_small = too_small.unwrap_or_else(|| self.key.smallest.saturating_sub(1));
        let (name, enough) = (self.key.name, self.key.text(best.size));
        let text = match stopped_by {
            None => format!(
                "{name} = {enough} was chosen: {} was not found to be enough",
                self.key.text(too_small)
            ),
            Some(reason) => format!(
                "{name} = {enough} was chosen: {} was not found to be enough; sizes between them \
                 were not all tried (stopped by {})",
                self.key.text(too_small),
                reason.name()
            ),
        };
        best.built.notes.push(text);
        Chosen {
            built: best.built,
            found: Some(best.found),
            stopped_by: None,
        }
    }

    /// The size that is enough by the builder's theorem.
    fn needed(&self) -> Option<usize> {
        builders::needed_size(
            self.request.builder,
            self.parameters,
            self.request.target,
            self.request.domain,
            self.request.norm,
            self.tolerance,
        )
    }

    fn attempt(&mut self, size: usize, limits: Limits) -> Result<Next, WorkflowError> {
        if let Some(reason) = self.too_costly(size, &limits) {
            return Ok(Next::Unbuilt(reason));
        }
        let started = Moment::now();
        let built = self
            .request
            .build_with(&self.key.with(self.parameters, size))?;
        let question = self.request.question(&built.network);
        let mut asked = self.request.asked(&built.network, question);
        let given = limits.boxes;
        asked.limits = Limits {
            boxes: Some(given.map_or(BOXES_FOR_A_SIZE, |b| b.min(BOXES_FOR_A_SIZE))),
            ..limits
        };
        let found = search(None, &asked, self.progress)?;
        self.note_cost(size, &built.network, started);
        let keeps = found.keeps(self.tolerance);
        let reason = found.stopped_by();
        let tried = Tried { size, built, found };
        Ok(match reason {
            _ if keeps => Next::Enough(tried),
            Some(reason) if reason.is_final() => Next::Stopped(tried, reason),
            Some(StoppedBy::Boxes) if given.is_some() => Next::Stopped(tried, StoppedBy::Boxes),
            _ => Next::TooSmall(tried),
        })
    }

    /// Notes what a network cost, with the search for a proof of it.
    fn note_cost(&mut self, size: usize, network: &Network, started: Moment) {
        let weights = size_of_network(network);
        let time = started.elapsed();
        self.costs.push((size, Cost { weights, time }));
        self.costs.sort_by_key(|(size, _)| *size);
    }

    /// Would a network of this size go beyond a limit? Guessed from how those before it grew.
    fn too_costly(&self, size: usize, limits: &Limits) -> Option<StoppedBy> {
        if let Some(reason) = limits.is_over() {
            return Some(reason);
        }
        let smaller = self.costs.iter().filter(|(known, _)| *known < size);
        let known: Vec<_> = smaller.collect();
        let [.., (before, first), (at, last)] = known.as_slice() else {
            return None;
        };
        let weights = [(*before, first.weights), (*at, last.weights)];
        let growth = growth(weights, size);
        let bytes = float(last.weights) * growth * BYTES_PER_WEIGHT;
        let memory = limits.memory.map(float);
        if memory.is_some_and(|limit| bytes + float(in_use().unwrap_or(0)) > limit) {
            return Some(StoppedBy::Memory);
        }
        let (time, begun) = (limits.time?, limits.begun?);
        // As much again for what follows: files, the check, pictures.
        let needed = begun.elapsed().as_secs_f64() + 2.0 * last.time.as_secs_f64() * growth;
        (needed >= time.as_secs_f64()).then_some(StoppedBy::Time)
    }

    /// What there is when a limit ends the search of a size.
    fn stopped(self, too_small: Option<usize>, tried: Tried, reason: StoppedBy) -> Chosen {
        let mut built = tried.built;
        let before = too_small.map_or(String::new(), |size| {
            format!(", {} was not found to be enough", self.key.text(size))
        });
        built.notes.push(format!(
            "{name} = {} was being tried when the search was stopped by {}{before}: whether it is \
             enough is not known",
            self.key.text(tried.size),
            reason.name(),
            name = self.key.name
        ));
        Chosen {
            built,
            found: Some(tried.found),
            stopped_by: Some(reason),
        }
    }

    /// What there is when a limit forbids to build the next size.
    fn unbuilt(self, size: usize, last: Tried, reason: StoppedBy) -> Chosen {
        let mut built = last.built;
        built.notes.push(format!(
            "{name} = {} was not found to be enough, and {} was not tried: it would take more {} \
             than the limit",
            self.key.text(last.size),
            self.key.text(size),
            reason.name(),
            name = self.key.name
        ));
        Chosen {
            built,
            found: Some(last.found),
            stopped_by: Some(reason),
        }
    }

    fn no_size(&self, largest: usize, least: Option<(Rational, usize)>) -> NoSize {
        NoSize {
            key: self.key.name,
            largest: self.key.text(largest),
            tolerance: self.tolerance.clone(),
            least: least.map(|(upper, size)| (upper, self.key.text(size))),
        }
    }
}

/// No size up to the largest was found to keep a tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSize {
    /// The key that is the size.
    pub key: &'static str,
    /// The largest size that was tried.
    pub largest: String,
    /// The error wanted.
    pub tolerance: Rational,
    /// The smallest error that was found, and its size.
    pub least: Option<(Rational, String)>,
}

impl fmt::Display for NoSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key,
            largest,
            tolerance,
            least,
        } = self;
        write!(
            f,
            "no `{key}` up to {largest} was found to keep the tolerance {tolerance}"
        )?;
        if let Some((upper, size)) = least {
            let upper = up(upper);
            write!(
                f,
                "; the smallest error found is {upper}, with {key} = {size}"
            )?;
        }
        write!(
            f,
            "; hint: ask for a larger tolerance, or give `{key}` and other keys yourself"
        )
    }
}

/// A network of so many cells is built in no time.
const QUICK: usize = 1 << 18;

/// Refuses a grid of a size that was given, whose network would not fit into the memory: guessed from two
/// much coarser grids, which are built at once.
fn check_memory(request: &BuildRequest<'_>) -> Result<(), WorkflowError> {
    let (Some(limit), Some(cells)) = (request.limits.memory, &request.parameters.cells) else {
        return Ok(());
    };
    let largest = cells.iter().copied().max().unwrap_or(0);
    if largest < SMALL {
        return Ok(());
    }
    let coarse = |by: usize| cells.iter().map(move |count| (count / by).max(1));
    let is_quick = |by: &usize| coarse(*by).fold(1, usize::saturating_mul) <= QUICK;
    let by = (2..usize::BITS - 1)
        .map(|power| 1 << power)
        .find(is_quick)
        .unwrap_or(4);
    let mut weights = [(largest / by / 2, 0), (largest / by, 0)];
    for (by, (_, weights)) in [2 * by, by].into_iter().zip(&mut weights) {
        let parameters = Parameters {
            cells: Some(coarse(by).collect()),
            ..request.parameters.clone()
        };
        // What cannot be built so coarse says nothing.
        let Ok(built) = request.build_with(&parameters) else {
            return Ok(());
        };
        *weights = size_of_network(&built.network);
    }
    let weights = float(weights[1].1) * growth(weights, largest);
    // The builder itself refuses so many, with the key that has to change.
    if weights > float(builders::most_weights(request.builder)) {
        return Ok(());
    }
    let needed = weights * BYTES_PER_WEIGHT;
    if needed > float(limit) {
        let needed = whole(needed);
        return Err(WorkflowError::TooLarge { needed, limit });
    }
    Ok(())
}

/// How many times the weights of the second size a third one has: they grow like a power of the size.
fn growth([(before, first), (at, last)]: [(usize, u64); 2], size: usize) -> f64 {
    let of = |size: usize| float(u64::try_from(size).unwrap_or(u64::MAX));
    let power = libm::log((float(last) / float(first).max(1.0)).max(1.0))
        / libm::log(of(at) / of(before).max(1.0)).max(1e-9);
    libm::pow(of(size) / of(at).max(1.0), power.min(8.0))
}

#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn float(value: u64) -> f64 {
    value as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, which is not negative"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

/// Weights and biases that are not zero.
fn size_of_network(network: &Network) -> u64 {
    u64::try_from(size(network).nonzero_parameters).unwrap_or(u64::MAX)
}
