//! Forgiving reading: what people type where the kernel's grammar has another way to write it.
//!
//! The kernel's parser stays small, so it reads a plain grammar. Here a text in other words and signs
//! (`y = x²`, `np.sin(x)`, `\frac{1}{2}x`) becomes text in that grammar, which the kernel then parses;
//! certificates hold this text alone. What the kernel reads is never changed. Places in errors are
//! those in the text as it was typed. Where the meaning is not clear, the error says what to type.
//!
//! [`constant`] reads numbers that are written as formulas, and [`sides`] the boxes of inputs.

pub mod constant;
mod functions;
mod grammar;
pub mod sides;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::parse::{MAX_TEXT, is_name, is_reserved};
use super::{Expr, ParseError, Target, parse_expression, parse_target};
use grammar::{Piece, Stop};
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

/// Drops what stands around a formula: `y =`, `f(x) =`, `lambda x:`, `@(x)`, `x ->`, `return`, quotes,
/// dollar signs and a last semicolon.
fn without_frame(
    tokens: Vec<Token>,
    text: &str,
    inputs: &[String],
) -> Result<Vec<Token>, ParseError> {
    let mut tokens = tokens;
    loop {
        let before = tokens.len();
        let is_quote = |token: &Token| {
            token.kind == Kind::Other
                && ["$", "'", "\"", "`", "“", "”"].contains(&token.text.as_str())
        };
        let last = tokens.len().saturating_sub(2);
        if last > 0 && is_quote(&tokens[0]) && is_quote(&tokens[last]) {
            tokens.remove(last);
            tokens.remove(0);
        } else if last > 0
            && (tokens[last].is(Kind::Comma, ";") || tokens[last].is(Kind::Other, "."))
        {
            tokens.remove(last);
        } else {
            let head = head(&tokens, text, inputs)?;
            tokens.drain(..head);
            // `x^2 = y`.
            let is_comparison = |token: &Token| {
                token.kind == Kind::Sign && token.text.contains(['<', '>', '=', '≤', '≥', '≠'])
            };
            if let [.., sign, name, _] = tokens.as_slice()
                && sign.is(Kind::Sign, "=")
                && is_free(name, inputs)
                && tokens.iter().filter(|token| is_comparison(token)).count() == 1
            {
                tokens.drain(tokens.len() - 3..tokens.len() - 1);
            }
        }
        if tokens.len() == before {
            return Ok(tokens);
        }
    }
}

/// Could a name be that of the formula itself?
fn is_free(token: &Token, inputs: &[String]) -> bool {
    token.kind == Kind::Name && !inputs.contains(&token.text) && !is_reserved(&token.text)
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

/// The answer for LaTeX's cases: the same with `if`.
fn cases(text: &str, inputs: &[String]) -> Option<ParseError> {
    let at = text.find("\\begin")?;
    let body = text.split_once("{cases}").map_or("", |(_, body)| body);
    let body = body.split("\\end").next().unwrap_or_default();
    let plain = |part: &str| {
        let part = part.trim().trim_end_matches([',', '.', ';']);
        let part = part.replace("\\text{if}", "").replace("\\text{if }", "");
        let part = part
            .trim()
            .trim_start_matches("if ")
            .trim_start_matches("for ")
            .trim();
        canonical(part, inputs).map(|reading| reading.text()).ok()
    };
    let rows: Option<Vec<(String, String)>> = body
        .split("\\\\")
        .filter(|row| !row.trim().is_empty())
        .map(|row| {
            let (value, condition) = row.split_once('&')?;
            Some((plain(value)?, plain(condition)?))
        })
        .collect();
    let written = rows.and_then(|mut rows| {
        let (last, _) = rows.pop()?;
        let join = |rest: String, (value, condition): (String, String)| {
            format!("if({condition}, {value}, {rest})")
        };
        (!rows.is_empty()).then(|| rows.into_iter().rev().fold(last, join))
    });
    let hint = written.unwrap_or_else(|| "if(x < 0, -x, x)".to_string());
    Some(grammar::error(
        "a choice is written if(condition, number, number)",
        at..at + "\\begin".len(),
        format!("write {hint}"),
    ))
}

/// How many tokens at the beginning only name what the formula is.
fn head(tokens: &[Token], text: &str, inputs: &[String]) -> Result<usize, ParseError> {
    let at = |index: usize| &tokens[index.min(tokens.len() - 1)];
    let is_free = |token: &Token| is_free(token, inputs);
    let starts = |words: &[&str]| {
        words
            .iter()
            .any(|word| at(0).kind == Kind::Name && at(0).text == *word)
    };
    if is_free(at(0)) && at(1).kind == Kind::Name {
        let is_definition = starts(&["def", "let", "const", "var", "function"]);
        if starts(&["return"]) || is_definition && is_free(at(1)) {
            return Ok(1);
        }
    }
    if at(0).is(Kind::Other, "@") && at(1).kind == Kind::Open {
        return Ok(list_end(tokens, 1).unwrap_or(0));
    }
    if starts(&["lambda"]) && is_free(at(0)) {
        let colon = tokens.iter().position(|token| token.is(Kind::Other, ":"));
        return Ok(colon.map_or(0, |colon| colon + 1));
    }
    let is_definition = |token: &Token| {
        token.is(Kind::Sign, "=")
            || token.is(Kind::Sign, "==")
            || token.kind == Kind::Becomes
            || token.is(Kind::Other, ":")
    };
    // `x -> ...` and `(x, y) => ...`.
    if at(0).kind == Kind::Name
        && at(1).kind == Kind::Arrow
        && (at(1).text == "->" || inputs.contains(&at(0).text) && !text.contains(">="))
    {
        return Ok(2);
    }
    if at(0).kind == Kind::Open
        && let Some(end) = list_end(tokens, 0)
        && at(end).kind == Kind::Arrow
    {
        return Ok(end + 1);
    }
    if !is_free(at(0)) {
        return Ok(0);
    }
    if is_definition(at(1)) {
        // `y &= ...` of LaTeX needs no more: `&` is no name.
        return Ok(2);
    }
    if at(1).kind == Kind::Open
        && let Some(end) = list_end(tokens, 1)
        && (is_definition(at(end)) || at(end).kind == Kind::Arrow)
    {
        let arguments = tokens[2..end - 1]
            .iter()
            .filter(|token| token.kind == Kind::Name);
        for argument in arguments {
            if !inputs.contains(&argument.text) {
                let message = format!("`{}` is not an input", argument.text);
                let hint = format!("the inputs are {}", inputs.join(", "));
                return Err(grammar::error(message, argument.span.clone(), hint));
            }
        }
        return Ok(end + 1);
    }
    Ok(0)
}

/// Where a list of names in brackets, which begins at this token, is over.
fn list_end(tokens: &[Token], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        if tokens.get(at)?.kind != Kind::Name {
            return None;
        }
        match tokens.get(at + 1)?.kind {
            Kind::Comma => at += 2,
            Kind::Close => return Some(at + 2),
            _ => return None,
        }
    }
}

/// An error of the kernel in the place where it was typed, with a hint for what is often meant.
fn explained(error: ParseError, reading: &Reading, inputs: &[String]) -> ParseError {
    let span = reading.place(&error.span);
    let text = reading.text();
    let part = text.get(error.span.clone()).unwrap_or_default();
    let hint = hint(&error, part, inputs).or_else(|| error.hint.clone());
    ParseError {
        hint,
        span,
        ..error
    }
}

/// What is often meant, by the kernel's message and the part of the text that it is about.
fn hint(error: &ParseError, part: &str, inputs: &[String]) -> Option<String> {
    if error
        .message
        .ends_with("needs a number here, this is a condition")
    {
        let inner = part
            .strip_prefix('(')
            .and_then(|part| part.strip_suffix(')'));
        return Some(format!("write if({}, 1, 0)", inner.unwrap_or(part)));
    }
    if error.message.starts_with("unknown function") {
        return factor(part, inputs);
    }
    match error.message.as_str() {
        "this `(` is not closed" => return Some("write a `)` where it ends".into()),
        "the formula ends where a number is expected" => {
            return Some("write a number or an input after the last sign".into());
        }
        _ => {}
    }
    let name = error
        .message
        .strip_prefix("unknown variable `")?
        .strip_suffix('`')?;
    if let Some(input) = inputs.iter().find(|input| input.eq_ignore_ascii_case(name)) {
        return Some(format!("did you mean `{input}`?"));
    }
    match name {
        "inf" | "infinity" | "Infinity" | "oo" | "nan" | "NaN" => {
            return Some("formulas have finite numbers only, as in 1000".into());
        }
        "i" | "j" => return Some("formulas are about real numbers".into()),
        "tau" => return Some("write 2*pi".into()),
        _ => {}
    }
    if let Some(hint) = factor(name, inputs).or_else(|| applied(name, inputs)) {
        return Some(hint);
    }
    let has_hint_for_product = error
        .hint
        .as_deref()
        .is_some_and(|hint| hint.contains("product"));
    if has_hint_for_product || inputs.is_empty() || !is_name(name) {
        return None;
    }
    let inputs = inputs.join(", ");
    Some(format!(
        "the inputs are {inputs}; give `{name}` a number, or make it an input with a side: {name}=0..1"
    ))
}

/// `xsin` is `x*sin`, `x2` may be `x^2`.
fn factor(name: &str, inputs: &[String]) -> Option<String> {
    if let Some(rest) = name.strip_prefix("pi")
        && inputs.iter().any(|input| input == rest)
    {
        return Some(format!("for a product write pi*{rest}"));
    }
    let (input, rest) = inputs
        .iter()
        .find_map(|input| Some((input, name.strip_prefix(input.as_str())?)))?;
    if functions::find(rest, false, 1).is_some() {
        return Some(format!("for a product write {input}*{rest}(...)"));
    }
    let is_number = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("write {input}^{rest} for a power, {rest}*{input} for a product"))
}

/// `sinx` is `sin(x)`.
fn applied(name: &str, inputs: &[String]) -> Option<String> {
    let input = inputs.iter().find(|input| name.ends_with(input.as_str()))?;
    let function = name.strip_suffix(input.as_str())?;
    let digits = function.trim_end_matches(|c: char| c.is_ascii_digit());
    let argument = match &function[digits.len()..] {
        "" => input.clone(),
        factor => format!("{factor}*{input}"),
    };
    match functions::find(digits, false, 1)? {
        functions::Call::Kernel(known) => Some(format!("write {known}({argument})")),
        _ => Some(format!("write {digits}({argument})")),
    }
}
