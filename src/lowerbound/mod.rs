//! Searches lower bounds of size: places along a line that force kinks or jumps (T38).
//!
//! A function within a tolerance of the target cannot be affine where three values of the target
//! are too far from a line, and cannot be constant where two values are too far apart. [`triples`]
//! and [`pairs`] choose a line (`line`), look at the target along it in floats
//! (`curve`), and go from its beginning to its end: each group ends as early as it can, so
//! that there are as many as possible (`greedy`). Every group is tested by the kernel before
//! it is taken.

mod curve;
mod greedy;
mod hull;
mod line;

use crate::certificate::size::Along;
use crate::checker::size::{Forced, Line};
use crate::expr::{Domain, Target};
use crate::numbers::Rational;
use crate::numbers::estimate::{estimate_rational, exact_dyadic};
use curve::{Curve, Profile, Resolution};
use greedy::{Aim, Group};
use line::Segment;

/// At most this many triples or pairs are looked for.
pub const MOST_GROUPS: u32 = 10_000;
/// The kernel encloses the target on boxes of about this part of the shortest side: `2^-NEAR`.
const NEAR: i64 = 80;
/// As many outputs are examined.
const MOST_OUTPUTS: usize = 16;
/// As many lines are examined closely.
const FINALISTS: usize = 3;

/// Returns half the side of the boxes on which the kernel encloses the target.
pub fn radius(domain: &Domain) -> Rational {
    let lengths = domain.sides().iter().map(|(low, high)| high - low);
    let bits = lengths.map(|length| length.magnitude_bits()).min();
    let power = bits.unwrap_or(0) - NEAR;
    Rational::power_of_two(i32::try_from(power).unwrap_or(i32::MIN / 2))
}

/// Returns triples along a line, each of which forces a kink: as many as are found. `None` if there are
/// none.
///
/// - Exactness: each triple was tested by the kernel; that there are no more is a guess.
/// - Source: T38.
pub fn triples(target: &Target, domain: &Domain, tolerance: &Rational) -> Option<Along<3>> {
    search(target, domain, tolerance, Aim::Kinks)
}

/// Returns pairs along a line, each of which forces a jump of a step function: as many as are found.
/// `None` if there are none.
///
/// - Exactness: each pair was tested by the kernel; that there are no more is a guess.
/// - Source: T38.
pub fn pairs(target: &Target, domain: &Domain, tolerance: &Rational) -> Option<Along<2>> {
    search(target, domain, tolerance, Aim::Jumps)
}

fn search<const N: usize>(
    target: &Target,
    domain: &Domain,
    tolerance: &Rational,
    aim: Aim,
) -> Option<Along<N>> {
    let radius = radius(domain);
    let twice = 2.0 * estimate_rational(tolerance);
    let mut best: Option<Along<N>> = None;
    for output in 0..target.outputs_count().min(MOST_OUTPUTS) {
        let mut profile = Profile::new(target, domain, output);
        for segment in line::segments(&mut profile, domain.dimension(), twice, aim, FINALISTS) {
            let (from, to) = segment.ends(domain);
            let curve = Curve::along(&mut profile, &segment, aim, twice, Resolution::FINE);
            let ends = (from.as_slice(), to.as_slice());
            let mut line = Line::new(target, domain, output, ends, &radius)?;
            let mut last: Option<Forced> = None;
            let places = forced(&curve, &mut profile, &segment, twice, aim, &mut |group| {
                let places: Option<Vec<Rational>> = group.iter().map(|t| exact(*t)).collect();
                let places = <[Rational; N]>::try_from(places?).ok()?;
                last = Some(line.force(&places, tolerance, last.as_ref()).ok()?);
                Some(places)
            });
            if places.len() > best.as_ref().map_or(0, |best| best.places.len()) {
                best = Some(Along {
                    output,
                    from,
                    to,
                    places,
                });
            }
        }
    }
    best
}

/// Goes along the curve, and keeps the groups that the kernel accepts.
fn forced<const N: usize>(
    curve: &Curve,
    profile: &mut Profile,
    segment: &Segment,
    twice: f64,
    aim: Aim,
    accept: &mut dyn FnMut(&[f64]) -> Option<[Rational; N]>,
) -> Vec<[Rational; N]> {
    let mut places = Vec::new();
    let mut at = |t: f64| profile.at(segment, t);
    greedy::groups(curve, &mut at, twice, aim, &mut |group: &Group| {
        let Some(found) = accept(&group.places) else {
            return false;
        };
        places.push(found);
        true
    });
    places
}

/// A parameter as the exact number that it is.
fn exact(place: f64) -> Option<Rational> {
    exact_dyadic(place)?.to_rational()
}

#[cfg(test)]
mod tests;
