//! `steeple verify`.

use std::fs;
use std::path::Path;

use super::{code, pretty};
use crate::cli::arguments::{Format, Verify};
use crate::cli::{Output, Refusal, inputs, outputs, progress::Bar, say};
use crate::report::{Report, json, text};
use crate::workflow::{VerifyRequest, summarise, verify};

/// Proves or refutes a bound, or encloses the error.
pub fn run(arguments: &Verify, format: Format) -> Result<Output, Refusal> {
    let Some(network) = arguments
        .network
        .as_ref()
        .filter(|_| arguments.part.is_empty())
    else {
        return super::parts::work(arguments, format);
    };
    inputs::one_from_standard_input(
        [network]
            .into_iter()
            .chain(&arguments.question.spec)
            .chain(&arguments.property)
            .chain(&arguments.resume),
    )?;
    look_at_outputs(arguments, network, format)?;
    if let Some(path) = &arguments.property {
        return super::property::verify(path, network, arguments, format);
    }
    let path = network;
    let loaded = inputs::read_network(
        path,
        inputs::Names::Question(&arguments.question),
        arguments.weights,
    )?;
    let asked = inputs::question(
        &arguments.question,
        Some(&arguments.arithmetic),
        &loaded.network,
    )?;
    loaded.fits(path, &asked.question.semantics)?;
    let inputs::Loaded {
        network, weights, ..
    } = loaded;
    let gap = match &arguments.gap {
        Some(text) => inputs::positive("gap", text)?,
        None => asked.gap,
    };
    // An explicit --gap asks for an enclosure even where the spec has a tolerance.
    let tolerance = asked.tolerance.filter(|_| arguments.gap.is_none());
    let resume = match &arguments.resume {
        Some(path) => Some(inputs::earlier(path, &asked.question)?),
        None => None,
    };
    let request = VerifyRequest {
        network: &network,
        question: asked.question,
        tolerance,
        gap,
        limits: inputs::limits(&arguments.limits),
        resume,
        threads: inputs::threads(&arguments.limits),
        weights,
        portable: arguments.portable,
    };
    let mut bar = Bar::new();
    let verification = verify(
        &request,
        arguments.certificate.as_deref(),
        &mut |progress| bar.show(progress),
    )?;
    drop(bar);
    let report = Report {
        weights,
        ..summarise(&verification, &network, None)
    };
    let text = match format {
        Format::Text => text::verdict(&report),
        Format::Json => pretty(&json::verify(&report, json::Times::Shown)),
    };
    Ok(beside_certificate(
        arguments,
        text,
        code(verification.verdict),
    ))
}

/// Makes sure that the certificate takes the place of nothing that is read.
fn look_at_outputs(arguments: &Verify, network: &Path, format: Format) -> Result<(), Refusal> {
    let Some(certificate) = &arguments.certificate else {
        return Ok(());
    };
    if outputs::is_standard(certificate) {
        if format == Format::Json {
            return Err(Refusal::new(
                "--certificate - and --format json both write to standard output",
            )
            .hint("give --certificate a file name"));
        }
        return Ok(());
    }
    let mut inputs = inputs::network_files(network);
    inputs.extend(inputs::question_files(&arguments.question));
    inputs.extend(arguments.property.clone());
    // The certificate to go on from is read as a whole before the new one takes its place.
    if let Some(resume) = &arguments.resume
        && !fs::metadata(resume).is_ok_and(|found| found.is_file())
    {
        inputs.push(resume.clone());
    }
    outputs::look_at(&[("--certificate", certificate)], &inputs)
}

/// What is printed of a verdict: on standard error where the certificate alone is on standard output.
pub(super) fn beside_certificate(arguments: &Verify, text: String, code: u8) -> Output {
    let certificate = arguments.certificate.as_deref();
    if certificate.is_some_and(outputs::is_standard) {
        say(&text);
        return Output {
            text: String::new(),
            code,
        };
    }
    Output { text, code }
}
