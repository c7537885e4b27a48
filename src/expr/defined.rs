//! Is a target defined on the whole domain?

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::VecDeque;
use std::fmt;

use super::domain::Domain;
use super::evaluate::{Constants, Scratch, Tape};
use super::tree::{Expr, Target};
use crate::numbers::{Failure, Interval, Rational};

/// The most cells that are visited before giving up.
const MAX_CELLS: usize = 20_000;
/// The most halvings of a cell along one axis before giving up on it.
const MAX_HALVINGS: usize = 40;

/// A place where a target is not defined, or where that could not be excluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDefined {
    /// The inputs' names.
    pub names: Vec<String>,
    /// The place.
    pub point: Vec<Rational>,
    /// Is the target undefined exactly there? Otherwise it may be undefined near this place.
    pub certain: bool,
}

impl fmt::Display for NotDefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.certain {
            "the target is not defined at "
        } else {
            "could not show that the target is defined near "
        })?;
        for (index, (name, value)) in self.names.iter().zip(&self.point).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name} = {value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for NotDefined {}

/// Shows that the target is defined at every point of the domain, or returns a place where it is
/// not.
///
/// - Exactness: `Ok` and a certain place are proved, by enclosures on cells that cover the
///   domain. A place that is not certain proves nothing.
/// - Errors: [`NotDefined`]. A square root or logarithm that reaches the edge of where it is
///   defined, at a number that is not dyadic, is one of the cases that stay uncertain.
///
/// - Panics: when the domain has not as many sides as the target has inputs.
///
/// ```
/// use steeple::expr::{check_defined, parse_target, Domain};
/// let target = parse_target(&["1/(x - 1/3)"], None).expect("a formula");
/// let place = check_defined(&target, &Domain::parse("x=-1..1").expect("a domain"));
/// let message = "the target is not defined at x = 1/3";
/// assert_eq!(place.expect_err("a pole").to_string(), message);
/// ```
pub fn check_defined(target: &Target, domain: &Domain) -> Result<(), NotDefined> {
    assert_eq!(
        target.inputs().len(),
        domain.dimension(),
        "a side for each input"
    );
    let outputs = target.output_expressions();
    let tape = Tape::new(target);
    let mut probe = Probe {
        tape: &tape,
        enclosures: tape.constants(&()),
        exact: tape.constants(&()),
        scratch: Scratch::default(),
        exact_scratch: Scratch::default(),
    };
    let is_used = |axis: &usize| outputs.iter().any(|output: &Expr| output.uses(*axis));
    let axes: Vec<usize> = (0..domain.dimension()).filter(is_used).collect();
    let not_defined = |point, certain| {
        Err(NotDefined {
            names: domain.names().to_vec(),
            point,
            certain,
        })
    };
    // Breadth first: the first place found lies in a large cell, so its numbers are short.
    let mut cells = VecDeque::from([(domain.enclosure(), 0)]);
    let mut looked_at = 0;
    while let Some((cell, halvings)) = cells.pop_front() {
        looked_at += 1;
        let Some(failure) = probe.failure_on(&cell) else {
            continue;
        };
        let simplest = domain.simplest_point(&cell);
        if failure == Failure::Undefined {
            return not_defined(simplest, true);
        }
        let mut candidates = corners(domain, &cell);
        candidates.insert(0, simplest.clone());
        if let Some(point) = candidates
            .into_iter()
            .find(|point| probe.is_undefined_at(point))
        {
            return not_defined(point, true);
        }
        let axis = match axes.get(halvings % axes.len().max(1)) {
            Some(axis) if looked_at < MAX_CELLS && halvings < MAX_HALVINGS * axes.len() => *axis,
            _ => return not_defined(simplest, false),
        };
        let (lower, upper) = halves(&cell, axis);
        cells.push_back((lower, halvings + 1));
        cells.push_back((upper, halvings + 1));
    }
    Ok(())
}

/// Returns the two halves of a cell across an axis; together they cover it.
pub(super) fn halves(cell: &[Interval], axis: usize) -> (Vec<Interval>, Vec<Interval>) {
    let (mut lower, mut upper) = (cell.to_vec(), cell.to_vec());
    let side = cell[axis];
    let middle = side.mid();
    lower[axis] = Interval::ordered(side.inf(), middle);
    upper[axis] = Interval::ordered(middle, side.sup());
    (lower, upper)
}

/// Returns the corners of the part of the domain in a cell, at least for the first few axes.
fn corners(domain: &Domain, cell: &[Interval]) -> Vec<Vec<Rational>> {
    let sides = domain.part(cell);
    let choices = 1usize << sides.len().min(4);
    let corner = |choice: usize| {
        let ends = sides.iter().enumerate().map(|(axis, (low, high))| {
            let is_high = axis < 4 && (choice >> axis) % 2 == 1;
            if is_high { high.clone() } else { low.clone() }
        });
        ends.collect()
    };
    (0..choices).map(corner).collect()
}

struct Probe<'a> {
    tape: &'a Tape,
    enclosures: Constants<Interval>,
    exact: Constants<Rational>,
    scratch: Scratch<Interval>,
    exact_scratch: Scratch<Rational>,
}

impl Probe<'_> {
    fn failure_on(&mut self, cell: &[Interval]) -> Option<Failure> {
        let results = self
            .tape
            .evaluate(&self.enclosures, cell, &mut self.scratch);
        results.failure()
    }

    /// Is the target certainly undefined at this point?
    fn is_undefined_at(&mut self, point: &[Rational]) -> bool {
        let exact = self
            .tape
            .evaluate(&self.exact, point, &mut self.exact_scratch);
        match exact.failure() {
            Some(Failure::Undefined) => true,
            None | Some(Failure::PossiblyUndefined) => false,
            Some(Failure::Inexact) => {
                let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
                self.failure_on(&point) == Some(Failure::Undefined)
            }
        }
    }
}
