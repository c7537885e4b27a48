//! `steeple regions`.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::pretty;
use crate::cli::arguments::{Format, Regions};
use crate::cli::{Output, Refusal, inputs, note, outputs, picture as picture_file};
use crate::expr::friendly::read_expression;
use crate::expr::{Domain, Expr};
use crate::network::Network;
use crate::numbers::literal::{decimal_down, decimal_up};
use crate::numbers::{Natural, Rational};
use crate::regions::{Architecture, Bounds, Decision, RegionsError, lines_that_meet};
use crate::words::count;
use crate::workflow::pictures::titles::doing;
use crate::workflow::regions::{self as flow, MOST_DRAWN, RegionsAnswer, RegionsRequest};
use crate::workflow::write_beside;

/// Counts regions.
pub fn run(arguments: &Regions, format: Format) -> Result<Output, Refusal> {
    let start = Instant::now();
    if let Some(path) = &arguments.draw {
        picture_file::is_one(path)?;
    }
    let written: Vec<(&str, &Path)> =
        [("--draw", &arguments.draw), ("--export", &arguments.export)]
            .into_iter()
            .filter_map(|(flag, path)| Some((flag, path.as_deref()?)))
            .collect();
    outputs::look_at(&written, &inputs::network_files(&arguments.network))?;
    let names = arguments.section.as_ref().unwrap_or(&arguments.domain);
    let names = inputs::Names::Flag(names);
    let full = inputs::read_network(&arguments.network, names, arguments.weights)?.network;
    let (network, domain) = section(&full, &arguments.domain, arguments.section.as_deref())?;
    let inputs = domain.dimension();
    for (flag, value, most) in [
        ("draw", arguments.draw.is_some(), 2),
        ("export", arguments.export.is_some(), 2),
        ("threshold", arguments.threshold.is_some(), 2),
    ] {
        if value && inputs > most {
            return Err(Refusal::new(format_args!(
                "--{flag} needs one or two inputs, the network has {inputs}"
            ))
            .hint("--section looks along a segment or a plane"));
        }
    }
    let threshold = arguments.threshold.as_deref();
    let threshold = threshold
        .map(|text| inputs::number("threshold", text))
        .transpose()?;
    let request = RegionsRequest {
        network: &network,
        domain: &domain,
        threshold: threshold.as_ref(),
        memory: arguments.memory_limit,
    };
    let answer = match flow::count_regions(&request) {
        Ok(answer) => answer,
        Err(RegionsError::Memory { counted }) => {
            return Ok(stopped(&network, &domain, counted, format));
        }
        Err(error) => return Err(refused(&error, &network, &domain)),
    };
    if let Some(path) = &arguments.draw {
        draw(path, &answer, &network, &domain, arguments)?;
    }
    if let Some(path) = &arguments.export {
        write_beside(path, |out: &mut dyn Write| {
            flow::export(&answer, &network, &domain, out)
        })
        .map_err(|error| Refusal::in_file(path, error))?;
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(Output::yes(match format {
        Format::Json => {
            let mut object = flow::to_json(&answer, &domain);
            object["seconds"] = json!(seconds);
            pretty(&object)
        }
        Format::Text => text(&answer, &network, &domain, threshold.as_ref()),
    }))
}

/// Refuses a picture of more regions than can be told apart.
pub fn few_enough(answer: &RegionsAnswer) -> Result<(), Refusal> {
    let count = answer.counts.activation_regions;
    if count > MOST_DRAWN {
        return Err(Refusal::new(format_args!(
            "{count} activation regions are too many for a picture, {MOST_DRAWN} are allowed"
        ))
        .hint("draw a smaller domain"));
    }
    Ok(())
}

/// Draws the regions of a network to a file.
fn draw(
    path: &Path,
    answer: &RegionsAnswer,
    network: &Network,
    domain: &Domain,
    arguments: &Regions,
) -> Result<usize, Refusal> {
    few_enough(answer)?;
    let regions = count(answer.counts.linear_regions, "linear region");
    let title = doing(network, ["makes", "make"], &regions);
    let Some(picture) = flow::picture(answer, domain, &title) else {
        return Err(Refusal::new(format_args!(
            "picture `regions` needs two inputs, there are {}",
            domain.dimension()
        )));
    };
    let svg = picture.render();
    picture_file::write(path, &svg, arguments.look)
}

/// Says why regions cannot be counted, and what can be said instead.
pub fn refused(error: &RegionsError, network: &Network, domain: &Domain) -> Refusal {
    let refusal = Refusal::new(error);
    match error {
        RegionsError::Smooth => {
            let (meet, all) = lines_that_meet(network, domain.sides());
            refusal.hint(&format!(
                "{meet} of the {all} lines on which a sum of the first layer is 0 meet the domain"
            ))
        }
        RegionsError::Inputs(_) => refusal.hint("--section looks along a segment or a plane"),
        _ => refusal,
    }
}

/// The network and the box that flags ask about.
fn section(
    network: &Network,
    domain: &str,
    section: Option<&str>,
) -> Result<(Network, Domain), Refusal> {
    let wrong = |error: crate::expr::DomainError| Refusal::new(format_args!("--domain: {error}"));
    // Along a section the sides are those of its parameters.
    let names = if section.is_some() {
        &[]
    } else {
        network.inputs()
    };
    let domain = inputs::domain(domain, names)?;
    let Some(text) = section else {
        let domain = domain.in_order(network.inputs()).map_err(wrong)?;
        return Ok((network.clone(), domain));
    };
    let mut formulas: Vec<Option<Expr>> = vec![None; network.inputs().len()];
    for part in text.split(',') {
        let Some((name, formula)) = part.split_once('=') else {
            return Err(Refusal::new(format_args!(
                "--section: `{}` is not a formula",
                part.trim()
            ))
            .hint("write --section \"x=t,y=1-t\" --domain \"t=0..1\""));
        };
        let name = name.trim();
        let Some(place) = network.inputs().iter().position(|input| input == name) else {
            return Err(Refusal::new(format_args!(
                "--section: the network has no input `{name}`, its inputs are {}",
                network.inputs().join(", ")
            )));
        };
        let (formula, said) = read_expression(formula, domain.names()).map_err(|error| {
            Refusal::at(
                "--section",
                formula,
                &error.span,
                &error.message,
                error.hint.as_deref(),
            )
        })?;
        if let Some(text) = said {
            note(&text);
        }
        if formulas[place].replace(formula).is_some() {
            return Err(Refusal::new(format_args!("--section gives `{name}` twice")));
        }
    }
    let missing = formulas.iter().position(Option::is_none);
    if let Some(place) = missing {
        let name = &network.inputs()[place];
        return Err(Refusal::new(format_args!(
            "--section gives no formula for `{name}`"
        )));
    }
    let formulas: Vec<Expr> = formulas.into_iter().flatten().collect();
    let network = flow::along(network, &formulas, domain.names()).map_err(|place| {
        let name = network.inputs().get(place).map_or("", String::as_str);
        Refusal::new(format_args!(
            "--section: the formula for `{name}` is not affine"
        ))
        .hint("sums of variables times exact numbers: x=1/2+2*s-t")
    })?;
    Ok((network, domain))
}

/// The answer when the memory is used up.
fn stopped(network: &Network, domain: &Domain, counted: usize, format: Format) -> Output {
    let error = RegionsError::Memory { counted };
    let text = match format {
        Format::Json => pretty(&json!({
            "count": null,
            "activation_regions": null,
            "activation_regions_at_least": counted,
            "domain": flow::domain_json(domain),
            "bounds": flow::bounds_json(&Architecture::of(network).bounds()),
            "decision": null,
            "stopped_by": "memory",
        })),
        Format::Text => {
            format!("undecided: {error}\n  hint: raise --memory-limit, or take a smaller domain")
        }
    };
    Output { text, code: 3 }
}

fn text(
    answer: &RegionsAnswer,
    network: &Network,
    domain: &Domain,
    threshold: Option<&Rational>,
) -> String {
    let counts = answer.counts;
    let mut text = format!(
        "{} and {} on {domain}, counted exactly",
        count(counts.linear_regions, "linear region"),
        count(counts.activation_regions, "activation region"),
    );
    if let (Some(decision), Some(threshold)) = (&answer.decision, threshold) {
        text += "\n";
        text += &decision_text(decision, threshold, network, domain.dimension());
    }
    text += &bounds_text(&answer.bounds);
    text
}

fn decision_text(
    decision: &Decision,
    threshold: &Rational,
    network: &Network,
    inputs: usize,
) -> String {
    let name = &network.outputs()[0];
    let (low, high) = &decision.area;
    let size = match (low == high, low.bits() < 200) {
        (true, true) => format!("{low}"),
        (true, false) => format!(
            "{} (an exact fraction, see --format json)",
            decimal_down(low, 12)
        ),
        _ => format!(
            "between {} and {}",
            decimal_down(low, 12),
            decimal_up(high, 12)
        ),
    };
    let parts = format!(
        "{name} >= {threshold} on {}",
        count(decision.components, "connected part")
    );
    if inputs == 1 {
        return format!("{parts}, length {size}");
    }
    let end = |end: crate::numbers::Dyadic| end.to_rational().unwrap_or_default();
    format!(
        "{parts} with {} and {} ({} on the border of the domain), area {size}, perimeter between {} and {}",
        count(decision.holes, "hole"),
        count(decision.sides, "side"),
        decision.border_sides,
        decimal_down(&end(decision.perimeter.inf()), 8),
        decimal_up(&end(decision.perimeter.sup()), 8),
    )
}

fn bounds_text(bounds: &Bounds) -> String {
    let mut text = String::new();
    let mut group = |heading: &str, rows: &[(&str, &Option<Natural>)]| {
        let known: Vec<_> = rows.iter().filter(|(_, bound)| bound.is_some()).collect();
        if !known.is_empty() {
            let _ = write!(text, "\n{heading}");
        }
        for (source, bound) in known {
            let _ = write!(
                text,
                "\n  {:<30} {}",
                source,
                bound.as_ref().expect("known")
            );
        }
    };
    group(
        "by theorem, no network of this shape has more regions than",
        &[
            ("Zaslavsky 1975", &bounds.zaslavsky),
            ("Montufar 2017", &bounds.montufar_upper),
            ("Serra et al. 2018", &bounds.serra),
        ],
    );
    group(
        "by theorem, some network of this shape (not this one) has on all inputs at least",
        &[
            ("Pascanu et al. 2013", &bounds.pascanu),
            ("Montufar et al. 2014", &bounds.montufar_lower),
        ],
    );
    group(
        "an estimate for random networks of as many units, whatever their depth: about",
        &[("Hanin and Rolnick 2019", &bounds.hanin_rolnick)],
    );
    text
}
