//! JSON text whose values know their position.
//!
//! A [`Value`] is a slice of the text: numbers keep every digit, and an error found long after
//! parsing still has its line and column. The syntax of the whole text is checked first. Then
//! values are opened one level at a time, so the stack does not grow with the nesting of a hostile
//! file. The ends of long values are stored once, so no level is searched for its end again.

use std::cell::Cell;

use serde_json::value::RawValue;

use super::FormatError;
use crate::numbers::{Rational, literal};

/// The ends of objects and arrays of more bytes than this are stored.
const LONG: usize = 256;

/// Numbers of at most this many bits in total may be read from any file: 128 MiB.
const NUMBER_BITS: usize = 1 << 30;
/// Beyond that, this many bits per byte of the text. A decimal takes about eight per byte.
const BITS_EACH: usize = 64;

/// The whole text of a file, which is valid JSON.
pub struct Source<'t> {
    text: &'t str,
    /// Bits of numbers that may still be read: a few characters can denote a number of a million
    /// bits.
    bits_left: Cell<usize>,
    /// The starts and ends of long objects and arrays, sorted.
    long: Vec<(usize, usize)>,
}

/// A value: its text, and its position in the file.
#[derive(Clone, Copy)]
pub struct Value<'t> {
    /// The text, without surrounding space.
    pub text: &'t str,
    start: usize,
}

/// The fields of an object, in the order of the known keys, and the first wrong key.
pub struct Fields<'t, const N: usize> {
    pub values: [Option<Value<'t>>; N],
    pub wrong_key: Option<FormatError>,
}

impl<'t> Source<'t> {
    /// Checks the syntax of the whole text and returns its one value.
    pub fn new(text: &'t str) -> Result<(Self, Value<'t>), FormatError> {
        let bits = text.len().saturating_mul(BITS_EACH);
        let mut source = Self {
            text,
            bits_left: Cell::new(bits.saturating_add(NUMBER_BITS)),
            long: Vec::new(),
        };
        let checked = serde_json::from_str::<&RawValue>(text);
        checked.map_err(|error| source.syntax(0, &error))?;
        source.long = long_values(text.as_bytes());
        let value = source.value(skip_space(text.as_bytes(), 0));
        Ok((source, value))
    }

    /// Returns the value that starts here.
    fn value(&self, start: usize) -> Value<'t> {
        let bytes = self.text.as_bytes();
        let end = match bytes[start] {
            b'"' => string_end(bytes, start),
            b'[' | b'{' => match self.long.binary_search_by_key(&start, |long| long.0) {
                Ok(place) => self.long[place].1,
                Err(_) => nested_end(bytes, start),
            },
            _ => {
                let rest = bytes[start..].iter();
                let is_over = |&byte: &u8| matches!(byte, b',' | b']' | b'}') || is_space(byte);
                start + rest.take_while(|byte| !is_over(byte)).count()
            }
        };
        Value {
            text: &self.text[start..end],
            start,
        }
    }

    /// Returns an error at the start of `value`.
    pub fn error(&self, value: Value, message: impl Into<String>) -> FormatError {
        self.error_at(value.start, message.into())
    }

    fn error_at(&self, offset: usize, message: String) -> FormatError {
        let offset = (0..=offset.min(self.text.len()))
            .rev()
            .find(|&offset| self.text.is_char_boundary(offset))
            .unwrap_or(0);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        FormatError {
            message,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            hint: None,
        }
    }

    /// Returns a parser's error in the part of the text that starts at `base`.
    fn syntax(&self, base: usize, error: &serde_json::Error) -> FormatError {
        let part = &self.text[base..];
        let lines = part.split_inclusive('\n').map(str::len);
        let line_start: usize = lines.take(error.line().saturating_sub(1)).sum();
        let offset = base + line_start + error.column().saturating_sub(1);
        // The parser appends its own position, counted from `base`.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        self.error_at(offset, message.to_owned())
    }

    /// Calls `visit` for each item of an array; `what` names the expected content.
    pub fn items(
        &self,
        array: Value<'t>,
        what: &'static str,
        mut visit: impl FnMut(Value<'t>) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        if !array.text.starts_with('[') {
            return Err(self.unexpected(array, what));
        }
        let mut place = array.start + 1;
        while let Some(item) = self.next_value(&mut place) {
            visit(item)?;
        }
        Ok(())
    }

    /// Returns the next value inside an array or object, and moves past it; `None` at the end.
    fn next_value(&self, place: &mut usize) -> Option<Value<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            *place = skip_space(bytes, *place);
            match bytes.get(*place) {
                None | Some(b']' | b'}') => return None,
                Some(b',' | b':') => *place += 1,
                Some(_) => break,
            }
        }
        let value = self.value(*place);
        *place += value.text.len();
        Some(value)
    }

    /// Reads an object with the keys in `known`, each at most once.
    pub fn fields<const N: usize>(
        &self,
        object: Value<'t>,
        what: &'static str,
        known: [&'static str; N],
    ) -> Result<Fields<'t, N>, FormatError> {
        if !object.text.starts_with('{') {
            return Err(self.unexpected(object, what));
        }
        let mut fields = Fields {
            values: [None; N],
            wrong_key: None,
        };
        let mut inside = object.start + 1;
        while let Some(key) = self.next_value(&mut inside) {
            let key = self.text(key, "a key")?;
            let Some(value) = self.next_value(&mut inside) else {
                break;
            };
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
                    let message = format!("unknown key `{key}` in {what}; expected one of {keys}");
                    fields.wrong_key = Some(self.error(value, message));
                }
            }
        }
        Ok(fields)
    }

    /// Reads a text.
    pub fn text(&self, value: Value<'t>, what: &str) -> Result<String, FormatError> {
        if !value.text.starts_with('"') {
            return Err(self.unexpected(value, what));
        }
        serde_json::from_str(value.text).map_err(|error| self.syntax(value.start, &error))
    }

    /// Reads a plain number such as a row, a column or a rank.
    pub fn count(&self, value: Value, what: &str) -> Result<usize, FormatError> {
        value.text.parse().map_err(|_| self.unexpected(value, what))
    }

    /// Reads an exact number: a text that is a literal, or a JSON integer of any size.
    pub fn number(&self, value: Value<'t>) -> Result<Rational, FormatError> {
        let number = self.any_number(value)?;
        let left = self.bits_left.get().checked_sub(number.bits());
        let left = left.ok_or_else(|| {
            self.error(
                value,
                "the numbers of this file are far longer than its text",
            )
        })?;
        self.bits_left.set(left);
        Ok(number)
    }

    /// Reads a number of any length.
    fn any_number(&self, value: Value<'t>) -> Result<Rational, FormatError> {
        let token = value.text;
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
                let offset = value.start + 1 + error.position;
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

    fn unexpected(&self, value: Value, what: &str) -> FormatError {
        let found = match value.text.as_bytes().first() {
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "an array".to_owned(),
            _ => shorten(value.text),
        };
        self.error(value, format!("expected {what}, found {found}"))
    }
}

/// Shortens a token for a message.
fn shorten(token: &str) -> String {
    if token.chars().count() <= 40 {
        return token.to_owned();
    }
    token.chars().take(37).chain("...".chars()).collect()
}

/// Returns the starts and ends of objects and arrays of more than [`LONG`] bytes, sorted.
fn long_values(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut open = Vec::new();
    let mut long = Vec::new();
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'"' => place = string_end(bytes, place),
            b'[' | b'{' => {
                open.push(place);
                place += 1;
            }
            b']' | b'}' => {
                place += 1;
                if let Some(start) = open.pop()
                    && place - start > LONG
                {
                    long.push((start, place));
                }
            }
            _ => place += 1,
        }
    }
    long.sort_unstable();
    long
}

/// Returns the end of the object or array that starts here.
fn nested_end(bytes: &[u8], start: usize) -> usize {
    let (mut place, mut depth) = (start, 0usize);
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'"' => {
                place = string_end(bytes, place);
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        place += 1;
        if depth == 0 {
            break;
        }
    }
    place
}

/// Returns the end of the quoted text that starts here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while let Some(byte) = bytes.get(place) {
        match byte {
            b'"' => return place + 1,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    bytes.len()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn skip_space(bytes: &[u8], mut place: usize) -> usize {
    while bytes.get(place).is_some_and(|&byte| is_space(byte)) {
        place += 1;
    }
    place
}
