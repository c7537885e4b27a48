"""Writes networks of the families of tests/data/queries, larger ones, with their questions.

    python3 benches/families.py FOLDER

Six pairs NAME.json, NAME.toml: a sigmoid staircase of 256 steps, 16 x 16 sigmoid towers, a trained
2-50-50-1 ReLU network, trained 2-16-1 sigmoid and tanh networks, a ReLU interpolant with 128 pieces.
Each tolerance is 1.05 times the largest error that dense sampling finds. Needs numpy; the seeds are fixed.
"""

import json
import math
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np

BITS = 20
WAVY = "0.2+0.4*x^2+0.3*x*sin(15*x)+0.05*cos(50*x)"


def wavy(x):
    return 0.2 + 0.4 * x**2 + 0.3 * x * np.sin(15 * x) + 0.05 * np.cos(50 * x)


def bowl(points):
    return (points**2).sum(axis=1)


def rounded(values):
    """The nearest multiples of 2^-BITS, which decimals and floats both hold exactly."""
    return np.round(np.asarray(values, dtype=float) * 2**BITS) / 2**BITS


def sigmoid(t):
    return 0.5 * (1 + np.tanh(t / 2))


ACTIVATIONS = {
    "identity": lambda t: t,
    "relu": lambda t: np.maximum(t, 0),
    "sigmoid": sigmoid,
    "tanh": np.tanh,
}


def forward(layers, points):
    values = points
    for name, weights, bias in layers:
        values = ACTIVATIONS[name](values @ weights.T + bias)
    return values[:, 0]


def text(value):
    return format(Decimal(float(value)).normalize(), "f")


def write(folder, name, remark, layers, target, formula, sides, points):
    """Writes the network and its question; `sides` are (name, low, high) for each input."""
    layers = [(name, rounded(weights), rounded(bias)) for name, weights, bias in layers]
    error = 0.0
    for part in np.array_split(points, max(1, len(points) // 20000)):
        error = max(error, np.abs(forward(layers, part) - target(part)).max())
    error = float(error)
    tolerance = math.ceil(1.05e8 * error) / 1e8
    network = {
        "steeple_network": 1,
        "inputs": [side[0] for side in sides],
        "outputs": ["z"],
        "layers": [
            {
                "activation": activation,
                "weights": [[text(w) for w in row] for row in weights],
                "bias": [text(b) for b in bias],
            }
            for activation, weights, bias in layers
        ],
    }
    domain = ", ".join(f'{side} = ["{low}", "{high}"]' for side, low, high in sides)
    (folder / f"{name}.json").write_text(json.dumps(network, separators=(",", ":")) + "\n")
    (folder / f"{name}.toml").write_text(
        f"# {name}: {remark}\n"
        f"# dense sampling finds an error of {error!r}; the claim is 1.05 times that\n"
        f'[target]\nformula = "{formula}"\ndomain = {{ {domain} }}\n\n'
        f'[claim]\nnorm = "sup"\ntolerance = "{tolerance:.8f}"\n'
    )
    print(f"{name}: error {error:.6g}")


def grid(low, high, n):
    axis = np.linspace(low, high, n)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=1)


def staircase(folder, n):
    """Values at the middles of n cells, joined by n - 1 steps of steepness 40 n."""
    values = wavy((np.arange(n) + 0.5) / n)
    w = 40 * n
    k = np.arange(1, n)
    layers = [
        ("sigmoid", np.full((n - 1, 1), w), -40.0 * k),
        ("identity", np.diff(rounded(values))[None, :], values[:1]),
    ]
    # Steps are 1/w wide, so they are sampled on their own.
    near = (k[:, None] / n + np.linspace(-20, 20, 801) / w).ravel()
    points = np.concatenate([np.linspace(0, 1, 400001), near])
    points = points[(points >= 0) & (points <= 1)][:, None]
    write(folder, f"q1_stair_{n}", f"{n}-level sigmoid staircase, w=40n, {n - 1} hidden units",
          layers, lambda p: wavy(p[:, 0]), WAVY, [("x", "0", "1")], points)


def towers(folder, k):
    """A tower for each of k x k cells; the outer steps lie outside the domain."""
    w, v = 100 * k, 40
    places = np.concatenate([[-1], np.arange(1, k) / k, [2]])
    steps = 2 * (k + 1)
    first = np.zeros((steps, 2))
    first[: k + 1, 0] = first[k + 1 :, 1] = w
    second = np.zeros((k * k, steps))
    for i in range(k):
        for j in range(k):
            row = second[i * k + j]
            row[i], row[i + 1] = v, -v
            row[k + 1 + j], row[k + 2 + j] = v, -v
    middles = (np.arange(k) + 0.5) / k
    heights = (middles[:, None] ** 2 + middles[None, :] ** 2).ravel()
    layers = [
        ("sigmoid", first, np.concatenate([-w * places, -w * places])),
        ("sigmoid", second, np.full(k * k, -1.5 * v)),
        ("identity", heights[None, :], [0.0]),
    ]
    # The error is largest where cells meet: sample the whole, then the last corners finely.
    corners = [grid(-5 / w, 5 / w, 201) + np.array([i, j]) / k
               for i in (k - 2, k - 1) for j in (k - 2, k - 1)]
    points = np.concatenate([grid(0, 1, 601), *corners])
    write(folder, f"q2_tower_{k}", f"Nielsen towers, w=100k, v={v}", layers, bowl, "x^2+y^2",
          [("x", "0", "1"), ("y", "0", "1")], points)


def trained(folder, name, activation, widths, steps, rate, seed):
    """Adam on the mean square and, later, on higher powers, which bring the largest error down."""
    random = np.random.default_rng(seed)
    sizes = [2, *widths, 1]
    scale = 2.0 if activation == "relu" else 1.0
    parameters = []
    for before, after in zip(sizes, sizes[1:]):
        parameters.append(random.normal(0, math.sqrt(scale / before), (after, before)))
        parameters.append(random.normal(0, 0.3, after))
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in parameters]
    slope = {
        "relu": lambda out: (out > 0).astype(float),
        "sigmoid": lambda out: out * (1 - out),
        "tanh": lambda out: 1 - out**2,
    }[activation]
    for step in range(1, steps + 1):
        points = random.uniform(-1.02, 1.02, (512, 2))
        outputs = [points]
        for i in range(0, len(parameters), 2):
            values = outputs[-1] @ parameters[i].T + parameters[i + 1]
            last = i + 2 == len(parameters)
            outputs.append(values if last else ACTIVATIONS[activation](values))
        error = outputs[-1][:, 0] - bowl(points)
        power = 2 if step < steps // 2 else 6
        top = np.abs(error).max()
        gradient = (error * (np.abs(error) / top) ** (power - 2) / len(points))[:, None]
        gradients = []
        for i in range(len(parameters) - 2, -1, -2):
            gradients = [gradient.T @ outputs[i // 2], gradient.sum(axis=0), *gradients]
            if i:
                gradient = (gradient @ parameters[i]) * slope(outputs[i // 2])
        now = rate * 0.5 * (1 + math.cos(math.pi * step / steps)) + 1e-6
        for p, g, (mean, square) in zip(parameters, gradients, moments):
            mean += 0.1 * (g - mean)
            square += 0.001 * (g * g - square)
            p -= now * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    kinds = [activation] * len(widths) + ["identity"]
    layers = list(zip(kinds, parameters[::2], parameters[1::2]))
    write(folder, name, f"trained by Adam, seed {seed}", layers, bowl, "x^2+y^2",
          [("x", "-1", "1"), ("y", "-1", "1")], grid(-1, 1, 1001))


def interpolant(folder, n):
    values = rounded(np.sin(2 * np.pi * np.arange(n + 1) / n))
    slopes = np.diff(values) * n
    layers = [
        ("relu", np.ones((n, 1)), -np.arange(n) / n),
        ("identity", np.diff(slopes, prepend=0.0)[None, :], values[:1]),
    ]
    points = np.linspace(0, 1, 400001)[:, None]
    write(folder, f"q5_interp_{n}", f"interpolant with {n} pieces", layers,
          lambda p: np.sin(2 * np.pi * p[:, 0]), "sin(2*pi*x)", [("x", "0", "1")], points)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    staircase(folder, 256)
    towers(folder, 16)
    interpolant(folder, 128)
    trained(folder, "q4_sigmoid_16", "sigmoid", [16], 20000, 0.02, 4)
    trained(folder, "q4_tanh_16", "tanh", [16], 20000, 0.02, 5)
    trained(folder, "q3_relu_50_50", "relu", [50, 50], 15000, 0.005, 3)


if __name__ == "__main__":
    main()
