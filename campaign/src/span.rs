//! Intervals of floats, rounded outward by a step: the arithmetic of the oracle.
//!
//! It shares no code with the kernel's intervals. Sums, products, quotients and roots of floats are within
//! half a unit in the last place; functions of `libm` are within one or two, and are widened by eight.

use std::cmp::Ordering;

use steeple::numbers::estimate::{estimate_rational, exact_dyadic};
use steeple::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

/// A closed interval; an end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How many floats further out the results of functions are taken.
const WIDENED: u32 = 8;
/// Where `x / (1 + e^-x)` is least, within `1e-15`, and a bound below its value there.
const SILU_VALLEY: (f64, f64) = (-1.278_464_542_761_073_7, -0.278_464_542_761_073_85);
/// The same for `x (1 + erf(x / sqrt 2)) / 2`.
const GELU_VALLEY: (f64, f64) = (-0.751_791_524_693_564_6, -0.169_971_207_480_012_4);

impl Span {
    /// All numbers.
    pub const WHOLE: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };
    /// The number 0.
    pub const ZERO: Self = Self {
        low: 0.0,
        high: 0.0,
    };

    /// Returns the interval between two ends; an end that is not a number is infinite.
    pub fn new(low: f64, high: f64) -> Self {
        Self {
            low: if low.is_nan() { f64::NEG_INFINITY } else { low },
            high: if high.is_nan() { f64::INFINITY } else { high },
        }
    }

    /// Returns one float.
    pub fn point(value: f64) -> Self {
        Self::new(value, value)
    }

    /// Returns the interval from `-radius` to `radius`.
    pub fn symmetric(radius: f64) -> Self {
        Self::new(-radius, radius)
    }

    /// Encloses a rational number: by itself where it is a float.
    pub fn from_rational(value: &Rational) -> Self {
        let near = estimate_rational(value);
        let order = exact_of(near).map(|near| near.cmp(value));
        match order {
            Some(Ordering::Equal) => Self::point(near),
            Some(Ordering::Less) => Self::new(near, above(near, 2)),
            Some(Ordering::Greater) => Self::new(below(near, 2), near),
            None if near > 0.0 => Self::new(f64::MAX, f64::INFINITY),
            None => Self::new(f64::NEG_INFINITY, f64::MIN),
        }
    }

    /// Moves both ends outward by some floats.
    fn widened(low: f64, high: f64, steps: u32) -> Self {
        Self::new(below(low, steps), above(high, steps))
    }

    /// Is zero inside?
    pub fn has_zero(self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    /// The largest absolute value.
    pub fn mag(self) -> f64 {
        self.high.max(-self.low)
    }

    /// The smallest absolute value.
    pub fn mig(self) -> f64 {
        self.low.max(-self.high).max(0.0)
    }

    /// Half the width, rounded up.
    pub fn rad(self) -> f64 {
        above((self.high - self.low) / 2.0, 2)
    }

    /// A number near the middle.
    pub fn mid(self) -> f64 {
        self.low / 2.0 + self.high / 2.0
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// What both hold; the first where rounding left nothing.
    #[must_use]
    pub fn met(self, other: Self) -> Self {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        if low <= high {
            Self::new(low, high)
        } else {
            self
        }
    }

    /// Absolute values.
    #[must_use]
    pub fn size(self) -> Self {
        Self::new(self.mig(), self.mag())
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(
            sum(self.low, other.low, below),
            sum(self.high, other.high, above),
        )
    }

    /// The negative.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::new(-self.high, -self.low)
    }

    /// The difference.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let ends = [
            (self.low, other.low),
            (self.low, other.high),
            (self.high, other.low),
            (self.high, other.high),
        ];
        let mut out = (f64::INFINITY, f64::NEG_INFINITY);
        for (a, b) in ends {
            let is_exact = a == 0.0 || b == 0.0 || a.abs() == 1.0 || b.abs() == 1.0;
            let product = if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
            let steps = u32::from(!is_exact);
            out.0 = out.0.min(below(product, steps));
            out.1 = out.1.max(above(product, steps));
        }
        Self::new(out.0, out.1)
    }

    /// The square.
    #[must_use]
    pub fn squared(self) -> Self {
        let (low, high) = (self.mig(), self.mag());
        let low = if low == 0.0 { 0.0 } else { below(low * low, 1) };
        let high = if high == 0.0 {
            0.0
        } else {
            above(high * high, 1)
        };
        Self::new(low, high)
    }

    /// The quotient, for a divisor without zero.
    fn over(self, other: Self) -> Self {
        let quotient = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a / b };
        let ends = [
            quotient(self.low, other.low),
            quotient(self.low, other.high),
            quotient(self.high, other.low),
            quotient(self.high, other.high),
        ];
        if ends.iter().any(|end| end.is_nan()) {
            return Self::WHOLE;
        }
        let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self::widened(low, high, 1)
    }

    /// A growing function, by its value at both ends, within these bounds.
    fn growing(self, value: impl Fn(f64) -> f64, least: f64, most: f64) -> Self {
        let found = Self::widened(value(self.low), value(self.high), WIDENED);
        Self::new(found.low.max(least), found.high.min(most))
    }

    /// A function that falls to one valley and then grows.
    fn valley(self, value: impl Fn(f64) -> f64, (place, least): (f64, f64)) -> Self {
        let (low, high) = (value(self.low), value(self.high));
        let found = Self::widened(low.min(high), low.max(high), WIDENED);
        let near = Self::new(place - 1e-6, place + 1e-6);
        if self.low <= near.high && self.high >= near.low {
            return Self::new(below(least, WIDENED), found.high);
        }
        found
    }

    /// The cosine: between the ends where no multiple of pi is inside.
    fn cosine(self) -> Self {
        let one = Self::new(-1.0, 1.0);
        if self.high.is_infinite() || self.low.is_infinite() || self.mag() > 1e6 {
            return one;
        }
        let (a, b) = (libm::cos(self.low), libm::cos(self.high));
        let ends = Self::widened(a.min(b), a.max(b), WIDENED);
        // A little more than is inside, so that a peak is never overlooked.
        let turns = |value: f64| value / std::f64::consts::PI;
        let first = (turns(self.low) - 1e-9).ceil();
        let last = (turns(self.high) + 1e-9).floor();
        let count = last - first;
        let is_even = first.rem_euclid(2.0) == 0.0;
        let has = |even: bool| count >= 1.0 || (count >= 0.0 && is_even == even);
        Self::new(
            if has(false) { -1.0 } else { ends.low.max(-1.0) },
            if has(true) { 1.0 } else { ends.high.min(1.0) },
        )
    }

    fn sine(self) -> Self {
        let quarter = Self::widened(std::f64::consts::FRAC_PI_2, std::f64::consts::FRAC_PI_2, 1);
        self.minus(quarter).cosine()
    }
}

/// The float that is so many floats above; sums and products without rounding stay.
fn above(value: f64, steps: u32) -> f64 {
    (0..steps).fold(value, |value, _| value.next_up())
}

fn below(value: f64, steps: u32) -> f64 {
    (0..steps).fold(value, |value, _| value.next_down())
}

/// A sum, moved outward where it was rounded.
fn sum(a: f64, b: f64, outward: fn(f64, u32) -> f64) -> f64 {
    let s = a + b;
    let part = s - a;
    let lost = (a - (s - part)) + (b - part);
    if lost == 0.0 || !s.is_finite() && (a.is_infinite() || b.is_infinite()) {
        s
    } else {
        outward(s, 1)
    }
}

/// A float as the rational number that it is.
pub fn exact_of(value: f64) -> Option<Rational> {
    exact_dyadic(value)?.to_rational()
}

fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let power = libm::exp(x);
        power / (1.0 + power)
    }
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

fn silu(x: f64) -> f64 {
    if x == f64::NEG_INFINITY {
        0.0
    } else {
        x * sigmoid(x)
    }
}

fn gelu(x: f64) -> f64 {
    if x == f64::NEG_INFINITY {
        return 0.0;
    }
    x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// Undefined, or possibly so.
fn partly(is_all: bool) -> Failure {
    if is_all {
        Failure::Undefined
    } else {
        Failure::PossiblyUndefined
    }
}

impl Scalar for Span {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        Self::from_rational(value)
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Ok(Self::widened(std::f64::consts::PI, std::f64::consts::PI, 1))
    }
    fn add(&self, other: &Self) -> Self {
        self.plus(*other)
    }
    fn sub(&self, other: &Self) -> Self {
        self.minus(*other)
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        Ok(self.times(*other))
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        if other.has_zero() {
            return Err(partly(other.low == 0.0 && other.high == 0.0));
        }
        Ok(self.over(*other))
    }
    fn neg(&self) -> Self {
        self.negated()
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        if exponent < 0 {
            if self.has_zero() {
                return Err(partly(self.low == 0.0 && self.high == 0.0));
            }
            let power = self.powi(exponent.checked_neg().ok_or(Failure::Inexact)?)?;
            return Self::point(1.0).div(&power);
        }
        let base = if exponent % 2 == 0 {
            self.size()
        } else {
            *self
        };
        let end = |value: f64| {
            let mut out = Self::point(1.0);
            let (mut square, mut left) = (Self::point(value), exponent.unsigned_abs());
            while left > 0 {
                if left % 2 == 1 {
                    out = out.times(square);
                }
                square = square.squared_of_any_sign();
                left /= 2;
            }
            out
        };
        Ok(Self::new(end(base.low).low, end(base.high).high))
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        let (zero, one) = (0.0, 1.0);
        let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
        Ok(match function {
            Function::Exp => self.growing(libm::exp, zero, most),
            Function::Ln if self.low <= 0.0 => return Err(partly(self.high <= 0.0)),
            Function::Ln => self.growing(libm::log, least, most),
            Function::Sqrt if self.low < 0.0 => return Err(partly(self.high < 0.0)),
            Function::Sqrt => self.growing(libm::sqrt, zero, most),
            Function::Sin => self.sine(),
            Function::Cos => self.cosine(),
            Function::Tan => self.sine().div(&self.cosine())?,
            Function::Asin | Function::Acos if self.low < -one || self.high > one => {
                return Err(partly(self.high < -one || self.low > one));
            }
            Function::Asin => self.growing(libm::asin, -2.0, 2.0),
            Function::Acos => self.negated().growing(|x| libm::acos(-x), zero, 4.0),
            Function::Atan => self.growing(libm::atan, -2.0, 2.0),
            Function::Sinh => self.growing(libm::sinh, least, most),
            Function::Cosh => self.size().growing(libm::cosh, one, most),
            Function::Tanh => self.growing(libm::tanh, -one, one),
            Function::Sigmoid => self.growing(sigmoid, zero, one),
            Function::Erf => self.growing(libm::erf, -one, one),
            Function::Softplus => self.growing(softplus, zero, most),
            Function::Softsign => self.growing(
                |x| {
                    if x.is_infinite() {
                        x.signum()
                    } else {
                        x / (1.0 + x.abs())
                    }
                },
                -one,
                one,
            ),
            Function::Elu => {
                self.growing(|x| if x >= 0.0 { x } else { libm::expm1(x) }, -one, most)
            }
            Function::Silu => self.valley(silu, SILU_VALLEY),
            Function::Gelu => self.valley(gelu, GELU_VALLEY),
            Function::Abs => self.size(),
            Function::Relu => Self::new(self.low.max(0.0), self.high.max(0.0)),
            Function::Heaviside => Self::new(
                f64::from(u8::from(self.low >= 0.0)),
                f64::from(u8::from(self.high >= 0.0)),
            ),
        })
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self::new(
            self.low.min(other.low),
            self.high.min(other.high),
        ))
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self::new(
            self.low.max(other.low),
            self.high.max(other.high),
        ))
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        let is_below = self.high < other.low;
        let is_above = self.low > other.high;
        let is_equal = self.low == self.high && other.low == other.high && self.low == other.low;
        let known = |yes: bool, no: bool| match (yes, no) {
            (true, _) => Truth::True,
            (_, true) => Truth::False,
            _ => Truth::Unknown,
        };
        let apart = is_below || is_above;
        match relation {
            Relation::Less => known(is_below, self.low >= other.high),
            Relation::LessOrEqual => known(self.high <= other.low, is_above),
            Relation::Greater => known(is_above, self.high <= other.low),
            Relation::GreaterOrEqual => known(self.low >= other.high, is_below),
            Relation::Equal => known(is_equal, apart),
            Relation::NotEqual => known(apart, is_equal),
        }
    }
    fn hull(&self, other: &Self) -> Self {
        self.joined(*other)
    }
}

impl Span {
    /// The square of one number, which is enclosed.
    fn squared_of_any_sign(self) -> Self {
        self.squared()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use steeple::numbers::Precise;

    const ALL: [Function; 22] = [
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
        Function::Abs,
        Function::Relu,
        Function::Heaviside,
    ];

    /// Every function at many numbers: the float interval and the multiprecision one share a number, at
    /// the number itself and on an interval around it.
    #[test]
    fn functions_hold_the_truth() {
        for function in ALL {
            for k in -160..=160 {
                let x = Rational::ratio(k, 32);
                let precise = Precise::constant(&150, &x).apply(function);
                let found = Span::from_rational(&x).apply(function);
                let wide = Span::new(
                    f64::from(i32::try_from(k).expect("small")) / 32.0 - 0.3,
                    0.0,
                );
                let wide = Span::new(wide.low, wide.low + 0.7).apply(function);
                let (Ok(precise), Ok(found)) = (&precise, found) else {
                    assert_eq!(precise.is_err(), found.is_err(), "{function:?} at {x}");
                    continue;
                };
                let (low, high) = (precise.lower().expect("b"), precise.upper().expect("b"));
                for span in [Some(found), wide.ok()].into_iter().flatten() {
                    let below = exact_of(span.low).is_none_or(|end| end <= low);
                    let above = exact_of(span.high).is_none_or(|end| end >= high);
                    assert!(below && above, "{function:?} at {x}: {span:?}");
                }
                assert!(found.high - found.low <= 1e-13 * found.mag().max(1.0));
            }
        }
    }
}
