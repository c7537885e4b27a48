//! A cell with steep steps, as a grid (T29). Outside the transition layers of the steps hardly
//! anything changes, inside one layer one step is undecided, and where layers cross there is almost
//! no volume.

use super::cell::Cell;
use super::integral::Integrand;
use super::leaf::{LeavesOver, Reduction};
use crate::certificate::Method;
use crate::network::Reduced;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Failure, Function, Interval};

/// The most parts of a cell, so that a leaf costs at most as much as this many leaves.
const MOST_PARTS: usize = 32;
/// Ends of layers are rounded to `2^-FINENESS` of half a layer, so that they are short numbers.
const FINENESS: i64 = 4;
/// A slab with at least this many parts gets its own reduced network.
const MANY_PARTS: usize = 3;

/// A slice of a side.
struct Slice {
    /// Where it ends, if not at the end of the side.
    end: Option<Dyadic>,
    is_layer: bool,
}

/// The slices of all sides of a cell.
struct Grid {
    axes: Vec<Vec<Slice>>,
}

/// The contribution of a cell to an integral (T29), part by part of a grid along the transition
/// layers of steps. Where layers cross, the integrand is only bounded by its range on the whole
/// cell.
pub(super) fn contribution<const D: usize, const S: usize>(
    leaves: &mut LeavesOver<'_, D, S>,
    integrand: Integrand,
    cell: &Cell,
    network: &Reduced,
    reduction: Reduction,
) -> Result<Interval, Failure> {
    let anywhere = leaves.natural_mean(integrand, cell, network)?;
    let grid = Grid::new(cell, network, reduction.constant_radius).ok_or(Failure::Inexact)?;
    let mut total = Total {
        leaves,
        grid: &grid,
        integrand,
        reduction,
        contribution: Interval::ZERO,
        remainder: cell.volume(),
    };
    total.add_slab(cell.clone(), false, 0, network)?;
    let Total {
        contribution,
        remainder,
        ..
    } = total;
    let least = remainder.inf().max(Dyadic::ZERO);
    let remainder = Interval::ordered(least, remainder.sup().max(least));
    Ok(contribution.plus(&anywhere.times(&remainder)))
}

/// The common data of all parts of a cell, and their sum so far.
struct Total<'s, 'q, const D: usize, const S: usize> {
    leaves: &'s mut LeavesOver<'q, D, S>,
    grid: &'s Grid,
    integrand: Integrand,
    reduction: Reduction,
    contribution: Interval,
    /// The volume of the parts without a bound.
    remainder: Interval,
}

impl<const D: usize, const S: usize> Total<'_, '_, D, S> {
    /// Adds the parts of a slab, which is one slice wide in all inputs before `axis`; `network` is
    /// the network on a parent cell.
    fn add_slab(
        &mut self,
        slab: Cell,
        is_in_layer: bool,
        axis: usize,
        network: &Reduced,
    ) -> Result<(), Failure> {
        let grid = self.grid;
        let Some(slices) = grid.axes.get(axis) else {
            return self.add_part(&slab, is_in_layer, network);
        };
        let next = axis.saturating_add(1);
        let mut left = slab;
        for slice in slices {
            let part = match slice.end {
                None => left.clone(),
                Some(end) => {
                    let (part, after) = left.cut_at(axis, end).ok_or(Failure::Inexact)?;
                    left = after;
                    part
                }
            };
            if slice.is_layer && is_in_layer {
                continue;
            }
            let is_in_layer = slice.is_layer || is_in_layer;
            if slices.len() > 1 && grid.parts(next, is_in_layer) >= MANY_PARTS {
                let network = self.leaves.reduced(network, &part, self.reduction)?;
                self.add_slab(part, is_in_layer, next, &network)?;
            } else {
                self.add_slab(part, is_in_layer, next, network)?;
            }
        }
        Ok(())
    }

    /// Adds a part. Outside all layers, the first method that applies bounds it.
    fn add_part(
        &mut self,
        cell: &Cell,
        is_in_layer: bool,
        network: &Reduced,
    ) -> Result<(), Failure> {
        let (leaves, integrand) = (&mut *self.leaves, self.integrand);
        let found = if is_in_layer {
            leaves.natural_integral(integrand, cell, network, self.reduction)?
        } else {
            let part = leaves.reduced(network, cell, self.reduction)?;
            [Method::SecondOrder, Method::Linear, Method::Natural]
                .into_iter()
                .find_map(|method| leaves.integral(method, integrand, cell, &part).ok())
                .ok_or(Failure::Inexact)?
        };
        self.contribution = self.contribution.plus(&found);
        self.remainder = self.remainder.minus(&cell.volume());
        Ok(())
    }
}

impl Grid {
    /// Cuts the sides of a cell at the layers of its steps. Returns `None` if there are no layers,
    /// or too many, or if every part lies in two layers or more: then the number of slabs would
    /// have no bound.
    fn new(cell: &Cell, network: &Reduced, constant_radius: Dyadic) -> Option<Self> {
        let reach = reach(constant_radius)?;
        let mut axes = Vec::new();
        for (axis, side) in cell.intervals().iter().enumerate() {
            let layers = transition_layers(cell, network, axis, reach);
            if layers.len() > MOST_PARTS {
                return None;
            }
            axes.push(slices(side, &layers));
        }
        let grid = Self { axes };
        let is_cut = grid.axes.iter().any(|slices| slices.len() > 1);
        let parts = grid.parts(0, false);
        (is_cut && (1..=MOST_PARTS).contains(&parts)).then_some(grid)
    }

    /// Returns the number of parts, in at most one layer each, of a slab that is one slice wide in
    /// all inputs before `axis`.
    fn parts(&self, axis: usize, is_in_layer: bool) -> usize {
        let Some(slices) = self.axes.get(axis) else {
            return 1;
        };
        let layers = slices.iter().filter(|slice| slice.is_layer).count();
        let outside = slices.len().saturating_sub(layers);
        let next = axis.saturating_add(1);
        let mut parts = outside.saturating_mul(self.parts(next, is_in_layer));
        if !is_in_layer && layers > 0 {
            parts = parts.saturating_add(layers.saturating_mul(self.parts(next, true)));
        }
        parts
    }
}

/// Beyond this a sigmoid or tanh is within `constant_radius` of its limit: with
/// `constant_radius >= 2^-n`, `1 - sigmoid(t) < e^-t <= 2^-n` for `t >= 0.7 n`, since `0.7 > ln 2`;
/// tanh is closer. (A guess is enough here.)
fn reach(constant_radius: Dyadic) -> Option<Dyadic> {
    if !constant_radius.is_positive() || constant_radius.is_infinite() {
        return None;
    }
    let n = constant_radius
        .exponent()
        .checked_add(62)?
        .checked_neg()?
        .max(0);
    let tenths = n.checked_mul(7)?;
    Some(Dyadic::from_i64(tenths.checked_div(10)?.checked_add(2)?))
}

/// Returns the transition layers of the steps across an axis, in order; overlapping ones are
/// merged.
fn transition_layers(cell: &Cell, network: &Reduced, axis: usize, reach: Dyadic) -> Vec<Interval> {
    let mut layers: Vec<Interval> = (0..network.units())
        .filter_map(|k| transition_layer(network, k, axis, reach))
        .filter(|layer| {
            let side = cell.intervals().get(axis);
            side.is_some_and(|side| layer.inf() < side.sup() && side.inf() < layer.sup())
        })
        .collect();
    layers.sort_by_key(Interval::inf);
    let mut apart: Vec<Interval> = Vec::with_capacity(layers.len());
    for layer in layers {
        match apart.last_mut() {
            Some(last) if layer.inf() <= last.sup() => *last = last.hull(&layer),
            _ => apart.push(layer),
        }
    }
    apart
}

/// Returns approximately where a unit is not constant, if it is a step across this axis.
fn transition_layer(
    network: &Reduced,
    unit: usize,
    axis: usize,
    reach: Dyadic,
) -> Option<Interval> {
    let unit = network.unit(unit);
    let &[(variable, weight)] = unit.sum.terms else {
        return None;
    };
    let is_step = matches!(unit.function, Function::Sigmoid | Function::Tanh);
    if !is_step || usize::try_from(variable) != Ok(axis) {
        return None;
    }
    let place = (-unit.sum.bias).div(weight, Down);
    let reach = reach.div(weight.abs(), Up);
    let (low, high) = (place.sub(reach, Down), place.add(reach, Up));
    let unit = reach.exponent().checked_add(62 - FINENESS)?;
    Some(Interval::ordered(rounded(low, unit), rounded(high, unit)))
}

/// Rounds a number to a multiple of `2^unit`, unless it is much larger: adding and subtracting
/// `3/2 · 2^(unit + 62)` does that.
fn rounded(value: Dyadic, unit: i64) -> Dyadic {
    let large = Dyadic::from_i64(3).mul(Dyadic::power_of_two(unit.saturating_add(61)), Down);
    let rounded = value.add(large, Down).sub(large, Down);
    if rounded.is_infinite() {
        value
    } else {
        rounded
    }
}

/// Cuts a side at the ends of its layers, which are disjoint and in order.
fn slices(side: &Interval, layers: &[Interval]) -> Vec<Slice> {
    let mut slices = Vec::new();
    let mut low = side.inf();
    for layer in layers {
        if layer.inf() > low {
            slices.push(Slice {
                end: Some(layer.inf()),
                is_layer: false,
            });
        }
        let is_last = layer.sup() >= side.sup();
        slices.push(Slice {
            end: (!is_last).then_some(layer.sup()),
            is_layer: true,
        });
        if is_last {
            return slices;
        }
        low = layer.sup();
    }
    slices.push(Slice {
        end: None,
        is_layer: false,
    });
    slices
}
