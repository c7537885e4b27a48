//! Exact or rounded values of a target at rational points.

use super::error::BuildError;
use super::fixed::{Found, MAX_EXACT_BITS, Numbers};
use super::grid::{Grid, Indices};
use super::separate::Separated;
use crate::expr::{Constants, Expr, Scratch, Tape, Target};
use crate::numbers::{Direction, Failure, Interval, Rational};

/// Values at some points.
pub struct Values {
    /// The values, in the order of the points.
    pub values: Vec<Rational>,
    /// An upper bound on the distance of the values from the true ones; 0 if all are exact.
    pub rounding_upper: Rational,
}

/// Evaluates one output of a target, or the indicator of its region.
pub struct Sampler {
    names: Vec<String>,
    formula: Expr,
    tape: Tape,
    exact: Constants<Rational>,
    enclosed: Constants<Interval>,
    exact_scratch: Scratch<Rational>,
    scratch: Scratch<Interval>,
}

impl Sampler {
    /// Prepares each output of a target.
    pub fn all(target: &Target) -> Vec<Self> {
        let names = target.inputs();
        let outputs = target.indicator().output_expressions();
        let outputs = outputs.into_iter();
        outputs.map(|formula| Self::new(names, formula)).collect()
    }

    /// Prepares a formula in these inputs.
    pub fn new(names: &[String], formula: Expr) -> Self {
        let tape = Tape::of_expressions(names.len(), [&formula]);
        Self {
            names: names.to_vec(),
            formula,
            exact: tape.constants(&()),
            enclosed: tape.constants(&()),
            exact_scratch: Scratch::default(),
            scratch: Scratch::default(),
            tape,
        }
    }

    /// Returns the values at these points: exact if they are rational and short, otherwise rounded to 40
    /// bits below the largest of them.
    pub fn values(
        &mut self,
        points: impl IntoIterator<Item = Vec<Rational>>,
    ) -> Result<Values, BuildError> {
        let found = points.into_iter().map(|point| self.value(&point));
        let (numbers, rounding_upper) = Numbers::rounded(found.collect::<Result<_, _>>()?);
        let values = (0..numbers.count()).map(|place| numbers.get(place));
        Ok(Values {
            values: values.collect(),
            rounding_upper,
        })
    }

    /// Returns the values at the centres of the cells of a grid, as [`Sampler::values`] does, with an upper
    /// bound on their distance from the true ones.
    pub fn on_grid(&mut self, grid: &Grid) -> Result<(Numbers, Rational), BuildError> {
        let mut separated = Separated::new(&self.formula, grid);
        let mut found = Vec::new();
        for index in Indices::of_cells(grid) {
            let value = separated.as_mut().and_then(|parts| parts.value(&index));
            found.push(match value {
                Some(value) => value,
                None => self.value(&grid.centre(&index))?,
            });
        }
        Ok(Numbers::rounded(found))
    }

    fn value(&mut self, point: &[Rational]) -> Result<Found, BuildError> {
        let place = || {
            let sides = self.names.iter().zip(point);
            let sides: Vec<_> = sides.map(|(name, x)| format!("{name} = {x}")).collect();
            sides.join(", ")
        };
        let exact = self
            .tape
            .evaluate(&self.exact, point, &mut self.exact_scratch);
        match exact.value(0) {
            Ok(value) if value.bits() <= MAX_EXACT_BITS => {
                return Ok(Found::Exact(value.clone()));
            }
            Err(Failure::Undefined) => return Err(BuildError::Undefined(place())),
            Ok(_) | Err(_) => {}
        }
        let point: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let enclosed = self
            .tape
            .evaluate(&self.enclosed, &point, &mut self.scratch);
        let value = match enclosed.value(0) {
            Ok(value) => value,
            Err(Failure::Undefined) => return Err(BuildError::Undefined(place())),
            Err(_) => return Err(BuildError::NotEvaluated(place())),
        };
        if value.is_bounded() {
            Ok(Found::Enclosed(*value))
        } else {
            Err(BuildError::NotEvaluated(place()))
        }
    }
}

/// Encloses the range of a formula on a box; `None` if it is not bounded.
pub fn range(formula: &Expr, sides: &[(Rational, Rational)]) -> Option<(Rational, Rational)> {
    let hull = |(low, high): &(Rational, Rational)| {
        Interval::from_rational(low).hull(&Interval::from_rational(high))
    };
    let sides: Vec<Interval> = sides.iter().map(hull).collect();
    let tape = Tape::of_expressions(sides.len(), [formula]);
    let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
    let results = tape.evaluate(&constants, &sides, &mut scratch);
    let range = results.value(0).ok()?;
    let low = range.inf().rational_bound(Direction::Down)?;
    Some((low, range.sup().rational_bound(Direction::Up)?))
}

/// Returns the width of the widest range of these formulas on a box.
pub fn range_width(formulas: &[Expr], sides: &[(Rational, Rational)]) -> Option<Rational> {
    let widths = formulas.iter().map(|formula| {
        let (low, high) = range(formula, sides)?;
        Some(high - low)
    });
    widths.collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// Returns an exponent e with `|value| <= 2^e`, at most one too large; 0 for 0.
pub fn exponent_above(value: &Rational) -> i32 {
    if value.is_zero() {
        return 0;
    }
    let bits = |text: usize| i32::try_from(text).unwrap_or(i32::MAX / 4);
    let size = value.abs();
    let (top, bottom) = (size.ceil(), size.reciprocal().unwrap_or_default().floor());
    // At least 1: the length of the integer above it. Below: 2^(k-1) <= 1/value gives 2^(1-k).
    if size >= Rational::ONE {
        bits(Rational::from(top).bits() - 1)
    } else {
        2 - bits(Rational::from(bottom).bits())
    }
}

/// Returns a number not below this one, of about this many significant bits.
pub fn short_above(value: &Rational, bits: i32) -> Rational {
    let unit = Rational::power_of_two(exponent_above(value) - bits);
    Rational::from((value / &unit).ceil()) * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;
    use proptest::prelude::*;

    fn values(formula: &str, points: &[Rational]) -> Result<Values, BuildError> {
        let inputs = ["x".to_owned()];
        let target = parse_target(&[formula], Some(&inputs)).expect("a formula");
        Sampler::all(&target)[0].values(points.iter().map(|x| vec![x.clone()]))
    }

    #[test]
    fn rational_values_are_exact_and_others_rounded_to_40_bits() {
        let points = [Rational::ratio(1, 3), Rational::ratio(1, 2)];
        let exact = values("x^2 + 1/7", &points).expect("defined");
        assert_eq!(exact.values[0], Rational::ratio(16, 63));
        assert_eq!(exact.rounding_upper, Rational::ZERO);
        let rounded = values("1000*exp(x)", &points).expect("defined");
        // The largest is e^(1/2) 1000, between 2^10 and 2^11, so the unit is 2^-29.
        assert!((&rounded.values[1] * &Rational::power_of_two(29)).is_integer());
        assert!(rounded.rounding_upper.is_positive());
        assert!(rounded.rounding_upper <= Rational::power_of_two(-29));
        let squared = &rounded.values[1] * &rounded.values[1];
        let e = Rational::ratio(2_718_281_828, 1000);
        assert!((squared - e).abs() < Rational::ratio(1, 500));
    }

    #[test]
    fn places_without_a_value_are_named() {
        let at = |formula: &str| {
            values(formula, &[Rational::ONE])
                .err()
                .map(|e| e.to_string())
        };
        let message = "the target is not defined at x = 1";
        assert_eq!(at("1/(x - 1)").as_deref(), Some(message));
        assert_eq!(at("ln(x - 2) + exp(x)").as_deref(), Some(message));
    }

    proptest! {
        #[test]
        fn exponents_and_short_numbers_are_above(p in 1i64..1_000_000_000, q in 1i64..1_000_000_000) {
            let value = Rational::ratio(p, q);
            let e = exponent_above(&value);
            prop_assert!(value <= Rational::power_of_two(e));
            prop_assert!(value >= Rational::power_of_two(e - 2));
            let short = short_above(&value, 24);
            prop_assert!(value <= short);
            prop_assert!(short <= &value * &Rational::ratio(1_000_001, 1_000_000));
        }
    }
}
