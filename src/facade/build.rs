//! `steeple::build`: from the text of a spec to a network with a checked verdict.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use super::verify::Answer;
use crate::builders::{BuilderName, Built, Goal};
use crate::certificate::{Semantics, Weights};
use crate::clock::Moment;
use crate::jobs::Threads;
use crate::network::Network;
use crate::numbers::Rational;
use crate::prover::{Interrupt, Limits, Progress, Watch, unwatched};
use crate::report::CandidateReport;
use crate::workflow::{self, BuildRequest, NetworkSpec, Spec, SpecError, WorkflowError, spec};

/// Reads a spec: what to approximate, what to build, what to prove. [`Build::run`] builds it.
///
/// - Errors: [`SpecError`], with the place in the text and a hint.
///
/// ```
/// let built = steeple::build(r#"
///     [target]
///     formula = "x^2"
///     domain = { x = [0, 1] }
///     [network]
///     builder = "interpolant"
///     [claim]
///     tolerance = "1/1000"
/// "#)?.run()?;
/// assert!(built.answer().is_proved());
/// assert_eq!(built.network().layers()[0].units(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn build(spec: &str) -> Result<Build<'static>, SpecError> {
    Ok(Build {
        spec: spec::read(spec)?,
        limits: Limits::default(),
        threads: Threads::All,
        portable: false,
        watch: None,
    })
}

/// A spec, and the settings for building it. Made by [`build()`].
#[must_use = "nothing is built before `run`"]
pub struct Build<'a> {
    spec: Spec,
    limits: Limits,
    threads: Threads<'a>,
    portable: bool,
    watch: Option<Box<Watch<'a>>>,
}

impl fmt::Debug for Build<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Build")
            .field("spec", &self.spec)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl<'a> Build<'a> {
    /// The builder that the spec names.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// assert_eq!(steeple::build(spec)?.builder().expect("named").name(), "interpolant");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(&self) -> Option<BuilderName> {
        self.spec.network.as_ref().map(|network| network.builder)
    }

    /// What was read in other words than the spec has.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// assert!(steeple::build(spec)?.reading_notes().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reading_notes(&self) -> &[String] {
        &self.spec.notes
    }

    /// Uses only the methods of the core, so that a small checker can check the certificate.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let built = steeple::build(spec)?.portable().run()?;
    /// assert!(String::from_utf8(built.answer().certificate())?.contains("layer core"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn portable(mut self) -> Self {
        self.portable = true;
        self
    }

    /// Makes the claim one about this arithmetic, whatever the spec says: with floats, the network has floats as
    /// weights and keeps the tolerance as a program computes it.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant", cells = 16 }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let built = steeple::build(spec)?.semantics(steeple::Arithmetic::float32()).run()?;
    /// assert!(built.answer().is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn semantics(mut self, semantics: impl Into<Semantics>) -> Self {
        self.spec.claim.semantics = semantics.into();
        self
    }

    /// Stops after this much wall time, including the choice of a size and the check.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// use std::time::Duration;
    /// assert!(steeple::build(spec)?.time_limit(Duration::from_secs(60)).run()?.answer().is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.limits.time = Some(time);
        self
    }

    /// Stops each search after this many boxes; the result is the same on every machine.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// assert!(steeple::build(spec)?.max_boxes(100_000).run()?.answer().is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_boxes(mut self, boxes: u64) -> Self {
        self.limits.boxes = Some(boxes);
        self
    }

    /// Stops when this many bytes are used, and builds nothing that would need more.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// assert!(steeple::build(spec)?.memory_limit(4 << 30).run()?.answer().is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.limits.memory = Some(bytes);
        self
    }

    /// Stops when this flag is set, with the best bounds found so far.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let interrupt = steeple::Interrupt::new();
    /// assert!(steeple::build(spec)?.interrupt(&interrupt).run()?.answer().is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Self {
        self.limits.interrupt = Some(interrupt.clone());
        self
    }

    /// Uses these threads; the default is all of the machine. The result does not depend on them.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// assert!(steeple::build(spec)?.threads(steeple::Threads::Count(1)).run()?.answer().is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn threads<'b>(self, threads: Threads<'b>) -> Build<'b>
    where
        'a: 'b,
    {
        Build {
            spec: self.spec,
            limits: self.limits,
            threads,
            portable: self.portable,
            watch: self.watch.map(|watch| -> Box<Watch<'b>> { watch }),
        }
    }

    /// Sets a function that gets the progress of a search, and can stop it.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "staircase" }
    /// # claim = { tolerance = "1/10" }
    /// # "#;
    /// use std::ops::ControlFlow;
    /// let mut calls = 0;
    /// steeple::build(spec)?
    ///     .on_progress(|_| {
    ///         calls += 1;
    ///         ControlFlow::Continue(())
    ///     })
    ///     .run()?;
    /// assert!(calls > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_progress<'b>(self, watch: impl FnMut(&Progress) -> ControlFlow<()> + 'b) -> Build<'b>
    where
        'a: 'b,
    {
        Build {
            spec: self.spec,
            limits: self.limits,
            threads: self.threads,
            portable: self.portable,
            watch: Some(Box::new(watch)),
        }
    }

    /// Builds, proves and checks, in memory; no file is written.
    ///
    /// - Errors: [`BuildFailure`] if there is no network with a verdict.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let built = steeple::build(spec)?.run()?;
    /// assert_eq!(built.network().layers()[0].units(), 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(self) -> Result<BuiltNetwork, BuildFailure> {
        let wanted = self.spec.to_build();
        let Some(NetworkSpec {
            builder,
            parameters,
            ..
        }) = wanted.as_deref()
        else {
            return Err(BuildFailure::NoBuilder);
        };
        if self.spec.goal == Goal::Regions {
            return Err(BuildFailure::OnlyRegions(*builder));
        }
        let mut limits = self.limits;
        limits.begun = limits.time.map(|_| Moment::now());
        let request = BuildRequest {
            builder: *builder,
            parameters,
            target: &self.spec.target,
            domain: &self.spec.domain,
            norm: self.spec.claim.norm,
            threshold: self.spec.claim.threshold.clone(),
            tolerance: self.spec.claim.tolerance.as_ref(),
            gap: self.spec.claim.gap.clone(),
            semantics: self.spec.claim.semantics.clone(),
            limits,
            threads: self.threads,
            portable: self.portable,
        };
        let mut watch = self.watch.unwrap_or_else(|| Box::new(unwatched));
        let workflow::Outcome {
            built,
            verification,
            comparison,
            ..
        } = workflow::build(&request, None, &mut watch)?;
        let answer = Answer::new(verification, built.network.clone(), Weights::Exact);
        Ok(BuiltNetwork {
            built,
            answer,
            comparison,
        })
    }
}

/// A network, with its bound by theorem and its checked verdict.
#[derive(Clone, Debug)]
pub struct BuiltNetwork {
    built: Built,
    answer: Answer,
    comparison: workflow::Comparison,
}

impl BuiltNetwork {
    /// The network.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let built = steeple::build(spec)?.run()?;
    /// assert_eq!(built.network().inputs(), ["x"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn network(&self) -> &Network {
        &self.built.network
    }

    /// The network, without the rest.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let network = steeple::build(spec)?.run()?.into_network();
    /// assert_eq!(network.inputs(), ["x"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_network(self) -> Network {
        self.built.network
    }

    /// The verdict, with its certificate and pictures.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let built = steeple::build(spec)?.run()?;
    /// assert_eq!(built.answer().upper(), Some("1/1024".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// The bound of a theorem and the page that proves it, if there is one for this norm.
    ///
    /// - Exactness: an upper bound by a theorem about the exact network; it was not checked.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// let built = steeple::build(spec)?.run()?;
    /// let (bound, theorem) = built.a_priori().expect("a theorem");
    /// assert_eq!((bound.to_string().as_str(), theorem), ("1/1024", "T22"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn a_priori(&self) -> Option<(&Rational, &str)> {
        let bound = self.built.a_priori.as_ref()?;
        Some((&bound.upper, bound.theorem))
    }

    /// The networks that were compared, the one that was chosen first; empty if the builder makes one network.
    ///
    /// - Exactness: the errors of the others are bounds that the checker accepted.
    ///
    /// ```
    /// let built = steeple::build(r#"
    ///     target = { formula = "x^2", domain = { x = [0, 1] } }
    ///     network = { builder = "smallest", activation = "relu" }
    ///     claim = { tolerance = "1/20" }
    /// "#)?.run()?;
    /// let rows = built.candidates();
    /// assert!(rows.iter().all(|row| rows[0].units <= row.units));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn candidates(&self) -> &[CandidateReport] {
        &self.comparison.candidates
    }

    /// Notes about choices that were made.
    ///
    /// ```
    /// # let spec = r#"
    /// # target = { formula = "x^2", domain = { x = [0, 1] } }
    /// # network = { builder = "interpolant" }
    /// # claim = { tolerance = "1/1000" }
    /// # "#;
    /// assert!(!steeple::build(spec)?.run()?.notes().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notes(&self) -> &[String] {
        &self.built.notes
    }
}

/// The reason why [`Build::run`] has no network with a verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildFailure {
    /// The spec has no table `[network]`.
    #[error("the spec has no table [network], which names the builder")]
    NoBuilder,
    /// The builder makes networks with many linear regions, which have no target.
    #[error(
        "builder `{0}` has no target, so there is nothing to prove; build and count with `builders::build` and `regions`"
    )]
    OnlyRegions(BuilderName),
    /// The network cannot be built, or nothing was found in time.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
}
