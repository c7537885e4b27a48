//! `steeple::verify`: bounds on the error of a network.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use super::number::Number;
use crate::certificate::{
    Certificate, Claim, FloatFormat, Norm, Question, Semantics, Weights, text,
};
use crate::clock::Moment;
use crate::expr::{
    Domain, NotDefined, Target, TooLong, check_defined, check_ends, check_exponents,
};
use crate::floats::Arithmetic;
use crate::formats::Opened;
use crate::formats::foreign::ForeignError;
use crate::jobs::Threads;
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::prover::{Interrupt, Limits, Progress, Watch, unwatched};
use crate::report::{Report, json, text as words};
use crate::workflow::measure::{MeasureError, fits_target, threshold_of};
use crate::workflow::parts::Part;
use crate::workflow::{
    self, PictureError, PictureKind, Subject, Verdict, Verification, VerifyRequest, WorkflowError,
    spec::default_gap, summarise,
};

/// Asks for the error of a network against a target on a box. [`Verify::run`] starts the search.
///
/// Inputs are matched by name. Without a tolerance the error is enclosed; with one it is proved or refuted.
///
/// ```
/// use steeple::{Domain, Target, builders};
///
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// let answer = steeple::verify(&network, &target, &domain).tolerance("1/1024")?.run()?;
/// assert!(answer.is_proved());
/// assert_eq!(answer.lower().to_string(), "1/1024");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify<'a>(network: &'a Network, target: &'a Target, domain: &'a Domain) -> Verify<'a> {
    Verify {
        network,
        target,
        domain,
        norm: Norm::Sup,
        threshold: None,
        tolerance: None,
        gap: default_gap(),
        limits: Limits::default(),
        resume: None,
        threads: Threads::All,
        weights: Weights::Exact,
        portable: false,
        semantics: Semantics::Real,
        watch: None,
        computes: None,
    }
}

/// What the file of a network computes: its floats, or why it does not compute layer by layer.
type Computes = Result<Option<FloatFormat>, ForeignError>;

impl Opened {
    /// Asks how far this network is from a target, as [`verify()`] does; the verdict names the weights that it has.
    ///
    /// ```
    /// use steeple::{Domain, Target, builders, formats};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let file = formats::to_onnx(&builders::interpolant(&target, &domain, 3)?)?;
    /// let answer = formats::open(&file)?.verify(&target, &domain).run()?;
    /// assert!(answer.text().contains("with the weights as the file stores them"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<'a>(&'a self, target: &'a Target, domain: &'a Domain) -> Verify<'a> {
        let mut asked = verify(&self.network, target, domain).weights(self.weights);
        asked.computes = Some(&self.computes);
        asked
    }
}

/// A question about a network, and the settings of the search. Made by [`verify()`].
#[must_use = "nothing is searched before `run`"]
pub struct Verify<'a> {
    network: &'a Network,
    target: &'a Target,
    domain: &'a Domain,
    norm: Norm,
    threshold: Option<Rational>,
    tolerance: Option<Rational>,
    gap: Rational,
    limits: Limits,
    resume: Option<Vec<u8>>,
    threads: Threads<'a>,
    weights: Weights,
    portable: bool,
    semantics: Semantics,
    watch: Option<Box<Watch<'a>>>,
    /// What the file of the network computes, if it has one.
    computes: Option<&'a Computes>,
}

impl fmt::Debug for Verify<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("target", &self.target.text())
            .field("domain", &self.domain.to_string())
            .field("norm", &self.norm)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl<'a> Verify<'a> {
    /// Measures the error in another norm than `sup`.
    ///
    /// ```
    /// use steeple::{Domain, Norm, Target, builders};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).norm(Norm::L1).run()?;
    /// // The exact value is 1/1536.
    /// assert!(answer.lower() > "0.00064".parse()? && answer.upper() < Some("0.00066".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn norm(mut self, norm: Norm) -> Self {
        self.norm = norm;
        self
    }

    /// Proves or refutes that the error is at most this, an exact number such as `"1/1024"`.
    ///
    /// - Errors: the text is not a number, or is below 0.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// // The error is 1/1024 = 0.0009765625.
    /// assert!(steeple::verify(&network, &target, &domain).tolerance("0.00098")?.run()?.is_proved());
    /// assert!(steeple::verify(&network, &target, &domain).tolerance("small").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tolerance(mut self, tolerance: impl Number) -> Result<Self, VerifyError> {
        let tolerance = number("tolerance", tolerance)?;
        if tolerance.is_negative() {
            let text = tolerance.to_string();
            return Err(VerifyError::Negative { text });
        }
        self.tolerance = Some(tolerance);
        Ok(self)
    }

    /// Without a tolerance: the largest width of the enclosure of the error, relative to its upper end. The
    /// default is 1/100.
    ///
    /// - Errors: the text is not a number above 0.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let network = builders::staircase(&target, &domain, 20)?;
    /// let wide = steeple::verify(&network, &target, &domain).gap("1/2")?.run()?;
    /// let narrow = steeple::verify(&network, &target, &domain).gap("1/1000")?.run()?;
    /// assert!(wide.boxes() < narrow.boxes() && narrow.upper() <= wide.upper());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn gap(mut self, gap: impl Number) -> Result<Self, VerifyError> {
        self.gap = positive("gap", gap)?;
        Ok(self)
    }

    /// For [`Norm::Area`]: the network decides "inside" where its output is at least this; 1/2 by default.
    ///
    /// - Errors: the text is not a number.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let (target, domain) = (Target::parse("x >= 1/3")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&Target::parse("x")?, &domain, 1)?;
    /// use steeple::Norm;
    /// // N(x) = x is at least 1/2 where x is, which differs from the target by 1/6.
    /// let answer = steeple::verify(&network, &target, &domain).norm(Norm::Area).threshold("1/2")?.run()?;
    /// assert_eq!(answer.upper(), Some("1/6".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn threshold(mut self, threshold: impl Number) -> Result<Self, VerifyError> {
        self.threshold = Some(number("threshold", threshold)?);
        Ok(self)
    }

    /// States which weights of its file the network has, for the certificate and the reports. The default
    /// is exact weights.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// use steeple::{Weights, formats};
    /// let opened = formats::open(&formats::to_onnx(&network)?)?;
    /// let answer = steeple::verify(&opened.network, &target, &domain).weights(opened.weights).run()?;
    /// assert!(answer.text().contains("with the weights as the file stores them"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Makes the claim one about the network as a program computes it, in float arithmetic. Its weights must be
    /// floats. The default is real arithmetic. What is assumed of runtimes is what was measured of this network's
    /// activations.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// use steeple::Arithmetic;
    /// // These weights are powers of two. Sums of 16 terms lose about a millionth.
    /// let asked = steeple::verify(&network, &target, &domain).tolerance("1/1000")?;
    /// let answer = asked.semantics(Arithmetic::float32()).run()?;
    /// assert!(answer.is_proved());
    /// assert!(answer.text().contains("in float32 arithmetic (sums in any order)"));
    /// assert_eq!(answer.semantics().floats().expect("floats").format.name(), "float32");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn semantics(mut self, arithmetic: impl Into<Arithmetic>) -> Self {
        let resolved = arithmetic.into().semantics_of(self.network);
        self.semantics = resolved.unwrap_or_default();
        self
    }

    /// Uses only the methods of the core, so that a small checker can check the certificate.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let certificate = steeple::verify(&network, &target, &domain).portable().run()?.certificate();
    /// assert!(String::from_utf8(certificate)?.contains("layer core"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn portable(mut self) -> Self {
        self.portable = true;
        self
    }

    /// Stops after this much wall time, including the check.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// use std::time::Duration;
    /// let answer = steeple::verify(&network, &target, &domain).time_limit(Duration::from_secs(60)).run()?;
    /// assert!(answer.upper().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn time_limit(mut self, time: Duration) -> Self {
        self.limits.time = Some(time);
        self
    }

    /// Stops after this many boxes; the result is the same on every machine.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let network = builders::staircase(&target, &domain, 20)?;
    /// let answer = steeple::verify(&network, &target, &domain).gap("1/1000")?.max_boxes(10).run()?;
    /// assert_eq!(answer.verdict(), steeple::Verdict::Undecided);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_boxes(mut self, boxes: u64) -> Self {
        self.limits.boxes = Some(boxes);
        self
    }

    /// Stops when the search uses this many bytes.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).memory_limit(8 << 30).run()?;
    /// assert!(answer.upper().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn memory_limit(mut self, bytes: u64) -> Self {
        self.limits.memory = Some(bytes);
        self
    }

    /// Stops when this flag is set, with the best bounds found so far.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let network = builders::staircase(&target, &domain, 20)?;
    /// use steeple::{Interrupt, Verdict};
    /// let interrupt = Interrupt::new();
    /// interrupt.set(); // another thread would do this
    /// let answer = steeple::verify(&network, &target, &domain).interrupt(&interrupt).run()?;
    /// assert_eq!(answer.verdict(), Verdict::Undecided);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Self {
        self.limits.interrupt = Some(interrupt.clone());
        self
    }

    /// Ends the check of what was found when this flag is set; [`Verify::interrupt`] ends the search before it.
    /// Then nothing is proved, and [`Answer::proposed`] has what was found.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let interrupt = steeple::Interrupt::new();
    /// interrupt.set(); // another thread would do this
    /// let answer = steeple::verify(&network, &target, &domain).check_interrupt(&interrupt).run()?;
    /// assert!(answer.upper().is_none());
    /// let checked = steeple::check_network(answer.proposed().expect("found"), &network)?;
    /// assert_eq!(checked.upper(), Some("1/1024".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_interrupt(mut self, interrupt: &Interrupt) -> Self {
        self.limits.check_interrupt = Some(interrupt.clone());
        self
    }

    /// Uses these threads; the default is all of the machine. The result does not depend on them.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// use steeple::{Jobs, Threads};
    /// // Two threads, and threads of the caller's own: here the one that asks.
    /// let two = steeple::verify(&network, &target, &domain).threads(Threads::Count(2)).run()?;
    /// let own = Jobs { run: &|jobs, job| (0..jobs).for_each(job), threads: 1 };
    /// let one = steeple::verify(&network, &target, &domain).threads(Threads::Lent(own)).run()?;
    /// assert_eq!(one.certificate(), two.certificate());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn threads(mut self, threads: Threads<'a>) -> Self {
        self.threads = threads;
        self
    }

    /// Sets a function that gets the progress of the search, and can stop it.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use steeple::{Domain, Target, Verdict, builders};
    /// let (target, domain) = (Target::parse("exp(x)")?, Domain::parse("x=0..1")?);
    /// let network = builders::staircase(&target, &domain, 100)?;
    /// let answer = steeple::verify(&network, &target, &domain)
    ///     .on_progress(|progress| {
    ///         if progress.boxes > 50 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    ///     })
    ///     .run()?;
    /// assert_eq!(answer.verdict(), Verdict::Undecided);
    /// assert!(answer.upper().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_progress(mut self, watch: impl FnMut(&Progress) -> ControlFlow<()> + 'a) -> Self {
        self.watch = Some(Box::new(watch));
        self
    }

    /// Continues the search that left this certificate: the bytes of an earlier [`Answer::certificate`] for
    /// the same question.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let network = builders::staircase(&target, &domain, 20)?;
    /// let part = steeple::verify(&network, &target, &domain).max_boxes(10).run()?;
    /// let whole = steeple::verify(&network, &target, &domain).resume(&part.certificate()).run()?;
    /// assert!(whole.upper() <= part.upper());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn resume(mut self, certificate: &[u8]) -> Self {
        self.resume = Some(certificate.to_vec());
        self
    }

    /// Searches, checks the certificate, and only then returns a verdict.
    ///
    /// - Exactness: exact; the verdict is what the checker accepted.
    /// - Errors: [`VerifyError`] if there is no verdict at all.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!((answer.lower(), answer.upper()), ("1/1024".parse()?, Some("1/1024".parse()?)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(self) -> Result<Answer, VerifyError> {
        let (request, watch) = self.asked()?;
        let mut watch = watch.unwrap_or_else(|| Box::new(unwatched));
        let verification = workflow::verify(&request, None, &mut watch)?;
        Ok(Answer::new(
            verification,
            request.network.clone(),
            request.weights,
        ))
    }

    /// Cuts the question into about so many parts, for several machines; see [`parts`](crate::parts).
    ///
    /// - Errors: those of [`Verify::run`].
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let parts = steeple::verify(&network, &target, &domain).split(4)?;
    /// assert_eq!(parts.len(), 4);
    /// assert_eq!(parts[2].number.to_string(), "3 of 4");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn split(self, parts: usize) -> Result<Vec<Part>, VerifyError> {
        let (request, watch) = self.asked()?;
        let mut watch = watch.unwrap_or_else(|| Box::new(unwatched));
        Ok(workflow::parts::split(&request, parts, &mut watch)?)
    }

    /// Takes a certificate that was found before, such as a merged one, and lets the checker decide. There is no
    /// search.
    ///
    /// - Errors: [`VerifyError`] if it is about another question or other weights, or if the checker rejects it.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let ask = || steeple::verify(&network, &target, &domain);
    /// let certificate = ask().run()?.certificate();
    /// let answer = ask().tolerance("1/1024")?.accept(&certificate)?;
    /// assert!(answer.is_proved() && answer.boxes() == 0);
    /// let better = String::from_utf8(certificate)?.replace("upper 1/1024", "upper 1/1025");
    /// assert!(ask().accept(better.as_bytes()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn accept(self, certificate: &[u8]) -> Result<Answer, VerifyError> {
        let (request, _) = self.resume(certificate).asked()?;
        let found = request.resume.as_ref().map(|found| found.weights);
        if found != Some(request.weights) {
            return Err(VerifyError::OtherQuestion);
        }
        let verification = workflow::accept(&request)?;
        Ok(Answer::new(
            verification,
            request.network.clone(),
            request.weights,
        ))
    }

    /// Returns what is asked, after all that is refused was refused; and who watches.
    fn asked(self) -> Result<(VerifyRequest<'a>, Option<Box<Watch<'a>>>), VerifyError> {
        // A claim about floats is about layers; the file may do something else (T40).
        if let (Some(floats), Some(computes)) = (self.semantics.floats(), self.computes) {
            let format = computes.clone().map_err(VerifyError::NotLayered)?;
            if let Some(format) = format.filter(|format| *format != floats.format) {
                return Err(VerifyError::OtherFloats(format.name()));
            }
        }
        let target = in_order_of(self.network, self.target)?;
        let domain = self
            .domain
            .in_order(self.network.inputs())
            .map_err(|error| VerifyError::Domain(error.to_string()))?;
        // What a spec and the command line refuse is refused here.
        check_ends(&domain)?;
        check_exponents(&target)?;
        check_defined(&target, &domain)?;
        let threshold = threshold_of(self.norm, self.threshold)?;
        fits_target(self.norm, &target)?;
        let question = Question {
            network: digest(self.network),
            target,
            domain,
            norm: self.norm,
            threshold,
            semantics: self.semantics,
        };
        let resume = self
            .resume
            .as_deref()
            .map(|bytes| earlier(bytes, &question))
            .transpose()?;
        let mut limits = self.limits;
        limits.begun = limits.time.map(|_| Moment::now());
        let request = VerifyRequest {
            network: self.network,
            question,
            tolerance: self.tolerance,
            gap: self.gap,
            limits,
            resume,
            threads: self.threads,
            weights: self.weights,
            portable: self.portable,
        };
        Ok((request, self.watch))
    }
}

/// The target, with its inputs in the order of the network.
pub(super) fn in_order_of(network: &Network, target: &Target) -> Result<Target, VerifyError> {
    if target.inputs() == network.inputs() {
        return Ok(target.clone());
    }
    crate::expr::parse_target(target.text(), Some(network.inputs())).map_err(|_| {
        VerifyError::Inputs {
            target: target.inputs().to_vec(),
            network: network.inputs().to_vec(),
        }
    })
}

/// Reads the certificate of a search to continue.
fn earlier(bytes: &[u8], question: &Question) -> Result<Certificate, VerifyError> {
    let certificate =
        text::read(bytes).map_err(|error| VerifyError::Certificate(error.to_string()))?;
    if !certificate.claim.question.is_same(question) {
        return Err(VerifyError::OtherQuestion);
    }
    if certificate.constant_radius.is_negative() {
        let text = "the constant radius is negative".to_owned();
        return Err(VerifyError::Certificate(text));
    }
    Ok(certificate)
}

pub(super) fn number(name: &'static str, number: impl Number) -> Result<Rational, VerifyError> {
    number
        .rational()
        .map_err(|text| VerifyError::Number { name, text })
}

fn positive(name: &'static str, found: impl Number) -> Result<Rational, VerifyError> {
    let found = number(name, found)?;
    if found.is_positive() {
        Ok(found)
    } else {
        let text = found.to_string();
        Err(VerifyError::NotPositive { name, text })
    }
}

/// The reason why [`Verify`] has no verdict.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A claim about floats, and a file that does not compute layer by layer.
    #[error("a claim about floats needs a file that computes layer by layer: {0}")]
    NotLayered(ForeignError),
    /// A claim about floats, and a file that computes in others.
    #[error("the file computes in {0}, the claim is about other floats")]
    OtherFloats(&'static str),
    /// A text is not a number.
    #[error("{name}: `{text}` is not a number; expected a decimal or an exact 1/3, 2^-5, 1e-3")]
    Number {
        /// The setting that it was given for.
        name: &'static str,
        /// The text.
        text: String,
    },
    /// A number is not above 0.
    #[error("{name}: expected a number above 0, found {text}")]
    NotPositive {
        /// The setting that it was given for.
        name: &'static str,
        /// The number.
        text: String,
    },
    /// A tolerance below 0.
    #[error("tolerance: expected 0 or a number above, found {text}")]
    Negative {
        /// The number.
        text: String,
    },
    /// The target and the network have different inputs.
    #[error("the target has the inputs {}, the network has {}", .target.join(", "), .network.join(", "))]
    Inputs {
        /// The target's inputs.
        target: Vec<String>,
        /// The network's inputs.
        network: Vec<String>,
    },
    /// The inputs of the domain are not those of the network.
    #[error("domain: {0}")]
    Domain(String),
    /// The bytes to resume from are not a certificate.
    #[error("the certificate to go on with: {0}")]
    Certificate(String),
    /// The certificate to resume from is about another network, target, domain, norm, threshold or arithmetic.
    #[error("the certificate to go on with is about another question")]
    OtherQuestion,
    /// An end of the domain or an exponent of the target is too long a number.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The target has no value at a point of the domain, or this cannot be excluded.
    #[error(transparent)]
    NotDefined(#[from] NotDefined),
    /// Norm, threshold and target do not go together.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// The search cannot begin, or the checker did not accept what it found.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
}

/// A verdict with the checked claim that it rests on.
#[derive(Clone, Debug)]
pub struct Answer {
    verification: Verification,
    network: Network,
    weights: Weights,
}

impl Answer {
    pub(super) fn new(verification: Verification, network: Network, weights: Weights) -> Self {
        Self {
            verification,
            network,
            weights,
        }
    }

    /// The verdict.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.verdict(), steeple::Verdict::Enclosed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verdict(&self) -> Verdict {
        self.verification.verdict
    }

    /// Is the error at most the tolerance, proved?
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// assert!(steeple::verify(&network, &target, &domain).tolerance("1/1024")?.run()?.is_proved());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_proved(&self) -> bool {
        self.verdict() == Verdict::Proved
    }

    /// Is the error more than the tolerance, proved?
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// assert!(steeple::verify(&network, &target, &domain).tolerance("1/1025")?.run()?.is_refuted());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_refuted(&self) -> bool {
        self.verdict() == Verdict::Refuted
    }

    /// What the checker accepted.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.claim().question.target.text(), ["x^2"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn claim(&self) -> &Claim {
        self.verification.verified.claim()
    }

    /// The arithmetic that the claim is about.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.semantics().to_string(), "real");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn semantics(&self) -> &Semantics {
        &self.claim().question.semantics
    }

    /// The error is at least this.
    ///
    /// - Exactness: a lower bound.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.lower(), "1/1024".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lower(&self) -> Rational {
        self.claim().error_lower()
    }

    /// The error is at most this; `None` if the search was stopped before it had a bound.
    ///
    /// - Exactness: an upper bound.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.upper(), Some("1/1024".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn upper(&self) -> Option<Rational> {
        self.claim().error_upper()
    }

    /// A point where the error is at least [`Answer::lower`], with the names of the inputs: the witness. For
    /// `sup` only.
    ///
    /// ```
    /// use steeple::{Domain, Target, builders};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).tolerance("1/2000")?.run()?;
    /// assert!(answer.is_refuted());
    /// let (name, x) = &answer.witness().expect("a point")[0];
    /// assert_eq!((name.as_str(), x.to_string().as_str()), ("x", "1/32"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn witness(&self) -> Option<Vec<(String, Rational)>> {
        let names = self.claim().question.domain.names().iter().cloned();
        let witness = self.verification.certificate.witness.as_ref()?;
        Some(names.zip(witness.point.iter().cloned()).collect())
    }

    /// Leaves of the partition that was checked.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.leaves(), 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn leaves(&self) -> usize {
        self.verification.search.leaves
    }

    /// The number of boxes that were searched.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert!(answer.boxes() >= 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn boxes(&self) -> u64 {
        self.verification.search.boxes
    }

    /// The certificate as a file: [`check`](crate::check()) and every other checker reads these bytes.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert!(answer.certificate().starts_with(b"steeple certificate 2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn certificate(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A vector takes any bytes, so writing to one cannot fail.
        let _ = text::write(&self.verification.certificate, &mut bytes);
        bytes
    }

    /// What the search found, where the check of it was stopped: a certificate that may not hold, to be checked or to
    /// go on with; `None` if it was checked.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// assert!(steeple::verify(&network, &target, &domain).run()?.proposed().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn proposed(&self) -> Option<&[u8]> {
        self.verification.proposed.as_deref()
    }

    /// The kinds of pictures that fit the question, the best one first.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.picture_kinds()[0], steeple::PictureKind::Curve);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn picture_kinds(&self) -> Vec<PictureKind> {
        PictureKind::for_question(&self.claim().question)
    }

    /// Which weights of its file the network has.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert_eq!(answer.weights(), steeple::Weights::Exact);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// The tolerance that was asked for.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).tolerance("1/1000")?.run()?;
    /// assert_eq!(answer.tolerance(), Some(&"1/1000".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tolerance(&self) -> Option<&Rational> {
        self.verification.tolerance.as_ref()
    }

    /// The verdict in words, as the program prints it.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert!(answer.text().starts_with("enclosed: sup |N(x) - x^2| = 1/1024 (exact)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> String {
        words::verdict(&self.report())
    }

    /// The JSON object that `steeple verify --format json` prints.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert!(answer.json().contains(r#""upper":"1/1024""#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json(&self) -> String {
        json::verify(&self.report(), json::Times::Shown).to_string()
    }

    /// A picture of what was proved, as an SVG document.
    ///
    /// - Errors: the kind needs another number of inputs, or another kind of target.
    ///
    /// ```
    /// use steeple::{Domain, PictureKind, Target, builders};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let network = builders::interpolant(&target, &domain, 4)?;
    /// let answer = steeple::verify(&network, &target, &domain).run()?;
    /// assert!(answer.picture(PictureKind::Curve)?.starts_with("<svg"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn picture(&self, kind: PictureKind) -> Result<String, PictureError> {
        workflow::draw(
            kind,
            &Subject {
                network: &self.network,
                question: &self.claim().question,
                claim: Some(self.claim()),
                certificate: Some(&self.verification.certificate),
                values: self.verification.verified.witness(),
                on_domain: self.verification.on_domain.as_ref(),
                points: None,
            },
        )
    }

    fn report(&self) -> Report {
        Report {
            weights: self.weights,
            ..summarise(&self.verification, &self.network, None)
        }
    }
}
