//! Networks with a unit removed, differences of two networks, and the constant network.

use std::collections::BTreeMap;

use crate::network::{Activation, Layer, Matrix, MatrixBuilder, Network};
use crate::numbers::Rational;

/// A row of weights by column, and its bias.
type Row = (BTreeMap<usize, Rational>, Rational);

fn rows_of(layer: &Layer) -> Vec<Row> {
    let weights = layer.weights();
    let row = |(row, bias): (usize, &Rational)| {
        let entries = weights.row(row);
        let entries = entries.map(|(column, weight)| (column, weight.clone()));
        (entries.collect(), bias.clone())
    };
    layer.bias().iter().enumerate().map(row).collect()
}

fn layer_of(columns: usize, rows: Vec<Row>, activation: &Activation) -> Option<Layer> {
    let mut matrix = MatrixBuilder::new(columns);
    let mut bias = Vec::with_capacity(rows.len());
    for (entries, term) in rows {
        matrix.push_row(entries).ok()?;
        bias.push(term);
    }
    Layer::new(matrix.finish(), bias, activation.clone()).ok()
}

/// Returns the rows of a layer when one of its inputs is replaced by a constant.
fn replaced(layer: &Layer, input: usize, constant: &Rational) -> Vec<Row> {
    let mut rows = rows_of(layer);
    for (entries, bias) in &mut rows {
        if let Some(weight) = entries.remove(&input) {
            *bias = &*bias + &(&weight * constant);
        }
    }
    rows
}

/// Returns the network in which a unit of a hidden layer (from 0) is replaced by a constant.
///
/// - Exactness: exact. The unit stays, without weights that lead on.
pub fn without(
    network: &Network,
    layer: usize,
    unit: usize,
    constant: &Rational,
) -> Option<Network> {
    let mut layers = network.layers().to_vec();
    let next = layers.get(layer + 1)?;
    let rows = replaced(next, unit, constant);
    layers[layer + 1] = layer_of(next.inputs(), rows, next.activation())?;
    let (inputs, outputs) = (network.inputs().to_vec(), network.outputs().to_vec());
    Network::new(inputs, outputs, layers).ok()
}

/// Returns the network minus the one of [`without`]: the layers up to the unit are shared, and the later ones
/// stand side by side.
///
/// - Exactness: exact.
pub fn difference(
    network: &Network,
    layer: usize,
    unit: usize,
    constant: &Rational,
) -> Option<Network> {
    let all = network.layers();
    let outputs = network.outputs().len();
    let mut layers = all[..=layer].to_vec();
    let (last, later) = all[layer + 1..].split_last()?;
    // Are the layers so far two copies, side by side?
    let mut is_double = false;
    let both = |source: &Layer, is_double: bool| {
        let (mut rows, second) = if is_double {
            (rows_of(source), rows_of(source))
        } else {
            (rows_of(source), replaced(source, unit, constant))
        };
        let shift = if is_double { source.inputs() } else { 0 };
        rows.extend(second.into_iter().map(|(entries, bias)| {
            let entries = entries.into_iter();
            (entries.map(|(c, w)| (c + shift, w)).collect(), bias)
        }));
        let columns = source.inputs() + shift;
        layer_of(columns, rows, source.activation())
    };
    for source in later {
        layers.push(both(source, is_double)?);
        is_double = true;
    }
    layers.push(both(last, is_double)?);
    let minus: Vec<Row> = (0..outputs)
        .map(|k| {
            let entries = [(k, Rational::ONE), (k + outputs, -Rational::ONE)];
            (entries.into_iter().collect(), Rational::ZERO)
        })
        .collect();
    layers.push(layer_of(2 * outputs, minus, &Activation::Identity)?);
    let (inputs, outputs) = (network.inputs().to_vec(), network.outputs().to_vec());
    Network::new(inputs, outputs, layers).ok()
}

/// Returns the network of these inputs that is 1 everywhere.
pub fn one(inputs: &[String]) -> Option<Network> {
    let weights = Matrix::from_dense(vec![vec![Rational::ZERO; inputs.len()]]).ok()?;
    let layer = Layer::new(weights, vec![Rational::ONE], Activation::Identity).ok()?;
    Network::new(inputs.to_vec(), vec!["one".to_owned()], vec![layer]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{forward, json};

    /// Two hidden layers of relu units, two outputs.
    const NETWORK: &str = r#"{"steeple_network": 1, "inputs": ["x", "y"], "outputs": ["a", "b"], "layers": [
        {"activation": "relu", "weights": [["1", "-2"], ["3", "1"], ["-1", "0"]], "bias": ["1", "-1/2", "0"]},
        {"activation": "relu", "weights": [["2", "-1", "1"], ["1", "1", "-3"]], "bias": ["1/3", "0"]},
        {"activation": "identity", "weights": [["1", "-1"], ["2", "1/2"]], "bias": ["0", "7"]}]}"#;

    /// The outputs when a unit's value is replaced by hand.
    fn by_hand(
        network: &Network,
        place: (usize, usize),
        c: &Rational,
        at: &[Rational],
    ) -> Vec<Rational> {
        let mut values = at.to_vec();
        for (k, layer) in network.layers().iter().enumerate() {
            let rows = rows_of(layer).into_iter().map(|(entries, bias)| {
                let terms = entries.iter().map(|(column, w)| w * &values[*column]);
                bias + terms.sum::<Rational>()
            });
            let activation = layer.activation();
            let next = rows.map(|z| activation.apply(&(), &z).expect("exact"));
            values = next.collect();
            if k == place.0 {
                values[place.1] = c.clone();
            }
        }
        values
    }

    #[test]
    fn a_removed_unit_is_a_constant_and_the_difference_is_what_it_changes() {
        let network = json::read(NETWORK).expect("a network");
        let constant = Rational::ratio(2, 7);
        for place in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)] {
            let less = without(&network, place.0, place.1, &constant).expect("fits");
            let minus = difference(&network, place.0, place.1, &constant).expect("fits");
            for (x, y) in [(0, 0), (1, 2), (-3, 1), (2, -5)] {
                let at = [Rational::from(x), Rational::ratio(y, 3)];
                let wanted = by_hand(&network, place, &constant, &at);
                assert_eq!(forward(&less, &(), &at), Ok(wanted.clone()), "{place:?}");
                let all = forward(&network, &(), &at).expect("exact");
                let change = all.iter().zip(&wanted).map(|(a, b)| a - b).collect();
                assert_eq!(forward(&minus, &(), &at), Ok(change), "{place:?}");
            }
        }
    }
}
