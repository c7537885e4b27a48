//! The enclosures that the checker computes over a box: intervals, linear forms and derivatives.

use super::dyadic::Dyadic;
use super::interval::Interval;
use super::linear_form::LinearForm;
use super::scalar::Scalar;
#[cfg(feature = "smooth")]
use super::{gradient::Gradient, hessian::Hessian};

/// A [`Scalar`] that encloses a value over a box of inputs.
pub trait Enclosure: Scalar<Context = ()> + Copy {
    /// Is the range all there is to a value? Then it may be kept in its place.
    const IS_RANGE: bool = false;
    /// A value that is somewhere in `range` (a constant, where `range` is a point).
    fn from_range(range: Interval) -> Self;
    /// Input number `index`, whose side of the box is `side`.
    fn variable(index: usize, side: &Interval) -> Self;
    /// Adds `factor · term`. Finish a run of these with [`Enclosure::tightened`].
    fn accumulate(&mut self, factor: Dyadic, term: &Self);
    /// Tightens the range after a run of [`Enclosure::accumulate`].
    #[must_use]
    fn tightened(self) -> Self;
    /// Adds an unknown amount of at most `radius` in absolute value. The derivatives of a gradient
    /// or Hessian remain those of the known part.
    #[must_use]
    fn widened(self, radius: Dyadic) -> Self;
    /// Returns the range of the value over the box.
    fn range(&self) -> Interval;
}

impl Enclosure for Interval {
    const IS_RANGE: bool = true;

    #[inline]
    fn from_range(range: Interval) -> Self {
        range
    }
    fn variable(_index: usize, side: &Interval) -> Self {
        *side
    }
    #[inline]
    fn accumulate(&mut self, factor: Dyadic, term: &Self) {
        *self = self.plus(&term.times_point(factor));
    }
    #[inline]
    fn tightened(self) -> Self {
        self
    }
    #[inline]
    fn widened(self, radius: Dyadic) -> Self {
        if radius.is_zero() {
            self
        } else {
            self.plus(&Interval::symmetric(radius))
        }
    }
    #[inline]
    fn range(&self) -> Interval {
        *self
    }
}

impl<const D: usize> Enclosure for LinearForm<D> {
    #[inline]
    fn from_range(range: Interval) -> Self {
        LinearForm::from_range(range)
    }
    fn variable(index: usize, side: &Interval) -> Self {
        LinearForm::variable(index, side)
    }
    #[inline]
    fn accumulate(&mut self, factor: Dyadic, term: &Self) {
        LinearForm::accumulate(self, factor, term);
    }
    #[inline]
    fn tightened(self) -> Self {
        LinearForm::tightened(self)
    }
    #[inline]
    fn widened(self, radius: Dyadic) -> Self {
        LinearForm::widened(&self, radius)
    }
    #[inline]
    fn range(&self) -> Interval {
        LinearForm::range(self)
    }
}

#[cfg(feature = "smooth")]
impl<const D: usize> Enclosure for Gradient<D> {
    #[inline]
    fn from_range(range: Interval) -> Self {
        Gradient::constant_value(range)
    }
    fn variable(index: usize, side: &Interval) -> Self {
        Gradient::variable(index, side)
    }
    #[inline]
    fn accumulate(&mut self, factor: Dyadic, term: &Self) {
        Gradient::accumulate(self, factor, term);
    }
    #[inline]
    fn tightened(self) -> Self {
        self
    }
    #[inline]
    fn widened(self, radius: Dyadic) -> Self {
        Gradient::widened(self, radius)
    }
    #[inline]
    fn range(&self) -> Interval {
        self.value()
    }
}

#[cfg(feature = "smooth")]
impl<const D: usize> Enclosure for Hessian<D> {
    #[inline]
    fn from_range(range: Interval) -> Self {
        Hessian::constant_value(range)
    }
    fn variable(index: usize, side: &Interval) -> Self {
        Hessian::variable(index, side)
    }
    #[inline]
    fn accumulate(&mut self, factor: Dyadic, term: &Self) {
        Hessian::accumulate(self, factor, term);
    }
    #[inline]
    fn tightened(self) -> Self {
        self
    }
    #[inline]
    fn widened(self, radius: Dyadic) -> Self {
        Hessian::widened(self, radius)
    }
    #[inline]
    fn range(&self) -> Interval {
        self.value()
    }
}
