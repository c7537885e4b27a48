//! A float without a guarantee: for search heuristics and plots.

use super::dyadic::Dyadic;
use super::literal::decimal_down;
use super::rational::Rational;
use super::scalar::{Failure, Function, Relation, Scalar, Truth};

/// An estimate of a number.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Estimate(pub f64);

/// Returns the number as a float, rounded somehow; infinite or zero if it is out of range.
#[inline]
pub fn estimate_dyadic(value: Dyadic) -> f64 {
    if value.is_infinite() {
        return if value.is_positive() {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        };
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let mantissa = value.mantissa() as f64;
    // The mantissa has 63 bits: the product is a normal number, and the power as well.
    let power = u64::try_from(value.exponent() + 1023).unwrap_or(0);
    if (1..1900).contains(&power) {
        return mantissa * f64::from_bits(power << 52);
    }
    // In two steps, since 2^exponent alone may be out of range where the product is not.
    let exponent = i32::try_from(value.exponent().clamp(-4000, 4000)).unwrap_or(0);
    libm::ldexp(mantissa, exponent)
}

/// Returns the number as a float, rounded somehow.
pub fn estimate_rational(value: &Rational) -> f64 {
    estimate_dyadic(Dyadic::from_rational(value, super::Direction::Down))
}

/// Returns the dyadic number that a finite float is.
pub fn exact_dyadic(value: f64) -> Option<Dyadic> {
    if !value.is_finite() {
        return None;
    }
    let (fraction, exponent) = libm::frexp(value);
    // 53 bits: an integer after scaling.
    #[expect(clippy::cast_possible_truncation, reason = "an integer below 2^53")]
    let mantissa = libm::ldexp(fraction, 53) as i64;
    Some(Dyadic::new(
        i128::from(mantissa),
        i64::from(exponent) - 53,
        super::Direction::Down,
    ))
}

/// Writes a float with few digits, for messages.
pub fn short(value: f64) -> String {
    exact_dyadic(value)
        .and_then(Dyadic::to_rational)
        .map_or_else(|| value.to_string(), |exact| decimal_down(&exact, 4))
}

impl Scalar for Estimate {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        Self(estimate_rational(value))
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Ok(Self(std::f64::consts::PI))
    }
    fn add(&self, other: &Self) -> Self {
        Self(self.0 + other.0)
    }
    fn sub(&self, other: &Self) -> Self {
        Self(self.0 - other.0)
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self(self.0 * other.0))
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        if other.0 == 0.0 {
            return Err(Failure::Undefined);
        }
        Ok(Self(self.0 / other.0))
    }
    fn neg(&self) -> Self {
        Self(-self.0)
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        if self.0 == 0.0 && exponent < 0 {
            return Err(Failure::Undefined);
        }
        Ok(Self(libm::pow(self.0, f64::from(exponent))))
    }
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        let power = libm::pow(self.0, exponent.0);
        if power.is_nan() {
            return Err(Failure::Undefined);
        }
        Ok(Self(power))
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        let x = self.0;
        let value = match function {
            Function::Exp => libm::exp(x),
            Function::Ln if x <= 0.0 => return Err(Failure::Undefined),
            Function::Ln => libm::log(x),
            Function::Sqrt => libm::sqrt(x),
            Function::Sin => libm::sin(x),
            Function::Cos => libm::cos(x),
            Function::Tan => libm::tan(x),
            Function::Asin => libm::asin(x),
            Function::Acos => libm::acos(x),
            Function::Atan => libm::atan(x),
            Function::Sinh => libm::sinh(x),
            Function::Cosh => libm::cosh(x),
            Function::Tanh => libm::tanh(x),
            // Then e^-x is less than half of the last bit of 1.
            Function::Sigmoid if x > 37.0 => 1.0,
            Function::Sigmoid => 1.0 / (1.0 + libm::exp(-x)),
            Function::Erf => libm::erf(x),
            Function::Softplus => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
            Function::Softsign if x.is_infinite() => x.signum(),
            Function::Softsign => x / (1.0 + x.abs()),
            Function::Elu if x >= 0.0 => x,
            Function::Elu => libm::expm1(x),
            // The limit; the product would be infinity times 0.
            Function::Silu | Function::Gelu if x == f64::NEG_INFINITY => 0.0,
            Function::Silu => x / (1.0 + libm::exp(-x)),
            Function::Gelu => x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) / 2.0,
            Function::Abs => x.abs(),
            Function::Relu => x.max(0.0),
            Function::Heaviside => f64::from(x >= 0.0),
        };
        if value.is_nan() {
            return Err(Failure::Undefined);
        }
        Ok(Self(value))
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self(self.0.min(other.0)))
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self(self.0.max(other.0)))
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        self.0.partial_cmp(&other.0).map_or(Truth::False, |order| {
            Truth::from_bool(relation.holds(order))
        })
    }
    fn hull(&self, _other: &Self) -> Self {
        *self
    }
}
