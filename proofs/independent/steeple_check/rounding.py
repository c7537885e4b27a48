"""How far the outputs of a float network are from those of the real one (T40).

On a box, every sum has its interval, every unit an interval that holds its real and its float values, and a bound `E` of
the difference of the two. "The real network" is the one whose steps have the values that they have in the float network;
each step is taken at a number within a radius of its sum, and these radii are those on the whole domain.

This is apart from reduce.py: units are never merged here, since the terms of a sum are rounded one by one.
"""

from gmpy2 import mpfr, mpq

from .curves import RELU, STEP, activation_curve, softplus
from .errors import Rejected
from .intervals import (
    POINT_ZERO, ZERO, Interval, add_down, add_up, exact, mul_down, mul_up, rational, round_down, round_up, sub_down,
    symmetric,
)
from .semantics import EXACT_ACTIVATIONS, is_power_of_two, power_of_two

FINER_BITS = 20
# The unit roundoff of binary64, in which sums `emitted` are evaluated.
INNER_PRECISION = 53
# T40, 5.: a network that is evaluated by its pieces is off by less than this times its largest output.
PIECES = mpq(1, 1 << 49)
ALMOST_OWN = mpfr("1.125")


class Sum:
    """A sum of a unit, on a box. Units that have become constants are in the first five.

    - `bias`: an interval with the bias; `size`, `powers`: Σ |w| |v| over weights that are no powers of two, and over those
      that are, with |bias|; `count`: how many terms are not 0; `error`: Σ |w| E.
    - `terms`: (unit, weight, is the weight a power of two). `underflow`: what is lost by it at most.
    """

    __slots__ = ("bias", "size", "powers", "count", "error", "terms", "underflow")

    def __init__(self, bias, size, powers, count, error, terms, underflow):
        self.bias = bias
        self.size = size
        self.powers = powers
        self.count = count
        self.error = error
        self.terms = terms
        self.underflow = underflow


class Rounded:
    """The float network on a box.

    - `layers`: for each layer a dict from a unit that is no constant to its sums (one, but for maxout).
    - `outputs`: for each output at least how far its float value is from the real one.
    """

    def __init__(self, layers, outputs):
        self.layers = layers
        self.outputs = outputs


class Rounding:
    """The float network on the domain, and on cells of it.

    - `steps`: for each layer of steps a dict from a unit to its radius; None for other layers.
    """

    def __init__(self, network, semantics, domain, radius):
        self.semantics = semantics
        self.network = network
        self.radius = radius
        self.curves = [activation_curve(layer.activation, layer.parameter) for layer in network.layers]
        self.emitted = semantics.sums == "emitted"
        # In binary64 a sum `emitted` is one in any order.
        self.inner = self.emitted and semantics.precision < INNER_PRECISION
        self.unit = round_up(semantics.unit)
        self.sum_unit = power_of_two(-INNER_PRECISION) if self.inner else semantics.unit
        self.two_tiny = round_up(2 * semantics.tiny)
        self.gammas = {}
        self.pieces = None
        self.steps = [{} if curve is STEP else None for curve in self.curves]
        self.whole = Rounded([self.whole_layer(layer) for layer in network.layers], None)
        self.on_domain = self.reduce(self.whole, domain, radius, is_domain=True)

    def whole_layer(self, layer):
        rank = layer.rank()
        sums = [self.whole_sum(row, bias) for row, bias in zip(layer.rows, layer.bias)]
        return {place: sums[place * rank:(place + 1) * rank] for place in range(layer.units())}

    def whole_sum(self, row, bias):
        """Returns a row of the network. Its weights are floats, so they are MPFR numbers as they stand."""
        count = len(row) + (bias != 0)
        weights = sum((abs(weight) for _, weight in row), mpq(0))
        rounded = 2 if self.inner else 4 * count
        terms = tuple((unit, round_down(weight), is_power_of_two(abs(weight))) for unit, weight in row)
        underflow = round_up(2 * self.semantics.tiny * (rounded + weights))
        return Sum(rational(bias), ZERO, round_up(abs(bias)), int(bias != 0), ZERO, terms, underflow)

    def gamma(self, count):
        """Returns at least γ_k = k u/(1 - k u), with the u in which sums are evaluated."""
        found = self.gammas.get(count)
        if found is None:
            part = count * self.sum_unit
            if 2 * part > 1:
                raise Rejected(f"a sum has {count} terms, too many for {self.semantics.format}")
            found = self.gammas[count] = round_up(part / (1 - part))
        return found

    # Cells of a tree.

    def nearest(self, cell):
        """Returns the float network on the nearest box above a cell for which it is known."""
        while cell is not None:
            if cell.rounded is not None:
                return cell.rounded
            cell = cell.parent
        return self.on_domain

    def on(self, cell):
        """Returns the float network on a cell."""
        waiting = []
        while cell is not None and cell.rounded is None:
            waiting.append(cell)
            cell = cell.parent
        found = self.on_domain if cell is None else cell.rounded
        for cell in reversed(waiting):
            radius = self.radius / (1 << FINER_BITS * cell.fineness)
            found = cell.rounded = self.reduce(found, cell.sides, radius)
        return found

    def at(self, sides):
        """Returns how far outputs are from the real ones on a box of the domain, as sharp as it gets."""
        return self.reduce(self.whole, sides, mpq(0)).outputs

    # One box.

    def inputs(self, sides, is_domain):
        """Returns the values of the inputs, rounded ones included, and how far these are from the real ones."""
        semantics = self.semantics
        values, errors = {}, {}
        for place, (low, high) in enumerate(sides):
            error = mpq(0)
            if semantics.inputs == "rounded":
                error = semantics.unit * max(abs(low), abs(high)) + semantics.tiny
                if is_domain and max(abs(low), abs(high)) + error > semantics.largest:
                    raise Rejected(f"input {place + 1} may be beyond the largest {semantics.format}")
            values[place] = Interval(round_down(low - error), round_up(high + error))
            errors[place] = round_up(error)
        return values, errors

    def reduce(self, parent, sides, radius, is_domain=False):
        """Returns what the float network of a larger box becomes on this one.

        A unit becomes a constant if the radius of its values is at most `radius`, or hardly more than its own error, from
        which it cannot recover on a smaller box.
        """
        limit = round_down(radius)
        last = len(parent.layers) - 1
        values, errors = self.inputs(sides, is_domain)
        constants = {}
        layers = []
        for depth, units in enumerate(parent.layers):
            kept, new_values, new_errors, new_constants = {}, {}, {}, {}
            for place, sums in units.items():
                if constants:
                    sums = [substitute(row, constants) for row in sums]
                found = [self.sum(row, values, errors) for row in sums]
                if is_domain:
                    for size, _, _ in found:
                        self.check_size(size, depth, place)
                    if self.steps[depth] is not None:
                        self.steps[depth][place] = found[0][2]
                value, error, own = self.unit_value(depth, found)
                if is_domain:
                    self.check_size(value.mag(), depth, place)
                if depth < last and (value.is_point() or value.rad() <= max(limit, mul_up(own, ALMOST_OWN))):
                    new_constants[place] = value, error
                    continue
                kept[place] = sums
                new_values[place], new_errors[place] = value, error
            layers.append(kept)
            values, errors, constants = new_values, new_errors, new_constants
        drop_unused(layers)
        if is_domain and self.emitted and self.has_pieces():
            self.pieces = [add_up(mul_up(round_up(PIECES), values[place].mag()), 8 * self.two_tiny) for place in sorted(values)]
        pieces = self.pieces or [ZERO] * len(errors)
        return Rounded(layers, [add_up(errors[place], more) for place, more in zip(sorted(errors), pieces)])

    def has_pieces(self):
        network = self.network
        return len(network.inputs) == 1 and network.is_piecewise_linear()

    def check_size(self, size, depth, place):
        """T40, 8.: refuses what may overflow."""
        if exact(size) >= self.semantics.largest:
            raise Rejected(f"layer {depth + 1}, unit {place + 1} may overflow: {size:.3g} is too large")

    def sum(self, row, values, errors):
        """Returns (a bound of all partial sums, an interval that holds the real and the float sum, their distance `e`)."""
        lo, hi = row.bias.lo, row.bias.hi
        size, powers, count, error = row.size, row.powers, row.count, row.error
        for unit, weight, is_power in row.terms:
            value = values[unit]
            if weight > 0:
                low, high = mul_down(weight, value.lo), mul_up(weight, value.hi)
            else:
                low, high = mul_down(weight, value.hi), mul_up(weight, value.lo)
            if low == 0 == high:
                # Exactly 0 in both senses.
                continue
            lo, hi = add_down(lo, low), add_up(hi, high)
            count += 1
            if is_power:
                powers = add_up(powers, max(-low, high))
            else:
                size = add_up(size, max(-low, high))
            below = errors[unit]
            if below != 0:
                error = add_up(error, mul_up(abs(weight), below))
        if count == 0:
            return ZERO, Interval(lo, hi), error
        gamma = self.gamma(count)
        total = add_up(size, powers)
        if self.inner:
            inner = mul_up(gamma, total)
            local = add_up(mul_up(self.unit, add_up(max(-lo, hi), inner)), inner)
        else:
            # The last addition rounds the sum itself.
            inner = mul_up(self.gamma(count - 1), size)
            inner = add_up(inner, mul_up(self.gamma(max(count - 2, 0)), powers))
            last = size if count == 1 else add_up(max(-lo, hi), inner)
            local = add_up(inner, mul_up(self.unit, last))
        local = add_up(local, row.underflow)
        most = add_up(add_up(total, mul_up(gamma, total)), row.underflow)
        return most, Interval(sub_down(lo, local), add_up(hi, local)), add_up(error, local)

    def unit_value(self, depth, sums):
        """Returns (an interval that holds the real and the float value of a unit, their distance `E`, its own part)."""
        layer, curve = self.network.layers[depth], self.curves[depth]
        _, total, error = sums[0]
        if layer.activation == "identity":
            return total, error, ZERO
        if curve is STEP:
            # The float value of the step is its value in both networks.
            return STEP.value(total), ZERO, ZERO
        if curve is None:
            # Of maxout: the largest of some sums.
            total = Interval(max(values.lo for _, values, _ in sums), max(values.hi for _, values, _ in sums))
            error = max(distance for _, _, distance in sums)
            return total + symmetric(self.two_tiny), add_up(error, self.two_tiny), self.two_tiny
        if curve is RELU and total.hi <= 0:
            return POINT_ZERO, ZERO, ZERO
        values = curve.value(total)
        own = self.own_error(layer, total, values)
        wide = add_up(values.wid(), own)
        try:
            error = min(wide, add_up(self.moved(layer, curve, total, error), own))
        except ArithmeticError:
            error = wide
        found = values + symmetric(own)
        if curve is RELU:
            found = Interval(max(found.lo, ZERO), found.hi)
        return found, error, own

    def own_error(self, layer, total, values):
        """Returns η: how far a float value is from the activation at the float sum."""
        semantics = self.semantics
        if layer.activation == "leaky-relu":
            below = max(-total.lo, ZERO)
            return add_up(mul_up(mul_up(self.unit, round_up(abs(layer.parameter))), below), self.two_tiny)
        if layer.activation in EXACT_ACTIVATIONS:
            return self.two_tiny
        ulp = mul_up(2 * self.unit, max(values.mag(), round_up(semantics.tiny)))
        return add_up(add_up(mul_up(round_up(semantics.ulps), ulp), round_up(semantics.abs)), self.two_tiny)

    def moved(self, layer, curve, total, error):
        """Returns how far apart the values of an activation are at two sums in `total` that are `error` apart."""
        if error == 0:
            return ZERO
        if layer.activation == "softplus" and layer.parameter is not None:
            jump = ZERO
            threshold = rational(layer.parameter)
            if total.lo <= threshold.hi and total.hi >= threshold.lo:
                jump = softplus(-threshold).hi
            # Both branches have slopes of at most 1.
            return add_up(error, jump)
        return mul_up(error, curve.slope(total).mag())


def substitute(row, constants):
    """Puts units of the layer below that have become constants into a sum (T40, 9.)."""
    if not any(unit in constants for unit, _, _ in row.terms):
        return row
    bias, size, powers, count, error = row.bias, row.size, row.powers, row.count, row.error
    terms = []
    for term in row.terms:
        unit, weight, is_power = term
        if unit not in constants:
            terms.append(term)
            continue
        value, distance = constants[unit]
        if value.is_zero():
            continue
        part = value * Interval(weight, weight)
        bias = bias + part
        if is_power:
            powers = add_up(powers, part.mag())
        else:
            size = add_up(size, part.mag())
        count += 1
        error = add_up(error, mul_up(abs(weight), distance))
    return Sum(bias, size, powers, count, error, tuple(terms), row.underflow)


def drop_unused(layers):
    """Drops units on which no sum above depends."""
    for depth in range(len(layers) - 1, 0, -1):
        used = {unit for sums in layers[depth].values() for row in sums for unit, _, _ in row.terms}
        below = layers[depth - 1]
        for place in [place for place in below if place not in used]:
            del below[place]
