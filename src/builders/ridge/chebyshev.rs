//! Approximates a function by polynomials, from its values at Chebyshev points. The floats are estimates;
//! the proof of the network does not depend on them.

use crate::builders::polynomial::Polynomial;
use crate::expr::{Constants, Domain, Expr, Scratch, Tape};
use crate::numbers::Rational;
use crate::numbers::estimate::{Estimate, estimate_rational, exact_dyadic};

/// The most inputs; with more there would be too many points.
pub const MOST_INPUTS: usize = 3;
/// Bits kept of a coefficient, after the point.
const KEPT_BITS: u32 = 44;
/// Points per input at which an approximation is compared with its function.
const COMPARED: u32 = 61;

/// A function at points of a box.
pub struct Values {
    tape: Tape,
    constants: Constants<Estimate>,
    scratch: Scratch<Estimate>,
    middle: Vec<Rational>,
    reach: Vec<Rational>,
}

impl Values {
    /// Prepares a formula on a domain.
    pub fn new(formula: &Expr, domain: &Domain) -> Self {
        let tape = Tape::of_expressions(domain.dimension(), [formula]);
        let sides = domain.sides();
        Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            tape,
            middle: sides.iter().map(|(low, high)| low.midpoint(high)).collect(),
            reach: sides
                .iter()
                .map(|(low, high)| (high - low).half())
                .collect(),
        }
    }

    /// Estimates the value at `middle + reach · place`; NaN if there is none.
    fn at(&mut self, place: &[f64]) -> f64 {
        let sides = self.middle.iter().zip(&self.reach).zip(place);
        let inputs: Vec<Estimate> = sides
            .map(|((middle, reach), place)| {
                Estimate(estimate_rational(middle) + estimate_rational(reach) * place)
            })
            .collect();
        let results = self
            .tape
            .evaluate(&self.constants, &inputs, &mut self.scratch);
        results.value(0).map_or(f64::NAN, |value| value.0)
    }

    /// Returns a polynomial of this total degree in the distances from the middle of the domain,
    /// near the formula on all of it; `None` if that has no value somewhere, or with more than
    /// [`MOST_INPUTS`] inputs.
    pub fn polynomial(&mut self, degree: u32) -> Option<Polynomial> {
        let inputs = self.middle.len();
        if inputs > MOST_INPUTS {
            return None;
        }
        let count = 2 * degree + 8;
        let angle = |k: u32| (f64::from(k) + 0.5) / f64::from(count) * std::f64::consts::PI;
        let points: Vec<f64> = (0..count).map(|k| libm::cos(angle(k))).collect();
        // cosines[m][k] = T_m(points[k]).
        let cosines: Vec<Vec<f64>> = (0..=degree)
            .map(|m| {
                let cosine = |k| libm::cos(f64::from(m) * angle(k));
                (0..count).map(cosine).collect()
            })
            .collect();
        let mut places = Vec::new();
        each_place(&points, inputs, &mut Vec::new(), &mut |place| {
            places.push(self.at(place));
        });
        if places.iter().any(|value| !value.is_finite()) {
            return None;
        }
        // One input after the other, the last first: values become coefficients.
        let mut table = places;
        for _ in 0..inputs {
            table = transformed(&table, &cosines, points.len());
        }
        let width = degree as usize + 1;
        let mut polynomial = Polynomial::constant(inputs, Rational::ZERO);
        for (place, value) in table.iter().enumerate() {
            let mut exponents = Vec::with_capacity(inputs);
            let mut rest = place;
            for _ in 0..inputs {
                exponents.push(u32::try_from(rest % width).ok()?);
                rest /= width;
            }
            // The last input's runs fastest.
            exponents.reverse();
            if exponents.iter().sum::<u32>() > degree {
                continue;
            }
            let value = exact_dyadic(*value)?
                .to_rational()?
                .round_to_bits(KEPT_BITS);
            if value.is_zero() {
                continue;
            }
            let mut factors = exponents.iter().zip(&self.reach).enumerate();
            let start = Polynomial::constant(inputs, value);
            let product = factors.try_fold(start, |product, (input, (exponent, reach))| {
                product.times(&chebyshev(inputs, input, *exponent, reach)?)
            });
            polynomial = polynomial.plus(&product?);
        }
        Some(polynomial)
    }

    /// Estimates the largest distance between a polynomial and the formula, from a grid of points.
    pub fn distance_estimate(&mut self, polynomial: &Polynomial) -> f64 {
        let points: Vec<f64> = (0..COMPARED)
            .map(|k| f64::from(k) / f64::from(COMPARED - 1) * 2.0 - 1.0)
            .collect();
        let terms: Vec<(Vec<u32>, f64)> = polynomial
            .terms()
            .iter()
            .map(|(exponents, value)| (exponents.clone(), estimate_rational(value)))
            .collect();
        let reach: Vec<f64> = self.reach.iter().map(estimate_rational).collect();
        let inputs = self.middle.len();
        let mut largest: f64 = 0.0;
        each_place(&points, inputs, &mut Vec::new(), &mut |place| {
            let term = |(exponents, value): &(Vec<u32>, f64)| {
                let powers = exponents.iter().zip(place).zip(&reach);
                powers.fold(*value, |product, ((exponent, place), reach)| {
                    (0..*exponent).fold(product, |product, _| product * place * reach)
                })
            };
            let value: f64 = terms.iter().map(term).sum();
            largest = largest.max((value - self.at(place)).abs());
        });
        largest
    }
}

/// Visits all points of a grid, the last input's first.
fn each_place(points: &[f64], inputs: usize, place: &mut Vec<f64>, visit: &mut dyn FnMut(&[f64])) {
    if place.len() == inputs {
        visit(place);
        return;
    }
    for point in points {
        place.push(*point);
        each_place(points, inputs, place, visit);
        place.pop();
    }
}

/// Replaces the last index of a table, over points, by one over degrees, and moves it to the front,
/// where it runs fastest after the others are through.
fn transformed(table: &[f64], cosines: &[Vec<f64>], points: usize) -> Vec<f64> {
    let rows = table.len() / points;
    let share = 2.0 / f64::from(u32::try_from(points).unwrap_or(u32::MAX));
    let mut result = Vec::with_capacity(rows * cosines.len());
    for (degree, cosine) in cosines.iter().enumerate() {
        let weight = if degree == 0 { share / 2.0 } else { share };
        for row in table.chunks(points) {
            let products = row.iter().zip(cosine).map(|(value, c)| value * c);
            result.push(products.sum::<f64>() * weight);
        }
    }
    result
}

/// `T_degree(y_input / reach)`, exactly.
fn chebyshev(inputs: usize, input: usize, degree: u32, reach: &Rational) -> Option<Polynomial> {
    let scale = reach.reciprocal()?;
    let variable = Polynomial::variable(inputs, input).scaled(&scale);
    let (mut before, mut here) = (
        Polynomial::constant(inputs, Rational::ONE),
        variable.clone(),
    );
    if degree == 0 {
        return Some(before);
    }
    for _ in 1..degree {
        let next = here.times(&variable)?.scaled(&Rational::from(2));
        let next = next.plus(&before.scaled(&Rational::from(-1)));
        (before, here) = (here, next);
    }
    Some(here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn values(formula: &str, domain: &str) -> Values {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
        Values::new(&target.output_expressions()[0], &domain)
    }

    #[test]
    fn polynomials_are_found_again() {
        let mut values = values("x^3*y - 2*y^2 + x/4", "x=-1..3,y=0..1");
        let polynomial = values.polynomial(4).expect("values everywhere");
        assert!(values.distance_estimate(&polynomial) < 1e-9);
        // The coefficient of x^3 y is that of the distances, too.
        let cube = polynomial.coefficient(&[3, 1]);
        assert!((estimate_rational(&cube) - 1.0).abs() < 1e-9, "{cube}");
    }

    #[test]
    fn smooth_functions_are_approximated_better_by_higher_degrees() {
        let mut values = values("exp(x*y) + sin(3*z)", "x=-1..1,y=-1..1,z=0..2");
        let mut before = f64::INFINITY;
        for degree in [2, 4, 6, 8] {
            let polynomial = values.polynomial(degree).expect("values everywhere");
            let distance = values.distance_estimate(&polynomial);
            assert!(distance < before / 3.0, "{degree}: {distance}");
            before = distance;
        }
        assert!(before < 2e-3, "{before}");
        let poles = self::values("1/x", "x=-1..1").polynomial(5);
        assert!(poles.is_none_or(|p| p.degree() <= 5));
    }
}
