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
use super::{ProveError, constant, split};
use crate::bounds::Cell;
use crate::bounds::{PropertyLeaves, violation};
use crate::certificate::{Evidence, MAX_INPUTS, Method, Ranges};
use crate::expr::Property;
use crate::network::{Network, Specialised};
use crate::numbers::estimate::estimate_dyadic;
use crate::numbers::{Direction, Dyadic, Rational, Truth};
use forms::{Advice, Forms};
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
    /// A point of a cell that could not be cut any more, if there was one.
    pub stuck: Option<Stuck>,
}

/// The middle of a cell that is neither decided nor cut any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck {
    /// The point, about.
    pub point: Vec<f64>,
    /// About by how much the condition is missed there (met, where this is negative), if floats can
    /// tell.
    pub margin: Option<f64>,
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
    let inputs = request.property.inputs();
    if inputs > MAX_INPUTS {
        return Err(ProveError::TooManyInputs(inputs));
    }
    Search::new(request, clock)?.run(&pool, progress)
}

/// A cell to be looked at.
#[derive(Clone)]
struct Open {
    case: usize,
    node: usize,
    cell: Cell,
    /// The network on a cell around it; nothing for the whole box of a case, so that many cases do
    /// not take the memory of many networks.
    around: Option<Arc<Specialised>>,
}

/// What a worker brings back from one open cell.
struct Growth {
    tree: Tree,
    open: Vec<Open>,
    stuck: usize,
    stuck_at: Option<Stuck>,
    boxes: u64,
    evidence: Option<Evidence>,
}

/// What a first look at the whole box of a case brings.
enum First {
    /// The condition is excluded there.
    Excluded(Method),
    /// It holds at a point.
    Found(Evidence),
    /// Neither, yet.
    Open,
}

struct Search<'a> {
    request: &'a PropertyRequest<'a>,
    clock: Clock,
    wholes: Vec<Cell>,
    margins: Vec<Margin>,
    constant_radius: Rational,
    ranges: Ranges,
}

impl<'a> Search<'a> {
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
            constant_radius: Rational::ZERO,
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
            search.constant_radius = constant::radius(&root, middle.clamp(1e-12, 1e12) * 1e-4);
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
        let done = |evidence, boxes, open, stopped_by, stuck| {
            Ok(PropertyOutcome {
                evidence,
                boxes,
                open,
                stopped_by,
                stuck,
            })
        };
        let mut boxes = 0;
        let mut stopped_by = None;
        let mut stuck_at = None;
        // A look at all boxes first.
        let cases: Vec<usize> = (0..self.wholes.len()).collect();
        let mut trees = vec![Tree::new(); self.wholes.len()];
        let mut open = Vec::new();
        for chunk in cases.chunks(ROUND) {
            if let Some(limit) = self.limit(boxes, &open) {
                return done(None, boxes, self.wholes.len(), Some(limit), None);
            }
            let found: Vec<_> = pool.install(|| {
                let looked = chunk.par_iter().with_max_len(1);
                looked.map(|case| self.first_look(*case)).collect()
            });
            for (case, result) in chunk.iter().zip(found) {
                match result? {
                    First::Excluded(method) => {
                        boxes += 1;
                        trees[*case].settle(0, method);
                    }
                    First::Found(evidence) => {
                        let all = self.wholes.len();
                        return done(Some(evidence), boxes, all, None, None);
                    }
                    First::Open => open.push(Open {
                        case: *case,
                        node: 0,
                        cell: self.wholes[*case].clone(),
                        around: None,
                    }),
                }
            }
            progress(boxes, open.len());
        }
        open.reverse();
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
                    return done(growth.evidence, boxes, open.len(), None, None);
                }
                stuck += growth.stuck;
                stuck_at = stuck_at.or(growth.stuck_at);
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
            return done(None, boxes, open.len() + stuck, stopped_by, stuck_at);
        }
        let evidence = Evidence::Trees {
            constant_radius: self.constant_radius,
            ranges: self.ranges,
            trees: trees.iter().map(Tree::partition).collect(),
        };
        done(Some(evidence), boxes, 0, None, None)
    }

    fn limit(&self, boxes: u64, open: &[Open]) -> Option<StoppedBy> {
        let around = |open: &Open| {
            open.around
                .as_ref()
                .map_or(0, |network| network.bytes() as u64)
        };
        let bytes = || open.iter().map(around).sum();
        self.clock.reached(boxes, bytes)
    }

    /// Looks at the whole box of a case: whether it is excluded at once, or else whether the condition
    /// holds at some point.
    fn first_look(&self, case: usize) -> Result<First, ProveError> {
        let cell = &self.wholes[case];
        let root = Arc::new(self.root(cell)?);
        let mut leaves = self.leaves(case);
        if let Ok(here) = leaves.descend(&root, cell, self.ranges, self.constant_radius()) {
            let margin = &self.margins[case];
            if let Ok(method) = excluded(&mut leaves, cell, &here, margin) {
                return Ok(First::Excluded(method));
            }
        }
        let guesses = Guesser::new(cell, self.request.network).search(&self.margins[case], &root);
        let mut found = guesses
            .iter()
            .filter_map(|guess| self.confirm(case, cell, guess));
        Ok(found.next().map_or(First::Open, First::Found))
    }

    fn leaves(&self, case: usize) -> PropertyLeaves<'a> {
        PropertyLeaves::new(self.request.network, &self.request.property.cases()[case])
    }

    fn constant_radius(&self) -> Dyadic {
        Dyadic::from_rational(&self.constant_radius, Direction::Down)
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
        let constant_radius = self.constant_radius();
        let network = self.request.network;
        let mut leaves = self.leaves(case);
        let mut growth = Growth {
            tree: Tree::new(),
            open: Vec::new(),
            stuck: 0,
            stuck_at: None,
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
            let around = match &open.around {
                Some(around) => Ok(Arc::clone(around)),
                None => self.root(&self.wholes[case]).map(Arc::new),
            };
            let here = around
                .map(|around| leaves.descend(&around, &open.cell, self.ranges, constant_radius));
            let Ok(Ok(here)) = here else {
                growth.stuck += 1;
                continue;
            };
            repeat();
            let advice = match excluded(&mut leaves, &open.cell, &here, margin) {
                Ok(method) => {
                    repeat();
                    growth.tree.settle(open.node, method);
                    continue;
                }
                Err(advice) => advice,
            };
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
                // Whatever floats say of it.
                if is_excluded(&mut leaves, Method::Linear, &open.cell, &here) {
                    growth.tree.settle(open.node, Method::Linear);
                    continue;
                }
                growth.stuck += 1;
                let [Guess { margin, point }, _] = guesses;
                growth.stuck_at.get_or_insert(Stuck {
                    margin: margin.is_finite().then_some(margin),
                    point,
                });
                continue;
            };
            let (at_lower, at_upper) = growth.tree.cut(open.node, axis, place);
            for (node, cell) in [(at_upper, upper), (at_lower, lower)] {
                stack.push(Open {
                    case,
                    node,
                    cell,
                    around: Some(Arc::clone(&here)),
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

/// Does a method exclude the condition of a case on a cell?
fn is_excluded(
    leaves: &mut PropertyLeaves<'_>,
    method: Method,
    cell: &Cell,
    here: &Specialised,
) -> bool {
    leaves.truth(method, cell, here) == Ok(Truth::False)
}

/// Returns the method that excludes the condition of a case on a cell, or else what to do with it.
fn excluded(
    leaves: &mut PropertyLeaves<'_>,
    cell: &Cell,
    here: &Specialised,
    margin: &Margin,
) -> Result<Method, Advice> {
    if is_excluded(leaves, Method::Natural, cell, here) {
        return Ok(Method::Natural);
    }
    let advice = Forms::new(here, cell).advise(here, margin);
    if advice.may_exclude() && is_excluded(leaves, Method::Linear, cell, here) {
        return Ok(Method::Linear);
    }
    Err(advice)
}
