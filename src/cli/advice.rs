//! What to write instead, where a builder cannot build what a spec asks for.

use crate::builders::BuilderName;
use crate::workflow::Spec;

/// Interpolants of more units than this are worth a word about their knots.
const MANY: usize = 64;

/// Returns what to write, for a message of a builder.
pub fn of(message: &str, spec: &Spec) -> Option<String> {
    let network = spec.network.as_ref()?;
    let name = network.builder.name();
    if message.contains(" takes ") && message.contains(", the target has ") {
        let others = match spec.target.inputs().len() {
            1 => "\"interpolant\" or \"staircase\" for one input",
            2 if spec.target.is_region() => {
                "\"disk\", \"polygon\" or \"quadrants\" for a region of two inputs"
            }
            2 => "\"ridge\" or \"quadrants\" for two inputs",
            _ => "\"ridge\" or \"maxout-fold\" for more inputs",
        };
        return Some(format!("write builder = {others}"));
    }
    let missing = || {
        message
            .strip_prefix('`')
            .filter(|_| message.contains("` is missing"))
    };
    let needed = message
        .split_once(" needs `")
        .map(|(_, rest)| rest)
        .or_else(missing);
    if let Some((key, rest)) = needed.and_then(|rest| rest.split_once('`')) {
        let value = match key {
            "steepness" => "100",
            "sides" => "6",
            "folds" | "degree" => "4",
            "cells" => "16",
            "direction" => "[1, 0]",
            "vertices" => "[[0, 0], [1, 0], [0, 1]]",
            "box" => "{ x = [0, 1], y = [0, 1] }",
            "widths" => "[4, 4]",
            "at" | "from" => "0",
            "to" => "1",
            _ => return None,
        };
        return Some(if rest.contains("a tolerance") {
            format!("write {key} = {value} in [network], or tolerance = 0.01 in [claim]")
        } else {
            format!("write {key} = {value} in [network]")
        });
    }
    if message.contains("not recognised as a disk like") {
        return Some(
            "for another shape, such as an ellipse, write builder = \"polygon\" with its `vertices`, or \
             with vertices = \"from target\""
                .into(),
        );
    }
    if message.contains(" has no key `units`") {
        return Some(format!("the size of `{name}` is the key `cells`"));
    }
    None
}

/// Returns what makes a built network smaller, where that is known without trying.
pub fn of_size(spec: &Spec, units: usize) -> Option<&'static str> {
    let network = spec.network.as_ref()?;
    let is_even = network.builder == BuilderName::Interpolant && network.parameters.knots.is_none();
    (is_even && units > MANY && spec.claim.tolerance.is_some()).then_some(
        "the knots are equally spaced; knots = \"balanced\" puts more of them where the target bends, and \
         may need fewer units",
    )
}
