//! `steeple convert NETWORK net.c`.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::pretty;
use crate::certificate::{FloatFormat, Summation};
use crate::cli::arguments::{Convert, Format};
use crate::cli::{Output, Refusal, inputs, outputs};
use crate::floats::to_floats;
use crate::formats::c::{self, CError};
use crate::network::digest;
use crate::report::up;
use crate::words::count;
use crate::workflow::write_beside;

/// Writes a network as C code: the source, the header, and points to test it with.
pub fn run(arguments: &Convert, format: Format) -> Result<Output, Refusal> {
    let out = &arguments.out;
    let (header, vectors) = (out.with_extension("h"), beside(out, "_test.csv"));
    let files = [
        ("the output", out.as_path()),
        ("the header", header.as_path()),
        ("the table of points", vectors.as_path()),
    ];
    outputs::look_at(&files, &inputs::network_files(&arguments.network))?;
    let options = options(arguments, &header)?;
    let refused = |error: CError| {
        let refusal = Refusal::in_file(out, &error);
        match (&error, error.hint()) {
            (CError::Name { instead, .. }, _) => refusal.hint(&format!("give --name {instead}")),
            (CError::Pieces { .. }, _) => refusal.hint("leave out --pieces"),
            (_, Some(hint)) => refusal.hint(&hint),
            (_, None) => refusal,
        }
    };
    c::look_at_name(&options.name).map_err(refused)?;
    let names = inputs::Names::Numbered;
    let inputs::Loaded { network, .. } =
        inputs::read_network(&arguments.network, names, arguments.weights)?;
    let (network, rounding) = to_floats(&network, options.format)
        .map_err(|error| Refusal::in_file(&arguments.network, error))?;
    let written = c::write(&network, &options).map_err(refused)?;
    for (path, text) in [
        (&vectors, &written.vectors),
        (&header, &written.header),
        (out, &written.source),
    ] {
        write_beside(path, |file: &mut dyn Write| file.write_all(text.as_bytes()))
            .map_err(|error| Refusal::in_file(path, error))?;
    }
    let shown = |path: &Path| path.display().to_string();
    let (source, header, vectors) = (shown(out), shown(&header), shown(&vectors));
    let floats = options.format.name();
    Ok(Output::yes(match format {
        Format::Json => pretty(&json!({
            "path": source,
            "header": header,
            "vectors": vectors,
            "function": options.name,
            "network": digest(&network),
            "semantics": floats,
            "summation": options.summation.name(),
            "rounded": rounding.changed,
            "largest_relative_rounding": rounding.largest_relative.to_string(),
            "constant_bytes": written.flash_bytes,
            "value_bytes": written.ram_bytes,
            "multiplications": written.multiplications,
            "pieces": written.pieces,
        })),
        Format::Text => {
            let numbers = if rounding.changed == 0 {
                format!("all numbers are {floats}s, so exact")
            } else {
                format!(
                    "{} rounded to {floats}, by at most {} of their size",
                    count(rounding.changed, "number"),
                    up(&rounding.largest_relative)
                )
            };
            let pieces = written.pieces.map_or_else(String::new, |pieces| {
                format!("; {}", count(pieces, "piece"))
            });
            format!(
                "written: {source}, {header} and {vectors}; {numbers}\n  {} bytes of constants, {} bytes of \
                 values, {} a call{pieces}; sums {}\n  network: {}",
                written.flash_bytes,
                written.ram_bytes,
                count(written.multiplications, "multiplication"),
                options.summation.name(),
                digest(&network)
            )
        }
    }))
}

/// A file beside another one, of its name with another end.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}

fn options(arguments: &Convert, header: &Path) -> Result<c::Options, Refusal> {
    let stem = arguments.out.file_stem().unwrap_or_default();
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => stem.to_string_lossy().into_owned(),
    };
    let floats = arguments.semantics.as_ref().unwrap_or(&arguments.precision);
    let order = arguments.summation.as_deref();
    if arguments.pieces && order == Some("any") {
        return Err(Refusal::new(
            "--pieces is evaluated in float64 and rounded once, so its sums are not `any`",
        )
        .hint("give --summation emitted, or leave it out"));
    }
    let pieces = arguments.pieces.then_some(Summation::Emitted);
    let file = header.file_name().map(OsStr::to_string_lossy);
    Ok(c::Options {
        header_file: file.unwrap_or_default().into_owned(),
        format: FloatFormat::from_name(floats).unwrap_or(FloatFormat::Float32),
        summation: order
            .and_then(Summation::from_name)
            .or(pieces)
            .unwrap_or_default(),
        pieces: arguments.pieces,
        ..c::Options::new(name)
    })
}
