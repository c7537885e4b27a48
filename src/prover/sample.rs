//! Guesses where the error is large, in floats.

use std::sync::Arc;

use crate::bounds::{Cell, OnCell};
use crate::certificate::Witness;
use crate::expr::evaluate::{Constants, Scratch};
use crate::expr::{Tape, Target};
use crate::network::{Reduced, estimate_outputs};
use crate::numbers::estimate::{Estimate, estimate_dyadic};
use crate::numbers::{Interval, Rational};

/// Estimates the error of a network at points.
pub struct Sampler {
    tape: Tape,
    constants: Constants<Estimate>,
    scratch: Scratch<Estimate>,
    values: Vec<f64>,
    /// Does a witness need a box around it?
    jumps: bool,
}

/// A point with an estimate of the error there.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The estimated error.
    pub estimate: f64,
    /// The point.
    pub witness: Witness,
    /// The network on a cell that contains it.
    pub network: Arc<OnCell>,
}

impl Sampler {
    /// Prepares a target.
    pub fn new(target: &Target, jumps: bool) -> Self {
        let tape = Tape::new(&target.indicator());
        Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            values: Vec::new(),
            tape,
            jumps,
        }
    }

    /// Estimates the error of the worst output at a point.
    pub fn error_at(&mut self, network: &Reduced, point: &[f64]) -> Option<f64> {
        let outputs = estimate_outputs(network, point, &mut self.values);
        let inputs: Vec<Estimate> = point.iter().map(|x| Estimate(*x)).collect();
        let results = self
            .tape
            .evaluate(&self.constants, &inputs, &mut self.scratch);
        let mut worst: f64 = 0.0;
        for (k, value) in outputs.iter().enumerate() {
            let error = (value - results.value(k).ok()?.0).abs();
            if error.is_nan() {
                return None;
            }
            worst = worst.max(error);
        }
        Some(worst)
    }

    /// Tries the middle and the corners of a cell; returns the point with the largest error.
    pub fn try_cell(&mut self, cell: &Cell, network: &Arc<OnCell>) -> Option<Candidate> {
        let inputs = cell.sides().len();
        // Slightly inside the corners if something may jump at them.
        let inset = if self.jumps {
            Rational::power_of_two(-8)
        } else {
            Rational::ZERO
        };
        let corners = if inputs <= 4 { 1_u32 << inputs } else { 0 };
        let mut best: Option<(f64, u32)> = None;
        let place = |choice: u32, i: usize| -> Rational {
            let (low, high) = &cell.sides()[i];
            if choice == corners {
                return low.midpoint(high);
            }
            let step = (high - low) * &inset;
            if choice >> i & 1 == 0 {
                low + &step
            } else {
                high - &step
            }
        };
        let float = |choice: u32, i: usize| -> f64 {
            let side = &cell.intervals()[i];
            let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
            let inset = if self.jumps { 1.0 / 256.0 } else { 0.0 };
            if choice == corners {
                f64::midpoint(low, high)
            } else if choice >> i & 1 == 0 {
                low + (high - low) * inset
            } else {
                high - (high - low) * inset
            }
        };
        let points: Vec<Vec<f64>> = (0..=corners)
            .map(|choice| (0..inputs).map(|i| float(choice, i)).collect())
            .collect();
        for (choice, point) in (0..=corners).zip(&points) {
            if let Some(error) = self.error_at(network, point)
                && best.is_none_or(|(most, _)| error > most)
            {
                best = Some((error, choice));
            }
        }
        let (estimate, choice) = best?;
        let point = (0..inputs).map(|i| place(choice, i)).collect();
        let radius = if self.jumps {
            let shortest = cell.sides().iter().map(|(low, high)| high - low).min()?;
            shortest * Rational::power_of_two(-12)
        } else {
            Rational::ZERO
        };
        Some(Candidate {
            estimate,
            witness: Witness { point, radius },
            network: Arc::clone(network),
        })
    }
}

/// Points that fill a box evenly (Roberts 2018: steps along powers of the root of `g^(d+1) = g + 1`).
pub fn even_points(sides: &[Interval], count: u32) -> impl Iterator<Item = Vec<f64>> {
    let root = 1.0 / (sides.iter().map(|_| 1.0).sum::<f64>() + 1.0);
    let mut g: f64 = 1.5;
    for _ in 0..30 {
        g = libm::pow(1.0 + g, root);
    }
    (0..count).map(move |n| {
        let mut step = 1.0;
        let places = sides.iter().map(|side| {
            step /= g;
            let place = 0.5 + f64::from(n) * step;
            let (low, high) = (estimate_dyadic(side.inf()), estimate_dyadic(side.sup()));
            low + (high - low) * (place - libm::floor(place))
        });
        places.collect()
    })
}
