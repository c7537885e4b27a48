"""Models of Keras that are a chain of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from .._native import Network
from ..errors import ModelError
from .layers import Layers, Name, clamp, rounded, selu

PACKAGES = ("keras", "tf_keras", "tensorflow")


def is_model(model: Any) -> bool:
    """Is it a Keras model? It is told by its class, so that Keras is not imported."""
    return hasattr(model, "layers") and any(
        kind.__module__.partition(".")[0] in PACKAGES and kind.__name__ == "Model" for kind in type(model).__mro__
    )


def read(model: Any, input_names: Sequence[str] | None) -> Network:
    """Returns the network of a model as it predicts, so without dropout.

    - Exactness: exact. Parameters of activations are rounded to the floats of the weights, as Keras does.
    - Errors: ``ModelError`` with the layer that is not understood.
    """
    _check_chain(model)
    shape = getattr(model, "input_shape", None)
    layers = Layers(shape[1] if isinstance(shape, tuple) and len(shape) == 2 else None)
    # Layers with several inputs are not among those that can be read. So what is read is a chain.
    readers = [(layer, *_reader(layer)) for layer in model.layers]
    for layer, reader, name in readers:
        dtype = str(getattr(layer, "compute_dtype", None) or getattr(layer, "dtype", None) or "float32")
        reader(layer, layers, dtype, name)
        if dtype not in ("float32", "float64"):
            layers.folds(f"{name} computes in {dtype}")
    return layers.network(input_names)


def _reader(layer: Any) -> tuple[Callable[[Any, Layers, str, str], None], Name]:
    """The reader of a layer, and what messages call the layer."""
    name = Name(f"layer `{layer.name}` ({type(layer).__name__})", layer.name)
    reader = READERS.get(type(layer).__name__)
    # A class of somebody else may compute something else.
    if reader is None or type(layer).__module__.partition(".")[0] not in PACKAGES:
        raise ModelError(
            f"{name} is not supported",
            hint=f"supported layers are {', '.join(READERS)}; "
            "other models: model.export('model.onnx', format='onnx'), then give that file",
            layer=layer.name,
        )
    return reader, name


def _check_chain(model: Any) -> None:
    """Refuses models in which a layer has not exactly one layer before it, and models of other shapes."""
    if not getattr(model, "built", True):
        raise ModelError("the model has no weights yet", hint="call model.build((None, inputs)) or fit it")
    kind = next(
        (k.__name__ for k in type(model).__mro__ if k.__name__ in ("Sequential", "Functional")), None
    )
    if kind is None:
        raise ModelError(
            f"the model {type(model).__name__} has a call method of its own, so its layers are not a chain",
            hint="model.export('model.onnx', format='onnx'), then give that file",
        )
    if kind == "Functional":
        for ends, word in ((model.inputs, "input"), (model.outputs, "output")):
            if len(ends) != 1:
                raise ModelError(f"the model has {len(ends)} tensors as its {word}s, expected 1")
        for layer in model.layers:
            if len(getattr(layer, "_inbound_nodes", [None])) != 1:
                raise ModelError(
                    f"layer `{layer.name}` is used more than once, so the layers are not a chain", layer=layer.name
                )
    shape = getattr(model, "input_shape", None)
    first = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"][:1]
    if isinstance(shape, tuple) and len(shape) > 2 and first and type(first[0]).__name__ != "Flatten":
        raise ModelError(f"the model takes inputs of the shape {shape}, expected (None, inputs) or Flatten first")


# One reader for each layer: (layer, layers, dtype, name).


def _dense(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    kernel, *bias = layer.get_weights()
    if kernel.ndim != 2 or len(bias) > 1:
        raise ModelError(f"{name} has weights of an unknown form", layer=layer.name)
    layers.affine(kernel.T, bias[0] if bias else None, name)
    _activation(layer, layers, dtype, name)


def _activation(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    """The activation that a layer names in its configuration."""
    activation = layer.get_config().get("activation")
    if activation is None:
        return
    reader = ACTIVATIONS.get(activation) if isinstance(activation, str) else None
    if reader is None:
        raise ModelError(
            f"{name}: the activation {_shown(activation)} is not supported",
            hint=f"supported are {', '.join(ACTIVATIONS)}; leave out a softmax at the end",
            layer=layer.name,
            found=_shown(activation),
        )
    reader(layers, dtype, name)


def _shown(activation: Any) -> str:
    if isinstance(activation, dict):
        activation = activation.get("class_name") or activation.get("config")
    return f"`{activation}`"


def _nothing(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    pass


def _slope(layer: Any, *names: str) -> float:
    """A number in the configuration, under the first of these names that is there."""
    config = layer.get_config()
    return next((config[name] for name in names if config.get(name) is not None), 0.0)


def _relu(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    config = layer.get_config()
    slope, top = _slope(layer, "negative_slope"), config.get("max_value")
    if config.get("threshold"):
        raise ModelError(f"{name}: a threshold is not supported, found {config['threshold']}", layer=layer.name)
    if top is not None and slope:
        raise ModelError(f"{name}: max_value and negative_slope together are not supported", layer=layer.name)
    if top is not None:
        clamp(layers, Fraction(0), rounded(top, dtype), name)
    elif slope:
        layers.activation("leaky-relu", name, rounded(slope, dtype))
    else:
        layers.activation("relu", name)


def _leaky_relu(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    layers.activation("leaky-relu", name, rounded(_slope(layer, "negative_slope", "alpha"), dtype))


def _elu(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    layers.activation("elu", name, rounded(_slope(layer, "alpha"), dtype))


def _rescaling(layer: Any, layers: Layers, dtype: str, name: str) -> None:
    config = layer.get_config()
    scale, offset = config["scale"], config["offset"]
    width = layers.width if layers.width is not None else layers.inputs
    if width is None or isinstance(scale, (list, tuple)) or isinstance(offset, (list, tuple)):
        raise ModelError(f"{name}: only one scale for all inputs is supported", layer=layer.name)
    layers.scale([rounded(scale, dtype)] * width, [rounded(offset, dtype)] * width, name)


READERS: dict[str, Callable[[Any, Layers, str, str], None]] = {
    "InputLayer": _nothing,
    "Dense": _dense,
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "Rescaling": _rescaling,
    "Flatten": _nothing,
    "Identity": _nothing,
    "Dropout": _nothing,
    "GaussianNoise": _nothing,
    "GaussianDropout": _nothing,
    "AlphaDropout": _nothing,
}


def _plain(kind: str) -> Callable[[Layers, str, str], None]:
    return lambda layers, dtype, name: layers.activation(kind, name)


ACTIVATIONS: dict[str, Callable[[Layers, str, str], None]] = {
    "linear": _plain("identity"),
    "relu": _plain("relu"),
    "sigmoid": _plain("sigmoid"),
    "tanh": _plain("tanh"),
    "softplus": _plain("softplus"),
    "softsign": _plain("softsign"),
    "silu": _plain("silu"),
    "swish": _plain("silu"),
    "gelu": _plain("gelu"),
    "elu": lambda layers, dtype, name: layers.activation("elu", name, Fraction(1)),
    "selu": selu,
    "leaky_relu": lambda layers, dtype, name: layers.activation("leaky-relu", name, rounded(0.2, dtype)),
    "relu6": lambda layers, dtype, name: clamp(layers, Fraction(0), Fraction(6), name),
}
