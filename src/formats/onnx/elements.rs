//! Tensors, element by element and group by group.

use std::rc::Rc;

use super::context::Context;
use super::inputs::{Call, Output};
use super::places::{broadcast, common, size};
use super::value::{Form, Kind, Value};
use crate::formats::foreign::ForeignError;

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

/// Changes each element of the only input.
pub fn each(
    call: &mut Call<'_>,
    change: impl FnMut(&mut Context, Form) -> Result<Form, ForeignError>,
) -> Output {
    let value = call.inputs.take(0)?;
    map(call.context, value, change)
}

/// Combines the two inputs element by element; the result is of the kind of the first.
pub fn both(
    call: &mut Call<'_>,
    combine: impl FnMut(&mut Context, Form, Form) -> Result<Form, ForeignError>,
) -> Output {
    let (a, b) = (call.inputs.take(0)?, call.inputs.take(1)?);
    zip(call.context, &a, &b, a.kind, combine)
}

/// What a reduction makes one element of.
pub struct Groups {
    /// For each result, the places of the elements that it is made of.
    pub members: Vec<Vec<usize>>,
    /// The shape of the results.
    pub dims: Vec<usize>,
}

/// Returns what each result of a reduction is made of.
pub fn groups(call: &mut Call<'_>, value: &Value) -> Result<Groups, ForeignError> {
    let rank = value.dims.len();
    let is_noop = call.node.integer("noop_with_empty_axes")? == Some(1);
    let axes = match call.axes(1, rank)? {
        Some(axes) if !axes.is_empty() => axes,
        _ if is_noop => Vec::new(),
        _ => (0..rank).collect(),
    };
    let keeps = call.node.integer("keepdims")?.unwrap_or(1) == 1;
    let kept: Vec<_> = (0..rank)
        .map(|k| if axes.contains(&k) { 1 } else { value.dims[k] })
        .collect();
    let count = size(&kept)?;
    call.context.spend(
        (count as u64)
            .saturating_add(value.len() as u64)
            .saturating_mul(4),
    )?;
    let mut members = vec![Vec::new(); count];
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
        members[place].push(element);
    }
    let dims = (0..rank)
        .filter(|k| keeps || !axes.contains(k))
        .map(|k| kept[k])
        .collect();
    Ok(Groups { members, dims })
}
