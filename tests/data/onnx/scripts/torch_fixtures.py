"""Fixtures that PyTorch's exporters write: the one by tracing, and the one by torch.export."""

import io
import warnings

import numpy as np
import onnx
import torch
from torch import nn

from common import save

warnings.filterwarnings("ignore")


class Skip(nn.Module):
    """A residual block of relus, and the largest of two branches."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(2, 5), nn.Linear(5, 5), nn.Linear(5, 1)

    def forward(self, x):
        h = torch.relu(self.a(x))
        h = h + torch.relu(self.b(h))
        return torch.maximum(self.c(h), -2 * self.c(h) + x[:, :1])


class Features(nn.Module):
    """Slices, concatenation, padding, normalisation by constants, no bias, a free matrix product."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(3, 4))
        self.a = nn.Linear(4, 3, bias=False)

    def forward(self, x):
        x = (x - torch.tensor([0.5, -0.25])) / torch.tensor([2.0, 3.0])
        y = torch.cat([x[:, 1:], x[:, :1], x.sum(dim=1, keepdim=True)], dim=1)
        y = torch.tanh(y @ self.w)
        y = nn.functional.pad(self.a(y), (1, 0))
        return y.unsqueeze(1).flatten(1) * 0.5 - 1


def networks():
    for name, unit in (("sigmoid", nn.Sigmoid()), ("tanh", nn.Tanh()), ("relu", nn.ReLU())):
        yield name, nn.Sequential(nn.Linear(2, 6), unit, nn.Linear(6, 4), unit, nn.Linear(4, 1))
    smooth = {"gelu": nn.GELU(), "silu": nn.SiLU(), "softplus": nn.Softplus(), "softsign": nn.Softsign(), "elu": nn.ELU(0.5), "selu": nn.SELU(), "celu": nn.CELU(0.75)}
    for name, unit in smooth.items():
        yield name, nn.Sequential(nn.Linear(2, 6), unit, nn.Linear(6, 4), unit, nn.Linear(4, 1))
    # Above its threshold, 2.5 of the 2 z, it is z.
    yield "softplus_beta", nn.Sequential(nn.Linear(2, 6), nn.Softplus(2, 2.5), nn.Linear(6, 1))
    yield "leaky", nn.Sequential(nn.Linear(2, 4), nn.LeakyReLU(0.1), nn.Linear(4, 4), nn.PReLU(), nn.Linear(4, 2))
    yield "clipped", nn.Sequential(nn.Linear(2, 4), nn.Hardtanh(-0.5, 1.5), nn.Linear(4, 4), nn.ReLU6(), nn.Linear(4, 3), nn.Hardsigmoid())
    yield "normed", nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.3), nn.Linear(4, 1), nn.Flatten(0))
    yield "skip", Skip()
    yield "features", Features()


def main():
    for dynamo in (False, True):
        for name, network in networks():
            torch.manual_seed(7)
            for parameter in network.parameters():
                nn.init.normal_(parameter, std=0.7)
            for layer in network.modules():
                if isinstance(layer, nn.BatchNorm1d):
                    layer.running_mean.normal_()
                    layer.running_var.uniform_(0.5, 2)
            network.eval()
            sample = torch.zeros(1, 2)
            buffer = io.BytesIO()
            if dynamo:
                free = {0: torch.export.Dim("batch")} if name in ("sigmoid", "tanh", "relu") else None
                sample = torch.zeros(3 if free else 1, 2)
                shapes = (free,) if free else None
                program = torch.onnx.export(network, (sample,), dynamo=True, dynamic_shapes=shapes, verbose=False)
                model = program.model_proto
            else:
                axes = {"x": {0: "batch"}} if name in ("sigmoid", "tanh", "relu") else None
                torch.onnx.export(network, (sample,), buffer, dynamo=False, input_names=["x"], dynamic_axes=axes, opset_version=17 if name != "clipped" else 13)
                model = onnx.load_from_string(buffer.getvalue())
            save(model, f"torch_{'dynamo' if dynamo else 'trace'}_{name}")
    # A wide type and a narrow one.
    for dtype, name in ((torch.float64, "double"), (torch.float16, "half")):
        torch.manual_seed(3)
        network = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1)).to(dtype).eval()
        buffer = io.BytesIO()
        torch.onnx.export(network, (torch.zeros(1, 2, dtype=dtype),), buffer, dynamo=False)
        save(onnx.load_from_string(buffer.getvalue()), f"torch_trace_{name}")


main()
