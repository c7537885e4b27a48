"""Every function of one variable against 300 bits: values, slopes, second derivatives and lines."""

import random
import unittest

import gmpy2
from gmpy2 import mpfr, mpq

from steeple_check.curves import CURVES, activation_curve, power_curve
from steeple_check.intervals import Interval, rational, round_down, round_up

from . import reference

DOMAINS = {
    "ln": (mpq(1, 1000), 50), "sqrt": (0, 50), "asin": (-1, 1), "acos": (-1, 1), "tan": (-20, 20),
    "exp": (-60, 60), "sinh": (-30, 30), "cosh": (-30, 30),
}
ACTIVATIONS = [
    ("leaky-relu", mpq(1, 10)), ("leaky-relu", mpq(-1, 3)), ("leaky-relu", mpq(2)), ("hard-tanh", None),
    ("elu", mpq(1, 3)), ("elu", mpq(5, 2)), ("elu", mpq(-1, 2)), ("softplus", mpq(2)), ("softplus", mpq(-1, 3)),
    ("gelu", mpq(2)), ("gelu", mpq(1, 3)),
]
POWERS = [mpq(2), mpq(3), mpq(7), mpq(-1), mpq(-2), mpq(1, 2), mpq(3, 2), mpq(-1, 2), mpq(1, 3), mpq(-7, 5), mpq(0)]
SLOPE_ERROR = mpfr(2) ** -60
BEND_ERROR = mpfr(2) ** -50


def power_at(exponent):
    def value(x):
        if exponent.denominator == 1:
            return x ** int(exponent)
        return gmpy2.exp(mpfr(exponent) * gmpy2.log(x)) if x > 0 else mpfr(0) if exponent > 0 else mpfr("nan")

    return value


def cases():
    for name, curve in CURVES.items():
        yield name, curve, reference.FUNCTIONS[name], DOMAINS.get(name, (-30, 30))
    for name, parameter in ACTIVATIONS:
        yield f"{name} {parameter}", activation_curve(name, parameter), reference.activation(name, parameter), (-8, 8)
    for exponent in POWERS:
        domain = (-4, 4) if exponent.denominator == 1 else (0, 4)
        yield f"power {exponent}", power_curve(exponent), power_at(exponent), domain


def random_interval(draw, low, high):
    """Favours corners: 0, whole numbers, kinks, narrow intervals and points."""
    low, high = mpq(low), mpq(high)

    def end():
        kind = draw.randrange(4)
        if kind == 0:
            return min(max(mpq(draw.randint(-3, 3)), low), high)
        if kind == 1:
            return min(max(mpq(draw.randint(-300, 300), 100), low), high)
        return low + (high - low) * mpq(draw.randrange(1 << 30), 1 << 30)

    first = end()
    second = end() if draw.randrange(3) else first + (high - first) * mpq(draw.randrange(1000), 1000000)
    if draw.randrange(12) == 0:
        second = first
    return Interval(round_up(min(first, second)), max(round_down(max(first, second)), round_up(min(first, second))))


class Curves(unittest.TestCase):
    def test_values_slopes_and_lines_hold_the_truth(self):
        draw = random.Random(1)
        counted = {}
        for name, curve, function, domain in cases():
            high = reference.high(function)
            for _ in range(150):
                a = random_interval(draw, *domain)
                self.check_one(name, curve, high, a, draw, counted)
        for kind in ("value", "slope", "second", "line"):
            self.assertGreater(counted[kind], 3000)

    def check_one(self, name, curve, function, a, draw, counted):
        found = {}
        for kind, method in (("value", curve.value), ("slope", curve.slope), ("second", curve.second),
                             ("line", curve.line)):
            try:
                found[kind] = method(a)
            except ArithmeticError:
                continue
            counted[kind] = counted.get(kind, 0) + 1
        shares = [mpq(0), mpq(1), mpq(1, 2)] + [mpq(draw.randrange(1 << 20), 1 << 20) for _ in range(5)]
        for share in shares:
            with gmpy2.context(reference.HIGH):
                t = mpfr(reference.between(a.lo, a.hi, share))
            value = function(t)
            where = f"{name} on {a} at {float(t)}"
            if "value" in found:
                self.assertTrue(reference.holds(found["value"], value), where)
            if "line" in found:
                alpha, offset = found["line"]
                with gmpy2.context(reference.HIGH):
                    rest = value - alpha * t
                self.assertTrue(reference.holds(offset, rest), f"line: {where}")
            inside = a.lo < t < a.hi and abs(t - round(t)) > 1e-9 and min(t - a.lo, a.hi - t) > 1e-12
            if inside and "slope" in found:
                slope = reference.first_derivative(function, t)
                self.assertTrue(reference.holds(found["slope"], slope, SLOPE_ERROR), f"slope: {where}")
            if inside and "second" in found:
                bend = reference.second_derivative(function, t)
                self.assertTrue(reference.holds(found["second"], bend, BEND_ERROR), f"second: {where}")

    def test_values_are_narrow_at_points(self):
        for name, curve, _, (low, high) in cases():
            if "softplus" in name:
                continue
            t = rational(mpq(low) + mpq(high - low) * mpq(37, 100))
            values = curve.value(t)
            self.assertLessEqual(values.wid(), values.mag() * mpfr(2) ** -60 + mpfr(2) ** -60, name)

    def test_lines_are_sharper_than_values_on_small_cells(self):
        for name in ("sigmoid", "exp", "sin", "tanh", "gelu", "silu", "erf"):
            a = Interval(mpfr("0.3125"), mpfr("0.375"))
            alpha, offset = CURVES[name].line(a)
            self.assertNotEqual(alpha, 0)
            self.assertLess(offset.wid(), CURVES[name].value(a).wid() / 8)

    def test_where_there_is_no_value(self):
        across = Interval(mpfr(-1), mpfr(1))
        for name in ("ln", "sqrt"):
            with self.assertRaises(ArithmeticError):
                CURVES[name].value(across)
        for name in ("asin", "acos"):
            with self.assertRaises(ArithmeticError):
                CURVES[name].value(Interval(mpfr(0), mpfr("1.5")))
        with self.assertRaises(ArithmeticError):
            CURVES["tan"].value(Interval(mpfr(1), mpfr(2)))
        for exponent in (mpq(-1), mpq(-2), mpq(1, 3), mpq(-1, 2)):
            with self.assertRaises(ArithmeticError):
                power_curve(exponent).value(across)
        with self.assertRaises(ArithmeticError):
            CURVES["heaviside"].slope(across)
        with self.assertRaises(ArithmeticError):
            CURVES["relu"].second(across)
        with self.assertRaises(ArithmeticError):
            CURVES["exp"].value(Interval(mpfr(0), mpfr(10) ** 9))
