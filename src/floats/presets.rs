//! How far computed activations may be from exact ones: what was measured of runtimes.
//!
//! These are assumptions of a claim, not theorems about libraries. A verdict that rests on them prints
//! them. The numbers are at least 1.7 times what `tests/deployed/activations.py` finds among ten million
//! float32 numbers of all sizes, and a million float64 numbers (the table is in `docs/deploy.md`):
//! onnxruntime 1.32 and `PyTorch` 1.13 on a CPU of x86-64 with AVX-512, glibc 2.36.

use crate::certificate::{ActivationError, FloatFormat, Summation};
use crate::network::{Activation, Layer, Network};
use crate::numbers::Rational;

/// What is assumed of one source of activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name in specs and flags.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// In float32: units in the last place, and the exponent of the absolute error, a power of two.
    float32: (i64, i32),
    /// In float64.
    float64: (i64, i32),
    /// Activations whose absolute error is larger.
    larger: &'static [Larger],
}

/// The exponents of the absolute error of one activation, in float32 and in float64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Larger {
    activation: &'static str,
    float32: i32,
    float64: i32,
}

const fn larger(activation: &'static str, float32: i32, float64: i32) -> Larger {
    Larger {
        activation,
        float32,
        float64,
    }
}

/// The name of the activations of the C code that this project writes.
const EMITTED: &str = "emitted";

/// The presets. The first three are runtimes; the last one is the C code of this project.
pub const PRESETS: [Preset; 4] = [
    // elu as exp(z) - 1 and gelu as 1 + erf(..) cancel; in silu exp(-z) overflows near -89 (-710).
    Preset {
        name: "libm",
        about: "the C library: expf and tanhf of glibc and musl, and formulas of them",
        float32: (4, -126),
        float64: (4, -1022),
        larger: &[
            larger("elu", -24, -53),
            larger("silu", -120, -1016),
            larger("gelu", -22, -51),
        ],
    },
    // The sigmoid is off by up to 1.66e-7, also where it is 2.8e-8; the tanh returns -1.0000002. The silu is
    // z times this sigmoid, off by 3.1e-6 near -17.
    Preset {
        name: "onnxruntime",
        about: "onnxruntime on a CPU: wrong by 1.66e-7 absolutely, so its tanh leaves [-1, 1]",
        float32: (4, -21),
        float64: (4, -50),
        larger: &[larger("silu", -17, -46)],
    },
    // elu is exp(z) - 1, gelu has 1 + erf(..) with an erf that is off by 1.5e-7, silu as for libm.
    Preset {
        name: "pytorch",
        about: "PyTorch on a CPU, whose vector functions are those of SLEEF",
        float32: (4, -126),
        float64: (4, -1022),
        larger: &[
            larger("elu", -24, -53),
            larger("silu", -120, -1016),
            larger("gelu", -21, -51),
        ],
    },
    Preset {
        name: EMITTED,
        about: "the C code that Steeple writes: its functions are its own (T41)",
        float32: (1, -126),
        float64: (8, -1020),
        larger: &[],
    },
];

impl Preset {
    /// Finds a preset by name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Returns what is assumed in a format of the activations that builders use, or with a network of those
    /// that it has.
    pub fn error(&self, format: FloatFormat, network: Option<&Network>) -> ActivationError {
        let (ulps, exponent) = match format {
            FloatFormat::Float32 => self.float32,
            FloatFormat::Float64 => self.float64,
        };
        let least = Rational::power_of_two(exponent);
        let layers = network.map_or(&[][..], Network::layers);
        let of_layers = layers.iter().map(Layer::activation);
        ActivationError {
            ulps: Rational::from(ulps),
            abs: of_layers.fold(least.clone(), |abs, activation| {
                abs.max(self.abs(format, activation, &least))
            }),
        }
    }

    /// The absolute error of an activation: where it loses digits it is in proportion to `alpha`, and at most to
    /// the divisor.
    fn abs(&self, format: FloatFormat, activation: &Activation, least: &Rational) -> Rational {
        let mut places = self.larger.iter();
        let own = places.find(|larger| larger.activation == activation.name());
        let abs = own.map_or_else(
            || least.clone(),
            |larger| {
                Rational::power_of_two(match format {
                    FloatFormat::Float32 => larger.float32,
                    FloatFormat::Float64 => larger.float64,
                })
            },
        );
        match activation {
            Activation::Elu(scale) | Activation::Gelu(Some(scale)) => {
                abs * scale.abs().max(Rational::ONE)
            }
            _ => abs,
        }
    }

    /// Is all that is assumed of this source, for the activations of a network, allowed by `error`?
    pub fn is_within(
        &self,
        format: FloatFormat,
        error: &ActivationError,
        network: Option<&Network>,
    ) -> bool {
        let own = self.error(format, network);
        own.ulps <= error.ulps && own.abs <= error.abs
    }
}

/// Returns what is assumed where nobody says: the weakest of all presets, or with sums as in the C code
/// of this project its own functions.
pub fn weakest(
    format: FloatFormat,
    summation: Summation,
    network: Option<&Network>,
) -> ActivationError {
    let is_ours = |preset: &&Preset| preset.name == EMITTED;
    let all = PRESETS.iter().filter(|preset| match summation {
        Summation::Any => true,
        Summation::Emitted => is_ours(preset),
    });
    let none = ActivationError {
        ulps: Rational::ZERO,
        abs: Rational::ZERO,
    };
    all.fold(none, |worst, preset| {
        let error = preset.error(format, network);
        ActivationError {
            ulps: worst.ulps.max(error.ulps),
            abs: worst.abs.max(error.abs),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_unit(activation: &Activation) -> Network {
        let text = match activation {
            Activation::Elu(alpha) => format!(r#", "alpha": "{alpha}""#),
            _ => String::new(),
        };
        let name = activation.name();
        crate::network::json::read(&format!(
            r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
                {{"weights": [["1"]], "bias": ["0"], "activation": "{name}"{text}}}]}}"#
        ))
        .expect("a network")
    }

    #[test]
    fn what_is_assumed_by_default_covers_the_runtimes_but_is_sharper_for_our_own_code() {
        let silu = one_unit(&Activation::Silu);
        for format in [FloatFormat::Float32, FloatFormat::Float64] {
            for network in [None, Some(&silu)] {
                let any = weakest(format, Summation::Any, network);
                let covers = |preset: &Preset| preset.is_within(format, &any, network);
                assert!(PRESETS.iter().all(covers));
            }
            let own = weakest(format, Summation::Emitted, None);
            assert_eq!(
                Some(own),
                Preset::from_name(EMITTED).map(|own| own.error(format, None))
            );
        }
        let any = weakest(FloatFormat::Float32, Summation::Any, None);
        assert_eq!((any.ulps, any.abs), (4.into(), Rational::power_of_two(-21)));
        assert!(Preset::from_name("tensorflow").is_none());
    }

    #[test]
    fn the_preset_of_our_own_code_covers_what_is_proved_of_it() {
        let emitted = Preset::from_name(EMITTED).expect("a preset");
        for format in [FloatFormat::Float32, FloatFormat::Float64] {
            let proved = crate::formats::c::activation_error(format);
            let assumed = emitted.error(format, None);
            assert!(proved.ulps <= assumed.ulps && proved.abs <= assumed.abs);
        }
    }

    /// The largest errors that were seen lie within what is assumed: beyond 4 ulps, as a power of two.
    #[test]
    fn presets_cover_what_was_measured() {
        let elu = |alpha: i64| Activation::Elu(alpha.into());
        for (name, activation, seen) in [
            // tanh returns -1.0000002, off by 2^-22, and sigmoid(-17.4) is 2.8e-8, off by 1.66e-7.
            ("onnxruntime", Activation::Tanh, -22),
            ("onnxruntime", Activation::Sigmoid, -22),
            ("onnxruntime", Activation::Silu, -18),
            ("onnxruntime", elu(1), -24),
            ("onnxruntime", Activation::Gelu(None), -23),
            ("pytorch", elu(1), -25),
            ("pytorch", elu(8), -22),
            ("pytorch", Activation::Silu, -121),
            ("pytorch", Activation::Gelu(None), -21),
            ("libm", elu(1), -25),
            ("libm", Activation::Gelu(None), -23),
        ] {
            let preset = Preset::from_name(name).expect("a preset");
            let network = one_unit(&activation);
            let error = preset.error(FloatFormat::Float32, Some(&network));
            assert!(
                Rational::power_of_two(seen) <= error.abs,
                "{name}: {activation:?}"
            );
        }
        // The sigmoid is not charged for what others lose.
        let pytorch = Preset::from_name("pytorch").expect("a preset");
        let sigmoid = one_unit(&Activation::Sigmoid);
        let error = pytorch.error(FloatFormat::Float32, Some(&sigmoid));
        assert_eq!(error.abs, Rational::power_of_two(-126));
    }
}
