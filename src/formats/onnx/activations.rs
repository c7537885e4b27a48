//! Operators that make units.

use super::arithmetic::{groups, map, zip};
use super::context::{Context, Part};
use super::operators::Inputs;
use super::parts;
use super::proto::Node;
use super::shapes::{broadcast, common};
use super::value::{Coefficient, Form, Kind, Value, ratio, rational};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;
use std::rc::Rc;

fn error(message: impl Into<String>) -> ForeignError {
    ForeignError::new(message)
}

const MINUS_ONE: Coefficient = Coefficient::Float(-1.0);

/// A finite attribute.
fn number(node: &Node<'_>, name: &str, default: f32) -> Result<Rational, ForeignError> {
    let value = node.float(name)?.unwrap_or(default);
    if value.is_finite() {
        Ok(rational(f64::from(value)))
    } else {
        Err(error(format!("`{name}` is not finite")))
    }
}

/// Runs a node of this file.
pub fn run(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let operator = node.operator;
    match operator {
        "Relu" | "Sigmoid" | "Tanh" | "LeakyRelu" | "Elu" | "Softplus" | "Softsign" => {
            let activation = match operator {
                "Relu" => Activation::Relu,
                "Sigmoid" => Activation::Sigmoid,
                "Tanh" => Activation::Tanh,
                "Softplus" => Activation::Softplus(None),
                "Softsign" => Activation::Softsign,
                "Elu" => Activation::Elu(number(node, "alpha", 1.0)?),
                _ => Activation::LeakyRelu(number(node, "alpha", 0.01)?),
            };
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                context.activate(activation.clone(), vec![form])
            })
        }
        "PRelu" => {
            let (value, slopes) = (inputs.take(0)?, inputs.take(1)?);
            if common(&value.dims, &slopes.dims)? != value.dims {
                return Err(error("its slopes do not fit its input"));
            }
            zip(
                context,
                &value,
                &slopes,
                Kind::Float,
                |context, form, slope| {
                    if !slope.is_constant() {
                        return Err(error("its slopes have to be constant"));
                    }
                    let slope = slope.bias.to_rational();
                    context.activate(Activation::LeakyRelu(slope), vec![form])
                },
            )
        }
        "HardSigmoid" => {
            let (alpha, beta) = (number(node, "alpha", 0.2)?, number(node, "beta", 0.5)?);
            let value = inputs.take(0)?;
            let (alpha, beta) = (Coefficient::from(alpha), Form::constant(beta));
            map(context, value, |context, form| {
                let form = form.times(&alpha).plus(&beta);
                context.clip(form, Some(&Rational::ZERO), Some(&Rational::ONE))
            })
        }
        "Gelu" => {
            let form = node.text("approximate")?.unwrap_or("none");
            if form != "none" {
                return Err(
                    error(format!("Gelu with approximate=\"{form}\" is not supported"))
                        .hint("export it with approximate=\"none\", which is the exact one"),
                );
            }
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                context.activate(Activation::Gelu(None), vec![form])
            })
        }
        // x sigmoid(a x), which is silu(a x) / a, and x/2 for a = 0.
        "Swish" => {
            let alpha = number(node, "alpha", 1.0)?;
            let value = inputs.take(0)?;
            let Some(inverse) = alpha.reciprocal() else {
                let half = Coefficient::Float(0.5);
                return map(context, value, |_, form| Ok(form.times(&half)));
            };
            let (alpha, inverse) = (Coefficient::from(alpha), Coefficient::from(inverse));
            map(context, value, |context, form| {
                let silu = context.activate(Activation::Silu, vec![form.times(&alpha)])?;
                Ok(silu.times(&inverse))
            })
        }
        "Selu" => {
            // What the standard says.
            let alpha = number(node, "alpha", 1.673_263_2)?;
            let gamma = Coefficient::from(number(node, "gamma", 1.050_701)?);
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                let elu = context.activate(Activation::Elu(alpha.clone()), vec![form])?;
                Ok(elu.times(&gamma))
            })
        }
        // max(0, x) + min(0, alpha (e^(x/alpha) - 1))
        "Celu" => {
            let alpha = number(node, "alpha", 1.0)?;
            if !alpha.is_positive() {
                return Err(error("`alpha` is not positive"));
            }
            let inverse = Coefficient::from(alpha.reciprocal().unwrap_or(Rational::ONE));
            let alpha = Coefficient::from(alpha);
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                let elu = Activation::Elu(Rational::ONE);
                let elu = context.activate(elu, vec![form.times(&inverse)])?;
                Ok(elu.times(&alpha))
            })
        }
        "Erf" | "Exp" => {
            let part = if operator == "Erf" {
                Part::Erf
            } else {
                Part::Exp
            };
            let value = inputs.take(0)?;
            map(context, value, |context, form| context.part(part, form))
        }
        "Log" => {
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                parts::logarithm(context, &form)
            })
        }
        "Abs" => {
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                let negative = form.clone().times(&MINUS_ONE);
                let below = context.relu(negative)?;
                Ok(context.relu(form)?.plus(&below))
            })
        }
        "Clip" => clip(node, inputs, context),
        "Max" | "Min" => branches(operator, inputs, context),
        "ReduceMax" | "ReduceMin" => {
            let value = inputs.take(0)?;
            let (groups, dims) = groups(node, inputs, context, &value)?;
            let mut forms = Vec::new();
            for group in groups {
                let rows: Vec<_> = group.iter().map(|&k| value.form(k)).collect();
                context.spend(rows.iter().map(Form::cost).sum())?;
                forms.push(largest(context, rows, operator == "ReduceMin")?);
            }
            Ok(Value::forms(dims, forms))
        }
        _ => Err(error(format!("the operator {operator} is not supported"))),
    }
}

fn clip(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let mut bound = |name: &str, index: usize| -> Result<Option<Rational>, ForeignError> {
        if node.has(name) {
            let value = f64::from(node.float(name)?.unwrap_or(0.0));
            if value.is_nan() {
                return Err(error("a bound is not a number"));
            }
            return Ok(value.is_finite().then(|| rational(value)));
        }
        let Some(value) = inputs.optional(index) else {
            return Ok(None);
        };
        let constant = (value.len() == 1).then(|| value.constant(0)).flatten();
        match constant {
            Some(Coefficient::Float(value)) if value.is_infinite() => Ok(None),
            Some(constant) => Ok(Some(constant.to_rational())),
            None => Err(error("its bounds have to be constant numbers")),
        }
    };
    // Infinite bounds on the wrong side would make a constant infinity.
    let (low, high) = (bound("min", 1)?, bound("max", 2)?);
    let value = inputs.take(0)?;
    if value.is_infinite {
        return Err(error("a constant is infinite"));
    }
    map(context, value, |context, form| {
        context.clip(form, low.as_ref(), high.as_ref())
    })
}

/// The largest (or smallest) of several tensors, element by element.
fn branches(
    operator: &str,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let parts: Vec<Rc<Value>> = (0..inputs.len())
        .map(|k| inputs.take(k))
        .collect::<Result<_, _>>()?;
    let mut dims = Vec::new();
    for part in &parts {
        dims = common(&dims, &part.dims)?;
    }
    let places: Vec<_> = parts
        .iter()
        .map(|part| broadcast(context, &part.dims, &dims))
        .collect::<Result<_, _>>()?;
    let count = places.first().map_or(0, Vec::len);
    let mut forms = Vec::new();
    for k in 0..count {
        let mut rows = Vec::new();
        for (part, places) in parts.iter().zip(&places) {
            let form = part.form(places[k]);
            if let Coefficient::Float(value) = form.bias
                && value.is_infinite()
            {
                // Beside an infinity on the harmless side, the others decide.
                if (value < 0.0) == (operator == "Max") {
                    continue;
                }
                return Err(error("a constant is infinite"));
            }
            context.spend(form.cost())?;
            rows.push(form);
        }
        forms.push(largest(context, rows, operator == "Min")?);
    }
    Ok(Value::forms(dims, forms))
}

/// The largest of several forms; with `flip`, the smallest.
fn largest(context: &mut Context, rows: Vec<Form>, flip: bool) -> Result<Form, ForeignError> {
    let turned = |form: Form| if flip { form.times(&MINUS_ONE) } else { form };
    let (constants, mut rows): (Vec<_>, Vec<_>) =
        rows.into_iter().map(turned).partition(Form::is_constant);
    let constant = constants
        .into_iter()
        .map(|form| form.bias.to_rational())
        .max();
    let largest = match (constant, rows.len()) {
        (Some(constant), 0) => Form::constant(constant),
        (None, 0) => return Err(error("the largest of nothing")),
        (Some(low), 1) => context.clip(rows.swap_remove(0), Some(&low), None)?,
        (None, 1) => rows.swap_remove(0),
        (None, 2) if ratio(&rows[0], &rows[1]).is_some() => {
            let ratio = ratio(&rows[0], &rows[1]).unwrap_or_default();
            // max(z, a z) is leaky relu of z for a <= 1; else it is that of a z, with slope 1/a.
            let (z, slope) = match ratio.reciprocal() {
                Some(inverse) if ratio > Rational::ONE => (rows.swap_remove(1), inverse),
                _ => (rows.swap_remove(0), ratio),
            };
            context.activate(Activation::LeakyRelu(slope), vec![z])?
        }
        (constant, _) => {
            rows.extend(constant.map(Form::constant));
            let rank = rows.len();
            context.activate(Activation::Maxout(rank), rows)?
        }
    };
    Ok(turned(largest))
}
