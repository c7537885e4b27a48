//! The largest error, by cutting the box with the largest bound.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use steeple::certificate::Question;
use steeple::network::Network;
use steeple::numbers::{Precise, Rational, Scalar};

use super::error::Enclosure;
use super::pieces::{Difference, Piece, Sharp};
use crate::evaluate::{Formulas, Units};
use crate::span::{Span, exact_of};

/// Bits of the arithmetic at single points.
const BITS: u32 = 200;
/// The size of boxes around points that may be exceptions, as a fraction of the domain's sides: a
/// power of two.
const AROUND: i32 = -40;

/// An open box.
struct Open {
    upper: f64,
    piece: Piece,
    axis: usize,
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Open {}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.upper.total_cmp(&other.upper)
    }
}

/// The state of a search.
struct Search<'a> {
    difference: &'a Difference,
    /// Floats that are certainly in the domain.
    inner: Vec<Span>,
    lower: f64,
    best: Option<Vec<f64>>,
    visited: usize,
}

/// Encloses the essential supremum of the error, with at most this many boxes, until the relative
/// gap is small enough.
pub fn supremum(network: &Network, question: &Question, budget: usize, gap: f64) -> Enclosure {
    let difference = Difference::new(network, question);
    let domain = Piece::of(question.domain.sides());
    let mut search = Search {
        difference: &difference,
        inner: inner(question.domain.sides()),
        lower: 0.0,
        best: None,
        visited: 0,
    };
    let mut open = BinaryHeap::from([search.bound(domain)]);
    let mut closed: f64 = 0.0;
    while let Some(worst) = open.pop() {
        let is_near = worst.upper - search.lower <= gap * worst.upper.max(0.0);
        let halves = worst.piece.halves(worst.axis);
        let is_enough = is_near || search.visited >= budget;
        if let Some(halves) = halves.filter(|_| !is_enough) {
            open.extend(halves.map(|half| search.bound(half)));
            continue;
        }
        closed = closed.max(worst.upper);
        if is_enough {
            break;
        }
    }
    search.polish();
    let best = search.best.take();
    let low = exact_of(search.lower.max(0.0)).unwrap_or_default();
    let refined = best.and_then(|point| at_point(network, question, &point, difference.jumps));
    Enclosure {
        low: refined.map_or(low.clone(), |refined| refined.max(low)),
        high: exact_of(closed.max(search.lower)),
    }
}

impl Search<'_> {
    /// Bounds the error on a box, and tries a point of it.
    fn bound(&mut self, piece: Piece) -> Open {
        self.visited += 1;
        let found = self.difference.sharp(&piece);
        let Ok(outputs) = found else {
            let axis = piece.longest(&vec![1.0; piece.sides.len()]);
            return Open {
                upper: f64::INFINITY,
                piece,
                axis,
            };
        };
        let worst = outputs
            .iter()
            .max_by(|a, b| a.range.mag().total_cmp(&b.range.mag()));
        let worst = worst.expect("a network has an output");
        let upper = worst.range.mag();
        self.try_point(&piece, worst);
        let weights: Vec<f64> = worst.slopes.iter().map(|slope| slope.mag()).collect();
        let is_bounded = weights.iter().all(|weight| weight.is_finite());
        let axis = if is_bounded && weights.iter().any(|weight| *weight > 0.0) {
            piece.longest(&weights)
        } else {
            piece.longest(&vec![1.0; piece.sides.len()])
        };
        Open { upper, piece, axis }
    }

    /// Tries the point of a box in the direction of the slopes.
    fn try_point(&mut self, piece: &Piece, output: &Sharp) {
        let sign = if output.centre.mid() < 0.0 { -1.0 } else { 1.0 };
        let sides = piece.sides.iter().zip(&output.slopes);
        let point = sides
            .map(|(side, slope)| {
                if slope.low * sign > 0.0 && slope.high * sign > 0.0 {
                    side.high
                } else if slope.low * sign < 0.0 && slope.high * sign < 0.0 {
                    side.low
                } else {
                    side.mid()
                }
            })
            .collect();
        self.try_at(point);
    }

    /// Is the error at (or around) a point the largest so far?
    fn try_at(&mut self, point: Vec<f64>) -> bool {
        let around = self.box_near(&point);
        let Ok(found) = self.difference.over(&around) else {
            return false;
        };
        let sizes = found.iter().map(|jet| jet.value.mig());
        let lower = sizes.fold(0.0, f64::max);
        let is_larger = lower > self.lower;
        if is_larger {
            self.lower = lower;
            self.best = Some(point);
        }
        is_larger
    }

    /// Moves from the best point to better ones next to it, in ever smaller steps.
    fn polish(&mut self) {
        let lengths: Vec<f64> = self.inner.iter().map(|side| side.high - side.low).collect();
        for power in 4..40 {
            for (axis, length) in lengths.iter().enumerate() {
                let step = libm::ldexp(*length, -power);
                for step in [step, -step] {
                    let Some(mut point) = self.best.clone() else {
                        return;
                    };
                    point[axis] += step;
                    let mut steps = 0;
                    while steps < 4 && self.try_at(point.clone()) {
                        point[axis] += step;
                        steps += 1;
                    }
                }
            }
        }
    }

    /// The point, or a small box around it within the domain.
    fn box_near(&self, point: &[f64]) -> Vec<Span> {
        let sides = self.inner.iter().zip(point);
        sides
            .map(|(side, x)| {
                let x = x.max(side.low).min(side.high);
                if !self.difference.jumps {
                    return Span::point(x);
                }
                let radius = (side.high - side.low) * libm::ldexp(1.0, AROUND);
                Span::new((x - radius).max(side.low), (x + radius).min(side.high))
            })
            .collect()
    }
}

/// The largest box of floats within one of fractions.
fn inner(sides: &[(Rational, Rational)]) -> Vec<Span> {
    let side = |(low, high): &(Rational, Rational)| {
        let (low, high) = (Span::from_rational(low).high, Span::from_rational(high).low);
        Span::new(low, high.max(low))
    };
    sides.iter().map(side).collect()
}

/// Returns the error at a point, by fractions if possible, else at 200 bits; around it if the point
/// itself may be an exception.
fn at_point(
    network: &Network,
    question: &Question,
    point: &[f64],
    jumps: bool,
) -> Option<Rational> {
    let sides = question.domain.sides().iter().zip(point);
    let point =
        sides.map(|((low, high), x)| Some(exact_of(*x)?.max(low.clone()).min(high.clone())));
    let point = point.collect::<Option<Vec<Rational>>>()?;
    let radius = if jumps {
        Rational::power_of_two(AROUND)
    } else {
        Rational::ZERO
    };
    error_around(network, question, &point, &radius)
}

/// Returns a lower bound of the error on the points of the domain within a radius of a point;
/// `None` if there is none.
pub fn error_around(
    network: &Network,
    question: &Question,
    point: &[Rational],
    radius: &Rational,
) -> Option<Rational> {
    if !question.domain.contains(point) || radius.is_negative() {
        return None;
    }
    if radius.is_zero()
        && let Some(exact) = exact_error(network, question, point)
    {
        return Some(exact);
    }
    let sides = question.domain.sides().iter().zip(point);
    let inputs: Vec<Precise> = sides
        .map(|((low, high), x)| {
            let (from, to) = (
                (x - radius).max(low.clone()),
                (x + radius).min(high.clone()),
            );
            Precise::constant(&BITS, &from).hull(&Precise::constant(&BITS, &to))
        })
        .collect();
    let values = Units::new(&BITS, network).at(&BITS, &inputs).ok()?;
    let targets = Formulas::new(&BITS, &question.target);
    let targets = targets.values(&BITS, &inputs).ok()?;
    let sizes = values.iter().zip(&targets).filter_map(|(value, target)| {
        let difference = value.sub(target);
        let (low, high) = (difference.lower()?, difference.upper()?);
        Some(low.max(-high).max(Rational::ZERO))
    });
    sizes.max()
}

/// Returns the error at a point, if it is rational.
fn exact_error(network: &Network, question: &Question, point: &[Rational]) -> Option<Rational> {
    let targets = Formulas::<Rational>::new(&(), &question.target);
    let targets = targets.values(&(), point).ok()?;
    let values = Units::<Rational>::new(&(), network).at(&(), point).ok()?;
    let sizes = values.iter().zip(&targets).map(|(a, b)| (a - b).abs());
    sizes.max()
}
