//! Constants, casts and shapes.

use super::context::{Context, error};
use super::inputs::{Call, Output};
use super::places::{broadcast, picked, sizes};
use super::tensor::{self, Tensor};
use super::value::{Data, Kind, Value};
use crate::formats::foreign::ForeignError;

/// Returns the tensor that an attribute holds.
pub fn constant(call: &mut Call<'_>) -> Output {
    let node = call.node;
    if let Some(message) = node.tensor("value")? {
        return Tensor::read(message)?.value();
    }
    if node.has("value_float") {
        let value = node.float("value_float")?.unwrap_or(0.0);
        return floats(Vec::new(), vec![f64::from(value)]);
    }
    if let Some(list) = node.floats("value_floats")? {
        let list: Vec<_> = list.into_iter().map(f64::from).collect();
        return floats(vec![list.len()], list);
    }
    if let Some(value) = node.integer("value_int")? {
        return Ok(integer(value));
    }
    if let Some(list) = node.integers("value_ints")? {
        call.context.spend(list.len() as u64)?;
        return Ok(Value::integers(list));
    }
    Err(error("a constant without numbers is not supported"))
}

fn floats(dims: Vec<usize>, list: Vec<f64>) -> Output {
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

/// A single integer, without axes.
fn integer(value: i64) -> Value {
    let mut value = Value::integers(vec![value]);
    value.dims = Vec::new();
    value
}

/// Returns a tensor of one number and given sizes.
pub fn constant_of_shape(call: &mut Call<'_>) -> Output {
    let dims = sizes(call.inputs.integers(0)?.unwrap_or_default())?;
    let fill = match call.node.tensor("value")? {
        Some(message) => Tensor::read(message)?.value()?,
        None => floats(vec![1], vec![0.0])?,
    };
    if fill.len() != 1 {
        return Err(error("its value must be a single number"));
    }
    let places = broadcast(call.context, &[], &dims)?;
    picked(call.context, &fill, dims, &places)
}

/// Returns the sizes of a tensor.
pub fn shape(call: &mut Call<'_>) -> Output {
    let dims = call.inputs.take(0)?.dims.clone();
    let rank = i64::try_from(dims.len()).unwrap_or(i64::MAX);
    let end = |name: &str, default: i64| -> Result<usize, ForeignError> {
        let place = call.node.integer(name)?.unwrap_or(default);
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

/// Returns the number of elements of a tensor.
pub fn size(call: &mut Call<'_>) -> Output {
    Ok(integer(call.inputs.take(0)?.len() as i64))
}

/// Casts to the type that an attribute names.
pub fn cast(call: &mut Call<'_>) -> Output {
    let value = call.own()?;
    let to = call.node.integer("to")?;
    let to = to.ok_or_else(|| error("the attribute `to` is missing"))?;
    cast_to(value, to.cast_unsigned(), call.context)
}

/// Casts to the type of another tensor.
pub fn cast_like(call: &mut Call<'_>) -> Output {
    let value = call.own()?;
    let to = match call.inputs.take(1)?.kind {
        Kind::Float => tensor::DOUBLE,
        Kind::Integer => tensor::INT64,
        Kind::Bool => tensor::BOOL,
    };
    cast_to(value, to, call.context)
}

/// Real arithmetic knows no precision, so casts between floats change constants only.
fn cast_to(mut value: Value, to: u64, context: &mut Context) -> Output {
    let Some(kind) = tensor::kind(to) else {
        let name = tensor::name(to);
        return Err(error(format!("a cast to {name} is not supported")));
    };
    match (value.kind, kind) {
        (from, to) if from == to && from != Kind::Float => {}
        (Kind::Bool, Kind::Integer | Kind::Float) => {}
        (Kind::Integer, Kind::Float) => {}
        (Kind::Float, Kind::Float) if value.is_constant() => {
            if to != tensor::DOUBLE {
                value.data = Data::Floats(rounded(&value, to)?);
            }
        }
        (Kind::Float, Kind::Float) => context.note(
            "casts between floats are read as doing nothing: the arithmetic is that of the reals"
                .into(),
        ),
        (_, to) if value.is_constant() => {
            value.data = Data::Integers(truncated(&value, to)?);
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

/// Returns constants as floats of a type, where that is certain: those that the type holds, and any
/// as float32.
fn rounded(value: &Value, to: u64) -> Result<Vec<f64>, ForeignError> {
    let list = (0..value.len()).map(|k| match &value.data {
        Data::Floats(list) if f64::from(list[k] as f32) == list[k] => Ok(list[k]),
        Data::Floats(list) if to == tensor::FLOAT => Ok(f64::from(list[k] as f32)),
        _ => value
            .constant(k)
            .and_then(|exact| exact.to_rational().to_i64())
            .filter(|value| value.unsigned_abs() < 256)
            .map(|value| value as f64)
            .ok_or_else(|| error("a constant is rounded here, which is not supported")),
    });
    let list = list.collect::<Result<Vec<_>, _>>()?;
    if list.iter().any(|value| value.is_infinite()) {
        return Err(error("a constant overflows in this cast"));
    }
    Ok(list)
}

/// Returns constants as integers, cut off toward 0, or as truth values.
fn truncated(value: &Value, to: Kind) -> Result<Vec<i64>, ForeignError> {
    if value.is_infinite {
        return Err(error("an infinite constant is cast to an integer"));
    }
    let list = (0..value.len()).map(|k| {
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
    });
    let list: Option<Vec<_>> = list.collect();
    list.ok_or_else(|| error("a constant is too large"))
}
