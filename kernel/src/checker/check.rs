//! Takes a certificate; returns [`Verified`] or a [`Rejection`].

use std::sync::Arc;

use super::rejection::Rejection;
use super::total::Total;
use super::walk::{Stop, Walk};
use crate::bounds::{Cell, PlainLeaves, WitnessFailure, WitnessValues, evaluate_witness};
use crate::certificate::{Certificate, Claim, Layer, MAX_INPUTS, MAX_PLACE_BITS, Norm, Question};
use crate::network::{Local, Network, digest};
use crate::numbers::{Direction, Dyadic, Failure, Rational};

/// A claim that the checker accepted. Only the checker can construct one.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    claim: Claim,
    witness: Option<WitnessValues>,
    leaves: usize,
}

impl Verified {
    /// Returns the claim that holds, with the bounds of the certificate.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// Returns the values at the witness, recomputed.
    pub fn witness(&self) -> Option<&WitnessValues> {
        self.witness.as_ref()
    }

    /// Returns the number of checked leaves.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Is the error (`l2`: its square) known exactly?
    pub fn is_exact(&self) -> bool {
        self.claim.stated_upper.as_ref() == Some(&self.claim.stated_lower)
    }

    /// Compares the claim with a request: it must answer the same question, with an upper bound of
    /// at most `tolerance` if one is given.
    ///
    /// - Errors: [`Rejection::OtherClaim`] with the difference.
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
                "found target {}, expected {}",
                found.target.text().join(", "),
                question.target.text().join(", ")
            ));
        }
        if found.domain != question.domain {
            return other(format!(
                "found domain {}, expected {}",
                found.domain, question.domain
            ));
        }
        if found.norm != question.norm {
            return other(format!(
                "found norm {}, expected {}",
                found.norm, question.norm
            ));
        }
        if found.semantics != question.semantics {
            return other(format!(
                "found semantics {}, expected {}",
                found.semantics, question.semantics
            ));
        }
        if found.threshold != question.threshold {
            return other("its threshold is different".into());
        }
        match (tolerance, self.claim.error_upper()) {
            (None, _) => Ok(()),
            (Some(tolerance), _) if self.claim.keeps(tolerance) => Ok(()),
            (Some(tolerance), Some(upper)) => other(format!(
                "it bounds the error by {upper}, expected at most {tolerance}"
            )),
            (Some(_), None) => other("it gives no upper bound".into()),
        }
    }
}

/// Checks a certificate of the core against a network, using the core only.
///
/// The digest, all cells, all bounds and the witness are recomputed. The check stops at the first
/// error.
///
/// - Errors: [`Rejection`], one variant per reason; [`Rejection::BeyondLayer`] if the certificate
///   names a higher layer.
pub fn check_core(certificate: &Certificate, network: &Network) -> Result<Verified, Rejection> {
    let no_stop: Stop<'_> = &|| false;
    check_plain(
        Layer::Core,
        certificate,
        network,
        no_stop,
        &|walk, cell, root| walk.whole(&mut PlainLeaves::of(certificate, network), cell, root),
    )
}

/// Walks a tree, from a cell and the network on it.
pub(super) type Walked<'w> = &'w dyn Fn(Walk<'_>, Cell, Arc<Local>) -> Result<Total, Rejection>;

/// Checks a certificate of this layer or a lower one, on networks with interval biases. Stops when
/// `stop` says so. `walked` walks the tree with the leaves of [`PlainLeaves`].
pub(super) fn check_plain(
    layer: Layer,
    certificate: &Certificate,
    network: &Network,
    stop: Stop<'_>,
    walked: Walked<'_>,
) -> Result<Verified, Rejection> {
    check_layer(certificate, network, layer)?;
    let question = &certificate.claim.question;
    let found = digest(network);
    if found != question.network {
        return Err(Rejection::OtherNetwork {
            claimed: question.network.clone(),
            found,
        });
    }
    check_question(certificate, network)?;
    let no_value = |failure: Failure| Rejection::NoValue(failure.to_string());
    let cell = Cell::root(&question.domain);
    let root = Local::from_network(network, cell.intervals()).map_err(no_value)?;
    let root = Arc::new(root);
    let walk = Walk::new(&certificate.partition, root.bytes(), stop);
    let total = walked(walk, cell, Arc::clone(&root))?;
    let witness = certificate.witness.as_ref();
    let values = witness
        .filter(|_| question.norm == Norm::Sup)
        .map(|witness| {
            evaluate_witness(question, network, witness, &|cell| {
                root.on(network, cell.intervals(), cell.sides())
            })
        });
    conclude(certificate, total, values)
}

/// Checks that the claim needs no higher layer than the certificate names, and that this layer is
/// allowed.
pub(super) fn check_layer(
    certificate: &Certificate,
    network: &Network,
    most: Layer,
) -> Result<(), Rejection> {
    let named = certificate.layer;
    if named > most {
        return Err(Rejection::BeyondLayer { named, most });
    }
    let needed = certificate.claim.question.needs(network);
    if needed > named {
        return Err(Rejection::OtherLayer { named, needed });
    }
    Ok(())
}

/// Checks that the question fits the network.
pub(super) fn check_question(
    certificate: &Certificate,
    network: &Network,
) -> Result<(), Rejection> {
    let question = &certificate.claim.question;
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
    if !fits {
        return Err(Rejection::NormDoesNotFit);
    }
    // The floats of a domain have no volume.
    if let Some(floats) = question.semantics.floats()
        && question.norm != Norm::Sup
        && !floats.rounded_inputs
    {
        return Err(Rejection::NormDoesNotFit);
    }
    if certificate.constant_radius.is_negative() {
        return Err(Rejection::NegativeRadius(
            certificate.constant_radius.clone(),
        ));
    }
    if certificate.kept_rounding.is_negative() {
        return Err(Rejection::NegativeRadius(certificate.kept_rounding.clone()));
    }
    Ok(())
}

/// Compares the results of the leaves and the witness with the claim.
pub(super) fn conclude(
    certificate: &Certificate,
    total: Total,
    values: Option<Result<WitnessValues, WitnessFailure>>,
) -> Result<Verified, Rejection> {
    let question = &certificate.claim.question;
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
                // The error of an exact leaf is attained, or approached, around a point of the
                // leaf.
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
                        WitnessFailure::NotAFloat => Rejection::WitnessNotAFloat,
                        WitnessFailure::NoValue(failure) => Rejection::NoValue(failure.to_string()),
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
    Ok(verified)
}
