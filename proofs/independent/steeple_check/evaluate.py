"""Formulas over an arithmetic: intervals, linear forms or jets.

Conditions are decided by three-valued logic: True, False, or None for unknown.
"""

from gmpy2 import mpq

from .curves import CURVES, EXP, LN, power_curve
from .errors import Undefined
from .formula import COMPARISONS, MAX_POWER
from .intervals import E, PI, POINT_ONE, POINT_ZERO, exact, point, rational

# The signs of left - right for which a comparison holds.
HOLDS = {"lt": {-1}, "le": {-1, 0}, "gt": {1}, "ge": {0, 1}, "eq": {0}, "ne": {-1, 1}}


def decide(operation, signs):
    """Returns whether a comparison holds, if left - right can have these signs."""
    good = HOLDS[operation]
    if signs <= good:
        return True
    return None if signs & good else False


def signs_of(difference):
    """Returns the signs that a number in an interval can have."""
    signs = set()
    if difference.lo < 0:
        signs.add(-1)
    if difference.hi > 0:
        signs.add(1)
    if difference.lo <= 0 <= difference.hi:
        signs.add(0)
    return signs


def signs_of_affine(place, sides, inside):
    """Returns the signs of slope * x + offset on an exact side; inside: without sets of measure zero.

    FORMAT.md, "Sets of measure zero": a side that is one point is just compared.
    """
    variable, slope, offset = place
    if variable is None or slope == 0:
        return {0 if offset == 0 else 1 if offset > 0 else -1}
    low, high = sides[variable]
    at_low, at_high = slope * low + offset, slope * high + offset
    least, most = min(at_low, at_high), max(at_low, at_high)
    signs = set()
    if least < 0:
        signs.add(-1)
    if most > 0:
        signs.add(1)
    if least <= 0 <= most and not (inside and low < high):
        signs.add(0)
    return signs


class Evaluator:
    """Evaluates nodes on one cell. Each node is evaluated once, and only where its value is used.

    - `arithmetic`: Natural, Forms or Jets. `values`: one for each variable of the formula.
    - `sides`: exact sides of the variables that are inputs, in order.
    - `inside`: whether sets of measure zero do not count.
    """

    def __init__(self, arithmetic, values, sides, inside):
        self.arithmetic = arithmetic
        self.values = values
        self.sides = sides
        self.inside = inside
        self.numbers = {}
        self.conditions = {}

    def number(self, node):
        """Returns the value of a number, or 1 or 0 for a region."""
        found = self.numbers.get(id(node))
        if found is None:
            found = self.numbers[id(node)] = self.compute(node)
        return found

    def compute(self, node):
        arithmetic = self.arithmetic
        operation, parts = node.operation, node.parts
        if operation == "input":
            return self.values[node.value]
        constant = node.constant()
        if constant is not None:
            return arithmetic.constant(rational(constant))
        if operation == "number":
            return arithmetic.constant(rational(node.value))
        if operation == "pi":
            return arithmetic.constant(PI)
        if operation == "e":
            return arithmetic.constant(E)
        if node.is_condition():
            return self.choose(self.condition(node))
        if operation == "if":
            decision = self.condition(parts[0])
            if decision is True:
                return self.number(parts[1])
            if decision is False:
                return self.number(parts[2])
            return arithmetic.hull(self.number(parts[1]), self.number(parts[2]))
        if operation == "call" and node.place is not None:
            return self.choose(self.condition(node.place))
        if operation == "pow":
            return self.power(node)
        first = self.number(parts[0])
        if operation == "neg":
            return arithmetic.neg(first)
        if operation == "call":
            return arithmetic.curve(CURVES[node.value], first)
        if operation == "mul" and parts[0] is parts[1]:
            return arithmetic.curve(power_curve(mpq(2)), first)
        second = self.number(parts[1])
        if operation == "add":
            return arithmetic.add(first, second)
        if operation == "sub":
            return arithmetic.sub(first, second)
        if operation == "mul":
            return arithmetic.mul(first, second)
        if operation == "div":
            return arithmetic.div(first, second)
        if operation == "min":
            return arithmetic.minimum(first, second)
        if operation == "max":
            return arithmetic.maximum(first, second)
        raise AssertionError(operation)

    def choose(self, decision):
        """Returns 1, 0 or both."""
        arithmetic = self.arithmetic
        if decision is True:
            return arithmetic.constant(POINT_ONE)
        if decision is False:
            return arithmetic.constant(POINT_ZERO)
        return arithmetic.hull(arithmetic.constant(POINT_ZERO), arithmetic.constant(POINT_ONE))

    def power(self, node):
        """FORMAT.md, "Powers". An exponent without variables that is not found to be rational by sums, products and
        whole powers is treated like any other: on a base above 0 all readings agree."""
        arithmetic = self.arithmetic
        base, exponent = node.parts
        if base.operation == "e":
            return arithmetic.curve(EXP, self.number(exponent))
        constant = exponent.constant()
        first = self.number(base)
        if constant is not None and constant.denominator == 1:
            if abs(constant) > MAX_POWER:
                raise Undefined("an exponent is too large")
            if constant == 0:
                return arithmetic.constant(POINT_ONE)
            if constant == 1:
                return first
            return arithmetic.curve(power_curve(constant), first)
        values = arithmetic.range(first)
        if constant is not None:
            curve = power_curve(constant)
            if values.lo > 0 or arithmetic.is_natural:
                return arithmetic.curve(curve, first)
            return arithmetic.loose(curve.value(values), first)
        second = self.number(exponent)
        if values.lo > 0:
            return arithmetic.curve(EXP, arithmetic.mul(second, arithmetic.curve(LN, first)))
        exponents = arithmetic.range(second)
        if values.lo < 0 or exponents.lo <= 0:
            raise Undefined("a power of a number that may be 0 or less")
        if values.hi == 0:
            return arithmetic.constant(POINT_ZERO)
        # a^b grows with a, from 0 at a = 0; at the upper end of a it is e^(b ln a).
        largest = LN.value(point(values.hi)) * exponents
        bound = POINT_ZERO.hull(EXP.value(largest))
        return arithmetic.loose(bound, first, second)

    def condition(self, node):
        key = id(node)
        if key not in self.conditions:
            self.conditions[key] = self.judge(node)
        return self.conditions[key]

    def judge(self, node):
        operation, parts = node.operation, node.parts
        if operation == "not":
            found = self.condition(parts[0])
            return None if found is None else not found
        if operation in ("and", "or"):
            # `and` looks at its right side only where the left one holds, `or` only where it does not.
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
        return decide(operation, self.signs(node))

    def signs(self, node):
        """Returns the signs that left - right can have on the cell."""
        left, right = node.parts
        place = node.place
        if place is not None and (place[0] is None or place[0] < len(self.sides)):
            return signs_of_affine(place, self.sides, self.inside)
        arithmetic = self.arithmetic
        first, second = self.number(left), self.number(right)
        signs = signs_of(arithmetic.range(arithmetic.sub(first, second)))
        signs &= signs_of(arithmetic.range(first) - arithmetic.range(second))
        if self.inside:
            signs = self.inside_signs(left, arithmetic.range(second), right, signs, 1)
            signs = self.inside_signs(right, arithmetic.range(first), left, signs, -1)
        return signs

    def inside_signs(self, node, other_values, other, signs, direction):
        """An input as it stands against a constant of any kind, at the end of its side."""
        if node.operation != "input" or other.depends or node.value >= len(self.sides):
            return signs
        low, high = self.sides[node.value]
        if low < high:
            if low >= exact(other_values.hi):
                return signs & {direction}
            if high <= exact(other_values.lo):
                return signs & {-direction}
        return signs
