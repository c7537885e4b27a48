"""The claim `area`: the volume where the decision N >= threshold and the region differ (T10, T14, T15).

In float arithmetic the output has a radius more (T40).
"""

from itertools import product
from math import factorial, prod

from gmpy2 import mpq

from . import exact as pieces
from .coordinates import coordinates, on_cell
from .errors import Rejected
from .evaluate import Evaluator
from .forms import Forms, Natural
from .half_planes import HalfSpace, complement, decision, region
from .intervals import ZERO, rational, symmetric
from .reduce import Reducer, evaluate_network
from .rounding import Rounding
from .totals import Total
from .tree import clip, double_area, walk
from .work import Cutter

MAX_SHARES = 8
# A radius that is so many times smaller than the range of the output is small.
SMALL = 256


class AreaChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.network = network
        self.work = work
        self.region = certificate.targets[0]
        self.rounding = None
        steps = None
        if certificate.semantics is not None:
            self.rounding = Rounding(network, certificate.semantics, certificate.domain, certificate.constant_radius)
            steps = self.rounding.steps
        self.reducer = Reducer(network, certificate.constant_radius, steps)
        cutter = Cutter(network, certificate.targets, certificate.domain, steps)
        self.total = Total(certificate, work, cutter, self.bound)

    def check(self):
        certificate = self.certificate
        lines_allowed = len(certificate.inputs) == 2 and self.network.is_piecewise_linear()
        for place, (letter, cell) in enumerate(walk(certificate.tree, certificate.domain, lines_allowed)):
            if not self.work.count_leaf(letter):
                continue
            if cell.corners is not None and letter not in "eo":
                raise Rejected(f"leaf {letter} below a cut along a line")
            if letter == "e":
                self.work.count_cell()
                self.total.add_piece(pieces.settled(
                    pieces.contribution, "area", self.network, certificate.targets, certificate.threshold, cell
                ), cell, place)
            elif cell.corners is not None:
                self.work.count_cell()
                self.total.add_bounds(mpq(0), cell.volume())
            else:
                self.total.add_cell(cell, letter, place)
        if self.work.every == 1:
            self.total.finish()
        else:
            self.total.refute()

    def radius(self, cell, output):
        """Returns how far the output of the float network is from that of the real one, which is in this interval.

        The radius of a larger box will do where the cell is decided by it, or where it is small beside the interval.
        """
        radius = self.rounding.nearest(cell).outputs[0]
        decided = output.lo > radius or output.hi < -radius
        return radius if decided or radius * SMALL < output.wid() else self.rounding.on(cell).outputs[0]

    def bound(self, cell, letter):
        """Returns bounds of the misclassified volume of a cell. A leaf `o` says nothing, as long as it is not cut."""
        volume = cell.volume()
        if letter == "o":
            return mpq(0), volume
        reduced = self.reducer.on(cell)
        natural = Natural(cell.box)
        threshold = rational(self.certificate.threshold)
        output = reduced.outputs()[0] - threshold
        radius = ZERO if self.rounding is None else self.radius(cell, output)
        if radius > 0:
            output, threshold = output + symmetric(radius), threshold + symmetric(radius)
        decided = True if output.lo >= 0 else False if output.hi < 0 else None
        inside = Evaluator(natural, natural.inputs, cell.sides, inside=True).condition(self.region)
        if decided is not None and inside is not None:
            return (mpq(0), mpq(0)) if decided == inside else (volume, volume)
        forms = Forms(cell.box)
        if inside is None:
            inside = region(self.region, Evaluator(forms, forms.inputs, cell.sides, inside=False))
        if decided is None and inside is not None:
            decided = decision(reduced, threshold, forms, evaluate_network(reduced, forms))
        if decided is None or inside is None:
            return mpq(0), volume
        if len(cell.sides) <= 2:
            lower, upper = polygons(inside, decided, cell)
            return max(mpq(0), min(lower, volume)), min(volume, upper)
        lower, upper = shares(inside, decided, cell)
        return lower * volume, upper * volume


def polygons(first, second, cell):
    """Returns bounds of the area where one of two sets holds, but not both, in one or two inputs (T15)."""
    places = coordinates(cell)
    scale = mpq(1)
    spans = []
    for shift, factor, radius in places:
        spans.append((shift - factor, shift + factor))
        scale *= radius
    if len(spans) == 1:
        spans.append((mpq(-1), mpq(1)))
        scale /= 2
    (left, right), (bottom, top) = spans
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    lower = upper = mpq(0)
    for one, other in ((first, complement(second)), (complement(first), second)):
        lower += area_of_both(corners, one, other, outer=False)
        upper += area_of_both(corners, one, other, outer=True)
    return lower * scale, upper * scale


def area_of_both(corners, first, second, outer):
    """Returns the area of the intersection of the inner or outer half-planes of two sets in a convex polygon."""
    for known in (first, second):
        if known is True:
            continue
        if known is False:
            return mpq(0)
        slopes = known.slopes + [mpq(0)] * (2 - len(known.slopes))
        corners = clip(corners, (slopes[0], slopes[1], -(known.low if outer else known.high)))
        if len(corners) < 3:
            return mpq(0)
    return double_area(corners) / 2


def shares(first, second, cell):
    """Returns bounds of the share of a cell where one of two sets holds, but not both, in any number of inputs."""
    p_low, p_high = share(first, cell)
    q_low, q_high = share(second, cell)
    lower = max(p_low - q_high, q_low - p_high, mpq(0))
    upper = min(p_high + q_high, 2 - p_low - q_low, mpq(1))
    return lower, upper


def share(known, cell):
    """Returns bounds of the share of the cell that a set covers."""
    if not isinstance(known, HalfSpace):
        return (mpq(1), mpq(1)) if known else (mpq(0), mpq(0))
    offset, slopes = on_cell(mpq(0), known.slopes, cell)
    slopes = sorted((abs(slope) for slope in slopes if slope != 0), reverse=True)
    # The smallest slopes beyond the first eight move the level by at most their sum.
    rest = sum(slopes[MAX_SHARES:], mpq(0))
    slopes = slopes[:MAX_SHARES]
    return share_above(slopes, known.high - offset + rest), share_above(slopes, known.low - offset - rest)


def share_above(slopes, level):
    """Returns the share of [-1, 1]^m where slopes·e >= level, for slopes above 0 (T15)."""
    if not slopes:
        return mpq(1) if level <= 0 else mpq(0)
    if level < 0:
        return 1 - share_above(slopes, -level)
    m = len(slopes)
    total = mpq(0)
    for signs in product((1, -1), repeat=m):
        height = sum(sign * slope for sign, slope in zip(signs, slopes)) - level
        if height > 0:
            total += prod(signs) * height**m
    return total / (2**m * factorial(m) * prod(slopes))
