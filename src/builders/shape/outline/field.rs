//! Whether a point is in the region, in floats.

use super::Place;
use crate::expr::{Condition, Constants, Domain, Expr, Scratch, Tape, Target, TargetBody};
use crate::numbers::Truth;
use crate::numbers::estimate::{Estimate, estimate_rational};

/// A region on a domain that is stretched to the unit square.
pub struct Field {
    tape: Tape,
    constants: Constants<Estimate>,
    scratch: Scratch<Estimate>,
    /// The lower end and the length of each side of the domain.
    sides: [(f64, f64); 2],
}

impl Field {
    /// Prepares a target that is a region, or the indicator `if(region, 1, 0)`; `None` for any other.
    pub fn new(target: &Target, domain: &Domain) -> Option<Self> {
        let condition = condition_of(target)?;
        let tape = Tape::of_condition(target.inputs().len(), &condition);
        let [x, y] = domain.sides() else { return None };
        let side = |(low, high): &(_, _)| {
            let low = estimate_rational(low);
            (low, estimate_rational(high) - low)
        };
        Some(Self {
            constants: tape.constants(&()),
            scratch: Scratch::default(),
            tape,
            sides: [side(x), side(y)],
        })
    }

    /// Is a point of the unit square in the region? Points without a value are not, nor are those outside.
    pub fn holds(&mut self, place: Place) -> bool {
        if place.iter().any(|t| !(0.0..=1.0).contains(t)) {
            return false;
        }
        let [(x, width), (y, height)] = self.sides;
        let point = [x + width * place[0], y + height * place[1]].map(Estimate);
        let found = self
            .tape
            .evaluate(&self.constants, &point, &mut self.scratch);
        found.truth() == Ok(Truth::True)
    }

    /// Returns the place between a point inside and one outside where the region ends.
    pub fn edge(&mut self, mut inside: Place, mut outside: Place) -> Place {
        const HALVINGS: usize = 40;
        for _ in 0..HALVINGS {
            let middle = super::between(inside, outside, 0.5);
            if self.holds(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        super::between(inside, outside, 0.5)
    }
}

/// The condition of a region.
fn condition_of(target: &Target) -> Option<Condition> {
    match target.body() {
        TargetBody::Region(condition) => Some(condition.clone()),
        TargetBody::Outputs(outputs) => match outputs.as_slice() {
            [Expr::If(condition, inside, outside)]
                if **inside == Expr::one() && **outside == Expr::zero() =>
            {
                Some((**condition).clone())
            }
            _ => None,
        },
    }
}
