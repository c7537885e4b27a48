//! Descent from several starts.

use rayon::prelude::*;

use super::gradient::Objective;
use super::gradient_check::{GradientCheck, check_gradient};
use super::kept::{Kept, compare_weights};
use super::minimise::{Minimum, NotFinite, Observer, Stop};
use super::perceptron::{Loss, Perceptron, PerceptronError};
use super::sample::{Samples, Task};
use super::scaling::Scaling;
use super::settings::{Optimizer, Settings};
use super::{adam, lbfgs, start};
use crate::network::{Activation, Network};

/// Where descent starts.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// At random weights, for these hidden layers and a linear output.
    Random {
        /// Units of each hidden layer.
        hidden: &'a [usize],
        /// The activation of hidden units.
        activation: &'a Activation,
    },
    /// At a network, once; without scaling.
    Network(&'a Network),
}

/// The progress of training; called from any thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Which start, from 0.
    pub restart: usize,
    /// Steps taken.
    pub step: usize,
    /// The loss there.
    pub loss: f64,
}

/// The loss became NaN or infinite: the outcome of a failed start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("diverged after {step} steps from seed {seed}")]
pub struct Diverged {
    /// The seed.
    pub seed: u64,
    /// The number of steps before that.
    pub step: usize,
}

/// The result of one start.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The loss after each step, beginning with that of the start; in the units of the targets.
    pub losses: Vec<f64>,
    /// The lowest loss, at `parameters`.
    pub loss: f64,
    /// Steps taken.
    pub steps: usize,
    /// Why it ended.
    pub stop: Stop,
    /// Classification: the fraction of points with the right label. Regression: the root of the
    /// mean squared error.
    pub fit: f64,
    /// The parameters found, for scaled inputs; [`Problem::network`] converts them to a network.
    pub parameters: Vec<f64>,
}

/// One start and its outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// The seed of its weights.
    pub seed: u64,
    /// The outcome.
    pub outcome: Result<Found, Diverged>,
}

/// The result of training.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// The network of the best start; its weights are exactly the floats found.
    pub network: Network,
    /// The start with the lowest loss.
    pub best: usize,
    /// All starts, in the order of their seeds.
    pub restarts: Vec<Restart>,
}

impl Training {
    /// The best start's outcome.
    pub fn found(&self) -> &Found {
        let best = &self.restarts[self.best].outcome;
        best.as_ref().expect("the best start did not diverge")
    }
}

/// Why there is no trained network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainingError {
    /// A shape that cannot be trained.
    #[error(transparent)]
    Shape(#[from] PerceptronError),
    /// The network to start from has other inputs.
    #[error("the network has the inputs {found}, the points have {expected}")]
    Inputs {
        /// The inputs of the network.
        found: String,
        /// The inputs of the points.
        expected: String,
    },
    /// The network to start from has another number of outputs.
    #[error("the network has {found} outputs, the points have {expected}")]
    Outputs {
        /// The number of outputs of the network.
        found: usize,
        /// The number of outputs of the points.
        expected: usize,
    },
    /// There are no starts.
    #[error("`restarts` must not be 0")]
    NoStart,
    /// Training was stopped before the first step.
    #[error("not trained: stopped by {0}")]
    Stopped(&'static str),
    /// Every start diverged.
    #[error("{}", all_diverged(.0))]
    Diverged(Vec<Diverged>),
}

fn all_diverged(starts: &[Diverged]) -> String {
    let list: Vec<String> = starts
        .iter()
        .map(|d| format!("seed {} after {} steps", d.seed, d.step))
        .collect();
    format!("training diverged from every start: {}", list.join(", "))
}

/// The parameters at one step, for pictures along the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Steps taken.
    pub step: usize,
    /// The loss there.
    pub loss: f64,
    /// The parameters there.
    pub parameters: Vec<f64>,
}

/// A shape, its samples and the settings: [`train`], step by step.
pub struct Problem<'a> {
    perceptron: Perceptron,
    pub(super) scaling: Scaling,
    samples: &'a Samples,
    settings: &'a Settings,
    /// The parameters to start from; `None` if they are random.
    given: Option<Vec<f64>>,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl<'a> Problem<'a> {
    /// Assembles a problem.
    ///
    /// - The loss is cross-entropy for labels and the mean squared error for values. If training
    ///   starts from a network whose output is not a sigmoid unit, labels have the mean squared
    ///   error, too: such a network was built to be close to 0 and 1.
    /// - Errors: [`TrainingError`], all but the last.
    pub fn new(
        start: &Start<'_>,
        samples: &'a Samples,
        settings: &'a Settings,
    ) -> Result<Self, TrainingError> {
        let (inputs, outputs) = (samples.points().len(), samples.targets().len());
        let classify = samples.task() == Task::Classification;
        if settings.restarts == 0 {
            return Err(TrainingError::NoStart);
        }
        match start {
            Start::Random { hidden, activation } => {
                let loss = if classify {
                    Loss::CrossEntropy
                } else {
                    Loss::MeanSquares
                };
                let perceptron = Perceptron::new(inputs, hidden, activation, outputs, loss)?;
                Ok(Self {
                    perceptron,
                    scaling: Scaling::of(samples.points(), samples.targets(), !classify),
                    samples,
                    settings,
                    given: None,
                    inputs: samples.inputs().to_vec(),
                    outputs: output_names(samples.inputs(), outputs),
                })
            }
            Start::Network(network) => {
                if network.inputs() != samples.inputs() {
                    return Err(TrainingError::Inputs {
                        found: network.inputs().join(", "),
                        expected: samples.inputs().join(", "),
                    });
                }
                if network.outputs().len() != outputs {
                    return Err(TrainingError::Outputs {
                        found: network.outputs().len(),
                        expected: outputs,
                    });
                }
                let last = network.layers().last();
                let sigmoid = last.is_some_and(|l| *l.activation() == Activation::Sigmoid);
                let loss = if classify && sigmoid {
                    Loss::CrossEntropy
                } else {
                    Loss::MeanSquares
                };
                let (perceptron, given) = Perceptron::of_network(network, loss)?;
                Ok(Self {
                    perceptron,
                    scaling: Scaling::none(inputs, outputs),
                    samples,
                    settings,
                    given: Some(given),
                    inputs: network.inputs().to_vec(),
                    outputs: network.outputs().to_vec(),
                })
            }
        }
    }

    /// The shape.
    pub fn perceptron(&self) -> &Perceptron {
        &self.perceptron
    }

    /// The samples.
    pub fn samples(&self) -> &Samples {
        self.samples
    }

    /// Returns the number of starts: 1 from a given network.
    pub fn restarts(&self) -> usize {
        if self.given.is_some() {
            1
        } else {
            self.settings.restarts
        }
    }

    /// The seed of a start, counted from 0.
    pub fn seed(&self, restart: usize) -> u64 {
        self.settings.seed.wrapping_add(restart as u64)
    }

    /// Returns the parameters of a start before the first step.
    pub fn start(&self, restart: usize) -> Vec<f64> {
        match &self.given {
            Some(given) => given.clone(),
            None => start::random(&self.perceptron, self.seed(restart)),
        }
    }

    /// The loss and its gradient as functions of the parameters, weight decay included.
    pub fn objective(&self) -> Objective {
        Objective::scaled(&self.perceptron, self.samples, &self.scaling)
            .with_decay(self.settings.weight_decay)
    }

    /// Returns the loss at one sample.
    pub(super) fn objective_at(&self, point: usize) -> Option<Objective> {
        let one = self.samples.only(point)?;
        Some(Objective::scaled(&self.perceptron, &one, &self.scaling))
    }

    /// Returns the network with these parameters: exactly these floats, with the scaling of inputs
    /// and outputs multiplied in. Returns `None` if one is not finite.
    ///
    /// - For labels and a linear output unit, the output is the logit plus the threshold: "inside"
    ///   where it is at least the threshold. The output is linear instead of a probability, so that
    ///   a relu network has a decision polygon and the proof of its area needs no enclosure of a
    ///   sigmoid. The decision is the same, because the sigmoid is increasing.
    ///
    /// - Panics: when the number of parameters is not that of the shape.
    pub fn network(&self, parameters: &[f64]) -> Option<Network> {
        let names = (self.inputs.as_slice(), self.outputs.as_slice());
        let threshold = &self.settings.threshold;
        self.perceptron
            .network(parameters, &self.scaling, names, threshold)
    }

    /// Compares backpropagation with central differences at these parameters.
    pub fn check_gradient(&self, parameters: &[f64]) -> GradientCheck {
        check_gradient(&mut self.objective(), parameters)
    }

    /// Compares parameters with those of a start.
    pub fn compare_with_start(&self, restart: usize, parameters: &[f64]) -> Kept {
        compare_weights(&mut self.objective(), &self.start(restart), parameters)
    }

    /// Descends from one start.
    ///
    /// - Errors: [`Diverged`].
    pub fn descend(&self, restart: usize, observe: &mut Observer<'_>) -> Result<Found, Diverged> {
        let mut objective = self.objective();
        let Settings {
            optimizer,
            steps,
            learning_rate,
            ..
        } = *self.settings;
        let start = self.start(restart);
        let mut losses = Vec::new();
        let scale = self.loss_exponent();
        let mut watch = |step: usize, loss: f64, parameters: &[f64]| {
            let loss = libm::ldexp(loss, scale);
            losses.push(loss);
            observe(step, loss, parameters)
        };
        let mut function =
            |x: &[f64], gradient: &mut [f64]| objective.loss_and_gradient(x, gradient);
        let found = match optimizer {
            Optimizer::Lbfgs => lbfgs::minimise(&mut function, start, steps, &mut watch),
            Optimizer::Adam => {
                adam::minimise(&mut function, start, steps, learning_rate, &mut watch)
            }
        };
        let diverged = |NotFinite { step }| Diverged {
            seed: self.seed(restart),
            step,
        };
        let Minimum {
            parameters,
            loss,
            steps,
            stop,
        } = found.map_err(diverged)?;
        Ok(Found {
            loss: libm::ldexp(loss, scale),
            fit: self.fit_with(&mut objective, &parameters),
            losses,
            steps,
            stop,
            parameters,
        })
    }

    /// Descends from every start, several at a time, as long as `progress` allows it.
    ///
    /// - Errors: [`TrainingError::Diverged`] if every start diverges.
    pub fn train(
        &self,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<Training, TrainingError> {
        let restarts: Vec<Restart> = (0..self.restarts())
            .into_par_iter()
            .map(|restart| Restart {
                seed: self.seed(restart),
                outcome: self.descend(restart, &mut |step, loss, _| {
                    progress(Progress {
                        restart,
                        step,
                        loss,
                    })
                }),
            })
            .collect();
        let mut best: Option<(usize, &Found)> = None;
        for (place, restart) in restarts.iter().enumerate() {
            if let Ok(found) = &restart.outcome
                && best.is_none_or(|(_, best)| found.loss < best.loss)
            {
                best = Some((place, found));
            }
        }
        let network =
            best.and_then(|(place, found)| Some((place, self.network(&found.parameters)?)));
        let Some((best, network)) = network else {
            let diverged = restarts
                .iter()
                .filter_map(|r| r.outcome.as_ref().err().copied());
            return Err(TrainingError::Diverged(diverged.collect()));
        };
        Ok(Training {
            network,
            best,
            restarts,
        })
    }

    /// Returns the parameters of one start along the way: before the first step, then at about
    /// `count` geometrically spaced steps, the last one included.
    ///
    /// - Errors: [`Diverged`].
    pub fn snapshots(&self, restart: usize, count: usize) -> Result<Vec<Snapshot>, Diverged> {
        let mut taken: Vec<Snapshot> = Vec::new();
        let mut last = None;
        let steps = geometric_steps(self.settings.steps, count);
        self.descend(restart, &mut |step, loss, parameters| {
            let snapshot = || Snapshot {
                step,
                loss,
                parameters: parameters.to_vec(),
            };
            if steps.contains(&step) {
                taken.push(snapshot());
                last = None;
            } else {
                last = Some(snapshot());
            }
            true
        })?;
        taken.extend(last);
        Ok(taken)
    }

    /// Returns the binary logarithm of the factor between the loss in the units of the targets and
    /// the scaled loss.
    fn loss_exponent(&self) -> i32 {
        match self.perceptron.loss() {
            Loss::MeanSquares => 2 * self.scaling.output_exponent,
            Loss::CrossEntropy => 0,
        }
    }

    fn fit_with(&self, objective: &mut Objective, parameters: &[f64]) -> f64 {
        let threshold = crate::numbers::estimate::estimate_rational(&self.settings.threshold);
        if self.samples.task() == Task::Classification {
            objective.accuracy(parameters, threshold)
        } else {
            objective.root_mean_square(parameters)
        }
    }
}

/// 0 and about `count − 1` further steps, each a fixed multiple of the one before.
fn geometric_steps(steps: usize, count: usize) -> Vec<usize> {
    let mut places = vec![0];
    let doublings = libm::log2(steps.max(1) as f64);
    for k in 0..count.saturating_sub(1) {
        let share = k as f64 / (count.saturating_sub(2)).max(1) as f64;
        let place = libm::rint(libm::exp2(share * doublings));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number up to `steps`"
        )]
        places.push((place as usize).min(steps));
    }
    places.dedup();
    places
}

/// `z`, or `z1`, `z2`, ...; another letter where an input has that name.
fn output_names(inputs: &[String], outputs: usize) -> Vec<String> {
    let names = |stem: &str| -> Vec<String> {
        if outputs == 1 {
            return vec![stem.to_string()];
        }
        (1..=outputs).map(|k| format!("{stem}{k}")).collect()
    };
    ["z", "f", "output"]
        .into_iter()
        .map(names)
        .find(|names| names.iter().all(|name| !inputs.contains(name)))
        .unwrap_or_else(|| names("output_"))
}

/// Trains from every start and returns the best network and the list of all outcomes.
///
/// - The same samples and settings give the same bits on every machine, for every number of
///   threads.
/// - Errors: [`TrainingError`].
///
/// ```
/// use steeple::expr::{Domain, parse_target};
/// use steeple::network::Activation;
/// use steeple::training::{Settings, Start, sample, train};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let target = parse_target(&["x^2"], None)?;
/// let samples = sample(&target, &Domain::parse("x=-1..1")?, 100, 0.0, 1)?;
/// let start = Start::Random { hidden: &[4], activation: &Activation::Tanh };
/// let trained = train(&start, &samples, &Settings::default(), &|_| true)?;
/// assert_eq!(trained.restarts.len(), 5);
/// assert!(trained.found().fit < 1e-3);
/// # Ok(())
/// # }
/// ```
pub fn train(
    start: &Start<'_>,
    samples: &Samples,
    settings: &Settings,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Training, TrainingError> {
    Problem::new(start, samples, settings)?.train(progress)
}
