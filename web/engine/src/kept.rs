//! What the engine remembers under a name.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use steeple::formats::Opened;
use steeple::network::size;
use steeple::{Answer, Domain, Network, Norm, Rational, Target, Weights};

use crate::failure::Failure;

/// A network, what was asked about it, and the answer.
pub struct Kept {
    pub network: Network,
    pub weights: Weights,
    /// As the page sent it.
    pub spec: Option<String>,
    /// The file that the network came from, with what it says of its arithmetic.
    pub opened: Option<Opened>,
    pub asked: Option<Asked>,
}

/// A question, to be asked again with other limits.
pub struct Asked {
    pub target: Target,
    pub domain: Domain,
    pub norm: Norm,
    pub tolerance: Option<Rational>,
    pub gap: Rational,
    pub threshold: Option<Rational>,
    pub answer: Answer,
}

/// Finds what is kept under a name.
///
/// - Errors: there is nothing.
pub fn find<'a>(kept: &'a BTreeMap<String, Kept>, name: &str) -> Result<&'a Kept, Failure> {
    kept.get(name)
        .ok_or_else(|| Failure::new(format!("nothing was built under the name `{name}`")))
}

impl Kept {
    /// The question and its answer.
    ///
    /// - Errors: nothing was asked about this network.
    pub fn asked(&self) -> Result<&Asked, Failure> {
        self.asked
            .as_ref()
            .ok_or_else(|| Failure::new("nothing was proved of this network yet"))
    }

    /// Facts about the network.
    pub fn facts(&self) -> Value {
        let counted = size(&self.network);
        let layers: Vec<Value> = self
            .network
            .layers()
            .iter()
            .map(|layer| json!({ "units": layer.units(), "activation": layer.activation().name() }))
            .collect();
        json!({
            "inputs": self.network.inputs(),
            "outputs": self.network.outputs(),
            "layers": layers,
            "units": counted.units,
            "parameters": counted.parameters,
            "nonzero_parameters": counted.nonzero_parameters,
            "largest_weight": steeple::report::up(&counted.largest_weight),
        })
    }
}
