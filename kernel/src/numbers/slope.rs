//! Slopes of the elementary functions on an interval: derivatives, curvature, and close lines.
//!
//! Both [`super::linear_form`] and [`super::gradient`] use this table. At a kink, the slope is the
//! hull of the slopes on both sides (Clarke 1983). At a jump, or without a bounded slope, it is the
//! whole line. That makes a bound built on it useless, but not wrong.

use super::dyadic::Dyadic;
use super::elementary;
use super::interval::Interval;
use super::scalar::{Failure, Function, Scalar};
#[cfg(feature = "smooth")]
use super::valley::{bell, dipping_slope, inflection_of};

/// The curvature of a function on an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curvature {
    /// Convex on the whole interval.
    Convex,
    /// Concave on the whole interval.
    Concave,
    /// Not known to be either.
    Unknown,
}

/// A function of one variable that lines are fitted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// One of the named functions.
    Named(Function),
    /// An integer power, the exponent neither 0 nor 1.
    Power(i32),
}

impl Curve {
    /// Encloses the values on `range`.
    pub fn value(self, range: &Interval) -> Result<Interval, Failure> {
        match self {
            Self::Named(function) => range.apply(function),
            Self::Power(exponent) => range.powi(exponent),
        }
    }

    /// Encloses all slopes on `range`: the derivative, the hull of slopes at kinks, the whole line
    /// at jumps and where no bound is known.
    pub fn slope(self, range: &Interval) -> Interval {
        self.checked_slope(range).unwrap_or(Interval::ENTIRE)
    }

    fn checked_slope(self, range: &Interval) -> Result<Interval, Failure> {
        let one = Interval::ONE;
        let function = match self {
            Self::Power(exponent) => {
                let lower = range.powi(exponent.checked_sub(1).ok_or(Failure::Inexact)?)?;
                return Ok(lower.times(&Interval::from_i64(i64::from(exponent))));
            }
            Self::Named(function) => function,
        };
        Ok(match function {
            Function::Exp => range.apply(Function::Exp)?,
            Function::Ln => one.over(range)?,
            Function::Sqrt => one.over(&range.root()?.times_point(Dyadic::from_i64(2)))?,
            Function::Sin => range.apply(Function::Cos)?,
            Function::Cos => range.apply(Function::Sin)?.negated(),
            // tanh' = 1 - tanh², which decreases away from 0 on both sides.
            Function::Tanh => one.minus(&range.apply(Function::Tanh)?.squared()),
            // s' = s(x) s(-x): even, and decreasing away from 0, so the ends of |x| decide.
            Function::Sigmoid => {
                let size = range.magnitude();
                let at = |x: Dyadic| -> Result<Interval, Failure> {
                    let x = Interval::point(x);
                    let rest = x.negated().apply(Function::Sigmoid)?;
                    Ok(x.apply(Function::Sigmoid)?.times(&rest))
                };
                at(size.sup())?.hull(&at(size.inf())?)
            }
            Function::Abs => range.side(&one.negated(), &one),
            Function::Relu => range.side(&Interval::ZERO, &one),
            Function::Heaviside => {
                if range.apply(Function::Heaviside)?.is_point() {
                    Interval::ZERO
                } else {
                    Interval::ENTIRE
                }
            }
            #[cfg(feature = "smooth")]
            _ => return Self::other_slope(function, range),
            #[cfg(not(feature = "smooth"))]
            _ => return Err(Failure::Inexact),
        })
    }

    /// The slopes of the functions outside the core.
    #[cfg(feature = "smooth")]
    fn other_slope(function: Function, range: &Interval) -> Result<Interval, Failure> {
        let one = Interval::ONE;
        Ok(match function {
            Function::Tan => one.plus(&range.apply(Function::Tan)?.squared()),
            Function::Asin => one.over(&one.minus(&range.squared()).root()?)?,
            Function::Acos => Self::Named(Function::Asin).checked_slope(range)?.negated(),
            Function::Atan => one.over(&one.plus(&range.squared()))?,
            Function::Sinh => range.apply(Function::Cosh)?,
            Function::Cosh => range.apply(Function::Sinh)?,
            // Even, and decreasing away from 0.
            Function::Erf => bell(range)?.times(&elementary::two_over_root_pi()),
            Function::Softsign => one.over(&one.plus(&range.magnitude()).squared())?,
            Function::Softplus => range.apply(Function::Sigmoid)?,
            Function::Elu => range.min(&Interval::ZERO)?.apply(Function::Exp)?,
            Function::Silu | Function::Gelu => return dipping_slope(function, range),
            _ => return Err(Failure::Inexact),
        })
    }

    /// Returns the curvature of the curve on `range`.
    pub fn curvature(self, range: &Interval) -> Curvature {
        let by_sign = |second: &Interval| {
            if !second.inf().is_negative() {
                Curvature::Convex
            } else if !second.sup().is_positive() {
                Curvature::Concave
            } else {
                Curvature::Unknown
            }
        };
        match self {
            // (x^n)'' = n(n-1) x^(n-2): of the sign of n(n-1) for even n, times that of x for odd.
            Self::Power(exponent) if exponent % 2 == 0 => Curvature::Convex,
            Self::Power(_) => by_sign(range),
            Self::Named(function) => match function {
                Function::Exp
                | Function::Cosh
                | Function::Abs
                | Function::Relu
                | Function::Softplus
                | Function::Elu => Curvature::Convex,
                Function::Ln | Function::Sqrt => Curvature::Concave,
                // Convex right of 0, concave left of it.
                Function::Asin | Function::Sinh => by_sign(range),
                // tan'' = 2 tan (1 + tan²): of the sign of the value, on every branch.
                Function::Tan => range
                    .apply(function)
                    .map_or(Curvature::Unknown, |value| by_sign(&value)),
                // The other way round.
                Function::Acos
                | Function::Atan
                | Function::Tanh
                | Function::Sigmoid
                | Function::Erf
                | Function::Softsign => by_sign(&range.negated()),
                // Convex between the two inflection points, concave outside them.
                #[cfg(feature = "smooth")]
                Function::Silu | Function::Gelu => {
                    let inflection = inflection_of(function).0.interval();
                    if range.mag() <= inflection.inf() {
                        Curvature::Convex
                    } else if range.mig() >= inflection.sup() {
                        Curvature::Concave
                    } else {
                        Curvature::Unknown
                    }
                }
                Function::Sin | Function::Cos => range
                    .apply(function)
                    .map_or(Curvature::Unknown, |value| by_sign(&value.negated())),
                _ => Curvature::Unknown,
            },
        }
    }

    /// Returns `(slope, offset, value)` with `curve(t) - slope·t` in `offset` and `curve(t)` in
    /// `value` for every `t` in `range`.
    ///
    /// Any slope is valid, so it may come from rounded numbers; the offset is proved:
    /// - `range` bounded and the curve convex: `curve(t) - slope·t` is convex too, so its largest
    ///   value is at an end; and it lies above its tangent at the middle, whose smallest value is
    ///   at an end. The concave case is symmetric.
    /// - A kink at 0 (abs, relu): convex and linear on both sides, so its values lie between those
    ///   at the ends and at 0.
    /// - An S (sigmoid, tanh, atan, erf, softsign): the values lie between those at the ends and at
    ///   the two places where the curve has this slope, as far as they are in `range`.
    /// - A valley (softplus, elu; silu and gelu for slopes in `[0, 1]` or where they are convex):
    ///   the values decrease and then increase, so they are largest at an end.
    /// - Otherwise the mean value theorem from the middle.
    pub fn line(self, range: &Interval) -> Result<(Dyadic, Interval, Interval), Failure> {
        if range.is_point() || !range.is_bounded() {
            let value = self.value(range)?;
            return Ok((Dyadic::ZERO, value, value));
        }
        let (low, high) = (Interval::point(range.inf()), Interval::point(range.sup()));
        let (at_low, at_high) = (self.value(&low), self.value(&high));
        let value = match (self, &at_low, &at_high) {
            (Self::Named(function), Ok(low), Ok(high)) => {
                match elementary::spanned(function, range, low, high) {
                    Some(value) => value,
                    None => self.value(range)?,
                }
            }
            _ => self.value(range)?,
        };
        let flat = (Dyadic::ZERO, value, value);
        if !value.is_bounded() {
            return Ok(flat);
        }
        let (at_low, at_high) = (at_low?, at_high?);
        let Ok(chord) = at_high.minus(&at_low).over(&high.minus(&low)) else {
            return Ok(flat);
        };
        let slope = chord.mid();
        let tilt = |at: &Interval, t: &Interval| at.minus(&t.times_point(slope));
        let ends = tilt(&at_low, &low).hull(&tilt(&at_high, &high));
        if matches!(self, Self::Named(Function::Abs | Function::Relu)) {
            let offset = if range.contains_zero() {
                ends.hull(&Interval::ZERO)
            } else {
                ends
            };
            return Ok((slope, offset, value));
        }
        if let Some(tangency) = self.tangency(slope) {
            let offset = tangency?.within(range, ends);
            return Ok(if offset.wid() <= value.wid() {
                (slope, offset, value)
            } else {
                flat
            });
        }
        #[cfg(feature = "smooth")]
        let mut valley = None;
        #[cfg(feature = "smooth")]
        if let Some(found) = self.valley(range, slope) {
            let found = found?;
            let tilt = |at: &Interval, t: &Interval| at.minus(&t.times_point(found.slope));
            let ends = tilt(&at_low, &low).hull(&tilt(&at_high, &high));
            let bottom = found.bottom.map_or(ends.inf(), |at| at.min(ends.inf()));
            let offset = Interval::ordered(bottom, ends.sup());
            let line = if offset.wid() <= value.wid() {
                (found.slope, offset, value)
            } else {
                flat
            };
            if found.slope == slope {
                return Ok(line);
            }
            valley = Some(line);
        }
        let middle = Interval::point(range.mid());
        let at_middle = self.value(&middle)?;
        let tangent = self.slope(&middle);
        let on_tangent = |t: &Interval| tilt(&at_middle.plus(&tangent.times(&t.minus(&middle))), t);
        let offset = match self.curvature(range) {
            Curvature::Convex => {
                let below = on_tangent(&low).hull(&on_tangent(&high));
                Interval::new(below.inf(), ends.sup())
            }
            Curvature::Concave => {
                let above = on_tangent(&low).hull(&on_tangent(&high));
                Interval::new(ends.inf(), above.sup())
            }
            Curvature::Unknown => {
                let change = self.slope(range).minus(&Interval::point(slope));
                let offset = tilt(&at_middle, &middle).plus(&change.times(&range.minus(&middle)));
                Some(offset)
            }
        };
        #[cfg(feature = "smooth")]
        let flat = valley.unwrap_or(flat);
        Ok(match offset {
            Some(offset) if offset.wid() <= flat.1.wid() => (slope, offset, value),
            _ => flat,
        })
    }
}

/// The points where an S-shaped curve has a given slope: at `±place`. The curve minus the line
/// through 0 of this slope is largest at `place`, with the value `top`, and smallest at `-place`.
struct Tangency {
    /// `None` if the curve is nowhere as steep as the line.
    places: Option<(Interval, Interval)>,
    /// The sum of the two values: twice the value at 0.
    twice_middle: Interval,
}

impl Tangency {
    /// Returns the values on `range`, from those at its ends.
    fn within(&self, range: &Interval, ends: Interval) -> Interval {
        let Some((place, top)) = &self.places else {
            return ends;
        };
        let mut values = ends;
        if range.intersection(place).is_some() {
            values = values.hull(top);
        }
        if range.intersection(&place.negated()).is_some() {
            values = values.hull(&self.twice_middle.minus(top));
        }
        values
    }
}

impl Curve {
    /// Returns where this curve has the slope, for S-shaped curves: increasing, odd about their
    /// value at 0, convex left of 0 and concave right of it. So `curve(t) - slope·t` decreases,
    /// increases between the two places where the derivative is `slope`, and decreases again;
    /// without such places it is monotone.
    ///
    /// ```text
    /// sigmoid   s(1 - s) = a      s = (1 + sqrt(1 - 4a)) / 2    t = ln(s / (1 - s)) = ln(s² / a)
    /// tanh      1 - τ² = a        τ = sqrt(1 - a)               t = ln((1 + τ)² / a) / 2
    /// atan      1 / (1 + t²) = a                                t = sqrt(1/a - 1)
    /// erf       2/sqrt(pi) e^(-t²) = a                          t = sqrt(ln(2/sqrt(pi) / a))
    /// softsign  1 / (1 + t)² = a                                t = 1/sqrt(a) - 1
    /// ```
    fn tangency(self, slope: Dyadic) -> Option<Result<Tangency, Failure>> {
        let Self::Named(function) = self else {
            return None;
        };
        let (steepest, twice_middle) = match function {
            Function::Sigmoid => (Dyadic::power_of_two(-2), Interval::ONE),
            Function::Tanh | Function::Atan | Function::Softsign => (Dyadic::ONE, Interval::ZERO),
            #[cfg(feature = "smooth")]
            Function::Erf => (elementary::two_over_root_pi().sup(), Interval::ZERO),
            _ => return None,
        };
        if !slope.is_positive() || slope >= steepest {
            return Some(Ok(Tangency {
                places: None,
                twice_middle,
            }));
        }
        let find = || -> Result<(Interval, Interval), Failure> {
            let (a, one, half) = (Interval::point(slope), Interval::ONE, Dyadic::HALF);
            let (place, value) = match function {
                Function::Sigmoid => {
                    let root = one.minus(&a.times_point(Dyadic::from_i64(4))).root()?;
                    let value = one.plus(&root).times_point(half);
                    (value.squared().over(&a)?.apply(Function::Ln)?, value)
                }
                Function::Tanh => {
                    let value = one.minus(&a).root()?;
                    let odds = one.plus(&value).squared().over(&a)?;
                    (odds.apply(Function::Ln)?.times_point(half), value)
                }
                #[cfg(feature = "smooth")]
                Function::Erf => {
                    // Near the steepest slope the logarithm may come out negative: then the place
                    // is 0 or does not exist.
                    let log = elementary::two_over_root_pi()
                        .over(&a)?
                        .apply(Function::Ln)?;
                    let place = log.max(&Interval::ZERO)?.root()?;
                    (place, place.apply(Function::Erf)?)
                }
                Function::Softsign => {
                    let root = a.root()?;
                    (one.over(&root)?.minus(&one), one.minus(&root))
                }
                _ => {
                    let place = one.over(&a)?.minus(&one).root()?;
                    (place, place.apply(Function::Atan)?)
                }
            };
            Ok((place, value.minus(&a.times(&place))))
        };
        Some(find().map(|found| Tangency {
            places: Some(found),
            twice_middle,
        }))
    }
}

impl Interval {
    /// `left` for intervals at or below 0, `right` for those at or above, the hull of both across.
    fn side(&self, left: &Interval, right: &Interval) -> Interval {
        if !self.inf().is_negative() && !self.sup().is_zero() {
            *right
        } else if !self.sup().is_positive() && !self.inf().is_zero() {
            *left
        } else {
            left.hull(right)
        }
    }
}

/// Returns an upper bound of `|slope|` over the whole line, if there is one.
pub fn lipschitz(function: Function) -> Option<Dyadic> {
    match function {
        Function::Sigmoid => Some(Dyadic::power_of_two(-2)),
        Function::Tanh
        | Function::Relu
        | Function::Abs
        | Function::Sin
        | Function::Cos
        | Function::Atan
        | Function::Softplus
        | Function::Softsign
        | Function::Elu => Some(Dyadic::ONE),
        #[cfg(feature = "smooth")]
        Function::Erf => Some(elementary::two_over_root_pi().sup()),
        #[cfg(feature = "smooth")]
        Function::Silu | Function::Gelu => Some(inflection_of(function).1.interval().sup()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of an S is as close as possible: its offset contains the curve at many points, and
    /// its ends are nearly attained.
    #[test]
    fn lines_of_an_s_are_sharp() {
        let whole = |x: i64| Dyadic::from_i64(x).scale(-3, crate::numbers::Direction::Down);
        for function in [
            Function::Sigmoid,
            Function::Tanh,
            Function::Atan,
            Function::Erf,
            Function::Softsign,
            Function::Softplus,
            Function::Elu,
            Function::Silu,
            Function::Gelu,
        ] {
            let curve = Curve::Named(function);
            for (low, high) in [(-160, 160), (-8, 90), (0, 200), (3, 40), (-64, -1), (-2, 3)] {
                let range = Interval::ordered(whole(low), whole(high));
                let (slope, offset, _) = curve.line(&range).expect("defined everywhere");
                let mut seen: Option<Interval> = None;
                for step in low * 8..=high * 8 {
                    let t = Interval::point(whole(step).scale(-3, crate::numbers::Direction::Down));
                    let value = curve.value(&t).expect("defined");
                    let rest = value.minus(&t.times_point(slope));
                    assert!(
                        offset.intersection(&rest).is_some(),
                        "{function:?} {t} {rest} {offset}"
                    );
                    seen = Some(seen.map_or(rest, |all| all.hull(&rest)));
                }
                let seen = seen.expect("points");
                let room = seen.wid().scale(-6, crate::numbers::Direction::Up);
                assert!(
                    offset.wid() <= seen.wid().add(room, crate::numbers::Direction::Up),
                    "{function:?} [{low}, {high}]: {offset} for {seen}"
                );
            }
        }
    }

    /// Between pi/2 and pi the tangent is concave though its argument is positive.
    #[test]
    fn the_tangent_bends_by_the_sign_of_its_value() {
        let range = Interval::ordered(Dyadic::from_i64(2), Dyadic::from_i64(3));
        let curve = Curve::Named(Function::Tan);
        assert_eq!(curve.curvature(&range), Curvature::Concave);
        let (slope, offset, _) = curve.line(&range).expect("no pole inside");
        for quarter in 0..=4 {
            let t = Dyadic::from_i64(8 + quarter).scale(-2, crate::numbers::Direction::Down);
            let t = Interval::point(t);
            let rest = curve
                .value(&t)
                .expect("defined")
                .minus(&t.times_point(slope));
            assert!(offset.intersection(&rest).is_some(), "{t} {rest} {offset}");
        }
    }
}
