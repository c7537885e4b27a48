//! Files in and out.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use steeple::Weights;
use steeple::formats::foreign::ForeignError;
use steeple::formats::kind::Kind;
use steeple::formats::{self, Opened};

use crate::explain::too_large;
use crate::failure::Failure;
use crate::kept::{Kept, find};

/// A page opens no file that is larger than this many bytes.
const LARGEST_FILE: usize = 32 << 20;

/// Which file of a kept network.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    Spec,
    Network,
    Onnx,
    Certificate,
    Report,
}

/// Returns a file: `text`, or `base64` for bytes.
#[derive(Deserialize)]
pub struct File {
    name: String,
    which: Which,
}

impl File {
    pub fn run(self, kept: &BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let found = find(kept, &self.name)?;
        let bytes = match self.which {
            Which::Spec => match &found.spec {
                Some(spec) => spec.clone().into_bytes(),
                None => return Err(Failure::new("this network has no spec")),
            },
            Which::Network => formats::to_json(&found.network),
            Which::Onnx => formats::to_onnx(&found.network).map_err(Failure::new)?,
            Which::Certificate => found.asked()?.answer.certificate(),
            Which::Report => found.asked()?.answer.json().into_bytes(),
        };
        Ok(match String::from_utf8(bytes) {
            Ok(text) => json!({ "text": text }),
            Err(error) => json!({ "base64": STANDARD.encode(error.into_bytes()) }),
        })
    }
}

/// Opens a network file of any kind, and keeps the network.
#[derive(Deserialize)]
pub struct Open {
    name: String,
    base64: String,
    activation: Option<String>,
}

impl Open {
    pub fn run(self, kept: &mut BTreeMap<String, Kept>) -> Result<Value, Failure> {
        let file = decoded(&self.base64, self.activation.as_deref())?;
        let notes = file.notes.clone();
        let too_large = too_large(&file);
        let found = Kept {
            network: file.network.clone(),
            weights: file.weights,
            spec: None,
            opened: Some(file),
            asked: None,
        };
        let facts = found.facts();
        kept.insert(self.name, found);
        Ok(json!({ "network": facts, "notes": notes, "too_large": too_large }))
    }
}

/// Opens a network file that came as base64. `activation` is that of the hidden layers, for a file that has none.
pub fn decoded(base64: &str, activation: Option<&str>) -> Result<Opened, Failure> {
    // Four letters for three bytes: what is too large is not unpacked.
    if base64.len() / 4 * 3 > LARGEST_FILE + 2 {
        return Err(larger(base64.len() / 4 * 3));
    }
    let bytes = STANDARD
        .decode(base64)
        .map_err(|error| Failure::new(error).within("network"))?;
    if Kind::of(&bytes, "") == Kind::Safetensors {
        return weights_alone(&bytes, activation);
    }
    opened(&bytes)
}

/// Opens a file of weights. One without activations has the given one in its hidden layers, and a sum as its output.
fn weights_alone(bytes: &[u8], activation: Option<&str>) -> Result<Opened, Failure> {
    let beside = activation.map(|name| {
        let hidden = weight_names(bytes).saturating_sub(1);
        json!({ "activations": vec![name; hidden] }).to_string()
    });
    let failed = |error: ForeignError| {
        let failure = Failure::new(&error).within("network");
        let hint = error.hint.as_ref().map(ToString::to_string);
        match failure.message.contains("has no activations") {
            true => Failure {
                message: "a safetensors file has weights and no activations".into(),
                ..failure
            }
            .hint(Some("choose the activation of its hidden layers")),
            false => failure.hint(hint),
        }
    };
    let imported = formats::safetensors::read(bytes, beside.as_deref()).map_err(failed)?;
    Ok(formats::named(imported, Weights::Stored, None)?)
}

/// How many layers the head of a safetensors file names.
fn weight_names(bytes: &[u8]) -> usize {
    let length = bytes
        .first_chunk::<8>()
        .and_then(|head| usize::try_from(u64::from_le_bytes(*head)).ok())
        .and_then(|length| length.checked_add(8));
    let head = length.and_then(|end| bytes.get(8..end)).unwrap_or_default();
    let names: BTreeMap<String, Value> = serde_json::from_slice(head).unwrap_or_default();
    let is_weight = |name: &&String| name.ends_with(".weight");
    names.keys().filter(is_weight).count()
}

/// Opens a network file.
pub fn opened(bytes: &[u8]) -> Result<Opened, Failure> {
    if bytes.len() > LARGEST_FILE {
        return Err(larger(bytes.len()));
    }
    Ok(formats::open(bytes)?)
}

/// What is said of a file that is too large.
fn larger(bytes: usize) -> Failure {
    Failure::new(format!(
        "the file has {} MB, and a page opens up to {} MB",
        bytes >> 20,
        LARGEST_FILE >> 20
    ))
    .hint(Some(
        "`steeple explain FILE` and `steeple verify FILE` open files of any size",
    ))
    .within("network")
}
