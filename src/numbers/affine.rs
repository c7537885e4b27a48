//! Affine functions of several variables, with exact coefficients.
//!
//! Vectors are nalgebra's, and so are the matrices of exact solvers. Sums are written here: nalgebra's own
//! copy every number they multiply. Files have functions of thousands of variables, most of which depend on
//! one: their readers (`formats::vnnlib`, `formats::onnx`) keep the coefficients that are not 0.

use std::iter::zip;

use nalgebra::DVector;

use super::rational::Rational;

/// `gradient · x + constant`, exactly.
///
/// ```
/// use steeple::numbers::{AffineMap, Rational};
/// // 2 x - y / 3 + 1
/// let map = AffineMap::new(vec![Rational::from(2), Rational::ratio(-1, 3)], Rational::ONE);
/// assert_eq!(map.value(&[Rational::ratio(1, 2), Rational::from(2)]), Rational::ratio(4, 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffineMap {
    gradient: DVector<Rational>,
    constant: Rational,
}

impl AffineMap {
    /// Returns the function with these coefficients, one for each variable.
    pub fn new(gradient: Vec<Rational>, constant: Rational) -> Self {
        Self {
            gradient: DVector::from_vec(gradient),
            constant,
        }
    }

    /// Returns the function of this many variables that is the same everywhere.
    pub fn number(variables: usize, constant: Rational) -> Self {
        Self {
            gradient: DVector::from_element(variables, Rational::ZERO),
            constant,
        }
    }

    /// Returns variable `place` as a function of this many.
    pub fn variable(variables: usize, place: usize) -> Self {
        let mut map = Self::number(variables, Rational::ZERO);
        map.gradient[place] = Rational::ONE;
        map
    }

    /// The coefficient of each variable.
    pub fn gradient(&self) -> &[Rational] {
        self.gradient.as_slice()
    }

    /// The constant.
    pub fn constant(&self) -> &Rational {
        &self.constant
    }

    /// Is it the same everywhere?
    pub fn is_constant(&self) -> bool {
        self.gradient.iter().all(Rational::is_zero)
    }

    /// Returns the value at a point, which has a coordinate for each variable.
    pub fn value(&self, point: &[Rational]) -> Rational {
        dot(&self.gradient, point) + &self.constant
    }

    /// Returns minus the function.
    #[must_use]
    pub fn negated(&self) -> Self {
        self.times(&Rational::from(-1))
    }

    /// Returns the function times a number.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        let gradient = self.gradient.iter().map(|g| g * factor).collect();
        Self::new(gradient, &self.constant * factor)
    }

    /// Returns the sum with a number.
    #[must_use]
    pub fn plus(&self, number: &Rational) -> Self {
        Self {
            gradient: self.gradient.clone(),
            constant: &self.constant + number,
        }
    }

    /// Adds `factor · other`, a function of the same variables.
    pub fn add(&mut self, factor: &Rational, other: &Self) {
        for (g, h) in zip(self.gradient.as_mut_slice(), other.gradient()) {
            if !h.is_zero() {
                *g = &*g + factor * h;
            }
        }
        self.constant = &self.constant + factor * &other.constant;
    }

    /// Returns the function where another one is 0, of all variables but `place`: that one is solved for,
    /// so `zero` depends on it.
    ///
    /// ```
    /// use steeple::numbers::{AffineMap, Rational};
    /// let numbers = |list: [i64; 2]| list.map(Rational::from).to_vec();
    /// // x + y on the line 2 x - y - 3 = 0, where x is (y + 3) / 2.
    /// let line = AffineMap::new(numbers([2, -1]), Rational::from(-3));
    /// let sum = AffineMap::new(numbers([1, 1]), Rational::ZERO).on(&line, 0);
    /// assert_eq!(sum, AffineMap::new(vec![Rational::ratio(3, 2)], Rational::ratio(3, 2)));
    /// ```
    #[must_use]
    pub fn on(&self, zero: &Self, place: usize) -> Self {
        let mut map = self.clone();
        map.add(&-(&self.gradient[place] / &zero.gradient[place]), zero);
        let mut gradient: Vec<Rational> = map.gradient.data.into();
        gradient.remove(place);
        Self::new(gradient, map.constant)
    }
}

/// Returns the sum of products.
pub fn dot<'a>(
    a: impl IntoIterator<Item = &'a Rational>,
    b: impl IntoIterator<Item = &'a Rational>,
) -> Rational {
    zip(a, b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map() -> impl Strategy<Value = AffineMap> {
        let number = || (-6i64..6, 1i64..5).prop_map(|(p, q)| Rational::ratio(p, q));
        (proptest::collection::vec(number(), 3), number())
            .prop_map(|(gradient, constant)| AffineMap::new(gradient, constant))
    }

    proptest! {
        #[test]
        fn operations_are_those_of_the_values(f in map(), g in map(), x in map()) {
            let (point, factor) = (x.gradient(), x.constant());
            let (p, q) = (f.value(point), g.value(point));
            prop_assert_eq!(f.negated().value(point), -&p);
            prop_assert_eq!(f.times(factor).value(point), &p * factor);
            prop_assert_eq!(f.plus(factor).value(point), &p + factor);
            let mut sum = f.clone();
            sum.add(factor, &g);
            prop_assert_eq!(sum.value(point), &p + factor * &q);
            for place in 0..3 {
                prop_assert_eq!(&AffineMap::variable(3, place).value(point), &point[place]);
                if g.gradient()[place].is_zero() {
                    continue;
                }
                // Moved along one axis to where g is 0.
                let mut there = point.to_vec();
                there[place] = &point[place] - &(&q / &g.gradient()[place]);
                let mut others = point.to_vec();
                others.remove(place);
                prop_assert!(g.value(&there).is_zero());
                prop_assert_eq!(f.on(&g, place).value(&others), f.value(&there));
            }
        }
    }
}
