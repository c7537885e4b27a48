"""The claims `l1` and `l2`: integrals of |N - f| and of its square, outputs added up (T14, T16).

In float arithmetic each output has a radius more (T40).
"""

from itertools import combinations, product
from math import factorial, prod

from gmpy2 import mpq

from . import exact as pieces
from .coordinates import coordinates, middle_and_rest, on_cell
from .errors import Rejected, Undefined
from .evaluate import Evaluator
from .forms import Forms
from .intervals import HALF, UP, ZERO, add_up, exact, round_down, round_up, symmetric
from .jets import Jets, evaluate_middle, middle_distances, middles
from .reduce import Reducer, evaluate_network
from .rounding import Rounding
from .totals import GOOD_CUT, Total
from .tree import Cell, walk
from .work import Cutter

MAX_SLOPES = 6
MAX_JET_INPUTS = 4
MAX_PARTS = 2000
# The radius of a larger box is good enough for a cell if it is so small compared with what the claim leaves open.
SMALL_PART = mpq(1, 128)


class IntegralChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.network = network
        self.work = work
        self.targets = certificate.targets
        self.squared = certificate.claim == "l2"
        self.rounding = None
        steps = None
        if certificate.semantics is not None:
            self.rounding = Rounding(network, certificate.semantics, certificate.domain, certificate.constant_radius)
            self.enough = self.radius_that_is_small()
            steps = self.rounding.steps
        self.reducer = Reducer(network, certificate.constant_radius, steps)
        cutter = Cutter(network, certificate.targets, certificate.domain, steps)
        self.total = Total(certificate, work, cutter, self.bound)
        self.tried = self.helped = 0
        self.layers = transition_layers(network, certificate.constant_radius)

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
                    pieces.contribution, certificate.claim, self.network, self.targets, None, cell
                ), cell, place)
            elif letter == "o":
                self.work.count_cell()
                if certificate.upper is not None:
                    raise Rejected("a leaf o has no upper bound")
            elif letter == "w":
                for part in cut_at_layers(cell, self.layers):
                    self.total.add_cell(part, letter, place)
            else:
                self.total.add_cell(cell, letter, place)
        if self.work.every == 1:
            self.total.finish()
        else:
            self.total.refute()

    def radius_that_is_small(self):
        """Returns a radius that adds little to the bounds, in the mean. A wrong guess costs time and nothing else."""
        certificate = self.certificate
        if certificate.upper is None or certificate.upper <= 0:
            return ZERO
        volume = Cell(tuple(certificate.domain)).volume() * len(self.targets)
        part = (certificate.upper - certificate.lower) / volume * SMALL_PART
        if self.squared:
            part /= 2 * exact(UP.sqrt(round_up(certificate.upper / volume)))
        return round_down(max(part, mpq(0)))

    def radii(self, cell):
        """Returns how far the output of the float network is from that of the real one, for each output."""
        if self.rounding is None:
            return [ZERO] * len(self.targets)
        found = self.rounding.nearest(cell).outputs
        return found if max(found) <= self.enough else self.rounding.on(cell).outputs

    def bound(self, cell, letter):
        """Returns bounds of the contribution of a cell: those of `n`, `l` and, where it may help, `s`, intersected."""
        reduced = self.reducer.on(cell)
        radii = self.radii(cell)
        forms = Forms(cell.box)
        evaluator = Evaluator(forms, forms.inputs, cell.sides, inside=True)
        outputs = evaluate_network(reduced, forms)
        bounds = []
        for output, target, radius in zip(outputs, self.targets, radii):
            form = forms.sub(output, evaluator.number(target))
            if radius > 0:
                form = forms.add(form, forms.constant(symmetric(radius)))
            bounds.append(meet(self.range_bounds(form.range), self.linear_bounds(form, cell)))
        if letter not in ("n", "l") and len(cell.sides) <= MAX_JET_INPUTS and self.is_worth_it(letter):
            bounds = self.sharpened(bounds, reduced, cell, radii)
        volume = cell.volume()
        return (
            volume * sum((lower for lower, _ in bounds), mpq(0)),
            volume * sum((upper for _, upper in bounds), mpq(0)),
        )

    def is_worth_it(self, letter):
        """Says whether to try second derivatives: for parts of leaves that were cut, as long as they help often enough.

        Beside a steep step they seldom do, and most parts are there.
        """
        if letter != "":
            return True
        self.tried += 1
        return self.tried < 50 or 4 * self.helped > self.tried or self.tried % 16 == 0

    def sharpened(self, bounds, reduced, cell, radii):
        """Returns the bounds of the means, intersected with those of second derivatives where there are such."""
        try:
            found = [meet(old, new) for old, new in zip(bounds, self.parabola_bounds(reduced, cell, radii))]
        except ArithmeticError:
            return bounds
        before = sum(upper - lower for lower, upper in bounds)
        if sum(upper - lower for lower, upper in found) < before * GOOD_CUT:
            self.helped += 1
        return found

    def range_bounds(self, values):
        """T16, 1."""
        lower, upper = exact(values.mig()), exact(values.mag())
        return (lower * lower, upper * upper) if self.squared else (lower, upper)

    def linear_bounds(self, form, cell):
        """T16, 2."""
        center, rest = middle_and_rest(form.center)
        slopes = []
        for slope in form.slopes:
            middle, radius = middle_and_rest(slope)
            slopes.append(middle)
            rest += radius
        center, slopes = on_cell(center, slopes, cell)
        low, high = mean_size(center, slopes)
        if not self.squared:
            return max(mpq(0), low - rest), high + rest
        square = mean_square(center, slopes)
        return max(mpq(0), square - 2 * rest * high), square + 2 * rest * high + rest * rest

    def parabola_bounds(self, reduced, cell, radii):
        """T16, 5. Returns bounds of the mean for each output."""
        box = cell.box
        jets = Jets(box)
        middle_box = middles(cell)
        middle = Jets(middle_box)
        on_box = Evaluator(jets, jets.inputs, cell.sides, inside=False)
        at_middle = Evaluator(middle, middle.inputs, [(exact(m.lo), exact(m.lo)) for m in middle_box], inside=False)
        outputs, middle_outputs = evaluate_middle(reduced, jets), evaluate_middle(reduced, middle)
        distances = middle_distances(reduced, box)
        found = []
        for place, target in enumerate(self.targets):
            difference = jets.sub(outputs[place], on_box.number(target))
            start = middle.sub(middle_outputs[place], at_middle.number(target))
            if None in start.slopes or any(None in row for row in difference.second):
                raise Undefined("no second derivatives")
            distance = add_up(distances[place], radii[place])
            parabola = Parabola(difference, start, exact(distance), cell)
            found.append(parabola.square_bounds() if self.squared else parabola.size_bounds())
        return found


def transition_layers(network, radius):
    """Returns for each input the intervals where a sigmoid or tanh of this input alone is not nearly constant.

    Where they are has no bearing on soundness (T16, 7.): they are good places for cuts, and nothing else.
    """
    found = [[] for _ in network.inputs]
    first = network.layers[0]
    if first.activation not in ("sigmoid", "tanh"):
        return found
    exponent = 0
    while exponent < 64 and mpq(1, 1 << exponent) > radius:
        exponent += 1
    width = 7 * exponent // 10 + 2
    for row, bias in zip(first.rows, first.bias):
        if len(row) == 1:
            column, weight = row[0]
            # Short numbers are as good as exact ones.
            place, half = dyadic(-bias / weight), dyadic(width / abs(weight))
            found[column].append((place - half, place + half))
    return found


def dyadic(value):
    return exact(round_up(value))


def cut_at_layers(cell, layers):
    """Cuts a box at the ends of all transition layers across all inputs; layers that overlap become one."""
    parts = [cell]
    for side, spans in enumerate(layers):
        if len(parts) > MAX_PARTS:
            return [cell]
        low, high = cell.sides[side]
        places = []
        end = None
        for start, stop in sorted(spans):
            if end is None or start > end:
                if end is not None:
                    places.append(end)
                places.append(start)
                end = stop
            else:
                end = max(end, stop)
        if end is not None:
            places.append(end)
        for place in places:
            if low < place < high:
                parts = [half for part in parts for half in cut_part(part, side, place)]
    return parts


def cut_part(part, side, place):
    low, high = part.sides[side]
    return part.halves(side, place) if low < place < high else (part,)


def meet(first, second):
    """Returns the intersection of two pairs of bounds."""
    return max(first[0], second[0]), min(first[1], second[1])


def mean_square(center, slopes):
    """T16, 3.: the mean of (c + a·e)²."""
    return center * center + sum((slope * slope for slope in slopes), mpq(0)) / 3


def mean_size(center, slopes):
    """T16, 3. and 4.: bounds of the mean of |c + a·e|; equal with at most six slopes."""
    center = abs(center)
    sizes = sorted((abs(slope) for slope in slopes if slope != 0), reverse=True)
    extra = mpq(0)
    for size in sizes[MAX_SLOPES:]:
        extra += min(size / 2, size * size / (6 * sizes[0]))
    sizes = sizes[:MAX_SLOPES]
    if center >= sum(sizes, mpq(0)):
        return center, center + extra
    m = len(sizes)
    total = mpq(0)
    for signs in product((1, -1), repeat=m):
        height = sum(sign * size for sign, size in zip(signs, sizes)) - center
        if height > 0:
            total += prod(signs) * height ** (m + 1)
    mean = center + 2 * total / (2**m * factorial(m + 1) * prod(sizes))
    return mean, mean + extra


class Parabola:
    """N - f on a cell as L + q + ρ (T16, 5., and "From Taylor's formula to 5.").

    L = c + a·e, q = Σ b_i (e_i² - 1/3) + Σ m_ij e_i e_j; |ρ| is at most `largest`, and `mean` on average.
    """

    def __init__(self, difference, start, distance, cell):
        places = coordinates(cell)
        radii = [radius for _, _, radius in places]
        center, spread = middle_and_rest(start.value)
        self.largest = self.mean = spread + distance
        moves = [abs(shift) + abs(factor - 1) for shift, factor, _ in places]
        slopes = []
        self.bends = []
        self.mixed = {}
        for i, radius in enumerate(radii):
            slope, spread = middle_and_rest(start.slopes[i])
            slopes.append(slope * radius)
            self.leave(spread * radius, mpq(1))
            bend, spread = middle_and_rest(difference.second[i][i] * HALF)
            self.bends.append(bend * radius * radius)
            self.leave(spread * radius * radius, mpq(1, 3) + 2 * moves[i])
            for j in range(i):
                mixed, spread = middle_and_rest(difference.second[i][j])
                self.mixed[j, i] = mixed * radius * radii[j]
                self.leave(spread * radius * radii[j], mpq(1, 4) + moves[i] + moves[j])
        center += sum(self.bends, mpq(0)) / 3
        self.center, self.slopes = on_cell(center, slopes, cell)
        # e_i² and e_i e_j are taken in the coordinates of the exact cell as well.
        for bend, move in zip(self.bends, moves):
            self.leave(abs(bend) * 2 * move, mpq(1))
        for (i, j), mixed in self.mixed.items():
            self.leave(abs(mixed) * (moves[i] + moves[j]), mpq(1))

    def leave(self, size, share):
        """Adds to what is left, ρ, a term of at most this size; on average it is at most this share of it.

        The mean of e_i² is 1/3, that of |e_i e_j| is 1/4, up to what the coordinates of the exact cell move them.
        """
        self.largest += size
        self.mean += size * share

    def square_bounds(self):
        """T16, 5.: the mean of the square is within 2 r √M of M, and r² upward."""
        total = mean_square(self.center, self.slopes)
        total += mpq(4, 45) * sum((bend * bend for bend in self.bends), mpq(0))
        total += mpq(1, 9) * sum((mixed * mixed for mixed in self.mixed.values()), mpq(0))
        if total == 0:
            return mpq(0), self.largest * self.largest
        root = exact(UP.sqrt(round_up(total)))
        margin = 2 * self.largest * root
        return max(mpq(0), total - margin), total + margin + self.largest * self.largest

    def size_bounds(self):
        """T16, 5.: the mean of |N - f|."""
        low, high = mean_size(self.center, self.slopes)
        sizes = [abs(slope) for slope in self.slopes]
        most = mpq(2, 3) * sum((abs(bend) for bend in self.bends), mpq(0))
        most += sum((abs(mixed) for mixed in self.mixed.values()), mpq(0))
        turned = 2 * max(mpq(0), most - max(mpq(0), abs(self.center) - sum(sizes, mpq(0))))
        if max(sizes) > 0:
            turned = min(turned, most * most / max(sizes))
        signed = self.mean_signed()
        return max(mpq(0), low + signed - self.mean), high + signed + turned + self.mean

    def mean_signed(self):
        """T16, 6.: the mean of q times the sign of L."""
        used = [i for i, slope in enumerate(self.slopes) if slope != 0]
        sizes = {i: abs(self.slopes[i]) for i in used}
        center = abs(self.center)
        if center == 0 or center >= sum(sizes.values(), mpq(0)):
            return mpq(0)
        n = len(used)
        turn = {i: 1 if self.slopes[i] > 0 else -1 for i in used}
        total = mpq(0)
        for corner in product((1, -1), repeat=n):
            signs = dict(zip(used, corner))
            height = sum(signs[i] * sizes[i] for i in used) - center
            if height <= 0:
                continue
            g0, g1, g2 = (height ** (n + k) / factorial(n + k) for k in range(3))
            part = mpq(0)
            for i in used:
                a = sizes[i]
                part += self.bends[i] * (mpq(2, 3) * g0 - 2 * signs[i] * g1 / a + 2 * g2 / (a * a))
            for i, j in combinations(used, 2):
                a, b = sizes[i], sizes[j]
                moment = signs[i] * signs[j] * g0 - (signs[i] / b + signs[j] / a) * g1 + g2 / (a * b)
                part += self.mixed[i, j] * turn[i] * turn[j] * moment
            total += prod(corner) * part
        mean = -2 * total / (2**n * prod(sizes.values()))
        return mean if self.center > 0 else -mean
