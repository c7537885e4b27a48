//! Searches of a part of a domain, for several machines.
//!
//! [`divide`] cuts a domain into parts of about the same work. A search of one part begins at the
//! domain, like the checker, and goes down to the cells of the part only ([`Within`]). So the bounds
//! that it finds are those of the checker, and the partitions of all parts fit together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::engine::{Engine, Expansion, Frontier, Open, Problem, subtree};
use super::tree::Tree;
use super::{Outcome, Request, StoppedBy, Watch};
use crate::bounds::{Cell, OnCell};
use crate::certificate::{Certificate, Method};
use crate::numbers::estimate::estimate_dyadic;
use crate::numbers::{Direction, Interval, Rational};

/// The part of the domain that a search is about.
#[derive(Clone, Debug)]
pub struct Within<'a> {
    /// Its cells. Each is a node of the partition to continue.
    pub cells: &'a [Cell],
    /// For an integral: how much of it may stay unknown in these cells.
    pub unknown: &'a Rational,
    /// Are cells that a search does not finish marked in the certificate, to be given to others? Else
    /// they keep the bounds that they have, as all cells do where the search comes to its end.
    pub marks_open: bool,
    /// The networks on the cells that lead to the part, kept from the part before.
    pub ancestors: &'a Ancestors,
}

/// The networks on the cells that lead to a part. Parts that are neighbours share most of these cells, and near
/// the root the network is large.
#[derive(Debug, Default)]
pub struct Ancestors(Mutex<Vec<(Cell, Arc<OnCell>)>>);

impl Ancestors {
    fn all(&self) -> MutexGuard<'_, Vec<(Cell, Arc<OnCell>)>> {
        // What is kept is complete, also after a panic elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Within<'_> {
    /// Is a cell inside of one of these?
    pub(super) fn covers(&self, cell: &Cell) -> bool {
        self.cells.iter().any(|own| is_inside(cell, own))
    }

    /// Returns the network on a cell that leads to the part: the one that is kept, or a new one.
    pub(super) fn ancestor(
        &self,
        cell: &Cell,
        descend: impl FnOnce() -> Arc<OnCell>,
    ) -> Arc<OnCell> {
        if self.covers(cell) {
            return descend();
        }
        let known = |(known, _): &&(Cell, Arc<OnCell>)| known == cell;
        if let Some((_, kept)) = self.ancestors.all().iter().find(known) {
            return Arc::clone(kept);
        }
        let found = descend();
        let mut kept = self.ancestors.all();
        // Cells that lead elsewhere are not needed again soon.
        kept.retain(|(other, _)| self.cells.iter().any(|own| is_inside(own, other)));
        kept.push((cell.clone(), Arc::clone(&found)));
        found
    }
}

/// Returns what a search gives whose certificate cannot be continued: the certificate as it was, without
/// bounds. A search of all of the domain would not be one of the part.
pub(super) fn not_continued(earlier: &Certificate) -> Outcome {
    Outcome {
        certificate: earlier.clone(),
        boxes: 0,
        stopped_by: Some(StoppedBy::Resolution),
        within: Vec::new(),
    }
}

/// Bounds of the error on one cell, or of its contribution to an integral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellBounds {
    /// A lower bound; 0 for `sup`, where a witness gives one.
    pub lower: Rational,
    /// An upper bound, if there is one.
    pub upper: Option<Rational>,
}

impl CellBounds {
    /// Returns the ends of an enclosure of a contribution.
    pub fn of(contribution: &Interval) -> Self {
        let lower = contribution.inf().rational_bound(Direction::Down);
        Self {
            lower: lower.unwrap_or_default(),
            upper: contribution.sup().rational_bound(Direction::Up),
        }
    }
}

/// Are the open cells of a search marked, which this stopped?
pub(super) fn marks_open(request: &Request<'_>, stopped_by: Option<StoppedBy>) -> bool {
    let is_wanted = (request.within.as_ref()).is_some_and(|within| within.marks_open);
    is_wanted && stopped_by.is_some_and(StoppedBy::is_limit)
}

/// Is a cell inside of another one?
fn is_inside(cell: &Cell, other: &Cell) -> bool {
    let mut sides = cell.sides().iter().zip(other.sides());
    sides.all(|((low, high), (least, most))| low >= least && high <= most)
}

impl<V: Copy> Tree<V> {
    /// Returns the node of each of these cells, in a partition of `whole`; `None` where a cell is not
    /// a node.
    pub(super) fn nodes_of(&self, whole: &Cell, cells: &[Cell]) -> Vec<Option<usize>> {
        let find = |wanted: &Cell| {
            let (mut node, mut cell) = (0, whole.clone());
            while cell != *wanted {
                let (axis, place, lower) = self.cut_of(node)?;
                let (low, high) = cell.cut(axis, place)?;
                (node, cell) = if is_inside(wanted, &low) {
                    (lower, low)
                } else {
                    (lower + 1, high)
                };
            }
            Some(node)
        };
        cells.iter().map(find).collect()
    }
}

/// Cuts the open cells with the most work, until there are `parts` of them. Returns what stopped it
/// early, if anything did; fewer cells are left where no more can be cut.
pub(super) fn divide<P: Problem<Local = Arc<OnCell>>>(
    engine: &mut Engine<'_, P>,
    problem: &mut P,
    parts: usize,
    progress: &mut Watch<'_>,
) -> Option<StoppedBy> {
    let empty = Frontier::new(true);
    let mut open = std::mem::replace(&mut engine.frontier, empty).into_oldest_first();
    let mut stopped_by = None;
    while open.len() < parts && !open.is_empty() {
        stopped_by = engine.limit();
        if stopped_by.is_some() {
            break;
        }
        // All that have at least half of the most work. So many are cut that there are not too many
        // parts, even if both halves of each stay open.
        let weights: Vec<f64> = open.iter().map(weight).collect();
        let most = weights.iter().copied().fold(0.0, f64::max);
        let mut left = parts - open.len();
        let (mut round, mut rest) = (Vec::new(), Vec::new());
        for (cell, weight) in open.into_iter().zip(weights) {
            if left > 0 && weight >= most / 2.0 && cell.depth < P::DEEPEST {
                left -= 1;
                round.push(cell);
            } else {
                rest.push(cell);
            }
        }
        if round.is_empty() {
            open = rest;
            break;
        }
        let (rule, _) = problem.rule(&round, rest.len());
        for (taken, cell) in round.iter().enumerate() {
            problem.takes(cell, taken, engine.boxes);
        }
        let places: Vec<_> = round.iter().map(|open| (open.root, open.node)).collect();
        let shared = &*problem;
        let expanded: Vec<Expansion<P>> = engine.host.jobs.each(round, &|open| {
            engine.with_work(shared, rule.clone(), |work| {
                subtree(shared, &engine.host, work, open, 1, Frontier::new(false))
            })
        });
        let mut notes = Vec::new();
        for ((root, node), expansion) in places.into_iter().zip(expanded) {
            let (learnt, halves) = engine.graft(root, node, expansion);
            notes.push(learnt);
            for half in &halves {
                problem.opened(half);
            }
            rest.extend(halves);
        }
        problem.learn(notes);
        engine.report(problem, progress);
        open = rest;
    }
    for cell in open {
        engine.frontier.push(cell);
    }
    mark_open(engine);
    stopped_by
}

/// Gives up the bounds of the open cells.
pub(super) fn mark_open<P: Problem>(engine: &mut Engine<'_, P>) {
    for open in engine.frontier.iter() {
        let value = P::value(&open.known);
        engine.trees[open.root].fathom(open.node, Method::Open, value);
    }
}

/// Guesses the work on a cell, in no unit: its volume, times the units that are not decided on it.
fn weight<P: Problem<Local = Arc<OnCell>>>(open: &Open<P>) -> f64 {
    let units = u32::try_from(open.local.units()).unwrap_or(u32::MAX);
    estimate_dyadic(open.cell.volume().sup()) * (1.0 + f64::from(units))
}
