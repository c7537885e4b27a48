//! `steeple draw`.

use std::io::Write;

use serde_json::json;

use super::pretty;
use crate::certificate::text;
use crate::checker::Verified;
use crate::cli::arguments::{Draw, Format};
use crate::cli::{Output, Refusal, inputs};
use crate::workflow::check_in_parallel;
use crate::workflow::{PictureKind, Subject, draw, write_beside};

/// Draws one picture.
pub fn run(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    let kind = PictureKind::from_name(&arguments.kind).ok_or_else(|| {
        let known: Vec<&str> = PictureKind::ALL.iter().map(|kind| kind.name()).collect();
        Refusal::new(format_args!("there is no picture `{}`", arguments.kind))
            .hint(&format!("known: {}", known.join(", ")))
    })?;
    if arguments.out.extension().and_then(|e| e.to_str()) != Some("svg") {
        return Err(Refusal::in_file(
            &arguments.out,
            "pictures are written as .svg files in this version",
        ));
    }
    inputs::can_be_written(&arguments.out)?;
    let network = inputs::read_network(&arguments.network)?;
    let mut verified = None;
    let mut certificate = None;
    if let Some(path) = &arguments.certificate {
        let found = text::read(&inputs::bytes(path)?)
            .map_err(|error| Refusal::in_file(path, error).as_no())?;
        verified = Some(
            check_in_parallel(&found, &network, None).map_err(|rejection| {
                Refusal::in_file(
                    path,
                    format_args!("the certificate does not hold, so it is not drawn: {rejection}"),
                )
                .as_no()
            })?,
        );
        certificate = Some(found);
    }
    let question = match &verified {
        // A certificate says itself what it is about.
        Some(verified) if !inputs::is_asked(&arguments.question) => {
            verified.claim().question.clone()
        }
        _ => inputs::question(&arguments.question, &network)?.question,
    };
    if let Some(verified) = &verified {
        verified
            .answers(&question, None)
            .map_err(|rejection| Refusal::new(rejection).as_no())?;
    }
    let svg = draw(
        kind,
        &Subject {
            network: &network,
            question: &question,
            claim: verified.as_ref().map(Verified::claim),
            certificate: certificate.as_ref(),
            values: verified.as_ref().and_then(|verified| verified.witness()),
        },
    )
    .map_err(Refusal::new)?;
    write_beside(&arguments.out, |out: &mut dyn Write| {
        out.write_all(svg.as_bytes())
    })
    .map_err(|error| Refusal::in_file(&arguments.out, error))?;
    let path = arguments.out.display().to_string();
    Ok(Output::yes(match format {
        Format::Text => format!("drawn: {path}"),
        Format::Json => {
            pretty(&json!({ "picture": kind.name(), "path": path, "bytes": svg.len() }))
        }
    }))
}
