//! The loss of a perceptron on samples, and its gradient by backpropagation.
//!
//! Source: Rumelhart, Hinton and Williams 1986. Points are processed in blocks; within a block
//! every loop runs over the points, so that lanes do not mix (see [`numbers`](super::numbers)).

use super::numbers::{BLOCK, Lane, add_combination, dot, sigmoid, softplus, sum};
use super::perceptron::{Loss, Part, Perceptron, Unit};
use super::sample::Samples;
use super::scaling::Scaling;

/// The loss as a function of the parameters, for fixed samples.
pub struct Objective {
    perceptron: Perceptron,
    /// Scaled inputs: for each block the lanes of all inputs.
    points: Vec<Lane>,
    /// Scaled targets, likewise.
    targets: Vec<Lane>,
    count: usize,
    blocks: usize,
    output_exponent: i32,
    /// The factor of half the sum of squared weights in the loss.
    decay: f64,
    /// Preactivations and activations of each layer in one block.
    sums: Vec<Vec<Lane>>,
    values: Vec<Vec<Lane>>,
    /// Derivatives by the preactivations of one layer, and of the one before.
    deltas: Vec<Lane>,
    earlier: Vec<Lane>,
}

impl Objective {
    /// Returns the loss of this shape on these samples, unscaled.
    ///
    /// - Panics: when inputs or outputs do not match the samples, or there are no samples.
    pub fn new(perceptron: &Perceptron, samples: &Samples) -> Self {
        let scaling = Scaling::none(samples.points().len(), samples.targets().len());
        Self::scaled(perceptron, samples, &scaling)
    }

    pub(super) fn scaled(perceptron: &Perceptron, samples: &Samples, scaling: &Scaling) -> Self {
        assert_eq!(perceptron.inputs(), samples.points().len(), "inputs");
        assert_eq!(perceptron.outputs(), samples.targets().len(), "outputs");
        let count = samples.count();
        assert!(count > 0, "samples");
        let blocks = count.div_ceil(BLOCK);
        let in_blocks = |columns: &[Vec<f64>], scale: &dyn Fn(usize, f64) -> f64| {
            let mut lanes = Vec::with_capacity(blocks * columns.len());
            for block in 0..blocks {
                for (place, column) in columns.iter().enumerate() {
                    let mut lane = [0.0; BLOCK];
                    let part = &column[block * BLOCK..count.min((block + 1) * BLOCK)];
                    for (to, from) in lane.iter_mut().zip(part) {
                        *to = scale(place, *from);
                    }
                    lanes.push(lane);
                }
            }
            lanes
        };
        let lanes = |part: &Part| vec![[0.0; BLOCK]; part.units];
        let parts = perceptron.parts();
        let widest = parts.iter().map(|part| part.units.max(part.inputs)).max();
        let widest = vec![[0.0; BLOCK]; widest.unwrap_or(0)];
        Self {
            points: in_blocks(samples.points(), &|place, x| scaling.input(place, x)),
            targets: in_blocks(samples.targets(), &|place, y| scaling.output(place, y)),
            count,
            blocks,
            output_exponent: scaling.output_exponent,
            decay: 0.0,
            sums: parts.iter().map(lanes).collect(),
            values: parts.iter().map(lanes).collect(),
            deltas: widest.clone(),
            earlier: widest,
            perceptron: perceptron.clone(),
        }
    }

    /// Returns the same with half the sum of the squared weights, times `decay`, added to the loss: large
    /// weights cost something. Bias terms do not count.
    #[must_use]
    pub fn with_decay(self, decay: f64) -> Self {
        Self { decay, ..self }
    }

    /// The shape.
    pub fn perceptron(&self) -> &Perceptron {
        &self.perceptron
    }

    /// Returns a loss in the units of the targets.
    pub(super) fn unscaled(&self, loss: f64) -> f64 {
        match self.perceptron.loss() {
            Loss::MeanSquares => libm::ldexp(loss, 2 * self.output_exponent),
            Loss::CrossEntropy => loss,
        }
    }

    /// Returns the loss at these parameters: an estimate, the same on every machine.
    pub fn loss(&mut self, parameters: &[f64]) -> f64 {
        let mut total = 0.0;
        for block in 0..self.blocks {
            self.forward(parameters, block);
            total += self.block_loss(block, false);
        }
        total / self.weight() + self.penalty(parameters)
    }

    /// What large weights cost.
    fn penalty(&self, parameters: &[f64]) -> f64 {
        if self.decay == 0.0 {
            return 0.0;
        }
        let mut squares = 0.0;
        for part in self.perceptron.parts() {
            for weight in &parameters[part.weights..part.bias()] {
                squares += weight * weight;
            }
        }
        0.5 * self.decay * squares
    }

    /// Returns the loss and writes its gradient: the derivative by each parameter.
    pub fn loss_and_gradient(&mut self, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut total = 0.0;
        for block in 0..self.blocks {
            self.forward(parameters, block);
            total += self.block_loss(block, true);
            self.backward(parameters, gradient, block);
        }
        for derivative in &mut *gradient {
            *derivative /= self.weight();
        }
        if self.decay != 0.0 {
            for part in self.perceptron.parts() {
                let weights = part.weights..part.bias();
                let pairs = gradient[weights.clone()].iter_mut();
                for (derivative, weight) in pairs.zip(&parameters[weights]) {
                    *derivative += self.decay * weight;
                }
            }
        }
        total / self.weight() + self.penalty(parameters)
    }

    /// A digest of which relu units are on at which points.
    pub(super) fn pattern(&mut self, parameters: &[f64]) -> u64 {
        let relu: Vec<bool> = self
            .perceptron
            .parts()
            .iter()
            .map(|part| part.unit == Unit::Relu)
            .collect();
        if !relu.contains(&true) {
            return 0;
        }
        let mut digest = 0xcbf2_9ce4_8422_2325_u64;
        self.preactivations(parameters, &mut |layer, _, lane| {
            if relu[layer] {
                for z in lane {
                    digest = (digest ^ u64::from(*z > 0.0)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        });
        digest
    }

    /// Calls `see` with the layer, the unit and its preactivations at every point.
    pub(super) fn preactivations(
        &mut self,
        parameters: &[f64],
        see: &mut dyn FnMut(usize, usize, &[f64]),
    ) {
        for block in 0..self.blocks {
            self.forward(parameters, block);
            let points = self.points_in(block);
            for (layer, units) in self.sums.iter().enumerate() {
                for (unit, lane) in units.iter().enumerate() {
                    see(layer, unit, &lane[..points]);
                }
            }
        }
    }

    /// Returns the root of the mean squared error, in the units of the targets.
    pub(super) fn root_mean_square(&mut self, parameters: &[f64]) -> f64 {
        let loss = self.loss(parameters);
        libm::sqrt(self.unscaled(loss))
    }

    /// Returns the fraction of points with the right label: inside is where the logit is at least 0
    /// or, without one, where the output is at least the threshold.
    pub(super) fn accuracy(&mut self, parameters: &[f64], threshold: f64) -> f64 {
        let last = self.sums.len() - 1;
        let mut right = 0_usize;
        for block in 0..self.blocks {
            self.forward(parameters, block);
            let unit = self.perceptron.last().unit;
            let (decisions, level) = match (self.perceptron.loss(), unit) {
                (Loss::CrossEntropy, Unit::Identity) => (&self.sums[last][0], 0.0),
                _ => (&self.values[last][0], threshold),
            };
            let labels = &self.targets[block];
            right += (0..self.points_in(block))
                .filter(|&p| (decisions[p] >= level) == (labels[p] >= 0.5))
                .count();
        }
        right as f64 / self.count as f64
    }

    fn weight(&self) -> f64 {
        self.count as f64 * self.perceptron.outputs() as f64
    }

    fn points_in(&self, block: usize) -> usize {
        BLOCK.min(self.count - block * BLOCK)
    }

    fn forward(&mut self, parameters: &[f64], block: usize) {
        for (layer, part) in self.perceptron.parts().iter().enumerate() {
            let (before, here) = self.values.split_at_mut(layer);
            let inputs = match before.last() {
                Some(values) => values.as_slice(),
                None => &self.points[block * part.inputs..][..part.inputs],
            };
            let weights = &parameters[part.weights..part.bias()];
            let bias = &parameters[part.bias()..part.end()];
            for (unit, z) in self.sums[layer].iter_mut().enumerate() {
                *z = [bias[unit]; BLOCK];
                let row = &weights[unit * part.inputs..][..part.inputs];
                add_combination(z, |k| row[k], inputs);
                activate(part.unit, z, &mut here[0][unit]);
            }
        }
    }

    /// Returns the loss summed over a block, and its derivatives by the last preactivations, if
    /// requested.
    fn block_loss(&mut self, block: usize, derive: bool) -> f64 {
        let points = self.points_in(block);
        let outputs = self.perceptron.outputs();
        let targets = &self.targets[block * outputs..][..outputs];
        let last = self.sums.len() - 1;
        let mut total = 0.0;
        for (unit, target) in targets.iter().enumerate() {
            let (z, value) = (&self.sums[last][unit], &self.values[last][unit]);
            let mut losses = [0.0; BLOCK];
            let delta = &mut self.deltas[unit];
            *delta = [0.0; BLOCK];
            match self.perceptron.loss() {
                Loss::MeanSquares => {
                    for p in 0..points {
                        let error = value[p] - target[p];
                        losses[p] = error * error;
                        delta[p] = 2.0 * error;
                    }
                    if derive {
                        times_slope(self.perceptron.last().unit, z, value, delta);
                    }
                }
                Loss::CrossEntropy => {
                    for p in 0..points {
                        losses[p] = softplus(z[p]) - target[p] * z[p];
                    }
                    if derive {
                        for p in 0..points {
                            delta[p] = sigmoid(z[p]) - target[p];
                        }
                    }
                }
            }
            total += sum(&losses);
        }
        total
    }

    /// Adds the derivatives of a block, from the last layer to the first.
    fn backward(&mut self, parameters: &[f64], gradient: &mut [f64], block: usize) {
        for (layer, part) in self.perceptron.parts().iter().enumerate().rev() {
            let inputs = match layer.checked_sub(1) {
                Some(before) => self.values[before].as_slice(),
                None => &self.points[block * part.inputs..][..part.inputs],
            };
            for unit in 0..part.units {
                let delta = &self.deltas[unit];
                let row = &mut gradient[part.weights + unit * part.inputs..][..part.inputs];
                for (derivative, input) in row.iter_mut().zip(inputs) {
                    *derivative += dot(delta, input);
                }
                gradient[part.bias() + unit] += sum(delta);
            }
            let Some(before) = layer.checked_sub(1) else {
                continue;
            };
            let weights = &parameters[part.weights..part.bias()];
            let unit = self.perceptron.parts()[before].unit;
            for input in 0..part.inputs {
                let delta = &mut self.earlier[input];
                *delta = [0.0; BLOCK];
                let column = |k: usize| weights[k * part.inputs + input];
                add_combination(delta, column, &self.deltas[..part.units]);
                let (z, value) = (&self.sums[before][input], &self.values[before][input]);
                times_slope(unit, z, value, delta);
            }
            std::mem::swap(&mut self.deltas, &mut self.earlier);
        }
    }
}

fn activate(unit: Unit, z: &Lane, value: &mut Lane) {
    match unit {
        Unit::Identity => *value = *z,
        Unit::Sigmoid => {
            for p in 0..BLOCK {
                value[p] = sigmoid(z[p]);
            }
        }
        Unit::Tanh => {
            for p in 0..BLOCK {
                value[p] = libm::tanh(z[p]);
            }
        }
        Unit::Relu => {
            for p in 0..BLOCK {
                value[p] = if z[p] > 0.0 { z[p] } else { 0.0 };
            }
        }
    }
}

/// Multiplies by the derivative of the activation; that of relu at 0 counts as 0.
fn times_slope(unit: Unit, z: &Lane, value: &Lane, delta: &mut Lane) {
    match unit {
        Unit::Identity => {}
        Unit::Sigmoid => {
            for p in 0..BLOCK {
                delta[p] *= value[p] * (1.0 - value[p]);
            }
        }
        Unit::Tanh => {
            for p in 0..BLOCK {
                delta[p] *= 1.0 - value[p] * value[p];
            }
        }
        Unit::Relu => {
            for p in 0..BLOCK {
                delta[p] = if z[p] > 0.0 { delta[p] } else { 0.0 };
            }
        }
    }
}
