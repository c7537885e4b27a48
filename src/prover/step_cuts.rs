//! Cuts at the transition layers of steep steps: outside of these strips hardly anything changes.

use super::split::{self, Split};
use crate::bounds::Cell;
use crate::network::Reduced;
use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
use crate::numbers::{Dyadic, Function};

/// Half the width of a transition layer, over the steepness. At its edge a step is off from its
/// limit by .018, and a step of this step by far less.
const NARROW: f64 = 6.0;
/// The same where two layers cross, or where steps are so far apart that a wider layer costs
/// little: to where a step is constant up to the constant radius, within these limits.
const WIDE: [f64; 2] = [8.0, 40.0];
/// Steps this many layers apart are far apart.
const FAR: f64 = 2000.0;

/// The most steps across a frame, for one input and for all. One leaf for four cells of a grid
/// costs less than four leaves; one for eight cells costs more.
const FRAME_STEPS: [usize; 2] = [2, 4];

/// A steep unit of one input.
#[derive(Clone, Copy)]
struct Step {
    place: f64,
    steepness: f64,
}

/// Returns the steps across an axis, in order.
fn steps(local: &Reduced, axis: usize) -> Vec<Step> {
    let units = (0..local.units()).map(|k| local.unit(k));
    let steps = units.filter_map(|unit| match unit.sum.terms {
        [(variable, weight)] if *variable as usize == axis => {
            // tanh(z) = 2 sigmoid(2 z) - 1.
            let steeper = match unit.function {
                Function::Sigmoid => 1.0,
                Function::Tanh => 2.0,
                _ => return None,
            };
            let weight = estimate_dyadic(*weight);
            Some(Step {
                place: -estimate_dyadic(unit.sum.bias) / weight,
                steepness: steeper * weight.abs(),
            })
        }
        _ => None,
    });
    let mut steps: Vec<Step> = steps.collect();
    steps.sort_by(|a, b| a.place.total_cmp(&b.place));
    steps
}

/// Returns the ends of a side, and its steps.
fn side(cell: &Cell, local: &Reduced, axis: usize) -> (f64, f64, Vec<Step>) {
    let side = &cell.intervals()[axis];
    let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
    (low, high, steps(local, axis))
}

/// Returns half the width of a wide layer, over the steepness.
fn wide(constant_radius: f64) -> f64 {
    (2.0 - libm::log(constant_radius)).clamp(WIDE[0], WIDE[1])
}

/// Is a cell inside the transition layer of a step across another axis?
fn crosses(cell: &Cell, local: &Reduced, axis: usize) -> bool {
    let others = (0..cell.intervals().len()).filter(|other| *other != axis);
    let mut others = others.map(|other| side(cell, local, other));
    others.any(|(low, high, steps)| {
        steps.iter().any(|step| {
            let is_inside = low < step.place && step.place < high;
            is_inside && (high - low) * step.steepness < 4.0 * NARROW
        })
    })
}

/// Is a cell a frame: at least one step, few steps across each input (not counting those at its
/// upper end), and each in a transition layer that is small in the cell?
pub fn is_frame(cell: &Cell, local: &Reduced, constant_radius: f64) -> bool {
    let wide = wide(constant_radius);
    let (mut has_step, mut count) = (false, 0);
    let is_clear = (0..cell.intervals().len()).all(|axis| {
        let (low, high, steps) = side(cell, local, axis);
        has_step |= !steps.is_empty();
        let is_far = |step: &Step| (high - low) * step.steepness > FAR * wide;
        let is_inner = |step: &&Step| step.place + wide / step.steepness < high;
        let inner = steps.iter().filter(is_inner).count();
        count += inner;
        inner <= FRAME_STEPS[0] && steps.iter().all(is_far)
    });
    has_step && is_clear && count <= FRAME_STEPS[1]
}

/// Returns a cut at the edge of a transition layer that is small in the cell. Of several layers it
/// takes the one closest to the middle, so that few cuts separate many.
pub fn outside_layer(
    cell: &Cell,
    local: &Reduced,
    axis: usize,
    constant_radius: f64,
) -> Option<Split> {
    let (low, high, steps) = side(cell, local, axis);
    let middle = f64::midpoint(low, high);
    let crosses = crosses(cell, local, axis);
    let wide = wide(constant_radius);
    let mut nearest: Option<(f64, f64)> = None;
    for (k, step) in steps.iter().enumerate() {
        let before = k.checked_sub(1).map_or(low, |k| steps[k].place.max(low));
        let after = steps.get(k + 1).map_or(high, |next| next.place.min(high));
        let is_far = (after - before) * step.steepness > FAR * wide;
        let reach = if crosses || is_far { wide } else { NARROW };
        // A side that is hardly larger is a layer already.
        if (high - low) * step.steepness <= (4.0 * reach).max(2.5 * wide) {
            continue;
        }
        let reach = reach / step.steepness;
        // For far ones the cut is below, unless only rounding is left there. Then a cell of a grid
        // has one layer for each input, at its lower end.
        let (below, above) = (step.place - reach, step.place + reach);
        let places: &[f64] = match (is_far, low < below - reach / 16.0) {
            (true, true) => &[below],
            (true, false) => &[above],
            (false, _) => &[below, above],
        };
        for &place in places {
            let is_better = |(best, _): (f64, f64)| (place - middle).abs() < (best - middle).abs();
            if low < place && place < high && nearest.is_none_or(is_better) {
                nearest = Some((place, reach));
            }
        }
    }
    let (place, reach) = nearest?;
    let unit = libm::exp2(libm::floor(libm::log2(reach)) - 4.0);
    let place = exact_dyadic(libm::rint(place / unit) * unit)?;
    let whole = &cell.intervals()[axis];
    let is_inside = whole.inf() < place && place < whole.sup();
    let place = Some(place).filter(|_| is_inside);
    place.and_then(Dyadic::to_rational).map(|place| Split {
        axis,
        place: Some(place),
    })
}

/// Do second derivatives give useful bounds for the network on a cell?
pub fn has_smooth_units(cell: &Cell, local: &Reduced) -> bool {
    let is_kinked = |k| {
        let function = local.unit(k).function;
        matches!(function, Function::Heaviside | Function::Relu)
    };
    !(0..local.units()).any(is_kinked) && !split::is_steep(cell, local)
}
