//! Takes a request to a checked verdict.
//!
//! [`verify()`] lets the prover propose a certificate, writes it, reads the file back, lets the
//! checker decide, and takes the verdict from the claim that the checker returns.

pub mod bound;
pub mod build;
pub mod compare;
pub mod convergence;
pub mod evaluate;
pub mod explain;
pub mod files;
mod floats;
pub mod measure;
pub mod parallel;
pub mod parts;
pub mod pictures;
pub mod points;
pub mod property;
pub mod region_count;
pub mod regions;
pub mod rounded;
mod size;
mod smallest;
pub mod spec;
pub mod steepness;
pub mod summary;
pub mod train;
pub mod verify;

pub use bound::{BENDING_UNITS, BendingUnit, LowerBound, Obstacle, bound};
pub use build::{BuildRequest, Outcome, build, build_sized};
pub use compare::{CompareError, CompareRequest, Compared, Imported, Member, Stage, compare};
pub use explain::{ExplainRequest, explain};
pub use files::write_beside;
pub use floats::Repair;
pub use measure::MeasureError;
pub use parallel::check_in_parallel;
pub use pictures::{
    PictureError, PictureKind, Subject, draw, draw_all, draw_network, frames::draw_frame,
};
pub use points::{DataError, TrainingData, points_alone, training_data};
pub use property::{PropertyVerification, VerifyPropertyRequest, verify_property};
pub use region_count::{RegionCount, build_and_count};
pub use regions::{RegionsAnswer, RegionsRequest, count_regions};
pub use rounded::error_of_rounded;
pub use size::NoSize;
pub use smallest::{Comparison, NoneFound};
pub use spec::{ClaimSpec, CompareSpec, DataSpec, NetworkSpec, Spec, SpecError};
pub use summary::summarise;
pub use train::{TrainedRow, train_rows};
pub use verify::{
    SearchSummary, Verdict, Verification, VerifyRequest, WorkflowError, accept, verify,
};

pub use crate::prover::{Interrupt, Limits, Progress, StoppedBy, Watch, unwatched};
