//! Chooses the constant radius: how small a range must be for its unit to become a constant.

use super::sample::even_points;
use crate::jobs::Jobs;
use crate::network::Reduced;
use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
use crate::numbers::{Direction, Dyadic, Function, Interval, Rational};

/// Returns a constant radius for which the constants together move the output by about `budget` at
/// most: `budget` over the sum of all units' influence on the output (the product of weights and
/// Lipschitz constants on the way there). A power of two.
pub fn radius(network: &Reduced, budget: f64) -> Rational {
    let inputs = network.inputs();
    let mut influence = vec![0.0_f64; network.units()];
    let spread = |terms: &[(u32, crate::numbers::Dyadic)], amount: f64, influence: &mut [f64]| {
        for (variable, coefficient) in terms {
            if let Some(unit) = (*variable as usize).checked_sub(inputs) {
                influence[unit] += amount * estimate_dyadic(coefficient.abs());
            }
        }
    };
    for k in 0..network.outputs() {
        spread(network.output(k).terms, 1.0, &mut influence);
    }
    for k in (0..network.units()).rev() {
        let unit = network.unit(k);
        let steepest = match unit.function {
            Function::Sigmoid => 0.25,
            _ => 1.0,
        };
        let amount = influence[k] * steepest;
        spread(unit.sum.terms, amount, &mut influence);
    }
    let total: f64 = influence.iter().sum();
    let radius = budget / total.max(1.0);
    if !radius.is_finite() || radius <= 0.0 {
        return Rational::ZERO;
    }
    let power = libm::exp2(libm::floor(libm::log2(radius)).max(-900.0));
    exact_dyadic(power)
        .and_then(crate::numbers::Dyadic::to_rational)
        .unwrap_or_default()
}

/// Points near which the network is reduced.
const POINTS: u32 = 3;
/// Near a point, the box is halved until at most this many units are undecided, as where bounds are
/// computed.
const FEW_UNITS: usize = 40;

/// Returns the constant radius for the network near some points, if that is larger. Only units that
/// are undecided near the same point can move the output there, and a large network has few of them
/// anywhere.
pub fn local_radius(
    network: &Reduced,
    sides: &[Interval],
    budget: f64,
    jobs: Jobs<'_>,
) -> Rational {
    let whole = radius(network, budget);
    if network.units() <= FEW_UNITS {
        return whole;
    }
    let constant_radius = Dyadic::from_rational(&whole, Direction::Down);
    let points: Vec<Vec<f64>> = even_points(sides, POINTS).collect();
    let points = jobs.each(points, &|point| {
        let local = box_near(network, sides, &point, constant_radius);
        local.map_or_else(|| whole.clone(), |local| radius(&local, budget))
    });
    (points.into_iter())
        .min()
        .map_or(whole.clone(), |local| local.max(whole.clone()))
}

/// Returns the network on a box around a point where few units are undecided.
fn box_near(
    network: &Reduced,
    sides: &[Interval],
    point: &[f64],
    constant_radius: Dyadic,
) -> Option<Reduced> {
    let mut sides = sides.to_vec();
    let mut local: Option<Reduced> = None;
    // The first box has about the square root of all units.
    let axes = u32::try_from(sides.len()).ok()?;
    let mut halvings = network.units().ilog2() / (2 * axes);
    for _ in 0..64 {
        for _ in 0..halvings.max(1) {
            for (side, place) in sides.iter_mut().zip(point) {
                let middle = side.mid();
                *side = if *place < estimate_dyadic(middle) {
                    Interval::ordered(side.inf(), middle)
                } else {
                    Interval::ordered(middle, side.sup())
                };
            }
        }
        halvings = 1;
        let parent = local.as_ref().unwrap_or(network);
        let Ok(next) = parent.reduce(&sides, None, constant_radius) else {
            break;
        };
        let is_small = next.units() <= FEW_UNITS;
        local = Some(next);
        if is_small {
            break;
        }
    }
    local
}
