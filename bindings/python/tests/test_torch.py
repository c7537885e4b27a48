"""Modules of PyTorch. Debian's `python3-torch` is enough; the registry's wheel is 3 GB with its parts."""

import numpy as np
import pytest
import steeple
from steeple.models import as_network

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn

ACTIVATIONS = [
    nn.ReLU(), nn.LeakyReLU(0.1), nn.PReLU(), nn.ELU(0.7), nn.CELU(2.0), nn.SELU(), nn.Softplus(),
    nn.Softplus(2.0, 5.0), nn.LogSigmoid(), nn.Hardtanh(), nn.Hardtanh(-0.5, 2), nn.ReLU6(), nn.Hardsigmoid(),
    nn.SiLU(), nn.GELU(), nn.Softsign(), nn.Tanh(), nn.Sigmoid(), nn.Threshold(0, 0), nn.Identity(),
]  # fmt: skip
POINTS = np.random.default_rng(0).normal(size=(100, 2)) * 3


def values(model, dtype):
    with torch.no_grad():
        return model(torch.tensor(POINTS, dtype=dtype)).double().numpy()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_sequential_modules_are_read_directly(activation, dtype):
    torch.manual_seed(1)
    inner = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5), activation)
    # The activation occurs three times, once after another one and once at the end.
    model = nn.Sequential(nn.Flatten(), nn.Linear(2, 4), activation, inner, nn.Linear(3, 2), activation)
    model = model.to(dtype).eval()
    found = as_network(model)(POINTS)
    close = 1e-5 if dtype == torch.float32 else 1e-12
    assert np.abs(found - values(model, dtype)).max() < close


class Skip(nn.Module):
    """A module with a forward method of its own."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 3), nn.Linear(3, 1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x))) + 0.5


def test_other_modules_are_exported():
    torch.manual_seed(2)
    model = Skip()
    assert np.abs(as_network(model, ["x", "y"])(POINTS) - values(model, torch.float32)).max() < 1e-5
    normalised = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1)).eval()
    found = as_network(normalised)(POINTS)
    assert np.abs(found - values(normalised, torch.float32)).max() < 1e-5


def test_weights_behind_hooks_are_not_missed():
    torch.manual_seed(3)
    model = nn.Sequential(nn.utils.weight_norm(nn.Linear(2, 3)), nn.Tanh())
    with torch.no_grad():
        model[0].weight_g *= 2
    assert np.abs(as_network(model)(POINTS) - values(model, torch.float32)).max() < 1e-5


def test_a_subclass_is_not_taken_for_its_class():
    class Double(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    torch.manual_seed(4)
    model = nn.Sequential(Double(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert np.abs(as_network(model)(POINTS) - values(model, torch.float32)).max() < 1e-5


def test_the_mode_of_the_module_stays():
    model = Skip().train()
    as_network(model, ["x", "y"])
    assert model.training


REFUSED = [
    (lambda: nn.Sequential(nn.Linear(2, 4), nn.Mish(), nn.Linear(4, 1)), "layer `1` (Mish)"),
    (lambda: nn.Sequential(nn.Linear(2, 4), nn.GELU(approximate="tanh")), "layer `1` (GELU)"),
    (lambda: nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5)), "call model.eval() first"),
    (lambda: nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1)), "expected 3 columns"),
    (lambda: nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1)), "layer `1` (Softmax)"),
    (lambda: nn.Sequential(nn.ReLU()), "number of inputs"),
    (lambda: nn.Sequential(nn.Linear(2, 3, device="meta")), "the weights have no values"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_layers_that_are_not_understood_are_named(make, message):
    with pytest.raises(steeple.ModelError) as refused:
        as_network(make())
    assert message in str(refused.value)


def test_nan_is_found():
    model = nn.Sequential(nn.Linear(2, 3))
    with torch.no_grad():
        model[0].weight[1, 0] = float("nan")
    with pytest.raises(steeple.ModelError, match=r"layer `0` \(Linear\): .* found nan in row 2, column 1"):
        as_network(model)


def test_a_verdict_about_a_module():
    model = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
    with torch.no_grad():
        model[0].weight[:] = torch.tensor([[1.0], [1.0]])
        model[0].bias[:] = torch.tensor([0.0, -0.5])
        model[2].weight[:] = torch.tensor([[0.5, 1.0]])
        model[2].bias[:] = 0
    r = steeple.verify(model, "x^2", {"x": (0, 1)}, tolerance="1/16")
    assert r.verdict == "proved" and r.to_dict()["claim"]["weights"] == "stored"
    floats = steeple.verify(model, "x^2", {"x": (0, 1)}, tolerance="0.0626", semantics="float32")
    assert floats.verdict == "proved" and "float32" in floats.text


def test_claims_about_floats_need_the_floats_of_the_module():
    half = nn.Sequential(nn.Linear(1, 1)).bfloat16()
    with pytest.raises(steeple.SteepleError, match="bfloat16"):
        steeple.verify(half, "x", {"x": (0, 1)}, semantics="float32")
    double = nn.Sequential(nn.Linear(1, 1)).double()
    with pytest.raises(steeple.SteepleError, match="float64"):
        steeple.verify(double, "x", {"x": (0, 1)}, semantics="float32")
    scaled = nn.Sequential(nn.Linear(1, 1), nn.Hardtanh(-2, 2))
    with pytest.raises(steeple.SteepleError, match="Hardtanh"):
        steeple.verify(scaled, "x", {"x": (0, 1)}, semantics="float32")


def test_to_torch_has_the_same_values(square):
    network = as_network(square)
    module = network.to_torch()
    points = np.linspace(-1, 2, 50)[:, None]
    with torch.no_grad():
        found = module(torch.tensor(points, dtype=next(module.parameters()).dtype)).double().numpy()
    assert np.allclose(found, network(points), atol=1e-6)
    again = as_network(module)
    assert again.shape == network.shape
