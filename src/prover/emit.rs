//! Makes a certificate from the results of a search.

use super::Request;
use crate::certificate::{Certificate, Claim, Layer, Method, Partition, Ranges, Witness};
use crate::numbers::Rational;

/// The bits that a shortened bound keeps.
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

/// The results of a search.
pub struct Found {
    pub lower: Rational,
    pub upper: Option<Rational>,
    pub witness: Option<Witness>,
    pub constant_radius: Rational,
    /// Rounding errors of at most this are taken over on the way down.
    pub kept_rounding: Rational,
    pub ranges: Ranges,
    pub partition: Partition,
}

/// Assembles a certificate.
pub fn certificate(request: &Request<'_>, found: Found) -> Certificate {
    let Found {
        lower,
        upper,
        witness,
        constant_radius,
        kept_rounding,
        ranges,
        partition,
    } = found;
    let question = request.question;
    // Exact leaves use the network itself, so any checker finds the same.
    let is_exact = !request.network.has_jumps() && has_exact_leaves_alone(&partition);
    let least = question.needs(request.network);
    let layer = if request.portable || is_exact {
        least
    } else {
        least.max(Layer::Fast)
    };
    Certificate {
        claim: Claim {
            question: question.clone(),
            stated_lower: lower,
            stated_upper: upper,
        },
        weights: request.weights,
        layer,
        witness,
        constant_radius,
        kept_rounding,
        ranges: if layer.is_portable() {
            Ranges::Natural
        } else {
            ranges
        },
        partition,
    }
}

/// Are all leaves exact or open, and at least one exact?
fn has_exact_leaves_alone(partition: &Partition) -> bool {
    let mut leaves = (partition.text().iter()).filter(|letter| letter.is_ascii_lowercase());
    let [exact, open] = [Method::Exact, Method::Open].map(Method::letter);
    partition.text().contains(&exact) && leaves.all(|letter| [exact, open].contains(letter))
}
