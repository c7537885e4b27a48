"""The tree of a certificate: cells, cuts and leaves (FORMAT.md, "The tree")."""

from gmpy2 import gcd, lcm, mpq, mpz

from .errors import Rejected
from .intervals import between
from .numbers import bits, read_number, shorten

LETTERS = "onlgsmehw"
MAX_PATH = 4000
MAX_LINES = 256
MAX_CUT_CHARACTERS = 4095
MAX_CUT_BITS = 16384
MAX_LINE_BITS = 4096


class Cell:
    """A part of the domain: a box with exact sides, or below a cut along a line a convex polygon in it.

    - `sides`: pairs of exact ends. `box`: intervals that hold them.
    - `corners`: of a polygon, counter-clockwise; None for a box.
    - `parent`: the cell that was cut, whose reduced network is handed down (reduce.py).
    - `cuts`: of a part of a leaf that was cut further, how often. `fineness`: see `afresh`.
    """

    __slots__ = ("sides", "corners", "parent", "depth", "lines", "cuts", "fineness", "reduced", "rounded", "_box")

    def __init__(self, sides, parent=None, corners=None):
        self.sides = sides
        self.parent = parent
        self.corners = corners
        self.depth = 0 if parent is None else parent.depth + 1
        self.lines = 0 if parent is None else parent.lines + (corners is not None)
        self.cuts = 0 if parent is None else parent.cuts + 1
        self.fineness = 0 if parent is None else parent.fineness
        self.reduced = self.rounded = None
        self._box = None

    @property
    def box(self):
        if self._box is None:
            self._box = tuple(between(low, high) for low, high in self.sides)
        return self._box

    def afresh(self):
        """Returns the same box without the networks of the cells above it, and with a finer one to come (reduce.py)."""
        found = Cell(self.sides)
        found.cuts = self.cuts
        found.fineness = self.fineness + 1
        return found

    def volume(self):
        """Returns the exact volume; of a polygon, the area."""
        if self.corners is not None:
            return double_area(self.corners) / 2
        product = mpq(1)
        for low, high in self.sides:
            product *= high - low
        return product

    def middle(self):
        return [(low + high) / 2 for low, high in self.sides]

    def halves(self, place, cut):
        """Returns the two parts of a box below and above a cut across one side."""
        low, high = self.sides[place]
        before, after = self.sides[:place], self.sides[place + 1:]
        lower = Cell(before + ((low, cut),) + after, self)
        upper = Cell(before + ((cut, high),) + after, self)
        return lower, upper

    def exact_corners(self):
        """Returns the corners of a cell in one or two inputs, counter-clockwise. In one input they are the two ends."""
        if self.corners is not None:
            return self.corners
        if len(self.sides) == 1:
            return [(end, mpq(0)) for end in self.sides[0]]
        (left, right), (bottom, top) = self.sides
        return [(left, bottom), (right, bottom), (right, top), (left, top)]


def walk(tree, domain, lines_allowed):
    """Yields (letter, cell) for each leaf. Raises Rejected where the tree is malformed.

    That the walk ends with the last character and the last cell is what makes the leaves cover the domain.
    """
    waiting = [Cell(tuple(domain))]
    place = 0
    while waiting:
        cell = waiting.pop()
        if place == len(tree):
            raise Rejected("the tree ends before every cell has a leaf")
        character = tree[place]
        place += 1
        if character in LETTERS:
            if tree[place:place + 1] == "(":
                raise Rejected("numbers of a leaf are reserved")
            cell.cuts = 0
            yield character, cell
            continue
        if cell.depth >= MAX_PATH:
            raise Rejected(f"a path of more than {MAX_PATH} cuts")
        text = None
        if character in "@/":
            # The letter of `@` does not count.
            most = MAX_CUT_CHARACTERS + (character == "@")
            end = tree.find(";", place, place + most + 1)
            if end < 0:
                raise Rejected("a cut without its end, or too long")
            text = tree[place:end]
            place = end + 1
        if character == "/":
            if not lines_allowed:
                raise Rejected("a cut along a line needs two inputs and a piecewise-linear network")
            lower, upper = cut_along_line(cell, text)
        else:
            lower, upper = cut_across(cell, character, text)
        waiting.append(upper)
        waiting.append(lower)
    if place != len(tree):
        raise Rejected("characters of the tree are left over")


def cut_across(cell, character, text):
    """Cuts a box across a side: in the middle (`A`), or at a number (`@A1/3;`)."""
    if character == "@":
        letter, text = text[:1], text[1:]
    else:
        letter = character
    if letter == "" or not "A" <= letter <= "Z":
        raise Rejected(f"unexpected {shorten(character)} in the tree")
    if cell.corners is not None:
        raise Rejected("below a cut along a line there are only such cuts")
    side = ord(letter) - ord("A")
    if side >= len(cell.sides):
        raise Rejected(f"a cut along input {side}, which does not exist")
    low, high = cell.sides[side]
    if character == "@":
        cut = read_number(text)
        if bits(cut) > MAX_CUT_BITS:
            raise Rejected(f"a cut has more than {MAX_CUT_BITS} bits")
    else:
        cut = (low + high) / 2
    if not low < cut < high:
        raise Rejected("a cut is not inside its side")
    return cell.halves(side, cut)


def cut_along_line(cell, text):
    """Cuts a cell along the line a x + b y + c = 0: the lower half is where a x + b y + c <= 0."""
    fields = text.split(",")
    if len(fields) != 3:
        raise Rejected("a line has three numbers")
    line = [read_number(field) for field in fields]
    check_line(line)
    if cell.lines >= MAX_LINES:
        raise Rejected(f"more than {MAX_LINES} lines above a leaf")
    corners = cell.exact_corners()
    halves = []
    for half in (clip(corners, [-value for value in line]), clip(corners, line)):
        if double_area(half) <= 0:
            raise Rejected("a line only touches its cell")
        halves.append(Cell(cell.sides, cell, half))
    return halves


def check_line(line):
    """Refuses lines with coefficients of more than 4096 bits, as given or without common factors."""
    if line[0] == 0 and line[1] == 0:
        raise Rejected("a line without direction")
    if any(value.numerator.bit_length() > MAX_LINE_BITS or value.denominator.bit_length() > MAX_LINE_BITS
           for value in line):
        raise Rejected("a line has too long coefficients")
    multiple = lcm(line[0].denominator, line[1].denominator, line[2].denominator)
    whole = [mpz(value * multiple) for value in line]
    common = gcd(*whole)
    if any((value // common).bit_length() > MAX_LINE_BITS for value in whole):
        raise Rejected("a line has too long coefficients")


def clip(corners, line):
    """Returns the part of a convex polygon where a x + b y + c >= 0."""
    a, b, c = line
    values = [a * x + b * y + c for x, y in corners]
    found = []
    for place, first in enumerate(corners):
        second = corners[(place + 1) % len(corners)]
        start, end = values[place], values[(place + 1) % len(corners)]
        if start >= 0:
            found.append(first)
        if (start > 0 and end < 0) or (start < 0 and end > 0):
            ratio = start / (start - end)
            found.append((first[0] + ratio * (second[0] - first[0]), first[1] + ratio * (second[1] - first[1])))
    return found


def double_area(corners):
    """Returns twice the area of a polygon whose corners are in counter-clockwise order."""
    total = mpq(0)
    for place, (x, y) in enumerate(corners):
        next_x, next_y = corners[(place + 1) % len(corners)]
        total += x * next_y - next_x * y
    return total
