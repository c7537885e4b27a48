//! A formula prepared for many cells, in one arithmetic.

use super::cell::Cell;
use crate::expr::Tape;
use crate::expr::evaluate::{Constants, Scratch};
use crate::numbers::{Enclosure, Failure, Rational, Scalar, Truth};

/// The constants of a tape in one arithmetic, and memory for evaluation.
pub(super) struct Prepared<S: Scalar> {
    constants: Constants<S>,
    scratch: Scratch<S>,
}

impl<S: Enclosure> Prepared<S> {
    pub(super) fn new(tape: &Tape) -> Self {
        Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
        }
    }

    pub(super) fn outputs(&mut self, tape: &Tape, inputs: &[S]) -> Vec<Result<S, Failure>> {
        let results = tape.evaluate(&self.constants, inputs, &mut self.scratch);
        (0..tape.outputs())
            .map(|k| results.value(k).copied())
            .collect()
    }

    /// Returns the outputs at almost every point of a whole cell. Not valid on its faces or at
    /// single points, where a comparison may differ from the one inside.
    pub(super) fn outputs_inside(
        &mut self,
        tape: &Tape,
        inputs: &[S],
        cell: &Cell,
    ) -> Vec<Result<S, Failure>> {
        let sides = sides_for(tape, cell);
        let results = tape.evaluate_inside(&self.constants, inputs, sides, &mut self.scratch);
        (0..tape.outputs())
            .map(|k| results.value(k).copied())
            .collect()
    }

    /// Is the condition true, or false, at every point that the inputs enclose?
    pub(super) fn truth_everywhere(&mut self, tape: &Tape, inputs: &[S]) -> Result<Truth, Failure> {
        tape.evaluate(&self.constants, inputs, &mut self.scratch)
            .truth()
    }

    /// Is the condition true, or false, at almost every point of a whole cell?
    pub(super) fn truth(
        &mut self,
        tape: &Tape,
        inputs: &[S],
        cell: &Cell,
    ) -> Result<Truth, Failure> {
        let sides = sides_for(tape, cell);
        tape.evaluate_inside(&self.constants, inputs, sides, &mut self.scratch)
            .truth()
    }
}

/// The exact sides of a cell, if a formula compares with them: most cells never need them.
fn sides_for<'c>(tape: &Tape, cell: &'c Cell) -> &'c [(Rational, Rational)] {
    if tape.places().is_empty() {
        return &[];
    }
    cell.sides()
}

/// Returns the inputs over a cell, in one arithmetic.
pub fn inputs_over<E: Enclosure>(cell: &Cell) -> Vec<E> {
    cell.intervals()
        .iter()
        .enumerate()
        .map(|(i, side)| E::variable(i, side))
        .collect()
}
