//! What is often meant by what a spec says in other words.

use std::ops::Range;

use super::{distance, norm_by_name};
use crate::certificate::Norm;

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
        Err(message) => message,
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
pub(super) fn of_key(table: &str, key: &str, known: &[&str]) -> Option<String> {
    let lower = key.to_lowercase();
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
pub(super) fn of_builder(name: &str, known: &[&str]) -> String {
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

/// What to write for a formula whose backslashes TOML has read as signs of its own.
pub(super) fn of_escapes(source: &str, text: &str, span: &Range<usize>) -> Option<String> {
    if !text.chars().any(char::is_control) {
        return None;
    }
    let written = source.get(span.clone())?;
    let inner = written.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = !inner.contains(['\'', '\n']);
    is_plain.then(|| format!("in \"...\" a backslash begins a sign of its own: write '{inner}'"))
}

/// What to write where a text is not TOML, judged by the line of the error.
pub(super) fn of_syntax(text: &str, span: &Range<usize>) -> Option<String> {
    let at = span.start.min(text.len());
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    // The error may be at the end of the line before.
    let code = line.split(" #").next().unwrap_or_default().trim();
    if code.starts_with('[') && !code.ends_with(']') {
        return Some(format!("close the bracket: {code}]"));
    }
    let Some((key, value)) = code.split_once('=') else {
        let (key, value) = code.split_once(':')?;
        let (key, value) = (key.trim(), value.trim());
        let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !is_key || value.is_empty() {
            return None;
        }
        return Some(format!("write = after a key: {key} = {}", quoted(value)));
    };
    let (key, value) = (key.trim(), value.trim());
    if value.is_empty() {
        return Some(format!("write a value after the =, as in {key} = \"x^2\""));
    }
    if value.contains('\\') && value.starts_with('"') && value.ends_with('"') {
        let inner = value.trim_matches('"');
        return Some(format!(
            "in \"...\" a backslash begins a sign of its own: write {key} = '{inner}'"
        ));
    }
    if value.starts_with(['“', '”', '‘', '„', '«']) {
        let inner = value.trim_matches(['“', '”', '‘', '’', '„', '«', '»', '"']);
        return Some(format!("write straight quotes: {key} = \"{inner}\""));
    }
    if let Some(inner) = value.strip_prefix('{').and_then(|v| v.strip_suffix('}')) {
        return of_sides(key, inner);
    }
    if value.starts_with('[') && value.ends_with(']') {
        return Some(format!(
            "quote what is no number: {key} = {}",
            with_quotes(value)
        ));
    }
    if value.starts_with(['"', '\'']) {
        let quote = &value[..1];
        return (value.matches(quote).count() == 1)
            .then(|| format!("close the quotes: {key} = {value}{quote}"));
    }
    if value.starts_with(['[', '{']) {
        return None;
    }
    if key == "domain" && value.contains("..") {
        return Some(format!("quote it: domain = \"{value}\""));
    }
    Some(format!("quote it: {key} = {}", quoted(value)))
}

/// The sides of a table in braces, written as TOML has them.
fn of_sides(key: &str, inner: &str) -> Option<String> {
    if let Some((name, side)) = inner.split_once(['=', ':'])
        && !inner.contains('[')
        && let Some((low, high)) = crate::expr::friendly::sides::pair(side)
    {
        let (name, low, high) = (name.trim().trim_matches('"'), bare(&low), bare(&high));
        return Some(format!("write {key} = {{ {name} = [{low}, {high}] }}"));
    }
    if let Some(open) = inner.find('[')
        && inner.contains(':')
        && !inner.contains('=')
    {
        let _ = open;
        let written = inner.replace(':', " =").replace('"', "");
        let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
        return Some(format!("write {key} = {{ {written} }}"));
    }
    let written = with_quotes(inner.trim());
    (written != inner.trim()).then(|| format!("quote what is no number: {key} = {{ {written} }}"))
}

/// A number as it is, anything else in quotes.
fn bare(text: &str) -> String {
    let text = text.trim();
    if text.parse::<f64>().is_ok() {
        text.to_string()
    } else {
        format!("\"{text}\"")
    }
}

fn quoted(value: &str) -> String {
    let is_done = value.starts_with(['"', '\'', '[', '{']) || value.parse::<f64>().is_ok();
    if is_done {
        value.to_string()
    } else if value.contains('\\') {
        format!("'{value}'")
    } else {
        format!("\"{value}\"")
    }
}

/// Quotes the entries of lists that are neither numbers nor quoted.
fn with_quotes(text: &str) -> String {
    let mut written = String::new();
    let mut depth = 0usize;
    let mut word = String::new();
    let flush = |word: &mut String, written: &mut String, depth: usize| {
        let inner = word.trim();
        let is_done = depth == 0 || inner.is_empty() || inner.starts_with(['"', '\'']);
        let lead = word.len() - word.trim_start().len();
        written.push_str(&word[..lead]);
        if is_done {
            written.push_str(inner);
        } else {
            written.push_str(&bare(inner));
        }
        written.push_str(&word[lead + inner.len()..]);
        word.clear();
    };
    for c in text.chars() {
        match c {
            '[' => {
                flush(&mut word, &mut written, 0);
                depth += 1;
                written.push(c);
            }
            ']' => {
                flush(&mut word, &mut written, depth);
                depth = depth.saturating_sub(1);
                written.push(c);
            }
            ',' => {
                flush(&mut word, &mut written, depth);
                written.push(c);
            }
            _ => word.push(c),
        }
    }
    flush(&mut word, &mut written, 0);
    written
}
