//! How an error is measured: which norm, threshold and target fit together.
//!
//! Specs, flags and requests follow these rules; the checker has its own.

use crate::certificate::Norm;
use crate::expr::Target;
use crate::numbers::Rational;

/// The reason why an error cannot be measured as requested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// There is no norm of this name.
    #[error("unknown norm `{name}`; expected one of {}", Norm::ALL.map(Norm::name).join(", "))]
    UnknownNorm {
        /// The name.
        name: String,
    },
    /// Norm `area` with a target that is a number.
    #[error("norm `area` needs a region as the target, such as x^2 + y^2 <= 1")]
    NeedsRegion,
    /// A threshold with another norm than `area`.
    #[error("a threshold can only be used with norm `area`")]
    NoDecision,
}

/// Finds a norm by name.
///
/// - Errors: [`MeasureError::UnknownNorm`], which lists the names.
pub fn norm_by_name(name: &str) -> Result<Norm, MeasureError> {
    Norm::from_name(name).ok_or_else(|| MeasureError::UnknownNorm {
        name: name.to_owned(),
    })
}

/// The default threshold of a decision: 1/2.
pub fn default_threshold() -> Rational {
    Rational::ratio(1, 2)
}

/// Returns the threshold of a norm: for `area` the one given, by default 1/2; none for other norms.
///
/// - Errors: [`MeasureError::NoDecision`] if one is given for another norm.
pub fn threshold_of(norm: Norm, given: Option<Rational>) -> Result<Option<Rational>, MeasureError> {
    match (norm, given) {
        (Norm::Area, given) => Ok(Some(given.unwrap_or_else(default_threshold))),
        (Norm::Sup | Norm::L1 | Norm::L2, None) => Ok(None),
        (Norm::Sup | Norm::L1 | Norm::L2, Some(_)) => Err(MeasureError::NoDecision),
    }
}

/// Refuses `area` for a target that is a number.
///
/// - Errors: [`MeasureError::NeedsRegion`].
pub fn fits_target(norm: Norm, target: &Target) -> Result<(), MeasureError> {
    if norm == Norm::Area && !target.is_region() {
        return Err(MeasureError::NeedsRegion);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    #[test]
    fn only_a_decision_has_a_threshold_and_only_a_region_is_decided() {
        let third = Some(Rational::ratio(1, 3));
        let region = parse_target(&["x < 1"], None).expect("a region");
        let number = parse_target(&["x"], None).expect("a number");
        for norm in Norm::ALL {
            assert_eq!(fits_target(norm, &region), Ok(()));
            if norm == Norm::Area {
                assert_eq!(threshold_of(norm, None), Ok(Some(Rational::ratio(1, 2))));
                assert_eq!(threshold_of(norm, third.clone()), Ok(third.clone()));
                assert_eq!(fits_target(norm, &number), Err(MeasureError::NeedsRegion));
            } else {
                assert_eq!(threshold_of(norm, None), Ok(None));
                let refused = threshold_of(norm, third.clone());
                assert_eq!(refused, Err(MeasureError::NoDecision));
                assert_eq!(fits_target(norm, &number), Ok(()));
            }
            assert_eq!(norm_by_name(norm.name()), Ok(norm));
        }
        let message = norm_by_name("linf").expect_err("no norm").to_string();
        assert_eq!(
            message,
            "unknown norm `linf`; expected one of sup, l1, l2, area"
        );
    }
}
