//! How far a unit's range may be from a point to be taken as one.

use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
use crate::numbers::{Function, Rational};

/// Returns a folding radius such that folding every unit moves the output by about `budget` at
/// most: `budget` over the sum of all units' influence on the output (the product of weights and
/// Lipschitz constants along the way there). A power of two.
pub fn radius(network: &Specialised, budget: f64) -> Rational {
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
