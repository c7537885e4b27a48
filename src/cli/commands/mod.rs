//! One file for each command.

pub mod bound;
pub mod build;
pub mod c_code;
pub mod catalogue;
pub mod check;
pub mod compare;
pub mod convert;
pub mod draw;
pub mod eval;
pub mod explain;
pub mod explore;
pub mod parts;
pub mod property;
pub mod regions;
pub mod schema;
pub mod shell;
pub mod train;
pub mod verify;

use serde_json::{Map, Value};

use crate::workflow::Verdict;

/// The exit code of a verdict.
fn code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Proved | Verdict::Enclosed => 0,
        Verdict::Refuted => 1,
        Verdict::Undecided => 3,
    }
}

/// The version of what `--format json` prints. It rises when a field changes its meaning or goes.
const SCHEMA: u64 = 2;
/// The largest integer that a JavaScript number holds, with all smaller ones: `2^53 - 1`.
const LARGEST: u64 = (1 << 53) - 1;

/// A JSON object as text, with the version of its form. Integers that a JavaScript number cannot hold are text.
pub fn pretty(value: &Value) -> String {
    let mut object = Map::new();
    object.insert("schema".to_owned(), SCHEMA.into());
    if let Value::Object(fields) = value {
        object.extend(fields.clone());
    }
    let mut value = Value::Object(object);
    shorten(&mut value);
    // A value made of text and numbers can always be written.
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn shorten(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or(number.as_i64().map(i64::unsigned_abs));
            if size.is_some_and(|size| size > LARGEST) {
                *value = Value::String(number.to_string());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
