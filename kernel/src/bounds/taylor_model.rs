//! The mean of `|L + q|` and of its square, where `L` is a line and `q` a quadratic term (T16).
//!
//! This is the form of a smooth difference up to its third derivatives. Where the line changes sign
//! near the middle, the quadratic term adds to the mean about as much as it takes away; where the
//! line has one sign, the quadratic term only shifts the mean. So a leaf is off only by the third
//! derivatives and by the square of the second derivatives.

use super::integral::{Integrand, Line, LocalCoordinates, scaled};
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Gradient, Hessian, Interval};

/// `c + a·e + q + r` with the quadratic term
///
/// ```text
/// q = sum over i of b_i (e_i² - 1/3) + sum over i < j of m_ij e_i e_j
/// ```
///
/// and `e` in `[-1, 1]^d` over the cell.
pub(super) struct TaylorModel {
    /// The line, and the largest `|r|`.
    line: Line,
    /// Is `c` negative? The line stores `|c|`.
    is_below: bool,
    /// `|a_i|` in the order of the inputs; the line stores those that are not 0, sorted.
    slopes: Vec<Dyadic>,
    /// The coefficients `b_i` of the square terms.
    squares: Vec<Dyadic>,
    /// The mixed terms `i`, `j`, `m_ij`, with the signs of `e_i` and `e_j` chosen so that `a_i` and
    /// `a_j` are positive.
    mixed: Vec<(usize, usize, Dyadic)>,
    /// An upper bound of the mean of `|r|`.
    mean_remainder: Dyadic,
}

impl TaylorModel {
    /// Returns the Taylor model of a function over a cell, from its value and slopes at the middle
    /// of the cell's dyadic box (`middle`) and its second derivatives over that box (`over_box`).
    /// The function itself is known up to `radius`. Returns `None` if there is no bounded model.
    pub(super) fn of<const D: usize>(
        middle: &Gradient<D>,
        over_box: &Hessian<D>,
        sides: &[Interval],
        coordinates: &LocalCoordinates,
        radius: Dyadic,
    ) -> Option<Self> {
        let mut constant = middle.value();
        let (mut remainder, mut mean_remainder) = (radius, radius);
        let mut add = |most: Dyadic, mean: Dyadic| {
            remainder = remainder.add(most, Up);
            mean_remainder = mean_remainder.add(mean, Up);
        };
        let scaled_slopes = sides.iter().zip(middle.partials());
        let scaled_slopes: Vec<Interval> = scaled_slopes
            .map(|(side, slope)| slope.times_point(side.rad()))
            .collect();
        let (placed, shift) = coordinates.place(&scaled_slopes);
        constant = constant.plus(&shift);
        let (mut slopes, mut squares) = (Vec::new(), Vec::new());
        for (i, (side, slope)) in sides.iter().zip(&placed).enumerate() {
            let square = Interval::point(side.rad()).squared();
            let term = over_box
                .second(i, i)
                .times_point(Dyadic::HALF)
                .times(&square);
            // The mean of e² is 1/3 in local coordinates; in the coordinates of the box it differs
            // by at most `off`.
            let off = term.mag().mul(coordinates.off_square(i), Up);
            add(
                term.rad().add(off, Up),
                third(term.rad()).sup().add(off, Up),
            );
            add(slope.rad(), slope.rad());
            constant = constant.plus(&third(term.mid()));
            squares.push(term.mid());
            slopes.push(slope.mid());
        }
        let mut mixed = Vec::new();
        for (i, side) in sides.iter().enumerate() {
            for (j, other) in sides.iter().enumerate().skip(i + 1) {
                let both = Interval::point(side.rad()).times_point(other.rad());
                let term = over_box.second(i, j).times(&both);
                let off = term.mag().mul(coordinates.off_product(i, j), Up);
                // The mean of |e_i e_j| is 1/4.
                add(
                    term.rad().add(off, Up),
                    term.rad().scale(-2, Up).add(off, Up),
                );
                let is_mirrored = slopes[i].is_negative() != slopes[j].is_negative();
                let mid = term.mid();
                if !mid.is_zero() {
                    mixed.push((i, j, if is_mirrored { -mid } else { mid }));
                }
            }
        }
        add(constant.rad(), constant.rad());
        if remainder.is_infinite() || !constant.is_bounded() {
            return None;
        }
        let slopes: Vec<Dyadic> = slopes.into_iter().map(Dyadic::abs).collect();
        let mut a: Vec<Dyadic> = slopes.iter().copied().filter(|a| !a.is_zero()).collect();
        a.sort_unstable_by(|x, y| y.cmp(x));
        let c = constant.mid();
        Some(Self {
            line: Line {
                c: c.abs(),
                a,
                remainder,
            },
            is_below: c.is_negative(),
            slopes,
            squares,
            mixed,
            mean_remainder,
        })
    }

    /// Encloses the mean of the integrand.
    pub(super) fn mean(&self, integrand: Integrand) -> Interval {
        match integrand {
            Integrand::Magnitude => {
                let mean = self.line.mean_magnitude();
                let mean = mean.plus(&self.mean_quadratic_by_sign());
                let above = Interval::ordered(Dyadic::ZERO, self.sign_change_upper());
                mean.plus(&above)
                    .plus(&Interval::symmetric(self.mean_remainder))
            }
            Integrand::Square => {
                let known = self
                    .line
                    .mean_square()
                    .plus(&self.mean_square_of_quadratic());
                // The mean of |L + q| is at most the square root of the mean of its square.
                let (size, remainder) = (known.sup().sqrt(Up), self.line.remainder);
                let cross = size.mul(remainder, Up).scale(1, Up);
                let most = cross.add(remainder.mul(remainder, Up), Up);
                known.plus(&Interval::ordered(-cross, most))
            }
        }
    }

    /// `4/45 sum b_i² + 1/9 sum m_ij²`: products of different terms have mean 0.
    fn mean_square_of_quadratic(&self) -> Interval {
        let add_square = |sum: Interval, of: &Dyadic| sum.plus(&Interval::point(*of).squared());
        let squares = self.squares.iter().fold(Interval::ZERO, add_square);
        let mixed = self.mixed.iter().map(|(_, _, term)| term);
        let mixed = mixed.fold(Interval::ZERO, add_square);
        let ratio = |of: i64, n: i64| {
            let ratio = Interval::from_i64(of).over(&Interval::from_i64(n));
            ratio.unwrap_or(Interval::UNIT)
        };
        let squares = squares.times(&ratio(4, 45));
        squares.plus(&mixed.times(&ratio(1, 9)))
    }

    /// An upper bound of `|q|`: `e² - 1/3` is at most 2/3.
    fn quadratic_upper(&self) -> Dyadic {
        let total = |sum: Dyadic, of: &Dyadic| sum.add(of.abs(), Up);
        let squares = self.squares.iter().fold(Dyadic::ZERO, total);
        let mixed = self.mixed.iter().map(|(_, _, term)| term);
        let mixed = mixed.fold(Dyadic::ZERO, total);
        third(squares).sup().scale(1, Up).add(mixed, Up)
    }

    /// An upper bound of `|a·e|`.
    fn reach(&self) -> Dyadic {
        let slopes = self.line.a.iter();
        slopes.fold(Dyadic::ZERO, |sum, a| sum.add(*a, Up))
    }

    /// Returns an upper bound of the mean of `|L + q| - sgn(L) (L + q)`, which is nonzero only
    /// where the quadratic term changes the sign. The integrand is at most `2 max(|q| - |L|, 0)`,
    /// and `L` has a density of at most `1/(2 a_1)`.
    fn sign_change_upper(&self) -> Dyadic {
        let size = self.quadratic_upper();
        let least = self.line.c.sub(self.reach(), Down).max(Dyadic::ZERO);
        let anywhere = size.sub(least, Up).max(Dyadic::ZERO).scale(1, Up);
        match self.line.a.first() {
            Some(largest) => anywhere.min(size.mul(size, Up).div(*largest, Up)),
            None => anywhere,
        }
    }

    /// Encloses the mean of `sgn(L) q`.
    fn mean_quadratic_by_sign(&self) -> Interval {
        let c = self.line.c;
        // Points come in pairs e and -e, so the mean is 0 for c = 0. Where L has one sign, it is
        // the mean of q, which is 0.
        let Some(largest) = self.line.a.first() else {
            return Interval::ZERO;
        };
        if c.is_zero() || c >= self.reach() {
            return Interval::ZERO;
        }
        // Only points with |a·e| < c do not cancel in pairs.
        let fraction = c.div(*largest, Up).min(Dyadic::ONE);
        let about = Interval::symmetric(self.quadratic_upper().mul(fraction, Up));
        let exact = self
            .moments()
            .map_or(about, |sum| if self.is_below { sum.negated() } else { sum });
        about.refine(&exact)
    }

    /// Encloses the mean of `sgn(c + a·e) q` for nonnegative `c` and `a`, by the formula of T16.
    /// Returns `None` if rounding would dominate.
    fn moments(&self) -> Option<Interval> {
        let inputs: Vec<usize> = (0..self.slopes.len())
            .filter(|i| self.slopes.get(*i).is_some_and(|a| !a.is_zero()))
            .collect();
        if self.line.kept() < inputs.len() {
            return None;
        }
        // Relative to the largest slope: the formula does not depend on the unit.
        let unit = self.line.a.first()?.exponent().saturating_add(62);
        let relative = |x: Dyadic| scaled(&Interval::point(x), unit.saturating_neg());
        let c = relative(self.line.c);
        let slopes: Vec<Interval> = self.slopes.iter().map(|a| relative(*a)).collect();
        let two_thirds = third(Dyadic::from_i64(2));
        let mut sum = Interval::ZERO;
        for corner in 0_u32..1 << inputs.len() {
            let mut signs = vec![Dyadic::ONE; slopes.len()];
            for (bit, i) in inputs.iter().enumerate() {
                if corner >> bit & 1 == 1 {
                    signs[*i] = -Dyadic::ONE;
                }
            }
            let mut height = c.negated();
            for (slope, sign) in slopes.iter().zip(&signs) {
                height = height.plus(&slope.times_point(*sign));
            }
            if !height.sup().is_positive() {
                continue;
            }
            let height = Interval::ordered(height.inf().max(Dyadic::ZERO), height.sup());
            // power = height^n / n!; the next two orders have one and two more factors.
            let mut order = 0_i64;
            let mut next = || -> Option<Interval> {
                order = order.checked_add(1)?;
                height.over(&Interval::from_i64(order)).ok()
            };
            let mut power = Interval::ONE;
            for _ in &inputs {
                power = power.times(&next()?);
            }
            let once = next()?;
            let twice = once.times(&next()?);
            let mut at_corner = Interval::ZERO;
            for i in &inputs {
                let (slope, sign) = (slopes.get(*i)?, *signs.get(*i)?);
                let first = once.over(slope).ok()?.times_point(sign);
                let second = twice.over(&slope.squared()).ok()?;
                let both = second.minus(&first).times_point(Dyadic::from_i64(2));
                let term = self.squares.get(*i)?;
                at_corner = at_corner.plus(&two_thirds.plus(&both).times_point(*term));
            }
            for (i, j, term) in &self.mixed {
                if !inputs.contains(i) || !inputs.contains(j) {
                    continue;
                }
                let (first, second) = (slopes.get(*i)?, slopes.get(*j)?);
                let (s, t) = (*signs.get(*i)?, *signs.get(*j)?);
                let mixed = once.over(second).ok()?.times_point(s);
                let mixed = mixed.plus(&once.over(first).ok()?.times_point(t));
                let last = twice.over(&first.times(second)).ok()?;
                let both = Interval::point(s.mul(t, Up)).minus(&mixed).plus(&last);
                at_corner = at_corner.plus(&both.times_point(*term));
            }
            let term = at_corner.times(&power);
            sum = if corner.count_ones() % 2 == 0 {
                sum.plus(&term)
            } else {
                sum.minus(&term)
            };
        }
        let product = inputs
            .iter()
            .filter_map(|i| slopes.get(*i))
            .fold(Interval::ONE, |product, a| product.times(a));
        let halvings = i64::try_from(inputs.len()).ok()?.checked_sub(1)?;
        let mean = scaled(&sum.over(&product).ok()?, halvings.saturating_neg());
        Some(mean.negated())
    }
}

/// Encloses a third.
fn third(of: Dyadic) -> Interval {
    let three = Interval::from_i64(3);
    Interval::point(of).over(&three).unwrap_or(Interval::ENTIRE)
}

#[cfg(test)]
// The second computation is a sum over a grid in floats, on purpose.
#[allow(clippy::float_arithmetic)]
mod tests {
    use super::*;
    use crate::bounds::Cell;
    use crate::numbers::estimate::{estimate_dyadic, exact_dyadic};
    use crate::numbers::{Rational, Scalar};
    use proptest::prelude::*;

    /// `c + a·x + x'Hx/2`, a Taylor polynomial on a cell, in sixteenths.
    #[derive(Clone, Debug)]
    struct Quadratic {
        c: i64,
        a: Vec<i64>,
        h: Vec<Vec<i64>>,
    }

    fn sixteenths(n: i64) -> Dyadic {
        Dyadic::from_i64(n).scale(-4, Down)
    }

    impl Quadratic {
        fn evaluate<S: Scalar<Context = ()>>(&self, x: &[S]) -> S {
            let times = |n: i64, d: i64, x: &S| {
                let factor = S::constant(&(), &Rational::ratio(n, d));
                factor.mul(x).expect("a product")
            };
            let mut value = S::constant(&(), &Rational::ratio(self.c, 16));
            for (i, x_i) in x.iter().enumerate() {
                value = value.add(&times(self.a[i], 16, x_i));
                for (j, x_j) in x.iter().enumerate() {
                    let product = x_i.mul(x_j).expect("a product");
                    value = value.add(&times(self.h[i][j], 32, &product));
                }
            }
            value
        }

        fn at(&self, x: &[f64]) -> f64 {
            let number = |n: i64| estimate_dyadic(sixteenths(n));
            let mut value = number(self.c);
            for (i, x_i) in x.iter().enumerate() {
                value += number(self.a[i]) * x_i;
                for (j, x_j) in x.iter().enumerate() {
                    value += 0.5 * number(self.h[i][j]) * x_i * x_j;
                }
            }
            value
        }

        fn model(&self, cell: &Cell, radius: Dyadic) -> TaylorModel {
            let sides = cell.intervals();
            let middle: Vec<Gradient<3>> = (sides.iter().enumerate())
                .map(|(i, side)| Gradient::variable(i, &Interval::point(side.mid())))
                .collect();
            let over_box: Vec<Hessian<3>> = (sides.iter().enumerate())
                .map(|(i, side)| Hessian::variable(i, side))
                .collect();
            let coordinates = LocalCoordinates::new(cell).expect("coordinates");
            let (middle, over_box) = (self.evaluate(&middle), self.evaluate(&over_box));
            TaylorModel::of(&middle, &over_box, sides, &coordinates, radius).expect("a form")
        }

        /// The means of `|D|` and of `D²` over a cell, from the midpoints of many parts.
        fn by_sums(&self, cell: &Cell, parts: u32) -> (f64, f64) {
            let d = self.a.len();
            let n = f64::from(parts);
            let ends: Vec<(f64, f64)> = (cell.intervals().iter())
                .map(|side| (estimate_dyadic(side.inf()), estimate_dyadic(side.sup())))
                .collect();
            let (mut size, mut square, mut count) = (0.0, 0.0, 0.0);
            let mut place = vec![0_u32; d];
            loop {
                let x: Vec<f64> = (place.iter().zip(&ends))
                    .map(|(k, (low, high))| low + (high - low) * (f64::from(*k) + 0.5) / n)
                    .collect();
                let value = self.at(&x);
                size += value.abs();
                square += value * value;
                count += 1.0;
                let Some(axis) = (0..d).find(|i| place[*i] + 1 < parts) else {
                    return (size / count, square / count);
                };
                place[..axis].fill(0);
                place[axis] += 1;
            }
        }
    }

    /// Only a bound of the second derivative is known, and the cell is a sixteenth of its box, at
    /// the upper end. There `e²` has a mean close to 1, not 1/3, and so has `e_1 e_2`.
    #[test]
    fn squares_on_a_thin_cell_are_those_of_the_box() {
        let ulp = Rational::power_of_two(-63);
        let side = |parts| Rational::ratio(1, 2) + &ulp * &Rational::ratio(parts, 16);
        let cell = Cell::from_sides(vec![(side(15), side(16)); 2]);
        let sides = cell.intervals();
        let coordinates = LocalCoordinates::new(&cell).expect("coordinates");
        let [x, y] = [0, 1].map(|i| Hessian::<2>::variable(i, &sides[i]));
        let size = Hessian::constant_value(Interval::SYMMETRIC_UNIT);
        let middle = Gradient::<2>::variable(0, &Interval::ZERO);
        let middle = middle.sub(&middle);
        // `(x - m)²` and `(x - m)(y - m)`, with `m` the middle of the box, are at least `(7/8)²` of this.
        let reach = sides[0].rad().mul(sides[0].rad(), Down);
        for product in [x.mul(&x), x.mul(&y)] {
            let over_box = product.and_then(|product| product.mul(&size));
            let over_box = over_box.expect("a value");
            let model = TaylorModel::of(&middle, &over_box, sides, &coordinates, Dyadic::ZERO)
                .expect("a form");
            let mean = model.mean(Integrand::Magnitude);
            assert!(mean.sup() >= reach.scale(-1, Down), "{mean:?} {reach:?}");
        }
    }

    fn quadratics() -> impl Strategy<Value = Quadratic> {
        (1_usize..4).prop_flat_map(|d| {
            let some = prop_oneof![3 => -32_i64..32, 1 => Just(0_i64)];
            let row = prop::collection::vec(some.clone(), d);
            let c = prop_oneof![2 => -40_i64..40, 1 => Just(0_i64)];
            (c, row.clone(), prop::collection::vec(row, d)).prop_map(move |(c, a, mut h)| {
                let upper = h.clone();
                for (i, row) in h.iter_mut().enumerate() {
                    for (j, entry) in row.iter_mut().take(i).enumerate() {
                        *entry = upper[j][i];
                    }
                }
                Quadratic { c, a, h }
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn means_of_quadratics_agree_with_sums(
            quadratic in quadratics(),
            power in prop::sample::select(&[0_i32, -3, -8][..]),
            is_odd in any::<bool>(),
        ) {
            let d = quadratic.a.len();
            // Small cells, where the quadratic term is small compared with the line; sides at
            // thirds are not dyadic.
            let unit = Rational::power_of_two(power);
            let high = if is_odd { &unit * &Rational::ratio(4, 3) } else { unit.clone() };
            let cell = Cell::from_sides(vec![(-unit, high); d]);
            let model = quadratic.model(&cell, Dyadic::ZERO);
            let parts = [0, 4000, 200, 40][d];
            let (size, square) = quadratic.by_sums(&cell, parts);
            let scale = (1..=d).map(|i| quadratic.a[i - 1].abs()).sum::<i64>() + 64;
            let scale = estimate_dyadic(sixteenths(scale)) * libm::exp2(f64::from(power));
            // The error of a midpoint sum for curved parts and kinks.
            let slack = 20.0 * scale / f64::from(parts * parts) + 1e-12;
            for (integrand, sum, slack) in [
                (Integrand::Magnitude, size, slack),
                (Integrand::Square, square, slack * (1.0 + 2.0 * square)),
            ] {
                let mean = model.mean(integrand);
                let (low, high) = (estimate_dyadic(mean.inf()), estimate_dyadic(mean.sup()));
                prop_assert!(low <= sum + slack && sum - slack <= high,
                    "{integrand:?} [{low}, {high}] and {sum}, {cell:?}");
            }
            // The mean square of a quadratic is exact.
            let known = model.mean(Integrand::Square);
            prop_assert!(is_odd || estimate_dyadic(known.wid()) < 1e-12 * (1.0 + square), "{known}");
        }

        /// For `c + a·e + q` without remainder, the mean of `sgn(c + a·e) q` by a sum over a grid.
        #[test]
        fn moments_agree_with_sums(
            c in 0_i64..64, a in prop::collection::vec(1_i64..48, 1..3),
            squares in prop::collection::vec(-32_i64..32, 3), mixed in -32_i64..32,
        ) {
            let d = a.len();
            let mut sorted: Vec<Dyadic> = a.iter().map(|a| sixteenths(*a)).collect();
            sorted.sort_unstable_by(|x, y| y.cmp(x));
            let model = TaylorModel {
                line: Line { c: sixteenths(c), a: sorted, remainder: Dyadic::ZERO },
                is_below: false,
                slopes: a.iter().map(|a| sixteenths(*a)).collect(),
                squares: squares[..d].iter().map(|b| sixteenths(*b)).collect(),
                mixed: if d > 1 { vec![(0, 1, sixteenths(mixed))] } else { Vec::new() },
                mean_remainder: Dyadic::ZERO,
            };
            let found = model.moments().expect("an enclosure");
            let n = if d == 1 { 20_000_u32 } else { 300 };
            let place = |k: u32| (f64::from(k) + 0.5) / f64::from(n) * 2.0 - 1.0;
            let number = |n: i64| estimate_dyadic(sixteenths(n));
            let (mut sum, mut count) = (0.0, 0.0);
            for k in 0..if d == 1 { n } else { n * n } {
                let e = [place(k % n), place(k / n)];
                let line = number(c) + (0..d).map(|i| number(a[i]) * e[i]).sum::<f64>();
                let mut q = 0.0;
                for i in 0..d {
                    q += number(squares[i]) * (e[i] * e[i] - 1.0 / 3.0);
                }
                if d > 1 {
                    q += number(mixed) * e[0] * e[1];
                }
                sum += line.signum() * q;
                count += 1.0;
            }
            let (low, high) = (estimate_dyadic(found.inf()), estimate_dyadic(found.sup()));
            let truth = sum / count;
            prop_assert!(low - 0.02 <= truth && truth <= high + 0.02, "{truth} and [{low}, {high}]");
            prop_assert!(high - low < 1e-9, "{found}");
            // The bound of q must include every term.
            prop_assert!(found.mag() <= model.quadratic_upper());
        }
    }

    #[test]
    fn what_is_not_known_is_added() {
        let quadratic = Quadratic {
            c: 3,
            a: vec![5, 1],
            h: vec![vec![2, 1], vec![1, -3]],
        };
        let cell = Cell::from_sides(vec![(Rational::from(-1), Rational::ONE); 2]);
        let radius = exact_dyadic(0.125).expect("a number");
        let sharp = quadratic
            .model(&cell, Dyadic::ZERO)
            .mean(Integrand::Magnitude);
        let wide = quadratic.model(&cell, radius).mean(Integrand::Magnitude);
        assert_eq!(wide.inf(), sharp.inf().sub(radius, Down));
        assert_eq!(wide.sup(), sharp.sup().add(radius, Up));
    }
}
