//! ONNX files, as `PyTorch`, Keras, scikit-learn and the tools of VNN-COMP write them.
//!
//! `wire` reads protocol buffers without copying, `proto` knows the messages, `tensor` the
//! stored numbers. `evaluate` walks the graph: every value becomes a tensor of affine forms
//! (`value`) over *units*, which the operators make (`operators`, `shapes`, `arithmetic`,
//! `products`, `activations`, `parts`). `layers` puts the units into layers. Every step is exact: weights are
//! the rational numbers that the stored floats are.
//!
//! That a file means what is read here is an assumption that the tests try, with files that the
//! real exporters wrote and what onnxruntime makes of them; it is not proved. A proof speaks of
//! the network that was read, whose digest is printed.
#![allow(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "reads floats by their bits; nothing here is relied on by a proof"
)]

mod activations;
mod arithmetic;
mod batch;
mod context;
mod evaluate;
mod layers;
mod operators;
mod parts;
mod products;
mod proto;
mod shapes;
mod tensor;
mod value;
mod wire;
mod write;

pub use write::{Written, write};

use super::foreign::{ForeignError, Imported};
use context::Context;
use proto::Model;

/// The oldest version of the operators (opset) that is read: before it, broadcasting was another.
const OLDEST: u64 = 7;
/// The newest version that the readers of operators were compared with, onnx 1.23's. From 24 on, what
/// changed in operators that are read are types of numbers (`tensor` refuses those by name) and the
/// attribute `round_mode` of Cast, which is about one of these; Swish is new.
const NEWEST: u64 = 28;

/// Returns the network that a file's bytes describe.
///
/// - Exactness: exact, but for irrational roots of variances, which a note tells of. A file that
///   [`write()`] wrote also gives the exact weights it was written from, and the names.
/// - Batches: a free first size of an input is 1; of a fixed batch, one row is the network, where
///   all rows are treated alike.
/// - Memory: a small multiple of the file, whatever it declares.
/// - Errors: [`ForeignError`], for damaged files and for whatever is not supported, by name.
pub fn read(bytes: &[u8]) -> Result<Imported, ForeignError> {
    let model = Model::read(bytes)?;
    let imported = read_graph(&model, bytes.len())?;
    write::with_exact_weights(&model, imported)
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
        return Err(ForeignError::new(format!(
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
    })
}
