//! Values with their first and second partial derivatives over a box, as intervals.
//!
//! A Taylor expansion of second order needs this. Where something is not twice continuously
//! differentiable on the box, the second derivatives in the inputs that it depends on are the whole
//! line, so nothing follows from them.

use super::dyadic::Dyadic;
use super::interval::Interval;
use super::rational::Rational;
use super::scalar::{Failure, Function, Relation, Scalar, Truth};
use super::slope::Curve;

/// A value over a box, its slopes in each of `D` inputs and its second derivatives.
///
/// Invariants: the value does not depend on an input whose partial is exactly the point 0; only
/// `seconds[i][j]` with `i <= j` are stored, the others remain 0.
#[derive(Clone, Copy, Debug)]
pub struct Hessian<const D: usize> {
    value: Interval,
    partials: [Interval; D],
    seconds: [[Interval; D]; D],
}

impl<const D: usize> Hessian<D> {
    /// Returns a value that does not depend on the inputs.
    pub fn constant_value(value: Interval) -> Self {
        Self {
            value,
            partials: [Interval::ZERO; D],
            seconds: [[Interval::ZERO; D]; D],
        }
    }

    /// Returns input number `index`, whose side of the box is `side`.
    pub fn variable(index: usize, side: &Interval) -> Self {
        let mut variable = Self::constant_value(*side);
        variable.partials[index] = Interval::ONE;
        variable
    }

    /// Encloses the value over the box.
    pub fn value(&self) -> Interval {
        self.value
    }

    /// Encloses the partial derivatives over the box.
    pub fn partials(&self) -> &[Interval; D] {
        &self.partials
    }

    /// Encloses the second derivative in inputs `i` and `j` over the box.
    pub fn second(&self, i: usize, j: usize) -> Interval {
        self.seconds[i.min(j)][i.max(j)]
    }

    /// Adds an unknown amount of at most `radius` to the value; the derivatives remain those of the
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
        let add = |sum: &mut Interval, other: &Interval| {
            if *other != Interval::ZERO {
                *sum = sum.plus(&other.times_point(factor));
            }
        };
        add(&mut self.value, &term.value);
        for i in 0..D {
            add(&mut self.partials[i], &term.partials[i]);
            for j in i..D {
                add(&mut self.seconds[i][j], &term.seconds[i][j]);
            }
        }
    }

    /// `g(u)`: first derivatives `g' u_i`, second derivatives `g'' u_i u_j + g' u_ij`.
    fn along(&self, curve: Curve) -> Result<Self, Failure> {
        let value = curve.value(&self.value)?;
        let slope = curve.slope_from(&self.value, &value);
        let bend = curve.second(&self.value, &value);
        let mut result = Self::constant_value(value);
        for i in 0..D {
            result.partials[i] = self.partials[i].times(&slope);
            for j in i..D {
                let product = if i == j {
                    self.partials[i].squared()
                } else {
                    self.partials[i].times(&self.partials[j])
                };
                let second = product.times(&bend);
                result.seconds[i][j] = if self.seconds[i][j] == Interval::ZERO {
                    second
                } else {
                    second.plus(&self.seconds[i][j].times(&slope))
                };
            }
        }
        Ok(result)
    }

    /// A value of which only the range is known.
    fn jump(value: Interval) -> Self {
        let mut result = Self::constant_value(value);
        result.partials = [Interval::ENTIRE; D];
        for i in 0..D {
            result.seconds[i][i..].fill(Interval::ENTIRE);
        }
        result
    }

    fn combine(&self, other: &Self, op: impl Fn(&Interval, &Interval) -> Interval) -> Self {
        let mut result = Self::constant_value(op(&self.value, &other.value));
        for i in 0..D {
            result.partials[i] = op(&self.partials[i], &other.partials[i]);
            for j in i..D {
                result.seconds[i][j] = op(&self.seconds[i][j], &other.seconds[i][j]);
            }
        }
        result
    }
}

impl<const D: usize> Scalar for Hessian<D> {
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
            seconds: self.seconds.map(|row| row.map(|p| p.negated())),
        }
    }
    /// `(a b)_ij = a_ij b + a_i b_j + a_j b_i + a b_ij`.
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = (self, other);
        let mut result = Self::constant_value(a.value.times(&b.value));
        for i in 0..D {
            result.partials[i] = a.partials[i]
                .times(&b.value)
                .plus(&b.partials[i].times(&a.value));
            for j in i..D {
                let mixed = a.partials[i]
                    .times(&b.partials[j])
                    .plus(&a.partials[j].times(&b.partials[i]));
                result.seconds[i][j] = a.seconds[i][j]
                    .times(&b.value)
                    .plus(&b.seconds[i][j].times(&a.value))
                    .plus(&mixed);
            }
        }
        Ok(result)
    }
    /// For `q = a/b`: `q_i = (a_i - q b_i) / b`, `q_ij = (a_ij - q_i b_j - q_j b_i - q b_ij) / b`.
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = (self, other);
        let mut q = Self::constant_value(a.value.over(&b.value)?);
        for i in 0..D {
            let top = a.partials[i].minus(&q.value.times(&b.partials[i]));
            q.partials[i] = top.over(&b.value)?;
        }
        for i in 0..D {
            for j in i..D {
                let top = a.seconds[i][j]
                    .minus(&q.partials[i].times(&b.partials[j]))
                    .minus(&q.partials[j].times(&b.partials[i]))
                    .minus(&q.value.times(&b.seconds[i][j]));
                q.seconds[i][j] = top.over(&b.value)?;
            }
        }
        Ok(q)
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
    /// Nothing is known about derivatives where neither is certainly the larger.
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        let value = self.value.max(&other.value)?;
        Ok(if self.value.inf() >= other.value.sup() {
            Self { value, ..*self }
        } else if other.value.inf() >= self.value.sup() {
            Self { value, ..*other }
        } else {
            Self::jump(value)
        })
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        self.value.compare(relation, &other.value)
    }
    fn hull(&self, other: &Self) -> Self {
        Self::jump(self.value.hull(&other.value))
    }
}
