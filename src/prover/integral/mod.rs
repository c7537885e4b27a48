//! The search for an integral: `l1`, `l2` and a misclassified area.
//!
//! The contribution of each cell to the integral is enclosed; the cells with the widest enclosure
//! are cut first.

mod parts;
mod sum;

use std::sync::Arc;
use std::time::Duration;

use self::sum::Sum;
use super::emit::{self, certificate, shorten_down, shorten_up};
use super::engine::{
    Cuts, Engine, Evaluated, Fate, Frontier, Host, Judgement, Open, Problem, Work,
};
use super::resume::Resumable;
use super::sample::{Sampler, even_points};
use super::split::{self, Split};
use super::step_cuts;
use super::within::{self, CellBounds, Within};
use super::{Outcome, Request, StoppedBy, Watch, constant};
use crate::bounds::Cell;
use crate::bounds::{Bound, Leaves, OnCell, Reduction};
use crate::certificate::{Certificate, Claim, Method, Norm, Ranges};
use crate::clock::Moment;
use crate::expr::Place;
use crate::jobs::Jobs;
use crate::network::Reduced;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational, exact_dyadic};
use crate::numbers::{Direction, Dyadic, Function, Interval, Rational};

/// Cells of one round.
const ROUND: usize = 256;
/// Before this many boxes, every round takes as many cells as it can.
const FREE: u64 = 1024;
/// Cuts below each of them in one round, as long as they are needed.
const SUBTREE: u64 = 32;
/// In more inputs than this only one cut is tried.
const MOST_TRIED: usize = 4;
/// With more undecided units than this only one cut is tried, too.
const MANY_UNITS: usize = 40;
/// With more units than this the halves of a cell are bounded in parallel: there are few such
/// cells.
const LARGE: usize = 100_000;
/// The relative error of sums of floats.
const DRIFT: f64 = 4e-12;
/// The claim may be wider than the result by this fraction of it.
const SHORTENED: f64 = 4e-12;

/// What is known about a cell.
#[derive(Clone, Copy)]
struct Known {
    /// An enclosure of its contribution to the integral.
    contribution: Interval,
    /// Is this only a cheap bound, so that better methods are left to try?
    is_cheap: bool,
}

/// When a cell is fathomed.
#[derive(Clone, Copy)]
enum Rule {
    /// In a search of the whole domain.
    Cell {
        /// It is a leaf for good if its contribution is known this well, per volume.
        density: f64,
        /// It stays open but is not cut in this round if its contribution is known this well.
        least: f64,
    },
    /// In a search of one part, which is done when at most this much is unknown.
    Part(parts::Goal),
}

/// The results of a subtree: the contributions of its leaves; of all its cells in a search of one
/// part.
#[derive(Clone, Copy, Default)]
struct Notes(Sum);

/// Searches for an enclosure of the integral.
pub fn search(
    request: &Request<'_>,
    root: Arc<OnCell>,
    host: Host<'_>,
    progress: &mut Watch<'_>,
) -> Outcome {
    let mut problem = Integral::new(request, &root, host);
    let mut engine = Engine::new(&problem, host);
    let mut stopped_by = None;
    let is_resumed = request
        .resume
        .is_some_and(|earlier| problem.resume(&mut engine, earlier, &root));
    if !is_resumed {
        if let (Some(_), Some(earlier)) = (&request.within, request.resume) {
            return within::not_continued(earlier);
        }
        problem.in_parts = request.within.is_none() && parts::is_wanted(request, root.units());
        let contribution = problem.tools().anything(&problem.whole);
        let known = Known {
            contribution,
            is_cheap: true,
        };
        let whole = Open::unevaluated(0, problem.whole.clone(), root, known);
        let rule = Rule::Cell {
            density: 0.0,
            least: 0.0,
        };
        stopped_by = engine.begin(&mut problem, vec![whole], &rule, progress);
    }
    stopped_by = stopped_by.or_else(|| engine.run(&mut problem, progress));
    if problem.in_parts && stopped_by.is_none() && engine.frontier.len() >= parts::PARTS {
        problem.in_parts = false;
        problem.search_parts(&mut engine, progress);
        stopped_by = engine.run(&mut problem, progress);
    }
    if within::marks_open(request, stopped_by) {
        problem.mark_open(&mut engine);
    }
    problem.finish(&engine, stopped_by)
}

/// Cuts the domain into parts. Returns about how much of the integral may stay unknown, too.
pub fn divide(
    request: &Request<'_>,
    root: Arc<OnCell>,
    host: Host<'_>,
    parts: usize,
    progress: &mut Watch<'_>,
) -> (Outcome, Rational) {
    let mut problem = Integral::new(request, &root, host);
    let mut engine = Engine::new(&problem, host);
    let contribution = problem.tools().anything(&problem.whole);
    let known = Known {
        contribution,
        is_cheap: true,
    };
    let whole = Open::unevaluated(0, problem.whole.clone(), root, known);
    let rule = Rule::Cell {
        density: 0.0,
        least: 0.0,
    };
    let mut stopped_by = engine.begin(&mut problem, vec![whole], &rule, progress);
    if stopped_by.is_none() {
        stopped_by = within::divide(&mut engine, &mut problem, parts, progress);
    }
    let unknown = problem.allowance();
    problem.mark_open(&mut engine);
    (problem.finish(&engine, stopped_by), unknown)
}

/// Of what may stay unknown, the parts together get this much: how large the integral is was guessed.
const CAREFUL: f64 = 0.8;

/// The question, and what is known so far.
struct Integral<'a> {
    request: &'a Request<'a>,
    host: Host<'a>,
    norm: Norm,
    whole: Cell,
    volume: f64,
    /// A guess of the mean of the integrand.
    typical: f64,
    /// The abstraction error of the network on the domain; every bound carries it.
    radius: f64,
    constant_radius: Rational,
    reduction: Reduction,
    /// Is the domain searched in parts once there are enough cells?
    in_parts: bool,
    /// The contributions of leaves.
    fathomed: Sum,
    /// The contributions of open cells.
    undecided: Sum,
    /// How much more may become known in this round.
    missing: f64,
}

impl<'a> Integral<'a> {
    fn new(request: &'a Request<'a>, root: &Reduced, host: Host<'a>) -> Self {
        let question = request.question;
        let whole = Cell::root(&question.domain);
        let volume_of = |cell: &Cell| estimate_dyadic(cell.volume().sup());
        let volume = match &request.within {
            Some(within) => within.cells.iter().map(volume_of).sum(),
            None => volume_of(&whole),
        };
        let typical = match question.norm {
            Norm::Area => 0.0,
            norm => typical_error(request, root, &whole, norm, host.jobs),
        };
        let budget = match question.norm {
            Norm::Area => 1e-9,
            norm => constants_budget(request, root, norm, volume, typical),
        };
        let of_all_parts = request.within.as_ref().and(request.resume);
        let constant_radius = match of_all_parts {
            Some(whole) => whole.constant_radius.clone(),
            None => constant::local_radius(root, whole.intervals(), budget, host.jobs),
        };
        Self {
            request,
            host,
            norm: question.norm,
            whole,
            volume,
            typical,
            radius: estimate_dyadic(root.real_radius()),
            reduction: Reduction {
                ranges: ranges(root),
                constant_radius: Dyadic::from_rational(&constant_radius, Direction::Down),
                kept_rounding: Dyadic::ZERO,
            },
            constant_radius,
            in_parts: false,
            fathomed: Sum::default(),
            undecided: Sum::default(),
            missing: 0.0,
        }
    }

    /// Continues with an earlier partition, if possible.
    fn resume(
        &mut self,
        engine: &mut Engine<'_, Self>,
        earlier: &Certificate,
        root: &Arc<OnCell>,
    ) -> bool {
        let kept = (self.constant_radius.clone(), self.reduction);
        self.constant_radius = earlier.constant_radius.clone();
        self.reduction = Reduction::of(earlier);
        let root = (self.whole.clone(), Arc::clone(root), &earlier.partition);
        let within = self.request.within.as_ref();
        let is_resumed = engine.resume(self, vec![root], within).is_some();
        if !is_resumed {
            (self.constant_radius, self.reduction) = kept;
        }
        is_resumed
    }

    /// Gives up the bounds of the open cells.
    fn mark_open(&self, engine: &mut Engine<'_, Self>) {
        let tools = self.tools();
        for open in engine.frontier.iter() {
            let anything = tools.anything(&open.cell);
            engine.trees[open.root].fathom(open.node, Method::Open, anything);
        }
    }

    fn sum(&self) -> Sum {
        self.fathomed.plus(self.undecided)
    }

    /// Encloses the contribution of a cell by the best method.
    fn best_bound(
        &self,
        leaves: &mut Leaves<'_>,
        cell: &Cell,
        local: Arc<OnCell>,
    ) -> Evaluated<Self> {
        let anything = leaves.anything(cell);
        let mut best = (Method::Open, anything);
        let methods: &[Method] = match self.norm {
            Norm::Area => &[Method::Natural, Method::HalfPlanes],
            _ if self.is_frame(cell, &local) => &[Method::TransitionLayers, Method::Natural],
            _ if step_cuts::has_smooth_units(cell, &local) => {
                &[Method::Natural, Method::Linear, Method::SecondOrder]
            }
            _ => &[Method::Natural, Method::Linear],
        };
        let mut effort = Duration::ZERO;
        let is_allowed = |method: &&Method| !self.request.portable || method.is_core();
        for &method in methods.iter().filter(is_allowed) {
            let watch = self.host.clock.stopwatch();
            if let Ok(Bound::Integral(contribution)) =
                leaves.bound(method, cell, &local, self.reduction)
                && contribution.wid() < best.1.wid()
            {
                best = (method, contribution);
                effort = watch.map_or(effort, Moment::elapsed);
            }
            if best.0 == Method::TransitionLayers || self.is_decided(best.0) {
                break;
            }
        }
        evaluated(local, best, false, effort)
    }

    /// Encloses the contribution of a cell by the cheapest method that may be enough.
    fn cheap_bound(
        &self,
        leaves: &mut Leaves<'_>,
        cell: &Cell,
        local: Arc<OnCell>,
    ) -> Evaluated<Self> {
        if self.is_frame(cell, &local) {
            return self.best_bound(leaves, cell, local);
        }
        let watch = self.host.clock.stopwatch();
        let found = match leaves.bound(Method::Natural, cell, &local, self.reduction) {
            Ok(Bound::Integral(contribution)) => (Method::Natural, contribution),
            _ => (Method::Open, leaves.anything(cell)),
        };
        let effort = watch.map_or(Duration::ZERO, Moment::elapsed);
        evaluated(local, found, true, effort)
    }

    /// Will a cell be cut whatever its bound is? `parent` is the number of units before the last
    /// cut.
    fn is_rough(&self, cell: &Cell, local: &Reduced, parent: usize) -> bool {
        if self.norm == Norm::Area {
            return false;
        }
        let shrinks = local.units() > MANY_UNITS && 4 * local.units() < 3 * parent;
        shrinks || (self.outside_layer(cell, local, 0).is_some() && !self.is_frame(cell, local))
    }

    /// Should a cell be bounded along its transition layers, before it is cut at them?
    fn is_frame(&self, cell: &Cell, local: &Reduced) -> bool {
        step_cuts::is_frame(cell, local, estimate_dyadic(self.reduction.constant_radius))
    }

    /// Returns a cut at the edge of a transition layer, if there is one; across this axis if
    /// possible.
    fn outside_layer(&self, cell: &Cell, local: &Reduced, axis: usize) -> Option<Split> {
        let constant_radius = estimate_dyadic(self.reduction.constant_radius);
        let others = (0..cell.sides().len()).filter(|i| *i != axis);
        let mut axes = std::iter::once(axis).chain(others);
        axes.find_map(|axis| step_cuts::outside_layer(cell, local, axis, constant_radius))
    }

    /// Is a cell decided for good by this method?
    fn is_decided(&self, method: Method) -> bool {
        self.norm == Norm::Area && method == Method::Natural
    }

    /// Returns the candidate cuts; the first is made if they are equally good.
    fn cuts_of(&self, open: &Open<Self>, jumps: &[Place]) -> Cuts {
        let certain = |cut| Cuts {
            tried: vec![cut],
            is_certain: true,
        };
        let tried = |tried| Cuts {
            tried,
            is_certain: false,
        };
        if let Some(cut) = split::at_jump(&open.cell, jumps) {
            return certain(cut);
        }
        let first = split::choose(&open.cell, &self.whole, &open.local);
        let inputs = open.cell.sides().len();
        let axes = || std::iter::once(first.axis).chain((0..inputs).filter(|i| *i != first.axis));
        let middle = |axis| Split { axis, place: None };
        // Steps that are half-planes need no cut beside them. Without areas beside curves, the
        // region may need a cut across another input than the network.
        if self.norm == Norm::Area {
            let count = if self.request.portable { inputs } else { 1 };
            return tried(axes().take(count).map(middle).collect());
        }
        // First, transition layers are separated, so that no other cut crosses them.
        if let Some(cut) = self.outside_layer(&open.cell, &open.local, first.axis) {
            return certain(cut);
        }
        if open.local.units() > MANY_UNITS {
            // Far from a leaf: in the middle, so that each half has half of the undecided units.
            return tried(vec![middle(first.axis)]);
        }
        let mut cuts = Vec::new();
        if first.place.is_some() {
            cuts.push(first.clone());
        }
        let count = if inputs > MOST_TRIED { 1 } else { inputs };
        cuts.extend(axes().take(count).map(middle));
        tried(cuts)
    }

    /// Bounds a cell of a cut; only cheaply if that may be enough.
    fn evaluate_cell(
        &self,
        leaves: &mut Leaves<'a>,
        open: &Open<Self>,
        cell: &Cell,
        rule: Rule,
        is_cheap: bool,
    ) -> Evaluated<Self> {
        let watch = self.host.clock.stopwatch();
        let local = self.descend(leaves, 0, &open.local, cell);
        let descended = watch.map_or(Duration::ZERO, Moment::elapsed);
        let is_cheap = match rule {
            Rule::Part(_) => is_cheap,
            Rule::Cell { .. } => self.is_rough(cell, &local, open.local.units()),
        };
        let mut evaluated = if is_cheap {
            self.cheap_bound(leaves, cell, local)
        } else {
            self.best_bound(leaves, cell, local)
        };
        evaluated.effort += descended;
        if let Rule::Cell { density, least } = rule {
            let unknown = estimate_dyadic(evaluated.known.contribution.wid());
            let volume = estimate_dyadic(cell.volume().sup());
            evaluated.fate = if self.is_decided(evaluated.method) || unknown <= density * volume {
                Fate::Leaf
            } else if unknown > least {
                Fate::Cut
            } else {
                Fate::Later
            };
        }
        evaluated
    }

    /// Returns how much may stay unknown of a cell's contribution per unit of volume: so little
    /// that all cells together use half of the wanted gap, whatever the integral is. With a
    /// tolerance there is no such limit.
    fn density(&self, sum: Sum) -> f64 {
        if let Some(within) = &self.request.within {
            return 0.5 * estimate_rational(within.unknown) / self.volume;
        }
        if self.request.tolerance.is_some() {
            return 0.0;
        }
        let wanted = sum.low.max(0.0) * estimate_rational(self.request.gap).min(0.5) * self.power();
        0.5 * wanted / self.volume
    }

    /// Returns how much larger the gap of the integral may be than that of the error.
    fn power(&self) -> f64 {
        if self.norm == Norm::L2 { 1.9 } else { 1.0 }
    }

    /// Returns the power of the error in the integrand.
    fn exponent(&self) -> f64 {
        if self.norm == Norm::L2 { 2.0 } else { 1.0 }
    }

    /// Returns the error for an integral: its square root for `l2`.
    fn error(&self, integral: f64) -> f64 {
        match self.norm {
            Norm::L2 => libm::sqrt(integral.max(0.0)),
            _ => integral,
        }
    }

    /// Is the enclosure good enough? Slightly stricter than requested, because these sums are
    /// floats.
    fn is_done(&self, sum: Sum) -> bool {
        if let Some(within) = &self.request.within {
            return sum.unknown() <= estimate_rational(within.unknown) * (1.0 - DRIFT);
        }
        let (low, high) = (self.error(sum.low), self.error(sum.high()));
        match self.request.tolerance {
            Some(tolerance) => {
                let tolerance = estimate_rational(tolerance);
                high <= tolerance * (1.0 - DRIFT) || low > tolerance * (1.0 + DRIFT)
            }
            None => high.is_finite() && high - low <= high * self.gap(),
        }
    }

    /// Returns slightly less than the wanted gap: sums drift, and both ends of the claim are
    /// shortened.
    fn gap(&self) -> f64 {
        let gap = estimate_rational(self.request.gap);
        gap - (1e-6 * gap).max(DRIFT + SHORTENED).min(gap / 2.0)
    }

    /// Does the abstraction error of the network add more to every bound than what is requested, or
    /// than the estimated error?
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

    /// Returns how much of the unknown part has to become known, at least.
    fn missing_of(&self, sum: Sum) -> f64 {
        let (low, high) = (sum.low, sum.high());
        if let Some(within) = &self.request.within {
            return sum.unknown() - estimate_rational(within.unknown);
        }
        if let Some(tolerance) = self.request.tolerance {
            let tolerance = libm::pow(estimate_rational(tolerance), self.exponent());
            return (high - tolerance).min(tolerance - low);
        }
        libm::pow(1.0 - self.gap().min(1.0), self.exponent()) * high - low
    }

    /// Returns about how much of the integral may stay unknown in all parts together. The integral is
    /// guessed from points, so a result may be less or more exact than wanted.
    fn allowance(&self) -> Rational {
        // A first search knows more than some points do.
        let claim = self.request.resume.map(|first| &first.claim);
        let ends =
            claim.and_then(|claim| Some((&claim.stated_lower, claim.stated_upper.as_ref()?)));
        let guess = match (ends, self.norm) {
            (Some((lower, upper)), _) => estimate_rational(&lower.midpoint(upper)),
            (None, Norm::Area) => 0.5 * (self.sum().low + self.sum().high()),
            (None, _) => self.typical * self.volume,
        };
        let allowed = match self.request.tolerance {
            Some(tolerance) => {
                let most = libm::pow(estimate_rational(tolerance), self.exponent());
                (most - guess).abs()
            }
            None => estimate_rational(self.request.gap).min(0.5) * self.power() * guess,
        };
        let allowed = exact_dyadic(CAREFUL * allowed).and_then(Dyadic::to_rational);
        allowed.unwrap_or_default()
    }

    fn finish(self, engine: &Engine<'_, Self>, stopped_by: Option<StoppedBy>) -> Outcome {
        let tree = engine.trees.first().expect("a tree for the one root");
        // Added up like the checker does, so the claim is what the checker will find.
        let within = self.request.within.as_ref();
        let on_part = within.map_or_else(Vec::new, |within| {
            let totals = tree.totals();
            let nodes = tree.nodes_of(&self.whole, within.cells);
            let nodes = nodes
                .into_iter()
                .map(|node| node.expect("a node of the partition"));
            nodes.map(|node| CellBounds::of(&totals[node])).collect()
        });
        let total = tree.total();
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
                    kept_rounding: Rational::ZERO,
                    ranges: self.reduction.ranges,
                    partition: tree.partition(),
                },
            ),
            boxes: engine.boxes,
            stopped_by,
            within: on_part,
        }
    }
}

/// Returns the result for a cell.
fn evaluated<'a>(
    local: Arc<OnCell>,
    (method, contribution): (Method, Interval),
    is_cheap: bool,
    effort: Duration,
) -> Evaluated<Integral<'a>> {
    Evaluated {
        local,
        known: Known {
            contribution,
            is_cheap,
        },
        method,
        fate: Fate::Cut,
        effort,
    }
}

impl<'a> Problem for Integral<'a> {
    type Local = Arc<OnCell>;
    type Known = Known;
    type Value = Interval;
    type Tools = Leaves<'a>;
    type Rule = Rule;
    type Notes = Notes;

    const COMPARES_CUTS: bool = true;
    const LOWER_FIRST: bool = false;

    fn round(&self) -> (usize, bool) {
        (ROUND, true)
    }

    /// The widest enclosure comes first.
    fn rank(known: &Known) -> Dyadic {
        known.contribution.wid()
    }

    fn value(known: &Known) -> Interval {
        known.contribution
    }

    fn bytes(local: &Arc<OnCell>) -> usize {
        local.bytes()
    }

    fn tools(&self) -> Leaves<'a> {
        Leaves::new(self.request.network, self.request.question)
    }

    fn evaluate(
        &self,
        work: &mut Work<Self>,
        open: &Open<Self>,
        cells: &[Cell],
    ) -> Vec<Evaluated<Self>> {
        // In a part there is no choice, and a cheap bound may be enough.
        let is_cheap = cells.len() <= 2;
        let rule = work.rule;
        let evaluate =
            |leaves: &mut Leaves<'a>, cell| self.evaluate_cell(leaves, open, cell, rule, is_cheap);
        if open.local.units() < LARGE {
            return cells
                .iter()
                .map(|cell| evaluate(work.tools, cell))
                .collect();
        }
        // The tools of this thread are in use, and those of another may be, too.
        let each = |cell| evaluate(&mut self.tools(), cell);
        self.host.jobs.each(cells.iter().collect(), &each)
    }

    fn cuts(&self, work: &mut Work<Self>, open: &Open<Self>) -> Cuts {
        self.cuts_of(open, work.tools.places())
    }

    fn cost(&self, [lower, upper]: [&Evaluated<Self>; 2]) -> Dyadic {
        let wid = |half: &Evaluated<Self>| half.known.contribution.wid();
        wid(lower).add(wid(upper), Direction::Up)
    }

    fn count(&self, work: &mut Work<Self>, open: &Open<Self>, halves: [&Evaluated<Self>; 2]) {
        let is_part = matches!(work.rule, Rule::Part(_));
        let Notes(sum) = &mut work.notes;
        if is_part {
            *sum = sum.minus(Sum::of(&open.known.contribution));
        }
        for half in halves
            .into_iter()
            .filter(|half| is_part || half.fate == Fate::Leaf)
        {
            *sum = sum.plus(Sum::of(&half.known.contribution));
        }
    }

    fn improve(
        &self,
        work: &mut Work<Self>,
        open: &Open<Self>,
        cuts: &Cuts,
    ) -> Option<Evaluated<Self>> {
        let is_wanted = matches!(work.rule, Rule::Part(_)) && open.known.is_cheap;
        if cuts.is_certain || !is_wanted {
            return None;
        }
        let evaluated = self.best_bound(work.tools, &open.cell, Arc::clone(&open.local));
        let Notes(sum) = &mut work.notes;
        *sum = sum.minus(Sum::of(&open.known.contribution));
        *sum = sum.plus(Sum::of(&evaluated.known.contribution));
        Some(evaluated)
    }

    fn uncut(&self, work: &mut Work<Self>, open: &Open<Self>) -> Method {
        // The sum of a part includes it already.
        if let Rule::Cell { .. } = work.rule {
            work.notes.0 = work.notes.0.plus(Sum::of(&open.known.contribution));
        }
        open.method
    }

    fn is_enough(&self, work: &Work<Self>) -> bool {
        matches!(work.rule, Rule::Part(goal) if goal.is_met(work.notes.0))
    }

    fn judge(&mut self, frontier: &Frontier<Self>, _: u64) -> Judgement {
        if self.in_parts && frontier.len() >= parts::PARTS {
            return Judgement::Done;
        }
        if self.is_done(self.sum()) {
            // Floats drift; a fresh sum removes most of the error.
            self.undecided = Sum::default();
            for open in frontier.iter() {
                self.opened(open);
            }
            if self.is_done(self.sum()) {
                return Judgement::Done;
            }
        }
        if self.is_hopeless() {
            return Judgement::Stopped(StoppedBy::Abstraction);
        }
        Judgement::GoOn
    }

    fn enclosure(&self, _: &Frontier<Self>) -> Option<(f64, f64)> {
        let sum = self.sum();
        Some((self.error(sum.low), self.error(sum.high())))
    }

    fn opened(&mut self, open: &Open<Self>) {
        self.undecided = self.undecided.plus(Sum::of(&open.known.contribution));
    }

    fn takes(&mut self, next: &Open<Self>, taken: usize, boxes: u64) -> bool {
        if taken == 0 {
            // Enough cells for the goal if all of them became known; more where that takes no time,
            // which may give a sharper result than requested.
            self.missing = if boxes < FREE {
                f64::INFINITY
            } else {
                self.missing_of(self.sum())
            };
        } else if self.missing <= 0.0 {
            return false;
        }
        let contribution = &next.known.contribution;
        // Without an upper end, the missing amount is unbounded, too.
        if !contribution.sup().is_infinite() {
            self.missing -= estimate_dyadic(contribution.wid());
        }
        self.undecided = self.undecided.minus(Sum::of(contribution));
        true
    }

    fn stays(&mut self, open: &Open<Self>) {
        self.fathomed = self.fathomed.plus(Sum::of(&open.known.contribution));
    }

    fn rule(&self, round: &[Open<Self>], _: usize) -> (Rule, u64) {
        let last = round
            .last()
            .map_or(Dyadic::ZERO, |open| open.known.contribution.wid());
        let rule = Rule::Cell {
            density: self.density(self.sum()),
            least: estimate_dyadic(last),
        };
        // While few cells are open, a subtree would cut more than necessary.
        let budget = if round.len() < ROUND { 1 } else { SUBTREE };
        (rule, budget)
    }

    fn learn(&mut self, notes: Vec<Notes>) {
        for Notes(sum) in notes {
            self.fathomed = self.fathomed.plus(sum);
        }
    }

    fn exhausted(&self, _: bool) -> Option<StoppedBy> {
        Some(StoppedBy::Resolution)
    }
}

impl Resumable for Integral<'_> {
    type Network = OnCell;

    fn network_bytes(network: &OnCell) -> usize {
        network.bytes()
    }

    fn ancestor(
        &self,
        within: &Within<'_>,
        cell: &Cell,
        descend: impl FnOnce() -> Arc<OnCell>,
    ) -> Arc<OnCell> {
        within.ancestor(cell, descend)
    }

    fn descend(
        &self,
        leaves: &mut Self::Tools,
        _root: usize,
        parent: &Arc<OnCell>,
        cell: &Cell,
    ) -> Arc<OnCell> {
        let local = leaves.descend(parent, cell, self.reduction);
        local.map_or_else(|_| Arc::clone(parent), Arc::new)
    }

    fn again(
        &self,
        leaves: &mut Self::Tools,
        _root: usize,
        (method, cell): (Method, &Cell),
        local: Arc<OnCell>,
    ) -> Evaluated<Self> {
        let method = self.request.known(method);
        let contribution = match leaves.bound(method, cell, &local, self.reduction) {
            Ok(Bound::Integral(contribution)) => contribution,
            _ => leaves.anything(cell),
        };
        evaluated(local, (method, contribution), false, Duration::ZERO)
    }
}

/// Returns how much the constants may move the outputs: less than the wanted accuracy of the error,
/// which is guessed from points, or is about the tolerance.
fn constants_budget(
    request: &Request<'_>,
    root: &Reduced,
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
        let fraction = if is_large { 1e-4 } else { 1e-5 };
        return fraction * mean_error(integral / volume);
    }
    // At one point the constants move far less than the sum of all units' influences.
    let fraction = if is_large { 0.3 } else { 1e-3 };
    fraction * estimate_rational(request.gap).min(1.0) * mean_error(typical)
}

/// Guesses the mean of the error, or of its square (`l2`), from points that fill the domain evenly.
fn typical_error(
    request: &Request<'_>,
    network: &Reduced,
    whole: &Cell,
    norm: Norm,
    jobs: Jobs<'_>,
) -> f64 {
    const POINTS: u32 = 32;
    let points: Vec<Vec<f64>> = even_points(whole.intervals(), POINTS).collect();
    let error_at = |point: Vec<f64>| {
        let mut sampler = Sampler::new(&request.question.target, request.jumps());
        let error = sampler.error_at(network, &point).unwrap_or(0.0);
        if norm == Norm::L2 {
            error * error
        } else {
            error
        }
    };
    // Added up in order, so that the sum does not depend on the threads.
    let errors = jobs.each(points, &error_at);
    errors.iter().sum::<f64>() / f64::from(POINTS)
}

/// Linear forms decide more units where `ReLU`s are stacked on `ReLU`s.
fn ranges(root: &Reduced) -> Ranges {
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
