//! Stored floats, distinguished by their bits.

use super::rational::Rational;

/// A finite 64-bit float, as an exact number.
///
/// Invariant: neither infinite nor NaN, and never the bits of −0. So different bits are different
/// numbers, and comparing bits compares numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Float64(u64);

/// The bits of −0.
const MINUS_ZERO: u64 = 1 << 63;
/// The bits of the exponent; all of them are set only in infinities and NaN.
const EXPONENT: u64 = 0x7ff << DIGITS;
/// Digits after the first.
const DIGITS: u32 = 52;
/// The last digit of the smallest floats is 2 to this power.
const SMALLEST: i32 = -1074;

impl Float64 {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// Returns the float with these bits, 0 for −0; `None` for infinities and NaN.
    ///
    /// ```
    /// use steeple_kernel::numbers::{Float64, Rational};
    /// let tenth = Float64::from_bits(0.1f64.to_bits()).expect("finite");
    /// assert_eq!(tenth.to_rational().to_string(), "3602879701896397/36028797018963968");
    /// assert_eq!(Float64::from_bits(f64::NAN.to_bits()), None);
    /// ```
    pub fn from_bits(bits: u64) -> Option<Self> {
        match bits {
            MINUS_ZERO => Some(Self::ZERO),
            bits if bits & EXPONENT == EXPONENT => None,
            bits => Some(Self(bits)),
        }
    }

    /// The bits.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// Is this 0?
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// Returns the number.
    ///
    /// - Exactness: exact.
    pub fn to_rational(self) -> Rational {
        let fraction = self.0 & ((1 << DIGITS) - 1);
        let power = i32::try_from((self.0 & EXPONENT) >> DIGITS).expect("11 bits");
        // As an integer fraction and the exponent of its last digit.
        let (digits, power) = match power {
            0 if fraction == 0 => return Rational::ZERO,
            0 => (fraction, SMALLEST),
            _ => (fraction | 1 << DIGITS, power - 1 + SMALLEST),
        };
        let zeros = digits.trailing_zeros();
        let power = power + i32::try_from(zeros).expect("at most 52");
        let size = i64::try_from(digits >> zeros).expect("53 bits");
        let numerator = if self.0 & MINUS_ZERO == 0 {
            size
        } else {
            -size
        };
        match power {
            0..10 => Rational::from(numerator << power),
            -62..0 => Rational::ratio(numerator, 1 << -power),
            _ => &Rational::from(numerator) * &Rational::power_of_two(power),
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_arithmetic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By the decimal digits of the float, which are exact and finitely many.
    fn slow(value: f64) -> Rational {
        crate::numbers::literal::parse(&format!("{value:.1080}")).expect("a decimal")
    }

    fn floats() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            any::<f32>().prop_map(f64::from),
            (-64i32..64).prop_map(|k| f64::from(k) / 8.0),
            proptest::sample::select(vec![
                0.0,
                -0.0,
                f64::MAX,
                f64::MIN,
                f64::MIN_POSITIVE,
                f64::from_bits(1),
                -f64::from_bits(3),
                f64::from_bits((1 << 52) - 1),
                f64::INFINITY,
                f64::NAN,
            ]),
        ]
    }

    proptest! {
        #[test]
        fn floats_are_the_numbers_that_their_digits_say(value in floats()) {
            let float = Float64::from_bits(value.to_bits());
            prop_assert_eq!(float.is_some(), value.is_finite());
            if let Some(float) = float {
                let number = float.to_rational();
                prop_assert_eq!(&number, &slow(value));
                // In lowest terms: otherwise it would compare as another number.
                let parts = (number.numerator().clone(), number.denominator().clone());
                prop_assert_eq!(Some(number.clone()), Rational::new(parts.0, parts.1));
                prop_assert_eq!(float.is_zero(), number.is_zero());
            }
        }

        #[test]
        fn equal_bits_are_equal_numbers(a in floats(), b in floats()) {
            let both = (Float64::from_bits(a.to_bits()), Float64::from_bits(b.to_bits()));
            if let (Some(x), Some(y)) = both {
                prop_assert_eq!(x == y, x.to_rational() == y.to_rational());
            }
        }
    }
}
