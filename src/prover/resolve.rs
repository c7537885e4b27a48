//! Cuts a cell into the linear pieces of the network on it.

use super::tree::Tree;
use crate::certificate::{Cell, MAX_LINE_BITS, Method};
use crate::checker::{ExactCells, ExactError, MAX_LINES, Undecided};
use crate::geometry::{Affine, PlaneCell};
use crate::numbers::{Integer, Rational};

/// A cell cut into pieces.
pub struct Resolved {
    /// The cuts, every leaf exact.
    pub tree: Tree,
    /// The largest error on the cell.
    pub value: Rational,
    /// Where it is taken.
    pub point: Vec<Rational>,
    /// The piece on which it is.
    pub piece: PlaneCell,
    /// How many pieces there are.
    pub pieces: usize,
}

/// Why a cell was not cut into pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// There are more pieces than wanted, or lines that a certificate cannot hold.
    TooMany,
    /// The target is no polynomial of degree at most 2 on a piece.
    NoPolynomial,
}

/// Finds the largest error on a cell of one or two inputs by cutting it into `limit` pieces at most.
///
/// # Errors
/// [`Unresolved`].
pub fn resolve(exact: &ExactCells<'_>, cell: &Cell, limit: usize) -> Result<Resolved, Unresolved> {
    let mut best: Option<(Rational, Vec<Rational>, PlaneCell)> = None;
    let (tree, pieces) = cut(exact, cell, limit, &mut |error, piece| {
        if let ExactError::Largest(value, point) = error
            && best.as_ref().is_none_or(|(most, ..)| value > *most)
        {
            best = Some((value, point, piece));
        }
        true
    })?;
    let (value, point, piece) = best.ok_or(Unresolved::NoPolynomial)?;
    Ok(Resolved {
        tree,
        value,
        point,
        piece,
        pieces,
    })
}

/// Adds up the exact shares of all pieces of a cell, `limit` at most; also returns the tree and how
/// many pieces there are. A sum of more than `bits` bits is given up.
///
/// # Errors
/// [`Unresolved`].
pub fn integrate(
    exact: &ExactCells<'_>,
    cell: &Cell,
    limit: usize,
    bits: usize,
) -> Result<(Rational, Tree, usize), Unresolved> {
    let mut total = Rational::ZERO;
    let (tree, pieces) = cut(exact, cell, limit, &mut |error, _| {
        if let ExactError::Integral(share) = error {
            total = &total + &share;
        }
        total.bits() <= bits
    })?;
    Ok((total, tree, pieces))
}

/// Cuts a cell into its pieces and visits each, as long as the visitor wants.
fn cut(
    exact: &ExactCells<'_>,
    cell: &Cell,
    limit: usize,
    visit: &mut dyn FnMut(ExactError, PlaneCell) -> bool,
) -> Result<(Tree, usize), Unresolved> {
    let is_segment = cell.sides().len() == 1;
    let whole = PlaneCell::from_sides(cell.sides()).ok_or(Unresolved::NoPolynomial)?;
    let mut tree = Tree::new();
    let mut pieces = 1;
    let mut open = vec![(0, whole, exact.start(), 0)];
    while let Some((node, cell, mut stage, depth)) = open.pop() {
        let lines = match exact.error(&mut stage, &cell) {
            Ok(error) => {
                tree.settle(node, Method::Exact);
                if !visit(error, cell) {
                    return Err(Unresolved::TooMany);
                }
                continue;
            }
            Err(Undecided::Lines(lines)) => lines,
            Err(Undecided::Failed(_)) => return Err(Unresolved::NoPolynomial),
        };
        pieces += 1;
        if pieces > limit || (depth >= MAX_LINES && !is_segment) {
            return Err(Unresolved::TooMany);
        }
        // The line in the middle keeps the tree of an interval flat.
        let middle = lines.len() / 2;
        let line = lines.into_iter().nth(middle).map(Affine::primitive);
        let line = line.ok_or(Unresolved::TooMany)?;
        if line.bits() > MAX_LINE_BITS {
            return Err(Unresolved::TooMany);
        }
        // An interval is cut at a place, its lower half on the left.
        let line = if is_segment && line.a < Integer::ZERO {
            line.negated()
        } else {
            line
        };
        let (lower, upper) = cell.cut(&line).ok_or(Unresolved::TooMany)?;
        let (at_lower, at_upper) = if is_segment {
            let place = Rational::new(-&line.c, line.a.clone()).ok_or(Unresolved::TooMany)?;
            tree.cut(node, 0, Some(place))
        } else {
            tree.cut_along(node, line)
        };
        open.push((at_upper, upper, stage.clone(), depth + 1));
        open.push((at_lower, lower, stage, depth + 1));
    }
    Ok((tree, pieces))
}
