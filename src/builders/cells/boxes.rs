//! Boxes that are halved where the target changes most, until there are enough.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::builders::request::{Request, slopes_upper};
use crate::builders::sample::range_width;
use crate::expr::{Domain, Expr};
use crate::numbers::Rational;

/// A box of the domain.
#[derive(Clone, Debug)]
pub struct Piece {
    /// One side for each input.
    pub sides: Vec<(Rational, Rational)>,
    /// The sum of `L_i h_i` with the slopes on this box, or twice the width of the range if the slopes
    /// have no bound: the target differs from its value at the centre by at most half of this. `None`
    /// if the range has no bound either.
    pub spread: Option<Rational>,
    /// `L_i h_i` for each input; without slopes, `h_i` as a part of the domain's side.
    along: Vec<Rational>,
    /// The number of the box in the order of creation, which orders equal boxes.
    number: usize,
}

impl Piece {
    fn new(
        sides: Vec<(Rational, Rational)>,
        formulas: &[Expr],
        domain: &Domain,
        number: usize,
    ) -> Self {
        let length = |(low, high): &(Rational, Rational)| high - low;
        let part = Domain::new(domain.names().to_vec(), sides.clone()).ok();
        let slopes = part.and_then(|part| slopes_upper(formulas, &part));
        let along: Vec<Rational> = if let Some(slopes) = &slopes {
            let sides = slopes.iter().zip(&sides);
            sides.map(|(slope, side)| slope * &length(side)).collect()
        } else {
            let sides = sides.iter().zip(domain.sides());
            sides
                .map(|(side, whole)| length(side) / length(whole))
                .collect()
        };
        let spread = match slopes {
            Some(_) => Some(along.iter().sum()),
            None => range_width(formulas, &sides).map(|width| &width + &width),
        };
        Self {
            sides,
            spread,
            along,
            number,
        }
    }

    /// The centre.
    pub fn centre(&self) -> Vec<Rational> {
        let sides = self.sides.iter();
        sides.map(|(low, high)| (low + high).half()).collect()
    }

    /// Halves the box across the input in which the target changes most.
    fn halves(&self) -> [Vec<(Rational, Rational)>; 2] {
        let mut most = 0;
        for (axis, along) in self.along.iter().enumerate() {
            if *along > self.along[most] {
                most = axis;
            }
        }
        let (low, high) = &self.sides[most];
        let middle = (low + high).half();
        let with = |side| {
            let mut sides = self.sides.clone();
            sides[most] = side;
            sides
        };
        [
            with((low.clone(), middle.clone())),
            with((middle, high.clone())),
        ]
    }
}

impl Ord for Piece {
    /// The greatest box is halved first: boxes without a bound, then the largest bound, then the oldest.
    fn cmp(&self, other: &Self) -> Ordering {
        let spread = match (&self.spread, &other.spread) {
            (Some(a), Some(b)) => a.cmp(b),
            (None, None) => self.along.iter().max().cmp(&other.along.iter().max()),
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        spread.then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Piece {}

/// Halves the domain until there are this many boxes, or until the spread of each is at most `enough`.
/// The order of the boxes is always the same.
pub fn subdivide(request: &Request, count: usize, enough: &Rational) -> Vec<Piece> {
    let formulas = request.target.output_expressions();
    let sides = request.domain.sides().to_vec();
    let piece = |sides, number| Piece::new(sides, &formulas, request.domain, number);
    let mut open = BinaryHeap::from([piece(sides, 0)]);
    let mut made = 1;
    while open.len() < count {
        let is_enough = |piece: &Piece| piece.spread.as_ref().is_some_and(|s| s <= enough);
        let Some(worst) = open.pop() else { break };
        if is_enough(&worst) {
            open.push(worst);
            break;
        }
        for half in worst.halves() {
            open.push(piece(half, made));
            made += 1;
        }
    }
    let mut pieces = open.into_vec();
    pieces.sort_by(|a, b| a.sides.cmp(&b.sides));
    pieces
}

/// The largest spread; `None` if a box has no bound.
pub fn worst_spread(pieces: &[Piece]) -> Option<Rational> {
    let spreads = pieces.iter().map(|piece| piece.spread.clone());
    spreads.collect::<Option<Vec<_>>>()?.into_iter().max()
}
