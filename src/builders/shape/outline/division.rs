//! Where the sides of a polygon meet along a curve: cut into stretches, each near a line of its own, by dynamic
//! programming over the sum of the areas between stretches and lines.

use super::runs::Run;
use super::{Place, area_between, between, cross, dot, float, length, minus};

/// A line by a point and a direction of length 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// A point of it.
    pub through: Place,
    /// Its direction.
    pub along: Place,
}

impl Line {
    fn new(a: Place, b: Place) -> Option<Self> {
        let far = minus(b, a);
        let size = length(far);
        (size > 1e-12).then(|| Self {
            through: a,
            along: [far[0] / size, far[1] / size],
        })
    }

    /// Returns how far along the line a point is, and how far to its left.
    pub fn coordinates(&self, point: Place) -> (f64, f64) {
        let from = minus(point, self.through);
        (dot(from, self.along), cross(self.along, from))
    }

    /// The nearest point of the line.
    pub fn foot(&self, point: Place) -> Place {
        let (t, _) = self.coordinates(point);
        [
            self.through[0] + t * self.along[0],
            self.through[1] + t * self.along[1],
        ]
    }

    /// Where two lines meet.
    pub fn meet(&self, other: &Self) -> Option<Place> {
        let turn = cross(self.along, other.along);
        if turn.abs() < 1e-9 {
            return None;
        }
        let t = cross(minus(other.through, self.through), other.along) / turn;
        Some([
            self.through[0] + t * self.along[0],
            self.through[1] + t * self.along[1],
        ])
    }
}

/// The divisions of a run into few stretches.
pub struct Divisions<'r> {
    run: &'r Run,
    /// The points at which it may be cut, in order; a closed run is cut at the first in any case.
    cuts: Vec<usize>,
    /// For each start and length of a stretch in cuts: the area, and the line.
    lines: Vec<Vec<(f64, Line)>>,
    /// For each number of sides: the least area, with all cuts before each cut.
    best: Vec<Vec<(f64, usize)>>,
}

/// A stretch is compared with lines at this many points.
const SAMPLES: usize = 24;

impl<'r> Divisions<'r> {
    /// Finds the divisions into up to this many stretches.
    pub fn new(run: &'r Run, most: usize) -> Self {
        let wanted = (4 * most).clamp(96, 400);
        let mut divisions = Self {
            run,
            cuts: cuts(run, wanted),
            lines: Vec::new(),
            best: Vec::new(),
        };
        let starts = divisions.cuts.len();
        divisions.lines = (0..starts)
            .map(|start| {
                let longest = if run.is_closed {
                    starts
                } else {
                    starts - 1 - start
                };
                let lines = 1..=longest;
                lines
                    .map(|size| divisions.line(start, start + size))
                    .collect()
            })
            .collect();
        divisions.best = divisions.tables(most);
        if run.is_closed && most > 3 {
            // The first cut may be a bad one: start again at one that was chosen freely.
            let chosen = divisions.back(&divisions.best, divisions.most());
            if let Some(&middle) = chosen.get(chosen.len() / 2) {
                divisions.cuts.rotate_left(middle);
                divisions.lines.rotate_left(middle);
                divisions.best = divisions.tables(most);
            }
        }
        divisions
    }

    /// The number of stretches between neighbouring cuts.
    fn stretches(&self) -> usize {
        self.cuts.len() - usize::from(!self.run.is_closed)
    }

    /// The most sides of use: a curve of few points has no more.
    fn most(&self) -> usize {
        self.stretches().min(self.best.len() - 1)
    }

    /// Returns the least area with this many sides.
    pub fn area(&self, sides: usize) -> f64 {
        self.best[sides.min(self.most())][self.stretches()].0
    }

    /// The point of the run at a cut; around a closed run the numbers go on increasing.
    fn at(&self, cut: usize) -> usize {
        let (count, n) = (self.cuts.len(), self.run.points.len());
        let point = self.cuts[cut % count];
        let is_wrapped = point < self.cuts[0];
        let has_turned = self.run.is_closed && cut >= count;
        point + n * (usize::from(is_wrapped) + usize::from(has_turned))
    }

    /// The line for a stretch between two cuts: the better of two secants, and the area between.
    fn line(&self, from: usize, to: usize) -> (f64, Line) {
        let points = &self.run.points;
        let n = points.len();
        let first = self.cuts[from % self.cuts.len()];
        let mut last = self.cuts[to % self.cuts.len()];
        if last <= first {
            last += n;
        }
        let samples: Vec<Place> = (0..=SAMPLES)
            .map(|k| points[(first + (last - first) * k / SAMPLES) % n])
            .collect();
        // A parabola has the least area to the secant through its quarters (T34).
        let choices = [(SAMPLES / 4, 3 * SAMPLES / 4), (0, SAMPLES)];
        let mut best: Option<(f64, Line)> = None;
        for (a, b) in choices {
            let Some(line) = Line::new(samples[a], samples[b]) else {
                continue;
            };
            let seen: Vec<_> = samples.iter().map(|&p| line.coordinates(p)).collect();
            let area = seen
                .windows(2)
                .map(|pair| area_between(pair[0].1, pair[1].1, pair[1].0 - pair[0].0))
                .sum();
            if best.is_none_or(|(least, _)| area < least) {
                best = Some((area, line));
            }
        }
        // All at one point.
        best.unwrap_or((
            0.0,
            Line {
                through: samples[0],
                along: [1.0, 0.0],
            },
        ))
    }

    /// The tables of the least area for each number of sides, from the first cut to each other one.
    fn tables(&self, most: usize) -> Vec<Vec<(f64, usize)>> {
        let ends = self.stretches();
        let mut before: Vec<(f64, usize)> = vec![(f64::INFINITY, 0); ends + 1];
        before[0].0 = 0.0;
        let mut tables = vec![before];
        for sides in 1..=most {
            let mut table = vec![(f64::INFINITY, 0); ends + 1];
            let before = &tables[sides - 1];
            for (end, entry) in table.iter_mut().enumerate().skip(1) {
                let starts = before.iter().zip(&self.lines).enumerate().take(end);
                for (start, ((so_far, _), lines)) in starts {
                    if *so_far == f64::INFINITY {
                        continue;
                    }
                    let area = so_far + lines[end - start - 1].0;
                    if area < entry.0 {
                        *entry = (area, start);
                    }
                }
            }
            tables.push(table);
        }
        tables
    }

    /// The cuts of the best division, first and last included.
    fn back(&self, tables: &[Vec<(f64, usize)>], sides: usize) -> Vec<usize> {
        let mut cut = self.stretches();
        let mut found = vec![cut];
        for side in (1..=sides).rev() {
            cut = tables[side][cut].1;
            found.push(cut);
        }
        found.reverse();
        found
    }

    /// Returns corners for this many sides, with the place on the run of each: the sides lie on the lines
    /// of the stretches; one corner more than sides for an open run.
    /// A curve of few points may have fewer sides.
    pub fn corners(&self, sides: usize) -> Vec<(Place, usize)> {
        let sides = sides.min(self.most());
        let cuts = self.back(&self.best, sides);
        let line = |i: usize| self.lines[cuts[i]][cuts[i + 1] - cuts[i] - 1].1;
        let points = &self.run.points;
        let n = points.len();
        let mut corners = Vec::with_capacity(sides + 1);
        for i in 0..=sides {
            let place = self.at(cuts[i]);
            let point = points[place % n];
            if self.run.is_closed && i == sides {
                break;
            }
            let (before, after) = match (i, self.run.is_closed) {
                (0, true) => (line(sides - 1), line(0)),
                (0, false) => (line(0), line(0)),
                (i, _) if i == sides => (line(i - 1), line(i - 1)),
                (i, _) => (line(i - 1), line(i)),
            };
            let is_end = !self.run.is_closed && (i == 0 || i == sides);
            let corner = if is_end {
                end(&before, point, self.run.fixed(i == sides))
            } else {
                let middle = between(before.foot(point), after.foot(point), 0.5);
                let near = [i.checked_sub(1), (i < sides).then_some(i)];
                let sizes = near.into_iter().flatten().map(|i| {
                    let ends = [cuts[i], cuts[i + 1]].map(|cut| points[self.at(cut) % n]);
                    length(minus(ends[1], ends[0]))
                });
                let size = sizes.fold(f64::INFINITY, f64::min);
                let met = before.meet(&after);
                met.filter(|&met| length(minus(met, point)) < size / 2.0)
                    .unwrap_or(middle)
            };
            corners.push((corner, place));
        }
        corners
    }
}

/// The end of a line on the side of the square where a run ends.
fn end(line: &Line, point: Place, fixed: [bool; 2]) -> Place {
    let edge = match fixed {
        [true, false] => [0.0, 1.0],
        [false, true] => [1.0, 0.0],
        _ => return point,
    };
    let edge = Line {
        through: point,
        along: edge,
    };
    let met = line.meet(&edge);
    let met = met.filter(|met| met.iter().all(|t| (-0.1..=1.1).contains(t)));
    met.map_or(point, |met| met.map(|t| t.clamp(0.0, 1.0)))
}

/// Points at which a run may be cut: evenly by its length, its affine length, and its turning. (The area of
/// a side grows with the cube of its affine length; corners of the curve turn at once.)
fn cuts(run: &Run, wanted: usize) -> Vec<usize> {
    let points = &run.points;
    let n = points.len();
    let stretches = if run.is_closed { n } else { n - 1 };
    let at = |i: usize| points[i % n];
    let lengths: Vec<f64> = (0..stretches)
        .map(|i| length(minus(at(i + 1), at(i))))
        .collect();
    // Directions over a few stretches, so that rounding does not turn them.
    let window = 4;
    let turn = |i: usize| {
        let has_both = run.is_closed || (i >= window && i + window < n);
        if !has_both {
            return 0.0;
        }
        let (before, after) = (
            minus(at(i), at(i + n - window)),
            minus(at(i + window), at(i)),
        );
        let angle = libm::atan2(cross(before, after), dot(before, after)).abs();
        angle / float(window)
    };
    let turns: Vec<f64> = (0..stretches).map(turn).collect();
    let affine: Vec<f64> = lengths
        .iter()
        .zip(&turns)
        .map(|(size, turn)| libm::cbrt(size * size * turn))
        .collect();
    let total = |list: &[f64]| list.iter().sum::<f64>().max(1e-12);
    let totals = [total(&lengths), total(&affine), total(&turns)];
    let mut sum = 0.0;
    let mut cuts = vec![0];
    for i in 0..stretches {
        sum += (lengths[i] / totals[0] + affine[i] / totals[1] + turns[i] / totals[2]) / 3.0;
        let passed = sum * float(wanted) >= float(cuts.len());
        if passed && i + 1 < stretches {
            cuts.push(i + 1);
        }
    }
    if !run.is_closed {
        cuts.push(n - 1);
    }
    cuts.dedup();
    cuts
}
