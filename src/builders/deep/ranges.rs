//! Ranges of values with exact ends, and of their products.

use crate::builders::sample::short_above;
use crate::numbers::Rational;

/// Fractions longer than this are rounded, in the safe direction.
const LONG: usize = 128;

/// The smallest and the largest value.
pub type Range = (Rational, Rational);

/// `4^-k`.
pub fn power_of_four(k: u32) -> Rational {
    let exponent = i32::try_from(2 * k).expect("a number of folds is small");
    Rational::power_of_two(-exponent)
}

/// Returns the length of a range.
pub fn length(range: &Range) -> Rational {
    &range.1 - &range.0
}

/// Returns the largest absolute value.
pub fn magnitude(range: &Range) -> Rational {
    range.0.abs().max(range.1.abs())
}

/// Returns the largest whole number below or at a number.
pub fn floor(low: &Rational) -> Rational {
    Rational::from(low.floor())
}

/// Returns a whole number below a range.
pub fn low_of(range: &Range) -> Rational {
    floor(&range.0)
}

/// Returns the range times a number.
pub fn scaled(range: &Range, factor: &Rational) -> Range {
    product_range(range, &(factor.clone(), factor.clone()))
}

/// Returns the range of a product of independent values.
pub fn product_range(u: &Range, v: &Range) -> Range {
    let ends = [&u.0 * &v.0, &u.0 * &v.1, &u.1 * &v.0, &u.1 * &v.1];
    let low = ends.iter().min().cloned().unwrap_or_default();
    let high = ends.iter().max().cloned().unwrap_or_default();
    (low, high)
}

/// The exact range of a power.
pub fn power_range(side: &Range, exponent: u32) -> Range {
    let power = |x: &Rational| (0..exponent).fold(Rational::ONE, |product, _| product * x);
    let (low, high) = (power(&side.0), power(&side.1));
    if exponent % 2 == 1 {
        return (low, high);
    }
    let holds_zero = !side.0.is_positive() && !side.1.is_negative();
    let least = if holds_zero && exponent > 0 {
        Rational::ZERO
    } else {
        low.clone().min(high.clone())
    };
    (least, low.max(high))
}

/// The exact range of a monomial on a box: its factors are independent.
pub fn monomial_range(exponents: &[u32], sides: &[Range]) -> Range {
    let powers = exponents.iter().zip(sides);
    powers.fold((Rational::ONE, Rational::ONE), |range, (&e, side)| {
        product_range(&range, &power_range(side, e))
    })
}

/// Returns a number with few bits that is not below this one.
pub fn short(value: Rational) -> Rational {
    if value.bits() > LONG {
        short_above(&value, 40)
    } else {
        value
    }
}
