//! Upper bounds on the tail of a step, away from its jump: T20.

use super::sample::short_above;
use crate::numbers::{Direction, Function, Interval, Rational, Scalar};

/// Beyond this, the bound on `e^-x` is constant: small enough, and a short fraction.
const LARGEST: i64 = 300;

/// Returns an upper bound on `e^-x` for `x >= 0`, of about 24 bits.
pub fn exp_minus_upper(x: &Rational) -> Rational {
    let x = x.clone().min(Rational::from(LARGEST));
    let value = Interval::from_rational(&-x).apply(Function::Exp).ok();
    let upper = value.and_then(|value| value.sup().rational_bound(Direction::Up));
    upper.map_or(Rational::ONE, |upper| short_above(&upper, 24))
}

/// Returns an upper bound on the sum of numbers that are not negative; about 2^-60 relative.
pub fn sum_upper<'a>(terms: impl Iterator<Item = &'a Rational>) -> Option<Rational> {
    let add = |sum: Interval, term| sum.plus(&Interval::from_rational(term));
    let sum = terms.fold(Interval::ZERO, add);
    sum.sup().rational_bound(Direction::Up)
}

/// Returns an upper bound on the natural logarithm of a number above 1.
pub fn ln_upper(x: &Rational) -> Option<Rational> {
    let value = Interval::from_rational(x).apply(Function::Ln).ok()?;
    value.sup().rational_bound(Direction::Up)
}

/// Returns an upper bound on the square root of a number that is not negative.
pub fn root_upper(x: &Rational) -> Option<Rational> {
    let value = Interval::from_rational(x).apply(Function::Sqrt).ok()?;
    value.sup().rational_bound(Direction::Up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_above_and_close() {
        let e = exp_minus_upper(&Rational::ONE);
        let (low, high) = (
            Rational::ratio(367_879_441, 1_000_000_000),
            Rational::ratio(367_879_500, 1_000_000_000),
        );
        assert!(low < e && e < high, "{e}");
        assert!(exp_minus_upper(&Rational::from(1_000_000)) < Rational::power_of_two(-430));
        assert_eq!(exp_minus_upper(&Rational::ZERO), Rational::ONE);
        let ln = ln_upper(&Rational::from(2)).expect("defined");
        assert!(ln > Rational::ratio(693_147, 1_000_000));
        assert!(ln < Rational::ratio(693_148, 1_000_000));
        let thirds = [Rational::ratio(1, 3), Rational::ratio(2, 3)];
        let sum = sum_upper(thirds.iter()).expect("finite");
        assert!(sum >= Rational::ONE && sum < Rational::ratio(1_000_001, 1_000_000));
    }
}
