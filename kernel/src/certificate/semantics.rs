//! The arithmetic that a claim is about: real numbers, or floats (T40).

use std::fmt;

use crate::numbers::{Dyadic, Rational, literal};

/// The arithmetic that evaluates the network of a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Semantics {
    /// Real numbers: no rounding at all.
    #[default]
    Real,
    /// Floats.
    Float(Floats),
}

/// A binary format of IEEE 754.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatFormat {
    /// binary32: 24 digits.
    Float32,
    /// binary64: 53 digits.
    Float64,
}

/// How the weighted sum of a unit is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Summation {
    /// In the format, in any order, each product alone or fused with an addition.
    #[default]
    Any,
    /// As the C code of this project does it: in binary64, rounded once to the format.
    Emitted,
}

/// How far the computed value of an activation may be from the exact one: by
/// `ulps · ulp(a(z)) + abs`. It is not assumed to stay within the range of the activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationError {
    /// Units in the last place of the exact value; at least 1/2.
    pub ulps: Rational,
    /// An absolute error; at least 0.
    pub abs: Rational,
}

/// Float arithmetic, as a claim assumes it (T40).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floats {
    /// The format of inputs, weights, sums and values.
    pub format: FloatFormat,
    /// How sums are evaluated.
    pub summation: Summation,
    /// The error of activations that are not exact.
    pub activation: ActivationError,
    /// Is the claim about the network at the rounded input, for every real input? If not, it is
    /// about the inputs that are floats.
    pub rounded_inputs: bool,
}

impl FloatFormat {
    /// The name in specs, flags and certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }

    /// Finds a format by name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Float32, Self::Float64]
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// The number of binary digits.
    pub fn digits(self) -> u32 {
        match self {
            Self::Float32 => 24,
            Self::Float64 => 53,
        }
    }

    /// The exponents of the smallest and the largest normal float, as powers of two.
    pub fn exponents(self) -> (i64, i64) {
        match self {
            Self::Float32 => (-126, 127),
            Self::Float64 => (-1022, 1023),
        }
    }

    /// The unit roundoff `u`: half the distance from 1 to the next float.
    pub fn unit(self) -> Dyadic {
        Dyadic::power_of_two(-i64::from(self.digits()))
    }

    /// The smallest positive normal float.
    pub fn smallest(self) -> Dyadic {
        Dyadic::power_of_two(self.exponents().0)
    }

    /// The largest finite float.
    pub fn largest(self) -> Dyadic {
        let (digits, (_, most)) = (i64::from(self.digits()), self.exponents());
        let all_digits = (1_i64 << digits) - 1;
        Dyadic::new(
            i128::from(all_digits),
            most + 1 - digits,
            crate::numbers::Direction::Down,
        )
    }

    /// Is this number 0 or a normal float?
    pub fn is_normal(self, value: &Rational) -> bool {
        self.has(value) && {
            let size = value.abs();
            size.is_zero() || size >= Rational::power_of_two(least(self))
        }
    }

    /// Is this number a finite float, normal or not?
    pub fn has(self, value: &Rational) -> bool {
        if value.is_zero() {
            return true;
        }
        // Numerator and denominator of a float have at most 1024 + 53 and 1075 bits.
        if value.bits() > 1 << 12 {
            return false;
        }
        let last = last_place(self, value);
        let is_whole = (value * &Rational::power_of_two(-last)).is_integer();
        let (_, most) = self.exponents();
        let most = i32::try_from(most).expect("a small exponent");
        is_whole && value.abs() < Rational::power_of_two(most + 1)
    }
}

/// The exponent of the smallest normal float.
fn least(format: FloatFormat) -> i32 {
    i32::try_from(format.exponents().0).expect("a small exponent")
}

/// The exponent of the last digit of the floats around a number that is not 0.
fn last_place(format: FloatFormat, value: &Rational) -> i32 {
    let digits = i32::try_from(format.digits()).expect("a small number");
    let first = Dyadic::from_rational(&value.abs(), crate::numbers::Direction::Down);
    // A dyadic has 63 digits.
    let first = i32::try_from(first.exponent() + 62).unwrap_or(i32::MAX / 2);
    first.max(least(format)) - (digits - 1)
}

impl Summation {
    /// The name in specs, flags and certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Emitted => "emitted",
        }
    }

    /// Finds a summation by name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Any, Self::Emitted]
            .into_iter()
            .find(|summation| summation.name() == name)
    }
}

impl Semantics {
    /// The floats, unless the claim is about real numbers.
    pub fn floats(&self) -> Option<&Floats> {
        match self {
            Self::Real => None,
            Self::Float(floats) => Some(floats),
        }
    }

    /// Reads what [`Semantics`] writes.
    ///
    /// - Errors: a message for anything else.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "real" {
            return Ok(Self::Real);
        }
        let words: Vec<&str> = text.split(' ').collect();
        let [
            format,
            "sums",
            summation,
            "ulps",
            ulps,
            "abs",
            abs,
            "inputs",
            inputs,
        ] = words[..]
        else {
            return Err(format!(
                "semantics `{text}` are not supported; expected real, or float32 or float64 with \
                 its parameters"
            ));
        };
        let number = |text: &str| {
            let number = literal::parse(text).map_err(|error| format!("`{text}`: {error}"))?;
            if number.is_negative() {
                return Err(format!("an error of {text} is negative"));
            }
            Ok(number)
        };
        Ok(Self::Float(Floats {
            format: FloatFormat::from_name(format)
                .ok_or_else(|| format!("unknown floats `{format}`; expected float32 or float64"))?,
            summation: Summation::from_name(summation)
                .ok_or_else(|| format!("unknown sums `{summation}`; expected any or emitted"))?,
            activation: ActivationError {
                ulps: number(ulps)?,
                abs: number(abs)?,
            },
            rounded_inputs: match inputs {
                "floats" => false,
                "rounded" => true,
                _ => {
                    return Err(format!(
                        "unknown inputs `{inputs}`; expected floats or rounded"
                    ));
                }
            },
        }))
    }
}

impl fmt::Display for Semantics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("real"),
            Self::Float(floats) => write!(
                f,
                "{} sums {} ulps {} abs {} inputs {}",
                floats.format.name(),
                floats.summation.name(),
                floats.activation.ulps,
                floats.activation.abs,
                if floats.rounded_inputs {
                    "rounded"
                } else {
                    "floats"
                }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FloatFormat::{Float32, Float64};

    fn number(text: &str) -> Rational {
        literal::parse(text).expect("a number")
    }

    #[test]
    fn semantics_are_read_back_as_they_were_written() {
        for text in [
            "real",
            "float32 sums any ulps 4 abs 1/2097152 inputs floats",
            "float64 sums emitted ulps 1/2 abs 0 inputs rounded",
        ] {
            assert_eq!(Semantics::parse(text).expect("read").to_string(), text);
        }
        for text in [
            "",
            "fixed",
            "float32",
            "float16 sums any ulps 4 abs 0 inputs floats",
            "float32 sums one ulps 4 abs 0 inputs floats",
            "float32 sums any ulps -1 abs 0 inputs floats",
            "float32 sums any ulps 4 abs x inputs floats",
            "float32 sums any ulps 4 abs 0 inputs all",
            "float32 sums any ulps 4 abs 0 inputs floats ",
        ] {
            assert!(Semantics::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn floats_are_told_from_other_numbers() {
        for (format, text, is_float, is_normal) in [
            (Float32, "0", true, true),
            (Float32, "16777215", true, true),
            (Float32, "16777217", false, false),
            (Float32, "-33554434", false, false),
            (Float32, "-33554436", true, true),
            (Float32, "1/3", false, false),
            (Float32, "2^-126", true, true),
            (Float32, "2^-149", true, false),
            (Float32, "-3*2^-149", true, false),
            (Float32, "2^-150", false, false),
            (Float32, "2^128", false, false),
            (Float32, "2^128 - 2^104", true, true),
            (Float32, "2^128 - 2^103", false, false),
            (Float64, "16777217", true, true),
            (Float64, "2^-1074", true, false),
            (Float64, "2^1024", false, false),
            (Float64, "2^1000 + 2^948", true, true),
            (Float64, "2^1000 + 2^947", false, false),
        ] {
            let value = literal::parse(text).unwrap_or_else(|_| {
                let (a, b) = text.split_once(" - ").map_or_else(
                    || {
                        let (a, b) = text.split_once(" + ").expect("a sum");
                        (number(a), number(b))
                    },
                    |(a, b)| (number(a), -&number(b)),
                );
                a + b
            });
            assert_eq!(format.has(&value), is_float, "{text}");
            assert_eq!(format.is_normal(&value), is_normal, "{text}");
        }
        let largest = Float32.largest().to_rational().expect("finite");
        assert_eq!(
            largest,
            Rational::from(0xff_ffff) * Rational::power_of_two(104)
        );
    }

    #[cfg(feature = "json")]
    #[test]
    #[allow(clippy::float_arithmetic)]
    fn every_float_of_the_machine_is_one() {
        let mut bits = 1_u32;
        for _ in 0..4000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f64::from(f32::from_bits(bits));
            let Some(float) = crate::numbers::Float64::from_bits(value.to_bits()) else {
                continue;
            };
            let value = float.to_rational();
            assert!(Float32.has(&value) && Float64.has(&value), "{value}");
            let next = &value + &(&value * &Rational::power_of_two(-25));
            assert!(value.is_zero() || !Float32.has(&next), "{next}");
        }
    }
}
