//! The target along a segment, in floats, at points that are nearer where it bends or changes more.

use super::greedy::Aim;
use super::line::Segment;
use crate::expr::evaluate::{Constants, Scratch};
use crate::expr::{Domain, Tape, Target};
use crate::numbers::estimate::{Estimate, estimate_rational};

/// An output of a target, to evaluate at many points.
pub struct Profile {
    tape: Tape,
    constants: Constants<Estimate>,
    scratch: Scratch<Estimate>,
    /// The lower end and the length of each side.
    sides: Vec<(f64, f64)>,
    point: Vec<Estimate>,
}

impl Profile {
    pub fn new(target: &Target, domain: &Domain, output: usize) -> Self {
        let outputs = target.output_expressions();
        let tape = Tape::of_expressions(domain.dimension(), outputs.get(output));
        let sides = domain.sides().iter();
        Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            sides: sides
                .map(|(low, high)| (estimate_rational(low), estimate_rational(&(high - low))))
                .collect(),
            point: Vec::new(),
            tape,
        }
    }

    /// The value at a point whose coordinates are fractions of the sides; `None` if there is none.
    pub fn value(&mut self, fractions: impl Iterator<Item = f64>) -> Option<f64> {
        self.point.clear();
        let sides = self.sides.iter().zip(fractions);
        (self.point).extend(sides.map(|((low, length), part)| Estimate(low + length * part)));
        let results = (self.tape).evaluate(&self.constants, &self.point, &mut self.scratch);
        let value = results.value(0).ok()?.0;
        value.is_finite().then_some(value)
    }

    /// The value at a parameter of a segment.
    pub fn at(&mut self, segment: &Segment, t: f64) -> Option<f64> {
        self.value(segment.at(t))
    }
}

/// How closely a curve is looked at.
#[derive(Clone, Copy)]
pub struct Resolution {
    /// The number of equal parts to begin with: a power of two.
    parts: u32,
    /// A part is halved at most this often.
    depth: u32,
    /// A part becomes at most this many.
    most: usize,
    /// What is seen is this small beside the tolerance.
    fineness: f64,
}

impl Resolution {
    /// To compare lines.
    pub const COARSE: Self = Self {
        parts: 128,
        depth: 10,
        most: 64,
        fineness: 30.0,
    };
    /// For the certificate.
    pub const FINE: Self = Self {
        parts: 4096,
        depth: 32,
        most: 2048,
        fineness: 400.0,
    };
}

/// The largest number of points of a curve. For jumps an eighth of it is enough for as many pairs as are
/// looked for.
const MOST_POINTS: usize = 1 << 20;
/// For jumps the values of neighbours differ by at most this part of twice the tolerance.
const LEVEL: f64 = 0.15;

/// Points of a curve, with parameters that increase.
#[derive(Default)]
pub struct Curve {
    pub points: Vec<(f64, f64)>,
    /// The largest value in size.
    pub size: f64,
}

impl Curve {
    /// Looks at the target along a segment. A part is halved while its middle is far from the chord, or,
    /// for jumps, while its ends are far apart. Points without a value are left out.
    pub fn along(
        profile: &mut Profile,
        segment: &Segment,
        aim: Aim,
        twice: f64,
        resolution: Resolution,
    ) -> Self {
        let mut curve = Self::default();
        let parts = f64::from(resolution.parts);
        let mut at = |t: f64| profile.at(segment, t);
        let mut values: Vec<(f64, Option<f64>)> = Vec::new();
        for k in 0..=resolution.parts {
            let t = f64::from(k) / parts;
            values.push((t, at(t)));
        }
        let sizes = values.iter().filter_map(|(_, value)| *value);
        curve.size = sizes.fold(0.0, |size, value| size.max(value.abs()));
        // Rounding errors are no bends.
        let least = curve.size * 1e-13;
        let near = (twice / resolution.fineness).max(least);
        let level = (LEVEL * twice).max(least);
        let most_points = match aim {
            Aim::Kinks => MOST_POINTS,
            Aim::Jumps => MOST_POINTS / 8,
        };
        for ends in values.windows(2) {
            let &[first, last] = ends else { continue };
            curve.push(first);
            let mut waiting = vec![(first, last, 0)];
            let mut count = 0;
            while let Some((first, last, depth)) = waiting.pop() {
                let t = 0.5 * (first.0 + last.0);
                let middle = (t, at(t));
                let is_straight = match (first.1, middle.1, last.1) {
                    (Some(a), Some(m), Some(b)) => match aim {
                        Aim::Kinks => (m - 0.5 * (a + b)).abs() <= near,
                        Aim::Jumps => (a - m).abs().max((b - m).abs()) <= level,
                    },
                    (None, None, None) => true,
                    _ => false,
                };
                let is_full = count >= resolution.most || curve.points.len() >= most_points;
                if is_straight || is_full || depth >= resolution.depth {
                    curve.push(middle);
                    if waiting.is_empty() {
                        break;
                    }
                    curve.push(last);
                } else {
                    count += 1;
                    waiting.push((middle, last, depth + 1));
                    waiting.push((first, middle, depth + 1));
                }
            }
        }
        if let Some(last) = values.last() {
            curve.push(*last);
        }
        curve
    }

    fn push(&mut self, (t, value): (f64, Option<f64>)) {
        if let Some(value) = value {
            self.points.push((t, value));
            self.size = self.size.max(value.abs());
        }
    }
}
