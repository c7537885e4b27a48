//! The choice of a line: in one input the whole domain, in several inputs one with many groups.

use super::curve::{Curve, Profile, Resolution};
use super::greedy::{self, Aim};
use crate::expr::Domain;
use crate::numbers::Rational;

/// Coordinates of ends are multiples of this part of a side.
const PARTS: i32 = 64;
/// As many points are looked at to find special ones.
const POINTS: u32 = 600;
/// As many lines are compared.
const MOST_LINES: usize = 300;
/// The best line is moved at most this often.
const MOVES: usize = 12;

/// A segment of the domain, in parts of the sides: from 0 to [`PARTS`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    from: Vec<i32>,
    to: Vec<i32>,
}

impl Segment {
    /// The coordinates at a parameter, as fractions of the sides.
    pub fn at(&self, t: f64) -> impl Iterator<Item = f64> + '_ {
        let ends = self.from.iter().zip(&self.to);
        ends.map(move |(from, to)| (f64::from(*from) + t * f64::from(to - from)) / f64::from(PARTS))
    }

    /// The ends as points.
    pub fn ends(&self, domain: &Domain) -> (Vec<Rational>, Vec<Rational>) {
        let point = |parts: &[i32]| {
            let sides = domain.sides().iter().zip(parts);
            let at = sides.map(|((low, high), part)| {
                let part = Rational::ratio(i64::from(*part), i64::from(PARTS));
                low + &((high - low) * part)
            });
            at.collect()
        };
        (point(&self.from), point(&self.to))
    }

    /// The longest segment of the domain through a point in a direction of -1, 0 and 1.
    fn through(point: &[i32], direction: &[i32]) -> Self {
        let room = |sign: i32| {
            let each = point.iter().zip(direction);
            each.filter(|(_, d)| **d != 0)
                .map(|(p, d)| if d * sign > 0 { PARTS - p } else { *p })
                .min()
                .unwrap_or(0)
        };
        let end = |steps: i32| {
            let each = point.iter().zip(direction);
            each.map(|(p, d)| p + d * steps).collect()
        };
        Self {
            from: end(-room(-1)),
            to: end(room(1)),
        }
    }
}

/// Returns the most promising segments.
///
/// In several inputs: parallel to the axes and the diagonals, through the centre, the largest and the
/// smallest value and the largest bend, and at several offsets; in two inputs between points of the edge as
/// well. Then the best of them is moved.
pub fn segments(
    profile: &mut Profile,
    inputs: usize,
    twice: f64,
    aim: Aim,
    finalists: usize,
) -> Vec<Segment> {
    if inputs == 1 {
        return vec![Segment {
            from: vec![0],
            to: vec![PARTS],
        }];
    }
    let mut candidates = candidates(&special_points(profile, inputs), inputs);
    candidates.truncate(MOST_LINES);
    let mut score = |segment: &Segment| {
        let curve = Curve::along(profile, segment, aim, twice, Resolution::COARSE);
        // There are many pairs, and their ends need not be sharp to compare lines.
        let mut at = |t: f64| match aim {
            Aim::Kinks => profile.at(segment, t),
            Aim::Jumps => None,
        };
        greedy::groups(&curve, &mut at, twice, aim, &mut |_| true)
    };
    let mut scored: Vec<(f64, Segment)> = candidates
        .into_iter()
        .map(|segment| (score(&segment), segment))
        .collect();
    // The first of equals stays first.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.truncate(finalists);
    if let Some(best) = scored.first().cloned() {
        let moved = climb(best, &mut score);
        scored.insert(0, moved);
    }
    let mut segments: Vec<Segment> = Vec::new();
    for (_, segment) in scored {
        if !segments.contains(&segment) {
            segments.push(segment);
        }
    }
    segments.truncate(finalists);
    segments
}

/// Moves the ends of a segment while it gets better.
fn climb(mut best: (f64, Segment), score: &mut dyn FnMut(&Segment) -> f64) -> (f64, Segment) {
    let inputs = best.1.from.len();
    let mut step = PARTS / 8;
    for _ in 0..MOVES {
        if step == 0 {
            break;
        }
        let mut better: Option<(f64, Segment)> = None;
        for place in 0..2 * inputs {
            for by in [-step, step] {
                let mut moved = best.1.clone();
                let (end, axis) = if place < inputs {
                    (&mut moved.from, place)
                } else {
                    (&mut moved.to, place - inputs)
                };
                end[axis] = (end[axis] + by).clamp(0, PARTS);
                if moved.from == moved.to || moved == best.1 {
                    continue;
                }
                let found = score(&moved);
                if found > better.as_ref().map_or(best.0, |better| better.0) {
                    better = Some((found, moved));
                }
            }
        }
        match better {
            Some(better) => best = better,
            None => step /= 2,
        }
    }
    best
}

/// The centre, and the points with the largest value, the smallest one and the largest bend among many.
fn special_points(profile: &mut Profile, inputs: usize) -> Vec<Vec<i32>> {
    let mut points = vec![vec![PARTS / 2; inputs]];
    let mut state = 1_u32;
    let mut draw = || {
        // A fixed sequence of numbers that look random.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i32::try_from(state >> 26).unwrap_or(0)
    };
    let mut best: [Option<(f64, Vec<i32>)>; 3] = [None, None, None];
    for _ in 0..POINTS {
        let point: Vec<i32> = (0..inputs).map(|_| draw()).collect();
        let part = |k: i32| f64::from(k) / f64::from(PARTS);
        let Some(value) = profile.value(point.iter().map(|k| part(*k))) else {
            continue;
        };
        let mut bend = 0.0_f64;
        for axis in 0..inputs {
            let mut beside = |by: i32| {
                let moved = point.iter().enumerate();
                profile.value(moved.map(|(k, at)| part(if k == axis { at + by } else { *at })))
            };
            if (1..PARTS).contains(&point[axis])
                && let (Some(before), Some(after)) = (beside(-1), beside(1))
            {
                bend = bend.max((before + after - 2.0 * value).abs());
            }
        }
        for (best, size) in best.iter_mut().zip([bend, value, -value]) {
            if best.as_ref().is_none_or(|(most, _)| *most < size) {
                *best = Some((size, point.clone()));
            }
        }
    }
    points.extend(best.into_iter().flatten().map(|(_, point)| point));
    points
}

/// Lines through these points, and more of them in two and three inputs.
fn candidates(points: &[Vec<i32>], inputs: usize) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    let mut add = |segment: Segment| {
        if segment.from != segment.to && !found.contains(&segment) && found.len() < MOST_LINES {
            found.push(segment);
        }
    };
    let axes = (0..inputs).map(|axis| (0..inputs).map(|k| i32::from(k == axis)).collect());
    let axes: Vec<Vec<i32>> = axes.collect();
    // The signs of the second coordinate and those after it.
    let signs = 1_usize << (inputs - 1).min(5);
    let diagonals = (0..signs).map(|choice| {
        let sign = |k: usize| {
            if k > 0 && choice >> (k - 1).min(5) & 1 == 1 {
                -1
            } else {
                1
            }
        };
        (0..inputs).map(sign).collect()
    });
    let diagonals: Vec<Vec<i32>> = diagonals.collect();
    for point in points {
        for direction in axes.iter().chain(&diagonals) {
            add(Segment::through(point, direction));
        }
    }
    for axis in &axes {
        for other in 0..inputs {
            for offset in (0..=PARTS).step_by(8) {
                let mut point = vec![PARTS / 2; inputs];
                point[other] = offset;
                add(Segment::through(&point, axis));
            }
        }
    }
    if inputs == 2 {
        let edge = |k: i32| match k / PARTS {
            0 => vec![k, 0],
            1 => vec![PARTS, k - PARTS],
            2 => vec![3 * PARTS - k, PARTS],
            _ => vec![0, 4 * PARTS - k],
        };
        for first in (0..4 * PARTS).step_by(16) {
            for second in (first + 16..4 * PARTS).step_by(16) {
                add(Segment {
                    from: edge(first),
                    to: edge(second),
                });
            }
        }
    }
    found
}
