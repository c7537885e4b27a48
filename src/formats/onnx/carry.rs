//! How a layer computes a unit of its own, and carries one of an earlier layer.
//!
//! A layer has one activation, and sees the layer before it only. So a value that is used later
//! is carried along, exactly: through relu as `relu(z) - relu(-z)` (or `relu(z)` where z >= 0),
//! through leaky relu with slope a as `(leaky(z) - leaky(-z)) / (1 + a)`, through maxout and
//! identity as it is, and through hard-tanh where |z| <= 1 is known. Nothing can be carried past
//! sigmoid, tanh and other smooth units.

use super::context::Unit;
use super::value::{Coefficient, Form};
use crate::network::Activation;
use crate::numbers::Rational;

/// Can a layer with this activation compute the unit?
pub fn can_compute(unit: &Unit, layer: &Activation) -> bool {
    match (&unit.activation, layer) {
        (Some(own), layer) if own == layer => true,
        (
            Some(Activation::Identity | Activation::LeakyRelu(_) | Activation::HardTanh),
            Activation::Relu,
        ) => true,
        _ => false,
    }
}

/// Rows of a layer, and what they give together: a form over these rows.
pub type Rows = (Vec<Vec<Form>>, Form);

fn row(weights: &[f64], bias: f64) -> Form {
    Form {
        bias: Coefficient::Float(bias),
        terms: (0..)
            .zip(weights.iter().map(|&w| Coefficient::Float(w)))
            .collect(),
    }
}

/// Returns how a layer computes a unit: its rows, and the form over them that is the unit.
pub fn compute(unit: &Unit, layer: &Activation) -> Rows {
    let z = || unit.rows[0].clone();
    match (&unit.activation, layer) {
        (Some(own), layer) if own == layer => (vec![unit.rows.clone()], row(&[1.0], 0.0)),
        (Some(Activation::LeakyRelu(slope)), _) => {
            let mut form = row(&[1.0, 1.0], 0.0);
            form.terms[1].1 = Coefficient::from(-slope);
            form.merge();
            (vec![vec![z()], vec![z().negated()]], form)
        }
        (Some(Activation::HardTanh), _) => {
            let shifted = |by: f64| vec![z().plus(&Form::constant(Coefficient::Float(by)))];
            (vec![shifted(1.0), shifted(-1.0)], row(&[1.0, -1.0], -1.0))
        }
        _ => (vec![vec![z()], vec![z().negated()]], row(&[1.0, -1.0], 0.0)),
    }
}

/// Returns how a layer carries a unit, if it can.
pub fn carry(units: &[Unit], unit: u32, layer: &Activation) -> Option<Rows> {
    let own = units[unit as usize].activation.as_ref();
    let is_positive = matches!(
        own,
        Some(
            Activation::Relu
                | Activation::Sigmoid
                | Activation::Heaviside
                | Activation::Softplus(_)
        )
    );
    let is_within_one = matches!(
        own,
        Some(
            Activation::HardTanh
                | Activation::Sigmoid
                | Activation::Heaviside
                | Activation::Tanh
                | Activation::Softsign
        )
    );
    let z = Form::unit(unit);
    let once = || Some((vec![vec![z.clone()]], row(&[1.0], 0.0)));
    match layer {
        Activation::Identity => once(),
        Activation::Maxout(rank) => Some((vec![vec![z; *rank]], row(&[1.0], 0.0))),
        Activation::Relu | Activation::LeakyRelu(_) if is_positive => once(),
        Activation::Relu => {
            let below = z.clone().negated();
            Some((vec![vec![z], vec![below]], row(&[1.0, -1.0], 0.0)))
        }
        Activation::LeakyRelu(slope) => {
            let share = (&Rational::ONE + slope).reciprocal()?;
            let below = z.clone().negated();
            let both = row(&[1.0, -1.0], 0.0).times(&share.into());
            Some((vec![vec![z], vec![below]], both))
        }
        Activation::HardTanh if is_within_one => once(),
        _ => None,
    }
}
