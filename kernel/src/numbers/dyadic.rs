//! Dyadic numbers `m·2^e` with a 63-bit mantissa, rounded down or up as requested.
//!
//! These are the endpoints of all intervals of the checker. All arithmetic is integer arithmetic on
//! `i128`. A result that does not fit is rounded in the requested direction, by less than one unit
//! of its last place (a relative `2^-62`). An exponent out of range becomes infinity or the
//! smallest number, always on the safe side.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Neg;

use dashu_base::BitTest;

use super::rational::{Integer, Rational};

/// The direction of rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Toward minus infinity: the result is at most the true value.
    Down,
    /// Toward plus infinity: the result is at least the true value.
    Up,
}

use Direction::{Down, Up};

impl Direction {
    /// Returns the other direction.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Down => Up,
            Up => Down,
        }
    }
}

/// Bits of a mantissa.
const BITS: u32 = 63;
/// The smallest mantissa of a number other than zero, `2^62`.
const LEAST: i64 = 1 << (BITS - 1);
/// Exponents stay within `±LIMIT`.
const LIMIT: i64 = 1 << 60;
/// The exponent that marks an infinity.
const INFINITE: i64 = i64::MAX;
/// Numbers beyond `2^±PRINTABLE` are not written out as fractions.
const PRINTABLE: i64 = 1 << 14;

/// A number `mantissa · 2^exponent`, or an infinity.
///
/// Invariant: zero is `(0, 0)`; a finite number has `2^62 <= |mantissa| < 2^63` and
/// `|exponent| <= 2^60`; an infinity is `(±2^62, i64::MAX)`. So equal numbers are equal field by
/// field, and an order of exponents is an order of magnitudes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dyadic {
    mantissa: i64,
    exponent: i64,
}

impl Dyadic {
    /// Zero.
    pub const ZERO: Self = Self {
        mantissa: 0,
        exponent: 0,
    };
    /// One.
    pub const ONE: Self = Self {
        mantissa: LEAST,
        exponent: -62,
    };
    /// One half.
    pub const HALF: Self = Self {
        mantissa: LEAST,
        exponent: -63,
    };
    /// Plus infinity.
    pub const INFINITY: Self = Self {
        mantissa: LEAST,
        exponent: INFINITE,
    };
    /// Minus infinity.
    pub const NEG_INFINITY: Self = Self {
        mantissa: -LEAST,
        exponent: INFINITE,
    };

    /// Returns a number of these fields, for constants; they must keep the invariant.
    pub(super) const fn from_parts_unchecked(mantissa: i64, exponent: i64) -> Self {
        Self { mantissa, exponent }
    }

    /// Returns `mantissa · 2^exponent`, rounded in the requested direction; exact if the mantissa
    /// has at most 63 significant bits.
    #[inline]
    pub fn new(mantissa: i128, exponent: i64, direction: Direction) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        let bits = 128 - mantissa.unsigned_abs().leading_zeros();
        if bits <= BITS {
            // Fits: shift left, exactly.
            let shifted = mantissa << (BITS - bits);
            return Self::finish(shifted, exponent - i64::from(BITS - bits), direction);
        }
        let shift = bits - BITS;
        let floor = mantissa >> shift;
        let exponent = exponent.saturating_add(i64::from(shift));
        let is_exact = (floor << shift) == mantissa;
        let rounded = if is_exact || direction == Down {
            floor
        } else {
            floor + 1
        };
        // Rounding away from zero can carry into a 64th bit, to ±2^63.
        if rounded.unsigned_abs() >> BITS != 0 {
            Self::finish(rounded >> 1, exponent.saturating_add(1), direction)
        } else {
            Self::finish(rounded, exponent, direction)
        }
    }

    /// Takes a mantissa that is already normalised and brings the exponent into range.
    #[inline]
    fn finish(mantissa: i128, exponent: i64, direction: Direction) -> Self {
        let mantissa = i64::try_from(mantissa).expect("a normalised mantissa has 63 bits");
        if exponent.abs() <= LIMIT {
            return Self { mantissa, exponent };
        }
        let is_positive = mantissa > 0;
        match (exponent > 0, is_positive, direction) {
            (true, true, Up) => Self::INFINITY,
            (true, false, Down) => Self::NEG_INFINITY,
            (true, true, Down) => Self {
                mantissa: i64::MAX,
                exponent: LIMIT,
            },
            (true, false, Up) => Self {
                mantissa: -i64::MAX,
                exponent: LIMIT,
            },
            (false, true, Down) | (false, false, Up) => Self::ZERO,
            (false, true, Up) => Self {
                mantissa: LEAST,
                exponent: -LIMIT,
            },
            (false, false, Down) => Self {
                mantissa: -LEAST,
                exponent: -LIMIT,
            },
        }
    }

    /// Returns the integer; exact if it has at most 63 bits, and for `i64::MIN`, too.
    #[inline]
    pub fn from_i64(value: i64) -> Self {
        Self::new(i128::from(value), 0, Down)
    }

    /// Returns `2^exponent`, exactly (within the range of exponents).
    #[inline]
    pub fn power_of_two(exponent: i64) -> Self {
        let places = i64::from(BITS - 1);
        Self::finish(i128::from(LEAST), exponent.saturating_sub(places), Down)
    }

    /// Returns the rational, rounded in the requested direction; exact if it is a dyadic number of
    /// at most 63 bits.
    pub fn from_rational(value: &Rational, direction: Direction) -> Self {
        let (numerator, denominator) = (value.numerator(), value.denominator());
        if let (Ok(p), Ok(q)) = (i64::try_from(numerator), i64::try_from(denominator)) {
            let (p, q) = (i128::from(p), i128::from(q));
            if q == 1 {
                return Self::new(p, 0, direction);
            }
            return Self::quotient(p, q, direction);
        }
        // Scale so that the integer quotient has at least 66 bits, then round once more: both
        // roundings go the same way.
        let size = |n: usize| i64::try_from(n).expect("numbers fit in memory");
        let shift = 66 + size(denominator.bit_len()) - size(numerator.bit_len());
        let places = usize::try_from(shift.unsigned_abs()).expect("numbers fit in memory");
        let denominator = Integer::from(denominator.clone());
        let (top, bottom) = if shift >= 0 {
            (numerator << places, denominator)
        } else {
            (numerator.clone(), denominator << places)
        };
        let exact = Rational::new(top, bottom).expect("a denominator is not zero");
        let floor = exact.floor();
        let is_exact = exact.is_integer();
        let mut quotient = i128::try_from(&floor).expect("the quotient has 67 bits at most");
        if !is_exact && direction == Up {
            quotient += 1;
        }
        Self::new(quotient, -shift, direction)
    }

    /// Returns `p / q` for 64-bit `p` and `q > 0`.
    fn quotient(p: i128, q: i128, direction: Direction) -> Self {
        let top = p << 63;
        let floor = top.div_euclid(q);
        let is_exact = top.rem_euclid(q) == 0;
        if is_exact {
            return Self::new(floor, -63, direction);
        }
        // One more round of long division, so that small quotients keep their bits.
        let rest = top.rem_euclid(q) << 63;
        let (more, is_exact) = (rest.div_euclid(q), rest.rem_euclid(q) == 0);
        let magnitude = floor.unsigned_abs();
        if magnitude >> 62 == 0 {
            // floor·2^63 + more fits in 126 bits.
            let mut whole = (floor << 63) + more;
            if !is_exact && direction == Up {
                whole += 1;
            }
            return Self::new(whole, -126, direction);
        }
        Self::new(
            if direction == Up { floor + 1 } else { floor },
            -63,
            direction,
        )
    }

    /// Returns the exact value as a fraction; `None` for infinities and for magnitudes beyond
    /// `2^±16384`, which [`Dyadic::rational_bound`] rounds outward.
    pub fn to_rational(self) -> Option<Rational> {
        if self.mantissa == 0 {
            return Some(Rational::ZERO);
        }
        if self.exponent.abs() > PRINTABLE {
            return None;
        }
        let zeros = self.mantissa.trailing_zeros();
        let odd = Rational::from(self.mantissa >> zeros);
        let exponent = i32::try_from(self.exponent + i64::from(zeros)).ok()?;
        Some(odd * Rational::power_of_two(exponent))
    }

    /// Returns a fraction on the safe side: the exact value if [`Dyadic::to_rational`] has one,
    /// else a bound in the requested direction; `None` if no number is a bound.
    pub fn rational_bound(self, direction: Direction) -> Option<Rational> {
        if let Some(exact) = self.to_rational() {
            return Some(exact);
        }
        let limit = i32::try_from(PRINTABLE).ok()?;
        let is_small = self.exponent < 0;
        match (is_small, self.mantissa > 0, direction) {
            (true, true, Down) | (true, false, Up) => Some(Rational::ZERO),
            (true, true, Up) => Some(Rational::power_of_two(-limit + 63)),
            (true, false, Down) => Some(-Rational::power_of_two(-limit + 63)),
            (false, true, Down) => Some(Rational::power_of_two(limit)),
            (false, false, Up) => Some(-Rational::power_of_two(limit)),
            (false, true, Up) | (false, false, Down) => None,
        }
    }

    /// The signed mantissa: zero, or of exactly 63 bits.
    #[inline]
    pub fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// The exponent of the unit in the last place.
    #[inline]
    pub fn exponent(self) -> i64 {
        self.exponent
    }

    /// Is this an infinity?
    #[inline]
    pub fn is_infinite(self) -> bool {
        self.exponent == INFINITE
    }

    /// Is this zero?
    #[inline]
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Is this above zero?
    #[inline]
    pub fn is_positive(self) -> bool {
        self.mantissa > 0
    }

    /// Is this below zero?
    #[inline]
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Returns the absolute value.
    #[must_use]
    #[inline]
    pub fn abs(self) -> Self {
        Self {
            mantissa: self.mantissa.abs(),
            exponent: self.exponent,
        }
    }

    /// Returns `self · 2^power`, exactly within the range of exponents, else rounded.
    #[must_use]
    #[inline]
    pub fn scale(self, power: i64, direction: Direction) -> Self {
        if self.mantissa == 0 || self.is_infinite() {
            return self;
        }
        Self::finish(
            i128::from(self.mantissa),
            self.exponent.saturating_add(power),
            direction,
        )
    }

    /// Returns the sum, rounded. Opposite infinities give the one that is safe in this direction.
    #[must_use]
    #[inline]
    pub fn add(self, other: Self, direction: Direction) -> Self {
        self.add_noting(other, direction).0
    }

    /// Returns the rounded sum, and whether it is known to be exact.
    ///
    /// (Always inlined, like the product: returning a number and a flag in memory would take longer
    /// than the sum itself.)
    #[must_use]
    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub fn add_noting(self, other: Self, direction: Direction) -> (Self, bool) {
        if self.mantissa == 0 {
            return (other, true);
        }
        if other.mantissa == 0 {
            return (self, true);
        }
        let (high, low) = if self.exponent >= other.exponent {
            (self, other)
        } else {
            (other, self)
        };
        if high.is_infinite() {
            return (Self::add_infinite(high, low, direction), false);
        }
        let gap = high.exponent - low.exponent;
        // Most sums keep the exponent of the larger term or increase it by one: the bits of the
        // smaller term below it are cut off, which gives the floor (or ceiling) of the sum.
        let (floor, is_exact) = if gap < 64 {
            let floor = low.mantissa >> gap;
            (floor, floor << gap == low.mantissa)
        } else {
            (low.mantissa >> 63, false)
        };
        let carry = i128::from(!is_exact && direction == Up);
        let sum = i128::from(high.mantissa) + i128::from(floor) + carry;
        if let Ok(short) = i64::try_from(sum) {
            let spare = short.unsigned_abs().leading_zeros();
            // If the sum is rounded to the smallest mantissa, it may have been slightly smaller in
            // magnitude, where a mantissa has one more bit.
            if spare == 1 && (is_exact || short.abs() != LEAST) {
                let exponent = high.exponent;
                return (
                    Self {
                        mantissa: short,
                        exponent,
                    },
                    is_exact,
                );
            }
            // An exact, shorter result is only shifted.
            let places = spare.saturating_sub(1);
            let exponent = high.exponent - i64::from(places);
            if is_exact && spare > 0 && exponent >= -LIMIT {
                return match short {
                    0 => (Self::ZERO, true),
                    _ => (
                        Self {
                            mantissa: short << places,
                            exponent,
                        },
                        true,
                    ),
                };
            }
        } else if high.exponent < LIMIT {
            // 64 bits, of which the last is dropped. Rounding cannot carry into a 65th.
            let carry = i128::from(direction == Up);
            if let Ok(mantissa) = i64::try_from((sum + carry) >> 1)
                && mantissa.unsigned_abs() >> BITS == 0
            {
                let exponent = high.exponent + 1;
                return (Self { mantissa, exponent }, is_exact && sum & 1 == 0);
            }
        }
        (Self::add_slowly(high, low, direction), false)
    }

    /// The sum of two numbers other than zero, the first of which is infinite.
    #[cold]
    fn add_infinite(high: Self, low: Self, direction: Direction) -> Self {
        if low.is_infinite() && high != low {
            return match direction {
                Down => Self::NEG_INFINITY,
                Up => Self::INFINITY,
            };
        }
        high
    }

    /// Adds two finite numbers, the one with the higher exponent first, when the position of the
    /// last bit changes.
    fn add_slowly(high: Self, low: Self, direction: Direction) -> Self {
        let gap = high.exponent - low.exponent;
        if gap == 0 {
            let sum = i128::from(high.mantissa) + i128::from(low.mantissa);
            return Self::new(sum, high.exponent, direction);
        }
        // The higher one gets 62 bits of room below; the lower one loses the bits beyond that,
        // rounded in the requested direction.
        let top = i128::from(high.mantissa) << 62;
        let low_mantissa = i128::from(low.mantissa);
        let bottom = if gap <= 62 {
            low_mantissa << (62 - gap)
        } else {
            let drop = (gap - 62).min(100);
            let floor = low_mantissa >> drop;
            if direction == Up && (floor << drop) != low_mantissa {
                floor + 1
            } else {
                floor
            }
        };
        Self::new(top + bottom, high.exponent - 62, direction)
    }

    /// Returns the difference, rounded.
    #[must_use]
    #[inline]
    pub fn sub(self, other: Self, direction: Direction) -> Self {
        self.add(-other, direction)
    }

    /// Returns the product, rounded. Zero times infinity is zero, as endpoints of intervals need.
    #[must_use]
    #[inline]
    pub fn mul(self, other: Self, direction: Direction) -> Self {
        self.mul_noting(other, direction).0
    }

    /// Returns the rounded product, and whether it is known to be exact.
    #[must_use]
    #[inline(always)]
    #[allow(clippy::inline_always)]
    pub fn mul_noting(self, other: Self, direction: Direction) -> (Self, bool) {
        if self.mantissa == 0 || other.mantissa == 0 {
            return (Self::ZERO, true);
        }
        if self.is_infinite() || other.is_infinite() {
            let product = if (self.mantissa > 0) == (other.mantissa > 0) {
                Self::INFINITY
            } else {
                Self::NEG_INFINITY
            };
            return (product, false);
        }
        // Between 2^124 and 2^126 in magnitude, so 62 or 63 bits are dropped: 63 after a shift to
        // 2^125.
        let size = u128::from(self.mantissa.unsigned_abs());
        let product = size * u128::from(other.mantissa.unsigned_abs());
        let is_long = product >> 125 != 0;
        let moved = if is_long { product } else { product << 1 };
        let floor = moved >> 63;
        let is_exact = floor << 63 == moved;
        let is_negative = (self.mantissa < 0) != (other.mantissa < 0);
        let is_outward = is_negative == (direction == Down);
        let rounded = floor + u128::from(!is_exact && is_outward);
        let exponent = self.exponent + other.exponent + 62 + i64::from(is_long);
        match i64::try_from(rounded) {
            Ok(mantissa) if exponent.abs() <= LIMIT => {
                let mantissa = if is_negative { -mantissa } else { mantissa };
                (Self { mantissa, exponent }, is_exact)
            }
            // Carried to 2^63, or out of range.
            _ => (
                Self::out_of_range(rounded, is_negative, exponent, direction),
                false,
            ),
        }
    }

    /// A result of at most 64 bits that was rounded already, and may need another rounding.
    #[cold]
    fn out_of_range(size: u128, is_negative: bool, exponent: i64, direction: Direction) -> Self {
        let size = i128::try_from(size).expect("a result of 64 bits at most");
        let mantissa = if is_negative { -size } else { size };
        Self::new(mantissa, exponent, direction)
    }

    /// Returns the quotient, rounded; the divisor must not be zero. A finite number divided by an
    /// infinity is zero, which is the limit and so a valid endpoint.
    ///
    /// - Panics: when the divisor is zero, which intervals exclude before.
    #[must_use]
    pub fn div(self, other: Self, direction: Direction) -> Self {
        assert!(other.mantissa != 0, "a divisor was checked to be non-zero");
        if self.mantissa == 0 || other.is_infinite() {
            return Self::ZERO;
        }
        if self.is_infinite() {
            return if (self.mantissa > 0) == (other.mantissa > 0) {
                Self::INFINITY
            } else {
                Self::NEG_INFINITY
            };
        }
        let (size, divisor) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        // Shifted so that the quotient has 63 bits before the point.
        let places = if size >= divisor { 62 } else { 63 };
        let (top, divisor) = (u128::from(size) << places, u128::from(divisor));
        let floor = top / divisor;
        let is_exact = floor * divisor == top;
        let is_negative = (self.mantissa < 0) != (other.mantissa < 0);
        let is_outward = is_negative == (direction == Down);
        let rounded = floor + u128::from(!is_exact && is_outward);
        let exponent = self.exponent - other.exponent - places;
        match i64::try_from(rounded) {
            Ok(mantissa) if exponent.abs() <= LIMIT => Self {
                mantissa: if is_negative { -mantissa } else { mantissa },
                exponent,
            },
            // Carried to 2^63, or out of range.
            _ => Self::out_of_range(rounded, is_negative, exponent, direction),
        }
    }

    /// Returns the square root, rounded; the number must not be negative.
    ///
    /// - Panics: for a negative number, which intervals exclude before.
    #[must_use]
    pub fn sqrt(self, direction: Direction) -> Self {
        assert!(
            self.mantissa >= 0,
            "a root was checked to be of a number >= 0"
        );
        if self.mantissa == 0 || self.is_infinite() {
            return self;
        }
        let room = if self.exponent % 2 == 0 { 64 } else { 63 };
        let scaled = self.mantissa.unsigned_abs();
        let scaled = u128::from(scaled) << room;
        let floor = scaled.isqrt();
        let root = if direction == Up && floor * floor != scaled {
            floor + 1
        } else {
            floor
        };
        let root = i128::try_from(root).expect("a root has 64 bits");
        Self::new(root, (self.exponent - room) / 2, direction)
    }

    /// Returns a number between the two, close to the middle; both must be finite.
    #[must_use]
    #[inline]
    pub fn between(self, other: Self) -> Self {
        let (low, high) = if self <= other {
            (self, other)
        } else {
            (other, self)
        };
        let middle = low.add(high, Down).scale(-1, Down);
        if middle.is_zero() || middle.exponent.abs() >= LIMIT - 1 {
            // It may have been cut off at the end of the range.
            return middle.max(low).min(high);
        }
        middle
    }
}

impl Neg for Dyadic {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self {
            mantissa: -self.mantissa,
            exponent: self.exponent,
        }
    }
}

impl PartialOrd for Dyadic {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Dyadic {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let by_sign = self.mantissa.signum().cmp(&other.mantissa.signum());
        if by_sign != Ordering::Equal {
            return by_sign;
        }
        let by_size = self
            .exponent
            .cmp(&other.exponent)
            .then(self.mantissa.abs().cmp(&other.mantissa.abs()));
        if self.mantissa >= 0 {
            by_size
        } else {
            by_size.reverse()
        }
    }
}

/// Writes `mantissa*2^exponent` with an odd mantissa, exactly.
impl fmt::Display for Dyadic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_infinite() {
            return write!(f, "{}", if self.mantissa > 0 { "inf" } else { "-inf" });
        }
        if self.mantissa == 0 {
            return write!(f, "0");
        }
        let zeros = self.mantissa.trailing_zeros();
        let exponent = self.exponent + i64::from(zeros);
        write!(f, "{}*2^{exponent}", self.mantissa >> zeros)
    }
}

impl fmt::Debug for Dyadic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
pub(crate) mod tests;
