//! Enclosures of the elementary functions, by integer arithmetic only.
//!
//! [`apply`] takes an interval to an interval that contains `f(x)` for every `x` inside: monotone
//! functions by their two ends; sine and cosine also by the multiples of pi/2 inside; silu and gelu
//! also by their smallest value. The functions of one number are in `kernel` and `gauss`, their
//! constants in `tables`. For moderate arguments the result for a point is relatively narrower than
//! `2^-57`. Beyond `2^50` the functions built on `exp` give a bound on the safe side; sine and
//! cosine do so beyond `2^60`.

#[cfg(feature = "smooth")]
mod gauss;
mod kernel;
#[cfg(feature = "smooth")]
mod more;
mod tables;
#[cfg(test)]
mod tests;

use super::dyadic::Direction::{self, Down, Up};
use super::dyadic::Dyadic;
use super::interval::{Interval, partly};
use super::scalar::{Failure, Function, Scalar};
#[cfg(feature = "smooth")]
pub(super) use more::{gelu_slope, two_over_root_pi};

/// Returns an enclosure of pi.
pub fn pi() -> Interval {
    kernel::pi().enclosure()
}

/// Returns an enclosure of `function` on the interval.
///
/// - Exactness: encloses every value; relatively narrower than `2^-57` for moderate points.
/// - Errors: [`Failure::Undefined`] where the function is defined nowhere on the interval,
///   [`Failure::PossiblyUndefined`] where it may be undefined somewhere on it.
pub fn apply(function: Function, x: &Interval) -> Result<Interval, Failure> {
    Ok(match function {
        Function::Exp => increasing(x, exp),
        Function::Tanh => increasing(x, tanh),
        Function::Sigmoid => sigmoid(x),
        Function::Sin => wave(x, 0),
        Function::Cos => wave(x, 1),
        Function::Ln => {
            if !x.inf().is_positive() {
                return Err(partly(!x.sup().is_positive()));
            }
            increasing(x, ln)
        }
        // The interval computes these itself.
        Function::Sqrt | Function::Abs | Function::Relu | Function::Heaviside => {
            return x.apply(function);
        }
        #[cfg(feature = "smooth")]
        _ => return more::apply(function, x),
        #[cfg(not(feature = "smooth"))]
        _ => return Err(Failure::Inexact),
    })
}

/// Returns an enclosure of `function` on the interval from the enclosures at its two ends, for some
/// of the functions in activations.
pub(super) fn spanned(
    function: Function,
    x: &Interval,
    low: &Interval,
    high: &Interval,
) -> Option<Interval> {
    match function {
        Function::Sigmoid | Function::Tanh => Some(low.hull(high)),
        #[cfg(feature = "smooth")]
        _ => more::spanned(function, x, low, high),
        #[cfg(not(feature = "smooth"))]
        _ => {
            let _ = x;
            None
        }
    }
}

/// Returns an enclosure of `1 - sigmoid(x) = sigmoid(-x)`, which keeps its relative accuracy where
/// `sigmoid(x)` is close to 1.
pub fn sigmoid_complement(x: &Interval) -> Interval {
    sigmoid(&x.negated())
}

/// Encloses an increasing function: from its ends, or from one evaluation for a point.
fn increasing(x: &Interval, at: impl Fn(Dyadic) -> Interval) -> Interval {
    let low = at(x.inf());
    if x.is_point() {
        return low;
    }
    Interval::ordered(low.inf(), at(x.sup()).sup())
}

/// Evaluates an odd function from its values for positive numbers.
fn odd(x: Dyadic, above: impl Fn(Dyadic) -> Interval) -> Interval {
    if x.is_zero() {
        Interval::ZERO
    } else if x.is_negative() {
        above(-x).negated()
    } else {
        above(x)
    }
}

/// Is this outside `(-2^50, 2^50)`, or infinite?
fn is_huge(x: Dyadic) -> bool {
    x.exponent() > 50 - 63 && !x.is_zero()
}

/// `2^(±2^50)`, which bounds `e^x` from the inner side for huge `x`.
fn far_power(is_negative: bool) -> Dyadic {
    let size = 1i64 << 50;
    Dyadic::power_of_two(if is_negative { -size } else { size })
}

fn exp(x: Dyadic) -> Interval {
    if x.is_zero() {
        return Interval::ONE;
    }
    if is_huge(x) {
        let end = far_power(x.is_negative());
        return if x.is_negative() {
            Interval::ordered(Dyadic::ZERO, end)
        } else {
            Interval::ordered(end, Dyadic::INFINITY)
        };
    }
    let power = kernel::exp(x).enclosure();
    if x.is_negative() {
        Interval::ordered(power.inf(), power.sup().min(Dyadic::ONE))
    } else {
        Interval::ordered(power.inf().max(Dyadic::ONE), power.sup())
    }
}

/// A bound of `sigmoid(x)` from below or above. Only one end of an interval is needed, so the other
/// is not computed.
fn sigmoid_bound(x: Dyadic, direction: Direction) -> Dyadic {
    if x.is_zero() {
        return Dyadic::HALF;
    }
    if x.is_positive() {
        return Dyadic::ONE.sub(sigmoid_bound(-x, direction.opposite()), direction);
    }
    match (is_huge(x), direction) {
        (true, Down) => Dyadic::ZERO,
        (true, Up) => far_power(true),
        (false, Down) => kernel::sigmoid_of_negative(x).bound(Down),
        (false, Up) => kernel::sigmoid_of_negative(x).bound(Up).min(Dyadic::HALF),
    }
}

fn sigmoid(x: &Interval) -> Interval {
    Interval::ordered(sigmoid_bound(x.inf(), Down), sigmoid_bound(x.sup(), Up))
}

/// Is the magnitude below one half, and not zero?
fn is_small(x: Dyadic) -> bool {
    x.exponent() < -63
}

/// `sinh/cosh` below one half, and `1 - 2 sigmoid(-2x)` beyond.
fn tanh(x: Dyadic) -> Interval {
    odd(x, |x| {
        if is_small(x) {
            let (sinh, cosh) = kernel::hyperbolic(x);
            let (sinh, cosh) = (sinh.enclosure(), cosh.enclosure());
            return Interval::ordered(
                sinh.inf().div(cosh.sup(), Down),
                sinh.sup().div(cosh.inf(), Up),
            );
        }
        // Doubling is exact below the largest exponents, and beyond them any huge number is valid.
        let rest = sigmoid(&Interval::point(-x.scale(1, Down)));
        Interval::ordered(
            Dyadic::ONE.sub(rest.sup().scale(1, Up), Down),
            Dyadic::ONE.sub(rest.inf().scale(1, Down), Up),
        )
    })
}

/// For `x > 0`.
fn ln(x: Dyadic) -> Interval {
    if x.is_infinite() {
        return Interval::ordered(Dyadic::ONE, Dyadic::INFINITY);
    }
    if x == Dyadic::ONE {
        return Interval::ZERO;
    }
    kernel::ln(x).enclosure()
}

/// Returns half of it.
fn halved(x: &Interval) -> Interval {
    Interval::ordered(x.inf().scale(-1, Down), x.sup().scale(-1, Up))
}

/// The sine of `x + ahead · pi/2`, for `ahead` 0 or 1.
///
/// With `x + ahead · pi/2 = j · pi/2`: the sine is 1 for `j = 1` and -1 for `j = 3` modulo 4, and
/// monotone between. So the ends and the `j` inside span its range. One `j` too many, where an end
/// is too close to decide, only widens it.
fn wave(x: &Interval, ahead: i64) -> Interval {
    let at = |angle: kernel::Angle| if ahead == 0 { angle.sin() } else { angle.cos() };
    let Some(low) = kernel::reduce(x.inf()) else {
        return Interval::SYMMETRIC_UNIT;
    };
    if x.is_point() {
        return at(low);
    }
    let Some(high) = kernel::reduce(x.sup()) else {
        return Interval::SYMMETRIC_UNIT;
    };
    let (first, last) = (low.floor().0 + 1, high.floor().1);
    if last - first >= 3 {
        return Interval::SYMMETRIC_UNIT;
    }
    (first..=last).fold(at(low).hull(&at(high)), |hull, quarter| {
        match (quarter + ahead).rem_euclid(4) {
            1 => hull.hull(&Interval::ONE),
            3 => hull.hull(&Interval::ONE.negated()),
            _ => hull,
        }
    })
}
