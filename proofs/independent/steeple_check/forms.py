"""Linear forms on a cell (T11).

With the middle m and the radii r of a cell, x_i = m_i + r_i e_i with e in [-1, 1]^d. A form encloses a function u
if at every point u is in `center` + Σ `slopes[i]` e_i, and in `range`. A slope None is exactly 0.
"""

from .curves import RECIPROCAL, RELU
from .intervals import (
    HALF, POINT_ZERO, UNIT, ZERO_TO_ONE, Interval, add_down, add_up, mul_down, mul_up, point, sub_down,
)


class Form:
    __slots__ = ("center", "slopes", "range")

    def __init__(self, center, slopes, values):
        """`values` holds the function by other means, or is None; what follows from the slopes is intersected."""
        self.center = center
        self.slopes = slopes
        lo, hi = center.lo, center.hi
        for slope in slopes:
            if slope is not None:
                size = slope.mag()
                lo = sub_down(lo, size)
                hi = add_up(hi, size)
        if values is None:
            self.range = Interval(lo, hi)
        else:
            self.range = values.meet(Interval(lo, hi))

    def __neg__(self):
        return Form(-self.center, tuple(None if slope is None else -slope for slope in self.slopes), -self.range)


class Forms:
    """The arithmetic of linear forms on one cell. `inputs` are the forms of the inputs."""

    is_natural = False

    def __init__(self, box):
        self.dimension = len(box)
        self.none = (None,) * self.dimension
        self.inputs = []
        for place, side in enumerate(box):
            middle = side.mid()
            slopes = list(self.none)
            if not side.is_point():
                slopes[place] = point(side.rad())
            self.inputs.append(Form(point(middle), tuple(slopes), side))

    def constant(self, interval):
        return Form(interval, self.none, interval)

    def range(self, form):
        return form.range

    def add(self, a, b):
        slopes = tuple(
            y if x is None else x if y is None else x + y for x, y in zip(a.slopes, b.slopes)
        )
        return Form(a.center + b.center, slopes, a.range + b.range)

    def sub(self, a, b):
        slopes = tuple(
            (None if y is None else -y) if x is None else x if y is None else x - y
            for x, y in zip(a.slopes, b.slopes)
        )
        return Form(a.center - b.center, slopes, a.range - b.range)

    def neg(self, a):
        return -a

    def mul(self, a, b):
        """T11, products: the middles of both centers carry the linear part, everything else goes to the center."""
        if a.slopes == self.none:
            return self.scale(b, a.center.meet(a.range))
        if b.slopes == self.none:
            return self.scale(a, b.center.meet(b.range))
        middle_a, middle_b = point(a.center.mid()), point(b.center.mid())
        left_a, left_b = a.center - middle_a, b.center - middle_b
        center = a.center * b.center
        slopes = []
        for place, (x, y) in enumerate(zip(a.slopes, b.slopes)):
            slope = None
            if y is not None:
                slope = middle_a * y
                center = center + left_a * y * UNIT
            if x is not None:
                other = middle_b * x
                slope = other if slope is None else slope + other
                center = center + left_b * x * UNIT
                for other_place, z in enumerate(b.slopes):
                    if z is not None:
                        center = center + x * z * (ZERO_TO_ONE if place == other_place else UNIT)
            slopes.append(slope)
        return Form(center, tuple(slopes), a.range * b.range)

    def scale(self, a, factor):
        """Multiplies a form by a number that is in an interval, perhaps another one at every point."""
        if factor.is_point():
            slopes = tuple(None if slope is None else slope * factor for slope in a.slopes)
            return Form(a.center * factor, slopes, a.range * factor)
        middle = point(factor.mid())
        slopes = tuple(None if slope is None else slope * middle for slope in a.slopes)
        rest = (factor - middle) * a.range
        return Form(a.center * middle + rest, slopes, a.range * factor)

    def div(self, a, b):
        return self.mul(a, self.curve(RECIPROCAL, b))

    def curve(self, curve, a):
        """T11, functions of one variable: g(u) is in α u + β."""
        return self.along(curve.line(a.range), a, curve.value(a.range))

    def along(self, line, a, values):
        alpha, offset = line
        if alpha == 0:
            return Form(offset, self.none, values)
        alpha = point(alpha)
        slopes = tuple(None if slope is None else slope * alpha for slope in a.slopes)
        return Form(a.center * alpha + offset, slopes, values)

    def loose(self, values, *_):
        """Returns what is only known to be in an interval."""
        return self.constant(values)

    def maximum(self, a, b):
        """max(a, b) = b + relu(a - b)."""
        if a.range.lo >= b.range.hi:
            return a
        if b.range.lo >= a.range.hi:
            return b
        found = self.add(b, self.curve(RELU, self.sub(a, b)))
        values = Interval(max(a.range.lo, b.range.lo), max(a.range.hi, b.range.hi))
        return Form(found.center, found.slopes, found.range.meet(values))

    def minimum(self, a, b):
        return -self.maximum(-a, -b)

    def hull(self, a, b):
        """Encloses what is one of both, perhaps another one at every point.

        The slopes are the means of both; what a form has beside them goes to its center.
        """
        slopes = []
        center_a, center_b = a.center, b.center
        for x, y in zip(a.slopes, b.slopes):
            x = POINT_ZERO if x is None else x
            y = POINT_ZERO if y is None else y
            slope = point(((x + y) * HALF).mid())
            center_a = center_a + (x - slope) * UNIT
            center_b = center_b + (y - slope) * UNIT
            slopes.append(None if slope.is_zero() else slope)
        return Form(center_a.hull(center_b), tuple(slopes), a.range.hull(b.range))

    def sum(self, row, below):
        """Returns bias + Σ weight * unit for a row of a reduced network (reduce.py)."""
        center_lo, center_hi = row.bias.lo, row.bias.hi
        range_lo, range_hi = center_lo, center_hi
        dimension = self.dimension
        lows = [None] * dimension
        highs = [None] * dimension
        for unit, _, weight in row.terms:
            form = below[unit]
            if weight.lo == weight.hi:
                w = weight.lo
                values, center = form.range, form.center
                if w >= 0:
                    range_lo = add_down(range_lo, mul_down(w, values.lo))
                    range_hi = add_up(range_hi, mul_up(w, values.hi))
                    center_lo = add_down(center_lo, mul_down(w, center.lo))
                    center_hi = add_up(center_hi, mul_up(w, center.hi))
                else:
                    range_lo = add_down(range_lo, mul_down(w, values.hi))
                    range_hi = add_up(range_hi, mul_up(w, values.lo))
                    center_lo = add_down(center_lo, mul_down(w, center.hi))
                    center_hi = add_up(center_hi, mul_up(w, center.lo))
                for place, slope in enumerate(form.slopes):
                    if slope is None:
                        continue
                    if w >= 0:
                        lo, hi = mul_down(w, slope.lo), mul_up(w, slope.hi)
                    else:
                        lo, hi = mul_down(w, slope.hi), mul_up(w, slope.lo)
                    if lows[place] is None:
                        lows[place], highs[place] = lo, hi
                    else:
                        lows[place] = add_down(lows[place], lo)
                        highs[place] = add_up(highs[place], hi)
                continue
            scaled = self.scale(form, weight)
            range_lo = add_down(range_lo, scaled.range.lo)
            range_hi = add_up(range_hi, scaled.range.hi)
            center_lo = add_down(center_lo, scaled.center.lo)
            center_hi = add_up(center_hi, scaled.center.hi)
            for place, slope in enumerate(scaled.slopes):
                if slope is None:
                    continue
                if lows[place] is None:
                    lows[place], highs[place] = slope.lo, slope.hi
                else:
                    lows[place] = add_down(lows[place], slope.lo)
                    highs[place] = add_up(highs[place], slope.hi)
        slopes = tuple(None if lo is None else Interval(lo, hi) for lo, hi in zip(lows, highs))
        return Form(Interval(center_lo, center_hi), slopes, Interval(range_lo, range_hi))

    def narrowed(self, form, values):
        """Returns the form with a range that is known by other means."""
        return Form(form.center, form.slopes, form.range.meet(values))


class Natural:
    """The arithmetic of intervals, with the same operations as linear forms (T10)."""

    is_natural = True

    def __init__(self, box):
        self.inputs = list(box)

    def constant(self, interval):
        return interval

    def range(self, a):
        return a

    def add(self, a, b):
        return a + b

    def sub(self, a, b):
        return a - b

    def neg(self, a):
        return -a

    def mul(self, a, b):
        return a * b

    def div(self, a, b):
        return a / b

    def scale(self, a, factor):
        return a * factor

    def curve(self, curve, a):
        return curve.value(a)

    def loose(self, values, *_):
        return values

    def maximum(self, a, b):
        return Interval(max(a.lo, b.lo), max(a.hi, b.hi))

    def minimum(self, a, b):
        return Interval(min(a.lo, b.lo), min(a.hi, b.hi))

    def hull(self, a, b):
        return a.hull(b)

    def sum(self, row, below):
        """Returns bias + Σ weight * unit for a row of a reduced network (reduce.py)."""
        lo, hi = row.bias.lo, row.bias.hi
        for unit, _, weight in row.terms:
            values = below[unit]
            low, high = values.lo, values.hi
            if weight.lo >= 0:
                lo = add_down(lo, mul_down(weight.lo if low >= 0 else weight.hi, low))
                hi = add_up(hi, mul_up(weight.hi if high >= 0 else weight.lo, high))
            else:
                lo = add_down(lo, mul_down(weight.lo if high >= 0 else weight.hi, high))
                hi = add_up(hi, mul_up(weight.hi if low >= 0 else weight.lo, low))
        return Interval(lo, hi)

    def narrowed(self, a, values):
        return a.meet(values)
