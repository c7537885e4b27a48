//! Turns a verdict into the plain data of a report.

use super::verify::Verification;
use crate::builders::Built;
use crate::certificate::Claim;
use crate::floats::Told;
use crate::formats::foreign::Weights;
use crate::network::{Network, size};
use crate::report::{CertificateReport, Report, SearchReport, Verdict, WitnessReport};

/// Returns the report on a claim that the checker accepted: the question and the bounds.
pub fn of_claim(claim: &Claim, network: &Network, weights: Weights) -> Report {
    let question = &claim.question;
    let names = question.domain.names().iter();
    Report {
        verdict: Verdict::Enclosed,
        norm: question.norm,
        jumps: network.has_jumps() || question.target.has_jumps(),
        target: question.target.text().to_vec(),
        domain: names
            .zip(question.domain.sides())
            .map(|(name, (low, high))| (name.clone(), low.clone(), high.clone()))
            .collect(),
        threshold: question.threshold.clone(),
        network: question.network.clone(),
        weights,
        arithmetic: Told::of(question, network),
        lower: claim.error_lower(),
        upper: claim.error_upper(),
        squared: claim.squared(),
        ..Report::default()
    }
}

/// Returns the report on a checked verdict, and on the network if it was built.
pub fn summarise(verification: &Verification, network: &Network, built: Option<&Built>) -> Report {
    let claim = verification.verified.claim();
    let names = claim.question.domain.names().iter();
    Report {
        verdict: verification.verdict,
        tolerance: verification.tolerance.clone(),
        witness: verification.verified.witness().and_then(|values| {
            let witness = verification.certificate.witness.as_ref()?;
            Some(WitnessReport {
                point: names.cloned().zip(witness.point.iter().cloned()).collect(),
                radius: witness.radius.clone(),
                network: values.network.clone(),
                target: values.target.clone(),
            })
        }),
        a_priori: built.and_then(|built| built.a_priori.clone()),
        search: SearchReport {
            boxes: verification.search.boxes,
            leaves: verification.search.leaves,
            seconds: verification.search.seconds,
            stopped_by: verification.search.stopped_by,
        },
        certificate: CertificateReport {
            path: verification
                .certificate_path
                .as_ref()
                .map(|path| path.display().to_string()),
            bytes: verification.certificate_bytes,
            seconds: verification.check_seconds,
            is_unchecked: verification.is_unchecked,
        },
        size: size(network).into(),
        notes: built.map(|built| built.notes.clone()).unwrap_or_default(),
        ..of_claim(claim, network, Weights::Exact)
    }
}
