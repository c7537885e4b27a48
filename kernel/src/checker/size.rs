//! Checks lower bounds of size (T38): every function near a target has many kinks or jumps.

mod line;
mod units;

pub use line::{Forced, Line, NotForced};
pub use units::units_for_kinks;

use crate::certificate::size::{Along, MAX_NUMBER_BITS, MAX_PLACES, SizeCertificate};
use crate::certificate::{MAX_INPUTS, MAX_PLACE_BITS};
use crate::expr::{Domain, Target};
use crate::numbers::literal::decimal_down;
use crate::numbers::{Failure, Rational};

/// Why a certificate was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeRejection {
    /// The domain's inputs are not the target's.
    #[error("the domain must name the target's inputs in the same order")]
    OtherDomain,
    /// More inputs than a certificate supports.
    #[error("at most {MAX_INPUTS} inputs are supported, found {0}")]
    TooManyInputs(usize),
    /// A number of too many bits.
    #[error("a number of the certificate has more than {0} bits")]
    LongNumber(usize),
    /// The tolerance is negative.
    #[error("the tolerance {0} is negative")]
    NegativeTolerance(Rational),
    /// The boxes around the points have no volume.
    #[error("the radius has to be positive, found {0}")]
    NoRadius(Rational),
    /// There are neither triples nor pairs.
    #[error("expected at least one triple or pair")]
    NothingClaimed,
    /// There are too many of them.
    #[error("at most {MAX_PLACES} triples or pairs are supported, found {0}")]
    TooMany(usize),
    /// There is no such output.
    #[error("the target has {outputs} outputs, and no output {output}, counted from 0")]
    NoOutput {
        /// In the certificate.
        output: usize,
        /// Outputs of the target.
        outputs: usize,
    },
    /// The line is not in the domain.
    #[error("the line does not lead from a point of the domain to another one")]
    BadLine,
    /// The parameters of a group are not in order.
    #[error("the parameters of {group} {number} are not in order, or not between 0 and 1")]
    OutOfOrder {
        /// `triple` or `pair`.
        group: &'static str,
        /// Counted from one.
        number: usize,
    },
    /// A triple begins before the one before ends, and their lines do not allow that.
    #[error("triple {number} begins before the last one ends, and their lines do not allow that")]
    Overlap {
        /// Counted from one.
        number: usize,
    },
    /// The target has no value near a point of a group.
    #[error("{group} {number}: {failure}")]
    NoValue {
        /// `triple` or `pair`.
        group: &'static str,
        /// Counted from one.
        number: usize,
        /// Why.
        failure: Failure,
    },
    /// A group does not force a kink or a jump.
    #[error(
        "{group} {number} forces nothing: its gap of {gap} is not more than twice the tolerance"
    )]
    NotForced {
        /// `triple` or `pair`.
        group: &'static str,
        /// Counted from one.
        number: usize,
        /// Recomputed, rounded down.
        gap: String,
    },
    /// The certificate is for another claim than the requested one.
    #[error("the certificate claims something else: {0}")]
    OtherClaim(String),
}

impl SizeRejection {
    /// Returns a fixed word for scripts.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OtherDomain => "other-domain",
            Self::TooManyInputs(_) => "too-many-inputs",
            Self::LongNumber(_) => "long-number",
            Self::NegativeTolerance(_) => "negative-tolerance",
            Self::NoRadius(_) => "no-radius",
            Self::NothingClaimed => "nothing-claimed",
            Self::TooMany(_) => "too-many",
            Self::NoOutput { .. } => "no-output",
            Self::BadLine => "bad-line",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::Overlap { .. } => "overlap",
            Self::NoValue { .. } => "no-value",
            Self::NotForced { .. } => "not-forced",
            Self::OtherClaim(_) => "other-claim",
        }
    }
}

/// A lower bound that the checker accepted. Only the checker can construct one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSize {
    target: Target,
    domain: Domain,
    tolerance: Rational,
    kinks: Option<usize>,
    jumps: Option<usize>,
}

impl VerifiedSize {
    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The tolerance.
    pub fn tolerance(&self) -> &Rational {
        &self.tolerance
    }

    /// Every continuous piecewise-linear function within the tolerance has at least this many kinks
    /// along a line.
    pub fn kinks(&self) -> Option<usize> {
        self.kinks
    }

    /// Every step function within the tolerance has at least this many jumps along a line.
    pub fn jumps(&self) -> Option<usize> {
        self.jumps
    }

    /// Compares the claim with a request: the same target and domain, and a tolerance of at most
    /// the certificate's. (A function within a smaller tolerance is within a larger one.)
    ///
    /// - Errors: [`SizeRejection::OtherClaim`] with the difference.
    pub fn answers(
        &self,
        target: &Target,
        domain: &Domain,
        tolerance: Option<&Rational>,
    ) -> Result<(), SizeRejection> {
        let other = |text: String| Err(SizeRejection::OtherClaim(text));
        if self.target.inputs() != target.inputs() || self.target.body() != target.body() {
            return other(format!(
                "found target {}, expected {}",
                self.target.text().join(", "),
                target.text().join(", ")
            ));
        }
        if self.domain != *domain {
            return other(format!("found domain {}, expected {domain}", self.domain));
        }
        match tolerance {
            Some(tolerance) if *tolerance > self.tolerance => other(format!(
                "it is about functions within {}, expected within {tolerance}",
                self.tolerance
            )),
            _ => Ok(()),
        }
    }
}

/// Checks a certificate: everything is recomputed, and the first error ends the check.
///
/// - Errors: [`SizeRejection`], one variant per reason.
pub fn check_size(certificate: &SizeCertificate) -> Result<VerifiedSize, SizeRejection> {
    let SizeCertificate {
        target,
        domain,
        tolerance,
        radius,
        kinks,
        jumps,
    } = certificate;
    if domain.names() != target.inputs() {
        return Err(SizeRejection::OtherDomain);
    }
    if domain.dimension() > MAX_INPUTS {
        return Err(SizeRejection::TooManyInputs(domain.dimension()));
    }
    let is_long = |(low, high): &(Rational, Rational)| low.bits().max(high.bits()) > MAX_PLACE_BITS;
    if domain.sides().iter().any(is_long) {
        return Err(SizeRejection::LongNumber(MAX_PLACE_BITS));
    }
    if tolerance.bits().max(radius.bits()) > MAX_NUMBER_BITS {
        return Err(SizeRejection::LongNumber(MAX_NUMBER_BITS));
    }
    if tolerance.is_negative() {
        return Err(SizeRejection::NegativeTolerance(tolerance.clone()));
    }
    if !radius.is_positive() {
        return Err(SizeRejection::NoRadius(radius.clone()));
    }
    let kinks = kinks.as_ref();
    let kinks = kinks.map(|kinks| check_along(kinks, certificate, "triple"));
    let jumps = jumps.as_ref();
    let jumps = jumps.map(|jumps| check_along(jumps, certificate, "pair"));
    if kinks.is_none() && jumps.is_none() {
        return Err(SizeRejection::NothingClaimed);
    }
    Ok(VerifiedSize {
        target: target.clone(),
        domain: domain.clone(),
        tolerance: tolerance.clone(),
        kinks: kinks.transpose()?,
        jumps: jumps.transpose()?,
    })
}

/// Checks all triples or pairs of a line. Returns their number.
fn check_along<const N: usize>(
    along: &Along<N>,
    certificate: &SizeCertificate,
    group: &'static str,
) -> Result<usize, SizeRejection> {
    let SizeCertificate {
        target,
        domain,
        tolerance,
        radius,
        ..
    } = certificate;
    let Along {
        output,
        from,
        to,
        places,
    } = along;
    match places.len() {
        0 => return Err(SizeRejection::NothingClaimed),
        count if count > MAX_PLACES => return Err(SizeRejection::TooMany(count)),
        _ => {}
    }
    let numbers = from.iter().chain(to).chain(places.iter().flatten());
    if numbers.map(Rational::bits).max() > Some(MAX_NUMBER_BITS) {
        return Err(SizeRejection::LongNumber(MAX_NUMBER_BITS));
    }
    if !domain.contains(from) || !domain.contains(to) || from == to {
        return Err(SizeRejection::BadLine);
    }
    let outputs = target.outputs_count();
    let mut line =
        Line::new(target, domain, *output, (from, to), radius).ok_or(SizeRejection::NoOutput {
            output: *output,
            outputs,
        })?;
    let mut last = None;
    for (places, number) in places.iter().zip(1..) {
        let forced = line.force(places, tolerance, last.as_ref());
        last = Some(forced.map_err(|reason| match reason {
            NotForced::OutOfOrder => SizeRejection::OutOfOrder { group, number },
            NotForced::Overlap => SizeRejection::Overlap { number },
            NotForced::NoValue(failure) => SizeRejection::NoValue {
                group,
                number,
                failure,
            },
            NotForced::Gap(gap) => {
                let gap = decimal_down(&gap.max(Rational::ZERO), 6);
                SizeRejection::NotForced { group, number, gap }
            }
        })?);
    }
    Ok(places.len())
}
