//! Claims about errors.

use std::collections::HashMap;
use std::sync::Mutex;

use steeple::certificate::{Certificate, Claim, Norm, Question};
use steeple::network::Network;
use steeple::numbers::Rational;

use super::Verdict;
use super::integral::integral;
use super::supremum::{error_around, supremum};

/// The truth is between these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// The error (`l2`: its square) is at least this.
    pub low: Rational,
    /// And at most this, where a bound was found.
    pub high: Option<Rational>,
}

/// Boxes looked at, and how near the ends shall be: first in little time, then where that does not tell.
const EFFORTS: [(usize, f64); 3] = [(600, 1e-2), (6_000, 1e-4), (60_000, 1e-7)];

/// Encloses the error of a question, with an effort from 0 to 2.
pub fn enclose(network: &Network, question: &Question, effort: usize) -> Enclosure {
    let (budget, gap) = EFFORTS[effort.min(EFFORTS.len() - 1)];
    match question.norm {
        Norm::Sup => supremum(network, question, budget, gap),
        Norm::L1 | Norm::L2 | Norm::Area => integral(network, question, budget, gap),
    }
}

/// Judges claims, and remembers what it found. The answers do not depend on what it remembers.
#[derive(Debug, Default)]
pub struct Judge {
    known: Mutex<HashMap<String, Enclosure>>,
    /// Questions that more effort is worth.
    own: Vec<String>,
}

impl Judge {
    /// Says that the truth of a question is known.
    ///
    /// - Panics: when another thread panicked while it judged.
    pub fn tell(&self, question: &Question, truth: &Enclosure) {
        let mut known = self.known.lock().expect("no panic while it was held");
        for effort in 0..EFFORTS.len() {
            known.insert(key(question, effort), truth.clone());
        }
    }

    /// Says that a question will be asked often.
    pub fn care(&mut self, question: &Question) {
        self.own.push(key(question, 0));
    }

    fn enclosure(&self, network: &Network, question: &Question, effort: usize) -> Enclosure {
        let key = key(question, effort);
        let held = self.known.lock().expect("no panic while it was held");
        if let Some(found) = held.get(&key) {
            return found.clone();
        }
        drop(held);
        let found = enclose(network, question, effort);
        let mut held = self.known.lock().expect("no panic while it was held");
        if held.len() < 1 << 18 {
            held.insert(key, found.clone());
        }
        found
    }

    /// Does a claim hold, as far as that is found with so much effort?
    ///
    /// - Panics: when another thread panicked while it judged.
    pub fn judge(
        &self,
        network: &Network,
        certificate: &Certificate,
        claim: &Claim,
        most_effort: usize,
    ) -> Verdict {
        let mut verdict = Verdict::Unknown;
        let is_own = self.own.contains(&key(&claim.question, 0));
        let most = most_effort + usize::from(is_own);
        for effort in 0..=most.min(EFFORTS.len() - 1) {
            let truth = self.enclosure(network, &claim.question, effort);
            let lower = holds_below(network, certificate, claim, &truth);
            verdict = lower.and(holds_above(claim, &truth));
            if verdict != Verdict::Unknown {
                break;
            }
        }
        verdict
    }
}

/// A question as text; its digest stands for the network.
fn key(question: &Question, effort: usize) -> String {
    format!(
        "{effort} {} {} {:?} {} {:?}",
        question.network,
        question.norm,
        question.target.text(),
        question.domain,
        question.threshold
    )
}

/// Is the error at least what is claimed?
fn holds_below(
    network: &Network,
    certificate: &Certificate,
    claim: &Claim,
    truth: &Enclosure,
) -> Verdict {
    let claimed = &claim.stated_lower;
    if *claimed <= truth.low || !claimed.is_positive() {
        return Verdict::True;
    }
    if let Some(high) = &truth.high
        && high < claimed
    {
        return Verdict::False(format!("at least {claimed}, and it is at most {high}"));
    }
    let witness = certificate.witness.as_ref();
    let found = witness
        .filter(|_| claim.question.norm == Norm::Sup)
        .and_then(|witness| {
            error_around(network, &claim.question, &witness.point, &witness.radius)
        });
    if found.as_ref().is_some_and(|found| *claimed <= *found) {
        return Verdict::True;
    }
    // Without exact leaves there is nothing but the witness to rest on.
    let is_point = witness.is_some_and(|witness| witness.radius.is_zero());
    let has_exact = certificate.partition.text().contains(&b'e');
    let nearly = claimed * &(Rational::ONE - Rational::power_of_two(-150));
    if claim.question.norm == Norm::Sup
        && !has_exact
        && is_point
        && found.is_some_and(|found| found < nearly)
    {
        return Verdict::False(format!("at least {claimed}, and the witness shows less"));
    }
    Verdict::Unknown
}

/// Is it at most what is claimed?
fn holds_above(claim: &Claim, truth: &Enclosure) -> Verdict {
    let Some(claimed) = &claim.stated_upper else {
        return Verdict::True;
    };
    if *claimed < truth.low {
        let low = &truth.low;
        return Verdict::False(format!("at most {claimed}, and it is at least {low}"));
    }
    match &truth.high {
        Some(high) if high <= claimed => Verdict::True,
        _ => Verdict::Unknown,
    }
}
