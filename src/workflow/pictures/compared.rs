//! The pictures of a comparison.

use std::fmt::Write as _;

use super::diagram::diagram;
use super::{PictureError, PictureKind, Scene, Subject, draw};
use crate::certificate::{Claim, Norm};
use crate::draw::{LogPlot, Maps, MapsPicture, Series, SurfacePicture};
use crate::expr::typeset;
use crate::numbers::literal;
use crate::training::Samples;
use crate::words::count;
use crate::workflow::compare::{Compared, Member};

/// Networks with more hidden units get no diagram.
const MOST_IN_DIAGRAM: usize = 32;
/// Decisions side by side are small, so their cells are larger: `2^SMALL_DEPTH` in a row.
const SMALL_DEPTH: u32 = 7;
/// The most surfaces side by side.
const MOST_SURFACES: usize = 6;
/// The most points of a loss curve; longer curves are thinned out.
const LOSS_POINTS: usize = 400;

/// Draws all pictures of a comparison; returns names and SVG documents.
///
/// - Errors: [`PictureError`] if a network cannot be evaluated.
pub fn draw_compared(compared: &Compared) -> Result<Vec<(String, String)>, PictureError> {
    let comparison = &compared.comparison;
    let members: Vec<(&str, &Member)> = comparison
        .rows
        .iter()
        .zip(&compared.members)
        .filter_map(|(row, member)| Some((row.name.as_str(), member.as_ref()?)))
        .collect();
    let mut pictures = Vec::new();
    let is_region = comparison.threshold.is_some();
    let points = compared.samples.as_ref();
    match comparison.domain.len() {
        1 => {
            for (name, member) in &members {
                if let Some(subject) = subject(member, points, &[Norm::Sup, Norm::Area]) {
                    let svg = draw(PictureKind::Curve, &subject)?;
                    pictures.push((format!("curve-{}", file_name(name)), svg));
                }
            }
        }
        2 => {
            let target = comparison.target_text();
            pictures.push(maps(&members, points, is_region, &target)?);
            pictures.extend(surfaces(&members, &target)?);
        }
        _ => {}
    }
    pictures.extend(losses(&members));
    for (name, member) in &members {
        let hidden = member
            .network
            .layers()
            .split_last()
            .map_or(&[][..], |(_, hidden)| hidden);
        if hidden
            .iter()
            .map(crate::network::Layer::units)
            .sum::<usize>()
            <= MOST_IN_DIAGRAM
            && !hidden.is_empty()
        {
            let picture = diagram(&member.network);
            pictures.push((format!("diagram-{}", file_name(name)), picture.render()));
        }
    }
    Ok(pictures)
}

/// Returns a name for files: letters, digits and hyphens.
pub fn file_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            ' '
        }
    };
    let text: String = name.chars().map(plain).collect();
    text.split_whitespace().collect::<Vec<_>>().join("-")
}

/// What was proved about a network, in the first of these norms with a proof.
fn subject<'a>(
    member: &'a Member,
    points: Option<&'a Samples>,
    norms: &[Norm],
) -> Option<Subject<'a>> {
    let answers = norms.iter().filter_map(|norm| {
        let mut answers = member.answers.iter();
        answers
            .find(|(found, _)| found == norm)
            .map(|(_, answer)| answer)
    });
    let answer = answers.into_iter().next()?;
    let claim = answer.verified.claim();
    Some(Subject {
        network: &member.network,
        question: &claim.question,
        claim: Some(claim),
        certificate: Some(&answer.certificate),
        values: answer.verified.witness(),
        on_domain: answer.on_domain.as_ref(),
        points,
    })
}

/// Decisions or errors side by side.
fn maps(
    members: &[(&str, &Member)],
    points: Option<&Samples>,
    is_region: bool,
    target: &str,
) -> Result<(String, String), PictureError> {
    let (mut decisions, mut errors) = (Vec::new(), Vec::new());
    for (name, member) in members {
        let Some(subject) = subject(member, points, &[Norm::Sup, Norm::Area]) else {
            continue;
        };
        let scene = Scene::new(&subject)?;
        if is_region {
            let mut map = scene.halfplanes_on(SMALL_DEPTH);
            map.title = (*name).to_string();
            decisions.push(map);
        } else {
            let mut map = scene.error();
            let upper = subject.claim.and_then(Claim::error_upper);
            let error = upper.map_or("no bound".into(), |upper| {
                format!("error ≤ {}", literal::decimal_up(&upper, 3))
            });
            map.title = format!("{name}: {error}");
            errors.push(map);
        }
    }
    let maps = if is_region {
        Maps::Decisions(decisions)
    } else {
        Maps::Errors(errors)
    };
    let target = typeset(target);
    let (title, caption) = if is_region {
        (
            "Where each network decides",
            format!(
                "Region: {target}. The colours are proved on each cell. The lines are the units of the first layer."
            ),
        )
    } else if maps.share_colours() {
        (
            "Where each network is wrong, and by how much",
            format!("f = {target}. The colours are proved bounds of |N − f| on each cell."),
        )
    } else {
        (
            "Where each network is wrong, each on its own scale",
            format!(
                "f = {target}. The colours are proved bounds of |N − f| on each cell. The darkest colour, 1, \
                 stands for the largest error of each map. Above the map you read how large that is."
            ),
        )
    };
    let picture = MapsPicture {
        title: title.into(),
        caption,
        maps,
    };
    let name = if is_region { "decisions" } else { "errors" };
    Ok((name.to_string(), picture.render()))
}

/// Surfaces of trained networks side by side, on one scale.
fn surfaces(
    members: &[(&str, &Member)],
    target: &str,
) -> Result<Option<(String, String)>, PictureError> {
    let is_trained = |(_, member): &&(&str, &Member)| !member.losses.is_empty();
    let trained: Vec<_> = members.iter().filter(is_trained).collect();
    let mut picture = SurfacePicture::default();
    for (name, member) in trained.iter().take(MOST_SURFACES) {
        if let Some(subject) = subject(member, None, &[Norm::Area, Norm::Sup]) {
            let scene = Scene::new(&subject)?;
            let (surface, level) = scene.network_alone(name);
            picture.x_label = scene.label(0);
            picture.y_label = scene.label(1);
            picture.level = level;
            picture.surfaces.push(surface);
        }
    }
    if picture.surfaces.is_empty() {
        return Ok(None);
    }
    picture.title = "What the trained networks compute".into();
    picture.caption = format!("f = {}. The surfaces are sampled.", typeset(target));
    let (shown, all) = (picture.surfaces.len(), trained.len());
    if shown < all {
        let _ = write!(picture.caption, " The first {shown} of {all} are shown.");
    }
    if let Some(squashed) = picture.surfaces.iter().find(|s| s.value.starts_with('σ')) {
        let _ = write!(
            picture.caption,
            " Outputs far beyond 0 and 1 are drawn as {}; half way up, the network decides.",
            squashed.value
        );
    }
    Ok(Some(("surfaces".into(), picture.render())))
}

/// The losses of all trained networks.
#[allow(clippy::cast_precision_loss, reason = "steps are few")]
fn losses(members: &[(&str, &Member)]) -> Option<(String, String)> {
    let series: Vec<Series> = members
        .iter()
        .filter(|(_, member)| !member.losses.is_empty())
        .map(|(name, member)| {
            let every = member.losses.len().div_ceil(LOSS_POINTS);
            let last = member.losses.len() - 1;
            let points = member.losses.iter().enumerate();
            let points = points.filter(|(step, _)| step % every == 0 || *step == last);
            Series {
                name: (*name).to_string(),
                points: points
                    .map(|(step, loss)| (step as f64, *loss, *loss))
                    .collect(),
                is_marked: false,
                is_theory: false,
            }
        })
        .collect();
    if series.is_empty() {
        return None;
    }
    let picture = LogPlot {
        title: format!("How the loss of {} falls", count(series.len(), "network")),
        caption: "The best start of each network. The mean error on the points is not the largest error on the domain.".into(),
        x_label: "steps".into(),
        y_label: "loss".into(),
        is_x_log: false,
        series,
    };
    Some(("loss".into(), picture.render()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_name("sigmoid 2-6-1"), "sigmoid-2-6-1");
        assert_eq!(file_name("../a b: ü"), "a-b");
    }
}
