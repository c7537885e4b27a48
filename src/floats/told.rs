//! What a claim says of its arithmetic, in words.

use super::PRESETS;
use super::points;
use crate::certificate::{ActivationError, Floats, Question, Semantics, Summation};
use crate::network::{Activation, Network};
use crate::numbers::{Rational, literal};

/// Significant digits of an allowance that is not a power of two.
const DIGITS: usize = 3;

/// The arithmetic of a claim about a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The arithmetic.
    pub semantics: Semantics,
    /// The activations of the network that are not exact in floats, by name.
    pub inexact: Vec<&'static str>,
    /// The presets of which no more is assumed than the claim allows.
    pub covers: Vec<&'static str>,
}

impl Told {
    /// Returns what is to be told about a network.
    pub fn new(semantics: &Semantics, network: &Network) -> Self {
        let mut inexact = Vec::new();
        for layer in network.layers() {
            let name = layer.activation().name();
            if !is_exact(layer.activation()) && !inexact.contains(&name) {
                inexact.push(name);
            }
        }
        Self {
            semantics: semantics.clone(),
            inexact,
            covers: (semantics.floats())
                .map_or_else(Vec::new, |floats| covered(floats, Some(network))),
        }
    }

    /// Returns what is to be told about several networks, before the first of them.
    pub fn before(semantics: Semantics) -> Self {
        let floats = semantics.floats();
        let covers = floats.map_or_else(Vec::new, |floats| covered(floats, None));
        Self {
            semantics,
            inexact: Vec::new(),
            covers,
        }
    }

    /// Returns what is to be told about a question.
    pub fn of(question: &Question, network: &Network) -> Self {
        Self::new(&question.semantics, network)
    }

    /// The floats, unless the claim is about real numbers.
    pub fn floats(&self) -> Option<&Floats> {
        self.semantics.floats()
    }

    /// `real`, `float32` or `float64`.
    pub fn name(&self) -> &'static str {
        self.floats().map_or("real", |floats| floats.format.name())
    }

    /// `in real arithmetic`, or `in float32 arithmetic (sums in any order; sigmoid within 4 ulps + 2^-21)`.
    pub fn clause(&self) -> String {
        let arithmetic = format!("in {} arithmetic", self.name());
        match self.details() {
            Some(details) => format!("{arithmetic} ({details})"),
            None => arithmetic,
        }
    }

    /// ` in float32 arithmetic`, for a verdict about floats; nothing for real numbers.
    pub fn after_verdict(&self) -> String {
        let floats = self.floats();
        floats.map_or_else(String::new, |_| format!(" in {} arithmetic", self.name()))
    }

    /// `float32 `, before the inputs of a claim about floats; nothing for real numbers.
    pub fn before_inputs(&self) -> String {
        match self.floats() {
            Some(floats) if !floats.rounded_inputs => format!("{} ", floats.format.name()),
            _ => String::new(),
        }
    }

    /// How sums and activations are computed.
    fn details(&self) -> Option<String> {
        let floats = self.floats()?;
        let mut parts = vec![match floats.summation {
            Summation::Any => "sums in any order".to_owned(),
            Summation::Emitted => "sums as in the C code".to_owned(),
        }];
        if !self.inexact.is_empty() {
            let names = self.inexact.join(", ");
            parts.push(format!("{names} within {}", allowance(&floats.activation)));
        }
        if floats.rounded_inputs {
            parts.push(format!("inputs rounded to {}", floats.format.name()));
        }
        Some(parts.join("; "))
    }

    /// The first and the last float of each side, for claims about inputs that are floats.
    pub fn ends(
        &self,
        domain: &[(String, Rational, Rational)],
    ) -> Vec<(String, Rational, Rational)> {
        let Some(floats) = self.floats().filter(|floats| !floats.rounded_inputs) else {
            return Vec::new();
        };
        let sides = domain.iter().filter_map(|(name, low, high)| {
            let (first, last) = points::of_side(floats.format, (low, high))?;
            Some((name.clone(), first, last))
        });
        sides.collect()
    }

    /// The floats of the domain, where its ends are not floats, in a sentence.
    pub fn points(&self, domain: &[(String, Rational, Rational)]) -> Option<String> {
        let format = self.floats()?.format;
        let sides = domain.iter().zip(self.ends(domain));
        let sides = sides.filter_map(|((name, low, high), (_, first, last))| {
            let is_same = first == *low && last == *high;
            (!is_same).then(|| format!("{name} from {} to {}", up(&first), down(&last)))
        });
        let sides: Vec<String> = sides.collect();
        (!sides.is_empty()).then(|| {
            let name = format.name();
            format!(
                "not all ends of the domain are {name} numbers; its {name} points have {}",
                sides.join(", ")
            )
        })
    }

    /// What a claim about floats assumes, item by item; nothing for real numbers.
    pub fn assumes(&self) -> Vec<String> {
        let Some(floats) = self.floats() else {
            return Vec::new();
        };
        let name = floats.format.name();
        let mut list = vec![
            format!(
                "Inputs, weights, sums and values are {name} numbers; every operation rounds to nearest. \
                 Subnormal numbers may be kept, or replaced by 0 at any time."
            ),
            match floats.summation {
                Summation::Any => {
                    "The terms of a sum are added in any order, and a product and an \
                                   addition may be fused."
                        .to_owned()
                }
                Summation::Emitted => format!(
                    "Sums are computed as in the C code that `steeple convert NETWORK net.c --summation \
                     emitted` writes: in float64, and rounded once to {name}."
                ),
            },
        ];
        if !self.inexact.is_empty() {
            let names = self.inexact.join(" and ");
            let covered = if self.covers.is_empty() {
                String::new()
            } else {
                format!(
                    " This is what is assumed of {}, or more.",
                    self.covers.join(", ")
                )
            };
            list.push(format!(
                "Computed values of {names} differ from the exact ones by at most {}, where an ulp is \
                 the distance of {name} numbers there.{covered}",
                allowance(&floats.activation)
            ));
        }
        list.push(if floats.rounded_inputs {
            format!("Each input is any real number of the domain, rounded to the nearest {name}.")
        } else {
            format!("The claim is about every input in the domain that is a {name} number.")
        });
        list.push(
            "Not covered: excess precision (FLT_EVAL_METHOD other than 0), reduced precision on \
             accelerators (TF32, bfloat16), and rounding modes other than to nearest."
                .to_owned(),
        );
        list
    }
}

/// Is the activation exact in floats, or one product?
pub fn is_exact(activation: &Activation) -> bool {
    activation.is_piecewise_linear()
}

/// The presets of which no more is assumed than the claim allows, for the activations of a network.
fn covered(floats: &Floats, network: Option<&Network>) -> Vec<&'static str> {
    let within = PRESETS
        .iter()
        .filter(|preset| preset.is_within(floats.format, &floats.activation, network));
    within.map(|preset| preset.name).collect()
}

/// `4 ulps + 2^-21`.
pub fn allowance(error: &ActivationError) -> String {
    let ulps = match &error.ulps {
        one if *one == Rational::ONE => "1 ulp".to_owned(),
        less if *less < Rational::ONE => format!("{} ulp", number(less)),
        several => format!("{} ulps", number(several)),
    };
    if error.abs.is_zero() {
        return ulps;
    }
    format!("{ulps} + {}", number(&error.abs))
}

/// A number that is not rounded down: a power of two, a short fraction, or a decimal.
fn number(value: &Rational) -> String {
    let exponent = i32::try_from(value.magnitude_bits()).ok();
    let power = exponent.filter(|exponent| *value == Rational::power_of_two(*exponent));
    match power {
        Some(exponent) if exponent < -3 => format!("2^{exponent}"),
        _ if value.bits() <= 16 => value.to_string(),
        _ => literal::decimal_up(value, DIGITS),
    }
}

/// An end of the domain, inside it.
fn up(value: &Rational) -> String {
    let text = value.to_string();
    if text.len() <= 20 {
        text
    } else {
        literal::decimal_up(value, 12)
    }
}

fn down(value: &Rational) -> String {
    let text = value.to_string();
    if text.len() <= 20 {
        text
    } else {
        literal::decimal_down(value, 12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, inexact: &[&'static str]) -> Told {
        Told {
            inexact: inexact.to_vec(),
            ..Told::before(Semantics::parse(line).expect("semantics"))
        }
    }

    #[test]
    fn clauses_are_short_and_say_what_is_assumed() {
        let any = "float32 sums any ulps 4 abs 1/2097152 inputs floats";
        assert_eq!(told("real", &["sigmoid"]).clause(), "in real arithmetic");
        assert_eq!(
            told(any, &[]).clause(),
            "in float32 arithmetic (sums in any order)"
        );
        assert_eq!(
            told(any, &["sigmoid", "tanh"]).clause(),
            "in float32 arithmetic (sums in any order; sigmoid, tanh within 4 ulps + 2^-21)"
        );
        assert_eq!(
            told(
                "float64 sums emitted ulps 1/2 abs 0 inputs rounded",
                &["silu"]
            )
            .clause(),
            "in float64 arithmetic (sums as in the C code; silu within 1/2 ulp; inputs rounded to float64)"
        );
        assert_eq!(told(any, &[]).before_inputs(), "float32 ");
        assert_eq!(told("real", &[]).before_inputs(), "");
    }

    #[test]
    fn allowances_are_never_rounded_down() {
        for (ulps, abs, text) in [
            ("1", "0", "1 ulp"),
            ("3/2", "1/10000000", "3/2 ulps + 0.0000001"),
            ("4", "1/3000000", "4 ulps + 0.000000334"),
        ] {
            let number = |text: &str| literal::parse(text).expect("a number");
            let error = ActivationError {
                ulps: number(ulps),
                abs: number(abs),
            };
            assert_eq!(allowance(&error), text);
        }
    }

    #[test]
    fn the_points_of_a_domain_are_named_where_its_ends_are_no_floats() {
        let any = told("float32 sums any ulps 4 abs 1/2097152 inputs floats", &[]);
        let side = |low: &str, high: &str| {
            let number = |text: &str| literal::parse(text).expect("a number");
            vec![("x".to_owned(), number(low), number(high))]
        };
        assert_eq!(any.points(&side("0", "1/2")), None);
        let found = any.points(&side("1/10", "9/10")).expect("said");
        assert_eq!(
            found,
            "not all ends of the domain are float32 numbers; its float32 points have x from 13421773/134217728 \
             to 7549747/8388608"
        );
        assert_eq!(told("real", &[]).points(&side("1/10", "9/10")), None);
    }

    #[test]
    fn assumptions_name_what_is_excluded() {
        let any = told(
            "float32 sums any ulps 4 abs 1/2097152 inputs floats",
            &["tanh"],
        );
        let text = any.assumes().join("\n");
        for part in [
            "any order",
            "libm, onnxruntime, pytorch",
            "TF32",
            "FLT_EVAL_METHOD",
            "tanh",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(told("real", &["tanh"]).assumes().is_empty());
    }
}
