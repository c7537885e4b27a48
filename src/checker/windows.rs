//! A cell in which steps are steep, as a grid (T16): beside the windows of the steps hardly anything
//! changes, in a window one step is undecided, and where windows cross there is next to no volume.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::integral::Integrand;
use super::leaf::{Leaves, Reduction};
use crate::certificate::{Cell, Method};
use crate::network::Specialised;
use crate::numbers::Direction::{Down, Up};
use crate::numbers::{Dyadic, Failure, Function, Interval};

/// The most parts of a cell that are looked at; so a leaf takes no longer than so many others.
const MOST_PARTS: usize = 32;
/// Ends of windows are rounded to this share of half of one, so that they are short numbers.
const FINENESS: i64 = 4;

/// A part of a cell: in no window, or in one.
struct Part {
    cell: Cell,
    is_in_window: bool,
}

impl<const D: usize> Leaves<'_, D> {
    /// T16: part by part of a grid along the windows of steps. Where windows cross the integrand is
    /// only known as well as on the whole cell.
    pub(super) fn windows(
        &mut self,
        integrand: Integrand,
        cell: &Cell,
        network: &Specialised,
        reduction: Reduction,
    ) -> Result<Interval, Failure> {
        let anywhere = self.natural_mean(integrand, cell, network)?;
        let parts = parts(cell, network, reduction.fold).ok_or(Failure::Inexact)?;
        let mut share = Interval::ZERO;
        let mut rest = cell.volume();
        for Part { cell, is_in_window } in parts {
            let found = if is_in_window {
                self.natural_integral(integrand, &cell, network, reduction)?
            } else {
                self.beside_windows(integrand, &cell, network, reduction)?
            };
            share = share.plus(&found);
            rest = rest.minus(&cell.volume());
        }
        let least = rest.inf().max(Dyadic::ZERO);
        let rest = Interval::spanning(least, rest.sup().max(least));
        Ok(share.plus(&anywhere.times(&rest)))
    }

    /// The share of a part in no window, by the first method that applies there.
    fn beside_windows(
        &mut self,
        integrand: Integrand,
        cell: &Cell,
        network: &Specialised,
        reduction: Reduction,
    ) -> Result<Interval, Failure> {
        let here = self.descend(network, cell, reduction)?;
        [Method::SecondOrder, Method::Linear, Method::Natural]
            .into_iter()
            .find_map(|method| self.integral(method, integrand, cell, &here).ok())
            .ok_or(Failure::Inexact)
    }
}

/// Cuts a cell beside the windows of its steps; returns the parts that are in one window at most.
/// Nothing where there are no windows, or too many.
fn parts(cell: &Cell, network: &Specialised, fold: Dyadic) -> Option<Vec<Part>> {
    let reach = reach(fold)?;
    let whole = Part {
        cell: cell.clone(),
        is_in_window: false,
    };
    let mut parts = vec![whole];
    for axis in 0..cell.intervals().len() {
        let windows = windows(cell, network, axis, reach);
        let mut next = Vec::new();
        if windows.len() > MOST_PARTS {
            return None;
        }
        for part in parts {
            slice(part, axis, &windows, &mut next)?;
            if next.len() > MOST_PARTS {
                return None;
            }
        }
        parts = next;
    }
    (parts.len() > 1).then_some(parts)
}

/// Beyond this a sigmoid or tanh is closer than `fold` to its limit: with `fold >= 2^-n`,
/// `1 - sigmoid(t) < e^-t <= 2^-n` for `t >= 0.7 n`, since `0.7 > ln 2`, and tanh is closer. (A guess is
/// all that is needed here.)
fn reach(fold: Dyadic) -> Option<Dyadic> {
    if !fold.is_positive() || fold.is_infinite() {
        return None;
    }
    let n = fold.exponent().checked_add(62)?.checked_neg()?.max(0);
    let tenths = n.checked_mul(7)?;
    Some(Dyadic::from_i64(tenths.checked_div(10)?.checked_add(2)?))
}

/// The windows of the steps across an axis, in order, those that overlap as one.
fn windows(cell: &Cell, network: &Specialised, axis: usize, reach: Dyadic) -> Vec<Interval> {
    let mut windows: Vec<Interval> = (0..network.units())
        .filter_map(|k| window(network, k, axis, reach))
        .filter(|window| {
            let side = cell.intervals().get(axis);
            side.is_some_and(|side| window.inf() < side.sup() && side.inf() < window.sup())
        })
        .collect();
    windows.sort_by_key(Interval::inf);
    let mut apart: Vec<Interval> = Vec::with_capacity(windows.len());
    for window in windows {
        match apart.last_mut() {
            Some(last) if window.inf() <= last.sup() => *last = last.hull(&window),
            _ => apart.push(window),
        }
    }
    apart
}

/// About where a unit is no constant, if it is a step across this axis.
fn window(network: &Specialised, unit: usize, axis: usize, reach: Dyadic) -> Option<Interval> {
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
    Some(Interval::spanning(rounded(low, unit), rounded(high, unit)))
}

/// A number close to this, a multiple of `2^unit` where it is not far larger: what `3/2 · 2^(unit + 62)`
/// leaves of it.
fn rounded(value: Dyadic, unit: i64) -> Dyadic {
    let large = Dyadic::from_i64(3).mul(Dyadic::power_of_two(unit.saturating_add(61)), Down);
    let rounded = value.add(large, Down).sub(large, Down);
    if rounded.is_infinite() {
        value
    } else {
        rounded
    }
}

/// Cuts a part at the ends of windows; drops what is in two.
fn slice(part: Part, axis: usize, windows: &[Interval], into: &mut Vec<Part>) -> Option<()> {
    let Part {
        mut cell,
        is_in_window,
    } = part;
    let mut add = |cell: Cell, is_window: bool| {
        if !(is_window && is_in_window) {
            let is_in_window = is_window || is_in_window;
            into.push(Part { cell, is_in_window });
        }
    };
    for window in windows {
        let side = cell.intervals().get(axis)?;
        if window.inf() > side.inf() {
            let (below, rest) = cell.cut_at(axis, window.inf())?;
            add(below, false);
            cell = rest;
        }
        let side = cell.intervals().get(axis)?;
        if window.sup() >= side.sup() {
            add(cell, true);
            return Some(());
        }
        let (inside, rest) = cell.cut_at(axis, window.sup())?;
        add(inside, true);
        cell = rest;
    }
    add(cell, false);
    Some(())
}
