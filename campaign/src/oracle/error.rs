//! Claims about errors.

use std::collections::HashMap;
use std::sync::Mutex;

use steeple::certificate::{Certificate, Claim, Norm, Question};
use steeple::network::Network;
use steeple::numbers::Rational;

use super::Verdict;
use super::integral::integral;
use super::supremum::{error_around, supremum};

/// An enclosure of the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    /// A lower bound of the error (`l2`: of its square).
    pub low: Rational,
    /// An upper bound, if one was found.
    pub high: Option<Rational>,
}

/// The most boxes, and the wanted relative gap: first with little effort, then with more if that
/// does not decide.
const EFFORTS: [(usize, f64); 3] = [(600, 1e-2), (6_000, 1e-4), (60_000, 1e-7)];

/// Encloses the error of a question, with an effort from 0 to 2.
pub fn enclose(network: &Network, question: &Question, effort: usize) -> Enclosure {
    let (budget, gap) = EFFORTS[effort.min(EFFORTS.len() - 1)];
    match question.norm {
        Norm::Sup => supremum(network, question, budget, gap),
        Norm::L1 | Norm::L2 | Norm::Area => integral(network, question, budget, gap),
    }
}

/// Judges claims, and stores its results. The answers do not depend on what is stored.
#[derive(Debug, Default)]
pub struct Judge {
    known: Mutex<HashMap<String, Enclosure>>,
    /// Questions that deserve more effort.
    own: Vec<String>,
}

impl Judge {
    /// Stores the known truth of a question.
    ///
    /// - Panics: when another thread panicked while it judged.
    pub fn tell(&self, question: &Question, truth: &Enclosure) {
        let mut known = self.known.lock().expect("no panic while it was held");
        for effort in 0..EFFORTS.len() {
            known.insert(key(question, effort), truth.clone());
        }
    }

    /// Marks a question that will be asked often.
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

    /// Does a claim hold, as far as this effort can decide?
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

/// Returns a question as text; its digest represents the network.
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

/// Is the error at least the claimed lower bound?
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
    // Without exact leaves, only the witness supports the claim.
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

/// Is the error at most the claimed upper bound?
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
