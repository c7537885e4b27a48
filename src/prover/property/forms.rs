//! A network over a box in floats: the approximate range of its outputs, and which inputs to cut.

use super::guess::Margin;
use crate::bounds::Cell;
use crate::network::{Reduced, SumView};
use crate::numbers::Function;
use crate::numbers::Scalar;
use crate::numbers::estimate::{Estimate, estimate_dyadic};

/// `centre + sum slopes_i e_i`, up to `remainder`, with `e_i` in `[-1, 1]` along the sides of the
/// box.
#[derive(Clone)]
struct Form {
    centre: f64,
    slopes: Vec<f64>,
    remainder: f64,
}

impl Form {
    fn reach(&self) -> f64 {
        self.slopes.iter().map(|slope| slope.abs()).sum()
    }

    fn ends(&self) -> (f64, f64) {
        let reach = self.reach() + self.remainder;
        (self.centre - reach, self.centre + reach)
    }
}

/// A unit on the box, approximated by a line.
struct Line {
    slope: f64,
    /// The greatest distance between the unit and the line.
    error: f64,
    /// How its sum depends on the inputs.
    along: Vec<f64>,
}

/// The network's forms over a box.
pub struct Forms {
    values: Vec<Form>,
    lines: Vec<Line>,
    outputs: Vec<Form>,
}

/// What to do with a cell.
pub struct Advice {
    /// The approximate least margin on the cell.
    pub least: f64,
    /// The approximate distance between the bounds of the margin.
    pub spread: f64,
    /// The approximate size of the numbers whose difference is the margin: floats are off by a
    /// small fraction of it.
    pub scale: f64,
    /// How much a cut across each input would help.
    pub scores: Vec<f64>,
    /// The corner in whose direction the margin decreases, as a sign for each input.
    pub downhill: Vec<bool>,
}

impl Advice {
    /// Is it worth trying whether linear forms exclude the cell? They are sharper than this advice,
    /// and where the margin is 0 on the whole cell, floats cannot decide.
    pub fn may_exclude(&self) -> bool {
        let off = 0.1 * self.spread + 1e-9 * self.scale;
        // Also if the numbers are beyond floats.
        self.least >= -off || self.least.is_nan() || off.is_nan()
    }
}

impl Forms {
    /// Propagates a cell through a network.
    pub fn new(network: &Reduced, cell: &Cell) -> Self {
        let inputs = cell.intervals().len();
        let mut forms = Self {
            values: Vec::with_capacity(inputs + network.units()),
            lines: Vec::with_capacity(network.units()),
            outputs: Vec::new(),
        };
        for (i, side) in cell.intervals().iter().enumerate() {
            let mut slopes = vec![0.0; inputs];
            slopes[i] = estimate_dyadic(side.rad());
            forms.values.push(Form {
                centre: estimate_dyadic(side.mid()),
                slopes,
                remainder: 0.0,
            });
        }
        for k in 0..network.units() {
            let unit = network.unit(k);
            let sum = forms.sum(unit.sum);
            let (line, value) = through(unit.function, sum);
            forms.lines.push(line);
            forms.values.push(value);
        }
        let outputs = (0..network.outputs()).map(|k| forms.sum(network.output(k)));
        forms.outputs = outputs.collect();
        forms
    }

    fn sum(&self, sum: SumView<'_>) -> Form {
        let inputs = self.values.first().map_or(0, |form| form.slopes.len());
        let mut total = Form {
            centre: estimate_dyadic(sum.bias),
            slopes: vec![0.0; inputs],
            remainder: estimate_dyadic(sum.radius),
        };
        for (variable, coefficient) in sum.terms {
            add(
                &mut total,
                estimate_dyadic(*coefficient),
                &self.values[*variable as usize],
            );
        }
        total
    }

    /// Returns the approximate margin over the cell, and which cuts would sharpen it.
    pub fn advise(&self, network: &Reduced, margin: &Margin) -> Advice {
        let inputs = self.values.first().map_or(0, |form| form.slopes.len());
        let mut weights = vec![0.0; self.outputs.len()];
        let mut scores = vec![0.0; inputs];
        let mut worst: Option<(f64, Form)> = None;
        let mut most = f64::NEG_INFINITY;
        let mut scale: f64 = 0.0;
        let is_compound = !matches!(margin, Margin::Affine { .. });
        let least = margin.value(&mut |constant, coefficients| {
            let mut form = Form {
                centre: constant,
                slopes: vec![0.0; inputs],
                remainder: 0.0,
            };
            let variables = self.values[..inputs].iter().chain(&self.outputs);
            for (c, variable) in coefficients.iter().zip(variables) {
                if *c != 0.0 {
                    add(&mut form, *c, variable);
                    let (low, high) = variable.ends();
                    scale = scale.max((c * low).abs()).max((c * high).abs());
                }
            }
            scale = scale.max(constant.abs());
            let (low, high) = form.ends();
            if low <= 0.0 {
                most = most.max(high - low);
                for (weight, c) in weights.iter_mut().zip(&coefficients[inputs..]) {
                    *weight += c.abs();
                }
                // Each of several parts may be excluded somewhere else.
                if is_compound {
                    for (score, slope) in scores.iter_mut().zip(&form.slopes) {
                        *score += 0.2 * slope.abs();
                    }
                }
                if worst.as_ref().is_none_or(|(least, _)| low < *least) {
                    worst = Some((low, form));
                }
            }
            low
        });
        self.spread(network, &weights, &mut scores);
        let downhill = match &worst {
            Some((_, form)) => form.slopes.iter().map(|slope| *slope < 0.0).collect(),
            None => vec![false; inputs],
        };
        Advice {
            least,
            spread: most.max(0.0),
            scale,
            scores,
            downhill,
        }
    }

    /// Adds each unit's error, weighted by its influence on the outputs, to the inputs of its sum.
    fn spread(&self, network: &Reduced, weights: &[f64], scores: &mut [f64]) {
        let inputs = scores.len();
        let mut influence = vec![0.0; self.lines.len()];
        let pass = |sum: SumView<'_>, amount: f64, influence: &mut [f64]| {
            for (variable, coefficient) in sum.terms {
                if let Some(unit) = (*variable as usize).checked_sub(inputs) {
                    influence[unit] += amount * estimate_dyadic(coefficient.abs());
                }
            }
        };
        for (k, weight) in weights.iter().enumerate() {
            pass(network.output(k), *weight, &mut influence);
        }
        for (k, line) in self.lines.iter().enumerate().rev() {
            pass(
                network.unit(k).sum,
                influence[k] * line.slope.abs(),
                &mut influence,
            );
            let all: f64 = line.along.iter().map(|slope| slope.abs()).sum();
            if line.error > 0.0 && all > 0.0 {
                for (score, slope) in scores.iter_mut().zip(&line.along) {
                    *score += influence[k] * line.error * slope.abs() / all;
                }
            }
        }
    }
}

fn add(total: &mut Form, factor: f64, term: &Form) {
    total.centre += factor * term.centre;
    for (slope, other) in total.slopes.iter_mut().zip(&term.slopes) {
        *slope += factor * other;
    }
    total.remainder += factor.abs() * term.remainder;
}

/// Applies a function to a form, along the line through its ends.
fn through(function: Function, sum: Form) -> (Line, Form) {
    let (low, high) = sum.ends();
    let at = |x: f64| Estimate(x).apply(function).map_or(0.0, |value| value.0);
    let (from, to) = (at(low), at(high));
    let width = high - low;
    if function == Function::Heaviside || width <= 0.0 || !width.is_finite() {
        let line = Line {
            slope: 0.0,
            error: (to - from) / 2.0,
            along: sum.slopes.clone(),
        };
        let value = Form {
            centre: f64::midpoint(from, to),
            slopes: vec![0.0; sum.slopes.len()],
            remainder: line.error,
        };
        return (line, value);
    }
    let slope = (to - from) / width;
    // How far the function is above and below the line.
    let (mut above, mut below): (f64, f64) = (0.0, 0.0);
    let mut places = vec![0.0];
    places.extend((1..8).map(|k| low + width * f64::from(k) / 8.0));
    for place in places {
        if low < place && place < high {
            let off = at(place) - from - slope * (place - low);
            above = above.max(off);
            below = below.min(off);
        }
    }
    let error = (above - below) / 2.0;
    let centre = from + slope * (sum.centre - low) + f64::midpoint(above, below);
    let value = Form {
        centre,
        slopes: sum.slopes.iter().map(|s| s * slope).collect(),
        remainder: slope.abs() * sum.remainder + error,
    };
    let line = Line {
        slope,
        error,
        along: sum.slopes,
    };
    (line, value)
}
