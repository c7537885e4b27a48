"""Functions of one variable: values, slopes, second derivatives, and lines beside them (T03, T11, T17).

Every function here takes and returns intervals that hold the truth. Where there is no bound it raises an
ArithmeticError (Undefined, or one of gmpy2).
"""

import gmpy2
from gmpy2 import mpfr, mpq

from .errors import Undefined
from .intervals import (
    DOWN, HALF, ONE, PI, POINT_ONE, POINT_TWO, POINT_ZERO, TWO, UNIT, UP, ZERO, ZERO_TO_ONE,
    Interval, between, point, rational,
)

LARGE = mpfr(2) ** 64
FOUR = mpfr(4)


class Curve:
    """A function of one variable.

    - `value(a)`: an interval that holds its values on `a`.
    - `slope(a)`: holds its slopes on `a`; at a kink, those of both sides. Undefined where it may jump.
    - `second(a)`: holds its second derivatives; Undefined where it has none on `a`.
    - `line(a)`: a slope α and an interval β such that the function is in α t + β for all t in `a`.
    """

    def value(self, a):
        raise NotImplementedError

    def slope(self, a):
        raise Undefined("no slope")

    def second(self, a):
        raise Undefined("no second derivative")

    def line(self, a):
        """T11: α is the slope of the secant; α = 0 where the offset would be wider than the values."""
        values = self.value(a)
        if a.is_point():
            return ZERO, values
        try:
            alpha = self.secant(a)
            offset = self.offset(alpha, a)
        except ArithmeticError:
            return ZERO, values
        if offset.wid() >= values.wid():
            return ZERO, values
        return alpha, offset

    def secant(self, a):
        return (self.value(point(a.hi)).mid() - self.value(point(a.lo)).mid()) / (a.hi - a.lo)

    def above_line(self, alpha, t):
        """Returns g(t) - α t."""
        return self.value(t) - point(alpha) * t

    def offset(self, alpha, a):
        """Returns an interval that holds g(t) - α t for all t in `a`."""
        try:
            second = self.second(a)
        except ArithmeticError:
            second = None
        if second is not None and (second.lo >= 0 or second.hi <= 0):
            return self.offset_of_bend(alpha, a)
        middle = point(a.mid())
        step = a - middle
        start = self.value(middle) - point(alpha) * middle
        found = None
        try:
            found = start + (self.slope(a) - point(alpha)) * step
        except ArithmeticError:
            if second is None:
                raise
        if second is not None:
            taylor = start + (self.slope(middle) - point(alpha)) * step + second * HALF * step.power(2)
            found = taylor if found is None else found.meet(taylor)
        return found

    def offset_of_bend(self, alpha, a):
        """The same for a function that is convex or concave on `a`: it is between its chord and its tangent.

        g(t) - αt has one of its extremes at an end; the other one is beyond an end of the tangent at the middle.
        """
        ends = self.above_line(alpha, point(a.lo)).hull(self.above_line(alpha, point(a.hi)))
        middle = point(a.mid())
        value, slope = self.value(middle), self.slope(middle)
        for end in (a.lo, a.hi):
            ends = ends.hull(value + slope * (point(end) - middle) - point(alpha) * point(end))
        return ends


class Simple(Curve):
    """A curve made of three functions of an interval."""

    def __init__(self, value, slope=None, second=None):
        self.value = value
        if slope is not None:
            self.slope = slope
        if second is not None:
            self.second = second


class Convex(Simple):
    """A convex function. It may lack a second derivative."""

    def offset(self, alpha, a):
        return self.offset_of_bend(alpha, a)


class PiecewiseLinear(Curve):
    """A continuous function that is affine between its kinks (exact MPFR numbers)."""

    def __init__(self, kinks, value, slope):
        self.kinks = kinks
        self.value = value
        self.slope = slope

    def second(self, a):
        if any(a.lo <= kink <= a.hi for kink in self.kinks):
            raise Undefined("a kink")
        return POINT_ZERO

    def offset(self, alpha, a):
        """g(t) - αt is affine between kinks, so its extremes are at the ends and the kinks inside."""
        found = self.above_line(alpha, point(a.lo)).hull(self.above_line(alpha, point(a.hi)))
        for kink in self.kinks:
            if a.lo < kink < a.hi:
                found = found.hull(self.above_line(alpha, point(kink)))
        return found

    def secant(self, a):
        """Where the function is one line on `a`, this line has the exact slope, if it is an MPFR number."""
        slope = self.slope(a)
        return slope.lo if slope.is_point() else super().secant(a)


class Step(Curve):
    """1 for t >= 0, else 0."""

    def value(self, a):
        return Interval(ONE if a.lo >= 0 else ZERO, ONE if a.hi >= 0 else ZERO)

    def slope(self, a):
        if a.lo >= 0 or a.hi < 0:
            # At 0 the left side may jump, but no point left of 0 is in the interval.
            return POINT_ZERO
        raise Undefined("a jump")

    def second(self, a):
        return self.slope(a)

    def line(self, a):
        return ZERO, self.value(a)


class SShape(Simple):
    """An increasing function that is odd about its value `centre` at 0, convex left of 0 and concave right of it.

    `turn(α)` returns an interval that holds the t >= 0 with slope α, or None where every slope is at most α or
    every slope is at least α; it raises Undefined where rounding hides which.
    """

    def __init__(self, value, slope, second, centre, turn):
        super().__init__(value, slope, second)
        self.centre = centre
        self.turn = turn

    def offset(self, alpha, a):
        """T11: g(t) - αt falls, rises and falls; it turns at ±τ, and h(-τ) = 2 g(0) - h(τ)."""
        try:
            turn = self.turn(point(alpha)) if alpha > 0 else None
        except ArithmeticError:
            return super().offset(alpha, a)
        found = self.above_line(alpha, point(a.lo)).hull(self.above_line(alpha, point(a.hi)))
        if turn is None:
            return found
        value = self.above_line(alpha, turn)
        if turn.hi >= a.lo and turn.lo <= a.hi:
            found = found.hull(value)
        if -turn.lo >= a.lo and -turn.hi <= a.hi:
            found = found.hull(self.centre + self.centre - value)
        return found


def increasing(name):
    down, up = getattr(DOWN, name), getattr(UP, name)
    return lambda a: Interval(down(a.lo), up(a.hi))


exp = increasing("exp")
sinh = increasing("sinh")
tanh = increasing("tanh")
atan = increasing("atan")
erf = increasing("erf")
log1p = increasing("log1p")
expm1 = increasing("expm1")


def ln(a):
    if a.lo <= 0:
        raise Undefined("ln of a number that may be 0 or less")
    return Interval(DOWN.log(a.lo), UP.log(a.hi))


def sqrt(a):
    if a.lo < 0:
        raise Undefined("sqrt of a number that may be below 0")
    return Interval(DOWN.sqrt(a.lo), UP.sqrt(a.hi))


def cosh(a):
    size = a.size()
    return Interval(DOWN.cosh(size.lo), UP.cosh(size.hi))


def asin(a):
    within_one(a)
    return Interval(DOWN.asin(a.lo), UP.asin(a.hi))


def acos(a):
    within_one(a)
    return Interval(DOWN.acos(a.hi), UP.acos(a.lo))


def within_one(a):
    if a.lo < -1 or a.hi > 1:
        raise Undefined("asin or acos of a number that may be beyond 1")


def square(a):
    return a.power(2)


def sigmoid_of(t, down, up):
    """Returns 1/(1 + e^-t), rounded in the direction of `down`; `up` is the other direction."""
    if t >= 0:
        return down.div(ONE, up.add(ONE, up.exp(-t)))
    # e^t/(1 + e^t) = 1 - 1/(1 + e^t) grows with e^t; numerator and denominator are rounded against each other.
    return down.div(down.exp(t), up.add(ONE, up.exp(t)))


def sigmoid(a):
    return Interval(sigmoid_of(a.lo, DOWN, UP), min(sigmoid_of(a.hi, UP, DOWN), ONE))


def multiple_of_two_pi(a, offset):
    """Says whether `a` may hold offset * π + 2 k π for a whole number k; `offset` is rational."""
    turns = (a - rational(mpq(offset)) * PI) / (POINT_TWO * PI)
    return gmpy2.ceil(turns.lo) <= turns.hi


def wave(name, top, bottom):
    """sin or cos: extremes at the ends, and 1 and -1 where the places of those may be inside."""
    down, up = getattr(DOWN, name), getattr(UP, name)

    def value(a):
        if a.mag() > LARGE or a.wid() >= 6:
            return UNIT
        lo = min(down(a.lo), down(a.hi))
        hi = max(up(a.lo), up(a.hi))
        if multiple_of_two_pi(a, top):
            hi = ONE
        if multiple_of_two_pi(a, bottom):
            lo = -ONE
        return Interval(lo, hi)

    return value


sin = wave("sin", mpq(1, 2), mpq(-1, 2))
cos = wave("cos", mpq(0), mpq(1))


def tan(a):
    """The poles of tan t are where 2t is an odd multiple of π."""
    if a.mag() > LARGE or a.wid() >= 3 or multiple_of_two_pi(POINT_TWO * a, mpq(1)):
        raise Undefined("tan near a pole")
    return Interval(DOWN.tan(a.lo), UP.tan(a.hi))


def relu(a):
    return Interval(max(a.lo, ZERO), max(a.hi, ZERO))


def ends(function):
    """Makes an interval function of a function that grows; `function` takes and returns intervals."""
    return lambda a: Interval(function(point(a.lo)).lo, function(point(a.hi)).hi)


def spanned(function, places):
    """Makes an interval function of one that is monotone between `places`, narrow intervals that hold where it turns.

    The ends and the places that may be inside span its values.
    """

    def value(a):
        found = function(point(a.lo)).hull(function(point(a.hi)))
        for place in places:
            if place.hi >= a.lo and place.lo <= a.hi:
                found = found.hull(function(place))
        return found

    return value


def softplus_at(a):
    """max(0, t) + ln(1 + e^-|t|), at a point."""
    return relu(a) + log1p(exp(-a.size()))


softplus = ends(softplus_at)
softsign = ends(lambda a: a / (POINT_ONE + a.size()))
elu = ends(lambda a: a if a.lo >= 0 else expm1(a))


def reciprocal(a):
    return a.reciprocal()


def sign(a):
    """Holds the slopes of |t|."""
    return Interval(-ONE if a.lo < 0 else ONE, ONE if a.hi > 0 else -ONE) if not a.is_zero() else UNIT


def slope_of_relu(a):
    """Holds the slopes of max(0, t). Where t >= 0 throughout it is t itself."""
    if a.is_zero():
        return ZERO_TO_ONE
    if a.lo >= 0:
        return POINT_ONE
    return POINT_ZERO if a.hi <= 0 else ZERO_TO_ONE


def bell(w):
    """w (1 - w): grows up to 1/2 and falls."""
    return w * (POINT_ONE - w)


def cubic(w):
    """w (1 - w²) = w - w³, monotone between ±1/√3."""
    return w * (POINT_ONE - square(w))


ROOT_THIRD = POINT_ONE / sqrt(point(mpfr(3)))
cubic_on = spanned(cubic, (ROOT_THIRD, -ROOT_THIRD))
bell_on = spanned(bell, (HALF,))


def slope_of_sigmoid(a):
    return bell_on(sigmoid(a))


def second_of_sigmoid(a):
    """s'' = s (1 - s)(1 - 2s) = -c(2s - 1)/4 with c(w) = w (1 - w²)."""
    return -cubic_on(POINT_TWO * sigmoid(a) - POINT_ONE) * rational(mpq(1, 4))


def slope_of_tanh(a):
    return POINT_ONE - square(tanh(a))


def second_of_tanh(a):
    return -cubic_on(tanh(a)) * POINT_TWO


def density(a):
    """φ(t) = e^(-t²/2)/√(2π)."""
    return exp(-square(a) * HALF) / sqrt(POINT_TWO * PI)


ROOT_TWO = sqrt(POINT_TWO)


def distribution(a):
    """Φ(t) = (1 + erf(t/√2))/2, which is erfc(-t/√2)/2."""
    scaled = a / ROOT_TWO
    return Interval(DOWN.erfc(-scaled.lo), UP.erfc(-scaled.hi)) * HALF


def silu_at(a):
    return a * sigmoid(a)


def slope_of_silu_at(a):
    s = sigmoid(a)
    return s * (POINT_ONE + a * (POINT_ONE - s))


def second_of_silu(a):
    """s'(t) (2 - t tanh(t/2)); t tanh(t/2) is even and grows with |t|."""
    size = a.size()
    return slope_of_sigmoid(a) * (POINT_TWO - size * tanh(size * HALF))


def gelu_at(a):
    return a * distribution(a)


def slope_of_gelu_at(a):
    return distribution(a) + a * density(a)


def second_of_gelu_at(a):
    return density(a) * (POINT_TWO - square(a))


def bracket(function, low, high):
    """Returns an interval of width about 2^-70 that holds a zero of a function that changes its sign from - to +."""
    low, high = mpq(low), mpq(high)
    for _ in range(72):
        middle = (low + high) / 2
        value = function(rational(middle))
        if value.hi < 0:
            low = middle
        elif value.lo > 0:
            high = middle
        else:
            break
    if not (function(rational(low)).hi < 0 and function(rational(high)).lo > 0):
        raise AssertionError("no change of sign")
    return between(low, high)


# Where silu and gelu are least, where silu' turns, and where gelu' turns (±√2) and gelu'' turns (0 and ±2): T03.
SILU_BOTTOM = bracket(slope_of_silu_at, -2, -1)
GELU_BOTTOM = bracket(slope_of_gelu_at, mpq(-1), mpq(-1, 2))
SILU_TURN = bracket(lambda a: a * tanh(a * HALF) - POINT_TWO, 2, 3)
silu = spanned(silu_at, (SILU_BOTTOM,))
gelu = spanned(gelu_at, (GELU_BOTTOM,))
slope_of_silu = spanned(slope_of_silu_at, (SILU_TURN, -SILU_TURN))
slope_of_gelu = spanned(slope_of_gelu_at, (ROOT_TWO, -ROOT_TWO))
second_of_gelu = spanned(second_of_gelu_at, (POINT_ZERO, POINT_TWO, -POINT_TWO))


def slope_of_erf(a):
    return POINT_TWO / sqrt(PI) * exp(-square(a))


def second_of_erf(a):
    return -(a + a) * slope_of_erf(a)


def slope_of_softsign(a):
    return square(POINT_ONE + a.size()).reciprocal()


def second_of_softsign(a):
    """-2 sgn(t)/(1 + |t|)³; across 0 the hull of both sides, which T17 allows."""
    if a.lo >= 0 and not a.is_zero():
        return -(POINT_TWO * (POINT_ONE + a).power(3).reciprocal())
    if a.hi <= 0 and not a.is_zero():
        return POINT_TWO * (POINT_ONE - a).power(3).reciprocal()
    return Interval(-TWO, TWO)


def slope_of_elu(a):
    return Interval(min(DOWN.exp(a.lo), ONE), min(UP.exp(a.hi), ONE)) if a.lo < 0 else POINT_ONE


def second_of_elu(a):
    if a.lo > 0:
        return POINT_ZERO
    if a.hi < 0:
        return exp(a)
    return Interval(ZERO, ONE)


def slope_of_acos(a):
    return -slope_of_asin(a)


def slope_of_asin(a):
    return sqrt(POINT_ONE - square(a)).reciprocal()


def second_of_asin(a):
    """t/(1 - t²)^(3/2)."""
    return a * sqrt(POINT_ONE - square(a)).power(3).reciprocal()


def second_of_atan(a):
    return -(a + a) * square(POINT_ONE + square(a)).reciprocal()


def turn_of_sigmoid(alpha):
    """s' = s (1 - s) = α: s = (1 + √(1 - 4α))/2, and t = ln(s/(1 - s))."""
    root = POINT_ONE - point(FOUR) * alpha
    if root.hi <= 0:
        return None
    s = (POINT_ONE + sqrt(root)) * HALF
    return ln(s / (POINT_ONE - s))


def turn_of_tanh(alpha):
    """1 - tanh² = α."""
    root = POINT_ONE - alpha
    if root.hi <= 0:
        return None
    value = sqrt(root)
    return HALF * ln((POINT_ONE + value) / (POINT_ONE - value))


def turn_of_atan(alpha):
    root = alpha.reciprocal() - POINT_ONE
    return None if root.hi <= 0 else sqrt(root)


def turn_of_softsign(alpha):
    turn = sqrt(alpha).reciprocal() - POINT_ONE
    if turn.hi <= 0:
        return None
    if turn.lo < 0:
        raise Undefined("rounding hides whether the slope is taken")
    return turn


def turn_of_erf(alpha):
    ratio = POINT_TWO / (sqrt(PI) * alpha)
    if ratio.hi <= 1:
        return None
    return sqrt(ln(ratio))


ABS = PiecewiseLinear((ZERO,), lambda a: a.size(), sign)
RELU = PiecewiseLinear((ZERO,), relu, slope_of_relu)
STEP = Step()
SIGMOID = SShape(sigmoid, slope_of_sigmoid, second_of_sigmoid, HALF, turn_of_sigmoid)
TANH = SShape(tanh, slope_of_tanh, second_of_tanh, POINT_ZERO, turn_of_tanh)
RECIPROCAL = Simple(reciprocal, lambda a: -square(a).reciprocal(), lambda a: POINT_TWO * a.power(3).reciprocal())
EXP = Simple(exp, exp, exp)
LN = Simple(ln, reciprocal, lambda a: -square(a).reciprocal())
CURVES = {
    "exp": EXP,
    "ln": LN,
    "sqrt": Simple(
        sqrt,
        lambda a: (POINT_TWO * sqrt(a)).reciprocal(),
        lambda a: -(point(FOUR) * sqrt(a).power(3)).reciprocal(),
    ),
    "sin": Simple(sin, cos, lambda a: -sin(a)),
    "cos": Simple(cos, lambda a: -sin(a), lambda a: -cos(a)),
    "tan": Simple(
        tan,
        lambda a: POINT_ONE + square(tan(a)),
        lambda a: POINT_TWO * tan(a) * (POINT_ONE + square(tan(a))),
    ),
    "asin": Simple(asin, slope_of_asin, second_of_asin),
    "acos": Simple(acos, slope_of_acos, lambda a: -second_of_asin(a)),
    "atan": SShape(atan, lambda a: (POINT_ONE + square(a)).reciprocal(), second_of_atan, POINT_ZERO, turn_of_atan),
    "sinh": Simple(sinh, cosh, sinh),
    "cosh": Simple(cosh, sinh, cosh),
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "abs": ABS,
    "relu": RELU,
    "heaviside": STEP,
    "erf": SShape(erf, slope_of_erf, second_of_erf, POINT_ZERO, turn_of_erf),
    "softplus": Convex(softplus, sigmoid, slope_of_sigmoid),
    "softsign": SShape(softsign, slope_of_softsign, second_of_softsign, POINT_ZERO, turn_of_softsign),
    "elu": Convex(elu, slope_of_elu, second_of_elu),
    "silu": Simple(silu, slope_of_silu, second_of_silu),
    "gelu": Simple(gelu, slope_of_gelu, second_of_gelu),
}


def whole_power(exponent):
    """Returns the curve t^n for a whole exponent n; for n < 0 it has no value at 0."""
    if exponent < 0:
        positive = -exponent
        n = rational(mpq(exponent))
        return Simple(
            lambda a: a.power(positive).reciprocal(),
            lambda a: n * a.power(positive + 1).reciprocal(),
            lambda a: n * (n - POINT_ONE) * a.power(positive + 2).reciprocal(),
        )
    n = rational(mpq(exponent))
    return Simple(
        lambda a: a.power(exponent),
        lambda a: n * a.power(max(exponent - 1, 0)),
        lambda a: n * (n - POINT_ONE) * a.power(max(exponent - 2, 0)),
    )


def real_power(exponent):
    """Returns the curve t^b for a rational exponent b that is not whole, for t >= 0 (t > 0 where b < 0)."""
    b = rational(exponent)

    def value(a):
        if a.lo > 0:
            return exp(b * ln(a))
        if a.lo < 0 or exponent < 0:
            raise Undefined("a power of a number that may be 0 or less")
        return POINT_ZERO if a.hi == 0 else Interval(ZERO, exp(b * ln(point(a.hi))).hi)

    def derivative(order, a):
        factor = b if order == 1 else b * (b - POINT_ONE)
        return factor * exp((b - rational(mpq(order))) * ln(a))

    return Simple(value, lambda a: derivative(1, a), lambda a: derivative(2, a))


POWERS = {}


def power_curve(exponent):
    """Returns the curve t^b for a rational exponent."""
    found = POWERS.get(exponent)
    if found is None:
        found = whole_power(int(exponent)) if exponent.denominator == 1 else real_power(exponent)
        POWERS[exponent] = found
    return found


def leaky_relu(slope):
    """t for t >= 0, slope t below."""
    below = rational(slope)

    def value_at(a):
        return a if a.lo >= 0 else a * below

    def value(a):
        found = value_at(point(a.lo)).hull(value_at(point(a.hi)))
        return found.hull(POINT_ZERO) if a.holds_zero() else found

    def slopes(a):
        if a.lo > 0:
            return POINT_ONE
        return below if a.hi < 0 else below.hull(POINT_ONE)

    return PiecewiseLinear((ZERO,), value, slopes)


def hard_tanh_slope(a):
    if a.hi < -1 or a.lo > 1:
        return POINT_ZERO
    return POINT_ONE if a.lo > -1 and a.hi < 1 else ZERO_TO_ONE


def cut_to_one(number):
    return min(max(number, -ONE), ONE)


HARD_TANH = PiecewiseLinear((-ONE, ONE), lambda a: Interval(cut_to_one(a.lo), cut_to_one(a.hi)), hard_tanh_slope)


def scaled_elu(alpha):
    """t for t >= 0, alpha (e^t - 1) below."""
    factor = rational(alpha)

    def value_at(a):
        return a if a.lo >= 0 else factor * expm1(a)

    def value(a):
        """Monotone left and right of 0, where it is 0."""
        found = value_at(point(a.lo)).hull(value_at(point(a.hi)))
        return found.hull(POINT_ZERO) if a.holds_zero() else found

    def slope(a):
        if a.lo > 0:
            return POINT_ONE
        below = factor * exp(Interval(a.lo, min(a.hi, ZERO)))
        return below if a.hi < 0 else below.hull(POINT_ONE)

    def second(a):
        if a.lo > 0:
            return POINT_ZERO
        if a.hi < 0:
            return factor * exp(a)
        raise Undefined("a kink")

    return Simple(value, slope, second) if not 0 <= alpha <= 1 else Convex(value, slope, second)


def softplus_to(threshold):
    """ln(1 + e^t), and t itself above the threshold, where it jumps."""
    place = rational(threshold)
    plain = CURVES["softplus"]

    def value(a):
        if a.hi <= place.lo:
            return softplus(a)
        if a.lo > place.hi:
            return a
        return softplus(a).hull(a)

    def slope(a):
        if a.hi < place.lo:
            return sigmoid(a)
        if a.lo > place.hi:
            return POINT_ONE
        raise Undefined("a jump")

    def second(a):
        if a.hi < place.lo:
            return slope_of_sigmoid(a)
        if a.lo > place.hi:
            return POINT_ZERO
        raise Undefined("a jump")

    curve = Simple(value, slope, second)

    def offset(alpha, a):
        """Above the threshold it is softplus less ln(1 + e^-t), at most softplus(-threshold)."""
        found = plain.offset(alpha, a)
        if a.hi <= place.lo:
            return found
        return found - Interval(ZERO, softplus(-place).hi)

    curve.offset = offset
    return curve


def gelu_with(divisor):
    """t (1 + erf(t/s))/2 = g(k t)/k with g = gelu and k = √2/s."""
    scale = ROOT_TWO / rational(divisor)
    return Simple(
        lambda a: gelu(a * scale) / scale,
        lambda a: slope_of_gelu(a * scale),
        lambda a: second_of_gelu(a * scale) * scale,
    )


def activation_curve(activation, parameter):
    """Returns the curve of a unit; None for `identity` and `maxout`."""
    if activation in ("identity", "maxout"):
        return None
    if activation == "leaky-relu":
        return leaky_relu(parameter)
    if activation == "hard-tanh":
        return HARD_TANH
    if activation == "elu" and parameter != 1:
        return scaled_elu(parameter)
    if activation == "softplus" and parameter is not None:
        return softplus_to(parameter)
    if activation == "gelu" and parameter is not None:
        return gelu_with(parameter)
    return CURVES[activation]
