//! The best broken lines: the fewest kinks within a distance, or the smallest distance with so many pieces.
//!
//! The function is sampled ([`Samples`]), the corridor around it has a path of fewest segments
//! ([`fewest_links`]), and the narrowest corridor with as few leaves the most room: for units that face such a way
//! that no other unit is needed ([`facing`](mod@super::facing)), and for short numbers (`Units::of`).

use super::facing::{Facing, facing};
use super::links::{Path, fewest_links};
use super::samples::Samples;
use super::short::Units;

/// The most pieces of a broken line.
pub const MOST_PIECES: usize = 1 << 16;
/// Up to this many pieces, each is tried as the horizontal one.
const MOST_LEVEL: usize = 256;
/// Samples are as near to chords as this part of the distance.
const FINE: f64 = 1e-4;
/// Where that takes too many samples, they are no nearer than this part.
const COARSE: f64 = 0.01;
/// Equal intervals between the first samples.
const BASE: u32 = 512;
/// A distance below this part of the height of the function counts as 0.
const NEGLIGIBLE: f64 = 1.0 / 16_777_216.0;
/// Halvings of the narrowest corridor.
const HALVINGS: u32 = 18;
/// Corridors between the narrowest and the allowed one in which units are turned.
const WIDENINGS: u32 = 8;
/// Turning the units may use this part of the room.
const TURNING: f64 = 0.7;
/// The room that the smallest distance leaves for short numbers.
const ROOM: f64 = 1.0 / 1024.0;

/// A continuous function of straight pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenLine {
    /// The lower end, the kinks, the upper end.
    pub knots: Vec<f64>,
    /// The value at each knot.
    pub values: Vec<f64>,
    /// The largest distance from the function.
    pub error_estimate: f64,
}

impl BrokenLine {
    /// The number of kinks.
    pub fn kinks(&self) -> usize {
        self.knots.len().saturating_sub(2)
    }

    fn of(path: &Path, (low, high): (f64, f64), error_estimate: f64) -> Self {
        let mut knots = vec![low];
        let mut values = vec![path.lines[0].at(low)];
        for (kink, line) in path.kinks.iter().zip(&path.lines) {
            // Two kinks at one place are one.
            if *kink > knots[knots.len() - 1] && *kink < high {
                knots.push(*kink);
                values.push(line.at(*kink));
            }
        }
        knots.push(high);
        values.push(path.lines[path.lines.len() - 1].at(high));
        Self {
            knots,
            values,
            error_estimate,
        }
    }
}

/// What there is no broken line for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoLine {
    /// The function has no value here.
    Undefined(f64),
    /// So many pieces are not enough.
    TooManyPieces,
}

/// A function of one variable whose best broken lines are asked for.
#[derive(Clone, Debug)]
pub struct Curve {
    samples: Samples,
    ends: (f64, f64),
}

impl Curve {
    /// Samples a function for lines at about this distance; a higher `attempt` samples more closely.
    ///
    /// - Errors: [`NoLine::Undefined`].
    pub fn new(
        mut f: impl FnMut(f64) -> f64,
        ends: (f64, f64),
        distance: f64,
        attempt: u32,
    ) -> Result<Self, NoLine> {
        let base = BASE << (2 * attempt.min(4));
        let mut fine = distance * FINE / f64::from(1_u32 << (2 * attempt.min(4)));
        let mut samples = Samples::new(&mut f, ends, fine, base).map_err(NoLine::Undefined)?;
        while samples.is_cut && fine < distance * COARSE {
            fine *= 8.0;
            samples = Samples::new(&mut f, ends, fine, base).map_err(NoLine::Undefined)?;
        }
        Ok(Self { samples, ends })
    }

    /// Samples a function for lines of so many pieces, and returns their smallest distance as well.
    ///
    /// - Errors: [`NoLine::Undefined`].
    pub fn for_pieces(
        mut f: impl FnMut(f64) -> f64,
        ends: (f64, f64),
        pieces: usize,
    ) -> Result<(Self, f64), NoLine> {
        // Samples on a small scale show how large the distance is, and others then measure it.
        let rough = Samples::new(&mut f, ends, f64::INFINITY, BASE);
        let height = rough.map_err(NoLine::Undefined)?.height();
        let rough = Self::new(&mut f, ends, height * 0.1, 0)?;
        let (guess, _) = rough.narrowest(pieces, height);
        let curve = Self::new(f, ends, guess.max(height * NEGLIGIBLE), 0)?;
        let (least, _) = curve.narrowest(pieces, 2.0 * curve.samples.height());
        Ok((curve, least))
    }

    /// The smallest distance of a line of so many pieces.
    pub fn least(&self, pieces: usize) -> f64 {
        self.narrowest(pieces, 2.0 * self.samples.height()).0
    }

    /// Returns the broken line with the fewest kinks within a distance; `None` if there is none.
    ///
    /// - Exactness: an estimate, for the samples.
    /// - Source: T37.
    pub fn fewest(&self, distance: f64) -> Option<BrokenLine> {
        let path = self.path(distance, MOST_PIECES, None)?;
        let pieces = path.lines.len();
        let (least, path) = self.narrowed(path, distance, pieces, None);
        Some(BrokenLine::of(&path, self.ends, least))
    }

    /// Returns units for the broken line with the fewest kinks within a distance, all facing right, and a slope.
    ///
    /// - Exactness: an estimate, for the samples; the units are exact numbers.
    pub fn sloped_units(&self, distance: f64) -> Option<Units> {
        self.short(&self.fewest(distance)?, None, distance)
    }

    /// Returns units for the broken line with the fewest kinks within a distance: as many as there are kinks,
    /// where the distance leaves room for that.
    ///
    /// - Exactness: an estimate, for the samples; the units are exact numbers.
    pub fn units(&self, distance: f64) -> Option<Units> {
        let path = self.path(distance, MOST_PIECES, None)?;
        let pieces = path.lines.len();
        let (least, path) = self.narrowed(path, distance, pieces, None);
        let line = BrokenLine::of(&path, self.ends, least);
        let pieces = line.kinks() + 1;
        if pieces > 1 {
            let turned = self.turned(&line, distance);
            if let Some(units) = turned.or_else(|| self.level(pieces, distance)) {
                return Some(units);
            }
        }
        self.short(&line, None, distance)
    }

    /// The same with units that are turned such that no other is needed. Wider corridors have other paths, and
    /// with that other bends.
    fn turned(&self, narrowest: &BrokenLine, distance: f64) -> Option<Units> {
        let least = narrowest.error_estimate;
        (0..WIDENINGS).find_map(|step| {
            let part = f64::from(step) / f64::from(WIDENINGS);
            let wide = least + part * (distance - least);
            let line = if step == 0 {
                narrowest.clone()
            } else {
                let path = self.path(wide, narrowest.kinks() + 1, None)?;
                BrokenLine::of(&path, self.ends, wide)
            };
            let turned = facing(&line.knots, &line.values)?;
            let is_near = turned.moved <= TURNING * (distance - wide);
            is_near.then(|| self.short(&line, Some(&turned), distance))?
        })
    }

    /// Returns units for the broken line of so many pieces that is nearest.
    ///
    /// - Exactness: an estimate, for the samples; the units are exact numbers.
    pub fn units_of_pieces(&self, pieces: usize, least: f64) -> Option<Units> {
        let distance = least * (1.0 + ROOM);
        let path = self.path(distance, pieces, None)?;
        let line = BrokenLine::of(&path, self.ends, least);
        if line.kinks() > 0 {
            let turned = facing(&line.knots, &line.values);
            if let Some(turned) = turned.filter(|turned| turned.moved <= 0.1 * ROOM * least)
                && let Some(units) = self.short(&line, Some(&turned), distance * (1.0 + ROOM))
            {
                return Some(units);
            }
        }
        self.short(&line, None, distance * (1.0 + ROOM))
    }

    /// The same with a horizontal piece: what is left of it faces left, and no other unit is needed.
    fn level(&self, pieces: usize, distance: f64) -> Option<Units> {
        if pieces > MOST_LEVEL {
            return None;
        }
        (0..pieces).find_map(|level| {
            let path = self.path(distance, pieces, Some(level))?;
            let (least, path) = self.narrowed(path, distance, pieces, Some(level));
            let line = BrokenLine::of(&path, self.ends, least);
            let is_whole = line.kinks() + 1 == path.lines.len();
            let turned = is_whole.then(|| Facing {
                is_left: (0..line.kinks()).map(|kink| kink < level).collect(),
                values: line.values.clone(),
                moved: 0.0,
            })?;
            self.short(&line, Some(&turned), distance)
        })
    }

    fn short(&self, line: &BrokenLine, turned: Option<&Facing>, distance: f64) -> Option<Units> {
        Units::of(&self.samples, line, turned, distance)
    }

    fn path(&self, distance: f64, most: usize, level: Option<usize>) -> Option<Path> {
        fewest_links(&self.samples.corridor(distance), most, level)
    }

    /// The narrowest corridor with a path of so many pieces, from one that has this path.
    fn narrowed(
        &self,
        path: Path,
        distance: f64,
        pieces: usize,
        level: Option<usize>,
    ) -> (f64, Path) {
        let (mut low, mut high, mut best) = (0.0, distance, path);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            match self.path(middle, pieces, level) {
                Some(path) => (high, best) = (middle, path),
                None => low = middle,
            }
        }
        (high, best)
    }

    /// The narrowest corridor with a path of so many pieces, from a wide one.
    fn narrowest(&self, pieces: usize, wide: f64) -> (f64, Option<Path>) {
        let floor = self.samples.height() * NEGLIGIBLE;
        let (mut high, mut best) = (wide, None);
        while high > floor {
            match self.path(high / 2.0, pieces, None) {
                Some(path) => (high, best) = (high / 2.0, Some(path)),
                None => break,
            }
        }
        match best {
            Some(path) if high > floor => {
                let (high, path) = self.narrowed(path, high, pieces, None);
                (high, Some(path))
            }
            best => (high, best),
        }
    }
}

/// Returns the broken line with the fewest kinks within a distance of a function.
///
/// - Exactness: an estimate: floats, from samples that are closer where the function bends.
/// - Errors: [`NoLine`].
/// - Source: T37; Imai and Iri 1986, Hakimi and Schmeichel 1991.
///
/// ```
/// use steeple::builders::line::best::best_line;
/// let line = best_line(|x| x * x, (0.0, 1.0), 0.01)?;
/// // Three kinks are enough where four pieces of equal length would have an error of 1/128.
/// assert_eq!(line.kinks(), 3);
/// assert!((line.error_estimate - 1.0 / 128.0).abs() < 1e-5);
/// # Ok::<(), steeple::builders::line::best::NoLine>(())
/// ```
pub fn best_line(
    f: impl FnMut(f64) -> f64,
    ends: (f64, f64),
    distance: f64,
) -> Result<BrokenLine, NoLine> {
    let line = Curve::new(f, ends, distance, 0)?.fewest(distance);
    line.ok_or(NoLine::TooManyPieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::estimate::estimate_rational;

    /// A function, its domain, a distance, and the number of kinks and of units.
    type Case = (fn(f64) -> f64, (f64, f64), f64, usize, usize);

    /// The values of units at a place.
    fn at(units: &Units, x: f64) -> f64 {
        let sum = units.units.iter().map(|unit| {
            let off = x - estimate_rational(&unit.place);
            let off = if unit.is_left { -off } else { off };
            estimate_rational(&unit.bend) * off.max(0.0)
        });
        let slope = estimate_rational(&units.slope) * x;
        sum.sum::<f64>() + slope + estimate_rational(&units.constant)
    }

    /// The largest error at many places.
    fn worst(units: &Units, f: impl Fn(f64) -> f64, (low, high): (f64, f64)) -> f64 {
        let places = (0..=5000).map(|k| low + (high - low) * f64::from(k) / 5000.0);
        places
            .map(|x| (at(units, x) - f(x)).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn the_square_has_its_known_least_errors() {
        // The best line for x² on a piece of length h is off by h²/8.
        for pieces in [1, 2, 3, 5, 7, 12] {
            let (curve, least) = Curve::for_pieces(|x| x * x, (0.0, 1.0), pieces).expect("values");
            let n = f64::from(u32::try_from(pieces).expect("few"));
            let known = 1.0 / (8.0 * n * n);
            assert!((least - known).abs() < 1e-3 * known, "{pieces}: {least}");
            let units = curve.units_of_pieces(pieces, least).expect("units");
            let worst = worst(&units, |x| x * x, (0.0, 1.0));
            assert!(
                worst < 1.01 * known && units.units.len() + 1 == pieces,
                "{pieces}: {worst}"
            );
        }
    }

    #[test]
    fn units_keep_the_distance_and_are_as_few_as_kinks_where_that_is_possible() {
        let tau = std::f64::consts::TAU;
        let cases: [Case; 5] = [
            (libm::sin, (0.0, tau), 0.01, 12, 12),
            (libm::sin, (0.0, tau), 0.001, 38, 38),
            // Convex and rising: only a level first piece needs no other unit.
            (|x| x * x, (0.0, 1.0), 0.001, 11, 11),
            (|x| x * x, (0.0, 1.0), 0.01, 3, 4),
            (|x| -x, (0.0, 1.0), 0.01, 0, 1),
        ];
        for (f, ends, distance, kinks, all) in cases {
            let curve = Curve::new(f, ends, distance, 0).expect("values");
            let units = curve.units(distance).expect("units");
            assert_eq!((units.units.len(), units.count()), (kinks, all));
            let worst = worst(&units, f, ends);
            assert!(worst <= distance, "{kinks}: {worst}");
            let numbers = units
                .units
                .iter()
                .flat_map(|unit| [&unit.place, &unit.bend]);
            let longest = numbers.map(crate::numbers::Rational::bits).max();
            assert!(longest.is_none_or(|bits| bits < 40), "{longest:?}");
        }
    }

    #[test]
    fn what_cannot_be_sampled_or_kept_is_refused() {
        let pole = best_line(|x| 1.0 / x, (0.0, 1.0), 0.1);
        assert_eq!(pole, Err(NoLine::Undefined(0.0)));
        let exact = best_line(libm::exp, (0.0, 1.0), 0.0);
        assert_eq!(exact, Err(NoLine::TooManyPieces));
    }
}
