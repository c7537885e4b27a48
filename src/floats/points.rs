//! The floats of a domain.

use crate::certificate::{FloatFormat, Floats};
use crate::numbers::Rational;

/// Returns the least float that is at least `value`, if there is one.
///
/// - Exactness: exact. Subnormal floats count.
pub fn least_above(format: FloatFormat, value: &Rational) -> Option<Rational> {
    let negated = greatest_below(format, &-value)?;
    Some(-&negated)
}

/// Returns the greatest float that is at most `value`, if there is one.
///
/// - Exactness: exact. Subnormal floats count.
pub fn greatest_below(format: FloatFormat, value: &Rational) -> Option<Rational> {
    let largest = format.largest().to_rational()?;
    if *value >= largest {
        return Some(largest);
    }
    if *value < -&largest {
        return None;
    }
    if value.is_zero() {
        return Some(Rational::ZERO);
    }
    let (least, _) = format.exponents();
    let size = value.abs();
    // 2^(bits - 1) < |value| < 2^(bits + 1), and the floats between two powers of two are equally far apart.
    // Below the smallest normal float they stay as far apart as there; a number that small needs no power.
    let bits = size.magnitude_bits().max(least);
    let mut top = i32::try_from(bits).ok()?;
    if size < Rational::power_of_two(top) {
        top -= 1;
    }
    let top = top.max(i32::try_from(least).ok()?);
    let step = top - i32::try_from(format.digits()).ok()? + 1;
    let steps = (value * &Rational::power_of_two(-step)).floor();
    Some(Rational::from(steps) * Rational::power_of_two(step))
}

/// Returns the floats at the ends of a side, if there is a float on it.
pub fn of_side(
    format: FloatFormat,
    (low, high): (&Rational, &Rational),
) -> Option<(Rational, Rational)> {
    let ends = (least_above(format, low)?, greatest_below(format, high)?);
    (ends.0 <= ends.1).then_some(ends)
}

/// Returns a float next to a number, on a side; `None` if there is none.
pub fn next_to(
    format: FloatFormat,
    value: &Rational,
    (low, high): (&Rational, &Rational),
) -> Option<Rational> {
    let below = greatest_below(format, value).filter(|float| low <= float && float <= high);
    below.or_else(|| least_above(format, value).filter(|float| low <= float && float <= high))
}

/// Returns a point for which a claim is made: the point itself for real arithmetic and for rounded inputs, else
/// one of floats next to it, in a box.
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
        .map(|(x, (low, high))| next_to(floats.format, x, (low, high)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use FloatFormat::{Float32, Float64};

    fn number(text: &str) -> Rational {
        text.parse().expect("a number")
    }

    #[test]
    fn a_float_next_to_a_number_lies_on_the_side() {
        let third = number("1/3");
        for format in [Float32, Float64] {
            let above = next_to(format, &third, (&third, &Rational::ONE)).expect("a float");
            let below = next_to(format, &third, (&Rational::ZERO, &third)).expect("a float");
            assert!(below < third && third < above);
            assert!(format.has(&above) && format.has(&below));
            assert!(above - below < Rational::power_of_two(-24));
            assert_eq!(next_to(format, &third, (&third, &third)), None);
        }
        let sides = [(Rational::ZERO, Rational::ONE)];
        assert_eq!(
            admitted(None, vec![third.clone()], &sides),
            Some(vec![third])
        );
    }

    /// The neighbours of a number are those that the machine finds.
    #[test]
    fn neighbours_agree_with_the_machine() {
        let mut bits = 7_u32;
        for _ in 0..4000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let float = f32::from_bits(bits);
            let (up, down) = (float.next_up(), float.next_down());
            if ![float, up, down].iter().all(|float| float.is_finite()) {
                continue;
            }
            let exact = |float: f32| crate::formats::floats::rational(f64::from(float));
            let (value, up, down) = (exact(float), exact(up), exact(down));
            assert_eq!(greatest_below(Float32, &value), Some(value.clone()));
            assert_eq!(least_above(Float32, &value), Some(value.clone()));
            let (over, under) = (value.midpoint(&up), value.midpoint(&down));
            assert_eq!(least_above(Float32, &over), Some(up), "{float}");
            assert_eq!(greatest_below(Float32, &over), Some(value.clone()));
            assert_eq!(greatest_below(Float32, &under), Some(down), "{float}");
            assert_eq!(least_above(Float32, &under), Some(value));
        }
    }

    #[test]
    fn ends_of_the_range_and_of_sides() {
        let largest = number(
            "(2^24 - 1)*2^104"
                .replace("(2^24 - 1)", "16777215")
                .as_str(),
        );
        assert_eq!(
            greatest_below(Float32, &number("1e39")),
            Some(largest.clone())
        );
        assert_eq!(least_above(Float32, &number("1e39")), None);
        assert_eq!(least_above(Float32, &number("-1e39")), Some(-&largest));
        assert_eq!(
            greatest_below(Float32, &number("1e-60")),
            Some(Rational::ZERO)
        );
        assert_eq!(
            least_above(Float32, &number("1e-60")),
            Some(number("2^-149"))
        );
        let tenth = of_side(Float64, (&number("0.1"), &number("0.3"))).expect("floats");
        assert!(tenth.0 >= number("0.1") && Float64.has(&tenth.0));
        let (low, high) = (number("16777217.1"), number("16777217.9"));
        assert_eq!(of_side(Float32, (&low, &high)), None);
    }
}
