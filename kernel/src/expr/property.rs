//! Conditions on the inputs and outputs of a network that must fail everywhere on some boxes.

use super::parse::{ParseError, parse_target};
use super::tree::Target;
use crate::numbers::Rational;

/// The most variables times cases of a property: every case has its own condition on all variables.
/// This allows 100000 boxes of four inputs and one output, in about 100 MB.
pub const MAX_SIZE: usize = 1 << 19;

/// What a network must never do. Each *case* is a box of inputs and a condition on inputs and
/// outputs, which are called `X_0, X_1, ..` and `Y_0, Y_1, ..` by position.
///
/// A network has the property if, for every case, the condition fails at every point `x` of its
/// closed box and the outputs at `x`. This is a statement about every single point.
///
/// Invariant: at least one input, one output and one case; every side has `low <= high`; every
/// condition is a region in those variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    inputs: usize,
    outputs: usize,
    cases: Vec<Case>,
}

/// A box of inputs, and what must not happen there.
#[derive(Clone, Debug)]
pub struct Case {
    sides: Vec<(Rational, Rational)>,
    condition: Target,
}

/// The spelling of a condition does not matter.
impl PartialEq for Case {
    fn eq(&self, other: &Self) -> bool {
        self.sides == other.sides
            && self.condition.inputs() == other.condition.inputs()
            && self.condition.body() == other.condition.body()
    }
}

impl Eq for Case {}

impl Case {
    /// The box; a side may be a single point.
    pub fn sides(&self) -> &[(Rational, Rational)] {
        &self.sides
    }

    /// The condition: a region in the inputs and then the outputs.
    pub fn condition(&self) -> &Target {
        &self.condition
    }

    /// The condition as text.
    pub fn text(&self) -> &str {
        self.condition.text().first().map_or("", String::as_str)
    }
}

/// Why a property is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyError {
    /// There is no input, no output or no case.
    #[error("a property needs an input, an output and a box")]
    Empty,
    /// Too many variables and cases.
    #[error(
        "{cases} boxes over {variables} inputs and outputs are too many: at most {MAX_SIZE} together"
    )]
    TooLarge {
        /// The number of cases.
        cases: usize,
        /// The number of inputs and outputs.
        variables: usize,
    },
    /// A box has the wrong number of sides.
    #[error("box {case} has {found} sides, expected {expected}")]
    Sides {
        /// The case, counted from one.
        case: usize,
        /// The number of its sides.
        found: usize,
        /// The number of inputs.
        expected: usize,
    },
    /// A side is empty.
    #[error("box {case} is empty: X_{input} from {low} to {high}")]
    EmptySide {
        /// The case, counted from one.
        case: usize,
        /// The input, counted from zero.
        input: usize,
        /// The lower end.
        low: Rational,
        /// The upper end.
        high: Rational,
    },
    /// A condition is not a formula.
    #[error("the condition of box {case} is not a formula: {error}")]
    Formula {
        /// The case, counted from one.
        case: usize,
        /// The reason.
        error: ParseError,
    },
    /// A formula is not a condition.
    #[error("expected a condition for box {case}, found a number")]
    NoCondition {
        /// The case, counted from one.
        case: usize,
    },
}

impl Property {
    /// Returns the property with these boxes and conditions.
    ///
    /// - Errors: [`PropertyError`], the first in order.
    pub fn new(
        inputs: usize,
        outputs: usize,
        cases: Vec<(Vec<(Rational, Rational)>, String)>,
    ) -> Result<Self, PropertyError> {
        if inputs == 0 || outputs == 0 || cases.is_empty() {
            return Err(PropertyError::Empty);
        }
        let variables = inputs.saturating_add(outputs);
        if cases.len().saturating_mul(variables) > MAX_SIZE {
            return Err(PropertyError::TooLarge {
                cases: cases.len(),
                variables,
            });
        }
        let names = Self::names(inputs, outputs);
        let numbered = (1..).zip(cases);
        let cases = numbered.map(|(case, (sides, text))| {
            if sides.len() != inputs {
                return Err(PropertyError::Sides {
                    case,
                    found: sides.len(),
                    expected: inputs,
                });
            }
            if let Some(input) = sides.iter().position(|(low, high)| low > high) {
                let (low, high) = sides[input].clone();
                return Err(PropertyError::EmptySide {
                    case,
                    input,
                    low,
                    high,
                });
            }
            let condition = parse_target(&[text], Some(&names))
                .map_err(|error| PropertyError::Formula { case, error })?;
            if !condition.is_region() {
                return Err(PropertyError::NoCondition { case });
            }
            Ok(Case { sides, condition })
        });
        Ok(Self {
            inputs,
            outputs,
            cases: cases.collect::<Result<_, _>>()?,
        })
    }

    /// The names of the variables: `X_0, .., Y_0, ..`.
    pub fn names(inputs: usize, outputs: usize) -> Vec<String> {
        let inputs = (0..inputs).map(|i| format!("X_{i}"));
        inputs
            .chain((0..outputs).map(|j| format!("Y_{j}")))
            .collect()
    }

    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The boxes and conditions.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(ends: &[(i64, i64)]) -> Vec<(Rational, Rational)> {
        let rational = |(low, high): &(i64, i64)| (Rational::from(*low), Rational::from(*high));
        ends.iter().map(rational).collect()
    }

    #[test]
    fn spelling_does_not_matter_and_everything_else_does() {
        let make = |ends: &[(i64, i64)], text: &str| {
            Property::new(1, 1, vec![(sides(ends), text.to_string())]).expect("a property")
        };
        let property = make(&[(0, 1)], "Y_0 <= 1/2");
        assert_eq!(property, make(&[(0, 1)], "(Y_0) <= 0.5"));
        assert_ne!(property, make(&[(0, 1)], "Y_0 < 1/2"));
        assert_ne!(property, make(&[(0, 2)], "Y_0 <= 1/2"));
    }

    #[test]
    fn what_is_no_property_is_refused() {
        let refused = |cases: Vec<(Vec<(Rational, Rational)>, &str)>| {
            let cases = cases.into_iter().map(|(a, b)| (a, b.to_string()));
            let error = Property::new(1, 1, cases.collect()).expect_err("no property");
            error.to_string()
        };
        assert!(refused(vec![]).contains("needs an input"));
        let wrong = refused(vec![(sides(&[(0, 1), (0, 1)]), "Y_0 <= 0")]);
        assert_eq!(wrong, "box 1 has 2 sides, expected 1");
        let wrong = refused(vec![(sides(&[(2, 1)]), "Y_0 <= 0")]);
        assert_eq!(wrong, "box 1 is empty: X_0 from 2 to 1");
        assert!(refused(vec![(sides(&[(0, 1)]), "Y_1 <= 0")]).contains("unknown variable"));
        assert!(refused(vec![(sides(&[(0, 1)]), "Y_0")]).contains("found a number"));
        let many = vec![(sides(&[(0, 1)]), "Y_0 <= 0"); MAX_SIZE / 2 + 1];
        assert!(refused(many).contains("too many"));
    }
}
