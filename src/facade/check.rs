//! `steeple::check`: does a certificate hold for a network?

use std::borrow::Cow;

use crate::certificate::{self, Certificate, Claim, ReadError, Semantics, Weights, property, size};
use crate::checker::{Rejection, Verified, VerifiedProperty, check_property_by};
use crate::expr::Property;
use crate::formats::{OpenError, open_with};
use crate::jobs::{Threads, on_threads};
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::report::text::accepted;
use crate::words::count;
use crate::workflow::check_in_parallel;
use crate::workflow::summary::of_claim;

/// Checks a certificate against a network file: the bytes of both. Nothing is searched.
///
/// The network may have any format that [`open`](crate::formats::open()) reads. The returned value contains
/// the claim that was proved: compare its question with yours.
///
/// - Exactness: exact.
/// - Errors: [`CheckError`]: the certificate does not hold, or a file cannot be read.
///
/// ```
/// use steeple::{Domain, Target, builders, formats};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
///
/// let checked = steeple::check(&certificate, &formats::to_json(&network))?;
/// assert_eq!(checked.upper().expect("a bound").to_string(), "1/1024");
/// assert_eq!(checked.claim().expect("about an error").question.target.text(), ["x^2"]);
///
/// // Another network is not what the certificate is about.
/// let other = builders::interpolant(&target, &domain, 15)?;
/// assert!(steeple::check(&certificate, &formats::to_json(&other)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check(certificate: &[u8], network: &[u8]) -> Result<Checked, CheckError> {
    check_on(certificate, network, Threads::All)
}

/// Does [`check()`] on the given threads.
///
/// - Errors: those of [`check()`].
///
/// ```
/// # use steeple::{Domain, Target, builders};
/// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// # let network = builders::interpolant(&target, &domain, 16)?;
/// # use steeple::{Threads, formats};
/// let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
/// let checked = steeple::check_on(&certificate, &formats::to_json(&network), Threads::CALLER)?;
/// assert_eq!(checked.leaves(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_on(
    certificate: &[u8],
    network: &[u8],
    threads: Threads<'_>,
) -> Result<Checked, CheckError> {
    check_with(certificate, threads, &|names, weights| {
        let opened = open_with(network, weights, names)?;
        Ok((Cow::Owned(opened.network), opened.weights))
    })
}

/// Does [`check()`] with a network in memory. The certificate says which weights of its file it has.
///
/// - Exactness: exact.
/// - Errors: those of [`check()`].
///
/// ```
/// use steeple::{Domain, Target, builders};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
/// assert!(steeple::check_network(&certificate, &network)?.is_about(&network));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_network(certificate: &[u8], network: &Network) -> Result<Checked, CheckError> {
    check_network_on(certificate, network, Threads::All)
}

/// Does [`check_network`] on the given threads.
///
/// - Exactness: exact.
/// - Errors: those of [`check()`].
///
/// ```
/// use steeple::{Domain, Target, Threads, builders};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
/// assert_eq!(steeple::check_network_on(&certificate, &network, Threads::Count(1))?.leaves(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_network_on(
    certificate: &[u8],
    network: &Network,
    threads: Threads<'_>,
) -> Result<Checked, CheckError> {
    check_with(certificate, threads, &|_, weights| {
        Ok((Cow::Borrowed(network), weights))
    })
}

/// The network that a certificate is about, for the names and the weights in it.
type Finds<'n> =
    dyn Fn(Option<&[String]>, Weights) -> Result<(Cow<'n, Network>, Weights), CheckError> + 'n;

fn check_with(
    certificate: &[u8],
    threads: Threads<'_>,
    network: &Finds<'_>,
) -> Result<Checked, CheckError> {
    if property::is_property(certificate) {
        let found = property::read(certificate).map_err(malformed)?;
        let (network, weights) = network(None, found.weights)?;
        let verified = on_threads(threads, |jobs| {
            check_property_by(&found, &network, jobs.run, &|| false)
        })?;
        let (holds, leaves) = (verified.holds(), count(verified.leaves(), "leaf"));
        let text = format!(
            "accepted: the property {}; {leaves}",
            if holds { "holds" } else { "does not hold" }
        );
        let what = What::Property(Box::new(verified));
        return Ok(Checked {
            what,
            weights,
            text,
        });
    }
    if size::is_size(certificate) {
        return Err(CheckError::NoNetwork);
    }
    let found: Certificate = certificate::text::read(certificate).map_err(malformed)?;
    let names = found.claim.question.domain.names();
    let (network, weights) = network(Some(names), found.weights)?;
    let verified = check_in_parallel(&found, &network, threads)?;
    let report = of_claim(verified.claim(), &network, weights);
    let text = accepted(&report, verified.leaves(), found.layer);
    let what = What::Claim(Box::new(verified));
    Ok(Checked {
        what,
        weights,
        text,
    })
}

fn malformed(error: ReadError) -> CheckError {
    CheckError::Malformed(error)
}

/// What a certificate proves: an accepted claim about an error, or an accepted property.
#[derive(Clone, Debug)]
pub struct Checked {
    what: What,
    weights: Weights,
    text: String,
}

#[derive(Clone, Debug)]
enum What {
    Claim(Box<Verified>),
    Property(Box<VerifiedProperty>),
}

impl Checked {
    /// The claim about the error of a network; `None` for a property.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert_eq!(checked.claim().expect("an error").question.domain.to_string(), "x=0..1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn claim(&self) -> Option<&Claim> {
        match &self.what {
            What::Claim(verified) => Some(verified.claim()),
            What::Property(_) => None,
        }
    }

    /// The error is at least this.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert_eq!(checked.lower(), Some("1/1024".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lower(&self) -> Option<Rational> {
        self.claim().map(Claim::error_lower)
    }

    /// The error is at most this.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert_eq!(checked.upper(), Some("1/1024".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn upper(&self) -> Option<Rational> {
        self.claim().and_then(Claim::error_upper)
    }

    /// The property, and whether it holds; `None` for a claim about an error.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert!(checked.property().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn property(&self) -> Option<(&Property, bool)> {
        match &self.what {
            What::Claim(_) => None,
            What::Property(verified) => Some((verified.property(), verified.holds())),
        }
    }

    /// The digest of the network that this is about.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert!(checked.network().starts_with("sha256:"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn network(&self) -> &str {
        match &self.what {
            What::Claim(verified) => &verified.claim().question.network,
            What::Property(verified) => verified.network(),
        }
    }

    /// The arithmetic that evaluates the network.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert_eq!(checked.semantics(), &steeple::Semantics::Real);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn semantics(&self) -> &Semantics {
        match &self.what {
            What::Claim(verified) => &verified.claim().question.semantics,
            What::Property(verified) => verified.semantics(),
        }
    }

    /// Which weights of its file the checked network has.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert_eq!(checked.weights(), steeple::Weights::Exact);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// Leaves that were checked.
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert_eq!(checked.leaves(), 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn leaves(&self) -> usize {
        match &self.what {
            What::Claim(verified) => verified.leaves(),
            What::Property(verified) => verified.leaves(),
        }
    }

    /// What was accepted, in words, as `steeple check` prints it.
    ///
    /// ```
    /// use steeple::{Domain, Target, builders};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let network = builders::interpolant(&target, &domain, 16)?;
    /// let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check_network(&certificate, &network)?;
    /// assert!(checked.text().starts_with("accepted: sup |N(x) - x^2| = 1/1024 (exact) for x in [0, 1]"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Is this about that network?
    ///
    /// ```
    /// # use steeple::{Domain, Target, builders};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// # let network = builders::interpolant(&target, &domain, 16)?;
    /// # let certificate = steeple::verify(&network, &target, &domain).run()?.certificate();
    /// let checked = steeple::check(&certificate, &steeple::formats::to_json(&network))?;
    /// assert!(checked.is_about(&network));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_about(&self, network: &Network) -> bool {
        self.network() == digest(network)
    }
}

/// The reason why a certificate is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The bytes are not a certificate.
    #[error("certificate: {0}")]
    Malformed(ReadError),
    /// The certificate is about all networks of a kind.
    #[error("the certificate bounds the size of all networks; hint: use `check_bound`")]
    NoNetwork,
    /// The network file cannot be read.
    #[error("network: {0}")]
    Network(#[from] OpenError),
    /// The certificate does not hold.
    #[error("{0}")]
    Rejected(#[from] Rejection),
}
