"""What all claims share: limits, counts, and where a leaf is cut further."""

from collections import Counter

from gmpy2 import mpq

from .errors import Undecided
from .formula import COMPARISONS, Node, all_nodes
from .intervals import exact

# After so many further cuts the network on the cell is reduced anew, with a finer radius.
CUTS_PER_NETWORK = 6
BEYOND = 1 + mpq(1, 1 << 30)


class Work:
    """Counts what is done, and stops at a limit.

    - `leaves`: leaves of the certificate by letter. `cut`: leaves that had to be cut further.
    - `cells`: cells that were looked at, those of further cuts included.
    - `every`: 1, or n to look at every n-th leaf only.
    """

    def __init__(self, max_cells=None, every=1):
        self.max_cells = max_cells
        self.every = every
        self.leaves = Counter()
        self.cut = 0
        self.cells = 0

    def count_leaf(self, letter):
        """Counts a leaf, and says whether it is to be looked at."""
        self.leaves[letter] += 1
        return (sum(self.leaves.values()) - 1) % self.every == 0

    def count_cell(self):
        self.cells += 1
        if self.max_cells is not None and self.cells > self.max_cells:
            raise Undecided(f"the limit of {self.max_cells} cells came first")


class Cutter:
    """Cuts cells where a step or a comparison in one input jumps, else in the middle of the widest side."""

    def __init__(self, network, formulas, domain, steps=None):
        """`steps` has the radii of steps in float arithmetic: there they may jump anywhere within these."""
        self.widths = [high - low for low, high in domain]
        self.places = [set() for _ in domain]
        first = network.layers[0]
        if first.activation == "heaviside":
            for unit, (row, bias) in enumerate(zip(first.rows, first.bias)):
                if len(row) == 1:
                    column, weight = row[0]
                    place = -bias / weight
                    if steps is None:
                        self.places[column].add(place)
                        continue
                    # A little farther, so that rounding does not hide that the step is decided beside the cut.
                    radius = exact(steps[0][unit]) / abs(weight) * BEYOND
                    self.places[column].update((place - radius, place + radius))
        for formula in formulas:
            for node in all_nodes(formula):
                self.add_jump(node if node.operation != "call" else node.place)

    def add_jump(self, node):
        """Notes where a comparison changes; for a call of heaviside this is its comparison with 0."""
        if not isinstance(node, Node) or node.operation not in COMPARISONS:
            return
        place = node.place
        if place is not None and place[0] is not None and place[1] != 0 and place[0] < len(self.places):
            self.places[place[0]].add(-place[2] / place[1])

    def halves(self, cell):
        if cell.cuts % CUTS_PER_NETWORK == CUTS_PER_NETWORK - 1:
            cell = cell.afresh()
        best = None
        for side, (low, high) in enumerate(cell.sides):
            for place in self.places[side]:
                if low < place < high:
                    distance = abs(place - (low + high) / 2) / (high - low)
                    if best is None or distance < best[0]:
                        best = (distance, side, place)
        if best is not None:
            return cell.halves(best[1], best[2])
        wide = [
            (high - low) / width if width > 0 else high - low
            for (low, high), width in zip(cell.sides, self.widths)
        ]
        side = wide.index(max(wide))
        low, high = cell.sides[side]
        return cell.halves(side, (low + high) / 2)
