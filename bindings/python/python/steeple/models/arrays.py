"""Lists of ``(weights, bias, activation)``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .._native import Network
from ..errors import ModelError
from ..targets import as_number, brief
from .layers import Layers, Name, key

#: Activations of networks, and whether they take a parameter: never, perhaps, always.
KINDS = {
    "identity": "never",
    "heaviside": "never",
    "sigmoid": "never",
    "tanh": "never",
    "relu": "never",
    "leaky-relu": "always",
    "hard-tanh": "never",
    "softplus": "perhaps",
    "softsign": "never",
    "elu": "always",
    "silu": "never",
    "gelu": "perhaps",
    "maxout": "always",
}

#: Other names of them.
ALIASES = {"linear": "identity", "none": "identity", "logistic": "sigmoid", "swish": "silu", "step": "heaviside",
           "hardtanh": "hard-tanh", "leakyrelu": "leaky-relu"}  # fmt: skip


def read(model: Sequence[Any], input_names: Sequence[str] | None) -> Network:
    """Returns the network of a list of ``(weights, bias, activation)``.

    - Shapes: weights ``(units, inputs)``, as in PyTorch; Keras and scikit-learn store the transpose.
    - Exactness: exact.
    """
    if not model:
        raise ModelError("the list of layers is empty", hint="give (weights, bias, activation) for each layer")
    layers, dtypes = Layers(), set()
    for index, layer in enumerate(model):
        name = Name(f"layer {index + 1}", index + 1)
        if not isinstance(layer, (list, tuple)) or len(layer) != 3:
            found = f"{len(layer)} values" if isinstance(layer, (list, tuple)) else type(layer).__name__
            raise ModelError(
                f"{name}: expected (weights, bias, activation), found {found}",
                hint="write None for a bias of zeros, and None for no activation",
                layer=key(name),
            )
        weights, bias, activation = layer
        kind, parameter = _activation(activation, name)
        dtypes |= {str(part.dtype) for part in (weights, bias) if hasattr(part, "dtype")}
        layers.affine(weights, bias, name)
        if kind == "maxout":
            _maxout(layers, int(parameter or 0), name)
        elif kind != "identity":
            layers.activation(kind, name, parameter)
    for dtype in sorted(dtypes & {"float16", "bfloat16"}):
        layers.folds(f"the weights are {dtype} numbers")
    return layers.network(input_names)


def _maxout(layers: Layers, rank: int, name: str) -> None:
    rows = layers.width or 0
    if rank < 1 or rows % rank:
        raise ModelError(f"{name}: {rows} rows do not divide into maxout units of rank {rank}", layer=key(name))
    layers.activation("maxout", name, Fraction(rank))
    layers.width = rows // rank


def _activation(activation: Any, name: str) -> tuple[str, Fraction | None]:
    """The name and the parameter of ``"relu"``, ``"elu:1"`` or ``("leaky-relu", 0.1)``."""
    parameter: Any = None
    if activation is None:
        return "identity", None
    if isinstance(activation, (list, tuple)) and len(activation) == 2:
        activation, parameter = activation
    if not isinstance(activation, str):
        found = type(activation).__name__
        raise ModelError(
            f"{name}: an activation is a name, found {found}",
            hint="write 'relu', or ('leaky-relu', 0.1) for one with a parameter",
            layer=key(name),
        )
    text, colon, after = activation.partition(":")
    if colon:
        parameter = after
    kind = text.strip().lower().replace("_", "-").replace(" ", "-")
    kind = ALIASES.get(kind, kind)
    if kind not in KINDS:
        raise ModelError(
            f"{name}: the activation `{brief(activation)}` is not known",
            hint=f"expected one of {', '.join(KINDS)}",
            layer=key(name),
            found=activation,
        )
    if parameter is None:
        if KINDS[kind] == "always":
            raise ModelError(
                f"{name}: the activation {kind} needs a parameter", hint=f"write ('{kind}', 2)", layer=key(name)
            )
        return kind, None
    if KINDS[kind] == "never":
        raise ModelError(f"{name}: the activation {kind} takes no parameter, found {brief(parameter)}", layer=key(name))
    try:
        # A weight is the number that its float is, and so is a parameter.
        is_float = isinstance(parameter, float) or str(getattr(parameter, "dtype", "")).startswith("float")
        value = Fraction(float(parameter) if is_float else as_number(parameter))
    except (ValueError, OverflowError, ZeroDivisionError):
        raise ModelError(
            f"{name}: the parameter of {kind} must be a number, found {brief(parameter)}", layer=key(name)
        ) from None
    return kind, value
