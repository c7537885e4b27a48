//! Other networks for the same claim, which lose fewer digits.

use super::{Next, Search, rounded};
use crate::builders::{self, Arrangement, BuilderName, Built, Fit, Knots, Parameters, Steepness};
use crate::certificate::Norm;
use crate::numbers::Rational;
use crate::workflow::size::Chosen;
use crate::workflow::verify::WorkflowError;

/// Smooth units of a disk may be steeper by these parts of four: less round, and fewer digits cancel.
const STEEPER: [i64; 4] = [8, 10, 12, 16];

impl Search<'_, '_, '_> {
    /// Smooth disks with steeper units than the builder chose.
    pub(super) fn steeper(&self, used: &Parameters) -> Vec<Parameters> {
        let given = self.request.parameters;
        let steepness = used.steepness.as_ref().filter(|_| {
            let is_smooth = given.fit == Some(Fit::Smooth) && given.steepness.is_none();
            is_smooth && self.request.builder == BuilderName::Disk
        });
        let steeper = |steepness: &Steepness| {
            let steeper = STEEPER.map(|parts| Parameters {
                steepness: Some((steepness.number() * Rational::ratio(parts, 4)).into()),
                ..given.clone()
            });
            steeper.to_vec()
        };
        steepness.map(steeper).unwrap_or_default()
    }

    /// The same function as hats, where that is another arrangement.
    pub(super) fn as_hats(&self) -> Option<Parameters> {
        let given = self.request.parameters;
        if self.request.builder != BuilderName::Interpolant || given.arrangement.is_some() {
            return None;
        }
        let is_free = given.cells.is_none() && self.request.norm == Norm::Sup;
        let knots = match self.request.target.outputs_count() {
            1 if is_free => Some(Knots::Best),
            _ if is_free => Some(Knots::Balanced),
            _ => given.knots,
        };
        Some(Parameters {
            arrangement: Some(Arrangement::Hats),
            knots,
            ..given.clone()
        })
    }

    pub(super) fn hats(
        &mut self,
        parameters: &Parameters,
    ) -> Result<Option<Chosen>, WorkflowError> {
        if self.is_size_given(parameters) {
            let made = self.made(parameters, self.request.tolerance)?;
            return Ok(match self.attempt(made)? {
                Next::Done(chosen) => Some(*chosen),
                Next::Lost(_) => None,
            });
        }
        // What rounding costs hardly depends on the number of hats.
        let cost = match self.rough(parameters) {
            Some(built) => {
                let radius = self.radius(&built.network, self.floats);
                radius.map(|radius| self.cost(radius))
            }
            None => None,
        };
        let cost = cost.unwrap_or(self.tolerance / 2.0);
        self.grown(parameters, cost)
    }

    /// A network for half of the tolerance, rounded; nothing is proved of it.
    fn rough(&self, parameters: &Parameters) -> Option<Built> {
        let request = self.request;
        let tolerance = request.tolerance?.half();
        let built = if parameters.knots == Some(Knots::Best) {
            request.build_within(parameters, &tolerance, 0).ok()?
        } else {
            let key = builders::entry(request.builder).size.as_ref()?;
            let (target, domain) = (request.target, request.domain);
            let norm = request.norm;
            let size = builders::needed_size(
                request.builder,
                parameters,
                target,
                domain,
                norm,
                &tolerance,
            )?;
            request.build_with(&key.with(parameters, size)).ok()?
        };
        rounded(request, built).ok()
    }
}
