//! Puts units into layers, and adds the units that carry what later layers need.
//!
//! Every layer holds some of the units of the target and *carriers*: units that are always on. A value of
//! earlier layers that is needed above a layer is a sum of its carriers, so as many are needed as there
//! are linearly independent values, constants aside. A unit may be built the other way round,
//! `relu(s) = relu(-s) + s`, which changes what has to be carried.

use std::collections::BTreeMap;

use super::orient::subset_with_sum;
use super::read::levels;
use super::units::{Sum, Units};
use crate::builders::affine::Affine;
use crate::builders::assemble::{LayerBuilder, network_of_rows};
use crate::expr::{Domain, Target};
use crate::network::{Activation, Network};
use crate::numbers::Rational;

/// With so few units, all ways to turn them round are tried.
const FEW: usize = 8;
/// With more units than this, none is turned round by trial.
const MANY: usize = 48;

/// A value over the units of a layer: their weights, and a constant.
#[derive(Clone, Debug)]
struct Row {
    weights: BTreeMap<usize, Rational>,
    constant: Rational,
}

/// A hidden layer.
#[derive(Clone, Debug)]
struct Layer {
    /// The units of the target.
    members: Vec<usize>,
    /// What is carried, and a number that it is not below.
    carriers: Vec<(Sum, Rational)>,
    /// The values that are needed above it: members first, then carriers of the layer above.
    rows: Vec<Row>,
}

/// The units of a target in layers.
#[derive(Clone, Debug)]
pub struct Layers {
    /// The values that the first layer takes.
    inputs: Vec<Affine>,
    /// From the first to the last.
    layers: Vec<Layer>,
}

/// Which layer each unit is in, and which way round it is.
struct Plan<'a> {
    units: &'a Units,
    outputs: &'a [Sum],
    domain: &'a Domain,
    /// From 1; 0 for a unit that is not used.
    layer: Vec<usize>,
    is_turned: Vec<bool>,
}

impl Layers {
    /// Returns the best layout that was found.
    pub fn of(units: &Units, outputs: &[Sum], domain: &Domain) -> Self {
        let is_used = used(units, outputs);
        let early = levels(&units.inner);
        let layer: Vec<usize> = (early.iter().zip(&is_used))
            .map(|(level, is_used)| if *is_used { *level } else { 0 })
            .collect();
        let late = as_late_as_possible(units, &layer);
        let mut plan = Plan {
            units,
            outputs,
            domain,
            is_turned: vec![false; layer.len()],
            layer,
        };
        let mut best = plan.turned();
        if late != plan.layer {
            plan.layer = late;
            plan.is_turned.fill(false);
            let other = plan.turned();
            if other.units() < best.units() {
                best = other;
            }
        }
        best
    }

    /// The number of units of each hidden layer.
    pub fn widths(&self) -> Vec<usize> {
        let layers = self.layers.iter();
        layers
            .map(|layer| layer.members.len() + layer.carriers.len())
            .collect()
    }

    /// The number of units.
    pub fn units(&self) -> usize {
        self.widths().iter().sum()
    }

    /// The number of units that are always on.
    pub fn carriers(&self) -> usize {
        self.layers.iter().map(|layer| layer.carriers.len()).sum()
    }

    /// Are all kinks parallel to an axis, in one hidden layer?
    pub fn is_parallel_to_axes(&self) -> bool {
        let [layer] = self.layers.as_slice() else {
            return self.layers.is_empty();
        };
        let mut kinks = self.inputs.iter().take(layer.members.len());
        kinks.all(|kink| kink.weights.iter().filter(|w| !w.is_zero()).count() <= 1)
    }

    /// Returns the network.
    pub fn network(&self, target: &Target) -> Network {
        let mut hidden = Vec::new();
        let mut rows: Vec<Row> = self.inputs.iter().map(row_of_inputs).collect();
        let mut width = target.inputs().len();
        for layer in &self.layers {
            let mut builder = LayerBuilder::new(width);
            for (k, row) in std::mem::take(&mut rows).into_iter().enumerate() {
                let carrier = k.checked_sub(layer.members.len());
                let low = carrier.map(|k| layer.carriers[k].1.clone());
                builder.unit(row.weights, row.constant - low.unwrap_or_default());
            }
            width = builder.units();
            hidden.push(builder.finish(Activation::Relu));
            rows.clone_from(&layer.rows);
        }
        let rows = rows.into_iter().map(|row| (row.weights, row.constant));
        network_of_rows(target, hidden, rows, Activation::Identity)
    }
}

fn row_of_inputs(affine: &Affine) -> Row {
    let weights = affine.weights.iter().cloned().enumerate();
    Row {
        weights: weights.filter(|(_, weight)| !weight.is_zero()).collect(),
        constant: affine.constant.clone(),
    }
}

/// Returns which units the outputs need.
fn used(units: &Units, outputs: &[Sum]) -> Vec<bool> {
    let mut is_used = vec![false; units.inner.len()];
    for unit in outputs.iter().flat_map(|sum| sum.terms.keys()) {
        is_used[*unit] = true;
    }
    for unit in (0..units.inner.len()).rev() {
        if is_used[unit] {
            for below in units.inner[unit].terms.keys() {
                is_used[*below] = true;
            }
        }
    }
    is_used
}

/// Returns the layers if every unit is in the last layer that is early enough.
fn as_late_as_possible(units: &Units, early: &[usize]) -> Vec<usize> {
    let deepest = early.iter().copied().max().unwrap_or(0);
    let mut late: Vec<usize> = early
        .iter()
        .map(|layer| if *layer == 0 { 0 } else { deepest })
        .collect();
    for unit in (0..late.len()).rev().filter(|unit| early[*unit] > 0) {
        for below in units.inner[unit].terms.keys() {
            late[*below] = late[*below].min(late[unit] - 1);
        }
    }
    late
}

impl Plan<'_> {
    /// Returns the best layout with these layers.
    fn turned(&mut self) -> Layers {
        let mut best = self.laid();
        let used: Vec<usize> = (0..self.layer.len())
            .filter(|k| self.layer[*k] > 0)
            .collect();
        if best.carriers() == 0 {
            return best;
        }
        if best.layers.len() == 1
            && let Some(turned) = self.without_carriers(&used)
        {
            for unit in turned {
                self.is_turned[unit] = true;
            }
            return self.laid();
        }
        if used.len() <= FEW {
            for choice in 1_usize..1 << used.len() {
                for (k, unit) in used.iter().enumerate() {
                    self.is_turned[*unit] = choice >> k & 1 == 1;
                }
                let found = self.laid();
                if found.units() < best.units() {
                    best = found;
                }
            }
        } else if used.len() <= MANY {
            let mut is_better = true;
            while is_better {
                is_better = false;
                for unit in &used {
                    self.is_turned[*unit] = !self.is_turned[*unit];
                    let found = self.laid();
                    if found.units() < best.units() {
                        best = found;
                        is_better = true;
                    } else {
                        self.is_turned[*unit] = !self.is_turned[*unit];
                    }
                }
            }
        }
        best
    }

    /// Returns units of one hidden layer that leave nothing to be carried if they are turned round: their
    /// inner sums, with their weights, add up to minus the affine part of every output.
    fn without_carriers(&self, used: &[usize]) -> Option<Vec<usize>> {
        let vector = |unit: &usize| -> Vec<Rational> {
            let inner = &self.units.inner[*unit].affine.weights;
            let weights = self.outputs.iter().map(|sum| sum.terms.get(unit));
            let parts = weights.flat_map(|weight| {
                let weight = weight.cloned().unwrap_or_default();
                inner.iter().map(move |w| w * &weight)
            });
            parts.collect()
        };
        let items: Vec<Vec<Rational>> = used.iter().map(vector).collect();
        let weights = self.outputs.iter().flat_map(|sum| &sum.affine.weights);
        let wanted: Vec<Rational> = weights.map(|weight| -weight).collect();
        let chosen = subset_with_sum(&items, &wanted)?;
        Some(chosen.into_iter().map(|k| used[k]).collect())
    }

    /// Lays out the units from the outputs down to the inputs.
    fn laid(&self) -> Layers {
        let deepest = self.layer.iter().copied().max().unwrap_or(0);
        let mut members = vec![Vec::new(); deepest + 1];
        for (unit, layer) in self.layer.iter().enumerate() {
            members[*layer].push(unit);
        }
        let mut needed = self.outputs.to_vec();
        let mut layers = Vec::with_capacity(deepest);
        for members in members.drain(1..).rev() {
            let (carriers, rows) = self.carried(&members, &needed);
            needed = members.iter().map(|unit| self.inner(*unit)).collect();
            needed.extend(carriers.iter().map(|(carrier, _)| carrier.clone()));
            layers.push(Layer {
                members,
                carriers,
                rows,
            });
        }
        layers.reverse();
        let inputs = needed.into_iter().map(|sum| sum.affine).collect();
        Layers { inputs, layers }
    }

    /// Returns what a unit takes.
    fn inner(&self, unit: usize) -> Sum {
        let inner = &self.units.inner[unit];
        if self.is_turned[unit] {
            inner.times(&-Rational::ONE)
        } else {
            inner.clone()
        }
    }

    /// Returns what a layer with these members carries, and the needed values over its units.
    fn carried(&self, members: &[usize], needed: &[Sum]) -> (Vec<(Sum, Rational)>, Vec<Row>) {
        let place: BTreeMap<usize, usize> = (members.iter().copied()).zip(0..).collect();
        let mut basis = Basis::default();
        let mut rows = Vec::with_capacity(needed.len());
        for sum in needed {
            let mut rest = Sum::affine(sum.affine.clone());
            let mut weights = BTreeMap::new();
            for (unit, weight) in &sum.terms {
                if let Some(place) = place.get(unit) {
                    weights.insert(*place, weight.clone());
                    if self.is_turned[*unit] {
                        rest.add(weight, &self.units.inner[*unit]);
                    }
                } else {
                    rest.add_unit(*unit, weight);
                }
            }
            let mut constant = std::mem::take(&mut rest.affine.constant);
            for (carrier, factor) in basis.parts(&rest) {
                constant = constant + &factor * &self.least(&basis.members[carrier]);
                weights.insert(members.len() + carrier, factor);
            }
            rows.push(Row { weights, constant });
        }
        let carriers = basis.members.into_iter();
        let carriers = carriers.map(|carrier| (carrier.clone(), self.least(&carrier)));
        (carriers.collect(), rows)
    }

    /// Returns a number that a sum is not below.
    fn least(&self, sum: &Sum) -> Rational {
        let terms = sum.terms.iter().filter(|(_, weight)| weight.is_negative());
        let least = terms.map(|(unit, weight)| weight * &self.units.highs[*unit]);
        sum.affine.range(self.domain).0 + least.sum::<Rational>()
    }
}

/// Sums without constants that are linearly independent.
#[derive(Default)]
struct Basis {
    members: Vec<Sum>,
    /// Combinations of members in which a coordinate is 1 that no later one has: the coordinate, the
    /// combination, and its factors.
    reduced: Vec<(Coordinate, Sum, BTreeMap<usize, Rational>)>,
}

/// An input, or a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coordinate {
    Input(usize),
    Unit(usize),
}

impl Coordinate {
    fn of(self, sum: &Sum) -> Rational {
        match self {
            Self::Input(input) => sum.affine.weights[input].clone(),
            Self::Unit(unit) => sum.terms.get(&unit).cloned().unwrap_or_default(),
        }
    }

    /// Returns a coordinate that is not 0.
    fn first(sum: &Sum) -> Option<Self> {
        let input = sum.affine.weights.iter().position(|w| !w.is_zero());
        let unit = || sum.terms.keys().next().copied().map(Self::Unit);
        input.map(Self::Input).or_else(unit)
    }
}

impl Basis {
    /// Returns the factors of the members that add up to a sum; adds it as a member where there are none.
    fn parts(&mut self, sum: &Sum) -> BTreeMap<usize, Rational> {
        let mut rest = sum.clone();
        let mut factors: BTreeMap<usize, Rational> = BTreeMap::new();
        for (coordinate, known, made_of) in &self.reduced {
            let factor = coordinate.of(&rest);
            if factor.is_zero() {
                continue;
            }
            rest.add(&-&factor, known);
            for (member, part) in made_of {
                let sum = factors.remove(member).unwrap_or_default() + &factor * part;
                if !sum.is_zero() {
                    factors.insert(*member, sum);
                }
            }
        }
        let Some(coordinate) = Coordinate::first(&rest) else {
            return factors;
        };
        let member = self.members.len();
        self.members.push(sum.clone());
        let scale = Rational::ONE / coordinate.of(&rest);
        let mut made_of: BTreeMap<usize, Rational> = (factors.into_iter())
            .map(|(member, factor)| (member, -(&factor * &scale)))
            .collect();
        made_of.insert(member, scale.clone());
        self.reduced.push((coordinate, rest.times(&scale), made_of));
        BTreeMap::from([(member, Rational::ONE)])
    }
}

/// The widths in words: `3` or `3 + 2`.
pub fn widths_text(widths: &[usize]) -> String {
    let widths: Vec<String> = widths.iter().map(ToString::to_string).collect();
    widths.join(" + ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builders::exact::read::Reader;
    use crate::expr::{evaluate_exactly, parse_target};
    use crate::network::forward;

    /// Whichever way round units are, and however late, the network is the same function.
    #[test]
    fn turned_units_compute_the_same() {
        let domain = Domain::parse("x=-1..1, y=-1..2, z=0..1").expect("a domain");
        let formulas = ["max(x, 2*y, abs(z - x)) - relu(x + y)", "min(max(x, y), z)"];
        let target = parse_target(&formulas, Some(domain.names())).expect("formulas");
        let mut reader = Reader {
            names: target.inputs(),
            domain: &domain,
            units: Units::default(),
            is_flat: true,
        };
        let outputs = target.output_expressions();
        let outputs: Vec<Sum> = (outputs.iter())
            .map(|formula| reader.read(formula).expect("piecewise linear"))
            .collect();
        let units = &reader.units;
        let early = levels(&units.inner);
        let count = early.len();
        assert!(used(units, &outputs).iter().all(|is_used| *is_used));
        for layer in [as_late_as_possible(units, &early), early] {
            for choice in 0_usize..1 << count {
                let plan = Plan {
                    units,
                    outputs: &outputs,
                    domain: &domain,
                    layer: layer.clone(),
                    is_turned: (0..count).map(|k| choice >> k & 1 == 1).collect(),
                };
                let network = plan.laid().network(&target);
                for k in 0..12 {
                    let at = |by: i64, over: i64| Rational::ratio(k * by % over, over);
                    let point = [at(5, 7) - at(3, 11), at(4, 9), at(2, 5)];
                    let values = evaluate_exactly(&target, &point);
                    let values: Result<Vec<_>, _> = values.into_iter().collect();
                    assert_eq!(forward(&network, &(), &point).ok(), values.ok());
                }
            }
        }
    }
}
