//! Outputs in floats, for searches and plots: estimates without a guarantee.

use super::activation::Activation;
use super::model::Network;
use super::reduced::{Reduced, SumView};
use crate::numbers::Scalar;
use crate::numbers::estimate::{Estimate, estimate_dyadic, estimate_rational};

/// Evaluates the nominal outputs at a point, using `values` as memory.
pub fn estimate_outputs(network: &Reduced, point: &[f64], values: &mut Vec<f64>) -> Vec<f64> {
    values.clear();
    values.extend_from_slice(point);
    let total = |sum: SumView<'_>, values: &[f64]| {
        sum.terms
            .iter()
            .fold(estimate_dyadic(sum.bias), |total, (variable, c)| {
                total + estimate_dyadic(*c) * values[*variable as usize]
            })
    };
    for k in 0..network.units() {
        let unit = network.unit(k);
        let z = total(unit.sum, values);
        values.push(Estimate(z).apply(unit.function).map_or(f64::NAN, |v| v.0));
    }
    (0..network.outputs())
        .map(|k| total(network.output(k), values))
        .collect()
}

/// A layer in floats.
#[derive(Clone, Debug)]
pub struct LayerEstimate {
    /// The number of inputs of the layer.
    pub inputs: usize,
    /// For each row, the bias, and columns with weights.
    pub rows: Vec<(f64, Vec<(usize, f64)>)>,
    /// The activation of the units.
    pub activation: Activation,
}

impl LayerEstimate {
    /// Returns the layers of a network.
    pub fn of(network: &Network) -> Vec<Self> {
        let layer = |layer: &super::Layer| Self {
            inputs: layer.inputs(),
            rows: layer
                .bias()
                .iter()
                .enumerate()
                .map(|(row, bias)| {
                    let weights = layer.weights().row(row);
                    let weights = weights.map(|(column, w)| (column, estimate_rational(w)));
                    (estimate_rational(bias), weights.collect())
                })
                .collect(),
            activation: layer.activation().clone(),
        };
        network.layers().iter().map(layer).collect()
    }

    /// Returns the values of the layer's units from the values of the layer below; NaN where there
    /// is none.
    pub fn values(&self, inputs: &[f64]) -> Vec<f64> {
        let sum = |(bias, weights): &(f64, Vec<(usize, f64)>)| {
            let terms = weights.iter();
            Estimate(terms.fold(*bias, |sum, (column, w)| sum + w * inputs[*column]))
        };
        let sums: Vec<Estimate> = self.rows.iter().map(sum).collect();
        sums.chunks(self.activation.rows_per_unit())
            .map(|rows| {
                let value = self.activation.combine(&(), rows);
                value.map_or(f64::NAN, |value| value.0)
            })
            .collect()
    }
}
