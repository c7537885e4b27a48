//! Questions to the prover, each with a part of the time that is left. What comes back was checked.

use super::cells::Measured;
use crate::certificate::{Norm, Question, Semantics, Weights};
use crate::expr::{Domain, Target};
use crate::jobs::Threads;
use crate::network::{Layer, Network, digest};
use crate::numbers::Rational;
use crate::prover::{Limits, StoppedBy, Watch};
use crate::report::explain::{Bounds, By};
use crate::workflow::verify::{VerifyRequest, verify};

/// Without `--max-boxes`, a question takes at most this many boxes ...
const MOST_BOXES: u64 = 20_000;
/// ... and at most about this many operations.
const MOST_OPERATIONS: u64 = 40_000_000;
/// A question takes at most one part of the time that is left, of so many.
const PARTS: usize = 3;

/// Asks questions about one network on one domain.
pub struct Ask<'a, 'w> {
    /// The domain.
    pub domain: &'a Domain,
    /// When to stop.
    pub limits: &'a Limits,
    /// How many threads.
    pub threads: Threads<'a>,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// Gets the progress of each search.
    pub progress: &'a mut Watch<'w>,
    /// What was measured cell by cell, where a question was too long.
    pub cells: Option<Measured>,
    /// What stopped a question early: a limit that was asked for.
    pub stopped_by: Option<StoppedBy>,
}

/// What is asked: how far a network is from a target, in which norm.
pub struct Asked<'a> {
    /// The network.
    pub network: &'a Network,
    /// The target.
    pub target: &'a Target,
    /// The norm.
    pub norm: Norm,
    /// For `area`: the threshold.
    pub threshold: Option<&'a Rational>,
    /// One part of the usual number of boxes, of so many.
    pub share: u64,
}

impl Ask<'_, '_> {
    /// Returns bounds on a distance that the checker accepted; `None` where the time is over or nothing was found.
    pub fn bounds(&mut self, asked: &Asked<'_>) -> Option<Bounds> {
        if let Some(stopped) = self.limits.is_over() {
            self.stopped_by = Some(stopped);
            return None;
        }
        let own = self.limits.boxes.is_none();
        let boxes = self
            .limits
            .boxes
            .unwrap_or_else(|| boxes_for(asked.network) / asked.share.max(1));
        let question = Question {
            network: digest(asked.network),
            target: asked.target.clone(),
            domain: self.domain.clone(),
            norm: asked.norm,
            threshold: asked.threshold.cloned(),
            semantics: Semantics::Real,
        };
        let request = VerifyRequest {
            network: asked.network,
            question,
            tolerance: None,
            gap: Rational::ratio(1, 50),
            limits: Limits {
                boxes: Some(boxes),
                ..self.limits.shared(PARTS)
            },
            resume: None,
            threads: self.threads,
            weights: self.weights,
            portable: false,
        };
        let found = verify(&request, None, self.progress).ok()?;
        match found.search.stopped_by {
            // The number of boxes was our own choice, and what cannot be cut further is no limit of the user's.
            Some(StoppedBy::Boxes) if own => {}
            None | Some(StoppedBy::Resolution | StoppedBy::Abstraction) => {}
            stopped => self.stopped_by = stopped,
        }
        let claim = found.verified.claim();
        Some(Bounds {
            lower: claim.error_lower(),
            upper: claim.error_upper(),
            by: By::Certificate,
        })
    }
}

fn boxes_for(network: &Network) -> u64 {
    let cost = |layer: &Layer| layer.weights().entries() + 10 * layer.rows();
    let operations: usize = network.layers().iter().map(cost).sum();
    let operations = u64::try_from(operations).unwrap_or(u64::MAX).max(1);
    (MOST_OPERATIONS / operations).clamp(64, MOST_BOXES)
}
