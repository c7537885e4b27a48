//! `steeple draw`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::pretty;
use super::regions::{few_enough, refused};
use crate::builders::{Goal, entry};
use crate::certificate::{Semantics, text};
use crate::checker::Verified;
use crate::cli::arguments::{Draw, Format, Over, Picture};
use crate::cli::{
    Output, Refusal, inputs, interrupt, outputs, picture as picture_file, progress::Bar,
};
use crate::expr::{Domain, Target};
use crate::formats::kind::Wanted;
use crate::formats::reading::Kind as Reading;
use crate::jobs::Threads;
use crate::network::Network;
use crate::numbers::Rational;
use crate::training::Samples;
use crate::words::count;
use crate::workflow::convergence::{convergence as sizes_of, measured};
use crate::workflow::pictures::{
    convergence::convergence_picture, diagram::diagram, ridges::ridges,
    steepness::steepness_picture, titles::doing, warp::warp,
};
use crate::workflow::regions::{facets, picture};
use crate::workflow::steepness::by_steepness;
use crate::workflow::{
    self, BuildRequest, PictureKind, RegionsAnswer, RegionsRequest, Subject, check_in_parallel,
    count_regions, draw, draw_network, training_data,
};

/// Draws one picture.
pub fn run(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    if arguments.over.is_some() && arguments.kind != Picture::Convergence {
        let kind = arguments.kind.name();
        return Err(Refusal::new(format_args!(
            "--over cannot be used with picture `{kind}`, only with `convergence`"
        )));
    }
    let kind = match arguments.kind {
        Picture::Curve => PictureKind::Curve,
        Picture::Surface => PictureKind::Surface,
        Picture::Error => PictureKind::Error,
        Picture::Halfplanes => PictureKind::Halfplanes,
        Picture::Partition => PictureKind::Partition,
        Picture::Regions | Picture::Facets | Picture::Warp | Picture::Ridges | Picture::Diagram => {
            return plain(arguments, format);
        }
        Picture::Convergence => return convergence(arguments, format),
    };
    let question = &arguments.question;
    let is_alone = arguments.certificate.is_none()
        && question.spec.is_none()
        && question.target.is_empty()
        && question.norm.is_none()
        && question.tolerance.is_none();
    if is_alone && matches!(kind, PictureKind::Curve | PictureKind::Surface) {
        return plain(arguments, format);
    }
    let path = network_file(arguments)?;
    look_at_output(arguments, format)?;
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
        verified = Some(check_in_parallel(&found, &network, Threads::All).map_err(
            |rejection| {
                Refusal::in_file(
                    path,
                    format_args!("the certificate does not hold, so it is not drawn: {rejection}"),
                )
                .as_no()
            },
        )?);
        certificate = Some(found);
    }
    let mut question = match &verified {
        // A certificate says itself what it is about.
        Some(verified) if !inputs::is_asked(&arguments.question) => {
            verified.claim().question.clone()
        }
        _ => inputs::question(&arguments.question, None, &network)?.question,
    };
    if let Some(verified) = &verified {
        // What is drawn is the same in any arithmetic.
        question.semantics = verified.claim().question.semantics.clone();
        verified
            .answers(&question, None)
            .map_err(|rejection| Refusal::new(rejection).as_no())?;
    }
    let points = points_of(arguments, &network)?;
    let svg = draw(
        kind,
        &Subject {
            network: &network,
            question: &question,
            claim: verified.as_ref().map(Verified::claim),
            certificate: certificate.as_ref(),
            values: verified.as_ref().and_then(|verified| verified.witness()),
            on_domain: None,
            points: points.as_ref(),
        },
    )
    .map_err(Refusal::new)?;
    drawn(arguments, kind.name(), &svg, format)
}

/// The training points of a spec with a table `[compare]`, their inputs in the order of the network's.
fn points_of(arguments: &Draw, network: &Network) -> Result<Option<Samples>, Refusal> {
    let Some(path) = &arguments.question.spec else {
        return Ok(None);
    };
    let (spec, source) = inputs::read_spec(path)?;
    let Some(compare) = &spec.compare else {
        return Ok(None);
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let data = training_data(&spec, compare, folder)
        .map_err(|error| super::train::no_data(&error, compare, path, &source))?;
    Ok(data.samples.in_order(network.inputs()))
}

/// Makes sure that the file is a picture, and takes the place of nothing that is read.
fn look_at_output(arguments: &Draw, format: Format) -> Result<(), Refusal> {
    if outputs::is_standard(&arguments.out) {
        if format == Format::Json {
            return Err(
                Refusal::new("--out - and --format json both write to standard output")
                    .hint("give --out a file name"),
            );
        }
        return Ok(());
    }
    picture_file::is_one(&arguments.out)?;
    let networks = arguments.networks.iter();
    let mut inputs: Vec<PathBuf> = networks
        .flat_map(|path| inputs::network_files(path))
        .collect();
    inputs.extend(inputs::question_files(&arguments.question));
    inputs.extend(arguments.certificate.clone());
    outputs::look_at(&[("--out", &arguments.out)], &inputs)
}

/// Writes a picture; what is left to say, where it did not go to standard output itself.
fn drawn(arguments: &Draw, kind: &str, svg: &str, format: Format) -> Result<Output, Refusal> {
    let (path, look) = (arguments.out.as_path(), arguments.look);
    if outputs::is_standard(path) {
        return Ok(Output::yes(look.of(svg, path)));
    }
    let bytes = picture_file::write(path, svg, look)?;
    let path = path.display().to_string();
    Ok(Output::yes(match format {
        Format::Text => format!("drawn: {path}"),
        Format::Json => pretty(&json!({ "picture": kind, "path": path, "bytes": bytes })),
    }))
}

/// Draws a picture that wants no target: a network is enough, or a network and a domain.
fn plain(arguments: &Draw, format: Format) -> Result<Output, Refusal> {
    let kind = arguments.kind.name();
    let path = network_file(arguments)?;
    look_at_output(arguments, format)?;
    let names = inputs::Names::Question(&arguments.question);
    let inputs::Loaded { network, .. } = inputs::read_network(path, names, arguments.weights)?;
    let svg = match arguments.kind {
        Picture::Diagram => diagram(&network).render(),
        Picture::Curve | Picture::Surface => {
            let kind = if arguments.kind == Picture::Curve {
                PictureKind::Curve
            } else {
                PictureKind::Surface
            };
            let domain = domain(arguments, &network)?;
            let threshold = threshold(arguments)?;
            draw_network(kind, &network, &domain, threshold.as_ref()).map_err(Refusal::new)?
        }
        Picture::Ridges => ridges(&network, &domain(arguments, &network)?).map_err(Refusal::new)?,
        Picture::Warp => bent(arguments, &network)?,
        _ => {
            let domain = domain(arguments, &network)?;
            let answer = counted(arguments, &network, &domain)?;
            if arguments.kind == Picture::Regions {
                let regions = count(answer.counts.linear_regions, "linear region");
                let title = doing(&network, ["makes", "make"], &regions);
                picture(&answer, &domain, &title).map(|picture| picture.render())
            } else {
                let facets_there = count(answer.counts.linear_regions, "facet");
                let folded = format!("the plane into {facets_there}");
                let title = doing(&network, ["folds", "fold"], &folded);
                let picture = facets(&answer, &network, &domain, 0, &title);
                picture.map(|picture| picture.render())
            }
            .ok_or_else(|| wants_two(&kind, domain.dimension()))?
        }
    };
    drawn(arguments, &kind, &svg, format)
}

/// The one network of a picture.
fn network_file(arguments: &Draw) -> Result<&Path, Refusal> {
    match arguments.networks.as_slice() {
        [one] => Ok(one),
        several => {
            let (kind, found) = (arguments.kind.name(), several.len());
            Err(Refusal::new(format_args!(
                "picture `{kind}` needs one network file, found {found}"
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
            Refusal::new("picture `convergence` needs --spec with a [network] table")
                .hint("give --spec FILE"),
        );
    };
    if arguments.certificate.is_some() {
        return Err(Refusal::new(
            "--certificate cannot be used with picture `convergence`",
        ));
    }
    look_at_output(arguments, format)?;
    let (spec, source) = inputs::read_spec(path)?;
    let Some(builder) = spec.network.as_ref().filter(|_| spec.goal == Goal::Target) else {
        return Err(Refusal::in_file(
            path,
            "the builder of this spec does not approximate a target",
        )
        .hint("name a builder in [network], see `steeple catalogue`"));
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
        semantics: Semantics::Real,
        limits: workflow::Limits {
            interrupt: Some(interrupt::listen()),
            ..workflow::Limits::default()
        },
        threads: crate::jobs::Threads::All,
        portable: false,
    };
    if arguments.over == Some(Over::Steepness) {
        if !arguments.networks.is_empty() {
            return Err(Refusal::new("--over steepness compares no network files")
                .hint("leave them out, or use --over size"));
        }
        let mut bar = Bar::new();
        let found = by_steepness(&request, &mut |progress| bar.show(progress))
            .map_err(|error| Refusal::in_table(path, &source, builder, error))?;
        drop(bar);
        let text = spec.target.text().join(", ");
        let svg = steepness_picture(&text, spec.claim.norm, &found).render();
        return drawn(arguments, "convergence", &svg, format);
    }
    let mut networks = Vec::new();
    for file in &arguments.networks {
        let names = inputs::Names::List(spec.target.inputs());
        let inputs::Loaded { network, .. } = inputs::read_network(file, names, arguments.weights)?;
        inputs::by_name(&spec, &network, file)?;
        networks.push((file, network));
    }
    let mut bar = Bar::new();
    let sizes = sizes_of(&request, &mut |progress| bar.show(progress))
        .map_err(|error| Refusal::in_table(path, &source, builder, error))?;
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
    drawn(arguments, "convergence", &svg, format)
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
            let kind = arguments.kind.name();
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
fn bent(arguments: &Draw, network: &Network) -> Result<String, Refusal> {
    let domain = domain(arguments, network)?;
    let has_target = !arguments.question.target.is_empty() || arguments.question.spec.is_some();
    let region = if has_target {
        let asked = inputs::question(&arguments.question, None, network)?;
        Some(asked.question.target).filter(Target::is_region)
    } else {
        None
    };
    let threshold = threshold(arguments)?;
    warp(network, &domain, region.as_ref(), threshold.as_ref())
        .map(|picture| picture.render())
        .ok_or_else(|| wants_two("warp", domain.dimension()))
}
