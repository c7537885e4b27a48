//! `steeple build`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{code, pretty};
use crate::builders::{Built, Goal};
use crate::cli::arguments::{Build, Format};
use crate::cli::{Output, Refusal, inputs, note, progress::Bar};
use crate::formats::{floats::Precision, onnx};
use crate::network::{Network, digest, size};
use crate::report::{Report, html, json, markdown, text};
use crate::workflow::{
    BuildRequest, PictureKind, Subject, WorkflowError, build, build_without_claim, draw_all,
    summarise,
};

/// Builds, proves, checks, draws and reports, into a folder that appears when all is done.
pub fn run(arguments: &Build, format: Format) -> Result<Output, Refusal> {
    let path = &arguments.spec;
    let (spec, source) = inputs::read_spec(path)?;
    let Some(spec_network) = &spec.network else {
        return Err(
            Refusal::in_file(path, "[network] is missing, so there is nothing to build")
                .hint("name a builder from `steeple catalogue`"),
        );
    };
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => path
            .file_stem()
            .map(PathBuf::from)
            .ok_or_else(|| Refusal::in_file(path, "the file has no name; hint: give --out"))?,
    };
    let folder = Folder::beside(&out)?;
    let request = BuildRequest {
        builder: spec_network.builder,
        parameters: &spec_network.parameters,
        target: &spec.target,
        domain: &spec.domain,
        norm: spec.claim.norm,
        threshold: spec.claim.threshold.clone(),
        tolerance: spec.claim.tolerance.as_ref(),
        gap: spec.claim.gap.clone(),
        limits: inputs::limits(&arguments.limits),
        threads: inputs::threads(&arguments.limits),
    };
    let refusal = |error| match error {
        WorkflowError::Build(message) => Refusal::at(
            &path.display().to_string(),
            &source,
            &spec_network.place_of(&message),
            &message,
            None,
        ),
        other => other.into(),
    };
    if spec.goal == Goal::Regions {
        let (built, network) = build_without_claim(&request, folder.path()).map_err(refusal)?;
        write_onnx(&folder, &network)?;
        folder.publish()?;
        return Ok(without_claim(&built, &network, &out, format));
    }
    let mut bar = Bar::new();
    let built = build(&request, folder.path(), &mut |progress| bar.show(progress));
    drop(bar);
    let (built, network, verification) = built.map_err(refusal)?;
    let mut report = summarise(&verification, &network, Some(&built));
    report.certificate.path = Some("certificate.steeple".into());
    let question = &verification.verified.claim().question;
    let subject = Subject {
        network: &network,
        question,
        claim: Some(verification.verified.claim()),
        certificate: Some(&verification.certificate),
        values: verification.verified.witness(),
    };
    let kinds = PictureKind::for_question(question);
    let pictures = draw_all(&kinds, &subject).map_err(Refusal::new)?;
    write_reports(&folder, &report, &pictures)?;
    write_onnx(&folder, &network)?;
    folder.publish()?;
    report.certificate.path = Some(out.join("certificate.steeple").display().to_string());
    Ok(Output {
        text: match format {
            Format::Json => pretty(&json::build(&report, json::Times::Shown)),
            Format::Text => {
                let mut lines = vec![text::verdict(&report)];
                lines.extend(report.notes.iter().map(|note| format!("  {note}")));
                lines.push(format!(
                    "  network: {} hidden units, {} parameters not zero",
                    report.size.units, report.size.nonzero_parameters
                ));
                lines.push(format!("written to {}", out.display()));
                lines.join("\n")
            }
        },
        code: code(verification.verdict),
    })
}

/// What is said of a network of which nothing is claimed.
fn without_claim(built: &Built, network: &Network, out: &Path, format: Format) -> Output {
    let size = size(network);
    let digest = digest(network);
    Output::yes(match format {
        Format::Json => pretty(&serde_json::json!({
            "steeple": env!("CARGO_PKG_VERSION"),
            "verdict": null,
            "network": digest,
            "hidden_layers": size.hidden_layers,
            "units": size.units,
            "parameters": size.parameters,
            "notes": built.notes,
        })),
        Format::Text => {
            let mut lines = vec![format!(
                "built: {} hidden layers, {} hidden units, {} parameters not zero; nothing is claimed",
                size.hidden_layers, size.units, size.nonzero_parameters
            )];
            lines.extend(built.notes.iter().map(|note| format!("  {note}")));
            lines.push(format!("  network: {digest}"));
            lines.push(format!("written to {}", out.display()));
            lines.join("\n")
        }
    })
}

fn write_reports(
    folder: &Folder,
    report: &Report,
    pictures: &[(String, String)],
) -> Result<(), Refusal> {
    let mut names = Vec::new();
    for (name, svg) in pictures {
        let name = format!("{name}.svg");
        folder.write(&name, svg)?;
        names.push(name);
    }
    folder.write("report.md", &markdown::render(report, &names))?;
    folder.write("report.html", &html::render(report, pictures))?;
    let object = pretty(&json::build(report, json::Times::LeftOut));
    folder.write("report.json", &format!("{object}\n"))
}

/// Writes the network for other tools too, where its dense form is under 64 MB.
fn write_onnx(folder: &Folder, network: &Network) -> Result<(), Refusal> {
    let size = network.layers().iter().fold(0usize, |size, layer| {
        size.saturating_add(
            layer
                .rows()
                .saturating_mul(layer.inputs().saturating_add(1)),
        )
    });
    if size.saturating_mul(4) >= 64_000_000 {
        return Ok(());
    }
    match onnx::write(network, Precision::Single) {
        Ok(written) => folder.write("network.onnx", &written.bytes),
        // Steep units can be steeper than float32 goes.
        Err(error) => {
            note(&format!("network.onnx is not written: {error}"));
            Ok(())
        }
    }
}

/// A folder under another name until it is complete.
struct Folder {
    temporary: tempfile::TempDir,
    out: PathBuf,
}

impl Folder {
    fn beside(out: &Path) -> Result<Self, Refusal> {
        if out.exists() && !out.is_dir() {
            return Err(Refusal::in_file(
                out,
                "this is there already, and is no folder",
            ));
        }
        let parent = match out.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Beside it, so that a rename is enough; in it, where it is there.
        let place = if out.is_dir() { out } else { parent };
        let temporary = tempfile::Builder::new()
            .prefix(".steeple-")
            .tempdir_in(place)
            .map_err(|error| {
                Refusal::in_file(
                    out,
                    format_args!("the folder cannot be written: {}", error.kind()),
                )
            })?;
        Ok(Self {
            temporary,
            out: out.to_path_buf(),
        })
    }

    fn path(&self) -> &Path {
        self.temporary.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> Result<(), Refusal> {
        let path = self.path().join(name);
        fs::write(&path, text).map_err(|error| Refusal::in_file(&self.out.join(name), error))
    }

    /// Gives the files their places: all at once where the folder is new, else one by one.
    fn publish(self) -> Result<(), Refusal> {
        let failed = |error: std::io::Error| Refusal::in_file(&self.out, error);
        if !self.out.exists() {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(self.path(), fs::Permissions::from_mode(0o755))
                    .map_err(failed)?;
            }
            fs::rename(self.path(), &self.out).map_err(failed)?;
            return Ok(());
        }
        for file in fs::read_dir(self.path()).map_err(failed)? {
            let file = file.map_err(failed)?;
            fs::rename(file.path(), self.out.join(file.file_name())).map_err(failed)?;
        }
        Ok(())
    }
}
