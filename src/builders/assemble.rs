//! Puts layers and networks together from the parts of builders: steps, gates, weighted sums.

use crate::expr::Target;
use crate::network::{Activation, Layer, MatrixBuilder, Network, Number, VectorBuilder, Weight};
use crate::numbers::Rational;

use super::parameters::Units;

/// The activation of these units.
pub fn activation(units: Units) -> Activation {
    match units {
        Units::Heaviside => Activation::Heaviside,
        Units::Sigmoid => Activation::Sigmoid,
        Units::Tanh => Activation::Tanh,
        Units::Relu => Activation::Relu,
    }
}

/// A layer under construction, row by row.
pub struct LayerBuilder {
    rows: MatrixBuilder,
    bias: VectorBuilder,
}

impl LayerBuilder {
    /// Starts a layer with this many inputs.
    pub fn new(inputs: usize) -> Self {
        Self {
            rows: MatrixBuilder::new(inputs),
            bias: VectorBuilder::default(),
        }
    }

    /// The number of units so far.
    pub fn units(&self) -> usize {
        self.bias.len()
    }

    /// Adds a unit; the columns increase.
    pub fn unit(&mut self, weights: impl IntoIterator<Item = (usize, Rational)>, bias: Rational) {
        let added = self.rows.push_row(weights);
        added.expect("builders give columns in order, within the layer");
        let bias = self.bias(bias);
        self.bias.push(bias);
    }

    /// Returns a name for a weight, for [`LayerBuilder::known_unit`].
    pub fn weight(&mut self, value: Rational) -> Weight {
        let weight = self.rows.weight(value);
        weight.expect("builders give fewer than 2^32 weights")
    }

    /// Returns a name for a bias, for [`LayerBuilder::known_unit`].
    pub fn bias(&mut self, value: Rational) -> Number {
        let number = self.bias.number(value);
        number.expect("builders give fewer than 2^32 units")
    }

    /// Adds a unit as [`LayerBuilder::unit`] does, from weights and a bias of this builder.
    pub fn known_unit(&mut self, weights: &[(usize, Weight)], bias: Number) {
        let added = self.rows.push_known(weights);
        added.expect("builders give columns in order, within the layer");
        self.bias.push(bias);
    }

    /// Adds the step in input `input` at `place`: `activation(w (x - place))`.
    pub fn step(&mut self, input: usize, place: &Rational, steepness: &Rational) {
        self.unit([(input, steepness.clone())], -(steepness * place));
    }

    /// Returns the layer.
    pub fn finish(self, activation: Activation) -> Layer {
        let layer = Layer::with_bias(self.rows.finish(), self.bias.finish(), activation);
        layer.expect("a layer with units of one row")
    }
}

/// Returns the network that adds up the last hidden layer with these weights, and a constant.
///
/// Without hidden layers it is that constant.
pub fn network(
    target: &Target,
    hidden: Vec<Layer>,
    weights: impl IntoIterator<Item = Rational>,
    constant: Rational,
) -> Network {
    let row = (weights.into_iter().enumerate(), constant);
    network_of_rows(target, hidden, [row], Activation::Identity)
}

/// Returns the network whose outputs are these rows: weights of the last hidden layer by unit, the
/// units increasing, and a constant.
pub fn network_of_rows<R: IntoIterator<Item = (usize, Rational)>>(
    target: &Target,
    hidden: Vec<Layer>,
    rows: impl IntoIterator<Item = (R, Rational)>,
    output: Activation,
) -> Network {
    let inputs = target.inputs().to_vec();
    let mut sum = LayerBuilder::new(hidden.last().map_or(inputs.len(), Layer::units));
    for (weights, constant) in rows {
        sum.unit(weights, constant);
    }
    let names = output_names(&inputs, sum.units());
    let mut layers = hidden;
    layers.push(sum.finish(output));
    Network::new(inputs, names, layers).expect("layers made to fit")
}

/// Returns names for outputs that differ from the names of the inputs: `z`, or `z1`, `z2` and so on.
pub(crate) fn output_names(inputs: &[String], count: usize) -> Vec<String> {
    let names = |stem: &str| -> Vec<String> {
        match count {
            1 => vec![stem.to_owned()],
            _ => (1..=count).map(|k| format!("{stem}{k}")).collect(),
        }
    };
    let stems = ["z", "f", "output"].into_iter();
    let mut free = stems
        .map(names)
        .filter(|names| names.iter().all(|name| !inputs.contains(name)));
    free.next().unwrap_or_else(|| names("network"))
}
