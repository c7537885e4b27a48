"""Verdicts and their parts."""

import json
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
import steeple
from steeple.models import as_network

BOX = {"x": (0, 1)}


def test_proved(answer):
    assert answer.verdict == "proved" and bool(answer) is True
    assert answer.lower == answer.upper == Fraction(1, 64)
    assert isinstance(answer.upper, Fraction)
    assert answer.certificate.startswith(b"steeple certificate 2")
    assert "certificate checked" in answer.text
    assert "weights as" in answer.text


def test_refuted(square):
    r = steeple.verify(square, "x^2", BOX, tolerance=Fraction(1, 65))
    assert r.verdict == "refuted" and bool(r) is False
    x = r.witness["x"]
    assert isinstance(x, Fraction) and 0 <= x <= 1
    # The witness shows it: the network's value there, by hand.
    knots, slopes = [Fraction(k, 4) for k in range(4)], [Fraction(1, 4)] + 3 * [Fraction(1, 2)]
    value = sum(slope * max(Fraction(0), x - knot) for knot, slope in zip(knots, slopes))
    assert abs(value - x**2) > Fraction(1, 65)


def test_enclosed(square):
    r = steeple.verify(square, "sin(x)", BOX, gap=Fraction(1, 1000))
    assert r.verdict == "enclosed" and bool(r) is False
    assert 0 < r.upper - r.lower <= r.upper / 1000
    points = np.linspace(0, 1, 10001)
    largest = np.abs(as_network(square)(points[:, None])[:, 0] - np.sin(points)).max()
    # The largest error at ten thousand points is not far from the largest error.
    assert float(r.lower) - 1e-4 <= largest <= float(r.upper)


def test_undecided(square):
    r = steeple.verify(square, "sin(3*x)", BOX, gap=Fraction(1, 10**6), max_boxes=3)
    assert r.verdict == "undecided" and not r
    assert r.upper is None or r.lower < r.upper


def test_resume(square):
    part = steeple.verify(square, "sin(9*x)", BOX, gap=Fraction(1, 10**5), max_boxes=10)
    assert part.verdict == "undecided"
    whole = steeple.verify(square, "sin(9*x)", BOX, gap=Fraction(1, 10**5), resume=part.certificate)
    assert whole.verdict == "enclosed" and whole.upper - whole.lower < part.upper - part.lower
    with pytest.raises(steeple.SteepleError):
        steeple.verify(square, "cos(9*x)", BOX, resume=part.certificate)


@pytest.mark.parametrize("norm", ["sup", "l1", "l2"])
def test_norms(square, norm):
    r = steeple.verify(square, "x^2", BOX, norm=norm, gap=Fraction(1, 100))
    # Between the knots the error is t (h - t), with the knots a distance h = 1/4 apart.
    exact = {"sup": 1 / 64, "l1": 4 * 0.25**3 / 6, "l2": (4 * 0.25**5 / 30) ** 0.5}[norm]
    assert float(r.lower) <= exact * (1 + 1e-12) and exact <= float(r.upper) * (1 + 1e-12)


def test_area():
    line = [([[1]], None, None)]
    r = steeple.verify(line, "x >= 1/3", BOX, norm="area", threshold=0.5)
    assert r.upper == Fraction(1, 6)


@pytest.mark.parametrize("portable", [False, True])
def test_same_bytes_for_any_number_of_threads(square, portable):
    results = [
        steeple.verify(square, "sin(3*x)", BOX, gap=Fraction(1, 10**4), threads=threads, portable=portable)
        for threads in (1, 2, 3, None)
    ]
    assert len({r.certificate for r in results}) == 1
    assert len({r.text for r in results}) == 1


def test_check_accepts_the_certificate_and_nothing_else(square, answer):
    checked = steeple.check(answer.certificate, square)
    assert checked.upper == Fraction(1, 64)
    damaged = answer.certificate.replace(b"1/64", b"1/65")
    assert damaged != answer.certificate
    with pytest.raises(steeple.CheckRejected):
        steeple.check(damaged, square)
    other = [([[2]], None, None)]
    with pytest.raises(steeple.CheckRejected):
        steeple.check(answer.certificate, other)


def test_dictionary_and_json(answer):
    found = answer.to_dict()
    assert found["verdict"] == "proved" and found["error"]["upper"] == "1/64"
    assert json.loads(answer.to_json()) == found


def test_pictures_are_documents(answer):
    for kind in (None, "curve", "partition"):
        picture = answer.picture(kind) if kind else answer.picture()
        assert ElementTree.fromstring(picture._repr_svg_()).tag.endswith("svg")
    with pytest.raises(steeple.SteepleError, match="spiral"):
        answer.picture("spiral")


def test_a_picture_is_saved(answer, tmp_path):
    answer.picture().save(tmp_path / "curve.svg")
    assert ElementTree.parse(tmp_path / "curve.svg").getroot().tag.endswith("svg")


def test_html_has_verdict_and_picture(answer, square):
    html = answer._repr_html_()
    assert "proved" in html and "<svg" in html
    # One root, so that it is well formed whatever is around it.
    ElementTree.fromstring(f"<div>{html}</div>")
    diagram = as_network(square)._repr_html_()
    assert "<svg" in diagram
    ElementTree.fromstring(f"<div>{diagram}</div>")


def test_repr_is_the_verdict(answer):
    assert "proved" in repr(answer)


def test_assert_close(square):
    steeple.assert_close(square, "x^2", BOX, Fraction(1, 64))
    with pytest.raises(AssertionError) as failed:
        steeple.assert_close(square, "x^2", BOX, Fraction(1, 65))
    assert "refuted" in str(failed.value) and "x = " in str(failed.value)
    with pytest.raises(AssertionError, match="undecided"):
        steeple.assert_close(square, "sin(3*x)", BOX, "0.9285", max_boxes=1)


def test_build_from_keywords_text_and_path(tmp_path):
    spec = '[target]\nformula = "x^2"\ndomain = { x = [0, 1] }\n[network]\nbuilder = "interpolant"\n' \
        '[claim]\ntolerance = "1/64"\n'  # fmt: skip
    path = tmp_path / "square.toml"
    path.write_text(spec)
    built = [
        steeple.build(spec),
        steeple.build(path),
        steeple.build(target="x^2", domain=BOX, builder="interpolant", tolerance=Fraction(1, 64)),
    ]
    assert len({b.network.digest for b in built}) == 1
    assert all(b.verdict == "proved" for b in built)
    assert built[0].network(np.array([[0.25]]))[0, 0] == 0.0625


def test_other_jobs(square):
    count = steeple.regions(square, BOX)
    assert count.count == 4
    bound = steeple.bound("x^2", BOX, tolerance=Fraction(1, 1000))
    # With one hidden layer each unit has at most one kink.
    assert bound.kinks == 11 and bound.units("relu", hidden_layers=1) == 11
    assert bound.units("relu") < 11
    explained = steeple.explain(square, BOX)
    assert "relu" in explained.text
    value = steeple.eval(square, x=Fraction(1, 3))
    assert "7/64" not in str(value) and value is not None


def test_convert(square, tmp_path):
    network = steeple.convert(square, tmp_path / "net.json")
    assert steeple.verify(tmp_path / "net.json", "x^2", BOX, tolerance="1/64").to_dict()["claim"]["weights"] == "exact"
    assert network is None or network.inputs == ["x"]


def test_onnx_keeps_the_network(square, tmp_path):
    path = tmp_path / "net.onnx"
    as_network(square, ["x"]).to_onnx(path)
    assert steeple.verify(path, "x^2", BOX, tolerance="1/64")


SHAPES = [("relu", "x*y"), ("tanh", "sin(2*x) - y"), (("leaky-relu", 0.25), "max(x, y)"), ("sigmoid", "exp(-x^2-y^2)"),
          ("hard-tanh", "abs(x - y)"), ("softsign", "x/(2 + y)")]  # fmt: skip
FORMULAS = {
    "x*y": lambda x, y: x * y,
    "sin(2*x) - y": lambda x, y: np.sin(2 * x) - y,
    "max(x, y)": np.maximum,
    "exp(-x^2-y^2)": lambda x, y: np.exp(-(x**2) - y**2),
    "abs(x - y)": lambda x, y: np.abs(x - y),
    "x/(2 + y)": lambda x, y: x / (2 + y),
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("activation", "target"), SHAPES, ids=[str(shape) for shape in SHAPES])
def test_bounds_hold_at_random_points(seed, activation, target):
    """The error at no point is above the upper end, and at the witness it is not below the lower end."""
    random = np.random.default_rng(seed)
    units = int(random.integers(1, 6))
    layers = [
        (random.normal(size=(units, 2)), random.normal(size=units), activation),
        (random.normal(size=(1, units)).astype(np.float32), None, None),
    ]
    network = as_network(layers, ["x", "y"])
    r = steeple.verify(network, target, {"x": (-1, 1), "y": (-1, 1)}, gap=0.5, max_boxes=300)
    points = random.uniform(-1, 1, size=(400, 2))

    def errors(points):
        return np.abs(network(points)[:, 0] - FORMULAS[target](points[:, 0], points[:, 1]))

    assert r.upper is None or errors(points).max() <= float(r.upper) + 1e-9
    at = np.array([[float(r.witness[name]) for name in ("x", "y")]])
    assert errors(at)[0] >= float(r.lower) - 1e-9
