//! Linear forms: enclosures `c + a_1 e_1 + ... + a_D e_D` over a box, with `e_i` in `[-1, 1]`.
//!
//! An interval does not record how a value depends on the inputs; a linear form keeps the linear
//! part. So network and target cancel to first order in their difference, and the remainder is of
//! second order in the size of the box (Comba and Stolfi 1993 without new noise symbols; the
//! remainder is the width of `c`). All coefficients are intervals, so every rounding error is
//! enclosed where it arises. A range is stored alongside the form; each refines the other.

use super::dyadic::Dyadic;
use super::interval::Interval;
use super::rational::Rational;
use super::scalar::{Failure, Function, Relation, Scalar, Truth};
use super::slope::Curve;

/// A value that depends on `D` normalised inputs `e_i` in `[-1, 1]`.
///
/// Invariant: at every point of the box the value is in `constant + sum slopes_i e_i`, and in
/// `range`.
#[derive(Clone, Copy, Debug)]
pub struct LinearForm<const D: usize> {
    constant: Interval,
    slopes: [Interval; D],
    range: Interval,
}

impl<const D: usize> LinearForm<D> {
    /// Returns the form of a value about which only the range is known.
    #[inline]
    pub fn from_range(range: Interval) -> Self {
        Self {
            constant: range,
            slopes: [Interval::ZERO; D],
            range,
        }
    }

    /// Returns input number `index`, whose side of the box is `side` (bounded): the middle plus
    /// the radius times `e_index`.
    pub fn variable(index: usize, side: &Interval) -> Self {
        let mut slopes = [Interval::ZERO; D];
        slopes[index] = Interval::point(side.rad());
        Self {
            constant: Interval::point(side.mid()),
            slopes,
            range: *side,
        }
    }

    /// Encloses the value over the whole box.
    #[inline]
    pub fn range(&self) -> Interval {
        self.range
    }

    /// Returns the constant, which includes everything that is not linear.
    pub fn constant_part(&self) -> Interval {
        self.constant
    }

    /// Returns the coefficients of the normalised inputs.
    pub fn slopes(&self) -> &[Interval; D] {
        &self.slopes
    }

    /// Adds an error of either sign to the value.
    #[must_use]
    #[inline]
    pub fn widened(&self, radius: Dyadic) -> Self {
        if radius.is_zero() {
            return *self;
        }
        let extra = Interval::symmetric(radius);
        Self {
            constant: self.constant.plus(&extra),
            slopes: self.slopes,
            range: self.range.plus(&extra),
        }
    }

    /// Returns `self + factor · term`: one step of a matrix product.
    #[inline]
    pub fn accumulate(&mut self, factor: Dyadic, term: &Self) {
        self.constant = self.constant.plus(&term.constant.times_point(factor));
        for (slope, other) in self.slopes.iter_mut().zip(&term.slopes) {
            if *other != Interval::ZERO {
                *slope = slope.plus(&other.times_point(factor));
            }
        }
        self.range = self.range.plus(&term.range.times_point(factor));
    }

    /// Narrows the range to what the form implies; to be called after [`LinearForm::accumulate`].
    #[must_use]
    #[inline]
    pub fn tightened(self) -> Self {
        let linear = self.slopes.iter().fold(self.constant, |sum, slope| {
            sum.plus(&Interval::symmetric(slope.mag()))
        });
        Self {
            range: self.range.refine(&linear),
            ..self
        }
    }

    /// Narrows the range by another enclosure of the same value.
    #[must_use]
    pub fn refined(self, range: &Interval) -> Self {
        Self {
            range: self.range.refine(range),
            ..self
        }
    }

    /// `sum of |slopes_i|`: the reach of the linear part.
    fn reach(&self) -> Interval {
        let sum = self.slopes.iter().fold(Interval::ZERO, |sum, slope| {
            sum.plus(&Interval::point(slope.mag()))
        });
        Interval::symmetric(sum.sup())
    }

    /// Applies a function of one variable through the line that stays closest to it.
    fn along(&self, curve: Curve) -> Result<Self, Failure> {
        let (slope, offset, value) = curve.line(&self.range)?;
        if slope.is_zero() {
            return Ok(Self::from_range(value));
        }
        let mut result = Self {
            constant: self.constant.times_point(slope).plus(&offset),
            slopes: self.slopes.map(|a| a.times_point(slope)),
            range: value,
        };
        result = result.tightened();
        Ok(result)
    }

    /// Returns the form of these parts; each encloses the value.
    #[cfg(feature = "fast")]
    pub(super) fn from_parts(constant: Interval, slopes: [Interval; D], range: Interval) -> Self {
        Self {
            constant,
            slopes,
            range,
        }
    }

    #[inline]
    fn combine(&self, other: &Self, op: impl Fn(&Interval, &Interval) -> Interval) -> Self {
        let mut slopes = self.slopes;
        for (slope, b) in slopes.iter_mut().zip(&other.slopes) {
            *slope = op(slope, b);
        }
        Self {
            constant: op(&self.constant, &other.constant),
            slopes,
            range: op(&self.range, &other.range),
        }
    }
}

impl<const D: usize> Scalar for LinearForm<D> {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        Self::from_range(Interval::from_rational(value))
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Ok(Self::from_range(<Interval as Scalar>::pi(&())?))
    }
    fn add(&self, other: &Self) -> Self {
        self.combine(other, Interval::plus).tightened()
    }
    fn sub(&self, other: &Self) -> Self {
        self.combine(other, Interval::minus).tightened()
    }
    fn neg(&self) -> Self {
        Self {
            constant: self.constant.negated(),
            slopes: self.slopes.map(|a| a.negated()),
            range: self.range.negated(),
        }
    }
    /// With `c` the middle of a constant and `R` its remainder, `(c1 + R1 + A1 e)(c2 + R2 + A2 e)`
    /// has the linear part `c1 A2 e + c2 A1 e`. The products of constants, `R1 (A2 e)`, `R2 (A1 e)`
    /// and `(A1 e)(A2 e)` go to the constant, with `e_i² in [0, 1]` and `e_i e_j in [-1, 1]`.
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        let range = self.range.times(&other.range);
        if !range.is_bounded() || !self.constant.is_bounded() || !other.constant.is_bounded() {
            return Ok(Self::from_range(range));
        }
        let (c1, c2) = (self.constant.mid(), other.constant.mid());
        let rest = |form: &Self, c: Dyadic| form.constant.minus(&Interval::point(c));
        let mut constant = self
            .constant
            .times(&other.constant)
            .plus(&rest(self, c1).times(&other.reach()))
            .plus(&rest(other, c2).times(&self.reach()));
        let mut slopes = [Interval::ZERO; D];
        for (i, slope) in slopes.iter_mut().enumerate() {
            let (a, b) = (&self.slopes[i], &other.slopes[i]);
            *slope = b.times_point(c1).plus(&a.times_point(c2));
            constant = constant.plus(&a.times(b).times(&Interval::UNIT));
            for j in 0..i {
                let cross = a.times(&other.slopes[j]).plus(&self.slopes[j].times(b));
                constant = constant.plus(&Interval::symmetric(cross.mag()));
            }
        }
        Ok(Self {
            constant,
            slopes,
            range,
        }
        .tightened())
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        let range = self.range.over(&other.range)?;
        Ok(self.mul(&other.along(Curve::Power(-1))?)?.refined(&range))
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        match exponent {
            0 => Ok(Self::from_range(Interval::ONE)),
            1 => Ok(*self),
            _ => self.along(Curve::Power(exponent)),
        }
    }
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        let range = self.range.pow(&exponent.range)?;
        if !self.range.inf().is_positive() {
            return Ok(Self::from_range(range));
        }
        let log = self.along(Curve::Named(Function::Ln))?;
        let power = exponent.mul(&log)?.along(Curve::Named(Function::Exp))?;
        Ok(power.refined(&range))
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        self.along(Curve::Named(function))
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(self.neg().max(&other.neg())?.neg())
    }
    /// `max(a, b) = b + relu(a - b)`.
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        let range = self.range.max(&other.range)?;
        let excess = self.sub(other).along(Curve::Named(Function::Relu))?;
        Ok(other.add(&excess).refined(&range))
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        match self.range.compare(relation, &other.range) {
            Truth::Unknown => self.sub(other).range.compare(relation, &Interval::ZERO),
            decided => decided,
        }
    }
    fn compare_inside(&self, relation: Relation, constant: &Self) -> Truth {
        self.range.compare_inside(relation, &constant.range)
    }
    fn hull(&self, other: &Self) -> Self {
        self.combine(other, Interval::hull)
    }
}
