//! Explanations: what each unit of a network does on a box, and how far the network is from one made of steps.
//!
//! An [`Explanation`] is plain data. Every number in it is a pair of bounds and says who stands for it: the
//! checker, which accepted a certificate, or exact and interval arithmetic alone.

mod document;
mod json;
mod sections;
mod text;
mod units;
mod words;

use super::SizeReport;
use crate::certificate::Norm;
use crate::numbers::Rational;
use crate::prover::StoppedBy;

/// What is known of one network on one box.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// What the network is called: the name of its file.
    pub name: String,
    /// The names of its outputs.
    pub outputs: Vec<String>,
    /// Units and activation of each layer; the last one gives the outputs.
    pub layers: Vec<(usize, &'static str)>,
    /// The inputs with their sides.
    pub domain: Vec<(String, Rational, Rational)>,
    /// The digest of the network.
    pub network: String,
    /// Its size.
    pub size: SizeReport,
    /// The formula of each output, where the network has no hidden units.
    pub affine: Option<Vec<String>>,
    /// An enclosure of the values of each output; `None` without a finite one.
    pub ranges: Vec<Option<(Rational, Rational)>>,
    /// The target and the error against it, if there is a target.
    pub error: Option<ErrorReport>,
    /// The hidden units, the one that matters most first.
    pub units: Vec<UnitReport>,
    /// Is the network made of steps?
    pub steps: Steps,
    /// On which part of the domain every unit is flat; or why that is not known.
    pub flat: Option<Result<FlatReport, String>>,
    /// The weights of each layer that are zero or nearly so.
    pub weights: Vec<LayerWeights>,
    /// Several units that make one thing together, such as a tower.
    pub shapes: Vec<ShapeReport>,
    /// What stopped the work early.
    pub stopped_by: Option<StoppedBy>,
    /// Notes: choices that were made, and anything unusual.
    pub notes: Vec<String>,
}

/// Bounds on a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// It is at least this.
    pub lower: Rational,
    /// It is at most this; `None` if no bound was found.
    pub upper: Option<Rational>,
    /// Who stands for that.
    pub by: By,
}

/// Who stands for a bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The exact and interval arithmetic of the kernel, without a certificate.
    #[default]
    Arithmetic,
    /// The checker accepted a certificate.
    Certificate,
}

impl By {
    /// Returns the word in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arithmetic => "interval arithmetic",
            Self::Certificate => "certificate checked",
        }
    }
}

/// The target, and how far the network is from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorReport {
    /// The formulas.
    pub target: Vec<String>,
    /// How the error is measured.
    pub norm: Norm,
    /// The error; or why it is not known.
    pub error: Option<Bounds>,
}

/// What a unit does on the domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Class {
    /// Its transition layer is narrow against the domain, or it jumps.
    StepLike,
    /// Between a step and a line.
    #[default]
    Bent,
    /// A straight line, up to a twentieth of its range.
    Linear,
    /// It hardly changes, or not at all.
    Constant,
    /// A relu or its kind, with its kink inside the domain.
    Kink,
}

impl Class {
    /// Returns the word in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::StepLike => "step-like",
            Self::Bent => "bent",
            Self::Linear => "linear",
            Self::Constant => "dead",
            Self::Kink => "kink",
        }
    }
}

/// One hidden unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitReport {
    /// Its hidden layer, from 1.
    pub layer: usize,
    /// Its place in the layer, from 1.
    pub unit: usize,
    /// Its activation.
    pub activation: &'static str,
    /// First layer: where its sum is 0, as an equation.
    pub line: Option<String>,
    /// Does that equation contain rounded numbers?
    pub is_line_rounded: bool,
    /// First layer: does that line meet the domain, or its border?
    pub meets: Option<bool>,
    /// First layer: the width of its transition layer.
    pub transition: Option<Transition>,
    /// What it does.
    pub class: Class,
    /// An enclosure of its output over the domain.
    pub range: Option<(Rational, Rational)>,
    /// The constant that replaces it when it is removed.
    pub constant: Option<Rational>,
    /// Its weight to the only output, where there is one hidden layer.
    pub weight: Option<Rational>,
    /// The largest change of an output when the unit is removed.
    pub change: Option<Bounds>,
    /// The error against the target without the unit.
    pub error: Option<Bounds>,
}

/// The transition layer of an S-shaped unit: where its output is between a tenth and nine tenths of the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transition {
    /// Its width across the line, enclosed; 0 for a jump.
    pub width: (Rational, Rational),
    /// That width as a part of the domain's extent in the same direction, enclosed.
    pub part: (Rational, Rational),
}

/// Is the network made of steps?
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Steps {
    /// It has no hidden units.
    #[default]
    NoUnits,
    /// Every unit is a step already.
    Already,
    /// No unit has the shape of a step; the name of what they are.
    Never(String),
    /// It was compared with the hardened network.
    Compared(Box<HardenedReport>),
}

/// The distance to the hardened network, in which every sigmoid is a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HardenedReport {
    /// How many units became steps.
    pub replaced: usize,
    /// How many units are left as they are.
    pub kept: usize,
    /// `sup |N - H|`, without sets of measure zero.
    pub largest: Option<Bounds>,
    /// The mean of `|N - H|` over the domain.
    pub mean: Option<Bounds>,
    /// Values that differ by this or less count as the same.
    pub tolerance: Rational,
    /// The part of the domain on which `|N - H|` is at most the tolerance, between 0 and 1.
    pub same: Option<Bounds>,
    /// The threshold of the decision, and the part of the domain on which the decisions differ.
    pub decisions: Option<(Rational, Option<Bounds>)>,
    /// Why something is not known.
    pub reason: Option<String>,
}

/// On which part of the domain every unit is flat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlatReport {
    /// The part, between 0 and 1.
    pub part: Bounds,
    /// What flat means for these units.
    pub meaning: String,
}

/// The weights of one layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerWeights {
    /// All of them, without bias terms.
    pub weights: usize,
    /// Those that are exactly 0.
    pub zeros: usize,
    /// Those that are not 0 and at most a thousandth of the largest.
    pub near_zeros: usize,
    /// The largest absolute value.
    pub largest: Rational,
}

/// Several units that make one thing together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShapeReport {
    /// `tower`, `hexagon`, `bump`, `staircase`, ...
    pub kind: String,
    /// The units, from 1, of the first hidden layer.
    pub units: Vec<usize>,
    /// What they make, as a sentence.
    pub sentence: String,
}

impl Explanation {
    /// The domain in one line.
    pub fn domain_text(&self) -> String {
        let sides = self.domain.iter();
        let sides = sides.map(|(name, low, high)| {
            format!(
                "{name} in [{}, {}]",
                super::end(low, true),
                super::end(high, false)
            )
        });
        sides.collect::<Vec<_>>().join(", ")
    }
}
