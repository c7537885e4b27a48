//! The operators, by name.

use std::rc::Rc;

use super::context::Context;
use super::proto::Node;
use super::value::Value;
use super::{activations, arithmetic, products, shapes};
use crate::formats::foreign::ForeignError;

/// What goes into a node; nothing for an optional input that is left out.
pub type Operands = Vec<Option<Rc<Value>>>;

/// Attributes that change nothing here: they are about training, or about formats that are refused.
const HARMLESS: [(&str, &str); 7] = [
    ("BatchNormalization", "momentum"),
    ("Cast", "round_mode"),
    ("Cast", "saturate"),
    ("CastLike", "round_mode"),
    ("CastLike", "saturate"),
    ("Dropout", "ratio"),
    ("Dropout", "seed"),
];

/// Returns what a node gives.
///
/// - Errors: what is not supported, by name; an attribute or an input that was not looked at, so
///   that the node would be read as if it were not there.
pub fn run(
    node: &Node<'_>,
    operands: Operands,
    context: &mut Context,
) -> Result<Vec<Value>, ForeignError> {
    if !node.overload.is_empty() {
        return Err(ForeignError::new(format!(
            "the function `{}` of several is not supported",
            node.overload
        )));
    }
    let mut inputs = Inputs { operands };
    let results = results(node, &mut inputs, context)?;
    for (_, name) in HARMLESS.iter().filter(|(of, _)| *of == node.operator) {
        node.has(name);
    }
    if let Some(name) = node.overlooked() {
        return Err(
            ForeignError::new(format!("the attribute `{name}` is not known here"))
                .hint("an operator means what the ONNX standard says, which is without it"),
        );
    }
    if let Some(place) = inputs.overlooked() {
        return Err(
            ForeignError::new(format!("its input {} is not known here", place + 1))
                .hint("`onnx.checker.check_model` says what is wrong with the file"),
        );
    }
    Ok(results)
}

fn results(
    node: &Node<'_>,
    inputs: &mut Inputs,
    context: &mut Context,
) -> Result<Vec<Value>, ForeignError> {
    let may_be_infinite = matches!(
        node.operator,
        "Clip"
            | "Max"
            | "Min"
            | "Identity"
            | "Constant"
            | "Cast"
            | "Squeeze"
            | "Unsqueeze"
            | "Reshape"
    );
    if !may_be_infinite
        && inputs
            .operands
            .iter()
            .flatten()
            .any(|value| value.is_infinite)
    {
        return Err(ForeignError::new("one of its constants is infinite")
            .hint("weights have to be finite numbers"));
    }
    match node.domain {
        "" | "ai.onnx" => {
            if !context.operators.contains(node.operator) {
                context.operators.insert(node.operator.to_string());
            }
        }
        "ai.onnx.ml" => return arithmetic::classical(node, inputs, context).map(one),
        domain => {
            return Err(ForeignError::new(format!(
                "operators of `{domain}` are not supported"
            )));
        }
    }
    let result = match node.operator {
        "Identity" | "Dropout" | "Cast" | "CastLike" | "Constant" | "ConstantOfShape" | "Shape"
        | "Size" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" | "Concat"
        | "Slice" | "Gather" | "Pad" | "Expand" | "Tile" | "Range" => {
            shapes::run(node, inputs, context)?
        }
        "Split" => return shapes::split(node, inputs, context),
        "Add" | "Sub" | "Mul" | "Div" | "Sum" | "Mean" | "Neg" | "Sqrt" | "Reciprocal" | "Pow"
        | "ReduceSum" | "ReduceMean" | "BatchNormalization" | "Where" | "Equal" | "Not" | "And"
        | "Or" | "Greater" | "Less" | "GreaterOrEqual" | "LessOrEqual" => {
            arithmetic::run(node, inputs, context)?
        }
        "MatMul" | "Gemm" => products::run(node, inputs, context)?,
        "Relu" | "LeakyRelu" | "PRelu" | "Sigmoid" | "Tanh" | "HardSigmoid" | "Elu" | "Celu"
        | "Selu" | "Softplus" | "Softsign" | "Gelu" | "Swish" | "Erf" | "Exp" | "Log" | "Clip"
        | "Abs" | "Max" | "Min" | "ReduceMax" | "ReduceMin" | "ThresholdedRelu" => {
            activations::run(node, inputs, context)?
        }
        _ => return Err(unsupported(node)),
    };
    Ok(one(result))
}

fn one(value: Value) -> Vec<Value> {
    vec![value]
}

fn unsupported(node: &Node<'_>) -> ForeignError {
    let error = |message: String| ForeignError::new(message);
    let name = node.operator;
    match name {
        "Mish" | "HardSwish" => error(format!("{name} is not supported")).hint(
            "activations that can be read: Relu, LeakyRelu, PRelu, Elu, Selu, Celu, Clip, HardSigmoid, \
             Sigmoid, Tanh, Softplus, Softsign, Gelu, Swish, and x sigmoid(x)",
        ),
        "Softmax" | "LogSoftmax" | "ArgMax" | "ArgMin" | "Hardmax" | "TopK" => {
            error(format!("{name} is not supported")).hint(
                "compare the values before it instead; onnx.utils.extract_model cuts a graph there",
            )
        }
        "Conv" | "ConvTranspose" | "MaxPool" | "AveragePool" | "GlobalAveragePool" => {
            error(format!("{name} is not supported: networks are read layer by dense layer"))
        }
        "DynamicQuantizeLinear" | "QuantizeLinear" | "DequantizeLinear" | "QLinearMatMul"
        | "MatMulInteger" => error(format!("{name} is not supported"))
            .hint("export the network before it is quantised"),
        "" => error("a node without an operator".into()).hint("the file is damaged"),
        _ => error(format!("the operator {name} is not supported")),
    }
}

/// The inputs of a node, handed out one by one.
pub struct Inputs {
    operands: Operands,
}

impl Inputs {
    /// How many there are, those left out at the end not counted.
    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// The place of an input that nobody has taken, so that it would be read as if it were not there.
    fn overlooked(&self) -> Option<usize> {
        self.operands.iter().position(Option::is_some)
    }

    /// Takes an input that has to be there.
    pub fn take(&mut self, index: usize) -> Result<Rc<Value>, ForeignError> {
        self.optional(index)
            .ok_or_else(|| ForeignError::new(format!("its input {} is missing", index + 1)))
    }

    /// Takes an input that may be left out.
    pub fn optional(&mut self, index: usize) -> Option<Rc<Value>> {
        self.operands.get_mut(index).and_then(Option::take)
    }

    /// Takes an input that holds constant integers, such as sizes and axes.
    pub fn integers(&mut self, index: usize) -> Result<Option<Vec<i64>>, ForeignError> {
        self.optional(index)
            .map(|value| {
                value.as_integers().ok_or_else(|| {
                    ForeignError::new(format!("its input {} has to be constant", index + 1))
                })
            })
            .transpose()
    }
}
