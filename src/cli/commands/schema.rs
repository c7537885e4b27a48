//! `steeple schema`.

use crate::cli::Output;
use crate::workflow::spec::schema;

/// Prints the JSON Schema of spec files.
pub fn run() -> Output {
    Output::yes(serde_json::to_string_pretty(&schema()).unwrap_or_default())
}
