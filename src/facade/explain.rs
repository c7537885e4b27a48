//! `steeple::explain`: what each unit of a network does, and how far the network is from one made of steps.

use std::time::Duration;

use super::number::Number;
use super::verify::{VerifyError, in_order_of, number};
use crate::certificate::{Norm, Weights};
use crate::clock::Moment;
use crate::expr::{Domain, Target, check_defined, check_ends, check_exponents};
use crate::jobs::Threads;
use crate::network::Network;
use crate::numbers::Rational;
use crate::prover::{Interrupt, Limits, unwatched};
use crate::report::explain::{Bounds, Explanation, Steps};
use crate::workflow::{ExplainRequest, explain as explained};

/// Explains a network on a box of inputs. [`Explain::run`] starts the work.
///
/// ```
/// use steeple::{Domain, Target, builders};
/// // Six steep sigmoids, added up.
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::staircase(&target, &domain, 6)?;
/// let found = steeple::explain(&network, &domain).run()?;
/// assert!(found.text().contains("Is it smooth, or made of steps?"));
/// // The largest distance to the network of steps, enclosed and checked.
/// let (lower, upper) = found.steps_distance().expect("sigmoids");
/// assert!(lower <= upper.expect("a bound"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain<'a>(network: &'a Network, domain: &'a Domain) -> Explain<'a> {
    Explain {
        network,
        domain,
        name: "the network".to_owned(),
        target: None,
        threshold: None,
        limits: Limits::default(),
        threads: Threads::All,
        weights: Weights::Exact,
    }
}

/// A network to explain, and the settings. Made by [`explain()`].
#[derive(Debug)]
#[must_use = "nothing is searched before `run`"]
pub struct Explain<'a> {
    network: &'a Network,
    domain: &'a Domain,
    name: String,
    target: Option<&'a Target>,
    threshold: Option<Rational>,
    limits: Limits,
    threads: Threads<'a>,
    weights: Weights,
}

impl<'a> Explain<'a> {
    /// What the network is called in sentences.
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// What the network should compute: then the error is told, and the error without each unit.
    pub fn target(mut self, target: &'a Target) -> Self {
        self.target = Some(target);
        self
    }

    /// The network decides "inside" where its output is at least this.
    ///
    /// - Errors: the text is not a number.
    pub fn threshold(mut self, threshold: impl Number) -> Result<Self, VerifyError> {
        self.threshold = Some(number("threshold", threshold)?);
        Ok(self)
    }

    /// Which weights of its file the network has, for its certificates; exact weights by default.
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Stops after this much wall time, with the bounds found so far.
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.limits.time = Some(time);
        self
    }

    /// Each question takes at most this many boxes; the result is the same on every machine.
    pub fn max_boxes(mut self, boxes: u64) -> Self {
        self.limits.boxes = Some(boxes);
        self
    }

    /// Stops when this flag is set, with the bounds found so far.
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Self {
        self.limits.interrupt = Some(interrupt.clone());
        self
    }

    /// Uses these threads; the default is all of the machine. The result does not depend on them.
    pub fn threads(mut self, threads: Threads<'a>) -> Self {
        self.threads = threads;
        self
    }

    /// Finds what there is to say.
    ///
    /// - Exactness: every pair of bounds encloses the true value; distances and errors have checked certificates.
    /// - Errors: [`VerifyError`] where target, domain and network do not fit.
    ///
    /// ```
    /// use steeple::{Domain, Target, builders};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let network = builders::interpolant(&target, &domain, 4)?;
    /// let found = steeple::explain(&network, &domain).target(&target).run()?;
    /// // The error of this network is 1/64.
    /// assert!(found.text().contains("The largest error is between 0.01562 and 0.01563."));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(self) -> Result<Explained, VerifyError> {
        let domain = self
            .domain
            .in_order(self.network.inputs())
            .map_err(|error| VerifyError::Domain(error.to_string()))?;
        check_ends(&domain)?;
        let target = self
            .target
            .map(|target| in_order_of(self.network, target))
            .transpose()?;
        if let Some(target) = &target {
            check_exponents(target)?;
            check_defined(target, &domain)?;
        }
        let mut limits = self.limits;
        limits.begun = limits.time.map(|_| Moment::now());
        let request = ExplainRequest {
            name: self.name,
            network: self.network,
            weights: self.weights,
            domain: &domain,
            target: target.as_ref().map(|target| (target, Norm::Sup)),
            threshold: self.threshold,
            limits,
            threads: self.threads,
        };
        let found = explained(&request, &mut unwatched);
        Ok(Explained { found })
    }
}

/// What was found about a network. Made by [`Explain::run`].
#[derive(Clone, Debug)]
pub struct Explained {
    found: Explanation,
}

impl Explained {
    /// The result in one sentence.
    pub fn headline(&self) -> String {
        self.found.headline()
    }

    /// All of it in words, as the program prints it.
    pub fn text(&self) -> String {
        self.found.text()
    }

    /// The report in Markdown, without pictures.
    pub fn markdown(&self) -> String {
        self.found.document().markdown(&[])
    }

    /// The JSON object that `steeple explain --format json` prints.
    pub fn json(&self) -> String {
        self.found.json().to_string()
    }

    /// Did the work come to its end, before a limit?
    pub fn is_complete(&self) -> bool {
        self.found.stopped_by.is_none()
    }

    /// Bounds on the largest distance to the network in which every sigmoid and tanh is a step; `None` where there
    /// is none, or nothing was found.
    pub fn steps_distance(&self) -> Option<(Rational, Option<Rational>)> {
        let Steps::Compared(report) = &self.found.steps else {
            return None;
        };
        report.largest.as_ref().map(ends)
    }

    /// Bounds on the part of the domain, between 0 and 1, on which every hidden unit is saturated; `None` where
    /// that is not known.
    ///
    /// ```
    /// use steeple::{Domain, formats};
    /// // A relu that is off on a quarter of the domain.
    /// let text = br#"{"steeple_network": 1, "inputs": ["x"], "outputs": ["z"], "layers": [
    ///     {"activation": "relu", "weights": [["2"]], "bias": ["0"]},
    ///     {"activation": "identity", "weights": [["1"]], "bias": ["0"]}]}"#;
    /// let network = formats::open(&text[..])?.network;
    /// let found = steeple::explain(&network, &Domain::parse("x=-1..3")?).run()?;
    /// assert_eq!(found.saturated(), Some(("1/4".parse()?, Some("1/4".parse()?))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn saturated(&self) -> Option<(Rational, Option<Rational>)> {
        let flat = self.found.flat.as_ref()?.as_ref().ok()?;
        Some(ends(&flat.part))
    }
}

fn ends(bounds: &Bounds) -> (Rational, Option<Rational>) {
    (bounds.lower.clone(), bounds.upper.clone())
}
