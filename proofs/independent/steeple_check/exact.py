"""Leaf `e`: exact pieces in one and two inputs (T14), and values at a point in fractions.

A polynomial is a dict from exponents (i, j) of x^i y^j to rational coefficients that are not 0.
"""

from math import comb

from gmpy2 import mpq

from .errors import Rejected
from .evaluate import Evaluator, decide
from .forms import Natural
from .formula import COMPARISONS
from .intervals import between
from .numbers import bits
from .rational_values import MAX_BITS, function_value, power_value, unit_value
from .tree import double_area

MAX_DEGREE = 32
ONE = {(0, 0): mpq(1)}
ANY_SIGN = {-1, 0, 1}


class Unsettled(Exception):
    """This module knows no exact value. There may be one: the formula may be a polynomial by other rules than ours."""


class Unmet(Exception):
    """What leaf `e` needs is seen not to hold: a unit that is not decided, or an error of the wrong kind."""


def constant(value):
    return {(0, 0): value} if value != 0 else {}


def add(a, b, factor=1):
    """Returns a + factor * b."""
    found = dict(a)
    for key, value in b.items():
        total = found.get(key, 0) + factor * value
        if total == 0:
            found.pop(key, None)
        else:
            found[key] = total
    return found


def scaled(a, factor):
    return {key: value * factor for key, value in a.items()} if factor != 0 else {}


def multiply(a, b):
    found = {}
    for (i, j), u in a.items():
        for (k, m), v in b.items():
            found[i + k, j + m] = found.get((i + k, j + m), 0) + u * v
    return {key: value for key, value in found.items() if value != 0}


def degree(a):
    return max((i + j for i, j in a), default=0)


def at(a, x, y):
    return sum((value * x**i * y**j for (i, j), value in a.items()), mpq(0))


def candidates(q, corners):
    """Returns the values of a polynomial of degree at most 2 of which one is the largest and one the smallest on the
    closed cell (T14)."""
    values = [at(q, x, y) for x, y in corners]
    if degree(q) <= 1:
        return values
    sides = len(corners) if len(corners) > 2 else 1
    for place in range(sides):
        (x0, y0), (x1, y1) = corners[place], corners[(place + 1) % len(corners)]
        start, end = values[place], values[(place + 1) % len(corners)]
        middle = at(q, (x0 + x1) / 2, (y0 + y1) / 2)
        curved = 2 * (start + end - 2 * middle)
        slope = end - start - curved
        # start + slope t + curved t² along the side
        if curved != 0:
            t = -slope / (2 * curved)
            if 0 < t < 1:
                values.append(start + slope * t + curved * t * t)
    if len(corners) > 2:
        k1, k2 = q.get((1, 0), mpq(0)), q.get((0, 1), mpq(0))
        k3, k4, k5 = q.get((2, 0), mpq(0)), q.get((1, 1), mpq(0)), q.get((0, 2), mpq(0))
        discriminant = 4 * k3 * k5 - k4 * k4
        if discriminant > 0:
            x = (k4 * k2 - 2 * k5 * k1) / discriminant
            y = (k4 * k1 - 2 * k3 * k2) / discriminant
            if is_inside(x, y, corners):
                values.append(at(q, x, y))
    return values


def is_inside(x, y, corners):
    for place, (x0, y0) in enumerate(corners):
        x1, y1 = corners[(place + 1) % len(corners)]
        if (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) < 0:
            return False
    return True


def sign(q, corners):
    """Returns the sign of q inside the cell, but for a set of measure zero; None if it changes, or if the degree of q
    is above 2."""
    if not q:
        return 0
    if degree(q) > 2:
        return None
    values = candidates(q, corners)
    if min(values) >= 0:
        return 1
    return -1 if max(values) <= 0 else None


def decided(q, corners):
    """The same for what leaf `e` needs to be decided."""
    found = sign(q, corners)
    if found is None:
        raise Unmet("a sign that changes on the cell, or a degree above 2")
    return found


def settled_sign(q, corners):
    """The same for a part of a formula."""
    found = sign(q, corners)
    if found is None:
        raise Unsettled("a sign that changes on the cell")
    return found


def activate(layer, z, corners):
    name = layer.activation
    if name == "identity":
        return z
    if name == "heaviside":
        return ONE if decided(z, corners) >= 0 else {}
    if name == "relu":
        return z if decided(z, corners) > 0 else {}
    if name == "leaky-relu":
        return z if decided(z, corners) >= 0 else scaled(z, layer.parameter)
    if name == "hard-tanh":
        if decided(add(z, ONE, -1), corners) >= 0:
            return ONE
        return constant(mpq(-1)) if decided(add(z, ONE), corners) <= 0 else z
    raise Unmet(f"{name} is not piecewise linear")


def largest_row(rows, corners):
    """Returns the row of a maxout unit that is nowhere below another one."""
    for row in rows:
        if all(sign(add(row, other, -1), corners) in (0, 1) for other in rows):
            return row
    raise Unmet("the largest row of a maxout unit changes")


def network_pieces(network, corners):
    """Returns the outputs as polynomials of degree at most 1 on the cell."""
    units = [{(1, 0): mpq(1)}, {(0, 1): mpq(1)}][:len(network.inputs)]
    for layer in network.layers:
        sums = []
        for row, bias in zip(layer.rows, layer.bias):
            total = {(0, 0): bias}
            for column, weight in row:
                for key, value in units[column].items():
                    total[key] = total.get(key, 0) + weight * value
            sums.append({key: value for key, value in total.items() if value != 0})
        if layer.activation == "maxout":
            rank = layer.parameter
            units = [largest_row(sums[k:k + rank], corners) for k in range(0, len(sums), rank)]
        else:
            units = [activate(layer, z, corners) for z in sums]
    return units


class Piece:
    """A target as a polynomial on one cell."""

    def __init__(self, corners):
        self.corners = corners

    def number(self, node):
        operation, parts = node.operation, node.parts
        if operation == "number":
            return constant(node.value)
        if operation == "input":
            return {(1, 0): mpq(1)} if node.value == 0 else {(0, 1): mpq(1)}
        if node.is_condition():
            return ONE if self.truth(node) else {}
        if operation == "if":
            return self.number(parts[1] if self.truth(parts[0]) else parts[2])
        if operation == "call":
            return self.call(node.value, parts[0])
        if operation not in ("neg", "add", "sub", "mul", "div", "pow", "min", "max"):
            raise Unsettled(f"{operation} is no polynomial")
        if operation == "pow":
            return self.power(*parts)
        first = self.number(parts[0])
        if operation == "neg":
            return scaled(first, -1)
        second = self.number(parts[1])
        if operation in ("add", "sub"):
            return add(first, second, 1 if operation == "add" else -1)
        if operation == "mul":
            return self.bounded(multiply(first, second))
        if operation == "div":
            if degree(second) > 0 or not second:
                raise Unsettled("a division by what is not constant")
            return scaled(first, 1 / second[0, 0])
        difference = settled_sign(add(first, second, -1), self.corners)
        return first if (difference < 0) == (operation == "min") else second

    def power(self, base, exponent):
        """FORMAT.md, "Powers": only a constant exponent makes a product, for any base."""
        n = exponent.constant()
        if base.operation == "e":
            return self.call("exp", exponent)
        polynomial = self.number(base)
        if n is None or degree(polynomial) == 0:
            return constant(self.power_of_constant(polynomial, exponent))
        if n.denominator != 1 or not 0 <= n <= MAX_DEGREE:
            raise Unsettled("an exponent that is not a whole number from 0 to 32")
        found = ONE
        for _ in range(int(n)):
            found = self.bounded(multiply(found, polynomial))
        return found

    def power_of_constant(self, base, exponent):
        n = exponent.constant()
        power = constant(n) if n is not None else self.number(exponent)
        value, n_value = base.get((0, 0), mpq(0)), power.get((0, 0), mpq(0))
        if degree(base) > 0 or degree(power) > 0 or (n is None and value <= 0):
            raise Unsettled("an exponent that is not constant")
        found = power_value(value, n_value)
        if found is None:
            raise Unsettled("a power that is not rational")
        return found

    def bounded(self, polynomial):
        if degree(polynomial) > 4 * MAX_DEGREE:
            raise Unsettled("a polynomial of too high a degree")
        return polynomial

    def call(self, name, part):
        value = self.number(part)
        if degree(value) == 0:
            found = function_value(name, value.get((0, 0), mpq(0)))
            if found is None:
                raise Unsettled(f"{name} of a constant is not seen to be rational")
            return constant(found)
        if name not in ("abs", "relu", "heaviside", "elu"):
            raise Unsettled(f"{name} is no polynomial")
        found = settled_sign(value, self.corners)
        if name == "abs":
            return value if found >= 0 else scaled(value, -1)
        if name == "heaviside":
            return ONE if found >= 0 else {}
        if found >= 0:
            return value
        if name == "relu":
            return {}
        raise Unsettled("elu below 0 is no polynomial")

    def truth(self, node):
        """Returns whether a condition holds on the cell. Raises Unsettled where that is not decided."""
        found = self.condition(node)
        if found is None:
            raise Unsettled("a condition that is not decided on the cell")
        return found

    def condition(self, node):
        """Three-valued logic: True, False, or None where a sign changes. Raises Unsettled where a side is not known."""
        operation, parts = node.operation, node.parts
        if operation == "not":
            found = self.condition(parts[0])
            return None if found is None else not found
        if operation in ("and", "or"):
            # The right side only counts where the left one does not stop. That the left one has a value is seen here.
            stops = operation == "or"
            first = self.condition(parts[0])
            if first is stops:
                return stops
            second = self.condition(parts[1])
            if second is stops:
                return stops
            return None if first is None or second is None else not stops
        if operation not in COMPARISONS:
            raise AssertionError(operation)
        try:
            difference = add(self.number(parts[0]), self.number(parts[1]), -1)
        except Unsettled:
            return self.enclosed(node)
        found = sign(difference, self.corners)
        return decide(operation, ANY_SIGN if found is None else {found})

    def enclosed(self, node):
        """Decides a comparison in intervals over the box around the cell."""
        xs, ys = zip(*self.corners)
        sides = [(min(xs), max(xs)), (min(ys), max(ys))][:1 if len(self.corners) == 2 else 2]
        natural = Natural([between(*side) for side in sides])
        try:
            return Evaluator(natural, natural.inputs, sides, inside=True).condition(node)
        except ArithmeticError:
            raise Unsettled("a side of a comparison may have no value") from None


def integral(q, corners):
    """Returns the exact integral of a polynomial over the cell (T14, "Integrals")."""
    if len(corners) == 2:
        low, high = corners[0][0], corners[1][0]
        return sum((v * (high ** (i + 1) - low ** (i + 1)) / (i + 1) for (i, _), v in q.items()), mpq(0))
    total = mpq(0)
    for place, (x0, y0) in enumerate(corners):
        x1, y1 = corners[(place + 1) % len(corners)]
        if y0 == y1:
            continue
        for (i, j), value in q.items():
            along_x = power_of_line(x0, x1 - x0, i + 1)
            along_y = power_of_line(y0, y1 - y0, j)
            moment = mpq(0)
            for m, u in enumerate(along_x):
                for n, v in enumerate(along_y):
                    moment += u * v / (m + n + 1)
            total += value / (i + 1) * moment * (y1 - y0)
    return total


def power_of_line(start, step, exponent):
    """Returns the coefficients of (start + step t)^exponent."""
    return [comb(exponent, k) * start ** (exponent - k) * step**k for k in range(exponent + 1)]


def bernstein(q, low, high):
    """Returns the Bernstein coefficients of a polynomial in x on [low, high] (T14, "Higher degrees")."""
    n = degree(q)
    width = high - low
    powers = [mpq(0)] * (n + 1)
    for (i, _), value in q.items():
        for j, coefficient in enumerate(power_of_line(low, width, i)):
            powers[j] += value * coefficient
    return [sum((mpq(comb(i, j), comb(n, j)) * powers[j] for j in range(i + 1)), mpq(0)) for i in range(n + 1)]


def differences(network, targets, corners):
    piece = Piece(corners)
    return [add(n, piece.number(f), -1) for n, f in zip(network_pieces(network, corners), targets)]


def sup_bounds(network, targets, cell):
    """Returns (lower, upper) of the essential supremum of |N - f| on the cell; lower is 0 where it is not exact."""
    corners = cell.exact_corners()
    lower = upper = mpq(0)
    for q in differences(network, targets, corners):
        if degree(q) <= 2:
            largest = max(abs(value) for value in candidates(q, corners))
            lower = max(lower, largest)
        elif len(corners) == 2:
            coefficients = [abs(value) for value in bernstein(q, corners[0][0], corners[1][0])]
            largest = max(coefficients)
            lower = max(lower, coefficients[0], coefficients[-1])
        else:
            raise Unmet("a polynomial of a degree above 2 in two inputs")
        upper = max(upper, largest)
    return lower, upper


def l1_contribution(network, targets, cell):
    corners = cell.exact_corners()
    total = mpq(0)
    for q in differences(network, targets, corners):
        decided(q, corners)
        total += abs(integral(q, corners))
    return total


def l2_contribution(network, targets, cell):
    corners = cell.exact_corners()
    return sum((integral(multiply(q, q), corners) for q in differences(network, targets, corners)), mpq(0))


def area_contribution(network, region, threshold, cell):
    corners = cell.exact_corners()
    output = network_pieces(network, corners)[0]
    decision = decided(add(output, constant(threshold), -1), corners) >= 0
    if decision == Piece(corners).truth(region):
        return mpq(0)
    return corners[1][0] - corners[0][0] if len(corners) == 2 else double_area(corners) / 2


def contribution(claim, network, targets, threshold, cell):
    """Returns the exact contribution of a leaf `e` to l1, l2 or area."""
    if claim == "l1":
        return l1_contribution(network, targets, cell)
    if claim == "l2":
        return l2_contribution(network, targets, cell)
    return area_contribution(network, targets[0], threshold, cell)


def settled(function, *arguments):
    """Runs a function of this module. Returns None where no exact value is known; a leaf whose needs are seen not to be
    met is an error of the certificate."""
    try:
        return function(*arguments)
    except Unmet as error:
        raise Rejected(f"leaf e: {error}") from None
    except Unsettled:
        return None


class AtPoint:
    """A formula at one point, in fractions. Raises Unsettled where a value is not rational or does not exist."""

    def __init__(self, values):
        self.values = values
        self.known = {}

    def number(self, node):
        found = self.known.get(id(node))
        if found is None:
            found = self.known[id(node)] = short(self.compute(node))
        return found

    def compute(self, node):
        operation, parts = node.operation, node.parts
        if operation == "number":
            return node.value
        if operation == "input":
            return self.values[node.value]
        if node.is_condition():
            return mpq(1 if self.condition(node) else 0)
        if operation == "if":
            return self.number(parts[1] if self.condition(parts[0]) else parts[2])
        if operation == "call":
            return function_value(node.value, self.number(parts[0]))
        if operation == "pow":
            return self.power(*parts)
        if operation not in ("neg", "add", "sub", "mul", "div", "min", "max"):
            return None
        first = self.number(parts[0])
        if operation == "neg":
            return -first
        second = self.number(parts[1])
        if operation == "add":
            return first + second
        if operation == "sub":
            return first - second
        if operation == "mul":
            return first * second
        if operation == "div":
            return None if second == 0 else first / second
        return min(first, second) if operation == "min" else max(first, second)

    def power(self, base, exponent):
        if base.operation == "e":
            return function_value("exp", self.number(exponent))
        n = exponent.constant()
        first = self.number(base)
        if n is not None:
            return power_value(first, n)
        # Not a constant, or not found to be one: all readings agree on a base above 0.
        return power_value(first, self.number(exponent)) if first > 0 else None

    def condition(self, node):
        operation, parts = node.operation, node.parts
        if operation == "not":
            return not self.condition(parts[0])
        if operation == "and":
            return self.condition(parts[0]) and self.condition(parts[1])
        if operation == "or":
            return self.condition(parts[0]) or self.condition(parts[1])
        difference = self.number(parts[0]) - self.number(parts[1])
        return decide(operation, {0 if difference == 0 else 1 if difference > 0 else -1})


def short(value):
    """Returns a value that exists and is short enough to go on with."""
    if value is None:
        raise Unsettled("a value is not rational")
    if bits(value) > MAX_BITS:
        raise Unsettled("a value is too long")
    return value


def network_at(network, values):
    """Returns the outputs of a network at a point, in fractions. Raises Unsettled where a unit is not rational."""
    units = list(values)
    for layer in network.layers:
        sums = []
        for row, bias in zip(layer.rows, layer.bias):
            total = bias
            for column, weight in row:
                total = short(total + weight * units[column])
            sums.append(total)
        if layer.activation == "maxout":
            rank = layer.parameter
            units = [max(sums[k:k + rank]) for k in range(0, len(sums), rank)]
        else:
            units = [short(unit_value(layer, z)) for z in sums]
    return units
