//! Chooses where to cut a cell.

use crate::bounds::Cell;
use crate::expr::Place;
use crate::network::{Reduced, UnitView};
use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
use crate::numbers::{Direction, Dyadic, Function, Interval, Rational};

/// A cut across an input, in the middle or at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The input.
    pub axis: usize,
    /// The place, strictly inside the cell; `None` for the middle.
    pub place: Option<Rational>,
}

/// A sigmoid this far from its step counts as saturated when a cut is chosen.
const LAYER: f64 = 32.0;
/// A sigmoid whose sum rises by less than this over half of a cell is not a step there.
const STEEP: f64 = 8.0;

/// A step of the first layer that depends on one input.
#[derive(Clone, Copy)]
struct Step {
    unit: usize,
    place: f64,
    /// How much its sum rises over half of the cell.
    rise: f64,
    is_kink: bool,
}

/// Chooses a cut across the undecided steps. With several steps, cuts between two of them, where
/// both are saturated; at a jump or kink, exactly there; with a single steep step, beside its
/// transition layer rather than through it; if no unit depends on the side, along the longest side.
pub fn choose(cell: &Cell, whole: &Cell, network: &Reduced) -> Split {
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
    for k in 0..network.units() {
        let unit = network.unit(k);
        if !is_first(&unit, inputs) {
            continue;
        }
        for (variable, coefficient) in unit.sum.terms {
            let axis = *variable as usize;
            let rise = estimate_dyadic(coefficient.abs()) * radius[axis];
            // A step needs a cut, however its sum is scaled.
            score[axis] += if unit.function == Function::Heaviside {
                1.0
            } else {
                rise.min(LAYER)
            };
        }
    }
    let axis = (0..inputs).fold(0, |best, i| if score[i] > score[best] { i } else { best });
    Split {
        axis,
        place: place(cell, network, axis, radius[axis]),
    }
}

fn is_first(unit: &UnitView<'_>, inputs: usize) -> bool {
    unit.sum.terms.iter().all(|(v, _)| (*v as usize) < inputs)
}

/// Is a unit of the first layer a step on this cell? Then lines are far from it, and so are the
/// bounds that use lines.
pub fn is_steep(cell: &Cell, network: &Reduced) -> bool {
    let inputs = cell.intervals().len();
    (0..network.units()).any(|k| {
        let unit = network.unit(k);
        is_first(&unit, inputs)
            && matches!(
                unit.function,
                Function::Sigmoid | Function::Tanh | Function::Softsign
            )
            && unit.sum.terms.iter().any(|(variable, coefficient)| {
                let side = &cell.intervals()[*variable as usize];
                estimate_dyadic(coefficient.abs()) * estimate_dyadic(side.rad()) >= STEEP
            })
    })
}

/// Returns a cut where the target has a jump or a kink across one input: at the place nearest to
/// the middle of the cell, if there is one inside.
pub fn at_jump(cell: &Cell, jumps: &[Place]) -> Option<Split> {
    let inside = |jump: &&Place| {
        let side = &cell.intervals()[jump.input];
        let place = Dyadic::from_rational(&jump.at, Direction::Down);
        // Most places are far outside; those at an end are compared exactly.
        side.inf() <= place && place <= side.sup() && {
            let (low, high) = &cell.sides()[jump.input];
            *low < jump.at && jump.at < *high
        }
    };
    let distance = |jump: &&Place| {
        let side = &cell.intervals()[jump.input];
        let place = estimate_dyadic(Dyadic::from_rational(&jump.at, Direction::Down));
        (place - estimate_dyadic(side.mid())).abs() / estimate_dyadic(side.rad())
    };
    let nearest = jumps.iter().filter(inside);
    let nearest = nearest.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some(Split {
        axis: nearest.input,
        place: Some(nearest.at.clone()),
    })
}

/// Returns where to cut across an axis, if not in the middle.
fn place(cell: &Cell, network: &Reduced, axis: usize, radius: f64) -> Option<Rational> {
    let side = &cell.intervals()[axis];
    let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
    let middle = f64::midpoint(low, high);
    let mut steps = Vec::new();
    for k in 0..network.units() {
        let unit = network.unit(k);
        let [(variable, coefficient)] = unit.sum.terms else {
            continue;
        };
        if *variable as usize != axis {
            continue;
        }
        let weight = estimate_dyadic(*coefficient);
        let step = Step {
            unit: k,
            place: -estimate_dyadic(unit.sum.bias) / weight,
            rise: weight.abs() * radius,
            is_kink: matches!(unit.function, Function::Heaviside | Function::Relu),
        };
        if step.is_kink || step.rise >= STEEP {
            steps.push(step);
        }
    }
    let distance = |place: f64| (place - middle).abs();
    // A cell is cut exactly at a kink, the one nearest to the middle first.
    let kinks = steps.iter().filter(|step| step.is_kink);
    let nearest = kinks.min_by(|a, b| distance(a.place).total_cmp(&distance(b.place)));
    if let Some(kink) = nearest {
        return at_kink(cell, axis, &network.unit(kink.unit));
    }
    let inside = |step: &&Step| low < step.place && step.place < high;
    let mut places: Vec<f64> = steps.iter().filter(inside).map(|step| step.place).collect();
    places.sort_by(f64::total_cmp);
    let between = places
        .windows(2)
        .map(|pair| (f64::midpoint(pair[0], pair[1]), pair[1] - pair[0]))
        .filter(|(place, gap)| *gap > 1e-9 * radius && low < *place && *place < high)
        .min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)));
    if let Some((place, gap)) = between {
        return short(cell, axis, place, gap / 16.0);
    }
    let steepest = steps.iter().max_by(|a, b| a.rise.total_cmp(&b.rise))?;
    if steepest.rise < 2.0 * LAYER {
        return None;
    }
    let reach = LAYER * radius / steepest.rise;
    let mut sides = [steepest.place - reach, steepest.place + reach];
    if distance(sides[1]) < distance(sides[0]) {
        sides.reverse();
    }
    sides
        .into_iter()
        .find_map(|place| short(cell, axis, place, reach / 8.0))
}

/// Returns the jump or kink nearest to the middle, of the units that depend on this input only.
pub fn kink(cell: &Cell, network: &Reduced, axis: usize) -> Option<Rational> {
    let (low, high) = cell.sides().get(axis)?;
    let middle = low.midpoint(high);
    let units = (0..network.units()).map(|k| network.unit(k));
    let kinks = units.filter(|unit| {
        let is_kink = matches!(unit.function, Function::Heaviside | Function::Relu);
        is_kink && matches!(unit.sum.terms, [(variable, _)] if *variable as usize == axis)
    });
    kinks
        .filter_map(|unit| at_kink(cell, axis, &unit))
        .min_by_key(|place| (place - &middle).abs())
}

/// Returns a short number within `room` of a place, strictly inside the cell.
fn short(cell: &Cell, axis: usize, place: f64, room: f64) -> Option<Rational> {
    let unit = libm::exp2(libm::floor(libm::log2(room)));
    let rounded = libm::rint(place / unit) * unit;
    let exact = exact_dyadic(rounded)?;
    let side = &cell.intervals()[axis];
    (side.inf() < exact && exact < side.sup()).then(|| exact.to_rational())?
}

/// Returns a cut at a kink, or beside its uncertain place.
fn at_kink(cell: &Cell, axis: usize, unit: &UnitView<'_>) -> Option<Rational> {
    let (_, weight) = unit.sum.terms.first()?;
    let (low, high) = &cell.sides()[axis];
    let strictly_inside = |place: &Rational| low < place && place < high;
    if let Some(place) = unit.place {
        return Some(place.clone()).filter(strictly_inside);
    }
    let root = (-unit.sum.bias.to_rational()?).checked_div(&weight.to_rational()?)?;
    if unit.sum.radius.is_zero() {
        return Some(root).filter(strictly_inside);
    }
    let sum = Interval::point(-unit.sum.bias);
    let slack = Interval::symmetric(unit.sum.radius.scale(1, Direction::Up));
    let layer = sum.plus(&slack).over(&Interval::point(*weight)).ok()?;
    [layer.inf().to_rational()?, layer.sup().to_rational()?]
        .into_iter()
        .find(strictly_inside)
}
