//! Recognises a half-space, or the band between two, in a target.

use crate::builders::affine::Affine;
use crate::expr::{Condition, Domain, Expr, Target, TargetBody, exact_value};
use crate::numbers::{Rational, Relation};

/// `normal · x >= least`, or `>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Not 0.
    pub normal: Vec<Rational>,
    /// The least value.
    pub least: Rational,
}

/// A height on the points that are on all these sides, and 0 elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The height, not 0.
    pub height: Rational,
    /// One side, or two.
    pub sides: Vec<Side>,
}

/// Where a band begins and ends along a direction.
pub type Limits = (Option<Rational>, Option<Rational>);

impl Band {
    /// Returns where the band begins and ends along this direction; `None` if a side is not perpendicular
    /// to it, or if two sides bound it in the same sense.
    pub fn limits(&self, direction: &[Rational]) -> Option<Limits> {
        let mut limits = (None, None);
        for side in &self.sides {
            let input = direction.iter().position(|u| !u.is_zero())?;
            let factor = &side.normal[input] / &direction[input];
            let mut pairs = side.normal.iter().zip(direction);
            if factor.is_zero() || !pairs.all(|(n, u)| *n == &factor * u) {
                return None;
            }
            let limit = if factor.is_positive() {
                &mut limits.0
            } else {
                &mut limits.1
            };
            if limit.is_some() {
                return None;
            }
            *limit = Some(&side.least / &factor);
        }
        Some(limits)
    }
}

/// Returns the band that a target describes: a region of one or two affine comparisons, or `if` of
/// one with a number and 0.
pub fn read_band(target: &Target) -> Option<Band> {
    let inputs = target.inputs().len();
    let (condition, height) = match target.body() {
        TargetBody::Region(condition) => (condition, Rational::ONE),
        TargetBody::Outputs(outputs) => match outputs.as_slice() {
            [Expr::If(condition, inside, outside)] if **outside == Expr::zero() => {
                (condition.as_ref(), exact_value(inside)?)
            }
            _ => return None,
        },
    };
    let mut sides = Vec::new();
    collect(condition, false, inputs, &mut sides)?;
    let is_band = !height.is_zero() && sides.len() <= 2;
    is_band.then_some(Band { height, sides })
}

fn collect(
    condition: &Condition,
    is_negated: bool,
    inputs: usize,
    sides: &mut Vec<Side>,
) -> Option<()> {
    let (relation, a, b) = match condition {
        Condition::Not(inner) => return collect(inner, !is_negated, inputs, sides),
        Condition::And(a, b) if !is_negated => {
            collect(a, false, inputs, sides)?;
            return collect(b, false, inputs, sides);
        }
        Condition::Compare(relation, a, b) => (relation, a, b),
        Condition::And(..) | Condition::Or(..) => return None,
    };
    let is_less = match relation {
        Relation::Less | Relation::LessOrEqual => true,
        Relation::Greater | Relation::GreaterOrEqual => false,
        Relation::Equal | Relation::NotEqual => return None,
    };
    let (a, b) = (Affine::of(a, inputs)?, Affine::of(b, inputs)?);
    let difference = if is_less == is_negated {
        a.plus(&b, &-Rational::ONE)
    } else {
        b.plus(&a, &-Rational::ONE)
    };
    if difference.weights.iter().all(Rational::is_zero) {
        return None;
    }
    sides.push(Side {
        normal: difference.weights,
        least: -difference.constant,
    });
    Some(())
}

/// Returns the length of the range of `direction · x` over a box.
pub fn extent(direction: &[Rational], domain: &Domain) -> Rational {
    let sides = direction.iter().zip(domain.sides());
    sides.map(|(u, (low, high))| u.abs() * (high - low)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::parse_target;

    fn limits(formula: &str, direction: [i64; 2]) -> Option<Limits> {
        let names = ["x", "y"].map(str::to_owned);
        let target = parse_target(&[formula], Some(&names)).expect("a formula");
        read_band(&target)?.limits(&direction.map(Rational::from))
    }

    #[test]
    fn half_spaces_and_bands_are_read() {
        let at = |p, q| Some(Rational::ratio(p, q));
        assert_eq!(limits("3*x + 4*y >= 1", [3, 4]), Some((at(1, 1), None)));
        assert_eq!(limits("3*x + 4*y >= 1", [6, 8]), Some((at(2, 1), None)));
        assert_eq!(limits("not (x < 1 - y/2)", [2, 1]), Some((at(2, 1), None)));
        assert_eq!(limits("x <= 1/3", [1, 0]), Some((None, at(1, 3))));
        let band = "x - y > 1 and 2*(y - x) > -3";
        assert_eq!(limits(band, [1, -1]), Some((at(1, 1), at(3, 2))));
        assert_eq!(limits("if(x > 2, 5, 0)", [1, 0]), Some((at(2, 1), None)));
        for other in [
            "x^2 > 1",
            "x > 1 or x < 0",
            "x > 1 and x > 2",
            "x > 1 and y < 2",
            "x",
            "x*y > 1",
        ] {
            assert_eq!(limits(other, [1, 0]), None, "{other}");
        }
    }
}
