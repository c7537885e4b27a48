//! Polynomials as sums of polynomials in single directions: T36.

use nalgebra::{DMatrix, DVector};

use crate::builders::polynomial::Polynomial;
use crate::numbers::Rational;
use crate::numbers::affine::dot;

/// The most directions that are tried.
pub const MOST_DIRECTIONS: usize = 40;
/// Up to this degree, in two inputs, the smallest number of directions is searched.
const SEARCHED_DEGREE: u32 = 4;
/// Sets of directions are made of the first of these.
const CANDIDATES: usize = 8;
/// Entries of directions that are spread evenly are at most this.
const LARGEST_ENTRY: i64 = 16;

/// A polynomial in one direction: `sum of coefficients[m] (direction · x)^m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ridge {
    /// A vector of small integers.
    pub direction: Vec<i64>,
    /// By power, from 0.
    pub coefficients: Vec<Rational>,
}

/// Returns a polynomial as an exact sum of polynomials in single directions; the constant is in the first
/// of them. `None` if that needs more than [`MOST_DIRECTIONS`].
///
/// A homogeneous polynomial of degree `k` in two inputs needs at most `k + 1` directions, no two of
/// them parallel (T36). `reach` is the largest absolute value of each input: of several sums, the one with
/// small terms there is taken.
pub fn ridges(polynomial: &Polynomial, reach: &[Rational]) -> Option<Vec<Ridge>> {
    let parts = Parts::of(polynomial);
    let inputs = polynomial.inputs();
    if parts.degree == 0 {
        let direction = (0..inputs).map(|i| i64::from(i == 0)).collect();
        let coefficients = vec![parts.constant];
        return Some(vec![Ridge {
            direction,
            coefficients,
        }]);
    }
    for directions in choices(inputs, parts.degree, parts.is_separable) {
        if directions.len() > MOST_DIRECTIONS {
            return None;
        }
        if let Some(mut ridges) = parts.along(&directions, reach) {
            ridges.retain(|ridge| ridge.coefficients.iter().any(|c| !c.is_zero()));
            if let Some(first) = ridges.first_mut() {
                first.coefficients[0] = parts.constant;
            }
            return Some(ridges);
        }
    }
    None
}

/// A polynomial as an affine function and curved polynomials in single directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curved {
    /// The value where all inputs are 0.
    pub constant: Rational,
    /// The slope in each input.
    pub slopes: Vec<Rational>,
    /// Polynomials that begin with a square. One of them may have a slope, too: then `slopes` is 0.
    pub ridges: Vec<Ridge>,
}

/// Returns a polynomial as an exact sum of an affine function and of polynomials in those directions that cost
/// least; `None` if it needs more than [`MOST_DIRECTIONS`].
///
/// Of sets of directions up to a fixed size, each that has such a sum is compared. The affine part needs no
/// direction of its own, and it goes into a direction that it is parallel to.
pub fn cheapest(
    polynomial: &Polynomial,
    reach: &[Rational],
    cost: impl Fn(&[Ridge]) -> f64,
) -> Option<Curved> {
    let inputs = polynomial.inputs();
    let unit = |input: usize| {
        (0..inputs)
            .map(|i| u32::from(i == input))
            .collect::<Vec<u32>>()
    };
    let mut curved = polynomial.clone();
    let mut slopes = Vec::with_capacity(inputs);
    for input in 0..inputs {
        let slope = polynomial.coefficient(&unit(input));
        curved = curved.plus(&Polynomial::variable(inputs, input).scaled(&-&slope));
        slopes.push(slope);
    }
    let parts = Parts::of(&curved);
    let mut best: Option<(f64, Vec<Ridge>)> = None;
    let mut sets = choices(inputs, parts.degree, parts.is_separable);
    // In more inputs a set contains those before it, and costs more.
    let is_first_best = inputs > 2;
    sets.retain(|directions| directions.len() <= MOST_DIRECTIONS);
    if parts.degree == 0 {
        best = Some((0.0, Vec::new()));
        sets.clear();
    }
    for directions in sets {
        let Some(mut ridges) = parts.along(&directions, reach) else {
            continue;
        };
        ridges.retain(|ridge| ridge.coefficients.iter().any(|c| !c.is_zero()));
        let cost = cost(&ridges);
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, ridges));
        }
        if is_first_best {
            break;
        }
    }
    let (_, mut ridges) = best?;
    for ridge in &mut ridges {
        if let Some(factor) = factor_of(&slopes, &ridge.direction) {
            ridge.coefficients[1] = factor;
            slopes.fill(Rational::ZERO);
            break;
        }
    }
    Some(Curved {
        constant: parts.constant,
        slopes,
        ridges,
    })
}

/// Returns `c` with `slopes = c · direction`, if there is one.
fn factor_of(slopes: &[Rational], direction: &[i64]) -> Option<Rational> {
    let input = direction.iter().position(|entry| *entry != 0)?;
    let factor = slopes[input].checked_div(&Rational::from(direction[input]))?;
    let mut pairs = slopes.iter().zip(direction);
    let is_parallel = pairs.all(|(slope, entry)| *slope == &factor * &Rational::from(*entry));
    is_parallel.then_some(factor)
}

/// A polynomial by degree.
struct Parts {
    constant: Rational,
    degree: u32,
    /// Is it a sum of functions of one input each?
    is_separable: bool,
    /// For each degree from 1: exponents and coefficients.
    homogeneous: Vec<Vec<(Vec<u32>, Rational)>>,
}

impl Parts {
    fn of(polynomial: &Polynomial) -> Self {
        let degree = polynomial.degree();
        let mut homogeneous = vec![Vec::new(); degree as usize];
        let mut constant = Rational::ZERO;
        let mut is_separable = true;
        for (exponents, coefficient) in polynomial.terms() {
            let sum: u32 = exponents.iter().sum();
            is_separable &= exponents.iter().filter(|e| **e > 0).count() <= 1;
            match (sum as usize).checked_sub(1) {
                Some(place) => homogeneous[place].push((exponents.clone(), coefficient.clone())),
                None => constant = coefficient.clone(),
            }
        }
        Self {
            constant,
            degree,
            is_separable,
            homogeneous,
        }
    }

    /// Returns the sum over these directions, if there is one.
    fn along(&self, directions: &[Vec<i64>], reach: &[Rational]) -> Option<Vec<Ridge>> {
        let length = |direction: &Vec<i64>| -> Rational {
            let parts = direction.iter().zip(reach);
            parts.map(|(a, r)| Rational::from(a.abs()) * r).sum()
        };
        let lengths: Vec<Rational> = directions.iter().map(length).collect();
        let start = vec![Rational::ZERO; self.degree as usize + 1];
        let mut coefficients = vec![start; directions.len()];
        for (place, terms) in self.homogeneous.iter().enumerate() {
            let power = place + 1;
            if terms.is_empty() {
                continue;
            }
            let found = homogeneous(terms, power, directions, &lengths)?;
            for (ridge, value) in coefficients.iter_mut().zip(found) {
                ridge[power] = value;
            }
        }
        let pairs = directions.iter().zip(coefficients);
        let ridges = pairs.map(|(direction, coefficients)| Ridge {
            direction: direction.clone(),
            coefficients,
        });
        Some(ridges.collect())
    }
}

/// Returns `c` with `sum of c_j (a_j · x)^m` the homogeneous polynomial of degree `m`, if there are
/// such; of several the one with the smallest sum of squares of `c_j length_j^m`.
fn homogeneous(
    terms: &[(Vec<u32>, Rational)],
    power: usize,
    directions: &[Vec<i64>],
    lengths: &[Rational],
) -> Option<Vec<Rational>> {
    let inputs = directions.first()?.len();
    let degree = u32::try_from(power).ok()?;
    let exponents = exponents_of(inputs, degree);
    let exponent = i32::try_from(power).ok()?;
    let scales: Vec<Rational> = lengths
        .iter()
        .map(|length| length.powi(exponent))
        .collect::<Option<_>>()?;
    // Row e, column j: the coefficient of x^e in (a_j · x)^m over length_j^m.
    let mut entries = Vec::with_capacity(exponents.len() * directions.len());
    for e in &exponents {
        let multinomial = multinomial(e);
        for (direction, scale) in directions.iter().zip(&scales) {
            let mut product = multinomial.clone();
            for (a, e) in direction.iter().zip(e) {
                product = product * Rational::from(*a).powi(i32::try_from(*e).ok()?)?;
            }
            entries.push(product.checked_div(scale)?);
        }
    }
    let matrix = DMatrix::from_row_iterator(exponents.len(), directions.len(), entries);
    let wanted = exponents.iter().map(|e| {
        let found = terms.iter().find(|(exponents, _)| exponents == e);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    });
    let wanted = DVector::from_iterator(exponents.len(), wanted);
    // z = M^T y with M M^T y = b has the least length of all solutions of M z = b.
    let n = exponents.len();
    let squares = DMatrix::from_fn(n, n, |i, j| dot(matrix.row(i).iter(), matrix.row(j).iter()));
    let y = solve(squares, wanted)?;
    let solution = matrix.column_iter().zip(&scales);
    solution
        .map(|(column, scale)| dot(column.iter(), &y).checked_div(scale))
        .collect()
}

/// Solves a linear system exactly; `None` if it has no solution. Of several solutions, one is returned.
fn solve(mut matrix: DMatrix<Rational>, mut right: DVector<Rational>) -> Option<DVector<Rational>> {
    let n = right.len();
    let mut pivots = Vec::new();
    for column in 0..n {
        let row = pivots.len();
        let Some(found) = (row..n).find(|r| !matrix[(*r, column)].is_zero()) else {
            continue;
        };
        matrix.swap_rows(row, found);
        right.swap_rows(row, found);
        let head = matrix.row(row).clone_owned();
        let value = right[row].clone();
        for other in 0..n {
            if other == row || matrix[(other, column)].is_zero() {
                continue;
            }
            let factor = matrix[(other, column)].checked_div(&head[column])?;
            for (entry, above) in matrix.row_mut(other).iter_mut().zip(&head) {
                *entry = &*entry - &(&factor * above);
            }
            right[other] = &right[other] - &(&factor * &value);
        }
        pivots.push(column);
    }
    if right
        .iter()
        .skip(pivots.len())
        .any(|value| !value.is_zero())
    {
        return None;
    }
    let mut solution = DVector::from_element(n, Rational::ZERO);
    for (row, column) in pivots.iter().enumerate() {
        solution[*column] = right[row].checked_div(&matrix[(row, *column)])?;
    }
    Some(solution)
}

/// All exponents of this sum, the first input's highest first.
fn exponents_of(inputs: usize, sum: u32) -> Vec<Vec<u32>> {
    if inputs == 1 {
        return vec![vec![sum]];
    }
    let mut all = Vec::new();
    for first in (0..=sum).rev() {
        for mut rest in exponents_of(inputs - 1, sum - first) {
            rest.insert(0, first);
            all.push(rest);
        }
    }
    all
}

/// `(sum of e)! / (e_1! e_2! ...)`.
fn multinomial(exponents: &[u32]) -> Rational {
    let mut result = Rational::ONE;
    let mut n = 0_u32;
    for exponent in exponents {
        for k in 1..=*exponent {
            n += 1;
            result = result * Rational::ratio(i64::from(n), i64::from(k));
        }
    }
    result
}

/// Sets of directions to try, one after the other.
fn choices(inputs: usize, degree: u32, is_separable: bool) -> Vec<Vec<Vec<i64>>> {
    let axes: Vec<Vec<i64>> = (0..inputs)
        .map(|i| (0..inputs).map(|j| i64::from(i == j)).collect())
        .collect();
    if is_separable {
        return vec![axes];
    }
    let mut sets = Vec::new();
    if inputs == 2 {
        if degree <= SEARCHED_DEGREE {
            let candidates = &by_size(inputs, 2)[..CANDIDATES];
            for size in 2..=degree as usize + 1 {
                subsets(candidates, size, &mut Vec::new(), &mut sets);
            }
        }
        sets.push(spread(degree as usize + 1));
    } else {
        // Enough small vectors span everything.
        for entry in 1..=i64::from(degree) {
            sets.push(by_size(inputs, entry));
        }
    }
    sets
}

/// All sets of so many of the vectors, in order.
fn subsets(
    from: &[Vec<i64>],
    size: usize,
    taken: &mut Vec<Vec<i64>>,
    sets: &mut Vec<Vec<Vec<i64>>>,
) {
    if size == 0 {
        sets.push(taken.clone());
        return;
    }
    for (k, vector) in from.iter().enumerate() {
        taken.push(vector.clone());
        subsets(&from[k + 1..], size - 1, taken, sets);
        taken.pop();
    }
}

/// Vectors of integers up to this size without common factor, one of each pair of opposites, the
/// smallest first.
fn by_size(inputs: usize, largest: i64) -> Vec<Vec<i64>> {
    let mut all: Vec<Vec<i64>> = vec![Vec::new()];
    for _ in 0..inputs {
        let longer = all.iter().flat_map(|start| {
            (-largest..=largest).map(|entry| {
                let mut vector = start.clone();
                vector.push(entry);
                vector
            })
        });
        all = longer.collect();
    }
    all.retain(|vector| {
        let first = vector.iter().find(|entry| **entry != 0);
        first.is_some_and(|first| *first > 0) && common_factor(vector) == 1
    });
    all.sort_by_key(|vector| {
        let sizes = || vector.iter().map(|entry| entry.abs());
        let negative = vector.iter().map(|entry| -entry).collect::<Vec<_>>();
        (sizes().max(), sizes().sum::<i64>(), negative)
    });
    all
}

fn common_factor(vector: &[i64]) -> i64 {
    let gcd = |mut a: i64, mut b: i64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    vector
        .iter()
        .fold(0, |factor, entry| gcd(factor, entry.abs()))
}

/// Returns directions of the plane, about equally far from each other.
fn spread(count: usize) -> Vec<Vec<i64>> {
    let candidates = by_size(2, LARGEST_ENTRY);
    // From -90 to 90 degrees, since opposite vectors are one direction.
    let float = |entry: i64| i32::try_from(entry).map_or(f64::NAN, f64::from);
    let angle = |vector: &Vec<i64>| libm::atan2(float(vector[1]), float(vector[0]));
    let turn = std::f64::consts::PI;
    let all = u32::try_from(count).map_or(f64::NAN, f64::from);
    let mut chosen: Vec<Vec<i64>> = Vec::new();
    for k in 0..count {
        let share = u32::try_from(k).map_or(f64::NAN, f64::from) / all;
        let wanted = (share - 0.5) * turn;
        let cost = |vector: &Vec<i64>| {
            let off = (angle(vector) - wanted).abs();
            let off = off.min(turn - off);
            let size = vector.iter().map(|entry| entry.abs()).max().unwrap_or(0);
            off + 1e-3 * float(size) / float(LARGEST_ENTRY)
        };
        let rest = candidates.iter().filter(|vector| !chosen.contains(vector));
        if let Some(best) = rest.min_by(|a, b| cost(a).total_cmp(&cost(b))) {
            chosen.push(best.clone());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn polynomial(formula: &str, names: &[&str]) -> Polynomial {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let target = parse_target(&[formula], Some(&names)).expect("a formula");
        let formula = target.output_expressions().remove(0);
        Polynomial::of(&formula, names.len()).expect("a polynomial")
    }

    fn value(ridges: &[Ridge], point: &[Rational]) -> Rational {
        let ridge = |ridge: &Ridge| -> Rational {
            let parts = ridge.direction.iter().zip(point);
            let t: Rational = parts.map(|(a, x)| Rational::from(*a) * x).sum();
            let powers = ridge.coefficients.iter().rev();
            powers.fold(Rational::ZERO, |sum, c| sum * &t + c)
        };
        ridges.iter().map(ridge).sum()
    }

    #[test]
    fn sums_over_directions_are_the_polynomial() {
        let cases: [(&str, &[&str], usize); 9] = [
            ("x^2 + y^2", &["x", "y"], 2),
            ("x*y", &["x", "y"], 2),
            ("x*y + 3*x - 2", &["x", "y"], 3),
            ("x^2*y - y^3/3 + 1", &["x", "y"], 3),
            ("x^3*y^2 - x*y^4 + x - y/7", &["x", "y"], 6),
            ("(x - 2*y)^7 + x^5*y", &["x", "y"], 8),
            ("x*y*z + x*y - z^2", &["x", "y", "z"], 13),
            ("x^4 + y^2 + 1/3*z", &["x", "y", "z"], 3),
            ("5", &["x", "y"], 1),
        ];
        for (formula, names, most) in cases {
            let polynomial = polynomial(formula, names);
            let reach = vec![Rational::ONE; names.len()];
            let ridges = ridges(&polynomial, &reach).expect("few directions");
            assert!(ridges.len() <= most, "{formula}: {ridges:?}");
            for k in 0..20_i64 {
                let at = |i: i64| Rational::ratio((k * (7 + 4 * i)) % 13 - 6, 5);
                let point: Vec<Rational> = (0..3).map(at).take(names.len()).collect();
                assert_eq!(value(&ridges, &point), polynomial.at(&point), "{formula}");
            }
        }
    }

    #[test]
    fn spread_directions_are_not_parallel() {
        for count in 2..30 {
            let directions = spread(count);
            assert_eq!(directions.len(), count);
            for (k, a) in directions.iter().enumerate() {
                for b in &directions[k + 1..] {
                    assert_ne!(a[0] * b[1], a[1] * b[0], "{a:?} {b:?}");
                }
            }
        }
    }
}
