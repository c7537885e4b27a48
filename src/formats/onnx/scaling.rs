//! Operators that scale and shift each feature: normalisation.

use super::context::error;
use super::elements::map;
use super::inputs::{Call, Output};
use super::places::size;
use super::roots::root;
use super::value::{Coefficient, Form};
use crate::formats::foreign::ForeignError;

/// (x - mean) / sqrt(variance + epsilon) · scale + shift, channel by channel.
pub fn batch_normalization(call: &mut Call<'_>) -> Output {
    let node = call.node;
    if node.integer("training_mode")?.unwrap_or(0) != 0 {
        return Err(error("batch normalisation is in training mode")
            .hint("export the network for inference: model.eval()"));
    }
    // Operators of versions 7 and 8 have it.
    if node.integer("spatial")?.unwrap_or(1) != 1 {
        return Err(error(
            "batch normalisation of each element on its own (spatial=0) is not supported",
        ));
    }
    let value = call.inputs.take(0)?;
    let parts = [
        call.inputs.take(1)?,
        call.inputs.take(2)?,
        call.inputs.take(3)?,
        call.inputs.take(4)?,
    ];
    let epsilon = call.number("epsilon", 1e-5)?;
    let channels = value.dims.get(1).copied().unwrap_or(1);
    if let Some(part) = parts.iter().find(|part| part.len() != channels) {
        return Err(error(format!(
            "expected one number for each of {channels} channels, found {}",
            part.len()
        )));
    }
    let mut factors = Vec::new();
    for channel in 0..channels {
        let number = |k: usize| {
            let number = parts[k].constant(channel);
            number.ok_or_else(|| error("its numbers must be constant"))
        };
        let [scale, shift, mean, variance] = [number(0)?, number(1)?, number(2)?, number(3)?];
        let root = root(&(&variance.to_rational() + &epsilon), call.context)?;
        let factor = scale.to_rational().checked_div(&root);
        let factor = Coefficient::from(factor.ok_or_else(|| error("it divides by 0"))?);
        let offset = shift.plus(&mean.times(&factor).negated());
        factors.push((factor, offset));
    }
    let inner = size(value.dims.get(2..).unwrap_or(&[]))?;
    let mut k = 0;
    map(call.context, value, |_, form| {
        let (factor, offset) = &factors[k / inner.max(1) % channels.max(1)];
        k += 1;
        Ok(form.times(factor).plus(&Form::constant(offset.clone())))
    })
}

/// (x - offset) · scale, feature by feature.
pub fn scaler(call: &mut Call<'_>) -> Output {
    let value = call.inputs.take(0)?;
    let features = value.dims.last().copied().unwrap_or(1).max(1);
    let list = |name: &str, default: f32| -> Result<Vec<Coefficient>, ForeignError> {
        let list = call.node.floats(name)?.unwrap_or_else(|| vec![default]);
        if list.len() != 1 && list.len() != features {
            return Err(error(format!(
                "`{name}` has {} numbers for {features} features",
                list.len()
            )));
        }
        if list.iter().any(|value| !value.is_finite()) {
            return Err(error(format!("`{name}` holds a number that is not finite")));
        }
        Ok(list
            .into_iter()
            .map(|value| Coefficient::Float(f64::from(value)))
            .collect())
    };
    let (offsets, scales) = (list("offset", 0.0)?, list("scale", 1.0)?);
    let mut k = 0;
    map(call.context, value, |_, form| {
        let feature = k % features;
        k += 1;
        let (offset, scale) = (
            &offsets[feature % offsets.len()],
            &scales[feature % scales.len()],
        );
        Ok(form.plus(&Form::constant(offset.negated())).times(scale))
    })
}
