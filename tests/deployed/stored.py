"""Networks in Steeple's JSON format whose weights are floats, as arrays."""

import json
from fractions import Fraction

import numpy as np


def number(value):
    """A number of the format: an integer, or text such as `1/3`, `0.5`, `1e-3`, `-3*2^-7` or `2^-3`."""
    text = str(value)
    if "^" in text:
        factor, _, power = text.rpartition("*")
        base, _, exponent = power.partition("^")
        sign = -1 if base.startswith("-") else 1
        return sign * (Fraction(factor) if factor else 1) * Fraction(base.lstrip("-")) ** int(exponent)
    return Fraction(text)


class Layer:
    """Weights and biases in float64, the name of the activation, and its parameter."""

    def __init__(self, fields):
        weights = fields["weights"]
        if isinstance(weights, dict):
            self.weights = np.zeros((weights["rows"], weights["columns"]))
            for row, column, value in weights["entries"]:
                self.weights[row, column] = number(value)
        else:
            self.weights = np.array([[float(number(value)) for value in row] for row in weights])
        self.bias = np.array([float(number(value)) for value in fields["bias"]])
        self.activation = fields["activation"]
        keys = ("slope", "alpha", "threshold", "divisor", "rank")
        given = [float(number(fields[key])) for key in keys if key in fields]
        self.parameter = given[0] if given else None


class Stored:
    """A network and its layers."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            fields = json.load(file)
        self.inputs, self.outputs = fields["inputs"], fields["outputs"]
        self.layers = [Layer(layer) for layer in fields["layers"]]
