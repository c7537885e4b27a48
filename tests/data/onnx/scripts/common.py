"""What the scripts share: tiny networks, stripped files, and what onnxruntime makes of them.

A fixture NAME.onnx gets NAME.txt beside it: a line for each of 100 points, the inputs, a bar, the
outputs, as decimals that read back to the same floats. The outputs are computed by onnxruntime on
a copy of the file whose numbers are float64, so that they differ from the exact values by rounding
in float64 only, unless the copy cannot run; then line 1 says `float32`.
"""

import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent.parent
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16)


def strip(model):
    """Removes what has nothing to do with the function: texts, paths, stack traces, dates."""
    model.doc_string = ""
    model.producer_version = ""
    del model.metadata_props[:]
    graph = model.graph
    graph.doc_string = ""
    for entry in (graph.metadata_props, graph.value_info, model.functions):
        del entry[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
        for attribute in node.attribute:
            attribute.doc_string = ""
    for value in (*graph.input, *graph.output, *graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]
    return model


def double(model):
    """A copy whose floats are float64."""
    if any(node.op_type == "Scaler" for node in model.graph.node):
        raise ValueError("onnxruntime's Scaler gives float32, whatever it is given")
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for tensor in model.graph.initializer:
        widen(tensor)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "to" and attribute.i in FLOATS:
                attribute.i = TensorProto.DOUBLE
            if attribute.HasField("t"):
                widen(attribute.t)
    for value in (*model.graph.input, *model.graph.output):
        kind = value.type.tensor_type
        if kind.elem_type in FLOATS:
            kind.elem_type = TensorProto.DOUBLE
    return model


def widen(tensor):
    if tensor.data_type in FLOATS:
        array = numpy_helper.to_array(tensor).astype(np.float64)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def run(model, points):
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    entry = session.get_inputs()[0]
    dtype = {"tensor(double)": np.float64, "tensor(float16)": np.float16}.get(entry.type, np.float32)
    shape = [d if isinstance(d, int) else 1 for d in entry.shape]
    batch = shape[0] if len(shape) > 1 else 1
    rows = []
    for point in points:
        outputs = session.run(None, {entry.name: np.tile(point.astype(dtype), batch).reshape(shape)})
        outputs = [np.asarray(output, np.float64).ravel() for output in outputs]
        rows.append(np.concatenate([output[: len(output) // batch] for output in outputs]))
    return rows


def save(model, name, seed=1, inputs=2):
    """Writes NAME.onnx and NAME.txt."""
    model = strip(model)
    onnx.checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())
    random = np.random.default_rng(seed)
    # Multiples of 1/64: exact in every format of floats, and kinks are met.
    points = random.integers(-256, 257, size=(100, inputs)) / 64.0
    try:
        rows, kind = run(double(model), points), "float64"
    except Exception as error:  # noqa: BLE001
        print(f"{name}: no float64 run: {str(error).splitlines()[0]}")
        rows, kind = run(model, points), "float32"
    lines = [kind]
    for point, row in zip(points, rows):
        lines.append(" ".join(map(repr, map(float, point))) + " | " + " ".join(map(repr, map(float, row))))
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")
    operators = " ".join(node.op_type for node in model.graph.node)
    print(f"{name}: opset {model.opset_import[0].version}, {kind}: {operators}")
