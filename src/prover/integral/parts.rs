//! For large networks: searches one part of the domain after another.
//!
//! A best-first search of the whole domain keeps the network on every open cell. With many cells,
//! the domain is first cut into a few hundred parts. Each part is searched until it is known well
//! enough; then only the contributions of its cells are kept.

use std::sync::Arc;

use super::sum::Sum;
use super::{Integral, Notes, Rule};
use crate::certificate::Norm;
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::prover::engine::{Engine, Expansion, Frontier, Open, subtree};
use crate::prover::{Request, Watch};

/// Networks of fewer units are not searched in parts.
const LARGE: usize = 10_000;
/// The domain is first cut into this many parts, or slightly more.
pub(super) const PARTS: usize = 512;
/// Parts between two checks of the limits. Fixed, so that the result does not depend on the
/// threads.
const AT_ONCE: usize = 64;
/// The most cuts in a part: this many for each undecided unit there, and some more.
const CUTS_PER_UNIT: u64 = 64;
const MORE_CUTS: u64 = 10_000;

/// How well a part must be known, so that all parts together are known as well as wanted. One half
/// of the allowance is by contribution, the other by volume, because some parts contribute almost
/// nothing.
#[derive(Clone, Copy)]
pub(super) struct Goal {
    fraction: f64,
    floor: f64,
}

impl Goal {
    /// Is a part whose cells have this sum known well enough?
    pub(super) fn is_met(self, sum: Sum) -> bool {
        sum.unknown() <= self.fraction * sum.low.max(0.0) + self.floor
    }
}

/// Is the domain to be searched in parts?
pub(super) fn is_wanted(request: &Request<'_>, units: usize) -> bool {
    units >= LARGE && request.tolerance.is_none() && request.question.norm != Norm::Area
}

impl Integral<'_> {
    /// Searches each open cell until it is known well enough, or a limit is reached; cells that
    /// were not searched stay open.
    pub(super) fn search_parts(&mut self, engine: &mut Engine<'_, Self>, progress: &mut Watch<'_>) {
        let open = std::mem::replace(&mut engine.frontier, Frontier::new(true));
        let parts = open.into_oldest_first();
        let mut sums: Vec<Sum> = parts
            .iter()
            .map(|part| Sum::of(&part.known.contribution))
            .collect();
        let mut is_known = vec![false; parts.len()];
        let mut density = self.typical;
        // First with a guess of the integral; then again with its enclosure, if the guess was too
        // high.
        for _ in 0..2 {
            let wanted = estimate_rational(self.request.gap).min(0.5) * self.power();
            let goal = |part: &Open<Self>| Goal {
                fraction: 0.45 * wanted,
                floor: 0.5 * wanted * density * estimate_dyadic(part.cell.volume().sup()),
            };
            let missing = |k: &usize| !goal(&parts[*k]).is_met(sums[*k]);
            let missing: Vec<usize> = (0..parts.len()).filter(missing).collect();
            for (begun, chunk) in missing.chunks(AT_ONCE).enumerate() {
                if engine.limit().is_some() {
                    break;
                }
                let left = (missing.len() - begun * AT_ONCE) as u64;
                let most = engine.room() / (2 * left).max(1);
                let shared = &*self;
                let expanded: Vec<Expansion<Self>> = engine.host.jobs.each(chunk.to_vec(), &|k| {
                    let part = &parts[k];
                    let most = most.min(CUTS_PER_UNIT * part.local.units() as u64 + MORE_CUTS);
                    engine.with_work(shared, Rule::Part(goal(part)), |mut work| {
                        work.notes = Notes(Sum::of(&part.known.contribution));
                        let whole = Open {
                            cell: part.cell.clone(),
                            local: Arc::clone(&part.local),
                            ..*part
                        };
                        let order = Frontier::new(true);
                        subtree(shared, &engine.host, work, whole, most, order)
                    })
                });
                for (k, expansion) in chunk.iter().zip(expanded) {
                    if is_known[*k] {
                        self.fathomed = self.fathomed.minus(sums[*k]);
                    } else {
                        self.undecided = self.undecided.minus(sums[*k]);
                    }
                    is_known[*k] = true;
                    // None of its cells stays open, because there is no network for them.
                    let (Notes(sum), _) = engine.graft(0, parts[*k].node, expansion);
                    sums[*k] = sum;
                    self.fathomed = self.fathomed.plus(sum);
                }
                engine.report(self, progress);
            }
            if self.is_done(self.sum()) {
                break;
            }
            density = self.sum().low / self.volume;
        }
        for (part, is_known) in parts.into_iter().zip(is_known) {
            if !is_known {
                engine.frontier.push(part);
            }
        }
    }
}
