//! `steeple schema`.

use super::pretty;
use crate::cli::Output;
use crate::workflow::spec::schema;

/// Prints the JSON Schema of spec files.
pub fn run() -> Output {
    Output::yes(pretty(&schema()))
}
