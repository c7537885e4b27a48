//! The search for an integral: `l1`, `l2` and a misclassified area.
//!
//! Each cell has a share of the integral, known between two ends; the cells where the two are
//! furthest apart are cut first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::emit::{certificate, shorten_down, shorten_up};
use super::resume::reopen;
use super::sample::Sampler;
use super::split::{self, Split};
use super::tree::Tree;
use super::workers::Workers;
use super::{Outcome, Progress, Request, StoppedBy, fold};
use crate::certificate::{Cell, Certificate, Claim, Method, Norm, Ranges};
use crate::checker::{Bound, Leaves};
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational, exact_dyadic};
use crate::numbers::{Direction, Dyadic, Function, Interval, Rational};

/// Cells that one round takes. Fixed, so that the result does not depend on the threads.
const ROUND: usize = 256;
/// Cuts under each of them in a round, as long as they are wanted.
const SUBTREE: usize = 32;
/// Cells are not cut below this share of the domain.
const DEEPEST: usize = 400;
/// In more inputs than this only one cut is looked at.
const MOST_TRIED: usize = 4;
/// With more units alive than this only one cut is looked at, too.
const MANY_UNITS: usize = 40;
/// Half the width of the window beside which a step is cut, over its steepness.
const WINDOW: f64 = 3.0;
/// Floats add up to a little more or less than they should.
const DRIFT: f64 = 4e-12;

/// An open cell and its share of the integral.
#[derive(Clone)]
struct Open {
    node: usize,
    cell: Cell,
    here: Arc<Specialised>,
    share: Interval,
    /// What gave the share.
    method: Method,
    depth: usize,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Open {}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
/// Open cells by what is not known of their share; of equal ones the older first.
impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.share
            .wid()
            .cmp(&other.share.wid())
            .then(other.node.cmp(&self.node))
    }
}

/// What a worker brings back from one open cell.
struct Growth {
    tree: Tree,
    /// The share of every node of the tree, in its order.
    shares: Vec<Interval>,
    open: Vec<Open>,
    settled: Sum,
    boxes: u64,
}

/// One side of a cut, looked at.
struct Half {
    cell: Cell,
    here: Arc<Specialised>,
    method: Method,
    share: Interval,
}

/// When a cell is left alone.
#[derive(Clone, Copy)]
struct Rule {
    /// It is settled for good where its share is known this well, per volume.
    density: f64,
    /// It stays open, and is not cut in this round, where its share is known this well.
    least: f64,
}

/// Searches for an enclosure of the integral.
pub fn search<const D: usize>(
    request: &Request<'_>,
    root: Specialised,
    started: Instant,
    pool: &rayon::ThreadPool,
    progress: &mut dyn FnMut(&Progress),
) -> Outcome {
    let mut search = Search::<D>::new(request, &root);
    let mut known = Known {
        tree: Tree::new(),
        shares: Vec::new(),
        boxes: 1,
        stopped_by: None,
    };
    let workers = Workers::new(pool, || Leaves::<D>::new(request.network, request.question));
    let mut open = BinaryHeap::new();
    let mut settled = Sum::default();
    let mut undecided = Sum::default();
    let root = Arc::new(root);
    let earlier = request
        .resume
        .and_then(|earlier| workers.with(|leaves| search.reopened(leaves, earlier, &root)));
    if let Some((tree, shares, cells)) = earlier {
        known.tree = tree;
        known.shares = shares;
        known.boxes = cells.len() as u64;
        for cell in cells {
            undecided = undecided.plus(Sum::of(&cell.share));
            open.push(cell);
        }
    } else {
        // As in the checker's walk, which reduces the network on the domain before it cuts.
        let here = workers
            .with(|leaves| leaves.descend(&root, &search.whole, search.ranges, search.radius))
            .map_or(root, Arc::new);
        let (method, share) =
            pool.install(|| workers.with(|leaves| search.look(leaves, &search.whole, &here)));
        known.tree.settle(0, method);
        known.shares.push(share);
        undecided = Sum::of(&share);
        open.push(Open {
            node: 0,
            share,
            method,
            here,
            cell: search.whole.clone(),
            depth: 0,
        });
    }
    loop {
        progress(&search.progress(&known, open.len(), settled.plus(undecided)));
        if search.is_done(settled.plus(undecided)) {
            // Floats drift; the worst of it goes when the sum is made anew.
            undecided = Sum::default();
            for cell in &open {
                undecided = undecided.plus(Sum::of(&cell.share));
            }
            if search.is_done(settled.plus(undecided)) {
                break;
            }
        }
        let bytes = || {
            let cells: usize = open.iter().map(|open: &Open| open.here.bytes()).sum();
            let shares = known.shares.len() * size_of::<Interval>();
            (cells + shares + known.tree.bytes()) as u64
        };
        if let Some(limit) = request.limits.reached(started, known.boxes, bytes) {
            known.stopped_by = Some(limit);
            break;
        }
        let mut round = Vec::new();
        while round.len() < ROUND {
            let Some(next) = open.pop() else { break };
            undecided = undecided.minus(Sum::of(&next.share));
            if next.depth >= DEEPEST {
                settled = settled.plus(Sum::of(&next.share));
                known.stopped_by = Some(StoppedBy::Resolution);
                continue;
            }
            round.push(next);
        }
        let Some(last) = round.last() else { break };
        let rule = Rule {
            density: search.density(settled.plus(undecided)),
            least: estimate_dyadic(last.share.wid()),
        };
        let room = request.limits.boxes.unwrap_or(u64::MAX) - known.boxes;
        let budget = usize::try_from(room / (2 * round.len() as u64)).unwrap_or(SUBTREE);
        // While few cells are open, a subtree would cut more than is needed.
        let budget = if round.len() < ROUND {
            1
        } else {
            budget.clamp(1, SUBTREE)
        };
        let grown: Vec<Growth> = pool.install(|| {
            round
                .par_iter()
                .map(|cell| workers.with(|leaves| search.grow(leaves, cell, rule, budget)))
                .collect()
        });
        for (cell, growth) in round.iter().zip(grown) {
            settled = settled.plus(growth.settled);
            for cell in known.graft(cell.node, growth) {
                undecided = undecided.plus(Sum::of(&cell.share));
                open.push(cell);
            }
        }
    }
    search.finish(&known)
}

/// The partition so far.
struct Known {
    tree: Tree,
    /// The share of every node, in the order of the tree.
    shares: Vec<Interval>,
    boxes: u64,
    stopped_by: Option<StoppedBy>,
}

impl Known {
    /// Puts a subtree in the place of a leaf; returns its open cells.
    fn graft(&mut self, node: usize, growth: Growth) -> impl Iterator<Item = Open> + use<> {
        self.boxes += growth.boxes;
        self.shares.extend_from_slice(&growth.shares[1..]);
        let moved = self.tree.graft(node, growth.tree);
        growth.open.into_iter().map(move |open| Open {
            node: moved(open.node),
            ..open
        })
    }
}

/// What does not change during a search.
struct Search<'a, const D: usize> {
    request: &'a Request<'a>,
    norm: Norm,
    whole: Cell,
    volume: f64,
    fold: Rational,
    radius: Dyadic,
    ranges: Ranges,
}

impl<'a, const D: usize> Search<'a, D> {
    fn new(request: &'a Request<'a>, root: &Specialised) -> Self {
        let question = request.question;
        let whole = Cell::root(&question.domain);
        let volume = estimate_dyadic(whole.volume().sup());
        let budget = match question.norm {
            Norm::Area => 1e-9,
            _ => folding_budget(request, root, &whole, volume),
        };
        let fold = fold::radius(root, budget);
        Self {
            request,
            norm: question.norm,
            whole,
            volume,
            radius: Dyadic::from_rational(&fold, Direction::Down),
            fold,
            ranges: ranges(root),
        }
    }

    /// The partition of an earlier search: its tree, the share of every node, and its leaves.
    fn reopened(
        &mut self,
        leaves: &mut Leaves<'_, D>,
        earlier: &Certificate,
        root: &Arc<Specialised>,
    ) -> Option<(Tree, Vec<Interval>, Vec<Open>)> {
        let mut open = Vec::new();
        let tree = reopen(earlier, root, leaves, |leaves, leaf| {
            let share = match leaves.bound(leaf.method, &leaf.cell, &leaf.here) {
                Ok(Bound::Integral(share)) => share,
                _ => leaves.anything(&leaf.cell),
            };
            open.push(Open {
                node: leaf.node,
                cell: leaf.cell,
                here: leaf.here,
                share,
                method: leaf.method,
                depth: leaf.depth,
            });
        })?;
        let mut shares = vec![Interval::ZERO; tree.len()];
        for cell in &open {
            shares[cell.node] = cell.share;
        }
        self.fold = earlier.fold.clone();
        self.radius = Dyadic::from_rational(&earlier.fold, Direction::Down);
        self.ranges = earlier.ranges;
        Some((tree, shares, open))
    }

    /// Encloses the share of a cell by the method that knows it best.
    fn look(
        &self,
        leaves: &mut Leaves<'_, D>,
        cell: &Cell,
        here: &Specialised,
    ) -> (Method, Interval) {
        let mut best = match leaves.bound(Method::Open, cell, here) {
            Ok(Bound::Integral(share)) => (Method::Open, share),
            _ => (Method::Open, Interval::ENTIRE),
        };
        let methods = match self.norm {
            Norm::Area => [Method::Natural, Method::HalfPlanes],
            _ => [Method::Natural, Method::Linear],
        };
        for method in methods {
            if let Ok(Bound::Integral(share)) = leaves.bound(method, cell, here)
                && share.wid() < best.1.wid()
            {
                best = (method, share);
            }
            if self.is_decided(best.0) {
                break;
            }
        }
        best
    }

    /// Is a cell of this method decided for good?
    fn is_decided(&self, method: Method) -> bool {
        self.norm == Norm::Area && method == Method::Natural
    }

    /// Cuts an open cell, and the halves as long as they would be next.
    fn grow(&self, leaves: &mut Leaves<'_, D>, start: &Open, rule: Rule, budget: usize) -> Growth {
        let mut growth = Growth {
            tree: Tree::new(),
            shares: vec![start.share],
            open: Vec::new(),
            settled: Sum::default(),
            boxes: 0,
        };
        growth.tree.settle(0, start.method);
        let mut stack = vec![Open {
            node: 0,
            ..start.clone()
        }];
        let mut cuts = 0;
        while let Some(open) = stack.pop() {
            if cuts >= budget || open.depth >= DEEPEST {
                growth.open.push(open);
                continue;
            }
            cuts += 1;
            let Some((cut, halves)) = self.best_cut(leaves, &open) else {
                growth.settled = growth.settled.plus(Sum::of(&open.share));
                continue;
            };
            let (at_lower, at_upper) = growth.tree.cut(open.node, cut.axis, cut.place);
            for (node, half) in [at_lower, at_upper].into_iter().zip(halves) {
                growth.boxes += 1;
                growth.shares.push(half.share);
                growth.tree.settle(node, half.method);
                let unknown = estimate_dyadic(half.share.wid());
                let volume = estimate_dyadic(half.cell.volume().sup());
                if self.is_decided(half.method) || unknown <= rule.density * volume {
                    growth.settled = growth.settled.plus(Sum::of(&half.share));
                    continue;
                }
                let open = Open {
                    node,
                    cell: half.cell,
                    here: half.here,
                    share: half.share,
                    method: half.method,
                    depth: open.depth + 1,
                };
                if unknown > rule.least {
                    stack.push(open);
                } else {
                    growth.open.push(open);
                }
            }
        }
        growth
    }

    /// Makes the cuts that come into question and keeps the one after which least is unknown.
    fn best_cut(&self, leaves: &mut Leaves<'_, D>, open: &Open) -> Option<(Split, [Half; 2])> {
        let first = split::choose(&open.cell, &self.whole, &open.here);
        let inputs = open.cell.sides().len();
        let axes = || std::iter::once(first.axis).chain((0..inputs).filter(|i| *i != first.axis));
        let middle = |axis| Split { axis, place: None };
        // Steps that are half-planes need no cut beside them.
        if self.norm == Norm::Area {
            return self.best_of(leaves, open, vec![middle(first.axis)]);
        }
        // First the windows of steps are parted from the rest, so that no other cut crosses them.
        if let Some(cut) = axes().find_map(|axis| beside_step(open, axis)) {
            return self.best_of(leaves, open, vec![cut]);
        }
        if open.here.units() > MANY_UNITS {
            // Far from a leaf: in the middle, so that each half has half of what is alive.
            return self.best_of(leaves, open, vec![middle(first.axis)]);
        }
        let mut cuts = Vec::new();
        if first.place.is_some() {
            cuts.push(first.clone());
        }
        let tried = if inputs > MOST_TRIED { 1 } else { inputs };
        cuts.extend(axes().take(tried).map(middle));
        self.best_of(leaves, open, cuts)
    }

    fn best_of(
        &self,
        leaves: &mut Leaves<'_, D>,
        open: &Open,
        cuts: Vec<Split>,
    ) -> Option<(Split, [Half; 2])> {
        let mut best: Option<(Dyadic, Split, [Half; 2])> = None;
        for cut in cuts {
            let Some((lower, upper)) = open.cell.cut(cut.axis, cut.place.as_ref()) else {
                continue;
            };
            let halves = [lower, upper].map(|cell| self.half(leaves, open, cell));
            let unknown = halves[0]
                .share
                .wid()
                .add(halves[1].share.wid(), Direction::Up);
            if best.as_ref().is_none_or(|(least, _, _)| unknown < *least) {
                best = Some((unknown, cut, halves));
            }
        }
        best.map(|(_, cut, halves)| (cut, halves))
    }

    fn half(&self, leaves: &mut Leaves<'_, D>, open: &Open, cell: Cell) -> Half {
        let here = leaves
            .descend(&open.here, &cell, self.ranges, self.radius)
            .map_or_else(|_| Arc::clone(&open.here), Arc::new);
        let (method, share) = self.look(leaves, &cell, &here);
        Half {
            cell,
            here,
            method,
            share,
        }
    }

    /// What may stay unknown of a cell's share for each unit of volume: so little that all cells
    /// together keep half of what is wanted, whatever the integral is. Nothing is known of that
    /// where there is a tolerance.
    fn density(&self, sum: Sum) -> f64 {
        if self.request.tolerance.is_some() {
            return 0.0;
        }
        let power = if self.norm == Norm::L2 { 1.9 } else { 1.0 };
        let wanted = sum.low.max(0.0) * estimate_rational(self.request.gap).min(0.5) * power;
        0.5 * wanted / self.volume
    }

    /// An error from the integral: its root for `l2`.
    fn error(&self, integral: f64) -> f64 {
        match self.norm {
            Norm::L2 => libm::sqrt(integral.max(0.0)),
            _ => integral,
        }
    }

    fn progress(&self, known: &Known, open: usize, sum: Sum) -> Progress {
        Progress {
            boxes: known.boxes,
            open,
            lower: self.error(sum.low),
            upper: self.error(sum.high()),
        }
    }

    /// Is the enclosure good enough? A little stricter than asked, since these sums are floats.
    fn is_done(&self, sum: Sum) -> bool {
        let (low, high) = (self.error(sum.low), self.error(sum.high()));
        match self.request.tolerance {
            Some(tolerance) => {
                let tolerance = estimate_rational(tolerance);
                high <= tolerance * (1.0 - DRIFT) || low > tolerance * (1.0 + DRIFT)
            }
            None => high - low <= high * estimate_rational(self.request.gap) * (1.0 - 1e-6),
        }
    }

    fn finish(self, known: &Known) -> Outcome {
        // Added up like the checker does, so that the claim is what it will find.
        let total = known.tree.total(known.shares.clone());
        let least = total.inf().rational_bound(Direction::Down);
        let lower = shorten_down(&least.unwrap_or_default()).max(Rational::ZERO);
        let exact = total.sup().rational_bound(Direction::Up);
        let mut claim = Claim {
            question: self.request.question.clone(),
            lower,
            upper: exact,
        };
        let keeps = |claim: &Claim| self.request.tolerance.is_some_and(|t| claim.keeps(t));
        if let Some(exact) = claim.upper.clone() {
            let was_kept = keeps(&claim);
            claim.upper = Some(shorten_up(&exact));
            if was_kept && !keeps(&claim) {
                claim.upper = Some(exact);
            }
        }
        Outcome {
            certificate: certificate(
                self.request.question,
                claim.lower,
                claim.upper,
                None,
                self.fold,
                self.ranges,
                known.tree.partition(),
            ),
            boxes: known.boxes,
            stopped_by: known.stopped_by,
        }
    }
}

/// A cut beside the window of a steep unit of an input (of several the one closest to the middle, so
/// that few cuts part many), where the window is small in the cell: on a strip of a few over the
/// steepness the step happens, and outside it hardly anything does.
fn beside_step(open: &Open, axis: usize) -> Option<Split> {
    let side = &open.cell.intervals()[axis];
    let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
    let middle = f64::midpoint(low, high);
    let mut nearest: Option<(f64, f64)> = None;
    for k in 0..open.here.units() {
        let unit = open.here.unit(k);
        let [(variable, weight)] = unit.sum.terms else {
            continue;
        };
        if *variable as usize != axis || unit.function != Function::Sigmoid {
            continue;
        }
        let weight = estimate_dyadic(*weight);
        let reach = WINDOW / weight.abs();
        if high - low <= 4.0 * reach {
            continue;
        }
        let root = -estimate_dyadic(unit.sum.bias) / weight;
        for place in [root - reach, root + reach] {
            let is_better = |(best, _): (f64, f64)| (place - middle).abs() < (best - middle).abs();
            if low < place && place < high && nearest.is_none_or(is_better) {
                nearest = Some((place, reach));
            }
        }
    }
    let (place, reach) = nearest?;
    let unit = libm::exp2(libm::floor(libm::log2(reach)) - 3.0);
    let place = exact_dyadic(libm::floor(place / unit) * unit)
        .filter(|place| side.inf() < *place && *place < side.sup());
    place.and_then(Dyadic::to_rational).map(|place| Split {
        axis,
        place: Some(place),
    })
}

/// How far folding may move the outputs: far less than what is wanted to be known of the error,
/// which is guessed from points.
fn folding_budget(request: &Request<'_>, root: &Specialised, whole: &Cell, volume: f64) -> f64 {
    let typical = match request.tolerance {
        Some(tolerance) => {
            let size = match request.question.norm {
                Norm::L2 => libm::sqrt(volume),
                _ => volume,
            };
            1e-2 * estimate_rational(tolerance) / size
        }
        None => typical_error(request, root, whole) * estimate_rational(request.gap).min(1.0),
    };
    1e-3 * typical
}

/// Guesses the mean size of the error from points that fill the domain evenly (Roberts 2018: steps
/// along powers of the root of `g^(d+1) = g + 1`).
fn typical_error(request: &Request<'_>, network: &Specialised, whole: &Cell) -> f64 {
    const POINTS: u32 = 32;
    let mut sampler = Sampler::new(&request.question.target, request.jumps());
    let root = 1.0 / (whole.intervals().iter().map(|_| 1.0).sum::<f64>() + 1.0);
    let mut g: f64 = 1.5;
    for _ in 0..30 {
        g = libm::pow(1.0 + g, root);
    }
    let mut total = 0.0;
    for n in 0..POINTS {
        let mut step = 1.0;
        let point: Vec<f64> = whole
            .intervals()
            .iter()
            .map(|side| {
                step /= g;
                let place = 0.5 + f64::from(n) * step;
                let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
                low + (high - low) * (place - libm::floor(place))
            })
            .collect();
        total += sampler.error_at(network, &point).unwrap_or(0.0);
    }
    total / f64::from(POINTS)
}

/// Linear forms decide more units where `ReLU`s stand on `ReLU`s.
fn ranges(root: &Specialised) -> Ranges {
    let is_deep = (0..root.units()).any(|k| {
        let unit = root.unit(k);
        let mut variables = unit
            .sum
            .terms
            .iter()
            .map(|(variable, _)| *variable as usize);
        unit.function == Function::Relu && variables.any(|v| v >= root.inputs())
    });
    if is_deep {
        Ranges::Linear
    } else {
        Ranges::Natural
    }
}

/// Sums of the two ends, in floats; shares without an upper end are counted.
#[derive(Clone, Copy, Default)]
struct Sum {
    low: f64,
    bounded: f64,
    unbounded: i64,
}

impl Sum {
    fn of(share: &Interval) -> Self {
        let is_bounded = !share.sup().is_infinite();
        Self {
            low: estimate_dyadic(share.inf()),
            bounded: if is_bounded {
                estimate_dyadic(share.sup())
            } else {
                0.0
            },
            unbounded: i64::from(!is_bounded),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            bounded: self.bounded + other.bounded,
            unbounded: self.unbounded + other.unbounded,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            low: self.low - other.low,
            bounded: self.bounded - other.bounded,
            unbounded: self.unbounded - other.unbounded,
        }
    }

    fn high(&self) -> f64 {
        if self.unbounded > 0 {
            f64::INFINITY
        } else {
            self.bounded
        }
    }
}
