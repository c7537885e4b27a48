//! Functions outside the core.

use super::super::constants::{
    Between, GELU_DEPTH, GELU_PLACE, NORMAL_PEAK, SILU_DEPTH, SILU_PLACE,
};
use super::super::dyadic::Direction::{self, Down, Up};
use super::super::dyadic::Dyadic;
use super::super::interval::{Interval, partly};
use super::super::scalar::{Failure, Function};
use super::gauss::{self, Scale};
use super::{exp, halved, increasing, is_huge, is_small, kernel, ln, odd, pi, sigmoid};

/// Returns an enclosure of `function` on the interval; see [`apply`](super::apply).
pub(super) fn apply(function: Function, x: &Interval) -> Result<Interval, Failure> {
    let (low, high) = (x.inf(), x.sup());
    Ok(match function {
        Function::Sinh => increasing(x, sinh),
        Function::Atan => increasing(x, atan),
        Function::Erf => increasing(x, erf),
        Function::Softplus => increasing(x, softplus),
        Function::Softsign => increasing(x, softsign),
        Function::Elu => increasing(x, elu),
        Function::Silu => dipping(x, silu, SILU_PLACE, SILU_DEPTH),
        Function::Gelu => dipping(x, gelu, GELU_PLACE, GELU_DEPTH),
        Function::Cosh => increasing(&x.magnitude(), cosh),
        Function::Tan => return tan(x),
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
    Some(match function {
        // These increase.
        Function::Erf | Function::Softplus | Function::Softsign | Function::Elu => low.hull(high),
        Function::Silu => dipping_between(x, low, high, SILU_PLACE, SILU_DEPTH),
        Function::Gelu => dipping_between(x, low, high, GELU_PLACE, GELU_DEPTH),
        _ => return None,
    })
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
            // The root is positive here; if that fails, any positive angle.
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
        // Both are positive here; if that fails, any possible angle.
        Err(_) => Interval::ordered(Dyadic::ZERO, pi().sup()),
    };
    Interval::ordered(half.inf().scale(1, Down), half.sup().scale(1, Up))
}

/// `ln(1 + y)` for finite `y` in `[0, 1]`.
///
/// Let `w` be `1 + y` rounded down to 63 bits: `ln(1 + y) = ln w + ln(1 + t)` for
/// `t = (y - (w - 1)) / w` in `[0, 2^-61]`, and `t - t²/2 <= ln(1 + t) <= t`.
fn ln_1p(y: Dyadic) -> Interval {
    let whole = Dyadic::ONE.add(y, Down);
    let rest = Interval::point(y).minus(&Interval::point(whole.sub(Dyadic::ONE, Down)));
    // Both are exact; if they were not, the remainder would still be enclosed.
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

/// Encloses a function that decreases to its smallest value, `-depth` at `-place`, and increases
/// after it, by the ends and by the smallest value if it may be inside.
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
pub(in super::super) fn gelu_slope(x: Dyadic) -> Interval {
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
pub(in super::super) fn two_over_root_pi() -> Interval {
    gauss::two_over_root_pi()
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
