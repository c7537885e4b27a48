//! A cell of the partition: a box.

use std::sync::OnceLock;

use crate::expr::Domain;
use crate::numbers::{Direction, Dyadic, Interval, Rational};

/// Ends beyond `2^±EXPONENTS` are kept as fractions.
const EXPONENTS: i64 = 1 << 10;

/// A box with exact rational sides, and intervals that hold them.
///
/// Where all ends are dyadic the intervals *are* the sides, and the fractions are made only on
/// demand: most cells of a large partition never need them.
#[derive(Clone, Debug)]
pub struct Cell {
    intervals: Vec<Interval>,
    /// Set at once when an end is not dyadic.
    sides: OnceLock<Vec<(Rational, Rational)>>,
    is_dyadic: bool,
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.sides() == other.sides()
    }
}

impl Eq for Cell {}

impl Cell {
    /// Returns the whole domain as a cell.
    pub fn root(domain: &Domain) -> Self {
        Self::from_sides(domain.sides().to_vec())
    }

    /// Returns the cell with these sides, each `low <= high`.
    pub fn from_sides(sides: Vec<(Rational, Rational)>) -> Self {
        let intervals = sides
            .iter()
            .map(|(low, high)| Interval::from_rationals(low, high))
            .collect();
        let is_dyadic = sides
            .iter()
            .all(|(low, high)| exact_dyadic(low).is_some() && exact_dyadic(high).is_some());
        Self {
            intervals,
            sides: OnceLock::from(sides),
            is_dyadic,
        }
    }

    /// Returns the exact sides.
    pub fn sides(&self) -> &[(Rational, Rational)] {
        self.sides.get_or_init(|| {
            let exact = |end: Dyadic| end.to_rational().expect("a dyadic cell has finite ends");
            let sides = self.intervals.iter();
            sides.map(|x| (exact(x.inf()), exact(x.sup()))).collect()
        })
    }

    /// Returns intervals that hold the sides; they equal the sides where the ends are dyadic.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Are all ends dyadic, so that the intervals equal the sides?
    pub fn is_dyadic(&self) -> bool {
        self.is_dyadic
    }

    /// Returns the middle of a side.
    pub fn middle(&self, axis: usize) -> Rational {
        let (low, high) = &self.sides()[axis];
        low.midpoint(high)
    }

    /// Cuts the cell in two. Returns `None` if the input does not exist, or if the place is not strictly
    /// inside.
    pub fn cut(&self, axis: usize, place: Option<&Rational>) -> Option<(Self, Self)> {
        let side = self.intervals.get(axis)?;
        if self.is_dyadic {
            let dyadic = match place {
                None => exact_middle(side),
                Some(place) => exact_dyadic(place),
            };
            if let Some(place) = dyadic {
                return self.cut_dyadic(axis, place);
            }
        }
        let (low, high) = &self.sides()[axis];
        let place = place.cloned().unwrap_or_else(|| low.midpoint(high));
        if place <= *low || *high <= place {
            return None;
        }
        let half = |low: &Rational, high: &Rational| self.with_side(axis, low, high);
        Some((half(low, &place), half(&place, high)))
    }

    /// Cuts the cell in two at a dyadic place. Returns `None` if the input does not exist, or if the place is
    /// not strictly inside.
    pub fn cut_at(&self, axis: usize, place: Dyadic) -> Option<(Self, Self)> {
        if self.is_dyadic && is_moderate(place) {
            return self.cut_dyadic(axis, place);
        }
        self.cut(axis, Some(&place.to_rational()?))
    }

    /// Cuts a cell with dyadic ends at a dyadic place of moderate size.
    fn cut_dyadic(&self, axis: usize, place: Dyadic) -> Option<(Self, Self)> {
        let side = self.intervals.get(axis)?;
        let (low, high) = (side.inf(), side.sup());
        if place <= low || high <= place {
            return None;
        }
        let half = |side: Interval| {
            let mut intervals = self.intervals.clone();
            intervals[axis] = side;
            Self {
                intervals,
                sides: OnceLock::new(),
                is_dyadic: true,
            }
        };
        Some((
            half(Interval::ordered(low, place)),
            half(Interval::ordered(place, high)),
        ))
    }

    /// Returns the cell with another side, whose ends need not be dyadic.
    fn with_side(&self, axis: usize, low: &Rational, high: &Rational) -> Self {
        let mut intervals = self.intervals.clone();
        intervals[axis] = Interval::from_rationals(low, high);
        let mut sides = self.sides().to_vec();
        sides[axis] = (low.clone(), high.clone());
        let is_dyadic = |x: &Rational| exact_dyadic(x).is_some();
        let is_dyadic = sides
            .iter()
            .all(|(low, high)| is_dyadic(low) && is_dyadic(high));
        Self {
            intervals,
            sides: OnceLock::from(sides),
            is_dyadic,
        }
    }

    /// Encloses the volume.
    pub fn volume(&self) -> Interval {
        if self.is_dyadic {
            return self.intervals.iter().fold(Interval::ONE, |product, side| {
                let length = Interval::point(side.sup()).minus(&Interval::point(side.inf()));
                product.times(&length)
            });
        }
        self.sides()
            .iter()
            .fold(Interval::ONE, |product, (low, high)| {
                product.times(&Interval::from_rational(&(high - low)))
            })
    }
}

/// Returns the number as a dyadic of at most 63 bits and moderate size, if it is one.
fn exact_dyadic(value: &Rational) -> Option<Dyadic> {
    // Too long for that: numerator and denominator have at most 63 + EXPONENTS + 1 bits each.
    if value.bits() > 1 << 12 {
        return None;
    }
    let rounded = Dyadic::from_rational(value, Direction::Down);
    is_moderate(rounded)
        .then_some(rounded)
        .filter(|rounded| rounded.to_rational().as_ref() == Some(value))
}

/// Returns the middle of an interval, if it is a dyadic of at most 63 bits and moderate size.
fn exact_middle(side: &Interval) -> Option<Dyadic> {
    let sum = side.inf().add(side.sup(), Direction::Down);
    let is_exact = sum == side.inf().add(side.sup(), Direction::Up);
    let middle = sum.scale(-1, Direction::Down);
    (is_exact && is_moderate(middle)).then_some(middle)
}

fn is_moderate(value: Dyadic) -> bool {
    value.is_zero() || value.exponent().abs() <= EXPONENTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Rational {
        crate::numbers::literal::parse(text).expect("a number")
    }

    /// Cuts that stay dyadic, cuts that do not, and cuts that become dyadic again.
    #[test]
    fn the_halves_of_a_cut_share_its_place_and_keep_the_rest() {
        let whole = Cell::from_sides(vec![
            (number("-1"), number("1")),
            (number("0"), number("3*2^-80")),
        ]);
        for (axis, place) in [(0, None), (0, Some("1/3")), (1, None), (1, Some("2^-80"))] {
            let place = place.map(number);
            let (lower, upper) = whole.cut(axis, place.as_ref()).expect("inside");
            let expected = place.unwrap_or_else(|| whole.middle(axis));
            assert_eq!(
                lower.sides()[axis],
                (whole.sides()[axis].0.clone(), expected.clone())
            );
            assert_eq!(
                upper.sides()[axis],
                (expected, whole.sides()[axis].1.clone())
            );
            assert_eq!(lower.sides()[1 - axis], whole.sides()[1 - axis]);
            for (cell, half) in [(&lower, &upper), (&upper, &lower)] {
                let (a, b) = cell.cut(0, None).expect("inside");
                assert_eq!(Cell::from_sides(a.sides().to_vec()), a);
                assert_eq!(Cell::from_sides(b.sides().to_vec()).volume(), b.volume());
                assert_ne!(cell, half);
                for (side, held) in a.sides().iter().zip(a.intervals()) {
                    assert!(held.contains_rational(&side.0) && held.contains_rational(&side.1));
                }
            }
        }
        assert!(whole.cut(0, Some(&number("1"))).is_none());
        assert!(whole.cut(1, Some(&number("0"))).is_none());
        assert!(whole.cut(2, None).is_none());
    }

    /// Repeated halving: the middle needs one more bit each time, until it exceeds 63 bits.
    #[test]
    fn a_middle_that_is_no_dyadic_number_of_63_bits_is_still_exact() {
        let mut cell = Cell::from_sides(vec![(number("1"), number("2"))]);
        for depth in 0..200 {
            let (lower, upper) = cell.cut(0, None).expect("inside");
            let (low, high) = &upper.sides()[0];
            assert_eq!(high - low, Rational::power_of_two(-depth - 1));
            assert_eq!(lower.sides()[0].1, *low);
            cell = upper;
        }
    }
}
