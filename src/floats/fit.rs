//! What a claim about floats cannot be about, found before any search.

use super::points;
use super::told::is_exact;
use crate::certificate::{FloatFormat, Floats, Norm};
use crate::network::{Activation, FloatsError, Layer, Network};
use crate::numbers::{Rational, literal};

/// Why a claim about floats has no meaning, or nothing can be proved of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFloat {
    /// An integral over points that are floats.
    #[error(
        "norm {} is an integral over real inputs, and this claim is about inputs that are {} numbers; hint: \
         with rounded inputs (--rounded-inputs, or rounded_inputs = true) it is about each real input, \
         rounded to the nearest {}",
        norm.name(), format.name(), format.name()
    )]
    Integral {
        /// The norm.
        norm: Norm,
        /// The floats.
        format: FloatFormat,
    },
    /// A weight that no float is.
    #[error("{place} is {}, {}; hint: {}", short(value), problem(*format, value), hint(*format))]
    Weight {
        /// Where it stands.
        place: Place,
        /// The weight.
        value: Rational,
        /// The floats.
        format: FloatFormat,
    },
    /// An activation whose error is assumed to be smaller than rounding makes it.
    #[error(
        "`ulps` is {ulps}, but a computed {activation} is off by up to 1/2 ulp, because it is rounded; hint: \
         `ulps` of at least 1/2, or the name of a runtime (libm, onnxruntime, pytorch)"
    )]
    Ulps {
        /// What is assumed.
        ulps: Rational,
        /// The activation.
        activation: &'static str,
    },
    /// A side without any float.
    #[error(
        "there is no {} number for {name} between {low} and {high}, so a claim about floats says nothing \
         there; hint: choose a wider domain, or rounded inputs",
        format.name()
    )]
    NoPoint {
        /// The input.
        name: String,
        /// The side.
        low: Rational,
        /// The side.
        high: Rational,
        /// The floats.
        format: FloatFormat,
    },
    /// What the kernel found on the domain.
    #[error("{error}; hint: {}", advice(error))]
    Kernel {
        /// What it is.
        error: FloatsError,
    },
    /// A portable certificate.
    #[error(
        "a claim about {} arithmetic needs the layer `floats` of the checker, which is not portable; hint: \
         leave --portable out, or claim real arithmetic",
        format.name()
    )]
    Portable {
        /// The floats.
        format: FloatFormat,
    },
}

/// Where a number stands in a network. Layers, units and inputs are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A weight.
    Weight {
        /// The layer.
        layer: usize,
        /// The unit; for maxout, the row.
        unit: usize,
        /// The input of the layer.
        input: usize,
    },
    /// A bias term.
    Bias {
        /// The layer.
        layer: usize,
        /// The unit; for maxout, the row.
        unit: usize,
    },
    /// The slope of a leaky ReLU.
    Slope {
        /// The layer.
        layer: usize,
    },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Weight { layer, unit, input } => {
                write!(f, "layer {layer}, unit {unit}: the weight of input {input}")
            }
            Self::Bias { layer, unit } => write!(f, "layer {layer}, unit {unit}: the bias"),
            Self::Slope { layer } => write!(f, "layer {layer}: the slope of its leaky ReLUs"),
        }
    }
}

/// What to do where the kernel finds no claim about floats.
fn advice(error: &FloatsError) -> &'static str {
    match error {
        FloatsError::Overflow { .. } => {
            "choose a smaller domain or smaller weights, or float64, so that no partial sum can overflow"
        }
        FloatsError::TooManyTerms { .. } => "choose a layer with fewer inputs, or float64",
        _ => "claim real arithmetic (--semantics real)",
    }
}

/// A number for a message.
fn short(value: &Rational) -> String {
    let text = value.to_string();
    if text.len() <= 30 {
        return text;
    }
    format!("about {}", literal::decimal_down(value, 10))
}

fn problem(format: FloatFormat, value: &Rational) -> String {
    let name = format.name();
    let largest = format.largest().to_rational();
    if largest.is_some_and(|largest| value.abs() > largest) {
        return format!("beyond the largest {name} number");
    }
    if format.has(value) {
        let (least, _) = format.exponents();
        return format!(
            "a subnormal {name} number (below 2^{least}), which programs may read as 0"
        );
    }
    format!("not a {name} number")
}

fn hint(format: FloatFormat) -> String {
    let precision = match format {
        FloatFormat::Float32 => "",
        FloatFormat::Float64 => " --precision float64",
    };
    format!(
        "a claim about floats needs weights that are floats: `steeple convert NETWORK net.onnx{precision}` \
         rounds them, `steeple build` with these semantics builds with them, and for an imported network \
         --weights stored takes those of the file"
    )
}

/// Is the claim about floats one that can be proved or refuted? `norm` is `None` for a property.
///
/// - Errors: [`NotFloat`], the first that is found.
pub fn fits<'s>(
    floats: &Floats,
    network: &Network,
    norm: Option<Norm>,
    sides: impl IntoIterator<Item = (String, &'s Rational, &'s Rational)>,
    portable: bool,
) -> Result<(), NotFloat> {
    let format = floats.format;
    if portable {
        return Err(NotFloat::Portable { format });
    }
    if let Some(norm) = norm.filter(|norm| *norm != Norm::Sup && !floats.rounded_inputs) {
        return Err(NotFloat::Integral { norm, format });
    }
    let activations = network.layers().iter().map(Layer::activation);
    let mut inexact = activations.filter(|activation| !is_exact(activation));
    if let Some(activation) = inexact
        .next()
        .filter(|_| floats.activation.ulps < Rational::ratio(1, 2))
    {
        return Err(NotFloat::Ulps {
            ulps: floats.activation.ulps.clone(),
            activation: activation.name(),
        });
    }
    if !floats.rounded_inputs {
        for (name, low, high) in sides {
            if points::of_side(format, (low, high)).is_none() {
                let (low, high) = (low.clone(), high.clone());
                return Err(NotFloat::NoPoint {
                    name,
                    low,
                    high,
                    format,
                });
            }
        }
    }
    match first_bad(format, network) {
        Some((place, value)) => Err(NotFloat::Weight {
            place,
            value,
            format,
        }),
        None => Ok(()),
    }
}

/// The first number of a network that is neither 0 nor a normal float.
fn first_bad(format: FloatFormat, network: &Network) -> Option<(Place, Rational)> {
    let bad = |value: &Rational| !format.is_normal(value);
    for (at, layer) in network.layers().iter().enumerate() {
        let at = at + 1;
        let weights = layer.weights();
        // Equal weights stand in the pool once.
        if weights.pool().iter().any(bad) {
            for row in 0..weights.rows() {
                if let Some((input, value)) = weights.row(row).find(|(_, value)| bad(value)) {
                    let (unit, input) = (row + 1, input + 1);
                    return Some((
                        Place::Weight {
                            layer: at,
                            unit,
                            input,
                        },
                        value.clone(),
                    ));
                }
            }
        }
        if let Some(row) = layer.bias().iter().position(bad) {
            let place = Place::Bias {
                layer: at,
                unit: row + 1,
            };
            return Some((place, layer.bias()[row].clone()));
        }
        if let Activation::LeakyRelu(slope) = layer.activation()
            && bad(slope)
        {
            return Some((Place::Slope { layer: at }, slope.clone()));
        }
    }
    None
}
