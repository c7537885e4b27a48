//! The start of descent.

use super::perceptron::{Perceptron, Unit};
use super::random::{Purpose, Random};

/// Returns random parameters from the stream of a seed.
///
/// Weights are uniform, in a range in which the sums of a layer neither vanish nor explode: that of
/// Glorot and Bengio 2010 for tanh; four times that for sigmoid, whose slope is a quarter; and that
/// of He et al. 2015 for relu. The bias of the first layer is drawn likewise, so that its lines may
/// be anywhere in the domain. The biases of later hidden layers are within an eighth of the range:
/// at 0 a relu unit would be exactly at its kink when all its inputs are off. Output units start
/// without a bias.
pub(super) fn random(perceptron: &Perceptron, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed, Purpose::Weights);
    let mut parameters = vec![0.0; perceptron.parameters()];
    for (layer, part) in perceptron.parts().iter().enumerate() {
        let (inputs, units) = (part.inputs as f64, part.units as f64);
        let size = match part.unit {
            Unit::Sigmoid => 4.0 * libm::sqrt(6.0 / (inputs + units)),
            Unit::Tanh | Unit::Identity => libm::sqrt(6.0 / (inputs + units)),
            Unit::Relu => libm::sqrt(6.0 / inputs),
        };
        let bias = match layer {
            0 => size,
            _ => size / 8.0,
        };
        for parameter in &mut parameters[part.weights..part.bias()] {
            *parameter = random.symmetric(size);
        }
        if layer + 1 < perceptron.parts().len() {
            for parameter in &mut parameters[part.bias()..part.end()] {
                *parameter = random.symmetric(bias);
            }
        }
    }
    parameters
}
