//! The words and signs that people write formulas with: those of the kernel's grammar, of programming
//! languages, of LaTeX and of paper.

use std::ops::Range;

use super::signs::{COMMANDS, GREEK, LIBRARIES, RAISED, SETTING, SIGNS, SILENT};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number without a sign.
    Number,
    /// A name; `and`, `or` and `not` too.
    Name,
    /// `+ - * / ^`, or a comparison, as the kernel reads it.
    Sign,
    /// `( [ {`.
    Open,
    /// `) ] }`.
    Close,
    /// `,` or `;`.
    Comma,
    /// `|`.
    Bar,
    /// `√`, `\sqrt`.
    Root,
    /// `\frac`.
    Fraction,
    /// A raised number, as in `x²`: the text is the exponent.
    Raised,
    /// `→`, `->`, `=>`.
    Arrow,
    /// `:=`.
    Becomes,
    /// Anything else: the text is what it is.
    Other,
    /// The end.
    End,
}

/// A token: its text in the kernel's grammar, and where it stands in what was typed.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub text: String,
    pub span: Range<usize>,
    /// Is there white space before it?
    pub spaced: bool,
    /// Did a library's name stand before it, as in `np.sin`?
    pub from_library: bool,
}

impl Token {
    pub fn is(&self, kind: Kind, text: &str) -> bool {
        self.kind == kind && self.text == text
    }

    /// Is it this word, in capitals or not?
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Name && self.text.eq_ignore_ascii_case(word)
    }
}

/// What a sign of one character is, and its text.
fn sign(first: &str) -> (Kind, &str) {
    match first {
        "+" | "-" | "*" | "/" | "^" | "<" | ">" | "=" => (Kind::Sign, first),
        "(" | "[" | "{" => (Kind::Open, "("),
        ")" | "]" | "}" => (Kind::Close, ")"),
        "," | ";" => (Kind::Comma, first),
        "|" => (Kind::Bar, first),
        _ => (Kind::Other, first),
    }
}

/// The sign that a wide one is.
fn narrow(wide: char) -> Option<char> {
    let code = u32::from(wide).checked_sub(0xfee0)?;
    let narrow = char::from_u32(code)?;
    ("+-*/^<>=()[]{},;|".contains(narrow) || narrow.is_ascii_digit()).then_some(narrow)
}

fn raised(c: char) -> Option<char> {
    RAISED.iter().find(|(sign, _)| *sign == c).map(|(_, d)| *d)
}

/// Returns the tokens of a text; the last one is the end.
pub(super) fn tokens(text: &str, inputs: &[String]) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: 0,
        inputs,
        found: Vec::new(),
        spaced: false,
    };
    while reader.at < text.len() {
        reader.step();
    }
    reader.push(Kind::End, "", 0);
    reader.found.dedup_by(|second, first| {
        // `< =` is one sign.
        let is_one =
            second.is(Kind::Sign, "=") && (first.is(Kind::Sign, "<") || first.is(Kind::Sign, ">"));
        if is_one {
            first.text.push('=');
            first.span.end = second.span.end;
        }
        is_one
    });
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    inputs: &'a [String],
    found: Vec<Token>,
    spaced: bool,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, text: &str, length: usize) {
        self.found.push(Token {
            kind,
            text: text.to_string(),
            span: self.at..self.at + length,
            spaced: self.spaced,
            from_library: false,
        });
        self.at += length;
        self.spaced = false;
    }

    fn skip(&mut self, length: usize) {
        self.at += length;
        self.spaced = true;
    }

    fn step(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return;
        };
        // Characters without width come with copied text.
        if first.is_whitespace()
            || matches!(first, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
        {
            return self.skip(first.len_utf8());
        }
        let is_point = first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_digit() || is_point {
            let length = if self.is_digit_of_fraction() {
                1
            } else {
                number_length(rest)
            };
            let (number, length) = whole_number(rest, length);
            return self.push(Kind::Number, &number, length);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.name();
        }
        if first == '\\' {
            return self.command();
        }
        if let Some((sign, kind, text)) = SIGNS.iter().find(|(sign, ..)| rest.starts_with(sign)) {
            return self.push(*kind, text, sign.len());
        }
        if raised(first).is_some() {
            let digits: String = rest.chars().map_while(raised).collect();
            let length = rest.find(|c| raised(c).is_none()).unwrap_or(rest.len());
            return self.push(Kind::Raised, &digits, length);
        }
        // Signs as wide as a letter of Chinese or Japanese.
        let digits: String = rest
            .chars()
            .map_while(|c| narrow(c).filter(char::is_ascii_digit))
            .collect();
        if !digits.is_empty() {
            let length = digits.len() * first.len_utf8();
            return self.push(Kind::Number, &digits, length);
        }
        if let Some(narrow) = narrow(first) {
            let narrow = narrow.to_string();
            let (kind, text) = sign(&narrow);
            return self.push(kind, text, first.len_utf8());
        }
        if let Some((_, name)) = GREEK.iter().find(|(letter, _)| *letter == first) {
            return self.push(Kind::Name, name, first.len_utf8());
        }
        let first = first.to_string();
        let (kind, text) = sign(&first);
        self.push(kind, text, first.len());
    }

    /// In LaTeX, `\frac12` is 1/2.
    fn is_digit_of_fraction(&self) -> bool {
        let is_fraction = |token: &Token| token.kind == Kind::Fraction;
        match self.found.as_slice() {
            [.., last] if is_fraction(last) => true,
            [.., before, last] => {
                is_fraction(before) && last.kind == Kind::Number && last.span.len() == 1
            }
            _ => false,
        }
    }

    /// A name, without the names of libraries before it.
    fn name(&mut self) {
        let rest = self.rest();
        let mut start = 0;
        loop {
            let word = word_length(&rest[start..]);
            let name = &rest[start..start + word];
            let is_library = LIBRARIES.contains(&name)
                && !self.inputs.iter().any(|input| input == name)
                && rest[start + word..].starts_with('.')
                && rest[start + word + 1..].starts_with(|c: char| c.is_ascii_alphabetic())
                && !self.is_input_at(start + word + 1);
            if !is_library {
                break;
            }
            start += word + 1;
        }
        let length = name_length(&rest[start..]);
        let name = rest[start..start + length].to_string();
        self.push(Kind::Name, &name, start + length);
        if let Some(token) = self.found.last_mut() {
            token.from_library = start > 0;
        }
        self.subscript();
    }

    /// Is the word at this place of what is left the name of an input?
    fn is_input_at(&self, start: usize) -> bool {
        let rest = &self.rest()[start..];
        let word = &rest[..word_length(rest)];
        self.inputs.iter().any(|input| input == word)
    }

    /// LaTeX's `x_{1}` and `\log_2`: an index belongs to the name before it.
    fn subscript(&mut self) {
        let Some(last) = self.found.last() else {
            return;
        };
        let rest = self.rest();
        let is_open = last.text.ends_with('_') && rest.starts_with('{');
        let is_beside = !last.text.contains('_') && rest.starts_with('_');
        if !is_open && !is_beside {
            return;
        }
        let from = usize::from(is_beside);
        let inner = &rest[from..];
        let (index, length) = if let Some(group) = inner.strip_prefix('{') {
            let Some((index, _)) = group.split_once('}') else {
                return;
            };
            (index, index.len() + 2)
        } else {
            let length = word_length(inner).min(1);
            (&inner[..length], length)
        };
        if index.is_empty() || !index.chars().all(|c| c.is_ascii_alphanumeric()) {
            return;
        }
        let stem = last.text.trim_end_matches('_');
        let (plain, joined) = (format!("{stem}_{index}"), format!("{stem}{index}"));
        let is_input = |name: &String| self.inputs.contains(name);
        let name = if !is_input(&plain) && is_input(&joined) {
            joined
        } else {
            plain
        };
        let end = self.at + from + length;
        if let Some(last) = self.found.last_mut() {
            last.text = name;
            last.span.end = end;
        }
        self.at = end;
    }

    /// A LaTeX command.
    fn command(&mut self) {
        let rest = &self.rest()[1..];
        let length = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let name = rest[..length].to_string();
        let whole = 1 + length;
        if name.is_empty() {
            // `\,` and `\ ` are spaces, `\[` and `\(` begin a formula.
            return match rest.chars().next() {
                Some(',' | ';' | ':' | '!' | ' ' | '[' | ']' | '(' | ')') => self.skip(2),
                Some('{') => self.push(Kind::Open, "(", 2),
                Some('}') => self.push(Kind::Close, ")", 2),
                _ => self.push(Kind::Other, "\\", 1),
            };
        }
        if SILENT.contains(&name.as_str()) {
            // `\left.` and `\right.` are brackets that are not drawn.
            let point = usize::from(rest[length..].starts_with('.') && name != "quad");
            return self.skip(whole + point);
        }
        if let Some((_, kind, text)) = COMMANDS.iter().find(|(known, ..)| *known == name) {
            return self.push(*kind, text, whole);
        }
        if SETTING.contains(&name.as_str()) {
            let inner = rest[length..].trim_start();
            if let Some((word, after)) = inner.strip_prefix('{').and_then(|w| w.split_once('}'))
                && word_length(word) == word.len()
                && !word.is_empty()
            {
                let (word, end) = (word.to_string(), self.rest().len() - after.len());
                return self.push(Kind::Name, &word, end);
            }
            return self.skip(whole);
        }
        self.push(Kind::Name, &name, whole);
        self.subscript();
    }
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// The length of a name, with indices as in `X[0,1]`.
fn name_length(text: &str) -> usize {
    let word = word_length(text);
    let is_number = |index: &str| !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
    let indices = text[word..].strip_prefix('[').and_then(|rest| {
        let (indices, _) = rest.split_once(']')?;
        indices
            .split(',')
            .all(is_number)
            .then_some(indices.len() + 2)
    });
    word + indices.unwrap_or(0)
}

/// A number whose beginning has this length, with what else is written as a part of numbers: `10_000`,
/// `1e−3` with the sign of print, and `0.5f`. Returns its text and its length.
fn whole_number(text: &str, length: usize) -> (String, usize) {
    let (number, rest) = text.split_at(length);
    let is_digit = |c: char| c.is_ascii_digit();
    let digits = |text: &str| text.find(|c| !is_digit(c)).unwrap_or(text.len());
    if let Some(exponent) = rest.strip_prefix(['e', 'E'])
        && let Some(places) = exponent.strip_prefix(['−', '–', '—'])
        && places.starts_with(is_digit)
    {
        let count = digits(places);
        let whole = length + (rest.len() - places.len()) + count;
        return (format!("{number}e-{}", &places[..count]), whole);
    }
    if number.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with('_') {
        let end = rest
            .find(|c: char| !is_digit(c) && c != '_')
            .unwrap_or(rest.len());
        let is_grouped = rest[..end].split('_').skip(1).all(|group| group.len() == 3);
        if is_grouped {
            return (
                format!("{number}{}", rest[..end].replace('_', "")),
                length + end,
            );
        }
    }
    let suffix = word_length(rest);
    if matches!(&rest[..suffix], "f" | "F")
        && number.contains('.')
        && !rest[suffix..].trim_start().starts_with(['(', '['])
    {
        return (number.to_string(), length + suffix);
    }
    (number.to_string(), length)
}

/// The length of a number, as the kernel has it.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len())
    };
    let mut length = digits(text);
    // In `2.*x` of MATLAB and in `0..1` the point is none of the number.
    if let Some(fraction) = text[length..].strip_prefix('.')
        && !fraction.starts_with(['.', '*', '/', '^'])
    {
        length += 1 + digits(fraction);
    }
    if let Some(exponent) = text[length..].strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(unsigned);
        if count > 0 {
            length += 1 + (exponent.len() - unsigned.len()) + count;
        }
    }
    length
}
