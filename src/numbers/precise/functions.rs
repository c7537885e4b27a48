//! Elementary functions to any precision: reduce the argument, sum the Taylor series in interval
//! arithmetic, add a bound for its remainder.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::super::interval::partly;
use super::super::rational::{Integer, Rational};
use super::super::scalar::{Failure, Function, Scalar};
use super::Precise;
use super::big::Big;

/// Bits kept beyond the requested ones.
const GUARD: u32 = 48;
/// `exp` is not computed beyond `2^EXP_LIMIT`.
const EXP_LIMIT: i64 = 40;
/// Sine and cosine are not computed beyond `2^WAVE_LIMIT`.
const WAVE_LIMIT: i64 = 1 << 12;

/// Encloses the function on the interval, with more bits than requested.
pub(super) fn apply(function: Function, x: &Precise) -> Result<Precise, Failure> {
    let bits = x.bits;
    let wide = x.rounded(bits + GUARD);
    let is_outside_unit = |end: &Big| end.magnitude() > Big::ONE;
    match function {
        Function::Exp => increasing(&wide, exp),
        Function::Sinh => increasing(&wide, sinh),
        Function::Tanh => increasing(&wide, tanh),
        Function::Sigmoid => increasing(&wide, sigmoid),
        Function::Atan => increasing(&wide, |end| Ok(atan(end))),
        Function::Erf => increasing(&wide, erf),
        Function::Softplus => increasing(&wide, softplus),
        Function::Softsign => increasing(&wide, |end| {
            let size = Precise::new(end.mig(), end.mag(), end.bits);
            Ok(end.over(&one(end).plus(&size)))
        }),
        Function::Elu => increasing(&wide, elu),
        Function::Silu => dipping(&wide, silu, [-1279, -1278]),
        Function::Gelu => dipping(&wide, gelu, [-752, -751]),
        Function::Cosh => increasing(&Precise::new(wide.mig(), wide.mag(), wide.bits), cosh),
        Function::Sin => Ok(wave(&wide, 0)),
        Function::Cos => Ok(wave(&wide, 1)),
        Function::Tan => tan(&wide),
        Function::Ln => {
            if !x.inf.is_positive() {
                return Err(partly(!x.sup.is_positive()));
            }
            increasing(&wide, |end| Ok(ln(end)))
        }
        Function::Asin | Function::Acos => {
            if is_outside_unit(&x.inf) || is_outside_unit(&x.sup) {
                let is_all = x.inf > Big::ONE || x.sup < Big::ONE.negated();
                return Err(partly(is_all));
            }
            if function == Function::Asin {
                increasing(&wide, |end| Ok(asin(end)))
            } else {
                increasing(&wide.negated(), |end| Ok(acos(&end.negated())))
            }
        }
        Function::Sqrt if x.inf.is_negative() => Err(partly(x.sup.is_negative())),
        Function::Sqrt => Ok(wide.root()),
        Function::Abs => Ok(Precise::new(x.mig(), x.mag(), bits)),
        Function::Relu => x.max(&Precise::from_i64(0, bits)),
        Function::Heaviside => {
            let step = |end: &Big| i64::from(!end.is_negative());
            let at = |value: i64| Precise::from_i64(value, bits);
            Ok(at(step(&x.inf)).hull(&at(step(&x.sup))))
        }
    }
}

/// Encloses an increasing function, from its ends.
fn increasing(
    x: &Precise,
    at: impl Fn(&Precise) -> Result<Precise, Failure>,
) -> Result<Precise, Failure> {
    let low = at(&Precise::new(x.inf.clone(), x.inf.clone(), x.bits))?;
    if x.is_point() {
        return Ok(low);
    }
    let high = at(&Precise::new(x.sup.clone(), x.sup.clone(), x.bits))?;
    Ok(Precise::new(low.inf, high.sup, x.bits))
}

fn one(x: &Precise) -> Precise {
    Precise::from_i64(1, x.bits)
}

/// `[-size, size]`.
fn around_zero(size: &Big, bits: u32) -> Precise {
    Precise::new(size.negated(), size.clone(), bits).rounded(bits)
}

/// Sums `first + first·step(1) + first·step(1)·step(2) + ...` until the terms fall below the last
/// place of the first. The caller's terms decrease so fast that the remainder is below the last
/// term added.
fn series(first: Precise, step: impl Fn(&Precise, i64) -> Precise) -> Precise {
    let bits = first.bits;
    let enough = first.mag().top() - i64::from(bits);
    let (mut sum, mut term, mut n) = (first.clone(), first, 1);
    while !term.mag().is_zero() && term.mag().top() > enough {
        term = step(&term, n);
        sum = sum.plus(&term);
        n += 1;
    }
    sum.plus(&around_zero(&term.mag(), bits))
}

/// `u + s u^3/3 + u^5/5 + s u^7/7 + ...` for `|u| <= 1/2`: atanh for `s = 1`, atan for `s = -1`.
/// The remainder after a term is below `u^2/(1-u^2) <= 1/3` of it.
fn odd_series(u: &Precise, sign: i64) -> Precise {
    let square = u.times(u).times_i64(sign);
    let bits = u.bits;
    let enough = u.mag().top() - i64::from(bits);
    let (mut sum, mut power, mut n) = (u.clone(), u.clone(), 1);
    while !power.mag().is_zero() && power.mag().top() > enough {
        power = power.times(&square);
        n += 2;
        sum = sum.plus(&power.over_i64(n));
    }
    sum.plus(&around_zero(&power.mag(), bits))
}

/// `ln 2 = 2 atanh(1/3)`.
fn ln_2(bits: u32) -> Precise {
    let third = Precise::constant(&bits, &Rational::ratio(1, 3));
    odd_series(&third, 1).scaled(1)
}

/// `pi = 16 atan(1/5) - 4 atan(1/239)` (Machin).
pub(super) fn pi(bits: u32) -> Precise {
    let inverse = |n: i64| Precise::constant(&bits, &Rational::ratio(1, n));
    let fifth = odd_series(&inverse(5), -1).scaled(4);
    fifth.minus(&odd_series(&inverse(239), -1).scaled(2))
}

/// About half the square root of the precision: that many halvings of the argument pay off.
fn halvings(bits: u32) -> u32 {
    8 + bits.isqrt() / 2
}

/// `2^(-2^EXP_LIMIT)`, more than `e^x` is beyond the limit.
fn far_below(bits: u32) -> Precise {
    Precise::new(Big::ZERO, Big::exact(1, -(1 << EXP_LIMIT)), bits)
}

/// `e^x = 2^k (e^(r/2^h))^(2^h)`, `r = x - k ln 2`.
fn exp(x: &Precise) -> Result<Precise, Failure> {
    if x.inf.is_zero() {
        return Ok(one(x));
    }
    let top = x.mag().top();
    if top > EXP_LIMIT {
        return if x.inf.is_negative() {
            Ok(far_below(x.bits))
        } else {
            Err(Failure::Inexact)
        };
    }
    let halvings = halvings(x.bits);
    let room = u32::try_from(top.max(0)).unwrap_or(0);
    let bits = x.bits + halvings + room + GUARD;
    let x_wide = x.rounded(bits);
    let ln_2 = ln_2(bits);
    let k = x_wide.over(&ln_2).inf.floor();
    let k = i64::try_from(&k).map_err(|_| Failure::Inexact)?;
    let rest = x_wide
        .minus(&ln_2.times_i64(k))
        .scaled(-i64::from(halvings));
    // |rest| < 1/4: the remainder after a term is below a third of it.
    let mut power = series(one(&rest), |term, n| term.times(&rest).over_i64(n));
    for _ in 0..halvings {
        power = power.times(&power);
    }
    Ok(power.scaled(k).rounded(x.bits))
}

/// `e^x / (1 + e^x)` for `x <= 0`, else `1 / (1 + e^-x)`.
fn sigmoid(x: &Precise) -> Result<Precise, Failure> {
    if x.inf.is_positive() {
        let power = exp(&x.negated())?;
        return Ok(one(x).over(&one(x).plus(&power)));
    }
    let power = exp(x)?;
    Ok(power.over(&one(x).plus(&power)))
}

/// `x + x^3/3! + ...` or `1 + x^2/2! + ...` with alternating signs for `sign = -1`: `start` is 1 or
/// 0. For `|x| <= 1` the remainder after a term is below a fifth of it, except for the first.
fn taylor(x: &Precise, start: i64, sign: i64) -> Precise {
    let square = x.times(x).times_i64(sign);
    let first = if start == 1 { x.clone() } else { one(x) };
    series(first, |term, n| {
        let k = 2 * n + start;
        term.times(&square).over_i64(k * (k - 1))
    })
}

fn sinh(x: &Precise) -> Result<Precise, Failure> {
    if x.mag() <= Big::ONE {
        return Ok(taylor(x, 1, 1));
    }
    Ok(exp(x)?.minus(&exp(&x.negated())?).scaled(-1))
}

fn cosh(x: &Precise) -> Result<Precise, Failure> {
    Ok(exp(x)?.plus(&exp(&x.negated())?).scaled(-1))
}

/// `sinh/cosh` up to 1, and `1 - 2 sigmoid(-2x)` beyond.
fn tanh(x: &Precise) -> Result<Precise, Failure> {
    if x.mag() <= Big::ONE {
        return Ok(taylor(x, 1, 1).over(&taylor(x, 0, 1)));
    }
    if x.inf.is_negative() {
        return Ok(tanh(&x.negated())?.negated());
    }
    Ok(one(x).minus(&sigmoid(&x.scaled(1).negated())?.scaled(1)))
}

/// `x = 2^k m` with `m` in `[3/4, 3/2)`: `ln x = k ln 2 + 2 atanh((m-1)/(m+1))`.
fn ln(x: &Precise) -> Precise {
    let mut k = x.inf.top();
    let three_quarters = Big::exact(3, -2);
    if x.inf.scaled(-k) < three_quarters {
        k -= 1;
    }
    let m = x.scaled(-k);
    let u = m.minus(&one(x)).over(&m.plus(&one(x)));
    let rest = odd_series(&u, 1).scaled(1);
    if k == 0 {
        return rest;
    }
    ln_2(x.bits).times_i64(k).plus(&rest)
}

/// For positive `x`: `atan x = pi/2 - atan(1/x)` beyond 1, then `2 atan(x/(1 + sqrt(1+x^2)))`.
fn atan(x: &Precise) -> Precise {
    if x.inf.is_zero() {
        return x.clone();
    }
    if x.inf.is_negative() {
        return atan(&x.negated()).negated();
    }
    if x.inf > Big::ONE {
        return pi(x.bits).scaled(-1).minus(&atan(&one(x).over(x)));
    }
    let wanted = -i64::from(halvings(x.bits) / 2);
    let (mut y, mut doublings) = (x.clone(), 0);
    while y.mag().top() > wanted {
        y = y.over(&one(x).plus(&one(x).plus(&y.times(&y)).root()));
        doublings += 1;
    }
    odd_series(&y, -1).scaled(doublings)
}

/// `atan(x / sqrt((1-x)(1+x)))`.
fn asin(x: &Precise) -> Precise {
    if x.inf.magnitude() == Big::ONE {
        let half_pi = pi(x.bits).scaled(-1);
        return if x.inf.is_negative() {
            half_pi.negated()
        } else {
            half_pi
        };
    }
    let square = one(x).minus(x).times(&one(x).plus(x));
    thin(&x.over(&square.root()), atan)
}

/// `2 atan(sqrt((1-x)/(1+x)))`.
fn acos(x: &Precise) -> Precise {
    let above = one(x).plus(x);
    if above.inf.is_zero() {
        return pi(x.bits);
    }
    thin(&one(x).minus(x).over(&above).root(), atan).scaled(1)
}

/// Encloses an increasing function of an interval that is thin, but not a point.
fn thin(x: &Precise, at: impl Fn(&Precise) -> Precise) -> Precise {
    let end = |value: &Big| at(&Precise::new(value.clone(), value.clone(), x.bits));
    Precise::new(end(&x.inf).inf, end(&x.sup).sup, x.bits)
}

/// `2/sqrt(pi) e^(-x²) (x + 2 x³/3 + 4 x⁵/(3·5) + ...)` for points up to 8, all terms of one sign.
/// From the term with `2n + 3 >= 4 x²` on, the remainder is below the last term.
fn erf_series(x: &Precise) -> Result<Precise, Failure> {
    let square = x.times(x);
    let twice = square.scaled(1);
    let enough = x.mag().top() - i64::from(x.bits);
    let from = i64::try_from(&twice.sup.floor()).map_err(|_| Failure::Inexact)?;
    let (mut sum, mut term, mut n) = (x.clone(), x.clone(), 0);
    while n <= from || (!term.mag().is_zero() && term.mag().top() > enough) {
        n += 1;
        term = term.times(&twice).over_i64(2 * n + 1);
        sum = sum.plus(&term);
    }
    let sum = sum.plus(&around_zero(&term.mag(), x.bits));
    let factor = Precise::from_i64(2, x.bits).over(&pi(x.bits + 16).root());
    Ok(exp(&square.negated())?
        .times(&sum)
        .times(&factor)
        .rounded(x.bits))
}

fn erf(x: &Precise) -> Result<Precise, Failure> {
    if x.inf.is_zero() {
        return Ok(x.clone());
    }
    if x.mag() <= Big::exact(8, 0) {
        return erf_series(x);
    }
    if x.inf.is_negative() {
        return Ok(erf(&x.negated())?.negated());
    }
    Ok(one(x).minus(&erfc(x)?))
}

/// `1 - erf(x)` for positive points. Up to 8 it is above `2^-100`; beyond, it is `e^(-x²)` times
/// `2/sqrt(pi) / (2x + 2/(2x + 4/(2x + 6/(2x + ...))))`, whose tails are between 0 and `n/(2x)`.
fn erfc(x: &Precise) -> Result<Precise, Failure> {
    let bits = x.bits;
    if x.mag() <= Big::exact(8, 0) {
        let wide = x.rounded(bits + 128);
        return Ok(one(&wide).minus(&erf_series(&wide)?).rounded(bits));
    }
    let room = u32::try_from(x.mag().top()).unwrap_or(u32::MAX / 4);
    if room > 40 {
        return Ok(far_below(bits));
    }
    let wide = x.rounded(bits + 2 * room + GUARD);
    let bell = exp(&wide.times(&wide).negated())?;
    let double = wide.scaled(1);
    let mut steps = 8;
    loop {
        steps *= 2;
        let top = Precise::from_i64(steps, wide.bits).over(&double).sup;
        let mut ratio = Precise::new(Big::ZERO, top, wide.bits);
        for n in (1..steps).rev() {
            ratio = Precise::from_i64(n, wide.bits).over(&double.plus(&ratio.scaled(1)));
        }
        let root = pi(wide.bits + 16).root().rounded(wide.bits);
        let value = Precise::from_i64(2, wide.bits)
            .over(&root)
            .over(&double.plus(&ratio.scaled(1)));
        let width = value.minus(&value).mag();
        let is_narrow = width.top() < value.mag().top() - i64::from(bits);
        if is_narrow || steps > 1 << 16 {
            return Ok(value.times(&bell).rounded(bits));
        }
    }
}

/// `max(0, x) + 2 atanh(y/(2 + y))` with `y = e^-|x|`.
fn softplus(x: &Precise) -> Result<Precise, Failure> {
    let size = Precise::new(x.mig(), x.mag(), x.bits);
    let power = exp(&size.negated())?;
    let u = power.over(&power.plus(&Precise::from_i64(2, x.bits)));
    let rest = odd_series(&u, 1).scaled(1);
    Ok(if x.inf.is_negative() {
        rest
    } else {
        x.plus(&rest)
    })
}

/// Below 0, `x + x²/2! + ...` or `e^x - 1`. The remainder of the series after a term is below half
/// of it.
fn elu(x: &Precise) -> Result<Precise, Failure> {
    if !x.inf.is_negative() {
        return Ok(x.clone());
    }
    if x.mag() <= Big::ONE {
        return Ok(series(x.clone(), |term, n| term.times(x).over_i64(n + 1)));
    }
    Ok(exp(x)?.minus(&one(x)))
}

fn silu(x: &Precise) -> Result<Precise, Failure> {
    Ok(x.times(&sigmoid(x)?))
}

/// `x (1 - erfc(x/sqrt 2)/2)` from 0 on, `x erfc(-x/sqrt 2)/2` below.
fn gelu(x: &Precise) -> Result<Precise, Failure> {
    if x.inf.is_zero() {
        return Ok(x.clone());
    }
    let room = u32::try_from(x.mag().top().clamp(0, 64)).unwrap_or(0);
    let wide = Precise::new(x.mig(), x.mag(), x.bits + 2 * room + GUARD);
    let scaled = wide.over(&Precise::from_i64(2, wide.bits).root());
    let at = |end: &Big| erfc(&Precise::new(end.clone(), end.clone(), wide.bits));
    let tail = Precise::new(at(&scaled.sup)?.inf, at(&scaled.inf)?.sup, x.bits).scaled(-1);
    Ok(if x.inf.is_negative() {
        x.times(&tail)
    } else {
        x.times(&one(x).minus(&tail))
    })
}

/// Values that decrease to a smallest one, at a place between two thousandths, and increase after
/// it. Between those two the second derivative is below 1, so the smallest value is less than
/// `10^-6` below the value at either. The slope is nowhere steeper than 2, which gives the better
/// bound for a thin interval.
fn dipping(
    x: &Precise,
    at: impl Fn(&Precise) -> Result<Precise, Failure>,
    thousandths: [i64; 2],
) -> Result<Precise, Failure> {
    let point = |value: &Big| Precise::new(value.clone(), value.clone(), x.bits);
    let low = at(&point(&x.inf))?;
    if x.is_point() {
        return Ok(low);
    }
    let ends = low.hull(&at(&point(&x.sup))?);
    let place = thousandths.map(|n| Precise::constant(&x.bits, &Rational::ratio(n, 1000)));
    if x.sup <= place[0].inf || x.inf >= place[1].sup {
        return Ok(ends);
    }
    let width = point(&x.sup).minus(&point(&x.inf)).mag().scaled(1);
    let drop = width.min(Big::exact(1, -19));
    let near = at(&point(&place[0].inf))?;
    let least = if x.inf < place[0].inf && x.sup > place[0].inf {
        ends.hull(&near)
    } else {
        ends.clone()
    };
    let bound = least.minus(&around_zero(&drop, x.bits));
    Ok(Precise::new(bound.inf, ends.sup, x.bits))
}

/// A point as a multiple of pi/2 and a remainder, and bounds for `floor(2x/pi)`.
struct Angle {
    quarters: Integer,
    rest: Precise,
    floor: (Integer, Integer),
}

fn reduce(x: &Big, bits: u32) -> Option<Angle> {
    if x.top() > WAVE_LIMIT {
        return None;
    }
    // 96 more bits for points close to a multiple.
    let room = u32::try_from(x.top().max(0)).ok()?;
    let wide = bits + room + 96;
    let point = Precise::new(x.clone(), x.clone(), wide);
    let half_pi = pi(wide).scaled(-1);
    let ratio = point.over(&half_pi);
    let half = Precise::constant(&wide, &Rational::ratio(1, 2));
    let quarters = ratio.plus(&half).inf.floor();
    let multiple = Precise::new(
        Big::exact(quarters.clone(), 0),
        Big::exact(quarters.clone(), 0),
        wide,
    );
    Some(Angle {
        quarters,
        rest: point.minus(&multiple.times(&half_pi)).rounded(bits),
        floor: (ratio.inf.floor(), ratio.sup.floor()),
    })
}

fn modulo_4(value: &Integer) -> i64 {
    let low = value - ((value >> 2) << 2);
    i64::try_from(&low).unwrap_or(0)
}

/// The sine `ahead` quarters ahead of the angle.
fn sin_at(angle: &Angle, ahead: i64) -> Precise {
    let quarter = (modulo_4(&angle.quarters) + ahead) % 4;
    let value = taylor(&angle.rest, 1 - quarter % 2, -1);
    if quarter >= 2 { value.negated() } else { value }
}

/// Returns the multiples of pi/2 inside, or one more if an end is too close to decide.
fn multiples(low: &Angle, high: &Angle) -> Vec<i64> {
    let first = &low.floor.0 + Integer::ONE;
    let count = &high.floor.1 - &low.floor.0;
    let count = i64::try_from(&count.min(Integer::from(4))).unwrap_or(4);
    (0..count.max(0))
        .map(|i| (modulo_4(&first) + i) % 4)
        .collect()
}

/// The sine of `x + ahead · pi/2`: spanned by its ends, and by 1 and -1 at multiples of pi/2
/// inside.
fn wave(x: &Precise, ahead: i64) -> Precise {
    let unit = Precise::new(Big::ONE.negated(), Big::ONE, x.bits);
    let (Some(low), Some(high)) = (reduce(&x.inf, x.bits), reduce(&x.sup, x.bits)) else {
        return unit;
    };
    let ends = sin_at(&low, ahead).hull(&sin_at(&high, ahead));
    let hull = multiples(&low, &high)
        .into_iter()
        .fold(ends, |hull, j| match (j + ahead) % 4 {
            1 => hull.hull(&one(x)),
            3 => hull.hull(&one(x).negated()),
            _ => hull,
        });
    Precise::new(hull.inf.max(unit.inf), hull.sup.min(unit.sup), x.bits)
}

/// The tangent: increasing if no odd multiple of pi/2 is inside.
fn tan(x: &Precise) -> Result<Precise, Failure> {
    let (Some(low), Some(high)) = (reduce(&x.inf, x.bits), reduce(&x.sup, x.bits)) else {
        return Err(Failure::PossiblyUndefined);
    };
    let has_pole = multiples(&low, &high).iter().any(|j| j % 2 == 1);
    if has_pole && !x.is_point() {
        return Err(Failure::PossiblyUndefined);
    }
    let at = |angle: &Angle| {
        let cosine = sin_at(angle, 1);
        if cosine.contains_zero() {
            return Err(Failure::PossiblyUndefined);
        }
        Ok(sin_at(angle, 0).over(&cosine))
    };
    Ok(at(&low)?.hull(&at(&high)?))
}
