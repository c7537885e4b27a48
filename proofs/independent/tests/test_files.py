"""Numbers, formulas and network files."""

import json
import unittest

from gmpy2 import mpq

from steeple_check.errors import Rejected
from steeple_check.formula import is_name, read_formula
from steeple_check.network import canonical_bytes, digest, read_network
from steeple_check.numbers import decimal, read_number

from . import reference

EXAMPLE = {
    "steeple_network": 1, "inputs": ["x"], "outputs": ["z"],
    "layers": [{"activation": "relu", "weights": [["1/2"]], "bias": ["-1/3"]}],
}
EXAMPLE_DIGEST = "sha256:284e2c01c05b9e5c96e82b5e330ec039ae49255c843bd28d86b4565cace115e6"


def network(**changes):
    return read_network(json.dumps({**EXAMPLE, **changes}).encode())


def one_layer(**changes):
    return network(layers=[{**EXAMPLE["layers"][0], **changes}])


class Numbers(unittest.TestCase):
    def test_numbers(self):
        for text, value in (
            ("0", 0), ("-0.1", mpq(-1, 10)), ("+5", 5), ("1/3", mpq(1, 3)), ("3*2^-10", mpq(3, 1024)), ("2^10", 1024),
            ("-1/3", mpq(-1, 3)), ("1/3*2^2", mpq(4, 3)), ("1e3", 1000), ("1.5E-2", mpq(3, 200)), ("007", 7),
            ("0^0", 1), ("0^5", 0), ("1^-999999999", 1), ("10^+2", 100), ("1/2^3", mpq(1, 8)), ("-2^2", -4),
        ):
            self.assertEqual(read_number(text), value, text)
        self.assertEqual(read_number("1e100000"), mpq(10) ** 100000)

    def test_what_is_no_number(self):
        for text in ("", "-", ".5", "2.", "1/0", "1/0^3", "0^-1", "1//2", "1/2/3", "1*2*3", "1*2/3", "2^", "^2", "1e", "e5",
                     "1e100001", "1e-100001", "2^1000000", "2^1.5", "1/-2", "--1", "1 ", " 1", "1_0", "0x1", "inf", "nan",
                     "٣", "1" * (2**20 + 1)):
            with self.assertRaises(Rejected, msg=text[:20]):
                read_number(text)
        read_number("2^999999")

    def test_decimals_are_rounded_to_the_safe_side(self):
        for value in (mpq(1, 3**20), -mpq(10**30, 7**40), mpq(2) ** 5000 / 3):
            self.assertLessEqual(read_number(decimal(value)), value)
            self.assertGreaterEqual(read_number(decimal(value, up=True)), value)


class Formulas(unittest.TestCase):
    def value(self, text, *point):
        return float(reference.formula_at(read_formula(text, ["x", "y"]), [mpq(p) for p in point] or [mpq(3), mpq(2)]))

    def test_precedence(self):
        for text, value in (
            ("-x^2", -9), ("x^-2*9", 1), ("2^-x^2*512", 1), ("2^3^y/2^9", 1), ("x-y-1", 0), ("x/y/3", 0.5), ("-x*y", -6),
            ("x - -y", 5), ("2*x^2", 18), ("min(x,y,1)", 1), ("max(1,x,y)", 3), ("if(1 < x <= 3, 5, 6)", 5),
            ("if(x < y or not x < y and y = 2, 1, 0)", 1), ("if(not not x > y, 1, 0)", 1), ("step(0)", 1), (".5 + 2. + 1e1", 12.5),
            ("x**y", 9), ("x·y×1", 6), ("x−y", 1), ("if(x≥3 and y≤2 and x≠y, 1, 0)", 1), ("π-pi", 0), ("e-exp(1)", 0),
            ("2*e", 5.43656365691809), ("x^0.5", 3**0.5), ("(x)", 3), ("x\t+ y", 5),
        ):
            self.assertAlmostEqual(self.value(text), value, places=12, msg=text)

    def test_equal_parts_are_one_node(self):
        node = read_formula("(x+y)*(y+x)", ["x", "y"])
        self.assertIs(node.parts[0], node.parts[1])
        node = read_formula("(x-y)*(y-x)", ["x", "y"])
        self.assertIsNot(node.parts[0], node.parts[1])

    def test_affine_parts(self):
        def place(text):
            return read_formula(text, ["x", "y"]).place

        self.assertEqual(place("3*x - 1 < 0"), (0, 3, -1))
        self.assertEqual(place("y >= 2 - y"), (1, 2, -2))
        self.assertEqual(place("-(x/3) = 1/2"), (0, mpq(-1, 3), mpq(-1, 2)))
        self.assertEqual(place("1 < 2"), (None, 0, -1))
        for text in ("x < y", "x*x < 1", "x < pi", "1/x < 1", "abs(x) < 1", "x + 2^20000 < 1"):
            self.assertIsNone(place(text), text)

    def test_names(self):
        for name in ("x", "_", "x1", "X_0", "X[0]", "X[0,1]", "X[0][12,3]", "exp1"):
            self.assertTrue(is_name(name), name)
        for name in ("", "1x", "x-", "exp", "e", "pi", "if", "min", "and", "X[]", "X[0", "X[0, 1]", "X[a]", "é", "x y"):
            self.assertFalse(is_name(name), name)
        read_formula("X[0,1] + X[0,2]", ["X[0,1]", "X[0,2]"])


class Networks(unittest.TestCase):
    def test_the_example_of_the_format_page(self):
        found = network()
        self.assertEqual(len(canonical_bytes(found)), 176)
        self.assertEqual(digest(found), EXAMPLE_DIGEST)

    def test_the_digest_does_not_depend_on_the_spelling(self):
        sparse = {"rows": 1, "columns": 1, "entries": [[0, 0, "2/4"]]}
        for changed in (one_layer(weights=[["0.5"]]), one_layer(bias=["-2/6"]), one_layer(weights=sparse),
                        one_layer(weights=[["2^-1"]])):
            self.assertEqual(digest(changed), EXAMPLE_DIGEST)
        for changed in (network(inputs=["y"]), one_layer(bias=[0]), one_layer(activation="tanh"),
                        one_layer(weights=[["0"]]), one_layer(activation="identity")):
            self.assertNotEqual(digest(changed), EXAMPLE_DIGEST)

    def test_parameters_are_part_of_the_digest(self):
        pairs = [
            ({"activation": "leaky-relu", "slope": "1/10"}, {"activation": "leaky-relu", "slope": "1/9"}),
            ({"activation": "elu", "alpha": 1}, {"activation": "elu", "alpha": 2}),
            ({"activation": "softplus"}, {"activation": "softplus", "threshold": 20}),
            ({"activation": "gelu"}, {"activation": "gelu", "divisor": 1}),
        ]
        for first, second in pairs:
            self.assertNotEqual(digest(one_layer(**first)), digest(one_layer(**second)))

    def test_malformed_layers(self):
        for changes in (
            {"activation": "swish"}, {"activation": 1}, {"slope": 1}, {"extra": 1}, {"activation": "leaky-relu"},
            {"activation": "elu"}, {"activation": "maxout"}, {"activation": "maxout", "rank": 2},
            {"activation": "maxout", "rank": 0}, {"activation": "maxout", "rank": "1"}, {"activation": "maxout", "rank": True},
            {"activation": "gelu", "divisor": 0}, {"activation": "gelu", "divisor": "-1"}, {"activation": "relu", "alpha": 1},
            {"bias": []}, {"bias": [1, 2]}, {"bias": 0}, {"bias": [None]}, {"bias": [True]}, {"bias": ["x"]}, {"bias": [[1]]},
            {"weights": []}, {"weights": [[]]}, {"weights": [[1, 2]]}, {"weights": [1]}, {"weights": "1"}, {"weights": [[""]]},
            {"weights": {"rows": 1, "columns": 1}}, {"weights": {"rows": 1, "columns": 1, "entries": [], "more": 1}},
            {"weights": {"rows": 1, "columns": 1, "entries": [[0, 0, 1], [0, 0, 1]]}},
            {"weights": {"rows": 1, "columns": 1, "entries": [[1, 0, 1]]}},
            {"weights": {"rows": 1, "columns": 1, "entries": [[0, -1, 1]]}},
            {"weights": {"rows": 1, "columns": 2, "entries": []}}, {"weights": {"rows": 1, "columns": 1, "entries": [[0, 0]]}},
            {"weights": {"rows": "1", "columns": 1, "entries": []}}, {"weights": {"rows": 0, "columns": 1, "entries": []}},
        ):
            with self.assertRaises(Rejected, msg=changes):
                one_layer(**changes)

    def test_malformed_files(self):
        for changes in (
            {"steeple_network": 2}, {"steeple_network": "1"}, {"steeple_network": True}, {"inputs": []}, {"inputs": ["x", "x"]},
            {"inputs": [""]}, {"inputs": "x"}, {"inputs": ["x", "y"]}, {"outputs": ["a", "b"]}, {"outputs": []}, {"layers": []},
            {"layers": {}}, {"layers": [1]}, {"name": "N"}, {"inputs": [1]},
        ):
            with self.assertRaises(Rejected, msg=changes):
                network(**changes)
        good = json.dumps(EXAMPLE)
        for text in (
            "", "[]", "1", good[:-1], good + "x", good.replace('"1/2"', "0.5"), good.replace('"1/2"', "1e3"),
            good.replace('"1/2"', "NaN"), good.replace('"1/2"', "Infinity"), good.replace("{", '{"inputs": ["x"], ', 1),
            "[" * 100000, good.replace('["x"]', '["\\ud800"]'), "\ufeff" + good,
        ):
            with self.assertRaises(Rejected, msg=text[:60]):
                digest(read_network(text.encode()))
        with self.assertRaises(Rejected):
            read_network(good.encode("utf-16"))

    def test_long_integers(self):
        digits = "1" + "0" * 5000
        text = json.dumps(EXAMPLE).replace('"1/2"', digits)
        self.assertEqual(read_network(text.encode()).layers[0].rows[0], [(0, mpq(10) ** 5000)])
