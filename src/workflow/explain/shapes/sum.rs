//! Sums of steps: what a unit of the second layer sees of the first.

use crate::network::{Activation, Layer};
use crate::numbers::Rational;
use crate::workflow::explain::formula::hardens;

/// A step: 1 where `weights · x + bias` is positive, else 0; and its factor in a sum.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) unit: usize,
    pub(super) weights: Vec<Rational>,
    pub(super) bias: Rational,
    pub(super) factor: Rational,
}

/// A sum of steps: what a unit of the second layer sees of the first.
#[derive(Clone, Debug)]
pub(super) struct StepSum {
    pub(super) steps: Vec<Step>,
    /// What is added to the steps.
    constant: Rational,
}

/// Does this activation become a step, or is it one?
pub(super) fn is_step(activation: &Activation) -> bool {
    hardens(activation) || *activation == Activation::Heaviside
}

impl StepSum {
    /// The sum of a row of the second layer, all factors positive: a step with a negative factor is 1 minus the
    /// step the other way. `None` without steps.
    pub(super) fn new(first: &Layer, second: &Layer, row: usize) -> Option<Self> {
        if !is_step(first.activation()) {
            return None;
        }
        let mut constant = second.bias().iter().nth(row)?.clone();
        let mut steps = Vec::new();
        for (unit, weight) in second.weights().row(row) {
            let mut weights = vec![Rational::ZERO; first.inputs()];
            for (column, value) in first.weights().row(unit) {
                weights[column] = value.clone();
            }
            let mut bias = first.bias().iter().nth(unit)?.clone();
            let mut factor = weight.clone();
            // tanh(z) is about 2 step(z) - 1.
            if *first.activation() == Activation::Tanh {
                constant = constant - &factor;
                factor = factor * Rational::from(2);
            }
            if weights.iter().all(Rational::is_zero) {
                if !bias.is_negative() {
                    constant = constant + factor;
                }
                continue;
            }
            if factor.is_negative() {
                constant = constant + &factor;
                factor = -factor;
                weights = weights.iter().map(|weight| -weight).collect();
                bias = -bias;
            }
            if !factor.is_zero() {
                steps.push(Step {
                    unit,
                    weights,
                    bias,
                    factor,
                });
            }
        }
        (!steps.is_empty()).then_some(Self { steps, constant })
    }

    /// Is the sum at least `threshold` where all steps are 1, and below it wherever one of them is 0?
    pub(super) fn is_and(&self, threshold: &Rational) -> bool {
        let all: Rational = self.steps.iter().map(|step| &step.factor).sum();
        let all = all + &self.constant;
        let least = self.steps.iter().map(|step| &step.factor).min();
        least.is_some_and(|least| all >= *threshold && &all - least < *threshold)
    }

    /// The same steps, each the other way round.
    pub(super) fn turned(&self) -> Self {
        let mut turned = self.clone();
        for step in &mut turned.steps {
            step.weights = step.weights.iter().map(|weight| -weight).collect();
            step.bias = -&step.bias;
        }
        turned
    }

    pub(super) fn units(&self) -> Vec<usize> {
        self.steps.iter().map(|step| step.unit + 1).collect()
    }
}
