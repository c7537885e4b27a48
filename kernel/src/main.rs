//! `steeple-check CERTIFICATE --network NETWORK [claim]`: the checker on its own.
//!
//! Exit codes: 0 accepted; 1 rejected; 2 the request was not understood, or a file cannot be read.

#![forbid(clippy::as_conversions, clippy::float_arithmetic, clippy::unwrap_used)]

use std::io::Write;
use std::process::ExitCode;

use steeple_kernel::certificate::{Certificate, Norm, Question, Semantics, text};
use steeple_kernel::checker::{Rejection, Verified, check_core};
use steeple_kernel::expr::{Domain, Target, parse_target};
use steeple_kernel::network::{Network, canonical, digest};
use steeple_kernel::numbers::{Rational, literal};

const USAGE: &str = "usage: steeple-check CERTIFICATE [--network NETWORK] [--core]
           [--target FORMULA]... [--domain \"x=0..1\"] [--norm sup|l1|l2|area]
           [--threshold NUMBER] [--tolerance NUMBER] [--semantics SEMANTICS]

Checks that a certificate holds for a network, and that it states the claim given. NETWORK is a
file of canonical bytes, or of JSON where the program was built with that. --core uses the core of
the checker alone. A claim is given by its target, domain, norm (sup, if left out) and semantics
(real, if left out; else the words of certificates, such as \"float32 sums any ulps 4 abs 1/2097152
inputs floats\"). A certificate for a lower bound of size is about all networks, and needs no
--network.

Exit code 0: accepted; 1: rejected; 2: a file cannot be read, or the request was not understood.";

/// The ways a run can fail.
enum End {
    /// The certificate does not hold: a word for scripts, and the reason.
    Rejected(&'static str, String),
    /// The request was not understood, or a file cannot be read.
    Refused(String),
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let (code, text) = match run(&words) {
        Ok(text) => (0, text),
        Err(End::Rejected(kind, reason)) => (1, format!("rejected ({kind}): {reason}")),
        Err(End::Refused(reason)) => {
            let _ = writeln!(std::io::stderr(), "error: {reason}");
            return ExitCode::from(2);
        }
    };
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::from(code),
        Err(_) => ExitCode::from(2),
    }
}

/// The request on the command line.
#[derive(Default)]
struct Request {
    certificate: Option<String>,
    network: Option<String>,
    core: bool,
    target: Vec<String>,
    domain: Option<String>,
    norm: Option<String>,
    threshold: Option<String>,
    tolerance: Option<String>,
    semantics: Option<String>,
}

impl Request {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut request = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (flag, attached) = match word.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_string())),
                _ => (word.as_str(), None),
            };
            let mut value = || {
                let value = attached.clone().or_else(|| words.next().cloned());
                value.ok_or_else(|| format!("{flag} needs a value"))
            };
            let place = match flag {
                "--core" => {
                    request.core = true;
                    continue;
                }
                "--target" => {
                    request.target.push(value()?);
                    continue;
                }
                "--network" => &mut request.network,
                "--domain" => &mut request.domain,
                "--norm" => &mut request.norm,
                "--threshold" => &mut request.threshold,
                "--tolerance" => &mut request.tolerance,
                "--semantics" => &mut request.semantics,
                _ if flag.starts_with('-') && flag.len() > 1 => {
                    return Err(format!("unknown flag {flag}\n\n{USAGE}"));
                }
                _ if request.certificate.is_none() => {
                    request.certificate = Some(word.clone());
                    continue;
                }
                _ => {
                    return Err(format!(
                        "unexpected `{word}` after the certificate\n\n{USAGE}"
                    ));
                }
            };
            if place.replace(value()?).is_some() {
                return Err(format!("{flag} is given twice"));
            }
        }
        Ok(request)
    }

    fn claim_flag(&self) -> Option<&'static str> {
        let given = [
            (!self.target.is_empty(), "--target"),
            (self.domain.is_some(), "--domain"),
            (self.norm.is_some(), "--norm"),
            (self.threshold.is_some(), "--threshold"),
            (self.tolerance.is_some(), "--tolerance"),
            (self.semantics.is_some(), "--semantics"),
        ];
        given
            .into_iter()
            .find_map(|(is_given, flag)| is_given.then_some(flag))
    }
}

fn run(words: &[String]) -> Result<String, End> {
    if words.iter().any(|word| word == "--help" || word == "-h") {
        return Ok(USAGE.to_string());
    }
    let request = Request::read(words).map_err(End::Refused)?;
    let Some(certificate) = &request.certificate else {
        return Err(End::Refused(format!("expected a certificate\n\n{USAGE}")));
    };
    let bytes = read(certificate)?;
    if is_size(&bytes) {
        return check_size(&bytes, &request);
    }
    let Some(network) = &request.network else {
        return Err(End::Refused(format!(
            "this certificate needs --network\n\n{USAGE}"
        )));
    };
    let network = read_network(network)?;
    if is_property(&bytes) {
        if let Some(flag) = request.claim_flag() {
            return Err(End::Refused(format!(
                "{flag} can only be used with a certificate about an error; this one is about a property"
            )));
        }
        return check_property(&bytes, &network, request.core);
    }
    let found = text::read(&bytes);
    let found = found.map_err(|error| End::Rejected("malformed", error.to_string()))?;
    let asked = question(&request, &network)?;
    let verified = check(&found, &network, request.core)?;
    if let Some((question, tolerance)) = asked {
        verified.answers(&question, tolerance.as_ref())?;
    }
    Ok(accepted(&found, &verified))
}

impl From<Rejection> for End {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection.kind(), rejection.to_string())
    }
}

fn read(path: &str) -> Result<Vec<u8>, End> {
    std::fs::read(path).map_err(|error| End::Refused(format!("{path}: {error}")))
}

fn read_network(path: &str) -> Result<Network, End> {
    let bytes = read(path)?;
    let refused = |reason: String| End::Refused(format!("{path}: {reason}"));
    if canonical::is_canonical(&bytes) {
        return canonical::read(&bytes).map_err(|error| refused(error.to_string()));
    }
    #[cfg(feature = "json")]
    let found = steeple_kernel::network::json::read_bytes(&bytes)
        .map_err(|error| refused(error.to_string()));
    #[cfg(not(feature = "json"))]
    let found = Err(refused(
        "expected canonical bytes, which begin with `steeple network`".to_string(),
    ));
    found
}

/// Returns the claim on the command line, if there is one.
fn question(
    request: &Request,
    network: &Network,
) -> Result<Option<(Question, Option<Rational>)>, End> {
    let Some((target, domain)) = asked(request, network.inputs())? else {
        return Ok(None);
    };
    let norm = norm(request)?;
    let threshold = number("--threshold", request.threshold.as_ref())?;
    let half = || Rational::ratio(1, 2);
    let question = Question {
        network: digest(network),
        target,
        domain,
        norm,
        threshold: match norm {
            Norm::Area => Some(threshold.unwrap_or_else(half)),
            _ => threshold,
        },
        semantics: semantics(request)?,
    };
    let tolerance = number("--tolerance", request.tolerance.as_ref())?;
    Ok(Some((question, tolerance)))
}

fn refused(flag: &str, error: &dyn std::fmt::Display) -> End {
    End::Refused(format!("{flag}: {error}"))
}

/// Returns the target and the domain on the command line, if there is a claim.
fn asked(request: &Request, names: &[String]) -> Result<Option<(Target, Domain)>, End> {
    let Some(flag) = request.claim_flag() else {
        return Ok(None);
    };
    let (false, Some(domain)) = (request.target.is_empty(), &request.domain) else {
        return Err(refused(flag, &"a claim needs --target and --domain"));
    };
    let target = parse_target(&request.target, Some(names));
    let domain = Domain::parse(domain).and_then(|domain| domain.in_order(names));
    Ok(Some((
        target.map_err(|error| refused("--target", &error))?,
        domain.map_err(|error| refused("--domain", &error))?,
    )))
}

fn norm(request: &Request) -> Result<Norm, End> {
    let norm = request.norm.as_deref().unwrap_or("sup");
    let unknown = || format!("unknown norm `{norm}`; expected one of sup, l1, l2, area");
    Norm::from_name(norm).ok_or_else(|| refused("--norm", &unknown()))
}

fn semantics(request: &Request) -> Result<Semantics, End> {
    let line = request.semantics.as_deref().unwrap_or("real");
    Semantics::parse(line).map_err(|error| refused("--semantics", &error))
}

fn number(flag: &str, text: Option<&String>) -> Result<Option<Rational>, End> {
    let number = text.map(|text| literal::parse(text)).transpose();
    number.map_err(|error| refused(flag, &error))
}

fn check(certificate: &Certificate, network: &Network, core: bool) -> Result<Verified, Rejection> {
    #[cfg(feature = "fast")]
    if !core {
        return steeple_kernel::checker::check(certificate, network);
    }
    let _ = core;
    check_core(certificate, network)
}

/// Returns what was proved, line by line in the words of certificates.
fn accepted(certificate: &Certificate, verified: &Verified) -> String {
    let claim = verified.claim();
    let question = &claim.question;
    let mut lines = vec![
        format!("accepted by the layer {}", certificate.layer),
        format!("claim {}", question.norm),
        format!("network {}", question.network),
        format!(
            "semantics {}, weights {}",
            question.semantics,
            certificate.weights.name()
        ),
    ];
    let target = question.target.text().iter();
    lines.extend(target.map(|text| format!("target {text}")));
    lines.push(format!("domain {}", question.domain));
    if let Some(threshold) = &question.threshold {
        lines.push(format!("threshold {threshold}"));
    }
    lines.push(format!("error at least {}", claim.error_lower()));
    lines.push(match claim.error_upper() {
        Some(upper) => format!("error at most {upper}"),
        None => "no upper bound is claimed".to_string(),
    });
    lines.push(format!("leaves {}", verified.leaves()));
    lines.join("\n")
}

#[cfg(feature = "properties")]
fn is_property(bytes: &[u8]) -> bool {
    steeple_kernel::certificate::property::is_property(bytes)
}

#[cfg(not(feature = "properties"))]
fn is_property(_: &[u8]) -> bool {
    false
}

#[cfg(feature = "properties")]
fn check_property(bytes: &[u8], network: &Network, core: bool) -> Result<String, End> {
    use steeple_kernel::certificate::{Layer, property};
    let certificate = property::read(bytes);
    let certificate = certificate.map_err(|error| End::Rejected("malformed", error.to_string()))?;
    if core {
        return Err(End::from(Rejection::BeyondLayer {
            named: Layer::Properties,
            most: Layer::Core,
        }));
    }
    let verified = steeple_kernel::checker::check_property(&certificate, network);
    let verified = verified.map_err(End::from)?;
    let layer = match verified.semantics() {
        Semantics::Real => Layer::Properties,
        Semantics::Float(_) => Layer::Floats,
    };
    let mut lines = vec![
        format!("accepted by the layer {layer}"),
        format!("network {}", verified.network()),
        format!(
            "semantics {}, weights {}",
            verified.semantics(),
            certificate.weights.name()
        ),
    ];
    for case in verified.property().cases() {
        let sides = case.sides().iter().enumerate();
        let sides: Vec<String> = sides
            .map(|(i, (low, high))| format!("X_{i}={low}..{high}"))
            .collect();
        lines.push(format!("box {}", sides.join(",")));
        lines.push(format!("unsafe {}", case.text()));
    }
    lines.push(match verified.witness() {
        None => "unsat: the condition holds nowhere in its box".to_string(),
        Some(witness) => {
            let point: Vec<String> = witness.point.iter().map(ToString::to_string).collect();
            let case = witness.case.saturating_add(1);
            format!(
                "sat: the condition of box {case} holds at {}",
                point.join(" ")
            )
        }
    });
    lines.push(format!("leaves {}", verified.leaves()));
    Ok(lines.join("\n"))
}

#[cfg(not(feature = "properties"))]
fn check_property(_: &[u8], _: &Network, _: bool) -> Result<String, End> {
    Err(End::Rejected(
        "malformed",
        "this program does not check claims about properties".to_string(),
    ))
}

#[cfg(feature = "sizes")]
fn is_size(bytes: &[u8]) -> bool {
    steeple_kernel::certificate::size::is_size(bytes)
}

#[cfg(not(feature = "sizes"))]
fn is_size(_: &[u8]) -> bool {
    false
}

#[cfg(feature = "sizes")]
fn check_size(bytes: &[u8], request: &Request) -> Result<String, End> {
    use steeple_kernel::certificate::{Layer, size};
    use steeple_kernel::checker::size::{check_size, units_for_kinks};
    let certificate = size::read(bytes);
    let certificate = certificate.map_err(|error| End::Rejected("malformed", error.to_string()))?;
    if request.core {
        return Err(End::from(Rejection::BeyondLayer {
            named: Layer::Sizes,
            most: Layer::Core,
        }));
    }
    let other = |text: &str| Err(End::Rejected("other-claim", text.to_string()));
    if request.network.is_some() {
        return other("the certificate is about all networks, not about the one given");
    }
    let asked = asked(request, certificate.target.inputs())?;
    if asked.is_some() && (norm(request)? != Norm::Sup || request.threshold.is_some()) {
        return other("the certificate is about the norm sup");
    }
    if semantics(request)? != Semantics::Real {
        return other("the certificate is about real arithmetic");
    }
    let tolerance = number("--tolerance", request.tolerance.as_ref())?;
    let rejected = |error: steeple_kernel::checker::size::SizeRejection| {
        End::Rejected(error.kind(), error.to_string())
    };
    let verified = check_size(&certificate).map_err(rejected)?;
    if let Some((target, domain)) = asked {
        let answered = verified.answers(&target, &domain, tolerance.as_ref());
        answered.map_err(rejected)?;
    }
    let mut lines = vec![
        "accepted by the layer sizes".to_string(),
        "claim units-at-least".to_string(),
        "semantics real".to_string(),
    ];
    let target = verified.target().text().iter();
    lines.extend(target.map(|text| format!("target {text}")));
    lines.push(format!("domain {}", verified.domain()));
    lines.push(format!("tolerance {}", verified.tolerance()));
    if let Some(kinks) = verified.kinks() {
        let (one, any) = (Some(1), None);
        let units = |bends, layers| units_for_kinks(kinks, bends, layers);
        lines.push(format!("kinks at least {kinks}"));
        lines.push(format!(
            "relu units at least {} in one hidden layer, {} in any number",
            units(1, one),
            units(1, any)
        ));
    }
    if let Some(jumps) = verified.jumps() {
        lines.push(format!("jumps at least {jumps}"));
        lines.push(format!(
            "heaviside units at least {jumps} in the first layer"
        ));
    }
    Ok(lines.join("\n"))
}

#[cfg(not(feature = "sizes"))]
fn check_size(_: &[u8], _: &Request) -> Result<String, End> {
    Err(End::Rejected(
        "malformed",
        "this program does not check lower bounds of size".to_string(),
    ))
}
