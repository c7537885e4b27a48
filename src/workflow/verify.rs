//! Verifies a claim: prove, write, read back, check, and only then give a verdict.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files;
pub(super) use super::files::write_beside;
use super::measure::{MeasureError, fits_target};
use super::parallel::check_with_threads;
use super::size::NoSize;
use super::smallest::NoneFound;
use crate::bounds::OnCell;
use crate::builders::{BuildError, Impossible};
use crate::certificate::{
    Certificate, Claim, Partition, Question, Ranges, ReadError, Weights, text,
};
use crate::checker::{Rejection, Verified};
use crate::clock::Moment;
use crate::floats::{NotFloat, ToFloatsError, fits};
use crate::formats::FormatError;
use crate::network::Network;
use crate::numbers::Rational;
use crate::prover::{self, Limits, ProveError, Request, StoppedBy, Watch};

pub use crate::report::Verdict;

/// What to verify.
#[derive(Clone, Debug)]
pub struct VerifyRequest<'a> {
    /// The network.
    pub network: &'a Network,
    /// The question about it, in the order of its inputs.
    pub question: Question,
    /// The error wanted, if one is.
    pub tolerance: Option<Rational>,
    /// Without a tolerance: the relative width of the enclosure wanted.
    pub gap: Rational,
    /// When to stop.
    pub limits: Limits,
    /// The certificate of an earlier search for the same question, to continue from.
    pub resume: Option<Certificate>,
    /// How many threads; all by default. The result does not depend on it.
    pub threads: crate::jobs::Threads<'a>,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// Must the certificate use the methods of the core alone, so that a small checker can check it?
    pub portable: bool,
}

/// Facts about the search. The times are for users, not for files.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchSummary {
    /// The number of boxes that were searched.
    pub boxes: u64,
    /// The number of leaves of the partition.
    pub leaves: usize,
    /// Wall time.
    pub seconds: f64,
    /// What stopped it early, if anything did.
    pub stopped_by: Option<StoppedBy>,
}

/// A verdict, and the checked claim that it rests on.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The verdict.
    pub verdict: Verdict,
    /// What the checker accepted.
    pub verified: Verified,
    /// The checker's network on the domain, for pictures.
    pub on_domain: Option<Arc<OnCell>>,
    /// The tolerance asked for.
    pub tolerance: Option<Rational>,
    /// The certificate, as read back.
    pub certificate: Certificate,
    /// How the search went.
    pub search: SearchSummary,
    /// Wall time of the check.
    pub check_seconds: f64,
    /// Where the certificate was written.
    pub certificate_path: Option<PathBuf>,
    /// Its size.
    pub certificate_bytes: u64,
    /// Did the time limit stop the check? Then the file at the path was not checked, and the claim and
    /// [`Verification::certificate`] only state that errors are not negative.
    pub is_unchecked: bool,
    /// If it was not checked: the certificate that was found, as a file. It may not hold.
    pub proposed: Option<Vec<u8>>,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkflowError {
    /// The network and the question do not fit, or the search cannot begin.
    #[error("{0}")]
    Prove(#[from] ProveError),
    /// Network and target have different inputs.
    #[error("the target has the inputs {}, the network has {}", target.join(", "), network.join(", "))]
    Inputs {
        /// The inputs of the target.
        target: Vec<String>,
        /// Those of the network.
        network: Vec<String>,
    },
    /// Network and target have different numbers of outputs.
    #[error("the target has {target} outputs, the network has {network}")]
    Outputs {
        /// The outputs of the target.
        target: usize,
        /// Those of the network.
        network: usize,
    },
    /// Network and property have different numbers of inputs or outputs.
    #[error("the property has {property} {what}, the network has {network}")]
    Property {
        /// `inputs` or `outputs`.
        what: &'static str,
        /// Those of the property.
        property: usize,
        /// Those of the network.
        network: usize,
    },
    /// The norm, the threshold and the target do not fit together.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The claim is about floats, and cannot be.
    #[error(transparent)]
    Floats(Box<NotFloat>),
    /// The network that was built has no nearest one in floats.
    #[error(transparent)]
    NoFloats(Box<ToFloatsError>),
    /// A certificate that was written cannot be read back.
    #[error("certificate: {0}")]
    Certificate(ReadError),
    /// A file cannot be written or read back.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: String,
        /// What went wrong.
        error: io::Error,
    },
    /// The checker did not accept our own certificate: a bug, and no verdict.
    #[error("the checker rejected the certificate that was found, so nothing is proved: {0}")]
    Rejected(Rejection),
    /// The network cannot be built.
    #[error(transparent)]
    Build(Box<BuildError>),
    /// No size of the builder keeps the tolerance.
    #[error("{0}")]
    Impossible(Box<Impossible>),
    /// No size was proved to keep the tolerance.
    #[error("{0}")]
    NoSize(Box<NoSize>),
    /// No network was found to keep the tolerance.
    #[error("{0}")]
    NoneFound(Box<NoneFound>),
    /// The builder has no size.
    #[error(
        "builder `{builder}` has no size that could grow; hint: use a builder with `cells` or `sides`"
    )]
    NothingGrows {
        /// The builder.
        builder: &'static str,
    },
    /// The builder has no steps, or steps that are not smooth.
    #[error(
        "builder `{builder}` has no steps here whose steepness could be chosen; hint: use \
         `builder = \"staircase\"` with sigmoid or tanh units"
    )]
    NothingSteepens {
        /// The builder.
        builder: &'static str,
    },
    /// A network that was written cannot be read back.
    #[error("network.json: {}", .0.message)]
    Network(FormatError),
    /// The network does not fit into the memory limit.
    #[error(
        "undecided: a network of this size takes about {} MB, and the memory limit is {} MB; \
         hint: choose a smaller size, or raise --memory-limit",
        .needed / 1_000_000,
        .limit / 1_000_000
    )]
    TooLarge {
        /// Bytes, about.
        needed: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A limit was reached before anything was found.
    #[error("undecided: stopped by {} before anything was found", .0.name())]
    Stopped(StoppedBy),
}

impl From<ToFloatsError> for WorkflowError {
    fn from(error: ToFloatsError) -> Self {
        Self::NoFloats(Box::new(error))
    }
}

impl From<NotFloat> for WorkflowError {
    fn from(error: NotFloat) -> Self {
        Self::Floats(Box::new(error))
    }
}

impl From<BuildError> for WorkflowError {
    fn from(error: BuildError) -> Self {
        Self::Build(Box::new(error))
    }
}

impl WorkflowError {
    /// Returns the key of `[network]` to change, if the error is about that table.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Build(error) => Some(error.key().unwrap_or("builder")),
            Self::NoSize(error) => Some(error.key),
            Self::NoneFound(error) => Some(match error.most_units {
                Some(_) => "max_units",
                None => "builder",
            }),
            Self::Impossible(_) | Self::NothingGrows { .. } | Self::NothingSteepens { .. } => {
                Some("builder")
            }
            Self::Prove(_)
            | Self::Inputs { .. }
            | Self::Outputs { .. }
            | Self::Property { .. }
            | Self::Measure(_)
            | Self::Floats(_)
            | Self::NoFloats(_)
            | Self::Certificate(_)
            | Self::File { .. }
            | Self::Rejected(_)
            | Self::Network(_)
            | Self::TooLarge { .. }
            | Self::Stopped(_) => None,
        }
    }
}

/// Proves, writes the certificate (to memory if no path is given), reads it back and checks it.
///
/// - Errors: [`WorkflowError`] if there is no verdict at all.
pub fn verify(
    request: &VerifyRequest<'_>,
    certificate_path: Option<&Path>,
    progress: &mut Watch<'_>,
) -> Result<Verification, WorkflowError> {
    let found = search(None, request, progress)?;
    settle(found, request, certificate_path)
}

/// Lets the checker decide about the certificate that the request would go on with, without a search.
///
/// - Errors: [`WorkflowError::Rejected`] if the checker rejects it; [`WorkflowError::Stopped`] if there is none.
pub fn accept(request: &VerifyRequest<'_>) -> Result<Verification, WorkflowError> {
    check_fit(request)?;
    let certificate = request.resume.clone();
    let certificate = certificate.ok_or(WorkflowError::Stopped(StoppedBy::Boxes))?;
    let outcome = prover::Outcome {
        certificate,
        boxes: 0,
        stopped_by: None,
        within: Vec::new(),
    };
    let seconds = 0.0;
    settle(Found { outcome, seconds }, request, None)
}

/// The result of a search, before the check.
pub(super) struct Found {
    outcome: prover::Outcome,
    seconds: f64,
}

impl Found {
    /// The time that the search took.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Does the search find that the error is at most this?
    pub(super) fn keeps(&self, tolerance: &Rational) -> bool {
        self.outcome.certificate.claim.keeps(tolerance)
    }

    /// Does the search find that the error is above this?
    pub(super) fn exceeds(&self, tolerance: &Rational) -> bool {
        self.outcome.certificate.claim.exceeds(tolerance)
    }

    /// The number of boxes that were searched.
    pub(super) fn boxes(&self) -> u64 {
        self.outcome.boxes
    }

    /// The point where the search found a large error.
    pub(super) fn witness(&self) -> Option<Vec<Rational>> {
        let witness = self.outcome.certificate.witness.as_ref();
        witness.map(|witness| witness.point.clone())
    }

    /// The upper bound that the search found.
    pub(super) fn upper(&self) -> Option<Rational> {
        self.outcome.certificate.claim.error_upper()
    }

    /// What stopped the search early.
    pub(super) fn stopped_by(&self) -> Option<StoppedBy> {
        self.outcome.stopped_by
    }
}

/// Searches for a certificate. The network on the domain may be known already; the checker computes its
/// own, which the pictures use too.
pub(super) fn search(
    known: Option<Arc<OnCell>>,
    request: &VerifyRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Found, WorkflowError> {
    check_fit(request)?;
    let started = Moment::now();
    let known = known.filter(|_| !request.portable).or_else(|| {
        OnCell::domain(request.network, &request.question, request.portable)
            .ok()
            .map(Arc::new)
    });
    let outcome = prover::prove(
        &Request {
            network: request.network,
            on_domain: known.as_ref(),
            question: &request.question,
            tolerance: request.tolerance.as_ref(),
            gap: &request.gap,
            limits: request.limits.clone(),
            resume: request.resume.as_ref(),
            threads: request.threads,
            weights: request.weights,
            portable: request.portable,
            within: None,
        },
        progress,
    )
    .map_err(of_floats)?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(Found { outcome, seconds })
}

/// Says what to do where the prover found that a claim about floats cannot be made.
pub(super) fn of_floats(error: ProveError) -> WorkflowError {
    match error {
        ProveError::NoFloats(error) => NotFloat::Kernel { error }.into(),
        error => error.into(),
    }
}

/// Writes the certificate, reads it back and checks it against the network of the request.
pub(super) fn settle(
    found: Found,
    request: &VerifyRequest<'_>,
    certificate_path: Option<&Path>,
) -> Result<Verification, WorkflowError> {
    let Found { outcome, seconds } = found;
    let prover::Outcome {
        certificate,
        boxes,
        stopped_by,
        within: _,
    } = outcome;
    let write = |out: &mut dyn Write| text::write(&certificate, out);
    let bytes = written_and_read_back(&write, certificate_path)?;
    drop(certificate);
    let started = Moment::now();
    // A file that cannot be read back is as bad as a certificate that is rejected.
    let certificate = text::read(&bytes).map_err(WorkflowError::Certificate)?;
    let certificate_bytes = bytes.len() as u64;
    // A large certificate is not kept twice, unless somebody may want it unchecked.
    let bytes = request.limits.check_interrupt.is_some().then_some(bytes);
    let is_late = || request.limits.is_check_over(started);
    let checked = check_with_threads(&certificate, request.network, request.threads, &is_late);
    let is_unchecked = matches!(checked, Err(Rejection::Stopped));
    let (certificate, checked) = if is_unchecked {
        let nothing = nothing_known(request);
        let checked = check_with_threads(&nothing, request.network, request.threads, &|| false);
        (nothing, checked)
    } else {
        (certificate, checked)
    };
    let (verified, on_domain) = checked.map_err(WorkflowError::Rejected)?;
    let stopped_by = stopped_by
        .or(is_unchecked.then(|| request.limits.is_over().unwrap_or(StoppedBy::Interrupt)));
    verified
        .answers(&request.question, None)
        .map_err(WorkflowError::Rejected)?;
    let check_seconds = started.elapsed().as_secs_f64();
    Ok(Verification {
        verdict: verdict(&verified, request, stopped_by.is_none()),
        search: SearchSummary {
            boxes,
            leaves: verified.leaves(),
            seconds,
            stopped_by,
        },
        verified,
        on_domain,
        tolerance: request.tolerance.clone(),
        certificate,
        check_seconds,
        certificate_path: certificate_path.map(Path::to_path_buf),
        certificate_bytes,
        is_unchecked,
        proposed: bytes.filter(|_| is_unchecked),
    })
}

/// A certificate that leaves the whole domain open.
fn nothing_known(request: &VerifyRequest<'_>) -> Certificate {
    let question = &request.question;
    Certificate {
        claim: Claim {
            question: question.clone(),
            stated_lower: Rational::ZERO,
            stated_upper: None,
        },
        weights: request.weights,
        layer: question.needs(request.network),
        witness: None,
        constant_radius: Rational::ZERO,
        kept_rounding: Rational::ZERO,
        ranges: Ranges::Natural,
        partition: Partition::from_text(b"o".to_vec()),
    }
}

/// The verdict, from the checked claim, the request, and whether the search came to its end.
fn verdict(verified: &Verified, request: &VerifyRequest<'_>, is_complete: bool) -> Verdict {
    let claim = verified.claim();
    match &request.tolerance {
        Some(tolerance) if claim.keeps(tolerance) => Verdict::Proved,
        Some(tolerance) if claim.exceeds(tolerance) => Verdict::Refuted,
        None if claim
            .error_upper()
            .is_some_and(|upper| &upper - &claim.error_lower() <= &upper * &request.gap) =>
        {
            Verdict::Enclosed
        }
        // The gap is between bounds of real errors; what floats do within the enclosure of a point, no search
        // can narrow.
        None if claim.question.semantics.floats().is_some()
            && is_complete
            && claim.error_upper().is_some() =>
        {
            Verdict::Enclosed
        }
        _ => Verdict::Undecided,
    }
}

/// Checks what the checker would reject, to report it in the words of the request.
pub(super) fn check_fit(request: &VerifyRequest<'_>) -> Result<(), WorkflowError> {
    let VerifyRequest {
        network, question, ..
    } = request;
    let target = &question.target;
    if target.inputs() != network.inputs() {
        return Err(WorkflowError::Inputs {
            target: target.inputs().to_vec(),
            network: network.inputs().to_vec(),
        });
    }
    if target.outputs_count() != network.outputs().len() {
        return Err(WorkflowError::Outputs {
            target: target.outputs_count(),
            network: network.outputs().len(),
        });
    }
    fits_target(question.norm, target)?;
    let Some(floats) = question.semantics.floats() else {
        return Ok(());
    };
    let names = question.domain.names().iter().cloned();
    let sides = question.domain.sides().iter();
    let sides = names
        .zip(sides)
        .map(|(name, (low, high))| (name, low, high));
    Ok(fits(
        floats,
        network,
        Some(question.norm),
        sides,
        request.portable,
    )?)
}

/// Returns the error for a file that cannot be written or read.
pub(super) fn in_file(path: &Path) -> impl Fn(io::Error) -> WorkflowError {
    let path = path.display().to_string();
    move |error| WorkflowError::File {
        path: path.clone(),
        error,
    }
}

/// Writes a certificate to its file and returns the bytes that are there; to memory without a path.
pub(super) fn written_and_read_back(
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
    path: Option<&Path>,
) -> Result<Vec<u8>, WorkflowError> {
    if let Some(path) = path {
        return files::written_and_read_back(path, write).map_err(in_file(path));
    }
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(in_file(Path::new("certificate")))?;
    Ok(bytes)
}
