//! Affine functions of the inputs, with exact coefficients.

use crate::expr::{Domain, Expr, exact_value};
use crate::numbers::Rational;

/// `weights · x + constant`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Affine {
    /// One for each input.
    pub weights: Vec<Rational>,
    /// The value where all inputs are 0.
    pub constant: Rational,
}

impl Affine {
    /// Returns a constant.
    pub fn constant(inputs: usize, constant: Rational) -> Self {
        Self {
            weights: vec![Rational::ZERO; inputs],
            constant,
        }
    }

    /// Returns one of the inputs.
    pub fn input(inputs: usize, input: usize) -> Self {
        let mut affine = Self::constant(inputs, Rational::ZERO);
        affine.weights[input] = Rational::ONE;
        affine
    }

    /// Reads a formula; `None` if it is not written as an affine function with rational coefficients.
    pub fn of(formula: &Expr, inputs: usize) -> Option<Self> {
        if let Some(constant) = exact_value(formula) {
            return Some(Self::constant(inputs, constant));
        }
        let of = |formula| Self::of(formula, inputs);
        match formula {
            Expr::Variable(input) => Some(Self::input(inputs, *input)),
            Expr::Negate(a) => Some(of(a)?.times(&-Rational::ONE)),
            Expr::Add(a, b) => Some(of(a)?.plus(&of(b)?, &Rational::ONE)),
            Expr::Sub(a, b) => Some(of(a)?.plus(&of(b)?, &-Rational::ONE)),
            Expr::Mul(a, b) => match (exact_value(a), exact_value(b)) {
                (Some(factor), _) => Some(of(b)?.times(&factor)),
                (_, Some(factor)) => Some(of(a)?.times(&factor)),
                _ => None,
            },
            Expr::Div(a, b) => Some(of(a)?.times(&exact_value(b)?.reciprocal()?)),
            _ => None,
        }
    }

    /// Is it the same everywhere?
    pub fn is_constant(&self) -> bool {
        self.weights.iter().all(Rational::is_zero)
    }

    /// Returns `self + factor · other`.
    #[must_use]
    pub fn plus(&self, other: &Self, factor: &Rational) -> Self {
        let weights = self.weights.iter().zip(&other.weights);
        Self {
            weights: weights.map(|(a, b)| a + &(b * factor)).collect(),
            constant: &self.constant + &(&other.constant * factor),
        }
    }

    /// Returns `factor · self`.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        Self {
            weights: self.weights.iter().map(|weight| weight * factor).collect(),
            constant: &self.constant * factor,
        }
    }

    /// Returns the smallest and the largest value on a box.
    ///
    /// - Exactness: exact.
    pub fn range(&self, domain: &Domain) -> (Rational, Rational) {
        let (mut least, mut most) = (self.constant.clone(), self.constant.clone());
        for (weight, (low, high)) in self.weights.iter().zip(domain.sides()) {
            let (a, b) = (weight * low, weight * high);
            least = least + (&a).min(&b);
            most = most + a.max(b);
        }
        (least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn affine(formula: &str) -> Option<Affine> {
        let names = ["x", "y"].map(str::to_owned);
        let target = parse_target(&[formula], Some(&names)).expect("a formula");
        Affine::of(&target.output_expressions()[0], 2)
    }

    #[test]
    fn affine_formulas_are_read_with_their_exact_range() {
        let found = affine("2*(x - y/3) - (1 - x)*2").expect("affine");
        assert_eq!(found.weights, [Rational::from(4), Rational::ratio(-2, 3)]);
        assert_eq!(found.constant, Rational::from(-2));
        let domain = Domain::parse("x=-1..2, y=0..3").expect("a domain");
        assert_eq!(
            found.range(&domain),
            (Rational::from(-8), Rational::from(6))
        );
        for other in ["x*y", "abs(x)", "x/y", "pi*x"] {
            assert_eq!(affine(other), None, "{other}");
        }
    }
}
