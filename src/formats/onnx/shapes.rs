//! Operators that give the elements other sizes, or another order.

use super::context::error;
use super::inputs::{Call, Output};
use super::places::{
    MOST_AXES, all_axes, axis, broadcast, common, picked, reshaped, size, sizes, transposed,
};

/// Returns the input as it is.
pub fn identity(call: &mut Call<'_>) -> Output {
    call.own()
}

/// Returns the input as it is: outside training, nothing is dropped.
pub fn dropout(call: &mut Call<'_>) -> Output {
    let _ratio = call.inputs.optional(1);
    let training = call.inputs.optional(2);
    let is_training = training.is_some_and(|value| {
        value.len() == 0 || value.constant(0).is_none_or(|flag| !flag.is_zero())
    });
    if is_training {
        return Err(error("dropout is in training mode")
            .hint("export the network for inference: model.eval()"));
    }
    call.own()
}

/// Returns the elements with sizes that are given, one of which may be left to be computed.
pub fn reshape(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let wanted = call
        .integers("shape", 1)?
        .ok_or_else(|| error("the new shape is missing"))?;
    let keeps_zero = call.node.integer("allowzero")? == Some(1);
    let mut dims = Vec::new();
    let mut open = None;
    for (k, &dim) in wanted.iter().enumerate() {
        dims.push(match dim {
            -1 if open.is_none() => {
                open = Some(k);
                1
            }
            0 if !keeps_zero => *value.dims.get(k).ok_or_else(|| {
                error(format!(
                    "size {k} of the shape {wanted:?} is 0 (as before), but the input has no axis {k}"
                ))
            })?,
            dim => usize::try_from(dim).map_err(|_| error(format!("{wanted:?} is not a shape")))?,
        });
    }
    if let Some(k) = open {
        let known = size(&dims)?;
        dims[k] = value.len().checked_div(known).unwrap_or(0);
    }
    reshaped(call.context.own(value)?, dims)
}

/// Returns a matrix: the axes before `axis` are its rows.
pub fn flatten(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let rank = value.dims.len();
    let cut = call.node.integer("axis")?.unwrap_or(1);
    let cut = if cut == rank as i64 {
        rank
    } else {
        axis(cut, rank)?
    };
    let dims = vec![size(&value.dims[..cut])?, size(&value.dims[cut..])?];
    reshaped(call.context.own(value)?, dims)
}

/// Takes away axes of size 1.
pub fn squeeze(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let axes = call.axes(1, value.dims.len())?;
    let mut dims = Vec::new();
    for (k, &dim) in value.dims.iter().enumerate() {
        match &axes {
            Some(axes) if axes.contains(&k) && dim != 1 => {
                return Err(error(format!("axis {k} has size {dim}, not 1")));
            }
            Some(axes) if axes.contains(&k) => {}
            None if dim == 1 => {}
            _ => dims.push(dim),
        }
    }
    reshaped(call.context.own(value)?, dims)
}

/// Puts in axes of size 1.
pub fn unsqueeze(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let list = call
        .integers("axes", 1)?
        .ok_or_else(|| error("the axes are missing"))?;
    let rank = value.dims.len() + list.len();
    if rank > MOST_AXES {
        return Err(error(format!("a tensor has more than {MOST_AXES} axes")));
    }
    let new = all_axes(list, rank)?;
    let mut old = value.dims.iter();
    let dims = (0..rank).map(|k| {
        if new.contains(&k) {
            Some(1)
        } else {
            old.next().copied()
        }
    });
    let dims: Option<Vec<_>> = dims.collect();
    let dims = dims.ok_or_else(|| error("an axis is named twice"))?;
    reshaped(call.context.own(value)?, dims)
}

/// Returns the tensor with its axes in another order.
pub fn transpose(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let rank = value.dims.len();
    let order = match call.node.integers("perm")? {
        Some(order) => all_axes(order, rank)?,
        None => (0..rank).rev().collect(),
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..rank) {
        return Err(error(format!(
            "`perm` is {order:?}, expected each of the {rank} axes once"
        )));
    }
    transposed(call.context, &value, &order)
}

/// Repeats elements along axes of size 1.
pub fn expand(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let to = sizes(call.inputs.integers(1)?.unwrap_or_default())?;
    let dims = common(&value.dims, &to)?;
    let places = broadcast(call.context, &value.dims, &dims)?;
    picked(call.context, &value, dims, &places)
}

/// Returns the input as it is, where each axis is repeated once.
pub fn tile(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let times = call.inputs.integers(1)?.unwrap_or_default();
    if times.iter().all(|&times| times == 1) && times.len() == value.dims.len() {
        return call.context.own(value);
    }
    Err(error("repeating elements is not supported"))
}
