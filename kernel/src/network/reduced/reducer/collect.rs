//! Collects sums of the old network over the images of its variables (T02): a constant,
//! coefficients, and a radius that grows with every rounding and every abstraction error.

use super::{Image, Line, Nominal, Reducer};
use crate::network::reduced::{Reduced, Sum, index, number, total};
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Enclosure, Interval, Rational};

/// A weight rounded to 63 bits, and a bound of the rounding error.
#[derive(Clone, Copy)]
pub(super) struct Rounded {
    pub(super) value: Dyadic,
    pub(super) error: Dyadic,
}

impl Rounded {
    pub(super) fn new(weight: &Rational) -> Self {
        Self::of(&Interval::from_rational(weight))
    }

    pub(super) fn of(enclosure: &Interval) -> Self {
        Self {
            value: enclosure.inf(),
            error: enclosure.wid(),
        }
    }
}

/// Returns a result rounded down, and a bound of the rounding error.
#[inline]
fn tracked(low: Dyadic, high: Dyadic) -> (Dyadic, Dyadic) {
    if low == high {
        (low, Dyadic::ZERO)
    } else {
        (low, high.sub(low, Up))
    }
}

#[inline]
fn add_tracked(a: Dyadic, b: Dyadic) -> (Dyadic, Dyadic) {
    let (low, is_exact) = a.add_noting(b, Down);
    if is_exact {
        (low, Dyadic::ZERO)
    } else {
        tracked(low, a.add(b, Up))
    }
}

#[inline]
fn mul_tracked(a: Dyadic, b: Dyadic) -> (Dyadic, Dyadic) {
    // After substitution most coefficients are 1.
    if a == Dyadic::ONE {
        return (b, Dyadic::ZERO);
    }
    let (low, is_exact) = a.mul_noting(b, Down);
    if is_exact {
        (low, Dyadic::ZERO)
    } else {
        tracked(low, a.mul(b, Up))
    }
}

/// A sum with its own terms.
#[derive(Clone)]
pub(super) struct Loose {
    pub(super) bias: Dyadic,
    pub(super) radius: Dyadic,
    pub(super) terms: Vec<(u32, Dyadic)>,
}

impl Loose {
    pub(super) const EMPTY: Self = Self {
        bias: Dyadic::ZERO,
        radius: Dyadic::ZERO,
        terms: Vec::new(),
    };
}

impl<E: Enclosure> Reducer<E> {
    /// Returns the range of the nominal value of a unit.
    pub(super) fn range(&self, image: &Image) -> Interval {
        match image.sum {
            Nominal::Constant(value) => Interval::point(value),
            Nominal::Variable(variable) => self.values[index(variable)].range(),
            Nominal::Line(line) => self.lines[index(line)].range,
        }
    }

    /// Collects a sum of the old network over the images of its variables.
    #[inline]
    pub(super) fn load(&mut self, network: &Reduced, sum: &Sum, images: &[Image]) {
        self.bias = sum.bias;
        self.radius = sum.radius;
        for &(variable, coefficient) in &network.terms[sum.start..sum.end] {
            self.add(coefficient, Dyadic::ZERO, &images[index(variable)]);
        }
    }

    /// Adds `coefficient · image` to the sum; the coefficient itself is exact up to `error`.
    pub(super) fn add(&mut self, coefficient: Dyadic, error: Dyadic, image: &Image) {
        if !image.error.is_zero() {
            let radius = coefficient.abs().mul(image.error, Up);
            self.radius = self.radius.add(radius, Up);
        }
        if !error.is_zero() {
            let size = self.range(image).mag().add(image.error, Up);
            self.radius = self.radius.add(error.mul(size, Up), Up);
        }
        match image.sum {
            Nominal::Constant(value) => self.add_product(coefficient, value),
            Nominal::Variable(variable) => self.add_term(variable, coefficient),
            Nominal::Line(line) => {
                let &Line {
                    bias, start, end, ..
                } = &self.lines[index(line)];
                self.add_product(coefficient, bias);
                for at in start..end {
                    let (variable, inner) = self.side_terms[at];
                    let (product, rounding) = mul_tracked(coefficient, inner);
                    if !rounding.is_zero() {
                        let size = self.values[index(variable)].range().mag();
                        self.radius = self.radius.add(rounding.mul(size, Up), Up);
                    }
                    self.add_term(variable, product);
                }
            }
        }
    }

    /// Adds a constant `coefficient · value`.
    #[inline]
    fn add_product(&mut self, coefficient: Dyadic, value: Dyadic) {
        if value.is_zero() {
            return;
        }
        let (product, rounding) = if value == Dyadic::ONE {
            (coefficient, Dyadic::ZERO)
        } else {
            mul_tracked(coefficient, value)
        };
        self.radius = self.radius.add(rounding, Up);
        self.add_bias(product);
    }

    pub(super) fn add_constant(&mut self, rounded: Rounded) {
        self.add_bias(rounded.value);
        self.radius = self.radius.add(rounded.error, Up);
    }

    #[inline]
    pub(super) fn add_bias(&mut self, value: Dyadic) {
        let (sum, rounding) = add_tracked(self.bias, value);
        self.bias = sum;
        self.radius = self.radius.add(rounding, Up);
    }

    #[inline]
    pub(super) fn add_term(&mut self, variable: u32, coefficient: Dyadic) {
        let place = &mut self.collected_at[index(variable)];
        let Some(at) = place.checked_sub(1) else {
            self.collected.push((variable, coefficient));
            *place = number(self.collected.len());
            return;
        };
        let (_, slot) = &mut self.collected[index(at)];
        let (sum, rounding) = add_tracked(*slot, coefficient);
        *slot = sum;
        if !rounding.is_zero() {
            let size = self.values[index(variable)].range().mag();
            self.radius = self.radius.add(rounding.mul(size, Up), Up);
        }
    }

    /// Moves the collected terms to the end of `into`, sorted, and clears the sum.
    #[inline]
    fn drain(&mut self, into: &mut Vec<(u32, Dyadic)>) -> (Dyadic, Dyadic) {
        if !self.collected.is_sorted_by_key(|(variable, _)| *variable) {
            self.collected
                .sort_unstable_by_key(|(variable, _)| *variable);
        }
        for (variable, coefficient) in self.collected.drain(..) {
            self.collected_at[index(variable)] = 0;
            if !coefficient.is_zero() {
                into.push((variable, coefficient));
            }
        }
        (
            std::mem::replace(&mut self.bias, Dyadic::ZERO),
            std::mem::replace(&mut self.radius, Dyadic::ZERO),
        )
    }

    #[inline]
    pub(super) fn take_into(&mut self, sum: &mut Loose) {
        sum.terms.clear();
        (sum.bias, sum.radius) = self.drain(&mut sum.terms);
    }

    pub(super) fn take(&mut self) -> Loose {
        let mut sum = Loose::EMPTY;
        self.take_into(&mut sum);
        sum
    }

    pub(super) fn finish_output(&mut self) {
        let mut terms = std::mem::take(&mut self.terms);
        let start = terms.len();
        let (bias, radius) = self.drain(&mut terms);
        let rounding = self.rounding.get(self.outputs.len());
        let rounding = rounding.copied().unwrap_or(Dyadic::ZERO);
        let range = total(bias, &terms[start..], &self.values).widened(radius.add(rounding, Up));
        self.output_ranges.push(range.range());
        self.outputs.push(Sum {
            bias,
            radius,
            start,
            end: terms.len(),
        });
        self.terms = terms;
    }
}
