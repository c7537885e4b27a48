//! Writes trees as text that parses back to the same tree.
//!
//! This holds for every tree built like the parser builds them: with [`Expr::negated`] and
//! [`Expr::divided_by`], which turn `-3` and `1/3` into constants. Other trees parse back to an
//! equal formula.

use std::fmt;

use super::parse::FUNCTIONS;
use super::tree::{Condition, Expr, Target};
use crate::numbers::{Function, Rational, Relation};

/// How tightly a text binds, as in the parser.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// A tree with the names of its inputs.
struct Named<'a, T> {
    tree: &'a T,
    names: &'a [String],
}

impl Expr {
    /// Returns the text of this formula, with these names of inputs.
    pub fn display<'a>(&'a self, names: &'a [String]) -> impl fmt::Display + 'a {
        Named { tree: self, names }
    }

    fn binding(&self) -> Binding {
        match self {
            Self::Number(value) if !value.is_integer() => Binding::Product,
            Self::Number(value) if value.is_negative() => Binding::Sign,
            Self::Add(..) | Self::Sub(..) => Binding::Sum,
            Self::Mul(..) | Self::Div(..) => Binding::Product,
            Self::Negate(_) => Binding::Sign,
            Self::Power(..) => Binding::Power,
            _ => Binding::Atom,
        }
    }
}

impl Condition {
    /// Returns the text of this condition, with these names of inputs.
    pub fn display<'a>(&'a self, names: &'a [String]) -> impl fmt::Display + 'a {
        Named { tree: self, names }
    }

    fn binding(&self) -> Binding {
        match self {
            Self::Compare(..) => Binding::Compare,
            Self::And(..) => Binding::And,
            Self::Or(..) => Binding::Or,
            Self::Not(_) => Binding::Not,
        }
    }
}

/// Returns the name of a function in formulas.
pub fn function_name(function: Function) -> &'static str {
    let known = FUNCTIONS.iter().find(|(_, other)| *other == function);
    known.map_or("?", |(name, _)| name)
}

/// Returns the sign of a comparison in formulas.
pub fn relation_sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Less => "<",
        Relation::LessOrEqual => "<=",
        Relation::Greater => ">",
        Relation::GreaterOrEqual => ">=",
        Relation::Equal => "=",
        Relation::NotEqual => "!=",
    }
}

type Write = fmt::Result;

fn value(f: &mut fmt::Formatter<'_>, tree: &Expr, names: &[String], least: Binding) -> Write {
    let open = tree.binding() < least;
    if open {
        f.write_str("(")?;
    }
    match tree {
        Expr::Number(number) => write!(f, "{number}")?,
        Expr::Variable(index) => match names.get(*index) {
            Some(name) => f.write_str(name)?,
            None => write!(f, "input_{}", index + 1)?,
        },
        Expr::Pi => f.write_str("pi")?,
        Expr::Negate(a) => {
            f.write_str("-")?;
            value(f, a, names, Binding::Sign)?;
        }
        Expr::Add(a, b) => pair(f, (a, " + ", b), names, (Binding::Sum, Binding::Product))?,
        Expr::Sub(a, b) => pair(f, (a, " - ", b), names, (Binding::Sum, Binding::Product))?,
        // A sign after an operator, or a fraction under a fraction, is legal but hard to read.
        Expr::Mul(a, b) => pair(f, (a, "*", b), names, (Binding::Product, Binding::Power))?,
        Expr::Div(a, b) => pair(f, (a, "/", b), names, (Binding::Product, Binding::Power))?,
        Expr::Power(a, b) => {
            let is_sign = b.as_number().is_some_and(Rational::is_integer);
            let least = if is_sign {
                Binding::Sign
            } else {
                Binding::Power
            };
            pair(f, (a, "^", b), names, (Binding::Atom, least))?;
        }
        Expr::Apply(function, a) => call(f, function_name(*function), &[a], names)?,
        Expr::Min(a, b) => call(f, "min", &[a, b], names)?,
        Expr::Max(a, b) => call(f, "max", &[a, b], names)?,
        Expr::If(condition, a, b) => {
            f.write_str("if(")?;
            test(f, condition, names, Binding::Or)?;
            f.write_str(", ")?;
            value(f, a, names, Binding::Or)?;
            f.write_str(", ")?;
            value(f, b, names, Binding::Or)?;
            f.write_str(")")?;
        }
    }
    if open { f.write_str(")") } else { Ok(()) }
}

fn pair(
    f: &mut fmt::Formatter<'_>,
    (a, sign, b): (&Expr, &str, &Expr),
    names: &[String],
    (left, right): (Binding, Binding),
) -> Write {
    value(f, a, names, left)?;
    f.write_str(sign)?;
    value(f, b, names, right)
}

fn call(f: &mut fmt::Formatter<'_>, name: &str, arguments: &[&Expr], names: &[String]) -> Write {
    f.write_str(name)?;
    for (index, argument) in arguments.iter().enumerate() {
        f.write_str(if index == 0 { "(" } else { ", " })?;
        value(f, argument, names, Binding::Or)?;
    }
    f.write_str(")")
}

fn test(f: &mut fmt::Formatter<'_>, tree: &Condition, names: &[String], least: Binding) -> Write {
    let open = tree.binding() < least;
    if open {
        f.write_str("(")?;
    }
    match tree {
        Condition::Compare(relation, a, b) => {
            value(f, a, names, Binding::Sum)?;
            write!(f, " {} ", relation_sign(*relation))?;
            value(f, b, names, Binding::Sum)?;
        }
        Condition::And(a, b) => {
            test(f, a, names, Binding::And)?;
            f.write_str(" and ")?;
            test(f, b, names, Binding::Not)?;
        }
        Condition::Or(a, b) => {
            test(f, a, names, Binding::Or)?;
            f.write_str(" or ")?;
            test(f, b, names, Binding::And)?;
        }
        Condition::Not(a) => {
            f.write_str("not ")?;
            test(f, a, names, Binding::Not)?;
        }
    }
    if open { f.write_str(")") } else { Ok(()) }
}

impl fmt::Display for Named<'_, Expr> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value(f, self.tree, self.names, Binding::Or)
    }
}

impl fmt::Display for Named<'_, Condition> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        test(f, self.tree, self.names, Binding::Or)
    }
}

/// Writes the formulas as they were typed; several as a list.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            [text] => f.write_str(text),
            texts => write!(f, "[{}]", texts.join(", ")),
        }
    }
}
