//! Restricts networks exactly to a segment, a plane or another flat section of their inputs.

use crate::network::{Layer, Matrix, Network, NetworkError};
use crate::numbers::{AffineMap, Rational};

/// A flat piece of the input space, whose points have parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The names of the parameters.
    pub names: Vec<String>,
    /// Each input as a function of the parameters.
    pub inputs: Vec<AffineMap>,
}

impl Section {
    /// Returns the segment from one point (`t` = 0) to another (`t` = 1).
    pub fn between(from: &[Rational], to: &[Rational]) -> Self {
        let inputs = from.iter().zip(to);
        Self {
            names: vec!["t".into()],
            inputs: inputs
                .map(|(a, b)| AffineMap::new(vec![b - a], a.clone()))
                .collect(),
        }
    }
}

/// Returns the sums of a layer whose inputs are functions of the same variables.
pub fn sums(layer: &Layer, variables: usize, seen: &[AffineMap]) -> Vec<AffineMap> {
    (0..layer.rows())
        .map(|row| {
            let mut sum = AffineMap::number(variables, layer.bias()[row].clone());
            for (column, weight) in layer.weights().row(row) {
                sum.add(weight, &seen[column]);
            }
            sum
        })
        .collect()
}

/// Returns the network as a function of the section's parameters.
///
/// - Exactness: exact; the first affine map is composed with the section.
/// - Errors: [`NetworkError::Inputs`] if the section has another number of coordinates than
///   the network has inputs, or a coordinate is a function of another number of parameters.
pub fn restrict(network: &Network, section: &Section) -> Result<Network, NetworkError> {
    let first = &network.layers()[0];
    let parameters = section.names.len();
    let mut sizes = section.inputs.iter().map(|input| input.gradient().len());
    let wrong = match sizes.find(|&inputs| inputs != parameters) {
        Some(inputs) => Some((parameters, inputs)),
        None => Some((first.inputs(), section.inputs.len())),
    };
    if let Some((expects, inputs)) = wrong.filter(|(expects, inputs)| expects != inputs) {
        return Err(NetworkError::Inputs { expects, inputs });
    }
    let sums = sums(first, parameters, &section.inputs);
    let rows = sums.iter().map(|sum| sum.gradient().to_vec()).collect();
    let bias = sums.iter().map(|sum| sum.constant().clone()).collect();
    let weights = Matrix::from_dense(rows).expect("a weight for each parameter");
    let layer = Layer::new(weights, bias, first.activation().clone()).expect("the same rows");
    let mut layers = network.layers().to_vec();
    layers[0] = layer;
    Network::new(section.names.clone(), network.outputs().to_vec(), layers)
}
