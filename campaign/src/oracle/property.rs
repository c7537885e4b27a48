//! Claims about properties.

use std::collections::VecDeque;

use steeple::certificate::{Evidence, PropertyCertificate};
use steeple::expr::Case;
use steeple::network::Network;
use steeple::numbers::{Precise, Rational, Scalar, Truth};

use super::Verdict;
use super::pieces::Piece;
use crate::evaluate::{Formulas, Units};
use crate::span::Span;

/// Bits of the arithmetic at witnesses.
const BITS: u32 = 400;

/// Does the claim of a certificate hold? A witness is judged exactly, or at 400 bits. The claim
/// that no point is unsafe is refuted by a point, and proved by boxes on which the condition
/// certainly fails; at most `budget` boxes per case.
pub fn judge_property(
    network: &Network,
    certificate: &PropertyCertificate,
    budget: usize,
) -> Verdict {
    let cases = certificate.property.cases();
    match &certificate.evidence {
        Evidence::Point { case, point } => match cases.get(*case) {
            Some(case) => is_unsafe(network, case, point),
            None => Verdict::False("there is no such case".into()),
        },
        Evidence::Trees { .. } => {
            let all = cases.iter().map(|case| is_safe(network, case, budget));
            all.fold(Verdict::True, Verdict::and)
        }
    }
}

/// Is a point in its box, and does the condition hold there?
fn is_unsafe(network: &Network, case: &Case, point: &[Rational]) -> Verdict {
    let sides = case.sides();
    let inside = |((low, high), x): (&(Rational, Rational), &Rational)| low <= x && x <= high;
    if point.len() != sides.len() || !sides.iter().zip(point).all(inside) {
        return Verdict::False("the witness is not in its box".into());
    }
    let exact = truth_at::<Rational>(&(), network, case, point);
    let truth = exact.or_else(|| truth_at::<Precise>(&BITS, network, case, point));
    match truth {
        Some(Truth::True) => Verdict::True,
        Some(Truth::False) => Verdict::False("the witness is safe".into()),
        _ => Verdict::Unknown,
    }
}

/// The condition at a point, over one arithmetic.
fn truth_at<S: Scalar>(
    context: &S::Context,
    network: &Network,
    case: &Case,
    point: &[Rational],
) -> Option<Truth> {
    let mut values: Vec<S> = point.iter().map(|x| S::constant(context, x)).collect();
    let outputs = Units::new(context, network).at(context, &values).ok()?;
    values.extend(outputs);
    let condition = Formulas::new(context, case.condition());
    condition.truth(&values).ok()
}

/// Does the condition fail everywhere in the box of its case?
fn is_safe(network: &Network, case: &Case, budget: usize) -> Verdict {
    let units = Units::<Span>::new(&(), network);
    let condition = Formulas::<Span>::new(&(), case.condition());
    let truth = |sides: &[Span]| {
        let mut values = sides.to_vec();
        values.extend(units.at(&(), sides).ok()?);
        condition.truth(&values).ok()
    };
    let mut open = VecDeque::from([Piece::of(case.sides())]);
    let mut is_known = true;
    let mut visited = 0;
    while let Some(piece) = open.pop_front() {
        visited += 1;
        let point: Vec<Span> = inside(&piece, case.sides());
        if truth(&point) == Some(Truth::True) {
            return Verdict::False(format!("unsafe at {point:?}"));
        }
        if truth(&piece.sides) == Some(Truth::False) {
            continue;
        }
        let axis = piece.longest(&vec![1.0; piece.sides.len()]);
        match piece.halves(axis).filter(|_| visited < budget) {
            Some(halves) => open.extend(halves),
            None => is_known = false,
        }
    }
    if is_known {
        Verdict::True
    } else {
        Verdict::Unknown
    }
}

/// Returns the middle of a piece, as numbers inside the box.
fn inside(piece: &Piece, sides: &[(Rational, Rational)]) -> Vec<Span> {
    let ends = sides.iter().zip(piece.middle());
    ends.map(|((low, high), x)| {
        let (low, high) = (Span::from_rational(low), Span::from_rational(high));
        if low.high <= x && x <= high.low {
            Span::point(x)
        } else {
            low
        }
    })
    .collect()
}
