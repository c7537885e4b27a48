//! Shifts and scales inputs and outputs for training, by exact amounts.
//!
//! Descent works best with numbers of about 1. The scaled input is `(x − centre) · 2^-exponent`, so
//! that a power of two and a short centre can be multiplied into the first layer exactly. The same
//! holds for the outputs of a regression and the last layer.

use crate::numbers::Rational;
use crate::numbers::estimate::exact_dyadic;

/// The scaling of inputs and outputs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scaling {
    pub centres: Vec<f64>,
    pub exponents: Vec<i32>,
    pub output_centres: Vec<f64>,
    /// One for all outputs, so that errors keep their proportions.
    pub output_exponent: i32,
}

impl Scaling {
    /// No scaling.
    pub fn none(inputs: usize, outputs: usize) -> Self {
        Self {
            centres: vec![0.0; inputs],
            exponents: vec![0; inputs],
            output_centres: vec![0.0; outputs],
            output_exponent: 0,
        }
    }

    /// Scales inputs, and outputs if requested, to about [-1, 1].
    pub fn of(points: &[Vec<f64>], targets: &[Vec<f64>], scale_outputs: bool) -> Self {
        let mut scaling = Self::none(points.len(), targets.len());
        for (place, column) in points.iter().enumerate() {
            let (low, high) = range(column);
            let exponent = exponent(low, high);
            scaling.exponents[place] = exponent;
            scaling.centres[place] = centre(low, high, exponent);
        }
        if scale_outputs {
            let ranges: Vec<(f64, f64)> = targets.iter().map(|column| range(column)).collect();
            let exponents = ranges.iter().map(|&(low, high)| exponent(low, high));
            let largest = exponents.max().unwrap_or(0);
            scaling.output_exponent = largest;
            scaling.output_centres = ranges
                .iter()
                .map(|&(low, high)| centre(low, high, largest))
                .collect();
        }
        scaling
    }

    pub fn input(&self, place: usize, value: f64) -> f64 {
        libm::ldexp(value - self.centres[place], -self.exponents[place])
    }

    pub fn output(&self, place: usize, value: f64) -> f64 {
        libm::ldexp(value - self.output_centres[place], -self.output_exponent)
    }

    /// Converts a first layer for scaled inputs to one for the inputs themselves, exactly.
    pub fn unscale_first_layer(&self, rows: &mut [Vec<Rational>], bias: &mut [Rational]) {
        for (row, bias) in rows.iter_mut().zip(bias) {
            for (place, weight) in row.iter_mut().enumerate() {
                *weight = &*weight * &Rational::power_of_two(-self.exponents[place]);
                *bias = &*bias - &(&*weight * &exact(self.centres[place]));
            }
        }
    }

    /// Converts a last layer for scaled outputs to one for the outputs themselves, exactly.
    pub fn unscale_last_layer(&self, rows: &mut [Vec<Rational>], bias: &mut [Rational]) {
        let scale = Rational::power_of_two(self.output_exponent);
        for (place, (row, bias)) in rows.iter_mut().zip(bias).enumerate() {
            for weight in row {
                *weight = &*weight * &scale;
            }
            *bias = &(&*bias * &scale) + &exact(self.output_centres[place]);
        }
    }
}

fn exact(value: f64) -> Rational {
    exact_dyadic(value)
        .and_then(crate::numbers::Dyadic::to_rational)
        .unwrap_or_default()
}

fn range(column: &[f64]) -> (f64, f64) {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    column
        .iter()
        .fold(start, |(low, high), x| (low.min(*x), high.max(*x)))
}

/// The power of two that brings half the range to [3/4, 3/2).
fn exponent(low: f64, high: f64) -> i32 {
    let half = high / 2.0 - low / 2.0;
    if half > 0.0 && half.is_finite() {
        libm::frexp(half / 0.75).1 - 1
    } else {
        0
    }
}

/// Returns the middle with few bits; 0 if that is close enough.
fn centre(low: f64, high: f64, exponent: i32) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if !middle.is_finite() {
        return 0.0;
    }
    libm::ldexp(libm::rint(libm::ldexp(middle, 4 - exponent)), exponent - 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_come_near_one() {
        let near = |low: f64, high: f64| {
            let scaling = Scaling::of(&[vec![low, high]], &[], false);
            (scaling.input(0, low), scaling.input(0, high))
        };
        for (low, high) in [(-1.0, 1.0), (0.0, 1.0), (1e6, 1.001e6), (-3e-9, 1e-9)] {
            let (a, b) = near(low, high);
            assert!(
                (-1.7..=-0.7).contains(&a) && (0.7..=1.7).contains(&b),
                "{a} {b}"
            );
        }
        // Ranges around 0 stay centred there, and the unit square is unchanged.
        let square = Scaling::of(&[vec![-0.998, 0.999]], &[], false);
        assert_eq!(square, Scaling::none(1, 0));
        assert!(near(5.0, 5.0).0.is_finite());
    }
}
