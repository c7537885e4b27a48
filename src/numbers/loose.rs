//! Numbers as people type them: `.5` and `2.` in addition to what [`literal`] reads.

use std::borrow::Cow;

use super::literal::{self, LiteralError};
use super::rational::Rational;

/// Returns the number that a text writes; a digit may be missing on one side of a point.
///
/// - Exactness: exact.
/// - Errors: as [`literal::parse`]; positions are those in the text with the missing digits added.
///
/// ```
/// use steeple::numbers::{Rational, loose};
/// assert_eq!(loose::parse("-.5"), Ok(Rational::ratio(-1, 2)));
/// assert_eq!(loose::parse("2.e1/4."), Ok(Rational::from(5)));
/// assert!(loose::parse(".").is_err());
/// ```
pub fn parse(text: &str) -> Result<Rational, LiteralError> {
    literal::parse(&with_digits(text))
}

/// Returns the decimal that a text writes, without `/`, `*` and `^`; otherwise as [`parse`].
///
/// - Errors: as [`literal::parse_decimal`].
pub fn parse_decimal(text: &str) -> Result<Rational, LiteralError> {
    literal::parse_decimal(&with_digits(text))
}

/// Adds a 0 on the empty side of each point that has a digit on the other side.
fn with_digits(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_digit = |place: Option<usize>| {
        let byte = place.and_then(|place| bytes.get(place));
        byte.is_some_and(u8::is_ascii_digit)
    };
    let mut whole = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices('.') {
        let (before, after) = (is_digit(at.checked_sub(1)), is_digit(at.checked_add(1)));
        if before == after {
            continue;
        }
        whole.push_str(text.get(done..at).unwrap_or_default());
        whole.push_str(if before { ".0" } else { "0." });
        done = at + 1;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    whole.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_may_be_missing_on_one_side_of_a_point() {
        for (text, whole) in [
            (".5", "0.5"),
            ("2.", "2.0"),
            ("-.5e3", "-0.5e3"),
            ("2.e-3", "2.0e-3"),
            ("1./.5", "1.0/0.5"),
            ("1.5", "1.5"),
        ] {
            assert_eq!(with_digits(text), whole);
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in [".", "1..5", "..5", "5..", "1.2.3", ".e5", "", "-."] {
            assert!(parse(text).is_err(), "{text}");
            assert!(parse_decimal(text).is_err(), "{text}");
        }
    }
}
