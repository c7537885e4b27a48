"""Interval arithmetic against exact fractions."""

import random
import unittest

from gmpy2 import mpfr, mpq

from steeple_check.intervals import Interval, between, exact, rational, round_down, round_up


def random_number(draw):
    kind = draw.randrange(4)
    if kind == 0:
        return mpq(draw.randint(-2, 2))
    return mpq(draw.randint(-(10**12), 10**12), draw.randint(1, 10 ** draw.randint(1, 40)))


def random_pair(draw):
    """Returns an interval and a rational number in it."""
    ends = sorted([random_number(draw), random_number(draw)])
    a = between(*ends)
    share = mpq(draw.randrange(5), 4)
    return a, ends[0] + (ends[1] - ends[0]) * share


class Intervals(unittest.TestCase):
    def assert_holds(self, interval, value):
        self.assertLessEqual(exact(interval.lo), value)
        self.assertLessEqual(value, exact(interval.hi))

    def test_rounding_is_on_the_safe_side_and_tight(self):
        draw = random.Random(2)
        for _ in range(500):
            value = mpq(draw.getrandbits(draw.randint(1, 3000)) - draw.getrandbits(400), draw.getrandbits(2000) | 1)
            low, high = exact(round_down(value)), exact(round_up(value))
            self.assertLessEqual(low, value)
            self.assertGreaterEqual(high, value)
            self.assertLessEqual(high - low, abs(value) / 2**78)

    def test_operations_hold_the_exact_result(self):
        draw = random.Random(3)
        for _ in range(3000):
            a, x = random_pair(draw)
            b, y = random_pair(draw)
            self.assert_holds(a + b, x + y)
            self.assert_holds(a - b, x - y)
            self.assert_holds(a * b, x * y)
            self.assert_holds(-a, -x)
            self.assert_holds(a.size(), abs(x))
            self.assert_holds(a.hull(b), x)
            n = draw.randrange(6)
            self.assert_holds(a.power(n), x**n)
            if not b.holds_zero():
                self.assert_holds(a / b, x / y)
            self.assertLessEqual(abs(exact(a.mid()) - x), exact(a.rad()))
            self.assertLessEqual(exact(a.mig()), abs(x))
            self.assertGreaterEqual(exact(a.mag()), abs(x))

    def test_rational_numbers_are_enclosed(self):
        third = rational(mpq(1, 3))
        self.assertLess(exact(third.lo), mpq(1, 3))
        self.assertLess(mpq(1, 3), exact(third.hi))
        self.assertTrue(rational(mpq(3, 8)).is_point())

    def test_no_end_is_infinite(self):
        large = Interval(mpfr(2) ** 2000000, mpfr(2) ** 2000000)
        with self.assertRaises(ArithmeticError):
            large * large
        with self.assertRaises(ArithmeticError):
            Interval(mpfr(-1), mpfr(1)).reciprocal()
