//! From what a search found to a certificate.

use crate::certificate::{Certificate, Claim, Partition, Question, Ranges, Witness};
use crate::numbers::Rational;

/// Bits that a bound keeps when it is made short.
const SHORT_BITS: i64 = 40;

/// Returns a short fraction at most this one, for a lower bound.
pub fn shorten_down(value: &Rational) -> Rational {
    shorten(value, Rational::floor)
}

/// Returns a short fraction at least this one, for an upper bound.
pub fn shorten_up(value: &Rational) -> Rational {
    shorten(value, Rational::ceil)
}

fn shorten(value: &Rational, round: impl Fn(&Rational) -> crate::numbers::Integer) -> Rational {
    if value.is_zero() || value.bits() <= 64 {
        return value.clone();
    }
    // Keep about SHORT_BITS significant bits.
    let places = SHORT_BITS - value.magnitude_bits();
    let Ok(places) = i32::try_from(places.clamp(-1_000_000, 1_000_000)) else {
        return value.clone();
    };
    let scaled = value * &Rational::power_of_two(places);
    Rational::from(round(&scaled)) * Rational::power_of_two(-places)
}

/// Puts a certificate together.
pub fn certificate(
    question: &Question,
    lower: Rational,
    upper: Option<Rational>,
    witness: Option<Witness>,
    fold: Rational,
    ranges: Ranges,
    partition: Partition,
) -> Certificate {
    Certificate {
        claim: Claim {
            question: question.clone(),
            stated_lower: lower,
            stated_upper: upper,
        },
        witness,
        fold,
        ranges,
        partition,
    }
}
