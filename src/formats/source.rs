//! JSON text whose values know where they stand.
//!
//! A value is handled as [`RawValue`], a slice of the text: numbers keep every digit, and an error
//! found long after parsing still has its line and column. One level is opened at a time, so the
//! stack does not grow with the nesting of a hostile file.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::FormatError;
use crate::numbers::{Rational, literal};

/// The whole text of a file.
pub struct Source<'t>(&'t str);

/// The fields of an object, in the order of the known keys, and the first key that is wrong.
pub struct Fields<'t, const N: usize> {
    pub values: [Option<&'t RawValue>; N],
    pub wrong_key: Option<FormatError>,
}

impl<'t> Source<'t> {
    /// Checks the syntax of the whole text and returns its one value.
    pub fn new(text: &'t str) -> Result<(Self, &'t RawValue), FormatError> {
        let source = Self(text);
        let value = serde_json::from_str(text).map_err(|error| source.syntax(0, &error))?;
        Ok((source, value))
    }

    /// An error at the start of `value`, which is part of the text.
    pub fn error(&self, value: &RawValue, message: impl Into<String>) -> FormatError {
        self.error_at(self.offset(value), message.into())
    }

    fn offset(&self, value: &RawValue) -> usize {
        let start = value.get().as_ptr().addr();
        start.saturating_sub(self.0.as_ptr().addr())
    }

    fn error_at(&self, offset: usize, message: String) -> FormatError {
        let offset = (0..=offset.min(self.0.len()))
            .rev()
            .find(|&offset| self.0.is_char_boundary(offset))
            .unwrap_or(0);
        let before = &self.0[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        FormatError {
            message,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            hint: None,
        }
    }

    /// A parser's error in the part of the text that starts at `base`.
    fn syntax(&self, base: usize, error: &serde_json::Error) -> FormatError {
        let part = &self.0[base..];
        let lines = part.split_inclusive('\n').map(str::len);
        let line_start: usize = lines.take(error.line().saturating_sub(1)).sum();
        let offset = base + line_start + error.column().saturating_sub(1);
        // The parser appends its own place, counted from `base`.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        self.error_at(offset, message.to_owned())
    }

    /// Calls `visit` for each item of an array; `what` says what the array should hold.
    pub fn items(
        &self,
        array: &'t RawValue,
        what: &'static str,
        visit: impl FnMut(&'t RawValue) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        if !array.get().starts_with('[') {
            return Err(self.unexpected(array, what));
        }
        let mut failure = None;
        let visitor = Items {
            visit,
            failure: &mut failure,
        };
        let parsed = serde_json::Deserializer::from_str(array.get()).deserialize_seq(visitor);
        self.outcome(array, failure, parsed)
    }

    /// Reads an object with the keys in `known`, each at most once.
    pub fn fields<const N: usize>(
        &self,
        object: &'t RawValue,
        what: &'static str,
        known: [&'static str; N],
    ) -> Result<Fields<'t, N>, FormatError> {
        if !object.get().starts_with('{') {
            return Err(self.unexpected(object, what));
        }
        let mut fields = Fields {
            values: [None; N],
            wrong_key: None,
        };
        let visit = |key: String, value: &'t RawValue| {
            let place = known.iter().position(|&name| name == key);
            let slot = place.and_then(|place| fields.values.get_mut(place));
            match slot {
                Some(slot) if slot.is_none() => *slot = Some(value),
                _ if fields.wrong_key.is_some() => {}
                Some(_) => {
                    let message = format!("the key `{key}` is given twice");
                    fields.wrong_key = Some(self.error(value, message));
                }
                None => {
                    let keys = known.map(|name| format!("`{name}`")).join(", ");
                    let message = format!("unknown key `{key}` in {what}, expected one of {keys}");
                    fields.wrong_key = Some(self.error(value, message));
                }
            }
        };
        let parsed = serde_json::Deserializer::from_str(object.get()).deserialize_map(Keys(visit));
        self.outcome(object, None, parsed)?;
        Ok(fields)
    }

    fn outcome(
        &self,
        value: &RawValue,
        failure: Option<FormatError>,
        parsed: Result<(), serde_json::Error>,
    ) -> Result<(), FormatError> {
        match (failure, parsed) {
            (Some(failure), _) => Err(failure),
            (None, Err(error)) => Err(self.syntax(self.offset(value), &error)),
            (None, Ok(())) => Ok(()),
        }
    }

    /// Reads a text.
    pub fn text(&self, value: &'t RawValue, what: &str) -> Result<String, FormatError> {
        if !value.get().starts_with('"') {
            return Err(self.unexpected(value, what));
        }
        serde_json::from_str(value.get()).map_err(|error| self.syntax(self.offset(value), &error))
    }

    /// Reads a plain number such as a row, a column or a rank.
    pub fn count(&self, value: &RawValue, what: &str) -> Result<usize, FormatError> {
        value
            .get()
            .parse()
            .map_err(|_| self.unexpected(value, what))
    }

    /// Reads an exact number: a text that is a literal, or a JSON integer of any size.
    pub fn number(&self, value: &'t RawValue) -> Result<Rational, FormatError> {
        let token = value.get();
        let quoted = token
            .strip_prefix('"')
            .and_then(|token| token.strip_suffix('"'));
        if let Some(content) = quoted {
            if content.contains('\\') {
                let content = self.text(value, "a number")?;
                return literal::parse(&content)
                    .map_err(|error| self.error(value, error.to_string()));
            }
            return literal::parse(content).map_err(|error| {
                let offset = self.offset(value) + 1 + error.position;
                let message = format!("expected {}", error.expected);
                self.error_at(offset, message)
            });
        }
        let is_number = token.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if !is_number {
            return Err(self.unexpected(value, "a number as text, or an integer"));
        }
        if token.contains(['.', 'e', 'E']) {
            let shown = shorten(token);
            let mut error = self.error(
                value,
                format!(
                    "expected a number as text, or an integer, found the JSON fraction {shown}"
                ),
            );
            error.hint = Some(format!(
                "write \"{shown}\" in quotes, which is read exactly"
            ));
            return Err(error);
        }
        literal::parse_decimal(token).map_err(|error| self.error(value, error.to_string()))
    }

    fn unexpected(&self, value: &RawValue, what: &str) -> FormatError {
        let found = match value.get().as_bytes().first() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "an array".to_owned(),
            _ => shorten(value.get()),
        };
        self.error(value, format!("expected {what}, found {found}"))
    }
}

/// A token short enough for a message.
fn shorten(token: &str) -> String {
    if token.chars().count() <= 40 {
        return token.to_owned();
    }
    token.chars().take(37).chain("...".chars()).collect()
}

struct Items<'f, F> {
    visit: F,
    failure: &'f mut Option<FormatError>,
}

impl<'t, F: FnMut(&'t RawValue) -> Result<(), FormatError>> Visitor<'t> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            if let Err(error) = (self.visit)(item) {
                *self.failure = Some(error);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

struct Keys<F>(F);

impl<'t, F: FnMut(String, &'t RawValue)> Visitor<'t> for Keys<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = entries.next_key()? {
            (self.0)(key, entries.next_value()?);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Key(String);
