//! The search for an integral: `l1`, `l2` and a misclassified area.
//!
//! Each cell has a share of the integral, known between two ends; the cells where the two are
//! furthest apart are cut first.

mod sum;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use self::sum::Sum;
use self::sweep::Swept;
use super::emit::{self, certificate, shorten_down, shorten_up};
use super::limits::{Clock, is_full};
use super::resume::reopen;
use super::sample::{Sampler, even_points};
use super::split::{self, Split};
use super::tree::Tree;
use super::window;
use super::workers::Workers;
use super::worst::{self, WorstFirst};
use super::{Outcome, Progress, Request, StoppedBy, constant};
use crate::bounds::Cell;
use crate::bounds::{Bound, Leaves, OnCell, Reduction};
use crate::certificate::{Certificate, Claim, Method, Norm, Ranges};
use crate::expr::Place;
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::numbers::{Direction, Dyadic, Function, Interval, Rational};

/// Cells that one round takes. Fixed, so that the result does not depend on the threads.
const ROUND: usize = 256;
/// Before so many boxes every round takes as many cells as it can.
const FREE: u64 = 1024;
/// Cuts under each of them in a round, as long as they are wanted.
const SUBTREE: usize = 32;
/// Cells are not cut below this share of the domain.
const DEEPEST: usize = 400;
/// In more inputs than this only one cut is looked at.
const MOST_TRIED: usize = 4;
/// With more units alive than this only one cut is looked at, too.
const MANY_UNITS: usize = 40;
/// With more than this the halves of a cell are looked at side by side: there are few such cells.
const LARGE: usize = 100_000;
/// Floats add up to a little more or less than they should.
const DRIFT: f64 = 4e-12;
/// The claim may be wider than what was found by this share of it.
const SHORTENED: f64 = 4e-12;

/// An open cell and its share of the integral.
#[derive(Clone)]
struct Open {
    node: usize,
    cell: Cell,
    here: Arc<OnCell>,
    share: Interval,
    /// What gave the share.
    method: Method,
    /// Were better methods not asked yet?
    is_glanced: bool,
    depth: usize,
}

/// The worst is the one of whose share most is not known.
impl worst::Open for Open {
    fn rank(&self) -> Dyadic {
        self.share.wid()
    }
    fn node(&self) -> usize {
        self.node
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

impl Growth {
    /// An open cell and nothing more.
    fn new(start: &Open) -> Self {
        let mut tree = Tree::new();
        tree.settle(0, start.method);
        Self {
            tree,
            shares: vec![start.share],
            open: Vec::new(),
            settled: Sum::default(),
            boxes: 0,
        }
    }

    /// Cuts a cell; returns the halves.
    fn cut(&mut self, open: &Open, cut: Split, halves: [Half; 2]) -> [Open; 2] {
        let (at_lower, at_upper) = self.tree.cut(open.node, cut.axis, cut.place);
        let [lower, upper] = halves;
        let depth = open.depth + 1;
        [
            self.add(at_lower, lower, depth),
            self.add(at_upper, upper, depth),
        ]
    }

    fn add(&mut self, node: usize, half: Half, depth: usize) -> Open {
        self.boxes += 1;
        self.shares.push(half.share);
        self.again(node, half, depth)
    }

    /// Notes what is known of a cell now.
    fn again(&mut self, node: usize, half: Half, depth: usize) -> Open {
        self.shares[node] = half.share;
        self.tree.settle(node, half.method);
        half.opened(node, depth)
    }
}

/// One side of a cut, looked at.
struct Half {
    cell: Cell,
    here: Arc<OnCell>,
    method: Method,
    share: Interval,
    is_glanced: bool,
    /// How long a check will take to find this share again; 0 where no time is limited.
    effort: Duration,
}

impl Half {
    fn opened(self, node: usize, depth: usize) -> Open {
        Open {
            node,
            cell: self.cell,
            here: self.here,
            share: self.share,
            method: self.method,
            is_glanced: self.is_glanced,
            depth,
        }
    }
}

/// The cuts that come into question.
enum Cuts {
    /// This one, whatever is known of the cell.
    Certain(Split),
    /// These, if the cell has to be cut.
    Tried(Vec<Split>),
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
pub fn search(
    request: &Request<'_>,
    root: OnCell,
    clock: &Clock,
    pool: &rayon::ThreadPool,
    progress: &mut dyn FnMut(&Progress),
) -> Outcome {
    let mut search = pool.install(|| Search::new(request, clock, &root));
    let mut in_parts = sweep::is_wanted(request, root.units());
    let mut known = Known {
        tree: Tree::new(),
        shares: Vec::new(),
        boxes: 1,
        stopped_by: None,
    };
    let workers = Workers::new(pool, || Leaves::new(request.network, request.question));
    let mut open = WorstFirst::new();
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
            .with(|leaves| leaves.descend(&root, &search.whole, search.reduction))
            .map_or(root, Arc::new);
        let whole = pool.install(|| {
            workers.with(|leaves| {
                let cell = search.whole.clone();
                if in_parts {
                    search.glance(leaves, cell, here)
                } else {
                    search.look(leaves, cell, here)
                }
            })
        });
        known.tree.settle(0, whole.method);
        known.shares.push(whole.share);
        undecided = Sum::of(&whole.share);
        open.push(whole.opened(0, 0));
    }
    loop {
        if in_parts && open.len() >= sweep::PARTS {
            in_parts = false;
            let mut swept = Swept {
                open,
                settled,
                undecided,
            };
            search.sweep(&mut known, &mut swept, &workers, pool, progress);
            Swept {
                open,
                settled,
                undecided,
            } = swept;
        }
        progress(&search.progress(&known, open.len(), settled.plus(undecided)));
        if search.is_done(settled.plus(undecided)) {
            // Floats drift; the worst of it goes when the sum is made anew.
            undecided = Sum::default();
            for cell in open.iter() {
                undecided = undecided.plus(Sum::of(&cell.share));
            }
            if search.is_done(settled.plus(undecided)) {
                break;
            }
        }
        if search.is_hopeless() {
            known.stopped_by = Some(StoppedBy::Abstraction);
            break;
        }
        let bytes = || {
            let cells: usize = open.iter().map(|open: &Open| open.here.bytes()).sum();
            (cells + known.bytes()) as u64
        };
        if let Some(limit) = clock.reached(known.boxes, bytes) {
            known.stopped_by = Some(limit);
            break;
        }
        let mut round = Vec::new();
        // No more than could be enough if all of it became known, but where that takes no time: then the
        // answer may be sharper than asked for.
        let mut missing = if known.boxes < FREE {
            f64::INFINITY
        } else {
            search.missing(settled.plus(undecided))
        };
        while round.len() < ROUND && (missing > 0.0 || round.is_empty()) {
            let Some(next) = open.pop() else { break };
            // Without an end, how much is missing has none either.
            if !next.share.sup().is_infinite() {
                missing -= estimate_dyadic(next.share.wid());
            }
            undecided = undecided.minus(Sum::of(&next.share));
            if next.depth >= DEEPEST {
                settled = settled.plus(Sum::of(&next.share));
                known.stopped_by = Some(StoppedBy::Resolution);
                continue;
            }
            round.push(next);
        }
        let Some(last) = round.last() else {
            known.stopped_by = Some(StoppedBy::Resolution);
            break;
        };
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
    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        self.shares.len() * size_of::<Interval>() + self.tree.bytes()
    }

    /// Puts a subtree in the place of a leaf; returns its open cells.
    fn graft(&mut self, node: usize, growth: Growth) -> impl Iterator<Item = Open> + use<> {
        self.boxes += growth.boxes;
        // A better method may have been asked of the leaf itself.
        self.shares[node] = growth.shares[0];
        self.shares.extend_from_slice(&growth.shares[1..]);
        let moved = self.tree.graft(node, growth.tree);
        growth.open.into_iter().map(move |open| Open {
            node: moved(open.node),
            ..open
        })
    }
}

/// What does not change during a search.
struct Search<'a> {
    request: &'a Request<'a>,
    clock: &'a Clock,
    norm: Norm,
    whole: Cell,
    volume: f64,
    /// A guess of the mean of what is integrated.
    typical: f64,
    /// The abstraction error of the network on the domain: every bound carries it.
    radius: f64,
    constant_radius: Rational,
    reduction: Reduction,
}

impl<'a> Search<'a> {
    fn new(request: &'a Request<'a>, clock: &'a Clock, root: &Specialised) -> Self {
        let question = request.question;
        let whole = Cell::root(&question.domain);
        let volume = estimate_dyadic(whole.volume().sup());
        let typical = match question.norm {
            Norm::Area => 0.0,
            norm => typical_error(request, root, &whole, norm),
        };
        let budget = match question.norm {
            Norm::Area => 1e-9,
            norm => folding_budget(request, root, norm, volume, typical),
        };
        let constant_radius = constant::local_radius(root, whole.intervals(), budget);
        Self {
            request,
            clock,
            norm: question.norm,
            whole,
            volume,
            typical,
            radius: (0..root.outputs())
                .map(|k| estimate_dyadic(root.output(k).radius))
                .fold(0.0, f64::max),
            reduction: Reduction {
                ranges: ranges(root),
                constant_radius: Dyadic::from_rational(&constant_radius, Direction::Down),
            },
            constant_radius,
        }
    }

    /// The partition of an earlier search: its tree, the share of every node, and its leaves.
    fn reopened(
        &mut self,
        leaves: &mut Leaves<'_>,
        earlier: &Certificate,
        root: &Arc<OnCell>,
    ) -> Option<(Tree, Vec<Interval>, Vec<Open>)> {
        let mut open = Vec::new();
        let reduction = Reduction::of(earlier);
        let tree = reopen(earlier, root, leaves, |leaves, leaf| {
            let bound = leaves.bound(leaf.method, &leaf.cell, &leaf.here, reduction);
            let share = match bound {
                Ok(Bound::Integral(share)) => share,
                _ => leaves.anything(&leaf.cell),
            };
            open.push(Open {
                node: leaf.node,
                cell: leaf.cell,
                here: leaf.here,
                share,
                method: leaf.method,
                is_glanced: false,
                depth: leaf.depth,
            });
        })?;
        let mut shares = vec![Interval::ZERO; tree.len()];
        for cell in &open {
            shares[cell.node] = cell.share;
        }
        self.constant_radius = earlier.constant_radius.clone();
        self.reduction = reduction;
        Some((tree, shares, open))
    }

    /// Encloses the share of a cell by the method that knows it best.
    fn look(&self, leaves: &mut Leaves<'_>, cell: Cell, here: Arc<OnCell>) -> Half {
        let anything = leaves.anything(&cell);
        let mut best = (Method::Open, anything);
        let methods: &[Method] = match self.norm {
            Norm::Area => &[Method::Natural, Method::HalfPlanes],
            _ if self.is_frame(&cell, &here) => &[Method::Windows, Method::Natural],
            _ if window::is_bent(&cell, &here) => {
                &[Method::Natural, Method::Linear, Method::SecondOrder]
            }
            _ => &[Method::Natural, Method::Linear],
        };
        let mut effort = Duration::ZERO;
        let is_allowed = |method: &&Method| !self.request.portable || method.is_core();
        for &method in methods.iter().filter(is_allowed) {
            let watch = self.clock.stopwatch();
            if let Ok(Bound::Integral(share)) = leaves.bound(method, &cell, &here, self.reduction)
                && share.wid() < best.1.wid()
            {
                best = (method, share);
                effort = watch.map_or(effort, |watch| watch.elapsed());
            }
            if best.0 == Method::Windows || self.is_decided(best.0) {
                break;
            }
        }
        Half {
            cell,
            here,
            method: best.0,
            share: best.1,
            is_glanced: false,
            effort,
        }
    }

    /// Encloses the share of a cell by the cheapest method that may be enough.
    fn glance(&self, leaves: &mut Leaves<'_>, cell: Cell, here: Arc<OnCell>) -> Half {
        if self.is_frame(&cell, &here) {
            return self.look(leaves, cell, here);
        }
        let watch = self.clock.stopwatch();
        let (method, share) = match leaves.bound(Method::Natural, &cell, &here, self.reduction) {
            Ok(Bound::Integral(share)) => (Method::Natural, share),
            _ => (Method::Open, leaves.anything(&cell)),
        };
        Half {
            cell,
            here,
            method,
            share,
            is_glanced: true,
            effort: watch.map_or(Duration::ZERO, |watch| watch.elapsed()),
        }
    }

    /// Will a cell be cut whatever is known of it? With `around` units before the last cut.
    fn is_rough(&self, cell: &Cell, here: &Specialised, around: usize) -> bool {
        if self.norm == Norm::Area {
            return false;
        }
        let shrinks = here.units() > MANY_UNITS && 4 * here.units() < 3 * around;
        shrinks || (self.beside_window(cell, here, 0).is_some() && !self.is_frame(cell, here))
    }

    /// Is a cell to be looked at along the windows in it, before it is cut beside them?
    fn is_frame(&self, cell: &Cell, here: &Specialised) -> bool {
        window::is_frame(cell, here, estimate_dyadic(self.reduction.constant_radius))
    }

    /// A cut beside the window of a step, if there is one, across this axis if it can be.
    fn beside_window(&self, cell: &Cell, here: &Specialised, axis: usize) -> Option<Split> {
        let constant_radius = estimate_dyadic(self.reduction.constant_radius);
        let others = (0..cell.sides().len()).filter(|i| *i != axis);
        let mut axes = std::iter::once(axis).chain(others);
        axes.find_map(|axis| window::beside(cell, here, axis, constant_radius))
    }

    /// Is a cell of this method decided for good?
    fn is_decided(&self, method: Method) -> bool {
        self.norm == Norm::Area && method == Method::Natural
    }

    /// Cuts an open cell, and the halves as long as they would be next.
    fn grow(&self, leaves: &mut Leaves<'_>, start: &Open, rule: Rule, budget: usize) -> Growth {
        let mut growth = Growth::new(start);
        let mut stack = vec![Open {
            node: 0,
            ..start.clone()
        }];
        let mut cuts = 0;
        while let Some(open) = stack.pop() {
            if cuts >= budget || open.depth >= DEEPEST || self.is_over(cuts) {
                growth.open.push(open);
                continue;
            }
            cuts += 1;
            let Some((cut, halves)) = self.best_cut(leaves, &open) else {
                growth.settled = growth.settled.plus(Sum::of(&open.share));
                continue;
            };
            for half in growth.cut(&open, cut, halves) {
                let unknown = estimate_dyadic(half.share.wid());
                let volume = estimate_dyadic(half.cell.volume().sup());
                if self.is_decided(half.method) || unknown <= rule.density * volume {
                    growth.settled = growth.settled.plus(Sum::of(&half.share));
                    continue;
                }
                if unknown > rule.least {
                    stack.push(half);
                } else {
                    growth.open.push(half);
                }
            }
        }
        growth
    }

    /// The cuts that come into question, the one that is made if they are as good as each other first.
    fn cuts(&self, open: &Open, jumps: &[Place]) -> Cuts {
        if let Some(cut) = split::at_jump(&open.cell, jumps) {
            return Cuts::Certain(cut);
        }
        let first = split::choose(&open.cell, &self.whole, &open.here);
        let inputs = open.cell.sides().len();
        let axes = || std::iter::once(first.axis).chain((0..inputs).filter(|i| *i != first.axis));
        let middle = |axis| Split { axis, place: None };
        // Steps that are half-planes need no cut beside them. Without areas beside curves the region may need a
        // cut across another input than the network.
        if self.norm == Norm::Area {
            let tried = if self.request.portable { inputs } else { 1 };
            return Cuts::Tried(axes().take(tried).map(middle).collect());
        }
        // First the windows of steps are parted from the rest, so that no other cut crosses them.
        if let Some(cut) = self.beside_window(&open.cell, &open.here, first.axis) {
            return Cuts::Certain(cut);
        }
        if open.here.units() > MANY_UNITS {
            // Far from a leaf: in the middle, so that each half has half of what is alive.
            return Cuts::Tried(vec![middle(first.axis)]);
        }
        let mut cuts = Vec::new();
        if first.place.is_some() {
            cuts.push(first.clone());
        }
        let tried = if inputs > MOST_TRIED { 1 } else { inputs };
        cuts.extend(axes().take(tried).map(middle));
        Cuts::Tried(cuts)
    }

    /// Makes the cuts that come into question and keeps the one after which least is unknown.
    fn best_cut(&self, leaves: &mut Leaves<'_>, open: &Open) -> Option<(Split, [Half; 2])> {
        let look = |leaves: &mut Leaves<'_>, cell, here: Arc<OnCell>| {
            if self.is_rough(&cell, &here, open.here.units()) {
                self.glance(leaves, cell, here)
            } else {
                self.look(leaves, cell, here)
            }
        };
        match self.cuts(open, leaves.places()) {
            Cuts::Certain(cut) => self.best_of(leaves, open, vec![cut], look),
            Cuts::Tried(cuts) => self.best_of(leaves, open, cuts, look),
        }
    }

    fn best_of(
        &self,
        leaves: &mut Leaves<'_>,
        open: &Open,
        cuts: Vec<Split>,
        look: impl Fn(&mut Leaves<'_>, Cell, Arc<OnCell>) -> Half + Sync,
    ) -> Option<(Split, [Half; 2])> {
        let mut best: Option<(Dyadic, Split, [Half; 2])> = None;
        for cut in cuts {
            let Some((lower, upper)) = open.cell.cut(cut.axis, cut.place.as_ref()) else {
                continue;
            };
            let half = |leaves: &mut Leaves<'_>, cell| {
                let watch = self.clock.stopwatch();
                let here = leaves
                    .descend(&open.here, &cell, self.reduction)
                    .map_or_else(|_| Arc::clone(&open.here), Arc::new);
                let descended = watch.map_or(Duration::ZERO, |watch| watch.elapsed());
                let mut half = look(leaves, cell, here);
                half.effort += descended;
                half
            };
            let halves = if open.here.units() < LARGE {
                [lower, upper].map(|cell| half(leaves, cell))
            } else {
                // The tools of this thread are taken, and those of another may be.
                let mut others = Leaves::new(self.request.network, self.request.question);
                let (lower, upper) =
                    rayon::join(|| half(leaves, lower), || half(&mut others, upper));
                [lower, upper]
            };
            let unknown = halves[0]
                .share
                .wid()
                .add(halves[1].share.wid(), Direction::Up);
            if best.as_ref().is_none_or(|(least, _, _)| unknown < *least) {
                best = Some((unknown, cut, halves));
            }
        }
        if let Some((_, _, [lower, upper])) = &best {
            self.clock.keep(lower.effort + upper.effort);
        }
        best.map(|(_, cut, halves)| (cut, halves))
    }

    /// Is there no time left? After some cuts also: is the memory full?
    fn is_over(&self, cuts: usize) -> bool {
        let memory = self.request.limits.memory.filter(|_| cuts % 32 == 31);
        self.clock.is_late().is_some() || memory.is_some_and(is_full)
    }

    /// What may stay unknown of a cell's share for each unit of volume: so little that all cells
    /// together keep half of what is wanted, whatever the integral is. Nothing is known of that
    /// where there is a tolerance.
    fn density(&self, sum: Sum) -> f64 {
        if self.request.tolerance.is_some() {
            return 0.0;
        }
        let wanted = sum.low.max(0.0) * estimate_rational(self.request.gap).min(0.5) * self.power();
        0.5 * wanted / self.volume
    }

    /// How much larger the gap of the integral may be than that of the error.
    fn power(&self) -> f64 {
        if self.norm == Norm::L2 { 1.9 } else { 1.0 }
    }

    /// The power of the error that is integrated.
    fn exponent(&self) -> f64 {
        if self.norm == Norm::L2 { 2.0 } else { 1.0 }
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
            None => high.is_finite() && high - low <= high * self.gap(),
        }
    }

    /// The gap wanted, and a little less: sums drift, and both ends of the claim are shortened.
    fn gap(&self) -> f64 {
        let gap = estimate_rational(self.request.gap);
        gap - (1e-6 * gap).max(DRIFT + SHORTENED).min(gap / 2.0)
    }

    /// Is what the abstraction error of the network adds to every bound more than what is asked, or than
    /// the error itself seems to be?
    fn is_hopeless(&self) -> bool {
        if self.norm == Norm::Area || self.radius == 0.0 {
            return false;
        }
        let carried = libm::pow(self.radius, self.exponent());
        match self.request.tolerance {
            Some(tolerance) => self.error(carried * self.volume) >= estimate_rational(tolerance),
            None => carried >= self.typical,
        }
    }

    /// How much that is not known has to become known, at least.
    fn missing(&self, sum: Sum) -> f64 {
        let (low, high) = (sum.low, sum.high());
        if let Some(tolerance) = self.request.tolerance {
            let tolerance = libm::pow(estimate_rational(tolerance), self.exponent());
            return (high - tolerance).min(tolerance - low);
        }
        libm::pow(1.0 - self.gap().min(1.0), self.exponent()) * high - low
    }

    fn finish(self, known: &Known) -> Outcome {
        // Added up like the checker does, so that the claim is what it will find.
        let total = known.tree.total(known.shares.clone());
        let least = total.inf().rational_bound(Direction::Down);
        let lower = shorten_down(&least.unwrap_or_default()).max(Rational::ZERO);
        let exact = total.sup().rational_bound(Direction::Up);
        let mut claim = Claim {
            question: self.request.question.clone(),
            stated_lower: lower,
            stated_upper: exact,
        };
        let keeps = |claim: &Claim| self.request.tolerance.is_some_and(|t| claim.keeps(t));
        if let Some(exact) = claim.stated_upper.clone() {
            let was_kept = keeps(&claim);
            claim.stated_upper = Some(shorten_up(&exact));
            if was_kept && !keeps(&claim) {
                claim.stated_upper = Some(exact);
            }
        }
        Outcome {
            certificate: certificate(
                self.request,
                emit::Found {
                    lower: claim.stated_lower,
                    upper: claim.stated_upper,
                    witness: None,
                    constant_radius: self.constant_radius,
                    ranges: self.reduction.ranges,
                    partition: known.tree.partition(),
                },
            ),
            boxes: known.boxes,
            stopped_by: known.stopped_by,
        }
    }
}

/// How far folding may move the outputs: less than what is wanted to be known of the error, which is
/// guessed from points, or is about the tolerance.
fn folding_budget(
    request: &Request<'_>,
    root: &Specialised,
    norm: Norm,
    volume: f64,
    typical: f64,
) -> f64 {
    let is_large = root.units() > MANY_UNITS;
    let mean_error = |mean: f64| match norm {
        Norm::L2 => libm::sqrt(mean),
        _ => mean,
    };
    if let Some(tolerance) = request.tolerance {
        let tolerance = estimate_rational(tolerance);
        let integral = match norm {
            Norm::L2 => tolerance * tolerance,
            _ => tolerance,
        };
        let share = if is_large { 1e-4 } else { 1e-5 };
        return share * mean_error(integral / volume);
    }
    // What folding moves in a place is far below the sum of what every unit could.
    let share = if is_large { 0.3 } else { 1e-3 };
    share * estimate_rational(request.gap).min(1.0) * mean_error(typical)
}

/// Guesses the mean size of the error, or of its square (`l2`), from points that fill the domain
/// evenly.
fn typical_error(request: &Request<'_>, network: &Specialised, whole: &Cell, norm: Norm) -> f64 {
    const POINTS: u32 = 32;
    let points: Vec<Vec<f64>> = even_points(whole.intervals(), POINTS).collect();
    let sampler = || Sampler::new(&request.question.target, request.jumps());
    let errors = points.par_iter().map_init(sampler, |sampler, point| {
        let error = sampler.error_at(network, point).unwrap_or(0.0);
        if norm == Norm::L2 {
            error * error
        } else {
            error
        }
    });
    // Added up in order, so that the sum does not depend on the threads.
    let errors: Vec<f64> = errors.collect();
    errors.iter().sum::<f64>() / f64::from(POINTS)
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
