//! Steeple as a Python module: the part that needs Rust.
//!
//! One file for each subject, and in each of them as little as possible: what is done stands in the library, what a
//! user sees in the package `steeple` beside this crate. Numbers cross exactly, as `fractions.Fraction`; errors are
//! exceptions of `steeple.errors`; long work leaves the interpreter's lock to others ([`work`]).

mod answer;
mod bound;
mod build;
mod check;
mod compare;
mod errors;
mod explain;
mod layers;
mod network;
mod number;
mod parts;
mod program;
mod question;
mod regions;
mod train;
mod verify;
mod work;

use pyo3::prelude::*;

/// The part of Steeple that is written in Rust.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<network::Network>()?;
    module.add_class::<answer::Answer>()?;
    module.add_class::<build::Built>()?;
    module.add_class::<check::Checked>()?;
    module.add_class::<regions::Regions>()?;
    module.add_class::<bound::Bound>()?;
    module.add_class::<explain::Explained>()?;
    module.add_class::<train::Trained>()?;
    module.add_class::<compare::Compared>()?;
    module.add_function(wrap_pyfunction!(program::main, module)?)?;
    module.add_function(wrap_pyfunction!(verify::verify, module)?)?;
    module.add_function(wrap_pyfunction!(build::build, module)?)?;
    module.add_function(wrap_pyfunction!(check::check, module)?)?;
    module.add_function(wrap_pyfunction!(check::check_bound, module)?)?;
    module.add_function(wrap_pyfunction!(check::certificate_kind, module)?)?;
    module.add_class::<parts::Worker>()?;
    module.add_function(wrap_pyfunction!(parts::split, module)?)?;
    module.add_function(wrap_pyfunction!(parts::split_further, module)?)?;
    module.add_function(wrap_pyfunction!(parts::part_state, module)?)?;
    module.add_function(wrap_pyfunction!(parts::merge, module)?)?;
    module.add_function(wrap_pyfunction!(parts::accept, module)?)?;
    module.add_function(wrap_pyfunction!(regions::regions, module)?)?;
    module.add_function(wrap_pyfunction!(bound::bound, module)?)?;
    module.add_function(wrap_pyfunction!(explain::explain, module)?)?;
    module.add_function(wrap_pyfunction!(train::train, module)?)?;
    module.add_function(wrap_pyfunction!(compare::compare, module)?)?;
    module.add_function(wrap_pyfunction!(question::domain_names, module)?)?;
    module.add_function(wrap_pyfunction!(question::sides, module)?)?;
    module.add_function(wrap_pyfunction!(question::spec_inputs, module)?)?;
    module.add_function(wrap_pyfunction!(question::few, module)?)?;
    module.add_function(wrap_pyfunction!(question::png, module)?)?;
    module.add_function(wrap_pyfunction!(question::canonical_target, module)?)
}
