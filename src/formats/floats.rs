//! Floats in other formats: the meaning of their bits, and the nearest one to a number.
#![allow(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "reads and writes floats by their bits; nothing here is relied on by a proof"
)]

use crate::certificate::FloatFormat;
use crate::numbers::{Float64, Rational};

/// The floats in which weights are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// float32.
    Single,
    /// float64.
    Double,
}

impl Precision {
    /// The name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "float32",
            Self::Double => "float64",
        }
    }

    /// Returns the nearest float, ties to even; `None` if it would be infinite.
    pub fn nearest(self, value: &Rational) -> Option<f64> {
        let (digits, smallest, largest) = match self {
            Self::Single => (24, -149, 128),
            Self::Double => (53, -1074, 1024),
        };
        if value.is_zero() {
            return Some(0.0);
        }
        // 2^(top - 1) <= |value| < 2^(top + 1), so there are one or two digits more than needed
        // to decide; a second pass with the right quantum is not.
        let size = value.abs();
        let mut top = i32::try_from(value.magnitude_bits()).ok()?;
        if top.abs() > 4000 {
            return (top < 0).then_some(0.0);
        }
        if size < Rational::power_of_two(top) {
            top -= 1;
        }
        let quantum = (top + 1 - digits).max(smallest);
        let scaled = &size * &Rational::power_of_two(-quantum);
        let floor = Rational::from(scaled.floor());
        let above = &scaled - &floor;
        let mut units = floor.to_i64()?;
        let half = Rational::ratio(1, 2);
        if above > half || (above == half && units % 2 == 1) {
            units += 1;
        }
        // Both factors are powers of two and neither step rounds: the result is a float.
        let first = quantum / 2;
        let float = units as f64 * 2f64.powi(first) * 2f64.powi(quantum - first);
        let limit = Rational::power_of_two(largest);
        if &Rational::from(units) * &Rational::power_of_two(quantum) >= limit {
            return None;
        }
        Some(if value.is_negative() { -float } else { float })
    }

    /// Returns the smallest float that is at least a number; `None` if it would be infinite.
    pub fn at_least(self, value: &Rational) -> Option<f64> {
        let nearest = self.nearest(value)?;
        if rational(nearest) >= *value {
            return Some(nearest);
        }
        let next = match self {
            Self::Single => f64::from((nearest as f32).next_up()),
            Self::Double => nearest.next_up(),
        };
        next.is_finite().then_some(next)
    }

    /// Adds the bytes of a float of this type, least significant first.
    pub fn put(self, value: f64, bytes: &mut Vec<u8>) {
        match self {
            Self::Single => bytes.extend_from_slice(&(value as f32).to_le_bytes()),
            Self::Double => bytes.extend_from_slice(&value.to_le_bytes()),
        }
    }
}

/// The rounding of written numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rounding {
    /// The number of different values that had to be rounded.
    pub rounded: usize,
    /// The largest distance.
    pub largest: Rational,
}

impl Rounding {
    /// Returns the nearest float and remembers its distance; `None` if it would be infinite.
    pub fn take(&mut self, value: &Rational, precision: Precision) -> Option<f64> {
        let float = precision.nearest(value)?;
        self.count(value, &rational(float));
        Some(float)
    }

    /// Remembers the distance of a value from the float in its place.
    fn count(&mut self, value: &Rational, float: &Rational) {
        let distance = (value - float).abs();
        if !distance.is_zero() {
            self.rounded += 1;
            self.largest = distance.max(self.largest.clone());
        }
    }
}

impl From<FloatFormat> for Precision {
    fn from(format: FloatFormat) -> Self {
        match format {
            FloatFormat::Float32 => Self::Single,
            FloatFormat::Float64 => Self::Double,
        }
    }
}

/// Returns a finite float as a rational number; 0 for others.
pub fn rational(value: f64) -> Rational {
    Float64::from_bits(value.to_bits()).map_or(Rational::ZERO, Float64::to_rational)
}

/// Returns the value of the bits of a float16.
pub fn half(bits: u16) -> f64 {
    small(bits, 10, 5)
}

/// Returns the value of the bits of a bfloat16, the upper half of a float32.
pub fn bfloat(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// Returns the value of a float with one sign bit, and these numbers of exponent and fraction bits.
fn small(bits: u16, fraction_bits: u32, exponent_bits: u32) -> f64 {
    let fraction = f64::from(bits & ((1 << fraction_bits) - 1)) / f64::from(1u32 << fraction_bits);
    let largest = (1i32 << exponent_bits) - 1;
    let exponent = i32::from(bits >> fraction_bits) & largest;
    let bias = largest >> 1;
    let size = if exponent == largest {
        if fraction == 0.0 {
            f64::INFINITY
        } else {
            f64::NAN
        }
    } else if exponent == 0 {
        fraction * 2f64.powi(1 - bias)
    } else {
        (1.0 + fraction) * 2f64.powi(exponent - bias)
    };
    if bits >> 15 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn floats_are_nearest_to_themselves_and_to_what_is_near(value in any::<f64>(), single in any::<f32>()) {
            prop_assume!(value.is_finite() && single.is_finite());
            prop_assert_eq!(Precision::Double.nearest(&rational(value)), Some(value));
            prop_assert_eq!(Precision::Single.nearest(&rational(f64::from(single))), Some(f64::from(single)));
            // The cast rounds to the nearest, ties to even.
            let cast = value as f32;
            let nearest = Precision::Single.nearest(&rational(value));
            prop_assert_eq!(nearest, cast.is_finite().then_some(f64::from(cast)));
            if let Some(above) = Precision::Single.at_least(&rational(value)) {
                prop_assert!(above >= value && f64::from((above as f32).next_down()) < value);
            }
        }

        #[test]
        fn ties_go_to_even(k in 0i64..1 << 24) {
            let tie = Rational::ratio((1 << 25) + 2 * k + 1, 1 << 30);
            let cast = (((1i64 << 25) + 2 * k + 1) as f32) / (1i64 << 30) as f32;
            prop_assert_eq!(Precision::Single.nearest(&tie), Some(f64::from(cast)));
        }
    }

    #[test]
    fn rounding_is_reported() {
        let mut rounding = Rounding::default();
        assert_eq!(
            rounding.take(&Rational::ratio(1, 4), Precision::Single),
            Some(0.25)
        );
        assert_eq!(rounding.rounded, 0);
        let tenth = rounding.take(&Rational::ratio(1, 10), Precision::Double);
        assert_eq!((tenth, rounding.rounded), (Some(0.1), 1));
        assert_eq!(
            rounding.take(&Rational::power_of_two(128), Precision::Single),
            None
        );
    }
}
