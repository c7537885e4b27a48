//! The search for a bound in `sup`.

use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use super::emit::{self, certificate, shorten_down, shorten_up};
use super::limits::{Clock, is_full};
use super::resume::reopen;
use super::sample::{Candidate, Sampler};
use super::split;
use super::tree::Tree;
use super::workers::Workers;
use super::worst::{self, WorstFirst};
use super::{Outcome, Progress, Request, StoppedBy, constant};
use crate::bounds::Cell;
use crate::bounds::{Bound, Leaves, OnCell, Reduction, WitnessValues};
use crate::certificate::{Certificate, Method, Ranges, Witness};
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational, exact_dyadic};
use crate::numbers::{Direction, Dyadic, Function, Rational};

/// Cells that one round takes. Fixed, so that the result does not depend on the threads.
const ROUND: usize = 64;
/// Cuts that a cell takes in a round, where all of it must be done anyway: many, so that a subtree
/// is finished and its memory free before the next one begins.
const SUBTREE: u64 = 1 << 12;
/// With fewer open cells than this an enclosure is searched worst first: that is how the error
/// becomes known. With more of them, subtrees are finished one by one against what is known.
const WIDE: usize = 1 << 9;
/// Networks of more units are not evaluated for a guess, nor by the dearer bounds: their cells are
/// cut first.
const LARGE: usize = 256;
/// An exact look at a point of a network of more units takes as long as thousands of cells; one at
/// the network on a cell around the point takes no time, and does where it loses no more than this
/// share of the gap.
const COSTLY: usize = 1 << 14;
const LOST: f64 = 1e-3;
/// Cells are not cut below this share of the domain.
const DEEPEST: usize = 400;

/// An open cell: looked at, and not good enough.
struct Open {
    node: usize,
    cell: Cell,
    here: Arc<OnCell>,
    bound: Dyadic,
    /// What gave the bound.
    method: Method,
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

/// What a worker brings back from one open cell.
struct Growth {
    tree: Tree,
    open: Vec<Open>,
    best: Option<Candidate>,
    boxes: u64,
    /// The largest bound of a leaf that is done.
    settled: Dyadic,
    /// How the methods fared, in the order in which they are tried.
    records: [Record; METHODS.len()],
}

/// The methods for a leaf, the cheapest first.
const METHODS: [Method; 5] = [
    Method::Natural,
    Method::Linear,
    Method::SecondOrder,
    Method::Monotone,
    Method::MeanValue,
];

/// How often a method was tried in a subtree, and how often it settled a cell.
#[derive(Clone, Copy, Default)]
struct Record {
    tried: u32,
    won: u32,
}

impl Record {
    /// Has it hardly ever helped? Then it is tried only now and then.
    fn is_in_vain(self, turn: u64) -> bool {
        self.tried >= 6 && self.won * 4 < self.tried && !turn.is_multiple_of(8)
    }
}

/// The order in which the methods are tried: second derivatives before linear forms where they
/// settled more cells.
fn order(records: &[Record; METHODS.len()]) -> [usize; METHODS.len()] {
    if records[2].won > records[1].won {
        [0, 2, 1, 3, 4]
    } else {
        [0, 1, 2, 3, 4]
    }
}

/// Has every unit that is alive a bounded second derivative (elu and softsign but for a jump at 0)?
fn is_smooth(network: &Specialised) -> bool {
    (0..network.units()).all(|k| {
        let function = network.unit(k).function;
        !matches!(function, Function::Heaviside | Function::Relu)
    })
}

/// A search in progress.
pub struct Search<'a> {
    request: &'a Request<'a>,
    root: Arc<OnCell>,
    whole: Cell,
    clock: &'a Clock,
    ranges: Ranges,
    constant_radius: Rational,
    goal: Option<Dyadic>,
    tree: Tree,
    boxes: u64,
    /// The largest bound of a leaf that is done.
    settled: Dyadic,
    lower: Rational,
    witness: Option<Witness>,
    /// The best point that was found, not yet looked at exactly.
    candidate: Option<Candidate>,
}

impl<'a> Search<'a> {
    /// Prepares a search.
    pub fn new(
        request: &'a Request<'a>,
        root: Arc<OnCell>,
        clock: &'a Clock,
        pool: &rayon::ThreadPool,
    ) -> Self {
        let question = request.question;
        let whole = Cell::root(&question.domain);
        let scale = if let Some(tolerance) = request.tolerance {
            estimate_rational(tolerance)
        } else {
            let scale = || estimate_scale(request, &whole, &root);
            pool.install(scale) * estimate_rational(request.gap)
        };
        let share = if request.tolerance.is_some() {
            1e-4
        } else {
            1e-2
        };
        // Linear forms decide more units where ReLUs and their like stand on each other.
        let is_deep = (0..root.units()).any(|k| {
            let unit = root.unit(k);
            !matches!(
                unit.function,
                Function::Heaviside | Function::Sigmoid | Function::Tanh
            ) && unit
                .sum
                .terms
                .iter()
                .any(|(v, _)| *v as usize >= root.inputs())
        });
        Self {
            constant_radius: pool.install(|| constant_radius_for(&root, &whole, scale * share)),
            ranges: if is_deep {
                Ranges::Linear
            } else {
                Ranges::Natural
            },
            request,
            root,
            whole,
            clock,
            goal: request
                .tolerance
                .map(|tolerance| Dyadic::from_rational(tolerance, Direction::Down)),
            tree: Tree::new(),
            boxes: 0,
            settled: Dyadic::ZERO,
            lower: Rational::ZERO,
            witness: None,
            candidate: None,
        }
    }

    /// Runs the search to its end or a limit.
    pub fn run(mut self, pool: &rayon::ThreadPool, progress: &mut dyn FnMut(&Progress)) -> Outcome {
        let mut stopped_by = None;
        let mut worst_first = WorstFirst::new();
        let mut last_first: Vec<Open> = Vec::new();
        let is_depth_first = self.goal.is_some();
        let workers = Workers::new(pool, || self.worker());
        for open in self.first_cells() {
            if is_depth_first {
                last_first.push(open);
            } else {
                worst_first.push(open);
            }
        }
        loop {
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
            if self.boxes > 0 && self.is_hopeless(upper) {
                stopped_by = Some(StoppedBy::Abstraction);
                break;
            }
            if self.may_be_close(upper) {
                self.certify();
                continue;
            }
            let bytes = || self.bytes(worst_first.iter().chain(&last_first));
            if let Some(limit) = self.clock.reached(self.boxes, bytes) {
                let is_open = !worst_first.is_empty() || !last_first.is_empty();
                stopped_by = stopped_by.or(is_open.then_some(limit));
                break;
            }
            let is_wide = worst_first.len() >= WIDE;
            let room = self.room().div_ceil(2);
            let mut round = Vec::new();
            while round.len() < ROUND && (round.len() as u64) < room {
                let next = if is_depth_first {
                    last_first.pop()
                } else {
                    worst_first.pop()
                };
                let Some(open) = next else { break };
                if open.depth >= DEEPEST {
                    // Its leaf stays as it is; what it bounds is as good as it gets.
                    self.settled = self.settled.max(open.bound);
                    stopped_by = Some(StoppedBy::Resolution);
                    continue;
                }
                round.push(open);
            }
            if is_depth_first && stopped_by.is_some() {
                last_first.append(&mut round);
            }
            if round.is_empty() {
                break;
            }
            let budget = self.budget(round.len(), is_wide);
            let enough = self.enough();
            // A cell is handed over: the network on it is not needed once its halves have theirs.
            let nodes: Vec<usize> = round.iter().map(|open| open.node).collect();
            let grown: Vec<Growth> = pool.install(|| {
                let grow = |open| workers.with(|worker| self.grow(worker, open, budget, enough));
                round.into_par_iter().with_max_len(1).map(grow).collect()
            });
            let mut best: Option<Candidate> = None;
            for (node, growth) in nodes.into_iter().zip(grown) {
                self.boxes += growth.boxes;
                self.settled = self.settled.max(growth.settled);
                let moved = self.tree.graft(node, growth.tree);
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
        }
        self.certify();
        let rest = worst_first.iter().chain(&last_first);
        let upper = rest.fold(self.settled, |most, open| most.max(open.bound));
        self.finish(upper, stopped_by)
    }

    /// The cells to begin with: the domain, or what an earlier search left open.
    fn first_cells(&mut self) -> Vec<Open> {
        if let Some(open) = self
            .request
            .resume
            .and_then(|earlier| self.reopened(earlier))
        {
            return open;
        }
        vec![Open {
            node: 0,
            cell: self.whole.clone(),
            here: Arc::clone(&self.root),
            bound: Dyadic::INFINITY,
            method: Method::Open,
            depth: 0,
        }]
    }

    /// How networks are reduced to cells.
    fn reduction(&self) -> Reduction {
        Reduction {
            ranges: self.ranges,
            constant_radius: Dyadic::from_rational(&self.constant_radius, Direction::Down),
        }
    }

    fn reopened(&mut self, earlier: &Certificate) -> Option<Vec<Open>> {
        let question = self.request.question;
        if let Some(witness) = &earlier.witness
            && let Ok(values) = self
                .root
                .evaluate_witness(question, self.request.network, witness)
        {
            self.lower = short_lower(&values);
            self.witness = Some(witness.clone());
        }
        let (constant_radius, ranges) = (self.constant_radius.clone(), self.ranges);
        self.constant_radius = earlier.constant_radius.clone();
        self.ranges = earlier.ranges;
        let reduction = self.reduction();
        let enough = self.enough();
        let (mut open, mut settled, mut boxes) = (Vec::new(), Dyadic::ZERO, 0);
        let (mut leaves, _) = self.worker();
        let tree = reopen(earlier, &self.root, &mut leaves, |leaves, leaf| {
            boxes += 1;
            let bound = match leaves.bound(leaf.method, &leaf.cell, &leaf.here, reduction) {
                Ok(Bound::Sup(bound)) => bound,
                _ => Dyadic::INFINITY,
            };
            if bound <= enough {
                settled = settled.max(bound);
                return;
            }
            open.push(Open {
                node: leaf.node,
                cell: leaf.cell,
                here: leaf.here,
                bound,
                method: leaf.method,
                depth: leaf.depth,
            });
        });
        let Some(tree) = tree else {
            (self.constant_radius, self.ranges) = (constant_radius, ranges);
            return None;
        };
        self.tree = tree;
        self.settled = settled;
        self.boxes = boxes;
        Some(open)
    }

    /// The bytes of the partition and the open cells.
    fn bytes<'o>(&self, open: impl Iterator<Item = &'o Open>) -> u64 {
        let cells: usize = open.map(|open| open.here.bytes()).sum();
        (self.root.bytes() + cells + self.tree.bytes()) as u64
    }

    /// How many boxes may still be looked at.
    fn room(&self) -> u64 {
        let limit = self.request.limits.boxes.unwrap_or(u64::MAX);
        limit.saturating_sub(self.boxes).max(1)
    }

    /// How many cuts each of so many cells may take in a round.
    fn budget(&self, cells: usize, is_wide: bool) -> u64 {
        if self.goal.is_none() && !is_wide {
            return 1;
        }
        let share = self.room() / (2 * cells.max(1) as u64);
        share.clamp(1, SUBTREE)
    }

    fn worker(&self) -> (Leaves<'a>, Sampler) {
        (
            Leaves::new(self.request.network, self.request.question),
            Sampler::new(&self.request.question.target, self.request.jumps()),
        )
    }

    /// Cuts an open cell and looks at the halves; goes on below them where all cells must be done
    /// anyway. The root, which has no bound yet, is looked at first.
    fn grow(
        &self,
        (leaves, sampler): &mut (Leaves<'a>, Sampler),
        start: Open,
        budget: u64,
        mut enough: Dyadic,
    ) -> Growth {
        let mut growth = Growth {
            tree: Tree::new(),
            open: Vec::new(),
            best: None,
            boxes: 0,
            settled: Dyadic::ZERO,
            records: [Record::default(); METHODS.len()],
        };
        let mut stack = Vec::new();
        if start.depth == 0 && start.bound.is_infinite() {
            let whole = Open { node: 0, ..start };
            self.look(leaves, sampler, whole, enough, &mut growth, &mut stack);
            growth.open.append(&mut stack);
            return growth;
        }
        // It may stay a leaf: what is good enough may have been found to be more since.
        growth.tree.settle(0, start.method);
        stack.push(Open { node: 0, ..start });
        let mut cuts = 0;
        while let Some(open) = stack.pop() {
            if self.is_late() || (cuts % 256 == 255 && self.is_full()) {
                cuts = budget;
            }
            if cuts >= budget || open.depth >= DEEPEST {
                growth.open.push(open);
                continue;
            }
            // Found good enough since, by what the cells around it showed.
            if open.bound <= enough {
                growth.settled = growth.settled.max(open.bound);
                continue;
            }
            cuts += 1;
            let mut split = split::at_jump(&open.cell, leaves.places())
                .unwrap_or_else(|| split::choose(&open.cell, &self.whole, &open.here));
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
                    method: Method::Open,
                    depth: open.depth + 1,
                };
                self.look(leaves, sampler, half, enough, &mut growth, &mut stack);
                enough = self.raised(enough, growth.best.as_ref());
            }
        }
        growth
    }

    /// Bounds the error on a cell; pushes the cell where the bound is not good enough.
    fn look(
        &self,
        leaves: &mut Leaves<'a>,
        sampler: &mut Sampler,
        mut open: Open,
        enough: Dyadic,
        growth: &mut Growth,
        stack: &mut Vec<Open>,
    ) {
        growth.boxes += 1;
        let reduction = self.reduction();
        let watch = self.clock.stopwatch();
        if let Ok(here) = leaves.descend(&open.here, &open.cell, reduction) {
            open.here = Arc::new(here);
        }
        // What a check will do again: this, and the method that is chosen.
        let descended = watch.map(|watch| watch.elapsed());
        let mut bounded = Duration::ZERO;
        let is_large = open.here.units() > LARGE;
        let mut bound = Dyadic::INFINITY;
        let mut chosen = Method::Open;
        // The dearer methods only where they have a chance.
        let mut chances = [f64::INFINITY, 8.0, 1.6, 1.3];
        let mut is_rough = false;
        for (place, record) in order(&growth.records).into_iter().enumerate() {
            let method = METHODS[record];
            if place == 1 && (is_large || split::is_steep(&open.cell, &open.here)) {
                let chance = if is_large { 8.0 } else { 1.8 };
                chances = [chance, chance, 0.0, 0.0];
                is_rough = true;
            }
            if place > 0 && estimate_dyadic(bound) > estimate_dyadic(enough) * chances[place - 1] {
                break;
            }
            if self.request.portable && !method.is_core() {
                continue;
            }
            if method == Method::SecondOrder && (is_rough || !is_smooth(&open.here)) {
                continue;
            }
            let record = &mut growth.records[record];
            if method != Method::Natural && record.is_in_vain(growth.boxes) {
                continue;
            }
            record.tried += 1;
            let watch = self.clock.stopwatch();
            if let Ok(Bound::Sup(found)) = leaves.bound(method, &open.cell, &open.here, reduction)
                && found < bound
            {
                bound = found;
                chosen = method;
                bounded = watch.map_or(bounded, |watch| watch.elapsed());
            }
            if bound <= enough {
                record.won += 1;
                break;
            }
        }
        if let Some(descended) = descended {
            self.clock.keep(descended + bounded);
        }
        growth.tree.settle(open.node, chosen);
        let is_done = bound <= enough;
        // Few cells that are done hold a larger error than those that are not; some are tried all
        // the same, for the lower end of what is proved.
        let is_near = estimate_dyadic(bound) <= 1.5 * estimate_dyadic(enough);
        let pace = match (is_done || is_large, is_near) {
            (true, _) => 32,
            (false, false) => 8,
            (false, true) => 2,
        };
        let is_tried = growth.boxes % pace == 1;
        if is_tried {
            let tried = sampler.try_cell(&open.cell, &open.here);
            growth.best = larger(growth.best.take(), tried);
        }
        if is_done {
            growth.settled = growth.settled.max(bound);
            return;
        }
        open.bound = bound;
        open.method = chosen;
        stack.push(open);
    }

    /// Notes the best point of a round, and looks at it exactly where that matters now.
    fn consider(&mut self, candidate: Option<Candidate>) {
        self.candidate = larger(self.candidate.take(), candidate);
        let Some(candidate) = &self.candidate else {
            return;
        };
        let known = estimate_rational(&self.lower);
        let is_of_interest = if let Some(tolerance) = self.request.tolerance {
            // A refutation, or an idea of the lower end.
            candidate.estimate > (known * 1.05).min(estimate_rational(tolerance))
        } else {
            // Looking at a large network takes a while: only when it may be the last thing to do.
            let gap = estimate_rational(self.request.gap);
            self.root.units() <= COSTLY && candidate.estimate > known * (1.0 + gap)
        };
        if is_of_interest {
            self.certify();
        }
    }

    /// Evaluates the best point exactly, where it seems better than what is known.
    fn certify(&mut self) {
        let Some(candidate) = self.candidate.take() else {
            return;
        };
        if candidate.estimate <= estimate_rational(&self.lower) * (1.0 + 1e-9) {
            return;
        }
        let question = self.request.question;
        let network = self.request.network;
        let look = |around: &OnCell| {
            around
                .evaluate_witness(question, network, &candidate.witness)
                .ok()
        };
        let nearly = if self.root.units() > COSTLY && !self.request.portable {
            look(&candidate.around).filter(|values| self.is_enough_of(&candidate, &values.lower))
        } else {
            None
        };
        let found = match nearly {
            // The checker comes from the whole network, which rounds in other places.
            Some(values) => Some(shorten_down(&with_room(&values, self.root.units()))),
            None => look(&self.root).map(|values| short_lower(&values)),
        };
        if let Some(lower) = found
            && lower > self.lower
        {
            self.lower = lower;
            self.witness = Some(candidate.witness);
        }
    }

    /// Is little lost of the error at a point, and no refutation?
    fn is_enough_of(&self, candidate: &Candidate, lower: &Rational) -> bool {
        let lost = estimate_rational(self.request.gap).min(1.0) * LOST;
        let is_refuted = |error: f64| {
            let tolerance = self.request.tolerance;
            tolerance.is_some_and(|tolerance| error > estimate_rational(tolerance))
        };
        let known = estimate_rational(lower);
        known >= candidate.estimate * (1.0 - lost)
            && is_refuted(known) == is_refuted(candidate.estimate)
    }

    /// Is there no time left?
    fn is_late(&self) -> bool {
        self.clock.is_late().is_some()
    }

    /// Is the memory full?
    fn is_full(&self) -> bool {
        self.request.limits.memory.is_some_and(is_full)
    }

    /// What is good enough, given a point found in the same subtree: its error is not known
    /// exactly yet, but it will be before it counts.
    fn raised(&self, enough: Dyadic, best: Option<&Candidate>) -> Dyadic {
        let (None, Some(best)) = (self.goal, best) else {
            return enough;
        };
        let gap = estimate_rational(self.request.gap);
        exact_dyadic(best.estimate * (1.0 + gap * 0.9)).map_or(enough, |raised| enough.max(raised))
    }

    /// A bound that need not be better: the tolerance, or, for an enclosure, a little more than what
    /// the error is known to reach.
    fn enough(&self) -> Dyadic {
        self.goal.unwrap_or_else(|| {
            let gap = self.request.gap * &Rational::ratio(63, 64);
            let bound = &self.lower * &(&Rational::ONE + &gap);
            let bound = Dyadic::from_rational(&bound, Direction::Down);
            self.raised(bound, self.candidate.as_ref())
        })
    }

    fn is_refuted(&self) -> bool {
        self.request
            .tolerance
            .is_some_and(|tolerance| self.lower > *tolerance)
    }

    /// Is the abstraction error of the network on the domain, which all bounds carry, more than what is
    /// missing?
    fn is_hopeless(&self, upper: Dyadic) -> bool {
        let outputs = 0..self.root.outputs();
        let radius = outputs.map(|k| self.root.output(k).radius).max();
        let radius = radius.map_or(0.0, estimate_dyadic);
        if radius == 0.0 {
            return false;
        }
        match self.request.tolerance {
            Some(tolerance) => radius >= estimate_rational(tolerance),
            None => estimate_dyadic(upper) - estimate_rational(&self.lower) <= 4.0 * radius,
        }
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

    /// Would it be, with the point that was not looked at exactly yet?
    fn may_be_close(&self, upper: Dyadic) -> bool {
        let upper = estimate_dyadic(upper);
        let gap = estimate_rational(self.request.gap);
        self.goal.is_none()
            && self
                .candidate
                .as_ref()
                .is_some_and(|best| upper - best.estimate <= upper * gap)
    }

    fn finish(self, upper: Dyadic, stopped_by: Option<StoppedBy>) -> Outcome {
        let is_refuted = self.is_refuted();
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
                self.request,
                emit::Found {
                    lower: self.lower,
                    upper,
                    witness: self.witness,
                    constant_radius: self.constant_radius,
                    ranges: self.ranges,
                    partition: self.tree.partition(),
                },
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

/// The longest exact error that is kept as it is, in bits.
const LONGEST_EXACT: usize = 4096;

/// A lower bound from what is certain at a witness: the error itself where that is rational there and not
/// too long, else a short number below it.
fn short_lower(values: &WitnessValues) -> Rational {
    let is_exact = |ends: &[(Rational, Rational)]| ends.iter().all(|(low, high)| low == high);
    let is_exact = is_exact(&values.network) && is_exact(&values.target);
    if is_exact && values.lower.bits() <= LONGEST_EXACT {
        return values.lower.clone();
    }
    shorten_down(&values.lower)
}

/// Returns a lower bound of the error that is a little below the one at a witness: as far as the
/// roundings of so many units, each added to a sum of about the size of the outputs, may reach.
fn with_room(values: &WitnessValues, units: usize) -> Rational {
    let ends = values.network.iter();
    let sizes = ends.map(|(low, high)| low.abs().max(high.abs()));
    let largest = sizes.max().unwrap_or_default();
    let units = Rational::new(units, 1).unwrap_or_default();
    let each = (largest + Rational::ONE) * Rational::power_of_two(-60);
    let lower = &values.lower * &(Rational::ONE - Rational::power_of_two(-36));
    (lower - units * each).max(Rational::ZERO)
}

fn larger(a: Option<Candidate>, b: Option<Candidate>) -> Option<Candidate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.estimate > a.estimate { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// From this many units on, those that are alive in one place tell how far a unit may be folded.
const MANY_UNITS: usize = 10_000;

fn constant_radius_for(root: &Specialised, whole: &Cell, budget: f64) -> Rational {
    if root.units() < MANY_UNITS {
        constant::radius(root, budget)
    } else {
        constant::local_radius(root, whole.intervals(), budget)
    }
}

/// Guesses the size of the error from points along the diagonal.
fn estimate_scale(request: &Request<'_>, whole: &Cell, root: &Specialised) -> f64 {
    // Fewer of a large network, which has many errors of about the same size.
    let points: u32 = if root.units() > 1 << 16 { 5 } else { 33 };
    let error_at = |step: u32| {
        // Each input steps through its side at another pace.
        let mut stride = 1_u32;
        let point: Vec<f64> = whole
            .intervals()
            .iter()
            .map(|side| {
                let share = f64::from((step * stride) % points) / f64::from(points - 1);
                stride = (stride * 5 + 2) % points;
                let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
                low + (high - low) * share
            })
            .collect();
        let mut sampler = Sampler::new(&request.question.target, request.jumps());
        sampler.error_at(root, &point).unwrap_or(0.0)
    };
    let errors = (0..points).into_par_iter().map(error_at);
    errors.reduce(|| 0.0, f64::max)
}
