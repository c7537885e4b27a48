//! A network as C99 code: a source, a header and a table to test it with.
//!
//! ```text
//! layers       tables and loops of each layer
//! functions    sigmoid and the others, without a library: constants, bounds (T41)
//! piecewise    the exact pieces of a network in one input
//! pieces       such a network as a search over its pieces
//! header       what the header says, and what the source relies on
//! vectors      points and values to test with
//! names text   names of functions; numbers and tables as text
//! ```
//!
//! The code computes what T40 assumes: floats of the format, rounded to nearest, one operation at a time.

mod constants;
mod error;
mod functions;
mod header;
mod layers;
mod names;
mod pieces;
mod piecewise;
#[cfg(test)]
mod tests;
mod text;
mod vectors;

pub use error::CError;
pub use functions::activation_error;
pub use names::look_at as look_at_name;

use crate::certificate::{FloatFormat, Summation};
use crate::network::Network;
use crate::numbers::Rational;

/// What the code is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name of the function, and the first part of all other names.
    pub name: String,
    /// The name of the header file, which the source includes.
    pub header_file: String,
    /// The floats of weights and values.
    pub format: FloatFormat,
    /// How sums are added up.
    pub summation: Summation,
    /// Is a network in one input written as a search over its pieces? Its sums count as emitted.
    pub pieces: bool,
    /// The domain, one side for each input: pieces beyond it are left out, and the first and the last one
    /// continue; test points lie in it.
    pub domain: Option<Vec<(Rational, Rational)>>,
    /// What is claimed about this code, for the header.
    pub claim: Vec<String>,
    /// The command that checks the claim.
    pub check: Option<String>,
    /// The allowed difference of the code from the real network, for the table to test with.
    pub allowed: Option<Rational>,
}

impl Options {
    /// A function of this name in float32, with sums in any order.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            header_file: format!("{name}.h"),
            name,
            format: FloatFormat::Float32,
            summation: Summation::Any,
            pieces: false,
            domain: None,
            claim: Vec::new(),
            check: None,
            allowed: None,
        }
    }
}

/// A network as C code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The source.
    pub source: String,
    /// The header.
    pub header: String,
    /// Points and values to test with, as comma-separated values.
    pub vectors: String,
    /// Bytes of constants.
    pub flash_bytes: usize,
    /// Bytes of values between the layers.
    pub ram_bytes: usize,
    /// Are these values in static memory, because they are too many for a stack?
    pub is_static: bool,
    /// Multiplications by weights and slopes for one call.
    pub multiplications: usize,
    /// The number of pieces, where the code searches them.
    pub pieces: Option<usize>,
    /// For pieces: the first and the last float from which a line starts. A domain about which something is
    /// claimed must contain both (T40, 5).
    pub knots: Option<(Rational, Rational)>,
}

/// Returns a network as C code.
///
/// - Shapes: `void NAME(const float x[inputs], float y[outputs])`, or double.
/// - Bound: T40, with [`activation_error`] for activations that are not exact. Sums `any` of 32 terms or more are
///   four partial sums. Sums `emitted` in float32 have the same bits with and without contraction.
/// - Exactness: all constants are exact; those of pieces are the nearest float64.
/// - Errors: [`CError`]: a name, weights that are no normal floats of the format, activations without a C form,
///   pieces of a network that has none.
///
/// ```
/// use steeple::{Domain, Target, builders, formats::c};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// let code = c::write(&network, &c::Options::new("square"))?;
/// assert!(code.header.contains("void square(const float x[1], float y[1]);"));
/// assert_eq!((code.multiplications, code.ram_bytes), (32, 64));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(network: &Network, options: &Options) -> Result<Written, CError> {
    names::look_at(&options.name)?;
    names::look_at_file(&options.header_file)?;
    let mut written = Written {
        source: header::preamble(options),
        header: String::new(),
        vectors: String::new(),
        flash_bytes: 0,
        ram_bytes: 0,
        is_static: false,
        multiplications: 0,
        pieces: None,
        knots: None,
    };
    if options.pieces {
        let side = options.domain.as_ref().and_then(|domain| domain.first());
        let found = pieces::pieces(network, &options.name, options.format, side)?;
        written.source += &found.text;
        written.flash_bytes = found.flash_bytes;
        written.multiplications = network.outputs().len();
        written.pieces = Some(found.count);
        written.knots = found.knots;
    } else {
        let found = layers::layers(network, &options.name, options.format, options.summation)?;
        written.source += &found.text;
        written.flash_bytes = found.flash_bytes;
        written.ram_bytes = found.ram_bytes;
        written.is_static = found.is_static;
        written.multiplications = found.multiplications;
    }
    written.header = header::header(network, options, &written);
    written.vectors = vectors::vectors(network, options);
    Ok(written)
}
