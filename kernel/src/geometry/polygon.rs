//! Convex polygons with rational corners: cut by a line, area.

use crate::numbers::Rational;

/// A point of the plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// First coordinate.
    pub x: Rational,
    /// Second coordinate.
    pub y: Rational,
}

/// The points with `a x + b y >= c`; with `a = b = 0` all points, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HalfPlane {
    /// Coefficient of x.
    pub a: Rational,
    /// Coefficient of y.
    pub b: Rational,
    /// Right-hand side.
    pub c: Rational,
}

impl HalfPlane {
    /// Returns `a x + b y - c`, which is at least 0 for the points inside.
    pub fn excess(&self, point: &Point) -> Rational {
        &self.a * &point.x + &self.b * &point.y - &self.c
    }
}

/// A convex polygon, its corners in order. With fewer than three corners its area is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvexPolygon {
    corners: Vec<Point>,
}

/// Why points are not the corners of a convex polygon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolygonError {
    /// Fewer than three corners.
    #[error("a polygon needs at least 3 vertices, found {0}")]
    TooFew(usize),
    /// The corners do not all turn the same way, or go around more than once.
    #[error("the polygon is not convex at vertex {0}")]
    NotConvex(usize),
}

impl ConvexPolygon {
    /// Returns the polygon with these corners, given in either orientation, in counter-clockwise
    /// order.
    ///
    /// - Errors: [`PolygonError`] unless every corner turns strictly the same way, and they go
    ///   around once.
    pub fn new(mut corners: Vec<Point>) -> Result<Self, PolygonError> {
        let n = corners.len();
        if n < 3 {
            return Err(PolygonError::TooFew(n));
        }
        if doubled_area(&corners).is_negative() {
            corners.reverse();
        }
        // Strictly left turns everywhere, and every other corner left of every edge: once around.
        // (Left turns alone would accept a star.)
        for i in 0..n {
            let (p, q) = (&corners[i], &corners[(i + 1) % n]);
            for (j, r) in corners.iter().enumerate() {
                if j != i && j != (i + 1) % n && !turn(p, q, r).is_positive() {
                    return Err(PolygonError::NotConvex(j + 1));
                }
            }
        }
        Ok(Self { corners })
    }

    /// Returns the rectangle `[x0, x1] x [y0, y1]`.
    pub fn rectangle(x: &(Rational, Rational), y: &(Rational, Rational)) -> Self {
        let at = |x: &Rational, y: &Rational| Point {
            x: x.clone(),
            y: y.clone(),
        };
        Self {
            corners: vec![
                at(&x.0, &y.0),
                at(&x.1, &y.0),
                at(&x.1, &y.1),
                at(&x.0, &y.1),
            ],
        }
    }

    /// The corners in order.
    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    /// Returns the part of the polygon inside a half-plane (Sutherland and Hodgman 1974, exact).
    #[must_use]
    pub fn clip(&self, half: &HalfPlane) -> Self {
        let excess: Vec<Rational> = self.corners.iter().map(|p| half.excess(p)).collect();
        if excess.iter().all(|e| !e.is_negative()) {
            return self.clone();
        }
        let mut corners = Vec::with_capacity(self.corners.len() + 1);
        for i in 0..self.corners.len() {
            let j = (i + 1) % self.corners.len();
            let (p, q) = (&self.corners[i], &self.corners[j]);
            if !excess[i].is_negative() {
                corners.push(p.clone());
            }
            if excess[i].signum() * excess[j].signum() < 0 {
                // The line intersects the edge strictly between its ends.
                let fraction = &excess[i] / &(&excess[i] - &excess[j]);
                corners.push(Point {
                    x: &p.x + &(&fraction * &(&q.x - &p.x)),
                    y: &p.y + &(&fraction * &(&q.y - &p.y)),
                });
            }
        }
        Self { corners }
    }

    /// Returns the area, at least 0 (shoelace formula, exact).
    pub fn area(&self) -> Rational {
        doubled_area(&self.corners).half().abs()
    }
}

/// Returns twice the signed area: positive for counter-clockwise corners.
fn doubled_area(corners: &[Point]) -> Rational {
    let n = corners.len();
    (0..n)
        .map(|i| {
            let (p, q) = (&corners[i], &corners[(i + 1) % n]);
            &p.x * &q.y - &q.x * &p.y
        })
        .sum()
}

/// Positive if r lies to the left of the line from p to q.
fn turn(p: &Point, q: &Point, r: &Point) -> Rational {
    (&q.x - &p.x) * (&r.y - &p.y) - (&q.y - &p.y) * (&r.x - &p.x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(x: i64, y: i64) -> Point {
        Point {
            x: Rational::from(x),
            y: Rational::from(y),
        }
    }

    fn square() -> ConvexPolygon {
        let side = (Rational::from(-1), Rational::from(1));
        ConvexPolygon::rectangle(&side, &side)
    }

    #[test]
    fn half_of_a_square_is_half_its_area() {
        let half = HalfPlane {
            a: Rational::from(3),
            b: Rational::from(-2),
            c: Rational::ZERO,
        };
        assert_eq!(square().clip(&half).area(), Rational::from(2));
    }

    #[test]
    fn a_corner_is_cut_off_exactly() {
        let half = HalfPlane {
            a: Rational::ONE,
            b: Rational::ONE,
            c: Rational::ratio(3, 2),
        };
        assert_eq!(square().clip(&half).area(), Rational::ratio(1, 8));
    }

    #[test]
    fn stars_and_dents_are_not_convex() {
        let star = [(0, 10), (6, -8), (-9, 3), (9, 3), (-6, -8)].map(|(x, y)| point(x, y));
        assert!(matches!(
            ConvexPolygon::new(star.to_vec()),
            Err(PolygonError::NotConvex(_))
        ));
        let dent = [(0, 0), (4, 0), (1, 1), (0, 4)].map(|(x, y)| point(x, y));
        assert!(ConvexPolygon::new(dent.to_vec()).is_err());
        let flat = [(0, 0), (1, 1), (2, 2)].map(|(x, y)| point(x, y));
        assert!(ConvexPolygon::new(flat.to_vec()).is_err());
        let clockwise = [(0, 0), (0, 1), (1, 0)].map(|(x, y)| point(x, y));
        let triangle = ConvexPolygon::new(clockwise.to_vec()).expect("convex");
        assert_eq!(triangle.corners()[0], point(1, 0));
    }

    proptest! {
        #[test]
        fn the_two_sides_of_a_cut_add_up(a in -9i64..10, b in -9i64..10, c in -12i64..13,
                                         d in -9i64..10, e in -9i64..10) {
            let first = HalfPlane { a: Rational::from(d), b: Rational::from(e), c: Rational::ratio(1, 3) };
            let half = HalfPlane { a: Rational::from(a), b: Rational::from(b), c: Rational::from(c) };
            let other = HalfPlane { a: Rational::from(-a), b: Rational::from(-b), c: Rational::from(-c) };
            let whole = square().clip(&first);
            let (one, two) = (whole.clip(&half), whole.clip(&other));
            if a != 0 || b != 0 {
                prop_assert_eq!(one.area() + two.area(), whole.area());
            }
            for corner in one.corners() {
                prop_assert!(!half.excess(corner).is_negative());
            }
        }
    }
}
