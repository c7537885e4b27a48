//! Terms and constraints: linear in inputs and outputs, with exact coefficients.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use super::VnnlibError;
use super::expression::Expression;
use crate::expr::relation_sign;
use crate::numbers::{Rational, Relation, loose};

/// The longest number that is kept, in bits.
const MAX_BITS: usize = 1 << 12;

/// An input or an output, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variable {
    Input(usize),
    Output(usize),
}

impl Variable {
    /// Reads `X_i` or `Y_j`.
    pub fn from_name(name: &str) -> Option<Self> {
        let place = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            let is_plain = digits == "0" || !digits.starts_with('0');
            let place: usize = digits.parse().ok()?;
            (is_number && is_plain).then_some(place)
        };
        match name.split_once('_')? {
            ("X", digits) => place(digits).map(Self::Input),
            ("Y", digits) => place(digits).map(Self::Output),
            _ => None,
        }
    }

    pub fn name(self) -> String {
        match self {
            Self::Input(i) => format!("X_{i}"),
            Self::Output(j) => format!("Y_{j}"),
        }
    }
}

/// `constant + sum coefficient · variable`; no coefficient is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linear {
    pub constant: Rational,
    pub terms: BTreeMap<Variable, Rational>,
}

impl Linear {
    /// Adds a multiple of another one.
    pub fn add(&mut self, factor: &Rational, other: &Self) {
        self.constant = &self.constant + &(factor * &other.constant);
        for (variable, coefficient) in &other.terms {
            let sum = self.terms.remove(variable).unwrap_or_default() + factor * coefficient;
            if !sum.is_zero() {
                self.terms.insert(*variable, sum);
            }
        }
    }

    /// Returns a multiple.
    pub fn scaled(&self, factor: &Rational) -> Self {
        let mut scaled = Self::default();
        scaled.add(factor, self);
        scaled
    }

    /// Returns the sum with a multiple of another one.
    pub fn plus(&self, factor: &Rational, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.add(factor, other);
        sum
    }

    /// The number, if there are no variables.
    pub fn number(&self) -> Option<&Rational> {
        self.terms.is_empty().then_some(&self.constant)
    }

    /// Writes the terms as a formula, without the constant.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (place, (variable, coefficient)) in self.terms.iter().enumerate() {
            let is_first = place == 0;
            // The first one is positive if that matters.
            text.push_str(match (is_first, coefficient.is_negative()) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            });
            let size = coefficient.abs();
            // Writing to a string cannot fail.
            let _ = if size == Rational::ONE {
                write!(text, "{}", variable.name())
            } else {
                write!(text, "{size}*{}", variable.name())
            };
        }
        if text.is_empty() {
            text.push('0');
        }
        text
    }

    fn is_long(&self) -> bool {
        let numbers = self.terms.values().chain([&self.constant]);
        numbers.map(Rational::bits).max() > Some(MAX_BITS)
    }
}

/// `linear relation 0`, where the relation is `<=`, `<`, `=` or `!=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    pub linear: Linear,
    pub relation: Relation,
    pub span: Range<usize>,
}

impl Constraint {
    /// Writes it as a formula, with the variables on the left and a number on the right.
    pub fn text(&self) -> String {
        let first = self.linear.terms.values().next();
        let is_mirrored = first.is_some_and(Rational::is_negative);
        let sign = Rational::from(if is_mirrored { -1 } else { 1 });
        let relation = if is_mirrored {
            self.relation.mirrored()
        } else {
            self.relation
        };
        let text = self.linear.scaled(&sign).text();
        let right = -(&sign * &self.linear.constant);
        format!("{text} {} {right}", relation_sign(relation))
    }
}

/// Reads a term.
///
/// - Errors: a term that is not linear, with its place.
pub fn term(
    expression: &Expression<'_>,
    declared: &dyn Fn(Variable) -> bool,
) -> Result<Linear, VnnlibError> {
    let span = || expression.span.clone();
    let found = if let Some(word) = expression.word() {
        atom(word, span(), declared)?
    } else {
        let (operator, operands) = expression
            .call()
            .ok_or_else(|| VnnlibError::new("expected a term here", span()))?;
        if !matches!(operator, "+" | "-" | "*" | "/") {
            let message = format!("`{operator}` is not supported in a term");
            return Err(VnnlibError::new(message, span())
                .hint("terms are linear: +, -, * and / by numbers"));
        }
        let operands: Vec<Linear> = operands
            .iter()
            .map(|operand| term(operand, declared))
            .collect::<Result<_, _>>()?;
        let Some((first, rest)) = operands.split_first() else {
            let message = format!("`{operator}` has nothing to work on");
            return Err(VnnlibError::new(message, span()));
        };
        combine(operator, first, rest, &span())?
    };
    if found.is_long() {
        return Err(VnnlibError::new("this number is too long", span()));
    }
    Ok(found)
}

fn atom(
    word: &str,
    span: Range<usize>,
    declared: &dyn Fn(Variable) -> bool,
) -> Result<Linear, VnnlibError> {
    let mut found = Linear::default();
    if let Some(variable) = Variable::from_name(word) {
        if !declared(variable) {
            return Err(VnnlibError::new(format!("`{word}` is not declared"), span));
        }
        found.terms.insert(variable, Rational::ONE);
        return Ok(found);
    }
    let looks_like_number = word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    found.constant = loose::parse_decimal(word).map_err(|_| {
        let what = if looks_like_number {
            "is not a number"
        } else {
            "is neither a number nor an input X_i or output Y_j"
        };
        VnnlibError::new(format!("`{word}` {what}"), span)
    })?;
    Ok(found)
}

fn combine(
    operator: &str,
    first: &Linear,
    rest: &[Linear],
    span: &Range<usize>,
) -> Result<Linear, VnnlibError> {
    let minus = Rational::from(-1);
    let nonlinear = |what: &str| {
        VnnlibError::new(what, span.clone()).hint("only linear constraints are supported")
    };
    let mut found = first.clone();
    match operator {
        "+" => rest
            .iter()
            .for_each(|other| found.add(&Rational::ONE, other)),
        "-" if rest.is_empty() => found = found.scaled(&minus),
        "-" => rest.iter().for_each(|other| found.add(&minus, other)),
        "/" => {
            if rest.is_empty() {
                return Err(VnnlibError::new("`/` needs two operands", span.clone()));
            }
            for other in rest {
                if !other.terms.is_empty() {
                    return Err(nonlinear("this divides by a variable"));
                }
                let inverse = other.constant.reciprocal();
                let inverse =
                    inverse.ok_or_else(|| VnnlibError::new("this divides by 0", span.clone()))?;
                found = found.scaled(&inverse);
            }
        }
        _ => {
            for other in rest {
                found = if other.terms.is_empty() {
                    found.scaled(&other.constant)
                } else if found.terms.is_empty() {
                    other.scaled(&found.constant)
                } else {
                    return Err(nonlinear("this multiplies variables"));
                };
                if found.is_long() {
                    return Err(VnnlibError::new("this number is too long", span.clone()));
                }
            }
        }
    }
    Ok(found)
}
