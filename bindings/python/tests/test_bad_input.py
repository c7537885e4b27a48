"""What is wrong gets one clear message with its place."""

from fractions import Fraction

import pytest
import steeple

BOX = {"x": (0, 1)}
LINE = [([[1]], None, None)]

CASES = [
    (dict(target="x + y"), "y"),
    (dict(target="x +"), "x +"),
    (dict(target="sqrt(x - 2)"), "not defined at x = 0"),
    (dict(target=["x", "x"]), "output"),
    (dict(domain={"x": (0, 1), "y": (0, 1)}), "y"),
    (dict(domain={}), "no sides"),
    (dict(domain={"x": (1, 0)}), "reversed"),
    (dict(tolerance=-1), "-1"),
    (dict(tolerance="small"), "small"),
    (dict(tolerance=float("nan")), "finite"),
    (dict(norm="max"), "max"),
    (dict(norm="area"), "area"),
    (dict(semantics="float8"), "float8"),
    (dict(threads=0), "threads"),
    (dict(time_limit=-1), "time_limit"),
    (dict(max_boxes=-1), "max_boxes"),
    (dict(gap=0), "gap"),
    (dict(resume=b"no certificate"), "certificate"),
    (dict(progress=7), "progress"),
]


@pytest.mark.parametrize(("options", "message"), CASES, ids=[str(options) for options, _ in CASES])
def test_verify(options, message):
    question = dict(target="x", domain=BOX) | options
    with pytest.raises(steeple.SteepleError) as refused:
        steeple.verify(LINE, question.pop("target"), question.pop("domain"), **question)
    text = str(refused.value)
    assert message in text and "panic" not in text and "\n" not in text.strip()
    assert isinstance(refused.value, ValueError)


def test_a_mistake_in_a_spec_has_its_place():
    with pytest.raises(steeple.SpecError) as refused:
        steeple.build('[target]\nformula = "x^2"\ndomain = { x = [0, 1] }\n[network]\nbilder = "interpolant"\n')
    assert refused.value.line == 5 and "bilder" in str(refused.value)


def test_a_mistake_in_a_formula_has_its_column():
    with pytest.raises(steeple.TargetError) as refused:
        steeple.verify(LINE, "x + foo(x)", BOX)
    assert refused.value.column == 5 and "foo" in str(refused.value)


def test_a_keyword_that_is_not_known():
    with pytest.raises(steeple.SteepleError, match="cels"):
        steeple.build(target="x^2", domain=BOX, builder="interpolant", cels=4)
    with pytest.raises(TypeError):
        steeple.verify(LINE, "x", BOX, tolerence=Fraction(1, 2))


def test_the_number_of_inputs():
    two = [([[1, 1]], None, None)]
    with pytest.raises(steeple.ModelError, match="the model has 2 inputs, found 1 name: x"):
        steeple.verify(two, "x", BOX)
