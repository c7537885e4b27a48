//! Random problems for several checkers: a claim that one of them accepts must not be false.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use steeple::certificate::{
    Certificate, Norm, PropertyCertificate, Question, Semantics, Weights, property, text,
};
use steeple::checker::check_core;
use steeple::expr::{Domain, Property, parse_target};
use steeple::network::{Network, digest};
use steeple::numbers::Rational;
use steeple::prover::{Limits, PropertyRequest, prove_property};
use steeple::workflow::{VerifyRequest, verify};

use crate::bases::{Base, with_damaged};
use crate::damage::damage;
use crate::document::Document;
use crate::generate::{Parts, condition, formula, network, number, sides};
use crate::oracle::{Judge, Verdict, judge_property};
use crate::random::Choices;
use crate::trial::{Trial, repaired};

/// The most boxes of the prover.
const BOXES: u64 = 120;
/// Damaged certificates for each one found.
const DAMAGED: usize = 4;
/// The most boxes of the judge for each case of a property.
const PROPERTY_BUDGET: usize = 300;

/// A certificate with its network, and all verdicts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The problem it comes from.
    pub item: u64,
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The network, as a file.
    pub network: Vec<u8>,
    /// Did the kernel accept it?
    pub kernel: bool,
    /// Did the core on its own accept it?
    pub core: bool,
    /// Is the claim true?
    pub oracle: Verdict,
    /// A failure that must never happen.
    pub failure: Option<String>,
}

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The number of problems.
    pub count: u64,
    /// The seed of the random choices.
    pub seed: u64,
    /// The number of threads; the result does not depend on it.
    pub threads: usize,
}

/// Makes problems, certificates and damaged ones, and asks the kernel, the core and the oracle.
///
/// - Panics: when a thread panics outside a check.
pub fn run(plan: &Plan) -> Vec<Row> {
    let next = AtomicU64::new(0);
    let work = || {
        let mut rows = Vec::new();
        loop {
            let item = next.fetch_add(1, Ordering::Relaxed);
            if item >= plan.count {
                return rows;
            }
            rows.extend(problem(plan.seed, item));
        }
    };
    let mut all: Vec<Row> = Vec::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.threads.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        for thread in threads {
            all.extend(thread.join().expect("no panic outside a check"));
        }
    });
    all.sort_by_key(|row| row.item);
    all
}

/// Writes numbered files and their index: certificate, network, and the verdicts of the kernel, the core and
/// the oracle.
///
/// - Errors: those of the file system.
pub fn write(rows: &[Row], out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    let mut index = String::new();
    for (k, row) in rows.iter().enumerate() {
        let certificate = out.join(format!("{k:06}.certificate"));
        let network = out.join(format!("{k:06}.json"));
        fs::write(&certificate, &row.certificate)?;
        fs::write(&network, &row.network)?;
        let word = |accepted: bool| if accepted { "accepted" } else { "rejected" };
        // Writing to a string does not fail.
        _ = writeln!(
            index,
            "{}\t{}\t{}\t{}\t{}",
            certificate.display(),
            network.display(),
            word(row.kernel),
            word(row.core),
            row.oracle.name()
        );
    }
    fs::write(out.join("index.tsv"), index)
}

/// Returns the bases of the damage campaign, unchanged.
pub fn of_bases(bases: &[Base]) -> Vec<Row> {
    let judge = Judge::default();
    for (question, truth) in bases.iter().filter_map(|base| base.truth.as_ref()) {
        judge.tell(question, truth);
    }
    let numbered = (0..).zip(bases);
    let rows = numbered.map(|(item, base)| {
        let bytes = base.document.text().into_bytes();
        row(item, &judge, &bytes, &base.networks[0]).0
    });
    rows.collect()
}

/// Returns one problem: the certificate that the prover finds, and damaged ones.
fn problem(seed: u64, item: u64) -> Vec<Row> {
    let mut choices = Choices::new(seed, item);
    let base = (0..50).find_map(|_| {
        if choices.once_in(6) {
            property_base(&mut choices)
        } else {
            error_base(&mut choices)
        }
    });
    let Some(base) = base else {
        return Vec::new();
    };
    let judge = Judge::default();
    let mut rows = Vec::new();
    let own = base.document.text().into_bytes();
    rows.push(row(item, &judge, &own, &base.networks[0]).0);
    for _ in 0..DAMAGED {
        let damaged = damage(&base, &mut choices);
        let (first, next) = row(item, &judge, &damaged.bytes, damaged.network);
        rows.push(first);
        if let Some(next) = next {
            rows.push(row(item, &judge, &next, damaged.network).0);
        }
    }
    rows
}

/// Returns the verdicts on a certificate, and a certificate with the end that the checker found
/// instead.
fn row(item: u64, judge: &Judge, bytes: &[u8], network: &Network) -> (Row, Option<Vec<u8>>) {
    let trial = Trial {
        judge,
        effort: 1,
        is_checked_twice: false,
    };
    let outcome = trial.run(bytes, network);
    let mut file = Vec::new();
    // Writing to memory does not fail.
    _ = steeple::formats::json::write(network, &mut file);
    let mut row = Row {
        item,
        certificate: bytes.to_vec(),
        network: file,
        kernel: outcome.is_accepted,
        core: false,
        oracle: Verdict::Unknown,
        failure: outcome.failure,
    };
    let mut next = None;
    if let Ok(certificate) = text::read(bytes) {
        row.core = check_core(&certificate, network).is_ok();
        row.oracle = oracle(judge, &certificate, network);
        next = outcome.found.and_then(|found| {
            let mut next = Vec::new();
            text::write(&repaired(&certificate, &found), &mut next).ok()?;
            Some(next)
        });
    } else if let Ok(certificate) = property::read(bytes) {
        row.oracle = oracle_of_property(&certificate, network);
    }
    if row.failure.is_none() && (row.kernel || row.core) && matches!(row.oracle, Verdict::False(_))
    {
        row.failure = Some(format!("{:?}", row.oracle));
    }
    (row, next)
}

/// Is a claim true, accepted or not? A claim for another network, or one that does not fit the
/// network, is not true.
fn oracle(judge: &Judge, certificate: &Certificate, network: &Network) -> Verdict {
    let question = &certificate.claim.question;
    let target = &question.target;
    let is_area = question.norm == Norm::Area;
    let fits = target.inputs() == network.inputs()
        && target.outputs_count() == network.outputs().len()
        && target.inputs() == question.domain.names()
        && is_area == question.threshold.is_some()
        && (!is_area || target.is_region())
        && digest(network) == question.network;
    if !fits {
        return Verdict::False("it is about another network".to_string());
    }
    judge.judge(network, certificate, &certificate.claim, 1)
}

fn oracle_of_property(certificate: &PropertyCertificate, network: &Network) -> Verdict {
    let property = &certificate.property;
    let fits = property.inputs() == network.inputs().len()
        && property.outputs() == network.outputs().len()
        && digest(network) == certificate.network;
    if !fits {
        return Verdict::False("it is about another network".to_string());
    }
    judge_property(network, certificate, PROPERTY_BUDGET)
}

fn limits() -> Limits {
    Limits {
        boxes: Some(BOXES),
        ..Limits::default()
    }
}

/// Returns a random claim about an error that the prover finds.
fn error_base(choices: &mut Choices) -> Option<Base> {
    let parts = choices.pick(&[Parts::All, Parts::Core]);
    let inputs = 1 + choices.below(2);
    let norm = choices.pick(&[Norm::Sup, Norm::Sup, Norm::L1, Norm::L2, Norm::Area]);
    let is_region = norm == Norm::Area || choices.once_in(12);
    let outputs = if is_region {
        1
    } else {
        1 + usize::from(choices.once_in(5))
    };
    let network = network(choices, inputs, outputs, parts);
    let formulas: Vec<String> = (0..outputs)
        .map(|_| {
            if is_region {
                condition(choices, inputs, 2, parts)
            } else {
                formula(choices, inputs, 3, parts)
            }
        })
        .collect();
    let target = parse_target(&formulas, Some(network.inputs())).ok()?;
    let domain = Domain::new(network.inputs().to_vec(), sides(choices, inputs)).ok()?;
    let question = Question {
        network: digest(&network),
        target,
        domain: domain.clone(),
        norm,
        threshold: (norm == Norm::Area).then(|| number(choices)),
        semantics: Semantics::Real,
    };
    let request = VerifyRequest {
        network: &network,
        question,
        tolerance: None,
        gap: Rational::ratio(1, 8),
        limits: limits(),
        resume: None,
        threads: steeple::jobs::Threads::Count(1),
        weights: Weights::Exact,
        portable: !choices.once_in(3),
    };
    let found = verify(&request, None, &mut steeple::workflow::unwatched).ok()?;
    let mut bytes = Vec::new();
    text::write(&found.certificate, &mut bytes).ok()?;
    base(&bytes, domain.sides().to_vec(), network)
}

/// Returns a random property that the prover decides.
fn property_base(choices: &mut Choices) -> Option<Base> {
    let inputs = 1 + choices.below(2);
    let network = network(choices, inputs, 1, Parts::All);
    let sides = sides(choices, inputs);
    let bound = number(choices) * Rational::from(2);
    let sign = choices.pick(&[">", ">=", "<", "<="]);
    let second = choices.pick(&[
        "",
        " and X_0 > 1/8",
        " or X_0*Y_0 > 9",
        " and sin(X_0) <= Y_0",
    ]);
    let condition = format!("Y_0 {sign} {bound}{second}");
    let property = Property::new(inputs, 1, vec![(sides.clone(), condition)]).ok()?;
    let request = PropertyRequest {
        semantics: &Semantics::Real,
        network: &network,
        property: &property,
        limits: limits(),
        threads: steeple::jobs::Threads::Count(1),
        resume: None,
    };
    let found = prove_property(&request, &mut steeple::workflow::unwatched).ok()?;
    let evidence = Some(found.evidence).filter(|_| found.is_decided)?;
    let certificate = PropertyCertificate {
        semantics: Semantics::Real,
        network: digest(&network),
        weights: Weights::Exact,
        property,
        evidence,
    };
    let mut bytes = Vec::new();
    property::write(&certificate, &mut bytes).ok()?;
    base(&bytes, sides, network)
}

fn base(bytes: &[u8], sides: Vec<(Rational, Rational)>, network: Network) -> Option<Base> {
    Some(Base {
        name: "random",
        networks: with_damaged(network),
        document: Document::read(std::str::from_utf8(bytes).ok()?)?,
        sides,
        claim: None,
        truth: None,
    })
}
