"""What the words of an answer mean: `rejected` only where something is seen to be wrong; and exact values."""

import json
import unittest

from gmpy2 import mpq

from steeple_check import exact as pieces
from steeple_check.check import check
from steeple_check.formula import read_formula
from steeple_check.network import Layer, digest, read_network
from steeple_check.rational_values import function_value, power_value, root, unit_value
from steeple_check.tree import Cell


def network_file(*layers, inputs="x"):
    """Each layer: (activation, weights, biases) or with a dict of parameters."""
    return json.dumps({
        "steeple_network": 1, "inputs": list(inputs), "outputs": ["z"],
        "layers": [
            {"activation": layer[0], "weights": layer[1], "bias": layer[2], **(layer[3] if len(layer) > 3 else {})}
            for layer in layers
        ],
    }).encode()


ZERO = network_file(("identity", [[0]], [0]))
ZERO_OF_TWO = network_file(("identity", [[0, 0]], [0]), inputs="xy")
ABSOLUTE = network_file(("relu", [[1], [-1]], [0, 0]), ("identity", [[1, 1]], [0]))


def certificate(network, target, domain, upper, tree, lower="0", witness=None, claim="sup", layer="fast", threshold=None):
    inputs = read_network(network).inputs
    lines = ["steeple certificate 2", f"claim {claim}", f"network N {digest(read_network(network))}", "semantics real",
             "weights exact", f"layer {layer}", "inputs " + " ".join(inputs), f"target {target}"]
    lines += [f"domain {name} {side}" for name, side in zip(inputs, domain)]
    lines += [] if threshold is None else [f"threshold {threshold}"]
    lines += [f"lower {lower}", f"upper {upper}"]
    lines += [] if witness is None else [f"witness {witness}"]
    lines += ["constant-radius 0", "ranges natural", f"tree {len(tree)}", tree, "end", ""]
    return "\n".join(lines).encode()


class Words(unittest.TestCase):
    def assert_word(self, word, network, *arguments, cells=500, **options):
        outcome = check(certificate(network, *arguments, **options), network, cells)
        self.assertEqual(outcome.word, word, (arguments, options, outcome.reason))

    def test_leaves_e_whose_needs_are_not_met(self):
        self.assert_word("rejected", ABSOLUTE, "0", ["-1 1"], 9, "e")
        self.assert_word("rejected", network_file(("tanh", [[1]], [0])), "0", ["-1 1"], 9, "e")
        self.assert_word("rejected", ZERO, "x", ["-1 1"], 9, "e", claim="l1")
        self.assert_word("rejected", network_file(("identity", [[1]], [0])), "x < 5", ["-1 1"], 2, "e", claim="area", threshold=0)

    def test_leaves_e_whose_bound_is_not_known(self):
        # Other leaves take the place of the exact bound, unless equality is claimed.
        self.assert_word("accepted", ZERO, "sin(1)*x", ["0 1"], 1, "e")
        self.assert_word("accepted", ZERO, "sin(x)", ["0 1"], 1, "e")
        self.assert_word("undecided", ZERO, "sin(1)", ["0 1"], "1", "e", lower="1/2")
        self.assert_word("rejected", ZERO, "sin(1)*x", ["0 1"], "1/2", "e")
        self.assert_word("accepted", ZERO, "sin(1)*x", ["0 1"], "1/2", "e", claim="l1")
        self.assert_word("undecided", ZERO, "sin(1)*x", ["0 1"], "1/2", "e", claim="l1", lower="1/2")
        self.assert_word("undecided", ZERO_OF_TWO, "sin(1)*x", ["0 1", "0 1"], "1/2", "/1,1,-1;ee", claim="l1")
        self.assert_word("undecided", ZERO_OF_TWO, "sin(1)*x", ["0 1", "0 1"], "2", "/1,1,-1;ee")
        self.assert_word("rejected", ZERO_OF_TWO, "x", ["0 1", "0 1"], "1/2", "/1,1,-1;ee")
        self.assert_word("rejected", ZERO, "ln(x)", ["-1 1"], "none", "e", lower=1, witness="2 radius 0")

    def test_what_bernstein_coefficients_do_not_show(self):
        # x - x^3 is at most 2/(3 √3), and its largest Bernstein coefficient is 2/3 - with 0 at both ends.
        self.assert_word("accepted", ZERO, "x - x^3", ["0 1"], "2/5", "e")
        self.assert_word("rejected", ZERO, "x - x^3", ["0 1"], "3/8", "e")
        self.assert_word("rejected", ZERO, "x^3", ["0 1"], "99/100", "e")

    def test_three_valued_logic_in_leaves_e(self):
        for target, holds in (
            ("-1/2 < x <= -7/8", False), ("x <= -7/8 and x > -1/2", False), ("x > -1/2 or x > -1", True),
            ("not (-1/2 < x <= -7/8)", True), ("heaviside(x) < relu(-3) or x > -1", True),
            ("x*x*x > 0 and x > 2", False), ("sin(x) > 2", False), ("cos(x) > x + 3", False),
        ):
            self.assert_word("accepted", ZERO, target, ["-7/8 1"], int(holds), "e", lower=int(holds))
            self.assert_word("accepted", ZERO, target, ["-7/8 1"], 0, "e", claim="area", threshold=-1 if holds else 1)
        for target in ("x > 0 and x > -1", "x > 0", "ln(x) > 0 and x > 2", "x > 0 or x > 2", "sin(x) > 0", "sin(x) <= 0"):
            cell = Cell(((mpq(-1), mpq(1)),))
            with self.assertRaises(pieces.Unsettled, msg=target):
                pieces.Piece(cell.exact_corners()).truth(read_formula(target, ["x"]))

    def test_witnesses_of_radius_0(self):
        self.assert_word("accepted", ZERO, "1/3 + x/(2 + cos(x))", ["-1 0"], "none", "o", lower="1/3", witness="0 radius 0")
        self.assert_word("rejected", ZERO, "1/3 + x/(2 + cos(x))", ["-1 0"], "none", "o", witness="0 radius 0",
                         lower="3333333333333334/10000000000000000")
        self.assert_word("undecided", ZERO, "sqrt(x)^2", ["0 2"], "none", "o", lower="2", witness="2 radius 0")
        self.assert_word("rejected", ZERO, "sqrt(x)^2", ["0 2"], "none", "o", lower="201/100", witness="2 radius 0")
        soft = network_file(("softsign", [[1]], ["1/3"]), ("softsign", [[1]], [0]))
        self.assert_word("accepted", soft, "0", ["0 1"], "none", "o", lower="4/11", witness="1 radius 0")
        self.assert_word("rejected", ZERO, "1 + 0*x", ["0 1"], "none", "o", lower="1")
        self.assert_word("rejected", network_file(("heaviside", [[1]], [0])), "0", ["-1 1"], "none", "o", lower="1",
                         witness="1 radius 0")
        self.assert_word("rejected", ZERO, "if(x < 9, 1, 1)", ["-1 1"], "none", "o", lower="1", witness="1 radius 0")
        # A witness that is not allowed is an error, also where a leaf e reaches lower.
        self.assert_word("rejected", ZERO, "if(x < 9, 1, 1)", ["-1 1"], "1", "e", lower="1", witness="1 radius 0")

    def test_witnesses_with_a_radius(self):
        # x - x^2 by intervals is too wide on the box; its parts are not. The least value there is 21/100.
        self.assert_word("accepted", ZERO, "x - x*x*x/x", ["1/100 1"], "none", "o", lower="209/1000",
                         witness="1/2 radius 1/5", cells=900)
        self.assert_word("rejected", ZERO, "x - x*x*x/x", ["1/100 1"], "none", "o", lower="211/1000",
                         witness="1/2 radius 1/5")
        self.assert_word("rejected", ZERO, "x", ["0 1"], "none", "o", lower="1/2", witness="1/2 radius 1/100")
        self.assert_word("undecided", ZERO, "x - x*x*x/x", ["1/100 1"], "none", "o", lower="209/1000",
                         witness="1/2 radius 1/5", cells=9)
        self.assert_word("undecided", ZERO, "x + sqrt(x - 1/2)", ["0 1"], "none", "o", lower="1/4",
                         witness="1/2 radius 1/4", cells=100)

    def test_numbers_beyond_floats(self):
        big = "1" + "0" * 400
        for claim in ("l1", "l2"):
            self.assert_word("accepted", ZERO, f"{big}*exp(x)", ["0 1"], big * 3, "l", claim=claim)
        self.assert_word("declined", ZERO, "x", ["0 1"], "1" + "0" * 700000, "n")
        self.assert_word("undecided", ZERO, "x - 2^(2^(2^50))", ["0 1"], "9", "n")

    def test_property_witnesses(self):
        network = ZERO.replace(b'"x"', b'"X_0"').replace(b'"z"', b'"Y_0"')
        for unsafe, word in (("X_0 > Y_0", "accepted"), ("X_0 < Y_0", "rejected"), ("sin(X_0)^2 + cos(X_0)^2 >= 1", "undecided"),
                             ("sqrt(X_0) = 1", "accepted"), ("sqrt(X_0) > 1", "rejected"), ("ln(X_0 - 2) > 1", "undecided")):
            text = "\n".join([
                "steeple certificate 2", "claim property", f"network N {digest(read_network(network))}", "semantics real",
                "weights exact", "layer properties", "inputs X_0", "outputs Y_0", "box 0 2", f"unsafe {unsafe}",
                "witness 0 1", "end", "",
            ]).encode()
            outcome = check(text, network)
            self.assertEqual(outcome.word, word, (unsafe, outcome.reason))


class Rational(unittest.TestCase):
    def test_functions(self):
        third = mpq(1, 3)
        known = {
            "abs": {-third: third}, "relu": {-third: 0, third: third}, "heaviside": {0: 1, -third: 0, third: 1},
            "softsign": {-third: mpq(-1, 4), third: mpq(1, 4), 0: 0}, "sqrt": {mpq(4, 9): mpq(2, 3), 2: None, mpq(4, 3): None,
                                                                            mpq(2, 9): None, -4: None, 0: 0, 1: 1},
            "elu": {third: third, 0: 0, -third: None}, "sigmoid": {0: mpq(1, 2), 1: None}, "exp": {0: 1, 1: None},
            "cos": {0: 1, third: None}, "cosh": {0: 1}, "ln": {1: 0, 0: None, 2: None}, "acos": {1: 0, 0: None},
            "softplus": {0: None}, "tan": {0: 0, 1: None}, "erf": {0: 0}, "silu": {0: 0, 1: None}, "gelu": {0: 0},
        }
        for name, values in known.items():
            for value, expected in values.items():
                self.assertEqual(function_value(name, mpq(value)), expected, (name, value))

    def test_powers(self):
        for base, exponent, expected in (
            (0, 0, 1), (0, 3, 0), (0, -1, None), (0, mpq(1, 3), 0), (0, mpq(-1, 2), None), (-1, 10**12, 1),
            (-1, 10**12 + 1, -1), (1, -10**12, 1), (2, 10**9, None), (2, -3, mpq(1, 8)), (-8, mpq(1, 3), None),
            (-4, mpq(1, 2), None), (8, mpq(2, 3), 4), (4, mpq(-3, 2), mpq(1, 8)), (2, mpq(1, 2), None),
        ):
            self.assertEqual(power_value(mpq(base), mpq(exponent)), expected, (base, exponent))
        self.assertIsNone(root(mpq(2), 1000))

    def test_units(self):
        for name, parameter, z, expected in (
            ("softplus", 2, 3, 3), ("softplus", 2, 2, None), ("softplus", None, 3, None), ("elu", mpq(1, 2), -1, None),
            ("elu", 0, -1, 0), ("elu", 3, 2, 2), ("leaky-relu", mpq(1, 4), -2, mpq(-1, 2)), ("hard-tanh", None, -3, -1),
            ("sigmoid", None, 0, mpq(1, 2)), ("tanh", None, 0, 0), ("tanh", None, 1, None), ("gelu", 5, 0, 0),
        ):
            layer = Layer(name, parameter, 1, [[]], [mpq(0)])
            self.assertEqual(unit_value(layer, mpq(z)), expected, (name, z))

    def test_constants(self):
        """FORMAT.md, "Powers": what a constant exponent is."""
        for text in ("2", "2+0", "sqrt(4)", "abs(-2)", "min(2, 3)", "max(1, 2)", "4*sigmoid(0)", "1+cos(0)", "2+acos(1)",
                     "4^(3/2)/4", "1^(1/7)+1", "2+0^(1/3)", "1^5000+1", "(-1)^5000+1", "2^4094/2^4093"):
            self.assertEqual(read_formula(text, ["x"]).constant(), 2, text)
        for text in ("2+x-x", "2+0*pi", "if(1 < 2, 2, 3)", "8^(1/3)", "1+e^0", "1^pi+1", "2^4095/2^4094", "2+0*ln(2)",
                     "1^3000000000", "max(x, 2)", "abs(x)", "2+0^(-1)"):
            self.assertIsNone(read_formula(text, ["x"]).constant(), text)

    def test_how_operations_are_counted(self):
        """FORMAT.md, "Formulas"."""
        for text, size, height in (("x", 1, 1), ("-2", 1, 2), ("-x", 2, 2), ("x + 2*x", 3, 3), ("e", 2, 2), ("sin(-x)", 3, 3),
                                   ("min(x, 2, 3)", 3, 3), ("if(not x < 1, x, 2)", 4, 6), ("if(0 < x + x < 1, 1, 0)", 8, 7)):
            node = read_formula(text, ["x"])
            self.assertEqual((node.size, node.height), (size, height), text)

    def test_powers_of_polynomials_and_at_points(self):
        corners = Cell(((mpq(-2), mpq(-1)),)).exact_corners()
        for text, expected in (("x^2", {(2, 0): 1}), ("x^sqrt(4)", {(2, 0): 1}), ("x^(2+x-x)", None), ("x^(8^(1/3))", None),
                               ("2^(1+x-x)", {(0, 0): 2}), ("(x-x)^(2+x-x)", None), ("e^(x-x)", {(0, 0): 1}),
                               ("elu(x)", None), ("elu(x+2)", {(1, 0): 1, (0, 0): 2}), ("elu(x-x)", {}), ("abs(x)", {(1, 0): -1}),
                               ("(-8)^(1/3)", None), ("4^(1/2)", {(0, 0): 2})):
            try:
                found = pieces.Piece(corners).number(read_formula(text, ["x"]))
            except pieces.Unsettled:
                found = None
            self.assertEqual(found, expected, text)
        for text, value, expected in (("x^2", -2, 4), ("x^(2+x-x)", -2, None), ("x^(2+x-x)", 2, 4), ("x^(2+x-x)", 0, None),
                                      ("x^(8^(1/3))", -2, None), ("x/(2+cos(x))", 0, 0), ("1/x", 0, None), ("e^x", 0, 1),
                                      ("pi", 0, None), ("min(x, 3) + max(x, 3)", 2, 5), ("x^(1/3)", 8, 2)):
            try:
                found = pieces.AtPoint([mpq(value)]).number(read_formula(text, ["x"]))
            except pieces.Unsettled:
                found = None
            self.assertEqual(found, expected, (text, value))
