//! Conditions on inputs and outputs over a cell, and at a point (T19).

use std::sync::Arc;

use super::cell::Cell;
use super::leaf::{OnCell, Reduction};
use super::prepared::{Prepared, inputs_over};
use crate::certificate::{Method, Ranges, Semantics};
use crate::expr::evaluate::Scratch;
use crate::expr::{Case, Property, Tape};
use crate::network::{FloatsError, Network, Reducer, forward};
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
    /// The claim is about floats, and a coordinate is not a float.
    #[error("in float arithmetic the point must be a float")]
    NotAFloat,
    /// The condition does not certainly hold there.
    #[error("the condition does not certainly hold there")]
    NotCertain,
    /// The network has no value there.
    #[error(transparent)]
    NoValue(Failure),
}

/// Rounding errors are taken over from a larger cell where they are at most `2^KEPT` times the
/// constant radius (T40).
const KEPT: i64 = 5;

/// A case prepared for many leaves.
pub struct PropertyLeaves<'a>(Box<dyn Methods + Send + 'a>);

/// The operations of a prepared case, independent of the number of inputs of its arithmetic.
trait Methods {
    fn descend(
        &mut self,
        parent: &Arc<OnCell>,
        cell: &Cell,
        ranges: Ranges,
        constant_radius: Dyadic,
    ) -> Result<Arc<OnCell>, Failure>;

    fn truth(&mut self, method: Method, cell: &Cell, network: &OnCell) -> Result<Truth, Failure>;
}

impl<'a> PropertyLeaves<'a> {
    /// Prepares a case.
    pub fn new(network: &'a Network, case: &Case, semantics: &Semantics) -> Self {
        Self(over_inputs!(
            case.sides().len(),
            D, _S => Box::new(PropertyLeavesOver::<D>::new(network, case, semantics))
        ))
    }

    /// Returns the network on a cell, from the network on its parent.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn descend(
        &mut self,
        parent: &Arc<OnCell>,
        cell: &Cell,
        ranges: Ranges,
        constant_radius: Dyadic,
    ) -> Result<Arc<OnCell>, Failure> {
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
        network: &OnCell,
    ) -> Result<Truth, Failure> {
        self.0.truth(method, cell, network)
    }
}

/// A case prepared for many leaves, over boxes of up to `D` inputs.
struct PropertyLeavesOver<'a, const D: usize> {
    /// The network itself, if it has steps in real arithmetic: its reduced network is only valid
    /// almost everywhere.
    steps: Option<&'a Network>,
    tape: Tape,
    natural: Prepared<Interval>,
    linear: Prepared<LinearForm<D>>,
    by_intervals: Reducer<Interval>,
    by_forms: Reducer<LinearForm<D>>,
}

impl<'a, const D: usize> PropertyLeavesOver<'a, D> {
    fn new(network: &'a Network, case: &Case, semantics: &Semantics) -> Self {
        let tape = Tape::new(case.condition());
        let is_almost = network.has_jumps() && *semantics == Semantics::Real;
        Self {
            steps: is_almost.then_some(network),
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
        parent: &Arc<OnCell>,
        cell: &Cell,
        ranges: Ranges,
        constant_radius: Dyadic,
    ) -> Result<Arc<OnCell>, Failure> {
        if self.steps.is_some() {
            return Ok(Arc::clone(parent));
        }
        let reduction = Reduction {
            ranges,
            constant_radius,
            kept_rounding: constant_radius.scale(KEPT, Direction::Down),
        };
        let rounding = parent.rounding_on(cell, reduction)?;
        let outputs = rounding.as_ref().map(|rounding| rounding.outputs());
        let reduced = match ranges {
            Ranges::Natural => self.by_intervals.reduce_with(
                parent,
                cell.intervals(),
                None,
                constant_radius,
                outputs,
            )?,
            Ranges::Linear => self.by_forms.reduce_with(
                parent,
                &inputs_over(cell),
                None,
                constant_radius,
                outputs,
            )?,
        };
        Ok(Arc::new(OnCell::of_parts(reduced, rounding)))
    }

    fn truth(&mut self, method: Method, cell: &Cell, network: &OnCell) -> Result<Truth, Failure> {
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
    semantics: &Semantics,
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
    let exact = match semantics {
        Semantics::Real => forward::<Rational>(network, &(), point).ok(),
        Semantics::Float(_) => None,
    };
    let (truth, outputs) = if let Some(values) = exact {
        let inputs: Vec<Rational> = point.iter().chain(&values).cloned().collect();
        let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
        let results = tape.evaluate(&constants, &inputs, &mut scratch);
        let outputs = values.into_iter().map(|value| (value.clone(), value));
        (results.truth(), outputs.collect())
    } else {
        let inputs: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let values = values_at(network, semantics, point, &inputs)?;
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

/// Encloses the outputs at a point, in the arithmetic of the claim.
fn values_at(
    network: &Network,
    semantics: &Semantics,
    point: &[Rational],
    inputs: &[Interval],
) -> Result<Vec<Interval>, ViolationFailure> {
    let Semantics::Float(floats) = semantics else {
        return forward(network, &(), inputs).map_err(ViolationFailure::NoValue);
    };
    if !floats.rounded_inputs && !point.iter().all(|x| floats.format.has(x)) {
        return Err(ViolationFailure::NotAFloat);
    }
    let at_point = OnCell::of_floats(network, inputs, floats);
    let at_point = at_point.map_err(|error| match error {
        FloatsError::NoValue(failure) => ViolationFailure::NoValue(failure),
        _ => ViolationFailure::NoValue(Failure::Inexact),
    })?;
    Ok(at_point.output_ranges().to_vec())
}
