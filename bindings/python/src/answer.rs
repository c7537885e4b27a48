//! The class `Answer`: a verdict and what it rests on.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use steeple::{PictureKind, Weights};

use crate::errors::{Failure, apart};
use crate::network::Network;
use crate::number::fraction;

/// A verdict and the checked claim that it rests on.
#[pyclass(frozen, module = "steeple._native")]
pub struct Answer {
    answer: steeple::Answer,
    network: Py<Network>,
    notes: Vec<String>,
}

/// The name of an input, and its value.
type Coordinate<'py> = (String, Bound<'py, PyAny>);

/// The name of weights in results.
pub fn name_of(weights: Weights) -> &'static str {
    match weights {
        Weights::Exact => "exact",
        Weights::Stored => "stored",
    }
}

impl Answer {
    pub fn new(answer: steeple::Answer, network: Py<Network>, notes: Vec<String>) -> Self {
        Self {
            answer,
            network,
            notes,
        }
    }
}

#[pymethods]
impl Answer {
    #[getter]
    fn verdict(&self) -> &'static str {
        self.answer.verdict().name()
    }

    #[getter]
    fn lower<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.answer.lower())
    }

    #[getter]
    fn upper<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let upper = self.answer.upper();
        upper.map(|upper| fraction(py, &upper)).transpose()
    }

    #[getter]
    fn tolerance<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let tolerance = self.answer.tolerance();
        tolerance
            .map(|tolerance| fraction(py, tolerance))
            .transpose()
    }

    #[getter]
    fn witness<'py>(&self, py: Python<'py>) -> PyResult<Option<Vec<Coordinate<'py>>>> {
        let Some(point) = self.answer.witness() else {
            return Ok(None);
        };
        let named = point.into_iter();
        let named = named.map(|(name, value)| Ok((name, fraction(py, &value)?)));
        named.collect::<PyResult<_>>().map(Some)
    }

    #[getter]
    fn leaves(&self) -> usize {
        self.answer.leaves()
    }

    #[getter]
    fn boxes(&self) -> u64 {
        self.answer.boxes()
    }

    #[getter]
    fn weights(&self) -> &'static str {
        name_of(self.answer.weights())
    }

    #[getter]
    fn semantics(&self) -> String {
        self.answer.semantics().to_string()
    }

    #[getter]
    fn norm(&self) -> &'static str {
        self.answer.claim().question.norm.name()
    }

    #[getter]
    fn is_checked(&self) -> bool {
        self.answer.proposed().is_none()
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    #[getter]
    fn pictures(&self) -> Vec<&'static str> {
        let kinds = self.answer.picture_kinds();
        kinds.into_iter().map(PictureKind::name).collect()
    }

    #[getter]
    fn network(&self, py: Python<'_>) -> Py<Network> {
        self.network.clone_ref(py)
    }

    fn certificate<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = match self.answer.proposed() {
            Some(proposed) => return Ok(PyBytes::new(py, proposed)),
            None => apart(py, || self.answer.certificate())?,
        };
        Ok(PyBytes::new(py, &bytes))
    }

    fn text(&self, py: Python<'_>) -> PyResult<String> {
        let is_in_memory = self.network.get().is_in_memory();
        apart(py, || {
            let text = self.answer.text();
            // The sentence of the program is about files.
            if is_in_memory {
                let stored = Weights::Stored.text();
                text.replace(stored, &stored.replace("the file", "the model"))
            } else {
                text
            }
        })
    }

    fn json(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.answer.json())
    }

    fn picture(&self, py: Python<'_>, kind: &str) -> PyResult<String> {
        let known = PictureKind::from_name(kind).ok_or_else(|| {
            let all = PictureKind::ALL.map(PictureKind::name).join(", ");
            Failure::new(
                "PictureError",
                format_args!("unknown picture `{kind}`, expected one of {all}"),
            )
        })?;
        let drawn = apart(py, || self.answer.picture(known))?;
        Ok(drawn.map_err(|error| Failure::new("PictureError", error))?)
    }
}
