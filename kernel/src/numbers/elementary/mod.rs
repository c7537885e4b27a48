//! Enclosures of the elementary functions by integer arithmetic alone.
//!
//! [`apply`] takes an interval to an interval that holds `f(x)` for every `x` inside: monotone
//! functions by their two ends, sine and cosine by the multiples of pi/2 inside as well, silu and
//! gelu by their least value. The functions of one number are in `kernel` and `gauss`, their
//! constants in `tables`. For moderate arguments
//! the result of a point is relatively narrower than `2^-57`. Beyond `2^50` the functions built on
//! `exp` give a bound on the safe side, and so do sine and cosine beyond `2^60`.

mod gauss;
mod kernel;
mod tables;
#[cfg(test)]
mod tests;

use super::dyadic::Direction::{self, Down, Up};
use super::dyadic::Dyadic;
use super::interval::{Interval, partly};
use super::scalar::{Failure, Function, Scalar};
use super::turns::{Between, GELU_DEPTH, GELU_PLACE, NORMAL_PEAK, SILU_DEPTH, SILU_PLACE};
use gauss::Scale;

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
    let (low, high) = (x.inf(), x.sup());
    Ok(match function {
        Function::Exp => increasing(x, exp),
        Function::Sinh => increasing(x, sinh),
        Function::Tanh => increasing(x, tanh),
        Function::Sigmoid => sigmoid(x),
        Function::Atan => increasing(x, atan),
        Function::Erf => increasing(x, erf),
        Function::Softplus => increasing(x, softplus),
        Function::Softsign => increasing(x, softsign),
        Function::Elu => increasing(x, elu),
        Function::Silu => dipping(x, silu, SILU_PLACE, SILU_DEPTH),
        Function::Gelu => dipping(x, gelu, GELU_PLACE, GELU_DEPTH),
        Function::Cosh => increasing(&x.magnitude(), cosh),
        Function::Sin => wave(x, 0),
        Function::Cos => wave(x, 1),
        Function::Tan => return tan(x),
        Function::Ln => {
            if !low.is_positive() {
                return Err(partly(!high.is_positive()));
            }
            increasing(x, ln)
        }
        Function::Asin | Function::Acos => {
            if low < -Dyadic::ONE || high > Dyadic::ONE {
                return Err(partly(low > Dyadic::ONE || high < -Dyadic::ONE));
            }
            if function == Function::Asin {
                increasing(x, asin)
            } else {
                increasing(&x.negated(), |y| acos(-y))
            }
        }
        // These are exact, and the interval does them itself.
        Function::Sqrt | Function::Abs | Function::Relu | Function::Heaviside => {
            return x.apply(function);
        }
    })
}

/// Returns an enclosure of `function` on the interval from those at its two ends, for some of the
/// functions that activations are made of.
pub(super) fn spanned(
    function: Function,
    x: &Interval,
    low: &Interval,
    high: &Interval,
) -> Option<Interval> {
    Some(match function {
        // These grow.
        Function::Sigmoid
        | Function::Tanh
        | Function::Erf
        | Function::Softplus
        | Function::Softsign
        | Function::Elu => low.hull(high),
        Function::Silu => dipping_between(x, low, high, SILU_PLACE, SILU_DEPTH),
        Function::Gelu => dipping_between(x, low, high, GELU_PLACE, GELU_DEPTH),
        _ => return None,
    })
}

/// Returns an enclosure of `1 - sigmoid(x) = sigmoid(-x)`, which keeps its relative accuracy where
/// `sigmoid(x)` is next to 1.
pub fn sigmoid_complement(x: &Interval) -> Interval {
    sigmoid(&x.negated())
}

/// The enclosure of an increasing function: from its ends, or from one evaluation for a point.
fn increasing(x: &Interval, at: impl Fn(Dyadic) -> Interval) -> Interval {
    let low = at(x.inf());
    if x.is_point() {
        return low;
    }
    Interval::ordered(low.inf(), at(x.sup()).sup())
}

/// An odd function from its values above zero.
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

/// A bound of `sigmoid(x)` from below or above. One end of an interval is all that is needed there,
/// so the other is not computed.
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

/// Is this below one half in size, and not zero?
fn is_small(x: Dyadic) -> bool {
    x.exponent() < -63
}

fn sinh(x: Dyadic) -> Interval {
    odd(x, |x| {
        if is_small(x) {
            return kernel::hyperbolic(x).0.enclosure();
        }
        halved(&exp(x).minus(&exp(-x)))
    })
}

/// For `x >= 0`.
fn cosh(x: Dyadic) -> Interval {
    if x.is_zero() {
        return Interval::ONE;
    }
    let value = if is_small(x) {
        kernel::hyperbolic(x).1.enclosure()
    } else {
        halved(&exp(x).plus(&exp(-x)))
    };
    Interval::ordered(value.inf().max(Dyadic::ONE), value.sup())
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
        // Doubling is exact below the largest exponents, and any huge number does beyond.
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

fn atan(x: Dyadic) -> Interval {
    odd(x, |x| {
        if x.is_infinite() {
            return halved(&pi());
        }
        kernel::atan(x).enclosure()
    })
}

/// `atan(x / sqrt((1-x)(1+x)))` for `-1 <= x <= 1`.
fn asin(x: Dyadic) -> Interval {
    odd(x, |x| {
        if x == Dyadic::ONE {
            return halved(&pi());
        }
        let point = Interval::point(x);
        let (below, above) = (Interval::ONE.minus(&point), Interval::ONE.plus(&point));
        let root = below.times(&above).root();
        match root.and_then(|root| point.over(&root)) {
            Ok(quotient) => increasing(&quotient, atan),
            // The root is positive here; should that fail, every angle above zero.
            Err(_) => Interval::ordered(Dyadic::ZERO, halved(&pi()).sup()),
        }
    })
}

/// `2 atan(sqrt((1-x)/(1+x)))` for `-1 <= x <= 1`.
fn acos(x: Dyadic) -> Interval {
    let point = Interval::point(x);
    let (below, above) = (Interval::ONE.minus(&point), Interval::ONE.plus(&point));
    if above.contains_zero() {
        return pi();
    }
    let half = match below.over(&above).and_then(|quotient| quotient.root()) {
        Ok(root) => increasing(&root, atan),
        // Both are positive here; should that fail, every angle there is.
        Err(_) => Interval::ordered(Dyadic::ZERO, pi().sup()),
    };
    Interval::ordered(half.inf().scale(1, Down), half.sup().scale(1, Up))
}

/// `ln(1 + y)` for finite `y` in `[0, 1]`.
///
/// With `w` the number below `1 + y` that has 63 bits: `ln(1 + y) = ln w + ln(1 + t)` for
/// `t = (y - (w - 1)) / w` in `[0, 2^-61]`, and `t - t²/2 <= ln(1 + t) <= t`.
fn ln_1p(y: Dyadic) -> Interval {
    let whole = Dyadic::ONE.add(y, Down);
    let rest = Interval::point(y).minus(&Interval::point(whole.sub(Dyadic::ONE, Down)));
    // Both are exact; should they not be, the rest is still held, from below too.
    let rest = Interval::ordered(rest.inf().max(Dyadic::ZERO), rest.sup().max(Dyadic::ZERO));
    let low = rest.inf().div(whole, Down);
    let square = low.mul(low, Up).scale(-1, Up);
    let low = low.sub(square, Down).max(Dyadic::ZERO);
    ln(whole).plus(&Interval::ordered(low, rest.sup().div(whole, Up)))
}

/// `max(0, x) + ln(1 + e^-|x|)`.
fn softplus(x: Dyadic) -> Interval {
    if x.is_infinite() && x.is_positive() {
        return Interval::ordered(Dyadic::ONE, Dyadic::INFINITY);
    }
    let power = exp(-x.abs());
    let rest = Interval::ordered(ln_1p(power.inf()).inf(), ln_1p(power.sup()).sup());
    Interval::point(x.max(Dyadic::ZERO)).plus(&rest)
}

fn softsign(x: Dyadic) -> Interval {
    odd(x, |x| {
        if x.is_infinite() {
            return Interval::ordered(Dyadic::HALF, Dyadic::ONE);
        }
        let at = |direction: Direction| {
            let below = Dyadic::ONE.add(x, direction.opposite());
            x.div(below, direction)
        };
        Interval::ordered(at(Down), at(Up).min(Dyadic::ONE))
    })
}

/// `x` from 0 on; below, `e^x - 1`, which is `2 e^(x/2) sinh(x/2)` close to 0.
fn elu(x: Dyadic) -> Interval {
    if !x.is_negative() {
        return Interval::point(x);
    }
    if is_small(x) {
        let half = x.scale(-1, Down);
        let sinh = kernel::hyperbolic(half).0.enclosure();
        let product = exp(half).times(&sinh);
        return Interval::ordered(product.inf().scale(1, Down), product.sup().scale(1, Up));
    }
    let value = exp(x).minus(&Interval::ONE);
    Interval::ordered(value.inf().max(-Dyadic::ONE), value.sup())
}

/// Values that fall to the least one, `-depth` at `-place`, and rise after it: spanned by the
/// ends, and by the least value where it may be inside.
fn dipping(
    x: &Interval,
    at: impl Fn(Dyadic) -> Interval,
    place: Between,
    depth: Between,
) -> Interval {
    let low = at(x.inf());
    if x.is_point() {
        return low;
    }
    dipping_between(x, &low, &at(x.sup()), place, depth)
}

fn dipping_between(
    x: &Interval,
    low: &Interval,
    high: &Interval,
    place: Between,
    depth: Between,
) -> Interval {
    let (place, least) = (place.interval().negated(), -depth.interval().sup());
    let inf = if x.sup() <= place.inf() {
        high.inf().max(least)
    } else if x.inf() >= place.sup() {
        low.inf().max(least)
    } else {
        least
    };
    Interval::ordered(inf, low.sup().max(high.sup()))
}

/// `|x| e^-|x|` and `|x| e^(-x²/2)` are below this for huge `x`, since `|x| <= e^(|x|/2)`.
fn far_product() -> Dyadic {
    Dyadic::power_of_two(-(1 << 47))
}

fn silu(x: Dyadic) -> Interval {
    if x.is_zero() {
        return Interval::ZERO;
    }
    if is_huge(x) && x.is_negative() {
        return Interval::ordered(-far_product(), Dyadic::ZERO);
    }
    if x.is_infinite() {
        return Interval::ordered(Dyadic::ONE, Dyadic::INFINITY);
    }
    sigmoid(&Interval::point(x)).times_point(x)
}

/// `erfc(y) = e^(-y²) M(y)` for `y` this positive number over its scale.
fn erfc(x: Dyadic, scale: Scale) -> Interval {
    if gauss::is_far(x) {
        return Interval::ordered(Dyadic::ZERO, far_product());
    }
    let value = gauss::bell(x, scale)
        .enclosure()
        .times(&gauss::mills(x, scale));
    Interval::ordered(value.inf().max(Dyadic::ZERO), value.sup().min(Dyadic::ONE))
}

fn erf(x: Dyadic) -> Interval {
    odd(x, |x| {
        if is_small(x) {
            return gauss::erf(x).enclosure();
        }
        Interval::ONE.minus(&erfc(x, Scale::One))
    })
}

/// `x (1 - Q(x))` for positive `x` and `x Q(-x)` for negative, where `Q(x) = erfc(x/sqrt 2)/2`.
fn gelu(x: Dyadic) -> Interval {
    if x.is_zero() {
        return Interval::ZERO;
    }
    if gauss::is_far(x) && x.is_negative() {
        return Interval::ordered(-far_product(), Dyadic::ZERO);
    }
    if x.is_infinite() {
        return Interval::ordered(Dyadic::ONE, Dyadic::INFINITY);
    }
    let tail = halved(&erfc(x.abs(), Scale::RootTwo));
    let share = if x.is_negative() {
        tail
    } else {
        Interval::ONE.minus(&tail)
    };
    share.times_point(x)
}

/// Returns an enclosure of the slope of gelu at a number: `Q(-x) + x e^(-x²/2)/sqrt(2 pi)`.
pub(super) fn gelu_slope(x: Dyadic) -> Interval {
    if x.is_zero() {
        return Interval::point(Dyadic::HALF);
    }
    // For positive x, 1 - e^(-x²/2) (M/2 - x/sqrt(2 pi)), and 1 less that for the negative.
    let size = x.abs();
    let rest = if gauss::is_far(size) {
        Interval::symmetric(far_product())
    } else {
        let linear = NORMAL_PEAK.interval().times_point(size);
        let factor = halved(&gauss::mills(size, Scale::RootTwo)).minus(&linear);
        factor.times(&gauss::bell(size, Scale::RootTwo).enclosure())
    };
    if x.is_negative() {
        rest
    } else {
        Interval::ONE.minus(&rest)
    }
}

/// Returns `2/sqrt(pi)`, the slope of erf at 0.
pub(super) fn two_over_root_pi() -> Interval {
    gauss::two_over_root_pi()
}

/// Half of it.
fn halved(x: &Interval) -> Interval {
    Interval::ordered(x.inf().scale(-1, Down), x.sup().scale(-1, Up))
}

/// The sine of `x + ahead · pi/2`, for `ahead` 0 or 1.
///
/// With `x + ahead · pi/2 = j · pi/2`: the sine is 1 for `j = 1` and -1 for `j = 3` modulo 4, and
/// monotone between. So its range is spanned by the ends and the `j` inside; a `j` too many, where
/// an end is too close to tell, only widens.
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

/// The tangent, which increases between odd multiples of pi/2.
fn tan(x: &Interval) -> Result<Interval, Failure> {
    let at = |angle: kernel::Angle| angle.sin().over(&angle.cos());
    let low = kernel::reduce(x.inf()).ok_or(Failure::PossiblyUndefined)?;
    if x.is_point() {
        return at(low).map_err(|_| Failure::PossiblyUndefined);
    }
    let high = kernel::reduce(x.sup()).ok_or(Failure::PossiblyUndefined)?;
    // At most one multiple inside, and an even one: a pole is odd.
    let (first, last) = (low.floor().0 + 1, high.floor().1);
    if last > first || (last == first && last & 1 != 0) {
        return Err(Failure::PossiblyUndefined);
    }
    let (low, high) = (at(low), at(high));
    match (low, high) {
        (Ok(low), Ok(high)) => Ok(low.hull(&high)),
        _ => Err(Failure::PossiblyUndefined),
    }
}
