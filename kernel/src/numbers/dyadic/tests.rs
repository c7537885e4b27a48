use super::*;
use proptest::prelude::*;

/// Numbers of all sizes, favouring corners: zero, powers of two, all-ones mantissas.
pub(crate) fn any_dyadic() -> impl Strategy<Value = Dyadic> {
    let mantissa = prop_oneof![
        Just(0i64),
        Just(1),
        Just(-1),
        Just(i64::MAX),
        Just(-i64::MAX),
        -100i64..100,
        any::<i64>(),
    ];
    (mantissa, -140i64..140).prop_map(|(m, e)| Dyadic::new(i128::from(m), e, Down))
}

fn exact(value: Dyadic) -> Rational {
    value.to_rational().expect("a finite test number")
}

/// `low <= truth <= high`, and no further apart than `2^-61` relative.
fn assert_encloses(low: Dyadic, truth: &Rational, high: Dyadic) {
    let (low, high) = (exact(low), exact(high));
    assert!(low <= *truth && *truth <= high, "{low} {truth} {high}");
    let slack = truth.abs() * Rational::power_of_two(-61);
    assert!(&high - &low <= slack, "too wide: {low} {truth} {high}");
}

proptest! {
    /// Sums and products at all distances of the exponents: on the right side, and by less than
    /// a unit in the last place.
    #[test]
    fn sums_and_products_are_rounded_by_less_than_a_unit(
        a in any_dyadic(), b in any_dyadic(), gap in -70i64..70
    ) {
        let b = b.scale(a.exponent() - b.exponent() + gap, Down);
        for (low, high, truth) in [
            (a.add(b, Down), a.add(b, Up), exact(a) + exact(b)),
            (a.mul(b, Down), a.mul(b, Up), exact(a) * exact(b)),
        ] {
            assert_encloses(low, &truth, high);
            if !truth.is_zero() {
                let unit = Rational::power_of_two(-60) * truth.abs();
                prop_assert!(exact(high) - exact(low) <= unit, "{a} {b}");
            }
        }
    }

    #[test]
    fn operations_enclose_the_exact_result(a in any_dyadic(), b in any_dyadic()) {
        let (x, y) = (exact(a), exact(b));
        assert_encloses(a.add(b, Down), &(&x + &y), a.add(b, Up));
        assert_encloses(a.sub(b, Down), &(&x - &y), a.sub(b, Up));
        assert_encloses(a.mul(b, Down), &(&x * &y), a.mul(b, Up));
        if !b.is_zero() {
            assert_encloses(a.div(b, Down), &(&x / &y), a.div(b, Up));
        }
        prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        prop_assert_eq!(Dyadic::from_rational(&x, Down), a);
        prop_assert_eq!(Dyadic::from_rational(&x, Up), a);
        let middle = exact(a.between(b));
        prop_assert!(middle >= x.clone().min(y.clone()) && middle <= x.max(y));
    }

    #[test]
    fn fractions_are_enclosed(p in any::<i128>(), q in 1i128..i128::MAX, small in any::<bool>()) {
        let (p, q) = if small { (p >> 70, (q >> 70).max(1)) } else { (p, q) };
        let value = Rational::new(p, q).expect("q is positive");
        let (low, high) = (
            Dyadic::from_rational(&value, Down),
            Dyadic::from_rational(&value, Up),
        );
        assert_encloses(low, &value, high);
    }

    #[test]
    fn roots_are_enclosed(a in any_dyadic()) {
        let a = a.abs();
        let (low, high) = (exact(a.sqrt(Down)), exact(a.sqrt(Up)));
        let value = exact(a);
        prop_assert!(&low * &low <= value && value <= &high * &high);
        prop_assert!(&high - &low <= high * Rational::power_of_two(-61));
    }
}

/// Mantissas at which a carry, a cancellation or a lost bit makes a difference.
fn corner_mantissas() -> Vec<i64> {
    let ends = [LEAST, i64::MAX];
    let corners = ends.into_iter().flat_map(|end| {
        let inward = |by: i64| if end == LEAST { end + by } else { end - by };
        [0, 1, 2, 3, 1 << 31].map(inward)
    });
    let middle = LEAST + (LEAST >> 1);
    let halves = (0..62).step_by(7).map(|bit| LEAST | 1 << bit);
    corners.chain([middle, middle + 1]).chain(halves).collect()
}

/// The quotient of exact integers `a·2^gap ± b` is compared, so every bit is known.
#[test]
fn sums_of_corners_are_the_nearest_at_every_gap() {
    for a in corner_mantissas() {
        for b in corner_mantissas() {
            for gap in (0..70).chain([90, 126, 127, 128, 200]) {
                for (a, b) in [(a, b), (a, -b), (-a, b), (-a, -b)] {
                    let part = |mantissa, exponent| Dyadic { mantissa, exponent };
                    let (high, low) = (part(a, gap), part(b, 0));
                    let whole = Integer::from(a) << usize::try_from(gap).expect("small");
                    let truth = Rational::from(whole + Integer::from(b));
                    for direction in [Down, Up] {
                        let found = high.add(low, direction);
                        assert_eq!(found, low.add(high, direction));
                        let nearest = Dyadic::from_rational(&truth, direction);
                        assert_eq!(found, nearest, "{high} + {low} {direction:?}");
                        let (noted, is_exact) = high.add_noting(low, direction);
                        assert_eq!(noted, found);
                        assert!(!is_exact || exact(found) == truth, "{high} + {low}");
                    }
                }
            }
            for (a, b) in [(a, b), (a, -b), (-a, -b)] {
                let part = |mantissa| Dyadic {
                    mantissa,
                    exponent: 3,
                };
                let truth = Rational::from(Integer::from(a) * Integer::from(b) * 64);
                for direction in [Down, Up] {
                    let found = part(a).mul(part(b), direction);
                    let nearest = Dyadic::from_rational(&truth, direction);
                    assert_eq!(found, nearest, "{a} * {b} {direction:?}");
                    let (noted, is_exact) = part(a).mul_noting(part(b), direction);
                    assert_eq!(noted, found);
                    assert!(!is_exact || exact(found) == truth, "{a} * {b}");
                    let truth = Rational::new(a, b).expect("b is not 0");
                    let found = part(a).div(part(b), direction);
                    let nearest = Dyadic::from_rational(&truth, direction);
                    assert_eq!(found, nearest, "{a} / {b} {direction:?}");
                }
            }
        }
    }
}

#[test]
fn sums_of_short_numbers_are_noted_as_exact() {
    for (a, b) in [(40, 60), (1, 1), (-7, -3), (1 << 40, 5), (0, 9)] {
        let noted = Dyadic::from_i64(a).add_noting(Dyadic::from_i64(b), Up);
        assert_eq!(noted, (Dyadic::from_i64(a + b), true));
    }
}

/// At the ends of the range of exponents: the truth is on the right side of what is returned, as
/// far as a scaled copy within the range tells.
#[test]
fn results_at_the_limits_are_on_the_safe_side() {
    let at = |mantissa, exponent| Dyadic { mantissa, exponent };
    for a in corner_mantissas() {
        for b in corner_mantissas() {
            for (a, b) in [(a, b), (a, -b), (-a, b), (-a, -b)] {
                for edge in [LIMIT, -LIMIT] {
                    for gap in [0, 1, 2, 61, 62, 63, 64, 100] {
                        let exponents = if edge > 0 {
                            (edge, edge - gap)
                        } else {
                            (edge + gap, edge)
                        };
                        let (x, y) = (at(a, exponents.0), at(b, exponents.1));
                        let near = |x: Dyadic| at(x.mantissa, x.exponent - edge);
                        for direction in [Down, Up] {
                            let found = x.add(y, direction);
                            let moved = near(x).add(near(y), direction);
                            let expected = moved.scale(edge, direction);
                            assert_eq!(found, expected, "{x} + {y} {direction:?}");
                        }
                    }
                }
                for edge in [LIMIT, LIMIT - 1, -LIMIT, 1 - LIMIT] {
                    for other in [edge, edge.signum() * (edge.abs() - 1), 0] {
                        let (x, y) = (at(a, edge), at(b, other));
                        let middle = x.between(y);
                        assert!(x.min(y) <= middle && middle <= x.max(y), "{x} {y}");
                    }
                }
                for (e, f) in [
                    (LIMIT, -62),
                    (LIMIT, -63),
                    (LIMIT, 0),
                    (LIMIT, LIMIT),
                    (-LIMIT, -62),
                    (-LIMIT, -63),
                    (-LIMIT, 0),
                    (-LIMIT, -LIMIT),
                    (LIMIT, -LIMIT),
                ] {
                    for direction in [Down, Up] {
                        let found = at(a, e).mul(at(b, f), direction);
                        let moved = at(a, 0).mul(at(b, 0), direction);
                        let expected = moved.scale(e + f, direction);
                        assert_eq!(found, expected, "{a}*2^{e} * {b}*2^{f} {direction:?}");
                        let found = at(a, e).div(at(b, f), direction);
                        let moved = at(a, 0).div(at(b, 0), direction);
                        let expected = moved.scale(e - f, direction);
                        assert_eq!(found, expected, "{a}*2^{e} / {b}*2^{f} {direction:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn exponents_out_of_range_stay_on_the_safe_side() {
    let huge = Dyadic::power_of_two(LIMIT - 70);
    assert_eq!(huge.mul(huge, Up), Dyadic::INFINITY);
    assert!(!huge.mul(huge, Down).is_infinite());
    assert_eq!((-huge).mul(huge, Down), Dyadic::NEG_INFINITY);
    let tiny = Dyadic::power_of_two(-LIMIT + 70);
    assert_eq!(tiny.mul(tiny, Down), Dyadic::ZERO);
    assert!(tiny.mul(tiny, Up).is_positive());
    assert!((-tiny).mul(tiny, Down).is_negative());
    assert_eq!(huge.add(-tiny, Up), huge);
    assert!(huge.add(-tiny, Down) < huge);
    assert!(tiny.rational_bound(Up).expect("bounded").is_positive());
    assert_eq!(tiny.rational_bound(Down), Some(Rational::ZERO));
    assert_eq!(huge.rational_bound(Up), None);
}

#[test]
fn opposite_infinities_and_zero_times_infinity() {
    let (plus, minus) = (Dyadic::INFINITY, Dyadic::NEG_INFINITY);
    assert_eq!(plus.add(minus, Down), minus);
    assert_eq!(plus.add(minus, Up), plus);
    assert_eq!(plus.mul(Dyadic::ZERO, Up), Dyadic::ZERO);
    assert!(minus < Dyadic::from_i64(i64::MIN) && Dyadic::from_i64(5) < plus);
}

#[test]
fn a_difference_below_the_last_place_is_kept() {
    let almost = Dyadic::ONE.sub(Dyadic::power_of_two(-1000), Down);
    assert!(almost < Dyadic::ONE);
    assert_eq!(
        Dyadic::ONE.sub(Dyadic::power_of_two(-1000), Up),
        Dyadic::ONE
    );
}
