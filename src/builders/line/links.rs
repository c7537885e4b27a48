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
