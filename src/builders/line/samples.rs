//! Samples of a function of one variable, closer where it bends, and the corridor around them.

use super::links::Corridor;

/// Halvings of an interval between equally spaced samples.
const HALVINGS: u32 = 30;
/// The most samples.
const MOST: usize = 400_000;

/// The part of an interval where a function is compared with its chord, beside the middle.
const ASIDE: f64 = 0.3;

/// A function at places, with its reach between them.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The places, from the lower to the upper end.
    pub places: Vec<f64>,
    /// The largest value that was seen next to each place, raised by how far the function is above the chords there.
    highest: Vec<f64>,
    /// The smallest.
    lowest: Vec<f64>,
    /// Were there too many samples, so that some intervals are longer than they should be?
    pub is_cut: bool,
}

/// An interval between two samples.
struct Between {
    from: f64,
    to: f64,
    reach: Reach,
}

/// The function between two samples.
#[derive(Clone, Copy)]
enum Reach {
    /// This near to the chord.
    Chord(f64),
    /// It may jump: the largest and the smallest value that were seen.
    Jump(f64, f64),
}

impl Samples {
    /// Samples a function on `base` equal intervals, which are halved until the function is as near to chords as
    /// `fine`. Returns a place without a value as an error.
    ///
    /// - Exactness: an estimate; what happens between samples is guessed from the middle of the interval.
    pub fn new(
        mut f: impl FnMut(f64) -> f64,
        (low, high): (f64, f64),
        fine: f64,
        base: u32,
    ) -> Result<Self, f64> {
        let mut value = |x: f64| {
            let y = f(x);
            if y.is_finite() { Ok(y) } else { Err(x) }
        };
        let mut intervals: Vec<Between> = Vec::new();
        let mut values = Vec::new();
        let mut is_cut = false;
        let equal = |k: u32| {
            let part = f64::from(k) / f64::from(base);
            if k == base {
                high
            } else {
                low + (high - low) * part
            }
        };
        let mut left = value(low)?;
        for k in 0..base {
            let right = value(equal(k + 1))?;
            // A stack, the left half on top.
            let mut open = vec![(equal(k), equal(k + 1), left, right, 0)];
            while let Some((from, to, before, after, halvings)) = open.pop() {
                let middle = f64::midpoint(from, to);
                let at = value(middle)?;
                // A second place, for a function that crosses its chord in the middle.
                let beside = value(from + ASIDE * (to - from))?;
                let off = (at - f64::midpoint(before, after)).abs();
                let off = off.max((beside - before - ASIDE * (after - before)).abs());
                let is_full = intervals.len() + open.len() >= MOST;
                is_cut |= is_full && off > fine;
                let is_last = halvings == HALVINGS || is_full;
                if off > fine && !is_last && from < middle && middle < to {
                    open.push((middle, to, at, after, halvings + 1));
                    open.push((from, middle, before, at, halvings + 1));
                    continue;
                }
                let reach = if off > fine {
                    let seen = [before, beside, at, after];
                    let highest = seen.into_iter().fold(f64::MIN, f64::max);
                    Reach::Jump(highest, seen.into_iter().fold(f64::MAX, f64::min))
                } else {
                    Reach::Chord(off)
                };
                let halves = [(from, middle, before), (middle, to, at)];
                for (from, to, value) in halves {
                    if from < to {
                        intervals.push(Between { from, to, reach });
                        values.push(value);
                    }
                }
            }
            left = right;
        }
        values.push(left);
        let mut samples = Self::of(&intervals, &values);
        samples.is_cut = is_cut;
        Ok(samples)
    }

    fn of(intervals: &[Between], values: &[f64]) -> Self {
        let mut samples = Self {
            places: intervals.iter().map(|between| between.from).collect(),
            highest: values.to_vec(),
            lowest: values.to_vec(),
            is_cut: false,
        };
        samples.places.extend(intervals.last().map(|last| last.to));
        for (k, between) in intervals.iter().enumerate() {
            for place in [k, k + 1] {
                let (highest, lowest) = match between.reach {
                    Reach::Chord(off) => (values[place] + off, values[place] - off),
                    Reach::Jump(highest, lowest) => (highest, lowest),
                };
                samples.highest[place] = samples.highest[place].max(highest);
                samples.lowest[place] = samples.lowest[place].min(lowest);
            }
        }
        samples
    }

    /// The corridor of what is within this distance of the function.
    pub fn corridor(&self, distance: f64) -> Corridor {
        Corridor {
            places: self.places.clone(),
            lower: self.highest.iter().map(|value| value - distance).collect(),
            upper: self.lowest.iter().map(|value| value + distance).collect(),
        }
    }

    /// The largest value less the smallest.
    pub fn height(&self) -> f64 {
        let highest = self.highest.iter().copied().fold(f64::MIN, f64::max);
        highest - self.lowest.iter().copied().fold(f64::MAX, f64::min)
    }

    /// The largest distance of a broken line from the function: kinks, and a value for both ends and every kink.
    pub fn distance(&self, knots: &[f64], values: &[f64]) -> f64 {
        let mut worst: f64 = 0.0;
        let mut knot = 0;
        let mut check = |value: f64, highest: f64, lowest: f64| {
            worst = worst.max(highest - value).max(value - lowest);
        };
        for (place, x) in self.places.iter().enumerate() {
            while knot + 1 < knots.len() && knots[knot + 1] <= *x {
                knot += 1;
                // Where the kink is, the borders run straight between two samples.
                if let Some(before) = place.checked_sub(1) {
                    let part = (knots[knot] - self.places[before]) / (x - self.places[before]);
                    let between = |row: &[f64]| row[before] + part * (row[place] - row[before]);
                    check(values[knot], between(&self.highest), between(&self.lowest));
                }
            }
            let next = (knot + 1).min(knots.len() - 1);
            let width = knots[next] - knots[knot];
            let part = if width > 0.0 {
                (x - knots[knot]) / width
            } else {
                0.0
            };
            let value = values[knot] + part * (values[next] - values[knot]);
            check(value, self.highest[place], self.lowest[place]);
        }
        worst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corridor_is_within_the_distance_everywhere() {
        let functions: [fn(f64) -> f64; 5] = [
            |x| libm::sin(7.0 * x),
            f64::sqrt,
            |x| (x - 0.3).abs(),
            |x| libm::tanh(500.0 * (x - 0.5)),
            |x| if x < 0.371 { 0.0 } else { 1.0 },
        ];
        for (number, f) in functions.into_iter().enumerate() {
            let samples = Samples::new(f, (0.0, 1.0), 1e-6, 64).expect("values");
            let corridor = samples.corridor(0.6);
            let mut place = 0;
            for k in 0..=20_000 {
                let x = f64::from(k) / 20_000.0;
                while corridor.places[place + 1] < x {
                    place += 1;
                }
                let (from, to) = (corridor.places[place], corridor.places[place + 1]);
                let part = (x - from) / (to - from);
                let at = |row: &[f64]| row[place] + part * (row[place + 1] - row[place]);
                assert!(at(&corridor.upper) <= f(x) + 0.6 + 1e-9, "{number} at {x}");
                assert!(at(&corridor.lower) >= f(x) - 0.6 - 1e-9, "{number} at {x}");
                assert!(at(&corridor.upper) >= f(x) - 0.41, "{number} at {x}");
            }
            assert!(corridor.places.len() < 20_000, "{number}");
        }
    }

    #[test]
    fn a_place_without_a_value_is_the_error() {
        let found = Samples::new(|x| 1.0 / (x - 0.5), (0.0, 1.0), 1e-3, 64);
        assert_eq!(found.err(), Some(0.5));
    }

    #[test]
    fn distances_count_kinks_and_samples() {
        let samples = Samples::new(|x| x * x, (0.0, 1.0), 1e-7, 64).expect("values");
        // The chord is off by 1/4 in the middle; with a kink there, by 1/16 between.
        assert!((samples.distance(&[0.0, 1.0], &[0.0, 1.0]) - 0.25).abs() < 1e-6);
        let bent = samples.distance(&[0.0, 0.5, 1.0], &[0.0, 0.25, 1.0]);
        assert!((bent - 0.0625).abs() < 1e-6);
        // A kink between samples.
        let spike = samples.distance(
            &[0.0, 0.500_1, 0.500_2, 0.500_3, 1.0],
            &[0.0, 0.25, 9.0, 0.25, 1.0],
        );
        assert!((spike - 8.75).abs() < 1e-2, "{spike}");
    }
}
