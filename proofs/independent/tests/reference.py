"""Values at 300 bits, rounded to nearest: the truth that enclosures are held against. Written apart from the checker."""

import gmpy2
from gmpy2 import mpfr, mpq

PRECISION = 300
HIGH = gmpy2.context(precision=PRECISION, emax=1 << 30, emin=-(1 << 30))


def high(function):
    """Runs a function with 300 bits."""

    def run(*arguments):
        with gmpy2.context(HIGH):
            return function(*arguments)

    return run


def erf_half(x):
    return (1 + gmpy2.erf(x)) / 2


FUNCTIONS = {
    "exp": gmpy2.exp,
    "ln": gmpy2.log,
    "sqrt": gmpy2.sqrt,
    "sin": gmpy2.sin,
    "cos": gmpy2.cos,
    "tan": gmpy2.tan,
    "asin": gmpy2.asin,
    "acos": gmpy2.acos,
    "atan": gmpy2.atan,
    "sinh": gmpy2.sinh,
    "cosh": gmpy2.cosh,
    "tanh": gmpy2.tanh,
    "sigmoid": lambda x: 1 / (1 + gmpy2.exp(-x)),
    "abs": abs,
    "relu": lambda x: x if x > 0 else mpfr(0),
    "heaviside": lambda x: mpfr(1) if x >= 0 else mpfr(0),
    "erf": gmpy2.erf,
    "softplus": lambda x: gmpy2.log1p(gmpy2.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "elu": lambda x: x if x >= 0 else gmpy2.expm1(x),
    "silu": lambda x: x / (1 + gmpy2.exp(-x)),
    "gelu": lambda x: x * erf_half(x / gmpy2.sqrt(mpfr(2))),
}


def activation(name, parameter):
    if name == "identity":
        return lambda x: x
    if name == "leaky-relu":
        return lambda x: x if x >= 0 else mpfr(parameter) * x
    if name == "hard-tanh":
        return lambda x: max(mpfr(-1), min(mpfr(1), x))
    if name == "elu":
        return lambda x: x if x >= 0 else mpfr(parameter) * gmpy2.expm1(x)
    if name == "softplus" and parameter is not None:
        return lambda x: x if x > parameter else gmpy2.log1p(gmpy2.exp(x))
    if name == "gelu" and parameter is not None:
        return lambda x: x * erf_half(x / mpfr(parameter))
    return FUNCTIONS[name]


@high
def network_at(network, point):
    """Returns the outputs of a network at a rational point."""
    units = [mpfr(value) for value in point]
    for layer in network.layers:
        sums = [sum((mpfr(w) * units[c] for c, w in row), mpfr(b)) for row, b in zip(layer.rows, layer.bias)]
        if layer.activation == "maxout":
            rank = layer.parameter
            units = [max(sums[k:k + rank]) for k in range(0, len(sums), rank)]
        else:
            function = activation(layer.activation, layer.parameter)
            units = [function(z) for z in sums]
    return units


@high
def formula_at(node, point):
    """Returns the value of a formula at a rational point, or None where it has none."""
    try:
        found = number(node, point)
    except ZeroDivisionError:
        return None
    return found if gmpy2.is_finite(found) else None


def number(node, point):
    parts = node.parts
    if node.operation == "number":
        return mpfr(node.value)
    if node.operation == "input":
        return mpfr(point[node.value])
    if node.operation == "pi":
        return gmpy2.const_pi()
    if node.operation == "e":
        return gmpy2.exp(mpfr(1))
    if node.operation in ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"):
        return mpfr(1 if condition(node, point) else 0)
    if node.operation == "if":
        return number(parts[1] if condition(parts[0], point) else parts[2], point)
    if node.operation == "call":
        return FUNCTIONS[node.value](number(parts[0], point))
    values = [number(part, point) for part in parts]
    if node.operation == "neg":
        return -values[0]
    a, b = values
    if node.operation == "add":
        return a + b
    if node.operation == "sub":
        return a - b
    if node.operation == "mul":
        return a * b
    if node.operation == "div":
        return a / b
    if node.operation == "min":
        return min(a, b)
    if node.operation == "max":
        return max(a, b)
    if b == 0:
        return mpfr(1)
    if a == 0:
        return mpfr(0) if b > 0 else mpfr("nan")
    exponent = parts[1].constant()
    if exponent is not None and exponent.denominator == 1:
        return a ** int(exponent)
    return gmpy2.exp(b * gmpy2.log(a))


def condition(node, point):
    parts = node.parts
    if node.operation == "and":
        return condition(parts[0], point) and condition(parts[1], point)
    if node.operation == "or":
        return condition(parts[0], point) or condition(parts[1], point)
    if node.operation == "not":
        return not condition(parts[0], point)
    a, b = number(parts[0], point), number(parts[1], point)
    return {
        "lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b, "eq": a == b, "ne": a != b,
    }[node.operation]


@high
def first_derivative(function, t):
    """Returns a central difference; its error is about 2^-150."""
    step = mpfr(2) ** -80
    return (function(t + step) - function(t - step)) / (2 * step)


@high
def second_derivative(function, t):
    step = mpfr(2) ** -70
    return (function(t + step) - 2 * function(t) + function(t - step)) / (step * step)


def holds(interval, value, slack=None):
    """Says whether an interval holds a number, up to the error of the reference itself."""
    with gmpy2.context(HIGH):
        margin = mpfr(2) ** -200 if slack is None else slack
        margin = margin * (1 + abs(value))
        return interval.lo <= value + margin and value - margin <= interval.hi


def between(low, high_end, share):
    """Returns a rational number between two MPFR numbers."""
    low, high_end = mpq(*low.as_integer_ratio()), mpq(*high_end.as_integer_ratio())
    return low + (high_end - low) * share
