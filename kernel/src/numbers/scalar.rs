//! The trait shared by exact, interval and estimated evaluation.
//!
//! Formulas and networks are evaluated over any [`Scalar`]: exact rationals, enclosures, linear
//! forms, gradients, or floats without a guarantee. What a scalar cannot represent is a
//! [`Failure`], never a guess.

use std::cmp::Ordering;

use super::rational::Rational;

/// The functions of one real variable in formulas and networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// e^x.
    Exp,
    /// Natural logarithm, defined for x > 0.
    Ln,
    /// Square root, defined for x >= 0.
    Sqrt,
    /// Sine, in radians.
    Sin,
    /// Cosine, in radians.
    Cos,
    /// Tangent, undefined at odd multiples of pi/2.
    Tan,
    /// Inverse sine on [-1, 1].
    Asin,
    /// Inverse cosine on [-1, 1].
    Acos,
    /// Inverse tangent.
    Atan,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// The error function, 2/sqrt(pi) times the integral of e^(-t²) from 0 to x.
    Erf,
    /// ln(1 + e^x).
    Softplus,
    /// x / (1 + |x|).
    Softsign,
    /// x where x >= 0, else e^x - 1.
    Elu,
    /// x sigmoid(x), also called swish.
    Silu,
    /// x (1 + erf(x / sqrt 2)) / 2.
    Gelu,
    /// Absolute value.
    Abs,
    /// max(0, x).
    Relu,
    /// 1 where x >= 0, else 0: heaviside(0) = 1, everywhere.
    Heaviside,
}

impl Function {
    /// Does the core of the checker support it?
    pub fn is_core(&self) -> bool {
        matches!(
            self,
            Self::Exp
                | Self::Ln
                | Self::Sqrt
                | Self::Sin
                | Self::Cos
                | Self::Sigmoid
                | Self::Tanh
                | Self::Abs
                | Self::Relu
                | Self::Heaviside
        )
    }
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The function is undefined at all these inputs (usually one point).
    Undefined,
    /// The function may be undefined at some of these inputs; a smaller box may decide it.
    PossiblyUndefined,
    /// The value cannot be represented, for example exp(1) over the rationals.
    Inexact,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Undefined => "the target is not defined there",
            Self::PossiblyUndefined => "the target may not be defined everywhere there",
            Self::Inexact => "the method does not apply there",
        })
    }
}

impl std::error::Error for Failure {}

/// The truth of a statement about all inputs that are enclosed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds for every input in question.
    True,
    /// It fails for every input in question.
    False,
    /// It could be either, or differ between inputs.
    Unknown,
}

impl Truth {
    /// True or false, for sure.
    pub fn from_bool(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }

    /// It does not hold.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// A comparison of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// a < b.
    Less,
    /// a <= b.
    LessOrEqual,
    /// a > b.
    Greater,
    /// a >= b.
    GreaterOrEqual,
    /// a = b.
    Equal,
    /// a != b.
    NotEqual,
}

impl Relation {
    /// The relation that holds between b and a where this one holds between a and b.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// Does the relation hold for two exact numbers in this order?
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering == Ordering::Less,
            Self::LessOrEqual => ordering != Ordering::Greater,
            Self::Greater => ordering == Ordering::Greater,
            Self::GreaterOrEqual => ordering != Ordering::Less,
            Self::Equal => ordering == Ordering::Equal,
            Self::NotEqual => ordering != Ordering::Equal,
        }
    }
}

/// Exact numbers of more bits than this are given up: a short formula can produce numbers that fill
/// the memory, but their enclosures cannot.
const LONGEST: usize = 1 << 17;

/// A kind of number over which formulas and networks can be evaluated.
///
/// Soundness: if every input encloses (for exact types: is) a true real number, then every returned
/// result encloses the true real result, and `Truth::True` / `Truth::False` hold for all enclosed
/// inputs.
pub trait Scalar: Clone {
    /// What is needed to make a constant: the precision, for types that have one.
    type Context: Clone;

    /// Returns the constant `value`.
    fn constant(context: &Self::Context, value: &Rational) -> Self;
    /// Returns pi.
    fn pi(context: &Self::Context) -> Result<Self, Failure>;

    /// Sum.
    #[must_use]
    fn add(&self, other: &Self) -> Self;
    /// Difference.
    #[must_use]
    fn sub(&self, other: &Self) -> Self;
    /// Product.
    fn mul(&self, other: &Self) -> Result<Self, Failure>;
    /// Quotient.
    fn div(&self, other: &Self) -> Result<Self, Failure>;
    /// Negative.
    #[must_use]
    fn neg(&self) -> Self;
    /// Power with an integer exponent; `0^0 = 1`; undefined for a negative power of 0.
    fn powi(&self, exponent: i32) -> Result<Self, Failure>;
    /// Power with any exponent, for a positive base: `e^(exponent · ln(self))`.
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        exponent
            .mul(&self.apply(Function::Ln)?)?
            .apply(Function::Exp)
    }
    /// `function(self)`.
    fn apply(&self, function: Function) -> Result<Self, Failure>;
    /// The smaller of two.
    fn min(&self, other: &Self) -> Result<Self, Failure>;
    /// The larger of two.
    fn max(&self, other: &Self) -> Result<Self, Failure>;
    /// Does the relation hold?
    fn compare(&self, relation: Relation, other: &Self) -> Truth;
    /// Does the relation hold with a constant, at almost every point, if `self` is an input that
    /// takes all values of an interval? Types that do not range over a box simply compare.
    fn compare_inside(&self, relation: Relation, constant: &Self) -> Truth {
        self.compare(relation, constant)
    }
    /// Encloses both: the value of an `if` whose condition is undecided. Exact types never need it,
    /// because their comparisons are decided.
    #[must_use]
    fn hull(&self, other: &Self) -> Self;
    /// Has an exact number grown so long that it counts as [`Failure::Inexact`]?
    fn is_too_long(&self) -> bool {
        false
    }
}

impl Scalar for Rational {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        value.clone()
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Err(Failure::Inexact)
    }
    fn add(&self, other: &Self) -> Self {
        self + other
    }
    fn sub(&self, other: &Self) -> Self {
        self - other
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        Ok(self * other)
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        self.checked_div(other).ok_or(Failure::Undefined)
    }
    fn neg(&self) -> Self {
        -self
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        if self.is_zero() && exponent < 0 {
            return Err(Failure::Undefined);
        }
        // An exact power of a long number can fill the memory; an enclosure of it cannot.
        let exponent_size = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if self.bits().saturating_mul(exponent_size) > 1 << 20 {
            return Err(Failure::Inexact);
        }
        Rational::powi(self, exponent).ok_or(Failure::Undefined)
    }
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        // A variable exponent needs a positive base, even where it happens to be an integer.
        let integer = exponent.to_i64().and_then(|n| i32::try_from(n).ok());
        if let Some(integer) = integer.filter(|_| self.is_positive()) {
            return Scalar::powi(self, integer);
        }
        match self.signum() {
            0 if exponent.is_positive() => Ok(Rational::ZERO),
            0 | -1 => Err(Failure::Undefined),
            _ if *self == Rational::ONE => Ok(Rational::ONE),
            _ => Err(Failure::Inexact),
        }
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        let at_zero = |value: Rational| {
            if self.is_zero() {
                Ok(value)
            } else {
                Err(Failure::Inexact)
            }
        };
        match function {
            Function::Abs => Ok(self.abs()),
            Function::Relu => Ok(if self.is_negative() {
                Rational::ZERO
            } else {
                self.clone()
            }),
            Function::Heaviside => Ok(if self.is_negative() {
                Rational::ZERO
            } else {
                Rational::ONE
            }),
            Function::Softsign => Ok(self / &(&Rational::ONE + &self.abs())),
            Function::Elu if self.is_positive() => Ok(self.clone()),
            Function::Sqrt if self.is_negative() => Err(Failure::Undefined),
            Function::Sqrt => self.exact_sqrt().ok_or(Failure::Inexact),
            Function::Ln if !self.is_positive() => Err(Failure::Undefined),
            Function::Ln if *self == Rational::ONE => Ok(Rational::ZERO),
            Function::Asin | Function::Acos if self.abs() > Rational::ONE => {
                Err(Failure::Undefined)
            }
            Function::Acos if *self == Rational::ONE => Ok(Rational::ZERO),
            // ln(1 + e^x) is irrational for rational x (Lindemann).
            Function::Ln | Function::Acos | Function::Softplus => Err(Failure::Inexact),
            Function::Exp | Function::Cos | Function::Cosh => at_zero(Rational::ONE),
            Function::Sigmoid => at_zero(Rational::ratio(1, 2)),
            Function::Sin
            | Function::Tan
            | Function::Asin
            | Function::Atan
            | Function::Sinh
            | Function::Tanh
            | Function::Erf
            | Function::Elu
            | Function::Silu
            | Function::Gelu => at_zero(Rational::ZERO),
        }
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Ord::min(self, other).clone())
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Ord::max(self, other).clone())
    }
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        Truth::from_bool(relation.holds(self.cmp(other)))
    }
    fn hull(&self, _other: &Self) -> Self {
        unreachable!("comparisons of exact numbers are decided")
    }
    fn is_too_long(&self) -> bool {
        self.bits() > LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_to_a_positive_fraction_is_zero() {
        let power = |base: i64, p: i64| Scalar::pow(&Rational::from(base), &Rational::ratio(p, 3));
        assert_eq!(power(0, 5), Ok(Rational::ZERO));
        assert_eq!(power(0, -5), Err(Failure::Undefined));
        assert_eq!(power(-1, 5), Err(Failure::Undefined));
        assert_eq!(power(1, 5), Ok(Rational::ONE));
    }

    /// `(x + x)^x` at -1 was -1/2 over the rationals and undefined over intervals.
    #[test]
    fn a_variable_exponent_takes_no_negative_base_even_where_it_is_an_integer() {
        let power = Scalar::pow(&Rational::from(-2), &Rational::from(-1));
        assert_eq!(power, Err(Failure::Undefined));
        let power = Scalar::pow(&Rational::from(2), &Rational::from(-1));
        assert_eq!(power, Ok(Rational::ratio(1, 2)));
    }
}
