//! The forms in which people write boxes, taken apart into names and the texts of ends.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::sides::{NotSides, end};
use crate::expr::parse::is_name;

/// One side as it was typed: a name, unless the inputs give it, and two ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub name: Option<String>,
    pub low: String,
    pub high: String,
}

/// Takes the text of a box apart; nothing where it is not understood.
pub(super) fn split(text: &str, inputs: &[String]) -> Result<Option<Vec<Side>>, NotSides> {
    let text = text.trim();
    if let Some(sides) = power(text, inputs) {
        return sides.map(Some);
    }
    let parts = parts(text);
    let mut sides: Vec<Side> = Vec::new();
    // Names that wait for a range, as in `x, y in [0, 1]`.
    let mut waiting: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        let part = part.trim();
        at += 1;
        if is_name(part) {
            waiting.push(part.to_string());
            continue;
        }
        let Some((mut names, mut rest)) = named(part) else {
            return Ok(None);
        };
        if let Bounds::Open(low) = &rest {
            // `x=0,1`: the other end is the next part.
            match parts.get(at).map(|next| next.trim()) {
                Some(next) if end(next).is_ok() && !names.is_empty() => {
                    rest = Bounds::Both(low.clone(), next.to_string());
                    at += 1;
                }
                _ => return Ok(None),
            }
        }
        names.splice(0..0, waiting.drain(..));
        if names.is_empty() {
            let Bounds::Both(low, high) = rest else {
                return Ok(None);
            };
            sides.push(Side {
                name: inputs.get(sides.len()).cloned(),
                low,
                high,
            });
            continue;
        }
        for name in names {
            if !add(&mut sides, name, &rest) {
                return Ok(None);
            }
        }
    }
    let is_complete = sides
        .iter()
        .all(|side| !side.low.is_empty() && !side.high.is_empty());
    Ok((is_complete && waiting.is_empty() && !sides.is_empty()).then_some(sides))
}

/// Adds bounds; a second comparison completes a first one.
fn add(sides: &mut Vec<Side>, name: String, bounds: &Bounds) -> bool {
    let (low, high) = match bounds {
        Bounds::Both(low, high) => (low.clone(), high.clone()),
        Bounds::Above(low) => (low.clone(), String::new()),
        Bounds::Below(high) => (String::new(), high.clone()),
        Bounds::Open(_) => return false,
    };
    if let Some(side) = sides
        .iter_mut()
        .find(|side| side.name.as_ref() == Some(&name))
    {
        if side.low.is_empty() && high.is_empty() {
            side.low = low;
        } else if side.high.is_empty() && low.is_empty() {
            side.high = high;
        } else {
            return false;
        }
        return true;
    }
    sides.push(Side {
        name: Some(name),
        low,
        high,
    });
    true
}

enum Bounds {
    Both(String, String),
    /// One number alone: perhaps the first of two.
    Open(String),
    Above(String),
    Below(String),
}

/// `[-1, 1]^2` and `[0, 1] x [0, 2]`, for the inputs in order.
fn power(text: &str, inputs: &[String]) -> Option<Result<Vec<Side>, NotSides>> {
    if !text.starts_with(['[', '(']) {
        return None;
    }
    // `(x, y) in [0, 1]^2`.
    let tuple = text[1..]
        .split_once(')')
        .filter(|(list, _)| list.split(',').all(|name| is_name(name.trim())));
    if let Some((list, rest)) = tuple {
        let names: Vec<String> = list
            .split(',')
            .map(|name| name.trim().to_string())
            .collect();
        let rest = rest.trim_start();
        let rest = rest
            .strip_prefix('∈')
            .or_else(|| rest.strip_prefix("in "))?;
        return power(rest.trim_start(), &names);
    }
    let mut ranges = Vec::new();
    let mut rest = text;
    loop {
        let close = rest.find([']', ')'])?;
        let (low, high) = range(&rest[..=close])?;
        rest = rest[close + 1..].trim_start();
        if let Some(exponent) = rest.strip_prefix('^') {
            let digits = exponent
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(exponent.len());
            let count: usize = exponent[..digits]
                .parse()
                .ok()
                .filter(|count| *count <= 32)?;
            ranges.extend(vec![(low, high); count]);
            rest = exponent[digits..].trim_start();
        } else if let Some(after) = rest.strip_prefix('²') {
            ranges.extend(vec![(low, high); 2]);
            rest = after.trim_start();
        } else {
            ranges.push((low, high));
        }
        if rest.is_empty() {
            break;
        }
        rest = rest.strip_prefix(['x', '×', '*', ',', 'X'])?.trim_start();
    }
    if ranges.len() != inputs.len() && !inputs.is_empty() {
        return Some(Err(NotSides::new(
            format!(
                "the domain has {} side{}, the inputs are {}",
                ranges.len(),
                if ranges.len() == 1 { "" } else { "s" },
                inputs.join(", ")
            ),
            format!("write {}=-1..1", inputs.join("=-1..1,")),
        )));
    }
    let side = |(index, (low, high)): (usize, (String, String))| Side {
        name: inputs.get(index).cloned(),
        low,
        high,
    };
    Some(Ok(ranges.into_iter().enumerate().map(side).collect()))
}

/// Splits at commas, semicolons and words that join sides, outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut at) = (0i32, 0, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        let rest = &text[at..];
        let joint = [" and ", "&&", "∧", ";", ","]
            .into_iter()
            .find(|joint| rest.starts_with(joint));
        match joint {
            Some(joint) if depth == 0 => {
                found.push(&text[start..at]);
                at += joint.len();
                start = at;
            }
            _ => at += c.len_utf8(),
        }
    }
    found.push(&text[start..]);
    // `x=0..1 y=0..1`.
    let is_pair = |part: &str| {
        part.matches('=').count() > 1
            && !part.contains(['<', '>'])
            && part.split_whitespace().all(|word| word.contains('='))
    };
    found
        .into_iter()
        .flat_map(|part| {
            if is_pair(part) {
                part.split_whitespace().collect()
            } else {
                vec![part]
            }
        })
        .collect()
}

/// The names and the bounds of one part; no names where it is a range alone.
fn named(part: &str) -> Option<(Vec<String>, Bounds)> {
    let part = part.trim();
    if let Some(found) = compared(part) {
        return found;
    }
    for sign in ["=", "∈", " in ", " from ", ":"] {
        let Some((name, rest)) = part.split_once(sign) else {
            continue;
        };
        let name = name.trim();
        if !is_name(name) {
            continue;
        }
        let bounds = match range(rest) {
            Some((low, high)) => Bounds::Both(low, high),
            None if sign == "=" => Bounds::Open(rest.trim().to_string()),
            None => return None,
        };
        return Some((vec![name.to_string()], bounds));
    }
    let (low, high) = range(part)?;
    Some((Vec::new(), Bounds::Both(low, high)))
}

/// `0 <= x <= 1`, `x >= 0`, `|x| <= 1`; nothing where nothing is compared, and nothing inside where that
/// is not understood.
#[allow(clippy::option_option)]
fn compared(part: &str) -> Option<Option<(Vec<String>, Bounds)>> {
    let plain = part
        .replace('≤', "<=")
        .replace('≥', ">=")
        .replace("\\leq", "<=")
        .replace("\\le", "<=")
        .replace("=<", "<=")
        .replace("<=", "<")
        .replace(">=", ">");
    let terms: Vec<&str> = plain.split(['<', '>']).map(str::trim).collect();
    if terms.len() == 1 {
        return None;
    }
    let is_up = plain.contains('<');
    if is_up && plain.contains('>') {
        return Some(None);
    }
    let is_number = |text: &str| !text.is_empty();
    Some(match terms.as_slice() {
        [low, name, high] if is_name(name) && is_number(low) && is_number(high) => {
            let (low, high) = if is_up { (low, high) } else { (high, low) };
            Some((
                vec![(*name).to_string()],
                Bounds::Both((*low).to_string(), (*high).to_string()),
            ))
        }
        [name, bound] if is_name(name) && is_number(bound) => {
            let bound = (*bound).to_string();
            let bounds = if is_up {
                Bounds::Below(bound)
            } else {
                Bounds::Above(bound)
            };
            Some((vec![(*name).to_string()], bounds))
        }
        [bound, name] if is_name(name) && is_number(bound) => {
            let bound = (*bound).to_string();
            let bounds = if is_up {
                Bounds::Above(bound)
            } else {
                Bounds::Below(bound)
            };
            Some((vec![(*name).to_string()], bounds))
        }
        [name, bound] if is_up && is_number(bound) => {
            let inner = name
                .strip_prefix("abs(")
                .and_then(|name| name.strip_suffix(')'));
            let inner = inner.or_else(|| {
                name.strip_prefix('|')
                    .and_then(|name| name.strip_suffix('|'))
            });
            inner
                .map(str::trim)
                .filter(|name| is_name(name))
                .map(|name| {
                    let is_plain = bound
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'.');
                    let low = if is_plain {
                        format!("-{bound}")
                    } else {
                        format!("-({bound})")
                    };
                    let bounds = Bounds::Both(low, (*bound).to_string());
                    (vec![name.to_string()], bounds)
                })
        }
        _ => None,
    })
}

/// Two ends: `0..1`, `0:1`, `0 to 1`, `[0, 1]`, `(0; 1)`.
pub(super) fn range(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    let is_bracketed = text.starts_with(['[', '(', ']', '{'])
        && text.ends_with([']', ')', '[', '}'])
        && is_one_bracket(text);
    let inner = if is_bracketed {
        let mut inner = text.chars();
        inner.next();
        inner.next_back();
        inner.as_str()
    } else {
        text
    };
    let separators: &[&str] = if is_bracketed {
        &["..", "…", ";", ",", ":", " to ", " "]
    } else {
        &["..", "…", ":", " to "]
    };
    for separator in separators.iter().copied() {
        let Some((low, high)) = split_outside(inner, separator) else {
            continue;
        };
        let (low, high) = (low.trim(), high.trim());
        // `[0, 1, 2]` is no side.
        let is_list = separator == "," && split_outside(high, ",").is_some();
        if low.is_empty() || high.is_empty() || is_list {
            return None;
        }
        return Some((low.to_string(), high.to_string()));
    }
    None
}

/// Is the first bracket closed by the last one?
fn is_one_bracket(text: &str) -> bool {
    let mut depth = 0i32;
    let last = text.chars().count();
    for (index, c) in text.chars().enumerate() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth <= 0 && index > 0 && index + 1 < last && !text.starts_with(']') {
            return false;
        }
    }
    true
}

/// Splits at a sign that stands in no brackets.
fn split_outside<'a>(text: &'a str, sign: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && text[at..].starts_with(sign) {
            return Some((&text[..at], &text[at + sign.len()..]));
        }
    }
    None
}
