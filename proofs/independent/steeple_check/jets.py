"""Values, slopes and second derivatives on a cell (T12, T17), and the reduced network in which they are taken.

The reduced network of reduce.py has interval biases and says nothing about slopes (T28). So the derivatives here are
those of *one* network S: the one whose biases are the middles of the intervals. The distance between the outputs of
N and S is bounded as in T02: a true sum differs from that of S by at most d = rad(bias) + Σ |weight| * (distance of
the units), so a unit differs by at most d times the largest slope of its activation over the range of the sum,
widened by d.
"""

from .curves import RECIPROCAL, RELU
from .errors import Undefined
from .forms import Natural
from .intervals import POINT_ONE, POINT_ZERO, add_up, exact, mul_up, point, symmetric


class Jet:
    """A value, its slopes, and its second derivatives, each an interval, on a cell.

    A slope or a second derivative None may be anything, or not exist. `second[i][j]` is there for j <= i.
    """

    __slots__ = ("value", "slopes", "second")

    def __init__(self, value, slopes, second):
        self.value = value
        self.slopes = slopes
        self.second = second


def plus(a, b):
    return None if a is None or b is None else a + b


def minus(a, b):
    return None if a is None or b is None else a - b


def times(a, b):
    """The product; what is exactly 0 times anything is 0 (T17, "Where D is not twice differentiable")."""
    if a is not None and a.is_zero():
        return a
    if b is not None and b.is_zero():
        return b
    return None if a is None or b is None else a * b


class Jets:
    """The arithmetic of jets on one box."""

    is_natural = False

    def __init__(self, box):
        self.dimension = len(box)
        self.flat = (POINT_ZERO,) * self.dimension
        self.straight = tuple((POINT_ZERO,) * (row + 1) for row in range(self.dimension))
        self.inputs = [
            Jet(side, tuple(POINT_ONE if i == place else POINT_ZERO for i in range(self.dimension)), self.straight)
            for place, side in enumerate(box)
        ]

    def constant(self, interval):
        return Jet(interval, self.flat, self.straight)

    def range(self, jet):
        return jet.value

    def each(self, function, a, b):
        return Jet(
            function(a.value, b.value),
            tuple(map(function, a.slopes, b.slopes)),
            tuple(tuple(map(function, x, y)) for x, y in zip(a.second, b.second)),
        )

    def add(self, a, b):
        return self.each(plus, a, b)

    def sub(self, a, b):
        return self.each(minus, a, b)

    def neg(self, a):
        return self.sub(self.constant(POINT_ZERO), a)

    def mul(self, a, b):
        """(ab)_ij = a_ij b + a_i b_j + a_j b_i + a b_ij."""
        slopes = tuple(plus(times(x, b.value), times(a.value, y)) for x, y in zip(a.slopes, b.slopes))
        second = []
        for i in range(self.dimension):
            row = []
            for j in range(i + 1):
                curved = plus(times(a.second[i][j], b.value), times(a.value, b.second[i][j]))
                mixed = plus(times(a.slopes[i], b.slopes[j]), times(a.slopes[j], b.slopes[i]))
                row.append(plus(curved, mixed))
            second.append(tuple(row))
        return Jet(a.value * b.value, slopes, tuple(second))

    def scale(self, a, factor):
        return Jet(
            a.value * factor,
            tuple(times(slope, factor) for slope in a.slopes),
            tuple(tuple(times(entry, factor) for entry in row) for row in a.second),
        )

    def div(self, a, b):
        return self.mul(a, self.curve(RECIPROCAL, b))

    def curve(self, curve, a):
        """g(u)_ij = g''(u) u_i u_j + g'(u) u_ij."""
        value = curve.value(a.value)
        slope = attempt(curve.slope, a.value)
        bend = attempt(curve.second, a.value)
        slopes = tuple(times(slope, entry) for entry in a.slopes)
        second = tuple(
            tuple(
                plus(times(bend, times(a.slopes[i], a.slopes[j])), times(slope, a.second[i][j]))
                for j in range(i + 1)
            )
            for i in range(self.dimension)
        )
        return Jet(value, slopes, second)

    def unknown(self, value, *jets):
        """Returns a jet of which only the value is known; it depends on the inputs on which one of these depends."""
        free = [all(slope is not None and slope.is_zero() for slope in column)
                for column in zip(*(jet.slopes for jet in jets))]
        slopes = tuple(POINT_ZERO if is_free else None for is_free in free)
        second = tuple(
            tuple(POINT_ZERO if free[i] or free[j] else None for j in range(i + 1)) for i in range(self.dimension)
        )
        return Jet(value, slopes, second)

    def loose(self, value, *jets):
        return self.unknown(value, *jets)

    def hull(self, a, b):
        """Which of both it is may change from point to point, also with inputs on which neither depends."""
        return Jet(
            a.value.hull(b.value),
            (None,) * self.dimension,
            tuple((None,) * (row + 1) for row in range(self.dimension)),
        )

    def maximum(self, a, b):
        if a.value.lo >= b.value.hi:
            return a
        if b.value.lo >= a.value.hi:
            return b
        return self.add(b, self.curve(RELU, self.sub(a, b)))

    def minimum(self, a, b):
        return self.neg(self.maximum(self.neg(a), self.neg(b)))


def middles(cell):
    """Returns the middles of the sides as intervals. They have to be inside of the exact sides (T17)."""
    found = []
    for side, (low, high) in zip(cell.box, cell.sides):
        middle = side.mid()
        if not low < exact(middle) < high:
            raise Undefined("the middle is not inside")
        found.append(point(middle))
    return found


def attempt(function, a):
    try:
        return function(a)
    except ArithmeticError:
        return None


def middle_distances(reduced, box):
    """Returns for each output how far that of N is from that of S at most.

    Raises Undefined where a unit has no slope on the cell.
    """
    natural = Natural(box)
    ranges = dict(enumerate(box))
    below = {}
    for curve, units, values in zip(reduced.curves, reduced.layers, reduced.ranges):
        found = {}
        for place, rows in units.items():
            # Of maxout: the largest of some rows differs by at most the largest difference of a row.
            distance = max(row_distance(row, below) for row in rows)
            if curve is not None and curve != "maxout" and distance != 0:
                sums = natural.sum(rows[0], ranges) + symmetric(distance)
                distance = mul_up(distance, curve.slope(sums).mag())
            found[place] = distance
        below, ranges = found, values
    return [below[place] for place in sorted(below)]


def row_distance(row, below):
    """Returns how far a true sum is from that of S."""
    total = row.bias.rad()
    for unit, _, weight in row.terms:
        distance = below.get(unit)
        if distance:
            total = add_up(total, mul_up(weight.mag(), distance))
    return total


def evaluate_middle(reduced, jets):
    """Returns the outputs of S as jets."""
    below = dict(enumerate(jets.inputs))
    for curve, units in zip(reduced.curves, reduced.layers):
        values = {}
        for place, rows in units.items():
            sums = []
            for row in rows:
                total = jets.constant(point(row.bias.mid()))
                for unit, _, weight in row.terms:
                    total = jets.add(total, jets.scale(below[unit], weight))
                sums.append(total)
            if curve is None:
                values[place] = sums[0]
            elif curve == "maxout":
                largest = sums[0]
                for other in sums[1:]:
                    largest = jets.maximum(largest, other)
                values[place] = largest
            else:
                values[place] = jets.curve(curve, sums[0])
        below = values
    return [below[place] for place in sorted(below)]
