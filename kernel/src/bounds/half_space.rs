//! The fraction of a cell that a half-space covers (T15).

use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Interval};

/// Inputs in the sum over corners, at most.
const MOST_CORNER_INPUTS: usize = 6;
/// The relative accuracy of one corner, approximately, in bits.
const ACCURACY: i64 = 57;

/// Encloses the fraction of `[-1, 1]^d` on which `a·e >= t`, for all `a` and `t` in these
/// intervals.
///
/// The fraction decreases as `t` grows, so it lies between its values at the two ends of `t`.
/// First, everything in `a` that is uncertain or too small is moved to `t`: `|e_i| <= 1`.
pub(super) fn fraction(coefficients: &[Interval], threshold: &Interval) -> Interval {
    let mut dropped = Dyadic::ZERO;
    let mut a = Vec::with_capacity(coefficients.len());
    for coefficient in coefficients {
        dropped = dropped.add(coefficient.rad(), Up);
        let size = coefficient.mid().abs();
        if !size.is_zero() {
            a.push(size);
        }
    }
    a.sort_unstable_by(|x, y| y.cmp(x));
    let kept = kept(&a);
    for small in a.drain(kept..) {
        dropped = dropped.add(small, Up);
    }
    let least = fraction_from(&a, threshold.sup().add(dropped, Up));
    let most = fraction_from(&a, threshold.inf().sub(dropped, Down));
    Interval::ordered(least.inf(), most.sup())
}

/// Returns how many of the decreasing coefficients stand out from rounding. A corner is accurate to
/// about `2^-ACCURACY / p`, where `p` is the product of the kept coefficients; dropping `a` costs
/// `a`.
fn kept(a: &[Dyadic]) -> usize {
    let Some(largest) = a.first().map(|a| a.exponent()) else {
        return 0;
    };
    let mut product = 0_i64;
    let mut kept = 1;
    for a in &a[1..] {
        let ratio = a.exponent().saturating_sub(largest);
        let cost = product.saturating_add(ratio.saturating_mul(2));
        if kept >= MOST_CORNER_INPUTS || cost < -ACCURACY {
            break;
        }
        product = product.saturating_add(ratio);
        kept += 1;
    }
    kept
}

/// Encloses the fraction of `[-1, 1]^m` on which `a·e >= t`, for decreasing `a > 0`.
fn fraction_from(a: &[Dyadic], t: Dyadic) -> Interval {
    let Some(largest) = a.first() else {
        let is_all = !t.is_positive();
        return if is_all {
            Interval::ONE
        } else {
            Interval::ZERO
        };
    };
    // By e -> -e, the sets a·e >= t and a·e <= -t have the same size.
    if t.is_negative() {
        return Interval::ONE.minus(&fraction_from(a, -t));
    }
    let reach = a.iter().fold(Dyadic::ZERO, |sum, a| sum.add(*a, Up));
    if t >= reach {
        return Interval::ZERO;
    }
    let unit = largest.exponent().saturating_add(62).saturating_neg();
    let relative = |x: Dyadic| Interval::ordered(x.scale(unit, Down), x.scale(unit, Up));
    let slopes: Vec<Interval> = a.iter().map(|a| relative(*a)).collect();
    let t = relative(t);
    // 1 / (2^m m! a_1 ... a_m) · sum over s in {-1, 1}^m of s_1 ... s_m max(s·a - t, 0)^m
    let mut sum = Interval::ZERO;
    for corner in 0_u32..1 << slopes.len() {
        let mut height = t.negated();
        for (i, slope) in slopes.iter().enumerate() {
            height = if corner >> i & 1 == 0 {
                height.plus(slope)
            } else {
                height.minus(slope)
            };
        }
        if !height.sup().is_positive() {
            continue;
        }
        let height = Interval::ordered(height.inf().max(Dyadic::ZERO), height.sup());
        let term = slopes[1..]
            .iter()
            .fold(height, |power, _| power.times(&height));
        sum = if corner.count_ones() % 2 == 0 {
            sum.plus(&term)
        } else {
            sum.minus(&term)
        };
    }
    let divisor = (1_i64..)
        .zip(&slopes)
        .fold(Interval::ONE, |product, (k, slope)| {
            product
                .times(slope)
                .times_point(Dyadic::from_i64(k).scale(1, Down))
        });
    // For t >= 0 the fraction is at most a half.
    let half = Interval::ordered(Dyadic::ZERO, Dyadic::HALF);
    sum.over(&divisor)
        .map_or(half, |fraction| half.refine(&fraction))
}

#[cfg(test)]
#[allow(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "counted in floats, on purpose: another way to the same numbers"
)]
mod tests {
    use super::*;
    use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
    use proptest::prelude::*;

    /// The fraction by counting the midpoints of a fine grid.
    fn counted(a: &[f64], t: f64) -> f64 {
        let n: usize = [0, 20000, 600, 90, 30][a.len()];
        let total = n.pow(u32::try_from(a.len()).expect("few"));
        let mut inside = 0;
        for index in 0..total {
            let mut rest = index;
            let mut sum = 0.0;
            for a in a {
                let e = ((rest % n) as f64 + 0.5) / n as f64 * 2.0 - 1.0;
                rest /= n;
                sum += a * e;
            }
            inside += usize::from(sum >= t);
        }
        inside as f64 / total as f64
    }

    fn exact(x: f64) -> Dyadic {
        exact_dyadic(x).expect("finite")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn shares_are_those_of_a_count(
            a in prop::collection::vec(prop_oneof![-2.0..2.0f64, Just(0.0), Just(1.0), -1e-9..1e-9f64], 1..=3),
            t in prop_oneof![-3.0..3.0f64, Just(0.0), Just(1.0)],
            power in -900i64..900,
        ) {
            let scale = |x: f64| Interval::point(exact(x).scale(power, Down));
            let forms: Vec<Interval> = a.iter().map(|a| scale(*a)).collect();
            let found = fraction(&forms, &scale(t));
            let counted = counted(&a, t);
            // A grid of n midpoints in each of d inputs misses a face by at most d / n.
            let off = if a.iter().any(|a| a.abs() > 1e-3) { 0.06 } else { 1.0 };
            let (low, high) = (estimate_dyadic(found.inf()), estimate_dyadic(found.sup()));
            prop_assert!(low - off <= counted && counted <= high + off, "{a:?} {t}: {found} {counted}");
            prop_assert!(high - low < 1e-6 || a.iter().all(|a| a.abs() < 1e-6), "{a:?} {t}: {found}");
        }
    }

    #[test]
    fn known_shares() {
        let form =
            |a: &[f64]| -> Vec<Interval> { a.iter().map(|a| Interval::point(exact(*a))).collect() };
        for (a, t, expected) in [
            (&[1.0][..], 0.5, 0.25),
            (&[-1.0], 0.5, 0.25),
            (&[1.0, 1.0], 1.0, 0.125),
            (&[1.0, 1.0], -1.0, 0.875),
            (&[1.0, 1.0, 1.0], 1.0, 1.0 / 6.0),
            (&[2.0, -2.0, 2.0, 2.0], 0.0, 0.5),
            (&[1.0, 1.0, 1.0, 1.0], 2.0, 1.0 / 24.0),
            (&[], 0.0, 1.0),
            (&[0.0, 0.0], 1.0, 0.0),
        ] {
            let found = fraction(&form(a), &Interval::point(exact(t)));
            let (low, high) = (estimate_dyadic(found.inf()), estimate_dyadic(found.sup()));
            assert!(
                low <= expected && expected <= high + 1e-17,
                "{a:?}: {found}"
            );
            assert!(high - low < 1e-14, "{a:?}: {found}");
        }
        let wide = fraction(
            &form(&[1.0]),
            &Interval::ordered(-Dyadic::HALF, Dyadic::HALF),
        );
        assert_eq!(
            wide,
            Interval::ordered(Dyadic::power_of_two(-2), exact(0.75))
        );
    }
}
