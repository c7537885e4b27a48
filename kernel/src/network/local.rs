//! A network on a box, with units replaced by constant intervals (T28).
//!
//! On a box most units of a large network are nearly constant. A unit whose value lies in a short
//! interval `[a, b]`, or is decided, is removed; `w · [a, b]` is added to the bias of each sum that
//! uses it with weight `w`. At every point of the box, some numbers in these *interval biases* give
//! the values of the original network. So whatever encloses all of them encloses the network.
//!
//! Units of a layer with the same weights and nearly the same bias are merged: the second equals
//! the first up to `Lip · |bias - bias|`, and this error is added to the biases above, too. The
//! weights of both are added, and may cancel.
//!
//! A network on a box says nothing about slopes: the numbers in the intervals change from point to
//! point.

use std::collections::HashMap;

use super::activation::Activation;
use super::model::Network;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Enclosure, Failure, Interval, LinearForm, Rational};

/// A step is decided by exact fractions where rounding could leave it undecided: where its sum
/// comes this close to 0, relative to its size, in bits.
const CLOSE: i64 = 40;

/// Units are merged if they differ by at most `2^ALIKE` times the constant radius.
const ALIKE: i64 = 8;

/// A sum `bias + weights · values`, for some number in the interval `bias`.
#[derive(Clone, Copy, Debug)]
struct Sum {
    bias: Interval,
    /// Where its terms are in [`Local::terms`].
    start: usize,
    end: usize,
    /// The row of its layer.
    row: usize,
}

/// The units of a layer that are not constant on the box.
#[derive(Clone, Debug)]
struct LocalLayer {
    activation: Activation,
    /// One sum after another; a maxout unit has as many as its rank.
    sums: Vec<Sum>,
}

/// A network on a box.
#[derive(Clone, Debug)]
pub struct Local {
    layers: Vec<LocalLayer>,
    /// Rounded weights, with the index of the unit in the layer below.
    terms: Vec<(u32, Dyadic)>,
    output_ranges: Vec<Interval>,
}

/// A view of a sum.
#[derive(Clone, Copy, Debug)]
pub struct LocalSum<'a> {
    /// The interval of the bias.
    pub bias: Interval,
    /// Units of the layer below (or inputs) and their weights, in order.
    pub terms: &'a [(u32, Dyadic)],
}

/// What a unit of the parent network has become on the box.
enum Image {
    /// A number in this interval.
    Constant(Interval),
    /// The unit of this index, up to an error.
    Unit(usize, Dyadic),
}

/// The layer below, on the box.
#[derive(Default)]
struct Below {
    images: Vec<Image>,
    /// The ranges of the units that are kept.
    ranges: Vec<Interval>,
    /// Have units been merged?
    is_merged: bool,
}

/// The sums of a layer by their weights: the indices of their units, and the biases.
type Alike = HashMap<Vec<(u32, Dyadic)>, Vec<(usize, Interval)>>;

impl Local {
    /// Returns the network on a box with these sides. Weights are rounded to 63 bits; the rounding
    /// errors are in the biases.
    ///
    /// - Errors: [`Failure`] where a unit has no value or no bound.
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

    /// Returns the network on a smaller box. Units whose range there has a radius of at most
    /// `constant_radius` become constant, and so do units that depend on no input any more. `sides`
    /// are the exact sides, which decide steps that jump at a fraction.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
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
        let mut below = Below {
            images: (0..intervals.len())
                .map(|i| Image::Unit(i, Dyadic::ZERO))
                .collect(),
            ranges: intervals.to_vec(),
            is_merged: false,
        };
        for (depth, layer) in self.layers.iter().enumerate() {
            let is_last = depth + 1 == self.layers.len();
            let rank = layer.activation.rows_per_unit();
            let mut sums = Vec::new();
            let mut here = Below::default();
            let mut alike = Alike::new();
            let mut rows = Vec::with_capacity(rank);
            for unit in layer.sums.chunks(rank) {
                let (kept, start) = (sums.len(), local.terms.len());
                rows.clear();
                for sum in unit {
                    let (sum, range) = local.take(self, sum, &below)?;
                    sums.push(sum);
                    rows.push(range);
                }
                let step = match (&layer.activation, unit) {
                    (Activation::Heaviside, [sum]) => step(network, depth, sum, rows[0], sides),
                    _ => None,
                };
                let value = match step {
                    Some(value) => value,
                    None => layer.activation.combine(&(), &rows)?,
                };
                let is_constant =
                    step.is_some() || value.rad() <= constant_radius || local.terms.len() == start;
                let image = if is_last {
                    None
                } else if is_constant {
                    Some(Image::Constant(value))
                } else if let (true, [.., sum]) = (depth > 0 && rank == 1, sums.as_slice()) {
                    let most = constant_radius.scale(ALIKE, Down);
                    let terms = local.terms[start..].to_vec();
                    let known = alike.entry(terms).or_default();
                    let image = same_unit(known, sum.bias, lipschitz(&layer.activation), most);
                    if image.is_none() {
                        known.push((here.ranges.len(), sum.bias));
                    }
                    here.is_merged |= image.is_some();
                    image
                } else {
                    None
                };
                here.images.push(if let Some(image) = image {
                    local.terms.truncate(start);
                    sums.truncate(kept);
                    image
                } else {
                    here.ranges.push(value);
                    Image::Unit(here.ranges.len() - 1, Dyadic::ZERO)
                });
            }
            local.layers.push(LocalLayer {
                activation: layer.activation.clone(),
                sums,
            });
            below = here;
        }
        local.output_ranges = below.ranges;
        Ok(local)
    }

    /// Encloses the outputs at almost every point of a smaller box.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn on(
        &self,
        network: &Network,
        intervals: &[Interval],
        sides: &[(Rational, Rational)],
    ) -> Result<Vec<Interval>, Failure> {
        let local = self.reduced(network, intervals, sides, Dyadic::ZERO)?;
        Ok(local.output_ranges)
    }

    /// Takes over a sum of the parent network; returns its range, too.
    fn take(
        &mut self,
        parent: &Self,
        sum: &Sum,
        below: &Below,
    ) -> Result<(Sum, Interval), Failure> {
        let start = self.terms.len();
        let mut bias = sum.bias;
        for &(unit, weight) in &parent.terms[sum.start..sum.end] {
            match &below.images[index(unit)] {
                Image::Constant(value) => bias = bias.plus(&value.times_point(weight)),
                Image::Unit(number, error) => {
                    bias = bias.widened(error.mul(weight.abs(), Up));
                    let number = u32::try_from(*number).map_err(|_| Failure::Inexact)?;
                    self.terms.push((number, weight));
                }
            }
        }
        if below.is_merged {
            self.add_up(start, below, &mut bias);
        }
        let end = self.terms.len();
        let range = self.terms[start..]
            .iter()
            .fold(bias, |total, (unit, weight)| {
                total.plus(&below.ranges[index(*unit)].times_point(*weight))
            });
        let sum = Sum {
            bias,
            start,
            end,
            ..*sum
        };
        Ok((sum, range))
    }

    /// Adds up the weights of equal units, starting at a term; rounding errors go to the bias.
    fn add_up(&mut self, start: usize, below: &Below, bias: &mut Interval) {
        let mut own = self.terms.split_off(start);
        own.sort_by_key(|(unit, _)| *unit);
        for (unit, weight) in own {
            match self.terms[start..].last_mut() {
                Some((last, total)) if *last == unit => {
                    let sum = total.add(weight, Down);
                    let error = total.add(weight, Up).sub(sum, Up);
                    let most = below.ranges[index(unit)].mag();
                    *bias = bias.widened(error.mul(most, Up));
                    *total = sum;
                }
                _ => self.terms.push((unit, weight)),
            }
        }
        // A weight may have cancelled.
        let mut end = start;
        for at in start..self.terms.len() {
            if !self.terms[at].1.is_zero() {
                self.terms.swap(end, at);
                end += 1;
            }
        }
        self.terms.truncate(end);
    }

    /// Returns the ranges of the outputs on the box.
    pub fn output_ranges(&self) -> &[Interval] {
        &self.output_ranges
    }

    /// Encloses the outputs over the box, or a part of it, as linear forms.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
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

    /// Returns the values of the units of a layer from those of the layer below.
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
                total.tightened()
            }));
            layer.activation.combine(&(), &rows)
        });
        units.collect()
    }

    /// Returns the number of layers.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Returns the sum of a layer that has exactly one, with its activation.
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

    /// Returns its size in bytes, approximately.
    pub fn bytes(&self) -> usize {
        let sums: usize = self.layers.iter().map(|layer| layer.sums.len()).sum();
        size_of::<Self>()
            + self.layers.len() * size_of::<LocalLayer>()
            + sums * size_of::<Sum>()
            + self.terms.len() * size_of::<(u32, Dyadic)>()
    }
}

/// Returns the Lipschitz constant of a unit; `None` for those that are never merged. A step has
/// none.
fn lipschitz(activation: &Activation) -> Option<Dyadic> {
    match activation {
        Activation::Sigmoid => Some(Dyadic::HALF.scale(-1, Up)),
        Activation::Tanh | Activation::Relu | Activation::HardTanh => Some(Dyadic::ONE),
        Activation::Heaviside => Some(Dyadic::INFINITY),
        _ => None,
    }
}

/// Returns the first unit with the same weights that differs by at most `most`.
fn same_unit(
    known: &[(usize, Interval)],
    bias: Interval,
    lipschitz: Option<Dyadic>,
    most: Dyadic,
) -> Option<Image> {
    let lipschitz = lipschitz?;
    known.iter().find_map(|(number, other)| {
        let apart = bias.minus(other).mag();
        let error = if apart.is_zero() {
            Dyadic::ZERO
        } else {
            apart.mul(lipschitz, Up)
        };
        (error <= most).then_some(Image::Unit(*number, error))
    })
}

/// Returns the value of a step at almost every point of a box, if it is constant there.
///
/// | its sum on the box | the step |
/// |---|---|
/// | everywhere at least 0 | 1 |
/// | everywhere below 0 | 0 |
/// | at most 0, and one affine function of the inputs that is not constant: 0 on a set of measure zero | 0 |
///
/// The last rule needs an affine function: `H(-relu(x))` is 1 on half of `[-1, 1]`. So it is used
/// in the first layer only, with exact fractions: the sum attains its extremes at corners of the
/// box.
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

/// Rounds a weight; returns the rounded value and a bound of the rounding error.
fn rounded(weight: &Rational) -> (Dyadic, Dyadic) {
    let value = Dyadic::from_rational(weight, Down);
    let error = Dyadic::from_rational(weight, Up).sub(value, Up);
    (value, error)
}

fn index(unit: u32) -> usize {
    usize::try_from(unit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Domain;
    use crate::network::Activation::{Heaviside, Identity, Relu, Sigmoid, Tanh};
    use crate::network::{Layer, Matrix, forward};
    use crate::numbers::literal;

    fn number(text: &str) -> Rational {
        literal::parse(text).expect("a number")
    }

    fn layer(activation: Activation, rows: &[(&[&str], &str)]) -> Layer {
        let weights = rows
            .iter()
            .map(|(row, _)| row.iter().map(|text| number(text)).collect());
        let bias = rows.iter().map(|(_, bias)| number(bias)).collect();
        let weights = Matrix::from_dense(weights.collect()).expect("rectangular");
        Layer::new(weights, bias, activation).expect("fits")
    }

    fn network(inputs: &[&str], layers: Vec<Layer>) -> Network {
        let inputs = inputs.iter().map(ToString::to_string).collect();
        Network::new(inputs, vec!["z".into()], layers).expect("fits")
    }

    fn cell(domain: &str) -> Vec<(Rational, Rational)> {
        Domain::parse(domain).expect("a domain").sides().to_vec()
    }

    fn on_box(network: &Network, sides: &[(Rational, Rational)], radius: Dyadic) -> Local {
        let intervals = sides
            .iter()
            .map(|(low, high)| Interval::from_rationals(low, high));
        let intervals: Vec<Interval> = intervals.collect();
        Local::from_network(network, &intervals)
            .and_then(|local| local.reduced(network, &intervals, sides, radius))
            .expect("a value")
    }

    /// Every rule for steps that a set of measure zero, or an interval bias, could break.
    #[test]
    fn steps_are_decided_as_they_should_be() {
        let ranges = |net: &Network, domain: &str| {
            let local = on_box(net, &cell(domain), Dyadic::ZERO);
            local.output_ranges().to_vec()
        };
        let pass = || layer(Identity, &[(&["1"], "0")]);
        // H(-relu(x)) is 1 left of 0, though its sum is at most 0 everywhere.
        let net = network(
            &["x"],
            vec![
                layer(Relu, &[(&["1"], "0")]),
                layer(Heaviside, &[(&["-1"], "0")]),
                pass(),
            ],
        );
        assert_eq!(ranges(&net, "x=-1..1"), [Interval::UNIT]);
        assert_eq!(ranges(&net, "x=-1..0"), [Interval::ONE]);
        // The same, whatever another unit of the first layer is.
        let net = network(
            &["x"],
            vec![
                layer(Relu, &[(&["1"], "-1"), (&["1"], "0")]),
                layer(Heaviside, &[(&["0", "-1"], "0")]),
                pass(),
            ],
        );
        assert_eq!(ranges(&net, "x=-1..1"), [Interval::UNIT]);
        // H(x) is 0 almost everywhere left of 0, H(-x) right of it; H(0 x) is 1.
        let step = |weight: &str, bias: &str| {
            network(&["x"], vec![layer(Heaviside, &[(&[weight], bias)]), pass()])
        };
        assert_eq!(ranges(&step("1", "0"), "x=-1..0"), [Interval::ZERO]);
        assert_eq!(ranges(&step("1", "0"), "x=0..1"), [Interval::ONE]);
        assert_eq!(ranges(&step("-1", "0"), "x=0..1"), [Interval::ZERO]);
        assert_eq!(ranges(&step("1", "0"), "x=-1..1"), [Interval::UNIT]);
        assert_eq!(ranges(&step("0", "0"), "x=-1..1"), [Interval::ONE]);
        // Boxes that end at a jump whose place is not dyadic.
        assert_eq!(ranges(&step("1", "-1/3"), "x=1/3..1"), [Interval::ONE]);
        assert_eq!(ranges(&step("1", "-1/3"), "x=0..1/3"), [Interval::ZERO]);
        assert_eq!(ranges(&step("1/7", "-1/21"), "x=1/3..1"), [Interval::ONE]);
        assert_eq!(
            ranges(&step("1/7", "-1/21"), "x=0..33/100"),
            [Interval::ZERO]
        );
        // H(H(x) + H(y) - 2) is 1 on a whole quadrant, where its sum is 0.
        let corner = network(
            &["x", "y"],
            vec![
                layer(Heaviside, &[(&["1", "0"], "0"), (&["0", "1"], "0")]),
                layer(Heaviside, &[(&["1", "1"], "-2")]),
                pass(),
            ],
        );
        assert_eq!(ranges(&corner, "x=0..1,y=0..1"), [Interval::ONE]);
        assert_eq!(ranges(&corner, "x=-1..0,y=0..1"), [Interval::ZERO]);
        assert_eq!(ranges(&corner, "x=-1..1,y=0..1"), [Interval::UNIT]);
    }

    /// Steps at different places with the same weights are different.
    #[test]
    fn steps_at_different_places_do_not_cancel() {
        let net = network(
            &["x"],
            vec![
                layer(Sigmoid, &[(&["4"], "0")]),
                layer(Heaviside, &[(&["1"], "-1/3"), (&["1"], "-2/3")]),
                layer(Identity, &[(&["1", "-1"], "0")]),
            ],
        );
        let local = on_box(&net, &cell("x=-1..1"), Dyadic::ONE.scale(-3, Down));
        assert!(local.output_ranges()[0].contains_rational(&Rational::ONE));
    }

    /// Two towers of opposite huge weights differ slightly, and must not be treated as equal.
    #[test]
    fn units_that_are_nearly_equal_do_not_cancel() {
        for activation in [Sigmoid, Tanh] {
            let net = network(
                &["x"],
                vec![
                    layer(activation.clone(), &[(&["1"], "0"), (&["2"], "1")]),
                    layer(
                        activation,
                        &[(&["3", "1"], "-2"), (&["3", "1"], "-200000001/100000000")],
                    ),
                    layer(Identity, &[(&["1000000000", "-1000000000"], "0")]),
                ],
            );
            let sides = cell("x=-1..1");
            for power in [-60, -40, -20, -4] {
                let local = on_box(&net, &sides, Dyadic::power_of_two(power));
                for point in ["-1", "-1/3", "0", "1/7", "1"] {
                    let at = Interval::from_rational(&number(point));
                    let truth = forward(&net, &(), &[at]).expect("a value")[0];
                    let range = local.output_ranges()[0];
                    let meets = range.intersection(&truth).is_some();
                    assert!(meets, "2^{power} at {point}: {truth:?} is not in {range:?}");
                }
            }
        }
    }
}
