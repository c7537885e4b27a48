//! Where to cut a cell.

use crate::certificate::Cell;
use crate::network::{Specialised, UnitView};
use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
use crate::numbers::{Direction, Function, Interval, Rational};

/// A cut: across which input, and where if not in the middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Which input.
    pub axis: usize,
    /// Where, strictly inside the cell.
    pub place: Option<Rational>,
}

/// A sigmoid this far from its step is taken as saturated when a cut is chosen.
const WINDOW: f64 = 32.0;

/// Chooses a cut: across the steps that are alive, and beside the window of a steep one rather
/// than through it; along the longest side where no unit has a say.
pub fn choose(cell: &Cell, whole: &Cell, network: &Specialised) -> Split {
    let inputs = cell.intervals().len();
    let radius: Vec<f64> = cell
        .intervals()
        .iter()
        .map(|side| estimate_dyadic(side.rad()))
        .collect();
    let mut score: Vec<f64> = radius
        .iter()
        .zip(whole.intervals())
        .map(|(rad, side)| 1e-3 * rad / estimate_dyadic(side.rad()))
        .collect();
    // The steepest unit that depends on one input alone, by what it rises over the cell.
    let mut steepest: Option<(f64, usize, usize)> = None;
    for k in 0..network.units() {
        let unit = network.unit(k);
        let is_first = unit.sum.terms.iter().all(|(v, _)| (*v as usize) < inputs);
        if !is_first {
            continue;
        }
        for (variable, coefficient) in unit.sum.terms {
            let axis = *variable as usize;
            let rise = estimate_dyadic(coefficient.abs()) * radius[axis];
            // A step wants a cut however its sum is scaled.
            let weight = if unit.function == Function::Heaviside {
                1.0
            } else {
                rise.min(WINDOW)
            };
            score[axis] += weight;
            let is_alone = unit.sum.terms.len() == 1;
            if is_alone && steepest.is_none_or(|(most, _, _)| rise > most) {
                steepest = Some((rise, axis, k));
            }
        }
    }
    let axis = (0..inputs).fold(0, |best, i| if score[i] > score[best] { i } else { best });
    let place = steepest
        .filter(|(_, a, _)| *a == axis)
        .and_then(|(rise, _, k)| beside_step(cell, axis, &network.unit(k), rise));
    Split { axis, place }
}

/// A place for a cut beside the window of a steep unit, if the window is small in the cell.
fn beside_step(cell: &Cell, axis: usize, unit: &UnitView<'_>, rise: f64) -> Option<Rational> {
    let (_, weight) = unit.sum.terms.first()?;
    let (low, high) = &cell.sides()[axis];
    let strictly_inside = |place: &Rational| low < place && place < high;
    let is_kink = matches!(unit.function, Function::Heaviside | Function::Relu);
    if is_kink {
        // At the step itself, or beside what is uncertain of it.
        let root = (-unit.sum.bias.to_rational()?).checked_div(&weight.to_rational()?)?;
        if unit.sum.radius.is_zero() {
            return Some(root).filter(strictly_inside);
        }
        let sum = Interval::point(-unit.sum.bias);
        let slack = Interval::symmetric(unit.sum.radius.scale(1, Direction::Up));
        let window = sum.plus(&slack).over(&Interval::point(*weight)).ok()?;
        return [window.inf().to_rational()?, window.sup().to_rational()?]
            .into_iter()
            .find(strictly_inside);
    }
    if rise < 2.0 * WINDOW {
        return None;
    }
    let weight = estimate_dyadic(*weight);
    let root = -estimate_dyadic(unit.sum.bias) / weight;
    let reach = WINDOW / weight.abs();
    let middle = f64::midpoint(
        estimate_dyadic(cell.intervals()[axis].inf()),
        estimate_dyadic(cell.intervals()[axis].sup()),
    );
    let mut places = [root - reach, root + reach];
    if (places[1] - middle).abs() < (places[0] - middle).abs() {
        places.reverse();
    }
    // A short number: rounded to an eighth of the window.
    let unit = libm::exp2(libm::floor(libm::log2(reach)) - 3.0);
    places.into_iter().find_map(|place| {
        let rounded = libm::floor(place / unit) * unit;
        exact_dyadic(rounded)?.to_rational().filter(strictly_inside)
    })
}
