"""Formulas: grammar, and what is known of one without evaluating it (FORMAT.md, "Formulas").

A formula becomes a graph of nodes in which equal parts are one node. So a product of two equal formulas is
recognised as a square, and each part is evaluated once.
"""

import re

from gmpy2 import mpq, mpz

from .errors import Rejected
from .numbers import bits, scale_by_ten, shorten
from .rational_values import function_value, power_value

FUNCTIONS = (
    "exp ln sqrt sin cos tan asin acos atan sinh cosh tanh sigmoid abs relu heaviside step "
    "erf softplus softsign elu silu gelu"
).split()
CORE_FUNCTIONS = set("exp ln sqrt sin cos sigmoid tanh abs relu heaviside".split())
WORDS = set(FUNCTIONS) | {"if", "min", "max", "pi", "e", "and", "or", "not"}
RELATIONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "=": "eq", "==": "eq", "!=": "ne"}
COMPARISONS = set(RELATIONS.values())
CONDITIONS = COMPARISONS | {"and", "or", "not"}
SPELLINGS = {"**": "^", "≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "·": "*", "×": "*", "π": "pi"}

MAX_BYTES = 65536
MAX_DIGITS = 10000
MAX_EXPONENT = 10000
MAX_NESTING = 200
MAX_HEIGHT = 1000
MAX_OPERATIONS = 262144
MAX_CONSTANT_BITS = 4096
MAX_POWER = (1 << 31) - 1

NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(?:\[[0-9]+(?:,[0-9]+)*\])*")
NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?"
TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*(?:\[[0-9]+(?:,[0-9]+)*\])*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^(),<>=≤≥≠−·×π])"
)


def is_name(text):
    """Says whether a text may be the name of an input."""
    return NAME.fullmatch(text) is not None and text not in WORDS


class Node:
    """A part of a formula.

    - `operation`: number, pi, e, input, neg, add, sub, mul, div, pow, min, max, if, call, a comparison, and, or, not.
    - `parts`: nodes. `value`: the number, the place of the input, or the function's name.
    - `size`: numbers, names, minus signs and calls in the tree, counted with repetition (FORMAT.md, "Formulas").
    - `height`: of the tree, in operations.
    - `affine`: (input or None, slope, offset) if it is affine in one input with rational coefficients, by the rules
      of "Sets of measure zero"; else None. A rational constant has the input None and the slope 0.
    - `depends`: whether an input occurs in it.
    """

    __slots__ = ("operation", "parts", "value", "size", "height", "affine", "depends", "place")

    def __init__(self, operation, parts, value):
        self.operation = operation
        self.parts = parts
        self.value = value
        self.size = own_size(operation, parts) + sum(part.size for part in parts)
        high = 2 if operation in COMPARISONS or operation in ("if", "e") else 1
        self.height = high + max((part.height for part in parts), default=0)
        self.depends = operation == "input" or any(part.depends for part in parts)
        self.affine = find_affine(self)

    def is_condition(self):
        return self.operation in CONDITIONS

    def constant(self):
        """Returns the rational number that this is, or None."""
        if self.affine is not None and self.affine[0] is None:
            return self.affine[2]
        return None


def own_size(operation, parts):
    """Returns what a node adds to the size of its parts: `e` is exp(1), and -2 is a number."""
    if operation == "neg":
        return 0 if parts[0].operation == "number" else 1
    return {"number": 1, "input": 1, "pi": 1, "call": 1, "e": 2}.get(operation, 0)


def find_affine(node):
    """Returns (input, slope, offset), (None, 0, number) for a constant, or None."""
    operation, parts = node.operation, node.parts
    if operation == "number":
        return short_affine(None, mpq(0), node.value)
    if operation == "input":
        return (node.value, mpq(1), mpq(0))
    if operation not in ("neg", "add", "sub", "mul", "div", "pow", "min", "max", "call"):
        return None
    known = [part.affine for part in parts]
    if None in known:
        return None
    if operation in ("min", "max", "call"):
        if any(variable is not None for variable, _, _ in known):
            return None
        values = [offset for _, _, offset in known]
        if operation == "call":
            return short_constant(function_value(node.value, values[0]))
        return short_constant(min(values) if operation == "min" else max(values))
    if operation == "neg":
        variable, slope, offset = known[0]
        return (variable, -slope, -offset)
    (first, slope, offset), (second, slope2, offset2) = known
    if operation in ("add", "sub"):
        if first is not None and second is not None and first != second:
            return None
        sign = 1 if operation == "add" else -1
        return short_affine(second if first is None else first, slope + sign * slope2, offset + sign * offset2)
    if operation == "mul":
        if second is None:
            return short_affine(first, slope * offset2, offset * offset2)
        if first is None:
            return short_affine(second, slope2 * offset, offset2 * offset)
        return None
    if second is not None:
        return None
    if operation == "div":
        return None if offset2 == 0 else short_affine(first, slope / offset2, offset / offset2)
    return short_constant(constant_power(offset, offset2)) if first is None else None


def short_affine(variable, slope, offset):
    """Returns the three if their numbers are short enough to be used, else None."""
    if bits(slope) > MAX_CONSTANT_BITS or bits(offset) > MAX_CONSTANT_BITS:
        return None
    return (variable, slope, offset)


def short_constant(value):
    return None if value is None else short_affine(None, mpq(0), value)


def constant_power(base, exponent):
    """Returns a power of constants that makes a constant: whole and half ones, and any of 0 and 1."""
    if abs(exponent) > MAX_POWER or (exponent.denominator > 2 and base not in (0, 1)):
        return None
    return power_value(base, exponent)


class Graph:
    """Makes nodes; equal formulas get the same node, up to the order of the operands of +, *, min and max."""

    def __init__(self):
        self.known = {}

    def node(self, operation, parts=(), value=None):
        order = [id(part) for part in parts]
        if operation in ("add", "mul", "min", "max"):
            order.sort()
        key = (operation, tuple(order), value)
        found = self.known.get(key)
        if found is None:
            found = Node(operation, tuple(parts), value)
            if found.size > MAX_OPERATIONS or found.height > MAX_HEIGHT:
                raise Rejected("formula: too many operations, or nested too deep")
            found.place = find_place(found, self)
            self.known[key] = found
        return found


def find_place(node, graph):
    """Returns the affine difference of both sides of a comparison, if there is one; for a call of heaviside with an
    affine argument, the comparison `argument >= 0`."""
    if node.operation in COMPARISONS:
        left, right = node.parts
        if left.affine is None or right.affine is None:
            return None
        difference = graph.node("sub", (left, right))
        return difference.affine
    if node.operation == "call" and node.value == "heaviside" and node.parts[0].affine is not None:
        return graph.node("ge", (node.parts[0], graph.node("number", (), mpq(0))))
    return None


def functions_of(node):
    """Returns the names of the functions that occur in a formula."""
    return {part.value for part in all_nodes(node) if part.operation == "call"}


def may_jump(node):
    """Says whether a formula has a comparison, `if` or `heaviside`."""
    return any(
        part.operation in CONDITIONS or part.operation == "if" or (part.operation == "call" and part.value == "heaviside")
        for part in all_nodes(node)
    )


def all_nodes(node):
    seen = {}
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen[id(part)] = part
            waiting.extend(part.parts)
    return list(seen.values())


def read_formula(text, names, graph=None):
    """Returns the node of a formula. Raises Rejected if it is malformed. `names` are the inputs, in order."""
    return Reader(text, names, graph or Graph()).read()


class Reader:
    def __init__(self, text, names, graph):
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise Rejected("formula: longer than 65536 bytes")
        self.tokens = tokens(text)
        self.place = 0
        self.names = {name: place for place, name in enumerate(names)}
        self.graph = graph
        self.nesting = 0

    def read(self):
        node = self.disjunction()
        if self.kind() is not None:
            raise self.unexpected("the end")
        return node

    def kind(self):
        return self.tokens[self.place][0]

    def word(self):
        return self.tokens[self.place][1]

    def next(self):
        token = self.tokens[self.place]
        self.place += 1
        return token[1]

    def accept(self, kind, word):
        if self.tokens[self.place] == (kind, word):
            self.place += 1
            return True
        return False

    def expect(self, word):
        if not self.accept("sign", word):
            raise self.unexpected(word)

    def unexpected(self, wanted):
        found = "the end" if self.kind() is None else shorten(self.word())
        return Rejected(f"formula: expected {wanted}, found {found}")

    def deeper(self):
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise Rejected(f"formula: nested more than {MAX_NESTING} deep")

    def make(self, operation, parts, value=None):
        """Returns a node, after a look at the kinds of its parts."""
        conditions = {"and": (0, 1), "or": (0, 1), "not": (0,), "if": (0,)}.get(operation, ())
        for place, part in enumerate(parts):
            if part.is_condition() != (place in conditions):
                wanted = "a condition" if place in conditions else "a number"
                raise Rejected(f"formula: expected {wanted} in {operation}")
        return self.graph.node(operation, parts, value)

    def disjunction(self):
        node = self.conjunction()
        while self.accept("name", "or"):
            node = self.make("or", (node, self.conjunction()))
        return node

    def conjunction(self):
        node = self.negation()
        while self.accept("name", "and"):
            node = self.make("and", (node, self.negation()))
        return node

    def negation(self):
        if self.accept("name", "not"):
            self.deeper()
            node = self.make("not", (self.negation(),))
            self.nesting -= 1
            return node
        return self.comparison()

    def comparison(self):
        left = self.sum()
        node = None
        while self.kind() == "sign" and self.word() in RELATIONS:
            operation = RELATIONS[self.next()]
            right = self.sum()
            step = self.make(operation, (left, right))
            node = step if node is None else self.make("and", (node, step))
            left = right
        return left if node is None else node

    def sum(self):
        node = self.product()
        while self.kind() == "sign" and self.word() in ("+", "-"):
            operation = "add" if self.next() == "+" else "sub"
            node = self.make(operation, (node, self.product()))
        return node

    def product(self):
        node = self.signed()
        while self.kind() == "sign" and self.word() in ("*", "/"):
            operation = "mul" if self.next() == "*" else "div"
            node = self.make(operation, (node, self.signed()))
        return node

    def signed(self):
        if self.accept("sign", "-"):
            self.deeper()
            node = self.make("neg", (self.signed(),))
            self.nesting -= 1
            return node
        return self.power()

    def power(self):
        """The grammar allows one `^` here; the exponent is `signed`, so `2^3^x` is `2^(3^x)`."""
        node = self.atom()
        if self.accept("sign", "^"):
            self.deeper()
            node = self.make("pow", (node, self.signed()))
            self.nesting -= 1
        return node

    def atom(self):
        kind, word = self.tokens[self.place]
        if kind == "number":
            self.place += 1
            return self.graph.node("number", (), read_decimal(word))
        if kind == "sign" and word == "(":
            self.place += 1
            return self.bracketed()
        if kind != "name":
            raise self.unexpected("a number, a name or (")
        self.place += 1
        if word in self.names:
            return self.graph.node("input", (), self.names[word])
        if word in ("pi", "e"):
            return self.graph.node(word)
        if word in ("min", "max", "if") or word in FUNCTIONS:
            self.expect("(")
            return self.call(word)
        raise Rejected(f"formula: unknown name {shorten(word)}")

    def bracketed(self):
        self.deeper()
        node = self.disjunction()
        self.expect(")")
        self.nesting -= 1
        return node

    def call(self, name):
        self.deeper()
        parts = [self.disjunction()]
        while self.accept("sign", ","):
            parts.append(self.disjunction())
        self.expect(")")
        self.nesting -= 1
        if name in ("min", "max"):
            if len(parts) < 2:
                raise Rejected(f"formula: {name} needs two values or more")
            node = parts[0]
            for part in parts[1:]:
                node = self.make(name, (node, part))
            return node
        if len(parts) != (3 if name == "if" else 1):
            raise Rejected(f"formula: {name} has {len(parts)} operands")
        if name == "if":
            return self.make("if", parts)
        return self.make("call", parts, "heaviside" if name == "step" else name)


def tokens(text):
    """Returns (kind, word) for each token, and (None, None) at the end."""
    found = []
    place = 0
    while True:
        while place < len(text) and text[place] in " \t":
            place += 1
        if place == len(text):
            found.append((None, None))
            return found
        match = TOKEN.match(text, place)
        if match is None:
            raise Rejected(f"formula: unexpected {shorten(text[place:place + 10])}")
        kind, word = match.lastgroup, match[0]
        if word == "π":
            kind = "name"
        found.append((kind, SPELLINGS.get(word, word)))
        place = match.end()


def read_decimal(word):
    """Returns the exact value of a number in a formula."""
    match = re.fullmatch(NUMBER, word)
    digits, exponent = match[1], match[2] or "0"
    whole, _, decimals = digits.partition(".")
    if len(whole) > MAX_DIGITS or len(decimals) > MAX_DIGITS:
        raise Rejected(f"formula: a number has more than {MAX_DIGITS} digits")
    sign = -1 if exponent.startswith("-") else 1
    exponent = exponent.lstrip("+-").lstrip("0") or "0"
    if len(exponent) > 5 or int(exponent) > MAX_EXPONENT:
        raise Rejected(f"formula: an exponent is beyond {MAX_EXPONENT}")
    return scale_by_ten(mpz(whole + decimals), sign * int(exponent) - len(decimals))
