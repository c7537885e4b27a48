//! Second derivatives of the elementary functions on an interval, and slopes from values that are
//! already known.
//!
//! At a kink or a jump, or where the second derivative has no bound, the result is the whole line.
//! That makes a bound built on it useless, but not wrong.

use super::constants::{
    ATAN_PEAK, Between, CUBIC_PEAK, ERF_PEAK, GELU_LEAST, NORMAL_PEAK, ROOT_HALF, ROOT_THIRD,
    SILU_LEAST, SILU_LOW, TWO,
};
use super::dyadic::Dyadic;
use super::interval::Interval;
use super::scalar::{Failure, Function, Scalar};
use super::slope::Curve;

/// Sums of this size leave a sigmoid at 0.0003 from 0 or 1: there `s (1 - s)` from `s` alone has a
/// relative error of `2^-50` at most.
const UNSATURATED: i64 = 8;

impl Curve {
    /// Like [`Curve::slope`], with `value` enclosing the values on `range`: slopes that follow from
    /// the value need no further function.
    pub fn slope_from(self, range: &Interval, value: &Interval) -> Interval {
        let Self::Named(function) = self else {
            return self.slope(range);
        };
        match function {
            Function::Exp => *value,
            Function::Tanh => Interval::ONE.minus(&value.squared()),
            Function::Sigmoid if range.mag() <= Dyadic::from_i64(UNSATURATED) => {
                sigmoid_slope(value)
            }
            _ => self.slope(range),
        }
    }

    /// Encloses the second derivative on `range`; `value` encloses the values there.
    ///
    /// The whole line if the range contains a kink or a jump, or if no bound is known. A range that
    /// ends at a kink is on one side of it.
    pub fn second(self, range: &Interval, value: &Interval) -> Interval {
        self.checked_second(range, value)
            .unwrap_or(Interval::ENTIRE)
    }

    fn checked_second(self, range: &Interval, value: &Interval) -> Result<Interval, Failure> {
        let one = Interval::ONE;
        let two = Dyadic::from_i64(2);
        let function = match self {
            // (x^n)'' = n (n - 1) x^(n - 2)
            Self::Power(exponent) => {
                let lower = range.powi(exponent.checked_sub(2).ok_or(Failure::Inexact)?)?;
                let n = i64::from(exponent);
                let factor = n.checked_mul(n - 1).ok_or(Failure::Inexact)?;
                return Ok(lower.times(&Interval::from_i64(factor)));
            }
            Self::Named(function) => function,
        };
        Ok(match function {
            Function::Exp | Function::Sinh | Function::Cosh => *value,
            Function::Ln => one.over(&range.squared())?.negated(),
            // -1/4 x^(-3/2)
            Function::Sqrt => {
                let power = range.times(&range.root()?);
                one.over(&power.times_point(Dyadic::from_i64(4)))?.negated()
            }
            Function::Sin | Function::Cos => value.negated(),
            // 2 t (1 + t²), which increases with t = tan x.
            Function::Tan => {
                let at = |t: Dyadic| {
                    let t = Interval::point(t);
                    t.times_point(two).times(&one.plus(&t.squared()))
                };
                at(value.inf()).hull(&at(value.sup()))
            }
            // x (1 - x²)^(-3/2), which increases with x.
            Function::Asin => {
                let at = |x: Dyadic| {
                    let x = Interval::point(x);
                    let rest = one.minus(&x.squared());
                    x.over(&rest.times(&rest.root()?))
                };
                at(range.inf())?.hull(&at(range.sup())?)
            }
            Function::Acos => Self::Named(Function::Asin)
                .checked_second(range, value)?
                .negated(),
            // -2 x / (1 + x²)²: odd, and decreasing in magnitude outside ±1/sqrt(3).
            Function::Atan => {
                let at = |x: Dyadic| {
                    let x = Interval::point(x);
                    let rest = one.plus(&x.squared()).squared();
                    x.times_point(two).over(&rest)
                };
                let (low, high) = (at(range.inf())?, at(range.sup())?);
                with_peaks(range, low.hull(&high), ROOT_THIRD, ATAN_PEAK).negated()
            }
            Function::Tanh => cubic(value).times_point(two).negated(),
            // In w = 2 s - 1 = tanh(x/2): s (1 - s) (1 - 2 s) = -w (1 - w²) / 4.
            Function::Sigmoid => cubic(&centred(value))
                .times_point(Dyadic::power_of_two(-2))
                .negated(),
            // -2 x times the slope: odd, and decreasing in magnitude outside ±1/sqrt(2).
            Function::Erf => {
                let at = |x: Dyadic| -> Result<Interval, Failure> {
                    let x = Interval::point(x);
                    Ok(x.times_point(two).times(&Self::Named(function).slope(&x)))
                };
                let ends = at(range.inf())?.hull(&at(range.sup())?);
                with_peaks(range, ends, ROOT_HALF, ERF_PEAK).negated()
            }
            Function::Softplus => Self::Named(Function::Sigmoid).slope(range),
            // -2 / (1 + |x|)³ right of 0, 2 / (1 + |x|)³ left of it, both decreasing in magnitude
            // away from 0.
            Function::Softsign => {
                let size = one.plus(&range.magnitude()).powi(3)?;
                let size = Interval::from_i64(2).over(&size)?;
                if !range.inf().is_negative() {
                    size.negated()
                } else if !range.sup().is_positive() {
                    size
                } else {
                    size.negated().hull(&size)
                }
            }
            // e^x left of 0, zero right of it.
            Function::Elu => {
                if !range.inf().is_negative() {
                    Interval::ZERO
                } else if !range.sup().is_positive() {
                    range.apply(Function::Exp)?
                } else {
                    Interval::UNIT
                }
            }
            Function::Silu => {
                let half = Interval::point(Dyadic::HALF);
                falling(range, silu_second, &half, SILU_LOW, SILU_LEAST)?
            }
            Function::Gelu => {
                let top = NORMAL_PEAK.interval().times_point(two);
                falling(range, gelu_second, &top, TWO, GELU_LEAST)?
            }
            Function::Abs | Function::Relu => {
                if range.inf().is_negative() && range.sup().is_positive() {
                    Interval::ENTIRE
                } else {
                    Interval::ZERO
                }
            }
            Function::Heaviside => {
                if value.is_point() {
                    Interval::ZERO
                } else {
                    Interval::ENTIRE
                }
            }
        })
    }
}

/// `2 s - 1`.
fn centred(value: &Interval) -> Interval {
    value.times_point(Dyadic::from_i64(2)).minus(&Interval::ONE)
}

/// `s (1 - s)`, as `(1 - (2 s - 1)²) / 4`, where the square is sharp.
fn sigmoid_slope(value: &Interval) -> Interval {
    Interval::ONE
        .minus(&centred(value).squared())
        .times_point(Dyadic::power_of_two(-2))
}

/// Encloses `w (1 - w²)`: odd, increasing between its peaks at `±1/sqrt(3)` and decreasing outside.
/// So the values at the ends and at the peaks inside span its range.
fn cubic(range: &Interval) -> Interval {
    let at = |w: Dyadic| {
        let w = Interval::point(w);
        w.times(&Interval::ONE.minus(&w.squared()))
    };
    let ends = at(range.inf()).hull(&at(range.sup()));
    with_peaks(range, ends, ROOT_THIRD, CUBIC_PEAK)
}

/// `s (1 - s) (2 - x (2 s - 1))`, the second derivative of silu.
fn silu_second(x: Dyadic) -> Result<Interval, Failure> {
    let x = Interval::point(x);
    let (value, rest) = (
        x.apply(Function::Sigmoid)?,
        x.negated().apply(Function::Sigmoid)?,
    );
    let factor = Interval::from_i64(2).minus(&x.times(&value.minus(&rest)));
    Ok(value.times(&rest).times(&factor))
}

/// `e^(-x²/2) (2 - x²) / sqrt(2 pi)`, the second derivative of gelu.
fn gelu_second(x: Dyadic) -> Result<Interval, Failure> {
    let square = Interval::point(x).squared();
    let bell = square.times_point(-Dyadic::HALF).apply(Function::Exp)?;
    let density = bell.times(&NORMAL_PEAK.interval());
    Ok(density.times(&Interval::from_i64(2).minus(&square)))
}

/// Encloses an even function that decreases from `top` at 0 to minus `depth` at `±low`, and
/// increases to 0 beyond.
fn falling(
    range: &Interval,
    at: impl Fn(Dyadic) -> Result<Interval, Failure>,
    top: &Interval,
    low: Between,
    depth: Between,
) -> Result<Interval, Failure> {
    let size = range.magnitude();
    let least = depth.interval().negated();
    if !size.is_bounded() {
        return Ok(top.hull(&least));
    }
    let ends = at(size.inf())?.hull(&at(size.sup())?);
    Ok(match size.intersection(&low.interval()) {
        Some(_) => ends.hull(&least),
        None => ends,
    })
}

/// Adds the peak `top` of an odd function at `place`, and the opposite one, if they may be in
/// range.
fn with_peaks(range: &Interval, ends: Interval, place: Between, top: Between) -> Interval {
    let (place, top) = (place.interval(), top.interval());
    let mut values = ends;
    if range.intersection(&place).is_some() {
        values = values.hull(&top);
    }
    if range.intersection(&place.negated()).is_some() {
        values = values.hull(&top.negated());
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SMOOTH: [Function; 19] = [
        Function::Exp,
        Function::Ln,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
        Function::Tan,
        Function::Asin,
        Function::Acos,
        Function::Atan,
        Function::Sinh,
        Function::Cosh,
        Function::Tanh,
        Function::Sigmoid,
        Function::Erf,
        Function::Softplus,
        Function::Softsign,
        Function::Elu,
        Function::Silu,
        Function::Gelu,
    ];

    fn curves() -> impl Strategy<Value = Curve> {
        prop_oneof![
            prop::sample::select(&SMOOTH[..]).prop_map(Curve::Named),
            prop::sample::select(&[-3, -1, 2, 3, 4, 5][..]).prop_map(Curve::Power),
        ]
    }

    /// A range on which the curve is smooth, in steps of 1/1024.
    fn range(curve: Curve, from: i64, steps: i64) -> Interval {
        let place = |step: i64| Dyadic::from_i64(step).scale(-10, crate::numbers::Direction::Down);
        let (low, high) = match curve {
            Curve::Named(Function::Ln | Function::Sqrt) => (1, 6 << 10),
            Curve::Power(exponent) if exponent < 0 => (1, 6 << 10),
            Curve::Named(Function::Asin | Function::Acos) => (-1023, 1023),
            Curve::Named(Function::Tan) => (-1600, 1600),
            _ => (-6 << 10, 6 << 10),
        };
        let from = low + from.rem_euclid(high - low);
        Interval::ordered(place(from), place((from + steps).min(high)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// A second difference `(g(x-h) - 2 g(x) + g(x+h)) / h²` is a second derivative somewhere
        /// between; a difference of slopes over their distance as well.
        #[test]
        fn differences_of_slopes_are_second_derivatives(
            curve in curves(),
            from in any::<i64>(),
            steps in 1_i64..4000,
        ) {
            let range = range(curve, from / 4, steps);
            let value = curve.value(&range).expect("defined");
            let second = curve.second(&range, &value);
            prop_assert!(second.is_bounded(), "{curve:?} {range}");
            let mut hull: Option<Interval> = None;
            let width = range.wid();
            let at = |share: i64| {
                let part = width.mul(Dyadic::from_i64(share), crate::numbers::Direction::Down);
                let part = part.scale(-5, crate::numbers::Direction::Down);
                Interval::point(range.inf().add(part, crate::numbers::Direction::Down))
            };
            for share in 0..=32 {
                let (a, b) = (at(share), at((share + 1).min(32)));
                // A second derivative at a point lies in the enclosure for the range.
                let here = curve.second(&a, &curve.value(&a).expect("defined"));
                prop_assert!(second.intersection(&here).is_some(), "{curve:?} on {range} at {a}");
                // The mean value theorem between two distinct points.
                let change = curve.slope(&b).minus(&curve.slope(&a));
                if let Ok(mean) = change.over(&b.minus(&a)) {
                    prop_assert!(
                        second.intersection(&mean).is_some(),
                        "{curve:?} on {range}: {mean} is not in {second}"
                    );
                }
                hull = Some(hull.map_or(here, |known| known.hull(&here)));
            }
            // Sharp: at most half as wide again as the observed values, and a little.
            if let Some(seen) = hull {
                let most = seen.wid().add(seen.mag().scale(-3, crate::numbers::Direction::Up), crate::numbers::Direction::Up);
                let most = most.add(most.scale(-1, crate::numbers::Direction::Up), crate::numbers::Direction::Up);
                // These jump at 0, where nothing was observed.
                let is_across = range.inf().is_negative() && range.sup().is_positive();
                let jumps = is_across
                    && matches!(curve, Curve::Named(Function::Softsign | Function::Elu));
                let is_power = matches!(curve, Curve::Power(n) if n < 0);
                let has_pole = is_power
                    || matches!(curve, Curve::Named(Function::Ln | Function::Sqrt | Function::Tan | Function::Asin | Function::Acos));
                prop_assert!(
                    has_pole || jumps || second.wid() <= most,
                    "{curve:?} on {range}: {second}, seen {seen}"
                );
            }
        }

        #[test]
        fn slopes_from_values_agree_with_slopes(
            curve in curves(),
            from in any::<i64>(),
            steps in 0_i64..4000,
        ) {
            let range = range(curve, from / 4, steps);
            let value = curve.value(&range).expect("defined");
            let (slow, fast) = (curve.slope(&range), curve.slope_from(&range, &value));
            let slack = Dyadic::power_of_two(-50).mul(slow.mag(), crate::numbers::Direction::Up);
            let wide = slow.plus(&Interval::symmetric(slack));
            prop_assert!(wide.encloses(&fast), "{curve:?} {range}: {slow} {fast}");
            prop_assert!(fast.plus(&Interval::symmetric(slack)).encloses(&slow));
        }
    }

    #[test]
    fn kinks_and_jumps_inside_have_no_second_derivative() {
        let across = Interval::ordered(Dyadic::from_i64(-1), Dyadic::ONE);
        let right = Interval::UNIT;
        for function in [Function::Abs, Function::Relu, Function::Heaviside] {
            let second = |range: &Interval| {
                let value = range.apply(function).expect("defined");
                Curve::Named(function).second(range, &value)
            };
            assert_eq!(second(&across), Interval::ENTIRE, "{function:?}");
            assert_eq!(second(&right), Interval::ZERO, "{function:?}");
        }
    }

    #[test]
    fn no_bound_where_the_second_derivative_has_none() {
        for (function, range) in [
            (Function::Sqrt, Interval::UNIT),
            (Function::Asin, Interval::SYMMETRIC_UNIT),
            (Function::Acos, Interval::UNIT),
        ] {
            let value = range.apply(function).expect("defined");
            let second = Curve::Named(function).second(&range, &value);
            assert!(!second.is_bounded(), "{function:?}: {second}");
        }
    }
}
