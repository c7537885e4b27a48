//! Operators that move elements about, and constants.

use std::rc::Rc;

use super::context::Context;
use super::operators::Inputs;
use super::proto::Node;
use super::tensor::{self, Tensor};
use super::value::{Coefficient, Data, Form, Kind, Value, rational};
use crate::formats::foreign::ForeignError;

fn error(message: impl Into<String>) -> ForeignError {
    ForeignError::new(message)
}

/// The most axes a tensor may have.
const MOST_AXES: usize = 32;

/// The number of elements of a shape. Steps through its axes never overflow, even where one of
/// the sizes is 0.
pub fn size(dims: &[usize]) -> Result<usize, ForeignError> {
    if dims.len() > MOST_AXES {
        return Err(error(format!("a tensor has more than {MOST_AXES} axes")));
    }
    let steps = dims.iter().try_fold(1usize, |size, dim| {
        size.checked_mul((*dim).max(1))
            .filter(|size| *size < 1 << 40)
    });
    let steps = steps.ok_or_else(|| error(format!("a shape {dims:?} is beyond all memory")))?;
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

/// The axes given by an attribute, or else by an input.
pub fn axes(
    node: &Node<'_>,
    inputs: &mut Inputs,
    index: usize,
    rank: usize,
) -> Result<Option<Vec<usize>>, ForeignError> {
    let list = match node.integers("axes")? {
        Some(list) => Some(list),
        None => inputs.integers(index)?,
    };
    if list.as_ref().is_some_and(|list| list.len() > rank) {
        return Err(error("an axis is named twice"));
    }
    list.map(|list| list.into_iter().map(|a| axis(a, rank)).collect())
        .transpose()
}

/// Returns the position in a tensor of these sizes of each element of one with sizes `to`, whose
/// axes are the given ones: `from[k] = (start, step)` for each axis of the tensor.
fn walk(
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
pub fn transpose(
    context: &mut Context,
    value: &Value,
    order: &[usize],
) -> Result<Value, ForeignError> {
    let dims: Vec<_> = order.iter().map(|&k| value.dims[k]).collect();
    let axes: Vec<_> = order.iter().map(|&k| (k, 0, 1)).collect();
    let places = walk(context, &value.dims, &axes, &dims)?;
    picked(context, value, dims, &places)
}

fn picked(
    context: &mut Context,
    value: &Value,
    dims: Vec<usize>,
    places: &[usize],
) -> Result<Value, ForeignError> {
    context.spend(value.cost_of(places))?;
    Ok(value.pick(dims, places))
}

fn reshaped(mut value: Value, dims: Vec<usize>) -> Result<Value, ForeignError> {
    if size(&dims)? != value.len() {
        return Err(error(format!(
            "a tensor of shape {:?} cannot take the shape {dims:?}",
            value.dims
        )));
    }
    value.dims = dims;
    Ok(value)
}

/// Runs a node of this file.
#[expect(clippy::too_many_lines, reason = "one case for each operator")]
pub fn run(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    match node.operator {
        "Identity" => {
            let value = inputs.take(0)?;
            context.own(value)
        }
        "Dropout" => {
            let _ratio = inputs.optional(1);
            let training = inputs.optional(2);
            let is_training = training.is_some_and(|value| {
                value.len() == 0 || value.constant(0).is_none_or(|flag| !flag.is_zero())
            });
            if is_training {
                return Err(error("dropout is in training mode")
                    .hint("export the network for inference: model.eval()"));
            }
            let value = inputs.take(0)?;
            context.own(value)
        }
        "Cast" | "CastLike" => {
            let value = inputs.take(0)?;
            let value = context.own(value)?;
            let to = if node.operator == "Cast" {
                node.integer("to")?
                    .ok_or_else(|| error("it does not say to what"))?
                    .cast_unsigned()
            } else {
                match inputs.take(1)?.kind {
                    Kind::Float => tensor::DOUBLE,
                    Kind::Integer => 7,
                    Kind::Bool => tensor::BOOL,
                }
            };
            cast(value, to, context)
        }
        "Constant" => constant(node, context),
        "ConstantOfShape" => {
            let dims = inputs.integers(0)?.unwrap_or_default();
            let dims = dims
                .into_iter()
                .map(|dim| usize::try_from(dim).map_err(|_| error("a size is negative")))
                .collect::<Result<Vec<_>, _>>()?;
            let fill = match node.tensor("value")? {
                Some(message) => Tensor::read(message)?.value()?,
                None => float(vec![1], vec![0.0])?,
            };
            if fill.len() != 1 {
                return Err(error("its value has to be a single number"));
            }
            let places = broadcast(context, &[], &dims)?;
            picked(context, &fill, dims, &places)
        }
        "Shape" => {
            let dims = inputs.take(0)?.dims.clone();
            let rank = i64::try_from(dims.len()).unwrap_or(i64::MAX);
            let end = |name: &str, default: i64| -> Result<usize, ForeignError> {
                let place = node.integer(name)?.unwrap_or(default);
                let place = if place < 0 {
                    place.saturating_add(rank)
                } else {
                    place
                };
                Ok(usize::try_from(place.clamp(0, rank)).unwrap_or(0))
            };
            let (start, end) = (end("start", 0)?, end("end", rank)?);
            let part = dims.get(start..end.max(start)).unwrap_or(&[]);
            Ok(Value::integers(
                part.iter().map(|&dim| dim as i64).collect(),
            ))
        }
        "Size" => {
            let mut value = Value::integers(vec![inputs.take(0)?.len() as i64]);
            value.dims = Vec::new();
            Ok(value)
        }
        "Reshape" => reshape(node, inputs, context),
        "Flatten" => {
            let value = inputs.take(0)?;
            let rank = value.dims.len();
            let cut = node.integer("axis")?.unwrap_or(1);
            let cut = if cut == rank as i64 {
                rank
            } else {
                axis(cut, rank)?
            };
            let dims = vec![size(&value.dims[..cut])?, size(&value.dims[cut..])?];
            let value = context.own(value)?;
            reshaped(value, dims)
        }
        "Squeeze" => {
            let value = inputs.take(0)?;
            let axes = axes(node, inputs, 1, value.dims.len())?;
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
            let value = context.own(value)?;
            reshaped(value, dims)
        }
        "Unsqueeze" => {
            let value = inputs.take(0)?;
            let list = match node.integers("axes")? {
                Some(list) => list,
                None => inputs
                    .integers(1)?
                    .ok_or_else(|| error("it does not say which axes"))?,
            };
            let rank = value.dims.len() + list.len();
            if rank > MOST_AXES {
                return Err(error(format!("a tensor has more than {MOST_AXES} axes")));
            }
            let new: Vec<_> = list
                .into_iter()
                .map(|a| axis(a, rank))
                .collect::<Result<_, _>>()?;
            let mut old = value.dims.iter();
            let dims = (0..rank)
                .map(|k| {
                    if new.contains(&k) {
                        Some(1)
                    } else {
                        old.next().copied()
                    }
                })
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| error("an axis is named twice"))?;
            let value = context.own(value)?;
            reshaped(value, dims)
        }
        "Transpose" => {
            let value = inputs.take(0)?;
            let rank = value.dims.len();
            let order = match node.integers("perm")? {
                Some(order) => order
                    .into_iter()
                    .map(|a| axis(a, rank))
                    .collect::<Result<_, _>>()?,
                None => (0..rank).rev().collect::<Vec<_>>(),
            };
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if !sorted.into_iter().eq(0..rank) {
                return Err(error(format!("{order:?} is no order of {rank} axes")));
            }
            transpose(context, &value, &order)
        }
        "Concat" => concat(node, inputs, context),
        "Slice" => slice(node, inputs, context),
        "Gather" => gather(node, inputs, context),
        "Pad" => pad(node, inputs, context),
        "Expand" => {
            let value = inputs.take(0)?;
            let to = inputs.integers(1)?.unwrap_or_default();
            let to: Vec<_> = to
                .into_iter()
                .map(|dim| usize::try_from(dim).map_err(|_| error("a size is negative")))
                .collect::<Result<_, _>>()?;
            let dims = common(&value.dims, &to)?;
            let places = broadcast(context, &value.dims, &dims)?;
            picked(context, &value, dims, &places)
        }
        "Tile" => {
            let value = inputs.take(0)?;
            let times = inputs.integers(1)?.unwrap_or_default();
            if times.iter().all(|&times| times == 1) && times.len() == value.dims.len() {
                return context.own(value);
            }
            Err(error("repeating elements is not supported"))
        }
        _ => Err(error(format!(
            "the operator {} is not supported",
            node.operator
        ))),
    }
}

fn float(dims: Vec<usize>, list: Vec<f64>) -> Result<Value, ForeignError> {
    if list.iter().any(|value| value.is_nan()) {
        return Err(error("a constant is not a number (NaN)"));
    }
    Ok(Value {
        is_infinite: list.iter().any(|value| value.is_infinite()),
        dims,
        kind: Kind::Float,
        data: Data::Floats(list),
    })
}

fn constant(node: &Node<'_>, context: &mut Context) -> Result<Value, ForeignError> {
    if let Some(message) = node.tensor("value")? {
        return Tensor::read(message)?.value();
    }
    if node.has("value_float") {
        let value = node.float("value_float")?.unwrap_or(0.0);
        return float(Vec::new(), vec![f64::from(value)]);
    }
    if let Some(list) = node.floats("value_floats")? {
        let list: Vec<_> = list.into_iter().map(f64::from).collect();
        return float(vec![list.len()], list);
    }
    if let Some(value) = node.integer("value_int")? {
        let mut value = Value::integers(vec![value]);
        value.dims = Vec::new();
        return Ok(value);
    }
    if let Some(list) = node.integers("value_ints")? {
        context.spend(list.len() as u64)?;
        return Ok(Value::integers(list));
    }
    Err(error("a constant without numbers is not supported"))
}

/// Real arithmetic knows no precision, so casts between floats change constants only.
fn cast(mut value: Value, to: u64, context: &mut Context) -> Result<Value, ForeignError> {
    let Some(kind) = tensor::kind(to) else {
        return Err(error(format!("a cast to type {to} is not supported")));
    };
    match (value.kind, kind) {
        (from, to) if from == to && from != Kind::Float => {}
        (Kind::Bool, Kind::Integer | Kind::Float) => {}
        (Kind::Integer, Kind::Float) => {}
        (Kind::Float, Kind::Float) => {
            if value.is_constant() && to != tensor::DOUBLE {
                let list = (0..value.len()).map(|k| {
                    let exact = value.constant(k).map(|c| c.to_rational());
                    match value.data {
                        Data::Floats(ref list) if f64::from(list[k] as f32) == list[k] => {
                            Ok(list[k])
                        }
                        Data::Floats(ref list) if to == tensor::FLOAT => {
                            Ok(f64::from(list[k] as f32))
                        }
                        _ => exact
                            .and_then(|exact| exact.to_i64())
                            .filter(|value| value.unsigned_abs() < 256)
                            .map(|value| value as f64)
                            .ok_or_else(|| {
                                error("a constant is rounded here, which is not supported")
                            }),
                    }
                });
                let list = list.collect::<Result<Vec<_>, _>>()?;
                if list.iter().any(|value| value.is_infinite()) {
                    return Err(error("a constant overflows in this cast"));
                }
                value.data = Data::Floats(list);
            } else if !value.is_constant() {
                context.note(
                    "casts between floats are read as doing nothing: the arithmetic is that of the reals"
                        .into(),
                );
            }
        }
        (_, to) if value.is_constant() => {
            if value.is_infinite {
                return Err(error("an infinite constant is cast to an integer"));
            }
            let list: Option<Vec<_>> = (0..value.len())
                .map(|k| {
                    let number = value.constant(k)?.to_rational();
                    if to == Kind::Bool {
                        return Some(i64::from(!number.is_zero()));
                    }
                    let whole = if number.is_negative() {
                        number.ceil()
                    } else {
                        number.floor()
                    };
                    i64::try_from(whole).ok()
                })
                .collect();
            value.data = Data::Integers(list.ok_or_else(|| error("a constant is too large"))?);
        }
        _ => {
            return Err(error(
                "rounding values that depend on the inputs is not supported",
            ));
        }
    }
    value.kind = kind;
    Ok(value)
}

fn reshape(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let value = inputs.take(0)?;
    let wanted = match node.integers("shape")? {
        Some(list) => list,
        None => inputs
            .integers(1)?
            .ok_or_else(|| error("it does not say to which shape"))?,
    };
    let keeps_zero = node.integer("allowzero")? == Some(1);
    let mut dims = Vec::new();
    let mut open = None;
    for (k, &dim) in wanted.iter().enumerate() {
        dims.push(match dim {
            -1 if open.is_none() => {
                open = Some(k);
                1
            }
            0 if !keeps_zero => *value
                .dims
                .get(k)
                .ok_or_else(|| error(format!("axis {k} is kept, and there is none")))?,
            dim => usize::try_from(dim).map_err(|_| error(format!("{wanted:?} is not a shape")))?,
        });
    }
    if let Some(k) = open {
        let known = size(&dims)?;
        dims[k] = value.len().checked_div(known).unwrap_or(0);
    }
    let value = context.own(value)?;
    reshaped(value, dims)
}

fn concat(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let parts: Vec<Rc<Value>> = (0..inputs.len())
        .map(|k| inputs.take(k))
        .collect::<Result<_, _>>()?;
    let first = parts
        .first()
        .ok_or_else(|| error("nothing is put together"))?;
    let along = node.integer("axis")?.unwrap_or(1);
    let along = axis(along, first.dims.len())?;
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
    context.spend(total as u64)?;
    let outer = size(&dims[..along])?;
    let kind = first.kind;
    if parts
        .iter()
        .all(|part| matches!(part.data, Data::Integers(_)))
    {
        let mut list = Vec::new();
        for row in 0..outer {
            for part in &parts {
                if let Data::Integers(values) = &part.data {
                    let length = values.len() / outer;
                    list.extend_from_slice(&values[row * length..(row + 1) * length]);
                }
            }
        }
        let mut value = Value::integers(list);
        value.dims = dims;
        value.kind = kind;
        return Ok(value);
    }
    let mut forms = Vec::new();
    for row in 0..outer {
        for part in &parts {
            let length = part.len() / outer;
            for k in row * length..(row + 1) * length {
                let form = part.form(k);
                context.spend(form.cost())?;
                forms.push(form);
            }
        }
    }
    let mut value = Value::forms(dims, forms);
    value.kind = kind;
    Ok(value)
}

fn slice(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let value = inputs.take(0)?;
    let rank = value.dims.len();
    let mut part = |name: &str, index: usize| match node.integers(name)? {
        Some(list) => Ok(Some(list)),
        None => inputs.integers(index),
    };
    let starts = part("starts", 1)?.ok_or_else(|| error("it does not say from where"))?;
    let ends = part("ends", 2)?.ok_or_else(|| error("it does not say up to where"))?;
    let axes = part("axes", 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = part("steps", 4)?.unwrap_or_else(|| vec![1; starts.len()]);
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
    let places = walk(context, &value.dims, &from, &dims)?;
    picked(context, &value, dims, &places)
}

fn gather(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Value, ForeignError> {
    let value = inputs.take(0)?;
    let indices = inputs.take(1)?;
    let list = indices
        .as_integers()
        .ok_or_else(|| error("its indices have to be constant"))?;
    let along = axis(node.integer("axis")?.unwrap_or(0), value.dims.len())?;
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
    context.spend(size(&dims)? as u64)?;
    let mut places = Vec::new();
    for row in 0..outer {
        for &place in &list {
            let start = (row * length + place) * inner;
            places.extend(start..start + inner);
        }
    }
    picked(context, &value, dims, &places)
}

/// Pads with a constant.
fn pad(node: &Node<'_>, inputs: &mut Inputs, context: &mut Context) -> Result<Value, ForeignError> {
    let mode = node.text("mode")?.unwrap_or("constant");
    if !matches!(mode, "constant" | "") {
        return Err(error(format!("padding by `{mode}` is not supported")));
    }
    let value = inputs.take(0)?;
    let rank = value.dims.len();
    let pads = match node.integers("pads")? {
        Some(list) => list,
        None => inputs
            .integers(1)?
            .ok_or_else(|| error("it does not say how much"))?,
    };
    let fill = match inputs.optional(2) {
        Some(fill) if fill.len() == 1 => fill
            .constant(0)
            .ok_or_else(|| error("its value has to be constant"))?,
        Some(_) => return Err(error("its value has to be a single number")),
        None => {
            let fill = f64::from(node.float("value")?.unwrap_or(0.0));
            if !fill.is_finite() {
                return Err(error("its value is not finite"));
            }
            Coefficient::from(rational(fill))
        }
    };
    let axes = match inputs.integers(3)? {
        Some(list) => list
            .into_iter()
            .map(|a| axis(a, rank))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(error("there have to be two numbers for each axis"));
    }
    let mut dims: Vec<i64> = value.dims.iter().map(|&dim| dim as i64).collect();
    let mut before = vec![0i64; rank];
    for (k, &along) in axes.iter().enumerate() {
        let (low, high) = (pads[k], pads[k + axes.len()]);
        before[along] = low;
        dims[along] = dims[along].saturating_add(low).saturating_add(high);
    }
    let dims: Vec<usize> = dims
        .into_iter()
        .map(|dim| usize::try_from(dim).map_err(|_| error("more is cut off than there is")))
        .collect::<Result<_, _>>()?;
    let count = size(&dims)?;
    context.spend((count as u64).saturating_mul(4))?;
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
        context.spend(form.cost())?;
        forms.push(form);
    }
    let mut padded = Value::forms(dims, forms);
    padded.kind = value.kind;
    Ok(padded)
}

/// Cuts a tensor into parts.
pub fn split(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Vec<Value>, ForeignError> {
    let value = inputs.take(0)?;
    let along = axis(node.integer("axis")?.unwrap_or(0), value.dims.len())?;
    let length = value.dims[along];
    if let Some(count) = node.integer("num_outputs")?
        && usize::try_from(count) != Ok(node.outputs.len())
    {
        return Err(error(format!(
            "num_outputs is {count}, and it has {} outputs",
            node.outputs.len()
        )));
    }
    let sizes = match node.integers("split")? {
        Some(list) => Some(list),
        None => inputs.integers(1)?,
    };
    let sizes: Vec<usize> = if let Some(list) = sizes {
        list.into_iter()
            .map(|size| usize::try_from(size).map_err(|_| error("a size is negative")))
            .collect::<Result<_, _>>()?
    } else {
        let parts = node.outputs.len().max(1);
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
        let places = walk(context, &value.dims, &from, &dims)?;
        results.push(picked(context, &value, dims, &places)?);
        start += size as i64;
    }
    Ok(results)
}
