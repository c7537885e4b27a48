//! One proof on several machines, by files.
//!
//! ```text
//!   split ──▶ part, part, ... ──▶ work (anywhere) ──▶ part, part, ... ──▶ merge ──▶ certificate ──▶ check
//! ```
//!
//! [`split`] cuts the domain into parts of about the same work. Each [`Part`] holds all that a worker needs
//! besides the network: the question, how the network is reduced to cells, and when the bounds are good
//! enough. A [`Worker`] searches below the cells of its part, from the domain down, like the checker. [`merge`]
//! puts the partitions together. What the parts claim is not believed: the ordinary checker recomputes all of
//! it from the merged certificate. A part that is missing, or not finished, leaves open cells.
//!
//! ```
//! use steeple::parts::{Part, Worker, merge};
//! use steeple::{Domain, Limits, Target, Threads, builders, formats};
//!
//! let (target, domain) = (Target::parse("exp(x)")?, Domain::parse("x=0..1")?);
//! let network = builders::staircase(&target, &domain, 100)?;
//! let jobs = steeple::verify(&network, &target, &domain).gap("1/20")?.split(4)?;
//! let mut done = Vec::new();
//! for job in &jobs {
//!     // Bytes travel: a file, or a message. A worker keeps its network for the next part.
//!     let job = Part::from_bytes(&job.to_bytes())?;
//!     let mut worker = Worker::new(network.clone());
//!     let worked = worker.work(&job, Limits::default(), Threads::All, false, &mut |_| std::ops::ControlFlow::Continue(()))?;
//!     done.push((job.name(), worked.part));
//! }
//! let merged = merge(done)?;
//! let checked = steeple::check(&merged.to_bytes(), &formats::to_json(&network))?;
//! assert!(checked.upper() < Some("1/100".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The files are described in `proofs/FORMAT.md`.

mod check;
mod file;
mod merge;
mod split;
mod tree;
mod work;

use std::fmt::{self, Write};
use std::ops::Range;

pub use check::{CheckedPart, check};
pub use file::PartError;
pub use merge::{MergeError, Merged, merge};
pub use split::{split, split_further};
pub use work::{WorkError, Worked, Worker};

use crate::bounds::Cell;
use crate::certificate::{Certificate, Norm, Partition};
use crate::numbers::Rational;
use crate::prover::CellBounds;

/// When the bounds on a part are good enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The error is at most this, or more.
    Tolerance(Rational),
    /// The enclosure of the error is at most this wide, relative to its upper end.
    Gap(Rational),
}

/// How far the search of a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not begun.
    Waiting,
    /// Stopped by a limit; another search continues it.
    Partial,
    /// Finished: the bounds are good enough, or no search makes them better.
    Done,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Partial, Self::Done];

    /// The word in files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Partial => "partial",
            Self::Done => "done",
        }
    }
}

/// Which part of which split it is: `7/64`, or `7/64 2/3` for a part of a part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub Vec<(usize, usize)>);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, (number, of)) in self.0.iter().enumerate() {
            let before = if depth == 0 { "" } else { ", part " };
            write!(f, "{before}{number} of {of}")?;
        }
        Ok(())
    }
}

/// A part of a proof: a job for a worker, or what a worker made of it.
///
/// Its cells are leaves of `tree`, one after another. The partition of the certificate is the same tree, with
/// what is known below these cells; all other leaves are open.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The digest of the question and of how it was split: parts of one split have the same.
    pub split: String,
    /// Which one it is.
    pub number: Number,
    /// When the bounds are good enough.
    pub goal: Goal,
    /// For an integral: how much of it may stay unknown in this part; else 0.
    pub unknown: Rational,
    /// The tree of cuts that leads to the cells of this part.
    pub tree: Partition,
    /// Which of its leaves are this part, counted from 0.
    pub own: Range<usize>,
    /// How far the search is.
    pub state: State,
    /// The bounds on each cell of the part; none before a search.
    pub bounds: Vec<CellBounds>,
    /// The question, how networks are reduced to cells, the best witness so far, and the partition.
    pub certificate: Certificate,
}

impl Part {
    /// Returns the name of its file, without the ending.
    pub fn name(&self) -> String {
        let mut name = "part".to_owned();
        for (number, of) in &self.number.0 {
            let width = of.to_string().len();
            let _ = write!(name, "-{number:0width$}-of-{of}");
        }
        name + "-" + &self.split[..12]
    }

    /// Returns the cells of the part.
    ///
    /// - Errors: [`PartError`] if its tree is not one, or has not so many leaves.
    pub fn cells(&self) -> Result<Vec<Cell>, PartError> {
        let root = Cell::root(&self.certificate.claim.question.domain);
        let leaves = tree::leaf_cells(&self.tree, root)
            .ok_or_else(|| PartError::damaged("the tree of cells cannot be read"))?;
        let own = leaves.get(self.own.clone()).filter(|own| !own.is_empty());
        let own = own.ok_or_else(|| PartError::damaged("it has no cells"))?;
        Ok(own.to_vec())
    }

    /// The upper bound on the part: of the error for `sup`, else of its contribution to the integral.
    pub fn upper(&self) -> Option<Rational> {
        let uppers = self.bounds.iter().map(|bounds| bounds.upper.clone());
        match self.certificate.claim.question.norm {
            Norm::Sup => uppers.reduce(|a, b| Some(a?.max(b?))).flatten(),
            Norm::L1 | Norm::L2 | Norm::Area => uppers.reduce(|a, b| Some(a? + b?)).flatten(),
        }
    }

    /// Does another part, or a result, belong to the same split?
    fn is_of_same_split(&self, other: &Self) -> bool {
        let (a, b) = (&self.certificate, &other.certificate);
        self.split == other.split
            && self.goal == other.goal
            && a.claim.question.is_same(&b.claim.question)
            && (a.weights, a.layer, a.ranges) == (b.weights, b.layer, b.ranges)
            && a.constant_radius == b.constant_radius
            && a.kept_rounding == b.kept_rounding
    }
}
