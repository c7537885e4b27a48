//! Guesses in floats where a condition holds.

use crate::bounds::Cell;
use crate::expr::{Case, Condition, Expr, Tape, TargetBody};
use crate::network::{Network, Reduced, estimate_outputs, forward};
use crate::numbers::estimate::{Estimate, estimate_dyadic, estimate_rational, exact_dyadic};
use crate::numbers::{Rational, Relation};

/// A condition as a tree of affine margins; a part holds where its margin is at most 0.
#[derive(Clone, Debug)]
pub enum Margin {
    /// The largest of these.
    All(Vec<Margin>),
    /// The smallest of these.
    Any(Vec<Margin>),
    /// `constant + sum coefficient · variable`, inputs first, then outputs.
    Affine {
        /// The constant.
        constant: f64,
        /// One coefficient for each variable.
        coefficients: Vec<f64>,
    },
}

impl Margin {
    /// Returns the margin of a case. Comparisons of functions that are not affine are approximated
    /// by affine ones.
    pub fn new(case: &Case) -> Self {
        let variables = case.condition().inputs().len();
        match case.condition().body() {
            TargetBody::Region(condition) => Self::of_condition(condition, variables, false),
            TargetBody::Outputs(_) => Self::All(Vec::new()),
        }
    }

    fn of_condition(condition: &Condition, variables: usize, is_negated: bool) -> Self {
        let margin = |c: &Condition| Self::of_condition(c, variables, is_negated);
        match condition {
            Condition::And(a, b) if is_negated => Self::Any(vec![margin(a), margin(b)]),
            Condition::And(a, b) => Self::All(vec![margin(a), margin(b)]),
            Condition::Or(a, b) if is_negated => Self::All(vec![margin(a), margin(b)]),
            Condition::Or(a, b) => Self::Any(vec![margin(a), margin(b)]),
            Condition::Not(a) => Self::of_condition(a, variables, !is_negated),
            Condition::Compare(relation, a, b) => {
                let less = |is_mirrored: bool| affine(a, b, variables, is_mirrored);
                match (relation, is_negated) {
                    (Relation::Less | Relation::LessOrEqual, negated) => less(negated),
                    (Relation::Greater | Relation::GreaterOrEqual, negated) => less(!negated),
                    (Relation::Equal, false) | (Relation::NotEqual, true) => {
                        Self::All(vec![less(false), less(true)])
                    }
                    (Relation::Equal, true) | (Relation::NotEqual, false) => {
                        Self::Any(vec![less(false), less(true)])
                    }
                }
            }
        }
    }

    /// Returns the margin, with `affine` for each affine part.
    pub fn value(&self, affine: &mut impl FnMut(f64, &[f64]) -> f64) -> f64 {
        match self {
            Self::All(parts) => {
                let each = parts.iter().map(|part| part.value(affine));
                each.fold(f64::NEG_INFINITY, f64::max)
            }
            Self::Any(parts) => {
                let each = parts.iter().map(|part| part.value(affine));
                each.fold(f64::INFINITY, f64::min)
            }
            Self::Affine {
                constant,
                coefficients,
            } => affine(*constant, coefficients),
        }
    }

    /// Returns the margin at a point, inputs and outputs.
    pub fn at(&self, values: &[f64]) -> f64 {
        self.value(&mut |constant, coefficients| {
            let terms = coefficients.iter().zip(values);
            terms.fold(
                constant,
                |sum, (c, v)| if *c == 0.0 { sum } else { sum + c * v },
            )
        })
    }
}

/// `a - b`, or `b - a`.
fn affine(a: &Expr, b: &Expr, variables: usize, is_mirrored: bool) -> Margin {
    let difference = if is_mirrored { [b, a] } else { [a, b] };
    let tape = Tape::of_expressions(variables, difference);
    let constants = tape.constants::<Rational>(&());
    let mut scratch = crate::expr::Scratch::default();
    let mut at = |unit: Option<usize>| {
        let mut point = vec![Rational::ZERO; variables];
        if let Some(slot) = unit.and_then(|unit| point.get_mut(unit)) {
            *slot = Rational::ONE;
        }
        let results = tape.evaluate(&constants, &point, &mut scratch);
        match (results.value(0), results.value(1)) {
            (Ok(a), Ok(b)) => a - b,
            _ => Rational::ZERO,
        }
    };
    let constant = at(None);
    let coefficients = (0..variables).map(|k| {
        let is_used = a.uses(k) || b.uses(k);
        if is_used {
            estimate_rational(&(at(Some(k)) - &constant))
        } else {
            0.0
        }
    });
    let coefficients = coefficients.collect();
    Margin::Affine {
        constant: estimate_rational(&constant),
        coefficients,
    }
}

/// A guess: the smaller the margin, the better.
#[derive(Clone, Debug)]
pub struct Guess {
    /// The approximate margin there.
    pub margin: f64,
    /// The inputs.
    pub point: Vec<f64>,
}

/// Searches a box for points at which the margin is small.
pub struct Guesser<'n> {
    /// The network itself, if it has steps: a reduced network may be wrong at single points, such
    /// as the end at which a step is.
    steps: Option<&'n Network>,
    values: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// Points that are tried in a box before the descent.
const POINTS: u32 = 256;
/// All corners are tried up to this many inputs.
const CORNERS: usize = 8;
/// Starting points of a descent.
const STARTS: usize = 6;
const STEPS: usize = 60;

impl<'n> Guesser<'n> {
    /// Prepares a cell.
    pub fn new(cell: &Cell, network: &'n Network) -> Self {
        let sides = cell.intervals().iter();
        let ends = sides.map(|side| (estimate_dyadic(side.inf()), estimate_dyadic(side.sup())));
        let (low, high) = ends.unzip();
        Self {
            steps: network.has_jumps().then_some(network),
            values: Vec::new(),
            low,
            high,
        }
    }

    /// The margin at a point.
    pub fn margin_at(&mut self, margin: &Margin, network: &Reduced, point: &[f64]) -> f64 {
        let outputs = match self.steps {
            Some(network) => {
                let inputs: Vec<Estimate> = point.iter().map(|x| Estimate(*x)).collect();
                let outputs = forward(network, &(), &inputs).unwrap_or_default();
                outputs.into_iter().map(|value| value.0).collect()
            }
            None => estimate_outputs(network, point, &mut self.values),
        };
        if outputs.len() < network.outputs() {
            return f64::INFINITY;
        }
        let mut values = point.to_vec();
        values.extend(outputs);
        let found = margin.at(&values);
        if found.is_nan() { f64::INFINITY } else { found }
    }

    /// Returns the point at these fractions of the sides.
    fn point(&self, fraction: impl Fn(usize) -> f64) -> Vec<f64> {
        let ends = self.low.iter().zip(&self.high).enumerate();
        ends.map(|(i, (low, high))| {
            let fraction = fraction(i);
            if fraction >= 1.0 {
                *high
            } else {
                low + (high - low) * fraction
            }
        })
        .collect()
    }

    /// Tries the middle.
    pub fn middle(&mut self, margin: &Margin, network: &Reduced) -> Guess {
        let point = self.point(|_| 0.5);
        Guess {
            margin: self.margin_at(margin, network, &point),
            point,
        }
    }

    /// Tries a corner: the upper end of each side that `upper` marks.
    pub fn corner(&mut self, margin: &Margin, network: &Reduced, upper: &[bool]) -> Guess {
        let point = self.point(|i| if upper[i] { 1.0 } else { 0.0 });
        Guess {
            margin: self.margin_at(margin, network, &point),
            point,
        }
    }

    /// Tries corners and points all over the box, then descends from the best; returns the best
    /// first. Stops at the first point that seems to satisfy the condition.
    pub fn search(&mut self, margin: &Margin, network: &Reduced) -> Vec<Guess> {
        let inputs = self.low.len();
        let corners = if inputs <= CORNERS {
            1_u32 << inputs
        } else {
            0
        };
        let corner = |k: u32| move |i: usize| f64::from(k >> i & 1);
        // Multiples of square roots of primes fill a box evenly.
        let spread = |k: u32| {
            move |i: usize| {
                let fraction = f64::from(k + 1) * STRIDES[i % STRIDES.len()];
                fraction - libm::floor(fraction)
            }
        };
        let mut guesses = vec![self.middle(margin, network)];
        let points: Vec<Vec<f64>> = (0..corners)
            .map(|k| self.point(corner(k)))
            .chain((0..POINTS).map(|k| self.point(spread(k))))
            .collect();
        for point in points {
            let margin = self.margin_at(margin, network, &point);
            guesses.push(Guess { margin, point });
        }
        guesses.sort_by(|a, b| a.margin.total_cmp(&b.margin));
        guesses.truncate(STARTS);
        if guesses.first().is_some_and(|best| best.margin > 0.0) {
            for guess in &mut guesses {
                self.descend(margin, network, guess);
                if guess.margin <= 0.0 {
                    break;
                }
            }
            guesses.sort_by(|a, b| a.margin.total_cmp(&b.margin));
        }
        guesses
    }

    /// Descends by differences, within the box.
    fn descend(&mut self, margin: &Margin, network: &Reduced, guess: &mut Guess) {
        let inputs = self.low.len();
        let mut reach = 0.25;
        for _ in 0..STEPS {
            if guess.margin <= 0.0 || reach < 1e-7 {
                return;
            }
            // The slope along each side, in units of its length.
            let mut slope = vec![0.0; inputs];
            let mut steepest: f64 = 0.0;
            for (i, slope) in slope.iter_mut().enumerate() {
                let length = self.high[i] - self.low[i];
                let mut point = guess.point.clone();
                let back = point[i] + length * 1e-6 > self.high[i];
                point[i] += if back { -length } else { length } * 1e-6;
                let there = self.margin_at(margin, network, &point);
                *slope = (there - guess.margin) * if back { -1e6 } else { 1e6 };
                steepest = steepest.max(slope.abs());
            }
            if steepest == 0.0 || !steepest.is_finite() {
                return;
            }
            let mut point = guess.point.clone();
            for (i, slope) in slope.iter().enumerate() {
                let step = (self.high[i] - self.low[i]) * reach * slope / steepest;
                point[i] = (point[i] - step).clamp(self.low[i], self.high[i]);
            }
            let found = self.margin_at(margin, network, &point);
            if found < guess.margin {
                *guess = Guess {
                    margin: found,
                    point,
                };
                reach = (reach * 1.5_f64).min(0.5);
            } else {
                reach *= 0.5;
            }
        }
    }
}

/// Fractional parts of square roots of primes.
const STRIDES: [f64; 8] = [
    0.414_213_562_37,
    0.732_050_807_57,
    0.236_067_977_5,
    0.645_751_311_06,
    0.316_624_790_36,
    0.605_551_275_46,
    0.123_105_625_62,
    0.358_898_943_54,
];

/// Returns exact points near a guess, within the box; those with few digits first.
pub fn exact_points(cell: &Cell, guess: &Guess) -> Vec<Vec<Rational>> {
    let near = |bits: i32| -> Option<Vec<Rational>> {
        let each = guess.point.iter().zip(cell.sides()).zip(cell.intervals());
        each.map(|((x, (low, high)), side)| {
            let length = estimate_dyadic(side.wid());
            // To this many bits of the side's length.
            let place = if length > 0.0 {
                let unit = libm::exp2(libm::floor(libm::log2(length)) - f64::from(bits));
                libm::rint(x / unit) * unit
            } else {
                *x
            };
            let exact = exact_dyadic(place)?.to_rational()?;
            // A float at an end means the end itself.
            Some(if estimate_dyadic(side.sup()) <= *x {
                high.clone()
            } else if *x <= estimate_dyadic(side.inf()) {
                low.clone()
            } else {
                exact.max(low.clone()).min(high.clone())
            })
        })
        .collect()
    };
    let mut points: Vec<Vec<Rational>> = [3, 8, 20, 52].into_iter().filter_map(near).collect();
    points.dedup();
    points
}
