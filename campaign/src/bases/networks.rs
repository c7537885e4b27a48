//! Networks from short texts, built networks, and networks with an error in them.

use steeple::builders::{BuilderName, Parameters, build};
use steeple::certificate::Norm;
use steeple::expr::{Domain, parse_target};
use steeple::network::{Activation, Layer, Matrix, Network};
use steeple::numbers::{Rational, literal};

use crate::random::Choices;

/// The number of damaged networks of a base.
const DAMAGED: u64 = 12;

/// Reads a number.
///
/// - Panics: when the text is not a number; texts are those of this package.
pub fn number(text: &str) -> Rational {
    literal::parse(text).expect("a number")
}

/// Returns a network from one line per layer: the activation, then `weight,weight:bias` for each
/// row.
///
/// - Panics: when a line does not describe a layer.
pub fn net(inputs: &[&str], layers: &[&str]) -> Network {
    let layers: Vec<Layer> = layers.iter().map(|line| layer(line)).collect();
    let outputs = layers.last().map_or(0, Layer::units);
    let outputs = (0..outputs).map(|k| format!("out{k}")).collect();
    let inputs = inputs.iter().map(ToString::to_string).collect();
    Network::new(inputs, outputs, layers).expect("layers that fit")
}

fn layer(line: &str) -> Layer {
    let (name, rows) = line.split_once(' ').expect("an activation and rows");
    let (mut weights, mut bias) = (Vec::new(), Vec::new());
    for row in rows.split(' ') {
        let (row, shift) = row.split_once(':').expect("weights and a bias");
        weights.push(row.split(',').map(number).collect());
        bias.push(number(shift));
    }
    let weights = Matrix::from_dense(weights).expect("rows of equal length");
    Layer::new(weights, bias, activation(name)).expect("a bias for each row")
}

fn activation(name: &str) -> Activation {
    let (name, parameter) = match name.split_once('(') {
        Some((name, rest)) => (name, Some(number(rest.trim_end_matches(')')))),
        None => (name, None),
    };
    match (name, parameter) {
        ("leaky-relu", Some(slope)) => Activation::LeakyRelu(slope),
        ("elu", Some(alpha)) => Activation::Elu(alpha),
        ("softplus", threshold) => Activation::Softplus(threshold),
        ("gelu", divisor) => Activation::Gelu(divisor),
        ("maxout", Some(rank)) => {
            let rank = rank.to_i64().and_then(|rank| usize::try_from(rank).ok());
            Activation::Maxout(rank.expect("a small rank"))
        }
        (name, _) => Activation::from_name(name).expect("an activation"),
    }
}

/// Returns a built network.
///
/// - Panics: when the builder refuses.
pub fn built(
    name: BuilderName,
    parameters: &Parameters,
    formula: &str,
    domain: &str,
    norm: Norm,
) -> Network {
    let domain = Domain::parse(domain).expect("a domain");
    let target = parse_target(&[formula], Some(domain.names())).expect("a target");
    let found = build(name, parameters, &target, &domain, norm);
    found.expect("a network").network
}

/// Returns a network and damaged copies of it.
pub fn with_damaged(network: Network) -> Vec<Network> {
    let mut all = vec![network];
    for item in 0..DAMAGED {
        let mut choices = Choices::new(7, item);
        let damaged = damaged(&all[0], &mut choices);
        if let Some(damaged) = damaged.filter(|damaged| !all.contains(damaged)) {
            all.push(damaged);
        }
    }
    all
}

/// Returns a copy in which one weight, bias or activation differs.
fn damaged(network: &Network, choices: &mut Choices) -> Option<Network> {
    let mut layers = network.layers().to_vec();
    let which = choices.below(layers.len());
    let layer = &layers[which];
    let mut weights: Vec<Vec<Rational>> = Vec::new();
    for row in 0..layer.rows() {
        let mut dense = vec![Rational::ZERO; layer.inputs()];
        for (column, weight) in layer.weights().row(row) {
            dense[column] = weight.clone();
        }
        weights.push(dense);
    }
    let mut bias: Vec<Rational> = layer.bias().iter().cloned().collect();
    let mut activation = layer.activation().clone();
    let row = choices.below(weights.len());
    match choices.below(4) {
        0 => bias[row] = other(&bias[row], choices),
        1 => activation = other_activation(&activation),
        _ => {
            let column = choices.below(weights[row].len());
            weights[row][column] = other(&weights[row][column], choices);
        }
    }
    let weights = Matrix::from_dense(weights).ok()?;
    layers[which] = Layer::new(weights, bias, activation).ok()?;
    let names = (network.inputs().to_vec(), network.outputs().to_vec());
    Network::new(names.0, names.1, layers).ok()
}

/// Returns a number near another one, or 0, or its negative.
fn other(number: &Rational, choices: &mut Choices) -> Rational {
    let power = Rational::power_of_two(-choices.small(1, 30));
    match choices.below(6) {
        0 => Rational::ZERO,
        1 => -number,
        2 => number + &(number * &power),
        3 => number - &(number * &power),
        _ => number + power,
    }
}

fn other_activation(activation: &Activation) -> Activation {
    match activation {
        Activation::Relu => Activation::LeakyRelu(Rational::ratio(1, 64)),
        Activation::Sigmoid => Activation::Tanh,
        Activation::Tanh => Activation::Softsign,
        Activation::Heaviside => Activation::Sigmoid,
        Activation::Softplus(_) => Activation::Relu,
        Activation::Silu => Activation::Gelu(None),
        Activation::Gelu(_) => Activation::Silu,
        Activation::Elu(_) => Activation::Relu,
        Activation::LeakyRelu(_) => Activation::Relu,
        Activation::HardTanh => Activation::Tanh,
        other => other.clone(),
    }
}
