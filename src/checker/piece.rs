//! Exact pieces: polynomials of degree at most 2 on a box, for the leaf method `exact`.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

/// The sides of the box.
pub type Sides = Rc<Vec<(Rational, Rational)>>;

/// A polynomial of degree at most 2 with exact coefficients that equals a function at almost every
/// point of a box; or nothing, where the function is not known to be one.
#[derive(Clone, Debug)]
pub struct Piece {
    sides: Sides,
    polynomial: Option<Polynomial>,
}

/// `constant + sum linear_i x_i + sum quadratic_ij x_i x_j` (`i <= j`, no zero entries).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial {
    constant: Rational,
    linear: BTreeMap<usize, Rational>,
    quadratic: BTreeMap<(usize, usize), Rational>,
}

fn merge<K: Ord + Clone>(into: &mut BTreeMap<K, Rational>, key: K, value: &Rational) {
    let sum = into.get(&key).map_or(value.clone(), |old| old + value);
    if sum.is_zero() {
        into.remove(&key);
    } else {
        into.insert(key, sum);
    }
}

impl Polynomial {
    fn scaled(&self, factor: &Rational) -> Self {
        if factor.is_zero() {
            return Self::default();
        }
        Self {
            constant: &self.constant * factor,
            linear: self.linear.iter().map(|(k, v)| (*k, v * factor)).collect(),
            quadratic: self
                .quadratic
                .iter()
                .map(|(k, v)| (*k, v * factor))
                .collect(),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.constant = sum.constant + &other.constant;
        for (key, value) in &other.linear {
            merge(&mut sum.linear, *key, value);
        }
        for (key, value) in &other.quadratic {
            merge(&mut sum.quadratic, *key, value);
        }
        sum
    }

    /// The product, where its degree is at most 2.
    fn times(&self, other: &Self) -> Option<Self> {
        if self.is_constant() {
            return Some(other.scaled(&self.constant));
        }
        if other.is_constant() {
            return Some(self.scaled(&other.constant));
        }
        if !self.quadratic.is_empty() || !other.quadratic.is_empty() {
            return None;
        }
        let mut product = Self {
            constant: &self.constant * &other.constant,
            ..Self::default()
        };
        for (i, a) in &self.linear {
            merge(&mut product.linear, *i, &(a * &other.constant));
        }
        for (j, b) in &other.linear {
            merge(&mut product.linear, *j, &(b * &self.constant));
        }
        for (i, a) in &self.linear {
            for (j, b) in &other.linear {
                merge(&mut product.quadratic, (*i.min(j), *i.max(j)), &(a * b));
            }
        }
        Some(product)
    }

    fn is_constant(&self) -> bool {
        self.linear.is_empty() && self.quadratic.is_empty()
    }

    /// The range over a box, of an affine polynomial; nothing for others.
    fn affine_range(&self, sides: &[(Rational, Rational)]) -> Option<(Rational, Rational)> {
        if !self.quadratic.is_empty() {
            return None;
        }
        let mut range = (self.constant.clone(), self.constant.clone());
        for (i, slope) in &self.linear {
            let (low, high) = sides.get(*i)?;
            let (at_low, at_high) = (slope * low, slope * high);
            let (least, most) = if slope.is_negative() {
                (at_high, at_low)
            } else {
                (at_low, at_high)
            };
            range = (range.0 + least, range.1 + most);
        }
        Some(range)
    }

    /// The value at a point.
    pub fn at(&self, point: &[Rational]) -> Rational {
        let linear = self.linear.iter().map(|(i, a)| a * &point[*i]);
        let quadratic = self
            .quadratic
            .iter()
            .map(|((i, j), a)| a * &point[*i] * &point[*j]);
        linear
            .chain(quadratic)
            .fold(self.constant.clone(), |sum, term| sum + term)
    }

    /// Returns the largest absolute value on an interval, and where it is taken, for a polynomial
    /// in input 0 alone: at an end or where the derivative vanishes.
    pub fn largest_on_interval(&self, low: &Rational, high: &Rational) -> (Rational, Rational) {
        let slope = self.linear.get(&0).cloned().unwrap_or_default();
        let bend = self.quadratic.get(&(0, 0)).cloned().unwrap_or_default();
        let mut candidates = vec![low.clone(), high.clone()];
        if let Some(stationary) = (-slope).checked_div(&(&bend + &bend))
            && *low < stationary
            && stationary < *high
        {
            candidates.push(stationary);
        }
        candidates
            .into_iter()
            .map(|x| (self.at(std::slice::from_ref(&x)).abs(), x))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .expect("two candidates at least")
    }
}

impl Piece {
    /// Returns input number `index`.
    pub fn variable(sides: &Sides, index: usize) -> Self {
        let polynomial = Polynomial {
            linear: BTreeMap::from([(index, Rational::ONE)]),
            ..Polynomial::default()
        };
        Self {
            sides: Rc::clone(sides),
            polynomial: Some(polynomial),
        }
    }

    /// The polynomial, where the function is known to be one.
    pub fn polynomial(&self) -> Option<&Polynomial> {
        self.polynomial.as_ref()
    }

    fn with(&self, polynomial: Option<Polynomial>) -> Self {
        Self {
            sides: Rc::clone(&self.sides),
            polynomial,
        }
    }

    fn combine(
        &self,
        other: &Self,
        op: impl Fn(&Polynomial, &Polynomial) -> Option<Polynomial>,
    ) -> Self {
        let polynomial = match (&self.polynomial, &other.polynomial) {
            (Some(a), Some(b)) => op(a, b),
            _ => None,
        };
        self.with(polynomial)
    }

    fn range(&self) -> Option<(Rational, Rational)> {
        self.polynomial.as_ref()?.affine_range(&self.sides)
    }

    /// Is the value at least 0 (true) or at most 0 (false) on the whole box?
    fn side(&self) -> Result<bool, Failure> {
        let (low, high) = self.range().ok_or(Failure::Inexact)?;
        if !low.is_negative() {
            Ok(true)
        } else if !high.is_positive() {
            Ok(false)
        } else {
            Err(Failure::Inexact)
        }
    }

    fn exact_constant(&self) -> Option<&Rational> {
        self.polynomial
            .as_ref()
            .filter(|p| p.is_constant())
            .map(|p| &p.constant)
    }
}

impl Scalar for Piece {
    type Context = Sides;

    fn constant(sides: &Sides, value: &Rational) -> Self {
        Self {
            sides: Rc::clone(sides),
            polynomial: Some(Polynomial {
                constant: value.clone(),
                ..Polynomial::default()
            }),
        }
    }
    fn pi(_: &Sides) -> Result<Self, Failure> {
        Err(Failure::Inexact)
    }
    fn add(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.plus(b)))
    }
    fn sub(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.plus(&b.scaled(&Rational::from(-1)))))
    }
    fn neg(&self) -> Self {
        self.with(
            self.polynomial
                .as_ref()
                .map(|p| p.scaled(&Rational::from(-1))),
        )
    }
    fn mul(&self, other: &Self) -> Result<Self, Failure> {
        Ok(self.combine(other, Polynomial::times))
    }
    fn div(&self, other: &Self) -> Result<Self, Failure> {
        let divisor = other.exact_constant().ok_or(Failure::Inexact)?;
        let factor = divisor.reciprocal().ok_or(Failure::Undefined)?;
        Ok(self.with(self.polynomial.as_ref().map(|p| p.scaled(&factor))))
    }
    fn powi(&self, exponent: i32) -> Result<Self, Failure> {
        match exponent {
            0 => Ok(Self::constant(&self.sides, &Rational::ONE)),
            1 => Ok(self.clone()),
            2 => self.mul(self),
            _ => {
                let base = self.exact_constant().ok_or(Failure::Inexact)?;
                Ok(Self::constant(&self.sides, &Scalar::powi(base, exponent)?))
            }
        }
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        if let Some(value) = self.exact_constant() {
            return Ok(Self::constant(&self.sides, &value.apply(function)?));
        }
        match function {
            Function::Abs => Ok(if self.side()? {
                self.clone()
            } else {
                self.neg()
            }),
            Function::Relu => Ok(if self.side()? {
                self.clone()
            } else {
                Self::constant(&self.sides, &Rational::ZERO)
            }),
            // An affine function that is not constant is 0 on a set of measure zero only.
            Function::Heaviside => Ok(if self.side()? {
                Self::constant(&self.sides, &Rational::ONE)
            } else {
                Self::constant(&self.sides, &Rational::ZERO)
            }),
            _ => Err(Failure::Inexact),
        }
    }
    fn min(&self, other: &Self) -> Result<Self, Failure> {
        Ok(if self.sub(other).side()? {
            other.clone()
        } else {
            self.clone()
        })
    }
    fn max(&self, other: &Self) -> Result<Self, Failure> {
        Ok(if self.sub(other).side()? {
            self.clone()
        } else {
            other.clone()
        })
    }
    /// Decided at almost every point of the box.
    fn compare(&self, relation: Relation, other: &Self) -> Truth {
        let difference = self.sub(other);
        if let Some(value) = difference.exact_constant() {
            return value.compare(relation, &Rational::ZERO);
        }
        let Ok(is_above) = difference.side() else {
            return Truth::Unknown;
        };
        Truth::from_bool(match relation {
            Relation::Greater | Relation::GreaterOrEqual => is_above,
            Relation::Less | Relation::LessOrEqual => !is_above,
            Relation::Equal => false,
            Relation::NotEqual => true,
        })
    }
    fn hull(&self, _other: &Self) -> Self {
        self.with(None)
    }
    fn is_too_long(&self) -> bool {
        self.polynomial.as_ref().is_some_and(|p| {
            let linear = p.linear.values().chain(p.quadratic.values());
            p.constant.is_too_long() || linear.into_iter().any(Scalar::is_too_long)
        })
    }
}
