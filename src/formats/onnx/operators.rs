//! The operators, by name.

use super::activations::{
    abs, celu, clip, elu, erf, exp, gelu, hard_sigmoid, leaky_relu, log, prelu, relu, selu,
    sigmoid, softplus, softsign, swish, tanh,
};
use super::arithmetic::{
    add, and, choose, divide, equal, greater, greater_or_equal, less, less_or_equal, mean,
    multiply, negate, not, or, power, reciprocal, reduce_mean, reduce_sum, square_root, subtract,
    sum,
};
use super::constants::{cast, cast_like, constant, constant_of_shape, shape, size};
use super::context::{Context, error};
use super::cutting::{concat, gather, pad, slice, split};
use super::extremes::{max, min, reduce_max, reduce_min};
use super::inputs::{Call, Inputs, Operands, Output};
use super::products::{gemm, matmul};
use super::proto::Node;
use super::scaling::{batch_normalization, scaler};
use super::shapes::{
    dropout, expand, flatten, identity, reshape, squeeze, tile, transpose, unsqueeze,
};
use super::value::Value;
use crate::formats::foreign::ForeignError;

/// What an operator does, and what is known of it.
#[derive(Clone, Copy)]
struct Operator {
    run: Run,
    /// May constants among its inputs be infinite? They are bounds then, or will be.
    may_be_infinite: bool,
    /// Attributes that change nothing here: they are about training, or about formats that are refused.
    ignored: &'static [&'static str],
}

/// The function of an operator.
#[derive(Clone, Copy)]
enum Run {
    One(fn(&mut Call<'_>) -> Output),
    Several(fn(&mut Call<'_>) -> Result<Vec<Value>, ForeignError>),
}

impl Operator {
    /// May its inputs hold infinite constants?
    const fn or_infinite(mut self) -> Self {
        self.may_be_infinite = true;
        self
    }

    /// Attributes that change nothing.
    const fn ignoring(mut self, names: &'static [&'static str]) -> Self {
        self.ignored = names;
        self
    }
}

/// An operator with one output.
const fn one(run: fn(&mut Call<'_>) -> Output) -> Operator {
    Operator {
        run: Run::One(run),
        may_be_infinite: false,
        ignored: &[],
    }
}

/// An operator with several outputs.
const fn several(run: fn(&mut Call<'_>) -> Result<Vec<Value>, ForeignError>) -> Operator {
    Operator {
        run: Run::Several(run),
        may_be_infinite: false,
        ignored: &[],
    }
}

/// The operators of the standard, in the order of their names.
const OPERATORS: &[(&str, Operator)] = &[
    ("Abs", one(abs)),
    ("Add", one(add)),
    ("And", one(and)),
    (
        "BatchNormalization",
        one(batch_normalization).ignoring(&["momentum"]),
    ),
    (
        "Cast",
        one(cast)
            .or_infinite()
            .ignoring(&["round_mode", "saturate"]),
    ),
    (
        "CastLike",
        one(cast_like).ignoring(&["round_mode", "saturate"]),
    ),
    ("Celu", one(celu)),
    ("Clip", one(clip).or_infinite()),
    ("Concat", one(concat)),
    ("Constant", one(constant).or_infinite()),
    ("ConstantOfShape", one(constant_of_shape)),
    ("Div", one(divide)),
    ("Dropout", one(dropout).ignoring(&["ratio", "seed"])),
    ("Elu", one(elu)),
    ("Equal", one(equal)),
    ("Erf", one(erf)),
    ("Exp", one(exp)),
    ("Expand", one(expand)),
    ("Flatten", one(flatten)),
    ("Gather", one(gather)),
    ("Gelu", one(gelu)),
    ("Gemm", one(gemm)),
    ("Greater", one(greater)),
    ("GreaterOrEqual", one(greater_or_equal)),
    ("HardSigmoid", one(hard_sigmoid)),
    ("Identity", one(identity).or_infinite()),
    ("LeakyRelu", one(leaky_relu)),
    ("Less", one(less)),
    ("LessOrEqual", one(less_or_equal)),
    ("Log", one(log)),
    ("MatMul", one(matmul)),
    ("Max", one(max).or_infinite()),
    ("Mean", one(mean)),
    ("Min", one(min).or_infinite()),
    ("Mul", one(multiply)),
    ("Neg", one(negate)),
    ("Not", one(not)),
    ("Or", one(or)),
    ("PRelu", one(prelu)),
    ("Pad", one(pad)),
    ("Pow", one(power)),
    ("Reciprocal", one(reciprocal)),
    ("ReduceMax", one(reduce_max)),
    ("ReduceMean", one(reduce_mean)),
    ("ReduceMin", one(reduce_min)),
    ("ReduceSum", one(reduce_sum)),
    ("Relu", one(relu)),
    ("Reshape", one(reshape).or_infinite()),
    ("Selu", one(selu)),
    ("Shape", one(shape)),
    ("Sigmoid", one(sigmoid)),
    ("Size", one(size)),
    ("Slice", one(slice)),
    ("Softplus", one(softplus)),
    ("Softsign", one(softsign)),
    ("Split", several(split)),
    ("Sqrt", one(square_root)),
    ("Squeeze", one(squeeze).or_infinite()),
    ("Sub", one(subtract)),
    ("Sum", one(sum)),
    ("Swish", one(swish)),
    ("Tanh", one(tanh)),
    ("Tile", one(tile)),
    ("Transpose", one(transpose)),
    ("Unsqueeze", one(unsqueeze).or_infinite()),
    ("Where", one(choose)),
];

/// The operators of classical machine learning that are affine.
const CLASSICAL: &[(&str, Operator)] = &[("Scaler", one(scaler))];

/// Returns what a node gives.
///
/// - Errors: what is not supported, by name; an attribute or an input that was not looked at, so
///   that the node would be read as if it were not there.
pub fn run(
    node: &Node<'_>,
    operands: Operands,
    context: &mut Context,
) -> Result<Vec<Value>, ForeignError> {
    let operator = find(node)?;
    let inputs = Inputs::new(operands);
    if !operator.may_be_infinite && inputs.has_infinity() {
        return Err(
            error("one of its constants is infinite").hint("weights must be finite numbers")
        );
    }
    if is_standard(node) && !context.operators.contains(node.operator) {
        context.operators.insert(node.operator.to_string());
    }
    let mut call = Call {
        node,
        inputs,
        context,
    };
    let results = match operator.run {
        Run::One(run) => vec![run(&mut call)?],
        Run::Several(run) => run(&mut call)?,
    };
    for name in operator.ignored {
        node.has(name);
    }
    if let Some(name) = node.overlooked() {
        return Err(error(format!("unexpected attribute `{name}`"))
            .hint("the ONNX standard does not allow this attribute here"));
    }
    if let Some(place) = call.inputs.overlooked() {
        return Err(error(format!("unexpected input {}", place + 1))
            .hint("`onnx.checker.check_model` says what is wrong with the file"));
    }
    Ok(results)
}

fn is_standard(node: &Node<'_>) -> bool {
    matches!(node.domain, "" | "ai.onnx")
}

fn find(node: &Node<'_>) -> Result<Operator, ForeignError> {
    if !node.overload.is_empty() {
        return Err(error(format!(
            "the overload `{}` of a function is not supported",
            node.overload
        )));
    }
    let table = match node.domain {
        _ if is_standard(node) => OPERATORS,
        "ai.onnx.ml" => CLASSICAL,
        domain => {
            return Err(error(format!("operators of `{domain}` are not supported")));
        }
    };
    let place = table.binary_search_by_key(&node.operator, |(name, _)| name);
    place
        .map(|place| table[place].1)
        .map_err(|_| unsupported(node.operator))
}

fn unsupported(name: &str) -> ForeignError {
    if name.is_empty() {
        return error("a node without an operator").hint("the file is damaged");
    }
    let hint = match name {
        "Mish" | "HardSwish" => {
            "activations that can be read: Relu, LeakyRelu, PRelu, Elu, Selu, Celu, Clip, HardSigmoid, \
             Sigmoid, Tanh, Softplus, Softsign, Gelu, Swish, and x sigmoid(x)"
        }
        "Softmax" | "LogSoftmax" | "ArgMax" | "ArgMin" | "Hardmax" | "TopK" => {
            "compare the values before it instead; onnx.utils.extract_model cuts a graph there"
        }
        "Conv" | "ConvTranspose" | "MaxPool" | "AveragePool" | "GlobalAveragePool" => {
            "only networks of dense layers can be read"
        }
        "DynamicQuantizeLinear"
        | "QuantizeLinear"
        | "DequantizeLinear"
        | "QLinearMatMul"
        | "MatMulInteger" => "export the network before it is quantised",
        _ => return error(format!("the operator {name} is not supported")),
    };
    error(format!("the operator {name} is not supported")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_so_that_each_is_found() {
        for table in [OPERATORS, CLASSICAL] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
    }
}
