//! The function `compare`, and the class `Compared`.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use steeple::Norm;
use steeple::clock::Moment;
use steeple::formats::Opened;
use steeple::kernel::certificate::text as certificate_text;
use steeple::prover::Limits;
use steeple::report::comparison::{html, json, markdown, text};
use steeple::workflow::pictures::compared::draw_compared;
use steeple::workflow::spec::{self, Spec};
use steeple::workflow::{
    CompareError, CompareRequest, Compared as Found, Imported, Stage, compare as found_by,
};

use crate::errors::{Failure, apart, of_spec};
use crate::network::Network;
use crate::question;
use crate::verify::{interrupted, seconds, threads};
use crate::work::{Control, Ended, Tell, run};

/// A table of networks and their certified errors.
#[pyclass(frozen, module = "steeple._native")]
pub struct Compared {
    found: Found,
    rows: Vec<(String, Option<Py<Network>>)>,
}

impl Compared {
    fn new(py: Python<'_>, found: Found) -> PyResult<Self> {
        let mut rows = Vec::new();
        for (row, member) in found.comparison.rows.iter().zip(&found.members) {
            let network = match member {
                Some(member) => {
                    let opened = Opened::of(member.network.clone(), row.weights, None);
                    Some(Py::new(py, Network::new(opened, true))?)
                }
                None => None,
            };
            rows.push((row.name.clone(), network));
        }
        Ok(Self { found, rows })
    }
}

#[pymethods]
impl Compared {
    #[getter]
    fn rows(&self, py: Python<'_>) -> Vec<(String, Option<Py<Network>>)> {
        let rows = self.rows.iter();
        rows.map(|(name, network)| {
            let network = network.as_ref().map(|network| network.clone_ref(py));
            (name.clone(), network)
        })
        .collect()
    }

    /// Was every question answered, and every network made?
    #[getter]
    fn is_complete(&self) -> bool {
        let answers = self.found.members.iter().flatten();
        let mut answers = answers.flat_map(|member| &member.answers);
        answers.all(|(_, answer)| answer.search.stopped_by.is_none())
            && self
                .found
                .comparison
                .rows
                .iter()
                .all(|row| row.failed.is_none())
    }

    fn certificate<'py>(
        &self,
        py: Python<'py>,
        row: usize,
        norm: &str,
    ) -> Option<Bound<'py, PyBytes>> {
        let norm = Norm::from_name(norm)?;
        let member = self.found.members.get(row)?.as_ref()?;
        let (_, answer) = member.answers.iter().find(|(known, _)| *known == norm)?;
        let mut bytes = Vec::new();
        // A vector takes any bytes, so writing to one cannot fail.
        let _ = certificate_text::write(&answer.certificate, &mut bytes);
        Some(PyBytes::new(py, &bytes))
    }

    fn text(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || text::render(&self.found.comparison, None))
    }

    fn json(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || json::render(&self.found.comparison).to_string())
    }

    fn markdown(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || markdown::render(&self.found.comparison, &[]))
    }

    fn html(&self, py: Python<'_>) -> PyResult<String> {
        let pictures = self.pictures(py)?;
        apart(py, || html::render(&self.found.comparison, &pictures))
    }

    fn pictures(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        let drawn = apart(py, || draw_compared(&self.found))?;
        Ok(drawn.map_err(|error| Failure::new("PictureError", error))?)
    }
}

fn refused(error: CompareError) -> Failure {
    match error {
        CompareError::Build(error) => match error.key() {
            Some(key) => Failure::new("BuildError", error).at("key", key),
            None => Failure::new("BuildError", error),
        },
        CompareError::Data(_) | CompareError::Nothing => Failure::new("SpecError", error),
        _ => Failure::new("VerifyError", error),
    }
}

/// A network with target and domain in the order of its inputs.
fn imported(spec: &Spec, name: String, opened: &Opened) -> Result<Imported, Failure> {
    let network = &opened.network;
    let domain = spec
        .domain
        .in_order(network.inputs())
        .map_err(|error| Failure::new("ModelError", format_args!("{name}: {error}")))?;
    let (target, _) = question::target(spec.target.text(), network.inputs())?;
    Ok(Imported {
        name,
        network: network.clone(),
        weights: opened.weights,
        target,
        domain,
    })
}

/// Puts networks of a spec and others into one table of certified errors.
#[pyfunction]
#[pyo3(signature = (
    spec, networks=Vec::new(), *, folder=None, threads=None, time_limit=None, max_boxes=None, memory_limit=None,
    progress=None
))]
pub fn compare(
    py: Python<'_>,
    spec: &str,
    networks: Vec<(String, Bound<'_, Network>)>,
    folder: Option<String>,
    threads: Option<usize>,
    time_limit: Option<f64>,
    max_boxes: Option<u64>,
    memory_limit: Option<u64>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Compared> {
    let read = spec::read(spec).map_err(|error| of_spec(&error, spec))?;
    let mut others = Vec::new();
    for (name, network) in networks {
        let opened = Arc::clone(network.get().opened());
        others.push(imported(&read, name, &opened)?);
    }
    self::threads(threads)?;
    let time = seconds(time_limit)?;
    let folder = PathBuf::from(folder.unwrap_or_default());
    let memory = memory_limit.or_else(steeple::prover::memory::default_limit);
    let tell: Option<Box<Tell<'static, String>>> = progress.map(|progress| {
        let tell: Box<Tell<'static, String>> =
            Box::new(move |py, said| progress.call1(py, (said,)).map(|_| ()));
        tell
    });
    let work = move |control: &Control<String>| {
        let request = CompareRequest {
            spec: &read,
            folder: &folder,
            imported: others,
            semantics: read.claim.semantics.clone(),
            limits: Limits {
                time,
                begun: time.map(|_| Moment::now()),
                boxes: max_boxes,
                memory,
                interrupt: Some(control.interrupt.clone()),
                ..Limits::default()
            },
            threads: threads.into(),
        };
        found_by(&request, &|stage| {
            control.say(match stage {
                Stage::Training(row, at) => format!(
                    "training network {}, start {}, step {}",
                    row + 1,
                    at.restart + 1,
                    at.step
                ),
                Stage::Proving(name, at) => {
                    format!("{name}: {} boxes, {} open", at.boxes, at.open)
                }
            });
        })
    };
    match run(py, work, tell.as_deref())? {
        Ended::Done(found) => Compared::new(py, found.map_err(refused)?),
        Ended::Interrupted(found) => {
            let partial = found.and_then(Result::ok);
            let partial = partial.map(|found| Compared::new(py, found)).transpose()?;
            Err(interrupted(py, partial))
        }
    }
}
