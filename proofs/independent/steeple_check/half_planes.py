"""Sets that are known as a half-space up to a margin (T15).

A set is everything (True), nothing (False), unknown (None), or a HalfSpace. All of it is up to sets of measure zero.
"""

from .curves import HARD_TANH, RELU, SIGMOID, STEP, TANH, ln
from .formula import COMPARISONS
from .intervals import HALF, POINT_ONE, POINT_ZERO, UNIT, ZERO, exact, point


class HalfSpace:
    """A set S with {c·e >= high} ⊆ S ⊆ {c·e >= low}; c has an entry that is not 0. All numbers are exact."""

    def __init__(self, slopes, low, high):
        self.slopes = slopes
        self.low = low
        self.high = high


def complement(known):
    if known is None or isinstance(known, bool):
        return None if known is None else not known
    return HalfSpace([-slope for slope in known.slopes], -known.high, -known.low)


def half_space(form, strict):
    """Returns the set where a form is at least 0, or above 0 if `strict`."""
    values = form.range
    if values.lo > 0 or (values.lo >= 0 and not strict):
        return True
    if values.hi < 0 or (values.hi <= 0 and strict):
        return False
    slopes = []
    margin = form.center
    for slope in form.slopes:
        middle = ZERO if slope is None else slope.mid()
        slopes.append(exact(middle))
        if slope is not None:
            margin = margin + (slope - point(middle)) * UNIT
    if not any(slopes):
        return None
    return HalfSpace(slopes, exact(-margin.hi), exact(-margin.lo))


def region(node, evaluator):
    """Returns what is known of the set where a condition holds, by linear forms."""
    operation, parts = node.operation, node.parts
    if operation == "not":
        return complement(region(parts[0], evaluator))
    if operation in ("and", "or"):
        stops = operation == "or"
        first = region(parts[0], evaluator)
        if first is stops:
            return stops
        second = region(parts[1], evaluator)
        if second is stops:
            return stops
        if first is (not stops):
            return second
        return first if second is (not stops) else None
    if operation not in COMPARISONS:
        raise AssertionError(operation)
    decided = evaluator.condition(node)
    if decided is not None:
        return decided
    if operation in ("eq", "ne"):
        return None
    forms = evaluator.arithmetic
    left, right = evaluator.number(parts[0]), evaluator.number(parts[1])
    if operation in ("lt", "le"):
        left, right = right, left
    return half_space(forms.sub(left, right), strict=operation in ("lt", "gt"))


def decision(reduced, threshold, forms, outputs):
    """Returns what is known of the set where N is above all of an interval, and only where it is above some of it.

    The output is peeled as long as each layer has one unit left (T15, "In the core"); else the linear form of
    N - threshold is used.
    """
    peeled = peel(reduced, threshold, forms)
    if peeled is not None:
        return peeled
    return half_space(forms.sub(outputs[0], forms.constant(threshold)), strict=False)


def peel(reduced, level, forms):
    """Follows u >= level down the layers; `above` says whether it is that or u <= level. None where this ends early.

    A level is an interval: the set holds where the unit is above all of it, and only where it is above some of it. So
    both u >= level and u > level are known in the same way.
    """
    above = True
    turned = False
    for depth in range(len(reduced.layers) - 1, -1, -1):
        units = reduced.layers[depth]
        if len(units) != 1:
            return None
        (rows,) = units.values()
        if len(rows) != 1:
            return None
        row = rows[0]
        curve = reduced.curves[depth]
        if curve is STEP:
            if not (level.lo > 0 and level.hi < 1):
                return None
            # v >= level is s >= 0; v <= level is s < 0, the complement of it.
            if not above:
                turned = not turned
            above = True
            level = POINT_ZERO
        elif curve is not None:
            level = inverse(curve, level)
            if level is None:
                return None
        level = level - row.bias
        if depth == 0:
            found = half_space_of_sum(row, level, above, forms)
            return complement(found) if turned else found
        if len(row.terms) != 1:
            return None
        weight = row.terms[0][2]
        if weight.lo <= 0 <= weight.hi:
            return None
        level = level / weight
        if weight.hi < 0:
            above = not above
    return None


def inverse(curve, level):
    """Returns the sums for which a unit has these values, if it grows strictly there; else None."""
    if curve is SIGMOID and level.lo > 0 and level.hi < 1:
        return ln(level / (POINT_ONE - level))
    if curve is TANH and level.lo > -1 and level.hi < 1:
        return HALF * ln((POINT_ONE + level) / (POINT_ONE - level))
    if curve is RELU and level.lo > 0:
        return level
    if curve is HARD_TANH and level.lo > -1 and level.hi < 1:
        return level
    return None


def half_space_of_sum(row, level, above, forms):
    """Returns the set where Σ weight * x is at least (or at most) a level."""
    total = forms.constant(POINT_ZERO - level)
    for unit, _, weight in row.terms:
        total = forms.add(total, forms.scale(forms.inputs[unit], weight))
    if not above:
        total = forms.neg(total)
    strict, weak = half_space(total, True), half_space(total, False)
    if isinstance(strict, bool) or isinstance(weak, bool):
        return strict if strict is weak else None
    return weak
