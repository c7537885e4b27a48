//! Conditions on inputs and outputs over a cell, and at a point (T19).

use std::sync::Arc;

use super::cell::Cell;
use super::prepared::{Prepared, inputs_over};
use crate::certificate::{Method, Ranges};
use crate::expr::evaluate::Scratch;
use crate::expr::{Case, Property, Tape};
use crate::network::{Network, Reduced, Reducer, forward};
use crate::numbers::{
    Direction, Dyadic, Enclosure, Failure, Interval, LinearForm, Rational, Truth,
};

/// A point at which the condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyWitness {
    /// The case whose box contains it, counted from zero.
    pub case: usize,
    /// The inputs, exactly.
    pub point: Vec<Rational>,
    /// An enclosure of each output of the network there; equal ends where it is exact.
    pub outputs: Vec<(Rational, Rational)>,
}

/// Why a point is not a counterexample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViolationFailure {
    /// There is no such case, or the point is not in its box.
    #[error("the point is not in the box of a case")]
    Outside,
    /// The condition does not certainly hold there.
    #[error("the condition does not certainly hold there")]
    NotCertain,
    /// The network has no value there.
    #[error(transparent)]
    NoValue(Failure),
}

/// A case prepared for many leaves.
pub struct PropertyLeaves<'a>(Box<dyn Methods + Send + 'a>);

/// The operations of a prepared case, independent of the number of inputs of its arithmetic.
trait Methods {
    fn descend(
        &mut self,
        parent: &Arc<Reduced>,
        cell: &Cell,
        ranges: Ranges,
        constant_radius: Dyadic,
    ) -> Result<Arc<Reduced>, Failure>;

    fn truth(&mut self, method: Method, cell: &Cell, network: &Reduced) -> Result<Truth, Failure>;
}

impl<'a> PropertyLeaves<'a> {
    /// Prepares a case.
    pub fn new(network: &'a Network, case: &Case) -> Self {
        Self(over_inputs!(
            case.sides().len(),
            D, _S => Box::new(PropertyLeavesOver::<D>::new(network, case))
        ))
    }

    /// Returns the network on a cell, from the network on its parent.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn descend(
        &mut self,
        parent: &Arc<Reduced>,
        cell: &Cell,
        ranges: Ranges,
        constant_radius: Dyadic,
    ) -> Result<Arc<Reduced>, Failure> {
        self.0.descend(parent, cell, ranges, constant_radius)
    }

    /// Decides whether the condition holds at all points of the closed cell, at none, or neither is
    /// known. `network` encloses the network on the cell.
    ///
    /// - Errors: [`Failure`] where the method does not apply.
    pub fn truth(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Truth, Failure> {
        self.0.truth(method, cell, network)
    }
}

/// A case prepared for many leaves, over boxes of up to `D` inputs.
struct PropertyLeavesOver<'a, const D: usize> {
    /// The network itself, if it has steps: a reduced network is only valid almost everywhere.
    steps: Option<&'a Network>,
    tape: Tape,
    natural: Prepared<Interval>,
    linear: Prepared<LinearForm<D>>,
    by_intervals: Reducer<Interval>,
    by_forms: Reducer<LinearForm<D>>,
}

impl<'a, const D: usize> PropertyLeavesOver<'a, D> {
    fn new(network: &'a Network, case: &Case) -> Self {
        let tape = Tape::new(case.condition());
        Self {
            steps: network.has_jumps().then_some(network),
            natural: Prepared::new(&tape),
            linear: Prepared::new(&tape),
            tape,
            by_intervals: Reducer::default(),
            by_forms: Reducer::default(),
        }
    }
}

impl<const D: usize> Methods for PropertyLeavesOver<'_, D> {
    fn descend(
        &mut self,
        parent: &Arc<Reduced>,
        cell: &Cell,
        ranges: Ranges,
        constant_radius: Dyadic,
    ) -> Result<Arc<Reduced>, Failure> {
        if self.steps.is_some() {
            return Ok(Arc::clone(parent));
        }
        let reduced = match ranges {
            Ranges::Natural => {
                self.by_intervals
                    .reduce(parent, cell.intervals(), None, constant_radius)?
            }
            Ranges::Linear => {
                self.by_forms
                    .reduce(parent, &inputs_over(cell), None, constant_radius)?
            }
        };
        Ok(Arc::new(reduced))
    }

    fn truth(&mut self, method: Method, cell: &Cell, network: &Reduced) -> Result<Truth, Failure> {
        match method {
            Method::Open => Ok(Truth::Unknown),
            Method::Natural => {
                let outputs = match self.steps {
                    Some(network) => forward(network, &(), cell.intervals())?,
                    None => network.output_ranges().to_vec(),
                };
                let inputs = cell.intervals().to_vec();
                self.natural.everywhere(&self.tape, inputs, outputs)
            }
            Method::Linear => {
                let inputs = inputs_over::<LinearForm<D>>(cell);
                let outputs = match self.steps {
                    Some(network) => forward(network, &(), &inputs)?,
                    None => network.linear_forms(&inputs)?,
                };
                self.linear.everywhere(&self.tape, inputs, outputs)
            }
            Method::MeanValue
            | Method::SecondOrder
            | Method::Monotone
            | Method::Exact
            | Method::HalfPlanes
            | Method::TransitionLayers => Err(Failure::Inexact),
        }
    }
}

impl<E: Enclosure> Prepared<E> {
    /// Decides a condition on inputs and outputs for all points of a closed cell.
    fn everywhere(
        &mut self,
        tape: &Tape,
        mut values: Vec<E>,
        outputs: Vec<E>,
    ) -> Result<Truth, Failure> {
        values.extend(outputs);
        if values.len() != tape.inputs() {
            return Err(Failure::Inexact);
        }
        self.truth_everywhere(tape, &values)
    }
}

/// Returns the outputs at a point of a case's box at which its condition certainly holds.
///
/// - Errors: [`ViolationFailure::Outside`] for a point outside the box,
///   [`ViolationFailure::NotCertain`] if the condition does not certainly hold.
pub fn violation(
    property: &Property,
    case: usize,
    network: &Network,
    point: &[Rational],
) -> Result<PropertyWitness, ViolationFailure> {
    let number = case;
    let case = property
        .cases()
        .get(case)
        .ok_or(ViolationFailure::Outside)?;
    let mut sides = case.sides().iter().zip(point);
    let is_inside =
        point.len() == case.sides().len() && sides.all(|((low, high), x)| low <= x && x <= high);
    if !is_inside {
        return Err(ViolationFailure::Outside);
    }
    let tape = Tape::new(case.condition());
    let (truth, outputs) = if let Ok(values) = forward::<Rational>(network, &(), point) {
        let inputs: Vec<Rational> = point.iter().chain(&values).cloned().collect();
        let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
        let results = tape.evaluate(&constants, &inputs, &mut scratch);
        let outputs = values.into_iter().map(|value| (value.clone(), value));
        (results.truth(), outputs.collect())
    } else {
        let inputs: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let values = forward(network, &(), &inputs).map_err(ViolationFailure::NoValue)?;
        let ends = |value: &Interval| {
            let low = value.inf().rational_bound(Direction::Down)?;
            Some((low, value.sup().rational_bound(Direction::Up)?))
        };
        let outputs: Option<Vec<_>> = values.iter().map(ends).collect();
        let outputs = outputs.ok_or(ViolationFailure::NoValue(Failure::Inexact))?;
        let truth = Prepared::new(&tape).everywhere(&tape, inputs, values);
        (truth, outputs)
    };
    if truth != Ok(Truth::True) {
        return Err(ViolationFailure::NotCertain);
    }
    Ok(PropertyWitness {
        case: number,
        point: point.to_vec(),
        outputs,
    })
}
