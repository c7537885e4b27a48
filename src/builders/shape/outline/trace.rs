//! The boundary of a region as closed lines: marching squares, with crossings found by bisection.

use std::collections::BTreeMap;

use super::field::Field;
use super::{Place, between, cross, float, length, minus};

/// The unit square is divided into this many cells along each side.
const CELLS: i32 = 256;
/// How often stretches of the boundary are halved, with the middle moved onto the boundary.
const REFINEMENTS: usize = 2;

/// A closed line around a part of the region (counter-clockwise) or around a hole (clockwise): the region is
/// on its left.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// The points in order.
    pub points: Vec<Place>,
}

impl Loop {
    /// The enclosed area, negative for a hole.
    pub fn area(&self) -> f64 {
        let n = self.points.len();
        let pairs = (0..n).map(|i| cross(self.points[i], self.points[(i + 1) % n]));
        pairs.sum::<f64>() / 2.0
    }
}

/// The boundary of a region.
#[derive(Clone, Debug, PartialEq)]
pub enum Trace {
    /// No cell of the grid meets the region.
    Nothing,
    /// The region is the whole domain.
    Everything,
    /// Closed lines, those along the edge of the domain too.
    Loops(Vec<Loop>),
}

/// Follows the boundary of a region in the unit square. Parts of the size of a cell may be missed.
pub fn trace(field: &mut Field) -> Trace {
    let side = usize::try_from(CELLS + 1).unwrap_or(0);
    let nodes: Vec<bool> = (0..=CELLS)
        .flat_map(|j| (0..=CELLS).map(move |i| (i, j)))
        .map(|node| field.holds(place(node)))
        .collect();
    if nodes.iter().all(|&inside| !inside) {
        return Trace::Nothing;
    }
    if nodes.iter().all(|&inside| inside) {
        return Trace::Everything;
    }
    // Around the square everything is outside, so the edge of the domain is part of the boundary.
    let holds = |(i, j): Node| {
        let index = |k: i32| usize::try_from(k).ok().filter(|&k| k < side);
        index(i)
            .zip(index(j))
            .is_some_and(|(i, j)| nodes[j * side + i])
    };
    let mut next = BTreeMap::new();
    for j in -1..=CELLS {
        for i in -1..=CELLS {
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let inside = corners.map(holds);
            let edge = |k: usize| (corners[k], corners[(k + 1) % 4]);
            let leaves = |k: usize| inside[k] && !inside[(k + 1) % 4];
            let enters = |k: usize| !inside[k] && inside[(k + 1) % 4];
            // The middle decides whether opposite corners are connected.
            let is_saddle = (0..4).filter(|&k| leaves(k)).count() == 2;
            let is_joined = is_saddle && {
                let [x, y] = place((i, j));
                let half = 0.5 / f64::from(CELLS);
                field.holds([x + half, y + half])
            };
            for from in (0..4).filter(|&k| leaves(k)) {
                // The boundary leads from where the way around the cell leaves the region to where it enters
                // it: after the outer corners, or before the inner ones.
                let steps = [1, 2, 3].map(|step| (from + step) % 4);
                let to = if is_saddle && !is_joined {
                    steps.into_iter().rev().find(|&k| enters(k))
                } else {
                    steps.into_iter().find(|&k| enters(k))
                };
                if let Some(to) = to {
                    let (inner, outer) = edge(from);
                    let (far_outer, far_inner) = edge(to);
                    next.insert((inner, outer), (far_inner, far_outer));
                }
            }
        }
    }
    let mut loops = Vec::new();
    while let Some((&first, _)) = next.first_key_value() {
        let mut points = Vec::new();
        let mut at = first;
        while let Some(after) = next.remove(&at) {
            let (inner, outer) = at;
            let is_in = |(i, j): Node| (0..=CELLS).contains(&i) && (0..=CELLS).contains(&j);
            points.push(if is_in(outer) {
                field.edge(place(inner), place(outer))
            } else {
                place(inner)
            });
            at = after;
        }
        points.dedup();
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        for _ in 0..REFINEMENTS {
            points = refined(field, &points);
        }
        loops.push(Loop { points });
    }
    // What is smaller than a cell is not followed well.
    let cell = 1.0 / float(side * side);
    loops.retain(|one| one.points.len() > 2 && one.area().abs() >= cell);
    if loops.is_empty() {
        return Trace::Nothing;
    }
    Trace::Loops(loops)
}

/// A corner of a cell.
type Node = (i32, i32);

fn place((i, j): Node) -> Place {
    [i, j].map(|k| f64::from(k) / f64::from(CELLS))
}

/// The sides of the unit square on which a point is, as bits: left, right, bottom, top.
pub fn sides_at([x, y]: Place) -> u8 {
    let bit = |is_on: bool, bit: u8| if is_on { bit } else { 0 };
    bit(x <= 0.0, 1) | bit(x >= 1.0, 2) | bit(y <= 0.0, 4) | bit(y >= 1.0, 8)
}

/// Does a stretch lie on the edge of the unit square?
pub fn is_on_edge(a: Place, b: Place) -> bool {
    sides_at(a) & sides_at(b) != 0
}

/// Halves every stretch away from the edge of the square, the middle moved onto the boundary.
fn refined(field: &mut Field, points: &[Place]) -> Vec<Place> {
    let mut all = Vec::with_capacity(2 * points.len());
    for (index, &a) in points.iter().enumerate() {
        all.push(a);
        let b = points[(index + 1) % points.len()];
        if is_on_edge(a, b) {
            continue;
        }
        let middle = between(a, b, 0.5);
        let along = minus(b, a);
        if length(along) < 1e-9 {
            continue;
        }
        let is_inside = field.holds(middle);
        // The region is on the left; the boundary is searched on the side that differs.
        let turn = if is_inside { -1.0 } else { 1.0 };
        let left = [-along[1] * turn, along[0] * turn];
        let other =
            [0.25, 0.5, 1.0].map(|far| [middle[0] + far * left[0], middle[1] + far * left[1]]);
        let other = other.into_iter().find(|&far| field.holds(far) != is_inside);
        all.push(match other {
            Some(far) if is_inside => field.edge(middle, far),
            Some(far) => field.edge(far, middle),
            None => middle,
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::runs::runs;
    use super::*;
    use crate::expr::{Domain, parse_target};

    fn traced(formula: &str) -> Trace {
        let domain = Domain::parse("x=-1..1,y=-1..1").expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a region");
        trace(&mut Field::new(&target, &domain).expect("a region"))
    }

    /// The areas of the loops, as shares of pi, and the numbers of their runs.
    fn loops(formula: &str) -> Vec<(f64, usize)> {
        let Trace::Loops(loops) = traced(formula) else {
            panic!("a boundary")
        };
        let area = |one: &Loop| 4.0 * one.area() / std::f64::consts::PI;
        loops
            .iter()
            .map(|one| (area(one), runs(one).len()))
            .collect()
    }

    #[test]
    fn parts_and_holes_are_told_apart() {
        let near = |found: &[(f64, usize)], wanted: &[(f64, usize)]| {
            assert_eq!(found.len(), wanted.len(), "{found:?}");
            for (found, wanted) in found.iter().zip(wanted) {
                assert!((found.0 - wanted.0).abs() < 1e-5, "{found:?} {wanted:?}");
                assert_eq!(found.1, wanted.1);
            }
        };
        near(&loops("x^2 + y^2 <= 1/4"), &[(0.25, 1)]);
        near(
            &loops("1/16 <= x^2 + y^2 and x^2 + y^2 <= 1/4"),
            &[(0.25, 1), (-0.0625, 1)],
        );
        let two = "(x - 1/2)^2 + y^2 <= 1/9 or (x + 1/2)^2 + y^2 <= 1/16";
        near(&loops(two), &[(1.0 / 16.0, 1), (1.0 / 9.0, 1)]);
        // Cut by the edge of the domain: a quarter of a disk, a strip, and all around a hole.
        near(&loops("(x - 1)^2 + (y - 1)^2 <= 1"), &[(0.25, 1)]);
        let pi = std::f64::consts::PI;
        near(&loops("abs(x) <= 1/3"), &[(4.0 / 3.0 / pi, 2)]);
        near(&loops("x^2 + y^2 >= 1/4"), &[(4.0 / pi, 0), (-0.25, 1)]);
        // Corners that touch in the middle of a cell.
        assert_eq!(loops("x*y >= 0.00001").len(), 2);
    }

    #[test]
    fn regions_without_a_boundary_are_told() {
        assert_eq!(traced("x + y <= 3"), Trace::Everything);
        assert_eq!(traced("x + y >= 3"), Trace::Nothing);
        assert_eq!(traced("x^2 + y^2 <= 1/1000000000"), Trace::Nothing);
    }
}
