//! The smaller network that encloses this one on a box.
//!
//! On a box most units of a large network say little: a saturated sigmoid is a constant up to a
//! tiny amount, a decided ReLU is zero or a line, and units that became equal can be one unit.
//! [`Reduced`] is a network in the form that makes this cheap: a list of steps, sigmoids,
//! tanhs, ReLUs and their like in order, each applied to an affine sum of the *inputs and earlier units*, so
//! that a decided unit disappears by substitution. Leaky ReLU, hard tanh and maxout are sums of
//! ReLUs, and two others scale their like:
//!
//! ```text
//! leaky(z) = s z + (1 - s) relu(z)      hardtanh(z) = 1 - relu(2 - relu(z + 1))
//! max(a, b) = a + relu(b - a)           elu_a(z) = a elu_1(z) + (1 - a) relu(z)
//! gelu_s(z) = (s/sqrt 2) gelu(sqrt 2/s z)
//! ```
//!
//! What is exact and what is not (T02). The sums of a `Reduced` have point coefficients, so
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
//! 0 on the box is taken as 0: it is 1 only on a set of measure zero there. Where its exact weights
//! had to be rounded, a step of the first layer that depends on one input keeps the place of its
//! jump as a fraction (`Place`): a box that ends exactly there is on one side of it.

mod forms;
pub mod reducer;

use std::ops::Range;
use std::sync::Arc;

use self::reducer::Reducer;
use super::model::Network;
use crate::numbers::{Dyadic, Enclosure, Failure, Function, Interval, Rational};

/// An affine sum of inputs and units, `bias + sum coefficient · variable`, up to `radius`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bias: Dyadic,
    pub(super) radius: Dyadic,
    /// Where its terms are in [`Reduced::terms`]; sorted by variable, no zero coefficients.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A unit: `function` of a sum. `function` is one of heaviside, sigmoid, tanh, relu, softplus, softsign,
/// elu, silu, gelu.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) function: Function,
    /// Its radius and place, in [`Reduced::rare`]; `NONE` for most units.
    pub(super) rare: u32,
    /// Where its terms are in [`Reduced::terms`]; a `u32` each, as there are many units.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) bias: Dyadic,
}

impl Unit {
    /// Where its terms are.
    #[inline]
    pub(super) fn terms(&self) -> Range<usize> {
        index(self.start)..index(self.end)
    }
}

/// No unit, no place, nothing rare.
pub(super) const NONE: u32 = u32::MAX;

/// What few steps have.
#[derive(Clone, Debug)]
pub(super) struct Rare {
    /// How far the true sum may be from the stated one.
    pub(super) radius: Dyadic,
    /// Where its jump is, in [`Reduced::places`]; or `NONE`, where the sum says it.
    pub(super) place: u32,
}

impl Rare {
    pub(super) fn is_nothing(&self) -> bool {
        self.radius.is_zero() && self.place == NONE
    }
}

/// The exact jump of a step `heaviside(weight · input + bias)`, whose sum was rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) input: usize,
    /// -bias / weight.
    pub(super) at: Rational,
    /// Is the weight positive?
    pub(super) is_rising: bool,
}

impl Place {
    /// The step's value at almost every point of a box with these exact sides, if it is one value.
    pub(super) fn value(&self, sides: &[(Rational, Rational)]) -> Option<Dyadic> {
        let (low, high) = sides.get(self.input)?;
        let (is_above, is_below) = (*low >= self.at, *high <= self.at);
        let (is_on, is_off) = if self.is_rising {
            (is_above, is_below)
        } else {
            (is_below, is_above)
        };
        // At the jump itself it is 1, which matters where a side is a point.
        if is_on {
            return Some(Dyadic::ONE);
        }
        is_off.then_some(Dyadic::ZERO)
    }
}

/// A network on a box, reduced to what is alive there.
///
/// Variables `0..inputs` are the inputs, variable `inputs + k` is unit `k`; a unit uses only
/// variables before it.
#[derive(Clone, Debug)]
pub struct Reduced {
    pub(super) inputs: usize,
    pub(super) units: Vec<Unit>,
    pub(super) outputs: Vec<Sum>,
    /// Where the true outputs lie on the box that the network was reduced to.
    pub(super) output_ranges: Vec<Interval>,
    pub(super) terms: Vec<(u32, Dyadic)>,
    pub(super) rare: Vec<Rare>,
    /// Nothing where there are none, as most networks are copied often and have none.
    pub(super) places: Option<Arc<[Place]>>,
    /// The sides of that box, and where the stated units lie on it, if they were computed as
    /// intervals; else nothing.
    pub(super) sides: Vec<Interval>,
    pub(super) ranges: Vec<Interval>,
}

/// One alive unit, for those who look at the network itself.
#[derive(Clone, Copy, Debug)]
pub struct UnitView<'a> {
    /// heaviside, sigmoid, tanh, relu, softplus, softsign, elu, silu or gelu.
    pub function: Function,
    /// The sum it is applied to.
    pub sum: SumView<'a>,
    /// The exact place of its jump, where the sum is rounded.
    pub place: Option<&'a Rational>,
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

impl Reduced {
    /// Returns the network on `domain` (one interval per input), with every weight rounded to 63
    /// bits and the rounding accounted for.
    ///
    /// - Errors: [`Failure::Inexact`] when a weight is so large that it has no bound.
    pub fn from_network(network: &Network, domain: &[Interval]) -> Result<Self, Failure> {
        Reducer::<Interval>::default().from_network(network, domain)
    }

    /// Returns the network on a smaller box: units whose range there has a radius of at most
    /// `constant_radius` become constants, decided ones lines or constants, equal ones one. Any `constant_radius >= 0` is
    /// sound; a large one makes the result smaller and less sharp.
    ///
    /// `inputs` holds the inputs over the box, in the arithmetic that ranges are computed with; the
    /// exact sides of the box tell more where [`Reduced::needs_sides`]. A [`Reducer`] does the
    /// same for many boxes with less allocation.
    pub fn reduce<E: Enclosure>(
        &self,
        inputs: &[E],
        sides: Option<&[(Rational, Rational)]>,
        constant_radius: Dyadic,
    ) -> Result<Self, Failure> {
        Reducer::default().reduce(self, inputs, sides, constant_radius)
    }

    /// Evaluates the stated outputs; each true output is within [`Reduced::output`]'s radius
    /// of it.
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

    /// Evaluates the true outputs: the stated ones, widened by their radius.
    pub fn enclose<E: Enclosure>(&self, inputs: &[E]) -> Result<Vec<E>, Failure> {
        let nominal = self.evaluate(inputs)?;
        Ok(nominal
            .into_iter()
            .zip(&self.outputs)
            .map(|(value, sum)| value.widened(sum.radius))
            .collect())
    }

    /// Do the exact sides of a box tell more of a unit than intervals that hold them?
    #[inline]
    pub fn needs_sides(&self) -> bool {
        self.places.is_some()
    }

    /// What is rare of a unit.
    #[inline]
    pub(super) fn rare(&self, unit: &Unit) -> Option<&Rare> {
        self.rare.get(index(unit.rare))
    }

    /// The exact jump of a unit, if it is kept.
    #[inline]
    pub(super) fn place(&self, rare: &Rare) -> Option<&Place> {
        self.places.as_ref()?.get(index(rare.place))
    }

    /// The sum of a unit.
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

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.units.len() * size_of::<Unit>()
            + self.terms.len() * size_of::<(u32, Dyadic)>()
            + self.rare.len() * size_of::<Rare>()
            + (self.ranges.len() + self.sides.len()) * size_of::<Interval>()
    }

    /// How many inputs there are.
    #[inline]
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many units are alive.
    #[inline]
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// How many outputs there are.
    #[inline]
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Looks at alive unit number `k`, which is variable `inputs + k`.
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

    /// Encloses the true outputs on the box that the network was reduced to, as was found on the
    /// way: by intervals, or by linear forms where those were used.
    #[inline]
    pub fn output_ranges(&self) -> &[Interval] {
        &self.output_ranges
    }

    /// Looks at output number `k`.
    #[inline]
    pub fn output(&self, k: usize) -> SumView<'_> {
        self.view(&self.outputs[k])
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
    sum.settled()
}
