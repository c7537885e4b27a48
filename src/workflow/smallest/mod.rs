//! The network with the fewest hidden units that is proved to keep a tolerance.
//!
//! Networks by formula come first ([`constructions`]): they give a size to be below. Then shapes of tanh and relu
//! units are fitted, from the fewest units up ([`fits`]), until one is proved ([`trained`]): each proof that
//! fails gives a point where the error is too large, which joins the sample. Nothing here is trusted. The
//! network that is chosen gets its verdict from the checker, like any other, and so does each other candidate
//! in the report.
//!
//! Effort counts work and not seconds: the same spec gives the same network on every machine.

mod candidate;
mod constructions;
mod fits;
mod problem;
mod rounding;
#[cfg(test)]
mod tests;
mod trained;

use std::fmt;

use super::bound::{BENDING_UNITS, bound_of_kinks};
use super::build::BuildRequest;
use super::floats::{Repair, rounded};
use super::size::Chosen;
use super::verify::{WorkflowError, search, settle};
use crate::builders::{self, BuildError, Built, Parameters, Units};
use crate::certificate::Norm;
use crate::numbers::Rational;
use crate::numbers::estimate::short;
use crate::prover::{Limits, StoppedBy, Watch};
use crate::words::count;
pub use candidate::Comparison;
use candidate::{Proved, of_relu_networks, row};
use trained::Trained;

/// The key `effort` where it is left out, and the most.
const EFFORT: usize = 4;
const MOST_EFFORT: usize = 100;
/// The key `max_weight` where it is left out.
const LARGEST_WEIGHT: i64 = 1000;
/// The key `hidden_layers` where it is left out.
const HIDDEN_LAYERS: usize = 2;
const MOST_HIDDEN_LAYERS: usize = 3;
/// Boxes of one proof.
const BOXES: u64 = 200_000;

/// What bounds the search, from the keys.
struct Scope {
    units: Option<Units>,
    hidden_layers: usize,
    most_units: Option<usize>,
    largest_weight: Rational,
    effort: usize,
}

impl Scope {
    fn of(given: &Parameters) -> Result<Self, BuildError> {
        let effort = given.effort.unwrap_or(EFFORT);
        let largest_weight = given.max_weight.clone();
        within("effort", effort, 1, MOST_EFFORT)?;
        let hidden_layers = given.hidden_layers.unwrap_or(HIDDEN_LAYERS);
        within("hidden_layers", hidden_layers, 1, MOST_HIDDEN_LAYERS)?;
        Ok(Self {
            units: given.units,
            hidden_layers,
            most_units: given.max_units,
            largest_weight: largest_weight.unwrap_or(Rational::from(LARGEST_WEIGHT)),
            effort,
        })
    }

    /// May units of this kind be used?
    fn allows(&self, units: Units) -> bool {
        self.units.is_none_or(|given| given == units)
    }
}

/// Refuses a number outside its limits.
fn within(
    key: &'static str,
    found: usize,
    smallest: usize,
    largest: usize,
) -> Result<(), BuildError> {
    if found < smallest {
        return Err(BuildError::TooSmall {
            key,
            found,
            smallest,
        });
    }
    if found > largest {
        return Err(BuildError::AboveLargest {
            key,
            found,
            largest,
        });
    }
    Ok(())
}

/// Chooses the network.
///
/// - Errors: [`WorkflowError`], also if no network was proved to keep the tolerance.
pub(super) fn choose(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Chosen, WorkflowError> {
    let mut search = Search::new(request, progress)?;
    search.constructions()?;
    search.training()?;
    search.last_resorts()?;
    search.conclude()
}

/// Chooses the smallest network among trained ones.
///
/// - Errors: [`WorkflowError`], also if no network was proved to keep the tolerance.
pub(super) fn choose_trained(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Chosen, WorkflowError> {
    let mut search = Search::new(request, progress)?;
    search.training()?;
    search.conclude()
}

/// The search, as far as it went.
struct Search<'a, 'p> {
    request: &'a BuildRequest<'a>,
    tolerance: &'a Rational,
    scope: Scope,
    /// Networks that the prover found to keep the tolerance.
    proved: Vec<Proved>,
    /// Fits that did not keep the tolerance: their units, and their error, an estimate.
    missed: Vec<(usize, f64)>,
    /// The best fit that does not, for when time is over: its error, an estimate, its name and its network.
    best_fit: Option<(f64, String, Built)>,
    notes: Vec<String>,
    progress: &'p mut Watch<'p>,
}

impl<'a, 'p> Search<'a, 'p> {
    /// Begins a search.
    ///
    /// - Errors: [`WorkflowError`] if the request is not for this builder, or nothing can keep the tolerance.
    fn new(
        request: &'a BuildRequest<'a>,
        progress: &'p mut Watch<'p>,
    ) -> Result<Self, WorkflowError> {
        let builder = builders::entry(request.builder).name;
        let Some(tolerance) = request.tolerance.filter(|_| request.norm == Norm::Sup) else {
            return Err(WorkflowError::from(BuildError::NoTolerance { builder }));
        };
        let BuildRequest {
            parameters,
            target,
            domain,
            norm,
            ..
        } = request;
        builders::check(request.builder, parameters, target, domain)?;
        let scope = Scope::of(parameters)?;
        if let Some(reason) = builders::impossible(
            request.builder,
            parameters,
            target,
            domain,
            *norm,
            tolerance,
        ) {
            return Err(WorkflowError::Impossible(Box::new(reason)));
        }
        Ok(Self {
            request,
            tolerance,
            scope,
            proved: Vec::new(),
            missed: Vec::new(),
            best_fit: None,
            notes: Vec::new(),
            progress,
        })
    }

    /// The fewest units of a network that was proved; with whether one of those is exact.
    fn fewest(&self) -> Option<(usize, bool)> {
        let all = self.proved.iter();
        let fewest = all.map(|proved| (proved.units(), !proved.is_exact()));
        fewest.min().map(|(units, is_inexact)| (units, !is_inexact))
    }

    /// Notes a fit that does not keep the tolerance.
    fn missed(&mut self, units: usize, error: f64) {
        self.missed.push((units, error));
    }

    /// The least error of fits of so many units that did not keep the tolerance.
    fn least_missed(&self, units: impl Fn(usize) -> bool) -> Option<(usize, f64)> {
        let fits = self.missed.iter().filter(|(found, _)| units(*found));
        fits.min_by(|a, b| a.1.total_cmp(&b.1)).copied()
    }

    /// Are its units and weights within the limits of the keys?
    fn fits_scope(&self, proved: &Proved) -> bool {
        let network = &proved.built.network;
        let size = crate::network::size(network);
        rounding::is_within(network, &self.scope.largest_weight)
            && self
                .request
                .parameters
                .hidden_layers
                .is_none_or(|most| size.hidden_layers <= most)
            && self.scope.most_units.is_none_or(|most| size.units <= most)
    }

    /// Has a limit of the user come?
    fn is_over(&self) -> bool {
        self.request.limits.is_over().is_some()
    }

    /// Tries to prove that a network keeps the tolerance. Returns it with the point of the largest error that
    /// was found if it does not.
    fn prove(&mut self, name: &str, built: Built) -> Result<Outcome, WorkflowError> {
        if !rounding::is_within(&built.network, &self.scope.largest_weight) {
            return Ok(Outcome::Missed(None));
        }
        let Ok(built) = rounded(self.request, built) else {
            return Ok(Outcome::Missed(None));
        };
        let question = self.request.question(&built.network);
        let mut asked = self.request.asked(&built.network, question);
        let boxes = asked.limits.boxes.map_or(BOXES, |given| given.min(BOXES));
        asked.limits = Limits {
            boxes: Some(boxes),
            ..asked.limits
        };
        let found = search(None, &asked, self.progress)?;
        if found.keeps(self.tolerance) {
            let name = name.to_owned();
            self.proved.push(Proved { name, built, found });
            return Ok(Outcome::Kept);
        }
        Ok(Outcome::Missed(found.witness()))
    }

    /// Fits shapes, from the fewest units up.
    fn training(&mut self) -> Result<(), WorkflowError> {
        if self.tolerance.is_zero() {
            return Ok(());
        }
        Trained::new(self).map_or(Ok(()), Trained::run)
    }

    /// Returns the best network; the others go into the report.
    fn conclude(mut self) -> Result<Chosen, WorkflowError> {
        let stopped_by = self.request.limits.is_over();
        self.proved.sort_by_key(Proved::rank);
        let mut proved = std::mem::take(&mut self.proved).into_iter();
        let Some(Proved {
            name,
            mut built,
            found,
        }) = proved.next()
        else {
            return self.nothing(stopped_by);
        };
        let bound = bound_of_kinks(self.request.target, self.request.domain, self.tolerance);
        let mut candidates = vec![row(&name, &built.network, Some(&bound), None)];
        for other in proved {
            if candidates.iter().any(|known| known.name == other.name) {
                continue;
            }
            let question = self.request.question(&other.built.network);
            let asked = self.request.asked(&other.built.network, question);
            let checked = settle(other.found, &asked, None)?;
            let network = &other.built.network;
            candidates.push(row(&other.name, network, Some(&bound), Some(&checked)));
        }
        let units = crate::network::size(&built.network).units;
        let mut notes = vec![name];
        notes.append(&mut built.notes);
        notes.extend(of_relu_networks(&bound));
        notes.append(&mut self.notes);
        if let Some((fewer, error)) = self.least_missed(|fewer| fewer + 1 == units) {
            notes.push(format!(
                "no network of {} was found: the error of the best fit is about {} (an estimate, no proof)",
                count(fewer, "unit"),
                short(error)
            ));
        }
        if let Some(reason) = stopped_by {
            notes.push(format!(
                "the search for smaller networks was stopped by {}",
                reason.name()
            ));
        }
        built.notes = notes;
        Ok(Chosen {
            built,
            found: Some(found),
            stopped_by: None,
            comparison: Comparison {
                candidates,
                lower_bound: Some(bound),
            },
            repair: Repair::default(),
        })
    }

    /// The units that networks of the kind asked for need, if that is more than are allowed.
    fn needed(&self) -> Option<(usize, usize)> {
        let most = self
            .scope
            .most_units
            .filter(|_| self.scope.units == Some(Units::Relu))?;
        let layers = self.scope.hidden_layers;
        let bound = bound_of_kinks(self.request.target, self.request.domain, self.tolerance);
        let kinks = bound.kinks()?;
        let needed = (1..=layers).map(|layers| BENDING_UNITS[0].units(kinks, Some(layers)));
        let needed = needed.min()?;
        (needed > most).then_some((layers, needed))
    }

    /// Returns the best fit if a limit came first, and else why there is no network.
    fn nothing(self, stopped_by: Option<StoppedBy>) -> Result<Chosen, WorkflowError> {
        if let Some(reason) = stopped_by {
            let Some((_, name, mut built)) = self.best_fit else {
                return Err(WorkflowError::Stopped(reason));
            };
            let note =
                "the best fit when the search was stopped: it was not proved to keep the tolerance";
            built.notes = vec![name, note.to_owned()];
            return Ok(Chosen {
                built,
                found: None,
                stopped_by: Some(reason),
                comparison: Comparison::default(),
                repair: Repair::default(),
            });
        }
        Err(WorkflowError::NoneFound(Box::new(NoneFound {
            tolerance: self.tolerance.clone(),
            most_units: self.scope.most_units,
            least: self.least_missed(|_| true),
            needed: self.needed(),
        })))
    }
}

/// No network was proved to keep a tolerance.
#[derive(Clone, Debug, PartialEq)]
pub struct NoneFound {
    /// The error wanted.
    pub tolerance: Rational,
    /// The most units that were allowed.
    pub most_units: Option<usize>,
    /// The units and the error of the best fit: an estimate.
    pub least: Option<(usize, f64)>,
    /// Networks of relu units with so many hidden layers at most need at least so many units, if that is more
    /// than were allowed.
    pub needed: Option<(usize, usize)>,
}

impl fmt::Display for NoneFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = self.most_units.map_or(String::new(), |most| {
            format!(" of at most {}", count(most, "unit"))
        });
        let tolerance = &self.tolerance;
        write!(
            f,
            "no network{of} was found that keeps the tolerance {tolerance}"
        )?;
        if let Some((units, error)) = self.least {
            let (units, error) = (count(units, "unit"), short(error));
            write!(
                f,
                "; the best fit has {units} and an error of about {error}"
            )?;
        }
        if let Some((layers, needed)) = self.needed {
            let (layers, needed) = (count(layers, "hidden layer"), count(needed, "relu unit"));
            write!(
                f,
                "; fewer than {needed} in at most {layers} cannot keep it (certified, T38)"
            )?;
        }
        f.write_str("; hint: ask for a larger tolerance")?;
        if self.most_units.is_some() {
            f.write_str(", raise `max_units`")?;
        }
        f.write_str(", or raise `effort`")
    }
}

/// What became of a network.
enum Outcome {
    /// It is among those that were proved.
    Kept,
    /// It is not; the error is large at this point.
    Missed(Option<Vec<Rational>>),
}
