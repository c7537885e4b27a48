//! What a network says at the points it was trained on, counted exactly.

use super::sample::{Samples, Task};
use crate::network::{Network, forward};
use crate::numbers::estimate::exact_dyadic;
use crate::numbers::scalar::Scalar;
use crate::numbers::{Interval, Precise, Rational, Relation, Truth};

/// The bits used where intervals do not decide.
const BITS: u32 = 256;

/// The answers of a network at points with labels or values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The number of points.
    pub count: usize,
    /// Labels: the points, counted from 0, where the network decides otherwise.
    pub wrong: Vec<usize>,
    /// The points where 256 bits do not tell what the network says.
    pub open: Vec<usize>,
    /// Values: the largest residual.
    pub largest: Option<Residual>,
}

/// The residual at a point: the largest `|network − value|` over the outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residual {
    /// The point, counted from 0.
    pub point: usize,
    /// A lower bound of the largest residual.
    pub lower: Rational,
    /// An upper bound of it.
    pub upper: Rational,
}

impl Judged {
    /// Is the decision at this point known to be wrong, or its residual the largest?
    pub fn stands_out(&self, point: usize) -> bool {
        let is_largest = self.largest.as_ref().is_some_and(|it| it.point == point);
        is_largest || self.wrong.binary_search(&point).is_ok()
    }
}

/// Compares a network with labels or values. A point counts as inside where the network is at least the
/// threshold.
///
/// - Exactness: the points are floats and are taken exactly. Which points are wrong is exact; the largest
///   residual is enclosed.
/// - `None` if the network has other inputs or outputs than the samples.
///
/// ```
/// use steeple::training::{Samples, Task, judge};
/// use steeple::{Domain, Rational, Target, builders};
///
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 2)?;
/// let samples = Samples::new(vec!["x".into()], Task::Regression, vec![vec![0.0, 0.25]], vec![vec![0.0, 0.0]])?;
/// let found = judge(&network, &samples, &Rational::ZERO).expect("one input, one output");
/// let largest = found.largest.expect("values");
/// // The line from (0, 0) to (1/2, 1/4) is 1/8 at 1/4.
/// assert_eq!((largest.point, largest.lower), (1, "1/8".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judge(network: &Network, samples: &Samples, threshold: &Rational) -> Option<Judged> {
    let (inputs, outputs) = (samples.points().len(), samples.targets().len());
    if network.inputs().len() != inputs || network.outputs().len() != outputs {
        return None;
    }
    let mut judged = Judged {
        count: samples.count(),
        wrong: Vec::new(),
        open: Vec::new(),
        largest: None,
    };
    for point in 0..samples.count() {
        let exact = |columns: &[Vec<f64>]| -> Option<Vec<Rational>> {
            let column = |column: &Vec<f64>| exact_dyadic(column[point])?.to_rational();
            columns.iter().map(column).collect()
        };
        let (at, targets) = (exact(samples.points())?, exact(samples.targets())?);
        let is_known = match samples.task() {
            Task::Classification => match decision(network, &at, threshold) {
                Truth::Unknown => false,
                found => {
                    if (found == Truth::True) != targets[0].is_positive() {
                        judged.wrong.push(point);
                    }
                    true
                }
            },
            Task::Regression => match residual(network, &at, &targets) {
                None => false,
                Some((lower, upper)) => {
                    keep_largest(&mut judged.largest, point, lower, upper);
                    true
                }
            },
        };
        if !is_known {
            judged.open.push(point);
        }
    }
    Some(judged)
}

/// Is the network at least the threshold at this point?
fn decision(network: &Network, at: &[Rational], threshold: &Rational) -> Truth {
    let quick = decided::<Interval>(network, &(), at, threshold);
    if quick != Truth::Unknown {
        return quick;
    }
    let exact = if network.is_piecewise_linear() {
        decided::<Rational>(network, &(), at, threshold)
    } else {
        Truth::Unknown
    };
    if exact != Truth::Unknown {
        return exact;
    }
    decided::<Precise>(network, &BITS, at, threshold)
}

fn decided<S: Scalar>(
    network: &Network,
    context: &S::Context,
    at: &[Rational],
    threshold: &Rational,
) -> Truth {
    let inputs: Vec<S> = at.iter().map(|x| S::constant(context, x)).collect();
    forward(network, context, &inputs).map_or(Truth::Unknown, |values| {
        values[0].compare(Relation::GreaterOrEqual, &S::constant(context, threshold))
    })
}

/// Bounds on the largest distance of an output from its value.
fn residual(
    network: &Network,
    at: &[Rational],
    targets: &[Rational],
) -> Option<(Rational, Rational)> {
    let ends: Vec<(Rational, Rational)> = quick_ends(network, at).or_else(|| {
        let inputs: Vec<Precise> = at.iter().map(|x| Precise::constant(&BITS, x)).collect();
        let values = forward(network, &BITS, &inputs).ok()?;
        let ends = values.iter();
        ends.map(|value| Some((value.lower()?, value.upper()?)))
            .collect()
    })?;
    let zero = Rational::ZERO;
    let bounds = ends.iter().zip(targets).map(|((low, high), target)| {
        let (below, above) = (target - high, low - target);
        let nearest = below.clone().max(above.clone()).max(zero.clone());
        let farthest = (-below).max(-above);
        (nearest, farthest)
    });
    bounds.reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)))
}

fn quick_ends(network: &Network, at: &[Rational]) -> Option<Vec<(Rational, Rational)>> {
    let inputs: Vec<Interval> = at.iter().map(Interval::from_rational).collect();
    let values = forward(network, &(), &inputs).ok()?;
    let ends = values.iter();
    ends.map(|value| Some((value.inf().to_rational()?, value.sup().to_rational()?)))
        .collect()
}

/// Takes over the bounds of a point; the point with the largest lower bound is named.
fn keep_largest(largest: &mut Option<Residual>, point: usize, lower: Rational, upper: Rational) {
    let Some(known) = largest else {
        *largest = Some(Residual {
            point,
            lower,
            upper,
        });
        return;
    };
    if upper > known.upper {
        known.upper = upper;
    }
    if lower > known.lower {
        (known.point, known.lower) = (point, lower);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Activation, Layer, Matrix};

    /// `activation(x)` as one unit with weight 1, read directly.
    fn unit(activation: Activation) -> Network {
        let layer = |activation| {
            let one = Matrix::from_dense(vec![vec![Rational::ONE]]).expect("one by one");
            Layer::new(one, vec![Rational::ZERO], activation).expect("fits")
        };
        let layers = vec![layer(activation), layer(Activation::Identity)];
        Network::new(vec!["x".into()], vec!["z".into()], layers).expect("fits")
    }

    fn samples(task: Task, xs: &[f64], targets: &[f64]) -> Samples {
        let (points, targets) = (vec![xs.to_vec()], vec![targets.to_vec()]);
        Samples::new(vec!["x".into()], task, points, targets).expect("good")
    }

    #[test]
    fn wrong_labels_are_counted_exactly() {
        // At 0 the sigmoid is exactly 1/2, which counts as inside; next to it one float decides.
        let tiny = f64::MIN_POSITIVE;
        let labels = samples(
            Task::Classification,
            &[0.0, -tiny, tiny, 3.0, -3.0],
            &[0.0, 0.0, 0.0, 1.0, 1.0],
        );
        let half = Rational::ratio(1, 2);
        let found = judge(&unit(Activation::Sigmoid), &labels, &half).expect("fits");
        assert_eq!((found.count, found.open.len()), (5, 1), "{found:?}");
        // 2^-1022 is beyond 256 bits of a sigmoid near 1/2: open, and never guessed.
        assert!(found.open == [1] || found.open == [2], "{found:?}");
        let relu = judge(&unit(Activation::Relu), &labels, &Rational::ZERO).expect("fits");
        assert_eq!(relu.wrong, [0, 1, 2]);
        assert!(relu.open.is_empty());
        assert!(relu.stands_out(1) && !relu.stands_out(3));
    }

    #[test]
    fn the_largest_residual_is_enclosed() {
        let values = samples(Task::Regression, &[0.0, 1.0, 2.0], &[0.25, 1.75, 2.5]);
        let found = judge(&unit(Activation::Relu), &values, &Rational::ZERO).expect("fits");
        let largest = found.largest.clone().expect("there are values");
        assert_eq!(largest.point, 1);
        assert_eq!(largest.lower, Rational::ratio(3, 4));
        assert_eq!(largest.upper, Rational::ratio(3, 4));
        assert!(found.stands_out(1) && found.wrong.is_empty());
    }

    #[test]
    fn other_inputs_are_refused() {
        let two = Samples::new(
            vec!["x".into(), "y".into()],
            Task::Regression,
            vec![vec![0.0], vec![0.0]],
            vec![vec![0.0]],
        );
        let two = two.expect("good");
        assert_eq!(judge(&unit(Activation::Relu), &two, &Rational::ZERO), None);
    }
}
