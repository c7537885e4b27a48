//! The walk down the partition of a certificate, and what its leaves give together.
//!
//! Each open cell carries the network reduced to the cell around it. What two halves give is put
//! together as soon as both are done, so the result belongs to the tree, not to the order of the
//! walk: a large tree is cut into parts which may be walked anywhere and in any order.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::plain::{HELD, HELD_ROOTS, MAX_DEPTH, Stop};
use super::planar;
use super::rejection::Rejection;
use super::total::{Sums, Total};
use crate::bounds::Cell;
use crate::bounds::{Leaves, OnCell, Reduction};
use crate::certificate::{Certificate, Method, Node};
use crate::network::Network;

/// Trees of fewer characters than this are walked in one part.
const SMALL: usize = 1 << 13;
/// A part has at most so many of `SHARES` of all characters, unless it is deeper than `PARTS_DEPTH`. A
/// large tree is cut into a few parts first, and these into smaller ones side by side: near the root
/// the network is large, and each cell takes long. The last ones are so small that none is waited for long.
const PARTS: [usize; 4] = [40, 16, 4, 1];
const SHARES: usize = 64;
/// Parts begin at this depth at the latest, so that looking for them takes little time.
const PARTS_DEPTH: usize = 24;

/// Does jobs `0 .. n`, each at least once, in any order, wherever it likes. A job that it leaves out
/// is done by the checker itself: how jobs are run decides when the answer comes, never what it is.
pub type Runner<'r> = &'r (dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Sync);

/// Has each of these jobs done by a runner; returns what they came to. A job is handed over to where
/// it is done, so that its memory is free as soon as it can be.
pub(super) fn each<J: Send, T: Send + Sync>(
    jobs: Vec<J>,
    run: Runner<'_>,
    work: &(dyn Fn(J) -> T + Sync),
) -> Vec<T> {
    let jobs: Vec<Mutex<Option<J>>> = jobs.into_iter().map(|job| Mutex::new(Some(job))).collect();
    let done: Vec<OnceLock<T>> = jobs.iter().map(|_| OnceLock::new()).collect();
    let result = |job: &Mutex<Option<J>>| {
        let job = job.lock().unwrap_or_else(PoisonError::into_inner).take();
        work(job.expect("a job that is done once"))
    };
    run(jobs.len(), &|k| {
        if let (Some(job), Some(slot)) = (jobs.get(k), done.get(k)) {
            slot.get_or_init(|| result(job));
        }
    });
    let done = done.into_iter().zip(&jobs);
    done.map(|(slot, job)| slot.into_inner().unwrap_or_else(|| result(job)))
        .collect()
}

/// A subtree that is still to be walked.
struct Part {
    cell: Cell,
    around: Arc<OnCell>,
    depth: usize,
    /// Where its text begins, and how many leaves come before it.
    position: usize,
    before: usize,
}

/// What a walk comes to.
enum Met {
    /// A subtree that is done, and its depth.
    Done(usize, Total),
    /// A subtree that is left to others.
    Part(Part),
    /// Something that is wrong; what follows in the same part was not looked at.
    Wrong(Rejection),
}

/// Walks the whole tree of a certificate. Does something else beside the largest part of that, when
/// the networks that wait are small already, or leaves it undone.
pub(super) fn walk(
    certificate: &Certificate,
    network: &Network,
    root: &Arc<OnCell>,
    run: Runner<'_>,
    stop: Stop<'_>,
    beside: &(dyn Fn() + Sync),
) -> Result<Total, Rejection> {
    let walker = Walker {
        certificate,
        network,
        stop,
        most_held: root.bytes().saturating_mul(HELD_ROOTS).saturating_add(HELD),
    };
    let whole = Part {
        cell: Cell::root(&certificate.claim.question.domain),
        around: Arc::clone(root),
        depth: 0,
        position: 0,
        before: 0,
    };
    let length = certificate.partition.text().len();
    if length < SMALL {
        let (total, end) = walker.part(whole)?;
        return walker.at_end(end).map(|()| total);
    }
    let mut end = Ok(());
    let mut met = vec![Met::Part(whole)];
    for (stage, shares) in PARTS.into_iter().enumerate() {
        let (rest, parts) = without_parts(met);
        let limits = Limits {
            characters: length / SHARES * shares,
            held: walker.most_held / parts.len().max(1),
        };
        let smaller = each(parts, run, &|part| {
            let mut steps = Vec::new();
            let end = walker.parts(part, Some(limits), &mut |step| steps.push(step));
            (steps, end)
        });
        let mut smaller = smaller.into_iter();
        met = Vec::with_capacity(rest.len());
        for step in rest {
            if let Some(step) = step {
                met.push(step);
                continue;
            }
            let (steps, reached) = smaller.next().expect("steps for each part");
            met.extend(steps);
            match reached {
                // The first part is the whole tree.
                Ok(reached) if stage == 0 => end = walker.at_end(reached),
                Ok(_) => {}
                Err(rejection) => met.push(Met::Wrong(rejection)),
            }
        }
    }
    let (rest, parts) = without_parts(met);
    // The other thing is one job more, which comes to nothing. It may take long, so it is begun first.
    let jobs = std::iter::once(None)
        .chain(parts.into_iter().map(Some))
        .collect();
    let totals = each(jobs, run, &|part: Option<Part>| {
        let Some(part) = part else {
            beside();
            return Ok((0, Total::NOTHING));
        };
        let depth = part.depth;
        walker.part(part).map(|(total, _)| (depth, total))
    });
    let mut totals = totals.into_iter().skip(1);
    let mut sums = Sums::default();
    // The first thing that is wrong, in the order of the text.
    for step in rest {
        let (depth, total) = match step {
            Some(Met::Done(depth, total)) => (depth, total),
            Some(Met::Wrong(rejection)) => return Err(rejection),
            Some(Met::Part(_)) | None => totals.next().expect("a total for each part")?,
        };
        sums.push(depth, total);
    }
    end.map(|()| sums.total())
}

/// Takes the parts that are still to be walked out of what was met; the rest has gaps in their place.
fn without_parts(met: Vec<Met>) -> (Vec<Option<Met>>, Vec<Part>) {
    let mut parts = Vec::new();
    let rest = met.into_iter().map(|step| match step {
        Met::Part(part) => {
            parts.push(part);
            None
        }
        Met::Done(..) | Met::Wrong(_) => Some(step),
    });
    (rest.collect(), parts)
}

/// How large the parts may be that are left to others.
#[derive(Clone, Copy)]
struct Limits {
    /// The most characters of one.
    characters: usize,
    /// Bytes that the networks of all of them may take, or little more.
    held: usize,
}

/// Walks subtrees over boxes of up to `D` inputs.
struct Walker<'a> {
    certificate: &'a Certificate,
    network: &'a Network,
    stop: Stop<'a>,
    /// The most bytes that networks of cells that wait may take.
    most_held: usize,
}

/// A cell that waits for its turn.
struct Open {
    cell: Cell,
    around: Arc<OnCell>,
    depth: usize,
    /// Bytes that are free again when it is done.
    frees: usize,
}

impl Walker<'_> {
    /// Does the tree end where its text ends?
    fn at_end(&self, position: usize) -> Result<(), Rejection> {
        if position == self.certificate.partition.text().len() {
            Ok(())
        } else {
            Err(Rejection::TreeTooLong(position + 1))
        }
    }

    /// Walks a subtree to its end; returns where that is as well.
    fn part(&self, part: Part) -> Result<(Total, usize), Rejection> {
        let mut sums = Sums::default();
        let end = self.parts(part, None, &mut |step| {
            if let Met::Done(depth, total) = step {
                sums.push(depth, total);
            }
        })?;
        Ok((sums.total(), end))
    }

    /// Walks a subtree, but leaves parts of it to others, if they may be; returns where its text
    /// ends.
    fn parts(
        &self,
        start: Part,
        parts: Option<Limits>,
        meet: &mut dyn FnMut(Met),
    ) -> Result<usize, Rejection> {
        let certificate = self.certificate;
        let reduction = Reduction::of(certificate);
        let mut leaves = Leaves::new(self.network, &certificate.claim.question);
        let mut nodes = certificate.partition.nodes_from(start.position);
        let mut before = start.before;
        // Bytes of the networks of open cells, and of those of parts.
        let (mut held, mut held_by_parts): (usize, usize) = (0, 0);
        let mut last_part: Option<Arc<OnCell>> = None;
        let mut open = vec![Open {
            cell: start.cell,
            around: start.around,
            depth: start.depth,
            frees: 0,
        }];
        while let Some(Open {
            cell,
            around,
            depth,
            frees,
        }) = open.pop()
        {
            held = held.saturating_sub(frees);
            if (self.stop)() {
                return Err(Rejection::Stopped);
            }
            if depth > MAX_DEPTH {
                return Err(Rejection::TooDeep(MAX_DEPTH));
            }
            // Parts keep their networks. Where they are too many, the rest is walked at once, which
            // comes to the same.
            if let Some(limits) = parts.filter(|limits| held_by_parts <= limits.held) {
                let position = nodes.position();
                let mut rest = nodes.clone();
                let skipped = rest.skip_tree().map_err(Rejection::Tree)?;
                if depth >= PARTS_DEPTH || rest.position() - position <= limits.characters {
                    // Halves of one cell share its network.
                    if !last_part.is_some_and(|last| Arc::ptr_eq(&last, &around)) {
                        held_by_parts = held_by_parts.saturating_add(around.bytes());
                    }
                    last_part = Some(Arc::clone(&around));
                    meet(Met::Part(Part {
                        cell,
                        around,
                        depth,
                        position,
                        before,
                    }));
                    before += skipped;
                    nodes = rest;
                    continue;
                }
            }
            let node = nodes.next_node().map_err(Rejection::Tree)?;
            let local = |leaves: &mut Leaves<'_>| {
                leaves
                    .descend(&around, &cell, reduction)
                    .map(Arc::new)
                    .map_err(|failure| Rejection::NoValue(failure.to_string()))
            };
            match node {
                Node::Cut { axis, place } => {
                    let (lower, upper) =
                        cell.cut(axis, place.as_ref()).ok_or(Rejection::BadCut {
                            position: nodes.position(),
                        })?;
                    let here = local(&mut leaves)?;
                    let bytes = here.bytes();
                    held = held.saturating_add(bytes);
                    if held > self.most_held {
                        return Err(Rejection::TooLarge);
                    }
                    let half = |cell, frees| Open {
                        cell,
                        around: Arc::clone(&here),
                        depth: depth + 1,
                        frees,
                    };
                    open.push(half(upper, bytes));
                    open.push(half(lower, 0));
                }
                Node::Line(line) => {
                    let total = planar::below(
                        leaves.exact_cells(),
                        &mut nodes,
                        &cell,
                        &line,
                        before,
                        |cell| leaves.anything(cell),
                    )?;
                    before += total.leaves;
                    meet(Met::Done(depth, total));
                }
                Node::Leaf(method) => {
                    before += 1;
                    // An exact leaf and an open one do not look at the network on the cell.
                    let here = match method {
                        Method::Open | Method::Exact => Arc::clone(&around),
                        _ => local(&mut leaves)?,
                    };
                    let bound =
                        leaves
                            .bound(method, &cell, &here, reduction)
                            .map_err(|failure| Rejection::NoBound {
                                leaf: before,
                                method: char::from(method.letter()),
                                reason: failure.to_string(),
                            })?;
                    meet(Met::Done(depth, Total::of_leaf(bound)));
                }
            }
        }
        Ok(nodes.position())
    }
}
