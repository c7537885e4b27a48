"""Models of other tools as networks of Steeple.

Each module here reads one kind of model, and gives its layers to :class:`~.layers.Layers`, which
keeps their weights as the exact numbers that the floats are::

    torch.py    torch.nn.Sequential directly, other modules through torch.onnx.export
    keras.py    Keras models that are a chain of layers
    sklearn.py  MLPRegressor and MLPClassifier, also after a scaler
    arrays.py   lists of (weights, bias, activation)
    layers.py   what they have in common
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .._native import Network
from ..errors import ModelError
from . import arrays, keras, sklearn, torch

__all__ = ["as_network"]


def as_network(model: Any, input_names: Sequence[str] | None = None) -> Network:
    """Returns a model as a network with exact weights.

    A model is a network of Steeple, the path or the bytes of a network file, a PyTorch module, a
    Keras model, a scikit-learn MLP, or a list of ``(weights, bias, activation)``, where ``weights``
    has one row for each unit.

    - Exactness: exact. Each weight is the number that its float is.
    - Errors: ``ModelError`` with the layer, and the row and the column where there is one.

    >>> import numpy as np
    >>> square = [(np.array([[1.0], [1.0]]), [0.0, -0.5], "relu"), (np.array([[0.5, 1.0]]), None, None)]
    >>> network = as_network(square, ["x"])
    >>> network.inputs, network.shape
    (['x'], [(2, 'relu'), (1, 'identity')])
    """
    names = None if input_names is None else list(input_names)
    if isinstance(model, Network):
        return model
    inner = getattr(model, "network", None)
    if isinstance(inner, Network):
        return inner
    if isinstance(model, (bytes, bytearray, memoryview)):
        return Network.open(bytes(model), inputs=names)
    if isinstance(model, (str, os.PathLike)):
        return Network.open_path(os.fsdecode(os.fspath(model)), inputs=names)
    for kind in (torch, keras, sklearn):
        if kind.is_model(model):
            return kind.read(model, names)
    if isinstance(model, (list, tuple)):
        return arrays.read(model, names)
    # An ONNX model in memory.
    if callable(getattr(model, "SerializeToString", None)):
        return Network.open(model.SerializeToString(), inputs=names)
    raise ModelError(
        f"the model is of type {type(model).__name__}, which is not known",
        hint="give a network file, a PyTorch module, a Keras model, a scikit-learn MLP, "
        "or a list of (weights, bias, activation)",
    )
