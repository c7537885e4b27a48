//! Pictures of a network during training, and all of them as one that plays.

use super::surface::surface_samples;
use super::{PictureError, Scene, Subject};
use crate::draw::{CurvePicture, HalfplanesPicture, Surface, SurfacePicture, animated};

/// Grid lines of a surface, in each direction.
const LINES: usize = 26;

/// A network on the way.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The network and its question.
    pub subject: Subject<'a>,
    /// The text above the picture.
    pub title: String,
    /// The text below it.
    pub caption: String,
    /// Whether the question has a target; otherwise only the network and the points are drawn.
    pub has_target: bool,
}

/// Draws networks during training: decision and region for a region of the plane, the surface for a function
/// of two inputs, the curve for a function of one input. Returns SVG documents, and the last is all of them in
/// turn. Curves share their axes.
///
/// - Errors: [`PictureError`] for another number of inputs.
pub fn draw_frames(frames: &[Frame<'_>]) -> Result<Vec<String>, PictureError> {
    let mut pictures = stills(frames)?;
    pictures.push(animated(&pictures));
    Ok(pictures)
}

/// Draws one such picture.
///
/// - Errors: [`PictureError`] for another number of inputs.
pub fn draw_frame(
    subject: &Subject<'_>,
    title: &str,
    caption: &str,
) -> Result<String, PictureError> {
    let frame = Frame {
        subject: *subject,
        title: title.to_owned(),
        caption: caption.to_owned(),
        has_target: true,
    };
    Ok(stills(&[frame])?.concat())
}

fn stills(frames: &[Frame<'_>]) -> Result<Vec<String>, PictureError> {
    let scenes = frames.iter().map(|frame| {
        let mut scene = scene(&frame.subject)?;
        scene.has_target = frame.has_target;
        Ok(scene)
    });
    let scenes: Vec<Scene<'_>> = scenes.collect::<Result<_, PictureError>>()?;
    let curves: Vec<Option<CurvePicture>> = scenes
        .iter()
        .map(|scene| (scene.whole.sides().len() == 1).then(|| curve(scene)))
        .collect();
    let in_view = in_view(curves.iter().flatten());
    let mut pictures = Vec::new();
    for ((frame, scene), curve) in frames.iter().zip(&scenes).zip(curves) {
        let (title, caption) = (frame.title.clone(), frame.caption.clone());
        pictures.push(if let Some(picture) = curve {
            CurvePicture {
                title,
                caption,
                in_view: in_view.clone(),
                ..picture
            }
            .render()
        } else if frame.subject.question.target.is_region() {
            HalfplanesPicture {
                title,
                caption,
                ..decision(scene)
            }
            .render()
        } else {
            SurfacePicture {
                title,
                caption,
                ..coarse(scene).ok_or(PictureError::NoValue)?
            }
            .render()
        });
    }
    Ok(pictures)
}

/// The surface on a coarse grid: many of them make one file.
fn coarse(scene: &Scene<'_>) -> Option<SurfacePicture> {
    let samples = surface_samples(scene.subject, LINES)?;
    let surface = |name: &str, z: Vec<Vec<f64>>| Surface {
        name: name.to_owned(),
        value: String::new(),
        xs: samples.xs.clone(),
        ys: samples.ys.clone(),
        z,
        facets: None,
    };
    let names = scene.subject.question.target.inputs();
    let mut surfaces = vec![surface("network", samples.network)];
    if scene.has_target {
        surfaces.push(surface("target", samples.target));
    }
    Some(SurfacePicture {
        x_label: names[0].clone(),
        y_label: names[1].clone(),
        surfaces,
        z_label: samples.z_label,
        level: samples.level,
        points: scene.points_in_space(),
        ..SurfacePicture::default()
    })
}

/// The curve of the network, beside the target if there is one.
fn curve(scene: &Scene<'_>) -> CurvePicture {
    let mut picture = scene.curve();
    if !scene.has_target {
        (picture.target, picture.error) = (Vec::new(), Vec::new());
    }
    picture
}

/// The decision of the network, compared with the region if there is one.
fn decision(scene: &Scene<'_>) -> HalfplanesPicture {
    let mut picture = scene.halfplanes();
    if !scene.has_target {
        picture.is_alone = true;
        for cell in &mut picture.cells {
            cell.target = cell.network;
        }
    }
    picture
}

fn scene<'a>(subject: &'a Subject<'a>) -> Result<Scene<'a>, PictureError> {
    let inputs = subject.question.target.inputs().len();
    if (1..=2).contains(&inputs) {
        return Scene::new(subject);
    }
    Err(PictureError::Inputs {
        kind: "frames",
        expected: "one or two inputs",
        found: inputs,
    })
}

/// The least and the greatest value and error of all curves.
fn in_view<'a>(curves: impl Iterator<Item = &'a CurvePicture>) -> [Vec<f64>; 2] {
    let mut ends = [(f64::INFINITY, f64::NEG_INFINITY); 2];
    for curve in curves {
        for (ends, lines) in ends.iter_mut().zip([&curve.network, &curve.error]) {
            for (_, y) in lines.iter().flatten().filter(|p| p.1.is_finite()) {
                *ends = (ends.0.min(*y), ends.1.max(*y));
            }
        }
    }
    ends.map(|(low, high)| {
        if low <= high {
            vec![low, high]
        } else {
            Vec::new()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_has_all_values_in_view() {
        let curve = |y: f64| CurvePicture {
            network: vec![vec![(0.0, y), (1.0, f64::NAN)]],
            ..CurvePicture::default()
        };
        let all = [curve(-1.0), curve(3.0)];
        assert_eq!(in_view(all.iter()), [vec![-1.0, 3.0], vec![]]);
    }
}
