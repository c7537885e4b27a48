//! The function `train`, and the class `Trained`.

use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use steeple::clock::Moment;
use steeple::formats::Opened;
use steeple::prover::Limits;
use steeple::training::{Problem, Samples, Start, Task, Training, TrainingError, judge};
use steeple::workflow::points::{data_in, domain_flag, points_in};
use steeple::workflow::spec::{DataSpec, Trainable, read_to_train};
use steeple::workflow::train::row_name;
use steeple::workflow::{CompareSpec, DataError, points_alone, training_data};
use steeple::{Activation, Domain, Weights};

use crate::errors::{Failure, of_spec};
use crate::network::Network;
use crate::verify::{interrupted, seconds};
use crate::work::{Control, Ended, Tell, run};

/// How far training is: start, step, loss.
type Progress = (usize, usize, f64);

/// A trained network.
#[pyclass(frozen, module = "steeple._native")]
pub struct Trained {
    found: Found,
    network: Py<Network>,
}

/// What training found.
struct Found {
    name: String,
    training: Training,
    is_region: bool,
    seeds: Vec<u64>,
    wrong: Option<usize>,
    domain: Domain,
    notes: Vec<String>,
}

impl Trained {
    fn new(py: Python<'_>, found: Found) -> PyResult<Self> {
        let network = found.training.network.clone();
        // Its weights are the floats that were found.
        let network = Network::new(Opened::of(network, Weights::Exact, None), true);
        Ok(Self {
            found,
            network: Py::new(py, network)?,
        })
    }
}

#[pymethods]
impl Trained {
    #[getter]
    fn name(&self) -> &str {
        &self.found.name
    }

    #[getter]
    fn network(&self, py: Python<'_>) -> Py<Network> {
        self.network.clone_ref(py)
    }

    #[getter]
    fn losses(&self) -> Vec<f64> {
        self.found.training.found().losses.clone()
    }

    #[getter]
    fn loss(&self) -> f64 {
        self.found.training.found().loss
    }

    #[getter]
    fn fit(&self) -> f64 {
        self.found.training.found().fit
    }

    #[getter]
    fn fit_name(&self) -> &'static str {
        if self.found.is_region {
            "accuracy"
        } else {
            "rms_error"
        }
    }

    /// How many points the network decides wrongly, counted exactly; None where there are no labels.
    #[getter]
    fn wrong(&self) -> Option<usize> {
        self.found.wrong
    }

    /// The box on which it was trained, as text.
    #[getter]
    fn domain(&self) -> String {
        domain_flag(&self.found.domain)
    }

    #[getter]
    fn starts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = PyList::empty(py);
        for (seed, start) in self.found.seeds.iter().zip(&self.found.training.restarts) {
            let row = PyDict::new(py);
            row.set_item("seed", seed)?;
            match &start.outcome {
                Ok(found) => {
                    row.set_item("loss", found.loss)?;
                    row.set_item("fit", found.fit)?;
                    row.set_item("steps", found.steps)?;
                    row.set_item("ended", found.stop.words())?;
                }
                Err(diverged) => row.set_item("diverged_after", diverged.step)?,
            }
            rows.append(row)?;
        }
        Ok(rows)
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.found.notes.clone()
    }
}

/// What there is to learn.
struct Lesson {
    compare: CompareSpec,
    samples: Samples,
    domain: Domain,
    notes: Vec<String>,
}

impl Lesson {
    /// Reads a spec, and its points: from `points`, the text of its file, or from the file itself.
    fn read(spec: &str, points: Option<&str>, folder: &Path) -> Result<Self, Failure> {
        let given = read_to_train(spec).map_err(|error| of_spec(&error, spec))?;
        let named = |data: &DataSpec| match data {
            DataSpec::File { path, .. } => path.clone(),
            DataSpec::Random { .. } => "points.csv".into(),
        };
        match given {
            Trainable::Target(spec) => {
                let mut compare = spec.compare.clone().unwrap_or_default();
                if let (None, Some(threshold)) = (&spec.compare, &spec.claim.threshold) {
                    compare.settings.threshold = threshold.clone();
                }
                let data = match points {
                    Some(text) => data_in(&spec, text, Path::new(&named(&compare.data))),
                    None => training_data(&spec, &compare, folder),
                };
                let data = data.map_err(|error| no_data(&error))?;
                Ok(Self {
                    compare,
                    samples: data.samples,
                    domain: spec.domain,
                    notes: data.notes,
                })
            }
            Trainable::Points(spec) => {
                let data = match points {
                    Some(text) => points_in(&spec, text, Path::new(&named(&spec.compare.data))),
                    None => points_alone(&spec, folder),
                };
                let (data, domain) = data.map_err(|error| no_data(&error))?;
                Ok(Self {
                    compare: spec.compare,
                    samples: data.samples,
                    domain,
                    notes: data.notes,
                })
            }
        }
    }
}

fn no_data(error: &DataError) -> Failure {
    let failure = Failure::new("SpecError", error);
    match error {
        DataError::Csv { error, .. } => failure
            .hint(error.hint.clone())
            .at("line", error.line)
            .at("column", error.column),
        _ => failure,
    }
}

/// Trains the first network of `[compare]`.
#[pyfunction]
#[pyo3(signature = (
    spec, *, points=None, folder=None, hidden=None, activation=None, seed=None, restarts=None, steps=None,
    time_limit=None, progress=None
))]
pub fn train(
    py: Python<'_>,
    spec: &str,
    points: Option<String>,
    folder: Option<&str>,
    hidden: Option<Vec<usize>>,
    activation: Option<&str>,
    seed: Option<u64>,
    restarts: Option<usize>,
    steps: Option<usize>,
    time_limit: Option<f64>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Trained> {
    let folder = Path::new(folder.unwrap_or_default());
    let mut lesson = Lesson::read(spec, points.as_deref(), folder)?;
    let compare = &mut lesson.compare;
    if let Some(hidden) = hidden {
        if hidden.is_empty() || hidden.contains(&0) {
            let message = "hidden: expected the units of each hidden layer, each at least 1";
            return Err(Failure::new("SpecError", message)
                .at("key", "hidden")
                .into());
        }
        compare.hidden = vec![hidden];
    }
    if let Some(name) = activation {
        compare.activations = vec![activation_of(name)?];
    }
    let settings = &mut compare.settings;
    settings.seed = seed.unwrap_or(settings.seed);
    settings.restarts = restarts.unwrap_or(settings.restarts);
    settings.steps = steps.unwrap_or(settings.steps);
    let time = seconds(time_limit)?;
    let tell: Option<Box<Tell<'static, Progress>>> = progress.map(|progress| {
        let tell: Box<Tell<'static, Progress>> =
            Box::new(move |py, said| progress.call1(py, said).map(|_| ()));
        tell
    });
    let work = move |control: &Control<Progress>| {
        let limits = Limits {
            time,
            begun: time.map(|_| Moment::now()),
            interrupt: Some(control.interrupt.clone()),
            ..Limits::default()
        };
        learn(lesson, &limits, control)
    };
    match run(py, work, tell.as_deref())? {
        Ended::Done(found) => Trained::new(py, found?),
        Ended::Interrupted(found) => {
            let partial = found.and_then(Result::ok);
            let partial = partial.map(|found| Trained::new(py, found)).transpose()?;
            Err(interrupted(py, partial))
        }
    }
}

fn activation_of(name: &str) -> Result<Activation, Failure> {
    match name {
        "sigmoid" => Ok(Activation::Sigmoid),
        "tanh" => Ok(Activation::Tanh),
        "relu" => Ok(Activation::Relu),
        _ => Err(Failure::new(
            "SpecError",
            format_args!("unknown activation `{name}`, expected one of sigmoid, tanh, relu"),
        )
        .at("key", "activation")),
    }
}

fn learn(lesson: Lesson, limits: &Limits, control: &Control<Progress>) -> Result<Found, Failure> {
    let Lesson {
        compare,
        samples,
        domain,
        notes,
    } = lesson;
    let failed = |error: TrainingError| Failure::new("TrainError", error);
    let (Some(hidden), Some(activation)) = (compare.hidden.first(), compare.activations.first())
    else {
        return Err(Failure::new(
            "TrainError",
            "[compare] names no network to train",
        ));
    };
    let begin = Start::Random { hidden, activation };
    let name = row_name(&samples, hidden, activation);
    let problem = Problem::new(&begin, &samples, &compare.settings).map_err(failed)?;
    let training = problem
        .train(&|at| {
            control.say((at.restart, at.step, at.loss));
            limits.is_over().is_none()
        })
        .map_err(failed)?;
    let judged = judge(&training.network, &samples, &compare.settings.threshold);
    Ok(Found {
        name,
        is_region: samples.task() == Task::Classification,
        seeds: (0..problem.restarts())
            .map(|start| problem.seed(start))
            .collect(),
        wrong: judged.map(|judged| judged.wrong.len()),
        training,
        domain,
        notes,
    })
}
