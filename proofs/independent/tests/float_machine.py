"""A machine for float arithmetic as T40 allows it: any order, fused or not, subnormal numbers kept or flushed.

It computes with the contexts of MPFR for IEEE formats. Written apart from the checker.
"""

import gmpy2
from gmpy2 import mpfr, mpq

from . import reference

TINY = {32: mpfr(2) ** -126, 64: mpfr(2) ** -1022}
QUANTUM = {32: mpq(1, 1 << 149), 64: mpq(1, 1 << 1074)}
DIGITS = {32: 24, 64: 53}
EXACT = ("identity", "heaviside", "relu", "leaky-relu", "hard-tanh", "maxout")
ORDERS = ("random tree", "random chain", "small first", "large first", "cancel last", "given", "pairs")


def exact(value):
    return mpq(*value.as_integer_ratio())


def nearest(value, bits):
    """Returns the float that is nearest to a rational number."""
    with gmpy2.context(gmpy2.ieee(bits)):
        return mpfr(value)


def next_float(value, bits, up):
    with gmpy2.context(gmpy2.ieee(bits)):
        return gmpy2.next_above(value) if up else gmpy2.next_below(value)


def ulp(value, bits):
    """Returns the distance of the floats at a number, an MPFR number or 0."""
    size = abs(exact(value)) if value != 0 else mpq(0)
    step = QUANTUM[bits]
    while size >= step * (1 << DIGITS[bits]):
        step *= 2
    return step


class Machine:
    """One way to evaluate a network. `flush` is the share of subnormal numbers that become 0."""

    def __init__(self, draw, bits=32, emitted=False, ulps=mpq(1, 2), absolute=mpq(0), flush=None, fused=None, order=None):
        self.draw = draw
        self.bits = bits
        self.emitted = emitted
        self.ulps = ulps
        self.abs = absolute
        self.flush = draw.choice([0, 0.5, 1]) if flush is None else flush
        self.fused = draw.choice([0, 0.5, 1]) if fused is None else fused
        self.order = draw.choice(ORDERS) if order is None else order
        self.push = draw.choice([-1, 1, 0])
        self.format = gmpy2.ieee(bits)
        self.sums = gmpy2.ieee(64 if emitted else bits)
        self.tiny_of_sums = TINY[64 if emitted else bits]

    def flushed(self, value, tiny):
        if 0 < abs(value) < tiny and self.draw.random() < self.flush:
            return mpfr(0)
        return value

    def read(self, value):
        return self.flushed(value, TINY[self.bits])

    def within(self, value):
        """What is made or read inside of a sum."""
        return self.flushed(value, self.tiny_of_sums)

    def product(self, pair):
        weight, value = pair
        with gmpy2.context(self.sums):
            return self.within(weight * value)

    def add(self, a, b):
        """Adds two parts of a sum; a part is a number, or a product that was not made yet."""
        if isinstance(a, tuple) and isinstance(b, tuple):
            a = self.product(a)
        if isinstance(b, tuple):
            a, b = b, a
        if isinstance(a, tuple):
            b = self.within(b)
            if self.draw.random() < self.fused:
                with gmpy2.context(self.sums):
                    return self.within(gmpy2.fma(a[0], a[1], b))
            a = self.product(a)
        with gmpy2.context(self.sums):
            return self.within(self.within(a) + self.within(b))

    def sum(self, row, bias, values):
        parts = [(mpfr(weight), self.read(values[column])) for column, weight in row]
        if self.draw.randrange(2):
            parts = [part for part in parts if part[1] != 0]
        if bias != 0 or self.draw.randrange(2):
            parts.append(mpfr(bias))
        parts = self.ordered(parts)
        if not parts:
            return mpfr(0)
        if self.order == "random tree":
            while len(parts) > 1:
                first = parts.pop(self.draw.randrange(len(parts)))
                second = parts.pop(self.draw.randrange(len(parts)))
                parts.append(self.add(first, second))
        elif self.order == "pairs":
            while len(parts) > 1:
                parts = [self.add(*parts[k:k + 2]) if k + 1 < len(parts) else parts[k] for k in range(0, len(parts), 2)]
        total = parts[0]
        for part in parts[1:]:
            total = self.add(total, part)
        if isinstance(total, tuple):
            total = self.product(total)
        return self.stored(total)

    def stored(self, total):
        with gmpy2.context(self.format):
            return self.read(self.read(total + 0))

    def ordered(self, parts):
        def value(part):
            return part[0] * part[1] if isinstance(part, tuple) else part

        if self.order in ("random chain", "random tree"):
            self.draw.shuffle(parts)
        elif self.order == "small first":
            parts.sort(key=lambda part: abs(value(part)))
        elif self.order == "large first":
            parts.sort(key=lambda part: -abs(value(part)))
        elif self.order == "cancel last":
            parts.sort(key=value)
        return parts

    def unit(self, layer, z):
        """Returns the value of a unit at a float sum."""
        z = self.read(z)
        name = layer.activation
        if name == "leaky-relu":
            if z >= 0:
                return z
            with gmpy2.context(self.format):
                return self.read(mpfr(layer.parameter) * z)
        truth = exact(reference.high(reference.activation(name, layer.parameter))(z))
        if name in EXACT:
            return self.read(nearest(truth, self.bits))
        room = self.ulps * ulp(truth, self.bits) + self.abs
        share = self.push if self.push and self.draw.random() < 0.7 else self.draw.uniform(-1, 1)
        found = nearest(truth + room * mpq(share), self.bits)
        for _ in range(3):
            if abs(exact(found) - truth) <= room:
                return self.read(found)
            found = next_float(found, self.bits, exact(found) < truth)
        return self.read(nearest(truth, self.bits))

    def run(self, network, point):
        """Returns the outputs, and for each layer the values of its units, all floats."""
        values = list(point)
        layers = []
        for layer in network.layers:
            sums = [self.sum(row, bias, values) for row, bias in zip(layer.rows, layer.bias)]
            if layer.activation == "maxout":
                rank = layer.parameter
                values = [self.read(max(sums[k:k + rank])) for k in range(0, len(sums), rank)]
            elif layer.activation == "identity":
                values = [self.read(z) for z in sums]
            else:
                values = [self.unit(layer, z) for z in sums]
            layers.append(values)
        return values, layers


@reference.high
def real_network(network, point, layers):
    """Returns the outputs of the real network whose steps have the values in `layers`, and all sums of steps."""
    values = [mpfr(value) for value in point]
    steps = {}
    for depth, (layer, floats) in enumerate(zip(network.layers, layers)):
        sums = [sum((mpfr(w) * values[c] for c, w in row), mpfr(b)) for row, b in zip(layer.rows, layer.bias)]
        if layer.activation == "maxout":
            rank = layer.parameter
            values = [max(sums[k:k + rank]) for k in range(0, len(sums), rank)]
        elif layer.activation == "heaviside":
            steps.update(((depth, place), z) for place, z in enumerate(sums))
            values = [mpfr(value) for value in floats]
        else:
            function = reference.activation(layer.activation, layer.parameter)
            values = [function(z) for z in sums]
    return values, steps
