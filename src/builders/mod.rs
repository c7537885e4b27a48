//! Level 6: networks by formula.
//!
//! A user names a builder and gives it [`Parameters`]; [`build`] returns the network, the bound
//! that a theorem gives for it, and every choice that was made. Builders may be wrong without harm:
//! what they return is a proposal that the checker is asked about.
//!
//! [`staircase`] and [`interpolant`] are for one variable. [`tower`] raises one box, or a grid of
//! them; [`quadrants`] does without their dips,
//! with the help of [`mixed`] differences. [`polygon`] and [`disk`] are for regions of the
//! plane; [`circle`] reads a disk out of a formula. All look at the target through [`sample`], cut
//! the domain with [`grid`], and put their layers together with [`assemble`].

pub mod assemble;
pub mod catalogue;
pub mod circle;
pub mod disk;
pub mod error;
pub mod grid;
pub mod interpolant;
pub mod mixed;
pub mod parameters;
pub mod polygon;
pub mod quadrants;
pub mod request;
pub mod sample;
pub mod staircase;
pub mod tail;
#[cfg(test)]
mod tests;
pub mod tower;

pub use catalogue::{Entry, Key, catalogue, entry};
pub use error::BuildError;
pub use parameters::{BuilderName, Fit, Parameters, Units};
pub use request::{APriori, Built};

use crate::certificate::Norm;
use crate::expr::{Domain, Target};
use crate::numbers::Rational;
use request::{Request, integral_of_one};

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
    let domain = check_request(name, parameters, target, domain)?;
    let request = Request {
        name,
        parameters,
        target,
        domain: &domain,
        norm: theorem_norm(name, norm),
    };
    let mut built = match name {
        BuilderName::Staircase => staircase::staircase(&request),
        BuilderName::Interpolant => interpolant::interpolant(&request),
        BuilderName::Tower => tower::tower(&request),
        BuilderName::Towers => tower::towers(&request),
        BuilderName::Quadrants => quadrants::quadrants(&request),
        BuilderName::Polygon => polygon::polygon(&request),
        BuilderName::Disk => disk::disk(&request),
    }?;
    if request.norm != norm {
        let upper = built.a_priori.take();
        built.a_priori = upper.and_then(|bound| bound.integrated(norm, &domain));
    }
    Ok(built)
}

/// The norm of a builder's theorem for an error in this norm: grids bound the supremum, and what
/// that says of an integral is the same for all of them.
fn theorem_norm(name: BuilderName, norm: Norm) -> Norm {
    match (name, norm) {
        (BuilderName::Polygon | BuilderName::Disk, _) => norm,
        (_, Norm::L1 | Norm::L2) => Norm::Sup,
        _ => norm,
    }
}

/// Refuses what does not fit the builder; returns the domain in the order of the inputs.
fn check_request(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
) -> Result<Domain, BuildError> {
    let entry = entry(name);
    for key in parameters.present() {
        if !entry.keys.iter().any(|known| known.name == key) {
            let keys = entry.keys.iter().map(|known| format!("`{}`", known.name));
            return Err(BuildError::UnknownKey {
                builder: name,
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
            builder: name,
            found,
            allowed: names.join(", "),
        });
    }
    let (fewest, most) = entry.inputs;
    let found = target.inputs().len();
    if !(fewest..=most).contains(&found) {
        return Err(BuildError::Inputs {
            builder: name,
            expected: entry.inputs_text(),
            found,
        });
    }
    let found = target.outputs_count();
    if found != 1 {
        return Err(BuildError::Outputs {
            builder: name,
            found,
        });
    }
    Ok(domain.in_order(target.inputs())?)
}

/// The key that is chosen from a tolerance when it is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeKey {
    /// Its name.
    pub name: &'static str,
    /// The smallest value that makes sense.
    pub smallest: usize,
    /// The largest value worth trying; a grid in several inputs is refused earlier.
    pub largest: usize,
}

impl SizeKey {
    /// Is this key among the parameters?
    pub fn is_given(&self, parameters: &Parameters) -> bool {
        parameters.present().contains(&self.name)
    }
}

/// Returns the key that is the size of a network; none where the parameters say all.
pub fn size_key(name: BuilderName) -> Option<SizeKey> {
    let (key_name, smallest, largest) = match name {
        BuilderName::Staircase | BuilderName::Interpolant => ("cells", 1, 1 << 22),
        BuilderName::Towers | BuilderName::Quadrants => ("cells", 1, 1 << 20),
        BuilderName::Disk => ("sides", 3, 1 << 20),
        BuilderName::Tower | BuilderName::Polygon => return None,
    };
    Some(SizeKey {
        name: key_name,
        smallest,
        largest,
    })
}

/// Returns the parameters with this size; builders without a size keep theirs.
pub fn with_size(name: BuilderName, parameters: &Parameters, size: usize) -> Parameters {
    let mut parameters = parameters.clone();
    match size_key(name) {
        Some(SizeKey { name: "sides", .. }) => parameters.sides = Some(size),
        Some(_) => parameters.cells = Some(vec![size]),
        None => {}
    }
    parameters
}

/// Returns a size whose a-priori bound is at most the tolerance: enough, and often more than that.
///
/// Nothing where no theorem gives a bound, or where it does not get below the tolerance. It looks
/// at formulas alone and builds nothing, so the size may be more than [`build`] accepts.
pub fn needed_size(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
    norm: Norm,
    tolerance: &Rational,
) -> Option<usize> {
    let domain = check_request(name, parameters, target, domain).ok()?;
    let request = Request {
        name,
        parameters,
        target,
        domain: &domain,
        norm: theorem_norm(name, norm),
    };
    let tolerance = if request.norm == norm {
        tolerance.clone()
    } else {
        tolerance.checked_div(&integral_of_one(norm, &domain)?)?
    };
    let tolerance = &tolerance;
    match (name, request.norm) {
        (BuilderName::Staircase, Norm::Sup) => staircase::needed_size(&request, tolerance),
        (BuilderName::Interpolant, Norm::Sup) => interpolant::needed_size(&request, tolerance),
        (BuilderName::Towers, Norm::Sup) => tower::needed_size(&request, tolerance),
        (BuilderName::Quadrants, Norm::Sup) => quadrants::needed_size(&request, tolerance),
        (BuilderName::Disk, Norm::Area) => disk::needed_size(&request, tolerance),
        _ => None,
    }
}
