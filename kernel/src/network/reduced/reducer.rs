//! Makes [`Reduced`] networks: replaces, decides and merges units on a box (T02).
//!
//! A [`Reducer`] is memory that is used for one box after another; its content between two boxes
//! does not matter. The units of the old network are taken in order. The sum of each is collected
//! over the images of its variables. Then `units` determines what the unit itself becomes: a
//! constant, a line, an existing unit, or a new one.

mod collect;
mod pack;
mod table;
pub(in crate::network) mod units;

use std::sync::Arc;

use self::collect::{Loose, Rounded};
use self::table::{Found, Gap, Hash, Table};
use self::units::Saturation;
use super::{NONE, Place, Rare, Reduced, Sum, Unit, index, number, total};
use crate::network::activation::Activation;
use crate::network::layer::Layer;
use crate::network::model::Network;
use crate::numbers::Direction::Up;
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Rational};

/// The image of a unit of the old network.
#[derive(Clone)]
struct Image {
    /// Its nominal value in the reduced network: a sum of variables there.
    sum: Nominal,
    /// The abstraction error: a bound of the difference between the true value and `sum`.
    error: Dyadic,
}

/// The nominal value of a unit.
#[derive(Clone)]
enum Nominal {
    Constant(Dyadic),
    Variable(u32),
    /// One of [`Reducer::lines`].
    Line(u32),
}

/// An affine sum of variables that stands for a unit.
struct Line {
    bias: Dyadic,
    /// The position of its terms in [`Reducer::side_terms`].
    start: usize,
    end: usize,
    range: Interval,
}

/// The range of a unit, by the range of its sum.
#[derive(Clone, Copy)]
struct Known {
    function: Function,
    sum: Interval,
    /// Ends farther out than this were not computed; depends on the constant radius.
    beyond: Dyadic,
    value: Interval,
}

/// The number of stored values: slightly more than the distinct constants in a cell of a grid.
const KNOWN: usize = 64;

/// A reduced network has at most this many terms, plus `TERMS_EACH` times those of the network it
/// comes from. Substituting sums into sums can otherwise fill up to the square of what a sparse
/// network had.
const TERMS: usize = 1 << 24;
const TERMS_EACH: usize = 8;

/// And never more than this, which 32 bits can count with room for another unit.
const MOST_TERMS: usize = 1 << 31;
/// Memory for this many units is kept from one network to the next. More memory is returned if half
/// of it would be enough, and long lists are handed over instead of copied.
const LARGE: usize = 1 << 14;

/// Memory for reducing networks, and a reduced network under construction.
pub struct Reducer<E> {
    constant_radius: Dyadic,
    twice_constant_radius: Dyadic,
    saturation: Option<Saturation>,
    inputs: usize,
    /// The values of all variables of the reduced network over the box.
    values: Vec<E>,
    units: Vec<Unit>,
    /// The ranges of the sums of units, as far as they are stored.
    sums: Vec<Interval>,
    outputs: Vec<Sum>,
    /// What float arithmetic adds to their radii.
    rounding: Vec<Dyadic>,
    output_ranges: Vec<Interval>,
    terms: Vec<(u32, Dyadic)>,
    side_terms: Vec<(u32, Dyadic)>,
    lines: Vec<Line>,
    rare: Vec<Rare>,
    images: Vec<Image>,
    /// The exact jumps of steps, and the one of the current unit.
    places: Option<Arc<[Place]>>,
    place: u32,
    /// The variables of the old network that have not changed.
    same: Vec<bool>,
    table: Table,
    // The sum that is being collected: variables and coefficients; for each variable, 1 more than
    // its place among them (0 if it has none); bias and radius.
    collected: Vec<(u32, Dyadic)>,
    collected_at: Vec<u32>,
    bias: Dyadic,
    radius: Dyadic,
    /// The sum that was collected last, and a sum with opposite signs.
    sum: Loose,
    negative: Loose,
    // The units that are used, and their new numbers.
    used: Vec<bool>,
    renumbered: Vec<u32>,
    /// The most terms that are kept.
    most_terms: usize,
    /// Earlier values, by the function and the range of its sum. Units of a grid have the same sum
    /// until their steps are decided, and are then constants that recur in every cell.
    known: [Option<Known>; KNOWN],
}

impl<E> Default for Reducer<E> {
    fn default() -> Self {
        Self {
            constant_radius: Dyadic::ZERO,
            twice_constant_radius: Dyadic::ZERO,
            saturation: None,
            inputs: 0,
            values: Vec::new(),
            units: Vec::new(),
            sums: Vec::new(),
            outputs: Vec::new(),
            rounding: Vec::new(),
            output_ranges: Vec::new(),
            terms: Vec::new(),
            side_terms: Vec::new(),
            lines: Vec::new(),
            rare: Vec::new(),
            images: Vec::new(),
            places: None,
            place: NONE,
            same: Vec::new(),
            table: Table::default(),
            collected: Vec::new(),
            collected_at: Vec::new(),
            bias: Dyadic::ZERO,
            radius: Dyadic::ZERO,
            sum: Loose::EMPTY,
            negative: Loose::EMPTY,
            used: Vec::new(),
            renumbered: Vec::new(),
            most_terms: 0,
            known: [None; KNOWN],
        }
    }
}

impl Image {
    /// Returns the image of an input: itself.
    fn input(i: usize) -> Self {
        Self {
            sum: Nominal::Variable(number(i)),
            error: Dyadic::ZERO,
        }
    }
}

impl<E: Enclosure> Reducer<E> {
    /// Returns a network on its domain; see [`Reduced::from_network`].
    ///
    /// - Errors: [`Failure::Inexact`] when a weight is so large that it has no bound, or when the
    ///   sums of a sparse network fill up.
    pub fn from_network(
        &mut self,
        network: &Network,
        domain: &[Interval],
    ) -> Result<Reduced, Failure> {
        self.from_network_with(network, domain, None)
    }

    /// Returns a network in float arithmetic on its domain (T40): the radii of its steps there, and
    /// what to add to the radius of each output.
    ///
    /// - Errors: as [`Reducer::from_network`].
    pub fn from_network_with(
        &mut self,
        network: &Network,
        domain: &[Interval],
        floats: Option<(&[Vec<Dyadic>], &[Dyadic])>,
    ) -> Result<Reduced, Failure> {
        let inputs = domain.iter().enumerate();
        let inputs: Vec<E> = inputs.map(|(i, side)| E::variable(i, side)).collect();
        let units: usize = network.layers().iter().map(Layer::rows).sum();
        let entries = network
            .layers()
            .iter()
            .map(|layer| layer.weights().entries());
        self.begin(&inputs, Dyadic::ZERO, units, entries.sum());
        if let Some((_, rounding)) = floats {
            self.rounding.extend_from_slice(rounding);
        }
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
                // A step in float arithmetic jumps somewhere near its place.
                if let Some((steps, _)) = floats
                    && let Some(radius) = steps.get(depth).and_then(|radii| radii.get(unit))
                {
                    pieces[0].radius = pieces[0].radius.add(*radius, Up);
                } else if depth == 0
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

    /// Returns a reduced network on a smaller box; see [`Reduced::reduce`]. `sides` are the exact
    /// sides of the box that `inputs` enclose; they decide more if [`Reduced::needs_sides`].
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn reduce(
        &mut self,
        network: &Reduced,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        constant_radius: Dyadic,
    ) -> Result<Reduced, Failure> {
        self.rebuild(network, inputs, sides, constant_radius, None)?;
        Ok(self.finish())
    }

    /// Returns a reduced network on a smaller box like [`Reducer::reduce`], with other roundings
    /// if they are given (T40).
    ///
    /// - Errors: as [`Reducer::reduce`].
    pub fn reduce_with(
        &mut self,
        network: &Reduced,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        constant_radius: Dyadic,
        rounding: Option<&[Dyadic]>,
    ) -> Result<Reduced, Failure> {
        self.rebuild(network, inputs, sides, constant_radius, rounding)?;
        Ok(self.finish())
    }

    /// Returns the ranges of the true outputs on a smaller box: the [`Reduced::output_ranges`] of
    /// the network reduced to it, without constructing that network.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn output_ranges(
        &mut self,
        network: &Reduced,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        constant_radius: Dyadic,
    ) -> Result<&[Interval], Failure> {
        self.rebuild(network, inputs, sides, constant_radius, None)?;
        Ok(&self.output_ranges)
    }

    /// Reduces a network to a smaller box, unit by unit.
    fn rebuild(
        &mut self,
        network: &Reduced,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        constant_radius: Dyadic,
        rounding: Option<&[Dyadic]>,
    ) -> Result<(), Failure> {
        self.begin(
            inputs,
            constant_radius,
            network.units.len(),
            network.terms.len(),
        );
        self.places.clone_from(&network.places);
        self.rounding
            .extend_from_slice(rounding.unwrap_or(&network.rounding));
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
                    sum: Nominal::Variable(variable),
                    error: Dyadic::ZERO,
                });
                continue;
            }
            self.load(network, &old, &images);
            self.take_into(&mut sum);
            let image = self.apply(unit.function, &sum)?;
            // A step in the middle of the box is still undecided: nothing has changed for the units
            // that use it.
            same[self.inputs + k] = are_known
                && matches!(image.sum, Nominal::Variable(_))
                && image.error.is_zero()
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

    /// Copies an unchanged sum. That requires that every variable is one of the reduced network,
    /// with the same range as on the parent box, and that no two were merged. Then the unit is
    /// still undecided.
    fn copy(
        network: &Reduced,
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
                Nominal::Variable(now) if same[index(variable)] => {
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

    /// Clears everything.
    fn begin(&mut self, inputs: &[E], constant_radius: Dyadic, units: usize, terms: usize) {
        let most = terms.saturating_mul(TERMS_EACH).saturating_add(TERMS);
        self.most_terms = most.min(MOST_TERMS);
        self.constant_radius = constant_radius;
        self.twice_constant_radius = constant_radius.scale(1, Up);
        self.saturation = Saturation::new(constant_radius);
        self.inputs = inputs.len();
        clear(&mut self.values, units);
        self.values.extend_from_slice(inputs);
        clear(&mut self.units, units);
        clear(&mut self.sums, units);
        self.outputs.clear();
        self.rounding.clear();
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
        clear(&mut self.used, units);
        clear(&mut self.renumbered, units);
        self.table.clear(units);
    }

    /// Checks the number of terms.
    fn check_terms(&self) -> Result<(), Failure> {
        if self.terms.len() + self.side_terms.len() > self.most_terms {
            return Err(Failure::Inexact);
        }
        Ok(())
    }

    /// Returns the sum itself as an image.
    fn line(&mut self, sum: &Loose) -> Image {
        let nominal = match sum.terms.as_slice() {
            [] => Nominal::Constant(sum.bias),
            [(variable, one)] if *one == Dyadic::ONE && sum.bias.is_zero() => {
                Nominal::Variable(*variable)
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
            sum: nominal,
            error: sum.radius,
        }
    }

    fn add_line(&mut self, line: Line) -> Nominal {
        self.lines.push(line);
        Nominal::Line(number(self.lines.len() - 1))
    }

    fn take_line(&mut self) -> Image {
        let sum = self.take();
        self.line(&sum)
    }

    /// Returns the variable of the unit `function(sum)`: an existing unit that is exactly the same
    /// function, or a new one with this value. Only steps keep the radius.
    fn unit(&mut self, function: Function, sum: &Loose, value: E) -> u32 {
        if function == Function::Heaviside && !sum.radius.is_zero() {
            // Two such steps need not be equal.
            return self.insert(None, function, sum, value);
        }
        match self.find(function, sum) {
            Found::Taken(variable) => variable,
            Found::Free(gap) => self.insert(Some(gap), function, sum, value),
        }
    }

    /// Looks for the unit `function(sum)` in the table.
    fn find(&self, function: Function, sum: &Loose) -> Found {
        let hash = Hash::of(function, sum.bias, &sum.terms);
        self.table
            .find(hash, |variable| self.is_same(variable, function, sum))
    }

    /// Adds the unit `function(sum)`; also to the table, if it has a place there.
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
        if let Some(gap) = gap {
            self.table.fill(gap, variable);
            // Maxout and similar activations make several units of one: the table may have to grow.
            if self.table.is_crowded(self.units.len()) {
                let unit = |variable| &self.units[index(variable) - self.inputs];
                self.table.grow(|variable| {
                    let unit = unit(variable);
                    Hash::of(unit.function, unit.bias, &self.terms[unit.terms()])
                });
            }
        }
        variable
    }

    fn is_same(&self, variable: u32, function: Function, sum: &Loose) -> bool {
        let unit = &self.units[index(variable) - self.inputs];
        unit.function == function
            && unit.bias == sum.bias
            && (self.rare.get(index(unit.rare))).is_none_or(|rare| rare.radius.is_zero())
            && self.terms[unit.terms()] == sum.terms
    }
}

/// Clears memory for a list of this length, and returns most of it if it is much longer.
fn clear<T>(memory: &mut Vec<T>, length: usize) {
    memory.clear();
    memory.shrink_to(length.saturating_mul(2).saturating_add(LARGE));
}

/// Returns the jump of a step of the first layer that depends on one input, if rounding of its
/// weights or of the jump may hide which boxes end there.
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

fn constant(value: Dyadic, error: Dyadic) -> Image {
    Image {
        sum: Nominal::Constant(value),
        error,
    }
}

#[cfg(test)]
#[allow(clippy::float_arithmetic)]
mod tests;
