//! Gentle stairs: smooth steps so wide that their sum follows a function, with heights that are fitted.
//!
//! With steps at equal distances `h` and the steepness `c/h`, the heights `v_k` have the weights
//! `S(c (u - k)) - S(c (u - k - 1))` at the place `u` (in cells). These are bumps that add up to 1, so the network is a
//! mean of a few heights everywhere, and heights may be rounded to any accuracy without growing in effect. For `c`
//! up to about 4 the bumps overlap so much that no steps are left to see, and a least-squares fit of the heights is a
//! well-conditioned problem with a banded matrix.
//!
//! Everything here is a proposal in floats; the proof of the network does not depend on it.

#![allow(
    clippy::cast_precision_loss,
    reason = "counts of cells and points, far below 2^53"
)]

use crate::builders::grid::Axis;
use crate::certificate::Norm;
use crate::expr::{Constants, Expr, Scratch, Tape};
use crate::numbers::estimate::{Estimate, estimate_rational, exact_dyadic};
use crate::numbers::{Dyadic, Rational};

/// Twice the numbers per cell that are tried for the steepness of sigmoids: from 1 to 10.
const HALVES: [i64; 7] = [2, 3, 4, 6, 8, 12, 20];
/// The steepness per cell of sigmoids whose heights are values of the target.
pub const FOR_VALUES: i64 = 4;
/// Padding steps on each side at most, where their number is chosen.
pub const MOST_PADDING: usize = 4;
/// Padding steps on each side where there are more cells than `FEW`.
const USUAL_PADDING: usize = 2;
/// With more cells than this, the number of padding steps is not compared.
const FEW: usize = 512;
/// The most cells that are looked at when the number of padding steps is chosen for a tolerance.
const MOST_SCANNED: usize = 256;
/// About how much smaller the largest error becomes when the weights of points are changed.
const QUICK_FIT: f64 = 1.2;
/// No step is higher than this many times the largest distance of the function from its middle value: small differences
/// of large numbers are lost in float32.
const HIGHEST: f64 = 64.0;
/// Padding steps on each side where heights are values of the target.
pub const PADDING_FOR_VALUES: usize = 2;

/// Points in a cell at which the network is compared with the function.
const POINTS_PER_CELL: usize = 8;
/// Points on the domain at least.
const FEWEST_POINTS: usize = 256;
/// Steps are taken as 0 or 1 where the argument is beyond this: `e^-24` is below 10^-10.
const FAR: f64 = 24.0;
/// How much heights are held back: these parts of the mean are added to the diagonal, the next where steps would be too
/// high with the one before.
const HELD_BACK: [f64; 3] = [1e-11, 1e-8, 1e-5];
/// How often the weights of points are changed toward the largest errors.
const ROUNDS: usize = 12;
/// With more cells than this, only one steepness is tried, and weights are changed twice.
const MANY: usize = 2048;
/// With more cells than this, heights are values: a fit would take much memory.
const MOST_FITTED: usize = 1 << 14;
/// Bits that are kept of a height below the error of the fit.
const BITS_BELOW_ERROR: i64 = 12;
/// Bits that are kept of a height at most, below the largest.
const MOST_BITS: i64 = 44;

/// Which error a fit makes small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The largest.
    Largest,
    /// The mean square.
    MeanSquare,
}

impl Aim {
    /// The aim for an error in this norm.
    pub fn of(norm: Norm) -> Self {
        match norm {
            Norm::Sup | Norm::Area => Self::Largest,
            Norm::L1 | Norm::L2 => Self::MeanSquare,
        }
    }
}

/// Heights of gentle stairs.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// One for each cell, from the lowest padding one on.
    pub heights: Vec<Rational>,
    /// The error at the points, as the aim measures it: an estimate.
    pub error_estimate: f64,
}

/// Estimates the values of a formula in one input.
pub struct Estimates {
    tape: Tape,
    constants: Constants<Estimate>,
    scratch: Scratch<Estimate>,
}

impl Estimates {
    /// Prepares a formula.
    pub fn new(formula: &Expr) -> Self {
        let tape = Tape::of_expressions(1, [formula]);
        Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            tape,
        }
    }

    /// Estimates the value at a place; NaN if there is none.
    pub fn at(&mut self, x: f64) -> f64 {
        let inputs = [Estimate(x)];
        let results = self
            .tape
            .evaluate(&self.constants, &inputs, &mut self.scratch);
        results.value(0).map_or(f64::NAN, |value| value.0)
    }
}

/// Gentle stairs for one or more functions, all with the same steps.
#[derive(Clone, Debug)]
pub struct Gentle {
    /// The steepness per cell, for sigmoids.
    pub per_cell: Rational,
    /// The padding steps on each side.
    pub padding: usize,
    /// The heights for each function, from those of the lowest padding cell on.
    pub heights: Vec<Vec<Rational>>,
}

/// What may be chosen for gentle stairs, and what is given.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The steepness per cell, for sigmoids; where none is given, that with the smallest error is taken.
    pub per_cell: Option<&'a Rational>,
    /// The padding steps on each side; where none are given, as many as do more good than cells would.
    pub padding: Option<usize>,
    /// The error that counts.
    pub aim: Aim,
}

impl Choice<'_> {
    /// Returns the stairs with the smallest error for this number of cells. The error is that of the worst
    /// function. `None` also for constants, whose values say it all, and for very many cells.
    ///
    /// - `samples`: the functions at points of a number of cells.
    /// - Exactness: an estimate made the choice; `None` if no fit was found.
    pub fn stairs(
        &self,
        cells: usize,
        samples: impl Fn(usize) -> Option<Vec<Samples>>,
    ) -> Option<Gentle> {
        if cells > MOST_FITTED {
            return None;
        }
        let here = samples(cells)?;
        if here.iter().all(|samples| samples.size == 0.0) {
            return None;
        }
        let (mut padding, mut best) = match self.padding {
            Some(padding) => (padding, self.best(&here, padding)?),
            None if cells > FEW => (USUAL_PADDING, self.best(&here, USUAL_PADDING)?),
            None => (1, self.best(&here, 1)?),
        };
        if self.padding.is_none() && cells <= FEW {
            // Two units more are two cells more, or a padding step more on each side.
            let longer = samples(cells + 2)?;
            while padding < MOST_PADDING.min(cells) {
                let Some(wider) = self.best(&here, padding + 1) else {
                    break;
                };
                if self
                    .best(&longer, padding)
                    .is_some_and(|longer| longer.0 <= wider.0)
                {
                    break;
                }
                (padding, best) = (padding + 1, wider);
            }
        }
        let steepness = estimate_rational(&best.1);
        let heights = here
            .iter()
            .map(|samples| samples.fit(steepness, padding, self.aim, ROUNDS));
        let heights = heights.map(|fit| Some(fit?.heights));
        Some(Gentle {
            per_cell: best.1,
            padding,
            heights: heights.collect::<Option<_>>()?,
        })
    }

    /// Returns the number of padding steps with which the fewest units have about this error, by quick fits; nothing if
    /// that takes more than a few hundred cells.
    pub fn padding_for(
        &self,
        tolerance: f64,
        samples: impl Fn(usize) -> Option<Vec<Samples>>,
    ) -> Option<usize> {
        let mut known: Vec<Vec<Samples>> = Vec::new();
        let mut best: Option<(usize, usize)> = None;
        for padding in 1..=MOST_PADDING {
            let mut place = 0;
            let mut cells = 1;
            while cells <= MOST_SCANNED {
                let units = cells - 1 + 2 * padding;
                if best.is_some_and(|(fewest, _)| fewest <= units) {
                    break;
                }
                if known.len() == place {
                    known.push(samples(cells)?);
                }
                let error = self.best(&known[place], padding);
                if error.is_some_and(|error| error.0 <= QUICK_FIT * tolerance) {
                    best = Some((units, padding));
                    break;
                }
                place += 1;
                cells += 1 + cells / 16;
            }
        }
        best.map(|(_, padding)| padding)
    }

    /// The smallest error of quick fits, and the steepness per cell that has it.
    fn best(&self, functions: &[Samples], padding: usize) -> Option<(f64, Rational)> {
        let is_large = functions.iter().any(|samples| samples.cells > MANY);
        let halves = match self.per_cell {
            None if is_large => &[4][..],
            _ => &HALVES[..],
        };
        let numbers: Vec<Rational> = match self.per_cell {
            Some(given) => vec![given.clone()],
            None => halves.iter().map(|k| Rational::ratio(*k, 2)).collect(),
        };
        let mut best: Option<(f64, Rational)> = None;
        for number in numbers {
            let steepness = estimate_rational(&number);
            let fits = functions.iter();
            let fits = fits.map(|samples| samples.fit(steepness, padding, self.aim, 0));
            let errors = fits.map(|fit| Some(fit?.error_estimate));
            let Some(errors) = errors.collect::<Option<Vec<f64>>>() else {
                continue;
            };
            let error = errors.into_iter().fold(0.0, f64::max);
            if best.as_ref().is_none_or(|(least, _)| error < *least) {
                best = Some((error, number));
            }
        }
        best
    }
}

/// A function at equally spaced points, the same ones in each cell; points without a value are left out.
pub struct Samples {
    cells: usize,
    per_cell: usize,
    values: Vec<f64>,
    middle: f64,
    size: f64,
}

impl Samples {
    /// Evaluates a function at points of the cells; `None` if it has no value at most of them.
    pub fn new(axis: &Axis, mut function: impl FnMut(f64) -> f64) -> Option<Self> {
        let cells = axis.cells;
        let per_cell = POINTS_PER_CELL.max(FEWEST_POINTS.div_ceil(cells));
        let points = cells * per_cell;
        let (low, high) = (
            estimate_rational(axis.low()),
            estimate_rational(axis.high()),
        );
        let at = |i: usize| match i {
            // The ends themselves, not their neighbours.
            0 => low,
            i if i == points => high,
            i => low + (high - low) * (i as f64 / points as f64),
        };
        let values: Vec<f64> = (0..=points).map(|i| function(at(i))).collect();
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let count = finite().count();
        if 2 * count <= points {
            return None;
        }
        let (least, most) = (
            finite().fold(f64::INFINITY, f64::min),
            finite().fold(f64::NEG_INFINITY, f64::max),
        );
        let middle = least / 2.0 + most / 2.0;
        Some(Self {
            cells,
            per_cell,
            middle,
            size: most - middle,
            values,
        })
    }

    /// Returns the heights for sigmoids of this steepness per cell, with padding steps on each side.
    ///
    /// - `rounds`: how often the weights of points are changed toward the largest errors.
    /// - Exactness: estimate; the heights are short dyadic numbers. `None` if steps would be too high.
    pub fn fit(&self, per_cell: f64, padding: usize, aim: Aim, rounds: usize) -> Option<Fitted> {
        let is_positive = per_cell > 0.0 && per_cell.is_finite();
        if !(is_positive && self.size.is_finite()) {
            return None;
        }
        let bumps = Bumps::new(per_cell, self.per_cell, self.cells + 2 * padding, padding);
        let finite = self.values.iter().map(|value| value.is_finite());
        let mut weights: Vec<f64> = finite.map(|is| if is { 1.0 } else { 0.0 }).collect();
        let count: f64 = weights.iter().sum();
        let rounds = match aim {
            Aim::MeanSquare => 0,
            Aim::Largest if self.cells > MANY => rounds.min(2),
            Aim::Largest => rounds,
        };
        let mut best: Option<(f64, Vec<f64>)> = None;
        for _ in 0..=rounds {
            let Some(heights) = self.weighted_fit(&bumps, &weights) else {
                break;
            };
            let errors: Vec<f64> = (0..self.values.len())
                .map(|i| match self.values[i] {
                    value if value.is_finite() => {
                        libm::fabs(bumps.at(i, &heights) + self.middle - value)
                    }
                    _ => 0.0,
                })
                .collect();
            let largest = errors.iter().copied().fold(0.0, f64::max);
            let error = match aim {
                Aim::Largest => largest,
                Aim::MeanSquare => {
                    let squares: f64 = errors.iter().map(|error| error * error).sum();
                    libm::sqrt(squares / count)
                }
            };
            if !error.is_finite() {
                break;
            }
            if best.as_ref().is_none_or(|(least, _)| error < *least) {
                best = Some((error, heights));
            }
            if largest == 0.0 {
                break;
            }
            // Lawson's rule: points with large errors count more in the next round.
            for (weight, error) in weights.iter_mut().zip(&errors) {
                *weight *= error / largest + 1e-3;
            }
            let mean = weights.iter().sum::<f64>() / count;
            for weight in &mut weights {
                *weight /= mean;
            }
        }
        let (error_estimate, heights) = best?;
        let heights = self.rounded(&heights, error_estimate)?;
        Some(Fitted {
            heights,
            error_estimate,
        })
    }

    /// Least squares: the normal equations in the bumps, whose matrix is a band. Where steps would be too high, heights
    /// that matter little are held back more.
    fn weighted_fit(&self, bumps: &Bumps, weights: &[f64]) -> Option<Vec<f64>> {
        HELD_BACK.iter().find_map(|held_back| {
            let heights = self.regular_fit(bumps, weights, *held_back)?;
            let steps = heights.iter().zip(heights.iter().skip(1));
            let highest = steps.fold(0.0, |most, (v, next)| f64::max(most, libm::fabs(next - v)));
            (highest <= HIGHEST * self.size).then_some(heights)
        })
    }

    fn regular_fit(&self, bumps: &Bumps, weights: &[f64], held_back: f64) -> Option<Vec<f64>> {
        let places = bumps.places;
        let mut band = Band::new(places, 2 * bumps.reach);
        let mut right = vec![0.0; places];
        for (i, (&value, &weight)) in self.values.iter().zip(weights).enumerate() {
            if weight == 0.0 {
                continue;
            }
            let (first, row) = bumps.row(i);
            for (a, x) in row.iter().enumerate() {
                right[first + a] += weight * x * (value - self.middle);
                for (b, y) in row[..=a].iter().enumerate() {
                    band.add(first + a, a - b, weight * x * y);
                }
            }
        }
        band.solve(right, held_back)
    }

    /// Rounds heights so that the error hardly changes.
    fn rounded(&self, heights: &[f64], error: f64) -> Option<Vec<Rational>> {
        let largest = heights.iter().fold(self.size, |most, v| {
            f64::max(most, libm::fabs(v + self.middle))
        });
        let bits_of = |x: f64| {
            let dyadic = exact_dyadic(x).filter(|x| *x != Dyadic::ZERO)?;
            Some(dyadic.to_rational()?.magnitude_bits())
        };
        let most = MOST_BITS - bits_of(largest).unwrap_or(0);
        let wanted = bits_of(error).map_or(most, |bits| BITS_BELOW_ERROR - bits);
        let bits = u32::try_from(wanted.min(most).clamp(0, 512)).ok()?;
        let rounded = |v: &f64| {
            Some(
                exact_dyadic(v + self.middle)?
                    .to_rational()?
                    .round_to_bits(bits),
            )
        };
        heights.iter().map(rounded).collect()
    }
}

/// The weights of the heights at the points.
struct Bumps {
    places: usize,
    padding: usize,
    points_per_cell: usize,
    /// Bumps further away than this many places are 0.
    reach: usize,
    /// For each point of a cell, the steps at the lines from `reach` cells before it on.
    steps: Vec<Vec<f64>>,
}

impl Bumps {
    fn new(per_cell: f64, points_per_cell: usize, places: usize, padding: usize) -> Self {
        let most = places as f64;
        let reach = libm::ceil(FAR / per_cell).min(most);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of places"
        )]
        let reach = reach as usize;
        let steps = (0..points_per_cell)
            .map(|point| {
                let within = point as f64 / points_per_cell as f64;
                (0..=2 * reach + 1)
                    .map(|line| {
                        let distance = within + (reach as f64 - line as f64);
                        1.0 / (1.0 + libm::exp(-per_cell * distance))
                    })
                    .collect()
            })
            .collect();
        Self {
            places,
            padding,
            points_per_cell,
            reach,
            steps,
        }
    }

    /// The first place whose height has a weight at a point, and the weights from there on.
    fn row(&self, point: usize) -> (usize, Vec<f64>) {
        let last_cell = self.places - 1 - 2 * self.padding;
        let cell = (point / self.points_per_cell).min(last_cell);
        let within = point - cell * self.points_per_cell;
        let place = cell + self.padding;
        let first = place.saturating_sub(self.reach);
        let last = (place + self.reach).min(self.places - 1);
        // The step at the lower line of a place; 1 before the first, 0 after the last.
        let step = |at: usize| {
            if at == first {
                1.0
            } else if at > last {
                0.0
            } else if within == self.points_per_cell {
                // The upper end of the domain: the first point of the cell after the last.
                self.steps[0][at + self.reach - place - 1]
            } else {
                self.steps[within][at + self.reach - place]
            }
        };
        let row = (first..=last).map(|at| step(at) - step(at + 1));
        (first, row.collect())
    }

    fn at(&self, point: usize, heights: &[f64]) -> f64 {
        let (first, row) = self.row(point);
        row.iter().zip(&heights[first..]).map(|(b, v)| b * v).sum()
    }
}

/// A symmetric matrix with a band of numbers around its diagonal; the lower half is kept.
struct Band {
    width: usize,
    rows: Vec<Vec<f64>>,
}

impl Band {
    fn new(size: usize, width: usize) -> Self {
        let width = width.min(size.saturating_sub(1));
        Self {
            width,
            rows: vec![vec![0.0; width + 1]; size],
        }
    }

    /// Adds to the number `before` columns left of the diagonal.
    fn add(&mut self, row: usize, before: usize, value: f64) {
        self.rows[row][before] += value;
    }

    /// Solves the system by Cholesky's method, with this part of the mean added to the diagonal; `None` if the matrix
    /// is not positive.
    fn solve(mut self, mut right: Vec<f64>, part: f64) -> Option<Vec<f64>> {
        let size = self.rows.len();
        let trace: f64 = self.rows.iter().map(|row| row[0]).sum();
        let little = part * trace / size as f64;
        for i in 0..size {
            self.rows[i][0] += little;
            for before in (0..=self.width.min(i)).rev() {
                let j = i - before;
                let mut sum = self.rows[i][before];
                let first = i.saturating_sub(self.width);
                for k in first.max(j.saturating_sub(self.width))..j {
                    sum -= self.rows[i][i - k] * self.rows[j][j - k];
                }
                self.rows[i][before] = if before > 0 {
                    sum / self.rows[j][0]
                } else if sum > 0.0 {
                    libm::sqrt(sum)
                } else {
                    return None;
                };
            }
        }
        for i in 0..size {
            let mut sum = right[i];
            let first = i.saturating_sub(self.width);
            for (k, known) in right[..i].iter().enumerate().skip(first) {
                sum -= self.rows[i][i - k] * known;
            }
            right[i] = sum / self.rows[i][0];
        }
        for i in (0..size).rev() {
            let mut sum = right[i];
            let end = size.min(i + self.width + 1);
            for (k, known) in right[..end].iter().enumerate().skip(i + 1) {
                sum -= self.rows[k][k - i] * known;
            }
            right[i] = sum / self.rows[i][0];
        }
        Some(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: i64, high: i64, cells: usize) -> Axis {
        Axis::equal(&Rational::from(low), &Rational::from(high), cells)
    }

    fn step(x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-x))
    }

    /// The network as a sum of steps, at a place counted in cells.
    fn by_steps(heights: &[f64], per_cell: f64, padding: usize, place: f64) -> f64 {
        let rises = heights.iter().zip(&heights[1..]).enumerate();
        let rises = rises.map(|(k, (below, above))| {
            let line = k as f64 + 1.0 - padding as f64;
            (above - below) * step(per_cell * (place - line))
        });
        heights[0] + rises.sum::<f64>()
    }

    #[test]
    fn bumps_are_differences_of_steps_and_add_up_to_1() {
        for (cells, padding, per_cell) in [(1, 1, 1.0), (5, 2, 2.0), (40, 1, 3.0), (7, 0, 40.0)] {
            let places = cells + 2 * padding;
            let bumps = Bumps::new(per_cell, 8, places, padding);
            let heights: Vec<f64> = (0..places).map(|k| libm::sin(k as f64)).collect();
            for point in 0..=8 * cells {
                let (_, row) = bumps.row(point);
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-14);
                let slow = by_steps(&heights, per_cell, padding, point as f64 / 8.0);
                let fast = bumps.at(point, &heights);
                assert!((slow - fast).abs() < 1e-9, "{cells} {point}: {slow} {fast}");
            }
        }
    }

    #[test]
    fn bands_are_solved() {
        let (size, width) = (9, 3);
        let entry = |i: usize, j: usize| match i.abs_diff(j) {
            0 => 5.0 + i as f64,
            d if d <= width => 1.0 / (1.0 + (d + i.min(j)) as f64),
            _ => 0.0,
        };
        let mut band = Band::new(size, width);
        for i in 0..size {
            for before in 0..=width.min(i) {
                band.add(i, before, entry(i, i - before));
            }
        }
        let right: Vec<f64> = (0..size).map(|i| libm::cos(i as f64)).collect();
        let found = band.solve(right.clone(), 0.0).expect("positive");
        for (i, right) in right.iter().enumerate() {
            let sum: f64 = (0..size).map(|j| entry(i, j) * found[j]).sum();
            assert!((sum - right).abs() < 1e-13, "row {i}");
        }
        let mut negative = Band::new(1, 0);
        negative.add(0, 0, -1.0);
        assert_eq!(negative.solve(vec![1.0], 0.0), None);
    }

    /// The estimate is the error, also between the points; and the fit is far better than values at the centres.
    #[test]
    fn fits_are_as_good_as_they_say() {
        let cells = 12;
        let wave = |x: f64| libm::sin(5.0 * x);
        let samples = Samples::new(&axis(0, 3, cells), wave).expect("defined");
        let (per_cell, padding) = (2.0, 2);
        let fit = samples.fit(per_cell, padding, Aim::Largest, ROUNDS);
        let fit = fit.expect("a fit");
        let heights: Vec<f64> = fit.heights.iter().map(estimate_rational).collect();
        assert_eq!(heights.len(), cells + 2 * padding);
        let error = |heights: &[f64]| {
            (0..=1000).fold(0.0, |most, i| {
                let x = 3.0 * f64::from(i) / 1000.0;
                let found = by_steps(heights, per_cell, padding, x * 4.0);
                f64::max(most, (found - wave(x)).abs())
            })
        };
        let found = error(&heights);
        assert!(found < 1.1 * fit.error_estimate && found > 0.9 * fit.error_estimate);
        assert!(found < 3e-3, "{found}");
        let centres = (0..cells + 2 * padding).map(|k| wave((k as f64 - 1.5) / 4.0));
        assert!(error(&centres.collect::<Vec<f64>>()) > 50.0 * found);
        // Weights that follow the largest errors make the largest error smaller.
        let plain = samples.fit(per_cell, padding, Aim::Largest, 0);
        assert!(fit.error_estimate < 0.9 * plain.expect("a fit").error_estimate);
    }

    #[test]
    fn steepness_and_padding_are_chosen_by_the_error() {
        let free = Choice {
            per_cell: None,
            padding: None,
            aim: Aim::Largest,
        };
        let of = |function: fn(f64) -> f64| {
            move |cells| Some(vec![Samples::new(&axis(0, 1, cells), function)?])
        };
        let chosen = free.stairs(6, of(libm::exp)).expect("a fit");
        assert!(chosen.per_cell <= Rational::from(3), "{}", chosen.per_cell);
        assert!(chosen.padding > 1);
        assert_eq!(chosen.heights[0].len(), 6 + 2 * chosen.padding);
        // No other steepness is better with as much padding.
        let functions = of(libm::exp)(6).expect("defined");
        let (least, _) = free.best(&functions, chosen.padding).expect("a fit");
        for halves in HALVES {
            let number = Rational::ratio(halves, 2);
            let one = Choice {
                per_cell: Some(&number),
                ..free
            };
            let (error, _) = one.best(&functions, chosen.padding).expect("a fit");
            assert!(error >= least && (number != chosen.per_cell || error <= least));
        }
        assert!(free.stairs(6, of(|_| 7.0)).is_none());
        assert!(free.stairs(6, of(|_| f64::NAN)).is_none());
        // Fewer units with one padding step for a rough answer, with more of them for a good one.
        assert_eq!(free.padding_for(1e-2, of(libm::exp)), Some(1));
        let fine = free.padding_for(1e-6, of(libm::exp));
        assert!(fine > Some(1), "{fine:?}");
    }
}
