//! The outlines of unions of faces: exact corners, sides, areas.

use std::cmp::Ordering;

use super::subdivision::{NOWHERE, Subdivision, twin};
use crate::geometry::Corner;
use crate::numbers::{Interval, Rational};

/// One closed line around a region, with the region on its left: outlines go counter-clockwise, holes
/// clockwise. The direction changes at every corner.
#[derive(Clone, Debug)]
pub struct Loop {
    /// The label of the region.
    pub label: u32,
    /// The exact corners.
    pub corners: Vec<(Rational, Rational)>,
    /// For each corner: does the side that leaves it lie on the rectangle's border?
    pub on_border: Vec<bool>,
}

/// Returns the loops around the unions of faces with one label; faces without one are outside.
///
/// If a region touches itself in a point, the loop stays in the corner that it came from. So holes that touch
/// each other in a point are one hole, and a hole that touches the outside belongs to the outline.
pub fn loops(map: &Subdivision, label: &dyn Fn(u32) -> Option<u32>) -> Vec<Loop> {
    let of = |edge: u32| match map.edge(edge).face {
        NOWHERE => None,
        face => label(face),
    };
    let mut seen = vec![false; map.edge_count() as usize];
    let mut all = Vec::new();
    for start in 0..map.edge_count() {
        let Some(own) = of(start) else { continue };
        if seen[start as usize] || of(twin(start)) == Some(own) {
            continue;
        }
        let mut edges = Vec::new();
        let mut edge = start;
        while !seen[edge as usize] {
            seen[edge as usize] = true;
            edges.push(edge);
            edge = map.edge(edge).next;
            while of(twin(edge)) == Some(own) {
                edge = map.edge(twin(edge)).next;
            }
        }
        all.push(closed(map, own, &edges));
    }
    all
}

/// The loop of these half-edges, sides on one line joined.
fn closed(map: &Subdivision, label: u32, edges: &[u32]) -> Loop {
    let line = |edge: u32| map.edge(edge).line;
    let turns = |i: usize| {
        let (p, q) = (
            line(edges[(i + edges.len() - 1) % edges.len()]),
            line(edges[i]),
        );
        p != q && map.line(p).exact != map.line(q).exact
    };
    let at: Vec<usize> = (0..edges.len()).filter(|&i| turns(i)).collect();
    let corner = |&i: &usize| {
        let corner = map.corner(map.edge(edges[i]).origin);
        (corner.first(), corner.second())
    };
    Loop {
        label,
        corners: at.iter().map(corner).collect(),
        on_border: at
            .iter()
            .map(|&i| map.edge(twin(edges[i])).face == NOWHERE)
            .collect(),
    }
}

/// Returns twice the area to the left of a closed line: negative for a hole. One term for each side.
pub fn doubled_areas(corners: &[(Rational, Rational)]) -> impl Iterator<Item = Rational> + '_ {
    // Relative to the first corner, so that the numbers are small differences.
    let origin = corners.first();
    (1..corners.len().saturating_sub(1)).filter_map(move |i| {
        let (x, y) = origin?;
        let ((px, py), (qx, qy)) = (&corners[i], &corners[i + 1]);
        Some((px - x) * (qy - y) - (qx - x) * (py - y))
    })
}

/// Returns the sum of fractions, by halves, so that long denominators are combined late; `None` if one would
/// have more bits than allowed.
pub fn sum_exactly(values: &[Rational], bits: usize) -> Option<Rational> {
    match values {
        [] => Some(Rational::ZERO),
        [value] => Some(value.clone()),
        _ => {
            let (a, b) = values.split_at(values.len() / 2);
            let (a, b) = (sum_exactly(a, bits)?, sum_exactly(b, bits)?);
            (a.bits() + b.bits() <= bits).then(|| a + b)
        }
    }
}

/// Returns the exact area of a face.
pub fn face_area(map: &Subdivision, face: u32) -> Rational {
    let corners: Vec<(Rational, Rational)> = map
        .around(face)
        .map(|edge| map.corner(map.edge(edge).origin))
        .map(|corner: Corner| (corner.first(), corner.second()))
        .collect();
    doubled_areas(&corners).sum::<Rational>().half()
}

/// Encloses the length of a closed line.
pub fn length(corners: &[(Rational, Rational)]) -> Interval {
    let sides = (0..corners.len()).map(|i| {
        let (p, q) = (&corners[i], &corners[(i + 1) % corners.len()]);
        let (dx, dy) = (&q.0 - &p.0, &q.1 - &p.1);
        let square = Interval::from_rational(&(&dx * &dx + &dy * &dy));
        square.root().unwrap_or(Interval::from_i64(0))
    });
    sides.fold(Interval::from_i64(0), |sum, side| sum.plus(&side))
}

/// Is a loop an outline rather than a hole?
pub fn is_outline(corners: &[(Rational, Rational)]) -> bool {
    // The turn at the lowest of the leftmost corners decides.
    let Some(i) = (0..corners.len()).min_by(|&i, &j| corners[i].cmp(&corners[j])) else {
        return false;
    };
    let n = corners.len();
    let (p, q, r) = (
        &corners[(i + n - 1) % n],
        &corners[i],
        &corners[(i + 1) % n],
    );
    let turn = (&q.0 - &p.0) * (&r.1 - &q.1) - (&q.1 - &p.1) * (&r.0 - &q.0);
    turn.signum().cmp(&0) == Ordering::Greater
}
