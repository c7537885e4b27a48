"""Values of functions that are rational, in fractions.

Every function here returns the exact value, or None where it is not rational, does not exist, or is too long.
"""

from gmpy2 import iroot, mpq

from .numbers import bits

MAX_BITS = 1 << 17
MAX_ROOT = 64
HALF = mpq(1, 2)

# Functions that are 0 at 0, 1 at 0, and 0 at 1. Elsewhere these have hardly a rational value at a rational number.
ZERO_AT_ZERO = set("sin tan asin atan sinh tanh erf silu gelu".split())
ONE_AT_ZERO = {"exp", "cos", "cosh"}
ZERO_AT_ONE = {"ln", "acos"}


def function_value(name, value):
    """Returns a function of formulas at a rational number."""
    if name == "abs":
        return abs(value)
    if name == "relu":
        return max(value, mpq(0))
    if name in ("heaviside", "step"):
        return mpq(1 if value >= 0 else 0)
    if name == "softsign":
        return value / (1 + abs(value))
    if name == "sqrt":
        return root(value, 2)
    if name == "elu" and value >= 0:
        return value
    if value == 0:
        if name in ZERO_AT_ZERO:
            return mpq(0)
        if name in ONE_AT_ZERO:
            return mpq(1)
        if name == "sigmoid":
            return HALF
    if value == 1 and name in ZERO_AT_ONE:
        return mpq(0)
    return None


def power_value(base, exponent):
    """Returns base^exponent; where the exponent is not whole, e^(exponent ln base), or 0 for 0 to a power above 0."""
    if exponent.denominator == 1:
        n = int(exponent)
        if base == 0:
            return None if n < 0 else mpq(1 if n == 0 else 0)
        if abs(base) == 1:
            return base if n % 2 else mpq(1)
        return None if bits(base) * abs(n) > MAX_BITS else base**n
    if base == 0:
        return mpq(0) if exponent > 0 else None
    if base < 0:
        return None
    found = root(base, exponent.denominator)
    return None if found is None else power_value(found, mpq(exponent.numerator))


def root(value, degree):
    """Returns the root of a number that is at least 0."""
    if value == 1:
        return mpq(1)
    if value < 0 or degree > MAX_ROOT:
        return None
    above, exactly = iroot(value.numerator, int(degree))
    below, exactly_too = iroot(value.denominator, int(degree))
    return mpq(above, below) if exactly and exactly_too else None


def unit_value(layer, z):
    """Returns a unit at a rational sum; not for maxout."""
    name, parameter = layer.activation, layer.parameter
    if name == "identity":
        return z
    if name == "leaky-relu":
        return z if z >= 0 else parameter * z
    if name == "hard-tanh":
        return max(mpq(-1), min(mpq(1), z))
    if name == "softplus":
        return z if parameter is not None and z > parameter else None
    if name == "elu":
        # alpha (e^z - 1)
        return z if z >= 0 else mpq(0) if parameter == 0 else None
    return function_value(name, z)
