//! What went wrong, as an exception of `steeple.errors`.

use std::any::Any;
use std::fmt::Display;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One clear message, what to do about it, and the place.
#[derive(Debug)]
pub struct Failure {
    class: &'static str,
    message: String,
    hint: Option<String>,
    place: Vec<(&'static str, Place)>,
}

#[derive(Debug)]
enum Place {
    Text(String),
    Number(usize),
}

impl From<&str> for Place {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Place {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

impl Failure {
    /// A message for an exception of this class, with its hint where it ends in one.
    pub fn new(class: &'static str, error: impl Display) -> Self {
        let text = error.to_string();
        let (message, hint) = match text.split_once("; hint: ") {
            Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
            None => (text, None),
        };
        Self {
            class,
            message,
            hint,
            place: Vec::new(),
        }
    }

    /// Adds a hint, if there is one.
    pub fn hint(self, hint: Option<impl Into<String>>) -> Self {
        Self {
            hint: hint.map(Into::into).or(self.hint),
            ..self
        }
    }

    /// Adds an attribute that says where it is.
    #[expect(private_bounds, reason = "texts and numbers")]
    pub fn at(mut self, name: &'static str, place: impl Into<Place>) -> Self {
        self.place.push((name, place.into()));
        self
    }

    /// Adds line and column, from 1, of a place in a text.
    pub fn within(self, text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let begun = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before[begun..].chars().count() + 1;
        self.at("line", line).at("column", column)
    }

    fn raised(self, py: Python<'_>) -> PyResult<PyErr> {
        let class = py.import("steeple.errors")?.getattr(self.class)?;
        let place = PyDict::new(py);
        place.set_item("hint", self.hint)?;
        for (name, value) in self.place {
            match value {
                Place::Text(text) => place.set_item(name, text)?,
                Place::Number(number) => place.set_item(name, number)?,
            }
        }
        Ok(PyErr::from_value(
            class.call((self.message,), Some(&place))?,
        ))
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| failure.raised(py).unwrap_or_else(|error| error))
    }
}

/// A panic, which is a mistake of this library.
pub fn of_panic(panic: &(dyn Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let message = format!(
        "Steeple failed, which is a mistake in Steeple: {}",
        text.unwrap_or("an unknown reason")
    );
    Failure::new("InternalError", message).hint(Some(
        "please report this with the call that led here; no verdict was given",
    ))
}

/// Does work without the interpreter's lock. A panic becomes an exception.
pub fn apart<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)))
        .map_err(|panic| of_panic(panic.as_ref()).into())
}

impl From<steeple::formats::OpenError> for Failure {
    fn from(error: steeple::formats::OpenError) -> Self {
        use steeple::formats::OpenError as Error;
        let hint = error.hint().map(str::to_owned);
        let place = match &error {
            Error::Json(error) => Some((error.line, error.column)),
            _ => None,
        };
        let node = match &error {
            Error::Foreign(error) => error.place.clone(),
            _ => None,
        };
        let mut failure = Self::new("ModelError", error).hint(hint);
        if let Some((line, column)) = place {
            failure = failure.at("line", line).at("column", column);
        }
        if let Some(node) = node {
            failure = failure.at("layer", node);
        }
        failure
    }
}

impl From<steeple::formats::foreign::ForeignError> for Failure {
    fn from(error: steeple::formats::foreign::ForeignError) -> Self {
        let hint = error.hint.clone();
        Self::new("ModelError", error).hint(hint)
    }
}

impl From<steeple::VerifyError> for Failure {
    fn from(error: steeple::VerifyError) -> Self {
        use steeple::VerifyError as Error;
        let other = |hint: &str| Some(hint.to_owned());
        let (class, hint) = match &error {
            Error::NotDefined(_) => (
                "TargetError",
                other("choose a domain without this place, or another target"),
            ),
            Error::Inputs { .. } | Error::TooLong(_) => ("TargetError", None),
            Error::Domain(_) => ("DomainError", None),
            Error::Measure(steeple::workflow::MeasureError::NoDecision) => {
                ("VerifyError", other("add norm=\"area\""))
            }
            Error::OtherFloats(name) => ("VerifyError", Some(format!("semantics=\"{name}\""))),
            Error::OtherQuestion => (
                "VerifyError",
                other("target, domain, norm, threshold and semantics have to be the same"),
            ),
            _ => ("VerifyError", None),
        };
        let failure = Self::new(class, &error);
        // What the message itself advises goes first.
        let hint = hint.filter(|_| failure.hint.is_none());
        failure.hint(hint)
    }
}

impl From<steeple::BuildFailure> for Failure {
    fn from(error: steeple::BuildFailure) -> Self {
        let key = match &error {
            steeple::BuildFailure::Workflow(error) => error.key(),
            steeple::BuildFailure::NoBuilder => Some("network"),
            _ => Some("builder"),
        };
        let failure = match error {
            // What the library says to do is for programs in Rust.
            steeple::BuildFailure::OnlyRegions(builder) => Self::new(
                "BuildError",
                format_args!("builder `{builder}` has no target, so there is nothing to prove"),
            )
            .hint(Some(
                "`python -m steeple build SPEC` builds it and counts its linear regions",
            )),
            error => Self::new("BuildError", error),
        };
        match key {
            Some(key) => failure.at("key", key),
            None => failure,
        }
    }
}

/// What is wrong with a spec, with its place.
pub fn of_spec(error: &steeple::SpecError, text: &str) -> Failure {
    let failure = Failure::new("SpecError", &error.message)
        .hint(error.hint.clone())
        .within(text, &error.span);
    match key_at(text, &error.span) {
        Some(key) => failure.at("key", key),
        None => failure,
    }
}

/// The key of the line in which a place is.
fn key_at(text: &str, span: &Range<usize>) -> Option<String> {
    let begun = text.get(..span.start)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(begun..)?.lines().next()?.trim();
    if let Some(table) = line.strip_prefix('[') {
        return Some(table.trim_end_matches(']').to_owned());
    }
    let (key, _) = line.split_once('=')?;
    Some(key.trim().to_owned())
}
