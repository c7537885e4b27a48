//! `steeple check`.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::pretty;
use crate::certificate::{Layer, property, size, text};
use crate::checker::{Rejection, check_core};
use crate::cli::arguments::{Check, Format, Weights, WhichWeights};
use crate::cli::{Output, Refusal, inputs};
use crate::floats::Arithmetic;
use crate::formats::reading::Kind as Reading;
use crate::jobs::Threads;
use crate::network::digest;
use crate::report;
use crate::workflow::check_in_parallel;
use crate::workflow::files::directory_of;
use crate::workflow::summary::of_claim;

/// Checks one certificate or several.
pub fn run(arguments: &Check, format: Format) -> Result<Output, Refusal> {
    if !arguments.part.is_empty() {
        return super::parts::check(arguments, format);
    }
    inputs::one_from_standard_input(
        arguments
            .certificates
            .iter()
            .chain(&arguments.network)
            .chain(&arguments.question.spec)
            .chain(&arguments.property),
    )?;
    if let [path] = arguments.certificates.as_slice() {
        return one(arguments, path, format);
    }
    let mut code = 0;
    let mut texts = Vec::new();
    let mut objects = Vec::new();
    for path in &arguments.certificates {
        let file = path.display().to_string();
        let found = one(arguments, path, format);
        code = code.max(
            found
                .as_ref()
                .map_or_else(|refusal| refusal.code, |found| found.code),
        );
        match (format, found) {
            (Format::Text, Ok(found)) => texts.push(format!("{file}: {}", found.text)),
            // One file that cannot be read does not keep the others from being checked.
            (Format::Text, Err(refusal)) => texts.push(refusal.text(false).trim_end().to_owned()),
            (Format::Json, found) => {
                let found: Value = match found {
                    Ok(found) => serde_json::from_str(&found.text).unwrap_or_default(),
                    Err(refusal) => refusal.json(),
                };
                let mut object = Map::from_iter([("path".to_owned(), file.into())]);
                if let Value::Object(fields) = found {
                    object.extend(fields.into_iter().filter(|(name, _)| name != "schema"));
                }
                objects.push(Value::Object(object));
            }
        }
    }
    let text = match format {
        Format::Text => texts.join("\n"),
        Format::Json => pretty(&json!({ "accepted": code == 0, "results": objects })),
    };
    Ok(Output { text, code })
}

/// The network of a certificate: the one that was named, or the one in the directory of the certificate.
fn network_of(arguments: &Check, certificate: &Path) -> Result<PathBuf, Refusal> {
    if let Some(network) = &arguments.network {
        return Ok(network.clone());
    }
    let beside = directory_of(certificate).join("network.json");
    if !inputs::is_standard(certificate) && beside.is_file() {
        return Ok(beside);
    }
    Err(Refusal::in_file(
        certificate,
        "no network is given, and there is no network.json in the directory of the certificate",
    )
    .hint("give --network FILE"))
}

/// Checks one certificate.
fn one(arguments: &Check, path: &Path, format: Format) -> Result<Output, Refusal> {
    let bytes = inputs::bytes(path, Reading::CERTIFICATE)?;
    if size::is_size(&bytes) {
        return super::bound::check(arguments, &bytes, format);
    }
    let network_path = network_of(arguments, path)?;
    if arguments.core && property::is_property(&bytes) {
        let (named, most) = (Layer::Properties, Layer::Core);
        let beyond = Rejection::BeyondLayer { named, most };
        return Ok(rejected(format, beyond.kind(), &beyond.to_string()));
    }
    if let Some(property) = &arguments.property {
        let names = inputs::Names::Numbered;
        let loaded = inputs::read_network(&network_path, names, arguments.weights)?;
        let (asked, _) = super::property::read(property, &loaded.network)?;
        let semantics = inputs::semantics(
            &arguments.arithmetic,
            &Arithmetic::default(),
            Some(&loaded.network),
        )?;
        return Ok(super::property::check(
            (path, &bytes),
            &loaded,
            Some((&asked, &semantics)),
            format,
        ));
    }
    let certificate = text::read(&bytes);
    // A network without names has those of the claim.
    let names = match &certificate {
        Ok(certificate) => inputs::Names::List(certificate.claim.question.domain.names()),
        Err(_) => inputs::Names::Numbered,
    };
    let loaded = inputs::read_network(&network_path, names, arguments.weights)?;
    let network = &loaded.network;
    // Flags about arithmetic alone are a question without a target, and refused as one.
    let is_asked = inputs::is_asked(&arguments.question)
        || Arithmetic::from(&arguments.arithmetic) != Arithmetic::default();
    let asked = if is_asked {
        Some(inputs::question(
            &arguments.question,
            Some(&arguments.arithmetic),
            network,
        )?)
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
    loaded.fits(&network_path, &certificate.claim.question.semantics)?;
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
                // What is in the core alone depends on the question too: `l1` and `l2` are not.
                if !arguments.core || certificate.claim.question.needs(network) == Layer::Core {
                    message += "; hint: verify and build write one for the core with --portable";
                }
            }
            if let Rejection::OtherNetwork { claimed, .. } = &rejection
                && is_of_exact_weights(arguments, &network_path, names, claimed)
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
    let report = of_claim(verified.claim(), network, loaded.weights);
    let text = match format {
        Format::Json => pretty(&json!({
            "accepted": true,
            "layer": certificate.layer.name(),
            "claim": report::json::claim(&report),
            "error": report::json::error(&report),
        })),
        Format::Text => report::text::accepted(&report, verified.leaves(), certificate.layer),
    };
    Ok(Output::yes(text))
}

/// Is a certificate about the exact weights of a file whose stored ones were taken?
fn is_of_exact_weights(
    arguments: &Check,
    network_path: &Path,
    names: inputs::Names,
    claimed: &str,
) -> bool {
    let exact = WhichWeights {
        weights: Weights::Exact,
    };
    arguments.weights.weights == Weights::Stored
        && inputs::read_network(network_path, names, exact)
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
