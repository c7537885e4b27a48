//! Pictures of an explanation: the network beside its hardened form, and its units and weights.

use super::formula::{Shape, formulas, hardens, target_of};
use crate::certificate::{Norm, Question, Semantics};
use crate::expr::{Domain, Target, typeset};
use crate::network::{Layer, Network, digest};
use crate::words::short;
use crate::workflow::pictures::diagram::diagram;
use crate::workflow::{Subject, draw_frame};

/// A diagram shows at most this many units, or it is a tangle.
const MOST_UNITS: usize = 64;

/// A longer target is cut.
const LONGEST: usize = 120;

/// Returns the pictures that can be drawn, with a name each: the network against its target, or else against its
/// hardened form (one or two inputs), and the diagram of a small network.
pub fn pictures(
    network: &Network,
    domain: &Domain,
    target: Option<&Target>,
    name: &str,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let is_drawn = network.outputs().len() == 1 && domain.dimension() <= 2;
    let against = |target: &Target, title: &str, caption: &str| {
        let question = Question {
            network: digest(network),
            target: target.clone(),
            domain: domain.clone(),
            norm: Norm::Sup,
            threshold: None,
            semantics: Semantics::Real,
        };
        let subject = Subject::alone(network, &question);
        draw_frame(&subject, title, caption).ok()
    };
    if is_drawn {
        let drawn = target.and_then(|target| {
            let caption = format!(
                "f = {}; no bound is drawn",
                short(&typeset(&target.text().join(", ")), LONGEST)
            );
            against(
                target,
                &format!("What {name} does, and its target"),
                &caption,
            )
        });
        found.extend(drawn.map(|svg| ("network".to_owned(), svg)));
        let layers = network.layers().iter();
        let has_steps = layers.clone().any(|layer| hardens(layer.activation()));
        let hard = formulas(network, Shape::Hardened).filter(|_| has_steps);
        let hard = hard.and_then(|hard| target_of(network.inputs(), hard.outputs));
        let drawn = hard.as_ref().and_then(|hard| {
            let title = format!("{name}, and the same network made of steps");
            let caption = "f is here the network of steps: each sigmoid or tanh is replaced by a step; sampled";
            against(hard, &title, caption)
        });
        found.extend(drawn.map(|svg| ("steps".to_owned(), svg)));
    }
    let units: usize = network.layers().iter().map(Layer::units).sum();
    if units + network.inputs().len() <= MOST_UNITS {
        let picture = diagram(network);
        found.push(("diagram".to_owned(), picture.render()));
    }
    found
}
