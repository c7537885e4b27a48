//! Reads numbers from text exactly, and prints decimals rounded in a stated direction.
//!
//! ```text
//! number  = [sign] part ["/" part] ["*" part]
//! part    = decimal | power
//! decimal = digits ["." digits] [("e" | "E") [sign] digits]
//! power   = digits "^" [sign] digits
//! ```
//!
//! The sign belongs to the whole number: `-2^2` is −4. There is no whitespace, no NaN and no
//! infinity. A short text such as `1e-999999999` must not fill the memory, so exponents have
//! limits; they keep every number below a few million bits.

use dashu_base::{BitTest, DivRem, PowerOfTwo, UnsignedAbs};

use super::rational::{Integer, Natural, Rational};

/// The largest magnitude of an exponent after `e`.
pub const MAX_DECIMAL_EXPONENT: u32 = 100_000;
/// The largest size in bits of a power such as `2^-10`.
pub const MAX_POWER_BITS: usize = 1_000_000;
/// The longest text of one number, in bytes.
pub const MAX_TEXT: usize = 1 << 20;
/// The most significant digits that are printed.
pub const MAX_PRINTED_DIGITS: usize = 100_000;

/// Why a text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at byte {position} of the number")]
pub struct LiteralError {
    /// The byte offset where the text stops being a number.
    pub position: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl std::str::FromStr for Rational {
    type Err = LiteralError;

    /// Reads a number as [`parse`] does.
    fn from_str(text: &str) -> Result<Self, LiteralError> {
        parse(text)
    }
}

/// Returns the number that `text` writes: `12`, `0.1`, `1e-3`, `-1/3`, `2^-5` or `3*2^-10`.
///
/// - Exactness: exact; `0.1` is 1/10.
/// - Errors: [`LiteralError`] with the first byte that does not fit, also for a zero denominator
///   and for exponents beyond [`MAX_DECIMAL_EXPONENT`] and [`MAX_POWER_BITS`].
///
/// ```
/// use steeple_kernel::numbers::{Rational, literal};
/// assert_eq!(literal::parse("-3*2^-10"), Ok(Rational::ratio(-3, 1024)));
/// assert_eq!(literal::parse("1/").unwrap_err().position, 2);
/// ```
pub fn parse(text: &str) -> Result<Rational, LiteralError> {
    let mut reader = Reader::new(text)?;
    let negative = reader.sign();
    let (mut numerator, mut denominator) = reader.part()?;
    if reader.skip(b'/') {
        let start = reader.position;
        let (p, q) = reader.part()?;
        if p.is_zero() {
            return Err(LiteralError {
                position: start,
                expected: "a denominator other than 0",
            });
        }
        (numerator, denominator) = (times(numerator, q), times(denominator, p));
    }
    if reader.skip(b'*') {
        let (p, q) = reader.part()?;
        (numerator, denominator) = (times(numerator, p), times(denominator, q));
    }
    reader.end()?;
    Ok(signed(negative, numerator, denominator))
}

/// Returns the number that `text` writes with digits, point and exponent only: no `/`, `*`, `^`.
///
/// - Exactness: exact.
/// - Errors: as [`parse`].
pub fn parse_decimal(text: &str) -> Result<Rational, LiteralError> {
    let mut reader = Reader::new(text)?;
    let negative = reader.sign();
    let (numerator, denominator) = reader.decimal()?;
    reader.end()?;
    Ok(signed(negative, numerator, denominator))
}

/// Returns a decimal that is not above `value`.
///
/// - Exactness: rounded down to `digits` significant digits (1 to [`MAX_PRINTED_DIGITS`]; other
///   counts are clamped); exact if the digits suffice.
/// - Form: `0.0009765625`; `1.5e-300` below 1e-7 and from 1e21 on.
pub fn decimal_down(value: &Rational, digits: usize) -> String {
    decimal(value, digits, value.is_negative())
}

/// Returns a decimal that is not below `value`; otherwise as [`decimal_down`].
pub fn decimal_up(value: &Rational, digits: usize) -> String {
    decimal(value, digits, value.is_positive())
}

/// The product, without a multiplication for the common denominator 1.
fn times(a: Natural, b: Natural) -> Natural {
    if b.is_one() { a } else { a * b }
}

fn signed(negative: bool, numerator: Natural, denominator: Natural) -> Rational {
    let numerator = Integer::from(numerator);
    let numerator = if negative { -numerator } else { numerator };
    if denominator.is_one() {
        return Rational::from(numerator);
    }
    Rational::new(numerator, denominator).expect("no part has denominator 0")
}

fn power_of_ten(exponent: usize) -> Natural {
    // Powers below 10^20 are machine words, and nearly all numbers in files need no others.
    match u32::try_from(exponent)
        .ok()
        .and_then(|e| 10u64.checked_pow(e))
    {
        Some(power) => Natural::from(power),
        None => Natural::from(10u8).pow(exponent),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Result<Self, LiteralError> {
        let reader = Self {
            text: text.as_bytes(),
            position: 0,
        };
        if text.len() > MAX_TEXT {
            return Err(LiteralError {
                position: MAX_TEXT,
                expected: "the end of the number (at most 1 MiB)",
            });
        }
        Ok(reader)
    }

    fn expected<T>(&self, expected: &'static str) -> Result<T, LiteralError> {
        Err(LiteralError {
            position: self.position,
            expected,
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.position += 1;
        }
        found
    }

    /// Reads an optional sign; true for minus.
    fn sign(&mut self) -> bool {
        let negative = self.skip(b'-');
        if !negative {
            self.skip(b'+');
        }
        negative
    }

    fn end(&self) -> Result<(), LiteralError> {
        if self.position == self.text.len() {
            Ok(())
        } else {
            self.expected("the end of the number")
        }
    }

    fn digits(&mut self) -> Result<&'a [u8], LiteralError> {
        let rest = &self.text[self.position..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            return self.expected("a digit");
        }
        self.position += length;
        Ok(&rest[..length])
    }

    /// Reads a part as numerator and denominator, not in lowest terms.
    fn part(&mut self) -> Result<(Natural, Natural), LiteralError> {
        let start = self.position;
        let base = self.digits()?;
        if !self.skip(b'^') {
            self.position = start;
            return self.decimal();
        }
        let base = natural(base, &[]);
        let negative = self.sign();
        let exponent_start = self.position;
        let digits = self.digits()?;
        // The bits of base - 1 are the binary logarithm of the base, rounded up.
        let base_bits = base.bit_len() - usize::from(base.is_power_of_two());
        let allowed = MAX_POWER_BITS
            .checked_div(base_bits)
            .unwrap_or(MAX_POWER_BITS);
        let Some(exponent) = small(digits).filter(|&size| size <= allowed) else {
            return Err(LiteralError {
                position: exponent_start,
                expected: "an exponent that gives at most 1000000 bits",
            });
        };
        if negative && base.is_zero() && exponent > 0 {
            return Err(LiteralError {
                position: start,
                expected: "a base other than 0 for a negative exponent",
            });
        }
        let power = base.pow(exponent);
        Ok(if negative {
            (Natural::ONE, power)
        } else {
            (power, Natural::ONE)
        })
    }

    /// Reads an unsigned decimal as numerator and denominator, not in lowest terms.
    fn decimal(&mut self) -> Result<(Natural, Natural), LiteralError> {
        let whole = self.digits()?;
        let fraction = if self.skip(b'.') { self.digits()? } else { &[] };
        let (mut up, mut down) = (0, fraction.len());
        if self.skip(b'e') || self.skip(b'E') {
            let negative = self.sign();
            let start = self.position;
            let limit = usize::try_from(MAX_DECIMAL_EXPONENT).unwrap_or(usize::MAX);
            let Some(exponent) = small(self.digits()?).filter(|&size| size <= limit) else {
                return Err(LiteralError {
                    position: start,
                    expected: "an exponent between -100000 and 100000",
                });
            };
            if negative {
                down += exponent;
            } else {
                up = exponent.saturating_sub(down);
                down = down.saturating_sub(exponent);
            }
        }
        let numerator = times(natural(whole, fraction), power_of_ten(up));
        Ok((numerator, power_of_ten(down)))
    }
}

/// Returns the natural number of two runs of digits, one after the other.
fn natural(first: &[u8], second: &[u8]) -> Natural {
    let digits = || first.iter().chain(second);
    if first.len() + second.len() <= 19 {
        let value = digits().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        return Natural::from(value);
    }
    let text: String = digits().map(|&byte| char::from(byte)).collect();
    text.parse().expect("a run of digits is a number")
}

/// Returns the number of a run of digits, if it is at most a billion.
fn small(digits: &[u8]) -> Option<usize> {
    digits.iter().try_fold(0usize, |value, digit| {
        let value = value * 10 + usize::from(digit - b'0');
        (value <= 1_000_000_000).then_some(value)
    })
}

/// Prints `value` with its magnitude rounded away from zero (`away`) or towards it.
fn decimal(value: &Rational, digits: usize, away: bool) -> String {
    if value.is_zero() {
        return "0".to_owned();
    }
    let digits = digits.clamp(1, MAX_PRINTED_DIGITS);
    let numerator = value.numerator().unsigned_abs();
    let denominator = value.denominator();
    let mut exponent = estimate_exponent(&numerator, denominator);
    let (low, high) = (power_of_ten(digits - 1), power_of_ten(digits));
    let places = i64::try_from(digits).expect("at most 100000") - 1;
    // The mantissa is |value| / 10^(exponent - places); with the right exponent it has `digits`
    // digits. The estimate is off by a little, and each round moves it closer.
    let (mut mantissa, exact) = loop {
        let shift = exponent - places;
        let power = power_of_ten(usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX));
        let (quotient, remainder) = if shift < 0 {
            (&numerator * power).div_rem(denominator)
        } else {
            (&numerator).div_rem(denominator * power)
        };
        if quotient < low {
            exponent -= 1;
        } else if quotient >= high {
            exponent += 1;
        } else {
            break (quotient, remainder.is_zero());
        }
    };
    if away && !exact {
        mantissa += Natural::ONE;
        // 9.99 rounded up is 10.0, one place further left.
        if mantissa == high {
            mantissa = Natural::ONE;
            exponent += 1;
        }
    }
    let text = mantissa.to_string();
    layout(value.is_negative(), text.trim_end_matches('0'), exponent)
}

/// The decimal exponent of a fraction, within one or two.
fn estimate_exponent(numerator: &Natural, denominator: &Natural) -> i64 {
    let bits = |n: &Natural| i64::try_from(n.bit_len()).expect("a number fits in memory");
    (bits(numerator) - bits(denominator)) * 30_103 / 100_000
}

/// Writes `d.ddd · 10^exponent`, where `digits` are the significant digits.
fn layout(negative: bool, digits: &str, exponent: i64) -> String {
    let sign = if negative { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    match exponent {
        -7..=-1 => {
            let zeros = usize::try_from(-1 - exponent).expect("between 0 and 6");
            format!("{sign}0.{}{digits}", "0".repeat(zeros))
        }
        0..=20 => {
            let whole = usize::try_from(exponent).expect("between 0 and 20") + 1;
            if digits.len() <= whole {
                format!("{sign}{digits}{}", "0".repeat(whole - digits.len()))
            } else {
                format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
            }
        }
        _ if rest.is_empty() => format!("{sign}{first}e{exponent}"),
        _ => format!("{sign}{first}.{rest}e{exponent}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(p: i64, q: i64) -> Rational {
        Rational::ratio(p, q)
    }

    #[test]
    fn every_spelling_is_exact() {
        let cases = [
            ("0", ratio(0, 1)),
            ("-0", ratio(0, 1)),
            ("+007", ratio(7, 1)),
            ("0.1", ratio(1, 10)),
            ("-12.50", ratio(-25, 2)),
            ("1e-3", ratio(1, 1000)),
            ("1.25E+2", ratio(125, 1)),
            ("1.25e1", ratio(25, 2)),
            ("0.00e5", ratio(0, 1)),
            ("1/3", ratio(1, 3)),
            ("-2/6", ratio(-1, 3)),
            ("0.1/0.3", ratio(1, 3)),
            ("2^-5", ratio(1, 32)),
            ("-2^2", ratio(-4, 1)),
            ("3*2^-10", ratio(3, 1024)),
            ("1/3*2^2", ratio(4, 3)),
            ("1/2^3", ratio(1, 8)),
            ("10^3", ratio(1000, 1)),
            ("0^0", ratio(1, 1)),
            ("0^7", ratio(0, 1)),
            ("1^1000000", ratio(1, 1)),
            ("9223372036854775807", Rational::from(i64::MAX)),
        ];
        for (text, value) in cases {
            assert_eq!(parse(text), Ok(value), "{text}");
        }
        let long = parse("123456789012345678901234567890.5").expect("digits of any number");
        assert_eq!(long.to_string(), "246913578024691357802469135781/2");
    }

    #[test]
    fn what_is_no_number_is_refused_at_its_place() {
        let cases = [
            ("", 0),
            (".5", 0),
            ("5.", 2),
            ("-", 1),
            ("--1", 1),
            ("1e", 2),
            ("1e+", 3),
            ("NaN", 0),
            ("inf", 0),
            ("-inf", 1),
            (" 1", 0),
            ("1 ", 1),
            ("1_000", 1),
            ("0x10", 1),
            ("1/0", 2),
            ("1/0.0", 2),
            ("1/-3", 2),
            ("1/2/3", 3),
            ("2*3*4", 3),
            ("0.5^2", 3),
            ("2^0.5", 3),
            ("0^-1", 0),
            ("1e100001", 2),
            ("1e-99999999999999999999999999", 3),
            ("2^1000001", 2),
            ("2^-1000001", 3),
            ("10^300000", 3),
            ("2^4000000000", 2),
            ("1\u{2212}", 1),
        ];
        for (text, position) in cases {
            assert_eq!(
                parse(text).expect_err(text).position,
                position,
                "{text}: {:?}",
                parse(text)
            );
        }
        assert_eq!(
            parse("1/0").expect_err("refused").to_string(),
            "expected a denominator other than 0 at byte 2 of the number"
        );
    }

    #[test]
    fn limits_are_the_last_accepted_values() {
        assert!(parse("2^1000000").is_ok());
        assert!(parse("3*2^-1000000").is_ok());
        assert!(parse("1e100000").is_ok());
        assert!(parse("1e-100000").is_ok());
        let digits = "7".repeat(MAX_TEXT);
        assert!(parse(&digits).is_ok());
        let error = parse(&format!("{digits}7")).expect_err("too long");
        assert_eq!(error.position, MAX_TEXT);
    }

    #[test]
    fn plain_decimals_have_no_operators() {
        assert_eq!(parse_decimal("-0.25e1"), Ok(ratio(-5, 2)));
        for text in ["1/3", "2^3", "2*3"] {
            assert_eq!(parse_decimal(text).expect_err(text).position, 1);
        }
    }

    #[test]
    fn decimals_round_outward() {
        let cases = [
            (ratio(1, 3), 3, "0.333", "0.334"),
            (ratio(-1, 3), 3, "-0.334", "-0.333"),
            (ratio(1, 1024), 10, "0.0009765625", "0.0009765625"),
            (ratio(1, 1024), 3, "0.000976", "0.000977"),
            (ratio(9999, 1000), 3, "9.99", "10"),
            (ratio(-9999, 1000), 3, "-10", "-9.99"),
            (ratio(1200, 1), 2, "1200", "1200"),
            (ratio(1201, 1), 2, "1200", "1300"),
            (ratio(5, 2), 8, "2.5", "2.5"),
            (ratio(0, 1), 5, "0", "0"),
            (ratio(2, 3), 0, "0.6", "0.7"),
            (ratio(1, 10_000_000), 3, "0.0000001", "0.0000001"),
            (ratio(1, 100_000_000), 3, "1e-8", "1e-8"),
        ];
        for (value, digits, down, up) in cases {
            assert_eq!(decimal_down(&value, digits), down, "{value}");
            assert_eq!(decimal_up(&value, digits), up, "{value}");
        }
        let tiny = &ratio(5, 4) * &parse("1e-300").expect("a number");
        assert_eq!(decimal_down(&tiny, 9), "1.25e-300");
        assert_eq!(decimal_up(&tiny, 2), "1.3e-300");
        assert_eq!(decimal_down(&parse("1e21").expect("a number"), 3), "1e21");
        assert_eq!(
            decimal_down(&parse("1e20").expect("a number"), 3),
            "100000000000000000000"
        );
        assert_eq!(decimal_down(&Rational::power_of_two(-3000), 3), "8.12e-904");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(p in any::<i128>(), q in 1..i128::MAX) {
            let value = Rational::new(p, q).expect("q is not 0");
            prop_assert_eq!(parse(&value.to_string()), Ok(value));
        }

        #[test]
        fn printed_decimals_enclose_within_one_unit(
            p in any::<i64>(), q in 1i64.., scale in -400i32..400, digits in 1usize..40,
        ) {
            let value = &ratio(p, q) * &Rational::power_of_two(scale);
            let down = parse_decimal(&decimal_down(&value, digits)).expect("a decimal");
            let up = parse_decimal(&decimal_up(&value, digits)).expect("a decimal");
            prop_assert!(down <= value && value <= up);
            // One unit of the last of n digits is at most 10^(1-n) of the value's magnitude.
            let places = i32::try_from(digits - 1).expect("small");
            let unit = &value.abs() * &ratio(1, 10).powi(places).expect("a power");
            prop_assert!(&up - &down <= unit);
        }

        #[test]
        fn no_text_panics(text in "[-+0-9./*^eE_ naif]{0,24}") {
            let _ = (parse(&text), parse_decimal(&text));
        }
    }
}
