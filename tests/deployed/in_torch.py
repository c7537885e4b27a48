"""PyTorch on networks: reads lines NETWORK TYPE MODE POINTS RESULTS, answers each with a line.

Runs with the system's Python, whose PyTorch is that of the distribution. POINTS and RESULTS are files of numbers of
the type, float32 or float64, in a row. MODE is `together`, `alone` (point by point) or `strided` (tensors that are
not contiguous take other kernels). The first line that it prints is the version.
"""

import sys

import numpy as np
import torch
from stored import Stored
from torch import nn


def activated(layer, sums):
    functional = nn.functional
    simple = {
        "identity": lambda z: z,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "hard-tanh": functional.hardtanh,
        "heaviside": lambda z: (z >= 0).to(z.dtype),
        "softsign": functional.softsign,
        "silu": functional.silu,
    }
    if layer.activation in simple:
        return simple[layer.activation](sums)
    if layer.activation == "leaky-relu":
        return functional.leaky_relu(sums, layer.parameter)
    if layer.activation == "elu":
        return functional.elu(sums, layer.parameter)
    if layer.activation == "gelu" and layer.parameter is None:
        return functional.gelu(sums)
    if layer.activation == "softplus":
        # PyTorch has no softplus without a threshold, which is 20 by default. Beyond 80 nothing can be seen.
        return functional.softplus(sums, 1, layer.parameter or 80)
    if layer.activation == "maxout":
        return sums.reshape(len(sums), -1, int(layer.parameter)).max(dim=2).values
    raise ValueError(layer.activation)


def results(network, kind, mode, points):
    network = Stored(network)
    layers = []
    for layer in network.layers:
        linear = nn.Linear(*layer.weights.shape[::-1], dtype=getattr(torch, kind))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.weights))
            linear.bias.copy_(torch.from_numpy(layer.bias))
        layers.append((layer, linear))

    def forward(values):
        for layer, linear in layers:
            sums = linear(values)
            if mode == "strided":
                sums = torch.stack([sums, sums], dim=-1)[..., 0]
            values = activated(layer, sums)
        return values

    points = torch.from_numpy(np.fromfile(points, kind).reshape(-1, len(network.inputs)))
    step = 1 if mode == "alone" else 1 << 14
    with torch.no_grad():
        parts = [forward(points[k : k + step]).numpy() for k in range(0, len(points), step)]
    return np.concatenate(parts)


def main():
    torch.set_num_threads(1)
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        network, kind, mode, points, into = line.rstrip("\n").split("\t")
        results(network, kind, mode, points).tofile(into)
        print("done", flush=True)


main()
