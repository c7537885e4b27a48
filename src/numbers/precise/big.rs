//! Binary numbers `mantissa · 2^exponent` of any size, rounded down or up to a number of bits.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::cmp::Ordering;

use dashu_base::{BitTest, DivRemEuclid, SquareRoot};

use super::super::dyadic::Direction::{self, Down, Up};
use super::super::rational::{Integer, Rational};

/// A number `mantissa · 2^exponent`; zero has exponent 0.
#[derive(Clone, Debug)]
pub(super) struct Big {
    mantissa: Integer,
    exponent: i64,
}

/// Numbers beyond `2^±WRITABLE` are not written out as fractions.
const WRITABLE: i64 = 1 << 24;

fn size(bits: i64) -> usize {
    usize::try_from(bits).expect("shifts are not negative and fit in memory")
}

fn length(value: &Integer) -> i64 {
    i64::try_from(value.bit_len()).expect("numbers fit in memory")
}

/// `value / 2^shift`, rounded.
fn shifted_down(value: Integer, shift: i64, direction: Direction) -> Integer {
    match direction {
        Down => value >> size(shift),
        Up => -(-value >> size(shift)),
    }
}

impl Big {
    pub(super) const ZERO: Self = Self {
        mantissa: Integer::ZERO,
        exponent: 0,
    };
    pub(super) const ONE: Self = Self {
        mantissa: Integer::ONE,
        exponent: 0,
    };

    /// The number rounded to `bits`.
    pub(super) fn new(mantissa: Integer, exponent: i64, bits: u32, direction: Direction) -> Self {
        if mantissa.is_zero() {
            return Self::ZERO;
        }
        let excess = length(&mantissa) - i64::from(bits);
        if excess <= 0 {
            return Self { mantissa, exponent };
        }
        // Rounding may carry to 2^bits, one bit more: harmless.
        Self {
            mantissa: shifted_down(mantissa, excess, direction),
            exponent: exponent + excess,
        }
        .or_zero()
    }

    fn or_zero(self) -> Self {
        if self.mantissa.is_zero() {
            Self::ZERO
        } else {
            self
        }
    }

    /// Exactly `mantissa · 2^exponent`.
    pub(super) fn exact(mantissa: impl Into<Integer>, exponent: i64) -> Self {
        Self {
            mantissa: mantissa.into(),
            exponent,
        }
        .or_zero()
    }

    /// The rational, rounded to `bits`.
    pub(super) fn from_rational(value: &Rational, bits: u32, direction: Direction) -> Self {
        let bottom = Self::exact(Integer::from(value.denominator().clone()), 0);
        Self::exact(value.numerator().clone(), 0).div(&bottom, bits, direction)
    }

    /// Returns the exact value as a fraction; beyond `2^±WRITABLE` a bound in this direction, or
    /// `None` if no number is a bound.
    pub(super) fn rational_bound(&self, direction: Direction) -> Option<Rational> {
        let limit = i32::try_from(WRITABLE).ok()?;
        let is_positive = self.is_positive();
        if self.mantissa.is_zero() || self.top().abs() <= WRITABLE {
            let value = Rational::from(self.mantissa.clone());
            return Some(value * Rational::power_of_two(i32::try_from(self.exponent).ok()?));
        }
        let bound = if self.top() < 0 {
            if is_positive == (direction == Down) {
                return Some(Rational::ZERO);
            }
            Rational::power_of_two(-limit)
        } else {
            if is_positive == (direction == Up) {
                return None;
            }
            Rational::power_of_two(limit - 1)
        };
        Some(if is_positive { bound } else { -bound })
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    pub(super) fn is_positive(&self) -> bool {
        self.mantissa > Integer::ZERO
    }

    pub(super) fn is_negative(&self) -> bool {
        self.mantissa < Integer::ZERO
    }

    /// The `t` with `2^(t-1) <= |self| < 2^t`; very small for zero.
    pub(super) fn top(&self) -> i64 {
        if self.mantissa.is_zero() {
            i64::MIN / 2
        } else {
            self.exponent + length(&self.magnitude().mantissa)
        }
    }

    pub(super) fn negated(&self) -> Self {
        Self {
            mantissa: -&self.mantissa,
            exponent: self.exponent,
        }
    }

    pub(super) fn magnitude(&self) -> Self {
        if self.is_negative() {
            self.negated()
        } else {
            self.clone()
        }
    }

    /// `self · 2^power`, exactly.
    pub(super) fn scaled(&self, power: i64) -> Self {
        Self::exact(self.mantissa.clone(), self.exponent.saturating_add(power))
    }

    pub(super) fn rounded(&self, bits: u32, direction: Direction) -> Self {
        Self::new(self.mantissa.clone(), self.exponent, bits, direction)
    }

    pub(super) fn add(&self, other: &Self, bits: u32, direction: Direction) -> Self {
        if self.is_zero() {
            return other.rounded(bits, direction);
        }
        if other.is_zero() {
            return self.rounded(bits, direction);
        }
        let (high, low) = if self.top() >= other.top() {
            (self, other)
        } else {
            (other, self)
        };
        // Far below the last place only the sign of the lower number matters. A unit there, larger
        // than the number, replaces it, so that a gap of exponents does not fill the memory.
        let floor = high.exponent.min(high.top() - i64::from(bits) - 4);
        let low = if low.top() < floor {
            match (low.is_positive(), direction) {
                (true, Up) => Self::exact(1, floor),
                (false, Down) => Self::exact(-1, floor),
                _ => Self::ZERO,
            }
        } else {
            low.clone()
        };
        if low.is_zero() {
            return high.rounded(bits, direction);
        }
        let exponent = high.exponent.min(low.exponent);
        let sum = (&high.mantissa << size(high.exponent - exponent))
            + (&low.mantissa << size(low.exponent - exponent));
        Self::new(sum, exponent, bits, direction)
    }

    pub(super) fn mul(&self, other: &Self, bits: u32, direction: Direction) -> Self {
        let exponent = self.exponent.saturating_add(other.exponent);
        Self::new(&self.mantissa * &other.mantissa, exponent, bits, direction)
    }

    /// The quotient by a number that is not zero.
    pub(super) fn div(&self, other: &Self, bits: u32, direction: Direction) -> Self {
        let places = (i64::from(bits) + 2 + length(&other.magnitude().mantissa)
            - length(&self.magnitude().mantissa))
        .max(0);
        let (top, bottom) = if other.is_negative() {
            (-&self.mantissa, -&other.mantissa)
        } else {
            (self.mantissa.clone(), other.mantissa.clone())
        };
        let (mut quotient, rest) = (top << size(places)).div_rem_euclid(bottom);
        if direction == Up && !rest.is_zero() {
            quotient += Integer::ONE;
        }
        let exponent = self.exponent.saturating_sub(other.exponent) - places;
        Self::new(quotient, exponent, bits, direction)
    }

    /// The square root of a number that is not negative.
    pub(super) fn sqrt(&self, bits: u32, direction: Direction) -> Self {
        let mut places = (2 * i64::from(bits) + 4 - length(&self.mantissa)).max(0);
        if (self.exponent - places) % 2 != 0 {
            places += 1;
        }
        let scaled = &self.mantissa << size(places);
        let mut root = Integer::from(dashu_base::UnsignedAbs::unsigned_abs(scaled.clone()).sqrt());
        if direction == Up && &root * &root != scaled {
            root += Integer::ONE;
        }
        Self::new(root, (self.exponent - places) / 2, bits, direction)
    }

    /// Returns the floor of a number below `2^WRITABLE`.
    pub(super) fn floor(&self) -> Integer {
        if self.exponent >= 0 {
            &self.mantissa << size(self.exponent)
        } else if self.top() < 0 {
            Integer::from(if self.is_negative() { -1 } else { 0 })
        } else {
            &self.mantissa >> size(-self.exponent)
        }
    }
}

impl PartialEq for Big {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Big {}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |x: &Self| x.mantissa.cmp(&Integer::ZERO);
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let by_top = self.top().cmp(&other.top());
        if by_top != Ordering::Equal {
            return if self.is_positive() {
                by_top
            } else {
                by_top.reverse()
            };
        }
        // The same top: the exponents differ by no more than the lengths do.
        let exponent = self.exponent.min(other.exponent);
        let aligned = |x: &Self| &x.mantissa << size(x.exponent - exponent);
        aligned(self).cmp(&aligned(other))
    }
}
