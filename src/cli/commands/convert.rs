//! `steeple convert`.

use std::io::Write;

use serde_json::json;

use super::pretty;
use crate::cli::arguments::{Convert, Format};
use crate::cli::{Output, Refusal, inputs};
use crate::formats::floats::{Precision, Rounding};
use crate::formats::{json as own, onnx, python, safetensors};
use crate::network::digest;
use crate::report::up;
use crate::workflow::write_beside;

/// Writes a network in another format.
pub fn run(arguments: &Convert, format: Format) -> Result<Output, Refusal> {
    let out = &arguments.out;
    let ending = out.extension().and_then(|ending| ending.to_str());
    let Some(ending @ ("json" | "onnx" | "safetensors" | "py")) = ending else {
        return Err(Refusal::in_file(
            out,
            "networks are written as .json, .onnx, .safetensors or .py, by the ending of the name",
        ));
    };
    let precision = match arguments.precision.as_str() {
        "float32" => Precision::Single,
        _ => Precision::Double,
    };
    inputs::can_be_written(out)?;
    let network = inputs::read_network(&arguments.network)?;
    let refused = |error| Refusal::in_foreign(out, &error);
    let (bytes, rounding, name) = match ending {
        "json" => {
            let mut bytes = Vec::new();
            own::write(&network, &mut bytes).map_err(|error| Refusal::in_file(out, error))?;
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
                        _ => "; the exact ones are in the metadata, and steeple reads them",
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
