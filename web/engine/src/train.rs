//! Training, step by step, and what trained networks are compared with.
//!
//! [`Train`] is the question `train`. Everything stands in a spec, as for `steeple train`: the target or none, the
//! domain, and in `[compare]` one shape, one activation, the points and the settings. So the network is, byte for
//! byte, that of the program for the same spec. Where the spec says `data = "points.csv"`, the page sends the text
//! of that file as `points`, however it came by it.
//!
//! ```
//! let mut engine = steeple_web::Engine::new();
//! let spec = "target = { formula = \"x^2\", domain = { x = [0, 1] } }\n\
//!             compare = { hidden = [[2]], activation = \"tanh\", samples = 50, steps = 20, restarts = 1 }";
//! let question = serde_json::json!({ "do": "train", "name": "small", "spec": spec, "film": 10 });
//! let answer: serde_json::Value = serde_json::from_str(&engine.ask(&question.to_string(), &mut |_| {})).unwrap();
//! let trained = &answer["ok"];
//! assert_eq!(trained["title"], "tanh 1-2-1");
//! // The network as a file, and its weights as floats: for each layer the weights row by row, then the biases.
//! assert!(trained["network"].as_str().unwrap().contains("steeple_network"));
//! assert_eq!(trained["weights"].as_array().unwrap().len(), 7);
//! // The weights at steps of the best start, to be drawn, and the loss after each step.
//! assert_eq!(trained["film"][0].as_array().unwrap().len(), 7);
//! assert_eq!(trained["losses"].as_array().unwrap().len(), 21);
//! ```
//!
//! The answer also has `shape` (inputs, and units and activation of each layer), `starts`, `best`, `chosen` (the
//! step whose weights the network has), `steps` (of the film), `points` (a column for each input), `targets`,
//! `wrong` (the points that are decided wrongly, counted exactly), `domain`, `threshold` and `notes`. Where there are
//! several starts, the page is told the same object for the first of them on the way.
//!
//! [`Rivals`] is the question `rivals`: the networks that `steeple compare` puts beside a trained one.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use steeple::certificate::Semantics;
use steeple::formats;
use steeple::network::LayerEstimate;
use steeple::numbers::estimate::estimate_rational;
use steeple::prover::Limits;
use steeple::training::{Found, Problem, Samples, Settings, Start, Task, judge};
use steeple::workflow::compare::{CompareRequest, Imported, compare};
use steeple::workflow::points::{data_in, points_in};
use steeple::workflow::spec::{self, DataSpec, Trainable, read_to_train};
use steeple::workflow::train::row_name;
use steeple::workflow::{CompareSpec, DataError, training_data};
use steeple::{Domain, Network, Threads, Weights};

use crate::failure::Failure;
use crate::files::opened;
use crate::kept::Kept;

/// The most points, steps, starts, and weights and biases that a page trains with.
const MOST_POINTS: usize = 20_000;
const MOST_STEPS: usize = 10_000;
const MOST_STARTS: usize = 50;
const MOST_PARAMETERS: usize = 5000;
/// The most products of these four: about half a minute.
const MOST_WORK: f64 = 4e9;
/// The most numbers of a film.
const MOST_IN_FILM: usize = 1 << 20;

/// Trains the first network of a spec's table `[compare]`.
#[derive(Deserialize)]
pub struct Train {
    name: String,
    spec: String,
    /// The text of the file of points that the spec names.
    points: Option<String>,
    /// The most pictures of a film of the best start; none by default.
    #[serde(default)]
    film: usize,
}

/// What there is to learn.
struct Lesson {
    compare: CompareSpec,
    samples: Samples,
    domain: Domain,
    notes: Vec<String>,
}

/// One start: what was found, and the parameters at some steps.
struct Run {
    found: Found,
    film: Vec<(usize, Vec<f64>)>,
}

impl Train {
    /// Trains, and tells after the first of several starts what it found: the same as the answer.
    pub fn run(
        self,
        kept: &mut BTreeMap<String, Kept>,
        tell: &mut dyn FnMut(&str),
    ) -> Result<Value, Failure> {
        let lesson = self.lesson()?;
        let settings = &lesson.compare.settings;
        let (Some(hidden), Some(activation)) = (
            lesson.compare.hidden.first(),
            lesson.compare.activations.first(),
        ) else {
            return Err(Failure::new("[compare] names no network to train").within("spec"));
        };
        let begin = Start::Random { hidden, activation };
        let problem = Problem::new(&begin, &lesson.samples, settings).map_err(Failure::new)?;
        let parameters = problem.perceptron().parameters();
        fits(&lesson.samples, settings, parameters)?;
        let every = match self.film.min(MOST_IN_FILM / parameters) {
            0 => None,
            frames => Some(settings.steps.div_ceil(frames).max(1)),
        };
        let title = row_name(&lesson.samples, hidden, activation);
        let mut starts = Vec::new();
        let mut best: Option<(usize, Run)> = None;
        for restart in 0..problem.restarts() {
            let seed = problem.seed(restart);
            match descend(&problem, restart, every) {
                Ok(run) => {
                    starts.push(json!({
                        "seed": seed,
                        "loss": run.found.loss,
                        "fit": run.found.fit,
                        "steps": run.found.steps,
                        "ended": run.found.stop.words(),
                    }));
                    // As in `Problem::train`: of equal ones, the first.
                    if best
                        .as_ref()
                        .is_none_or(|(_, best)| run.found.loss < best.found.loss)
                    {
                        best = Some((restart, run));
                    }
                }
                Err(step) => starts.push(json!({ "seed": seed, "diverged": step })),
            }
            if let (0, Some((place, run)), true) = (restart, &best, problem.restarts() > 1)
                && let Some((_, told)) = lesson.told(&problem, &title, (*place, run), &starts)
            {
                tell(&told.to_string());
            }
        }
        let found = best
            .as_ref()
            .and_then(|(place, run)| lesson.told(&problem, &title, (*place, run), &starts));
        let Some((network, told)) = found else {
            return Err(Failure::new(
                "the loss became infinite from every start, so there is no network",
            )
            .hint(Some("choose another seed, or smaller steps")));
        };
        let found = Kept {
            network,
            weights: Weights::Exact,
            spec: Some(self.spec),
            opened: None,
            asked: None,
        };
        kept.insert(self.name, found);
        Ok(told)
    }

    fn lesson(&self) -> Result<Lesson, Failure> {
        let given = read_to_train(&self.spec)?;
        let text = |path: &str| {
            self.points.as_deref().ok_or_else(|| {
                Failure::new(format!("the points of {path} did not come with the spec"))
                    .within("points")
            })
        };
        let wrong = |error| wrong(error, self.points.as_deref().unwrap_or(""));
        match given {
            Trainable::Target(spec) => {
                let compare = spec.compare.clone().unwrap_or_default();
                let data = match &compare.data {
                    DataSpec::Random { count, .. } => {
                        few(*count)?;
                        training_data(&spec, &compare, Path::new(""))
                    }
                    DataSpec::File { path, .. } => data_in(&spec, text(path)?, Path::new(path)),
                }
                .map_err(wrong)?;
                Ok(Lesson {
                    compare,
                    samples: data.samples,
                    domain: spec.domain,
                    notes: data.notes,
                })
            }
            Trainable::Points(spec) => {
                let DataSpec::File { path, .. } = &spec.compare.data else {
                    return Err(Failure::new("the spec names no points").within("spec"));
                };
                let (data, domain) =
                    points_in(&spec, text(path)?, Path::new(path)).map_err(wrong)?;
                Ok(Lesson {
                    compare: spec.compare,
                    samples: data.samples,
                    domain,
                    notes: data.notes,
                })
            }
        }
    }
}

impl Lesson {
    /// The network of a start, and what the page gets of it; `None` if its weights are not finite.
    fn told(
        &self,
        problem: &Problem<'_>,
        title: &str,
        (place, run): (usize, &Run),
        starts: &[Value],
    ) -> Option<(Network, Value)> {
        let Run { found, film } = run;
        let samples = &self.samples;
        let threshold = &self.compare.settings.threshold;
        let network = problem.network(&found.parameters)?;
        let pictures: Vec<(usize, Vec<f32>)> = film
            .iter()
            .filter_map(|(step, at)| Some((*step, for_pictures(&weights(&problem.network(at)?)))))
            .collect();
        let judged = judge(&network, samples, threshold);
        let last = found.losses.len().saturating_sub(1);
        let columns = |columns: &[Vec<f64>]| -> Vec<Vec<f32>> {
            columns.iter().map(|column| for_pictures(column)).collect()
        };
        let sides = self.domain.sides().iter();
        let told = json!({
            "title": title,
            "network": String::from_utf8_lossy(&formats::to_json(&network)),
            "shape": shape(&network),
            "weights": weights(&network),
            "starts": starts,
            "best": place,
            "loss_name": problem.perceptron().loss().name(),
            "fit": found.fit,
            // The lowest loss is that of the network.
            "chosen": found.losses.iter().position(|loss| *loss <= found.loss).unwrap_or(last),
            "losses": found.losses,
            "steps": pictures.iter().map(|(step, _)| *step).collect::<Vec<_>>(),
            "film": pictures.into_iter().map(|(_, at)| at).collect::<Vec<_>>(),
            "inputs": samples.inputs(),
            "is_region": samples.task() == Task::Classification,
            "points": columns(samples.points()),
            "targets": columns(samples.targets()),
            "wrong": judged.as_ref().map(|judged| judged.wrong.clone()),
            "open": judged.as_ref().map(|judged| judged.open.len()),
            "domain": sides
                .map(|(low, high)| [estimate_rational(low), estimate_rational(high)])
                .collect::<Vec<_>>(),
            "threshold": estimate_rational(threshold),
            "notes": self.notes,
        });
        Some((network, told))
    }
}

/// Refuses what would take a page too long.
fn fits(samples: &Samples, settings: &Settings, parameters: usize) -> Result<(), Failure> {
    few(samples.count())?;
    at_most(settings.steps, MOST_STEPS, "steps")?;
    at_most(settings.restarts, MOST_STARTS, "random starts")?;
    at_most(parameters, MOST_PARAMETERS, "weights and biases")?;
    #[expect(clippy::cast_precision_loss, reason = "small, and only compared")]
    let work = [
        samples.count(),
        settings.steps,
        settings.restarts,
        parameters,
    ]
    .map(|count| count as f64);
    if work.iter().product::<f64>() <= MOST_WORK {
        return Ok(());
    }
    Err(
        Failure::new("so many points, steps, starts and weights take a page too long")
            .hint(Some(
                "take fewer of one of them; `steeple train` takes the time it needs",
            ))
            .within("spec"),
    )
}

fn few(count: usize) -> Result<(), Failure> {
    at_most(count, MOST_POINTS, "points")
}

fn at_most(count: usize, most: usize, of_what: &str) -> Result<(), Failure> {
    if count <= most {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a page trains with at most {most} {of_what}, found {count}"
    ))
    .hint(Some("`steeple train` takes more"))
    .within("spec"))
}

/// Descends from one start; keeps the parameters before the first step, then at every so many steps, and the last.
///
/// - Errors: the steps after which the loss was infinite.
fn descend(problem: &Problem<'_>, restart: usize, every: Option<usize>) -> Result<Run, usize> {
    let mut film: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut last = None;
    let found = problem
        .descend(restart, &mut |step, _, parameters| {
            if let Some(every) = every {
                if step.is_multiple_of(every) {
                    film.push((step, parameters.to_vec()));
                    last = None;
                } else {
                    last = Some((step, parameters.to_vec()));
                }
            }
            true
        })
        .map_err(|diverged| diverged.step)?;
    film.extend(last);
    Ok(Run { found, film })
}

/// The weights of a network as floats: layer after layer, the weights row by row, then the biases.
fn weights(network: &Network) -> Vec<f64> {
    let mut all = Vec::new();
    for layer in LayerEstimate::of(network) {
        for (_, row) in &layer.rows {
            let mut dense = vec![0.0; layer.inputs];
            for (column, weight) in row {
                dense[*column] = *weight;
            }
            all.extend(dense);
        }
        all.extend(layer.rows.iter().map(|(bias, _)| *bias));
    }
    all
}

/// Numbers that are only drawn.
fn for_pictures(numbers: &[f64]) -> Vec<f32> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "more digits than a picture shows"
    )]
    numbers.iter().map(|x| *x as f32).collect()
}

fn shape(network: &Network) -> Value {
    let layers: Vec<Value> = network
        .layers()
        .iter()
        .map(|layer| json!({ "units": layer.units(), "activation": layer.activation().name() }))
        .collect();
    json!({ "inputs": network.inputs(), "layers": layers })
}

/// What is wrong with the points; with the place in their text.
fn wrong(error: DataError, text: &str) -> Failure {
    match error {
        DataError::Csv { error, .. } => {
            let place = place(text, error.line, error.column);
            Failure::new(&error.message)
                .hint(error.hint)
                .within("points")
                .at(place)
        }
        DataError::File { message, .. } => Failure::new(message).within("points"),
        DataError::Sample(error) => Failure::new(error).within("spec"),
    }
}

/// The bytes of one character of a text; lines and columns count from 1.
fn place(text: &str, line: usize, column: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
        if number == line {
            let mut letters = whole
                .trim_end_matches(['\n', '\r'])
                .char_indices()
                .skip(column.saturating_sub(1));
            let (first, length) = letters.next().map_or(
                (whole.trim_end_matches(['\n', '\r']).len(), 0),
                |(at, letter)| (at, letter.len_utf8()),
            );
            return start + first..start + first + length.max(1);
        }
        start += whole.len();
    }
    start..start + 1
}

/// Names and builds what `steeple compare` puts beside a network: the best constant answer and, for a disk, the best
/// polygon with as many sides as the network has units, and the disk of three smooth units.
#[derive(Deserialize)]
pub struct Rivals {
    /// Target and claim; its other tables are not used.
    spec: String,
    /// The text of the network's file.
    network: String,
}

impl Rivals {
    pub fn run(self) -> Result<Value, Failure> {
        let mut spec = spec::read(&self.spec)?;
        spec.compare = None;
        spec.network = None;
        let given = opened(self.network.as_bytes())?;
        let in_order = |failed: String| Failure::new(failed).within("network");
        let domain = spec
            .domain
            .in_order(given.network.inputs())
            .map_err(|error| in_order(error.to_string()))?;
        if spec.target.inputs() != given.network.inputs() {
            return Err(in_order(
                "the network has its inputs in another order than the target".into(),
            ));
        }
        let request = CompareRequest {
            spec: &spec,
            folder: Path::new(""),
            imported: vec![Imported {
                name: "network".into(),
                network: given.network.clone(),
                weights: given.weights,
                target: spec.target.clone(),
                domain,
            }],
            semantics: Semantics::Real,
            // The page asks about each of them later.
            limits: Limits {
                boxes: Some(1),
                ..Limits::default()
            },
            threads: Threads::CALLER,
        };
        let compared = compare(&request, &|_| {}).map_err(Failure::new)?;
        let rows = compared.comparison.rows.iter().zip(&compared.members);
        let rivals: Vec<Value> = rows
            .skip(1)
            .filter_map(|(row, member)| {
                let network = &member.as_ref()?.network;
                Some(json!({
                    "title": row.name,
                    "answer": row.constant,
                    "units": row.units,
                    "network": String::from_utf8_lossy(&formats::to_json(network)),
                }))
            })
            .collect();
        Ok(json!({ "rivals": rivals }))
    }
}
