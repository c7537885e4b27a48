//! Intervals of floats, rounded outward by a step: the arithmetic of the oracle.
//!
//! It shares no code with the kernel's intervals. Sums, products, quotients and roots of floats are within
//! half a unit in the last place; functions of `libm` are within one or two, and are widened by eight.

mod scalar;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use steeple::numbers::Rational;
use steeple::numbers::estimate::{estimate_rational, exact_dyadic};

/// A closed interval; an end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How many floats outward the results of functions are moved.
const WIDENED: u32 = 8;
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

    /// Moves both ends outward by this many floats.
    fn widened(low: f64, high: f64, steps: u32) -> Self {
        Self::new(below(low, steps), above(high, steps))
    }

    /// Moves both ends outward by a fraction of their magnitude.
    fn spread(self, fraction: f64) -> Self {
        let moved = |end: f64| {
            if end.is_finite() {
                end.abs() * fraction
            } else {
                0.0
            }
        };
        Self::widened(self.low - moved(self.low), self.high + moved(self.high), 1)
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

    /// Returns the smallest interval that contains both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// Returns the intersection; the first interval if rounding left it empty.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
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

    /// An increasing function, by its value at both ends, within these bounds.
    fn increasing(self, value: impl Fn(f64) -> f64, least: f64, most: f64) -> Self {
        let found = Self::widened(value(self.low), value(self.high), WIDENED);
        Self::new(found.low.max(least), found.high.min(most))
    }

    /// A function that decreases to one valley and then increases.
    fn valley(self, value: impl Fn(f64) -> f64, (place, least): (f64, f64)) -> Self {
        let (low, high) = (value(self.low), value(self.high));
        let found = Self::widened(low.min(high), low.max(high), WIDENED);
        let near = Self::new(place - 1e-6, place + 1e-6);
        if self.low <= near.high && self.high >= near.low {
            return Self::new(below(least, WIDENED), found.high);
        }
        found
    }

    /// The cosine: between its values at the ends, unless a multiple of pi is inside.
    fn cosine(self) -> Self {
        let one = Self::new(-1.0, 1.0);
        if self.high.is_infinite() || self.low.is_infinite() || self.mag() > 1e6 {
            return one;
        }
        let (a, b) = (libm::cos(self.low), libm::cos(self.high));
        let ends = Self::widened(a.min(b), a.max(b), WIDENED);
        // Slightly more than the interval, so that no peak is missed.
        let multiples = |value: f64| value / std::f64::consts::PI;
        let first = (multiples(self.low) - 1e-9).ceil();
        let last = (multiples(self.high) + 1e-9).floor();
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

/// Returns the float this many steps above; exact sums and products are unchanged.
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
