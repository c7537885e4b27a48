//! The function `bound`, and the class `Bound`.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use steeple::BoundError;

use crate::errors::{Failure, apart};
use crate::number::fraction;
use crate::question;
use crate::verify::{interrupted, number};
use crate::work::{Control, Ended, run};

/// How many units every network needs.
#[pyclass(frozen, module = "steeple._native")]
pub struct Bound {
    bound: steeple::Bound,
}

#[pymethods]
impl Bound {
    #[getter]
    fn kinks(&self) -> Option<usize> {
        self.bound.kinks()
    }

    #[getter]
    fn jumps(&self) -> Option<usize> {
        self.bound.jumps()
    }

    #[getter]
    fn tolerance<'py>(&self, py: Python<'py>) -> PyResult<pyo3::Bound<'py, PyAny>> {
        fraction(py, self.bound.tolerance())
    }

    #[getter]
    fn certificate<'py>(&self, py: Python<'py>) -> Option<pyo3::Bound<'py, PyBytes>> {
        self.bound
            .certificate()
            .map(|bytes| PyBytes::new(py, bytes))
    }

    #[pyo3(signature = (activation, hidden_layers=None))]
    fn units(&self, activation: &str, hidden_layers: Option<usize>) -> Option<usize> {
        self.bound.units(activation, hidden_layers)
    }

    fn text(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.bound.text())
    }

    fn json(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.bound.json())
    }
}

/// Proves how many units every network needs that is within a tolerance of a target.
#[pyfunction]
pub fn bound(
    py: Python<'_>,
    target: Vec<String>,
    domain: &str,
    tolerance: pyo3::Bound<'_, PyAny>,
) -> PyResult<Bound> {
    let inputs = question::domain_names(domain);
    let (domain, _) = question::domain(domain, &inputs)?;
    let (target, _) = question::target(&target, &inputs)?;
    let tolerance = number("tolerance", Some(&tolerance))?
        .ok_or_else(|| Failure::new("VerifyError", "a bound needs a tolerance"))?;
    let work = move |_: &Control<()>| steeple::bound(&target, &domain, tolerance);
    match run(py, work, None)? {
        Ended::Done(found) => {
            let bound = found.map_err(|error| {
                let class = match &error {
                    BoundError::Domain(_) => "DomainError",
                    BoundError::TooLong(_) | BoundError::NotDefined(_) => "TargetError",
                    _ => "VerifyError",
                };
                Failure::new(class, error)
            })?;
            Ok(Bound { bound })
        }
        Ended::Interrupted(_) => Err(interrupted(py, None::<Bound>)),
    }
}
