//! The function `build`, and the class `Built`.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use steeple::BuiltNetwork;

use crate::answer::Answer;
use crate::errors::{Failure, of_spec};
use crate::network::Network;
use crate::number::fraction;
use crate::verify::{Progress, arithmetic, interrupted, seconds, tells, threads, watch};
use crate::work::{Control, Ended, run};

/// A network by formula, with its verdict.
#[pyclass(frozen, module = "steeple._native")]
pub struct Built {
    built: BuiltNetwork,
    network: Py<Network>,
    answer: Py<Answer>,
    notes: Vec<String>,
}

impl Built {
    fn new(py: Python<'_>, built: BuiltNetwork, mut notes: Vec<String>) -> PyResult<Self> {
        let network = Py::new(py, Network::exact(built.network().clone()))?;
        let answer = Answer::new(built.answer().clone(), network.clone_ref(py), Vec::new());
        notes.extend(built.notes().iter().cloned());
        Ok(Self {
            answer: Py::new(py, answer)?,
            built,
            network,
            notes,
        })
    }
}

#[pymethods]
impl Built {
    #[getter]
    fn network(&self, py: Python<'_>) -> Py<Network> {
        self.network.clone_ref(py)
    }

    #[getter]
    fn answer(&self, py: Python<'_>) -> Py<Answer> {
        self.answer.clone_ref(py)
    }

    #[getter]
    fn by_theorem<'py>(&self, py: Python<'py>) -> PyResult<Option<(Bound<'py, PyAny>, String)>> {
        let bound = self.built.a_priori();
        bound
            .map(|(upper, theorem)| Ok((fraction(py, upper)?, theorem.to_owned())))
            .transpose()
    }

    #[getter]
    fn candidates<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows = PyList::empty(py);
        for candidate in self.built.candidates() {
            let row = PyDict::new(py);
            row.set_item("name", &candidate.name)?;
            row.set_item("hidden", candidate.hidden.clone())?;
            row.set_item("units", candidate.units)?;
            row.set_item("nonzero_parameters", candidate.nonzero_parameters)?;
            row.set_item("largest_weight", fraction(py, &candidate.largest_weight)?)?;
            row.set_item("at_least", candidate.at_least)?;
            let answer = self.built.answer();
            // The first row is the network itself.
            let (lower, upper) = match &candidate.error {
                Some((lower, upper)) => (lower.clone(), upper.clone()),
                None => (answer.lower(), answer.upper()),
            };
            row.set_item("lower", fraction(py, &lower)?)?;
            let upper = upper.map(|upper| fraction(py, &upper)).transpose()?;
            row.set_item("upper", upper)?;
            rows.append(row)?;
        }
        Ok(rows)
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// Builds the network of a spec, and proves what the spec claims.
#[pyfunction]
#[pyo3(signature = (
    spec, *, semantics=None, portable=false, threads=None, time_limit=None, max_boxes=None, memory_limit=None,
    progress=None
))]
pub fn build(
    py: Python<'_>,
    spec: &str,
    semantics: Option<&str>,
    portable: bool,
    threads: Option<usize>,
    time_limit: Option<f64>,
    max_boxes: Option<u64>,
    memory_limit: Option<u64>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Built> {
    // What is wrong with the spec is said at once.
    let read = steeple::build(spec).map_err(|error| of_spec(&error, spec))?;
    let notes = read.reading_notes().to_vec();
    let semantics = match semantics {
        Some(name) => Some(arithmetic(Some(name), None, None, false)?),
        None => None,
    };
    let time_limit = seconds(time_limit)?;
    let memory_limit = memory_limit.or_else(steeple::prover::memory::default_limit);
    self::threads(threads)?;
    let spec = spec.to_owned();
    let work = move |control: &Control<Progress>| {
        let mut asked = steeple::build(&spec)
            .expect("the spec was read before")
            .threads(threads.into())
            .interrupt(&control.interrupt)
            .on_progress(watch(control));
        if let Some(semantics) = semantics {
            asked = asked.semantics(semantics);
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
        asked.run()
    };
    match run(py, work, tells(progress).as_deref())? {
        Ended::Done(built) => Built::new(py, built.map_err(Failure::from)?, notes),
        Ended::Interrupted(found) => {
            let partial = found
                .and_then(Result::ok)
                .map(|built| Built::new(py, built, notes))
                .transpose()?;
            Err(interrupted(py, partial))
        }
    }
}
