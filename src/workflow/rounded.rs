//! Bounds on the error of the file that other tools read: its floats as weights, in their arithmetic.

use super::build::BuildRequest;
use super::verify::{Verification, VerifyRequest, verify};
use crate::certificate::{Certificate, Claim, Norm, Question, Semantics};
use crate::floats::{Arithmetic, Told};
use crate::formats::floats::Rounding;
use crate::formats::foreign::{ForeignError, Weights};
use crate::formats::onnx;
use crate::jobs::Threads;
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::prover::{Limits, Watch};
use crate::report::{RoundedError, RoundedReport, Verdict};

/// Besides those of the search about the exact network, the boxes that this one may take.
const BOXES: u64 = 2000;

/// Returns bounds on the error with the weights that an ONNX file stores, read back from its bytes: in float32
/// arithmetic, or in real arithmetic if the verdict is about floats already. Where float32 leaves open whether the
/// file keeps the tolerance, real arithmetic may tell that its weights alone break it, and follows. The search
/// continues from the certificate of the exact network; the checker decides.
///
/// - Errors: [`ForeignError`] if the file cannot be read back.
pub fn error_of_rounded(
    request: &BuildRequest<'_>,
    network: &Network,
    exact: &Verification,
    (file, written): (&str, &onnx::Written),
    progress: &mut Watch<'_>,
) -> Result<Vec<RoundedReport>, ForeignError> {
    let Rounding { rounded, largest } = &written.rounding;
    let stored = stored_in(written, network)?;
    let mut in_arithmetic = |semantics: Semantics| {
        let beside = Beside {
            semantics,
            tolerance: request.tolerance.cloned(),
            gap: request.gap.clone(),
            limits: request.limits.clone(),
            threads: request.threads,
        };
        RoundedReport {
            file: file.to_owned(),
            floats: written.precision.name().to_owned(),
            arithmetic: Told::new(&beside.semantics, &stored),
            numbers: *rounded,
            largest: largest.clone(),
            error: beside.of(&stored, exact, progress),
        }
    };
    let first = in_arithmetic(other_arithmetic(&request.semantics, request.norm));
    let verdict = first.error.as_ref().map(|error| error.verdict);
    let is_open =
        request.tolerance.is_some() && !matches!(verdict, Some(Verdict::Proved | Verdict::Refuted));
    let mut reports = vec![first];
    if is_open && *rounded > 0 && request.semantics == Semantics::Real {
        let real = in_arithmetic(Semantics::Real);
        let is_broken = |error: &RoundedError| error.verdict == Verdict::Refuted;
        reports.extend(Some(real).filter(|real| real.error.as_ref().is_some_and(is_broken)));
    }
    Ok(reports)
}

/// Returns the network that an ONNX file stores.
fn stored_in(written: &onnx::Written, network: &Network) -> Result<Network, ForeignError> {
    let names = network.inputs().to_vec();
    onnx::read_stored(&written.bytes)?
        .into_network(Weights::Stored, Some(names))
        .map_err(|error| ForeignError::new(error.to_string()))
}

/// The arithmetic that a report tells beside that of its claim: float32 beside real numbers, and the reverse.
/// Integrals are over all real inputs, rounded.
fn other_arithmetic(claimed: &Semantics, norm: Norm) -> Semantics {
    match claimed {
        Semantics::Float(_) => Semantics::Real,
        Semantics::Real if norm == Norm::Sup => Arithmetic::float32().into(),
        Semantics::Real => Arithmetic::float32().rounded_inputs().into(),
    }
}

/// A short search beside one that has ended, about a network that hardly differs, in other arithmetic.
pub(super) struct Beside<'a> {
    /// The arithmetic.
    pub semantics: Semantics,
    /// The error wanted, if one is.
    pub tolerance: Option<Rational>,
    /// Without a tolerance: the relative width of the enclosure wanted.
    pub gap: Rational,
    /// When to stop; in any case after some more boxes than the first search took.
    pub limits: Limits,
    /// How many threads.
    pub threads: Threads<'a>,
}

impl Beside<'_> {
    /// Returns bounds on the error of the other network; `None` if none were found.
    pub(super) fn of(
        mut self,
        stored: &Network,
        exact: &Verification,
        progress: &mut Watch<'_>,
    ) -> Option<RoundedError> {
        if self.limits.is_over().is_some() {
            return None;
        }
        let question = Question {
            network: digest(stored),
            semantics: self.semantics,
            ..exact.verified.claim().question.clone()
        };
        let most = exact.search.boxes.saturating_add(BOXES);
        self.limits.boxes = Some(self.limits.boxes.map_or(most, |boxes| boxes.min(most)));
        let request = VerifyRequest {
            network: stored,
            resume: Some(as_hint(&exact.certificate, &question)),
            question,
            tolerance: self.tolerance,
            gap: self.gap,
            limits: self.limits,
            threads: self.threads,
            weights: Weights::Stored,
            portable: false,
        };
        // Without a proof the error is not known; that is no reason to fail.
        let found = verify(&request, None, progress).ok()?;
        let claim = found.verified.claim();
        let says_something = claim.stated_upper.is_some() || claim.stated_lower.is_positive();
        says_something.then(|| RoundedError {
            verdict: found.verdict,
            lower: claim.error_lower(),
            upper: claim.error_upper(),
        })
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
