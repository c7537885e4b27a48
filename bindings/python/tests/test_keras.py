"""Models of Keras: a stand-in with the same interface, and the real one where it is installed."""

import sys

import numpy as np
import pytest
import steeple
from steeple.models import as_network

POINTS = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)


class Layer:
    """What a layer of Keras shows of itself."""

    __module__ = "keras.src.layers.layer"
    compute_dtype = "float32"

    def __init__(self, weights=(), **config):
        self.name, self.weights, self.config = type(self).__name__.lower(), list(weights), config

    def get_weights(self):
        return self.weights

    def get_config(self):
        return self.config


def kind(name):
    return type(name, (Layer,), {"__module__": f"keras.src.layers.{name.lower()}"})


Dense, ReLU, Dropout, Conv2D = kind("Dense"), kind("ReLU"), kind("Dropout"), kind("Conv2D")


class Model:
    __module__ = "keras.src.models.model"

    def __init__(self, layers):
        self.layers, self.built = layers, True


class Sequential(Model):
    __module__ = "keras.src.models.sequential"


def dense(inputs, outputs, activation="linear", seed=0):
    random = np.random.default_rng(seed)
    # Keras stores (inputs, outputs).
    weights = [random.normal(size=size).astype(np.float32) for size in ((inputs, outputs), outputs)]
    return Dense(weights, activation=activation)


def test_a_stand_in_is_read():
    first, last = dense(2, 3, "tanh"), dense(3, 1, seed=1)
    model = Sequential([first, Dropout(rate=0.5), ReLU(negative_slope=0.25), last])
    z = np.tanh(POINTS @ first.weights[0] + first.weights[1])
    expected = np.where(z >= 0, z, z / 4) @ last.weights[0] + last.weights[1]
    assert np.abs(as_network(model)(POINTS) - expected).max() < 1e-6
    assert "keras" not in sys.modules or hasattr(sys.modules["keras"], "layers")


REFUSED = [
    (lambda: Sequential([dense(2, 3), Conv2D()]), "layer `conv2d` (Conv2D) is not supported"),
    (lambda: Sequential([dense(2, 3, "softmax")]), "the activation `softmax`"),
    (lambda: Sequential([dense(2, 3, {"class_name": "Custom"})]), "the activation `Custom`"),
    (lambda: Sequential([dense(2, 3), dense(2, 3)]), "expected 3 columns"),
    (lambda: Sequential([dense(2, 3), ReLU(threshold=1.0)]), "a threshold"),
    (lambda: Model([dense(2, 3)]), "a call method of its own"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_refused(make, message):
    with pytest.raises(steeple.ModelError) as refused:
        as_network(make())
    assert message in str(refused.value)


def test_a_layer_in_half_precision_is_not_float32():
    layer = dense(1, 1)
    layer.compute_dtype = "float16"
    with pytest.raises(steeple.SteepleError, match="float16"):
        steeple.verify(Sequential([layer]), "x", {"x": (0, 1)}, semantics="float32")


# The real one. Keras 3 runs on PyTorch, JAX or NumPy too: KERAS_BACKEND chooses.


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras", reason="Keras is not installed")


NAMES = ["linear", "relu", "sigmoid", "tanh", "softplus", "softsign", "silu", "gelu", "elu", "selu", "leaky_relu",
         "relu6"]  # fmt: skip


@pytest.mark.parametrize("activation", NAMES)
def test_real_activations(keras, activation):
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((2,)), layers.Dense(4, activation=activation, bias_initializer="random_normal"),
        layers.Activation(activation), layers.Dropout(0.3), layers.Dense(2),
    ])  # fmt: skip
    assert np.abs(as_network(model)(POINTS) - np.asarray(model(POINTS))).max() < 1e-5


def test_real_layers(keras):
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((2,)), layers.Rescaling(0.5, -1), layers.Flatten(), layers.Dense(4), layers.ReLU(),
        layers.Dense(3), layers.LeakyReLU(0.1), layers.Dense(3), layers.ELU(0.5), layers.Dense(2),
        layers.ReLU(max_value=3.0),
    ])  # fmt: skip
    assert np.abs(as_network(model)(POINTS) - np.asarray(model(POINTS))).max() < 1e-5
    start = keras.Input((2,))
    functional = keras.Model(start, layers.Dense(1)(layers.Dense(3, activation="tanh")(start)))
    assert np.abs(as_network(functional)(POINTS) - np.asarray(functional(POINTS))).max() < 1e-5


def test_real_models_that_are_refused(keras):
    layers = keras.layers
    start, twice = keras.Input((2,)), layers.Dense(2)
    with pytest.raises(steeple.ModelError, match="used more than once"):
        as_network(keras.Model(start, twice(twice(start))))
    hidden = layers.Dense(3)(start)
    with pytest.raises(steeple.ModelError, match="Add"):
        as_network(keras.Model(start, layers.Add()([hidden, layers.Dense(3)(start)])))
    with pytest.raises(steeple.ModelError, match="no weights yet"):
        as_network(keras.Sequential([layers.Dense(3)]))
