//! Branch and bound; nothing here is relied on.
//!
//! [`prove`] looks for a certificate: a partition of the domain whose leaves bound the error well
//! enough, and a witness where it is large. It asks the checker's own leaf bounds ([`Leaves`]), so
//! that the checker will find the same again, but everything it decides (where to cut, which
//! method, what to fold, when to stop) is a guess that at worst costs time or a rejection.
//!
//! A search runs in rounds. Each takes the worst open cells (or the last ones, where a tolerance
//! makes the order irrelevant), grows a small subtree under each of them in parallel, and grafts
//! these in order. Rounds have a fixed size, so the result does not depend on the threads.
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

pub use limits::{Interrupt, Limits, StoppedBy};
pub use property::{PropertyOutcome, PropertyRequest, Stuck, prove_property};

use std::sync::Arc;

use crate::bounds::OnCell;
use crate::certificate::{Certificate, MAX_INPUTS, Norm, Question, Weights};
use crate::jobs::{Jobs, on_threads};
use crate::network::Network;
use crate::numbers::{Failure, Rational};
use engine::Host;
use limits::Clock;

/// What to prove.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The network.
    pub network: &'a Network,
    /// The network on the domain of the question, where that is known already.
    pub on_domain: Option<&'a Arc<OnCell>>,
    /// The question about it; its inputs are named and ordered like the network's.
    pub question: &'a Question,
    /// The error wanted, if one is.
    pub tolerance: Option<&'a Rational>,
    /// Without a tolerance: how far apart the two ends of the enclosure may be, relative to the
    /// upper one.
    pub gap: &'a Rational,
    /// When to stop.
    pub limits: Limits,
    /// The certificate of an earlier search for the same question, to go on from.
    pub resume: Option<&'a Certificate>,
    /// How many threads; all of the machine's by default. The result does not depend on it.
    pub threads: Option<usize>,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// Only by the methods of the core, from networks with interval biases?
    pub portable: bool,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Boxes looked at.
    pub boxes: u64,
    /// Boxes open.
    pub open: usize,
    /// Estimates of both ends of what is asked; nothing for a property.
    pub enclosure: Option<(f64, f64)>,
}

/// What a search found: a proposal for the checker.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The certificate proposed.
    pub certificate: Certificate,
    /// Boxes looked at.
    pub boxes: u64,
    /// Why the search stopped before it was done, if it did.
    pub stopped_by: Option<StoppedBy>,
}

/// Why there is nothing to search for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// More inputs than a certificate can speak of.
    #[error("{0} inputs are more than the {MAX_INPUTS} that can be proved over")]
    TooManyInputs(usize),
    /// The network has no value on the domain.
    #[error("the network cannot be enclosed on the domain: {0}")]
    NoValue(Failure),
    /// A number is beyond what floats, which guide the search, can hold.
    #[error(
        "{what} beyond 2^{bits}, which is more than can be searched; hint: scale inputs and outputs"
    )]
    Beyond {
        /// What it is.
        what: String,
        /// The limit.
        bits: u16,
    },
}

/// Searches for a certificate.
///
/// - Errors: [`ProveError`] where the search cannot even begin.
pub fn prove(
    request: &Request<'_>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Outcome, ProveError> {
    on_threads(request.threads, |jobs| prove_by(request, jobs, progress))
}

/// Searches for a certificate like [`prove()`], its jobs done wherever the caller likes: also where there
/// are no threads. Without a limit of time or memory it asks the system for nothing.
///
/// - Errors: [`ProveError`] where the search cannot even begin.
pub fn prove_by(
    request: &Request<'_>,
    jobs: Jobs<'_>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Outcome, ProveError> {
    let inputs = request.question.target.inputs().len();
    if inputs > MAX_INPUTS {
        return Err(ProveError::TooManyInputs(inputs));
    }
    let clock = &Clock::start(&request.limits, jobs.threads);
    let host = Host { clock, jobs };
    let root = match request.on_domain {
        Some(root) => Arc::clone(root),
        None => OnCell::domain(request.network, request.question, request.portable)
            .map(Arc::new)
            .map_err(ProveError::NoValue)?,
    };
    match request.question.norm {
        Norm::Sup => sup::search(request, &root, host, progress),
        Norm::L1 | Norm::L2 | Norm::Area => {
            if let Some(outcome) = exact::integral(request, clock) {
                return Ok(outcome);
            }
            sizes::check(request)?;
            Ok(integral::search(request, root, host, progress))
        }
    }
}
