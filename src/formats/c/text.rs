//! Numbers and tables in the text of C.

use std::fmt::Write as _;

use crate::certificate::FloatFormat;
use crate::formats::floats::Precision;
use crate::numbers::Rational;

/// Digits after the first of a float64.
const DIGITS: u32 = 52;
/// The longest line of a table.
const LINE: usize = 96;

/// The type of C, its size in bytes, and what its constants end in.
pub fn of(format: FloatFormat) -> (&'static str, usize, &'static str) {
    match format {
        FloatFormat::Float32 => ("float", 4, "F"),
        FloatFormat::Float64 => ("double", 8, ""),
    }
}

/// Returns a normal float64 or 0 in hexadecimal: `-0x1.8p+1`. Exact.
pub fn hexadecimal(value: f64) -> String {
    let bits = value.to_bits();
    let sign = if bits >> 63 == 0 { "" } else { "-" };
    let fraction = bits & ((1 << DIGITS) - 1);
    let exponent = i64::try_from((bits >> DIGITS) & 0x7ff).expect("11 bits");
    if exponent == 0 {
        debug_assert_eq!(fraction, 0, "not subnormal");
        return format!("{sign}0x0p+0");
    }
    let digits = format!("{fraction:013x}");
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{sign}0x1{point}{digits}p{:+}", exponent - 1023)
}

/// Returns a float of the format in hexadecimal, with the letter of its type. Exact for such floats.
pub fn constant(value: &Rational, format: FloatFormat) -> Option<String> {
    let float = Precision::from(format).nearest(value)?;
    let (_, _, letter) = of(format);
    Some(hexadecimal(float) + letter)
}

/// Adds a table of constants.
pub fn table(
    out: &mut String,
    of_type: &str,
    name: &str,
    values: impl ExactSizeIterator<Item = String>,
) {
    let _ = writeln!(out, "static const {of_type} {name}[{}] = {{", values.len());
    let mut line = String::from("   ");
    for value in values {
        if line.len() + value.len() + 2 > LINE {
            let _ = writeln!(out, "{line}");
            line.truncate(3);
        }
        let _ = write!(line, " {value},");
    }
    let _ = writeln!(out, "{line}\n}};");
}

/// The smallest type of C that holds the integers up to `largest`, and its bytes.
pub fn integer(largest: usize) -> (&'static str, usize) {
    match largest {
        0..=0xff => ("uint8_t", 1),
        0x100..=0xffff => ("uint16_t", 2),
        _ => ("uint32_t", 4),
    }
}

/// Returns a text that ends no comment and begins none, on one line.
pub fn in_comment(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    // A trigraph ??/ is a backslash.
    plain
        .replace("*/", "* /")
        .replace("/*", "/ *")
        .replace("??", "? ?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::floats::rational;

    #[test]
    fn constants_are_exact() {
        for (value, text) in [
            (3.0, "0x1.8p+1"),
            (-0.5, "-0x1p-1"),
            (0.0, "0x0p+0"),
            (0.1, "0x1.999999999999ap-4"),
            (f64::MAX, "0x1.fffffffffffffp+1023"),
            (f64::MIN_POSITIVE, "0x1p-1022"),
        ] {
            assert_eq!(hexadecimal(value), text);
        }
        let third = constant(&Rational::ratio(1, 3), FloatFormat::Float32);
        assert_eq!(third.as_deref(), Some("0x1.555556p-2F"));
        let tenth = constant(&rational(0.1), FloatFormat::Float64);
        assert_eq!(tenth.as_deref(), Some("0x1.999999999999ap-4"));
    }

    #[test]
    fn tables_have_short_lines_and_all_numbers() {
        let mut out = String::new();
        table(&mut out, "int", "t", (0..100).map(|k| k.to_string()));
        assert!(
            out.lines()
                .all(|line| line.len() <= LINE && !line.ends_with(' '))
        );
        assert!(
            out.starts_with("static const int t[100] = {\n    0, 1,")
                && out.ends_with(" 99,\n};\n")
        );
        assert_eq!(out.matches(',').count(), 100);
    }

    #[test]
    fn comments_stay_comments() {
        assert_eq!(in_comment("a */ b\n/* \\ ??/"), "a * / b / * \\ ? ?/");
    }
}
