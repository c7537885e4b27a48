//! Certificates as files: versioned, line by line, with exactly one way to write each (see
//! `proofs/FORMAT.md`).

use std::io::{self, Write};

use super::claim::{Claim, Norm, Question};
use super::header::{Header, Kind};
use super::partition::Partition;
use super::semantics::Semantics;
use super::{Certificate, Ranges, Witness};
use crate::expr::{Domain, Target, parse_target};
use crate::numbers::{Rational, literal};

/// Characters of the tree per line.
const LINE: usize = 100;
/// The longest line that is read, except those of the tree.
const MAX_LINE: usize = 1 << 20;

/// Why a file is not a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ReadError {
    /// The line, counted from one.
    pub line: usize,
    /// The reason.
    pub message: String,
}

/// Writes a certificate.
///
/// - Errors: those of the writer.
pub fn write(certificate: &Certificate, mut out: impl Write) -> io::Result<()> {
    let Claim {
        question,
        stated_lower: lower,
        stated_upper: upper,
    } = &certificate.claim;
    let header = Header {
        kind: Kind::Error(question.norm),
        network: question.network.clone(),
        semantics: question.semantics.clone(),
        weights: certificate.weights,
        layer: certificate.layer,
        inputs: question.target.inputs().to_vec(),
    };
    header.write(&mut out)?;
    write_target(&question.target, &question.domain, &mut out)?;
    if let Some(threshold) = &question.threshold {
        writeln!(out, "threshold {threshold}")?;
    }
    writeln!(out, "lower {lower}")?;
    match upper {
        Some(upper) => writeln!(out, "upper {upper}")?,
        None => writeln!(out, "upper none")?,
    }
    if let Some(witness) = &certificate.witness {
        let point: Vec<String> = witness.point.iter().map(ToString::to_string).collect();
        writeln!(out, "witness {} radius {}", point.join(" "), witness.radius)?;
    }
    writeln!(out, "constant-radius {}", certificate.constant_radius)?;
    writeln!(out, "ranges {}", certificate.ranges.name())?;
    if question.semantics != Semantics::Real {
        writeln!(out, "kept-rounding {}", certificate.kept_rounding)?;
    }
    write_tree(&certificate.partition, &mut out)?;
    writeln!(out, "end")?;
    out.flush()
}

/// Writes the formulas and the sides.
pub(super) fn write_target(
    target: &Target,
    domain: &Domain,
    out: &mut impl Write,
) -> io::Result<()> {
    for formula in target.text() {
        // A formula may have been typed over several lines; white space has no meaning in it.
        let line: Vec<&str> = formula.split_whitespace().collect();
        writeln!(out, "target {}", line.join(" "))?;
    }
    for (name, (low, high)) in domain.names().iter().zip(domain.sides()) {
        writeln!(out, "domain {name} {low} {high}")?;
    }
    Ok(())
}

/// Writes a tree, line by line.
pub(super) fn write_tree(tree: &Partition, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "tree {}", tree.text().len())?;
    for line in tree.text().chunks(LINE) {
        out.write_all(line)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Reads a certificate.
///
/// - Errors: [`ReadError`] with the line, for anything that [`write()`] would not have written
///   there.
pub fn read(bytes: &[u8]) -> Result<Certificate, ReadError> {
    let mut lines = Lines::new(bytes);
    let Header {
        kind,
        network,
        semantics,
        weights,
        layer,
        inputs,
    } = Header::read(&mut lines)?;
    let Kind::Error(norm) = kind else {
        return Err(
            lines.error("expected a claim about an error, found one about a property".into())
        );
    };
    let target = lines.target(&inputs)?;
    let domain = lines.domain(&inputs)?;
    let threshold = match norm {
        Norm::Area => {
            let text = lines.field("threshold")?;
            Some(lines.number(text)?)
        }
        Norm::Sup | Norm::L1 | Norm::L2 => None,
    };
    let text = lines.field("lower")?;
    let lower = lines.number(text)?;
    let upper = match lines.field("upper")? {
        "none" => None,
        text => Some(lines.number(text)?),
    };
    let witness = match lines.optional("witness")? {
        None => None,
        Some(text) => {
            let (point, radius) = text
                .split_once(" radius ")
                .ok_or_else(|| lines.error("expected a point and its radius".into()))?;
            Some(Witness {
                point: lines.numbers(point)?,
                radius: lines.number(radius)?,
            })
        }
    };
    let (constant_radius, ranges) = lines.hints()?;
    let kept_rounding = match semantics {
        Semantics::Real => Rational::ZERO,
        Semantics::Float(_) => {
            let text = lines.field("kept-rounding")?;
            lines.number(text)?
        }
    };
    let partition = lines.tree()?;
    lines.end()?;
    Ok(Certificate {
        claim: Claim {
            question: Question {
                network,
                target,
                domain,
                norm,
                threshold,
                semantics,
            },
            stated_lower: lower,
            stated_upper: upper,
        },
        weights,
        layer,
        witness,
        constant_radius,
        ranges,
        kept_rounding,
        partition,
    })
}

/// The lines of a certificate.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            line: 0,
        }
    }

    /// Reads the first line, which ends with the version.
    pub(super) fn first(&mut self, expected: &str) -> Result<(), ReadError> {
        let first = self.next()?;
        if first == expected {
            return Ok(());
        }
        let versions = ["steeple certificate ", "steeple property certificate "];
        let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let version = versions.iter().find_map(|kind| first.strip_prefix(kind));
        Err(self.error(if first.starts_with('\u{feff}') {
            "the file starts with a byte-order mark, which certificates must not have; hint: a tool \
             added it, so copy the file as binary"
                .to_string()
        } else if first.strip_suffix('\r') == Some(expected) {
            "expected lines that end in LF, found CR LF; hint: a tool changed the line ends, so copy \
             the file as binary"
                .to_string()
        } else if let Some(version) = version.filter(is_number) {
            format!("certificates of version {version} are not supported; expected version 2")
        } else {
            format!("not a certificate: expected `{expected}`")
        }))
    }

    /// Reads the last line, after a tree or a witness; nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), ReadError> {
        if self.next()? != "end" {
            return Err(self.error("expected `end` after the tree".into()));
        }
        if !self.rest.is_empty() {
            return Err(self.error("unexpected text after `end`".into()));
        }
        Ok(())
    }

    /// Reads the formulas.
    pub(super) fn target(&mut self, inputs: &[String]) -> Result<Target, ReadError> {
        let mut formulas = vec![self.field("target")?.to_string()];
        while let Some(formula) = self.optional("target")? {
            formulas.push(formula.to_string());
        }
        parse_target(&formulas, Some(inputs))
            .map_err(|error| self.error(format!("the target is not a formula: {error}")))
    }

    /// Reads the sides, in the order of the inputs.
    pub(super) fn domain(&mut self, inputs: &[String]) -> Result<Domain, ReadError> {
        let mut sides = Vec::new();
        for name in inputs {
            let side = self.field("domain")?;
            let parts: Vec<&str> = side.split(' ').collect();
            let [found, low, high] = parts.as_slice() else {
                return Err(self.error("expected a name and two numbers".into()));
            };
            if found != name {
                return Err(self.error(format!("expected input `{name}`, found `{found}`")));
            }
            sides.push((self.number(low)?, self.number(high)?));
        }
        Domain::new(inputs.to_vec(), sides).map_err(|error| self.error(error.to_string()))
    }

    /// Reads how networks are reduced, before the tree. Refuses a tree whose root is not the whole
    /// domain.
    pub(super) fn hints(&mut self) -> Result<(Rational, Ranges), ReadError> {
        let text = self.field("constant-radius")?;
        let constant_radius = self.number(text)?;
        let ranges = self.field("ranges")?;
        let ranges = Ranges::from_name(ranges).ok_or_else(|| {
            self.error(format!(
                "unknown ranges `{ranges}`; expected one of natural, linear"
            ))
        })?;
        if self.optional("root")?.is_some() {
            return Err(self.error("parts of a proof, with a `root`, are not supported yet".into()));
        }
        Ok((constant_radius, ranges))
    }

    /// Reads numbers with spaces between.
    pub(super) fn numbers(&self, text: &str) -> Result<Vec<Rational>, ReadError> {
        text.split(' ').map(|text| self.number(text)).collect()
    }

    pub(super) fn error(&self, message: String) -> ReadError {
        ReadError {
            line: self.line,
            message,
        }
    }

    fn bytes(&mut self) -> Result<&'a [u8], ReadError> {
        self.line += 1;
        let end = self
            .rest
            .iter()
            .take(MAX_LINE)
            .position(|byte| *byte == b'\n')
            .ok_or_else(|| self.error("the file ends here, or the line is too long".into()))?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Ok(line)
    }

    fn next(&mut self) -> Result<&'a str, ReadError> {
        let line = self.bytes()?;
        std::str::from_utf8(line).map_err(|_| self.error("this line is not valid UTF-8".into()))
    }

    /// Reads a line that begins with this word; returns the rest of it.
    pub(super) fn field(&mut self, name: &str) -> Result<&'a str, ReadError> {
        let line = self.next()?;
        line.strip_prefix(name)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or_else(|| self.error(format!("expected `{name}`")))
    }

    /// Reads such a line, if it is there.
    pub(super) fn optional(&mut self, name: &str) -> Result<Option<&'a str>, ReadError> {
        let is_next = self
            .rest
            .strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.first() == Some(&b' '));
        if is_next {
            self.field(name).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(super) fn number(&self, text: &str) -> Result<Rational, ReadError> {
        literal::parse(text).map_err(|error| self.error(format!("`{text}`: {error}")))
    }

    pub(super) fn tree(&mut self) -> Result<Partition, ReadError> {
        let length: usize = self
            .field("tree")?
            .parse()
            .map_err(|_| self.error("expected the number of characters of the tree".into()))?;
        // A length that the file cannot hold is refused before memory is allocated.
        if length > self.rest.len() {
            return Err(self.error(format!(
                "expected a tree of {length} characters, found the end of the file"
            )));
        }
        let mut text = Vec::with_capacity(length);
        while text.len() < length {
            let expected = (length - text.len()).min(LINE);
            let line = self.bytes()?;
            if line.len() != expected {
                return Err(self.error(format!(
                    "expected {expected} characters of the tree, found {}",
                    line.len()
                )));
            }
            text.extend_from_slice(line);
        }
        Ok(Partition::from_text(text))
    }
}
