//! Where descent starts.

use super::perceptron::{Perceptron, Unit};
use super::random::{Purpose, Random};

/// Returns random parameters from the stream of a seed.
///
/// Weights are uniform, within a range in which the sums of a layer neither die out nor blow up:
/// that of Glorot and Bengio 2010 for tanh, four times that for sigmoid, whose slope is a quarter,
/// and that of He et al. 2015 for relu. The bias of the first layer is drawn likewise, so that its
/// lines lie anywhere in the domain; the others are 0.
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
        let drawn = if layer == 0 { part.end() } else { part.bias() };
        for parameter in &mut parameters[part.weights..drawn] {
            *parameter = random.symmetric(size);
        }
    }
    parameters
}
