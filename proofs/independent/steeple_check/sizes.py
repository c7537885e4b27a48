"""The claim `units-at-least`: triples force kinks, pairs force jumps (T38)."""

from .errors import Rejected, Undecided
from .evaluate import Evaluator
from .forms import Natural
from .intervals import between, exact, rational


class SizeChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.work = work

    def check(self):
        for word, along in self.certificate.along.items():
            self.check_along(word, along)

    def check_along(self, word, along):
        """Checks that the values of each group are more than twice the tolerance from a line, or from each other."""
        twice = 2 * self.certificate.tolerance
        for number, places in enumerate(along.places, 1):
            if not self.work.count_leaf(word):
                continue
            try:
                values = [self.value(along, place) for place in places]
            except ArithmeticError as error:
                raise Rejected(f"{word} {number}: no value near a point: {error}") from None
            if len(places) == 2:
                difference = values[1] - values[0]
            else:
                part = (places[1] - places[0]) / (places[2] - places[0])
                difference = rational(1 - part) * values[0] + rational(part) * values[2] - values[1]
            if exact(difference.mag()) <= twice:
                raise Rejected(f"{word} {number} forces nothing")
            if exact(difference.mig()) <= twice:
                raise Undecided(f"{word} {number}: the bounds are not sharp enough")

    def value(self, along, place):
        """Encloses the target at almost all points of the domain within the radius of a point."""
        self.work.count_cell()
        certificate = self.certificate
        sides = []
        for start, end, (low, high) in zip(along.start, along.end, certificate.domain):
            middle = start + place * (end - start)
            sides.append((max(middle - certificate.radius, low), min(middle + certificate.radius, high)))
        arithmetic = Natural([between(low, high) for low, high in sides])
        evaluator = Evaluator(arithmetic, arithmetic.inputs, sides, inside=True)
        return evaluator.number(certificate.targets[along.output])
