//! Values with their partial derivatives over a box, both as intervals: forward differentiation.
//!
//! The mean value form and the monotonicity test need this: at almost every point of the box the
//! function is differentiable with partials inside `partials`, and between any two points of the
//! box it changes by no more than they allow. Across a jump the partials are the whole line, so
//! nothing follows from them.

use super::dyadic::Dyadic;
use super::interval::Interval;
use super::rational::Rational;
use super::scalar::{Failure, Function, Relation, Scalar, Truth};
use super::slope::Curve;

/// A value over a box and its slopes in each of `D` inputs.
#[derive(Clone, Copy, Debug)]
pub struct Gradient<const D: usize> {
    value: Interval,
    partials: [Interval; D],
}

impl<const D: usize> Gradient<D> {
    /// Returns a value that does not depend on the inputs.
    pub fn constant_value(value: Interval) -> Self {
        Self {
            value,
            partials: [Interval::ZERO; D],
        }
    }

    /// Returns input number `index`, whose side of the box is `side`.
    pub fn variable(index: usize, side: &Interval) -> Self {
        let mut partials = [Interval::ZERO; D];
        partials[index] = Interval::ONE;
        Self {
            value: *side,
            partials,
        }
    }

    /// Encloses the value over the box.
    pub fn value(&self) -> Interval {
        self.value
    }

    /// Encloses the partial derivatives over the box.
    pub fn partials(&self) -> &[Interval; D] {
        &self.partials
    }

    /// Adds an unknown amount of at most `radius` to the value; the partials remain those of the
    /// known part.
    #[must_use]
    pub fn widened(self, radius: Dyadic) -> Self {
        Self {
            value: self.value.plus(&Interval::symmetric(radius)),
            ..self
        }
    }

    /// Adds `factor · term`: one step of a matrix product.
    pub fn accumulate(&mut self, factor: Dyadic, term: &Self) {
        self.value = self.value.plus(&term.value.times_point(factor));
        for (partial, other) in self.partials.iter_mut().zip(&term.partials) {
            if *other != Interval::ZERO {
                *partial = partial.plus(&other.times_point(factor));
            }
        }
    }

    fn along(&self, curve: Curve) -> Result<Self, Failure> {
        let value = curve.value(&self.value)?;
        let slope = curve.slope_from(&self.value, &value);
        Ok(Self {
            value,
            partials: self.partials.map(|p| p.times(&slope)),
        })
    }

    /// A value that is one of two, without a bound on how it changes between them.
    fn jump(value: Interval) -> Self {
        Self {
            value,
            partials: [Interval::ENTIRE; D],
        }
    }

    fn combine(&self, other: &Self, op: impl Fn(&Interval, &Interval) -> Interval) -> Self {
        let mut partials = self.partials;
        for (partial, b) in partials.iter_mut().zip(&other.partials) {
            *partial = op(partial, b);
        }
        Self {
            value: op(&self.value, &other.value),
            partials,
        }
    }
}

impl<const D: usize> Scalar for Gradient<D> {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        Self::constant_value(Interval::from_rational(value))
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Ok(Self::constant_value(<Interval as Scalar>::pi(&())?))
    }
    fn add(&self, other: &Self) -> Self {
        self.combine(other, Interval::plus)
    }
    fn sub(&self, other: &Self) -> Self {
        self.combine(other, Interval::minus)
    }
    fn neg(&self) -> Self {
        Self {
            value: self.value.negated(),
            partials: self.partials.map(|p| p.negated()),
        }
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        let mut partials = self.partials;
        for (partial, b) in partials.iter_mut().zip(&other.partials) {
            *partial = partial.times(&other.value).plus(&b.times(&self.value));
        }
        Ok(Self {
            value: self.value.times(&other.value),
            partials,
        })
    }
    /// `(a/b)' = (a' - (a/b) b') / b`.
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        let value = self.value.over(&other.value)?;
        let mut partials = self.partials;
        for (partial, b) in partials.iter_mut().zip(&other.partials) {
            *partial = partial.minus(&value.times(b)).over(&other.value)?;
        }
        Ok(Self { value, partials })
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        match exponent {
            0 => Ok(Self::constant_value(Interval::ONE)),
            1 => Ok(*self),
            _ => self.along(Curve::Power(exponent)),
        }
    }
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        if !self.value.inf().is_positive() {
            return Ok(Self::jump(self.value.pow(&exponent.value)?));
        }
        exponent
            .mul(&self.along(Curve::Named(Function::Ln))?)?
            .along(Curve::Named(Function::Exp))
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        self.along(Curve::Named(function))
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(self.neg().max(&other.neg())?.neg())
    }
    /// Where neither is certainly the larger, the slopes are among those of both.
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        let value = self.value.max(&other.value)?;
        let larger = if self.value.inf() >= other.value.sup() {
            *self
        } else if other.value.inf() >= self.value.sup() {
            *other
        } else {
            self.combine(other, Interval::hull)
        };
        Ok(Self { value, ..larger })
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        self.value.compare(relation, &other.value)
    }
    fn hull(&self, other: &Self) -> Self {
        Self::jump(self.value.hull(&other.value))
    }
}
