//! Verifies a property: search, write, read back, check, and only then give a verdict.

use std::io;
use std::path::{Path, PathBuf};

use super::verify::{SearchSummary, Verdict, WorkflowError, of_floats, written_and_read_back};
use crate::bounds::PropertyWitness;
use crate::certificate::{Evidence, PropertyCertificate, Semantics, Weights, property};
use crate::checker::{Rejection, VerifiedProperty, check_property_by};
use crate::clock::Moment;
use crate::expr::Property;
use crate::floats::fits;
use crate::jobs::on_threads;
use crate::network::{Network, digest};
use crate::prover::{Limits, PropertyRequest, StoppedBy, Stuck, Watch, prove_property};

/// What to decide about a network.
#[derive(Clone, Debug)]
pub struct VerifyPropertyRequest<'a> {
    /// The network.
    pub network: &'a Network,
    /// What must not happen; inputs and outputs are matched by position.
    pub property: Property,
    /// When to stop.
    pub limits: Limits,
    /// How many threads; all by default. The result does not depend on it.
    pub threads: crate::jobs::Threads<'a>,
    /// The arithmetic that evaluates the network.
    pub semantics: Semantics,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// The certificate of an earlier search for the same property, to continue from.
    pub resume: Option<Evidence>,
}

/// A verdict, and what the checker accepted for it.
#[derive(Clone, Debug)]
pub struct PropertyVerification {
    /// Proved (`unsat`), refuted (`sat`) or undecided (`unknown`).
    pub verdict: Verdict,
    /// What the checker accepted; `None` if the property is undecided.
    pub verified: Option<VerifiedProperty>,
    /// The digest of the network.
    pub network: String,
    /// How the search went.
    pub search: SearchSummary,
    /// The number of boxes that are open at the end.
    pub open: usize,
    /// A point that stayed undecided in boxes of every size.
    pub stuck: Option<Stuck>,
    /// Wall time of the check.
    pub check_seconds: f64,
    /// Where the certificate was written. If the property is undecided, it contains the search so far.
    pub certificate_path: Option<PathBuf>,
    /// Its size.
    pub certificate_bytes: u64,
    /// Did the time limit stop the check? Then the file was not checked.
    pub is_unchecked: bool,
}

impl PropertyVerification {
    /// The verdict in the words of VNN-LIB: can the conditions be satisfied?
    pub fn vnnlib(&self) -> &'static str {
        self.verdict.vnnlib()
    }

    /// The point at which the property fails.
    pub fn witness(&self) -> Option<&PropertyWitness> {
        self.verified.as_ref().and_then(VerifiedProperty::witness)
    }
}

/// Decides a property: searches, writes the certificate (to memory if no path is given), reads it back
/// and checks it. If the property stays undecided, the search so far is written, to continue from.
///
/// - Errors: [`WorkflowError`] if there is no verdict at all.
pub fn verify_property(
    request: &VerifyPropertyRequest<'_>,
    certificate_path: Option<&Path>,
    progress: &mut Watch<'_>,
) -> Result<PropertyVerification, WorkflowError> {
    check_fit(request)?;
    let started = Moment::now();
    let outcome = prove_property(
        &PropertyRequest {
            network: request.network,
            semantics: &request.semantics,
            property: &request.property,
            limits: request.limits.clone(),
            threads: request.threads,
            resume: request.resume.as_ref(),
        },
        progress,
    )
    .map_err(of_floats)?;
    let mut answer = PropertyVerification {
        verdict: Verdict::Undecided,
        verified: None,
        network: digest(request.network),
        search: SearchSummary {
            boxes: outcome.boxes,
            leaves: 0,
            seconds: started.elapsed().as_secs_f64(),
            stopped_by: outcome.stopped_by,
        },
        open: outcome.open,
        stuck: outcome.stuck,
        check_seconds: 0.0,
        certificate_path: None,
        certificate_bytes: 0,
        is_unchecked: false,
    };
    let proposed = PropertyCertificate {
        network: answer.network.clone(),
        semantics: request.semantics.clone(),
        weights: request.weights,
        property: request.property.clone(),
        evidence: outcome.evidence,
    };
    let write = |out: &mut dyn io::Write| property::write(&proposed, out);
    let bytes = written_and_read_back(&write, certificate_path)?;
    answer.certificate_path = certificate_path.map(Path::to_path_buf);
    answer.certificate_bytes = bytes.len() as u64;
    if !outcome.is_decided {
        return Ok(answer);
    }
    let started = Moment::now();
    let certificate = property::read(&bytes).map_err(WorkflowError::Certificate)?;
    let is_late = || request.limits.is_check_over(started);
    let checked = on_threads(request.threads, |jobs| {
        check_property_by(&certificate, request.network, jobs.run, &is_late)
    });
    let verified = match checked {
        Err(Rejection::Stopped) => {
            answer.search.stopped_by = Some(StoppedBy::Time);
            answer.is_unchecked = true;
            return Ok(answer);
        }
        checked => checked.map_err(WorkflowError::Rejected)?,
    };
    verified
        .answers(&answer.network, &request.semantics, &request.property)
        .map_err(WorkflowError::Rejected)?;
    answer.verdict = if verified.holds() {
        Verdict::Proved
    } else {
        Verdict::Refuted
    };
    answer.search.leaves = verified.leaves();
    answer.check_seconds = started.elapsed().as_secs_f64();
    answer.verified = Some(verified);
    Ok(answer)
}

/// Checks what the checker would reject, to report it in the words of the request.
fn check_fit(request: &VerifyPropertyRequest<'_>) -> Result<(), WorkflowError> {
    let (network, property) = (request.network, &request.property);
    let sides = [
        ("inputs", property.inputs(), network.inputs().len()),
        ("outputs", property.outputs(), network.outputs().len()),
    ];
    if let Some((what, property, network)) =
        sides.into_iter().find(|(_, found, wanted)| found != wanted)
    {
        return Err(WorkflowError::Property {
            what,
            property,
            network,
        });
    }
    let Some(floats) = request.semantics.floats() else {
        return Ok(());
    };
    // Boxes without a float hold vacuously, and are no mistake among several.
    Ok(fits(floats, network, None, [], false)?)
}
