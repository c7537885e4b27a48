//! The reduced network: a smaller network that encloses the original one on a box.
//!
//! On a box most units of a large network are simple. A saturated sigmoid is nearly constant, a
//! decided ReLU is zero or an affine function, and units that became equal can be merged.
//! [`Reduced`] has a form that makes this cheap: a list of steps, sigmoids, tanhs, ReLUs and
//! similar units in order, each applied to an affine sum of the *inputs and earlier units*. So a
//! decided unit disappears by substitution. Leaky ReLU, hard tanh and maxout are sums of ReLUs, and
//! two other functions are rescaled:
//!
//! ```text
//! leaky(z) = s z + (1 - s) relu(z)      hardtanh(z) = 1 - relu(2 - relu(z + 1))
//! max(a, b) = a + relu(b - a)           elu_a(z) = a elu_1(z) + (1 - a) relu(z)
//! gelu_s(z) = (s/sqrt 2) gelu(sqrt 2/s z)
//! ```
//!
//! What is exact (T02): the sums of a `Reduced` have point coefficients, so its units are *exact
//! functions* of the inputs, the *nominal* units. Rounding and merging make a true unit differ from
//! its nominal unit. A radius bounds this difference:
//!
//! - If the true sum of a Lipschitz unit differs from the nominal sum by at most `r`, the unit
//!   differs from its nominal unit by at most `Lip · r`. This is its *abstraction error*. A sum
//!   that uses the unit with coefficient `c` adds `|c|` times this error to its radius. When two
//!   units are merged, both errors count, times the *absolute values* of their coefficients, even
//!   if the coefficients cancel: units that agree only up to their errors are never treated as
//!   equal.
//! - A step cannot pass on an error, so it keeps a radius of its own. It is undecided while its sum
//!   with the radius contains zero, and is merged only if its radius is zero.
//! - Rounding a coefficient by `d` adds `d · sup |unit|` to the radius.
//!
//! A step whose sum is at most 0 on the box is replaced by 0 if the sum is a non-constant affine
//! function of the inputs without radius: the step is 1 only on a set of measure zero. If its exact
//! weights had to be rounded, a step of the first layer that depends on one input keeps the place
//! of its jump as a fraction (`Place`). So a box that ends exactly there is on one side of the
//! jump.

mod forms;
pub mod reducer;

use std::ops::Range;
use std::sync::Arc;

use self::reducer::Reducer;
use super::model::Network;
use crate::numbers::Direction::Up;
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Rational};

/// An affine sum of inputs and units, `bias + sum coefficient · variable`, up to `radius`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bias: Dyadic,
    pub(super) radius: Dyadic,
    /// The position of its terms in [`Reduced::terms`]; sorted by variable, without zeros.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A unit: a `function` of a sum. The function is one of heaviside, sigmoid, tanh, relu, softplus,
/// softsign, elu, silu, gelu.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) function: Function,
    /// The index of its radius and place in [`Reduced::rare`]; `NONE` for most units.
    pub(super) rare: u32,
    /// The position of its terms in [`Reduced::terms`]; `u32`, because there are many units.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) bias: Dyadic,
}

impl Unit {
    /// Returns the position of its terms.
    #[inline]
    pub(super) fn terms(&self) -> Range<usize> {
        index(self.start)..index(self.end)
    }
}

/// No unit, no place, no rare data.
pub(super) const NONE: u32 = u32::MAX;

/// Data that only a few steps have.
#[derive(Clone, Debug)]
pub(super) struct Rare {
    /// A bound of the difference between the true and the nominal sum.
    pub(super) radius: Dyadic,
    /// The index of its jump in [`Reduced::places`]; `NONE` if the sum gives it exactly.
    pub(super) place: u32,
}

impl Rare {
    pub(super) fn is_nothing(&self) -> bool {
        self.radius.is_zero() && self.place == NONE
    }
}

/// The exact jump of a step `heaviside(weight · input + bias)` whose sum was rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) input: usize,
    /// -bias / weight.
    pub(super) at: Rational,
    /// Is the weight positive?
    pub(super) is_rising: bool,
}

impl Place {
    /// Returns the step's value at almost every point of a box with these exact sides, if it is
    /// constant there.
    pub(super) fn value(&self, sides: &[(Rational, Rational)]) -> Option<Dyadic> {
        let (low, high) = sides.get(self.input)?;
        let (is_above, is_below) = (*low >= self.at, *high <= self.at);
        let (is_on, is_off) = if self.is_rising {
            (is_above, is_below)
        } else {
            (is_below, is_above)
        };
        // At the jump itself it is 1, which matters if a side is a point.
        if is_on {
            return Some(Dyadic::ONE);
        }
        is_off.then_some(Dyadic::ZERO)
    }
}

/// A network on a box, reduced to the units that are undecided there.
///
/// Variables `0..inputs` are the inputs, variable `inputs + k` is unit `k`; a unit uses only
/// earlier variables.
#[derive(Clone, Debug)]
pub struct Reduced {
    pub(super) inputs: usize,
    pub(super) units: Vec<Unit>,
    pub(super) outputs: Vec<Sum>,
    /// What float arithmetic adds to the radius of each output (T40); empty for real numbers.
    pub(super) rounding: Vec<Dyadic>,
    /// The ranges of the true outputs on the box that the network was reduced to.
    pub(super) output_ranges: Vec<Interval>,
    pub(super) terms: Vec<(u32, Dyadic)>,
    pub(super) rare: Vec<Rare>,
    /// `None` if there are no places: networks are copied often, and most have none.
    pub(super) places: Option<Arc<[Place]>>,
    /// The sides of that box, and the ranges of the nominal units on it if they were computed as
    /// intervals; otherwise empty.
    pub(super) sides: Vec<Interval>,
    pub(super) ranges: Vec<Interval>,
}

/// A view of one unit.
#[derive(Clone, Copy, Debug)]
pub struct UnitView<'a> {
    /// heaviside, sigmoid, tanh, relu, softplus, softsign, elu, silu or gelu.
    pub function: Function,
    /// The sum that the function is applied to.
    pub sum: SumView<'a>,
    /// The exact place of its jump, if the sum is rounded.
    pub place: Option<&'a Rational>,
}

/// An affine sum of variables: inputs first, then units in order.
#[derive(Clone, Copy, Debug)]
pub struct SumView<'a> {
    /// The constant.
    pub bias: Dyadic,
    /// A bound of the difference between the true and the nominal sum.
    pub radius: Dyadic,
    /// Variables and their nonzero coefficients, sorted.
    pub terms: &'a [(u32, Dyadic)],
}

impl Reduced {
    /// Returns the network on `domain` (one interval per input). Weights are rounded to 63 bits;
    /// the rounding errors are in the radii.
    ///
    /// - Errors: [`Failure::Inexact`] when a weight is so large that it has no bound.
    pub fn from_network(network: &Network, domain: &[Interval]) -> Result<Self, Failure> {
        Reducer::<Interval>::default().from_network(network, domain)
    }

    /// Returns the network on a smaller box. Units whose range there has a radius of at most
    /// `constant_radius` become constants, decided units become affine or constant, and equal units
    /// are merged. Any `constant_radius >= 0` is sound; a larger one gives a smaller, less sharp
    /// network.
    ///
    /// `inputs` holds the inputs over the box, in the arithmetic used for ranges. The exact sides
    /// of the box decide more if [`Reduced::needs_sides`]. A [`Reducer`] does the same for many
    /// boxes with fewer allocations.
    pub fn reduce<E: Enclosure>(
        &self,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        constant_radius: Dyadic,
    ) -> Result<Self, Failure> {
        Reducer::default().reduce(self, inputs, sides, constant_radius)
    }

    /// Evaluates the nominal outputs; each true output is within the radius of [`Reduced::output`].
    pub fn evaluate<E: Enclosure>(&self, inputs: &[E]) -> Result<Vec<E>, Failure> {
        let mut values: Vec<E> = Vec::with_capacity(self.inputs + self.units.len());
        values.extend_from_slice(inputs);
        for unit in &self.units {
            let sum = self.sum(unit);
            let sum = self.total(&sum, &values).widened(sum.radius);
            values.push(sum.apply(unit.function)?);
        }
        Ok(self
            .outputs
            .iter()
            .map(|output| self.total(output, &values))
            .collect())
    }

    /// Evaluates the true outputs: the nominal ones, widened by their radius.
    pub fn enclose<E: Enclosure>(&self, inputs: &[E]) -> Result<Vec<E>, Failure> {
        let nominal = self.evaluate(inputs)?;
        Ok(nominal
            .into_iter()
            .enumerate()
            .map(|(k, value)| value.widened(self.output(k).radius))
            .collect())
    }

    /// Can the exact sides of a box decide more units than intervals that hold them?
    #[inline]
    pub fn needs_sides(&self) -> bool {
        self.places.is_some()
    }

    /// Returns the rare data of a unit.
    #[inline]
    pub(super) fn rare(&self, unit: &Unit) -> Option<&Rare> {
        self.rare.get(index(unit.rare))
    }

    /// Returns the exact jump of a unit, if it is stored.
    #[inline]
    pub(super) fn place(&self, rare: &Rare) -> Option<&Place> {
        self.places.as_ref()?.get(index(rare.place))
    }

    /// Returns the sum of a unit.
    #[inline]
    pub(super) fn sum(&self, unit: &Unit) -> Sum {
        let Range { start, end } = unit.terms();
        Sum {
            bias: unit.bias,
            radius: self.rare(unit).map_or(Dyadic::ZERO, |rare| rare.radius),
            start,
            end,
        }
    }

    fn total<E: Enclosure>(&self, sum: &Sum, values: &[E]) -> E {
        total(sum.bias, &self.terms[sum.start..sum.end], values)
    }

    /// Returns its size in bytes, approximately.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.units.len() * size_of::<Unit>()
            + self.terms.len() * size_of::<(u32, Dyadic)>()
            + self.rare.len() * size_of::<Rare>()
            + (self.ranges.len() + self.sides.len()) * size_of::<Interval>()
    }

    /// Returns the number of inputs.
    #[inline]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Returns the number of units.
    #[inline]
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Returns the number of outputs.
    #[inline]
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Returns a view of unit `k`, which is variable `inputs + k`.
    #[inline]
    pub fn unit(&self, k: usize) -> UnitView<'_> {
        let unit = &self.units[k];
        let place = self.rare(unit).and_then(|rare| self.place(rare));
        UnitView {
            function: unit.function,
            sum: self.view(&self.sum(unit)),
            place: place.map(|place| &place.at),
        }
    }

    /// Returns enclosures of the true outputs on the box that the network was reduced to, computed
    /// during the reduction: by intervals, or by linear forms if those were used.
    #[inline]
    pub fn output_ranges(&self) -> &[Interval] {
        &self.output_ranges
    }

    /// Returns a view of output `k`.
    #[inline]
    pub fn output(&self, k: usize) -> SumView<'_> {
        let mut view = self.view(&self.outputs[k]);
        if let Some(rounding) = self.rounding.get(k) {
            view.radius = view.radius.add(*rounding, Up);
        }
        view
    }

    /// Returns what float arithmetic adds to the radius of each output; nothing for real numbers.
    pub fn rounding(&self) -> &[Dyadic] {
        &self.rounding
    }

    /// Returns the largest radius of an output in real arithmetic.
    pub fn real_radius(&self) -> Dyadic {
        let radii = self.outputs.iter().map(|output| output.radius);
        radii.max().unwrap_or(Dyadic::ZERO)
    }

    #[inline]
    fn view(&self, sum: &Sum) -> SumView<'_> {
        SumView {
            bias: sum.bias,
            radius: sum.radius,
            terms: &self.terms[sum.start..sum.end],
        }
    }
}

#[inline]
pub(super) fn index(variable: u32) -> usize {
    usize::try_from(variable).expect("usize holds 32 bits")
}

#[inline]
pub(super) fn number(variable: usize) -> u32 {
    u32::try_from(variable).expect("fewer than 2^32 units fit in memory")
}

/// `bias + sum coefficient · value`.
pub(super) fn total<E: Enclosure>(bias: Dyadic, terms: &[(u32, Dyadic)], values: &[E]) -> E {
    let mut sum = E::from_range(Interval::point(bias));
    for &(variable, coefficient) in terms {
        sum.accumulate(coefficient, &values[index(variable)]);
    }
    sum.tightened()
}
