//! Branch and bound; no proof relies on this room.
//!
//! [`prove`] searches for a certificate: a partition of the domain whose leaves bound the error
//! well enough, and a witness where the error is large. It uses the checker's own bounds
//! ([`Leaves`]), so the checker will find the same. All its decisions (where to cut, which method,
//! which units to make constant, when to stop) are guesses; a bad guess costs time or a rejection,
//! never a wrong proof.
//!
//! A search runs in rounds. Each round takes the best open cells (or the last ones, if a tolerance
//! makes the order irrelevant), searches a small subtree below each of them in parallel, and grafts
//! the subtrees in order. Rounds have a fixed size, so the result does not depend on the threads.
//!
//! [`Leaves`]: crate::bounds::Leaves

mod constant;
mod emit;
mod engine;
mod exact;
mod integral;
pub mod limits;
pub mod memory;
pub mod property;
mod resolve;
mod resume;
mod sample;
mod sizes;
mod split;
mod step_cuts;
mod sup;
mod tree;
mod within;

pub use emit::{shorten_down, shorten_up};
pub use limits::{Interrupt, Limits, StoppedBy};
pub use property::{PropertyOutcome, PropertyRequest, Stuck, prove_property};
pub use within::{Ancestors, CellBounds, Within};

use std::sync::Arc;

use std::ops::ControlFlow;

use crate::bounds::{Cell, OnCell};
use crate::certificate::{Certificate, MAX_INPUTS, Norm, Question, Weights};
use crate::jobs::{Jobs, on_threads};
use crate::network::{FloatsError, Network};
use crate::numbers::{Failure, Rational};
use engine::Host;
use limits::Clock;

/// What to prove.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The network.
    pub network: &'a Network,
    /// The network on the domain of the question, if it is known already.
    pub on_domain: Option<&'a Arc<OnCell>>,
    /// The question; its inputs have the names and the order of the network's inputs.
    pub question: &'a Question,
    /// The error bound to prove, if there is one.
    pub tolerance: Option<&'a Rational>,
    /// Without a tolerance: the greatest distance between the two ends of the enclosure, relative
    /// to the upper end.
    pub gap: &'a Rational,
    /// When to stop.
    pub limits: Limits,
    /// The certificate of an earlier search for the same question, to continue from.
    pub resume: Option<&'a Certificate>,
    /// The number of threads; all of the machine's by default. The result does not depend on it.
    pub threads: crate::jobs::Threads<'a>,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// Use only methods of the core, on networks with interval biases?
    pub portable: bool,
    /// The part of the domain to search, if it is not all of it; the certificate to continue from
    /// then says how.
    pub within: Option<Within<'a>>,
}

/// The progress of a search.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of boxes so far.
    pub boxes: u64,
    /// The number of open boxes.
    pub open: usize,
    /// Estimates of both ends of the enclosure; `None` for a property.
    pub enclosure: Option<(f64, f64)>,
}

/// Receives the progress of a search, repeatedly, and returns whether to continue. A search that it
/// stops ends with [`StoppedBy::Interrupt`] and the best result so far.
pub type Watch<'w> = dyn FnMut(&Progress) -> ControlFlow<()> + 'w;

/// Ignores the progress; the search continues.
pub fn unwatched(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The result of a search: a proposal for the checker.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The proposed certificate.
    pub certificate: Certificate,
    /// The number of boxes.
    pub boxes: u64,
    /// Why the search stopped before it was done, if it did.
    pub stopped_by: Option<StoppedBy>,
    /// The bounds on each cell of the part that was searched; empty if it was all of the domain.
    pub within: Vec<CellBounds>,
}

/// Why a search cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// More inputs than a certificate supports.
    #[error("at most {MAX_INPUTS} inputs are supported, found {0}")]
    TooManyInputs(usize),
    /// The network has no value on the domain.
    #[error("the network cannot be enclosed on the domain: {0}")]
    NoValue(Failure),
    /// The network cannot be claimed to run in this float arithmetic.
    #[error(transparent)]
    NoFloats(FloatsError),
    /// A number is too large for floats, which guide the search.
    #[error(
        "{what} beyond 2^{bits}, the largest number that a search supports; hint: scale inputs and outputs"
    )]
    Beyond {
        /// The number.
        what: String,
        /// The limit.
        bits: u16,
    },
}

/// Searches for a certificate.
///
/// - Errors: [`ProveError`] when the search cannot begin.
pub fn prove(request: &Request<'_>, progress: &mut Watch<'_>) -> Result<Outcome, ProveError> {
    on_threads(request.threads, |jobs| prove_by(request, jobs, progress))
}

/// Searches for a certificate like [`prove()`]; the caller runs the jobs, also without threads.
/// Without a limit of time or memory it asks the system for nothing.
///
/// - Errors: [`ProveError`] when the search cannot begin.
pub fn prove_by(
    request: &Request<'_>,
    jobs: Jobs<'_>,
    progress: &mut Watch<'_>,
) -> Result<Outcome, ProveError> {
    let root = root_of(request)?;
    let clock = &Clock::start(&request.limits, jobs.threads);
    let host = Host { clock, jobs };
    match request.question.norm {
        Norm::Sup => sup::search(request, &root, host, progress),
        Norm::L1 | Norm::L2 | Norm::Area => {
            if request.within.is_none()
                && let Some(outcome) = exact::integral(request, clock)
            {
                return Ok(outcome);
            }
            sizes::check(request)?;
            Ok(integral::search(request, root, host, progress))
        }
    }
}

/// Cuts the domain into parts of about the same work, for several searches. The open leaves of the
/// certificate are these parts, at most as many as asked for; what was decided on the way stays a
/// leaf. A second result is, for an integral, about how much of it may stay unknown.
///
/// - Errors: [`ProveError`] when the search cannot begin.
pub fn divide(
    request: &Request<'_>,
    parts: usize,
    progress: &mut Watch<'_>,
) -> Result<(Outcome, Rational), ProveError> {
    on_threads(request.threads, |jobs| {
        let root = root_of(request)?;
        let clock = &Clock::start(&request.limits, jobs.threads);
        let host = Host { clock, jobs };
        sizes::check(request)?;
        Ok(match request.question.norm {
            Norm::Sup => (
                sup::divide(request, &root, host, parts, progress),
                Rational::ZERO,
            ),
            Norm::L1 | Norm::L2 | Norm::Area => {
                integral::divide(request, root, host, parts, progress)
            }
        })
    })
}

/// Returns the network on the domain, where every search begins.
fn root_of(request: &Request<'_>) -> Result<Arc<OnCell>, ProveError> {
    let inputs = request.question.target.inputs().len();
    if inputs > MAX_INPUTS {
        return Err(ProveError::TooManyInputs(inputs));
    }
    match request.on_domain {
        Some(root) => Ok(Arc::clone(root)),
        None => on_domain(request).map(Arc::new),
    }
}

/// Returns the network on the whole domain, in the arithmetic of the question.
fn on_domain(request: &Request<'_>) -> Result<OnCell, ProveError> {
    let question = request.question;
    let Some(floats) = question.semantics.floats() else {
        let found = OnCell::domain(request.network, question, request.portable);
        return found.map_err(ProveError::NoValue);
    };
    let cell = Cell::root(&question.domain);
    let found = OnCell::of_floats(request.network, cell.intervals(), floats);
    found.map_err(|error| match error {
        FloatsError::NoValue(failure) => ProveError::NoValue(failure),
        error => ProveError::NoFloats(error),
    })
}
