//! Steeple builds neural networks by formula, **proves** with exact arithmetic how far a network is from a
//! symbolic target, draws what it proved, and compares built networks with trained ones.
//!
//! Nothing is called proved unless the checker, a small package of its own
//! ([`kernel`]), accepted a certificate for exactly that claim. Searching may use floats and
//! threads; checking uses integers and fractions.
//!
//! # The tour
//!
//! A network by formula, and a proof. The error of this one is exactly 1/1024, so a bound of 1/1024 holds and
//! a smaller one does not:
//!
//! ```
//! use steeple::{Domain, Target, builders};
//!
//! let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
//! let network = builders::interpolant(&target, &domain, 16)?;
//!
//! let answer = steeple::verify(&network, &target, &domain).tolerance("1/1024")?.run()?;
//! assert!(answer.is_proved());
//! let answer = steeple::verify(&network, &target, &domain).tolerance("1/1025")?.run()?;
//! assert!(answer.is_refuted());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The same from the text of a spec file, where the size is chosen from the tolerance:
//!
//! ```
//! let built = steeple::build(r#"
//!     target = { formula = "sin(3*x)", domain = { x = ["-1", "1"] } }
//!     network = { builder = "interpolant", knots = "balanced" }
//!     claim = { tolerance = "1/100" }
//! "#)?.run()?;
//! assert!(built.answer().upper().expect("a bound") <= "1/100".parse()?);
//! assert!(built.network().layers()[0].units() < 20);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every proof leaves a certificate. Anybody checks it without a search, here or with the program
//! `steeple-check` of 22 crates, or with the Python package in `proofs/independent`:
//!
//! ```
//! # use steeple::{Domain, Target, builders, formats};
//! # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
//! # let network = builders::interpolant(&target, &domain, 16)?;
//! let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
//! let checked = steeple::check(&certificate, &formats::to_json(&network))?;
//! assert_eq!(checked.upper(), Some("1/1024".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Networks of other tools are opened by their content: ONNX, safetensors, our JSON. Their floats are taken as
//! the exact numbers that they are:
//!
//! ```
//! # use steeple::{Domain, Target, builders, formats};
//! # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
//! # let file = formats::to_onnx(&builders::interpolant(&target, &domain, 3)?)?;
//! let opened = formats::open(&file)?;
//! let answer = opened.verify(&target, &domain).run()?;
//! // The exact network is off by 1/36; rounding its thirds to float32 moves that a little.
//! assert!(answer.lower() > "1/37".parse()? && answer.upper() < Some("1/35".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A piecewise linear network has linear regions, which are counted exactly, and pictures are text:
//!
//! ```
//! # use steeple::{Domain, PictureKind, Target, builders};
//! # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
//! # let network = builders::interpolant(&target, &domain, 16)?;
//! assert_eq!(steeple::regions(&network, &domain)?.count(), 16);
//! let answer = steeple::verify(&network, &target, &domain).run()?;
//! assert!(answer.picture(PictureKind::Curve)?.contains("</svg>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is where
//!
//! | you want | look at |
//! |---|---|
//! | prove, refute or enclose an error | [`verify()`], [`Verify`], [`Answer`] |
//! | a network from a spec | [`build()`], [`Build`], [`BuiltNetwork`] |
//! | a network from a formula | [`builders`] |
//! | check a certificate | [`check()`], [`Checked`] |
//! | claim what a program computes in floats | [`Arithmetic`], [`Verify::semantics`] |
//! | open or write network files | [`formats`] |
//! | count linear regions | [`regions()`], [`Regions`] |
//! | how many units every network needs | [`bound()`], [`Bound`] |
//! | one proof on several machines | [`parts`] |
//! | what each unit does, and whether it is made of steps | [`explain()`], [`Explain`], [`Explained`] |
//! | what a proof relies on: numbers, formulas, networks, certificates, the checker | [`kernel`] |
//!
//! Long work says how far it is ([`Verify::on_progress`]), can be stopped ([`Interrupt`], limits), and runs on
//! the threads that you lend it ([`Threads`]). The library reads no file that you did not name and writes none.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `cli` (default) | the program `steeple`; it includes `html` |
//! | `png` (default) | pictures as PNG files |
//! | `nalgebra` (default) | networks from and to nalgebra's matrices |
//! | `html` | reports as HTML pages |
//!
//! A library that proves needs none of them: `default-features = false`.
//!
//! # Stability
//!
//! Names in this list stay within a version `0.x`. Hidden modules serve the program and the tests of this
//! package, and may change at any time.

// The rooms, from the ground up; imports point to lower rooms only (`tests/layering.rs`).
#[doc(hidden)]
pub mod clock;
#[doc(hidden)]
pub mod expr;
#[doc(hidden)]
pub mod jobs;
#[doc(hidden)]
pub mod network;
#[doc(hidden)]
pub mod numbers;
#[doc(hidden)]
pub use steeple_kernel::{bounds, certificate, checker, geometry};
pub mod builders;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod draw;
mod facade;
#[doc(hidden)]
pub mod floats;
pub mod formats;
#[doc(hidden)]
pub mod lowerbound;
#[doc(hidden)]
pub mod prover;
#[doc(hidden)]
pub mod regions;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod training;
mod words;
#[doc(hidden)]
pub mod workflow;

pub use steeple_kernel as kernel;
pub use workflow::parts;

pub use certificate::{ActivationError, FloatFormat, Floats, Norm, Semantics, Summation, Weights};
pub use clock::set as set_clock;
pub use expr::{Domain, Target};
pub use facade::{
    Answer, Bound, BoundError, Build, BuildFailure, BuiltNetwork, CheckBoundError, CheckError,
    Checked, CountError, Explain, Explained, Number, Regions, Verify, VerifyError, bound, build,
    check, check_bound, check_network, check_network_on, check_on, decision_region, explain,
    regions, verify,
};
pub use floats::Arithmetic;
pub use jobs::{Jobs, Threads};
pub use network::{Activation, Network};
#[cfg(feature = "nalgebra")]
pub use network::{DenseError, DenseLayer, DenseLayers};
pub use numbers::Rational;
pub use prover::{Interrupt, Limits, Progress, StoppedBy};
pub use workflow::{PictureError, PictureKind, SpecError, Verdict};
