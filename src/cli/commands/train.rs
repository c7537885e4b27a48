//! `steeple train`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use serde_json::json;

use super::pretty;
use crate::builders::Goal;
use crate::certificate::{Norm, Question, Semantics};
use crate::cli::arguments::{Format, Train};
use crate::cli::folder::{Contents, Folder};
use crate::cli::progress::Bar;
use crate::cli::{Output, Refusal, earlier, inputs, note, outputs};
use crate::expr::{Domain, Target, typeset_target};
use crate::formats::json as network_file;
use crate::network::{Network, digest};
use crate::numbers::estimate::estimate_rational;
use crate::report::training::{TrainingReport, digits};
use crate::training::{
    GradientCheck, Judged, Kept, MAX_EXPLAINED, Optimizer, Problem, Progress, Restart, SampleError,
    Samples, Settings, Snapshot, Start, Training, TrainingError, explain, judge,
};
use crate::words::count;
use crate::workflow::files::directory_of;
use crate::workflow::pictures::frames::{Frame, draw_frames};
use crate::workflow::points::{domain_flag, no_target};
use crate::workflow::spec::{DataSpec, Trainable};
use crate::workflow::train::row_name;
use crate::workflow::{CompareSpec, DataError, Subject, points_alone, training_data, write_beside};

/// Pictures along the way.
const FRAMES: usize = 12;
/// What is written to the directory of pictures.
const FRAMES_CONTENTS: Contents = Contents {
    sure: &[],
    may_be: earlier::is_frame,
    left: earlier::frames,
};

/// Trains a network.
pub fn run(arguments: &Train, format: Format) -> Result<Output, Refusal> {
    let start = Instant::now();
    let (given, source) = inputs::read_to_train(&arguments.spec)?;
    if let Trainable::Target(spec) = &given
        && spec.goal == Goal::Regions
    {
        return Err(Refusal::in_file(
            &arguments.spec,
            "this spec has no formula, so there is nothing to train on",
        ));
    }
    let out = out_file(arguments)?;
    let compare = settings(arguments, &given)?;
    let mut read = vec![arguments.spec.clone()];
    read.extend(inputs::data_file(&arguments.spec, Some(&compare)));
    if let Some(path) = &arguments.from {
        read.extend(inputs::network_files(path));
    }
    let mut written: Vec<(&str, &Path)> = vec![("--out", &out)];
    written.extend(arguments.frames.as_deref().map(|path| ("--frames", path)));
    outputs::are_apart(&written, &read)?;
    outputs::can_be_written(&out)?;
    let folder = arguments.spec.parent().unwrap_or(Path::new(""));
    let lesson = Lesson::read(&given, &compare, folder)
        .map_err(|error| no_data(&error, &compare, &arguments.spec, &source))?;
    for text in &lesson.notes {
        note(text);
    }
    let samples = &lesson.samples;
    let given = match &arguments.from {
        Some(path) => {
            let names = inputs::Names::List(samples.inputs());
            Some(inputs::read_network(path, names, arguments.weights)?.network)
        }
        None => None,
    };
    let (hidden, activation) = (&compare.hidden[0], &compare.activations[0]);
    let (begin, name) = match &given {
        Some(network) => (Start::Network(network), shape_of(network)),
        None => (
            Start::Random { hidden, activation },
            row_name(samples, hidden, activation),
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
    let problem = Problem::new(&begin, samples, &compare.settings).map_err(refused)?;
    if arguments.frames.is_some() && !(1..=2).contains(&samples.inputs().len()) {
        return Err(Refusal::new(format_args!(
            "--frames draws networks of one or two inputs, this one has {}",
            samples.inputs().len()
        )));
    }
    let frames = match &arguments.frames {
        Some(out) => {
            let parent = directory_of(out);
            fs::create_dir_all(parent).map_err(|error| Refusal::in_file(parent, error))?;
            Some(Folder::beside(out, FRAMES_CONTENTS, &read, arguments.look)?)
        }
        None => None,
    };
    let mut run = Run {
        name,
        explanation: None,
        check: None,
        kept: None,
        frames: Vec::new(),
        judged: None,
        film: None,
        problem,
        lesson: &lesson,
        settings: &compare.settings,
        samples,
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
    run.judged = judge(&training.network, samples, &compare.settings.threshold);
    if arguments.check_gradient {
        let problem = &run.problem;
        run.check = Some(problem.check_gradient(&problem.start(training.best)));
    }
    if given.is_some() {
        let found = &training.found().parameters;
        run.kept = Some(run.problem.compare_with_start(training.best, found));
    }
    if let (Some(folder), Some(out)) = (frames, &arguments.frames) {
        run.draw_frames(&folder, out, &training)?;
        folder.publish()?;
    }
    write_beside(&out, |mut file: &mut dyn Write| {
        network_file::write(&training.network, &mut file)
    })
    .map_err(|error| Refusal::in_file(&out, error))?;
    Ok(Output::yes(match format {
        Format::Text => run.report().text(&training),
        Format::Json => {
            let mut object = run.report().json(&training);
            object["seconds"] = json!(start.elapsed().as_secs_f64());
            pretty(&object)
        }
    }))
}

/// What there is to learn.
struct Lesson {
    samples: Samples,
    notes: Vec<String>,
    /// The formula; one that stands for none where there are points alone.
    target: Target,
    domain: Domain,
    has_target: bool,
}

impl Lesson {
    fn read(given: &Trainable, compare: &CompareSpec, folder: &Path) -> Result<Self, DataError> {
        Ok(match given {
            Trainable::Target(spec) => {
                let data = training_data(spec, compare, folder)?;
                Self {
                    samples: data.samples,
                    notes: data.notes,
                    target: spec.target.clone(),
                    domain: spec.domain.clone(),
                    has_target: true,
                }
            }
            Trainable::Points(spec) => {
                let (data, domain) = points_alone(spec, folder)?;
                let target = no_target(&data.samples).ok_or(SampleError::None)?;
                Self {
                    samples: data.samples,
                    notes: data.notes,
                    target,
                    domain,
                    has_target: false,
                }
            }
        })
    }
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
fn settings(arguments: &Train, given: &Trainable) -> Result<CompareSpec, Refusal> {
    let mut compare = match given {
        Trainable::Target(spec) => spec.compare.clone().unwrap_or_default(),
        Trainable::Points(spec) => spec.compare.clone(),
    };
    if let Trainable::Target(spec) = given
        && spec.compare.is_none()
    {
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
    if let Some(activation) = &arguments.activation {
        compare.activations = vec![activation.clone()];
    }
    let count = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let settings = &mut compare.settings;
    if let Some(optimizer) = arguments.optimizer
        && optimizer != settings.optimizer
    {
        settings.optimizer = optimizer;
        settings.steps = optimizer.default_steps();
    }
    if let Some(text) = &arguments.learning_rate {
        if settings.optimizer == Optimizer::Lbfgs {
            return Err(
                Refusal::new("--learning-rate can only be used with --optimizer adam")
                    .hint("lbfgs finds the length of each step itself"),
            );
        }
        settings.learning_rate = estimate_rational(&inputs::positive("learning-rate", text)?);
        if !settings.learning_rate.is_finite() {
            return Err(Refusal::new("--learning-rate is too large"));
        }
    }
    if let Some(text) = &arguments.weight_decay {
        let decay = inputs::number("weight-decay", text)?;
        if decay.is_negative() {
            let message = format!("--weight-decay must be at least 0, found {decay}");
            return Err(Refusal::new(message).hint("1e-4 keeps weights small"));
        }
        settings.weight_decay = estimate_rational(&decay);
        if !settings.weight_decay.is_finite() {
            return Err(Refusal::new("--weight-decay is too large"));
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
        // A file of points that was named itself stands in no spec.
        (DataError::File { .. }, DataSpec::File { .. }) if source.is_empty() => Refusal::new(error),
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
    judged: Option<Judged>,
    frames: Vec<PathBuf>,
    film: Option<PathBuf>,
    problem: Problem<'a>,
    lesson: &'a Lesson,
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
            true
        })
    }

    fn draw_frames(
        &mut self,
        folder: &Folder,
        out: &Path,
        training: &Training,
    ) -> Result<(), Refusal> {
        // The best start once more: the same steps.
        let snapshots = self
            .problem
            .snapshots(training.best, FRAMES)
            .map_err(Refusal::new)?;
        let is_region = self.lesson.target.is_region();
        let networks: Vec<(Network, Question, &Snapshot)> = snapshots
            .iter()
            .filter_map(|snapshot| {
                let network = self.problem.network(&snapshot.parameters)?;
                let question = Question {
                    network: digest(&network),
                    target: self.lesson.target.clone(),
                    domain: self.lesson.domain.clone(),
                    norm: if is_region { Norm::Area } else { Norm::Sup },
                    threshold: is_region.then(|| self.settings.threshold.clone()),
                    semantics: Semantics::Real,
                };
                Some((network, question, snapshot))
            })
            .collect();
        let frames: Vec<Frame<'_>> = networks
            .iter()
            .map(|(network, question, snapshot)| Frame {
                subject: Subject {
                    points: Some(self.samples),
                    ..Subject::alone(network, question)
                },
                title: format!("{} after {}", self.name, count(snapshot.step, "step")),
                caption: {
                    let loss = format!(
                        "Loss ({}) on {}: {}.",
                        self.problem.perceptron().loss().name(),
                        count(self.samples.count(), "point"),
                        digits(snapshot.loss)
                    );
                    if self.lesson.has_target {
                        format!("{loss} Target: {}.", typeset_target(&self.lesson.target))
                    } else {
                        loss
                    }
                },
                has_target: self.lesson.has_target,
            })
            .collect();
        let mut pictures = draw_frames(&frames).map_err(Refusal::new)?;
        let film = pictures.pop();
        for (place, svg) in pictures.iter().enumerate() {
            let name = folder.write_picture(&format!("frame{place:02}"), svg)?;
            self.frames.push(out.join(name));
        }
        if let Some(film) = film {
            let name = folder.write_picture(earlier::FILM, &film)?;
            self.film = Some(out.join(name));
        }
        Ok(())
    }

    /// What there is to say.
    fn report(&self) -> TrainingReport<'_> {
        let shown = |path: &Path| path.display().to_string();
        TrainingReport {
            name: &self.name,
            problem: &self.problem,
            settings: self.settings,
            samples: self.samples,
            from: self.from.map(shown),
            out: shown(self.out),
            explanation: self.explanation.as_deref(),
            check: self.check.as_ref(),
            kept: self.kept.as_ref(),
            judged: self.judged.as_ref(),
            points_alone: (!self.lesson.has_target).then(|| domain_flag(&self.lesson.domain)),
            frames: self.frames.iter().map(|path| shown(path)).collect(),
            film: self.film.as_deref().map(shown),
        }
    }

    /// What is said when every start diverged.
    fn nothing(&self, restarts: &[Restart], format: Format) -> Output {
        let report = self.report();
        let text = match format {
            Format::Text => report.nothing(restarts),
            Format::Json => pretty(&report.nothing_json(restarts)),
        };
        Output { text, code: 3 }
    }
}
