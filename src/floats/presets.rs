//! How far computed activations may be from exact ones: what was measured of runtimes.
//!
//! These are assumptions of a claim, not theorems about libraries. A verdict that rests on them prints
//! them.

use crate::certificate::{ActivationError, FloatFormat, Summation};
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
}

/// The name of the activations of the C code that this project writes.
const EMITTED: &str = "emitted";

/// The presets. The first three are runtimes; the last one is the C code of this project.
pub const PRESETS: [Preset; 4] = [
    Preset {
        name: "libm",
        about: "the C library: expf and tanhf of glibc and musl, and formulas of them",
        float32: (4, -126),
        float64: (4, -1022),
    },
    // Measured for version 1.32 on a CPU: the sigmoid is wrong by 1.66e-7, the tanh returns -1.0000002.
    Preset {
        name: "onnxruntime",
        about: "onnxruntime on a CPU: wrong by 1.66e-7 absolutely, so its tanh leaves [-1, 1]",
        float32: (4, -21),
        float64: (4, -1022),
    },
    Preset {
        name: "pytorch",
        about: "PyTorch on a CPU, whose vector functions are those of SLEEF",
        float32: (4, -126),
        float64: (4, -1022),
    },
    Preset {
        name: EMITTED,
        about: "the C code that Steeple writes: its functions are its own (T41)",
        float32: (1, -126),
        float64: (8, -1020),
    },
];

impl Preset {
    /// Finds a preset by name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Returns what is assumed in a format.
    pub fn error(&self, format: FloatFormat) -> ActivationError {
        let (ulps, exponent) = match format {
            FloatFormat::Float32 => self.float32,
            FloatFormat::Float64 => self.float64,
        };
        ActivationError {
            ulps: Rational::from(ulps),
            abs: Rational::power_of_two(exponent),
        }
    }

    /// Is all that is assumed of this source allowed by `error`?
    pub fn is_within(&self, format: FloatFormat, error: &ActivationError) -> bool {
        let own = self.error(format);
        own.ulps <= error.ulps && own.abs <= error.abs
    }
}

/// Returns what is assumed where nobody says: the weakest of all presets, or with sums as in the C code
/// of this project its own functions.
pub fn weakest(format: FloatFormat, summation: Summation) -> ActivationError {
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
        let error = preset.error(format);
        ActivationError {
            ulps: worst.ulps.max(error.ulps),
            abs: worst.abs.max(error.abs),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_assumed_by_default_covers_the_runtimes_but_is_sharper_for_our_own_code() {
        for format in [FloatFormat::Float32, FloatFormat::Float64] {
            let any = weakest(format, Summation::Any);
            assert!(PRESETS.iter().all(|preset| preset.is_within(format, &any)));
            let own = weakest(format, Summation::Emitted);
            assert_eq!(
                Some(own),
                Preset::from_name(EMITTED).map(|own| own.error(format))
            );
        }
        let any = weakest(FloatFormat::Float32, Summation::Any);
        assert_eq!((any.ulps, any.abs), (4.into(), Rational::power_of_two(-21)));
        assert!(Preset::from_name("tensorflow").is_none());
    }

    #[test]
    fn the_preset_of_our_own_code_covers_what_is_proved_of_it() {
        for format in [FloatFormat::Float32, FloatFormat::Float64] {
            let own = Preset::from_name(EMITTED).expect("a preset").error(format);
            let proved = crate::formats::c::activation_error(format);
            assert!(proved.ulps <= own.ulps && proved.abs <= own.abs);
        }
    }

    /// The largest errors that were seen of onnxruntime lie within what is assumed of it.
    #[test]
    fn the_preset_of_onnxruntime_covers_what_was_measured() {
        let assumed = Preset::from_name("onnxruntime").expect("a preset");
        let ActivationError { ulps, abs } = assumed.error(FloatFormat::Float32);
        // tanh returns -1.0000002 = -(1 + 2^-22): off by 2^-22 where ulp(1) = 2^-23.
        assert!(Rational::power_of_two(-22) <= &ulps * &Rational::power_of_two(-23) + abs.clone());
        // sigmoid(-17.4) is 2.8e-8, and off by 1.66e-7.
        assert!(Rational::ratio(166, 1_000_000_000) <= abs);
    }
}
