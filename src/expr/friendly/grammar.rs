//! From the words that people write formulas with to text in the kernel's grammar.
//!
//! It groups as the kernel does; what the kernel has no sign for becomes a call or a product. A text
//! whose meaning is not clear is asked about, with what to type.

use std::ops::Range;

use super::functions::{self, Call};
use super::words::{Kind, Token};
use crate::expr::ParseError;
use crate::expr::parse::MAX_TEXT;

/// A part of the canonical text, and what it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub from: Range<usize>,
}

/// Why a text is not read.
#[derive(Debug)]
pub(super) enum Stop {
    /// Its grammar is not known: the kernel says what is wrong.
    Syntax,
    /// What is wrong is known.
    Refused(ParseError),
}

/// A part of the formula.
#[derive(Clone, Debug)]
struct Part {
    pieces: Vec<Piece>,
    span: Range<usize>,
    /// Is it one number, name, call or group?
    is_atom: bool,
    /// Is it a number as it was written?
    is_number: bool,
    /// Does it end in a power, as `x^2`, whose exponent might go on?
    ends_in_power: bool,
}

impl Part {
    fn text(&self) -> String {
        let text: String = self
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        text.trim().to_string()
    }

    fn length(&self) -> usize {
        self.pieces.iter().map(|piece| piece.text.len()).sum()
    }

    fn without_space(mut self) -> Self {
        if let Some(first) = self.pieces.first_mut() {
            first.text = first.text.trim_start().to_string();
        }
        self
    }

    /// The pieces without the space before them.
    fn trimmed(self) -> Vec<Piece> {
        self.without_space().pieces
    }
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
                Ok(self.call("abs", &[inner], token, &span))
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
                self.template("([a]/[b])", &[a, b], token, &span)
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

    /// A name: an input, a constant, or a function with what it is applied to.
    fn name(&mut self, token: &'a Token) -> Result<Part, Stop> {
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
    fn ends_here(&self, token: &Token) -> bool {
        !self.begins_operand(token)
            && token.kind != Kind::Raised
            && !token.is(Kind::Sign, "^")
            && !token.is(Kind::Sign, "**")
    }

    /// `sin²(x)` and `sin^2(x)`: the exponent between a function and its argument.
    fn power_of_function(&mut self, token: &Token) -> Result<Option<String>, Stop> {
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
    fn arguments(&mut self, token: &Token) -> Result<(Vec<Part>, Range<usize>), Stop> {
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
    fn named(
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
            Some(Call::Kernel(known)) => Ok(self.call(known, arguments, token, span)),
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
                self.template(template, arguments, token, span)
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
                Ok(self.call(name, arguments, token, span))
            }
        }
    }

    fn call(&self, name: &str, arguments: &[Part], token: &Token, span: &Range<usize>) -> Part {
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
    fn template(
        &self,
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

    /// What LaTeX applies a command to: a group, or one digit or letter.
    fn argument(&mut self) -> Result<Part, Stop> {
        let token = self.peek();
        if token.kind == Kind::Open {
            self.next();
            let inner = self.inside()?;
            let close = self.close()?;
            return Ok(Part {
                span: token.span.start..close.end,
                ..inner
            });
        }
        // `\frac12` would take a number apart.
        if token.kind == Kind::Number && token.text.len() != 1 {
            return Err(Stop::Syntax);
        }
        self.prefix()
    }

    /// A root, with its degree where LaTeX gives one.
    fn root(&mut self, token: &'a Token) -> Result<Part, Stop> {
        let open = self.peek();
        if open.kind == Kind::Open && self.source[open.span.clone()] == *"[" {
            self.next();
            let degree = self.inside()?;
            self.close()?;
            let inner = self.argument()?;
            let span = token.span.start..inner.span.end;
            let (n, x) = (degree.text(), inner.text());
            if n != "2" {
                let x = if inner.is_atom { x } else { format!("({x})") };
                let hint = format!("where {x} is at least 0, write {x}^(1/{n})");
                self.ask(
                    "there is no sign for this root here",
                    span.clone(),
                    Some(hint),
                );
            }
            return Ok(self.call("sqrt", &[inner], token, &span));
        }
        if open.kind == Kind::Open {
            let inner = self.argument()?;
            let span = token.span.start..inner.span.end;
            return Ok(self.call("sqrt", &[inner], token, &span));
        }
        let operand = self.prefix()?;
        let goes_on = self.peek();
        if self.begins_operand(goes_on) && !goes_on.spaced {
            let rest = self.continued(operand.clone(), PRODUCT)?;
            let (x, whole) = (operand.text(), rest.text());
            let after = whole.strip_prefix(&x).unwrap_or_default();
            let hint = format!("write sqrt({whole}), or sqrt({x}){after}");
            self.ask(
                "it is not clear where the root ends",
                token.span.start..rest.span.end,
                Some(hint),
            );
        }
        let span = token.span.start..operand.span.end;
        Ok(self.call("sqrt", &[operand], token, &span))
    }

    /// `4!` is 24.
    fn factorial(&mut self, left: Part) -> Result<Part, Stop> {
        let token = self.next();
        let last = left
            .pieces
            .last()
            .map(|piece| piece.text.trim().to_string());
        let number = last
            .and_then(|text| text.parse::<u32>().ok())
            .filter(|n| *n <= 20);
        let is_number = self
            .tokens
            .get(self.at.saturating_sub(2))
            .is_some_and(|before| {
                before.kind == Kind::Number && before.span.end == token.span.start
            });
        let (Some(number), true) = (number, is_number) else {
            let hint = "write the number, such as 24 for 4!";
            return Err(Stop::Refused(error(
                "formulas have no factorials",
                token.span.clone(),
                hint,
            )));
        };
        let product: u64 = (1..=u64::from(number)).product();
        let mut left = left;
        if let Some(last) = left.pieces.last_mut() {
            let space = if last.text.starts_with(' ') { " " } else { "" };
            last.text = format!("{space}{product}");
            last.from.end = token.span.end;
        }
        left.span.end = token.span.end;
        Ok(left)
    }

    /// `5%` and `x % 2`.
    fn percent(&self, left: &Part) -> Stop {
        let token = self.peek();
        let next = self.after(1);
        let span = left.span.start..token.span.end;
        if left.is_number && token.text == "%" && !self.begins_operand(next) {
            let hint = format!("write {}/100", left.text());
            return Stop::Refused(error("formulas have no percent sign", span, hint));
        }
        let a = if left.is_atom {
            left.text()
        } else {
            "x".into()
        };
        let hint =
            format!("write the periods on the domain with if, as in if({a} < 1, {a}, {a} - 1)");
        let name = if token.text == "%" { "%" } else { "mod" };
        Stop::Refused(error(
            format!("there is no operator `{name}`"),
            token.span.clone(),
            hint,
        ))
    }

    /// `c ? a : b`.
    fn question_mark(&mut self, condition: Part) -> Result<Part, Stop> {
        let token = self.next();
        let a = self.expression(ASK)?;
        if !self.peek().is(Kind::Other, ":") {
            return Err(Stop::Syntax);
        }
        self.next();
        let b = self.expression(ASK)?;
        Ok(self.asked_if(condition, a, b, token))
    }

    /// Python's `a if c else b`.
    fn trailing_if(&mut self, a: Part) -> Result<Part, Stop> {
        let token = self.next();
        let condition = self.expression(OR)?;
        if !self.peek().is_word("else") {
            let hint = format!("write if({}, {}, 0)", condition.text(), a.text());
            let message = "a choice needs a number for the other case too";
            return Err(Stop::Refused(error(message, token.span.clone(), hint)));
        }
        self.next();
        let b = self.expression(ASK)?;
        Ok(self.asked_if(condition, a, b, token))
    }

    /// `if(c, a, b)`, or `if c then a else b`.
    fn if_form(&mut self, token: &'a Token) -> Result<Part, Stop> {
        let mut condition = None;
        if self.peek().kind == Kind::Open {
            let open = self.peek().span.start;
            let (arguments, span) = self.arguments(token)?;
            let [only] = arguments.as_slice() else {
                return Ok(self.call("if", &arguments, token, &span));
            };
            let mut group = vec![piece("(", &(open..open + 1))];
            group.extend(only.clone().trimmed());
            group.push(piece(")", &(span.end - 1..span.end)));
            let group = Part {
                pieces: group,
                span: open..span.end,
                is_atom: true,
                ..only.clone()
            };
            // Two things in a row would be a product: `if (x > 0) x else y`.
            let is_over = self.begins_operand(self.peek())
                || self.peek().is_word("then")
                || self.peek().is(Kind::Other, ":");
            condition = Some(if is_over {
                only.clone()
            } else {
                self.continued(group, OR)?
            });
        }
        let condition = match condition {
            Some(condition) => condition,
            None => self.expression(OR)?,
        };
        if self.peek().is_word("then")
            || self.peek().is(Kind::Other, ":")
            || self.peek().kind == Kind::Comma
        {
            self.next();
        }
        let a = self.expression(OR)?;
        if self.peek().kind == Kind::Comma {
            self.next();
        }
        let word = self.next();
        let b = if word.is_word("elif") || word.is_word("elseif") {
            self.if_form(word)?
        } else if word.is_word("else") || word.is_word("otherwise") {
            if self.peek().is(Kind::Other, ":") || self.peek().kind == Kind::Comma {
                self.next();
            }
            self.expression(ASK)?
        } else {
            return Err(Stop::Syntax);
        };
        Ok(self.asked_if(condition, a, b, token))
    }

    fn asked_if(&mut self, condition: Part, a: Part, b: Part, token: &Token) -> Part {
        let start = token.span.start.min(condition.span.start).min(a.span.start);
        let span = start..b.span.end.max(a.span.end);
        let message = "a choice is written if(condition, number, number)";
        self.ask(message, token.span.clone(), None);
        self.call("if", &[condition, a, b], token, &span)
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

fn piece(text: &str, from: &Range<usize>) -> Piece {
    Piece {
        text: text.to_string(),
        from: from.clone(),
    }
}

/// A token as it stands, with its space.
pub(super) fn word(token: &Token) -> Piece {
    let space = if token.spaced { " " } else { "" };
    piece(&format!("{space}{}", token.text), &token.span)
}

fn atom(token: &Token) -> Part {
    atom_of(&token.text, token)
}

fn atom_of(text: &str, token: &Token) -> Part {
    let space = if token.spaced { " " } else { "" };
    Part {
        pieces: vec![piece(&format!("{space}{text}"), &token.span)],
        span: token.span.clone(),
        is_atom: true,
        is_number: false,
        ends_in_power: false,
    }
}

fn empty(span: &Range<usize>) -> Part {
    Part {
        pieces: Vec::new(),
        span: span.clone(),
        is_atom: false,
        is_number: false,
        ends_in_power: false,
    }
}

/// One part, an operator and perhaps another part.
fn joined(left: Part, operator: Piece, right: Option<Part>) -> Part {
    let mut pieces = left.pieces;
    let end = right
        .as_ref()
        .map_or(operator.from.end, |right| right.span.end);
    let ends_in_power = right.as_ref().is_some_and(|right| right.ends_in_power);
    pieces.push(operator);
    pieces.extend(right.map(|right| right.pieces).unwrap_or_default());
    Part {
        pieces,
        span: left.span.start.min(end)..end.max(left.span.start),
        is_atom: false,
        is_number: false,
        ends_in_power,
    }
}

/// A call to a power.
fn raised(call: Part, power: Option<String>) -> Part {
    let Some(power) = power else {
        return call;
    };
    let end = call.span.end;
    let text = if power.starts_with('-') {
        format!("^({power})")
    } else {
        format!("^{power}")
    };
    joined(call, piece(&text, &(end..end)), None)
}
