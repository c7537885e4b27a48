//! For large networks: one part of the domain after the other, each for itself.
//!
//! A search for the worst cell of all keeps the network on every open cell. Where there are many, the
//! domain is cut into a few hundred parts, and each is searched until it is known well enough on its
//! own; then of its cells only the shares are kept.

use rayon::prelude::*;

use super::sum::Sum;
use super::{Cuts, DEEPEST, Growth, Known, Open, Search};
use crate::bounds::Leaves;
use crate::certificate::Norm;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::prover::workers::Workers;
use crate::prover::worst::WorstFirst;
use crate::prover::{Progress, Request};

/// Networks of fewer units are not searched in parts.
const LARGE: usize = 10_000;
/// Into so many parts the domain is cut first, or a few more.
pub(super) const PARTS: usize = 512;
/// Parts between two looks at the limits. Fixed, so that the result does not depend on the threads.
const AT_ONCE: usize = 64;
/// The most cuts in a part: so many for each unit alive there, and some more.
const CUTS_PER_UNIT: u64 = 64;
const MORE_CUTS: u64 = 10_000;

/// Open cells and what is known of their shares.
pub(super) struct Swept {
    pub open: WorstFirst<Open>,
    pub settled: Sum,
    pub undecided: Sum,
}

/// How well a part must be known: so that all together are known as well as wanted, a part of it by
/// their share of the integral, another by their volume, since some parts hold next to nothing.
#[derive(Clone, Copy)]
struct Goal {
    share: f64,
    density: f64,
}

impl Goal {
    /// What may stay unknown.
    fn of(self, part: &Open, low: f64) -> f64 {
        self.share * low.max(0.0) + self.density * estimate_dyadic(part.cell.volume().sup())
    }
}

/// Is the domain to be searched in parts?
pub(super) fn is_wanted(request: &Request<'_>, units: usize) -> bool {
    units >= LARGE && request.tolerance.is_none() && request.question.norm != Norm::Area
}

impl Search<'_> {
    /// Searches each open cell until it is known well enough, or a limit is reached; then those stay
    /// open that were not looked at.
    pub(super) fn sweep(
        &self,
        known: &mut Known,
        swept: &mut Swept,
        workers: &Workers<Leaves<'_>>,
        pool: &rayon::ThreadPool,
        progress: &mut dyn FnMut(&Progress),
    ) {
        let open = std::mem::replace(&mut swept.open, WorstFirst::new());
        let parts = open.into_oldest_first();
        let mut sums: Vec<Sum> = parts.iter().map(|part| Sum::of(&part.share)).collect();
        let mut is_known = vec![false; parts.len()];
        let mut density = self.typical;
        // Once by a guess of the integral, and then, where that was too high, by what is known of it.
        for _ in 0..2 {
            let wanted = estimate_rational(self.request.gap).min(0.5) * self.power();
            let goal = Goal {
                share: 0.45 * wanted,
                density: 0.5 * wanted * density,
            };
            let missing = |k: &usize| sums[*k].unknown() > goal.of(&parts[*k], sums[*k].low);
            let missing: Vec<usize> = (0..parts.len()).filter(missing).collect();
            for (begun, chunk) in missing.chunks(AT_ONCE).enumerate() {
                let bytes = || {
                    let networks: usize = parts.iter().map(|part| part.here.bytes()).sum();
                    (networks + known.bytes()) as u64
                };
                if self.clock.reached(known.boxes, bytes).is_some() {
                    break;
                }
                let left = (missing.len() - begun * AT_ONCE) as u64;
                let room = self.request.limits.boxes.unwrap_or(u64::MAX) - known.boxes;
                let most = room / (2 * left).max(1);
                let grown: Vec<Growth> = pool.install(|| {
                    let parts = chunk.par_iter().map(|k| &parts[*k]);
                    let search = |part| workers.with(|leaves| self.part(leaves, part, goal, most));
                    parts.map(search).collect()
                });
                for (k, growth) in chunk.iter().zip(grown) {
                    if is_known[*k] {
                        swept.settled = swept.settled.minus(sums[*k]);
                    } else {
                        swept.undecided = swept.undecided.minus(sums[*k]);
                    }
                    is_known[*k] = true;
                    sums[*k] = growth.settled;
                    swept.settled = swept.settled.plus(sums[*k]);
                    // No cell of it stays open, as there is no network for it.
                    known.graft(parts[*k].node, growth).for_each(drop);
                }
                let sum = swept.settled.plus(swept.undecided);
                progress(&self.progress(known, parts.len() - begun * AT_ONCE, sum));
            }
            let sum = swept.settled.plus(swept.undecided);
            if self.is_done(sum) {
                break;
            }
            density = sum.low / self.volume;
        }
        let parts = parts.into_iter().zip(is_known);
        let unknown = parts.filter(|(_, is_known)| !is_known);
        swept.open.extend(unknown.map(|(part, _)| part));
    }

    /// Cuts the worst cell of a part, again and again, until the part is known well enough.
    fn part(&self, leaves: &mut Leaves<'_>, part: &Open, goal: Goal, most: u64) -> Growth {
        let most = most.min(CUTS_PER_UNIT * part.here.units() as u64 + MORE_CUTS);
        let mut growth = Growth::new(part);
        let mut sum = Sum::of(&part.share);
        let mut open = WorstFirst::new();
        open.push(Open {
            node: 0,
            ..part.clone()
        });
        let mut cuts: u64 = 0;
        while cuts < most && sum.unknown() > goal.of(part, sum.low) {
            let every = usize::try_from(cuts).unwrap_or_default();
            if self.is_over(every) {
                break;
            }
            let Some(next) = open.pop() else { break };
            if next.depth >= DEEPEST {
                continue;
            }
            // Better methods are asked when a cell would have to be cut otherwise.
            let glance = |leaves: &mut Leaves<'_>, cell, here| self.glance(leaves, cell, here);
            let look = |leaves: &mut Leaves<'_>, cell, here| self.look(leaves, cell, here);
            let halves = match self.cuts(&next, leaves.places()) {
                Cuts::Certain(cut) => self.best_of(leaves, &next, vec![cut], glance),
                Cuts::Tried(_) if next.is_glanced => {
                    sum = sum.minus(Sum::of(&next.share));
                    let looked = self.look(leaves, next.cell, next.here);
                    self.clock.keep(looked.effort);
                    sum = sum.plus(Sum::of(&looked.share));
                    open.push(growth.again(next.node, looked, next.depth));
                    continue;
                }
                Cuts::Tried(cuts) if cuts.len() == 1 => self.best_of(leaves, &next, cuts, glance),
                Cuts::Tried(cuts) => self.best_of(leaves, &next, cuts, look),
            };
            let Some((cut, halves)) = halves else {
                continue;
            };
            cuts += 1;
            sum = sum.minus(Sum::of(&next.share));
            for half in growth.cut(&next, cut, halves) {
                sum = sum.plus(Sum::of(&half.share));
                open.push(half);
            }
        }
        growth.settled = sum;
        growth
    }
}
