//! Exact cells: where network and target are exact polynomials of degree at most 2 between the
//! network's breakpoints, in one input.

use super::emit::certificate;
use super::tree::Tree;
use super::{Outcome, Request};
use crate::certificate::{Cell, Method, Question, Ranges, Witness};
use crate::checker::{Bound, Leaves};
use crate::network::{Activation, Network, Specialised};
use crate::numbers::{Rational, Scalar};

/// Give up where the exact arithmetic would take longer than the search it replaces.
const MAX_UNITS: usize = 4000;
const MAX_CELLS: usize = 100_000;

/// Tries to find the error exactly; nothing where that is not possible.
pub fn search<const D: usize>(request: &Request<'_>, root: &Specialised) -> Option<Outcome> {
    let Request {
        network, question, ..
    } = request;
    let units: usize = network
        .layers()
        .iter()
        .map(crate::network::Layer::units)
        .sum();
    if question.domain.sides().len() != 1 || !network.is_piecewise_linear() || units > MAX_UNITS {
        return None;
    }
    let jumps = network.has_jumps() || question.target.has_jumps();
    let mut leaves = Leaves::<D>::new(network, question);
    let mut tree = Tree::new();
    let mut open = vec![(0, Cell::root(&question.domain))];
    let mut best: Option<(Rational, Rational, Cell)> = None;
    let mut cells = 0;
    while let Some((node, cell)) = open.pop() {
        cells += 1;
        if cells > MAX_CELLS {
            return None;
        }
        let breaks = breakpoints(network, &cell);
        if let Some(place) = breaks.get(breaks.len() / 2) {
            let (lower, upper) = cell.cut(0, Some(place))?;
            let (at_lower, at_upper) = tree.cut(node, 0, Some(place.clone()));
            open.push((at_lower, lower));
            open.push((at_upper, upper));
            continue;
        }
        let Ok(Bound::Exact(size, point)) = leaves.bound(Method::Exact, &cell, root) else {
            return None;
        };
        tree.settle(node, Method::Exact);
        if best.as_ref().is_none_or(|(most, _, _)| size > *most) {
            best = Some((size, point.into_iter().next()?, cell));
        }
    }
    let (upper, place, cell) = best?;
    let (lower, witness) = if jumps {
        beside(question, network, root, &place, &cell)?
    } else {
        let witness = Witness {
            point: vec![place],
            radius: Rational::ZERO,
        };
        (upper.clone(), witness)
    };
    Some(Outcome {
        certificate: certificate(
            question,
            lower,
            Some(upper),
            Some(witness),
            Rational::ZERO,
            Ranges::Natural,
            tree.partition(),
        ),
        boxes: cells as u64,
        stopped_by: None,
    })
}

/// A witness for an essential supremum: a small box beside the place where a limit is taken.
fn beside(
    question: &Question,
    network: &Network,
    root: &Specialised,
    place: &Rational,
    cell: &Cell,
) -> Option<(Rational, Witness)> {
    let (low, high) = cell.sides().first()?;
    let radius = (high - low) * Rational::power_of_two(-42);
    let twice = &radius + &radius;
    let point = place.clone().max(low + &twice).min(high - &twice);
    let witness = Witness {
        point: vec![point],
        radius,
    };
    let values = crate::checker::evaluate_witness(question, network, root, &witness).ok()?;
    Some((values.lower, witness))
}

/// Returns the places inside the cell where a unit of the first layer that has any changes its
/// piece, sorted.
fn breakpoints(network: &Network, cell: &Cell) -> Vec<Rational> {
    let Some((low, high)) = cell.sides().first() else {
        return Vec::new();
    };
    // Each value as (slope, intercept): affine on the cell as long as nothing breaks in it.
    let mut below: Vec<(Rational, Rational)> = vec![(Rational::ONE, Rational::ZERO)];
    for layer in network.layers() {
        let sums: Vec<(Rational, Rational)> = (0..layer.rows())
            .map(|row| {
                let start = (Rational::ZERO, layer.bias()[row].clone());
                layer
                    .weights()
                    .row(row)
                    .fold(start, |sum, (column, weight)| {
                        let (slope, intercept) = &below[column];
                        (sum.0 + weight * slope, sum.1 + weight * intercept)
                    })
            })
            .collect();
        let mut breaks = Vec::new();
        let mut add = |(slope, intercept): &(Rational, Rational), level: &Rational| {
            if let Some(root) = (level - intercept).checked_div(slope)
                && *low < root
                && root < *high
            {
                breaks.push(root);
            }
        };
        let rank = layer.activation().rows_per_unit();
        for sum in &sums {
            match layer.activation() {
                Activation::Identity | Activation::Maxout(_) => {}
                Activation::HardTanh => {
                    add(sum, &Rational::ONE);
                    add(sum, &Rational::from(-1));
                }
                _ => add(sum, &Rational::ZERO),
            }
        }
        if matches!(layer.activation(), Activation::Maxout(_)) {
            for unit in sums.chunks(rank) {
                for (i, a) in unit.iter().enumerate() {
                    for b in &unit[..i] {
                        add(&(&a.0 - &b.0, &a.1 - &b.1), &Rational::ZERO);
                    }
                }
            }
        }
        if !breaks.is_empty() {
            breaks.sort();
            breaks.dedup();
            return breaks;
        }
        // Nothing breaks inside, so the middle tells which piece each unit is on.
        let middle = low.midpoint(high);
        let at = |sum: &(Rational, Rational)| &sum.0 * &middle + &sum.1;
        below = sums
            .chunks(rank)
            .map(|rows| piece_of(layer.activation(), rows, &at))
            .collect();
    }
    Vec::new()
}

/// The affine piece that a unit computes around a point.
fn piece_of(
    activation: &Activation,
    rows: &[(Rational, Rational)],
    at: &impl Fn(&(Rational, Rational)) -> Rational,
) -> (Rational, Rational) {
    let sum = &rows[0];
    let value = at(sum);
    let constant = |value: Rational| (Rational::ZERO, value);
    match activation {
        Activation::Heaviside => {
            constant(Scalar::apply(&value, crate::numbers::Function::Heaviside).unwrap_or_default())
        }
        Activation::Relu if value.is_negative() => constant(Rational::ZERO),
        Activation::LeakyRelu(slope) if value.is_negative() => (&sum.0 * slope, &sum.1 * slope),
        Activation::HardTanh if value > Rational::ONE => constant(Rational::ONE),
        Activation::HardTanh if value < Rational::from(-1) => constant(Rational::from(-1)),
        Activation::Maxout(_) => rows
            .iter()
            .max_by_key(|row| at(row))
            .cloned()
            .unwrap_or_default(),
        _ => sum.clone(),
    }
}
