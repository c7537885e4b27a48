//! Recognises a file by its first bytes, and helps if another kind of file is expected.
//!
//! Only messages depend on this: a reader decides alone what it accepts. The ending of the name counts if
//! the bytes allow several kinds.

use super::onnx;
use crate::network::canonical;

/// The number of bytes that are usually enough.
const LOOK: usize = 1 << 14;

/// The kinds of files that are distinguished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but white space.
    Empty,
    /// A spec of ours.
    Spec,
    /// A network in our JSON.
    Network,
    /// The canonical bytes of a network.
    Canonical,
    /// A certificate for a claim.
    Certificate,
    /// A certificate for a property.
    PropertyCertificate,
    /// A certificate for a lower bound of size.
    SizeCertificate,
    /// VNN-LIB.
    Property,
    /// VNN-LIB 2.0.
    Property2,
    /// Comma-separated values.
    Points,
    /// ONNX.
    Onnx,
    /// safetensors.
    Safetensors,
    /// A network of another tool that must be exported first: its name, and how to export it.
    Model(&'static str, &'static str),
    /// Packed by gzip.
    Gzip,
    /// Packed by something else, with its name.
    Packed(&'static str),
    /// A picture, a page or a program: something that holds no data for us; with its name.
    Other(&'static str),
    /// JSON that is not ours.
    Json,
    /// YAML.
    Yaml,
    /// Text in UTF-16.
    Utf16,
    /// Text in another encoding than UTF-8 and UTF-16.
    OldText,
    /// Text of an unknown kind.
    Text,
    /// Bytes of an unknown kind.
    Binary,
}

/// The kind of file that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A network of any format.
    Network,
    /// A spec.
    Spec,
    /// A certificate.
    Certificate,
    /// A property.
    Property,
    /// Points to train on.
    Points,
}

/// The message about a file of another kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherKind {
    /// What the file is, and what it is not.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

const TORCH: Kind = Kind::Model(
    "a PyTorch file",
    "load the model in Python and write torch.onnx.export(model, example, \"net.onnx\")",
);
const KERAS: Kind = Kind::Model(
    "a Keras file",
    "load the model in Python and write model.export(\"net.onnx\", format=\"onnx\"), or use tf2onnx",
);
const TENSORFLOW: Kind = Kind::Model(
    "a TensorFlow file",
    "python -m tf2onnx.convert --saved-model FOLDER --output net.onnx",
);
const LITE: Kind = Kind::Model(
    "a TensorFlow Lite file",
    "python -m tf2onnx.convert --tflite FILE --output net.onnx",
);
const PICKLE: Kind = Kind::Model(
    "a Python pickle",
    "export the model to ONNX: torch.onnx.export for PyTorch, skl2onnx.to_onnx for scikit-learn",
);
const NUMPY: Kind = Kind::Model(
    "a NumPy file",
    "save the weights with safetensors.numpy.save_file, as layer.weight and layer.bias",
);
const NNET: Kind = Kind::Model(
    "an NNet file",
    "convert it to ONNX, with nnet2onnx.py of the project NNet",
);

impl Kind {
    /// Returns the kind of a file. Of its name, only the ending counts.
    pub fn of(bytes: &[u8], name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if canonical::is_canonical(bytes) {
            return Self::Canonical;
        }
        if let Some(kind) = by_signature(bytes, &ends) {
            return kind;
        }
        let Some(text) = text(bytes) else {
            return if is_safetensors(bytes) {
                Self::Safetensors
            } else if onnx::looks_like(bytes) {
                Self::Onnx
            } else if let Some(kind) = by_ending(&ends) {
                kind
            } else if is_old_text(bytes) {
                Self::OldText
            } else {
                Self::Binary
            };
        };
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.is_empty() {
            return Self::Empty;
        }
        by_text(text, &ends).unwrap_or(Self::Text)
    }

    /// What it is, with its article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "an empty file",
            Self::Spec => "a spec",
            Self::Network => "a network (JSON)",
            Self::Canonical => "a network (canonical bytes)",
            Self::Certificate => "a certificate",
            Self::PropertyCertificate => "a certificate for a property",
            Self::SizeCertificate => "a certificate for a lower bound of size",
            Self::Property => "a property (VNN-LIB)",
            Self::Property2 => "a property in VNN-LIB 2.0",
            Self::Points => "a table of points (CSV)",
            Self::Onnx => "a network (ONNX)",
            Self::Safetensors => "a network (safetensors)",
            Self::Model(name, _) | Self::Packed(name) | Self::Other(name) => name,
            Self::Gzip => "a file packed by gzip",
            Self::Json => "a JSON file",
            Self::Yaml => "a YAML file",
            Self::Utf16 => "text in UTF-16",
            Self::OldText => "text that is not in UTF-8",
            Self::Text => "a text file",
            Self::Binary => "a binary file",
        }
    }

    /// Returns the reason why a file of this kind and name is not the expected one; `None` if it is, or if
    /// only the reader can tell.
    pub fn refused(self, wanted: Wanted, file: &str) -> Option<OtherKind> {
        let name = file.to_ascii_lowercase();
        let ends = |ending: &str| name.ends_with(ending);
        let is_foreign = ends(".onnx") || ends(".safetensors");
        let hint = match (wanted, self) {
            // Their reader explains what the first line must be.
            (Wanted::Points, Self::Empty) => return None,
            (_, Self::Empty) => {
                return Some(OtherKind {
                    message: "the file is empty".to_string(),
                    hint: (wanted == Wanted::Spec).then(|| {
                        "write [target] with formula = \"x^2\" and domain = { x = [0, 1] }".to_string()
                    }),
                });
            }
            (_, Self::Utf16 | Self::OldText) => {
                let (what, from) = if self == Self::Utf16 {
                    ("this is text in UTF-16, and only UTF-8 is read", "UTF-16")
                } else {
                    ("this is text, but not in UTF-8", "LATIN1")
                };
                return Some(OtherKind {
                    message: what.to_string(),
                    hint: Some(format!(
                        "save it as UTF-8, for example with iconv -f {from} -t UTF-8 {file}"
                    )),
                });
            }
            // Whatever their names: the content decides.
            (
                Wanted::Network,
                Self::Network | Self::Canonical | Self::Onnx | Self::Safetensors | Self::Gzip,
            ) => return None,
            (Wanted::Network, Self::Json) if !is_foreign => return None,
            (Wanted::Network, Self::Binary) if is_foreign => return None,
            (Wanted::Network, Self::Spec) => {
                Some(format!("`steeple build {file}` makes its network"))
            }
            (Wanted::Network, Self::Certificate | Self::PropertyCertificate) => Some(format!(
                "`steeple check {file} --network NETWORK` checks it"
            )),
            (Wanted::Network | Wanted::Spec, Self::SizeCertificate) => {
                Some(format!("`steeple check {file}` checks it"))
            }
            (Wanted::Network, Self::Property) => {
                Some(format!("`steeple verify NETWORK --property {file}`"))
            }
            (Wanted::Network | Wanted::Spec, Self::Points) => Some(format!(
                "a spec names it, [compare] data = \"{file}\", and `steeple train SPEC` trains on it"
            )),
            (Wanted::Network, _) => {
                Some("networks are .json, .network, .onnx, .onnx.gz and .safetensors files".into())
            }
            (Wanted::Spec, Self::Spec | Self::Text)
            | (
                Wanted::Certificate,
                Self::Certificate | Self::PropertyCertificate | Self::SizeCertificate,
            )
            | (Wanted::Property, Self::Property | Self::Property2 | Self::Text | Self::Gzip)
            | (Wanted::Points, Self::Points | Self::Text) => return None,
            (Wanted::Spec, Self::Network | Self::Canonical | Self::Onnx | Self::Safetensors) => Some(format!(
                "`steeple verify {file} --target FORMULA --domain SIDES` asks about it without a spec"
            )),
            (Wanted::Spec, Self::Certificate | Self::PropertyCertificate) => Some(format!(
                "`steeple check {file} --network NETWORK` checks it"
            )),
            (Wanted::Spec, Self::Property | Self::Property2) => Some(format!(
                "`steeple verify NETWORK --property {file}` takes it"
            )),
            (Wanted::Spec, _) => Some(
                "a spec is a TOML file: [target] with formula = \"x^2\" and domain = { x = [0, 1] }"
                    .into(),
            ),
            (Wanted::Property, Self::Spec) => Some(format!("--spec {file} takes it")),
            (Wanted::Property, _) => Some(
                "--property takes VNN-LIB files: (declare-const X_0 Real) ... (assert (<= Y_0 0))".into(),
            ),
            (Wanted::Certificate, _) => {
                Some("a certificate begins with `steeple certificate 2`".into())
            }
            (Wanted::Points, _) => Some("points are comma-separated values, with names in the first line".into()),
        };
        let hint = match (self, wanted) {
            (Self::Model(_, hint), Wanted::Network) => Some(hint.replace("FILE", file)),
            _ => hint,
        };
        let not = match wanted {
            Wanted::Network if matches!(self, Self::Model(..) | Self::Packed(_)) => {
                ", which is not read"
            }
            Wanted::Network => ", not a network",
            Wanted::Spec => ", not a spec",
            Wanted::Certificate => ", not a certificate",
            Wanted::Property => ", not a property",
            Wanted::Points => ", not a table of points",
        };
        Some(OtherKind {
            message: format!("this is {}{not}", self.name()),
            hint,
        })
    }
}

/// Returns a text without the byte-order mark of UTF-8 before it.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn by_ending(ends: &dyn Fn(&[&str]) -> bool) -> Option<Kind> {
    if ends(&[".pt", ".pth", ".ckpt", ".torchscript"]) {
        Some(TORCH)
    } else if ends(&[".h5", ".hdf5", ".keras"]) {
        Some(KERAS)
    } else if ends(&[".pb"]) {
        Some(TENSORFLOW)
    } else if ends(&[".tflite"]) {
        Some(LITE)
    } else if ends(&[".pkl", ".pickle", ".joblib"]) {
        Some(PICKLE)
    } else if ends(&[".npy", ".npz"]) {
        Some(NUMPY)
    } else {
        None
    }
}

/// By the bytes that a format begins with.
fn by_signature(bytes: &[u8], ends: &dyn Fn(&[&str]) -> bool) -> Option<Kind> {
    let has = |part: &[u8]| {
        bytes[..bytes.len().min(LOOK)]
            .windows(part.len())
            .any(|w| w == part)
    };
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(match by_ending(ends) {
            Some(kind) => kind,
            None if has(b"/data.pkl") || has(b"/constants.pkl") => TORCH,
            None if has(b"model.weights.h5") => KERAS,
            None if has(b".npy") => NUMPY,
            None => Kind::Packed("a zip archive"),
        });
    }
    let signatures: [(&[u8], Kind); 15] = [
        (b"\x1f\x8b", Kind::Gzip),
        (b"\x89HDF\r\n\x1a\n", KERAS),
        (b"\x93NUMPY", NUMPY),
        (b"\x89PNG", Kind::Other("a picture (PNG)")),
        (b"\xff\xd8\xff", Kind::Other("a picture (JPEG)")),
        (b"GIF8", Kind::Other("a picture (GIF)")),
        (b"%PDF", Kind::Other("a PDF file")),
        (b"BZh", Kind::Packed("a file packed by bzip2")),
        (b"\xfd7zXZ", Kind::Packed("a file packed by xz")),
        (b"\x28\xb5\x2f\xfd", Kind::Packed("a file packed by zstd")),
        (b"7z\xbc\xaf", Kind::Packed("a 7z archive")),
        (b"Rar!", Kind::Packed("a rar archive")),
        (b"\x7fELF", Kind::Other("a program")),
        (b"\xff\xfe", Kind::Utf16),
        (b"\xfe\xff", Kind::Utf16),
    ];
    let found = signatures
        .iter()
        .find(|(signature, _)| bytes.starts_with(signature));
    if let Some((_, kind)) = found {
        return Some(*kind);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(Kind::Packed("a tar archive"));
    }
    if bytes.get(4..8) == Some(b"TFL3") {
        return Some(LITE);
    }
    if let [0x80, 2..=5, ..] = bytes {
        return Some(by_ending(ends).unwrap_or(PICKLE));
    }
    // Every other byte of the first ones is 0.
    let pairs = || bytes.chunks_exact(2).take(32);
    if bytes.len() >= 8
        && (pairs().all(|pair| pair[0] != 0 && pair[1] == 0)
            || pairs().all(|pair| pair[0] == 0 && pair[1] != 0))
    {
        return Some(Kind::Utf16);
    }
    None
}

/// The first part of a text; `None` if the bytes are not text.
fn text(bytes: &[u8]) -> Option<&str> {
    let part = &bytes[..bytes.len().min(LOOK)];
    let text = match std::str::from_utf8(part) {
        Ok(text) => text,
        // The last character may be incomplete.
        Err(error) if bytes.len() > LOOK && error.valid_up_to() + 4 > part.len() => {
            std::str::from_utf8(&part[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || c.is_whitespace();
    text.chars().all(is_text).then_some(text)
}

/// Can these bytes be text in an older encoding?
fn is_old_text(bytes: &[u8]) -> bool {
    let mut bytes = bytes.iter().take(LOOK);
    bytes.all(|byte| *byte >= 0x20 && *byte != 0x7f || byte.is_ascii_whitespace())
}

fn is_safetensors(bytes: &[u8]) -> bool {
    let length = bytes
        .first_chunk::<8>()
        .map(|head| u64::from_le_bytes(*head));
    length.is_some_and(|length| length < 1 << 40) && bytes.get(8) == Some(&b'{')
}

/// Recognises a text, without leading white space, by its content.
fn by_text(text: &str, ends: &dyn Fn(&[&str]) -> bool) -> Option<Kind> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines().next().unwrap_or_default();
    if first.starts_with("steeple certificate") || first.starts_with("steeple property certificate")
    {
        return Some(match lines().nth(1) {
            Some("claim property") => Kind::PropertyCertificate,
            Some("claim units-at-least") => Kind::SizeCertificate,
            _ => Kind::Certificate,
        });
    }
    let is_html = |line: &str| {
        let line = line.to_ascii_lowercase();
        line.starts_with("<!doctype html") || line.starts_with("<html")
    };
    if is_html(first) {
        return Some(Kind::Other("a web page (HTML)"));
    }
    if first.starts_with("<svg") || text.contains("<svg") && first.starts_with("<?xml") {
        return Some(Kind::Other("a picture (SVG)"));
    }
    // A line in brackets is a table of TOML, not JSON.
    let is_table = |line: &str| {
        let name = line.split('#').next().unwrap_or_default().trim();
        let name = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        matches!(name, Some("target" | "network" | "claim" | "compare"))
    };
    if lines().any(is_table) && !first.starts_with('{') {
        return Some(Kind::Spec);
    }
    if first.starts_with('{') || first.starts_with('[') && !ends(&[".toml"]) {
        return Some(if text.contains("\"steeple_network\"") {
            Kind::Network
        } else if text.contains("\"nbformat\"") {
            Kind::Other("a notebook")
        } else {
            Kind::Json
        });
    }
    let command = lines()
        .find(|line| !line.starts_with(';'))
        .unwrap_or_default();
    if command.starts_with('(') {
        let is_second = ["(vnnlib-version", "(declare-network"];
        return Some(if is_second.iter().any(|word| text.contains(word)) {
            Kind::Property2
        } else {
            Kind::Property
        });
    }
    if ends(&[".vnnlib", ".smt2"]) {
        return Some(Kind::Property);
    }
    if ends(&[".nnet"])
        || first.starts_with("//") && is_numbers(lines().find(|l| !l.starts_with("//")))
    {
        return Some(NNET);
    }
    if ends(&[".toml"]) {
        return Some(Kind::Spec);
    }
    if ends(&[".py"])
        || ["import ", "from ", "#!"]
            .iter()
            .any(|word| first.starts_with(word))
    {
        return Some(Kind::Other("a program"));
    }
    if ends(&[".md"]) {
        return Some(Kind::Other("a page of text (Markdown)"));
    }
    let is_key = |line: &str| {
        let (key, rest) = line.split_once(':').unwrap_or(("", "x"));
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | '\'');
        !key.is_empty() && key.chars().all(is_word) && (rest.is_empty() || rest.starts_with(' '))
    };
    let said = lines()
        .find(|line| !line.starts_with('#'))
        .unwrap_or_default();
    if ends(&[".yaml", ".yml"]) || first == "---" || first.starts_with("%YAML") || is_key(said) {
        return Some(Kind::Yaml);
    }
    let separators = |line: &str| line.matches([',', ';', '\t']).count();
    let is_row = |line: &str| {
        separators(line) == separators(first) && line.contains(|c: char| c.is_ascii_digit())
    };
    let mut rows = lines().skip(1).take(3).peekable();
    if ends(&[".csv", ".tsv"]) || separators(first) > 0 && rows.peek().is_some() && rows.all(is_row)
    {
        return Some(Kind::Points);
    }
    None
}

/// Does a line hold whole numbers with commas after them?
fn is_numbers(line: Option<&str>) -> bool {
    line.is_some_and(|line| {
        let mut parts = line.split(',').map(str::trim);
        line.contains(',') && parts.all(|part| part.chars().all(|c| c.is_ascii_digit()))
    })
}
