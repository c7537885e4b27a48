//! Formulas as trees.
//!
//! Numbers and conditions are two types, so a tree that adds a comparison to a number cannot be
//! built. Children are shared pointers: a derivative reuses parts of the original.

use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use super::parse::{is_name, is_reserved};
use crate::numbers::{Function, Rational, Relation};

/// The greatest height of a tree. Every walk of a tree recurses, and this many levels fit the 2 MiB
/// stack of a worker thread.
pub const MAX_HEIGHT: usize = 1000;

/// A formula whose value is a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// An exact constant.
    Number(Rational),
    /// An input, by position.
    Variable(usize),
    /// pi.
    Pi,
    /// −a.
    Negate(Arc<Expr>),
    /// a + b.
    Add(Arc<Expr>, Arc<Expr>),
    /// a − b.
    Sub(Arc<Expr>, Arc<Expr>),
    /// a · b.
    Mul(Arc<Expr>, Arc<Expr>),
    /// a / b, undefined where b is 0.
    Div(Arc<Expr>, Arc<Expr>),
    /// a^b; a negative base takes integer exponents only, and `0^0` is 1.
    Power(Arc<Expr>, Arc<Expr>),
    /// f(a).
    Apply(Function, Arc<Expr>),
    /// The smaller of two.
    Min(Arc<Expr>, Arc<Expr>),
    /// The larger of two.
    Max(Arc<Expr>, Arc<Expr>),
    /// The first if the condition holds, else the second; the other one may be undefined.
    If(Arc<Condition>, Arc<Expr>, Arc<Expr>),
}

/// A formula whose value is true or false.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// a < b and so on.
    Compare(Relation, Arc<Expr>, Arc<Expr>),
    /// Both hold; the second is not evaluated if the first fails.
    And(Arc<Condition>, Arc<Condition>),
    /// At least one holds; the second is not evaluated if the first holds.
    Or(Arc<Condition>, Arc<Condition>),
    /// It does not hold.
    Not(Arc<Condition>),
}

/// The parts of an expression, for walks that treat every node alike.
enum Parts<'a> {
    None,
    One(&'a Arc<Expr>),
    Two(&'a Arc<Expr>, &'a Arc<Expr>),
    Choice(&'a Condition, &'a Arc<Expr>, &'a Arc<Expr>),
}

impl Expr {
    /// Returns the number zero.
    pub fn zero() -> Self {
        Self::Number(Rational::ZERO)
    }

    /// Returns the number one.
    pub fn one() -> Self {
        Self::Number(Rational::ONE)
    }

    /// Returns an integer constant.
    pub fn integer(value: i64) -> Self {
        Self::Number(Rational::from(value))
    }

    /// Returns e, as `exp(1)`.
    pub fn euler() -> Self {
        Self::Apply(Function::Exp, Arc::new(Self::one()))
    }

    /// Returns −a; a constant is negated, as the parser does with `-3`.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Number(value) => Self::Number(-value),
            other => Self::Negate(Arc::new(other)),
        }
    }

    /// Returns a / b; a quotient of two constants is a constant, as the parser does with `1/3`.
    #[must_use]
    pub fn divided_by(self, divisor: Self) -> Self {
        // A quotient of long numbers in a long sequence would be reduced to lowest terms at each
        // step.
        const MOST_BITS: usize = 1 << 17;
        if let (Self::Number(a), Self::Number(b)) = (&self, &divisor)
            && a.bits() + b.bits() <= MOST_BITS
            && let Some(quotient) = a.checked_div(b)
        {
            return Self::Number(quotient);
        }
        Self::Div(Arc::new(self), Arc::new(divisor))
    }

    /// Returns the exact constant, if it is one.
    pub fn as_number(&self) -> Option<&Rational> {
        match self {
            Self::Number(value) => Some(value),
            _ => None,
        }
    }

    fn parts(&self) -> Parts<'_> {
        match self {
            Self::Number(_) | Self::Variable(_) | Self::Pi => Parts::None,
            Self::Negate(a) | Self::Apply(_, a) => Parts::One(a),
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Div(a, b)
            | Self::Power(a, b)
            | Self::Min(a, b)
            | Self::Max(a, b) => Parts::Two(a, b),
            Self::If(condition, a, b) => Parts::Choice(condition, a, b),
        }
    }

    /// Returns the number of operations, shared ones as often as they occur; `known` stores earlier
    /// counts.
    pub(super) fn operations(&self, known: &mut HashMap<*const Self, usize>) -> usize {
        if let Some(count) = known.get(&ptr::from_ref(self)) {
            return *count;
        }
        let count = match self.parts() {
            Parts::None => 1,
            Parts::One(a) => a.operations(known).saturating_add(1),
            Parts::Two(a, b) => a.operations(known).saturating_add(b.operations(known)),
            Parts::Choice(condition, a, b) => (condition.operations(known))
                .saturating_add(a.operations(known))
                .saturating_add(b.operations(known)),
        };
        known.insert(ptr::from_ref(self), count);
        count
    }

    /// Does the test hold for this node or any below it, conditions included?
    pub fn any(&self, test: &mut dyn FnMut(&Self) -> bool) -> bool {
        test(self)
            || match self.parts() {
                Parts::None => false,
                Parts::One(a) => a.any(test),
                Parts::Two(a, b) => a.any(test) || b.any(test),
                Parts::Choice(condition, a, b) => condition.any(test) || a.any(test) || b.any(test),
            }
    }

    /// Does this variable occur?
    pub fn uses(&self, variable: usize) -> bool {
        self.any(&mut |node| *node == Self::Variable(variable))
    }

    /// Can the value jump: does a Heaviside function or an `if` occur?
    pub fn has_jumps(&self) -> bool {
        self.any(&mut |node| matches!(node, Self::Apply(Function::Heaviside, _) | Self::If(..)))
    }

    /// Returns the number of nodes on the longest way from the root to a leaf.
    pub fn height(&self) -> usize {
        1 + match self.parts() {
            Parts::None => 0,
            Parts::One(a) => a.height(),
            Parts::Two(a, b) => a.height().max(b.height()),
            Parts::Choice(condition, a, b) => condition.height().max(a.height()).max(b.height()),
        }
    }
}

impl Condition {
    /// How many operations there are; see [`Expr::operations`].
    pub(super) fn operations(&self, known: &mut HashMap<*const Expr, usize>) -> usize {
        match self {
            Self::Compare(_, a, b) => a.operations(known).saturating_add(b.operations(known)),
            Self::And(a, b) | Self::Or(a, b) => {
                a.operations(known).saturating_add(b.operations(known))
            }
            Self::Not(a) => a.operations(known),
        }
    }

    /// Does the test hold for any expression in this condition?
    pub fn any(&self, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
        match self {
            Self::Compare(_, a, b) => a.any(test) || b.any(test),
            Self::And(a, b) | Self::Or(a, b) => a.any(test) || b.any(test),
            Self::Not(a) => a.any(test),
        }
    }

    /// Does this variable occur?
    pub fn uses(&self, variable: usize) -> bool {
        self.any(&mut |node| *node == Expr::Variable(variable))
    }

    /// Returns the number of nodes on the longest way from the root to a leaf.
    pub fn height(&self) -> usize {
        1 + match self {
            Self::Compare(_, a, b) => a.height().max(b.height()),
            Self::And(a, b) | Self::Or(a, b) => a.height().max(b.height()),
            Self::Not(a) => a.height(),
        }
    }
}

/// The formulas of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetBody {
    /// One number for each output of the network.
    Outputs(Vec<Expr>),
    /// A region: the inputs where the condition holds.
    Region(Condition),
}

/// A function or region to approximate: its inputs by name, its formulas, and their text.
///
/// Invariant: the names are distinct and not reserved, every variable has a name, there is at
/// least one input and one formula, and no tree is higher than [`MAX_HEIGHT`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    inputs: Vec<String>,
    body: TargetBody,
    text: Vec<String>,
}

/// Why these parts are not a valid target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There are no inputs.
    #[error("a target needs at least one input")]
    NoInputs,
    /// There are no formulas.
    #[error("a target needs at least one formula")]
    NoFormula,
    /// An input has an invalid name.
    #[error(
        "`{0}` cannot name an input: names are ASCII letters, digits and _, not beginning with a digit"
    )]
    BadName(String),
    /// An input is named like a function, a constant or an operator.
    #[error("`{0}` cannot name an input: formulas use it for something else")]
    ReservedName(String),
    /// Two inputs have the same name.
    #[error("there are two inputs called `{0}`")]
    DuplicateName(String),
    /// A formula uses an input that does not exist.
    #[error("a formula uses input number {found}, but there are {inputs}")]
    NoSuchInput {
        /// The position used, counted from one.
        found: usize,
        /// The number of inputs.
        inputs: usize,
    },
    /// A formula is nested too deeply.
    #[error("a formula is {height} levels high, at most {MAX_HEIGHT} are allowed")]
    TooHigh {
        /// The height found.
        height: usize,
    },
}

impl Target {
    /// Returns the target with these inputs and formulas; its text is the formulas written out.
    pub fn new(inputs: Vec<String>, body: TargetBody) -> Result<Self, TargetError> {
        check_names(&inputs)?;
        let count = inputs.len();
        let mut found = 0;
        let mut look = |node: &Expr| {
            if let Expr::Variable(index) = node {
                found = found.max(index + 1);
            }
            false
        };
        let height = match &body {
            TargetBody::Outputs(outputs) => {
                for output in outputs {
                    output.any(&mut look);
                }
                let heights = outputs.iter().map(Expr::height);
                heights.max().ok_or(TargetError::NoFormula)?
            }
            TargetBody::Region(condition) => {
                condition.any(&mut look);
                condition.height()
            }
        };
        if found > count {
            return Err(TargetError::NoSuchInput {
                found,
                inputs: count,
            });
        }
        if height > MAX_HEIGHT {
            return Err(TargetError::TooHigh { height });
        }
        let text = match &body {
            TargetBody::Outputs(outputs) => {
                let write = |output: &Expr| output.display(&inputs).to_string();
                outputs.iter().map(write).collect()
            }
            TargetBody::Region(condition) => vec![condition.display(&inputs).to_string()],
        };
        Ok(Self { inputs, body, text })
    }

    /// For the parser, which has checked the invariant, and keeps the text as it was typed.
    pub(super) fn from_parts(inputs: Vec<String>, body: TargetBody, text: Vec<String>) -> Self {
        Self { inputs, body, text }
    }

    /// The names of the inputs, in the order of the network's inputs.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// The formulas.
    pub fn body(&self) -> &TargetBody {
        &self.body
    }

    /// The text of each formula, as it was given.
    pub fn text(&self) -> &[String] {
        &self.text
    }

    /// Returns the number of outputs a network for this target has; one for a region.
    pub fn outputs_count(&self) -> usize {
        match &self.body {
            TargetBody::Outputs(outputs) => outputs.len(),
            TargetBody::Region(_) => 1,
        }
    }

    /// Is this a region?
    pub fn is_region(&self) -> bool {
        matches!(self.body, TargetBody::Region(_))
    }

    /// Returns this target with a region replaced by its 0/1 indicator; others stay as they are.
    #[must_use]
    pub fn indicator(&self) -> Self {
        let outputs = self.output_expressions();
        Self {
            inputs: self.inputs.clone(),
            body: TargetBody::Outputs(outputs),
            text: self.text.clone(),
        }
    }

    /// Returns the outputs as numbers: those of [`Target::indicator`].
    pub fn output_expressions(&self) -> Vec<Expr> {
        match &self.body {
            TargetBody::Outputs(outputs) => outputs.clone(),
            TargetBody::Region(condition) => vec![Expr::If(
                Arc::new(condition.clone()),
                Arc::new(Expr::one()),
                Arc::new(Expr::zero()),
            )],
        }
    }

    /// Do all functions in the formulas pass the test?
    pub fn functions_are(&self, test: &dyn Fn(&Function) -> bool) -> bool {
        let mut is_other =
            |node: &Expr| matches!(node, Expr::Apply(function, _) if !test(function));
        !match &self.body {
            TargetBody::Outputs(outputs) => outputs.iter().any(|output| output.any(&mut is_other)),
            TargetBody::Region(condition) => condition.any(&mut is_other),
        }
    }

    /// Can an output jump: is this a region, or does a Heaviside function or an `if` occur?
    pub fn has_jumps(&self) -> bool {
        match &self.body {
            TargetBody::Outputs(outputs) => outputs.iter().any(Expr::has_jumps),
            TargetBody::Region(_) => true,
        }
    }
}

/// Checks that names can name the inputs of a formula.
pub fn check_names(inputs: &[String]) -> Result<(), TargetError> {
    if inputs.is_empty() {
        return Err(TargetError::NoInputs);
    }
    for (index, name) in inputs.iter().enumerate() {
        if !is_name(name) {
            return Err(TargetError::BadName(name.clone()));
        }
        if is_reserved(name) {
            return Err(TargetError::ReservedName(name.clone()));
        }
        if inputs.iter().take(index).any(|other| other == name) {
            return Err(TargetError::DuplicateName(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x() -> Arc<Expr> {
        Arc::new(Expr::Variable(0))
    }

    #[test]
    fn names_are_checked() {
        let names =
            |list: &[&str]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
        assert_eq!(check_names(&names(&["x", "y"])), Ok(()));
        assert_eq!(check_names(&[]), Err(TargetError::NoInputs));
        for bad in ["", "2x", "a b", "é"] {
            assert_eq!(
                check_names(&names(&[bad])),
                Err(TargetError::BadName(bad.into()))
            );
        }
        for reserved in ["sin", "e", "pi", "and", "if", "step"] {
            assert_eq!(
                check_names(&names(&[reserved])),
                Err(TargetError::ReservedName(reserved.into()))
            );
        }
        assert_eq!(
            check_names(&names(&["x", "x"])),
            Err(TargetError::DuplicateName("x".into()))
        );
    }

    #[test]
    fn targets_refuse_what_breaks_their_invariant() {
        let one_input = |body| Target::new(vec!["x".into()], body).map(|target| target.text);
        assert_eq!(
            one_input(TargetBody::Outputs(vec![Expr::Variable(1)])),
            Err(TargetError::NoSuchInput {
                found: 2,
                inputs: 1
            })
        );
        assert_eq!(
            one_input(TargetBody::Outputs(vec![])),
            Err(TargetError::NoFormula)
        );
        let mut high = Expr::Variable(0);
        for _ in 0..MAX_HEIGHT {
            high = Expr::Add(Arc::new(high), x());
        }
        assert_eq!(
            one_input(TargetBody::Outputs(vec![high])),
            Err(TargetError::TooHigh {
                height: MAX_HEIGHT + 1
            })
        );
    }

    #[test]
    fn a_region_jumps_and_so_does_its_indicator() {
        let region = Condition::Compare(Relation::Less, x(), Arc::new(Expr::one()));
        let target = Target::new(vec!["x".into()], TargetBody::Region(region)).expect("valid");
        assert!(target.is_region() && target.has_jumps());
        assert_eq!(target.text(), ["x < 1"]);
        let indicator = target.indicator();
        assert!(!indicator.is_region() && indicator.has_jumps());
        let smooth = Target::new(
            vec!["x".into()],
            TargetBody::Outputs(vec![Expr::Variable(0)]),
        );
        assert!(!smooth.expect("valid").has_jumps());
    }
}
