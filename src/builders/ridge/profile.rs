//! A polynomial in one variable as units of one layer: T36.

use std::sync::Arc;

use crate::builders::density::Density;
use crate::builders::gentle::Samples;
use crate::builders::grid::{Axis, whole};
use crate::builders::parameters::Units;
use crate::builders::sample::short_above;
use crate::builders::tail::exp_minus_upper;
use crate::expr::{Domain, Expr};
use crate::numbers::estimate::estimate_rational;
use crate::numbers::{Direction, Interval, Rational};

/// Pieces of a side on which derivatives are enclosed.
const PIECES: usize = 256;
/// Exact values longer than this are rounded.
const LONGEST: usize = 96;
/// Bits kept of rounded values, below the largest.
const KEPT_BITS: i64 = 44;

/// Units of one direction: where each is, and its weight in the output; and a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Places along the direction, and weights.
    pub units: Vec<(Rational, Rational)>,
    /// Added to their sum.
    pub constant: Rational,
    /// The largest error from rounding values.
    pub rounding_upper: Rational,
}

/// Bounds above and below 0; neither is negative.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Upward.
    pub above: Rational,
    /// Downward.
    pub below: Rational,
}

impl Reach {
    /// The larger of both.
    pub fn largest(&self) -> &Rational {
        (&self.above).max(&self.below)
    }

    /// How far the sum goes.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            above: self.above + &other.above,
            below: self.below + &other.below,
        }
    }
}

/// A polynomial of one variable, by power, over an interval.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    coefficients: &'a [Rational],
    low: Rational,
    high: Rational,
    /// Bounds of the curvature along the interval, if knots follow it.
    along: Option<Density>,
}

impl<'a> Curve<'a> {
    /// Prepares a polynomial between two places.
    pub fn new(coefficients: &'a [Rational], low: Rational, high: Rational) -> Self {
        Self {
            coefficients,
            low,
            high,
            along: None,
        }
    }

    /// The same with knots that are closer where it is more curved.
    #[must_use]
    pub fn balanced(self) -> Self {
        let variable = || Arc::new(Expr::Variable(0));
        let powers = self.coefficients.iter().rev();
        let formula = powers.fold(Expr::zero(), |sum, c| {
            let product = Expr::Mul(Arc::new(sum), variable());
            Expr::Add(Arc::new(product), Arc::new(Expr::Number(c.clone())))
        });
        let sides = vec![(self.low.clone(), self.high.clone())];
        let domain = Domain::new(vec!["t".to_owned()], sides).ok();
        let along = domain.map(|domain| Density::new(&[formula], &domain, 0, 2));
        Self { along, ..self }
    }

    /// The knots.
    fn axis(&self, cells: usize) -> Axis {
        match &self.along {
            Some(along) => along.lines(cells, 2),
            None => Axis::equal(&self.low, &self.high, cells),
        }
    }

    fn at(&self, t: &Rational) -> Rational {
        let powers = self.coefficients.iter().rev();
        powers.fold(Rational::ZERO, |sum, c| sum * t + c)
    }

    /// Values at places, long ones rounded, and the largest rounding error.
    fn values(&self, places: &[Rational]) -> (Vec<Rational>, Rational) {
        let exact: Vec<Rational> = places.iter().map(|t| self.at(t)).collect();
        if exact.iter().all(|value| value.bits() <= LONGEST) {
            return (exact, Rational::ZERO);
        }
        let largest = exact.iter().map(Rational::magnitude_bits).max();
        let bits = (KEPT_BITS - largest.unwrap_or(0)).clamp(0, 512);
        let bits = u32::try_from(bits).unwrap_or(0);
        let rounded = exact.iter().map(|value| value.round_to_bits(bits));
        let unit = i32::try_from(bits).map_or(Rational::ONE, |bits| Rational::power_of_two(-bits));
        (rounded.collect(), unit.half())
    }

    /// Returns relu units whose sum joins the values at the knots by straight lines.
    pub fn interpolant(&self, cells: usize) -> Steps {
        let axis = self.axis(cells);
        let cells = axis.cells;
        let places: Vec<Rational> = (0..=cells).map(|k| axis.line(k)).collect();
        let (values, rounding_upper) = self.values(&places);
        let mut units = Vec::new();
        let mut slope = Rational::ZERO;
        for k in 0..cells {
            let next = (&values[k + 1] - &values[k]) / axis.side(k);
            let bend = &next - &slope;
            slope = next;
            if !bend.is_zero() {
                units.push((places[k].clone(), bend));
            }
        }
        Steps {
            units,
            constant: values[0].clone(),
            rounding_upper,
        }
    }

    /// Returns steps whose sum has the values in the middle of equal cells.
    pub fn staircase(&self, cells: usize) -> Steps {
        let axis = Axis::equal(&self.low, &self.high, cells);
        let centres: Vec<Rational> = (0..cells).map(|k| axis.centre(k)).collect();
        let (values, rounding_upper) = self.values(&centres);
        let mut units = Vec::new();
        for k in 1..cells {
            let rise = &values[k] - &values[k - 1];
            if !rise.is_zero() {
                units.push((axis.line(k), rise));
            }
        }
        Steps {
            units,
            constant: values[0].clone(),
            rounding_upper,
        }
    }

    /// Returns steps with these heights, one for each cell, and as many for padding cells on each side.
    pub fn fitted_staircase(&self, cells: usize, heights: &[Rational]) -> Steps {
        let axis = Axis::equal(&self.low, &self.high, cells);
        let padding = (heights.len() - cells) / 2;
        let lowest = axis.low() - &(axis.side(0) * whole(padding));
        let pairs = heights.iter().zip(heights.iter().skip(1));
        let units = pairs.enumerate().filter_map(|(k, (below, above))| {
            let rise = above - below;
            let place = &lowest + &(axis.side(0) * whole(k + 1));
            (!rise.is_zero()).then_some((place, rise))
        });
        Steps {
            units: units.collect(),
            constant: heights.first().cloned().unwrap_or_default(),
            rounding_upper: Rational::ZERO,
        }
    }

    /// The polynomial at points of equal cells, for a fit.
    pub fn samples(&self, cells: usize) -> Option<Samples> {
        let coefficients: Vec<f64> = self.coefficients.iter().map(estimate_rational).collect();
        let at = |t: f64| coefficients.iter().rev().fold(0.0, |sum, c| sum * t + c);
        Samples::new(&Axis::equal(&self.low, &self.high, cells), at)
    }

    /// The side of a cell.
    pub fn cell(&self, cells: usize) -> Rational {
        Axis::equal(&self.low, &self.high, cells).side(0)
    }

    /// Returns bounds on the derivative of this order, above and below 0.
    pub fn derivative_reach(&self, order: usize) -> Option<Reach> {
        let mut coefficients = self.coefficients.to_vec();
        for _ in 0..order {
            let powers = coefficients.iter().enumerate().skip(1);
            let falling = powers.map(|(k, c)| c * &Rational::from(i64::try_from(k).unwrap_or(0)));
            coefficients = falling.collect();
        }
        let coefficients: Vec<Interval> =
            coefficients.iter().map(Interval::from_rational).collect();
        let axis = Axis::equal(&self.low, &self.high, PIECES);
        let mut reach = Reach::default();
        for k in 0..PIECES {
            let piece = Interval::from_rationals(&axis.line(k), &axis.line(k + 1));
            // Around the middle of the piece, where powers of the rest are small.
            let middle = Interval::point(piece.mid());
            let rest = piece.minus(&middle);
            let mut moved = coefficients.clone();
            for start in 0..moved.len() {
                for place in (start..moved.len().saturating_sub(1)).rev() {
                    moved[place] = moved[place].plus(&moved[place + 1].times(&middle));
                }
            }
            let powers = moved.iter().rev();
            let value = powers.fold(Interval::ZERO, |sum, c| sum.times(&rest).plus(c));
            for (end, most) in [
                (value.sup(), &mut reach.above),
                (-value.inf(), &mut reach.below),
            ] {
                let end = end.rational_bound(Direction::Up)?;
                if end > *most {
                    *most = short_above(&end, 24);
                }
            }
        }
        Some(reach)
    }

    /// Returns bounds on the error of [`Curve::interpolant`] above and below the polynomial: `max g'' h^2/8`
    /// and `max -g'' h^2/8`, if positive; of balanced knots, the largest `|g''| h^2/8` of a piece.
    pub fn interpolant_reach(&self, second: &Reach, cells: usize) -> Reach {
        if let Some(along) = &self.along
            && let Some(worst) = along.worst(&self.axis(cells), 2)
        {
            let worst = worst * Rational::ratio(1, 8);
            let bound = |side: &Rational| {
                if side.is_zero() {
                    Rational::ZERO
                } else {
                    worst.clone()
                }
            };
            return Reach {
                above: bound(&second.above),
                below: bound(&second.below),
            };
        }
        let cell = self.cell(cells);
        let factor = &cell * &cell * Rational::ratio(1, 8);
        Reach {
            above: &second.above * &factor,
            below: &second.below * &factor,
        }
    }

    /// Returns a bound on the error of [`Curve::staircase`], as in T21; `None` if the steps are so gentle that
    /// it is useless.
    pub fn staircase_bound(
        &self,
        slope: &Rational,
        cells: usize,
        units: Units,
        steepness: &Rational,
    ) -> Option<Rational> {
        let cell = self.cell(cells);
        let spread = slope * &cell;
        if units == Units::Heaviside {
            return Some(spread.half());
        }
        let q = exp_minus_upper(&(steepness * &cell).half());
        let rest = Rational::ONE - &q * &q;
        rest.is_positive()
            .then(|| spread * (Rational::ratio(1, 2) + (&q + &q) / rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_stairs_of_a_cube() {
        let cube = [0, 0, 0, 1].map(Rational::from);
        let curve = Curve::new(&cube, Rational::from(-1), Rational::from(2));
        let second = curve.derivative_reach(2).expect("bounded");
        // 6 t at 2 and at -1, and little more.
        for (found, least) in [(&second.above, 12), (&second.below, 6)] {
            let least = Rational::from(least);
            assert!(*found >= least && *found < &least * &Rational::ratio(101, 100));
        }
        let steps = curve.interpolant(3);
        assert_eq!(steps.constant, Rational::from(-1));
        let places: Vec<Rational> = steps.units.iter().map(|(t, _)| t.clone()).collect();
        // From -1 to 1 the slope is 1, from 1 to 2 it is 7: one bend less than pieces.
        assert_eq!(places, [-1, 1].map(Rational::from));
        let stairs = curve.staircase(3);
        assert_eq!(stairs.constant, Rational::ratio(-1, 8));
        assert_eq!(stairs.units.len(), 2);
        assert_eq!(stairs.units[1], (Rational::ONE, Rational::ratio(26, 8)));
    }

    #[test]
    fn long_values_are_rounded_and_that_is_said() {
        let seventh = [Rational::ratio(1, 7), Rational::ratio(1, 3)];
        let long: Vec<Rational> = (0..12).map(|k| seventh[k % 2].clone()).collect();
        let curve = Curve::new(&long, Rational::ZERO, Rational::ONE);
        let places = [Rational::ratio(123, 1000)];
        let (values, off) = curve.values(&places);
        assert!(off.is_positive() && (&values[0] - &curve.at(&places[0])).abs() <= off);
    }
}
