//! What is often meant by what the kernel does not read, and what to type for it.

use super::{Reading, canonical, functions, grammar};
use crate::expr::ParseError;
use crate::expr::parse::is_name;

/// An error of the kernel in the place where it was typed, with a hint for what is often meant.
pub(super) fn explained(error: ParseError, reading: &Reading, inputs: &[String]) -> ParseError {
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

/// The answer for LaTeX's cases: the same with `if`.
pub(super) fn cases(text: &str, inputs: &[String]) -> Option<ParseError> {
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
