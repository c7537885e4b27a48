//! T14: the exact error on a cell of the plane on which network and target are polynomials.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::piece::{Piece, Surroundings};
use super::quadratic::IntegerQuadratic;
use crate::expr::Tape;
use crate::expr::evaluate::Scratch;
use crate::geometry::{Affine, PlaneCell};
use crate::network::{IntegerNetwork, Network, Stage};
use crate::numbers::{Failure, Rational};

/// A question in one or two inputs, made ready for exact cells.
pub struct ExactCells<'a> {
    network: IntegerNetwork<'a>,
    start: Stage,
    tape: Tape,
    /// The target, where it is one polynomial on the whole domain.
    everywhere: Option<Vec<IntegerQuadratic>>,
}

/// Why there is no exact error on a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// One of these lines through the cell decides something.
    Lines(Vec<Affine>),
    /// The target is no such polynomial there, or has no value.
    Failed(Failure),
}

impl Undecided {
    /// The reason, for those who do not cut.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Lines(_) => Failure::Inexact,
            Self::Failed(failure) => *failure,
        }
    }
}

impl<'a> ExactCells<'a> {
    /// Prepares a network, and a target as a tape of number-valued outputs; nothing where the
    /// network has no exact pieces ([`IntegerNetwork::new`]).
    pub fn new(network: &'a Network, tape: &Tape, domain: &PlaneCell) -> Option<Self> {
        let network = IntegerNetwork::new(network)?;
        let mut cells = Self {
            start: network.start(),
            network,
            tape: tape.clone(),
            everywhere: None,
        };
        cells.everywhere = cells.targets(domain).ok();
        Some(cells)
    }

    /// Returns the stage at which no unit is decided yet.
    pub fn start(&self) -> Stage {
        self.start.clone()
    }

    /// Decides the network's units on a cell as far as possible, for its parts.
    ///
    /// # Errors
    /// Lines that decide more ([`IntegerNetwork::advance`]).
    pub fn decide(&self, stage: &mut Stage, cell: &PlaneCell) -> Result<(), Vec<Affine>> {
        self.network.advance(stage, cell)
    }

    /// Returns the largest error on a cell, of the worst output, exactly, and where it is taken.
    /// Where something jumps at the cell's edges, this is the essential supremum, a limit there.
    ///
    /// The stage is that of a cell around this one, and is brought up to date.
    ///
    /// # Errors
    /// [`Undecided`].
    pub fn largest(
        &self,
        stage: &mut Stage,
        cell: &PlaneCell,
    ) -> Result<(Rational, Vec<Rational>), Undecided> {
        self.network
            .advance(stage, cell)
            .map_err(Undecided::Lines)?;
        let local;
        let targets = match &self.everywhere {
            Some(targets) => targets,
            None => {
                local = self.targets(cell)?;
                &local
            }
        };
        let denominator = self.network.denominator();
        let (value, corner) = stage
            .outputs()
            .iter()
            .zip(targets)
            .map(|(output, target)| target.subtracted_from(output, denominator).largest(cell))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .ok_or(Undecided::Failed(Failure::Inexact))?;
        let point = vec![corner.first(), corner.second()];
        Ok((value, point.into_iter().take(self.inputs()).collect()))
    }

    fn inputs(&self) -> usize {
        self.tape.inputs()
    }

    /// The target's outputs on a cell.
    fn targets(&self, cell: &PlaneCell) -> Result<Vec<IntegerQuadratic>, Undecided> {
        let around = Surroundings::new(cell);
        let inputs: Vec<Piece> = (0..self.inputs())
            .map(|i| Piece::variable(&around, i))
            .collect();
        let constants = self.tape.constants::<Piece>(&around);
        let mut scratch = Scratch::default();
        let results = self.tape.evaluate(&constants, &inputs, &mut scratch);
        let undecided = |failure| {
            let lines = around.lines();
            if lines.is_empty() {
                Undecided::Failed(failure)
            } else {
                Undecided::Lines(lines)
            }
        };
        (0..self.tape.outputs())
            .map(|k| {
                let value = results.value(k).map_err(undecided)?;
                let polynomial = value.polynomial();
                let polynomial = polynomial.ok_or_else(|| undecided(Failure::Inexact))?;
                Ok(polynomial.integers())
            })
            .collect()
    }
}
