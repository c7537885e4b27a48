"""What a network does in Python, beside proofs: values, and modules of PyTorch."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from .errors import ModelError

if TYPE_CHECKING:
    from ._native import Network


def call(network: Network, *arguments: Any, **named: Any) -> Any:
    """Returns the values of a network at points, as an array; estimates in float64.

    - Shapes: one array (n, d) of n points gives (n, outputs), and one point (d,) gives (outputs,). Arrays by name,
      one for each input, are broadcast, and give their common shape with one axis for the outputs at its end; with one
      output there is no such axis.

    >>> import numpy as np, steeple
    >>> network = steeple.Network([([[1, 1]], [0], "relu")], inputs=["x", "y"])
    >>> network(np.array([[1.0, 2.0], [-1.0, -2.0]]))
    array([[3.],
           [0.]])
    >>> network(x=np.array([1.0, -1.0]), y=0.5)
    array([1.5, 0. ])
    """
    import numpy as np

    names = network.inputs
    if bool(arguments) == bool(named) or len(arguments) > 1:
        raise TypeError("a network takes one array of points, or an array for each input by name")
    if arguments:
        points = np.asarray(arguments[0], dtype=np.float64)
        if points.ndim not in (1, 2) or points.shape[-1] != len(names):
            message = f"expected points of the shape (n, {len(names)}), found {points.shape}"
            raise ModelError(message, expected=f"(n, {len(names)})", found=str(points.shape))
        return _values(network, points)
    unknown = sorted(set(named) - set(names))
    missing = [name for name in names if name not in named]
    if unknown or missing:
        what = f"no input `{unknown[0]}`" if unknown else f"an input `{missing[0]}`, which is not given"
        raise ModelError(f"the network has {what}; its inputs are {', '.join(names)}")
    columns = np.broadcast_arrays(*(np.asarray(named[name], dtype=np.float64) for name in names))
    values = _values(network, np.stack(columns, axis=-1))
    return values[..., 0] if len(network.outputs) == 1 else values


def _values(network: Network, points: Any) -> Any:
    import numpy as np

    data = np.ascontiguousarray(points, dtype="<f8").tobytes()
    values = np.frombuffer(network.evaluate(data), dtype="<f8").astype(np.float64)
    return values.reshape(*points.shape[:-1], len(network.outputs))


def to_torch(network: Network, dtype: Any = None) -> Any:
    """Returns the network as a `torch.nn.Sequential` with the same weights.

    The weights are float64 unless `dtype` says otherwise; a weight that is not a float is rounded to the nearest.

    - Errors: `ImportError` without PyTorch; `ModelError` for an activation that PyTorch lacks.
    """
    try:
        import torch
    except ImportError:
        raise ImportError("to_torch needs PyTorch, which is not installed") from None
    import numpy as np

    dtype = torch.float64 if dtype is None else dtype
    modules: list[Any] = []
    for number, (rows, columns, weights, bias, activation, parameter) in enumerate(network.layers(), start=1):
        linear = torch.nn.Linear(columns, rows, dtype=dtype)
        with torch.no_grad():
            matrix = np.frombuffer(weights, dtype="<f8").reshape(rows, columns)
            linear.weight.copy_(torch.from_numpy(matrix.copy()))
            linear.bias.copy_(torch.from_numpy(np.frombuffer(bias, dtype="<f8").copy()))
        modules.append(linear)
        module = _activation(torch, activation, parameter, number)
        if module is not None:
            modules.append(module)
    return torch.nn.Sequential(*modules)


def _activation(torch: Any, name: str, parameter: Any, layer: int) -> Any:
    """The module of an activation; None for the identity."""
    nn = torch.nn
    plain = {
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "relu": nn.ReLU,
        "hard-tanh": nn.Hardtanh,
        "softsign": nn.Softsign,
        "silu": nn.SiLU,
    }
    if name == "identity":
        return None
    if name in plain:
        return plain[name]()
    if name == "leaky-relu":
        return nn.LeakyReLU(float(parameter))
    if name == "elu":
        return nn.ELU(float(parameter))
    if name == "softplus":
        # Without a threshold nothing is cut; a float has no larger argument than this.
        return nn.Softplus(threshold=float(parameter) if parameter is not None else 1e6)
    if name == "gelu" and parameter is None:
        return nn.GELU()
    what = "gelu with another divisor" if name == "gelu" else name
    raise ModelError(
        f"layer {layer}: PyTorch has no module for {what}", hint="network.to_python() writes a module", layer=layer
    )


def to_html(network: Network) -> str:
    """Returns the diagram of a network and its size, for a notebook."""
    layers = " &#8594; ".join(f"{units} {html.escape(name)}" for units, name in network.shape)
    inputs = ", ".join(html.escape(name) for name in network.inputs)
    text = f"<p><b>Network</b> ({inputs}) &#8594; {layers}; {network.parameters} parameters</p>"
    drawn = network.diagram()
    return f"<div>{text}{'' if drawn is None else drawn}</div>"
