//! The header of every certificate: its kind of claim, its network, and the layer it needs.

use std::io::{self, Write};

use super::claim::Norm;
use super::semantics::Semantics;
use super::text::{Lines, ReadError};

/// The first line of every certificate of this version.
pub(super) const FIRST_LINE: &str = "steeple certificate 2";
/// Kinds of claims that are reserved, without a checker yet.
const RESERVED: [&str; 5] = ["range", "above", "below", "slope", "monotone"];
/// The name of the network in certificates.
const NETWORK: &str = "N";

/// The kind of claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The error in a norm.
    Error(Norm),
    /// A condition on inputs and outputs that fails everywhere, or holds somewhere.
    Property,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Error(norm) => norm.name(),
            Self::Property => "property",
        }
    }
}

/// Which weights of a file a network has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weights {
    /// Exact numbers: those of our own files, or numbers stored as text beside the floats.
    #[default]
    Exact,
    /// The floats stored in the file, each as the rational number that it is.
    Stored,
}

impl Weights {
    /// The word in results and certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stored => "stored",
        }
    }

    /// Returns the same as part of a sentence.
    pub fn text(self) -> &'static str {
        match self {
            Self::Exact => "the exact weights",
            Self::Stored => "the weights as the file stores them",
        }
    }
}

/// The part of the kernel that a certificate needs. Each layer contains the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Methods `n`, `l`, `e`, `o` and simple `h` for `sup` and `area`, and the elementary
    /// functions.
    Core,
    /// `l1` and `l2`, too, by the same methods.
    Integrals,
    /// More functions.
    Smooth,
    /// Networks reduced with merging, and all methods.
    Fast,
    /// Properties.
    Properties,
    /// Lower bounds of the size of all networks of a kind.
    Sizes,
    /// Float arithmetic.
    Floats,
}

impl Layer {
    /// All layers, from the lowest.
    pub const ALL: [Self; 7] = [
        Self::Core,
        Self::Integrals,
        Self::Smooth,
        Self::Fast,
        Self::Properties,
        Self::Sizes,
        Self::Floats,
    ];

    /// The name in certificates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Integrals => "integrals",
            Self::Smooth => "smooth",
            Self::Fast => "fast",
            Self::Properties => "properties",
            Self::Sizes => "sizes",
            Self::Floats => "floats",
        }
    }

    /// Finds a layer by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }

    /// Are networks reduced by interval biases only, without merging and independent of parent
    /// cells?
    pub fn is_portable(self) -> bool {
        self < Self::Fast
    }
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The lines that all certificates begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The kind of claim.
    pub kind: Kind,
    /// The digest of the network, `sha256:...`.
    pub network: String,
    /// The arithmetic that evaluates it.
    pub semantics: Semantics,
    /// Which weights of its file the network has.
    pub weights: Weights,
    /// The layer that a checker needs.
    pub layer: Layer,
    /// The names of the inputs.
    pub inputs: Vec<String>,
}

impl Header {
    /// Writes the lines.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{FIRST_LINE}")?;
        writeln!(out, "claim {}", self.kind.name())?;
        writeln!(out, "network {NETWORK} {}", self.network)?;
        writeln!(out, "semantics {}", self.semantics)?;
        writeln!(out, "weights {}", self.weights.name())?;
        writeln!(out, "layer {}", self.layer.name())?;
        writeln!(out, "inputs {}", self.inputs.join(" "))
    }

    /// Reads the lines. What is reserved in the format but has no checker is refused by its name.
    pub(super) fn read(lines: &mut Lines<'_>) -> Result<Self, ReadError> {
        lines.first(FIRST_LINE)?;
        let word = lines.field("claim")?;
        let kind = match word {
            "property" => Kind::Property,
            _ => match Norm::from_name(word) {
                Some(norm) => Kind::Error(norm),
                None if RESERVED.contains(&word) => {
                    return Err(lines.error(format!("claims `{word}` are not supported yet")));
                }
                None => {
                    return Err(lines.error(format!(
                        "unknown claim `{word}`; expected one of sup, l1, l2, area, property"
                    )));
                }
            },
        };
        let network = lines.field("network")?;
        let Some((_, digest)) = network
            .split_once(' ')
            .filter(|(name, digest)| crate::expr::parse::is_name(name) && !digest.contains(' '))
        else {
            return Err(lines.error("expected the name of the network and its digest".into()));
        };
        let network = digest.to_string();
        if lines.optional("network")?.is_some() {
            return Err(lines.error("claims about several networks are not supported yet".into()));
        }
        let semantics = Semantics::parse(lines.field("semantics")?);
        let semantics = semantics.map_err(|message| lines.error(message))?;
        let weights = match lines.field("weights")? {
            "stored" => Weights::Stored,
            "exact" => Weights::Exact,
            other => {
                return Err(lines.error(format!(
                    "unknown weights `{other}`; expected one of stored, exact"
                )));
            }
        };
        let layer = lines.field("layer")?;
        let layer = Layer::from_name(layer).ok_or_else(|| {
            let names = Layer::ALL.map(Layer::name).join(", ");
            lines.error(format!("unknown layer `{layer}`; expected one of {names}"))
        })?;
        let inputs = lines.field("inputs")?.split(' ');
        let inputs = inputs.map(ToString::to_string).collect();
        Ok(Self {
            kind,
            network,
            semantics,
            weights,
            layer,
            inputs,
        })
    }
}
