//! Builds a network from a builder's parameters, writes it to disk, and gives a checked verdict.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::floats::Repair;
use super::parallel::side_by_side;
use super::size::{Chosen, choose};
use super::smallest::Comparison;
use super::verify::{
    Verdict, Verification, VerifyRequest, WorkflowError, in_file, search, settle, write_beside,
};
use super::{Limits, Watch};
use crate::bounds::on_domain;
use crate::builders::{self, BuilderName, Built, Parameters};
use crate::certificate::{Norm, Question, Semantics};
use crate::expr::{Domain, Target};
use crate::formats::json;
use crate::network::{Network, digest};
use crate::numbers::Rational;

/// The most boxes of a search for an error of 0 in more than two inputs, unless a limit is given.
const BOXES_WITHOUT_ERROR: u64 = 100_000;

/// What to build, and what to prove of it.
#[derive(Clone, Debug)]
pub struct BuildRequest<'a> {
    /// Which builder.
    pub builder: BuilderName,
    /// Its keys. Without the key for the size, the size is chosen from the tolerance.
    pub parameters: &'a Parameters,
    /// The target; the network takes its inputs in the same order.
    pub target: &'a Target,
    /// The box.
    pub domain: &'a Domain,
    /// The measure of the error.
    pub norm: Norm,
    /// For `area`.
    pub threshold: Option<Rational>,
    /// The error wanted, if one is.
    pub tolerance: Option<&'a Rational>,
    /// Without a tolerance: the relative width of the enclosure wanted.
    pub gap: Rational,
    /// The arithmetic that the claim is about.
    pub semantics: Semantics,
    /// When to stop.
    pub limits: Limits,
    /// How many threads; all by default.
    pub threads: crate::jobs::Threads<'a>,
    /// Must a small checker be able to check the certificate?
    pub portable: bool,
}

impl<'a> BuildRequest<'a> {
    pub(super) fn question(&self, network: &Network) -> Question {
        Question {
            network: digest(network),
            target: self.target.clone(),
            domain: self.domain.clone(),
            norm: self.norm,
            threshold: self.threshold.clone(),
            semantics: self.semantics.clone(),
        }
    }

    pub(super) fn build_with(&self, parameters: &Parameters) -> Result<Built, WorkflowError> {
        builders::build(
            self.builder,
            parameters,
            self.target,
            self.domain,
            self.norm,
        )
        .map_err(WorkflowError::from)
    }

    /// Returns when to stop. In more than two inputs, most errors of 0 are not seen by cutting boxes, and a
    /// search for one would not end.
    fn limits_of_search(&self) -> Limits {
        let mut limits = self.limits.clone();
        if self.tolerance.is_some_and(Rational::is_zero) && self.domain.dimension() > 2 {
            limits.boxes = limits.boxes.or(Some(BOXES_WITHOUT_ERROR));
        }
        limits
    }

    pub(super) fn build_within(
        &self,
        parameters: &Parameters,
        tolerance: &Rational,
        attempt: u32,
    ) -> Result<Built, WorkflowError> {
        builders::build_within(
            self.builder,
            parameters,
            self.target,
            self.domain,
            tolerance,
            attempt,
        )
        .map_err(WorkflowError::from)
    }

    /// Returns the request to verify a network.
    pub(super) fn asked<'n>(&self, network: &'n Network, question: Question) -> VerifyRequest<'n>
    where
        'a: 'n,
    {
        VerifyRequest {
            network,
            question,
            tolerance: self.tolerance.cloned(),
            gap: self.gap.clone(),
            limits: self.limits_of_search(),
            resume: None,
            threads: self.threads,
            weights: crate::certificate::Weights::Exact,
            portable: self.portable,
        }
    }
}

/// A network with its checked verdict.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was built; its network is the one that was read back.
    pub built: Built,
    /// The checked verdict about that network.
    pub verification: Verification,
    /// What was compared, if the builder compares networks.
    pub comparison: Comparison,
    /// How the network was made to keep its tolerance in floats; the steps are among the notes of
    /// [`Outcome::built`], too.
    pub repair: Repair,
}

/// Builds the network, with the given size or the smallest size for which the prover finds that it keeps
/// the tolerance. Nothing is proved about it yet.
///
/// - Errors: [`WorkflowError`].
pub fn build_sized(
    request: &BuildRequest<'_>,
    progress: &mut Watch<'_>,
) -> Result<Built, WorkflowError> {
    choose(request, progress).map(|chosen| chosen.built)
}

/// Writes `network.json` into a folder, and reads it back.
pub(super) fn write_and_read(network: &Network, folder: &Path) -> Result<Network, WorkflowError> {
    let written = write_network(network, Some(folder))?;
    read_network(Some(folder), written)
}

/// Writes the network to its folder; without a folder, returns its bytes.
fn write_network(network: &Network, folder: Option<&Path>) -> Result<Vec<u8>, WorkflowError> {
    let mut bytes = Vec::new();
    match folder {
        Some(folder) => {
            let path = folder.join("network.json");
            write_beside(&path, |mut out| json::write(network, &mut out))
                .map_err(in_file(&path))?;
        }
        None => json::write(network, &mut bytes).map_err(in_file(Path::new("network.json")))?,
    }
    Ok(bytes)
}

fn read_network(folder: Option<&Path>, written: Vec<u8>) -> Result<Network, WorkflowError> {
    let bytes = match folder {
        Some(folder) => {
            let path = folder.join("network.json");
            fs::read(&path).map_err(in_file(&path))?
        }
        None => written,
    };
    json::read_bytes(&bytes).map_err(WorkflowError::Network)
}

/// Builds a network, writes `network.json` into a folder, reads it back, proves, writes
/// `certificate.steeple` next to it, reads that back and checks it. Without a folder, all of this happens
/// in memory.
///
/// - Errors: [`WorkflowError`] if there is no verdict at all.
pub fn build(
    request: &BuildRequest<'_>,
    folder: Option<&Path>,
    progress: &mut Watch<'_>,
) -> Result<Outcome, WorkflowError> {
    let Chosen {
        mut built,
        found,
        stopped_by,
        comparison,
        repair,
    } = choose(request, progress)?;
    let threads = request.threads;
    let (written, (question, on_domain)) = side_by_side(
        threads,
        || write_network(&built.network, folder),
        || {
            let question = request.question(&built.network);
            let on_domain = found
                .is_none()
                .then(|| on_domain(&built.network, &question));
            (question, on_domain)
        },
    );
    let written = written?;
    // The search uses the network that was written, while the file is read back. The check uses the
    // network that was read: if the file holds another network, its digest differs, and the checker
    // rejects the certificate.
    let (read, found) = side_by_side(
        threads,
        || read_network(folder, written),
        || {
            let on_domain = on_domain.and_then(Result::ok).map(Arc::new);
            // A chosen size was searched already.
            found.map_or_else(
                || {
                    let asked = request.asked(&built.network, question.clone());
                    search(on_domain, &asked, progress)
                },
                Ok,
            )
        },
    );
    built.network = read?;
    let path = folder.map(|folder| folder.join("certificate.steeple"));
    let asked = request.asked(&built.network, question);
    let mut verification = settle(found?, &asked, path.as_deref())?;
    // This size is too small, but a larger one may be enough, so nothing is refuted.
    if let Some(reason) = stopped_by
        && verification.verdict == Verdict::Refuted
    {
        verification.verdict = Verdict::Undecided;
        verification.search.stopped_by = Some(reason);
    }
    Ok(Outcome {
        built,
        verification,
        comparison,
        repair,
    })
}
