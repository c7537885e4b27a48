//! Networks from the bytes of ONNX files.

use super::context::{Context, error};
use super::proto::{Model, ValueInfo};
use super::tensor::DOUBLE;
use super::{evaluate, layered, layers, write};
use crate::formats::floats::Precision;
use crate::formats::foreign::{ForeignError, Imported};
use crate::formats::json;

/// The oldest version of the operators (opset) that is read: before it, broadcasting was another.
const OLDEST: u64 = 7;
/// The newest version that the readers of operators were compared with, onnx 1.23's. From 24 on, what
/// changed in operators that are read are types of numbers (`tensor` refuses those by name) and the
/// attribute `round_mode` of Cast, which is about one of these; Swish is new.
const NEWEST: u64 = 28;

/// Returns the network that a file's bytes describe.
///
/// - Exactness: exact, but for irrational roots of variances, which a note tells of. A file that
///   [`write()`](super::write()) wrote also gives the exact weights it was written from, and the names.
/// - Batches: a free first size of an input is 1; of a fixed batch, one row is the network, where
///   all rows are treated alike.
/// - Memory: a small multiple of the file, whatever it declares.
/// - Errors: [`ForeignError`], for damaged files and for whatever is not supported, by name.
pub fn read(bytes: &[u8]) -> Result<Imported, ForeignError> {
    let model = Model::read(bytes)?;
    let imported = read_graph(&model, bytes.len())?;
    with_exact_weights(&model, imported)
}

/// Do these bytes look like a whole ONNX file: the fields of a model, with a graph among them?
pub fn looks_like(bytes: &[u8]) -> bool {
    Model::read(bytes).is_ok()
}

/// Returns the network that the graph of a file describes, without what its metadata say.
///
/// - Errors: as [`read`].
pub fn read_stored(bytes: &[u8]) -> Result<Imported, ForeignError> {
    read_graph(&Model::read(bytes)?, bytes.len())
}

fn read_graph(model: &Model<'_>, size: usize) -> Result<Imported, ForeignError> {
    // The number is signed in the file.
    let opset = model.opset.cast_signed();
    if opset < OLDEST.cast_signed() {
        return Err(error(format!(
            "version {opset} of the operators (opset) is too old, version {OLDEST} and later are read"
        ))
        .hint("export with a later opset_version, or use onnx.version_converter"));
    }
    let mut context = Context::new(size);
    let outputs = evaluate::evaluate(&model.graph, &mut context)?;
    let layers = layers::layers(&mut context, outputs)?;
    if model.opset > NEWEST {
        let operators: Vec<&str> = context.operators.iter().map(String::as_str).collect();
        context.notes.push(format!(
            "version {opset} of the operators (opset) is later than the last one known here, {NEWEST}; \
             assumed to mean the same as in that one: {}",
            operators.join(", ")
        ));
    }
    Ok(Imported {
        layers,
        exact: None,
        names: None,
        notes: context.notes,
        computes: layered::check(&model.graph).map(Some),
    })
}

/// Adds the exact weights from the metadata, and the names, where they are there and belong to the graph.
fn with_exact_weights(model: &Model<'_>, imported: Imported) -> Result<Imported, ForeignError> {
    let Some((_, text)) = model.metadata.iter().find(|(key, _)| *key == write::KEY) else {
        return Ok(imported);
    };
    let place = || format!("metadata `{}`", write::KEY);
    let network = json::read(text).map_err(|e| error(e.to_string()).at(place))?;
    let precision = match model.graph.inputs.first() {
        Some(input) if ValueInfo::read(*input)?.element == DOUBLE => Precision::Double,
        _ => Precision::Single,
    };
    let again = write::write(&network, precision).map_err(|error| error.at(place))?;
    let size = again.bytes.len();
    let again = read_graph(&Model::read(&again.bytes)?, size)?;
    if again.layers != imported.layers {
        return Err(error(
            "the exact weights kept here are not those of the graph, which was changed since",
        )
        .at(place)
        .hint("remove this entry from metadata_props, and the weights of the graph count"));
    }
    Ok(Imported {
        layers: imported.layers,
        exact: Some(network.layers().to_vec()),
        names: Some((network.inputs().to_vec(), network.outputs().to_vec())),
        notes: imported.notes,
        computes: imported.computes,
    })
}
