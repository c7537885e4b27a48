//! Checks certificates for properties (T19): a condition on inputs and outputs fails everywhere on
//! some boxes, or holds at a point.

use std::sync::Arc;

use super::rejection::Rejection;
use super::walk::{Stop, Visitor, Walk};
use crate::bounds::{Cell, OnCell, PropertyLeaves, PropertyWitness, ViolationFailure, violation};
use crate::certificate::{
    Evidence, MAX_INPUTS, MAX_PLACE_BITS, Method, Partition, PropertyCertificate, Ranges, Semantics,
};
use crate::expr::{Case, Property};
use crate::jobs::{Runner, each, in_order};
use crate::network::{Network, Reduced, digest};
use crate::numbers::{Direction, Dyadic, Failure, Rational, Truth};

/// A verdict that the checker accepted. Only the checker can construct one.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedProperty {
    network: String,
    semantics: Semantics,
    property: Property,
    witness: Option<PropertyWitness>,
    leaves: usize,
}

impl VerifiedProperty {
    /// Does the network have the property? If not, [`VerifiedProperty::witness`] is a
    /// counterexample.
    pub fn holds(&self) -> bool {
        self.witness.is_none()
    }

    /// Returns the point at which the property fails.
    pub fn witness(&self) -> Option<&PropertyWitness> {
        self.witness.as_ref()
    }

    /// Returns the digest of the network.
    pub fn network(&self) -> &str {
        &self.network
    }

    /// Returns the arithmetic that evaluates the network.
    pub fn semantics(&self) -> &Semantics {
        &self.semantics
    }

    /// Returns the property that was decided.
    pub fn property(&self) -> &Property {
        &self.property
    }

    /// Returns the number of checked leaves.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Checks that the verdict is about the network with this digest, in this arithmetic, and about
    /// exactly this property.
    ///
    /// - Errors: [`Rejection::OtherClaim`] with the difference.
    pub fn answers(
        &self,
        network: &str,
        semantics: &Semantics,
        property: &Property,
    ) -> Result<(), Rejection> {
        let other = |text: String| Err(Rejection::OtherClaim(text));
        if self.network != network {
            return other("it is about another network".into());
        }
        if self.semantics != *semantics {
            return other(format!(
                "found semantics {}, expected {semantics}",
                self.semantics
            ));
        }
        if self.property == *property {
            return Ok(());
        }
        let (found, asked) = (self.property.cases(), property.cases());
        if found.len() != asked.len() {
            return other(format!(
                "found {} boxes, expected {}",
                found.len(),
                asked.len()
            ));
        }
        let differs = (1..)
            .zip(found.iter().zip(asked))
            .find(|(_, (a, b))| a != b);
        other(match differs {
            Some((case, (found, asked))) if found.sides() == asked.sides() => format!(
                "found condition {} for box {case}, expected {}",
                found.text(),
                asked.text()
            ),
            Some((case, _)) => format!("its box {case} is different"),
            None => "it has other inputs and outputs".into(),
        })
    }
}

/// Checks a certificate for a property against a network. Everything is recomputed; the check stops
/// at the first error.
///
/// - Errors: [`Rejection`], one variant per reason.
pub fn check_property(
    certificate: &PropertyCertificate,
    network: &Network,
) -> Result<VerifiedProperty, Rejection> {
    check_property_by(certificate, network, &in_order, &|| false)
}

/// Checks a certificate for a property like [`check_property()`], its parts by a runner, for
/// example on several cores. The result is the same for every runner. Stops when `stop` returns true.
///
/// - Errors: as [`check_property()`]; [`Rejection::Stopped`].
pub fn check_property_by(
    certificate: &PropertyCertificate,
    network: &Network,
    run: Runner<'_>,
    stop: Stop<'_>,
) -> Result<VerifiedProperty, Rejection> {
    let property = &certificate.property;
    check_fit(&certificate.network, property, network)?;
    let mut verified = VerifiedProperty {
        network: certificate.network.clone(),
        semantics: certificate.semantics.clone(),
        property: property.clone(),
        witness: None,
        leaves: 0,
    };
    match &certificate.evidence {
        Evidence::Point { case, point } => {
            let found = violation(property, *case, network, &certificate.semantics, point);
            verified.witness = Some(found.map_err(|failure| match failure {
                ViolationFailure::Outside => Rejection::BadWitness,
                ViolationFailure::NotCertain => Rejection::NotUnsafe,
                ViolationFailure::NotAFloat => Rejection::WitnessNotAFloat,
                ViolationFailure::NoValue(failure) => Rejection::NoValue(failure.to_string()),
            })?);
        }
        Evidence::Trees {
            constant_radius,
            ranges,
            trees: trees_of_cases,
        } => {
            if constant_radius.is_negative() {
                return Err(Rejection::NegativeRadius(constant_radius.clone()));
            }
            if trees_of_cases.len() != property.cases().len() {
                return Err(Rejection::OtherClaim(
                    "the number of trees is not the number of boxes".into(),
                ));
            }
            let trees = Trees {
                network,
                semantics: &certificate.semantics,
                stop,
                run,
                ranges: *ranges,
                constant_radius: Dyadic::from_rational(constant_radius, Direction::Down),
            };
            verified.leaves = trees.walk(property.cases(), trees_of_cases)?;
        }
    }
    Ok(verified)
}

/// Checks that the property fits the network and is small enough.
fn check_fit(claimed: &str, property: &Property, network: &Network) -> Result<(), Rejection> {
    let found = digest(network);
    if found != claimed {
        return Err(Rejection::OtherNetwork {
            claimed: claimed.to_string(),
            found,
        });
    }
    if property.inputs() != network.inputs().len() {
        return Err(Rejection::OtherInputs {
            target: property.inputs().to_string(),
            network: network.inputs().join(", "),
        });
    }
    if property.outputs() != network.outputs().len() {
        return Err(Rejection::OtherOutputs {
            target: property.outputs(),
            network: network.outputs().len(),
        });
    }
    if property.inputs() > MAX_INPUTS {
        return Err(Rejection::TooManyInputs(property.inputs()));
    }
    let is_long = |end: &Rational| end.bits() > MAX_PLACE_BITS;
    let mut sides = property.cases().iter().flat_map(Case::sides);
    if sides.any(|(low, high)| is_long(low) || is_long(high)) {
        return Err(Rejection::LongDomain(MAX_PLACE_BITS));
    }
    Ok(())
}

/// The trees of all cases.
struct Trees<'a> {
    network: &'a Network,
    semantics: &'a Semantics,
    stop: Stop<'a>,
    run: Runner<'a>,
    ranges: Ranges,
    constant_radius: Dyadic,
}

impl Trees<'_> {
    /// Returns the number of leaves if the condition is excluded on each.
    fn walk(&self, cases: &[Case], trees: &[Partition]) -> Result<usize, Rejection> {
        let mut jobs = Vec::new();
        let mut earlier: usize = 0;
        for (case, tree) in cases.iter().zip(trees) {
            jobs.push((case, tree, earlier));
            // A text that is not a tree is rejected by its own walk.
            earlier = earlier.saturating_add(tree.nodes().skip_tree().unwrap_or(0));
        }
        let walked = each(jobs, self.run, &|(case, tree, earlier)| {
            self.case(case, tree, earlier)
        });
        walked.into_iter().sum()
    }

    /// Walks the tree of one case, after `earlier` leaves.
    fn case(&self, case: &Case, tree: &Partition, earlier: usize) -> Result<usize, Rejection> {
        let no_value = |failure: Failure| Rejection::NoValue(failure.to_string());
        let cell = Cell::from_sides(case.sides().to_vec());
        let root = match self.semantics {
            Semantics::Real => {
                let root = Reduced::from_network(self.network, cell.intervals());
                root.map_err(no_value)?.into()
            }
            Semantics::Float(floats) => {
                let root = OnCell::of_floats(self.network, cell.intervals(), floats);
                root.map_err(|error| Rejection::NoFloats(error.to_string()))?
            }
        };
        let walk = Walk::new(tree, root.bytes(), self.stop);
        let visitor = || Excluded {
            leaves: PropertyLeaves::new(self.network, case, self.semantics),
            ranges: self.ranges,
            constant_radius: self.constant_radius,
            earlier,
        };
        walk.in_parts(&visitor, cell, Arc::new(root), self.run, &|| {})
    }
}

/// A case prepared for its leaves; the condition must be excluded on each.
struct Excluded<'a> {
    leaves: PropertyLeaves<'a>,
    ranges: Ranges,
    constant_radius: Dyadic,
    /// The number of leaves of the cases before.
    earlier: usize,
}

impl Visitor for Excluded<'_> {
    type Network = Arc<OnCell>;
    /// The number of leaves.
    type Total = usize;

    fn bytes(local: &Arc<OnCell>) -> usize {
        local.bytes()
    }

    fn and(lower: usize, upper: usize) -> usize {
        lower.saturating_add(upper)
    }

    fn descend(&mut self, parent: &Arc<OnCell>, cell: &Cell) -> Result<Arc<OnCell>, Failure> {
        let (ranges, radius) = (self.ranges, self.constant_radius);
        self.leaves.descend(parent, cell, ranges, radius)
    }

    fn leaf(
        &mut self,
        method: Method,
        cell: &Cell,
        local: &Arc<OnCell>,
        number: usize,
    ) -> Result<usize, Rejection> {
        let leaf = self.earlier.saturating_add(number);
        match self.leaves.truth(method, cell, local) {
            Ok(Truth::False) => Ok(1),
            Ok(_) => Err(Rejection::NotExcluded { leaf }),
            Err(failure) => Err(Rejection::no_bound(leaf, method, failure)),
        }
    }
}
