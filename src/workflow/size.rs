//! Chooses the size of a network from the tolerance: by doubling, and then by bisection.
//!
//! The prover searches for a proof at each size, within the time and memory that are left. The verdict
//! comes later, from the checker; this module only chooses a size.

use std::fmt::{self, Write as _};
use std::time::Duration;

use super::build::BuildRequest;
use super::floats::{self, Repair};
use super::smallest::{self, Comparison};
use super::verify::{Found, WorkflowError, search};
use crate::builders::{self, BuildError, BuilderName, Built, Parameters, SizeKey, Sizes};
use crate::certificate::Norm;
use crate::clock::Moment;
use crate::network::{Network, size};
use crate::numbers::Rational;
use crate::prover::memory::in_use;
use crate::prover::{Limits, StoppedBy, Watch};
use crate::report::up;

/// The largest size that is tried when the size is to be chosen.
const LARGEST_SIZE: usize = 1 << 16;
/// The box limit for one size, before the next is tried.
const BOXES_FOR_A_SIZE: u64 = 4_000_000;
/// Builders that find their size themselves get so many attempts before sizes are tried.
const ATTEMPTS: u32 = 3;
/// The approximate number of bytes for a nonzero weight, in the network and in the search.
const BYTES_PER_WEIGHT: f64 = 200.0;
/// Grids of fewer cells along each side fit into any memory.
const SMALL: usize = 512;

/// A network of a size that was given or chosen.
pub(super) struct Chosen {
    /// What was built.
    pub built: Built,
    /// The result of the search, if the size was chosen.
    pub found: Option<Found>,
    /// What was compared, if the builder compares networks.
    pub comparison: Comparison,
    /// What stopped the choice before a size was proved to be enough. Then nothing is known about other
    /// sizes, even if this one is too small.
    pub stopped_by: Option<StoppedBy>,
    /// How it was made to keep the tolerance in floats.
    pub repair: Repair,
}

/// A network of one size, and the result of the search.
struct Tried {
    size: usize,
    built: Built,
    found: Found,
}

/// The outcome of one attempt.
enum Next {
    /// A network that seems to keep the tolerance.
    Enough(Tried),
    /// A network for which no proof was found.
    TooSmall(Tried),
    /// A network whose search was stopped: by time, memory, an interrupt, or the box limit of the user.
    Stopped(Tried, StoppedBy),
    /// No network of this size was built, because it would take too much time or memory.
    Unbuilt(StoppedBy),
}

/// The cost of a network, to guess the cost of the next one.
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
    /// The costs of the networks that were tried, by size.
    costs: Vec<(usize, Cost)>,
    progress: &'p mut Watch<'p>,
}

/// Builds the network, with the given size or the smallest size for which the prover finds that it keeps
/// the tolerance; if a limit comes first, the largest network that was tried.
pub(super) fn choose(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Chosen, WorkflowError> {
    if let Some(floats) = request.semantics.floats() {
        return floats::choose(request, floats, progress);
    }
    if request.builder == BuilderName::Smallest {
        return smallest::choose(request, progress);
    }
    let of_size_given = |parameters| {
        let built = request.build_with(parameters)?;
        Ok(Chosen {
            built,
            found: None,
            stopped_by: None,
            comparison: Comparison::default(),
            repair: Repair::default(),
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
    if tolerance.is_zero() {
        return Err(WorkflowError::from(without_error(request, key.name)));
    }
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
    if key.is_given(&parameters) {
        return of_size_given(&parameters);
    }
    let is_found = request.norm == Norm::Sup && (key.is_found)(&parameters);
    let choice = Choice {
        request,
        key,
        parameters: &parameters,
        tolerance,
        costs: Vec::new(),
        progress,
    };
    if is_found {
        return choice.found();
    }
    choice.run()
}

/// Returns why no size is searched for that has the error 0.
fn without_error(request: &BuildRequest<'_>, key: &'static str) -> BuildError {
    let found = builders::recognise(request.target, request.domain);
    match found {
        Err(error @ BuildError::NotPiecewiseLinear { .. }) if !request.target.is_region() => error,
        _ => BuildError::NoSizeForZero {
            builder: builders::entry(request.builder).name,
            key,
            is_exact: found.is_ok(),
        },
    }
}

impl Choice<'_, '_> {
    /// Lets the builder find the size: with more care if there is no proof, and by trying sizes in the end.
    fn found(mut self) -> Result<Chosen, WorkflowError> {
        let name = self.key.name;
        for attempt in 0..ATTEMPTS {
            let limits = self.request.limits.clone();
            if let Some(reason) = limits.is_over() {
                return Err(WorkflowError::Stopped(reason));
            }
            let mut built = self
                .request
                .build_within(self.parameters, self.tolerance, attempt)?;
            let found = self.search(&built.network, limits)?;
            let stopped_by = found.stopped_by().filter(|reason| reason.is_final());
            if !found.keeps(self.tolerance) && stopped_by.is_none() {
                continue;
            }
            let size = built.chosen.cells.as_ref().and_then(|cells| cells.first());
            if let Some(size) = size {
                let how = match attempt {
                    0 => "found from the tolerance".to_owned(),
                    _ => format!("found from the tolerance at attempt {}", attempt + 1),
                };
                built.notes.push(format!("{name} = {size} was {how}"));
            }
            return Ok(Chosen {
                built,
                found: Some(found),
                stopped_by,
                comparison: Comparison::default(),
                repair: Repair::default(),
            });
        }
        self.run()
    }

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
                // The result for the best size must still be checked.
                let check = Duration::from_secs_f64(best.found.seconds());
                limits.time = limits.time.map(|time| time.saturating_sub(check));
            }
            let attempt = match self.attempt(size, limits) {
                Err(WorkflowError::Build(error)) => {
                    // A builder may find only then that the target needs a larger size.
                    let Some(needed) = error.needed_size().filter(|needed| *needed <= largest)
                    else {
                        return Err(WorkflowError::Build(error));
                    };
                    if best.is_none() && last.is_none() {
                        sizes = Sizes::new(needed, largest);
                    } else {
                        sizes.tried(size, false);
                    }
                    continue;
                }
                attempt => attempt?,
            };
            match (attempt, best.is_some()) {
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

    /// Returns the smallest size that was proved to be enough.
    fn chosen(
        self,
        mut best: Tried,
        too_small: Option<usize>,
        stopped_by: Option<StoppedBy>,
    ) -> Chosen {
        let (name, enough) = (self.key.name, self.key.text(best.size));
        let mut text = format!("{name} = {enough} was chosen");
        match too_small {
            Some(size) => {
                let _ = write!(
                    text,
                    ": {} was not proved to be enough",
                    self.key.text(size)
                );
            }
            None if best.size <= self.key.smallest => text += ": the smallest size is enough",
            None => {}
        }
        if let Some(reason) = stopped_by {
            let reason = reason.name();
            let _ = write!(
                text,
                "; not all smaller sizes were tried (stopped by {reason})"
            );
        }
        best.built.notes.push(text);
        Chosen {
            built: best.built,
            found: Some(best.found),
            stopped_by: None,
            comparison: Comparison::default(),
            repair: Repair::default(),
        }
    }

    /// Returns the size that is enough by the theorem of the builder.
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
        let given = limits.boxes;
        let found = self.search(&built.network, limits)?;
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

    /// Searches for a proof, within the box limit for one size.
    fn search(&mut self, network: &Network, limits: Limits) -> Result<Found, WorkflowError> {
        let question = self.request.question(network);
        let mut asked = self.request.asked(network, question);
        let given = limits.boxes;
        asked.limits = Limits {
            boxes: Some(given.map_or(BOXES_FOR_A_SIZE, |b| b.min(BOXES_FOR_A_SIZE))),
            ..limits
        };
        search(None, &asked, self.progress)
    }

    /// Notes the cost of a network and of its search.
    fn note_cost(&mut self, size: usize, network: &Network, started: Moment) {
        let weights = size_of_network(network);
        let time = started.elapsed();
        self.costs.push((size, Cost { weights, time }));
        self.costs.sort_by_key(|(size, _)| *size);
    }

    /// Would a network of this size exceed a limit? Guessed from the growth of the smaller ones.
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
        // As much time again for the rest: files, the check, pictures.
        let needed = begun.elapsed().as_secs_f64() + 2.0 * last.time.as_secs_f64() * growth;
        (needed >= time.as_secs_f64()).then_some(StoppedBy::Time)
    }

    /// Returns the network that was being tried when a limit ended the search.
    fn stopped(self, too_small: Option<usize>, tried: Tried, reason: StoppedBy) -> Chosen {
        let mut built = tried.built;
        let before = too_small.map_or(String::new(), |size| {
            format!("; {} was not proved to be enough", self.key.text(size))
        });
        built.notes.push(format!(
            "{name} = {} was being tried when the search was stopped by {}, so it is unknown whether it \
             is enough{before}",
            self.key.text(tried.size),
            reason.name(),
            name = self.key.name
        ));
        Chosen {
            built,
            found: Some(tried.found),
            stopped_by: Some(reason),
            comparison: Comparison::default(),
            repair: Repair::default(),
        }
    }

    /// Returns the last network when the next size would exceed a limit.
    fn unbuilt(self, size: usize, last: Tried, reason: StoppedBy) -> Chosen {
        let mut built = last.built;
        built.notes.push(format!(
            "{name} = {} was not proved to be enough, and {} was not tried: it would need more {} \
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
            comparison: Comparison::default(),
            repair: Repair::default(),
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

/// No size up to the largest was proved to keep a tolerance.
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
            "no `{key}` up to {largest} was proved to keep the tolerance {tolerance}"
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
            "; hint: ask for a larger tolerance, or set `{key}` and other keys yourself"
        )
    }
}

/// A network of this many cells is built quickly.
const QUICK: usize = 1 << 18;

/// Refuses a grid of a given size if its network would not fit into memory, guessed from two much coarser
/// grids, which are quick to build.
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
        // If the coarse grid cannot be built, there is nothing to guess from.
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

/// Returns by what factor a third size has more weights than the second: weights grow like a power of the
/// size.
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

/// The number of nonzero weights and biases.
fn size_of_network(network: &Network) -> u64 {
    u64::try_from(size(network).nonzero_parameters).unwrap_or(u64::MAX)
}
