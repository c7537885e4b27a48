//! Text to trees, by operator precedence, with the place and a hint in every error.
//!
//! From loose to tight: `or`, `and`, `not`, comparisons, `+ -`, `* /`, unary minus, `^`. Powers
//! group to the right and everything else to the left, so `-x^2` is −(x²) and `2^3^2` is 2⁹.
//! `a < b < c` means `a < b and b < c`. A number divided by a number, or negated, is a number:
//! `-1/3` is one constant.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::token::{Kind, Token, tokens};
use super::tree::{Condition, Expr, MAX_HEIGHT, Target, TargetBody, check_names};
use crate::numbers::{Function, Relation};

/// The longest text of one formula, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// The most operations of one formula, where those that are shared count as often as they occur.
pub const MAX_OPERATIONS: usize = 1 << 18;
/// The deepest nesting of parentheses, calls, signs and powers.
pub const MAX_NESTING: usize = 200;

/// Functions of one argument by name; the first name of a function is the one written back.
pub const FUNCTIONS: [(&str, Function); 23] = [
    ("exp", Function::Exp),
    ("ln", Function::Ln),
    ("sqrt", Function::Sqrt),
    ("sin", Function::Sin),
    ("cos", Function::Cos),
    ("tan", Function::Tan),
    ("asin", Function::Asin),
    ("acos", Function::Acos),
    ("atan", Function::Atan),
    ("sinh", Function::Sinh),
    ("cosh", Function::Cosh),
    ("tanh", Function::Tanh),
    ("sigmoid", Function::Sigmoid),
    ("erf", Function::Erf),
    ("softplus", Function::Softplus),
    ("softsign", Function::Softsign),
    ("elu", Function::Elu),
    ("silu", Function::Silu),
    ("gelu", Function::Gelu),
    ("abs", Function::Abs),
    ("relu", Function::Relu),
    ("heaviside", Function::Heaviside),
    ("step", Function::Heaviside),
];
const OTHER_FUNCTIONS: [&str; 3] = ["min", "max", "if"];
const OTHER_WORDS: [&str; 5] = ["pi", "e", "and", "or", "not"];

/// Can this be the name of an input: ASCII letters, digits and `_`, not beginning with a digit, perhaps
/// with indices as in `X[0,1]`?
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && super::token::name_length(text) == text.len()
}

/// Does this word mean something in formulas already?
pub fn is_reserved(name: &str) -> bool {
    is_function(name) || OTHER_WORDS.contains(&name)
}

fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name) || OTHER_FUNCTIONS.contains(&name)
}

/// Why a text is not a formula, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The reason.
    pub message: String,
    /// What to write instead, if known.
    pub hint: Option<String>,
    /// The place, in bytes of the formula's text.
    pub span: Range<usize>,
    /// Which formula, counted from zero.
    pub formula: usize,
}

impl ParseError {
    pub(super) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            span,
            formula: 0,
        }
    }

    pub(super) fn with_hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

impl Target {
    /// Reads one formula or region; its inputs are the names in it, sorted.
    ///
    /// - Errors: [`ParseError`], with the place in the text.
    pub fn parse(formula: &str) -> Result<Self, ParseError> {
        parse_target(&[formula], None)
    }
}

/// Returns the target that these formulas describe.
///
/// Without `inputs`, the names that occur become the inputs, sorted (`x2` before `x10`).
///
/// ```
/// use steeple_kernel::expr::parse_target;
/// let target = parse_target(&["x2^2 + x10^2 <= 1"], None)?;
/// assert_eq!(target.inputs(), ["x2", "x10"]);
/// assert!(target.is_region());
/// # Ok::<(), steeple_kernel::expr::ParseError>(())
/// ```
pub fn parse_target(
    texts: &[impl AsRef<str>],
    inputs: Option<&[String]>,
) -> Result<Target, ParseError> {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let in_formula = |formula| move |error| ParseError { formula, ..error };
    let mut token_lists = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        if text.len() > MAX_TEXT {
            let message = format!(
                "the formula has {} bytes, at most {MAX_TEXT} are allowed",
                text.len()
            );
            return Err(in_formula(index)(ParseError::new(message, 0..text.len())));
        }
        token_lists.push(tokens(text).map_err(in_formula(index))?);
    }
    let names = match inputs {
        Some(names) => names.to_vec(),
        None => free_names(&texts, &token_lists),
    };
    if inputs.is_none() && names.is_empty() {
        // What is wrong with the formula itself, if anything, is said first.
        for (index, (text, list)) in texts.iter().zip(&token_lists).enumerate() {
            Parser::new(text, list, &names)
                .whole()
                .map_err(in_formula(index))?;
        }
        let span = 0..texts.first().map_or(0, |text| text.len());
        return Err(ParseError::new("the formula has no variable", span)
            .with_hint("say what the inputs are"));
    }
    check_names(&names).map_err(|error| ParseError::new(error.to_string(), 0..0))?;

    let mut outputs = Vec::new();
    for (index, (text, list)) in texts.iter().zip(&token_lists).enumerate() {
        let node = Parser::new(text, list, &names).whole();
        let node = node.and_then(|node| short(node, text));
        match node.map_err(in_formula(index))? {
            Node::Value(value) => outputs.push(Arc::unwrap_or_clone(value)),
            Node::Test(condition) if texts.len() == 1 => {
                let body = TargetBody::Region(Arc::unwrap_or_clone(condition));
                return Ok(Target::from_parts(names, body, vec![(*text).to_string()]));
            }
            Node::Test(_) => {
                let error =
                    ParseError::new("a region cannot be one of several formulas", 0..text.len());
                return Err(in_formula(index)(error.with_hint(NUMBER_FROM_CONDITION)));
            }
        }
    }
    if outputs.is_empty() {
        return Err(ParseError::new("there is no formula", 0..0));
    }
    let text = texts.iter().map(ToString::to_string).collect();
    Ok(Target::from_parts(
        names,
        TargetBody::Outputs(outputs),
        text,
    ))
}

/// Returns the formula of one number in the inputs given; there may be none.
pub fn parse_expression(text: &str, inputs: &[String]) -> Result<Expr, ParseError> {
    if text.len() > MAX_TEXT {
        return Err(ParseError::new("the formula is too long", 0..text.len()));
    }
    match short(Parser::new(text, &tokens(text)?, inputs).whole()?, text)? {
        Node::Value(value) => Ok(Arc::unwrap_or_clone(value)),
        Node::Test(_) => Err(wants_number(
            "a formula for a number is wanted here",
            0..text.len(),
        )),
    }
}

/// Refuses a formula that is too long when written out: `a < b < c` is `a < b and b < c`, so the
/// middle part doubles.
fn short(node: Node, text: &str) -> Result<Node, ParseError> {
    let operations = match &node {
        Node::Value(value) => value.operations(&mut HashMap::new()),
        Node::Test(condition) => condition.operations(&mut HashMap::new()),
    };
    if operations <= MAX_OPERATIONS {
        return Ok(node);
    }
    let message = "the formula is too long when its chained comparisons are written out";
    Err(ParseError::new(message, 0..text.len())
        .with_hint("a < b < c means a < b and b < c, so b counts twice"))
}

fn free_names(texts: &[&str], token_lists: &[Vec<Token>]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for (text, list) in texts.iter().zip(token_lists) {
        for (token, next) in list.iter().zip(list.iter().skip(1)) {
            let name = &text[token.span.clone()];
            if token.kind == Kind::Name
                && next.kind != Kind::Open
                && is_name(name)
                && !is_reserved(name)
            {
                names.insert(name.to_string());
            }
        }
    }
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_by(|a, b| natural_order(a, b));
    names
}

/// Text order, but numbers at the end are compared as numbers.
fn natural_order(a: &str, b: &str) -> Ordering {
    let split = |name: &str| {
        let stem = name
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_string();
        let number = name[stem.len()..].trim_start_matches('0').to_string();
        (stem, number.len(), number, name.len())
    };
    split(a).cmp(&split(b))
}

enum Node {
    Value(Arc<Expr>),
    Test(Arc<Condition>),
}

/// A part of the formula, where it stands, and how high its tree is.
struct Part {
    node: Node,
    span: Range<usize>,
    height: usize,
}

const NUMBER_FROM_CONDITION: &str = "if(condition, 1, 0) makes a number of a condition";

fn wants_number(message: &str, span: Range<usize>) -> ParseError {
    ParseError::new(message, span).with_hint(NUMBER_FROM_CONDITION)
}

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const SIGN: u8 = 7;
const POWER: u8 = 8;

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    position: usize,
    nesting: usize,
    inputs: &'a [String],
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, tokens: &'a [Token], inputs: &'a [String]) -> Self {
        Self {
            text,
            tokens,
            position: 0,
            nesting: 0,
            inputs,
        }
    }

    fn whole(mut self) -> Result<Node, ParseError> {
        let part = self.expression(OR)?;
        match self.peek().kind {
            Kind::End => Ok(part.node),
            Kind::Close => Err(ParseError::new(
                "this `)` closes nothing",
                self.peek().span.clone(),
            )),
            Kind::Comma => Err(ParseError::new("unexpected `,`", self.peek().span.clone())
                .with_hint("several outputs are given as a list of formulas")),
            _ => Err(self.missing_operator(&part)),
        }
    }

    fn peek(&self) -> &'a Token {
        // The last token is `End`, and nothing moves past it.
        &self.tokens[self.position.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.position += 1;
        token
    }

    fn slice(&self, span: &Range<usize>) -> &'a str {
        &self.text[span.clone()]
    }

    fn is_word(&self, token: &Token, word: &str) -> bool {
        token.kind == Kind::Name && self.slice(&token.span) == word
    }

    /// How tightly the operator at hand binds; nothing where there is none.
    fn binding(&self, token: &Token) -> Option<u8> {
        match token.kind {
            Kind::Plus | Kind::Minus => Some(SUM),
            Kind::Star | Kind::Slash => Some(PRODUCT),
            Kind::Caret => Some(POWER),
            Kind::Relation(_) => Some(COMPARE),
            Kind::Name if self.is_word(token, "and") => Some(AND),
            Kind::Name if self.is_word(token, "or") => Some(OR),
            _ => None,
        }
    }

    fn expression(&mut self, minimum: u8) -> Result<Part, ParseError> {
        if self.nesting >= MAX_NESTING {
            let message = format!("the formula is nested more than {MAX_NESTING} levels deep");
            return Err(ParseError::new(message, self.peek().span.clone()));
        }
        self.nesting += 1;
        let mut left = self.prefix()?;
        while let Some(binding) = self.binding(self.peek()) {
            if binding < minimum {
                break;
            }
            let operator = self.next();
            left = self.infix(left, operator, binding)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn prefix(&mut self) -> Result<Part, ParseError> {
        let token = self.next();
        let span = token.span.clone();
        let leaf = |value| Part {
            node: Node::Value(Arc::new(value)),
            span: span.clone(),
            height: 1,
        };
        match &token.kind {
            Kind::Number(value) => Ok(leaf(Expr::Number(value.clone()))),
            Kind::Minus => {
                let operand = self.expression(SIGN)?;
                let (span, height) = (span.start..operand.span.end, operand.height + 1);
                let value = Arc::unwrap_or_clone(as_value(operand, "-")?);
                checked(Node::Value(Arc::new(value.negated())), span, height)
            }
            Kind::Plus => Err(ParseError::new("a number is missing before `+`", span)),
            Kind::Open => {
                let inner = self.expression(OR)?;
                let end = self.close(&span, &inner)?;
                Ok(Part {
                    span: span.start..end,
                    ..inner
                })
            }
            Kind::Name => match self.slice(&span) {
                "not" => {
                    let operand = self.expression(NOT)?;
                    let (span, height) = (span.start..operand.span.end, operand.height + 1);
                    let condition = as_test(operand, "not")?;
                    checked(
                        Node::Test(Arc::new(Condition::Not(condition))),
                        span,
                        height,
                    )
                }
                "pi" | "π" => Ok(leaf(Expr::Pi)),
                "e" => Ok(Part {
                    height: 2,
                    ..leaf(Expr::euler())
                }),
                name @ ("and" | "or") => {
                    let message = format!("a condition is missing before `{name}`");
                    Err(ParseError::new(message, span))
                }
                name => {
                    if let Some(index) = self.inputs.iter().position(|input| input == name) {
                        return Ok(leaf(Expr::Variable(index)));
                    }
                    if self.peek().kind == Kind::Open {
                        self.call(name, &span)
                    } else if is_function(name) {
                        let message = format!("`{name}` needs its arguments in parentheses");
                        Err(ParseError::new(message, span).with_hint(&format!("write {name}(...)")))
                    } else {
                        Err(self.unknown_variable(name, span))
                    }
                }
            },
            Kind::End if self.tokens.len() == 1 => {
                Err(ParseError::new("the formula is empty", span))
            }
            Kind::End => Err(ParseError::new(
                "the formula ends where a number is expected",
                span,
            )),
            _ => {
                let message = format!("a number is expected, not `{}`", self.slice(&span));
                Err(ParseError::new(message, span))
            }
        }
    }

    fn infix(&mut self, left: Part, operator: &Token, binding: u8) -> Result<Part, ParseError> {
        let symbol = self.slice(&operator.span);
        if let Kind::Relation(relation) = operator.kind {
            return self.comparison(left, relation, symbol);
        }
        let right = self.expression(if binding == POWER { POWER } else { binding + 1 })?;
        let span = left.span.start..right.span.end;
        let height = left.height.max(right.height) + 1;
        let node = if binding <= AND {
            let (a, b) = (as_test(left, symbol)?, as_test(right, symbol)?);
            Node::Test(Arc::new(if binding == AND {
                Condition::And(a, b)
            } else {
                Condition::Or(a, b)
            }))
        } else {
            let (a, b) = (as_value(left, symbol)?, as_value(right, symbol)?);
            Node::Value(Arc::new(match operator.kind {
                Kind::Plus => Expr::Add(a, b),
                Kind::Minus => Expr::Sub(a, b),
                Kind::Star => Expr::Mul(a, b),
                Kind::Slash => Arc::unwrap_or_clone(a).divided_by(Arc::unwrap_or_clone(b)),
                _ => Expr::Power(a, b),
            }))
        };
        checked(node, span, height)
    }

    /// `a < b`, and on with `< c`, each middle term shared by two comparisons.
    fn comparison(
        &mut self,
        left: Part,
        first: Relation,
        symbol: &str,
    ) -> Result<Part, ParseError> {
        let start = left.span.start;
        let mut height = left.height;
        let mut a = as_value(left, symbol)?;
        let (mut relation, mut symbol) = (first, symbol);
        let mut chain: Option<Arc<Condition>> = None;
        loop {
            let right = self.expression(SUM)?;
            let span = start..right.span.end;
            height = height.max(right.height) + 2;
            let b = as_value(right, symbol)?;
            let link = Arc::new(Condition::Compare(relation, a, b.clone()));
            let condition = match chain {
                None => link,
                Some(before) => Arc::new(Condition::And(before, link)),
            };
            let Kind::Relation(next) = self.peek().kind else {
                return checked(Node::Test(condition), span, height);
            };
            let sign = self.next();
            (relation, symbol) = (next, self.slice(&sign.span));
            (a, chain) = (b, Some(condition));
            if height > MAX_HEIGHT {
                return Err(too_high(span));
            }
        }
    }

    fn call(&mut self, name: &str, name_span: &Range<usize>) -> Result<Part, ParseError> {
        let known = FUNCTIONS.iter().find(|(text, _)| *text == name);
        if known.is_none() && !OTHER_FUNCTIONS.contains(&name) {
            return Err(unknown_function(name, name_span.clone()));
        }
        let open = self.next().span.clone();
        let mut arguments = Vec::new();
        let end = loop {
            if arguments.is_empty() && self.peek().kind == Kind::Close {
                break self.next().span.end;
            }
            let argument = self.expression(OR)?;
            if self.peek().kind == Kind::Comma {
                self.next();
                arguments.push(argument);
                continue;
            }
            let end = self.close(&open, &argument)?;
            arguments.push(argument);
            break end;
        };
        let span = name_span.start..end;
        let highest = arguments.iter().map(|part| part.height).max().unwrap_or(0);
        let height = highest + arguments.len().max(2) - 1;
        let count = arguments.len();
        let wrong_count = |wanted: &str| {
            let message = format!("`{name}` takes {wanted}, found {count}");
            Err(ParseError::new(message, span.clone()))
        };
        let mut arguments = arguments.into_iter();
        let value = if let Some((_, function)) = known {
            match (arguments.next(), count) {
                (Some(argument), 1) => Expr::Apply(*function, as_value(argument, name)?),
                _ => return wrong_count("one argument"),
            }
        } else if name == "if" {
            match (arguments.next(), arguments.next(), arguments.next(), count) {
                (Some(condition), Some(a), Some(b), 3) => Expr::If(
                    as_test(condition, name)?,
                    as_value(a, name)?,
                    as_value(b, name)?,
                ),
                _ => return wrong_count("a condition and two numbers"),
            }
        } else {
            if count < 2 {
                return wrong_count("two or more arguments");
            }
            // Before they are joined: too high a tree is even dropped level by level.
            if height > MAX_HEIGHT {
                return Err(too_high(span));
            }
            let join = if name == "min" { Expr::Min } else { Expr::Max };
            let mut joined: Option<Arc<Expr>> = None;
            for argument in arguments {
                let b = as_value(argument, name)?;
                joined = Some(match joined {
                    None => b,
                    Some(a) => Arc::new(join(a, b)),
                });
            }
            // There are two arguments at least, so this is one of them or more.
            joined.map_or_else(Expr::zero, Arc::unwrap_or_clone)
        };
        checked(Node::Value(Arc::new(value)), span, height)
    }

    fn close(&mut self, open: &Range<usize>, inner: &Part) -> Result<usize, ParseError> {
        match self.peek().kind {
            Kind::Close => Ok(self.next().span.end),
            Kind::End => Err(ParseError::new("this `(` is not closed", open.clone())),
            Kind::Comma => Err(ParseError::new("unexpected `,`", self.peek().span.clone())
                .with_hint(
                    "decimals are written with a point, and only functions take several arguments",
                )),
            _ => Err(self.missing_operator(inner)),
        }
    }

    /// Two expressions side by side: what would be a product on paper.
    fn missing_operator(&self, left: &Part) -> ParseError {
        let right = self.peek();
        let (a, b) = (self.slice(&left.span), self.slice(&right.span));
        let message = format!("an operator is missing before `{b}`");
        let error = ParseError::new(message, right.span.clone());
        let is_short = a.len() <= 20 && !a.contains(' ');
        match right.kind {
            Kind::Open if is_short => error.with_hint(&format!("for a product write {a}*(...)")),
            Kind::Name | Kind::Number(_) if is_short => {
                error.with_hint(&format!("for a product write {a}*{b}"))
            }
            _ => error.with_hint("a product is written with *"),
        }
    }

    fn unknown_variable(&self, name: &str, span: Range<usize>) -> ParseError {
        let error = ParseError::new(format!("unknown variable `{name}`"), span);
        let products = name
            .chars()
            .all(|c| self.inputs.iter().any(|input| *input == c.to_string()));
        if products && name.len() > 1 {
            let factors: Vec<String> = name.chars().map(String::from).collect();
            return error.with_hint(&format!("for a product write {}", factors.join("*")));
        }
        if self.inputs.is_empty() {
            return error.with_hint("only constants are allowed here");
        }
        error.with_hint(&format!("the inputs are {}", self.inputs.join(", ")))
    }
}

fn checked(node: Node, span: Range<usize>, height: usize) -> Result<Part, ParseError> {
    if height > MAX_HEIGHT {
        return Err(too_high(span));
    }
    Ok(Part { node, span, height })
}

fn as_value(part: Part, user: &str) -> Result<Arc<Expr>, ParseError> {
    match part.node {
        Node::Value(value) => Ok(value),
        Node::Test(_) => {
            let message = format!("`{user}` needs a number here, this is a condition");
            Err(wants_number(&message, part.span))
        }
    }
}

fn as_test(part: Part, user: &str) -> Result<Arc<Condition>, ParseError> {
    match part.node {
        Node::Test(condition) => Ok(condition),
        Node::Value(_) => {
            let message = format!("`{user}` needs a condition here, this is a number");
            Err(ParseError::new(message, part.span).with_hint("compare it, as in x > 0"))
        }
    }
}

fn too_high(span: Range<usize>) -> ParseError {
    let message = format!("the formula is more than {MAX_HEIGHT} operations high");
    ParseError::new(message, span)
        .with_hint("put parentheses around groups of terms, as in (a + b) + (c + d)")
}

fn unknown_function(name: &str, span: Range<usize>) -> ParseError {
    let error = ParseError::new(format!("unknown function `{name}`"), span);
    let other = match name {
        "log" => Some("the natural logarithm is ln"),
        "log2" | "lg" | "log10" => Some("divide: ln(x)/ln(2), ln(x)/ln(10)"),
        "pow" => Some("a power is written x^2"),
        "arcsin" => Some("use asin"),
        "arccos" => Some("use acos"),
        "arctan" => Some("use atan"),
        "sigma" | "logistic" => Some("use sigmoid"),
        _ => None,
    };
    if let Some(hint) = other {
        return error.with_hint(hint);
    }
    let known = FUNCTIONS
        .iter()
        .map(|(text, _)| *text)
        .chain(OTHER_FUNCTIONS);
    let nearest = known.clone().min_by_key(|text| edit_distance(name, text));
    match nearest {
        Some(text) if edit_distance(name, text) <= 2 && name.len() > 2 => {
            error.with_hint(&format!("did you mean {text}?"))
        }
        _ if name.len() == 1 => error.with_hint(&format!("for a product write {name}*(...)")),
        _ => {
            let list: Vec<&str> = known.collect();
            error.with_hint(&format!("the functions are {}", list.join(", ")))
        }
    }
}

/// The number of letters to insert, delete or replace to turn one word into the other.
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replace = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
