//! Refuses numbers that are too large for a search: floats guide it, and they end at about 2^1024.

use super::{ProveError, Request};
use crate::expr::{Scratch, Tape};
use crate::numbers::{Dyadic, Interval, Rational};

/// Numbers from two to this power on are refused, so that their squares still fit.
const MOST_BITS: u16 = 500;

fn is_beyond(number: &Rational) -> bool {
    number.magnitude_bits() > i64::from(MOST_BITS)
}

/// Checks that the weights, the domain and the target are small enough for floats.
///
/// - Errors: [`ProveError::Beyond`] with the first number that is not. A refused target is proved
///   to be too large at some point; an accepted one may still be too large elsewhere.
pub fn check(request: &Request<'_>) -> Result<(), ProveError> {
    let beyond = |what: String| {
        Err(ProveError::Beyond {
            what,
            bits: MOST_BITS,
        })
    };
    for (place, layer) in (1..).zip(request.network.layers()) {
        let mut numbers = layer.weights().pool().iter().chain(layer.bias().iter());
        if numbers.any(is_beyond) {
            return beyond(format!("layer {place} has a weight"));
        }
    }
    let question = request.question;
    let sides = question.domain.names().iter().zip(question.domain.sides());
    for (name, (low, high)) in sides {
        if is_beyond(low) || is_beyond(high) {
            return beyond(format!("the side of `{name}` ends"));
        }
    }
    let target = question.target.indicator();
    let tape = Tape::new(&target);
    let (constants, mut scratch) = (tape.constants::<Interval>(&()), Scratch::default());
    let most = Dyadic::power_of_two(i64::from(MOST_BITS));
    for point in points(question.domain.sides()) {
        let at: Vec<Interval> = point.iter().map(Interval::from_rational).collect();
        let results = tape.evaluate(&constants, &at, &mut scratch);
        let values = (0..tape.outputs()).filter_map(|k| results.value(k).ok());
        if values.into_iter().any(|value| value.mig() > most) {
            let named = question.domain.names().iter().zip(&point);
            let place: Vec<String> = named
                .map(|(name, value)| format!("{name} = {value}"))
                .collect();
            return beyond(format!("the target at {} is", place.join(", ")));
        }
    }
    Ok(())
}

/// Returns the middle of a box, and corners: all of them up to four inputs.
fn points(sides: &[(Rational, Rational)]) -> Vec<Vec<Rational>> {
    let middle = sides.iter().map(|(low, high)| low.midpoint(high)).collect();
    let corner = |choice: usize| {
        let ends = sides.iter().enumerate();
        let ends = ends.map(|(axis, (low, high))| {
            if choice >> axis.min(4) & 1 == 1 {
                high.clone()
            } else {
                low.clone()
            }
        });
        ends.collect()
    };
    let choices = 1usize << sides.len().min(5);
    [middle]
        .into_iter()
        .chain((0..choices).map(corner))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checker_takes_ends_as_long_as_the_door_does() {
        assert_eq!(
            crate::certificate::MAX_PLACE_BITS,
            crate::expr::MAX_END_BITS
        );
    }

    #[test]
    fn corners_are_ends_of_all_sides() {
        let side = (Rational::ZERO, Rational::ONE);
        let found = points(&vec![side.clone(); 2]);
        assert_eq!(found.len(), 5);
        assert!(found.contains(&vec![Rational::ONE, Rational::ZERO]));
        assert_eq!(points(&vec![side; 9]).len(), 33);
    }
}
