"""PyTorch on a network: in_torch.py NETWORK.json POINTS MODE RESULTS.

Runs with the system's Python, whose PyTorch is that of the distribution. POINTS and RESULTS are float32 values
in a row, in files. MODE is `together`, `alone` (point by point) or `strided` (tensors that are not contiguous take
other kernels). Without arguments it prints the version.
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
        # PyTorch has no softplus without a threshold: exp(z) would overflow.
        return functional.softplus(sums, 1, layer.parameter or 20)
    if layer.activation == "maxout":
        return sums.reshape(len(sums), -1, int(layer.parameter)).max(dim=2).values
    raise ValueError(layer.activation)


def main():
    if len(sys.argv) == 1:
        print(torch.__version__)
        return
    _, network, points, mode, results = sys.argv
    torch.set_num_threads(1)
    network = Stored(network)
    layers = []
    for layer in network.layers:
        linear = nn.Linear(*layer.weights.shape[::-1])
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

    points = torch.from_numpy(np.fromfile(points, np.float32).reshape(-1, len(network.inputs)))
    step = 1 if mode == "alone" else 1 << 14
    with torch.no_grad():
        parts = [forward(points[k : k + step]).numpy() for k in range(0, len(points), step)]
    np.concatenate(parts).tofile(results)


main()
