//! Networks that were proved, and how they are ordered and reported.

use crate::builders::Built;
use crate::network::{Activation, Layer, Network, size};
use crate::report::CandidateReport;
use crate::words::count;
use crate::workflow::bound::{BENDING_UNITS, BendingUnit, LowerBound};
use crate::workflow::verify::{Found, Verification};

/// What was compared before a network was chosen.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// All networks that keep the tolerance, the one that was chosen first.
    pub candidates: Vec<CandidateReport>,
    /// How many kinks a continuous piecewise-linear function within the tolerance has at least.
    pub lower_bound: Option<LowerBound>,
}

/// A network that the prover found to keep the tolerance; the checker has not seen it yet.
pub(super) struct Proved {
    /// What it is.
    pub name: String,
    pub built: Built,
    pub found: Found,
}

impl Proved {
    /// Hidden units over all layers.
    pub fn units(&self) -> usize {
        size(&self.built.network).units
    }

    /// Is its error exactly 0?
    pub fn is_exact(&self) -> bool {
        self.found.upper().is_some_and(|upper| upper.is_zero())
    }

    /// The order: fewest units, exact ones first, fewest parameters that are not 0.
    pub fn rank(&self) -> (usize, bool, usize, usize) {
        let size = size(&self.built.network);
        let parameters = size.nonzero_parameters;
        (size.units, !self.is_exact(), parameters, size.hidden_layers)
    }
}

/// Returns the row of a network in the report; without a verdict it is the network that was chosen.
pub(super) fn row(
    name: &str,
    network: &Network,
    lower_bound: Option<&LowerBound>,
    checked: Option<&Verification>,
) -> CandidateReport {
    let size = size(network);
    let hidden = network
        .layers()
        .split_last()
        .map_or(&[][..], |(_, hidden)| hidden);
    let is_relu = |layer: &Layer| *layer.activation() == Activation::Relu;
    let of_relu = !hidden.is_empty() && hidden.iter().all(is_relu);
    let kinks = lower_bound.and_then(LowerBound::kinks);
    CandidateReport {
        name: name.to_owned(),
        hidden: hidden.iter().map(Layer::units).collect(),
        units: size.units,
        nonzero_parameters: size.nonzero_parameters,
        largest_weight: size.largest_weight,
        at_least: kinks
            .filter(|_| of_relu)
            .map(|kinks| relu().units(kinks, Some(hidden.len()))),
        error: checked.map(|checked| {
            let claim = checked.verified.claim();
            (claim.error_lower(), claim.error_upper())
        }),
    }
}

/// The kind of units that lower bounds are about here.
fn relu() -> BendingUnit {
    BENDING_UNITS[0]
}

/// What the bound says of relu networks, as a note.
pub(super) fn of_relu_networks(bound: &LowerBound) -> Option<String> {
    let kinks = bound.kinks().filter(|kinks| *kinks > 0)?;
    let needed = |layers| relu().units(kinks, layers);
    Some(format!(
        "certified (T38): a network of relu units needs at least {} in one hidden layer, and at least {} in any \
         number of layers; this says nothing about sigmoid or tanh units",
        count(needed(Some(1)), "unit"),
        count(needed(None), "unit"),
    ))
}
