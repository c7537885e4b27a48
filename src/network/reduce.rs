//! Makes [`Specialised`] networks: folds, decides and merges units on a box (T02).
//!
//! A [`Reducer`] is the memory for this, used for one box after the other; what it holds between
//! two boxes does not matter. Units of the old network are taken in order. The sum of each is
//! collected over what its variables have become (their images), then `units` tells
//! what the unit itself becomes: a constant, a line, a unit that is there already, or a new one.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

mod units;

use std::ops::Range;
use std::sync::Arc;

use self::units::Saturation;
use super::activation::Activation;
use super::layer::Layer;
use super::model::Network;
use super::specialise::{NONE, Place, Rare, Specialised, Sum, Unit, index, number, total};
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Rational};

/// A unit of the network that is being reduced, as seen by those that use it.
#[derive(Clone)]
struct Image {
    /// What it is in the reduced network: a sum of variables there.
    sum: Stated,
    /// How far the true value may be from `sum`.
    slack: Dyadic,
}

/// The stated value of a unit.
#[derive(Clone)]
enum Stated {
    Constant(Dyadic),
    Variable(u32),
    /// One of [`Reducer::lines`].
    Line(u32),
}

/// An affine sum of variables that stands for a unit.
struct Line {
    bias: Dyadic,
    /// Where its terms are in [`Reducer::side_terms`].
    start: usize,
    end: usize,
    range: Interval,
}

/// Where a unit is in the table.
enum Found {
    /// It is there, as this variable.
    Taken(u32),
    /// It is not, and here is where it would be.
    Free(Gap),
}

/// An empty place in the table, and what a unit that comes there is known by. (Short, as it is handed about
/// for each unit.)
#[derive(Clone, Copy)]
struct Gap {
    place: u32,
    mark: u32,
}

/// What a unit is looked up by: equal units have equal ones.
#[derive(Clone, Copy)]
struct Hash {
    bits: u32,
    /// Its last variable, within a group of `GROUP`.
    beside: u32,
    /// Other bits, which tell most units apart.
    mark: u32,
}

/// Units of a grid are looked up row by row. In a large table a group of them, so many whose last variables
/// follow each other and whose other variables are as far before that or the same, is in one stretch of it.
const GROUP: u32 = 64;
/// A table of at most so many places is in reach of the processor as a whole.
const NEAR: usize = 1 << 12;

impl Hash {
    /// Where in a table of this length, a power of two, the search begins.
    fn place(self, length: usize) -> usize {
        let place = if length <= NEAR {
            self.bits.wrapping_add(self.beside)
        } else {
            (self.bits & !(GROUP - 1)) | self.beside
        };
        index(place) & (length - 1)
    }
}

/// Where in a table the search goes on: over all places in the end.
fn next_place(place: usize, length: usize) -> usize {
    if length <= NEAR {
        return (place + 1) & (length - 1);
    }
    // The same place in the next group, so that a group that is in the way costs one step only.
    let group = index(GROUP);
    let next = place + group;
    if next < length {
        next
    } else {
        (next - length + 1) & (group - 1)
    }
}

/// A place in the table of units.
#[derive(Clone, Copy)]
struct Slot {
    mark: u32,
    variable: u32,
}

impl Slot {
    const EMPTY: Self = Self {
        mark: 0,
        variable: NONE,
    };
}

/// A weight rounded to 63 bits, and by how much at most.
#[derive(Clone, Copy)]
struct Rounded {
    value: Dyadic,
    error: Dyadic,
}

impl Rounded {
    fn new(weight: &Rational) -> Self {
        Self::of(&Interval::from_rational(weight))
    }

    fn of(enclosure: &Interval) -> Self {
        Self {
            value: enclosure.inf(),
            error: enclosure.wid(),
        }
    }
}

/// The range of a unit, for the range of its sum.
#[derive(Clone, Copy)]
struct Known {
    function: Function,
    sum: Interval,
    /// How far out the ends of the value were not computed; it depends on the folding radius.
    beyond: Dyadic,
    value: Interval,
}

/// How many values are kept: a few more than there are different constants in a cell of a grid.
const KNOWN: usize = 64;

/// A result rounded down, and by how much at most it was rounded.
#[inline]
fn tracked(low: Dyadic, high: Dyadic) -> (Dyadic, Dyadic) {
    if low == high {
        (low, Dyadic::ZERO)
    } else {
        (low, high.sub(low, Up))
    }
}

#[inline]
fn add_tracked(a: Dyadic, b: Dyadic) -> (Dyadic, Dyadic) {
    let (low, is_exact) = a.add_noting(b, Down);
    if is_exact {
        (low, Dyadic::ZERO)
    } else {
        tracked(low, a.add(b, Up))
    }
}

#[inline]
fn mul_tracked(a: Dyadic, b: Dyadic) -> (Dyadic, Dyadic) {
    // Most coefficients of units seen through one another are 1.
    if a == Dyadic::ONE {
        return (b, Dyadic::ZERO);
    }
    let (low, is_exact) = a.mul_noting(b, Down);
    if is_exact {
        (low, Dyadic::ZERO)
    } else {
        tracked(low, a.mul(b, Up))
    }
}

/// A sum on its own.
#[derive(Clone)]
struct Loose {
    bias: Dyadic,
    radius: Dyadic,
    terms: Vec<(u32, Dyadic)>,
}

impl Loose {
    const EMPTY: Self = Self {
        bias: Dyadic::ZERO,
        radius: Dyadic::ZERO,
        terms: Vec::new(),
    };
}

/// A reduced network has at most this many terms, and `TERMS_EACH` times those it is made of: sums
/// that are seen through one another can fill up to the square of what a sparse network had.
const TERMS: usize = 1 << 24;
const TERMS_EACH: usize = 8;

/// Nor more than this, which 32 bits count with room for another unit.
const MOST_TERMS: usize = 1 << 31;
/// Memory for this many units is kept from one network to the next. More is given back where half of
/// it would do, and what is longer is handed over as it is, not copied.
const LARGE: usize = 1 << 14;

/// Memory for reducing networks, and a reduced network under construction.
pub struct Reducer<E> {
    fold: Dyadic,
    twice_fold: Dyadic,
    saturation: Option<Saturation>,
    inputs: usize,
    /// The value of every variable of the reduced network over the box.
    values: Vec<E>,
    units: Vec<Unit>,
    /// Where the sums of units lie, as far as they are noted.
    sums: Vec<Interval>,
    outputs: Vec<Sum>,
    output_ranges: Vec<Interval>,
    terms: Vec<(u32, Dyadic)>,
    side_terms: Vec<(u32, Dyadic)>,
    lines: Vec<Line>,
    rare: Vec<Rare>,
    images: Vec<Image>,
    /// Exact jumps of steps, and which one is that of the unit at hand.
    places: Option<Arc<[Place]>>,
    place: u32,
    /// Of which variables of the old network nothing has changed.
    same: Vec<bool>,
    /// Units by a hash of function, bias and terms, each at the next free place: candidates for
    /// merging. A power of two long, and never more than two thirds full.
    table: Vec<Slot>,
    // The sum being collected: variables and coefficients, for each variable 1 more than its place
    // among them (0 where it has none), bias and radius.
    collected: Vec<(u32, Dyadic)>,
    collected_at: Vec<u32>,
    bias: Dyadic,
    radius: Dyadic,
    /// The sum collected last, and a sum with opposite signs.
    sum: Loose,
    negative: Loose,
    // Which units are used, and their new numbers.
    alive: Vec<bool>,
    renumbered: Vec<u32>,
    /// The most terms that are kept.
    most_terms: usize,
    /// Values found before, by the function and the range of its sum: units of a grid have the same sum until
    /// their steps are decided, and then are constants that come again in every cell.
    known: [Option<Known>; KNOWN],
}

impl<E> Default for Reducer<E> {
    fn default() -> Self {
        Self {
            fold: Dyadic::ZERO,
            twice_fold: Dyadic::ZERO,
            saturation: None,
            inputs: 0,
            values: Vec::new(),
            units: Vec::new(),
            sums: Vec::new(),
            outputs: Vec::new(),
            output_ranges: Vec::new(),
            terms: Vec::new(),
            side_terms: Vec::new(),
            lines: Vec::new(),
            rare: Vec::new(),
            images: Vec::new(),
            places: None,
            place: NONE,
            same: Vec::new(),
            table: Vec::new(),
            collected: Vec::new(),
            collected_at: Vec::new(),
            bias: Dyadic::ZERO,
            radius: Dyadic::ZERO,
            sum: Loose::EMPTY,
            negative: Loose::EMPTY,
            alive: Vec::new(),
            renumbered: Vec::new(),
            most_terms: 0,
            known: [None; KNOWN],
        }
    }
}

impl Image {
    /// An input, which is what it is.
    fn input(i: usize) -> Self {
        Self {
            sum: Stated::Variable(number(i)),
            slack: Dyadic::ZERO,
        }
    }
}

impl<E: Enclosure> Reducer<E> {
    /// Returns a network on its domain; see [`Specialised::from_network`].
    ///
    /// # Errors
    /// [`Failure::Inexact`] when a weight is so large that it has no bound, or the sums of a sparse
    /// network fill up.
    pub fn from_network(
        &mut self,
        network: &Network,
        domain: &[Interval],
    ) -> Result<Specialised, Failure> {
        let inputs = domain.iter().enumerate();
        let inputs: Vec<E> = inputs.map(|(i, side)| E::variable(i, side)).collect();
        let units: usize = network.layers().iter().map(Layer::rows).sum();
        let entries = network
            .layers()
            .iter()
            .map(|layer| layer.weights().entries());
        self.begin(&inputs, Dyadic::ZERO, units, entries.sum());
        let mut below: Vec<Image> = (0..domain.len()).map(Image::input).collect();
        let mut places = Vec::new();
        for (depth, layer) in network.layers().iter().enumerate() {
            let rounded: Vec<Rounded> = layer.weights().pool().iter().map(Rounded::new).collect();
            let biases: Vec<Rounded> = layer.bias().pool().iter().map(Rounded::new).collect();
            let mut bias = layer.bias().indices();
            let mut images = Vec::with_capacity(layer.units());
            let rank = layer.activation().rows_per_unit();
            let mut pieces = vec![Loose::EMPTY; rank];
            for unit in 0..layer.units() {
                let mut constant = 0;
                for (row, piece) in (unit * rank..(unit + 1) * rank).zip(&mut pieces) {
                    constant = bias.next().expect("a bias term for each row");
                    self.add_constant(biases[constant]);
                    for (column, pooled) in layer.weights().row_indices(row) {
                        let weight = rounded[pooled];
                        self.add(weight.value, weight.error, &below[column]);
                    }
                    self.take_into(piece);
                }
                self.place = NONE;
                if depth == 0
                    && let Some(place) = place(layer, unit, &layer.bias().pool()[constant])
                {
                    self.place = number(places.len());
                    places.push(place);
                }
                images.push(self.activate(layer.activation(), &pieces)?);
                self.check_terms()?;
            }
            below = images;
        }
        self.place = NONE;
        self.places = (!places.is_empty()).then(|| places.into());
        for output in &below {
            self.add(Dyadic::ONE, Dyadic::ZERO, output);
            self.finish_output();
        }
        Ok(self.finish())
    }

    /// Returns a reduced network on a smaller box; see [`Specialised::specialise`]. The exact sides
    /// of the box are those that `inputs` enclose; they tell more where
    /// [`Specialised::needs_sides`].
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn specialise(
        &mut self,
        network: &Specialised,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        fold: Dyadic,
    ) -> Result<Specialised, Failure> {
        self.reduce(network, inputs, sides, fold)?;
        Ok(self.finish())
    }

    /// Returns where the true outputs lie on a smaller box: the [`Specialised::output_ranges`] of the
    /// network reduced to it, without that network.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn output_ranges(
        &mut self,
        network: &Specialised,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        fold: Dyadic,
    ) -> Result<&[Interval], Failure> {
        self.reduce(network, inputs, sides, fold)?;
        Ok(&self.output_ranges)
    }

    /// Takes a network over to a smaller box, unit by unit.
    fn reduce(
        &mut self,
        network: &Specialised,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        fold: Dyadic,
    ) -> Result<(), Failure> {
        self.begin(inputs, fold, network.units.len(), network.terms.len());
        self.places.clone_from(&network.places);
        let mut images = std::mem::take(&mut self.images);
        images.clear();
        images.extend((0..self.inputs).map(Image::input));
        let mut sum = std::mem::replace(&mut self.sum, Loose::EMPTY);
        let mut same = std::mem::take(&mut self.same);
        same.clear();
        let pairs = network.sides.iter().zip(inputs);
        same.extend(pairs.map(|(side, input)| *side == input.range()));
        same.resize(self.inputs, false);
        let are_known = E::IS_RANGE && network.ranges.len() == network.units.len();
        for (k, unit) in network.units.iter().enumerate() {
            let rare = network.rare(unit);
            let decided = sides.and_then(|sides| network.place(rare?)?.value(sides));
            if let Some(value) = decided {
                same.push(false);
                images.push(constant(value, Dyadic::ZERO));
                continue;
            }
            self.place = rare.map_or(NONE, |rare| rare.place);
            let old = network.sum(unit);
            let is_same = are_known && Self::copy(network, &old, &images, &same, &mut sum);
            same.push(is_same);
            if is_same {
                let range = network.ranges[k];
                let variable = self.unit(unit.function, &sum, E::from_range(range));
                images.push(Image {
                    sum: Stated::Variable(variable),
                    slack: Dyadic::ZERO,
                });
                continue;
            }
            self.load(network, &old, &images);
            self.take_into(&mut sum);
            let image = self.apply(unit.function, &sum)?;
            // A step in the middle of the box is undecided as before: to those that use it, nothing
            // has changed.
            same[self.inputs + k] = are_known
                && matches!(image.sum, Stated::Variable(_))
                && image.slack.is_zero()
                && self.range(&image) == network.ranges[k];
            images.push(image);
            self.check_terms()?;
        }
        self.place = NONE;
        for output in &network.outputs {
            self.load(network, output, &images);
            self.finish_output();
        }
        self.images = images;
        self.sum = sum;
        self.same = same;
        Ok(())
    }

    /// Copies a sum of which nothing has changed: every variable is one of the reduced network, of
    /// the same range on this box as on the one around it, and no two have become one. Then the unit
    /// is undecided as it was.
    fn copy(
        network: &Specialised,
        sum: &Sum,
        images: &[Image],
        same: &[bool],
        into: &mut Loose,
    ) -> bool {
        into.bias = sum.bias;
        into.radius = sum.radius;
        into.terms.clear();
        for &(variable, coefficient) in &network.terms[sum.start..sum.end] {
            match images[index(variable)].sum {
                Stated::Variable(now) if same[index(variable)] => {
                    into.terms.push((now, coefficient));
                }
                _ => return false,
            }
        }
        let is_increasing = |terms: &[(u32, Dyadic)]| terms.is_sorted_by(|a, b| a.0 < b.0);
        if is_increasing(&into.terms) {
            return true;
        }
        into.terms.sort_unstable_by_key(|(variable, _)| *variable);
        is_increasing(&into.terms)
    }

    /// Forgets what was there.
    fn begin(&mut self, inputs: &[E], fold: Dyadic, units: usize, terms: usize) {
        let most = terms.saturating_mul(TERMS_EACH).saturating_add(TERMS);
        self.most_terms = most.min(MOST_TERMS);
        self.fold = fold;
        self.twice_fold = fold.scale(1, Up);
        self.saturation = Saturation::new(fold);
        self.inputs = inputs.len();
        clear(&mut self.values, units);
        self.values.extend_from_slice(inputs);
        clear(&mut self.units, units);
        clear(&mut self.sums, units);
        self.outputs.clear();
        self.output_ranges.clear();
        clear(&mut self.terms, terms);
        clear(&mut self.side_terms, terms);
        clear(&mut self.lines, units);
        self.rare.clear();
        clear(&mut self.images, units);
        clear(&mut self.same, units);
        clear(&mut self.collected, units);
        clear(&mut self.collected_at, units);
        self.collected_at.resize(inputs.len(), 0);
        self.bias = Dyadic::ZERO;
        self.radius = Dyadic::ZERO;
        clear(&mut self.alive, units);
        clear(&mut self.renumbered, units);
        let places = units.saturating_add(units / 2).max(8).next_power_of_two();
        clear(&mut self.table, places);
        self.table.resize(places, Slot::EMPTY);
    }

    /// Are there no more terms than there may be?
    fn check_terms(&self) -> Result<(), Failure> {
        if self.terms.len() + self.side_terms.len() > self.most_terms {
            return Err(Failure::Inexact);
        }
        Ok(())
    }

    /// Where the stated value of a unit lies.
    fn range(&self, image: &Image) -> Interval {
        match image.sum {
            Stated::Constant(value) => Interval::point(value),
            Stated::Variable(variable) => self.values[index(variable)].range(),
            Stated::Line(line) => self.lines[index(line)].range,
        }
    }

    /// Collects a sum of the old network over the images of its variables.
    #[inline]
    fn load(&mut self, network: &Specialised, sum: &Sum, images: &[Image]) {
        self.bias = sum.bias;
        self.radius = sum.radius;
        for &(variable, coefficient) in &network.terms[sum.start..sum.end] {
            self.add(coefficient, Dyadic::ZERO, &images[index(variable)]);
        }
    }

    /// Adds `coefficient · image` to the sum being collected, where the coefficient itself may be
    /// off by `error`.
    fn add(&mut self, coefficient: Dyadic, error: Dyadic, image: &Image) {
        if !image.slack.is_zero() {
            let radius = coefficient.abs().mul(image.slack, Up);
            self.radius = self.radius.add(radius, Up);
        }
        if !error.is_zero() {
            let size = self.range(image).mag().add(image.slack, Up);
            self.radius = self.radius.add(error.mul(size, Up), Up);
        }
        match image.sum {
            Stated::Constant(value) => self.add_product(coefficient, value),
            Stated::Variable(variable) => self.add_term(variable, coefficient),
            Stated::Line(line) => {
                let &Line {
                    bias, start, end, ..
                } = &self.lines[index(line)];
                self.add_product(coefficient, bias);
                for at in start..end {
                    let (variable, inner) = self.side_terms[at];
                    let (product, rounding) = mul_tracked(coefficient, inner);
                    if !rounding.is_zero() {
                        let size = self.values[index(variable)].range().mag();
                        self.radius = self.radius.add(rounding.mul(size, Up), Up);
                    }
                    self.add_term(variable, product);
                }
            }
        }
    }

    /// Adds a constant `coefficient · value`.
    #[inline]
    fn add_product(&mut self, coefficient: Dyadic, value: Dyadic) {
        if value.is_zero() {
            return;
        }
        let (product, rounding) = if value == Dyadic::ONE {
            (coefficient, Dyadic::ZERO)
        } else {
            mul_tracked(coefficient, value)
        };
        self.radius = self.radius.add(rounding, Up);
        self.add_bias(product);
    }

    fn add_constant(&mut self, rounded: Rounded) {
        self.add_bias(rounded.value);
        self.radius = self.radius.add(rounded.error, Up);
    }

    #[inline]
    fn add_bias(&mut self, value: Dyadic) {
        let (sum, rounding) = add_tracked(self.bias, value);
        self.bias = sum;
        self.radius = self.radius.add(rounding, Up);
    }

    #[inline]
    fn add_term(&mut self, variable: u32, coefficient: Dyadic) {
        let place = &mut self.collected_at[index(variable)];
        let Some(at) = place.checked_sub(1) else {
            self.collected.push((variable, coefficient));
            *place = number(self.collected.len());
            return;
        };
        let (_, slot) = &mut self.collected[index(at)];
        let (sum, rounding) = add_tracked(*slot, coefficient);
        *slot = sum;
        if !rounding.is_zero() {
            let size = self.values[index(variable)].range().mag();
            self.radius = self.radius.add(rounding.mul(size, Up), Up);
        }
    }

    /// Moves the terms collected to the end of `into`, sorted, and clears the sum.
    #[inline]
    fn drain(&mut self, into: &mut Vec<(u32, Dyadic)>) -> (Dyadic, Dyadic) {
        if !self.collected.is_sorted_by_key(|(variable, _)| *variable) {
            self.collected
                .sort_unstable_by_key(|(variable, _)| *variable);
        }
        for (variable, coefficient) in self.collected.drain(..) {
            self.collected_at[index(variable)] = 0;
            if !coefficient.is_zero() {
                into.push((variable, coefficient));
            }
        }
        (
            std::mem::replace(&mut self.bias, Dyadic::ZERO),
            std::mem::replace(&mut self.radius, Dyadic::ZERO),
        )
    }

    #[inline]
    fn take_into(&mut self, sum: &mut Loose) {
        sum.terms.clear();
        (sum.bias, sum.radius) = self.drain(&mut sum.terms);
    }

    fn take(&mut self) -> Loose {
        let mut sum = Loose::EMPTY;
        self.take_into(&mut sum);
        sum
    }

    fn finish_output(&mut self) {
        let mut terms = std::mem::take(&mut self.terms);
        let start = terms.len();
        let (bias, radius) = self.drain(&mut terms);
        let range = total(bias, &terms[start..], &self.values).widened(radius);
        self.output_ranges.push(range.range());
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
        let stated = match sum.terms.as_slice() {
            [] => Stated::Constant(sum.bias),
            [(variable, one)] if *one == Dyadic::ONE && sum.bias.is_zero() => {
                Stated::Variable(*variable)
            }
            terms => {
                let start = self.side_terms.len();
                self.side_terms.extend_from_slice(terms);
                self.add_line(Line {
                    bias: sum.bias,
                    start,
                    end: self.side_terms.len(),
                    range: total(sum.bias, terms, &self.values).range(),
                })
            }
        };
        Image {
            sum: stated,
            slack: sum.radius,
        }
    }

    fn add_line(&mut self, line: Line) -> Stated {
        self.lines.push(line);
        Stated::Line(number(self.lines.len() - 1))
    }

    fn take_line(&mut self) -> Image {
        let sum = self.take();
        self.line(&sum)
    }

    /// Returns the variable of the unit `function(sum)`: one that is there already and is the very
    /// same function, or a new one with this value. The radius is kept by steps only.
    fn unit(&mut self, function: Function, sum: &Loose, value: E) -> u32 {
        if function == Function::Heaviside && !sum.radius.is_zero() {
            // The same only as far as is known.
            return self.insert(None, function, sum, value);
        }
        match self.find(function, sum) {
            Found::Taken(variable) => variable,
            Found::Free(gap) => self.insert(Some(gap), function, sum, value),
        }
    }

    /// Looks for the unit `function(sum)` in the table.
    fn find(&self, function: Function, sum: &Loose) -> Found {
        let length = self.table.len();
        let hash = hash(function, sum);
        let mut place = hash.place(length);
        loop {
            let slot = self.table[place];
            if slot.variable == NONE {
                return Found::Free(Gap {
                    place: number(place),
                    mark: hash.mark,
                });
            }
            if slot.mark == hash.mark && self.is_same(slot.variable, function, sum) {
                return Found::Taken(slot.variable);
            }
            place = next_place(place, length);
        }
    }

    /// Adds the unit `function(sum)`, to the table too where it has a place there.
    fn insert(&mut self, gap: Option<Gap>, function: Function, sum: &Loose, value: E) -> u32 {
        let variable = number(self.inputs + self.units.len());
        let start = self.terms.len();
        self.terms.extend_from_slice(&sum.terms);
        let rare = Rare {
            radius: sum.radius,
            place: self.place,
        };
        let is_rare = function == Function::Heaviside && !rare.is_nothing();
        self.units.push(Unit {
            function,
            rare: if is_rare {
                number(self.rare.len())
            } else {
                NONE
            },
            bias: sum.bias,
            start: number(start),
            end: number(self.terms.len()),
        });
        if is_rare {
            self.rare.push(rare);
        }
        self.values.push(value);
        self.collected_at.push(0);
        if let Some(Gap { place, mark }) = gap {
            self.table[index(place)] = Slot { mark, variable };
            // Maxout and its like make several units of one: the table may have to grow.
            if self.units.len() * 3 > self.table.len() * 2 {
                self.grow_table();
            }
        }
        variable
    }

    fn grow_table(&mut self) {
        let places = self.table.len() * 4;
        let old = std::mem::replace(&mut self.table, vec![Slot::EMPTY; places]);
        for slot in old.into_iter().filter(|slot| slot.variable != NONE) {
            let unit = &self.units[index(slot.variable) - self.inputs];
            let sum = Loose {
                bias: unit.bias,
                radius: Dyadic::ZERO,
                terms: self.terms[unit.terms()].to_vec(),
            };
            let mut place = hash(unit.function, &sum).place(places);
            while self.table[place].variable != NONE {
                place = next_place(place, places);
            }
            self.table[place] = slot;
        }
    }

    fn is_same(&self, variable: u32, function: Function, sum: &Loose) -> bool {
        let unit = &self.units[index(variable) - self.inputs];
        unit.function == function
            && unit.bias == sum.bias
            && (self.rare.get(index(unit.rare))).is_none_or(|rare| rare.radius.is_zero())
            && self.terms[unit.terms()] == sum.terms
    }

    /// Hands over the units that something uses.
    fn finish(&mut self) -> Specialised {
        self.alive.clear();
        self.alive.resize(self.units.len(), false);
        let inputs = self.inputs;
        let mark = |alive: &mut Vec<bool>, terms: &[(u32, Dyadic)]| {
            for (variable, _) in terms {
                if let Some(unit) = index(*variable).checked_sub(inputs) {
                    alive[unit] = true;
                }
            }
        };
        for output in &self.outputs {
            mark(&mut self.alive, &self.terms[output.start..output.end]);
        }
        for k in (0..self.units.len()).rev() {
            if self.alive[k] {
                mark(&mut self.alive, &self.terms[self.units[k].terms()]);
            }
        }
        self.renumbered.clear();
        self.renumbered.extend(0..number(inputs));
        let mut next = number(inputs);
        for is_alive in &self.alive {
            self.renumbered.push(next);
            next += u32::from(*is_alive);
        }
        let kept = index(next) - inputs;
        // Units, and terms in the order of the units, move down to where the dead ones were.
        let mut length = 0;
        let (terms, renumbered) = (&mut self.terms, &self.renumbered);
        let mut pack = |from: Range<usize>| {
            let start = length;
            for at in from {
                let (variable, coefficient) = terms[at];
                terms[length] = (renumbered[index(variable)], coefficient);
                length += 1;
            }
            start..length
        };
        let mut has_places = false;
        let mut ranges = Vec::with_capacity(if E::IS_RANGE { kept } else { 0 });
        let mut to = 0;
        for (k, is_alive) in self.alive.iter().enumerate() {
            if *is_alive {
                let mut unit = self.units[k].clone();
                let rare = self.rare.get(index(unit.rare));
                has_places |= rare.is_some_and(|rare| rare.place != NONE);
                let packed = pack(unit.terms());
                (unit.start, unit.end) = (number(packed.start), number(packed.end));
                self.units[to] = unit;
                to += 1;
                if E::IS_RANGE {
                    ranges.push(self.values[inputs + k].range());
                }
            }
        }
        self.units.truncate(kept);
        for output in &mut self.outputs {
            let packed = pack(output.start..output.end);
            (output.start, output.end) = (packed.start, packed.end);
        }
        self.terms.truncate(length);
        let sides = if E::IS_RANGE { inputs } else { 0 };
        Specialised {
            inputs,
            units: handed_over(&mut self.units),
            outputs: self.outputs.clone(),
            output_ranges: self.output_ranges.clone(),
            terms: handed_over(&mut self.terms),
            rare: self.rare.clone(),
            places: self.places.take().filter(|_| has_places),
            sides: self.values[..sides].iter().map(Enclosure::range).collect(),
            ranges,
        }
    }
}

/// Clears memory that something of this length will need, and gives it back where that is much less.
fn clear<T>(memory: &mut Vec<T>, length: usize) {
    memory.clear();
    memory.shrink_to(length.saturating_mul(2).saturating_add(LARGE));
}

/// Returns what was made, in no more memory than it takes: moved where it is long, else copied.
fn handed_over<T: Clone>(made: &mut Vec<T>) -> Vec<T> {
    if made.len() <= LARGE {
        return made.clone();
    }
    let mut made = std::mem::take(made);
    made.shrink_to_fit();
    made
}

/// Where a step of the first layer jumps, if it depends on one input, and rounding may hide which
/// boxes end there: that of its weights, or that of the place itself.
fn place(layer: &Layer, unit: usize, bias: &Rational) -> Option<Place> {
    if *layer.activation() != Activation::Heaviside {
        return None;
    }
    let mut weights = layer.weights().row(unit);
    let (Some((input, weight)), None) = (weights.next(), weights.next()) else {
        return None;
    };
    let at = (-bias).checked_div(weight)?;
    let is_exact = |value: &Rational| Interval::from_rational(value).is_point();
    if is_exact(bias) && is_exact(weight) && is_exact(&at) {
        return None;
    }
    Some(Place {
        input,
        at,
        is_rising: weight.is_positive(),
    })
}

fn constant(value: Dyadic, slack: Dyadic) -> Image {
    Image {
        sum: Stated::Constant(value),
        slack,
    }
}

/// Mixes a unit into a number. Equal units have equal hashes; equal hashes are compared in full.
fn hash(function: Function, sum: &Loose) -> Hash {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mix = |word: u64| {
        state = (state ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd);
        state ^= state >> 32;
    };
    let last = sum.terms.last().map_or(0, |(variable, _)| *variable);
    let beside = last & (GROUP - 1);
    let number = |value: Dyadic| {
        let exponent = value.exponent().cast_unsigned();
        value.mantissa().cast_unsigned() ^ exponent.rotate_left(17)
    };
    mix(number(sum.bias));
    for &(variable, coefficient) in &sum.terms {
        let before = last - variable;
        let variable = if variable == last {
            last ^ beside
        } else if before < GROUP {
            before
        } else {
            variable
        };
        mix(number(coefficient) ^ u64::from(variable).rotate_left(40));
    }
    mix(match function {
        Function::Heaviside => 1,
        Function::Sigmoid => 2,
        Function::Tanh => 3,
        Function::Softplus => 5,
        Function::Softsign => 6,
        Function::Elu => 7,
        Function::Silu => 8,
        Function::Gelu => 9,
        _ => 4,
    });
    let low = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or_default();
    Hash {
        bits: low(state),
        beside,
        mark: low(state >> 32) ^ beside,
    }
}

#[cfg(test)]
#[allow(clippy::float_arithmetic)]
mod tests;
