//! Samples a large network in one descent, for the pictures of its surface and its error.

use super::{DENSE, Scene, caption, rect, titles};
use crate::bounds::Cell;
use crate::draw::{ErrorCell, ErrorPicture};
use crate::expr::evaluate::Scratch;
use crate::network::{Reduced, Reducer, estimate_outputs};
use crate::numbers::estimate::{estimate_dyadic, estimate_rational};
use crate::numbers::{Dyadic, Interval, LinearForm, Scalar};

/// The heat map of the error has `2^ERROR_DEPTH` cells along each input.
const ERROR_DEPTH: u32 = 6;
/// Down to this depth, the halves of a cell are sampled in parallel.
const SIDE_BY_SIDE: u32 = 4;

/// The samples of a network in two inputs.
#[derive(Default)]
pub(super) struct FieldSamples {
    /// The error on the cells of a regular grid.
    pub(super) cells: Vec<ErrorCell>,
    /// Points of the surface, by their places along both axes, and the outputs there.
    pub(super) points: Vec<(usize, usize, Vec<f64>)>,
}

impl Scene<'_> {
    /// Samples the cells of the heat map, and the points of a grid in them.
    pub(super) fn sample_field(&self, axes: &[Vec<f64>; 2]) -> FieldSamples {
        let lengths = axes.each_ref().map(|axis| (0, axis.len()));
        let reducer = &mut Reducer::default();
        self.sample_cell(reducer, (&self.whole, &self.root), 0, axes, lengths)
    }

    /// Samples a cell, and the points whose places along the axes lie in these ranges.
    fn sample_cell(
        &self,
        reducer: &mut Reducer<Interval>,
        (cell, around): (&Cell, &Reduced),
        level: u32,
        axes: &[Vec<f64>; 2],
        ranges: [(usize, usize); 2],
    ) -> FieldSamples {
        let fold = Dyadic::power_of_two(-30);
        // The network is already reduced to the whole domain.
        let reduced = (level > 0)
            .then(|| reducer.reduce(around, cell.intervals(), None, fold).ok())
            .flatten();
        let here = reduced.as_ref().unwrap_or(around);
        let axis = usize::from(level % 2 == 1);
        let halves = if level < 2 * ERROR_DEPTH {
            cell.cut(axis, None)
        } else {
            None
        };
        let Some((lower, upper)) = halves else {
            let mut memory = Vec::new();
            let [(from, to), (first, end)] = ranges;
            let places = (from..to).flat_map(|i| (first..end).map(move |j| (i, j)));
            let points = places.map(|(i, j)| {
                let point = [axes[0][i], axes[1][j]];
                (i, j, estimate_outputs(here, &point, &mut memory))
            });
            return FieldSamples {
                points: points.collect(),
                cells: vec![self.error_cell(cell, here)],
            };
        };
        let (from, to) = ranges[axis];
        let middle = estimate_dyadic(upper.intervals()[axis].inf());
        let places = &axes[axis][from..to];
        let between = from + places.partition_point(|place| *place < middle);
        let half = |reducer: &mut Reducer<Interval>, cell: &Cell, range| {
            let mut ranges = ranges;
            ranges[axis] = range;
            self.sample_cell(reducer, (cell, here), level + 1, axes, ranges)
        };
        let (below, above) = ((from, between), (between, to));
        let (mut all, rest) = if level < SIDE_BY_SIDE {
            rayon::join(
                || half(reducer, &lower, below),
                || half(&mut Reducer::default(), &upper, above),
            )
        } else {
            (half(reducer, &lower, below), half(reducer, &upper, above))
        };
        all.cells.extend(rest.cells);
        all.points.extend(rest.points);
        all
    }

    /// The error on a cell, certified.
    fn error_cell(&self, cell: &Cell, network: &Reduced) -> ErrorCell {
        let most = self.upper().map_or(f64::INFINITY, |bound| bound.value);
        let forms = self.tape.constants::<LinearForm<2>>(&());
        let mut scratch = Scratch::default();
        let inputs: Vec<LinearForm<2>> = (0..2)
            .map(|i| LinearForm::variable(i, &cell.intervals()[i]))
            .collect();
        let results = self.tape.evaluate(&forms, &inputs, &mut scratch);
        let mut worst = Interval::ZERO;
        let values = if network.units() > DENSE {
            let ranges = network.output_ranges().iter();
            ranges.map(|range| LinearForm::from_range(*range)).collect()
        } else {
            network.enclose(&inputs).unwrap_or_default()
        };
        for (k, value) in values.iter().enumerate() {
            let range = results.value(k).map_or(Interval::ENTIRE, |target| {
                value.sub(target).range().magnitude()
            });
            worst = worst.max(&range).unwrap_or(Interval::ENTIRE);
        }
        if values.is_empty() {
            worst = Interval::ENTIRE;
        }
        ErrorCell {
            rect: rect(cell),
            lo: estimate_dyadic(worst.inf()) * (1.0 - f64::EPSILON),
            // The bound of the whole domain holds on this cell too.
            hi: (estimate_dyadic(worst.sup()) * (1.0 + f64::EPSILON)).min(most),
        }
    }

    pub(super) fn error(&self) -> ErrorPicture {
        let cells = match self.samples.get() {
            Some(samples) => samples.cells.clone(),
            None => self.sample_field(&[Vec::new(), Vec::new()]).cells,
        };
        ErrorPicture {
            title: titles::error(self.upper().as_ref()),
            caption: caption(self.subject),
            x_label: self.label(0),
            y_label: self.label(1),
            domain: rect(&self.whole),
            cells,
            certified: true,
            signed: false,
            error_upper: self.upper(),
            witness: self.witness().map(|(witness, _, _)| {
                (
                    estimate_rational(&witness.point[0]),
                    estimate_rational(&witness.point[1]),
                )
            }),
            points: self.points_in_plane(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Subject;
    use super::*;
    use crate::builders::{BuilderName, Parameters, build};
    use crate::certificate::{Norm, Question};
    use crate::expr::{Domain, parse_target};
    use crate::network::digest;

    /// One descent for all pictures gives the samples that each picture would take alone.
    #[test]
    fn sampling_finds_the_surface_and_the_error() {
        let inputs = vec!["x".to_string(), "y".to_string()];
        let target = parse_target(&["sin(3*x)*cos(2*y)"], Some(&inputs)).expect("a formula");
        let domain = Domain::parse("x=-1..1, y=-1..1").expect("a box");
        let parameters = Parameters {
            cells: Some(vec![12, 9]),
            ..Parameters::default()
        };
        let name = BuilderName::Quadrants;
        let built = build(name, &parameters, &target, &domain, Norm::Sup).expect("built");
        let question = Question {
            network: digest(&built.network),
            target,
            domain,
            norm: Norm::Sup,
            threshold: None,
            semantics: crate::certificate::Semantics::Real,
        };
        let subject = Subject::alone(&built.network, &question);
        let scene = Scene::new(&subject).expect("a scene");
        let axes = scene.surface_axes();
        let samples = scene.sample_field(&axes);
        let heights = scene.network_on_grid(&axes);
        assert_eq!(samples.points.len(), heights.len());
        assert_eq!(samples.cells.len(), 1 << (2 * ERROR_DEPTH));
        let mut scratch = Scratch::default();
        for (i, j, values) in &samples.points {
            let height = heights[i * axes[1].len() + j][0];
            assert!((values[0] - height).abs() < 1e-6, "{i} {j}");
            let (x, y) = (axes[0][*i], axes[1][*j]);
            let error = (height - scene.target_at(&[x, y], &mut scratch)[0]).abs();
            let holds = |side: (f64, f64), at: f64| side.0 <= at && at <= side.1;
            let around = samples.cells.iter().filter(|cell| {
                holds((cell.rect.x0, cell.rect.x1), x) && holds((cell.rect.y0, cell.rect.y1), y)
            });
            let around: Vec<_> = around.collect();
            assert!(!around.is_empty());
            for cell in around {
                assert!(
                    cell.lo - 1e-9 <= error && error <= cell.hi + 1e-9,
                    "{x} {y}"
                );
            }
        }
    }
}
