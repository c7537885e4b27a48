"""The network on a cell: networks with interval biases (T28), handed down along the tree.

A reduced network keeps some units of each layer. Each kept sum is

    bias + Σ weight * unit        the bias an interval, the weights exact, the units kept ones of the layer below

and at almost every point of the cell the true sum is that for some number in the bias.
"""

from gmpy2 import mpq

from .curves import HARD_TANH, RELU, SIGMOID, STEP, TANH, activation_curve
from .forms import Natural
from .intervals import POINT_ONE, POINT_ZERO, ZERO, mul_up, rational, round_down, round_up, symmetric

# |g(s) - g(t)| <= LIPSCHITZ |s - t| (T28, "Units that become one").
LIPSCHITZ = {SIGMOID: mpq(1, 4), TANH: mpq(1), RELU: mpq(1), HARD_TANH: mpq(1)}
MERGE_FACTOR = 256
FINER_BITS = 20
NEAR_ZERO = mpq(1, 1 << 40)


class Row:
    """A sum. `terms` has (unit, exact weight, interval that holds the weight); `exact_bias` is for the first layer."""

    __slots__ = ("bias", "terms", "exact_bias")

    def __init__(self, bias, terms, exact_bias=None):
        self.bias = bias
        self.terms = terms
        self.exact_bias = exact_bias

    def weights(self):
        return tuple((unit, weight) for unit, weight, _ in self.terms)


class Reduced:
    """A network with interval biases that stands for the network on a box.

    - `curves`: one for each layer; None for `identity`, "maxout" for maxout.
    - `layers`: for each layer a dict from the place of a kept unit to its rows (one, but for maxout).
    - `ranges`: for each layer a dict from the place of a kept unit to an interval that holds its values.
    """

    def __init__(self, curves, layers, ranges):
        self.curves = curves
        self.layers = layers
        self.ranges = ranges

    def outputs(self):
        """Returns the ranges of the outputs."""
        last = self.ranges[-1]
        return [last[place] for place in sorted(last)]


def whole_network(network, steps=None):
    """Returns the network itself (T28, 2.). No weight is rounded here; each keeps its exact value.

    `steps` has the radii of steps in float arithmetic (rounding.py). A step is then taken at any number that is so near
    to its sum, and nothing is decided but for sets of measure zero (T40).
    """
    curves = []
    layers = []
    for depth, layer in enumerate(network.layers):
        curve = "maxout" if layer.activation == "maxout" else activation_curve(layer.activation, layer.parameter)
        curves.append(curve)
        rank = layer.rank()
        rows = [
            Row(rational(bias), tuple((c, w, rational(w)) for c, w in row), bias if depth == 0 else None)
            for row, bias in zip(layer.rows, layer.bias)
        ]
        if steps is not None and steps[depth] is not None:
            rows = [Row(row.bias + symmetric(steps[depth][k]), row.terms) for k, row in enumerate(rows)]
        layers.append({place: rows[place * rank:(place + 1) * rank] for place in range(layer.units())})
    return Reduced(curves, layers, None)


def unit_value(curve, sums, arithmetic):
    """Returns the value of a unit, given those of its rows."""
    if curve is None:
        return sums[0]
    if curve == "maxout":
        found = sums[0]
        for other in sums[1:]:
            found = arithmetic.maximum(found, other)
        return found
    return arithmetic.curve(curve, sums[0])


def reduce(parent, sides, box, radius):
    """Returns what the reduced network of a larger box becomes on this one (T28, 3.).

    A unit becomes the interval of its values if it is a decided step, if the radius of its values is at most
    `radius`, or if its sum has no terms. From the second layer on, but for the last one, a unit becomes an earlier
    one with the same weights from which it differs by at most 256 times the radius.
    """
    natural = Natural(box)
    layers = []
    ranges = []
    below = dict(enumerate(box))
    constants = {}
    merged = {}
    last = len(parent.layers) - 1
    limit = round_down(radius)
    for depth, units in enumerate(parent.layers):
        curve = parent.curves[depth]
        kept = {}
        values = {}
        new_constants = {}
        new_merged = {}
        seen = {}
        lipschitz = LIPSCHITZ.get(curve)
        for place, rows in units.items():
            if constants or merged:
                rows = [substitute(row, constants, merged) for row in rows]
            if len(rows) > 1:
                rows = largest_rows(rows, natural, below)
            sums = [natural.sum(row, below) for row in rows]
            value = None
            if curve is STEP:
                value = decided_step(rows[0], sums[0], sides)
            if value is None:
                value = unit_value(curve, sums, natural)
            if depth < last:
                if value.is_point() or not any(row.terms for row in rows) or value.rad() <= limit:
                    new_constants[place] = value
                    continue
                if depth > 0 and (lipschitz is not None or curve is STEP):
                    key = rows[0].weights()
                    earlier = seen.setdefault(key, [])
                    found = find_equal(rows[0].bias, earlier, lipschitz, radius)
                    if found is not None:
                        new_merged[place] = found
                        continue
                    earlier.append((place, rows[0].bias))
            kept[place] = rows
            values[place] = value
        layers.append(kept)
        ranges.append(values)
        below, constants, merged = values, new_constants, new_merged
    drop_unused(layers, ranges)
    return Reduced(parent.curves, layers, ranges)


def substitute(row, constants, merged):
    """Puts constants and merged units of the layer below into a sum (T28, 3.). Weights are added up exactly."""
    if not any(unit in constants or unit in merged for unit, _, _ in row.terms):
        return row
    bias = row.bias
    kept = {}
    joined = False
    for unit, weight, rounded in row.terms:
        if unit in constants:
            bias = bias + constants[unit] * rounded
            continue
        if unit in merged:
            joined = True
            unit, error = merged[unit]
            bias = bias + symmetric(mul_up(rounded.mag(), error))
        if unit in kept:
            weight = kept[unit][1] + weight
            rounded = None
        kept[unit] = (unit, weight, rounded)
    terms = []
    for unit, weight, rounded in sorted(kept.values(), key=first) if joined else kept.values():
        if weight != 0:
            terms.append((unit, weight, rational(weight) if rounded is None else rounded))
    return Row(bias, tuple(terms))


def largest_rows(rows, natural, below):
    """Leaves out rows of a maxout unit that are nowhere above another one.

    By T28, (1), the difference of two true sums is the difference of the weights times the units below, plus a number
    in the difference of the biases.
    """
    kept = []
    for place, row in enumerate(rows):
        others = kept + rows[place + 1:]
        if not any(natural.sum(row_difference(row, other), below).hi <= 0 for other in others):
            kept.append(row)
    return kept


def row_difference(row, other):
    """Returns the sum that is the first one less the second one."""
    weights = {unit: weight for unit, weight, _ in row.terms}
    for unit, weight, _ in other.terms:
        weights[unit] = weights.get(unit, 0) - weight
    terms = tuple((unit, weight, rational(weight)) for unit, weight in weights.items() if weight != 0)
    return Row(row.bias - other.bias, terms)


def first(term):
    return term[0]


def find_equal(bias, earlier, lipschitz, radius):
    """Returns (place, largest difference) of an earlier unit with the same weights, or None."""
    for place, other in earlier:
        difference = (bias - other).mag()
        if difference == 0 and bias.is_point():
            return place, ZERO
        if lipschitz is not None:
            error = mul_up(round_up(lipschitz), difference)
            if error <= round_down(MERGE_FACTOR * radius):
                return place, error
    return None


def decided_step(row, values, sides):
    """Returns 1 or 0 as an interval if a step is decided on the cell, but for a set of measure zero; else None.

    T28, "Steps". In the first layer, where rounding may hide it, the sum is looked at in fractions.
    """
    if values.lo >= 0:
        return POINT_ONE
    if values.hi < 0:
        return POINT_ZERO
    if row.exact_bias is None:
        return None
    if min(-values.lo, values.hi) > mul_up(values.mag(), round_up(NEAR_ZERO)):
        return None
    least = most = row.exact_bias
    varies = False
    for unit, weight, _ in row.terms:
        low, high = sides[unit]
        varies = varies or low < high
        least += min(weight * low, weight * high)
        most += max(weight * low, weight * high)
    if least >= 0:
        return POINT_ONE
    if most < 0 or (most <= 0 and varies):
        return POINT_ZERO
    return None


def drop_unused(layers, ranges):
    """Drops units on which no sum above depends. Units of the last layer stay."""
    for depth in range(len(layers) - 1, 0, -1):
        used = {unit for rows in layers[depth].values() for row in rows for unit, _, _ in row.terms}
        below = layers[depth - 1]
        if len(used) < len(below):
            for place in [place for place in below if place not in used]:
                del below[place]
                del ranges[depth - 1][place]


class Reducer:
    """Finds the reduced network of a cell from that of the nearest cell above that has one.

    Each fineness of a cell has a radius of its own: what became a constant above stays one, and that may be too wide
    for cells that are much smaller.
    """

    def __init__(self, network, radius, steps=None):
        self.whole = whole_network(network, steps)
        self.radius = radius

    def on(self, cell):
        waiting = []
        while cell is not None and cell.reduced is None:
            waiting.append(cell)
            cell = cell.parent
        found = self.whole if cell is None else cell.reduced
        for cell in reversed(waiting):
            radius = self.radius / (1 << FINER_BITS * cell.fineness)
            found = cell.reduced = reduce(found, cell.sides, cell.box, radius)
        return found


def evaluate_network(reduced, arithmetic):
    """Returns the outputs of a reduced network in an arithmetic of values (T28, 1.): intervals or linear forms."""
    below = dict(enumerate(arithmetic.inputs))
    for curve, units, ranges in zip(reduced.curves, reduced.layers, reduced.ranges):
        values = {}
        for place, rows in units.items():
            sums = [arithmetic.sum(row, below) for row in rows]
            values[place] = arithmetic.narrowed(unit_value(curve, sums, arithmetic), ranges[place])
        below = values
    return [below[place] for place in sorted(below)]


def evaluate_everywhere(network, arithmetic):
    """Returns the outputs of the network itself, at every point: no unit is left out, no step decided by T28."""
    below = dict(enumerate(arithmetic.inputs))
    whole = network if isinstance(network, Reduced) else whole_network(network)
    for curve, units in zip(whole.curves, whole.layers):
        below = {
            place: unit_value(curve, [arithmetic.sum(row, below) for row in rows], arithmetic)
            for place, rows in units.items()
        }
    return [below[place] for place in sorted(below)]
