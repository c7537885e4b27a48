//! Cuts a cell into the linear pieces of the network on it.

use super::tree::Tree;
use crate::bounds::Cell;
use crate::bounds::{ExactCells, ExactError, Undecided};
use crate::certificate::MAX_LINES;
use crate::certificate::{MAX_LINE_BITS, Method};
use crate::geometry::{Affine, PlaneCell};
use crate::numbers::{Integer, Rational};

/// A cell cut into pieces.
pub struct Resolved {
    /// The cuts; every leaf is exact.
    pub tree: Tree,
    /// The largest error on the cell that is known to be attained.
    pub value: Rational,
    /// An upper bound of the error: the same number, or slightly more.
    pub upper: Rational,
    /// The point where it is attained.
    pub point: Vec<Rational>,
    /// The piece that contains the point.
    pub piece: PlaneCell,
    /// The number of pieces.
    pub pieces: usize,
}

/// Why a cell was not cut into pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// There are more pieces than wanted, lines that a certificate cannot hold, or no time left.
    TooMany,
    /// The target is not a polynomial of degree at most 2 on a piece.
    NoPolynomial,
}

/// The largest error that is known to be attained, the point, and the piece.
struct Best(Option<(Rational, Vec<Rational>, PlaneCell)>);

impl Best {
    fn value(&self) -> Option<&Rational> {
        self.0.as_ref().map(|(value, ..)| value)
    }

    fn take(&mut self, error: ExactError, piece: PlaneCell) {
        if let ExactError::Largest(value, point) = error
            && self.value().is_none_or(|most| value > *most)
        {
            self.0 = Some((value, point, piece));
        }
    }
}

/// The most halvings of a piece whose target has a degree above 2. The bound is then above the
/// error by about `4^-MOST_HALVINGS` of the first difference.
const MOST_HALVINGS: usize = 24;

/// Finds the largest error on a cell of one or two inputs by cutting it into at most `limit`
/// pieces, while `goes_on` allows it.
///
/// - Errors: [`Unresolved`].
pub fn resolve(
    exact: &ExactCells<'_>,
    cell: &Cell,
    limit: usize,
    goes_on: &dyn Fn() -> bool,
) -> Result<Resolved, Unresolved> {
    let mut best = Best(None);
    let mut open = Vec::new();
    let (mut tree, mut pieces) = cut(exact, cell, limit, &mut |error, node, piece| {
        match error {
            ExactError::AtMost(bound) => open.push((bound, node, piece, 0)),
            error => best.take(error, piece),
        }
        goes_on()
    })?;
    // Pieces on which a polynomial of a high degree may exceed the known error.
    let mut upper = Rational::ZERO;
    while let Some(worst) = (0..open.len()).max_by(|a, b| open[*a].0.cmp(&open[*b].0)) {
        if best.value().is_some_and(|value| open[worst].0 <= *value) {
            break;
        }
        let (bound, node, piece, depth) = open.swap_remove(worst);
        if depth == MOST_HALVINGS {
            upper = upper.max(bound);
            continue;
        }
        let [low, high] = piece.corners() else {
            return Err(Unresolved::NoPolynomial);
        };
        let middle = low.first().midpoint(&high.first());
        let line = Affine::from_rationals(&Rational::ONE, &Rational::ZERO, &-&middle);
        let (lower, higher) = piece.cut(&line).ok_or(Unresolved::TooMany)?;
        let (at_lower, at_higher) = tree.cut(node, 0, Some(middle));
        pieces += 1;
        if pieces > limit || !goes_on() {
            return Err(Unresolved::TooMany);
        }
        for (node, half) in [(at_lower, lower), (at_higher, higher)] {
            tree.fathom(node, Method::Exact, ());
            match exact.error(&mut exact.start(), &half) {
                Ok(ExactError::AtMost(bound)) => open.push((bound, node, half, depth + 1)),
                Ok(error) => best.take(error, half),
                Err(_) => return Err(Unresolved::NoPolynomial),
            }
        }
    }
    let (value, point, piece) = best.0.ok_or(Unresolved::NoPolynomial)?;
    Ok(Resolved {
        tree,
        upper: upper.max(value.clone()),
        value,
        point,
        piece,
        pieces,
    })
}

/// Adds up the exact contributions of all pieces of a cell, at most `limit`; also returns the tree
/// and the number of pieces. Gives up a sum of more than `bits` bits, and stops when `goes_on` says
/// no.
///
/// - Errors: [`Unresolved`].
pub fn integrate(
    exact: &ExactCells<'_>,
    cell: &Cell,
    limit: usize,
    bits: usize,
    goes_on: &dyn Fn() -> bool,
) -> Result<(Rational, Tree, usize), Unresolved> {
    let mut total = Rational::ZERO;
    let (tree, pieces) = cut(exact, cell, limit, &mut |error, _, _| {
        if let ExactError::Integral(contribution) = error {
            total = &total + &contribution;
        }
        total.bits() <= bits && goes_on()
    })?;
    Ok((total, tree, pieces))
}

/// Cuts a cell into its pieces and visits each, as long as the visitor wants.
fn cut(
    exact: &ExactCells<'_>,
    cell: &Cell,
    limit: usize,
    visit: &mut dyn FnMut(ExactError, usize, PlaneCell) -> bool,
) -> Result<(Tree, usize), Unresolved> {
    let is_segment = cell.sides().len() == 1;
    let whole = PlaneCell::from_sides(cell.sides()).ok_or(Unresolved::NoPolynomial)?;
    let mut tree = Tree::new();
    let mut pieces = 1;
    let mut open = vec![(0, whole, exact.start(), 0)];
    while let Some((node, cell, mut stage, depth)) = open.pop() {
        let lines = match exact.error(&mut stage, &cell) {
            Ok(error) => {
                tree.fathom(node, Method::Exact, ());
                if !visit(error, node, cell) {
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
