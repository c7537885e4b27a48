//! The size of a network, in the field's terms.

use super::model::Network;
use crate::numbers::Rational;

/// Counts of layers, units and weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Layers before the last one, which gives the outputs.
    pub hidden_layers: usize,
    /// Units in hidden layers.
    pub units: usize,
    /// Units of the widest hidden layer; 0 without hidden layers.
    pub width: usize,
    /// Weights and bias terms of the dense form, zeros included, as in papers.
    pub parameters: usize,
    /// Nonzero weights and bias terms.
    pub nonzero_parameters: usize,
    /// The fraction of zeros among the weights (without bias terms), between 0 and 1.
    pub zero_weight_share: Rational,
    /// The largest absolute value of a weight (without bias terms).
    pub largest_weight: Rational,
}

/// Returns the size of a network; exact. Counts saturate at the machine's integers.
pub fn size(network: &Network) -> Size {
    let layers = network.layers();
    let hidden = &layers[..layers.len() - 1];
    let total = |count: &dyn Fn(&super::Layer) -> usize| {
        layers.iter().map(count).fold(0, usize::saturating_add)
    };
    let weights = total(&|layer| layer.rows().saturating_mul(layer.inputs()));
    let entries = total(&|layer| layer.weights().entries());
    let bias = total(&|layer| layer.rows());
    let nonzero_bias = total(&|layer| layer.bias().iter().filter(|b| !b.is_zero()).count());
    // A layer has a row and a column, so there are weights.
    let share = Rational::new(weights - entries, weights).unwrap_or_default();
    let largest = layers
        .iter()
        .flat_map(|layer| layer.weights().pool())
        .map(Rational::abs)
        .max();
    Size {
        hidden_layers: hidden.len(),
        units: hidden.iter().map(super::Layer::units).sum(),
        width: hidden.iter().map(super::Layer::units).max().unwrap_or(0),
        parameters: weights.saturating_add(bias),
        nonzero_parameters: entries + nonzero_bias,
        zero_weight_share: share,
        largest_weight: largest.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Layer, Matrix};

    fn layer(rows: &[&[i64]], bias: &[i64], activation: Activation) -> Layer {
        let rationals = |row: &[i64]| row.iter().copied().map(Rational::from).collect();
        let weights = Matrix::from_dense(rows.iter().map(|row| rationals(row)).collect());
        Layer::new(weights.expect("rectangular"), rationals(bias), activation).expect("fits")
    }

    #[test]
    fn counts_of_a_small_network() {
        let network = Network::new(
            vec!["x".into()],
            vec!["z".into()],
            vec![
                layer(&[&[1], &[-9], &[0]], &[0, 1, 99], Activation::Relu),
                layer(
                    &[&[1, 0, 2], &[0, 0, 3], &[1, 1, 1], &[4, 4, 4]],
                    &[0; 4],
                    Activation::Maxout(2),
                ),
                layer(&[&[1, 0]], &[5], Activation::Identity),
            ],
        )
        .expect("fits");
        let expected = Size {
            hidden_layers: 2,
            units: 5,
            width: 3,
            parameters: 3 + 3 + 12 + 4 + 2 + 1,
            nonzero_parameters: 2 + 2 + 9 + 1 + 1,
            zero_weight_share: Rational::ratio(5, 17),
            largest_weight: Rational::from(9),
        };
        assert_eq!(size(&network), expected);
    }

    #[test]
    fn one_layer_has_no_hidden_units() {
        let network = Network::new(
            vec!["x".into()],
            vec!["z".into()],
            vec![layer(&[&[0]], &[0], Activation::Identity)],
        )
        .expect("fits");
        let size = size(&network);
        assert_eq!((size.hidden_layers, size.units, size.width), (0, 0, 0));
        assert_eq!(size.zero_weight_share, Rational::ONE);
        assert_eq!(size.largest_weight, Rational::ZERO);
    }
}
