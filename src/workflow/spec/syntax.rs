//! What to write where a spec is not TOML, judged by the line of the error.

use std::ops::Range;

use crate::expr::friendly::sides;

/// Keys that have a whole number.
const COUNTS: &[&str] = &[
    "cells",
    "sides",
    "ghosts",
    "overlap",
    "hidden_layers",
    "degree",
    "folds",
    "widths",
    "rank",
];

/// What to write for a formula whose backslashes TOML has read as signs of its own.
pub(super) fn escapes(source: &str, text: &str, span: &Range<usize>) -> Option<String> {
    if !text.chars().any(char::is_control) {
        return None;
    }
    let written = source.get(span.clone())?;
    let inner = written.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = !inner.contains(['\'', '\n']);
    is_plain.then(|| format!("in \"...\" a backslash begins a sign of its own: write '{inner}'"))
}

/// What to write where a text is not TOML.
pub(super) fn hint(text: &str, span: &Range<usize>) -> Option<String> {
    let at = span.start.min(text.len());
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    let code = line.split(" #").next().unwrap_or_default().trim();
    if let Some(hint) = open_bracket(&text[..start]) {
        return Some(hint);
    }
    if code.starts_with('[') && !code.ends_with(']') {
        return Some(format!("close the bracket: {code}]"));
    }
    if let Some((key, value)) = code.split_once('=') {
        return of_value(key.trim(), value.trim());
    }
    let (key, value) = code.split_once(':')?;
    let (key, value) = (key.trim(), value.trim());
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_key.then(|| {
        if value.is_empty() {
            format!("a table begins with its name in brackets: [{key}]")
        } else {
            format!("write = after a key: {key} = {}", quoted(value))
        }
    })
}

/// What to write for a key and its value.
fn of_value(key: &str, value: &str) -> Option<String> {
    if key.contains('(') {
        return Some(format!("write formula = {}", quoted(value)));
    }
    if value.is_empty() {
        return Some(format!("write a value after the =, as in {key} = \"x^2\""));
    }
    if value.contains('\\') && value.starts_with('"') && value.ends_with('"') {
        let inner = value.trim_matches('"');
        return Some(format!(
            "in \"...\" a backslash begins a sign of its own: write {key} = '{inner}'"
        ));
    }
    if value.starts_with(['“', '”', '‘', '„', '«']) {
        let inner = value.trim_matches(['“', '”', '‘', '’', '„', '«', '»', '"']);
        return Some(format!("write straight quotes: {key} = \"{inner}\""));
    }
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((whole, decimals)) = value.split_once([',', '.'])
        && (is_digits(whole) || whole.is_empty())
        && is_digits(decimals)
    {
        let whole = if whole.is_empty() { "0" } else { whole };
        return Some(format!("write {key} = {whole}.{decimals}"));
    }
    if let Some(number) = value.strip_suffix('%') {
        return Some(format!("write {key} = \"{}/100\"", number.trim()));
    }
    if COUNTS.contains(&key) && value.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Some(format!("write a number, as in {key} = 4"));
    }
    if let Some(inner) = value.strip_prefix('{').and_then(|v| v.strip_suffix('}')) {
        return of_sides(key, inner.trim());
    }
    if value.starts_with('[') && value.ends_with(']') {
        return Some(format!("write {key} = {}", with_quotes(value)));
    }
    if value.starts_with(['"', '\'']) {
        let quote = &value[..1];
        let is_open = value.matches(quote).count() == 1;
        return is_open.then(|| format!("close the quotes: {key} = {value}{quote}"));
    }
    if value.starts_with(['[', '{']) {
        return None;
    }
    Some(format!("quote it: {key} = {}", quoted(value)))
}

/// What to write where a bracket of the line before is open.
fn open_bracket(before: &str) -> Option<String> {
    let line = before
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty())?;
    let open = |left: char, right: char| line.matches(left).count() > line.matches(right).count();
    // A list may go on in the next line, a table in braces should not.
    let is_open = line.contains('=') && !line.ends_with([',', '[', '{']) && open('{', '}');
    let list = if open('[', ']') { "]" } else { "" };
    is_open.then(|| format!("close the bracket: {line}{list} }}"))
}

/// The sides of a table in braces, written as TOML has them.
fn of_sides(key: &str, inner: &str) -> Option<String> {
    if let Some((name, side)) = inner.split_once(['=', ':'])
        && !inner.contains('[')
        && let Some((low, high)) = sides::pair(side)
    {
        let (name, low, high) = (name.trim().trim_matches('"'), bare(&low), bare(&high));
        return Some(format!("write {key} = {{ {name} = [{low}, {high}] }}"));
    }
    if inner.contains('[') && inner.contains(':') && !inner.contains('=') {
        let written = inner.replace(':', " =").replace('"', "");
        let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
        return Some(format!("write {key} = {{ {written} }}"));
    }
    let written = with_quotes(inner);
    (written != inner).then(|| format!("write {key} = {{ {written} }}"))
}

/// A number as it is, anything else in quotes.
fn bare(text: &str) -> String {
    let text = text.trim();
    if is_number(text) {
        text.to_string()
    } else {
        format!("\"{text}\"")
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn quoted(value: &str) -> String {
    if value.starts_with(['"', '\'', '[', '{']) || is_number(value) {
        value.to_string()
    } else if value.contains('\\') {
        format!("'{value}'")
    } else {
        format!("\"{value}\"")
    }
}

/// Puts a comma between two numbers that have a semicolon or a space between them.
fn with_commas(text: &str) -> String {
    let text = text.replace(';', ",");
    let mut written = String::new();
    let mut is_after_number = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let plain = word.trim();
        if is_after_number && is_number(plain.trim_end_matches([']', ' ', '}', ','])) {
            written.truncate(written.trim_end().len());
            written.push_str(", ");
        }
        is_after_number = is_number(plain.trim_start_matches('['));
        written.push_str(word);
    }
    written
}

/// Quotes the entries of lists that are neither numbers nor quoted.
fn with_quotes(text: &str) -> String {
    let text = with_commas(text);
    let mut written = String::new();
    let (mut depth, mut word) = (0usize, String::new());
    let flush = |word: &mut String, written: &mut String, depth: usize| {
        let inner = word.trim();
        let lead = word.len() - word.trim_start().len();
        written.push_str(&word[..lead]);
        if depth == 0 || inner.is_empty() || inner.starts_with(['"', '\'']) {
            written.push_str(inner);
        } else {
            written.push_str(&bare(inner));
        }
        written.push_str(&word[lead + inner.len()..]);
        word.clear();
    };
    for c in text.chars() {
        match c {
            '[' | ']' | ',' => {
                flush(&mut word, &mut written, if c == '[' { 0 } else { depth });
                depth = match c {
                    '[' => depth + 1,
                    ']' => depth.saturating_sub(1),
                    _ => depth,
                };
                written.push(c);
            }
            _ => word.push(c),
        }
    }
    flush(&mut word, &mut written, 0);
    written
}
