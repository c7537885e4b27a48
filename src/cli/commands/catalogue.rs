//! `steeple catalogue`.

use std::fmt::Write;

use serde_json::{Value, json};

use super::pretty;
use crate::builders::{BuilderName, Entry, catalogue, entry};
use crate::cli::arguments::{Catalogue, Format};
use crate::cli::{Output, Refusal};
use crate::workflow::spec::of_builder;

/// Lists the builders, or explains one.
pub fn run(arguments: &Catalogue, format: Format) -> Result<Output, Refusal> {
    let Some(name) = &arguments.name else {
        return Ok(Output::yes(match format {
            Format::Json => pretty(&json!({
                "builders": catalogue().iter().map(object).collect::<Vec<Value>>()
            })),
            Format::Text => {
                let lines: Vec<String> = catalogue()
                    .iter()
                    .map(|entry| {
                        format!(
                            "{:<12} {} ({}; {})",
                            entry.name,
                            entry.summary,
                            entry.inputs_text(),
                            entry.theorem
                        )
                    })
                    .collect();
                format!(
                    "{}\n\nsteeple catalogue NAME explains one",
                    lines.join("\n")
                )
            }
        }));
    };
    let known = BuilderName::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = BuilderName::ALL.iter().map(|known| known.name()).collect();
        Refusal::new(format_args!("there is no builder `{name}`")).hint(&of_builder(name, &names))
    })?;
    let entry = entry(known);
    Ok(Output::yes(match format {
        Format::Json => pretty(&object(entry)),
        Format::Text => explained(entry),
    }))
}

fn explained(entry: &Entry) -> String {
    let mut text = format!("{}: {}\n\n", entry.name, entry.summary);
    let units: Vec<&str> = entry.activations.iter().map(|units| units.name()).collect();
    // Strings take any text, so writing to one cannot fail.
    let _ = writeln!(text, "inputs      {}", entry.inputs_text());
    if !units.is_empty() {
        let _ = writeln!(text, "activation  {}", units.join(", "));
    }
    let _ = writeln!(text, "bound       {}", entry.bound);
    let _ = writeln!(text, "theorem     {} (proofs/theorems)", entry.theorem);
    let _ = writeln!(
        text,
        "\nkeys of [network], with what holds when they are left out:"
    );
    for key in entry.keys {
        let _ = writeln!(text, "  {:<17} {}", key.name, key.default);
    }
    let _ = write!(text, "\nan example spec:\n\n{}", entry.example);
    text
}

fn object(entry: &Entry) -> Value {
    let (fewest, most) = entry.inputs;
    json!({
        "name": entry.name,
        "summary": entry.summary,
        "inputs": [fewest, most],
        "activations": entry.activations.iter().map(|units| units.name()).collect::<Vec<_>>(),
        "keys": entry.keys.iter().map(|key| json!({"name": key.name, "default": key.default})).collect::<Vec<_>>(),
        "bound": entry.bound,
        "theorem": entry.theorem,
        "example": entry.example,
    })
}
