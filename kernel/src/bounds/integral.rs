//! The contribution of a cell to the integral of `|N - f|` or of `(N - f)²` (T16).
//!
//! A linear form says that the difference is `c + a·e` up to a remainder `r` over the cell. The
//! mean of `|c + a·e|` and of its square over `e` in `[-1, 1]^d` has a closed form. So the bound of
//! a leaf is off only by what is nonlinear, and the cell need not be so small that the difference
//! is nearly constant.

use super::cell::Cell;
use crate::certificate::Norm;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Interval, LinearForm};

/// Inputs in the sum over corners, at most; the others of a form are dropped and accounted for.
const MOST_CORNER_INPUTS: usize = 6;
/// The relative accuracy of one corner, approximately, in bits.
const ACCURACY: i64 = 57;

/// The integrand of a cell, for each output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integrand {
    /// `|N - f|`.
    Magnitude,
    /// `(N - f)²`.
    Square,
}

impl Integrand {
    /// Returns the integrand of a norm.
    pub(super) fn of(norm: Norm) -> Option<Self> {
        match norm {
            Norm::L1 => Some(Self::Magnitude),
            Norm::L2 => Some(Self::Square),
            Norm::Sup | Norm::Area => None,
        }
    }

    /// Encloses the mean of the integrand over a cell, summed over the outputs, from the ranges of
    /// the differences.
    pub(super) fn mean_of_ranges(self, differences: &[Interval]) -> Interval {
        let means = differences
            .iter()
            .map(|difference| self.of_range(difference));
        means.fold(Interval::ZERO, |sum, mean| sum.plus(&mean))
    }

    /// The same, from linear forms of the differences.
    pub(super) fn mean_of_forms<const D: usize>(
        self,
        differences: &[LinearForm<D>],
        coordinates: &LocalCoordinates,
    ) -> Interval {
        let means = differences
            .iter()
            .map(|difference| self.mean_of_form(difference, coordinates));
        means.fold(Interval::ZERO, |sum, mean| sum.plus(&mean))
    }

    /// Encloses the integrand of a difference in `range`.
    pub(super) fn of_range(self, range: &Interval) -> Interval {
        match self {
            Self::Magnitude => range.magnitude(),
            Self::Square => range.squared(),
        }
    }

    /// Encloses the mean of the integrand over a cell.
    ///
    /// Let the difference be `L + q` with `L = c + a·e` and `|q| <= r`. The mean of `|L + q|` is
    /// within `r` of the mean of `|L|`. The mean of `(L + q)²` is that of `L²`, up to `2 r mean
    /// |L|` in both directions and `r²` upward.
    pub(super) fn mean_of_form<const D: usize>(
        self,
        difference: &LinearForm<D>,
        coordinates: &LocalCoordinates,
    ) -> Interval {
        let anywhere = self.of_range(&difference.range());
        let Some(line) = Line::of(difference, coordinates) else {
            return anywhere;
        };
        let size = line.mean_magnitude();
        let remainder = line.remainder;
        let mean = match self {
            Self::Magnitude => size.plus(&Interval::symmetric(remainder)),
            Self::Square => {
                let cross = size.sup().mul(remainder, Up).scale(1, Up);
                let most = cross.add(remainder.mul(remainder, Up), Up);
                let spread = Interval::ordered(-cross, most);
                line.mean_square().plus(&spread)
            }
        };
        anywhere.refine(&mean)
    }
}

/// Local coordinates of a cell. Linear forms use the coordinates `e` of the dyadic box that
/// contains the cell; `e_i = shift_i + scale_i e'_i`, with `e'_i` in `[-1, 1]` over the cell. Where
/// the sides are dyadic, the shift is 0 and the scale is 1.
pub(super) struct LocalCoordinates {
    axes: Vec<(Interval, Interval)>,
}

impl LocalCoordinates {
    /// Returns the coordinates of a cell; `None` if it is too thin.
    pub(super) fn new(cell: &Cell) -> Option<Self> {
        if let Some(axes) = cell.is_dyadic().then(|| Self::of_dyadic(cell)).flatten() {
            return Some(Self { axes });
        }
        let mut axes = Vec::with_capacity(cell.sides().len());
        for ((low, high), side) in cell.sides().iter().zip(cell.intervals()) {
            let middle = Interval::point(side.mid());
            let radius = Interval::point(side.rad());
            let place = |end| {
                let place = Interval::from_rational(end).minus(&middle).over(&radius);
                place.ok()?.intersection(&Interval::SYMMETRIC_UNIT)
            };
            let (low, high) = (place(low)?, place(high)?);
            let shift = high.plus(&low).times_point(Dyadic::HALF);
            let scale = high.minus(&low).times_point(Dyadic::HALF);
            axes.push((shift, scale));
        }
        Some(Self { axes })
    }
}

impl LocalCoordinates {
    /// Where middle and radius of every side are exact, the coordinates equal those of the forms.
    fn of_dyadic(cell: &Cell) -> Option<Vec<(Interval, Interval)>> {
        let is_exact = |side: &Interval| {
            let (mid, rad) = (side.mid(), side.rad());
            let is_end =
                |high: Dyadic, low: Dyadic| high.sub(low, Down) == rad && high.sub(low, Up) == rad;
            is_end(side.sup(), mid) && is_end(mid, side.inf())
        };
        let sides = cell.intervals();
        sides
            .iter()
            .all(is_exact)
            .then(|| vec![(Interval::ZERO, Interval::ONE); sides.len()])
    }

    /// An upper bound of `|e_i² - e'_i²|`.
    pub(super) fn off_square(&self, input: usize) -> Dyadic {
        self.off(input).scale(1, Up)
    }

    /// An upper bound of `|e_i e_j - e'_i e'_j|`.
    pub(super) fn off_product(&self, i: usize, j: usize) -> Dyadic {
        self.off(i).add(self.off(j), Up)
    }

    /// An upper bound of `|e_i - e'_i|`.
    fn off(&self, input: usize) -> Dyadic {
        let axis = self.axes.get(input);
        axis.map_or(Dyadic::INFINITY, |(shift, scale)| {
            shift.mag().add(scale.minus(&Interval::ONE).mag(), Up)
        })
    }

    /// Returns the slopes in local coordinates, and what the shift adds to the constant.
    pub(super) fn place(&self, slopes: &[Interval]) -> (Vec<Interval>, Interval) {
        let mut constant = Interval::ZERO;
        let slopes = slopes
            .iter()
            .zip(&self.axes)
            .map(|(slope, (shift, scale))| {
                constant = constant.plus(&slope.times(shift));
                slope.times(scale)
            });
        let slopes = slopes.collect();
        (slopes, constant)
    }
}

/// `c + a·e` up to `remainder`, with `e` in `[-1, 1]^d` over the cell. Signs do not change the
/// means, so `c` and all of `a` are nonnegative; `a` is decreasing, without zeros.
pub(super) struct Line {
    pub(super) c: Dyadic,
    pub(super) a: Vec<Dyadic>,
    pub(super) remainder: Dyadic,
}

impl Line {
    /// Returns the line of a form; `None` if the form has no bounded one.
    fn of<const D: usize>(form: &LinearForm<D>, coordinates: &LocalCoordinates) -> Option<Self> {
        let mut constant = form.constant_part();
        let mut remainder = Dyadic::ZERO;
        let mut a = Vec::with_capacity(coordinates.axes.len());
        for (slope, (shift, scale)) in form.slopes().iter().zip(&coordinates.axes) {
            if !slope.is_bounded() {
                return None;
            }
            constant = constant.plus(&slope.times(shift));
            let slope = slope.times(scale);
            remainder = remainder.add(slope.rad(), Up);
            let size = slope.mid().abs();
            if !size.is_zero() {
                a.push(size);
            }
        }
        if !constant.is_bounded() {
            return None;
        }
        a.sort_unstable_by(|x, y| y.cmp(x));
        Some(Self {
            c: constant.mid().abs(),
            a,
            remainder: remainder.add(constant.rad(), Up),
        })
    }

    /// Encloses the mean of `(c + a·e)² = c² + sum a_i²/3 + odd terms`.
    pub(super) fn mean_square(&self) -> Interval {
        let third = Interval::ONE.over(&Interval::from_i64(3));
        let third = third.unwrap_or(Interval::UNIT);
        let squares = self.a.iter().fold(Interval::ZERO, |sum, a| {
            sum.plus(&Interval::point(*a).squared())
        });
        Interval::point(self.c)
            .squared()
            .plus(&squares.times(&third))
    }

    /// Encloses the mean of `|c + a·e|`: `c` where the sign does not change, else
    ///
    /// ```text
    /// c + 2 / (2^m (m+1)! a_1 ... a_m) · sum over s in {-1, 1}^m of s_1 ... s_m max(s·a - c, 0)^(m+1)
    /// ```
    ///
    /// over the `m` kept inputs. Dropping a small `a_i` lowers the mean by at most
    /// `min(a_i / 2, a_i² / (6 a_1))`.
    pub(super) fn mean_magnitude(&self) -> Interval {
        let point = Interval::point(self.c);
        let reach = self.a.iter().fold(Dyadic::ZERO, |sum, a| sum.add(*a, Up));
        let Some(largest) = self.a.first().copied() else {
            return point;
        };
        if self.c >= reach {
            return point;
        }
        let kept = self.kept();
        let excess = self.corner_sum(kept).unwrap_or_else(|| {
            // Unreachable: dividing by the largest slope succeeds. The excess over c is at most the
            // reach.
            Interval::ordered(Dyadic::ZERO, reach)
        });
        let mut lost = Dyadic::ZERO;
        for a in &self.a[kept..] {
            let six = Dyadic::from_i64(6).mul(largest, Down);
            let second = if six.is_zero() {
                Dyadic::INFINITY
            } else {
                a.mul(*a, Up).div(six, Up)
            };
            lost = lost.add(a.scale(-1, Up).min(second), Up);
        }
        let above = excess.plus(&Interval::ordered(Dyadic::ZERO, lost));
        // The mean is at least c, and at most c + reach.
        let above = Interval::ordered(Dyadic::ZERO, reach).refine(&above);
        point.plus(&above)
    }

    /// Returns how many of the slopes, from the largest on, stand out from rounding. With the
    /// product `p` of the kept slopes, relative to the largest, a corner is accurate to about
    /// `2^-ACCURACY / p`; dropping `a` costs `a²`.
    pub(super) fn kept(&self) -> usize {
        let magnitude = |a: &Dyadic| a.exponent();
        let Some(largest) = self.a.first().map(magnitude) else {
            return 0;
        };
        let mut product = 0_i64;
        let mut kept = 1;
        for a in &self.a[1..] {
            let ratio = magnitude(a).saturating_sub(largest);
            if kept >= MOST_CORNER_INPUTS
                || product.saturating_add(ratio.saturating_mul(3)) < -ACCURACY
            {
                break;
            }
            product = product.saturating_add(ratio);
            kept += 1;
        }
        kept
    }

    /// Returns the second term of the formula, over the first `kept` slopes.
    fn corner_sum(&self, kept: usize) -> Option<Interval> {
        let a = self.a.get(..kept)?;
        let largest = *a.first()?;
        // Relative to the largest slope, so that no power leaves the range.
        let unit = largest.exponent().saturating_add(62);
        let relative = |x: Dyadic| scaled(&Interval::point(x), unit.saturating_neg());
        let c = relative(self.c);
        let slopes: Vec<Interval> = a.iter().map(|a| relative(*a)).collect();
        let mut sum = Interval::ZERO;
        for corner in 0_u32..1 << kept {
            let mut height = c.negated();
            for (i, slope) in slopes.iter().enumerate() {
                height = if corner >> i & 1 == 0 {
                    height.plus(slope)
                } else {
                    height.minus(slope)
                };
            }
            if !height.sup().is_positive() {
                continue;
            }
            let height = Interval::ordered(height.inf().max(Dyadic::ZERO), height.sup());
            let mut term = height;
            for _ in 0..kept {
                term = term.times(&height);
            }
            sum = if corner.count_ones() % 2 == 0 {
                sum.plus(&term)
            } else {
                sum.minus(&term)
            };
        }
        // (m+1)! a_1 ... a_m; the factor 2^(m-1) comes at the end.
        let mut divisor = Interval::ONE;
        for (k, slope) in (1_i64..).zip(&slopes) {
            divisor = divisor
                .times(slope)
                .times_point(Dyadic::from_i64(k.checked_add(1)?));
        }
        let sum = sum.over(&divisor).ok()?;
        let halvings = i64::try_from(kept).ok()?.checked_sub(1)?;
        Some(scaled(&sum, unit.saturating_sub(halvings)))
    }
}

/// `interval · 2^power`, rounded outward if it leaves the range of exponents.
pub(super) fn scaled(interval: &Interval, power: i64) -> Interval {
    let (inf, sup) = (interval.inf(), interval.sup());
    Interval::ordered(inf.scale(power, Down), sup.scale(power, Up))
}

#[cfg(test)]
// The second computation is quadrature in floats, on purpose.
#[allow(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss
)]
mod tests {
    use super::*;
    use crate::numbers::{Enclosure, Rational};
    use proptest::prelude::*;

    fn dyadic(text: &str) -> Dyadic {
        let value = crate::numbers::literal::parse(text).expect("a number");
        Dyadic::from_rational(&value, Down)
    }

    fn line(c: &str, a: &[&str]) -> Line {
        let mut a: Vec<Dyadic> = a.iter().map(|a| dyadic(a).abs()).collect();
        a.retain(|a| !a.is_zero());
        a.sort_unstable_by(|x, y| y.cmp(x));
        Line {
            c: dyadic(c).abs(),
            a,
            remainder: Dyadic::ZERO,
        }
    }

    /// The mean of `|c + a·e|` by another computation: exact in the first input. In the others, the
    /// mean of the ends of convex pieces only overestimates, and their midpoints only
    /// underestimate.
    fn by_pieces(c: f64, a: &[f64], pieces: u32) -> (f64, f64) {
        let [first, remainder @ ..] = a else {
            return (c.abs(), c.abs());
        };
        if remainder.is_empty() {
            let exact = if c.abs() >= *first {
                c.abs()
            } else {
                (c * c + first * first) / (2.0 * first)
            };
            return (exact, exact);
        }
        let last = a.len() - 1;
        let n = f64::from(pieces);
        let at = |place: f64| by_pieces(c + a[last] * (2.0 * place / n - 1.0), &a[..last], pieces);
        let mut low = 0.0;
        let mut high = 0.0;
        for k in 0..pieces {
            low += at(f64::from(k) + 0.5).0 / n;
            high += (at(f64::from(k)).1 + at(f64::from(k) + 1.0).1) / (2.0 * n);
        }
        (low, high)
    }

    fn approximately(value: Dyadic) -> f64 {
        crate::numbers::estimate::estimate_dyadic(value)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn means_of_lines_agree_with_a_sum_over_pieces(
            c in prop_oneof![Just(0_i32), -4096_i32..4096],
            slopes in prop::collection::vec((0_i32..2048, prop_oneof![Just(0_i32), Just(-12), Just(-30)]), 1..4),
        ) {
            let number = |n: i32, power: i32| f64::from(n) / 1024.0 * libm::exp2(f64::from(power));
            let text = |n: i32, power: i32| format!("{n}*2^{}", power - 10);
            let texts: Vec<String> = slopes.iter().map(|(n, p)| text(*n, *p)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let found = line(&text(c, 0), &texts).mean_magnitude();
            let mut a: Vec<f64> = slopes.iter().map(|(n, p)| number(*n, *p)).filter(|a| *a > 0.0).collect();
            a.sort_by(|x, y| y.total_cmp(x));
            let (low, high) = by_pieces(number(c, 0), &a, 60);
            let spread = 1e-12 * (1.0 + high);
            prop_assert!(approximately(found.inf()) <= high + spread && low - spread <= approximately(found.sup()),
                "[{low}, {high}] and {found:?}");
            prop_assert!(approximately(found.wid()) <= 1e-7 * approximately(found.sup()), "too wide: {found:?}");
        }
    }

    #[test]
    fn means_of_known_lines() {
        let cases: [(&str, &[&str], &str); 9] = [
            ("3", &[], "3"),
            ("-3", &["1", "2"], "3"),
            ("0", &["1"], "1/2"),
            ("1/2", &["-1"], "5/8"),
            ("0", &["1", "1"], "2/3"),
            ("0", &["1", "0", "1", "1"], "13/16"),
            ("0", &["1", "1", "1", "1"], "14/15"),
            ("0", &["2^1000", "2^1000"], "2/3*2^1000"),
            ("0", &["2^-1000", "-2^-1000"], "2/3*2^-1000"),
        ];
        for (c, a, truth) in cases {
            let found = line(c, a).mean_magnitude();
            let truth = crate::numbers::literal::parse(truth).expect("a number");
            assert!(found.contains_rational(&truth), "{c} {a:?}: {found:?}");
            let wide = found.wid().rational_bound(Up).expect("bounded");
            assert!(wide <= &truth * &Rational::power_of_two(-50), "{c} {a:?}");
        }
        let found = line("1", &["3", "0", "6"]).mean_square();
        assert!(found.contains(Dyadic::from_i64(16)), "{found:?}");
    }

    #[test]
    fn numbers_at_the_end_of_the_range_are_no_trouble() {
        for power in [-(1_i64 << 60), -(1 << 59), 1 << 59, (1 << 60) - 70, 1 << 60] {
            let a = Dyadic::ONE.scale(power, Down);
            let tiny = Dyadic::ONE.scale(-(1 << 59), Up);
            for slopes in [
                vec![a],
                vec![a, a],
                vec![a.max(tiny), a.min(tiny)],
                vec![a; 20],
            ] {
                let mut slopes = slopes;
                slopes.retain(|a| !a.is_zero());
                let reach = slopes.iter().fold(Dyadic::ZERO, |sum, a| sum.add(*a, Up));
                let line = Line {
                    c: Dyadic::ZERO,
                    a: slopes,
                    remainder: Dyadic::ZERO,
                };
                let mean = line.mean_magnitude();
                assert!(!mean.inf().is_negative() && mean.inf() <= reach, "{mean:?}");
                assert!(line.mean_square().sup() >= mean.inf().mul(mean.inf(), Down));
            }
        }
    }

    /// `x` on a cell whose sides are far from dyadic, in the coordinates of the box that contains
    /// it.
    #[test]
    fn a_thin_cell_is_not_the_box_around_it() {
        let third = Rational::ratio(1, 3);
        let thin = Rational::power_of_two(-60);
        let cell = Cell::from_sides(vec![(third.clone(), &third + &thin)]);
        let coordinates = LocalCoordinates::new(&cell).expect("coordinates");
        let form = LinearForm::<1>::variable(0, &cell.intervals()[0]);
        let mean = Integrand::Magnitude.mean_of_form(&form, &coordinates);
        let truth = &third + &(&thin * &Rational::ratio(1, 2));
        assert!(mean.contains_rational(&truth), "{mean:?}");
        // With the middle of the cell subtracted: a quarter of its length.
        let middle = Interval::from_rational(&truth);
        let form = form.minus_range(&middle);
        let mean = Integrand::Magnitude.mean_of_form(&form, &coordinates);
        assert!(
            mean.contains_rational(&(&thin * &Rational::ratio(1, 4))),
            "{mean:?}"
        );
    }

    impl LinearForm<1> {
        fn minus_range(&self, range: &Interval) -> Self {
            use crate::numbers::Scalar;
            self.sub(&Enclosure::from_range(*range))
        }
    }

    proptest! {
        #[test]
        fn what_is_not_linear_is_accounted_for(
            c in -8_i64..8, a in -8_i64..8, b in -8_i64..8, remainder in 0_i64..8,
        ) {
            let unit = Dyadic::power_of_two(-2);
            let scaled = |n: i64| Interval::from_i64(n).times_point(unit);
            let radius = scaled(remainder).sup();
            let cell = Cell::from_sides(vec![(Rational::from(-1), Rational::ONE); 2]);
            let coordinates = LocalCoordinates::new(&cell).expect("coordinates");
            let mut form = LinearForm::<2>::from_range(scaled(c));
            for (i, slope) in [a, b].into_iter().enumerate() {
                form.accumulate(scaled(slope).inf(), &LinearForm::variable(i, &Interval::SYMMETRIC_UNIT));
            }
            let form = form.tightened().widened(radius);
            // Two functions that the form encloses, by sums over a grid of squares.
            let float = |n: i64| n as f64 / 4.0;
            for wave in [1.0, 7.0] {
                let (mut size, mut square, n) = (0.0, 0.0, 40);
                for i in 0..n {
                    for j in 0..n {
                        let place = |k: i32| (f64::from(k) + 0.5) / f64::from(n) * 2.0 - 1.0;
                        let (x, y) = (place(i), place(j));
                        let line = float(c) + float(a) * x + float(b) * y;
                        let value: f64 = line - float(remainder) * line.signum() * libm::cos(wave * x * y);
                        size += value.abs() / f64::from(n * n);
                        square += value * value / f64::from(n * n);
                    }
                }
                for (integrand, sum) in [(Integrand::Magnitude, size), (Integrand::Square, square)] {
                    let mean = integrand.mean_of_form(&form, &coordinates);
                    let ends = (approximately(mean.inf()), approximately(mean.sup()));
                    // The sum over midpoints is off by the square of their distance.
                    prop_assert!(ends.0 <= sum + 0.03 && sum - 0.03 <= ends.1, "{integrand:?} {sum} {mean:?}");
                }
            }
        }
    }
}
