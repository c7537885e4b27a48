//! The walk of the core down the partition of a certificate: one cell after the other.
//!
//! Each open cell carries the network reduced to the cell around it. What two halves give is put
//! together as soon as both are done, so sums belong to the tree.

use std::rc::Rc;

use super::planar;
use super::rejection::Rejection;
use super::total::{Sums, Total};
use crate::bounds::{Cell, PlainLeaves};
use crate::certificate::{Certificate, Method, Node};
use crate::network::{Local, Network};
use crate::numbers::{Direction, Dyadic, Failure};

/// The deepest tree that is checked: a cell would be `2^-MAX_DEPTH` of the domain.
pub const MAX_DEPTH: usize = 4000;

/// Networks of cells that wait for their turn take at most this many bytes, and `HELD_ROOTS` times
/// those of the network on the domain. They add up to a few of that size where the network shrinks
/// with the cell, but to thousands down a thin tree on which it does not.
pub(super) const HELD: usize = 1 << 28;
pub(super) const HELD_ROOTS: usize = 32;

/// Says when a check is to be given up: then it comes to [`Rejection::Stopped`] and nothing else.
pub type Stop<'s> = &'s (dyn Fn() -> bool + Sync);

/// Walks the whole tree of a certificate.
pub(super) fn walk(
    certificate: &Certificate,
    network: &Network,
    root: Rc<Local>,
    stop: Stop<'_>,
) -> Result<Total, Rejection> {
    let question = &certificate.claim.question;
    let constant_radius = Dyadic::from_rational(&certificate.constant_radius, Direction::Down);
    let most_held = root.bytes().saturating_mul(HELD_ROOTS).saturating_add(HELD);
    let mut leaves = PlainLeaves::new(network, question);
    let mut nodes = certificate.partition.nodes();
    let mut sums = Sums::default();
    let mut count: usize = 0;
    // Bytes of the networks of open cells; with each cell, those that are free when it is done.
    let mut held: usize = 0;
    let mut open = vec![(Cell::root(&question.domain), root, 0, 0)];
    while let Some((cell, around, depth, frees)) = open.pop() {
        held = held.saturating_sub(frees);
        if stop() {
            return Err(Rejection::Stopped);
        }
        if depth > MAX_DEPTH {
            return Err(Rejection::TooDeep(MAX_DEPTH));
        }
        let here = || {
            around
                .reduced(network, cell.intervals(), cell.sides(), constant_radius)
                .map(Rc::new)
                .map_err(|failure| Rejection::NoValue(failure.to_string()))
        };
        match nodes.next_node().map_err(Rejection::Tree)? {
            Node::Cut { axis, place } => {
                let position = nodes.position();
                let (lower, upper) = cell
                    .cut(axis, place.as_ref())
                    .ok_or(Rejection::BadCut { position })?;
                let here = here()?;
                let bytes = here.bytes();
                held = held.saturating_add(bytes);
                if held > most_held {
                    return Err(Rejection::TooLarge);
                }
                open.push((upper, Rc::clone(&here), depth + 1, bytes));
                open.push((lower, here, depth + 1, 0));
            }
            Node::Line(line) => {
                let anything = |cell: &Cell| leaves.anything(cell);
                let exact = leaves.exact_cells();
                let total = planar::below(exact, &mut nodes, &cell, &line, count, anything)?;
                count = count.saturating_add(total.leaves);
                sums.push(depth, total);
            }
            Node::Leaf(method) => {
                count = count.saturating_add(1);
                let no_bound = |failure: Failure| Rejection::NoBound {
                    leaf: count,
                    method: char::from(method.letter()),
                    reason: failure.to_string(),
                };
                // An exact leaf and an open one do not look at the network on the cell.
                let here = match method {
                    Method::Open | Method::Exact => Rc::clone(&around),
                    _ => here()?,
                };
                let bound = leaves.bound(method, &cell, &here).map_err(no_bound)?;
                sums.push(depth, Total::of_leaf(bound));
            }
        }
    }
    if nodes.is_at_end() {
        Ok(sums.total())
    } else {
        Err(Rejection::TreeTooLong(nodes.position().saturating_add(1)))
    }
}
