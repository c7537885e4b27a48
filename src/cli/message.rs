//! Errors and hints in one voice.

use std::fmt::{self, Write as _};
use std::io;
use std::ops::Range;
use std::path::Path;

use ariadne::{CharSet, Config, IndexType, Label, Report, ReportKind, Source};
use serde_json::{Value, json};

use crate::formats::foreign::ForeignError;
use crate::formats::kind::OtherKind;
use crate::formats::{FormatError, OpenError};
use crate::workflow::{NetworkSpec, SpecError, WorkflowError};

/// One clear message: what is wrong, where, and what to do. Exit code 2, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    kind: &'static str,
    message: String,
    /// The file or the flag that it is about.
    file: Option<String>,
    place: Option<Box<Place>>,
    hints: Vec<String>,
    /// The exit code.
    pub code: u8,
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// From 1.
    line: usize,
    /// Characters, from 1.
    column: usize,
    /// The text and the bytes of it that are meant, where they are shown.
    shown: Option<(String, Range<usize>)>,
}

impl Refusal {
    /// A message without a place.
    pub fn new(message: impl fmt::Display) -> Self {
        let message = message.to_string();
        // Messages of the library may end in a hint.
        let (message, hints) = match message.split_once("; hint: ") {
            Some((message, hint)) => (message.to_owned(), vec![hint.to_owned()]),
            None => (message, Vec::new()),
        };
        Self {
            kind: "request",
            message,
            file: None,
            place: None,
            hints,
            code: 2,
        }
    }

    /// A message about a file as a whole.
    pub fn in_file(path: &Path, message: impl fmt::Display) -> Self {
        Self {
            kind: "file",
            file: Some(path.display().to_string()),
            ..Self::new(message)
        }
    }

    /// A message about a file that cannot be read or written.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        Self::in_file(path, plain(error))
    }

    /// A message about a file of another kind than is wanted.
    pub fn other_kind(path: &Path, other: &OtherKind) -> Self {
        Self::in_file(path, &other.message).maybe_hint(other.hint.as_deref())
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hints.push(hint.to_owned());
        self
    }

    /// Adds what to do about it, where that is known.
    #[must_use]
    pub fn maybe_hint(self, hint: Option<&str>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
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
        let start = span.start.min(source.len());
        let span = start..span.end.clamp(start, source.len());
        let before = source.get(..start).unwrap_or_default();
        let line_begins = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            kind: if name.starts_with("--") {
                "request"
            } else {
                "file"
            },
            file: Some(name.to_owned()),
            place: Some(Box::new(Place {
                line: before.matches('\n').count() + 1,
                column: before[line_begins..].chars().count() + 1,
                shown: Some((source.to_owned(), span)),
            })),
            ..Self::new(message).maybe_hint(hint)
        }
    }

    /// A message about a spec file.
    pub fn in_spec(path: &Path, source: &str, error: &SpecError) -> Self {
        let name = path.display().to_string();
        Self {
            kind: "spec",
            ..Self::at(
                &name,
                source,
                &error.span,
                &error.message,
                error.hint.as_deref(),
            )
        }
    }

    /// A message about a network file of ours.
    pub fn in_network(path: &Path, error: &FormatError) -> Self {
        Self {
            kind: "network",
            file: Some(path.display().to_string()),
            place: Some(Box::new(Place {
                line: error.line,
                column: error.column,
                shown: None,
            })),
            ..Self::new(&error.message).maybe_hint(error.hint.as_deref())
        }
    }

    /// A message about a file in another format.
    pub fn in_foreign(path: &Path, error: &ForeignError) -> Self {
        Self {
            kind: "network",
            ..Self::in_file(path, error).maybe_hint(error.hint.as_deref())
        }
    }

    /// A message about a network file that cannot be opened.
    pub fn opening(path: &Path, error: &OpenError) -> Self {
        match error {
            OpenError::Json(error) => Self::in_network(path, error),
            OpenError::Foreign(error) => Self::in_foreign(path, error),
            OpenError::Kind(other) => Self::other_kind(path, other),
            OpenError::File { path, error } => Self::io(Path::new(path), error),
            OpenError::NotText { path } => {
                Self::in_file(Path::new(path), "expected a text file in UTF-8")
            }
            other => Self {
                kind: "network",
                ..Self::in_file(path, other).maybe_hint(other.hint())
            },
        }
    }

    /// A message of the command line itself: a flag that there is not, a value that is missing.
    pub fn usage(message: &str) -> Self {
        Self {
            kind: "usage",
            ..Self::new(message)
        }
    }

    /// The object that `--format json` prints.
    pub fn json(&self) -> Value {
        json!({ "error": {
            "kind": if self.code == 3 { "undecided" } else { self.kind },
            "message": self.message,
            "file": self.file,
            "line": self.place.as_ref().map(|place| place.line),
            "column": self.place.as_ref().map(|place| place.column),
            "hint": (!self.hints.is_empty()).then(|| self.hints.join("; ")),
        }})
    }

    /// The lines for people.
    pub fn text(&self, in_colour: bool) -> String {
        let paint = |colour: &str, word: &str| {
            if in_colour {
                format!("\u{1b}[{colour}m{word}\u{1b}[0m")
            } else {
                word.to_owned()
            }
        };
        let shown = self.place.as_ref().and_then(|place| place.shown.as_ref());
        if let (Some(file), Some((source, span))) = (&self.file, shown)
            && let Some(drawn) = self.drawn(file, source, span, in_colour)
        {
            return drawn;
        }
        let mut place = self.file.clone().unwrap_or_default();
        if let Some(at) = &self.place {
            let _ = write!(place, ":{}:{}", at.line, at.column);
        }
        if !place.is_empty() {
            place += ": ";
        }
        let mut text = format!("{}: {place}{}\n", paint("1;31", "error"), self.message);
        for hint in &self.hints {
            let _ = writeln!(text, "  {}: {hint}", paint("36", "hint"));
        }
        text
    }

    /// The line of the source with the place marked, and what to do at the mark.
    fn drawn(
        &self,
        file: &str,
        source: &str,
        span: &Range<usize>,
        in_colour: bool,
    ) -> Option<String> {
        let config = Config::new()
            .with_color(in_colour)
            .with_char_set(CharSet::Ascii)
            .with_index_type(IndexType::Byte);
        // A label without a text would not be drawn.
        let text = match self.hints.as_slice() {
            [] => " ".to_owned(),
            hints => format!("hint: {}", hints.join("; ")),
        };
        let label = Label::new((file, span.clone())).with_message(text);
        let report = Report::build(ReportKind::Error, (file, span.clone()))
            .with_config(config)
            .with_message(&self.message)
            .with_label(label)
            .finish();
        let mut bytes = Vec::new();
        report
            .write((file, Source::from(source)), &mut bytes)
            .ok()?;
        let drawn = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
        Some(lines.join("\n").trim_end().replacen("Error", "error", 1) + "\n")
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

/// What went wrong with a file, in plain words and without numbers of the system.
pub fn plain(error: &io::Error) -> String {
    let words = match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory",
        io::ErrorKind::PermissionDenied => "permission denied",
        io::ErrorKind::IsADirectory => "this is a directory, not a file",
        io::ErrorKind::NotADirectory => "a part of this path is a file, not a directory",
        io::ErrorKind::StorageFull => "no space left",
        io::ErrorKind::ReadOnlyFilesystem => "this file system is read-only",
        io::ErrorKind::InvalidFilename => "this is not a valid file name",
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            return text.to_lowercase();
        }
    };
    words.to_string()
}
