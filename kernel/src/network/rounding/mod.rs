//! How far a network in float arithmetic is from the real one, on a box (T40).
//!
//! For each sum of the network there is a bound `e` of the error of its float value, and for each
//! unit a bound `E` and an interval that holds the real and the float value. Both follow from those
//! of the layer below. Units whose range on a box is short, or zero, are taken out for the boxes in
//! it: what they add to the error is added to the sums that use them.

mod arithmetic;

use self::arithmetic::{Arithmetic, Parts, Value, is_exact};
use super::activation::Activation;
use super::model::Network;
use crate::certificate::{FloatFormat, Floats, Summation};
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Failure, Interval, Rational};

/// Why a network cannot be judged in float arithmetic. Layers and units count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FloatsError {
    /// A weight or bias is not 0 and not a normal float.
    #[error("unit {unit} of layer {layer} has the {what} {value}, which is not a normal {format}")]
    NotAFloat {
        /// The layer.
        layer: usize,
        /// The unit.
        unit: usize,
        /// `weight`, `bias` or `slope`.
        what: &'static str,
        /// The number.
        value: String,
        /// The name of the format.
        format: &'static str,
    },
    /// A sum, an input or a value may be larger than every float.
    #[error("{what} may reach {size}, beyond the largest {format}")]
    Overflow {
        /// The place, such as `unit 2 of layer 1`.
        what: String,
        /// A bound of its size.
        size: String,
        /// The name of the format.
        format: &'static str,
    },
    /// A sum has so many terms that its rounding error has no bound.
    #[error("unit {unit} of layer {layer} sums {terms} terms, too many for a bound in {format}")]
    TooManyTerms {
        /// The layer.
        layer: usize,
        /// The unit.
        unit: usize,
        /// The number of terms that are not zero.
        terms: u64,
        /// The name of the format.
        format: &'static str,
    },
    /// The assumed error of activations is smaller than any program can have.
    #[error("an activation error of {0} ulps is impossible; expected at least 1/2")]
    TooExact(String),
    /// A unit has no value.
    #[error(transparent)]
    NoValue(#[from] Failure),
}

/// A sum of a layer.
#[derive(Clone, Copy, Debug)]
struct Sum {
    /// The bias, and the terms that were taken out.
    bias: Interval,
    /// Their parts of the error.
    fixed: Parts,
    /// The position of the other terms in [`Rounding::terms`].
    start: usize,
    end: usize,
}

/// The units of a layer that are left.
#[derive(Clone, Debug)]
struct RoundedLayer {
    activation: Activation,
    /// One sum after another; a maxout unit has as many as its rank.
    sums: Vec<Sum>,
}

/// Rounding errors of a network on a box.
#[derive(Clone, Debug)]
pub struct Rounding {
    arithmetic: Arithmetic,
    layers: Vec<RoundedLayer>,
    /// Weights, with the index of the unit (or input) below.
    terms: Vec<(u32, Dyadic)>,
    outputs: Vec<Dyadic>,
    /// What the evaluation by pieces may add to each output.
    pieces: Vec<Dyadic>,
}

/// What became of a unit.
#[derive(Clone, Copy)]
enum Image {
    /// It is 0 in both arithmetics.
    Zero,
    /// It is taken out.
    Constant(Value),
    /// The unit of this index.
    Unit(usize),
}

/// The layer below, on the box.
#[derive(Default)]
struct Below {
    images: Vec<Image>,
    /// The values of the units that are left.
    values: Vec<Value>,
}

/// The radii of steps: for each layer, one number for each unit, or none if it has no steps.
pub type StepRadii = Vec<Vec<Dyadic>>;

impl Rounding {
    /// Returns the errors on a domain, and the radii of all steps there.
    ///
    /// - Errors: [`FloatsError`] where the assumptions of T40 fail.
    pub fn from_network(
        network: &Network,
        sides: &[Interval],
        floats: &Floats,
    ) -> Result<(Self, StepRadii), FloatsError> {
        let arithmetic = Arithmetic::new(floats);
        let format = floats.format;
        let mut made = Self {
            layers: Vec::with_capacity(network.layers().len()),
            terms: Vec::new(),
            outputs: Vec::new(),
            pieces: Vec::new(),
            arithmetic,
        };
        let mut radii = Vec::with_capacity(network.layers().len());
        let mut below = Below::inputs(sides, &arithmetic);
        for (name, value) in network.inputs().iter().zip(&below.values) {
            arithmetic.check(value.range.mag(), format, || format!("input `{name}`"))?;
        }
        for (layer, number) in network.layers().iter().zip(1..) {
            let activation = layer.activation();
            if !is_exact(activation) && floats.activation.ulps < Rational::ratio(1, 2) {
                return Err(FloatsError::TooExact(floats.activation.ulps.to_string()));
            }
            let rank = activation.rows_per_unit();
            let not_a_float = |row: usize, what, value: &Rational| FloatsError::NotAFloat {
                layer: number,
                unit: row / rank + 1,
                what,
                value: value.to_string(),
                format: format.name(),
            };
            if let Activation::LeakyRelu(slope) = activation
                && !format.is_normal(slope)
            {
                return Err(not_a_float(0, "slope", slope));
            }
            let pool: Vec<Option<Dyadic>> = (layer.weights().pool().iter())
                .map(|weight| as_float(weight, format))
                .collect();
            let mut sums = Vec::with_capacity(layer.rows());
            for (row, bias) in layer.bias().iter().enumerate() {
                let bias = as_float(bias, format).ok_or_else(|| not_a_float(row, "bias", bias))?;
                let start = made.terms.len();
                for (column, pooled) in layer.weights().row_indices(row) {
                    let weight = pool[pooled].ok_or_else(|| {
                        not_a_float(row, "weight", &layer.weights().pool()[pooled])
                    })?;
                    let column = u32::try_from(column).map_err(|_| Failure::Inexact)?;
                    if !weight.is_zero() {
                        made.terms.push((column, weight));
                    }
                }
                sums.push(Sum {
                    bias: Interval::point(bias),
                    fixed: Parts::of_bias(bias),
                    start,
                    end: made.terms.len(),
                });
            }
            let mut here = Below::default();
            let mut steps = Vec::new();
            for (unit, chunk) in (1..).zip(sums.chunks(rank)) {
                let place = || format!("unit {unit} of layer {number}");
                let mut rows = Vec::with_capacity(rank);
                for sum in chunk {
                    let (range, parts) = made.total(sum, &below.values);
                    let error = arithmetic.sum_error(&parts, &range);
                    let error = error.ok_or_else(|| FloatsError::TooManyTerms {
                        layer: number,
                        unit,
                        terms: parts.count,
                        format: format.name(),
                    })?;
                    let size = arithmetic.largest_partial(&parts);
                    arithmetic.check(size, format, place)?;
                    rows.push((range, error));
                }
                if let (Activation::Heaviside, [(_, error)]) = (activation, rows.as_slice()) {
                    steps.push(*error);
                }
                let value = arithmetic.unit(activation, &rows)?;
                arithmetic.check(value.range.mag(), format, place)?;
                here.images.push(Image::Unit(here.values.len()));
                here.values.push(value);
            }
            made.layers.push(RoundedLayer {
                activation: activation.clone(),
                sums,
            });
            radii.push(steps);
            below = here;
        }
        // C code of ours may look for the piece of a network in one input.
        let has_pieces = floats.summation == Summation::Emitted
            && network.inputs().len() == 1
            && network.is_piecewise_linear();
        made.pieces = (below.values.iter())
            .map(|value| {
                if has_pieces {
                    arithmetic.pieces(&value.range)
                } else {
                    Dyadic::ZERO
                }
            })
            .collect();
        made.outputs = made.radii(&below);
        Ok((made, radii))
    }

    /// Returns the errors on a smaller box. Units whose range there has a radius of at most
    /// `constant_radius` are taken out for the boxes in it.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn reduced(&self, sides: &[Interval], constant_radius: Dyadic) -> Result<Self, Failure> {
        let mut made = Self {
            layers: Vec::with_capacity(self.layers.len()),
            terms: Vec::with_capacity(self.terms.len()),
            outputs: Vec::new(),
            pieces: self.pieces.clone(),
            arithmetic: self.arithmetic,
        };
        let mut below = Below::inputs(sides, &self.arithmetic);
        for (depth, layer) in self.layers.iter().enumerate() {
            let is_last = depth + 1 == self.layers.len();
            let rank = layer.activation.rows_per_unit();
            let mut sums = Vec::with_capacity(layer.sums.len());
            let mut here = Below::default();
            let mut rows = Vec::with_capacity(rank);
            for unit in layer.sums.chunks(rank) {
                let (kept, start) = (sums.len(), made.terms.len());
                rows.clear();
                for sum in unit {
                    let sum = made.take(self, sum, &below)?;
                    let (range, parts) = made.total(&sum, &below.values);
                    let error = self.arithmetic.sum_error(&parts, &range);
                    rows.push((range, error.ok_or(Failure::Inexact)?));
                    sums.push(sum);
                }
                let value = self.arithmetic.unit(&layer.activation, &rows)?;
                // What is left of its range beside its own error is short.
                let short = constant_radius.add(value.own, Up);
                let is_fixed = value.range.rad() <= short || made.terms.len() == start;
                let is_zero = value.range == Interval::ZERO && value.error.is_zero();
                here.images.push(if is_last || !(is_fixed || is_zero) {
                    here.values.push(value);
                    Image::Unit(here.values.len() - 1)
                } else {
                    made.terms.truncate(start);
                    sums.truncate(kept);
                    if is_zero {
                        Image::Zero
                    } else {
                        Image::Constant(value)
                    }
                });
            }
            made.layers.push(RoundedLayer {
                activation: layer.activation.clone(),
                sums,
            });
            below = here;
        }
        made.outputs = made.radii(&below);
        made.drop_unused();
        Ok(made)
    }

    /// Returns, for each output, a bound of the difference between the float network and the real
    /// one (with the steps as the float network takes them).
    pub fn outputs(&self) -> &[Dyadic] {
        &self.outputs
    }

    /// Returns the largest of these bounds.
    pub fn largest(&self) -> Dyadic {
        let largest = self.outputs.iter().copied().max();
        largest.unwrap_or(Dyadic::ZERO)
    }

    /// Returns its size in bytes, approximately.
    pub fn bytes(&self) -> usize {
        let sums: usize = self.layers.iter().map(|layer| layer.sums.len()).sum();
        size_of::<Self>()
            + self.layers.len() * size_of::<RoundedLayer>()
            + sums * size_of::<Sum>()
            + self.terms.len() * size_of::<(u32, Dyadic)>()
    }

    fn radii(&self, outputs: &Below) -> Vec<Dyadic> {
        let values = outputs.values.iter().zip(&self.pieces);
        values
            .map(|(value, pieces)| value.error.add(*pieces, Up))
            .collect()
    }

    /// Takes over a sum; terms of units that were taken out go to its fixed parts.
    fn take(&mut self, parent: &Self, sum: &Sum, below: &Below) -> Result<Sum, Failure> {
        let start = self.terms.len();
        let (mut bias, mut fixed) = (sum.bias, sum.fixed);
        for &(unit, weight) in &parent.terms[sum.start..sum.end] {
            match below.images[index(unit)] {
                Image::Zero => {}
                Image::Constant(value) => {
                    bias = bias.plus(&value.range.times_point(weight));
                    fixed.add(weight, &value);
                }
                Image::Unit(number) => {
                    let number = u32::try_from(number).map_err(|_| Failure::Inexact)?;
                    self.terms.push((number, weight));
                }
            }
        }
        let end = self.terms.len();
        Ok(Sum {
            bias,
            fixed,
            start,
            end,
        })
    }

    /// Returns the range of a sum of float values or of real values, and the parts of its error.
    fn total(&self, sum: &Sum, below: &[Value]) -> (Interval, Parts) {
        let (mut range, mut parts) = (sum.bias, sum.fixed);
        for &(unit, weight) in &self.terms[sum.start..sum.end] {
            let value = &below[index(unit)];
            if value.range == Interval::ZERO && value.error.is_zero() {
                continue;
            }
            range = range.plus(&value.range.times_point(weight));
            parts.add(weight, value);
        }
        (range, parts)
    }

    /// Leaves out units that no output depends on.
    fn drop_unused(&mut self) {
        let Some(last) = self.layers.len().checked_sub(1) else {
            return;
        };
        let units = |layer: &RoundedLayer| layer.sums.len() / layer.activation.rows_per_unit();
        let mut used: Vec<Vec<bool>> = (self.layers.iter())
            .map(|layer| vec![false; units(layer)])
            .collect();
        used[last].fill(true);
        for depth in (1..=last).rev() {
            let layer = &self.layers[depth];
            let rank = layer.activation.rows_per_unit();
            let (lower, upper) = used.split_at_mut(depth);
            for (at, sum) in layer.sums.iter().enumerate() {
                if upper[0][at / rank] {
                    for &(unit, _) in &self.terms[sum.start..sum.end] {
                        lower[depth - 1][index(unit)] = true;
                    }
                }
            }
        }
        let mut terms = Vec::new();
        let mut numbers: Option<Vec<u32>> = None;
        for (layer, used) in self.layers.iter_mut().zip(&used) {
            let rank = layer.activation.rows_per_unit();
            let mut kept = Vec::with_capacity(layer.sums.len());
            for (at, sum) in layer.sums.iter().enumerate() {
                if !used[at / rank] {
                    continue;
                }
                let start = terms.len();
                let old = &self.terms[sum.start..sum.end];
                terms.extend(old.iter().map(|&(unit, weight)| {
                    let unit = numbers
                        .as_ref()
                        .map_or(unit, |numbers| numbers[index(unit)]);
                    (unit, weight)
                }));
                kept.push(Sum {
                    start,
                    end: terms.len(),
                    ..*sum
                });
            }
            layer.sums = kept;
            let mut next = 0;
            numbers = Some(
                used.iter()
                    .map(|is_used| {
                        let number = next;
                        next += u32::from(*is_used);
                        number
                    })
                    .collect(),
            );
        }
        self.terms = terms;
    }
}

impl Below {
    fn inputs(sides: &[Interval], arithmetic: &Arithmetic) -> Self {
        Self {
            images: (0..sides.len()).map(Image::Unit).collect(),
            values: sides.iter().map(|side| arithmetic.input(side)).collect(),
        }
    }
}

/// Returns a float as a dyadic number, if it is 0 or normal.
fn as_float(value: &Rational, format: FloatFormat) -> Option<Dyadic> {
    format
        .is_normal(value)
        .then(|| Dyadic::from_rational(value, Down))
}

fn index(unit: u32) -> usize {
    usize::try_from(unit).expect("usize holds 32 bits")
}
