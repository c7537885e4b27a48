//! Steeple builds neural networks by formula, proves how far they are from a symbolic target, and
//! draws what it proved.
//!
//! Nothing is called proved unless the [`checker`], which uses integer and rational arithmetic
//! only, accepted a [`certificate`] for exactly that claim.
//!
//! # A tour in reading order
//!
//! What a proof relies on is the package `steeple-kernel`. Its rooms are used from here under the same
//! names, and some have more in them here:
//!
//! 1. [`numbers`]: [`Rational`](numbers::Rational) is exact; intervals, linear forms and gradients
//!    enclose. All are [`Scalar`](numbers::Scalar)s.
//! 2. [`expr`]: formulas from text, evaluated over any scalar. [`geometry`]: exact polygons.
//! 3. [`network`]: networks with exact weights, and the smaller networks that enclose one on a box:
//!    [`Reduced`](network::Reduced), which makes large networks cheap, and
//!    [`Local`](network::Local), which is simple.
//! 4. [`certificate`]: claims and partitions in files. [`bounds`]: what one method says of one cell.
//! 5. [`checker`]: accepts or rejects. Up to here is the kernel.
//! 6. [`formats`]: networks and properties in files of other people.
//! 7. [`builders`]: networks by formula. [`prover`]: the search for certificates, which asks the same
//!    [`bounds`] as the checker. [`training`]: networks by gradient descent, to compare. [`regions`]:
//!    linear regions, counted.
//! 8. [`draw`]: pictures from plain numbers. [`report`]: what was found, for people and programs.
//! 9. [`workflow`]: build, prove, write, read back, check, and only then a verdict.
//! 10. [`cli`]: the command line.
//!
//! Imports point to lower rooms only.
//!
//! # Example
//!
//! ```
//! use steeple::builders::{BuilderName, Parameters, build};
//! use steeple::certificate::{Norm, Question};
//! use steeple::expr::{Domain, parse_target};
//! use steeple::network::digest;
//! use steeple::numbers::Rational;
//! use steeple::workflow::{Limits, Verdict, VerifyRequest, verify};
//!
//! let target = parse_target(&["x^2"], None)?;
//! let domain = Domain::parse("x=0..1")?;
//! let cells = Parameters { cells: Some(vec![16]), ..Parameters::default() };
//! let network = build(BuilderName::Interpolant, &cells, &target, &domain, Norm::Sup)?.network;
//! let question = Question {
//!     network: digest(&network),
//!     target,
//!     domain,
//!     norm: Norm::Sup,
//!     threshold: None,
//! };
//! let request = VerifyRequest {
//!     network: &network,
//!     question,
//!     tolerance: Some(Rational::ratio(1, 1024)),
//!     gap: Rational::ratio(1, 100),
//!     limits: Limits::default(),
//!     resume: None,
//!     threads: None,
//! weights: steeple::certificate::Weights::Exact, portable: false,
//! };
//! let answer = verify(&request, None, &mut |_| {})?;
//! assert_eq!(answer.verdict, Verdict::Proved);
//! assert_eq!(answer.verified.claim().error_lower(), Rational::ratio(1, 1024));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod builders;
pub mod cli;
pub mod draw;
pub mod expr;
pub mod formats;
pub mod jobs;
pub mod network;
pub mod numbers;
pub mod prover;
pub mod regions;
pub mod report;
pub mod training;
pub mod workflow;

pub use steeple_kernel::{bounds, certificate, checker, geometry};
