//! Intervals `[inf, sup]` of dyadic numbers: the arithmetic of the checker.
//!
//! Every operation returns an interval that contains the result for all numbers in its operands
//! (Moore 1966). An infinite endpoint means "no bound", never a value. An operation that is not
//! defined on the whole operand returns a [`Failure`].

use std::fmt;

use super::dyadic::Direction::{Down, Up};
use super::dyadic::Dyadic;
use super::elementary;
use super::rational::Rational;
use super::scalar::{Failure, Function, Relation, Scalar, Truth};

/// A closed interval with dyadic or infinite ends, `inf <= sup`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    inf: Dyadic,
    sup: Dyadic,
}

impl Interval {
    /// The point 0.
    pub const ZERO: Self = Self::point(Dyadic::ZERO);
    /// The point 1.
    pub const ONE: Self = Self::point(Dyadic::ONE);
    /// Every real number.
    pub const ENTIRE: Self = Self {
        inf: Dyadic::NEG_INFINITY,
        sup: Dyadic::INFINITY,
    };
    /// `[0, 1]`.
    pub const UNIT: Self = Self {
        inf: Dyadic::ZERO,
        sup: Dyadic::ONE,
    };
    /// `[-1, 1]`.
    pub const SYMMETRIC_UNIT: Self = Self {
        inf: Dyadic::from_parts_unchecked(-(1 << 62), -62),
        sup: Dyadic::ONE,
    };

    /// Returns `[inf, sup]`; `None` when the ends are in the wrong order.
    pub fn new(inf: Dyadic, sup: Dyadic) -> Option<Self> {
        (inf <= sup).then_some(Self { inf, sup })
    }

    /// Returns `[inf, sup]` for ends that are known to be in order. If they are not, which only a
    /// wrong rounding could cause, returns [`Interval::ENTIRE`]: a useless enclosure instead of a
    /// wrong one.
    #[inline]
    pub fn ordered(inf: Dyadic, sup: Dyadic) -> Self {
        if inf <= sup {
            Self { inf, sup }
        } else {
            Self::ENTIRE
        }
    }

    /// Returns the interval that holds one number.
    #[inline]
    pub const fn point(value: Dyadic) -> Self {
        Self {
            inf: value,
            sup: value,
        }
    }

    /// Returns the integer as a point.
    pub fn from_i64(value: i64) -> Self {
        Self::point(Dyadic::from_i64(value))
    }

    /// Returns the smallest interval that holds a rational: a point where it is dyadic.
    pub fn from_rational(value: &Rational) -> Self {
        Self::from_rationals(value, value)
    }

    /// Returns an interval that contains `[low, high]`; [`Interval::ENTIRE`] if the two are not in
    /// order.
    pub fn from_rationals(low: &Rational, high: &Rational) -> Self {
        let order = low.cmp(high);
        if order.is_gt() {
            return Self::ENTIRE;
        }
        let inf = Dyadic::from_rational(low, Down);
        let sup = if order.is_eq() && inf.to_rational().as_ref() == Some(low) {
            inf
        } else {
            Dyadic::from_rational(high, Up)
        };
        Self { inf, sup }
    }

    /// Returns `[-radius, radius]` for `radius >= 0`.
    #[inline]
    pub fn symmetric(radius: Dyadic) -> Self {
        Self::ordered(-radius, radius)
    }

    /// The lower end.
    #[inline]
    pub fn inf(&self) -> Dyadic {
        self.inf
    }

    /// The upper end.
    #[inline]
    pub fn sup(&self) -> Dyadic {
        self.sup
    }

    /// Is this a single number?
    #[inline]
    pub fn is_point(&self) -> bool {
        self.inf == self.sup
    }

    /// Is neither end infinite?
    pub fn is_bounded(&self) -> bool {
        !self.inf.is_infinite() && !self.sup.is_infinite()
    }

    /// Returns a number inside, close to the middle; close to zero for unbounded intervals.
    pub fn mid(&self) -> Dyadic {
        match (self.inf.is_infinite(), self.sup.is_infinite()) {
            (false, false) => self.inf.between(self.sup),
            (true, false) => self.sup,
            (false, true) => self.inf,
            (true, true) => Dyadic::ZERO,
        }
    }

    /// Returns a radius around [`Interval::mid`] that covers the interval, rounded up.
    #[inline]
    pub fn rad(&self) -> Dyadic {
        let mid = self.mid();
        self.sup.sub(mid, Up).max(mid.sub(self.inf, Up))
    }

    /// Returns the difference of the ends, rounded up.
    #[inline]
    pub fn wid(&self) -> Dyadic {
        self.sup.sub(self.inf, Up)
    }

    /// Returns the largest absolute value.
    #[inline]
    pub fn mag(&self) -> Dyadic {
        self.inf.abs().max(self.sup.abs())
    }

    /// Returns the smallest absolute value.
    pub fn mig(&self) -> Dyadic {
        if self.contains_zero() {
            Dyadic::ZERO
        } else {
            self.inf.abs().min(self.sup.abs())
        }
    }

    /// Is 0 inside?
    #[inline]
    pub fn contains_zero(&self) -> bool {
        !self.inf.is_positive() && !self.sup.is_negative()
    }

    /// Is the number inside?
    pub fn contains(&self, value: Dyadic) -> bool {
        self.inf <= value && value <= self.sup
    }

    /// Is the other interval inside this one?
    pub fn encloses(&self, other: &Self) -> bool {
        self.inf <= other.inf && other.sup <= self.sup
    }

    /// Is the rational number inside? Exact; infinite ends count as no bound.
    pub fn contains_rational(&self, value: &Rational) -> bool {
        Dyadic::from_rational(value, Up) <= self.sup
            && self.inf <= Dyadic::from_rational(value, Down)
    }

    /// Returns the smallest interval that holds both.
    #[must_use]
    #[inline]
    pub fn hull(&self, other: &Self) -> Self {
        Self {
            inf: self.inf.min(other.inf),
            sup: self.sup.max(other.sup),
        }
    }

    /// Returns the intersection; `None` if they are disjoint.
    #[inline]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.inf.max(other.inf), self.sup.min(other.sup))
    }

    /// Returns the intersection of two enclosures of one number, which cannot be disjoint. (If they
    /// were, one of the enclosures would be wrong; then the first is kept.)
    #[must_use]
    #[inline]
    pub fn refine(&self, other: &Self) -> Self {
        self.intersection(other).unwrap_or(*self)
    }

    /// Sum.
    #[must_use]
    #[inline]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            inf: self.inf.add(other.inf, Down),
            sup: self.sup.add(other.sup, Up),
        }
    }

    /// Difference.
    #[must_use]
    #[inline]
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            inf: self.inf.sub(other.sup, Down),
            sup: self.sup.sub(other.inf, Up),
        }
    }

    /// Negative, exactly.
    #[must_use]
    #[inline]
    pub fn negated(&self) -> Self {
        Self {
            inf: -self.sup,
            sup: -self.inf,
        }
    }

    /// Absolute value, exactly.
    #[must_use]
    pub fn magnitude(&self) -> Self {
        Self {
            inf: self.mig(),
            sup: self.mag(),
        }
    }

    /// Product with a number.
    #[must_use]
    #[inline]
    pub fn times_point(&self, factor: Dyadic) -> Self {
        if factor.is_negative() {
            Self {
                inf: self.sup.mul(factor, Down),
                sup: self.inf.mul(factor, Up),
            }
        } else {
            Self {
                inf: self.inf.mul(factor, Down),
                sup: self.sup.mul(factor, Up),
            }
        }
    }

    /// Product.
    #[must_use]
    #[inline]
    pub fn times(&self, other: &Self) -> Self {
        if other.is_point() {
            return self.times_point(other.inf);
        }
        if self.is_point() {
            return other.times_point(self.inf);
        }
        // | sign of a | sign of b | inf                    | sup                    |
        // | a >= 0    | b >= 0    | a.inf b.inf            | a.sup b.sup            |
        // | a >= 0    | b <= 0    | a.sup b.inf            | a.inf b.sup            |
        // | a >= 0    | mixed     | a.sup b.inf            | a.sup b.sup            |
        // | mixed     | mixed     | min of the cross terms | max of the outer terms |
        // and by symmetry the rest.
        let (a, b) = (self, other);
        if a.sup <= Dyadic::ZERO {
            return a.negated().times(b).negated();
        }
        if b.sup <= Dyadic::ZERO {
            return a.times(&b.negated()).negated();
        }
        match (a.inf.is_negative(), b.inf.is_negative()) {
            (false, false) => Self {
                inf: a.inf.mul(b.inf, Down),
                sup: a.sup.mul(b.sup, Up),
            },
            (false, true) => Self {
                inf: a.sup.mul(b.inf, Down),
                sup: a.sup.mul(b.sup, Up),
            },
            (true, false) => Self {
                inf: a.inf.mul(b.sup, Down),
                sup: a.sup.mul(b.sup, Up),
            },
            (true, true) => Self {
                inf: a.inf.mul(b.sup, Down).min(a.sup.mul(b.inf, Down)),
                sup: a.inf.mul(b.inf, Up).max(a.sup.mul(b.sup, Up)),
            },
        }
    }

    /// Quotient; refused where the divisor may be zero.
    pub fn over(&self, other: &Self) -> Result<Self, Failure> {
        if other.contains_zero() {
            return Err(if other.is_point() {
                Failure::Undefined
            } else {
                Failure::PossiblyUndefined
            });
        }
        if other.sup.is_negative() {
            return self.negated().over(&other.negated());
        }
        // The divisor is positive: the smallest quotient takes the far end for negative numbers.
        let low = if self.inf.is_negative() {
            other.inf
        } else {
            other.sup
        };
        let high = if self.sup.is_negative() {
            other.sup
        } else {
            other.inf
        };
        Ok(Self {
            inf: self.inf.div(low, Down),
            sup: self.sup.div(high, Up),
        })
    }

    /// Square.
    #[must_use]
    pub fn squared(&self) -> Self {
        let (low, high) = (self.mig(), self.mag());
        Self {
            inf: low.mul(low, Down),
            sup: high.mul(high, Up),
        }
    }

    /// Square root; refused where the number may be negative.
    pub fn root(&self) -> Result<Self, Failure> {
        if self.inf.is_negative() {
            return Err(partly(self.sup.is_negative()));
        }
        Ok(Self {
            inf: self.inf.sqrt(Down),
            sup: self.sup.sqrt(Up),
        })
    }

    /// Power with a natural exponent, by squaring; sharp at the ends.
    #[must_use]
    fn natural_power(&self, exponent: u32) -> Self {
        if exponent == 0 {
            return Self::ONE;
        }
        if exponent.is_multiple_of(2) {
            let size = self.magnitude();
            return Self {
                inf: power(size.inf, exponent, Down),
                sup: power(size.sup, exponent, Up),
            };
        }
        // Odd powers increase, so the ends map to the ends.
        let end = |value: Dyadic, direction: super::dyadic::Direction| {
            if value.is_negative() {
                -power(-value, exponent, direction.opposite())
            } else {
                power(value, exponent, direction)
            }
        };
        Self {
            inf: end(self.inf, Down),
            sup: end(self.sup, Up),
        }
    }
}

/// `Undefined` if the whole operand is outside, else `PossiblyUndefined`.
pub fn partly(is_all_outside: bool) -> Failure {
    if is_all_outside {
        Failure::Undefined
    } else {
        Failure::PossiblyUndefined
    }
}

/// `base^exponent` for `base >= 0`, each multiplication rounded the same way.
fn power(base: Dyadic, exponent: u32, direction: super::dyadic::Direction) -> Dyadic {
    let mut result = Dyadic::ONE;
    let mut square = base;
    let mut rest = exponent;
    while rest > 0 {
        if rest % 2 == 1 {
            result = result.mul(square, direction);
        }
        rest /= 2;
        if rest > 0 {
            square = square.mul(square, direction);
        }
    }
    result
}

impl Scalar for Interval {
    type Context = ();

    fn constant((): &(), value: &Rational) -> Self {
        Self::from_rational(value)
    }
    fn pi((): &()) -> Result<Self, Failure> {
        Ok(elementary::pi())
    }
    #[inline]
    fn add(&self, other: &Self) -> Self {
        self.plus(other)
    }
    #[inline]
    fn sub(&self, other: &Self) -> Self {
        self.minus(other)
    }
    #[inline]
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        Ok(self.times(other))
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        self.over(other)
    }
    fn neg(&self) -> Self {
        self.negated()
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        let power = self.natural_power(exponent.unsigned_abs());
        if exponent >= 0 {
            return Ok(power);
        }
        if self.contains_zero() {
            return Err(partly(self.is_point()));
        }
        // A power of a tiny number may have been rounded down to zero; then 1/0 has no bound.
        Self::ONE.over(&power).or_else(|_| {
            let is_negative = power.inf.is_negative();
            let unbounded = Self {
                inf: Dyadic::ZERO,
                sup: Dyadic::INFINITY,
            };
            Ok(if is_negative {
                unbounded.negated()
            } else {
                unbounded
            })
        })
    }
    fn pow(&self, exponent: &Self) -> Result<Self, Failure> {
        if self.inf.is_positive() {
            let log = elementary::apply(Function::Ln, self)?;
            return elementary::apply(Function::Exp, &exponent.times(&log));
        }
        if self.inf.is_negative() {
            // A point below zero with an exponent that is not an integer constant: not defined.
            return Err(partly(self.sup.is_negative()));
        }
        // 0 is the lower end: 0^y = 0 for y > 0, and x^y increases with x.
        if !exponent.inf.is_positive() {
            return Err(partly(self.sup.is_zero() && exponent.sup.is_negative()));
        }
        if self.sup.is_zero() {
            return Ok(Self::ZERO);
        }
        let top = Self::point(self.sup).pow(exponent)?;
        Ok(Self {
            inf: Dyadic::ZERO,
            sup: top.sup,
        })
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        match function {
            Function::Abs => Ok(self.magnitude()),
            Function::Relu => Ok(Self {
                inf: self.inf.max(Dyadic::ZERO),
                sup: self.sup.max(Dyadic::ZERO),
            }),
            Function::Heaviside => Ok(if !self.inf.is_negative() {
                Self::ONE
            } else if self.sup.is_negative() {
                Self::ZERO
            } else {
                Self::UNIT
            }),
            Function::Sqrt => self.root(),
            _ => elementary::apply(function, self),
        }
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self {
            inf: self.inf.min(other.inf),
            sup: self.sup.min(other.sup),
        })
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(Self {
            inf: self.inf.max(other.inf),
            sup: self.sup.max(other.sup),
        })
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
                self.is_point() && self == other,
                self.intersection(other).is_none(),
            ),
            Relation::NotEqual => self.compare(Relation::Equal, other).negate(),
        }
    }
    fn compare_inside(&self, relation: Relation, constant: &Self) -> Truth {
        use std::cmp::Ordering::{Greater, Less};
        if self.is_point() {
            self.compare(relation, constant)
        } else if self.sup <= constant.inf {
            // Below the constant, except at one point at most.
            Truth::from_bool(relation.holds(Less))
        } else if self.inf >= constant.sup {
            Truth::from_bool(relation.holds(Greater))
        } else {
            self.compare(relation, constant)
        }
    }
    #[inline]
    fn hull(&self, other: &Self) -> Self {
        Interval::hull(self, other)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", self.inf, self.sup)
    }
}

impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::dyadic::tests::any_dyadic;
    use super::*;
    use proptest::prelude::*;

    /// Intervals of all kinds with a rational point inside.
    pub(crate) fn interval_with_point() -> impl Strategy<Value = (Interval, Rational)> {
        (any_dyadic(), any_dyadic(), 0i64..=4, 0i64..=8).prop_map(|(a, b, share, kind)| {
            let b = match kind {
                0 => a,
                1 => a.add(Dyadic::power_of_two(-100), Up),
                _ => b,
            };
            let interval = Interval::ordered(a.min(b), a.max(b));
            let (low, high) = (
                interval.inf.to_rational().expect("finite"),
                interval.sup.to_rational().expect("finite"),
            );
            let point = &low + &(&(&high - &low) * &Rational::ratio(share, 4));
            (interval, point)
        })
    }

    proptest! {
        #[test]
        fn operations_hold_the_result_of_points_inside(
            (a, x) in interval_with_point(),
            (b, y) in interval_with_point(),
            exponent in -5i32..9,
        ) {
            prop_assert!(a.plus(&b).contains_rational(&(&x + &y)));
            prop_assert!(a.minus(&b).contains_rational(&(&x - &y)));
            prop_assert!(a.times(&b).contains_rational(&(&x * &y)));
            prop_assert!(a.squared().contains_rational(&(&x * &x)));
            prop_assert!(a.hull(&b).contains_rational(&y));
            prop_assert!(a.magnitude().contains_rational(&x.abs()));
            if let Ok(quotient) = a.over(&b) {
                prop_assert!(quotient.contains_rational(&(&x / &y)));
            }
            if let Ok(power) = Scalar::powi(&a, exponent) {
                prop_assert!(power.contains_rational(&x.powi(exponent).expect("defined")));
            }
            for relation in [Relation::Less, Relation::LessOrEqual, Relation::Equal,
                             Relation::Greater, Relation::GreaterOrEqual, Relation::NotEqual] {
                match a.compare(relation, &b) {
                    Truth::True => prop_assert!(relation.holds(x.cmp(&y))),
                    Truth::False => prop_assert!(!relation.holds(x.cmp(&y))),
                    Truth::Unknown => {}
                }
            }
            for function in [Function::Abs, Function::Relu, Function::Heaviside] {
                let exact = x.apply(function).expect("exact");
                prop_assert!(a.apply(function).expect("defined").contains_rational(&exact));
            }
        }

        #[test]
        fn products_are_no_wider_than_the_corner_products(
            (a, _) in interval_with_point(), (b, _) in interval_with_point()
        ) {
            let corners: Vec<Dyadic> = [a.inf, a.sup].iter()
                .flat_map(|x| [x.mul(b.inf, Down), x.mul(b.sup, Down)]).collect();
            let product = a.times(&b);
            prop_assert_eq!(product.inf, *corners.iter().min().expect("four corners"));
        }
    }

    #[test]
    fn zero_in_the_divisor_is_refused() {
        let unit = Interval::UNIT;
        assert_eq!(Interval::ONE.over(&unit), Err(Failure::PossiblyUndefined));
        assert_eq!(Interval::ONE.over(&Interval::ZERO), Err(Failure::Undefined));
        assert_eq!(unit.powi(-1), Err(Failure::PossiblyUndefined));
        assert_eq!(unit.powi(0), Ok(Interval::ONE));
    }

    #[test]
    fn crossed_ends_say_nothing_instead_of_something_wrong() {
        let (low, high) = (Dyadic::from_i64(2), Dyadic::from_i64(3));
        assert_eq!(Interval::ordered(high, low), Interval::ENTIRE);
        assert_eq!(Interval::symmetric(-low), Interval::ENTIRE);
        let (one, two) = (Rational::from(1), Rational::from(2));
        assert_eq!(Interval::from_rationals(&two, &one), Interval::ENTIRE);
        assert_eq!(Interval::new(high, low), None);
    }

    #[test]
    fn an_interval_that_touches_zero_leaves_a_step_undecided() {
        let touching = Interval::ordered(-Dyadic::ONE, Dyadic::ZERO);
        assert_eq!(touching.apply(Function::Heaviside), Ok(Interval::UNIT));
        assert_eq!(Interval::ZERO.apply(Function::Heaviside), Ok(Interval::ONE));
        assert_eq!(Interval::UNIT.apply(Function::Heaviside), Ok(Interval::ONE));
    }

    #[test]
    fn roots_refuse_what_is_negative() {
        let mixed = Interval::SYMMETRIC_UNIT;
        assert_eq!(mixed.root(), Err(Failure::PossiblyUndefined));
        assert_eq!(Interval::from_i64(-1).root(), Err(Failure::Undefined));
        assert_eq!(Interval::from_i64(9).root(), Ok(Interval::from_i64(3)));
    }
}
