//! Convex pieces with signs: what is added and what is taken away. Exact.
//!
//! A polygon that is not convex is the sum of convex parts, or its convex hull less the pockets between hull
//! and outline, which are split in the same way; the one with fewer units is taken. A side on the edge of the
//! domain needs no unit, nor does a lid of a pocket without which the shape in the domain stays the same.

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
}

/// The lines of pieces, each once, and for each piece its lines, and whether it is on their positive side.
pub type Gates = (Vec<HalfPlane>, Vec<Vec<(usize, bool)>>);

/// Returns the lines of pieces, with a line and the same seen from its other side as one.
pub fn gates(pieces: &[Piece]) -> Gates {
    let mut lines: Vec<HalfPlane> = Vec::new();
    let mut places = BTreeMap::new();
    let all = pieces.iter().map(|piece| {
        let planes = piece.planes.iter().map(|plane| {
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
    });
    let all = all.collect();
    (lines, all)
}

/// The number of units of the first two layers.
pub fn units(pieces: &[Piece]) -> usize {
    let gates = pieces.iter().filter(|piece| !piece.planes.is_empty());
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
        Ok(all)
    }

    fn of_polygon(&self, corners: &[Point], is_alone: bool) -> Result<Vec<Piece>, OutlineError> {
        let parts = Parts::new(corners)?;
        let corners = parts.corners();
        let sums = parts.sides().map(|sides| Piece {
            is_added: true,
            planes: sides
                .iter()
                .map(|&(p, q)| left_of(&corners[p], &corners[q]))
                .collect(),
        });
        let sums = self.needed(sums.collect());
        if sums.len() < 2 {
            return Ok(sums);
        }
        let (hull, pockets) = hull(corners);
        let mut less = vec![Piece {
            is_added: true,
            planes: sides(&hull),
        }];
        for pocket in &pockets {
            let pieces = self.of_polygon(pocket, false)?.into_iter();
            less.extend(pieces.map(|piece| Piece {
                is_added: !piece.is_added,
                ..piece
            }));
        }
        let mut less = self.needed(less);
        if is_alone && less.iter().skip(1).all(|piece| !piece.is_added) {
            let area = sums
                .iter()
                .map(|piece| self.cut(&piece.planes).area())
                .sum();
            self.drop_lids(&mut less, &area);
        }
        Ok(if units(&less) < units(&sums) {
            less
        } else {
            sums
        })
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
        let (_, gates) = gates(pieces);
        let Some((hull, pockets)) = gates.split_first() else {
            return;
        };
        let lids: Vec<usize> = hull
            .iter()
            .map(|(line, _)| *line)
            .filter(|line| pockets.iter().flatten().any(|(other, _)| other == line))
            .collect();
        let mut left: Vec<Vec<(usize, bool)>> = gates.clone();
        let all = self::gates(pieces).0;
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
    fn area_less(&self, lines: &[HalfPlane], gates: &[Vec<(usize, bool)>]) -> Option<Rational> {
        let planes = |gate: &Vec<(usize, bool)>| -> Vec<HalfPlane> {
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

/// The half-planes on the left of the sides.
fn sides(corners: &[Point]) -> Vec<HalfPlane> {
    let next = corners.iter().cycle().skip(1);
    corners
        .iter()
        .zip(next)
        .map(|(p, q)| left_of(p, q))
        .collect()
}

/// Returns the corners of the convex hull of a polygon, whose corners are in counter-clockwise order, and the
/// pockets between them: polygons whose last side is that of the hull.
fn hull(corners: &[Point]) -> (Vec<Point>, Vec<Vec<Point>>) {
    let n = corners.len();
    let at = |i: usize| &corners[i % n];
    let start = (0..n).min_by_key(|&i| (&corners[i].x, &corners[i].y));
    let start = start.unwrap_or(0);
    // In the order of the outline, as the hull of a simple polygon is: drop corners that turn right, as long as
    // there are any. All others are on the left of the line to the next one of the hull.
    let mut hull = vec![start];
    let mut here = start;
    loop {
        let next = (here + 1..here + n).find(|&next| {
            let plane = left_of(at(here), at(next));
            (0..n).all(|k| {
                let excess = plane.excess(&corners[k]);
                // On the line only between the two, so that the farthest is taken.
                excess.is_positive()
                    || (excess.is_zero() && is_between(at(here), at(next), &corners[k]))
            })
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

/// Is a point of the line through a and b between them?
fn is_between(a: &Point, b: &Point, point: &Point) -> bool {
    let along = (&point.x - &a.x) * (&point.x - &b.x) + (&point.y - &a.y) * (&point.y - &b.y);
    !along.is_positive()
}
