//! The function `explain`, and the class `Explained`.

use std::sync::Arc;

use pyo3::prelude::*;
use steeple::formats::Opened;
use steeple::workflow::explain::pictures::pictures;
use steeple::{Domain, Rational, Target};

use crate::errors::{Failure, apart};
use crate::network::Network;
use crate::number::fractions;
use crate::question;
use crate::verify::{interrupted, number, seconds, threads};
use crate::work::{Control, Ended, run};

/// What each unit of a network does.
#[pyclass(frozen, module = "steeple._native")]
pub struct Explained {
    found: steeple::Explained,
    opened: Arc<Opened>,
    domain: Domain,
    target: Option<Target>,
    name: String,
}

/// A lower and an upper bound as fractions.
type Ends<'py> = Option<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)>;

fn ends(py: Python<'_>, found: Option<(Rational, Option<Rational>)>) -> PyResult<Ends<'_>> {
    found
        .map(|(lower, upper)| fractions(py, (&lower, upper.as_ref())))
        .transpose()
}

#[pymethods]
impl Explained {
    #[getter]
    fn is_complete(&self) -> bool {
        self.found.is_complete()
    }

    #[getter]
    fn steps_distance<'py>(&self, py: Python<'py>) -> PyResult<Ends<'py>> {
        ends(py, self.found.steps_distance())
    }

    #[getter]
    fn saturated<'py>(&self, py: Python<'py>) -> PyResult<Ends<'py>> {
        ends(py, self.found.saturated())
    }

    fn pictures(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        apart(py, || {
            let network = &self.opened.network;
            pictures(network, &self.domain, self.target.as_ref(), &self.name)
        })
    }

    fn headline(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.found.headline())
    }

    fn text(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.found.text())
    }

    fn markdown(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.found.markdown())
    }

    fn json(&self, py: Python<'_>) -> PyResult<String> {
        apart(py, || self.found.json())
    }
}

/// Says what each unit of a network does, and how far it is from one made of steps.
#[pyfunction]
#[pyo3(signature = (
    network, domain, *, target=None, threshold=None, name=None, threads=None, time_limit=None, max_boxes=None
))]
pub fn explain(
    py: Python<'_>,
    network: Bound<'_, Network>,
    domain: &str,
    target: Option<Vec<String>>,
    threshold: Option<Bound<'_, PyAny>>,
    name: Option<String>,
    threads: Option<usize>,
    time_limit: Option<f64>,
    max_boxes: Option<u64>,
) -> PyResult<Explained> {
    let opened = Arc::clone(network.get().opened());
    let inputs = opened.network.inputs();
    let (domain, _) = question::domain(domain, inputs)?;
    let target = match target {
        Some(texts) => Some(question::target(&texts, inputs)?.0),
        None => None,
    };
    let threshold = number("threshold", threshold.as_ref())?;
    let name = name.unwrap_or_else(|| "the network".to_owned());
    let (threads, time_limit) = (self::threads(threads)?, seconds(time_limit)?);
    let work = {
        let (opened, domain, target) = (Arc::clone(&opened), domain.clone(), target.clone());
        let name = name.clone();
        move |control: &Control<()>| {
            let mut asked = steeple::explain(&opened.network, &domain)
                .name(&name)
                .weights(opened.weights)
                .threads(threads)
                .interrupt(&control.interrupt);
            if let Some(target) = &target {
                asked = asked.target(target);
            }
            if let Some(threshold) = threshold {
                asked = asked.threshold(threshold)?;
            }
            if let Some(time) = time_limit {
                asked = asked.time_limit(time);
            }
            if let Some(boxes) = max_boxes {
                asked = asked.max_boxes(boxes);
            }
            asked.run()
        }
    };
    let whole = |found| Explained {
        found,
        opened: Arc::clone(&opened),
        domain: domain.clone(),
        target: target.clone(),
        name: name.clone(),
    };
    match run(py, work, None)? {
        Ended::Done(found) => Ok(whole(found.map_err(Failure::from)?)),
        Ended::Interrupted(found) => Err(interrupted(py, found.and_then(Result::ok).map(whole))),
    }
}
