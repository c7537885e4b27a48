//! Certificate in, [`Verified`] or [`Rejection`] out.

use std::sync::{Arc, OnceLock};

use super::rejection::Rejection;
use super::walk::{Runner, Stop, each, walk};
use crate::bounds::{WitnessFailure, WitnessValues, evaluate_witness, on_domain};
use crate::certificate::{Certificate, Claim, MAX_INPUTS, MAX_PLACE_BITS, Norm, Question};
use crate::network::{Network, Specialised, digest};
use crate::numbers::{Direction, Dyadic, Failure, Rational};

/// A claim that the checker accepted. Only the checker makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    claim: Claim,
    witness: Option<WitnessValues>,
    leaves: usize,
}

impl Verified {
    /// What holds, with the bounds of the certificate.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// The values at the witness, recomputed.
    pub fn witness(&self) -> Option<&WitnessValues> {
        self.witness.as_ref()
    }

    /// How many leaves were checked.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Is the error (`l2`: its square) known exactly?
    pub fn is_exact(&self) -> bool {
        self.claim.stated_upper.as_ref() == Some(&self.claim.stated_lower)
    }

    /// Compares with what was asked: the same question, and an upper bound of at most `tolerance`
    /// where one is given.
    ///
    /// # Errors
    /// [`Rejection::OtherClaim`] with the difference.
    pub fn answers(
        &self,
        question: &Question,
        tolerance: Option<&Rational>,
    ) -> Result<(), Rejection> {
        let found = &self.claim.question;
        let other = |text: String| Err(Rejection::OtherClaim(text));
        if found.network != question.network {
            return other("it is about another network".into());
        }
        if found.target.inputs() != question.target.inputs()
            || found.target.body() != question.target.body()
        {
            return other(format!(
                "its target is {}, the one asked for is {}",
                found.target.text().join(", "),
                question.target.text().join(", ")
            ));
        }
        if found.domain != question.domain {
            return other(format!(
                "its domain is {}, the one asked for is {}",
                found.domain, question.domain
            ));
        }
        if found.norm != question.norm {
            return other(format!(
                "its norm is {}, the one asked for is {}",
                found.norm, question.norm
            ));
        }
        if found.threshold != question.threshold {
            return other("its threshold is another one".into());
        }
        match (tolerance, self.claim.error_upper()) {
            (None, _) => Ok(()),
            (Some(tolerance), _) if self.claim.keeps(tolerance) => Ok(()),
            (Some(tolerance), Some(upper)) => other(format!(
                "it bounds the error by {upper}, which is more than {tolerance}"
            )),
            (Some(_), None) => other("it gives no upper bound".into()),
        }
    }
}

/// Checks a certificate against a network.
///
/// Everything is recomputed: the digest, every cell, every bound, the witness. Stops at the first
/// thing that is wrong.
///
/// # Errors
/// [`Rejection`], one variant for each way to fail.
pub fn check(certificate: &Certificate, network: &Network) -> Result<Verified, Rejection> {
    check_by(certificate, network, &|jobs, job| (0..jobs).for_each(job))
}

/// Checks a certificate against a network like [`check()`], its parts by a runner: on several cores,
/// say. The answer is the same for every runner.
///
/// # Errors
/// As [`check()`].
pub fn check_by(
    certificate: &Certificate,
    network: &Network,
    run: Runner<'_>,
) -> Result<Verified, Rejection> {
    check_on_domain(certificate, network, run, &|| false).map(|(verified, _)| verified)
}

/// Checks a certificate against a network like [`check_by()`]; returns the network on the domain of
/// the claim too, where the check began. It is given up where `stop` says so.
///
/// # Errors
/// As [`check()`]; [`Rejection::Stopped`].
pub fn check_on_domain(
    certificate: &Certificate,
    network: &Network,
    run: Runner<'_>,
    stop: Stop<'_>,
) -> Result<(Verified, Arc<Specialised>), Rejection> {
    let question = &certificate.claim.question;
    let fits = check_question(question, network);
    // A large network takes about as long to be named as to be looked at on the domain.
    let jobs = if fits.is_ok() && !certificate.fold.is_negative() {
        vec![Begin::Name, Begin::OnDomain]
    } else {
        vec![Begin::Name]
    };
    let mut root = None;
    for begun in each(jobs, run, &|job| job.done(network, question)) {
        match begun {
            Begun::Name(found) if found != question.network => {
                return Err(Rejection::OtherNetwork {
                    claimed: question.network.clone(),
                    found,
                });
            }
            Begun::Name(_) => {}
            Begun::OnDomain(found) => root = Some(found),
        }
    }
    fits?;
    if certificate.fold.is_negative() {
        return Err(Rejection::NegativeFold(certificate.fold.clone()));
    }
    let root = root.unwrap_or_else(|| on_domain(network, question));
    let no_value = |failure: Failure| Rejection::NoValue(failure.to_string());
    let root = Arc::new(root.map_err(no_value)?);
    conclude(certificate, network, root, run, stop)
}

/// What a check begins with.
enum Begin {
    Name,
    OnDomain,
}

/// What that came to.
enum Begun {
    Name(String),
    OnDomain(Result<Specialised, Failure>),
}

impl Begin {
    fn done(self, network: &Network, question: &Question) -> Begun {
        match self {
            Self::Name => Begun::Name(digest(network)),
            Self::OnDomain => Begun::OnDomain(on_domain(network, question)),
        }
    }
}

/// Does the question make sense for a network like this one?
fn check_question(question: &Question, network: &Network) -> Result<(), Rejection> {
    let target = &question.target;
    if target.inputs() != network.inputs() {
        return Err(Rejection::OtherInputs {
            target: target.inputs().join(", "),
            network: network.inputs().join(", "),
        });
    }
    if target.outputs_count() != network.outputs().len() {
        return Err(Rejection::OtherOutputs {
            target: target.outputs_count(),
            network: network.outputs().len(),
        });
    }
    if target.inputs() != question.domain.names() {
        return Err(Rejection::OtherDomain);
    }
    if target.inputs().len() > MAX_INPUTS {
        return Err(Rejection::TooManyInputs(target.inputs().len()));
    }
    let is_long = |end: &Rational| end.bits() > MAX_PLACE_BITS;
    let mut sides = question.domain.sides().iter();
    if sides.any(|(low, high)| is_long(low) || is_long(high)) {
        return Err(Rejection::LongDomain(MAX_PLACE_BITS));
    }
    let fits = match question.norm {
        Norm::Sup | Norm::L1 | Norm::L2 => question.threshold.is_none(),
        Norm::Area => target.is_region() && question.threshold.is_some(),
    };
    if fits {
        Ok(())
    } else {
        Err(Rejection::NormDoesNotFit)
    }
}

/// Walks the tree and compares what its leaves give with the claim.
fn conclude(
    certificate: &Certificate,
    network: &Network,
    root: Arc<Specialised>,
    run: Runner<'_>,
    stop: Stop<'_>,
) -> Result<(Verified, Arc<Specialised>), Rejection> {
    let question = &certificate.claim.question;
    let no_value = |failure: Failure| Rejection::NoValue(failure.to_string());
    // The witness beside the walk: it takes as long as many cells.
    let values = OnceLock::new();
    let point = certificate.witness.as_ref();
    let point = point.filter(|_| question.norm == Norm::Sup);
    let looked = || point.map(|point| evaluate_witness(question, network, &root, point));
    let beside = || _ = values.get_or_init(looked);
    let total = walk(certificate, network, &root, run, stop, &beside)?;
    let values = values.into_inner().unwrap_or_else(looked);
    let mut claim = certificate.claim.clone();
    let mut witness = None;
    match question.norm {
        Norm::Sup => {
            if let Some(upper) = &claim.stated_upper {
                let is_below = total.largest_exact <= *upper
                    && total.largest <= Dyadic::from_rational(upper, Direction::Down);
                if !is_below {
                    let found = total
                        .largest
                        .rational_bound(Direction::Up)
                        .map(|bound| bound.max(total.largest_exact));
                    return Err(Rejection::UpperNotReached {
                        claimed: upper.to_string(),
                        found: found.map_or("no bound".into(), |f| f.to_string()),
                    });
                }
            }
            match values {
                // An exact leaf's error is taken there, or nearly, around a point.
                None if claim.stated_lower.is_positive()
                    && claim.stated_lower <= total.largest_exact => {}
                None if claim.stated_lower.is_positive() => {
                    return Err(Rejection::LowerNotReached {
                        claimed: claim.stated_lower.to_string(),
                        found: "there is no witness".into(),
                    });
                }
                // An error is never below 0.
                None => claim.stated_lower = Rational::ZERO,
                Some(values) => {
                    let values = values.map_err(|failure| match failure {
                        WitnessFailure::Outside => Rejection::BadWitness,
                        WitnessFailure::NeedsRadius => Rejection::WitnessNeedsRadius,
                        WitnessFailure::NoValue(failure) => no_value(failure),
                    })?;
                    if values.lower < claim.stated_lower && total.largest_exact < claim.stated_lower
                    {
                        return Err(Rejection::LowerNotReached {
                            claimed: claim.stated_lower.to_string(),
                            found: format!("the witness gives {}", values.lower),
                        });
                    }
                    witness = Some(values);
                }
            }
        }
        Norm::L1 | Norm::L2 | Norm::Area => {
            let (least, most) = total.integral_ends();
            if let Some(upper) = &claim.stated_upper
                && !most.is_at_most(upper)
            {
                return Err(Rejection::UpperNotReached {
                    claimed: upper.to_string(),
                    found: most.text(Direction::Up),
                });
            }
            if !least.is_at_least(&claim.stated_lower) {
                return Err(Rejection::LowerNotReached {
                    claimed: claim.stated_lower.to_string(),
                    found: format!("the leaves give {}", least.text(Direction::Down)),
                });
            }
        }
    }
    let verified = Verified {
        claim,
        witness,
        leaves: total.leaves,
    };
    Ok((verified, root))
}
