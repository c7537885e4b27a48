//! What is often meant by what a spec says in other words.

use super::distance;
use crate::certificate::Norm;
use crate::expr::parse::is_name;
use crate::workflow::measure::norm_by_name;

/// A norm, and what to say where it was written in other words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The norm.
    pub norm: Norm,
    /// What to say.
    pub note: Option<String>,
}

/// Finds a norm by its name, or by another name that it often has.
///
/// - Errors: the message, and what to write.
pub fn norm_by_alias(name: &str) -> Result<Alias, (String, Option<String>)> {
    let message = match norm_by_name(name) {
        Ok(norm) => return Ok(Alias { norm, note: None }),
        Err(error) => error.to_string(),
    };
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '∞')
        .collect();
    let norm = match plain.as_str() {
        "max" | "maximum" | "linf" | "linfinity" | "l∞" | "inf" | "infinity" | "uniform"
        | "supremum" | "chebyshev" | "sup" => Norm::Sup,
        "l1" => Norm::L1,
        "l2" => Norm::L2,
        "area" => Norm::Area,
        "mae" | "meanabsoluteerror" => {
            let hint = "norm `l1` is the integral of the error; its mean is that over the volume";
            return Err((message, Some(hint.into())));
        }
        "mse" | "rmse" | "meansquarederror" | "euclidean" => {
            let hint = "norm `l2` is the root of the integral of the squared error";
            return Err((message, Some(hint.into())));
        }
        _ => {
            let hint = "the largest error is norm `sup`".to_string();
            return Err((message, Some(hint)));
        }
    };
    let note = (norm.name() != plain)
        .then(|| format!("read norm `{name}` as `{norm}`", norm = norm.name()));
    Ok(Alias { norm, note })
}

/// Keys that are written in other words: the table, the key, and what to write.
const KEYS: &[(&str, &[&str], &str)] = &[
    (
        "[target]",
        &[
            "function",
            "func",
            "f",
            "expression",
            "expr",
            "equation",
            "y",
            "region",
        ],
        "formula",
    ),
    (
        "[target]",
        &["box", "range", "interval", "sides", "bounds"],
        "domain",
    ),
    (
        "[target]",
        &["variables", "vars", "names", "arguments"],
        "inputs",
    ),
    (
        "[network]",
        &[
            "units",
            "neurons",
            "nodes",
            "size",
            "pieces",
            "n",
            "hidden_units",
        ],
        "cells",
    ),
    (
        "[network]",
        &["type", "kind", "method", "name", "model"],
        "builder",
    ),
    ("[network]", &["layers", "depth"], "hidden_layers"),
    ("[network]", &["hidden"], "widths"),
    ("[network]", &["slope", "gain", "sharpness"], "steepness"),
    ("[network]", &["center"], "centre"),
    ("[network]", &["r"], "radius"),
    ("[network]", &["edges", "corners"], "sides"),
    ("[network]", &["angle"], "rotation"),
    ("[network]", &["function", "nonlinearity"], "activation"),
    (
        "[claim]",
        &[
            "error",
            "eps",
            "epsilon",
            "tol",
            "accuracy",
            "precision",
            "bound",
        ],
        "tolerance",
    ),
    ("[claim]", &["metric", "measure"], "norm"),
    ("[claim]", &["level", "cutoff"], "threshold"),
    ("the spec", &["function", "goal", "problem"], "target"),
    ("the spec", &["net", "model", "builder"], "network"),
    ("the spec", &["proof", "verify", "property"], "claim"),
    ("the spec", &["train", "training"], "compare"),
];

/// Tables and the keys that belong there.
const TABLES: &[(&str, &[&str])] = &[
    ("target", &["formula", "inputs", "domain"]),
    ("network", &["builder", "activation", "cells", "steepness"]),
    ("claim", &["norm", "tolerance", "threshold", "gap"]),
    ("compare", &["hidden", "data", "optimizer"]),
];

/// What is meant by a key that a table does not have.
pub(super) fn of_key(table: &str, key: &str, known: &[&str], is_list: bool) -> Option<String> {
    let lower = key.to_lowercase();
    let is_side = table == "[target]" && is_list && is_name(key);
    if is_side && !is_word_for_domain(&lower) {
        return Some(format!(
            "a side stands in the domain: domain = {{ {key} = [0, 1] }}"
        ));
    }
    if let Some(same) = known.iter().find(|name| **name == lower) {
        return Some(format!("did you mean `{same}`?"));
    }
    let is_table = table.starts_with('[');
    for (home, keys) in TABLES {
        // A near name in the same table is meant more often.
        let is_near = known.iter().any(|name| distance(name, key) <= 1);
        if keys.contains(&lower.as_str()) && !is_near && table != format!("[{home}]") {
            return Some(if is_table {
                format!("`{lower}` belongs in the table [{home}]")
            } else {
                format!("put it under a line [{home}]")
            });
        }
    }
    let meant = KEYS
        .iter()
        .find(|(home, words, meant)| {
            *home == table && words.contains(&lower.as_str()) && known.contains(meant)
        })
        .map(|(_, _, meant)| *meant)?;
    Some(if is_table {
        format!("did you mean `{meant}`?")
    } else {
        format!("did you mean [{meant}]?")
    })
}

/// Is this one of the other words for `domain` and `inputs`, or nearly the same as a key?
fn is_word_for_domain(key: &str) -> bool {
    let words = KEYS.iter().filter(|(table, ..)| *table == "[target]");
    let mut words = words.flat_map(|(_, words, _)| words.iter());
    let keys = ["formula", "inputs", "domain"];
    (key.len() > 1 && words.any(|word| *word == key))
        || keys.iter().any(|name| distance(name, key) <= 2)
}

/// What to write for a key or table that is missing.
pub(super) fn of_missing(key: &str) -> Option<&'static str> {
    Some(match key {
        "target" => {
            "write [target] on a line, and formula = \"x^2\" and domain = { x = [0, 1] } below"
        }
        "formula" => "write formula = \"x^2\"",
        "domain" => "write domain = { x = [0, 1] }",
        "builder" => "write builder = \"interpolant\"; `steeple catalogue` lists all",
        _ => return None,
    })
}

/// Finds the name that is meant where it differs in capitals, or is another word for it.
pub(super) fn choice<'a>(found: &str, names: &[&'a str]) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['_', ' '], "-");
    let other = match plain(found).as_str() {
        "logistic" | "sigma" => "sigmoid".to_string(),
        "step" | "heavyside" | "threshold" => "heaviside".to_string(),
        "rectifier" | "rectified" => "relu".to_string(),
        name => name.to_string(),
    };
    let exact = names.iter().find(|name| **name == found);
    exact
        .or_else(|| names.iter().find(|name| plain(name) == other))
        .copied()
}

/// What to write for a builder that there is not.
pub fn of_builder(name: &str, known: &[&str]) -> String {
    let lower = name.to_lowercase();
    let meant = match lower.as_str() {
        "linear" | "piecewise" | "piecewise-linear" | "interpolation" | "spline" => {
            Some("interpolant")
        }
        "circle" | "ellipse" | "ball" => Some("disk"),
        "steps" | "stairs" => Some("staircase"),
        "grid" | "bumps" => Some("towers"),
        _ => known
            .iter()
            .map(|candidate| (distance(&lower, candidate), *candidate))
            .min()
            .filter(|(distance, _)| *distance <= 2)
            .map(|(_, candidate)| candidate),
    };
    let list = known.join(", ");
    match meant {
        Some(meant) if known.contains(&meant) => {
            format!("did you mean `{meant}`? available: {list}")
        }
        _ => format!("available: {list}"),
    }
}
