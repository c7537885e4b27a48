//! A campaign: makes many damaged certificates, checks, judges and counts them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use steeple::certificate::text;

use crate::bases::{self, Base};
use crate::damage::{Damaged, damage};
use crate::oracle::{Judge, Verdict};
use crate::random::Choices;
use crate::trial::{Outcome, Trial, repaired};

/// Items that a thread takes at once.
const CHUNK: u64 = 64;
/// One in this many certificates is checked on two threads as well.
const TWICE: u64 = 64;
/// The most replacements of a rejected claim by the value that the checker found.
const REPAIRS: usize = 2;

/// Counts of certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Damaged certificates.
    pub made: u64,
    /// Those whose rejected claim was replaced by the value that the checker found.
    pub repaired: u64,
    /// Read without an error.
    pub parsed: u64,
    /// Accepted.
    pub accepted: u64,
    /// Accepted, for the question of the base, with a stronger end than the base.
    pub stronger: u64,
    /// Accepted, for another question.
    pub other: u64,
    /// Accepted and shown to be true.
    pub known: u64,
    /// Accepted and false, or another failure.
    pub failures: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.made += other.made;
        self.repaired += other.repaired;
        self.parsed += other.parsed;
        self.accepted += other.accepted;
        self.stronger += other.stronger;
        self.other += other.other;
        self.known += other.known;
        self.failures += other.failures;
    }
}

/// A certificate that shows an error of the checker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The item of the run.
    pub item: u64,
    /// The name of its base.
    pub base: &'static str,
    /// The kind of damage.
    pub kind: &'static str,
    /// The reason.
    pub reason: String,
    /// The certificate.
    pub certificate: Vec<u8>,
    /// Its network, as a file.
    pub network: Vec<u8>,
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By base.
    pub bases: BTreeMap<&'static str, Counts>,
    /// By kind of damage.
    pub kinds: BTreeMap<&'static str, Counts>,
    /// In the order of the items.
    pub failures: Vec<Failure>,
}

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The number of damaged certificates.
    pub count: u64,
    /// The seed of the random choices.
    pub seed: u64,
    /// The number of threads; the result does not depend on it.
    pub threads: usize,
    /// The effort of the judge, from 0 to 2.
    pub effort: usize,
}

/// Runs a campaign.
///
/// - Panics: when a thread panics outside a check.
pub fn run(plan: &Plan, bases: &[Base]) -> Report {
    let mut judge = Judge::default();
    for base in bases {
        if let Some(claim) = &base.claim {
            judge.care(&claim.question);
        }
    }
    for (question, truth) in bases.iter().filter_map(|base| base.truth.as_ref()) {
        judge.tell(question, truth);
    }
    let next = AtomicU64::new(0);
    let work = || {
        let mut report = Report::default();
        loop {
            let first = next.fetch_add(CHUNK, Ordering::Relaxed);
            if first >= plan.count {
                return report;
            }
            for item in first..plan.count.min(first + CHUNK) {
                one(plan, bases, &judge, item, &mut report);
            }
        }
    };
    let mut all = Report::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.threads.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        for thread in threads {
            all.merge(thread.join().expect("no panic outside a check"));
        }
    });
    all.failures.sort_by_key(|failure| failure.item);
    all
}

/// Runs a campaign over all bases.
pub fn run_all(plan: &Plan) -> Report {
    run(plan, &bases::all())
}

/// Runs one item: a damaged certificate, and its repaired versions if the checker reports what it
/// found.
fn one(plan: &Plan, bases: &[Base], judge: &Judge, item: u64, report: &mut Report) {
    let mut choices = Choices::new(plan.seed, item);
    let base = &bases[choices.below(bases.len())];
    let damaged = damage(base, &mut choices);
    let trial = Trial {
        judge,
        effort: plan.effort,
        is_checked_twice: item.is_multiple_of(TWICE),
    };
    let mut bytes = damaged.bytes.clone();
    for repair in 0..=REPAIRS {
        let outcome = trial.run(&bytes, damaged.network);
        let mut counts = counts(base, &damaged, &outcome);
        counts.repaired = u64::from(repair > 0);
        report.count(base.name, damaged.kind.name(), &counts);
        if let Some(reason) = &outcome.failure {
            report.failures.push(Failure {
                item,
                base: base.name,
                kind: damaged.kind.name(),
                reason: reason.clone(),
                certificate: bytes.clone(),
                network: network_file(damaged.network),
            });
        }
        let next = outcome.found.as_ref().and_then(|found| {
            let mut next = Vec::new();
            let certificate = text::read(&bytes).ok()?;
            text::write(&repaired(&certificate, found), &mut next).ok()?;
            Some(next)
        });
        match next.filter(|next| *next != bytes) {
            Some(next) => bytes = next,
            None => break,
        }
    }
}

/// A network as a file.
fn network_file(network: &steeple::network::Network) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    _ = steeple::formats::json::write(network, &mut bytes);
    bytes
}

/// Returns the counts of one outcome.
fn counts(base: &Base, damaged: &Damaged<'_>, outcome: &Outcome) -> Counts {
    let is_other = outcome.is_accepted && !is_same_question(base, damaged, outcome);
    Counts {
        made: 1,
        repaired: 0,
        parsed: u64::from(outcome.is_parsed),
        accepted: u64::from(outcome.is_accepted),
        stronger: u64::from(outcome.is_accepted && !is_other && is_stronger(base, outcome)),
        other: u64::from(is_other),
        known: u64::from(outcome.verdict == Some(Verdict::True)),
        failures: u64::from(outcome.failure.is_some()),
    }
}

/// Is the claim for the same question as the base?
fn is_same_question(base: &Base, damaged: &Damaged<'_>, outcome: &Outcome) -> bool {
    let Some(verified) = &outcome.verified else {
        // For properties, the lines decide.
        let text = String::from_utf8_lossy(&damaged.bytes);
        let lines = |word: &str| {
            let all = base
                .document
                .lines
                .iter()
                .filter(|(found, _)| found == word);
            all.map(|(_, rest)| format!("\n{word} {rest}\n"))
                .collect::<Vec<_>>()
        };
        let all = [lines("box"), lines("unsafe")].concat();
        return damaged.which == 0 && all.iter().all(|line| text.contains(line.as_str()));
    };
    let own = base.claim.as_ref();
    own.is_some_and(|own| verified.claim().question.is_same(&own.question))
}

fn is_stronger(base: &Base, outcome: &Outcome) -> bool {
    let (Some(verified), Some(old)) = (&outcome.verified, &base.claim) else {
        return false;
    };
    let new = verified.claim();
    let is_less = match (&new.stated_upper, &old.stated_upper) {
        (Some(new), Some(old)) => new < old,
        (Some(_), None) => true,
        (None, _) => false,
    };
    is_less || new.stated_lower > old.stated_lower
}

impl Report {
    fn count(&mut self, base: &'static str, kind: &'static str, counts: &Counts) {
        self.bases.entry(base).or_default().add(counts);
        self.kinds.entry(kind).or_default().add(counts);
    }

    fn merge(&mut self, other: Self) {
        for (base, counts) in &other.bases {
            self.bases.entry(base).or_default().add(counts);
        }
        for (kind, counts) in &other.kinds {
            self.kinds.entry(kind).or_default().add(counts);
        }
        self.failures.extend(other.failures);
    }

    /// Returns the counts of all bases together.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for counts in self.bases.values() {
            total.add(counts);
        }
        total
    }

    /// Returns tables in Markdown.
    pub fn tables(&self) -> String {
        let mut out = String::new();
        for (title, rows) in [("damage", &self.kinds), ("base", &self.bases)] {
            table(&mut out, title, rows, &self.total());
        }
        out
    }
}

fn table(out: &mut String, title: &str, rows: &BTreeMap<&'static str, Counts>, total: &Counts) {
    // Writing to a string does not fail.
    _ = writeln!(
        out,
        "| {title} | made | repaired | parsed | accepted | stronger | other question | shown true | failures |"
    );
    _ = writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (name, counts) in rows.iter().map(|(k, v)| (*k, v)).chain([("all", total)]) {
        let Counts {
            made,
            repaired,
            parsed,
            accepted,
            stronger,
            other,
            known,
            failures,
        } = counts;
        _ = writeln!(
            out,
            "| {name} | {made} | {repaired} | {parsed} | {accepted} | {stronger} | {other} | {known} | {failures} |"
        );
    }
    _ = writeln!(out);
}
