//! `steeple compare`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use super::pretty;
use crate::builders::Goal;
use crate::certificate::Semantics;
use crate::certificate::text as certificate_text;
use crate::cli::arguments::{Compare, Format};
use crate::cli::folder::{Contents, Folder, has_ending};
use crate::cli::progress::Bar;
use crate::cli::{Output, Refusal, again, earlier, inputs, note};
use crate::formats::json as network_file;
use crate::report::comparison::{html, json, markdown, text};
use crate::report::document::Step;
use crate::workflow::pictures::compared::{draw_compared, file_name};
use crate::workflow::{CompareError, CompareRequest, Compared, Imported, Spec, Stage, compare};

/// Results beside the networks, certificates and pictures.
const REPORTS: [&str; 3] = ["report.json", "report.md", "report.html"];

/// What a comparison writes: beside these a network and certificates for each row, and pictures.
const CONTENTS: Contents = Contents {
    sure: &REPORTS,
    may_be: |name| REPORTS.contains(&name) || has_ending(name, &["json", "steeple", "svg"]),
    left: earlier::of_reports,
};

/// Compares networks.
pub fn run(arguments: &Compare, format: Format) -> Result<Output, Refusal> {
    let (spec, source) = inputs::read_spec(&arguments.spec)?;
    if spec.goal == Goal::Regions {
        return Err(Refusal::in_file(
            &arguments.spec,
            "this spec has no formula, so there is nothing to compare with",
        ));
    }
    let folder = arguments.out.as_deref();
    let mut read = vec![arguments.spec.clone()];
    read.extend(inputs::data_file(&arguments.spec, spec.compare.as_ref()));
    for path in &arguments.networks {
        read.extend(inputs::network_files(path));
    }
    let folder = folder
        .map(|out| Folder::beside(out, CONTENTS, &read, arguments.look))
        .transpose()?;
    let semantics = inputs::semantics(&arguments.arithmetic, &spec.claim.arithmetic, None)?;
    let imported = imported(arguments, &spec, &semantics)?;
    let request = CompareRequest {
        spec: &spec,
        folder: arguments.spec.parent().unwrap_or(Path::new("")),
        imported,
        semantics,
        limits: inputs::limits(&arguments.limits),
        threads: inputs::threads(&arguments.limits),
    };
    let bar = Mutex::new(Bar::new());
    let found = compare(&request, &|stage| {
        // Whoever holds it shows something just as good.
        let Ok(mut bar) = bar.try_lock() else { return };
        match stage {
            Stage::Training(row, at) => bar.say(|| {
                let (start, step) = (at.restart + 1, at.step);
                format!(
                    "training network {}, start {start}, step {step}, loss {:.3e}",
                    row + 1,
                    at.loss
                )
            }),
            Stage::Proving(name, at) => {
                bar.say(|| format!("{name}: {} boxes, {} open", at.boxes, at.open));
            }
        }
    });
    drop(bar);
    let mut compared = found.map_err(|error| refusal(error, &arguments.spec, &spec, &source))?;
    if let (Some(folder), Some(out)) = (folder, &arguments.out) {
        compared.comparison.steps = steps(&compared);
        write_all(&folder, &compared)?;
        folder.publish()?;
        if format == Format::Text {
            note(&format!("written to {}", out.display()));
        }
    }
    let is_certain = compared
        .members
        .iter()
        .flatten()
        .flat_map(|member| &member.answers);
    let is_certain = is_certain.fold(true, |all, (_, answer)| {
        all && answer.search.stopped_by.is_none()
    });
    let is_complete = is_certain
        && compared
            .comparison
            .rows
            .iter()
            .all(|row| row.failed.is_none());
    Ok(Output {
        text: match format {
            Format::Json => pretty(&json::render(&compared.comparison)),
            Format::Text => text::render(&compared.comparison, None),
        },
        code: if is_complete { 0 } else { 3 },
    })
}

/// Reads the networks given; names are the files', made different where they are not.
fn imported(
    arguments: &Compare,
    spec: &Spec,
    semantics: &Semantics,
) -> Result<Vec<Imported>, Refusal> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut networks = Vec::new();
    for path in &arguments.networks {
        let names = inputs::Names::List(spec.target.inputs());
        let loaded = inputs::read_network(path, names, arguments.weights)?;
        loaded.fits(path, semantics)?;
        let inputs::Loaded {
            network, weights, ..
        } = loaded;
        let (target, domain) = inputs::by_name(spec, &network, &arguments.spec)?;
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        let stem = stem.unwrap_or_default();
        let count = seen.entry(stem.clone()).or_insert(0);
        *count += 1;
        let name = if *count == 1 {
            stem
        } else {
            format!("{stem} ({count})")
        };
        networks.push(Imported {
            name,
            network,
            weights,
            target,
            domain,
        });
    }
    Ok(networks)
}

fn refusal(error: CompareError, path: &Path, spec: &Spec, source: &str) -> Refusal {
    match (error, &spec.network, &spec.compare) {
        (CompareError::Build(error), Some(network), _) => {
            Refusal::in_table(path, source, network, error)
        }
        (CompareError::Data(data), _, Some(compare)) => {
            super::train::no_data(&data, compare, path, source)
        }
        (error, _, _) => Refusal::in_file(path, error),
    }
}

/// The commands that compare again, and check each certificate again.
fn steps(compared: &Compared) -> Vec<Step> {
    let mut checks = Vec::new();
    for (row, member) in compared.comparison.rows.iter().zip(&compared.members) {
        let name = file_name(&row.name);
        for (norm, _) in member.iter().flat_map(|member| &member.answers) {
            let (certificate, network) = (
                format!("{name}.{}.steeple", norm.name()),
                format!("{name}.json"),
            );
            checks.push(Step::new("", ["check", &certificate, "--network", &network]).command);
        }
    }
    let mut steps = vec![again::typed("Train, build and prove all of it")];
    if !checks.is_empty() {
        steps.push(Step {
            what: "Check the proofs, without a search, in the directory of this report",
            command: checks.join("\n"),
        });
    }
    steps
}

fn write_all(folder: &Folder, compared: &Compared) -> Result<(), Refusal> {
    let pictures = draw_compared(compared).map_err(Refusal::new)?;
    let names = folder.write_pictures(&pictures)?;
    for (row, member) in compared.comparison.rows.iter().zip(&compared.members) {
        let Some(member) = member else { continue };
        let name = file_name(&row.name);
        let write = |ending: &str, bytes: std::io::Result<Vec<u8>>| {
            let path = folder.path().join(format!("{name}.{ending}"));
            bytes
                .and_then(|bytes| fs::write(&path, bytes))
                .map_err(|error| Refusal::in_file(&path, error))
        };
        let mut bytes = Vec::new();
        let written = network_file::write(&member.network, &mut bytes);
        write("json", written.map(|()| bytes))?;
        for (norm, answer) in &member.answers {
            let mut bytes = Vec::new();
            let written = certificate_text::write(&answer.certificate, &mut bytes);
            write(&format!("{}.steeple", norm.name()), written.map(|()| bytes))?;
        }
    }
    let comparison = &compared.comparison;
    folder.write("report.md", markdown::render(comparison, &names))?;
    folder.write("report.html", html::render(comparison, &pictures))?;
    folder.write(
        "report.json",
        format!("{}\n", pretty(&json::render(comparison))),
    )
}
