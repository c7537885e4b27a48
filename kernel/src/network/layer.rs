//! One affine map and its activation.

use super::activation::Activation;
use super::matrix::Matrix;
use super::vector::Vector;
use crate::numbers::Rational;

/// Why weights, bias and activation do not make a layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// There is no row, and so no unit.
    #[error("a layer needs at least one unit")]
    NoUnits,
    /// The number of bias terms is not the number of rows.
    #[error("{rows} rows of weights need {rows} bias terms, found {bias}")]
    Bias {
        /// The number of rows.
        rows: usize,
        /// The number of bias terms.
        bias: usize,
    },
    /// The rows do not divide into units.
    #[error("{rows} rows of weights do not divide into maxout units of rank {rank}")]
    Rank {
        /// The number of rows.
        rows: usize,
        /// The rank of maxout.
        rank: usize,
    },
    /// The divisor of gelu is not positive.
    #[error("the divisor of gelu must be positive")]
    Divisor,
}

/// `activation(weights · x + bias)`; a maxout unit owns `rank` consecutive rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    weights: Matrix,
    bias: Vector,
    activation: Activation,
}

impl Layer {
    /// Returns the layer, if its parts fit together.
    ///
    /// - Errors: [`LayerError`].
    pub fn new(
        weights: Matrix,
        bias: Vec<Rational>,
        activation: Activation,
    ) -> Result<Self, LayerError> {
        Self::with_bias(weights, bias.into(), activation)
    }

    /// Returns the layer as [`Layer::new`] does.
    ///
    /// - Errors: [`LayerError`].
    pub fn with_bias(
        weights: Matrix,
        bias: Vector,
        activation: Activation,
    ) -> Result<Self, LayerError> {
        let (rows, rank) = (weights.rows(), activation.rows_per_unit());
        if rows == 0 {
            return Err(LayerError::NoUnits);
        }
        if bias.len() != rows {
            let bias = bias.len();
            return Err(LayerError::Bias { rows, bias });
        }
        if let Activation::Gelu(Some(divisor)) = &activation
            && !divisor.is_positive()
        {
            return Err(LayerError::Divisor);
        }
        if rows.checked_rem(rank) != Some(0) {
            return Err(LayerError::Rank { rows, rank });
        }
        Ok(Self {
            weights,
            bias,
            activation,
        })
    }

    /// The weights, one row per unit (`rank` rows for maxout).
    pub fn weights(&self) -> &Matrix {
        &self.weights
    }

    /// The bias of each row.
    pub fn bias(&self) -> &Vector {
        &self.bias
    }

    /// Returns the function that the units apply to their preactivations.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.weights.columns()
    }

    /// Returns the number of rows, that is, of preactivations.
    pub fn rows(&self) -> usize {
        self.weights.rows()
    }

    /// Returns the number of units, that is, of outputs.
    pub fn units(&self) -> usize {
        self.rows() / self.activation.rows_per_unit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(rows: usize, bias: usize, activation: Activation) -> Result<Layer, LayerError> {
        let weights = Matrix::from_dense(vec![vec![Rational::ONE; 2]; rows]).expect("rectangular");
        Layer::new(weights, vec![Rational::ZERO; bias], activation)
    }

    #[test]
    fn maxout_units_own_several_rows() {
        let maxout = layer(6, 6, Activation::Maxout(3)).expect("fits");
        assert_eq!((maxout.inputs(), maxout.rows(), maxout.units()), (2, 6, 2));
        let relu = layer(6, 6, Activation::Relu).expect("fits");
        assert_eq!(relu.units(), 6);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let refused = |result: Result<Layer, LayerError>| result.expect_err("refused").to_string();
        assert_eq!(layer(0, 0, Activation::Relu), Err(LayerError::NoUnits));
        assert_eq!(
            refused(layer(2, 3, Activation::Relu)),
            "2 rows of weights need 2 bias terms, found 3"
        );
        for rank in [0, 4] {
            assert_eq!(
                layer(6, 6, Activation::Maxout(rank)),
                Err(LayerError::Rank { rows: 6, rank })
            );
        }
    }
}
