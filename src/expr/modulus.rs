//! Upper bounds on slopes over a domain: Lipschitz constants, coordinate by coordinate.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::defined::halves;
use super::derivative::derivative;
use super::domain::Domain;
use super::evaluate::{Constants, Scratch, Tape};
use super::tree::Expr;
use crate::numbers::dyadic::{Direction, Dyadic};
use crate::numbers::{Interval, Rational};

/// The most cells of the search for one bound.
const MAX_CELLS: usize = 4000;
/// The most halvings of a cell along one axis before its bound is accepted.
const MAX_HALVINGS: usize = 40;

/// Returns an upper bound of |∂f/∂x| for each input x over the domain.
///
/// - Bound: |f(p) − f(q)| is at most the sum of these times |p − q| in each coordinate, for p and
///   q in the domain, provided that f is defined there.
/// - Exactness: an upper bound, rounded up to 10 bits; about one per cent above the largest slope
///   where 4000 cells suffice for that, and otherwise what they give.
/// - Returns `None` if a derivative does not exist or was not proved to be bounded.
///
/// ```
/// use steeple::expr::{lipschitz_upper, parse_target, Domain};
/// let target = parse_target(&["x^2 - abs(y)"], None).expect("a formula");
/// let domain = Domain::parse("x=-1..2,y=-1..1").expect("a domain");
/// let bounds = lipschitz_upper(&target.output_expressions()[0], &domain).expect("it is bounded");
/// assert_eq!(bounds.iter().map(ToString::to_string).collect::<Vec<_>>(), ["4", "1"]);
/// ```
pub fn lipschitz_upper(formula: &Expr, domain: &Domain) -> Option<Vec<Rational>> {
    let bound = |axis| derivative_range_upper(formula, domain, axis, 1);
    (0..domain.dimension()).map(bound).collect()
}

/// Returns an upper bound of the magnitude of the `order`-th derivative in one variable over the
/// domain.
///
/// Exactness and refusals are those of [`lipschitz_upper`]; order 0 bounds |f| itself.
pub fn derivative_range_upper(
    formula: &Expr,
    domain: &Domain,
    variable: usize,
    order: u32,
) -> Option<Rational> {
    let mut slope = formula.clone();
    for _ in 0..order {
        slope = derivative(&slope, variable).ok()?;
    }
    size_upper(&slope, domain)
}

/// A cell and a bound of |f| on it; the heap returns the greatest bound first.
struct Cell {
    bound: Dyadic,
    sides: Vec<Interval>,
    halvings: usize,
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of equal (also infinite) bounds, the larger cell first, so that the search stays broad.
        let depth = other.halvings.cmp(&self.halvings);
        self.bound.cmp(&other.bound).then(depth)
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cell {}

struct Probe {
    tape: Tape,
    constants: Constants<Interval>,
    scratch: Scratch<Interval>,
}

impl Probe {
    fn value(&mut self, cell: &[Interval]) -> Option<Interval> {
        let results = self.tape.evaluate(&self.constants, cell, &mut self.scratch);
        results.value(0).ok().copied()
    }

    fn cell(&mut self, sides: Vec<Interval>, halvings: usize) -> Cell {
        let bound = self
            .value(&sides)
            .map_or(Dyadic::INFINITY, |value| value.mag());
        Cell {
            bound,
            sides,
            halvings,
        }
    }
}

/// Returns an upper bound of |f| on the domain by branch and bound.
fn size_upper(formula: &Expr, domain: &Domain) -> Option<Rational> {
    let tape = Tape::of_expressions(domain.dimension(), [formula]);
    let mut probe = Probe {
        constants: tape.constants(&()),
        scratch: Scratch::default(),
        tape,
    };
    let axes: Vec<usize> = (0..domain.dimension())
        .filter(|axis| formula.uses(*axis))
        .collect();
    let nearly = Interval::from_rational(&Rational::ratio(101, 100)).inf();
    let mut reached = Dyadic::ZERO;
    let mut cells = BinaryHeap::from([probe.cell(domain.enclosure(), 0)]);
    let mut looked_at = 1;
    let bound = loop {
        // The heap is never empty: two halves replace each cell that is taken out.
        let cell = cells.pop()?;
        let centre: Vec<Interval> = cell
            .sides
            .iter()
            .map(|side| Interval::point(side.mid()))
            .collect();
        if let Some(value) = probe.value(&centre) {
            reached = reached.max(value.mig());
        }
        if cell.bound <= reached.mul(nearly, Direction::Down) || cell.bound == reached {
            break cell.bound;
        }
        let axis = match axes.get(cell.halvings % axes.len().max(1)) {
            Some(axis) if looked_at < MAX_CELLS && cell.halvings < MAX_HALVINGS * axes.len() => {
                *axis
            }
            _ => break cell.bound,
        };
        let (lower, upper) = halves(&cell.sides, axis);
        cells.push(probe.cell(lower, cell.halvings + 1));
        cells.push(probe.cell(upper, cell.halvings + 1));
        looked_at += 2;
    };
    if bound.is_infinite() {
        return None;
    }
    bound
        .rational_bound(Direction::Up)
        .map(|bound| short_above(&bound))
}

/// Returns a number of at most 10 significant bits, not below a positive one.
fn short_above(value: &Rational) -> Rational {
    let mut unit = Rational::ONE;
    let (two, half) = (Rational::from(2), Rational::ratio(1, 2));
    if !value.is_positive() {
        return value.clone();
    }
    while &unit * &Rational::from(1024) < *value {
        unit = unit * &two;
    }
    while &unit * &Rational::from(512) >= *value && unit.bits() < 4096 {
        unit = unit * &half;
    }
    Rational::from((value / &unit).ceil()) * unit
}
