//! Bounds from the derivatives of the difference (T12, T13, T17).

use std::cell::OnceCell;

use super::cell::Cell;
use super::natural::differences;
use super::prepared::{Prepared, inputs_over};
use crate::expr::Tape;
use crate::network::Reduced;
use crate::numbers::{Direction, Dyadic, Failure, Gradient, Hessian, Interval, LinearForm, Scalar};

/// With more inputs there are too many second derivatives to store.
pub(super) const MOST_INPUTS_OF_SECOND_ORDER: usize = 6;

/// A target prepared for its derivatives, over boxes of up to `D` inputs; `S` inputs for second
/// derivatives, at most [`MOST_INPUTS_OF_SECOND_ORDER`].
pub(super) struct Derivatives<const D: usize, const S: usize> {
    gradient: Prepared<Gradient<D>>,
    middle: Prepared<Gradient<S>>,
    hessian: OnceCell<Prepared<Hessian<S>>>,
}

impl<const D: usize, const S: usize> Derivatives<D, S> {
    pub(super) fn new(tape: &Tape) -> Self {
        Self {
            gradient: Prepared::new(tape),
            middle: Prepared::new(tape),
            hessian: OnceCell::new(),
        }
    }

    /// Returns the difference with its partial derivatives, without the network's radius.
    fn difference(
        &mut self,
        tape: &Tape,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Vec<Gradient<D>>, Failure> {
        let inputs = inputs_over::<Gradient<D>>(cell);
        let values = network.evaluate(&inputs)?;
        let targets = self.gradient.outputs(tape, &inputs);
        values
            .iter()
            .zip(targets)
            .map(|(value, target)| Ok(value.sub(&target?)))
            .collect()
    }

    /// T12: the difference at the middle, plus slope times distance for each input.
    pub(super) fn mean_value(
        &mut self,
        tape: &Tape,
        natural: &mut Prepared<Interval>,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Dyadic, Failure> {
        let differences = self.difference(tape, cell, network)?;
        let middle: Vec<Interval> = cell
            .intervals()
            .iter()
            .map(|side| Interval::point(side.mid()))
            .collect();
        let values = network.evaluate::<Interval>(&middle)?;
        let targets = natural.outputs(tape, &middle);
        let mut largest = Dyadic::ZERO;
        for (k, ((value, target), slope)) in
            values.iter().zip(targets).zip(&differences).enumerate()
        {
            let mut total = value.minus(&target?);
            for (side, partial) in cell.intervals().iter().zip(slope.partials()) {
                let distance = side.minus(&Interval::point(side.mid()));
                total = total.plus(&partial.times(&distance));
            }
            let radius = network.output(k).radius;
            largest = largest.max(total.mag().add(radius, Direction::Up));
        }
        Ok(largest)
    }

    /// Returns, for each output, the difference with its slopes at the middle of the cell, and with
    /// its second derivatives over the cell; both without the network's radius.
    pub(super) fn second_differences(
        &mut self,
        tape: &Tape,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Vec<(Gradient<S>, Hessian<S>)>, Failure> {
        let sides = cell.intervals();
        if sides.len() > MOST_INPUTS_OF_SECOND_ORDER || !sides.iter().all(has_inner_middle) {
            return Err(Failure::Inexact);
        }
        let middle: Vec<Gradient<S>> = sides
            .iter()
            .enumerate()
            .map(|(i, side)| Gradient::variable(i, &Interval::point(side.mid())))
            .collect();
        let at_middle = differences(
            &network.evaluate(&middle)?,
            self.middle.outputs(tape, &middle),
        )?;
        let inputs = inputs_over::<Hessian<S>>(cell);
        let values = network.evaluate(&inputs)?;
        self.hessian.get_or_init(|| Prepared::new(tape));
        let prepared = self.hessian.get_mut().ok_or(Failure::Inexact)?;
        let over_cell = differences(&values, prepared.outputs(tape, &inputs))?;
        Ok(at_middle.into_iter().zip(over_cell).collect())
    }

    /// T17: the difference and its slopes at the middle, and second derivatives over the cell.
    pub(super) fn second_order(
        &mut self,
        tape: &Tape,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Dyadic, Failure> {
        let differences = self.second_differences(tape, cell, network)?;
        let mut largest = Dyadic::ZERO;
        for (k, (middle, over_box)) in differences.iter().enumerate() {
            let size = taylor(middle, over_box, cell.intervals()).mag();
            let radius = network.output(k).radius;
            largest = largest.max(size.add(radius, Direction::Up));
        }
        Ok(largest)
    }

    /// T13: in an input in which the difference is monotone, its extremes lie on the two faces;
    /// linear forms bound it there.
    pub(super) fn monotone(
        &mut self,
        tape: &Tape,
        linear: &mut Prepared<LinearForm<D>>,
        cell: &Cell,
        network: &Reduced,
    ) -> Result<Dyadic, Failure> {
        let differences = self.difference(tape, cell, network)?;
        let mut largest = Dyadic::ZERO;
        let mut is_useful = false;
        for (k, slope) in differences.iter().enumerate() {
            let (mut low_face, mut high_face) = (Vec::new(), Vec::new());
            for (side, partial) in cell.intervals().iter().zip(slope.partials()) {
                let (inf, sup) = (Interval::point(side.inf()), Interval::point(side.sup()));
                let (low, high) = if !partial.inf().is_negative() {
                    (inf, sup)
                } else if !partial.sup().is_positive() {
                    (sup, inf)
                } else {
                    (*side, *side)
                };
                is_useful |= low.is_point();
                low_face.push(low);
                high_face.push(high);
            }
            let mut on_face = |face: &[Interval]| -> Result<Interval, Failure> {
                let inputs: Vec<LinearForm<D>> = face
                    .iter()
                    .enumerate()
                    .map(|(i, side)| LinearForm::variable(i, side))
                    .collect();
                let value = network.evaluate(&inputs)?[k];
                let target = linear.outputs(tape, &inputs)[k]?;
                Ok(value.sub(&target).range())
            };
            let (low, high) = (on_face(&low_face)?, on_face(&high_face)?);
            let size = (-low.inf()).max(high.sup());
            let radius = network.output(k).radius;
            largest = largest.max(size.add(radius, Direction::Up));
        }
        if is_useful {
            Ok(largest.max(Dyadic::ZERO))
        } else {
            Err(Failure::Inexact)
        }
    }
}

/// Is the middle strictly inside, or the side a point?
fn has_inner_middle(side: &Interval) -> bool {
    let middle = side.mid();
    side.is_point() || (side.inf() < middle && middle < side.sup())
}

/// T17: the range of `D` over a box, where `middle` is `D` at the middle and `over_box` over the
/// box.
fn taylor<const D: usize>(
    middle: &Gradient<D>,
    over_box: &Hessian<D>,
    sides: &[Interval],
) -> Interval {
    let mut total = middle.value();
    for (i, (side, slope)) in sides.iter().zip(middle.partials()).enumerate() {
        let (radius, second) = (side.rad(), over_box.second(i, i));
        let top = parabola(slope.mag(), second.sup(), radius);
        let bottom = parabola(slope.mag(), -second.inf(), radius);
        total = total.plus(&Interval::ordered(-bottom, top));
        for (j, other) in sides.iter().enumerate().skip(i + 1) {
            let reach = radius.mul(other.rad(), Direction::Up);
            let mixed = over_box.second(i, j).mag().mul(reach, Direction::Up);
            total = total.plus(&Interval::symmetric(mixed));
        }
    }
    total
}

/// Returns an upper bound of `slope |t| + second t²/2` for `|t| <= radius`, where `slope >= 0`;
/// never below 0, the value at `t = 0`.
///
/// | second | slope | largest |
/// |---|---|---|
/// | >= 0 | | at the end |
/// | < 0 | >= -second · radius | at the end, since the sum still increases there |
/// | < 0 | less | `slope²/(-2 second)`, at `t = slope/(-second)` |
fn parabola(slope: Dyadic, second: Dyadic, radius: Dyadic) -> Dyadic {
    let (up, down) = (Direction::Up, Direction::Down);
    let half = Interval::point(Dyadic::HALF);
    if second.is_negative() && slope < (-second).mul(radius, up) {
        return slope.mul(slope, up).div((-second).scale(1, down), up);
    }
    let curved = Interval::point(second)
        .times(&Interval::point(radius).squared())
        .times(&half);
    slope
        .mul(radius, up)
        .add(curved.sup(), up)
        .max(Dyadic::ZERO)
}
