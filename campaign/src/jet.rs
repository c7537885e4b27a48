//! Values with slopes: the error on a box, and how fast it changes there.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use steeple::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

use crate::span::Span;

/// The most inputs with slopes.
pub const INPUTS: usize = 3;

/// A value and its slope in each input, over a box. A slope encloses all difference quotients along
/// its input between two points of the box; it is the whole line if the function may jump.
#[derive(Clone, Copy, Debug)]
pub struct Jet {
    /// The values.
    pub value: Span,
    /// The slopes.
    pub slopes: [Span; INPUTS],
}

impl Jet {
    /// An input that ranges over an interval.
    pub fn input(index: usize, value: Span) -> Self {
        let mut slopes = [Span::ZERO; INPUTS];
        if let Some(slope) = slopes.get_mut(index) {
            *slope = Span::point(1.0);
        }
        Self { value, slopes }
    }

    fn flat(value: Span) -> Self {
        Self {
            value,
            slopes: [Span::ZERO; INPUTS],
        }
    }

    /// A function of this value with such a slope.
    fn chained(&self, value: Span, slope: Span) -> Self {
        Self {
            value,
            slopes: self.slopes.map(|inner| inner.times(slope)),
        }
    }

    fn combined(&self, other: &Self, value: Span, slope: impl Fn(Span, Span) -> Span) -> Self {
        let mut slopes = [Span::ZERO; INPUTS];
        for (k, out) in slopes.iter_mut().enumerate() {
            *out = slope(self.slopes[k], other.slopes[k]);
        }
        Self { value, slopes }
    }

    /// Returns the hull of two functions between which a value jumps; only constants have slopes
    /// then.
    fn jumping(&self, other: &Self) -> Self {
        let value = self.value.joined(other.value);
        let is_same = self.value == other.value && self.value.low == self.value.high;
        let slope = if is_same { Span::ZERO } else { Span::WHOLE };
        Self {
            value,
            slopes: [slope; INPUTS],
        }
    }
}

/// A constant that is a float up to a few units in its last place.
fn near(value: f64) -> Span {
    let spread = value * 4.0 * f64::EPSILON;
    Span::new(value - spread, value + spread)
}

/// The slope of a function on an interval on which it has a value.
fn slope_of(function: Function, x: Span, value: Span) -> Result<Span, Failure> {
    let one = Span::point(1.0);
    let apply = |function, x: Span| x.apply(function);
    let of_sigmoid = |s: Span| s.times(one.minus(s));
    let sign = |below: f64, above: f64| {
        if x.low >= 0.0 {
            Span::point(above)
        } else if x.high <= 0.0 {
            Span::point(below)
        } else {
            Span::new(below, above)
        }
    };
    // (2 pi)^(-1/2) e^(-x²/2)
    let bell = |x: Span, scale: f64| -> Result<Span, Failure> {
        let square = x.squared().times(Span::point(-scale));
        apply(Function::Exp, square)
    };
    Ok(match function {
        Function::Exp => value,
        Function::Ln => one.div(&x)?,
        Function::Sqrt if x.low <= 0.0 => Span::WHOLE,
        Function::Sqrt => one.div(&value.plus(value))?,
        Function::Sin => apply(Function::Cos, x)?,
        Function::Cos => apply(Function::Sin, x)?.negated(),
        Function::Tan => one.plus(value.squared()),
        Function::Asin | Function::Acos => {
            let root = apply(Function::Sqrt, one.minus(x.squared()).size())?;
            let slope = one.div(&root).unwrap_or(Span::WHOLE);
            if function == Function::Asin {
                slope
            } else {
                slope.negated()
            }
        }
        Function::Atan => one.div(&one.plus(x.squared()))?,
        Function::Sinh => apply(Function::Cosh, x)?,
        Function::Cosh => apply(Function::Sinh, x)?,
        Function::Tanh => one.minus(value.squared()),
        Function::Sigmoid => of_sigmoid(value),
        Function::Erf => {
            let factor = near(FRAC_2_SQRT_PI);
            bell(x, 1.0)?.times(factor)
        }
        Function::Softplus => apply(Function::Sigmoid, x)?,
        Function::Softsign => one.div(&one.plus(x.size()).squared())?,
        Function::Elu => {
            let below = Span::new(x.low.min(0.0), x.high.min(0.0));
            apply(Function::Exp, below)?
        }
        Function::Silu => {
            let s = apply(Function::Sigmoid, x)?;
            s.plus(x.times(of_sigmoid(s)))
        }
        Function::Gelu => {
            let root = near(FRAC_1_SQRT_2);
            let erf = apply(Function::Erf, x.times(root))?;
            let phi = one.plus(erf).times(Span::point(0.5));
            // 1/sqrt(2 pi)
            let factor = near(FRAC_2_SQRT_PI * FRAC_1_SQRT_2 / 2.0);
            phi.plus(x.times(bell(x, 0.5)?.times(factor)))
        }
        Function::Abs => sign(-1.0, 1.0),
        Function::Relu => sign(0.0, 1.0),
        Function::Heaviside if value.low == value.high => Span::ZERO,
        Function::Heaviside => Span::WHOLE,
    })
}

impl Scalar for Jet {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        Self::flat(Span::from_rational(value))
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Ok(Self::flat(Span::pi(&())?))
    }
    fn add(&self, other: &Self) -> Self {
        self.combined(other, self.value.plus(other.value), Span::plus)
    }
    fn sub(&self, other: &Self) -> Self {
        self.combined(other, self.value.minus(other.value), Span::minus)
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        let (a, b) = (self.value, other.value);
        Ok(self.combined(other, a.times(b), |da, db| da.times(b).plus(db.times(a))))
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        let value = self.value.div(&other.value)?;
        let inverse = Span::point(1.0).div(&other.value)?;
        Ok(self.combined(other, value, |da, db| {
            da.minus(value.times(db)).times(inverse)
        }))
    }
    fn neg(&self) -> Self {
        Self {
            value: self.value.negated(),
            slopes: self.slopes.map(Span::negated),
        }
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        let value = self.value.powi(exponent)?;
        if exponent == 0 {
            return Ok(Self::flat(value));
        }
        let below = exponent.checked_sub(1).ok_or(Failure::Inexact)?;
        let slope = Span::point(f64::from(exponent)).times(self.value.powi(below)?);
        Ok(self.chained(value, slope))
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        let value = self.value.apply(function)?;
        let slope = slope_of(function, self.value, value)?;
        Ok(self.chained(value, slope))
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        let value = self.value.min(&other.value)?;
        Ok(if self.value.high <= other.value.low {
            *self
        } else if other.value.high <= self.value.low {
            *other
        } else {
            self.combined(other, value, Span::joined)
        })
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Scalar::neg(&Scalar::neg(self).min(&Scalar::neg(other))?))
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        self.value.compare(relation, &other.value)
    }
    fn hull(&self, other: &Self) -> Self {
        self.jumping(other)
    }
}
