//! A broken line as units with short numbers: dyadic kinks and slopes, with as few bits as the room allows.

use std::collections::BTreeMap;

use super::best::BrokenLine;
use super::facing::{Facing, factors, moved};
use super::samples::Samples;
use crate::numbers::Rational;
use crate::numbers::estimate::exact_dyadic;

/// Numbers get one bit longer at most this often.
const LENGTHS: i32 = 44;
/// Sums of slopes may be off by so many units on the way.
const MOST_OFF: i64 = 12;
/// Of the room, this part is used for short numbers.
const USED: f64 = 0.75;

/// A unit: `bend · relu(x - place)`, or `bend · relu(place - x)` if it faces left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Where its kink is.
    pub place: Rational,
    /// The change of the slope there.
    pub bend: Rational,
    /// Does it face left?
    pub is_left: bool,
}

/// A broken line: `constant + slope x`, and the units.
#[derive(Clone, Debug, PartialEq)]
pub struct Units {
    /// From left to right; all numbers are dyadic.
    pub units: Vec<Unit>,
    /// The slope that the units do not make: 0 if they alone are enough.
    pub slope: Rational,
    /// What is added.
    pub constant: Rational,
    /// The largest distance from the function that was seen.
    pub error_estimate: f64,
}

impl Units {
    /// The number of units that face left.
    pub fn left(&self) -> usize {
        self.units.iter().filter(|unit| unit.is_left).count()
    }

    /// The number of units, with one that is always on if there is a slope that the others do not make.
    pub fn count(&self) -> usize {
        self.units.len() + usize::from(!self.slope.is_zero())
    }

    /// Returns units for a line whose distance from the function is at most this; `None` if no short numbers were
    /// found.
    ///
    /// - Exactness: the units are exact; their distance from the function is an estimate.
    pub(super) fn of(
        samples: &Samples,
        line: &BrokenLine,
        facing: Option<&Facing>,
        distance: f64,
    ) -> Option<Self> {
        let room = distance - line.error_estimate;
        let allowed = line.error_estimate + USED * room;
        let values = facing.map_or(&line.values, |facing| &facing.values);
        let is_left = facing.map(|facing| facing.is_left.as_slice());
        (0..LENGTHS).find_map(|length| {
            let step = libm::ldexp(16.0 * room, -length);
            let rounded = Rounded::new(&line.knots, values, is_left, step)?;
            let error_estimate = samples.distance(&rounded.knots, &rounded.values);
            (error_estimate <= allowed)
                .then(|| rounded.units(is_left, error_estimate))
                .flatten()
        })
    }
}

/// Short numbers: kinks, and slopes as multiples of a power of two.
struct Rounded {
    knots: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<i64>,
    /// The power of two.
    exponent: i32,
    slope: f64,
    constant: f64,
}

/// The largest exponent with a power of two that is at most this.
fn exponent_below(value: f64) -> i32 {
    libm::frexp(value).1 - 1
}

/// The nearest multiple of `2^exponent`.
fn rounded(value: f64, exponent: i32) -> f64 {
    libm::ldexp(libm::round(libm::ldexp(value, -exponent)), exponent)
}

impl Rounded {
    /// Rounds so that each value moves by about `step`.
    fn new(knots: &[f64], values: &[f64], is_left: Option<&[bool]>, step: f64) -> Option<Self> {
        let last = knots.len() - 1;
        let slope =
            |piece: usize| (values[piece + 1] - values[piece]) / (knots[piece + 1] - knots[piece]);
        let mut short = knots.to_vec();
        for kink in 1..last {
            let nearest = (knots[kink] - knots[kink - 1]).min(knots[kink + 1] - knots[kink]);
            let bend = (slope(kink) - slope(kink - 1)).abs();
            let finest = (nearest / 8.0).min(step / bend.max(f64::MIN_POSITIVE));
            short[kink] = rounded(knots[kink], exponent_below(finest));
        }
        // The values of the line where the kinks are now.
        let mut piece = 0;
        let mut wanted = Vec::with_capacity(knots.len());
        for knot in &short {
            while piece + 1 < last && knots[piece + 1] <= *knot {
                piece += 1;
            }
            wanted.push(values[piece] + slope(piece) * (knot - knots[piece]));
        }
        let mut sums = vec![0; last];
        if let Some(is_left) = is_left {
            wanted = moved(&short, &wanted, is_left)?.values;
            sums = factors(is_left);
        }
        let widest = short
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .fold(0.0, f64::max);
        let exponent = exponent_below(step / widest);
        let slopes = slopes(&short, &wanted, &sums, exponent)?;
        let slope_of = |piece: usize| libm::ldexp(float(slopes[piece]), exponent);
        // The constant, and with it all values.
        let slope = if is_left.is_some() { 0.0 } else { slope_of(0) };
        let mut others = slope * short[0];
        for (kink, _) in (1..last)
            .zip(is_left.unwrap_or_default())
            .filter(|(_, is_left)| **is_left)
        {
            others += (slope_of(kink) - slope_of(kink - 1)) * (short[kink] - short[0]);
        }
        let constant = rounded(wanted[0] - others, exponent_below(step / 2.0));
        let mut value = constant + others;
        let mut reached = vec![value];
        for piece in 0..last {
            value += slope_of(piece) * (short[piece + 1] - short[piece]);
            reached.push(value);
        }
        Some(Self {
            knots: short,
            values: reached,
            slopes,
            exponent,
            slope,
            constant,
        })
    }

    fn units(&self, is_left: Option<&[bool]>, error_estimate: f64) -> Option<Units> {
        let unit = Rational::power_of_two(self.exponent);
        let exact = |value: f64| exact_dyadic(value)?.to_rational();
        let mut units = Vec::new();
        for (kink, pair) in self.slopes.windows(2).enumerate() {
            if pair[0] != pair[1] {
                units.push(Unit {
                    place: exact(self.knots[kink + 1])?,
                    bend: Rational::from(pair[1] - pair[0]) * &unit,
                    is_left: is_left.is_some_and(|is_left| is_left[kink]),
                });
            }
        }
        Some(Units {
            units,
            slope: exact(self.slope)?,
            constant: exact(self.constant)?,
            error_estimate,
        })
    }
}

#[allow(clippy::cast_precision_loss, reason = "numbers of at most 52 bits")]
fn float(value: i64) -> f64 {
    value as f64
}

/// Rounds a float to an integer, if it is not large.
#[allow(clippy::cast_possible_truncation, reason = "the size is checked")]
fn integer(value: f64) -> Option<i64> {
    (value.abs() < 4e15).then(|| libm::round(value) as i64)
}

/// A choice of slopes for the first pieces.
#[derive(Clone, Copy)]
struct State {
    /// How far the value is from the wanted one, and the largest such distance so far.
    off: f64,
    worst: f64,
    /// The last slope, and the sum before it.
    slope: i64,
    before: i64,
}

/// Chooses slopes, multiples of `2^exponent`, such that the values stay near the wanted ones and the sum of slopes
/// times factors is 0: each is one of the three nearest, and of the choices with one sum the best goes on.
fn slopes(knots: &[f64], wanted: &[f64], factors: &[i64], exponent: i32) -> Option<Vec<i64>> {
    let unit = libm::ldexp(1.0, exponent);
    let mut layers: Vec<BTreeMap<i64, State>> = Vec::with_capacity(factors.len());
    let mut open = BTreeMap::from([(
        0,
        State {
            off: 0.0,
            worst: 0.0,
            slope: 0,
            before: 0,
        },
    )]);
    let mut ideal = 0.0;
    for (piece, factor) in factors.iter().enumerate() {
        let width = knots[piece + 1] - knots[piece];
        let rise = wanted[piece + 1] - wanted[piece];
        ideal += float(*factor) * rise / width / unit;
        let mut next: BTreeMap<i64, State> = BTreeMap::new();
        for (sum, state) in &open {
            let nearest = integer((rise - state.off) / width / unit)?;
            for slope in nearest - 1..=nearest + 1 {
                let off = state.off + float(slope) * unit * width - rise;
                let reached = sum + factor * slope;
                if (float(reached) - ideal).abs() > float(MOST_OFF) {
                    continue;
                }
                let new = State {
                    off,
                    worst: state.worst.max(off.abs()),
                    slope,
                    before: *sum,
                };
                let old = next.entry(reached).or_insert(new);
                if (new.worst, new.off.abs()) < (old.worst, old.off.abs()) {
                    *old = new;
                }
            }
        }
        layers.push(std::mem::replace(&mut open, next));
    }
    layers.push(open);
    let mut sum = 0;
    let mut found = Vec::with_capacity(factors.len());
    for layer in layers.iter().skip(1).rev() {
        let state = layer.get(&sum)?;
        found.push(state.slope);
        sum = state.before;
    }
    found.reverse();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_add_up_to_zero_and_values_stay_near() {
        let knots = [0.0, 0.3, 0.8, 1.0, 1.7];
        let wanted = [0.0, 0.1, -0.2, 0.33, 0.29];
        let is_left = [true, false, true];
        let turned = moved(&knots, &wanted, &is_left).expect("weights").values;
        let sums = factors(&is_left);
        for exponent in [-6, -10, -20] {
            let found = slopes(&knots, &turned, &sums, exponent).expect("slopes");
            let sum: i64 = found
                .iter()
                .zip(&sums)
                .map(|(slope, factor)| slope * factor)
                .sum();
            assert_eq!(sum, 0);
            let mut value = turned[0];
            for (piece, slope) in found.iter().enumerate() {
                value += libm::ldexp(float(*slope), exponent) * (knots[piece + 1] - knots[piece]);
                let off = (value - turned[piece + 1]).abs();
                assert!(
                    off <= libm::ldexp(1.0, exponent),
                    "{exponent}, {piece}: {off}"
                );
            }
        }
    }
}
