//! Numbers that are written as formulas: `3*(1/2)^2`, `2*pi`, `sqrt(2)`.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::read_expression;
use crate::expr::evaluate::{Scratch, Tape};
use crate::expr::exact_value;
use crate::numbers::{Precise, Rational, loose};

/// The bits that enclosures are computed with.
const BITS: u32 = 160;
/// The significant bits of the ends of an enclosure.
const KEPT: i64 = 64;

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constant {
    /// It is rational.
    Exact(Rational),
    /// It lies between two numbers, both with about 64 significant bits; it may be rational.
    Between(Rational, Rational),
}

/// What a text is, where it is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotConstant {
    /// What is wrong.
    pub message: String,
    /// What to type.
    pub hint: Option<String>,
}

impl Constant {
    /// A number that is not above it.
    pub fn below(&self) -> &Rational {
        match self {
            Self::Exact(value) | Self::Between(value, _) => value,
        }
    }

    /// A number that is not below it.
    pub fn above(&self) -> &Rational {
        match self {
            Self::Exact(value) | Self::Between(_, value) => value,
        }
    }
}

/// Returns the number that a text writes, as a literal or as a formula without variables.
///
/// - Exactness: exact where it is found to be rational, else an enclosure by interval arithmetic.
/// - Errors: what is wrong with the text, and what to type.
///
/// ```
/// use steeple::expr::friendly::constant::{Constant, read};
/// use steeple::numbers::Rational;
/// assert_eq!(read("3*(1/2)^2"), Ok(Constant::Exact(Rational::ratio(3, 4))));
/// let pi = read("pi").expect("a number");
/// assert!(*pi.below() < Rational::ratio(355, 113) && *pi.above() > Rational::ratio(333, 106));
/// ```
pub fn read(text: &str) -> Result<Constant, NotConstant> {
    let text = text.trim();
    if let Ok(value) = loose::parse(text) {
        return Ok(Constant::Exact(value));
    }
    let refused = |hint: Option<String>| NotConstant {
        message: format!("`{text}` is not a number"),
        hint,
    };
    // A definition, as in `y = 2`, is no number.
    if text.is_empty() || text.contains(['=', '<', '>', '≤', '≥']) {
        return Err(refused(None));
    }
    if is_infinite(text) {
        return Err(NotConstant {
            message: format!("`{text}` is not a number: all numbers here are finite"),
            hint: None,
        });
    }
    let is_decimal = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((whole, decimals)) = text.split_once(',')
        && is_decimal(whole.trim_start_matches(['-', '+']))
        && is_decimal(decimals)
    {
        return Err(refused(Some(format!("write {whole}.{decimals}"))));
    }
    let (formula, _) = read_expression(text, &[]).map_err(|error| {
        let is_word = error.message.starts_with("unknown");
        refused(
            error
                .hint
                .filter(|hint| !is_word && !hint.contains("product")),
        )
    })?;
    if let Some(value) = exact_value(&formula) {
        return Ok(Constant::Exact(value));
    }
    let tape = Tape::of_expressions(0, [&formula]);
    let (constants, mut scratch) = (tape.constants::<Precise>(&BITS), Scratch::default());
    let results = tape.evaluate(&constants, &[], &mut scratch);
    let no_value = || NotConstant {
        message: format!("`{text}` has no value that could be computed"),
        hint: None,
    };
    let value = results.value(0).map_err(|_| no_value())?;
    let (low, high) = (value.lower(), value.upper());
    let (low, high) = low.zip(high).ok_or_else(no_value)?;
    match (rounded(&low, false), rounded(&high, true)) {
        (Some(low), Some(high)) => Ok(Constant::Between(low, high)),
        _ => Err(no_value()),
    }
}

/// Returns the number that a text writes, where it is rational.
///
/// - Exactness: exact.
/// - Errors: what is wrong with the text, and what to type.
pub fn read_exact(text: &str) -> Result<Rational, NotConstant> {
    match read(text)? {
        Constant::Exact(value) => Ok(value),
        Constant::Between(low, high) => {
            let middle = low.midpoint(&high);
            let digits = crate::numbers::literal::decimal_down(&middle, 6);
            Err(NotConstant {
                message: format!(
                    "`{}` is not rational, and an exact number is needed",
                    text.trim()
                ),
                hint: Some(format!("write a decimal, such as {digits}")),
            })
        }
    }
}

/// Is this a way to write that there is no end?
pub fn is_infinite(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['+', '-', '−']).trim_start();
    let name = text.rsplit('.').next().unwrap_or(text);
    ["inf", "infinity", "oo", "∞", "\\infty"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word))
}

/// Rounds down or up to some 64 significant bits.
fn rounded(value: &Rational, is_up: bool) -> Option<Rational> {
    if value.is_zero() {
        return Some(Rational::ZERO);
    }
    let exponent = i32::try_from(KEPT - value.magnitude_bits()).ok()?;
    // Numbers as long as this are no ends of a domain.
    if exponent.unsigned_abs() > 1 << 13 {
        return None;
    }
    let scaled = value * &Rational::power_of_two(exponent);
    let whole = if is_up { scaled.ceil() } else { scaled.floor() };
    Some(&Rational::from(whole) * &Rational::power_of_two(-exponent))
}
