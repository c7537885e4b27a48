//! Boxes of inputs as people write them: `x in [0, 2*pi]`, `0 <= x <= 1`, `[-1, 1]^2`.
//!
//! An end that is not rational is moved outward, so that the box holds all that was asked for.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::constant::{self, Constant};
use super::forms::{range, split};
use crate::expr::parse::is_name;
use crate::expr::{Domain, DomainError};
use crate::numbers::Rational;
use crate::numbers::literal::{decimal_down, decimal_up};

/// The digits of a rounded end in a note.
const DIGITS: usize = 19;

const NUMBER: &str = "write a number, such as 1/2, 0.5 or 2*pi";

/// Why a text is not a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSides {
    /// What is wrong.
    pub message: String,
    /// What to type.
    pub hint: Option<String>,
}

impl NotSides {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

impl From<DomainError> for NotSides {
    fn from(error: DomainError) -> Self {
        Self {
            message: error.to_string(),
            hint: None,
        }
    }
}

/// Reads a box as [`Domain::parse`] does, or in other ways that people write it. Sides without names
/// are those of `inputs`, in order. Also returns what to say in the latter case.
///
/// - Exactness: the box contains what was asked for; it is the same where all ends are rational.
/// - Errors: what is wrong, and what to type.
///
/// ```
/// use steeple::expr::friendly::sides::read;
/// let (domain, notes) = read("0 <= x <= 1, y in [-1/2, 2]", &[]).expect("a box");
/// assert_eq!(domain.to_string(), "x=0..1,y=-1/2..2");
/// assert_eq!(notes, ["read `0 <= x <= 1, y in [-1/2, 2]` as `x=0..1,y=-1/2..2`"]);
/// ```
pub fn read(text: &str, inputs: &[String]) -> Result<(Domain, Vec<String>), NotSides> {
    let plain = Domain::parse(text);
    if let Ok(domain) = plain {
        // `0...5` is `0 .. .5` to the kernel, which not everybody means.
        let is_odd = text.contains("...");
        let note = is_odd.then(|| format!("read `{}` as `{domain}`", text.trim()));
        return Ok((domain, note.into_iter().collect()));
    }
    let Some(sides) = split(text, inputs)? else {
        return Err(plain.err().map_or_else(
            || NotSides::new("the domain has no sides", "write x=0..1"),
            |error| asked(text, error),
        ));
    };
    let (mut names, mut ends, mut notes, mut shown) = (vec![], vec![], vec![], vec![]);
    for side in &sides {
        let Some(name) = &side.name else {
            return Err(NotSides::new(
                format!(
                    "the domain gives no name for the side from {} to {}",
                    side.low, side.high
                ),
                format!("write x={}..{}", side.low, side.high),
            ));
        };
        let low = lower_end(&side.low, &mut notes)?;
        let high = upper_end(&side.high, &mut notes)?;
        shown.push(format!("{name}={}..{}", side.low, side.high));
        names.push(name.clone());
        ends.push((low, high));
    }
    let domain = Domain::new(names, ends)?;
    let shown = shown.join(",");
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    if squeezed(&shown) != squeezed(text) {
        notes.insert(0, format!("read `{}` as `{shown}`", text.trim()));
    }
    Ok((domain, notes))
}

/// The kernel's error, with a hint for what is often meant.
fn asked(text: &str, error: DomainError) -> NotSides {
    if let Some(points) = with_points(text) {
        return NotSides::new(
            "decimals are written with a point",
            format!("write {points}"),
        );
    }
    match &error {
        DomainError::Syntax(part) => {
            let name = part
                .split(['=', ':', '<', '>', ' '])
                .next()
                .unwrap_or_default();
            let name = if is_name(name) { name } else { "x" };
            NotSides::new(
                format!("`{part}` is not a side"),
                format!("write {name}=0..1, with a comma between sides: x=-1..1,y=0..1/2"),
            )
        }
        _ if text.trim().is_empty() => NotSides::new("the domain has no sides", "write x=0..1"),
        DomainError::Number { .. } => NotSides::new(error.to_string(), NUMBER),
        _ => error.into(),
    }
}

/// A text like `x=0,5..1,5` with points, where all commas stand between digits.
fn with_points(text: &str) -> Option<String> {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut commas = text.match_indices(',').peekable();
    commas.peek()?;
    let is_decimal = |(at, _): (usize, &str)| {
        is_digit(text[..at].chars().next_back()) && is_digit(text[at + 1..].chars().next())
    };
    (text.contains("..") && commas.all(is_decimal)).then(|| text.trim().replace(',', "."))
}

/// The names of the inputs in the text of a domain, or of a point; none where it gives none.
pub fn names(text: &str) -> Vec<String> {
    match split(text, &[]) {
        Ok(Some(sides)) => sides.into_iter().filter_map(|side| side.name).collect(),
        _ => text
            .split(',')
            .filter_map(|part| part.split_once('='))
            .map(|(name, _)| name.trim().to_owned())
            .collect(),
    }
}

/// Reads the lower end of a side, rounded down where it is not rational; adds to the notes that it is.
pub fn lower_end(text: &str, notes: &mut Vec<String>) -> Result<Rational, NotSides> {
    let read = end(text)?;
    if let Constant::Between(value, _) = &read {
        let (text, digits) = (text.trim(), decimal_down(value, DIGITS));
        notes.push(format!(
            "`{text}` is enclosed outward: the side begins at {digits}"
        ));
    }
    Ok(read.below().clone())
}

/// Reads the upper end of a side, rounded up where it is not rational; adds to the notes that it is.
pub fn upper_end(text: &str, notes: &mut Vec<String>) -> Result<Rational, NotSides> {
    let read = end(text)?;
    if let Constant::Between(_, value) = &read {
        let (text, digits) = (text.trim(), decimal_up(value, DIGITS));
        notes.push(format!(
            "`{text}` is enclosed outward: the side ends at {digits}"
        ));
    }
    Ok(read.above().clone())
}

/// Reads one end.
pub(super) fn end(text: &str) -> Result<Constant, NotSides> {
    if constant::is_infinite(text) {
        return Err(NotSides::new(
            format!("the domain is bounded, found `{}`", text.trim()),
            "write a number for the end, as in x=0..100",
        ));
    }
    constant::read(text).map_err(|error| NotSides {
        message: error.message,
        hint: Some(error.hint.unwrap_or_else(|| NUMBER.into())),
    })
}

/// Reads the text of one side: `0..1`, `[0, 1]`, `0:1`, `0 to 1`.
pub fn pair(text: &str) -> Option<(String, String)> {
    range(text)
}
