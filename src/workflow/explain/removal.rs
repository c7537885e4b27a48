//! What changes when a unit is removed: replaced by the constant in the middle of its range.

use super::ask::{Ask, Asked};
use super::edit::{difference, without};
use super::ranges::{UnitRange, affine_range, ends};
use crate::certificate::Norm;
use crate::expr::{Domain, Expr, Target, TargetBody, simplest_between};
use crate::network::{Activation, Layer, Network};
use crate::numbers::{Interval, Rational};
use crate::report::explain::{Bounds, By, UnitReport};

/// Searches for the change of at most this many units behind which there is another hidden layer.
pub const MOST_SEARCHED: usize = 48;
/// Searches for the error without a unit, for at most this many.
pub const MOST_ERRORS: usize = 12;
/// A search for one unit takes one part of the usual number of boxes, of so many.
const SHARE: u64 = 10;

/// Returns a number with a short fraction near the middle of a range.
///
/// - Exactness: within a 64th of the width of the middle; exact where the range is a point.
pub fn constant(range: &(Rational, Rational)) -> Rational {
    let (low, high) = range;
    let middle = low.midpoint(high);
    let room = (high - low) * Rational::ratio(1, 64);
    simplest_between(&(&middle - &room), &(&middle + &room))
}

/// Returns the change of the outputs when a unit of the only hidden layer is removed: its weight times the
/// distance between its values and the constant. `None` for another layer, or an output that is not affine.
///
/// - Exactness: encloses it. The lower bound is reached at a corner of the domain, where the sum is extreme.
pub fn affine_change(
    network: &Network,
    domain: &Domain,
    unit: usize,
    range: &UnitRange,
    constant: &Rational,
) -> Option<Bounds> {
    let [first, last] = network.layers() else {
        return None;
    };
    if *last.activation() != Activation::Identity {
        return None;
    }
    let (low, high) = ends(&range.output)?;
    let far = (&high - constant).max(constant - &low);
    let weights = (0..last.rows()).flat_map(|row| last.weights().row(row));
    let weights = weights.filter(|(column, _)| *column == unit);
    let largest = weights.map(|(_, weight)| weight.abs()).max();
    let largest = largest.unwrap_or_default();
    let reached = reached(first, domain, unit, constant).unwrap_or_default();
    Some(Bounds {
        lower: &largest * reached,
        upper: Some(largest * far),
        by: By::Arithmetic,
    })
}

/// A lower bound on the distance between the constant and the values of a unit where its sum is extreme.
fn reached(layer: &Layer, domain: &Domain, unit: usize, constant: &Rational) -> Option<Rational> {
    let activation = layer.activation();
    if activation.rows_per_unit() != 1 {
        return None;
    }
    let (least, most) = affine_range(layer, unit, domain);
    // A step has the value of a single point on a set of measure zero, which does not count.
    if activation.has_jumps() && (least.is_zero() || most.is_zero()) {
        return None;
    }
    let constant = Interval::from_rational(constant);
    let distances = [least, most].map(|sum| {
        let value = activation.apply(&(), &Interval::from_rational(&sum)).ok()?;
        value.minus(&constant).mig().to_rational()
    });
    distances.into_iter().flatten().max()
}

/// Returns the change of the outputs when a unit is removed, by a search.
pub fn searched_change(
    ask: &mut Ask<'_, '_>,
    network: &Network,
    unit: &UnitReport,
) -> Option<Bounds> {
    let constant = unit.constant.as_ref()?;
    let change = difference(network, unit.layer - 1, unit.unit - 1, constant)?;
    let outputs = vec![Expr::zero(); network.outputs().len()];
    let target = Target::new(network.inputs().to_vec(), TargetBody::Outputs(outputs)).ok()?;
    ask.bounds(&Asked {
        network: &change,
        target: &target,
        norm: Norm::Sup,
        threshold: None,
        share: SHARE,
    })
}

/// Returns the error against a target without a unit, by a search.
pub fn error_without(
    ask: &mut Ask<'_, '_>,
    network: &Network,
    unit: &UnitReport,
    (target, norm, threshold): (&Target, Norm, Option<&Rational>),
) -> Option<Bounds> {
    let constant = unit.constant.as_ref()?;
    let less = without(network, unit.layer - 1, unit.unit - 1, constant)?;
    ask.bounds(&Asked {
        network: &less,
        target,
        norm,
        threshold,
        share: SHARE,
    })
}
