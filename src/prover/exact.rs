//! The exact error of a piecewise-linear network against a polynomial of degree at most 2, in one
//! and two inputs.
//!
//! In one input all pieces are looked at. In two, a best-first search bounds boxes as the general
//! search does, and cuts a box into its linear pieces where few units are alive in it and its
//! bound is above the largest error known: the boxes that may hold the maximum, and few others.

use std::sync::Arc;

use super::emit::{self, certificate, shorten_up};
use super::limits::Clock;
use super::resolve::{Resolved, Unresolved, integrate, resolve};
use super::split;
use super::tree::Tree;
use super::worst::{self, WorstFirst};
use super::{Outcome, Progress, Request, StoppedBy};
use crate::bounds::Cell;
use crate::bounds::{Bound, ExactCells, Leaves, OnCell, Reduction};
use crate::certificate::{Method, Ranges, Witness};
use crate::geometry::PlaneCell;
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::numbers::{Direction, Dyadic, Function, Rational};

/// Give up where the exact arithmetic would take longer than the search it replaces.
const MAX_UNITS: usize = 4000;
const MAX_CELLS: usize = 100_000;
const MAX_BOXES: u64 = 20_000;
/// Boxes with few units alive on which the target is no polynomial, before the search gives up.
const MAX_FAILURES: usize = 500;

/// An exact integral is a sum over all pieces; its numbers grow with each of them.
const MAX_INTEGRAL_UNITS: usize = 1000;
const MAX_INTEGRAL_PIECES: usize = 4000;
const MAX_INTEGRAL_BITS: usize = 1 << 13;

/// A box is cut into its pieces where no more units than this are alive; below `PATIENCE` cuts
/// another one for every two, since more lines than that may meet in one point.
const FEW_UNITS: usize = 3;
const PATIENCE: usize = 16;
/// Pieces that one box may have.
const MAX_PIECES: usize = 400;

/// Tries to find the error exactly; nothing where that is not possible, or takes too long.
pub fn search(
    request: &Request<'_>,
    root: &OnCell,
    clock: &Clock,
    progress: &mut dyn FnMut(&Progress),
) -> Option<Outcome> {
    let Request {
        network, question, ..
    } = request;
    let layers = network.layers().iter();
    let units: usize = layers.map(crate::network::Layer::units).sum();
    let inputs = question.domain.sides().len();
    if inputs > 2 || !network.is_piecewise_linear() || units > MAX_UNITS {
        return None;
    }
    let prepared = Leaves::new(network, question);
    let exact = prepared.exact_cells()?;
    let whole = Cell::root(&question.domain);
    if inputs == 1 {
        let Resolved {
            tree,
            value,
            upper,
            point,
            piece,
            pieces,
        } = resolve(exact, &whole, MAX_CELLS, &clock.repeated()).ok()?;
        let witness = witness(request, root, &point, &piece);
        // A bound that is not exact is rounded up by the checker.
        let upper = if upper == value {
            upper
        } else {
            let rounded =
                Dyadic::from_rational(&upper, Direction::Up).rational_bound(Direction::Up)?;
            shorten_up(&rounded)
        };
        return Some(Outcome {
            certificate: certificate(
                request,
                emit::Found {
                    lower: value,
                    upper: Some(upper),
                    witness,
                    constant_radius: Rational::ZERO,
                    ranges: Ranges::Natural,
                    partition: tree.partition(),
                },
            ),
            boxes: pieces as u64,
            stopped_by: None,
        });
    }
    if !is_polynomial_somewhere(exact, &whole) {
        return None;
    }
    Search::new(request, root, whole, exact, clock).run(progress)
}

/// Tries to find an integral exactly, by cutting the domain into all pieces; nothing where that is
/// not possible, or the numbers grow long.
pub fn integral(request: &Request<'_>, clock: &Clock) -> Option<Outcome> {
    let Request {
        network, question, ..
    } = request;
    let layers = network.layers().iter();
    let units: usize = layers.map(crate::network::Layer::units).sum();
    let inputs = question.domain.sides().len();
    if inputs > 2 || !network.is_piecewise_linear() || units > MAX_INTEGRAL_UNITS {
        return None;
    }
    let prepared = Leaves::new(network, question);
    let whole = Cell::root(&question.domain);
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
                ranges: Ranges::Natural,
                partition: tree.partition(),
            },
        ),
        boxes: pieces as u64,
        stopped_by: None,
    })
}

/// Is the target a polynomial of degree at most 2 on a small box?
fn is_polynomial_somewhere(exact: &ExactCells<'_>, whole: &Cell) -> bool {
    let sides = whole.sides().iter().map(|(low, high)| {
        let at = |share: Rational| low + &(&(high - low) * &share);
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

/// How many units may cut the box: all but steps over steps, which are constant between the lines of
/// those below.
fn lines(network: &Specialised) -> usize {
    let inputs = network.inputs();
    let is_step = |k: usize| network.unit(k).function == Function::Heaviside;
    let is_over_steps = |k: usize| {
        let mut terms = network.unit(k).sum.terms.iter();
        let below = |variable: u32| (variable as usize).checked_sub(inputs);
        is_step(k) && terms.all(|(variable, _)| below(*variable).is_some_and(is_step))
    };
    (0..network.units()).filter(|k| !is_over_steps(*k)).count()
}

/// A witness: the point where the error is taken, or a small box beside it where it is a limit.
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
    // A witness for a refutation has to refute by itself.
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
            let share = Rational::power_of_two(step);
            let point = point
                .iter()
                .zip(&middle)
                .map(|(x, m)| (x + &(&(m - x) * &share)).round_to_bits(80))
                .collect();
            let witness = Witness {
                point,
                radius: Rational::power_of_two(size),
            };
            let values = root.evaluate_witness(request.question, request.network, &witness);
            values.is_ok_and(|v| v.lower > least).then_some(witness)
        })
}

/// An open box: looked at, and not good enough.
struct Open {
    node: usize,
    cell: Cell,
    here: Arc<OnCell>,
    bound: Dyadic,
    depth: usize,
}

impl worst::Open for Open {
    fn rank(&self) -> Dyadic {
        self.bound
    }
    fn node(&self) -> usize {
        self.node
    }
}

/// The search in two inputs.
struct Search<'a> {
    request: &'a Request<'a>,
    exact: &'a ExactCells<'a>,
    clock: &'a Clock,
    root: &'a OnCell,
    leaves: Leaves<'a>,
    ranges: Ranges,
    whole: Cell,
    tree: Tree,
    open: WorstFirst<Open>,
    /// The largest error known, the point, the piece.
    best: Option<(Rational, Vec<Rational>, PlaneCell)>,
    /// A bound that need not be better.
    enough: Dyadic,
    /// The largest bound of a leaf that is done.
    settled: Dyadic,
    boxes: u64,
    pieces: usize,
    failures: usize,
}

impl<'a> Search<'a> {
    fn new(
        request: &'a Request<'a>,
        root: &'a OnCell,
        whole: Cell,
        exact: &'a ExactCells<'a>,
        clock: &'a Clock,
    ) -> Self {
        let is_deep = (0..root.units()).any(|k| {
            let unit = root.unit(k);
            let mut terms = unit.sum.terms.iter();
            unit.function == Function::Relu && terms.any(|(v, _)| *v as usize >= root.inputs())
        });
        let goal = request.tolerance.map_or(Dyadic::ZERO, |tolerance| {
            Dyadic::from_rational(tolerance, Direction::Down)
        });
        Self {
            request,
            exact,
            clock,
            root,
            leaves: Leaves::new(request.network, request.question),
            ranges: if is_deep {
                Ranges::Linear
            } else {
                Ranges::Natural
            },
            whole,
            tree: Tree::new(),
            open: WorstFirst::new(),
            best: None,
            enough: goal,
            settled: Dyadic::ZERO,
            boxes: 0,
            pieces: 0,
            failures: 0,
        }
    }

    fn run(mut self, progress: &mut dyn FnMut(&Progress)) -> Option<Outcome> {
        let first = Open {
            node: 0,
            cell: self.whole.clone(),
            here: Arc::new(self.root.clone()),
            bound: Dyadic::INFINITY,
            depth: 0,
        };
        self.look(first);
        let mut stopped_by = None;
        while let Some(open) = self.open.pop() {
            if open.bound <= self.enough {
                self.settled = self.settled.max(open.bound);
                continue;
            }
            let limit = self.clock.reached(self.boxes, || 0);
            if self.is_refuted() || limit.is_some() {
                stopped_by = limit;
                self.open.push(open);
                break;
            }
            let is_too_long = self.boxes > MAX_BOXES || self.pieces > MAX_CELLS;
            if is_too_long || self.failures > MAX_FAILURES {
                self.open.push(open);
                return self.is_close().then(|| self.finish(None));
            }
            if self.boxes.is_multiple_of(64) {
                progress(&Progress {
                    boxes: self.boxes,
                    open: self.open.len(),
                    lower: self.best.as_ref().map_or(0.0, |b| estimate_rational(&b.0)),
                    upper: estimate_dyadic(open.bound),
                });
            }
            let few = FEW_UNITS + open.depth.saturating_sub(PATIENCE) / 2;
            if lines(&open.here) <= few && self.resolve(&open) {
                continue;
            }
            self.split(&open);
        }
        Some(self.finish(stopped_by))
    }

    /// Without a tolerance: is the enclosure as tight as wanted, if not exact?
    fn is_close(&self) -> bool {
        let (Some((lower, ..)), None, Some(open)) =
            (&self.best, self.request.tolerance, self.open.peek())
        else {
            return false;
        };
        let upper = open.bound.rational_bound(Direction::Up);
        upper.is_some_and(|upper| &upper - lower <= upper * self.request.gap)
    }

    fn is_refuted(&self) -> bool {
        match (self.request.tolerance, &self.best) {
            (Some(tolerance), Some((value, ..))) => value > tolerance,
            _ => false,
        }
    }

    /// Cuts a box into its pieces, if there are few.
    fn resolve(&mut self, open: &Open) -> bool {
        let goes_on = self.clock.repeated();
        let Ok(found) = resolve(self.exact, &open.cell, MAX_PIECES, &goes_on) else {
            self.failures += 1;
            return false;
        };
        self.pieces += found.pieces;
        let _ = self.tree.graft(open.node, found.tree);
        let is_larger = self
            .best
            .as_ref()
            .is_none_or(|(most, ..)| found.value > *most);
        if is_larger {
            let value = Dyadic::from_rational(&found.value, Direction::Down);
            self.enough = self.enough.max(value);
            self.best = Some((found.value, found.point, found.piece));
        }
        true
    }

    fn split(&mut self, open: &Open) {
        let mut split = split::at_jump(&open.cell, self.leaves.places())
            .unwrap_or_else(|| split::choose(&open.cell, &self.whole, &open.here));
        let halves = open.cell.cut(split.axis, split.place.as_ref()).or_else(|| {
            split.place = None;
            open.cell.cut(split.axis, None)
        });
        let Some((lower, upper)) = halves else {
            self.settled = self.settled.max(open.bound);
            return;
        };
        let (at_lower, at_upper) = self.tree.cut(open.node, split.axis, split.place);
        for (node, cell) in [(at_lower, lower), (at_upper, upper)] {
            self.look(Open {
                node,
                cell,
                here: Arc::clone(&open.here),
                bound: open.bound,
                depth: open.depth + 1,
            });
        }
    }

    /// Bounds the error on a box; keeps it open where the bound is not good enough.
    fn look(&mut self, mut open: Open) {
        let goes_on = self.clock.repeated();
        self.boxes += 1;
        let reduction = Reduction {
            ranges: self.ranges,
            constant_radius: Dyadic::ZERO,
        };
        let here = self.leaves.descend(&open.here, &open.cell, reduction);
        if let Ok(here) = here {
            open.here = Arc::new(here);
        }
        let mut bound = Dyadic::INFINITY;
        let mut chosen = Method::Open;
        // The dearer methods only where they have a chance.
        for (method, within) in [
            (Method::Natural, f64::INFINITY),
            (Method::Linear, f64::INFINITY),
            (Method::Monotone, 3.0),
            (Method::MeanValue, 1.5),
        ] {
            if estimate_dyadic(bound) > estimate_dyadic(self.enough) * within {
                break;
            }
            if self.request.portable && !method.is_core() {
                continue;
            }
            if let Ok(Bound::Sup(found)) =
                self.leaves.bound(method, &open.cell, &open.here, reduction)
                && found < bound
            {
                bound = found;
                chosen = method;
            }
            if bound <= self.enough {
                break;
            }
        }
        goes_on();
        self.tree.settle(open.node, chosen);
        if bound <= self.enough {
            self.settled = self.settled.max(bound);
            return;
        }
        open.bound = bound;
        self.open.push(open);
    }

    fn finish(self, stopped_by: Option<StoppedBy>) -> Outcome {
        let open = self.open.iter().map(|open| open.bound);
        let bound = open.fold(self.settled, Ord::max);
        let (lower, witness) = match &self.best {
            Some((value, point, piece)) => (
                value.clone(),
                witness(self.request, self.root, point, piece),
            ),
            None => (Rational::ZERO, None),
        };
        let upper = bound.rational_bound(Direction::Up).map(|bound| {
            if bound <= lower {
                return lower.clone();
            }
            let short = shorten_up(&bound);
            match self.request.tolerance {
                Some(tolerance) if bound <= *tolerance => short.min(tolerance.clone()),
                _ => short,
            }
        });
        let is_refuted = self.is_refuted();
        Outcome {
            certificate: certificate(
                self.request,
                emit::Found {
                    lower,
                    upper,
                    witness,
                    constant_radius: Rational::ZERO,
                    ranges: self.ranges,
                    partition: self.tree.partition(),
                },
            ),
            boxes: self.boxes + self.pieces as u64,
            stopped_by: stopped_by.filter(|_| !is_refuted),
        }
    }
}
