//! `steeple explain`.

use std::path::Path;

use super::pretty;
use crate::certificate::Norm;
use crate::cli::arguments::{Explain, Format};
use crate::cli::folder::{Contents, Folder, has_ending};
use crate::cli::{Output, Refusal, again, earlier, inputs, note, progress::Bar};
use crate::expr::{Domain, check_ends};
use crate::network::Network;
use crate::numbers::Rational;
use crate::report::explain::Explanation;
use crate::workflow::explain::pictures::pictures;
use crate::workflow::{ExplainRequest, explain};

/// What an explanation always writes.
const REPORTS: [&str; 3] = ["report.json", "report.md", "report.html"];

/// Beside these there are pictures.
const CONTENTS: Contents = Contents {
    sure: &REPORTS,
    may_be: |name| REPORTS.contains(&name) || has_ending(name, &["svg"]),
    left: earlier::of_explanations,
};

/// Explains a network.
pub fn run(arguments: &Explain, format: Format) -> Result<Output, Refusal> {
    let question = &arguments.question;
    inputs::one_from_standard_input([&arguments.network].into_iter().chain(&question.spec))?;
    if question.spec.is_none() && question.domain.is_none() {
        return Err(
            Refusal::new("a network is explained on a box of inputs, and none is given")
                .hint("give --domain \"x=-1..1,y=-1..1\" or --spec FILE"),
        );
    }
    if question.tolerance.is_some() {
        return Err(Refusal::new(
            "--tolerance cannot be used with explain, which encloses every number",
        )
        .hint("`steeple verify` proves a tolerance"));
    }
    let mut read = inputs::network_files(&arguments.network);
    read.extend(inputs::question_files(question));
    let folder = arguments.out.as_deref();
    let folder = folder
        .map(|out| Folder::beside(out, CONTENTS, &read, arguments.look))
        .transpose()?;
    let names = inputs::Names::Question(question);
    let loaded = inputs::read_network(&arguments.network, names, arguments.weights)?;
    let network = &loaded.network;
    let asked = if question.spec.is_some() || !question.target.is_empty() {
        Some(inputs::question(question, None, network)?.question)
    } else {
        None
    };
    let domain = match &asked {
        Some(asked) => asked.domain.clone(),
        None => domain(arguments, network)?,
    };
    let target = asked.as_ref().map(|asked| (&asked.target, asked.norm));
    let name = name_of(&arguments.network);
    let request = ExplainRequest {
        name: name.clone(),
        network,
        weights: loaded.weights,
        domain: &domain,
        target,
        threshold: threshold(arguments, asked.as_ref())?,
        limits: inputs::limits(&arguments.limits),
        threads: inputs::threads(&arguments.limits),
    };
    let mut bar = Bar::new();
    let mut found = explain(&request, &mut |progress| bar.show(progress));
    drop(bar);
    if domain.dimension() > 2 {
        let inputs = domain.dimension();
        found.notes.push(format!(
            "Pictures need one or two inputs, this network has {inputs}."
        ));
    }
    if let (Some(folder), Some(out)) = (folder, &arguments.out) {
        let target = target.map(|(target, _)| target);
        let pictures = pictures(network, &domain, target, &name);
        write_all(&folder, &found, &pictures)?;
        folder.publish()?;
        if format == Format::Text {
            note(&format!("written to {}", out.display()));
        }
    }
    Ok(Output {
        text: match format {
            Format::Json => pretty(&found.json()),
            Format::Text => found.text(),
        },
        code: if found.stopped_by.is_none() { 0 } else { 3 },
    })
}

fn write_all(
    folder: &Folder,
    found: &Explanation,
    pictures: &[(String, String)],
) -> Result<(), Refusal> {
    let names = folder.write_pictures(pictures)?;
    let mut document = found.document();
    document.steps = vec![again::typed("Explain the network")];
    folder.write("report.md", document.markdown(&names))?;
    folder.write("report.html", document.html(pictures, None))?;
    folder.write("report.json", format!("{}\n", pretty(&found.json())))
}

/// The domain alone, in the order of the network's inputs.
fn domain(arguments: &Explain, network: &Network) -> Result<Domain, Refusal> {
    let text = arguments.question.domain.as_deref().unwrap_or_default();
    let wrong = |error: &dyn std::fmt::Display| Refusal::new(format_args!("--domain: {error}"));
    let domain = inputs::domain(text, network.inputs())?;
    let domain = domain
        .in_order(network.inputs())
        .map_err(|error| wrong(&error))?;
    check_ends(&domain).map_err(|error| wrong(&error))?;
    Ok(domain)
}

/// The threshold of a decision: of the flag, of the spec, or 1/2 where the target is a region.
fn threshold(
    arguments: &Explain,
    asked: Option<&crate::certificate::Question>,
) -> Result<Option<Rational>, Refusal> {
    if let Some(text) = &arguments.question.threshold {
        return inputs::number("threshold", text).map(Some);
    }
    Ok(asked.and_then(|asked| match asked.norm {
        Norm::Area => asked.threshold.clone(),
        Norm::Sup | Norm::L1 | Norm::L2 => asked.target.is_region().then(|| Rational::ratio(1, 2)),
    }))
}

fn name_of(path: &Path) -> String {
    let stem = path.file_stem();
    let stem = stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    // The network of a directory of results has the name of the directory.
    let directory = path.parent().and_then(Path::file_name);
    match (stem.as_str(), directory) {
        ("network", Some(directory)) => directory.to_string_lossy().into_owned(),
        _ => stem,
    }
}
