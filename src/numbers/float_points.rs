//! Floats near a number: the points at which a claim about floats is tried.

use super::estimate::{estimate_rational, exact_dyadic};
use crate::certificate::{FloatFormat, Floats};
use crate::numbers::Rational;

/// Returns a float near a number, within a side; `None` if the side has no float there.
pub fn float_within(
    format: FloatFormat,
    value: &Rational,
    (low, high): (&Rational, &Rational),
) -> Option<Rational> {
    let near = estimate_rational(value);
    let mut float = rounded(format, near);
    for _ in 0..4 {
        let found = exact_dyadic(float)?.to_rational()?;
        let next = if found < *low {
            next(format, float, true)
        } else if found > *high {
            next(format, float, false)
        } else {
            return Some(found);
        };
        float = next;
    }
    None
}

/// Returns the point with each number replaced by a float near it, as a claim about floats needs
/// it: the point itself for real arithmetic and rounded inputs.
pub fn admitted(
    floats: Option<&Floats>,
    point: Vec<Rational>,
    sides: &[(Rational, Rational)],
) -> Option<Vec<Rational>> {
    let Some(floats) = floats.filter(|floats| !floats.rounded_inputs) else {
        return Some(point);
    };
    let sides = point.iter().zip(sides);
    sides
        .map(|(x, (low, high))| float_within(floats.format, x, (low, high)))
        .collect()
}

/// Rounds to the format.
#[allow(clippy::cast_possible_truncation)]
fn rounded(format: FloatFormat, value: f64) -> f64 {
    match format {
        FloatFormat::Float32 => f64::from(value as f32),
        FloatFormat::Float64 => value,
    }
}

/// Returns the float above or below.
#[allow(clippy::cast_possible_truncation)]
fn next(format: FloatFormat, value: f64, is_up: bool) -> f64 {
    match (format, is_up) {
        (FloatFormat::Float32, true) => f64::from((value as f32).next_up()),
        (FloatFormat::Float32, false) => f64::from((value as f32).next_down()),
        (FloatFormat::Float64, true) => value.next_up(),
        (FloatFormat::Float64, false) => value.next_down(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Rational {
        crate::numbers::literal::parse(text).expect("a number")
    }

    #[test]
    fn the_float_lies_in_the_side() {
        let third = number("1/3");
        for format in [FloatFormat::Float32, FloatFormat::Float64] {
            let above = float_within(format, &third, (&third, &Rational::ONE)).expect("a float");
            let below = float_within(format, &third, (&Rational::ZERO, &third)).expect("a float");
            assert!(below < third && third < above);
            assert!(format.has(&above) && format.has(&below));
            let apart = above - below;
            assert!(apart < Rational::power_of_two(-24));
            assert_eq!(float_within(format, &third, (&third, &third)), None);
        }
        let half = (number("1/2"), number("1/2"));
        let point = vec![number("1/3"), number("1/2")];
        let sides = [(Rational::ZERO, Rational::ONE), half];
        assert_eq!(admitted(None, point.clone(), &sides), Some(point));
    }
}
