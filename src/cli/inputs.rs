//! Flags and files resolved into library values.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::arguments::{
    self, Arithmetic as ArithmeticFlags, Limits, Question as QuestionFlags, WhichWeights,
};
use super::interrupt;
use super::message::Refusal;
use super::nearest;
use super::note;
use crate::builders::Goal;
use crate::certificate::FloatFormat;
use crate::certificate::{Certificate, Norm, Question, Semantics, text};
use crate::expr::friendly::{constant, read_target, sides};
use crate::expr::{Domain, Target, check_defined, check_ends, check_exponents, parse_target};
use crate::floats::Arithmetic;
use crate::formats::foreign::ForeignError;
use crate::formats::foreign::Weights;
use crate::formats::kind::{Kind, Wanted, without_mark};
use crate::formats::reading::{self, Kind as Reading};
use crate::formats::{self, Read, companion_of, read_bytes};
use crate::jobs::Threads;
use crate::network::{Network, digest};
use crate::numbers::{Rational, loose};
use crate::prover::memory;
use crate::workflow::measure::{fits_target, threshold_of};
use crate::workflow::spec::{PointsSpec, Trainable};
use crate::workflow::{self, ClaimSpec, CompareSpec, DataSpec, Spec, spec};

/// Reads a file, up to the limit of its kind.
pub fn bytes(path: &Path, kind: Reading) -> Result<Vec<u8>, Refusal> {
    if is_standard(path) {
        // It can be read once, and a command may look at a spec twice.
        static READ: OnceLock<Vec<u8>> = OnceLock::new();
        if let Some(bytes) = READ.get() {
            return Ok(bytes.clone());
        }
        let bytes = reading::read_stream(io::stdin().lock(), kind)
            .map_err(|error| Refusal::io(path, &error))?;
        return Ok(READ.get_or_init(|| bytes).clone());
    }
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

/// Does this stand for standard input?
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Makes sure that at most one file is standard input, which can be read once.
pub fn one_from_standard_input<'p>(
    paths: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<(), Refusal> {
    let found = paths.into_iter().filter(|path| is_standard(path)).count();
    if found <= 1 {
        return Ok(());
    }
    Err(
        Refusal::new("only one file can be `-`, which is standard input")
            .hint("write the others to files; ./- is a file of that name"),
    )
}

/// A directory was named where a file is wanted: which file in it may be meant.
fn in_place_of_file(path: &Path) -> Refusal {
    let refusal = Refusal::in_file(path, "this is a directory, not a file");
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
    files.extend(companion_of(path));
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
    question.spec.iter().cloned().collect()
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
            "inputs are ordered by name ({}); set `inputs` in the spec to change this",
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

/// Reads what to train on: a spec with or without a formula, or a file of points.
pub fn read_to_train(path: &Path) -> Result<(Trainable, String), Refusal> {
    let bytes = bytes(path, Reading::DATA)?;
    let name = path.display().to_string();
    let has_ending = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    if has_ending || Kind::of(&bytes, &name) == Kind::Points {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        return Ok((
            Trainable::Points(Box::new(PointsSpec::of_file(&file))),
            String::new(),
        ));
    }
    expect(Wanted::Spec, path, &bytes)?;
    let text = String::from_utf8(without_mark(&bytes).to_vec()).unwrap_or_default();
    match spec::read_to_train(&text) {
        Ok(points @ Trainable::Points(_)) => Ok((points, text)),
        // With the notes of a spec.
        Ok(Trainable::Target(_)) => {
            read_spec(path).map(|(spec, text)| (Trainable::Target(Box::new(spec)), text))
        }
        Err(error) => Err(Refusal::in_spec(path, &text, &error)),
    }
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
    /// The floats in which its file computes its layers, if it says; or why it does not do so.
    pub computes: Result<Option<FloatFormat>, ForeignError>,
}

impl Loaded {
    /// Checks that a claim in this arithmetic is about the file.
    pub fn fits(&self, path: &Path, semantics: &Semantics) -> Result<(), Refusal> {
        let Semantics::Float(floats) = semantics else {
            return Ok(());
        };
        let asked = floats.format.name();
        match &self.computes {
            Err(why) => Err(Refusal::in_file(
                path,
                format_args!("a claim about floats needs a file that computes layer by layer: {why}"),
            )
            .hint(
                "`steeple convert` writes such a file with the same values in real arithmetic; deploy that one",
            )),
            Ok(Some(format)) if *format != floats.format => {
                let name = format.name();
                let message = format_args!("this file computes in {name}, the claim is about {asked}");
                Err(Refusal::in_file(path, message).hint(&format!("--semantics {name}")))
            }
            Ok(_) => Ok(()),
        }
    }
}

/// Reads a network file of any kind, told by its content.
pub fn read_network(path: &Path, names: Names, wanted: WhichWeights) -> Result<Loaded, Refusal> {
    let bytes = bytes(path, Reading::ANY_NETWORK)?;
    let refused = |error| Refusal::opening(path, &error);
    let imported = match read_bytes(&bytes, Some(path)).map_err(refused)? {
        Read::Ours(network) => {
            let weights = Weights::Exact;
            return Ok(Loaded {
                network,
                weights,
                computes: Ok(None),
            });
        }
        Read::Foreign(imported) => imported,
    };
    for text in &imported.notes {
        note(&format!("{}: {text}", path.display()));
    }
    let weights = match wanted.weights {
        arguments::Weights::Stored => Weights::Stored,
        arguments::Weights::Exact => Weights::Exact,
    };
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
    let opened = formats::named(imported, weights, names.as_deref()).map_err(refused)?;
    let computes = opened.computes;
    let (network, weights) = (opened.network, opened.weights);
    if weights == Weights::Stored && opened.has_exact {
        note(&format!(
            "{}: the stored weights are used; --weights exact uses the exact ones in the metadata",
            path.display()
        ));
    }
    if opened.is_named_by_caller {
        let inputs = network.inputs();
        let mapping: Vec<_> = inputs
            .iter()
            .enumerate()
            .take(8)
            .map(|(k, name)| format!("{name} is input {}", k + 1))
            .collect();
        let more = if inputs.len() > mapping.len() {
            ", ..."
        } else {
            ""
        };
        note(&format!(
            "{}: names are taken in order: {}{more}",
            path.display(),
            mapping.join(", ")
        ));
    }
    Ok(Loaded {
        network,
        weights,
        computes,
    })
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

/// Reads `--tolerance`, which may be 0.
fn tolerance(text: &str) -> Result<Rational, Refusal> {
    let tolerance = number("tolerance", text)?;
    if tolerance.is_negative() {
        return Err(Refusal::new(format_args!(
            "--tolerance must be 0 or greater, found {tolerance}"
        )));
    }
    Ok(tolerance)
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
        || !flags.target.is_empty()
        || flags.norm.is_some()
        || flags.tolerance.is_some()
        || flags.threshold.is_some()
}

/// The arithmetic that flags ask for; what they leave open is taken from a claim. Names of runtimes are resolved
/// for the activations of the network, where there is one already.
pub fn semantics(
    flags: &ArithmeticFlags,
    claim: &Arithmetic,
    network: Option<&Network>,
) -> Result<Semantics, Refusal> {
    let asked = Arithmetic::from(flags).or(claim);
    let semantics = match network {
        Some(network) => asked.semantics_of(network),
        None => asked.semantics(),
    };
    semantics.map_err(|key| {
        Refusal::new(format_args!("{} is for claims about floats", key.flag()))
            .hint("add --semantics float32 or float64")
    })
}

/// Puts the question together from a spec or from flags; flags go before the spec's claim.
pub fn question(
    flags: &QuestionFlags,
    arithmetic: Option<&ArithmeticFlags>,
    network: &Network,
) -> Result<Asked, Refusal> {
    let (target, domain, mut claim) = if let Some(path) = &flags.spec {
        let (spec, _) = read_spec(path)?;
        if spec.goal == Goal::Regions {
            return Err(Refusal::in_file(
                path,
                "this spec has no formula, so there is nothing to prove",
            )
            .hint("`steeple build` builds it and counts its linear regions"));
        }
        let (target, domain) = by_name(&spec, network, path)?;
        (target, domain, spec.claim)
    } else {
        let (Some(domain), false) = (&flags.domain, flags.target.is_empty()) else {
            return Err(Refusal::new("nothing says what the network should compute")
                .hint("give --spec FILE, or --target FORMULA and --domain SIDES"));
        };
        let (target, domain) = from_flags(&flags.target, domain, network.inputs())?;
        (target, domain, ClaimSpec::default())
    };
    if let Some(norm) = flags.norm {
        claim.norm = norm;
    }
    if let Some(text) = &flags.tolerance {
        claim.tolerance = Some(tolerance(text)?);
    }
    let threshold = match &flags.threshold {
        Some(text) => Some(number("threshold", text)?),
        // The spec's threshold is for the spec's norm.
        None => claim.threshold.filter(|_| claim.norm == Norm::Area),
    };
    claim.threshold = threshold_of(claim.norm, threshold)
        .map_err(|error| Refusal::new(error).hint("add --norm area"))?;
    fits_target(claim.norm, &target).map_err(Refusal::new)?;
    let semantics = match arithmetic {
        Some(flags) => semantics(flags, &claim.arithmetic, Some(network))?,
        None => claim.semantics,
    };
    Ok(Asked {
        question: Question {
            network: digest(network),
            target,
            domain,
            norm: claim.norm,
            threshold: claim.threshold,
            semantics,
        },
        tolerance: claim.tolerance,
        gap: claim.gap,
    })
}

/// What is asked about all networks.
pub struct AskedOfAll {
    /// The target.
    pub target: Target,
    /// The domain.
    pub domain: Domain,
    /// The norm.
    pub norm: Norm,
    /// The error wanted.
    pub tolerance: Option<Rational>,
}

/// Reads what is asked of a claim without a network, whose inputs have these names.
pub fn without_network(
    flags: &QuestionFlags,
    names: &[String],
) -> Result<Option<AskedOfAll>, Refusal> {
    if !is_asked(flags) {
        return Ok(None);
    }
    let (target, domain, norm, tolerance) = match (&flags.spec, &flags.domain) {
        (Some(path), _) => {
            let (spec, _) = read_spec(path)?;
            let (target, domain) = in_order(&spec, names, path)?;
            (target, domain, spec.claim.norm, spec.claim.tolerance)
        }
        (None, Some(domain)) if !flags.target.is_empty() => {
            let (target, domain) = from_flags(&flags.target, domain, names)?;
            (target, domain, Norm::Sup, None)
        }
        _ => {
            return Err(Refusal::new("a claim needs a target and a domain")
                .hint("give --spec FILE, or --target FORMULA and --domain SIDES"));
        }
    };
    let given = flags.tolerance.as_deref();
    let given = given.map(|text| number("tolerance", text)).transpose()?;
    Ok(Some(AskedOfAll {
        target,
        domain,
        norm: flags.norm.unwrap_or(norm),
        tolerance: given.or(tolerance),
    }))
}

/// A spec's target and domain in the order of the network's inputs.
pub fn by_name(spec: &Spec, network: &Network, path: &Path) -> Result<(Target, Domain), Refusal> {
    in_order(spec, network.inputs(), path)
}

fn in_order(spec: &Spec, names: &[String], path: &Path) -> Result<(Target, Domain), Refusal> {
    if spec.target.inputs() == names {
        return Ok((spec.target.clone(), spec.domain.clone()));
    }
    let other = || {
        Refusal::in_file(
            path,
            format_args!(
                "the target has the inputs {}, the network has {}",
                spec.target.inputs().join(", "),
                names.join(", ")
            ),
        )
    };
    let domain = spec.domain.in_order(names).map_err(|_| other())?;
    let target = parse_target(spec.target.text(), Some(names)).map_err(|_| other())?;
    note(&format!(
        "inputs are matched by name: the network takes {}",
        names.join(", ")
    ));
    Ok((target, domain))
}

fn from_flags(
    formulas: &[String],
    domain: &str,
    names: &[String],
) -> Result<(Target, Domain), Refusal> {
    let (target, notes) = read_target(formulas, names).map_err(|error| {
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
    let parsed = self::domain(domain, names)?
        .in_order(names)
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
        check_interrupt: None,
    }
}

/// Threads from flags.
pub fn threads(flags: &Limits) -> Threads<'static> {
    flags.threads.map(usize::from).into()
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
            "this certificate is about another question; hint: target, domain, norm, threshold \
             and semantics have to be the same",
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
