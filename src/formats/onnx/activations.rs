//! Operators that make units: activations.

use super::context::{Part, error};
use super::elements::{each, map, zip};
use super::inputs::{Call, Output};
use super::parts;
use super::places::common;
use super::value::{Coefficient, Form, Kind, rational};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;

/// Makes each element a unit with this activation.
fn activate(call: &mut Call<'_>, activation: &Activation) -> Output {
    each(call, |context, form| {
        context.activate(activation.clone(), vec![form])
    })
}

pub fn relu(call: &mut Call<'_>) -> Output {
    activate(call, &Activation::Relu)
}

pub fn sigmoid(call: &mut Call<'_>) -> Output {
    activate(call, &Activation::Sigmoid)
}

pub fn tanh(call: &mut Call<'_>) -> Output {
    activate(call, &Activation::Tanh)
}

pub fn softplus(call: &mut Call<'_>) -> Output {
    activate(call, &Activation::Softplus(None))
}

pub fn softsign(call: &mut Call<'_>) -> Output {
    activate(call, &Activation::Softsign)
}

pub fn leaky_relu(call: &mut Call<'_>) -> Output {
    let slope = call.number("alpha", 0.01)?;
    activate(call, &Activation::LeakyRelu(slope))
}

/// Leaky relu with slopes that an input holds.
pub fn prelu(call: &mut Call<'_>) -> Output {
    let (value, slopes) = (call.inputs.take(0)?, call.inputs.take(1)?);
    if common(&value.dims, &slopes.dims)? != value.dims {
        return Err(error(format!(
            "slopes of shape {:?} do not fit the shape {:?} of its input",
            slopes.dims, value.dims
        )));
    }
    zip(
        call.context,
        &value,
        &slopes,
        Kind::Float,
        |context, form, slope| {
            if !slope.is_constant() {
                return Err(error("its slopes must be constant"));
            }
            let slope = slope.bias.to_rational();
            context.activate(Activation::LeakyRelu(slope), vec![form])
        },
    )
}

pub fn elu(call: &mut Call<'_>) -> Output {
    let alpha = call.number("alpha", 1.0)?;
    activate(call, &Activation::Elu(alpha))
}

/// gamma elu(x)
pub fn selu(call: &mut Call<'_>) -> Output {
    // What the standard says.
    let alpha = call.number("alpha", 1.673_263_2)?;
    let gamma = Coefficient::from(call.number("gamma", 1.050_701)?);
    each(call, |context, form| {
        let elu = context.activate(Activation::Elu(alpha.clone()), vec![form])?;
        Ok(elu.times(&gamma))
    })
}

/// max(0, x) + min(0, alpha (e^(x/alpha) - 1))
pub fn celu(call: &mut Call<'_>) -> Output {
    let alpha = call.number("alpha", 1.0)?;
    if !alpha.is_positive() {
        return Err(error("the attribute `alpha` is not positive"));
    }
    let inverse = Coefficient::from(alpha.reciprocal().unwrap_or(Rational::ONE));
    let alpha = Coefficient::from(alpha);
    each(call, |context, form| {
        let elu = Activation::Elu(Rational::ONE);
        let elu = context.activate(elu, vec![form.times(&inverse)])?;
        Ok(elu.times(&alpha))
    })
}

/// max(0, min(1, alpha x + beta))
pub fn hard_sigmoid(call: &mut Call<'_>) -> Output {
    let (alpha, beta) = (call.number("alpha", 0.2)?, call.number("beta", 0.5)?);
    let (alpha, beta) = (Coefficient::from(alpha), Form::constant(beta));
    each(call, |context, form| {
        let form = form.times(&alpha).plus(&beta);
        context.clip(form, Some(&Rational::ZERO), Some(&Rational::ONE))
    })
}

pub fn gelu(call: &mut Call<'_>) -> Output {
    let form = call.node.text("approximate")?.unwrap_or("none");
    if form != "none" {
        return Err(
            error(format!("Gelu with approximate=\"{form}\" is not supported"))
                .hint("export it with approximate=\"none\", which is the exact one"),
        );
    }
    activate(call, &Activation::Gelu(None))
}

/// x sigmoid(a x), which is silu(a x) / a, and x/2 for a = 0.
pub fn swish(call: &mut Call<'_>) -> Output {
    let alpha = call.number("alpha", 1.0)?;
    let Some(inverse) = alpha.reciprocal() else {
        let half = Coefficient::Float(0.5);
        return each(call, |_, form| Ok(form.times(&half)));
    };
    let (alpha, inverse) = (Coefficient::from(alpha), Coefficient::from(inverse));
    each(call, |context, form| {
        let silu = context.activate(Activation::Silu, vec![form.times(&alpha)])?;
        Ok(silu.times(&inverse))
    })
}

/// The error function, as a part of gelu.
pub fn erf(call: &mut Call<'_>) -> Output {
    each(call, |context, form| context.part(Part::Erf, form))
}

/// The exponential function, as a part of softplus.
pub fn exp(call: &mut Call<'_>) -> Output {
    each(call, |context, form| context.part(Part::Exp, form))
}

/// The logarithm of what makes it a softplus.
pub fn log(call: &mut Call<'_>) -> Output {
    each(call, |context, form| parts::logarithm(context, &form))
}

/// relu(x) + relu(-x)
pub fn abs(call: &mut Call<'_>) -> Output {
    each(call, |context, form| {
        let below = context.relu(form.clone().negated())?;
        Ok(context.relu(form)?.plus(&below))
    })
}

/// Cuts off below `min` and above `max`.
pub fn clip(call: &mut Call<'_>) -> Output {
    // Infinite bounds on the wrong side would make a constant infinity.
    let (low, high) = (bound(call, "min", 1)?, bound(call, "max", 2)?);
    let value = call.inputs.take(0)?;
    if value.is_infinite {
        return Err(error("a constant is infinite"));
    }
    map(call.context, value, |context, form| {
        context.clip(form, low.as_ref(), high.as_ref())
    })
}

/// A bound of [`clip`], an attribute or an input; nothing where it is infinite or left out.
fn bound(call: &mut Call<'_>, name: &str, index: usize) -> Result<Option<Rational>, ForeignError> {
    if call.node.has(name) {
        let value = f64::from(call.node.float(name)?.unwrap_or(0.0));
        if value.is_nan() {
            return Err(error(format!("the attribute `{name}` is not a number")));
        }
        return Ok(value.is_finite().then(|| rational(value)));
    }
    let Some(value) = call.inputs.optional(index) else {
        return Ok(None);
    };
    let constant = (value.len() == 1).then(|| value.constant(0)).flatten();
    match constant {
        Some(Coefficient::Float(value)) if value.is_infinite() => Ok(None),
        Some(constant) => Ok(Some(constant.to_rational())),
        None => Err(error("its bounds must be constant numbers")),
    }
}
