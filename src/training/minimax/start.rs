//! Where a fit starts.

use super::descent::Fit;
use super::pass::Pass;
use super::system::solve;
use crate::training::random::{Purpose, Random};

/// The steepest and gentlest first units that are drawn, as logarithms: inputs are expected in [-1, 1].
const STEEPNESS: (f64, f64) = (-0.5, 2.0);
/// Transitions of first units go through a point of this box.
const REACH: f64 = 1.1;

impl Fit<'_> {
    /// Returns parameters to start from: random ones of the stream of a seed, with the last layer solved by
    /// least squares.
    ///
    /// Inputs are expected in [-1, 1]. Each unit of the first layer has its transition through a point of the
    /// domain, in any direction.
    ///
    /// - Exactness: an estimate, the same on every machine.
    pub fn start(&self, seed: u64) -> Vec<f64> {
        let mut random = Random::new(seed, Purpose::Weights);
        let parts = self.perceptron.parts();
        let mut parameters = vec![0.0; self.perceptron.parameters()];
        for (layer, part) in parts[..parts.len() - 1].iter().enumerate() {
            for unit in 0..part.units {
                let at = part.weights + unit * part.inputs;
                let row = &mut parameters[at..at + part.inputs];
                let mut squares = 0.0;
                for weight in row.iter_mut() {
                    *weight = random.normal();
                    squares += *weight * *weight;
                }
                let bias = if layer == 0 {
                    let (low, high) = STEEPNESS;
                    let steepness = libm::exp(low + (high - low) * random.unit());
                    let factor = steepness / libm::sqrt(squares).max(1e-9);
                    let mut bias = 0.0;
                    for weight in row.iter_mut() {
                        *weight *= factor;
                        bias -= *weight * random.symmetric(REACH);
                    }
                    bias
                } else {
                    let factor = 2.0 / libm::sqrt(part.inputs as f64);
                    for weight in row.iter_mut() {
                        *weight *= factor;
                    }
                    random.normal()
                };
                parameters[part.bias() + unit] = bias;
            }
        }
        self.solve_last_layer(&mut parameters);
        parameters
    }

    /// Replaces the last layer by the one with the least squares of the errors, if that has an answer.
    fn solve_last_layer(&self, parameters: &mut [f64]) {
        let part = self.perceptron.last().clone();
        let count = part.inputs + 1;
        let mut pass = Pass::new(self.perceptron);
        let mut gradient = vec![0.0; parameters.len()];
        let mut basis = vec![0.0; count];
        let mut matrix = vec![0.0; count * count];
        let mut rights = vec![vec![0.0; count]; part.units];
        for (point, values) in self.points.iter() {
            pass.forward(parameters, point);
            pass.backward(parameters, point, 0, &mut gradient);
            basis[..part.inputs]
                .copy_from_slice(&gradient[part.weights..part.weights + part.inputs]);
            basis[part.inputs] = 1.0;
            for (i, a) in basis.iter().enumerate() {
                for (sum, b) in matrix[i * count..].iter_mut().zip(&basis[..=i]) {
                    *sum += a * b;
                }
                for (right, value) in rights.iter_mut().zip(values) {
                    right[i] += a * value;
                }
            }
        }
        let mut trace = 0.0;
        for diagonal in matrix.iter().step_by(count + 1) {
            trace += diagonal;
        }
        for diagonal in matrix.iter_mut().step_by(count + 1) {
            *diagonal += 1e-6 * trace;
        }
        for (unit, mut right) in rights.into_iter().enumerate() {
            if !solve(&mut matrix.clone(), &mut right) {
                return;
            }
            let at = part.weights + unit * part.inputs;
            parameters[at..at + part.inputs].copy_from_slice(&right[..part.inputs]);
            parameters[part.bias() + unit] = right[part.inputs];
        }
    }
}
