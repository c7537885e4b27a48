//! Splits any polygon that does not cross itself into convex parts: triangles (ears cut off one by one),
//! joined again if the union is convex. Exact.

use crate::geometry::Point;
use crate::numbers::Rational;

/// Polygons with more vertices than this are refused: the work grows with their cube.
pub const MOST_VERTICES: usize = 1000;

/// The reason why points are not the vertices of a polygon. Vertices count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutlineError {
    /// Fewer than three corners.
    #[error("a polygon needs at least 3 vertices that are not on one line, found {0}")]
    TooFew(usize),
    /// Too many vertices.
    #[error("the polygon has {0} vertices, at most {MOST_VERTICES} are split into convex parts")]
    TooMany(usize),
    /// Two sides meet although they are not neighbours, or meet outside their common vertex.
    #[error("the sides of the polygon after vertex {0} and after vertex {1} meet")]
    Crossing(usize, usize),
}

/// A polygon as the union of convex ones with disjoint interiors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    corners: Vec<Point>,
    /// The corners of each part, counter-clockwise.
    parts: Vec<Vec<usize>>,
}

impl Parts {
    /// Splits a polygon, whose vertices are given in either order around it; vertices on a straight line are
    /// left out.
    ///
    /// - Errors: [`OutlineError`] if the sides do not form one closed line without crossings.
    pub fn new(vertices: &[Point]) -> Result<Self, OutlineError> {
        let n = vertices.len();
        if n < 3 {
            return Err(OutlineError::TooFew(n));
        }
        if n > MOST_VERTICES {
            return Err(OutlineError::TooMany(n));
        }
        check_outline(vertices)?;
        let mut corners: Vec<Point> = (0..n)
            .filter(|&i| {
                let (before, after) = (&vertices[(i + n - 1) % n], &vertices[(i + 1) % n]);
                turn(before, &vertices[i], after) != 0
            })
            .map(|i| vertices[i].clone())
            .collect();
        if corners.len() < 3 {
            return Err(OutlineError::TooFew(corners.len()));
        }
        if is_clockwise(&corners) {
            corners.reverse();
        }
        let mut parts = triangles(&corners);
        join(&corners, &mut parts);
        Ok(Self { corners, parts })
    }

    /// The corners of the whole polygon, counter-clockwise.
    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    /// The sides of each part as pairs of corners, counter-clockwise; sides on one line are one.
    pub fn sides(&self) -> impl Iterator<Item = Vec<(usize, usize)>> {
        self.parts.iter().map(|part| {
            let n = part.len();
            let strict: Vec<usize> = (0..n)
                .filter(|&i| {
                    let at = |k: usize| &self.corners[part[k % n]];
                    turn(at(i + n - 1), at(i), at(i + 1)) > 0
                })
                .map(|i| part[i])
                .collect();
            let next = strict.iter().cycle().skip(1);
            strict.iter().copied().zip(next.copied()).collect()
        })
    }

    /// Is a side of a part one that two parts share?
    pub fn is_inner(&self, (from, to): (usize, usize)) -> bool {
        self.parts
            .iter()
            .any(|part| leads(part, to, from).is_some())
    }
}

/// The side of the line from p to q on which r lies: 1 for left, -1 for right, 0 on it.
fn turn(p: &Point, q: &Point, r: &Point) -> i32 {
    let left = (&q.x - &p.x) * (&r.y - &p.y);
    let right = (&q.y - &p.y) * (&r.x - &p.x);
    (left - right).signum()
}

fn is_clockwise(corners: &[Point]) -> bool {
    let next = corners.iter().cycle().skip(1);
    let area: Rational = corners
        .iter()
        .zip(next)
        .map(|(p, q)| &p.x * &q.y - &q.x * &p.y)
        .sum();
    area.is_negative()
}

/// Refuses sides that meet anywhere but at the vertex between two neighbours.
fn check_outline(vertices: &[Point]) -> Result<(), OutlineError> {
    let n = vertices.len();
    let at = |i: usize| &vertices[i % n];
    for i in 0..n {
        for j in i + 1..n {
            let crossing = Err(OutlineError::Crossing(i + 1, j + 1));
            let (a, b, c, d) = (at(i), at(i + 1), at(j), at(j + 1));
            if a == b || c == d {
                return crossing;
            }
            // Neighbours share a vertex; the far end of one must not lie on the other.
            let shared = if j == i + 1 {
                Some((a, b, d))
            } else if i == 0 && j == n - 1 {
                Some((b, a, c))
            } else {
                None
            };
            let meets = match shared {
                Some((one, middle, other)) => {
                    turn(one, middle, other) == 0
                        && (on(one, middle, other) || on(other, middle, one))
                }
                None => meet(a, b, c, d),
            };
            if meets {
                return crossing;
            }
        }
    }
    Ok(())
}

/// Do two stretches have a point in common?
fn meet(a: &Point, b: &Point, c: &Point, d: &Point) -> bool {
    let (c_side, d_side) = (turn(a, b, c), turn(a, b, d));
    let (a_side, b_side) = (turn(c, d, a), turn(c, d, b));
    if c_side * d_side < 0 && a_side * b_side < 0 {
        return true;
    }
    (c_side == 0 && on(a, b, c))
        || (d_side == 0 && on(a, b, d))
        || (a_side == 0 && on(c, d, a))
        || (b_side == 0 && on(c, d, b))
}

/// Does a point of the line through a and b lie between them?
fn on(a: &Point, b: &Point, point: &Point) -> bool {
    let between = |a: &Rational, b: &Rational, x: &Rational| a.min(b) <= x && x <= a.max(b);
    between(&a.x, &b.x, &point.x) && between(&a.y, &b.y, &point.y)
}

/// Cuts off ears (Meisters 1975: there is always one) until a triangle is left.
fn triangles(corners: &[Point]) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..corners.len()).collect();
    let mut triangles = Vec::new();
    while left.len() > 3 {
        let n = left.len();
        let ear = (0..n).find(|&i| {
            let (p, q, r) = (left[(i + n - 1) % n], left[i], left[(i + 1) % n]);
            let triangle = [&corners[p], &corners[q], &corners[r]];
            let is_free = |&&other: &&usize| other != p && other != q && other != r;
            let holds = |point: &Point| {
                let sides = [(0, 1), (1, 2), (2, 0)];
                sides
                    .iter()
                    .all(|&(i, j)| turn(triangle[i], triangle[j], point) >= 0)
            };
            turn(triangle[0], triangle[1], triangle[2]) > 0
                && !left.iter().filter(is_free).any(|&k| holds(&corners[k]))
        });
        let i = ear.expect("a polygon without crossings has an ear");
        triangles.push(vec![left[(i + n - 1) % n], left[i], left[(i + 1) % n]]);
        left.remove(i);
    }
    triangles.push(left);
    triangles
}

/// The place in a part where a side leads from one corner to another.
fn leads(part: &[usize], from: usize, to: usize) -> Option<usize> {
    let n = part.len();
    (0..n).find(|&i| part[i] == from && part[(i + 1) % n] == to)
}

/// Joins parts across the sides that they share where the union is convex (Hertel and Mehlhorn
/// 1983: at most four times as many parts are left as are needed).
fn join(corners: &[Point], parts: &mut Vec<Vec<usize>>) {
    let mut first = 0;
    while first < parts.len() {
        match joined(corners, parts, first) {
            Some((second, union)) => {
                parts[first] = union;
                parts.remove(second);
            }
            None => first += 1,
        }
    }
}

/// A later part that can be joined to this one, and their union.
fn joined(corners: &[Point], parts: &[Vec<usize>], first: usize) -> Option<(usize, Vec<usize>)> {
    let part = &parts[first];
    let n = part.len();
    for i in 0..n {
        let (p, q) = (part[i], part[(i + 1) % n]);
        for (second, other) in parts.iter().enumerate().skip(first + 1) {
            let Some(j) = leads(other, q, p) else {
                continue;
            };
            let m = other.len();
            // Around the first part from q to p, then around the other one from p to q.
            let mut union: Vec<usize> = (0..n).map(|k| part[(i + 1 + k) % n]).collect();
            union.extend((2..m).map(|k| other[(j + k) % m]));
            let size = union.len();
            let at = |k: usize| &corners[union[k % size]];
            let is_convex = (0..size).all(|k| turn(at(k + size - 1), at(k), at(k + 1)) >= 0);
            if is_convex {
                return Some((second, union));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::ConvexPolygon;
    use proptest::prelude::*;

    fn points(list: &[(i64, i64)]) -> Vec<Point> {
        let point = |&(x, y): &(i64, i64)| Point {
            x: Rational::from(x),
            y: Rational::from(y),
        };
        list.iter().map(point).collect()
    }

    fn doubled_area(corners: &[Point]) -> Rational {
        let next = corners.iter().cycle().skip(1);
        let products = corners.iter().zip(next);
        products.map(|(p, q)| &p.x * &q.y - &q.x * &p.y).sum()
    }

    /// The convex parts, each accepted as one, and their areas added up.
    fn checked(list: &[(i64, i64)]) -> usize {
        let corners = points(list);
        let parts = Parts::new(&corners).expect("a polygon");
        let mut total = Rational::ZERO;
        let mut count = 0;
        for sides in parts.sides() {
            let part: Vec<Point> = sides.iter().map(|s| parts.corners()[s.0].clone()).collect();
            total = total + ConvexPolygon::new(part).expect("convex").area();
            count += 1;
        }
        assert_eq!(total, doubled_area(&corners).half().abs());
        count
    }

    #[test]
    fn polygons_are_split_into_few_convex_parts() {
        assert_eq!(checked(&[(0, 0), (2, 0), (2, 2), (0, 2)]), 1);
        // Clockwise, and with a vertex on a side.
        assert_eq!(checked(&[(0, 2), (2, 2), (2, 0), (1, 0), (0, 0)]), 1);
        // An L, a U, and a comb.
        assert_eq!(
            checked(&[(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]),
            2
        );
        let u = [
            (0, 0),
            (3, 0),
            (3, 3),
            (2, 3),
            (2, 1),
            (1, 1),
            (1, 3),
            (0, 3),
        ];
        assert_eq!(checked(&u), 3);
        let star = [
            (0, 4),
            (1, 1),
            (4, 0),
            (1, -1),
            (0, -4),
            (-1, -1),
            (-4, 0),
            (-1, 1),
        ];
        assert!(checked(&star) <= 5);
    }

    #[test]
    fn lines_that_are_no_outline_are_refused() {
        let refused = |list: &[(i64, i64)]| Parts::new(&points(list)).expect_err("refused");
        assert_eq!(refused(&[(0, 0), (1, 1)]), OutlineError::TooFew(2));
        let bow = [(0, 0), (2, 2), (2, 0), (0, 2)];
        assert_eq!(refused(&bow), OutlineError::Crossing(1, 3));
        assert_eq!(
            refused(&[(0, 0), (1, 0), (2, 0)]),
            OutlineError::Crossing(1, 3)
        );
        let spike = [(0, 0), (4, 0), (2, 0), (2, 2)];
        assert!(matches!(refused(&spike), OutlineError::Crossing(..)));
        let twice = [(0, 0), (1, 0), (1, 0), (0, 1)];
        assert!(matches!(refused(&twice), OutlineError::Crossing(..)));
        let touching = [(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)];
        assert!(matches!(refused(&touching), OutlineError::Crossing(..)));
    }

    proptest! {
        #[test]
        fn random_stars_are_split(radii in prop::collection::vec(1i64..9, 5..13)) {
            // Corners in the order of their directions around the origin.
            let n = i64::try_from(radii.len()).expect("few");
            let corners: Vec<Point> = (0..n).zip(&radii).map(|(k, radius)| {
                // tan of half the angle, from -1 to 1 on the right and the mirror on the left.
                let t = Rational::ratio(4 * (2 * k + 1), 2 * n) - Rational::from(2);
                let half = if t.abs() > Rational::ONE {
                    Rational::from(2 * i64::from(t.signum())) - &t
                } else {
                    t.clone()
                };
                let square = &half * &half;
                let whole = Rational::ONE + &square;
                let (mut x, y) = ((Rational::ONE - square) / &whole, (&half + &half) / &whole);
                if t.abs() > Rational::ONE {
                    x = -x;
                }
                let radius = Rational::from(*radius);
                Point { x: x * &radius, y: y * &radius }
            }).collect();
            if let Ok(parts) = Parts::new(&corners) {
                let mut total = Rational::ZERO;
                for sides in parts.sides() {
                    let part: Vec<Point> =
                        sides.iter().map(|s| parts.corners()[s.0].clone()).collect();
                    total = total + ConvexPolygon::new(part).expect("convex").area();
                }
                prop_assert_eq!(total, doubled_area(&corners).half().abs());
            } else {
                prop_assert!(false, "a star is a polygon");
            }
        }
    }
}
