//! The function `verify`.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use steeple::floats::{Activations, Arithmetic, Numbers, summation as summation_of};
use steeple::workflow::measure::norm_by_name;
use steeple::{Rational, Threads};

use crate::answer::Answer;
use crate::errors::Failure;
use crate::network::Network;
use crate::number::exact;
use crate::question;
use crate::work::{Control, Ended, Tell, run};

/// How far a search is: boxes, open ones, and estimates of both ends of the enclosure.
pub type Progress = (u64, usize, Option<f64>, Option<f64>);

/// Tells a function of the caller how far a search is.
pub fn tells(progress: Option<Py<PyAny>>) -> Option<Box<Tell<'static, Progress>>> {
    let progress = progress?;
    Some(Box::new(move |py, said: Progress| {
        progress.call1(py, said).map(|_| ())
    }))
}

/// Passes the progress of a search on.
pub fn watch(
    control: &Control<Progress>,
) -> impl FnMut(&steeple::Progress) -> ControlFlow<()> + '_ {
    |at| {
        let (lower, upper) = at.enclosure.unzip();
        control.say((at.boxes, at.open, lower, upper));
        ControlFlow::Continue(())
    }
}

/// Reads a number that was given by this name.
pub fn number(name: &str, found: Option<&Bound<'_, PyAny>>) -> Result<Option<Rational>, Failure> {
    let Some(found) = found.filter(|found| !found.is_none()) else {
        return Ok(None);
    };
    exact(found).map(Some).map_err(|_| {
        let shown = found
            .repr()
            .map_or_else(|_| "an object".into(), |text| text.to_string());
        let message =
            format!("{name}: expected an exact number such as 1/3, 0.05 or 2^-5, found {shown}");
        Failure::new("VerifyError", message)
    })
}

/// How long, for a limit in seconds.
pub fn seconds(limit: Option<f64>) -> Result<Option<Duration>, Failure> {
    let Some(limit) = limit else { return Ok(None) };
    Duration::try_from_secs_f64(limit).map(Some).map_err(|_| {
        let message = format!("time_limit: expected seconds from 0 on, found {limit}");
        Failure::new("VerifyError", message)
    })
}

/// How many threads, for a number that may be left out.
pub fn threads(count: Option<usize>) -> Result<Threads<'static>, Failure> {
    match count {
        Some(0) => Err(Failure::new(
            "VerifyError",
            "threads: expected a number from 1 on, found 0",
        )),
        count => Ok(count.into()),
    }
}

/// The arithmetic of a claim, from its names; `None` if none is named.
pub fn arithmetic(
    semantics: Option<&str>,
    summation: Option<&str>,
    activation_error: Option<&str>,
    rounded_inputs: bool,
) -> Result<Arithmetic, Failure> {
    let failed =
        |(message, hint): (String, String)| Failure::new("VerifyError", message).hint(Some(hint));
    let asked = Arithmetic {
        numbers: semantics.map(Numbers::read).transpose().map_err(failed)?,
        summation: summation.map(summation_of).transpose().map_err(failed)?,
        activations: activation_error
            .map(Activations::read)
            .transpose()
            .map_err(failed)?,
        rounded_inputs: rounded_inputs.then_some(true),
    };
    asked.semantics().map_err(|key| {
        let name = key.name();
        Failure::new(
            "VerifyError",
            format_args!("{name} is for claims about floats"),
        )
        .hint(Some("add semantics=\"float32\" or \"float64\""))
    })?;
    Ok(asked)
}

/// Proves or refutes that a network keeps a tolerance, or encloses its error.
#[pyfunction]
#[pyo3(signature = (
    network, target, domain, *, norm="sup", tolerance=None, gap=None, threshold=None, semantics="real",
    summation=None, activation_error=None, rounded_inputs=false, portable=false, threads=None, time_limit=None,
    max_boxes=None, memory_limit=None, resume=None, progress=None
))]
pub fn verify(
    py: Python<'_>,
    network: Bound<'_, Network>,
    target: Vec<String>,
    domain: &str,
    norm: &str,
    tolerance: Option<Bound<'_, PyAny>>,
    gap: Option<Bound<'_, PyAny>>,
    threshold: Option<Bound<'_, PyAny>>,
    semantics: &str,
    summation: Option<&str>,
    activation_error: Option<&str>,
    rounded_inputs: bool,
    portable: bool,
    threads: Option<usize>,
    time_limit: Option<f64>,
    max_boxes: Option<u64>,
    memory_limit: Option<u64>,
    resume: Option<Vec<u8>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Answer> {
    let opened = Arc::clone(network.get().opened());
    let inputs = opened.network.inputs();
    let (domain, mut notes) = question::domain(domain, inputs)?;
    let (target, read) = question::target(&target, inputs)?;
    notes.extend(read);
    let norm = norm_by_name(norm).map_err(|error| Failure::new("VerifyError", error))?;
    let tolerance = number("tolerance", tolerance.as_ref())?;
    let gap = number("gap", gap.as_ref())?;
    let threshold = number("threshold", threshold.as_ref())?;
    let arithmetic = arithmetic(Some(semantics), summation, activation_error, rounded_inputs)?;
    let threads = self::threads(threads)?;
    let time_limit = seconds(time_limit)?;
    let memory_limit = memory_limit.or_else(steeple::prover::memory::default_limit);
    let work = move |control: &Control<Progress>| {
        let mut asked = opened
            .verify(&target, &domain)
            .norm(norm)
            .semantics(arithmetic)
            .threads(threads)
            .interrupt(&control.interrupt)
            .check_interrupt(&control.check_interrupt)
            .on_progress(watch(control));
        if let Some(tolerance) = tolerance {
            asked = asked.tolerance(tolerance)?;
        }
        if let Some(gap) = gap {
            asked = asked.gap(gap)?;
        }
        if let Some(threshold) = threshold {
            asked = asked.threshold(threshold)?;
        }
        if portable {
            asked = asked.portable();
        }
        if let Some(time) = time_limit {
            asked = asked.time_limit(time);
        }
        if let Some(boxes) = max_boxes {
            asked = asked.max_boxes(boxes);
        }
        if let Some(bytes) = memory_limit {
            asked = asked.memory_limit(bytes);
        }
        if let Some(certificate) = resume {
            asked = asked.resume(&certificate);
        }
        asked.run()
    };
    let answered = |answer| Answer::new(answer, network.clone().unbind(), notes.clone());
    match run(py, work, tells(progress).as_deref())? {
        Ended::Done(answer) => Ok(answered(answer.map_err(Failure::from)?)),
        Ended::Interrupted(found) => {
            let partial = found.and_then(Result::ok).map(answered);
            Err(interrupted(py, partial))
        }
    }
}

/// The exception of work that a signal ended.
pub fn interrupted<'py>(py: Python<'py>, partial: Option<impl IntoPyObject<'py>>) -> PyErr {
    let raised = || {
        let class = py.import("steeple.errors")?.getattr("Interrupted")?;
        let error = match partial {
            Some(partial) => class.call1((partial,))?,
            None => class.call1((py.None(),))?,
        };
        Ok(PyErr::from_value(error))
    };
    raised().unwrap_or_else(|error: PyErr| error)
}
