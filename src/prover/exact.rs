//! The exact error of a piecewise-linear network against a polynomial of degree at most 2, in one
//! and two inputs.
//!
//! In one input all pieces are visited. In two inputs, a best-first search bounds boxes like the
//! general search. It cuts a box into its linear pieces if few units are undecided in it and its
//! bound is above the largest known error: these boxes may contain the maximum.

use super::emit::{self, certificate, shorten_up};
use super::limits::Clock;
use super::resolve::{Resolved, Unresolved, integrate, resolve};
use super::tree::Tree;
use super::{Outcome, Request};
use crate::bounds::Cell;
use crate::bounds::{ExactCells, Leaves, OnCell};
use crate::certificate::{Ranges, Witness};
use crate::geometry::PlaneCell;
use crate::network::Reduced;
use crate::numbers::{Direction, Dyadic, Function, Rational};

/// Give up where exact arithmetic would take longer than the search it replaces.
const MAX_UNITS: usize = 4000;
const MAX_CELLS: usize = 100_000;
const MAX_BOXES: u64 = 20_000;
/// Boxes with few undecided units on which the target is not a polynomial, before the search gives
/// up.
const MAX_FAILURES: usize = 500;

/// An exact integral is a sum over all pieces; its numbers grow with each piece.
const MAX_INTEGRAL_UNITS: usize = 1000;
const MAX_INTEGRAL_PIECES: usize = 4000;
const MAX_INTEGRAL_BITS: usize = 1 << 13;

/// A box is cut into its pieces if at most this many units are undecided. Below `PATIENCE` cuts one
/// more unit is allowed for every two cuts, because more lines than that may meet in one point.
const FEW_UNITS: usize = 3;
const PATIENCE: usize = 16;
/// The most pieces of one box.
const MAX_PIECES: usize = 400;

/// Does the network have few enough units to be cut into pieces?
fn is_small(request: &Request<'_>, most: usize) -> bool {
    let layers = request.network.layers().iter();
    let units: usize = layers.map(crate::network::Layer::units).sum();
    let inputs = request.question.domain.sides().len();
    inputs <= 2 && request.network.is_piecewise_linear() && units <= most
}

/// Returns the question prepared for exact cells, if that is promising.
pub fn cells<'p>(request: &Request<'_>, prepared: &'p Leaves<'_>) -> Option<&'p ExactCells<'p>> {
    let exact = prepared.exact_cells();
    exact.filter(|_| is_small(request, MAX_UNITS))
}

/// Finds the exact error in one input; `None` if that takes too long.
pub fn on_line(
    request: &Request<'_>,
    root: &OnCell,
    exact: &ExactCells<'_>,
    clock: &Clock,
) -> Option<Outcome> {
    let whole = Cell::root(&request.question.domain);
    if whole.sides().len() != 1 {
        return None;
    }
    let Resolved {
        tree,
        value,
        upper,
        point,
        piece,
        pieces,
    } = resolve(exact, &whole, MAX_CELLS, &clock.repeated()).ok()?;
    // The checker rounds up a bound that is not exact.
    let upper = if upper == value {
        upper
    } else {
        shorten_up(&Dyadic::from_rational(&upper, Direction::Up).rational_bound(Direction::Up)?)
    };
    let found = emit::Found {
        lower: value,
        upper: Some(upper),
        witness: witness(request, root, &point, &piece),
        constant_radius: Rational::ZERO,
        kept_rounding: Rational::ZERO,
        ranges: Ranges::Natural,
        partition: tree.partition(),
    };
    Some(Outcome {
        certificate: certificate(request, found),
        boxes: pieces as u64,
        stopped_by: None,
        within: Vec::new(),
    })
}

/// Tries to find an integral exactly, by cutting the domain into all pieces; `None` if that is not
/// possible, or the numbers become long.
pub fn integral(request: &Request<'_>, clock: &Clock) -> Option<Outcome> {
    if !is_small(request, MAX_INTEGRAL_UNITS) {
        return None;
    }
    let prepared = Leaves::new(request.network, request.question);
    let whole = Cell::root(&request.question.domain);
    let exact = prepared.exact_cells()?;
    let found = integrate(
        exact,
        &whole,
        MAX_INTEGRAL_PIECES,
        MAX_INTEGRAL_BITS,
        &clock.repeated(),
    );
    let (total, tree, pieces) = found.ok()?;
    if request
        .limits
        .boxes
        .is_some_and(|most| pieces as u64 > most)
    {
        return None;
    }
    Some(Outcome {
        certificate: certificate(
            request,
            emit::Found {
                lower: total.clone(),
                upper: Some(total),
                witness: None,
                constant_radius: Rational::ZERO,
                kept_rounding: Rational::ZERO,
                ranges: Ranges::Natural,
                partition: tree.partition(),
            },
        ),
        boxes: pieces as u64,
        stopped_by: None,
        within: Vec::new(),
    })
}

/// Is the target a polynomial of degree at most 2 on a small box?
pub fn is_polynomial_somewhere(exact: &ExactCells<'_>, request: &Request<'_>) -> bool {
    let whole = Cell::root(&request.question.domain);
    let sides = whole.sides().iter().map(|(low, high)| {
        let at = |fraction: Rational| low + &(&(high - low) * &fraction);
        (
            at(Rational::ratio(1_234_567, 4_194_304)),
            at(Rational::ratio(1_234_568, 4_194_304)),
        )
    });
    let small = Cell::from_sides(sides.collect());
    !matches!(
        resolve(exact, &small, MAX_PIECES, &|| true),
        Err(Unresolved::NoPolynomial)
    )
}

/// Returns how many units may cut the box: all except steps of steps, which are constant between
/// the lines of those below.
fn lines(network: &Reduced) -> usize {
    let inputs = network.inputs();
    let is_step = |k: usize| network.unit(k).function == Function::Heaviside;
    let is_over_steps = |k: usize| {
        let mut terms = network.unit(k).sum.terms.iter();
        let below = |variable: u32| (variable as usize).checked_sub(inputs);
        is_step(k) && terms.all(|(variable, _)| below(*variable).is_some_and(is_step))
    };
    (0..network.units()).filter(|k| !is_over_steps(*k)).count()
}

/// Returns a witness: the point where the error is attained, or a small box beside it if the error
/// is a limit.
fn witness(
    request: &Request<'_>,
    root: &OnCell,
    point: &[Rational],
    piece: &PlaneCell,
) -> Option<Witness> {
    if !request.jumps() {
        return Some(Witness {
            point: point.to_vec(),
            radius: Rational::ZERO,
        });
    }
    // A witness of a refutation must refute on its own.
    let least = request.tolerance.cloned().unwrap_or_default();
    // Towards the middle of the piece, by more than the radius in every direction.
    let corners = piece.corners();
    let count = Rational::from(i64::try_from(corners.len()).ok()?);
    let middle = [
        corners.iter().map(|c| c.first()).sum::<Rational>(),
        corners.iter().map(|c| c.second()).sum::<Rational>(),
    ];
    let middle = middle.map(|sum| sum / count.clone());
    [(-38, -60), (-30, -60), (-24, -48), (-16, -36), (-10, -30)]
        .into_iter()
        .find_map(|(step, size)| {
            let fraction = Rational::power_of_two(step);
            let point = point
                .iter()
                .zip(&middle)
                .map(|(x, m)| (x + &(&(m - x) * &fraction)).round_to_bits(80))
                .collect();
            let witness = Witness {
                point,
                radius: Rational::power_of_two(size),
            };
            let values = root.evaluate_witness(request.question, request.network, &witness);
            values.is_ok_and(|v| v.lower > least).then_some(witness)
        })
}

/// Boxes that were cut into pieces.
#[derive(Default)]
pub struct Pieces {
    /// Where the largest known error is attained: the point and the piece.
    best: Option<(Vec<Rational>, PlaneCell)>,
    value: Rational,
    /// The number of pieces.
    pub count: usize,
    failures: usize,
}

impl Pieces {
    /// Cuts a box into its pieces, if there are few.
    pub fn resolve(
        &mut self,
        exact: &ExactCells<'_>,
        cell: &Cell,
        depth: usize,
        local: &Reduced,
        goes_on: &dyn Fn() -> bool,
    ) -> Option<Tree> {
        let few = FEW_UNITS + depth.saturating_sub(PATIENCE) / 2;
        if lines(local) > few {
            return None;
        }
        let Ok(found) = resolve(exact, cell, MAX_PIECES, goes_on) else {
            self.failures += 1;
            return None;
        };
        self.count += found.pieces;
        self.larger(found.value, found.point, found.piece);
        Some(found.tree)
    }

    fn larger(&mut self, value: Rational, point: Vec<Rational>, piece: PlaneCell) {
        if self.best.is_none() || value > self.value {
            self.value = value;
            self.best = Some((point, piece));
        }
    }

    /// Adds the pieces of a subtree.
    pub fn take(&mut self, other: Self) {
        self.count += other.count;
        self.failures += other.failures;
        if let Some((point, piece)) = other.best {
            self.larger(other.value, point, piece);
        }
    }

    /// Returns the largest error that is known to be attained, 0 without one.
    pub fn value(&self) -> &Rational {
        &self.value
    }

    /// Returns where it is attained.
    pub fn witness(&self, request: &Request<'_>, root: &OnCell) -> Option<Witness> {
        let (point, piece) = self.best.as_ref()?;
        witness(request, root, point, piece)
    }

    /// Do they take longer than the search that they replace?
    pub fn are_too_many(&self, boxes: u64) -> bool {
        boxes > MAX_BOXES || self.count > MAX_CELLS || self.failures > MAX_FAILURES
    }
}
