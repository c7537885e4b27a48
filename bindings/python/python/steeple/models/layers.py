"""Layers with exact weights, collected one by one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any

from .._native import Network
from ..errors import ModelError
from ..targets import brief


class Name(str):
    """How messages call a layer, and the attribute `layer` of the error."""

    key: Any

    def __new__(cls, text: str, key: Any) -> Name:
        name = super().__new__(cls, text)
        name.key = key
        return name


def key(name: str) -> Any:
    """The attribute `layer` of an error: a number, or the name that the model has for the layer."""
    return getattr(name, "key", name)


class Layers:
    """A chain of affine maps and activations, which :meth:`network` makes a network of.

    Maps and activations may come in any order: an affine map without an activation is a layer of
    identity units. What an activation does to its argument and its value, as ReLU6 does to a
    hard tanh, becomes part of the weights on both sides, exactly.
    """

    def __init__(self, inputs: int | None = None) -> None:
        #: The number of inputs, if it is known before the first layer.
        self.inputs = inputs
        self.layers: list[tuple[Any, Any, str, Fraction | None]] = []
        #: Why the floats of the model are not those of the layers, if they are not.
        self.not_layered: str | None = None
        #: An affine map that waits for its activation, and its layer's name.
        self._pending: tuple[Any, Any, str] | None = None
        #: value = scale * activation + shift, which waits for the next affine map.
        self._scaled: tuple[Fraction, Fraction] | None = None
        self.width: int | None = None
        self._last = ""

    def affine(self, weights: Any, bias: Any, name: str) -> None:
        """Adds ``weights x + bias``; ``weights`` has one row for each output."""
        weights, rows, columns = matrix(weights, name)
        if self.width is not None and columns != self.width:
            transposed = rows == self.width
            raise ModelError(
                f"{name}: weights of shape ({rows}, {columns}) do not fit; "
                f"expected {count(self.width, 'column')}, one for each output of {self._last}, found {columns}",
                hint="weights have the shape (outputs, inputs), as in PyTorch; give weights.T" if transposed else None,
                layer=key(name),
                expected=self.width,
                found=columns,
            )
        bias = vector(bias, rows, name)
        self._close()
        if self._scaled is not None:
            scale, shift = self._scaled
            rows_exact = exact_matrix(weights)
            bias = [b + shift * sum(row) for b, row in zip(exact_vector(bias, rows), rows_exact)]
            weights = [[scale * w for w in row] for row in rows_exact]
            self._scaled = None
        self._pending = weights, bias, name
        self.width, self._last = rows, name

    def activation(
        self,
        kind: str,
        name: str,
        parameter: Fraction | None = None,
        inner: tuple[Any, Any] | None = None,
        outer: tuple[Any, Any] | None = None,
    ) -> None:
        """Adds ``a * f(c z + d) + b`` for each unit, with ``inner = (c, d)`` and ``outer = (a, b)``."""
        if kind == "identity" and inner is None and outer is None:
            return
        if self._scaled is not None or self._pending is None:
            self._identity(name)
        assert self._pending is not None
        weights, bias, map_name = self._pending
        if inner is not None:
            c, d = inner
            weights = [[c * w for w in row] for row in exact_matrix(weights)]
            bias = [c * b + d for b in exact_vector(bias, len(weights))]
        if inner is not None or outer is not None:
            self.folds(f"{name} is computed from a scaled {kind}")
        self.layers.append((weights, bias, kind, parameter))
        self._pending, self._scaled = None, outer

    def scale(self, factors: Sequence[Fraction], shifts: Sequence[Fraction], name: str) -> None:
        """Adds ``factor * x + shift`` for each input, exactly."""
        n = len(factors)
        self.folds(f"{name} scales its inputs, which rounds in another way")
        rows = [[factors[i] if i == j else Fraction(0) for j in range(n)] for i in range(n)]
        self.affine(rows, list(shifts), name)

    def folds(self, reason: str) -> None:
        """Notes why claims about floats are not about these layers."""
        if self.not_layered is None:
            self.not_layered = reason

    def _identity(self, name: str) -> None:
        if self.width is None:
            self.width, self._last = self.inputs, "the inputs"
        if self.width is None:
            raise ModelError(
                f"{name}: the number of inputs is not known before the first layer with weights",
                hint="say what the inputs are, in the domain",
                layer=key(name),
            )
        n, last = self.width, self._last
        self.affine([[Fraction(int(i == j)) for j in range(n)] for i in range(n)], None, name)
        self._last = last

    def _close(self) -> None:
        if self._pending is not None:
            weights, bias, _ = self._pending
            self.layers.append((weights, bias, "identity", None))
            self._pending = None

    def network(self, input_names: Sequence[str] | None) -> Network:
        """Returns the network."""
        if self._scaled is not None:
            self._identity(self._last or "the output")
        self._close()
        if not self.layers:
            raise ModelError("the model has no layer with weights")
        first = self.layers[0][0]
        columns = first.shape[1] if hasattr(first, "shape") else len(first[0])
        if input_names is not None and len(input_names) != columns:
            raise ModelError(
                f"the model has {count(columns, 'input')}, found {count(len(input_names), 'name')}: "
                f"{', '.join(input_names)}",
                hint="give the domain one side for each input, in the order of the inputs",
                expected=columns,
                found=len(input_names),
            )
        return Network.from_layers(self.layers, input_names, not_layered=self.not_layered)


def count(number: int, noun: str) -> str:
    """A number and its noun, such as ``2 inputs``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


# Weights: NumPy arrays of floats stay as they are, everything else becomes fractions.


def matrix(weights: Any, name: str) -> tuple[Any, int, int]:
    """Returns a matrix of finite numbers, and its shape.

    - Errors: ``ModelError`` with the layer, the row and the column.
    """
    if hasattr(weights, "dtype") and hasattr(weights, "shape"):
        array = _array(weights, name, "weights")
        if array.ndim != 2:
            raise ModelError(
                f"{name}: weights need 2 dimensions, (outputs, inputs), found the shape {_shape(array)}", layer=key(name)
            )
        return array, *array.shape
    try:
        rows = [list(row) for row in weights]
    except TypeError:
        raise ModelError(
            f"{name}: weights must be an array or a list of rows, found {type(weights).__name__}", layer=key(name)
        ) from None
    if not rows or not rows[0]:
        raise ModelError(f"{name}: weights are empty", layer=key(name))
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ModelError(
                f"{name}: row {i + 1} of the weights has {count(len(row), 'number')}, expected {len(rows[0])}",
                layer=key(name),
                row=i + 1,
                expected=len(rows[0]),
                found=len(row),
            )
    exact = [[_fraction(w, name, "weights", i, j) for j, w in enumerate(row)] for i, row in enumerate(rows)]
    return exact, len(rows), len(rows[0])


def vector(bias: Any, rows: int, name: str) -> Any:
    """Returns a vector of this many finite numbers, or ``None`` for zeros."""
    if bias is None:
        return None
    if hasattr(bias, "dtype") and hasattr(bias, "shape"):
        array = _array(bias, name, "bias")
        if array.ndim != 1:
            raise ModelError(f"{name}: a bias needs 1 dimension, found the shape {_shape(array)}", layer=key(name))
        found: Any = array
    else:
        try:
            found = [_fraction(b, name, "bias", i, None) for i, b in enumerate(bias)]
        except TypeError:
            raise ModelError(
                f"{name}: a bias must be an array or a list of numbers, found {type(bias).__name__}", layer=key(name)
            ) from None
    if len(found) != rows:
        raise ModelError(
            f"{name}: expected {count(rows, 'bias term')}, one for each row of the weights, found {len(found)}",
            layer=key(name),
            expected=rows,
            found=len(found),
        )
    return found


def exact_matrix(weights: Any) -> list[list[Fraction]]:
    """The same numbers as fractions."""
    if hasattr(weights, "tolist"):
        return [[Fraction(w) for w in row] for row in weights.tolist()]
    return weights


def exact_vector(bias: Any, rows: int) -> list[Fraction]:
    """The same numbers as fractions; zeros for ``None``."""
    if bias is None:
        return [Fraction(0)] * rows
    if hasattr(bias, "tolist"):
        return [Fraction(b) for b in bias.tolist()]
    return bias


def _shape(array: Any) -> str:
    return "(" + ", ".join(str(n) for n in array.shape) + ("," if array.ndim == 1 else "") + ")"


def _array(values: Any, name: str, part: str) -> Any:
    """An array of finite floats or of integers, without a change of its numbers."""
    import numpy

    array = numpy.asarray(values)
    if array.dtype.name == "bfloat16":
        # Every bfloat16 number is a float32 number.
        array = array.astype(numpy.float32)
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise ModelError(
            f"{name}: {part} must be floats, found the dtype {array.dtype}", layer=key(name), found=str(array.dtype)
        )
    if array.size == 0:
        raise ModelError(f"{name}: {part} are empty, found the shape {_shape(array)}", layer=key(name))
    if array.dtype.kind == "f":
        bad = numpy.argwhere(~numpy.isfinite(array))
        if len(bad):
            place = [int(i) for i in bad[0]]
            raise _not_finite(array[tuple(bad[0])], name, part, place[0], place[1] if len(place) > 1 else None)
    return numpy.ascontiguousarray(array)


def _not_finite(value: Any, name: str, part: str, row: int, column: int | None) -> ModelError:
    return ModelError(
        f"{name}: {part} must be finite numbers, found {brief(str(value))} in {_place(row, column)}",
        layer=key(name),
        row=row + 1,
        column=None if column is None else column + 1,
    )


def _place(row: int, column: int | None) -> str:
    """A place, counted from 1 as in every message of Steeple."""
    return f"place {row + 1}" if column is None else f"row {row + 1}, column {column + 1}"


def _fraction(value: Any, name: str, part: str, row: int, column: int | None) -> Fraction:
    """The exact number that one weight in a list is; text may be a fraction, such as ``"1/3"``."""
    if getattr(value, "shape", None) == () and not isinstance(value, float):
        value = value.item()
    try:
        if isinstance(value, (int, Rational, float, Decimal, str)) and not isinstance(value, bool):
            return Fraction(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        if not isinstance(value, str):
            raise _not_finite(value, name, part, row, column) from None
    raise ModelError(
        f"{name}: {part} must be numbers, found {brief(value)} in {_place(row, column)}",
        layer=key(name),
        row=row + 1,
        column=None if column is None else column + 1,
    )


def rounded(value: Any, dtype: str) -> Fraction:
    """The number that a parameter of an activation is in a model with these floats.

    The slope 0.01 of a leaky ReLU is the float32 next to 0.01 in a float32 model.
    """
    if dtype == "float32":
        numpy = sys.modules["numpy"]
        return Fraction(float(numpy.float32(value)))
    return Fraction(float(value))


# Activations that more than one tool has, made of those that Steeple has.

#: alpha and scale of SELU.
SELU = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def clamp(layers: Layers, low: Fraction, high: Fraction, name: str) -> None:
    """Adds ``min(max(z, low), high)``: a scaled hard tanh."""
    if low >= high:
        raise ModelError(f"{name}: the lower end {low} is not below the upper end {high}", layer=key(name))
    half, middle = (high - low) / 2, (high + low) / 2
    if half == 1 and middle == 0:
        layers.activation("hard-tanh", name)
    else:
        layers.activation("hard-tanh", name, inner=(1 / half, -middle / half), outer=(half, middle))


def selu(layers: Layers, dtype: str, name: str) -> None:
    """Adds ``scale * elu(z)``."""
    alpha, scale = (rounded(number, dtype) for number in SELU)
    layers.activation("elu", name, alpha, outer=(scale, Fraction(0)))
