//! The diagram of a network.

use super::titles;
use crate::draw::{DiagramLayer, DiagramPicture, DiagramWeight};
use crate::network::{Activation, Network, size};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, short};
use crate::words::count;

/// Returns the diagram of a network.
pub fn diagram(network: &Network) -> DiagramPicture {
    let inputs = DiagramLayer {
        name: "inputs".into(),
        units: network
            .inputs()
            .iter()
            .map(|name| (name.clone(), String::new()))
            .collect(),
        weights: Vec::new(),
    };
    let layer_count = network.layers().len();
    let mut layers = vec![inputs];
    for (k, layer) in network.layers().iter().enumerate() {
        let is_last = k + 1 == layer_count;
        let rank = layer.activation().rows_per_unit();
        let bias = |unit: usize| {
            let rows = layer.bias().iter().skip(unit * rank).take(rank);
            rows.map(text).collect::<Vec<_>>().join(", ")
        };
        let units = (0..layer.units()).map(|unit| {
            let inside = if is_last && *layer.activation() == Activation::Identity {
                network.outputs()[unit].clone()
            } else {
                symbol(layer.activation()).to_string()
            };
            (inside, format!("bias {}", bias(unit)))
        });
        let weights = (0..layer.rows()).flat_map(|row| {
            layer
                .weights()
                .row(row)
                .map(move |(column, weight)| DiagramWeight {
                    from: column,
                    to: row / rank,
                    value: estimate_rational(weight),
                    text: text(weight),
                })
        });
        layers.push(DiagramLayer {
            name: if is_last {
                "output".into()
            } else {
                format!("{} {}", layer.units(), layer.activation().name())
            },
            units: units.collect(),
            weights: weights.filter(|weight| weight.value != 0.0).collect(),
        });
    }
    let size = size(network);
    DiagramPicture {
        title: titles::units(network),
        caption: format!(
            "{}, {}, {}. Within a layer, thicker lines are larger weights.",
            count(size.hidden_layers, "hidden layer"),
            count(size.units, "hidden unit"),
            count(size.nonzero_parameters, "nonzero parameter")
        ),
        layers,
    }
}

/// Returns a number in few characters; exact if that is short.
fn text(value: &Rational) -> String {
    let exact = value.to_string();
    let text = if exact.len() <= 6 {
        exact
    } else {
        short(estimate_rational(value))
    };
    text.replacen('-', "−", 1)
}

/// The symbol in a unit.
fn symbol(activation: &Activation) -> &'static str {
    match activation {
        Activation::Identity => "Σ",
        Activation::Heaviside => "H",
        Activation::Sigmoid => "σ",
        Activation::Tanh => "tanh",
        Activation::Relu => "relu",
        Activation::LeakyRelu(_) => "leaky",
        Activation::HardTanh => "hard",
        Activation::Softplus(_) => "soft+",
        Activation::Softsign => "soft±",
        Activation::Elu(_) => "elu",
        Activation::Silu => "silu",
        Activation::Gelu(_) => "gelu",
        Activation::Maxout(_) => "max",
    }
}
