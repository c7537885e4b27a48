//! Recognises a polynomial in a formula, with exact coefficients.

use std::collections::BTreeMap;

use crate::expr::{Expr, exact_value};
use crate::numbers::Rational;

/// The highest degree that is read.
pub const HIGHEST: u32 = 64;
/// The most terms that a polynomial may have on the way.
const MOST_TERMS: usize = 4096;

/// A sum of terms `k · x_1^(e_1) · x_2^(e_2) ...`, by exponents; no `k` is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polynomial {
    inputs: usize,
    terms: BTreeMap<Vec<u32>, Rational>,
}

impl Polynomial {
    /// Returns a formula as a polynomial, as written: sums, products, whole powers and quotients by
    /// constants. `None` for any other formula, an irrational coefficient, a degree above [`HIGHEST`] or
    /// too many terms.
    pub fn of(formula: &Expr, inputs: usize) -> Option<Self> {
        if let Some(value) = exact_value(formula) {
            return Some(Self::constant(inputs, value));
        }
        let of = |part: &Expr| Self::of(part, inputs);
        let minus = -Rational::ONE;
        match formula {
            Expr::Variable(index) if *index < inputs => Some(Self::variable(inputs, *index)),
            Expr::Negate(a) => Some(of(a)?.scaled(&minus)),
            Expr::Add(a, b) => Some(of(a)?.plus(&of(b)?)),
            Expr::Sub(a, b) => Some(of(a)?.plus(&of(b)?.scaled(&minus))),
            Expr::Mul(a, b) => of(a)?.times(&of(b)?),
            Expr::Div(a, b) => Some(of(a)?.scaled(&exact_value(b)?.reciprocal()?)),
            Expr::Power(a, b) => {
                let exponent = u32::try_from(exact_value(b)?.to_i64()?).ok()?;
                of(a)?.power(exponent)
            }
            _ => None,
        }
    }

    /// Returns a constant.
    pub fn constant(inputs: usize, value: Rational) -> Self {
        let mut constant = Self {
            inputs,
            terms: BTreeMap::new(),
        };
        constant.add(vec![0; inputs], value);
        constant
    }

    /// Returns an input.
    pub fn variable(inputs: usize, input: usize) -> Self {
        let exponents = (0..inputs).map(|i| u32::from(i == input)).collect();
        let terms = BTreeMap::from([(exponents, Rational::ONE)]);
        Self { inputs, terms }
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The terms that are not zero, by their exponents.
    pub fn terms(&self) -> &BTreeMap<Vec<u32>, Rational> {
        &self.terms
    }

    /// The largest sum of exponents; 0 for constants.
    pub fn degree(&self) -> u32 {
        let degrees = self.terms.keys().map(|exponents| exponents.iter().sum());
        degrees.max().unwrap_or(0)
    }

    /// The coefficient of one term.
    pub fn coefficient(&self, exponents: &[u32]) -> Rational {
        self.terms.get(exponents).cloned().unwrap_or_default()
    }

    /// Returns the value at a point, exactly.
    pub fn at(&self, point: &[Rational]) -> Rational {
        let term = |(exponents, factor): (&Vec<u32>, &Rational)| {
            let powers = exponents.iter().zip(point);
            powers.fold(factor.clone(), |product, (&exponent, x)| {
                (0..exponent).fold(product, |product, _| product * x)
            })
        };
        self.terms.iter().map(term).sum()
    }

    /// Returns the polynomial `q` with `q(y) = p(centre + y)`, exactly; `None` if it has too many
    /// terms.
    pub fn around(&self, centre: &[Rational]) -> Option<Self> {
        let shifted = centre.iter().enumerate().map(|(input, c)| {
            let constant = Self::constant(self.inputs, c.clone());
            Self::variable(self.inputs, input).plus(&constant)
        });
        let shifted: Vec<Self> = shifted.collect();
        let mut sum = Self::constant(self.inputs, Rational::ZERO);
        for (exponents, value) in &self.terms {
            let mut term = Self::constant(self.inputs, value.clone());
            for (input, exponent) in shifted.iter().zip(exponents) {
                term = term.times(&input.power(*exponent)?)?;
            }
            sum = sum.plus(&term);
        }
        Some(sum)
    }

    fn add(&mut self, exponents: Vec<u32>, value: Rational) {
        let old = self.terms.remove(&exponents).unwrap_or_default();
        let sum = old + value;
        if !sum.is_zero() {
            self.terms.insert(exponents, sum);
        }
    }

    /// Returns a multiple.
    #[must_use]
    pub fn scaled(&self, factor: &Rational) -> Self {
        Self::constant(self.inputs, Rational::ZERO).plus_multiple(factor, self)
    }

    /// Returns a sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.clone().plus_multiple(&Rational::ONE, other)
    }

    fn plus_multiple(mut self, factor: &Rational, other: &Self) -> Self {
        for (exponents, value) in &other.terms {
            self.add(exponents.clone(), factor * value);
        }
        self
    }

    /// Returns a product; `None` if its degree or its number of terms is too large.
    pub fn times(&self, other: &Self) -> Option<Self> {
        if self.degree() + other.degree() > HIGHEST {
            return None;
        }
        let mut product = Self::constant(self.inputs, Rational::ZERO);
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                let exponents = left.iter().zip(right).map(|(i, j)| i + j).collect();
                product.add(exponents, a * b);
                if product.terms.len() > MOST_TERMS {
                    return None;
                }
            }
        }
        Some(product)
    }

    fn power(&self, exponent: u32) -> Option<Self> {
        if exponent > HIGHEST {
            return None;
        }
        let one = Self::constant(self.inputs, Rational::ONE);
        (0..exponent).try_fold(one, |product, _| product.times(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn read(formula: &str, inputs: &[&str]) -> Option<Polynomial> {
        let names: Vec<String> = inputs.iter().map(ToString::to_string).collect();
        let target = parse_target(&[formula], Some(&names)).expect("a formula");
        Polynomial::of(target.output_expressions().first()?, inputs.len())
    }

    #[test]
    fn polynomials_are_read_as_written() {
        let cube = read("(x - 2*y)^3/4 + 1 - (1 - x)*(1 + x)", &["x", "y"]).expect("a polynomial");
        assert_eq!(cube.degree(), 3);
        assert_eq!(cube.coefficient(&[2, 1]), Rational::ratio(-6, 4));
        assert_eq!(cube.coefficient(&[2, 0]), Rational::ONE);
        assert_eq!(cube.coefficient(&[0, 0]), Rational::ZERO);
        let point = [Rational::ratio(1, 3), Rational::from(-2)];
        let x = Rational::ratio(1, 3);
        let base = &x + &Rational::from(4);
        let expected = base.powi(3).expect("positive") / Rational::from(4) + &x * &x;
        assert_eq!(cube.at(&point), expected);
        for formula in ["sin(x)", "abs(x)", "1/x", "x^y", "x^65", "pi*x", "x^(1/2)"] {
            assert_eq!(read(formula, &["x", "y"]), None, "{formula}");
        }
    }

    #[test]
    fn polynomials_are_moved() {
        let cube = read("x^3 - x/2 + 7", &["x"]).expect("a polynomial");
        let centre = Rational::ratio(-2, 3);
        let moved = cube
            .around(std::slice::from_ref(&centre))
            .expect("few terms");
        for y in [-3, 0, 5] {
            let y = Rational::from(y);
            assert_eq!(moved.at(std::slice::from_ref(&y)), cube.at(&[&y + &centre]));
        }
    }
}
