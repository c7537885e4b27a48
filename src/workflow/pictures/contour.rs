//! The edge of a region that is known by samples: marching squares, with each crossing found by bisection.

use crate::draw::chain::chain;

type Point = (f64, f64);

/// A corner of a part of a square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// A corner of the square, counter-clockwise from 0.
    Corner(usize),
    /// The crossing on the side from this corner to the next.
    Crossing(usize),
}

/// The parts of a square, and the edges between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The corners of each part, and whether it is inside.
    pub parts: Vec<(bool, Vec<Spot>)>,
    /// The two sides that each edge joins.
    pub edges: Vec<[usize; 2]>,
}

impl Parts {
    /// Cuts a square into parts inside and outside.
    ///
    /// - `corners`, `centre`: whether they are inside; the centre decides where opposite corners agree and
    ///   neighbours differ.
    pub(super) fn of(corners: [bool; 4], centre: bool) -> Self {
        let crossed: Vec<usize> = (0..4)
            .filter(|&i| corners[i] != corners[(i + 1) % 4])
            .collect();
        let mut found = Self::default();
        match *crossed.as_slice() {
            [a, b] => {
                let run = |from: usize, to: usize| {
                    let count = (to + 4 - from) % 4;
                    let between = (1..=count).map(|k| Spot::Corner((from + k) % 4));
                    let ends = (Spot::Crossing(from), Spot::Crossing(to));
                    let spots = std::iter::once(ends.0).chain(between).chain([ends.1]);
                    (corners[(from + 1) % 4], spots.collect())
                };
                found.parts = vec![run(a, b), run(b, a)];
                found.edges.push([a, b]);
            }
            [_, _, _, _] => {
                let mut rest = Vec::new();
                for (i, corner) in corners.iter().enumerate() {
                    let before = (i + 3) % 4;
                    if *corner == centre {
                        rest.push(Spot::Corner(i));
                    } else {
                        let cut = vec![Spot::Crossing(before), Spot::Corner(i), Spot::Crossing(i)];
                        found.parts.push((*corner, cut));
                        found.edges.push([before, i]);
                    }
                    rest.push(Spot::Crossing(i));
                }
                found.parts.push((centre, rest));
            }
            _ => found
                .parts
                .push((corners[0], (0..4).map(Spot::Corner).collect())),
        }
        found
    }
}

/// Where a region begins or ends between two points, of which one is inside. The same for both orders.
pub(super) fn crossing(is_inside: &mut dyn FnMut(Point) -> bool, p: Point, q: Point) -> Point {
    let (mut low, mut high) = if p <= q { (p, q) } else { (q, p) };
    let at_low = is_inside(low);
    for _ in 0..40 {
        let m = (low.0.midpoint(high.0), low.1.midpoint(high.1));
        if is_inside(m) == at_low {
            low = m;
        } else {
            high = m;
        }
    }
    (low.0.midpoint(high.0), low.1.midpoint(high.1))
}

/// The edge of a region as lines.
///
/// - `grid`: whether the points of the grid are inside, `[row][column]`.
pub(super) fn contours(
    (xs, ys): (&[f64], &[f64]),
    grid: &[Vec<bool>],
    is_inside: &mut dyn FnMut(Point) -> bool,
) -> Vec<Vec<Point>> {
    let mut segments = Vec::new();
    for j in 1..ys.len() {
        for i in 1..xs.len() {
            let places = [(i - 1, j - 1), (i, j - 1), (i, j), (i - 1, j)];
            let corners = places.map(|(i, j)| grid[j][i]);
            if corners.iter().all(|inside| *inside == corners[0]) {
                continue;
            }
            let points = places.map(|(i, j)| (xs[i], ys[j]));
            let middle = (xs[i - 1].midpoint(xs[i]), ys[j - 1].midpoint(ys[j]));
            for edge in Parts::of(corners, is_inside(middle)).edges {
                segments.push(edge.map(|k| crossing(is_inside, points[k], points[(k + 1) % 4])));
            }
        }
    }
    let size = match (xs.first(), xs.last(), ys.first(), ys.last()) {
        (Some(a), Some(b), Some(c), Some(d)) => (b - a).max(d - c),
        _ => 1.0,
    };
    chain(&segments, size * 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_fall_into_parts() {
        let whole = Parts::of([true; 4], true);
        assert_eq!((whole.parts.len(), whole.edges.len()), (1, 0));
        let corner = Parts::of([false, true, false, false], false);
        assert_eq!(corner.edges, [[0, 1]]);
        let cut = vec![Spot::Crossing(0), Spot::Corner(1), Spot::Crossing(1)];
        assert_eq!(corner.parts[0], (true, cut));
        assert_eq!(corner.parts[1].1.len(), 5);
        for centre in [false, true] {
            let saddle = Parts::of([true, false, true, false], centre);
            assert_eq!(
                saddle.parts.iter().map(|p| p.1.len()).collect::<Vec<_>>(),
                [3, 3, 6]
            );
            assert_eq!((saddle.parts[0].0, saddle.parts[2].0), (!centre, centre));
        }
    }

    #[test]
    fn a_circle_is_one_closed_line_on_the_circle() {
        let lines: Vec<f64> = (0..=24).map(|k| f64::from(k) / 12.0 - 1.0).collect();
        let mut inside = |(x, y): Point| x * x + y * y <= 0.5;
        let grid: Vec<Vec<bool>> = lines
            .iter()
            .map(|y| lines.iter().map(|x| inside((*x, *y))).collect())
            .collect();
        let found = contours((&lines, &lines), &grid, &mut inside);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].first(), found[0].last());
        for (x, y) in &found[0] {
            assert!((x * x + y * y - 0.5).abs() < 1e-9);
        }
    }
}
