//! Bounds on the error after weights are rounded to floats, as the files of other tools need them.

use super::build::BuildRequest;
use super::verify::{Verification, VerifyRequest, verify};
use crate::certificate::{Certificate, Claim, Question};
use crate::formats::floats::Rounding;
use crate::formats::foreign::{ForeignError, Weights};
use crate::formats::onnx;
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::prover::Watch;
use crate::report::{RoundedError, RoundedReport};

/// Returns bounds on the error with the weights that an ONNX file stores, read back from its bytes. The
/// search continues from the certificate of the exact network; the checker decides.
///
/// - Errors: [`ForeignError`] if the file cannot be read back.
pub fn error_of_rounded(
    request: &BuildRequest<'_>,
    network: &Network,
    exact: &Verification,
    (file, written): (&str, &onnx::Written),
    progress: &mut Watch<'_>,
) -> Result<RoundedReport, ForeignError> {
    let Rounding { rounded, largest } = &written.rounding;
    let report = RoundedReport {
        file: file.to_owned(),
        floats: written.precision.name().to_owned(),
        numbers: *rounded,
        largest: largest.clone(),
        error: None,
    };
    if *rounded == 0 {
        return Ok(report);
    }
    let names = network.inputs().to_vec();
    let stored = onnx::read_stored(&written.bytes)?
        .into_network(Weights::Stored, Some(names))
        .map_err(|error| ForeignError::new(error.to_string()))?;
    if request.limits.is_over().is_some() {
        return Ok(report);
    }
    let question = Question {
        network: digest(&stored),
        ..exact.verified.claim().question.clone()
    };
    let request = VerifyRequest {
        network: &stored,
        resume: Some(as_hint(&exact.certificate, &question)),
        question,
        tolerance: request.tolerance.cloned(),
        gap: request.gap.clone(),
        limits: request.limits.clone(),
        threads: request.threads,
        weights: Weights::Stored,
        portable: request.portable,
    };
    // Without a proof the error with the rounded weights is unknown; the file is written anyway.
    let found = verify(&request, None, progress).ok();
    let found = found.filter(|found| {
        let claim = found.verified.claim();
        claim.stated_upper.is_some() || claim.stated_lower.is_positive()
    });
    let error = found.map(|found| {
        let claim = found.verified.claim();
        RoundedError {
            verdict: found.verdict,
            lower: claim.error_lower(),
            upper: claim.error_upper(),
        }
    });
    Ok(RoundedReport { error, ..report })
}

/// Returns the partition of a certificate, as a start for the search about another network.
fn as_hint(certificate: &Certificate, question: &Question) -> Certificate {
    Certificate {
        claim: Claim {
            question: question.clone(),
            stated_lower: Rational::ZERO,
            stated_upper: None,
        },
        ..certificate.clone()
    }
}
