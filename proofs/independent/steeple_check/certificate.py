"""Certificates: the lines of a file (FORMAT.md, "Certificates" and "Properties")."""

import re

from .errors import Rejected
from .formula import Graph, is_name, read_formula
from .numbers import bits, read_count, read_number, shorten
from .semantics import FORMATS, Semantics

CLAIMS = ("sup", "l1", "l2", "area", "property", "units-at-least")
RESERVED_CLAIMS = ("range", "above", "below", "slope", "monotone")
LAYERS = ("core", "integrals", "smooth", "fast", "properties", "floats", "sizes")
# Claims that have a layer of their own.
OWN_LAYERS = {"property": "properties", "units-at-least": "sizes"}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
MAX_LINE = 1 << 20
MAX_INPUTS = 26
MAX_SIDE_BITS = 16384
MAX_CASES_AND_VARIABLES = 524288
MAX_TREE = 1 << 40
TREE_LINE = 100
# Of a claim units-at-least: groups of points, and bits of their numbers.
MAX_GROUPS = 65536
MAX_NUMBER_BITS = 4096
GROUPS = (("kinks", "triple", 3), ("jumps", "pair", 2))


class Certificate:
    """What a certificate says. Fields that its claim does not have are None.

    - `claim`, `digest`, `weights`, `layer`, `inputs` as in the file. `semantics`: None for real arithmetic.
    - of an error: `targets` (nodes), `domain` (pairs of exact ends), `threshold`, `lower`, `upper` (None for `none`),
      `witness` (numbers), `radius`, `constant_radius`, `ranges`, `tree` (its characters).
    - of a lower bound of size: `targets`, `domain`, `tolerance`, `radius`, `along`: groups of points by their word.
    - of a property: `outputs`, `cases` (pairs of a box and a condition), `witness` (the case's place and the numbers) or
      `trees`.
    """

    def __init__(self):
        self.threshold = self.witness = self.radius = self.tree = self.trees = None
        self.lower = self.upper = self.constant_radius = self.ranges = None
        self.tolerance = self.along = self.digest = self.weights = self.semantics = None

    def is_region(self):
        return self.targets[0].is_condition()


class Along:
    """Groups of points along a line.

    - `output` (its place), `start` and `end` of the line, `places`: tuples of parameters.
    """

    def __init__(self, output, start, end, places):
        self.output = output
        self.start = start
        self.end = end
        self.places = places


class Lines:
    """The lines of a file, taken one after the other."""

    def __init__(self, data):
        if not data.endswith(b"\n"):
            raise Rejected("the last line does not end")
        if b"\r" in data:
            raise Rejected("a carriage return in the file")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Rejected("the file is not UTF-8") from None
        if text.startswith("\ufeff"):
            raise Rejected("a byte-order mark")
        self.lines = text.split("\n")[:-1]
        self.place = 0

    def fail(self, message):
        return Rejected(f"line {self.place + 1}: {message}")

    def next(self):
        if self.place == len(self.lines):
            raise self.fail("the file ends too early")
        line = self.lines[self.place]
        if len(line.encode("utf-8")) + 1 > MAX_LINE:
            raise self.fail("longer than 2^20 bytes")
        self.place += 1
        return line

    def starts_with(self, word):
        """Says whether the next line begins with this word."""
        return self.place < len(self.lines) and self.lines[self.place].split(" ", 1)[0] == word

    def whole(self, word):
        """Takes a line `word rest` and returns the rest, which is not empty."""
        if not self.starts_with(word):
            found = shorten(self.lines[self.place]) if self.place < len(self.lines) else "the end"
            raise self.fail(f"expected {word}, found {found}")
        line = self.next()
        rest = line[len(word) + 1:]
        if rest == "":
            raise self.fail(f"nothing after {word}")
        return rest

    def fields(self, word, count=None):
        """Takes a line `word field ...` and returns its fields, none of which is empty."""
        fields = self.whole(word).split(" ")
        if "" in fields:
            raise self.fail("an empty field")
        if count is not None and len(fields) != count:
            raise self.fail(f"expected {count} fields after {word}, found {len(fields)}")
        return fields

    def one_of(self, word, allowed):
        field = self.fields(word, 1)[0]
        if field not in allowed:
            raise self.fail(f"unknown {word} {shorten(field)}, expected one of {', '.join(allowed)}")
        return field

    def exactly(self, line):
        if self.place == len(self.lines) or self.lines[self.place] != line:
            raise self.fail(f"expected {shorten(line)}")
        self.place += 1

    def tree(self):
        """Takes `tree length` and its lines, and returns the characters."""
        length = read_count(self.fields("tree", 1)[0], MAX_TREE)
        if length == 0:
            raise self.fail("an empty tree")
        parts = []
        left = length
        while left > 0:
            if self.place == len(self.lines):
                raise self.fail("the tree ends too early")
            line = self.lines[self.place]
            if len(line) != min(left, TREE_LINE):
                raise self.fail("a line of the tree has another length than it should")
            self.place += 1
            parts.append(line)
            left -= len(line)
        return "".join(parts)


def read_certificate(data):
    """Returns the certificate of a file's bytes. Raises Rejected if it is malformed."""
    lines = Lines(data)
    if lines.starts_with("steeple") and lines.lines[0] != "steeple certificate 2":
        raise Rejected(f"expected steeple certificate 2, found {shorten(lines.lines[0])}")
    lines.exactly("steeple certificate 2")
    found = Certificate()
    claim = lines.fields("claim", 1)[0]
    if claim not in CLAIMS:
        word = "reserved" if claim in RESERVED_CLAIMS else "unknown"
        raise lines.fail(f"{word} claim {shorten(claim)}")
    found.claim = claim
    if claim == "units-at-least":
        lines.one_of("semantics", ("real",))
    else:
        read_network_line(lines, found)
        read_semantics(lines, found)
        found.weights = lines.one_of("weights", ("stored", "exact"))
    found.layer = lines.one_of("layer", LAYERS)
    check_layer_of_claim(lines, found)
    found.inputs = lines.fields("inputs")
    if len(found.inputs) > MAX_INPUTS:
        raise lines.fail(f"more than {MAX_INPUTS} inputs")
    READERS.get(claim, read_error)(lines, found)
    lines.exactly("end")
    if lines.place != len(lines.lines):
        raise lines.fail("something after the end")
    return found


def read_network_line(lines, found):
    name, found.digest = lines.fields("network", 2)
    if not is_name(name):
        raise lines.fail("the network has a name that is not allowed")
    if DIGEST.fullmatch(found.digest) is None:
        raise lines.fail("expected sha256: and 64 hexadecimal digits")
    if lines.starts_with("network"):
        raise lines.fail("a second network is reserved")


def read_semantics(lines, found):
    """Reads `real`, or a format of floats with what is promised about it (T40)."""
    fields = lines.fields("semantics")
    if fields == ["real"]:
        return
    name = fields[0]
    if name not in FORMATS:
        raise lines.fail(f"unknown semantics {shorten(name)}, expected real or one of {', '.join(FORMATS)}")
    if len(fields) != 9 or fields[1::2] != ["sums", "ulps", "abs", "inputs"]:
        raise lines.fail(f"expected {name} sums .. ulps .. abs .. inputs ..")
    sums, ulps, absolute, inputs = fields[2::2]
    if sums not in ("any", "emitted") or inputs not in ("floats", "rounded"):
        raise lines.fail("expected sums any or emitted, inputs floats or rounded")
    ulps, absolute = number_field(lines, ulps), number_field(lines, absolute)
    if ulps < 0 or absolute < 0:
        raise lines.fail("ulps or abs is below 0")
    if inputs == "floats" and found.claim in ("l1", "l2", "area"):
        raise lines.fail(f"{found.claim} needs inputs rounded: floats alone have no volume")
    found.semantics = Semantics(name, sums, ulps, absolute, inputs)


def check_layer_of_claim(lines, found):
    """Claims with a layer of their own, and float arithmetic, need that layer; all others must not name it."""
    if (found.layer == "floats") != (found.semantics is not None):
        raise lines.fail("float arithmetic needs layer floats, and real arithmetic another one")
    if found.layer != "floats" and OWN_LAYERS.get(found.claim) != (
        found.layer if found.layer in OWN_LAYERS.values() else None
    ):
        raise lines.fail("the claims property and units-at-least have layers of their own")


def number_field(lines, text):
    try:
        return read_number(text)
    except Rejected as error:
        raise lines.fail(str(error)) from None


def read_hints(lines, found):
    found.constant_radius = number_field(lines, lines.fields("constant-radius", 1)[0])
    if found.constant_radius < 0:
        raise lines.fail("constant-radius is below 0")
    found.ranges = lines.one_of("ranges", ("natural", "linear"))
    if lines.starts_with("root"):
        raise lines.fail("a line root is reserved")


def read_target(lines, found):
    """Reads the formulas and the sides."""
    for name in found.inputs:
        if not is_name(name):
            raise lines.fail(f"{shorten(name)} is not allowed as a name of an input")
    if len(set(found.inputs)) != len(found.inputs):
        raise lines.fail("two inputs have the same name")
    graph = Graph()
    found.targets = []
    found.target_texts = []
    while not found.targets or lines.starts_with("target"):
        formula = lines.whole("target")
        found.target_texts.append(formula)
        try:
            found.targets.append(read_formula(formula, found.inputs, graph))
        except Rejected as error:
            raise lines.fail(str(error)) from None
    if len(found.targets) > 1 and any(target.is_condition() for target in found.targets):
        raise lines.fail("a region goes with one output")
    found.domain = []
    for name in found.inputs:
        named, low, high = lines.fields("domain", 3)
        if named != name:
            raise lines.fail(f"expected the side of {name}, found that of {named}")
        low, high = number_field(lines, low), number_field(lines, high)
        check_side(lines, low, high)
        if low >= high:
            raise lines.fail("the lower end of a side is not below the upper one")
        found.domain.append((low, high))


def read_error(lines, found):
    read_target(lines, found)
    if found.claim == "area":
        if not found.is_region():
            raise lines.fail("area needs a region")
        found.threshold = number_field(lines, lines.fields("threshold", 1)[0])
    found.lower = number_field(lines, lines.fields("lower", 1)[0])
    upper = lines.fields("upper", 1)[0]
    found.upper = None if upper == "none" else number_field(lines, upper)
    if lines.starts_with("witness"):
        fields = lines.fields("witness")
        if len(fields) != len(found.inputs) + 2 or fields[-2] != "radius":
            raise lines.fail("expected witness, a number for each input, radius and a number")
        found.witness = [number_field(lines, field) for field in fields[:-2]]
        found.radius = number_field(lines, fields[-1])
        if found.radius < 0:
            raise lines.fail("the radius is below 0")
        for value, (low, high) in zip(found.witness, found.domain):
            if not low <= value <= high:
                raise lines.fail("the witness is outside of the domain")
    read_hints(lines, found)
    if found.semantics is not None:
        # A hint, too: rounding errors are computed on every cell here.
        if number_field(lines, lines.fields("kept-rounding", 1)[0]) < 0:
            raise lines.fail("kept-rounding is below 0")
    found.tree = lines.tree()


def read_size(lines, found):
    read_target(lines, found)
    found.tolerance = short_field(lines, lines.fields("tolerance", 1)[0])
    found.radius = short_field(lines, lines.fields("radius", 1)[0])
    if found.tolerance < 0:
        raise lines.fail("the tolerance is below 0")
    if found.radius <= 0:
        raise lines.fail("the radius is not above 0")
    found.along = {}
    for title, word, size in GROUPS:
        if lines.starts_with(title):
            found.along[word] = read_along(lines, found, title, word, size)
    if not found.along:
        raise lines.fail("neither kinks nor jumps")


def read_along(lines, found, title, word, size):
    """Reads a line and its groups, whose parameters increase from 0 to 1. A triple may begin at the middle of the one
    before, if its own middle is not before the end of that one (T38)."""
    count = read_count(lines.fields(title, 1)[0], MAX_GROUPS)
    if count == 0:
        raise lines.fail(f"no {title}")
    output = read_count(lines.fields("output", 1)[0], len(found.targets) - 1)
    ends = []
    for end in ("from", "to"):
        point = [short_field(lines, field) for field in lines.fields(end, len(found.inputs))]
        if not all(low <= value <= high for value, (low, high) in zip(point, found.domain)):
            raise lines.fail("an end of the line is outside of the domain")
        ends.append(point)
    if ends[0] == ends[1]:
        raise lines.fail("the line is a point")
    places = []
    for _ in range(count):
        group = tuple(short_field(lines, field) for field in lines.fields(word, size))
        last = places[-1] if places else (0, 0)
        overlaps = len(group) == 3 and last[1] <= group[0] and last[-1] <= group[1]
        if group[0] < 0 or group[-1] > 1 or any(a >= b for a, b in zip(group, group[1:])):
            raise lines.fail("parameters out of order")
        if group[0] < last[-1] and not overlaps:
            raise lines.fail(f"the {word} begins too early")
        places.append(group)
    return Along(output, *ends, places)


def short_field(lines, text):
    value = number_field(lines, text)
    if bits(value) > MAX_NUMBER_BITS:
        raise lines.fail(f"a number has more than {MAX_NUMBER_BITS} bits")
    return value


def check_side(lines, low, high):
    if bits(low) > MAX_SIDE_BITS or bits(high) > MAX_SIDE_BITS:
        raise lines.fail(f"an end of a side has more than {MAX_SIDE_BITS} bits")


def read_property(lines, found):
    if found.inputs != [f"X_{place}" for place in range(len(found.inputs))]:
        raise lines.fail("the inputs of a property are X_0, X_1 and so on")
    found.outputs = lines.fields("outputs")
    if found.outputs != [f"Y_{place}" for place in range(len(found.outputs))]:
        raise lines.fail("the outputs of a property are Y_0, Y_1 and so on")
    names = found.inputs + found.outputs
    graph = Graph()
    found.cases = []
    found.case_texts = []
    while not found.cases or lines.starts_with("box"):
        ends = [number_field(lines, field) for field in lines.fields("box", 2 * len(found.inputs))]
        box = list(zip(ends[0::2], ends[1::2]))
        for low, high in box:
            check_side(lines, low, high)
            if low > high:
                raise lines.fail("the lower end of a side is above the upper one")
        text = lines.whole("unsafe")
        found.case_texts.append(text)
        try:
            condition = read_formula(text, names, graph)
        except Rejected as error:
            raise lines.fail(str(error)) from None
        if not condition.is_condition():
            raise lines.fail("unsafe is not a condition")
        found.cases.append((box, condition))
        if len(found.cases) * len(names) > MAX_CASES_AND_VARIABLES:
            raise lines.fail("too many cases")
    if lines.starts_with("witness"):
        fields = lines.fields("witness", 1 + len(found.inputs))
        place = read_count(fields[0], len(found.cases) - 1)
        values = [number_field(lines, field) for field in fields[1:]]
        for value, (low, high) in zip(values, found.cases[place][0]):
            if not low <= value <= high:
                raise lines.fail("the witness is outside of its box")
        found.witness = (place, values)
        return
    read_hints(lines, found)
    found.trees = [lines.tree() for _ in found.cases]


READERS = {"property": read_property, "units-at-least": read_size}
