//! Cuts the unit square into convex cells, one line at a time.
//!
//! A line cuts the cells that it crosses and no others, so the cuts form a tree. Cells that share a part of
//! a cut are neighbours along it, and a jump between their heights is a wall.

use crate::draw::{FacetLine, FacetSide, Facets};

/// A point of the unit square.
pub(super) type Point = (f64, f64);

/// Points closer to a line than this lie on it.
const NEAR: f64 = 1e-9;

/// The line `a·x + b·y + c = 0`, with a unit normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    a: f64,
    b: f64,
    c: f64,
}

impl Line {
    /// Returns the line with these coefficients, if it is one.
    pub(super) fn new(a: f64, b: f64, c: f64) -> Option<Self> {
        let norm = (a * a + b * b).sqrt();
        let line = Self {
            a: a / norm,
            b: b / norm,
            c: c / norm,
        };
        [line.a, line.b, line.c]
            .iter()
            .all(|v| v.is_finite())
            .then_some(line)
    }

    /// Returns the line through two points.
    pub(super) fn through(p: Point, q: Point) -> Option<Self> {
        let (a, b) = (p.1 - q.1, q.0 - p.0);
        Self::new(a, b, -(a * p.0 + b * p.1))
    }

    /// The signed distance of a point.
    pub(super) fn value(self, p: Point) -> f64 {
        self.a * p.0 + self.b * p.1 + self.c
    }

    /// The point at a distance from the line, in the square; points farther away on that side stay.
    pub(super) fn beside(self, p: Point, distance: f64) -> Point {
        let value = self.value(p);
        if value * distance > distance * distance {
            return p;
        }
        let t = distance - value;
        (
            (p.0 + t * self.a).clamp(0.0, 1.0),
            (p.1 + t * self.b).clamp(0.0, 1.0),
        )
    }

    /// The place of a point along the line; the negative side is to the left.
    fn along(self, p: Point) -> f64 {
        self.a * p.1 - self.b * p.0
    }
}

/// What happens to a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// It stays whole, and its corners have these heights.
    Whole(Vec<f64>),
    /// It is cut, if the line crosses it.
    Cut(Line, FacetLine),
}

/// A function over the unit square, which knows where its cells have to be cut.
pub(super) trait Relief {
    /// What is known of a cell.
    type State: Clone;

    /// Decides on a cell, counter-clockwise. After a cut, it is asked for each part, with the state it left.
    fn step(&mut self, cell: &[Point], state: &mut Self::State) -> Step;
}

/// A corner of a cell, with the cut that made the side from here to the next corner.
#[derive(Clone, Copy, Debug)]
struct Corner {
    at: Point,
    /// The number of the cut, and whether the cell lies on its positive side; `None` at the rim.
    cut: Option<(usize, bool)>,
}

/// A side of a finished cell, along a cut.
struct Edge {
    cut: usize,
    is_positive: bool,
    facet: usize,
    along: [f64; 2],
    ends: [Point; 2],
    heights: [f64; 2],
}

/// Cuts the unit square into cells; `None` if there would be more than `most`.
pub(super) fn tile<R: Relief>(relief: &mut R, state: R::State, most: usize) -> Option<Facets> {
    let corner = |at| Corner { at, cut: None };
    let square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(corner);
    let mut open = vec![(square.to_vec(), state)];
    let mut cuts: Vec<(Line, FacetLine)> = Vec::new();
    let mut edges: Vec<Edge> = Vec::new();
    let mut cells: Vec<Vec<[f64; 3]>> = Vec::new();
    while let Some((cell, mut state)) = open.pop() {
        let outline: Vec<Point> = cell.iter().map(|corner| corner.at).collect();
        match relief.step(&outline, &mut state) {
            Step::Whole(heights) => {
                if cells.len() >= most {
                    return None;
                }
                for i in 0..cell.len() {
                    let next = (i + 1) % cell.len();
                    if let Some((cut, is_positive)) = cell[i].cut {
                        let (p, q) = if is_positive { (next, i) } else { (i, next) };
                        edges.push(Edge {
                            cut,
                            is_positive,
                            facet: cells.len(),
                            along: [p, q].map(|k| cuts[cut].0.along(outline[k])),
                            ends: [p, q].map(|k| outline[k]),
                            heights: [p, q].map(|k| heights[k]),
                        });
                    }
                }
                let corners = outline.iter().zip(&heights);
                cells.push(corners.map(|(p, z)| [p.0, p.1, *z]).collect());
            }
            Step::Cut(line, drawn) => match halves(&cell, line, cuts.len()) {
                Some(halves) => {
                    cuts.push((line, drawn));
                    open.extend(halves.map(|half| (half, state.clone())));
                }
                None => open.push((cell, state)),
            },
        }
    }
    Some(Facets {
        cells,
        sides: sides(edges, &cuts),
    })
}

/// The parts of a cell on the two sides of a line; `None` if it does not cross the cell.
fn halves(cell: &[Corner], line: Line, number: usize) -> Option<[Vec<Corner>; 2]> {
    let snapped = |corner: &Corner| {
        let value = line.value(corner.at);
        if value.abs() < NEAR { 0.0 } else { value }
    };
    let values: Vec<f64> = cell.iter().map(snapped).collect();
    if !(values.iter().any(|v| *v > 0.0) && values.iter().any(|v| *v < 0.0)) {
        return None;
    }
    let part = |is_positive: bool| {
        let sign = if is_positive { 1.0 } else { -1.0 };
        let mut part: Vec<Corner> = Vec::new();
        for (i, corner) in cell.iter().enumerate() {
            let next = (i + 1) % cell.len();
            let (v, w) = (sign * values[i], sign * values[next]);
            let cut = Some((number, is_positive));
            if v > 0.0 {
                part.push(*corner);
            } else if v == 0.0 {
                // Leaves along the old side, or along the cut.
                let cut = if w > 0.0 { corner.cut } else { cut };
                part.push(Corner { at: corner.at, cut });
            }
            if v * w < 0.0 {
                let t = v / (v - w);
                let (p, q) = (corner.at, cell[next].at);
                let at = (p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1));
                let cut = if v > 0.0 { cut } else { corner.cut };
                part.push(Corner { at, cut });
            }
        }
        part
    };
    Some([part(false), part(true)])
}

/// Pairs the cells on the two sides of each cut.
fn sides(mut edges: Vec<Edge>, cuts: &[(Line, FacetLine)]) -> Vec<FacetSide> {
    edges.sort_by(|p, q| {
        let key = |e: &Edge| (e.cut, e.is_positive);
        key(p).cmp(&key(q)).then(p.along[0].total_cmp(&q.along[0]))
    });
    let mut sides = Vec::new();
    for group in edges.chunk_by(|p, q| p.cut == q.cut) {
        let (left, right) = group.split_at(group.partition_point(|edge| !edge.is_positive));
        let (mut i, mut j) = (0, 0);
        while let (Some(p), Some(q)) = (left.get(i), right.get(j)) {
            let (from, to) = (p.along[0].max(q.along[0]), p.along[1].min(q.along[1]));
            if to - from > NEAR {
                let share = |e: &Edge, t: f64| (t - e.along[0]) / (e.along[1] - e.along[0]);
                let between = |a: f64, b: f64, t: f64| a + t * (b - a);
                let height = |e: &Edge, t: f64| between(e.heights[0], e.heights[1], share(e, t));
                let point = |t: f64| {
                    let ([a, b], t) = (p.ends, share(p, t));
                    (between(a.0, b.0, t), between(a.1, b.1, t))
                };
                sides.push(FacetSide {
                    left: p.facet,
                    right: q.facet,
                    ends: [from, to].map(point),
                    left_heights: [from, to].map(|t| height(p, t)),
                    right_heights: [from, to].map(|t| height(q, t)),
                    line: cuts[p.cut].1,
                });
            }
            if p.along[1] <= q.along[1] {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
    sides
}

/// The middle of a cell's corners.
#[allow(clippy::cast_precision_loss, reason = "corners are few")]
pub(super) fn middle(cell: &[Point]) -> Point {
    let sum = cell
        .iter()
        .fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
    let count = cell.len().max(1) as f64;
    (sum.0 / count, sum.1 / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 above both lines, else 0.
    struct Corners([Line; 2]);

    impl Relief for Corners {
        type State = usize;

        fn step(&mut self, cell: &[Point], state: &mut usize) -> Step {
            if let Some(line) = self.0.get(*state) {
                *state += 1;
                return Step::Cut(*line, FacetLine::Crease);
            }
            let is_in = self.0.iter().all(|line| line.value(middle(cell)) > 0.0);
            Step::Whole(vec![f64::from(u8::from(is_in)); cell.len()])
        }
    }

    fn area(cell: &[[f64; 3]]) -> f64 {
        let next = cell.iter().cycle().skip(1);
        let twice: f64 = cell
            .iter()
            .zip(next)
            .map(|(p, q)| p[0] * q[1] - p[1] * q[0])
            .sum();
        twice / 2.0
    }

    #[test]
    fn two_lines_make_four_cells_with_walls_along_them() {
        let line = |a, b, c| Line::new(a, b, c).expect("a line");
        let mut relief = Corners([line(1.0, 1.0, -1.0), line(1.0, -1.0, 0.0)]);
        let tiling = tile(&mut relief, 0, 100).expect("few cells");
        assert_eq!(tiling.cells.len(), 4);
        for cell in &tiling.cells {
            assert!(
                (area(cell) - 0.25).abs() < 1e-12,
                "counter-clockwise quarters"
            );
        }
        // Both lines pass through the middle: each has two sides there.
        assert_eq!(tiling.sides.len(), 4);
        let jump = |side: &&FacetSide| (side.left_heights[0] - side.right_heights[0]).abs() > 0.5;
        assert_eq!(tiling.sides.iter().filter(jump).count(), 2);
        for side in &tiling.sides {
            let [p, q] = side.ends;
            let turn = |cell: usize| {
                let corners: Vec<Point> = tiling.cells[cell].iter().map(|c| (c[0], c[1])).collect();
                let m = middle(&corners);
                (q.0 - p.0) * (m.1 - p.1) - (q.1 - p.1) * (m.0 - p.0)
            };
            assert!(turn(side.left) > 0.0 && turn(side.right) < 0.0);
        }
        assert!(tile(&mut relief, 0, 3).is_none());
    }

    #[test]
    fn a_line_through_a_corner_cuts_once() {
        let line = Line::through((0.0, 0.0), (1.0, 1.0)).expect("a line");
        let square =
            [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|at| Corner { at, cut: None });
        let [below, above] = halves(&square, line, 7).expect("crosses");
        assert_eq!((below.len(), above.len()), (3, 3));
        let along = |part: &[Corner]| part.iter().filter(|c| c.cut.is_some()).count();
        assert_eq!((along(&below), along(&above)), (1, 1));
        let beside = Line::new(1.0, 0.0, -1.0).expect("a line");
        assert!(halves(&square, beside, 7).is_none());
    }
}
