//! What descent changes in the network that it starts from.

use super::gradient::Objective;
use super::perceptron::{Perceptron, Unit};

/// The weights before and after, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The largest change of a weight that was not 0, relative to it.
    pub largest_relative_change: f64,
    /// The largest change of any parameter.
    pub largest_change: f64,
    /// Weights (without bias terms) that were 0.
    pub zero_weights: usize,
    /// How many of these are still 0.
    pub zeros_kept: usize,
    /// The largest absolute value of a weight that was 0.
    pub largest_former_zero: f64,
    /// Hidden sigmoid and tanh units.
    pub units: usize,
    /// How many of these were steep: at nine of ten points within a tenth of the way to an end of
    /// their range, and at each end for some point.
    pub steep_before: usize,
    /// How many of these are still steep.
    pub steep_after: usize,
}

/// Compares the parameters before and after, with the values of the units at the samples.
///
/// - Panics: when the number of parameters is not that of the shape.
pub fn compare_weights(objective: &mut Objective, before: &[f64], after: &[f64]) -> Kept {
    let shape = objective.perceptron().clone();
    let mut kept = Kept {
        largest_relative_change: 0.0,
        largest_change: 0.0,
        zero_weights: 0,
        zeros_kept: 0,
        largest_former_zero: 0.0,
        units: 0,
        steep_before: 0,
        steep_after: 0,
    };
    for part in shape.parts() {
        for k in part.weights..part.end() {
            let (old, new) = (before[k], after[k]);
            let change = (new - old).abs();
            kept.largest_change = kept.largest_change.max(change);
            if old != 0.0 {
                let relative = change / old.abs();
                kept.largest_relative_change = kept.largest_relative_change.max(relative);
            } else if k < part.bias() {
                kept.zero_weights += 1;
                kept.zeros_kept += usize::from(new == 0.0);
                kept.largest_former_zero = kept.largest_former_zero.max(new.abs());
            }
        }
    }
    let steep_before = steep_units(objective, &shape, before);
    let steep_after = steep_units(objective, &shape, after);
    kept.units = steep_before.len();
    let pairs = steep_before.iter().zip(&steep_after);
    kept.steep_after = pairs.filter(|(old, new)| **old && **new).count();
    kept.steep_before = steep_before.iter().filter(|steep| **steep).count();
    kept
}

/// Returns which of the hidden sigmoid and tanh units are steep.
fn steep_units(objective: &mut Objective, shape: &Perceptron, parameters: &[f64]) -> Vec<bool> {
    let hidden = shape.parts().len() - 1;
    // Points in between, at the lower end, at the upper end.
    let mut counts: Vec<Vec<[usize; 3]>> = shape.parts()[..hidden]
        .iter()
        .map(|part| vec![[0; 3]; part.units])
        .collect();
    // sigmoid(±ln 9) = 9/10, 1/10; tanh(z) = 2 sigmoid(2z) − 1.
    let ends: Vec<Option<f64>> = shape.parts()[..hidden]
        .iter()
        .map(|part| match part.unit {
            Unit::Sigmoid => Some(2.197_224_577_336_22),
            Unit::Tanh => Some(1.098_612_288_668_11),
            Unit::Identity | Unit::Relu => None,
        })
        .collect();
    objective.preactivations(parameters, &mut |layer, unit, lane| {
        let Some(Some(end)) = ends.get(layer) else {
            return;
        };
        for z in lane {
            let place = match () {
                () if *z <= -end => 1,
                () if *z >= *end => 2,
                () => 0,
            };
            counts[layer][unit][place] += 1;
        }
    });
    let known = counts.iter().zip(&ends).filter(|(_, end)| end.is_some());
    known
        .flat_map(|(units, _)| units)
        .map(|[way, low, high]| *low > 0 && *high > 0 && 9 * way <= low + high)
        .collect()
}
