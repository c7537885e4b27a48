//! What stands around a formula and is no part of it: `y =`, `f(x) =`, `lambda x:`, quotes.

use super::grammar;
use super::words::{Kind, Token};
use crate::expr::ParseError;
use crate::expr::parse::is_reserved;

/// Drops what stands around a formula: `y =`, `f(x) =`, `lambda x:`, `@(x)`, `x ->`, `return`, quotes,
/// dollar signs and a last semicolon.
pub(super) fn without_frame(
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
pub(super) fn is_free(token: &Token, inputs: &[String]) -> bool {
    token.kind == Kind::Name && !inputs.contains(&token.text) && !is_reserved(&token.text)
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
