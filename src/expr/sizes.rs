//! Refuses numbers and exponents that are too long for a certificate, or for any evaluation.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use super::domain::Domain;
use super::evaluate::exact_value;
use super::tree::{Expr, Target};
use crate::numbers::Rational;

/// The greatest length of an end of a side in a certificate, numerator and denominator together, in
/// bits.
pub const MAX_END_BITS: usize = 1 << 14;

/// The part of a question that is too long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLong {
    /// An end of a side.
    #[error(
        "the side of `{name}` ends at a number of {bits} bits; at most {MAX_END_BITS} are supported"
    )]
    End {
        /// The input.
        name: String,
        /// Its length.
        bits: usize,
    },
    /// An exponent.
    #[error(
        "the exponent {exponent} is too large; expected one between {} and {}",
        i32::MIN,
        i32::MAX
    )]
    Exponent {
        /// The exponent, shortened.
        exponent: String,
    },
}

/// Checks that the ends of a domain are short enough for a certificate.
///
/// - Errors: [`TooLong`], the first side that is too long.
pub fn check_ends(domain: &Domain) -> Result<(), TooLong> {
    let sides = domain.names().iter().zip(domain.sides());
    for (name, (low, high)) in sides {
        let bits = low.bits().max(high.bits());
        if bits > MAX_END_BITS {
            let name = name.clone();
            return Err(TooLong::End { name, bits });
        }
    }
    Ok(())
}

/// Checks that a target has no power whose integer exponent is too large for any evaluation.
///
/// - Errors: [`TooLong`], with the first such exponent.
pub fn check_exponents(target: &Target) -> Result<(), TooLong> {
    let mut found = None;
    let mut look = |node: &Expr| {
        if let Expr::Power(_, exponent) = node
            && let Some(value) = exact_value(exponent)
            && is_beyond(&value)
        {
            let text = value.to_string();
            let shown: String = text.chars().take(24).collect();
            let dots = if shown.len() < text.len() { "..." } else { "" };
            found = Some(format!("{shown}{dots}"));
        }
        found.is_some()
    };
    for output in target.output_expressions() {
        output.any(&mut look);
    }
    match found {
        Some(exponent) => Err(TooLong::Exponent { exponent }),
        None => Ok(()),
    }
}

/// Is this an integer too large for an exponent?
fn is_beyond(exponent: &Rational) -> bool {
    let size = exponent.to_i64().and_then(|size| i32::try_from(size).ok());
    exponent.is_integer() && size.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    #[test]
    fn long_ends_are_named() {
        let domain = |text: &str| check_ends(&Domain::parse(text).expect("a domain"));
        assert_eq!(domain("x=0..1,y=0..1e4000"), Ok(()));
        for text in ["x=0..1,y=0..1e9999", "x=0..1,y=1/3e9000..1"] {
            let error = domain(text).expect_err("too long").to_string();
            assert!(error.starts_with("the side of `y` ends at"), "{error}");
        }
    }

    #[test]
    fn exponents_beyond_every_evaluation_are_named() {
        let found = |text: &str| {
            let target = parse_target(&[text], None).expect("a formula");
            check_exponents(&target).map_err(|error| error.to_string())
        };
        for fine in [
            "x^2147483647",
            "x^(-2147483648)",
            "x^(10^20/10^19)",
            "x^(1/10^30)",
            "2^(x*10^30)",
        ] {
            assert_eq!(found(fine), Ok(()), "{fine}");
        }
        for wrong in [
            "x^2147483648",
            "if(x > 0, (x + x^99999999999999999999), 0)",
            "x^(-10^12) > 1",
        ] {
            assert!(
                found(wrong).expect_err(wrong).contains("is too large"),
                "{wrong}"
            );
        }
    }
}
