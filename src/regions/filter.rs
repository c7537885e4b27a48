//! Signs by floats, if a float can prove them.
//!
//! Only IEEE `+ - *` and one division are used, so answers are the same on every machine. A number
//! that a float cannot hold to 52 bits is NaN here, and whatever it touches is left to integers.

#![allow(clippy::cast_precision_loss)]

use std::cmp::Ordering;

use dashu_base::{BitTest, Signed};

use crate::geometry::{Affine, Corner};
use crate::numbers::{Integer, Rational};

/// Relative error of a number read from exact ones: two roundings of 2^-53 each, with room.
const READ: f64 = f64::EPSILON;
/// Bound on the rounding of `a x + b y + c`, in units of `|a x| + |b y| + |c|`: the error of the
/// line (2^-52), of the point (2^-50) and of three operations (2^-53 each), with room.
const SIGN: f64 = 16.0 * f64::EPSILON;
/// The largest error of a product that is too small for a float.
const TINY: f64 = 1e-290;

/// Returns `2^exponent`; NaN outside the range in which floats keep all their bits.
fn power(exponent: i64) -> f64 {
    match u64::try_from(exponent + 1023) {
        Ok(biased) if (123..=1923).contains(&biased) => f64::from_bits(biased << 52),
        _ => f64::NAN,
    }
}

/// Returns `m` and `e` with `value = m·2^e (1 + d)`, `|d| <= 2^-52`.
fn parts(value: &Integer) -> (f64, i64) {
    let bits = value.bit_len();
    let shift = bits.saturating_sub(62);
    let top = i64::try_from(value >> shift).unwrap_or_default();
    (top as f64, i64::try_from(shift).unwrap_or(i64::MAX / 2))
}

/// Returns the quotient with a relative error below 2^-50; NaN where a float cannot hold it.
pub fn quotient(numerator: &Integer, denominator: &Integer) -> f64 {
    let ((m, e), (n, f)) = (parts(numerator), parts(denominator));
    if m == 0.0 {
        return 0.0;
    }
    (m / n) * power(e - f)
}

/// Returns the fraction with a relative error below 2^-50; NaN where a float cannot hold it.
pub fn fraction(value: &Rational) -> f64 {
    quotient(
        value.numerator(),
        &Integer::from(value.denominator().clone()),
    )
}

/// A point near a [`Corner`]: each coordinate to 2^-50, relatively.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NearPoint {
    /// First coordinate.
    pub x: f64,
    /// Second coordinate.
    pub y: f64,
}

impl NearPoint {
    /// Returns the point near a corner.
    pub fn of(corner: &Corner) -> Self {
        Self {
            x: quotient(&corner.x, &corner.w),
            y: quotient(&corner.y, &corner.w),
        }
    }
}

/// A line near an [`Affine`] function, up to a positive factor: each coefficient to 2^-52.
#[derive(Clone, Copy, Debug)]
pub struct NearLine {
    a: f64,
    b: f64,
    c: f64,
}

impl NearLine {
    /// Returns the line near an affine function.
    pub fn of(line: &Affine) -> Self {
        let parts = [&line.a, &line.b, &line.c].map(parts);
        let common = parts.iter().map(|(_, e)| *e).max().unwrap_or(0);
        let scaled = |(m, e): (f64, i64)| {
            if m == 0.0 { 0.0 } else { m * power(e - common) }
        };
        let [a, b, c] = parts.map(scaled);
        Self { a, b, c }
    }

    /// Returns an estimate of the value at a point.
    pub fn value(&self, at: NearPoint) -> f64 {
        self.a * at.x + self.b * at.y + self.c
    }

    /// Returns the sign at a point, if floats prove it; never that it is 0.
    pub fn sign(&self, at: NearPoint) -> Option<Ordering> {
        let (p, q) = (self.a * at.x, self.b * at.y);
        let value = p + q + self.c;
        decided(value, SIGN * (p.abs() + q.abs() + self.c.abs()) + TINY)
    }
}

/// The sign of a number at most `error` away; `None` if it is unknown (or NaN).
fn decided(value: f64, error: f64) -> Option<Ordering> {
    if value > error {
        Some(Ordering::Greater)
    } else if value < -error {
        Some(Ordering::Less)
    } else {
        None
    }
}

/// An affine function `a x + b y + c` near an exact one: middles, and bounds on their errors.
#[derive(Clone, Copy, Debug, Default)]
pub struct NearAffine {
    /// The middles of a, b and c.
    pub mid: [f64; 3],
    /// Bounds on their errors.
    pub rad: [f64; 3],
}

impl NearAffine {
    /// Returns the sum of weights times functions and a bias, all weights known to 2^-50.
    ///
    /// With `n` terms, each product and sum rounds by 2^-53, so `|error| <= sum |w| (rad + (n + 16)
    /// 2^-52 |mid|)`, with room for the rounding of this bound itself.
    pub fn combination<'a>(
        terms: impl Iterator<Item = (f64, &'a Self)> + Clone,
        bias: f64,
    ) -> Self {
        let mut mid = [0.0, 0.0, bias];
        let mut spread = [0.0, 0.0, bias.abs()];
        let mut rad = [0.0; 3];
        let mut count = 16.0;
        for (weight, f) in terms {
            let size = weight.abs();
            for k in 0..3 {
                mid[k] += weight * f.mid[k];
                spread[k] += size * f.mid[k].abs();
                rad[k] += size * f.rad[k];
            }
            count += 1.0;
        }
        for k in 0..3 {
            rad[k] = 1.001 * (rad[k] + count * READ * spread[k]) + TINY;
        }
        Self { mid, rad }
    }

    /// Returns the function times a factor known to 2^-50.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        let one = std::iter::once((factor, self));
        Self::combination(one, 0.0)
    }

    /// Returns `self + factor · other + shift` for small whole factors and shifts.
    #[must_use]
    pub fn plus(&self, factor: f64, other: &Self, shift: f64) -> Self {
        let terms = [(1.0, self), (factor, other)];
        Self::combination(terms.into_iter(), shift)
    }

    /// Returns the sign at a point, if floats prove it; never that it is 0.
    pub fn sign(&self, at: NearPoint) -> Option<Ordering> {
        let [a, b, c] = self.mid;
        let (p, q) = (a * at.x, b * at.y);
        let off = self.rad[0] * at.x.abs() + self.rad[1] * at.y.abs() + self.rad[2];
        let error = SIGN * (p.abs() + q.abs() + c.abs()) + 1.001 * off + TINY;
        decided(p + q + c, error)
    }

    /// Are these certainly different functions?
    pub fn certainly_differs(&self, other: &Self) -> bool {
        (0..3).any(|k| {
            let gap = (self.mid[k] - other.mid[k]).abs();
            gap > 1.001 * (self.rad[k] + other.rad[k]) + TINY
        })
    }
}

/// A number near an exact one: the middle, and a bound on its error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NearNumber {
    /// The middle.
    pub mid: f64,
    /// A bound on its error.
    pub rad: f64,
}

impl NearNumber {
    /// Returns the sum of weights, known to 2^-50, times numbers; the bound is that of
    /// [`NearAffine::combination`].
    pub fn combination(terms: impl Iterator<Item = (f64, Self)>) -> Self {
        let (mut mid, mut spread, mut rad, mut count) = (0.0, 0.0, 0.0, 16.0);
        for (weight, number) in terms {
            let product = weight * number.mid;
            mid += product;
            spread += product.abs();
            rad += weight.abs() * number.rad;
            count += 1.0;
        }
        let rad = 1.001 * (rad + count * READ * spread) + TINY;
        Self { mid, rad }
    }

    /// Is it certainly not 0?
    pub fn is_certain(&self) -> bool {
        self.mid.abs() > self.rad
    }
}

/// Returns the sign of an integer.
pub fn sign_of(value: &Integer) -> Ordering {
    if value.is_zero() {
        Ordering::Equal
    } else if value.is_negative() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integer() -> impl Strategy<Value = Integer> {
        let part = prop_oneof![-3i128..=3, any::<i128>(), any::<i64>().prop_map(i128::from)];
        (part, 0usize..300).prop_map(|(m, shift)| Integer::from(m) << shift)
    }

    proptest! {
        #[test]
        fn a_sign_by_floats_is_the_sign(
            a in integer(), b in integer(), c in integer(),
            x in integer(), y in integer(), w in integer(),
            on_the_line in any::<bool>(),
        ) {
            let w = if w.is_zero() { Integer::ONE } else if w.is_negative() { -w } else { w };
            let corner = Corner { x, y, w };
            // Hard cases: a line through the point, or past it by one unit.
            let c = if on_the_line { -(&a * &corner.x + &b * &corner.y) / &corner.w } else { c };
            let line = Affine { a, b, c };
            let exact = line.sign_at(&corner);
            let point = NearPoint::of(&corner);
            if let Some(sign) = NearLine::of(&line).sign(point) {
                prop_assert_eq!(sign, exact);
            }
            let axis = |k: usize| {
                let mut f = NearAffine::default();
                f.mid[k] = 1.0;
                f
            };
            let near = |value: &Integer| quotient(value, &Integer::ONE);
            let terms = [(near(&line.a), &axis(0)), (near(&line.b), &axis(1))];
            let sum = NearAffine::combination(terms.into_iter(), near(&line.c));
            if let Some(sign) = sum.sign(point) {
                prop_assert_eq!(sign, exact);
            }
        }

        #[test]
        fn small_numbers_are_decided(a in -99i64..99, b in -99i64..99, c in -99i64..99, w in 1i64..99) {
            let at = Corner { x: Integer::from(b), y: Integer::from(c), w: Integer::from(w) };
            let line = Affine { a: Integer::from(a), b: Integer::from(c), c: Integer::from(b) };
            let sign = NearLine::of(&line).sign(NearPoint::of(&at));
            prop_assert_eq!(sign.unwrap_or(Ordering::Equal), line.sign_at(&at));
        }
    }
}
