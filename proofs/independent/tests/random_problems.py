"""Random networks, formulas and boxes. They favour corners: zeros, ties, equal weights, steps at the end of a box."""

from gmpy2 import mpq

from steeple_check.formula import Graph, read_formula
from steeple_check.network import Layer, Network
from steeple_check.tree import Cell

SMOOTH = ["sigmoid", "tanh", "softplus", "softsign", "elu", "silu", "gelu"]
ANY = SMOOTH + ["relu", "leaky-relu", "hard-tanh", "heaviside", "maxout", "identity", "softplus at 1", "gelu by 3"]


def rational(draw, size=3):
    kind = draw.randrange(5)
    if kind == 0:
        return mpq(draw.randint(-1, 1))
    if kind == 1:
        return mpq(draw.randint(-size, size), 3)
    return mpq(draw.randint(-64 * size, 64 * size), 64)


def layer(draw, columns, units, name):
    parameter = None
    rows = units
    if name == "maxout":
        parameter, rows = 2, 2 * units
    elif name == "leaky-relu":
        parameter = mpq(draw.choice([1, -1, 3]), 4)
    elif name == "elu":
        parameter = mpq(draw.choice([1, 1, 2]), draw.choice([1, 3]))
    elif name == "softplus at 1":
        name, parameter = "softplus", mpq(1)
    elif name == "gelu by 3":
        name, parameter = "gelu", mpq(3)
    weights = []
    shared = [rational(draw) for _ in range(columns)]
    steep = draw.choice([1, 1, 20, 400])
    for _ in range(rows):
        row = shared if draw.randrange(3) == 0 else [rational(draw) for _ in range(columns)]
        weights.append([(c, w * steep) for c, w in enumerate(row) if w != 0])
    bias = [rational(draw) * draw.choice([1, steep]) for _ in range(rows)]
    return Layer(name, parameter, columns, weights, bias)


def network(draw, inputs, names=ANY, outputs=1):
    layers = []
    columns = inputs
    for _ in range(draw.randint(1, 3)):
        units = draw.randint(1, 5)
        layers.append(layer(draw, columns, units, draw.choice(names)))
        columns = units
    layers.append(layer(draw, columns, outputs, "identity"))
    return Network([f"x{k}" for k in range(inputs)], [f"y{k}" for k in range(outputs)], layers)


def box(draw, inputs):
    sides = []
    for _ in range(inputs):
        low = rational(draw, 2)
        sides.append((low, low + abs(rational(draw, 2)) + mpq(1, draw.choice([1, 3, 64]))))
    return Cell(tuple(sides))


def smaller(draw, cell):
    """Returns a random part of a box, often a half."""
    side = draw.randrange(len(cell.sides))
    low, high = cell.sides[side]
    cut = (low + high) / 2 if draw.randrange(2) else low + (high - low) * mpq(draw.randint(1, 9), 10)
    return draw.choice(cell.halves(side, cut))


def point(draw, cell):
    """Returns a point of a box, often on its edge."""
    found = []
    for low, high in cell.sides:
        share = draw.choice([mpq(0), mpq(1), mpq(1, 2), mpq(draw.randrange(1001), 1000), mpq(draw.randrange(1001), 1000)])
        found.append(low + (high - low) * share)
    return found


def inner_point(draw, cell):
    return [low + (high - low) * mpq(draw.randint(1, 100002), 100003) for low, high in cell.sides]


CALLS = ["exp", "ln", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "sigmoid", "abs",
         "relu", "heaviside", "erf", "softplus", "softsign", "elu", "silu", "gelu"]


def formula_text(draw, names, depth, smooth=False):
    if depth == 0 or draw.randrange(6) == 0:
        return draw.choice(names + names + ["1/3", "2", "0.5", "pi", "e", "-1.25"])
    kind = draw.randrange(8 if smooth else 11)
    first = formula_text(draw, names, depth - 1, smooth)
    second = formula_text(draw, names, depth - 1, smooth)
    if kind < 3:
        return f"({first} {draw.choice('+-*')} {second})"
    if kind == 3:
        return f"({first})/(3 + ({second})^2)"
    if kind == 4:
        return f"({first})^{draw.choice(['2', '3', '(1/2)', '(1/3)', '(-1)', '1.5', '4'])}"
    if kind == 5:
        return f"({first})*({first})"
    if kind == 6 or kind == 7:
        return f"{draw.choice([c for c in CALLS if not smooth or c not in ('heaviside', 'abs', 'relu')])}({first})"
    if kind == 8:
        return f"{draw.choice(['min', 'max'])}({first}, {second})"
    if kind == 9:
        third = draw.choice(names + ["1/3", "0", second])
        return f"if({first} {draw.choice(['<', '<=', '>', '>=', '=', '!='])} {third}, {first}, {second})"
    return f"(2 + {first})^({second})"


def formula(draw, inputs, depth=3, smooth=False):
    names = [f"x{k}" for k in range(inputs)]
    text = formula_text(draw, names, depth, smooth)
    return read_formula(text, names, Graph()), text
