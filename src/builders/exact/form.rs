//! Sums of functions of one direction each, and of nested units.

use std::collections::BTreeMap;

use super::pieces::{Line, Pieces};
use crate::builders::affine::Affine;
use crate::expr::Domain;
use crate::numbers::Rational;

/// A direction in the space of inputs: whole numbers without a common divisor, the first one that is
/// not 0 positive.
pub type Direction = Vec<Rational>;

/// `affine + the sum of functions of one direction + the sum of factors times units`.
#[derive(Clone, Debug)]
pub struct Form {
    /// The affine part.
    pub affine: Affine,
    /// Functions of `direction · x`; none is a single line.
    pub ridges: BTreeMap<Direction, Pieces>,
    /// Factors of units by number, not 0.
    pub units: BTreeMap<usize, Rational>,
    /// No value is outside of these.
    pub range: (Rational, Rational),
}

/// How forms change over the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// They are constant.
    Constant,
    /// In one direction only.
    One(Direction),
    /// In more directions.
    Several,
}

impl Form {
    /// Returns an affine function.
    pub fn affine(affine: Affine, domain: &Domain) -> Self {
        Self {
            range: affine.range(domain),
            affine,
            ridges: BTreeMap::new(),
            units: BTreeMap::new(),
        }
    }

    /// Returns a function of one direction.
    pub fn of_pieces(direction: &Direction, pieces: Pieces, domain: &Domain) -> Self {
        let zero = Affine::constant(direction.len(), Rational::ZERO);
        let mut form = Self::affine(zero, domain);
        form.range = pieces.range();
        form.ridges.insert(direction.clone(), pieces);
        form.tidied()
    }

    /// Returns a unit with its largest value.
    pub fn unit(unit: usize, high: Rational, domain: &Domain) -> Self {
        let zero = Affine::constant(domain.dimension(), Rational::ZERO);
        let mut form = Self::affine(zero, domain);
        form.units.insert(unit, Rational::ONE);
        form.range.1 = high;
        form
    }

    /// Returns the value, if it is constant.
    pub fn constant(&self) -> Option<&Rational> {
        let is_constant =
            self.affine.is_constant() && self.ridges.is_empty() && self.units.is_empty();
        is_constant.then_some(&self.affine.constant)
    }

    /// Returns `factor · self`.
    #[must_use]
    pub fn times(&self, factor: &Rational, domain: &Domain) -> Self {
        let zero = Affine::constant(domain.dimension(), Rational::ZERO);
        Self::affine(zero, domain).plus(factor, self, domain)
    }

    /// Returns `self + factor · other`.
    #[must_use]
    pub fn plus(&self, factor: &Rational, other: &Self, domain: &Domain) -> Self {
        let mut sum = self.clone();
        if factor.is_zero() {
            return sum;
        }
        sum.affine = self.affine.plus(&other.affine, factor);
        for (direction, pieces) in &other.ridges {
            let zero = Pieces::line(ends(direction, domain), Line::constant(Rational::ZERO));
            let before = sum.ridges.remove(direction).unwrap_or(zero);
            let pieces = before.plus(factor, pieces);
            sum.ridges.insert(direction.clone(), pieces);
        }
        for (unit, weight) in &other.units {
            let weight = sum.units.remove(unit).unwrap_or_default() + factor * weight;
            if !weight.is_zero() {
                sum.units.insert(*unit, weight);
            }
        }
        let (a, b) = (factor * &other.range.0, factor * &other.range.1);
        sum.range.0 = sum.range.0 + (&a).min(&b);
        sum.range.1 = sum.range.1 + a.max(b);
        sum.tidied()
    }

    /// Moves functions of one direction that are single lines to the affine part.
    fn tidied(mut self) -> Self {
        let affine = &mut self.affine;
        self.ridges.retain(|direction, pieces| {
            let Some(line) = pieces.single() else {
                return true;
            };
            let line = Affine {
                weights: direction.iter().map(|d| d * &line.slope).collect(),
                constant: line.offset.clone(),
            };
            *affine = affine.plus(&line, &Rational::ONE);
            false
        });
        self
    }

    /// Returns the same with a range that is found from the parts too; `highs` are the largest values of
    /// units.
    #[must_use]
    pub fn bounded(mut self, highs: &[Rational], domain: &Domain) -> Self {
        let mut rest = self.affine.clone();
        let (mut low, mut high) = (Rational::ZERO, Rational::ZERO);
        for (direction, pieces) in &self.ridges {
            // What is affine in this direction belongs to it: |x| is 2 relu(x) - x.
            let along = match direction_of(&rest) {
                Some((whole, scale)) if whole == *direction => scale,
                _ => axis(direction).map_or(Rational::ZERO, |input| rest.weights[input].clone()),
            };
            let line = Line {
                slope: along.clone(),
                offset: Rational::ZERO,
            };
            let taken = Affine {
                weights: direction.clone(),
                constant: Rational::ZERO,
            };
            rest = rest.plus(&taken, &-&along);
            let line = Pieces::line(ends(direction, domain), line);
            let (least, most) = pieces.plus(&Rational::ONE, &line).range();
            (low, high) = (low + least, high + most);
        }
        let (least, most) = rest.range(domain);
        (low, high) = (low + least, high + most);
        for (unit, weight) in &self.units {
            let end = weight * &highs[*unit];
            if end.is_negative() {
                low = low + end;
            } else {
                high = high + end;
            }
        }
        self.range = (self.range.0.max(low), self.range.1.min(high));
        self
    }

    /// Returns the way in which these forms change.
    pub fn way(forms: &[&Self]) -> Way {
        let mut way = Way::Constant;
        for form in forms {
            if !form.units.is_empty() {
                return Way::Several;
            }
            let affine = direction_of(&form.affine).map(|(direction, _)| direction);
            for direction in form.ridges.keys().cloned().chain(affine) {
                match &way {
                    Way::Constant => way = Way::One(direction),
                    Way::One(known) if *known == direction => {}
                    _ => return Way::Several,
                }
            }
        }
        way
    }

    /// Returns the form as a function of this direction, if it changes in no other.
    pub fn along(&self, direction: &Direction, domain: &Domain) -> Option<Pieces> {
        match Self::way(&[self]) {
            Way::Constant => {}
            Way::One(known) if known == *direction => {}
            _ => return None,
        }
        let slope = direction_of(&self.affine).map(|(_, scale)| scale);
        let line = Line {
            slope: slope.unwrap_or_default(),
            offset: self.affine.constant.clone(),
        };
        let line = Pieces::line(ends(direction, domain), line);
        Some(match self.ridges.get(direction) {
            Some(pieces) => line.plus(&Rational::ONE, pieces),
            None => line,
        })
    }
}

/// Returns the direction in which an affine function changes, and its slope there.
pub fn direction_of(affine: &Affine) -> Option<(Direction, Rational)> {
    let first = affine.weights.iter().find(|weight| !weight.is_zero())?;
    let mut scale = common_divisor(&affine.weights);
    if first.is_negative() {
        scale = -scale;
    }
    let direction = affine.weights.iter().map(|weight| weight / &scale);
    Some((direction.collect(), scale))
}

/// Returns the largest number of which all these are whole multiples; 0 if all are 0.
pub fn common_divisor<'a>(numbers: impl IntoIterator<Item = &'a Rational>) -> Rational {
    let mut divisor = Rational::ZERO;
    for number in numbers {
        let (mut a, mut b) = (number.abs(), divisor);
        while !b.is_zero() {
            let rest = &a - &(&b * &Rational::from((&a / &b).floor()));
            (a, b) = (b, rest);
        }
        divisor = a;
    }
    divisor
}

/// Returns the ends of `direction · x` on a box.
pub fn ends(direction: &Direction, domain: &Domain) -> (Rational, Rational) {
    let affine = Affine {
        weights: direction.clone(),
        constant: Rational::ZERO,
    };
    affine.range(domain)
}

/// Returns a point of the box where `direction · x` is this, on a diagonal.
pub fn point_at(direction: &Direction, t: &Rational, domain: &Domain) -> Vec<Rational> {
    let (least, most) = ends(direction, domain);
    let part = (t - &least) / (&most - &least);
    let sides = direction.iter().zip(domain.sides());
    let point = sides.map(|(weight, (low, high))| {
        let (from, to) = if weight.is_negative() {
            (high, low)
        } else {
            (low, high)
        };
        from + &(&part * &(to - from))
    });
    point.collect()
}

/// Returns the input, if the direction is that of one.
fn axis(direction: &Direction) -> Option<usize> {
    let mut inputs = (0..direction.len()).filter(|input| !direction[*input].is_zero());
    let input = inputs.next()?;
    inputs.next().is_none().then_some(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_have_whole_numbers_without_a_common_divisor() {
        let affine = Affine {
            weights: vec![
                Rational::ZERO,
                Rational::ratio(-2, 3),
                Rational::ratio(1, 2),
            ],
            constant: Rational::ONE,
        };
        let (direction, scale) = direction_of(&affine).expect("not constant");
        assert_eq!(direction, [0, 4, -3].map(Rational::from));
        assert_eq!(scale, Rational::ratio(-1, 6));
        assert_eq!(common_divisor(&[Rational::ZERO]), Rational::ZERO);
    }

    #[test]
    fn the_diagonal_meets_every_value() {
        let domain = Domain::parse("x=0..2, y=-1..1").expect("a domain");
        let direction = vec![Rational::ONE, -Rational::ONE];
        let point = point_at(&direction, &Rational::ratio(1, 2), &domain);
        assert_eq!(&point[0] - &point[1], Rational::ratio(1, 2));
    }
}
