//! Operators that put tensors together and cut them into parts.

use std::rc::Rc;

use super::context::{Context, error};
use super::inputs::{Call, Output};
use super::places::{all_axes, axis, picked, size, sizes, walk};
use super::value::{Coefficient, Data, Form, Value};
use crate::formats::foreign::ForeignError;

/// Puts tensors together along an axis.
pub fn concat(call: &mut Call<'_>) -> Output {
    let parts = call.inputs.take_all()?;
    let first = parts
        .first()
        .ok_or_else(|| error("Concat needs at least one input"))?;
    let along = call.axis(1, first.dims.len())?;
    let mut dims = first.dims.clone();
    for part in &parts[1..] {
        let fits = part.dims.len() == dims.len()
            && (0..dims.len()).all(|k| k == along || part.dims[k] == dims[k]);
        if !fits {
            let message = format!(
                "shapes {:?} and {:?} do not fit together",
                first.dims, part.dims
            );
            return Err(error(message));
        }
        dims[along] = dims[along].saturating_add(part.dims[along]);
    }
    let total = size(&dims)?;
    call.context.spend(total as u64)?;
    let outer = size(&dims[..along])?;
    let mut value = match joined_integers(&parts, outer) {
        Some(list) => Value::integers(list),
        None => Value::forms(Vec::new(), joined_forms(call.context, &parts, outer)?),
    };
    value.dims = dims;
    value.kind = first.kind;
    Ok(value)
}

/// The elements of tensors of integers, in `outer` rows.
fn joined_integers(parts: &[Rc<Value>], outer: usize) -> Option<Vec<i64>> {
    let lists = parts.iter().map(|part| match &part.data {
        Data::Integers(list) => Some(list),
        _ => None,
    });
    let lists: Vec<_> = lists.collect::<Option<_>>()?;
    let mut joined = Vec::new();
    for row in 0..outer {
        for list in &lists {
            let length = list.len() / outer;
            joined.extend_from_slice(&list[row * length..(row + 1) * length]);
        }
    }
    Some(joined)
}

/// The elements of tensors, in `outer` rows.
fn joined_forms(
    context: &mut Context,
    parts: &[Rc<Value>],
    outer: usize,
) -> Result<Vec<Form>, ForeignError> {
    let mut forms = Vec::new();
    for row in 0..outer {
        for part in parts {
            let length = part.len() / outer;
            for k in row * length..(row + 1) * length {
                let form = part.form(k);
                context.spend(form.cost())?;
                forms.push(form);
            }
        }
    }
    Ok(forms)
}

/// Cuts out every so many elements along some axes.
pub fn slice(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let rank = value.dims.len();
    let starts = call
        .integers("starts", 1)?
        .ok_or_else(|| error("`starts` is missing"))?;
    let ends = call
        .integers("ends", 2)?
        .ok_or_else(|| error("`ends` is missing"))?;
    let axes = call.integers("axes", 3)?;
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = call.integers("steps", 4)?;
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
        return Err(error("starts, ends, axes and steps differ in number"));
    }
    let mut dims = value.dims.clone();
    let mut from: Vec<_> = (0..rank).map(|k| (k, 0i64, 1i64)).collect();
    for k in 0..starts.len() {
        let along = axis(axes[k], rank)?;
        let size = value.dims[along] as i64;
        let step = steps[k];
        if step == 0 {
            return Err(error("a step is 0"));
        }
        let (lowest, highest) = if step > 0 { (0, size) } else { (-1, size - 1) };
        let place = |place: i64| {
            let place = if place < 0 {
                place.saturating_add(size)
            } else {
                place
            };
            place.clamp(lowest, highest)
        };
        let (start, end) = (place(starts[k]), place(ends[k]));
        let reach = if step > 0 { end - start } else { start - end };
        let count = if reach <= 0 {
            0
        } else {
            (reach as u64).div_ceil(step.unsigned_abs())
        };
        dims[along] = usize::try_from(count).unwrap_or(usize::MAX);
        from[along] = (along, start.max(0), if count > 1 { step } else { 1 });
    }
    let places = walk(call.context, &value.dims, &from, &dims)?;
    picked(call.context, &value, dims, &places)
}

/// Takes the elements at places that a constant lists, along an axis.
pub fn gather(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let indices = call.inputs.take(1)?;
    let list = indices
        .as_integers()
        .ok_or_else(|| error("its indices must be constant"))?;
    let along = call.axis(0, value.dims.len())?;
    let (outer, inner) = (size(&value.dims[..along])?, size(&value.dims[along + 1..])?);
    let length = value.dims[along];
    let list: Vec<_> = list
        .into_iter()
        .map(|place| {
            axis(place, length)
                .map_err(|_| error(format!("there is no element {place} of {length}")))
        })
        .collect::<Result<_, _>>()?;
    let mut dims = value.dims[..along].to_vec();
    dims.extend_from_slice(&indices.dims);
    dims.extend_from_slice(&value.dims[along + 1..]);
    call.context.spend(size(&dims)? as u64)?;
    let mut places = Vec::new();
    for row in 0..outer {
        for &place in &list {
            let start = (row * length + place) * inner;
            places.extend(start..start + inner);
        }
    }
    picked(call.context, &value, dims, &places)
}

/// Pads with a constant.
pub fn pad(call: &mut Call<'_>) -> Output {
    let mode = call.node.text("mode")?.unwrap_or("constant");
    if !matches!(mode, "constant" | "") {
        return Err(error(format!("padding by `{mode}` is not supported")));
    }
    let value = call.inputs.take(0)?;
    let rank = value.dims.len();
    let pads = call
        .integers("pads", 1)?
        .ok_or_else(|| error("`pads` is missing"))?;
    let fill = padding(call)?;
    let axes = match call.inputs.integers(3)? {
        Some(list) => all_axes(list, rank)?,
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(error(format!(
            "expected two numbers in `pads` for each of {} axes, found {}",
            axes.len(),
            pads.len()
        )));
    }
    let mut dims: Vec<i64> = value.dims.iter().map(|&dim| dim as i64).collect();
    let mut before = vec![0i64; rank];
    for (k, &along) in axes.iter().enumerate() {
        let (low, high) = (pads[k], pads[k + axes.len()]);
        before[along] = low;
        dims[along] = dims[along].saturating_add(low).saturating_add(high);
    }
    let dims = sizes(dims).map_err(|_| error("more is cut off than there is"))?;
    let count = size(&dims)?;
    call.context.spend((count as u64).saturating_mul(4))?;
    let mut forms = Vec::new();
    for k in 0..count {
        let (mut rest, mut place, mut stride) = (k, Some(0usize), 1usize);
        for along in (0..rank).rev() {
            let at = (rest % dims[along]) as i64;
            let at = at.saturating_sub(before[along]);
            rest /= dims[along];
            let inside = usize::try_from(at)
                .ok()
                .filter(|at| *at < value.dims[along]);
            place = place.zip(inside).map(|(place, at)| place + at * stride);
            stride *= value.dims[along];
        }
        let form = place.map_or_else(|| Form::constant(fill.clone()), |place| value.form(place));
        call.context.spend(form.cost())?;
        forms.push(form);
    }
    let mut padded = Value::forms(dims, forms);
    padded.kind = value.kind;
    Ok(padded)
}

/// The constant to pad with: an input, or an attribute in older versions.
fn padding(call: &mut Call<'_>) -> Result<Coefficient, ForeignError> {
    match call.inputs.optional(2) {
        Some(fill) if fill.len() == 1 => fill
            .constant(0)
            .ok_or_else(|| error("its value must be constant")),
        Some(_) => Err(error("its value must be a single number")),
        None => Ok(call.number("value", 0.0)?.into()),
    }
}

/// Cuts a tensor into parts.
pub fn split(call: &mut Call<'_>) -> Result<Vec<Value>, ForeignError> {
    let value = call.inputs.take(0)?;
    let along = call.axis(0, value.dims.len())?;
    let length = value.dims[along];
    let outputs = call.node.outputs.len();
    if let Some(count) = call.node.integer("num_outputs")?
        && usize::try_from(count) != Ok(outputs)
    {
        return Err(error(format!(
            "`num_outputs` is {count}, but the node has {outputs} outputs"
        )));
    }
    let sizes = if let Some(list) = call.integers("split", 1)? {
        sizes(list)?
    } else {
        let parts = outputs.max(1);
        let each = length.div_ceil(parts);
        (0..parts)
            .map(|k| each.min(length.saturating_sub(k * each)))
            .collect()
    };
    if sizes
        .iter()
        .try_fold(0usize, |sum, size| sum.checked_add(*size))
        != Some(length)
    {
        return Err(error(format!(
            "parts of sizes {sizes:?} do not make {length}"
        )));
    }
    let mut start = 0;
    let mut results = Vec::new();
    for size in sizes {
        let mut dims = value.dims.clone();
        dims[along] = size;
        let from: Vec<_> = (0..dims.len())
            .map(|k| (k, if k == along { start } else { 0 }, 1))
            .collect();
        let places = walk(call.context, &value.dims, &from, &dims)?;
        results.push(picked(call.context, &value, dims, &places)?);
        start += size as i64;
    }
    Ok(results)
}
