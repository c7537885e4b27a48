//! The share of a cell in the integral of `|N - f|` or of `(N - f)²` (T16).
//!
//! A linear form says that the difference is `c + a·e` up to a remainder `r` over the cell. The mean
//! of `|c + a·e|` and of its square over `e` in `[-1, 1]^d` has a closed form, so a leaf costs no
//! more than what is not linear in it, and need not be so small that the difference is nearly
//! constant.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use crate::certificate::Cell;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Interval, LinearForm};

/// Inputs that the sum over corners looks at; the others of a form are left out of it, and
/// accounted for.
const MOST_CORNER_INPUTS: usize = 6;
/// About the relative accuracy of a corner, in bits.
const ACCURACY: i64 = 57;

/// What is integrated over a cell, for each output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integrand {
    /// `|N - f|`.
    Magnitude,
    /// `(N - f)²`.
    Square,
}

impl Integrand {
    /// Encloses the integrand where the difference is somewhere in `range`.
    pub(super) fn of_range(self, range: &Interval) -> Interval {
        match self {
            Self::Magnitude => range.magnitude(),
            Self::Square => range.squared(),
        }
    }

    /// Encloses the mean of the integrand over a cell.
    ///
    /// With `L = c + a·e` and a difference of `L + q`, `|q| <= r`: the mean of `|L + q|` is within
    /// `r` of that of `|L|`, and the mean of `(L + q)²` is that of `L²` up to `2 r mean |L|`, and
    /// `r²` upward.
    pub(super) fn mean_of_form<const D: usize>(
        self,
        difference: &LinearForm<D>,
        chart: &Chart,
    ) -> Interval {
        let anywhere = self.of_range(&difference.range());
        let Some(line) = Line::of(difference, chart) else {
            return anywhere;
        };
        let size = line.mean_magnitude();
        let rest = line.rest;
        let mean = match self {
            Self::Magnitude => size.plus(&Interval::symmetric(rest)),
            Self::Square => {
                let cross = size.sup().mul(rest, Up).scale(1, Up);
                let most = cross.add(rest.mul(rest, Up), Up);
                let slack = Interval::spanning(-cross, most);
                line.mean_square().plus(&slack)
            }
        };
        anywhere.refine(&mean)
    }
}

/// Where a cell lies in the coordinates of its forms, which are those of the dyadic box around it:
/// `e_i = shift_i + scale_i e'_i`, with `e'_i` in `[-1, 1]` for the cell. Where the sides are
/// dyadic, the shift is 0 and the scale is 1.
pub(super) struct Chart {
    axes: Vec<(Interval, Interval)>,
}

impl Chart {
    /// Returns the coordinates of a cell, or nothing where it is too thin to say.
    pub(super) fn new(cell: &Cell) -> Option<Self> {
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

/// `c + a·e` up to `rest`, with `e` in `[-1, 1]^d` over the cell. Signs do not matter to the means,
/// so `c` and all of `a` are at least 0; `a` falls and has no zeros.
struct Line {
    c: Dyadic,
    a: Vec<Dyadic>,
    rest: Dyadic,
}

impl Line {
    /// Returns the line of a form, or nothing where it has none.
    fn of<const D: usize>(form: &LinearForm<D>, chart: &Chart) -> Option<Self> {
        let mut constant = form.constant_part();
        let mut rest = Dyadic::ZERO;
        let mut a = Vec::with_capacity(chart.axes.len());
        for (slope, (shift, scale)) in form.slopes().iter().zip(&chart.axes) {
            if !slope.is_bounded() {
                return None;
            }
            constant = constant.plus(&slope.times(shift));
            let slope = slope.times(scale);
            rest = rest.add(slope.rad(), Up);
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
            rest: rest.add(constant.rad(), Up),
        })
    }

    /// Encloses the mean of `(c + a·e)² = c² + sum a_i²/3 + odd terms`.
    fn mean_square(&self) -> Interval {
        let third = Interval::ONE.over(&Interval::from_i64(3));
        let third = third.unwrap_or(Interval::UNIT);
        let squares = self.a.iter().fold(Interval::ZERO, |sum, a| {
            sum.plus(&Interval::point(*a).squared())
        });
        Interval::point(self.c)
            .squared()
            .plus(&squares.times(&third))
    }

    /// Encloses the mean of `|c + a·e|`: `c` where there is no change of sign, else
    ///
    /// ```text
    /// c + 2 / (2^m (m+1)! a_1 ... a_m) · sum over s in {-1, 1}^m of s_1 ... s_m max(s·a - c, 0)^(m+1)
    /// ```
    ///
    /// over the `m` inputs that are kept. Leaving out a small `a_i` lowers the mean by at most
    /// `min(a_i / 2, a_i² / (6 a_1))`.
    fn mean_magnitude(&self) -> Interval {
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
            // Not reached: the largest slope divides well. The excess over c is at most the reach.
            Interval::spanning(Dyadic::ZERO, reach)
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
        let above = excess.plus(&Interval::spanning(Dyadic::ZERO, lost));
        // The mean is at least c, and at most c + reach.
        let above = Interval::spanning(Dyadic::ZERO, reach).refine(&above);
        point.plus(&above)
    }

    /// How many of the slopes, from the largest on, the corners can tell from rounding: with the
    /// product `p` of what is kept, relative to the largest, a corner is accurate to about
    /// `2^-ACCURACY / p`, and leaving out `a` costs `a²`.
    fn kept(&self) -> usize {
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

    /// The second term of the formula, over the first `kept` slopes.
    fn corner_sum(&self, kept: usize) -> Option<Interval> {
        let a = self.a.get(..kept)?;
        let largest = *a.first()?;
        // Everything relative to the largest slope, so that no power leaves the range.
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
            let height = Interval::spanning(height.inf().max(Dyadic::ZERO), height.sup());
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

/// `interval · 2^power`, rounded outward where it leaves the range of exponents.
fn scaled(interval: &Interval, power: i64) -> Interval {
    let (inf, sup) = (interval.inf(), interval.sup());
    Interval::spanning(inf.scale(power, Down), sup.scale(power, Up))
}
