//! Convex cells of the plane, bounded by lines with integer coefficients. Every decision is exact.
//!
//! A corner is the intersection of two edges, in homogeneous coordinates `(x/w, y/w)`. It depends
//! on its two lines only, so its numbers stay short however often a cell is cut, and nothing is
//! divided. An interval on the line is a cell with two corners.

use std::cmp::Ordering;
use std::sync::Arc;

use dashu_base::{BitTest, Gcd};

use crate::numbers::{Integer, Rational};

/// The affine function `a x + b y + c`, and the line where it is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affine {
    /// Coefficient of x.
    pub a: Integer,
    /// Coefficient of y.
    pub b: Integer,
    /// The constant.
    pub c: Integer,
}

impl Affine {
    /// Returns the constant function.
    pub fn constant(c: Integer) -> Self {
        Self {
            a: Integer::ZERO,
            b: Integer::ZERO,
            c,
        }
    }

    /// Returns integers in the ratio of these fractions, without a common factor; signs are kept.
    pub fn from_rationals(a: &Rational, b: &Rational, c: &Rational) -> Self {
        let scale = [a, b, c].into_iter().fold(Integer::ONE, |scale, value| {
            let denominator = Integer::from(value.denominator().clone());
            let common = Integer::from((&scale).gcd(&denominator));
            scale / common * denominator
        });
        let whole = |value: &Rational| {
            value.numerator() * (&scale / Integer::from(value.denominator().clone()))
        };
        Self {
            a: whole(a),
            b: whole(b),
            c: whole(c),
        }
        .primitive()
    }

    /// Returns the function divided by the largest common factor of its coefficients.
    #[must_use]
    pub fn primitive(self) -> Self {
        // The common factor of zeros is not defined.
        let common = [&self.a, &self.b, &self.c]
            .into_iter()
            .filter(|k| !k.is_zero())
            .fold(Integer::ZERO, |common, k| {
                if common.is_zero() {
                    k.clone()
                } else {
                    Integer::from(common.gcd(k))
                }
            });
        if common.is_zero() {
            return self;
        }
        // The factor is made positive, to keep the signs.
        let common = if common < Integer::ZERO {
            -common
        } else {
            common
        };
        if common.is_one() {
            return self;
        }
        Self {
            a: self.a / &common,
            b: self.b / &common,
            c: self.c / &common,
        }
    }

    /// Is it constant?
    pub fn is_constant(&self) -> bool {
        self.a.is_zero() && self.b.is_zero()
    }

    /// Returns the bits of the longest coefficient.
    pub fn bits(&self) -> usize {
        let bits = |value: &Integer| value.bit_len();
        bits(&self.a).max(bits(&self.b)).max(bits(&self.c))
    }

    /// Returns the function times a number.
    #[must_use]
    pub fn times(&self, factor: &Integer) -> Self {
        Self {
            a: &self.a * factor,
            b: &self.b * factor,
            c: &self.c * factor,
        }
    }

    /// Adds `factor · other`.
    pub fn add_multiple(&mut self, factor: &Integer, other: &Self) {
        let parts = [
            (&mut self.a, &other.a),
            (&mut self.b, &other.b),
            (&mut self.c, &other.c),
        ];
        for (sum, term) in parts {
            // Most units of a large network are off or constant.
            if !term.is_zero() {
                *sum += factor * term;
            }
        }
    }

    /// Returns the difference of two functions.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self {
            a: &self.a - &other.a,
            b: &self.b - &other.b,
            c: &self.c - &other.c,
        }
    }

    /// Returns the function plus a number.
    #[must_use]
    pub fn plus_constant(&self, value: &Integer) -> Self {
        Self {
            c: &self.c + value,
            ..self.clone()
        }
    }

    /// Returns minus the function.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            a: -&self.a,
            b: -&self.b,
            c: -&self.c,
        }
    }

    /// Returns the sign at a corner.
    pub fn sign_at(&self, corner: &Corner) -> Ordering {
        let mut value = &self.c * &corner.w;
        if !self.a.is_zero() {
            value += &self.a * &corner.x;
        }
        if !self.b.is_zero() {
            value += &self.b * &corner.y;
        }
        value.cmp(&Integer::ZERO)
    }

    /// Returns the intersection of two lines, if it is exactly one point.
    pub fn meet(&self, other: &Self) -> Option<Corner> {
        let w = &self.a * &other.b - &self.b * &other.a;
        let x = &self.b * &other.c - &self.c * &other.b;
        let y = &self.c * &other.a - &self.a * &other.c;
        match w.cmp(&Integer::ZERO) {
            Ordering::Equal => None,
            Ordering::Greater => Some(Corner { x, y, w }),
            Ordering::Less => Some(Corner {
                x: -x,
                y: -y,
                w: -w,
            }),
        }
    }
}

/// The point `(x/w, y/w)`, `w > 0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corner {
    /// First coordinate times `w`.
    pub x: Integer,
    /// Second coordinate times `w`.
    pub y: Integer,
    /// The common denominator, positive.
    pub w: Integer,
}

impl Corner {
    /// Returns a point from its coordinates.
    pub fn new(x: &Rational, y: &Rational) -> Self {
        let p = Integer::from(x.denominator().clone());
        let q = Integer::from(y.denominator().clone());
        Self {
            x: x.numerator() * &q,
            y: y.numerator() * &p,
            w: p * q,
        }
    }

    /// Returns the first coordinate.
    pub fn first(&self) -> Rational {
        Rational::new(self.x.clone(), self.w.clone()).expect("w is positive")
    }

    /// Returns the bits of all its numbers.
    pub fn bits(&self) -> usize {
        self.x.bit_len() + self.y.bit_len() + self.w.bit_len()
    }

    /// Returns the second coordinate.
    pub fn second(&self) -> Rational {
        Rational::new(self.y.clone(), self.w.clone()).expect("w is positive")
    }
}

/// Where an affine function is positive and negative on a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// It is positive somewhere.
    pub above: bool,
    /// It is negative somewhere.
    pub below: bool,
}

/// A convex polygon of positive area, or an interval of positive length on the line `y = 0`.
///
/// Corners go around counter-clockwise; edge `i` leaves corner `i` and is at least 0 on the cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaneCell {
    corners: Vec<Arc<Corner>>,
    edges: Vec<Arc<Affine>>,
}

impl PlaneCell {
    /// Returns an interval, `low < high`.
    pub fn segment((low, high): &(Rational, Rational)) -> Self {
        let at = |x: &Rational| Arc::new(Corner::new(x, &Rational::ZERO));
        Self {
            corners: vec![at(low), at(high)],
            edges: vec![Arc::new(horizontal(1)), Arc::new(horizontal(-1))],
        }
    }

    /// Returns the rectangle of two intervals.
    pub fn rectangle(x: &(Rational, Rational), y: &(Rational, Rational)) -> Self {
        let at = |x: &Rational, y: &Rational| Arc::new(Corner::new(x, y));
        let (one, zero) = (Rational::ONE, Rational::ZERO);
        let edge =
            |a: &Rational, b: &Rational, c: &Rational| Arc::new(Affine::from_rationals(a, b, c));
        Self {
            corners: vec![
                at(&x.0, &y.0),
                at(&x.1, &y.0),
                at(&x.1, &y.1),
                at(&x.0, &y.1),
            ],
            edges: vec![
                edge(&zero, &one, &-&y.0),
                edge(&-&one, &zero, &x.1),
                edge(&zero, &-&one, &y.1),
                edge(&one, &zero, &-&x.0),
            ],
        }
    }

    /// Returns the box with these sides, for one or two inputs; `None` otherwise.
    pub fn from_sides(sides: &[(Rational, Rational)]) -> Option<Self> {
        match sides {
            [x] => Some(Self::segment(x)),
            [x, y] => Some(Self::rectangle(x, y)),
            _ => None,
        }
    }

    /// The corners in order.
    pub fn corners(&self) -> &[Arc<Corner>] {
        &self.corners
    }

    /// The edges: edge `i` leads from corner `i` to the next one and is at least 0 on the cell.
    pub fn edges(&self) -> &[Arc<Affine>] {
        &self.edges
    }

    /// Returns each edge with its two ends; an interval has one.
    pub fn sides(&self) -> impl Iterator<Item = (&Affine, &Corner, &Corner)> {
        let n = self.corners.len();
        let count = if n == 2 { 1 } else { n };
        (0..count).map(move |i| {
            let (from, to) = (&self.corners[i], &self.corners[(i + 1) % n]);
            (&*self.edges[i], &**from, &**to)
        })
    }

    /// Is the point in the cell, edges included?
    pub fn contains(&self, point: &Corner) -> bool {
        self.edges.iter().all(|edge| edge.sign_at(point).is_ge())
    }

    /// Returns whether an affine function is positive or negative somewhere: the corners decide.
    pub fn sides_of(&self, function: &Affine) -> Sides {
        let mut sides = Sides {
            above: false,
            below: false,
        };
        if function.is_constant() {
            sides.above = function.c > Integer::ZERO;
            sides.below = function.c < Integer::ZERO;
            return sides;
        }
        for corner in &self.corners {
            match function.sign_at(corner) {
                Ordering::Greater => sides.above = true,
                Ordering::Less => sides.below = true,
                Ordering::Equal => {}
            }
            if sides.above && sides.below {
                break;
            }
        }
        sides
    }

    /// Returns the two parts into which a line cuts the cell: where the function is at most 0, and
    /// where it is at least 0. `None` if the line does not pass through the inside.
    pub fn cut(&self, line: &Affine) -> Option<(Self, Self)> {
        let signs: Vec<Ordering> = self.corners.iter().map(|p| line.sign_at(p)).collect();
        if !signs.contains(&Ordering::Less) || !signs.contains(&Ordering::Greater) {
            return None;
        }
        if let [low, high] = self.corners.as_slice() {
            let middle = Arc::new(self.edges[0].meet(line)?);
            let part = |from: &Arc<Corner>, to: &Arc<Corner>| Self {
                corners: vec![Arc::clone(from), Arc::clone(to)],
                edges: self.edges.clone(),
            };
            let (first, second) = (part(low, &middle), part(&middle, high));
            return Some(if signs[0] == Ordering::Less {
                (first, second)
            } else {
                (second, first)
            });
        }
        let (above, below) = (Arc::new(line.clone()), Arc::new(line.negated()));
        let (mut lower, mut upper) = (Self::empty(), Self::empty());
        for (i, sign) in signs.iter().enumerate() {
            let next = signs[(i + 1) % signs.len()];
            let (corner, edge) = (&self.corners[i], &self.edges[i]);
            let (here, there, border) = match sign {
                Ordering::Greater => (&mut upper, &mut lower, &above),
                Ordering::Less => (&mut lower, &mut upper, &below),
                Ordering::Equal => {
                    // The corner is in both parts; one of them continues along the line.
                    let (on, off) = if next == Ordering::Less {
                        (&mut lower, (&mut upper, &above))
                    } else {
                        (&mut upper, (&mut lower, &below))
                    };
                    on.push(corner, edge);
                    off.0.push(corner, off.1);
                    continue;
                }
            };
            here.push(corner, edge);
            let crosses = next != Ordering::Equal && next != *sign;
            if crosses {
                let middle = Arc::new(edge.meet(line)?);
                here.push(&middle, border);
                there.push(&middle, edge);
            }
        }
        Some((lower, upper))
    }

    fn empty() -> Self {
        Self {
            corners: Vec::with_capacity(8),
            edges: Vec::with_capacity(8),
        }
    }

    fn push(&mut self, corner: &Arc<Corner>, edge: &Arc<Affine>) {
        self.corners.push(Arc::clone(corner));
        self.edges.push(Arc::clone(edge));
    }
}

/// `y >= 0` or `y <= 0`.
fn horizontal(sign: i64) -> Affine {
    Affine {
        a: Integer::ZERO,
        b: Integer::from(sign),
        c: Integer::ZERO,
    }
}
