//! Results, for users and for programs.
//!
//! A [`Report`] is plain data. [`json`] writes the objects that scripts rely on, [`text`] the lines
//! on the terminal, [`markdown`] and [`html`] the files next to a built network, both from a
//! [`document`]; [`glossary`] explains their words. A [`region_count`] report is about a network without a target. Times appear on the
//! terminal and in JSON on standard output, but never in files: the same input gives the same files.

pub mod comparison;
pub mod document;
pub mod explain;
pub mod glossary;
#[cfg(feature = "html")]
pub mod html;
pub mod json;
pub mod markdown;
#[cfg(feature = "html")]
mod page;
pub mod property;
pub mod region_count;
pub mod text;
pub mod training;
mod verdict;

pub use verdict::Verdict;

use crate::builders::APriori;
use crate::certificate::Norm;
use crate::floats::Told;
use crate::formats::foreign::Weights;
use crate::network::Size;
use crate::numbers::{Rational, literal};
use crate::prover::StoppedBy;
use crate::words;

/// Sentences give a longer formula a name.
const LONGEST: usize = 72;
/// The explanation of the name shows this many characters.
const SHOWN: usize = 160;
/// Significant digits of printed decimals.
pub const DIGITS: usize = 10;

/// The result for one network and one question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The answer.
    pub verdict: Verdict,
    /// How the error is measured.
    pub norm: Norm,
    /// Can network or target jump? Then `sup` ignores sets of measure zero, in real arithmetic.
    pub jumps: bool,
    /// The formulas, as the user wrote them.
    pub target: Vec<String>,
    /// The inputs with their sides.
    pub domain: Vec<(String, Rational, Rational)>,
    /// The error wanted.
    pub tolerance: Option<Rational>,
    /// For `area`: inside is where the network is at least this.
    pub threshold: Option<Rational>,
    /// The digest of the network.
    pub network: String,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// The arithmetic that the claim is about.
    pub arithmetic: Told,
    /// The error is at least this.
    pub lower: Rational,
    /// The error is at most this.
    pub upper: Option<Rational>,
    /// For `l2`: the ends of the integral whose root is the error.
    pub squared: Option<(Rational, Option<Rational>)>,
    /// Where the error is large.
    pub witness: Option<WitnessReport>,
    /// The bound by theorem.
    pub a_priori: Option<APriori>,
    /// The search.
    pub search: SearchReport,
    /// The certificate.
    pub certificate: CertificateReport,
    /// The network's size.
    pub size: SizeReport,
    /// Notes: choices that were made, and anything unusual.
    pub notes: Vec<String>,
    /// All networks that keep the tolerance, the chosen one first, where several were compared.
    pub candidates: Vec<CandidateReport>,
    /// Files with rounded weights, next to the exact network.
    pub rounded: Vec<RoundedReport>,
    /// The commands that do the same again.
    pub steps: Vec<document::Step>,
}

/// A network that was compared with others before one was chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CandidateReport {
    /// What it is.
    pub name: String,
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// Units of all hidden layers.
    pub units: usize,
    /// Weights and bias terms that are not 0.
    pub nonzero_parameters: usize,
    /// The largest absolute value of a weight.
    pub largest_weight: Rational,
    /// Every network of its kind and hidden layers needs at least so many units, where that was proved: of relu
    /// units alone.
    pub at_least: Option<usize>,
    /// Bounds on its error that the checker accepted; `None` for the network of the report itself.
    pub error: Option<(Rational, Option<Rational>)>,
}

/// A file with rounded weights, and bounds on the error with them in float arithmetic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundedReport {
    /// The name of the file.
    pub file: String,
    /// The type of its floats: `float32`.
    pub floats: String,
    /// The arithmetic of the bounds.
    pub arithmetic: Told,
    /// How many different numbers were rounded.
    pub numbers: usize,
    /// The largest distance between a number and its float.
    pub largest: Rational,
    /// Bounds on the error with these weights, in this arithmetic; `None` if none were found in the time for it.
    pub error: Option<RoundedError>,
}

/// Bounds on an error.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundedError {
    /// The answer.
    pub verdict: Verdict,
    /// It is at least this.
    pub lower: Rational,
    /// It is at most this.
    pub upper: Option<Rational>,
}

/// A witness: a point with a large error, and the values of network and target there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WitnessReport {
    /// Inputs by name.
    pub point: Vec<(String, Rational)>,
    /// Half the side of the box around the point; 0 for the point alone.
    pub radius: Rational,
    /// Each output of the network, enclosed.
    pub network: Vec<(Rational, Rational)>,
    /// Each output of the target, enclosed.
    pub target: Vec<(Rational, Rational)>,
}

/// How the search went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchReport {
    /// The number of boxes that were searched.
    pub boxes: u64,
    /// Leaves of the partition.
    pub leaves: usize,
    /// Wall time.
    pub seconds: f64,
    /// What stopped it early.
    pub stopped_by: Option<StoppedBy>,
}

/// The certificate on disk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CertificateReport {
    /// Its path, if it was written.
    pub path: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// The wall time of the check.
    pub seconds: f64,
    /// Did the time limit stop the check?
    pub is_unchecked: bool,
}

/// The size of the network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SizeReport {
    /// Hidden layers.
    pub hidden_layers: usize,
    /// Hidden units.
    pub units: usize,
    /// Weights and biases.
    pub parameters: usize,
    /// Those that are not zero.
    pub nonzero_parameters: usize,
}

impl From<Size> for SizeReport {
    fn from(size: Size) -> Self {
        Self {
            hidden_layers: size.hidden_layers,
            units: size.units,
            parameters: size.parameters,
            nonzero_parameters: size.nonzero_parameters,
        }
    }
}

impl Report {
    /// Is the error known exactly?
    pub fn is_exact(&self) -> bool {
        self.upper.as_ref() == Some(&self.lower)
    }

    /// The square of the error, if the square is known exactly and the error is not.
    pub fn exact_square(&self) -> Option<&Rational> {
        let (lower, upper) = self.squared.as_ref()?;
        let is_exact = upper.as_ref() == Some(lower) && !self.is_exact();
        is_exact.then_some(lower)
    }

    /// Do sets of measure zero not count? Floats are one such set, so they all count.
    pub fn is_essential(&self) -> bool {
        self.norm == Norm::Sup && self.jumps && self.arithmetic.floats().is_none()
    }

    /// The name of the norm in results: `essential sup` if network or target jumps.
    pub fn norm_name(&self) -> &'static str {
        match self.norm {
            Norm::Sup if self.is_essential() => "essential sup",
            norm => norm.name(),
        }
    }

    /// The error as a formula.
    pub fn error_name(&self) -> String {
        let inputs: Vec<&str> = self
            .domain
            .iter()
            .map(|(name, _, _)| name.as_str())
            .collect();
        let inputs = match inputs.as_slice() {
            [first, .., last] if inputs.len() > 6 => format!("{first},...,{last}"),
            few => few.join(","),
        };
        match self.norm {
            Norm::Area => format!(
                "area of {{N({inputs}) >= {}}} differing from {{{}}}",
                self.threshold.clone().unwrap_or_default(),
                self.named_target(&inputs)
            ),
            norm => {
                let norm = match norm {
                    Norm::L1 => "l1 error",
                    Norm::L2 => "l2 error",
                    Norm::Sup | Norm::Area => self.norm_name(),
                };
                let target = self.named_target(&inputs);
                let is_sum = !self.is_long()
                    && (target.contains(['+', '-', '<', '>', '=', ' ']) || self.target.len() > 1);
                let target = if is_sum {
                    format!("({target})")
                } else {
                    target
                };
                format!("{norm} |N({inputs}) - {target}|")
            }
        }
    }

    /// Are the formulas too long for a sentence?
    fn is_long(&self) -> bool {
        self.target_text().chars().count() > LONGEST
    }

    /// The formulas, or a name for long ones.
    fn named_target(&self, inputs: &str) -> String {
        if self.is_long() {
            format!("f({inputs})")
        } else {
            self.target_text()
        }
    }

    /// Explains `f` in [`Report::error_name`], if the formulas are too long for it.
    pub fn legend(&self) -> Option<String> {
        self.is_long()
            .then(|| format!("f is {}", words::short(&self.target_text(), SHOWN)))
    }

    /// The formulas in one line.
    pub fn target_text(&self) -> String {
        let lines: Vec<String> = self
            .target
            .iter()
            .map(|formula| formula.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        lines.join(", ")
    }

    /// The domain in one line: `x in [0, 1], y in [0, 1]`.
    pub fn domain_text(&self) -> String {
        let sides: Vec<String> = self
            .domain
            .iter()
            .map(|(name, low, high)| {
                let (low, high) = (end(low, true), end(high, false));
                format!("{name} in [{low}, {high}]")
            })
            .collect();
        sides.join(", ")
    }
}

/// An end of the domain. A long fraction is cut to a decimal inside the domain, so that what is said holds.
fn end(value: &Rational, is_low: bool) -> String {
    const MOST: usize = 24;
    let text = value.to_string();
    if text.len() <= MOST {
        return text;
    }
    let decimal = if is_low {
        literal::decimal_up(value, 17)
    } else {
        literal::decimal_down(value, 17)
    };
    format!("{decimal}...")
}

/// Returns an exact number: a short fraction, else a finite decimal, else the fraction.
pub fn exactly(value: &Rational) -> String {
    const MOST: usize = 17;
    let low = literal::decimal_down(value, MOST);
    if value.bits() <= 16 || low != literal::decimal_up(value, MOST) {
        value.to_string()
    } else {
        low
    }
}

/// Returns a number for users: a short fraction, else a decimal rounded down.
pub fn down(value: &Rational) -> String {
    if value.bits() <= 24 {
        value.to_string()
    } else {
        literal::decimal_down(value, DIGITS)
    }
}

/// Returns a number for users: a short fraction, else a decimal rounded up.
pub fn up(value: &Rational) -> String {
    if value.bits() <= 24 {
        value.to_string()
    } else {
        literal::decimal_up(value, DIGITS)
    }
}
