//! The search for a certificate that a network has a property, or for a point where it fails.
//!
//! Points come first: corners, points all over each box, and a descent from the best of them. Then
//! each box is cut until the checker's own methods exclude the condition on every cell; two more
//! points are tried on each cell. Rounds have a fixed size, so the certificate does not depend on
//! the threads.

mod forms;
mod guess;

use std::sync::Arc;
use std::time::Duration;

use super::engine::{
    Cuts, Engine, Evaluated, Fate, Frontier, Host, Judgement, Open, Problem, Work,
};
use super::limits::{Clock, Limits, StoppedBy};
use super::resume::Resumable;
use super::split::Split;
use super::tree::Tree;
use super::{ProveError, Watch, constant, split};
use crate::bounds::Cell;
use crate::bounds::{OnCell, PropertyLeaves, PropertyWitness, ViolationFailure, violation};
use crate::certificate::{Evidence, MAX_INPUTS, Method, Ranges, Semantics};
use crate::clock::Moment;
use crate::expr::Property;
use crate::floats::admitted;
use crate::jobs::{Jobs, on_threads};
use crate::network::{FloatsError, Network, Reduced};
use crate::numbers::estimate::estimate_dyadic;
use crate::numbers::{Direction, Dyadic, Failure, Rational, Truth};
use forms::{Advice, Forms};
use guess::{Guess, Guesser, Margin, exact_points};

/// Cells of one round.
const ROUND: usize = 64;
/// Cuts below each cell of a round; more if all threads have enough to do, so that they do not wait
/// for each other.
const SUBTREE: [u64; 2] = [32, 1024];
/// A cell is not cut once all of its sides are below this fraction of the box, in bits.
const FINEST: i64 = 40;
/// This many cells that cannot be cut any more end the search.
const MAX_STUCK: usize = 64;

/// What to decide.
#[derive(Clone, Debug)]
pub struct PropertyRequest<'a> {
    /// The network.
    pub network: &'a Network,
    /// The arithmetic that evaluates it.
    pub semantics: &'a Semantics,
    /// The property: what it must not do.
    pub property: &'a Property,
    /// When to stop.
    pub limits: Limits,
    /// The number of threads; all of the machine's by default. The result does not depend on it.
    pub threads: crate::jobs::Threads<'a>,
    /// Trees of an earlier search for the same property, to continue from.
    pub resume: Option<&'a Evidence>,
}

/// The result of a search: a proposal for the checker.
#[derive(Clone, Debug)]
pub struct PropertyOutcome {
    /// Why the property holds or fails. If that is unknown: the trees so far, with open leaves,
    /// which no checker accepts.
    pub evidence: Evidence,
    /// Was the property decided?
    pub is_decided: bool,
    /// The number of boxes.
    pub boxes: u64,
    /// The cells that were open at the end.
    pub open: usize,
    /// Why the search stopped before it was done, if it did.
    pub stopped_by: Option<StoppedBy>,
    /// A point of a cell that could not be cut any more, if there was one.
    pub stuck: Option<Stuck>,
}

/// The middle of a cell that is undecided and cannot be cut any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Stuck {
    /// The approximate point.
    pub point: Vec<f64>,
    /// The approximate distance from satisfying the condition there (negative if it is satisfied),
    /// if floats can tell.
    pub margin: Option<f64>,
}

/// Searches for evidence.
///
/// - Errors: [`ProveError`] when the search cannot begin.
pub fn prove_property(
    request: &PropertyRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<PropertyOutcome, ProveError> {
    on_threads(request.threads, |jobs| {
        prove_property_by(request, jobs, progress)
    })
}

/// Searches for evidence like [`prove_property()`]; the caller runs the jobs.
///
/// - Errors: [`ProveError`] when the search cannot begin.
pub fn prove_property_by(
    request: &PropertyRequest<'_>,
    jobs: Jobs<'_>,
    progress: &mut Watch<'_>,
) -> Result<PropertyOutcome, ProveError> {
    let inputs = request.property.inputs();
    if inputs > MAX_INPUTS {
        return Err(ProveError::TooManyInputs(inputs));
    }
    let clock = &Clock::start(&request.limits, jobs.threads);
    let mut problem = Exclusion::new(request, clock)?;
    let mut engine = Engine::new(&problem, Host { clock, jobs });
    let mut stopped_by = None;
    if !problem.resume(&mut engine)? {
        let wholes = problem.wholes.iter().cloned().enumerate();
        let roots = wholes.map(|(case, whole)| Open::unevaluated(case, whole, None, Vec::new()));
        let roots = roots.collect();
        stopped_by = engine.begin(&mut problem, roots, &(), progress);
    }
    stopped_by = stopped_by.or_else(|| engine.run(&mut problem, progress));
    Ok(problem.finish(&engine, stopped_by))
}

/// The results of a subtree.
#[derive(Default)]
struct Notes {
    /// A point at which the condition holds.
    point: Option<Evidence>,
    /// Cells that cannot be cut any more.
    stuck: usize,
    stuck_at: Option<Stuck>,
}

/// A condition to be excluded on every box, or a point at which it holds.
struct Exclusion<'a> {
    request: &'a PropertyRequest<'a>,
    clock: &'a Clock,
    wholes: Vec<Cell>,
    margins: Vec<Margin>,
    constant_radius: Rational,
    ranges: Ranges,
    found: Notes,
}

impl<'a> Exclusion<'a> {
    fn new(request: &'a PropertyRequest<'a>, clock: &'a Clock) -> Result<Self, ProveError> {
        let cases = request.property.cases();
        let wholes: Vec<Cell> = cases
            .iter()
            .map(|case| Cell::from_sides(case.sides().to_vec()))
            .collect();
        let mut problem = Self {
            request,
            clock,
            margins: cases.iter().map(Margin::new).collect(),
            wholes,
            constant_radius: Rational::ZERO,
            ranges: Ranges::Natural,
            found: Notes::default(),
        };
        if let (Some(whole), Some(margin)) = (problem.wholes.first(), problem.margins.first()) {
            let root = problem.root(0).map_err(ProveError::NoValue)?;
            let inputs = root.inputs();
            let is_deep = (0..root.units()).any(|k| {
                let terms = root.unit(k).sum.terms;
                terms.iter().any(|(v, _)| *v as usize >= inputs)
            });
            let middle = Guesser::new(whole, request.network)
                .middle(margin, &root)
                .margin
                .abs();
            problem.constant_radius = constant::radius(&root, middle.clamp(1e-12, 1e12) * 1e-4);
            if is_deep {
                problem.ranges = Ranges::Linear;
            }
        }
        Ok(problem)
    }

    /// Returns the network on the whole box of a case.
    fn root(&self, case: usize) -> Result<Arc<OnCell>, Failure> {
        let sides = self.wholes[case].intervals();
        let network = self.request.network;
        let root = match self.request.semantics {
            Semantics::Real => Reduced::from_network(network, sides)?.into(),
            Semantics::Float(floats) => {
                let root = OnCell::of_floats(network, sides, floats);
                root.map_err(|error| match error {
                    FloatsError::NoValue(failure) => failure,
                    _ => Failure::Inexact,
                })?
            }
        };
        Ok(Arc::new(root))
    }

    /// Evaluates a point exactly, in the arithmetic of the claim.
    fn violation(
        &self,
        case: usize,
        point: &[Rational],
    ) -> Result<PropertyWitness, ViolationFailure> {
        let request = self.request;
        violation(
            request.property,
            case,
            request.network,
            request.semantics,
            point,
        )
    }

    /// Continues with earlier trees, or takes an earlier point, if there are any.
    fn resume(&mut self, engine: &mut Engine<'_, Self>) -> Result<bool, ProveError> {
        if let Some(Evidence::Point { case, point }) = self.request.resume {
            let found = self.violation(*case, point);
            self.found.point = found.is_ok().then(|| Evidence::Point {
                case: *case,
                point: point.clone(),
            });
            return Ok(found.is_ok());
        }
        let Some(Evidence::Trees {
            constant_radius,
            ranges,
            trees,
        }) = self.request.resume
        else {
            return Ok(false);
        };
        let kept = (self.constant_radius.clone(), self.ranges);
        (self.constant_radius, self.ranges) = (constant_radius.clone(), *ranges);
        let mut earlier = Vec::new();
        for (case, tree) in trees.iter().enumerate().take(self.wholes.len()) {
            let root = self.root(case).map_err(ProveError::NoValue)?;
            earlier.push((self.wholes[case].clone(), root, tree));
        }
        let is_resumed =
            earlier.len() == self.wholes.len() && engine.resume(self, earlier, None).is_some();
        if !is_resumed {
            (self.constant_radius, self.ranges) = kept;
        }
        Ok(is_resumed)
    }

    fn constant_radius(&self) -> Dyadic {
        Dyadic::from_rational(&self.constant_radius, Direction::Down)
    }

    fn finish(self, engine: &Engine<'_, Self>, stopped_by: Option<StoppedBy>) -> PropertyOutcome {
        let open = engine.frontier.len() + self.found.stuck;
        let is_stuck = self.found.stuck > 0;
        let is_found = self.found.point.is_some();
        let trees = || Evidence::Trees {
            constant_radius: self.constant_radius,
            ranges: self.ranges,
            trees: engine.trees.iter().map(Tree::partition).collect(),
        };
        let evidence = self.found.point.unwrap_or_else(trees);
        let stuck = is_stuck.then_some(StoppedBy::Resolution);
        let stopped_by = stopped_by.or(stuck).filter(|_| open > 0 && !is_found);
        PropertyOutcome {
            evidence,
            is_decided: is_found || open == 0,
            boxes: engine.boxes,
            open,
            stopped_by,
            stuck: self.found.stuck_at,
        }
    }

    /// Returns the network on an open cell, as the checker reduces it.
    fn network(&self, work: &mut Work<Self>, open: &Open<Self>) -> Result<Arc<OnCell>, Failure> {
        if let Some(local) = &open.local {
            return Ok(Arc::clone(local));
        }
        let root = self.root(open.root)?;
        let leaves = self.leaves(work.tools, open.root);
        leaves.descend(&root, &open.cell, self.ranges, self.constant_radius())
    }

    /// Returns the prepared case.
    fn leaves<'t>(
        &self,
        tools: &'t mut Option<(usize, PropertyLeaves<'a>)>,
        case: usize,
    ) -> &'t mut PropertyLeaves<'a> {
        if tools.as_ref().is_none_or(|(ready, _)| *ready != case) {
            *tools = None;
        }
        let made = || {
            let case_of = &self.request.property.cases()[case];
            (
                case,
                PropertyLeaves::new(self.request.network, case_of, self.request.semantics),
            )
        };
        &mut tools.get_or_insert_with(made).1
    }

    /// Excludes the condition on a cell, or searches for a point where it holds. On the whole box
    /// of a case more points are tried.
    fn evaluate_cell(
        &self,
        work: &mut Work<Self>,
        (case, cell): (usize, &Cell),
        network: &Arc<OnCell>,
        is_whole: bool,
    ) -> Evaluated<Self> {
        let notes = &mut work.notes;
        let leaves = self.leaves(work.tools, case);
        let margin = &self.margins[case];
        // What a check will repeat: this, and the method that excludes the condition.
        let watch = self.clock.stopwatch();
        let Ok(local) = leaves.descend(network, cell, self.ranges, self.constant_radius()) else {
            return stuck(notes);
        };
        let advice = match excluded(leaves, cell, &local, margin) {
            Ok(method) => {
                let effort = watch.map_or(Duration::ZERO, Moment::elapsed);
                return excluded_by(method, effort);
            }
            Err(advice) => advice,
        };
        let effort = watch.map_or(Duration::ZERO, Moment::elapsed);
        let mut guesser = Guesser::new(cell, self.request.network);
        let guesses = if is_whole {
            guesser.search(margin, network)
        } else {
            vec![
                guesser.middle(margin, &local),
                guesser.corner(margin, &local, &advice.downhill),
            ]
        };
        if notes.point.is_none() {
            let mut guesses = guesses.iter();
            notes.point = guesses.find_map(|guess| self.confirm(case, cell, guess));
        }
        Evaluated {
            local: (!is_whole).then_some(local),
            known: advice.scores,
            method: Method::Open,
            fate: Fate::Cut,
            effort,
        }
    }

    /// Evaluates points near a guess exactly, if it seems promising.
    fn confirm(&self, case: usize, cell: &Cell, guess: &Guess) -> Option<Evidence> {
        if guess.margin > 1e-9 {
            return None;
        }
        let floats = self.request.semantics.floats();
        exact_points(cell, guess)
            .into_iter()
            .filter_map(|point| admitted(floats, point, cell.sides()))
            .find(|point| self.violation(case, point).is_ok())
            .map(|point| Evidence::Point { case, point })
    }

    /// Cuts across the side with the highest score (the longest of equal ones), and then the
    /// others: at a kink, or in the middle.
    fn splits(&self, open: &Open<Self>, local: &Reduced) -> Vec<Split> {
        let scores = &open.known;
        let sides = open.cell.intervals().iter();
        let wholes = self.wholes[open.root].intervals().iter();
        let fractions: Vec<f64> = sides
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
        let mut order: Vec<(f64, usize)> = (fractions.iter().zip(scores).enumerate())
            .filter(|(_, (fraction, _))| **fraction > finest)
            .map(|(i, (fraction, score))| (score / total + 1e-2 * fraction, i))
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let splits = order.into_iter().map(|(_, axis)| Split {
            axis,
            place: split::kink(&open.cell, local, axis),
        });
        splits.collect()
    }
}

/// A cell on which the condition is excluded.
fn excluded_by<'a>(method: Method, effort: Duration) -> Evaluated<Exclusion<'a>> {
    Evaluated {
        local: None,
        known: Vec::new(),
        method,
        fate: Fate::Leaf,
        effort,
    }
}

/// A cell about which nothing more is known.
fn stuck<'a>(notes: &mut Notes) -> Evaluated<Exclusion<'a>> {
    notes.stuck += 1;
    excluded_by(Method::Open, Duration::ZERO)
}

/// Does a method exclude the condition of a case on a cell?
fn is_excluded(
    leaves: &mut PropertyLeaves<'_>,
    method: Method,
    cell: &Cell,
    local: &OnCell,
) -> bool {
    leaves.truth(method, cell, local) == Ok(Truth::False)
}

/// Returns the method that excludes the condition of a case on a cell, or advice what to do with
/// it.
fn excluded(
    leaves: &mut PropertyLeaves<'_>,
    cell: &Cell,
    local: &OnCell,
    margin: &Margin,
) -> Result<Method, Advice> {
    if is_excluded(leaves, Method::Natural, cell, local) {
        return Ok(Method::Natural);
    }
    let advice = Forms::new(local, cell).advise(local, margin);
    if advice.may_exclude() && is_excluded(leaves, Method::Linear, cell, local) {
        return Ok(Method::Linear);
    }
    Err(advice)
}

impl<'a> Problem for Exclusion<'a> {
    /// `None` for the whole box of a case, so that many cases do not need memory for many networks.
    type Local = Option<Arc<OnCell>>;
    /// How promising a cut across each side is.
    type Known = Vec<f64>;
    type Value = ();
    /// A prepared case.
    type Tools = Option<(usize, PropertyLeaves<'a>)>;
    type Rule = ();
    type Notes = Notes;

    const DEEPEST: usize = usize::MAX;

    fn round(&self) -> (usize, bool) {
        (ROUND, false)
    }

    fn rank(_: &Vec<f64>) -> Dyadic {
        Dyadic::INFINITY
    }

    fn value(_: &Vec<f64>) {}

    fn bytes(local: &Self::Local) -> usize {
        local.as_ref().map_or(0, |local| local.bytes())
    }

    fn tools(&self) -> Self::Tools {
        None
    }

    fn evaluate(
        &self,
        work: &mut Work<Self>,
        parent: &Open<Self>,
        cells: &[Cell],
    ) -> Vec<Evaluated<Self>> {
        let is_whole = |cell: &Cell| parent.local.is_none() && cell.sides() == parent.cell.sides();
        let network = if cells.iter().any(is_whole) {
            self.root(parent.root)
        } else {
            self.network(work, parent)
        };
        // The lower half last; it is cut next.
        let each = cells.iter().rev().map(|cell| match &network {
            Ok(network) => self.evaluate_cell(work, (parent.root, cell), network, is_whole(cell)),
            Err(_) => stuck(&mut work.notes),
        });
        let mut evaluated: Vec<_> = each.collect();
        evaluated.reverse();
        evaluated
    }

    fn cuts(&self, work: &mut Work<Self>, open: &Open<Self>) -> Cuts {
        let local = self.network(work, open);
        Cuts {
            tried: local.map_or_else(|_| Vec::new(), |local| self.splits(open, &local)),
            is_certain: true,
        }
    }

    fn uncut(&self, work: &mut Work<Self>, open: &Open<Self>) -> Method {
        let Ok(local) = &self.network(work, open) else {
            work.notes.stuck += 1;
            return Method::Open;
        };
        // Whatever floats say about it.
        let leaves = self.leaves(work.tools, open.root);
        if is_excluded(leaves, Method::Linear, &open.cell, local) {
            return Method::Linear;
        }
        let mut guesser = Guesser::new(&open.cell, self.request.network);
        let Guess { margin, point } = guesser.middle(&self.margins[open.root], local);
        work.notes.stuck += 1;
        work.notes.stuck_at.get_or_insert(Stuck {
            margin: margin.is_finite().then_some(margin),
            point,
        });
        Method::Open
    }

    fn is_enough(&self, work: &Work<Self>) -> bool {
        work.notes.point.is_some()
    }

    fn judge(&mut self, _: &Frontier<Self>, _: u64) -> Judgement {
        if self.found.point.is_some() || self.found.stuck >= MAX_STUCK {
            return Judgement::Done;
        }
        Judgement::GoOn
    }

    fn rule(&self, round: &[Open<Self>], _: usize) -> ((), u64) {
        let [few, many] = SUBTREE;
        ((), if round.len() < ROUND { few } else { many })
    }

    fn learn(&mut self, notes: Vec<Notes>) {
        for notes in notes {
            self.found.stuck += notes.stuck;
            self.found.point = self.found.point.take().or(notes.point);
            self.found.stuck_at = self.found.stuck_at.take().or(notes.stuck_at);
        }
    }

    fn exhausted(&self, _: bool) -> Option<StoppedBy> {
        (self.found.stuck > 0).then_some(StoppedBy::Resolution)
    }
}

impl Resumable for Exclusion<'_> {
    type Network = OnCell;

    fn network_bytes(network: &OnCell) -> usize {
        network.bytes()
    }

    fn descend(
        &self,
        tools: &mut Self::Tools,
        root: usize,
        parent: &Arc<OnCell>,
        cell: &Cell,
    ) -> Arc<OnCell> {
        let leaves = self.leaves(tools, root);
        let local = leaves.descend(parent, cell, self.ranges, self.constant_radius());
        local.unwrap_or_else(|_| Arc::clone(parent))
    }

    fn again(
        &self,
        tools: &mut Self::Tools,
        root: usize,
        (method, cell): (Method, &Cell),
        local: Arc<OnCell>,
    ) -> Evaluated<Self> {
        let leaves = self.leaves(tools, root);
        if is_excluded(leaves, method, cell, &local) {
            return excluded_by(method, Duration::ZERO);
        }
        let advice = Forms::new(&local, cell).advise(&local, &self.margins[root]);
        Evaluated {
            local: Some(local),
            known: advice.scores,
            method: Method::Open,
            fate: Fate::Later,
            effort: Duration::ZERO,
        }
    }
}
