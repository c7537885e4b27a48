//! From floats to a network with short weights.

use super::fits::fit_of;
use super::problem::Problem;
use crate::builders::Units;
use crate::expr::Target;
use crate::network::{Activation, Network, size};
use crate::numbers::Rational;
use crate::training::{Fit, Loss, Perceptron};

/// Binary digits after the point that are tried.
const DIGITS: [i32; 14] = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 26, 34];
/// Rounded weights may use this share of the tolerance at the judging points.
const SHARE: f64 = 0.999;

/// Returns the network with the shortest weights whose error at the judging points is within the tolerance, and
/// the number of their binary digits after the point. At least so many digits are used.
pub(super) fn rounded(
    problem: &Problem,
    perceptron: &Perceptron,
    parameters: &[f64],
    tolerance: f64,
    least: i32,
) -> Option<(Vec<f64>, i32)> {
    let exact = problem.unscaled(perceptron, parameters);
    let limits = vec![f64::MAX; exact.len()];
    let fit = fit_of(perceptron, &limits, &problem.dense);
    let mut errors = Vec::new();
    let mut keeps = |digits: i32| {
        let rounded: Vec<f64> = exact
            .iter()
            .map(|x| libm::ldexp(libm::rint(libm::ldexp(*x, digits)), -digits))
            .collect();
        let error = Fit::errors(&fit, &rounded, &mut errors);
        (error <= tolerance * SHARE).then_some(rounded)
    };
    let mut tried = DIGITS.into_iter().filter(|digits| *digits >= least);
    tried.find_map(|digits| Some((keeps(digits)?, digits)))
}

/// Returns the network with these parameters, in units of this kind, without units that do nothing.
///
/// A tanh unit becomes a sigmoid unit exactly: `tanh z = 2 sigmoid(2 z) - 1`.
pub(super) fn network(
    target: &Target,
    perceptron: &Perceptron,
    parameters: &[f64],
    units: Units,
    outputs: &[String],
) -> Option<Network> {
    if units != Units::Sigmoid {
        return perceptron.plain_network(parameters, target.inputs(), outputs);
    }
    let mut found = parameters.to_vec();
    let last = perceptron.places().count() - 1;
    for (layer, place) in perceptron.places().enumerate() {
        let of_sum = if layer == last { 1.0 } else { 2.0 };
        for unit in 0..place.units {
            let row = place.weights + unit * place.inputs;
            let mut bias = found[place.bias + unit];
            for weight in &mut found[row..row + place.inputs] {
                if layer > 0 {
                    bias -= *weight;
                    *weight *= 2.0;
                }
                *weight *= of_sum;
            }
            found[place.bias + unit] = of_sum * bias;
        }
    }
    let hidden: Vec<usize> = perceptron.places().map(|place| place.units).collect();
    let (inputs, hidden) = (target.inputs().len(), &hidden[..last]);
    let of_sigmoids = Perceptron::new(
        inputs,
        hidden,
        &Activation::Sigmoid,
        outputs.len(),
        Loss::MeanSquares,
    );
    of_sigmoids
        .ok()?
        .plain_network(&found, target.inputs(), outputs)
}

/// Is no weight of the network larger than this?
pub(super) fn is_within(network: &Network, largest: &Rational) -> bool {
    size(network).largest_weight <= *largest
}
