//! `steeple train`.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};

use super::pretty;
use crate::builders::Goal;
use crate::certificate::{Norm, Question};
use crate::cli::arguments::{Format, Train};
use crate::cli::progress::Bar;
use crate::cli::{Output, Refusal, inputs, note};
use crate::formats::json as network_file;
use crate::network::{Activation, Network, digest, size};
use crate::numbers::estimate::estimate_rational;
use crate::training::{
    GradientCheck, Kept, MAX_EXPLAINED, Optimizer, Problem, Progress, Restart, Samples, Settings,
    Start, Task, Training, TrainingError, explain,
};
use crate::workflow::spec::{DataSpec, trained_activation};
use crate::workflow::train::{DataError, row_name};
use crate::workflow::{CompareSpec, Spec, Subject, draw_frame, training_data, write_beside};

/// Pictures along the way.
const FRAMES: usize = 12;

/// Trains a network.
pub fn run(arguments: &Train, format: Format) -> Result<Output, Refusal> {
    let start = Instant::now();
    let (spec, source) = inputs::read_spec(&arguments.spec)?;
    if spec.goal == Goal::Regions {
        return Err(Refusal::in_file(
            &arguments.spec,
            "this spec has no formula, so there is nothing to train on",
        ));
    }
    let out = out_file(arguments)?;
    inputs::can_be_written(&out)?;
    let compare = settings(arguments, &spec)?;
    let folder = arguments.spec.parent().unwrap_or(Path::new(""));
    let samples = training_data(&spec, &compare, folder)
        .map_err(|error| no_data(&error, &compare, &arguments.spec, &source))?;
    let given = match &arguments.from {
        Some(path) => Some(inputs::read_network_for(
            path,
            inputs::Names::List(spec.target.inputs()),
        )?),
        None => None,
    };
    let (hidden, activation) = (&compare.hidden[0], &compare.activations[0]);
    let (begin, name) = match &given {
        Some(network) => (Start::Network(network), shape_of(network)),
        None => (
            Start::Random { hidden, activation },
            row_name(&samples, hidden, activation),
        ),
    };
    let rows = compare.hidden.len() * compare.activations.len();
    if rows > 1 && given.is_none() {
        note(&format!(
            "the spec lists several networks; this trains {name}, --hidden and --activation choose another"
        ));
    }
    let refused = |error: TrainingError| match &arguments.from {
        Some(path) => Refusal::in_file(path, error),
        None => Refusal::new(error),
    };
    let problem = Problem::new(&begin, &samples, &compare.settings).map_err(refused)?;
    if arguments.frames.is_some() && !(1..=2).contains(&samples.inputs().len()) {
        return Err(Refusal::new(format_args!(
            "--frames draws networks of one or two inputs, this one has {}",
            samples.inputs().len()
        )));
    }
    if let Some(folder) = &arguments.frames {
        fs::create_dir_all(folder).map_err(|error| Refusal::in_file(folder, error))?;
    }
    let mut run = Run {
        name,
        explanation: None,
        check: None,
        kept: None,
        frames: Vec::new(),
        problem,
        spec: &spec,
        settings: &compare.settings,
        samples: &samples,
        from: arguments.from.as_deref(),
        out: &out,
    };
    if arguments.explain {
        run.explain()?;
    }
    let training = match run.train() {
        Ok(training) => training,
        Err(TrainingError::Diverged(starts)) => {
            let restarts: Vec<Restart> = starts
                .iter()
                .map(|diverged| Restart {
                    seed: diverged.seed,
                    outcome: Err(*diverged),
                })
                .collect();
            return Ok(run.nothing(&restarts, format));
        }
        Err(error) => return Err(refused(error)),
    };
    if arguments.check_gradient {
        let problem = &run.problem;
        run.check = Some(problem.check_gradient(&problem.start(training.best)));
    }
    if given.is_some() {
        let found = &training.found().parameters;
        run.kept = Some(run.problem.compare_with_start(training.best, found));
    }
    if let Some(folder) = &arguments.frames {
        run.draw_frames(folder, &training)?;
    }
    write_beside(&out, |mut file: &mut dyn Write| {
        network_file::write(&training.network, &mut file)
    })
    .map_err(|error| Refusal::in_file(&out, error))?;
    Ok(Output::yes(match format {
        Format::Text => run.text(&training),
        Format::Json => {
            let mut object = run.json(&training);
            object["seconds"] = json!(start.elapsed().as_secs_f64());
            pretty(&object)
        }
    }))
}

/// The file to write.
fn out_file(arguments: &Train) -> Result<PathBuf, Refusal> {
    if let Some(out) = &arguments.out {
        if out.extension().and_then(|ending| ending.to_str()) != Some("json") {
            return Err(Refusal::in_file(
                out,
                "trained networks are written as .json files",
            ));
        }
        return Ok(out.clone());
    }
    let stem = arguments.spec.file_stem().ok_or_else(|| {
        Refusal::in_file(&arguments.spec, "the file has no name").hint("give --out")
    })?;
    let mut name = stem.to_os_string();
    name.push(".trained.json");
    Ok(PathBuf::from(name))
}

/// The spec's settings, where flags do not say otherwise.
fn settings(arguments: &Train, spec: &Spec) -> Result<CompareSpec, Refusal> {
    let mut compare = spec.compare.clone().unwrap_or_default();
    if spec.compare.is_none() {
        if let Some(threshold) = &spec.claim.threshold {
            compare.settings.threshold = threshold.clone();
        }
        note(
            "the spec has no table [compare]; training on 1000 random points, with default settings",
        );
    }
    if let Some(hidden) = &arguments.hidden {
        if hidden.contains(&0) {
            return Err(Refusal::new("--hidden: a hidden layer has at least 1 unit")
                .hint("6, or 16,16 for two hidden layers"));
        }
        compare.hidden = vec![hidden.clone()];
    }
    if let Some(name) = &arguments.activation {
        let activation = trained_activation(name).map_err(|message| {
            Refusal::new(format_args!("--activation: {message}")).hint("known: sigmoid, tanh, relu")
        })?;
        compare.activations = vec![activation];
    }
    let count = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let settings = &mut compare.settings;
    if let Some(name) = &arguments.optimizer {
        let optimizer = Optimizer::from_name(name).ok_or_else(|| {
            Refusal::new(format_args!("--optimizer: there is no optimizer `{name}`"))
                .hint(&format!("known: {}", Optimizer::NAMES.join(", ")))
        })?;
        if optimizer != settings.optimizer {
            settings.optimizer = optimizer;
            settings.steps = optimizer.default_steps();
        }
    }
    if let Some(text) = &arguments.learning_rate {
        if settings.optimizer == Optimizer::Lbfgs {
            return Err(Refusal::new("--learning-rate is for --optimizer adam")
                .hint("lbfgs finds the length of each step itself"));
        }
        settings.learning_rate = estimate_rational(&inputs::positive("learning-rate", text)?);
        if !settings.learning_rate.is_finite() {
            return Err(Refusal::new("--learning-rate is too large"));
        }
    }
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    settings.restarts = arguments.restarts.map_or(settings.restarts, count);
    settings.steps = arguments.steps.map_or(settings.steps, count);
    Ok(compare)
}

/// Says why there are no points.
pub(super) fn no_data(
    error: &DataError,
    compare: &CompareSpec,
    spec: &Path,
    source: &str,
) -> Refusal {
    match (error, &compare.data) {
        (DataError::File { .. }, DataSpec::File { span, .. }) => Refusal::at(
            &spec.display().to_string(),
            source,
            span,
            &error.to_string(),
            Some("the path is relative to the spec's folder"),
        ),
        (DataError::Csv { error: csv, .. }, _) => match &csv.hint {
            Some(hint) => Refusal::new(error).hint(hint),
            None => Refusal::new(error),
        },
        _ => Refusal::in_file(spec, error),
    }
}

/// The widths of a network, such as `2-6-1`.
fn shape_of(network: &Network) -> String {
    let widths = network.layers().iter().map(crate::network::Layer::units);
    let widths: Vec<String> = [network.inputs().len()]
        .into_iter()
        .chain(widths)
        .map(|width| width.to_string())
        .collect();
    widths.join("-")
}

/// One run and what it has to say.
struct Run<'a> {
    name: String,
    explanation: Option<String>,
    check: Option<GradientCheck>,
    kept: Option<Kept>,
    frames: Vec<PathBuf>,
    problem: Problem<'a>,
    spec: &'a Spec,
    settings: &'a Settings,
    samples: &'a Samples,
    from: Option<&'a Path>,
    out: &'a Path,
}

impl Run<'_> {
    fn explain(&mut self) -> Result<(), Refusal> {
        let text = explain(&self.problem, &self.problem.start(0), 0).ok_or_else(|| {
            Refusal::new(format_args!(
                "--explain writes out networks of at most {MAX_EXPLAINED} weights and bias terms, this one has {}",
                self.problem.perceptron().parameters()
            ))
            .hint("take fewer units, such as --hidden 2")
        })?;
        self.explanation = Some(text);
        Ok(())
    }

    fn train(&self) -> Result<Training, TrainingError> {
        let bar = Mutex::new(Bar::new());
        let (starts, steps) = (self.problem.restarts(), self.settings.steps);
        self.problem.train(&|at: Progress| {
            // Whoever holds it shows something just as good.
            if let Ok(mut bar) = bar.try_lock() {
                bar.say(|| {
                    format!(
                        "start {} of {starts}, step {} of at most {steps}, loss {}",
                        at.restart + 1,
                        at.step,
                        digits(at.loss)
                    )
                });
            }
        })
    }

    fn draw_frames(&mut self, folder: &Path, training: &Training) -> Result<(), Refusal> {
        // The best start once more: the same steps.
        let snapshots = self
            .problem
            .snapshots(training.best, FRAMES)
            .map_err(Refusal::new)?;
        for (place, snapshot) in snapshots.iter().enumerate() {
            let Some(network) = self.problem.network(&snapshot.parameters) else {
                continue;
            };
            let is_region = self.spec.target.is_region();
            let question = Question {
                network: digest(&network),
                target: self.spec.target.clone(),
                domain: self.spec.domain.clone(),
                norm: if is_region { Norm::Area } else { Norm::Sup },
                threshold: is_region.then(|| self.settings.threshold.clone()),
            };
            let subject = Subject {
                network: &network,
                question: &question,
                claim: None,
                certificate: None,
                values: None,
            };
            let title = format!("{} after {} steps", self.name, snapshot.step);
            let caption = format!(
                "{} on {} points: {}; target {}",
                self.problem.perceptron().loss().name(),
                self.samples.count(),
                digits(snapshot.loss),
                self.spec.target.text().join(", ")
            );
            let svg = draw_frame(&subject, &title, &caption).map_err(Refusal::new)?;
            let path = folder.join(format!("frame{place:02}.svg"));
            write_beside(&path, |out: &mut dyn Write| out.write_all(svg.as_bytes()))
                .map_err(|error| Refusal::in_file(&path, error))?;
            self.frames.push(path);
        }
        Ok(())
    }

    /// How the fit is called.
    fn fit(&self) -> (&'static str, &'static str) {
        match self.samples.task() {
            Task::Classification => ("accuracy", "accuracy"),
            Task::Regression => ("rms error", "rms_error"),
        }
    }

    fn fit_text(&self, fit: f64) -> String {
        match self.samples.task() {
            // Rounded down: 999 of 1000 is not 100 %.
            Task::Classification => format!("{:.2} %", libm::floor(fit * 1e4) / 100.0),
            Task::Regression => digits(fit),
        }
    }

    fn heading(&self) -> String {
        let origin = match self.from {
            Some(path) => format!(", from {}", path.display()),
            None => String::new(),
        };
        let count = self.samples.count();
        format!(
            "{} by {} on {count} point{}, {}{origin}",
            self.name,
            self.settings.optimizer.name(),
            if count == 1 { "" } else { "s" },
            self.problem.perceptron().loss().name(),
        )
    }

    /// The table of starts.
    fn table(&self, restarts: &[Restart], best: Option<usize>) -> String {
        let worst = worst(restarts);
        let mut text = format!(
            "  {:>6}  {:>6}  {:>11}  {:>11}  ended",
            "seed",
            "steps",
            "loss",
            self.fit().0
        );
        for (place, restart) in restarts.iter().enumerate() {
            let _ = match &restart.outcome {
                Ok(found) => write!(
                    text,
                    "\n  {:>6}  {:>6}  {:>11}  {:>11}  {}",
                    restart.seed,
                    found.steps,
                    digits(found.loss),
                    self.fit_text(found.fit),
                    found.stop.words()
                ),
                Err(diverged) => write!(
                    text,
                    "\n  {:>6}  {:>6}  {:>11}  {:>11}  diverged: the loss is not finite",
                    restart.seed, diverged.step, "-", "-"
                ),
            };
            if restarts.len() > 1 {
                if Some(place) == best {
                    text += " (best)";
                } else if Some(place) == worst {
                    text += " (worst)";
                }
            }
        }
        text
    }

    fn text(&self, training: &Training) -> String {
        let mut text = String::new();
        if let Some(explanation) = &self.explanation {
            text += explanation;
            text += "\n\n";
        }
        let _ = write!(
            text,
            "trained: {}\n{}",
            self.heading(),
            self.table(&training.restarts, Some(training.best))
        );
        if let Some(check) = &self.check {
            text += "\n";
            text += &self.check_text(check);
        }
        if let Some(kept) = &self.kept {
            text += "\n";
            text += &kept_text(kept);
        }
        let size = size(&training.network);
        let _ = write!(
            text,
            "\n  network: {} hidden units, {} parameters",
            size.units, size.parameters
        );
        if self.samples.task() == Task::Classification {
            let name = &training.network.outputs()[0];
            let _ = write!(text, "; inside is {name} >= {}", self.settings.threshold);
            if ends_linear(&training.network) && self.from.is_none() {
                let _ = write!(
                    text,
                    "\n  {name} is the logit plus {0}: P(inside) = sigmoid({name} - {0})",
                    self.settings.threshold
                );
            }
        }
        if let (Some(first), Some(last)) = (self.frames.first(), self.frames.last()) {
            let _ = write!(text, "\ndrawn: {} to {}", first.display(), last.display());
        }
        let _ = write!(text, "\nwritten to {}", self.out.display());
        text
    }

    fn check_text(&self, check: &GradientCheck) -> String {
        let mut text = format!(
            "  gradient: backpropagation differs from central differences by {:.2e} at most, relatively, over {} parameters",
            check.largest, check.compared
        );
        if check.largest > 0.0 {
            let _ = write!(
                text,
                "\n    at {}: {:.8e} and {:.8e}",
                self.problem.perceptron().describe(check.parameter),
                check.values.0,
                check.values.1
            );
        }
        if check.at_kinks > 0 {
            let _ = write!(
                text,
                "\n    {} parameters not compared: a relu unit has its kink at a point",
                check.at_kinks
            );
        }
        text
    }

    fn json(&self, training: &Training) -> Value {
        let found = training.found();
        let frames: Vec<String> = self
            .frames
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        let mut object = json!({
            "steeple": env!("CARGO_PKG_VERSION"),
            "name": self.name,
            "origin": "trained",
            "from": self.from.map(|path| path.display().to_string()),
            "optimizer": self.settings.optimizer.name(),
            "loss_function": self.problem.perceptron().loss().name(),
            "points": self.samples.count(),
            "loss": found.loss,
            "restarts": restarts_json(&training.restarts, self.fit().1),
            "best": training.best,
            "worst": worst(&training.restarts),
            "network": digest(&training.network),
            "path": self.out.display().to_string(),
            "gradient_check": self.check.as_ref().map(|check| json!({
                "largest": check.largest,
                "parameter": self.problem.perceptron().describe(check.parameter),
                "compared": check.compared,
                "at_kinks": check.at_kinks,
            })),
            "kept": self.kept.as_ref().map(kept_json),
            "frames": frames,
            "explanation": self.explanation,
        });
        object[self.fit().1] = json!(found.fit);
        if self.samples.task() == Task::Classification {
            object["threshold"] = json!(self.settings.threshold.to_string());
        }
        object
    }

    /// What is said when every start diverged.
    fn nothing(&self, restarts: &[Restart], format: Format) -> Output {
        let text = match format {
            Format::Text => format!(
                "not trained: {}; every start diverged\n{}\n  hint: a smaller --learning-rate, or --optimizer lbfgs",
                self.heading(),
                self.table(restarts, None)
            ),
            Format::Json => pretty(&json!({
                "steeple": env!("CARGO_PKG_VERSION"),
                "name": self.name,
                "origin": "trained",
                "restarts": restarts_json(restarts, self.fit().1),
                "network": null,
            })),
        };
        Output { text, code: 3 }
    }
}

/// The start that ended highest, by its place.
fn worst(restarts: &[Restart]) -> Option<usize> {
    let mut worst: Option<(usize, f64)> = None;
    for (place, restart) in restarts.iter().enumerate() {
        if let Ok(found) = &restart.outcome
            && worst.is_none_or(|(_, loss)| found.loss >= loss)
        {
            worst = Some((place, found.loss));
        }
    }
    worst.map(|(place, _)| place)
}

fn restarts_json(restarts: &[Restart], fit: &str) -> Vec<Value> {
    restarts
        .iter()
        .map(|restart| match &restart.outcome {
            Ok(found) => json!({
                "seed": restart.seed,
                "steps": found.steps,
                "loss": found.loss,
                fit: found.fit,
                "stopped_by": found.stop.words(),
            }),
            Err(diverged) => json!({ "seed": restart.seed, "diverged_after": diverged.step }),
        })
        .collect()
}

fn kept_json(kept: &Kept) -> Value {
    json!({
        "largest_relative_change": kept.largest_relative_change,
        "largest_change": kept.largest_change,
        "zero_weights": kept.zero_weights,
        "zeros_kept": kept.zeros_kept,
        "largest_former_zero": kept.largest_former_zero,
        "units": kept.units,
        "steep_before": kept.steep_before,
        "steep_after": kept.steep_after,
    })
}

/// Says whether descent keeps what it started from.
fn kept_text(kept: &Kept) -> String {
    let mut text = format!(
        "  from the start to the end: weights change by {} of themselves at most, parameters by {}",
        digits(kept.largest_relative_change),
        digits(kept.largest_change)
    );
    if kept.zero_weights > 0 {
        let _ = write!(
            text,
            "\n    {} of {} zero weights are still 0",
            kept.zeros_kept, kept.zero_weights
        );
        if kept.zeros_kept < kept.zero_weights {
            let _ = write!(
                text,
                ", the others are up to {}",
                digits(kept.largest_former_zero)
            );
        }
    }
    if kept.units > 0 {
        let _ = write!(
            text,
            "\n    steep units (near an end of their range at nine of ten points, and at both ends): {} of {} before, {} of these after",
            kept.steep_before, kept.units, kept.steep_after
        );
    }
    text
}

fn ends_linear(network: &Network) -> bool {
    let last = network.layers().last();
    last.is_some_and(|layer| *layer.activation() == Activation::Identity)
}

/// A float with five digits.
fn digits(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if value.abs() >= 1e5 || value.abs() < 1e-3 {
        format!("{value:.4e}")
    } else {
        format!("{value:.6}")
    }
}
