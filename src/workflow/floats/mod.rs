//! Networks whose claim is about floats: built for real arithmetic, rounded, and repaired where rounding breaks the
//! tolerance.
//!
//! ```text
//! build for real -> round the weights -> estimate what rounding costs (T40) -> prove in floats
//!       ^                                        |                                | not proved
//!       +--- a smaller real error: more units ---+--- hats instead of a sum <-----+
//! ```
//!
//! Knots, and all weights of hats but the heights, are short numbers and need no rounding; the others are rounded
//! to the nearest float before anything is proved. The prover decides; estimates only choose what it is asked.

mod remedies;
#[cfg(test)]
mod tests;
mod words;

use super::build::BuildRequest;
use super::size::{self, Chosen};
use super::smallest;
use super::verify::{Found, WorkflowError, search};
use super::{Limits, Watch};
use crate::builders::{self, BuilderName, Built, Parameters, assemble};
use crate::certificate::{Floats, Norm, Question, Semantics, Summation};
use crate::floats::{RadiusEstimate, fits, radius_estimate, to_floats};
use crate::network::Network;
use crate::numbers::estimate::{estimate_rational, exact_dyadic};
use crate::numbers::{Dyadic, Rational};

/// A size is chosen for the tolerance without this many times the estimated cost of rounding.
const SHARES: [f64; 5] = [1.05, 1.2, 1.5, 2.0, 3.0];
/// Nothing is proved where rounding alone costs more than this part of the tolerance.
const MOST: f64 = 0.97;
/// A search in floats may take so many times the boxes of the one in real arithmetic, and at least so many.
const TIMES: u64 = 16;
const FEWEST_BOXES: u64 = 50_000;
/// The bounds that are looked for at last: so many times the estimate.
const LAST: [f64; 3] = [1.25, 2.0, 4.0];

/// How a network was made to keep its tolerance in floats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// What was done, a sentence each; empty for claims about real arithmetic.
    pub steps: Vec<String>,
}

/// Rounds the weights of a network if the claim is about floats; its bound by theorem is then one about another
/// network, and is left out.
///
/// - Errors: [`WorkflowError::NoFloats`].
pub(super) fn rounded(request: &BuildRequest<'_>, built: Built) -> Result<Built, WorkflowError> {
    let Some(floats) = request.semantics.floats() else {
        return Ok(built);
    };
    let (network, _) = to_floats(&built.network, floats.format)?;
    Ok(Built {
        network,
        a_priori: None,
        ..built
    })
}

/// Builds a network whose weights are floats, and if there is a tolerance, one for which the prover finds that it
/// keeps that in floats; if there is none, the one that came nearest.
///
/// - Errors: [`WorkflowError`].
pub(super) fn choose(
    request: &BuildRequest<'_>,
    floats: &Floats,
    progress: &mut Watch<'_>,
) -> Result<Chosen, WorkflowError> {
    check_claim(request, floats)?;
    // Its candidates are rounded one by one.
    if request.builder == BuilderName::Smallest {
        return smallest::choose(request, progress);
    }
    let tolerance = request.tolerance;
    let mut search = Search {
        request,
        floats,
        tolerance: tolerance.map_or(f64::INFINITY, estimate_rational),
        steps: Vec::new(),
        nearest: None,
        progress,
    };
    if let Some(tolerance) = tolerance {
        return search.run(tolerance);
    }
    let made = search.made(request.parameters, None)?;
    Ok(search.finish(made.chosen))
}

/// Refuses a claim that no network could keep, before any search.
fn check_claim(request: &BuildRequest<'_>, floats: &Floats) -> Result<(), WorkflowError> {
    let nothing = assemble::network(request.target, Vec::new(), [], Rational::ZERO);
    let names = request.domain.names().iter().cloned();
    let sides = names.zip(request.domain.sides());
    let sides = sides.map(|(name, (low, high))| (name, low, high));
    let norm = Some(request.norm);
    Ok(fits(floats, &nothing, norm, sides, request.portable)?)
}

/// The search for a network that keeps the tolerance in floats.
struct Search<'a, 'p, 'w> {
    request: &'a BuildRequest<'a>,
    floats: &'a Floats,
    tolerance: f64,
    steps: Vec<String>,
    /// The network with the least error, by estimates.
    nearest: Option<Made>,
    progress: &'p mut Watch<'w>,
}

/// A network of floats.
struct Made {
    /// Without a search in floats.
    chosen: Chosen,
    /// The bound that the search in real arithmetic found for the weights before they were rounded.
    real_upper: Option<Rational>,
    /// The boxes of that search.
    boxes: u64,
    /// What rounding may cost; nothing where T40 does not apply.
    radius: Option<RadiusEstimate>,
    /// The cost of that in the norm of the claim.
    cost: f64,
    /// The bound that a search in floats found, of a norm for which the cost is not known.
    float_upper: Option<Rational>,
}

impl Made {
    /// Its error: an estimate, infinite if nothing is known.
    fn error(&self) -> f64 {
        if let Some(upper) = &self.float_upper {
            return estimate_rational(upper);
        }
        let real = self.real_upper.as_ref();
        real.map_or(f64::INFINITY, estimate_rational) + self.cost
    }
}

/// What became of an attempt.
enum Next {
    /// The network keeps the tolerance, or a limit has come.
    Done(Box<Chosen>),
    /// It does not, and rounding costs this.
    Lost(f64),
}

impl Search<'_, '_, '_> {
    fn run(mut self, tolerance: &Rational) -> Result<Chosen, WorkflowError> {
        let parameters = self.request.parameters;
        let made = self.made(parameters, Some(tolerance))?;
        let used = made.chosen.built.chosen.clone();
        let cost = match self.attempt(made)? {
            Next::Done(chosen) => return Ok(self.finish(*chosen)),
            Next::Lost(cost) => cost,
        };
        if !self.is_size_given(parameters)
            && let Some(chosen) = self.grown(parameters, cost)?
        {
            return Ok(self.finish(chosen));
        }
        if let Some(parameters) = self.as_hats() {
            self.steps.push(words::hats(&parameters));
            if let Some(chosen) = self.hats(&parameters)? {
                return Ok(self.finish(chosen));
            }
        }
        for parameters in self.steeper(&used) {
            let made = self.made(&parameters, Some(tolerance))?;
            self.steps.extend(words::steeper(&parameters));
            if let Next::Done(chosen) = self.attempt(made)? {
                return Ok(self.finish(*chosen));
            }
        }
        self.give_up()
    }

    /// Is there no size to choose?
    fn is_size_given(&self, parameters: &Parameters) -> bool {
        let size = &builders::entry(self.request.builder).size;
        size.as_ref().is_none_or(|key| key.is_given(parameters))
    }

    /// Builds a network for a tolerance in real arithmetic, and rounds its weights.
    fn made(
        &mut self,
        parameters: &Parameters,
        tolerance: Option<&Rational>,
    ) -> Result<Made, WorkflowError> {
        let real = BuildRequest {
            semantics: Semantics::Real,
            parameters,
            tolerance,
            ..self.request.clone()
        };
        let mut chosen = size::choose(&real, self.progress)?;
        let found = match chosen.found.take() {
            None if tolerance.is_some() && chosen.stopped_by.is_none() => {
                let network = &chosen.built.network;
                let asked = real.asked(network, real.question(network));
                Some(search(None, &asked, self.progress)?)
            }
            found => found,
        };
        let (network, changed) = to_floats(&chosen.built.network, self.floats.format)?;
        chosen.built.network = network;
        chosen.built.a_priori = None;
        chosen
            .built
            .notes
            .extend(words::rounded(&changed, self.floats.format));
        let radius = self.radius(&chosen.built.network, self.floats);
        Ok(Made {
            real_upper: found.as_ref().and_then(Found::upper),
            boxes: found.as_ref().map_or(0, Found::boxes),
            cost: radius.map_or(0.0, |radius| self.cost(radius)),
            radius,
            chosen,
            float_upper: None,
        })
    }

    fn radius(&self, network: &Network, floats: &Floats) -> Option<RadiusEstimate> {
        radius_estimate(network, self.request.domain, floats).ok()
    }

    /// The cost of rounding in the norm of the claim: an estimate.
    fn cost(&self, radius: RadiusEstimate) -> f64 {
        let sides = self.request.domain.sides().iter();
        let volume: f64 = sides
            .map(|(low, high)| estimate_rational(&(high - low)))
            .product();
        match self.request.norm {
            Norm::Sup => radius.radius,
            Norm::L1 => radius.radius * volume,
            Norm::L2 => radius.radius * libm::sqrt(volume),
            // It moves the boundary, by how much depends on the slope there.
            Norm::Area => self.tolerance / 16.0,
        }
    }

    /// Proves that a network keeps the tolerance in floats, unless rounding alone costs too much.
    fn attempt(&mut self, mut made: Made) -> Result<Next, WorkflowError> {
        let is_stopped = made.chosen.stopped_by.is_some();
        if is_stopped {
            return Ok(Next::Done(Box::new(made.chosen)));
        }
        let cost = made.cost;
        if cost > MOST * self.tolerance {
            self.steps.extend(
                made.radius
                    .map(|radius| words::costly(&made.chosen.built.network, radius)),
            );
            self.keep(made);
            return Ok(Next::Lost(cost));
        }
        let found = self.search(&made, None)?;
        let tolerance = self.request.tolerance;
        if tolerance.is_some_and(|tolerance| found.keeps(tolerance)) {
            self.steps.extend(made.radius.map(words::kept));
            return Ok(Next::Done(Box::new(Chosen {
                found: Some(found),
                ..made.chosen
            })));
        }
        if let Some(reason) = found.stopped_by().filter(|reason| reason.is_final()) {
            return Ok(Next::Done(Box::new(Chosen {
                found: Some(found),
                stopped_by: Some(reason),
                ..made.chosen
            })));
        }
        // What was asked for has a larger error, whatever the arithmetic.
        let is_refuted = tolerance.is_some_and(|tolerance| found.exceeds(tolerance));
        let is_first = self.nearest.is_none();
        if is_refuted && is_first && self.is_size_given(self.request.parameters) {
            return Ok(Next::Done(Box::new(Chosen {
                found: Some(found),
                ..made.chosen
            })));
        }
        self.steps.extend(made.radius.map(words::missed));
        made.float_upper = found.upper().filter(|_| self.request.norm == Norm::Area);
        self.keep(made);
        Ok(Next::Lost(cost))
    }

    /// Keeps the network with the least error.
    fn keep(&mut self, made: Made) {
        let nearest = self.nearest.as_ref();
        if nearest.is_none_or(|nearest| made.error() < nearest.error()) {
            self.nearest = Some(made);
        }
    }

    /// Searches for a proof in floats: of the tolerance, or of another bound.
    fn search(&mut self, made: &Made, bound: Option<Rational>) -> Result<Found, WorkflowError> {
        let network = &made.chosen.built.network;
        let mut asked = self.request.asked(network, self.request.question(network));
        asked.tolerance = bound.or(asked.tolerance);
        // A search that fails where the one in real arithmetic did not would not end.
        let most = FEWEST_BOXES.max(TIMES * made.boxes);
        asked.limits = Limits {
            boxes: Some(asked.limits.boxes.map_or(most, |given| given.min(most))),
            ..asked.limits
        };
        search(None, &asked, self.progress)
    }

    /// Chooses larger and larger sizes, with what rounding costs off the tolerance.
    fn grown(
        &mut self,
        parameters: &Parameters,
        mut cost: f64,
    ) -> Result<Option<Chosen>, WorkflowError> {
        for share in SHARES {
            let left = self.tolerance - share * cost;
            if self.request.limits.is_over().is_some() || left < (1.0 - MOST) * self.tolerance {
                return Ok(None);
            }
            let Some(within) = exact_dyadic(left).and_then(Dyadic::to_rational) else {
                return Ok(None);
            };
            let made = match self.made(parameters, Some(&within)) {
                Ok(made) => made,
                Err(
                    WorkflowError::NoSize(_) | WorkflowError::Build(_) | WorkflowError::Stopped(_),
                ) => return Ok(None),
                Err(error) => return Err(error),
            };
            self.steps.push(words::smaller(left));
            match self.attempt(made)? {
                Next::Done(chosen) => return Ok(Some(*chosen)),
                Next::Lost(more) => cost = more,
            }
        }
        Ok(None)
    }

    /// Returns the network that came nearest, with the least bound that is proved for it.
    fn give_up(mut self) -> Result<Chosen, WorkflowError> {
        let nearest = self.nearest.take();
        let mut nearest = nearest.expect("an attempt that is lost is kept");
        if nearest.real_upper.is_none() {
            nearest.real_upper = self.real_upper(&nearest.chosen.built.network)?;
        }
        if self.floats.summation == Summation::Any && self.request.norm != Norm::Area {
            let emitted = Floats {
                summation: Summation::Emitted,
                ..self.floats.clone()
            };
            let radius = self.radius(&nearest.chosen.built.network, &emitted);
            self.steps.extend(
                radius
                    .filter(|radius| self.cost(*radius) < MOST * self.tolerance)
                    .map(words::emitted),
            );
        }
        let error = nearest.error();
        let mut found = None;
        for times in LAST {
            let bound = exact_dyadic(times * error).and_then(Dyadic::to_rational);
            let Some(bound) = bound.filter(|_| self.request.limits.is_over().is_none()) else {
                break;
            };
            let tried = self.search(&nearest, Some(bound.clone()))?;
            let is_kept = tried.keeps(&bound);
            found = Some(tried);
            if is_kept {
                self.steps
                    .push(words::least(times * error, self.floats.format));
                break;
            }
        }
        Ok(self.finish(Chosen {
            found,
            ..nearest.chosen
        }))
    }

    /// Searches for the error in real arithmetic, for a while.
    fn real_upper(&mut self, network: &Network) -> Result<Option<Rational>, WorkflowError> {
        let question = Question {
            semantics: Semantics::Real,
            ..self.request.question(network)
        };
        let mut asked = self.request.asked(network, question);
        asked.tolerance = None;
        asked.limits = Limits {
            boxes: Some(
                asked
                    .limits
                    .boxes
                    .map_or(FEWEST_BOXES, |given| given.min(FEWEST_BOXES)),
            ),
            ..asked.limits
        };
        Ok(search(None, &asked, self.progress)?.upper())
    }

    /// Puts the steps into the outcome, and among the notes.
    fn finish(self, mut chosen: Chosen) -> Chosen {
        chosen.built.notes.extend(self.steps.iter().cloned());
        chosen.repair = Repair { steps: self.steps };
        chosen
    }
}
