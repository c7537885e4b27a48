//! Walks the tree below a cut by a line: convex polygons and exact leaves.

use super::rejection::Rejection;
use super::total::Total;
use crate::bounds::Cell;
use crate::bounds::exact::{ExactCells, ExactError};
use crate::certificate::{MAX_LINES, Method, Node, Nodes};
use crate::geometry::{Affine, PlaneCell};
use crate::numbers::{Dyadic, Failure, Interval, Rational, Scalar};

/// The combined result of the leaves below a line.
struct Planar {
    /// `sup`: the largest exact error, which is attained.
    pub largest: Rational,
    /// The other norms: the sum of the exact contributions.
    pub integral: Rational,
    /// Is there a leaf without a bound?
    pub is_open: bool,
    /// The number of leaves.
    pub leaves: usize,
}

/// Walks the tree below a cut of a box by a line, after `earlier` leaves. `anything` is the
/// contribution of a cell without a bound.
pub(super) fn below(
    exact: Option<&ExactCells<'_>>,
    nodes: &mut Nodes<'_>,
    cell: &Cell,
    line: &Affine,
    earlier: usize,
    anything: impl FnOnce(&Cell) -> Interval,
) -> Result<Total, Rejection> {
    let below = walk(exact, nodes, cell, line, earlier)?;
    let mut total = Total {
        largest_exact: below.largest,
        integral_exact: below.integral,
        leaves: below.leaves,
        ..Total::NOTHING
    };
    if below.is_open {
        total.largest = Dyadic::INFINITY;
        total.integral = anything(cell);
    }
    Ok(total)
}

/// Walks the tree below a line, after `earlier` leaves.
fn walk(
    exact: Option<&ExactCells<'_>>,
    nodes: &mut Nodes<'_>,
    cell: &Cell,
    line: &Affine,
    earlier: usize,
) -> Result<Planar, Rejection> {
    let bad_cut = |nodes: &Nodes<'_>| Rejection::BadCut {
        position: nodes.position(),
    };
    let mut found = Planar {
        largest: Rational::ZERO,
        integral: Rational::ZERO,
        is_open: false,
        leaves: 0,
    };
    let (Some(exact), [_, _]) = (exact, cell.sides()) else {
        return Err(bad_cut(nodes));
    };
    let whole = PlaneCell::from_sides(cell.sides()).ok_or_else(|| bad_cut(nodes))?;
    let mut stage = exact.start();
    // A unit that is decided on a cell is decided on its parts.
    let _ = exact.decide(&mut stage, &whole);
    let (lower, upper) = whole.cut(line).ok_or_else(|| bad_cut(nodes))?;
    let mut open = vec![(upper, stage.clone(), 1), (lower, stage, 1)];
    while let Some((cell, mut stage, lines)) = open.pop() {
        let node = nodes.next_node().map_err(Rejection::Tree)?;
        let method = match node {
            Node::Line(line) => {
                if lines >= MAX_LINES {
                    return Err(Rejection::TooDeep(MAX_LINES));
                }
                let _ = exact.decide(&mut stage, &cell);
                let (lower, upper) = cell.cut(&line).ok_or_else(|| bad_cut(nodes))?;
                open.push((upper, stage.clone(), lines + 1));
                open.push((lower, stage, lines + 1));
                continue;
            }
            Node::Cut { .. } => return Err(bad_cut(nodes)),
            Node::Leaf(method) => method,
        };
        found.leaves += 1;
        let no_bound = |failure: Failure| Rejection::NoBound {
            leaf: earlier + found.leaves,
            method: char::from(method.letter()),
            reason: failure.to_string(),
        };
        match method {
            Method::Open => found.is_open = true,
            Method::Exact => {
                let error = exact
                    .error(&mut stage, &cell)
                    .map_err(|undecided| no_bound(undecided.failure()))?;
                match error {
                    ExactError::Largest(error, _) => found.largest = found.largest.max(error),
                    // Only for intervals, which are never cut by a line.
                    ExactError::AtMost(_) => return Err(no_bound(Failure::Inexact)),
                    ExactError::Integral(contribution) => {
                        found.integral = found.integral + contribution;
                        if found.integral.is_too_long() {
                            return Err(no_bound(Failure::Inexact));
                        }
                    }
                }
            }
            _ => return Err(no_bound(Failure::Inexact)),
        }
    }
    Ok(found)
}
