"""Fixtures made by hand with onnx.helper: operators, types and versions that the exporters do not
write for small networks, and broken files. What is said about refused/NAME.onnx is in
refused/messages.txt."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from common import HERE, save

RANDOM = np.random.default_rng(9)


def tensor(name, array, kind=TensorProto.FLOAT, raw=True):
    array = np.asarray(array)
    if raw:
        return numpy_helper.from_array(array.astype(helper.tensor_dtype_to_np_dtype(kind)), name)
    return helper.make_tensor(name, kind, array.shape, array.ravel().tolist())


def weights(*shape):
    return np.round(RANDOM.normal(size=shape) * 16) / 16


def model(nodes, constants, opset=17, shape=("N", 2), rank=2, kind=TensorProto.FLOAT):
    nodes = [helper.make_node(op, i.split(), o.split(), name=f"n{k}_{op}", **a) for k, (op, i, o, a) in enumerate(nodes)]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, [None] * rank)],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def good():
    w, b, v = tensor("w", weights(2, 4)), tensor("b", weights(4)), tensor("v", weights(4, 1))
    dense = [("MatMul", "x w", "m", {}), ("Add", "m b", "s", {})]
    end = [("MatMul", "h v", "y", {})]
    yield "clip_opset7", model([*dense, ("Clip", "s", "h", {"min": 0.0, "max": 1.5}), *end], [w, b, v], 7)
    yield "abs_min_max", model([*dense, ("Abs", "s", "a", {}), ("Max", "a s b", "c", {}), ("Min", "c one", "h", {}), *end], [w, b, v, tensor("one", 1.0)], 13)
    yield "reduced", model([*dense, ("ReduceMax", "s", "t", {"axes": [1]}), ("ReduceMean", "s", "u", {"axes": [-1]}), ("Concat", "t u", "y", {"axis": 1})], [w, b], 13)
    yield "where_step", model([*dense, ("Greater", "s zero", "c", {}), ("Where", "c b zero", "h", {}), *end], [w, b, v, tensor("zero", 0.0)], 16)
    yield "gather_split", model(
        [("Gather", "x order", "g", {"axis": 1}), ("Split", "g", "p q r", {"axis": 1}), ("Sub", "r p", "d", {}), ("Div", "d three", "e", {}), ("Neg", "e", "f", {}),
         ("Concat", "f q", "cat", {"axis": 1}), ("Shape", "x", "shape", {}), ("Gather", "shape zero", "batch", {}), ("Unsqueeze", "batch axes", "batch1", {}), ("Concat", "batch1 minus", "to", {"axis": 0}),
         ("Reshape", "cat to", "z", {}), ("Transpose", "z", "zt", {"perm": [1, 0]}), ("MatMul", "left zt", "k", {}), ("Squeeze", "k axes1", "l", {}), ("Tanh", "l", "y", {})],
        [tensor("order", [1, 0, 1], TensorProto.INT64), tensor("three", 3.0), tensor("zero", 0, TensorProto.INT64), tensor("axes", [0], TensorProto.INT64), tensor("minus", [-1], TensorProto.INT64, False),
         tensor("left", weights(3, 2)), tensor("axes1", [1], TensorProto.INT64)], 13, (1, 2), 1)
    yield "slice_pad_opset9", model([("Slice", "x", "a", {"starts": [1], "ends": [9], "axes": [1]}), ("Pad", "a", "p", {"pads": [0, 1, 0, 1], "value": 2.0}), ("Gemm", "p w3 c", "s", {"alpha": 0.5, "beta": 2.0, "transA": 0, "transB": 1}), ("Sigmoid", "s", "y", {})],
        [tensor("w3", weights(4, 3)), tensor("c", weights(4))], 9)
    yield "bfloat_typed", model([("Cast", "wb", "w", {"to": 1}), ("Cast", "vi", "v", {"to": 1}), *dense, ("LeakyRelu", "s", "h", {"alpha": 0.25}), *end],
        [tensor("wb", weights(2, 4), TensorProto.BFLOAT16, False), b, tensor("vi", [[1], [-2], [3], [0]], TensorProto.INT8, False)], 13)
    yield "expanded", model([("ConstantOfShape", "shape", "ones", {"value": tensor("", [1.0])}), ("Mul", "x ones", "u", {}), ("Expand", "row shape", "rows", {}), ("Add", "u rows", "v2", {}), ("Flatten", "v2", "f", {}), ("Dropout", "f", "g", {}), ("HardSigmoid", "g", "y", {"alpha": 0.25, "beta": 0.25})],
        [tensor("shape", [1, 2], TensorProto.INT64), tensor("row", weights(1, 2))], 13)
    yield "batch_of_three", model([*dense, ("Relu", "s", "r", {}), ("Max", "r s b", "h", {}), *end], [w, b, v], 13, (3, 2))
    yield "no_batch", model([("Slice", "x from to", "z", {}), ("MatMul", "z w", "m", {}), ("Tanh", "m", "y", {})], [w, tensor("from", [0], TensorProto.INT64), tensor("to", [1], TensorProto.INT64)], 13, (1, 2))
    yield "vector", model([("MatMul", "x w", "m", {}), ("Relu", "m", "y", {})], [w], 13, (2,), 1)
    yield "carried_past_leaky", model([*dense, ("Relu", "s", "h", {}), ("LeakyRelu", "s", "l", {"alpha": 0.5}), ("Sub", "h l", "d", {}), ("Max", "d s", "e", {}), ("Relu", "e", "f", {}), ("Sum", "f h s", "g", {}), ("MatMul", "g v", "y", {})], [w, b, v], 13)
    # Smooth units in parts, in orders that other exporters write.
    two, half, one, root = tensor("two", 2.0), tensor("half", 0.5), tensor("one", 1.0), tensor("root", np.sqrt(0.5))
    yield "gelu_by_inverse", model([*dense, ("Mul", "root s", "r", {}), ("Erf", "r", "e", {}), ("Mul", "half e", "f", {}), ("Add", "half f", "g", {}), ("Mul", "g s", "h", {}), *end], [w, b, v, half, root], 13)
    yield "gelu_half_first", model([*dense, ("Mul", "s half", "z", {}), ("Mul", "s root", "r", {}), ("Erf", "r", "e", {}), ("Add", "one e", "f", {}), ("Mul", "z f", "h", {}), *end], [w, b, v, half, one, root], 13)
    yield "erfc_times", model([*dense, ("Neg", "s", "n", {}), ("Div", "n two", "r", {}), ("Erf", "r", "e", {}), ("Sub", "one e", "f", {}), ("Mul", "f s", "g", {}), ("Mul", "n f", "k", {}), ("Sum", "g k g", "h", {}), *end], [w, b, v, one, two], 13)
    yield "swish_beta", model([*dense, ("Mul", "s two", "z", {}), ("Sigmoid", "z", "p", {}), ("Mul", "p s", "h", {}), *end], [w, b, v, two], 13)
    yield "log_add_exp", model([*dense, ("Exp", "s", "e", {}), ("Add", "one e", "f", {}), ("Log", "f", "h", {}), *end], [w, b, v, one], 13)
    yield "log_sigmoid", model([*dense, ("Mul", "s half", "t", {}), ("Sigmoid", "t", "e", {}), ("Log", "e", "h", {}), *end], [w, b, v, half], 13)
    yield "softsign_parts", model([*dense, ("Abs", "s", "a", {}), ("Mul", "a two", "t", {}), ("Add", "t half", "d", {}), ("Div", "s d", "h", {}), *end], [w, b, v, two, half], 13)
    yield "softplus_where", model([*dense, ("Softplus", "s", "p", {}), ("LessOrEqual", "s half", "c", {}), ("Where", "c p s", "h", {}), *end], [w, b, v, half], 16)
    yield "elu_selu_celu", model([*dense, ("Elu", "s", "p", {}), ("Selu", "p", "q", {"alpha": 1.5}), ("Celu", "q", "h", {"alpha": 2.0}), *end], [w, b, v], 13)
    yield "gelu_softsign_named", model([*dense, ("Gelu", "s", "p", {}), ("Softsign", "p", "h", {}), *end], [w, b, v], 20)
    # Where as relu, leaky relu, size, maximum and clip.
    zero, slope = tensor("zero", 0.0), tensor("slope", 0.25)
    swap = tensor("swap", np.eye(4)[[1, 0, 3, 2]])
    yield "where_relu", model([*dense, ("Greater", "s zero", "c", {}), ("Where", "c s zero", "h", {}), *end], [w, b, v, zero], 16)
    yield "where_leaky", model([*dense, ("Less", "s zero", "c", {}), ("Mul", "s slope", "l", {}), ("Where", "c l s", "h", {}), *end], [w, b, v, zero, slope], 16)
    yield "where_abs", model([*dense, ("LessOrEqual", "zero s", "c", {}), ("Neg", "s", "n", {}), ("Where", "c s n", "h", {}), *end], [w, b, v, zero], 16)
    yield "where_max", model([*dense, ("MatMul", "s swap", "t", {}), ("GreaterOrEqual", "s t", "c", {}), ("Where", "c s t", "h", {}), *end], [w, b, v, swap], 16)
    yield "where_clip", model([*dense, ("Less", "s zero", "c", {}), ("Where", "c zero s", "p", {}), ("Greater", "s one", "d", {}), ("Where", "d one p", "h", {}), *end], [w, b, v, zero, one], 16)
    yield "where_times", model([*dense, ("Greater", "s zero", "c", {}), ("Cast", "c", "d", {"to": 1}), ("Mul", "d s", "h", {}), *end], [w, b, v, zero], 16)
    yield "swish_opset24", model([*dense, ("Swish", "s", "p", {}), ("Swish", "p", "q", {"alpha": 1.5}), ("Swish", "q", "h", {"alpha": 0.0}), *end], [w, b, v], 24)
    yield "relu_opset26", model([*dense, ("Cast", "s", "c", {"to": 1, "round_mode": "nearest"}), ("Identity", "c", "i", {}), ("Relu", "i", "h", {}), *end], [w, b, v], 26)


def refused():
    w = tensor("w", weights(2, 2))
    yield "gelu_tanh", model([("MatMul", "x w", "m", {}), ("Gelu", "m", "y", {"approximate": "tanh"})], [w], opset=20)
    yield "gelu_listed", model([("MatMul", "x w", "m", {}), ("Gelu", "m", "y", {"approximate": ["tanh"]})], [w], opset=20)
    yield "elu_integer", model([("MatMul", "x w", "m", {}), ("Elu", "m", "y", {"alpha": 1})], [w])
    yield "erf_alone", model([("MatMul", "x w", "m", {}), ("Erf", "m", "y", {})], [w])
    yield "mish", model([("MatMul", "x w", "m", {}), ("Mish", "m", "y", {})], [w], opset=18)
    yield "quotient", model([("MatMul", "x w", "m", {}), ("Div", "x m", "y", {})], [w])
    yield "logarithm", model([("MatMul", "x w", "m", {}), ("Log", "m", "y", {})], [w])
    yield "softmax", model([("Softmax", "x", "y", {})], [])
    yield "product", model([("Mul", "x x", "y", {})], [])
    zero, one = tensor("zero", 0.0), tensor("one", 1.0)
    yield "where_jump", model([("Greater", "x zero", "c", {}), ("Where", "c x one", "y", {})], [zero, one])
    yield "skip_tanh", model([("MatMul", "x w", "m", {}), ("Tanh", "m", "t", {}), ("Add", "t x", "y", {})], [w])
    yield "cycle", model([("Add", "x b", "a", {}), ("Relu", "a", "b", {}), ("Relu", "b", "y", {})], [])
    yield "dangling", model([("Add", "x nothing", "y", {})], [])
    yield "shapes", model([("MatMul", "x w3", "y", {})], [tensor("w3", weights(3, 2))])
    yield "nan", model([("MatMul", "x w", "y", {})], [tensor("w", [[1, 2], [3, np.nan]])])
    yield "infinity", model([("MatMul", "x w", "y", {})], [tensor("w", [[1, 2], [3, np.inf]])])
    yield "opset", model([("Relu", "x", "y", {})], [], opset=6)
    yield "free_size", model([("Relu", "x", "y", {})], [], shape=("N", "M"))
    yield "huge_input", model([("ReduceMean", "x", "y", {})], [], shape=(1, 1 << 40))
    twice = model([("MatMul", "x w", "y", {})], [w, w])
    yield "two_tensors", twice
    double = model([("Relu", "x", "y", {})], [])
    double.graph.input.append(double.graph.input[0])
    yield "two_inputs", double
    names = model([("Relu", "x", "y", {}), ("Tanh", "x", "y", {})], [])
    yield "two_values", names
    external = model([("MatMul", "x w", "y", {})], [w])
    constant = external.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    entry = constant.external_data.add()
    entry.key, entry.value = "location", "weights.bin"
    yield "external", external
    large = model([("MatMul", "x w", "y", {})], [w])
    large.graph.initializer[0].dims[0] = 1 << 30
    yield "declared_larger", large
    yield "custom", model([("Relu", "x", "y", {"domain": "com.example"})], [])
    # What a reader could pass over without a word.
    two = tensor("two", 2.0)
    yield "elu_beta", model([("MatMul", "x w", "m", {}), ("Elu", "m", "y", {"alpha": 0.5, "beta": 2.0})], [w])
    yield "relu_max_value", model([("Relu", "x", "y", {"max_value": 6.0})], [])
    yield "softplus_beta", model([("Softplus", "x", "y", {"beta": 2.0})], [])
    yield "matmul_trans_b", model([("MatMul", "x w", "y", {"transB": 1})], [w])
    yield "add_axis", model([("Add", "x two", "y", {"axis": 1, "broadcast": 1})], [two])
    yield "constant_twice", model([("Constant", "", "c", {"value_float": 1.0, "value_int": 2}), ("Mul", "x c", "y", {})], [])
    yield "relu_of_two", model([("Relu", "x two", "y", {})], [two])
    yield "clip_twice", model([("Clip", "x two", "y", {"min": 0.0})], [two], 10)
    yield "pad_twice", model([("Pad", "x pads two", "y", {"value": 1.0})], [two, tensor("pads", [0, 0, 0, 1], TensorProto.INT64)], 13)
    yield "split_count", model([("Split", "x", "y z", {"axis": 1, "num_outputs": 3})], [], 18)
    yield "normalised_each", model([("BatchNormalization", "x s s s s", "y", {"spatial": 0})], [tensor("s", [1.0, 2.0])], 7)
    sparse = model([("MatMul", "x w", "m", {}), ("Add", "m b", "y", {})], [w])
    sparse.graph.input.append(helper.make_tensor_value_info("b", TensorProto.FLOAT, [2]))
    places = helper.make_tensor("", TensorProto.INT64, [1], [1])
    sparse.graph.sparse_initializer.append(helper.make_sparse_tensor(tensor("b", [3.0]), places, [2]))
    yield "sparse", sparse
    anew = model([("Relu", "x", "y", {})], [])
    body = helper.make_node("Neg", ["a"], ["b"])
    anew.functions.append(helper.make_function("", "Relu", ["a"], ["b"], [body], [helper.make_opsetid("", 17)]))
    yield "function_relu", anew
    overload = model([("Relu", "x", "y", {})], [])
    overload.graph.node[0].overload = "other"
    yield "overload", overload
    versions = model([("Relu", "x", "y", {})], [])
    versions.opset_import.append(helper.make_opsetid("ai.onnx", 13))
    yield "two_opsets", versions


def main():
    for name, made in good():
        save(made, f"made_{name}")
    folder = HERE / "refused"
    folder.mkdir(exist_ok=True)
    for name, made in refused():
        made.producer_version = ""
        (folder / f"{name}.onnx").write_bytes(made.SerializeToString())
    whole = (HERE / "torch_trace_relu.onnx").read_bytes()
    (folder / "truncated.onnx").write_bytes(whole[: len(whole) // 2])
    (folder / "text.onnx").write_bytes(b'{"steeple_network": 1}\n')
    (folder / "empty.onnx").write_bytes(b"")


main()
