//! The search for a certificate that a network has a property, or for a point where it has not.
//!
//! Points first: corners, points all over each box, and the way downhill from the best of them.
//! Then each box is cut until the checker's own leaf methods exclude the condition on every cell,
//! and on each cell two more points are tried. Rounds have a fixed size, so the certificate does not
//! depend on the threads.

mod forms;
mod guess;

use std::sync::Arc;

use rayon::prelude::*;

use super::limits::{Clock, Limits, StoppedBy};
use super::tree::Tree;
use super::{ProveError, fold, split};
use crate::certificate::{Cell, Evidence, MAX_INPUTS, Method, Ranges};
use crate::checker::{PropertyLeaves, violation};
use crate::expr::Property;
use crate::network::{Network, Specialised};
use crate::numbers::estimate::estimate_dyadic;
use crate::numbers::{Direction, Dyadic, Rational, Truth};
use forms::Forms;
use guess::{Guess, Guesser, Margin, exact_points};

/// Cells that one round takes. Fixed, so that the result does not depend on the threads.
const ROUND: usize = 64;
/// Cells that are looked at below each of them in a round.
const SUBTREE: u64 = 64;
/// A cell is not cut once all of its sides are below this share of the box, in bits.
const FINEST: i64 = 40;
/// So many cells that cannot be cut any more end the search.
const MAX_STUCK: usize = 64;

/// What to decide.
#[derive(Clone, Debug)]
pub struct PropertyRequest<'a> {
    /// The network.
    pub network: &'a Network,
    /// What it must not do.
    pub property: &'a Property,
    /// When to stop.
    pub limits: Limits,
    /// How many threads; all of the machine's by default. The result does not depend on it.
    pub threads: Option<usize>,
}

/// What a search found: a proposal for the checker.
#[derive(Clone, Debug)]
pub struct PropertyOutcome {
    /// Why the property holds or fails; nothing where that is not known.
    pub evidence: Option<Evidence>,
    /// Boxes looked at.
    pub boxes: u64,
    /// Cells that were open at the end.
    pub open: usize,
    /// Why the search stopped before it was done, if it did.
    pub stopped_by: Option<StoppedBy>,
}

/// Searches for evidence; calls back with boxes looked at and cells open.
///
/// # Errors
/// [`ProveError`] where the search cannot even begin.
pub fn prove_property(
    request: &PropertyRequest<'_>,
    progress: &mut dyn FnMut(u64, usize),
) -> Result<PropertyOutcome, ProveError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.threads.unwrap_or(0))
        .build()
        .map_err(|error| ProveError::Threads(error.to_string()))?;
    // The check is on one thread.
    let clock = Clock::start(&request.limits, 1);
    match request.property.inputs() {
        1..=2 => Search::<2>::new(request, clock)?.run(&pool, progress),
        3..=5 => Search::<5>::new(request, clock)?.run(&pool, progress),
        6..=10 => Search::<10>::new(request, clock)?.run(&pool, progress),
        11..=MAX_INPUTS => Search::<MAX_INPUTS>::new(request, clock)?.run(&pool, progress),
        more => Err(ProveError::TooManyInputs(more)),
    }
}

/// A cell to be looked at.
#[derive(Clone)]
struct Open {
    case: usize,
    node: usize,
    cell: Cell,
    around: Arc<Specialised>,
}

/// What a worker brings back from one open cell.
struct Growth {
    tree: Tree,
    open: Vec<Open>,
    stuck: usize,
    boxes: u64,
    evidence: Option<Evidence>,
}

struct Search<'a, const D: usize> {
    request: &'a PropertyRequest<'a>,
    clock: Clock,
    wholes: Vec<Cell>,
    margins: Vec<Margin>,
    fold: Rational,
    ranges: Ranges,
}

impl<'a, const D: usize> Search<'a, D> {
    fn new(request: &'a PropertyRequest<'a>, clock: Clock) -> Result<Self, ProveError> {
        let cases = request.property.cases();
        let wholes: Vec<Cell> = cases
            .iter()
            .map(|case| Cell::from_sides(case.sides().to_vec()))
            .collect();
        let mut search = Self {
            request,
            clock,
            margins: cases.iter().map(Margin::new).collect(),
            wholes,
            fold: Rational::ZERO,
            ranges: Ranges::Natural,
        };
        if let (Some(whole), Some(margin)) = (search.wholes.first(), search.margins.first()) {
            let root = search.root(whole)?;
            let inputs = root.inputs();
            let is_deep = (0..root.units()).any(|k| {
                let terms = root.unit(k).sum.terms;
                terms.iter().any(|(v, _)| *v as usize >= inputs)
            });
            let middle = Guesser::new(whole, request.network)
                .middle(margin, &root)
                .margin
                .abs();
            search.fold = fold::radius(&root, middle.clamp(1e-12, 1e12) * 1e-4);
            if is_deep {
                search.ranges = Ranges::Linear;
            }
        }
        Ok(search)
    }

    fn root(&self, whole: &Cell) -> Result<Specialised, ProveError> {
        Specialised::from_network(self.request.network, whole.intervals())
            .map_err(ProveError::NoValue)
    }

    fn run(
        self,
        pool: &rayon::ThreadPool,
        progress: &mut dyn FnMut(u64, usize),
    ) -> Result<PropertyOutcome, ProveError> {
        let done = |evidence, boxes, open, stopped_by| {
            Ok(PropertyOutcome {
                evidence,
                boxes,
                open,
                stopped_by,
            })
        };
        let mut boxes = 0;
        let mut stopped_by = None;
        // Points of all boxes first.
        let cases: Vec<usize> = (0..self.wholes.len()).collect();
        let mut open = Vec::new();
        for chunk in cases.chunks(ROUND) {
            if let Some(limit) = self.limit(boxes, &open) {
                return done(None, boxes, self.wholes.len(), Some(limit));
            }
            let found: Vec<_> = pool.install(|| {
                let looked = chunk.par_iter().with_max_len(1);
                looked.map(|case| self.look_for_points(*case)).collect()
            });
            for result in found {
                let (cell, evidence) = result?;
                if evidence.is_some() {
                    return done(evidence, boxes, self.wholes.len(), None);
                }
                open.push(cell);
            }
        }
        open.reverse();
        let mut trees = vec![Tree::new(); self.wholes.len()];
        let mut stuck = 0;
        while !open.is_empty() && stuck < MAX_STUCK {
            progress(boxes, open.len() + stuck);
            stopped_by = self.limit(boxes, &open);
            if stopped_by.is_some() {
                break;
            }
            let most = self.request.limits.boxes.unwrap_or(u64::MAX);
            let room = most.saturating_sub(boxes);
            let count = open.len().min(ROUND);
            let count = usize::try_from(room).map_or(count, |room| count.min(room.max(1)));
            let budget = (room / count as u64).clamp(1, SUBTREE);
            let round = open.split_off(open.len() - count);
            let grown: Vec<Growth> = pool.install(|| {
                let each = round.par_iter().with_max_len(1);
                each.map(|open| self.grow(open, budget)).collect()
            });
            // The last of the list is looked at first.
            for (start, growth) in round.iter().zip(grown).rev() {
                boxes += growth.boxes;
                if growth.evidence.is_some() {
                    return done(growth.evidence, boxes, open.len(), None);
                }
                stuck += growth.stuck;
                let Some(tree) = trees.get_mut(start.case) else {
                    continue;
                };
                let moved = tree.graft(start.node, growth.tree);
                open.extend(growth.open.into_iter().map(|open| Open {
                    node: moved(open.node),
                    ..open
                }));
            }
        }
        if stuck > 0 {
            stopped_by = stopped_by.or(Some(StoppedBy::Resolution));
        }
        if !open.is_empty() || stuck > 0 {
            return done(None, boxes, open.len() + stuck, stopped_by);
        }
        let evidence = Evidence::Trees {
            fold: self.fold,
            ranges: self.ranges,
            trees: trees.iter().map(Tree::partition).collect(),
        };
        done(Some(evidence), boxes, 0, None)
    }

    fn limit(&self, boxes: u64, open: &[Open]) -> Option<StoppedBy> {
        let bytes = || open.iter().map(|open| open.around.bytes() as u64).sum();
        self.clock.reached(boxes, bytes)
    }

    /// Looks for a point in the whole box of a case.
    fn look_for_points(&self, case: usize) -> Result<(Open, Option<Evidence>), ProveError> {
        let cell = self.wholes[case].clone();
        let root = self.root(&cell)?;
        let guesses = Guesser::new(&cell, self.request.network).search(&self.margins[case], &root);
        let mut evidence = None;
        for guess in &guesses {
            evidence = evidence.or_else(|| self.confirm(case, &cell, guess));
        }
        let open = Open {
            case,
            node: 0,
            cell,
            around: Arc::new(root),
        };
        Ok((open, evidence))
    }

    /// Looks at points near a guess exactly, if it seems worth it.
    fn confirm(&self, case: usize, cell: &Cell, guess: &Guess) -> Option<Evidence> {
        if guess.margin > 1e-9 {
            return None;
        }
        let Self { request, .. } = self;
        exact_points(cell, guess)
            .into_iter()
            .find(|point| violation(request.property, case, request.network, point).is_ok())
            .map(|point| Evidence::Point { case, point })
    }

    /// Looks at an open cell and those below it.
    fn grow(&self, start: &Open, budget: u64) -> Growth {
        let case = start.case;
        let margin = &self.margins[case];
        let fold = Dyadic::from_rational(&self.fold, Direction::Down);
        let network = self.request.network;
        let mut leaves = PropertyLeaves::<D>::new(network, &self.request.property.cases()[case]);
        let mut growth = Growth {
            tree: Tree::new(),
            open: Vec::new(),
            stuck: 0,
            boxes: 0,
            evidence: None,
        };
        let mut stack = vec![Open {
            node: 0,
            ..start.clone()
        }];
        while let Some(open) = stack.pop() {
            if growth.boxes >= budget || self.clock.is_late().is_some() {
                stack.push(open);
                break;
            }
            growth.boxes += 1;
            // What a check will do again: this, and the method that excludes the condition.
            let repeat = self.clock.repeated();
            let Ok(here) = leaves.descend(&open.around, &open.cell, self.ranges, fold) else {
                growth.stuck += 1;
                continue;
            };
            repeat();
            let mut excludes = |method: Method| {
                let repeat = self.clock.repeated();
                let excludes = leaves.truth(method, &open.cell, &here) == Ok(Truth::False);
                if excludes {
                    repeat();
                }
                excludes
            };
            if excludes(Method::Natural) {
                growth.tree.settle(open.node, Method::Natural);
                continue;
            }
            let advice = Forms::new(&here, &open.cell).advise(&here, margin);
            if advice.least > -0.1 * advice.spread && excludes(Method::Linear) {
                growth.tree.settle(open.node, Method::Linear);
                continue;
            }
            let mut guesser = Guesser::new(&open.cell, network);
            let guesses = [
                guesser.middle(margin, &here),
                guesser.corner(margin, &here, &advice.downhill),
            ];
            growth.evidence = guesses
                .iter()
                .find_map(|guess| self.confirm(case, &open.cell, guess));
            if growth.evidence.is_some() {
                return growth;
            }
            let Some((axis, place, lower, upper)) = self.halves(case, &open, &here, &advice.scores)
            else {
                growth.stuck += 1;
                continue;
            };
            let (at_lower, at_upper) = growth.tree.cut(open.node, axis, place);
            for (node, cell) in [(at_upper, upper), (at_lower, lower)] {
                stack.push(Open {
                    case,
                    node,
                    cell,
                    around: Arc::clone(&here),
                });
            }
        }
        growth.open = stack;
        growth
    }

    /// Cuts a cell across the side with the highest score, of equal ones the longest: at a kink, or in
    /// the middle.
    fn halves(
        &self,
        case: usize,
        open: &Open,
        here: &Specialised,
        scores: &[f64],
    ) -> Option<(usize, Option<Rational>, Cell, Cell)> {
        let sides = open.cell.intervals().iter();
        let wholes = self.wholes[case].intervals().iter();
        let shares: Vec<f64> = sides
            .zip(wholes)
            .map(|(side, whole)| {
                let whole = estimate_dyadic(whole.rad());
                if whole > 0.0 {
                    estimate_dyadic(side.rad()) / whole
                } else {
                    0.0
                }
            })
            .collect();
        let total: f64 = scores.iter().sum();
        let total = if total.is_finite() && total > 0.0 {
            total
        } else {
            1.0
        };
        let finest = libm::ldexp(1.0, -i32::try_from(FINEST).unwrap_or(0));
        let mut order: Vec<(f64, usize)> = (shares.iter().zip(scores).enumerate())
            .filter(|(_, (share, _))| **share > finest)
            .map(|(i, (share, score))| (score / total + 1e-2 * share, i))
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.into_iter().find_map(|(_, axis)| {
            let place = split::kink(&open.cell, here, axis);
            let (lower, upper) = open.cell.cut(axis, place.as_ref())?;
            Some((axis, place, lower, upper))
        })
    }
}
