//! Functions of formulas and networks over intervals of floats.

use steeple::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

use super::Span;

/// Where `x / (1 + e^-x)` is least, within `1e-15`, and a bound below its value there.
const SILU_VALLEY: (f64, f64) = (-1.278_464_542_761_073_7, -0.278_464_542_761_073_85);
/// The same for `x (1 + erf(x / sqrt 2)) / 2`.
const GELU_VALLEY: (f64, f64) = (-0.751_791_524_693_564_6, -0.169_971_207_480_012_4);

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
                square = square.squared();
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
            Function::Exp => self.increasing(libm::exp, zero, most),
            Function::Ln if self.low <= 0.0 => return Err(partly(self.high <= 0.0)),
            Function::Ln => self.increasing(libm::log, least, most),
            Function::Sqrt if self.low < 0.0 => return Err(partly(self.high < 0.0)),
            Function::Sqrt => self.increasing(libm::sqrt, zero, most),
            Function::Sin => self.sine(),
            Function::Cos => self.cosine(),
            Function::Tan => self.sine().div(&self.cosine())?,
            Function::Asin | Function::Acos if self.low < -one || self.high > one => {
                return Err(partly(self.high < -one || self.low > one));
            }
            Function::Asin => self.increasing(libm::asin, -2.0, 2.0),
            Function::Acos => self.negated().increasing(|x| libm::acos(-x), zero, 4.0),
            Function::Atan => self.increasing(libm::atan, -2.0, 2.0),
            Function::Sinh => self.increasing(libm::sinh, least, most),
            Function::Cosh => self.size().increasing(libm::cosh, one, most),
            Function::Tanh => self.increasing(libm::tanh, -one, one),
            Function::Sigmoid => self.increasing(sigmoid, zero, one),
            Function::Erf => self.increasing(libm::erf, -one, one),
            Function::Softplus => self.increasing(softplus, zero, most),
            Function::Softsign => self.increasing(
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
                self.increasing(|x| if x >= 0.0 { x } else { libm::expm1(x) }, -one, most)
            }
            Function::Silu => self.valley(silu, SILU_VALLEY),
            Function::Gelu => {
                // The argument of erfc is rounded, which counts x² times in its tail.
                let tail = (-self.low).clamp(0.0, 40.0);
                self.valley(gelu, GELU_VALLEY)
                    .spread((tail * tail + 4.0) * 4e-16)
            }
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
