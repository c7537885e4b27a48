//! `steeple convert`.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::{c_code, pretty};
use crate::builders::Goal;
use crate::certificate::Norm;
use crate::cli::arguments::{Convert, Format};
use crate::cli::{Output, Refusal, inputs, note, outputs};
use crate::formats::floats::{Precision, Rounding};
use crate::formats::vnnlib::{ClaimError, Edge, write_claim};
use crate::formats::{json as own, onnx, python, safetensors};
use crate::network::digest;
use crate::network::digest::canonical_bytes;
use crate::report::up;
use crate::workflow::write_beside;

/// Writes a network in another format, or the claim of a spec.
pub fn run(arguments: &Convert, format: Format) -> Result<Output, Refusal> {
    let out = &arguments.out;
    let ending = ending_of(out);
    if ending_of(&arguments.network) == Some("toml") || ending == Some("vnnlib") {
        return claim(arguments, format);
    }
    if arguments.or_equal {
        return Err(Refusal::new("--or-equal is for .vnnlib files"));
    }
    if ending == Some("c") {
        return c_code::run(arguments, format);
    }
    for (flag, is_given) in [
        ("--name", arguments.name.is_some()),
        ("--semantics", arguments.semantics.is_some()),
        ("--summation", arguments.summation.is_some()),
        ("--pieces", arguments.pieces),
    ] {
        if is_given {
            return Err(Refusal::new(format_args!("{flag} is for .c files")));
        }
    }
    let Some(ending @ ("json" | "network" | "onnx" | "safetensors" | "py")) = ending else {
        return Err(Refusal::in_file(
            out,
            "networks are written as .json, .network, .onnx, .safetensors, .py or .c, by the ending of the name",
        ));
    };
    let precision = match arguments.precision.as_str() {
        "float32" => Precision::Single,
        _ => Precision::Double,
    };
    look_at_output(arguments)?;
    let names = inputs::Names::Numbered;
    let inputs::Loaded { network, .. } =
        inputs::read_network(&arguments.network, names, arguments.weights)?;
    let refused = |error| Refusal::in_foreign(out, &error);
    let (bytes, rounding, name) = match ending {
        "json" => {
            let mut bytes = Vec::new();
            own::write(&network, &mut bytes).map_err(|error| Refusal::in_file(out, error))?;
            (bytes, Rounding::default(), None)
        }
        "network" => {
            let mut bytes = Vec::new();
            canonical_bytes(&network, |piece| bytes.extend_from_slice(piece));
            (bytes, Rounding::default(), None)
        }
        "onnx" => {
            let written = onnx::write(&network, precision).map_err(refused)?;
            (written.bytes, written.rounding, Some(precision.name()))
        }
        "safetensors" => {
            let (bytes, rounding) = safetensors::write(&network, precision).map_err(refused)?;
            (bytes, rounding, Some(precision.name()))
        }
        _ => {
            let (text, rounding) = python::write(&network).map_err(refused)?;
            (text.into_bytes(), rounding, Some(Precision::Double.name()))
        }
    };
    write_beside(out, |file: &mut dyn Write| file.write_all(&bytes))
        .map_err(|error| Refusal::in_file(out, error))?;
    let path = out.display().to_string();
    let rounded = rounding.rounded;
    Ok(Output::yes(match format {
        Format::Json => pretty(&json!({
            "path": path,
            "bytes": bytes.len(),
            "network": digest(&network),
            "numbers": name.unwrap_or("exact"),
            "rounded": rounded,
            "largest_rounding": rounding.largest.to_string(),
        })),
        Format::Text => {
            let numbers = match name {
                None => "all numbers exact".to_owned(),
                Some(name) if rounded == 0 => format!("all numbers are {name}s, so exact"),
                Some(name) => format!(
                    "{rounded} different numbers rounded to {name}, by at most {}{}",
                    up(&rounding.largest),
                    match ending {
                        "py" => "",
                        _ => "; the exact ones are in the metadata, for --weights exact",
                    }
                ),
            };
            format!(
                "written: {path}; {numbers}\n  network: {}",
                digest(&network)
            )
        }
    }))
}

/// Makes sure that the file takes the place of nothing that is read.
fn look_at_output(arguments: &Convert) -> Result<(), Refusal> {
    let inputs = inputs::network_files(&arguments.network);
    outputs::look_at(&[("the output", &arguments.out)], &inputs)
}

fn ending_of(path: &Path) -> Option<&str> {
    path.extension().and_then(|ending| ending.to_str())
}

/// Writes what would refute the claim of a spec.
fn claim(arguments: &Convert, format: Format) -> Result<Output, Refusal> {
    let (path, out) = (&arguments.network, &arguments.out);
    if ending_of(path) != Some("toml") {
        return Err(Refusal::in_file(
            path,
            "a claim is written from a spec, a .toml file; this is none",
        ));
    }
    if ending_of(out) != Some("vnnlib") {
        return Err(Refusal::in_file(
            out,
            "the claim of a spec is written as .vnnlib, by the ending of the name",
        )
        .hint("`steeple build` makes the spec's network"));
    }
    look_at_output(arguments)?;
    let (spec, _) = inputs::read_spec(path)?;
    let refused = |message: &str, hint: &str| Err(Refusal::in_file(path, message).hint(hint));
    if spec.goal == Goal::Regions {
        return refused(
            "this spec has no formula, so there is nothing to prove",
            "VNN-LIB takes claims about the error",
        );
    }
    if spec.claim.norm != Norm::Sup {
        return refused(
            "only a claim in norm sup is about every point, as VNN-LIB is",
            "give [claim] norm = \"sup\"",
        );
    }
    let Some(tolerance) = &spec.claim.tolerance else {
        return refused(
            "this spec has no tolerance, so there is nothing to refute",
            "give [claim] tolerance",
        );
    };
    let edge = if arguments.or_equal {
        Edge::OrEqual
    } else {
        Edge::Strict
    };
    let text = write_claim(&spec.target, &spec.domain, tolerance, edge).map_err(|error| {
        let refusal = Refusal::in_file(path, &error);
        match error {
            ClaimError::NoDecimal { .. } => refusal.hint("take a domain with decimal ends"),
            ClaimError::NotAffine { .. } => refusal.hint(
                "a target is made of +, -, * and / by numbers, max, min, abs, relu, step and if",
            ),
            ClaimError::TooMany | ClaimError::TooLong => refusal,
        }
    })?;
    write_beside(out, |file: &mut dyn Write| file.write_all(text.as_bytes()))
        .map_err(|error| Refusal::in_file(out, error))?;
    if spec.target.has_jumps() {
        note("the target jumps: what happens at the jumps alone is left out, as norm sup does");
    }
    let (shown, conditions) = (out.display().to_string(), text.matches("(and ").count());
    Ok(Output::yes(match format {
        Format::Json => pretty(&json!({
            "path": shown,
            "bytes": text.len(),
            "conditions": conditions,
            "or_equal": arguments.or_equal,
        })),
        Format::Text => format!(
            "written: {shown}; {conditions} conditions, of which a counterexample meets one; unsat proves \
             |N - f| <= {tolerance}"
        ),
    }))
}
