//! `steeple draw`.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use super::pretty;
use super::regions::{draw as draw_regions, only_svg, refused};
use crate::certificate::text;
use crate::checker::Verified;
use crate::cli::arguments::{Draw, Format};
use crate::cli::{Output, Refusal, inputs};
use crate::expr::Domain;
use crate::workflow::check_in_parallel;
use crate::workflow::{PictureKind, Subject, draw, write_beside};
use crate::workflow::{RegionsRequest, count_regions};

/// The picture that wants no target.
const REGIONS: &str = "regions";

/// Draws one picture.
pub fn run(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    if arguments.kind == REGIONS {
        return regions(arguments, format);
    }
    let kind = PictureKind::from_name(&arguments.kind).ok_or_else(|| {
        let known: Vec<&str> = PictureKind::ALL
            .iter()
            .map(|kind| kind.name())
            .chain([REGIONS])
            .collect();
        Refusal::new(format_args!("there is no picture `{}`", arguments.kind))
            .hint(&format!("known: {}", known.join(", ")))
    })?;
    only_svg(&arguments.out)?;
    inputs::can_be_written(&arguments.out)?;
    let found = match &arguments.certificate {
        Some(path) => Some((
            path,
            text::read(&inputs::bytes(path)?)
                .map_err(|error| Refusal::in_file(path, error).as_no())?,
        )),
        None => None,
    };
    let names = match &found {
        Some((_, certificate)) => inputs::Names::List(certificate.claim.question.domain.names()),
        None => inputs::Names::Question(&arguments.question),
    };
    let network = inputs::read_network_for(&arguments.network, names)?;
    let mut verified = None;
    let mut certificate = None;
    if let Some((path, found)) = found {
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
    Ok(drawn(&arguments.out, kind.name(), svg.len(), format))
}

fn drawn(path: &Path, kind: &str, bytes: usize, format: Format) -> Output {
    let path = path.display().to_string();
    Output::yes(match format {
        Format::Text => format!("drawn: {path}"),
        Format::Json => pretty(&json!({ "picture": kind, "path": path, "bytes": bytes })),
    })
}

/// Draws linear regions: a domain is enough, from a flag or a spec.
fn regions(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    only_svg(&arguments.out)?;
    inputs::can_be_written(&arguments.out)?;
    let question = &arguments.question;
    let network = inputs::read_network_for(&arguments.network, inputs::Names::Question(question))?;
    let domain = match (&question.spec, &question.domain) {
        (Some(path), _) => inputs::read_spec(path)?.0.domain,
        (None, Some(text)) => {
            Domain::parse(text).map_err(|error| Refusal::new(format_args!("--domain: {error}")))?
        }
        (None, None) => {
            return Err(Refusal::new("picture `regions` needs a domain")
                .hint("give --domain \"x=-1..1,y=-1..1\" or --spec FILE"));
        }
    };
    let domain = domain
        .in_order(network.inputs())
        .map_err(|error| Refusal::new(format_args!("--domain: {error}")))?;
    let threshold = question.threshold.as_deref();
    let threshold = threshold
        .map(|text| inputs::number("threshold", text))
        .transpose()?;
    let answer = count_regions(&RegionsRequest {
        network: &network,
        domain: &domain,
        threshold: threshold.as_ref(),
        memory: 4 << 30,
    })
    .map_err(|error| refused(&error, &network, &domain))?;
    let bytes = draw_regions(&arguments.out, &answer, &domain, &arguments.network)?;
    Ok(drawn(&arguments.out, REGIONS, bytes, format))
}
