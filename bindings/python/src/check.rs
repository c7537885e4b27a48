//! The function `check`, and the class `Checked`.

use std::sync::Arc;

use pyo3::prelude::*;
use steeple::kernel::certificate::{property, size, text};
use steeple::{CheckBoundError, CheckError};

use crate::answer::name_of;
use crate::errors::Failure;
use crate::network::Network;
use crate::number::fraction;
use crate::verify::{interrupted, threads};
use crate::work::{Control, Ended, run};

/// A certificate that the checker accepted.
#[pyclass(frozen, module = "steeple._native")]
pub struct Checked {
    found: steeple::Checked,
}

#[pymethods]
impl Checked {
    #[getter]
    fn lower<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let lower = self.found.lower();
        lower.map(|lower| fraction(py, &lower)).transpose()
    }

    #[getter]
    fn upper<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let upper = self.found.upper();
        upper.map(|upper| fraction(py, &upper)).transpose()
    }

    /// Does the property hold? None for a certificate about an error.
    #[getter]
    fn holds(&self) -> Option<bool> {
        self.found.property().map(|(_, holds)| holds)
    }

    #[getter]
    fn target(&self) -> Option<Vec<String>> {
        let claim = self.found.claim()?;
        Some(claim.question.target.text().to_vec())
    }

    #[getter]
    #[allow(clippy::type_complexity, reason = "name, low and high of each side")]
    fn domain<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<Option<Vec<(String, Bound<'py, PyAny>, Bound<'py, PyAny>)>>> {
        let Some(claim) = self.found.claim() else {
            return Ok(None);
        };
        let domain = &claim.question.domain;
        let sides = domain.names().iter().zip(domain.sides());
        let sides = sides
            .map(|(name, (low, high))| Ok((name.clone(), fraction(py, low)?, fraction(py, high)?)));
        sides.collect::<PyResult<_>>().map(Some)
    }

    #[getter]
    fn norm(&self) -> Option<&'static str> {
        Some(self.found.claim()?.question.norm.name())
    }

    #[getter]
    fn weights(&self) -> &'static str {
        name_of(self.found.weights())
    }

    #[getter]
    fn semantics(&self) -> String {
        self.found.semantics().to_string()
    }

    #[getter]
    fn network(&self) -> &str {
        self.found.network()
    }

    #[getter]
    fn leaves(&self) -> usize {
        self.found.leaves()
    }

    #[getter]
    fn text(&self) -> &str {
        self.found.text()
    }
}

fn refused(error: &CheckError) -> Failure {
    let failure = match error {
        CheckError::Rejected(rejection) => {
            Failure::new("CheckRejected", error).at("kind", rejection.kind())
        }
        CheckError::Network(_) => Failure::new("ModelError", error),
        _ => Failure::new("CheckRejected", error).at("kind", "malformed"),
    };
    match error {
        CheckError::Malformed(read) => failure.at("line", read.line),
        _ => failure,
    }
}

/// Checks a certificate against a network.
#[pyfunction]
#[pyo3(signature = (certificate, network, threads=None))]
pub fn check(
    py: Python<'_>,
    certificate: Vec<u8>,
    network: Bound<'_, Network>,
    threads: Option<usize>,
) -> PyResult<Checked> {
    let opened = Arc::clone(network.get().opened());
    let threads = self::threads(threads)?;
    let work =
        move |_: &Control<()>| steeple::check_network_on(&certificate, &opened.network, threads);
    match run(py, work, None)? {
        Ended::Done(found) => {
            let found = found.map_err(|error| refused(&error))?;
            Ok(Checked { found })
        }
        Ended::Interrupted(_) => Err(interrupted(py, None::<Checked>)),
    }
}

/// What a bound proves: kinks, jumps, target, tolerance.
type Proved<'py> = (Option<usize>, Option<usize>, Vec<String>, Bound<'py, PyAny>);

/// Checks a certificate of `bound`, which is about all networks.
#[pyfunction]
pub fn check_bound(py: Python<'_>, certificate: Vec<u8>) -> PyResult<Proved<'_>> {
    let work = move |_: &Control<()>| steeple::check_bound(&certificate);
    match run(py, work, None)? {
        Ended::Done(found) => {
            let found = found.map_err(|error| match &error {
                CheckBoundError::Rejected(rejection) => {
                    let kind = rejection.kind();
                    Failure::new("CheckRejected", error).at("kind", kind)
                }
                _ => Failure::new("CheckRejected", error).at("kind", "malformed"),
            })?;
            let target = found.target().text().to_vec();
            let tolerance = fraction(py, found.tolerance())?;
            Ok((found.kinks(), found.jumps(), target, tolerance))
        }
        Ended::Interrupted(_) => Err(interrupted(py, None::<()>)),
    }
}

/// Returns the kind of a certificate: `error`, `property` or `bound`; and the names of the inputs in it, if it has
/// some.
#[pyfunction]
pub fn certificate_kind(certificate: &[u8]) -> PyResult<(&'static str, Option<Vec<String>>)> {
    if size::is_size(certificate) {
        return Ok(("bound", None));
    }
    if property::is_property(certificate) {
        return Ok(("property", None));
    }
    let found = text::read(certificate).map_err(|error| {
        let line = error.line;
        Failure::new("CheckRejected", format_args!("certificate: {error}"))
            .at("kind", "malformed")
            .at("line", line)
    })?;
    Ok(("error", Some(found.claim.question.domain.names().to_vec())))
}
