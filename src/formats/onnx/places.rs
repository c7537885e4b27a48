//! Where the elements of a tensor stand: sizes, axes, broadcasting.

use super::context::{Context, error};
use super::value::Value;
use crate::formats::foreign::ForeignError;

/// The most axes a tensor may have.
pub const MOST_AXES: usize = 32;
/// A tensor has fewer elements than this on every machine.
const MOST_ELEMENTS: u64 = 1 << 40;

/// The number of elements of a shape. Steps through its axes never overflow, even where one of
/// the sizes is 0.
pub fn size(dims: &[usize]) -> Result<usize, ForeignError> {
    if dims.len() > MOST_AXES {
        return Err(error(format!("a tensor has more than {MOST_AXES} axes")));
    }
    let steps = dims.iter().try_fold(1u64, |size, dim| {
        let dim = u64::try_from(*dim).ok()?;
        size.checked_mul(dim.max(1))
            .filter(|size| *size < MOST_ELEMENTS)
    });
    let steps = steps
        .and_then(|steps| usize::try_from(steps).ok())
        .ok_or_else(|| error(format!("the shape {dims:?} is too large")))?;
    Ok(if dims.contains(&0) { 0 } else { steps })
}

/// An axis, counted from the end where it is negative.
pub fn axis(axis: i64, rank: usize) -> Result<usize, ForeignError> {
    let signed = i64::try_from(rank).unwrap_or(i64::MAX);
    let place = if axis < 0 {
        axis.checked_add(signed)
    } else {
        Some(axis)
    };
    place
        .and_then(|place| usize::try_from(place).ok())
        .filter(|place| *place < rank)
        .ok_or_else(|| {
            error(format!(
                "there is no axis {axis} in a tensor with {rank} axes"
            ))
        })
}

/// Returns sizes that a constant lists.
pub fn sizes(list: Vec<i64>) -> Result<Vec<usize>, ForeignError> {
    list.into_iter()
        .map(|dim| usize::try_from(dim).map_err(|_| error("a size is negative")))
        .collect()
}

/// Returns axes that a constant lists.
pub fn all_axes(list: Vec<i64>, rank: usize) -> Result<Vec<usize>, ForeignError> {
    list.into_iter().map(|a| axis(a, rank)).collect()
}

/// Returns the position in a tensor of these sizes of each element of one with sizes `to`, whose
/// axes are the given ones: `from[k] = (start, step)` for each axis of the tensor.
pub fn walk(
    context: &mut Context,
    dims: &[usize],
    axes: &[(usize, i64, i64)],
    to: &[usize],
) -> Result<Vec<usize>, ForeignError> {
    let count = size(to)?;
    context.spend(count as u64)?;
    let mut strides = vec![1i64; dims.len()];
    for k in (1..dims.len()).rev() {
        strides[k - 1] = strides[k] * dims[k] as i64;
    }
    // Axis by axis of the result: where it starts and how far a step goes.
    let start: i64 = axes
        .iter()
        .map(|&(axis, start, _)| strides[axis] * start)
        .sum();
    let steps: Vec<i64> = axes
        .iter()
        .map(|&(axis, _, step)| strides[axis] * step)
        .collect();
    let mut places = Vec::with_capacity(count);
    let mut counter = vec![0usize; to.len()];
    let mut place = start;
    for _ in 0..count {
        places.push(usize::try_from(place).map_err(|_| error("an index is out of range"))?);
        for k in (0..to.len()).rev() {
            counter[k] += 1;
            place += steps[k];
            if counter[k] < to[k] {
                break;
            }
            place -= steps[k] * to[k] as i64;
            counter[k] = 0;
        }
    }
    Ok(places)
}

/// Returns where each element of the broadcast shape `to` stands in a tensor of sizes `dims`.
pub fn broadcast(
    context: &mut Context,
    dims: &[usize],
    to: &[usize],
) -> Result<Vec<usize>, ForeignError> {
    let missing = to.len() - dims.len();
    let mut full = vec![1; missing];
    full.extend_from_slice(dims);
    let axes: Vec<_> = (0..to.len())
        .map(|k| (k, 0, i64::from(full[k] != 1)))
        .collect();
    walk(context, &full, &axes, to)
}

/// The shape to which two shapes broadcast.
pub fn common(a: &[usize], b: &[usize]) -> Result<Vec<usize>, ForeignError> {
    let rank = a.len().max(b.len());
    let at = |dims: &[usize], k: usize| (k + dims.len()).checked_sub(rank).map_or(1, |k| dims[k]);
    (0..rank)
        .map(|k| match (at(a, k), at(b, k)) {
            (x, y) if x == y => Ok(x),
            (1, y) => Ok(y),
            (x, 1) => Ok(x),
            _ => Err(error(format!("shapes {a:?} and {b:?} do not fit together"))),
        })
        .collect()
}

/// Returns the tensor with its axes in another order.
pub fn transposed(
    context: &mut Context,
    value: &Value,
    order: &[usize],
) -> Result<Value, ForeignError> {
    let dims: Vec<_> = order.iter().map(|&k| value.dims[k]).collect();
    let axes: Vec<_> = order.iter().map(|&k| (k, 0, 1)).collect();
    let places = walk(context, &value.dims, &axes, &dims)?;
    picked(context, value, dims, &places)
}

/// Returns the elements at these places, once they are paid for.
pub fn picked(
    context: &mut Context,
    value: &Value,
    dims: Vec<usize>,
    places: &[usize],
) -> Result<Value, ForeignError> {
    context.spend(value.cost_of(places))?;
    Ok(value.pick(dims, places))
}

/// Returns the tensor with the same elements and other sizes.
pub fn reshaped(mut value: Value, dims: Vec<usize>) -> Result<Value, ForeignError> {
    if size(&dims)? != value.len() {
        return Err(error(format!(
            "a tensor of shape {:?} cannot take the shape {dims:?}",
            value.dims
        )));
    }
    value.dims = dims;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_beyond_memory_are_refused_on_every_machine() {
        assert_eq!(size(&[]), Ok(1));
        assert_eq!(size(&[3, 0, 5]), Ok(0));
        assert_eq!(size(&[1 << 10, 1 << 10]), Ok(1 << 20));
        // Steps past an axis without elements count as well.
        for dims in [[1 << 20, 1 << 20, 1], [1 << 20, 0, 1 << 20]] {
            let error = size(&dims).expect_err("too large");
            assert_eq!(error.message, format!("the shape {dims:?} is too large"));
        }
        assert!(size(&[1; 33]).is_err());
    }
}
