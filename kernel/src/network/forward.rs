//! Evaluates a network over any scalar: slow and simple, the reference for all faster evaluators.

use super::layer::Layer;
use super::model::Network;
use crate::numbers::{Failure, Scalar};

/// Returns the outputs of the network at these inputs.
///
/// - Exactness: that of the scalar, over the reals with the exact weights.
/// - Errors: the scalar's [`Failure`]; [`Failure::Undefined`] for a wrong number of inputs.
pub fn forward<S: Scalar>(
    network: &Network,
    context: &S::Context,
    inputs: &[S],
) -> Result<Vec<S>, Failure> {
    if inputs.len() != network.inputs().len() {
        return Err(Failure::Undefined);
    }
    let mut values = inputs.to_vec();
    for layer in network.layers() {
        values = layer_forward(layer, context, &values)?;
    }
    Ok(values)
}

/// The units of one layer. Every column of the layer is an index into `inputs`.
fn layer_forward<S: Scalar>(
    layer: &Layer,
    context: &S::Context,
    inputs: &[S],
) -> Result<Vec<S>, Failure> {
    let mut preactivations = Vec::with_capacity(layer.rows());
    for (row, bias) in layer.bias().iter().enumerate() {
        let mut z = S::constant(context, bias);
        for (column, weight) in layer.weights().row(row) {
            z = z.add(&S::constant(context, weight).mul(&inputs[column])?);
            if z.is_too_long() {
                return Err(Failure::Inexact);
            }
        }
        preactivations.push(z);
    }
    let activation = layer.activation();
    preactivations
        .chunks(activation.rows_per_unit())
        .map(|rows| activation.combine(context, rows))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Matrix};
    use crate::numbers::Rational;
    use proptest::prelude::*;

    fn rationals(values: &[i64]) -> Vec<Rational> {
        values.iter().copied().map(Rational::from).collect()
    }

    type Parts<'a> = (&'a [&'a [i64]], &'a [i64], Activation);

    fn network(inputs: &[&str], layers: Vec<Parts>) -> Network {
        let layers: Vec<_> = layers
            .into_iter()
            .map(|(weights, bias, activation)| {
                let rows = weights.iter().map(|row| rationals(row)).collect();
                let weights = Matrix::from_dense(rows).expect("rectangular");
                Layer::new(weights, rationals(bias), activation).expect("fits")
            })
            .collect();
        let inputs = inputs.iter().map(ToString::to_string).collect();
        let last = layers.last().expect("a layer").units();
        let outputs = (0..last).map(|i| format!("z{i}")).collect();
        Network::new(inputs, outputs, layers).expect("fits")
    }

    proptest! {
        #[test]
        fn two_relus_make_the_absolute_difference(x in any::<i32>(), y in any::<i32>()) {
            // relu(x - y) + relu(y - x), shifted by 3 in the output.
            let net = network(&["x", "y"], vec![
                (&[&[1, -1], &[-1, 1]], &[0, 0], Activation::Relu),
                (&[&[1, 1]], &[3], Activation::Identity),
            ]);
            let (x, y) = (i64::from(x), i64::from(y));
            let expected = rationals(&[(x - y).abs() + 3]);
            prop_assert_eq!(forward(&net, &(), &rationals(&[x, y])), Ok(expected));
        }
    }

    #[test]
    fn maxout_groups_consecutive_rows() {
        let net = network(
            &["x"],
            vec![(
                &[&[1], &[-1], &[2], &[0]],
                &[0, 0, 0, 5],
                Activation::Maxout(2),
            )],
        );
        // max(x, -x) and max(2x, 5).
        assert_eq!(
            forward(&net, &(), &rationals(&[-3])),
            Ok(rationals(&[3, 5]))
        );
        assert_eq!(forward(&net, &(), &rationals(&[4])), Ok(rationals(&[4, 8])));
    }

    #[test]
    fn points_of_another_dimension_and_inexact_values_are_refused() {
        let net = network(&["x"], vec![(&[&[1]], &[0], Activation::Sigmoid)]);
        assert_eq!(
            forward(&net, &(), &rationals(&[1, 2])),
            Err(Failure::Undefined)
        );
        assert_eq!(forward(&net, &(), &rationals(&[1])), Err(Failure::Inexact));
        assert_eq!(
            forward(&net, &(), &rationals(&[0])),
            Ok(vec![Rational::ratio(1, 2)])
        );
    }
}
