//! What a repair says of its steps.

use crate::builders::Parameters;
use crate::certificate::FloatFormat;
use crate::floats::{RadiusEstimate, RoundedWeights};
use crate::network::{Network, size};
use crate::numbers::estimate::{estimate_rational, short};
use crate::words::count;

/// Another arrangement is tried.
pub(super) fn hats(parameters: &Parameters) -> String {
    let knots = parameters.knots.unwrap_or_default().name();
    format!("arranged as hats, of which at most two are not 0 at a point ({knots} knots)")
}

/// What rounding the weights changed, if it did.
pub(super) fn rounded(changed: &RoundedWeights, format: FloatFormat) -> Option<String> {
    let numbers = changed.changed;
    let most = short(estimate_rational(&changed.largest_relative));
    let format = format.name();
    (numbers > 0).then(|| {
        let were = if numbers == 1 { "was" } else { "were" };
        format!(
            "{} {were} rounded to {format} numbers, by at most {most} of their size",
            count(numbers, "weight")
        )
    })
}

/// Rounding alone costs the tolerance, or nearly all of it.
pub(super) fn costly(network: &Network, radius: RadiusEstimate) -> String {
    let layers = count(size(network).hidden_layers, "hidden layer");
    format!(
        "with {layers} an output sums {} of {} in all: rounding alone may cost {} (an estimate)",
        count(radius.terms, "term"),
        short(radius.size),
        short(radius.radius)
    )
}

/// The tolerance is kept.
pub(super) fn kept(radius: RadiusEstimate) -> String {
    format!(
        "rounding costs at most about {} of the tolerance (an estimate)",
        short(radius.radius)
    )
}

/// The tolerance was not proved.
pub(super) fn missed(radius: RadiusEstimate) -> String {
    format!(
        "not proved to keep the tolerance: rounding may cost {} (an estimate)",
        short(radius.radius)
    )
}

/// A smaller real error is asked for.
pub(super) fn smaller(within: f64) -> String {
    format!(
        "built for {} in real arithmetic, which leaves the rest for rounding",
        short(within)
    )
}

/// Steeper units are tried.
pub(super) fn steeper(parameters: &Parameters) -> Option<String> {
    let steepness = parameters.steepness.as_ref()?;
    Some(format!(
        "steepness {steepness}, with which fewer digits cancel"
    ))
}

/// Other sums would be enough.
pub(super) fn emitted(radius: RadiusEstimate) -> String {
    format!(
        "in the C code that Steeple writes, rounding costs about {} (an estimate): claim that with \
         `summation = \"emitted\"`",
        short(radius.radius)
    )
}

/// The least tolerance.
pub(super) fn least(bound: f64, format: FloatFormat) -> String {
    format!(
        "the least tolerance that was proved in {}: {}",
        format.name(),
        short(bound)
    )
}
