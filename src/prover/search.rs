//! The search for a bound in `sup`.

use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::emit::{certificate, shorten_down, shorten_up};
use super::sample::{Candidate, Sampler};
use super::split;
use super::tree::Tree;
use super::workers::Workers;
use super::{Outcome, Progress, Request, StoppedBy, fold};
use crate::certificate::{Cell, Method, Ranges, Witness};
use crate::checker::{Bound, Leaves, descend, evaluate_witness};
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::numbers::{Direction, Dyadic, Function, Rational};

/// Cells that one round takes. Fixed, so that the result does not depend on the threads.
const ROUND: usize = 64;
/// Cells that are looked at under each of them in a round, where all must be done anyway.
const SUBTREE: u64 = 64;
/// Cells are not cut below this share of the domain.
const DEEPEST: usize = 400;

/// An open cell: looked at, and not good enough.
#[derive(Clone)]
struct Open {
    node: usize,
    cell: Cell,
    here: Arc<Specialised>,
    bound: Dyadic,
    depth: usize,
}

/// Open cells by their bound; of equal ones the older first.
impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Open {}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bound
            .cmp(&other.bound)
            .then(other.node.cmp(&self.node))
    }
}

/// What a worker brings back from one open cell.
struct Growth {
    tree: Tree,
    open: Vec<Open>,
    best: Option<Candidate>,
    boxes: u64,
    /// The largest bound of a leaf that is done.
    settled: Dyadic,
}

/// A search in progress.
pub struct Search<'a, const D: usize> {
    request: &'a Request<'a>,
    root: Arc<Specialised>,
    whole: Cell,
    started: Instant,
    ranges: Ranges,
    fold: Rational,
    goal: Option<Dyadic>,
    tree: Tree,
    boxes: u64,
    /// The largest bound of a leaf that is done.
    settled: Dyadic,
    lower: Rational,
    witness: Option<Witness>,
}

impl<'a, const D: usize> Search<'a, D> {
    /// Prepares a search.
    pub fn new(request: &'a Request<'a>, root: Specialised, started: Instant) -> Self {
        let question = request.question;
        let whole = Cell::root(&question.domain);
        let mut sampler = Sampler::new(&question.target, request.jumps());
        let scale = match request.tolerance {
            Some(tolerance) => estimate_rational(tolerance),
            None => estimate_scale(&mut sampler, &whole, &root) * estimate_rational(request.gap),
        };
        let share = if request.tolerance.is_some() {
            1e-4
        } else {
            1e-2
        };
        // Linear forms decide more units where ReLUs stand on ReLUs.
        let is_deep = (0..root.units()).any(|k| {
            let unit = root.unit(k);
            unit.function == Function::Relu
                && unit
                    .sum
                    .terms
                    .iter()
                    .any(|(v, _)| *v as usize >= root.inputs())
        });
        Self {
            fold: fold::radius(&root, scale * share),
            ranges: if is_deep {
                Ranges::Linear
            } else {
                Ranges::Natural
            },
            request,
            root: Arc::new(root),
            whole,
            started,
            goal: request
                .tolerance
                .map(|tolerance| Dyadic::from_rational(tolerance, Direction::Down)),
            tree: Tree::new(),
            boxes: 0,
            settled: Dyadic::ZERO,
            lower: Rational::ZERO,
            witness: None,
        }
    }

    /// Runs the search to its end or a limit.
    pub fn run(mut self, pool: &rayon::ThreadPool, progress: &mut dyn FnMut(&Progress)) -> Outcome {
        let mut stopped_by = None;
        let mut worst_first = BinaryHeap::new();
        let mut last_first: Vec<Open> = Vec::new();
        let first = Open {
            node: 0,
            cell: self.whole.clone(),
            here: Arc::clone(&self.root),
            bound: Dyadic::INFINITY,
            depth: 0,
        };
        let mut round = vec![first];
        let is_depth_first = self.goal.is_some();
        let workers = Workers::new(pool, || self.worker());
        loop {
            let budget = self.budget(round.len());
            let grown: Vec<Growth> = pool.install(|| {
                round
                    .par_iter()
                    .map(|open| workers.with(|worker| self.grow(worker, open, budget)))
                    .collect()
            });
            let mut best: Option<Candidate> = None;
            for (open, growth) in round.drain(..).zip(grown) {
                self.boxes += growth.boxes;
                self.settled = self.settled.max(growth.settled);
                let moved = self.tree.graft(open.node, growth.tree);
                let open = growth.open.into_iter().map(|open| Open {
                    node: moved(open.node),
                    ..open
                });
                if is_depth_first {
                    last_first.extend(open);
                } else {
                    worst_first.extend(open);
                }
                best = larger(best, growth.best);
            }
            self.consider(best);
            let upper = worst_first
                .peek()
                .map(|open: &Open| open.bound)
                .into_iter()
                .chain(last_first.iter().map(|open| open.bound).max())
                .fold(self.settled, Ord::max);
            progress(&Progress {
                boxes: self.boxes,
                open: worst_first.len() + last_first.len(),
                lower: estimate_rational(&self.lower),
                upper: estimate_dyadic(upper),
            });
            if self.is_refuted() || self.is_close(upper) {
                break;
            }
            let is_stuck = |open: &Open| open.depth >= DEEPEST;
            let room = self.room().div_ceil(2);
            while round.len() < ROUND && (round.len() as u64) < room {
                let next = if is_depth_first {
                    last_first.pop()
                } else {
                    worst_first.pop()
                };
                let Some(open) = next else { break };
                if is_stuck(&open) {
                    // Its leaf stays as it is; what it bounds is as good as it gets.
                    self.settled = self.settled.max(open.bound);
                    stopped_by = Some(StoppedBy::Resolution);
                    continue;
                }
                round.push(open);
            }
            if round.is_empty() {
                break;
            }
            if let Some(limit) = self
                .request
                .limits
                .reached(self.started, self.boxes)
                .or(stopped_by.filter(|_| is_depth_first))
            {
                stopped_by = Some(limit);
                last_first.append(&mut round);
                break;
            }
        }
        let rest = worst_first.into_iter().chain(last_first);
        let upper = rest.fold(self.settled, |most, open| most.max(open.bound));
        self.finish(upper, stopped_by)
    }

    /// How many boxes may still be looked at.
    fn room(&self) -> u64 {
        let limit = self.request.limits.boxes.unwrap_or(u64::MAX);
        limit.saturating_sub(self.boxes).max(1)
    }

    /// How many cuts each of so many cells may take in a round.
    fn budget(&self, cells: usize) -> u64 {
        if self.goal.is_none() {
            return 1;
        }
        let share = self.room() / (2 * cells.max(1) as u64);
        share.clamp(1, SUBTREE)
    }

    fn worker(&self) -> (Leaves<'a, D>, Sampler) {
        (
            Leaves::new(self.request.network, self.request.question),
            Sampler::new(&self.request.question.target, self.request.jumps()),
        )
    }

    /// Cuts an open cell and looks at the halves; goes on below them where all cells must be done
    /// anyway. The root, which has no bound yet, is looked at first.
    fn grow(
        &self,
        (leaves, sampler): &mut (Leaves<'a, D>, Sampler),
        start: &Open,
        budget: u64,
    ) -> Growth {
        let mut growth = Growth {
            tree: Tree::new(),
            open: Vec::new(),
            best: None,
            boxes: 0,
            settled: Dyadic::ZERO,
        };
        let mut stack = Vec::new();
        if start.depth == 0 && start.bound.is_infinite() {
            let whole = Open {
                node: 0,
                ..start.clone()
            };
            self.look(leaves, sampler, whole, &mut growth, &mut stack);
            growth.open.append(&mut stack);
            return growth;
        }
        stack.push(Open {
            node: 0,
            ..start.clone()
        });
        let mut cuts = 0;
        while let Some(open) = stack.pop() {
            if cuts >= budget || open.depth >= DEEPEST {
                growth.open.push(open);
                continue;
            }
            cuts += 1;
            let mut split = split::choose(&open.cell, &self.whole, &open.here);
            let halves = open.cell.cut(split.axis, split.place.as_ref()).or_else(|| {
                split.place = None;
                open.cell.cut(split.axis, None)
            });
            let Some((lower, upper)) = halves else {
                growth.settled = growth.settled.max(open.bound);
                continue;
            };
            let (at_lower, at_upper) = growth.tree.cut(open.node, split.axis, split.place);
            for (node, cell) in [(at_upper, upper), (at_lower, lower)] {
                let half = Open {
                    node,
                    cell,
                    here: Arc::clone(&open.here),
                    bound: open.bound,
                    depth: open.depth + 1,
                };
                self.look(leaves, sampler, half, &mut growth, &mut stack);
            }
        }
        growth
    }

    /// Bounds the error on a cell; pushes the cell where the bound is not good enough.
    fn look(
        &self,
        leaves: &mut Leaves<'a, D>,
        sampler: &mut Sampler,
        mut open: Open,
        growth: &mut Growth,
        stack: &mut Vec<Open>,
    ) {
        growth.boxes += 1;
        let fold = Dyadic::from_rational(&self.fold, Direction::Down);
        if let Ok(here) = descend::<D>(&open.here, &open.cell, self.ranges, fold) {
            open.here = Arc::new(here);
        }
        let enough = self.enough();
        let mut bound = Dyadic::INFINITY;
        let mut chosen = Method::Open;
        // The dearer methods only where they have a chance.
        for (method, within) in [
            (Method::Natural, f64::INFINITY),
            (Method::Linear, f64::INFINITY),
            (Method::Monotone, 3.0),
            (Method::MeanValue, 1.5),
        ] {
            if estimate_dyadic(bound) > estimate_dyadic(enough) * within {
                break;
            }
            if let Ok(Bound::Sup(found)) = leaves.bound(method, &open.cell, &open.here)
                && found < bound
            {
                bound = found;
                chosen = method;
            }
            if bound <= enough {
                break;
            }
        }
        growth.tree.settle(open.node, chosen);
        let is_done = bound <= enough;
        // Few cells that are done hold a larger error than those that are not; some are tried all
        // the same, for the lower end of what is proved.
        if !is_done || growth.boxes % 8 == 1 {
            let tried = sampler.try_cell(&open.cell, &open.here);
            growth.best = larger(growth.best.take(), tried);
        }
        if is_done {
            growth.settled = growth.settled.max(bound);
            return;
        }
        open.bound = bound;
        stack.push(open);
    }

    /// Looks at the best point of a round exactly, where it seems better than what is known.
    fn consider(&mut self, candidate: Option<Candidate>) {
        let Some(candidate) = candidate else { return };
        let known = estimate_rational(&self.lower);
        if candidate.estimate <= known * (1.0 + 1e-6) {
            return;
        }
        // With a tolerance a refutation is of interest, and otherwise no more than an idea of the
        // lower end.
        if let Some(tolerance) = self.request.tolerance
            && candidate.estimate <= (known * 1.05).min(estimate_rational(tolerance))
        {
            return;
        }
        let question = self.request.question;
        let found = evaluate_witness(
            question,
            self.request.network,
            &self.root,
            &candidate.witness,
        );
        if let Ok(values) = found
            && values.lower > self.lower
        {
            self.lower = shorten_down(&values.lower);
            self.witness = Some(candidate.witness);
        }
    }

    /// A bound that need not be better: the tolerance, or, for an enclosure, a little more than what
    /// the error is known to reach.
    fn enough(&self) -> Dyadic {
        self.goal.unwrap_or_else(|| {
            let half_gap = self.request.gap.half();
            let bound = &self.lower * &(&Rational::ONE + &half_gap);
            Dyadic::from_rational(&bound, Direction::Down)
        })
    }

    fn is_refuted(&self) -> bool {
        self.request
            .tolerance
            .is_some_and(|tolerance| self.lower > *tolerance)
    }

    /// Is the enclosure as tight as wanted?
    fn is_close(&self, upper: Dyadic) -> bool {
        if self.goal.is_some() {
            return false;
        }
        let Some(upper) = upper.rational_bound(Direction::Up) else {
            return false;
        };
        &upper - &self.lower <= &upper * self.request.gap
    }

    fn finish(self, upper: Dyadic, stopped_by: Option<StoppedBy>) -> Outcome {
        let is_refuted = self.is_refuted();
        let question = self.request.question;
        let exact = upper.rational_bound(Direction::Up);
        let upper = exact.map(|exact| {
            let short = shorten_up(&exact);
            match self.request.tolerance {
                Some(tolerance) if exact <= *tolerance => short.min(tolerance.clone()),
                _ => short,
            }
        });
        Outcome {
            certificate: certificate(
                question,
                self.lower,
                upper,
                self.witness,
                self.fold,
                self.ranges,
                self.tree.partition(),
            ),
            boxes: self.boxes,
            stopped_by: stopped_by.filter(|_| !is_refuted),
        }
    }
}

impl Request<'_> {
    /// Can the error jump?
    pub(super) fn jumps(&self) -> bool {
        self.network.has_jumps() || self.question.target.has_jumps()
    }
}

fn larger(a: Option<Candidate>, b: Option<Candidate>) -> Option<Candidate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.estimate > a.estimate { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Guesses the size of the error from points along the diagonal.
fn estimate_scale(sampler: &mut Sampler, whole: &Cell, root: &Specialised) -> f64 {
    const POINTS: u32 = 33;
    let mut largest: f64 = 0.0;
    for step in 0..POINTS {
        // Each input steps through its side at another pace.
        let mut stride = 1_u32;
        let point: Vec<f64> = whole
            .intervals()
            .iter()
            .map(|side| {
                let share = f64::from((step * stride) % POINTS) / f64::from(POINTS - 1);
                stride = (stride * 5 + 2) % POINTS;
                let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
                low + (high - low) * share
            })
            .collect();
        largest = largest.max(sampler.error_at(root, &point).unwrap_or(0.0));
    }
    largest
}
