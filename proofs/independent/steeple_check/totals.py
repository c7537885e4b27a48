"""Sums of contributions, and further cuts until they fit the claim (FORMAT.md, "Any leaf may be cut further")."""

import heapq
from itertools import count

from gmpy2 import mpq

from .errors import Rejected
from .intervals import exact, round_down, round_up
from .numbers import decimal


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

    def add_exact(self, value):
        self.lower += value
        self.upper += value

    def add_bounds(self, lower, upper):
        """Adds bounds that are not to be improved."""
        self.lower += lower
        self.upper += upper

    def add_cell(self, cell, letter, leaf):
        """Adds the contribution of a cell; `leaf` numbers the leaf of the certificate of which it is a part."""
        self.work.count_cell()
        try:
            lower, upper = self.bound(cell, letter)
            # Short numbers; rounding a contribution of measure 0 would be as good as any.
            lower, upper = exact(round_down(lower)), exact(round_up(upper))
        except ArithmeticError:
            self.unbounded += 1
            heapq.heappush(self.waiting, (float("-inf"), next(self.order), cell, None, None, leaf))
            return
        self.lower += lower
        self.upper += upper
        if lower < upper:
            heapq.heappush(self.waiting, (-float(upper - lower), next(self.order), cell, lower, upper, leaf))

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
            _, _, cell, lower, upper, leaf = heapq.heappop(self.waiting)
            if lower is None:
                self.unbounded -= 1
            else:
                self.lower -= lower
                self.upper -= upper
            if leaf not in self.leaves_cut:
                self.leaves_cut.add(leaf)
                self.work.cut += 1
            for half in self.cutter.halves(cell):
                self.add_cell(half, "", leaf)
        self.refute()
