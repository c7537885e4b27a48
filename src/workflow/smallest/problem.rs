//! The target at the points where small networks are fitted, in scaled coordinates.

// Counts are far below 2^53.
#![allow(clippy::cast_precision_loss)]

use crate::expr::{Domain, Target};
use crate::numbers::Rational;
use crate::numbers::estimate::estimate_rational;
use crate::training::{FitPoints, Perceptron, Purpose, Random, value_finder};

/// Points of the three samples, about: to choose starts, to polish fits, and to judge them.
const COARSE: usize = 300;
const FINE: usize = 1100;
const DENSE: usize = 20_000;
/// In one input fewer points do.
const IN_ONE: [usize; 3] = [65, 257, 4001];
/// Grids in more inputs would have too few points along each; these are random.
const MOST_OF_GRIDS: usize = 3;

/// A target sampled on its domain. Inputs are scaled to [-1, 1] and outputs to about 1, both exactly undone by
/// [`Problem::unscaled`].
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// The middle and half the length of each side.
    sides: Vec<(f64, f64)>,
    /// Outputs are divided by 2 to this power.
    exponent: i32,
    /// Scaled samples.
    pub coarse: FitPoints,
    pub fine: FitPoints,
    /// The judging sample, in the coordinates of the domain.
    pub dense: FitPoints,
    outputs: usize,
    largest_weight: f64,
}

impl Problem {
    /// Samples the target. `None` where a domain or a value is beyond the range of floats, or where the target
    /// has no values at most points.
    pub fn new(target: &Target, domain: &Domain, largest_weight: &Rational) -> Option<Self> {
        let sides: Vec<(f64, f64)> = domain
            .sides()
            .iter()
            .map(|(low, high)| {
                let (low, high) = (estimate_rational(low), estimate_rational(high));
                (f64::midpoint(low, high), (high - low) / 2.0)
            })
            .collect();
        let is_good =
            |(mid, half): &(f64, f64)| mid.abs() < 1e100 && (1e-100..1e100).contains(half);
        if !sides.iter().all(is_good) {
            return None;
        }
        let outputs = target.outputs_count();
        let mut problem = Self {
            exponent: 0,
            coarse: FitPoints::new(sides.len(), outputs),
            fine: FitPoints::new(sides.len(), outputs),
            dense: FitPoints::new(sides.len(), outputs),
            outputs,
            largest_weight: estimate_rational(largest_weight),
            sides,
        };
        let mut values = value_finder(target);
        let inputs = problem.sides.len();
        let mut found = Vec::new();
        let mut largest = 0.0_f64;
        for (sample, about) in [COARSE, FINE, DENSE].into_iter().enumerate() {
            let about = if inputs == 1 { IN_ONE[sample] } else { about };
            let scaled = spread_points(inputs, about);
            let wanted = scaled.len();
            let with_values: Vec<_> = scaled
                .into_iter()
                .filter_map(|point| {
                    let values = values(&problem.placed(&point))?;
                    Some((point, values))
                })
                .collect();
            if 2 * with_values.len() < wanted {
                return None;
            }
            for (_, values) in &with_values {
                largest = values
                    .iter()
                    .fold(largest, |largest, y| largest.max(y.abs()));
            }
            found.push(with_values);
        }
        if largest > 1e100 {
            return None;
        }
        problem.exponent = if largest > 0.0 {
            libm::frexp(largest).1
        } else {
            0
        };
        for (sample, points) in found.into_iter().enumerate() {
            for (point, values) in points {
                if sample == 2 {
                    let placed = problem.placed(&point);
                    problem.dense.push(&placed, &values);
                } else {
                    let scaled = problem.scaled_values(&values);
                    let to = if sample == 0 {
                        &mut problem.coarse
                    } else {
                        &mut problem.fine
                    };
                    to.push(&point, &scaled);
                }
            }
        }
        Some(problem)
    }

    /// The point of the domain for a scaled one.
    fn placed(&self, point: &[f64]) -> Vec<f64> {
        let pairs = point.iter().zip(&self.sides);
        pairs
            .map(|(t, (mid, half))| {
                // The ends exactly, so that no point is outside.
                (mid + t * half).clamp(mid - half, mid + half)
            })
            .collect()
    }

    fn scaled_values(&self, values: &[f64]) -> Vec<f64> {
        let values = values.iter();
        values.map(|y| libm::ldexp(*y, -self.exponent)).collect()
    }

    /// The error in the units of the target.
    pub fn unscaled_error(&self, error: f64) -> f64 {
        libm::ldexp(error, self.exponent)
    }

    /// A tolerance in scaled units.
    pub fn scaled_tolerance(&self, tolerance: f64) -> f64 {
        libm::ldexp(tolerance, -self.exponent)
    }

    /// The number of inputs and outputs.
    pub fn shape(&self) -> (usize, usize) {
        (self.sides.len(), self.outputs)
    }

    /// Adds a point of the domain, and points around it, to the sample on which fits are polished.
    pub fn add_around(&mut self, target: &Target, point: &[Rational]) {
        let mut values = value_finder(target);
        let centre: Vec<f64> = point
            .iter()
            .zip(&self.sides)
            .map(|(x, (mid, half))| ((estimate_rational(x) - mid) / half).clamp(-1.0, 1.0))
            .collect();
        let step = 0.25 / libm::pow(self.fine.count() as f64, 1.0 / self.sides.len() as f64);
        let mut points = vec![centre.clone()];
        for input in 0..centre.len() {
            for sign in [-1.0, 1.0] {
                let mut moved = centre.clone();
                moved[input] = (moved[input] + sign * step).clamp(-1.0, 1.0);
                points.push(moved);
            }
        }
        for point in points {
            if let Some(values) = values(&self.placed(&point)) {
                let values = self.scaled_values(&values);
                self.fine.push(&point, &values);
            }
        }
    }

    /// The largest size of each scaled parameter for which no weight exceeds the limit, about: biases take a
    /// share of each other, so the network itself decides.
    pub fn limits(&self, perceptron: &Perceptron) -> Vec<f64> {
        let mut limits = vec![self.largest_weight; perceptron.parameters()];
        let last = perceptron.places().count() - 1;
        let scale = libm::ldexp(1.0, self.exponent);
        for (layer, place) in perceptron.places().enumerate() {
            for unit in 0..place.units {
                for input in 0..place.inputs {
                    let limit = &mut limits[place.weights + unit * place.inputs + input];
                    if layer == 0 {
                        *limit *= self.sides[input].1;
                    }
                    if layer == last {
                        *limit /= scale;
                    }
                }
            }
            if layer == last {
                // The constant of an output is no weight.
                for limit in &mut limits[place.bias..place.bias + place.units] {
                    *limit = f64::MAX;
                }
            }
        }
        limits
    }

    /// Returns the parameters for the coordinates of the domain.
    pub fn unscaled(&self, perceptron: &Perceptron, parameters: &[f64]) -> Vec<f64> {
        let mut found = parameters.to_vec();
        let last = perceptron.places().count() - 1;
        for (layer, place) in perceptron.places().enumerate() {
            for unit in 0..place.units {
                let row = place.weights + unit * place.inputs;
                if layer == 0 {
                    let mut bias = found[place.bias + unit];
                    for (weight, (mid, half)) in found[row..].iter_mut().zip(&self.sides) {
                        *weight /= half;
                        bias -= *weight * mid;
                    }
                    found[place.bias + unit] = bias;
                }
                if layer == last {
                    for weight in &mut found[row..row + place.inputs] {
                        *weight = libm::ldexp(*weight, self.exponent);
                    }
                    let bias = &mut found[place.bias + unit];
                    *bias = libm::ldexp(*bias, self.exponent);
                }
            }
        }
        found
    }

    /// Are first biases that are 0 for scaled inputs 0 for the inputs of the domain, too?
    pub fn is_centred(&self) -> bool {
        self.sides.iter().all(|(mid, _)| *mid == 0.0)
    }
}

/// About so many points of [-1, 1]^n: a grid that is denser at the ends, or random points and the corners.
fn spread_points(inputs: usize, about: usize) -> Vec<Vec<f64>> {
    if inputs > MOST_OF_GRIDS {
        let mut random = Random::new(1, Purpose::Points);
        let mut points: Vec<Vec<f64>> = (0..about)
            .map(|_| {
                (0..inputs)
                    .map(|_| libm::sin(random.symmetric(1.7)))
                    .collect()
            })
            .collect();
        for corner in 0..1_usize << inputs.min(8) {
            let side = |input: usize| if corner >> input & 1 == 1 { 1.0 } else { -1.0 };
            points.push((0..inputs).map(side).collect());
        }
        return points;
    }
    let mut along = 2_usize;
    while (along + 1).pow(u32::try_from(inputs).unwrap_or(1)) <= about {
        along += 1;
    }
    let lines: Vec<f64> = (0..along)
        .map(|k| {
            let t = 2.0 * k as f64 / (along - 1) as f64 - 1.0;
            0.5 * t + 0.5 * libm::sin(t * std::f64::consts::FRAC_PI_2)
        })
        .collect();
    let mut points = vec![Vec::new()];
    for _ in 0..inputs {
        let longer = points.iter().flat_map(|point: &Vec<f64>| {
            lines.iter().map(move |t| {
                let mut point = point.clone();
                point.push(*t);
                point
            })
        });
        points = longer.collect();
    }
    points
}
