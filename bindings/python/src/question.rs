//! Targets and domains, as text.

use pyo3::prelude::*;
use steeple::expr::check_ends;
use steeple::expr::friendly::{read_target, sides};
use steeple::{Domain, Target};

use crate::errors::Failure;

/// Reads a formula for each output, in these inputs. Also returns how it was read, where that is not obvious.
pub fn target(texts: &[String], inputs: &[String]) -> Result<(Target, Vec<String>), Failure> {
    read_target(texts, inputs).map_err(|error| {
        let text = texts.get(error.formula).map_or("", String::as_str);
        let message = format!("{} in the target `{text}`", error.message);
        Failure::new("TargetError", message)
            .hint(error.hint.clone())
            .within(text, &error.span)
            .at("formula", error.formula)
    })
}

/// Reads a box with a side for each of these inputs. Also returns how it was read.
pub fn domain(text: &str, inputs: &[String]) -> Result<(Domain, Vec<String>), Failure> {
    let (domain, notes) = sides::read(text, inputs)
        .map_err(|error| Failure::new("DomainError", &error.message).hint(error.hint))?;
    let domain = domain
        .in_order(inputs)
        .map_err(|error| Failure::new("DomainError", error))?;
    check_ends(&domain).map_err(|error| Failure::new("DomainError", error))?;
    Ok((domain, notes))
}

/// Returns the names of the sides of a domain, in order; empty where it gives none.
#[pyfunction]
pub fn domain_names(domain: &str) -> Vec<String> {
    sides::names(domain)
}

/// Returns formulas as the certificate has them.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "as Python hands them over")]
pub fn canonical_target(target: Vec<String>, inputs: Vec<String>) -> PyResult<Vec<String>> {
    let (target, _) = self::target(&target, &inputs)?;
    Ok(target.text().to_vec())
}
