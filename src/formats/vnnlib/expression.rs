//! S-expressions with their positions.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::ops::Range;

use super::VnnlibError;

/// The deepest nesting of parentheses.
pub const MAX_DEPTH: usize = 100;

/// A word, or a list of expressions.
#[derive(Debug)]
pub struct Expression<'a> {
    pub kind: Kind<'a>,
    /// The position in the text, in bytes.
    pub span: Range<usize>,
}

#[derive(Debug)]
pub enum Kind<'a> {
    Word(&'a str),
    List(Vec<Expression<'a>>),
}

impl<'a> Expression<'a> {
    /// The word, if it is one.
    pub fn word(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            Kind::List(_) => None,
        }
    }

    /// The operator and the operands of a list that begins with a word.
    pub fn call(&self) -> Option<(&'a str, &[Self])> {
        match &self.kind {
            Kind::List(items) => {
                let (first, rest) = items.split_first()?;
                Some((first.word()?, rest))
            }
            Kind::Word(_) => None,
        }
    }
}

/// Reads all expressions of a text; `;` begins a comment.
///
/// - Errors: parentheses that do not match or are nested too deeply.
pub fn read(text: &str) -> Result<Vec<Expression<'_>>, VnnlibError> {
    let mut open: Vec<(usize, Vec<Expression<'_>>)> = Vec::new();
    let mut all = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        let done = match byte {
            b';' => {
                let rest = bytes[at..].iter();
                at += rest.take_while(|byte| **byte != b'\n').count();
                continue;
            }
            b if b.is_ascii_whitespace() => continue,
            b'(' => {
                if open.len() == MAX_DEPTH {
                    let message = format!("more than {MAX_DEPTH} parentheses are open here");
                    return Err(VnnlibError::new(message, start..at));
                }
                open.push((start, Vec::new()));
                continue;
            }
            b')' => {
                let Some((from, items)) = open.pop() else {
                    return Err(VnnlibError::new("nothing is open here", start..at));
                };
                Expression {
                    kind: Kind::List(items),
                    span: from..at,
                }
            }
            // A quoted name or text is one word, with no meaning here.
            b'|' | b'"' => {
                let rest = &bytes[at..];
                let Some(length) = rest.iter().position(|other| *other == byte) else {
                    return Err(VnnlibError::new("this is not closed", start..at));
                };
                at += length + 1;
                word(text, start..at)
            }
            _ => {
                let is_inside = |byte: &&u8| {
                    !byte.is_ascii_whitespace() && !matches!(byte, b'(' | b')' | b';' | b'"' | b'|')
                };
                at += bytes[at..].iter().take_while(is_inside).count();
                word(text, start..at)
            }
        };
        match open.last_mut() {
            Some((_, items)) => items.push(done),
            None => all.push(done),
        }
    }
    match open.last() {
        None => Ok(all),
        Some((from, _)) => Err(VnnlibError::new(
            "the file ends before this is closed",
            *from..from + 1,
        )),
    }
}

/// Words begin and end at ASCII characters, so a span of one is always between characters.
fn word(text: &str, span: Range<usize>) -> Expression<'_> {
    Expression {
        kind: Kind::Word(text.get(span.clone()).unwrap_or_default()),
        span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(expression: &Expression<'_>) -> String {
        match &expression.kind {
            Kind::Word(word) => (*word).to_string(),
            Kind::List(items) => {
                let items: Vec<String> = items.iter().map(shape).collect();
                format!("[{}]", items.join(" "))
            }
        }
    }

    #[test]
    fn lists_words_and_comments() {
        let text = "; é\n(a (b -1.5e3)\t()) |x y| é(c);(";
        let all = read(text).expect("matched");
        let shapes: Vec<String> = all.iter().map(shape).collect();
        assert_eq!(shapes, ["[a [b -1.5e3] []]", "|x y|", "é", "[c]"]);
        assert_eq!(&text[all[0].span.clone()], "(a (b -1.5e3)\t())");
    }

    #[test]
    fn parentheses_are_matched() {
        let message = |text: &str| read(text).expect_err("refused").to_string();
        assert!(message("(a))").contains("nothing is open"));
        assert_eq!(read("(a))").expect_err("refused").span, 3..4);
        assert_eq!(read("(a (b)").expect_err("refused").span, 0..1);
        assert!(message("|a").contains("not closed"));
        let deep = |n: usize| format!("{}{}", "(".repeat(n), ")".repeat(n));
        assert!(read(&deep(MAX_DEPTH)).is_ok());
        assert!(message(&deep(MAX_DEPTH + 1)).contains("parentheses are open"));
    }
}
