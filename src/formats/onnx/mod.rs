//! ONNX files, as `PyTorch`, Keras, scikit-learn and the tools of VNN-COMP write them.
//!
//! `wire` reads protocol buffers without copying, `proto` knows the messages, `tensor` the
//! stored numbers. `evaluate` walks the graph: every value becomes a tensor of affine forms
//! (`value`) over *units*, which the operators make. `operators` is the table of all of them: what
//! each does is a function of `constants`, `shapes`, `cutting`, `arithmetic`, `scaling`, `products`,
//! `activations` or `extremes`, which use `inputs`, `places` and `elements`. `schedule` puts the units
//! into layers, `layers` finds the weights. Every step is exact: weights are the rational numbers that the stored floats are.
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
mod carry;
mod constants;
mod context;
mod cutting;
mod elements;
mod evaluate;
mod extremes;
mod inputs;
mod layered;
mod layers;
mod operators;
mod parts;
mod places;
mod products;
mod proto;
mod read;
mod roots;
mod scaling;
mod schedule;
mod shapes;
mod tensor;
mod value;
mod wire;
mod write;

pub use read::{looks_like, read, read_stored};
pub use write::{Written, write};
