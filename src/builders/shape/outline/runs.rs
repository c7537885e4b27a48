//! The parts of a closed boundary that need sides: all but those on the edge of the domain.

use super::Place;
use super::trace::{Loop, is_on_edge, sides_at};

/// A stretch of the boundary inside the domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its points, the region on the left; those of a closed run do not repeat the first one.
    pub points: Vec<Place>,
    /// Does it return to its start?
    pub is_closed: bool,
    /// The corners of the domain between its end and the next run.
    pub corners_after: Vec<Place>,
}

impl Run {
    /// The fewest sides.
    pub fn fewest(&self) -> usize {
        if self.is_closed { 3 } else { 1 }
    }

    /// The side of the domain on which the first or the last point of an open run may move: the coordinate
    /// that is fixed. Both are at a corner.
    pub fn fixed(&self, is_last: bool) -> [bool; 2] {
        let end = if is_last {
            self.points.last()
        } else {
            self.points.first()
        };
        let sides = end.map_or(0, |&end| sides_at(end));
        [sides & 0b0011 != 0, sides & 0b1100 != 0]
    }
}

/// Cuts a boundary at the edge of the domain; a boundary that is all edge has no runs.
pub fn runs(one: &Loop) -> Vec<Run> {
    let points = &one.points;
    let n = points.len();
    let is_edge = |i: usize| is_on_edge(points[i % n], points[(i + 1) % n]);
    if (0..n).all(|i| !is_edge(i)) {
        return vec![Run {
            points: points.clone(),
            is_closed: true,
            corners_after: Vec::new(),
        }];
    }
    let starts = (0..n).filter(|&i| !is_edge(i) && is_edge(i + n - 1));
    starts
        .map(|start| {
            let mut run = vec![points[start]];
            let mut at = start;
            while !is_edge(at) {
                at += 1;
                run.push(points[at % n]);
            }
            let mut corners_after = Vec::new();
            while is_edge(at) {
                at += 1;
                let point = points[at % n];
                if sides_at(point).count_ones() == 2 && is_edge(at) {
                    corners_after.push(point);
                }
            }
            Run {
                points: run,
                is_closed: false,
                corners_after,
            }
        })
        .collect()
}
