//! Exact pieces of a formula: polynomials on a cell of the plane, for the leaf method `exact`.

use std::cell::RefCell;
use std::rc::Rc;

use super::polynomial::Polynomial;
use crate::geometry::{Affine, PlaneCell};
use crate::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

/// A cell, and the signs that are undecided on it.
#[derive(Clone, Debug)]
pub struct CellContext {
    cell: PlaneCell,
    undecided: RefCell<Vec<Affine>>,
}

impl CellContext {
    /// Returns the context of the pieces on this cell.
    pub fn new(cell: &PlaneCell) -> Rc<Self> {
        Rc::new(Self {
            cell: cell.clone(),
            undecided: RefCell::default(),
        })
    }

    /// Is a polynomial of degree at most 2 at least 0 (true) or at most 0 (false) on the cell?
    ///
    /// - Errors: [`Failure::Inexact`] where both signs occur; if the zeros are a line, it is
    ///   recorded.
    pub fn side(&self, polynomial: &Polynomial) -> Result<bool, Failure> {
        let polynomial = polynomial.as_quadratic().ok_or(Failure::Inexact)?;
        if !polynomial.is_affine() {
            let side = polynomial.integers().side(&self.cell);
            return side.ok_or(Failure::Inexact);
        }
        let line = polynomial.line();
        let sides = self.cell.sides_of(&line);
        if sides.above && sides.below {
            self.undecided.borrow_mut().push(line);
            return Err(Failure::Inexact);
        }
        Ok(!sides.below)
    }

    /// Returns lines through the cell whose sides would decide something.
    pub fn lines(&self) -> Vec<Affine> {
        self.undecided.borrow().clone()
    }
}

/// A polynomial that equals a function at almost every point of a cell; `None` where the function
/// is not known to be one.
#[derive(Clone, Debug)]
pub struct Piece {
    context: Rc<CellContext>,
    polynomial: Option<Polynomial>,
}

impl Piece {
    /// Returns input number `index`, 0 or 1.
    pub fn variable(context: &Rc<CellContext>, index: usize) -> Self {
        Self {
            context: Rc::clone(context),
            polynomial: Some(Polynomial::variable(index)),
        }
    }

    /// Returns the polynomial, if the function is known to be one.
    pub fn polynomial(&self) -> Option<&Polynomial> {
        self.polynomial.as_ref()
    }

    fn with(&self, polynomial: Option<Polynomial>) -> Self {
        Self {
            context: Rc::clone(&self.context),
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

    /// Is the value at least 0 (true) or at most 0 (false) on the whole cell?
    fn side(&self) -> Result<bool, Failure> {
        let polynomial = self.polynomial.as_ref().ok_or(Failure::Inexact)?;
        self.context.side(polynomial)
    }

    fn exact_constant(&self) -> Option<Rational> {
        self.polynomial.as_ref().and_then(Polynomial::as_constant)
    }
}

impl Scalar for Piece {
    type Context = Rc<CellContext>;

    fn constant(context: &Rc<CellContext>, value: &Rational) -> Self {
        Self {
            context: Rc::clone(context),
            polynomial: Some(Polynomial::constant(value)),
        }
    }
    fn pi(_: &Rc<CellContext>) -> Result<Self, Failure> {
        Err(Failure::Inexact)
    }
    fn add(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.plus_multiple(&Rational::ONE, b)))
    }
    fn sub(&self, other: &Self) -> Self {
        self.combine(other, |a, b| Some(a.plus_multiple(&Rational::from(-1), b)))
    }
    fn neg(&self) -> Self {
        let minus = |p: &Polynomial| p.scaled(&Rational::from(-1));
        self.with(self.polynomial.as_ref().map(minus))
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
        if let Some(base) = self.exact_constant() {
            let power = Scalar::powi(&base, exponent)?;
            return Ok(Self::constant(&self.context, &power));
        }
        // An exponent above the highest supported one fails here.
        let exponent = u8::try_from(exponent).map_err(|_| Failure::Inexact)?;
        (0..exponent).try_fold(Self::constant(&self.context, &Rational::ONE), |power, _| {
            let power = power.mul(self)?;
            if power.polynomial.is_none() || power.is_too_long() {
                return Err(Failure::Inexact);
            }
            Ok(power)
        })
    }
    fn apply(&self, function: Function) -> Result<Self, Failure> {
        if let Some(value) = self.exact_constant() {
            return Ok(Self::constant(&self.context, &value.apply(function)?));
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
                Self::constant(&self.context, &Rational::ZERO)
            }),
            // A polynomial that is not constant is 0 on a set of measure zero only.
            Function::Heaviside => Ok(if self.side()? {
                Self::constant(&self.context, &Rational::ONE)
            } else {
                Self::constant(&self.context, &Rational::ZERO)
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
    /// Decided at almost every point of the cell.
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
        self.polynomial
            .as_ref()
            .is_some_and(|p| p.any(Scalar::is_too_long))
    }
}
