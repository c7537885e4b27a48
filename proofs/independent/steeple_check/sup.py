"""The claim `sup`: lower <= ess sup |N - f| <= upper (T10, T11, T12, T13, T14, T17).

In float arithmetic it is about every admitted point, and about the float network: what is found for the real one gets
the radius of each output on top (T40).
"""

import heapq
from itertools import count, product

from gmpy2 import mpq

from . import exact as pieces
from .errors import Rejected, Undecided, Undefined
from .evaluate import Evaluator
from .forms import Forms, Natural
from .formula import may_jump
from .intervals import (
    TWO, UP, ZERO, Interval, add_up, between, exact, mul_up, round_down, round_up, sub_down, sub_up, symmetric,
)
from .jets import Jets, evaluate_middle, middle_distances, middles
from .numbers import decimal, number
from .reduce import Reducer, evaluate_everywhere, evaluate_network, unit_value, whole_network
from .rounding import Rounding
from .tree import Cell, walk
from .work import Cutter

MAX_DEPTH = 60
MAX_WITNESS_CUTS = 400
NEIGHBOURHOOD = mpq(1, 1 << 40)
SMALL = mpq(1, 1 << 20)


class SupChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.network = network
        self.work = work
        self.targets = certificate.targets
        self.rounding = None
        steps = None
        if certificate.semantics is not None:
            self.rounding = Rounding(network, certificate.semantics, certificate.domain, certificate.constant_radius)
            steps = self.rounding.steps
        self.reducer = Reducer(network, certificate.constant_radius, steps)
        self.cutter = Cutter(network, certificate.targets, certificate.domain, steps)
        self.limit = None if certificate.upper is None else round_down(certificate.upper)
        self.exact_lower = mpq(0)
        self.unknown_pieces = 0

    def check(self):
        certificate = self.certificate
        lines_allowed = len(certificate.inputs) == 2 and self.network.is_piecewise_linear()
        for letter, cell in walk(certificate.tree, certificate.domain, lines_allowed):
            if self.work.count_leaf(letter):
                self.leaf(letter, cell)
        if self.work.every > 1:
            return
        if self.rounding is None:
            self.check_lower()
        else:
            self.check_float_lower()

    def leaf(self, letter, cell):
        if cell.corners is not None and letter not in "eo":
            raise Rejected(f"leaf {letter} below a cut along a line")
        self.work.count_cell()
        if letter == "o":
            if self.limit is not None:
                raise Rejected("a leaf o has no upper bound")
        elif letter == "e":
            self.piece(cell)
        elif self.limit is not None and not self.fits(letter, cell):
            self.work.cut += 1
            self.cut_further(cell)

    def piece(self, cell):
        """Looks at a leaf `e`. What its exact bound does not settle is settled by other leaves, in a box."""
        found = pieces.settled(pieces.sup_bounds, self.network, self.targets, cell)
        if found is None:
            self.unknown_pieces += 1
        elif self.rounding is not None:
            # The exact error of the real network is not attained by the float one.
            if self.limit is None or self.is_within(lambda radii: add_up(round_up(found[1]), max(radii)), cell):
                return
        else:
            lower, upper = found
            self.exact_lower = max(self.exact_lower, lower)
            if self.limit is None or upper <= self.certificate.upper:
                return
            if lower > self.certificate.upper:
                raise Rejected(f"leaf e: an error of {decimal(lower)} is taken on its cell")
        if self.limit is None:
            return
        if cell.corners is not None:
            raise Undecided("a leaf e whose exact bound is not known")
        if not self.fits("n", cell):
            self.work.cut += 1
            self.cut_further(cell)

    def cut_further(self, cell):
        """Cuts a cell until every part has a bound that is at most `upper`."""
        waiting = [cell]
        while waiting:
            cell = waiting.pop()
            self.refute(cell)
            if cell.cuts >= MAX_DEPTH:
                raise Undecided(f"no bound fits after {MAX_DEPTH} cuts of one leaf")
            for half in self.cutter.halves(cell):
                self.work.count_cell()
                if not self.fits("l", half):
                    waiting.append(half)

    def fits(self, letter, cell):
        """Says whether some method gives a bound for the cell that is at most `upper`. That of the letter comes first."""
        if self.rounding is not None and not self.certificate.semantics.has_points(cell.sides):
            return True
        try:
            reduced = self.reducer.on(cell)
        except ArithmeticError:
            return False
        methods = [natural_bound, linear_bound]
        if letter == "l":
            methods.reverse()
        if letter in "gsm":
            methods.append(derivative_bound)
        for method in methods:
            try:
                if self.rounding is None:
                    if method(reduced, self.targets, cell) <= self.limit:
                        return True
                elif self.is_within(lambda radii, m=method: m(reduced, self.targets, cell, False, radii), cell):
                    return True
            except ArithmeticError:
                continue
        return False

    def is_within(self, bound, cell):
        """Says whether a bound of |fl(N) - f|, a function of the radii of the outputs, is at most `upper`.

        The radii of a larger box are tried first, since they are often small enough (T40, 9.).
        """
        radii = self.rounding.nearest(cell).outputs
        found = bound(radii)
        if found <= self.limit:
            return True
        if found - max(radii) > self.limit:
            return False
        closer = self.rounding.on(cell).outputs
        return closer != radii and bound(closer) <= self.limit

    def refute(self, cell):
        """Raises Rejected if the error is above `upper` on a small box in the middle of the cell."""
        if self.rounding is not None:
            self.refute_float(cell)
            return
        box = []
        sides = []
        for low, high in cell.sides:
            middle, radius = (low + high) / 2, (high - low) * SMALL
            sides.append((middle - radius, middle + radius))
            box.append(between(middle - radius, middle + radius))
        try:
            least = least_error(self.reducer.on(cell), self.targets, box, sides, inside=True)
        except ArithmeticError:
            return
        if least > round_up(self.certificate.upper):
            place = ", ".join(number(value) for value in cell.middle())
            raise Rejected(f"near ({place}) the error is {decimal(exact(least))}, above upper")

    def refute_float(self, cell):
        """Raises Rejected if the float error is above `upper` at a point near the middle of the cell."""
        values = self.certificate.semantics.point_near(cell.middle(), cell.sides)
        if values is None:
            return
        sides = [(value, value) for value in values]
        box = [between(*side) for side in sides]
        try:
            found = error_intervals(self.reducer.on(cell), self.targets, sides, False, Natural(box))
        except ArithmeticError:
            return
        radii = self.rounding.nearest(cell).outputs
        least = max(exact(difference.mig()) - exact(radius) for difference, radius in zip(found, radii))
        if least > self.certificate.upper:
            place = ", ".join(number(value) for value in values)
            raise Rejected(f"at ({place}) the float error is {decimal(least)}, above upper")

    def check_float_lower(self):
        """Checks `lower` by the error at the witness, whatever the floats do within their radius."""
        certificate = self.certificate
        least, most = mpq(0), None
        if certificate.witness is not None:
            self.check_float_witness()
            try:
                least, most = self.float_error_at(certificate.witness)
            except ArithmeticError:
                raise Undecided("the error at the witness has no bound") from None
        if certificate.lower <= max(least, 0):
            return
        if most is None or most < certificate.lower:
            raise Rejected(f"lower is not reached: the witness gives {decimal(max(least, mpq(0)))}")
        raise Undecided(f"lower is not seen to be reached: the witness gives at least {decimal(max(least, mpq(0)))}")

    def check_float_witness(self):
        certificate = self.certificate
        semantics = certificate.semantics
        if certificate.radius != 0:
            raise Rejected("a witness in float arithmetic has radius 0")
        if semantics.inputs == "floats" and not all(semantics.is_float(value) for value in certificate.witness):
            raise Rejected(f"the witness is no {semantics.format}")

    def float_error_at(self, values):
        """Returns bounds of |fl(N) - f| at a point, of the output where that is largest."""
        sides = [(value, value) for value in values]
        radii = self.rounding.at(sides)
        if not self.network.has_steps():
            point = pieces.AtPoint(values)
            try:
                outputs = pieces.network_at(self.network, values)
                sizes = [abs(n - point.number(f)) for n, f in zip(outputs, self.targets)]
                return (
                    max(size - exact(radius) for size, radius in zip(sizes, radii)),
                    max(size + exact(radius) for size, radius in zip(sizes, radii)),
                )
            except pieces.Unsettled:
                pass
        # Steps may have any value within their radius.
        natural = Natural([between(*side) for side in sides])
        evaluator = Evaluator(natural, natural.inputs, sides, inside=False)
        outputs = evaluate_everywhere(self.reducer.whole, natural)
        found = [
            output + symmetric(radius) - evaluator.number(target)
            for output, radius, target in zip(outputs, radii, self.targets)
        ]
        return max(exact(value.mig()) for value in found), max(exact(value.mag()) for value in found)

    def check_lower(self):
        """Checks `lower`: it is reached if a leaf `e` takes it, or if the witness shows it."""
        certificate = self.certificate
        sides = self.sides_of_witness()
        if certificate.lower <= self.exact_lower:
            return
        found = self.exact_lower
        if sides is not None:
            found = max(found, self.witness_lower(sides))
            if certificate.lower <= found:
                return
        if self.unknown_pieces == 0 and (sides is None or self.is_below(sides)):
            raise Rejected(f"lower is not reached: the witness and the leaves e give {decimal(found)}")
        raise Undecided(f"lower is not seen to be reached: the witness and the leaves e give at least {decimal(found)}")

    def sides_of_witness(self):
        """Returns the box of the witness, or None without one. Refuses a witness that is not allowed."""
        certificate = self.certificate
        if certificate.witness is None:
            return None
        if certificate.radius == 0 and (self.network.has_steps() or any(may_jump(target) for target in self.targets)):
            raise Rejected("a witness of radius 0 where a step or a comparison may jump")
        sides = self.around([certificate.radius] * len(certificate.domain))
        if certificate.radius > 0 and any(low == high for low, high in sides):
            raise Rejected("the box around the witness has no inside")
        return sides

    def witness_lower(self, sides):
        """Returns a lower bound of the essential supremum that the witness shows."""
        certificate = self.certificate
        if certificate.radius > 0:
            return self.least_within(sides)
        around = self.around([(high - low) * NEIGHBOURHOOD for low, high in certificate.domain])
        try:
            nearby = self.least_on(around)
        except ArithmeticError:
            raise Undecided("the target may be undefined around the witness") from None
        if jumps_on(self.network, [between(*side) for side in around]):
            return nearby
        lower, _ = self.error_at(certificate.witness)
        return max(lower, nearby)

    def around(self, radii):
        """Returns the sides of the box of points of the domain that are within these radii of the witness."""
        certificate = self.certificate
        return [
            (max(value - radius, low), min(value + radius, high))
            for value, radius, (low, high) in zip(certificate.witness, radii, certificate.domain)
        ]

    def least_on(self, sides):
        """Returns the best lower bound of |N - f| on a box, of the output where that is largest. Raises an ArithmeticError
        where there is none."""
        box = [between(*side) for side in sides]
        found = None
        for arithmetic in (Natural(box), Forms(box)):
            try:
                least = exact(least_error(self.network, self.targets, box, sides, False, arithmetic))
            except ArithmeticError:
                continue
            found = least if found is None else max(found, least)
        if found is None:
            raise Undefined("no bound of the error on a box")
        return found

    def least_within(self, sides):
        """The same by parts of the box: the part with the least bound is cut until all bounds reach `lower`."""
        certificate = self.certificate
        order = count()
        waiting = []

        def add(cell):
            self.work.count_cell()
            try:
                least = self.least_on(cell.sides)
            except ArithmeticError:
                least = mpq(-1)
            heapq.heappush(waiting, (least, next(order), cell))

        add(Cell(tuple(sides)))
        for _ in range(MAX_WITNESS_CUTS):
            least, _, cell = waiting[0]
            if least >= certificate.lower or (len(waiting) % 8 == 0 and self.is_below(cell.sides)):
                break
            heapq.heappop(waiting)
            for half in self.cutter.halves(cell):
                add(half)
        return max(waiting[0][0], mpq(0))

    def is_below(self, sides):
        """Says whether the error is seen to be below `lower` at some point of a box."""
        points = [[(low + high) / 2 for low, high in sides]]
        if len(sides) <= 3:
            points.extend(product(*sides))
        for values in points:
            try:
                _, upper = self.error_at(values)
            except ArithmeticError:
                continue
            if upper < self.certificate.lower:
                return True
        return False

    def error_at(self, values):
        """Returns bounds of |N - f| at a point, of the output where that is largest: equal ones where it is rational."""
        point = pieces.AtPoint(values)
        try:
            outputs = pieces.network_at(self.network, values)
            found = max(abs(n - point.number(f)) for n, f in zip(outputs, self.targets))
            return found, found
        except pieces.Unsettled:
            pass
        sides = [(value, value) for value in values]
        arithmetic = Natural([between(*side) for side in sides])
        differences = error_intervals(self.network, self.targets, sides, False, arithmetic)
        return (
            max(exact(difference.mig()) for difference in differences),
            max(exact(difference.mag()) for difference in differences),
        )


def jumps_on(network, box):
    """Says whether a softplus with a threshold may jump on a box. (A step is looked at elsewhere.)"""
    below = dict(enumerate(box))
    natural = Natural(box)
    whole = whole_network(network)
    for layer, curve, units in zip(network.layers, whole.curves, whole.layers):
        values = {}
        for place, rows in units.items():
            sums = [natural.sum(row, below) for row in rows]
            if layer.activation == "softplus" and layer.parameter is not None:
                if sums[0].lo <= layer.parameter <= sums[0].hi:
                    return True
            values[place] = unit_value(curve, sums, natural)
        below = values
    return False


def error_intervals(network, targets, sides, inside, arithmetic):
    """Returns an interval that holds N - f on a box, for each output."""
    outputs = evaluate_everywhere(network, arithmetic)
    evaluator = Evaluator(arithmetic, arithmetic.inputs, sides, inside)
    return [
        arithmetic.range(arithmetic.sub(output, evaluator.number(target))) for output, target in zip(outputs, targets)
    ]


def least_error(network, targets, box, sides, inside, arithmetic=None):
    """Returns a number below |N - f| everywhere on a box, of the output where that is largest."""
    arithmetic = Natural(box) if arithmetic is None else arithmetic
    return max(difference.mig() for difference in error_intervals(network, targets, sides, inside, arithmetic))


# The following bounds hold for all outputs. `inside`: whether sets of measure zero do not count; `radii`: how far each
# output may be from that of the network, in float arithmetic.


def natural_bound(reduced, targets, cell, inside=True, radii=None):
    """T10: the interval of N minus the interval of f."""
    natural = Natural(cell.box)
    evaluator = Evaluator(natural, natural.inputs, cell.sides, inside)
    outputs = with_radii(reduced.outputs(), radii, natural)
    return max((n - evaluator.number(f)).mag() for n, f in zip(outputs, targets))


def linear_bound(reduced, targets, cell, inside=True, radii=None):
    """T11: the range of the linear form of N - f."""
    forms = Forms(cell.box)
    evaluator = Evaluator(forms, forms.inputs, cell.sides, inside)
    outputs = with_radii(evaluate_network(reduced, forms), radii, forms)
    return max(forms.sub(n, evaluator.number(f)).range.mag() for n, f in zip(outputs, targets))


def with_radii(outputs, radii, arithmetic):
    """Returns what holds all values within a radius of each output."""
    if radii is None:
        return outputs
    return [arithmetic.add(output, arithmetic.constant(symmetric(radius))) for output, radius in zip(outputs, radii)]


def derivative_bound(reduced, targets, cell, inside=True, radii=None):
    """T12, T13 and T17 together: all of them hold D = S - f, for the network S of jets.py, so their intersection does.

    Derivatives need the closed cell in any case.
    """
    box = cell.box
    jets = Jets(box)
    middle_box = middles(cell)
    middle = Jets(middle_box)
    reach = [max(sub_up(side.hi, m.lo), sub_up(m.lo, side.lo)) for side, m in zip(box, middle_box)]
    on_cell = Evaluator(jets, jets.inputs, cell.sides, inside=False)
    at_middle = Evaluator(middle, middle.inputs, [(exact(m.lo), exact(m.lo)) for m in middle_box], inside=False)
    outputs, middle_outputs = evaluate_middle(reduced, jets), evaluate_middle(reduced, middle)
    distances = middle_distances(reduced, box)
    if radii is not None:
        distances = list(map(add_up, distances, radii))
    largest = ZERO
    for place, target in enumerate(targets):
        difference = jets.sub(outputs[place], on_cell.number(target))
        start = middle.sub(middle_outputs[place], at_middle.number(target))
        values = difference.value
        if None not in difference.slopes:
            values = values.meet(mean_value(difference, start, reach))
            values = second_order(difference, start, reach, values)
            if len(box) <= 8:
                values = monotone(reduced, target, place, difference, box, cell, values)
        largest = max(largest, add_up(values.mag(), distances[place]))
    return largest


def mean_value(difference, start, radii):
    """T12: D is in D(m) + Σ G_i (x_i - m_i)."""
    values = start.value
    for slope, radius in zip(difference.slopes, radii):
        values = values + slope * symmetric(radius)
    return values


def second_order(difference, start, radii, values):
    """T17: Taylor's formula at the middle, which has to be inside of every side."""
    if None in start.slopes or any(None in row for row in difference.second):
        return values
    above = below = ZERO
    for i, radius in enumerate(radii):
        slope, bend = start.slopes[i].mag(), difference.second[i][i]
        above = add_up(above, parabola(slope, bend.hi, radius))
        below = add_up(below, parabola(slope, -bend.lo, radius))
        for j in range(i):
            mixed = mul_up(mul_up(difference.second[i][j].mag(), radius), radii[j])
            above, below = add_up(above, mixed), add_up(below, mixed)
    return values.meet(Interval(sub_down(start.value.lo, below), add_up(start.value.hi, above)))


def parabola(slope, bend, radius):
    """Returns at least the largest g |t| + h t²/2 for |t| <= r."""
    at_end = add_up(mul_up(slope, radius), UP.div(mul_up(mul_up(bend, radius), radius), TWO))
    if bend >= 0:
        return at_end
    top = UP.div(mul_up(slope, slope), -2 * bend)
    # For h < 0 the parabola is nowhere above its top g²/(-2h); where the top is beyond r, the end is largest.
    return at_end if sub_down(slope, mul_up(-bend, radius)) >= 0 else top


def monotone(reduced, target, place, difference, box, cell, values):
    """T13: where a slope has one sign, D is largest and smallest on the faces to which it leads."""
    signs = [1 if slope.lo >= 0 else -1 if slope.hi <= 0 else 0 for slope in difference.slopes]
    if not any(signs):
        return values
    ends = []
    for direction in (-1, 1):
        face = []
        for side, sign in zip(box, signs):
            end = side.hi if sign * direction > 0 else side.lo
            face.append(side if sign == 0 else Interval(end, end))
        forms = Forms(face)
        sides = [(exact(side.lo), exact(side.hi)) for side in face]
        evaluator = Evaluator(forms, forms.inputs, sides, inside=False)
        network = evaluate_middle(reduced, forms)[place]
        ends.append(forms.sub(network, evaluator.number(target)).range)
    return values.meet(Interval(ends[0].lo, ends[1].hi))

