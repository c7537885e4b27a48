//! Activations that exporters write in parts.
//!
//! A product of two values is no affine form, but some products are units: with `u` a unit of the
//! sum `r`, and `a` a multiple of `r`,
//!
//! ```text
//! a (1 + erf(r)) = 2 gelu_s(a) for a = s r        a sigmoid(r) = a/r silu(r)
//! (r - softplus(r)) [r > t] = softplus_t(r) - softplus(r)
//! a / (1 + |r|) = a/r softsign(r)                 ln(1 + e^r) = softplus(r)
//! a [r >= 0] = a/r relu(r)
//! ```
//!
//! What these are made of on the way, `erf(r)` and `e^r`, are units of their own as long as nothing
//! else uses them.

use super::context::{Context, Part, Unit, error};
use super::value::{Coefficient, Form, ratio};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;

/// A form of one unit, `bias + weight · unit`.
fn single(form: &Form) -> Option<(&Coefficient, &Coefficient, u32)> {
    match &form.terms[..] {
        [(unit, weight)] => Some((&form.bias, weight, *unit)),
        _ => None,
    }
}

/// The sum of a unit that has one, copied.
fn row(context: &mut Context, unit: u32) -> Result<Option<Form>, ForeignError> {
    let [row] = &context.units[unit as usize].rows[..] else {
        return Ok(None);
    };
    let cost = row.cost();
    context.spend(cost)?;
    Ok(context.units[unit as usize].rows.first().cloned())
}

/// Returns the product of two forms that both depend on the inputs, where it is a unit.
pub fn multiply(context: &mut Context, a: &Form, b: &Form) -> Result<Form, ForeignError> {
    for (a, b) in [(a, b), (b, a)] {
        if let Some(product) = product(context, a, b)? {
            return Ok(product);
        }
    }
    Err(
        error("it multiplies two values that both depend on the inputs").hint(
            "only products with constants, and those that make relu, gelu or silu, are supported",
        ),
    )
}

/// `a · (bias + weight · unit)`, where `a · unit` is known.
fn product(context: &mut Context, a: &Form, b: &Form) -> Result<Option<Form>, ForeignError> {
    let Some((bias, weight, unit)) = single(b) else {
        return Ok(None);
    };
    let Some(row) = row(context, unit)? else {
        return Ok(None);
    };
    let Unit {
        activation, part, ..
    } = &context.units[unit as usize];
    let times_unit = match (part, activation) {
        (Some(Part::Erf), _) => {
            let around = (&bias.to_rational(), &weight.to_rational());
            times_erf(context, a, &row, around)?
        }
        (None, Some(Activation::Sigmoid)) => times_sigmoid(context, a, row)?,
        (None, Some(Activation::Heaviside)) => times_step(context, a, &row)?,
        _ => None,
    };
    Ok(times_unit.map(|form| form.times(weight).plus(&a.clone().times(bias))))
}

/// `a erf(r) = a (1 + erf(r)) - a = 2 gelu_s(a) - a` for `a = s r`, and the opposite for `a = -s r`; or
/// the same with `-a` instead of `a`, where that is what cancels with the `bias`. Twice the divisor is
/// as good, with half of the result for half of `a`, so one between 1 and 2 is taken.
fn times_erf(
    context: &mut Context,
    a: &Form,
    row: &Form,
    (bias, weight): (&Rational, &Rational),
) -> Result<Option<Form>, ForeignError> {
    let Some(divisor) = ratio(row, a).filter(|divisor| !divisor.is_zero()) else {
        return Ok(None);
    };
    let sign = Rational::from(if divisor.is_negative() { -1 } else { 1 });
    let is_opposite = *bias == -(&sign * weight);
    let z = if is_opposite {
        a.clone().negated()
    } else {
        a.clone()
    };
    let mut divisor = divisor.abs();
    let (one, two) = (Rational::ONE, Rational::from(2));
    let mut scale = Rational::ONE;
    for _ in 0..64 {
        if divisor < one {
            (divisor, scale) = (&divisor * &two, &scale * &two);
        } else if divisor >= two {
            (divisor, scale) = (divisor.half(), scale.half());
        }
    }
    let scaled = z.clone().times(&scale.clone().into());
    let gelu = context.activate(Activation::Gelu(Some(divisor)), vec![scaled])?;
    let back = scale.reciprocal().unwrap_or(Rational::ONE);
    let product = gelu.times(&(&back * &two).into()).plus(&z.negated());
    Ok(Some(product.times(&sign.into())))
}

fn times_sigmoid(context: &mut Context, a: &Form, row: Form) -> Result<Option<Form>, ForeignError> {
    let Some(factor) = ratio(&row, a) else {
        return Ok(None);
    };
    let silu = context.activate(Activation::Silu, vec![row])?;
    Ok(Some(silu.times(&factor.into())))
}

/// Returns the product of a condition, which is 0 or 1, with the difference of two values.
///
/// The difference is first made simpler on the side where the condition holds.
pub fn choose(
    context: &mut Context,
    condition: &Form,
    difference: &Form,
) -> Result<Form, ForeignError> {
    if difference.is_constant() {
        return Ok(condition.clone().times(&difference.bias));
    }
    if condition.is_constant() {
        return Ok(difference.clone().times(&condition.bias));
    }
    if let Some((bias, weight, unit)) = single(condition)
        && let Some(Activation::Heaviside) = context.units[unit as usize].activation
        && let Some(row) = row(context, unit)?
    {
        // [r >= 0], or 1 - [r >= 0].
        let side = if bias.is_zero() && weight.is_one() {
            Some(row)
        } else if bias.is_one() && weight.negated().is_one() {
            Some(row.negated())
        } else {
            None
        };
        if let Some(side) = side {
            let simple = on_side(context, difference, &side)?;
            if let Some(product) = product(context, &simple, condition)? {
                return Ok(product);
            }
        }
    }
    Err(
        error("cannot show that its two values are equal where the condition changes").hint(
            "Where is supported between constants, and where both values meet as in \
                 Where(x > 0, x, 0)",
        ),
    )
}

/// Returns what a form is where `side >= 0`: there, a relu of `k side + c` is that or 0, where the
/// signs of `k` and `c` are the same.
fn on_side(context: &mut Context, form: &Form, side: &Form) -> Result<Form, ForeignError> {
    let mut found = Form::constant(form.bias.clone());
    for (unit, weight) in &form.terms {
        let is_relu = matches!(
            context.units[*unit as usize].activation,
            Some(Activation::Relu)
        );
        let sum = if is_relu { row(context, *unit)? } else { None };
        let signs = sum.as_ref().and_then(|sum| {
            let slope = slope(side, sum)?;
            let shift = &sum.bias.to_rational() - &(&slope * &side.bias.to_rational());
            Some((slope, shift))
        });
        let is_above =
            |(slope, shift): &(Rational, Rational)| !slope.is_negative() && !shift.is_negative();
        let is_below =
            |(slope, shift): &(Rational, Rational)| !slope.is_positive() && !shift.is_positive();
        let there = match (sum, signs) {
            (Some(sum), Some(signs)) if is_above(&signs) => sum,
            (Some(_), Some(signs)) if is_below(&signs) => continue,
            _ => Form::unit(*unit),
        };
        context.spend(there.cost())?;
        found = found.plus(&there.times(weight));
    }
    Ok(found)
}

/// `a [r >= 0] = k relu(r)` for `a = k r`; and `a [q >= 0]` for `a = k (r - softplus(r))` and `q` falling
/// with `r`, 0 at a threshold: what is left where `r` is above it is taken from `a`.
fn times_step(
    context: &mut Context,
    a: &Form,
    condition: &Form,
) -> Result<Option<Form>, ForeignError> {
    if let Some(factor) = ratio(condition, a) {
        context.spend(condition.cost())?;
        let relu = context.relu(condition.clone())?;
        return Ok(Some(relu.times(&factor.into())));
    }
    for (unit, weight) in &a.terms {
        let Unit {
            activation, rows, ..
        } = &context.units[*unit as usize];
        let (Some(Activation::Softplus(None)), [row]) = (activation, &rows[..]) else {
            continue;
        };
        let softplus = Form::unit(*unit).times(weight);
        let rest = a.clone().plus(&softplus.negated());
        let factor = weight.negated();
        if ratio(row, &rest) != Some(factor.to_rational()) {
            continue;
        }
        // q = slope (t - r)
        let Some(slope) = slope(row, condition).filter(Rational::is_negative) else {
            continue;
        };
        let Some(row) = self::row(context, *unit)? else {
            continue;
        };
        let shift = condition
            .clone()
            .plus(&row.clone().times(&(-&slope).into()));
        let Some(threshold) = shift.bias.to_rational().checked_div(&-&slope) else {
            continue;
        };
        let softplus = Form::unit(*unit);
        let with_threshold = context.activate(Activation::Softplus(Some(threshold)), vec![row])?;
        let above = with_threshold.plus(&softplus.negated()).times(&factor);
        return Ok(Some(a.clone().plus(&above.negated())));
    }
    Ok(None)
}

/// The number by which the terms of the second form are those of the first, if there is one.
fn slope(first: &Form, second: &Form) -> Option<Rational> {
    let without_bias = |form: &Form| Form {
        bias: Coefficient::ZERO,
        terms: form.terms.clone(),
    };
    ratio(&without_bias(first), &without_bias(second))
}

/// Returns a quotient whose divisor depends on the inputs, where it is a softsign: the divisor is
/// `b + k (relu(r) + relu(-r))` with `b` and `k` positive, and the other `a` a multiple of `r`.
pub fn divide(context: &mut Context, a: &Form, divisor: &Form) -> Result<Form, ForeignError> {
    let refused = || {
        error("it divides by a value that depends on the inputs")
            .hint("only the quotient of softsign, x / (1 + |x|), is supported")
    };
    let [(first, weight), (second, other)] = &divisor.terms[..] else {
        return Err(refused());
    };
    let relu = |unit: u32| {
        let unit = &context.units[unit as usize];
        match (&unit.activation, &unit.rows[..]) {
            (Some(Activation::Relu), [row]) => Some(row),
            _ => None,
        }
    };
    let (weight, other) = (weight.to_rational(), other.to_rational());
    let bias = divisor.bias.to_rational();
    let (Some(row), Some(opposite)) = (relu(*first), relu(*second)) else {
        return Err(refused());
    };
    let is_size = weight == other && ratio(row, opposite) == Some(Rational::from(-1));
    let Some(factor) = ratio(row, a) else {
        return Err(refused());
    };
    if !is_size || !weight.is_positive() || !bias.is_positive() {
        return Err(refused());
    }
    let row = self::row(context, *first)?.ok_or_else(refused)?;
    // a / (b + k |r|) = a/(r k) · t / (1 + |t|) with t = k r / b
    let scale = weight.checked_div(&bias).unwrap_or(Rational::ONE);
    let softsign = context.activate(Activation::Softsign, vec![row.times(&scale.into())])?;
    let factor = factor.checked_div(&weight).unwrap_or(Rational::ONE);
    Ok(softsign.times(&factor.into()))
}

/// Returns the logarithm of `1 + e^r`, and of a sigmoid, `-softplus(-r)`.
pub fn logarithm(context: &mut Context, form: &Form) -> Result<Form, ForeignError> {
    let refused = || {
        error("the logarithm of a value that depends on the inputs is not supported")
            .hint("only that of 1 + exp(x), a softplus, is supported")
    };
    let Some((bias, _, unit)) = single(form).filter(|(_, weight, _)| weight.is_one()) else {
        return Err(refused());
    };
    let (is_zero, is_one) = (bias.is_zero(), bias.is_one());
    let Unit {
        activation, part, ..
    } = &context.units[unit as usize];
    let is_exp = matches!(part, Some(Part::Exp)) && is_one;
    let is_sigmoid = part.is_none() && matches!(activation, Some(Activation::Sigmoid)) && is_zero;
    if !is_exp && !is_sigmoid {
        return Err(refused());
    }
    let row = row(context, unit)?.ok_or_else(refused)?;
    if is_exp {
        return context.activate(Activation::Softplus(None), vec![row]);
    }
    let softplus = context.activate(Activation::Softplus(None), vec![row.negated()])?;
    Ok(softplus.negated())
}
