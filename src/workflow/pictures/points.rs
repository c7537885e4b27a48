//! The points of the data, as pictures draw them: labels by shape, and rings where the network is wrong.

use super::{Scene, Subject};
use crate::draw::{DataPoint, DataPoints, Mark, Pins, SurfacePoint};
use crate::network::size;
use crate::training::{Judged, Samples, Task, judge};
use crate::workflow::measure::default_threshold;

/// Points times parameters: beyond, no point is judged, since that takes longer than the picture.
const MOST_WORK: usize = 100_000_000;

/// Compares the network of a subject with the points of its data, where that does not take too long.
pub(super) fn judged(subject: &Subject<'_>) -> Option<Judged> {
    let samples = subject.points?;
    let work = size(subject.network)
        .parameters
        .checked_mul(samples.count())?;
    if work > MOST_WORK {
        return None;
    }
    let threshold = subject.question.threshold.clone();
    let threshold = threshold.unwrap_or_else(default_threshold);
    judge(subject.network, samples, &threshold)
}

/// The points, with the coordinates that `at` gives them.
fn points(
    samples: &Samples,
    judged: Option<&Judged>,
    at: impl Fn(usize) -> (f64, f64),
) -> DataPoints {
    let point = |k: usize| {
        let (x, y) = at(k);
        let stands_out = judged.is_some_and(|judged| judged.stands_out(k));
        DataPoint {
            x,
            y,
            mark: mark(samples, k),
            stands_out,
        }
    };
    let ring_name = match samples.task() {
        Task::Classification => "decided wrongly",
        Task::Regression => "largest residual",
    };
    DataPoints {
        points: (0..samples.count()).map(point).collect(),
        ring_name: ring_name.into(),
    }
}

fn mark(samples: &Samples, point: usize) -> Mark {
    match samples.task() {
        Task::Regression => Mark::Value,
        Task::Classification if samples.targets()[0][point] > 0.5 => Mark::Inside,
        Task::Classification => Mark::Outside,
    }
}

impl Scene<'_> {
    /// The points that fit the network's inputs; a picture shows the first output.
    fn samples(&self) -> Option<&Samples> {
        let samples = self.subject.points?;
        (samples.inputs() == self.subject.network.inputs()).then_some(samples)
    }

    fn judged(&self) -> Option<&Judged> {
        self.judged.get_or_init(|| judged(self.subject)).as_ref()
    }

    /// The points in the plane of two inputs.
    pub(super) fn points_in_plane(&self) -> DataPoints {
        self.samples().map_or_else(DataPoints::default, |samples| {
            let at = |k: usize| (samples.points()[0][k], samples.points()[1][k]);
            points(samples, self.judged(), at)
        })
    }

    /// The points beside a curve: one input, and the value or label.
    pub(super) fn points_on_curve(&self) -> DataPoints {
        self.samples().map_or_else(DataPoints::default, |samples| {
            let at = |k: usize| (samples.points()[0][k], samples.targets()[0][k]);
            points(samples, self.judged(), at)
        })
    }

    /// The points in space, over two inputs, in the order of the data.
    pub(super) fn points_in_space(&self) -> Pins {
        let Some(samples) = self.samples() else {
            return Pins::default();
        };
        let DataPoints { points, ring_name } = self.points_in_plane();
        let heights = samples.targets()[0].iter();
        let pins = points.into_iter().zip(heights);
        Pins {
            pins: pins
                .map(|(point, z)| SurfacePoint { point, z: *z })
                .collect(),
            ring_name,
        }
    }
}
