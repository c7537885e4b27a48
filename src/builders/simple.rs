//! Builders as functions of a target, a domain and one size; other keys have their defaults.
//!
//! They return the network alone. [`build`](super::build()) takes every key, and also returns the bound and
//! the choices.

use super::{BuildError, BuilderName, Parameters, build};
use crate::certificate::Norm;
use crate::expr::{Domain, Target};
use crate::network::Network;

fn network(
    name: BuilderName,
    parameters: &Parameters,
    target: &Target,
    domain: &Domain,
) -> Result<Network, BuildError> {
    let norm = if target.is_region() {
        Norm::Area
    } else {
        Norm::Sup
    };
    Ok(build(name, parameters, target, domain, norm)?.network)
}

fn cells(count: usize) -> Parameters {
    Parameters {
        cells: Some(vec![count]),
        ..Parameters::default()
    }
}

/// Returns the ReLU network that interpolates a function of one variable at equally spaced points.
///
/// - Shapes: 1 input, 1 hidden layer, at most `pieces` units.
/// - Bound: `sup |N - f| <= max |f''| h²/8` with pieces of length `h`.
/// - Errors: [`BuildError`].
/// - Source: T22.
///
/// ```
/// use steeple::{Domain, Target, builders};
/// let target = Target::parse("x^2")?;
/// let network = builders::interpolant(&target, &Domain::parse("x=0..1")?, 16)?;
/// assert_eq!(network.layers()[0].units(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn interpolant(target: &Target, domain: &Domain, pieces: usize) -> Result<Network, BuildError> {
    network(BuilderName::Interpolant, &cells(pieces), target, domain)
}

/// Returns a staircase of gentle sigmoids for a function of one variable, with one step to a cell and fitted heights.
///
/// - Shapes: 1 input, 1 hidden layer of `steps + 1` to `steps + 7` units: some steps are beyond the domain.
/// - Errors: [`BuildError`].
/// - Source: T21.
///
/// ```
/// use steeple::{Domain, Target, builders};
/// let target = Target::parse("sin(6*x)")?;
/// let network = builders::staircase(&target, &Domain::parse("x=0..1")?, 50)?;
/// assert!(network.layers()[0].units() >= 49);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn staircase(target: &Target, domain: &Domain, steps: usize) -> Result<Network, BuildError> {
    network(BuilderName::Staircase, &cells(steps), target, domain)
}

/// Returns a network of orthant indicators on a grid, for a function of two or more variables.
///
/// - Shapes: 2 hidden layers; each corner of the grid has a unit in the second one.
/// - Errors: [`BuildError`].
/// - Source: T24.
///
/// ```
/// use steeple::{Domain, Target, builders};
/// let target = Target::parse("x*y")?;
/// let network = builders::quadrants(&target, &Domain::parse("x=0..1,y=0..1")?, 8)?;
/// assert_eq!(network.inputs(), ["x", "y"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn quadrants(
    target: &Target,
    domain: &Domain,
    cells_each_way: usize,
) -> Result<Network, BuildError> {
    network(
        BuilderName::Quadrants,
        &cells(cells_each_way),
        target,
        domain,
    )
}

/// Returns a network that decides a regular polygon inscribed in the disk that the target describes.
///
/// - Shapes: 2 inputs; one unit of the first layer to a side.
/// - Errors: [`BuildError`]; the target must be a disk.
/// - Source: T25.
///
/// ```
/// use steeple::{Domain, Target, builders};
/// let target = Target::parse("x^2 + y^2 <= 1")?;
/// let network = builders::disk(&target, &Domain::parse("x=-2..2,y=-2..2")?, 6)?;
/// assert_eq!(network.layers()[0].units(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn disk(target: &Target, domain: &Domain, sides: usize) -> Result<Network, BuildError> {
    let parameters = Parameters {
        sides: Some(sides),
        ..Parameters::default()
    };
    network(BuilderName::Disk, &parameters, target, domain)
}
