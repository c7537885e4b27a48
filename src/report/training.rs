//! Reports on training: the table of starts, the fit, and extra results that were asked for.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::network::{Activation, Network, digest, size};
use crate::numbers::estimate::short;
use crate::numbers::literal;
use crate::training::{
    GradientCheck, Judged, Kept, Problem, Restart, Samples, Settings, Task, Training,
};
use crate::words::count;

/// A training run and its results, apart from the networks.
pub struct TrainingReport<'a> {
    /// The name of the network, such as `sigmoid 2-6-1`.
    pub name: &'a str,
    /// The problem and its starts.
    pub problem: &'a Problem<'a>,
    /// The settings of the optimizer.
    pub settings: &'a Settings,
    /// The training points.
    pub samples: &'a Samples,
    /// The file of the network that training starts from, if any.
    pub from: Option<String>,
    /// The file that is written.
    pub out: String,
    /// One forward and one backward pass, written out.
    pub explanation: Option<&'a str>,
    /// The comparison of backpropagation with central differences.
    pub check: Option<&'a GradientCheck>,
    /// What training keeps of the network it started from.
    pub kept: Option<&'a Kept>,
    /// The pictures along the way.
    pub frames: Vec<String>,
    /// What the network says at the points.
    pub judged: Option<&'a Judged>,
    /// Where there is no formula: the domain, as the flag `--domain` takes it.
    pub points_alone: Option<String>,
    /// The file of the picture that plays them.
    pub film: Option<String>,
}

impl TrainingReport<'_> {
    /// The name of the fit, in text and in JSON.
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
        let origin = match &self.from {
            Some(path) => format!(", from {path}"),
            None => String::new(),
        };
        let decay = match self.settings.weight_decay {
            0.0 => String::new(),
            decay => format!(" + weight decay {decay}"),
        };
        format!(
            "{} by {} on {}, {}{decay}{origin}",
            self.name,
            self.settings.optimizer.name(),
            count(self.samples.count(), "point"),
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

    /// Returns the result of a run as text.
    pub fn text(&self, training: &Training) -> String {
        let mut text = String::new();
        if let Some(explanation) = self.explanation {
            text += explanation;
            text += "\n\n";
        }
        let _ = write!(
            text,
            "trained: {}\n{}",
            self.heading(),
            self.table(&training.restarts, Some(training.best))
        );
        if let Some(check) = self.check {
            text += "\n";
            text += &self.check_text(check);
        }
        if let Some(kept) = self.kept {
            text += "\n";
            text += &kept_text(kept);
        }
        let size = size(&training.network);
        let (units, parameters) = (
            count(size.units, "hidden unit"),
            count(size.parameters, "parameter"),
        );
        let _ = write!(text, "\n  network: {units}, {parameters}");
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
        if let Some(judged) = self.judged {
            text += "\n  on the points: ";
            text += &self.judged_text(judged);
        }
        if let (Some(first), Some(last)) = (self.frames.first(), self.frames.last()) {
            let _ = write!(text, "\ndrawn: {first} to {last}");
        }
        if let Some(film) = &self.film {
            let _ = write!(text, ", and all of them in turn: {film}");
        }
        let _ = write!(text, "\nwritten to {}", self.out);
        if let Some(domain) = &self.points_alone {
            text += "\n";
            text += &self.without_formula(&training.network, domain);
        }
        text
    }

    /// What the network says at the points, counted exactly.
    fn judged_text(&self, judged: &Judged) -> String {
        let mut text = match (&judged.largest, self.samples.task()) {
            (Some(residual), _) => {
                let names = self.samples.inputs().iter().zip(self.samples.points());
                let at = names
                    .map(|(name, column)| format!("{name} = {}", written(column[residual.point])));
                format!(
                    "the largest residual is at most {}, at {}",
                    literal::decimal_up(&residual.upper, 4),
                    at.collect::<Vec<_>>().join(", ")
                )
            }
            (None, Task::Classification) => {
                let points = count(judged.count, "point");
                let wrong = judged.wrong.len();
                format!("{wrong} of {points} on the wrong side, counted exactly")
            }
            (None, Task::Regression) => "no residual was found".into(),
        };
        if !judged.open.is_empty() {
            let _ = write!(text, "; {} not decided", count(judged.open.len(), "point"));
        }
        text
    }

    /// What is not proved, and what can be.
    fn without_formula(&self, network: &Network, domain: &str) -> String {
        let points = count(self.samples.count(), "point");
        let mut text = format!(
            "There is no formula, so nothing is proved about an error: the network was trained on {points}, and \
             between them anything may happen. About the network itself you can prove:"
        );
        let out = &self.out;
        let mut commands = vec![
            (
                "how large its output gets",
                format!("steeple verify {out} --target 0 --domain \"{domain}\""),
            ),
            (
                "what each unit does",
                format!("steeple explain {out} --domain \"{domain}\""),
            ),
        ];
        if network.is_piecewise_linear() {
            let threshold = match self.samples.task() {
                Task::Classification => format!(" --threshold {}", self.settings.threshold),
                Task::Regression => String::new(),
            };
            let what = match self.samples.task() {
                Task::Classification => "its linear regions, and where it decides for inside",
                Task::Regression => "its linear regions",
            };
            commands.push((
                what,
                format!("steeple regions {out} --domain \"{domain}\"{threshold}"),
            ));
        }
        for (what, command) in commands {
            let _ = write!(text, "\n  {what}:\n    {command}");
        }
        text
    }

    fn check_text(&self, check: &GradientCheck) -> String {
        let mut text = format!(
            "  gradient: backpropagation and central differences differ by at most {:.2e} (relative), over {}",
            check.largest,
            count(check.compared, "parameter")
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
                "\n    not compared: {}, because a relu unit has its kink at one of the points",
                count(check.at_kinks, "parameter")
            );
        }
        text
    }

    /// Returns the result of a run as an object.
    pub fn json(&self, training: &Training) -> Value {
        let found = training.found();
        let mut object = json!({
            "steeple": env!("CARGO_PKG_VERSION"),
            "name": self.name,
            "origin": "trained",
            "from": self.from,
            "optimizer": self.settings.optimizer.name(),
            "loss_function": self.problem.perceptron().loss().name(),
            "points": self.samples.count(),
            "weight_decay": self.settings.weight_decay,
            "loss": found.loss,
            "restarts": restarts_json(&training.restarts, self.fit().1),
            "best": training.best,
            "worst": worst(&training.restarts),
            "network": digest(&training.network),
            "path": self.out,
            "gradient_check": self.check.map(|check| json!({
                "largest": check.largest,
                "parameter": self.problem.perceptron().describe(check.parameter),
                "compared": check.compared,
                "at_kinks": check.at_kinks,
            })),
            "kept": self.kept.map(kept_json),
            "frames": self.frames,
            "film": self.film,
            "explanation": self.explanation,
            "on_points": self.judged.map(|judged| self.judged_json(judged)),
            "domain": self.points_alone,
        });
        object[self.fit().1] = json!(found.fit);
        if self.samples.task() == Task::Classification {
            object["threshold"] = json!(self.settings.threshold.to_string());
        }
        object
    }

    fn judged_json(&self, judged: &Judged) -> Value {
        let is_decision = self.samples.task() == Task::Classification;
        json!({
            "count": judged.count,
            "wrong": is_decision.then_some(judged.wrong.len()),
            "undecided": judged.open.len(),
            "largest_residual": judged.largest.as_ref().map(|residual| json!({
                "lower": residual.lower.to_string(),
                "upper": residual.upper.to_string(),
                "point": residual.point,
            })),
        })
    }

    /// Returns the text for the case that every start diverged.
    pub fn nothing(&self, restarts: &[Restart]) -> String {
        format!(
            "not trained: {}; every start diverged\n{}\n  hint: a smaller --learning-rate, or --optimizer lbfgs",
            self.heading(),
            self.table(restarts, None)
        )
    }

    /// Returns the same as an object.
    pub fn nothing_json(&self, restarts: &[Restart]) -> Value {
        json!({
            "steeple": env!("CARGO_PKG_VERSION"),
            "name": self.name,
            "origin": "trained",
            "restarts": restarts_json(restarts, self.fit().1),
            "network": null,
        })
    }
}

/// The place of the start with the largest final loss.
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

/// Returns what training keeps of the network it started from, as text.
fn kept_text(kept: &Kept) -> String {
    let mut text = format!(
        "  largest change from start to end: {} of a weight (relative), {} of a parameter",
        digits(kept.largest_relative_change),
        digits(kept.largest_change)
    );
    if kept.zero_weights > 0 {
        let _ = write!(
            text,
            "\n    {} of {} are still 0",
            kept.zeros_kept,
            count(kept.zero_weights, "zero weight")
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

/// A coordinate: as it was written, where that is short.
fn written(value: f64) -> String {
    let text = value.to_string();
    if text.len() <= 8 { text } else { short(value) }
}

/// Returns a float with five digits.
pub fn digits(value: f64) -> String {
    if value == 0.0 {
        "0".into()
    } else if value.abs() >= 1e5 || value.abs() < 1e-3 {
        format!("{value:.4e}")
    } else {
        format!("{value:.6}")
    }
}
