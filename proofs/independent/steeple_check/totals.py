"""Sums of contributions, and further cuts until they fit the claim (FORMAT.md, "Any leaf may be cut further")."""

import heapq
from itertools import count

import gmpy2
from gmpy2 import mpq

from .errors import Rejected, Undecided
from .intervals import exact, round_down, round_up
from .numbers import decimal


# A cut is good if it makes the bounds so much narrower.
GOOD_CUT = mpq(9, 10)


class Total:
    """Adds up the contributions of cells, and cuts those with the widest bounds first.

    `bound(cell, letter)` returns exact (lower, upper) of the contribution of a cell, or raises an ArithmeticError where
    it has none. Such a cell is cut before all others: as long as there is one, nothing is proved.
    """

    def __init__(self, certificate, work, cutter, bound):
        self.certificate = certificate
        self.work = work
        self.cutter = cutter
        self.bound = bound
        self.lower = self.upper = mpq(0)
        self.waiting = []
        self.order = count()
        self.unbounded = 0
        self.leaves_cut = set()
        self.tried = self.helped = 0

    def add_exact(self, value):
        self.lower += value
        self.upper += value

    def add_piece(self, value, cell, leaf):
        """Adds the contribution of a leaf `e`, or bounds of it where its exact value is not known."""
        if value is not None:
            self.add_exact(value)
        elif cell.corners is None and self.certificate.lower != self.certificate.upper:
            self.add_cell(cell, "n", leaf)
        else:
            raise Undecided("a leaf e whose exact value is not known")

    def add_bounds(self, lower, upper):
        """Adds bounds that are not to be improved."""
        self.lower += lower
        self.upper += upper

    def add_cell(self, cell, letter, leaf):
        """Adds the contribution of a cell; `leaf` numbers the leaf of the certificate of which it is a part."""
        self.add(cell, self.bounds_of(cell, letter), leaf)

    def bounds_of(self, cell, letter):
        """Returns (lower, upper) of the contribution of a cell, as short numbers, or None if it has no bound."""
        self.work.count_cell()
        try:
            lower, upper = self.bound(cell, letter)
            return exact(round_down(lower)), exact(round_up(upper))
        except ArithmeticError:
            return None

    def add(self, cell, bounds, leaf):
        if bounds is None:
            self.unbounded += 1
            heapq.heappush(self.waiting, (-gmpy2.inf(), next(self.order), cell, None, leaf))
            return
        lower, upper = bounds
        self.lower += lower
        self.upper += upper
        if lower < upper:
            heapq.heappush(self.waiting, (-round_up(upper - lower), next(self.order), cell, bounds, leaf))

    def cut(self, cell, bounds):
        """Returns the two halves of a cell, each with its bounds.

        Where the halves are hardly better than the cell, the reduced network may be too coarse for them: then the
        cell is looked at again with a finer one, as long as this helps often enough.
        """
        halves = self.bounded_halves(cell)
        wide = width_of(halves)
        if cell.fineness > 0 or bounds is None or wide is not None and wide < (bounds[1] - bounds[0]) * GOOD_CUT:
            return halves
        if self.tried > 20 and 4 * self.helped < self.tried:
            return halves
        self.tried += 1
        finer = self.bounded_halves(cell.afresh())
        found = width_of(finer)
        if found is None or wide is not None and found > wide * GOOD_CUT:
            return halves
        self.helped += 1
        return finer

    def bounded_halves(self, cell):
        return [(half, self.bounds_of(half, "")) for half in self.cutter.halves(cell)]

    def fits(self):
        certificate = self.certificate
        if self.unbounded > 0 or self.lower < certificate.lower:
            return False
        return certificate.upper is None or self.upper <= certificate.upper

    def refute(self):
        """Raises Rejected if the bounds show that the claim is wrong."""
        certificate = self.certificate
        if certificate.upper is not None and self.lower > certificate.upper:
            raise Rejected(f"the claimed quantity is at least {decimal(self.lower)}, above upper")
        if self.unbounded == 0 and self.upper < certificate.lower:
            raise Rejected(f"the claimed quantity is at most {decimal(self.upper, up=True)}, below lower")

    def finish(self):
        """Cuts until the sums are within the claim."""
        while not self.fits():
            self.refute()
            if not self.waiting:
                raise Rejected(
                    f"the cells give {decimal(self.lower)} to {decimal(self.upper, up=True)}, not within the claim"
                )
            _, _, cell, bounds, leaf = heapq.heappop(self.waiting)
            if bounds is None:
                self.unbounded -= 1
            else:
                self.lower -= bounds[0]
                self.upper -= bounds[1]
            if leaf not in self.leaves_cut:
                self.leaves_cut.add(leaf)
                self.work.cut += 1
            for half, found in self.cut(cell, bounds):
                self.add(half, found, leaf)
        self.refute()


def width_of(halves):
    """Returns how wide the bounds of the parts are together, or None if one has none."""
    if any(bounds is None for _, bounds in halves):
        return None
    return sum((bounds[1] - bounds[0] for _, bounds in halves), mpq(0))
