//! Errors and hints in one voice.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;

use ariadne::{CharSet, Config, IndexType, Label, Report, ReportKind, Source};

use crate::formats::FormatError;
use crate::formats::foreign::ForeignError;
use crate::formats::kind::OtherKind;
use crate::workflow::{NetworkSpec, SpecError, WorkflowError};

/// One clear message: what is wrong, where, and what to do. Exit code 2, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    text: String,
    /// The exit code.
    pub code: u8,
}

impl Refusal {
    /// A message without a place.
    pub fn new(message: impl fmt::Display) -> Self {
        Self {
            text: format!("error: {message}\n"),
            code: 2,
        }
    }

    /// A message about a file as a whole.
    pub fn in_file(path: &Path, message: impl fmt::Display) -> Self {
        Self::new(format_args!("{}: {message}", path.display()))
    }

    /// A message about a file that cannot be read or written.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        Self::in_file(path, plain(error))
    }

    /// A message about a file of another kind than is wanted.
    pub fn other_kind(path: &Path, other: &OtherKind) -> Self {
        let refusal = Self::in_file(path, &other.message);
        match &other.hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.text = format!("{}  hint: {hint}\n", self.text);
        self
    }

    /// The same message as the answer no: a certificate's content is wrong.
    #[must_use]
    pub fn as_no(self) -> Self {
        Self { code: 1, ..self }
    }

    /// A message that points at a place in a text.
    pub fn at(
        name: &str,
        source: &str,
        span: &Range<usize>,
        message: &str,
        hint: Option<&str>,
    ) -> Self {
        let span = span.start.min(source.len())
            ..span.end.min(source.len()).max(span.start.min(source.len()));
        let config = Config::new()
            .with_color(false)
            .with_char_set(CharSet::Ascii)
            .with_index_type(IndexType::Byte);
        let mut report = Report::build(ReportKind::Error, (name, span.clone()))
            .with_config(config)
            .with_message(message)
            .with_label(Label::new((name, span)).with_message("here"));
        if let Some(hint) = hint {
            report = report.with_help(hint);
        }
        let mut bytes = Vec::new();
        let written = report
            .finish()
            .write((name, Source::from(source)), &mut bytes);
        let drawn = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
        let text = match written {
            Ok(()) => lines.join("\n").trim_end().replacen("Error", "error", 1) + "\n",
            Err(_) => format!("error: {name}: {message}\n"),
        };
        Self { text, code: 2 }
    }

    /// A message about a spec file.
    pub fn in_spec(path: &Path, source: &str, error: &SpecError) -> Self {
        let name = path.display().to_string();
        Self::at(
            &name,
            source,
            &error.span,
            &error.message,
            error.hint.as_deref(),
        )
    }

    /// A message about a network file.
    pub fn in_network(path: &Path, error: &FormatError) -> Self {
        let place = format!("{}:{}:{}", path.display(), error.line, error.column);
        let refusal = Self::new(format_args!("{place}: {}", error.message));
        match &error.hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    }
}

impl Refusal {
    /// A message about a file in another format.
    pub fn in_foreign(path: &Path, error: &ForeignError) -> Self {
        let refusal = Self::in_file(path, error);
        match &error.hint {
            Some(hint) => refusal.hint(hint),
            None => refusal,
        }
    }
}

impl Refusal {
    /// A message about the table `[network]` of a spec file, at the key that is to be changed; without
    /// a place where the error is not about that table.
    pub fn in_table(
        path: &Path,
        source: &str,
        network: &NetworkSpec,
        error: WorkflowError,
    ) -> Self {
        let Some(key) = error.key() else {
            return error.into();
        };
        let (name, place) = (path.display().to_string(), network.place_of(key));
        Self::at(&name, source, &place, &error.to_string(), None)
    }
}

impl From<WorkflowError> for Refusal {
    fn from(error: WorkflowError) -> Self {
        let code = match error {
            // The request was understood, but nothing is proved.
            WorkflowError::Rejected(_)
            | WorkflowError::Stopped(_)
            | WorkflowError::TooLarge { .. } => 3,
            _ => 2,
        };
        Self {
            code,
            ..Self::new(error)
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What went wrong with a file, in plain words and without numbers of the system.
pub fn plain(error: &io::Error) -> String {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::IsADirectory => "this is a folder, not a file",
        io::ErrorKind::NotADirectory => "a part of this path is a file, not a folder",
        io::ErrorKind::StorageFull => "there is no space left",
        io::ErrorKind::ReadOnlyFilesystem => "this can only be read, not written",
        io::ErrorKind::InvalidFilename => "this cannot be the name of a file",
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            return text.to_lowercase();
        }
    };
    words.to_string()
}
