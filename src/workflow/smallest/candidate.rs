//! Networks that were proved, and how they are ordered and reported.

use crate::builders::Built;
use crate::network::{Network, size};
use crate::report::CandidateReport;
use crate::workflow::verify::{Found, Verification};

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
    checked: Option<&Verification>,
) -> CandidateReport {
    let size = size(network);
    let hidden = network
        .layers()
        .split_last()
        .map_or(&[][..], |(_, hidden)| hidden);
    CandidateReport {
        name: name.to_owned(),
        hidden: hidden.iter().map(crate::network::Layer::units).collect(),
        units: size.units,
        nonzero_parameters: size.nonzero_parameters,
        largest_weight: size.largest_weight,
        error: checked.map(|checked| {
            let claim = checked.verified.claim();
            (claim.error_lower(), claim.error_upper())
        }),
    }
}
