"""What a certificate means by "the network": real arithmetic, or a format of floats and what is promised about it (T40).

Everything here is exact.
"""

from gmpy2 import mpq, mpz

from .errors import Rejected

# The unit roundoff is 2^-precision, the smallest normal number 2^least, and every number is below 2^above.
FORMATS = {"float32": (24, -126, 128), "float64": (53, -1022, 1024)}
# Units that T40 takes as exact. A leaky ReLU is one product.
EXACT_ACTIVATIONS = {"identity", "heaviside", "relu", "leaky-relu", "hard-tanh", "maxout"}
HALF = mpq(1, 2)


def power_of_two(exponent):
    return mpq(mpz(1) << exponent) if exponent >= 0 else mpq(1, mpz(1) << -exponent)


def is_power_of_two(value):
    """Says whether a rational number above 0 is a power of two."""
    numerator, denominator = value.numerator, value.denominator
    return numerator & (numerator - 1) == 0 and denominator & (denominator - 1) == 0


class Semantics:
    """Float arithmetic.

    - `format`, `sums` (any or emitted), `ulps`, `abs`, `inputs` (floats or rounded) as in the file.
    - `unit`, `tiny`, `largest`: the unit roundoff, the smallest normal and the largest finite number.
    """

    def __init__(self, name, sums, ulps, absolute, inputs):
        self.format = name
        self.sums = sums
        self.ulps = ulps
        self.abs = absolute
        self.inputs = inputs
        self.precision, self.least, above = FORMATS[name]
        self.unit = power_of_two(-self.precision)
        self.tiny = power_of_two(self.least)
        self.largest = power_of_two(above) * (1 - self.unit)

    def below(self, value):
        """Returns the largest float that is at most a rational number, as if there were no largest one."""
        if value == 0:
            return mpq(0)
        exponent = exponent_of(abs(value))
        step = power_of_two(max(exponent, self.least) - self.precision + 1)
        return (value // step) * step

    def is_float(self, value):
        """Says whether a number is a finite float, subnormal ones included."""
        return abs(value) <= self.largest and self.below(value) == value

    def is_weight(self, value):
        """Says whether a number is 0 or a normal float."""
        return value == 0 or (abs(value) >= self.tiny and self.is_float(value))

    def float_within(self, low, high):
        """Returns a float from `low` to `high`, near the middle, or None if there is none.

        There is no float between the two neighbours of the middle.
        """
        low, high = max(low, -self.largest), min(high, self.largest)
        middle = (low + high) / 2
        for near in (self.below(middle), -self.below(-middle)):
            if low <= near <= high:
                return near
        return None

    def has_points(self, sides):
        """Says whether a box has a point of which the claim speaks."""
        return self.inputs == "rounded" or all(self.float_within(low, high) is not None for low, high in sides)

    def point_near(self, values, sides):
        """Returns a point of a box of which the claim speaks, near the given one, or None."""
        if self.inputs == "rounded":
            return list(values)
        found = []
        for value, (low, high) in zip(values, sides):
            near = self.below(value)
            if not (low <= near <= high and abs(near) <= self.largest):
                near = self.float_within(low, high)
            if near is None:
                return None
            found.append(near)
        return found


def exponent_of(value):
    """Returns the whole number e with 2^e <= value < 2^(e + 1), for a rational number above 0."""
    exponent = int(value.numerator.bit_length()) - int(value.denominator.bit_length())
    return exponent if power_of_two(exponent) <= value else exponent - 1


def check_network(semantics, network):
    """Refuses a network that T40 does not speak of."""
    for depth, layer in enumerate(network.layers):
        where = f"layer {depth + 1}"
        numbers = [weight for row in layer.rows for _, weight in row] + layer.bias
        if layer.activation == "leaky-relu":
            numbers.append(layer.parameter)
        for value in numbers:
            if not semantics.is_weight(value):
                raise Rejected(f"{where}: {value} is not 0 or a normal {semantics.format}")
        if layer.activation not in EXACT_ACTIVATIONS and semantics.ulps < HALF:
            raise Rejected(f"{where}: ulps is below 1/2, but no float is nearer to every {layer.activation}")
