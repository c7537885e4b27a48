//! Many numbers at once: integers over one denominator, if that is short.

use crate::numbers::{Dyadic, Interval, Rational};

/// Exact values that take more memory than this are rounded like irrational ones.
pub const MAX_EXACT_BITS: usize = 256;
/// Irrational values are rounded to this many bits, counted from the largest of them.
pub const BITS: i32 = 40;
/// The extra bits in which rounding errors are measured.
const GUARD: i32 = 20;
/// Integers stay below this, so that a few of them can be added.
const LARGEST: i64 = 1 << 58;

/// A value, exact or enclosed.
pub enum Found {
    /// Exactly.
    Exact(Rational),
    /// A bounded interval around it.
    Enclosed(Interval),
}

impl Found {
    /// Returns an exponent e with `|value| < 2^e`, at most one too large; nothing for 0.
    fn exponent(&self) -> Option<i64> {
        match self {
            Self::Exact(value) if value.is_zero() => None,
            Self::Exact(value) => Some(value.magnitude_bits() + 1),
            Self::Enclosed(value) if value.mag().is_zero() => None,
            // A mantissa is below 2^63.
            Self::Enclosed(value) => Some(value.mag().exponent() + 63),
        }
    }
}

/// Exact numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Multiples of one unit, each below 2^58.
    Multiples {
        /// The unit.
        unit: Rational,
        /// The integer multiples.
        counts: Vec<i64>,
    },
    /// As they are.
    Plain(Vec<Rational>),
}

impl Numbers {
    /// Returns these values, and the largest distance from a true one, rounded up: irrational values are
    /// rounded to 40 bits below the largest value.
    pub fn rounded(found: Vec<Found>) -> (Self, Rational) {
        let mut exponents = found.iter().filter_map(Found::exponent);
        let first = exponents.next().unwrap_or(0);
        let exponent = i32::try_from(exponents.fold(first, i64::max)).unwrap_or(i32::MAX / 4);
        let is_exact = found.iter().all(|value| matches!(value, Found::Exact(_)));
        let step = if is_exact { 0 } else { exponent - BITS };
        let mut error = 0;
        let mut steps = |value: &Interval| {
            let (count, more) = nearest(value, step);
            error = error.max(more);
            count
        };
        let numbers = match common_denominator(&found, step) {
            Some(denominator) => {
                let per_step = Rational::from(denominator) * Rational::power_of_two(step);
                let per_step = per_step.to_i64();
                let count = |value: &Found| match value {
                    Found::Exact(value) => multiple(value, denominator),
                    Found::Enclosed(value) => small(steps(value).checked_mul(per_step?.into())?),
                };
                found
                    .iter()
                    .map(count)
                    .collect::<Option<Vec<i64>>>()
                    .map(|counts| {
                        let unit = Rational::ratio(1, denominator);
                        Self::Multiples { unit, counts }
                    })
            }
            None => None,
        };
        let numbers = numbers.unwrap_or_else(|| {
            let step_length = Rational::power_of_two(step);
            let plain = found.into_iter().map(|value| match value {
                Found::Exact(value) => value,
                Found::Enclosed(value) => whole(steps(&value)) * &step_length,
            });
            Self::Plain(plain.collect())
        });
        (numbers, whole(error) * Rational::power_of_two(step - GUARD))
    }

    /// The number of numbers.
    pub fn count(&self) -> usize {
        match self {
            Self::Multiples { counts, .. } => counts.len(),
            Self::Plain(values) => values.len(),
        }
    }

    /// Returns one of them.
    pub fn get(&self, place: usize) -> Rational {
        match self {
            Self::Multiples { unit, counts } => Rational::from(counts[place]) * unit,
            Self::Plain(values) => values[place].clone(),
        }
    }

    /// Is this one zero?
    pub fn is_zero(&self, place: usize) -> bool {
        match self {
            Self::Multiples { counts, .. } => counts[place] == 0,
            Self::Plain(values) => values[place].is_zero(),
        }
    }

    /// Returns, for each of these places, the sum over the terms (backward step, is added?) of the
    /// number that many places before; at most 16 terms.
    #[must_use]
    pub fn sums(&self, places: impl Iterator<Item = usize>, terms: &[(usize, bool)]) -> Self {
        match self {
            Self::Multiples { unit, counts } => {
                let sum = |place: usize| {
                    let signed = terms.iter().map(|&(back, is_added)| {
                        let count = counts[place - back];
                        if is_added { count } else { -count }
                    });
                    signed.sum()
                };
                let sums = Self::Multiples {
                    unit: unit.clone(),
                    counts: places.map(sum).collect(),
                };
                sums.shortened()
            }
            Self::Plain(values) => {
                let sum = |place: usize| {
                    terms.iter().fold(Rational::ZERO, |sum, &(back, is_added)| {
                        let value = &values[place - back];
                        if is_added { sum + value } else { sum - value }
                    })
                };
                Self::Plain(places.map(sum).collect())
            }
        }
    }

    /// The same numbers, plain where a multiple is too large.
    fn shortened(self) -> Self {
        match &self {
            Self::Multiples { counts, .. } if counts.iter().all(|n| n.abs() < LARGEST) => self,
            _ => Self::Plain((0..self.count()).map(|place| self.get(place)).collect()),
        }
    }

    /// Returns the largest absolute value, and the sum of all absolute values; exact.
    pub fn sizes(&self) -> (Rational, Rational) {
        match self {
            Self::Multiples { unit, counts } => {
                let largest = counts.iter().map(|count| count.abs()).max();
                let sum: i128 = counts.iter().map(|&count| i128::from(count.abs())).sum();
                (
                    Rational::from(largest.unwrap_or(0)) * unit,
                    whole(sum) * unit,
                )
            }
            Self::Plain(values) => {
                let sizes = || values.iter().map(Rational::abs);
                (sizes().max().unwrap_or_default(), sizes().sum())
            }
        }
    }
}

fn whole(value: i128) -> Rational {
    Rational::from(crate::numbers::Integer::from(value))
}

fn small(value: i128) -> Option<i64> {
    let value = i64::try_from(value).ok()?;
    (-LARGEST < value && value < LARGEST).then_some(value)
}

/// Returns a common denominator of all exact values and of 2^step; `None` if it is long.
fn common_denominator(found: &[Found], step: i32) -> Option<i64> {
    let mut common = 1i64.checked_shl(u32::try_from(-step).unwrap_or(0));
    common = common.filter(|common| (1..LARGEST).contains(common));
    for value in found {
        if let Found::Exact(value) = value {
            let denominator = i64::try_from(value.denominator()).ok()?;
            let so_far = common?;
            if so_far % denominator != 0 {
                let factor = denominator / gcd(so_far, denominator);
                common = so_far
                    .checked_mul(factor)
                    .filter(|&common| common < LARGEST);
            }
        }
    }
    common
}

fn gcd(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Returns a value as a multiple of 1/denominator.
fn multiple(value: &Rational, denominator: i64) -> Option<i64> {
    let numerator = i64::try_from(value.numerator()).ok()?;
    let factor = denominator / i64::try_from(value.denominator()).ok()?;
    small(i128::from(numerator) * i128::from(factor))
}

/// Returns the multiple of 2^step nearest to the middle of an interval that lies within
/// 2^(step + 40), and how far, in 2^(step - 20), it is from the farther end at most.
fn nearest(value: &Interval, step: i32) -> (i128, i128) {
    let fine = i64::from(step - GUARD);
    let (low, high) = (floor(value.inf(), fine), -floor(-value.sup(), fine));
    let count = (low + high + (1 << GUARD)) >> (GUARD + 1);
    let rounded = count << GUARD;
    (count, (high - rounded).max(rounded - low))
}

/// Returns the floor of a number below 2^(exponent + 62), in 2^exponent.
fn floor(value: Dyadic, exponent: i64) -> i128 {
    let mantissa = i128::from(value.mantissa());
    let shift = value.exponent() - exponent;
    if shift >= 0 {
        mantissa << shift.min(63)
    } else {
        mantissa >> (-shift).min(126)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::sample::exponent_above;
    use crate::numbers::{Direction, Function, Scalar};
    use proptest::prelude::*;

    fn exact(p: i64, q: i64) -> Found {
        Found::Exact(Rational::ratio(p, q))
    }

    #[test]
    fn exact_values_stay_exact() {
        let (numbers, error) = Numbers::rounded(vec![exact(1, 6), exact(-3, 4), exact(0, 1)]);
        assert_eq!(error, Rational::ZERO);
        let unit = Rational::ratio(1, 12);
        let counts = vec![2, -9, 0];
        assert_eq!(numbers, Numbers::Multiples { unit, counts });
        // One denominator of all these is beyond 2^58.
        let long = || vec![exact(1, 1_000_000_007), exact(1, 998_244_353), exact(1, 7)];
        let (numbers, error) = Numbers::rounded(long());
        assert_eq!(error, Rational::ZERO);
        assert!(matches!(numbers, Numbers::Plain(_)));
        assert_eq!(numbers.get(2), Rational::ratio(1, 7));
    }

    #[test]
    fn sums_that_grow_too_long_are_plain() {
        let large = 1 << 57;
        let found = vec![exact(large, 1), exact(-large, 1), exact(large, 1)];
        let (numbers, _) = Numbers::rounded(found);
        assert!(matches!(numbers, Numbers::Multiples { .. }));
        let sums = numbers.sums(1..3, &[(0, true), (1, false)]);
        assert!(matches!(sums, Numbers::Plain(_)));
        let twice = Rational::from(2 * large);
        assert_eq!((sums.get(0), sums.get(1)), (-&twice, twice.clone()));
        assert_eq!(sums.sizes(), (twice.clone(), &twice + &twice));
        let same = numbers.sums(2..3, &[(0, true), (2, false)]);
        assert!(same.is_zero(0) && same.count() == 1);
    }

    proptest! {
        #[test]
        fn rounded_values_are_as_near_as_is_said(
            places in prop::collection::vec((-50_000i64..1000, 1i64..200), 1..8),
            odd in 1i64..40,
        ) {
            let places = places.iter().map(|&(p, q)| Interval::from_rational(&Rational::ratio(p, q * 100)));
            let values: Vec<Interval> = places.filter_map(|x| x.apply(Function::Exp).ok()).collect();
            let mut found: Vec<Found> = values.iter().copied().map(Found::Enclosed).collect();
            found.push(exact(1, odd));
            let (numbers, error) = Numbers::rounded(found);
            let bound = |end: Dyadic, direction| end.rational_bound(direction).expect("short");
            for (place, value) in values.iter().enumerate() {
                let rounded = numbers.get(place);
                prop_assert!(bound(value.sup(), Direction::Up) - &rounded <= error);
                prop_assert!(&rounded - bound(value.inf(), Direction::Down) <= error);
            }
            prop_assert_eq!(numbers.get(values.len()), Rational::ratio(1, odd));
            // Half a step, and the interval's width, which is far less; the exponent of the
            // largest value may be one too large.
            let largest = (0..numbers.count()).map(|place| numbers.get(place)).max();
            let exponent = exponent_above(&largest.expect("some")) + 2;
            prop_assert!(error <= Rational::power_of_two(exponent - BITS - 1) * Rational::ratio(11, 10));
        }
    }
}
