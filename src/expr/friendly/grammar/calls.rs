//! Names, and functions with what they are applied to.

use std::ops::Range;

use super::super::functions::{self, Call};
use super::super::words::{Kind, Token};
use super::part::{Part, atom, atom_of, piece, raised, word};
use super::{POWER, PRODUCT, PROSE, Reader, Stop, error};
use crate::expr::parse::MAX_TEXT;

impl<'a> Reader<'a> {
    /// A name: an input, a constant, or a function with what it is applied to.
    pub(super) fn name(&mut self, token: &'a Token) -> Result<Part, Stop> {
        if self.is_input(token) {
            return Ok(atom(token));
        }
        if PROSE.iter().any(|word| token.is_word(word)) {
            return Err(Stop::Syntax);
        }
        let constant = match token.text.as_str() {
            "pi" | "PI" | "Pi" | "π" => Some("pi"),
            "e" => Some("e"),
            "E" if token.from_library => Some("e"),
            _ => None,
        };
        if let Some(constant) = constant {
            // Spreadsheets write `PI()`.
            if self.peek().kind == Kind::Open && self.after(1).kind == Kind::Close {
                self.at += 2;
            }
            let text = if token.text == "π" { "π" } else { constant };
            return Ok(atom_of(text, token));
        }
        let applied = self.after(0).kind == Kind::Open
            || self.is_function(token)
                && functions::is_bare(&token.text)
                && !self.ends_here(self.peek());
        if !applied {
            return Ok(atom(token));
        }
        if token.is_word("piecewise") {
            let message = "a choice is written if(condition, number, number)";
            let hint = "write if(x < 0, -x, x) for -x where x < 0, and x otherwise";
            return Err(Stop::Refused(error(message, token.span.clone(), hint)));
        }
        let power = self.power_of_function(token)?;
        if self.peek().kind == Kind::Open {
            let (arguments, span) = self.arguments(token)?;
            let call = self.named(token, &arguments, &span)?;
            return Ok(raised(call, power));
        }
        if !self.is_function(token) {
            return Ok(atom(token));
        }
        // `sin x`: one operand, where nothing else could be meant.
        let first = self.peek();
        if !self.begins_operand(first) || self.is_function(first) {
            return Err(Stop::Syntax);
        }
        let operand = self.prefix()?;
        let span = token.span.start..operand.span.end;
        let goes_on = self.peek();
        let is_power = goes_on.kind == Kind::Raised
            || goes_on.is(Kind::Sign, "^")
            || goes_on.is(Kind::Sign, "**");
        let is_product = self.begins_operand(goes_on) && !self.is_function(goes_on);
        let (name, x) = (token.text.clone(), operand.text());
        if is_power || is_product {
            let rest = if is_power {
                self.continued(operand.clone(), POWER)?
            } else {
                self.continued(operand.clone(), PRODUCT)?
            };
            let (message, whole) = (
                "it is not clear what the function is applied to",
                rest.text(),
            );
            let after = whole.strip_prefix(&x).unwrap_or_default();
            let hint = format!("write {name}({whole}), or {name}({x}){after}");
            self.ask(message, token.span.start..rest.span.end, Some(hint));
        }
        let call = self.named(token, &[operand], &span)?;
        Ok(raised(call, power))
    }

    /// Is there nothing for a function to be applied to?
    pub(super) fn ends_here(&self, token: &Token) -> bool {
        !self.begins_operand(token)
            && token.kind != Kind::Raised
            && !token.is(Kind::Sign, "^")
            && !token.is(Kind::Sign, "**")
    }

    /// `sin²(x)` and `sin^2(x)`: the exponent between a function and its argument.
    pub(super) fn power_of_function(&mut self, token: &Token) -> Result<Option<String>, Stop> {
        let next = self.peek();
        let exponent = if next.kind == Kind::Raised {
            self.at += 1;
            next.text.clone()
        } else if next.is(Kind::Sign, "^") || next.is(Kind::Sign, "**") {
            let start = self.at;
            self.at += 1;
            let is_group = self.peek().kind == Kind::Open;
            self.at += usize::from(is_group);
            let is_negative = self.peek().is(Kind::Sign, "-") || self.peek().is(Kind::Sign, "−");
            self.at += usize::from(is_negative);
            let number = self.next();
            if number.kind != Kind::Number || is_group && self.next().kind != Kind::Close {
                self.at = start;
                return Err(Stop::Syntax);
            }
            let sign = if is_negative { "-" } else { "" };
            format!("{sign}{}", number.text)
        } else {
            return Ok(None);
        };
        if exponent.starts_with('-') {
            let name = &token.text;
            let inverse = match name.as_str() {
                "sin" | "cos" | "tan" => format!("write a{name}(x) for the inverse, "),
                _ => "write ".to_string(),
            };
            let hint = format!("{inverse}1/{name}(x) for the reciprocal");
            self.ask(
                "it is not clear which function this is",
                token.span.clone(),
                Some(hint),
            );
        }
        Ok(Some(exponent))
    }

    /// The arguments in brackets, and the place of the whole call.
    pub(super) fn arguments(&mut self, token: &Token) -> Result<(Vec<Part>, Range<usize>), Stop> {
        self.next();
        let mut arguments = Vec::new();
        if self.peek().kind == Kind::Close {
            let end = self.next().span.end;
            return Ok((arguments, token.span.start..end));
        }
        loop {
            arguments.push(self.inside()?);
            if self.peek().kind == Kind::Comma {
                self.next();
                continue;
            }
            let end = self.close()?.end;
            return Ok((arguments, token.span.start..end));
        }
    }

    /// A call by the name that was typed.
    pub(super) fn named(
        &mut self,
        token: &Token,
        arguments: &[Part],
        span: &Range<usize>,
    ) -> Result<Part, Stop> {
        let name = token.text.as_str();
        let found = functions::find(name, token.from_library, arguments.len());
        let takes_one = match found {
            Some(Call::Kernel(known)) => !["min", "max", "if"].contains(&known),
            Some(Call::Template(count, _)) => count == 1,
            _ => false,
        };
        if let ([a, b], true) = (arguments, takes_one)
            && a.is_number
            && self.source[a.span.end..].starts_with(',')
            && a.span.end + 1 == b.span.start
            && self.source[b.span.start..].starts_with(|c: char| c.is_ascii_digit())
        {
            let hint = format!("write {name}({}.{})", a.text(), b.text());
            let message = "decimals are written with a point";
            return Err(Stop::Refused(error(
                message,
                a.span.start..b.span.end,
                hint,
            )));
        }
        match found {
            Some(Call::Kernel(known)) => Ok(Self::call(known, arguments, token, span)),
            Some(Call::Template(count, template)) => {
                if arguments.len() != count {
                    let wanted = if count == 1 {
                        "one argument".into()
                    } else {
                        format!("{count} arguments")
                    };
                    let message = format!("`{name}` takes {wanted}, found {}", arguments.len());
                    let letters = ["a", "b", "c"][..count.min(3)].join(", ");
                    let hint = format!("write {name}({letters})");
                    return Err(Stop::Refused(error(message, span.clone(), hint)));
                }
                Self::template(template, arguments, token, span)
            }
            Some(Call::Missing(hint)) => {
                let hint = filled(hint, arguments);
                let message = if name.eq_ignore_ascii_case("log") {
                    "it is not clear which logarithm `log` is".to_string()
                } else {
                    format!("there is no function `{name}`")
                };
                Err(Stop::Refused(error(message, token.span.clone(), hint)))
            }
            None => {
                // A single letter is a function that was defined elsewhere, or a factor.
                if name.len() == 1 && arguments.len() == 1 {
                    let message = format!("unknown function `{name}`");
                    let hint = format!(
                        "write the formula of `{name}` itself; a product is written {name}*(...)"
                    );
                    return Err(Stop::Refused(error(message, token.span.clone(), hint)));
                }
                Ok(Self::call(name, arguments, token, span))
            }
        }
    }

    pub(super) fn call(name: &str, arguments: &[Part], token: &Token, span: &Range<usize>) -> Part {
        let space = if token.spaced { " " } else { "" };
        let mut pieces = vec![piece(&format!("{space}{name}("), &token.span)];
        // The name alone, so that a message about it has its place.
        if token.kind == Kind::Name && token.text == name {
            pieces = vec![word(token), piece("(", &(token.span.end..token.span.end))];
        }
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 {
                pieces.push(piece(", ", &(argument.span.start..argument.span.start)));
            }
            pieces.extend(argument.clone().trimmed());
        }
        pieces.push(piece(")", &(span.end..span.end)));
        Part {
            pieces,
            span: span.clone(),
            is_atom: true,
            is_number: false,
            ends_in_power: false,
        }
    }

    /// Puts arguments into a template.
    pub(super) fn template(
        template: &str,
        arguments: &[Part],
        token: &Token,
        span: &Range<usize>,
    ) -> Result<Part, Stop> {
        let space = if token.spaced { " " } else { "" };
        let mut pieces = vec![piece(space, &token.span)];
        let mut rest = template;
        while let Some(at) = rest.find(['{', '[']) {
            pieces.push(piece(&rest[..at], &token.span));
            let index = match rest.as_bytes().get(at + 1) {
                Some(b'a') => 0,
                Some(b'b') => 1,
                _ => 2,
            };
            let Some(argument) = arguments.get(index) else {
                return Err(Stop::Syntax);
            };
            let is_bare = rest[at..].starts_with('{') || argument.is_atom;
            let inner = argument.clone().trimmed();
            if is_bare {
                pieces.extend(inner);
            } else {
                pieces.push(piece("(", &(argument.span.start..argument.span.start)));
                pieces.extend(inner);
                pieces.push(piece(")", &(argument.span.end..argument.span.end)));
            }
            rest = &rest[at + 3..];
        }
        pieces.push(piece(rest, &(span.end..span.end)));
        let part = Part {
            pieces,
            span: span.clone(),
            is_atom: true,
            is_number: false,
            ends_in_power: false,
        };
        // Arguments may be written twice.
        if part.length() > MAX_TEXT {
            Err(Stop::Syntax)
        } else {
            Ok(part)
        }
    }
}

/// A template with the texts of arguments in it.
fn filled(template: &str, arguments: &[Part]) -> String {
    let mut text = template.to_string();
    for (index, letter) in ["a", "b", "c"].iter().enumerate() {
        let argument = arguments.get(index);
        let plain = argument.map_or_else(|| "x".to_string(), Part::text);
        let is_long = plain.len() > 40;
        let plain = if is_long { "...".to_string() } else { plain };
        let is_atom = argument.is_none_or(|argument| argument.is_atom) || is_long;
        let group = if is_atom {
            plain.clone()
        } else {
            format!("({plain})")
        };
        text = text.replace(&format!("{{{letter}}}"), &plain);
        text = text.replace(&format!("[{letter}]"), &group);
    }
    text
}
