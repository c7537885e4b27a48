//! Does parts, one after another.

use std::sync::Arc;

use super::{Goal, Part, PartError, State};
use crate::bounds::OnCell;
use crate::certificate::Semantics;
use crate::clock::Moment;
use crate::jobs::Threads;
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::prover::{self, Ancestors, Limits, Request, StoppedBy, Watch, Within};
use crate::workflow::verify::{WorkflowError, of_floats};

/// Why a part cannot be searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// It is about another network.
    #[error("this part is about the network {claimed}, found {found}")]
    OtherNetwork {
        /// The digest in the part.
        claimed: String,
        /// The digest of the network that was given.
        found: String,
    },
    /// Its cells cannot be read.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The search cannot begin.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
}

/// A part after a search, and how the search went.
#[derive(Clone, Debug)]
pub struct Worked {
    /// The part, with its partition and bounds. The checker has not seen it.
    pub part: Part,
    /// The number of boxes.
    pub boxes: u64,
    /// Wall time.
    pub seconds: f64,
    /// What stopped the search early, if anything did.
    pub stopped_by: Option<StoppedBy>,
}

/// A network that is kept for many parts: it is read, named by its digest and reduced to the domain once.
pub struct Worker {
    network: Network,
    digest: String,
    /// The network on the domain of the parts so far.
    root: Option<(Root, Arc<OnCell>)>,
    /// The split of the last part, and the networks on the cells that led to it.
    last: (String, Ancestors),
}

/// What the network on the domain depends on.
#[derive(PartialEq)]
struct Root {
    sides: Vec<(Rational, Rational)>,
    semantics: Semantics,
    portable: bool,
}

impl Worker {
    /// Keeps a network.
    pub fn new(network: Network) -> Self {
        Self {
            digest: digest(&network),
            network,
            root: None,
            last: (String::new(), Ancestors::default()),
        }
    }

    /// The digest of the network.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Refuses a part of another network.
    fn fits(&self, part: &Part) -> Result<(), WorkError> {
        let claimed = &part.certificate.claim.question.network;
        if *claimed == self.digest {
            return Ok(());
        }
        Err(WorkError::OtherNetwork {
            claimed: claimed.clone(),
            found: self.digest.clone(),
        })
    }

    /// Returns the network on the domain of a part.
    pub(super) fn root(&mut self, part: &Part) -> Result<Arc<OnCell>, WorkError> {
        self.fits(part)?;
        let question = &part.certificate.claim.question;
        let wanted = Root {
            sides: question.domain.sides().to_vec(),
            semantics: question.semantics.clone(),
            portable: part.certificate.layer.is_portable(),
        };
        if let Some((kept, root)) = &self.root
            && *kept == wanted
        {
            return Ok(Arc::clone(root));
        }
        let root = OnCell::domain(&self.network, question, wanted.portable);
        let root = root
            .map_err(prover::ProveError::NoValue)
            .map_err(of_floats)?;
        let root = Arc::new(root);
        self.root = Some((wanted, Arc::clone(&root)));
        Ok(root)
    }

    /// Searches a part, or continues it. The result is the same for every number of threads. If the search is
    /// stopped and `marks_open`, cells that are not finished are left open, for
    /// [`split_further`](super::split_further); else they keep the bounds that they have.
    ///
    /// - Errors: [`WorkError`] if the search cannot begin.
    pub fn work(
        &mut self,
        part: &Part,
        limits: Limits,
        threads: Threads<'_>,
        marks_open: bool,
        progress: &mut Watch<'_>,
    ) -> Result<Worked, WorkError> {
        let started = Moment::now();
        let root = self.root(part)?;
        let cells = part.cells()?;
        // Networks are reduced in the same way for all parts of a split.
        if self.last.0 != part.split {
            self.last = (part.split.clone(), Ancestors::default());
        }
        let certificate = &part.certificate;
        let gap = match &part.goal {
            Goal::Gap(gap) => gap,
            Goal::Tolerance(_) => &Rational::ONE,
        };
        let tolerance = match &part.goal {
            Goal::Gap(_) => None,
            Goal::Tolerance(tolerance) => Some(tolerance),
        };
        let outcome = prover::prove(
            &Request {
                network: &self.network,
                on_domain: Some(&root),
                question: &certificate.claim.question,
                tolerance,
                gap,
                limits,
                resume: Some(certificate),
                threads,
                weights: certificate.weights,
                portable: certificate.layer.is_portable(),
                within: Some(Within {
                    cells: &cells,
                    unknown: &part.unknown,
                    marks_open,
                    ancestors: &self.last.1,
                }),
            },
            progress,
        )
        .map_err(of_floats)?;
        let state = if outcome.stopped_by.is_some_and(StoppedBy::is_limit) {
            State::Partial
        } else {
            State::Done
        };
        if outcome.within.len() != cells.len() {
            return Err(PartError::damaged("its partition cannot be continued").into());
        }
        let mut certificate = outcome.certificate;
        // The layer is that of all parts.
        certificate.layer = part.certificate.layer;
        certificate.ranges = part.certificate.ranges;
        Ok(Worked {
            part: Part {
                state,
                bounds: outcome.within,
                certificate,
                ..part.clone()
            },
            boxes: outcome.boxes,
            seconds: started.elapsed().as_secs_f64(),
            stopped_by: outcome.stopped_by,
        })
    }
}
