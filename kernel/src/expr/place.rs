//! The point where a comparison that depends on one input changes (T10): `3 x < 1` at `x = 1/3`.

use std::cmp::Ordering;

use crate::numbers::Rational;

/// The point where the two sides of a comparison are equal, if they are affine in the same input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The input.
    pub input: usize,
    /// Its value there.
    pub at: Rational,
    /// Is the left side the larger one above this point?
    is_rising: bool,
}

impl Place {
    /// Returns how left and right compare at almost every point of a box with these sides, if that
    /// is the same everywhere; `None` for a side that is a point.
    pub(super) fn ordering(&self, sides: &[(Rational, Rational)]) -> Option<Ordering> {
        let (low, high) = sides.get(self.input).filter(|(low, high)| low < high)?;
        let is_larger = if *low >= self.at {
            self.is_rising
        } else if *high <= self.at {
            !self.is_rising
        } else {
            return None;
        };
        Some(if is_larger {
            Ordering::Greater
        } else {
            Ordering::Less
        })
    }
}

/// `slope · input + offset`; a constant if there is no input.
#[derive(Clone, Debug)]
pub(super) struct Line {
    input: Option<usize>,
    slope: Rational,
    offset: Rational,
}

impl Line {
    pub(super) fn input(input: usize) -> Self {
        Self {
            input: Some(input),
            slope: Rational::ONE,
            offset: Rational::ZERO,
        }
    }

    pub(super) fn constant(value: Rational) -> Self {
        Self {
            input: None,
            slope: Rational::ZERO,
            offset: value,
        }
    }

    pub(super) fn scaled(&self, factor: &Rational) -> Self {
        Self {
            input: self.input,
            slope: &self.slope * factor,
            offset: &self.offset * factor,
        }
    }

    /// Returns the sum; `None` if it has two inputs.
    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        if self.input.is_some() && other.input.is_some() && self.input != other.input {
            return None;
        }
        Some(Self {
            input: self.input.or(other.input),
            slope: &self.slope + &other.slope,
            offset: &self.offset + &other.offset,
        })
    }

    /// Do both numbers have at most this many bits?
    pub(super) fn is_short(&self, bits: usize) -> bool {
        self.slope.bits() <= bits && self.offset.bits() <= bits
    }

    /// Returns where it is 0, if it depends on an input.
    pub(super) fn place(&self) -> Option<Place> {
        Some(Place {
            input: self.input?,
            at: (-&self.offset).checked_div(&self.slope)?,
            is_rising: self.slope.is_positive(),
        })
    }
}
