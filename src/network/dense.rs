//! Networks from dense matrices, and back: the door for programs that hold their weights in nalgebra.
//!
//! A layer is a matrix of weights, a vector of bias terms and an activation. Weights are floats, each of
//! which is an exact number, or rational numbers.

use nalgebra::{DMatrix, DVector, Scalar};

use super::{
    Activation, Layer, LayerError, MatrixBuilder, MatrixError, Network, NetworkError, numbered,
};
use crate::numbers::{Float64, Rational};

/// Weights (a row for each unit), bias terms, activation.
pub type DenseLayer<T> = (DMatrix<T>, DVector<T>, Activation);

/// A number that a layer may hold: `f64` or [`Rational`].
pub trait DenseNumber: Scalar + sealed::Exact {}

impl DenseNumber for f64 {}
impl DenseNumber for Rational {}

mod sealed {
    use super::{Float64, NotFinite, Rational};

    pub trait Exact {
        fn exact(&self) -> Result<Rational, NotFinite>;
    }

    impl Exact for f64 {
        fn exact(&self) -> Result<Rational, NotFinite> {
            let float = Float64::from_bits(self.to_bits()).ok_or(NotFinite(*self))?;
            Ok(float.to_rational())
        }
    }

    impl Exact for Rational {
        fn exact(&self) -> Result<Rational, NotFinite> {
            Ok(self.clone())
        }
    }
}

/// An infinity or NaN.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("expected a finite number, found {0}")]
pub struct NotFinite(pub f64);

/// Why matrices do not make a network. Layers count from 1; rows and columns from 0, as in the matrix.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DenseError {
    /// A weight is not finite.
    #[error("layer {layer}, row {row}, column {column} of the weights: {source}")]
    Weight {
        /// The layer.
        layer: usize,
        /// The row of the weight.
        row: usize,
        /// The column of the weight.
        column: usize,
        /// What it is.
        source: NotFinite,
    },
    /// A bias term is not finite.
    #[error("layer {layer}, row {row} of the bias: {source}")]
    Bias {
        /// The layer.
        layer: usize,
        /// The row of the term.
        row: usize,
        /// What it is.
        source: NotFinite,
    },
    /// A layer does not see as many values as the one before gives.
    #[error("layer {layer}: expected {expected} columns of weights, found {found}")]
    Columns {
        /// The layer.
        layer: usize,
        /// The units of the layer before.
        expected: usize,
        /// The columns of its weights.
        found: usize,
    },
    /// A layer has another number of bias terms than rows of weights.
    #[error("layer {layer}: expected {expected} bias terms, found {found}")]
    BiasTerms {
        /// The layer.
        layer: usize,
        /// The rows of its weights.
        expected: usize,
        /// Its bias terms.
        found: usize,
    },
    /// Weights and activation do not fit together.
    #[error("layer {layer}: {source}")]
    Layer {
        /// The layer.
        layer: usize,
        /// What is wrong.
        source: LayerError,
    },
    /// A matrix is too large.
    #[error("layer {layer}: {source}")]
    Matrix {
        /// The layer.
        layer: usize,
        /// What is wrong.
        source: MatrixError,
    },
    /// There is no layer, or names do not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Networks as lists of dense layers.
pub trait DenseLayers: Sized {
    /// Returns the network with these layers, first to last; the last gives the outputs. The inputs are
    /// named `x` (`x1`, `x2`, ... where there are several), the outputs `y`, as those of imported files.
    ///
    /// - Exactness: exact; a float is the rational number that its bits say.
    /// - Errors: [`DenseError`].
    ///
    /// ```
    /// use nalgebra::{DMatrix, DVector};
    /// use steeple::network::{Activation, DenseLayers, Network, forward};
    /// use steeple::numbers::Rational;
    ///
    /// // |x| = relu(x) + relu(-x), with the float 0.1 added.
    /// let network = Network::from_layers(vec![
    ///     (
    ///         DMatrix::from_row_slice(2, 1, &[1.0, -1.0]),
    ///         DVector::from_vec(vec![0.0, 0.0]),
    ///         Activation::Relu,
    ///     ),
    ///     (
    ///         DMatrix::from_row_slice(1, 2, &[1.0, 1.0]),
    ///         DVector::from_vec(vec![0.1]),
    ///         Activation::Identity,
    ///     ),
    /// ])?;
    /// assert_eq!((network.inputs(), network.outputs()), (&["x".into()][..], &["y".into()][..]));
    /// let at_zero = forward(&network, &(), &[Rational::ZERO]).expect("a value");
    /// assert_eq!(at_zero[0].to_string(), "3602879701896397/36028797018963968");
    /// # Ok::<(), steeple::network::DenseError>(())
    /// ```
    fn from_layers<T: DenseNumber>(layers: Vec<DenseLayer<T>>) -> Result<Self, DenseError>;

    /// Returns the network as [`DenseLayers::from_layers`] does, with these names.
    ///
    /// - Errors: [`DenseError`].
    ///
    /// ```
    /// use nalgebra::{DMatrix, DVector};
    /// use steeple::network::{Activation, DenseLayers, Network, forward};
    /// use steeple::numbers::Rational;
    ///
    /// // A third of the sum: no float is 1/3, a rational number is.
    /// let third = DMatrix::from_element(1, 2, Rational::ratio(1, 3));
    /// let zero = DVector::from_element(1, Rational::ZERO);
    /// let names = |list: &[&str]| list.iter().map(|name| name.to_string()).collect();
    /// let layers = vec![(third, zero, Activation::Identity)];
    /// let network = Network::from_named_layers(names(&["left", "right"]), names(&["mean"]), layers)?;
    /// let point = [Rational::ONE, Rational::ONE];
    /// assert_eq!(forward(&network, &(), &point), Ok(vec![Rational::ratio(2, 3)]));
    /// # Ok::<(), steeple::network::DenseError>(())
    /// ```
    fn from_named_layers<T: DenseNumber>(
        inputs: Vec<String>,
        outputs: Vec<String>,
        layers: Vec<DenseLayer<T>>,
    ) -> Result<Self, DenseError>;

    /// Returns the layers of the network, zeros included.
    ///
    /// - Exactness: exact.
    /// - Memory: a network is stored without its zeros, and may be much larger as dense layers.
    ///
    /// ```
    /// use steeple::builders::{BuilderName, Parameters, build};
    /// use steeple::certificate::Norm;
    /// use steeple::expr::{Domain, parse_target};
    /// use steeple::network::{DenseLayers, Network};
    /// use steeple::numbers::estimate::estimate_rational;
    ///
    /// let target = parse_target(&["x^2"], None)?;
    /// let domain = Domain::parse("x=0..1")?;
    /// let cells = Parameters { cells: Some(vec![4]), ..Parameters::default() };
    /// let network = build(BuilderName::Interpolant, &cells, &target, &domain, Norm::Sup)?.network;
    /// let layers = network.to_layers();
    /// let floats: Vec<_> = layers.iter().map(|(weights, _, _)| weights.map(|w| estimate_rational(&w))).collect();
    /// assert_eq!((floats[0].shape(), floats[1].shape()), ((4, 1), (1, 4)));
    /// // The slopes of the first piece, and how much each next one is steeper.
    /// assert_eq!(floats[1].as_slice(), [0.25, 0.5, 0.5, 0.5]);
    /// assert_eq!(Network::from_layers(layers)?.layers(), network.layers());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn to_layers(&self) -> Vec<DenseLayer<Rational>>;
}

impl DenseLayers for Network {
    fn from_layers<T: DenseNumber>(layers: Vec<DenseLayer<T>>) -> Result<Self, DenseError> {
        let layers = exact_layers(layers)?;
        let inputs = layers.first().map_or(0, Layer::inputs);
        let outputs = layers.last().map_or(0, Layer::units);
        Ok(Self::new(
            numbered("x", inputs),
            numbered("y", outputs),
            layers,
        )?)
    }

    fn from_named_layers<T: DenseNumber>(
        inputs: Vec<String>,
        outputs: Vec<String>,
        layers: Vec<DenseLayer<T>>,
    ) -> Result<Self, DenseError> {
        Ok(Self::new(inputs, outputs, exact_layers(layers)?)?)
    }

    fn to_layers(&self) -> Vec<DenseLayer<Rational>> {
        let dense = |layer: &Layer| {
            let mut weights = DMatrix::from_element(layer.rows(), layer.inputs(), Rational::ZERO);
            for row in 0..layer.rows() {
                for (column, weight) in layer.weights().row(row) {
                    weights[(row, column)] = weight.clone();
                }
            }
            let bias = DVector::from_iterator(layer.rows(), layer.bias().iter().cloned());
            (weights, bias, layer.activation().clone())
        };
        self.layers().iter().map(dense).collect()
    }
}

/// Returns the layers, each of which sees what the one before gives.
fn exact_layers<T: DenseNumber>(layers: Vec<DenseLayer<T>>) -> Result<Vec<Layer>, DenseError> {
    if layers.is_empty() {
        return Err(NetworkError::NoLayers.into());
    }
    let mut exact: Vec<Layer> = Vec::with_capacity(layers.len());
    for (before, dense) in layers.into_iter().enumerate() {
        let expected = exact.last().map(Layer::units);
        exact.push(exact_layer(before + 1, expected, dense)?);
    }
    Ok(exact)
}

fn exact_layer<T: DenseNumber>(
    layer: usize,
    expected: Option<usize>,
    (weights, bias, activation): DenseLayer<T>,
) -> Result<Layer, DenseError> {
    let (rows, found) = weights.shape();
    if let Some(expected) = expected.filter(|expected| *expected != found) {
        return Err(DenseError::Columns {
            layer,
            expected,
            found,
        });
    }
    if bias.len() != rows {
        return Err(DenseError::BiasTerms {
            layer,
            expected: rows,
            found: bias.len(),
        });
    }
    let matrix = |source| DenseError::Matrix { layer, source };
    let mut builder = MatrixBuilder::new(found);
    for (row, weights) in weights.row_iter().enumerate() {
        let mut known = Vec::new();
        for (column, weight) in weights.iter().enumerate() {
            let weight = weight.exact().map_err(|source| DenseError::Weight {
                layer,
                row,
                column,
                source,
            })?;
            if !weight.is_zero() {
                known.push((column, builder.weight(weight).map_err(matrix)?));
            }
        }
        builder.push_known(&known).map_err(matrix)?;
    }
    let bias = bias.iter().enumerate().map(|(row, term)| {
        let term = term.exact();
        term.map_err(|source| DenseError::Bias { layer, row, source })
    });
    let bias = bias.collect::<Result<Vec<_>, _>>()?;
    Layer::new(builder.finish(), bias, activation)
        .map_err(|source| DenseError::Layer { layer, source })
}

#[cfg(test)]
mod tests {
    use super::sealed::Exact;
    use super::*;
    use crate::network::forward;
    use proptest::prelude::*;

    fn layer(rows: usize, columns: usize, value: f64) -> DenseLayer<f64> {
        (
            DMatrix::from_element(rows, columns, value),
            DVector::from_element(rows, 0.0),
            Activation::Relu,
        )
    }

    fn refused(layers: Vec<DenseLayer<f64>>) -> String {
        let error = Network::from_layers(layers).expect_err("refused");
        error.to_string()
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        let mut hole = layer(3, 2, 0.5);
        hole.0[(2, 1)] = f64::NAN;
        assert_eq!(
            refused(vec![layer(2, 1, 1.0), hole]),
            "layer 2, row 2, column 1 of the weights: expected a finite number, found NaN"
        );
        let mut bias = layer(1, 1, 0.5);
        bias.1[0] = f64::NEG_INFINITY;
        assert_eq!(
            refused(vec![bias]),
            "layer 1, row 0 of the bias: expected a finite number, found -inf"
        );
        let mut short = layer(3, 2, 1.0);
        short.1 = DVector::from_element(2, 0.0);
        assert_eq!(
            refused(vec![short]),
            "layer 1: expected 3 bias terms, found 2"
        );
        assert_eq!(
            refused(vec![layer(3, 2, 1.0), layer(1, 4, 1.0)]),
            "layer 2: expected 3 columns of weights, found 4"
        );
        let mut maxout = layer(3, 2, 1.0);
        maxout.2 = Activation::Maxout(2);
        assert_eq!(
            refused(vec![maxout]),
            "layer 1: 3 rows of weights do not divide into maxout units of rank 2"
        );
        assert_eq!(refused(Vec::new()), "a network needs at least one layer");
        assert_eq!(
            refused(vec![layer(1, 0, 1.0)]),
            "a network needs at least one input"
        );
        let names = |letter| numbered(letter, 2);
        let error = Network::from_named_layers(names("x"), names("y"), vec![layer(1, 2, 1.0)]);
        assert_eq!(
            error.expect_err("one output").to_string(),
            "layer 1 gives 1 outputs, the network names 2"
        );
    }

    proptest! {
        #[test]
        fn layers_come_back_and_compute_the_same(
            weights in proptest::collection::vec(-8i8..8, 8),
            point in [-9i8..9, -9i8..9],
        ) {
            let floats = |range: std::ops::Range<usize>| {
                weights[range].iter().map(|w| f64::from(*w) / 4.0).collect::<Vec<_>>()
            };
            // Two inputs, two units, one output.
            let (first, last) = (floats(0..4), floats(6..8));
            let network = Network::from_layers(vec![
                (
                    DMatrix::from_row_slice(2, 2, &first),
                    DVector::from_vec(floats(4..6)),
                    Activation::Relu,
                ),
                (
                    DMatrix::from_row_slice(1, 2, &last),
                    DVector::from_element(1, 0.5),
                    Activation::Identity,
                ),
            ])
            .expect("they fit");
            let back = Network::from_layers(network.to_layers()).expect("they fit");
            prop_assert_eq!(&back, &network);
            prop_assert_eq!(network.inputs(), ["x1", "x2"]);
            // All of it is exact in floats this small.
            let [x, y] = point.map(f64::from);
            let unit = |k: usize| {
                (first[2 * k] * x + first[2 * k + 1] * y + floats(4..6)[k]).max(0.0)
            };
            let expected = last[0] * unit(0) + last[1] * unit(1) + 0.5;
            let found = forward(&network, &(), &point.map(|value| Rational::from(i64::from(value)))).expect("a value");
            prop_assert_eq!(&found, &vec![expected.exact().expect("finite")]);
        }
    }
}
