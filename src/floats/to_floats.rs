//! The nearest network whose weights are floats.

use std::fmt;

use crate::certificate::FloatFormat;
use crate::network::{
    Activation, Layer, LayerError, Matrix, MatrixBuilder, Network, NetworkError, Vector,
    VectorBuilder,
};
use crate::numbers::{Rational, literal};

/// What the rounding of a network changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundedWeights {
    /// How many weights, bias terms and parameters of activations changed.
    pub changed: usize,
    /// The largest relative change: 1 where a number too small for a normal float became 0.
    pub largest_relative: Rational,
}

/// Where a number stands in a network. Layers, units and inputs are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberPlace {
    /// A weight.
    Weight {
        /// The unit; for maxout, the row.
        unit: usize,
        /// The input of the layer.
        input: usize,
    },
    /// A bias term.
    Bias {
        /// The unit; for maxout, the row.
        unit: usize,
    },
    /// The number that belongs to the activation of the layer: a slope, a scale or a threshold.
    Activation,
}

/// Why a network has no nearest one in floats.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToFloatsError {
    /// A number is beyond the largest float.
    #[error(
        "layer {layer}{place} is {}, beyond the largest {} number; hint: scale the network, or use float64",
        literal::decimal_down(value, 4), format.name()
    )]
    Overflow {
        /// The layer.
        layer: usize,
        /// Which number of the layer.
        place: NumberPlace,
        /// The number.
        value: Rational,
        /// The floats.
        format: FloatFormat,
    },
    /// The scale of an activation is so small that it becomes 0.
    #[error("layer {layer}: the scale of its {activation} units is not a {} number", format.name())]
    Scale {
        /// The layer.
        layer: usize,
        /// Its activation.
        activation: &'static str,
        /// The floats.
        format: FloatFormat,
    },
}

impl fmt::Display for NumberPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight { unit, input } => {
                write!(f, ", unit {unit}: the weight of input {input}")
            }
            Self::Bias { unit } => write!(f, ", unit {unit}: the bias"),
            Self::Activation => f.write_str(": the number of its activation"),
        }
    }
}

/// Returns the network with every weight, bias term and parameter of an activation rounded to the nearest float,
/// ties to even. Numbers that would be subnormal become 0.
///
/// - Exactness: exact; numbers that are normal floats stay as they are.
/// - Errors: [`ToFloatsError`] for the first number that does not fit, layer by layer.
///
/// ```
/// use steeple::certificate::FloatFormat;
/// use steeple::floats::to_floats;
/// use steeple::network::{Activation, Layer, Matrix, Network};
/// use steeple::numbers::Rational;
/// let third = Matrix::from_dense(vec![vec![Rational::ratio(1, 3)]])?;
/// let layer = Layer::new(third, vec![Rational::ONE], Activation::Identity)?;
/// let network = Network::new(vec!["x".into()], vec!["y".into()], vec![layer])?;
/// let (floats, rounded) = to_floats(&network, FloatFormat::Float32)?;
/// assert_eq!(rounded.changed, 1);
/// assert_eq!(floats.layers()[0].weights().pool()[0].to_string(), "11184811/33554432");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_floats(
    network: &Network,
    format: FloatFormat,
) -> Result<(Network, RoundedWeights), ToFloatsError> {
    let mut rounding = Rounding {
        format,
        layer: 0,
        rounded: RoundedWeights::default(),
    };
    let mut layers = Vec::with_capacity(network.layers().len());
    for layer in network.layers() {
        rounding.layer += 1;
        layers.push(rounding.layer(layer)?);
    }
    let (inputs, outputs) = (network.inputs().to_vec(), network.outputs().to_vec());
    let network: Result<Network, NetworkError> = Network::new(inputs, outputs, layers);
    Ok((network.expect("the same shape"), rounding.rounded))
}

/// Returns the nearest float, ties to even; 0 for what would be subnormal, `None` beyond the largest float.
///
/// - Exactness: exact.
pub fn nearest_float(value: &Rational, format: FloatFormat) -> Option<Rational> {
    if format.is_normal(value) {
        return Some(value.clone());
    }
    let (least, most) = format.exponents();
    let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    let (least, most, digits) = (small(least), small(most), small(format.digits().into()));
    // 2^(top - 1) <= |value| < 2^(top + 1)
    let top = i32::try_from(value.magnitude_bits()).unwrap_or(i32::MAX);
    if top < least - 1 {
        return Some(Rational::ZERO);
    }
    if top > most + 1 {
        return None;
    }
    let size = value.abs();
    let first = if size < Rational::power_of_two(top) {
        top - 1
    } else {
        top
    };
    let quantum = Rational::power_of_two(first.max(least) + 1 - digits);
    let scaled = &size / &quantum;
    let floor = Rational::from(scaled.floor());
    let above = &scaled - &floor;
    let half = Rational::ratio(1, 2);
    let is_odd = !floor.half().is_integer();
    let count = if above > half || (above == half && is_odd) {
        floor + Rational::ONE
    } else {
        floor
    };
    let float = count * quantum;
    if float >= Rational::power_of_two(most + 1) {
        return None;
    }
    if float < Rational::power_of_two(least) {
        return Some(Rational::ZERO);
    }
    Some(if value.is_negative() { -float } else { float })
}

/// The rounding of the layers, as far as it went.
struct Rounding {
    format: FloatFormat,
    layer: usize,
    rounded: RoundedWeights,
}

impl Rounding {
    fn layer(&mut self, layer: &Layer) -> Result<Layer, ToFloatsError> {
        let weights = self.weights(layer.weights())?;
        let bias = self.bias(layer.bias())?;
        let activation = self.activation(layer.activation())?;
        let layer: Result<Layer, LayerError> = Layer::with_bias(weights, bias, activation);
        Ok(layer.expect("the same shape"))
    }

    /// Equal numbers are rounded once.
    fn weights(&mut self, matrix: &Matrix) -> Result<Matrix, ToFloatsError> {
        let mut builder = MatrixBuilder::new(matrix.columns());
        let mut known = Vec::with_capacity(matrix.pool().len());
        for (index, value) in matrix.pool().iter().enumerate() {
            let Some(float) = nearest_float(value, self.format) else {
                let entries = (0..matrix.rows()).flat_map(|row| {
                    let entries = matrix.row_indices(row);
                    entries.map(move |(column, value)| (row, column, value))
                });
                let found = entries.into_iter().find(|(.., value)| *value == index);
                let (row, column, _) = found.unwrap_or_default();
                return Err(self.overflow(
                    NumberPlace::Weight {
                        unit: row + 1,
                        input: column + 1,
                    },
                    value,
                ));
            };
            let changed = self.note(value, &float);
            let weight = builder.weight(float).expect("as many numbers as before");
            known.push((weight, usize::from(changed)));
        }
        let mut row_of_floats = Vec::new();
        for row in 0..matrix.rows() {
            row_of_floats.clear();
            for (column, value) in matrix.row_indices(row) {
                let (weight, changed) = known[value];
                self.rounded.changed += changed;
                row_of_floats.push((column, weight));
            }
            builder
                .push_known(&row_of_floats)
                .expect("the same columns");
        }
        Ok(builder.finish())
    }

    fn bias(&mut self, bias: &Vector) -> Result<Vector, ToFloatsError> {
        let mut builder = VectorBuilder::default();
        let mut known = Vec::with_capacity(bias.pool().len());
        for (index, value) in bias.pool().iter().enumerate() {
            let Some(float) = nearest_float(value, self.format) else {
                let unit = bias.indices().position(|value| value == index);
                let unit = unit.unwrap_or_default() + 1;
                return Err(self.overflow(NumberPlace::Bias { unit }, value));
            };
            let changed = self.note(value, &float);
            let number = builder.number(float).expect("as many numbers as before");
            known.push((number, usize::from(changed)));
        }
        for index in bias.indices() {
            let (number, changed) = known[index];
            self.rounded.changed += changed;
            builder.push(number);
        }
        Ok(builder.finish())
    }

    fn activation(&mut self, activation: &Activation) -> Result<Activation, ToFloatsError> {
        let name = activation.name();
        let mut round = |value: &Rational| {
            let float = nearest_float(value, self.format);
            let float = float.ok_or_else(|| self.overflow(NumberPlace::Activation, value))?;
            if self.note(value, &float) {
                self.rounded.changed += 1;
            }
            Ok(float)
        };
        Ok(match activation {
            Activation::LeakyRelu(slope) => Activation::LeakyRelu(round(slope)?),
            Activation::Elu(alpha) => Activation::Elu(round(alpha)?),
            Activation::Softplus(Some(threshold)) => Activation::Softplus(Some(round(threshold)?)),
            Activation::Gelu(Some(divisor)) => {
                let divisor = round(divisor)?;
                if divisor.is_zero() {
                    return Err(ToFloatsError::Scale {
                        layer: self.layer,
                        activation: name,
                        format: self.format,
                    });
                }
                Activation::Gelu(Some(divisor))
            }
            same => same.clone(),
        })
    }

    /// Notes the change of a number; is there one?
    fn note(&mut self, value: &Rational, float: &Rational) -> bool {
        if value == float {
            return false;
        }
        let change = ((float - value) / value).abs();
        if change > self.rounded.largest_relative {
            self.rounded.largest_relative = change;
        }
        true
    }

    fn overflow(&self, place: NumberPlace, value: &Rational) -> ToFloatsError {
        ToFloatsError::Overflow {
            layer: self.layer,
            place,
            value: value.clone(),
            format: self.format,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::Float64;
    use FloatFormat::{Float32, Float64 as Double};
    use proptest::prelude::*;

    fn number(text: &str) -> Rational {
        literal::parse(text).expect("a number")
    }

    fn layer(weights: &[&str], bias: &str, activation: Activation) -> Layer {
        let row = weights.iter().map(|text| number(text)).collect();
        let matrix = Matrix::from_dense(vec![row]).expect("a row");
        Layer::new(matrix, vec![number(bias)], activation).expect("a layer")
    }

    fn network(layers: Vec<Layer>) -> Network {
        let inputs = crate::network::numbered("x", layers[0].inputs());
        Network::new(inputs, vec!["y".into()], layers).expect("they fit")
    }

    fn exact(value: f64) -> Rational {
        let float = Float64::from_bits(value.to_bits()).expect("finite");
        float.to_rational()
    }

    #[test]
    fn every_number_is_rounded_and_counted() {
        let given = network(vec![
            layer(
                &["1/3", "1/2", "1/3", "2^-130"],
                "1",
                Activation::LeakyRelu(number("0.1")),
            ),
            layer(&["2"], "-0.1", Activation::Identity),
        ]);
        let (floats, rounded) = to_floats(&given, Float32).expect("they fit");
        // Two thirds, a subnormal number, the slope and the last bias.
        assert_eq!(rounded.changed, 5);
        assert_eq!(rounded.largest_relative, Rational::ONE);
        let first = &floats.layers()[0];
        assert_eq!(first.weights().entries(), 3);
        let third = exact(f64::from(1.0_f32 / 3.0));
        assert_eq!(first.weights().pool(), [third, Rational::ratio(1, 2)]);
        assert_eq!(
            *first.activation(),
            Activation::LeakyRelu(exact(f64::from(0.1_f32)))
        );
        assert_eq!(floats.layers()[1].bias()[0], exact(f64::from(-0.1_f32)));
        let again = to_floats(&floats, Float32).expect("they fit");
        assert_eq!(again, (floats, RoundedWeights::default()));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let wide = network(vec![layer(&["1", "10^39"], "0", Activation::Relu)]);
        let error = to_floats(&wide, Float32)
            .expect_err("too large")
            .to_string();
        assert!(
            error.starts_with("layer 1, unit 1: the weight of input 2 is 1e39, "),
            "{error}"
        );
        assert!(error.contains("beyond the largest float32 number"));
        assert!(to_floats(&wide, Double).is_ok());
        let far = network(vec![layer(&["1"], "-10^39", Activation::Relu)]);
        let error = to_floats(&far, Float32).expect_err("too large").to_string();
        assert!(
            error.starts_with("layer 1, unit 1: the bias is -1e39, "),
            "{error}"
        );
        let flat = Activation::Gelu(Some(number("2^-200")));
        let flat = network(vec![layer(&["1"], "0", flat)]);
        let error = to_floats(&flat, Float32).expect_err("no scale").to_string();
        assert_eq!(
            error,
            "layer 1: the scale of its gelu units is not a float32 number"
        );
    }

    proptest! {
        #[test]
        fn the_nearest_float_is_that_of_the_machine(value in any::<f64>(), next in any::<f32>()) {
            prop_assume!(value.is_finite() && next.is_finite());
            #[allow(clippy::cast_possible_truncation)]
            let cast = value as f32;
            let expected = match cast {
                _ if !cast.is_finite() => None,
                _ if cast.is_normal() => Some(exact(f64::from(cast))),
                _ => Some(Rational::ZERO),
            };
            prop_assert_eq!(nearest_float(&exact(value), Float32), expected);
            // Halfway to the next float: ties go to the even one.
            let above = f32::from_bits(next.to_bits() + 1);
            prop_assume!(next.is_normal() && above.is_normal());
            let middle = exact(f64::midpoint(next.into(), above.into()));
            let even = if next.to_bits() % 2 == 0 { next } else { above };
            prop_assert_eq!(nearest_float(&middle, Float32), Some(exact(even.into())));
        }
    }
}
