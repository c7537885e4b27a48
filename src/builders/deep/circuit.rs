//! Relu units layer by layer: how a builder carries values to the next layer.

use std::collections::BTreeMap;

use crate::builders::assemble::{LayerBuilder, network};
use crate::expr::Target;
use crate::network::{Activation, Layer, Network};
use crate::numbers::Rational;

/// An affine combination of the units of a layer, or of the inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    terms: BTreeMap<usize, Rational>,
    constant: Rational,
}

impl Form {
    /// Returns one unit.
    pub fn unit(unit: usize) -> Self {
        Self {
            terms: BTreeMap::from([(unit, Rational::ONE)]),
            constant: Rational::ZERO,
        }
    }

    /// Returns a constant.
    pub fn constant(constant: Rational) -> Self {
        Self {
            terms: BTreeMap::new(),
            constant,
        }
    }

    /// Is it constant?
    pub fn is_constant(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns `self + factor · other`.
    #[must_use]
    pub fn plus(mut self, factor: &Rational, other: &Self) -> Self {
        for (unit, weight) in &other.terms {
            let sum = self.terms.remove(unit).unwrap_or_default() + factor * weight;
            if !sum.is_zero() {
                self.terms.insert(*unit, sum);
            }
        }
        self.constant = self.constant + factor * &other.constant;
        self
    }

    /// Returns `self + constant`.
    #[must_use]
    pub fn plus_constant(mut self, constant: &Rational) -> Self {
        self.constant = self.constant + constant;
        self
    }

    /// Returns `factor · self`.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        Self::default().plus(factor, self)
    }
}

/// A relu network under construction. The forms that it takes are over the last finished layer (at first,
/// the inputs); the forms that it returns are over the layer under construction.
pub struct Circuit {
    hidden: Vec<Layer>,
    layer: LayerBuilder,
}

impl Circuit {
    /// Starts above this many inputs.
    pub fn new(inputs: usize) -> Self {
        Self {
            hidden: Vec::new(),
            layer: LayerBuilder::new(inputs),
        }
    }

    /// Adds the unit `relu(form)`.
    pub fn relu(&mut self, form: Form) -> Form {
        let unit = self.layer.units();
        self.layer.unit(form.terms, form.constant);
        Form::unit(unit)
    }

    /// Carries a value that is at least `low` to the next layer, by one unit at most.
    pub fn carry(&mut self, form: &Form, low: &Rational) -> Form {
        if form.is_constant() {
            return form.clone();
        }
        let above = self.relu(form.clone().plus_constant(&-low));
        above.plus_constant(low)
    }

    /// Finishes the layer under construction.
    pub fn next_layer(&mut self) {
        let above = LayerBuilder::new(self.layer.units());
        let layer = std::mem::replace(&mut self.layer, above);
        self.hidden.push(layer.finish(Activation::Relu));
    }

    /// Returns the network whose output is a form over the last finished layer.
    pub fn finish(self, target: &Target, output: &Form) -> Network {
        let units = self.hidden.last().map(Layer::units);
        let columns = units.unwrap_or(target.inputs().len());
        let weight = |unit| output.terms.get(&unit).cloned().unwrap_or_default();
        let weights: Vec<Rational> = (0..columns).map(weight).collect();
        network(target, self.hidden, weights, output.constant.clone())
    }
}
