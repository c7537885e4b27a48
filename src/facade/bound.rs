//! `steeple::bound`: how many units every network of a kind needs.

use super::number::Number;
use crate::certificate::{ReadError, size};
use crate::checker::size::{SizeRejection, VerifiedSize, check_size};
use crate::expr::{
    Domain, DomainError, NotDefined, Target, TooLong, check_defined, check_ends, check_exponents,
};
use crate::numbers::Rational;
use crate::workflow::bound::{bound_json, bound_text};
use crate::workflow::{BENDING_UNITS, LowerBound, bound as search};

/// Searches a lower bound of the number of units that a network needs to be within a tolerance of the
/// target, in the norm `sup`.
///
/// - Exactness: certain, checked by the kernel. A larger bound may hold.
/// - Errors: [`BoundError`]: the tolerance is not a number from 0 on, or the target and the domain do not fit
///   together.
///
/// ```
/// use steeple::{Domain, Target};
/// let (target, domain) = (Target::parse("sin(x)")?, Domain::parse("x=0..6.2831853")?);
/// let bound = steeple::bound(&target, &domain, "1/1000")?;
/// assert_eq!(bound.kinks(), Some(38));
/// assert_eq!(bound.units("relu", Some(1)), Some(38));
/// assert_eq!(bound.units("relu", None), Some(6)); // in any number of hidden layers
/// assert_eq!(bound.units("sigmoid", Some(1)), None); // nothing is known
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bound(
    target: &Target,
    domain: &Domain,
    tolerance: impl Number,
) -> Result<Bound, BoundError> {
    let tolerance = tolerance.rational().map_err(BoundError::Tolerance)?;
    if tolerance.is_negative() {
        return Err(BoundError::Tolerance(tolerance.to_string()));
    }
    let domain = domain.in_order(target.inputs())?;
    check_ends(&domain)?;
    check_exponents(target)?;
    check_defined(target, &domain)?;
    Ok(Bound(search(target, &domain, &tolerance)))
}

/// Checks a certificate of [`bound()`]. Returns the numbers of kinks and jumps that it proves.
///
/// The certificate contains the claim: compare its target and domain with yours.
///
/// - Exactness: exact.
/// - Errors: [`CheckBoundError`]: the bytes are no such certificate, or it does not hold.
///
/// ```
/// use steeple::{Domain, Target};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let bound = steeple::bound(&target, &domain, "1/100")?;
/// let verified = steeple::check_bound(bound.certificate().expect("kinks"))?;
/// assert_eq!(verified.kinks(), Some(3));
/// assert_eq!(verified.target().text(), ["x^2"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_bound(certificate: &[u8]) -> Result<VerifiedSize, CheckBoundError> {
    Ok(check_size(&size::read(certificate)?)?)
}

/// The reason why no bound is searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BoundError {
    /// The tolerance is not a number from 0 on.
    #[error("tolerance: expected a number from 0 on, such as 1/3, 0.05 or 2^-5, found `{0}`")]
    Tolerance(String),
    /// The inputs of the domain are not those of the target.
    #[error("domain: {0}")]
    Domain(#[from] DomainError),
    /// An end of the domain or an exponent of the target is too long a number.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The target has no value at a point of the domain, or this cannot be excluded.
    #[error(transparent)]
    NotDefined(#[from] NotDefined),
}

/// The reason why a certificate for a lower bound of size is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckBoundError {
    /// The bytes are not such a certificate.
    #[error("certificate: {0}")]
    Malformed(#[from] ReadError),
    /// The certificate does not hold.
    #[error("{0}")]
    Rejected(#[from] SizeRejection),
}

/// What every network near a target needs. Made by [`bound()`].
#[derive(Clone, Debug)]
pub struct Bound(LowerBound);

impl Bound {
    /// Every continuous piecewise-linear function within the tolerance has at least this many kinks along a
    /// line; `None` where no such function exists, because the target jumps too far or the tolerance is 0.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// let (target, domain) = (Target::parse("if(x < 1/3, 0, 1)")?, Domain::parse("x=0..1")?);
    /// assert_eq!(steeple::bound(&target, &domain, "1/10")?.kinks(), None);
    /// assert_eq!(steeple::bound(&target, &domain, "1/2")?.kinks(), Some(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kinks(&self) -> Option<usize> {
        self.0.kinks()
    }

    /// Every step function within the tolerance has at least this many jumps along a line, so a network of
    /// Heaviside units has at least as many units in its first layer.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// let (target, domain) = (Target::parse("x")?, Domain::parse("x=0..1")?);
    /// // Steps of 1/5, but for the first and the last value.
    /// assert_eq!(steeple::bound(&target, &domain, "1/11")?.jumps(), Some(5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn jumps(&self) -> Option<usize> {
        self.0.jumps()
    }

    /// The least number of units of a kind (`relu`, `leaky-relu`, `abs`, `hard-tanh`, `maxout-3`), with a
    /// number of hidden layers or with any number of them; `None` for other kinds, and where
    /// [`Bound::kinks`] is.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let bound = steeple::bound(&target, &domain, "1/1000")?;
    /// assert_eq!(bound.units("relu", Some(1)), Some(11));
    /// assert_eq!(bound.units("hard-tanh", Some(1)), Some(6));
    /// assert_eq!(bound.units("relu", Some(2)), Some(5)); // (2 + 1) (3 + 1) > 11
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn units(&self, kind: &str, hidden_layers: Option<usize>) -> Option<usize> {
        let unit = BENDING_UNITS.iter().find(|unit| unit.name == kind)?;
        Some(unit.units(self.kinks()?, hidden_layers))
    }

    /// The tolerance.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// assert_eq!(steeple::bound(&target, &domain, "0.01")?.tolerance().to_string(), "1/100");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tolerance(&self) -> &Rational {
        self.0.tolerance()
    }

    /// The certificate, for [`check_bound()`] and `steeple check`; `None` where nothing is forced.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let bound = steeple::bound(&target, &domain, "1")?;
    /// assert!(bound.kinks() == Some(0) && bound.certificate().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn certificate(&self) -> Option<&[u8]> {
        self.0.certificate()
    }

    /// The bound in words, as `steeple bound` prints it.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let text = steeple::bound(&target, &domain, "1/100")?.text();
    /// assert!(text.starts_with("every continuous piecewise-linear function within 1/100 of x^2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> String {
        bound_text(&self.0)
    }

    /// The JSON object that `steeple bound --format json` prints, without certificate and time.
    ///
    /// ```
    /// # use steeple::{Domain, Target};
    /// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let json = steeple::bound(&target, &domain, "1/100")?.json();
    /// assert!(json.contains(r#""kinks_at_least":3"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json(&self) -> String {
        bound_json(&self.0).to_string()
    }
}
