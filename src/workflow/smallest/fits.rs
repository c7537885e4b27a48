//! The best fit of one shape, from many starts.

use super::problem::Problem;
use crate::jobs::Jobs;
use crate::network::Activation;
use crate::training::{Fit, FitPoints, Fitted, Loss, Perceptron};

/// The powers of the errors that are lowered one after the other.
const POWERS: [u32; 6] = [2, 4, 8, 16, 32, 64];
/// Steps from every start, from the better ones, and for each power.
const FEW_STEPS: usize = 60;
const MANY_STEPS: usize = 300;
const STEPS_OF_POWER: usize = 60;
/// One start in so many is followed further, twice.
const FOLLOWED: usize = 8;
const POLISHED: usize = 4;
/// Shapes whose best start is off by so many tolerances are left.
const HOPELESS: f64 = 8.0;
/// The weight of the squares of parameters.
const DECAY: f64 = 1e-9;

/// A shape of small networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// Tanh or relu.
    pub activation: Activation,
}

impl Shape {
    pub fn units(&self) -> usize {
        self.hidden.iter().sum()
    }

    pub fn perceptron(&self, problem: &Problem) -> Option<Perceptron> {
        let (inputs, outputs) = problem.shape();
        Perceptron::new(
            inputs,
            &self.hidden,
            &self.activation,
            outputs,
            Loss::MeanSquares,
        )
        .ok()
    }
}

/// What was found for a shape.
pub(super) struct BestFit {
    /// Scaled parameters.
    pub parameters: Vec<f64>,
    /// The largest error at the points, in the units of the target: an estimate.
    pub error: f64,
}

/// The work done, and whether to go on with it.
pub(super) struct Budget<'a> {
    /// Multiplications done.
    pub done: u64,
    /// Has a limit of the user come?
    pub is_over: &'a (dyn Fn() -> bool + Sync),
}

impl Budget<'_> {
    fn add(&mut self, fits: &[Ranked]) {
        for (_, fitted) in fits {
            self.done = self.done.saturating_add(fitted.work);
        }
    }
}

/// A start with its fit.
type Ranked = (u64, Fitted);

/// Fits a shape from so many starts; the fit with the least largest error among those polished.
///
/// Returns `None` if the shape cannot be fitted, or a limit came.
pub(super) fn best_fit(
    problem: &Problem,
    shape: &Shape,
    starts: u64,
    tolerance: f64,
    (jobs, budget): (Jobs<'_>, &mut Budget<'_>),
) -> Option<BestFit> {
    let perceptron = shape.perceptron(problem)?;
    let largest = problem.limits(&perceptron);
    let fit = |points| fit_of(&perceptron, &largest, points);
    let (coarse, fine) = (fit(&problem.coarse), fit(&problem.fine));
    let is_over = budget.is_over;
    let wanted = problem.scaled_tolerance(tolerance);

    let first = |seed: u64| {
        if is_over() {
            return None;
        }
        Some((seed, coarse.descend(coarse.start(seed), 2, FEW_STEPS)))
    };
    let mut fits = in_order(jobs, (1..=starts).collect(), &first)?;
    budget.add(&fits);
    rank(&mut fits, |fitted| fitted.mean);
    let report = |fits: &[Ranked]| {
        let (_, best) = fits.first()?;
        let error = problem.unscaled_error(best.largest);
        Some(BestFit {
            parameters: best.parameters.clone(),
            error,
        })
    };
    if fits.first()?.1.mean > HOPELESS * wanted {
        return report(&fits);
    }

    fits.truncate(fits.len().div_ceil(FOLLOWED));
    let second = |(seed, fitted): Ranked| {
        if is_over() {
            return None;
        }
        Some((seed, coarse.descend(fitted.parameters, 2, MANY_STEPS)))
    };
    let mut fits = in_order(jobs, fits, &second)?;
    budget.add(&fits);
    rank(&mut fits, |fitted| fitted.mean);
    // The largest error is at least the root of the mean square.
    if fits.first()?.1.mean > wanted {
        return report(&fits);
    }

    fits.truncate(fits.len().div_ceil(POLISHED).max(2));
    let third = |(seed, fitted): Ranked| (!is_over()).then(|| (seed, polish(&fine, fitted)));
    let mut fits = in_order(jobs, fits, &third)?;
    budget.add(&fits);
    rank(&mut fits, |fitted| fitted.largest);
    report(&fits)
}

/// Does jobs, and returns their results in order; `None` if one was not done.
fn in_order<J: Send>(
    jobs: Jobs<'_>,
    list: Vec<J>,
    work: &(dyn Fn(J) -> Option<Ranked> + Sync),
) -> Option<Vec<Ranked>> {
    jobs.each(list, work).into_iter().collect()
}

/// Sorts fits by a figure, and equal ones by their start.
fn rank(fits: &mut [Ranked], figure: impl Fn(&Fitted) -> f64) {
    fits.sort_by(|(a, x), (b, y)| figure(x).total_cmp(&figure(y)).then(a.cmp(b)));
}

/// The fit of a shape to points.
pub(super) fn fit_of<'a>(
    perceptron: &'a Perceptron,
    largest: &'a [f64],
    points: &'a FitPoints,
) -> Fit<'a> {
    Fit {
        perceptron,
        points,
        largest,
        decay: DECAY,
    }
}

/// Lowers the largest error, power after power.
pub(super) fn polish(fit: &Fit<'_>, from: Fitted) -> Fitted {
    let mut found = from;
    let mut work = 0;
    for power in POWERS {
        found = fit.descend(found.parameters, power, STEPS_OF_POWER);
        work += found.work;
    }
    Fitted { work, ..found }
}

/// Sets weights to 0 as long as the largest error stays within the tolerance: the smallest ones first.
///
/// Returns the parameters, and which of them are 0.
pub(super) fn sparser(
    problem: &Problem,
    perceptron: &Perceptron,
    parameters: &[f64],
    tolerance: f64,
) -> (Vec<f64>, Vec<f64>) {
    const SHARE: f64 = 0.95;
    let wanted = problem.scaled_tolerance(tolerance) * SHARE;
    let mut limits = problem.limits(perceptron);
    let mut errors = Vec::new();
    let mut here = parameters.to_vec();
    let mut order: Vec<usize> = (0..here.len()).collect();
    order.sort_by(|a, b| here[*a].abs().total_cmp(&here[*b].abs()).then(a.cmp(b)));
    let first_biases: Vec<usize> = match perceptron.places().next() {
        Some(first) if !problem.is_centred() => (first.bias..first.bias + first.units).collect(),
        _ => Vec::new(),
    };
    for place in order {
        if first_biases.contains(&place) {
            continue;
        }
        let kept = std::mem::replace(&mut limits[place], 0.0);
        let fit = fit_of(perceptron, &limits, &problem.coarse);
        let mut start = here.clone();
        start[place] = 0.0;
        let mut found = fit.descend(start, 2, 20);
        for power in [8, 32] {
            found = fit.descend(found.parameters, power, 15);
        }
        let fine = fit_of(perceptron, &limits, &problem.fine);
        if fine.errors(&found.parameters, &mut errors) <= wanted {
            here = found.parameters;
        } else {
            limits[place] = kept;
        }
    }
    let fit = fit_of(perceptron, &limits, &problem.fine);
    let found = fit.descend(here.clone(), 32, STEPS_OF_POWER);
    if found.largest <= wanted {
        here = found.parameters;
    }
    (here, limits)
}
