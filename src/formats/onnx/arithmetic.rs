//! Operators that work element by element, and sums.

use std::rc::Rc;

use super::context::Context;
use super::operators::Inputs;
use super::parts;
use super::proto::Node;
use super::shapes::{axes, broadcast, common, size};
use super::value::{Coefficient, Form, Kind, Value, rational};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;

const MINUS_ONE: Coefficient = Coefficient::Float(-1.0);

fn error(message: impl Into<String>) -> ForeignError {
    ForeignError::new(message)
}

/// Combines two tensors element by element, after broadcasting.
pub fn zip(
    context: &mut Context,
    a: &Rc<Value>,
    b: &Rc<Value>,
    kind: Kind,
    mut combine: impl FnMut(&mut Context, Form, Form) -> Result<Form, ForeignError>,
) -> Result<Value, ForeignError> {
    let dims = common(&a.dims, &b.dims)?;
    let left = broadcast(context, &a.dims, &dims)?;
    let right = broadcast(context, &b.dims, &dims)?;
    let mut forms = Vec::new();
    for (&i, &j) in left.iter().zip(&right) {
        let form = combine(context, a.form(i), b.form(j))?;
        checked(context, &form)?;
        forms.push(form);
    }
    let mut value = Value::forms(dims, forms);
    value.kind = kind;
    Ok(value)
}

/// Changes each element.
pub fn map(
    context: &mut Context,
    value: Rc<Value>,
    mut change: impl FnMut(&mut Context, Form) -> Result<Form, ForeignError>,
) -> Result<Value, ForeignError> {
    let value = context.own(value)?;
    let dims = value.dims.clone();
    let mut forms = Vec::new();
    for form in value.into_forms() {
        let form = change(context, form)?;
        checked(context, &form)?;
        forms.push(form);
    }
    Ok(Value::forms(dims, forms))
}

/// Pays for a form, and refuses numbers that grow without end.
pub fn checked(context: &mut Context, form: &Form) -> Result<(), ForeignError> {
    context.spend(form.cost())?;
    form.bias.check()?;
    form.terms.iter().try_for_each(|(_, weight)| weight.check())
}

fn multiply(context: &mut Context, a: Form, b: Form) -> Result<Form, ForeignError> {
    match (a.is_constant(), b.is_constant()) {
        (true, _) => Ok(b.times(&a.bias)),
        (_, true) => Ok(a.times(&b.bias)),
        _ => parts::multiply(context, &a, &b),
    }
}

fn inverse(form: &Form) -> Result<Coefficient, ForeignError> {
    if !form.is_constant() {
        return Err(error("it divides by a value that depends on the inputs"));
    }
    let inverse = form.bias.to_rational().reciprocal();
    Ok(inverse.ok_or_else(|| error("it divides by 0"))?.into())
}

/// 1 where a >= b, else 0.
fn at_least(context: &mut Context, a: Form, b: &Form) -> Result<Form, ForeignError> {
    let difference = a.plus(&b.clone().times(&MINUS_ONE));
    context.activate(Activation::Heaviside, vec![difference])
}

fn not(form: Form) -> Form {
    form.times(&MINUS_ONE)
        .plus(&Form::constant(Coefficient::ONE))
}

/// Runs a node of this file.
pub fn run(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    match node.operator {
        "Add" | "Sub" | "Mul" | "Div" => {
            let (a, b) = (inputs.take(0)?, inputs.take(1)?);
            let kind = a.kind;
            if node.operator == "Div" && kind != Kind::Float {
                return zip(context, &a, &b, kind, |_, a, b| divide_integers(&a, &b));
            }
            zip(context, &a, &b, kind, |context, a, b| match node.operator {
                "Add" => Ok(a.plus(&b)),
                "Sub" => Ok(a.plus(&b.times(&MINUS_ONE))),
                "Mul" => multiply(context, a, b),
                _ if b.is_constant() => Ok(a.times(&inverse(&b)?)),
                _ => parts::divide(context, &a, &b),
            })
        }
        "Sum" | "Mean" => {
            let count = inputs.len();
            let mut sum = inputs.take(0)?;
            for k in 1..count {
                let next = inputs.take(k)?;
                sum = Rc::new(zip(context, &sum, &next, Kind::Float, |_, a, b| {
                    Ok(a.plus(&b))
                })?);
            }
            let share = if node.operator == "Mean" { count } else { 1 };
            scaled(context, sum, share)
        }
        "Neg" => {
            let value = inputs.take(0)?;
            let kind = value.kind;
            let mut value = map(context, value, |_, form| Ok(form.times(&MINUS_ONE)))?;
            value.kind = kind;
            Ok(value)
        }
        "Sqrt" | "Reciprocal" => {
            let value = inputs.take(0)?;
            map(context, value, |context, form| {
                if node.operator == "Reciprocal" {
                    return Ok(Form::constant(inverse(&form)?));
                }
                if !form.is_constant() {
                    return Err(error(
                        "the root of a value that depends on the inputs is not supported",
                    ));
                }
                Ok(Form::constant(root(&form.bias.to_rational(), context)?))
            })
        }
        "Pow" => {
            let (a, b) = (inputs.take(0)?, inputs.take(1)?);
            zip(context, &a, &b, a.kind, |_, a, b| {
                let exponent = b
                    .is_constant()
                    .then(|| b.bias.to_rational().to_i64())
                    .flatten();
                match exponent {
                    Some(1) => Ok(a),
                    Some(k @ -64..=64) if a.is_constant() => {
                        let k = i32::try_from(k).unwrap_or(0);
                        a.bias.check()?;
                        let power = a.bias.to_rational().powi(k);
                        Ok(Form::constant(
                            power.ok_or_else(|| error("it divides by 0"))?,
                        ))
                    }
                    _ => Err(error(
                        "powers of values that depend on the inputs are not supported",
                    )),
                }
            })
        }
        "ReduceSum" | "ReduceMean" => reduce(node, inputs, context),
        "BatchNormalization" => normalise(node, inputs, context),
        "Where" => {
            let (condition, a, b) = (inputs.take(0)?, inputs.take(1)?, inputs.take(2)?);
            let kind = a.kind;
            // b + condition (a - b), which holds for 0 and 1.
            let difference = zip(context, &a, &b, kind, |_, a, b| {
                Ok(a.plus(&b.times(&MINUS_ONE)))
            })?;
            let part = zip(
                context,
                &condition,
                &Rc::new(difference),
                kind,
                |context, c, d| parts::choose(context, &c, &d),
            )?;
            zip(context, &Rc::new(part), &b, kind, |_, part, b| {
                Ok(part.plus(&b))
            })
        }
        "Not" => {
            let value = inputs.take(0)?;
            let mut value = map(context, value, |_, form| Ok(not(form)))?;
            value.kind = Kind::Bool;
            Ok(value)
        }
        _ => compare(node.operator, inputs, context),
    }
}

fn compare(
    operator: &str,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let (a, b) = (inputs.take(0)?, inputs.take(1)?);
    zip(
        context,
        &a,
        &b,
        Kind::Bool,
        |context, a, b| match operator {
            "GreaterOrEqual" => at_least(context, a, &b),
            "LessOrEqual" => at_least(context, b, &a),
            "Less" => Ok(not(at_least(context, a, &b)?)),
            "Greater" => Ok(not(at_least(context, b, &a)?)),
            "Equal" if a.is_constant() && b.is_constant() => {
                let equal = a.bias.to_rational() == b.bias.to_rational();
                Ok(Form::constant(Rational::from(i64::from(equal))))
            }
            "And" if a.is_constant() || b.is_constant() => multiply(context, a, b),
            "Or" if a.is_constant() || b.is_constant() => {
                Ok(not(multiply(context, not(a), not(b))?))
            }
            _ => Err(error(format!(
                "{operator} of values that depend on the inputs is not supported"
            ))),
        },
    )
}

fn divide_integers(a: &Form, b: &Form) -> Result<Form, ForeignError> {
    let number = |form: &Form| {
        form.is_constant()
            .then(|| form.bias.to_rational().to_i64())
            .flatten()
            .ok_or_else(|| error("integers that depend on the inputs are divided"))
    };
    let quotient = number(a)?
        .checked_div(number(b)?)
        .ok_or_else(|| error("it divides by 0"))?;
    Ok(Form::constant(Rational::from(quotient)))
}

fn scaled(context: &mut Context, value: Rc<Value>, share: usize) -> Result<Value, ForeignError> {
    let factor = Rational::new(1, share).unwrap_or(Rational::ONE).into();
    map(context, value, |_, form| Ok(form.times(&factor)))
}

fn reduce(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let value = inputs.take(0)?;
    let (groups, dims) = groups(node, inputs, context, &value)?;
    let mut forms = Vec::new();
    for group in &groups {
        let mut sum = Form::constant(Coefficient::ZERO);
        for &k in group {
            let form = value.form(k);
            context.spend(form.cost())?;
            sum.bias = sum.bias.plus(&form.bias);
            sum.terms.extend(form.terms);
        }
        sum.merge();
        checked(context, &sum)?;
        forms.push(sum);
    }
    let share = if node.operator == "ReduceMean" {
        groups.first().map_or(1, Vec::len)
    } else {
        1
    };
    scaled(context, Rc::new(Value::forms(dims, forms)), share)
}

/// Returns the elements that each result of a reduction is made of, and the shape of the results.
pub fn groups(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
    value: &Value,
) -> Result<(Vec<Vec<usize>>, Vec<usize>), ForeignError> {
    let rank = value.dims.len();
    let is_noop = node.integer("noop_with_empty_axes")? == Some(1);
    let axes = match axes(node, inputs, 1, rank)? {
        Some(axes) if !axes.is_empty() => axes,
        _ if is_noop => Vec::new(),
        _ => (0..rank).collect(),
    };
    let keeps = node.integer("keepdims")?.unwrap_or(1) == 1;
    let kept: Vec<_> = (0..rank)
        .map(|k| if axes.contains(&k) { 1 } else { value.dims[k] })
        .collect();
    let count = size(&kept)?;
    context.spend(
        (count as u64)
            .saturating_add(value.len() as u64)
            .saturating_mul(4),
    )?;
    let mut groups = vec![Vec::new(); count];
    for element in 0..value.len() {
        let (mut rest, mut place, mut stride) = (element, 0, 1);
        for k in (0..rank).rev() {
            let at = rest % value.dims[k];
            rest /= value.dims[k];
            if !axes.contains(&k) {
                place += at * stride;
                stride *= value.dims[k];
            }
        }
        groups[place].push(element);
    }
    let dims = (0..rank)
        .filter(|k| keeps || !axes.contains(k))
        .map(|k| kept[k])
        .collect();
    Ok((groups, dims))
}

/// (x - mean) / sqrt(variance + epsilon) · scale + shift, channel by channel.
fn normalise(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    if node.integer("training_mode")?.unwrap_or(0) != 0 {
        return Err(error("batch normalisation is in training mode")
            .hint("export the network for inference: model.eval()"));
    }
    // Operators of versions 7 and 8 have it.
    if node.integer("spatial")?.unwrap_or(1) != 1 {
        return Err(error(
            "batch normalisation of each element on its own (spatial=0) is not supported",
        ));
    }
    let value = inputs.take(0)?;
    let parts = [
        inputs.take(1)?,
        inputs.take(2)?,
        inputs.take(3)?,
        inputs.take(4)?,
    ];
    let epsilon = node.float("epsilon")?.unwrap_or(1e-5);
    if !epsilon.is_finite() {
        return Err(error("epsilon is not finite"));
    }
    let epsilon = rational(f64::from(epsilon));
    let channels = value.dims.get(1).copied().unwrap_or(1);
    if parts.iter().any(|part| part.len() != channels) {
        return Err(error(format!(
            "there have to be {channels} numbers for the channels"
        )));
    }
    let mut factors = Vec::new();
    for channel in 0..channels {
        let number = |k: usize| {
            let number = parts[k].constant(channel);
            number.ok_or_else(|| error("its numbers have to be constant"))
        };
        let [scale, shift, mean, variance] = [number(0)?, number(1)?, number(2)?, number(3)?];
        let root = root(&(&variance.to_rational() + &epsilon), context)?;
        let factor = scale.to_rational().checked_div(&root);
        let factor = Coefficient::from(factor.ok_or_else(|| error("it divides by 0"))?);
        let offset = shift.plus(&mean.times(&factor).negated());
        factors.push((factor, offset));
    }
    let inner = size(value.dims.get(2..).unwrap_or(&[]))?;
    let mut k = 0;
    map(context, value, |_, form| {
        let (factor, offset) = &factors[k / inner.max(1) % channels.max(1)];
        k += 1;
        Ok(form.times(factor).plus(&Form::constant(offset.clone())))
    })
}

/// The root of a number: exactly where it is rational, else to 96 significant bits and more.
fn root(number: &Rational, context: &mut Context) -> Result<Rational, ForeignError> {
    if number.is_negative() {
        return Err(error("the root of a negative number"));
    }
    if let Some(root) = number.exact_sqrt() {
        return Ok(root);
    }
    context.note(
        "irrational roots (of variances) are taken to 96 bits: the network meant is the one with these numbers"
            .into(),
    );
    // floor(sqrt(n 4^k)) / 2^k, with k such that the root has 96 bits or more.
    let half = i32::try_from(number.magnitude_bits() / 2).unwrap_or(0);
    let shift = 99 - half;
    let scaled = number * &Rational::power_of_two(2 * shift);
    let floor = Rational::from(scaled.floor());
    // Newton's iteration from above, on integers.
    let mut root = Rational::power_of_two(half.saturating_add(shift).saturating_add(2));
    loop {
        let quotient = floor.checked_div(&root).unwrap_or(Rational::ONE).floor();
        let next = Rational::from((&root + &Rational::from(quotient)).half().floor());
        if next >= root {
            return Ok(&root * &Rational::power_of_two(-shift));
        }
        root = next;
    }
}

/// The operators of classical machine learning that are affine.
pub fn classical(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    if node.operator != "Scaler" {
        return Err(error(format!(
            "the operator {} is not supported",
            node.operator
        )));
    }
    let value = inputs.take(0)?;
    let features = value.dims.last().copied().unwrap_or(1).max(1);
    let list = |name: &str, default: f32| -> Result<Vec<Coefficient>, ForeignError> {
        let list = node.floats(name)?.unwrap_or_else(|| vec![default]);
        if list.len() != 1 && list.len() != features {
            return Err(error(format!(
                "`{name}` has {} numbers for {features} features",
                list.len()
            )));
        }
        if list.iter().any(|value| !value.is_finite()) {
            return Err(error(format!("`{name}` holds a number that is not finite")));
        }
        Ok(list
            .into_iter()
            .map(|value| Coefficient::Float(f64::from(value)))
            .collect())
    };
    let (offsets, scales) = (list("offset", 0.0)?, list("scale", 1.0)?);
    let mut k = 0;
    map(context, value, |_, form| {
        let feature = k % features;
        k += 1;
        let (offset, scale) = (
            &offsets[feature % offsets.len()],
            &scales[feature % scales.len()],
        );
        Ok(form.plus(&Form::constant(offset.negated())).times(scale))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn roots_are_close_from_below(p in 1i64.., q in 1i64.., e in -300i32..300) {
            let number = &Rational::ratio(p, q) * &Rational::power_of_two(e);
            let root = root(&number, &mut Context::new(0)).expect("positive");
            let above = &root + &(&root * &Rational::power_of_two(-96));
            prop_assert!(&root * &root <= number);
            prop_assert!(&above * &above >= number);
        }
    }
}
