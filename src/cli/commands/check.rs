//! `steeple check`.

use serde_json::json;

use super::pretty;
use crate::certificate::{property, text};
use crate::cli::arguments::{Check, Format};
use crate::cli::{Output, Refusal, inputs};
use crate::report::{self, Report};
use crate::workflow::check_in_parallel;

/// Runs the checker alone.
pub fn run(arguments: &Check, format: Format) -> Result<Output, Refusal> {
    let path = &arguments.certificate;
    let bytes = inputs::bytes(path)?;
    if let Some(property) = &arguments.question.property {
        let network = inputs::read_network(&arguments.network)?;
        let (asked, _) = super::property::read(property, &network)?;
        return Ok(super::property::check(
            (path, &bytes),
            &network,
            Some(&asked),
            format,
        ));
    }
    let certificate = text::read(&bytes);
    // A network without names has those of the claim.
    let network = inputs::read_network_for(
        &arguments.network,
        match &certificate {
            Ok(certificate) => inputs::Names::List(certificate.claim.question.domain.names()),
            Err(_) => inputs::Names::Numbered,
        },
    )?;
    let asked = if inputs::is_asked(&arguments.question) {
        Some(inputs::question(&arguments.question, &network)?)
    } else {
        None
    };
    if property::is_property(&bytes) {
        if asked.is_some() {
            let message = "the certificate claims something else: it is about a property";
            return Ok(rejected(format, "other-claim", message));
        }
        return Ok(super::property::check(
            (path, &bytes),
            &network,
            None,
            format,
        ));
    }
    let certificate = match certificate {
        Ok(certificate) => certificate,
        Err(error) => {
            let message = super::property::malformed(path, &bytes, &error.to_string());
            return Ok(rejected(format, "malformed", &message));
        }
    };
    let verified = match check_in_parallel(&certificate, &network, None) {
        Ok(verified) => verified,
        Err(rejection) => return Ok(rejected(format, rejection.kind(), &rejection.to_string())),
    };
    if let Some(asked) = asked
        && let Err(rejection) = verified.answers(&asked.question, asked.tolerance.as_ref())
    {
        return Ok(rejected(format, rejection.kind(), &rejection.to_string()));
    }
    let claim = verified.claim();
    let question = &claim.question;
    let jumps = network.has_jumps() || question.target.has_jumps();
    let sides = question.domain.names().iter().zip(question.domain.sides());
    let report = Report {
        verdict: "enclosed".into(),
        norm: match (question.norm, jumps) {
            (crate::certificate::Norm::Sup, true) => "essential sup".into(),
            (norm, _) => norm.name().into(),
        },
        target: question.target.text().to_vec(),
        domain: sides
            .map(|(name, (low, high))| (name.clone(), low.clone(), high.clone()))
            .collect(),
        threshold: question.threshold.clone(),
        network: question.network.clone(),
        lower: claim.error_lower(),
        upper: claim.error_upper(),
        squared: claim.squared(),
        ..Report::default()
    };
    let text = match format {
        Format::Json => pretty(&json!({
            "accepted": true,
            "claim": report::json::claim(&report),
            "error": report::json::error(&report),
        })),
        Format::Text => {
            let error = report.error_name();
            let place = report.domain_text();
            let lower = &report.lower;
            let bounds = match &report.upper {
                Some(_) if report.is_exact() => format!("{error} = {lower} exactly"),
                Some(upper) => format!(
                    "{} <= {error} <= {}",
                    report::down(lower),
                    report::up(upper)
                ),
                None => format!("{error} >= {}", report::down(lower)),
            };
            format!(
                "accepted: {bounds} for {place}; {}, network {}",
                report::leaves(verified.leaves()),
                question.network
            )
        }
    };
    Ok(Output::yes(text))
}

pub fn rejected(format: Format, kind: &str, message: &str) -> Output {
    Output {
        text: match format {
            Format::Json => pretty(&json!({
                "accepted": false,
                "rejection": { "kind": kind, "message": message },
            })),
            Format::Text => format!("rejected ({kind}): {message}"),
        },
        code: 1,
    }
}
