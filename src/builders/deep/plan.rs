//! The plan of a sawtooth network: products from squares, polynomials from products (T30).

use std::collections::{BTreeMap, BTreeSet};

use super::circuit::{Circuit, Form};
use super::folding::Folding;
use super::ranges::{
    Range, floor, length, low_of, magnitude, monomial_range, power_of_four, scaled, short,
};
use crate::builders::polynomial::Polynomial;
use crate::expr::{Domain, Target};
use crate::network::Network;
use crate::numbers::Rational;

/// A polynomial as a sum of products, each of two earlier values.
///
/// Values are numbered: the inputs first, then products by rounds. A product of round `r` has
/// factors of rounds below `r`, and degree at most `2^r`.
#[derive(Clone, Debug)]
pub struct Plan {
    polynomial: Polynomial,
    /// The range of each input.
    sides: Vec<Range>,
    products: Vec<Product>,
}

/// A monomial as the product of two values.
#[derive(Clone, Debug)]
struct Product {
    round: u32,
    exponents: Vec<u32>,
    left: usize,
    right: usize,
}

impl Product {
    fn is_square(&self) -> bool {
        self.left == self.right
    }
}

/// Facts about a value: its exact range, its computed range, and the largest distance between exact and
/// computed value.
#[derive(Clone, Debug)]
struct Known {
    exact: Range,
    computed: Range,
    error: Rational,
}

impl Plan {
    /// Returns the plan for a polynomial on a domain in the order of its inputs.
    pub fn new(polynomial: &Polynomial, domain: &Domain) -> Self {
        let inputs = polynomial.inputs();
        // By round, then by exponents, so that factors come first.
        let mut wanted: BTreeSet<(u32, Vec<u32>)> = BTreeSet::new();
        let mut open: Vec<Vec<u32>> = polynomial.terms().keys().cloned().collect();
        while let Some(exponents) = open.pop() {
            let round = round_of(&exponents);
            if round > 0 && wanted.insert((round, exponents.clone())) {
                let (left, right) = halves(&exponents);
                open.extend([left, right]);
            }
        }
        let mut places: BTreeMap<Vec<u32>, usize> = (0..inputs)
            .map(|input| {
                let mut exponents = vec![0; inputs];
                exponents[input] = 1;
                (exponents, input)
            })
            .collect();
        let mut products = Vec::new();
        for (round, exponents) in wanted {
            let (left, right) = halves(&exponents);
            places.insert(exponents.clone(), inputs + products.len());
            products.push(Product {
                round,
                left: places[&left],
                right: places[&right],
                exponents,
            });
        }
        Self {
            polynomial: polynomial.clone(),
            sides: domain.sides().to_vec(),
            products,
        }
    }

    /// The number of products.
    pub fn products(&self) -> usize {
        self.products.len()
    }

    /// The number of rounds, each of as many hidden layers as there are folds.
    pub fn rounds(&self) -> u32 {
        self.products.last().map_or(0, |product| product.round)
    }

    /// Returns the bound of T30 on the error in the sup norm, with this many folds.
    pub fn error_upper(&self, folds: u32) -> Rational {
        let known = self.known(folds);
        let products = self.products.iter().zip(&known[self.sides.len()..]);
        products
            .map(|(product, known)| {
                let factor = self.polynomial.coefficient(&product.exponents);
                factor.abs() * &known.error
            })
            .sum()
    }

    fn known(&self, folds: u32) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        for side in &self.sides {
            known.push(Known {
                exact: side.clone(),
                computed: side.clone(),
                error: Rational::ZERO,
            });
        }
        let fold_error = power_of_four(folds + 1);
        for product in &self.products {
            let exact = monomial_range(&product.exponents, &self.sides);
            let (u, v) = (&known[product.left], &known[product.right]);
            let inherited = &u.error * &magnitude(&v.computed) + magnitude(&u.exact) * &v.error;
            let lengths = length(&u.computed) * length(&v.computed);
            let error = short(inherited + lengths * &fold_error);
            known.push(Known {
                computed: (&exact.0 - &error, &exact.1 + &error),
                exact,
                error,
            });
        }
        known
    }

    /// Returns the network with this many folds, at least 1.
    pub fn network(&self, folds: u32, target: &Target) -> Network {
        let inputs = self.sides.len();
        let mut circuit = Circuit::new(inputs);
        let known = self.known(folds);
        // The known values, over the last finished layer.
        let mut values: Vec<Option<Form>> = (0..inputs).map(|i| Some(Form::unit(i))).collect();
        values.resize(known.len(), None);
        let mut sum = self.affine_part(&values);
        let mut sum_low = self.affine_low();
        for round in 1..=self.rounds() {
            self.round(
                round,
                folds,
                &known,
                &mut circuit,
                &mut values,
                &mut sum,
                &mut sum_low,
            );
        }
        circuit.finish(target, &sum)
    }

    /// The terms of degree 0 and 1, over the known inputs.
    fn affine_part(&self, values: &[Option<Form>]) -> Form {
        let constant = self.polynomial.coefficient(&vec![0; self.sides.len()]);
        let start = Form::constant(constant);
        (0..self.sides.len()).fold(start, |sum, input| {
            let slope = self.slope(input);
            match &values[input] {
                Some(value) if !slope.is_zero() => sum.plus(&slope, value),
                _ => sum,
            }
        })
    }

    fn affine_low(&self) -> Rational {
        let constant = self.polynomial.coefficient(&vec![0; self.sides.len()]);
        let sides = self.sides.iter().enumerate();
        let least = sides.map(|(input, side)| scaled(side, &self.slope(input)).0);
        constant + least.sum::<Rational>()
    }

    /// The coefficient of an input.
    fn slope(&self, input: usize) -> Rational {
        let mut exponents = vec![0; self.sides.len()];
        exponents[input] = 1;
        self.polynomial.coefficient(&exponents)
    }

    /// Is a value a factor in a round after this one?
    fn is_needed_after(&self, round: u32, value: usize) -> bool {
        self.products
            .iter()
            .any(|p| p.round > round && (p.left == value || p.right == value))
    }

    /// Adds the hidden layers of one round, with all its products in parallel.
    #[allow(clippy::too_many_arguments)] // the state of the circuit, which only two functions see
    fn round(
        &self,
        round: u32,
        folds: u32,
        known: &[Known],
        circuit: &mut Circuit,
        values: &mut [Option<Form>],
        sum: &mut Form,
        sum_low: &mut Rational,
    ) {
        let inputs = self.sides.len();
        let here: Vec<usize> = (0..self.products.len())
            .filter(|&k| self.products[k].round == round)
            .collect();
        // The first layer: the folds of p and q, from which the factors can be read as well.
        let mut folding = Vec::new();
        let mut above: Vec<Option<Form>> = vec![None; values.len()];
        for &k in &here {
            let product = &self.products[k];
            let factor = |value: usize| {
                let form = values[value].as_ref().expect("a factor is carried");
                (form, &known[value].computed)
            };
            let (u, v) = (factor(product.left), factor(product.right));
            let started = Folding::start(u, v, product.is_square(), circuit);
            for (value, form) in [
                (product.left, started.left.clone()),
                (product.right, started.right.clone()),
            ] {
                if self.is_alive(round, value) && above[value].is_none() {
                    above[value] = Some(form);
                }
            }
            folding.push(started);
        }
        for value in 0..values.len() {
            if let Some(form) = &values[value]
                && above[value].is_none()
                && self.is_alive(round, value)
            {
                above[value] = Some(circuit.carry(form, &low_of(&known[value].computed)));
            }
        }
        *sum = if round == 1 {
            self.affine_part(&above)
        } else {
            circuit.carry(sum, &floor(sum_low))
        };
        circuit.next_layer();
        for value in 0..values.len() {
            let later = self.is_needed_after(round, value);
            values[value] = above[value].take().filter(|_| later);
        }
        // Products that only the sum needs are added to it at once and share its unit.
        for (&k, folding) in here.iter().zip(&mut folding) {
            let factor = self.polynomial.coefficient(&self.products[k].exponents);
            if !self.is_needed_after(round, inputs + k) {
                let start = folding.result.take().expect("not yet taken");
                *sum = std::mem::take(sum).plus(&factor, &start);
                folding.scale = &folding.scale * &factor;
                *sum_low = &*sum_low + &scaled(&folding.range, &factor).0;
            }
        }
        for fold in 2..=folds {
            for value in 0..values.len() {
                if let Some(form) = values[value].take() {
                    values[value] = Some(circuit.carry(&form, &low_of(&known[value].computed)));
                }
            }
            let mut next_sum = circuit.carry(sum, &floor(sum_low));
            for folding in &mut folding {
                let change = folding.advance(fold, circuit);
                match &mut folding.result {
                    Some(result) => {
                        let carried = circuit.carry(result, &low_of(&folding.range));
                        *result = carried.plus(&Rational::ONE, &change);
                    }
                    None => next_sum = next_sum.plus(&Rational::ONE, &change),
                }
            }
            *sum = next_sum;
            circuit.next_layer();
        }
        for (&k, folding) in here.iter().zip(folding) {
            if let Some(result) = folding.result {
                let factor = self.polynomial.coefficient(&self.products[k].exponents);
                if !factor.is_zero() {
                    *sum = std::mem::take(sum).plus(&factor, &result);
                    let range = &known[inputs + k].computed;
                    *sum_low = &*sum_low + &scaled(range, &factor).0;
                }
                values[inputs + k] = Some(result);
            }
        }
    }

    /// Is a value used after the first layer of this round?
    fn is_alive(&self, round: u32, value: usize) -> bool {
        let in_affine = round == 1 && value < self.sides.len() && !self.slope(value).is_zero();
        in_affine || self.is_needed_after(round, value)
    }
}

/// The round of a monomial: the least r with degree at most `2^r`.
fn round_of(exponents: &[u32]) -> u32 {
    let degree: u32 = exponents.iter().sum();
    degree.max(1).next_power_of_two().trailing_zeros()
}

/// Two monomials of about half the degree whose product this is; equal where that is possible.
fn halves(exponents: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut gives_more = true;
    let left: Vec<u32> = exponents
        .iter()
        .map(|&exponent| {
            let is_odd = exponent % 2 == 1;
            let half = exponent / 2 + u32::from(is_odd && gives_more);
            gives_more ^= is_odd;
            half
        })
        .collect();
    let right = exponents.iter().zip(&left).map(|(e, l)| e - l).collect();
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;
    use crate::network::{forward, size};
    use proptest::prelude::*;

    fn problem(formula: &str, domain: &str) -> (Target, Polynomial, Domain) {
        let domain = Domain::parse(domain).expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a formula");
        let formulas = target.output_expressions();
        let polynomial = Polynomial::of(&formulas[0], domain.dimension());
        (target, polynomial.expect("a polynomial"), domain)
    }

    fn value(network: &Network, point: &[Rational]) -> Rational {
        forward(network, &(), point).expect("rational").remove(0)
    }

    #[test]
    fn the_square_is_off_by_exactly_a_quarter_less_with_every_fold() {
        for (domain, length) in [("x=0..1", 1), ("x=-1..1", 2), ("x=-3..7", 10)] {
            let (target, polynomial, domain) = problem("x^2", domain);
            let plan = Plan::new(&polynomial, &domain);
            for folds in 1..=5u32 {
                let network = plan.network(folds, &target);
                let expected = Rational::from(length * length) * power_of_four(folds + 1);
                assert_eq!(plan.error_upper(folds), expected);
                // Corners on a grid of 2^m cells, the same error midway between any two of them.
                let low = &domain.sides()[0].0;
                let at = |k: i64| {
                    let share = Rational::from(k * length) * Rational::ratio(1, 1 << (folds + 1));
                    let x = low + &share;
                    value(&network, std::slice::from_ref(&x)) - &x * &x
                };
                for k in 0..1i64 << (folds + 1) {
                    let error = if k % 2 == 0 {
                        Rational::ZERO
                    } else {
                        expected.clone()
                    };
                    assert_eq!(at(k), error, "{domain} {folds} {k}");
                }
                let size = size(&network);
                let m = usize::try_from(folds).expect("small");
                assert_eq!((size.hidden_layers, size.units), (m, 3 * m - 1));
            }
        }
    }

    #[test]
    fn the_product_reaches_its_bound() {
        let (target, polynomial, domain) = problem("3*x*y - x + 1", "x=-1..3,y=0..1/2");
        let plan = Plan::new(&polynomial, &domain);
        for folds in 1..=4u32 {
            let network = plan.network(folds, &target);
            let bound = plan.error_upper(folds);
            assert_eq!(bound, Rational::from(6) * power_of_four(folds + 1));
            let mut worst = Rational::ZERO;
            let steps = 1i64 << (folds + 2);
            for i in 0..=steps {
                for j in 0..=steps {
                    let x = Rational::ratio(4 * i, steps) - Rational::ONE;
                    let y = Rational::ratio(j, 2 * steps);
                    let point = [x, y];
                    let error = value(&network, &point) - polynomial.at(&point);
                    worst = worst.max(error.abs());
                }
            }
            assert_eq!(worst, bound, "{folds}");
        }
    }

    #[test]
    fn squares_are_shared_and_products_balanced() {
        let (_, polynomial, domain) = problem("x^8 + x^4*y + x*y", "x=0..1,y=0..1");
        let plan = Plan::new(&polynomial, &domain);
        // x^2, x y; x^4, x^3 (x^2 x) is not needed: x^4 y is x^2 (x^2 y).
        let names: Vec<_> = plan.products.iter().map(|p| p.exponents.clone()).collect();
        assert_eq!(
            names,
            [[1, 1], [2, 0], [2, 1], [4, 0], [4, 1], [8, 0]].map(Vec::from)
        );
        assert_eq!(plan.rounds(), 3);
        let (target, polynomial, domain) = problem("2*x - 3*y", "x=0..1,y=0..1");
        let plan = Plan::new(&polynomial, &domain);
        assert_eq!(plan.error_upper(1), Rational::ZERO);
        assert_eq!(plan.network(1, &target).layers().len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn bounds_hold_for_random_polynomials(
            terms in prop::collection::vec((0u32..5, 0u32..4, 0u32..3, -9i64..10), 1..5),
            ends in prop::collection::vec((-4i64..4, 1i64..5), 3),
            folds in 1u32..6,
            places in prop::collection::vec((0i64..33, 0i64..33, 0i64..33), 12),
        ) {
            let text: Vec<String> = terms
                .iter()
                .map(|(i, j, k, c)| format!("({c})*x^{i}*y^{j}*z^{k}/2"))
                .collect();
            let side = |name: &str, (low, length): (i64, i64)| {
                format!("{name}={low}/2..{}/2", low + length)
            };
            let domain = [side("x", ends[0]), side("y", ends[1]), side("z", ends[2])].join(",");
            let (target, polynomial, domain) = problem(&text.join("+"), &domain);
            let plan = Plan::new(&polynomial, &domain);
            let bound = plan.error_upper(folds);
            let network = plan.network(folds, &target);
            for (i, j, k) in places {
                let shares = [i, j, k].map(|share| Rational::ratio(share, 32));
                let sides = domain.sides().iter().zip(shares);
                let point: Vec<_> = sides.map(|((a, b), s)| a + &((b - a) * s)).collect();
                let error = value(&network, &point) - polynomial.at(&point);
                prop_assert!(error.abs() <= bound, "{error} {bound}");
            }
        }
    }
}
