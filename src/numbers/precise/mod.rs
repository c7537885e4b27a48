//! Multiprecision intervals: for evaluation to many digits, and to test the fast intervals.
//!
//! Slow and simple: everything is interval arithmetic with outward rounding to a number of bits; a
//! function is argument reduction, a Taylor series and a bound for its remainder. No proof relies
//! on this; it shares no code and no constants with `elementary`.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

mod big;
mod functions;
#[cfg(test)]
mod tests;

use super::dyadic::Direction::{Down, Up};
use super::dyadic::Dyadic;
use super::interval::{Interval, partly};
use super::rational::Rational;
use super::scalar::{Failure, Function, Relation, Scalar, Truth};
use big::Big;

/// A closed interval whose ends have `bits` bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precise {
    inf: Big,
    sup: Big,
    bits: u32,
}

/// Results beyond `2^±LIMIT` are refused.
const LIMIT: i64 = 1 << 60;

impl Precise {
    fn new(inf: Big, sup: Big, bits: u32) -> Self {
        debug_assert!(inf <= sup, "ends in order");
        Self { inf, sup, bits }
    }

    fn point(value: &Big, bits: u32) -> Self {
        Self::new(value.rounded(bits, Down), value.rounded(bits, Up), bits)
    }

    fn from_i64(value: i64, bits: u32) -> Self {
        Self::point(&Big::exact(value, 0), bits)
    }

    /// Returns an enclosure of a finite dyadic number: a point from 63 bits on.
    pub fn from_dyadic(value: Dyadic, bits: u32) -> Self {
        Self::point(&Big::exact(value.mantissa(), value.exponent()), bits)
    }

    /// Returns the lower end; a bound below it for numbers too long to write out; `None` if it is
    /// infinite.
    pub fn lower(&self) -> Option<Rational> {
        self.inf.rational_bound(Down)
    }

    /// Returns the upper end; a bound above it for numbers too long to write out; `None` if it is
    /// infinite.
    pub fn upper(&self) -> Option<Rational> {
        self.sup.rational_bound(Up)
    }

    /// The bits of each end.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Is the rational number inside?
    pub fn contains_rational(&self, value: &Rational) -> bool {
        self.lower().is_none_or(|low| low <= *value)
            && self.upper().is_none_or(|high| *value <= high)
    }

    /// Does this share a number with the interval? Two enclosures of one number do.
    pub fn meets(&self, interval: &Interval) -> bool {
        let end = |value: Dyadic| Big::exact(value.mantissa(), value.exponent());
        let (inf, sup) = (interval.inf(), interval.sup());
        (inf == Dyadic::NEG_INFINITY || (!inf.is_infinite() && end(inf) <= self.sup))
            && (sup == Dyadic::INFINITY || (!sup.is_infinite() && self.inf <= end(sup)))
    }

    fn rounded(&self, bits: u32) -> Self {
        Self::new(
            self.inf.rounded(bits, Down),
            self.sup.rounded(bits, Up),
            bits,
        )
    }

    fn is_point(&self) -> bool {
        self.inf == self.sup
    }

    fn contains_zero(&self) -> bool {
        !self.inf.is_positive() && !self.sup.is_negative()
    }

    /// The largest absolute value.
    fn mag(&self) -> Big {
        self.inf.magnitude().max(self.sup.magnitude())
    }

    /// The smallest absolute value.
    fn mig(&self) -> Big {
        if self.contains_zero() {
            Big::ZERO
        } else {
            self.inf.magnitude().min(self.sup.magnitude())
        }
    }

    fn negated(&self) -> Self {
        Self::new(self.sup.negated(), self.inf.negated(), self.bits)
    }

    fn plus(&self, other: &Self) -> Self {
        let bits = self.bits.max(other.bits);
        Self::new(
            self.inf.add(&other.inf, bits, Down),
            self.sup.add(&other.sup, bits, Up),
            bits,
        )
    }

    fn minus(&self, other: &Self) -> Self {
        self.plus(&other.negated())
    }

    /// The hull of the products of the ends.
    fn times(&self, other: &Self) -> Self {
        let bits = self.bits.max(other.bits);
        let both = |a: &Big, b: &Big| (a.mul(b, bits, Down), a.mul(b, bits, Up));
        let first = both(&self.inf, &other.inf);
        if !self.inf.is_negative() && !other.inf.is_negative() {
            return Self::new(first.0, self.sup.mul(&other.sup, bits, Up), bits);
        }
        [
            both(&self.inf, &other.sup),
            both(&self.sup, &other.inf),
            both(&self.sup, &other.sup),
        ]
        .into_iter()
        .fold(Self::new(first.0, first.1, bits), |hull, (low, high)| {
            Self::new(hull.inf.min(low), hull.sup.max(high), bits)
        })
    }

    /// The quotient by an interval without zero: the hull of the quotients of the ends.
    fn over(&self, other: &Self) -> Self {
        let bits = self.bits.max(other.bits);
        let both = |a: &Big, b: &Big| (a.div(b, bits, Down), a.div(b, bits, Up));
        if other.is_point() && other.inf.is_positive() {
            let divisor = &other.inf;
            let (inf, sup) = (
                self.inf.div(divisor, bits, Down),
                self.sup.div(divisor, bits, Up),
            );
            return Self::new(inf, sup, bits);
        }
        let first = both(&self.inf, &other.inf);
        [
            both(&self.inf, &other.sup),
            both(&self.sup, &other.inf),
            both(&self.sup, &other.sup),
        ]
        .into_iter()
        .fold(Self::new(first.0, first.1, bits), |hull, (low, high)| {
            Self::new(hull.inf.min(low), hull.sup.max(high), bits)
        })
    }

    fn over_i64(&self, divisor: i64) -> Self {
        self.over(&Self::from_i64(divisor, self.bits))
    }

    fn times_i64(&self, factor: i64) -> Self {
        self.times(&Self::from_i64(factor, self.bits))
    }

    /// `self · 2^power`.
    fn scaled(&self, power: i64) -> Self {
        Self::new(self.inf.scaled(power), self.sup.scaled(power), self.bits)
    }

    /// The square root of an interval that is not negative.
    fn root(&self) -> Self {
        Self::new(
            self.inf.sqrt(self.bits, Down),
            self.sup.sqrt(self.bits, Up),
            self.bits,
        )
    }

    /// Refuses numbers beyond the range of exponents, so that exponents cannot overflow.
    fn in_range(self) -> Result<Self, Failure> {
        let is_sane = |end: &Big| end.is_zero() || end.top().abs() <= LIMIT;
        if is_sane(&self.inf) && is_sane(&self.sup) {
            Ok(self)
        } else {
            Err(Failure::Inexact)
        }
    }

    /// `self^exponent` for an interval that is not negative.
    fn power(&self, exponent: u32) -> Result<Self, Failure> {
        let mut result = Self::from_i64(1, self.bits);
        let mut square = self.clone();
        let mut rest = exponent;
        while rest > 0 {
            if rest % 2 == 1 {
                result = result.times(&square).in_range()?;
            }
            rest /= 2;
            if rest > 0 {
                square = square.times(&square).in_range()?;
            }
        }
        Ok(result)
    }
}

impl Scalar for Precise {
    type Context = u32;

    fn constant(bits: &u32, value: &Rational) -> Self {
        Self::new(
            Big::from_rational(value, *bits, Down),
            Big::from_rational(value, *bits, Up),
            *bits,
        )
    }
    fn pi(bits: &u32) -> Result<Self, Failure> {
        Ok(functions::pi(bits + 16).rounded(*bits))
    }
    fn add(&self, other: &Self) -> Self {
        self.plus(other)
    }
    fn sub(&self, other: &Self) -> Self {
        self.minus(other)
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        self.times(other).in_range()
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        if other.contains_zero() {
            return Err(partly(other.is_point()));
        }
        self.over(other).in_range()
    }
    fn neg(&self) -> Self {
        self.negated()
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        if exponent < 0 {
            if self.contains_zero() {
                return Err(partly(self.is_point()));
            }
            let one = Self::from_i64(1, self.bits);
            let power = if exponent == i32::MIN {
                return Err(Failure::Inexact);
            } else {
                self.powi(-exponent)?
            };
            return one.div(&power);
        }
        let exponent = exponent.unsigned_abs();
        if exponent.is_multiple_of(2) {
            return Self::new(self.mig(), self.mag(), self.bits).power(exponent);
        }
        // Odd powers increase, so the ends map to the ends.
        let end = |value: &Big| -> Result<Self, Failure> {
            let power = Self::point(&value.magnitude(), self.bits).power(exponent)?;
            Ok(if value.is_negative() {
                power.negated()
            } else {
                power
            })
        };
        Ok(Self::new(
            end(&self.inf)?.inf,
            end(&self.sup)?.sup,
            self.bits,
        ))
    }
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        let bits = self.bits.max(exponent.bits);
        if self.inf.is_positive() {
            // The exponential turns an absolute error into a relative one: keep more bits for it.
            let more = bits + 64;
            let log = self.rounded(more).apply(Function::Ln)?;
            let power = exponent.mul(&log)?.apply(Function::Exp)?;
            return Ok(power.rounded(bits));
        }
        if self.inf.is_negative() {
            return Err(partly(self.sup.is_negative()));
        }
        // 0 is the lower end: 0^y = 0 for y > 0, and x^y increases with x.
        if !exponent.inf.is_positive() {
            return Err(partly(self.sup.is_zero() && exponent.sup.is_negative()));
        }
        if self.sup.is_zero() {
            return Ok(self.clone());
        }
        let top = Self::point(&self.sup, bits).pow(exponent)?;
        Ok(Self::new(Big::ZERO, top.sup, bits))
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        functions::apply(function, self)?
            .rounded(self.bits)
            .in_range()
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self::new(
            self.inf.clone().min(other.inf.clone()),
            self.sup.clone().min(other.sup.clone()),
            self.bits.max(other.bits),
        ))
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self::new(
            self.inf.clone().max(other.inf.clone()),
            self.sup.clone().max(other.sup.clone()),
            self.bits.max(other.bits),
        ))
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        let certainly = |holds: bool, fails: bool| match (holds, fails) {
            (true, _) => Truth::True,
            (_, true) => Truth::False,
            _ => Truth::Unknown,
        };
        match relation {
            Relation::Less => certainly(self.sup < other.inf, self.inf >= other.sup),
            Relation::LessOrEqual => certainly(self.sup <= other.inf, self.inf > other.sup),
            Relation::Greater => other.compare(Relation::Less, self),
            Relation::GreaterOrEqual => other.compare(Relation::LessOrEqual, self),
            Relation::Equal => certainly(
                self.is_point() && other.is_point() && self.inf == other.inf,
                self.sup < other.inf || other.sup < self.inf,
            ),
            Relation::NotEqual => self.compare(Relation::Equal, other).negate(),
        }
    }
    fn hull(&self, other: &Self) -> Self {
        Self::new(
            self.inf.clone().min(other.inf.clone()),
            self.sup.clone().max(other.sup.clone()),
            self.bits.max(other.bits),
        )
    }
}
