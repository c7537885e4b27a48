//! The outputs of a network at a point: exact, or enclosed in as many digits as wanted.

use crate::network::{Network, forward};
use crate::numbers::{Failure, Precise, Rational, Scalar};

/// The outputs at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Every value is rational, and here it is.
    Exact(Vec<Rational>),
    /// A lower and an upper bound of each value.
    Enclosed(Vec<(Rational, Rational)>),
}

/// Why a network has no value at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluateError {
    /// A division by zero or the like.
    #[error("the network has no value at this point")]
    Undefined,
    /// A number is too large to be written down.
    #[error("the value at this point is out of range")]
    OutOfRange,
}

/// Evaluates a network at a point. Values that are not rational are enclosed, so that they are known to `digits`
/// digits; a value that is 0, or nearly, to fewer.
///
/// - Exactness: exact, or encloses the true values.
/// - Errors: [`EvaluateError`].
pub fn evaluate(
    network: &Network,
    point: &[Rational],
    digits: usize,
) -> Result<Outputs, EvaluateError> {
    match forward(network, &(), point) {
        Ok(values) => Ok(Outputs::Exact(values)),
        Err(_) => enclose(network, point, digits).map(Outputs::Enclosed),
    }
}

/// Encloses the outputs at a point, with more and more bits: up to a limit, since no number of bits gives
/// a digit of a value that is 0.
///
/// - Exactness: encloses the true values.
/// - Errors: [`EvaluateError`].
pub fn enclose(
    network: &Network,
    point: &[Rational],
    digits: usize,
) -> Result<Vec<(Rational, Rational)>, EvaluateError> {
    let mut bits = u32::try_from(digits * 4).unwrap_or(4000) + 64;
    let most_bits = bits * 8;
    loop {
        let inputs: Vec<Precise> = point
            .iter()
            .map(|value| Precise::constant(&bits, value))
            .collect();
        let values = forward(network, &bits, &inputs).map_err(|failure| match failure {
            Failure::Undefined | Failure::PossiblyUndefined => EvaluateError::Undefined,
            Failure::Inexact => EvaluateError::OutOfRange,
        })?;
        let ends: Option<Vec<(Rational, Rational)>> = values
            .iter()
            .map(|value| Some((value.lower()?, value.upper()?)))
            .collect();
        let ends = ends.ok_or(EvaluateError::OutOfRange)?;
        let is_sharp = ends.iter().all(|(low, high)| {
            let places = i32::try_from(digits).unwrap_or(i32::MAX);
            let unit = Rational::from(10).powi(-places).unwrap_or_default();
            high - low <= low.abs().max(high.abs()) * unit
        });
        if is_sharp || bits >= most_bits {
            return Ok(ends);
        }
        bits *= 2;
    }
}
