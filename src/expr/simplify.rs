//! Exact rewrites, each with its side condition.
//!
//! A rewrite keeps the value at every point, and keeps the points where there is none: `0*x` is 0,
//! but `0*ln(x)` stays. The functions below make one node each, from parts that are simple already.
//!
//! | rewrite | holds |
//! |---|---|
//! | operations on constants, where the result is rational and short | always |
//! | a + 0, a − 0, a·1, a/1, a^1 → a; a·(−1), a/(−1), 0 − a → −a; −(−a) → a | always |
//! | a + (−b) → a − b; a − (−b) → a + b; −(a − b) → b − a; (−a)·b → −(a·b) | always |
//! | a·c → c·a for a constant c; c·(d·a) → (cd)·a for constants | always |
//! | a·0 → 0, a^0 → 1, a − a → 0 | where a is total: defined for all real inputs |

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use super::tree::{Condition, Expr};
use crate::numbers::{Function, Rational, Scalar};

type Part = Arc<Expr>;

/// Constants are computed up to this size in bits.
const MAX_BITS: usize = 1024;

/// Returns a shorter formula of the same value, defined at the same points.
///
/// ```
/// use steeple::expr::{parse_target, simplify};
/// let target = parse_target(&["0*x + (2*(3*y))^1 - -1"], None).expect("a formula");
/// let short = simplify(&target.output_expressions()[0]);
/// assert_eq!(short.display(target.inputs()).to_string(), "6*y + 1");
/// ```
pub fn simplify(tree: &Expr) -> Expr {
    let root = Arc::new(tree.clone());
    Arc::unwrap_or_clone(Simplifier(HashMap::new()).value(&root))
}

/// Simplified parts by address, since trees may share them.
struct Simplifier(HashMap<*const Expr, Part>);

impl Simplifier {
    fn value(&mut self, tree: &Part) -> Part {
        let address = ptr::from_ref(tree.as_ref());
        if let Some(done) = self.0.get(&address) {
            return done.clone();
        }
        let simple = match tree.as_ref() {
            Expr::Number(_) | Expr::Variable(_) | Expr::Pi => tree.clone(),
            Expr::Negate(a) => negate(self.value(a)),
            Expr::Add(a, b) => add(self.value(a), self.value(b)),
            Expr::Sub(a, b) => subtract(self.value(a), self.value(b)),
            Expr::Mul(a, b) => multiply(self.value(a), self.value(b)),
            Expr::Div(a, b) => divide(self.value(a), self.value(b)),
            Expr::Power(a, b) => power(self.value(a), self.value(b)),
            Expr::Apply(function, a) => apply(*function, self.value(a)),
            Expr::Min(a, b) => Arc::new(Expr::Min(self.value(a), self.value(b))),
            Expr::Max(a, b) => Arc::new(Expr::Max(self.value(a), self.value(b))),
            Expr::If(condition, a, b) => Arc::new(Expr::If(
                self.condition(condition),
                self.value(a),
                self.value(b),
            )),
        };
        self.0.insert(address, simple.clone());
        simple
    }

    fn condition(&mut self, tree: &Condition) -> Arc<Condition> {
        Arc::new(match tree {
            Condition::Compare(relation, a, b) => {
                Condition::Compare(*relation, self.value(a), self.value(b))
            }
            Condition::And(a, b) => Condition::And(self.condition(a), self.condition(b)),
            Condition::Or(a, b) => Condition::Or(self.condition(a), self.condition(b)),
            Condition::Not(a) => Condition::Not(self.condition(a)),
        })
    }
}

/// Is this formula defined for all real inputs? Returns false if it is not obvious.
pub fn is_total(tree: &Expr) -> bool {
    match tree {
        Expr::Number(_) | Expr::Variable(_) | Expr::Pi => true,
        Expr::Negate(a) => is_total(a),
        Expr::Add(a, b) | Expr::Sub(a, b) | Expr::Mul(a, b) | Expr::Min(a, b) | Expr::Max(a, b) => {
            is_total(a) && is_total(b)
        }
        Expr::Div(a, b) => b.as_number().is_some_and(|b| !b.is_zero()) && is_total(a),
        Expr::Power(a, b) => {
            let is_natural = |b: &Rational| small_integer(b).is_some_and(|b| b >= 0);
            b.as_number().is_some_and(is_natural) && is_total(a)
        }
        Expr::Apply(function, a) => {
            !matches!(
                function,
                Function::Ln | Function::Sqrt | Function::Tan | Function::Asin | Function::Acos
            ) && is_total(a)
        }
        Expr::If(..) => false,
    }
}

fn small_integer(value: &Rational) -> Option<i32> {
    value.to_i64().and_then(|value| i32::try_from(value).ok())
}

pub(super) fn number(value: Rational) -> Part {
    Arc::new(Expr::Number(value))
}

pub(super) fn integer(value: i64) -> Part {
    number(Rational::from(value))
}

pub(super) fn is_zero(tree: &Expr) -> bool {
    tree.as_number().is_some_and(Rational::is_zero)
}

fn is_one(tree: &Expr) -> bool {
    tree.as_number()
        .is_some_and(|value| *value == Rational::ONE)
}

/// Returns the result of an operation on two constants, unless it is too long.
fn folded(
    a: &Expr,
    b: &Expr,
    operation: fn(&Rational, &Rational) -> Option<Rational>,
) -> Option<Part> {
    let (a, b) = (a.as_number()?, b.as_number()?);
    if a.bits().max(b.bits()) > MAX_BITS {
        return None;
    }
    operation(a, b).map(number)
}

pub(super) fn negate(a: Part) -> Part {
    match a.as_ref() {
        Expr::Number(value) => number(-value),
        Expr::Negate(inner) => inner.clone(),
        Expr::Sub(b, c) => Arc::new(Expr::Sub(c.clone(), b.clone())),
        _ => Arc::new(Expr::Negate(a)),
    }
}

pub(super) fn add(a: Part, b: Part) -> Part {
    if let Some(sum) = folded(&a, &b, |a, b| Some(a + b)) {
        return sum;
    }
    if is_zero(&a) {
        return b;
    }
    if is_zero(&b) {
        return a;
    }
    match b.as_ref() {
        Expr::Negate(c) => subtract(a, c.clone()),
        _ => Arc::new(Expr::Add(a, b)),
    }
}

pub(super) fn subtract(a: Part, b: Part) -> Part {
    if let Some(difference) = folded(&a, &b, |a, b| Some(a - b)) {
        return difference;
    }
    if is_zero(&b) {
        return a;
    }
    if is_zero(&a) {
        return negate(b);
    }
    if a == b && is_total(&a) {
        return integer(0);
    }
    match b.as_ref() {
        Expr::Negate(c) => add(a, c.clone()),
        Expr::Number(value) if value.is_negative() => add(a, number(-value)),
        _ => Arc::new(Expr::Sub(a, b)),
    }
}

pub(super) fn multiply(a: Part, b: Part) -> Part {
    if let Some(product) = folded(&a, &b, |a, b| Some(a * b)) {
        return product;
    }
    let (a, b) = if b.as_number().is_some() {
        (b, a)
    } else {
        (a, b)
    };
    if let Some(factor) = a.as_number() {
        if factor.is_zero() && is_total(&b) {
            return a;
        }
        if *factor == Rational::ONE {
            return b;
        }
        if *factor == Rational::from(-1) {
            return negate(b);
        }
        if let Expr::Mul(c, d) = b.as_ref()
            && let Some(factor) = folded(&a, c, |a, c| Some(a * c))
        {
            return multiply(factor, d.clone());
        }
    }
    match (a.as_ref(), b.as_ref()) {
        (Expr::Negate(a), Expr::Negate(b)) => multiply(a.clone(), b.clone()),
        (Expr::Negate(a), _) => negate(multiply(a.clone(), b)),
        (_, Expr::Negate(b)) => negate(multiply(a, b.clone())),
        // The constant goes first, as usual.
        (_, Expr::Mul(c, _)) if c.as_number().is_some() && a.as_number().is_none() => {
            Arc::new(Expr::Mul(b, a))
        }
        _ => Arc::new(Expr::Mul(a, b)),
    }
}

pub(super) fn divide(a: Part, b: Part) -> Part {
    if let Some(quotient) = folded(&a, &b, Rational::checked_div) {
        return quotient;
    }
    if is_one(&b) {
        return a;
    }
    match b.as_number() {
        Some(value) if *value == Rational::from(-1) => negate(a),
        _ => Arc::new(Expr::Div(a, b)),
    }
}

pub(super) fn power(a: Part, b: Part) -> Part {
    let computed = folded(&a, &b, |a, b| {
        let size = small_integer(b)?;
        let value = Scalar::powi(a, size).ok()?;
        (value.bits() <= MAX_BITS).then_some(value)
    });
    if let Some(value) = computed {
        return value;
    }
    if is_one(&b) {
        return a;
    }
    if is_zero(&b) && is_total(&a) {
        return integer(1);
    }
    Arc::new(Expr::Power(a, b))
}

pub(super) fn apply(function: Function, a: Part) -> Part {
    if let Some(value) = a.as_number()
        && let Ok(result) = value.apply(function)
    {
        return number(result);
    }
    Arc::new(Expr::Apply(function, a))
}
