//! Networks by formula.
//!
//! A user names a builder and gives it [`Parameters`]; [`build`] returns the network, the bound
//! that a theorem gives for it, and every choice that was made. A wrong builder does no harm: it only
//! proposes a network, and the checker decides.
//!
//! Each builder is a file with an [`Entry`], which describes it and its keys; the
//! [`catalogue`](mod@catalogue) has a line for each. [`line`](mod@line) holds the builders for one variable,
//! [`cells`] those that cut a domain into boxes, [`shape`] those for regions of the plane,
//! [`ridge`] one layer in several inputs, [`exact`] for targets that are piecewise linear already, [`smooth`] what one layer of smooth units does, [`deep`] what many layers do.
//! Most evaluate the target with [`sample`] (many values at once: [`fixed`], [`separate`]), cut the
//! domain with [`grid`] (unevenly: [`density`]), fit the heights of stairs with [`gentle`], and put their layers together with [`assemble`].

pub mod affine;
pub mod assemble;
pub mod catalogue;
pub mod cells;
pub mod deep;
pub mod density;
pub mod entry;
pub mod error;
pub mod exact;
pub mod fixed;
pub mod gentle;
pub mod grid;
pub mod impossible;
pub mod line;
pub mod parameters;
pub mod polynomial;
pub mod request;
pub mod ridge;
pub mod sample;
pub mod separate;
pub mod shape;
mod simple;
pub mod sizes;
pub mod smallest;
pub mod smooth;
pub mod tail;
#[cfg(test)]
mod tests;
pub mod values;

pub use catalogue::{BuilderName, catalogue, entry};
pub use deep::promise::{Promise, promise};
pub use entry::{Entry, Goal, Key, Outputs, Prepare, SizeKey};
pub use error::BuildError;
pub use exact::{Recognised, is_piecewise_linear, recognise};
pub use impossible::{Impossible, impossible};
pub use parameters::{
    Arrangement, Division, Fit, Heights, Knots, OutputUnit, Parameter, Parameters, Profile,
    Sawtooth, Steepness, Units, Vertex,
};
pub use request::{APriori, Built};
pub use simple::{disk, interpolant, quadrants, staircase};
pub use sizes::Sizes;
pub use values::{FROM_TARGET, Outlines, Shape, Source};

use crate::certificate::Norm;
use crate::expr::{Domain, Target};
use crate::network::{Activation, Layer, Network};
use crate::numbers::literal::decimal_down;
use crate::numbers::{Direction, Dyadic, Rational};
use entry::Bounds;
use request::{Request, Within, integral_of_one};

/// Builds a network for a target on a domain.
///
/// - Bound: [`Built::a_priori`], where a theorem gives one for this norm.
/// - Exactness: exact weights.
/// - Errors: [`BuildError`].
///
/// ```
/// use steeple::builders::{BuilderName, Parameters, build};
/// use steeple::certificate::Norm;
/// use steeple::expr::{Domain, parse_target};
/// let target = parse_target(&["x^2"], None).expect("a formula");
/// let domain = Domain::parse("x=0..1").expect("a domain");
/// let parameters = Parameters { cells: Some(vec![16]), ..Parameters::default() };
/// let built = build(BuilderName::Interpolant, &parameters, &target, &domain, Norm::Sup)?;
/// let bound = built.a_priori.expect("x^2 bends little");
/// assert_eq!(bound.upper.to_string(), "1/1024");
/// # Ok::<(), steeple::builders::BuildError>(())
/// ```
pub fn build(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    norm: Norm,
) -> Result<Built, BuildError> {
    build_for(name, parameters, target, domain, norm, None)
}

/// Builds a network whose size the builder finds itself, from a tolerance in the norm `sup`.
///
/// It applies where [`SizeKey::is_found`] holds for the parameters. If the network is not proved to keep the
/// tolerance, the next `attempt` (from 0) takes more care.
///
/// - Exactness: exact weights; the size comes from a search, and the prover decides.
/// - Errors: [`BuildError`].
///
/// ```
/// use steeple::builders::{BuilderName, Knots, Parameters, build_within};
/// use steeple::expr::{Domain, parse_target};
/// use steeple::network::size;
/// use steeple::numbers::Rational;
/// let target = parse_target(&["sin(x)"], None).expect("a formula");
/// let domain = Domain::parse("x=0..6.2831853").expect("a domain");
/// let parameters = Parameters { knots: Some(Knots::Best), ..Parameters::default() };
/// let tolerance = Rational::ratio(1, 100);
/// let built = build_within(BuilderName::Interpolant, &parameters, &target, &domain, &tolerance, 0)?;
/// assert_eq!(size(&built.network).units, 12);
/// # Ok::<(), steeple::builders::BuildError>(())
/// ```
pub fn build_within(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    tolerance: &Rational,
    attempt: u32,
) -> Result<Built, BuildError> {
    let within = Within { tolerance, attempt };
    build_for(name, parameters, target, domain, Norm::Sup, Some(within))
}

fn build_for(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    norm: Norm,
    within: Option<Within>,
) -> Result<Built, BuildError> {
    let entry = entry(name);
    let domain = check_request(entry, parameters, target, domain)?;
    let request = Request {
        parameters,
        target,
        domain: &domain,
        norm: theorem_norm(entry, norm),
        within,
    };
    if norm == Norm::Area {
        check_gentle(parameters)?;
    }
    let mut built = (entry.build)(&request)?;
    check_steep(entry, &built.network, &domain)?;
    if request.norm != norm {
        let upper = built.a_priori.take();
        built.a_priori =
            upper.and_then(|bound| bound.integrated(norm, &domain, target.outputs_count()));
    }
    Ok(built)
}

/// Returns the most weights that a builder makes. Grids keep equal weights once, so there may be more of them.
pub fn most_weights(name: BuilderName) -> u64 {
    let most = match name {
        BuilderName::Towers | BuilderName::Quadrants => error::MAX_WEIGHTS,
        _ => error::MAX_DIFFERENT_WEIGHTS,
    };
    u64::try_from(most).unwrap_or(u64::MAX)
}

/// Refuses steps that are too steep for enclosures to locate: enclosures keep 63 bits of a weight, and the
/// rounding moves the sum of the unit by a large part of a step, or by many steps.
fn check_steep(entry: &Entry, network: &Network, domain: &Domain) -> Result<(), BuildError> {
    let mut inputs = domain.sides().to_vec();
    for (layer, key) in network
        .layers()
        .iter()
        .zip(["steepness", "second_steepness"])
    {
        let lowest = match layer.activation() {
            Activation::Sigmoid => Rational::ZERO,
            Activation::Tanh => -Rational::ONE,
            _ => return Ok(()),
        };
        let numbers = layer.weights().pool().iter().chain(layer.bias().pool());
        let has_key = entry.keys.iter().any(|known| known.name == key);
        if let Some(weight) = numbers.clone().find(|number| is_rounded(number))
            && has_key
            && may_change(layer, &inputs)
        {
            let weight = decimal_down(&weight.abs(), 2);
            return Err(BuildError::TooSteep { key, weight });
        }
        inputs = vec![(lowest, Rational::ONE); layer.units()];
    }
    Ok(())
}

/// Is this number large, and do enclosures round it?
fn is_rounded(number: &Rational) -> bool {
    const MOST_BITS: i64 = 57;
    let is_large = number.magnitude_bits() > MOST_BITS;
    is_large
        && Dyadic::from_rational(number, Direction::Down)
            .to_rational()
            .as_ref()
            != Some(number)
}

/// Is there a unit with such numbers whose sum is 0 somewhere, for inputs between these?
fn may_change(layer: &Layer, inputs: &[(Rational, Rational)]) -> bool {
    layer.bias().iter().enumerate().any(|(row, bias)| {
        let mut is_long = is_rounded(bias);
        let (mut low, mut high) = (bias.clone(), bias.clone());
        for (column, weight) in layer.weights().row(row) {
            is_long |= is_rounded(weight);
            let (from, to) = (weight * &inputs[column].0, weight * &inputs[column].1);
            low = low + (&from).min(&to);
            high = high + from.max(to);
        }
        is_long && !low.is_positive() && !high.is_negative()
    })
}

/// Refuses decisions that depend on bits of a number that enclosures do not keep.
fn check_gentle(parameters: &Parameters) -> Result<(), BuildError> {
    let least = Rational::power_of_two(error::LEAST_STEEPNESS);
    let is_smooth = parameters.fit == Some(Fit::Smooth);
    let first = parameters.steepness.as_ref().filter(|_| is_smooth);
    let first = first.map(Steepness::number);
    let given = [
        ("steepness", first),
        ("second_steepness", parameters.second_steepness.as_ref()),
    ];
    for (key, value) in given {
        if value.is_some_and(|value| value.is_positive() && *value < least) {
            return Err(BuildError::TooGentle { key });
        }
    }
    Ok(())
}

/// The norm of a builder's theorem for an error in this norm: a bound on an integral follows from the
/// supremum in the same way for all builders.
fn theorem_norm(entry: &Entry, norm: Norm) -> Norm {
    match (entry.bounds, norm) {
        (Bounds::Sup, Norm::L1 | Norm::L2) => Norm::Sup,
        _ => norm,
    }
}

/// Refuses requests that do not fit the builder; returns the domain in the order of the inputs.
fn check_request(
    entry: &Entry,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
) -> Result<Domain, BuildError> {
    for key in parameters.present() {
        if !entry.keys.iter().any(|known| known.name == key) {
            let keys = entry.keys.iter().map(|known| format!("`{}`", known.name));
            return Err(BuildError::UnknownKey {
                builder: entry.name,
                key,
                keys: keys.collect::<Vec<_>>().join(", "),
            });
        }
    }
    if let Some(found) = parameters.units
        && !entry.activations.contains(&found)
    {
        let names: Vec<_> = entry.activations.iter().map(|units| units.name()).collect();
        return Err(BuildError::Activation {
            builder: entry.name,
            found,
            allowed: names.join(", "),
        });
    }
    for (key, number) in parameters.numbers() {
        let bits = number.bits();
        if bits > error::MAX_NUMBER_BITS {
            return Err(BuildError::LongNumber { key, bits });
        }
    }
    let (fewest, most) = entry.inputs;
    let found = target.inputs().len();
    if !(fewest..=most).contains(&found) {
        return Err(BuildError::Inputs {
            builder: entry.name,
            expected: entry.inputs_text(),
            found,
        });
    }
    let found = target.outputs_count();
    if found != 1 && entry.outputs == Outputs::One {
        let builder = entry.name;
        return Err(BuildError::Outputs { builder, found });
    }
    Ok(domain.in_order(target.inputs())?)
}

/// Checks that a request fits the builder, without building anything.
///
/// - Errors: [`BuildError`].
pub fn check(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
) -> Result<(), BuildError> {
    check_request(entry(name), parameters, target, domain).map(drop)
}

/// Returns the parameters, with those that are chosen from a tolerance in addition to the size.
///
/// - Errors: [`BuildError`], also if no size can keep the tolerance.
pub fn prepare(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    norm: Norm,
    tolerance: &Rational,
) -> Result<Parameters, BuildError> {
    let entry = entry(name);
    let Some(prepare) = entry.size.as_ref().and_then(|size| size.prepare) else {
        return Ok(parameters.clone());
    };
    let domain = check_request(entry, parameters, target, domain)?;
    let request = Request {
        parameters,
        target,
        domain: &domain,
        norm: theorem_norm(entry, norm),
        within: None,
    };
    prepare(&request, tolerance)
}

/// Returns a size whose a-priori bound is at most the tolerance: large enough, and often too large.
///
/// `None` if no theorem gives a bound, or if the bound does not reach the tolerance. It uses formulas
/// alone and builds nothing, so [`build`] may refuse the size.
pub fn needed_size(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    norm: Norm,
    tolerance: &Rational,
) -> Option<usize> {
    let entry = entry(name);
    let size = entry.size.as_ref()?;
    let domain = check_request(entry, parameters, target, domain).ok()?;
    let request = Request {
        parameters,
        target,
        domain: &domain,
        norm: theorem_norm(entry, norm),
        within: None,
    };
    let tolerance = if request.norm == norm {
        tolerance.clone()
    } else {
        tolerance.checked_div(&integral_of_one(norm, &domain, target.outputs_count())?)?
    };
    (size.needed)(&request, &tolerance)
}
