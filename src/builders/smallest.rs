//! The smallest network that is proved to keep a tolerance. It needs the prover, so this is its description
//! alone; the search is in `workflow::smallest`.

use super::entry::{Bounds, Entry, Goal, Outputs, key};
use super::error::BuildError;
use super::parameters::Units;
use super::request::{Built, Request};

/// The builder.
pub const ENTRY: Entry = Entry {
    name: "smallest",
    summary: "the network with the fewest hidden units, by formula or trained, that is proved to keep the tolerance",
    inputs: (1, 6),
    outputs: Outputs::Several,
    goal: Goal::Target,
    activations: &[Units::Tanh, Units::Sigmoid, Units::Relu],
    keys: &[
        key("activation", "tanh or relu, whichever needs fewer"),
        key("hidden_layers", "2 (at most)"),
        key("max_units", "40 for trained networks"),
        key("max_weight", "1000"),
        key("effort", "4 (about a minute on two cores)"),
    ],
    size: None,
    bounds: Bounds::Sup,
    bound: "none in advance; the tolerance is proved",
    theorem: "T38",
    example: r#"[target]
formula = "sin(x)"
domain = { x = ["0", "6.2831853"] }

[network]
builder = "smallest"

[claim]
norm = "sup"
tolerance = "1/1000"
"#,
    build: needs_the_prover,
};

fn needs_the_prover(_: &Request) -> Result<Built, BuildError> {
    let builder = ENTRY.name;
    Err(BuildError::NeedsProver { builder })
}
