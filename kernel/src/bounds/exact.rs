//! T14: the exact error on a cell of the plane on which network and target are polynomials: its
//! largest value, or its integral.

use std::rc::Rc;

use super::piece::{CellContext, Piece};
use super::polynomial::Polynomial;
use super::quadratic::IntegerQuadratic;
use crate::certificate::{Norm, Question};
use crate::expr::Tape;
use crate::expr::evaluate::Scratch;
use crate::geometry::{Affine, Corner, PlaneCell};
use crate::network::{IntegerNetwork, Network, Stage};
use crate::numbers::{Failure, Rational, Scalar, Truth};

/// A question in one or two inputs, prepared for exact cells.
pub struct ExactCells<'a> {
    network: IntegerNetwork<'a>,
    start: Stage,
    tape: Tape,
    norm: Norm,
    threshold: Rational,
    /// The target, if it is one polynomial on the whole domain.
    everywhere: Option<Vec<Target>>,
}

/// One output of the target on a cell.
#[derive(Clone, Debug)]
struct Target {
    polynomial: Polynomial,
    /// The same as a quadratic, if its degree is at most 2.
    quadratic: Option<IntegerQuadratic>,
}

/// The exact error on a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExactError {
    /// `sup`: the largest error, and the point where it is attained or is a limit.
    Largest(Rational, Vec<Rational>),
    /// `sup`: an upper bound of the error, which may be smaller.
    AtMost(Rational),
    /// The other norms: the contribution of the cell to the integral.
    Integral(Rational),
}

/// Why there is no exact error on a cell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// A cut along one of these lines decides something.
    #[error("{} lines through the cell decide something", .0.len())]
    Lines(Vec<Affine>),
    /// The target is not a suitable polynomial there, or has no value.
    #[error(transparent)]
    Failed(Failure),
}

impl Undecided {
    /// Returns the reason, for callers that do not cut.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Lines(_) => Failure::Inexact,
            Self::Failed(failure) => *failure,
        }
    }
}

impl<'a> ExactCells<'a> {
    /// Prepares a network, and a target as a tape (numbers as outputs; a condition under `area`).
    /// Returns `None` if the network has no exact pieces ([`IntegerNetwork::new`]).
    pub fn new(network: &'a Network, question: &Question, tape: &Tape) -> Option<Self> {
        let domain = PlaneCell::from_sides(question.domain.sides())?;
        let network = IntegerNetwork::new(network)?;
        let mut cells = Self {
            start: network.start(),
            network,
            tape: tape.clone(),
            norm: question.norm,
            threshold: question.threshold.clone().unwrap_or_default(),
            everywhere: None,
        };
        if question.norm != Norm::Area {
            cells.everywhere = cells.targets(&CellContext::new(&domain)).ok();
        }
        Some(cells)
    }

    /// Returns the stage at which no unit is decided yet.
    pub fn start(&self) -> Stage {
        self.start.clone()
    }

    /// Decides the units of the network on a cell as far as possible; its parts continue from
    /// there.
    ///
    /// - Errors: lines that decide more ([`IntegerNetwork::advance`]).
    pub fn decide(&self, stage: &mut Stage, cell: &PlaneCell) -> Result<(), Vec<Affine>> {
        self.network.advance(stage, cell)
    }

    /// Returns the exact error on a cell.
    ///
    /// Under `sup` it is the error of the worst output; where something jumps at an edge of the
    /// cell, this is the essential supremum, a limit there. Under `l1` and `l2` it is the integral
    /// of `|N - f|` and `(N - f)²`, summed over the outputs. Under `area` it is the area on which
    /// decision and region differ.
    ///
    /// `stage` belongs to a parent cell, and is updated.
    ///
    /// - Errors: [`Undecided`].
    pub fn error(&self, stage: &mut Stage, cell: &PlaneCell) -> Result<ExactError, Undecided> {
        self.network
            .advance(stage, cell)
            .map_err(Undecided::Lines)?;
        let context = CellContext::new(cell);
        if self.norm == Norm::Area {
            return self.area(stage, cell, &context).map(ExactError::Integral);
        }
        let local;
        let targets = if let Some(targets) = &self.everywhere {
            targets
        } else {
            local = self.targets(&context)?;
            &local
        };
        if self.norm == Norm::Sup {
            return self.largest(stage, cell, targets);
        }
        let mut total = Rational::ZERO;
        for (output, target) in stage.outputs().iter().zip(targets) {
            let difference = Polynomial::from_affine(output, self.network.denominator())
                .plus_multiple(&Rational::from(-1), &target.polynomial);
            let too_much = Undecided::Failed(Failure::Inexact);
            let contribution = if self.norm == Norm::L2 {
                let square = difference.times(&difference);
                let square = square.ok_or(Undecided::Failed(Failure::Inexact))?;
                square.integral(cell).ok_or(too_much)?
            } else {
                // The difference has one sign on the whole cell.
                context
                    .side(&difference)
                    .map_err(|failure| undecided(&context, failure))?;
                difference.integral(cell).ok_or(too_much)?.abs()
            };
            total = total + contribution;
        }
        if total.is_too_long() {
            return Err(Undecided::Failed(Failure::Inexact));
        }
        Ok(ExactError::Integral(total))
    }

    fn largest(
        &self,
        stage: &Stage,
        cell: &PlaneCell,
        targets: &[Target],
    ) -> Result<ExactError, Undecided> {
        if targets.iter().any(|target| target.quadratic.is_none()) {
            return self.largest_by_bernstein(stage, cell, targets);
        }
        let denominator = self.network.denominator();
        let mut best: Option<(Rational, Corner)> = None;
        for (output, target) in stage.outputs().iter().zip(targets) {
            let target = target.quadratic.as_ref();
            let target = target.ok_or(Undecided::Failed(Failure::Inexact))?;
            let found = target.subtracted_from(output, denominator).largest(cell);
            if best.as_ref().is_none_or(|(most, _)| found.0 > *most) {
                best = Some(found);
            }
        }
        let (value, corner) = best.ok_or(Undecided::Failed(Failure::Inexact))?;
        let point = vec![corner.first(), corner.second()];
        let point = point.into_iter().take(self.inputs()).collect();
        Ok(ExactError::Largest(value, point))
    }

    /// The largest error on an interval, for a target of higher degree. It lies between bounds from
    /// the Bernstein coefficients, and is exact if the largest coefficient belongs to an end.
    fn largest_by_bernstein(
        &self,
        stage: &Stage,
        cell: &PlaneCell,
        targets: &[Target],
    ) -> Result<ExactError, Undecided> {
        let inexact = || Undecided::Failed(Failure::Inexact);
        let ([low, high], 1) = (cell.corners(), self.inputs()) else {
            return Err(inexact());
        };
        let (low, high) = (low.first(), high.first());
        // The largest absolute value at an end, with that end; and the largest coefficient.
        let mut taken = (Rational::ZERO, low.clone());
        let mut most = Rational::ZERO;
        for (output, target) in stage.outputs().iter().zip(targets) {
            let difference = Polynomial::from_affine(output, self.network.denominator())
                .plus_multiple(&Rational::from(-1), &target.polynomial);
            let sizes = difference.bernstein(&low, &high).ok_or_else(inexact)?;
            let sizes: Vec<Rational> = sizes.iter().map(Rational::abs).collect();
            for (size, end) in [(sizes.first(), &low), (sizes.last(), &high)] {
                let size = size.ok_or_else(inexact)?;
                if *size > taken.0 {
                    taken = (size.clone(), end.clone());
                }
            }
            most = sizes.into_iter().fold(most, Ord::max);
        }
        if most.is_too_long() {
            return Err(inexact());
        }
        let (value, end) = taken;
        Ok(if value == most {
            ExactError::Largest(value, vec![end])
        } else {
            ExactError::AtMost(most)
        })
    }

    /// Returns 0 if decision and region agree at almost every point, the area of the cell if they differ
    /// there.
    fn area(
        &self,
        stage: &Stage,
        cell: &PlaneCell,
        context: &Rc<CellContext>,
    ) -> Result<Rational, Undecided> {
        let [output] = stage.outputs() else {
            return Err(Undecided::Failed(Failure::Inexact));
        };
        let excess = Polynomial::from_affine(output, self.network.denominator())
            .plus_multiple(&-&self.threshold, &Polynomial::constant(&Rational::ONE));
        // A function that is 0 on the whole cell is not below the threshold there. The zeros of any
        // other function have measure zero.
        let decision = context
            .side(&excess)
            .map_err(|failure| undecided(context, failure))?;
        let inputs = self.pieces(context);
        let constants = self.tape.constants::<Piece>(context);
        let mut scratch = Scratch::default();
        let results = self.tape.evaluate(&constants, &inputs, &mut scratch);
        let truth = results
            .truth()
            .map_err(|failure| undecided(context, failure))?;
        match (truth, decision) {
            (Truth::Unknown, _) => Err(undecided(context, Failure::Inexact)),
            (Truth::True, true) | (Truth::False, false) => Ok(Rational::ZERO),
            _ => Polynomial::constant(&Rational::ONE)
                .integral(cell)
                .ok_or(Undecided::Failed(Failure::Inexact)),
        }
    }

    fn inputs(&self) -> usize {
        self.tape.inputs()
    }

    fn pieces(&self, context: &Rc<CellContext>) -> Vec<Piece> {
        (0..self.inputs())
            .map(|i| Piece::variable(context, i))
            .collect()
    }

    /// Returns the target's outputs on a cell.
    fn targets(&self, context: &Rc<CellContext>) -> Result<Vec<Target>, Undecided> {
        let inputs = self.pieces(context);
        let constants = self.tape.constants::<Piece>(context);
        let mut scratch = Scratch::default();
        let results = self.tape.evaluate(&constants, &inputs, &mut scratch);
        (0..self.tape.outputs())
            .map(|k| {
                let value = results.value(k);
                let value = value.map_err(|failure| undecided(context, failure))?;
                let polynomial = value.polynomial();
                let polynomial = polynomial.ok_or_else(|| undecided(context, Failure::Inexact))?;
                let quadratic = polynomial.as_quadratic();
                Ok(Target {
                    quadratic: quadratic.map(|q| q.integers()),
                    polynomial: polynomial.clone(),
                })
            })
            .collect()
    }
}

/// Returns the lines whose signs were undecided, or the failure if there are none.
fn undecided(context: &CellContext, failure: Failure) -> Undecided {
    let lines = context.lines();
    if lines.is_empty() {
        Undecided::Failed(failure)
    } else {
        Undecided::Lines(lines)
    }
}
