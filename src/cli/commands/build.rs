//! `steeple build`.

use std::path::{Path, PathBuf};

mod c_files;

use super::{code, pretty};
use crate::builders::Goal;
use crate::cli::arguments::{Build, Format};
use crate::cli::earlier::{self, AT_LEAST, CODE, ONNX, RESULTS};
use crate::cli::folder::{Contents, Folder, has_ending};
use crate::cli::{Output, Refusal, inputs, note, progress::Bar};
use crate::cli::{advice, again};
use crate::formats::{floats::Precision, onnx};
use crate::network::Network;
use crate::report::{Report, html, json, markdown, text};
use crate::words::count;
use crate::workflow::pictures::surface::surface_samples;
use crate::workflow::{
    BuildRequest, Comparison, LowerBound, Outcome, PictureKind, RegionCount, Subject,
    WorkflowError, build, build_and_count, draw_all, error_of_rounded, region_count, summarise,
};

/// Networks of more units are not drawn when the time is over.
const LARGE: usize = 2000;
/// What a build writes.
const CONTENTS: Contents = Contents {
    sure: &RESULTS,
    may_be: |name| {
        RESULTS.contains(&name)
            || [ONNX, AT_LEAST].contains(&name)
            || CODE.contains(&name)
            || has_ending(name, &["svg"])
    },
    left: earlier::of_reports,
};

/// Builds, proves, checks, draws and reports, into a folder that appears when all is done.
pub fn run(arguments: &Build, format: Format) -> Result<Output, Refusal> {
    let path = &arguments.spec;
    let (spec, source) = inputs::read_spec(path)?;
    let Some(spec_network) = spec.to_build() else {
        return Err(
            Refusal::in_file(path, "[network] is missing, so there is nothing to build")
                .hint(
                    "write [network] and below it builder = \"interpolant\" (`steeple catalogue` lists all), or \
                     give a tolerance in [claim]: then the smallest network is looked for",
                ),
        );
    };
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => path
            .file_stem()
            .map(PathBuf::from)
            .ok_or_else(|| Refusal::in_file(path, "the file has no name; hint: give --out"))?,
    };
    let folder = Folder::beside(&out, CONTENTS, std::slice::from_ref(path), arguments.look)?;
    let request = BuildRequest {
        builder: spec_network.builder,
        parameters: &spec_network.parameters,
        target: &spec.target,
        domain: &spec.domain,
        norm: spec.claim.norm,
        threshold: spec.claim.threshold.clone(),
        tolerance: spec.claim.tolerance.as_ref(),
        gap: spec.claim.gap.clone(),
        semantics: inputs::semantics(&arguments.arithmetic, &spec.claim.arithmetic, None)?,
        limits: inputs::limits(&arguments.limits),
        threads: inputs::threads(&arguments.limits),
        portable: arguments.portable,
    };
    let spec_network = spec_network.as_ref();
    let refusal = |error: WorkflowError| {
        let hint = advice::of(&error.to_string(), &spec);
        Refusal::in_table(path, &source, spec_network, error).maybe_hint(hint.as_deref())
    };
    if spec.goal == Goal::Regions {
        let counted = build_and_count(&request, &folder.path()).map_err(refusal)?;
        return count_regions(&counted, &request, folder, &out, format);
    }
    let mut bar = Bar::new();
    let built = build(&request, Some(&folder.path()), &mut |progress| {
        bar.show(progress)
    });
    drop(bar);
    let Outcome {
        built,
        verification,
        comparison,
        ..
    } = built.map_err(refusal)?;
    let mut report = summarise(&verification, &built.network, Some(&built));
    let Comparison {
        candidates,
        lower_bound,
    } = comparison;
    report.candidates = candidates;
    if let Some(certificate) = lower_bound.as_ref().and_then(LowerBound::certificate) {
        folder.write(AT_LEAST, certificate)?;
    }
    report.certificate.path = Some("certificate.steeple".into());
    report.steps = again::of_build(&report);
    let question = &verification.verified.claim().question;
    let subject = Subject {
        network: &built.network,
        question,
        claim: Some(verification.verified.claim()),
        certificate: Some(&verification.certificate),
        values: verification.verified.witness(),
        on_domain: verification.on_domain.as_ref(),
        points: None,
    };
    let kinds = PictureKind::for_question(question);
    // Pictures of a large network take as long as some proofs.
    let is_late = request.limits.is_over().is_some() && report.size.units > LARGE;
    let pictures = if is_late {
        let note = "pictures were left out: a limit or an interrupt came first";
        report.notes.push(note.to_owned());
        Vec::new()
    } else {
        draw_all(&kinds, &subject).map_err(Refusal::new)?
    };
    if let Some(written) = write_onnx(&folder, &built.network)? {
        let mut bar = Bar::new();
        let file = (ONNX, &written);
        let rounded = error_of_rounded(&request, &built.network, &verification, file, &mut |at| {
            bar.show(at)
        });
        drop(bar);
        report.rounded.extend(rounded.map_err(Refusal::new)?);
    }
    c_files::write(&folder, &built.network, &verification, &mut report)?;
    if let Some(text) = advice::of_size(&spec, report.size.units) {
        note(text);
    }
    let turnable = (!pictures.is_empty()).then(|| turnable(&subject)).flatten();
    write_reports(&folder, &report, &pictures, turnable.as_ref())?;
    folder.publish()?;
    report.certificate.path = Some(out.join("certificate.steeple").display().to_string());
    Ok(Output {
        text: match format {
            Format::Json => pretty(&json::build(&report, json::Times::Shown)),
            Format::Text => {
                let mut lines = vec![text::verdict(&report)];
                lines.extend(report.notes.iter().map(|note| format!("  {note}")));
                let rounded = report.rounded.iter();
                lines.extend(rounded.map(|file| format!("  {}", text::rounded(&report, file))));
                lines.extend(text::candidates(&report));
                lines.push(format!(
                    "  network: {}, {}",
                    count(report.size.units, "hidden unit"),
                    count(report.size.nonzero_parameters, "nonzero parameter")
                ));
                lines.push(format!("written to {}", out.display()));
                lines.join("\n")
            }
        },
        code: code(verification.verdict),
    })
}

/// Reports on a network of which nothing is claimed: its regions are counted.
fn count_regions(
    counted: &RegionCount,
    request: &BuildRequest<'_>,
    folder: Folder,
    out: &Path,
    format: Format,
) -> Result<Output, Refusal> {
    let mut report = region_count::report(request, counted);
    report.steps = vec![again::typed("Build the network and this report")];
    write_onnx(&folder, &counted.network)?;
    let document = report.document();
    let pictures = region_count::picture(request, counted);
    let names = folder.write_pictures(&pictures)?;
    folder.write("report.md", document.markdown(&names))?;
    folder.write("report.html", document.html(&pictures, None))?;
    let object = pretty(&report.json());
    folder.write("report.json", format!("{object}\n"))?;
    folder.publish()?;
    Ok(Output::yes(match format {
        Format::Json => object,
        Format::Text => {
            let mut lines = report.text();
            lines.push(format!("written to {}", out.display()));
            lines.join("\n")
        }
    }))
}

fn write_reports(
    folder: &Folder,
    report: &Report,
    pictures: &[(String, String)],
    turnable: Option<&html::Turnable>,
) -> Result<(), Refusal> {
    let names = folder.write_pictures(pictures)?;
    folder.write("report.md", markdown::render(report, &names))?;
    folder.write("report.html", html::render(report, pictures, turnable))?;
    let object = pretty(&json::build(report, json::Times::LeftOut));
    folder.write("report.json", format!("{object}\n"))
}

/// The surface of the page that can be turned: network beside target.
fn turnable(subject: &Subject<'_>) -> Option<html::Turnable> {
    const LINES: usize = 41;
    let sampled = surface_samples(subject, LINES)?;
    let network = if sampled.z_label.starts_with('σ') {
        format!("network: {}", sampled.z_label)
    } else {
        "network".to_owned()
    };
    let [x, y] = subject.question.target.inputs() else {
        return None;
    };
    Some(html::Turnable {
        inputs: [x.clone(), y.clone()],
        x: sampled.xs,
        y: sampled.ys,
        surfaces: vec![
            (network, sampled.network.concat()),
            ("target".to_owned(), sampled.target.concat()),
        ],
    })
}

/// Writes the network for other tools too, where its dense form is under 64 MB.
fn write_onnx(folder: &Folder, network: &Network) -> Result<Option<onnx::Written>, Refusal> {
    let size = network.layers().iter().fold(0usize, |size, layer| {
        size.saturating_add(
            layer
                .rows()
                .saturating_mul(layer.inputs().saturating_add(1)),
        )
    });
    if size.saturating_mul(4) >= 64_000_000 {
        return Ok(None);
    }
    match onnx::write(network, Precision::Single) {
        Ok(written) => {
            folder.write(ONNX, &written.bytes)?;
            Ok(Some(written))
        }
        // Steep units can be steeper than float32 goes.
        Err(error) => {
            note(&format!("{ONNX} is not written: {error}"));
            Ok(None)
        }
    }
}
