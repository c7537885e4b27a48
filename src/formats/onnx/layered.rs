//! Does a graph compute as the layers that are read from it?
//!
//! The network of a graph has the same values in real numbers. A claim about floats is about more: how
//! often sums are rounded. So the graph must evaluate the layers one after the other, each as weighted
//! sums and one function of each sum (T40). A subtraction that was folded into a bias, say, is one more
//! rounding, which no layer shows.

use std::collections::HashMap;

use super::context::error;
use super::proto::{Graph, Node, ValueInfo};
use super::tensor::{DOUBLE, FLOAT, Tensor};
use crate::certificate::FloatFormat;
use crate::formats::foreign::ForeignError;

/// What a value of the graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A constant of the file.
    Constant,
    /// An input.
    Input,
    /// The values of a layer.
    Values,
    /// Weighted sums; have they their bias yet?
    Sums { have_bias: bool },
    /// Sums times a constant, for one of the two pieces of a leaky ReLU.
    Scaled,
    /// Where a sum is above or below a constant.
    Choice,
}

/// Returns the floats in which the graph evaluates its layers, as they are.
///
/// - Errors: a sentence about the first node that does more, or something else; or about other numbers.
pub fn check(graph: &Graph<'_>) -> Result<FloatFormat, ForeignError> {
    let mut format = FloatFormat::Float32;
    let mut kinds: HashMap<&str, Kind> = HashMap::new();
    for initializer in &graph.initializers {
        kinds.insert(Tensor::read(*initializer)?.name, Kind::Constant);
    }
    for input in &graph.inputs {
        let input = ValueInfo::read(*input)?;
        if kinds.contains_key(input.name) {
            continue;
        }
        format = match input.element {
            FLOAT => FloatFormat::Float32,
            DOUBLE => FloatFormat::Float64,
            _ => {
                let name = input.name;
                let message =
                    format!("the input `{name}` holds neither float32 nor float64 numbers");
                return Err(error(message));
            }
        };
        kinds.insert(input.name, Kind::Input);
    }
    for node in &graph.nodes {
        let node = Node::read(*node)?;
        let kind = kind_of(&node, &kinds)?;
        let kind = kind.ok_or_else(|| {
            error("this step is not one of weighted sums and a function of each".to_owned())
                .at(|| node.place())
        })?;
        for output in &node.outputs {
            kinds.insert(output, kind);
        }
    }
    Ok(format)
}

/// Returns what a node gives; `None` if it does not belong to a layer.
fn kind_of(node: &Node<'_>, kinds: &HashMap<&str, Kind>) -> Result<Option<Kind>, ForeignError> {
    if !matches!(node.domain, "" | "ai.onnx") {
        return Ok(None);
    }
    let inputs: Option<Vec<Kind>> = (node.inputs.iter())
        .filter(|name| !name.is_empty())
        .map(|name| kinds.get(name).copied())
        .collect();
    let Some(inputs) = inputs else {
        return Ok(None);
    };
    let is_sums = |kind: &Kind| matches!(kind, Kind::Sums { .. });
    let are_constant = |kinds: &[Kind]| kinds.iter().all(|kind| *kind == Kind::Constant);
    let is_chosen = |kind: &Kind| is_sums(kind) || matches!(kind, Kind::Constant | Kind::Scaled);
    Ok(match (node.operator, inputs.as_slice()) {
        ("Constant", []) => Some(Kind::Constant),
        (
            "Flatten" | "Reshape" | "Identity" | "Squeeze" | "Unsqueeze" | "Transpose" | "Dropout",
            [first, rest @ ..],
        ) if are_constant(rest) => Some(*first),
        ("Gemm", [Kind::Input | Kind::Values, rest @ ..]) if are_constant(rest) => {
            let is_one = |factor: Option<f32>| {
                factor.is_none_or(|factor| factor.to_bits() == 1.0_f32.to_bits())
            };
            let is_plain = is_one(node.float("alpha")?) && is_one(node.float("beta")?);
            is_plain.then_some(Kind::Sums {
                have_bias: rest.len() > 1,
            })
        }
        (
            "MatMul",
            [Kind::Input | Kind::Values, Kind::Constant]
            | [Kind::Constant, Kind::Input | Kind::Values],
        ) => Some(Kind::Sums { have_bias: false }),
        (
            "Add",
            [Kind::Sums { have_bias: false }, Kind::Constant]
            | [Kind::Constant, Kind::Sums { have_bias: false }],
        ) => Some(Kind::Sums { have_bias: true }),
        (
            "Relu" | "Sigmoid" | "Tanh" | "LeakyRelu" | "PRelu" | "Softplus" | "Softsign" | "Elu"
            | "Clip",
            [first, rest @ ..],
        ) if is_sums(first) && are_constant(rest) => Some(Kind::Values),
        ("Mul", [first, Kind::Constant] | [Kind::Constant, first]) if is_sums(first) => {
            Some(Kind::Scaled)
        }
        ("Max" | "Min", values) if values.iter().all(is_chosen) && !are_constant(values) => {
            Some(Kind::Values)
        }
        ("Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual", [first, Kind::Constant])
            if is_sums(first) =>
        {
            Some(Kind::Choice)
        }
        ("Cast", [Kind::Choice]) => Some(Kind::Values),
        // Inputs are read as floats: this changes none.
        ("Cast", [Kind::Input]) if node.integer("to")? == Some(FLOAT.cast_signed()) => {
            Some(Kind::Input)
        }
        ("Where", [Kind::Choice, a, b])
            if [a, b]
                .iter()
                .all(|kind| is_chosen(kind) || **kind == Kind::Values) =>
        {
            Some(Kind::Values)
        }
        _ => None,
    })
}
