"""The claim `property`: no point of a box makes a condition true, or a witness does (T19).

In float arithmetic it is about every admitted point, and each output has a radius more (T40).
"""

from itertools import product

from gmpy2 import mpq

from . import exact as pieces
from .errors import Rejected, Undecided
from .evaluate import Evaluator
from .forms import Forms, Natural
from .intervals import between, rational, symmetric
from .numbers import number
from .reduce import Reducer, evaluate_everywhere, evaluate_network, whole_network
from .rounding import Rounding
from .tree import walk
from .work import Cutter

MAX_DEPTH = 60


class PropertyChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.network = network
        self.work = work
        self.semantics = certificate.semantics
        self.rounding = None

    def begin(self, box):
        """Begins with a case. Returns the radii of steps in float arithmetic."""
        if self.semantics is None:
            return None
        radius = self.certificate.constant_radius or mpq(0)
        self.rounding = Rounding(self.network, self.semantics, box, radius)
        self.whole = whole_network(self.network, self.rounding.steps)
        return self.rounding.steps

    def check(self):
        certificate = self.certificate
        if certificate.witness is not None:
            self.check_witness()
            return
        self.whole = whole_network(self.network)
        for (box, condition), tree in zip(certificate.cases, certificate.trees):
            self.condition = condition
            steps = self.begin(box)
            # Where a unit may jump, "almost everywhere" is not enough: then the network is not reduced (T19). In float
            # arithmetic nothing is decided in this way.
            self.reducer = None
            if self.semantics is not None or not self.network.has_steps():
                self.reducer = Reducer(self.network, certificate.constant_radius, steps)
            self.cutter = Cutter(self.network, [condition], box, steps)
            for letter, cell in walk(tree, box, lines_allowed=False):
                if letter not in "nl":
                    raise Rejected(f"leaf {letter} does not apply to a property")
                if self.work.count_leaf(letter):
                    self.leaf(letter, cell)

    def leaf(self, letter, cell):
        self.work.count_cell()
        if self.is_excluded(cell, letter):
            return
        self.work.cut += 1
        waiting = [cell]
        while waiting:
            cell = waiting.pop()
            self.refute(cell)
            if cell.cuts >= MAX_DEPTH or all(low == high for low, high in cell.sides):
                raise Undecided(f"the condition is not decided after {cell.cuts} cuts of one leaf")
            for half in self.cutter.halves(cell):
                self.work.count_cell()
                if not self.is_excluded(half, "l"):
                    waiting.append(half)

    def is_excluded(self, cell, letter):
        """Says whether the condition is false at every point of the closed cell."""
        if self.semantics is not None and not self.semantics.has_points(cell.sides):
            return True
        for kind in (Natural, Forms) if letter == "n" else (Forms, Natural):
            # The radii of a larger box are tried first.
            for rounded in (None,) if self.rounding is None else (self.rounding.nearest, self.rounding.on):
                try:
                    arithmetic = kind(cell.box)
                    if self.truth(cell.sides, arithmetic, cell, rounded) is False:
                        return True
                except ArithmeticError:
                    continue
        return False

    def truth(self, sides, arithmetic, cell, rounded):
        if self.reducer is None:
            outputs = evaluate_everywhere(self.whole, arithmetic)
        else:
            outputs = evaluate_network(self.reducer.on(cell), arithmetic)
        if rounded is not None:
            radii = rounded(cell).outputs
            outputs = [
                arithmetic.add(output, arithmetic.constant(symmetric(radius))) for output, radius in zip(outputs, radii)
            ]
        evaluator = Evaluator(arithmetic, list(arithmetic.inputs) + outputs, sides, inside=False)
        return evaluator.condition(self.condition)

    def refute(self, cell):
        """Raises Rejected if the condition holds in the middle of a cell, or at one of the corners of a small one."""
        points = [cell.middle()]
        if len(cell.sides) <= 3 and cell.cuts % 5 == 0:
            points.extend(product(*cell.sides))
        for values in points:
            if self.semantics is None:
                holds = self.holds_at(list(values), self.condition)
            else:
                values = self.semantics.point_near(values, cell.sides)
                holds = values is not None and self.holds_near(values, cell)
            if holds:
                place = ", ".join(number(value) for value in values)
                raise Rejected(f"the unsafe condition holds at ({place})")

    def check_witness(self):
        place, values = self.certificate.witness
        box, condition = self.certificate.cases[place]
        if self.semantics is not None:
            if self.semantics.inputs == "floats" and not all(self.semantics.is_float(value) for value in values):
                raise Rejected(f"the witness is no {self.semantics.format}")
            self.begin(box)
        found = self.holds_at(values, condition)
        if found is False:
            raise Rejected("the unsafe condition does not hold at the witness")
        if found is None:
            raise Undecided("the unsafe condition is not seen to hold at the witness")

    def holds_at(self, values, condition):
        """Says whether a condition holds at a point, or None where that is not seen: in fractions, or else in intervals."""
        if self.semantics is not None:
            return self.holds_in_floats(values, condition)
        try:
            outputs = pieces.network_at(self.network, values)
        except pieces.Unsettled:
            outputs = None
        if outputs is not None:
            try:
                return pieces.AtPoint(list(values) + outputs).condition(condition)
            except pieces.Unsettled:
                pass
        natural = Natural([between(value, value) for value in values])
        if outputs is None:
            enclosed = evaluate_everywhere(self.network, natural)
        else:
            enclosed = [rational(value) for value in outputs]
        sides = [(value, value) for value in values]
        try:
            evaluator = Evaluator(natural, natural.inputs + enclosed, sides, inside=False)
            return evaluator.condition(condition)
        except ArithmeticError:
            return None

    def holds_near(self, values, cell):
        """Says whether the condition is seen to hold at a point of a cell, by what is known on the cell."""
        sides = [(value, value) for value in values]
        try:
            return self.truth(sides, Natural([between(*side) for side in sides]), cell, self.rounding.nearest)
        except ArithmeticError:
            return None

    def holds_in_floats(self, values, condition):
        """The same, whatever the float outputs are within their radii."""
        sides = [(value, value) for value in values]
        natural = Natural([between(*side) for side in sides])
        try:
            outputs = evaluate_everywhere(self.whole, natural)
            radii = self.rounding.at(sides)
            enclosed = [output + symmetric(radius) for output, radius in zip(outputs, radii)]
            evaluator = Evaluator(natural, natural.inputs + enclosed, sides, inside=False)
            return evaluator.condition(condition)
        except ArithmeticError:
            return None
