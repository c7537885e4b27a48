//! `steeple bound`, and `steeple check` of its certificates.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::check::rejected;
use super::pretty;
use crate::builders::Goal;
use crate::certificate::size;
use crate::certificate::{Layer, Norm};
use crate::checker::Rejection;
use crate::checker::size::check_size;
use crate::cli::arguments::{Bound, Check, Format};
use crate::cli::{Output, Refusal, inputs, outputs, say};
use crate::numbers::Rational;
use crate::workflow::bound::{bound, bound_json, bound_text, claim_json, found_text};
use crate::workflow::{LowerBound, Spec, write_beside};

/// Searches a lower bound for a spec, and prints it.
pub fn run(arguments: &Bound, format: Format) -> Result<Output, Refusal> {
    let start = Instant::now();
    look_at_output(arguments, format)?;
    let (spec, _) = inputs::read_spec(&arguments.spec)?;
    let tolerance = asked(&spec, arguments)?;
    let found = bound(&spec.target, &spec.domain, &tolerance);
    let seconds = start.elapsed().as_secs_f64();
    let path = arguments.certificate.as_deref();
    if let Some(path) = path {
        write(&found, path)?;
    }
    let text = match format {
        Format::Text => {
            let mut text = bound_text(&found);
            if let Some(path) = path.filter(|path| !outputs::is_standard(path)) {
                text = format!("{text}\n  certificate: {}", path.display());
            }
            text
        }
        Format::Json => {
            let mut object = bound_json(&found);
            object["certificate"] = match found.certificate() {
                None => Value::Null,
                Some(bytes) => json!({
                    "path": path.map(|path| path.display().to_string()),
                    "bytes": bytes.len(),
                    "checked": true,
                }),
            };
            object["seconds"] = json!(seconds);
            pretty(&object)
        }
    };
    if path.is_some_and(outputs::is_standard) {
        say(&text);
        return Ok(Output::yes(""));
    }
    Ok(Output::yes(text))
}

/// Makes sure that the certificate takes the place of nothing that is read.
fn look_at_output(arguments: &Bound, format: Format) -> Result<(), Refusal> {
    let Some(path) = &arguments.certificate else {
        return Ok(());
    };
    if outputs::is_standard(path) && format == Format::Json {
        return Err(Refusal::new(
            "--certificate - and --format json both write to standard output",
        )
        .hint("give --certificate a file name"));
    }
    outputs::look_at(
        &[("--certificate", path)],
        std::slice::from_ref(&arguments.spec),
    )
}

/// The tolerance, if a bound can be asked for.
fn asked(spec: &Spec, arguments: &Bound) -> Result<Rational, Refusal> {
    let refused = |message: &str| Refusal::in_file(&arguments.spec, message);
    if spec.goal == Goal::Regions {
        return Err(
            refused("this spec has no formula, so there is no error to bound a size for")
                .hint("add a formula and a tolerance"),
        );
    }
    if spec.claim.norm != Norm::Sup {
        let message = format!(
            "lower bounds of size are known for the norm sup only, the spec asks for {}",
            spec.claim.norm
        );
        return Err(refused(&message).hint("set norm = \"sup\" in [claim]"));
    }
    match (&arguments.tolerance, &spec.claim.tolerance) {
        (Some(text), _) => {
            let tolerance = inputs::number("tolerance", text)?;
            if tolerance.is_negative() {
                let message = format!("--tolerance must be at least 0, found {tolerance}");
                return Err(Refusal::new(message));
            }
            Ok(tolerance)
        }
        (None, Some(tolerance)) => Ok(tolerance.clone()),
        (None, None) => Err(refused("a lower bound of size needs a tolerance")
            .hint("set tolerance in [claim], or give --tolerance NUMBER")),
    }
}

/// Writes the certificate.
fn write(found: &LowerBound, path: &Path) -> Result<(), Refusal> {
    let Some(bytes) = found.certificate() else {
        return Err(
            Refusal::in_file(path, "nothing is forced, so there is no certificate")
                .hint("leave --certificate out, or ask for a smaller tolerance"),
        );
    };
    write_beside(path, |out: &mut dyn Write| out.write_all(bytes))
        .map_err(|error| Refusal::in_file(path, error))
}

/// Checks a certificate for a lower bound of size.
pub fn check(arguments: &Check, bytes: &[u8], format: Format) -> Result<Output, Refusal> {
    let certificate = match size::read(bytes) {
        Ok(certificate) => certificate,
        Err(error) => return Ok(rejected(format, "malformed", &error.to_string())),
    };
    if arguments.core {
        let (named, most) = (Layer::Sizes, Layer::Core);
        let beyond = Rejection::BeyondLayer { named, most };
        return Ok(rejected(format, beyond.kind(), &beyond.to_string()));
    }
    let other = |text: &str| {
        let message = format!("the certificate claims something else: {text}");
        Ok(rejected(format, "other-claim", &message))
    };
    if arguments.network.is_some() {
        return other(
            "it is about all networks of a kind, not about one; hint: leave --network out",
        );
    }
    if arguments.property.is_some() {
        return other("it is about the size of networks, not about a property");
    }
    let asked = inputs::without_network(&arguments.question, certificate.target.inputs())?;
    if asked.as_ref().is_some_and(|asked| asked.norm != Norm::Sup) {
        return other("it is about the norm sup");
    }
    let verified = check_size(&certificate).and_then(|verified| {
        if let Some(asked) = &asked {
            verified.answers(&asked.target, &asked.domain, asked.tolerance.as_ref())?;
        }
        Ok(verified)
    });
    let verified = match verified {
        Ok(verified) => verified,
        Err(rejection) => return Ok(rejected(format, rejection.kind(), &rejection.to_string())),
    };
    Ok(Output::yes(match format {
        Format::Json => {
            let mut object = Map::from_iter([
                ("accepted".to_string(), json!(true)),
                ("layer".to_string(), json!(Layer::Sizes.name())),
            ]);
            if let Value::Object(fields) = claim_json(&verified) {
                object.extend(fields);
            }
            pretty(&Value::Object(object))
        }
        Format::Text => format!(
            "accepted: {}\n  checked by the layer `{}` of the kernel",
            found_text(&verified),
            Layer::Sizes
        ),
    }))
}
