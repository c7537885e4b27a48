//! Bounds of the errors of one operation in float arithmetic: a sum, a unit, an input (T40).

use super::FloatsError;
use crate::certificate::{FloatFormat, Floats, Summation};
use crate::network::activation::Activation;
use crate::network::reduced::reducer::units::abstraction_error;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::slope::lipschitz;
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Scalar};

/// A value of a unit in both arithmetics.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    /// Holds the real value and the float value.
    pub(super) range: Interval,
    /// A bound of their difference.
    pub(super) error: Dyadic,
    /// The part of it that the unit itself makes, which no smaller box makes smaller.
    pub(super) own: Dyadic,
}

/// Parts of the error of a sum, added up over terms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// Of the values: `Σ |w| E`.
    pub(super) error: Dyadic,
    /// Sizes of products that are rounded.
    pub(super) rounded: Dyadic,
    /// Sizes of exact products, and of the bias.
    pub(super) exact: Dyadic,
    /// `Σ |w|`.
    pub(super) weights: Dyadic,
    /// How many terms are not zero, with the bias.
    pub(super) count: u64,
}

impl Parts {
    /// The parts of a bias alone.
    pub(super) fn of_bias(bias: Dyadic) -> Self {
        Self {
            error: Dyadic::ZERO,
            rounded: Dyadic::ZERO,
            exact: bias.abs(),
            weights: Dyadic::ZERO,
            count: u64::from(!bias.is_zero()),
        }
    }

    /// Adds a term that is not zero.
    pub(super) fn add(&mut self, weight: Dyadic, value: &Value) {
        let size = weight.abs();
        self.error = self.error.add(size.mul(value.error, Up), Up);
        self.weights = self.weights.add(size, Up);
        self.count = self.count.saturating_add(1);
        let product = size.mul(value.range.mag(), Up);
        if is_power(weight) {
            self.exact = self.exact.add(product, Up);
        } else {
            self.rounded = self.rounded.add(product, Up);
        }
    }
}

/// The arithmetic of a claim, as bounds of its errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arithmetic {
    unit: Dyadic,
    smallest: Dyadic,
    largest: Dyadic,
    /// Are sums evaluated in binary64 and rounded once to binary32?
    is_emitted: bool,
    rounds_inputs: bool,
    ulps: Dyadic,
    abs: Dyadic,
}

impl Arithmetic {
    pub(super) fn new(floats: &Floats) -> Self {
        let format = floats.format;
        Self {
            unit: format.unit(),
            smallest: format.smallest(),
            largest: format.largest(),
            is_emitted: floats.summation == Summation::Emitted && format == FloatFormat::Float32,
            rounds_inputs: floats.rounded_inputs,
            ulps: Dyadic::from_rational(&floats.activation.ulps, Up),
            abs: Dyadic::from_rational(&floats.activation.abs, Up),
        }
    }

    /// An input: a float, or a rounded real number.
    pub(super) fn input(&self, side: &Interval) -> Value {
        if !self.rounds_inputs {
            return Value {
                range: *side,
                error: Dyadic::ZERO,
                own: Dyadic::ZERO,
            };
        }
        let error = self.unit.mul(side.mag(), Up).add(self.smallest, Up);
        Value {
            range: side.widened(error),
            error,
            own: error,
        }
    }

    /// Returns a bound of the difference between the float sum and the real sum; `None` for too
    /// many terms. `range` holds the exact sum of the float values.
    pub(super) fn sum_error(&self, parts: &Parts, range: &Interval) -> Option<Dyadic> {
        if parts.count == 0 {
            return Some(Dyadic::ZERO);
        }
        let own = if self.is_emitted {
            let inner = gamma(parts.count, FloatFormat::Float64.unit())?
                .mul(parts.rounded.add(parts.exact, Up), Up);
            let rounded = self.unit.mul(range.mag().add(inner, Up), Up);
            let underflow = self.underflow(Dyadic::from_i64(2), parts.weights);
            inner.add(rounded, Up).add(underflow, Up)
        } else {
            // The last operation rounds the sum itself; a single exact term is not rounded.
            let below = parts.count - 1;
            let rounded = gamma(below, self.unit)?.mul(parts.rounded, Up);
            let exact = gamma(below.saturating_sub(1), self.unit)?.mul(parts.exact, Up);
            let inner = rounded.add(exact, Up);
            let last = if below == 0 {
                self.unit.mul(parts.rounded, Up)
            } else {
                self.unit.mul(range.mag().add(inner, Up), Up)
            };
            let own = inner.add(last, Up);
            own.add(self.every_underflow(parts), Up)
        };
        Some(parts.error.add(own, Up))
    }

    /// `2 τ (count + weights)`.
    fn underflow(&self, count: Dyadic, weights: Dyadic) -> Dyadic {
        self.smallest.scale(1, Up).mul(count.add(weights, Up), Up)
    }

    fn every_underflow(&self, parts: &Parts) -> Dyadic {
        let count = i64::try_from(parts.count).map_or(Dyadic::INFINITY, Dyadic::from_i64);
        self.underflow(count.scale(2, Up), parts.weights)
    }

    /// Returns a bound of all partial sums.
    pub(super) fn largest_partial(&self, parts: &Parts) -> Dyadic {
        let sizes = parts.rounded.add(parts.exact, Up);
        let Some(gamma) = gamma(parts.count, self.unit) else {
            return Dyadic::INFINITY;
        };
        let sizes = sizes.add(gamma.mul(sizes, Up), Up);
        sizes.add(self.every_underflow(parts), Up)
    }

    /// Checks that a size is that of a float.
    pub(super) fn check(
        &self,
        size: Dyadic,
        format: FloatFormat,
        what: impl FnOnce() -> String,
    ) -> Result<(), FloatsError> {
        if size < self.largest {
            return Ok(());
        }
        let bound = size.rational_bound(Up);
        Err(FloatsError::Overflow {
            what: what(),
            size: bound.map_or("infinity".into(), |bound| bound.to_string()),
            format: format.name(),
        })
    }

    /// Returns the value of a unit, from the ranges and the errors of its sums.
    pub(super) fn unit(
        &self,
        activation: &Activation,
        rows: &[(Interval, Dyadic)],
    ) -> Result<Value, Failure> {
        let wide: Vec<Interval> = (rows.iter())
            .map(|(range, error)| range.widened(*error))
            .collect();
        let range = activation.combine(&(), &wide)?;
        let (z, error) = &rows[0];
        let tiny = self.smallest.scale(1, Up);
        let (passed, own) = match activation {
            Activation::Identity => (*error, Dyadic::ZERO),
            Activation::Heaviside => (Dyadic::ZERO, Dyadic::ZERO),
            Activation::Relu if range == Interval::ZERO => (Dyadic::ZERO, Dyadic::ZERO),
            Activation::Relu | Activation::HardTanh => (*error, tiny),
            Activation::LeakyRelu(slope) => {
                let slope = Dyadic::from_rational(&slope.abs(), Up);
                let product = self.unit.mul(slope.mul(wide[0].mag(), Up), Up);
                let steepest = slope.max(Dyadic::ONE);
                (steepest.mul(*error, Up), product.add(tiny, Up))
            }
            Activation::Maxout(_) => {
                let errors = rows.iter().map(|(_, error)| *error);
                (errors.max().unwrap_or(Dyadic::ZERO), tiny)
            }
            Activation::Sigmoid => {
                let passed = abstraction_error(Function::Sigmoid, z, *error)?;
                (passed, self.computed(&range))
            }
            Activation::Tanh => {
                let passed = abstraction_error(Function::Tanh, z, *error)?;
                (passed, self.computed(&range))
            }
            Activation::Softplus(threshold) => {
                let jump = match threshold {
                    None => Dyadic::ZERO,
                    Some(threshold) => {
                        let low = Dyadic::from_rational(threshold, Down);
                        Scalar::apply(&Interval::point(-low), Function::Softplus)?.sup()
                    }
                };
                let passed = steepest(Function::Softplus)?.mul(*error, Up);
                (passed.add(jump, Up), self.computed(&range))
            }
            Activation::Softsign => {
                let passed = steepest(Function::Softsign)?.mul(*error, Up);
                (passed, self.computed(&range))
            }
            Activation::Elu(alpha) => {
                let alpha = Dyadic::from_rational(&alpha.abs(), Up);
                let passed = alpha.max(Dyadic::ONE).mul(*error, Up);
                (passed, self.computed(&range))
            }
            Activation::Silu => {
                let passed = steepest(Function::Silu)?.mul(*error, Up);
                (passed, self.computed(&range))
            }
            // The divisor scales argument and value alike.
            Activation::Gelu(_) => {
                let passed = steepest(Function::Gelu)?.mul(*error, Up);
                (passed, self.computed(&range))
            }
        };
        Ok(Value {
            range: range.widened(own),
            error: passed.add(own, Up),
            own,
        })
    }

    /// Returns the error of the computed value of an activation with values in this range.
    fn computed(&self, range: &Interval) -> Dyadic {
        let size = range.mag().max(self.smallest);
        let place = self.unit.scale(1, Up).mul(size, Up);
        let relative = self.ulps.mul(place, Up);
        let tiny = self.smallest.scale(1, Up);
        relative.add(self.abs, Up).add(tiny, Up)
    }

    /// What an evaluation by pieces may add to an output with this range on the domain (T40, 5).
    pub(super) fn pieces(&self, range: &Interval) -> Dyadic {
        let tiny = self.smallest.scale(4, Up);
        range.mag().scale(-49, Up).add(tiny, Up)
    }
}

/// Are the values of the activation computed without an error of their own, apart from a product?
pub(super) fn is_exact(activation: &Activation) -> bool {
    activation.is_piecewise_linear()
}

fn steepest(function: Function) -> Result<Dyadic, Failure> {
    lipschitz(function).ok_or(Failure::Inexact)
}

/// An upper bound of `k u / (1 - k u)`; `None` unless `k u <= 1/2`.
fn gamma(count: u64, unit: Dyadic) -> Option<Dyadic> {
    let product = Dyadic::from_i64(i64::try_from(count).ok()?).mul(unit, Up);
    let twice = product.scale(1, Up);
    (twice <= Dyadic::ONE).then(|| product.mul(Dyadic::ONE.add(twice, Up), Up))
}

/// Is this a power of two, apart from its sign?
fn is_power(weight: Dyadic) -> bool {
    weight.mantissa().unsigned_abs().is_power_of_two()
}
