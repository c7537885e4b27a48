//! Exact rational numbers: the only file that names the rational crate.
//!
//! [`Rational`] wraps `dashu_ratio::RBig`, which keeps every value canonical (lowest terms,
//! positive denominator). The wrapper keeps the choice of crate in one place, and a test compares
//! every operation with an independent implementation.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

use dashu_base::{Abs, BitTest, Sign as DashuSign, Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// An integer of any size.
pub type Integer = IBig;
/// A natural number of any size.
pub type Natural = UBig;

/// An exact fraction of two integers of any size, always in lowest terms.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rational(RBig);

impl Rational {
    /// Zero.
    pub const ZERO: Self = Self(RBig::ZERO);
    /// One.
    pub const ONE: Self = Self(RBig::ONE);

    /// Returns `numerator / denominator`; `None` when the denominator is zero.
    pub fn new(numerator: impl Into<Integer>, denominator: impl Into<Integer>) -> Option<Self> {
        let denominator = denominator.into();
        if denominator.is_zero() {
            return None;
        }
        Some(Self(RBig::from_parts_signed(numerator.into(), denominator)))
    }

    /// Returns `numerator / denominator`.
    ///
    /// - Panics: when the denominator is zero: for constants in the code, not for input.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::new(numerator, denominator).expect("a constant has a non-zero denominator")
    }

    /// Returns `2^exponent`, exactly. The result takes `|exponent|` bits.
    pub fn power_of_two(exponent: i32) -> Self {
        let bits = usize::try_from(exponent.unsigned_abs()).expect("usize holds 32 bits");
        let power = UBig::ONE << bits;
        if exponent >= 0 {
            Self(RBig::from(power))
        } else {
            Self(RBig::from_parts(IBig::ONE, power))
        }
    }

    /// The numerator in lowest terms; it carries the sign.
    pub fn numerator(&self) -> &Integer {
        self.0.numerator()
    }

    /// The denominator in lowest terms, at least one.
    pub fn denominator(&self) -> &Natural {
        self.0.denominator()
    }

    /// Is this zero?
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Is this an integer?
    pub fn is_integer(&self) -> bool {
        self.0.denominator().is_one()
    }

    /// Is this greater than zero?
    pub fn is_positive(&self) -> bool {
        !self.is_zero() && self.0.is_positive()
    }

    /// Is this less than zero?
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Returns −1, 0 or 1.
    pub fn signum(&self) -> i32 {
        match (self.is_zero(), self.0.sign()) {
            (true, _) => 0,
            (false, DashuSign::Positive) => 1,
            (false, DashuSign::Negative) => -1,
        }
    }

    /// Returns the absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        Self(self.0.clone().abs())
    }

    /// Returns `1 / self`; `None` for zero.
    pub fn reciprocal(&self) -> Option<Self> {
        Self::new(self.denominator().clone(), self.numerator().clone())
    }

    /// Returns `self / divisor`; `None` when the divisor is zero.
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        if divisor.is_zero() {
            None
        } else {
            Some(Self(&self.0 / &divisor.0))
        }
    }

    /// Returns `self^exponent`; `None` for a negative power of zero. `0^0` is 1.
    pub fn powi(&self, exponent: i32) -> Option<Self> {
        let size = usize::try_from(exponent.unsigned_abs()).expect("usize holds 32 bits");
        let power = Self(RBig::from_parts(
            self.numerator().pow(size),
            self.denominator().pow(size),
        ));
        if exponent < 0 {
            power.reciprocal()
        } else {
            Some(power)
        }
    }

    /// Returns the largest integer not above this number.
    pub fn floor(&self) -> Integer {
        use dashu_base::DivEuclid;
        self.numerator()
            .clone()
            .div_euclid(IBig::from(self.denominator().clone()))
    }

    /// Returns the smallest integer not below this number.
    pub fn ceil(&self) -> Integer {
        -((-self).floor())
    }

    /// Returns the integer nearest to this number; halves go up.
    pub fn round(&self) -> Integer {
        (self + &Self::ratio(1, 2)).floor()
    }

    /// Returns the multiple of `2^-bits` nearest to this number.
    #[must_use]
    pub fn round_to_bits(&self, bits: u32) -> Self {
        let exponent = i32::try_from(bits).expect("a bit count is small");
        let scaled = self * &Self::power_of_two(exponent);
        &Self::from(scaled.round()) * &Self::power_of_two(-exponent)
    }

    /// Returns the exact square root, if the number is the square of a rational.
    pub fn exact_sqrt(&self) -> Option<Self> {
        if self.is_negative() {
            return None;
        }
        let numerator = self.numerator().unsigned_abs();
        let root = |n: &UBig| {
            use dashu_base::SquareRoot;
            let r = n.sqrt();
            (&r * &r == *n).then_some(r)
        };
        let (p, q) = (root(&numerator)?, root(self.denominator())?);
        Some(Self(RBig::from_parts(IBig::from(p), q)))
    }

    /// Returns the number of bits of numerator and denominator together: its size in memory.
    pub fn bits(&self) -> usize {
        self.numerator().bit_len() + self.denominator().bit_len()
    }

    /// Returns the bits of the numerator minus those of the denominator: about `log2 |self|`.
    pub fn magnitude_bits(&self) -> i64 {
        let size = |bits: usize| i64::try_from(bits).expect("numbers fit in memory");
        size(self.numerator().bit_len()) - size(self.denominator().bit_len())
    }

    /// Returns this as a machine integer, if it is one that fits.
    pub fn to_i64(&self) -> Option<i64> {
        if self.is_integer() {
            i64::try_from(self.numerator()).ok()
        } else {
            None
        }
    }

    /// Returns `self / 2`.
    #[must_use]
    pub fn half(&self) -> Self {
        self * &Self::ratio(1, 2)
    }

    /// Returns the number halfway between two.
    #[must_use]
    pub fn midpoint(&self, other: &Self) -> Self {
        (self + other).half()
    }
}

impl Default for Rational {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Self(RBig::from(value))
    }
}

impl From<Integer> for Rational {
    fn from(value: Integer) -> Self {
        Self(RBig::from(value))
    }
}

impl From<Natural> for Rational {
    fn from(value: Natural) -> Self {
        Self(RBig::from(value))
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $op:tt) => {
        impl $trait<&Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                Rational(&self.0 $op &other.0)
            }
        }
        impl $trait<Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                Rational(self.0 $op other.0)
            }
        }
        impl $trait<&Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                Rational(self.0 $op &other.0)
            }
        }
        impl $trait<Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                Rational(&self.0 $op other.0)
            }
        }
    };
}
operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
// Panics on zero like the integers do; input goes through `checked_div`.
operator!(Div, div, /);

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-self.0)
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-&self.0)
    }
}

impl Sum for Rational {
    fn sum<I: Iterator<Item = Rational>>(iter: I) -> Rational {
        iter.fold(Rational::ZERO, |total, term| total + term)
    }
}

impl<'a> Sum<&'a Rational> for Rational {
    fn sum<I: Iterator<Item = &'a Rational>>(iter: I) -> Rational {
        iter.fold(Rational::ZERO, |total, term| total + term)
    }
}

/// Writes `p/q`, or `p` for an integer.
impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_integer() {
            write!(f, "{}", self.numerator())
        } else {
            write!(f, "{}/{}", self.numerator(), self.denominator())
        }
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    /// The same number in an independent implementation.
    fn oracle(value: &Rational) -> BigRational {
        let parse = |text: String| text.parse::<BigInt>().expect("an integer prints as one");
        BigRational::new(
            parse(value.numerator().to_string()),
            parse(value.denominator().to_string()),
        )
    }

    fn any_rational() -> impl Strategy<Value = Rational> {
        let part = prop_oneof![
            -3i128..=3,
            any::<i128>(),
            any::<i64>().prop_map(i128::from),
            (0u32..120).prop_map(|k| 1i128 << k),
        ];
        (part.clone(), part, 1u64..40).prop_map(|(p, q, scale)| {
            let q = if q == 0 { 1 } else { q };
            let scale = Rational::from(i64::try_from(scale).expect("small"));
            Rational::new(p, q).expect("q is not 0") * scale
        })
    }

    proptest! {
        #[test]
        fn agrees_with_an_independent_implementation(a in any_rational(), b in any_rational()) {
            let (x, y) = (oracle(&a), oracle(&b));
            prop_assert_eq!(oracle(&(&a + &b)), &x + &y);
            prop_assert_eq!(oracle(&(&a - &b)), &x - &y);
            prop_assert_eq!(oracle(&(&a * &b)), &x * &y);
            if !b.is_zero() {
                prop_assert_eq!(oracle(&a.checked_div(&b).expect("b is not 0")), &x / &y);
            }
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            prop_assert_eq!(a.floor().to_string(), x.floor().to_integer().to_string());
            prop_assert_eq!(a.ceil().to_string(), x.ceil().to_integer().to_string());
            prop_assert_eq!(oracle(&a.abs()), num_traits::Signed::abs(&x));
            prop_assert_eq!(oracle(&a.powi(3).expect("positive power")), x.pow(3));
        }

        #[test]
        fn squares_have_exact_roots(a in any_rational()) {
            let square = &a * &a;
            prop_assert_eq!(square.exact_sqrt(), Some(a.abs()));
        }
    }

    #[test]
    fn two_is_no_square() {
        assert_eq!(Rational::from(2).exact_sqrt(), None);
        assert_eq!(Rational::ratio(-4, 9).exact_sqrt(), None);
    }

    #[test]
    fn zero_to_the_zero_is_one_and_negative_powers_of_zero_are_refused() {
        assert_eq!(Rational::ZERO.powi(0), Some(Rational::ONE));
        assert_eq!(Rational::ZERO.powi(-1), None);
        assert_eq!(
            Rational::ratio(-2, 3).powi(-3),
            Some(Rational::ratio(-27, 8))
        );
    }
}
