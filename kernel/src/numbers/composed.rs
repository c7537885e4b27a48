//! A composed sigmoid `outer(factor · inner(z) + bias)`: a steep step of a step, as one function of
//! `z`.
//!
//! Units of the second layer sharpen the steps of the first. If the sum of such a unit contains
//! only one step, the two form one S-shaped curve. Two lines, one through each function, are each
//! off by half the height of the step. The line of this file is off by it only once.

use super::dyadic::Direction::{Down, Up};
use super::dyadic::Dyadic;
use super::interval::Interval;
use super::linear_form::LinearForm;
use super::scalar::{Failure, Function, Scalar};

/// `outer(factor · inner(z) + bias)`; both functions are sigmoid or tanh, so it is monotone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composed {
    inner: Function,
    factor: Dyadic,
    bias: Dyadic,
    outer: Function,
}

/// From this width on, one line through the composed function is closer than a line through each
/// function.
const WIDE_ENOUGH: i64 = 4;

/// A sigmoid at more than 16 is above `1 - e^-16`, and that is above `1 - 2^-23`; a tanh is above
/// `1 - 2 e^-32`.
const FAR: i64 = 16;
const FAR_ERROR_BITS: i64 = -23;

/// Values of the outer function's argument, of either sign, at which the composed function is
/// evaluated; on wide ranges only the first.
const PLACES: [i64; 3] = [4, 2, 7];
const WIDE: i64 = 16;

impl<const D: usize> LinearForm<D> {
    /// Applies a composed function through one line.
    ///
    /// - Errors: [`Failure`] where it has no value.
    pub fn through(&self, composed: &Composed) -> Result<Self, Failure> {
        let line = composed.line(&self.range())?;
        let constant = self.constant_part().times_point(line.slope);
        let slopes = self.slopes().map(|a| a.times_point(line.slope));
        Ok(Self::from_parts(constant.plus(&line.offset), slopes, line.value).tightened())
    }
}

/// A line close to a composed function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComposedLine {
    /// Its slope.
    pub slope: Dyadic,
    /// The interval of `composed(t) - slope·t` for all `t` in the range.
    pub offset: Interval,
    /// The range of the composed function.
    pub value: Interval,
}

impl Composed {
    /// Returns the composed function, if both functions are smooth steps.
    pub fn new(inner: Function, factor: Dyadic, bias: Dyadic, outer: Function) -> Option<Self> {
        let is_step = |function| matches!(function, Function::Sigmoid | Function::Tanh);
        (is_step(inner) && is_step(outer) && !factor.is_zero()).then_some(Self {
            inner,
            factor,
            bias,
            outer,
        })
    }

    /// Encloses the value at a place, to 23 bits far from a step.
    fn value(&self, t: Dyadic) -> Result<Interval, Failure> {
        let inner = step(self.inner, &Interval::point(t))?;
        let sum = inner.times_point(self.factor);
        step(self.outer, &sum.plus(&Interval::point(self.bias)))
    }

    /// Is [`Composed::line`] closer on this range than a line through each function? It is on wide
    /// ranges. Narrower ones contain only a part of the step, which has little curvature.
    pub fn is_closer(&self, range: &Interval) -> bool {
        range.is_bounded() && range.wid() >= Dyadic::from_i64(WIDE_ENOUGH)
    }

    /// Returns a line that stays close to the composed function on `range`.
    ///
    /// The range is cut at some places. Between two of them the function lies between its values
    /// there, because it is monotone. Any slope and any places are valid (T11).
    ///
    /// - Errors: none in practice: both functions have values everywhere.
    pub fn line(&self, range: &Interval) -> Result<ComposedLine, Failure> {
        let width = range.wid();
        let (low, high) = (range.inf(), range.sup());
        let (at_low, at_high) = (self.value(low)?, self.value(high)?);
        let value = at_low.hull(&at_high);
        let flat = ComposedLine {
            slope: Dyadic::ZERO,
            offset: value,
            value,
        };
        if width.is_zero() || width.is_infinite() {
            return Ok(flat);
        }
        let slope = at_high.mid().sub(at_low.mid(), Down).div(width, Down);
        if slope.is_infinite() {
            return Ok(flat);
        }
        let mut offset: Option<Interval> = None;
        let mut before = (low, at_low);
        let mut reach = |t: Dyadic, value: Interval| {
            let piece = Interval::ordered(before.0, t);
            let part = before.1.hull(&value).minus(&piece.times_point(slope));
            offset = Some(offset.map_or(part, |offset| offset.hull(&part)));
            before = (t, value);
        };
        let (places, count) = self.places(width);
        let places = &places[..count];
        let lower = places.iter().map(|t| -*t);
        let inside = |t: &Dyadic| low < *t && *t < high;
        for t in lower.chain(places.iter().rev().copied()).filter(inside) {
            reach(t, self.value(t)?);
        }
        reach(high, at_high);
        Ok(ComposedLine {
            slope,
            offset: offset.unwrap_or(Interval::ENTIRE),
            value,
        })
    }

    /// Returns places right of the middle, the farthest first, and how many of them are used.
    fn places(&self, width: Dyadic) -> ([Dyadic; PLACES.len()], usize) {
        // Slopes at 0: 1/4 for a sigmoid, 1 for a tanh; a tanh reaches its limit at half the
        // argument.
        let inner = if self.inner == Function::Sigmoid {
            2
        } else {
            0
        };
        let outer = if self.outer == Function::Sigmoid {
            0
        } else {
            -1
        };
        let unit = Dyadic::ONE.div(self.factor.abs(), Down);
        let mut places = PLACES.map(|place| {
            let place = Dyadic::from_i64(place).mul(unit, Down);
            place.scale(inner, Down).scale(outer, Down)
        });
        if width >= Dyadic::from_i64(WIDE) {
            return (places, 1);
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        (places, places.len())
    }
}

/// Encloses the value of a step; an end that is far from the step is not computed.
fn step(function: Function, z: &Interval) -> Result<Interval, Failure> {
    let far = Dyadic::from_i64(FAR);
    let (is_low, is_high) = (z.inf() < -far, z.sup() > far);
    if !is_low && !is_high {
        return z.apply(function);
    }
    let everything = if function == Function::Sigmoid {
        Interval::UNIT
    } else {
        Interval::SYMMETRIC_UNIT
    };
    let error = Dyadic::power_of_two(FAR_ERROR_BITS);
    let low = if is_low {
        everything.inf()
    } else if z.inf() > far {
        everything.sup().sub(error, Down)
    } else {
        Interval::point(z.inf()).apply(function)?.inf()
    };
    let high = if is_high {
        everything.sup()
    } else if z.sup() < -far {
        everything.inf().add(error, Up)
    } else {
        Interval::point(z.sup()).apply(function)?.sup()
    };
    Ok(Interval::ordered(low, high))
}

#[cfg(test)]
// Values on a range are computed in floats, on purpose.
#[allow(clippy::float_arithmetic, clippy::as_conversions)]
mod tests {
    use super::*;
    use crate::numbers::Rational;
    use crate::numbers::estimate::estimate_dyadic;
    use proptest::prelude::*;

    fn composed(factor: i64, bias: i64) -> Composed {
        let (factor, bias) = (Dyadic::from_i64(factor), Dyadic::from_i64(bias));
        Composed::new(Function::Sigmoid, factor, bias, Function::Sigmoid).expect("two steps")
    }

    #[test]
    fn a_step_on_a_step_is_half_a_step_off_a_line() {
        let range = Interval::ordered(Dyadic::from_i64(-20), Dyadic::from_i64(20));
        let line = composed(40, -20).line(&range).expect("values");
        assert!((estimate_dyadic(line.slope) - 0.025).abs() < 1e-6);
        // Half a step each way, minus the rise of the line before the step.
        let width = estimate_dyadic(line.offset.wid());
        assert!((0.96..0.985).contains(&width), "{width}");
    }

    #[test]
    fn narrow_ranges_are_left_to_others() {
        assert!(!composed(40, -20).is_closer(&Interval::UNIT));
        assert!(!composed(40, -20).is_closer(&Interval::ENTIRE));
        let all = composed(40, -20).line(&Interval::ENTIRE).expect("values");
        assert_eq!((all.slope, all.offset), (Dyadic::ZERO, Interval::UNIT));
        let point = Interval::point(Dyadic::ONE);
        assert!(
            composed(40, -20)
                .line(&point)
                .expect("a value")
                .offset
                .wid()
                < Dyadic::power_of_two(-50)
        );
        assert!(Composed::new(Function::Relu, Dyadic::ONE, Dyadic::ONE, Function::Tanh).is_none());
    }

    fn number() -> impl Strategy<Value = Dyadic> {
        (-4096_i64..4096, -12_i64..30).prop_map(|(n, e)| Dyadic::new(i128::from(n), e - 12, Down))
    }

    proptest! {
        #[test]
        fn the_line_holds_the_chain_at_every_place(
            factor in number(), bias in number(), middle in number(), radius in number(),
            functions in 0_u8..4, share in prop::collection::vec(0_i64..=1024, 8),
        ) {
            let pick = |is_tanh| if is_tanh { Function::Tanh } else { Function::Sigmoid };
            let composed = Composed::new(pick(functions & 1 == 1), factor, bias, pick(functions > 1));
            let (Some(composed), radius) = (composed, radius.abs()) else { return Ok(()) };
            let range = Interval::point(middle).plus(&Interval::symmetric(radius));
            let line = composed.line(&range).expect("values");
            let exact = |x: Dyadic| x.rational_bound(Down).expect("bounded");
            let (low, high) = (exact(range.inf()), exact(range.sup()));
            // Far from the middle the function is flat: half of the places are near it.
            let near = Rational::power_of_two(4);
            for (k, share) in share.into_iter().enumerate() {
                let share = Rational::ratio(share, 1024);
                let t = if k % 2 == 0 {
                    &low + &(&(&high - &low) * &share)
                } else {
                    (&(&share * &near) - &Rational::from(8)).max(low.clone()).min(high.clone())
                };
                let at = Dyadic::from_rational(&t, Down).max(range.inf());
                let point = Interval::point(at);
                let inner = point.apply(composed.inner).expect("a value").times_point(composed.factor);
                let sum = inner.plus(&Interval::point(composed.bias));
                let value = sum.apply(composed.outer).expect("a value");
                let rest = value.minus(&point.times_point(line.slope));
                prop_assert!(rest.inf() <= line.offset.sup() && line.offset.inf() <= rest.sup(), "{composed:?} {at:?}: {rest:?} {line:?}");
                prop_assert!(value.inf() <= line.value.sup() && line.value.inf() <= value.sup());
            }
        }
    }
}
