//! Certificates for properties: a condition on inputs and outputs that holds nowhere on some boxes,
//! or at a point (T19).

use std::sync::Arc;

use super::plain::{HELD, HELD_ROOTS, MAX_DEPTH, Stop};
use super::rejection::Rejection;
use crate::bounds::{Cell, PropertyLeaves, PropertyWitness, ViolationFailure, violation};
use crate::certificate::{
    Evidence, MAX_INPUTS, MAX_PLACE_BITS, Node, Partition, PropertyCertificate, Ranges,
};
use crate::expr::{Case, Property};
use crate::network::{Network, Specialised, digest};
use crate::numbers::{Direction, Dyadic, Failure, Rational, Truth};

/// A verdict that the checker accepted. Only the checker makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedProperty {
    network: String,
    property: Property,
    witness: Option<PropertyWitness>,
    leaves: usize,
}

impl VerifiedProperty {
    /// Has the network the property? Else [`VerifiedProperty::witness`] is a point where not.
    pub fn holds(&self) -> bool {
        self.witness.is_none()
    }

    /// The point at which the property fails.
    pub fn witness(&self) -> Option<&PropertyWitness> {
        self.witness.as_ref()
    }

    /// The digest of the network.
    pub fn network(&self) -> &str {
        &self.network
    }

    /// What was decided.
    pub fn property(&self) -> &Property {
        &self.property
    }

    /// How many leaves were checked.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    /// Is this about the network of this digest and about exactly this property?
    ///
    /// # Errors
    /// [`Rejection::OtherClaim`] with the difference.
    pub fn answers(&self, network: &str, property: &Property) -> Result<(), Rejection> {
        let other = |text: String| Err(Rejection::OtherClaim(text));
        if self.network != network {
            return other("it is about another network".into());
        }
        if self.property == *property {
            return Ok(());
        }
        let (found, asked) = (self.property.cases(), property.cases());
        if found.len() != asked.len() {
            return other(format!(
                "it is about {} boxes, the property asked for has {}",
                found.len(),
                asked.len()
            ));
        }
        let differs = (1..)
            .zip(found.iter().zip(asked))
            .find(|(_, (a, b))| a != b);
        other(match differs {
            Some((case, (found, asked))) if found.sides() == asked.sides() => format!(
                "its condition for box {case} is {}, the one asked for is {}",
                found.text(),
                asked.text()
            ),
            Some((case, _)) => format!("its box {case} is not the one asked for"),
            None => "it has other inputs and outputs".into(),
        })
    }
}

/// Checks a certificate for a property against a network. Everything is recomputed; stops at the
/// first thing that is wrong.
///
/// # Errors
/// [`Rejection`], one variant for each way to fail.
pub fn check_property(
    certificate: &PropertyCertificate,
    network: &Network,
) -> Result<VerifiedProperty, Rejection> {
    check_property_until(certificate, network, &|| false)
}

/// Checks a certificate for a property like [`check_property()`], but gives up where `stop` says so.
///
/// # Errors
/// As [`check_property()`]; [`Rejection::Stopped`].
pub fn check_property_until(
    certificate: &PropertyCertificate,
    network: &Network,
    stop: Stop<'_>,
) -> Result<VerifiedProperty, Rejection> {
    let property = &certificate.property;
    check_fit(&certificate.network, property, network)?;
    let mut verified = VerifiedProperty {
        network: certificate.network.clone(),
        property: property.clone(),
        witness: None,
        leaves: 0,
    };
    match &certificate.evidence {
        Evidence::Point { case, point } => {
            let found = violation(property, *case, network, point);
            verified.witness = Some(found.map_err(|failure| match failure {
                ViolationFailure::Outside => Rejection::BadWitness,
                ViolationFailure::NotCertain => Rejection::NotUnsafe,
                ViolationFailure::NoValue(failure) => Rejection::NoValue(failure.to_string()),
            })?);
        }
        Evidence::Trees {
            constant_radius,
            ranges,
            trees,
        } => {
            if constant_radius.is_negative() {
                return Err(Rejection::NegativeRadius(constant_radius.clone()));
            }
            if trees.len() != property.cases().len() {
                return Err(Rejection::OtherClaim(
                    "it has a tree too few or many".into(),
                ));
            }
            for (case, tree) in property.cases().iter().zip(trees) {
                let walk = Walk {
                    network,
                    stop,
                    case,
                    tree,
                    ranges: *ranges,
                    constant_radius: Dyadic::from_rational(constant_radius, Direction::Down),
                    before: verified.leaves,
                };
                verified.leaves = walk.run()?;
            }
        }
    }
    Ok(verified)
}

/// Is the property one of this network, and small enough?
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

/// The walk down the tree of one case.
struct Walk<'a> {
    network: &'a Network,
    stop: Stop<'a>,
    case: &'a Case,
    tree: &'a Partition,
    ranges: Ranges,
    constant_radius: Dyadic,
    /// Leaves of the cases before.
    before: usize,
}

impl Walk<'_> {
    /// Returns how many leaves there are, with those before, if the condition is excluded on each.
    fn run(&self) -> Result<usize, Rejection> {
        let no_value = |failure: Failure| Rejection::NoValue(failure.to_string());
        let whole = Cell::from_sides(self.case.sides().to_vec());
        let root = Specialised::from_network(self.network, whole.intervals()).map_err(no_value)?;
        let most_held = root.bytes().saturating_mul(HELD_ROOTS).saturating_add(HELD);
        let mut leaves = PropertyLeaves::new(self.network, self.case);
        let mut nodes = self.tree.nodes();
        let mut count = self.before;
        // Bytes of the networks of open cells; with each cell, those that are free when it is done.
        let mut held: usize = 0;
        let mut open = vec![(whole, Arc::new(root), 0, 0)];
        while let Some((cell, around, depth, frees)) = open.pop() {
            held = held.saturating_sub(frees);
            if (self.stop)() {
                return Err(Rejection::Stopped);
            }
            if depth > MAX_DEPTH {
                return Err(Rejection::TooDeep(MAX_DEPTH));
            }
            let node = nodes.next_node().map_err(Rejection::Tree)?;
            let here = leaves
                .descend(&around, &cell, self.ranges, self.constant_radius)
                .map_err(no_value)?;
            match node {
                Node::Cut { axis, place } => {
                    let position = nodes.position();
                    let (lower, upper) = cell
                        .cut(axis, place.as_ref())
                        .ok_or(Rejection::BadCut { position })?;
                    let bytes = here.bytes();
                    held = held.saturating_add(bytes);
                    if held > most_held {
                        return Err(Rejection::TooLarge);
                    }
                    open.push((upper, Arc::clone(&here), depth + 1, bytes));
                    open.push((lower, here, depth + 1, 0));
                }
                Node::Line(_) => {
                    return Err(Rejection::BadCut {
                        position: nodes.position(),
                    });
                }
                Node::Leaf(method) => {
                    count += 1;
                    let truth = leaves.truth(method, &cell, &here).map_err(|failure| {
                        Rejection::NoBound {
                            leaf: count,
                            method: char::from(method.letter()),
                            reason: failure.to_string(),
                        }
                    })?;
                    if truth != Truth::False {
                        return Err(Rejection::NotExcluded { leaf: count });
                    }
                }
            }
        }
        if !nodes.is_at_end() {
            return Err(Rejection::TreeTooLong(nodes.position() + 1));
        }
        Ok(count)
    }
}
