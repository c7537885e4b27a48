//! Convex pieces with signs: what is added and what is taken away. Exact.
//!
//! A polygon that is not convex is the sum of convex parts, or its convex hull less the pockets between hull
//! and outline, which are split in the same way; the one with fewer units is taken. A side on the edge of the
//! domain needs no unit, nor does a lid of a pocket without which the shape in the domain stays the same. One
//! pocket or hole of a piece needs no unit of its own: that of the piece asks for one side of the pocket more.

use std::collections::BTreeMap;

use super::super::parts::{OutlineError, Parts};
use super::super::polygon::left_of;
use crate::expr::Domain;
use crate::geometry::{ConvexPolygon, HalfPlane, Point};
use crate::numbers::Rational;

/// An intersection of half-planes, which counts 1 or -1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Is it added, not taken away?
    pub is_added: bool,
    /// Its half-planes; without any it is the whole domain.
    pub planes: Vec<HalfPlane>,
    /// Of these half-planes, the piece has a point only if it is in at least one, unless there are none.
    pub any: Vec<HalfPlane>,
}

impl Piece {
    /// The convex polygon with these corners, counter-clockwise.
    fn of_sides(corners: &[Point]) -> Self {
        let next = corners.iter().cycle().skip(1);
        let sides = corners.iter().zip(next);
        Self {
            is_added: true,
            planes: sides.map(|(p, q)| left_of(p, q)).collect(),
            any: Vec::new(),
        }
    }
}

/// The lines of a piece, and whether it is on their positive side.
pub type Sides = Vec<(usize, bool)>;

/// Returns the lines of pieces, with a line and the same seen from its other side as one; and for each piece its
/// lines, and those of which one is enough.
pub fn gates(pieces: &[Piece]) -> (Vec<HalfPlane>, Vec<(Sides, Sides)>) {
    let mut lines: Vec<HalfPlane> = Vec::new();
    let mut places = BTreeMap::new();
    let mut sides = |planes: &[HalfPlane]| {
        let planes = planes.iter().map(|plane| {
            let first = if plane.a.is_zero() {
                &plane.b
            } else {
                &plane.a
            };
            let key = [&plane.a, &plane.b, &plane.c].map(|value| value / first);
            let (place, is_positive) = *places.entry(key).or_insert_with(|| {
                lines.push(plane.clone());
                (lines.len() - 1, first.is_positive())
            });
            (place, first.is_positive() == is_positive)
        });
        let mut gate: Vec<_> = planes.collect();
        gate.sort_unstable();
        gate.dedup();
        gate
    };
    let all = pieces.iter();
    let all = all.map(|piece| (sides(&piece.planes), sides(&piece.any)));
    let all = all.collect();
    (lines, all)
}

/// The number of units of the first two layers.
pub fn units(pieces: &[Piece]) -> usize {
    let gates = pieces
        .iter()
        .filter(|piece| !piece.planes.is_empty() || !piece.any.is_empty());
    self::gates(pieces).0.len() + gates.count()
}

/// The domain, as pieces are cut from it.
pub struct Frame(ConvexPolygon);

impl Frame {
    /// Takes a domain of two sides.
    pub fn new(domain: &Domain) -> Option<Self> {
        let [x, y] = domain.sides() else { return None };
        Some(Self(ConvexPolygon::rectangle(x, y)))
    }

    fn cut(&self, planes: &[HalfPlane]) -> ConvexPolygon {
        planes
            .iter()
            .fold(self.0.clone(), |left, plane| left.clip(plane))
    }

    /// Returns pieces for the polygons with these corners in order, in either direction; holes are taken away.
    ///
    /// - Errors: sides cross.
    pub fn pieces(&self, polygons: &[(Vec<Point>, bool)]) -> Result<Vec<Piece>, OutlineError> {
        let mut all = Vec::new();
        for (corners, is_hole) in polygons {
            for mut piece in self.of_polygon(corners, polygons.len() == 1)? {
                piece.is_added ^= is_hole;
                all.push(piece);
            }
        }
        Ok(self.joined(all, polygons.len() == 1))
    }

    /// Makes one piece of a piece and one that is taken away from it, as often as possible.
    ///
    /// It is the sum of the two if the second one lies in the first. With one outline, all pieces but the first
    /// are taken away from that one, and what lies outside it is not counted in any case.
    fn joined(&self, mut pieces: Vec<Piece>, is_alone: bool) -> Vec<Piece> {
        let is_hull_first = is_alone && pieces.iter().skip(1).all(|piece| !piece.is_added);
        let mut first = 0;
        while first < pieces.len() {
            let piece = &pieces[first];
            let found = pieces.iter().enumerate().find_map(|(index, other)| {
                let is_fit = piece.any.is_empty()
                    && other.any.is_empty()
                    && index != first
                    && other.is_added != piece.is_added
                    && !other.planes.is_empty();
                let any = is_fit.then(|| outside(piece, other)).flatten()?;
                let is_within = is_hull_first && first == 0 || self.is_within(other, piece);
                is_within.then_some((index, any))
            });
            if let Some((index, any)) = found {
                pieces[first].any = any;
                pieces.remove(index);
                first -= usize::from(index < first);
            }
            first += 1;
        }
        pieces
    }

    /// Does a piece lie in another one, in the domain?
    fn is_within(&self, inner: &Piece, outer: &Piece) -> bool {
        let inner = self.cut(&inner.planes);
        let planes = outer.planes.iter();
        planes
            .fold(inner.clone(), |left, plane| left.clip(plane))
            .area()
            == inner.area()
    }

    fn of_polygon(&self, corners: &[Point], is_alone: bool) -> Result<Vec<Piece>, OutlineError> {
        let parts = Parts::new(corners)?;
        let corners = parts.corners();
        let sums = self.parts(&parts);
        if sums.len() < 2 {
            return Ok(sums);
        }
        let (hull, pockets) = hull(corners);
        let mut choices = vec![sums];
        for is_deep in [false, true] {
            let mut less = vec![Piece::of_sides(&hull)];
            for pocket in &pockets {
                let pieces = if is_deep {
                    self.of_polygon(pocket, false)?
                } else {
                    self.parts(&Parts::new(pocket)?)
                };
                less.extend(pieces.into_iter().map(|piece| Piece {
                    is_added: !piece.is_added,
                    ..piece
                }));
            }
            let mut less = self.needed(less);
            if is_alone && less.iter().skip(1).all(|piece| !piece.is_added) {
                let parts = choices[0].iter();
                let area = parts.map(|piece| self.cut(&piece.planes).area()).sum();
                self.drop_lids(&mut less, &area);
            }
            choices.push(less);
        }
        let joined = |pieces: &Vec<Piece>| units(&self.joined(pieces.clone(), is_alone));
        let best = choices.into_iter().min_by_key(joined);
        Ok(best.unwrap_or_default())
    }

    /// The convex parts of a polygon.
    fn parts(&self, parts: &Parts) -> Vec<Piece> {
        let corner = |place: usize| parts.corners()[place].clone();
        let all = parts.sides().map(|sides| {
            let corners: Vec<Point> = sides.iter().map(|&(p, _)| corner(p)).collect();
            Piece::of_sides(&corners)
        });
        self.needed(all.collect())
    }

    /// Leaves out half-planes that contribute no side in the domain, and pieces outside it.
    fn needed(&self, pieces: Vec<Piece>) -> Vec<Piece> {
        let pieces = pieces.into_iter().filter_map(|mut piece| {
            let inside = self.cut(&piece.planes);
            if !inside.area().is_positive() {
                return None;
            }
            // The part in the domain is the intersection of the half-planes with a side of it.
            piece.planes.retain(|plane| {
                let mut on = inside
                    .corners()
                    .iter()
                    .filter(|corner| plane.excess(corner).is_zero());
                let first = on.next();
                let has_side = first.is_some_and(|first| on.any(|other| other != first));
                has_side && !self.is_edge(plane)
            });
            Some(piece)
        });
        pieces.collect()
    }

    /// Does a half-plane hold the whole domain?
    fn is_edge(&self, plane: &HalfPlane) -> bool {
        let mut corners = self.0.corners().iter();
        corners.all(|corner| !plane.excess(corner).is_negative())
    }

    /// Leaves out lids of pockets: lines that the hull and a pocket share. The rest is hull and not in any pocket;
    /// without a lid both grow, but not within the old hull, so the shape stays if its area does.
    fn drop_lids(&self, pieces: &mut Vec<Piece>, area: &Rational) {
        let (all, gates) = gates(pieces);
        let gates: Vec<Sides> = gates.into_iter().map(|(sides, _)| sides).collect();
        let Some((hull, pockets)) = gates.split_first() else {
            return;
        };
        let lids: Vec<usize> = hull
            .iter()
            .map(|(line, _)| *line)
            .filter(|line| pockets.iter().flatten().any(|(other, _)| other == line))
            .collect();
        let mut left = gates.clone();
        for lid in lids {
            let mut fewer = left.clone();
            for gate in &mut fewer {
                gate.retain(|(line, _)| *line != lid);
            }
            if self.area_less(&all, &fewer).as_ref() == Some(area) {
                left = fewer;
            }
        }
        for (piece, gate) in pieces.iter_mut().zip(left) {
            piece.planes = gate
                .iter()
                .map(|(line, is_own)| seen(&all[*line], *is_own))
                .collect();
        }
        *pieces = self.needed(std::mem::take(pieces));
    }

    /// The area of the first gate less the others; `None` if those overlap in it.
    fn area_less(&self, lines: &[HalfPlane], gates: &[Sides]) -> Option<Rational> {
        let planes = |gate: &Sides| -> Vec<HalfPlane> {
            let planes = gate.iter();
            planes
                .map(|(line, is_own)| seen(&lines[*line], *is_own))
                .collect()
        };
        let (first, others) = gates.split_first()?;
        let hull = self.cut(&planes(first));
        let mut area = hull.area();
        let mut cut: Vec<ConvexPolygon> = Vec::new();
        for gate in others {
            let planes = planes(gate);
            let within = |polygon: &ConvexPolygon| {
                let polygon = polygon.clone();
                planes.iter().fold(polygon, |left, plane| left.clip(plane))
            };
            if cut.iter().any(|other| within(other).area().is_positive()) {
                return None;
            }
            let pocket = within(&hull);
            area = area - pocket.area();
            cut.push(pocket);
        }
        Some(area)
    }
}

/// The half-planes of which one must hold for a point of a piece that is not in another one; `None` if a line
/// would be needed from both sides.
fn outside(piece: &Piece, other: &Piece) -> Option<Vec<HalfPlane>> {
    let pair = [piece.clone(), other.clone()];
    let (lines, gates) = gates(&pair);
    let [(own, _), (others, _)] = gates.as_slice() else {
        return None;
    };
    let mut any = Vec::new();
    for side in others {
        let (line, is_own) = *side;
        if own.contains(&(line, !is_own)) {
            return None;
        }
        if !own.contains(side) {
            any.push(seen(&lines[line], !is_own));
        }
    }
    (!any.is_empty()).then_some(any)
}

/// A half-plane, or the one on the other side of its line.
fn seen(plane: &HalfPlane, is_own: bool) -> HalfPlane {
    if is_own {
        return plane.clone();
    }
    HalfPlane {
        a: -&plane.a,
        b: -&plane.b,
        c: -&plane.c,
    }
}

/// Returns the corners of the convex hull of a polygon, whose corners are in counter-clockwise order, and the
/// pockets between them: polygons whose last side is that of the hull.
fn hull(corners: &[Point]) -> (Vec<Point>, Vec<Vec<Point>>) {
    let n = corners.len();
    let at = |i: usize| &corners[i % n];
    let key = |i: &usize| (&corners[*i].x, &corners[*i].y);
    let start = (0..n).min_by(|a, b| key(a).cmp(&key(b)));
    let start = start.unwrap_or(0);
    // In the order of the outline, as the hull of a simple polygon is: drop corners that turn right, as long as
    // there are any. All others are on the left of the line to the next one of the hull.
    let mut hull = vec![start];
    let mut here = start;
    loop {
        let next = (here + 1..here + n).find(|&next| {
            let plane = left_of(at(here), at(next));
            // Points on the line are corners of the hull, the next one first, so that no pocket touches its lid.
            (0..n).all(|k| !plane.excess(&corners[k]).is_negative())
        });
        match next {
            Some(next) if next < start + n => {
                hull.push(next);
                here = next;
            }
            _ => break,
        }
    }
    let ends = hull.iter().copied().chain([start + n]).skip(1);
    let pockets = hull.iter().zip(ends).filter(|&(&from, to)| to > from + 1);
    let pockets = pockets.map(|(&from, to)| (from..=to).rev().map(|i| at(i).clone()).collect());
    let pockets = pockets.collect();
    (hull.iter().map(|&i| at(i).clone()).collect(), pockets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(list: &[(i64, i64)]) -> Vec<Point> {
        let point = |&(x, y): &(i64, i64)| Point {
            x: Rational::from(x),
            y: Rational::from(y),
        };
        list.iter().map(point).collect()
    }

    fn frame() -> Frame {
        Frame::new(&Domain::parse("x=-9..9,y=-9..9").expect("a domain")).expect("two sides")
    }

    /// What the pieces say of a point, by their definition.
    fn sum(pieces: &[Piece], point: &Point) -> i32 {
        let holds = |plane: &HalfPlane| !plane.excess(point).is_negative();
        let is_in = |piece: &&Piece| {
            let has_any = piece.any.is_empty() || piece.any.iter().any(holds);
            has_any && piece.planes.iter().all(holds)
        };
        let inside = pieces.iter().filter(is_in);
        inside
            .map(|piece| if piece.is_added { 1 } else { -1 })
            .sum()
    }

    /// Is a point inside a polygon, by the crossings of a ray?
    fn is_inside(corners: &[Point], point: &Point) -> bool {
        let n = corners.len();
        let crossings = (0..n).filter(|&i| {
            let (p, q) = (&corners[i], &corners[(i + 1) % n]);
            let (low, high) = if p.y < q.y { (p, q) } else { (q, p) };
            let spans = low.y <= point.y && point.y < high.y;
            spans && left_of(low, high).excess(point).is_positive()
        });
        crossings.count() % 2 == 1
    }

    /// Compares pieces with polygons on a grid that misses lines between integers.
    fn check(polygons: &[(Vec<Point>, bool)]) -> usize {
        let pieces = frame().pieces(polygons).expect("no crossings");
        for i in -30..=30 {
            for j in -30..=30 {
                let at = |k: i64| Rational::ratio(k, 4) + Rational::ratio(1, 37 * 41 * 43);
                let point = Point {
                    x: at(i),
                    y: at(j) + Rational::ratio(1, 104_729),
                };
                let inside = polygons
                    .iter()
                    .filter(|(corners, _)| is_inside(corners, &point));
                let wanted = inside
                    .map(|(_, is_hole)| if *is_hole { -1 } else { 1 })
                    .sum::<i32>()
                    > 0;
                assert_eq!(sum(&pieces, &point) > 0, wanted, "{i} {j}");
            }
        }
        units(&pieces)
    }

    #[test]
    fn polygons_and_holes_are_pieces_with_few_units() {
        let square = points(&[(-6, -6), (6, -6), (6, 6), (-6, 6)]);
        let hole = points(&[(-2, -2), (3, -1), (0, 4)]);
        assert_eq!(check(&[(square.clone(), false)]), 5);
        // The hole takes no unit of its own, nor the island in it more than one.
        assert_eq!(check(&[(square.clone(), false), (hole.clone(), true)]), 8);
        let island = points(&[(0, 0), (1, 0), (0, 1)]);
        let all = [(square, false), (hole, true), (island, false)];
        assert_eq!(check(&all), 12);
        // One notch: its lid is not needed, and one unit counts.
        let notched = points(&[(-6, -6), (6, -6), (6, 6), (0, 0), (-6, 6)]);
        assert_eq!(check(&[(notched, false)]), 6);
        // A side on the edge of the domain takes no unit.
        let cut = points(&[(-9, -4), (2, -4), (2, 5), (-9, 5)]);
        assert_eq!(check(&[(cut, false)]), 4);
        let comb = points(&[
            (-8, -8),
            (8, -8),
            (8, 8),
            (6, 8),
            (5, -3),
            (2, -4),
            (1, 8),
            (-1, 8),
            (-2, 0),
            (-7, 1),
            (-8, 8),
        ]);
        assert!(check(&[(comb, false)]) <= 16);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn random_outlines_are_their_pieces(radii in prop::collection::vec(2i64..9, 5..11)) {
            // Directions around the origin, counter-clockwise.
            let turns = [(4, 0), (3, 1), (2, 3), (1, 4), (-1, 4), (-3, 2), (-4, -1), (-2, -3), (0, -4), (2, -3)];
            let corners: Vec<Point> = turns.iter().zip(&radii).map(|((x, y), r)| Point {
                x: Rational::ratio(x * r, 5),
                y: Rational::ratio(y * r, 5),
            }).collect();
            if Parts::new(&corners).is_ok() {
                check(&[(corners.clone(), false)]);
                let far = points(&[(-8, -8), (8, -8), (8, 8), (-8, 8)]);
                check(&[(far, false), (corners, true)]);
            }
        }
    }
}
