"""The claim `property`: no point of a box makes a condition true, or a witness does (T19)."""


from itertools import product

from . import exact as pieces
from .errors import Rejected, Undecided
from .evaluate import Evaluator
from .forms import Forms, Natural
from .intervals import between, rational
from .numbers import number
from .reduce import Reducer, evaluate_everywhere, evaluate_network, whole_network
from .tree import walk
from .work import Cutter

MAX_DEPTH = 60


class PropertyChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.network = network
        self.work = work

    def check(self):
        certificate = self.certificate
        if certificate.witness is not None:
            self.check_witness()
            return
        # Where a unit may jump, "almost everywhere" is not enough: then the network is not reduced (T19).
        whole = whole_network(self.network)
        for (box, condition), tree in zip(certificate.cases, certificate.trees):
            self.condition = condition
            self.whole = whole
            self.reducer = None if self.network.has_steps() else Reducer(self.network, certificate.constant_radius)
            self.cutter = Cutter(self.network, [condition], box)
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
        for kind in (Natural, Forms) if letter == "n" else (Forms, Natural):
            try:
                arithmetic = kind(cell.box)
                if self.truth(cell.sides, arithmetic, cell) is False:
                    return True
            except ArithmeticError:
                continue
        return False

    def truth(self, sides, arithmetic, cell):
        if self.reducer is None:
            outputs = evaluate_everywhere(self.whole, arithmetic)
        else:
            outputs = evaluate_network(self.reducer.on(cell), arithmetic)
        evaluator = Evaluator(arithmetic, list(arithmetic.inputs) + outputs, sides, inside=False)
        return evaluator.condition(self.condition)

    def refute(self, cell):
        """Raises Rejected if the condition holds in the middle of a cell, or at one of the corners of a small one."""
        points = [cell.middle()]
        if len(cell.sides) <= 3 and cell.cuts % 5 == 0:
            points.extend(product(*cell.sides))
        for values in points:
            if self.holds_at(list(values), self.condition):
                place = ", ".join(number(value) for value in values)
                raise Rejected(f"the unsafe condition holds at ({place})")

    def check_witness(self):
        place, values = self.certificate.witness
        found = self.holds_at(values, self.certificate.cases[place][1])
        if found is False:
            raise Rejected("the unsafe condition does not hold at the witness")
        if found is None:
            raise Undecided("the unsafe condition is not seen to hold at the witness")

    def holds_at(self, values, condition):
        """Says whether a condition holds at a point, or None where that is not seen: in fractions, or else in intervals."""
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


