//! Evaluation over any [`Scalar`], from a flat list of operations.
//!
//! A [`Tape`] lists the distinct operations of a formula in order. What does not depend on the
//! inputs is computed once, in its [`Constants`]. Every operation is carried out, but a failure
//! matters only where its result is used.
//!
//! The result of an `if` with branches a and b:
//!
//! | condition | result |
//! |---|---|
//! | true, false | a, b, whatever the other one is |
//! | failed | the same failure |
//! | unknown, both given | the hull of a and b |
//! | unknown, both undefined | undefined |
//! | unknown, one undefined or possibly so | possibly undefined |
//! | unknown, one inexact | inexact |

use std::collections::HashMap;
use std::hash::Hash;
use std::ptr;

use super::place::{Line, Place};
use super::tree::{Condition, Expr, Target, TargetBody};
use crate::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

/// Constants are folded into one exact number of at most this many bits.
const MAX_FOLDED_BITS: usize = 4096;

/// The source of a number. The order makes sums and products of the same two operands equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Operand {
    Constant(usize),
    Input(usize),
    Step(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operation {
    Negate(Operand),
    Add(Operand, Operand),
    Sub(Operand, Operand),
    Mul(Operand, Operand),
    Div(Operand, Operand),
    PowerInteger(Operand, i32),
    Power(Operand, Operand),
    Apply(Function, Operand),
    Min(Operand, Operand),
    Max(Operand, Operand),
    If(usize, Operand, Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Test {
    /// With the index of the [`Place`] where the two are equal, if there is one.
    Compare(Relation, Operand, Operand, Option<usize>),
    And(usize, usize),
    Or(usize, usize),
    Not(usize),
}

#[derive(Clone, Copy, Debug)]
enum Instruction {
    Value(Operation),
    Test(Test),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Constant {
    Number(Rational),
    Pi,
    /// An operation on earlier constants.
    Computed(Operation),
    /// An integer power whose exponent is too large.
    Refused,
}

#[derive(Clone, Debug)]
enum Root {
    Values(Vec<Operand>),
    Test(usize),
}

/// One or several formulas, prepared for many evaluations.
#[derive(Clone, Debug)]
pub struct Tape {
    inputs: usize,
    constants: Vec<Constant>,
    /// The operands of an instruction come before it.
    instructions: Vec<Instruction>,
    places: Vec<Place>,
    root: Root,
}

/// The constants of a [`Tape`] in one arithmetic. They are valid for their tape only.
#[derive(Clone, Debug)]
pub struct Constants<S>(Vec<Result<S, Failure>>);

/// Memory that evaluations reuse; tapes may share it.
#[derive(Clone, Debug)]
pub struct Scratch<S> {
    values: Vec<Result<S, Failure>>,
    tests: Vec<Result<Truth, Failure>>,
}

impl<S> Default for Scratch<S> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            tests: Vec::new(),
        }
    }
}

/// The results of one evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a, S> {
    root: &'a Root,
    values: Values<'a, S>,
    tests: &'a [Result<Truth, Failure>],
}

#[derive(Clone, Copy, Debug)]
struct Values<'a, S> {
    constants: &'a [Result<S, Failure>],
    inputs: &'a [S],
    steps: &'a [Result<S, Failure>],
}

impl Tape {
    /// Returns the tape of a target's outputs, or of its region.
    pub fn new(target: &Target) -> Self {
        match target.body() {
            TargetBody::Outputs(outputs) => Self::of_expressions(target.inputs().len(), outputs),
            TargetBody::Region(condition) => Self::of_condition(target.inputs().len(), condition),
        }
    }

    /// Returns the tape of formulas in this many inputs.
    ///
    /// - Panics: when a formula uses an input beyond them.
    pub fn of_expressions<'a>(inputs: usize, outputs: impl IntoIterator<Item = &'a Expr>) -> Self {
        let mut compiler = Compiler::new(inputs);
        let outputs = outputs
            .into_iter()
            .map(|output| compiler.value(output))
            .collect();
        compiler.finish(Root::Values(outputs))
    }

    /// Returns the tape of a condition on this many inputs.
    ///
    /// - Panics: when it uses an input beyond them.
    pub fn of_condition(inputs: usize, condition: &Condition) -> Self {
        let mut compiler = Compiler::new(inputs);
        let root = compiler.test(condition);
        compiler.finish(Root::Test(root))
    }

    /// Returns the number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Returns the number of results; 0 for a condition.
    pub fn outputs(&self) -> usize {
        match &self.root {
            Root::Values(outputs) => outputs.len(),
            Root::Test(_) => 0,
        }
    }

    /// Returns where comparisons of the formula jump, if they depend on one input only.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Returns the number of operations of one evaluation.
    pub fn operations(&self) -> usize {
        self.instructions.len()
    }

    /// Returns the constants in one arithmetic, each computed once.
    pub fn constants<S: Scalar>(&self, context: &S::Context) -> Constants<S> {
        let mut done: Vec<Result<S, Failure>> = Vec::with_capacity(self.constants.len());
        for constant in &self.constants {
            let value = match constant {
                Constant::Number(value) => Ok(S::constant(context, value)),
                Constant::Pi => S::pi(context),
                Constant::Refused => Err(Failure::Inexact),
                Constant::Computed(operation) => {
                    let values = Values {
                        constants: &done,
                        inputs: &[],
                        steps: &[],
                    };
                    values.carry_out(*operation, &[])
                }
            };
            done.push(value);
        }
        Constants(done)
    }

    /// Evaluates at these inputs; the results enclose the truth if the inputs do.
    ///
    /// - Panics: when the number of inputs is not that of the tape, or the constants belong to
    ///   another tape.
    pub fn evaluate<'a, S: Scalar>(
        &'a self,
        constants: &'a Constants<S>,
        inputs: &'a [S],
        scratch: &'a mut Scratch<S>,
    ) -> Results<'a, S> {
        self.run(constants, inputs, scratch, None)
    }

    /// Like [`Tape::evaluate`], for almost all points of a box with these sides. If both sides of a
    /// comparison are affine in one input and equal at an end of its side, the points inside
    /// decide. So `3 x < 1` holds on `[0, 1/3]`, up to measure zero. The sides are exact where the
    /// inputs are rounded; without them, only comparisons of an input with a constant are decided
    /// like this.
    pub fn evaluate_inside<'a, S: Scalar>(
        &'a self,
        constants: &'a Constants<S>,
        inputs: &'a [S],
        sides: &[(Rational, Rational)],
        scratch: &'a mut Scratch<S>,
    ) -> Results<'a, S> {
        self.run(constants, inputs, scratch, Some(sides))
    }

    fn run<'a, S: Scalar>(
        &'a self,
        constants: &'a Constants<S>,
        inputs: &'a [S],
        scratch: &'a mut Scratch<S>,
        inside: Option<&[(Rational, Rational)]>,
    ) -> Results<'a, S> {
        assert_eq!(inputs.len(), self.inputs, "one number for each input");
        assert_eq!(
            constants.0.len(),
            self.constants.len(),
            "the constants of this tape"
        );
        scratch.values.clear();
        scratch.tests.clear();
        for instruction in &self.instructions {
            let values = Values {
                constants: &constants.0,
                inputs,
                steps: &scratch.values,
            };
            match instruction {
                Instruction::Value(operation) => {
                    let value = values.carry_out(*operation, &scratch.tests);
                    scratch.values.push(value);
                }
                Instruction::Test(test) => {
                    let truth = values.decide(*test, &scratch.tests, &self.places, inside);
                    scratch.tests.push(truth);
                }
            }
        }
        Results {
            root: &self.root,
            values: Values {
                constants: &constants.0,
                inputs,
                steps: &scratch.values,
            },
            tests: &scratch.tests,
        }
    }

    /// Returns the single output if it was found to be an exact constant.
    fn exact_constant(&self) -> Option<&Rational> {
        match &self.root {
            Root::Values(outputs) => match outputs.as_slice() {
                [Operand::Constant(index)] => match self.constants.get(*index) {
                    Some(Constant::Number(value)) => Some(value),
                    _ => None,
                },
                _ => None,
            },
            Root::Test(_) => None,
        }
    }
}

/// Returns the value of a formula without variables, if it was found to be rational.
pub fn exact_value(formula: &Expr) -> Option<Rational> {
    let has_variables = formula.any(&mut |node| matches!(node, Expr::Variable(_)));
    if has_variables {
        return None;
    }
    Tape::of_expressions(0, [formula]).exact_constant().cloned()
}

/// Evaluates formulas at exact inputs, once.
pub fn evaluate_exactly(target: &Target, inputs: &[Rational]) -> Vec<Result<Rational, Failure>> {
    let tape = Tape::new(&target.indicator());
    let (constants, mut scratch) = (tape.constants(&()), Scratch::default());
    let results = tape.evaluate(&constants, inputs, &mut scratch);
    (0..tape.outputs())
        .map(|k| results.value(k).cloned())
        .collect()
}

impl<'a, S: Scalar> Results<'a, S> {
    /// The value of an output.
    ///
    /// - Panics: when there is no such output.
    pub fn value(&self, output: usize) -> Result<&'a S, Failure> {
        match self.root {
            Root::Values(outputs) => self.values.get(outputs[output]),
            Root::Test(_) => panic!("a condition has no outputs"),
        }
    }

    /// Does the condition hold?
    ///
    /// - Panics: when the tape is not that of a condition.
    pub fn truth(&self) -> Result<Truth, Failure> {
        match self.root {
            Root::Test(index) => self.tests[*index],
            Root::Values(_) => panic!("numbers are not true or false"),
        }
    }

    /// Returns the first failure among the results, if there is one.
    pub fn failure(&self) -> Option<Failure> {
        match self.root {
            Root::Values(outputs) => {
                let failures = outputs.iter().filter_map(|k| self.values.get(*k).err());
                failures.reduce(worst)
            }
            Root::Test(index) => self.tests[*index].err(),
        }
    }
}

/// Returns the more informative of two failures in the operands of one operation.
fn worst(a: Failure, b: Failure) -> Failure {
    match (a, b) {
        (Failure::Undefined, _) | (_, Failure::Undefined) => Failure::Undefined,
        (Failure::PossiblyUndefined, _) | (_, Failure::PossiblyUndefined) => {
            Failure::PossiblyUndefined
        }
        (Failure::Inexact, Failure::Inexact) => Failure::Inexact,
    }
}

/// Returns the failure of a part that may not be needed: it is no longer certain.
fn weakened(failure: Failure) -> Failure {
    match failure {
        Failure::Undefined | Failure::PossiblyUndefined => Failure::PossiblyUndefined,
        Failure::Inexact => Failure::Inexact,
    }
}

impl<'a, S: Scalar> Values<'a, S> {
    fn get(&self, operand: Operand) -> Result<&'a S, Failure> {
        match operand {
            Operand::Constant(index) => self.constants[index].as_ref().map_err(|f| *f),
            Operand::Input(index) => Ok(&self.inputs[index]),
            Operand::Step(index) => self.steps[index].as_ref().map_err(|f| *f),
        }
    }

    fn pair(&self, a: Operand, b: Operand) -> Result<(&'a S, &'a S), Failure> {
        match (self.get(a), self.get(b)) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(a), Err(b)) => Err(worst(a, b)),
            (Err(failure), _) | (_, Err(failure)) => Err(failure),
        }
    }

    fn carry_out(
        &self,
        operation: Operation,
        tests: &[Result<Truth, Failure>],
    ) -> Result<S, Failure> {
        let value = self.value_of(operation, tests)?;
        if value.is_too_long() {
            return Err(Failure::Inexact);
        }
        Ok(value)
    }

    fn value_of(
        &self,
        operation: Operation,
        tests: &[Result<Truth, Failure>],
    ) -> Result<S, Failure> {
        match operation {
            Operation::Negate(a) => Ok(self.get(a)?.neg()),
            Operation::Add(a, b) => self.pair(a, b).map(|(a, b)| a.add(b)),
            Operation::Sub(a, b) => self.pair(a, b).map(|(a, b)| a.sub(b)),
            Operation::Mul(a, b) => self.pair(a, b).and_then(|(a, b)| a.mul(b)),
            Operation::Div(a, b) => self.pair(a, b).and_then(|(a, b)| a.div(b)),
            Operation::PowerInteger(a, exponent) => self.get(a)?.powi(exponent),
            Operation::Power(a, b) => self.pair(a, b).and_then(|(a, b)| a.pow(b)),
            Operation::Apply(function, a) => self.get(a)?.apply(function),
            Operation::Min(a, b) => self.pair(a, b).and_then(|(a, b)| a.min(b)),
            Operation::Max(a, b) => self.pair(a, b).and_then(|(a, b)| a.max(b)),
            Operation::If(condition, a, b) => match tests[condition]? {
                Truth::True => self.get(a).cloned(),
                Truth::False => self.get(b).cloned(),
                Truth::Unknown => match (self.get(a), self.get(b)) {
                    (Ok(a), Ok(b)) => Ok(a.hull(b)),
                    (Err(Failure::Undefined), Err(Failure::Undefined)) => Err(Failure::Undefined),
                    (Err(a), Err(b)) => Err(worst(weakened(a), weakened(b))),
                    (Err(failure), _) | (_, Err(failure)) => Err(weakened(failure)),
                },
            },
        }
    }

    fn decide(
        &self,
        test: Test,
        tests: &[Result<Truth, Failure>],
        places: &[Place],
        inside: Option<&[(Rational, Rational)]>,
    ) -> Result<Truth, Failure> {
        if let (Test::Compare(relation, a, b, Some(place)), Some(sides)) = (test, inside)
            && let Some(ordering) = places[place].ordering(sides)
        {
            let known = Truth::from_bool(relation.holds(ordering));
            return self.pair(a, b).map(|_| known);
        }
        match test {
            Test::Compare(relation, a @ Operand::Input(_), b @ Operand::Constant(_), _)
                if inside.is_some() =>
            {
                let (input, constant) = self.pair(a, b)?;
                Ok(input.compare_inside(relation, constant))
            }
            Test::Compare(relation, a @ Operand::Constant(_), b @ Operand::Input(_), _)
                if inside.is_some() =>
            {
                let (constant, input) = self.pair(a, b)?;
                Ok(input.compare_inside(relation.mirrored(), constant))
            }
            Test::Compare(relation, a, b, _) => {
                self.pair(a, b).map(|(a, b)| a.compare(relation, b))
            }
            Test::Not(a) => Ok(tests[a]?.negate()),
            Test::And(a, b) => conjunction(tests[a]?, tests[b]),
            Test::Or(a, b) => {
                let negated = tests[b].map(Truth::negate);
                Ok(conjunction(tests[a]?.negate(), negated)?.negate())
            }
        }
    }
}

/// `a and b`, where b matters only if a holds.
fn conjunction(a: Truth, b: Result<Truth, Failure>) -> Result<Truth, Failure> {
    match (a, b) {
        (Truth::False, _) => Ok(Truth::False),
        (Truth::True, b) => b,
        (Truth::Unknown, Ok(b)) => Ok(Truth::Unknown.and(b)),
        (Truth::Unknown, Err(failure)) => Err(weakened(failure)),
    }
}

/// Numbers the distinct items of a list.
struct Numbered<T>(HashMap<T, usize>);

impl<T: Eq + Hash + Clone> Numbered<T> {
    /// Returns the number of an item, and whether it is new.
    fn number(&mut self, item: &T) -> (usize, bool) {
        let next = self.0.len();
        if let Some(index) = self.0.get(item) {
            return (*index, false);
        }
        self.0.insert(item.clone(), next);
        (next, true)
    }
}

struct Compiler {
    inputs: usize,
    constants: Vec<Constant>,
    constant_numbers: Numbered<Constant>,
    instructions: Vec<Instruction>,
    operations: Numbered<Operation>,
    tests: Numbered<Test>,
    places: Vec<Place>,
    place_numbers: Numbered<Place>,
    /// The operations that are affine in one input.
    lines: HashMap<Operand, Line>,
    /// What has been compiled, by address: trees may share parts.
    done: HashMap<*const Expr, Operand>,
}

impl Compiler {
    fn new(inputs: usize) -> Self {
        Self {
            inputs,
            constants: Vec::new(),
            constant_numbers: Numbered(HashMap::new()),
            instructions: Vec::new(),
            operations: Numbered(HashMap::new()),
            tests: Numbered(HashMap::new()),
            places: Vec::new(),
            place_numbers: Numbered(HashMap::new()),
            lines: HashMap::new(),
            done: HashMap::new(),
        }
    }

    fn finish(self, root: Root) -> Tape {
        Tape {
            inputs: self.inputs,
            constants: self.constants,
            instructions: self.instructions,
            places: self.places,
            root,
        }
    }

    fn constant(&mut self, constant: Constant) -> Operand {
        let (index, is_new) = self.constant_numbers.number(&constant);
        if is_new {
            self.constants.push(constant);
        }
        Operand::Constant(index)
    }

    fn exact(&self, operand: Operand) -> Option<&Rational> {
        match operand {
            Operand::Constant(index) => match self.constants.get(index) {
                Some(Constant::Number(value)) => Some(value),
                _ => None,
            },
            _ => None,
        }
    }

    fn value(&mut self, tree: &Expr) -> Operand {
        let address = ptr::from_ref(tree);
        if let Some(operand) = self.done.get(&address) {
            return *operand;
        }
        let operand = match tree {
            Expr::Number(value) => self.constant(Constant::Number(value.clone())),
            Expr::Pi => self.constant(Constant::Pi),
            Expr::Variable(index) => {
                assert!(*index < self.inputs, "a formula uses the inputs it has");
                Operand::Input(*index)
            }
            Expr::Negate(a) => {
                let a = self.value(a);
                self.operation(Operation::Negate(a))
            }
            Expr::Add(a, b) => {
                let (a, b) = self.sorted(a, b);
                self.operation(Operation::Add(a, b))
            }
            Expr::Sub(a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.operation(Operation::Sub(a, b))
            }
            Expr::Mul(a, b) => {
                let (a, b) = self.sorted(a, b);
                // A power gives a sharper enclosure: the square of [-1, 1] is [0, 1].
                self.operation(if a == b {
                    Operation::PowerInteger(a, 2)
                } else {
                    Operation::Mul(a, b)
                })
            }
            Expr::Div(a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.operation(Operation::Div(a, b))
            }
            Expr::Power(a, b) => self.power(a, b),
            Expr::Apply(Function::Heaviside, a) if self.is_affine(a) => {
                // As a comparison, it is decided by the points inside a box.
                let a = self.value(a);
                let [zero, one] = [Rational::ZERO, Rational::ONE]
                    .map(|value| self.constant(Constant::Number(value)));
                let place = self.place(a, zero);
                let is_on = Test::Compare(Relation::GreaterOrEqual, a, zero, place);
                let is_on = self.tested(is_on);
                self.operation(Operation::If(is_on, one, zero))
            }
            Expr::Apply(function, a) => {
                let a = self.value(a);
                self.operation(Operation::Apply(*function, a))
            }
            Expr::Min(a, b) => {
                let (a, b) = self.sorted(a, b);
                self.operation(Operation::Min(a, b))
            }
            Expr::Max(a, b) => {
                let (a, b) = self.sorted(a, b);
                self.operation(Operation::Max(a, b))
            }
            Expr::If(condition, a, b) => {
                let condition = self.test(condition);
                let (a, b) = (self.value(a), self.value(b));
                self.operation(Operation::If(condition, a, b))
            }
        };
        self.done.insert(address, operand);
        operand
    }

    fn sorted(&mut self, a: &Expr, b: &Expr) -> (Operand, Operand) {
        let (a, b) = (self.value(a), self.value(b));
        (a.min(b), a.max(b))
    }

    /// Integer exponents multiply, halves take roots, e^b is exp(b); all others need a positive
    /// base.
    fn power(&mut self, base: &Expr, exponent: &Expr) -> Operand {
        let a = self.value(base);
        let b = self.value(exponent);
        if let Some(value) = self.exact(b) {
            if value.is_integer() {
                let size = value.to_i64().and_then(|size| i32::try_from(size).ok());
                return match size {
                    Some(size) => self.operation(Operation::PowerInteger(a, size)),
                    None => self.constant(Constant::Refused),
                };
            }
            let doubled = (value + value)
                .to_i64()
                .and_then(|size| i32::try_from(size).ok());
            if let Some(size) = doubled {
                let root = self.operation(Operation::Apply(Function::Sqrt, a));
                return self.operation(Operation::PowerInteger(root, size));
            }
        }
        if *base == Expr::euler() {
            return self.operation(Operation::Apply(Function::Exp, b));
        }
        self.operation(Operation::Power(a, b))
    }

    fn test(&mut self, tree: &Condition) -> usize {
        let test = match tree {
            Condition::Compare(relation, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                Test::Compare(*relation, a, b, self.place(a, b))
            }
            Condition::And(a, b) => Test::And(self.test(a), self.test(b)),
            Condition::Or(a, b) => Test::Or(self.test(a), self.test(b)),
            Condition::Not(a) => Test::Not(self.test(a)),
        };
        self.tested(test)
    }

    fn tested(&mut self, test: Test) -> usize {
        let (index, is_new) = self.tests.number(&test);
        if is_new {
            self.instructions.push(Instruction::Test(test));
        }
        index
    }

    /// Adds an operation unless it exists; an operation on constants becomes a constant.
    fn operation(&mut self, operation: Operation) -> Operand {
        if operation == Operation::PowerInteger(operation.first(), 1) {
            return operation.first();
        }
        if operation.is_constant() {
            let folded = self.fold(operation);
            return self.constant(folded.unwrap_or(Constant::Computed(operation)));
        }
        let (index, is_new) = self.operations.number(&operation);
        if is_new {
            self.instructions.push(Instruction::Value(operation));
            if let Some(line) = self
                .line_of(operation)
                .filter(|line| line.is_short(MAX_FOLDED_BITS))
            {
                self.lines.insert(Operand::Step(index), line);
            }
        }
        Operand::Step(index)
    }

    /// Returns an operand as an affine function of one input, if it is one with short coefficients.
    fn line(&self, operand: Operand) -> Option<Line> {
        match operand {
            Operand::Constant(_) => self.exact(operand).cloned().map(Line::constant),
            Operand::Input(input) => Some(Line::input(input)),
            Operand::Step(_) => self.lines.get(&operand).cloned(),
        }
    }

    fn line_of(&self, operation: Operation) -> Option<Line> {
        let minus = Rational::from(-1);
        match operation {
            Operation::Negate(a) => Some(self.line(a)?.scaled(&minus)),
            Operation::Add(a, b) => self.line(a)?.plus(&self.line(b)?),
            Operation::Sub(a, b) => self.line(a)?.plus(&self.line(b)?.scaled(&minus)),
            Operation::Mul(a, b) => match (self.exact(a), self.exact(b)) {
                (Some(factor), _) => Some(self.line(b)?.scaled(factor)),
                (_, Some(factor)) => Some(self.line(a)?.scaled(factor)),
                _ => None,
            },
            Operation::Div(a, b) => Some(self.line(a)?.scaled(&self.exact(b)?.reciprocal()?)),
            _ => None,
        }
    }

    /// Returns the index of the place where two operands are equal, if they are affine in one
    /// input.
    fn place(&mut self, a: Operand, b: Operand) -> Option<usize> {
        let minus = Rational::from(-1);
        let place = self.line(a)?.plus(&self.line(b)?.scaled(&minus))?.place()?;
        let (number, is_new) = self.place_numbers.number(&place);
        if is_new {
            self.places.push(place);
        }
        Some(number)
    }

    /// Does a formula consist of one input and numbers, sums and multiples?
    fn is_affine(&mut self, tree: &Expr) -> bool {
        let operand = self.value(tree);
        self.line(operand)
            .is_some_and(|line| line.place().is_some())
    }

    /// Returns the exact value of an operation on exact constants, if it is rational and short.
    fn fold(&self, operation: Operation) -> Option<Constant> {
        let (a, b) = operation.operands();
        let values = [Ok(self.exact(a)?.clone()), Ok(self.exact(b)?.clone())];
        let values = Values {
            constants: &values,
            inputs: &[],
            steps: &[],
        };
        let moved = operation.with(Operand::Constant(0), Operand::Constant(1));
        let value = values.carry_out(moved, &[]).ok()?;
        (value.bits() <= MAX_FOLDED_BITS).then_some(Constant::Number(value))
    }
}

impl Operation {
    /// Returns the two operands; a single one twice.
    fn operands(self) -> (Operand, Operand) {
        match self {
            Self::Negate(a) | Self::PowerInteger(a, _) | Self::Apply(_, a) => (a, a),
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Div(a, b)
            | Self::Power(a, b)
            | Self::Min(a, b)
            | Self::Max(a, b)
            | Self::If(_, a, b) => (a, b),
        }
    }

    fn first(self) -> Operand {
        self.operands().0
    }

    fn is_constant(self) -> bool {
        let is_constant = |operand| matches!(operand, Operand::Constant(_));
        let (a, b) = self.operands();
        // The condition of an `if` may depend on the inputs.
        !matches!(self, Self::If(..)) && is_constant(a) && is_constant(b)
    }

    /// Returns the same operation on other operands.
    fn with(self, a: Operand, b: Operand) -> Self {
        match self {
            Self::Negate(_) => Self::Negate(a),
            Self::Add(..) => Self::Add(a, b),
            Self::Sub(..) => Self::Sub(a, b),
            Self::Mul(..) => Self::Mul(a, b),
            Self::Div(..) => Self::Div(a, b),
            Self::PowerInteger(_, exponent) => Self::PowerInteger(a, exponent),
            Self::Power(..) => Self::Power(a, b),
            Self::Apply(function, _) => Self::Apply(function, a),
            Self::Min(..) => Self::Min(a, b),
            Self::Max(..) => Self::Max(a, b),
            Self::If(condition, ..) => Self::If(condition, a, b),
        }
    }
}
