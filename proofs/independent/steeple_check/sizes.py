"""The claim `units-at-least`: triples force kinks, pairs force jumps (T38)."""

from .errors import Rejected, Undecided
from .evaluate import Evaluator
from .forms import Natural
from .intervals import between, exact


class SizeChecker:
    def __init__(self, certificate, network, work):
        self.certificate = certificate
        self.work = work

    def check(self):
        for word, along in self.certificate.along.items():
            last = None
            for number, places in enumerate(along.places, 1):
                self.work.count_leaf(word)
                name = f"{word} {number}"
                try:
                    values = [self.value(along, place) for place in places]
                except ArithmeticError as error:
                    raise Rejected(f"{name}: no value near a point: {error}") from None
                if word == "pair":
                    self.check_pair(name, *values)
                else:
                    line = self.line(name, places, *values)
                    if last is not None and places[0] < last.end:
                        line.check_overlap(name, places[0], last)
                    last = line

    def check_pair(self, name, first, last):
        twice = 2 * self.certificate.tolerance
        if max(last[0] - first[1], first[0] - last[1]) > twice:
            return
        if max(last[1] - first[0], first[1] - last[0]) <= twice:
            raise Rejected(f"{name} forces nothing")
        raise Undecided(f"{name}: the bounds are not sharp enough")

    def line(self, name, places, first, middle, last):
        """Returns a line that every function within the tolerance crosses twice, between the middle and each end."""
        twice = 2 * self.certificate.tolerance
        above = Line(places, first[1], last[1], 1)
        below = Line(places, first[0], last[0], -1)
        gap_above = middle[0] - above.at(places[1])
        gap_below = below.at(places[1]) - middle[1]
        if max(gap_above, gap_below) <= twice:
            least = middle[1] - Line(places, first[0], last[0], 1).at(places[1])
            most = Line(places, first[1], last[1], 1).at(places[1]) - middle[0]
            if max(least, most) <= twice:
                raise Rejected(f"{name} forces nothing")
            raise Undecided(f"{name}: the bounds are not sharp enough")
        if gap_above > gap_below:
            return above.raised(gap_above / 2)
        return below.raised(-gap_below / 2)

    def value(self, along, place):
        """Encloses the target at almost all points of the domain within the radius of a point. Returns exact ends."""
        self.work.count_cell()
        certificate = self.certificate
        sides = []
        for start, end, (low, high) in zip(along.start, along.end, certificate.domain):
            middle = start + place * (end - start)
            sides.append((max(middle - certificate.radius, low), min(middle + certificate.radius, high)))
        arithmetic = Natural([between(low, high) for low, high in sides])
        evaluator = Evaluator(arithmetic, arithmetic.inputs, sides, inside=True)
        values = evaluator.number(certificate.targets[along.output])
        return exact(values.lo), exact(values.hi)


class Line:
    """A line over the parameters of a triple. `sign`: 1 if functions are above it in the middle, -1 if below."""

    def __init__(self, places, first, last, sign):
        self.start, _, self.end = places
        self.first = first
        self.slope = (last - first) / (self.end - self.start)
        self.sign = sign

    def at(self, place):
        return self.first + self.slope * (place - self.start)

    def raised(self, height):
        self.first += height
        return self

    def check_overlap(self, name, start, last):
        """The line has to be beyond the last one, from the start of its triple to the end of the last one."""
        for place in (start, last.end):
            if self.sign * (self.at(place) - last.at(place)) <= 0:
                raise Undecided(f"{name} begins too early for its line")
