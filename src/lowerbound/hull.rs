//! How far points are from all lines: the gap between their convex hulls from above and from below.

/// A point of a curve.
pub type Point = (f64, f64);

/// The largest vertical distance between the two hulls: twice the least largest distance of the points
/// from a line. The three points between which it is, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The distance.
    pub size: f64,
    /// The first point, the one that is far from the chord, and the last.
    pub points: [Point; 3],
}

/// Memory for hulls.
#[derive(Default)]
pub struct Hulls {
    upper: Vec<Point>,
    lower: Vec<Point>,
}

impl Hulls {
    /// Returns the gap of points with increasing parameters; `None` for fewer than three.
    pub fn gap(&mut self, points: impl Iterator<Item = Point>) -> Option<Gap> {
        self.upper.clear();
        self.lower.clear();
        for point in points {
            add(&mut self.upper, point, 1.0);
            add(&mut self.lower, point, -1.0);
        }
        let above = widest(&self.upper, &self.lower, 1.0);
        let below = widest(&self.lower, &self.upper, -1.0);
        match (above, below) {
            (Some(above), Some(below)) if above.size < below.size => Some(below),
            (above, below) => above.or(below),
        }
    }
}

impl Hulls {
    /// Returns the largest distance of a middle point above (`sign` 1) or below (-1) a chord. The chord may
    /// begin at earlier points, which come before the middles.
    pub fn one_sided(
        &mut self,
        earlier: impl Iterator<Item = Point>,
        middles: impl Iterator<Item = Point>,
        sign: f64,
    ) -> Option<Gap> {
        self.upper.clear();
        self.lower.clear();
        for point in earlier {
            add(&mut self.lower, point, -sign);
        }
        for point in middles {
            add(&mut self.lower, point, -sign);
            self.upper.push(point);
        }
        widest(&self.upper, &self.lower, sign)
    }
}

/// Adds a point behind a hull from above (`sign` 1) or from below (-1).
fn add(hull: &mut Vec<Point>, point: Point, sign: f64) {
    while let [.., a, b] = hull.as_slice() {
        let turn = (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0);
        if sign * turn < 0.0 {
            break;
        }
        hull.pop();
    }
    hull.push(point);
}

/// The largest distance of the corners of one hull from the edges of the other.
fn widest(corners: &[Point], edges: &[Point], sign: f64) -> Option<Gap> {
    let mut best: Option<Gap> = None;
    let mut edges = edges.windows(2).peekable();
    for &corner in corners {
        while let Some([_, end]) = edges.peek()
            && end.0 < corner.0
        {
            edges.next();
        }
        let Some(&[a, b]) = edges.peek() else { break };
        if corner.0 <= a.0 || corner.0 >= b.0 {
            continue;
        }
        let part = (corner.0 - a.0) / (b.0 - a.0);
        let size = sign * (corner.1 - (a.1 * (1.0 - part) + b.1 * part));
        if best.is_none_or(|best| best.size < size) {
            best = Some(Gap {
                size,
                points: [*a, corner, *b],
            });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest second difference of all triples.
    fn slow(points: &[Point]) -> f64 {
        let mut most = 0.0_f64;
        for (k, a) in points.iter().enumerate() {
            for (l, b) in points.iter().enumerate().skip(k + 2) {
                for m in &points[k + 1..l] {
                    let part = (m.0 - a.0) / (b.0 - a.0);
                    most = most.max((m.1 - (a.1 * (1.0 - part) + b.1 * part)).abs());
                }
            }
        }
        most
    }

    #[test]
    fn one_side_has_the_largest_distance_of_its_middles() {
        let mut hulls = Hulls::default();
        let points: Vec<Point> = (0..15_u32)
            .map(|k| (f64::from(k), f64::from(k * k * 7919 % 23)))
            .collect();
        for sign in [1.0, -1.0] {
            let mut most = f64::MIN;
            for (k, a) in points.iter().enumerate() {
                for (l, b) in points.iter().enumerate().skip(k + 2) {
                    for m in &points[(k + 1).max(6)..l.max(6)] {
                        let part = (m.0 - a.0) / (b.0 - a.0);
                        most = most.max(sign * (m.1 - (a.1 * (1.0 - part) + b.1 * part)));
                    }
                }
            }
            let (earlier, middles) = points.split_at(6);
            let found = hulls.one_sided(earlier.iter().copied(), middles.iter().copied(), sign);
            assert!((found.expect("many points").size - most).abs() < 1e-12);
        }
    }

    #[test]
    fn the_gap_is_the_largest_of_all_triples() {
        let mut hulls = Hulls::default();
        for seed in 1..40_u32 {
            let mut state = seed;
            let mut points = Vec::new();
            for k in 0..17_u32 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Ties and straight parts are frequent.
                points.push((f64::from(k), f64::from(state >> 29)));
            }
            let gap = hulls.gap(points.iter().copied()).expect("many points");
            assert!((gap.size - slow(&points)).abs() < 1e-12, "{points:?}");
            let [a, m, b] = gap.points;
            assert!(a.0 < m.0 && m.0 < b.0);
            assert!((slow(&[a, m, b]) - gap.size).abs() < 1e-12);
        }
        assert_eq!(hulls.gap([(0.0, 1.0), (1.0, 2.0)].into_iter()), None);
    }
}
