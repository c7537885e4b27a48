//! Flags and files resolved into library values.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::arguments::{self, Limits, Question as QuestionFlags, WhichWeights};
use super::interrupt;
use super::message::Refusal;
use super::nearest;
use super::note;
use crate::builders::Goal;
use crate::certificate::{Certificate, Norm, Question, text};
use crate::expr::friendly::{constant, read_target, sides};
use crate::expr::{Domain, Target, check_defined, check_ends, check_exponents, parse_target};
use crate::formats::foreign::{Foreign, Imported, Weights};
use crate::formats::kind::{Kind, Wanted, without_mark};
use crate::formats::{gzip, json, onnx, safetensors};
use crate::network::{Network, canonical, digest};
use crate::numbers::{Rational, loose};
use crate::prover::memory;
use crate::workflow::reading::{self, Kind as Reading};
use crate::workflow::{self, ClaimSpec, CompareSpec, DataSpec, Spec, spec};

/// Reads a file, up to the limit of its kind.
pub fn bytes(path: &Path, kind: Reading) -> Result<Vec<u8>, Refusal> {
    reading::read(path, kind).map_err(|error| match error.kind() {
        io::ErrorKind::IsADirectory => in_place_of_file(path),
        io::ErrorKind::NotFound => {
            let refusal = Refusal::in_file(path, "no such file");
            match nearest::file(path) {
                Some(near) => refusal.hint(&format!("did you mean {}?", near.display())),
                None => refusal,
            }
        }
        _ => Refusal::io(path, &error),
    })
}

/// A folder was named where a file is wanted: which file in it may be meant.
fn in_place_of_file(path: &Path) -> Refusal {
    let refusal = Refusal::in_file(path, "this is a folder, not a file");
    if path.join("saved_model.pb").exists() {
        return refusal.hint(&format!(
            "this is a TensorFlow model: python -m tf2onnx.convert --saved-model {} --output net.onnx",
            path.display()
        ));
    }
    let results = ["network.json", "certificate.steeple"];
    let there: Vec<String> = results
        .iter()
        .map(|name| path.join(name))
        .filter(|file| file.exists())
        .map(|file| file.display().to_string())
        .collect();
    match there.as_slice() {
        [] => refusal,
        files => refusal.hint(&format!("in it there is {}", files.join(" and "))),
    }
}

/// Refuses bytes that are certainly of another kind than is wanted.
pub fn expect(wanted: Wanted, path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    let file = path.display().to_string();
    match Kind::of(bytes, &file).refused(wanted, &file) {
        Some(other) => Err(Refusal::other_kind(path, &other)),
        None => Ok(()),
    }
}

/// Reads a file that has to be of a kind.
pub fn bytes_of(wanted: Wanted, path: &Path, kind: Reading) -> Result<Vec<u8>, Refusal> {
    let bytes = bytes(path, kind)?;
    expect(wanted, path, &bytes)?;
    Ok(bytes)
}

/// The files that are read with a network: its own, and the text beside weights.
pub fn network_files(path: &Path) -> Vec<PathBuf> {
    let mut files = vec![path.to_path_buf()];
    files.extend(companion(path));
    files
}

/// The file of points that a spec trains on, if it names one.
pub fn data_file(spec: &Path, compare: Option<&CompareSpec>) -> Option<PathBuf> {
    match &compare?.data {
        DataSpec::File { path, .. } => Some(spec.parent().unwrap_or(Path::new("")).join(path)),
        DataSpec::Random { .. } => None,
    }
}

/// The files that a question is read from.
pub fn question_files(question: &QuestionFlags) -> Vec<PathBuf> {
    let files = [&question.spec, &question.property];
    files.into_iter().flatten().cloned().collect()
}

/// The text beside weights without a network, if there is one. A network of ours is none, by the same
/// name or not.
fn companion(path: &Path) -> Option<PathBuf> {
    if Foreign::of(path) != Some(Foreign::Safetensors) {
        return None;
    }
    let beside = path.with_extension("json");
    let mut beginning = Vec::new();
    if fs::metadata(&beside).ok()?.is_file() {
        let file = fs::File::open(&beside).ok()?;
        file.take(256).read_to_end(&mut beginning).ok()?;
    }
    let text = String::from_utf8_lossy(&beginning);
    (!text.contains("steeple_network")).then_some(beside)
}

/// Says something beside the result, once: a command may read a spec or a domain twice.
fn note_once(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.insert(text.to_string()) {
        note(text);
    }
}

/// Reads a spec file.
pub fn read_spec(path: &Path) -> Result<(Spec, String), Refusal> {
    let (spec, text) = parse_spec(path)?;
    for text in &spec.notes {
        note_once(text);
    }
    if spec.assumed_inputs && spec.target.inputs().len() > 1 {
        note_once(&format!(
            "inputs in the order {}, by name; `inputs` in the spec would say otherwise",
            spec.target.inputs().join(", ")
        ));
    }
    Ok((spec, text))
}

fn parse_spec(path: &Path) -> Result<(Spec, String), Refusal> {
    let bytes = bytes_of(Wanted::Spec, path, Reading::SPEC)?;
    let text = String::from_utf8(without_mark(&bytes).to_vec())
        .map_err(|_| Refusal::in_file(path, "this is not a text file in UTF-8"))?;
    let spec = spec::read(&text).map_err(|error| Refusal::in_spec(path, &text, &error))?;
    Ok((spec, text))
}

/// Where the inputs of a network without names get theirs, in order.
#[derive(Clone, Copy)]
pub enum Names<'a> {
    /// Nowhere: they are numbered.
    Numbered,
    /// The names before the `=` in a flag: `x=-1..1,y=-1..1`.
    Flag(&'a str),
    /// A list, such as a certificate's.
    List(&'a [String]),
    /// The spec or the domain of a question.
    Question(&'a QuestionFlags),
}

/// A network, and which weights of its file it has.
pub struct Loaded {
    /// The network.
    pub network: Network,
    /// Its weights.
    pub weights: Weights,
}

/// Reads a network file of any kind, told by the ending of its name.
pub fn read_network(path: &Path, names: Names, wanted: WhichWeights) -> Result<Loaded, Refusal> {
    let Some(kind) = Foreign::of(path) else {
        let bytes = bytes_of(Wanted::Network, path, Reading::NETWORK)?;
        let network = if canonical::is_canonical(&bytes) {
            canonical::read(&bytes).map_err(|error| Refusal::in_file(path, error))?
        } else {
            json::read_bytes(without_mark(&bytes))
                .map_err(|error| Refusal::in_network(path, &error))?
        };
        let weights = Weights::Exact;
        return Ok(Loaded { network, weights });
    };
    let imported = read_foreign(path, kind)?;
    for text in &imported.notes {
        note(&format!("{}: {text}", path.display()));
    }
    let weights = match wanted.weights {
        arguments::Weights::Stored => Weights::Stored,
        arguments::Weights::Exact => Weights::Exact,
    };
    let weights = imported
        .weights(weights)
        .map_err(|error| Refusal::in_foreign(path, &error))?;
    if weights == Weights::Stored && imported.exact.is_some() {
        note(&format!(
            "{}: the weights as the file stores them count; --weights exact takes the exact ones \
             beside them",
            path.display()
        ));
    }
    let names = match names {
        _ if imported.names.is_some() => None,
        Names::Numbered => None,
        Names::List(list) => Some(list.to_vec()),
        Names::Flag(text) => names_in(text),
        Names::Question(flags) => match (&flags.spec, &flags.domain) {
            (Some(spec), _) => Some(parse_spec(spec)?.0.target.inputs().to_vec()),
            (None, Some(domain)) => names_in(domain),
            (None, None) => None,
        },
    };
    let inputs = imported.inputs();
    let is_mapped = imported.names.is_none();
    if let Some(names) = &names
        && names.len() != inputs
    {
        return Err(Refusal::in_file(
            path,
            format_args!(
                "the network has {inputs} inputs, {} are named: {}",
                names.len(),
                names.join(", ")
            ),
        )
        .hint("its inputs have no names, so give one for each, in order"));
    }
    let network = imported
        .into_network(weights, names)
        .map_err(|error| Refusal::in_file(path, error))?;
    if is_mapped {
        let mapping: Vec<_> = network
            .inputs()
            .iter()
            .enumerate()
            .take(8)
            .map(|(k, name)| format!("{name} is input {}", k + 1))
            .collect();
        let more = if inputs > mapping.len() { ", ..." } else { "" };
        note(&format!(
            "{}: names are taken in order: {}{more}",
            path.display(),
            mapping.join(", ")
        ));
    }
    Ok(Loaded { network, weights })
}

/// The names of the sides, or of the values of a point, if it gives any.
fn names_in(text: &str) -> Option<Vec<String>> {
    Some(sides::names(text)).filter(|names| !names.is_empty())
}

/// Reads a box from `--domain`; sides without names are those of the inputs, in order.
pub fn domain(text: &str, inputs: &[String]) -> Result<Domain, Refusal> {
    let (domain, notes) = sides::read(text, inputs).map_err(|error| {
        let refusal = Refusal::new(format_args!("--domain: {}", error.message));
        match &error.hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    })?;
    for text in &notes {
        note_once(text);
    }
    Ok(domain)
}

fn read_foreign(path: &Path, kind: Foreign) -> Result<Imported, Refusal> {
    let mut bytes = bytes_of(Wanted::Network, path, Reading::FOREIGN)?;
    let refused = |error| Refusal::in_foreign(path, &error);
    match kind {
        Foreign::OnnxGz => {
            bytes = gzip::unpack(&bytes).map_err(refused)?;
            onnx::read(&bytes).map_err(refused)
        }
        Foreign::Onnx => onnx::read(&bytes).map_err(refused),
        Foreign::Safetensors => {
            let beside = match companion(path) {
                Some(beside) => Some(
                    String::from_utf8(self::bytes(&beside, Reading::COMPANION)?).map_err(|_| {
                        Refusal::in_file(&beside, "this is not a text file in UTF-8")
                    })?,
                ),
                None => None,
            };
            safetensors::read(&bytes, beside.as_deref()).map_err(refused)
        }
    }
}

/// Reads a number from a flag.
pub fn number(flag: &str, text: &str) -> Result<Rational, Refusal> {
    loose::parse(text.trim())
        .or_else(|_| constant::read_exact(text))
        .map_err(|error| {
            let hint = error.hint.as_deref();
            Refusal::new(format_args!("--{flag}: {}", error.message))
                .hint(hint.unwrap_or("write a decimal or an exact 1/3, 2^-5, 1e-3"))
        })
}

/// Reads a number that must be above 0 from a flag.
pub fn positive(flag: &str, text: &str) -> Result<Rational, Refusal> {
    let number = number(flag, text)?;
    if number.is_positive() {
        Ok(number)
    } else {
        Err(Refusal::new(format_args!(
            "--{flag} must be greater than 0, found {number}"
        )))
    }
}

/// What is asked about a network.
pub struct Asked {
    /// The question, in the order of the network's inputs.
    pub question: Question,
    /// The error wanted.
    pub tolerance: Option<Rational>,
    /// The relative width wanted without a tolerance.
    pub gap: Rational,
}

/// Was anything asked at all?
pub fn is_asked(flags: &QuestionFlags) -> bool {
    flags.spec.is_some()
        || flags.property.is_some()
        || !flags.target.is_empty()
        || flags.norm.is_some()
        || flags.tolerance.is_some()
        || flags.threshold.is_some()
}

/// Puts the question together from a spec or from flags; flags go before the spec's claim.
pub fn question(flags: &QuestionFlags, network: &Network) -> Result<Asked, Refusal> {
    if flags.property.is_some() {
        return Err(Refusal::new("--property is for verify and check"));
    }
    let (target, domain, mut claim) = if let Some(path) = &flags.spec {
        let (spec, _) = read_spec(path)?;
        if spec.goal == Goal::Regions {
            return Err(Refusal::in_file(
                path,
                "this spec has no formula, so there is nothing to prove",
            )
            .hint("it is for `steeple build`"));
        }
        let (target, domain) = by_name(&spec, network, path)?;
        (target, domain, spec.claim)
    } else {
        let (Some(domain), false) = (&flags.domain, flags.target.is_empty()) else {
            return Err(Refusal::new("nothing says what the network should compute")
                .hint("give --spec FILE, or --target FORMULA and --domain SIDES"));
        };
        let (target, domain) = from_flags(&flags.target, domain, network)?;
        let claim = ClaimSpec {
            norm: Norm::Sup,
            tolerance: None,
            threshold: None,
            gap: spec::default_gap(),
        };
        (target, domain, claim)
    };
    if let Some(name) = &flags.norm {
        let alias = spec::norm_by_alias(name).map_err(|(message, hint)| {
            let refusal = Refusal::new(format_args!("--norm: {message}"));
            hint.map_or(refusal.clone(), |hint| refusal.hint(&hint))
        })?;
        if let Some(text) = &alias.note {
            note(text);
        }
        claim.norm = alias.norm;
    }
    if let Some(text) = &flags.tolerance {
        claim.tolerance = Some(positive("tolerance", text)?);
    }
    match (claim.norm, &flags.threshold) {
        (Norm::Area, Some(text)) => claim.threshold = Some(number("threshold", text)?),
        (Norm::Area, None) => {
            claim.threshold.get_or_insert_with(|| Rational::ratio(1, 2));
        }
        (Norm::Sup | Norm::L1 | Norm::L2, Some(_)) => {
            return Err(Refusal::new("--threshold is for norm area").hint("add --norm area"));
        }
        (Norm::Sup | Norm::L1 | Norm::L2, None) => claim.threshold = None,
    }
    if claim.norm == Norm::Area && !target.is_region() {
        return Err(Refusal::new(
            "norm area needs a region as the target, such as x^2 + y^2 <= 1",
        ));
    }
    Ok(Asked {
        question: Question {
            network: digest(network),
            target,
            domain,
            norm: claim.norm,
            threshold: claim.threshold,
        },
        tolerance: claim.tolerance,
        gap: claim.gap,
    })
}

/// A spec's target and domain in the order of the network's inputs.
pub fn by_name(spec: &Spec, network: &Network, path: &Path) -> Result<(Target, Domain), Refusal> {
    if spec.target.inputs() == network.inputs() {
        return Ok((spec.target.clone(), spec.domain.clone()));
    }
    let other = || {
        Refusal::in_file(
            path,
            format_args!(
                "the target has the inputs {}, the network has {}",
                spec.target.inputs().join(", "),
                network.inputs().join(", ")
            ),
        )
    };
    let domain = spec
        .domain
        .in_order(network.inputs())
        .map_err(|_| other())?;
    let target = parse_target(spec.target.text(), Some(network.inputs())).map_err(|_| other())?;
    note(&format!(
        "inputs are matched by name: the network takes {}",
        network.inputs().join(", ")
    ));
    Ok((target, domain))
}

fn from_flags(
    formulas: &[String],
    domain: &str,
    network: &Network,
) -> Result<(Target, Domain), Refusal> {
    let (target, notes) = read_target(formulas, network.inputs()).map_err(|error| {
        let text = formulas.get(error.formula).map_or("", String::as_str);
        Refusal::at(
            "--target",
            text,
            &error.span,
            &error.message,
            error.hint.as_deref(),
        )
    })?;
    for text in &notes {
        note(text);
    }
    let parsed = self::domain(domain, network.inputs())?
        .in_order(network.inputs())
        .map_err(|error| Refusal::new(format_args!("--domain: {error}")))?;
    check_ends(&parsed).map_err(|error| Refusal::new(format_args!("--domain: {error}")))?;
    check_exponents(&target).map_err(|error| Refusal::new(format_args!("--target: {error}")))?;
    check_defined(&target, &parsed)
        .map_err(|error| Refusal::new(format_args!("--target: {error}")))?;
    Ok((target, parsed))
}

/// Limits from flags.
pub fn limits(flags: &Limits) -> workflow::Limits {
    workflow::Limits {
        time: flags.time_limit.map(Duration::from_secs_f64),
        begun: Some(super::begun()),
        boxes: flags.max_boxes,
        memory: flags.memory_limit.or_else(memory::default_limit),
        interrupt: Some(interrupt::listen()),
    }
}

/// Threads from flags.
pub fn threads(flags: &Limits) -> Option<usize> {
    flags.threads.map(usize::from)
}

/// Reads a certificate to go on from: one for the same question.
pub fn earlier(path: &Path, question: &Question) -> Result<Certificate, Refusal> {
    let bytes = bytes_of(Wanted::Certificate, path, Reading::CERTIFICATE)?;
    let certificate = text::read(&bytes).map_err(|error| {
        Refusal::in_file(path, error).hint("--resume takes a certificate that `verify` wrote")
    })?;
    if certificate.claim.question.network != question.network {
        return Err(Refusal::in_file(
            path,
            "this certificate is about another network",
        ));
    }
    if !certificate.claim.question.is_same(question) {
        return Err(Refusal::in_file(
            path,
            "this certificate is about another question; hint: target, domain, norm and threshold \
             have to be the same",
        ));
    }
    if certificate.constant_radius.is_negative() {
        return Err(Refusal::in_file(
            path,
            "the constant radius of the certificate is negative",
        ));
    }
    Ok(certificate)
}
