//! The smaller network that encloses this one on a box.
//!
//! On a box most units of a large network say little: a saturated sigmoid is a constant up to a
//! tiny amount, a decided ReLU is zero or a line, and units that became equal can be one unit.
//! [`Specialised`] is a network in the form that makes this cheap: a list of steps, sigmoids,
//! tanhs and ReLUs in order, each applied to an affine sum of the *inputs and earlier units*, so
//! that a decided unit disappears by substitution. Leaky ReLU, hard tanh and maxout are sums of
//! ReLUs:
//!
//! ```text
//! leaky(z) = s z + (1 - s) relu(z)      hardtanh(z) = relu(z + 1) - relu(z - 1) - 1
//! max(a, b) = a + relu(b - a)
//! ```
//!
//! What is exact and what is not (T02). The sums of a `Specialised` have point coefficients, so
//! the units it lists are *exact functions* of the inputs, the *stated* units. Everything that was
//! rounded or folded away is a distance between a true unit and its stated one, and is carried
//! along as a radius:
//!
//! - a Lipschitz unit whose true sum differs from the stated one by at most `r` differs from the
//!   stated unit by at most `Lip · r`; that amount is its *slack*, and a sum that uses the unit
//!   with coefficient `c` grows its radius by `|c| · slack`. Merging two units adds both slacks
//!   times the *absolute values* of both coefficients, even where the coefficients cancel: units
//!   that agree only up to their slack are never treated as equal;
//! - a step cannot pass its uncertainty on, so it keeps a radius of its own, is undecided while
//!   its sum with the radius touches zero, and is merged only where the radius is zero;
//! - a coefficient rounded by `d` grows the radius by `d · sup |unit|`.
//!
//! A step whose sum is one non-constant affine function of the inputs, without radius, and at most
//! 0 on the box is taken as 0: it is 1 only on a set of measure zero there.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::HashMap;

use super::activation::Activation;
use super::model::Network;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::slope::lipschitz;
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Rational};

/// An affine sum of inputs and units, `bias + sum coefficient · variable`, up to `radius`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sum {
    bias: Dyadic,
    radius: Dyadic,
    /// Where its terms are in [`Specialised::terms`]; sorted by variable, no zero coefficients.
    start: usize,
    end: usize,
}

/// A unit: `function` of a sum. `function` is one of heaviside, sigmoid, tanh, relu.
#[derive(Clone, Debug)]
struct Unit {
    function: Function,
    sum: Sum,
}

/// A network on a box, reduced to what is alive there.
///
/// Variables `0..inputs` are the inputs, variable `inputs + k` is unit `k`; a unit uses only
/// variables before it.
#[derive(Clone, Debug)]
pub struct Specialised {
    inputs: usize,
    units: Vec<Unit>,
    outputs: Vec<Sum>,
    terms: Vec<(u32, Dyadic)>,
}

/// A unit of the network that is being reduced, as seen by those that use it.
#[derive(Clone)]
struct Image {
    /// What it is in the reduced network: a sum of variables there.
    sum: Stated,
    /// How far the true value may be from `sum`.
    slack: Dyadic,
    /// Where the stated value lies.
    range: Interval,
}

/// The stated value of a unit.
#[derive(Clone)]
enum Stated {
    Constant(Dyadic),
    Variable(u32),
    /// Terms are in [`Builder::side_terms`].
    Affine {
        bias: Dyadic,
        start: usize,
        end: usize,
    },
}

/// One alive unit, for those who look at the network itself.
#[derive(Clone, Copy, Debug)]
pub struct UnitView<'a> {
    /// heaviside, sigmoid, tanh or relu.
    pub function: Function,
    /// The sum it is applied to.
    pub sum: SumView<'a>,
}

/// An affine sum of variables: inputs first, then units in order.
#[derive(Clone, Copy, Debug)]
pub struct SumView<'a> {
    /// The constant.
    pub bias: Dyadic,
    /// How far the true sum may be from the stated one.
    pub radius: Dyadic,
    /// Variables and their coefficients, sorted, none zero.
    pub terms: &'a [(u32, Dyadic)],
}

impl Specialised {
    /// Returns the network on `domain` (one interval per input), with every weight rounded to 63
    /// bits and the rounding accounted for.
    ///
    /// # Errors
    /// [`Failure::Inexact`] when a weight is so large that it has no bound.
    pub fn from_network(network: &Network, domain: &[Interval]) -> Result<Self, Failure> {
        let mut builder = Builder::<Interval>::new(domain, Dyadic::ZERO);
        let mut below: Vec<Image> = (0..domain.len()).map(|i| builder.input(i)).collect();
        for layer in network.layers() {
            let rounded: Vec<Rounded> = layer.weights().pool().iter().map(Rounded::new).collect();
            let mut images = Vec::with_capacity(layer.units());
            let rank = layer.activation().rows_per_unit();
            for unit in 0..layer.units() {
                let mut pieces = Vec::with_capacity(rank);
                for row in unit * rank..(unit + 1) * rank {
                    builder.add_constant(&layer.bias()[row]);
                    for (column, pooled) in layer.weights().row_indices(row) {
                        let weight = rounded[pooled];
                        builder.add(weight.value, weight.error, &below[column]);
                    }
                    pieces.push(builder.take());
                }
                images.push(builder.activate(layer.activation(), &pieces)?);
            }
            below = images;
        }
        for output in &below {
            builder.add(Dyadic::ONE, Dyadic::ZERO, output);
            builder.finish_output();
        }
        Ok(builder.into_network())
    }

    /// Returns the network on a smaller box: units whose range there has a radius of at most
    /// `fold` become constants, decided ones lines or constants, equal ones one. Any `fold >= 0` is
    /// sound; a large one makes the result smaller and less sharp.
    ///
    /// `inputs` holds the inputs over the box, in the arithmetic that ranges are computed with.
    pub fn specialise<E: Enclosure>(&self, inputs: &[E], fold: Dyadic) -> Result<Self, Failure> {
        let mut builder = Builder::<E>::from_inputs(inputs, fold);
        let mut images: Vec<Image> = (0..self.inputs).map(|i| builder.input(i)).collect();
        images.reserve(self.units.len());
        for unit in &self.units {
            self.load(&mut builder, &unit.sum, &images);
            let sum = builder.take();
            images.push(builder.apply(unit.function, &sum)?);
        }
        for output in &self.outputs {
            self.load(&mut builder, output, &images);
            builder.finish_output();
        }
        Ok(builder.into_network())
    }

    fn load<E: Enclosure>(&self, builder: &mut Builder<E>, sum: &Sum, images: &[Image]) {
        builder.bias = sum.bias;
        builder.radius = sum.radius;
        for &(variable, coefficient) in &self.terms[sum.start..sum.end] {
            builder.add(coefficient, Dyadic::ZERO, &images[index(variable)]);
        }
    }

    /// Evaluates the stated outputs; each true output is within [`Specialised::output`]'s radius
    /// of it.
    pub fn evaluate<E: Enclosure>(&self, inputs: &[E]) -> Result<Vec<E>, Failure> {
        let mut values: Vec<E> = Vec::with_capacity(self.inputs + self.units.len());
        values.extend_from_slice(inputs);
        for unit in &self.units {
            let sum = self.total(&unit.sum, &values).widened(unit.sum.radius);
            values.push(sum.apply(unit.function)?);
        }
        Ok(self
            .outputs
            .iter()
            .map(|output| self.total(output, &values))
            .collect())
    }

    /// Evaluates the true outputs: the stated ones, widened by their radius.
    pub fn enclose<E: Enclosure>(&self, inputs: &[E]) -> Result<Vec<E>, Failure> {
        let stated = self.evaluate(inputs)?;
        Ok(stated
            .into_iter()
            .zip(&self.outputs)
            .map(|(value, sum)| value.widened(sum.radius))
            .collect())
    }

    fn total<E: Enclosure>(&self, sum: &Sum, values: &[E]) -> E {
        total(sum.bias, &self.terms[sum.start..sum.end], values)
    }

    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many units are alive.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Looks at alive unit number `k`, which is variable `inputs + k`.
    pub fn unit(&self, k: usize) -> UnitView<'_> {
        UnitView {
            function: self.units[k].function,
            sum: self.view(&self.units[k].sum),
        }
    }

    /// Looks at output number `k`.
    pub fn output(&self, k: usize) -> SumView<'_> {
        self.view(&self.outputs[k])
    }

    fn view(&self, sum: &Sum) -> SumView<'_> {
        SumView {
            bias: sum.bias,
            radius: sum.radius,
            terms: &self.terms[sum.start..sum.end],
        }
    }
}

fn index(variable: u32) -> usize {
    usize::try_from(variable).expect("usize holds 32 bits")
}

fn number(variable: usize) -> u32 {
    u32::try_from(variable).expect("fewer than 2^32 units fit in memory")
}

/// `bias + sum coefficient · value`.
fn total<E: Enclosure>(bias: Dyadic, terms: &[(u32, Dyadic)], values: &[E]) -> E {
    let mut sum = E::from_range(Interval::point(bias));
    for &(variable, coefficient) in terms {
        sum.accumulate(coefficient, &values[index(variable)]);
    }
    sum.settled()
}

/// A weight rounded to 63 bits, and by how much at most.
#[derive(Clone, Copy)]
struct Rounded {
    value: Dyadic,
    error: Dyadic,
}

impl Rounded {
    fn new(weight: &Rational) -> Self {
        let enclosure = Interval::from_rational(weight);
        Self {
            value: enclosure.inf(),
            error: enclosure.wid(),
        }
    }
}

/// Returns a sum rounded down and by how much at most it was rounded.
fn add_tracked(a: Dyadic, b: Dyadic) -> (Dyadic, Dyadic) {
    let low = a.add(b, Down);
    let high = a.add(b, Up);
    (
        low,
        if low == high {
            Dyadic::ZERO
        } else {
            high.sub(low, Up)
        },
    )
}

/// Returns a product rounded down and by how much at most it was rounded.
fn mul_tracked(a: Dyadic, b: Dyadic) -> (Dyadic, Dyadic) {
    let low = a.mul(b, Down);
    let high = a.mul(b, Up);
    (
        low,
        if low == high {
            Dyadic::ZERO
        } else {
            high.sub(low, Up)
        },
    )
}

/// A sum that was taken out of the builder.
struct Loose {
    bias: Dyadic,
    radius: Dyadic,
    terms: Vec<(u32, Dyadic)>,
}

/// A reduced network under construction, and the sum being collected.
struct Builder<E> {
    fold: Dyadic,
    inputs: usize,
    /// The value of every variable of the reduced network over the box, and its range.
    values: Vec<E>,
    units: Vec<Unit>,
    outputs: Vec<Sum>,
    terms: Vec<(u32, Dyadic)>,
    side_terms: Vec<(u32, Dyadic)>,
    /// Units by a hash of function, bias and terms: candidates for merging.
    known: HashMap<u64, u32>,
    // The sum being collected: dense coefficients, the variables touched, bias and radius.
    dense: Vec<Dyadic>,
    touched: Vec<u32>,
    bias: Dyadic,
    radius: Dyadic,
}

impl<E: Enclosure> Builder<E> {
    fn new(domain: &[Interval], fold: Dyadic) -> Self {
        let inputs: Vec<E> = domain
            .iter()
            .enumerate()
            .map(|(i, side)| E::variable(i, side))
            .collect();
        Self::from_inputs(&inputs, fold)
    }

    fn from_inputs(inputs: &[E], fold: Dyadic) -> Self {
        Self {
            fold,
            inputs: inputs.len(),
            values: inputs.to_vec(),
            units: Vec::new(),
            outputs: Vec::new(),
            terms: Vec::new(),
            side_terms: Vec::new(),
            known: HashMap::new(),
            dense: vec![Dyadic::ZERO; inputs.len()],
            touched: Vec::new(),
            bias: Dyadic::ZERO,
            radius: Dyadic::ZERO,
        }
    }

    fn input(&self, i: usize) -> Image {
        Image {
            sum: Stated::Variable(number(i)),
            slack: Dyadic::ZERO,
            range: self.values[i].range(),
        }
    }

    /// Adds `coefficient · image` to the sum being collected, where the coefficient itself may be
    /// off by `error`.
    fn add(&mut self, coefficient: Dyadic, error: Dyadic, image: &Image) {
        let mut radius = coefficient.abs().mul(image.slack, Up);
        if !error.is_zero() {
            let size = image.range.mag().add(image.slack, Up);
            radius = radius.add(error.mul(size, Up), Up);
        }
        match image.sum {
            Stated::Constant(value) => {
                let (product, rounding) = mul_tracked(coefficient, value);
                radius = radius.add(rounding, Up);
                self.radius = self.radius.add(radius, Up);
                self.add_bias(product);
            }
            Stated::Variable(variable) => {
                self.radius = self.radius.add(radius, Up);
                self.add_term(variable, coefficient);
            }
            Stated::Affine { bias, start, end } => {
                let (product, rounding) = mul_tracked(coefficient, bias);
                radius = radius.add(rounding, Up);
                self.add_bias(product);
                for at in start..end {
                    let (variable, inner) = self.side_terms[at];
                    let (product, rounding) = mul_tracked(coefficient, inner);
                    if !rounding.is_zero() {
                        let size = self.values[index(variable)].range().mag();
                        radius = radius.add(rounding.mul(size, Up), Up);
                    }
                    self.add_term(variable, product);
                }
                self.radius = self.radius.add(radius, Up);
            }
        }
    }

    fn add_constant(&mut self, value: &Rational) {
        let rounded = Rounded::new(value);
        self.add_bias(rounded.value);
        self.radius = self.radius.add(rounded.error, Up);
    }

    fn add_bias(&mut self, value: Dyadic) {
        let (sum, rounding) = add_tracked(self.bias, value);
        self.bias = sum;
        self.radius = self.radius.add(rounding, Up);
    }

    fn add_term(&mut self, variable: u32, coefficient: Dyadic) {
        let slot = &mut self.dense[index(variable)];
        if slot.is_zero() {
            // A coefficient that cancelled to zero may be listed twice; `drain` copes.
            self.touched.push(variable);
            *slot = coefficient;
            return;
        }
        let (sum, rounding) = add_tracked(*slot, coefficient);
        *slot = sum;
        if !rounding.is_zero() {
            let size = self.values[index(variable)].range().mag();
            self.radius = self.radius.add(rounding.mul(size, Up), Up);
        }
    }

    /// Moves the terms collected to the end of `into`, sorted, and clears the sum.
    fn drain(&mut self, into: &mut Vec<(u32, Dyadic)>) -> (Dyadic, Dyadic) {
        self.touched.sort_unstable();
        for variable in self.touched.drain(..) {
            let coefficient = std::mem::replace(&mut self.dense[index(variable)], Dyadic::ZERO);
            if !coefficient.is_zero() {
                into.push((variable, coefficient));
            }
        }
        (
            std::mem::replace(&mut self.bias, Dyadic::ZERO),
            std::mem::replace(&mut self.radius, Dyadic::ZERO),
        )
    }

    fn take(&mut self) -> Loose {
        let mut terms = Vec::with_capacity(self.touched.len());
        let (bias, radius) = self.drain(&mut terms);
        Loose {
            bias,
            radius,
            terms,
        }
    }

    fn finish_output(&mut self) {
        let mut terms = std::mem::take(&mut self.terms);
        let start = terms.len();
        let (bias, radius) = self.drain(&mut terms);
        self.outputs.push(Sum {
            bias,
            radius,
            start,
            end: terms.len(),
        });
        self.terms = terms;
    }

    /// Returns the sum itself as an image.
    fn line(&mut self, sum: &Loose) -> Image {
        let range = total(sum.bias, &sum.terms, &self.values).range();
        let stated = match sum.terms.as_slice() {
            [] => Stated::Constant(sum.bias),
            [(variable, one)] if *one == Dyadic::ONE && sum.bias.is_zero() => {
                Stated::Variable(*variable)
            }
            terms => {
                let start = self.side_terms.len();
                self.side_terms.extend_from_slice(terms);
                Stated::Affine {
                    bias: sum.bias,
                    start,
                    end: self.side_terms.len(),
                }
            }
        };
        Image {
            sum: stated,
            slack: sum.radius,
            range,
        }
    }

    /// Applies an activation of a layer to the sum (maxout: sums) of a unit.
    fn activate(&mut self, activation: &Activation, pieces: &[Loose]) -> Result<Image, Failure> {
        let z = &pieces[0];
        match activation {
            Activation::Identity => Ok(self.line(z)),
            Activation::Heaviside => self.apply(Function::Heaviside, z),
            Activation::Sigmoid => self.apply(Function::Sigmoid, z),
            Activation::Tanh => self.apply(Function::Tanh, z),
            Activation::Relu => self.apply(Function::Relu, z),
            Activation::LeakyRelu(slope) => {
                let line = self.line(z);
                let relu = self.apply(Function::Relu, z)?;
                let outer = Rounded::new(slope);
                let inner = Rounded::new(&(&Rational::ONE - slope));
                self.add(outer.value, outer.error, &line);
                self.add(inner.value, inner.error, &relu);
                Ok(self.take_line())
            }
            Activation::HardTanh => {
                let line = self.line(z);
                self.add(Dyadic::ONE, Dyadic::ZERO, &line);
                self.add_bias(Dyadic::ONE);
                let above = self.take();
                self.add(Dyadic::ONE, Dyadic::ZERO, &line);
                self.add_bias(-Dyadic::ONE);
                let below = self.take();
                let rise = self.apply(Function::Relu, &above)?;
                let stop = self.apply(Function::Relu, &below)?;
                self.add(Dyadic::ONE, Dyadic::ZERO, &rise);
                self.add(-Dyadic::ONE, Dyadic::ZERO, &stop);
                self.add_bias(-Dyadic::ONE);
                Ok(self.take_line())
            }
            Activation::Maxout(_) => {
                let mut largest = self.line(z);
                for piece in &pieces[1..] {
                    let next = self.line(piece);
                    self.add(Dyadic::ONE, Dyadic::ZERO, &next);
                    self.add(-Dyadic::ONE, Dyadic::ZERO, &largest);
                    let excess = self.take();
                    let gain = self.apply(Function::Relu, &excess)?;
                    self.add(Dyadic::ONE, Dyadic::ZERO, &largest);
                    self.add(Dyadic::ONE, Dyadic::ZERO, &gain);
                    largest = self.take_line();
                }
                Ok(largest)
            }
        }
    }

    fn take_line(&mut self) -> Image {
        let sum = self.take();
        self.line(&sum)
    }

    /// Applies one of the four functions to a sum: folds it, passes it through, merges it with a
    /// unit that is there, or adds a unit.
    fn apply(&mut self, function: Function, sum: &Loose) -> Result<Image, Failure> {
        let stated = total(sum.bias, &sum.terms, &self.values);
        let constant = |value: Dyadic, slack: Dyadic| Image {
            sum: Stated::Constant(value),
            slack,
            range: Interval::point(value),
        };
        if function == Function::Heaviside {
            let range = stated.range().widened(sum.radius);
            if !range.inf().is_negative() {
                return Ok(constant(Dyadic::ONE, Dyadic::ZERO));
            }
            let is_affine = sum.radius.is_zero()
                && !sum.terms.is_empty()
                && sum.terms.iter().all(|(v, _)| index(*v) < self.inputs);
            if range.sup().is_negative() || (range.sup().is_zero() && is_affine) {
                return Ok(constant(Dyadic::ZERO, Dyadic::ZERO));
            }
            let variable = self.unit(function, sum, stated.widened(sum.radius))?;
            return Ok(Image {
                sum: Stated::Variable(variable),
                slack: Dyadic::ZERO,
                range: Interval::UNIT,
            });
        }
        let steepest = lipschitz(function).ok_or(Failure::Inexact)?;
        let slack = steepest.mul(sum.radius, Up);
        let z = stated.range();
        if function == Function::Relu {
            if !z.sup().is_positive() {
                return Ok(constant(Dyadic::ZERO, slack));
            }
            if !z.inf().is_negative() {
                return Ok(self.line(sum));
            }
        }
        let value = crate::numbers::Scalar::apply(&z, function)?;
        if value.rad() <= self.fold || value.is_point() {
            let anchor = anchor(&value, self.fold);
            let distance = value.minus(&Interval::point(anchor)).mag();
            return Ok(constant(anchor, slack.add(distance, Up)));
        }
        if let Some(mirrored) = self.mirrored(function, sum, slack) {
            return Ok(mirrored);
        }
        let variable = self.unit(function, sum, stated)?;
        Ok(Image {
            sum: Stated::Variable(variable),
            slack,
            range: self.values[index(variable)].range(),
        })
    }

    /// `sigmoid(z) = 1 - sigmoid(-z)` and `tanh(z) = -tanh(-z)`: where the unit of the negative sum
    /// is there already, no other is needed.
    fn mirrored(&mut self, function: Function, sum: &Loose, slack: Dyadic) -> Option<Image> {
        let bias = match function {
            Function::Sigmoid => Dyadic::ONE,
            Function::Tanh => Dyadic::ZERO,
            _ => return None,
        };
        let variable = *self.known.get(&hash(function, sum, true))?;
        if !self.is_same(variable, function, sum, true) {
            return None;
        }
        let start = self.side_terms.len();
        self.side_terms.push((variable, -Dyadic::ONE));
        let range = self.values[index(variable)].range();
        Some(Image {
            sum: Stated::Affine {
                bias,
                start,
                end: self.side_terms.len(),
            },
            slack,
            range: Interval::point(bias).minus(&range),
        })
    }

    /// Returns the variable of the unit `function(sum)`: one that is there already and is the very
    /// same function, or a new one. The radius is kept by steps only.
    fn unit(&mut self, function: Function, sum: &Loose, stated: E) -> Result<u32, Failure> {
        let is_step = function == Function::Heaviside;
        let can_merge = !is_step || sum.radius.is_zero();
        let key = hash(function, sum, false);
        if can_merge
            && let Some(&variable) = self.known.get(&key)
            && self.is_same(variable, function, sum, false)
        {
            return Ok(variable);
        }
        let variable = number(self.inputs + self.units.len());
        let value = stated.apply(function)?;
        let start = self.terms.len();
        self.terms.extend_from_slice(&sum.terms);
        self.units.push(Unit {
            function,
            sum: Sum {
                bias: sum.bias,
                radius: if is_step { sum.radius } else { Dyadic::ZERO },
                start,
                end: self.terms.len(),
            },
        });
        self.values.push(value);
        self.dense.push(Dyadic::ZERO);
        if can_merge {
            self.known.entry(key).or_insert(variable);
        }
        Ok(variable)
    }

    /// Is the variable this function of this sum (`flip`: of its negative), exactly?
    fn is_same(&self, variable: u32, function: Function, sum: &Loose, flip: bool) -> bool {
        let unit = &self.units[index(variable) - self.inputs];
        let terms = &self.terms[unit.sum.start..unit.sum.end];
        unit.function == function
            && unit.sum.bias == flipped(sum.bias, flip)
            && unit.sum.radius.is_zero()
            && terms.len() == sum.terms.len()
            && terms
                .iter()
                .zip(&sum.terms)
                .all(|(a, b)| a.0 == b.0 && a.1 == flipped(b.1, flip))
    }

    /// Drops the units that nothing uses any more.
    fn into_network(self) -> Specialised {
        let mut alive = vec![false; self.units.len()];
        let mark = |alive: &mut Vec<bool>, sum: &Sum| {
            for (variable, _) in &self.terms[sum.start..sum.end] {
                if let Some(unit) = index(*variable).checked_sub(self.inputs) {
                    alive[unit] = true;
                }
            }
        };
        for output in &self.outputs {
            mark(&mut alive, output);
        }
        for k in (0..self.units.len()).rev() {
            if alive[k] {
                mark(&mut alive, &self.units[k].sum);
            }
        }
        if alive.iter().all(|is_alive| *is_alive) {
            return Specialised {
                inputs: self.inputs,
                units: self.units,
                outputs: self.outputs,
                terms: self.terms,
            };
        }
        let mut renumbered: Vec<u32> = (0..number(self.inputs)).collect();
        let mut next = number(self.inputs);
        for is_alive in &alive {
            renumbered.push(next);
            next += u32::from(*is_alive);
        }
        let mut terms = Vec::new();
        let mut copy = |sum: &Sum| {
            let start = terms.len();
            terms.extend(
                self.terms[sum.start..sum.end]
                    .iter()
                    .map(|(variable, c)| (renumbered[index(*variable)], *c)),
            );
            Sum {
                start,
                end: terms.len(),
                ..*sum
            }
        };
        let units = self
            .units
            .iter()
            .zip(&alive)
            .filter(|(_, is_alive)| **is_alive)
            .map(|(unit, _)| Unit {
                function: unit.function,
                sum: copy(&unit.sum),
            })
            .collect();
        let outputs = self.outputs.iter().map(&mut copy).collect();
        Specialised {
            inputs: self.inputs,
            units,
            outputs,
            terms,
        }
    }
}

/// Picks the constant that stands for a value: −1, 0 or 1 where the value is that close to it (so
/// that sums of such constants stay short and equal), else its middle.
fn anchor(value: &Interval, fold: Dyadic) -> Dyadic {
    let near = fold.scale(1, Up);
    [Dyadic::ZERO, Dyadic::ONE, -Dyadic::ONE]
        .into_iter()
        .find(|a| value.minus(&Interval::point(*a)).mag() <= near)
        .unwrap_or(value.mid())
}

/// The number or its negative.
fn flipped(value: Dyadic, flip: bool) -> Dyadic {
    if flip { -value } else { value }
}

/// Mixes a unit (`flip`: that of the negative sum) into 64 bits. Equal units have equal hashes;
/// equal hashes are compared in full.
fn hash(function: Function, sum: &Loose, flip: bool) -> u64 {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mix = |word: u64| {
        state = (state ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
        state ^= state >> 32;
    };
    let mut mix_number = |value: Dyadic| {
        mix(value.mantissa().cast_unsigned());
        mix(value.exponent().cast_unsigned());
    };
    mix_number(flipped(sum.bias, flip));
    for (_, coefficient) in &sum.terms {
        mix_number(flipped(*coefficient, flip));
    }
    for (variable, _) in &sum.terms {
        mix(u64::from(*variable));
    }
    mix(match function {
        Function::Heaviside => 1,
        Function::Sigmoid => 2,
        Function::Tanh => 3,
        _ => 4,
    });
    state
}
