//! Trains the networks of a spec.

use super::spec::CompareSpec;
use crate::network::Activation;
use crate::prover::Limits;
use crate::training::{GradientCheck, Problem, Progress, Samples, Start, Training, TrainingError};

/// The result of one training of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedRow {
    /// The name, such as `sigmoid 2-6-1`.
    pub name: String,
    /// Units of its hidden layers.
    pub hidden: Vec<usize>,
    /// Their activation.
    pub activation: Activation,
    /// The outcome.
    pub training: Result<Training, TrainingError>,
    /// The comparison of backpropagation with central differences, at the best start before its first step.
    pub gradient_check: Option<GradientCheck>,
}

/// Trains every pair of a shape and an activation, shape after shape.
///
/// - `limits` end training early: the best parameters so far count; a row that was not begun is an error.
/// - `progress` gets the row, from 0, and its progress.
/// - If a row cannot be trained, its outcome is an error; the other rows are not affected.
pub fn train_rows(
    compare: &CompareSpec,
    samples: &Samples,
    limits: &Limits,
    progress: &(dyn Fn(usize, Progress) + Sync),
) -> Vec<TrainedRow> {
    let mut rows = Vec::new();
    for hidden in &compare.hidden {
        for activation in &compare.activations {
            let row = rows.len();
            let start = Start::Random { hidden, activation };
            let problem = Problem::new(&start, samples, &compare.settings);
            let mut gradient_check = None;
            let training = problem.and_then(|problem| {
                if let Some(reason) = limits.is_over() {
                    return Err(TrainingError::Stopped(reason.name()));
                }
                let training = problem.train(&|at| {
                    progress(row, at);
                    limits.is_over().is_none()
                })?;
                gradient_check = Some(problem.check_gradient(&problem.start(training.best)));
                Ok(training)
            });
            rows.push(TrainedRow {
                name: row_name(samples, hidden, activation),
                hidden: hidden.clone(),
                activation: activation.clone(),
                training,
                gradient_check,
            });
        }
    }
    rows
}

/// Returns a name such as `sigmoid 2-6-1`: the activation, then inputs, hidden units, outputs.
pub fn row_name(samples: &Samples, hidden: &[usize], activation: &Activation) -> String {
    let widths = [samples.points().len()]
        .into_iter()
        .chain(hidden.iter().copied())
        .chain([samples.targets().len()]);
    let widths: Vec<String> = widths.map(|width| width.to_string()).collect();
    format!("{} {}", activation.name(), widths.join("-"))
}
