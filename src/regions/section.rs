//! Networks along a segment, a plane or another flat section of their inputs: exact.

use crate::network::{Layer, Matrix, Network, NetworkError};
use crate::numbers::Rational;

/// A flat piece of the input space: `point + sum of t_k · direction_k`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The names of the parameters `t_k`.
    pub names: Vec<String>,
    /// Where all parameters are 0.
    pub point: Vec<Rational>,
    /// For each parameter, how the point moves.
    pub directions: Vec<Vec<Rational>>,
}

impl Section {
    /// Returns the segment from one point (`t` = 0) to another (`t` = 1).
    pub fn between(from: &[Rational], to: &[Rational]) -> Self {
        Self {
            names: vec!["t".into()],
            point: from.to_vec(),
            directions: vec![to.iter().zip(from).map(|(b, a)| b - a).collect()],
        }
    }
}

/// Returns the network as a function of the section's parameters.
///
/// - Exactness: exact; the first affine map is composed with the section.
/// - Errors: [`NetworkError::Inputs`] where the section has another number of coordinates than
///   the network has inputs.
pub fn restrict(network: &Network, section: &Section) -> Result<Network, NetworkError> {
    let first = &network.layers()[0];
    let expects = first.inputs();
    let sizes = section.directions.iter().map(Vec::len);
    if let Some(inputs) = sizes.chain([section.point.len()]).find(|&n| n != expects) {
        return Err(NetworkError::Inputs { expects, inputs });
    }
    let along = |row: usize, values: &[Rational]| -> Rational {
        first
            .weights()
            .row(row)
            .map(|(column, w)| w * &values[column])
            .sum()
    };
    let rows = (0..first.rows())
        .map(|row| section.directions.iter().map(|d| along(row, d)).collect())
        .collect();
    let bias = first.bias().iter().enumerate();
    let bias = bias
        .map(|(row, b)| b + along(row, &section.point))
        .collect();
    let weights = Matrix::from_dense(rows).expect("a weight for each parameter");
    let layer = Layer::new(weights, bias, first.activation().clone()).expect("the same rows");
    let mut layers = network.layers().to_vec();
    layers[0] = layer;
    Network::new(section.names.clone(), network.outputs().to_vec(), layers)
}
