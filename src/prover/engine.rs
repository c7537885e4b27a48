//! Branch and bound, the same for every question.
//!
//! An [`Engine`] keeps a partition (one tree per root) and its frontier, the cells that are not
//! fathomed yet. It works in rounds. Below each cell of a round a subtree is searched, on any
//! thread; then the subtrees are grafted in order. Rounds have a fixed size, so the result does not
//! depend on the threads.
//!
//! ```text
//!    ┌────────── frontier ◀──────────────┐
//!  judge: is it over?                  graft, learn
//!    └──▶ a round of cells ──▶ subtree, subtree, ... (cuts; bounds batches of cells)
//! ```
//!
//! A [`Problem`] defines what a cell and a bound are, and which bound is good enough. A [`Host`]
//! provides the clock and the threads.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::limits::{Clock, StoppedBy, is_full};
use super::split::Split;
use super::tree::Tree;
use super::{Progress, Watch};
use crate::bounds::Cell;
use crate::certificate::Method;
use crate::jobs::Jobs;
use crate::numbers::Dyadic;

/// Everything that a search takes from its caller instead of the machine.
#[derive(Clone, Copy)]
pub struct Host<'a> {
    pub clock: &'a Clock,
    pub jobs: Jobs<'a>,
}

/// An open cell: bounded, but not fathomed.
pub struct Open<P: Problem> {
    /// Its position: the tree, the node, and the number of cuts above it.
    pub root: usize,
    pub node: usize,
    pub depth: usize,
    pub cell: Cell,
    /// The network on the cell.
    pub local: P::Local,
    /// What is known about it, and the method that found it.
    pub known: P::Known,
    pub method: Method,
}

/// The result for one cell.
pub struct Evaluated<P: Problem> {
    pub local: P::Local,
    pub known: P::Known,
    pub method: Method,
    pub fate: Fate,
    /// The time a check will need to find this again; 0 if the time is not limited.
    pub effort: Duration,
}

/// What happens to a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is fathomed: a leaf.
    Leaf,
    /// It is cut in the same subtree.
    Cut,
    /// It waits for a later round.
    Later,
}

/// The candidate cuts for a cell.
pub struct Cuts {
    /// In order of preference.
    pub tried: Vec<Split>,
    /// Is this cut made without comparing bounds?
    pub is_certain: bool,
}

impl Cuts {
    /// Returns this cut, or if it is not possible, one in the middle of the same side.
    pub fn or_middle(split: Split) -> Self {
        let middle = Split {
            axis: split.axis,
            place: None,
        };
        Self {
            tried: vec![split, middle],
            is_certain: true,
        }
    }
}

/// Whether a search is over.
pub enum Judgement {
    /// Another round.
    GoOn,
    /// Judge again: something was learnt.
    Again,
    /// The search is done.
    Done,
    /// The search stops for this reason.
    Stopped(StoppedBy),
}

/// What a thread works with below one open cell.
pub struct Work<'w, P: Problem> {
    /// Memory for computations. Its content must not influence the result.
    pub tools: &'w mut P::Tools,
    /// Which bounds are good enough.
    pub rule: P::Rule,
    /// Results other than cells.
    pub notes: P::Notes,
}

/// A question for the engine.
pub trait Problem: Sync + Sized {
    /// The network on an open cell.
    type Local: Clone + Send + Sync;
    /// What is known about a cell.
    type Known: Clone + Send + Sync;
    /// The part of it that the tree stores for each leaf.
    type Value: Copy + Send + Sync;
    type Tools: Send;
    type Rule: Clone + Send + Sync;
    type Notes: Default + Send + Sync;

    /// Are all cuts tried and the best kept, instead of the first possible one?
    const COMPARES_CUTS: bool = false;
    /// Which half does a subtree continue with?
    const LOWER_FIRST: bool = true;
    /// The greatest number of cuts above a cell.
    const DEEPEST: usize = 400;

    /// Returns the most cells of one round, and whether the search is best-first.
    fn round(&self) -> (usize, bool);
    /// Returns the priority of a cell: the larger, the earlier.
    fn rank(known: &Self::Known) -> Dyadic;
    fn value(known: &Self::Known) -> Self::Value;
    fn bytes(local: &Self::Local) -> usize;
    fn tools(&self) -> Self::Tools;

    // On any thread:

    /// Bounds a batch of cells of one depth, all in the open cell `parent`.
    fn evaluate(
        &self,
        work: &mut Work<Self>,
        parent: &Open<Self>,
        cells: &[Cell],
    ) -> Vec<Evaluated<Self>>;
    fn cuts(&self, work: &mut Work<Self>, open: &Open<Self>) -> Cuts;
    /// Returns how much remains unknown on two halves.
    fn cost(&self, _halves: [&Evaluated<Self>; 2]) -> Dyadic {
        Dyadic::ZERO
    }
    /// Records a cut that was made.
    fn count(&self, _work: &mut Work<Self>, _open: &Open<Self>, _halves: [&Evaluated<Self>; 2]) {}
    /// Bounds a cell better, if it would have to be cut otherwise.
    fn improve(&self, _: &mut Work<Self>, _: &Open<Self>, _: &Cuts) -> Option<Evaluated<Self>> {
        None
    }
    /// Returns the whole subtree of a cell at once, if possible.
    fn at_once(&self, _: &mut Work<Self>, _: &Open<Self>) -> Option<Tree<Self::Value>> {
        None
    }
    /// Is an open cell good enough by now?
    fn is_leaf(&self, _: &mut Work<Self>, _: &Open<Self>) -> bool {
        false
    }
    /// Returns the method for the leaf of a cell that cannot be cut.
    fn uncut(&self, work: &mut Work<Self>, open: &Open<Self>) -> Method;
    /// Are the results enough to end a subtree?
    fn is_enough(&self, _: &Work<Self>) -> bool {
        false
    }

    // Between rounds:

    fn judge(&mut self, frontier: &Frontier<Self>, boxes: u64) -> Judgement;
    /// Returns an approximate enclosure of the result.
    fn enclosure(&self, _: &Frontier<Self>) -> Option<(f64, f64)> {
        None
    }
    /// Records a new open cell.
    fn opened(&mut self, _: &Open<Self>) {}
    /// Does a round that has `taken` cells take this one, too?
    fn takes(&mut self, _next: &Open<Self>, _taken: usize, _boxes: u64) -> bool {
        true
    }
    /// Does the next round take the cells that wait longest, because the search may be stuck where it is?
    fn looks_elsewhere(&self) -> bool {
        false
    }
    /// Records a cell that remains a leaf.
    fn stays(&mut self, _: &Open<Self>) {}
    /// Returns the rule of a round, and the number of cuts for each of its cells.
    fn rule(&self, round: &[Open<Self>], waiting: usize) -> (Self::Rule, u64);
    fn learn(&mut self, notes: Vec<Self::Notes>);
    /// Returns why a search without open cells is not finished, if it is not. Some cells may be at
    /// the greatest depth.
    fn exhausted(&self, has_deepest: bool) -> Option<StoppedBy>;
}

/// The subtree that was searched below an open cell.
pub struct Expansion<P: Problem> {
    pub tree: Tree<P::Value>,
    pub open: Vec<Open<P>>,
    pub notes: P::Notes,
    pub boxes: u64,
}

/// Searches below one cell, until the rule is satisfied or the budget of cuts is used up. `waiting`
/// determines the order in which cells are cut.
pub fn subtree<P: Problem>(
    problem: &P,
    host: &Host<'_>,
    mut work: Work<'_, P>,
    start: Open<P>,
    budget: u64,
    mut waiting: Frontier<P>,
) -> Expansion<P> {
    let mut tree = Tree::leaf(start.method, P::value(&start.known));
    let mut left = Vec::new();
    let mut boxes = 0;
    waiting.push(Open { node: 0, ..start });
    let mut cuts = 0;
    while !problem.is_enough(&work)
        && let Some(open) = waiting.pop()
    {
        if cuts >= budget || open.depth >= P::DEEPEST || host.is_over(cuts) {
            left.push(open);
            continue;
        }
        if problem.is_leaf(&mut work, &open) {
            continue;
        }
        cuts += 1;
        if let Some(small) = problem.at_once(&mut work, &open) {
            let _ = tree.graft(open.node, small);
            continue;
        }
        let asked = problem.cuts(&mut work, &open);
        if let Some(evaluated) = problem.improve(&mut work, &open, &asked) {
            host.clock.keep_some(evaluated.effort);
            tree.fathom(open.node, evaluated.method, P::value(&evaluated.known));
            waiting.push(evaluated.opened(open.root, open.node, open.depth, open.cell));
            cuts -= 1;
            continue;
        }
        let (splits, cells) = possible::<P>(&open.cell, asked.tried);
        let evaluated = if splits.is_empty() {
            Vec::new()
        } else {
            problem.evaluate(&mut work, &open, &cells)
        };
        let mut batch = evaluated.into_iter().zip(cells);
        let pairs = splits.into_iter().map_while(|split| {
            let (lower, upper) = (batch.next()?, batch.next()?);
            let cost = problem.cost([&lower.0, &upper.0]);
            Some((cost, split, lower, upper))
        });
        // The first of equal ones.
        let Some((_, split, lower, upper)) = pairs.reduce(|a, b| if b.0 < a.0 { b } else { a })
        else {
            let method = problem.uncut(&mut work, &open);
            tree.fathom(open.node, method, P::value(&open.known));
            continue;
        };
        problem.count(&mut work, &open, [&lower.0, &upper.0]);
        host.clock.keep_some(lower.0.effort + upper.0.effort);
        let nodes = tree.cut(open.node, split.axis, split.place);
        boxes += 2;
        let mut halves = [(nodes.0, lower), (nodes.1, upper)];
        if P::LOWER_FIRST {
            halves.reverse();
        }
        for (node, (evaluated, cell)) in halves {
            tree.fathom(node, evaluated.method, P::value(&evaluated.known));
            let fate = evaluated.fate;
            let half = evaluated.opened(open.root, node, open.depth + 1, cell);
            match fate {
                Fate::Leaf => {}
                Fate::Cut => waiting.push(half),
                Fate::Later => left.push(half),
            }
        }
    }
    left.extend(waiting.into_oldest_first());
    Expansion {
        tree,
        open: left,
        notes: work.notes,
        boxes,
    }
}

/// Returns the possible cuts, or only the first; and the two halves of each, one after another.
fn possible<P: Problem>(cell: &Cell, tried: Vec<Split>) -> (Vec<Split>, Vec<Cell>) {
    let mut cells = Vec::new();
    let most = if P::COMPARES_CUTS { usize::MAX } else { 1 };
    let can = tried.into_iter().filter(|split| {
        let halves = cell.cut(split.axis, split.place.as_ref());
        let is_possible = halves.is_some();
        cells.extend(halves.into_iter().flat_map(|(lower, upper)| [lower, upper]));
        is_possible
    });
    let splits = can.take(most).collect();
    (splits, cells)
}

impl<P: Problem> Evaluated<P> {
    /// Returns the cell as an open one.
    pub fn opened(self, root: usize, node: usize, depth: usize, cell: Cell) -> Open<P> {
        Open {
            root,
            node,
            depth,
            cell,
            local: self.local,
            known: self.known,
            method: self.method,
        }
    }
}

impl<P: Problem> Open<P> {
    /// Returns a root about which nothing is known.
    pub fn unevaluated(root: usize, cell: Cell, local: P::Local, known: P::Known) -> Self {
        Self {
            root,
            node: 0,
            depth: 0,
            cell,
            local,
            known,
            method: Method::Open,
        }
    }
}

impl Host<'_> {
    /// Is the time over? After some cuts also: is the memory full?
    fn is_over(&self, cuts: u64) -> bool {
        let memory = self.clock.limits().memory.filter(|_| cuts % 32 == 31);
        self.clock.is_late().is_some() || memory.is_some_and(is_full)
    }
}

/// A search in progress.
pub struct Engine<'a, P: Problem> {
    pub host: Host<'a>,
    tools: Mutex<Vec<P::Tools>>,
    /// The partition below each root.
    pub trees: Vec<Tree<P::Value>>,
    pub frontier: Frontier<P>,
    /// The number of boxes that were bounded.
    pub boxes: u64,
    /// Did who watches ask for an end?
    is_stopped: bool,
}

impl<'a, P: Problem> Engine<'a, P> {
    /// Returns a search that has not begun.
    pub fn new(problem: &P, host: Host<'a>) -> Self {
        Self {
            host,
            tools: Mutex::new(Vec::new()),
            trees: Vec::new(),
            frontier: Frontier::new(problem.round().1),
            boxes: 0,
            is_stopped: false,
        }
    }

    /// Bounds the roots; each is open, with the network on its parent. Returns why it stopped, if
    /// it did.
    pub fn begin(
        &mut self,
        problem: &mut P,
        roots: Vec<Open<P>>,
        rule: &P::Rule,
        progress: &mut Watch<'_>,
    ) -> Option<StoppedBy> {
        self.trees = (roots
            .iter()
            .map(|root| Tree::leaf(root.method, P::value(&root.known))))
        .collect();
        let mut stopped_by = None;
        let mut roots = roots.into_iter();
        while roots.len() > 0 {
            stopped_by = self.limit();
            if stopped_by.is_some() {
                break;
            }
            let chunk: Vec<Open<P>> = roots.by_ref().take(problem.round().0).collect();
            let shared = &*problem;
            let evaluated = self.host.jobs.each(chunk, &|root| {
                self.with_work(shared, rule.clone(), |mut work| {
                    let cells = std::slice::from_ref(&root.cell);
                    let evaluated = shared.evaluate(&mut work, &root, cells).pop();
                    (root, evaluated, work.notes)
                })
            });
            let mut all = Vec::new();
            for (root, evaluated, notes) in evaluated {
                self.boxes += 1;
                all.push(notes);
                let Some(evaluated) = evaluated else { continue };
                self.host.clock.keep_some(evaluated.effort);
                self.trees[root.root].fathom(0, evaluated.method, P::value(&evaluated.known));
                if evaluated.fate != Fate::Leaf {
                    self.open(problem, evaluated.opened(root.root, 0, 0, root.cell));
                }
            }
            problem.learn(all);
            self.report(problem, progress);
            if matches!(problem.judge(&self.frontier, self.boxes), Judgement::Done) {
                break;
            }
        }
        for root in roots {
            self.open(problem, root);
        }
        stopped_by
    }

    /// Searches until the problem is done or a limit is reached; returns the limit.
    pub fn run(&mut self, problem: &mut P, progress: &mut Watch<'_>) -> Option<StoppedBy> {
        loop {
            self.report(problem, progress);
            match problem.judge(&self.frontier, self.boxes) {
                Judgement::GoOn => {}
                Judgement::Again => continue,
                Judgement::Done => return None,
                Judgement::Stopped(by) => return Some(by),
            }
            if let Some(limit) = self.limit() {
                let resolution = self.frontier.has_deepest.then_some(StoppedBy::Resolution);
                return resolution.or((self.frontier.len() > 0).then_some(limit));
            }
            let round = self.round(problem);
            if round.is_empty() {
                return problem.exhausted(self.frontier.has_deepest);
            }
            let (rule, budget) = problem.rule(&round, self.frontier.len());
            let budget = budget.min(self.room() / (2 * round.len() as u64)).max(1);
            let places: Vec<_> = round.iter().map(|open| (open.root, open.node)).collect();
            let shared = &*problem;
            // Cells are moved: the network on a cell is not needed once its halves have theirs.
            let expanded = self.host.jobs.each(round, &|open| {
                self.with_work(shared, rule.clone(), |work| {
                    let order = Frontier::new(false);
                    subtree(shared, &self.host, work, open, budget, order)
                })
            });
            let mut notes = Vec::new();
            for ((root, node), expansion) in places.into_iter().zip(expanded) {
                let (learnt, open) = self.graft(root, node, expansion);
                notes.push(learnt);
                for open in open {
                    self.open(problem, open);
                }
            }
            problem.learn(notes);
        }
    }

    /// Takes the cells of a round.
    fn round(&mut self, problem: &mut P) -> Vec<Open<P>> {
        let most = self.room().div_ceil(2).min(problem.round().0 as u64);
        let mut round = Vec::new();
        while (round.len() as u64) < most
            && let Some(next) = self.frontier.peek()
            && problem.takes(next, round.len(), self.boxes)
            && let Some(open) = self.frontier.take(problem.looks_elsewhere())
        {
            if open.depth >= P::DEEPEST {
                problem.stays(&open);
                self.frontier.has_deepest = true;
            } else {
                round.push(open);
            }
        }
        round
    }

    /// Replaces a leaf by a subtree; returns the notes and the open cells of the subtree.
    pub fn graft(
        &mut self,
        root: usize,
        node: usize,
        expansion: Expansion<P>,
    ) -> (P::Notes, Vec<Open<P>>) {
        self.boxes += expansion.boxes;
        let moved = self.trees[root].graft(node, expansion.tree);
        let open = expansion.open.into_iter().map(|open| Open {
            node: moved(open.node),
            ..open
        });
        (expansion.notes, open.collect())
    }

    fn open(&mut self, problem: &mut P, open: Open<P>) {
        problem.opened(&open);
        self.frontier.push(open);
    }

    /// Returns how many boxes may still be bounded; at least one.
    pub fn room(&self) -> u64 {
        let limit = self.host.clock.limits().boxes.unwrap_or(u64::MAX);
        limit.saturating_sub(self.boxes).max(1)
    }

    /// Is a limit reached?
    pub fn limit(&self) -> Option<StoppedBy> {
        if self.is_stopped {
            return Some(StoppedBy::Interrupt);
        }
        let bytes = || {
            let cells: usize = self.frontier.iter().map(|open| P::bytes(&open.local)).sum();
            let trees: usize = self.trees.iter().map(Tree::bytes).sum();
            (cells + trees) as u64
        };
        self.host.clock.reached(self.boxes, bytes)
    }

    /// Tells who watches how far the search is.
    pub fn report(&mut self, problem: &P, progress: &mut Watch<'_>) {
        self.is_stopped |= progress(&self.progress(problem)).is_break();
    }

    /// Works with the tools of a thread.
    pub fn with_work<R>(
        &self,
        problem: &P,
        rule: P::Rule,
        work: impl FnOnce(Work<'_, P>) -> R,
    ) -> R {
        // Tools hold no results, so they stay valid after a panic elsewhere.
        let all = || self.tools.lock().unwrap_or_else(PoisonError::into_inner);
        let free = all().pop();
        let mut tools = free.unwrap_or_else(|| problem.tools());
        let result = work(Work {
            tools: &mut tools,
            rule,
            notes: P::Notes::default(),
        });
        all().push(tools);
        result
    }

    pub fn progress(&self, problem: &P) -> Progress {
        Progress {
            boxes: self.boxes,
            open: self.frontier.len(),
            enclosure: problem.enclosure(&self.frontier),
        }
    }
}

/// The open cells of a search.
pub struct Frontier<P: Problem> {
    /// Best-first, and the oldest of equal cells? Otherwise the newest cell first.
    is_best_first: bool,
    pushed: usize,
    /// Were cells at the greatest depth removed?
    pub has_deepest: bool,
    cells: BTreeMap<(Dyadic, Reverse<usize>, usize), Open<P>>,
}

impl<P: Problem> Frontier<P> {
    /// Returns a frontier without cells.
    pub fn new(is_best_first: bool) -> Self {
        Self {
            is_best_first,
            pushed: 0,
            has_deepest: false,
            cells: BTreeMap::new(),
        }
    }

    pub fn push(&mut self, open: Open<P>) {
        self.pushed += 1;
        let key = if self.is_best_first {
            (P::rank(&open.known), Reverse(open.node), open.root)
        } else {
            (Dyadic::ZERO, Reverse(0), self.pushed)
        };
        self.cells.insert(key, open);
    }

    /// Takes the next cell, or the one that waits longest.
    fn take(&mut self, longest: bool) -> Option<Open<P>> {
        if longest && !self.is_best_first {
            return self.cells.pop_first().map(|(_, open)| open);
        }
        self.pop()
    }

    pub fn pop(&mut self) -> Option<Open<P>> {
        self.cells.pop_last().map(|(_, open)| open)
    }

    /// Returns the next cell.
    pub fn peek(&self) -> Option<&Open<P>> {
        self.cells.last_key_value().map(|(_, open)| open)
    }

    /// Returns the highest priority.
    pub fn worst(&self) -> Option<Dyadic> {
        let rank = |open: &Open<P>| P::rank(&open.known);
        if self.is_best_first {
            self.peek().map(rank)
        } else {
            self.iter().map(rank).max()
        }
    }

    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Open<P>> {
        self.cells.values()
    }

    /// Returns the cells, the oldest first.
    pub fn into_oldest_first(self) -> Vec<Open<P>> {
        let mut cells: Vec<Open<P>> = self.cells.into_values().collect();
        if self.is_best_first {
            cells.sort_by_key(|open| open.node);
        }
        cells
    }
}

#[cfg(test)]
mod tests;
