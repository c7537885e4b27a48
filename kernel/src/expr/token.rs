//! The words and signs that formulas are made of.

use std::ops::Range;

use super::parse::ParseError;
use crate::numbers::{Rational, Relation};

/// The greatest exponent of ten in a decimal: the number is exact, so it takes that many digits.
const MAX_EXPONENT: i32 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number(Rational),
    Name,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Open,
    Close,
    Comma,
    Relation(Relation),
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// Returns the tokens of a formula; the last one is `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        let rest = &text[start..];
        let is_point = first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        let (kind, length) = if first.is_ascii_digit() || is_point {
            let length = number_length(rest);
            (Kind::Number(decimal(&rest[..length], start)?), length)
        } else if first.is_ascii_alphabetic() || first == '_' {
            (Kind::Name, name_length(rest))
        } else {
            sign(rest, first, start)?
        };
        found.push(Token {
            kind,
            span: start..start + length,
        });
        start += length;
    }
    found.push(Token {
        kind: Kind::End,
        span: text.len()..text.len(),
    });
    Ok(found)
}

fn sign(rest: &str, first: char, start: usize) -> Result<(Kind, usize), ParseError> {
    let two: [(&str, Kind); 5] = [
        ("**", Kind::Caret),
        ("<=", Kind::Relation(Relation::LessOrEqual)),
        (">=", Kind::Relation(Relation::GreaterOrEqual)),
        ("!=", Kind::Relation(Relation::NotEqual)),
        ("==", Kind::Relation(Relation::Equal)),
    ];
    if let Some((text, kind)) = two.into_iter().find(|(text, _)| rest.starts_with(text)) {
        return Ok((kind, text.len()));
    }
    let kind = match first {
        '+' => Kind::Plus,
        '-' | '−' => Kind::Minus,
        '*' | '·' | '×' => Kind::Star,
        '/' => Kind::Slash,
        '^' => Kind::Caret,
        '(' => Kind::Open,
        ')' => Kind::Close,
        ',' => Kind::Comma,
        '<' => Kind::Relation(Relation::Less),
        '>' => Kind::Relation(Relation::Greater),
        '=' => Kind::Relation(Relation::Equal),
        '≤' => Kind::Relation(Relation::LessOrEqual),
        '≥' => Kind::Relation(Relation::GreaterOrEqual),
        '≠' => Kind::Relation(Relation::NotEqual),
        'π' => Kind::Name,
        _ => {
            let hint = match first {
                '²' => "write x^2",
                '³' => "write x^3",
                '√' => "write sqrt(x)",
                '[' | ']' | '{' | '}' => "group with ( and )",
                '&' => "write `and`",
                '|' => "write `or` between conditions, abs(x) for the absolute value",
                '!' => "write `not`",
                '.' => "write a digit before the point, as in 0.5",
                ';' => "several outputs are given as a list of formulas",
                _ => "formulas are made of numbers, names, + - * / ^ ( ) , and comparisons",
            };
            let message = format!("unexpected character `{}`", first.escape_debug());
            return Err(refuse(&message, hint, start, first.len_utf8()));
        }
    };
    Ok((kind, first.len_utf8()))
}

fn refuse(message: &str, hint: &str, start: usize, length: usize) -> ParseError {
    ParseError::new(message, start..start + length).with_hint(hint)
}

/// How long is the name at the start of the text, with indices as in `X[0,1]`?
pub(super) fn name_length(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let indices = text[word..].strip_prefix('[').and_then(|rest| {
        let (indices, _) = rest.split_once(']')?;
        let is_index = |index: &str| !index.is_empty() && digits_length(index) == index.len();
        indices.split(',').all(is_index).then_some(indices.len())
    });
    word + indices.map_or(0, |length| length + 2)
}

fn digits_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len())
}

/// How long is the number `12`, `1.5`, `.5`, `2.` or `2e-3` at the start of the text? An `e` belongs to it
/// only where digits follow; elsewhere it begins a name.
fn number_length(text: &str) -> usize {
    let mut length = digits_length(text);
    if let Some(fraction) = text[length..].strip_prefix('.') {
        length += 1 + digits_length(fraction);
    }
    if let Some(exponent) = text[length..].strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let digits = digits_length(unsigned);
        if digits > 0 {
            length += 1 + (exponent.len() - unsigned.len()) + digits;
        }
    }
    length
}

fn decimal(text: &str, start: usize) -> Result<Rational, ParseError> {
    let span = start..start + text.len();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let too_long = || {
        ParseError::new("this number is too long", span.clone()).with_hint(&format!(
            "numbers are exact; exponents reach from -{MAX_EXPONENT} to {MAX_EXPONENT}"
        ))
    };
    let exponent: i32 = exponent.parse().map_err(|_| too_long())?;
    let places = i32::try_from(fraction.len()).map_err(|_| too_long())?;
    if exponent.unsigned_abs() > MAX_EXPONENT.unsigned_abs()
        || places > MAX_EXPONENT
        || whole.len() > 10_000
    {
        return Err(too_long());
    }
    let digits: crate::numbers::Integer = format!("{whole}{fraction}")
        .parse()
        .map_err(|_| too_long())?;
    let scale = Rational::from(10)
        .powi(exponent - places)
        .ok_or_else(too_long)?;
    Ok(Rational::from(digits) * scale)
}
