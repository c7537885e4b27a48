//! The polygons of a region: the boundary is followed and divided, the sides are shared out, the corners moved.

use super::Place;
use super::descent::Chain;
use super::division::Divisions;
use super::field::Field;
use super::runs::{Run, runs};
use super::trace::{Trace, trace};
use crate::builders::error::BuildError;
use crate::expr::{Domain, simplest_between};
use crate::geometry::Point;
use crate::numbers::Rational;
use crate::words::count;

/// Corners are multiples of this power of two of the sides of the domain.
const CORNER_BITS: i32 = 16;
/// A short number this near to a coordinate, in bits of a side of the domain, is taken for the true one: such as
/// at a corner of the region.
const SHORT_BITS: i32 = 28;
/// The most bits of a short number.
const MOST_SHORT: usize = 12;

/// Polygons in the unit square, with holes.
pub struct Found {
    /// The corners of each, and whether it is a hole.
    pub outlines: Vec<(Vec<Place>, bool)>,
    /// The misclassified area, approximately, as a share of the domain.
    pub area: f64,
}

impl Found {
    /// Finds the polygons with this many sides together.
    ///
    /// - Errors: a region without a boundary, or with more parts than the sides are enough for.
    pub fn new(field: &mut Field, sides: usize) -> Result<Self, BuildError> {
        let loops = match trace(field) {
            Trace::Loops(loops) => loops,
            Trace::Nothing => {
                return Err(BuildError::NoBoundary {
                    is_everything: false,
                });
            }
            Trace::Everything => {
                return Err(BuildError::NoBoundary {
                    is_everything: true,
                });
            }
        };
        let all: Vec<Vec<Run>> = loops.iter().map(runs).collect();
        let flat: Vec<&Run> = all.iter().flatten().collect();
        if flat.is_empty() {
            return Err(BuildError::NoBoundary {
                is_everything: true,
            });
        }
        let smallest = flat.iter().map(|run| run.fewest()).sum();
        if sides < smallest {
            return Err(BuildError::FewSides {
                found: sides,
                smallest,
                parts: count(flat.len(), "part"),
            });
        }
        let spare = sides - smallest;
        let divisions: Vec<Divisions> = flat
            .iter()
            .map(|run| Divisions::new(run, run.fewest() + spare))
            .collect();
        let mut chosen = shares(&divisions, &flat, spare).into_iter();
        let mut divisions = divisions.iter();
        let mut area = 0.0;
        let mut outlines = Vec::new();
        for (one, runs) in loops.iter().zip(&all) {
            let mut corners = Vec::new();
            for run in runs {
                let (Some(sides), Some(division)) = (chosen.next(), divisions.next()) else {
                    continue;
                };
                let mut moved = Chain::new(run, division.corners(sides));
                area += moved.descend();
                corners.extend_from_slice(moved.places());
                corners.extend_from_slice(&run.corners_after);
            }
            if runs.is_empty() {
                corners = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
            }
            outlines.push((corners, one.area() < 0.0));
        }
        Ok(Self { outlines, area })
    }

    /// The polygons in the domain, with rational corners.
    pub fn polygons(&self, domain: &Domain) -> Vec<(Vec<Point>, bool)> {
        let at = |t: f64, side: usize| {
            let (low, high) = &domain.sides()[side];
            let size = high - low;
            let near = &size * &Rational::power_of_two(-SHORT_BITS);
            let precise = low + &(rounded(t, 2 * CORNER_BITS) * &size);
            let simplest = simplest_between(&(&precise - &near), &(&precise + &near));
            if simplest.bits() <= MOST_SHORT {
                return simplest;
            }
            low + &(rounded(t, CORNER_BITS) * &size)
        };
        let point = |&[x, y]: &Place| Point {
            x: at(x, 0),
            y: at(y, 1),
        };
        let outlines = self.outlines.iter();
        outlines
            .map(|(corners, is_hole)| (corners.iter().map(point).collect(), *is_hole))
            .collect()
    }
}

/// The nearest multiple of a power of two.
fn rounded(t: f64, bits: i32) -> Rational {
    let scaled = libm::round(libm::ldexp(t, bits));
    #[allow(
        clippy::cast_possible_truncation,
        reason = "corners are near the unit square"
    )]
    let whole = scaled as i64;
    Rational::from(whole) * Rational::power_of_two(-bits)
}

/// How many sides each run gets, so that the sum of the areas is least.
fn shares(divisions: &[Divisions], all: &[&Run], spare: usize) -> Vec<usize> {
    // best[n]: the least area of the runs so far with n sides above their fewest, and those of the last.
    let mut tables: Vec<Vec<(f64, usize)>> = Vec::new();
    for (division, run) in divisions.iter().zip(all) {
        let table = (0..=spare).map(|total| {
            let choices = (0..=total).map(|own| {
                let before = match tables.last() {
                    Some(table) => table[total - own].0,
                    None if own == total => 0.0,
                    None => f64::INFINITY,
                };
                (before + division.area(run.fewest() + own), own)
            });
            choices.fold((f64::INFINITY, total), |best, next| {
                if next.0 < best.0 { next } else { best }
            })
        });
        tables.push(table.collect());
    }
    let mut left = spare;
    let mut shares = Vec::new();
    for (table, run) in tables.iter().zip(all).rev() {
        let own = table[left].1;
        left -= own;
        shares.push(run.fewest() + own);
    }
    shares.reverse();
    shares
}
