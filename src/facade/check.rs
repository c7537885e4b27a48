//! `steeple::check`: does a certificate hold for a network?

use crate::certificate::{self, Certificate, Claim, ReadError, Semantics, Weights, property, size};
use crate::checker::{Rejection, Verified, VerifiedProperty, check_property_by};
use crate::expr::Property;
use crate::formats::{OpenError, open_with};
use crate::jobs::{Threads, on_threads};
use crate::network::{Network, digest};
use crate::numbers::Rational;
use crate::workflow::check_in_parallel;

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
    if property::is_property(certificate) {
        let found = property::read(certificate).map_err(malformed)?;
        let (network, weights) = the_network(network, None, found.weights)?;
        let verified = on_threads(threads, |jobs| {
            check_property_by(&found, &network, jobs.run, &|| false)
        })?;
        let what = What::Property(Box::new(verified));
        return Ok(Checked { what, weights });
    }
    if size::is_size(certificate) {
        return Err(CheckError::NoNetwork);
    }
    let found: Certificate = certificate::text::read(certificate).map_err(malformed)?;
    let names = found.claim.question.domain.names();
    let (network, weights) = the_network(network, Some(names), found.weights)?;
    let verified = check_in_parallel(&found, &network, threads)?;
    let what = What::Claim(Box::new(verified));
    Ok(Checked { what, weights })
}

fn malformed(error: ReadError) -> CheckError {
    CheckError::Malformed(error)
}

/// Reads the network with the weights that the certificate is about; it decides by the digest.
fn the_network(
    bytes: &[u8],
    names: Option<&[String]>,
    weights: Weights,
) -> Result<(Network, Weights), CheckError> {
    let opened = open_with(bytes, weights, names)?;
    Ok((opened.network, opened.weights))
}

/// What a certificate proves: an accepted claim about an error, or an accepted property.
#[derive(Clone, Debug)]
pub struct Checked {
    what: What,
    weights: Weights,
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
