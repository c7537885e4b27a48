//! Functions of one number that are straight between finitely many points, and may jump there.

use crate::numbers::{Rational, Relation};

/// `slope · t + offset`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The slope.
    pub slope: Rational,
    /// The value at 0.
    pub offset: Rational,
}

impl Line {
    /// Returns a constant.
    pub fn constant(offset: Rational) -> Self {
        let slope = Rational::ZERO;
        Self { slope, offset }
    }

    /// Returns the value at a number.
    pub fn at(&self, t: &Rational) -> Rational {
        &self.slope * t + &self.offset
    }

    /// Returns the value, if it is the same everywhere.
    pub fn value(&self) -> Option<&Rational> {
        self.slope.is_zero().then_some(&self.offset)
    }

    /// Returns `self + factor · other`.
    #[must_use]
    pub fn plus(&self, factor: &Rational, other: &Self) -> Self {
        Self {
            slope: &self.slope + &(factor * &other.slope),
            offset: &self.offset + &(factor * &other.offset),
        }
    }

    /// Returns `factor · self`.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        Self {
            slope: &self.slope * factor,
            offset: &self.offset * factor,
        }
    }
}

/// A line on each of the open intervals between the breaks. Values at a break do not count.
///
/// Invariant: the breaks increase and are between the ends; there is one line more; neighbours differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    ends: (Rational, Rational),
    breaks: Vec<Rational>,
    lines: Vec<Line>,
}

impl Pieces {
    /// Returns one line between two ends.
    pub fn line(ends: (Rational, Rational), line: Line) -> Self {
        Self {
            ends,
            breaks: Vec::new(),
            lines: vec![line],
        }
    }

    /// The points where the line changes.
    pub fn breaks(&self) -> &[Rational] {
        &self.breaks
    }

    /// The lines, from left to right.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Returns the line, if there is only one.
    pub fn single(&self) -> Option<&Line> {
        match self.lines.as_slice() {
            [line] => Some(line),
            _ => None,
        }
    }

    /// Returns the value, if it is the same everywhere.
    pub fn constant(&self) -> Option<&Rational> {
        self.single()?.value()
    }

    /// Both ends of each piece, and its line.
    fn parts(&self) -> impl Iterator<Item = (&Rational, &Rational, &Line)> {
        let lows = std::iter::once(&self.ends.0).chain(&self.breaks);
        let highs = self.breaks.iter().chain([&self.ends.1]);
        let parts = lows.zip(highs).zip(&self.lines);
        parts.map(|((low, high), line)| (low, high, line))
    }

    /// Joins neighbours with the same line.
    fn joined(ends: (Rational, Rational), breaks: Vec<Rational>, lines: Vec<Line>) -> Self {
        let mut lines = lines.into_iter();
        let mut joined = Self {
            ends,
            breaks: Vec::new(),
            lines: lines.next().into_iter().collect(),
        };
        for (at, line) in breaks.into_iter().zip(lines) {
            if joined.lines.last() != Some(&line) {
                joined.breaks.push(at);
                joined.lines.push(line);
            }
        }
        joined
    }

    /// Applies a function to the lines of both on every piece; `None` if it gives none on one.
    fn with(&self, other: &Self, mut of: impl FnMut(&Line, &Line) -> Option<Line>) -> Option<Self> {
        let (mut i, mut j) = (0, 0);
        let (mut breaks, mut lines) = (Vec::new(), vec![of(&self.lines[0], &other.lines[0])?]);
        loop {
            let at = match (self.breaks.get(i), other.breaks.get(j)) {
                (None, None) => break,
                (Some(a), Some(b)) => a.min(b),
                (Some(a), None) | (None, Some(a)) => a,
            };
            i += usize::from(self.breaks.get(i) == Some(at));
            let is_next = other.breaks.get(j) == Some(at);
            breaks.push(at.clone());
            j += usize::from(is_next);
            lines.push(of(&self.lines[i], &other.lines[j])?);
        }
        Some(Self::joined(self.ends.clone(), breaks, lines))
    }

    /// Returns `self + factor · other`.
    #[must_use]
    pub fn plus(&self, factor: &Rational, other: &Self) -> Self {
        let sum = self.with(other, |a, b| Some(a.plus(factor, b)));
        sum.expect("lines can be added")
    }

    /// Returns the product; `None` if neither is constant on some piece.
    pub fn times(&self, other: &Self) -> Option<Self> {
        self.with(other, |a, b| match (a.value(), b.value()) {
            (Some(factor), _) => Some(b.times(factor)),
            (_, Some(factor)) => Some(a.times(factor)),
            _ => None,
        })
    }

    /// Applies a function to the values; `None` if one of the pieces is not constant, or has no result.
    pub fn map_values(&self, of: impl Fn(&Rational) -> Option<Rational>) -> Option<Self> {
        self.with(self, |line, _| of(line.value()?).map(Line::constant))
    }

    /// Applies a function to the pieces, each with its sign; pieces are cut where the sign changes.
    fn by_sign(&self, of: impl Fn(&Line, i32) -> Line) -> Self {
        let (mut breaks, mut lines) = (Vec::new(), Vec::new());
        for (low, high, line) in self.parts() {
            if lines.len() > breaks.len() {
                breaks.push(low.clone());
            }
            let zero = (-&line.offset).checked_div(&line.slope);
            if let Some(zero) = zero.filter(|zero| low < zero && zero < high) {
                lines.push(of(line, -line.slope.signum()));
                breaks.push(zero);
                lines.push(of(line, line.slope.signum()));
            } else {
                lines.push(of(line, line.at(&low.midpoint(high)).signum()));
            }
        }
        Self::joined(self.ends.clone(), breaks, lines)
    }

    /// Returns `max(0, self)`.
    #[must_use]
    pub fn relu(&self) -> Self {
        let zero = Line::constant(Rational::ZERO);
        self.by_sign(|line, sign| if sign > 0 { line.clone() } else { zero.clone() })
    }

    /// Returns 1 where `self` stands in this relation to 0, and 0 elsewhere.
    #[must_use]
    pub fn compared(&self, relation: Relation) -> Self {
        self.by_sign(|_, sign| {
            let holds = relation.holds(sign.cmp(&0));
            Line::constant(if holds { Rational::ONE } else { Rational::ZERO })
        })
    }

    /// Returns the smallest and the largest value, limits at breaks included.
    pub fn range(&self) -> (Rational, Rational) {
        let mut all = self
            .parts()
            .flat_map(|(a, b, line)| [line.at(a), line.at(b)]);
        let first = all.next().expect("there is a line");
        all.fold((first.clone(), first), |(least, most), value| {
            (least.min(value.clone()), most.max(value))
        })
    }

    /// Returns the first jump: its place, and its size with the sign.
    pub fn jump(&self) -> Option<(Rational, Rational)> {
        let mut places = self.breaks.iter().zip(self.lines.windows(2));
        places.find_map(|(at, lines)| {
            let size = lines[1].at(at) - lines[0].at(at);
            (!size.is_zero()).then(|| (at.clone(), size))
        })
    }

    /// Returns the function between two numbers, and the lines at both ends continued beyond.
    #[must_use]
    pub fn between(&self, low: &Rational, high: &Rational) -> Self {
        let from = self.breaks.partition_point(|at| at <= low);
        let to = self.breaks.partition_point(|at| at < high).max(from);
        Self {
            ends: self.ends.clone(),
            breaks: self.breaks[from..to].to_vec(),
            lines: self.lines[from..=to].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t() -> Pieces {
        let line = Line {
            slope: Rational::ONE,
            offset: Rational::ZERO,
        };
        Pieces::line((Rational::from(-2), Rational::from(3)), line)
    }

    fn number(value: i64) -> Pieces {
        Pieces::line(t().ends, Line::constant(Rational::from(value)))
    }

    #[test]
    fn kinks_are_cut_where_the_sign_changes() {
        let kink = t().plus(&-Rational::ONE, &number(1)).relu();
        assert_eq!(kink.breaks(), [Rational::ONE]);
        assert_eq!(kink.range(), (Rational::ZERO, Rational::from(2)));
        assert_eq!(kink.jump(), None);
        // max(0, t + 5) is t + 5 between -2 and 3.
        assert!(
            t().plus(&Rational::from(5), &number(1))
                .relu()
                .single()
                .is_some()
        );
    }

    #[test]
    fn a_step_times_a_line_is_a_kink_or_a_jump() {
        let step = t().compared(Relation::Greater);
        assert_eq!(step.jump(), Some((Rational::ZERO, Rational::ONE)));
        assert_eq!(step.times(&t()), Some(t().relu()));
        let shifted = t().plus(&Rational::ONE, &number(2));
        let jump = step.times(&shifted).expect("a line on each piece").jump();
        assert_eq!(jump, Some((Rational::ZERO, Rational::from(2))));
        assert_eq!(t().times(&t()), None);
        assert_eq!(
            t().compared(Relation::Equal).constant(),
            Some(&Rational::ZERO)
        );
    }

    #[test]
    fn the_rest_of_the_line_is_forgotten() {
        let two = t().relu().plus(
            &Rational::ONE,
            &t().plus(&-Rational::ONE, &number(1)).relu(),
        );
        assert_eq!(two.breaks().len(), 2);
        let one = two.between(&Rational::ratio(1, 2), &Rational::from(3));
        assert_eq!(one.breaks(), [Rational::ONE]);
        let none = two.between(&Rational::ONE, &Rational::from(3));
        assert_eq!(none.single(), Some(&two.lines()[2]));
    }
}
