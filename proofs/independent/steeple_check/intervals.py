"""Intervals over MPFR numbers of 80 bits, rounded outward (T01 says what an interval operation has to do).

gmpy2 rounds every operation of a context correctly in its direction: `DOWN.mul(a, b)` is the largest number of
80 bits that is at most the exact product. Both contexts raise an ArithmeticError on overflow, on an invalid
operation and on a division by zero. So no end of an interval is ever infinite or not a number.
"""

import gmpy2
from gmpy2 import mpfr, mpq

from .errors import Undefined

PRECISION = 80
SETTINGS = {
    "precision": PRECISION,
    "emax": 1 << 21,
    "emin": -(1 << 21),
    "trap_overflow": True,
    "trap_invalid": True,
    "trap_divzero": True,
}
DOWN = gmpy2.context(round=gmpy2.RoundDown, **SETTINGS)
UP = gmpy2.context(round=gmpy2.RoundUp, **SETTINGS)
NEAREST = gmpy2.context(round=gmpy2.RoundToNearest, **SETTINGS)
gmpy2.set_context(NEAREST)

ZERO = mpfr(0)
ONE = mpfr(1)
TWO = mpfr(2)

add_down, add_up = DOWN.add, UP.add
sub_down, sub_up = DOWN.sub, UP.sub
mul_down, mul_up = DOWN.mul, UP.mul
div_down, div_up = DOWN.div, UP.div


def round_down(value):
    """Returns the largest number of 80 bits that is at most this rational number."""
    return DOWN.add(mpq(value), ZERO)


def round_up(value):
    """Returns the smallest number of 80 bits that is at least this rational number."""
    return UP.add(mpq(value), ZERO)


def exact(number):
    """Returns an MPFR number as the rational number that it is."""
    return mpq(*number.as_integer_ratio())


class Interval:
    """A closed interval: all real numbers from `lo` to `hi`, two finite MPFR numbers with lo <= hi."""

    __slots__ = ("lo", "hi")

    def __init__(self, lo, hi):
        self.lo = lo
        self.hi = hi

    def __repr__(self):
        return f"[{self.lo:.15g}, {self.hi:.15g}]"

    def __add__(self, other):
        return Interval(add_down(self.lo, other.lo), add_up(self.hi, other.hi))

    def __sub__(self, other):
        return Interval(sub_down(self.lo, other.hi), sub_up(self.hi, other.lo))

    def __neg__(self):
        return Interval(-self.hi, -self.lo)

    def __mul__(self, other):
        """The extremes of a product are products of ends; the signs tell which."""
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        if a >= 0:
            if c >= 0:
                return Interval(mul_down(a, c), mul_up(b, d))
            if d <= 0:
                return Interval(mul_down(b, c), mul_up(a, d))
            return Interval(mul_down(b, c), mul_up(b, d))
        if b <= 0:
            if c >= 0:
                return Interval(mul_down(a, d), mul_up(b, c))
            if d <= 0:
                return Interval(mul_down(b, d), mul_up(a, c))
            return Interval(mul_down(a, d), mul_up(a, c))
        if c >= 0:
            return Interval(mul_down(a, d), mul_up(b, d))
        if d <= 0:
            return Interval(mul_down(b, c), mul_up(a, c))
        return Interval(min(mul_down(a, d), mul_down(b, c)), max(mul_up(a, c), mul_up(b, d)))

    def __truediv__(self, other):
        return self * other.reciprocal()

    def reciprocal(self):
        if self.lo <= 0 <= self.hi:
            raise Undefined("division by an interval that holds 0")
        return Interval(div_down(ONE, self.hi), div_up(ONE, self.lo))

    def power(self, exponent):
        """Returns the values of x^exponent for a whole exponent that is at least 0."""
        if exponent == 0:
            return POINT_ONE
        if exponent == 1:
            return self
        if exponent % 2 == 1 or self.lo >= 0:
            return Interval(DOWN.pow(self.lo, exponent), UP.pow(self.hi, exponent))
        size = self.size()
        return Interval(DOWN.pow(size.lo, exponent), UP.pow(size.hi, exponent))

    def size(self):
        """Returns the values of |x|."""
        return Interval(self.mig(), self.mag())

    def mag(self):
        """Returns the largest |x|."""
        return max(-self.lo, self.hi)

    def mig(self):
        """Returns the smallest |x|."""
        if self.lo > 0:
            return self.lo
        return -self.hi if self.hi < 0 else ZERO

    def hull(self, other):
        return Interval(min(self.lo, other.lo), max(self.hi, other.hi))

    def meet(self, other):
        """Returns the intersection of two intervals that hold the same value."""
        lo, hi = max(self.lo, other.lo), min(self.hi, other.hi)
        if lo > hi:
            raise AssertionError("two enclosures of one value are disjoint")
        return Interval(lo, hi)

    def mid(self):
        """Returns a number in the interval, close to its middle."""
        return min(max((self.lo + self.hi) / 2, self.lo), self.hi)

    def rad(self):
        """Returns at least the distance from `mid` to both ends."""
        mid = self.mid()
        return max(sub_up(self.hi, mid), sub_up(mid, self.lo))

    def wid(self):
        """Returns the width, rounded up."""
        return sub_up(self.hi, self.lo)

    def is_point(self):
        return self.lo == self.hi

    def is_zero(self):
        return self.lo == 0 == self.hi

    def holds_zero(self):
        return self.lo <= 0 <= self.hi


def point(number):
    """Returns an MPFR number as an interval."""
    return Interval(number, number)


def symmetric(radius):
    """Returns the interval from -radius to radius."""
    return Interval(-radius, radius)


def between(low, high):
    """Returns an interval that holds all numbers from one rational number to another."""
    return Interval(round_down(low), round_up(high))


CACHE = {}


def rational(value):
    """Returns the smallest interval that holds a rational number."""
    found = CACHE.get(value)
    if found is None:
        if len(CACHE) > 200000:
            CACHE.clear()
        found = CACHE[value] = between(value, value)
    return found


POINT_ZERO = point(ZERO)
POINT_ONE = point(ONE)
POINT_TWO = point(TWO)
HALF = point(mpfr("0.5"))
UNIT = Interval(-ONE, ONE)
ZERO_TO_ONE = Interval(ZERO, ONE)
with gmpy2.context(DOWN):
    PI_DOWN = gmpy2.const_pi()
with gmpy2.context(UP):
    PI_UP = gmpy2.const_pi()
PI = Interval(PI_DOWN, PI_UP)
E = Interval(DOWN.exp(ONE), UP.exp(ONE))
