//! Turns a verdict into the plain data of a report.

use super::verify::Verification;
use crate::builders::Built;
use crate::floats::Told;
use crate::formats::foreign::Weights;
use crate::network::{Network, size};
use crate::report::{CertificateReport, Report, SearchReport, WitnessReport};

/// Returns the report on a checked verdict, and on the network if it was built.
pub fn summarise(verification: &Verification, network: &Network, built: Option<&Built>) -> Report {
    let claim = verification.verified.claim();
    let question = &claim.question;
    let names = question.domain.names().iter();
    Report {
        verdict: verification.verdict,
        norm: question.norm,
        jumps: network.has_jumps() || question.target.has_jumps(),
        target: question.target.text().to_vec(),
        domain: names
            .zip(question.domain.sides())
            .map(|(name, (low, high))| (name.clone(), low.clone(), high.clone()))
            .collect(),
        tolerance: verification.tolerance.clone(),
        threshold: question.threshold.clone(),
        network: question.network.clone(),
        weights: Weights::Exact,
        arithmetic: Told::of(question, network),
        lower: claim.error_lower(),
        upper: claim.error_upper(),
        squared: claim.squared(),
        witness: verification.verified.witness().and_then(|values| {
            let witness = verification.certificate.witness.as_ref()?;
            let names = question.domain.names().iter().cloned();
            Some(WitnessReport {
                point: names.zip(witness.point.iter().cloned()).collect(),
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
        candidates: Vec::new(),
        rounded: Vec::new(),
        steps: Vec::new(),
    }
}
