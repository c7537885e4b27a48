//! Polynomials of degree at most 2 in two inputs, with exact coefficients.

use std::cmp::Ordering;

use crate::geometry::{Affine, Corner, PlaneCell};
use crate::numbers::{Direction, Dyadic, Integer, Interval, Rational};

/// `k0 + k1 x + k2 y + k3 x² + k4 x y + k5 y²`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quadratic {
    pub(super) k: [Rational; 6],
}

impl Quadratic {
    /// Is the degree at most 1?
    pub fn is_affine(&self) -> bool {
        self.k[3..].iter().all(Rational::is_zero)
    }

    /// Returns a positive multiple with integer coefficients, for an affine polynomial.
    pub fn line(&self) -> Affine {
        let [c, a, b, ..] = &self.k;
        Affine::from_rationals(a, b, c)
    }

    /// Returns the polynomial over a common denominator.
    pub fn integers(&self) -> IntegerQuadratic {
        let denominator = self.k.iter().fold(Integer::ONE, |common, k| {
            // The numerator of common/denominator in lowest terms is the missing factor.
            let denominator = Integer::from(k.denominator().clone());
            let missing = Rational::new(denominator, common.clone()).expect("common is positive");
            common * missing.numerator()
        });
        let scale = Rational::from(denominator.clone());
        IntegerQuadratic {
            k: self.k.each_ref().map(|k| (k * &scale).numerator().clone()),
            denominator,
        }
    }
}

/// A polynomial over a common denominator, which is positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegerQuadratic {
    k: [Integer; 6],
    denominator: Integer,
}

impl IntegerQuadratic {
    /// Returns `affine / denominator - self`.
    #[must_use]
    pub fn subtracted_from(&self, affine: &Affine, denominator: &Integer) -> Self {
        let mut k = self.k.each_ref().map(|k| -(k * denominator));
        for (k, value) in k.iter_mut().zip([&affine.c, &affine.a, &affine.b]) {
            *k += value * &self.denominator;
        }
        Self {
            k,
            denominator: &self.denominator * denominator,
        }
    }

    /// Returns the value at a corner, times the denominator and `w²`.
    fn numerator_at(&self, corner: &Corner) -> Integer {
        let Corner { x, y, w } = corner;
        let [k0, k1, k2, k3, k4, k5] = &self.k;
        w * (k0 * w + k1 * x + k2 * y) + x * (k3 * x + k4 * y) + k5 * y * y
    }

    /// Returns the derivatives along x and y, times the denominator.
    fn derivatives(&self) -> [Affine; 2] {
        let [_, k1, k2, k3, k4, k5] = &self.k;
        let along = |a: Integer, b: Integer, c: &Integer| Affine { a, b, c: c.clone() };
        [
            along(k3 << 1, k4.clone(), k1),
            along(k4.clone(), k5 << 1, k2),
        ]
    }

    /// Calls back for every point at which the polynomial may take its largest or smallest value on
    /// the cell: the corners, the stationary points of the edges, and a stationary point inside if
    /// it is an extremum.
    fn candidates(&self, cell: &PlaneCell, mut visit: impl FnMut(&Corner)) {
        for corner in cell.corners() {
            visit(corner);
        }
        let [_, _, _, k3, k4, k5] = &self.k;
        if k3.is_zero() && k4.is_zero() && k5.is_zero() {
            return;
        }
        let [along_x, along_y] = self.derivatives();
        for (edge, from, to) in cell.sides() {
            // The edge `a x + b y + c = 0` runs along (b, -a).
            let mut slope = along_x.times(&edge.b);
            slope.add_multiple(&-&edge.a, &along_y);
            let turns = matches!(
                (slope.sign_at(from), slope.sign_at(to)),
                (Ordering::Less, Ordering::Greater) | (Ordering::Greater, Ordering::Less)
            );
            if turns && let Some(point) = edge.meet(&slope) {
                visit(&point);
            }
        }
        // A saddle is not an extremum; a valley or ridge that is level along a line reaches an
        // edge.
        let is_extremum = ((k3 * k5) << 2) > k4 * k4;
        if is_extremum
            && let Some(point) = along_x.meet(&along_y)
            && cell.contains(&point)
        {
            visit(&point);
        }
    }

    /// Returns the exact largest absolute value on the cell, and where it is attained.
    pub fn largest(&self, cell: &PlaneCell) -> (Rational, Corner) {
        // Enclosures first; then exact values of those that may be the largest.
        let mut found: Vec<(Interval, Integer, Corner)> = Vec::with_capacity(12);
        let mut least = Dyadic::ZERO;
        self.candidates(cell, |corner| {
            let value = self.numerator_at(corner);
            let size = if value < Integer::ZERO { -value } else { value };
            let scale = enclose(&corner.w).squared();
            let bound = enclose(&size).over(&scale).unwrap_or(Interval::ENTIRE);
            least = least.max(bound.inf());
            found.push((bound, size, corner.clone()));
        });
        let mut best: Option<(Integer, Integer, Corner)> = None;
        for (bound, size, corner) in found {
            if bound.sup() < least {
                continue;
            }
            let square = &corner.w * &corner.w;
            let is_larger = best
                .as_ref()
                .is_none_or(|(most, over, _)| &size * over > most * &square);
            if is_larger {
                best = Some((size, square, corner));
            }
        }
        let (size, square, corner) = best.expect("a cell has corners");
        let value = Rational::new(size, square * &self.denominator);
        (value.expect("denominators are positive"), corner)
    }

    /// Is the value at least 0 on the cell (true), or at most 0 (false)? `None` where both signs
    /// occur.
    pub fn side(&self, cell: &PlaneCell) -> Option<bool> {
        let (mut above, mut below) = (false, false);
        self.candidates(cell, |corner| {
            match self.numerator_at(corner).cmp(&Integer::ZERO) {
                Ordering::Greater => above = true,
                Ordering::Less => below = true,
                Ordering::Equal => {}
            }
        });
        (!(above && below)).then_some(!below)
    }
}

/// Encloses an integer by its leading bits.
fn enclose(value: &Integer) -> Interval {
    use dashu_base::BitTest;
    let bits = value.bit_len();
    if let Ok(small) = i64::try_from(value) {
        return Interval::from_i64(small);
    }
    let shift = bits.saturating_sub(62);
    let leading: Integer = value >> shift;
    match (i128::try_from(&leading), i64::try_from(shift)) {
        (Ok(leading), Ok(shift)) => Interval::ordered(
            Dyadic::new(leading - 1, shift, Direction::Down),
            Dyadic::new(leading + 1, shift, Direction::Up),
        ),
        _ => Interval::ENTIRE,
    }
}
