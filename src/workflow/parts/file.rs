//! Parts as files: some lines before a certificate.
//!
//! ```text
//! steeple part 1
//! sha256 9c1e...           of all that follows
//! version 0.1.0
//! split 4bf2...
//! part 7/64
//! goal gap 1/20
//! unknown 0
//! cells 3 1                the first leaf of the tree, from 0, and how many
//! tree ABoooAoo
//! state done
//! bounds 0 121/4096        once for each cell; `none` for no upper bound
//! steeple certificate 2
//! ...
//! ```
//!
//! There is exactly one way to write a part, so equal parts are equal bytes.

use std::fmt::Write as _;
use std::io::Write;

use sha2::{Digest, Sha256};

use super::{Goal, Number, Part, State, tree};
use crate::certificate::{Method, Partition, text};
use crate::numbers::{Rational, literal};
use crate::prover::CellBounds;

/// The first line, with the version of the format.
const FIRST: &str = "steeple part 1";
/// What reduces networks and searches: a part is continued by the version that began it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why a file is not a part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// It is something else.
    #[error("this is not a part of a proof; expected a first line `steeple part 1`")]
    NotAPart,
    /// Its bytes are not those that were written, or do not fit together.
    #[error("this part is damaged: {0}")]
    Damaged(String),
    /// Another version of the program wrote it.
    #[error("this part was written by version {found} of steeple, and this is version {VERSION}")]
    OtherVersion {
        /// The version in the file.
        found: String,
    },
}

impl PartError {
    pub(super) fn damaged(text: &str) -> Self {
        Self::Damaged(text.to_owned())
    }
}

/// Returns the SHA-256 digest of some bytes, in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Part {
    /// Writes a part.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers: Vec<String> = (self.number.0.iter())
            .map(|(number, of)| format!("{number}/{of}"))
            .collect();
        let (kind, value) = match &self.goal {
            Goal::Tolerance(tolerance) => ("tolerance", tolerance),
            Goal::Gap(gap) => ("gap", gap),
        };
        let mut rest = format!(
            "version {VERSION}\nsplit {}\npart {}\ngoal {kind} {value}\nunknown {}\ncells {} {}\ntree {}\nstate {}\n",
            self.split,
            numbers.join(" "),
            self.unknown,
            self.own.start,
            self.own.len(),
            String::from_utf8_lossy(self.tree.text()),
            self.state.name(),
        )
        .into_bytes();
        for CellBounds { lower, upper } in &self.bounds {
            let upper = upper
                .as_ref()
                .map_or("none".to_owned(), Rational::to_string);
            rest.extend_from_slice(format!("bounds {lower} {upper}\n").as_bytes());
        }
        // A vector takes any bytes, so writing to one cannot fail.
        let _ = text::write(&self.certificate, &mut rest);
        let mut bytes = format!("{FIRST}\nsha256 {}\n", sha256(&rest)).into_bytes();
        let _ = bytes.write_all(&rest);
        bytes
    }

    /// Reads a part.
    ///
    /// - Errors: [`PartError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartError> {
        let damaged = PartError::damaged;
        let mut lines = Lines { rest: bytes };
        if lines.next() != Some(FIRST) {
            return Err(PartError::NotAPart);
        }
        if lines.field("sha256")? != sha256(lines.rest) {
            return Err(damaged("its digest differs, so it is not what was written"));
        }
        let found = lines.field("version")?;
        if found != VERSION {
            let found = found.to_owned();
            return Err(PartError::OtherVersion { found });
        }
        let split = lines.field("split")?.to_owned();
        if split.len() != 64 || !split.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(damaged("`split` is not a digest"));
        }
        let number = Number(numbers(lines.field("part")?)?);
        let goal = match lines.field("goal")?.split_once(' ') {
            Some(("tolerance", text)) => Goal::Tolerance(value(text)?),
            Some(("gap", text)) => Goal::Gap(value(text)?),
            _ => return Err(damaged("`goal` is unknown")),
        };
        let unknown = value(lines.field("unknown")?)?;
        let cells = lines.field("cells")?.split_once(' ');
        let cells = cells.and_then(|(first, count)| {
            let (first, count) = (first.parse::<usize>().ok()?, count.parse::<usize>().ok()?);
            Some(first..first.checked_add(count)?)
        });
        let own = cells.ok_or_else(|| damaged("`cells` has no two numbers"))?;
        let tree = Partition::from_text(lines.field("tree")?.into());
        let state = lines.field("state")?;
        let state = State::ALL.into_iter().find(|known| known.name() == state);
        let state = state.ok_or_else(|| damaged("`state` is unknown"))?;
        let mut bounds = Vec::new();
        while lines.rest.starts_with(b"bounds ") {
            let (lower, upper) = (lines.field("bounds")?.split_once(' '))
                .ok_or_else(|| damaged("`bounds` has no two ends"))?;
            bounds.push(CellBounds {
                lower: value(lower)?,
                upper: match upper {
                    "none" => None,
                    upper => Some(value(upper)?),
                },
            });
        }
        let certificate = text::read(lines.rest)
            .map_err(|error| PartError::Damaged(format!("its certificate, {error}")))?;
        let part = Self {
            split,
            number,
            goal,
            unknown,
            tree,
            own,
            state,
            bounds,
            certificate,
        };
        part.fits_together()?;
        Ok(part)
    }

    /// Do the lines fit together?
    fn fits_together(&self) -> Result<(), PartError> {
        let cells = self.cells()?.len();
        let expected = if self.state == State::Waiting {
            0
        } else {
            cells
        };
        if self.bounds.len() != expected {
            let text = format!("it has {} bounds for {expected} cells", self.bounds.len());
            return Err(PartError::Damaged(text));
        }
        let methods = tree::leaf_methods(&self.tree).unwrap_or_default();
        let is_decided = methods.into_iter().any(|method| method != Method::Open);
        let partition = &self.certificate.partition;
        if is_decided || tree::grown(&self.tree, &self.own, partition).is_none() {
            let text = "its partition did not grow from its cells";
            return Err(PartError::damaged(text));
        }
        Ok(())
    }
}

/// Reads numbers such as `7/64 2/3`.
fn numbers(text: &str) -> Result<Vec<(usize, usize)>, PartError> {
    let each = text.split(' ').map(|pair| {
        let (number, of) = pair.split_once('/')?;
        let (number, of) = (number.parse().ok()?, of.parse().ok()?);
        (1 <= number && number <= of).then_some((number, of))
    });
    let numbers: Option<Vec<_>> = each.collect();
    numbers.ok_or_else(|| PartError::damaged("`part` is not a number of a part"))
}

/// Reads an exact number.
fn value(text: &str) -> Result<Rational, PartError> {
    let found = literal::parse(text)
        .ok()
        .filter(|value| !value.is_negative());
    found.ok_or_else(|| PartError::Damaged(format!("`{text}` is not a number of at least 0")))
}

/// The lines before the certificate.
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(&self.rest[..end]).ok()?;
        self.rest = &self.rest[end + 1..];
        Some(line)
    }

    /// Returns what follows a word that begins the next line.
    fn field(&mut self, word: &str) -> Result<&'a str, PartError> {
        let line = self.next();
        let value = line.and_then(|line| line.strip_prefix(word)?.strip_prefix(' '));
        value.ok_or_else(|| PartError::Damaged(format!("expected a line `{word}`")))
    }
}
