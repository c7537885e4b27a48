//! One certificate, with the checkers and the judge.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use steeple::certificate::{Certificate, Layer, Norm, property, text};
use steeple::checker::{
    Rejection, Verified, check, check_core, check_on_domain, check_property_by,
};
use steeple::jobs::in_order;
use steeple::network::Network;
use steeple::numbers::{Rational, literal};

use crate::oracle::{Judge, Verdict, judge_property};

/// A check that takes longer than this is reported.
const TOO_LONG: Duration = Duration::from_secs(30);
/// The most boxes of the judge for each case of a property.
const PROPERTY_BUDGET: usize = 400;

/// The outcome for a certificate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// It was read.
    pub is_parsed: bool,
    /// It was accepted.
    pub is_accepted: bool,
    /// The judge's verdict on the accepted claim.
    pub verdict: Option<Verdict>,
    /// The claim that was accepted, if it is about an error.
    pub verified: Option<Verified>,
    /// The ends that the checker would accept, if it rejected one of them.
    pub found: Option<Found>,
    /// A failure that must never happen: a false claim, a panic, a check without end, two answers.
    pub failure: Option<String>,
}

/// What a rejection reports about one end of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The upper end.
    Upper(Rational),
    /// The lower end.
    Lower(Rational),
}

/// The settings of a trial.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// Finds the truth.
    pub judge: &'a Judge,
    /// The effort of the judge, from 0 to 2.
    pub effort: usize,
    /// Is it checked on two threads as well?
    pub is_checked_twice: bool,
}

impl Trial<'_> {
    /// Reads, checks and judges a file.
    pub fn run(&self, bytes: &[u8], network: &Network) -> Outcome {
        let tried = catch_unwind(AssertUnwindSafe(|| {
            if property::is_property(bytes) {
                property_outcome(bytes, network)
            } else {
                self.error(bytes, network)
            }
        }));
        tried.unwrap_or_else(|_| Outcome {
            failure: Some("panic".to_string()),
            ..Outcome::default()
        })
    }

    fn error(&self, bytes: &[u8], network: &Network) -> Outcome {
        let Ok(certificate) = text::read(bytes) else {
            return Outcome::default();
        };
        let mut outcome = Outcome {
            is_parsed: true,
            ..Outcome::default()
        };
        let begun = Instant::now();
        let stop = || begun.elapsed() > TOO_LONG;
        let alone = |jobs: usize, job: &(dyn Fn(usize) + Sync)| (0..jobs).for_each(job);
        let answer = check_on_domain(&certificate, network, &alone, &stop);
        let answer = answer.map(|(verified, _)| verified);
        outcome.failure = self.other_answers(&certificate, network, &answer);
        match answer {
            Ok(verified) => {
                outcome.is_accepted = true;
                let claim = verified.claim();
                let verdict = self.judge.judge(network, &certificate, claim, self.effort);
                if let Verdict::False(reason) = &verdict {
                    outcome.failure = Some(format!("false: {reason}"));
                }
                outcome.verdict = Some(verdict);
                outcome.verified = Some(verified);
            }
            Err(Rejection::Stopped) => outcome.failure = Some("a check without end".to_string()),
            Err(rejection) => outcome.found = found(&rejection),
        }
        outcome
    }

    /// Do the core and two threads give the same answer?
    fn other_answers(
        &self,
        certificate: &Certificate,
        network: &Network,
        answer: &Result<Verified, Rejection>,
    ) -> Option<String> {
        if certificate.layer == Layer::Core && check_core(certificate, network) != *answer {
            return Some("the core answers otherwise".to_string());
        }
        if self.is_checked_twice {
            let other = check_on_domain(certificate, network, &on_two_threads, &|| false);
            if other.map(|(verified, _)| verified) != *answer {
                return Some("two threads answer otherwise".to_string());
            }
        }
        None
    }
}

/// Reads, checks and judges a certificate about a property.
fn property_outcome(bytes: &[u8], network: &Network) -> Outcome {
    let Ok(certificate) = property::read(bytes) else {
        return Outcome::default();
    };
    let begun = Instant::now();
    let stop = || begun.elapsed() > TOO_LONG;
    let answer = check_property_by(&certificate, network, &in_order, &stop);
    let mut outcome = Outcome {
        is_parsed: true,
        is_accepted: answer.is_ok(),
        ..Outcome::default()
    };
    match answer {
        Ok(_) => {
            let verdict = judge_property(network, &certificate, PROPERTY_BUDGET);
            if let Verdict::False(reason) = &verdict {
                outcome.failure = Some(format!("false: {reason}"));
            }
            outcome.verdict = Some(verdict);
        }
        Err(Rejection::Stopped) => outcome.failure = Some("a check without end".to_string()),
        Err(_) => {}
    }
    outcome
}

/// Runs jobs on two threads.
fn on_two_threads(jobs: usize, job: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= jobs {
                break;
            }
            job(index);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}

/// Returns the end that the checker computed, from the text of its rejection.
fn found(rejection: &Rejection) -> Option<Found> {
    match rejection {
        Rejection::UpperNotReached { found, .. } => literal::parse(found).ok().map(Found::Upper),
        Rejection::LowerNotReached { found, .. } => {
            let number = found.rsplit(' ').next()?;
            literal::parse(number).ok().map(Found::Lower)
        }
        _ => None,
    }
}

/// Replaces a rejected end by the one that the checker found.
#[must_use]
pub fn repaired(certificate: &Certificate, found: &Found) -> Certificate {
    let mut repaired = certificate.clone();
    match found {
        Found::Upper(upper) => repaired.claim.stated_upper = Some(upper.clone()),
        Found::Lower(lower) => repaired.claim.stated_lower = lower.clone(),
    }
    repaired
}

/// Returns the certificate with the strongest claim that the checker accepts.
///
/// - Errors: the rejection that does not say what the checker found.
pub fn strongest(certificate: &Certificate, network: &Network) -> Result<Certificate, Rejection> {
    let mut strongest = certificate.clone();
    // No upper end below 0 is valid, and no lower end above every number in use.
    strongest.claim.stated_upper = Some(Rational::from(-1));
    if certificate.claim.question.norm != Norm::Sup || certificate.witness.is_some() {
        strongest.claim.stated_lower = Rational::power_of_two(1000);
    }
    for _ in 0..4 {
        let Err(rejection) = check(&strongest, network) else {
            break;
        };
        let Some(found) = found(&rejection) else {
            return Err(rejection);
        };
        strongest = repaired(&strongest, &found);
    }
    Ok(strongest)
}
