//! `steeple check`.

use serde_json::json;

use super::pretty;
use crate::certificate::{Layer, property, text};
use crate::checker::{Rejection, check_core};
use crate::cli::arguments::{Check, Format, Weights, WhichWeights};
use crate::cli::{Output, Refusal, inputs};
use crate::formats::reading::Kind as Reading;
use crate::jobs::Threads;
use crate::network::digest;
use crate::report::{self, Report};
use crate::workflow::check_in_parallel;

/// Runs the checker alone.
pub fn run(arguments: &Check, format: Format) -> Result<Output, Refusal> {
    let path = &arguments.certificate;
    let bytes = inputs::bytes(path, Reading::CERTIFICATE)?;
    if arguments.core && property::is_property(&bytes) {
        let (named, most) = (Layer::Properties, Layer::Core);
        let beyond = Rejection::BeyondLayer { named, most };
        return Ok(rejected(format, beyond.kind(), &beyond.to_string()));
    }
    if let Some(property) = &arguments.question.property {
        let names = inputs::Names::Numbered;
        let loaded = inputs::read_network(&arguments.network, names, arguments.weights)?;
        let (asked, _) = super::property::read(property, &loaded.network)?;
        return Ok(super::property::check(
            (path, &bytes),
            &loaded,
            Some(&asked),
            format,
        ));
    }
    let certificate = text::read(&bytes);
    // A network without names has those of the claim.
    let names = match &certificate {
        Ok(certificate) => inputs::Names::List(certificate.claim.question.domain.names()),
        Err(_) => inputs::Names::Numbered,
    };
    let loaded = inputs::read_network(&arguments.network, names, arguments.weights)?;
    let network = &loaded.network;
    let asked = if inputs::is_asked(&arguments.question) {
        Some(inputs::question(&arguments.question, network)?)
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
            &loaded,
            None,
            format,
        ));
    }
    let certificate = match &certificate {
        Ok(certificate) => certificate,
        Err(error) => {
            let message = super::property::malformed(path, &bytes, &error.to_string());
            return Ok(rejected(format, "malformed", &message));
        }
    };
    let checked = if arguments.core {
        check_core(certificate, network)
    } else {
        check_in_parallel(certificate, network, Threads::All)
    };
    let verified = match checked {
        Ok(verified) => verified,
        Err(rejection) => {
            let mut message = rejection.to_string();
            if let Rejection::BeyondLayer { .. } = &rejection {
                message += "; hint: verify and build write one for the core with --portable";
            }
            if let Rejection::OtherNetwork { claimed, .. } = &rejection
                && is_of_exact_weights(arguments, names, claimed)
            {
                message += ", and that of the exact weights in the file is the first one; hint: \
                            --weights exact";
            }
            return Ok(rejected(format, rejection.kind(), &message));
        }
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
        weights: loaded.weights,
        lower: claim.error_lower(),
        upper: claim.error_upper(),
        squared: claim.squared(),
        ..Report::default()
    };
    let text = match format {
        Format::Json => pretty(&json!({
            "accepted": true,
            "layer": certificate.layer.name(),
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
                "accepted: {bounds} for {place}; {}, network {}\n  in real arithmetic, with {}; checked {}",
                report::leaves(verified.leaves()),
                question.network,
                loaded.weights.text(),
                match certificate.layer {
                    Layer::Core => "by the core alone".to_string(),
                    layer => format!("by the layer `{layer}` of the kernel"),
                }
            )
        }
    };
    Ok(Output::yes(text))
}

/// Is a certificate about the exact weights of a file whose stored ones were taken?
fn is_of_exact_weights(arguments: &Check, names: inputs::Names, claimed: &str) -> bool {
    let exact = WhichWeights {
        weights: Weights::Exact,
    };
    arguments.weights.weights == Weights::Stored
        && inputs::read_network(&arguments.network, names, exact)
            .is_ok_and(|loaded| digest(&loaded.network) == claimed)
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
