//! Arithmetic, comparisons, and sums of elements.

use std::rc::Rc;

use super::context::{Context, error};
use super::elements::{Groups, both, checked, each, groups, map, zip};
use super::inputs::{Call, Output};
use super::parts;
use super::roots::root;
use super::value::{Coefficient, Form, Kind, Value};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;

/// The largest exponent of a constant.
const LARGEST_POWER: u64 = 64;

pub fn add(call: &mut Call<'_>) -> Output {
    both(call, |_, a, b| Ok(a.plus(&b)))
}

pub fn subtract(call: &mut Call<'_>) -> Output {
    both(call, |_, a, b| Ok(difference(a, b)))
}

pub fn multiply(call: &mut Call<'_>) -> Output {
    both(call, product)
}

pub fn divide(call: &mut Call<'_>) -> Output {
    let (a, b) = (call.inputs.take(0)?, call.inputs.take(1)?);
    zip(
        call.context,
        &a,
        &b,
        a.kind,
        |context, dividend, divisor| {
            if a.kind != Kind::Float {
                integer_quotient(&dividend, &divisor)
            } else if divisor.is_constant() {
                Ok(dividend.times(&inverse(&divisor)?))
            } else {
                parts::divide(context, &dividend, &divisor)
            }
        },
    )
}

/// Returns the sum of all inputs.
pub fn sum(call: &mut Call<'_>) -> Output {
    let sum = total(call)?;
    scaled(call.context, sum, 1)
}

/// Returns the mean of all inputs.
pub fn mean(call: &mut Call<'_>) -> Output {
    let count = call.inputs.len();
    let sum = total(call)?;
    scaled(call.context, sum, count)
}

pub fn negate(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let kind = value.kind;
    let mut value = map(call.context, value, |_, form| Ok(form.negated()))?;
    value.kind = kind;
    Ok(value)
}

pub fn reciprocal(call: &mut Call<'_>) -> Output {
    each(call, |_, form| Ok(Form::constant(inverse(&form)?)))
}

/// Returns the square roots of constants.
pub fn square_root(call: &mut Call<'_>) -> Output {
    each(call, |context, form| {
        if !form.is_constant() {
            return Err(error(
                "the root of a value that depends on the inputs is not supported",
            ));
        }
        Ok(Form::constant(root(&form.bias.to_rational(), context)?))
    })
}

/// Returns powers of constants, and first powers.
pub fn power(call: &mut Call<'_>) -> Output {
    both(call, |_, a, b| {
        let exponent = if b.is_constant() {
            b.bias.to_rational().to_i64()
        } else {
            None
        };
        match exponent {
            Some(1) => Ok(a),
            Some(k) if k.unsigned_abs() <= LARGEST_POWER && a.is_constant() => {
                a.bias.check()?;
                let power = i32::try_from(k).ok();
                let power = power.and_then(|k| a.bias.to_rational().powi(k));
                Ok(Form::constant(power.ok_or_else(division_by_zero)?))
            }
            _ => Err(error(
                "powers of values that depend on the inputs are not supported",
            )),
        }
    })
}

/// Returns `condition ? a : b`.
pub fn choose(call: &mut Call<'_>) -> Output {
    let inputs = &mut call.inputs;
    let (condition, a, b) = (inputs.take(0)?, inputs.take(1)?, inputs.take(2)?);
    let kind = a.kind;
    // b + condition (a - b), which holds for 0 and 1.
    let apart = Rc::new(zip(call.context, &a, &b, kind, |_, a, b| {
        Ok(difference(a, b))
    })?);
    let part = zip(call.context, &condition, &apart, kind, |context, c, d| {
        parts::choose(context, &c, &d)
    })?;
    zip(call.context, &Rc::new(part), &b, kind, |_, part, b| {
        Ok(part.plus(&b))
    })
}

pub fn not(call: &mut Call<'_>) -> Output {
    let mut value = each(call, |_, form| Ok(opposite(form)))?;
    value.kind = Kind::Bool;
    Ok(value)
}

pub fn greater_or_equal(call: &mut Call<'_>) -> Output {
    compare(call, at_least)
}

pub fn less_or_equal(call: &mut Call<'_>) -> Output {
    compare(call, |context, a, b| at_least(context, b, a))
}

pub fn less(call: &mut Call<'_>) -> Output {
    compare(call, |context, a, b| Ok(opposite(at_least(context, a, b)?)))
}

pub fn greater(call: &mut Call<'_>) -> Output {
    compare(call, |context, a, b| Ok(opposite(at_least(context, b, a)?)))
}

pub fn equal(call: &mut Call<'_>) -> Output {
    compare(call, |_, a, b| {
        if !(a.is_constant() && b.is_constant()) {
            return Err(depends("Equal"));
        }
        let equal = a.bias.to_rational() == b.bias.to_rational();
        Ok(Form::constant(Rational::from(i64::from(equal))))
    })
}

pub fn and(call: &mut Call<'_>) -> Output {
    compare(call, |context, a, b| {
        if !(a.is_constant() || b.is_constant()) {
            return Err(depends("And"));
        }
        product(context, a, b)
    })
}

pub fn or(call: &mut Call<'_>) -> Output {
    compare(call, |context, a, b| {
        if !(a.is_constant() || b.is_constant()) {
            return Err(depends("Or"));
        }
        Ok(opposite(product(context, opposite(a), opposite(b))?))
    })
}

/// Returns sums along axes.
pub fn reduce_sum(call: &mut Call<'_>) -> Output {
    let (sums, _) = group_sums(call)?;
    scaled(call.context, sums, 1)
}

/// Returns means along axes.
pub fn reduce_mean(call: &mut Call<'_>) -> Output {
    let (sums, count) = group_sums(call)?;
    scaled(call.context, sums, count)
}

fn division_by_zero() -> ForeignError {
    error("it divides by 0")
}

fn depends(operator: &str) -> ForeignError {
    error(format!(
        "{operator} of values that depend on the inputs is not supported"
    ))
}

fn difference(a: Form, b: Form) -> Form {
    a.plus(&b.negated())
}

fn product(context: &mut Context, a: Form, b: Form) -> Result<Form, ForeignError> {
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
    Ok(inverse.ok_or_else(division_by_zero)?.into())
}

fn integer_quotient(a: &Form, b: &Form) -> Result<Form, ForeignError> {
    let number = |form: &Form| {
        form.is_constant()
            .then(|| form.bias.to_rational().to_i64())
            .flatten()
            .ok_or_else(|| error("integers that depend on the inputs are divided"))
    };
    let quotient = number(a)?.checked_div(number(b)?);
    let quotient = quotient.ok_or_else(division_by_zero)?;
    Ok(Form::constant(Rational::from(quotient)))
}

fn compare(
    call: &mut Call<'_>,
    holds: impl FnMut(&mut Context, Form, Form) -> Result<Form, ForeignError>,
) -> Output {
    let (a, b) = (call.inputs.take(0)?, call.inputs.take(1)?);
    zip(call.context, &a, &b, Kind::Bool, holds)
}

/// 1 where a >= b, else 0.
fn at_least(context: &mut Context, a: Form, b: Form) -> Result<Form, ForeignError> {
    context.activate(Activation::Heaviside, vec![difference(a, b)])
}

/// 1 - form.
fn opposite(form: Form) -> Form {
    form.negated().plus(&Form::constant(Coefficient::ONE))
}

/// The sum of all inputs.
fn total(call: &mut Call<'_>) -> Result<Rc<Value>, ForeignError> {
    let mut sum = call.inputs.take(0)?;
    for k in 1..call.inputs.len() {
        let next = call.inputs.take(k)?;
        sum = Rc::new(zip(call.context, &sum, &next, Kind::Float, |_, a, b| {
            Ok(a.plus(&b))
        })?);
    }
    Ok(sum)
}

fn scaled(context: &mut Context, value: Rc<Value>, share: usize) -> Output {
    let factor = Rational::new(1, share).unwrap_or(Rational::ONE).into();
    map(context, value, |_, form| Ok(form.times(&factor)))
}

/// The sums of the groups of a reduction, and how many elements a group has.
fn group_sums(call: &mut Call<'_>) -> Result<(Rc<Value>, usize), ForeignError> {
    let value = call.inputs.take(0)?;
    let Groups { members, dims } = groups(call, &value)?;
    let mut forms = Vec::new();
    for group in &members {
        let mut sum = Form::constant(Coefficient::ZERO);
        for &k in group {
            let form = value.form(k);
            call.context.spend(form.cost())?;
            sum.bias = sum.bias.plus(&form.bias);
            sum.terms.extend(form.terms);
        }
        sum.merge();
        checked(call.context, &sum)?;
        forms.push(sum);
    }
    let count = members.first().map_or(1, Vec::len);
    Ok((Rc::new(Value::forms(dims, forms)), count))
}
