//! Outputs in floats, for searches and plots: estimates that promise nothing.

use super::specialise::{Specialised, SumView};
use crate::numbers::Scalar;
use crate::numbers::estimate::{Estimate, estimate_dyadic};

/// Evaluates the stated outputs at a point, using `values` as memory.
pub fn estimate_outputs(network: &Specialised, point: &[f64], values: &mut Vec<f64>) -> Vec<f64> {
    values.clear();
    values.extend_from_slice(point);
    let total = |sum: SumView<'_>, values: &[f64]| {
        sum.terms
            .iter()
            .fold(estimate_dyadic(sum.bias), |total, (variable, c)| {
                total + estimate_dyadic(*c) * values[*variable as usize]
            })
    };
    for k in 0..network.units() {
        let unit = network.unit(k);
        let z = total(unit.sum, values);
        values.push(Estimate(z).apply(unit.function).map_or(f64::NAN, |v| v.0));
    }
    (0..network.outputs())
        .map(|k| total(network.output(k), values))
        .collect()
}
