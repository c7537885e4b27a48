//! The shape of a multilayer perceptron, and the conversion to and from exact networks.

use super::scaling::Scaling;
use crate::network::{Activation, Layer, Matrix, Network};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, exact_dyadic};

/// The most weights and bias terms that are trained.
pub const MAX_PARAMETERS: usize = 1_000_000;

/// The loss to minimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The mean of the squared errors over points and outputs.
    MeanSquares,
    /// The mean of −ln P(label), where P(inside) is the sigmoid of the last sum, called the logit.
    CrossEntropy,
}

impl Loss {
    /// Returns the name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::MeanSquares => "mean squared error",
            Self::CrossEntropy => "cross-entropy",
        }
    }
}

/// Why a shape cannot be trained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PerceptronError {
    /// An activation without the derivatives that descent needs, or without support.
    #[error("layer {layer}: {name} units cannot be trained; expected sigmoid, tanh or relu")]
    Activation {
        /// The layer, from 1.
        layer: usize,
        /// The activation.
        name: &'static str,
    },
    /// A layer without units.
    #[error("hidden layer {0} has no units")]
    Empty(usize),
    /// Too many parameters.
    #[error("at most {MAX_PARAMETERS} weights and bias terms can be trained, found {0}")]
    Size(usize),
    /// Cross-entropy with several outputs.
    #[error("a region needs one output, the network has {0}")]
    Outputs(usize),
    /// A weight beyond the range of floats.
    #[error("layer {0} has a weight beyond the range of floats")]
    Range(usize),
}

/// The activation of a unit, if training knows its derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Identity,
    Sigmoid,
    Tanh,
    Relu,
}

impl Unit {
    fn of(activation: &Activation, layer: usize) -> Result<Self, PerceptronError> {
        match activation {
            Activation::Identity => Ok(Self::Identity),
            Activation::Sigmoid => Ok(Self::Sigmoid),
            Activation::Tanh => Ok(Self::Tanh),
            Activation::Relu => Ok(Self::Relu),
            other => Err(PerceptronError::Activation {
                layer,
                name: other.name(),
            }),
        }
    }

    fn activation(self) -> Activation {
        match self {
            Self::Identity => Activation::Identity,
            Self::Sigmoid => Activation::Sigmoid,
            Self::Tanh => Activation::Tanh,
            Self::Relu => Activation::Relu,
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.activation().name()
    }
}

/// One layer of a perceptron: its position in the list of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub inputs: usize,
    pub units: usize,
    pub unit: Unit,
    /// Where its weights begin, row after row (one row a unit); the bias follows.
    pub weights: usize,
}

impl Part {
    pub fn bias(&self) -> usize {
        self.weights + self.inputs * self.units
    }

    pub fn end(&self) -> usize {
        self.bias() + self.units
    }
}

/// Where a layer has its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub inputs: usize,
    pub units: usize,
    pub weights: usize,
    pub bias: usize,
}

/// The shape of a multilayer perceptron, and its loss. The parameters are a separate list of
/// floats: layer after layer, the weights row by row, then the bias.
///
/// Invariant: there is a layer, no layer is empty, and cross-entropy has one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perceptron {
    parts: Vec<Part>,
    loss: Loss,
}

impl Perceptron {
    /// Returns the perceptron with these hidden layers and a linear output.
    ///
    /// - Errors: [`PerceptronError`].
    pub fn new(
        inputs: usize,
        hidden: &[usize],
        activation: &Activation,
        outputs: usize,
        loss: Loss,
    ) -> Result<Self, PerceptronError> {
        let unit = Unit::of(activation, 1)?;
        let layers = hidden.iter().map(|&units| (units, unit));
        let layers = layers.chain([(outputs, Unit::Identity)]);
        Self::of_layers(inputs, layers, loss)
    }

    /// Returns the perceptron of a network's shape, and its weights as the nearest floats.
    ///
    /// - Errors: [`PerceptronError`].
    pub fn of_network(network: &Network, loss: Loss) -> Result<(Self, Vec<f64>), PerceptronError> {
        let layers: Vec<(usize, Unit)> = (1..)
            .zip(network.layers())
            .map(|(place, layer)| Ok((layer.units(), Unit::of(layer.activation(), place)?)))
            .collect::<Result<_, _>>()?;
        let shape = Self::of_layers(network.inputs().len(), layers.into_iter(), loss)?;
        let mut parameters = vec![0.0; shape.parameters()];
        for (place, (part, layer)) in (1..).zip(shape.parts.iter().zip(network.layers())) {
            for row in 0..part.units {
                for (column, weight) in layer.weights().row(row) {
                    parameters[part.weights + row * part.inputs + column] =
                        estimate_rational(weight);
                }
            }
            for (row, bias) in layer.bias().iter().enumerate() {
                parameters[part.bias() + row] = estimate_rational(bias);
            }
            let found = &parameters[part.weights..part.end()];
            if !found.iter().all(|weight| weight.is_finite()) {
                return Err(PerceptronError::Range(place));
            }
        }
        Ok((shape, parameters))
    }

    fn of_layers(
        inputs: usize,
        layers: impl Iterator<Item = (usize, Unit)>,
        loss: Loss,
    ) -> Result<Self, PerceptronError> {
        let mut parts: Vec<Part> = Vec::new();
        let (mut width, mut end) = (inputs, 0_usize);
        for (units, unit) in layers {
            if units == 0 {
                return Err(PerceptronError::Empty(parts.len() + 1));
            }
            let size = width.saturating_add(1).saturating_mul(units);
            let part = Part {
                inputs: width,
                units,
                unit,
                weights: end,
            };
            end = end.saturating_add(size);
            if end > MAX_PARAMETERS {
                return Err(PerceptronError::Size(end));
            }
            width = units;
            parts.push(part);
        }
        if loss == Loss::CrossEntropy && width != 1 {
            return Err(PerceptronError::Outputs(width));
        }
        Ok(Self { parts, loss })
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns the loss to minimise.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.parts[0].inputs
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.last().units
    }

    /// The number of weights and bias terms.
    pub fn parameters(&self) -> usize {
        self.last().end()
    }

    pub(super) fn last(&self) -> &Part {
        &self.parts[self.parts.len() - 1]
    }

    /// Describes a parameter, as in `layer 1, unit 2, weight of input 1`; all count from 1.
    pub fn describe(&self, parameter: usize) -> String {
        for (place, part) in (1..).zip(&self.parts) {
            if parameter < part.bias() {
                let (row, column) = (
                    (parameter - part.weights) / part.inputs,
                    (parameter - part.weights) % part.inputs,
                );
                let (row, column) = (row + 1, column + 1);
                return format!("layer {place}, unit {row}, weight of input {column}");
            }
            if parameter < part.end() {
                return format!("layer {place}, unit {}, bias", parameter - part.bias() + 1);
            }
        }
        format!("parameter {parameter}")
    }

    /// Returns the network whose weights are exactly these floats.
    ///
    /// - Returns `None` if a parameter is not finite.
    ///
    /// - Panics: when the number of parameters or names is not that of the shape.
    pub(crate) fn plain_network(
        &self,
        parameters: &[f64],
        inputs: &[String],
        outputs: &[String],
    ) -> Option<Network> {
        let scaling = Scaling::none(self.inputs(), self.outputs());
        self.network(parameters, &scaling, (inputs, outputs), &Rational::ZERO)
    }

    /// Returns where each layer has its parameters: its inputs, its units, where the weights begin (a row for
    /// each unit) and where the biases begin.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = Place> {
        self.parts.iter().map(|part| Place {
            inputs: part.inputs,
            units: part.units,
            weights: part.weights,
            bias: part.bias(),
        })
    }

    /// Returns the network whose weights are exactly these floats, with the scaling of inputs and
    /// outputs multiplied in. With cross-entropy and a linear output, `threshold` is added, so that
    /// the output is at least the threshold exactly where the logit is at least 0.
    ///
    /// - Returns `None` if a parameter is not finite.
    ///
    /// - Panics: when the number of parameters or names is not that of the shape.
    pub(super) fn network(
        &self,
        parameters: &[f64],
        scaling: &Scaling,
        names: (&[String], &[String]),
        threshold: &Rational,
    ) -> Option<Network> {
        assert_eq!(parameters.len(), self.parameters(), "one float for each");
        let exact: Vec<Rational> = parameters
            .iter()
            .map(|value| exact_dyadic(*value)?.to_rational())
            .collect::<Option<_>>()?;
        let mut layers = Vec::with_capacity(self.parts.len());
        for (place, part) in self.parts.iter().enumerate() {
            let mut rows: Vec<Vec<Rational>> = exact[part.weights..part.bias()]
                .chunks(part.inputs)
                .map(<[Rational]>::to_vec)
                .collect();
            let mut bias = exact[part.bias()..part.end()].to_vec();
            if place == 0 {
                scaling.unscale_first_layer(&mut rows, &mut bias);
            }
            if place + 1 == self.parts.len() && part.unit == Unit::Identity {
                match self.loss {
                    Loss::MeanSquares => scaling.unscale_last_layer(&mut rows, &mut bias),
                    Loss::CrossEntropy => {
                        for b in &mut bias {
                            *b = &*b + threshold;
                        }
                    }
                }
            }
            let weights = Matrix::from_dense(rows).expect("rows of one length");
            let layer = Layer::new(weights, bias, part.unit.activation());
            layers.push(layer.expect("a bias for each row"));
        }
        let (inputs, outputs) = names;
        let network = Network::new(inputs.to_vec(), outputs.to_vec(), layers);
        Some(network.expect("names for the shape"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted_and_described() {
        let shape = Perceptron::new(2, &[3], &Activation::Tanh, 1, Loss::MeanSquares);
        let shape = shape.expect("fits");
        assert_eq!(shape.parameters(), 13);
        assert_eq!(shape.describe(3), "layer 1, unit 2, weight of input 2");
        assert_eq!(shape.describe(8), "layer 1, unit 3, bias");
        assert_eq!(shape.describe(12), "layer 2, unit 1, bias");
    }

    #[test]
    fn shapes_that_cannot_be_trained_are_refused() {
        let shape = |hidden: &[usize], activation: &Activation, outputs| {
            Perceptron::new(2, hidden, activation, outputs, Loss::CrossEntropy)
                .expect_err("refused")
                .to_string()
        };
        assert_eq!(
            shape(&[3, 0], &Activation::Relu, 1),
            "hidden layer 2 has no units"
        );
        assert_eq!(
            shape(&[3], &Activation::Heaviside, 1),
            "layer 1: heaviside units cannot be trained; expected sigmoid, tanh or relu"
        );
        assert_eq!(
            shape(&[3], &Activation::Relu, 2),
            "a region needs one output, the network has 2"
        );
        assert!(shape(&[2000, 2000], &Activation::Relu, 1).contains("can be trained, found"));
        assert!(shape(&[usize::MAX, 5], &Activation::Relu, 1).contains("can be trained, found"));
    }
}
