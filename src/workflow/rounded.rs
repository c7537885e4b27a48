//! Bounds on the error of the file that other tools read: its floats as weights, in their arithmetic.

use super::build::BuildRequest;
use super::verify::{Verification, VerifyRequest, verify};
use crate::certificate::{Certificate, Claim, Norm, Question, Semantics};
use crate::floats::{Arithmetic, Told};
use crate::formats::floats::Rounding;
use crate::formats::foreign::{ForeignError, Weights};
use crate::formats::onnx;
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::prover::Watch;
use crate::report::{RoundedError, RoundedReport};

/// Besides those of the search about the exact network, the boxes that this one may take.
const BOXES: u64 = 2000;

/// Returns bounds on the error with the weights that an ONNX file stores, read back from its bytes: in float32
/// arithmetic, or in real arithmetic if the verdict is about floats already. The search continues from the
/// certificate of the exact network; the checker decides.
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
    let names = network.inputs().to_vec();
    let stored = onnx::read_stored(&written.bytes)?
        .into_network(Weights::Stored, Some(names))
        .map_err(|error| ForeignError::new(error.to_string()))?;
    let semantics = other_arithmetic(&request.semantics, request.norm);
    let report = RoundedReport {
        file: file.to_owned(),
        floats: written.precision.name().to_owned(),
        arithmetic: Told::new(&semantics, &stored),
        numbers: *rounded,
        largest: largest.clone(),
        error: None,
    };
    if request.limits.is_over().is_some() {
        return Ok(report);
    }
    let question = Question {
        network: digest(&stored),
        semantics,
        ..exact.verified.claim().question.clone()
    };
    let mut limits = request.limits.clone();
    let most = exact.search.boxes.saturating_add(BOXES);
    limits.boxes = Some(limits.boxes.map_or(most, |boxes| boxes.min(most)));
    let request = VerifyRequest {
        network: &stored,
        resume: Some(as_hint(&exact.certificate, &question)),
        question,
        tolerance: request.tolerance.cloned(),
        gap: request.gap.clone(),
        limits,
        threads: request.threads,
        weights: Weights::Stored,
        portable: false,
    };
    // Without a proof the error is not known; the file is written anyway.
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

/// The arithmetic that a report tells beside that of its claim: float32 beside real numbers, and the reverse.
/// Integrals are over all real inputs, rounded.
pub(super) fn other_arithmetic(claimed: &Semantics, norm: Norm) -> Semantics {
    match claimed {
        Semantics::Float(_) => Semantics::Real,
        Semantics::Real if norm == Norm::Sup => Arithmetic::float32().into(),
        Semantics::Real => Arithmetic::float32().rounded_inputs().into(),
    }
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
