"""The networks that are tried, and the points."""

import json
import math
from fractions import Fraction

import numpy as np

# Examples that `steeple build` makes, and the ends of their boxes; the weights are those of the ONNX file.
EXAMPLES = {
    "deep_square": (0, 1),
    "ridge": (-1, 1),
    "nielsen": (0, 1),
    "towers": (-1, 1),
    "disk_smooth": (-1.5, 1.5),
}
SMOOTH = ("sigmoid", "tanh", "softplus", "softsign", "elu", "silu", "gelu")
# The part of the points at which networks are tried, so that all takes five minutes; others are like "".
SHARES = {"": 0.1, "hundreds": 0.05, **dict.fromkeys(EXAMPLES, 0.05)}
SHARES |= dict.fromkeys(("relu", "relu_deep", "two_inputs", "maxout", "sigmoid"), 1)


def layer(random, inputs, units, activation, scale=1.0, **parameter):
    rows = units * parameter.get("rank", 1)
    weights = random.normal(0, scale, (rows, inputs)).astype(np.float32)
    bias = random.normal(0, scale, rows).astype(np.float32)
    return weights, bias, activation, parameter


def interpolant(cells, formats):
    """sin on [0, 1], by one hidden layer of ReLU units: its sums have many terms of both signs."""
    knots = np.linspace(0, 1, cells + 1)
    slopes = np.diff(np.sin(knots)) * cells
    steps = np.concatenate([[slopes[0]], np.diff(slopes)])
    hidden = np.ones((cells, 1)), -knots[:-1], "relu", {}
    outer = steps[None, :], np.zeros(1), "identity", {}
    return [(w.astype(formats), b.astype(formats), a, p) for w, b, a, p in (hidden, outer)]


def specs():
    """Names, numbers of inputs, and layers."""
    random = np.random.default_rng(19)

    def chain(sizes, activation, scale=1.0, outputs=1, **parameter):
        layers = [
            layer(random, before, units, activation, scale, **parameter)
            for before, units in zip(sizes, sizes[1:])
        ]
        return layers + [layer(random, sizes[-1], outputs, "identity")]

    yield "relu", chain([1, 4], "relu")
    yield "relu_deep", chain([1, 6, 6, 6], "relu")
    yield "two_inputs", chain([2, 8, 4], "relu")
    yield "two_outputs", chain([2, 6, 6], "leaky-relu", outputs=2, slope=0.125)
    yield "leaky", chain([1, 5, 5], "leaky-relu", slope=float(np.float32(0.01)))
    yield "maxout", chain([2, 4, 3], "maxout", rank=3)
    yield "hard_tanh", chain([2, 6], "hard-tanh")
    yield "steps", chain([2, 8], "heaviside")
    yield "sigmoid", chain([1, 6], "sigmoid", 3.0)
    yield "tanh", chain([2, 5, 5], "tanh")
    yield "softplus", chain([1, 4], "softplus", threshold=20)
    yield "softsign", chain([1, 4], "softsign")
    yield "elu", chain([1, 4], "elu", alpha=2.5)
    yield "silu", chain([1, 4], "silu")
    yield "gelu", chain([1, 4], "gelu")
    # One unit, and no rounding in its sum: the error is that of the activation.
    for name in SMOOTH:
        alpha = {"alpha": 1} if name == "elu" else {}
        yield f"only_{name}", [(np.ones((1, 1)), np.zeros(1), name, alpha)]
    yield "hundreds", interpolant(400, np.float32)


def write(path, layers):
    """Writes a network in Steeple's format."""

    def texts(values):
        return [str(Fraction(float(value))) for value in values]

    inputs = [f"x{k}" for k in range(1, layers[0][0].shape[1] + 1)]
    outputs = len(layers[-1][0])
    fields = {
        "steeple_network": 1,
        "inputs": inputs,
        "outputs": [f"y{k}" for k in range(1, outputs + 1)],
        "layers": [
            {
                "activation": activation,
                "weights": [texts(row) for row in weights],
                "bias": texts(bias),
                **{
                    key: value if isinstance(value, int) else str(Fraction(value))
                    for key, value in parameter.items()
                },
            }
            for weights, bias, activation, parameter in layers
        ],
    }
    path.write_text(json.dumps(fields))


def neighbours(values, steps=3):
    """Values and the floats next to them."""
    found = [values]
    for end in (-np.inf, np.inf):
        now = values
        for _ in range(steps):
            now = np.nextafter(now, values.dtype.type(end))
            found.append(now)
    return np.concatenate(found)


def points(network, count, low, high, kind, seed=1):
    """Points of a box: corners, kinks and steps of the first layer with their neighbours, sizes of all exponents,
    and the rest at random; in a random order, corners first."""
    random = np.random.default_rng(seed)
    inputs = len(network.inputs)
    low, high = kind(low), kind(high)

    def uniform(number):
        return random.uniform(low, high, (number, inputs)).astype(kind)

    special = []
    first = network.layers[0]
    share = max(count // 4 // (len(first.bias) * inputs * 7), 1)
    for weights, bias in zip(first.weights, first.bias):
        for axis in np.flatnonzero(weights):
            at = uniform(share)
            others = at.astype(float) @ weights - at[:, axis] * weights[axis] + bias
            at[:, axis] = -others / weights[axis]
            near = np.tile(at, (7, 1))
            near[:, axis] = neighbours(at[:, axis])
            special.append(near)
    small = uniform(count // 8)
    special.append(small * np.exp2(-random.integers(0, 140, small.shape)).astype(kind))
    rest = np.concatenate(special)
    rest = rest[np.all((rest >= low) & (rest <= high), axis=1)]
    rest = np.concatenate([rest, uniform(max(count - len(rest), 0))])
    corners = np.array(np.meshgrid(*[[low, 0, high]] * inputs), kind).reshape(inputs, -1).T
    return np.concatenate([corners, random.permutation(rest)])[:count].astype(kind)


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1) / (1 + small)


def gelu(z):
    return z / 2 * np.frompyfunc(math.erfc, 1, 1)(-z / math.sqrt(2)).astype(float)


# Errors in float64 are some 1e-8 of a unit in the last place of float32; gelu is not for wider types.
EXACT = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softplus": lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "silu": lambda z: z * sigmoid(z),
    "gelu": gelu,
}


def value(network, points, wide):
    """The real network in a wider float: far nearer to it than any result."""
    values = points.astype(wide)
    for layer in network.layers:
        sums = values @ layer.weights.T + layer.bias
        name, parameter = layer.activation, layer.parameter
        if name == "identity":
            values = sums
        elif name == "relu":
            values = np.maximum(sums, 0)
        elif name == "leaky-relu":
            values = np.where(sums < 0, parameter * sums, sums)
        elif name == "hard-tanh":
            values = np.clip(sums, -1, 1)
        elif name == "heaviside":
            values = (sums >= 0).astype(wide)
        elif name == "elu":
            values = np.where(sums < 0, parameter * np.expm1(np.minimum(sums, 0)), sums)
        elif name == "maxout":
            values = sums.reshape(len(sums), -1, int(parameter)).max(axis=2)
        else:
            values = EXACT[name](sums)
    return values
