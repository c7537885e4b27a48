//! Heights of a network and its target over two inputs, and how they are read.

use super::{Scene, Subject};
use crate::certificate::Norm;
use crate::expr::evaluate::Scratch;
use crate::numbers::estimate::estimate_rational;

/// The most lines of [`surface_samples`] along an input.
const MOST_LINES: usize = 48;

/// How a height is made from an output of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// The output itself.
    Plain,
    /// `σ(N − threshold)`, for a decision by an output far beyond 0 and 1.
    Squashed(f64),
}

impl Reading {
    /// The height of an output.
    pub(super) fn height(self, output: f64) -> f64 {
        match self {
            Self::Plain => output,
            Self::Squashed(threshold) => 1.0 / (1.0 + libm::exp(threshold - output)),
        }
    }
}

/// Heights of a network and its target on a coarse grid: estimates, for a surface that can be turned.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledSurface {
    /// Places along the first input, increasing.
    pub xs: Vec<f64>,
    /// Places along the second input, increasing.
    pub ys: Vec<f64>,
    /// `network[row][column]` at `(xs[column], ys[row])`.
    pub network: Vec<Vec<f64>>,
    /// The target at the same places; a region as 0 and 1.
    pub target: Vec<Vec<f64>>,
    /// Name of the height of the network, such as `σ(N − 1/2)` for a decision.
    pub z_label: String,
    /// The height at which the network decides, if it decides.
    pub level: Option<f64>,
}

/// Samples the surface of a network in two inputs, on a grid of `lines` by `lines` places (at most
/// 48); `None` for other networks.
pub fn surface_samples(subject: &Subject<'_>, lines: usize) -> Option<SampledSurface> {
    if subject.question.target.inputs().len() != 2 {
        return None;
    }
    let scene = Scene::new(subject).ok()?;
    let cells = u32::try_from(lines.clamp(2, MOST_LINES) - 1).ok()?;
    let (xs, ys) = (scene.places(0, cells, 0), scene.places(1, cells, 0));
    let outputs = scene.heights_on_grid(&xs, &ys);
    let reading = scene.reading(outputs.iter().flatten().copied());
    let network = outputs
        .iter()
        .map(|row| row.iter().map(|z| reading.height(*z)).collect());
    let mut scratch = Scratch::default();
    let target = ys.iter().map(|y| {
        let mut at = |x: &f64| scene.target_at(&[*x, *y], &mut scratch)[0];
        xs.iter().map(&mut at).collect()
    });
    Some(SampledSurface {
        network: network.collect(),
        target: target.collect(),
        z_label: scene.z_label(reading),
        level: scene.level(reading),
        xs,
        ys,
    })
}

impl Scene<'_> {
    /// The threshold of a decision.
    pub(super) fn threshold(&self) -> f64 {
        let threshold = self.subject.question.threshold.as_ref();
        threshold.map_or(0.5, estimate_rational)
    }

    /// How to read the outputs of the network, of which these are samples.
    pub(super) fn reading(&self, outputs: impl Iterator<Item = f64>) -> Reading {
        let is_decision = self.subject.question.norm == Norm::Area;
        let is_far = |z: f64| z.is_finite() && !(-0.5..=1.5).contains(&z);
        if is_decision && outputs.into_iter().any(is_far) {
            Reading::Squashed(self.threshold())
        } else {
            Reading::Plain
        }
    }

    /// The name of the height.
    pub(super) fn z_label(&self, reading: Reading) -> String {
        match reading {
            Reading::Plain => self.subject.network.outputs()[0].clone(),
            Reading::Squashed(_) => match &self.subject.question.threshold {
                Some(threshold) if threshold.is_zero() => "σ(N)".into(),
                Some(threshold) => format!("σ(N − {threshold})"),
                None => "σ(N − 1/2)".into(),
            },
        }
    }

    /// The height at which the network decides.
    pub(super) fn level(&self, reading: Reading) -> Option<f64> {
        let is_decision = self.subject.question.norm == Norm::Area;
        is_decision.then(|| reading.height(self.threshold()))
    }

    /// The first output on a grid, `[row][column]`.
    pub(super) fn heights_on_grid(&self, xs: &[f64], ys: &[f64]) -> Vec<Vec<f64>> {
        let values = self.network_on_grid(&[xs.to_vec(), ys.to_vec()]);
        // The grid has x first; pictures have rows along y.
        let at = |j: usize| move |i: usize| i * ys.len() + j;
        (0..ys.len())
            .map(|j| (0..xs.len()).map(at(j)).map(|k| values[k][0]).collect())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Question, Semantics};
    use crate::expr::{Domain, parse_target};
    use crate::network::{Activation, Layer, Matrix, Network, digest};
    use crate::numbers::Rational;

    /// `weight · heaviside(x + y)` for a region of the square from -1 to 1.
    fn half_plane(weight: i64, norm: Norm) -> (Network, Question) {
        let names = vec!["x".to_string(), "y".to_string()];
        let whole = |k: i64| Rational::from(k);
        let matrix = |row: Vec<Rational>| Matrix::from_dense(vec![row]).expect("a row");
        let hidden = Layer::new(
            matrix(vec![whole(1), whole(1)]),
            vec![whole(0)],
            Activation::Heaviside,
        );
        let output = Layer::new(
            matrix(vec![whole(weight)]),
            vec![whole(0)],
            Activation::Identity,
        );
        let layers = vec![hidden.expect("a layer"), output.expect("a layer")];
        let network = Network::new(names.clone(), vec!["z".into()], layers).expect("a network");
        let question = Question {
            network: digest(&network),
            target: parse_target(&["x + y >= 0"], Some(&names)).expect("a region"),
            domain: Domain::parse("x=-1..1, y=-1..1").expect("a box"),
            norm,
            threshold: (norm == Norm::Area).then(|| Rational::ratio(1, 2)),
            semantics: Semantics::Real,
        };
        (network, question)
    }

    fn samples(weight: i64, norm: Norm) -> SampledSurface {
        let (network, question) = half_plane(weight, norm);
        let subject = Subject::alone(&network, &question);
        surface_samples(&subject, 100).expect("two inputs")
    }

    #[test]
    fn a_decision_far_beyond_0_and_1_is_squashed() {
        let plain = samples(1, Norm::Area);
        assert_eq!((plain.z_label.as_str(), plain.level), ("z", Some(0.5)));
        assert_eq!((plain.xs.len(), plain.network.len()), (48, 48));
        assert_eq!((plain.network[0][0], plain.target[47][47]), (0.0, 1.0));
        let squashed = samples(900, Norm::Area);
        assert_eq!(squashed.z_label, "σ(N − 1/2)");
        assert_eq!(squashed.level, Some(0.5));
        assert!((squashed.network[0][0] - 0.377_540_668_798_145_4).abs() < 1e-12);
        assert!(squashed.network[47][47] > 0.999_999);
        let number = samples(900, Norm::Sup);
        assert_eq!((number.network[47][47], number.level), (900.0, None));
    }
}
