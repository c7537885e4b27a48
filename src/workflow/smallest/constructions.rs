//! Networks by formula, each with the size that keeps the tolerance.

use super::Search;
use super::candidate::Proved;
use crate::builders::{self, BuilderName, Knots, Parameters, Units};
use crate::numbers::Rational;
use crate::prover::Limits;
use crate::workflow::build::BuildRequest;
use crate::workflow::floats::rounded;
use crate::workflow::size;
use crate::workflow::verify::{WorkflowError, search};

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
const IN_ONE_INPUT: [Construction; 3] = [
    Construction {
        name: "interpolant, best knots",
        builder: BuilderName::Interpolant,
        units: Units::Relu,
        knots: Some(Knots::Best),
    },
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
    /// Builds the exact network of a piecewise linear target, and what there is for so many inputs.
    ///
    /// - Errors: also those of [`builders::recognise`] if the tolerance is 0, which only such a network keeps.
    pub(super) fn constructions(&mut self) -> Result<(), WorkflowError> {
        self.exact()?;
        // An exact network makes the others pointless.
        if self.tolerance.is_zero() || self.fewest().is_some_and(|(_, is_exact)| is_exact) {
            return Ok(());
        }
        let list: &[Construction] = match self.request.target.inputs().len() {
            1 => &IN_ONE_INPUT,
            _ => &IN_SEVERAL,
        };
        for construction in list {
            self.construct(construction)?;
        }
        Ok(())
    }

    fn exact(&mut self) -> Result<(), WorkflowError> {
        if !self.scope.allows(Units::Relu) {
            return Ok(());
        }
        let request = self.request;
        let (target, domain) = (request.target, request.domain);
        let built = builders::build(
            BuilderName::Exact,
            &Parameters::default(),
            target,
            domain,
            request.norm,
        );
        let built = match built {
            Ok(built) => built,
            Err(error) if self.tolerance.is_zero() => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        let built = rounded(request, built)?;
        // Error 0 first: not every exact network is proved to be one.
        for tolerance in [Rational::ZERO, self.tolerance.clone()] {
            let mut asked = request.asked(&built.network, request.question(&built.network));
            let boxes = asked.limits.boxes.map_or(BOXES, |given| given.min(BOXES));
            asked.limits.boxes = Some(boxes);
            asked.tolerance = Some(tolerance.clone());
            let found = search(None, &asked, self.progress)?;
            if found.keeps(&tolerance) {
                let name = "exact".to_owned();
                self.add(Proved { name, built, found });
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes a network that was proved, if the keys allow it.
    fn add(&mut self, proved: Proved) {
        if self.fits_scope(&proved) {
            self.proved.push(proved);
        }
    }

    /// Builds what may be large, if nothing else was proved.
    pub(super) fn last_resorts(&mut self) -> Result<(), WorkflowError> {
        if self.proved.is_empty() && !self.tolerance.is_zero() {
            for construction in &LAST {
                self.construct(construction)?;
            }
        }
        Ok(())
    }

    fn construct(&mut self, construction: &Construction) -> Result<(), WorkflowError> {
        let units = match (construction.builder, self.scope.units) {
            (BuilderName::Staircase, Some(Units::Tanh)) => Units::Tanh,
            _ => construction.units,
        };
        if self.is_over() || !self.scope.allows(units) {
            return Ok(());
        }
        let parameters = Parameters {
            units: Some(units),
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
        self.add(proved);
        Ok(())
    }
}
