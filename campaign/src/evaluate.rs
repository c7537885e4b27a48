//! Formulas and networks over any arithmetic, evaluated in the simplest way, without the kernel's
//! tapes, forms and reduced networks.
//!
//! It shares with the kernel only the parsers of formulas and files, and the trait [`Scalar`].

use steeple::expr::{Condition, Expr, Target, TargetBody};
use steeple::network::{Activation, Layer, Network};
use steeple::numbers::{Failure, Function, Rational, Relation, Scalar, Truth};

/// A formula whose constants are numbers of one arithmetic.
enum Node<S> {
    Constant(Result<S, Failure>),
    Variable(usize),
    Negate(Box<Node<S>>),
    Two(Operation, Box<Node<S>>, Box<Node<S>>),
    Integer(Box<Node<S>>, i32),
    /// A power of the root.
    OfRoot(Box<Node<S>>, i32),
    Apply(Function, Box<Node<S>>),
    If(Box<Test<S>>, Box<Node<S>>, Box<Node<S>>),
}

#[derive(Clone, Copy)]
enum Operation {
    Add,
    Sub,
    Mul,
    Div,
    Power,
    Min,
    Max,
}

/// A condition.
enum Test<S> {
    Compare(Relation, Node<S>, Node<S>),
    And(Box<Test<S>>, Box<Test<S>>),
    Or(Box<Test<S>>, Box<Test<S>>),
    Not(Box<Test<S>>),
}

/// A target prepared for evaluation.
pub struct Formulas<S> {
    outputs: Vec<Node<S>>,
    region: Option<Test<S>>,
}

/// Returns the value of a constant formula as a rational number.
fn constant_of(expr: &Expr) -> Option<Rational> {
    let varies = expr.any(&mut |part| matches!(part, Expr::Variable(_)));
    if varies {
        return None;
    }
    node::<Rational>(&(), expr).at(&[]).ok()
}

fn node<S: Scalar>(context: &S::Context, expr: &Expr) -> Node<S> {
    let boxed = |expr: &Expr| Box::new(node(context, expr));
    let two = |operation, a: &Expr, b: &Expr| Node::Two(operation, boxed(a), boxed(b));
    match expr {
        Expr::Number(value) => Node::Constant(Ok(S::constant(context, value))),
        Expr::Variable(index) => Node::Variable(*index),
        Expr::Pi => Node::Constant(S::pi(context)),
        Expr::Negate(a) => Node::Negate(boxed(a)),
        Expr::Add(a, b) => two(Operation::Add, a, b),
        Expr::Sub(a, b) => two(Operation::Sub, a, b),
        // A product of equal factors is a square.
        Expr::Mul(a, b) if a == b => Node::Integer(boxed(a), 2),
        Expr::Mul(a, b) => two(Operation::Mul, a, b),
        Expr::Div(a, b) => two(Operation::Div, a, b),
        Expr::Power(a, b) => power(context, a, b),
        Expr::Apply(function, a) => Node::Apply(*function, boxed(a)),
        Expr::Min(a, b) => two(Operation::Min, a, b),
        Expr::Max(a, b) => two(Operation::Max, a, b),
        Expr::If(condition, a, b) => {
            Node::If(Box::new(test(context, condition)), boxed(a), boxed(b))
        }
    }
}

/// A power, by the kind of its exponent.
fn power<S: Scalar>(context: &S::Context, base: &Expr, exponent: &Expr) -> Node<S> {
    let boxed = |expr: &Expr| Box::new(node(context, expr));
    let whole = |value: &Rational| {
        let small = value.to_i64().and_then(|n| i32::try_from(n).ok());
        small.filter(|_| value.is_integer())
    };
    if let Some(value) = constant_of(exponent) {
        if let Some(power) = whole(&value) {
            return Node::Integer(boxed(base), power);
        }
        if let Some(power) = whole(&(&value + &value)) {
            return Node::OfRoot(boxed(base), power);
        }
    }
    Node::Two(Operation::Power, boxed(base), boxed(exponent))
}

fn test<S: Scalar>(context: &S::Context, condition: &Condition) -> Test<S> {
    let boxed = |condition: &Condition| Box::new(test(context, condition));
    match condition {
        Condition::Compare(relation, a, b) => {
            Test::Compare(*relation, node(context, a), node(context, b))
        }
        Condition::And(a, b) => Test::And(boxed(a), boxed(b)),
        Condition::Or(a, b) => Test::Or(boxed(a), boxed(b)),
        Condition::Not(a) => Test::Not(boxed(a)),
    }
}

impl<S: Scalar> Node<S> {
    fn at(&self, inputs: &[S]) -> Result<S, Failure> {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Variable(index) => inputs.get(*index).cloned().ok_or(Failure::Undefined),
            Self::Negate(a) => Ok(a.at(inputs)?.neg()),
            Self::Two(operation, a, b) => two(*operation, &a.at(inputs)?, &b.at(inputs)?),
            Self::Integer(a, power) => a.at(inputs)?.powi(*power),
            Self::OfRoot(a, power) => a.at(inputs)?.apply(Function::Sqrt)?.powi(*power),
            Self::Apply(function, a) => a.at(inputs)?.apply(*function),
            Self::If(test, a, b) => match test.at(inputs)? {
                Truth::True => a.at(inputs),
                Truth::False => b.at(inputs),
                Truth::Unknown => match (a.at(inputs), b.at(inputs)) {
                    (Ok(a), Ok(b)) => Ok(a.hull(&b)),
                    _ => Err(Failure::PossiblyUndefined),
                },
            },
        }
    }
}

fn two<S: Scalar>(operation: Operation, a: &S, b: &S) -> Result<S, Failure> {
    match operation {
        Operation::Add => Ok(a.add(b)),
        Operation::Sub => Ok(a.sub(b)),
        Operation::Mul => a.mul(b),
        Operation::Div => a.div(b),
        Operation::Power => a.pow(b),
        Operation::Min => a.min(b),
        Operation::Max => a.max(b),
    }
}

impl<S: Scalar> Test<S> {
    fn at(&self, inputs: &[S]) -> Result<Truth, Failure> {
        match self {
            Self::Compare(relation, a, b) => Ok(a.at(inputs)?.compare(*relation, &b.at(inputs)?)),
            Self::And(a, b) => match a.at(inputs)? {
                Truth::False => Ok(Truth::False),
                first => Ok(first.and(b.at(inputs)?)),
            },
            Self::Or(a, b) => match a.at(inputs)? {
                Truth::True => Ok(Truth::True),
                first => Ok(first.or(b.at(inputs)?)),
            },
            Self::Not(a) => Ok(a.at(inputs)?.negate()),
        }
    }
}

impl<S: Scalar> Formulas<S> {
    /// Prepares a target.
    pub fn new(context: &S::Context, target: &Target) -> Self {
        match target.body() {
            TargetBody::Outputs(outputs) => Self {
                outputs: outputs.iter().map(|expr| node(context, expr)).collect(),
                region: None,
            },
            TargetBody::Region(condition) => Self {
                outputs: Vec::new(),
                region: Some(test(context, condition)),
            },
        }
    }

    /// The values at these inputs; a region stands for its indicator.
    ///
    /// - Errors: [`Failure`] where one of them is not defined.
    pub fn values(&self, context: &S::Context, inputs: &[S]) -> Result<Vec<S>, Failure> {
        let Some(region) = &self.region else {
            return self.outputs.iter().map(|node| node.at(inputs)).collect();
        };
        let whole = |value: i64| S::constant(context, &Rational::from(value));
        Ok(vec![match region.at(inputs)? {
            Truth::True => whole(1),
            Truth::False => whole(0),
            Truth::Unknown => whole(0).hull(&whole(1)),
        }])
    }

    /// Does the region hold these inputs?
    ///
    /// - Errors: [`Failure`] where that is not defined, or the target is not a region.
    pub fn truth(&self, inputs: &[S]) -> Result<Truth, Failure> {
        let region = self.region.as_ref().ok_or(Failure::Undefined)?;
        region.at(inputs)
    }
}

/// A network prepared for evaluation.
pub struct Units<S> {
    layers: Vec<Ready<S>>,
}

struct Ready<S> {
    rows: Vec<(Vec<(usize, S)>, S)>,
    activation: Activation,
}

impl<S: Scalar> Units<S> {
    /// Prepares a network.
    pub fn new(context: &S::Context, network: &Network) -> Self {
        let ready = |layer: &Layer| {
            let constant = |value: &Rational| S::constant(context, value);
            let biases = layer.bias().iter().enumerate();
            let rows = biases.map(|(k, bias)| {
                let weights = layer.weights().row(k);
                let weights = weights.map(|(column, weight)| (column, constant(weight)));
                (weights.collect(), constant(bias))
            });
            Ready {
                rows: rows.collect(),
                activation: layer.activation().clone(),
            }
        };
        Self {
            layers: network.layers().iter().map(ready).collect(),
        }
    }

    /// The outputs at these inputs.
    ///
    /// - Errors: [`Failure`] of the arithmetic.
    pub fn at(&self, context: &S::Context, inputs: &[S]) -> Result<Vec<S>, Failure> {
        let mut values = inputs.to_vec();
        for layer in &self.layers {
            let sums = layer.rows.iter().map(|(weights, bias)| {
                weights.iter().try_fold(bias.clone(), |sum, (column, w)| {
                    let value = values.get(*column).ok_or(Failure::Undefined)?;
                    Ok(sum.add(&w.mul(value)?))
                })
            });
            let sums = sums.collect::<Result<Vec<S>, Failure>>()?;
            let units = sums.chunks(layer.activation.rows_per_unit());
            let units = units.map(|rows| unit(context, &layer.activation, rows));
            values = units.collect::<Result<_, _>>()?;
        }
        Ok(values)
    }
}

/// One unit from the sums of its rows.
fn unit<S: Scalar>(
    context: &S::Context,
    activation: &Activation,
    rows: &[S],
) -> Result<S, Failure> {
    let z = &rows[0];
    let constant = |value: i64| S::constant(context, &Rational::from(value));
    match activation {
        Activation::Identity => Ok(z.clone()),
        Activation::Heaviside => z.apply(Function::Heaviside),
        Activation::Sigmoid => z.apply(Function::Sigmoid),
        Activation::Tanh => z.apply(Function::Tanh),
        Activation::Relu => z.apply(Function::Relu),
        Activation::LeakyRelu(slope) => {
            let slope = S::constant(context, slope);
            pieces(z, &slope.mul(&z.min(&constant(0))?)?)
        }
        Activation::HardTanh => z.max(&constant(-1))?.min(&constant(1)),
        Activation::Softplus(None) => z.apply(Function::Softplus),
        Activation::Softplus(Some(threshold)) => {
            let is_above = z.compare(Relation::Greater, &S::constant(context, threshold));
            let smooth = z.apply(Function::Softplus)?;
            Ok(match is_above {
                Truth::True => z.clone(),
                Truth::False => smooth,
                Truth::Unknown => smooth.hull(z),
            })
        }
        Activation::Softsign => z.apply(Function::Softsign),
        Activation::Elu(alpha) => {
            let alpha = S::constant(context, alpha);
            let below = z.min(&constant(0))?.apply(Function::Elu)?;
            pieces(z, &alpha.mul(&below)?)
        }
        Activation::Silu => z.apply(Function::Silu),
        Activation::Gelu(None) => z.apply(Function::Gelu),
        Activation::Gelu(Some(divisor)) => {
            let scale = S::constant(context, divisor).div(&constant(2).apply(Function::Sqrt)?)?;
            scale.mul(&z.div(&scale)?.apply(Function::Gelu)?)
        }
        Activation::Maxout(_) => rows[1..].iter().try_fold(z.clone(), |a, b| a.max(b)),
    }
}

/// `z` above 0, and a function that is 0 at 0 below it: one of the two parts is 0 at every point.
fn pieces<S: Scalar>(z: &S, below: &S) -> Result<S, Failure> {
    Ok(z.apply(Function::Relu)?.add(below))
}
