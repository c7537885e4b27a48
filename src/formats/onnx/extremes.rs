//! The largest and the smallest of several values, as units.

use super::context::{Context, error};
use super::elements::{Groups, groups};
use super::inputs::{Call, Output};
use super::places::{broadcast, common};
use super::value::{Coefficient, Form, Value, ratio};
use crate::formats::foreign::ForeignError;
use crate::network::Activation;
use crate::numbers::Rational;

/// Which value of several is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extreme {
    Largest,
    Smallest,
}

impl Extreme {
    /// Turns the smallest into the largest, and back.
    fn turned(self, form: Form) -> Form {
        match self {
            Self::Largest => form,
            Self::Smallest => form.negated(),
        }
    }
}

pub fn max(call: &mut Call<'_>) -> Output {
    of_inputs(call, Extreme::Largest)
}

pub fn min(call: &mut Call<'_>) -> Output {
    of_inputs(call, Extreme::Smallest)
}

pub fn reduce_max(call: &mut Call<'_>) -> Output {
    of_groups(call, Extreme::Largest)
}

pub fn reduce_min(call: &mut Call<'_>) -> Output {
    of_groups(call, Extreme::Smallest)
}

/// The extremes of several tensors, element by element.
fn of_inputs(call: &mut Call<'_>, extreme: Extreme) -> Output {
    let parts = call.inputs.take_all()?;
    let mut dims = Vec::new();
    for part in &parts {
        dims = common(&dims, &part.dims)?;
    }
    let context = &mut *call.context;
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
                if (value < 0.0) == (extreme == Extreme::Largest) {
                    continue;
                }
                return Err(error("a constant is infinite"));
            }
            context.spend(form.cost())?;
            rows.push(form);
        }
        forms.push(of_forms(context, rows, extreme)?);
    }
    Ok(Value::forms(dims, forms))
}

/// The extremes along axes.
fn of_groups(call: &mut Call<'_>, extreme: Extreme) -> Output {
    let value = call.inputs.take(0)?;
    let Groups { members, dims } = groups(call, &value)?;
    let mut forms = Vec::new();
    for group in members {
        let rows: Vec<_> = group.iter().map(|&k| value.form(k)).collect();
        call.context.spend(rows.iter().map(Form::cost).sum())?;
        forms.push(of_forms(call.context, rows, extreme)?);
    }
    Ok(Value::forms(dims, forms))
}

/// The extreme of several forms.
fn of_forms(
    context: &mut Context,
    rows: Vec<Form>,
    extreme: Extreme,
) -> Result<Form, ForeignError> {
    let rows = rows.into_iter().map(|row| extreme.turned(row));
    let (constants, mut rows): (Vec<_>, Vec<_>) = rows.partition(Form::is_constant);
    let constant = constants
        .into_iter()
        .map(|form| form.bias.to_rational())
        .max();
    let largest = match (constant, rows.len()) {
        (Some(constant), 0) => Form::constant(constant),
        (None, 0) => return Err(error("it needs at least one finite value")),
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
    Ok(extreme.turned(largest))
}
