//! Forgiving reading: what people type where the kernel's grammar has another way to write it.
//!
//! The kernel's parser stays small, so it reads a plain grammar. Here a text in other words and signs
//! (`y = x²`, `np.sin(x)`, `\frac{1}{2}x`) becomes text in that grammar, which the kernel then parses;
//! certificates hold this text alone. What the kernel reads is never changed. Places in errors are
//! those in the text as it was typed. Where the meaning is not clear, the error says what to type.
//!
//! [`constant`] reads numbers that are written as formulas, and [`sides`] the boxes of inputs.

pub mod constant;
mod forms;
mod frame;
mod functions;
mod grammar;
mod hints;
pub mod sides;
mod signs;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::parse::{MAX_TEXT, is_name};
use super::{Expr, ParseError, Target, parse_expression, parse_target};
use frame::{is_free, without_frame};
use grammar::{Piece, Stop};
use hints::{cases, explained};
use words::{Kind, Token};

/// A text in the kernel's grammar, and where its parts stand in the text that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    typed: String,
    pieces: Vec<Piece>,
}

impl Reading {
    fn unchanged(text: &str) -> Self {
        let pieces = vec![Piece {
            text: text.to_string(),
            from: 0..text.len(),
        }];
        Self {
            typed: text.to_string(),
            pieces,
        }
    }

    /// The text in the kernel's grammar.
    pub fn text(&self) -> String {
        let text: String = self
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        if self.is_unchanged() {
            text
        } else {
            text.trim().to_string()
        }
    }

    fn is_unchanged(&self) -> bool {
        matches!(self.pieces.as_slice(), [only] if only.text == self.typed)
    }

    /// What is said where the text was read in other words than it was typed.
    pub fn note(&self) -> Option<String> {
        let (typed, text) = (self.typed.trim(), self.text());
        (typed != text).then(|| format!("read `{typed}` as `{text}`"))
    }

    /// The place in the typed text of a place in [`Reading::text`].
    pub fn place(&self, span: &Range<usize>) -> Range<usize> {
        let end = self.typed.len();
        // The text has no white space before it, the pieces may.
        let whole: usize = self.pieces.iter().map(|piece| piece.text.len()).sum();
        let lead = if self.is_unchanged() {
            0
        } else {
            let text: String = self.pieces.iter().map(|p| p.text.as_str()).collect();
            text.len() - text.trim_start().len()
        };
        let (from, to) = (span.start + lead, span.end + lead);
        if from >= whole {
            let last = self.pieces.last().map_or(end, |piece| piece.from.end);
            return last..last;
        }
        let start = self.position(from, false);
        let stop = self.position(to.max(from + 1) - 1, true);
        start..stop.max(start)
    }

    /// Where the byte at a place of the pieces' text was typed; its end instead of its beginning, if
    /// that is asked for.
    fn position(&self, at: usize, is_end: bool) -> usize {
        let mut offset = 0;
        for piece in &self.pieces {
            let length = piece.text.len();
            if at < offset + length {
                let typed = self.typed.get(piece.from.clone()).unwrap_or_default();
                let space = length - piece.text.trim_start().len();
                let inside = (at - offset).saturating_sub(space);
                if piece.text[space..] != *typed {
                    return if is_end {
                        piece.from.end
                    } else {
                        piece.from.start
                    };
                }
                let mut place = piece.from.start + inside + usize::from(is_end);
                while place < self.typed.len() && !self.typed.is_char_boundary(place) {
                    place += 1;
                }
                return place.min(piece.from.end);
            }
            offset += length;
        }
        self.pieces
            .last()
            .map_or(self.typed.len(), |piece| piece.from.end)
    }
}

/// Reads formulas as [`parse_target`] does, and those that it does not understand in other ways that
/// people write them. Also returns what to say about the latter.
///
/// - Errors: [`ParseError`], with its place in the text that was typed.
///
/// ```
/// use steeple::expr::friendly::read_target;
/// let inputs = ["x".to_string()];
/// let (target, notes) = read_target(&["f(x) = \\frac{1}{2} x²"], &inputs)?;
/// assert_eq!(target.text(), ["(1/2)*x^2"]);
/// assert_eq!(notes, ["read `f(x) = \\frac{1}{2} x²` as `(1/2)*x^2`"]);
/// # Ok::<(), steeple::expr::ParseError>(())
/// ```
pub fn read_target(
    texts: &[impl AsRef<str>],
    inputs: &[String],
) -> Result<(Target, Vec<String>), ParseError> {
    if let Ok(target) = parse_target(texts, Some(inputs)) {
        return Ok((target, Vec::new()));
    }
    let mut readings = Vec::new();
    for (formula, text) in texts.iter().enumerate() {
        let reading = canonical(text.as_ref(), inputs);
        readings.push(reading.map_err(|error| ParseError { formula, ..error })?);
    }
    let canonical: Vec<String> = readings.iter().map(Reading::text).collect();
    match parse_target(&canonical, Some(inputs)) {
        Ok(target) => Ok((target, readings.iter().filter_map(Reading::note).collect())),
        Err(error) => Err(match readings.get(error.formula) {
            Some(reading) => explained(error, reading, inputs),
            None => error,
        }),
    }
}

/// Reads the formula of one number as [`parse_expression`] does, or in other ways that people write it.
/// Also returns what to say in the latter case.
///
/// - Errors: [`ParseError`], with its place in the text that was typed.
pub fn read_expression(
    text: &str,
    inputs: &[String],
) -> Result<(Expr, Option<String>), ParseError> {
    if let Ok(formula) = parse_expression(text, inputs) {
        return Ok((formula, None));
    }
    let reading = canonical(text, inputs)?;
    match parse_expression(&reading.text(), inputs) {
        Ok(formula) => Ok((formula, reading.note())),
        Err(error) => Err(explained(error, &reading, inputs)),
    }
}

/// Returns a text in the kernel's grammar that means what was typed; the text itself where the kernel
/// reads it, or where nothing better is known.
///
/// - Errors: [`ParseError`] where the meaning is not clear.
pub fn canonical(text: &str, inputs: &[String]) -> Result<Reading, ParseError> {
    if text.len() > MAX_TEXT || parse_target(&[text], Some(inputs)).is_ok() {
        return Ok(Reading::unchanged(text));
    }
    if let Some(error) = cases(text, inputs) {
        return Err(error);
    }
    let tokens = words::tokens(text, inputs);
    let tokens = without_frame(tokens, text, inputs)?;
    let pieces = match grammar::read(&tokens, text, inputs) {
        Ok(pieces) => pieces,
        Err(Stop::Refused(error)) => return Err(error),
        Err(Stop::Syntax) => {
            if let Some(token) = tokens.iter().find(|token| token.kind == Kind::Fraction) {
                let message = "this fraction is not understood";
                return Err(grammar::error(message, token.span.clone(), "write (a)/(b)"));
            }
            let is_known = |token: &Token| !matches!(token.kind, Kind::Other | Kind::Raised);
            if !tokens.iter().all(is_known) || tokens.len() == 1 {
                return Ok(Reading::unchanged(text));
            }
            tokens.iter().map(grammar::word).collect()
        }
    };
    let reading = Reading {
        typed: text.to_string(),
        pieces,
    };
    // White space alone is no other reading, unless it makes the difference, as in `< =`.
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let made = reading.text();
    let is_same =
        squeezed(&made) == squeezed(text) && parse_target(&[&made], Some(inputs)).is_err();
    if is_same || made.len() > MAX_TEXT {
        return Ok(Reading::unchanged(text));
    }
    Ok(reading)
}

/// Returns the names in a formula that could be inputs, each once, as far as they can be told.
pub fn free_names(text: &str) -> Vec<String> {
    let tokens = words::tokens(text, &[]);
    let tokens = without_frame(tokens.clone(), text, &[]).unwrap_or(tokens);
    let mut names: Vec<String> = Vec::new();
    for (token, next) in tokens.iter().zip(tokens.iter().skip(1)) {
        let is_one = is_free(token, &[])
            && is_name(&token.text)
            && next.kind != Kind::Open
            && functions::find(&token.text, token.from_library, 1).is_none()
            && !["pi", "π", "if", "then", "else"]
                .iter()
                .any(|word| token.is_word(word));
        if is_one && !names.contains(&token.text) {
            names.push(token.text.clone());
        }
    }
    names
}
