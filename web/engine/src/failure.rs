//! What went wrong, as the page shows it.

use serde::Serialize;
use std::fmt::Display;

/// One clear message, what to do about it, and the place in the text that the page sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Which text: `spec`, `target`, `domain`, `network`, `points`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// The place in it: the first byte, and the one after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
}

impl Failure {
    /// A message, with its hint where it ends in one.
    pub fn new(error: impl Display) -> Self {
        let text = error.to_string();
        let (message, hint) = match text.split_once("; hint: ") {
            Some((message, hint)) => (message.to_string(), Some(hint.to_string())),
            None => (text, None),
        };
        Self {
            message,
            hint,
            ..Self::default()
        }
    }

    /// Adds a hint, if there is one.
    pub fn hint(self, hint: Option<impl Into<String>>) -> Self {
        Self {
            hint: hint.map(Into::into).or(self.hint),
            ..self
        }
    }

    /// A page has no flags: hints that name one say what the program can do.
    fn without_flags(self) -> Self {
        const FLAG: &str = ", or raise --memory-limit";
        let hint = self.hint.as_ref().and_then(|hint| hint.strip_suffix(FLAG));
        match hint {
            Some(rest) => {
                let hint =
                    format!("{rest}; the program `steeple build` may use more memory than a page");
                self.hint(Some(hint))
            }
            None => self,
        }
    }

    /// Says in which text it is.
    pub fn within(self, field: &'static str) -> Self {
        Self {
            field: Some(field),
            ..self
        }
    }

    /// Says where in that text.
    pub fn at(self, span: std::ops::Range<usize>) -> Self {
        Self {
            span: Some((span.start, span.end)),
            ..self
        }
    }
}

impl From<steeple::SpecError> for Failure {
    fn from(error: steeple::SpecError) -> Self {
        Self::new(&error.message)
            .hint(error.hint.clone())
            .within("spec")
            .at(error.span)
    }
}

impl From<steeple::formats::OpenError> for Failure {
    fn from(error: steeple::formats::OpenError) -> Self {
        let hint = error.hint().map(str::to_string);
        Self::new(error).hint(hint).within("network")
    }
}

impl From<steeple::BuildFailure> for Failure {
    fn from(error: steeple::BuildFailure) -> Self {
        Self::new(error).without_flags()
    }
}

impl From<steeple::VerifyError> for Failure {
    fn from(error: steeple::VerifyError) -> Self {
        use steeple::VerifyError as Error;
        let failure = Self::new(&error).without_flags();
        match error {
            Error::NotDefined(_) => failure
                .hint(Some(
                    "choose a domain without this place, or another target",
                ))
                .within("target"),
            Error::Inputs { .. } | Error::TooLong(_) => failure.within("target"),
            Error::Domain(_) => failure.within("domain"),
            _ => failure,
        }
    }
}

impl From<steeple::PictureError> for Failure {
    fn from(error: steeple::PictureError) -> Self {
        Self::new(error)
    }
}
