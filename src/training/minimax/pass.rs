//! One point through a network, forward and backward.

use crate::training::numbers::sigmoid;
use crate::training::perceptron::{Perceptron, Unit};

/// Memory for the values of one point.
pub(super) struct Pass<'a> {
    perceptron: &'a Perceptron,
    /// Of every layer: what its units return, and their slopes.
    values: Vec<Vec<f64>>,
    slopes: Vec<Vec<f64>>,
    deltas: Vec<f64>,
    earlier: Vec<f64>,
}

impl<'a> Pass<'a> {
    pub fn new(perceptron: &'a Perceptron) -> Self {
        let parts = perceptron.parts();
        let values: Vec<_> = parts.iter().map(|part| vec![0.0; part.units]).collect();
        let widest = parts.iter().map(|part| part.units.max(part.inputs)).max();
        let widest = vec![0.0; widest.unwrap_or(0)];
        Self {
            perceptron,
            slopes: values.clone(),
            values,
            earlier: widest.clone(),
            deltas: widest,
        }
    }

    /// Returns the outputs at a point.
    pub fn forward(&mut self, parameters: &[f64], point: &[f64]) -> &[f64] {
        for (layer, part) in self.perceptron.parts().iter().enumerate() {
            let (before, here) = self.values.split_at_mut(layer);
            let inputs = before.last().map_or(point, Vec::as_slice);
            let rows = parameters[part.weights..part.bias()].chunks_exact(part.inputs);
            let biases = &parameters[part.bias()..part.end()];
            let units = here[0].iter_mut().zip(&mut self.slopes[layer]);
            for ((row, bias), (value, slope)) in rows.zip(biases).zip(units) {
                let mut sum = *bias;
                for (weight, input) in row.iter().zip(inputs) {
                    sum += weight * input;
                }
                (*value, *slope) = activate(part.unit, sum);
            }
        }
        &self.values[self.values.len() - 1]
    }

    /// Writes the derivative of one output by every parameter, at the point of the last
    /// [`forward`](Self::forward).
    pub fn backward(
        &mut self,
        parameters: &[f64],
        point: &[f64],
        output: usize,
        gradient: &mut [f64],
    ) {
        let parts = self.perceptron.parts();
        let last = parts.len() - 1;
        self.deltas.fill(0.0);
        self.deltas[output] = self.slopes[last][output];
        for (layer, part) in parts.iter().enumerate().rev() {
            let inputs = match layer.checked_sub(1) {
                Some(before) => self.values[before].as_slice(),
                None => point,
            };
            let (weights, biases) =
                gradient[part.weights..part.end()].split_at_mut(part.inputs * part.units);
            let rows = weights.chunks_exact_mut(part.inputs);
            for ((row, bias), delta) in rows.zip(biases).zip(&self.deltas) {
                for (derivative, input) in row.iter_mut().zip(inputs) {
                    *derivative = delta * input;
                }
                *bias = *delta;
            }
            let Some(before) = layer.checked_sub(1) else {
                continue;
            };
            let weights = &parameters[part.weights..part.bias()];
            for input in 0..part.inputs {
                let mut sum = 0.0;
                for unit in 0..part.units {
                    sum += self.deltas[unit] * weights[unit * part.inputs + input];
                }
                self.earlier[input] = sum * self.slopes[before][input];
            }
            std::mem::swap(&mut self.deltas, &mut self.earlier);
        }
    }
}

/// Returns what a unit returns, and its slope; that of relu at 0 counts as 0.
fn activate(unit: Unit, sum: f64) -> (f64, f64) {
    match unit {
        Unit::Identity => (sum, 1.0),
        Unit::Sigmoid => {
            let value = sigmoid(sum);
            (value, value * (1.0 - value))
        }
        Unit::Tanh => {
            let value = libm::tanh(sum);
            (value, 1.0 - value * value)
        }
        Unit::Relu if sum > 0.0 => (sum, 1.0),
        Unit::Relu => (0.0, 0.0),
    }
}
