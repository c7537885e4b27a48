//! `steeple catalogue`.

use std::fmt::Write;

use serde_json::{Value, json};

use super::pretty;
use crate::builders::{Entry, Shape, catalogue, entry};
use crate::cli::Output;
use crate::cli::arguments::{Catalogue, Format};

/// Lists the builders, or explains one.
pub fn run(arguments: &Catalogue, format: Format) -> Output {
    let Some(name) = &arguments.name else {
        return Output::yes(match format {
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
        });
    };
    let entry = entry(*name);
    Output::yes(match format {
        Format::Json => pretty(&object(entry)),
        Format::Text => explained(entry),
    })
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
        let names = match key.parameter().map(|parameter| parameter.shape) {
            // The activations of this builder stand above.
            Some(Shape::Name(names)) if key.name != "activation" => {
                format!("; one of {}", names.join(", "))
            }
            _ => String::new(),
        };
        let _ = writeln!(text, "  {:<17} {}{names}", key.name, key.default);
    }
    let _ = write!(text, "\nan example spec:\n\n{}", entry.example);
    text
}

fn object(entry: &Entry) -> Value {
    let (fewest, most) = entry.inputs;
    // No limit is null.
    let most = (most < usize::MAX).then_some(most);
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
