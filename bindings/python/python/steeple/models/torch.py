"""Modules of PyTorch.

``Sequential`` modules of the layers in :data:`READERS` are read directly. Other modules are exported to
ONNX, in memory, and read as such a file.
"""

from __future__ import annotations

import inspect
import io
import sys
import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from .._native import Network
from ..errors import ModelError, SteepleError
from .layers import Layers, Name, clamp, key, rounded, selu

FLOATS = {"torch.float16": "float16", "torch.bfloat16": "bfloat16", "torch.float32": "float32",
          "torch.float64": "float64"}  # fmt: skip


def is_model(model: Any) -> bool:
    """Is it a module of PyTorch? Nothing is one before PyTorch was imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def read(model: Any, input_names: Sequence[str] | None) -> Network:
    """Returns the network of a module in its mode for evaluation.

    - Exactness: exact. Parameters of activations are rounded to the floats of the weights, as PyTorch does.
    - Errors: ``ModelError`` with the layer that is not understood.
    """
    # What `torch.compile` made is the same module, faster.
    model = getattr(model, "_orig_mod", model)
    _check_mode(model)
    steps = _steps(model)
    if steps is None:
        return _exported(model, input_names)
    layers = Layers(None if input_names is None else len(input_names))
    dtype = _dtype(model)
    for name, module in steps:
        READERS[type(module).__name__](module, layers, dtype, name)
    if dtype in ("float16", "bfloat16"):
        layers.folds(f"the weights are {dtype} numbers")
    return layers.network(input_names)


def _check_mode(model: Any) -> None:
    for name, module in model.named_modules():
        kind = type(module).__name__
        is_random = "Dropout" in kind and getattr(module, "p", 0) > 0 or kind == "RReLU"
        if module.training and (is_random or "BatchNorm" in kind):
            raise ModelError(
                f"{_label(name, module)} is in training mode, in which it is another function",
                hint="call model.eval() first",
                layer=key(name),
            )


def _label(name: str, module: Any) -> str:
    kind = type(module).__name__
    return Name(f"layer `{name}` ({kind})" if name else kind, name or kind)


def _steps(model: Any, name: str = "") -> list[tuple[str, Any]] | None:
    """The layers of nested ``Sequential`` modules in order; ``None`` if one has to be exported."""
    torch = sys.modules["torch"]
    if _has_hooks(model):
        return None
    if type(model).forward is torch.nn.Sequential.forward:
        found: list[tuple[str, Any]] = []
        # `named_children` would leave out a module that occurs a second time.
        for key, child in model._modules.items():
            steps = _steps(child, f"{name}.{key}" if name else key)
            if steps is None:
                return None
            found += steps
        return found
    # A subclass may compute something else.
    own = getattr(torch.nn, type(model).__name__, None)
    if own is not type(model) or type(model).__name__ not in READERS or not _is_plain(model):
        return None
    return [(_label(name, model), model)]


def _has_hooks(module: Any) -> bool:
    """Do hooks change what the module computes, as those of ``weight_norm`` do?"""
    return bool(module._forward_hooks or module._forward_pre_hooks)


def _is_plain(module: Any) -> bool:
    """Is it one of the forms that :data:`READERS` know?"""
    kind = type(module).__name__
    if kind == "Flatten":
        return module.start_dim == 1 and module.end_dim == -1
    if kind == "GELU":
        return getattr(module, "approximate", "none") == "none"
    if kind == "PReLU":
        return module.weight.numel() == 1
    if kind == "Threshold":
        return module.threshold == 0 and module.value == 0
    return True


def _dtype(model: Any) -> str:
    """The floats of the weights; the widest, if there are several."""
    found = {str(parameter.dtype) for parameter in model.parameters()}
    for dtype in found:
        if dtype not in FLOATS:
            raise ModelError(f"the model has weights of {dtype}, which are not floats", found=dtype)
    if len(found) > 1:
        raise ModelError(f"the model has weights of several types: {', '.join(sorted(found))}")
    return FLOATS[found.pop()] if found else "float32"


def _numbers(tensor: Any, name: str) -> Any:
    """The numbers of a tensor as an array, without a change."""
    torch = sys.modules["torch"]
    if tensor.device.type == "meta":
        raise ModelError(f"{name}: the weights have no values, they are on the device `meta`", layer=key(name))
    tensor = tensor.detach().cpu()
    # Every float16 and every bfloat16 number is a float32 number.
    return (tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor).numpy()


# One reader for each layer: (module, layers, dtype, name).


def _linear(module: Any, layers: Layers, dtype: str, name: str) -> None:
    bias = None if module.bias is None else _numbers(module.bias, name)
    layers.affine(_numbers(module.weight, name), bias, name)


def _nothing(module: Any, layers: Layers, dtype: str, name: str) -> None:
    pass


def _plain(kind: str) -> Callable[[Any, Layers, str, str], None]:
    return lambda module, layers, dtype, name: layers.activation(kind, name)


def _leaky_relu(module: Any, layers: Layers, dtype: str, name: str) -> None:
    layers.activation("leaky-relu", name, rounded(module.negative_slope, dtype))


def _prelu(module: Any, layers: Layers, dtype: str, name: str) -> None:
    layers.activation("leaky-relu", name, Fraction(_numbers(module.weight, name).reshape(-1).tolist()[0]))


def _elu(module: Any, layers: Layers, dtype: str, name: str) -> None:
    layers.activation("elu", name, rounded(module.alpha, dtype))


def _celu(module: Any, layers: Layers, dtype: str, name: str) -> None:
    """alpha elu(z / alpha)"""
    alpha = rounded(module.alpha, dtype)
    if alpha <= 0:
        raise ModelError(f"{name}: alpha must be positive, found {module.alpha}", layer=key(name))
    if alpha == 1:
        layers.activation("elu", name, Fraction(1))
    else:
        layers.activation("elu", name, Fraction(1), inner=(1 / alpha, Fraction(0)), outer=(alpha, Fraction(0)))


def _selu(module: Any, layers: Layers, dtype: str, name: str) -> None:
    selu(layers, dtype, name)


def _softplus(module: Any, layers: Layers, dtype: str, name: str) -> None:
    """softplus(beta z) / beta, and z itself where beta z is above the threshold."""
    beta, threshold = rounded(module.beta, dtype), rounded(module.threshold, dtype)
    if beta <= 0:
        raise ModelError(f"{name}: beta must be positive, found {module.beta}", layer=key(name))
    if beta == 1:
        layers.activation("softplus", name, threshold)
    else:
        layers.activation("softplus", name, threshold, inner=(beta, Fraction(0)), outer=(1 / beta, Fraction(0)))


def _log_sigmoid(module: Any, layers: Layers, dtype: str, name: str) -> None:
    """-softplus(-z)"""
    minus = Fraction(-1), Fraction(0)
    layers.activation("softplus", name, inner=minus, outer=minus)


def _hardtanh(module: Any, layers: Layers, dtype: str, name: str) -> None:
    clamp(layers, rounded(module.min_val, dtype), rounded(module.max_val, dtype), name)


def _hardsigmoid(module: Any, layers: Layers, dtype: str, name: str) -> None:
    """min(max(z + 3, 0), 6) / 6"""
    half = Fraction(1, 2)
    layers.activation("hard-tanh", name, inner=(Fraction(1, 3), Fraction(0)), outer=(half, half))


READERS: dict[str, Callable[[Any, Layers, str, str], None]] = {
    "Linear": _linear,
    "Identity": _nothing,
    "Flatten": _nothing,
    "Dropout": _nothing,
    "AlphaDropout": _nothing,
    "ReLU": _plain("relu"),
    "Threshold": _plain("relu"),
    "Sigmoid": _plain("sigmoid"),
    "Tanh": _plain("tanh"),
    "Softsign": _plain("softsign"),
    "SiLU": _plain("silu"),
    "GELU": _plain("gelu"),
    "LeakyReLU": _leaky_relu,
    "PReLU": _prelu,
    "ELU": _elu,
    "CELU": _celu,
    "SELU": _selu,
    "Softplus": _softplus,
    "LogSigmoid": _log_sigmoid,
    "Hardtanh": _hardtanh,
    "ReLU6": _hardtanh,
    "Hardsigmoid": _hardsigmoid,
}


# Other modules


def _exported(model: Any, input_names: Sequence[str] | None) -> Network:
    """The network of a module, read from the ONNX file that PyTorch makes of it."""
    torch = sys.modules["torch"]
    suspect = _not_known(model)
    inputs = len(input_names) if input_names is not None else _inputs(model)
    if inputs is None:
        raise ModelError(
            "the number of inputs of the model is not known", hint="say what the inputs are, in the domain"
        )
    parameter = next(model.parameters(), None)
    like = {} if parameter is None else {"dtype": parameter.dtype, "device": parameter.device}
    file, options = io.BytesIO(), {}
    # The exporter that needs no further package.
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        options["dynamo"] = False
    modes = [(module, module.training) for module in model.modules()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(model, (torch.zeros(1, inputs, **like),), file, **options)
    except Exception as error:
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"{suspect or 'the model'}: PyTorch cannot export it to ONNX: {reason[0] if reason else type(error).__name__}",
            hint=f"supported layers are {', '.join(READERS)}",
            layer=None if suspect is None else key(suspect),
        ) from error
    finally:
        for module, training in modes:
            module.training = training
    try:
        return Network.open(file.getvalue(), inputs=input_names)
    except SteepleError as error:
        if suspect is None:
            raise
        raise ModelError(
            f"{suspect} is not supported: {error.message}", hint=error.hint, layer=None if suspect is None else key(suspect)
        ) from error


def _not_known(model: Any) -> str | None:
    """The first layer without parts of its own that is not in :data:`READERS`, if there is one."""
    for name, module in model.named_modules():
        if not list(module.children()) and (type(module).__name__ not in READERS or not _is_plain(module)):
            return _label(name, module)
    return None


def _inputs(model: Any) -> int | None:
    """The number of inputs of the first layer that says it."""
    for module in model.modules():
        if hasattr(module, "in_features"):
            return int(module.in_features)
    return None
