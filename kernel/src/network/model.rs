//! A network: named inputs, layers, named outputs. Checked when constructed, read-only afterwards.

use std::collections::HashSet;

use super::layer::Layer;

/// Why layers and names do not make a network. Layers count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// There is no layer.
    #[error("a network needs at least one layer")]
    NoLayers,
    /// There is no input.
    #[error("a network needs at least one input")]
    NoInputs,
    /// An input or output whose name is empty.
    #[error("name {position} of the {side} is empty")]
    EmptyName {
        /// `inputs` or `outputs`.
        side: &'static str,
        /// Its position among the names, from 1.
        position: usize,
    },
    /// Two inputs, or two outputs, have the same name.
    #[error("the {side} have the name `{name}` twice")]
    DuplicateName {
        /// `inputs` or `outputs`.
        side: &'static str,
        /// The name.
        name: String,
    },
    /// The first layer does not match the names of the inputs.
    #[error("layer 1 expects {expects} inputs, the network has {inputs}")]
    Inputs {
        /// The columns of the first layer.
        expects: usize,
        /// The number of input names.
        inputs: usize,
    },
    /// A layer does not match the one before it.
    #[error("layer {layer} expects {expects} inputs, layer {} gives {gives}", layer - 1)]
    Layers {
        /// The later layer.
        layer: usize,
        /// Its columns.
        expects: usize,
        /// The units of the layer before.
        gives: usize,
    },
    /// The last layer does not match the names of the outputs.
    #[error("layer {layer} gives {gives} outputs, the network names {outputs}")]
    Outputs {
        /// The last layer.
        layer: usize,
        /// Its units.
        gives: usize,
        /// The number of output names.
        outputs: usize,
    },
}

/// A feed-forward network with exact weights.
///
/// Invariant: there is at least one input and one layer; each layer has as many columns as the
/// layer before has units; names are nonempty, and distinct among the inputs and among the outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    inputs: Vec<String>,
    outputs: Vec<String>,
    layers: Vec<Layer>,
}

impl Network {
    /// Returns the network, if its parts fit together.
    ///
    /// - Errors: [`NetworkError`], the first in the order names, layers from first to last, outputs.
    ///
    /// ```
    /// use steeple_kernel::network::{Activation, Layer, Matrix, Network, forward};
    /// use steeple_kernel::numbers::Rational;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let weights = Matrix::from_dense(vec![vec![Rational::ratio(1, 3)]])?;
    /// let layer = Layer::new(weights, vec![Rational::ONE], Activation::Relu)?;
    /// let network = Network::new(vec!["x".into()], vec!["z".into()], vec![layer])?;
    /// let value = forward(&network, &(), &[Rational::from(2)]);
    /// assert_eq!(value, Ok(vec![Rational::ratio(5, 3)]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(
        inputs: Vec<String>,
        outputs: Vec<String>,
        layers: Vec<Layer>,
    ) -> Result<Self, NetworkError> {
        if inputs.is_empty() {
            return Err(NetworkError::NoInputs);
        }
        check_names("inputs", &inputs)?;
        check_names("outputs", &outputs)?;
        let (Some(first), Some(last)) = (layers.first(), layers.last()) else {
            return Err(NetworkError::NoLayers);
        };
        if first.inputs() != inputs.len() {
            return Err(NetworkError::Inputs {
                expects: first.inputs(),
                inputs: inputs.len(),
            });
        }
        for (i, pair) in layers.windows(2).enumerate() {
            let (gives, expects) = (pair[0].units(), pair[1].inputs());
            if gives != expects {
                return Err(NetworkError::Layers {
                    layer: i + 2,
                    expects,
                    gives,
                });
            }
        }
        if last.units() != outputs.len() {
            return Err(NetworkError::Outputs {
                layer: layers.len(),
                gives: last.units(),
                outputs: outputs.len(),
            });
        }
        Ok(Self {
            inputs,
            outputs,
            layers,
        })
    }

    /// The names of the inputs, in order.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The names of the outputs, in order.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// The layers, from first to last; the last gives the outputs.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Is some activation discontinuous?
    pub fn has_jumps(&self) -> bool {
        self.layers
            .iter()
            .any(|layer| layer.activation().has_jumps())
    }

    /// Is the network affine on each of finitely many pieces? It may jump between them.
    pub fn is_piecewise_linear(&self) -> bool {
        self.layers
            .iter()
            .all(|layer| layer.activation().is_piecewise_linear())
    }

    /// Returns, for each input of the network, its position in `wanted`; `None` unless both hold
    /// the same names.
    ///
    /// With values listed in the order of `wanted`, input `i` takes the value `order[i]`.
    pub fn input_order(&self, wanted: &[String]) -> Option<Vec<usize>> {
        if wanted.len() != self.inputs.len() {
            return None;
        }
        // The names are distinct, so as many distinct positions are all positions.
        self.inputs
            .iter()
            .map(|name| wanted.iter().position(|other| other == name))
            .collect()
    }
}

fn check_names(side: &'static str, names: &[String]) -> Result<(), NetworkError> {
    let mut seen = HashSet::new();
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            let position = i + 1;
            return Err(NetworkError::EmptyName { side, position });
        }
        if !seen.insert(name) {
            let name = name.clone();
            return Err(NetworkError::DuplicateName { side, name });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Matrix};
    use crate::numbers::Rational;

    fn layer(inputs: usize, units: usize, activation: Activation) -> Layer {
        let rows = vec![vec![Rational::ONE; inputs]; units];
        let weights = Matrix::from_dense(rows).expect("rectangular");
        Layer::new(weights, vec![Rational::ZERO; units], activation).expect("fits")
    }

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn network(inputs: &str, outputs: &str, shapes: &[(usize, usize)]) -> Result<Network, String> {
        let layers = shapes
            .iter()
            .map(|&(inputs, units)| layer(inputs, units, Activation::Relu))
            .collect();
        Network::new(names(inputs), names(outputs), layers).map_err(|error| error.to_string())
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let cases: [(&str, &str, &[_], &str); 8] = [
            ("", "z", &[(1, 1)], "a network needs at least one input"),
            ("x", "z", &[], "a network needs at least one layer"),
            ("x x", "z", &[(2, 1)], "the inputs have the name `x` twice"),
            ("x", "z z", &[(1, 2)], "the outputs have the name `z` twice"),
            (
                "x",
                "z",
                &[(2, 1)],
                "layer 1 expects 2 inputs, the network has 1",
            ),
            (
                "x",
                "z",
                &[(1, 2), (2, 3), (4, 1)],
                "layer 3 expects 4 inputs, layer 2 gives 3",
            ),
            (
                "x",
                "y z",
                &[(1, 1)],
                "layer 1 gives 1 outputs, the network names 2",
            ),
            (
                "x",
                "",
                &[(1, 1)],
                "layer 1 gives 1 outputs, the network names 0",
            ),
        ];
        for (inputs, outputs, shapes, message) in cases {
            assert_eq!(network(inputs, outputs, shapes), Err(message.to_owned()));
        }
        let empty = Network::new(vec![String::new()], names("z"), vec![]);
        assert_eq!(
            empty.expect_err("refused").to_string(),
            "name 1 of the inputs is empty"
        );
    }

    #[test]
    fn kinds_look_at_every_layer() {
        let kinds = |activations: [Activation; 2]| {
            let layers = activations.into_iter().map(|a| layer(1, 1, a)).collect();
            let network = Network::new(names("x"), names("z"), layers).expect("fits");
            (network.has_jumps(), network.is_piecewise_linear())
        };
        assert_eq!(
            kinds([Activation::Relu, Activation::Identity]),
            (false, true)
        );
        assert_eq!(
            kinds([Activation::Heaviside, Activation::Relu]),
            (true, true)
        );
        assert_eq!(kinds([Activation::Relu, Activation::Tanh]), (false, false));
    }

    #[test]
    fn inputs_are_found_by_name() {
        let network = network("x y t", "z", &[(3, 1)]).expect("fits");
        assert_eq!(network.input_order(&names("t x y")), Some(vec![1, 2, 0]));
        assert_eq!(network.input_order(&names("x y")), None);
        assert_eq!(network.input_order(&names("x y y")), None);
        assert_eq!(network.input_order(&names("x y s")), None);
    }
}
