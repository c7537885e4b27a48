//! Certificates for properties: a condition on inputs and outputs that holds nowhere on some boxes,
//! or at a point (T19).

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::sync::Arc;

use super::prepared::{Prepared, inputs_over};
use super::rejection::{Rejection, reason};
use super::walk::{HELD, HELD_ROOTS, MAX_DEPTH, Stop};
use crate::certificate::{
    Cell, Evidence, MAX_INPUTS, MAX_PLACE_BITS, Method, Node, Partition, PropertyCertificate,
    Ranges,
};
use crate::expr::evaluate::Scratch;
use crate::expr::{Case, Property, Tape};
use crate::network::{Network, Reducer, Specialised, digest, forward};
use crate::numbers::{
    Direction, Dyadic, Enclosure, Failure, Interval, LinearForm, Rational, Truth,
};

/// A verdict that the checker accepted. Only the checker makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedProperty {
    network: String,
    property: Property,
    witness: Option<PropertyWitness>,
    leaves: usize,
}

/// A point at which the condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyWitness {
    /// In the box of this case, counted from zero.
    pub case: usize,
    /// The inputs, exactly.
    pub point: Vec<Rational>,
    /// Each output of the network there; equal ends where it is exact.
    pub outputs: Vec<(Rational, Rational)>,
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

/// A case made ready for many leaves, over boxes of up to `D` inputs.
pub struct PropertyLeaves<'a, const D: usize> {
    /// The network itself, where it has steps: a reduced one is right almost everywhere alone.
    steps: Option<&'a Network>,
    tape: Tape,
    natural: Prepared<Interval>,
    linear: Prepared<LinearForm<D>>,
    by_intervals: Reducer<Interval>,
    by_forms: Reducer<LinearForm<D>>,
}

impl<'a, const D: usize> PropertyLeaves<'a, D> {
    /// Prepares a case.
    pub fn new(network: &'a Network, case: &Case) -> Self {
        let tape = Tape::new(case.condition());
        Self {
            steps: network.has_jumps().then_some(network),
            natural: Prepared::new(&tape),
            linear: Prepared::new(&tape),
            tape,
            by_intervals: Reducer::default(),
            by_forms: Reducer::default(),
        }
    }

    /// Returns the network on a cell, from the network on a cell around it.
    ///
    /// # Errors
    /// [`Failure`] where a unit has no value.
    pub fn descend(
        &mut self,
        around: &Arc<Specialised>,
        cell: &Cell,
        ranges: Ranges,
        fold: Dyadic,
    ) -> Result<Arc<Specialised>, Failure> {
        if self.steps.is_some() {
            return Ok(Arc::clone(around));
        }
        let reduced = match ranges {
            Ranges::Natural => {
                self.by_intervals
                    .specialise(around, cell.intervals(), None, fold)?
            }
            Ranges::Linear => self
                .by_forms
                .specialise(around, &inputs_over(cell), None, fold)?,
        };
        Ok(Arc::new(reduced))
    }

    /// Does the condition hold at all points of the closed cell, at none, or is it not known?
    /// `network` encloses the network on the cell.
    ///
    /// # Errors
    /// [`Failure`] where the method does not apply.
    pub fn truth(
        &mut self,
        method: Method,
        cell: &Cell,
        network: &Specialised,
    ) -> Result<Truth, Failure> {
        match method {
            Method::Open => Ok(Truth::Unknown),
            Method::Natural => {
                let outputs = match self.steps {
                    Some(network) => forward(network, &(), cell.intervals())?,
                    None => network.output_ranges().to_vec(),
                };
                let inputs = cell.intervals().to_vec();
                self.natural.everywhere(&self.tape, inputs, outputs)
            }
            Method::Linear => {
                let inputs = inputs_over::<LinearForm<D>>(cell);
                let outputs = match self.steps {
                    Some(network) => forward(network, &(), &inputs)?,
                    None => network.linear_forms(&inputs)?,
                };
                self.linear.everywhere(&self.tape, inputs, outputs)
            }
            Method::MeanValue
            | Method::SecondOrder
            | Method::Monotone
            | Method::Exact
            | Method::HalfPlanes
            | Method::Windows => Err(Failure::Inexact),
        }
    }
}

impl<E: Enclosure> Prepared<E> {
    /// Decides a condition on inputs and outputs for all points of a closed cell.
    fn everywhere(
        &mut self,
        tape: &Tape,
        mut values: Vec<E>,
        outputs: Vec<E>,
    ) -> Result<Truth, Failure> {
        values.extend(outputs);
        if values.len() != tape.inputs() {
            return Err(Failure::Inexact);
        }
        self.truth_everywhere(tape, &values)
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
            verified.witness = Some(violation(property, *case, network, point)?);
        }
        Evidence::Trees {
            fold,
            ranges,
            trees,
        } => {
            if fold.is_negative() {
                return Err(Rejection::NegativeFold(fold.clone()));
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
                    fold: Dyadic::from_rational(fold, Direction::Down),
                    before: verified.leaves,
                };
                // The smallest arithmetic that has room for the inputs.
                verified.leaves = match property.inputs() {
                    1..=2 => walk.run::<2>(),
                    3..=5 => walk.run::<5>(),
                    6..=10 => walk.run::<10>(),
                    _ => walk.run::<MAX_INPUTS>(),
                }?;
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

/// Returns the outputs at a point of a case's box at which its condition certainly holds.
///
/// # Errors
/// [`Rejection::BadWitness`] for a point elsewhere, [`Rejection::NotUnsafe`] where it is not certain
/// that the condition holds.
pub fn violation(
    property: &Property,
    case: usize,
    network: &Network,
    point: &[Rational],
) -> Result<PropertyWitness, Rejection> {
    let number = case;
    let case = property.cases().get(case).ok_or(Rejection::BadWitness)?;
    let mut sides = case.sides().iter().zip(point);
    let is_inside =
        point.len() == case.sides().len() && sides.all(|((low, high), x)| low <= x && x <= high);
    if !is_inside {
        return Err(Rejection::BadWitness);
    }
    let tape = Tape::new(case.condition());
    let (truth, outputs) = if let Ok(values) = forward::<Rational>(network, &(), point) {
        let inputs: Vec<Rational> = point.iter().chain(&values).cloned().collect();
        let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
        let results = tape.evaluate(&constants, &inputs, &mut scratch);
        let outputs = values.into_iter().map(|value| (value.clone(), value));
        (results.truth(), outputs.collect())
    } else {
        let no_value = |failure| Rejection::NoValue(reason(failure).to_string());
        let inputs: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let values = forward(network, &(), &inputs).map_err(no_value)?;
        let ends = |value: &Interval| {
            let low = value.inf().rational_bound(Direction::Down)?;
            Some((low, value.sup().rational_bound(Direction::Up)?))
        };
        let outputs: Option<Vec<_>> = values.iter().map(ends).collect();
        let outputs = outputs.ok_or_else(|| no_value(Failure::Inexact))?;
        let truth = Prepared::new(&tape).everywhere(&tape, inputs, values);
        (truth, outputs)
    };
    if truth != Ok(Truth::True) {
        return Err(Rejection::NotUnsafe);
    }
    Ok(PropertyWitness {
        case: number,
        point: point.to_vec(),
        outputs,
    })
}

/// The walk down the tree of one case.
struct Walk<'a> {
    network: &'a Network,
    stop: Stop<'a>,
    case: &'a Case,
    tree: &'a Partition,
    ranges: Ranges,
    fold: Dyadic,
    /// Leaves of the cases before.
    before: usize,
}

impl Walk<'_> {
    /// Returns how many leaves there are, with those before, if the condition is excluded on each.
    fn run<const D: usize>(&self) -> Result<usize, Rejection> {
        let no_value = |failure| Rejection::NoValue(reason(failure).to_string());
        let whole = Cell::from_sides(self.case.sides().to_vec());
        let root = Specialised::from_network(self.network, whole.intervals()).map_err(no_value)?;
        let most_held = root.bytes().saturating_mul(HELD_ROOTS).saturating_add(HELD);
        let mut leaves = PropertyLeaves::<D>::new(self.network, self.case);
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
                .descend(&around, &cell, self.ranges, self.fold)
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
                            reason: reason(failure).to_string(),
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
