//! The function `regions`, and the class `Regions`.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::errors::{Failure, apart};
use crate::network::Network;
use crate::number::fraction;
use crate::question;
use crate::verify::{interrupted, number};
use crate::work::{Ended, run};

/// The linear regions of a network on a box.
#[pyclass(frozen, module = "steeple._native")]
pub struct Regions {
    regions: steeple::Regions,
}

#[pymethods]
impl Regions {
    #[getter]
    fn count(&self) -> usize {
        self.regions.count()
    }

    #[getter]
    fn activation_regions(&self) -> usize {
        self.regions.activation_regions()
    }

    #[getter]
    fn decision_area<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        let area = self.regions.decision_area();
        area.map(|(low, high)| Ok((fraction(py, low)?, fraction(py, high)?)))
            .transpose()
    }

    fn json(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.regions.json())
    }

    fn picture(&self, py: Python<'_>, title: &str) -> PyResult<Option<String>> {
        apart(py, || self.regions.picture(title))
    }
}

/// Counts the linear regions of a network, exactly.
#[pyfunction]
#[pyo3(signature = (network, domain, threshold=None))]
pub fn regions(
    py: Python<'_>,
    network: Bound<'_, Network>,
    domain: &str,
    threshold: Option<Bound<'_, PyAny>>,
) -> PyResult<Regions> {
    let opened = Arc::clone(network.get().opened());
    let (domain, _) = question::domain(domain, opened.network.inputs())?;
    let threshold = number("threshold", threshold.as_ref())?;
    let work = move |_: &crate::work::Control<()>| match &threshold {
        Some(threshold) => steeple::decision_region(&opened.network, &domain, threshold),
        None => steeple::regions(&opened.network, &domain),
    };
    match run(py, work, None)? {
        Ended::Done(found) => {
            let regions = found.map_err(|error| Failure::new("RegionsError", error))?;
            Ok(Regions { regions })
        }
        Ended::Interrupted(_) => Err(interrupted(py, None::<Regions>)),
    }
}
