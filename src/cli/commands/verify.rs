//! `steeple verify`.

use super::{code, pretty};
use crate::cli::arguments::{Format, Verify};
use crate::cli::{Output, Refusal, inputs, progress::Bar};
use crate::report::{Report, json, text};
use crate::workflow::{VerifyRequest, summarise, verify};

/// Proves or refutes a bound, or encloses the error.
pub fn run(arguments: &Verify, format: Format) -> Result<Output, Refusal> {
    if let Some(path) = &arguments.question.property {
        if arguments.gap.is_some() || arguments.resume.is_some() {
            return Err(Refusal::new("--gap and --resume do not go with --property"));
        }
        return super::property::verify(path, arguments, format);
    }
    let inputs::Loaded { network, weights } = inputs::read_network(
        &arguments.network,
        inputs::Names::Question(&arguments.question),
        arguments.weights,
    )?;
    let asked = inputs::question(&arguments.question, &network)?;
    if let Some(path) = &arguments.certificate {
        inputs::can_be_written(path)?;
    }
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
    };
    let mut bar = Bar::new();
    let verification = verify(
        &request,
        arguments.certificate.as_deref(),
        &mut |progress| {
            bar.show(progress);
        },
    )?;
    drop(bar);
    let report = Report {
        weights,
        ..summarise(&verification, &network, None)
    };
    Ok(Output {
        text: match format {
            Format::Text => text::verdict(&report),
            Format::Json => pretty(&json::verify(&report, json::Times::Shown)),
        },
        code: code(verification.verdict),
    })
}
