//! Integrals of the error, and misclassified areas: the box with the widest enclosure is cut.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use steeple::certificate::{Norm, Question};
use steeple::network::Network;
use steeple::numbers::{Failure, Truth};

use super::error::Enclosure;
use super::pieces::{Difference, Piece, Sharp};
use crate::span::{Span, exact_of};

/// A box with its contribution.
struct Open {
    contribution: Span,
    piece: Piece,
    axis: usize,
}

impl Open {
    fn width(&self) -> f64 {
        self.contribution.high - self.contribution.low
    }
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
        self.width().total_cmp(&other.width())
    }
}

/// The summand.
struct Summand<'a> {
    difference: &'a Difference,
    norm: Norm,
    threshold: Span,
}

/// Encloses an integral like [`supremum`](super::supremum::supremum) encloses the largest error.
/// Ends of the domain that are not floats are moved slightly outside; the lower end is corrected
/// for that.
pub fn integral(network: &Network, question: &Question, budget: usize, gap: f64) -> Enclosure {
    let difference = Difference::new(network, question);
    let threshold = question.threshold.as_ref();
    let summand = Summand {
        difference: &difference,
        norm: question.norm,
        threshold: threshold.map_or(Span::ZERO, Span::from_rational),
    };
    let mut open = BinaryHeap::from([summand.bound(Piece::of(question.domain.sides()))]);
    let mut closed = Vec::new();
    let (mut visited, mut checked) = (1, 0);
    while let Some(worst) = open.pop() {
        let halves = worst.piece.halves(worst.axis);
        match halves.filter(|_| visited < budget && worst.width() > 0.0) {
            Some(halves) => open.extend(halves.map(|half| summand.bound(half))),
            None => closed.push(worst.contribution),
        }
        visited += 2;
        // The sum is recomputed only occasionally, because it takes long.
        if visited >= 2 * checked + 64 {
            checked = visited;
            let all = total(&open, &closed);
            if all.high - all.low <= gap * all.high {
                break;
            }
        }
        if visited >= budget {
            break;
        }
    }
    let all = total(&open, &closed);
    Enclosure {
        low: exact_of((all.low - outside(&summand, question)).max(0.0)).unwrap_or_default(),
        high: exact_of(all.high),
    }
}

/// Returns a bound of the contribution of the parts of boxes outside the domain, if its ends are
/// not floats.
fn outside(summand: &Summand<'_>, question: &Question) -> f64 {
    let outer = Piece::of(question.domain.sides());
    let ends = question.domain.sides().iter();
    let inner = ends.map(|(low, high)| {
        let (low, high) = (Span::from_rational(low), Span::from_rational(high));
        Span::new(low.high, high.low.max(low.high))
    });
    let inner = Piece {
        sides: inner.collect(),
    };
    if inner.sides == outer.sides {
        return 0.0;
    }
    let strip = Span::point(outer.volume().high).minus(Span::point(inner.volume().low));
    let most = match summand.norm {
        Norm::Area => 1.0,
        _ => summand.mean_bound(&outer),
    };
    Span::point(most).times(strip).high
}

fn total(open: &BinaryHeap<Open>, closed: &[Span]) -> Span {
    let open = open.iter().map(|open| open.contribution);
    let all = open.chain(closed.iter().copied());
    let all = all.fold(Span::ZERO, Span::plus);
    Span::new(all.low.max(0.0), all.high)
}

impl Summand<'_> {
    fn bound(&self, piece: Piece) -> Open {
        let found = match self.norm {
            Norm::Area => self.decided(&piece),
            _ => self.mean(&piece),
        };
        let even = vec![1.0; piece.sides.len()];
        let (mean, weights) = found.unwrap_or_else(|_| {
            let most = if self.norm == Norm::Area {
                1.0
            } else {
                f64::INFINITY
            };
            (Span::new(0.0, most), even.clone())
        });
        let is_bounded = weights.iter().all(|weight| weight.is_finite());
        let axis = if is_bounded && weights.iter().any(|weight| *weight > 0.0) {
            piece.longest(&weights)
        } else {
            piece.longest(&even)
        };
        let contribution = mean.times(piece.volume());
        Open {
            contribution: Span::new(contribution.low.max(0.0), contribution.high),
            piece,
            axis,
        }
    }

    /// A bound of the error, or of its square, on a box.
    fn mean_bound(&self, piece: &Piece) -> f64 {
        let Ok(outputs) = self.difference.over(&piece.sides) else {
            return f64::INFINITY;
        };
        let sum = outputs.iter().fold(Span::ZERO, |sum, jet| {
            sum.plus(match self.norm {
                Norm::L2 => jet.value.squared(),
                _ => jet.value.size(),
            })
        });
        sum.high
    }

    /// Is the decision wrong on a box? 0, 1 or between.
    fn decided(&self, piece: &Piece) -> Result<(Span, Vec<f64>), Failure> {
        let (value, region) = self.difference.decision(&piece.sides)?;
        let decision = if value.low >= self.threshold.high {
            Truth::True
        } else if value.high < self.threshold.low {
            Truth::False
        } else {
            Truth::Unknown
        };
        let mean = match (decision, region) {
            (Truth::Unknown, _) | (_, Truth::Unknown) => Span::new(0.0, 1.0),
            (a, b) => Span::point(f64::from(u8::from(a != b))),
        };
        Ok((mean, vec![1.0; piece.sides.len()]))
    }

    /// Returns the mean of the error, or of its square, on a box; and how much each input matters.
    fn mean(&self, piece: &Piece) -> Result<(Span, Vec<f64>), Failure> {
        let outputs = self.difference.sharp(piece)?;
        let mut weights = vec![0.0; piece.sides.len()];
        let mut sum = Span::ZERO;
        for output in &outputs {
            for (weight, slope) in weights.iter_mut().zip(&output.slopes) {
                *weight += slope.mag();
            }
            sum = sum.plus(match self.norm {
                Norm::L2 => mean_square(output, piece),
                _ => mean_size(output, piece),
            });
        }
        Ok((sum, weights))
    }
}

/// Returns the mean of `|g|`. Without a change of sign it is `|mean of g|`: the value at the
/// middle, up to the spread of the slopes times the mean distance, which is a quarter of each side.
fn mean_size(output: &Sharp, piece: &Piece) -> Span {
    let plain = output.range.size();
    if output.range.has_zero() {
        return plain;
    }
    let sides = piece.sides.iter().zip(&output.slopes);
    let spread = sides.fold(0.0, |sum, (side, slope)| {
        (sum + slope.rad() * (side.high - side.low) / 4.0).next_up()
    });
    let mean = output.centre.plus(Span::symmetric(spread * (1.0 + 1e-12)));
    plain.intersection(mean.size())
}

/// Returns the mean of `g²`: that of the plane through the middle, `c² + Σ s² h²/12`, up to the
/// remainder.
fn mean_square(output: &Sharp, piece: &Piece) -> Span {
    let plain = output.range.squared();
    let (mut plane, mut largest) = (output.centre.squared(), output.centre.mag());
    let (mut spread, mut most) = (0.0, 0.0);
    for (side, slope) in piece.sides.iter().zip(&output.slopes) {
        let length = side.high - side.low;
        let middle = slope.mid();
        let part = Span::point(middle).times(Span::point(length)).squared();
        plane = plane.plus(part.times(Span::new(1.0 / 12.0, (1.0f64 / 12.0).next_up())));
        largest += middle.abs() * length / 2.0;
        spread += slope.rad() * length / 4.0;
        most += slope.rad() * length / 2.0;
    }
    let remainder = (2.0 * largest * spread + most * most) * (1.0 + 1e-12);
    let mean = plane.plus(Span::symmetric(remainder));
    if remainder.is_finite() {
        plain.intersection(mean)
    } else {
        plain
    }
}
