//! One proof on several machines: `steeple split`, `verify --part`, `check --part`, `steeple merge`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::pretty;
use crate::certificate::{Norm, Weights, text};
use crate::cli::arguments::{Check, Format, Merge, Question, Split, Verify};
use crate::cli::folder::{Contents, Folder};
use crate::cli::look::Look;
use crate::cli::{Output, Refusal, inputs, note, outputs, progress::Bar};
use crate::draw::{Background, Theme};
use crate::formats::json as own;
use crate::formats::kind::Kind;
use crate::formats::reading::Kind as Reading;
use crate::network::Network;
use crate::numbers::Rational;
use crate::report::{down, up};
use crate::words::count;
use crate::workflow::files::directory_of;
use crate::workflow::parts::{self, Goal, MergeError, Part, PartError, State, WorkError, Worker};
use crate::workflow::{BuildRequest, VerifyRequest, build_sized, write_beside};

/// The network of all parts, in the directory of the parts.
const NETWORK: &str = "network.json";
const JOB: &str = "job";
const RESULT: &str = "result";

const CONTENTS: Contents = Contents {
    sure: &[NETWORK],
    may_be: |name| name == NETWORK || is_part(Path::new(name)),
    left: |_| Vec::new(),
};

/// No picture is drawn, so the colours do not matter.
const LOOK: Look = Look {
    theme: Theme::Light,
    background: Background::Plate,
};

/// Does a name look like that of a part?
fn is_part(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let ending = path.extension().and_then(|ending| ending.to_str());
    name.is_some_and(|name| name.starts_with("part-")) && matches!(ending, Some(JOB | RESULT))
}

/// Returns the parts in a directory, by name.
fn parts_in(directory: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let entries = fs::read_dir(directory).map_err(|error| Refusal::in_file(directory, error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|error| Refusal::in_file(directory, error))?
            .path();
        if is_part(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a part.
fn read(path: &Path) -> Result<Result<Part, PartError>, Refusal> {
    let bytes = inputs::bytes(path, Reading::CERTIFICATE)?;
    Ok(Part::from_bytes(&bytes))
}

fn refused(path: &Path, error: &PartError) -> Refusal {
    let hint = match error {
        PartError::OtherVersion { .. } => "all machines need the same version",
        PartError::Damaged(_) => "copy it again, or write it again with `steeple split`",
        _ => "`steeple split` writes parts",
    };
    Refusal::in_file(path, error).hint(hint)
}

/// Cuts a question into parts.
pub fn split(arguments: &Split, format: Format) -> Result<Output, Refusal> {
    let file = &arguments.file;
    let mut read: Vec<PathBuf> = inputs::network_files(file);
    read.extend(inputs::question_files(&arguments.question));
    let folder = Folder::beside(&arguments.out, CONTENTS, &read, LOOK)?;
    let bytes = inputs::bytes(file, Reading::ANY_NETWORK)?;
    let is_spec = Kind::of(&bytes, &file.display().to_string()) == Kind::Spec
        || file.extension().is_some_and(|ending| ending == "toml");
    drop(bytes);
    let mut bar = Bar::new();
    let (network, weights, question) = if is_spec {
        let question = of_spec(&arguments.question, file)?;
        let network = built(arguments, file, &mut bar)?;
        (network, Weights::Exact, question)
    } else {
        let names = inputs::Names::Question(&arguments.question);
        let loaded = inputs::read_network(file, names, arguments.weights)?;
        (loaded.network, loaded.weights, arguments.question.clone())
    };
    let asked = inputs::question(&question, Some(&arguments.arithmetic), &network)?;
    let gap = match &arguments.gap {
        Some(text) => inputs::positive("gap", text)?,
        None => asked.gap,
    };
    let request = VerifyRequest {
        network: &network,
        question: asked.question,
        tolerance: asked.tolerance.filter(|_| arguments.gap.is_none()),
        gap,
        limits: inputs::limits(&arguments.limits),
        resume: None,
        threads: inputs::threads(&arguments.limits),
        weights,
        portable: arguments.portable,
    };
    let parts = parts::split(&request, arguments.parts, &mut |at| bar.show(at))?;
    drop(bar);
    refuse_others(&arguments.out, &parts)?;
    let mut bytes = Vec::new();
    own::write(&network, &mut bytes).map_err(|error| Refusal::in_file(&arguments.out, error))?;
    folder.write(NETWORK, bytes)?;
    let names: Vec<String> = parts
        .iter()
        .map(|part| format!("{}.{JOB}", part.name()))
        .collect();
    for (part, name) in parts.iter().zip(&names) {
        folder.write(name, part.to_bytes())?;
    }
    folder.publish()?;
    if parts.len() < arguments.parts {
        note(&format!(
            "{} where {} were asked for: the rest is decided already, or cannot be cut",
            count(parts.len(), "part"),
            arguments.parts
        ));
    }
    let out = arguments.out.display();
    Ok(Output::yes(match format {
        Format::Json => pretty(&json!({
            "out": out.to_string(),
            "network": NETWORK,
            "split": parts.first().map(|part| &part.split),
            "parts": names,
        })),
        Format::Text => format!(
            "split: {}, written to {out}\n  each is done by `steeple verify --part FILE`, on any machine that has \
             the directory; then `steeple merge {out} --out certificate.steeple`",
            count(parts.len(), "part")
        ),
    }))
}

/// A spec says what to build and what to prove.
fn of_spec(question: &Question, file: &Path) -> Result<Question, Refusal> {
    if question.spec.is_some() || question.domain.is_some() {
        let message = "this spec has a target of its own";
        return Err(Refusal::in_file(file, message)
            .hint("give the network file instead, to ask another question about it"));
    }
    Ok(Question {
        spec: Some(file.to_path_buf()),
        ..question.clone()
    })
}

/// Builds the network of a spec.
fn built(arguments: &Split, file: &Path, bar: &mut Bar) -> Result<Network, Refusal> {
    let (spec, source) = inputs::read_spec(file)?;
    let Some(network) = spec.to_build() else {
        return Err(Refusal::in_file(
            file,
            "[network] is missing, so there is nothing to build",
        ));
    };
    let request = BuildRequest {
        builder: network.builder,
        parameters: &network.parameters,
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
    let built = build_sized(&request, &mut |at| bar.show(at));
    let built = built.map_err(|error| Refusal::in_table(file, &source, &network, error))?;
    Ok(built.network)
}

/// Refuses to mix the parts of two splits in one directory, or to remove results.
fn refuse_others(out: &Path, parts: &[Part]) -> Result<(), Refusal> {
    if !out.is_dir() {
        return Ok(());
    }
    let names: Vec<String> = parts.iter().map(Part::name).collect();
    for path in parts_in(out)? {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if !stem.is_some_and(|stem| names.iter().any(|name| name == stem)) {
            return Err(Refusal::in_file(
                &path,
                "this is a part of another split, which would be mixed with this one",
            )
            .hint("choose another directory, or remove the old parts"));
        }
    }
    Ok(())
}

/// The network of some parts: the one that was named, or the one in their directory.
fn network_of(named: Option<&PathBuf>, part: &Path) -> Result<PathBuf, Refusal> {
    let beside = directory_of(part).join(NETWORK);
    match named {
        Some(named) => Ok(named.clone()),
        None if beside.is_file() => Ok(beside),
        None => Err(Refusal::in_file(
            part,
            "no network is given, and there is no network.json in the directory of the part",
        )
        .hint("give the network file, too")),
    }
}

/// Reads a network for parts of it.
fn worker_for(
    path: &Path,
    part: &Part,
    weights: crate::cli::arguments::WhichWeights,
) -> Result<Worker, Refusal> {
    let names = part.certificate.claim.question.domain.names();
    let loaded = inputs::read_network(path, inputs::Names::List(names), weights)?;
    Ok(Worker::new(loaded.network))
}

/// Keeps the network of the last part for the next one.
fn keep(
    kept: &mut Option<(PathBuf, Worker)>,
    path: PathBuf,
    part: &Part,
    weights: crate::cli::arguments::WhichWeights,
) -> Result<(), Refusal> {
    if kept.as_ref().is_none_or(|(known, _)| *known != path) {
        let worker = worker_for(&path, part, weights)?;
        *kept = Some((path, worker));
    }
    Ok(())
}

/// Searches parts.
pub fn work(arguments: &Verify, format: Format) -> Result<Output, Refusal> {
    let mut kept = None;
    let mut lines = Vec::new();
    let mut objects = Vec::new();
    let mut is_done = true;
    for path in &arguments.part {
        let (line, object, state) = work_on(arguments, path, &mut kept)?;
        is_done &= state == State::Done;
        lines.push(line);
        objects.push(object);
        if !is_done && inputs::limits(&arguments.limits).is_over().is_some() {
            break;
        }
    }
    if format == Format::Text {
        lines.push(
            "  nothing is proved before `steeple check` accepts what `steeple merge` writes".into(),
        );
    }
    Ok(Output {
        text: match format {
            Format::Json => pretty(&json!({ "parts": objects })),
            Format::Text => lines.join("\n"),
        },
        code: if is_done { 0 } else { 3 },
    })
}

fn work_on(
    arguments: &Verify,
    path: &Path,
    kept: &mut Option<(PathBuf, Worker)>,
) -> Result<(String, Value, State), Refusal> {
    let job = read(path)?.map_err(|error| refused(path, &error))?;
    let out = path.with_extension(RESULT);
    if out != *path {
        outputs::can_be_written(&out)?;
    }
    // What an earlier run left is continued. One that cannot be used is done again.
    let earlier = if out.is_file() {
        read(&out)?.ok()
    } else {
        None
    };
    let earlier =
        earlier.filter(|earlier| earlier.split == job.split && earlier.number == job.number);
    let begun = earlier.unwrap_or(job);
    if begun.state == State::Done {
        let line = line_of(&begun, &out, "done already");
        let object = object_of(&begun, &out, None);
        return Ok((line, object, begun.state));
    }
    let network = network_of(arguments.network.as_ref(), path)?;
    keep(kept, network.clone(), &begun, arguments.weights)?;
    let Some((_, worker)) = kept else {
        return Err(Refusal::in_file(&network, "the network is not there"));
    };
    let mut bar = Bar::new();
    let limits = inputs::limits(&arguments.limits);
    let threads = inputs::threads(&arguments.limits);
    let worked = worker.work(&begun, limits, threads, false, &mut |at| bar.show(at));
    drop(bar);
    let worked = worked.map_err(|error| of_work(path, &network, error))?;
    let bytes = worked.part.to_bytes();
    write_beside(&out, |file: &mut dyn Write| file.write_all(&bytes))
        .map_err(|error| Refusal::in_file(&out, error))?;
    let state = worked.part.state;
    let word = match worked.stopped_by {
        None => "done".to_owned(),
        Some(by) if state == State::Done => format!("ended by {}", by.name()),
        Some(by) => format!("stopped by {}; the next run continues", by.name()),
    };
    let line = line_of(&worked.part, &out, &word);
    Ok((
        line,
        object_of(&worked.part, &out, Some(worked.boxes)),
        state,
    ))
}

fn of_work(path: &Path, network: &Path, error: WorkError) -> Refusal {
    match error {
        WorkError::OtherNetwork { .. } => Refusal::in_file(path, &error).hint(&format!(
            "{} is not the network that was split",
            network.display()
        )),
        WorkError::Part(error) => refused(path, &error),
        WorkError::Workflow(error) => Refusal::in_file(path, error),
    }
}

/// What is bounded on a part.
fn quantity(part: &Part) -> &'static str {
    match part.certificate.claim.question.norm {
        Norm::Sup => "the error on it",
        Norm::L1 | Norm::L2 | Norm::Area => "its contribution to the integral",
    }
}

fn line_of(part: &Part, out: &Path, word: &str) -> String {
    let bound = match part.upper() {
        Some(upper) => format!("{} is at most {}", quantity(part), up(&upper)),
        None => "cells of it are open".to_owned(),
    };
    let tolerance = match &part.goal {
        Goal::Tolerance(tolerance) if part.certificate.claim.exceeds(tolerance) => {
            ", and at a witness it is above the tolerance"
        }
        _ => "",
    };
    format!(
        "part {}: {word}; {bound}{tolerance}; written to {}",
        part.number,
        out.display()
    )
}

fn object_of(part: &Part, out: &Path, boxes: Option<u64>) -> Value {
    json!({
        "part": part.number.to_string(),
        "state": part.state.name(),
        "upper": part.upper().as_ref().map(Rational::to_string),
        "boxes": boxes,
        "result": out.display().to_string(),
    })
}

/// Checks parts, each alone.
pub fn check(arguments: &Check, format: Format) -> Result<Output, Refusal> {
    let mut kept = None;
    let mut lines = Vec::new();
    let mut objects = Vec::new();
    let mut holds = true;
    for path in &arguments.part {
        let part = read(path)?.map_err(|error| refused(path, &error))?;
        if part.state == State::Waiting {
            return Err(Refusal::in_file(
                path,
                "this part was not searched yet, so there is nothing to check",
            )
            .hint(&format!("steeple verify --part {}", path.display())));
        }
        let network = network_of(arguments.network.as_ref(), path)?;
        keep(&mut kept, network.clone(), &part, arguments.weights)?;
        let Some((_, worker)) = &mut kept else {
            continue;
        };
        let checked = parts::check(worker, &part, crate::jobs::Threads::All);
        let checked = checked.map_err(|error| of_work(path, &network, error))?;
        let number = &part.number;
        let (is_right, line) = match &checked {
            Ok(found) if found.holds => (
                true,
                format!(
                    "part {number}: its bounds hold: {} is at most {}; {} computed again",
                    quantity(&part),
                    found.upper.as_ref().map_or("not bounded".to_owned(), up),
                    count(found.leaves, "leaf")
                ),
            ),
            Ok(found) => (
                false,
                format!(
                    "part {number}: rejected: it claims more than its leaves give, which is {}",
                    found.upper.as_ref().map_or("no bound".to_owned(), up)
                ),
            ),
            Err(rejection) => (false, format!("part {number}: rejected: {rejection}")),
        };
        holds &= is_right;
        lines.push(line);
        objects.push(json!({ "path": path.display().to_string(), "part": number.to_string(), "accepted": is_right }));
    }
    lines.push(
        "  this says nothing about the other parts, and a sum of such answers trusts every machine that gave one;\n  \
         `steeple check` on the merged certificate trusts none"
            .into(),
    );
    Ok(Output {
        text: match format {
            Format::Json => pretty(&json!({ "accepted": holds, "results": objects })),
            Format::Text => lines.join("\n"),
        },
        code: u8::from(!holds),
    })
}

/// Puts parts together.
pub fn merge(arguments: &Merge, format: Format) -> Result<Output, Refusal> {
    let directory = &arguments.directory;
    let paths = parts_in(directory)?;
    if outputs::is_standard(&arguments.out) && format == Format::Json {
        return Err(
            Refusal::new("--out - and --format json both write to standard output")
                .hint("give --out a file name"),
        );
    }
    let mut read_too = paths.clone();
    // The check needs it.
    read_too.push(directory.join(NETWORK));
    outputs::look_at(&[("--out", &arguments.out)], &read_too)?;
    let mut found = Vec::new();
    let mut damaged = Vec::new();
    for path in &paths {
        match read(path)? {
            Ok(part) => found.push((path.display().to_string(), part)),
            Err(error @ (PartError::Damaged(_) | PartError::NotAPart)) => {
                note(&format!("{}: {error}; it is left out", path.display()));
                damaged.push(path.display().to_string());
            }
            Err(error) => return Err(refused(path, &error)),
        }
    }
    let merged = parts::merge(found).map_err(|error| match error {
        MergeError::NoParts => Refusal::in_file(directory, "this directory has no parts")
            .hint("`steeple split` writes parts"),
        error => {
            Refusal::in_file(directory, error).hint("put each split into a directory of its own")
        }
    })?;
    let certificate = &merged.certificate;
    write_beside(&arguments.out, |file: &mut dyn Write| {
        text::write(certificate, file)
    })
    .map_err(|error| Refusal::in_file(&arguments.out, error))?;
    let claim = &certificate.claim;
    let (lower, upper) = (claim.error_lower(), claim.error_upper());
    let bounds = match &upper {
        Some(upper) => format!(
            "the parts claim an error between {} and {}",
            down(&lower),
            up(upper)
        ),
        None => format!("the parts claim an error of at least {}", down(&lower)),
    };
    let mut lines = vec![format!(
        "merged: {}; {bounds}; written to {}",
        count(merged.parts, "part"),
        arguments.out.display()
    )];
    let network = directory.join(NETWORK);
    if !merged.unfinished.is_empty() {
        let numbers: Vec<String> = merged
            .unfinished
            .iter()
            .take(12)
            .map(ToString::to_string)
            .collect();
        let more = if merged.unfinished.len() > numbers.len() {
            ", ..."
        } else {
            ""
        };
        lines.push(format!(
            "  not finished: part {}{more}; {} open",
            numbers.join(", part "),
            if merged.open == 1 {
                "1 cell is".to_owned()
            } else {
                format!("{} cells are", merged.open)
            }
        ));
    }
    lines.push(format!(
        "  nothing is proved yet: steeple check {} --network {}",
        arguments.out.display(),
        network.display()
    ));
    let is_whole = merged.unfinished.is_empty();
    let code = if is_whole { 0 } else { 3 };
    if outputs::is_standard(&arguments.out) {
        crate::cli::say(&lines.join("\n"));
        return Ok(Output {
            text: String::new(),
            code,
        });
    }
    Ok(Output {
        text: match format {
            Format::Json => pretty(&json!({
                "certificate": arguments.out.display().to_string(),
                "parts": merged.parts,
                "unfinished": merged.unfinished.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "damaged": damaged,
                "open": merged.open,
                "claimed": {
                    "lower": lower.to_string(),
                    "upper": upper.as_ref().map(Rational::to_string),
                },
            })),
            Format::Text => lines.join("\n"),
        },
        code,
    })
}
