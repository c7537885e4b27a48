//! Boxes of floats, and the error on one of them.

use steeple::certificate::Question;
use steeple::network::Network;
use steeple::numbers::{Failure, Rational};

use crate::evaluate::{Formulas, Units};
use crate::jet::{INPUTS, Jet};
use crate::span::Span;

/// A box.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its sides.
    pub sides: Vec<Span>,
}

impl Piece {
    /// The smallest box of floats that holds one of fractions.
    pub fn of(sides: &[(Rational, Rational)]) -> Self {
        let side = |(low, high): &(Rational, Rational)| {
            Span::new(Span::from_rational(low).low, Span::from_rational(high).high)
        };
        Self {
            sides: sides.iter().map(side).collect(),
        }
    }

    /// Returns the two halves across an input, if there is a float between.
    pub fn halves(&self, axis: usize) -> Option<[Self; 2]> {
        let side = self.sides[axis];
        let middle = side.mid();
        if middle <= side.low || middle >= side.high {
            return None;
        }
        let with = |side: Span| {
            let mut half = self.clone();
            half.sides[axis] = side;
            half
        };
        Some([
            with(Span::new(side.low, middle)),
            with(Span::new(middle, side.high)),
        ])
    }

    /// The middle.
    pub fn middle(&self) -> Vec<f64> {
        self.sides.iter().map(|side| side.mid()).collect()
    }

    /// The volume.
    pub fn volume(&self) -> Span {
        let lengths = self.sides.iter();
        lengths.fold(Span::point(1.0), |volume, side| {
            volume.times(Span::point(side.high).minus(Span::point(side.low)))
        })
    }

    /// Returns the input with the longest side, weighted by these numbers.
    pub fn longest(&self, weights: &[f64]) -> usize {
        let lengths = self.sides.iter().zip(weights);
        let lengths = lengths.map(|(side, weight)| (side.high - side.low) * weight);
        let mut best = (0, f64::NEG_INFINITY);
        for (axis, length) in lengths.enumerate() {
            if length > best.1 {
                best = (axis, length);
            }
        }
        best.0
    }
}

/// A question prepared for float intervals.
pub struct Difference {
    network: Units<Jet>,
    target: Formulas<Jet>,
    inputs: usize,
    /// Can a single point be an exception?
    pub jumps: bool,
}

impl Difference {
    /// Prepares a question.
    pub fn new(network: &Network, question: &Question) -> Self {
        Self {
            network: Units::new(&(), network),
            target: Formulas::new(&(), &question.target),
            inputs: question.domain.dimension(),
            jumps: network.has_jumps() || question.target.indicator().has_jumps(),
        }
    }

    fn jets(sides: &[Span]) -> Vec<Jet> {
        let sides = sides.iter().enumerate();
        sides.map(|(k, side)| Jet::input(k, *side)).collect()
    }

    /// Network minus target on a box, output by output.
    ///
    /// - Errors: [`Failure`] where one of them has no value.
    pub fn over(&self, sides: &[Span]) -> Result<Vec<Jet>, Failure> {
        let inputs = Self::jets(sides);
        let values = self.network.at(&(), &inputs)?;
        let targets = self.target.values(&(), &inputs)?;
        let pairs = values.iter().zip(&targets);
        Ok(pairs
            .map(|(value, target)| steeple::numbers::Scalar::sub(value, target))
            .collect())
    }

    /// Returns the outputs of the network on a box, and whether the region holds there.
    ///
    /// - Errors: [`Failure`] where one of them has no value.
    pub fn decision(&self, sides: &[Span]) -> Result<(Span, steeple::numbers::Truth), Failure> {
        let inputs = Self::jets(sides);
        let values = self.network.at(&(), &inputs)?;
        let value = values.first().ok_or(Failure::Undefined)?;
        Ok((value.value, self.target.truth(&inputs)?))
    }

    /// Returns the range of an output from the faces where it is extreme by its slopes, if some
    /// slopes have a sign.
    fn on_faces(&self, piece: &Piece, output: usize, jet: &Jet) -> Span {
        let mut faces = [piece.sides.clone(), piece.sides.clone()];
        let mut is_useful = false;
        for (axis, (side, slope)) in piece.sides.iter().zip(&jet.slopes).enumerate() {
            let ends = [Span::point(side.low), Span::point(side.high)];
            let order = match (slope.low >= 0.0, slope.high <= 0.0) {
                (true, _) => [0, 1],
                (_, true) => [1, 0],
                _ => continue,
            };
            is_useful = true;
            for (face, end) in faces.iter_mut().zip(order) {
                face[axis] = ends[end];
            }
        }
        if !is_useful {
            return Span::WHOLE;
        }
        let value = |face: &[Span]| self.over(face).map(|all| all[output].value);
        match (value(&faces[0]), value(&faces[1])) {
            (Ok(low), Ok(high)) => Span::new(low.low, high.high),
            _ => Span::WHOLE,
        }
    }

    /// Returns the difference on a box, with the values at its middle: sharper on small boxes.
    ///
    /// - Errors: as [`Difference::over`].
    pub fn sharp(&self, piece: &Piece) -> Result<Vec<Sharp>, Failure> {
        let wide = self.over(&piece.sides)?;
        let middle = piece.middle();
        let points: Vec<Span> = middle.iter().map(|x| Span::point(*x)).collect();
        let centre = self.over(&points);
        let away = |k: usize| piece.sides[k].minus(points[k]);
        Ok(wide
            .into_iter()
            .enumerate()
            .map(|(output, jet)| {
                let centre = centre.as_ref().map_or(Span::WHOLE, |all| all[output].value);
                let terms = (0..self.inputs.min(INPUTS)).map(|k| jet.slopes[k].times(away(k)));
                let mean = terms.fold(centre, Span::plus);
                let range = jet.value.intersection(mean);
                let range = range.intersection(self.on_faces(piece, output, &jet));
                Sharp {
                    range,
                    centre,
                    slopes: jet.slopes,
                }
            })
            .collect())
    }
}

/// One output on a box.
#[derive(Clone, Debug)]
pub struct Sharp {
    /// Its values.
    pub range: Span,
    /// Its value in the middle.
    pub centre: Span,
    /// Its slopes.
    pub slopes: [Span; INPUTS],
}
