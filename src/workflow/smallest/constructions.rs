//! Networks by formula, each with the size that keeps the tolerance.

use super::Search;
use super::candidate::Proved;
use crate::builders::{BuilderName, Knots, Parameters, Units};
use crate::prover::Limits;
use crate::workflow::build::BuildRequest;
use crate::workflow::size;
use crate::workflow::verify::WorkflowError;

/// Boxes for each size.
const BOXES: u64 = 100_000;

/// A network by formula to try.
struct Construction {
    name: &'static str,
    builder: BuilderName,
    units: Units,
    knots: Option<Knots>,
}

/// Those for one input, and those for several.
const IN_ONE_INPUT: [Construction; 2] = [
    Construction {
        name: "interpolant, balanced knots",
        builder: BuilderName::Interpolant,
        units: Units::Relu,
        knots: Some(Knots::Balanced),
    },
    Construction {
        name: "staircase",
        builder: BuilderName::Staircase,
        units: Units::Sigmoid,
        knots: None,
    },
];
const IN_SEVERAL: [Construction; 1] = [Construction {
    name: "ridge",
    builder: BuilderName::Ridge,
    units: Units::Relu,
    knots: None,
}];
/// Where nothing else was proved.
const LAST: [Construction; 1] = [Construction {
    name: "quadrants",
    builder: BuilderName::Quadrants,
    units: Units::Sigmoid,
    knots: None,
}];

impl Search<'_, '_> {
    /// Builds what there is for so many inputs.
    pub(super) fn constructions(&mut self) -> Result<(), WorkflowError> {
        let list: &[Construction] = match self.request.target.inputs().len() {
            1 => &IN_ONE_INPUT,
            _ => &IN_SEVERAL,
        };
        for construction in list {
            self.construct(construction)?;
        }
        Ok(())
    }

    /// Builds what may be large, if nothing else was proved.
    pub(super) fn last_resorts(&mut self) -> Result<(), WorkflowError> {
        if self.proved.is_empty() {
            for construction in &LAST {
                self.construct(construction)?;
            }
        }
        Ok(())
    }

    fn construct(&mut self, construction: &Construction) -> Result<(), WorkflowError> {
        if self.is_over() || !self.scope.allows(construction.units) {
            return Ok(());
        }
        let parameters = Parameters {
            knots: construction.knots,
            ..Parameters::default()
        };
        let given = &self.request.limits;
        let request = BuildRequest {
            builder: construction.builder,
            parameters: &parameters,
            limits: Limits {
                boxes: Some(given.boxes.map_or(BOXES, |boxes| boxes.min(BOXES))),
                ..given.clone()
            },
            ..self.request.clone()
        };
        let chosen = match size::choose(&request, self.progress) {
            Ok(chosen) => chosen,
            // The checker and the prover must never fail; a builder may have no answer.
            Err(error @ (WorkflowError::Rejected(_) | WorkflowError::Prove(_))) => {
                return Err(error);
            }
            Err(_) => return Ok(()),
        };
        let Some(found) = chosen.found.filter(|found| found.keeps(self.tolerance)) else {
            return Ok(());
        };
        let proved = Proved {
            name: construction.name.to_owned(),
            built: chosen.built,
            found,
        };
        if self.fits_scope(&proved) {
            self.proved.push(proved);
        }
        Ok(())
    }
}
