//! Opens any network file, recognised by its content.

use std::io;
use std::path::Path;

use super::foreign::{Foreign, ForeignError, Imported, Weights};
use super::json::{self, FormatError};
use super::kind::{Kind, OtherKind, Wanted, without_mark};
use super::reading::{self, Kind as Reading};
use super::{gzip, onnx, safetensors};
use crate::certificate::FloatFormat;
use crate::network::canonical::{self, CanonicalError};
use crate::network::{Network, NetworkError};
use crate::words;

/// The source of a network: a path (text and [`Path`] convert), or bytes.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A file.
    Path(&'a Path),
    /// The content of one.
    Bytes(&'a [u8]),
}

impl<'a> From<&'a Path> for Source<'a> {
    fn from(path: &'a Path) -> Self {
        Self::Path(path)
    }
}

impl<'a> From<&'a std::path::PathBuf> for Source<'a> {
    fn from(path: &'a std::path::PathBuf) -> Self {
        Self::Path(path)
    }
}

impl<'a> From<&'a str> for Source<'a> {
    fn from(path: &'a str) -> Self {
        Self::Path(Path::new(path))
    }
}

impl<'a> From<&'a [u8]> for Source<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Source<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A network from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The network.
    pub network: Network,
    /// Which weights of its file it has.
    pub weights: Weights,
    /// Does the file contain exact weights in addition to the stored ones?
    pub has_exact: bool,
    /// Were names made up or taken from the caller, because the file has none?
    pub is_named_by_caller: bool,
    /// Decisions of the reader that the caller should know.
    pub notes: Vec<String>,
    /// The floats in which the file computes its layers, if it says; or why it does not compute layer by layer.
    /// Then claims about real arithmetic are about the same function, and claims about floats, which are about
    /// the layers, are not about this file.
    pub computes: Result<Option<FloatFormat>, ForeignError>,
}

impl Opened {
    /// A network that stands in no file, such as one in the memory of another program. Its floats, if it has some,
    /// compute layer by layer in `floats`.
    ///
    /// ```
    /// use steeple::{Domain, FloatFormat, Target, Weights, builders, formats::Opened};
    /// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
    /// let network = builders::interpolant(&target, &domain, 16)?;
    /// let known = Opened::of(network, Weights::Stored, Some(FloatFormat::Float32));
    /// let answer = known.verify(&target, &domain).run()?;
    /// assert!(answer.text().contains("with the weights as the file stores them"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(network: Network, weights: Weights, floats: Option<FloatFormat>) -> Self {
        Self {
            network,
            weights,
            has_exact: weights == Weights::Exact,
            is_named_by_caller: false,
            notes: Vec::new(),
            computes: Ok(floats),
        }
    }
}

/// Opens a network file of any supported format: our JSON and canonical bytes, ONNX, gzipped ONNX,
/// safetensors. The content decides, not the name.
///
/// A file with floats gives the network of the stored floats, each as its exact value. Inputs without names
/// become `x` or `x1`, `x2`, ...; [`open_with`] can choose otherwise.
///
/// - Exactness: exact.
/// - Errors: [`OpenError`], with the place in the file.
///
/// ```
/// use steeple::{Domain, Target, builders, formats};
/// let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// let network = builders::interpolant(&target, &domain, 16)?;
/// let file = formats::to_onnx(&network)?;
/// let opened = formats::open(&file)?;
/// assert_eq!(opened.network.layers()[0].units(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open<'a>(source: impl Into<Source<'a>>) -> Result<Opened, OpenError> {
    open_with(source, Weights::Stored, None)
}

/// Opens a file like [`open`], with the requested weights and names of the inputs. A file with names keeps
/// them.
///
/// - Errors: [`OpenError`], also if exact weights are requested and the file has none.
///
/// ```
/// # use steeple::{Domain, Target, builders};
/// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// # let network = builders::interpolant(&target, &domain, 16)?;
/// use steeple::{Weights, formats};
/// let file = formats::to_onnx(&network)?;
/// let opened = formats::open_with(&file, Weights::Exact, None)?;
/// assert_eq!(opened.network, network);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_with<'a>(
    source: impl Into<Source<'a>>,
    weights: Weights,
    names: Option<&[String]>,
) -> Result<Opened, OpenError> {
    match read(source.into())? {
        Read::Ours(network) => Ok(Opened {
            network,
            weights: Weights::Exact,
            has_exact: true,
            is_named_by_caller: false,
            notes: Vec::new(),
            computes: Ok(None),
        }),
        Read::Foreign(imported) => named(imported, weights, names),
    }
}

/// Gives an imported network its weights and its names.
pub fn named(
    imported: Imported,
    weights: Weights,
    names: Option<&[String]>,
) -> Result<Opened, OpenError> {
    let weights = imported.weights(weights)?;
    let has_exact = imported.exact.is_some();
    let is_named_by_caller = imported.names.is_none();
    let inputs = imported.inputs();
    if let (true, Some(names)) = (is_named_by_caller, names)
        && names.len() != inputs
    {
        return Err(OpenError::Names {
            inputs,
            names: names.to_vec(),
        });
    }
    let notes = imported.notes.clone();
    let computes = imported.computes.clone();
    let network = imported.into_network(weights, names.map(<[String]>::to_vec))?;
    Ok(Opened {
        network,
        weights,
        has_exact,
        is_named_by_caller,
        notes,
        computes,
    })
}

/// The content of a file.
#[derive(Debug)]
pub enum Read {
    /// A network of ours, whole.
    Ours(Network),
    /// A network in a foreign format, before its weights and names are chosen.
    Foreign(Imported),
}

/// Reads a file of any format.
fn read(source: Source<'_>) -> Result<Read, OpenError> {
    match source {
        Source::Bytes(bytes) => read_bytes(bytes, None),
        Source::Path(path) => {
            let bytes =
                reading::read(path, Reading::ANY_NETWORK).map_err(|error| OpenError::File {
                    path: path.display().to_string(),
                    error,
                })?;
            read_bytes(&bytes, Some(path))
        }
    }
}

/// Reads the content of a file of any format. The path is needed for a second file next to it, and decides
/// if the content allows several formats.
///
/// - Errors: [`OpenError`].
pub fn read_bytes(bytes: &[u8], path: Option<&Path>) -> Result<Read, OpenError> {
    let name = path.map_or(String::new(), |path| path.display().to_string());
    let foreign = |imported: Result<Imported, ForeignError>| Ok(Read::Foreign(imported?));
    let kind = Kind::of(bytes, &name);
    match (kind, path.and_then(Foreign::of)) {
        (Kind::Canonical, _) => Ok(Read::Ours(canonical::read(bytes)?)),
        (Kind::Onnx, _) => foreign(onnx::read(bytes)),
        (Kind::Gzip, _) => foreign(gzip::unpack(bytes).and_then(|bytes| onnx::read(&bytes))),
        (Kind::Safetensors, _) => {
            let beside = path.map(companion).transpose()?.flatten();
            foreign(safetensors::read(bytes, beside.as_deref()))
        }
        (Kind::Network, _) => Ok(Read::Ours(json::read_bytes(without_mark(bytes))?)),
        // The name tells which reader to use; the reader explains what is wrong.
        (kind, named) => match (kind.refused(Wanted::Network, &name), named) {
            (Some(other), _) => Err(OpenError::Kind(other)),
            (None, Some(Foreign::Onnx | Foreign::OnnxGz)) => foreign(onnx::read(bytes)),
            (None, Some(Foreign::Safetensors)) => foreign(safetensors::read(bytes, None)),
            (None, None) => Ok(Read::Ours(json::read_bytes(without_mark(bytes))?)),
        },
    }
}

/// The text next to a safetensors file that contains no network, if there is one.
fn companion(path: &Path) -> Result<Option<String>, OpenError> {
    let Some(beside) = companion_of(path) else {
        return Ok(None);
    };
    let file = || beside.display().to_string();
    let bytes = reading::read(&beside, Reading::COMPANION).map_err(|error| OpenError::File {
        path: file(),
        error,
    })?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| OpenError::NotText { path: file() })
}

/// The path of the text next to weights that contain no network, if there is one. One of our own networks is
/// not such a text, even under that name.
pub fn companion_of(path: &Path) -> Option<std::path::PathBuf> {
    use std::io::Read as _;
    if Foreign::of(path) != Some(Foreign::Safetensors) {
        return None;
    }
    let beside = path.with_extension("json");
    let mut beginning = Vec::new();
    if std::fs::metadata(&beside).ok()?.is_file() {
        let file = std::fs::File::open(&beside).ok()?;
        file.take(256).read_to_end(&mut beginning).ok()?;
    }
    let text = String::from_utf8_lossy(&beginning);
    (!text.contains("steeple_network")).then_some(beside)
}

/// The reason why a network file cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file cannot be read.
    #[error("{path}: {error}")]
    File {
        /// Which one.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The file next to the weights is not text.
    #[error("{path}: this is not a text file in UTF-8")]
    NotText {
        /// Which one.
        path: String,
    },
    /// The file is of another kind.
    #[error("{}", .0.message)]
    Kind(OtherKind),
    /// Our JSON, with a mistake.
    #[error("{}:{}: {}", .0.line, .0.column, .0.message)]
    Json(FormatError),
    /// Our canonical bytes, with a mistake.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// A foreign format, with a mistake or something unsupported.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// The names do not fit the number of inputs.
    #[error(
        "the network has {}, found {}: {}",
        words::count(.inputs.to_owned(), "input"),
        words::count(.names.len(), "name"),
        .names.join(", ")
    )]
    Names {
        /// How many there are.
        inputs: usize,
        /// The names.
        names: Vec<String>,
    },
    /// The names are not valid, or the layers do not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl From<FormatError> for OpenError {
    fn from(error: FormatError) -> Self {
        Self::Json(error)
    }
}

impl OpenError {
    /// A hint, if one is known.
    ///
    /// ```
    /// let error = steeple::formats::open(b"a,b\n1,2\n".as_slice()).expect_err("a table");
    /// assert!(error.hint().is_some(), "{error}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Kind(other) => other.hint.as_deref(),
            Self::Json(error) => error.hint.as_deref(),
            Self::Foreign(error) => error.hint.as_deref(),
            Self::Names { .. } => Some("its inputs have no names, so give one for each, in order"),
            Self::File { .. } | Self::NotText { .. } | Self::Canonical(_) | Self::Network(_) => {
                None
            }
        }
    }
}

/// Returns our JSON of a network, as a file holds it.
///
/// ```
/// # use steeple::{Domain, Target, builders};
/// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// # let network = builders::interpolant(&target, &domain, 16)?;
/// let file = steeple::formats::to_json(&network);
/// assert_eq!(steeple::formats::open(&file)?.network, network);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_json(network: &Network) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A vector takes any bytes, so writing to one cannot fail.
    let _ = json::write(network, &mut bytes);
    bytes
}

/// Returns a network as an ONNX file with float32 weights, and the exact weights as text in it.
///
/// - Exactness: the stored weights are rounded to nearest.
/// - Errors: [`ForeignError`]; a weight is beyond the largest float32.
///
/// ```
/// # use steeple::{Domain, Target, builders};
/// # let (target, domain) = (Target::parse("x^2")?, Domain::parse("x=0..1")?);
/// # let network = builders::interpolant(&target, &domain, 16)?;
/// let file = steeple::formats::to_onnx(&network)?;
/// assert_eq!(steeple::formats::open(&file)?.network.layers()[0].units(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_onnx(network: &Network) -> Result<Vec<u8>, ForeignError> {
    onnx::write(network, super::floats::Precision::Single).map(|written| written.bytes)
}
