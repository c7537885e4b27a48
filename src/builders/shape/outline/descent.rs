//! Moves the corners of a polygon to where the area between it and a curve is least.
//!
//! Along a side, the area changes by its motion times -1 where the curve is outside, +1 where it is inside; so
//! the derivative by a corner is the integral of that sign times the share of the corner in the motion.
//! Descent by the method of limited memory of Broyden, Fletcher, Goldfarb and Shanno (Nocedal 1980).

use super::division::Line;
use super::runs::Run;
use super::{Place, area_between, cross, dot, length, minus};

/// Corners along a run, with the index of the point of the run that belongs to each.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain<'r> {
    run: &'r Run,
    corners: Vec<Place>,
    places: Vec<usize>,
}

/// The most steps of the descent.
const STEPS: usize = 200;
/// A curve that is nearer to a side than this, on average, is straight.
const STRAIGHT: f64 = 1e-8;
/// How many steps are remembered.
const MEMORY: usize = 10;

impl<'r> Chain<'r> {
    /// Takes corners in the order of the run.
    pub fn new(run: &'r Run, corners: Vec<(Place, usize)>) -> Self {
        let (corners, places) = corners.into_iter().unzip();
        Self {
            run,
            corners,
            places,
        }
    }

    /// The corners.
    pub fn places(&self) -> &[Place] {
        &self.corners
    }

    fn sides(&self) -> usize {
        self.corners.len() - usize::from(!self.run.is_closed)
    }

    /// Returns the area between the sides and the curve, and its derivative by each coordinate (0 for those that
    /// are held).
    pub fn area(&self) -> (f64, Vec<Place>) {
        let mut slopes = vec![[0.0; 2]; self.corners.len()];
        let mut total = 0.0;
        let mut straight = Vec::new();
        for side in 0..self.sides() {
            let area = self.side(side, &mut slopes);
            let next = (side + 1) % self.corners.len();
            let far = minus(self.corners[next], self.corners[side]);
            if area < STRAIGHT * length(far) {
                straight.push((side, next, far));
            }
            total += area;
        }
        // Where a side lies on a straight curve the area has an edge: corners move along such a side only.
        for (side, next, far) in straight {
            for corner in [side, next] {
                let share = dot(slopes[corner], far) / dot(far, far);
                slopes[corner] = [share * far[0], share * far[1]];
            }
        }
        if !self.run.is_closed {
            // The ends stay on the edge of the domain.
            for (index, is_last) in [(0, false), (self.corners.len() - 1, true)] {
                for (slope, is_fixed) in slopes[index].iter_mut().zip(self.run.fixed(is_last)) {
                    if is_fixed {
                        *slope = 0.0;
                    }
                }
            }
        }
        (total, slopes)
    }

    /// Adds the derivatives of one side; returns its area.
    fn side(&self, side: usize, slopes: &mut [Place]) -> f64 {
        let count = self.corners.len();
        let next = (side + 1) % count;
        let (a, b) = (self.corners[side], self.corners[next]);
        let far = minus(b, a);
        let size = length(far);
        if size < 1e-9 {
            return f64::INFINITY;
        }
        let along = [far[0] / size, far[1] / size];
        let line = Line { through: a, along };
        let n = self.run.points.len();
        let first = self.places[side];
        let mut last = self.places[next];
        if next == 0 {
            last += n;
        }
        // From the first corner to the curve, along it, and back to the second corner: between zeros of
        // the distance d from the line lie areas of one sign.
        let (mut area, mut lobe) = (0.0, 0.0);
        let (mut t0, mut d0, mut zero) = (0.0, 0.0, 0.0);
        let mut add = |from: f64, to: f64, sign: f64| {
            // The motion of the line to its left is the sum of those of its corners, by these weights.
            let (u0, u1) = (from / size, to / size);
            let second = (u1 * u1 - u0 * u0) / 2.0 * size;
            let first = (to - from) - second;
            for (corner, weight) in [(side, first), (next, second)] {
                slopes[corner][0] += sign * weight * along[1];
                slopes[corner][1] -= sign * weight * along[0];
            }
        };
        for k in first..=last + 1 {
            let (t, d) = if k > last {
                (size, 0.0)
            } else {
                line.coordinates(self.run.points[k % n])
            };
            if d0 * d < 0.0 {
                let crossing = t0 + (t - t0) * d0 / (d0 - d);
                lobe += area_between(d0, 0.0, crossing - t0) * (crossing - t0).signum();
                area += f64::abs(lobe);
                add(zero, crossing, d0.signum());
                lobe = area_between(0.0, d, t - crossing) * (t - crossing).signum();
                zero = crossing;
            } else {
                lobe += area_between(d0, d, t - t0) * (t - t0).signum();
                if d == 0.0 {
                    area += f64::abs(lobe);
                    add(zero, t, if d0 == 0.0 { 0.0 } else { d0.signum() });
                    lobe = 0.0;
                    zero = t;
                }
            }
            (t0, d0) = (t, d);
        }
        area
    }

    /// The direction between the normals of the sides that meet at a corner inside the run.
    fn bisector(&self, corner: usize) -> Place {
        let count = self.corners.len();
        let at = |i: usize| self.corners[i % count];
        let (before, after) = (
            minus(at(corner), at(corner + count - 1)),
            minus(at(corner + 1), at(corner)),
        );
        let (a, b) = (length(before).max(1e-12), length(after).max(1e-12));
        let along = [before[0] / a + after[0] / b, before[1] / a + after[1] / b];
        let size = length(along);
        if size < 1e-9 {
            // The sides turn back; any direction is as good.
            return [-before[0] / a, -before[1] / a];
        }
        [-along[1] / size, along[0] / size]
    }

    /// Finds a point of the run for each corner, between those of its neighbours: near the line that halves
    /// the angle between the sides, so that the curve is on the same side of both.
    fn attach(&mut self) {
        let count = self.corners.len();
        let n = self.run.points.len();
        // Numbers that leave room for one turn back.
        let turns = if self.places[0] < n { n } else { 0 };
        let old: Vec<usize> = self.places.iter().map(|place| place + turns).collect();
        self.places.clone_from(&old);
        let moving = if self.run.is_closed {
            0..count
        } else {
            1..count - 1
        };
        for i in moving {
            let here = old[i] + n;
            let before = if i == 0 {
                old[count - 1]
            } else {
                old[i - 1] + n
            };
            let after = if i + 1 == count {
                old[0] + 2 * n
            } else {
                old[i + 1] + n
            };
            // Halfway to the neighbours, so that the order stays.
            let (from, to) = (
                usize::midpoint(before, here) + 1,
                usize::midpoint(here, after),
            );
            let corner = self.corners[i];
            let across = self.bisector(i);
            let mut best = (f64::INFINITY, here);
            for k in from..=to.max(from) {
                let far = minus(self.run.points[k % n], corner);
                let off = cross(across, far);
                let off = off * off + dot(far, far) / 64.0;
                if off < best.0 {
                    best = (off, k);
                }
            }
            self.places[i] = best.1 - n;
        }
        if self.places[0] >= 2 * n {
            self.places.iter_mut().for_each(|place| *place -= n);
        }
    }

    fn moved(&self, step: &[Place], by: f64) -> Self {
        let mut moved = self.clone();
        for (corner, step) in moved.corners.iter_mut().zip(step) {
            corner[0] += by * step[0];
            corner[1] += by * step[1];
        }
        if !self.run.is_closed {
            let last = moved.corners.len() - 1;
            for end in [0, last] {
                moved.corners[end] = moved.corners[end].map(|t| t.clamp(0.0, 1.0));
            }
        }
        moved
    }

    /// Moves the corners until the area hardly falls; returns it.
    pub fn descend(&mut self) -> f64 {
        self.attach();
        let (mut area, mut slopes) = self.area();
        let mut memory: Vec<(Vec<Place>, Vec<Place>)> = Vec::new();
        for _ in 0..STEPS {
            let mut step = direction(&slopes, &memory);
            let mut fall = inner(&step, &slopes);
            if fall >= 0.0 {
                memory.clear();
                step = direction(&slopes, &memory);
                fall = inner(&step, &slopes);
            }
            if fall > -1e-16 {
                break;
            }
            // No corner moves by more than a share of the shortest side.
            let largest = step.iter().map(|&s| length(s)).fold(0.0, f64::max);
            let mut by = f64::min(1.0, self.shortest() / 8.0 / largest);
            if memory.is_empty() {
                by = by.min(self.shortest() / 50.0 / largest);
            }
            let mut found = None;
            for _ in 0..12 {
                let mut moved = self.moved(&step, by);
                moved.attach();
                let (after, new) = moved.area();
                if after < area + 1e-4 * by * fall {
                    found = Some((moved, after, new));
                    break;
                }
                by /= 2.0;
            }
            let Some((moved, after, new)) = found else {
                if memory.is_empty() {
                    break;
                }
                memory.clear();
                continue;
            };
            let pairs = moved.corners.iter().zip(&self.corners);
            let way: Vec<Place> = pairs.map(|(&a, &b)| minus(a, b)).collect();
            let change: Vec<Place> = new
                .iter()
                .zip(&slopes)
                .map(|(&a, &b)| minus(a, b))
                .collect();
            if inner(&way, &change) > 1e-18 {
                memory.push((way, change));
                if memory.len() > MEMORY {
                    memory.remove(0);
                }
            }
            let gain = area - after;
            (*self, area, slopes) = (moved, after, new);
            if gain < 1e-9 * area && memory.len() == MEMORY {
                break;
            }
        }
        area
    }

    fn shortest(&self) -> f64 {
        let count = self.corners.len();
        let sides = (0..self.sides()).map(|i| {
            let next = self.corners[(i + 1) % count];
            length(minus(next, self.corners[i]))
        });
        sides.fold(1.0, f64::min)
    }
}

fn inner(a: &[Place], b: &[Place]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| dot(a, b)).sum()
}

/// The direction of descent: the slopes times the inverse of the second derivatives seen so far.
fn direction(slopes: &[Place], memory: &[(Vec<Place>, Vec<Place>)]) -> Vec<Place> {
    let mut step: Vec<Place> = slopes.iter().map(|slope| slope.map(|s| -s)).collect();
    let add = |step: &mut Vec<Place>, by: f64, other: &[Place]| {
        for (step, other) in step.iter_mut().zip(other) {
            step[0] += by * other[0];
            step[1] += by * other[1];
        }
    };
    let mut shares = Vec::new();
    for (way, change) in memory.iter().rev() {
        let share = inner(way, &step) / inner(way, change);
        add(&mut step, -share, change);
        shares.push(share);
    }
    if let Some((way, change)) = memory.last() {
        let scale = inner(way, change) / inner(change, change);
        for place in &mut step {
            *place = place.map(|s| s * scale);
        }
    }
    for ((way, change), share) in memory.iter().zip(shares.iter().rev()) {
        let other = inner(change, &step) / inner(way, change);
        add(&mut step, share - other, way);
    }
    step
}

#[cfg(test)]
mod tests {
    use super::super::division::Divisions;
    use super::super::field::Field;
    use super::super::runs::runs;
    use super::super::trace::{Trace, trace};
    use super::*;
    use crate::expr::{Domain, parse_target};

    fn run(formula: &str) -> Run {
        let domain = Domain::parse("x=-3/2..3/2,y=-3/2..3/2").expect("a domain");
        let target = parse_target(&[formula], Some(domain.names())).expect("a region");
        let mut field = Field::new(&target, &domain).expect("a region");
        let Trace::Loops(loops) = trace(&mut field) else {
            panic!("a boundary")
        };
        runs(&loops[0]).remove(0)
    }

    #[test]
    fn slopes_are_those_of_differences() {
        for formula in [
            "(x^2 + y^2 - 1)^3 <= x^2*y^3",
            "x^2 + y^2 <= 1 and x <= 1/3 + y^2/4",
            "y <= x^3",
        ] {
            let run = run(formula);
            for sides in [3, 7, 12] {
                let mut corners = Chain::new(&run, Divisions::new(&run, sides).corners(sides));
                corners.attach();
                let (_, slopes) = corners.area();
                for (corner, slope) in slopes.iter().enumerate() {
                    let is_end = !run.is_closed && (corner == 0 || corner == sides);
                    let fixed = run.fixed(corner == sides);
                    for (axis, &fast) in slope.iter().enumerate() {
                        let moved = |by: f64| {
                            let mut moved = corners.clone();
                            moved.corners[corner][axis] += by;
                            moved.area().0
                        };
                        if is_end && fixed[axis] {
                            assert!(fast == 0.0);
                            continue;
                        }
                        let h = 1e-6;
                        let slow = (moved(h) - moved(-h)) / (2.0 * h);
                        let about = format!("{formula} {sides} {corner}: {slow} {fast}");
                        assert!((slow - fast).abs() < 1e-3, "{about}");
                    }
                }
            }
        }
    }

    #[test]
    fn descent_ends_where_no_side_can_be_moved_to_gain() {
        let run = run("(x^2 + y^2 - 1)^3 <= x^2*y^3");
        for sides in [5, 10, 20] {
            let mut corners = Chain::new(&run, Divisions::new(&run, sides).corners(sides));
            let before = corners.area().0;
            let after = corners.descend();
            let (again, slopes) = corners.area();
            assert!(after <= before && (again - after).abs() < 1e-12);
            let steepest = slopes
                .iter()
                .map(|&slope| length(slope))
                .fold(0.0, f64::max);
            assert!(
                steepest < 0.02 * corners.shortest().max(0.05),
                "{sides}: {steepest}"
            );
        }
    }
}
