"""Networks in Python: values, copies, files."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
import steeple

SUM = [(np.ones((1, 2), np.float32), np.zeros(1, np.float32), "relu")]


def test_shapes_of_values():
    network = steeple.Network(SUM, inputs=["x", "y"])
    assert network(np.array([[1.0, 2.0], [-3.0, 1.0]])).tolist() == [[3.0], [0.0]]
    assert network([1.0, 2.0]).tolist() == [3.0]
    assert network(x=np.arange(3.0)[:, None], y=np.arange(2.0)).tolist() == [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    assert network(np.empty((0, 2))).shape == (0, 1)


@pytest.mark.parametrize("wrong", [dict(x=1.0), dict(x=1.0, z=2.0)])
def test_inputs_by_name(wrong):
    with pytest.raises(steeple.ModelError):
        steeple.Network(SUM, inputs=["x", "y"])(**wrong)


def test_a_copy_in_another_process_is_the_same_network():
    network = steeple.Network(SUM, inputs=["x", "y"])
    copy = pickle.loads(pickle.dumps(network))
    assert copy == network and copy.digest == network.digest
    assert (copy.weights, copy.inputs) == ("stored", ["x", "y"])
    # It knows in which floats the model computes.
    with pytest.raises(steeple.VerifyError, match="float32"):
        steeple.verify(copy, "x + y", {"x": (0, 1), "y": (0, 1)}, semantics="float64")


def test_exceptions_are_copied_with_their_place():
    error = pickle.loads(pickle.dumps(steeple.ModelError("wrong", hint="do this", layer=3)))
    assert (error.message, error.hint, error.layer) == ("wrong", "do this", 3)
    assert str(error) == "wrong; hint: do this"


def test_numbers_of_any_size_cross_exactly():
    large = Fraction(7**9000, 3**9000)
    network = steeple.Network.from_layers([([[large]], [0], None)])
    assert network.exact_layers()[0][0] == [[large]]
    assert steeple.eval(network, [1]).value == large


def test_the_verdict_says_where_the_weights_are():
    box = {"x": (0, 1), "y": (0, 1)}
    assert "as the model stores them" in steeple.verify(SUM, "x + y", box).text
    file = steeple.Network(SUM, inputs=["x", "y"]).to_onnx()
    assert "as the file stores them" in steeple.verify(file, "x + y", box).text
    exact = [([[1, Fraction(1, 3)]], [0], None)]
    assert "with the exact weights" in steeple.verify(exact, "x + y/3", box).text


def test_a_result_of_this_size_is_quick():
    import time

    built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=16)
    beyond = []
    for _ in range(21):
        begun = time.perf_counter()
        result = steeple.verify(built.network, "x^2", {"x": (0, 1)}, tolerance="1/1024")
        seconds = time.perf_counter() - begun
        found = result.to_dict()
        beyond.append(seconds - found["search"]["seconds"] - found["certificate"]["seconds"])
    # The best of many, so that other programs on the machine do not count. It is some 1 ms.
    assert min(beyond) < 0.02
