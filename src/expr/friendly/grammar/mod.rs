//! From the words that people write formulas with to text in the kernel's grammar.
//!
//! It groups as the kernel does; what the kernel has no sign for becomes a call or a product. A text
//! whose meaning is not clear is asked about, with what to type.

mod calls;
mod choices;
mod marks;
mod part;

use std::ops::Range;

use super::functions;
use super::words::{Kind, Token};
use crate::expr::ParseError;
use part::{Part, atom, empty, joined, piece};
pub(super) use part::{Piece, word};

/// Why a text is not read.
#[derive(Debug)]
pub(super) enum Stop {
    /// Its grammar is not known: the kernel says what is wrong.
    Syntax,
    /// What is wrong is known.
    Refused(ParseError),
}

/// The deepest nesting of operands that is read here: each level counts about twice. The kernel reads
/// deeper ones in its own grammar.
const NESTING: usize = 120;

const ASK: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const SIGN: u8 = 7;
const POWER: u8 = 8;

/// Words that no formula has as names.
const PROSE: &[&str] = &[
    "then",
    "else",
    "elif",
    "otherwise",
    "for",
    "in",
    "is",
    "return",
    "elseif",
];

/// Reads tokens as one formula.
///
/// - Errors: what is wrong, where the kernel could not say it as well.
pub(super) fn read(tokens: &[Token], source: &str, inputs: &[String]) -> Result<Vec<Piece>, Stop> {
    let mut reader = Reader {
        tokens,
        source,
        inputs,
        at: 0,
        nesting: 0,
        bars: 0,
        asked: None,
    };
    let whole = reader.expression(ASK)?;
    if reader.peek().kind != Kind::End {
        return Err(reader.stopped());
    }
    match reader.asked {
        None => Ok(whole.pieces),
        Some((message, span, hint)) => {
            let hint = hint.unwrap_or_else(|| format!("write {}", whole.text()));
            Err(Stop::Refused(error(message, span, hint)))
        }
    }
}

/// An error with a hint.
pub(super) fn error(
    message: impl Into<String>,
    span: Range<usize>,
    hint: impl Into<String>,
) -> ParseError {
    ParseError {
        message: message.into(),
        hint: Some(hint.into()),
        span,
        formula: 0,
    }
}

/// A question about a part of the text: the message, its place, and what to type. Without that, the
/// whole text is proposed in the kernel's words.
type Question = (String, Range<usize>, Option<String>);

struct Reader<'a> {
    tokens: &'a [Token],
    source: &'a str,
    inputs: &'a [String],
    at: usize,
    nesting: usize,
    /// How many absolute values are open.
    bars: usize,
    asked: Option<Question>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a Token {
        // The last token is the end, and nothing moves past it.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn before(&self) -> &'a Token {
        &self.tokens[self.at.saturating_sub(1).min(self.tokens.len() - 1)]
    }

    fn after(&self, distance: usize) -> &'a Token {
        &self.tokens[(self.at + distance).min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn ask(&mut self, message: impl Into<String>, span: Range<usize>, hint: Option<String>) {
        if self.asked.is_none() {
            self.asked = Some((message.into(), span, hint));
        }
    }

    fn is_input(&self, token: &Token) -> bool {
        token.kind == Kind::Name && self.inputs.contains(&token.text)
    }

    /// Is this a call, or could it be one?
    fn is_function(&self, token: &Token) -> bool {
        token.kind == Kind::Name
            && !self.is_input(token)
            && functions::find(&token.text, token.from_library, 1).is_some()
    }

    /// Can an operand begin here?
    fn begins_operand(&self, token: &Token) -> bool {
        match token.kind {
            Kind::Number | Kind::Open | Kind::Root | Kind::Fraction => true,
            Kind::Bar => self.bars == 0,
            Kind::Name => {
                !["and", "or", "if", "mod"]
                    .iter()
                    .any(|word| token.is_word(word))
                    && !PROSE.iter().any(|word| token.is_word(word))
            }
            _ => false,
        }
    }

    /// The reason why reading ended before the text does.
    fn stopped(&self) -> Stop {
        let (token, next) = (self.peek(), self.after(1));
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        if let Some(before) = before
            && token.is(Kind::Comma, ",")
            && [before, next].map(|token| token.kind) == [Kind::Number; 2]
            && !token.spaced
            && !next.spaced
        {
            let (a, b) = (&before.text, &next.text);
            let span = before.span.start..next.span.end;
            let hint = match b.len() {
                3 => format!("write {a}.{b} for the decimal, {a}{b} for the whole number"),
                _ => format!("write {a}.{b}; several outputs are given as a list of formulas"),
            };
            return Stop::Refused(error("decimals are written with a point", span, hint));
        }
        self.unknown_sign()
    }

    /// The answer for a sign that means nothing here.
    fn unknown_sign(&self) -> Stop {
        let token = self.peek();
        if token.kind == Kind::Comma {
            let message = "only functions take several arguments";
            let hint = "several outputs are given as a list of formulas: [\"sin(x)\", \"cos(x)\"]; decimals \
                        are written with a point";
            return Stop::Refused(error(message, token.span.clone(), hint));
        }
        let (message, hint) = match token.text.as_str() {
            "∞" => (
                "formulas have no infinity",
                "write a large number, as in 1000",
            ),
            "∑" | "∏" => ("formulas have no sums over an index", "write the terms out"),
            "∫" => (
                "formulas have no integrals",
                "write the integral as a formula",
            ),
            "∂" | "′" | "'" => (
                "formulas have no derivatives",
                "write the derivative as a formula",
            ),
            "⌊" | "⌋" | "⌈" | "⌉" => (
                "formulas do not round",
                "write the steps on the domain with if, as in if(x < 1, 0, if(x < 2, 1, 2))",
            ),
            "∛" => (
                "there is no sign for the cube root here",
                "where x is at least 0, write x^(1/3)",
            ),
            "°" => ("angles are in radians", "write x*pi/180 for x degrees"),
            "∈" | "in" => (
                "formulas have no sets",
                "write x >= 0 and x <= 1 for x in [0, 1]",
            ),
            "/" if self.at > 0 && self.before().is(Kind::Sign, "/") => (
                "formulas have no division with a rest",
                "write one / for the quotient",
            ),
            "±" => ("a target has one value at each point", "write + or -"),
            _ => return Stop::Syntax,
        };
        Stop::Refused(error(message, token.span.clone(), hint))
    }

    fn expression(&mut self, minimum: u8) -> Result<Part, Stop> {
        if self.nesting >= NESTING {
            return Err(Stop::Syntax);
        }
        self.nesting += 1;
        let left = self.prefix()?;
        let whole = self.continued(left, minimum);
        self.nesting -= 1;
        whole
    }

    /// Goes on after a first operand.
    fn continued(&mut self, mut left: Part, minimum: u8) -> Result<Part, Stop> {
        // The divisor, where the last operator here was a `/`.
        let mut divisor: Option<Part> = None;
        loop {
            let token = self.peek();
            if token.kind == Kind::Raised {
                if minimum > POWER {
                    return Ok(left);
                }
                self.next();
                let exponent = if token.text.starts_with('-') {
                    format!("^({})", token.text)
                } else {
                    format!("^{}", token.text)
                };
                left = joined(left, piece(&exponent, &token.span), None);
                continue;
            }
            if token.is(Kind::Other, "!") && !token.spaced {
                left = self.factorial(left)?;
                continue;
            }
            if token.is(Kind::Other, "%") || token.is_word("mod") {
                return Err(self.percent(&left));
            }
            if minimum == ASK {
                if token.is(Kind::Other, "?") {
                    left = self.question_mark(left)?;
                    continue;
                }
                if token.is_word("if") {
                    left = self.trailing_if(left)?;
                    continue;
                }
            }
            let Some((binding, sign)) = self.binding(token) else {
                if minimum <= PRODUCT && self.begins_operand(token) {
                    left = self.implicit_product(left, divisor.take())?;
                    continue;
                }
                return Ok(left);
            };
            if binding < minimum {
                return Ok(left);
            }
            self.next();
            if sign == "||" {
                self.next();
            }
            let word = if sign == "||" { "or" } else { sign };
            let text = if token.spaced {
                format!(" {word}")
            } else {
                word.to_string()
            };
            let text = if word == "or" || word == "and" {
                format!(" {word} ")
            } else {
                text
            };
            let right = self.expression(if binding == POWER { POWER } else { binding + 1 })?;
            divisor = (word == "/").then(|| right.clone());
            let right = if text.ends_with(' ') {
                right.without_space()
            } else {
                right
            };
            let is_power = binding == POWER;
            left = joined(left, piece(&text, &token.span), Some(right));
            left.ends_in_power = is_power;
        }
    }

    /// How tightly an operator binds, and its text.
    fn binding(&self, token: &'a Token) -> Option<(u8, &'a str)> {
        let text = token.text.as_str();
        Some(match token.kind {
            Kind::Sign => match text {
                "+" | "-" | "−" => (SUM, text),
                "*" | "/" | "×" | "·" => (PRODUCT, text),
                "^" | "**" => (POWER, text),
                _ => (COMPARE, text),
            },
            // `=>` for `>=`.
            Kind::Arrow if text == ">=" => (COMPARE, text),
            Kind::Name if token.is_word("and") => (AND, "and"),
            Kind::Name if token.is_word("or") => (OR, "or"),
            Kind::Other if text == "&" => (AND, "and"),
            Kind::Bar if self.bars == 0 && self.after(1).kind == Kind::Bar => (OR, "||"),
            _ => return None,
        })
    }

    /// `2x`, `(x + 1)(x - 1)`, `x sin(x)`.
    fn implicit_product(&mut self, left: Part, divisor: Option<Part>) -> Result<Part, Stop> {
        let token = self.peek();
        if token.kind == Kind::Number || left.pieces.is_empty() {
            return Err(Stop::Syntax);
        }
        let ends_in_power = left.ends_in_power && !token.spaced;
        let right = self.expression(PRODUCT + 1)?;
        let (a, b) = (left.text(), right.text());
        let span = left.span.start..right.span.end;
        if let Some(divisor) = divisor {
            let d = divisor.text();
            let numerator = a
                .strip_suffix(&d)
                .and_then(|text| text.trim_end().strip_suffix('/'))
                .map_or("1", str::trim_end);
            let hint = format!("write ({a})*{b}, or {numerator}/({d}*{b})");
            self.ask("it is not clear where the divisor ends", span, Some(hint));
        } else if ends_in_power {
            let (base, exponent) = a.rsplit_once('^').unwrap_or((&a, "2"));
            let hint = format!("write {a}*{b}, or {base}^({exponent}*{b})");
            self.ask("it is not clear where the exponent ends", span, Some(hint));
        }
        let at = right.span.start;
        Ok(joined(
            left,
            piece("*", &(at..at)),
            Some(right.without_space()),
        ))
    }

    /// An operand with what stands before it. Operands nest without brackets too: `√√x`.
    fn prefix(&mut self) -> Result<Part, Stop> {
        if self.nesting >= NESTING {
            return Err(Stop::Syntax);
        }
        self.nesting += 1;
        let operand = self.operand();
        self.nesting -= 1;
        operand
    }

    fn operand(&mut self) -> Result<Part, Stop> {
        let token = self.next();
        let span = token.span.clone();
        match token.kind {
            Kind::Number => Ok(Part {
                is_number: true,
                ..atom(token)
            }),
            Kind::Sign if token.text == "-" || token.text == "−" => {
                let operand = self.expression(SIGN)?;
                Ok(joined(empty(&span), word(token), Some(operand)))
            }
            Kind::Sign if token.text == "+" => {
                let operand = self.expression(SIGN)?;
                let span = span.start..operand.span.end;
                Ok(Part { span, ..operand })
            }
            Kind::Other if token.text == "!" => {
                let operand = self.expression(NOT)?;
                Ok(joined(empty(&span), piece(" not ", &span), Some(operand)))
            }
            Kind::Open => {
                let inner = self.inside()?;
                let close = self.close()?;
                let mut pieces = vec![word(token)];
                pieces.extend(inner.trimmed());
                pieces.push(piece(")", &close));
                Ok(Part {
                    pieces,
                    span: span.start..close.end,
                    is_atom: true,
                    is_number: false,
                    ends_in_power: false,
                })
            }
            Kind::Bar => {
                self.bars += 1;
                let inner = self.expression(OR)?;
                self.bars -= 1;
                let close = self.next();
                if close.kind != Kind::Bar {
                    return Err(Stop::Syntax);
                }
                let span = span.start..close.span.end;
                Ok(Self::call("abs", &[inner], token, &span))
            }
            Kind::Root => self.root(token),
            Kind::Fraction => {
                let (a, b) = (self.argument()?, self.argument()?);
                if a.text() == "d" || a.text() == "partial" {
                    let hint = "write the derivative as a formula";
                    let message = "formulas have no derivatives";
                    return Err(Stop::Refused(error(message, span, hint)));
                }
                let span = span.start..b.span.end;
                Self::template("([a]/[b])", &[a, b], token, &span)
            }
            Kind::Name if token.is_word("not") => {
                let operand = self.expression(NOT)?;
                Ok(joined(empty(&span), piece(" not ", &span), Some(operand)))
            }
            Kind::Name if token.is_word("if") => self.if_form(token),
            Kind::Name => self.name(token),
            _ => {
                self.at -= 1;
                Err(self.unknown_sign())
            }
        }
    }

    /// A formula in brackets, where absolute values begin anew.
    fn inside(&mut self) -> Result<Part, Stop> {
        let bars = std::mem::take(&mut self.bars);
        let inner = self.expression(ASK)?;
        self.bars = bars;
        Ok(inner)
    }

    fn close(&mut self) -> Result<Range<usize>, Stop> {
        let token = self.peek();
        if token.kind != Kind::Close {
            return Err(self.stopped());
        }
        self.at += 1;
        Ok(token.span.clone())
    }
}
