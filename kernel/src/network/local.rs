//! A network on a box, with units replaced by constant intervals (T28).
//!
//! On a box most units of a large network say little. Where a unit lies in a short interval `[a, b]`,
//! or is decided, it is left out, and `w · [a, b]` goes to the bias of each sum that it had weight `w`
//! in. At every point of the box some numbers in these *interval biases* give the values of the network
//! itself, so every enclosure of all of them encloses the network. That is all there is to it: nothing
//! is merged, and nothing depends on how the box was come by but the intervals.
//!
//! It says nothing about slopes: the numbers in the intervals change from point to point.

use super::activation::Activation;
use super::model::Network;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Enclosure, Failure, Interval, LinearForm, Rational};

/// Decides a step exactly where rounding alone may leave it open: its sum ends this close to 0,
/// relative to its size, in bits.
const CLOSE: i64 = 40;

/// A sum `bias + weights · values`, for some number in `bias`.
#[derive(Clone, Copy, Debug)]
struct Sum {
    bias: Interval,
    /// Where its terms are in [`Local::terms`].
    start: usize,
    end: usize,
    /// Which row of its layer it is.
    row: usize,
}

/// The units of a layer that are not constant on the box.
#[derive(Clone, Debug)]
struct LocalLayer {
    activation: Activation,
    /// One sum after the other; a maxout unit has as many as its rank.
    sums: Vec<Sum>,
}

/// A network on a box.
#[derive(Clone, Debug)]
pub struct Local {
    layers: Vec<LocalLayer>,
    /// Weights, rounded, with the number of the unit of the layer below.
    terms: Vec<(u32, Dyadic)>,
    output_ranges: Vec<Interval>,
}

/// A sum as others see it.
#[derive(Clone, Copy, Debug)]
pub struct LocalSum<'a> {
    /// The bias is somewhere in here.
    pub bias: Interval,
    /// Units of the layer below (or inputs) and their weights, in order.
    pub terms: &'a [(u32, Dyadic)],
}

/// What a unit of the network around the box has become.
enum Image {
    Constant(Interval),
    Unit(u32, Interval),
}

impl Local {
    /// Returns the network on a box of these sides, with every weight rounded to 63 bits; what that may
    /// change is in the biases.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value or no bound.
    pub fn from_network(network: &Network, sides: &[Interval]) -> Result<Self, Failure> {
        let mut local = Self {
            layers: Vec::with_capacity(network.layers().len()),
            terms: Vec::new(),
            output_ranges: Vec::new(),
        };
        let mut below = sides.to_vec();
        for layer in network.layers() {
            let pool = layer.weights().pool().iter();
            let rounded: Vec<(Dyadic, Dyadic)> = pool.map(rounded).collect();
            let mut sums = Vec::with_capacity(layer.rows());
            for (row, bias) in layer.bias().iter().enumerate() {
                let start = local.terms.len();
                let mut bias = Interval::from_rational(bias);
                for (column, pooled) in layer.weights().row_indices(row) {
                    let (weight, error) = rounded[pooled];
                    let reach = below[column].mag().mul(error, Up);
                    bias = bias.widened(reach);
                    let column = u32::try_from(column).map_err(|_| Failure::Inexact)?;
                    local.terms.push((column, weight));
                }
                let end = local.terms.len();
                sums.push(Sum {
                    bias,
                    start,
                    end,
                    row,
                });
            }
            let layer = LocalLayer {
                activation: layer.activation().clone(),
                sums,
            };
            below = local.values(&layer, &below)?;
            local.layers.push(layer);
        }
        local.output_ranges = below;
        Ok(local)
    }

    /// Returns the network on a smaller box: there, units whose values fill an interval of a radius of
    /// at most `constant_radius` become constant, and so do those that hang on no input any more. `sides`
    /// are the exact sides, which decide steps that end at a fraction.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn reduced(
        &self,
        network: &Network,
        intervals: &[Interval],
        sides: &[(Rational, Rational)],
        constant_radius: Dyadic,
    ) -> Result<Self, Failure> {
        let mut local = Self {
            layers: Vec::with_capacity(self.layers.len()),
            terms: Vec::with_capacity(self.terms.len()),
            output_ranges: Vec::new(),
        };
        let inputs = (0_u32..).zip(intervals);
        let mut below: Vec<Image> = inputs.map(|(i, side)| Image::Unit(i, *side)).collect();
        for (depth, layer) in self.layers.iter().enumerate() {
            let is_last = depth + 1 == self.layers.len();
            let rank = layer.activation.rows_per_unit();
            let mut sums = Vec::new();
            let mut images = Vec::with_capacity(layer.sums.len());
            let mut ranges = Vec::with_capacity(rank);
            for unit in layer.sums.chunks(rank) {
                let (kept, start) = (sums.len(), local.terms.len());
                ranges.clear();
                for sum in unit {
                    let (sum, range) = local.take(self, sum, &below);
                    sums.push(sum);
                    ranges.push(range);
                }
                let step = match (&layer.activation, unit) {
                    (Activation::Heaviside, [sum]) => step(network, depth, sum, ranges[0], sides),
                    _ => None,
                };
                let value = match step {
                    Some(value) => value,
                    None => layer.activation.combine(&(), &ranges)?,
                };
                let is_constant =
                    step.is_some() || value.rad() <= constant_radius || local.terms.len() == start;
                if is_constant && !is_last {
                    local.terms.truncate(start);
                    sums.truncate(kept);
                    images.push(Image::Constant(value));
                } else {
                    let number = u32::try_from(kept / rank).map_err(|_| Failure::Inexact)?;
                    images.push(Image::Unit(number, value));
                }
            }
            local.layers.push(LocalLayer {
                activation: layer.activation.clone(),
                sums,
            });
            below = images;
        }
        local.output_ranges = below.iter().map(Image::range).collect();
        Ok(local)
    }

    /// Encloses the outputs at almost every point of a smaller box.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn on(
        &self,
        network: &Network,
        intervals: &[Interval],
        sides: &[(Rational, Rational)],
    ) -> Result<Vec<Interval>, Failure> {
        let local = self.reduced(network, intervals, sides, Dyadic::ZERO)?;
        Ok(local.output_ranges)
    }

    /// Takes a sum over from the network around the box; returns its range too.
    fn take(&mut self, around: &Self, sum: &Sum, below: &[Image]) -> (Sum, Interval) {
        let start = self.terms.len();
        let mut bias = sum.bias;
        let mut varying = Interval::ZERO;
        for &(unit, weight) in &around.terms[sum.start..sum.end] {
            match &below[index(unit)] {
                Image::Constant(value) => bias = bias.plus(&value.times_point(weight)),
                Image::Unit(number, value) => {
                    varying = varying.plus(&value.times_point(weight));
                    self.terms.push((*number, weight));
                }
            }
        }
        let end = self.terms.len();
        let sum = Sum {
            bias,
            start,
            end,
            ..*sum
        };
        (sum, bias.plus(&varying))
    }

    /// Where the outputs lie on the box.
    pub fn output_ranges(&self) -> &[Interval] {
        &self.output_ranges
    }

    /// Encloses the outputs over the box, or over a part of it, as linear forms.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn linear_forms<const D: usize>(
        &self,
        inputs: &[LinearForm<D>],
    ) -> Result<Vec<LinearForm<D>>, Failure> {
        let mut values = inputs.to_vec();
        for layer in &self.layers {
            values = self.values(layer, &values)?;
        }
        Ok(values)
    }

    /// The values of the units of a layer, from those of the layer below.
    fn values<E: Enclosure>(&self, layer: &LocalLayer, below: &[E]) -> Result<Vec<E>, Failure> {
        let rank = layer.activation.rows_per_unit();
        let mut rows = Vec::with_capacity(rank);
        let units = layer.sums.chunks(rank).map(|unit| {
            rows.clear();
            rows.extend(unit.iter().map(|sum| {
                let mut total = E::from_range(sum.bias);
                for &(unit, weight) in &self.terms[sum.start..sum.end] {
                    total.accumulate(weight, &below[index(unit)]);
                }
                total.settled()
            }));
            layer.activation.combine(&(), &rows)
        });
        units.collect()
    }

    /// How many layers there are.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// The only sum of a layer that has one, with its activation.
    pub fn only_sum(&self, layer: usize) -> Option<(&Activation, LocalSum<'_>)> {
        let layer = self.layers.get(layer)?;
        let [sum] = layer.sums.as_slice() else {
            return None;
        };
        let terms = &self.terms[sum.start..sum.end];
        Some((
            &layer.activation,
            LocalSum {
                bias: sum.bias,
                terms,
            },
        ))
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let sums: usize = self.layers.iter().map(|layer| layer.sums.len()).sum();
        size_of::<Self>()
            + self.layers.len() * size_of::<LocalLayer>()
            + sums * size_of::<Sum>()
            + self.terms.len() * size_of::<(u32, Dyadic)>()
    }
}

impl Image {
    fn range(&self) -> Interval {
        match self {
            Self::Constant(range) | Self::Unit(_, range) => *range,
        }
    }
}

/// The value of a step at almost every point of a box, where it is one.
///
/// | its sum on the box | the step |
/// |---|---|
/// | everywhere at least 0 | 1 |
/// | everywhere below 0 | 0 |
/// | at most 0, and one affine function of the inputs that is not constant: 0 on a set of measure zero | 0 |
///
/// The last rule needs an affine function: `H(-relu(x))` is 1 on half of `[-1, 1]`. So it is for the
/// first layer alone, and by exact fractions: the sum is largest and smallest in corners of the box.
fn step(
    network: &Network,
    depth: usize,
    sum: &Sum,
    range: Interval,
    sides: &[(Rational, Rational)],
) -> Option<Interval> {
    if !range.inf().is_negative() {
        return Some(Interval::ONE);
    }
    if range.sup().is_negative() {
        return Some(Interval::ZERO);
    }
    let close = range.mag().scale(-CLOSE, Up);
    if depth > 0 || range.inf().abs().min(range.sup().abs()) > close {
        return None;
    }
    let layer = network.layers().first()?;
    let bias = layer.bias().iter().nth(sum.row)?;
    let (mut least, mut most) = (bias.clone(), bias.clone());
    let mut is_constant = true;
    for (input, weight) in layer.weights().row(sum.row) {
        let (low, high) = sides.get(input)?;
        let (at_low, at_high) = (weight * low, weight * high);
        is_constant &= low == high;
        least = least + at_low.clone().min(at_high.clone());
        most = most + at_low.max(at_high);
    }
    if !least.is_negative() {
        Some(Interval::ONE)
    } else if !most.is_positive() && (!is_constant || most.is_negative()) {
        Some(Interval::ZERO)
    } else {
        None
    }
}

/// A weight rounded, and how much that changes it at most.
fn rounded(weight: &Rational) -> (Dyadic, Dyadic) {
    let value = Dyadic::from_rational(weight, Down);
    let error = Dyadic::from_rational(weight, Up).sub(value, Up);
    (value, error)
}

fn index(unit: u32) -> usize {
    usize::try_from(unit).unwrap_or(usize::MAX)
}
