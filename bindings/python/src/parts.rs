//! One proof on several machines: `split`, `Worker`, `merge`, `accept`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use steeple::certificate::text;
use steeple::floats::Arithmetic;
use steeple::formats::Opened;
use steeple::prover::Limits;
use steeple::workflow::measure::norm_by_name;
use steeple::workflow::parts::{self, Part, PartError, WorkError};
use steeple::{Domain, Norm, Rational, Target, Threads, VerifyError};

use crate::answer::Answer;
use crate::errors::{Failure, apart};
use crate::network::Network;
use crate::number::fraction;
use crate::question;
use crate::verify::{Progress, arithmetic, interrupted, number, seconds, tells, threads, watch};
use crate::work::{Control, Ended, run};

/// A name and the bytes of a part.
type Named<'py> = (String, Bound<'py, PyBytes>);

impl From<PartError> for Failure {
    fn from(error: PartError) -> Self {
        let hint = match error {
            PartError::OtherVersion { .. } => "all machines need the same version",
            _ => "`split` makes parts",
        };
        Self::new("PartError", error).hint(Some(hint))
    }
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Part(error) => error.into(),
            WorkError::OtherNetwork { .. } => Self::new("PartError", error),
            error => Self::new("VerifyError", error),
        }
    }
}

fn named<'py>(py: Python<'py>, part: &Part) -> Named<'py> {
    (part.name(), PyBytes::new(py, &part.to_bytes()))
}

/// What is asked, in parts or of a merged certificate.
struct Asked {
    opened: Arc<Opened>,
    target: Target,
    domain: Domain,
    notes: Vec<String>,
    norm: Norm,
    tolerance: Option<Rational>,
    gap: Option<Rational>,
    threshold: Option<Rational>,
    arithmetic: Arithmetic,
    portable: bool,
    threads: Threads<'static>,
}

impl Asked {
    #[expect(clippy::too_many_arguments, reason = "they have names in Python")]
    fn new(
        network: &Network,
        target: &[String],
        domain: &str,
        norm: &str,
        tolerance: Option<&Bound<'_, PyAny>>,
        gap: Option<&Bound<'_, PyAny>>,
        threshold: Option<&Bound<'_, PyAny>>,
        arithmetic: Arithmetic,
        portable: bool,
        count: Option<usize>,
    ) -> Result<Self, Failure> {
        let opened = Arc::clone(network.opened());
        let inputs = opened.network.inputs();
        let (domain, mut notes) = question::domain(domain, inputs)?;
        let (target, read) = question::target(target, inputs)?;
        notes.extend(read);
        Ok(Self {
            target,
            domain,
            notes,
            norm: norm_by_name(norm).map_err(|error| Failure::new("VerifyError", error))?,
            tolerance: number("tolerance", tolerance)?,
            gap: number("gap", gap)?,
            threshold: number("threshold", threshold)?,
            arithmetic,
            portable,
            threads: threads(count)?,
            opened,
        })
    }

    fn verify<'a>(
        &'a self,
        control: &'a Control<Progress>,
    ) -> Result<steeple::Verify<'a>, VerifyError> {
        let mut asked = self
            .opened
            .verify(&self.target, &self.domain)
            .norm(self.norm)
            .semantics(self.arithmetic.clone())
            .threads(self.threads)
            .interrupt(&control.interrupt)
            .check_interrupt(&control.check_interrupt)
            .on_progress(watch(control));
        if let Some(tolerance) = &self.tolerance {
            asked = asked.tolerance(tolerance.clone())?;
        }
        if let Some(gap) = &self.gap {
            asked = asked.gap(gap.clone())?;
        }
        if let Some(threshold) = &self.threshold {
            asked = asked.threshold(threshold.clone())?;
        }
        if self.portable {
            asked = asked.portable();
        }
        Ok(asked)
    }
}

/// Cuts a question into parts. Returns the name and the bytes of each.
#[pyfunction]
#[pyo3(signature = (
    network, target, domain, *, parts, norm="sup", tolerance=None, gap=None, threshold=None, semantics="real",
    summation=None, activation_error=None, rounded_inputs=false, portable=false, threads=None
))]
#[expect(clippy::too_many_arguments, reason = "they have names in Python")]
#[expect(clippy::needless_pass_by_value, reason = "as Python hands them over")]
pub fn split<'py>(
    py: Python<'py>,
    network: Bound<'py, Network>,
    target: Vec<String>,
    domain: &str,
    parts: usize,
    norm: &str,
    tolerance: Option<Bound<'py, PyAny>>,
    gap: Option<Bound<'py, PyAny>>,
    threshold: Option<Bound<'py, PyAny>>,
    semantics: &str,
    summation: Option<&str>,
    activation_error: Option<&str>,
    rounded_inputs: bool,
    portable: bool,
    threads: Option<usize>,
) -> PyResult<Vec<Named<'py>>> {
    let asked = Asked::new(
        network.get(),
        &target,
        domain,
        norm,
        tolerance.as_ref(),
        gap.as_ref(),
        threshold.as_ref(),
        arithmetic(Some(semantics), summation, activation_error, rounded_inputs)?,
        portable,
        threads,
    )?;
    let work = move |control: &Control<Progress>| asked.verify(control)?.split(parts);
    match run(py, work, None)? {
        Ended::Done(parts) => {
            let parts = parts.map_err(Failure::from)?;
            Ok(parts.iter().map(|part| named(py, part)).collect())
        }
        Ended::Interrupted(_) => Err(interrupted(py, None::<()>)),
    }
}

/// Lets the checker decide about a certificate that was merged. There is no search.
#[pyfunction]
#[pyo3(signature = (
    certificate, network, target, domain, *, norm="sup", tolerance=None, gap=None, threshold=None,
    semantics="real", summation=None, activation_error=None, rounded_inputs=false, portable=false, threads=None,
    notes=vec![]
))]
#[expect(clippy::too_many_arguments, reason = "they have names in Python")]
#[expect(clippy::needless_pass_by_value, reason = "as Python hands them over")]
pub fn accept(
    py: Python<'_>,
    certificate: Vec<u8>,
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
    notes: Vec<String>,
) -> PyResult<Answer> {
    let asked = Asked::new(
        network.get(),
        &target,
        domain,
        norm,
        tolerance.as_ref(),
        gap.as_ref(),
        threshold.as_ref(),
        arithmetic(Some(semantics), summation, activation_error, rounded_inputs)?,
        portable,
        threads,
    )?;
    let mut all = asked.notes.clone();
    all.extend(notes);
    let answered = |answer| Answer::new(answer, network.clone().unbind(), all.clone());
    let work = move |control: &Control<Progress>| asked.verify(control)?.accept(&certificate);
    match run(py, work, None)? {
        Ended::Done(answer) => {
            let answer = answer.map_err(|error| match error {
                VerifyError::Workflow(steeple::workflow::WorkflowError::Rejected(rejection)) => {
                    Failure::new("CheckRejected", &rejection).at("kind", rejection.kind())
                }
                error => Failure::from(error),
            });
            Ok(answered(answer?))
        }
        Ended::Interrupted(found) => {
            let partial = found.and_then(Result::ok).map(answered);
            Err(interrupted(py, partial))
        }
    }
}

/// A network that is kept for many parts.
#[pyclass(frozen, module = "steeple._native")]
pub struct Worker {
    worker: Arc<Mutex<parts::Worker>>,
    #[pyo3(get)]
    digest: String,
}

fn locked(worker: &Mutex<parts::Worker>) -> MutexGuard<'_, parts::Worker> {
    worker.lock().unwrap_or_else(PoisonError::into_inner)
}

#[pymethods]
impl Worker {
    #[new]
    fn new(py: Python<'_>, network: Bound<'_, Network>) -> PyResult<Self> {
        let network = network.get().network().clone();
        let worker = apart(py, || parts::Worker::new(network))?;
        Ok(Self {
            digest: worker.digest().to_owned(),
            worker: Arc::new(Mutex::new(worker)),
        })
    }

    /// Searches a part, or goes on with it. Returns the result, which a limit may leave partial: then cells that are
    /// not finished are left open if `marks_open`, for `split_further`; else they keep the bounds that they have.
    #[pyo3(signature = (part, *, marks_open=false, time_limit=None, max_boxes=None, memory_limit=None, threads=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "they have names in Python")]
    fn run<'py>(
        &self,
        py: Python<'py>,
        part: Vec<u8>,
        marks_open: bool,
        time_limit: Option<f64>,
        max_boxes: Option<u64>,
        memory_limit: Option<u64>,
        threads: Option<usize>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let part = Part::from_bytes(&part).map_err(Failure::from)?;
        let worker = Arc::clone(&self.worker);
        let threads = self::threads(threads)?;
        let time = seconds(time_limit)?;
        let memory = memory_limit.or_else(steeple::prover::memory::default_limit);
        let work = move |control: &Control<Progress>| {
            let limits = Limits {
                time,
                boxes: max_boxes,
                memory,
                interrupt: Some(control.interrupt.clone()),
                ..Limits::default()
            };
            let worked =
                locked(&worker).work(&part, limits, threads, marks_open, &mut watch(control))?;
            Ok::<_, WorkError>(worked.part.to_bytes())
        };
        let bytes = |found: Result<Vec<u8>, WorkError>| {
            found
                .map(|found| PyBytes::new(py, &found))
                .map_err(Failure::from)
        };
        match run(py, work, tells(progress).as_deref())? {
            Ended::Done(found) => Ok(bytes(found)?),
            Ended::Interrupted(found) => {
                let partial = found.and_then(Result::ok);
                Err(interrupted(
                    py,
                    partial.map(|found| PyBytes::new(py, &found)),
                ))
            }
        }
    }

    /// Computes the bounds of a result again. Returns its leaves, its upper bound, and whether it shows what it
    /// claims.
    #[pyo3(signature = (part, *, threads=None))]
    fn check<'py>(
        &self,
        py: Python<'py>,
        part: Vec<u8>,
        threads: Option<usize>,
    ) -> PyResult<(usize, Option<Bound<'py, PyAny>>, bool)> {
        let part = Part::from_bytes(&part).map_err(Failure::from)?;
        let worker = Arc::clone(&self.worker);
        let threads = self::threads(threads)?;
        let work = move |_: &Control<()>| parts::check(&mut locked(&worker), &part, threads);
        match run(py, work, None)? {
            Ended::Done(found) => match found.map_err(Failure::from)? {
                Ok(checked) => {
                    let upper = checked.upper.map(|upper| fraction(py, &upper));
                    Ok((checked.leaves, upper.transpose()?, checked.holds))
                }
                Err(rejection) => {
                    let kind = rejection.kind();
                    Err(Failure::new("CheckRejected", &rejection)
                        .at("kind", kind)
                        .into())
                }
            },
            Ended::Interrupted(_) => Err(interrupted(py, None::<()>)),
        }
    }
}

/// Cuts a result that is not finished into parts of its own; `None` if nothing is open.
#[pyfunction]
pub fn split_further<'py>(
    py: Python<'py>,
    part: &[u8],
    parts: usize,
) -> PyResult<Option<Vec<Named<'py>>>> {
    let part = Part::from_bytes(part).map_err(Failure::from)?;
    let further = apart(py, || parts::split_further(&part, parts))?;
    Ok(further.map(|parts| parts.iter().map(|part| named(py, part)).collect()))
}

/// Returns how far a part is (`waiting`, `partial` or `done`), and its number among the others.
#[pyfunction]
pub fn part_state(part: &[u8]) -> PyResult<(&'static str, String)> {
    let part = Part::from_bytes(part).map_err(Failure::from)?;
    Ok((part.state.name(), part.number.to_string()))
}

/// A merged certificate, the numbers of the parts that are missing or not finished, and the names of those that are
/// damaged.
type Merged<'py> = (Bound<'py, PyBytes>, Vec<String>, Vec<(String, String)>);

/// Puts parts together. Nothing of the certificate is proved before the checker accepts it.
#[pyfunction]
pub fn merge(py: Python<'_>, parts: Vec<(String, Vec<u8>)>) -> PyResult<Merged<'_>> {
    let mut found = Vec::new();
    let mut damaged = Vec::new();
    for (name, bytes) in parts {
        match Part::from_bytes(&bytes) {
            Ok(part) => found.push((name, part)),
            Err(error @ PartError::OtherVersion { .. }) => return Err(Failure::from(error).into()),
            Err(error) => damaged.push((name, error.to_string())),
        }
    }
    let merged = apart(py, || parts::merge(found))?;
    let merged = merged.map_err(|error| Failure::new("PartError", error))?;
    let mut certificate = Vec::new();
    text::write(&merged.certificate, &mut certificate)?;
    let unfinished = merged.unfinished.iter().map(ToString::to_string).collect();
    Ok((PyBytes::new(py, &certificate), unfinished, damaged))
}
