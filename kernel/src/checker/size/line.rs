//! A target along a line segment, and the points that force something there (T38).

use crate::expr::evaluate::{Constants, Scratch};
use crate::expr::{Domain, Tape, Target};
use crate::numbers::{Direction, Failure, Interval, Rational};

/// An output of a target along a line segment, prepared for many points.
pub struct Line<'a> {
    sides: &'a [(Rational, Rational)],
    from: &'a [Rational],
    to: &'a [Rational],
    radius: &'a Rational,
    tape: Tape,
    constants: Constants<Interval>,
    scratch: Scratch<Interval>,
}

impl<'a> Line<'a> {
    /// Prepares an output along a segment of the domain; `None` if there is no such output.
    pub fn new(
        target: &Target,
        domain: &'a Domain,
        output: usize,
        (from, to): (&'a [Rational], &'a [Rational]),
        radius: &'a Rational,
    ) -> Option<Self> {
        let outputs = target.output_expressions();
        let tape = Tape::of_expressions(domain.dimension(), [outputs.get(output)?]);
        Some(Self {
            sides: domain.sides(),
            from,
            to,
            radius,
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            tape,
        })
    }

    /// Do these parameters force a kink (three of them) or a jump (two of them)? `last` is what was
    /// forced before them along the line.
    ///
    /// Values of the target may be any that it has almost everywhere in a box around each point.
    ///
    /// - Exactness: exact, over enclosures of the values.
    /// - Errors: [`NotForced`].
    /// - Source: T38.
    pub fn force(
        &mut self,
        places: &[Rational],
        tolerance: &Rational,
        last: Option<&Forced>,
    ) -> Result<Forced, NotForced> {
        let (Some(first), Some(end)) = (places.first(), places.last()) else {
            return Err(NotForced::OutOfOrder);
        };
        let is_ordered = places.is_sorted_by(|a, b| a < b);
        if !is_ordered || first.is_negative() || *end > Rational::ONE {
            return Err(NotForced::OutOfOrder);
        }
        let last = last.filter(|last| *first < last.end);
        let crossed = match places {
            [s, t] if last.is_none() => {
                self.pair(s, t, tolerance)?;
                None
            }
            [s, t, u] if last.is_none_or(|last| last.middle <= *s && last.end <= *t) => {
                Some(self.triple(s, t, u, tolerance)?)
            }
            _ => return Err(NotForced::OutOfOrder),
        };
        if let (Some(crossed), Some(last)) = (&crossed, last) {
            let before = last.crossed.as_ref().ok_or(NotForced::OutOfOrder)?;
            let is_beyond = |x| {
                let rise = crossed.at(x) - before.at(x);
                if crossed.is_above {
                    rise.is_positive()
                } else {
                    rise.is_negative()
                }
            };
            if !is_beyond(first) || !is_beyond(&last.end) {
                return Err(NotForced::Overlap);
            }
        }
        Ok(Forced {
            middle: places.get(1).unwrap_or(end).clone(),
            end: end.clone(),
            crossed,
        })
    }

    /// Are the values at two parameters more than twice the tolerance apart?
    fn pair(&mut self, s: &Rational, t: &Rational, tolerance: &Rational) -> Result<(), NotForced> {
        let (first, last) = (self.value(s)?, self.value(t)?);
        let gap = (&last.0 - &first.1).max(&first.0 - &last.1);
        if gap > tolerance + tolerance {
            Ok(())
        } else {
            Err(NotForced::Gap(gap))
        }
    }

    /// Returns a line that every function within the tolerance is above at `t` and below at `s` and
    /// `u`, or the other way round.
    fn triple(
        &mut self,
        s: &Rational,
        t: &Rational,
        u: &Rational,
        tolerance: &Rational,
    ) -> Result<Crossed, NotForced> {
        let (first, middle, last) = (self.value(s)?, self.value(t)?, self.value(u)?);
        let chord = |at_s: &Rational, at_u: &Rational, is_above: bool| Crossed {
            s: s.clone(),
            at_s: at_s.clone(),
            slope: (at_u - at_s).checked_div(&(u - s)).unwrap_or_default(),
            is_above,
        };
        let mut above = chord(&first.1, &last.1, true);
        let mut below = chord(&first.0, &last.0, false);
        let gap_above = middle.0 - above.at(t);
        let gap_below = below.at(t) - middle.1;
        let gap = gap_above.clone().max(gap_below.clone());
        if gap <= tolerance + tolerance {
            return Err(NotForced::Gap(gap));
        }
        // In the middle between what the functions can reach from the two sides.
        let middle = gap.half();
        if gap_above > gap_below {
            above.at_s = above.at_s + middle;
            Ok(above)
        } else {
            below.at_s = below.at_s - middle;
            Ok(below)
        }
    }

    /// Encloses the target at almost all points of the domain that are near the point of a
    /// parameter.
    fn value(&mut self, place: &Rational) -> Result<(Rational, Rational), Failure> {
        let ends = self.from.iter().zip(self.to);
        let point = ends.map(|(from, to)| from + place * (to - from));
        let sides: Vec<(Rational, Rational)> = point
            .zip(self.sides)
            .map(|(x, (low, high))| {
                let (least, most) = (&x - self.radius, x + self.radius);
                (least.max(low.clone()), most.min(high.clone()))
            })
            .collect();
        let inputs: Vec<Interval> = sides
            .iter()
            .map(|(low, high)| Interval::from_rationals(low, high))
            .collect();
        let tape = &self.tape;
        let found = tape.evaluate_inside(&self.constants, &inputs, &sides, &mut self.scratch);
        let value = found.value(0)?;
        let low = value.inf().rational_bound(Direction::Down);
        let high = value.sup().rational_bound(Direction::Up);
        low.zip(high).ok_or(Failure::Inexact)
    }
}

/// What a triple or a pair forces.
#[derive(Clone, Debug)]
pub struct Forced {
    middle: Rational,
    end: Rational,
    /// Of a triple.
    crossed: Option<Crossed>,
}

/// A line that functions within the tolerance are on one side of at the middle of a triple, and on the
/// other side of at its ends.
#[derive(Clone, Debug)]
struct Crossed {
    s: Rational,
    at_s: Rational,
    slope: Rational,
    /// Are they above it in the middle?
    is_above: bool,
}

impl Crossed {
    fn at(&self, x: &Rational) -> Rational {
        &self.at_s + &(&self.slope * &(x - &self.s))
    }
}

/// Why parameters force nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotForced {
    /// They do not increase, or are not between 0 and 1, or begin too early.
    OutOfOrder,
    /// The target has no value near a point.
    NoValue(Failure),
    /// The values are not more than twice the tolerance from a line, or apart: only this much.
    Gap(Rational),
    /// They begin before the last triple ends, and the lines do not allow that.
    Overlap,
}

impl From<Failure> for NotForced {
    fn from(failure: Failure) -> Self {
        Self::NoValue(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    /// The gap of these parameters.
    fn gap(line: &mut Line, places: &[Rational]) -> Result<Rational, NotForced> {
        match line.force(places, &Rational::from(1000), None) {
            Err(NotForced::Gap(gap)) => Ok(gap),
            Err(other) => Err(other),
            Ok(_) => panic!("the values are not so far apart"),
        }
    }

    #[test]
    fn gaps_are_those_of_the_target() {
        let domain = Domain::parse("x=0..2").expect("a domain");
        let target = parse_target(&["x^2", "if(x < 1, 0, 1)", "1/x"], None).expect("formulas");
        let radius = Rational::power_of_two(-60);
        let (from, to) = ([Rational::ZERO], [Rational::from(2)]);
        let line = |k| Line::new(&target, &domain, k, (&from, &to), &radius);
        let ratio = Rational::ratio;
        let mut square = line(0).expect("an output");
        // Between 1/2 and 3/2 the chord of x^2 is 3/16 above the parabola at 3/4.
        let places = [ratio(1, 4), ratio(3, 8), ratio(3, 4)];
        let found = gap(&mut square, &places).expect("a gap");
        assert!(found < ratio(3, 16) && found > ratio(3, 16) - Rational::power_of_two(-56));
        assert_eq!(gap(&mut square, &places[..1]), Err(NotForced::OutOfOrder));
        let mut step = line(1).expect("an output");
        let across = [Rational::ZERO, Rational::ONE];
        assert_eq!(gap(&mut step, &across), Ok(Rational::ONE));
        // At the jump the target has both values nearby.
        assert_eq!(
            gap(&mut step, &[Rational::ZERO, ratio(1, 2)]),
            Ok(Rational::ZERO)
        );
        let mut pole = line(2).expect("an output");
        assert!(gap(&mut pole, &across).is_err());
        assert!(line(3).is_none());
    }

    #[test]
    fn a_jump_at_the_end_of_the_domain_is_not_seen() {
        let domain = Domain::parse("x=0..1").expect("a domain");
        let target = parse_target(&["if(x < 1, 0, 1)"], None).expect("a formula");
        let radius = Rational::power_of_two(-60);
        let (from, to) = ([Rational::ZERO], [Rational::ONE]);
        let mut line = Line::new(&target, &domain, 0, (&from, &to), &radius).expect("an output");
        // The value at 1 alone is 1, and almost all values near 1 are 0.
        assert_eq!(
            gap(&mut line, &[Rational::ZERO, Rational::ONE]),
            Ok(Rational::ZERO)
        );
    }
}
