//! Writes a claim as a property: the conditions that would refute it.
//!
//! `sup |N - f| <= t` on a box fails where, in some piece of `f` and for some output,
//!
//! ```text
//! guards of the piece and Y > f + t      or      guards of the piece and Y < f - t
//! ```
//!
//! VNN-LIB has decimals only. A condition with other numbers is multiplied by their denominators, which does
//! not change its meaning; a side of the box that ends at another number is refused.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::fmt::Write;

use super::linear::{Linear, Variable};
use super::pieces::{NotAffine, Piece, Splitter};
use crate::expr::{Domain, Property, Target};
use crate::numbers::{Integer, Rational};

/// The most disjuncts: twice the pieces of all outputs.
const MAX_PARTS: usize = 1 << 12;
/// The longest number that is written, in bits.
const MAX_BITS: usize = 1 << 12;

/// The relations that refute a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// `>` and `<`: the claim and nothing else.
    Strict,
    /// `>=` and `<=`, for tools without strict relations: an error equal to the tolerance counts too.
    OrEqual,
}

/// The reason why a claim cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// A formula has no affine pieces.
    #[error("VNN-LIB has affine conditions only: {message}: `{part}`")]
    NotAffine {
        /// The message.
        message: String,
        /// Which part of the target.
        part: String,
    },
    /// A side of the box ends at a number that is not a finite decimal.
    #[error("VNN-LIB has decimals only, and `{name}` ends at {end}, which is none")]
    NoDecimal {
        /// The input.
        name: String,
        /// The end.
        end: Rational,
    },
    /// The disjunction is too long.
    #[error("this comes to more than {MAX_PARTS} conditions")]
    TooMany,
    /// A number is too long.
    #[error("a number of this claim has more than {MAX_BITS} bits")]
    TooLong,
}

impl From<NotAffine> for ClaimError {
    fn from(error: NotAffine) -> Self {
        Self::NotAffine {
            message: error.message,
            part: error.part,
        }
    }
}

/// Returns the property that a network violates exactly where it refutes `sup |N - f| <= tolerance`
/// on the domain.
///
/// - Exactness: exact, for networks that do not jump. Jumps of the target are ignored, as in the essential
///   supremum.
/// - Errors: [`ClaimError`] for targets that are not piecewise affine, and for ends of the domain
///   that are not finite decimals.
///
/// ```
/// use steeple::expr::{Domain, parse_target};
/// use steeple::formats::vnnlib::{self, Edge, write_claim};
/// use steeple::numbers::Rational;
///
/// let target = parse_target(&["max(x, 0)"], None)?;
/// let domain = Domain::parse("x=-1..1")?;
/// let text = write_claim(&target, &domain, &Rational::ratio(1, 10), Edge::Strict)?;
/// assert!(text.contains("(and (>= X_0 0.0) (> (+ (* -1.0 X_0) Y_0) 0.1))"));
/// let property = vnnlib::read(&text)?;
/// assert_eq!(property.cases()[0].sides()[0], (Rational::from(-1), Rational::ZERO));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_claim(
    target: &Target,
    domain: &Domain,
    tolerance: &Rational,
    edge: Edge,
) -> Result<String, ClaimError> {
    let splitter = Splitter {
        names: target.inputs(),
        sides: domain.sides(),
    };
    let formulas = target.output_expressions();
    let mut parts = Vec::new();
    for (output, formula) in formulas.iter().enumerate() {
        for piece in splitter.pieces(formula)? {
            for sign in [1, -1] {
                parts.push(part(&piece, output, sign, tolerance, edge)?);
            }
        }
        if parts.len() > MAX_PARTS {
            return Err(ClaimError::TooMany);
        }
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "; a counterexample to |N - f| <= {tolerance} for f = {}",
        target.text().join(", ")
    );
    for (input, name) in target.inputs().iter().enumerate() {
        let _ = writeln!(text, "; X_{input} is {name}");
    }
    for name in Property::names(domain.dimension(), formulas.len()) {
        let _ = writeln!(text, "(declare-const {name} Real)");
    }
    let named = domain.names().iter().zip(domain.sides());
    for (input, (name, (low, high))) in named.enumerate() {
        for (sign, end) in [(">=", low), ("<=", high)] {
            let written = decimal(end)?.ok_or_else(|| ClaimError::NoDecimal {
                name: name.clone(),
                end: end.clone(),
            })?;
            let _ = writeln!(text, "(assert ({sign} X_{input} {written}))");
        }
    }
    text.push_str("(assert (or\n");
    for part in parts {
        let _ = writeln!(text, "  {part}");
    }
    text.push_str("))\n");
    Ok(text)
}

/// `guards and sign · (Y - f) > tolerance`.
fn part(
    piece: &Piece,
    output: usize,
    sign: i64,
    tolerance: &Rational,
    edge: Edge,
) -> Result<String, ClaimError> {
    let mut conditions = Vec::new();
    for guard in &piece.guards {
        let is_strict = guard.is_strict && edge == Edge::Strict;
        conditions.push(below_zero(&guard.linear, is_strict)?);
    }
    // sign · (f - Y) + tolerance < 0.
    let mut excess = piece.value.clone();
    let minus = Rational::from(-1);
    excess.terms.insert(Variable::Output(output), minus);
    let mut excess = excess.scaled(&Rational::from(sign));
    excess.constant = excess.constant + tolerance.clone();
    conditions.push(below_zero(&excess, edge == Edge::Strict)?);
    Ok(format!("(and {})", conditions.join(" ")))
}

/// `linear < 0` or `linear <= 0`, its last variable on the left with a positive factor.
fn below_zero(linear: &Linear, is_strict: bool) -> Result<String, ClaimError> {
    let last = linear.terms.values().next_back();
    let is_mirrored = last.is_some_and(Rational::is_negative);
    let mut scale = Rational::from(if is_mirrored { -1 } else { 1 });
    let numbers = || linear.terms.values().chain([&linear.constant]);
    for number in numbers() {
        // A number that is not a finite decimal is multiplied by its denominator.
        let scaled = number * &scale;
        if decimal(&scaled)?.is_none() {
            scale = scale * Rational::from(scaled.denominator().clone());
        }
    }
    let mut terms = Vec::new();
    for (variable, factor) in &linear.terms {
        let factor = factor * &scale;
        terms.push(if factor == Rational::ONE {
            variable.name()
        } else {
            format!("(* {} {})", exact(&factor)?, variable.name())
        });
    }
    let left = match terms.as_slice() {
        [one] => one.clone(),
        several => format!("(+ {})", several.join(" ")),
    };
    let relation = match (is_mirrored, is_strict) {
        (false, true) => "<",
        (false, false) => "<=",
        (true, true) => ">",
        (true, false) => ">=",
    };
    let right = exact(&-(&linear.constant * &scale))?;
    Ok(format!("({relation} {left} {right})"))
}

fn exact(value: &Rational) -> Result<String, ClaimError> {
    decimal(value)?.ok_or(ClaimError::TooLong)
}

/// Returns a number as a plain decimal with a point; `None` if no decimal is exact.
fn decimal(value: &Rational) -> Result<Option<String>, ClaimError> {
    if value.bits() > MAX_BITS {
        return Err(ClaimError::TooLong);
    }
    // The denominator is 2^a 5^b, so 10^max(a, b) makes an integer.
    let (ten, mut scaled, mut places) = (Rational::from(10), value.clone(), 0);
    let is_decimal = {
        let mut rest = Rational::from(value.denominator().clone());
        for factor in [2, 5] {
            while let quotient = &rest * &Rational::ratio(1, factor)
                && quotient.is_integer()
            {
                rest = quotient;
            }
        }
        rest == Rational::ONE
    };
    if !is_decimal {
        return Ok(None);
    }
    while !scaled.is_integer() {
        scaled = scaled * ten.clone();
        places += 1;
    }
    let digits = Integer::to_string(scaled.abs().numerator());
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if value.is_negative() { "-" } else { "" };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    Ok(Some(format!("{sign}{whole}.{fraction}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;
    use crate::formats::vnnlib;
    use crate::numbers::literal;

    fn written(formulas: &[&str], domain: &str, tolerance: &str) -> Result<String, ClaimError> {
        let domain = Domain::parse(domain).expect("a box");
        let target = parse_target(formulas, Some(domain.names())).expect("a target");
        let tolerance = literal::parse(tolerance).expect("a number");
        write_claim(&target, &domain, &tolerance, Edge::Strict)
    }

    fn parts(formula: &str, domain: &str, tolerance: &str) -> Vec<String> {
        let text = written(&[formula], domain, tolerance).expect("piecewise affine");
        vnnlib::read(&text).expect("it reads back");
        let lines = text.lines().filter(|line| line.starts_with("  "));
        lines.map(|line| line.trim().to_string()).collect()
    }

    #[test]
    fn decimals_are_exact_or_nothing() {
        for (number, expected) in [
            ("0", Some("0.0")),
            ("-7", Some("-7.0")),
            ("1/8", Some("0.125")),
            ("-1/10", Some("-0.1")),
            ("123.4500", Some("123.45")),
            ("2^-10", Some("0.0009765625")),
            ("1e-12", Some("0.000000000001")),
            ("1/3", None),
            ("7/30", None),
        ] {
            let value = literal::parse(number).expect("a number");
            let found = decimal(&value).expect("short");
            assert_eq!(found.as_deref(), expected);
            if let Some(text) = found {
                assert_eq!(literal::parse_decimal(&text), Ok(value));
            }
        }
        let long = literal::parse("2^5000").expect("a number");
        assert_eq!(decimal(&long), Err(ClaimError::TooLong));
    }

    #[test]
    fn affine_targets_have_two_conditions() {
        assert_eq!(
            parts("1/2", "x=0..1", "0.1"),
            ["(and (> Y_0 0.6))", "(and (< Y_0 0.4))"]
        );
        assert_eq!(
            parts("x/2 - 3*y + 1", "x=0..1,y=-1..1", "2^-4"),
            [
                "(and (> (+ (* -0.5 X_0) (* 3.0 X_1) Y_0) 1.0625))",
                "(and (< (+ (* -0.5 X_0) (* 3.0 X_1) Y_0) 0.9375))"
            ]
        );
        // Thirds are multiplied out.
        assert_eq!(
            parts("x/3", "x=0..1", "1/7"),
            [
                "(and (> (+ (* -7.0 X_0) (* 21.0 Y_0)) 3.0))",
                "(and (< (+ (* -7.0 X_0) (* 21.0 Y_0)) -3.0))"
            ]
        );
    }

    #[test]
    fn pieces_come_with_their_guards() {
        assert_eq!(
            parts("abs(x)", "x=-1..1", "0.1"),
            [
                "(and (<= X_0 0.0) (> (+ X_0 Y_0) 0.1))",
                "(and (<= X_0 0.0) (< (+ X_0 Y_0) -0.1))",
                "(and (>= X_0 0.0) (> (+ (* -1.0 X_0) Y_0) 0.1))",
                "(and (>= X_0 0.0) (< (+ (* -1.0 X_0) Y_0) -0.1))",
            ]
        );
        // What the box decides needs no guard.
        assert_eq!(parts("abs(x) + relu(-x)", "x=0..1", "0.1").len(), 2);
        assert_eq!(parts("max(x, y, x + y)", "x=-1..1,y=-1..1", "0.1").len(), 8);
        // A jump belongs to neither side; a single point is not seen by the essential supremum.
        assert_eq!(
            parts("if(x <= 1/3, 1, 0)", "x=0..1", "0.1"),
            [
                "(and (< (* 3.0 X_0) 1.0) (> Y_0 1.1))",
                "(and (< (* 3.0 X_0) 1.0) (< Y_0 0.9))",
                "(and (> (* 3.0 X_0) 1.0) (> Y_0 0.1))",
                "(and (> (* 3.0 X_0) 1.0) (< Y_0 -0.1))",
            ]
        );
        assert_eq!(parts("if(x == 1/2, 1, 0)", "x=0..1", "0.1").len(), 4);
        assert_eq!(parts("if(0 < 1, x, sin(x))", "x=0..1", "0.1").len(), 2);
        assert_eq!(parts("x + y <= 1", "x=0..1,y=0..1", "0.4").len(), 4);
    }

    #[test]
    fn what_is_not_piecewise_affine_is_refused_with_its_place() {
        let message = |formula: &str| {
            let refused = written(&[formula], "x=0..1,y=1..2", "0.1");
            refused.expect_err("refused").to_string()
        };
        for (formula, expected) in [
            ("x + sin(3*x)", "sin is not piecewise affine: `sin(3*x)`"),
            ("1 + x*y", "this is not affine: `x*y`"),
            ("x/y", "this is not affine: `x/y`"),
            ("max(x^2, y)", "powers are not piecewise affine: `x^2`"),
            ("x + pi", "this is not a rational number: `pi`"),
            (
                "if(x^2 < y, 1, 0)",
                "powers are not piecewise affine: `x^2`",
            ),
        ] {
            assert!(message(formula).contains(expected), "{}", message(formula));
        }
        let kinks = |formula: fn(i64) -> String| -> Vec<String> { (1..14).map(formula).collect() };
        let wide = kinks(|k| format!("abs({k}*x - y)"));
        assert!(message(&wide.join(" + ")).contains("more than 1024 pieces"));
        // On a line, most of them have no room.
        let line = kinks(|k| format!("abs(x - {k}/14)"));
        assert_eq!(parts(&line.join(" + "), "x=0..1", "0.1").len(), 28);
        let end = written(&["x"], "x=0..1/3", "0.1").expect_err("refused");
        assert!(end.to_string().contains("`x` ends at 1/3"), "{end}");
    }
}
