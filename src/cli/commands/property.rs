//! `steeple verify --property` and `steeple check --property`.

use std::path::Path;

use serde_json::json;

use super::check::rejected;
use super::verify::beside_certificate;
use super::{code, pretty};
use crate::certificate::{Evidence, Semantics, property};
use crate::checker::check_property_by;
use crate::cli::arguments::{Format, Verify};
use crate::cli::{Output, Refusal, inputs, note, progress::Bar};
use crate::expr::Property;
use crate::floats::{Arithmetic, Told};
use crate::formats::kind::{Kind, Wanted};
use crate::formats::reading::Kind as Reading;
use crate::formats::vnnlib;
use crate::jobs::{Threads, on_threads};
use crate::network::{Network, digest};
use crate::report::json::Times;
use crate::report::property::{PointReport, PropertyReport, claim, json, text};
use crate::report::{CertificateReport, SearchReport};
use crate::words::count;
use crate::workflow::{VerifyPropertyRequest, verify_property};

/// Reads a property file for a network; also why nothing at all meets it, where that is so.
pub fn read(path: &Path, network: &Network) -> Result<(Property, Option<String>), Refusal> {
    let bytes = inputs::bytes(path, Reading::PROPERTY)?;
    inputs::expect(Wanted::Property, path, &bytes)?;
    let source = vnnlib::text(&bytes).map_err(|error| Refusal::in_file(path, error))?;
    inputs::expect(Wanted::Property, path, source.as_bytes())?;
    let (property, vacuous) = vnnlib::read_explained(&source).map_err(|error| {
        let name = path.display().to_string();
        if error.span.is_empty() {
            let refusal = Refusal::in_file(path, &error.message);
            return match &error.hint {
                Some(hint) => refusal.hint(hint),
                None => refusal,
            };
        }
        Refusal::at(
            &name,
            &source,
            &error.span,
            &error.message,
            error.hint.as_deref(),
        )
    })?;
    let sizes = [
        ("inputs", property.inputs(), network.inputs().len()),
        ("outputs", property.outputs(), network.outputs().len()),
    ];
    if let Some((what, found, wanted)) = sizes.into_iter().find(|(_, a, b)| a != b) {
        return Err(Refusal::in_file(
            path,
            format_args!("the property has {found} {what}, the network has {wanted}"),
        ));
    }
    let names = |letter: &str, names: &[String]| -> String {
        let each = names.iter().enumerate();
        let pairs: Vec<String> = each
            .filter(|(i, name)| **name != format!("{letter}_{i}"))
            .map(|(i, name)| format!("{letter}_{i} is {name}"))
            .collect();
        pairs.join(", ")
    };
    let (first, second) = (names("X", network.inputs()), names("Y", network.outputs()));
    if !first.is_empty() || !second.is_empty() {
        let both: Vec<String> = [first, second]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        note(&format!("matched by place: {}", both.join(", ")));
    }
    if let Some(reason) = &vacuous {
        note(&format!(
            "{}: no inputs and outputs at all meet these assertions, whatever the network computes, so \
             unsat says nothing about the network: {reason}",
            path.display()
        ));
    }
    Ok((property, vacuous))
}

/// Reads the certificate of an earlier search for the same property.
fn earlier(
    path: &Path,
    network: &Network,
    (asked, semantics): (&Property, &Semantics),
) -> Result<Evidence, Refusal> {
    let bytes = inputs::bytes_of(Wanted::Certificate, path, Reading::CERTIFICATE)?;
    let certificate = property::read(&bytes).map_err(|error| {
        let hint = "--resume takes a certificate that `verify --property` wrote";
        Refusal::in_file(path, error).hint(hint)
    })?;
    let about = |what| Refusal::in_file(path, format!("this certificate is about another {what}"));
    if certificate.network != digest(network) {
        return Err(about("network"));
    }
    if certificate.property != *asked {
        return Err(about("property"));
    }
    if certificate.semantics != *semantics {
        return Err(about("arithmetic"));
    }
    Ok(certificate.evidence)
}

/// Decides a property.
pub fn verify(
    path: &Path,
    network: &Path,
    arguments: &Verify,
    format: Format,
) -> Result<Output, Refusal> {
    let loaded = inputs::read_network(network, inputs::Names::Numbered, arguments.weights)?;
    let semantics = inputs::semantics(
        &arguments.arithmetic,
        &Arithmetic::default(),
        Some(&loaded.network),
    )?;
    loaded.fits(network, &semantics)?;
    let inputs::Loaded {
        network, weights, ..
    } = loaded;
    let (property, vacuous) = read(path, &network)?;
    let resume = match &arguments.resume {
        Some(path) => Some(earlier(path, &network, (&property, &semantics))?),
        None => None,
    };
    let request = VerifyPropertyRequest {
        semantics,
        network: &network,
        property,
        limits: inputs::limits(&arguments.limits),
        threads: inputs::threads(&arguments.limits),
        weights,
        resume,
    };
    let mut bar = Bar::new();
    let answer = verify_property(
        &request,
        arguments.certificate.as_deref(),
        &mut |progress| bar.show(progress),
    )?;
    drop(bar);
    let witness = answer.witness().map(|witness| PointReport {
        case: witness.case + 1,
        point: witness.point.clone(),
        outputs: witness.outputs.clone(),
    });
    let report = PropertyReport {
        verdict: answer.verdict,
        file: path.display().to_string(),
        property: Some(request.property.clone()),
        inputs: network.inputs().to_vec(),
        outputs: network.outputs().to_vec(),
        network: answer.network.clone(),
        weights,
        arithmetic: Told::new(&request.semantics, &network),
        witness,
        search: SearchReport {
            boxes: answer.search.boxes,
            leaves: answer.search.leaves,
            seconds: answer.search.seconds,
            stopped_by: answer.search.stopped_by,
        },
        open: answer.open,
        stuck: answer.stuck.map(|stuck| (stuck.point, stuck.margin)),
        vacuous,
        certificate: CertificateReport {
            path: answer
                .certificate_path
                .as_ref()
                .map(|path| path.display().to_string()),
            bytes: answer.certificate_bytes,
            seconds: answer.check_seconds,
            is_unchecked: answer.is_unchecked,
        },
    };
    if let Some(path) = &report.certificate.path
        && answer.verified.is_none()
        && !answer.is_unchecked
    {
        let (held, resume) = match path.as_str() {
            "-" => (
                "the certificate",
                "in a file it is what --resume takes".into(),
            ),
            path => (path, format!("--resume {path} goes on from there")),
        };
        note(&format!(
            "{held} holds the search so far and proves nothing; {resume}"
        ));
    }
    let text = match format {
        Format::Text => text(&report),
        Format::Json => pretty(&json(&report, Times::Shown)),
    };
    Ok(beside_certificate(arguments, text, code(answer.verdict)))
}

/// Checks a certificate for a property, and that it answers the property asked for, if one is.
///
/// The answer is yes where the property is proved to hold or to fail, whichever the certificate says.
pub fn check(
    (path, bytes): (&Path, &[u8]),
    loaded: &inputs::Loaded,
    asked: Option<(&Property, &Semantics)>,
    format: Format,
) -> Output {
    let network = &loaded.network;
    let certificate = match property::read(bytes) {
        Ok(certificate) => certificate,
        Err(error) => {
            let message = malformed(path, bytes, &error.to_string());
            return rejected(format, "malformed", &message);
        }
    };
    let checked = on_threads(Threads::All, |jobs| {
        check_property_by(&certificate, network, jobs.run, &|| false)
    });
    let verified = match checked {
        Ok(verified) => verified,
        Err(rejection) => return rejected(format, rejection.kind(), &rejection.to_string()),
    };
    if let Some((asked, semantics)) = asked
        && let Err(rejection) = verified.answers(&digest(network), semantics, asked)
    {
        return rejected(format, rejection.kind(), &rejection.to_string());
    }
    let (word, says) = if verified.holds() {
        ("unsat", "the condition holds nowhere")
    } else {
        ("sat", "the condition holds at the witness")
    };
    let told = Told::new(verified.semantics(), network);
    let claim = claim(
        verified.property(),
        verified.network(),
        loaded.weights,
        &told,
    );
    Output::yes(match format {
        Format::Json => pretty(&json!({ "accepted": true, "vnnlib": word, "claim": claim })),
        Format::Text => format!(
            "accepted ({word}): {says}, in {}; {}, network {}\n  {}, with {}",
            match verified.property().cases() {
                [one] => format!("the box, {}", one.text()),
                several => count(several.len(), "box"),
            },
            count(verified.leaves(), "leaf"),
            verified.network(),
            told.clause(),
            loaded.weights.text()
        ),
    })
}

/// Why a file is not a certificate: what it is instead, where that is known.
pub fn malformed(path: &Path, bytes: &[u8], error: &str) -> String {
    let file = path.display().to_string();
    let kind = Kind::of(bytes, &file);
    match kind.refused(Wanted::Certificate, &file) {
        Some(other) if !matches!(kind, Kind::Text | Kind::Binary) => other.message,
        _ if kind == Kind::Text && !bytes.starts_with(b"steeple ") || kind == Kind::Binary => {
            "this is not a certificate: it does not begin with the word steeple".to_string()
        }
        _ => error.to_string(),
    }
}
