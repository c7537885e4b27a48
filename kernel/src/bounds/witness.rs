//! Recomputes the error at a witness.

use super::cell::Cell;
use crate::certificate::{Question, Witness};
use crate::expr::Tape;
use crate::expr::evaluate::Scratch;
use crate::network::{Network, forward};
use crate::numbers::{Direction, Dyadic, Failure, Interval, Rational};

/// The values of the network and the target at a witness.
#[derive(Clone, Debug, PartialEq)]
pub struct WitnessValues {
    /// An enclosure of each output of the network.
    pub network: Vec<(Rational, Rational)>,
    /// An enclosure of each output of the target.
    pub target: Vec<(Rational, Rational)>,
    /// A lower bound of the error of the worst output.
    pub lower: Rational,
}

/// Why a witness proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessFailure {
    /// It is outside the domain.
    #[error("the witness is not a point of the domain, or its radius is negative")]
    Outside,
    /// It is a single point, but the network or the target can jump.
    #[error("the network or the target can jump, so the witness needs a positive radius")]
    NeedsRadius,
    /// The claim is about floats, and the point has a radius or a coordinate that is not a float.
    #[error("in float arithmetic the witness must be a float, with radius 0")]
    NotAFloat,
    /// The network or the target has no value there.
    #[error(transparent)]
    NoValue(Failure),
}

/// A target must be defined near a witness of radius 0, on a box that extends by `2^-AROUND` of
/// each side in both directions.
const AROUND: i32 = 40;

/// Returns a certain lower bound of the error at a witness, or near it.
///
/// With radius 0 and rational values the result is exact. With a positive radius the error is at
/// least `lower` on a box of positive volume, so the essential supremum is, too. `enclose` encloses
/// the outputs of the network on almost all of such a box.
///
/// - Errors: [`WitnessFailure`] when the witness proves nothing.
pub fn evaluate_witness(
    question: &Question,
    network: &Network,
    witness: &Witness,
    enclose: &dyn Fn(&Cell) -> Result<Vec<Interval>, Failure>,
) -> Result<WitnessValues, WitnessFailure> {
    let sides = question.domain.sides();
    let Witness { point, radius } = witness;
    let is_inside = point.len() == sides.len()
        && point
            .iter()
            .zip(sides)
            .all(|(x, (low, high))| low <= x && x <= high);
    if !is_inside || radius.is_negative() {
        return Err(WitnessFailure::Outside);
    }
    let target = question.target.indicator();
    let tape = Tape::new(&target);
    if let Some(floats) = question.semantics.floats() {
        let is_float = |x: &Rational| floats.rounded_inputs || floats.format.has(x);
        if !radius.is_zero() || !point.iter().all(is_float) {
            return Err(WitnessFailure::NotAFloat);
        }
    } else if radius.is_zero() {
        if network.has_jumps() || target.has_jumps() {
            return Err(WitnessFailure::NeedsRadius);
        }
        is_defined_around(&tape, point, sides).map_err(WitnessFailure::NoValue)?;
        if let Ok(values) = exact_values(network, &tape, point) {
            return Ok(values);
        }
    }
    // The box around the witness, within the domain. It has positive volume, or is the point.
    let around: Vec<(Rational, Rational)> = point
        .iter()
        .zip(sides)
        .map(|(x, (low, high))| {
            let (from, to) = (x - radius, x + radius);
            (from.max(low.clone()), to.min(high.clone()))
        })
        .collect();
    let cell = Cell::from_sides(around);
    let failed = WitnessFailure::NoValue;
    let values = enclose(&cell).map_err(failed)?;
    let constants = tape.constants::<Interval>(&());
    let mut scratch = Scratch::default();
    let results = tape.evaluate(&constants, cell.intervals(), &mut scratch);
    let mut lower = Dyadic::ZERO;
    let mut out = WitnessValues {
        network: Vec::new(),
        target: Vec::new(),
        lower: Rational::ZERO,
    };
    for (k, value) in values.iter().enumerate() {
        let target = results.value(k).map_err(failed)?;
        lower = lower.max(value.minus(target).mig());
        let ends = |interval: &Interval| -> Option<(Rational, Rational)> {
            Some((
                interval.inf().rational_bound(Direction::Down)?,
                interval.sup().rational_bound(Direction::Up)?,
            ))
        };
        let unbounded = WitnessFailure::NoValue(Failure::Inexact);
        out.network.push(ends(value).ok_or(unbounded)?);
        out.target.push(ends(target).ok_or(unbounded)?);
    }
    out.lower = lower
        .rational_bound(Direction::Down)
        .ok_or(WitnessFailure::NoValue(Failure::Inexact))?;
    Ok(out)
}

/// Does the target have a value on a small box around a point, within the domain? A target that is
/// defined at isolated points only is defined on a set of measure zero.
fn is_defined_around(
    tape: &Tape,
    point: &[Rational],
    sides: &[(Rational, Rational)],
) -> Result<(), Failure> {
    let near: Vec<(Rational, Rational)> = point
        .iter()
        .zip(sides)
        .map(|(x, (low, high))| {
            let reach = (high - low) * Rational::power_of_two(-AROUND);
            let (from, to) = (x - &reach, x + &reach);
            (from.max(low.clone()), to.min(high.clone()))
        })
        .collect();
    let cell = Cell::from_sides(near);
    let constants = tape.constants::<Interval>(&());
    let mut scratch = Scratch::default();
    let results = tape.evaluate(&constants, cell.intervals(), &mut scratch);
    (0..tape.outputs()).try_for_each(|k| results.value(k).map(|_| ()))
}

fn exact_values(
    network: &Network,
    tape: &Tape,
    point: &[Rational],
) -> Result<WitnessValues, Failure> {
    let constants = tape.constants::<Rational>(&());
    let mut scratch = Scratch::default();
    let results = tape.evaluate(&constants, point, &mut scratch);
    // The formula first: it is cheap, and usually shows that there is no exact value.
    let targets: Vec<Rational> = (0..tape.outputs())
        .map(|k| results.value(k).cloned())
        .collect::<Result<_, _>>()?;
    let values = forward(network, &(), point)?;
    let lower = values
        .iter()
        .zip(&targets)
        .map(|(value, target)| (value - target).abs())
        .max()
        .unwrap_or_default();
    let twice = |values: Vec<Rational>| values.into_iter().map(|v| (v.clone(), v)).collect();
    Ok(WitnessValues {
        network: twice(values),
        target: twice(targets),
        lower,
    })
}
