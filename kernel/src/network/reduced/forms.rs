//! The network on a box in linear forms (T11).
//!
//! Like [`Reduced::enclose`], with two special cases for steep steps. A unit that sharpens one step
//! is bounded together with that step. A unit of little weight that sums several undecided steps is
//! bounded by its range only, because a line would not be sharper.

use super::{Reduced, Sum, Unit, index, total};
use crate::numbers::Direction::Down;
use crate::numbers::{Composed, Dyadic, Failure, Function, Interval, LinearForm, Scalar};

/// A step whose sum extends this far in both directions is completely undecided.
const UNDECIDED: i64 = 8;
/// A unit has little weight if it is this many bits below the largest weight.
const MINOR_BITS: i64 = 5;

/// How a unit is bounded.
enum Way {
    /// A line through the function, applied to the form of its sum.
    Line,
    /// One line through this unit's function and the function of the unit below, as a composed
    /// sigmoid.
    Composed(usize, Composed),
    /// By its range only.
    Range(Interval),
}

/// The forms of a unit that are needed.
#[derive(Clone, Copy, Default)]
struct Need {
    value: bool,
    sum: bool,
}

impl Reduced {
    /// Encloses the true outputs as linear forms over the box that the network was reduced to, or a
    /// part of it.
    ///
    /// - Errors: [`Failure`] where a unit has no value.
    pub fn linear_forms<const D: usize>(
        &self,
        inputs: &[LinearForm<D>],
    ) -> Result<Vec<LinearForm<D>>, Failure> {
        let minor = self.minor();
        let ways: Vec<Way> = self
            .units
            .iter()
            .enumerate()
            .map(|(k, u)| self.way(k, u, minor[k]))
            .collect();
        let needs = self.needs(&ways);
        let unused = LinearForm::from_range(Interval::ENTIRE);
        let mut sums: Vec<LinearForm<D>> = Vec::with_capacity(self.units.len());
        let mut values = Vec::with_capacity(self.inputs + self.units.len());
        values.extend_from_slice(inputs);
        for (k, (unit, way)) in self.units.iter().zip(&ways).enumerate() {
            let sum = if needs[k].sum {
                self.form(&self.sum(unit), &values)
            } else {
                unused
            };
            let value = if needs[k].value {
                match way {
                    Way::Line => sum.apply(unit.function)?,
                    Way::Composed(below, composed) => sums[*below].through(composed)?,
                    Way::Range(range) => LinearForm::from_range(*range),
                }
            } else {
                unused
            };
            sums.push(sum);
            values.push(value);
        }
        Ok(self
            .outputs
            .iter()
            .zip(0..)
            .map(|(sum, k)| {
                let rounding = self.rounding.get(k).copied().unwrap_or(Dyadic::ZERO);
                self.form(sum, &values).widened(rounding)
            })
            .collect())
    }

    fn form<const D: usize>(&self, sum: &Sum, values: &[LinearForm<D>]) -> LinearForm<D> {
        let terms = &self.terms[sum.start..sum.end];
        total(sum.bias, terms, values).widened(sum.radius)
    }

    /// Chooses how to bound unit `k`, from its range on the box if it is known.
    fn way(&self, k: usize, unit: &Unit, is_minor: bool) -> Way {
        let is_smooth = matches!(unit.function, Function::Sigmoid | Function::Tanh);
        if !is_smooth || self.ranges.len() != self.units.len() {
            return Way::Line;
        }
        let terms = &self.terms[unit.terms()];
        let below = |variable: u32| index(variable).checked_sub(self.inputs);
        if let [(variable, factor)] = *terms {
            let Some(below) = below(variable) else {
                return Way::Line;
            };
            let inner = &self.units[below];
            let composed = Composed::new(inner.function, factor, unit.bias, unit.function);
            return match composed {
                Some(composed) if composed.is_closer(&self.interval(&self.sum(inner))) => {
                    Way::Composed(below, composed)
                }
                _ => Way::Line,
            };
        }
        if !is_minor || terms.iter().any(|(variable, _)| below(*variable).is_none()) {
            return Way::Line;
        }
        let sum = self.interval(&self.sum(unit));
        let far = Dyadic::from_i64(UNDECIDED);
        if sum.inf() < -far && far < sum.sup() {
            Way::Range(self.ranges[k])
        } else {
            Way::Line
        }
    }

    /// Returns which units have little weight in the outputs, compared with the largest, and no
    /// weight in other units.
    fn minor(&self) -> Vec<bool> {
        let mut most = Dyadic::ZERO;
        let mut weights = vec![Dyadic::ZERO; self.units.len()];
        let mut is_used = vec![false; self.units.len()];
        let unit = |variable: u32| index(variable).checked_sub(self.inputs);
        for sum in &self.outputs {
            for (variable, weight) in &self.terms[sum.start..sum.end] {
                if let Some(k) = unit(*variable) {
                    weights[k] = weights[k].max(weight.abs());
                    most = most.max(weight.abs());
                }
            }
        }
        for terms in self.units.iter().map(Unit::terms) {
            for (variable, _) in &self.terms[terms] {
                if let Some(k) = unit(*variable) {
                    is_used[k] = true;
                }
            }
        }
        let little = most.scale(-MINOR_BITS, Down);
        let pairs = weights.iter().zip(is_used);
        pairs
            .map(|(weight, is_used)| !is_used && *weight <= little)
            .collect()
    }

    /// Returns the range of a nominal sum on the box.
    fn interval(&self, sum: &Sum) -> Interval {
        let terms = self.terms[sum.start..sum.end].iter();
        terms.fold(Interval::point(sum.bias), |total, (variable, factor)| {
            let at = index(*variable);
            let range = match at.checked_sub(self.inputs) {
                Some(unit) => &self.ranges[unit],
                None => &self.sides[at],
            };
            total.plus(&range.times_point(*factor))
        })
    }

    /// Returns the forms of each unit that the outputs need.
    fn needs(&self, ways: &[Way]) -> Vec<Need> {
        let mut needs = vec![Need::default(); self.units.len()];
        let ask = |needs: &mut Vec<Need>, sum: &Sum| {
            for (variable, _) in &self.terms[sum.start..sum.end] {
                if let Some(unit) = index(*variable).checked_sub(self.inputs) {
                    needs[unit].value = true;
                }
            }
        };
        for output in &self.outputs {
            ask(&mut needs, output);
        }
        for k in (0..self.units.len()).rev() {
            match &ways[k] {
                Way::Line => needs[k].sum |= needs[k].value,
                Way::Composed(below, _) => needs[*below].sum |= needs[k].value,
                Way::Range(_) => {}
            }
            if needs[k].sum {
                ask(&mut needs, &self.sum(&self.units[k]));
            }
        }
        needs
    }
}
