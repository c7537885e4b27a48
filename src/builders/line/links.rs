//! The fewest line segments that lead through a corridor: Imai and Iri 1986, Hakimi and Schmeichel 1991.
//!
//! A corridor lies between two polylines over the same places. What one segment can see from where it
//! starts ends at a *window*: the part of an extreme line from the point where it touches one border last
//! (the pivot) to the point where it leaves through the other. Any path has to cross that window. The lines
//! that cross it are those that keep the one border from the pivot on and the other from the exit on, so
//! the next segment is again the furthest line between two rows of points. All of it is an estimate: floats.

/// The corridor: places that increase, and its borders there.
#[derive(Clone, Debug, PartialEq)]
pub struct Corridor {
    /// The places.
    pub places: Vec<f64>,
    /// The lower border.
    pub lower: Vec<f64>,
    /// The upper border.
    pub upper: Vec<f64>,
}

/// A line through a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    x: f64,
    y: f64,
    /// The slope.
    pub slope: f64,
}

impl Line {
    fn through(a: Point, b: Point) -> Self {
        Self {
            x: a.x,
            y: a.y,
            slope: slope(a, b),
        }
    }

    /// The value at a place.
    pub fn at(&self, x: f64) -> f64 {
        self.y + self.slope * (x - self.x)
    }
}

/// A broken line: lines, and the places where one follows the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// From left to right.
    pub lines: Vec<Line>,
    /// Between them: one less.
    pub kinks: Vec<f64>,
}

/// A point of a border, and the first place of the corridor right of it.
#[derive(Clone, Copy, Debug)]
struct Point {
    x: f64,
    y: f64,
    next: usize,
}

fn slope(a: Point, b: Point) -> f64 {
    (b.y - a.y) / (b.x - a.x)
}

/// Returns a path of at most so many segments through the corridor, from its first to its last place, with the
/// fewest segments; `None` if it needs more, or if there is none. The segment with the number `level` (from
/// 0) is horizontal, if one is given.
///
/// - Exactness: an estimate (floats) for the corridor between the two polylines.
/// - Source: T37; Imai and Iri 1986, Hakimi and Schmeichel 1991.
pub fn fewest_links(corridor: &Corridor, most: usize, level: Option<usize>) -> Option<Path> {
    let pairs = corridor.lower.iter().zip(&corridor.upper);
    let mut is_open = pairs.map(|(lower, upper)| lower <= upper);
    if corridor.places.len() < 2 || !is_open.all(|open| open) {
        return None;
    }
    let start = |y: &[f64]| Point {
        x: corridor.places[0],
        y: y[0],
        next: 1,
    };
    let mut starts = (start(&corridor.lower), start(&corridor.upper));
    let mut path = Path {
        lines: Vec::new(),
        kinks: Vec::new(),
    };
    let mut window = (corridor.places[0], corridor.places[0]);
    while path.lines.len() < most {
        let reach = if level == Some(path.lines.len()) {
            furthest(Level::default(), corridor, starts)?
        } else {
            furthest(Lines::default(), corridor, starts)?
        };
        let line = reach.line;
        if let Some(before) = path.lines.last() {
            let kink = before.x + (line.at(before.x) - before.y) / (before.slope - line.slope);
            let kink = if kink.is_finite() { kink } else { window.0 };
            path.kinks.push(kink.max(window.0).min(window.1));
        }
        path.lines.push(line);
        match reach.window {
            None if level.is_some_and(|level| level >= path.lines.len()) => return None,
            None => return Some(path),
            Some(next) => {
                window = (next.0.x.min(next.1.x), next.0.x.max(next.1.x));
                starts = next;
            }
        }
    }
    None
}

/// How far one line goes.
struct Reach {
    line: Line,
    /// From where the lower and the upper border count for the next line; nothing at the end.
    window: Option<(Point, Point)>,
}

/// A set of lines above some points and below others, which come from left to right.
trait Sight {
    /// Takes the lines above a point; if there is none, the line that went furthest and its pivot.
    fn above(&mut self, point: Point) -> Result<(), (Line, Point)>;
    /// Takes the lines below a point, in the same way.
    fn below(&mut self, point: Point) -> Result<(), (Line, Point)>;
    /// A line in the middle of the set.
    fn middle(&self) -> Option<Line>;
}

/// Finds the line of a set that goes furthest between the borders, each counted from its start; `None` if no line
/// reaches both starts.
fn furthest(
    mut lines: impl Sight,
    corridor: &Corridor,
    (lower, upper): (Point, Point),
) -> Option<Reach> {
    let sample = |border: &[f64], index: usize| Point {
        x: corridor.places[index],
        y: border[index],
        next: index + 1,
    };
    // Up to the later start only one border counts.
    if lower.x <= upper.x {
        lines.above(lower).ok()?;
        for index in lower.next..upper.next {
            lines.above(sample(&corridor.lower, index)).ok()?;
        }
        lines.below(upper).ok()?;
    } else {
        lines.below(upper).ok()?;
        for index in upper.next..lower.next {
            lines.below(sample(&corridor.upper, index)).ok()?;
        }
        lines.above(lower).ok()?;
    }
    let (mut last_lower, mut last_upper) = (lower, upper);
    for index in lower.next.max(upper.next)..corridor.places.len() {
        let below = sample(&corridor.lower, index);
        let over = sample(&corridor.upper, index);
        if let Err((line, pivot)) = lines.above(below) {
            let exit = crossing(&line, last_lower, below, index);
            let window = Some((exit, pivot));
            return Some(Reach { line, window });
        }
        if let Err((line, pivot)) = lines.below(over) {
            let exit = crossing(&line, last_upper, over, index);
            let window = Some((pivot, exit));
            return Some(Reach { line, window });
        }
        (last_lower, last_upper) = (below, over);
    }
    let line = lines.middle()?;
    Some(Reach { line, window: None })
}

/// Where the line leaves through the border between two of its points.
fn crossing(line: &Line, from: Point, to: Point, index: usize) -> Point {
    let (inside, outside) = (
        (line.at(from.x) - from.y).abs(),
        (line.at(to.x) - to.y).abs(),
    );
    let part = inside / (inside + outside);
    let part = if part.is_finite() { part } else { 1.0 };
    Point {
        x: from.x + part * (to.x - from.x),
        y: from.y + part * (to.y - from.y),
        next: index,
    }
}

/// All lines.
#[derive(Default)]
struct Lines {
    /// The upper hull of the points below, from the contact of the highest line on.
    floor: Hull,
    /// The lower hull of the points above, from the contact of the lowest line on.
    ceiling: Hull,
    /// The line that is highest on the right: it touches a lower point and then, as pivot, an upper one.
    highest: Option<(Line, Point)>,
    /// The lowest.
    lowest: Option<(Line, Point)>,
}

impl Sight for Lines {
    fn above(&mut self, point: Point) -> Result<(), (Line, Point)> {
        if let Some(highest) = self.highest.filter(|(line, _)| line.at(point.x) < point.y) {
            return Err(highest);
        }
        if self
            .lowest
            .is_none_or(|(line, _)| line.at(point.x) < point.y)
        {
            let contact = self.ceiling.contact(point, |new, old| new > old);
            self.lowest = contact.map(|contact| (Line::through(contact, point), point));
        }
        self.floor.add(point, |turn| turn >= 0.0);
        Ok(())
    }

    fn below(&mut self, point: Point) -> Result<(), (Line, Point)> {
        if let Some(lowest) = self.lowest.filter(|(line, _)| line.at(point.x) > point.y) {
            return Err(lowest);
        }
        if self
            .highest
            .is_none_or(|(line, _)| line.at(point.x) > point.y)
        {
            let contact = self.floor.contact(point, |new, old| new < old);
            self.highest = contact.map(|contact| (Line::through(contact, point), point));
        }
        self.ceiling.add(point, |turn| turn <= 0.0);
        Ok(())
    }

    fn middle(&self) -> Option<Line> {
        let ((a, _), (b, _)) = (self.highest?, self.lowest?);
        Some(Line {
            x: a.x,
            y: f64::midpoint(a.y, b.at(a.x)),
            slope: f64::midpoint(a.slope, b.slope),
        })
    }
}

/// Horizontal lines.
#[derive(Default)]
struct Level {
    /// The highest point below.
    floor: Option<Point>,
    /// The lowest point above.
    ceiling: Option<Point>,
}

impl Level {
    fn line(point: Point) -> (Line, Point) {
        let line = Line {
            x: point.x,
            y: point.y,
            slope: 0.0,
        };
        (line, point)
    }
}

impl Sight for Level {
    fn above(&mut self, point: Point) -> Result<(), (Line, Point)> {
        if let Some(ceiling) = self.ceiling.filter(|ceiling| ceiling.y < point.y) {
            return Err(Self::line(ceiling));
        }
        if self.floor.is_none_or(|floor| floor.y < point.y) {
            self.floor = Some(point);
        }
        Ok(())
    }

    fn below(&mut self, point: Point) -> Result<(), (Line, Point)> {
        if let Some(floor) = self.floor.filter(|floor| floor.y > point.y) {
            return Err(Self::line(floor));
        }
        if self.ceiling.is_none_or(|ceiling| ceiling.y > point.y) {
            self.ceiling = Some(point);
        }
        Ok(())
    }

    fn middle(&self) -> Option<Line> {
        let (floor, ceiling) = (self.floor?, self.ceiling?);
        Some(Line {
            x: floor.x,
            y: f64::midpoint(floor.y, ceiling.y),
            slope: 0.0,
        })
    }
}

/// A convex row of points.
#[derive(Default)]
struct Hull {
    points: Vec<Point>,
    /// Points before this one can touch no line any more.
    start: usize,
}

impl Hull {
    /// The first of the points whose line to this one is not bettered by the next.
    fn contact(&mut self, point: Point, is_better: impl Fn(f64, f64) -> bool) -> Option<Point> {
        let mut best = *self.points.get(self.start)?;
        if best.x >= point.x {
            return None;
        }
        for place in self.start + 1..self.points.len() {
            let next = self.points[place];
            if next.x >= point.x || !is_better(slope(next, point), slope(best, point)) {
                break;
            }
            (best, self.start) = (next, place);
        }
        Some(best)
    }

    /// Adds a point, and drops those that are inside then.
    fn add(&mut self, point: Point, is_inside: impl Fn(f64) -> bool) {
        while let [.., a, b] = self.points[self.start..] {
            let turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
            if !is_inside(turn) {
                break;
            }
            self.points.pop();
        }
        self.points.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Places 0, 1, 2 and so on.
    fn corridor(lower: &[f64], heights: &[f64]) -> Corridor {
        let mut x = -1.0;
        let mut place = || {
            x += 1.0;
            x
        };
        Corridor {
            places: lower.iter().map(|_| place()).collect(),
            lower: lower.to_vec(),
            upper: lower
                .iter()
                .zip(heights)
                .map(|(y, height)| y + height)
                .collect(),
        }
    }

    fn between(corridor: &Corridor, border: &[f64], x: f64) -> f64 {
        let mut pairs = corridor.places.windows(2).zip(border.windows(2));
        let found = pairs.find(|(places, _)| x <= places[1]);
        let (places, values) = found.expect("a place of the corridor");
        let part = (x - places[0]) / (places[1] - places[0]);
        values[0] + part * (values[1] - values[0])
    }

    /// Is the path in the corridor, at all its places and kinks, and do its lines meet?
    fn keeps(path: &Path, corridor: &Corridor) -> bool {
        assert_eq!(path.kinks.len() + 1, path.lines.len());
        let mut kinks = path.kinks.iter().zip(path.lines.windows(2));
        let meet = kinks.all(|(kink, pair)| (pair[0].at(*kink) - pair[1].at(*kink)).abs() < 1e-6);
        let sorted = path.kinks.windows(2).all(|pair| pair[0] <= pair[1]);
        let mut all = corridor.places.iter().chain(&path.kinks);
        let inside = all.all(|x| {
            let line = path.kinks.iter().filter(|kink| *kink < x).count();
            let value = path.lines[line].at(*x);
            between(corridor, &corridor.lower, *x) - 1e-9 <= value
                && value <= between(corridor, &corridor.upper, *x) + 1e-9
        });
        meet && sorted && inside
    }

    /// Is there a line between the borders from one place to another? Such a line may be moved until it touches
    /// both, so all lines through two points are tried.
    fn has_line(corridor: &Corridor, from: usize, to: usize) -> bool {
        let points: Vec<(f64, f64)> = (from..=to)
            .flat_map(|k| [(k, corridor.lower[k]), (k, corridor.upper[k])])
            .map(|(k, y)| (corridor.places[k], y))
            .collect();
        let mut pairs = points
            .iter()
            .flat_map(|a| points.iter().map(move |b| (a, b)));
        from == to
            || pairs.any(|(a, b)| {
                let slope = (b.1 - a.1) / (b.0 - a.0);
                b.0 > a.0
                    && (from..=to).all(|k| {
                        let value = a.1 + slope * (corridor.places[k] - a.0);
                        corridor.lower[k] - 1e-9 <= value && value <= corridor.upper[k] + 1e-9
                    })
            })
    }

    /// Disjoint stretches without a line: each needs a kink of its own.
    fn forced(corridor: &Corridor) -> usize {
        let (mut from, mut kinks) = (0, 0);
        for to in 0..corridor.places.len() {
            if !has_line(corridor, from, to) {
                kinks += 1;
                from = to;
            }
        }
        kinks
    }

    /// The fewest segments between points of a grid, by trying all of them: kinks stand at places only.
    fn on_a_grid(corridor: &Corridor) -> Option<usize> {
        const ROWS: u32 = 24;
        let rows = |k: usize| {
            (0..=ROWS).map(move |row| {
                let part = f64::from(row) / f64::from(ROWS);
                corridor.lower[k] + part * (corridor.upper[k] - corridor.lower[k])
            })
        };
        let last = corridor.places.len() - 1;
        let mut fewest: Vec<Vec<(f64, usize)>> = vec![rows(0).map(|y| (y, 0)).collect()];
        for to in 1..=last {
            let reached = rows(to).filter_map(|y| {
                let starts = (0..to).flat_map(|from| fewest[from].iter().map(move |s| (from, s)));
                let seen = starts.filter(|(from, (start, _))| {
                    let rise = (y - start) / (corridor.places[to] - corridor.places[*from]);
                    (*from..=to).all(|k| {
                        let value = start + rise * (corridor.places[k] - corridor.places[*from]);
                        corridor.lower[k] <= value + 1e-9 && value <= corridor.upper[k] + 1e-9
                    })
                });
                let links = seen.map(|(_, (_, links))| links + 1).min();
                links.map(|links| (y, links))
            });
            let reached = reached.collect();
            fewest.push(reached);
        }
        fewest[last].iter().map(|(_, links)| *links).min()
    }

    #[test]
    fn a_zigzag_needs_a_segment_for_every_turn() {
        let zigzag = corridor(&[0.0, 3.0, 0.0, 3.0, 0.0], &[1.0; 5]);
        let path = fewest_links(&zigzag, 10, None).expect("a path");
        assert_eq!(path.lines.len(), 4);
        assert!(keeps(&path, &zigzag));
        assert_eq!(fewest_links(&zigzag, 3, None), None);
        let wide = corridor(&[0.0, 3.0, 0.0, 3.0, 0.0], &[3.0; 5]);
        let path = fewest_links(&wide, 10, None).expect("a path");
        assert_eq!(path.lines.len(), 1);
        let closed = corridor(&[0.0, 1.0, 2.0], &[1.0, -1.0, 1.0]);
        assert_eq!(fewest_links(&closed, 10, None), None);
    }

    #[test]
    fn one_segment_may_be_horizontal() {
        let hill = corridor(&[0.0, 2.0, 3.0, 3.0, 2.0, 0.0], &[0.5; 6]);
        let free = fewest_links(&hill, 10, None).expect("a path");
        assert_eq!(free.lines.len(), 3);
        let levels = (0..3).map(|level| fewest_links(&hill, 4, Some(level)));
        let levels: Vec<Option<usize>> = levels
            .map(|path| path.map(|path| path.lines.len()))
            .collect();
        // In the middle it costs nothing, first it costs a segment, and last none of three leads down.
        assert_eq!(levels, [Some(4), Some(3), None]);
        let path = fewest_links(&hill, 4, Some(0)).expect("a path");
        assert!(path.lines[0].slope == 0.0 && keeps(&path, &hill));
    }

    proptest! {
        #[test]
        fn no_path_is_shorter_than_forced_or_longer_than_on_a_grid(
            points in prop::collection::vec((-8_i32..8, 1_i32..6), 2..9),
            level in 0_usize..4,
        ) {
            let lower: Vec<f64> = points.iter().map(|(y, _)| f64::from(*y)).collect();
            let heights: Vec<f64> = points.iter().map(|(_, height)| f64::from(*height)).collect();
            let corridor = corridor(&lower, &heights);
            let path = fewest_links(&corridor, 100, None).expect("a path");
            prop_assert!(keeps(&path, &corridor), "{path:?}");
            prop_assert!(path.kinks.len() >= forced(&corridor));
            let slow = on_a_grid(&corridor);
            prop_assert!(slow.is_none_or(|slow| path.lines.len() <= slow), "{path:?} {slow:?}");
            if let Some(levelled) = fewest_links(&corridor, 100, Some(level)) {
                prop_assert!(levelled.lines.len() >= path.lines.len());
                prop_assert!(levelled.lines[level].slope == 0.0 && keeps(&levelled, &corridor));
            }
        }
    }
}
