//! `steeple draw`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::pretty;
use super::regions::{few_enough, refused};
use crate::builders::{Goal, entry};
use crate::certificate::text;
use crate::checker::Verified;
use crate::cli::arguments::{Draw, Format};
use crate::cli::{
    Output, Refusal, inputs, interrupt, outputs, picture as picture_file, progress::Bar,
};
use crate::expr::{Domain, Target};
use crate::formats::kind::Wanted;
use crate::network::Network;
use crate::numbers::Rational;
use crate::workflow::convergence::{convergence as sizes_of, measured};
use crate::workflow::pictures::{convergence::convergence_picture, diagram::diagram, warp::warp};
use crate::workflow::reading::Kind as Reading;
use crate::workflow::regions::{facets, picture};
use crate::workflow::{
    self, BuildRequest, PictureKind, RegionsAnswer, RegionsRequest, Subject, WorkflowError,
    check_in_parallel, count_regions, draw,
};

/// The picture of a builder.
const CONVERGENCE: &str = "convergence";

/// Pictures of a network alone, or over a domain: they want no target.
const PLAIN: [&str; 4] = ["regions", "facets", "warp", "diagram"];

/// Draws one picture.
pub fn run(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    if PLAIN.contains(&arguments.kind.as_str()) {
        return plain(arguments, format);
    }
    if arguments.kind == CONVERGENCE {
        return convergence(arguments, format);
    }
    let kind = PictureKind::from_name(&arguments.kind).ok_or_else(|| {
        let known: Vec<&str> = PictureKind::ALL
            .iter()
            .map(|kind| kind.name())
            .chain(PLAIN)
            .chain([CONVERGENCE])
            .collect();
        Refusal::new(format_args!("there is no picture `{}`", arguments.kind))
            .hint(&format!("known: {}", known.join(", ")))
    })?;
    let path = network_file(arguments)?;
    look_at_output(arguments)?;
    let found = match &arguments.certificate {
        Some(path) => Some((path, {
            let bytes = inputs::bytes(path, Reading::CERTIFICATE)?;
            inputs::expect(Wanted::Certificate, path, &bytes).map_err(Refusal::as_no)?;
            text::read(&bytes).map_err(|error| Refusal::in_file(path, error).as_no())?
        })),
        None => None,
    };
    let names = match &found {
        Some((_, certificate)) => inputs::Names::List(certificate.claim.question.domain.names()),
        None => inputs::Names::Question(&arguments.question),
    };
    let inputs::Loaded { network, .. } = inputs::read_network(path, names, arguments.weights)?;
    let mut verified = None;
    let mut certificate = None;
    if let Some((path, found)) = found {
        verified = Some(
            check_in_parallel(&found, &network, None).map_err(|rejection| {
                Refusal::in_file(
                    path,
                    format_args!("the certificate does not hold, so it is not drawn: {rejection}"),
                )
                .as_no()
            })?,
        );
        certificate = Some(found);
    }
    let question = match &verified {
        // A certificate says itself what it is about.
        Some(verified) if !inputs::is_asked(&arguments.question) => {
            verified.claim().question.clone()
        }
        _ => inputs::question(&arguments.question, &network)?.question,
    };
    if let Some(verified) = &verified {
        verified
            .answers(&question, None)
            .map_err(|rejection| Refusal::new(rejection).as_no())?;
    }
    let svg = draw(
        kind,
        &Subject {
            network: &network,
            question: &question,
            claim: verified.as_ref().map(Verified::claim),
            certificate: certificate.as_ref(),
            values: verified.as_ref().and_then(|verified| verified.witness()),
            on_domain: None,
        },
    )
    .map_err(Refusal::new)?;
    let bytes = picture_file::write(&arguments.out, &svg)?;
    Ok(drawn(&arguments.out, kind.name(), bytes, format))
}

/// Makes sure that the file is a picture, and takes the place of nothing that is read.
fn look_at_output(arguments: &Draw) -> Result<(), Refusal> {
    picture_file::is_one(&arguments.out)?;
    let networks = arguments.networks.iter();
    let mut inputs: Vec<PathBuf> = networks
        .flat_map(|path| inputs::network_files(path))
        .collect();
    inputs.extend(inputs::question_files(&arguments.question));
    inputs.extend(arguments.certificate.clone());
    outputs::look_at(&[("--out", &arguments.out)], &inputs)
}

fn drawn(path: &Path, kind: &str, bytes: usize, format: Format) -> Output {
    let path = path.display().to_string();
    Output::yes(match format {
        Format::Text => format!("drawn: {path}"),
        Format::Json => pretty(&json!({ "picture": kind, "path": path, "bytes": bytes })),
    })
}

/// Draws a picture that wants no target: a network is enough, or a network and a domain.
fn plain(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    let kind = arguments.kind.as_str();
    let path = network_file(arguments)?;
    look_at_output(arguments)?;
    let names = inputs::Names::Question(&arguments.question);
    let inputs::Loaded { network, .. } = inputs::read_network(path, names, arguments.weights)?;
    let name = stem_of(path);
    let svg = match kind {
        "diagram" => diagram(&network, &format!("The network {name}")).render(),
        "warp" => bent(
            arguments,
            &network,
            &format!("The plane, as {name} bends it"),
        )?,
        _ => {
            let domain = domain(arguments, &network)?;
            let answer = counted(arguments, &network, &domain)?;
            if kind == "regions" {
                let title = format!("Linear regions of {name}");
                picture(&answer, &domain, &title).map(|picture| picture.render())
            } else {
                let title = format!("The facets of {name}");
                let picture = facets(&answer, &network, &domain, 0, &title);
                picture.map(|picture| picture.render())
            }
            .ok_or_else(|| wants_two(kind, domain.dimension()))?
        }
    };
    let bytes = picture_file::write(&arguments.out, &svg)?;
    Ok(drawn(&arguments.out, kind, bytes, format))
}

/// The one network of a picture.
fn network_file(arguments: &Draw) -> Result<&Path, Refusal> {
    match arguments.networks.as_slice() {
        [one] => Ok(one),
        several => {
            let (kind, found) = (&arguments.kind, several.len());
            Err(Refusal::new(format_args!(
                "picture `{kind}` is of one network, {found} are given"
            )))
        }
    }
}

fn stem_of(path: &Path) -> String {
    let stem = path.file_stem();
    stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// Draws how the error of a spec's builder falls with its size, and the errors of networks beside it.
fn convergence(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    let Some(path) = &arguments.question.spec else {
        return Err(
            Refusal::new("picture `convergence` is of a builder, which a spec names")
                .hint("give --spec FILE"),
        );
    };
    if arguments.certificate.is_some() {
        return Err(Refusal::new(
            "--certificate is for pictures of one network, not for `convergence`",
        ));
    }
    look_at_output(arguments)?;
    let (spec, source) = inputs::read_spec(path)?;
    let Some(builder) = spec.network.as_ref().filter(|_| spec.goal == Goal::Target) else {
        return Err(
            Refusal::in_file(path, "this spec builds nothing that comes near a target")
                .hint("name a builder in [network], see `steeple catalogue`"),
        );
    };
    let request = BuildRequest {
        builder: builder.builder,
        parameters: &builder.parameters,
        target: &spec.target,
        domain: &spec.domain,
        norm: spec.claim.norm,
        threshold: spec.claim.threshold.clone(),
        tolerance: None,
        gap: spec.claim.gap.clone(),
        limits: workflow::Limits {
            interrupt: Some(interrupt::listen()),
            ..workflow::Limits::default()
        },
        threads: None,
        portable: false,
    };
    let mut networks = Vec::new();
    for file in &arguments.networks {
        let names = inputs::Names::List(spec.target.inputs());
        let inputs::Loaded { network, .. } = inputs::read_network(file, names, arguments.weights)?;
        inputs::by_name(&spec, &network, file)?;
        networks.push((file, network));
    }
    let mut bar = Bar::new();
    let sizes =
        sizes_of(&request, &mut |progress| bar.show(progress)).map_err(|error| match error {
            WorkflowError::Build(message) => Refusal::at(
                &path.display().to_string(),
                &source,
                &builder.place_of(&message),
                &message,
                None,
            ),
            other => other.into(),
        })?;
    let mut beside = Vec::new();
    for (file, network) in &networks {
        let (target, domain) = inputs::by_name(&spec, network, file)?;
        let request = BuildRequest {
            target: &target,
            domain: &domain,
            ..request.clone()
        };
        let (found, _) = measured(&request, network, &mut |progress| bar.show(progress))?;
        beside.push((stem_of(file), found));
    }
    drop(bar);
    let name = entry(builder.builder).name;
    let text = spec.target.text().join(", ");
    let svg = convergence_picture(name, &text, spec.claim.norm, &sizes, &beside).render();
    let bytes = picture_file::write(&arguments.out, &svg)?;
    Ok(drawn(&arguments.out, CONVERGENCE, bytes, format))
}

fn wants_two(kind: &str, found: usize) -> Refusal {
    Refusal::new(format_args!(
        "picture `{kind}` needs a network of two inputs, this one has {found}"
    ))
}

/// The domain from a flag or a spec, in the order of the network's inputs.
fn domain(arguments: &Draw, network: &Network) -> Result<Domain, Refusal> {
    let question = &arguments.question;
    let domain = match (&question.spec, &question.domain) {
        (Some(path), _) => inputs::read_spec(path)?.0.domain,
        (None, Some(text)) => inputs::domain(text, network.inputs())?,
        (None, None) => {
            let kind = &arguments.kind;
            return Err(
                Refusal::new(format_args!("picture `{kind}` needs a domain"))
                    .hint("give --domain \"x=-1..1,y=-1..1\" or --spec FILE"),
            );
        }
    };
    domain
        .in_order(network.inputs())
        .map_err(|error| Refusal::new(format_args!("--domain: {error}")))
}

fn threshold(arguments: &Draw) -> Result<Option<Rational>, Refusal> {
    let text = arguments.question.threshold.as_deref();
    text.map(|text| inputs::number("threshold", text))
        .transpose()
}

/// The regions, if they are not too many to draw.
fn counted(arguments: &Draw, network: &Network, domain: &Domain) -> Result<RegionsAnswer, Refusal> {
    let answer = count_regions(&RegionsRequest {
        network,
        domain,
        threshold: threshold(arguments)?.as_ref(),
        memory: 4 << 30,
    })
    .map_err(|error| refused(&error, network, domain))?;
    few_enough(&answer)?;
    Ok(answer)
}

/// Draws the plane as each hidden layer sees it.
fn bent(arguments: &Draw, network: &Network, title: &str) -> Result<String, Refusal> {
    let domain = domain(arguments, network)?;
    let has_target = !arguments.question.target.is_empty() || arguments.question.spec.is_some();
    let region = if has_target {
        let asked = inputs::question(&arguments.question, network)?;
        Some(asked.question.target).filter(Target::is_region)
    } else {
        None
    };
    let threshold = threshold(arguments)?;
    warp(network, &domain, region.as_ref(), threshold.as_ref(), title)
        .map(|picture| picture.render())
        .ok_or_else(|| wants_two("warp", domain.dimension()))
}
