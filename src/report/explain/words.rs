//! Numbers of an explanation, for readers: every bound is rounded in its safe direction.

use super::Bounds;
use crate::numbers::Rational;
use crate::numbers::literal::{decimal_down, decimal_up};

/// Significant digits of a bound in a sentence.
pub(super) const DIGITS: usize = 4;

/// Two ends, rounded outward: `0.5 to 0.7`; one number where both are the same.
pub(super) fn range((low, high): (&Rational, &Rational), digits: usize) -> String {
    let (low, high) = (decimal_down(low, digits), decimal_up(high, digits));
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

/// Bounds in a sentence: `between 0.5 and 0.7`, `at least 0.5`, `0.5`.
pub(super) fn between(bounds: &Bounds) -> String {
    let low = decimal_down(&bounds.lower, DIGITS);
    let Some(upper) = &bounds.upper else {
        return format!("at least {low}");
    };
    let high = decimal_up(upper, DIGITS);
    if low == high {
        low
    } else {
        format!("between {low} and {high}")
    }
}

/// A part of the whole, in percent: `2.05 to 3.7 %`.
pub(super) fn percent(bounds: &Bounds) -> String {
    let hundred = Rational::from(100);
    let low = &bounds.lower * &hundred;
    match &bounds.upper {
        Some(upper) => format!("{} %", rounded(&low, &(upper * &hundred))),
        None => format!("at least {} %", decimal_down(&low, 3)),
    }
}

/// Two ends, rounded outward to about a thousandth of what is between them: `0 to 0.733`. Ends that are close
/// together have three digits at least.
pub(super) fn rounded(low: &Rational, high: &Rational) -> String {
    let width = high - low;
    let ten = Rational::from(10);
    let size = low.abs().max(high.abs());
    let fine = &size * Rational::ratio(1, 1000);
    if !width.is_positive() {
        return range((low, high), DIGITS);
    }
    let wanted = (width * Rational::ratio(1, 100)).max(fine);
    let mut unit = Rational::ONE;
    while &unit * &ten <= wanted {
        unit = unit * &ten;
    }
    while unit > wanted {
        unit = unit * Rational::ratio(1, 10);
    }
    let steps = |value: &Rational| value.checked_div(&unit).unwrap_or_default();
    let (low, high) = (steps(low).floor(), steps(high).ceil());
    let (low, high) = (Rational::from(low) * &unit, Rational::from(high) * &unit);
    range((&low, &high), 17)
}

/// Bounds that may be missing.
pub(super) fn or_unknown(bounds: Option<&Bounds>, say: fn(&Bounds) -> String) -> String {
    bounds.map_or_else(|| "not known".to_owned(), say)
}
