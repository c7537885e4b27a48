//! The search for a misclassified area.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::emit::{certificate, shorten_down, shorten_up};
use super::tree::Tree;
use super::workers::Workers;
use super::{Outcome, Progress, Request, StoppedBy, fold, split};
use crate::certificate::{Cell, Method, Ranges};
use crate::checker::{Bound, Leaves};
use crate::network::Specialised;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::numbers::{Direction, Dyadic, Interval, Rational};

/// Cells that one round takes. Fixed, so that the result does not depend on the threads.
const ROUND: usize = 256;
const DEEPEST: usize = 200;

/// An open cell and what is undecided in it.
#[derive(Clone)]
struct Open {
    node: usize,
    cell: Cell,
    here: Arc<Specialised>,
    area: Interval,
    depth: usize,
}

impl Open {
    fn undecided(&self) -> Dyadic {
        self.area.wid()
    }
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
impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.undecided()
            .cmp(&other.undecided())
            .then(other.node.cmp(&self.node))
    }
}

/// Bounds the area on a cell by the cheapest method that decides it, else by the best.
fn look<const D: usize>(
    leaves: &mut Leaves<'_, D>,
    cell: &Cell,
    here: &Specialised,
) -> (Method, Interval) {
    let mut best = (
        Method::Open,
        Interval::spanning(Dyadic::ZERO, cell.volume().sup()),
    );
    for method in [Method::Natural, Method::HalfPlanes] {
        if let Ok(Bound::Area(area)) = leaves.bound(method, cell, here)
            && area.wid() < best.1.wid()
        {
            best = (method, area);
        }
        if best.0 == Method::Natural {
            break;
        }
    }
    best
}

/// Searches for an enclosure of the area.
pub fn search<const D: usize>(
    request: &Request<'_>,
    root: Specialised,
    started: Instant,
    pool: &rayon::ThreadPool,
    progress: &mut dyn FnMut(&Progress),
) -> Outcome {
    let question = request.question;
    let whole = Cell::root(&question.domain);
    let fold = fold::radius(&root, 1e-9);
    let radius = Dyadic::from_rational(&fold, Direction::Down);
    let volume = estimate_dyadic(whole.volume().sup());
    let mut tree = Tree::new();
    // What is known of each node, in the order of the tree.
    let mut areas = vec![Interval::spanning(Dyadic::ZERO, whole.volume().sup())];
    let mut boxes: u64 = 1;
    let mut stopped_by = None;
    let mut settled = Sum::default();
    let mut open = BinaryHeap::from([Open {
        node: 0,
        area: Interval::spanning(Dyadic::ZERO, whole.volume().sup()),
        here: Arc::new(root),
        cell: whole.clone(),
        depth: 0,
    }]);
    let workers = Workers::new(pool, || Leaves::<D>::new(request.network, question));
    let mut undecided = Sum {
        low: 0.0,
        high: volume,
    };
    loop {
        // Floats drift; the worst of it goes when the sums are made anew.
        let (low, high) = (settled.low + undecided.low, settled.high + undecided.high);
        progress(&Progress {
            boxes,
            open: open.len(),
            lower: low,
            upper: high,
        });
        if is_done(request, low, high) {
            undecided = Sum::default();
            for cell in &open {
                undecided.add(&cell.area);
            }
            if is_done(
                request,
                settled.low + undecided.low,
                settled.high + undecided.high,
            ) {
                break;
            }
        }
        if let Some(limit) = request.limits.reached(started, boxes) {
            stopped_by = Some(limit);
            break;
        }
        let mut round = Vec::new();
        while round.len() < ROUND {
            let Some(next) = open.pop() else { break };
            undecided.remove(&next.area);
            if next.depth >= DEEPEST {
                settled.add(&next.area);
                stopped_by = Some(StoppedBy::Resolution);
                continue;
            }
            round.push(next);
        }
        if round.is_empty() {
            break;
        }
        let halves: Vec<_> = pool.install(|| {
            round
                .par_iter()
                .map(|parent| {
                    workers.with(|leaves| {
                        let mut split = split::choose(&parent.cell, &whole, &parent.here);
                        // Steps that are half-planes need no cut beside them.
                        split.place = None;
                        let (lower, upper) = parent.cell.cut(split.axis, None)?;
                        let look_at = |leaves: &mut Leaves<'_, D>, cell: Cell| {
                            let here = leaves
                                .descend(&parent.here, &cell, Ranges::Natural, radius)
                                .map_or_else(|_| Arc::clone(&parent.here), Arc::new);
                            let (method, area) = look(leaves, &cell, &here);
                            (cell, here, method, area)
                        };
                        let lower = look_at(leaves, lower);
                        Some((split.axis, lower, look_at(leaves, upper)))
                    })
                })
                .collect()
        });
        for (parent, found) in round.into_iter().zip(halves) {
            let Some((axis, lower, upper)) = found else {
                settled.add(&parent.area);
                continue;
            };
            let (at_lower, at_upper) = tree.cut(parent.node, axis, None);
            for (node, (cell, here, method, area)) in [(at_lower, lower), (at_upper, upper)] {
                boxes += 1;
                areas.push(area);
                tree.settle(node, method);
                if method == Method::Natural {
                    settled.add(&area);
                } else {
                    undecided.add(&area);
                    open.push(Open {
                        node,
                        cell,
                        here,
                        area,
                        depth: parent.depth + 1,
                    });
                }
            }
        }
    }
    let partition = tree.partition();
    // Added up in the checker's order, so that the claim is what it will find.
    let total = tree
        .leaves()
        .into_iter()
        .fold(Interval::ZERO, |sum, leaf| sum.plus(&areas[leaf]));
    let bound = |value: Option<Rational>| value.unwrap_or_default();
    let lower = shorten_down(&bound(total.inf().rational_bound(Direction::Down)));
    let upper = total.sup().rational_bound(Direction::Up).map(|exact| {
        let short = shorten_up(&exact);
        match request.tolerance {
            Some(tolerance) if exact <= *tolerance => short.min(tolerance.clone()),
            _ => short,
        }
    });
    Outcome {
        certificate: certificate(
            question,
            lower.max(Rational::ZERO),
            upper,
            None,
            fold,
            Ranges::Natural,
            partition,
        ),
        boxes,
        stopped_by,
    }
}

/// Is the enclosure good enough?
fn is_done(request: &Request<'_>, low: f64, high: f64) -> bool {
    // A little stricter than asked, since these sums are floats.
    match request.tolerance {
        Some(tolerance) => {
            let tolerance = estimate_rational(tolerance);
            high <= tolerance * (1.0 - 1e-12) || low > tolerance * (1.0 + 1e-12)
        }
        None => high - low <= high * estimate_rational(request.gap) * (1.0 - 1e-6),
    }
}

/// Sums of the two ends, in floats.
#[derive(Clone, Copy, Default)]
struct Sum {
    low: f64,
    high: f64,
}

impl Sum {
    fn add(&mut self, area: &Interval) {
        self.low += estimate_dyadic(area.inf());
        self.high += estimate_dyadic(area.sup());
    }

    fn remove(&mut self, area: &Interval) {
        self.low -= estimate_dyadic(area.inf());
        self.high -= estimate_dyadic(area.sup());
    }
}
