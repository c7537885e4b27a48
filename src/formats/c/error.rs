//! Why a network has no C code.

/// Why a network cannot be written as C code. Layers, units and inputs count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CError {
    /// The name of the function, or of the header.
    #[error("`{name}` is not a name for C: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
        /// A name that would do.
        instead: String,
    },
    /// A weight, bias or slope that is not a float of the format.
    #[error("layer {layer}, unit {unit}: the {what} {value} is not a normal {format}")]
    NotFloat {
        /// The layer.
        layer: usize,
        /// The unit.
        unit: usize,
        /// `bias`, `weight of input 3`, `slope`.
        what: String,
        /// The number, shortened.
        value: String,
        /// The name of the format.
        format: &'static str,
    },
    /// An activation without a C form.
    #[error("layer {layer}: {activation} has no C form {condition}")]
    Activation {
        /// The layer.
        layer: usize,
        /// Its activation.
        activation: &'static str,
        /// Why, or where.
        condition: String,
        /// What to do instead.
        hint: &'static str,
    },
    /// The network has no finitely many connected affine pieces in one variable.
    #[error("the network cannot be written as its pieces: {reason}")]
    Pieces {
        /// Why.
        reason: String,
    },
    /// Too many numbers for one source file.
    #[error("{found} numbers are too many for C code, which can have at most {most}")]
    TooLarge {
        /// The numbers.
        found: usize,
        /// The largest number of them.
        most: usize,
    },
}

impl CError {
    /// What to do, if that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Name { instead, .. } => Some(format!("choose another one, such as {instead}")),
            Self::NotFloat { format, .. } => Some(format!("round the network to {format} first")),
            Self::Activation { hint, .. } => Some((*hint).to_owned()),
            Self::Pieces { .. } => {
                Some("leave out the pieces: the layers can be written".to_owned())
            }
            Self::TooLarge { .. } => Some("choose a smaller network".to_owned()),
        }
    }
}
