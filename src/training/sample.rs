//! Points with values or labels.

use super::random::{Purpose, Random};
use crate::expr::{Constants, Domain, Scratch, Tape, Target};
use crate::numbers::estimate::{estimate_rational, exact_dyadic};
use crate::numbers::scalar::Scalar;
use crate::numbers::{Failure, Interval, Precise, Rational};

/// The most points.
pub const MAX_SAMPLES: usize = 1_000_000;

/// The task of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// The values of a function.
    Regression,
    /// Whether a point is in a region: labels 1 and 0.
    Classification,
}

/// Why there are no samples.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// There are none.
    #[error("there are no points to train on")]
    None,
    /// Too many.
    #[error("at most {MAX_SAMPLES} points are supported, found {0}")]
    TooMany(usize),
    /// At too many points no value of the target was found.
    #[error("no value of the target was found at most points of the domain")]
    Undefined,
    /// A domain or value is beyond the range of floats.
    #[error("the domain or the values are beyond the range of floats")]
    Range,
    /// Columns of different lengths.
    #[error("each point needs one number for each input and output")]
    Ragged,
}

/// Points with a value, or a label 0 or 1, for each output.
///
/// Invariant: at least one point, one input and one output; all columns have the same length and
/// finite numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    inputs: Vec<String>,
    task: Task,
    points: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
}

impl Samples {
    /// Returns samples from columns: one for each input, and one for each output.
    ///
    /// - Errors: [`SampleError`].
    pub fn new(
        inputs: Vec<String>,
        task: Task,
        points: Vec<Vec<f64>>,
        targets: Vec<Vec<f64>>,
    ) -> Result<Self, SampleError> {
        let count = points.first().map_or(0, Vec::len);
        if count == 0 || targets.is_empty() {
            return Err(SampleError::None);
        }
        if count > MAX_SAMPLES {
            return Err(SampleError::TooMany(count));
        }
        let columns = || points.iter().chain(&targets);
        if inputs.len() != points.len() || columns().any(|column| column.len() != count) {
            return Err(SampleError::Ragged);
        }
        // Half the range, so that differences and their squares stay finite.
        if !columns().flatten().all(|x| x.abs() < 1e150) {
            return Err(SampleError::Range);
        }
        Ok(Self {
            inputs,
            task,
            points,
            targets,
        })
    }

    /// The names of the inputs.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Returns the task.
    pub fn task(&self) -> Task {
        self.task
    }

    /// One column for each input.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// One column for each output: values, or labels 0 and 1.
    pub fn targets(&self) -> &[Vec<f64>] {
        &self.targets
    }

    /// The number of points.
    pub fn count(&self) -> usize {
        self.points[0].len()
    }

    /// Returns the same points with their inputs in this order; `None` if these are other inputs.
    #[must_use]
    pub fn in_order(&self, inputs: &[String]) -> Option<Self> {
        let column = |name: &String| {
            let place = self.inputs.iter().position(|input| input == name)?;
            Some(self.points[place].clone())
        };
        let points: Option<Vec<Vec<f64>>> = inputs.iter().map(column).collect();
        (inputs.len() == self.inputs.len()).then_some(Self {
            inputs: inputs.to_vec(),
            points: points?,
            ..self.clone()
        })
    }

    /// Returns the sample of one point, counted from 0; `None` after the last.
    #[must_use]
    pub fn only(&self, point: usize) -> Option<Self> {
        let one = |columns: &[Vec<f64>]| -> Option<Vec<Vec<f64>>> {
            let column = |column: &Vec<f64>| column.get(point).map(|x| vec![*x]);
            columns.iter().map(column).collect()
        };
        Some(Self {
            points: one(&self.points)?,
            targets: one(&self.targets)?,
            ..self.clone()
        })
    }
}

/// Returns random points of the domain with the target's values or labels.
///
/// - Points are uniform on the box, from the stream of the seed; each coordinate is a float.
/// - Exactness: labels are decided exactly, at the floats; values are the exact ones rounded to
///   about 53 bits. A point that 256 bits do not decide is drawn again.
/// - `noise`: the standard deviation of normal noise added to values; for labels, the probability
///   that a label is flipped.
/// - Errors: [`SampleError`].
pub fn sample(
    target: &Target,
    domain: &Domain,
    count: usize,
    noise: f64,
    seed: u64,
) -> Result<Samples, SampleError> {
    if count > MAX_SAMPLES {
        return Err(SampleError::TooMany(count));
    }
    let sides: Vec<(f64, f64)> = domain
        .sides()
        .iter()
        .map(|(low, high)| (estimate_rational(low), estimate_rational(high)))
        .collect();
    let task = if target.is_region() {
        Task::Classification
    } else {
        Task::Regression
    };
    let mut values = Values::of(target);
    let mut random = Random::new(seed, Purpose::Points);
    let mut errors = Random::new(seed, Purpose::Noise);
    let mut points = vec![Vec::with_capacity(count); sides.len()];
    let mut targets = vec![Vec::with_capacity(count); target.outputs_count()];
    let mut failed = 0_usize;
    while targets[0].len() < count {
        let point: Vec<f64> = sides
            .iter()
            .map(|&(low, high)| {
                let t = random.unit();
                low * (1.0 - t) + high * t
            })
            .collect();
        if !point.iter().all(|x| x.is_finite()) {
            return Err(SampleError::Range);
        }
        let Some(found) = values.at(&point) else {
            failed += 1;
            if failed > 100 + count {
                return Err(SampleError::Undefined);
            }
            continue;
        };
        for (column, x) in points.iter_mut().zip(&point) {
            column.push(*x);
        }
        for (column, value) in targets.iter_mut().zip(found) {
            column.push(match task {
                Task::Regression if noise > 0.0 => value + noise * errors.normal(),
                Task::Classification if errors.unit() < noise => 1.0 - value,
                _ => value,
            });
        }
    }
    Samples::new(target.inputs().to_vec(), task, points, targets)
}

/// Returns the values of the target at a point of floats: labels 0 and 1 of a region. `None` where 256 bits do
/// not give them.
///
/// - Exactness: labels are decided exactly; values are the exact ones rounded to about 53 bits.
pub(crate) fn value_finder(target: &Target) -> impl FnMut(&[f64]) -> Option<Vec<f64>> {
    let mut values = Values::of(target);
    move |point| values.at(point)
}

/// A target's values at floats: by intervals if that is enough, else with more digits.
struct Values {
    tape: Tape,
    quick: (Constants<Interval>, Scratch<Interval>),
    exact: (Constants<Rational>, Scratch<Rational>),
    precise: (Constants<Precise>, Scratch<Precise>),
}

/// The bits used if intervals do not decide.
const BITS: u32 = 256;

impl Values {
    fn of(target: &Target) -> Self {
        let tape = Tape::new(&target.indicator());
        Self {
            quick: (tape.constants(&()), Scratch::default()),
            exact: (tape.constants(&()), Scratch::default()),
            precise: (tape.constants(&BITS), Scratch::default()),
            tape,
        }
    }

    fn at(&mut self, point: &[f64]) -> Option<Vec<f64>> {
        let exact: Vec<Rational> = point
            .iter()
            .map(|x| exact_dyadic(*x)?.to_rational())
            .collect::<Option<_>>()?;
        let outputs = self.tape.outputs();
        let all = |value: &mut dyn FnMut(usize) -> Option<f64>| {
            (0..outputs).map(value).collect::<Option<Vec<f64>>>()
        };
        let (constants, scratch) = &mut self.quick;
        let inputs: Vec<Interval> = exact.iter().map(Interval::from_rational).collect();
        let found = self.tape.evaluate(constants, &inputs, scratch);
        if let Some(values) = all(&mut |k| narrow(found.value(k))) {
            return Some(values);
        }
        let (constants, scratch) = &mut self.exact;
        let found = self.tape.evaluate(constants, &exact, scratch);
        let value = &mut |k| found.value(k).ok().map(estimate_rational);
        if let Some(values) = all(value) {
            return Some(values);
        }
        let (constants, scratch) = &mut self.precise;
        let inputs: Vec<Precise> = exact.iter().map(|x| Precise::constant(&BITS, x)).collect();
        let found = self.tape.evaluate(constants, &inputs, scratch);
        let value = &mut |k| {
            let value = found.value(k).ok()?;
            close(
                estimate_rational(&value.lower()?),
                estimate_rational(&value.upper()?),
            )
        };
        all(value)
    }
}

/// Returns the middle of an interval that is hardly wider than a float's rounding.
fn narrow(value: Result<&Interval, Failure>) -> Option<f64> {
    let value = value.ok()?;
    let end = |end: crate::numbers::Dyadic| {
        Some(crate::numbers::estimate::estimate_dyadic(end)).filter(|end| end.is_finite())
    };
    close(end(value.inf())?, end(value.sup())?)
}

/// Returns the middle of two ends that agree to about 50 bits; near 0, absolutely.
fn close(low: f64, high: f64) -> Option<f64> {
    let middle = low / 2.0 + high / 2.0;
    let size = middle.abs().max(1e-9);
    ((high - low).abs() <= size * 1e-15).then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn drawn(formula: &str, noise: f64, seed: u64) -> Samples {
        let target = parse_target(&[formula], None).expect("parses");
        let domain = Domain::parse("x=-1..1,y=-1..1").expect("parses");
        sample(&target, &domain, 400, noise, seed).expect("drawn")
    }

    #[test]
    fn labels_and_values_are_the_targets() {
        let disk = drawn("x^2 + y^2 <= 1", 0.0, 1);
        assert_eq!((disk.count(), disk.task()), (400, Task::Classification));
        for p in 0..400 {
            let (x, y) = (disk.points()[0][p], disk.points()[1][p]);
            let inside = f64::from(x * x + y * y <= 1.0);
            assert!((disk.targets()[0][p] - inside).abs() < 0.5, "({x}, {y})");
        }
        let inside: f64 = disk.targets()[0].iter().sum();
        assert!((inside / 400.0 - 0.785).abs() < 0.06, "{inside}");
        let wave = drawn("sin(3*x)*y", 0.0, 1);
        for p in 0..400 {
            let (x, y) = (wave.points()[0][p], wave.points()[1][p]);
            assert!((wave.targets()[0][p] - libm::sin(3.0 * x) * y).abs() < 1e-14);
        }
        // The same points, whatever the target.
        assert_eq!(disk.points(), wave.points());
        assert_ne!(disk.points(), drawn("x^2 + y^2 <= 1", 0.0, 2).points());
    }

    #[test]
    fn noise_turns_labels_and_moves_values() {
        let (clean, noisy) = (drawn("x + y >= 0", 0.0, 3), drawn("x + y >= 0", 0.25, 3));
        assert_eq!(clean.points(), noisy.points());
        let pairs = clean.targets()[0].iter().zip(&noisy.targets()[0]);
        let turned = pairs.filter(|(a, b)| (*a - *b).abs() > 0.5).count();
        assert!((60..140).contains(&turned), "{turned}");
        let (clean, noisy) = (drawn("x + y", 0.0, 3), drawn("x + y", 0.1, 3));
        let pairs = clean.targets()[0].iter().zip(&noisy.targets()[0]);
        let square: f64 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
        assert!((square / 400.0 - 0.01).abs() < 0.003, "{square}");
    }

    #[test]
    fn inputs_are_put_in_order() {
        let (x, y) = ("x".to_string(), "y".to_string());
        let points = vec![vec![1.0, 2.0], vec![3.0, 4.0]];
        let samples = Samples::new(
            vec![x.clone(), y.clone()],
            Task::Regression,
            points,
            vec![vec![0.0; 2]],
        );
        let samples = samples.expect("good");
        let turned = samples.in_order(&[y.clone(), x.clone()]).expect("the same");
        assert_eq!(turned.points(), [[3.0, 4.0], [1.0, 2.0]]);
        assert_eq!(samples.in_order(&[y]), None);
        assert_eq!(samples.in_order(&[x, "z".into()]), None);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        let samples = |points: Vec<Vec<f64>>, targets| {
            Samples::new(vec!["x".into()], Task::Regression, points, targets).expect_err("refused")
        };
        assert_eq!(samples(vec![vec![]], vec![vec![]]), SampleError::None);
        assert_eq!(
            samples(vec![vec![1.0]], vec![vec![1.0, 2.0]]),
            SampleError::Ragged
        );
        assert_eq!(
            samples(vec![vec![f64::NAN]], vec![vec![1.0]]),
            SampleError::Range
        );
    }
}
