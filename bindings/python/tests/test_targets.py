"""Targets, domains and numbers as exact text."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import steeple
import sympy
from steeple.targets import as_domain, as_number, as_target

x, y = sympy.symbols("x y")

TRANSLATED = [
    (x**2 + y**2, "x^2 + y^2"),
    (x ** sympy.Rational(1, 3), "x^(1/3)"),
    (1 / sympy.sqrt(x), "1/sqrt(x)"),
    (sympy.E * x + sympy.pi, "e*x + pi"),
    (sympy.exp(-(x**2)), "exp(-x^2)"),
    (sympy.log(x), "ln(x)"),
    (0.1 * x + 1e-20, "0.1*x + 1e-20"),
    (sympy.Float("0.1", 30) * x, "0.100000000000000000000000000000*x"),
    (sympy.Float(1, 30) / 3, "(6760803201217223474649083762005/20282409603651670423947251286016)"),
    (sympy.Max(x, y, 3), "max(3, x, y)"),
    (sympy.Min(x, x * y), "min(x, x*y)"),
    (sympy.Abs(x - y), "abs(x - y)"),
    (sympy.Heaviside(x, 1), "heaviside(x)"),
    (sympy.Heaviside(x), "if(x > 0, 1, if(x < 0, 0, 1/2))"),
    (sympy.sign(x), "if(x > 0, 1, if(x < 0, -1, 0))"),
    (sympy.Piecewise((x, x < 0), (y, x < 1), (3, True)), "if(x < 0, x, if(x < 1, y, 3))"),
    (sympy.Function("relu")(x - 1), "relu(x - 1)"),
    (x**2 + y**2 <= 1, "x^2 + y^2 <= 1"),
    (sympy.Or(sympy.And(x > 0, y < 1), x < y), "((x > 0) and (y < 1)) or (x < y)"),
    (sympy.Rational(-1, 3) ** x, "(-1/3)^x"),
]


@pytest.mark.parametrize(("expression", "text"), TRANSLATED, ids=[text for _, text in TRANSLATED])
def test_sympy_is_translated(expression, text):
    assert as_target(expression, ["x", "y"]) == [text]


# Functions that are translated in other words have the same values.
VALUES = [sympy.cot, sympy.sec, sympy.csc, sympy.coth, sympy.sech, sympy.csch, sympy.asinh, sympy.atanh, sympy.erfc]


@pytest.mark.parametrize("function", VALUES, ids=lambda function: function.__name__)
def test_functions_in_other_words_are_the_same_functions(function):
    expression = function(x / 3 + sympy.Rational(1, 5))
    # The zero network is as far from the target as the target is large. It increases or falls on this side.
    zero = [([[0]], None, None)]
    r = steeple.verify(zero, expression, {"x": (Fraction(1, 2), 1)}, gap=Fraction(1, 10**4))
    largest = max(abs(float(expression.subs(x, end))) for end in (0.5, 1))
    assert float(r.lower) - 1e-12 <= largest <= float(r.upper) + 1e-12
    assert float(r.upper - r.lower) < 1e-3 * largest


REFUSED = [
    (sympy.floor(x), "`floor` in `floor(x)`"),
    (sympy.Mod(x, 2), "`Mod`"),
    (sympy.Integral(x, x), "`Integral`"),
    (sympy.gamma(x), "`gamma`"),
    (sympy.I * x, "`I`"),
    (sympy.oo * x, "`oo`"),
    (sympy.EulerGamma * x, "`EulerGamma`"),
    (sympy.Piecewise((x, x < 0)), "`Piecewise`"),
    (sympy.Function("f")(x), "`f` in `f(x)`"),
    (sympy.Symbol("e") * x, "symbol `e`"),
    (sympy.Symbol("x_{1}"), "`x_{1}` cannot be the name"),
    (x + sympy.Symbol("z"), "variable `z`"),
    ([x, sympy.ceiling(y)], "formula 2 of the target: `ceiling`"),
    (lambda x: x, "Python function"),
    (None, "found None"),
    ("  ", "empty"),
    ([], "empty"),
]


@pytest.mark.parametrize(("target", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_has_no_translation_is_refused_by_name(target, message):
    with pytest.raises(steeple.TargetError) as refused:
        as_target(target, ["x", "y"])
    assert message in str(refused.value)


def test_several_outputs():
    assert as_target([x, "y^2"]) == ["x", "y^2"]
    assert as_target(sympy.Matrix([x, y])) == ["x", "y"]
    two = [(np.eye(2), None, None)]
    r = steeple.verify(two, [x, y + sympy.Rational(1, 8)], {"x": (0, 1), "y": (0, 1)}, tolerance="1/8")
    assert r.verdict == "proved" and r.upper == Fraction(1, 8)


NUMBERS = [
    (0.05, "0.05"),
    (np.float32(0.05), "0.05"),
    (np.float64(0.1), "0.1"),
    (np.int32(3), "3"),
    (np.array(0.5), "0.5"),
    (Decimal("1e-3"), "0.001"),
    (Fraction(1, 3), "1/3"),
    (Fraction(4, 2), "2"),
    (sympy.Rational(1, 3), "1/3"),
    (2 * sympy.pi, "2*pi"),
    (" 2^-5 ", "2^-5"),
]


@pytest.mark.parametrize(("number", "text"), NUMBERS, ids=[repr(number) for number, _ in NUMBERS])
def test_numbers(number, text):
    assert as_number(number) == text


@pytest.mark.parametrize("number", [True, float("nan"), np.float32("inf"), "", None, [1], x, 1j], ids=repr)
def test_what_is_not_a_number(number):
    with pytest.raises(steeple.NumberError, match="the tolerance"):
        as_number(number, "the tolerance")


def test_a_float_is_the_decimal_that_it_prints():
    line = [([[1]], [Fraction(1, 20)], None)]
    # 0.05 is a little more than 1/20 as a binary number, and 0.35 a little less than 7/20.
    assert steeple.verify(line, "x", {"x": (0, 1)}, tolerance=0.05).verdict == "proved"
    seven = [([[1]], [Fraction(7, 20)], None)]
    assert steeple.verify(seven, "x", {"x": (0, 1)}, tolerance=0.35).verdict == "proved"
    assert steeple.verify(seven, "x", {"x": (0, 1)}, tolerance=Fraction(0.35)).verdict == "refuted"
    assert steeple.verify(seven, "x", {"x": (0, 1)}, tolerance=np.float32(0.35)).verdict == "proved"


def test_domains():
    assert as_domain({"x": (-1, 1), "y": [0, Fraction(1, 3)]}) == "x=-1..1,y=0..1/3"
    assert as_domain({x: (".5", np.float32(1.5))}) == "x=0.5..1.5"
    assert as_domain([("x", 0, 1)]) == "x=0..1"
    assert as_domain("0 <= x <= 1") == "0 <= x <= 1"


BAD_DOMAINS = [
    ({}, "no sides"),
    ("", "empty"),
    (5, "must be a dict"),
    ({"x": (1, 0)}, "`x` of the domain is reversed: it goes from 1 to 0"),
    ({"x": (0.5, "1/2")}, "`x` of the domain has no width"),
    ({"x": 3}, "must be a pair (low, high), found 3"),
    ({"x": "01"}, "must be a pair"),
    ({"x": (0, float("nan"))}, "the upper end of `x` must be finite"),
    ({"x y": (0, 1)}, "`x y` cannot be the name"),
    ({"pi": (0, 1)}, "meaning in formulas"),
    ([("x", 0, 1), ("x", 0, 2)], "two sides for `x`"),
    ([("x", 0)], "side 1 of the domain"),
]


@pytest.mark.parametrize(("domain", "message"), BAD_DOMAINS, ids=[repr(domain) for domain, _ in BAD_DOMAINS])
def test_bad_domains(domain, message):
    with pytest.raises(steeple.DomainError) as refused:
        as_domain(domain)
    assert message in str(refused.value)
