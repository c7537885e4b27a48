//! Derivatives of formulas as formulas.
//!
//! At every point where a formula is defined, each operation in it is differentiable, and the
//! returned derivative is defined, the two agree. At a kink of abs, relu, min or max the derivative
//! chooses between the slopes by an `if`. If the `if` is undecided, its value is the hull of the
//! slopes, which is what a mean value bound needs (Clarke 1983). A jump has no derivative.

#![deny(clippy::float_arithmetic, clippy::unwrap_used, clippy::as_conversions)]

use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use super::evaluate::exact_value;
use super::simplify::{
    add, apply, divide, integer, is_zero, multiply, negate, number, power, subtract,
};
use super::tree::{Condition, Expr};
use crate::numbers::{Function, Relation};

type Part = Arc<Expr>;

/// A formula that may jump in the requested variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the formula has no derivative, since `{0}` jumps")]
pub struct NotDifferentiable(pub &'static str);

/// Returns the partial derivative of a formula in one of its variables.
///
/// - Exactness: exact where the formula is differentiable; see above for kinks.
/// - Errors: [`NotDifferentiable`] where a Heaviside function or an `if` depends on the variable.
///   The second derivative of `abs` is such a case.
///
/// ```
/// use steeple::expr::{derivative, parse_target};
/// let target = parse_target(&["x^3 + sin(2*x)"], None).expect("a formula");
/// let slope = derivative(&target.output_expressions()[0], 0)?;
/// assert_eq!(slope.display(target.inputs()).to_string(), "3*x^2 + 2*cos(2*x)");
/// # Ok::<(), steeple::expr::NotDifferentiable>(())
/// ```
pub fn derivative(formula: &Expr, variable: usize) -> Result<Expr, NotDifferentiable> {
    let root = Arc::new(formula.clone());
    let mut rules = Rules {
        variable,
        done: HashMap::new(),
    };
    rules.derive(&root).map(Arc::unwrap_or_clone)
}

struct Rules {
    variable: usize,
    /// Derivatives by the address of the formula, since trees may share parts.
    done: HashMap<*const Expr, Part>,
}

/// slope · factor. A zero slope stays zero for any factor: the factor is defined wherever the
/// formula is differentiable.
fn scale(slope: Part, factor: impl FnOnce() -> Part) -> Part {
    if is_zero(&slope) {
        return slope;
    }
    multiply(factor(), slope)
}

/// `if(a relation b, first, second)`.
fn choose(relation: Relation, a: &Part, b: Part, first: Part, second: Part) -> Part {
    if first == second {
        return first;
    }
    let condition = Condition::Compare(relation, a.clone(), b);
    Arc::new(Expr::If(Arc::new(condition), first, second))
}

impl Rules {
    fn derive(&mut self, tree: &Part) -> Result<Part, NotDifferentiable> {
        let address = ptr::from_ref(tree.as_ref());
        if let Some(done) = self.done.get(&address) {
            return Ok(done.clone());
        }
        let slope = match tree.as_ref() {
            Expr::Number(_) | Expr::Pi => integer(0),
            Expr::Variable(index) => integer(i64::from(*index == self.variable)),
            Expr::Negate(a) => negate(self.derive(a)?),
            Expr::Add(a, b) => add(self.derive(a)?, self.derive(b)?),
            Expr::Sub(a, b) => subtract(self.derive(a)?, self.derive(b)?),
            // a'·b + a·b', with 2a·a' for a square: an interval treats that as one operand.
            Expr::Mul(a, b) if a == b => scale(self.derive(a)?, || multiply(integer(2), a.clone())),
            Expr::Mul(a, b) => {
                let first = scale(self.derive(a)?, || b.clone());
                let second = scale(self.derive(b)?, || a.clone());
                add(first, second)
            }
            // a'/b − a·b'/b².
            Expr::Div(a, b) => {
                let (da, db) = (self.derive(a)?, self.derive(b)?);
                let first = if is_zero(&da) {
                    da
                } else {
                    divide(da, b.clone())
                };
                let second = scale(db, || {
                    let square = power(b.clone(), integer(2));
                    divide(a.clone(), square)
                });
                subtract(first, second)
            }
            Expr::Power(a, b) => self.power(tree, a, b)?,
            Expr::Apply(function, a) => {
                let inner = self.derive(a)?;
                if is_zero(&inner) {
                    inner
                } else {
                    multiply(outer_slope(*function, a, tree)?, inner)
                }
            }
            Expr::Min(a, b) => choose(
                Relation::Less,
                a,
                b.clone(),
                self.derive(a)?,
                self.derive(b)?,
            ),
            Expr::Max(a, b) => choose(
                Relation::Greater,
                a,
                b.clone(),
                self.derive(a)?,
                self.derive(b)?,
            ),
            Expr::If(condition, _, _) if condition.uses(self.variable) => {
                return Err(NotDifferentiable("if"));
            }
            Expr::If(condition, a, b) => {
                let (first, second) = (self.derive(a)?, self.derive(b)?);
                if first == second {
                    first
                } else {
                    Arc::new(Expr::If(condition.clone(), first, second))
                }
            }
        };
        self.done.insert(address, slope.clone());
        Ok(slope)
    }

    /// b·a^(b−1)·a' for a constant exponent; a^b·(b'·ln a + b·a'/a) for a variable one.
    fn power(&mut self, tree: &Part, a: &Part, b: &Part) -> Result<Part, NotDifferentiable> {
        let (da, db) = (self.derive(a)?, self.derive(b)?);
        if is_zero(&db) {
            // An exponent like 2^1 or 1 - 1 counts as its value; a^0 is 1 even at 0.
            let b = exact_value(b).map_or_else(|| b.clone(), number);
            if is_zero(&b) {
                return Ok(b);
            }
            return Ok(scale(da, || {
                let lower = power(a.clone(), subtract(b.clone(), integer(1)));
                multiply(b, lower)
            }));
        }
        if **a == Expr::euler() {
            return Ok(multiply(tree.clone(), db));
        }
        let from_exponent = multiply(apply(Function::Ln, a.clone()), db);
        let from_base = scale(da, || divide(b.clone(), a.clone()));
        Ok(multiply(tree.clone(), add(from_exponent, from_base)))
    }
}

/// The slope of a function at a; `value` is the function's value there.
fn outer_slope(function: Function, a: &Part, value: &Part) -> Result<Part, NotDifferentiable> {
    let one = || integer(1);
    let square = |part: &Part| power(part.clone(), integer(2));
    let root = |part| apply(Function::Sqrt, part);
    Ok(match function {
        Function::Exp => value.clone(),
        Function::Ln => divide(one(), a.clone()),
        Function::Sqrt => divide(one(), multiply(integer(2), value.clone())),
        Function::Sin => apply(Function::Cos, a.clone()),
        Function::Cos => negate(apply(Function::Sin, a.clone())),
        Function::Tan => add(one(), square(value)),
        Function::Asin => divide(one(), root(subtract(one(), square(a)))),
        Function::Acos => divide(integer(-1), root(subtract(one(), square(a)))),
        Function::Atan => divide(one(), add(one(), square(a))),
        Function::Sinh => apply(Function::Cosh, a.clone()),
        Function::Cosh => apply(Function::Sinh, a.clone()),
        Function::Tanh => subtract(one(), square(value)),
        Function::Sigmoid => multiply(value.clone(), subtract(one(), value.clone())),
        // 2/sqrt(pi) e^(-a²)
        Function::Erf => {
            let bell = apply(Function::Exp, negate(square(a)));
            multiply(divide(integer(2), root(Arc::new(Expr::Pi))), bell)
        }
        Function::Softplus => apply(Function::Sigmoid, a.clone()),
        Function::Softsign => {
            let size = add(one(), apply(Function::Abs, a.clone()));
            divide(one(), square(&size))
        }
        // e^a where that is below 1.
        Function::Elu => apply(Function::Exp, Arc::new(Expr::Min(a.clone(), integer(0)))),
        // s + a s (1 - s) with s = sigmoid(a)
        Function::Silu => {
            let s = apply(Function::Sigmoid, a.clone());
            let rest = multiply(value.clone(), subtract(one(), s.clone()));
            add(s, rest)
        }
        // (1 + erf(a/sqrt(2)))/2 + a e^(-a²/2)/sqrt(2 pi)
        Function::Gelu => {
            let scaled = divide(a.clone(), root(integer(2)));
            let share = divide(add(one(), apply(Function::Erf, scaled)), integer(2));
            let bell = apply(Function::Exp, negate(divide(square(a), integer(2))));
            let density = divide(bell, root(multiply(integer(2), Arc::new(Expr::Pi))));
            add(share, multiply(a.clone(), density))
        }
        Function::Abs => choose(Relation::Greater, a, integer(0), one(), integer(-1)),
        Function::Relu => choose(Relation::Greater, a, integer(0), one(), integer(0)),
        Function::Heaviside => return Err(NotDifferentiable("heaviside")),
    })
}
