//! The search for a bound in `sup`.

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

use super::emit::{self, certificate, shorten_down, shorten_up};
use super::engine::{
    Cuts, Engine, Evaluated, Fate, Frontier, Host, Judgement, Open, Problem, Work,
};
use super::exact::{self, Pieces};
use super::resume::Resumable;
use super::sample::{Candidate, Sampler};
use super::split;
use super::tree::Tree;
use super::within::{self, CellBounds, Within};
use super::{Outcome, ProveError, Request, StoppedBy, Watch, constant, sizes};
use crate::bounds::Cell;
use crate::bounds::{Bound, ExactCells, Leaves, OnCell, Reduction, WitnessValues};
use crate::certificate::{Certificate, Method, Partition, Ranges, Semantics, Witness};
use crate::clock::Moment;
use crate::floats::admitted;
use crate::jobs::Jobs;
use crate::network::Reduced;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational, exact_dyadic};
use crate::numbers::{Direction, Dyadic, Function, Rational};

/// Cuts of a cell in one round, if all of it must be searched anyway. Many, so that a subtree is
/// finished and its memory free before the next one begins.
const SUBTREE: u64 = 1 << 12;
/// With fewer open cells than this, an enclosure is searched best-first, which finds the error.
/// With more of them, subtrees are finished one by one against the known error.
const WIDE: usize = 1 << 9;
/// With more units than this, a network is not evaluated for guesses, nor by the costlier bounds:
/// its cells are cut first.
const LARGE: usize = 256;
/// With more units than this, evaluating a network exactly at a point takes as long as bounding
/// thousands of cells. Evaluating the network reduced to a cell around the point takes almost no
/// time. Its value is used if it loses at most this fraction of the gap.
const COSTLY: usize = 1 << 14;
const LOST: f64 = 1e-3;

/// The results of a subtree.
pub struct Notes {
    best: Option<Candidate>,
    /// The first point that seems to refute the claim, of functions that jump.
    seeming: Option<Candidate>,
    pieces: Pieces,
    boxes: u64,
    /// The largest bound of a leaf.
    largest: Dyadic,
    /// The success of the methods, in the order in which they are tried.
    records: [Record; METHODS.len()],
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            best: None,
            seeming: None,
            pieces: Pieces::default(),
            boxes: 0,
            largest: Dyadic::ZERO,
            records: [Record::default(); METHODS.len()],
        }
    }
}

/// The methods for a leaf, cheapest first.
const METHODS: [Method; 5] = [
    Method::Natural,
    Method::Linear,
    Method::SecondOrder,
    Method::Monotone,
    Method::MeanValue,
];

/// How often a method was tried in a subtree, and how often its bound was good enough.
#[derive(Clone, Copy, Default)]
struct Record {
    tried: u32,
    won: u32,
}

impl Record {
    /// Has it hardly ever helped? Then it is tried only occasionally.
    fn is_in_vain(self, turn: u64) -> bool {
        self.tried >= 6 && self.won * 4 < self.tried && !turn.is_multiple_of(8)
    }
}

/// The order in which the methods are tried: second derivatives before linear forms if they
/// fathomed more cells.
fn order(records: &[Record; METHODS.len()]) -> [usize; METHODS.len()] {
    if records[2].won > records[1].won {
        [0, 2, 1, 3, 4]
    } else {
        [0, 1, 2, 3, 4]
    }
}

/// Does every unit have a bounded second derivative (elu and softsign, except for a jump at 0)?
fn is_smooth(network: &Reduced) -> bool {
    (0..network.units()).all(|k| {
        let function = network.unit(k).function;
        !matches!(function, Function::Heaviside | Function::Relu)
    })
}

/// The question, and what is known so far.
pub struct Sup<'a> {
    request: &'a Request<'a>,
    root: Arc<OnCell>,
    whole: Cell,
    host: Host<'a>,
    /// Cells on which the network is affine, where the error can be found exactly.
    exact: Option<&'a ExactCells<'a>>,
    pieces: Pieces,
    ranges: Ranges,
    constant_radius: Rational,
    kept_rounding: Rational,
    goal: Option<Dyadic>,
    /// The largest bound of a leaf.
    largest: Dyadic,
    lower: Rational,
    witness: Option<Witness>,
    /// The best point found, not yet evaluated exactly.
    candidate: Option<Candidate>,
    doubt: Doubt,
    floats: FloatsAtBest,
}

/// A claim that seems refuted, but whose points cannot be certified where the search is: where a function
/// jumps, or branches that cannot be told apart differ. So a share of the boxes goes to the cells that wait.
#[derive(Clone, Copy, Default)]
struct Doubt {
    /// Is there a point that could not be certified?
    is_there: bool,
    /// Is the next round about cells that wait?
    is_elsewhere: bool,
    /// The boxes of such rounds.
    boxes: u64,
}

/// One box in so many.
const ELSEWHERE: u64 = 4;
/// After so many of them a search may end at its finest cells.
const PATIENCE: u64 = 1 << 14;

/// What float arithmetic does at the best point found.
#[derive(Clone, Copy, Default)]
struct FloatsAtBest {
    /// The width of the enclosure of the outputs there: no bound can be sharper.
    width: f64,
    /// Does the enclosure itself exceed the tolerance?
    is_beyond: bool,
}

/// Searches for a bound; first for the exact error, if it can be found.
pub fn search(
    request: &Request<'_>,
    root: &Arc<OnCell>,
    host: Host<'_>,
    progress: &mut Watch<'_>,
) -> Result<Outcome, ProveError> {
    let prepared = Leaves::new(request.network, request.question);
    let may_be_exact = request.question.semantics == Semantics::Real && request.within.is_none();
    if let Some(exact) = exact::cells(request, &prepared).filter(|_| may_be_exact) {
        if let Some(outcome) = exact::on_line(request, root, exact, host.clock) {
            return Ok(outcome);
        }
        if exact::is_polynomial_somewhere(exact, request)
            && let Some(outcome) = Sup::new(request, root, host, Some(exact)).run(progress)
        {
            return Ok(outcome);
        }
    }
    sizes::check(request)?;
    let whole_search = |kept: Rational, progress: &mut Watch<'_>| {
        let mut search = Sup::new(request, root, host, None);
        search.kept_rounding = kept;
        let outcome = search.run(progress);
        outcome.expect("a search that is not given up")
    };
    if request.within.is_some() {
        return Ok(whole_search(Rational::ZERO, progress));
    }
    let kept = kept_rounding(request, root, host);
    let outcome = whole_search(kept.clone(), progress);
    // Rounding errors of larger cells may have been too much.
    let is_stuck = matches!(
        outcome.stopped_by,
        Some(StoppedBy::Resolution | StoppedBy::Abstraction)
    );
    if is_stuck && kept.is_positive() {
        return Ok(whole_search(Rational::ZERO, progress));
    }
    Ok(outcome)
}

/// Cuts the domain into parts. The lower bound of the certificate is what every part has to know of
/// the others: with it, a part with a small error stops early.
pub fn divide(
    request: &Request<'_>,
    root: &Arc<OnCell>,
    host: Host<'_>,
    parts: usize,
    progress: &mut Watch<'_>,
) -> Outcome {
    let mut search = Sup::new(request, root, host, None);
    search.kept_rounding = kept_rounding(request, root, host);
    if let Some(first) = request.resume {
        search.take_witness(first);
    }
    let mut engine = Engine::new(&search, host);
    let whole = Open::unevaluated(0, search.whole.clone(), Arc::clone(root), Dyadic::INFINITY);
    let rule = search.enough();
    let mut stopped_by = engine.begin(&mut search, vec![whole], &rule, progress);
    if stopped_by.is_none() {
        stopped_by = within::divide(&mut engine, &mut search, parts, progress);
    }
    search.certify();
    // Nothing is claimed about the parts.
    search.finish(Dyadic::INFINITY, &engine, stopped_by)
}

/// A search without hope goes on for so many boxes until it has a bound at all.
const BOUNDING: u64 = 1000;

/// Rounding errors up to this share of what an error may lose are not computed again.
const KEPT: f64 = 1.0 / 64.0;

/// Returns which rounding errors to take over from larger cells: those that hardly matter.
fn kept_rounding(request: &Request<'_>, root: &OnCell, host: Host<'_>) -> Rational {
    if request.question.semantics == Semantics::Real {
        return Rational::ZERO;
    }
    let whole = Cell::root(&request.question.domain);
    let scale = estimate_scale(request, &whole, root, host.jobs);
    let slack = match request.tolerance {
        Some(tolerance) => estimate_rational(tolerance) - scale,
        None => scale * estimate_rational(request.gap),
    };
    let kept = (slack * KEPT).max(0.0);
    let power = libm::exp2(libm::floor(libm::log2(kept)).max(-900.0));
    let kept = exact_dyadic(power).filter(|_| kept > 0.0);
    kept.and_then(Dyadic::to_rational).unwrap_or_default()
}

impl<'a> Sup<'a> {
    fn new(
        request: &'a Request<'a>,
        root: &Arc<OnCell>,
        host: Host<'a>,
        exact: Option<&'a ExactCells<'a>>,
    ) -> Self {
        let whole = Cell::root(&request.question.domain);
        // Linear forms decide more units where ReLUs and similar units are stacked.
        let is_deep = (0..root.units()).any(|k| {
            let unit = root.unit(k);
            let is_step = matches!(
                unit.function,
                Function::Heaviside | Function::Sigmoid | Function::Tanh
            );
            let mut terms = unit.sum.terms.iter();
            !is_step && terms.any(|(v, _)| *v as usize >= root.inputs())
        });
        let of_all_parts = request.within.as_ref().and(request.resume);
        let constant_radius = if exact.is_some() {
            Rational::ZERO
        } else if let Some(whole) = of_all_parts {
            whole.constant_radius.clone()
        } else {
            let budget = if let Some(tolerance) = request.tolerance {
                estimate_rational(tolerance) * 1e-4
            } else {
                let scale = estimate_scale(request, &whole, root, host.jobs);
                scale * estimate_rational(request.gap) * 1e-2
            };
            constant_radius_for(root, &whole, budget, host.jobs)
        };
        Self {
            constant_radius,
            kept_rounding: Rational::ZERO,
            ranges: if is_deep {
                Ranges::Linear
            } else {
                Ranges::Natural
            },
            request,
            root: Arc::clone(root),
            whole,
            host,
            exact,
            pieces: Pieces::default(),
            goal: request
                .tolerance
                .map(|tolerance| Dyadic::from_rational(tolerance, Direction::Down)),
            largest: Dyadic::ZERO,
            lower: Rational::ZERO,
            witness: None,
            candidate: None,
            doubt: Doubt::default(),
            floats: FloatsAtBest::default(),
        }
    }

    /// Returns `None` if the exact error was wanted and is not found soon.
    fn run(mut self, progress: &mut Watch<'_>) -> Option<Outcome> {
        let mut engine = Engine::new(&self, self.host);
        let mut stopped_by = None;
        let earlier = self.request.resume;
        let is_resumed = earlier.is_some_and(|earlier| self.resume(&mut engine, earlier));
        if !is_resumed {
            if let (Some(_), Some(earlier)) = (&self.request.within, earlier) {
                return Some(within::not_continued(earlier));
            }
            let (cell, local) = (self.whole.clone(), Arc::clone(&self.root));
            let whole = Open::unevaluated(0, cell, local, Dyadic::INFINITY);
            let rule = self.enough();
            stopped_by = engine.begin(&mut self, vec![whole], &rule, progress);
        }
        stopped_by = stopped_by.or_else(|| engine.run(&mut self, progress));
        self.certify();
        let mut upper = self.upper(&engine.frontier);
        if within::marks_open(self.request, stopped_by) && engine.frontier.len() > 0 {
            within::mark_open(&mut engine);
            upper = Dyadic::INFINITY;
        }
        if self.exact.is_some() {
            if self.pieces.are_too_many(engine.boxes) && !self.is_close(upper) {
                return None;
            }
            if *self.pieces.value() >= self.lower {
                self.witness = self.pieces.witness(self.request, &self.root);
            }
        }
        Some(self.finish(upper, &engine, stopped_by))
    }

    /// The largest bound.
    fn upper(&self, frontier: &Frontier<Self>) -> Dyadic {
        let open = frontier.worst().unwrap_or(Dyadic::ZERO);
        self.largest.max(open)
    }

    /// Takes over the witness of an earlier certificate, with the error that it shows by itself: the
    /// claim may rest on a leaf.
    fn take_witness(&mut self, earlier: &Certificate) {
        let (question, network) = (self.request.question, self.request.network);
        if let Some(witness) = &earlier.witness
            && let Ok(values) = self.root.evaluate_witness(question, network, witness)
        {
            self.lower = short_lower(&values);
            self.witness = Some(witness.clone());
        }
    }

    /// Continues with an earlier partition, if possible.
    fn resume(&mut self, engine: &mut Engine<'_, Self>, earlier: &Certificate) -> bool {
        if self.request.within.is_some() {
            // Found with the parts; whoever merges them has it checked.
            self.lower.clone_from(&earlier.claim.stated_lower);
            self.witness.clone_from(&earlier.witness);
        } else {
            self.take_witness(earlier);
        }
        let kept = (
            self.constant_radius.clone(),
            self.kept_rounding.clone(),
            self.ranges,
        );
        self.constant_radius.clone_from(&earlier.constant_radius);
        self.kept_rounding.clone_from(&earlier.kept_rounding);
        self.ranges = earlier.ranges;
        let root = (
            self.whole.clone(),
            Arc::clone(&self.root),
            &earlier.partition,
        );
        let within = self.request.within.as_ref();
        let is_resumed = engine.resume(self, vec![root], within).is_some();
        if !is_resumed {
            (self.constant_radius, self.kept_rounding, self.ranges) = kept;
        }
        is_resumed
    }

    /// Returns how networks are reduced to cells.
    fn reduction(&self) -> Reduction {
        Reduction {
            ranges: self.ranges,
            constant_radius: Dyadic::from_rational(&self.constant_radius, Direction::Down),
            kept_rounding: Dyadic::from_rational(&self.kept_rounding, Direction::Down),
        }
    }

    /// Bounds the error on a cell.
    fn evaluate_cell(
        &self,
        work: &mut Work<Self>,
        cell: &Cell,
        parent: &Arc<OnCell>,
    ) -> Evaluated<Self> {
        let Work { tools, rule, notes } = work;
        let enough = *rule;
        notes.boxes += 1;
        let reduction = self.reduction();
        let watch = self.host.clock.stopwatch();
        let local = self.descend(tools, 0, parent, cell);
        let (leaves, sampler) = tools;
        // What a check will repeat: this, and the chosen method.
        let descended = watch.map(Moment::elapsed);
        let mut bounded = Duration::ZERO;
        let is_large = local.units() > LARGE;
        let mut bound = Dyadic::INFINITY;
        let mut chosen = Method::Open;
        // The costlier methods only where they have a chance.
        let mut chances = [f64::INFINITY, 8.0, 1.6, 1.3];
        let mut is_rough = false;
        // Cells come in pairs: with an odd count it would always be the turn of the same half.
        let is_real = self.request.question.semantics == Semantics::Real;
        let turn = if is_real {
            notes.boxes
        } else {
            notes.boxes / 2
        };
        for (place, record) in order(&notes.records).into_iter().enumerate() {
            let method = METHODS[record];
            if place == 1 && (is_large || split::is_steep(cell, &local)) {
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
            if method == Method::SecondOrder && (is_rough || !is_smooth(&local)) {
                continue;
            }
            let record = &mut notes.records[record];
            if method != Method::Natural && record.is_in_vain(turn) {
                continue;
            }
            record.tried += 1;
            let watch = self.host.clock.stopwatch();
            if let Ok(Bound::Sup(found)) = leaves.bound(method, cell, &local, reduction)
                && found < bound
            {
                bound = found;
                chosen = method;
                bounded = watch.map_or(bounded, Moment::elapsed);
            }
            if bound <= enough {
                record.won += 1;
                break;
            }
        }
        let is_done = bound <= enough;
        // A fathomed cell rarely contains a larger error than an open one. Some are tried anyway,
        // for the lower bound of the claim.
        let is_near = estimate_dyadic(bound) <= 1.5 * estimate_dyadic(enough);
        let pace = match (is_done || is_large, is_near) {
            (true, _) => 32,
            (false, false) => 8,
            (false, true) => 2,
        };
        if self.exact.is_none() && notes.boxes % pace == 1 {
            let tried = sampler.try_cell(cell, &local);
            if notes.seeming.is_none() {
                let refutes = |tried: &&Candidate| self.seems_to_refute(tried);
                notes.seeming = tried.as_ref().filter(refutes).cloned();
            }
            notes.best = larger(notes.best.take(), tried);
        }
        if is_done {
            notes.largest = notes.largest.max(bound);
        }
        Evaluated {
            local,
            known: bound,
            method: chosen,
            fate: if is_done { Fate::Leaf } else { Fate::Cut },
            effort: descended.map_or(Duration::ZERO, |descended| descended + bounded),
        }
    }

    /// Does the error seem to exceed the tolerance in a box around the point?
    fn seems_to_refute(&self, candidate: &Candidate) -> bool {
        let tolerance = self.request.tolerance.map(estimate_rational);
        !candidate.witness.radius.is_zero()
            && tolerance.is_some_and(|tolerance| candidate.estimate > tolerance)
    }

    /// Tries to certify points that seem to refute the claim.
    fn try_each(&mut self, seeming: Vec<Candidate>) {
        let most = if self.root.units() > COSTLY {
            1
        } else {
            usize::MAX
        };
        for candidate in seeming.into_iter().take(most) {
            if self.is_refuted() {
                return;
            }
            let best = self.candidate.replace(candidate);
            self.certify();
            self.candidate = best;
            self.doubt.is_there = true;
        }
    }

    /// Records the best point of a round, and evaluates it exactly if that matters now.
    fn consider(&mut self, candidate: Option<Candidate>) {
        self.candidate = larger(self.candidate.take(), candidate);
        let Some(candidate) = &self.candidate else {
            return;
        };
        let known = estimate_rational(&self.lower);
        let is_of_interest = if let Some(tolerance) = self.request.tolerance {
            // A refutation, or a first lower bound.
            let tolerance = estimate_rational(tolerance) - 0.5 * self.floats.width;
            candidate.estimate > (known * 1.05).min(tolerance)
        } else {
            // Evaluating a large network takes time: only if it may be the last step.
            let gap = estimate_rational(self.request.gap);
            self.root.units() <= COSTLY && candidate.estimate > known * (1.0 + gap)
        };
        if is_of_interest {
            self.certify();
        }
    }

    /// Evaluates the best point exactly, if it seems better than the known lower bound.
    fn certify(&mut self) {
        let Some(mut candidate) = self.candidate.take() else {
            return;
        };
        if candidate.estimate <= estimate_rational(&self.lower) * (1.0 + 1e-9) {
            return;
        }
        let question = self.request.question;
        let network = self.request.network;
        if let Some(floats) = question.semantics.floats() {
            let point = std::mem::take(&mut candidate.witness.point);
            let sides = question.domain.sides();
            let Some(point) = admitted(Some(floats), point, sides) else {
                return;
            };
            let radius = Rational::ZERO;
            candidate.witness = Witness { point, radius };
        }
        let evaluate = |local: &OnCell| {
            local
                .evaluate_witness(question, network, &candidate.witness)
                .ok()
        };
        let nearly = if self.root.units() > COSTLY && !self.request.portable {
            evaluate(&candidate.network)
                .filter(|values| self.is_enough_of(&candidate, &values.lower))
        } else {
            None
        };
        let found = match nearly {
            // The checker reduces the whole network, which rounds in other places.
            Some(values) => Some(shorten_down(&with_room(&values, self.root.units()))),
            None => evaluate(&self.root).map(|values| {
                self.floats = self.floats_at(&values);
                short_lower(&values)
            }),
        };
        if let Some(lower) = found
            && lower > self.lower
        {
            self.lower = lower;
            self.witness = Some(candidate.witness);
        }
    }

    /// Learns what float arithmetic does in the cell to be cut next. Where network and target are equal, no
    /// sample is a candidate, and cuts would not end.
    fn look_at_floats(&mut self, frontier: &Frontier<Self>) {
        let question = self.request.question;
        let (Some(floats), Some(open)) = (question.semantics.floats(), frontier.peek()) else {
            return;
        };
        let middle = (0..open.cell.sides().len()).map(|axis| open.cell.middle(axis));
        let sides = question.domain.sides();
        let Some(point) = admitted(Some(floats), middle.collect(), sides) else {
            return;
        };
        let radius = Rational::ZERO;
        let witness = Witness { point, radius };
        let network = self.request.network;
        if let Ok(values) = self.root.evaluate_witness(question, network, &witness) {
            self.floats = self.floats_at(&values);
        }
    }

    /// Returns what float arithmetic does at a point with these values.
    fn floats_at(&self, values: &WitnessValues) -> FloatsAtBest {
        if self.request.question.semantics == Semantics::Real {
            return FloatsAtBest::default();
        }
        let mut found = self.floats;
        for ((low, high), (least, most)) in values.network.iter().zip(&values.target) {
            let width = estimate_rational(&(high - low));
            found.width = found.width.max(width);
            let error = (high - least).max(most - low);
            let tolerance = self.request.tolerance;
            found.is_beyond |= tolerance.is_some_and(|tolerance| error > *tolerance);
        }
        found
    }

    /// Is only little of the error lost at a point, and is it not a refutation?
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

    /// Returns the bound that is good enough, given a point found in the same subtree. Its error is
    /// not known exactly yet, but will be before it counts.
    fn raised(&self, enough: Dyadic, best: Option<&Candidate>) -> Dyadic {
        let (None, Some(best)) = (self.goal, best) else {
            return enough;
        };
        let gap = estimate_rational(self.request.gap);
        let raised = best.estimate * (1.0 + gap * 0.9) + self.floats.width;
        exact_dyadic(raised).map_or(enough, |raised| enough.max(raised))
    }

    /// Returns a bound that need not be improved: the tolerance, or for an enclosure slightly more
    /// than the known error.
    fn enough(&self) -> Dyadic {
        if self.exact.is_some() {
            let found = Dyadic::from_rational(&self.lower, Direction::Down);
            return self.goal.unwrap_or(Dyadic::ZERO).max(found);
        }
        self.goal.unwrap_or_else(|| {
            let gap = self.request.gap * &Rational::ratio(63, 64);
            let bound = &self.lower * &(&Rational::ONE + &gap);
            let bound = Dyadic::from_rational(&bound, Direction::Down);
            let width = exact_dyadic(1.5 * self.floats.width).unwrap_or(Dyadic::ZERO);
            let bound = bound.add(width, Direction::Down);
            self.raised(bound, self.candidate.as_ref())
        })
    }

    fn is_refuted(&self) -> bool {
        self.request
            .tolerance
            .is_some_and(|tolerance| self.lower > *tolerance)
    }

    /// Does every bound carry an abstraction error of the network on the domain that is larger than
    /// what is missing?
    fn is_hopeless(&self, upper: Dyadic) -> bool {
        if self.floats.is_beyond {
            return true;
        }
        let radius = estimate_dyadic(self.root.real_radius());
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
        let width = exact_dyadic(2.0 * self.floats.width).and_then(Dyadic::to_rational);
        let least = &upper * self.request.gap + width.unwrap_or_default();
        &upper - &self.lower <= least
    }

    /// Would it be, with the point that is not evaluated exactly yet?
    fn may_be_close(&self, upper: Dyadic) -> bool {
        let upper = estimate_dyadic(upper);
        let gap = estimate_rational(self.request.gap);
        self.goal.is_none()
            && self
                .candidate
                .as_ref()
                .is_some_and(|best| upper - best.estimate <= upper * gap + self.floats.width)
    }

    fn finish(
        self,
        upper: Dyadic,
        engine: &Engine<'_, Self>,
        stopped_by: Option<StoppedBy>,
    ) -> Outcome {
        let is_refuted = self.is_refuted();
        let exact = upper.rational_bound(Direction::Up);
        let on_part = CellBounds {
            lower: Rational::ZERO,
            upper: exact.clone(),
        };
        let cells = self
            .request
            .within
            .as_ref()
            .map_or(0, |within| within.cells.len());
        let exact = exact.filter(|_| cells == 0);
        let upper = exact.map(|exact| {
            if self.exact.is_some() && exact <= self.lower {
                return self.lower.clone();
            }
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
                    kept_rounding: self.kept_rounding,
                    ranges: self.ranges,
                    partition: engine
                        .trees
                        .first()
                        .map_or_else(Partition::default, Tree::partition),
                },
            ),
            boxes: engine.boxes + self.pieces.count as u64,
            stopped_by: stopped_by.filter(|_| !is_refuted),
            within: vec![on_part; cells],
        }
    }
}

impl<'a> Problem for Sup<'a> {
    type Local = Arc<OnCell>;
    /// A bound of the error.
    type Known = Dyadic;
    type Value = ();
    type Tools = (Leaves<'a>, Sampler);
    /// A bound that is good enough.
    type Rule = Dyadic;
    type Notes = Notes;

    fn round(&self) -> (usize, bool) {
        match self.exact {
            // An exact error in one box fathoms many others.
            Some(_) => (1, true),
            None => (64, self.goal.is_none()),
        }
    }

    fn rank(known: &Dyadic) -> Dyadic {
        *known
    }

    fn value(_: &Dyadic) {}

    fn bytes(local: &Arc<OnCell>) -> usize {
        local.bytes()
    }

    fn tools(&self) -> Self::Tools {
        let question = self.request.question;
        (
            Leaves::new(self.request.network, question),
            Sampler::new(&question.target, self.request.jumps()),
        )
    }

    fn evaluate(
        &self,
        work: &mut Work<Self>,
        parent: &Open<Self>,
        cells: &[Cell],
    ) -> Vec<Evaluated<Self>> {
        let each = cells.iter().rev().map(|cell| {
            let evaluated = self.evaluate_cell(work, cell, &parent.local);
            work.rule = self.raised(work.rule, work.notes.best.as_ref());
            evaluated
        });
        let mut evaluated: Vec<_> = each.collect();
        evaluated.reverse();
        evaluated
    }

    fn cuts(&self, work: &mut Work<Self>, open: &Open<Self>) -> Cuts {
        let (leaves, _) = &work.tools;
        let split = split::at_jump(&open.cell, leaves.places())
            .unwrap_or_else(|| split::choose(&open.cell, &self.whole, &open.local));
        Cuts::or_middle(split)
    }

    fn at_once(&self, work: &mut Work<Self>, open: &Open<Self>) -> Option<Tree> {
        let goes_on = self.host.clock.repeated();
        let pieces = &mut work.notes.pieces;
        let tree = pieces.resolve(self.exact?, &open.cell, open.depth, &open.local, &goes_on)?;
        let found = Dyadic::from_rational(pieces.value(), Direction::Down);
        work.rule = work.rule.max(found);
        Some(tree)
    }

    fn is_leaf(&self, work: &mut Work<Self>, open: &Open<Self>) -> bool {
        // Fathomed by now, because of the results in nearby cells.
        let is_leaf = open.known <= work.rule;
        if is_leaf {
            work.notes.largest = work.notes.largest.max(open.known);
        }
        is_leaf
    }

    fn uncut(&self, work: &mut Work<Self>, open: &Open<Self>) -> Method {
        work.notes.largest = work.notes.largest.max(open.known);
        open.method
    }

    fn judge(&mut self, frontier: &Frontier<Self>, boxes: u64) -> Judgement {
        if self.exact.is_some() {
            let is_over = self.is_refuted() || self.pieces.are_too_many(boxes);
            return if is_over {
                Judgement::Done
            } else {
                Judgement::GoOn
            };
        }
        self.doubt.is_elsewhere = self.doubt.is_there && self.doubt.boxes * ELSEWHERE <= boxes;
        let upper = self.upper(frontier);
        if boxes > 0 {
            self.look_at_floats(frontier);
        }
        if self.is_refuted() || self.is_close(upper) {
            return Judgement::Done;
        }
        let is_bounded = upper != Dyadic::INFINITY || boxes >= BOUNDING;
        if boxes > 0 && is_bounded && self.is_hopeless(upper) {
            return Judgement::Stopped(StoppedBy::Abstraction);
        }
        if self.may_be_close(upper) {
            self.certify();
            return Judgement::Again;
        }
        if frontier.has_deepest && self.goal.is_some() {
            if !self.doubt.is_there || self.doubt.boxes >= PATIENCE {
                return Judgement::Stopped(StoppedBy::Resolution);
            }
            self.doubt.is_elsewhere = true;
        }
        Judgement::GoOn
    }

    fn enclosure(&self, frontier: &Frontier<Self>) -> Option<(f64, f64)> {
        let upper = estimate_dyadic(self.upper(frontier));
        Some((estimate_rational(&self.lower), upper))
    }

    fn stays(&mut self, open: &Open<Self>) {
        self.largest = self.largest.max(open.known);
    }

    fn rule(&self, round: &[Open<Self>], waiting: usize) -> (Dyadic, u64) {
        let is_wide = round.len() + waiting >= WIDE;
        let is_single =
            self.exact.is_some() || self.doubt.is_elsewhere || (self.goal.is_none() && !is_wide);
        (self.enough(), if is_single { 1 } else { SUBTREE })
    }

    fn learn(&mut self, notes: Vec<Notes>) {
        let mut best = None;
        let mut seeming = Vec::new();
        for notes in notes {
            self.largest = self.largest.max(notes.largest);
            best = larger(best, notes.best);
            seeming.extend(notes.seeming);
            if self.doubt.is_elsewhere {
                self.doubt.boxes += notes.boxes;
            }
            self.pieces.take(notes.pieces);
        }
        if self.exact.is_some() {
            self.lower = self.pieces.value().max(&self.lower).clone();
        }
        self.consider(best);
        self.try_each(seeming);
    }

    fn looks_elsewhere(&self) -> bool {
        self.doubt.is_elsewhere
    }

    fn exhausted(&self, has_deepest: bool) -> Option<StoppedBy> {
        has_deepest.then_some(StoppedBy::Resolution)
    }
}

impl Resumable for Sup<'_> {
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
        (leaves, _): &mut Self::Tools,
        _root: usize,
        parent: &Arc<OnCell>,
        cell: &Cell,
    ) -> Arc<OnCell> {
        let local = leaves.descend(parent, cell, self.reduction());
        local.map_or_else(|_| Arc::clone(parent), Arc::new)
    }

    fn again(
        &self,
        (leaves, _): &mut Self::Tools,
        _root: usize,
        (method, cell): (Method, &Cell),
        local: Arc<OnCell>,
    ) -> Evaluated<Self> {
        let method = self.request.known(method);
        let known = match leaves.bound(method, cell, &local, self.reduction()) {
            Ok(Bound::Sup(bound)) => bound,
            _ => Dyadic::INFINITY,
        };
        let is_leaf = known <= self.enough();
        Evaluated {
            local,
            known,
            method,
            fate: if is_leaf { Fate::Leaf } else { Fate::Later },
            effort: Duration::ZERO,
        }
    }
}

impl Request<'_> {
    /// Can the error jump?
    pub(super) fn jumps(&self) -> bool {
        let jumps = self.network.has_jumps() || self.question.target.has_jumps();
        jumps && self.question.semantics == Semantics::Real
    }

    /// Returns the method of an earlier leaf; open if the leaf must be bounded again. A portable
    /// certificate has only leaves of core methods.
    pub(super) fn known(&self, method: Method) -> Method {
        let is_known = method.is_core() || !self.portable;
        if is_known { method } else { Method::Open }
    }
}

/// The greatest length of an exact error that is kept, in bits.
const LONGEST_EXACT: usize = 4096;

/// Returns a lower bound from the values at a witness: the error itself if it is rational there and
/// not too long, else a short number below it.
fn short_lower(values: &WitnessValues) -> Rational {
    let is_exact = |ends: &[(Rational, Rational)]| ends.iter().all(|(low, high)| low == high);
    let is_exact = is_exact(&values.network) && is_exact(&values.target);
    if is_exact && values.lower.bits() <= LONGEST_EXACT {
        return values.lower.clone();
    }
    shorten_down(&values.lower)
}

/// Returns a lower bound slightly below the error at a witness. The difference covers the roundings
/// of this many units, each added to a sum of about the size of the outputs.
fn with_room(values: &WitnessValues, units: usize) -> Rational {
    let ends = values.network.iter();
    let sizes = ends.map(|(low, high)| low.abs().max(high.abs()));
    let largest = sizes.max().unwrap_or_default();
    let units = Rational::new(units, 1).unwrap_or_default();
    let each = (largest + Rational::ONE) * Rational::power_of_two(-60);
    let lower = &values.lower * &(Rational::ONE - Rational::power_of_two(-36));
    (lower - units * each).max(Rational::ZERO)
}

/// How much of an error a witness with a wider box may lose and still be preferred, as a share.
///
/// The error is often largest right at a jump, where no box is narrow enough to stand on one side of it.
const LOST_TO_JUMPS: f64 = 1.0 / 4096.0;

/// Returns the candidate with the larger error; of errors that are nearly equal, the one with the wider box
/// around its point, which is easier to certify.
fn larger(a: Option<Candidate>, b: Option<Candidate>) -> Option<Candidate> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let is_larger = match b.witness.radius.cmp(&a.witness.radius) {
                Ordering::Less => b.estimate > a.estimate * (1.0 + LOST_TO_JUMPS),
                Ordering::Equal => b.estimate > a.estimate,
                Ordering::Greater => b.estimate > a.estimate * (1.0 - LOST_TO_JUMPS),
            };
            Some(if is_larger { b } else { a })
        }
        (a, b) => a.or(b),
    }
}

/// From this many units on, the undecided units near a point determine the constant radius.
const MANY_UNITS: usize = 10_000;

fn constant_radius_for(root: &Reduced, whole: &Cell, budget: f64, jobs: Jobs<'_>) -> Rational {
    if root.units() < MANY_UNITS {
        constant::radius(root, budget)
    } else {
        constant::local_radius(root, whole.intervals(), budget, jobs)
    }
}

/// Guesses the size of the error from points along the diagonal.
fn estimate_scale(request: &Request<'_>, whole: &Cell, root: &Reduced, jobs: Jobs<'_>) -> f64 {
    // Fewer points for a large network, which has many errors of about the same size.
    let points: u32 = if root.units() > 1 << 16 { 5 } else { 33 };
    let error_at = |step: u32| {
        // Each input moves along its side at its own pace.
        let mut stride = 1_u32;
        let point: Vec<f64> = whole
            .intervals()
            .iter()
            .map(|side| {
                let fraction = f64::from((step * stride) % points) / f64::from(points - 1);
                stride = (stride * 5 + 2) % points;
                let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
                low + (high - low) * fraction
            })
            .collect();
        let mut sampler = Sampler::new(&request.question.target, request.jumps());
        sampler.error_at(root, &point).unwrap_or(0.0)
    };
    let errors = jobs.each((0..points).collect(), &error_at);
    errors.into_iter().fold(0.0, f64::max)
}
