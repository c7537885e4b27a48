"""Networks of scikit-learn: ``MLPRegressor`` and ``MLPClassifier``, also after a scaler."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .._native import Network
from ..errors import ModelError
from .layers import Layers, Name, key

ACTIVATIONS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}

MLPS = ("MLPRegressor", "MLPClassifier")
SCALERS = ("StandardScaler", "MinMaxScaler", "MaxAbsScaler")


def is_model(model: Any) -> bool:
    """Is it an estimator of scikit-learn?"""
    return any(kind.__module__.partition(".")[0] == "sklearn" for kind in type(model).__mro__)


def read(model: Any, input_names: Sequence[str] | None) -> Network:
    """Returns the network of a fitted MLP, alone or after scalers in a ``Pipeline``.

    - Shapes: the outputs of a classifier for two classes are 1, the probability of the second class.
    - Exactness: exact. Scalers become a layer with fractions as its weights.
    - Errors: ``ModelError`` for classifiers with a softmax, and for other estimators.
    """
    layers = Layers()
    _add(model, layers, type(model).__name__)
    names = input_names
    fitted = getattr(model, "feature_names_in_", None)
    # Features of a table have names. They are matched, whatever the order of the domain.
    if names is not None and fitted is not None and sorted(map(str, fitted)) == sorted(names):
        names = [str(name) for name in fitted]
    return layers.network(names)


def _kind(model: Any, kinds: Sequence[str]) -> str | None:
    """The class of scikit-learn that a model is of; a subclass counts as its class."""
    for kind in type(model).__mro__:
        if kind.__module__.partition(".")[0] == "sklearn" and kind.__name__ in kinds:
            return kind.__name__
    return None


def _add(model: Any, layers: Layers, name: str) -> None:
    if _kind(model, MLPS):
        _mlp(model, layers, name)
    elif _kind(model, SCALERS):
        layers.scale(*_fitted(model, name), name)
    elif _kind(model, ("Pipeline",)):
        for step, part in model.steps:
            if part is None or part == "passthrough":
                continue
            _add(part, layers, f"step `{step}` ({type(part).__name__})")
    elif _kind(model, ("TransformedTargetRegressor",)):
        regressor = getattr(model, "regressor_", None)
        if regressor is None:
            raise _not_fitted(name)
        _add(regressor, layers, f"{type(regressor).__name__} in {name}")
        _unscale(getattr(model, "transformer_", None), layers, name)
    else:
        raise ModelError(
            f"{name}: this estimator of scikit-learn is not supported",
            hint=f"supported are {', '.join(MLPS)}, also in a Pipeline after {', '.join(SCALERS)}",
            layer=name,
        )


def _not_fitted(name: str) -> ModelError:
    return ModelError(f"{name}: the model is not fitted", hint="call fit first", layer=name)


def _mlp(model: Any, layers: Layers, name: str) -> None:
    if not hasattr(model, "coefs_"):
        raise _not_fitted(name)
    output = model.out_activation_
    if output == "softmax":
        raise ModelError(
            f"{name}: the softmax of {len(model.classes_)} classes is not supported",
            hint="give the layers without it: [(W.T, b, 'relu') for W, b in zip(model.coefs_, model.intercepts_)], "
            "with None as the last activation",
            layer="softmax",
        )
    last = len(model.coefs_) - 1
    for index, (weights, bias) in enumerate(zip(model.coefs_, model.intercepts_)):
        layer = Name(f"layer {index + 1} of {name}", index + 1)
        activation = output if index == last else model.activation
        if activation not in ACTIVATIONS:
            raise ModelError(f"{layer}: the activation `{activation}` is not supported", layer=key(layer), found=activation)
        layers.affine(weights.T, bias, layer)
        layers.activation(ACTIVATIONS[activation], layer)


def _fitted(scaler: Any, name: str) -> tuple[list[Fraction], list[Fraction]]:
    """The factors and the shifts of a scaler: ``factor * x + shift``."""
    if not hasattr(scaler, "n_features_in_"):
        raise _not_fitted(name)
    n = scaler.n_features_in_
    if getattr(scaler, "clip", False):
        raise ModelError(f"{name}: a scaler with clip=True is not supported", layer=name)

    def numbers(values: Any, default: int) -> list[Fraction]:
        return [Fraction(default)] * n if values is None else [Fraction(float(v)) for v in values]

    if _kind(scaler, ("MinMaxScaler",)):
        return numbers(scaler.scale_, 1), numbers(scaler.min_, 0)
    mean = numbers(getattr(scaler, "mean_", None) if getattr(scaler, "with_mean", False) else None, 0)
    scale = numbers(scaler.scale_, 1)
    return [1 / s for s in scale], [-m / s for m, s in zip(mean, scale)]


def _unscale(transformer: Any, layers: Layers, name: str) -> None:
    if transformer is None:
        return
    part = f"the transformer ({type(transformer).__name__}) of {name}"
    if not _kind(transformer, SCALERS):
        # Without a transformer and without functions, scikit-learn puts the identity there.
        if _kind(transformer, ("FunctionTransformer",)) and transformer.func is None and transformer.inverse_func is None:
            return
        raise ModelError(
            f"{part} is not supported", hint=f"supported are {', '.join(SCALERS)}", layer=part
        )
    factors, shifts = _fitted(transformer, part)
    layers.scale([1 / f for f in factors], [-s / f for f, s in zip(factors, shifts)], part)
