//! Groups of points that no line, or no constant, comes near; each ends as early as possible.
//!
//! No other choice of disjoint groups gives more: the first group of any choice does not end before the first
//! one here, and so on. A triple whose middle is on the other side of its chord than that of the last triple may
//! begin at the middle of the last one, if its own middle is behind the end of the last one (T38). This is the
//! argument for the fewest links of a broken line in a corridor.

use super::MOST_GROUPS;
use super::curve::Curve;
use super::hull::{Hulls, Point};

/// What is forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Kinks, by triples.
    Kinks,
    /// Jumps, by pairs.
    Jumps,
}

/// Parameters of points that force something.
pub struct Group {
    /// Three of them for a kink, two for a jump.
    pub places: Vec<f64>,
}

/// The place of an end is found to this part of the group's length.
const PRECISION: f64 = 1.0 / 4096.0;
/// Parameters are multiples of this: `2^-46`.
const SMALLEST: f64 = 1.0 / 70_368_744_177_664.0;

/// Finds groups from the beginning of a curve to its end. `take` says whether a group is good; one that
/// is not is tried again with a later end.
///
/// Returns about how many there are, with a fraction for what is left over.
pub fn groups(
    curve: &Curve,
    at: &mut dyn FnMut(f64) -> Option<f64>,
    twice: f64,
    aim: Aim,
    take: &mut dyn FnMut(&Group) -> bool,
) -> f64 {
    let mut walk = Walk {
        points: &curve.points,
        hulls: Hulls::default(),
        back: None,
        // Float values are off by about this much.
        limit: twice * (1.0 + 1e-9) + curve.size * 1e-14,
        aim,
    };
    let Some(&first) = curve.points.first() else {
        return 0.0;
    };
    let mut count: u32 = 0;
    let (mut start, mut next) = (first, 1);
    while let Some(end) = walk.first_end(start, next) {
        let mut found = walk.sharpen(start, next, end, at);
        let mut taken = false;
        // A later end makes the group larger.
        for later in 0..4 {
            if found.is_some_and(|(group, _)| take(&Group::of(&group, aim))) {
                taken = true;
                break;
            }
            let end = (end + later).min(curve.points.len() - 1);
            let point = curve.points[end];
            found = walk
                .group(start, next, end, point)
                .map(|group| (group, point));
        }
        if taken {
            count += 1;
        } else if walk.back.take().is_some() {
            // Without the points before the start.
            continue;
        }
        let point = found.map_or(curve.points[end], |(_, point)| point);
        if count >= MOST_GROUPS {
            return f64::from(count);
        }
        walk.back = found
            .filter(|_| taken && aim == Aim::Kinks)
            .map(|(group, _)| Back::of(&group, &curve.points));
        start = point;
        while curve
            .points
            .get(next)
            .is_some_and(|other| other.0 <= start.0)
        {
            next += 1;
        }
    }
    f64::from(count) + walk.left_over(start, next, twice)
}

impl Group {
    fn of(points: &[Point; 3], aim: Aim) -> Self {
        let places = match aim {
            Aim::Kinks => points.iter().map(|point| point.0).collect(),
            Aim::Jumps => vec![points[0].0, points[2].0],
        };
        Self { places }
    }
}

struct Walk<'a> {
    points: &'a [Point],
    hulls: Hulls,
    limit: f64,
    aim: Aim,
    back: Option<Back>,
}

/// Where the next triple may begin before the start, if its middle is on this side of its chord.
#[derive(Clone, Copy)]
struct Back {
    first: usize,
    sign: f64,
}

impl Back {
    fn of(&[first, middle, last]: &[Point; 3], points: &[Point]) -> Self {
        let part = (middle.0 - first.0) / (last.0 - first.0);
        let chord = first.1 * (1.0 - part) + last.1 * part;
        Self {
            first: points.partition_point(|point| point.0 < middle.0),
            sign: if middle.1 > chord { -1.0 } else { 1.0 },
        }
    }
}

impl Walk<'_> {
    /// The gap of a start, the points `next..end` of the curve and a last point; for jumps, the largest
    /// difference of two of them. With the points where it is.
    fn gap(
        &mut self,
        start: Point,
        next: usize,
        end: usize,
        last: Option<Point>,
    ) -> Option<(f64, [Point; 3])> {
        let inner = self.points[next..end.max(next)].iter().copied();
        let all = [start].into_iter().chain(inner).chain(last);
        match self.aim {
            Aim::Kinks => {
                let gap = self.hulls.gap(all)?;
                Some((gap.size, gap.points))
            }
            Aim::Jumps => {
                let (mut low, mut high) = (start, start);
                for point in all {
                    if point.1 < low.1 {
                        low = point;
                    }
                    if point.1 > high.1 {
                        high = point;
                    }
                }
                let (first, last) = if low.0 <= high.0 {
                    (low, high)
                } else {
                    (high, low)
                };
                Some((high.1 - low.1, [first, first, last]))
            }
        }
    }

    /// The group that ends at a point, if there is one.
    fn group(&mut self, start: Point, next: usize, end: usize, last: Point) -> Option<[Point; 3]> {
        if let Some((size, points)) = self.gap(start, next, end, Some(last))
            && size > self.limit
        {
            return Some(points);
        }
        let back = self.back?;
        let before = self.points.get(back.first..)?.iter().copied();
        let before = before.take_while(|point| point.0 < start.0);
        let inner = self.points[next..end.max(next)].iter().copied();
        let middles = [start].into_iter().chain(inner).chain([last]);
        let gap = self.hulls.one_sided(before, middles, back.sign)?;
        (gap.size > self.limit).then_some(gap.points)
    }

    /// The first point of the curve at which a group ends: by doubling, then by halving.
    fn first_end(&mut self, start: Point, next: usize) -> Option<usize> {
        let count = self.points.len();
        let mut is_end = |end: usize| {
            let last = self.points[end];
            self.group(start, next, end, last).is_some()
        };
        let mut reach = 1;
        let (mut low, mut high) = (next, next);
        while high < count && !is_end(high) {
            low = high + 1;
            high = if high == count - 1 {
                count
            } else {
                (next + reach).min(count - 1)
            };
            reach *= 2;
        }
        if high >= count {
            return None;
        }
        while low < high {
            let middle = low.midpoint(high);
            if is_end(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(high)
    }

    /// Moves the end of a group towards the point of the curve before it. Returns the group and its end.
    fn sharpen(
        &mut self,
        start: Point,
        next: usize,
        end: usize,
        at: &mut dyn FnMut(f64) -> Option<f64>,
    ) -> Option<([Point; 3], Point)> {
        let mut last = self.points[end];
        let mut group = self.group(start, next, end, last)?;
        let mut low = if end > next {
            self.points[end - 1].0
        } else {
            start.0
        };
        while last.0 - low > SMALLEST.max(PRECISION * (last.0 - start.0)) {
            let middle = 0.5 * (low + last.0);
            let point = at(middle).map(|value| (middle, value));
            match point.and_then(|point| Some((self.group(start, next, end, point)?, point))) {
                Some(found) => (group, last) = found,
                None => low = middle,
            }
        }
        Some((group, last))
    }

    /// About which part of a group is left at the end of the curve.
    fn left_over(&mut self, start: Point, next: usize, twice: f64) -> f64 {
        let Some((size, _)) = self.gap(start, next, self.points.len(), None) else {
            return 0.0;
        };
        let part = if twice > 0.0 { size / twice } else { 0.0 };
        let part = part.clamp(0.0, 1.0);
        match self.aim {
            Aim::Kinks => 0.99 * part.sqrt(),
            Aim::Jumps => 0.99 * part,
        }
    }
}
