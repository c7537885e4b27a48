//! From a builder's parameters to a network on disk with a checked verdict.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::parallel::side_by_side;
use super::verify::{
    Verification, VerifyRequest, WorkflowError, in_file, search, settle, write_beside,
};
use super::{Limits, Progress};
use crate::builders::{self, BuilderName, Built, Impossible, Parameters, SizeKey};
use crate::certificate::{Cell, Claim, Norm, Question};
use crate::expr::{Domain, Target};
use crate::formats::json;
use crate::network::{Network, Specialised, digest};
use crate::numbers::Rational;
use crate::numbers::literal::decimal_up;
use crate::prover::{self, Request};

/// What to build, and what to prove of it.
#[derive(Clone, Debug)]
pub struct BuildRequest<'a> {
    /// Which builder.
    pub builder: BuilderName,
    /// Its keys; without the one that is its size, the size is chosen from the tolerance.
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
    /// When to stop.
    pub limits: Limits,
    /// How many threads; all by default.
    pub threads: Option<usize>,
}

/// The largest size that is tried when the size is to be chosen.
const LARGEST_SIZE: usize = 1 << 16;
/// Boxes that one size may take before the next is tried.
const BOXES_FOR_A_SIZE: u64 = 4_000_000;

impl BuildRequest<'_> {
    fn question(&self, network: &Network) -> Question {
        Question {
            network: digest(network),
            target: self.target.clone(),
            domain: self.domain.clone(),
            norm: self.norm,
            threshold: self.threshold.clone(),
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
        .map_err(|error| WorkflowError::Build(error.to_string()))
    }

    /// Builds the network: of the size given, or of the smallest size that the prover finds to
    /// keep the tolerance, by doubling and then halving the step. (The verdict comes later, from
    /// the checker; this only chooses.)
    fn sized(&self, progress: &mut dyn FnMut(&Progress)) -> Result<Built, WorkflowError> {
        let Some(key) = builders::entry(self.builder).size else {
            return self.build_with(self.parameters);
        };
        if key.is_given(self.parameters) {
            return self.build_with(self.parameters);
        }
        let Some(tolerance) = self.tolerance else {
            return Err(WorkflowError::Build(format!(
                "`{}` is missing; hint: give it, or a tolerance from which it can be chosen",
                key.name
            )));
        };
        if let Some(reason) = self.impossible(tolerance) {
            return Err(WorkflowError::Build(reason.to_string()));
        }
        let parameters = builders::prepare(
            self.builder,
            self.parameters,
            self.target,
            self.domain,
            self.norm,
            tolerance,
        )
        .map_err(|error| WorkflowError::Build(error.to_string()))?;
        let mut nearest = Nearest::default();
        let mut attempt = |size: usize| -> Result<(Built, bool), WorkflowError> {
            let built = self.build_with(&key.with(&parameters, size))?;
            let claim = self.claim_of(&built.network, tolerance, progress)?;
            nearest.note(size, &claim);
            Ok((built, claim.keeps(tolerance)))
        };
        let largest = key.largest.min(LARGEST_SIZE);
        let mut too_small = key.smallest.saturating_sub(1);
        let mut size = key.smallest;
        let mut best = loop {
            let (built, is_enough) = attempt(size)?;
            if is_enough {
                break built;
            }
            too_small = size;
            if size >= largest {
                return Err(WorkflowError::Build(
                    nearest.none_of(&key, largest, tolerance),
                ));
            }
            size = (size * 2).min(largest);
        };
        let mut enough = size;
        while enough - too_small > 1 {
            let middle = usize::midpoint(too_small, enough);
            let (built, is_enough) = attempt(middle)?;
            if is_enough {
                (enough, best) = (middle, built);
            } else {
                too_small = middle;
            }
        }
        best.notes.push(format!(
            "{} = {} was chosen: {} was not found to be enough",
            key.name,
            key.text(enough),
            key.text(too_small)
        ));
        Ok(best)
    }

    /// What is to be verified of a network.
    fn asked<'n>(&self, network: &'n Network, question: Question) -> VerifyRequest<'n> {
        VerifyRequest {
            network,
            question,
            tolerance: self.tolerance.cloned(),
            gap: self.gap.clone(),
            limits: self.limits,
            resume: None,
            threads: self.threads,
        }
    }

    /// Why no size keeps the tolerance, where that is known before any is tried.
    fn impossible(&self, tolerance: &Rational) -> Option<Impossible> {
        let (name, given) = (self.builder, self.parameters);
        builders::impossible(name, given, self.target, self.domain, self.norm, tolerance)
    }

    /// What a short search finds of a network.
    fn claim_of(
        &self,
        network: &Network,
        tolerance: &Rational,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Claim, WorkflowError> {
        let question = self.question(network);
        let mut limits = self.limits;
        limits.boxes = Some(
            limits
                .boxes
                .map_or(BOXES_FOR_A_SIZE, |b| b.min(BOXES_FOR_A_SIZE)),
        );
        let outcome = prover::prove(
            &Request {
                network,
                on_domain: None,
                question: &question,
                tolerance: Some(tolerance),
                gap: &self.gap,
                limits,
                resume: None,
                threads: self.threads,
            },
            progress,
        )?;
        Ok(outcome.certificate.claim)
    }
}

/// The size that came nearest.
#[derive(Default)]
struct Nearest {
    /// The size whose error has the least upper bound.
    best: Option<(usize, Rational)>,
}

impl Nearest {
    fn note(&mut self, size: usize, claim: &Claim) {
        let Some(upper) = claim.error_upper() else {
            return;
        };
        if self.best.as_ref().is_none_or(|(_, best)| upper < *best) {
            self.best = Some((size, upper));
        }
    }

    /// What is said when none of the sizes was enough.
    fn none_of(&self, key: &SizeKey, largest: usize, tolerance: &Rational) -> String {
        let name = key.name;
        let mut text = format!(
            "no `{name}` up to {} was found to keep the tolerance {tolerance}",
            key.text(largest)
        );
        if let Some((size, upper)) = &self.best {
            let _ = write!(
                text,
                "; the best was `{name}` = {}, with an error of at most {}",
                key.text(*size),
                decimal_up(upper, 4)
            );
        }
        text + &format!(
            "; hint: ask for a larger tolerance, or give `{name}` and other keys yourself"
        )
    }
}

/// Builds the network: of the size given, or of the smallest size that the prover finds to keep
/// the tolerance. Nothing is proved of it.
///
/// - Errors: [`WorkflowError`].
pub fn build_sized(
    request: &BuildRequest<'_>,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Built, WorkflowError> {
    request.sized(progress)
}

/// Writes `network.json` into a folder, and reads it back.
pub(super) fn write_and_read(network: &Network, folder: &Path) -> Result<Network, WorkflowError> {
    write_network(network, folder)?;
    read_network(folder)
}

fn write_network(network: &Network, folder: &Path) -> Result<(), WorkflowError> {
    let path = folder.join("network.json");
    write_beside(&path, |mut out| json::write(network, &mut out)).map_err(in_file(&path))
}

fn read_network(folder: &Path) -> Result<Network, WorkflowError> {
    let path = folder.join("network.json");
    let bytes = fs::read(&path).map_err(in_file(&path))?;
    json::read_bytes(&bytes)
        .map_err(|error| WorkflowError::Build(format!("network.json: {}", error.message)))
}

/// Builds a network, writes `network.json` into a folder, reads it back, proves, writes
/// `certificate.steeple` beside it, reads that back and checks it.
///
/// - Returns: what was built, its network as read back, and the checked verdict about that.
/// - Errors: [`WorkflowError`] where there is no verdict at all.
pub fn build(
    request: &BuildRequest<'_>,
    folder: &Path,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(Built, Verification), WorkflowError> {
    let mut built = request.sized(progress)?;
    let threads = request.threads;
    let (written, (question, on_domain)) = side_by_side(
        threads,
        || write_network(&built.network, folder),
        || {
            let whole = Cell::root(request.domain);
            let on_domain = Specialised::from_network(&built.network, whole.intervals());
            (request.question(&built.network), on_domain)
        },
    );
    written?;
    // The search goes on with the network that was written, while the file is read back. The check is of
    // what was read: a file that holds another network has another digest, and the certificate is not
    // about that.
    let (read, found) = side_by_side(
        threads,
        || read_network(folder),
        || {
            let on_domain = on_domain.ok().map(Arc::new);
            let asked = request.asked(&built.network, question.clone());
            search(on_domain, &asked, progress)
        },
    );
    built.network = read?;
    let path = folder.join("certificate.steeple");
    let asked = request.asked(&built.network, question);
    let verification = settle(found?, &asked, Some(&path))?;
    Ok((built, verification))
}
