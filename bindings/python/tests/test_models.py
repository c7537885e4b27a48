"""Models of other tools have the same values as networks, and bad ones are refused by name."""

import math
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import steeple
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PolynomialFeatures, StandardScaler
from steeple.models import as_network

erf = np.vectorize(math.erf, otypes=[float])

# The functions, written again.
FUNCTIONS = {
    "identity": lambda z: z,
    "heaviside": lambda z: (z >= 0) * 1.0,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    ("leaky-relu", 0.125): lambda z: np.where(z >= 0, z, z / 8),
    "hard-tanh": lambda z: np.clip(z, -1, 1),
    "softplus": lambda z: np.logaddexp(z, 0),
    ("softplus", 2): lambda z: np.where(z > 2, z, np.logaddexp(z, 0)),
    "softsign": lambda z: z / (1 + np.abs(z)),
    ("elu", 0.5): lambda z: np.where(z >= 0, z, np.expm1(z) / 2),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    ("maxout", 2): lambda z: z.reshape(len(z), -1, 2).max(axis=2),
}


def random_layers(random, dtype):
    """Layers of random widths and activations."""
    width, layers = int(random.integers(1, 4)), []
    for index in range(random.integers(1, 4)):
        activation = list(FUNCTIONS)[random.integers(len(FUNCTIONS))]
        units = int(random.integers(1, 5))
        rows = units * (2 if activation == ("maxout", 2) else 1)
        weights = random.normal(size=(rows, width)).astype(dtype)
        bias = random.normal(size=rows).astype(dtype) if random.integers(2) else None
        layers.append((weights, bias, activation))
        width = units
    return layers


def numpy_values(layers, points):
    """The values of layers in float64."""
    for weights, bias, activation in layers:
        points = points @ np.asarray(weights, dtype=float).T + (0 if bias is None else np.asarray(bias, dtype=float))
        points = FUNCTIONS[activation](points)
    return points


@pytest.mark.parametrize("seed", range(60))
def test_random_layers_have_the_values_of_numpy(seed):
    random = np.random.default_rng(seed)
    layers = random_layers(random, [np.float32, np.float64, np.float16][seed % 3])
    network = as_network(layers)
    points = random.normal(size=(20, layers[0][0].shape[1])) * 2
    expected = numpy_values(layers, points)
    found = as_network(layers)(points)
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)
    # Exact values at the same points enclose what floats compute, up to their rounding.
    names = network.inputs
    point = {name: str(Fraction(float(value))) for name, value in zip(names, points[0])}
    for (low, high), value in zip(network.evaluate_exact(point), expected[0]):
        assert Fraction(low) <= Fraction(high)
        assert abs(float(Fraction(low)) - value) < 1e-9 and abs(float(Fraction(high)) - value) < 1e-9


def test_weights_are_the_numbers_that_their_floats_are():
    network = as_network([(np.array([[0.1]], dtype=np.float32), np.array([0.1]), None)])
    assert network.exact_layers()[0][0] == [[Fraction(13421773, 134217728)]]
    assert network.exact_layers()[0][1] == [Fraction(0.1)]
    exact = as_network([([["1/3", Decimal("0.1"), Fraction(1, 7), 2, 0.5]], None, None)])
    assert exact.exact_layers()[0][0] == [[Fraction(n) for n in ("1/3", "1/10", "1/7", "2", "1/2")]]


def test_stored_weights_are_named_in_the_verdict(square):
    r = steeple.verify(square, "x^2", {"x": (0, 1)})
    assert r.to_dict()["claim"]["weights"] == "stored"
    assert "real" in r.to_dict()["claim"]["semantics"]


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(1)
    X = random.normal(size=(150, 2)) * [1, 5] + [0, 3]
    return X, X[:, 0] * X[:, 1]


def mlp(kind=MLPRegressor, **options):
    return kind(hidden_layer_sizes=(5, 3), max_iter=30, random_state=0, **options)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_a_regressor_of_scikit_learn(data, activation):
    model = fitted(mlp(activation=activation), *data)
    found = as_network(model)(data[0])[:, 0]
    assert np.allclose(found, model.predict(data[0]), rtol=1e-9, atol=1e-9)


def test_a_classifier_of_two_classes_gives_the_probability_of_the_second(data):
    X, y = data
    model = fitted(mlp(MLPClassifier), X, y > 0)
    assert np.allclose(as_network(model)(X)[:, 0], model.predict_proba(X)[:, 1], atol=1e-9)


SCALERS = [StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False),
           MinMaxScaler((-1, 1)), MaxAbsScaler()]  # fmt: skip


@pytest.mark.parametrize("scaler", SCALERS, ids=repr)
def test_a_scaler_before_it_becomes_a_layer(data, scaler):
    model = fitted(make_pipeline(scaler, mlp()), *data)
    assert np.allclose(as_network(model)(data[0])[:, 0], model.predict(data[0]), atol=1e-9)


@pytest.mark.parametrize("transformer", [None, StandardScaler(), MinMaxScaler()], ids=repr)
def test_a_scaled_target_becomes_a_layer(data, transformer):
    model = TransformedTargetRegressor(make_pipeline(StandardScaler(), mlp()), transformer=transformer)
    model = fitted(model, *data)
    assert np.allclose(as_network(model)(data[0])[:, 0], model.predict(data[0]), atol=1e-9)


def test_claims_about_floats_are_refused_where_the_model_computes_otherwise(data):
    model = fitted(make_pipeline(StandardScaler(), mlp(activation="relu")), *data)
    domain = {"x": (0, 1), "y": (0, 1)}
    with pytest.raises(steeple.SteepleError, match="StandardScaler"):
        steeple.verify(model, "x*y", domain, semantics="float64")
    with pytest.raises(steeple.SteepleError, match="float64"):
        steeple.verify(model[-1], "x*y", domain, semantics="float32")


def test_the_names_of_features_are_matched(data):
    model = fitted(mlp(), *data)
    model.feature_names_in_ = np.array(["y", "x"], dtype=object)
    assert as_network(model, ["x", "y"]).inputs == ["y", "x"]
    assert as_network(model, ["a", "b"]).inputs == ["a", "b"]
    # The same question with the sides of the domain in either order.
    first, second = (
        steeple.verify(model, "x*y", domain, gap=0.5)
        for domain in ({"x": (0, 1), "y": (0, 2)}, {"y": (0, 2), "x": (0, 1)})
    )
    assert first.certificate == second.certificate
    del model.feature_names_in_
    inputs = np.array([[float(first.witness["y"]), float(first.witness["x"])]])
    error = abs(model.predict(inputs)[0] - inputs[0, 0] * inputs[0, 1])
    assert float(first.lower) - 1e-9 <= error <= float(first.upper) + 1e-9


REFUSED_ESTIMATORS = [
    (lambda X, y: mlp(), "is not fitted"),
    (lambda X, y: fitted(LinearRegression(), X, y), "LinearRegression: this estimator"),
    (lambda X, y: fitted(mlp(MLPClassifier), X, np.digitize(y, [-1, 1])), "softmax of 3 classes"),
    (lambda X, y: fitted(make_pipeline(PolynomialFeatures(), mlp()), X, y), "step `polynomialfeatures`"),
    (lambda X, y: fitted(make_pipeline(MinMaxScaler(clip=True), mlp()), X, y), "clip=True"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED_ESTIMATORS, ids=[message for _, message in REFUSED_ESTIMATORS])
def test_estimators_that_are_refused(data, make, message):
    with pytest.raises(steeple.ModelError) as refused:
        as_network(make(*data), ["x", "y"])
    assert message in str(refused.value)


A = np.array
BAD_ARRAYS = [
    ([(A([[1.0, 2.0], [3, 4], [5, 6]]), None, "relu"), (A([[1.0], [2], [3]]), None, None)],
     "layer 2: weights of shape (3, 1) do not fit; expected 3 columns, one for each output of layer 1, found 1; "
     "hint: weights have the shape (outputs, inputs), as in PyTorch; give weights.T"),
    ([(A([[1.0, np.nan]]), None, None)], "layer 1: weights must be finite numbers, found nan in row 1, column 2"),
    ([([[1]], A([np.inf]), None)], "layer 1: bias must be finite numbers, found inf in place 1"),
    ([([[float("nan")]], None, None)], "found nan in row 1, column 1"),
    ([(A([[1j]]), None, None)], "weights must be floats, found the dtype complex128"),
    ([(A([[True]]), None, None)], "weights must be floats, found the dtype bool"),
    ([(A([["a"]]), None, None)], "weights must be floats, found the dtype <U1"),
    ([(A([1.0]), None, None)], "found the shape (1,)"),
    ([(np.zeros((0, 2)), None, None)], "weights are empty"),
    ([([[1, 2], [3]], None, None)], "layer 1: row 2 of the weights has 1 number, expected 2"),
    ([([["a"]], None, None)], "found a in row 1, column 1"),
    ([([[1]], [1, 2], None)], "expected 1 bias term, one for each row of the weights, found 2"),
    ([([[1]], None, "rulu")], "the activation `rulu` is not known"),
    ([([[1]], None, "elu")], "needs a parameter"),
    ([([[1]], None, ("relu", 1))], "takes no parameter"),
    ([([[1]], None, np.tanh)], "an activation is a name"),
    ([(A([[1, 2, 3]]), None, ("maxout", 2))], "do not divide"),
    ([5], "layer 1: expected (weights, bias, activation), found int"),
    ([], "the list of layers is empty"),
    (object(), "type object, which is not known"),
    (3, "type int, which is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "message"), BAD_ARRAYS, ids=[message[:50] for _, message in BAD_ARRAYS])
def test_bad_arrays_are_refused_with_their_place(model, message):
    with pytest.raises(steeple.ModelError) as refused:
        as_network(model)
    assert message in str(refused.value)


def test_the_place_is_in_attributes():
    with pytest.raises(steeple.ModelError) as refused:
        as_network([([[1, 2]], None, "relu"), (A([[1.0], [np.nan]]), None, None)])
    error = refused.value
    assert (error.layer, error.row, error.column) == (2, 2, 1)


def test_files_and_bytes(square, tmp_path):
    network = as_network(square, ["x"])
    onnx = network.to_onnx()
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx)
    for source in (onnx, bytearray(onnx), memoryview(onnx), path, str(path)):
        assert as_network(source, ["x"]).shape == network.shape
    with pytest.raises(steeple.SteepleError, match="missing.onnx"):
        as_network(tmp_path / "missing.onnx")
    with pytest.raises(steeple.ModelError):
        as_network(b"neither a network nor anything else")
    with pytest.raises(steeple.SteepleError, match="1 input, found 2 names"):
        as_network(square, ["x", "y"])


class Saved:
    """What an ONNX model in memory looks like."""

    def __init__(self, data):
        self.data = data

    def SerializeToString(self):
        return self.data


def test_an_onnx_model_in_memory(square):
    assert as_network(Saved(as_network(square).to_onnx())).units == 4
