//! Pictures of an explanation: the network beside its hardened form, and its units and weights.

use super::formula::{Shape, formulas, hardens, target_of};
use crate::certificate::{Norm, Question, Semantics};
use crate::expr::{Domain, Target};
use crate::network::{Layer, Network, digest};
use crate::workflow::pictures::diagram::diagram;
use crate::workflow::{PictureKind, Subject, draw};

/// A diagram shows at most this many units, or it is a tangle.
const MOST_UNITS: usize = 64;

/// Returns the pictures that can be drawn, with a name each: the network against its target, or else against its
/// hardened form (one or two inputs), and the diagram of a small network.
pub fn pictures(
    network: &Network,
    domain: &Domain,
    target: Option<&Target>,
    name: &str,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let kind = match domain.dimension() {
        1 => Some(PictureKind::Curve),
        2 => Some(PictureKind::Surface),
        _ => None,
    };
    let is_single = network.outputs().len() == 1;
    let against = |target: &Target| {
        let question = Question {
            network: digest(network),
            target: target.clone(),
            domain: domain.clone(),
            norm: Norm::Sup,
            threshold: None,
            semantics: Semantics::Real,
        };
        let subject = Subject {
            network,
            question: &question,
            claim: None,
            certificate: None,
            values: None,
            on_domain: None,
        };
        draw(kind?, &subject).ok()
    };
    if is_single {
        let drawn = target.and_then(against);
        found.extend(drawn.map(|svg| ("network".to_owned(), svg)));
        let layers = network.layers().iter();
        let has_steps = layers.clone().any(|layer| hardens(layer.activation()));
        let hard = formulas(network, Shape::Hardened).filter(|_| has_steps);
        let hard = hard.and_then(|hard| target_of(network.inputs(), hard.outputs));
        let drawn = hard.as_ref().and_then(against);
        found.extend(drawn.map(|svg| ("steps".to_owned(), svg)));
    }
    let units: usize = network.layers().iter().map(Layer::units).sum();
    if units + network.inputs().len() <= MOST_UNITS {
        let picture = diagram(network, &format!("The network {name}"));
        found.push(("diagram".to_owned(), picture.render()));
    }
    found
}
