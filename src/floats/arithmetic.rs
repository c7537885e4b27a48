//! The arithmetic of a claim, as a spec or flags ask for it.

use super::presets::{PRESETS, Preset, weakest};
use crate::certificate::{ActivationError, FloatFormat, Floats, Semantics, Summation};
use crate::network::Network;
use crate::numbers::{Rational, loose};

/// Which numbers a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Real numbers.
    Real,
    /// Floats.
    Float(FloatFormat),
}

impl Numbers {
    /// The names, in the order in which they are listed.
    pub const NAMES: [&'static str; 3] = ["real", "float32", "float64"];

    /// Reads a name.
    ///
    /// - Errors: what is wrong, and a hint.
    pub fn read(name: &str) -> Result<Self, (String, String)> {
        if name == "real" {
            return Ok(Self::Real);
        }
        if let Some(format) = FloatFormat::from_name(name) {
            return Ok(Self::Float(format));
        }
        let hint = match name {
            "fixed" => {
                return Err((
                    "semantics `fixed` is reserved for fixed-point arithmetic, about which nothing can \
                     be proved yet"
                        .to_owned(),
                    "use float32, or real".to_owned(),
                ));
            }
            "float" | "f32" | "single" | "binary32" => "did you mean `float32`?",
            "double" | "f64" | "binary64" => "did you mean `float64`?",
            "reals" | "exact" => "did you mean `real`?",
            _ => "half precision, bfloat16 and integers are not supported",
        };
        let expected = Self::NAMES.join(", ");
        let message = format!("unknown semantics `{name}`, expected one of {expected}");
        Err((message, hint.to_owned()))
    }
}

/// How far activations may be off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activations {
    /// As was measured of a runtime.
    Named(&'static Preset),
    /// By this much.
    Given(ActivationError),
}

/// The arithmetic of a claim; what is `None` has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arithmetic {
    /// Real numbers by default.
    pub numbers: Option<Numbers>,
    /// By default the weakest of the presets.
    pub activations: Option<Activations>,
    /// By default any order.
    pub summation: Option<Summation>,
    /// By default inputs are floats.
    pub rounded_inputs: Option<bool>,
}

impl From<Arithmetic> for Semantics {
    /// Keys that mean something for floats only are ignored for real numbers.
    fn from(asked: Arithmetic) -> Self {
        asked.semantics().unwrap_or_default()
    }
}

impl From<Semantics> for Arithmetic {
    fn from(semantics: Semantics) -> Self {
        let Semantics::Float(floats) = semantics else {
            return Self::default();
        };
        Self {
            numbers: Some(Numbers::Float(floats.format)),
            activations: Some(Activations::Given(floats.activation)),
            summation: Some(floats.summation),
            rounded_inputs: Some(floats.rounded_inputs),
        }
    }
}

impl Arithmetic {
    fn of(format: FloatFormat) -> Self {
        Self {
            numbers: Some(Numbers::Float(format)),
            ..Self::default()
        }
    }

    /// Returns float32 arithmetic: sums in any order, with or without fused operations, and activations as
    /// weak as those of the runtimes that were measured.
    pub fn float32() -> Self {
        Self::of(FloatFormat::Float32)
    }

    /// Returns float64 arithmetic, otherwise as [`Self::float32`].
    pub fn float64() -> Self {
        Self::of(FloatFormat::Float64)
    }

    /// Changes how sums are evaluated; the activations are then those of the C code of this project, unless
    /// they are given.
    #[must_use]
    pub fn summation(mut self, summation: Summation) -> Self {
        self.summation = Some(summation);
        self
    }

    /// Changes how far computed activations may be from exact ones.
    #[must_use]
    pub fn activation_error(mut self, error: ActivationError) -> Self {
        self.activations = Some(Activations::Given(error));
        self
    }

    /// Makes the claim one about every real input, rounded to the nearest float.
    #[must_use]
    pub fn rounded_inputs(mut self) -> Self {
        self.rounded_inputs = Some(true);
        self
    }

    /// Returns the semantics of a claim about a network that a builder makes: what a name says of activations is
    /// meant of sigmoid, tanh, softplus and softsign.
    ///
    /// - Errors: the key that needs floats, where the claim is about real numbers.
    pub fn semantics(&self) -> Result<Semantics, Key> {
        self.resolve(None)
    }

    /// Returns the semantics of a claim about this network: runtimes are less exact for some activations, which
    /// widens what a name says.
    ///
    /// - Errors: as for [`Self::semantics`].
    pub fn semantics_of(&self, network: &Network) -> Result<Semantics, Key> {
        self.resolve(Some(network))
    }

    fn resolve(&self, network: Option<&Network>) -> Result<Semantics, Key> {
        let Some(Numbers::Float(format)) = self.numbers else {
            return self.first_key().map_or(Ok(Semantics::Real), Err);
        };
        let summation = self.summation.unwrap_or_default();
        let activation = match &self.activations {
            Some(Activations::Named(preset)) => preset.error(format, network),
            Some(Activations::Given(error)) => error.clone(),
            None => weakest(format, summation, network),
        };
        Ok(Semantics::Float(Floats {
            format,
            summation,
            activation,
            rounded_inputs: self.rounded_inputs.unwrap_or(false),
        }))
    }

    /// Returns this with what it leaves open taken from `other`. If this asks for real numbers, nothing is.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.numbers == Some(Numbers::Real) {
            return self.clone();
        }
        Self {
            numbers: self.numbers.or(other.numbers),
            activations: self
                .activations
                .clone()
                .or_else(|| other.activations.clone()),
            summation: self.summation.or(other.summation),
            rounded_inputs: self.rounded_inputs.or(other.rounded_inputs),
        }
    }

    /// The first key that is given and means something for floats only.
    fn first_key(&self) -> Option<Key> {
        let given = [
            (self.activations.is_some(), Key::ActivationError),
            (self.summation.is_some(), Key::Summation),
            (self.rounded_inputs == Some(true), Key::RoundedInputs),
        ];
        given
            .into_iter()
            .find_map(|(is_given, key)| is_given.then_some(key))
    }
}

/// A key that means something for floats only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// How far activations may be off.
    ActivationError,
    /// How sums are evaluated.
    Summation,
    /// Is the claim about rounded inputs?
    RoundedInputs,
}

impl Key {
    /// The name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::ActivationError => "activation_error",
            Self::Summation => "summation",
            Self::RoundedInputs => "rounded_inputs",
        }
    }

    /// The flag.
    pub fn flag(self) -> &'static str {
        match self {
            Self::ActivationError => "--activation-error",
            Self::Summation => "--summation",
            Self::RoundedInputs => "--rounded-inputs",
        }
    }
}

/// The names of presets: `libm, onnxruntime, ...`.
fn names() -> String {
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    names.join(", ")
}

/// Returns the allowance of these numbers.
///
/// - Errors: a message for a number that is negative, or without `ulps`.
pub fn allowance(ulps: Option<Rational>, abs: Option<Rational>) -> Result<ActivationError, String> {
    let Some(ulps) = ulps else {
        return Err(
            "`ulps` is missing: units in the last place by which an activation may be off".into(),
        );
    };
    let abs = abs.unwrap_or(Rational::ZERO);
    for (name, value) in [("ulps", &ulps), ("abs", &abs)] {
        if value.is_negative() {
            return Err(format!("`{name}` must be 0 or greater, found {value}"));
        }
    }
    Ok(ActivationError { ulps, abs })
}

impl Activations {
    /// Reads a name, or `ulps=2,abs=1e-7`.
    ///
    /// - Errors: what is wrong, and a hint.
    pub fn read(text: &str) -> Result<Self, (String, String)> {
        let hint = || format!("write one of {}, or ulps=4,abs=1e-7", names());
        let text = text.trim();
        if let Some(preset) = Preset::from_name(text) {
            return Ok(Self::Named(preset));
        }
        if !text.contains('=') {
            return Err((format!("unknown activations `{text}`"), hint()));
        }
        let (mut ulps, mut abs) = (None, None);
        for part in text.split(',') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let place = match name.trim() {
                "ulps" => &mut ulps,
                "abs" => &mut abs,
                other => return Err((format!("unknown part `{other}`"), hint())),
            };
            let number = loose::parse(value.trim());
            let number = number.map_err(|error| (format!("`{}`: {error}", part.trim()), hint()))?;
            if place.replace(number).is_some() {
                return Err((format!("`{}` is given twice", name.trim()), hint()));
            }
        }
        allowance(ulps, abs)
            .map(Self::Given)
            .map_err(|message| (message, hint()))
    }
}

/// Reads how sums are evaluated.
///
/// - Errors: what is wrong, and a hint.
pub fn summation(text: &str) -> Result<Summation, (String, String)> {
    Summation::from_name(text).ok_or_else(|| {
        (
            format!("unknown summation `{text}`, expected any or emitted"),
            "any: in any order; emitted: as the C code does that Steeple writes".to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(arithmetic: &Arithmetic) -> Floats {
        let semantics = arithmetic.semantics().expect("semantics");
        semantics.floats().expect("floats").clone()
    }

    #[test]
    fn defaults_are_the_weakest_presets_of_the_summation() {
        let mut asked = Arithmetic {
            numbers: Some(Numbers::Float(FloatFormat::Float32)),
            ..Arithmetic::default()
        };
        let any = floats(&asked);
        assert_eq!((any.summation, any.rounded_inputs), (Summation::Any, false));
        assert_eq!(any.activation.abs, Rational::power_of_two(-21));
        asked.summation = Some(Summation::Emitted);
        assert_eq!(floats(&asked).activation.ulps, 1.into());
        asked.activations = Some(Activations::read("pytorch").expect("a preset"));
        assert_eq!(floats(&asked).activation.ulps, 4.into());
    }

    #[test]
    fn names_are_resolved_for_the_activations_of_the_network() {
        let abs = |activation: &str, asked: &Arithmetic| {
            let network = crate::network::json::read(&format!(
                r#"{{"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [
                    {{"weights": [[1]], "bias": [0], "activation": "{activation}"}}]}}"#
            ));
            let semantics = asked.semantics_of(&network.expect("a network"));
            let semantics = semantics.expect("semantics");
            // What is given in numbers is as it was.
            let again = Arithmetic::from(semantics.clone()).semantics();
            assert_eq!(again.as_ref(), Ok(&semantics));
            semantics.floats().expect("floats").activation.abs.clone()
        };
        let mut asked = Arithmetic::float32();
        assert_eq!(abs("sigmoid", &asked), Rational::power_of_two(-21));
        assert_eq!(abs("silu", &asked), Rational::power_of_two(-17));
        asked.activations = Some(Activations::read("pytorch").expect("a preset"));
        assert_eq!(abs("silu", &asked), Rational::power_of_two(-120));
        asked.activations = Some(Activations::read("ulps=1,abs=0").expect("two numbers"));
        assert_eq!(abs("silu", &asked), Rational::ZERO);
    }

    #[test]
    fn keys_of_floats_are_refused_for_real_numbers() {
        assert_eq!(Arithmetic::default().semantics(), Ok(Semantics::Real));
        let asked = Arithmetic {
            summation: Some(Summation::Any),
            ..Arithmetic::default()
        };
        assert_eq!(asked.semantics(), Err(Key::Summation));
        let not = Arithmetic {
            numbers: Some(Numbers::Real),
            rounded_inputs: Some(false),
            ..Arithmetic::default()
        };
        assert_eq!(not.semantics(), Ok(Semantics::Real));
    }

    #[test]
    fn flags_go_before_the_spec_and_real_numbers_drop_the_rest() {
        let spec = Arithmetic {
            numbers: Some(Numbers::Float(FloatFormat::Float32)),
            summation: Some(Summation::Emitted),
            ..Arithmetic::default()
        };
        let flags = Arithmetic {
            numbers: Some(Numbers::Float(FloatFormat::Float64)),
            ..Arithmetic::default()
        };
        let both = floats(&flags.or(&spec));
        assert_eq!(
            (both.format, both.summation),
            (FloatFormat::Float64, Summation::Emitted)
        );
        let real = Arithmetic {
            numbers: Some(Numbers::Real),
            ..Arithmetic::default()
        };
        assert_eq!(real.or(&spec).semantics(), Ok(Semantics::Real));
    }

    #[test]
    fn allowances_are_names_or_two_numbers() {
        let read = |text: &str| Activations::read(text);
        let Ok(Activations::Given(given)) = read("ulps=2, abs=1e-7") else {
            panic!("two numbers");
        };
        assert_eq!(
            (given.ulps, given.abs),
            (2.into(), Rational::ratio(1, 10_000_000))
        );
        let message = |text: &str| read(text).expect_err("refused").0;
        assert_eq!(message("tensorflow"), "unknown activations `tensorflow`");
        assert!(message("abs=0").starts_with("`ulps` is missing"));
        assert_eq!(
            message("ulps=1,abs=-1"),
            "`abs` must be 0 or greater, found -1"
        );
        assert_eq!(message("ulps=1,ulps=2"), "`ulps` is given twice");
        assert_eq!(message("ulps=1,rel=2"), "unknown part `rel`");
        assert!(message("ulps=x").starts_with("`ulps=x`: "));
    }

    #[test]
    fn numbers_have_names_and_fixed_point_is_reserved() {
        for name in Numbers::NAMES {
            assert!(Numbers::read(name).is_ok());
        }
        assert!(
            Numbers::read("fixed")
                .expect_err("reserved")
                .0
                .contains("reserved")
        );
        assert!(
            Numbers::read("double")
                .expect_err("unknown")
                .1
                .contains("float64")
        );
    }
}
