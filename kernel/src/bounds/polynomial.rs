//! Polynomials in two inputs with exact coefficients, and their integrals over cells of the plane.

use std::collections::BTreeMap;

use super::quadratic::Quadratic;
use crate::geometry::{Affine, Corner, PlaneCell};
use crate::numbers::{Integer, Rational};

/// The largest exponent of an input.
const HIGHEST: usize = 32;

/// The most work on one product, or on one side of an integral: operations times the square of the
/// numbers' length in words, which is the cost of reducing them to lowest terms. The square of a
/// dense polynomial of degree 16 stays below this limit when corners have numbers of 100 bits.
const MOST_WORK: usize = 1 << 26;

/// A sum of terms `k x^i y^j`, by `(i, j)`; none is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polynomial {
    terms: BTreeMap<(usize, usize), Rational>,
}

impl Polynomial {
    /// Returns a constant.
    pub fn constant(value: &Rational) -> Self {
        let mut constant = Self::default();
        constant.add_term((0, 0), value.clone());
        constant
    }

    /// Returns input 0 or 1.
    pub fn variable(index: usize) -> Self {
        let mut variable = Self::default();
        let exponents = if index == 0 { (1, 0) } else { (0, 1) };
        variable.add_term(exponents, Rational::ONE);
        variable
    }

    /// Returns an affine function over a positive denominator.
    pub fn from_affine(affine: &Affine, denominator: &Integer) -> Self {
        let over = |value: &Integer| Rational::new(value.clone(), denominator.clone());
        let mut polynomial = Self::default();
        for (exponents, value) in [
            ((0, 0), &affine.c),
            ((1, 0), &affine.a),
            ((0, 1), &affine.b),
        ] {
            let value = over(value).expect("a denominator is positive");
            polynomial.add_term(exponents, value);
        }
        polynomial
    }

    fn add_term(&mut self, exponents: (usize, usize), value: Rational) {
        let old = self.terms.remove(&exponents).unwrap_or_default();
        let sum = old + value;
        if !sum.is_zero() {
            self.terms.insert(exponents, sum);
        }
    }

    /// Returns the value, if the polynomial is constant.
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.len() {
            0 => Some(Rational::ZERO),
            1 => self.terms.get(&(0, 0)).cloned(),
            _ => None,
        }
    }

    /// Returns the polynomial as a quadratic, if its degree is at most 2.
    pub fn as_quadratic(&self) -> Option<Quadratic> {
        let mut quadratic = Quadratic::default();
        for (exponents, value) in &self.terms {
            let place = match exponents {
                (0, 0) => 0,
                (1, 0) => 1,
                (0, 1) => 2,
                (2, 0) => 3,
                (1, 1) => 4,
                (0, 2) => 5,
                _ => return None,
            };
            quadratic.k[place] = value.clone();
        }
        Some(quadratic)
    }

    /// Returns the polynomial times a number.
    #[must_use]
    pub fn scaled(&self, factor: &Rational) -> Self {
        Self::default().plus_multiple(factor, self)
    }

    /// Returns `self + factor · other`.
    #[must_use]
    pub fn plus_multiple(&self, factor: &Rational, other: &Self) -> Self {
        let mut sum = self.clone();
        for (exponents, value) in &other.terms {
            sum.add_term(*exponents, factor * value);
        }
        sum
    }

    /// Returns the product; `None` if an exponent would be too high, or the work too much.
    pub fn times(&self, other: &Self) -> Option<Self> {
        let bits = self.longest().saturating_add(other.longest());
        let products = self.terms.len().saturating_mul(other.terms.len());
        if is_too_much(products, bits) {
            return None;
        }
        let mut product = Self::default();
        for ((i, j), a) in &self.terms {
            for ((k, l), b) in &other.terms {
                if i + k > HIGHEST || j + l > HIGHEST {
                    return None;
                }
                product.add_term((i + k, j + l), a * b);
            }
        }
        Some(product)
    }

    /// Does a coefficient pass the test?
    pub fn any(&self, test: impl Fn(&Rational) -> bool) -> bool {
        self.terms.values().any(test)
    }

    /// Returns the length of the longest coefficient, in bits.
    fn longest(&self) -> usize {
        self.terms.values().map(Rational::bits).max().unwrap_or(0)
    }

    /// Returns the Bernstein coefficients on an interval of input 0. The range there lies between
    /// the smallest and the largest of them; the first and the last are the values at the ends.
    /// Returns `None` if that would be too much work.
    pub fn bernstein(&self, low: &Rational, high: &Rational) -> Option<Vec<Rational>> {
        let degree = self.terms.keys().map(|(i, _)| *i).max().unwrap_or(0);
        let ends = low.bits().max(high.bits());
        let bits = ends
            .saturating_mul(degree + 1)
            .saturating_add(self.longest());
        let count = degree + 1;
        if is_too_much(count.saturating_mul(count).saturating_mul(count), bits) {
            return None;
        }
        // The coefficients of powers of t, where x = low + t (high - low).
        let mut in_powers_of_t = vec![Rational::ZERO; count];
        let powers = powers(&[low.clone(), high - low], degree);
        for ((i, _), k) in &self.terms {
            for (sum, a) in in_powers_of_t.iter_mut().zip(&powers[*i]) {
                *sum = &*sum + &(k * a);
            }
        }
        // The i-th is the sum over j <= i of binomial(i, j) / binomial(degree, j) times the j-th of
        // these.
        let coefficient = |i: usize| -> Rational {
            let mut weight = Rational::ONE;
            let mut sum = in_powers_of_t[0].clone();
            for (j, term) in in_powers_of_t.iter().enumerate().take(i + 1).skip(1) {
                weight = weight * whole(i + 1 - j) / whole(degree + 1 - j);
                sum = sum + &weight * term;
            }
            sum
        };
        Some((0..count).map(coefficient).collect())
    }

    /// Returns the exact integral over the cell; `None` if that would be too much work.
    ///
    /// By Green's theorem the integral of `x^i y^j` is that of `x^(i+1)/(i+1) y^j dy` once around
    /// the boundary; on every side it is a polynomial in the parameter of the side.
    pub fn integral(&self, cell: &PlaneCell) -> Option<Rational> {
        let degree = self.terms.keys().map(|(i, j)| i + j).max().unwrap_or(0);
        let corners = cell.corners().iter();
        let longest = corners.map(|corner| corner.bits()).max().unwrap_or(0);
        let bits = longest
            .saturating_mul(degree + 2)
            .saturating_add(self.longest());
        let operations = self.terms.len().saturating_mul(degree + 2);
        if is_too_much(operations, bits) {
            return None;
        }
        if let [low, high] = cell.corners() {
            let (low, high) = (low.first(), high.first());
            let from_zero = |x: &Rational| -> Rational {
                self.terms
                    .iter()
                    .map(|((i, _), k)| k * power(x, i + 1) / whole(i + 1))
                    .sum()
            };
            return Some(from_zero(&high) - from_zero(&low));
        }
        Some(cell.sides().map(|(_, from, to)| self.along(from, to)).sum())
    }

    /// Returns the contribution of one side.
    fn along(&self, from: &Corner, to: &Corner) -> Rational {
        let (x, y) = (from.first(), from.second());
        let step = [to.first() - &x, to.second() - &y];
        if step[1].is_zero() {
            return Rational::ZERO;
        }
        let highest = |of: fn(&(usize, usize)) -> usize| self.terms.keys().map(of).max();
        let xs = powers(&[x, step[0].clone()], highest(|e| e.0).unwrap_or(0) + 1);
        let ys = powers(&[y, step[1].clone()], highest(|e| e.1).unwrap_or(0));
        let mut total = Rational::ZERO;
        for (j, power_of_y) in ys.iter().enumerate() {
            // The factor of this power of y.
            let mut factor = Vec::new();
            for ((i, _), k) in self
                .terms
                .iter()
                .filter(|((_, exponent), _)| *exponent == j)
            {
                let k = k / whole(i + 1);
                factor.resize(factor.len().max(i + 2), Rational::ZERO);
                for (sum, a) in factor.iter_mut().zip(&xs[i + 1]) {
                    *sum = &*sum + &(&k * a);
                }
            }
            if factor.is_empty() {
                continue;
            }
            let product = multiply(&factor, power_of_y).into_iter().enumerate();
            let integral: Rational = product.map(|(n, a)| a / whole(n + 1)).sum();
            total = total + integral;
        }
        total * &step[1]
    }
}

/// Would this many operations on numbers of this many bits be more than [`MOST_WORK`]?
fn is_too_much(operations: usize, bits: usize) -> bool {
    let words = bits / 64 + 1;
    operations.saturating_mul(words).saturating_mul(words) > MOST_WORK
}

/// The powers 0 to `highest` of a polynomial in one variable.
fn powers(base: &[Rational], highest: usize) -> Vec<Vec<Rational>> {
    let mut powers = vec![vec![Rational::ONE]];
    for k in 0..highest {
        powers.push(multiply(&powers[k], base));
    }
    powers
}

fn multiply(a: &[Rational], b: &[Rational]) -> Vec<Rational> {
    let mut product = vec![Rational::ZERO; a.len() + b.len() - 1];
    for (i, p) in a.iter().enumerate() {
        for (j, q) in b.iter().enumerate() {
            product[i + j] = &product[i + j] + &(p * q);
        }
    }
    product
}

fn power(x: &Rational, exponent: usize) -> Rational {
    (0..exponent).fold(Rational::ONE, |product, _| product * x)
}

fn whole(value: usize) -> Rational {
    Rational::from(i64::try_from(value).expect("exponents are small"))
}
